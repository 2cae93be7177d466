// Tests of the state engine, most with live records: one exit event a call, with its start.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CaptureBuilder } from '../../../tests/interop/differential/capturesBuild.ts';
import { TimeBase } from '../base/nanos.ts';
import type { EventContext } from '../event/context.ts';
import { encodeEvent, inetAddress, inetTuple, type ParamValue } from '../event/encode.ts';
import { EventView } from '../event/eventView.ts';
import { EVENT_KINDS, eventKind } from '../event/kind.ts';
import { showArgs } from '../event/show.ts';
import { ScapReader } from '../scap/reader.ts';
import { SystemState } from './systemState.ts';

/** Any number of a call: what tells the probe's records from a capture's events. */
const FROM_PROBE = 0;
const BASE = 1_700_000_000_000_000_000n;

function live(): { state: SystemState; run: (tid: number, symbol: string, params: Readonly<Record<string, ParamValue>>, start?: number, at?: number) => EventContext } {
  const state = new SystemState(new TimeBase(BASE), { cpus: 1, memoryBytes: 0, maxPid: 0, hostname: '', bootNs: 0n });
  state.addThread({ tid: 1, pid: 1, ptid: 0, comm: 'init', exe: 'init', cwd: '/' });
  state.addThread({ tid: 10, pid: 10, ptid: 1, comm: 'sh', exe: '/bin/sh', cwd: '/home/u/', env: ['A=1'], uid: 5 });
  state.addFd(10, 0, { kind: 'file', name: '/dev/null' });
  const view = new EventView();
  let clock = 1000;
  return { state, run: (tid, symbol, params, start, at) => {
    const ts = at ?? (clock += 1000);
    const bytes = encodeEvent(symbol, { ts: BASE + BigInt(ts), tid, params });
    assert.ok(view.reset(bytes, new DataView(bytes.buffer), 0, 0, FROM_PROBE, bytes.length));
    return state.process(view, start ?? ts - 100);
  } };
}

test('opens, reads and closes by the exits alone', () => {
  const { state, run } = live();
  const opened = run(10, 'SYSCALL_OPENAT_2_X', { fd: 3, dirfd: -100, name: 'a.txt', flags: 1, mode: 0, dev: 0, ino: 0 });
  assert.equal(opened.latencyNs, 100);
  assert.equal(opened.fdNum, 3);
  assert.equal(opened.fd?.name, '/home/u/a.txt');
  const ref = opened.fd?.ref;
  const read = run(10, 'SYSCALL_READ_X', { res: 5, data: new Uint8Array(5), fd: 3, size: 10 });
  assert.equal(read.fd?.ref, ref);
  assert.equal(EVENT_KINDS[eventKind(read.view, read.fd)], 'file');
  assert.equal(run(10, 'SYSCALL_CLOSE_X', { res: 0, fd: 3 }).fd?.name, '/home/u/a.txt');
  assert.ok(state.thread(10)?.fds.has(3), 'still there while its close is looked at');
  assert.equal(run(10, 'SYSCALL_READ_X', { res: -9, data: undefined, fd: 3, size: 10 }).fd, undefined);
});

test('a number that is opened again right after its close keeps its new meaning', () => {
  const { run } = live();
  run(10, 'SYSCALL_OPENAT_2_X', { fd: 3, dirfd: -100, name: '/old', flags: 1 });
  run(10, 'SYSCALL_CLOSE_X', { res: 0, fd: 3 });
  assert.equal(run(10, 'SYSCALL_OPENAT_2_X', { fd: 3, dirfd: -100, name: '/new', flags: 1 }).fd?.name, '/new');
  assert.equal(run(10, 'SYSCALL_READ_X', { res: 0, fd: 3 }).fd?.name, '/new');
});

const child = (pid: number, ptid: number, flags = 0): Readonly<Record<string, ParamValue>> => ({ exe: '/bin/sh', args: [], tid: ptid, pid: ptid, ptid: 1, cwd: '', fdlimit: 1024, comm: 'sh', flags, uid: 5, gid: 5, vtid: ptid, vpid: ptid, res: pid });

