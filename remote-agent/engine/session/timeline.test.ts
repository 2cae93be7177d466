// Density and spans against a model that looks at every event for every bucket.
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { EVENT_KINDS, eventKind } from '../event/kind.ts';
import { compileFilter } from '../filter/index.ts';
import type { EventContext } from '../event/context.ts';
import { FilterBits } from './filterBits.ts';
import { EventHistory } from './history.ts';
import { lanesOf } from './lanes.ts';
import { SYSCALLS } from '../../../driver/schema/index.ts';
import { nameOfKey } from './classify.ts';
import { NO_ROW, describeCall, type RawCall } from './underway.ts';
import { BUCKET_FIELDS, bucketOf, viewportOf } from './timeline.ts';
import { context, eventBytes, stateOf, threadInfo } from './sessionSupport.test.ts';

const infos = [threadInfo(10, 10, 'web', 'aabbccddeeff'), threadInfo(11, 10, 'web', 'aabbccddeeff'), threadInfo(20, 20, 'sh')];
const state = stateOf(infos);

interface Made { readonly tid: number; readonly start: number; readonly end: number; readonly failed: boolean; readonly kind: number }
const SYMBOLS = ['SYSCALL_STAT_X', 'SOCKET_CONNECT_X', 'SYSCALL_KILL_X'] as const;

/** Per thread: calls one after the other, with points between and within them. */
const steps = fc.array(fc.record({ who: fc.nat(2), gap: fc.nat(40), duration: fc.nat(200), failed: fc.boolean(), symbol: fc.nat(2), inner: fc.nat(2) }), { maxLength: 60 });

function build(plan: readonly { who: number; gap: number; duration: number; failed: boolean; symbol: number; inner: number }[]): { history: EventHistory; made: Made[] } {
  const clocks = [0, 0, 0];
  const all: { ctx: EventContext; made: Made }[] = [];
  const note = (who: number, symbol: string, start: number, end: number, failed: boolean): void => {
    const info = infos[who];
    assert.ok(info);
    const ctx = context(state, eventBytes(symbol, end, info.tid, [failed ? -2 : 0, '/x']), end, end - start, info);
    all.push({ ctx, made: { tid: info.tid, start, end, failed, kind: eventKind(ctx.view, undefined) } });
  };
  for (const step of plan) {
    const start = (clocks[step.who] ?? 0) + step.gap, end = start + step.duration;
    for (let i = 1; i <= step.inner; i++) { const at = start + Math.floor((step.duration * i) / 3); note(step.who, 'SYSCALL_STAT_X', at, at, false); }
    note(step.who, SYMBOLS[step.symbol] ?? 'SYSCALL_STAT_X', start, end, step.failed);
    clocks[step.who] = end;
  }
  all.sort((a, b) => a.made.end - b.made.end);
  const history = new EventHistory(state);
  for (const { ctx } of all) history.append(ctx);
  return { history, made: all.map((a) => a.made) };
}

const LANES: Readonly<Record<string, (m: Made) => boolean>> = { h: () => true, 'c:aabbccddeeff': (m) => m.tid < 20, 'c:': (m) => m.tid === 20, 'p:10': (m) => m.tid < 20, 't:11': (m) => m.tid === 11 };

test('lanes count what overlaps the range', () => {
  fc.assert(fc.property(steps, fc.nat(2000), fc.integer({ min: 1, max: 2000 }), (plan, from, width) => {
    const { history, made } = build(plan);
    const lanes = lanesOf(history, state, from, from + width, undefined);
    const inRange = made.filter((m) => m.end >= from && m.start <= from + width);
    for (const [id, of] of Object.entries(LANES)) {
      const expected = inRange.filter(of);
      const lane = lanes.find((l) => l.id === id);
      assert.equal(lane?.events ?? 0, expected.length, id);
      assert.equal(lane?.errors ?? 0, expected.filter((m) => m.failed).length, id);
      if (lane !== undefined && lane.parent !== '') assert.ok(lanes.findIndex((l) => l.id === lane.parent) < lanes.indexOf(lane), 'parents come first');
    }
  }), { numRuns: 200 });
});

