// The history gives back what was appended, forgets the oldest, and ties calls together.
import assert from 'node:assert/strict';
import test from 'node:test';
import { eventBySymbol } from '../../../driver/schema/index.ts';
import { EventHistory } from './history.ts';
import { ROW, SEGMENT_ROWS } from './segment.ts';
import type { Track } from './track.ts';
import { TrackRows } from './track.ts';
import { context, eventBytes, fdInfo, stateOf, threadInfo, viewOf } from './sessionSupport.test.ts';

const info = threadInfo(10, 10, 'cat');
const other = threadInfo(11, 10, 'cat', 'aabbccddeeff');
const state = stateOf([info, other]);
const KINDLESS = 31;
const flagsOf = (history: EventHistory, row: number): number => (history.segmentOf(row).flags[row % SEGMENT_ROWS] ?? 0) & KINDLESS;
/** The rows of a thread, as the timeline sees them. */
function rowsOf(history: EventHistory, track: Track | undefined): number[] {
  const rows: number[] = [];
  history.settle();
  if (track !== undefined) history.visit(track, 0, track.rows.length, (_segment, _i, row) => { rows.push(row); });
  return rows;
}

test('a row gives back the event, its thread and its descriptor', () => {
  const history = new EventHistory(state);
  const fd = fdInfo('/etc/passwd');
  const bytes = eventBytes('SYSCALL_STAT_X', 1000, 10, [-2, '/nowhere']);
  const row = history.append(context(state, bytes, 1000, 300, info, fd));
  history.append(context(state, eventBytes('SYSCALL_STAT_X', 2000, 11, [0, '/etc']), 2000, -1, other));
  const ctx = history.contextAt(row);
  assert.ok(ctx);
  assert.deepEqual([ctx.tsNs, ctx.latencyNs, ctx.info, ctx.fdNum, { ...ctx.fd }, ctx.view.type, ctx.view.cpu, ctx.view.tid], [1000, 300, info, 5, fd, eventBySymbol('SYSCALL_STAT_X').id, 1, 10]);
  assert.deepEqual(ctx.view.bytes.slice(ctx.view.at, ctx.view.at + ctx.view.length), bytes);
  assert.equal(flagsOf(history, row), ROW.failed);
  const second = history.contextAt(row + 1);
  assert.deepEqual([second?.latencyNs, second?.info, second?.fd, second?.fdNum], [-1, other, undefined, -1]);
  assert.equal(history.contextAt(row + 2), undefined);
  assert.equal(history.contextAt(-1), undefined);
});

test('an event of the old form, without a count of parameters, comes back whole', () => {
  const history = new EventHistory(state);
  const modern = eventBytes('SYSCALL_STAT_X', 5, 10, [0, '/a']);
  const old = new Uint8Array(modern.length - 4);
  old.set(modern.subarray(0, 22)); old.set(modern.subarray(26), 22);
  const data = new DataView(old.buffer);
  data.setUint32(16, old.length, true);
  const ctx = context(state, modern, 5, 0, info);
  assert.ok(ctx.view.reset(old, data, 0, 0, 0xffff, old.length, 2));
  history.append(ctx);
  const back = history.contextAt(0);
  assert.equal(back?.view.nparams, 2);
  assert.equal(back?.view.size(1), 3);
});

test('an exit pairs with its enter; an enter that lost its exit stays', () => {
  const history = new EventHistory(state);
  const enter = eventBytes('SYSCALL_OPENAT_2_E', 10, 10, [-100, '/x']);
  history.append(context(state, enter, 10, 0, info));
  const exit = context(state, eventBytes('SYSCALL_OPENAT_2_X', 20, 10, [3, -100, '/x']), 20, 10, info);
  history.append({ ...exit, enter: viewOf(enter), view: exit.view });
  assert.equal(flagsOf(history, 0), ROW.enter | ROW.paired);
  assert.equal(history.contextAt(1)?.enter?.type, eventBySymbol('SYSCALL_OPENAT_2_E').id);
  history.append(context(state, enter, 30, 0, info));
  history.append(context(state, enter, 40, 0, info));
  const track = history.tracks.get(10);
  assert.deepEqual([rowsOf(history, track), track?.pendingRow], [[1, 2], 3]);
});

test('the oldest events go when the memory is full, rows keep their numbers', () => {
  const history = new EventHistory(state, { capacityBytes: 2 * 1024 * 1024 });
  const total = SEGMENT_ROWS * 6 + 100;
  const short = threadInfo(99, 99, 'short');
  history.append(context(state, eventBytes('SYSCALL_STAT_X', 0, 99, [0, '/gone']), 0, 0, short));
  history.addGap(0, 1, 5, 'ring full');
  for (let n = 1; n < total; n++) history.append(context(state, eventBytes('SYSCALL_STAT_X', n, 10, [0, `/f${n}`]), n, 0, info));
  assert.equal(history.endRow, total);
  assert.ok(history.firstRow > 0 && history.firstRow % SEGMENT_ROWS === 0);
  assert.ok(history.bytes < 5 * 1024 * 1024, `${history.bytes} bytes`);
  assert.equal(history.contextAt(history.firstRow - 1), undefined);
  for (const row of [history.firstRow, history.firstRow + 1, total - 1]) {
    const ctx = history.contextAt(row);
    assert.equal(ctx?.tsNs, row);
    assert.equal(new TextDecoder().decode(ctx?.view.bytes.subarray(ctx.view.start(1), ctx.view.end(1) - 1)), `/f${row}`);
  }
  assert.equal(history.tracks.has(99), false, 'a thread without events is forgotten');
  assert.equal(rowsOf(history, history.tracks.get(10))[0], history.firstRow);
  assert.equal(history.gaps.length, 0);
  assert.equal(history.rowAt(history.firstRow + 77), history.firstRow + 77);
});

test('rows of a thread are found by their number, through segments that come and go', () => {
  const rows = new TrackRows();
  for (let segment = 100; segment < 120; segment++) rows.add(segment, segment % 7, segment % 3);
  rows.setTail(120, 5, 4);
  rows.dropBelow(110);
  const expected = Array.from({ length: 10 }, (_, n) => 110 + n).filter((segment) => segment % 3 > 0);
  assert.deepEqual(Array.from({ length: rows.slices }, (_, k) => rows.segment(k)), [...expected, 120]);
  assert.equal(rows.length, expected.reduce((sum, segment) => sum + segment % 3, 0) + 4);
  for (let n = 0; n < rows.length; n++) { const k = rows.sliceOf(n); assert.ok(rows.from(k) <= n && n < rows.to(k)); }
  rows.add(120, 5, 4);
  rows.add(121, 0, 1);
  assert.deepEqual([rows.segment(rows.slices - 1), rows.length - rows.from(rows.slices - 1)], [121, 1]);
});
