// A capture with what chisels look for: shells within shells, requests over HTTP and to memcached, log files, standard streams, calls of every length.
import { unixAddress, unixTuple, type ParamValue } from '../../../remote-agent/engine/event/encode.ts';
import { joined, type CaptureBuilder, type FdEntry, type Params, type ThreadEntry } from './capturesBuild.ts';
import { containers, dockerCgroups, front, WEB } from './capturesWorld.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const LOGIN_SHELL = 101, INNER_SHELL = 150, SERVER = 200, CLIENT = 400, CACHE = 500, APP = 600, APP_IO = 601, HOST_APP = 700;
const SECOND = 1_000_000_000n;

const inWeb = { vtid: 1, vpid: 1, cgroups: dockerCgroups(WEB) };
const threads: readonly ThreadEntry[] = [
  { tid: 1, ptid: 0, comm: 'systemd', exe: '/sbin/init', sid: 1 }, { tid: 90, ptid: 1, comm: 'sshd', exe: '/usr/sbin/sshd' }, { tid: 100, ptid: 90, comm: 'sshd', exe: 'sshd: häns' },
  { tid: LOGIN_SHELL, ptid: 100, comm: 'bash', exe: '-bash', sid: LOGIN_SHELL, cwd: '/home/häns/', uid: 1000, gid: 1000, loginuid: 1000 },
  { tid: INNER_SHELL, ptid: 1, comm: 'sh', exe: 'sh', uid: 33, ...inWeb },
  { tid: SERVER, ptid: 1, comm: 'web', exe: '/usr/bin/web', uid: 33, gid: 33, ...inWeb }, { tid: CLIENT, ptid: 1, comm: 'client', exe: 'client' }, { tid: CACHE, ptid: 1, comm: 'memcached', exe: 'memcached', cgroups: dockerCgroups('b7'.repeat(32)) },
  { tid: APP, ptid: 1, comm: 'application-long', exe: '/opt/app', args: ['--serve', 'a b'], ...inWeb }, { tid: APP_IO, pid: APP, ptid: 1, comm: 'app-io', exe: '/opt/app', flags: 0x1 | 0x800 | 0x2000 | 0x8000, ...inWeb },
  { tid: HOST_APP, ptid: 1, comm: 'daemon', exe: '/usr/sbin/daemon', vm: [3_000_000, 2_000_000, 0] },
];
const standard: readonly FdEntry[] = [{ fd: 0, type: 16, name: '/dev/pts/1' }, { fd: 1, type: 16, name: '/dev/pts/1' }, { fd: 2, type: 16, name: '/dev/pts/1' }];
const PORTS = { server: 80, cache: 11211 };
const tcp = (fd: number, sip: string, sport: number, dip: string, dport: number): FdEntry => ({ fd, type: 3, sip, sport, dip, dport, l4: 2 });
const fds: ReadonlyMap<number, readonly FdEntry[]> = new Map([
  [LOGIN_SHELL, standard], [INNER_SHELL, standard],
  [CLIENT, [...standard, tcp(3, '172.17.0.1', 50000, '172.17.0.2', PORTS.server), tcp(4, '172.17.0.1', 50001, '172.17.0.2', PORTS.server), { fd: 5, type: 8, source: 1n, peer: 2n, name: '/run/docker.sock' }, tcp(6, '172.17.0.1', 50002, '172.17.0.3', PORTS.cache)]],
  [SERVER, [...standard, tcp(3, '172.17.0.1', 50000, '172.17.0.2', PORTS.server), tcp(4, '172.17.0.1', 50001, '172.17.0.2', PORTS.server)]],
  [CACHE, [tcp(6, '172.17.0.1', 50002, '172.17.0.3', PORTS.cache)]],
  [APP, [...standard, { fd: 3, type: 16, name: '/var/log/app.txt' }, { fd: 4, type: 16, name: '/srv/data_log' }, { fd: 5, type: 16, name: '/srv/old.log.gz' }, { fd: 6, type: 16, name: '/srv/x.log' }, { fd: 7, type: 16, name: '/srv/data' }, { fd: 8, type: 16, name: '/dev/shm/x' }, { fd: 9, type: 16, name: '/dev/ttyS0' }, tcp(10, '172.17.0.2', 40000, '198.51.100.7', 443)]],
  [HOST_APP, [...standard, { fd: 3, type: 16, name: '/var/log/daemon.log' }, { fd: 7, type: 16, name: '/srv/data' }, tcp(10, '192.0.2.10', 40001, '198.51.100.7', 443)]],
]);