test('density and spans agree with the model, with and without a filter', () => {
  fc.assert(fc.property(steps, fc.nat(1500), fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 40 }), fc.boolean(), (plan, from, width, widthPx, filtered) => {
    const { history, made } = build(plan);
    const filter = filtered ? new FilterBits(history, (ctx) => ctx.view.def?.name === 'stat') : undefined;
    const stat = EVENT_KINDS.indexOf('file');
    const query = { startNs: from, endNs: from + width, widthPx, lanes: Object.keys(LANES) };
    const viewport = viewportOf(history, query, filter, history.endNs);
    const scale = widthPx / width;
    for (const lane of viewport.lanes) {
      const of = LANES[lane.id];
      assert.ok(of);
      const expected = made.filter((m) => of(m) && (!filtered || m.kind === stat) && m.end >= from && m.start <= from + width);
      if (lane.mode === 'spans') {
        assert.equal(lane.count, expected.length);
        const key = (start: number, duration: number, kind: number): string => `${start} ${duration} ${kind}`;
        const got = Array.from({ length: lane.count }, (_, i) => key(lane.startNs[i] ?? -1, lane.durationNs[i] ?? -1, lane.kinds[i] ?? -1)).sort();
        assert.deepEqual(got, expected.map((m) => key(m.start, m.end - m.start, m.kind + (m.failed ? 128 : 0))).sort());
        for (let a = 0; a < lane.count; a++) for (let b = 0; b < a; b++) {
          if (lane.depths[a] !== lane.depths[b]) continue;
          assert.ok((lane.startNs[b] ?? 0) + (lane.durationNs[b] ?? 0) <= (lane.startNs[a] ?? 0), 'spans of one depth do not overlap');
        }
        continue;
      }
      const counts = new Uint32Array(widthPx * BUCKET_FIELDS);
      for (const m of expected) for (let b = bucketOf(m.start, from, scale, widthPx); b <= bucketOf(m.end, from, scale, widthPx); b++) {
        counts[b * BUCKET_FIELDS + m.kind]!++;
        if (m.failed) counts[b * BUCKET_FIELDS + BUCKET_FIELDS - 1]!++;
      }
      assert.deepEqual(lane.counts, counts, lane.id);
    }
  }), { numRuns: 300 });
});

test('a call that has not returned is drawn to now', () => {
  const history = new EventHistory(state);
  history.append(context(state, eventBytes('SYSCALL_STAT_X', 10, 10, [0, '/x']), 10, 5, infos[0]));
  history.append(context(state, eventBytes('SYSCALL_OPENAT_2_E', 100, 10, [-100, '/slow']), 100, 0, infos[0]));
  const lane = viewportOf(history, { startNs: 50, endNs: 1000, widthPx: 100, lanes: ['t:10'] }, undefined, 900).lanes[0];
  assert.equal(lane?.mode, 'spans');
  assert.ok(lane?.mode === 'spans');
  assert.deepEqual([lane.count, lane.startNs[0], lane.durationNs[0], lane.rows[0]], [1, 100, 800, 1]);
});

test('a duration that a damaged event makes up is no longer than can be told', () => {
  const history = new EventHistory(state);
  history.append(context(state, eventBytes('SYSCALL_STAT_X', 10, 10, [0, '/x']), 10, 2 ** 70, infos[0]));
  const lane = viewportOf(history, { startNs: 0, endNs: 1000, widthPx: 100, lanes: ['t:10'] }, undefined, 900).lanes[0];
  assert.ok(lane?.mode === 'spans');
  assert.deepEqual([lane.startNs[0], lane.durationNs[0]], [-(2 ** 52), 2 ** 52]);
});

