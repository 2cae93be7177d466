// The history gives back what was appended, forgets the oldest, and ties calls together.
import assert from 'node:assert/strict';
import test from 'node:test';
import { eventBySymbol } from '../../../driver/schema/index.ts';
import { EventHistory, ROW, SEGMENT_ROWS } from './history.ts';
import { RowList } from './track.ts';
import { context, eventBytes, fdInfo, stateOf, threadInfo, viewOf } from './sessionSupport.test.ts';

const info = threadInfo(10, 10, 'cat');
const other = threadInfo(11, 10, 'cat', 'aabbccddeeff');
const state = stateOf([info, other]);
const flagsOf = (history: EventHistory, row: number): number => history.segmentOf(row).flags[row % SEGMENT_ROWS] ?? 0;

test('a row gives back the event, its thread and its descriptor', () => {
  const history = new EventHistory(state);
  const fd = fdInfo('/etc/passwd');
  const bytes = eventBytes('SYSCALL_STAT_X', 1000, 10, [-2, '/nowhere']);
  const row = history.append(context(state, bytes, 1000, 300, info, fd));
  history.append(context(state, eventBytes('SYSCALL_STAT_X', 2000, 11, [0, '/etc']), 2000, -1, other));
  const ctx = history.contextAt(row);
  assert.ok(ctx);
  assert.deepEqual([ctx.tsNs, ctx.latencyNs, ctx.info, ctx.fdNum, ctx.fd, ctx.view.type, ctx.view.cpu, ctx.view.tid], [1000, 300, info, 5, fd, eventBySymbol('SYSCALL_STAT_X').id, 1, 10]);
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
  assert.deepEqual([track?.rows.length, track?.rows.at(0), track?.rows.at(1), track?.pendingRow], [2, 1, 2, 3]);
});

test('the oldest events go when the memory is full, rows keep their numbers', () => {
  const history = new EventHistory(state, 3 * 1024 * 1024);
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
  assert.equal(history.tracks.get(10)?.rows.at(0), history.firstRow);
  assert.equal(history.gaps.length, 0);
  assert.equal(history.rowAt(history.firstRow + 77), history.firstRow + 77);
});

test('rows go on beyond what 32 bits count', () => {
  const rows = new RowList();
  const first = 2 ** 32 - 20;
  for (let n = 0; n < 40; n++) rows.push(first + n);
  rows.dropBelow(2 ** 32 + 3);
  assert.deepEqual([rows.length, rows.at(0), rows.at(16)], [17, 2 ** 32 + 3, 2 ** 32 + 19]);
});
