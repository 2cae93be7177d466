// Calls under way as a question: which of them, in what order, with what words; of a host that is watched, and of a capture.
import assert from 'node:assert/strict';
import test from 'node:test';
import { SYSCALLS } from '../../../driver/schema/index.ts';
import { TimeBase } from '../base/nanos.ts';
import { compileFilter } from '../filter/index.ts';
import { SystemState } from '../state/systemState.ts';
import { callArguments, descriptorOf } from './callTable.ts';
import { EventHistory } from './history.ts';
import { MAX_CALLS, type CallSource, type Look } from './inflight.ts';
import { lanesOf } from './lanes.ts';
import { SEGMENT_ROWS } from './segment.ts';
import { Session } from './session.ts';
import { context, eventBytes, fdInfo, stateOf, threadInfo } from './sessionSupport.test.ts';
import { viewportOf } from './timeline.ts';
import { NO_ROW, type RawCall } from './underway.ts';

const ALL = { filter: '', longerNs: 0, count: 100 };
const NOW = 100e9;
const nr = (name: string): number => SYSCALLS.find((call) => call.name === name)?.x64 ?? -1;
const call = (tid: number, name: string, startNs: number, args: readonly number[] = [], idleNs = -1): RawCall => ({ tid, arch: 'x64', nr: name === '' ? 9999 : nr(name), startNs, idleNs, args: Array.from({ length: 6 }, (_, i) => BigInt(args[i] ?? 0)) });

/** Two processes in a container, one of two threads, and a shell on the host; with a socket, a file and a pipe. */
function hostWith(calls: readonly RawCall[], looks: Readonly<Record<number, Look>> = {}, opened = '/var/lib/root/data/x'): { session: Session; asked: number[] } {
  const state = new SystemState(new TimeBase(1_700_000_000_000_000_000n), { cpus: 1, memoryBytes: 0, maxPid: 0, hostname: 'h', bootNs: 0n });
  const id = 'ab'.repeat(32), cgroups = `cpu=/system.slice/docker-${id}.scope\0`;
  const seed = { exe: '', exepath: '', args: ['-x'], env: [], cwd: '/', root: '/', uid: 0, gid: 0, loginuid: 0, sid: 0, fdlimit: 1024 };
  state.addThread({ ...seed, tid: 10, pid: 10, ptid: 1, vtid: 1, vpid: 1, comm: 'web', cgroups });
  state.addThread({ ...seed, tid: 11, pid: 10, ptid: 1, vtid: 2, vpid: 1, comm: 'pool', cgroups, flags: 0x1 | 0x2000 });
  state.addThread({ ...seed, tid: 12, pid: 12, ptid: 10, vtid: 7, vpid: 7, comm: 'job', cgroups });
  state.addThread({ ...seed, tid: 20, pid: 20, ptid: 1, vtid: 20, vpid: 20, comm: 'sh\n\u001b[31m', cgroups: '' });
  state.addFd(10, 3, { kind: 'ipv4', sip: '10.0.0.1', sport: 4000, dip: '10.0.0.2', dport: 5432, l4: 2, role: 'client' });
  state.addFd(10, 5, { kind: 'file', name: '/data/x' });
  state.addFd(20, 0, { kind: 'pipe', name: '' });
  const session = new Session({ state, compile: compileFilter, info: { hostname: 'h', kernel: '', cpus: 1, live: true, agentVersion: '' }, now: () => NOW });
  const asked: number[] = [];
  const source: CallSource = {
    list: () => Promise.resolve({ calls, threads: 4, hidden: 1 }),
    look: (_pid, raw) => { asked.push(raw.tid); return Promise.resolve(looks[raw.tid]); },
    now: (_pid, tid) => calls.find((raw) => raw.tid === tid),
    descriptor: (_pid, fd) => fd === 9 ? { fd, kind: 'pipe', name: '' } : fd === 3 ? { fd, kind: 'unknown', name: 'socket:[77]' } : fd === 5 ? { fd, kind: 'file', name: opened } : undefined,
  };
  session.calls = source;
  return { session, asked };
}
const words = async (raw: RawCall, look?: Look): Promise<string> => (await hostWith([raw], look === undefined ? {} : { [raw.tid]: look }).session.callsUnderWay(ALL)).calls[0]?.on ?? '<none>';

