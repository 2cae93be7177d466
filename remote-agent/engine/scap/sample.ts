// Makes a capture out of nothing: a small shop of three containers, for tests and to look at where no live source is there.
import { TimeBase } from '../base/nanos.ts';
import { encodeEvent, inetAddress, inetTuple, type ParamValue } from '../event/encode.ts';
import { EventView } from '../event/eventView.ts';
import { bareContainer } from '../state/containers.ts';
import { SystemState } from '../state/systemState.ts';
import { ScapWriter } from './writer.ts';

export interface SampleOptions {
  /** How long the capture lasts, seconds. */
  readonly seconds?: number;
  /** Epoch ns of its beginning. */
  readonly startNs?: bigint;
}

type Params = Readonly<Record<string, ParamValue>>;

const WEB = 'a1'.repeat(32), DATABASE = 'b2'.repeat(32), CLIENT = 'c3'.repeat(32);
const HOST_BASH = 500, WEB_PID = 1001, WORKER_PID = 1002, DATABASE_PID = 2001, CLIENT_PID = 3001;
const WEB_IP = '172.20.0.2', DATABASE_IP = '172.20.0.3', CLIENT_IP = '172.20.0.4';
const MS = 1e6, US = 1e3;
const O_RDONLY = 1, O_CLOEXEC = 4096, O_CREAT = 4, O_WRONLY = 2;
const AT_FDCWD = -100, ENOENT = -2, ECONNREFUSED = -111;
const AF_INET = 2, SOCK_STREAM = 1, EPIPE = -32, SIGPIPE = 13;

/** The system before the first event. */
function makeState(startNs: bigint): SystemState {
  const state = new SystemState(new TimeBase(startNs), { cpus: 4, memoryBytes: 8 * 1024 ** 3, maxPid: 4194304, hostname: 'sample', bootNs: startNs - 3_600_000_000_000n });
  state.setUsers([{ uid: 0, gid: 0, name: 'root', home: '/root', shell: '/bin/bash' }, { uid: 33, gid: 33, name: 'www-data', home: '/var/www', shell: '/usr/sbin/nologin' }]);
  state.setGroups([{ gid: 0, name: 'root' }, { gid: 33, name: 'www-data' }]);
  state.setInterfaces([{ name: 'lo', ip: '127.0.0.1', netmask: '255.0.0.0', broadcast: '0.0.0.0', isV6: false, speed: 0n }, { name: 'eth0', ip: '192.0.2.10', netmask: '255.255.255.0', broadcast: '192.0.2.255', isV6: false, speed: 0n }]);
  const names: readonly (readonly [string, string, string, string])[] = [[WEB, 'sample-web', 'sample/web:1.4', WEB_IP], [DATABASE, 'sample-db', 'sample/db:11', DATABASE_IP], [CLIENT, 'sample-client', 'sample/client:1', CLIENT_IP]];
  for (const [id, name, image, ip] of names) state.setContainer({ ...bareContainer(id.slice(0, 12), 'docker'), fullId: id, name, image, imageRepo: image.split(':')[0] ?? '', imageTag: image.split(':')[1] ?? '', ip, createdSeconds: Number(startNs / 1_000_000_000n) - 600 });
  const thread = (tid: number, ptid: number, comm: string, exe: string, args: string[], id: string, vtid: number, uid = 0): void => {
    state.addThread({ tid, pid: tid, ptid, vtid, vpid: vtid, sid: tid, comm, exe, exepath: exe, args, env: ['PATH=/usr/bin'], cwd: '/', uid, gid: uid, loginuid: 0xffffffff, cgroups: id === '' ? 'cpu=/user.slice\0' : `cpu=/system.slice/docker-${id}.scope\0`, fdlimit: 1024, vmSizeKb: 90_000, vmRssKb: 20_000 });
  };
  thread(1, 0, 'systemd', '/sbin/init', [], '', 1);
  thread(HOST_BASH, 1, 'bash', '/bin/bash', [], '', HOST_BASH);
  thread(WEB_PID, 1, 'web', '/usr/bin/web', ['--port', '8080'], WEB, 1, 33);
  thread(WORKER_PID, WEB_PID, 'worker', '/usr/bin/worker', [], WEB, 7, 33);
  thread(DATABASE_PID, 1, 'db', '/usr/bin/db', [], DATABASE, 1);
  thread(CLIENT_PID, 1, 'client', '/usr/bin/client', [`${WEB_IP}:8080`], CLIENT, 1);
  state.addFd(WEB_PID, 3, { kind: 'ipv4server', dip: '0.0.0.0', dport: 8080, l4: 2, role: 'server' });
  state.addFd(DATABASE_PID, 3, { kind: 'ipv4server', dip: '0.0.0.0', dport: 5432, l4: 2, role: 'server' });
  state.addFd(HOST_BASH, 0, { kind: 'file', name: '/dev/pts/0', openFlags: 3 });
  return state;
}

