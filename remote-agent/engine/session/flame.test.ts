// What a flame graph adds up, against every event looked at: by level, in part, filtered, over full and growing segments.
import assert from 'node:assert/strict';
import test from 'node:test';
import { FilterBits } from './filterBits.ts';
import { Flame, type FlameNode } from './flame.ts';
import { EventHistory } from './history.ts';
import { SEGMENT_ROWS } from './segment.ts';
import { context, eventBytes, stateOf, threadInfo } from './sessionSupport.test.ts';

const infos = [threadInfo(10, 10, 'web', 'aabbccddeeff'), threadInfo(11, 10, 'web', 'aabbccddeeff'), threadInfo(20, 20, 'sh')];
const state = stateOf(infos);

interface Made { readonly who: number; readonly call: string; readonly end: number; readonly ns: number; readonly failed: boolean }
function build(calls: number): { history: EventHistory; made: Made[] } {
  const history = new EventHistory(state), made: Made[] = [];
  let random = 11, now = 0;
  const next = (below: number): number => { random = (Math.imul(random, 1664525) + 1013904223) >>> 0; return (random >>> 8) % below; };
  for (let n = 0; n < calls; n++) {
    const who = next(3), info = infos[who]!, call = next(2) === 0 ? 'stat' : 'kill', ns = n % 50 === 0 ? 0 : 1 + next(1e6), failed = next(5) === 0;
    now += 1 + next(5000);
    history.append(context(state, eventBytes(call === 'stat' ? 'SYSCALL_STAT_X' : 'SYSCALL_KILL_X', now, info.tid, [failed ? -2 : 0, '/x']), now, ns, info));
    if (ns > 0) made.push({ who, call, end: now, ns, failed });
  }
  return { history, made };
}
const whole = (flame: Flame): Flame => { while (!flame.advance(1)); return flame; };
const sums = (made: readonly Made[]): { ns: number; count: number; failed: number } => ({ ns: made.reduce((sum, { ns }) => sum + ns, 0), count: made.length, failed: made.filter(({ failed }) => failed).length });
function same(node: FlameNode | undefined, made: readonly Made[], what: string): void {
  assert.ok(node !== undefined, what);
  assert.deepEqual({ ns: node.ns, count: node.count, failed: node.failed }, sums(made), what);
}

test('each level is the sum of what it holds', () => {
  const { history, made } = build(2 * SEGMENT_ROWS + 777);
  for (const [from, to] of [[0, Infinity], [history.endNs * 0.4, history.endNs * 0.7]] as const) {
    const flame = whole(new Flame(history, { startNs: from, endNs: to }, undefined)), within = made.filter(({ end }) => end >= flame.startNs && end < flame.endNs);
    same(flame.root, within, 'all');
    same(flame.at(['aabbccddeeff']), within.filter(({ who }) => who < 2), 'the container, both threads');
    same(flame.at(['', 'sh']), within.filter(({ who }) => who === 2), 'the host');
    same(flame.at(['', 'sh', 'kill']), within.filter(({ who, call }) => who === 2 && call === 'kill'), 'a call');
    assert.equal(flame.at(['nothing']), undefined);
    assert.deepEqual([...flame.root.children.keys()].sort(), ['', 'aabbccddeeff']);
  }
});

test('with a filter, what passes; in slices', () => {
  const { history, made } = build(3 * SEGMENT_ROWS), flame = new Flame(history, { startNs: 0, endNs: Infinity }, new FilterBits(history, ({ info }) => info?.tid === 11));
  assert.equal(flame.advance(1), false);
  assert.ok(flame.fraction > 0 && flame.fraction < 1);
  same(whole(flame).root, made.filter(({ who }) => who === 1), 'one thread');
  assert.ok(new Flame(new EventHistory(state), { startNs: 0, endNs: 1 }, undefined).advance(1));
});