test('what a thread was in the middle of when it ended does not go on for ever', () => {
  const history = new EventHistory(state);
  const info = infos[2];
  assert.ok(info);
  for (const [symbol, at, params] of [['SYSCALL_STAT_E', 100, []], ['PROCEXIT_1_E', 150, [0, 0, 0, 0, 1]]] as const) history.append(context(state, eventBytes(symbol, at, 20, [...params]), at, -1, info));
  const lane = viewportOf(history, { startNs: 0, endNs: 10_000, widthPx: 100, lanes: ['t:20'] }, undefined, 10_000).lanes[0];
  assert.ok(lane?.mode === 'spans');
  assert.deepEqual([...lane.startNs], [100, 150]);
  assert.deepEqual([...lane.durationNs], [0, 0]);
  assert.equal(lanesOf(history, state, 5000, 10_000, undefined).some(({ id }) => id === 't:20'), false);
});

const rawCall = (nr: number, startNs: number): RawCall => ({ tid: 10, arch: 'x64', nr, startNs, idleNs: -1, args: [3n, 0n, 0n, 0n, 0n, 0n] });

test('what the probe says is under way is drawn to now, until the thread does something else', () => {
  const history = new EventHistory(state);
  history.append(context(state, eventBytes('SYSCALL_STAT_X', 100, 10, [0, '/x']), 100, 10, infos[0]));
  const read = SYSCALLS.find((call) => call.name === 'read')?.x64 ?? -1;
  history.underway = new Map([[10, describeCall(rawCall(read, 200), undefined)]]);
  const draw = (filter?: FilterBits): (string | number)[][] => {
    const { lanes: [lane], names } = viewportOf(history, { startNs: 0, endNs: 1000, widthPx: 100, lanes: ['t:10'] }, filter, 900);
    assert.ok(lane?.mode === 'spans');
    assert.deepEqual(lane.open, [...lane.rows.keys()].filter((i) => lane.rows[i] === NO_ROW), 'and is marked');
    return Array.from({ length: lane.count }, (_, i) => [names[lane.names[i] ?? -1] ?? '', lane.startNs[i] ?? -1, lane.durationNs[i] ?? -1, lane.rows[i] ?? -1]);
  };
  assert.deepEqual(draw(), [['stat', 90, 10, 0], ['read', 200, 700, NO_ROW]]);
  // A filter sees it as the enter event that it would have.
  const filtered = (text: string): (string | number)[] => { const compiled = compileFilter(text); assert.ok(compiled.ok); return draw(new FilterBits(history, compiled.test)).map(([name]) => name ?? ''); };
  assert.deepEqual(filtered('thread.tid=10'), ['stat', 'read']);
  assert.deepEqual(filtered('evt.type=read and fd.num=3'), ['read']);
  assert.deepEqual(filtered('evt.type=stat'), ['stat']);
  assert.deepEqual(filtered('proc.name=sh'), []);
  history.append(context(state, eventBytes('SYSCALL_STAT_X', 300, 10, [0, '/y']), 300, 10, infos[0]));
  assert.deepEqual(draw().map(([name]) => name), ['stat', 'stat']);
});

test('a call whose end was lost is over when the source knows nothing of it any more', () => {
  const history = new EventHistory(state);
  history.append(context(state, eventBytes('SYSCALL_STAT_E', 100, 10, []), 100, 0, infos[0]));
  const open = (): boolean => lanesOf(history, state, 500, 1000, undefined).some(({ id }) => id === 't:10');
  assert.equal(open(), true, 'a source that says nothing is believed by its events');
  history.underwayAtNs = 50;
  assert.equal(open(), true, 'it began since');
  history.underwayAtNs = 200;
  assert.equal(open(), false);
  history.underway = new Map([[10, describeCall(rawCall(0, 100), undefined)]]);
  assert.equal(open(), true);
});

test('every call of the table can be described by its number', () => {
  for (const call of SYSCALLS) {
    if (call.x64 < 0) continue;
    const open = describeCall(rawCall(call.x64, 1), undefined);
    assert.ok(open.kind >= 0 && nameOfKey(open.name) !== '<unknown>', call.name);
  }
  assert.equal(nameOfKey(describeCall({ ...rawCall(99999, 1), arch: 'arm64' }, undefined).name), '<unknown>');
});