/** Writes the capture piece by piece; says how many events it holds (made-up enter events included). */
export function writeSample(sink: (bytes: Uint8Array) => void, options: SampleOptions = {}): number {
  const seconds = options.seconds ?? 10;
  const startNs = options.startNs ?? 1_700_000_000_000_000_000n;
  const state = makeState(startNs);
  const writer = new ScapWriter(state, sink);
  writer.begin();
  const view = new EventView();
  const calls: { at: number; start: number; tid: number; bytes: Uint8Array; cpu: number }[] = [];
  /** One call: `start` and `ns` in ns since the beginning. */
  const call = (tid: number, symbol: string, start: number, ns: number, params: Params): number => {
    calls.push({ at: start + ns, start, tid, bytes: encodeEvent(symbol, { ts: startNs + BigInt(Math.round(start + ns)), tid, params }), cpu: tid % 4 });
    return start + ns + US;
  };
  for (let i = 0; i * 50 * MS < seconds * 1e9; i++) request(call, i, i * 50 * MS + 5 * MS);
  for (let second = 0; second < seconds; second++) spawn(call, second, second * 1e9 + 500 * MS);
  calls.sort((a, b) => a.at - b.at);
  for (const one of calls) if (view.reset(one.bytes, new DataView(one.bytes.buffer), 0, one.cpu, 0xffff, one.bytes.length)) writer.write(state.process(view, one.start));
  writer.end();
  return writer.written;
}

type Call = (tid: number, symbol: string, start: number, ns: number, params: Params) => number;
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** A request of the client, served by the web server out of a file and the database. Every seventh asks for what is not there, every tenth is slow. */
function request(call: Call, i: number, start: number): void {
  const port = 40_000 + i % 20_000;
  const missing = i % 7 === 3, slow = i % 10 === 9, refused = i % 25 === 24;
  const path = missing ? '/missing.html' : `/item/${i % 5}`;
  const clientTuple = inetTuple(CLIENT_IP, port, WEB_IP, 8080);
  let at = call(CLIENT_PID, 'SOCKET_SOCKET_X', start, 5 * US, { fd: 5, domain: AF_INET, type: SOCK_STREAM, proto: 0, flags: 0 });
  at = call(CLIENT_PID, 'SOCKET_CONNECT_X', at, 60 * US, { res: 0, tuple: clientTuple, fd: 5, addr: inetAddress(WEB_IP, 8080) });
  const head = `GET ${path} HTTP/1.1\r\nHost: shop\r\n\r\n`;
  at = call(CLIENT_PID, 'SYSCALL_WRITE_X', at, 9 * US, { res: head.length, data: text(head), fd: 5, size: head.length });
  let web = call(WEB_PID, 'SOCKET_ACCEPT4_6_X', at, 20 * US, { fd: 8, tuple: clientTuple, queuepct: 0, queuelen: 0, queuemax: 128, flags: 0 });
  web = call(WEB_PID, 'SYSCALL_READ_X', web, 12 * US, { res: head.length, data: text(head), fd: 8, size: 4096 });
  if (missing) web = call(WEB_PID, 'SYSCALL_OPENAT_2_X', web, 15 * US, { fd: ENOENT, dirfd: AT_FDCWD, name: `/srv/www${path}`, flags: O_RDONLY | O_CLOEXEC, mode: 0, dev: 0, ino: 0 });
  else {
    web = call(WEB_PID, 'SYSCALL_OPENAT_2_X', web, 22 * US, { fd: 9, dirfd: AT_FDCWD, name: '/srv/www/template.html', flags: O_RDONLY | O_CLOEXEC, mode: 0, dev: 0x801, ino: 77 });
    web = call(WEB_PID, 'SYSCALL_READ_X', web, 18 * US, { res: 512, data: text('<html><body>{{item}}</body></html>'), fd: 9, size: 4096 });
    web = call(WEB_PID, 'SYSCALL_CLOSE_X', web, 2 * US, { res: 0, fd: 9 });
    web = query(call, i, web, slow, refused);
  }
  const status = missing ? '404 Not Found' : refused ? '502 Bad Gateway' : '200 OK';
  const reply = `HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`;
  web = call(WEB_PID, 'SYSCALL_WRITE_X', web, 11 * US, { res: reply.length, data: text(reply), fd: 8, size: reply.length });
  call(WEB_PID, 'SYSCALL_CLOSE_X', web, 4 * US, { res: 0, fd: 8 });
  const waited = call(CLIENT_PID, 'SYSCALL_READ_X', at, web - at + 10 * US, { res: reply.length, data: text(reply), fd: 5, size: 4096 });
  call(CLIENT_PID, 'SYSCALL_CLOSE_X', waited, 3 * US, { res: 0, fd: 5 });
}