test('follows clone, execve and exit, and keeps old infos as they were', () => {
  const { state, run } = live();
  run(10, 'SYSCALL_CLONE_20_X', child(20, 10));
  const forked = state.thread(20)?.info;
  assert.equal(forked?.comm, 'sh');
  assert.equal(forked?.ptid, 10);
  assert.equal(forked?.parent?.comm, 'sh');
  assert.deepEqual(forked?.env, ['A=1']);
  assert.equal(state.thread(20)?.fds.get(0)?.name, '/dev/null');
  run(20, 'SYSCALL_EXECVE_19_E', { filename: 'bin/ls' });
  const id = 'ab'.repeat(32);
  const executed = run(20, 'SYSCALL_EXECVE_19_X', { res: 0, exe: 'ls', args: ['-l'], tid: 20, pid: 20, ptid: 10, comm: 'ls', cgroups: [`cpu=/docker/${id}`], env: ['B=2'], flags: 0 });
  assert.equal(executed.info?.comm, 'ls');
  assert.equal(executed.info?.exepath, '/home/u/bin/ls');
  assert.deepEqual(executed.info?.args, ['-l']);
  assert.equal(executed.info?.containerId, 'abababababab');
  assert.equal(state.container('abababababab')?.type, 'docker');
  assert.equal(forked?.comm, 'sh', 'the info of before is what it was');
  const exit = run(20, 'PROCEXIT_1_E', { status: 0, ret: 0, sig: 0, core: 0, reaper_tid: 1 });
  assert.equal(exit.info?.comm, 'ls');
  assert.ok(state.thread(20) !== undefined);
  run(10, 'SYSCALL_CLOSE_X', { res: 0, fd: 0 });
  assert.equal(state.thread(20), undefined);
});

test('threads share descriptors and the working directory', () => {
  const { state, run } = live();
  run(10, 'SYSCALL_CLONE_20_X', { ...child(11, 10, 0x2001), pid: 10 });
  assert.equal(state.thread(10)?.childCount, 1);
  run(11, 'SYSCALL_OPENAT_2_X', { fd: 7, dirfd: -100, name: 'x', flags: 1 });
  assert.equal(state.thread(10)?.fds.get(7)?.name, '/home/u/x');
  run(11, 'SYSCALL_CHDIR_X', { res: 0, path: 'sub' });
  assert.equal(state.thread(10)?.info.cwd, '/home/u/sub/');
  assert.equal(run(10, 'SYSCALL_OPENAT_2_X', { fd: 8, dirfd: -100, name: 'y', flags: 1 }).fd?.name, '/home/u/sub/y');
});

test('a child in a container comes with its own exit, and the caller of it does nothing', () => {
  const { state, run } = live();
  run(10, 'SYSCALL_CLONE_20_X', { ...child(2, 10, 0x20000000), vtid: 1, vpid: 1 });
  assert.equal(state.thread(2), undefined);
  run(30, 'SYSCALL_CLONE_20_X', { ...child(0, 10, 0x20000000), tid: 30, pid: 30, ptid: 10, vtid: 2, vpid: 2, res: 0 });
  assert.equal(state.thread(30)?.info.vpid, 2);
  assert.equal(state.thread(30)?.info.ptid, 10);
});

test('a child in a container has what its parent closed between the two ends of the clone', () => {
  const { state, run } = live();
  state.addThread({ tid: 30, pid: 30, ptid: 1, vtid: 7, vpid: 7, comm: 'httpd', exe: 'httpd', cwd: '/' });
  state.addFd(30, 4, { kind: 'file', name: '/connection' });
  run(30, 'SYSCALL_CLONE_20_X', { ...child(8, 30), tid: 30, pid: 30, vtid: 7, vpid: 7 });
  run(30, 'SYSCALL_CLOSE_X', { res: 0, fd: 4 });
  run(31, 'SYSCALL_CLONE_20_X', { ...child(0, 30), tid: 31, pid: 31, ptid: 30, vtid: 8, vpid: 8 });
  assert.equal(state.thread(30)?.fds.has(4), false, 'the parent has closed it');
  assert.equal(run(31, 'SYSCALL_READ_X', { res: 1, data: new Uint8Array(1), fd: 4, size: 1 }).fd?.name, '/connection');
  // The next child begins with what is open then.
  run(32, 'SYSCALL_CLONE_20_X', { ...child(0, 30), tid: 32, pid: 32, ptid: 30, vtid: 9, vpid: 9 });
  assert.equal(state.thread(32)?.fds.has(4), false);
});