const read = (b: CaptureBuilder, tid: number, fd: number, data: string, ns = 1000n): void => { b.call('SYSCALL_READ', tid, { fd, size: 4096 }, { res: text(data).length, data: text(data) }, { ns }); };
const write = (b: CaptureBuilder, tid: number, fd: number, data: string, ns = 1000n): void => { b.call('SYSCALL_WRITE', tid, { fd, size: text(data).length }, { res: text(data).length, data: text(data) }, { ns }); };

interface Program { readonly comm: string; readonly exe?: string; readonly args?: readonly string[]; readonly env?: readonly string[]; readonly more?: Params }

/** A process begins and runs a program; it stays until `ended`. */
function started(b: CaptureBuilder, parent: number, tid: number, { comm, exe = comm, args = [], env = ['A=1'], more = {} }: Program): void {
  const common = { cwd: '', fdlimit: 1024, pgft_maj: 2, pgft_min: 300, vm_size: 9000, vm_rss: 800, vm_swap: 4, cgroups: ['cpu=/'], uid: 0, gid: 0, vtid: tid, vpid: tid, flags: 0, ...more };
  b.event('SYSCALL_CLONE_20_E', { tid: parent });
  b.event('SYSCALL_CLONE_20_X', { tid: parent, params: { ...common, res: tid, exe: 'bash', args: joined([]), tid: parent, pid: parent, ptid: 1, comm: 'bash' } });
  b.event('SYSCALL_CLONE_20_X', { tid, params: { ...common, res: 0, exe: 'bash', args: joined([]), tid, pid: tid, ptid: parent, comm: 'bash' } });
  executed(b, parent, tid, { comm, exe, args, env, more });
}
function executed(b: CaptureBuilder, parent: number, tid: number, { comm, exe = comm, args = [], env = ['A=1'], more = {} }: Program, res = 0): void {
  const common: Record<string, ParamValue> = { cwd: '', fdlimit: 1024, pgft_maj: 2, pgft_min: 300, vm_size: 9000, vm_rss: 800, vm_swap: 4, cgroups: ['cpu=/'] };
  if (more['cgroups'] !== undefined) common['cgroups'] = more['cgroups'];
  b.event('SYSCALL_EXECVE_19_E', { tid, params: { filename: `/usr/bin/${comm}` } });
  b.event('SYSCALL_EXECVE_19_X', { tid, params: { ...common, res, exe, args: joined(args), tid, pid: tid, ptid: parent, comm, env: joined(env), tty: 34816, vpgid: tid, loginuid: 1000, flags: 1 } });
}
const ended = (b: CaptureBuilder, tid: number, status = 0): void => { b.event('PROCEXIT_1_E', { tid, params: { status, ret: status, sig: 0, core: 0 } }); };