function query(call: Call, i: number, start: number, slow: boolean, refused: boolean): number {
  const port = 50_000 + i % 10_000;
  const tuple = inetTuple(WEB_IP, port, DATABASE_IP, 5432);
  let at = call(WEB_PID, 'SOCKET_SOCKET_X', start, 4 * US, { fd: 10, domain: AF_INET, type: SOCK_STREAM, proto: 0, flags: 0 });
  at = call(WEB_PID, 'SOCKET_CONNECT_X', at, 40 * US, { res: refused ? ECONNREFUSED : 0, tuple: refused ? undefined : tuple, fd: 10, addr: inetAddress(DATABASE_IP, 5432) });
  if (refused) return call(WEB_PID, 'SYSCALL_CLOSE_X', at, 2 * US, { res: 0, fd: 10 });
  const sql = `SELECT * FROM item WHERE id = ${i % 5}`;
  at = call(WEB_PID, 'SOCKET_SENDTO_X', at, 8 * US, { res: sql.length, data: text(sql), fd: 10, size: sql.length, tuple });
  let db = call(DATABASE_PID, 'SOCKET_ACCEPT4_6_X', at, 15 * US, { fd: 6, tuple, queuepct: 0, queuelen: 0, queuemax: 64, flags: 0 });
  db = call(DATABASE_PID, 'SOCKET_RECVFROM_X', db, 7 * US, { res: sql.length, data: text(sql), tuple, fd: 6, size: 8192 });
  db = call(DATABASE_PID, 'SYSCALL_PREAD_X', db, slow ? 28 * MS : 90 * US, { res: 4096, data: new Uint8Array(64), fd: 4, size: 4096, pos: i * 4096 });
  db = call(DATABASE_PID, 'SOCKET_SENDTO_X', db, 9 * US, { res: 120, data: text('item row'), fd: 6, size: 120, tuple: inetTuple(DATABASE_IP, 5432, WEB_IP, port) });
  call(DATABASE_PID, 'SYSCALL_CLOSE_X', db, 3 * US, { res: 0, fd: 6 });
  at = call(WEB_PID, 'SOCKET_RECVFROM_X', at, db - at + 6 * US, { res: 120, data: text('item row'), tuple: inetTuple(DATABASE_IP, 5432, WEB_IP, port), fd: 10, size: 8192 });
  return call(WEB_PID, 'SYSCALL_CLOSE_X', at, 3 * US, { res: 0, fd: 10 });
}

/** Once a second the worker starts a program that writes a file and ends. */
function spawn(call: Call, i: number, start: number): void {
  const pid = 6000 + i;
  const common = { exe: '/usr/bin/worker', args: [], tid: WORKER_PID, pid: WORKER_PID, ptid: WEB_PID, cwd: '/', fdlimit: 1024, pgft_maj: 0, pgft_min: 10, vm_size: 9000, vm_rss: 900, vm_swap: 0, cgroups: [`cpu=/system.slice/docker-${WEB}.scope`] };
  const ids = { uid: 33, gid: 33, vtid: 100 + i, vpid: 100 + i, pidns_init_start_ts: 0 };
  let at = call(pid, 'SYSCALL_CLONE_20_X', start, 90 * US, { ...common, res: 0, comm: 'worker', tid: pid, pid, ptid: WORKER_PID, flags: 0x20000000, ...ids });
  at = call(pid, 'SYSCALL_EXECVE_19_X', at, 300 * US, {
    ...common, res: 0, exe: 'report', args: ['--daily'], tid: pid, pid, ptid: WORKER_PID, comm: 'report', env: ['PATH=/usr/bin'], tty: 0, vpgid: pid, loginuid: 0xffffffff, flags: 0, cap_inheritable: 0, cap_permitted: 0, cap_effective: 0,
    exe_ino: 9, exe_ino_ctime: 0, exe_ino_mtime: 0, uid: 33, trusted_exepath: '/usr/bin/report', pgid: pid, gid: 33, filename: '/usr/bin/report',
  });
  at = call(pid, 'SYSCALL_OPENAT_2_X', at, 50 * US, { fd: 3, dirfd: AT_FDCWD, name: `report-${i}.csv`, flags: O_WRONLY | O_CREAT, mode: 0o644, dev: 0x801, ino: 90 + i });
  at = call(pid, 'SYSCALL_WRITE_X', at, 400 * US, { res: 2000, data: text('id,name\n1,first\n'), fd: 3, size: 2000 });
  if (i % 4 === 2) {
    at = call(pid, 'SYSCALL_WRITE_X', at, 5 * US, { res: EPIPE, data: undefined, fd: 1, size: 10 });
    at = call(pid, 'SIGNALDELIVER_E', at, 0, { spid: pid, dpid: pid, sig: SIGPIPE });
  }
  call(pid, 'PROCEXIT_1_E', at, 0, { status: 0, ret: 0, sig: 0, core: 0, reaper_tid: 1 });
}