test('names connections and tells client from server', () => {
  const { run } = live();
  assert.equal(run(10, 'SOCKET_SOCKET_X', { fd: 4, domain: 2, type: 1, proto: 0, flags: 0 }).fd?.l4, 2);
  const connected = run(10, 'SOCKET_CONNECT_X', { res: -115, tuple: inetTuple('10.0.0.1', 4000, '10.0.0.2', 80), fd: 4, addr: inetAddress('10.0.0.2', 80) });
  assert.equal(connected.fd?.name, '10.0.0.1:4000->10.0.0.2:80');
  assert.equal(connected.fd?.role, 'client');
  run(1, 'SOCKET_SOCKET_X', { fd: 3, domain: 10, type: 1, proto: 0, flags: 0 });
  assert.equal(run(1, 'SOCKET_BIND_X', { res: 0, addr: inetAddress('::', 80), fd: 3 }).fd?.role, 'server');
  const accepted = run(1, 'SOCKET_ACCEPT4_6_X', { fd: 5, tuple: inetTuple('::ffff:10.0.0.1', 4000, '::ffff:10.0.0.2', 80), queuepct: 0, queuelen: 0, queuemax: 0, flags: 0 });
  assert.deepEqual([accepted.fd?.kind, accepted.fd?.name, accepted.fd?.role, accepted.fd?.dport], ['ipv4', '10.0.0.1:4000->10.0.0.2:80', 'server', 80]);
  const failed = run(10, 'SOCKET_CONNECT_X', { res: -111, tuple: undefined, fd: 4, addr: inetAddress('10.0.0.9', 81) });
  assert.equal(failed.fd?.dip, '10.0.0.9');
});

test('a datagram server shows the client of each message', () => {
  const { run } = live();
  run(1, 'SOCKET_SOCKET_X', { fd: 3, domain: 2, type: 2, proto: 0, flags: 0 });
  run(1, 'SOCKET_BIND_X', { res: 0, addr: inetAddress('10.0.0.2', 53), fd: 3 });
  for (const port of [1111, 2222]) {
    const got = run(1, 'SOCKET_RECVFROM_X', { res: 4, data: new Uint8Array(4), tuple: inetTuple('10.0.0.7', port, '10.0.0.2', 53), fd: 3, size: 512 });
    assert.equal(got.fd?.name, `10.0.0.7:${port}->10.0.0.2:53`);
    const sent = run(1, 'SOCKET_SENDTO_X', { res: 4, data: new Uint8Array(4), fd: 3, size: 4, tuple: inetTuple('10.0.0.2', 53, '10.0.0.7', port) });
    assert.equal(sent.fd?.name, `10.0.0.7:${port}->10.0.0.2:53`);
    assert.equal(sent.fd?.role, 'server');
  }
});

test('copies descriptors, and execve closes those that ask for it', () => {
  const { state, run } = live();
  run(10, 'SYSCALL_OPENAT_2_X', { fd: 3, dirfd: -100, name: '/log', flags: 2 | 4096 });
  assert.equal(run(10, 'SYSCALL_DUP2_X', { res: 1, oldfd: 3, newfd: 1 }).fd?.name, '/log');
  run(10, 'SYSCALL_FCNTL_X', { res: 9, fd: 3, cmd: 26, arg: 9 });
  run(10, 'SYSCALL_PIPE2_X', { res: 0, fd1: 5, fd2: 6, ino: 77, flags: 0 });
  run(10, 'SYSCALL_EXECVE_19_X', { res: 0, exe: 'x', args: [], tid: 10, pid: 10, ptid: 1, comm: 'x', cgroups: [], env: [], flags: 0, filename: '/bin/x' });
  assert.deepEqual([...(state.thread(10)?.fds.keys() ?? [])].sort((a, b) => a - b), [0, 1, 5, 6]);
});