/** Shells within shells, on the host and in a container, and what is typed there. */
function shells(b: CaptureBuilder): void {
  started(b, LOGIN_SHELL, 1000, { comm: 'ls', args: ['-l', '/tmp'] }); ended(b, 1000);
  b.call('SYSCALL_CHDIR', LOGIN_SHELL, {}, { res: 0, path: '/srv' }).call('SYSCALL_CHDIR', LOGIN_SHELL, {}, { res: -2, path: '/none' }).call('SYSCALL_CHDIR', SERVER, {}, { res: 0, path: '/srv/www' });
  executed(b, 100, 100, { comm: 'sshd', exe: '/usr/sbin/sshd', args: ['-R'] }); b.call('SYSCALL_CHDIR', 100, {}, { res: 0, path: '/root' });
  started(b, LOGIN_SHELL, 1001, { comm: 'sudo', args: ['-i'] });
  started(b, 1001, 1002, { comm: 'bash', args: ['-i'] });
  started(b, 1002, 1003, { comm: 'apt', args: ['install', 'x'] });
  started(b, 1003, 1004, { comm: 'dpkg', args: ['--unpack'] }); ended(b, 1004);
  ended(b, 1003, 256);
  started(b, 1002, 1005, { comm: 'zsh', exe: '/bin/zsh' });
  started(b, 1005, 1006, { comm: 'tmux', exe: 'tmux: server' });
  started(b, 1006, 1007, { comm: 'bash', exe: '-bash' });
  started(b, 1007, 1008, { comm: 'id', exe: 'id' }); ended(b, 1008);
  b.call('SYSCALL_CHDIR', 1007, {}, { res: 0, path: '..' });
  started(b, 1007, 1009, { comm: 'script.sh', exe: '/bin/sh', args: ['script.sh'] });
  started(b, 1009, 1010, { comm: 'cat', args: ['a', '', 'b c'] }); ended(b, 1010); ended(b, 1009);
  started(b, 1007, 1011, { comm: 'missing' }); executed(b, 1007, 1011, { comm: 'missing' }, -2); ended(b, 1011);
  const inside = { cgroups: dockerCgroups(WEB), vtid: 40, vpid: 40, uid: 33, gid: 33 };
  started(b, INNER_SHELL, 1020, { comm: 'ps', args: ['aux'], more: inside }); ended(b, 1020);
  b.call('SYSCALL_CHDIR', INNER_SHELL, {}, { res: 0, path: '/var/www' });
  started(b, INNER_SHELL, 1021, { comm: 'bash', more: inside });
  started(b, 1021, 1022, { comm: 'vi', args: ['/etc/passwd'], more: inside }); ended(b, 1022);
  started(b, HOST_APP, 1030, { comm: 'sh', args: ['-c', 'run | it'] });
  started(b, 1030, 1031, { comm: 'run' }); ended(b, 1031); ended(b, 1030);
  // Words in the environment that a shell once took for a function, from a parent that lets others set them.
  for (const [i, value] of ['() { :;}; echo vulnerable', '() { :; }; /bin/sh -i', '(){ :;}; x', ' () { :;}', 'harmless () { :;}', '() {'].entries()) {
    started(b, SERVER, 1040 + i, { comm: i % 2 === 0 ? 'bash' : 'sh', args: ['-c', 'x'], env: ['PATH=/bin', `HTTP_USER_AGENT=${value}`, 'LAST=1'], more: inside }); ended(b, 1040 + i);
  }
  started(b, SERVER, 1050, { comm: 'python', env: ['X=() { :;}; echo'] }); ended(b, 1050);
}

/** What programs ran for: from a few µs to hours. */
function lives(b: CaptureBuilder): void {
  for (const [i, ns] of [5n, 999n, 1_000_000n, 9_990_000n, 10_000_000n, 99_000_000n, 500_000_000n, 999_999_000n, SECOND, 2n * SECOND, 9n * SECOND, 10n * SECOND, 59n * SECOND, 61n * SECOND, 4000n * SECOND].entries()) {
    started(b, i % 2 === 0 ? 1 : SERVER, 1100 + i, { comm: `job${i}`, exe: `/opt/job${i}`, args: ['--number', `${i}`], more: i % 2 === 0 ? {} : { cgroups: dockerCgroups(WEB) } });
    b.now += ns;
    ended(b, 1100 + i);
  }
}

/** Calls on files, connections and others of every length around whole milliseconds. */
function slow(b: CaptureBuilder): void {
  const lengths = [1n, 999n, 500_000n, 999_999n, 1_000_000n, 1_000_001n, 1_500_000n, 1_999_999n, 2_000_000n, 10_000_000n, 123_456_789n, 1_234_567_890n];
  for (const tid of [APP, HOST_APP]) for (const ns of lengths) { read(b, tid, 7, 'x', ns); write(b, tid, 10, 'y', ns); b.call('SYSCALL_NANOSLEEP', tid, { interval: ns }, { res: 0 }, { ns }); }
  read(b, APP, 8, 'shared', 5_000_000n); write(b, APP, 9, 'serial', 5_000_000n); read(b, APP, 0, 'typed\n', 5_000_000n);
  b.call('SYSCALL_READ', APP, { fd: 7, size: 10 }, { res: -11, data: undefined }, { ns: 3_000_000n }).call('SYSCALL_READ', APP, { fd: 77, size: 10 }, { res: 2, data: text('un') }, { ns: 3_000_000n }).call('SYSCALL_PREAD', APP_IO, { fd: 7, size: 10, pos: 5 }, { res: 0, data: undefined }, { ns: 3_000_000n });
}