test('the longest come first, those of which nobody knows how long last; each says since when it is known', async () => {
  const { session } = hostWith([call(10, 'read', 99e9, [3]), call(11, 'futex', 40e9, [0xdead, 0]), call(12, 'nanosleep', Number.NaN, [], 80e9), call(20, 'pause', Number.NaN)]);
  const list = await session.callsUnderWay(ALL);
  assert.deepEqual(list.calls.map((c) => [c.tid, c.since, c.startNs, c.waitingNs]), [[12, 'atLeast', -1, 80e9], [11, 'exact', 40e9, 60e9], [10, 'exact', 99e9, 1e9], [20, 'unknown', -1, -1]]);
  assert.deepEqual([list.total, list.threads, list.hidden, list.nowNs, list.onlyReturned], [4, 4, 1, NOW, false]);
  const [, pool, web] = list.calls;
  assert.deepEqual([pool?.pid, pool?.comm, pool?.containerId], [10, 'pool', 'abababababab']);
  assert.deepEqual([web?.name, web?.kind, web?.descriptors, web?.on, web?.args[0]], ['read', 'network', [{ fd: 3, kind: 'ipv4', name: '10.0.0.1:4000->10.0.0.2:5432' }], 'socket 10.0.0.1:4000->10.0.0.2:5432', '0x3']);
});

test('a question narrows by container, by time, by filter and by number; only what is answered is looked into', async () => {
  const calls = [call(10, 'read', 99e9, [3]), call(11, 'poll', 40e9), call(12, 'nanosleep', Number.NaN, [], 80e9), call(20, 'read', 1e9, [0])];
  const { session, asked } = hostWith(calls);
  const tids = async (change: object): Promise<number[]> => (await session.callsUnderWay({ ...ALL, ...change })).calls.map((c) => c.tid);
  assert.deepEqual(await tids({ containerId: '' }), [20]);
  assert.deepEqual(await tids({ containerId: 'abababababab' }), [12, 11, 10]);
  assert.deepEqual(await tids({ containerId: 'nowhere' }), []);
  assert.deepEqual(await tids({ longerNs: 60e9 }), [20, 12, 11]);
  assert.deepEqual(await tids({ filter: 'fd.port=5432' }), [10]);
  assert.deepEqual(await tids({ filter: 'evt.type=read and evt.dir=>' }), [20, 10]);
  assert.deepEqual(await tids({ filter: 'proc.pid=10 and thread.tid != 10' }), [11]);
  assert.deepEqual(await tids({ filter: 'evt.failed=true' }), []);
  asked.length = 0;
  const first = await session.callsUnderWay({ ...ALL, count: 1 });
  assert.deepEqual([first.calls.map((c) => c.tid), first.total, asked], [[20], 4, []]);
  assert.deepEqual(await tids({ count: -5 }), []);
  await assert.rejects(session.callsUnderWay({ ...ALL, filter: 'proc.nmae=x' }), { name: 'FilterError' });
  const many = hostWith(Array.from({ length: MAX_CALLS + 7 }, (_, i) => call(100_000 + i, 'pause', i)));
  const bounded = await many.session.callsUnderWay({ ...ALL, count: Infinity });
  assert.deepEqual([bounded.calls.length, bounded.total], [MAX_CALLS, MAX_CALLS + 7]);
});

