// Tests of printed forms, value by value.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TimeBase } from '../base/nanos.ts';
import { ipv6Bytes, ipv6Text } from '../base/address.ts';
import { SystemState } from '../state/systemState.ts';
import { bufferText } from './buffers.ts';
import { encodeEvent, fdList, inetAddress, inetTuple, unixAddress, unixTuple, type ParamValue } from './encode.ts';
import { EventView } from './eventView.ts';
import { general } from './numbers.ts';
import { eventName, failure } from './names.ts';
import { showArgs, showParam } from './show.ts';

const BASE = 1_700_000_000_000_000_000n;

function stateWith(pairs: boolean): SystemState {
  const state = new SystemState(new TimeBase(BASE), { cpus: 1, memoryBytes: 0, maxPid: 0, hostname: '', bootNs: 0n });
  state.setLayout(pairs);
  state.addThread({ tid: 10, pid: 10, ptid: 1, comm: 'cat', exe: 'cat', cwd: '/home/u/', uid: 0 });
  state.addFd(10, 3, { kind: 'file', name: '/etc/pass\u0001wd' });
  state.addFd(10, 4, { kind: 'directory', name: '/srv' });
  state.setUsers([{ uid: 0, gid: 0, name: 'root', home: '', shell: '' }]);
  return state;
}

function args(symbol: string, params: Readonly<Record<string, ParamValue>>, pairs = false): string {
  const state = stateWith(pairs);
  const bytes = encodeEvent(symbol, { ts: BASE, tid: 10, params });
  const view = new EventView();
  assert.ok(view.reset(bytes, new DataView(bytes.buffer), 0, 0, 0xffff, bytes.length));
  return showArgs(state.process(view, -1));
}

test('prints descriptors, errors, flags and paths', () => {
  assert.equal(args('SYSCALL_READ_X', { res: -11, data: undefined, fd: 3, size: 8 }), 'res=-11(EAGAIN) data=NULL fd=3(<f>/etc/passwd) size=8 ');
  assert.equal(args('SYSCALL_OPENAT_2_X', { fd: -2, dirfd: 4, name: 'a/../b', flags: 4097, mode: 0, dev: 0x801, ino: 5 }), 'fd=-2(ENOENT) dirfd=4(<d>/srv) name=a/../b(/srv/b) flags=4097(O_RDONLY|O_CLOEXEC) mode=0 dev=801 ino=5 ');
  assert.equal(args('SYSCALL_CHMOD_X', { res: 0, filename: 'x', mode: 0o644 }), 'res=0 filename=x(/home/u/x) mode=0644(S_IROTH|S_IRGRP|S_IWUSR|S_IRUSR) ');
});

test('prints only what readers of the time knew of captures with enter events', () => {
  assert.equal(args('SYSCALL_READ_X', { res: 2, data: new TextEncoder().encode('h\n'), fd: 3, size: 8 }, true), 'res=2 data=h. ');
  assert.equal(args('SYSCALL_CLOSE_E', { fd: 3 }, true), 'fd=3(<f>/etc/passwd) ');
});

test('prints addresses and tuples', () => {
  assert.equal(args('SOCKET_BIND_X', { res: 0, addr: inetAddress('10.0.0.1', 80), fd: 9 }), 'res=0 addr=10.0.0.1:80 fd=9 ');
  assert.equal(args('SOCKET_CONNECT_X', { res: 0, tuple: inetTuple('fe80::1', 1000, '2001:db8::2', 53), fd: 9, addr: unixAddress('/run/s') }), 'res=0 tuple=fe80::1:1000->2001:db8::2:53 fd=9 addr=/run/s ');
  assert.equal(args('SOCKET_CONNECT_X', { res: 0, tuple: unixTuple(0xabcn, 0xdefn, '/run/s'), fd: 9, addr: undefined }), 'res=0 tuple=abc->def /run/s fd=9 addr=<NA> ');
  assert.equal(args('SYSCALL_POLL_X', { res: 1, fds: fdList([[3, 0xf1], [55, 0x41]]), timeout: -1 }), 'res=1 fds=3:ff1 55:?41 timeout=-1 ');
});