/** Lines in log files and to standard streams. */
function logs(b: CaptureBuilder): void {
  for (const fd of [3, 4, 5, 6]) for (const line of ['one line\n', 'two\nlines\n', 'no end', 'bytes \u0001\t\u00e9 "quoted"\n', '', 'ERROR: it failed\n', 'a warning\n', 'x'.repeat(300)]) write(b, APP, fd, line);
  write(b, HOST_APP, 3, 'daemon: Error 7\n'); read(b, HOST_APP, 3, 'read, not written'); b.call('SYSCALL_WRITE', HOST_APP, { fd: 3, size: 5 }, { res: -28, data: text('full\n') });
  for (const tid of [APP, HOST_APP]) for (const line of ['out\n', 'no end', 'tab\tand\u0001bytes é\n', '\n', '']) { write(b, tid, 1, line); write(b, tid, 2, line); read(b, tid, 0, line); }
  b.call('SYSCALL_WRITE', APP, { fd: 2, size: 5 }, { res: -11, data: text('again') });
}

/** One request and what comes back, both sides of each. */
function exchange(b: CaptureBuilder, fd: number, request: readonly string[], response: readonly string[], ns = 2_000_000n): void {
  for (const part of request) { write(b, CLIENT, fd, part); if (fd < 5) read(b, SERVER, fd, part); }
  b.now += ns;
  for (const part of response) { if (fd < 5) write(b, SERVER, fd, part); read(b, CLIENT, fd, part); }
}