test('what is waited for is said by the kind of the call', async () => {
  const table: readonly (readonly [RawCall, Look | undefined, string])[] = [
    [call(10, 'fsync', 1, [5]), undefined, '/data/x'],
    [call(10, 'read', 1, [9]), undefined, 'pipe'],
    [call(10, 'read', 1, [77]), undefined, 'descriptor'],
    [call(10, 'sendfile', 1, [3, 5]), undefined, '/data/x, socket 10.0.0.1:4000->10.0.0.2:5432'],
    [call(10, 'poll', 1, [0x1000, 2]), undefined, '2 descriptors'],
    [call(10, 'poll', 1, [0x1000, 2]), { fds: [3, 5] }, '2 descriptors: 3 socket 10.0.0.1:4000->10.0.0.2:5432, 5 /data/x'],
    [call(10, 'poll', 1, [0x1000, 900]), { fds: [5, 5, 5, 5], fdCount: 900 }, '900 descriptors: 5 /data/x, 5 /data/x, 5 /data/x, and 897 more'],
    [call(10, 'ppoll', 1, [0, 0]), { fds: [] }, 'nothing but its time to run out'],
    [call(10, 'epoll_wait', 1, [9]), { fds: [3] }, 'epoll of 1: 3 socket 10.0.0.1:4000->10.0.0.2:5432'],
    [call(10, 'futex', 1, [0x7f00, 128]), undefined, 'futex 0x7f00'],
    [call(10, 'futex', 1, [0x7f00, 134]), undefined, 'lock 0x7f00'],
    [call(10, 'wait4', 1, [7]), undefined, 'child 12 (job)'],
    [call(10, 'wait4', 1, [8]), undefined, 'child 8'],
    [call(10, 'wait4', 1, [0xffffffff]), undefined, 'any child'],
    [call(10, 'wait4', 1, [0xfffffffb]), undefined, 'any child of process group 5'],
    [call(10, 'waitid', 1, [3, 9]), undefined, 'the process of descriptor 9'],
    [call(10, 'nanosleep', 1), { spanNs: 1.5e9 }, '1.5 s to pass'],
    [call(10, 'clock_nanosleep', 1, [0, 1]), undefined, 'a set time to come'],
    [call(10, 'connect', 1, [3]), { text: '10.9.9.9:80' }, 'socket to 10.9.9.9:80'],
    [call(10, 'openat', 1, [0xffffff9c]), { text: '/tmp/fifo' }, '/tmp/fifo'],
    [call(10, 'rt_sigtimedwait', 1), undefined, 'a signal'],
    [call(10, 'getpid', 1), undefined, ''],
    [call(10, '', 1), undefined, ''],
  ];
  for (const [raw, look, expected] of table) assert.equal(await words(raw, look), expected, `call ${raw.nr} ${raw.args.join(' ')}`);
});

test('what a process has open counts more than what lost events would have told', async () => {
  const shown = async (opened: string): Promise<unknown> => (await hostWith([call(10, 'fsync', 1, [5])], {}, opened).session.callsUnderWay(ALL)).calls[0]?.on;
  assert.deepEqual([await shown('/data/x'), await shown('/merged/data/x'), await shown('/data/y')], ['/data/x', '/data/x', '/data/y']);
});

test('a thread that has done nothing since anybody watches has a lane when it is asked for, with the call that it is in', () => {
  const { session } = hostWith([call(11, 'read', Number.NaN, [3], 30e9)]);
  const lanes = (...also: string[]): string[] => { const steps = session.lanes(90e9, NOW, '', also); while (!steps.advance(1000)); return steps.result().map(({ id }) => id); };
  assert.deepEqual(lanes(), ['h']);
  assert.deepEqual(lanes('t:11', 't:12', 't:99', 'p:10', 'x'), ['h', 'c:abababababab', 'p:10', 't:11']);
  const steps = session.viewport({ startNs: 90e9, endNs: NOW, widthPx: 100, lanes: ['t:11', 'p:10'] }, 'evt.type=read and fd.port=5432');
  while (!steps.advance(1000));
  const { lanes: [lane, process], names } = steps.result();
  assert.ok(lane?.mode === 'spans' && process?.mode === 'spans');
  assert.deepEqual([[...lane.startNs], [...lane.durationNs], [...lane.rows], lane.open, lane.before, names, process.count], [[70e9], [30e9], [NO_ROW], [0], [0], ['read'], 1]);
  assert.deepEqual(lanes(), ['h'], 'and is gone when nobody asks for it');
  // What it does then is told as that of any other thread.
  lanes('t:11');
  const info = session.state.thread(11)?.info;
  session.append(context(session.state, eventBytes('SYSCALL_READ_X', 95e9, 11, [1, 'x']), 95e9, -1, info));
  assert.deepEqual(lanes(), ['h', 'c:abababababab', 'p:10', 't:11']);
  assert.ok(session.history.tracks.get(11)?.infoId !== 0);
});