test('changes of credentials and names make new infos, and nothing else does', () => {
  const { state, run } = live();
  const before = state.thread(10)?.info;
  run(10, 'SYSCALL_READ_X', { res: 0, fd: 0 });
  run(10, 'SYSCALL_SETUID_X', { res: -1, uid: 0 });
  run(10, 'SYSCALL_SETUID_X', { res: 0, uid: 5 });
  assert.equal(state.thread(10)?.info, before);
  const changed = run(10, 'SYSCALL_SETUID_X', { res: 0, uid: 0 });
  assert.equal(changed.info?.uid, 0);
  assert.notEqual(changed.info, before);
  assert.equal(before?.uid, 5);
  assert.equal(run(10, 'SYSCALL_PRCTL_X', { res: 0, option: 15, arg2_str: 'worker', arg2_int: 0 }).info?.comm, 'worker');
});

test('unknown threads get a placeholder, and switches none', () => {
  const { state, run } = live();
  assert.equal(run(99, 'SYSCALL_CLOSE_X', { res: 0, fd: 1 }).info?.comm, '<NA>');
  assert.equal(run(98, 'SCHEDSWITCH_6_E', { next: 1 }).info, undefined);
  assert.equal(state.thread(98), undefined);
});

test('an unknown caller becomes what its child is a copy of, for readers of captures with enter events', () => {
  const b = new CaptureBuilder().section().machine().processes([{ tid: 1 }]);
  b.event('SYSCALL_VFORK_20_E', { tid: 99, params: {} });
  b.event('SYSCALL_VFORK_20_X', { tid: 20, params: { ...child(0, 20), ptid: 99, args: ['-c', 'x'] } });
  b.event('SYSCALL_VFORK_20_X', { tid: 99, params: child(20, 99) });
  b.event('SYSCALL_VFORK_20_X', { tid: 99, params: child(21, 99) });
  const reader = new ScapReader(), seen: string[] = [];
  reader.push(b.done());
  reader.finish();
  reader.read(({ info, state }) => { const caller = state.thread(99)?.info; seen.push(`${info?.comm} ${caller?.comm} ${caller?.exe} ${caller?.args.join(' ')} ${caller?.uid}`); });
  assert.deepEqual(seen, ['<NA> <NA> <NA>  4294967295', 'sh sh /bin/sh -c x 4294967295', 'sh sh /bin/sh -c x 4294967295', 'sh sh /bin/sh -c x 4294967295']);
  assert.equal(reader.state.thread(21)?.info.comm, 'sh');
});

test('on a directory without a name a path is shown as it stands', () => {
  const b = new CaptureBuilder().section().machine().processes([{ tid: 1 }]), out: string[] = [];
  for (const [dirfd, name, fd] of [[-100, '', 5], [5, 'pk', 6], [5, './pk', 6]] as const) b.call('SYSCALL_OPENAT_2', 99, { dirfd, name, flags: 1, mode: 0 }, { fd, dirfd, name, flags: 1, mode: 0 });
  const reader = new ScapReader();
  reader.push(b.done());
  reader.finish();
  reader.read((ctx) => { if (ctx.view.def?.isExit === false) out.push(showArgs(ctx).replace(/ flags.*/, '')); });
  assert.deepEqual(out.slice(1), ['dirfd=5(<f>) name=pk(pk)', 'dirfd=5(<f>) name=./pk(pk)']);
});

test('an exit without a known start has no latency', () => {
  const { run } = live();
  assert.equal(run(10, 'SYSCALL_READ_X', { res: 0, fd: 0 }, -1).latencyNs, -1);
});

test('a main thread that ends first goes with the last of its threads', () => {
  const { state, run } = live();
  run(10, 'SYSCALL_CLONE_20_X', { ...child(11, 10, 0x2001), pid: 10 });
  const end = { status: 0, ret: 0, sig: 0, core: 0, reaper_tid: 1 };
  run(10, 'PROCEXIT_1_E', end);
  run(11, 'SYSCALL_READ_X', { res: 0, fd: 0 });
  assert.ok(state.thread(10) !== undefined, 'its descriptors are still in use');
  run(11, 'PROCEXIT_1_E', end);
  run(1, 'SYSCALL_READ_X', { res: 0, fd: 0 });
  assert.equal(state.thread(11), undefined);
  assert.equal(state.thread(10), undefined);
});