/** Requests over HTTP: methods, hosts, lengths, what comes in pieces, what is none. */
function http(b: CaptureBuilder): void {
  const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nhello, world';
  exchange(b, 3, ['GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n'], [ok]);
  exchange(b, 3, ['GET /a/b?c=d&e=%20f#g HTTP/1.1\r\nUser-Agent: x\r\nHost: shop.example:8080\r\nAccept: */*\r\n\r\n'], ['HTTP/1.1 404 Not Found\r\nServer: x\r\nContent-Length:7\r\n\r\nnothing']);
  exchange(b, 3, ['POST /form HTTP/1.1\r\nhost: lower.example\r\nContent-Length: 3\r\n\r\na=1'], ['HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n'], 15_000_000n);
  for (const method of ['PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'TRACE', 'CONNECT', 'LINK', 'get', 'G']) exchange(b, 3, [`${method} /${method} HTTP/1.1\r\nHost: h\r\n\r\n`], [ok]);
  exchange(b, 4, ['GET /old HTTP/1.0\r\n\r\n'], ['HTTP/1.0 302 Found\r\nLocation: /new\r\n\r\n'], 1_200_000_000n);
  exchange(b, 4, ['GET http://absolute.example/path HTTP/1.1\r\nHost: absolute.example\r\n\r\n'], ['HTTP/1.1 500 Internal Server Error\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n']);
  exchange(b, 4, ['GET /pieces HTTP/1.1\r\n', 'Host: pieces.example\r\n\r\n'], ['HTTP/1.1 200 OK\r\n', 'Content-Length: 999\r\n\r\n', 'body']);
  exchange(b, 4, ['GET /first HTTP/1.1\r\nHost: twice\r\n\r\n', 'GET /second HTTP/1.1\r\nHost: twice\r\n\r\n'], [ok, ok]);
  exchange(b, 4, ['GET HTTP/1.1\r\n\r\n'], [ok]); exchange(b, 4, ['GET  /two  HTTP/1.1\r\nHost:  spaces  \r\n\r\n'], ['HTTP/1.1  200  OK\r\nContent-Length:  44  \r\n\r\n']);
  exchange(b, 4, ['GET /nine HTTP/0.9\r\nHost: nine\r\n\r\n'], ['HTTP/2 200\r\nContent-Length: 4\r\n\r\n']); exchange(b, 4, ['GET /two HTTP/2\r\nHost: two\r\n\r\n'], ['HTTP/1.1 99\r\n\r\n']);
  exchange(b, 4, ['GET /nl HTTP/1.1\nHost: newline\n\n'], ['HTTP/1.1 204 No Content\n\n']);
  exchange(b, 4, [`GET /${'long/'.repeat(60)} HTTP/1.1\r\nHost: long\r\n\r\n`], [ok]); exchange(b, 4, [`GET /late HTTP/1.1\r\nX-Filler: ${'y'.repeat(200)}\r\nHost: late\r\n\r\n`], [`HTTP/1.1 200 OK\r\nX-Filler: ${'z'.repeat(200)}\r\nContent-Length: 77\r\n\r\n`]);
  exchange(b, 5, ['GET /v1.41/containers/json HTTP/1.1\r\nHost: docker\r\n\r\n'], ['HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]']);
  exchange(b, 3, [], [ok]); exchange(b, 3, ['GET /unanswered HTTP/1.1\r\nHost: h\r\n\r\n'], []);
  for (let i = 0; i < 12; i++) exchange(b, 3, [`GET /item/${i} HTTP/1.1\r\nHost: shop.example\r\n\r\n`], [`HTTP/1.1 200 OK\r\nContent-Length: ${i * 1000}\r\n\r\n`], BigInt(i) * 700_000n);
}

/** Lines of memcached's language, asked by a client and answered. */
function memcached(b: CaptureBuilder): void {
  for (const line of ['get key\r\n', 'gets a b c\r\n', 'get   spaces \r\n', 'get \r\n', 'get', 'GET upper\r\n', `get ${'k'.repeat(120)}\r\n`, 'set key 0 60 5\r\nhello\r\n', 'set other 1 0 5000 noreply\r\nx', 'set   odd 0 0 7\r\n1234567\r\n', 'set short\r\n', 'set a b c d\r\n', 'add key 0 0 3\r\nabc\r\n', 'delete key\r\n', 'incr n 1\r\n', 'stats\r\n', 'quit\r\n', '', 'forget it', '\r\nget second\r\n', 'set k 0 0 12\n123456789012\n']) {
    write(b, CLIENT, 6, line); read(b, CACHE, 6, line);
    const answer = line.startsWith('get') ? 'VALUE key 0 5\r\nhello\r\nEND\r\n' : 'STORED\r\n';
    write(b, CACHE, 6, answer); read(b, CLIENT, 6, answer);
  }
}

/** Messages to the system's log, over a connection that is seen to be made. */
function system(b: CaptureBuilder, tid: number): void {
  b.call('SOCKET_SOCKET', tid, { domain: 1, type: 2, proto: 0 }, { fd: 20 }).call('SOCKET_CONNECT', tid, { fd: 20, addr: unixAddress('/dev/log') }, { res: 0, tuple: unixTuple(1n, 2n, '/dev/log') });
  for (const message of ['<11>an error', '<12>a warning', '<30>daemon: started\n', '<165>local4', 'none']) write(b, tid, 20, message);
}

/** Time of processors, as a recording tells it once a second. */
function processors(b: CaptureBuilder): void {
  for (let i = 0; i < 3; i++, b.now += SECOND) {
    for (const [tid, user, system] of [[APP, 10, 5], [APP_IO, 4, 0], [SERVER, 7, 7], [HOST_APP, 25, 50], [CACHE, 0, 0], [CLIENT, 7, 6]] as const) b.event('PROCINFO_E', { tid, params: { cpu_usr: user * (i + 1), cpu_sys: system * (i + 1) } });
  }
}

/** All of it in one file. */
export function forChisels(): Uint8Array {
  const b = containers(front(threads, fds));
  shells(b); slow(b); logs(b); http(b); memcached(b); system(b, HOST_APP); processors(b); lives(b);
  return b.done();
}

/** What is said over connections, to logs and to terminals, in another order and at another pace. */
export function talk(): Uint8Array {
  const b = containers(front(threads, fds));
  b.step = 7000n;
  memcached(b); system(b, APP); http(b); logs(b);
  return b.done();
}