test('every call that is said to have a descriptor is one of the table, and registers are read as the kernel reads them', () => {
  for (const name of ['read', 'epoll_wait', 'copy_file_range', 'mmap', 'connect', 'wait4', 'futex']) assert.ok(nr(name) >= 0 && (callArguments(name).fds.length > 0 || callArguments(name).kind !== undefined), name);
  assert.deepEqual([descriptorOf(3n), descriptorOf(0xffffffffn), descriptorOf(0xffffffffffffffffn), descriptorOf(0x1_0000_0004n), descriptorOf(undefined)], [3, -1, -1, 4, -1]);
});

const info = threadInfo(10, 10, 'cat'), other = threadInfo(11, 11, 'dog', 'aabbccddeeff'), state = stateOf([info, other]);
function captureOf(history: EventHistory): Session {
  const session = new Session({ state, compile: compileFilter, info: { hostname: 'h', kernel: '', cpus: 1, live: false, agentVersion: '' } });
  Object.assign(session, { history });
  return session;
}

test('of a capture, the enter events that nothing completes are told, as they were', async () => {
  const history = new EventHistory(state), fd = fdInfo('/etc/passwd');
  history.append(context(state, eventBytes('SYSCALL_READ_E', 100, 10, [5]), 100, 0, info, fd));
  history.append(context(state, eventBytes('SYSCALL_STAT_E', 150, 11, []), 150, 0, other));
  history.append(context(state, eventBytes('SYSCALL_STAT_X', 900, 11, [0, '/x']), 900, 750, other));
  const session = captureOf(history);
  const list = await session.callsUnderWay(ALL);
  assert.deepEqual(list.calls.map((c) => [c.tid, c.comm, c.name, c.row, c.startNs, c.waitingNs, c.since, c.on, c.descriptors[0]?.fd]), [[10, 'cat', 'read', 0, 100, 800, 'exact', '/etc/passwd', 5]]);
  const total = async (change: object): Promise<number> => (await session.callsUnderWay({ ...ALL, ...change })).total;
  assert.deepEqual([await total({ filter: 'fd.name=/etc/passwd' }), await total({ filter: 'fd.name=/nowhere' }), await total({ containerId: 'aabbccddeeff' }), await total({ containerId: '' }), await total({ longerNs: 801 })], [1, 0, 0, 1, 0]);
});

test('a call that began before the history does is told and drawn to now, and is over when it returns', async () => {
  const history = new EventHistory(state, { capacityBytes: 1 });
  let at = 100;
  history.append(context(state, eventBytes('SYSCALL_READ_E', at, 10, [5]), at, 0, info));
  const others = (count: number): void => { for (let i = 0; i < count; i++) { at += 10; history.append(context(state, eventBytes('SYSCALL_STAT_X', at, 11, [0, '/x']), at, 1, other)); } };
  others(SEGMENT_ROWS * 4);
  assert.ok(history.firstRow > 0 && history.startNs > 100, 'its event is gone');
  const list = await captureOf(history).callsUnderWay(ALL);
  assert.deepEqual(list.calls.map((c) => [c.tid, c.comm, c.name, c.row, c.startNs, c.waitingNs]), [[10, 'cat', 'read', -1, 100, at - 100]]);
  const draw = (): number[] => {
    const [lane] = viewportOf(history, { startNs: at - 50, endNs: at, widthPx: 100, lanes: ['t:10'] }, undefined, at).lanes;
    assert.ok(lane?.mode === 'spans');
    return [...lane.startNs, ...lane.durationNs, ...lane.rows];
  };
  assert.deepEqual(draw(), [100, at - 100, NO_ROW]);
  assert.ok(lanesOf(history, state, at - 50, at, undefined).some(({ id }) => id === 't:10'));
  at += 10;
  history.append(context(state, eventBytes('SYSCALL_READ_X', at, 10, [1, 'x']), at, at - 100, info));
  assert.deepEqual((await captureOf(history).callsUnderWay(ALL)).calls, []);
  others(SEGMENT_ROWS * 4);
  assert.equal(history.tracks.has(10), false, 'nothing is left of a thread that did nothing more');
});
