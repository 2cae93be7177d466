// The grid of lengths over time, against every event looked at: whole and in part, filtered, over full and growing segments.
import assert from 'node:assert/strict';
import test from 'node:test';
import { FilterBits } from './filterBits.ts';
import { EventHistory } from './history.ts';
import { SEGMENT_ROWS } from './segment.ts';
import { context, eventBytes, stateOf, threadInfo } from './sessionSupport.test.ts';
import { LATENCY_ROWS, Spectrogram, latencyOfRow, rowOfLatency } from './spectrogram.ts';

const infos = [threadInfo(10, 10, 'web', 'aabbccddeeff'), threadInfo(20, 20, 'sh')];
const state = stateOf(infos);

interface Made { readonly tid: number; readonly end: number; readonly ns: number }
function build(calls: number): { history: EventHistory; made: Made[] } {
  const history = new EventHistory(state), made: Made[] = [];
  let random = 7, now = 0;
  const next = (below: number): number => { random = (Math.imul(random, 1664525) + 1013904223) >>> 0; return (random >>> 8) % below; };
  for (let n = 0; n < calls; n++) {
    const info = infos[next(2)]!, ns = n % 100 === 0 ? 0 : n === 77 ? 3_000_000_000_000 : Math.floor(2 ** (next(300) / 10)) + next(3);
    now += 1 + next(5000);
    history.append(context(state, eventBytes('SYSCALL_STAT_X', now, info.tid, [0, '/x']), now, ns, info));
    if (ns > 0) made.push({ tid: info.tid, end: now, ns });
  }
  return { history, made };
}
function counted(made: readonly Made[], grid: Spectrogram): Uint32Array {
  const counts = new Uint32Array(grid.columns * LATENCY_ROWS);
  for (const { end, ns } of made) {
    if (end < grid.startNs || end >= grid.endNs) continue;
    let row = 0;
    while (row < LATENCY_ROWS - 1 && 2 ** (row + 1) <= ns) row++;
    const at = Math.min(grid.columns - 1, Math.floor((end - grid.startNs) / ((grid.endNs - grid.startNs) / grid.columns))) * LATENCY_ROWS + row;
    counts[at]!++;
  }
  return counts;
}
const whole = (grid: Spectrogram): Spectrogram => { while (!grid.advance(1)); return grid; };

test('every call is in the cell of its end and its length', () => {
  const { history, made } = build(3 * SEGMENT_ROWS + 1234), { endNs } = history;
  for (const [startNs, to, columns] of [[0, Infinity, 240], [0, Infinity, 1], [endNs * 0.3, endNs * 0.6, 100], [endNs * 0.99, endNs, 37]] as const) {
    const grid = whole(new Spectrogram(history, { startNs, endNs: to, columns }, undefined));
    assert.deepEqual(grid.counts, counted(made, grid));
    assert.equal(grid.total, made.filter(({ end }) => end >= grid.startNs && end < grid.endNs).length);
  }
  const all = whole(new Spectrogram(history, { startNs: 0, endNs: Infinity, columns: 50 }, undefined));
  assert.equal(all.total, made.length, 'the newest is in it');
  assert.equal(all.longestNs, 3e12);
});

test('with a filter, what passes', () => {
  const { history, made } = build(2 * SEGMENT_ROWS + 99), bits = new FilterBits(history, ({ info }) => info?.tid === 20);
  const grid = whole(new Spectrogram(history, { startNs: 0, endNs: Infinity, columns: 64 }, bits));
  assert.deepEqual(grid.counts, counted(made.filter(({ tid }) => tid === 20), grid));
  assert.ok(grid.total > 1000 && grid.total < made.length);
});

test('goes on in slices; nothing is a grid, too', () => {
  const grid = new Spectrogram(build(4 * SEGMENT_ROWS).history, { startNs: 0, endNs: Infinity, columns: 10 }, undefined);
  assert.equal(grid.fraction, 0);
  assert.equal(grid.advance(1), false);
  assert.ok(grid.fraction > 0 && grid.fraction < 1);
  whole(grid);
  assert.equal(grid.fraction, 1);
  const none = new Spectrogram(new EventHistory(state), { startNs: 0, endNs: Infinity, columns: 0 }, undefined);
  assert.ok(none.advance(1));
  assert.deepEqual([none.columns, none.total], [1, 0]);
});

test('rows are powers of two', () => {
  for (const ns of [1, 2, 3, 4, 1023, 1024, 2 ** 40 - 1, 2 ** 40, 2 ** 45]) {
    const row = rowOfLatency(ns);
    assert.ok(latencyOfRow(row) <= ns && (row === LATENCY_ROWS - 1 || ns < latencyOfRow(row + 1)), String(ns));
  }
});