test('children of a process that ends get the reaper as their parent', () => {
  const { state, run } = live();
  run(10, 'SYSCALL_CLONE_20_X', child(20, 10));
  run(10, 'PROCEXIT_1_E', { status: 0, ret: 0, sig: 0, core: 0, reaper_tid: 1 });
  assert.equal(state.thread(20)?.info.ptid, 1);
});

/** The same with enter and exit events, as older captures hold them. */
function paired(): ReturnType<typeof live> {
  const one = live();
  one.state.setLayout(true);
  one.state.setInterfaces([{ name: 'lo', ip: '127.0.0.1', netmask: '255.0.0.0', broadcast: '', isV6: false, speed: 0n }, { name: 'eth0', ip: '192.0.2.2', netmask: '255.255.255.0', broadcast: '', isV6: false, speed: 0n }]);
  const { run } = one;
  return { state: one.state, run: (tid, symbol, params, _start, at) => run(tid, symbol, params, -1, at) };
}

test('with enter events, an open relative to a directory that fails shows the directory', () => {
  const { run } = paired();
  run(10, 'SYSCALL_OPENAT_2_E', { dirfd: -100, name: '/srv', flags: 1, mode: 0 });
  run(10, 'SYSCALL_OPENAT_2_X', { fd: 7, dirfd: -100, name: '/srv', flags: 1, mode: 0, dev: 0 });
  run(10, 'SYSCALL_OPENAT_2_E', { dirfd: 7, name: 'none', flags: 1, mode: 0 });
  const failed = run(10, 'SYSCALL_OPENAT_2_X', { fd: -2, dirfd: 7, name: 'none', flags: 1, mode: 0, dev: 0 });
  assert.deepEqual([failed.fdNum, failed.fd?.name], [-1, '/srv']);
  run(10, 'SYSCALL_OPENAT_2_E', { dirfd: 7, name: '/none', flags: 1, mode: 0 });
  assert.equal(run(10, 'SYSCALL_OPENAT_2_X', { fd: -2, dirfd: 7, name: '/none', flags: 1, mode: 0, dev: 0 }).fd, undefined);
});

test('with enter events, a bound datagram socket gets the ends that readers of those captures see, guessed ones among them', () => {
  const { run } = paired();
  run(10, 'SOCKET_SOCKET_E', { domain: 2, type: 2, proto: 17 });
  run(10, 'SOCKET_SOCKET_X', { fd: 4, domain: 2, type: 2, proto: 17 });
  run(10, 'SOCKET_BIND_E', { fd: 4 });
  assert.equal(run(10, 'SOCKET_BIND_X', { res: 0, addr: inetAddress('0.0.0.0', 53) }).fd?.name, '0.0.0.0:53');
  const receive = (): string | undefined => {
    run(10, 'SOCKET_RECVMSG_E', { fd: 4 });
    return run(10, 'SOCKET_RECVMSG_X', { res: 46, size: 46, data: new Uint8Array(46), tuple: inetTuple('0.0.0.0', 0, '0.0.0.0', 53) }).fd?.name;
  };
  const send = (port: number): string | undefined => {
    const tuple = inetTuple('0.0.0.0', 53, '172.26.0.9', port);
    run(10, 'SOCKET_SENDMSG_E', { fd: 4, size: 46, tuple });
    return run(10, 'SOCKET_SENDMSG_X', { res: 46, data: new Uint8Array(46), tuple }).fd?.name;
  };
  assert.equal(receive(), '192.0.2.2:0->53.0.3.0:53');
  assert.equal(send(44157), '53.0.3.0:53->192.0.2.2:53');
  assert.equal(receive(), '192.0.2.2:0->192.0.2.2:53');
  assert.equal(send(34855), '192.0.2.2:53->0.0.0.0:53');
});

test('a live child of somebody whose folder is not known is where its own record says', () => {
  const { state, run } = live();
  state.pairs = false;
  run(50, 'SYSCALL_CLONE_20_X', { ...child(0, 777), tid: 50, pid: 50, ptid: 777, vtid: 50, vpid: 50, cwd: '/told' });
  assert.equal(state.thread(50)?.info.cwd, '/told/');
});
