// What was read of /proc and the events that came meanwhile, told in one order: descriptors that mean something else by now, and children of forks that were not seen.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TimeBase } from '../engine/base/nanos.ts';
import { forEachRecord } from '../engine/event/batch.ts';
import { encodeBatch, encodeEvent, type ParamValue } from '../engine/event/encode.ts';
import { CLONE_FILES } from '../engine/state/cloneFlags.ts';
import { SystemState } from '../engine/state/systemState.ts';
import { CatchUp } from './catchUp.ts';

const BASE = 1_700_000_000_000_000_000n, PARENT = 20, CHILD = 30, READ_AT = 1000;
type Step = readonly [tid: number, startNs: number | undefined, endNs: number, symbol: string, params: Readonly<Record<string, ParamValue>>];

const opens = (tid: number, startNs: number, name: string): Step => [tid, startNs, startNs + 10, 'SYSCALL_OPENAT_2_X', { fd: 3, dirfd: -100, name, flags: 1 }];
const reads = (tid: number, startNs: number): Step => [tid, startNs, startNs + 10, 'SYSCALL_PREAD_X', { res: 1, fd: 3, data: 'x', size: 1, pos: 0 }];
const forks = (tid: number, res: number, startNs: number | undefined, endNs: number, flags = 0): Step =>
  [tid, startNs, endNs, 'SYSCALL_CLONE_20_X', { res, exe: 'p', args: [], tid, pid: tid, ptid: res === 0 ? PARENT : 1, cwd: '', fdlimit: 9, comm: 'p', flags, uid: 0, gid: 0, vtid: tid, vpid: tid }];

/** The names of descriptor 3 after each step, where descriptor 3 of the parent was `found` when it was read at `READ_AT`. */
function names(found: string, steps: readonly Step[]): (string | undefined)[] {
  const base = new TimeBase(BASE), state = new SystemState(base, { cpus: 1, memoryBytes: 0, maxPid: 0, hostname: '', bootNs: 0n });
  state.pairs = false;
  state.addThread({ tid: PARENT, pid: PARENT, ptid: 1, comm: 'p', exe: 'p', cwd: '/' });
  state.addFd(PARENT, 3, { kind: 'file', name: found });
  state.settle();
  const batch = encodeBatch(steps.map(([tid, start, end, symbol, params]) => [encodeEvent(symbol, { ts: BASE + BigInt(end), tid, params }), start === undefined ? {} : { startNs: BASE + BigInt(start) }]));
  const catchUp = new CatchUp(state, base);
  catchUp.forgetFuture([batch], new Map([[PARENT, READ_AT]]));
  const seen: (string | undefined)[] = [];
  forEachRecord(batch, (view, startHi, startLo) => {
    state.process(view, startHi === 0 && startLo === 0 ? -1 : base.relative(startHi, startLo));
    catchUp.taken();
    seen.push(state.thread(view.tid)?.fds.get(3)?.name);
  });
  return seen;
}

test('a read before the open that was found is of something that nobody knows', () => {
  assert.deepEqual(names('/a', [reads(PARENT, 100), opens(PARENT, 200, '/a'), reads(PARENT, 300)]), [undefined, '/a', '/a']);
});

test('what was opened after the process was read changes nothing before', () => {
  assert.deepEqual(names('/b', [reads(PARENT, 100), opens(PARENT, READ_AT + 1, '/a'), reads(PARENT, READ_AT + 20)]), ['/b', '/a', '/a']);
});

test('a child has what its parent had when it forked', () => {
  const later = [opens(PARENT, 200, '/a'), reads(CHILD, 400)] as const;
  assert.deepEqual(names('/a', [opens(PARENT, 10, '/b'), forks(PARENT, CHILD, 100, 150), forks(CHILD, 0, 100, 300), ...later]).at(-1), '/b', 'its parent told first');
  assert.deepEqual(names('/a', [opens(PARENT, 200, '/a'), forks(CHILD, 0, 100, 300), reads(CHILD, 400)]), ['/a', undefined, undefined], 'nobody saw the fork: nothing rather than what its parent opened after');
  assert.deepEqual(names('/a', [opens(PARENT, 200, '/a'), forks(CHILD, 0, undefined, 300), reads(CHILD, 400)]), ['/a', undefined, undefined], 'nor when it began');
  assert.deepEqual(names('/a', [opens(PARENT, 50, '/a'), forks(CHILD, 0, 100, 300), reads(CHILD, 400)]), ['/a', '/a', '/a'], 'opened before the fork');
  assert.deepEqual(names('/a', [opens(PARENT, 200, '/a'), forks(CHILD, 0, 100, 300, CLONE_FILES), reads(CHILD, 400)]), ['/a', '/a', '/a'], 'they share their descriptors');
});