test('prints times, signals, users and 64-bit values', () => {
  assert.equal(args('SYSCALL_NANOSLEEP_X', { res: 0, interval: 1_500_000_000 }), 'res=0 interval=1500000000(1.5s) ');
  assert.equal(args('SYSCALL_KILL_X', { res: 0, pid: 10, sig: 9 }), 'res=0 pid=10(cat) sig=9(SIGKILL) ');
  assert.equal(args('SYSCALL_SETUID_X', { res: 0, uid: 0 }), 'res=0 uid=0(root) ');
  assert.equal(args('SYSCALL_MUNMAP_X', { res: 0, vm_size: 1, vm_rss: 2, vm_swap: 3, addr: 0x7f37af5aac88n, length: 0xfffffffffffffff0n }), 'res=0 vm_size=1 vm_rss=2 vm_swap=3 addr=7F37AF5AAC88 length=-16 ');
  for (const [value, want] of [[1e-5, '1e-05'], [0.25, '0.25'], [123456, '123456'], [1234567, '1.23457e+06'], [0, '0'], [0.0001, '0.0001']] as const) assert.equal(general(value), want);
});

test('names calls behind generic events and tells failures', () => {
  const bytes = encodeEvent('GENERIC_X', { ts: BASE, tid: 1, params: { ID: 298 } });
  const view = new EventView();
  view.reset(bytes, new DataView(bytes.buffer), 0, 0, 0xffff, bytes.length);
  assert.equal(eventName(view), 'rt_sigreturn');
  assert.equal(eventName(view, true), 'sigreturn');
  const failed = encodeEvent('SYSCALL_OPENAT_2_X', { ts: BASE, tid: 1, params: { fd: -13 } });
  view.reset(failed, new DataView(failed.buffer), 0, 0, 0xffff, failed.length);
  assert.equal(failure(view), 13);
});

test('live events that stand for any call print result and raw arguments, and the number of a call without a name', () => {
  const generic = (params: Readonly<Record<string, ParamValue>>, nparams: number): string => {
    const state = stateWith(false), bytes = encodeEvent('GENERIC_X', { ts: BASE, tid: 10, params, nparams });
    const view = new EventView();
    assert.ok(view.reset(bytes, new DataView(bytes.buffer), 0, 0, 0xffff, bytes.length));
    return showArgs(state.process(view, -1));
  };
  assert.equal(generic({ ID: 16, nativeID: 39, res: 1234 }, 3), 'res=1234 ');
  assert.equal(generic({ ID: 23, nativeID: 21, res: -2, a0: 0xabcn, a1: 4n }, 5), 'res=-2(ENOENT) a0=ABC a1=4 ');
  assert.equal(generic({ ID: 0, nativeID: 505, res: -38, a0: 1n }, 4), 'nativeID=505 res=-38(ENOSYS) a0=1 ');
  assert.equal(generic({ ID: 16, nativeID: 39 }, 2), '');
  assert.equal(generic({ ID: 16 }, 1), '');
});

test('a parameter that the event does not hold is <NA>', () => {
  const state = stateWith(false);
  const bytes = encodeEvent('SYSCALL_CLOSE_X', { ts: BASE, tid: 10, params: { res: 0 }, nparams: 1 });
  const view = new EventView();
  view.reset(bytes, new DataView(bytes.buffer), 0, 0, 0xffff, bytes.length);
  assert.deepEqual(showParam(state.process(view, -1), 1), { name: 'fd', value: '<NA>', resolved: '' });
});

test('buffers print as text, dumps and base64', () => {
  const bytes = new TextEncoder().encode('hello\r\nworld');
  assert.equal(bufferText(bytes), 'hello..world');
  assert.equal(bufferText(bytes, 'text', 8), 'hello...');
  assert.equal(bufferText(bytes, 'ascii'), '\nhello\nworld');
  assert.equal(bufferText(bytes, 'base64'), Buffer.from(bytes).toString('base64'));
  assert.equal(bufferText(bytes.subarray(0, 3), 'hex'), '\n\t0x0000: 6865 6c\n');
});

test('IPv6 addresses go both ways', () => {
  for (const ip of ['::', '::1', 'fe80::1', '2001:db8::2', '2001:db8:0:1:1:1:1:1', '::ffff:1.2.3.4', 'ff02::1:2']) assert.equal(ipv6Text(ipv6Bytes(ip) ?? new Uint8Array(16), 0), ip);
  for (const wrong of ['', ':', '1::2::3', '12345::', 'g::', '1:2:3:4:5:6:7']) assert.equal(ipv6Bytes(wrong), undefined, wrong);
});
