// A few moments in the life of a host, call by call: programs that start and end, sockets of every role, descriptors that are copied, reused and closed.
import { fdList, inetAddress, inetTuple, unixAddress, unixTuple, type ParamValue } from '../../../remote-agent/engine/event/encode.ts';
import { joined, RAW, type CaptureBuilder, type Params } from './capturesBuild.ts';
import { CLUSTER, containerJson, containers, dockerCgroups, front, pod, THREAD_FLAGS, WEB } from './capturesWorld.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const BASH = 101, WEB_PID = 200, WEB_IO = 201, DB = 300, GHOST = 400;
const AT_FDCWD = -100, RDONLY = 1, WRONLY = 2, RDWR = 3, CREAT = 4, DIRECTORY = 1 << 10, CLOEXEC = 1 << 12;
const ENOENT = -2, EAGAIN = -11, ECONNREFUSED = -111, EINPROGRESS = -115, EBADF = -9;
const UNIX = 1, INET = 2, INET6 = 10, NETLINK = 16, STREAM = 1, DGRAM = 2, RAW_SOCKET = 3;
const CHILD_IN_PIDNS = 1 << 29;

/** What an exit of clone, fork or vfork says of the process. */
function created(res: number, tid: number, pid: number, ptid: number, comm: string, more: Params = {}): Params {
  return { res, exe: `/bin/${comm}`, args: ['-x'], tid, pid, ptid, cwd: '', fdlimit: 1024, pgft_maj: 2, pgft_min: 300, vm_size: 9000, vm_rss: 800, vm_swap: 4, comm, cgroups: ['cpu=/'], flags: 0, uid: 0, gid: 0, vtid: tid, vpid: pid, ...more };
}
const executed = (tid: number, ptid: number, comm: string, more: Params = {}): Params => ({
  res: 0, exe: comm, args: ['-l', '', 'zwei drei', 'ü'], tid, pid: tid, ptid, cwd: '', fdlimit: 1024, pgft_maj: 5, pgft_min: 700, vm_size: 12000, vm_rss: 2000, vm_swap: 0, comm, cgroups: ['cpu=/'], env: ['A=1', 'LANG=de_DE.UTF-8'], tty: 34816, vpgid: tid, loginuid: 1000, flags: 1, ...more,
});

/** A shell runs a pipeline: forks, execs, a directory that changes, files that come and go. */
function programs(b: CaptureBuilder): void {
  b.call('SYSCALL_PIPE', BASH, {}, { res: 0, fd1: 30, fd2: 31, ino: 5151 });
  for (const [child, comm] of [[500, 'ls'], [501, 'grep']] as const) {
    b.event('SYSCALL_CLONE_20_E', { tid: BASH });
    b.event('SYSCALL_CLONE_20_X', { tid: BASH, params: created(child, BASH, BASH, 100, 'bash', { flags: 0x1200000 }) });
    b.event('SYSCALL_CLONE_20_X', { tid: child, params: created(0, child, child, BASH, 'bash', { flags: 0x1200000 }) });
    b.call('SYSCALL_DUP', child, { fd: comm === 'ls' ? 31 : 30 }, { res: comm === 'ls' ? 1 : 0 });
    b.call('SYSCALL_CLOSE', child, { fd: 30 }, { res: 0 }).call('SYSCALL_CLOSE', child, { fd: 31 }, { res: 0 });
    b.event('SYSCALL_EXECVE_19_E', { tid: child, params: { filename: `/usr/bin/${comm}` } });
    b.event('SYSCALL_EXECVE_19_X', { tid: child, params: executed(child, BASH, comm) });
  }
  b.call('SYSCALL_OPENAT_2', 500, { dirfd: AT_FDCWD, name: '.', flags: RDONLY | DIRECTORY | CLOEXEC, mode: 0 }, { fd: 3, dirfd: AT_FDCWD, name: '.', flags: RDONLY | DIRECTORY | CLOEXEC, mode: 0, dev: 0x801 });
  b.call('SYSCALL_GETDENTS64', 500, { fd: 3 }, { res: 480 }).call('SYSCALL_FCHDIR', 500, { fd: 3 }, { res: 0 }).call('SYSCALL_CLOSE', 500, { fd: 3 }, { res: 0 });
  b.call('SYSCALL_WRITE', 500, { fd: 1, size: 12 }, { res: 12, data: text('eins\nzwei\n\0\n') }).call('SYSCALL_READ', 501, { fd: 0, size: 4096 }, { res: 12, data: text('eins\nzwei\n\0\n') }, { ns: 1_234_567n });
  b.call('SYSCALL_CHDIR', 501, {}, { res: 0, path: '/var/../tmp//x/./' }).call('SYSCALL_CHDIR', 501, {}, { res: ENOENT, path: 'missing' }).call('SYSCALL_GETCWD', 501, {}, { res: 8, path: '/tmp/x' }).call('SYSCALL_CHDIR', 501, {}, { res: 0, path: '..' });
  for (const name of ['relative.txt', '../up.txt', '/abs//double', 'ünï.txt', './a/../b']) b.call('SYSCALL_OPEN', 501, { name, flags: RDWR | CREAT, mode: 0o644 }, { fd: 7, name, flags: RDWR | CREAT, mode: 0o644, dev: 0x801 }).call('SYSCALL_WRITE', 501, { fd: 7, size: 5 }, { res: 5, data: text('hello') }).call('SYSCALL_CLOSE', 501, { fd: 7 }, { res: 0 });
  b.call('SYSCALL_OPENAT_2', 501, { dirfd: 4, name: 'under', flags: RDONLY, mode: 0 }, { fd: 8, dirfd: 4, name: 'under', flags: RDONLY, mode: 0, dev: 1 });
  b.call('SYSCALL_OPENAT_2', 501, { dirfd: 77, name: 'unknown', flags: RDONLY, mode: 0 }, { fd: ENOENT, dirfd: 77, name: 'unknown', flags: RDONLY, mode: 0, dev: 0 });
  b.call('SYSCALL_OPENAT2', 501, { dirfd: AT_FDCWD, name: 'two', flags: WRONLY, mode: 0, resolve: 1 }, { fd: 9, dirfd: AT_FDCWD, name: 'two', flags: WRONLY, mode: 0, resolve: 1 });
  b.call('SYSCALL_CREAT', 501, { name: 'new', mode: 0o755 }, { fd: 10, name: 'new', mode: 0o755, dev: 3 });
  b.event('PROCEXIT_1_E', { tid: 500, params: { status: 0, ret: 0, sig: 0, core: 0 } }).event('PROCEXIT_1_E', { tid: 501, params: { status: 0x100, ret: 1, sig: 0, core: 0 } });
  b.event('SIGNALDELIVER_E', { tid: BASH, params: { spid: 500, dpid: BASH, sig: 17 } });
  b.call('SYSCALL_CLOSE', BASH, { fd: 30 }, { res: 0 }).call('SYSCALL_CLOSE', BASH, { fd: 31 }, { res: 0 }).call('SYSCALL_CLOSE', BASH, { fd: 31 }, { res: EBADF });
}

/** Children that speak first, threads, a child of a namespace, vfork, clone3, old forms, failures, a program that a signal kills. */
function families(b: CaptureBuilder): void {
  b.event('SYSCALL_FORK_20_E', { tid: BASH }).event('SYSCALL_FORK_20_X', { tid: 510, params: created(0, 510, 510, BASH, 'bash') }).event('SYSCALL_FORK_20_X', { tid: BASH, params: created(510, BASH, BASH, 100, 'bash') });
  b.event('SYSCALL_CLONE3_E', { tid: WEB_PID }).event('SYSCALL_CLONE3_X', { tid: WEB_PID, params: created(203, WEB_PID, WEB_PID, 1, 'web', { flags: THREAD_FLAGS, vtid: 1, vpid: 1, cgroups: dockerCgroups(WEB) }) });
  b.event('SYSCALL_CLONE3_X', { tid: 203, params: created(0, 203, WEB_PID, 1, 'web-new', { flags: THREAD_FLAGS, vtid: 9, vpid: 1, cgroups: dockerCgroups(WEB) }) });
  b.event('SYSCALL_CLONE_20_E', { tid: DB }).event('SYSCALL_CLONE_20_X', { tid: DB, params: created(12, DB, DB, 1, 'db', { flags: CHILD_IN_PIDNS, vtid: 1, vpid: 1 }) }).event('SYSCALL_CLONE_20_X', { tid: 520, params: created(0, 520, 520, DB, 'db-child', { vtid: 12, vpid: 12 }) });
  b.event('SYSCALL_VFORK_20_E', { tid: 510 }).event('SYSCALL_VFORK_20_X', { tid: 510, params: created(511, 510, 510, BASH, 'bash', { flags: 1 << 27 }) }).event('SYSCALL_VFORK_20_X', { tid: 511, params: created(0, 511, 511, 510, 'bash', { flags: 1 << 27 }) });
  b.event('SYSCALL_CLONE_20_E', { tid: BASH }).event('SYSCALL_CLONE_20_X', { tid: BASH, params: created(EAGAIN, BASH, BASH, 100, 'bash') });
  b.event('SYSCALL_CLONE_17_E', { tid: 510 }).event('SYSCALL_CLONE_17_X', { tid: 510, params: { res: 512, exe: 'old', args: ['a'], tid: 510, pid: 510, ptid: BASH, comm: 'older', fdlimit: 99, flags: 0, uid: 1000, gid: 1000 } });
  b.event('SYSCALL_EXECVE_18_E', { tid: 512, params: { filename: 'rel/prog' } }).event('SYSCALL_EXECVE_18_X', { tid: 512, params: { res: 0, exe: './prog', args: [], tid: 512, pid: 512, ptid: 510, comm: 'prog', cgroups: ['cpu=/'], env: [], tty: 0 } });
  b.event('SYSCALL_EXECVE_19_E', { tid: 511, params: { filename: '/bin/missing' } }).event('SYSCALL_EXECVE_19_X', { tid: 511, params: executed(511, 510, 'bash', { res: ENOENT }) });
  b.event('SYSCALL_EXECVEAT_E', { tid: 511, params: { dirfd: AT_FDCWD, pathname: '/opt/at', flags: 0 } }).event('SYSCALL_EXECVEAT_X', { tid: 511, params: executed(511, 510, 'at', { exe: '/opt/at', args: joined(['-\t', RAW]) }) });
  // An exec of a program in a container nobody has described, and a thread that an execve leaves alone.
  b.event('SYSCALL_EXECVE_19_E', { tid: 520, params: { filename: '<NA>' } }).event('SYSCALL_EXECVE_19_X', { tid: 520, params: executed(520, DB, 'inner', { cgroups: dockerCgroups('dd'.repeat(32)) }) });
  b.call('SYSCALL_SETSID', 511, {}, { res: 511 }).call('SYSCALL_SETPGID', 511, { pid: 0, pgid: 511 }, { res: 0 }).call('SYSCALL_SETUID', 511, { uid: 33 }, { res: 0 }).call('SYSCALL_SETRESGID', 511, { rgid: 33, egid: 33, sgid: 0xffffffff }, { res: 0 }).call('SYSCALL_SETUID', 511, { uid: 4242 }, { res: 0 }).call('SYSCALL_CHROOT', 511, {}, { res: 0, path: '/srv/root' });
  b.call('SYSCALL_KILL', BASH, { pid: 511, sig: 9 }, { res: 0 }).event('SIGNALDELIVER_E', { tid: 511, params: { spid: BASH, dpid: 511, sig: 9 } }).event('PROCEXIT_1_E', { tid: 511, params: { status: 9, ret: 0, sig: 9, core: 0 } });
  b.event('PROCEXIT_1_E', { tid: 203, params: { status: 0, ret: 0, sig: 0, core: 0 } }).event('PROCEXIT_E', { tid: 512 });
  // Somebody of whom nothing is known.
  b.call('SYSCALL_READ', 777, { fd: 5, size: 10 }, { res: 3, data: text('abc') }).event('SYSCALL_WRITE_X', { tid: 778, params: { res: 1, data: text('x') } });
  b.event('SYSCALL_READ_E', { tid: BASH, params: { fd: 0, size: 1 } }).event('SYSCALL_CLOSE_X', { tid: BASH, params: { res: 0 } }).event('SYSCALL_READ_X', { tid: BASH, params: { res: 1, data: text('q') } });
}

/** Connections of every family, from both ends, refused, in progress, without connecting, and between threads of one process. */
function sockets(b: CaptureBuilder): void {
  const call = (stem: string, tid: number, enter: Params, exit: Params): CaptureBuilder => b.call(`SOCKET_${stem}`, tid, enter, exit);
  const open = (tid: number, fd: number, domain: number, type: number, proto = 0): CaptureBuilder => call('SOCKET', tid, { domain, type, proto }, { fd });
  const clientTuple = inetTuple('192.0.2.10', 43210, '198.51.100.9', 80);
  open(BASH, 40, INET, STREAM, 6);
  call('CONNECT', BASH, { fd: 40, addr: inetAddress('198.51.100.9', 80) }, { res: 0, tuple: clientTuple });
  call('SEND', BASH, { fd: 40, size: 18 }, { res: 18, data: text('GET / HTTP/1.0\r\n\r\n') }); call('RECV', BASH, { fd: 40, size: 4096 }, { res: 30, data: text('HTTP/1.0 200 OK\r\n\r\n<html>body') });
  call('SHUTDOWN', BASH, { fd: 40, how: 1 }, { res: 0 }); call('GETSOCKNAME', BASH, {}, {}); call('GETPEERNAME', BASH, {}, {});
  b.event('SOCKET_GETSOCKOPT_E', { tid: BASH }).event('SOCKET_GETSOCKOPT_X', { tid: BASH, params: { res: 0, fd: 40, level: 1, optname: 4, val: Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0), optlen: 4 } });
  for (const [fd, res] of [[41, ECONNREFUSED], [42, EINPROGRESS]] as const) {
    open(BASH, fd, INET, STREAM);
    call('CONNECT', BASH, { fd, addr: inetAddress('203.0.113.44', 5432) }, { res, tuple: res === EINPROGRESS ? inetTuple('192.0.2.10', 43211, '203.0.113.44', 5432) : undefined });
    call('SEND', BASH, { fd, size: 3 }, { res: res === EINPROGRESS ? 3 : -32, data: text('abc') });
  }
  open(BASH, 43, INET6, STREAM); call('CONNECT', BASH, { fd: 43, addr: inetAddress('2001:db8::77', 443) }, { res: 0, tuple: inetTuple('2001:db8::10', 43212, '2001:db8::77', 443) });
  open(BASH, 44, INET6, DGRAM); call('CONNECT', BASH, { fd: 44, addr: inetAddress('::ffff:192.0.2.53', 53) }, { res: 0, tuple: inetTuple('::ffff:192.0.2.10', 43213, '::ffff:192.0.2.53', 53) });
  open(BASH, 45, UNIX, STREAM); call('CONNECT', BASH, { fd: 45, addr: unixAddress('/run/db.sock') }, { res: 0, tuple: unixTuple(0xffff8880000000a1n, 0xffff8880000000b2n, '/run/db.sock') });
  open(BASH, 46, NETLINK, RAW_SOCKET); open(BASH, 47, INET, RAW_SOCKET, 1); open(BASH, 48, 17, DGRAM); open(BASH, EAGAIN, INET, STREAM);
  call('SENDTO', BASH, { fd: 47, size: 8, tuple: inetTuple('0.0.0.0', 0, '192.0.2.1', 0) }, { res: 8, data: text('ping....') });
  open(WEB_PID, 50, INET, STREAM); call('BIND', WEB_PID, { fd: 50 }, { res: 0, addr: inetAddress('0.0.0.0', 8088) }); call('LISTEN', WEB_PID, { fd: 50, backlog: 128 }, { res: 0 });
  call('ACCEPT4_5', WEB_PID, { flags: 0 }, { fd: 51, tuple: inetTuple('203.0.113.8', 61000, '172.17.0.2', 8088), queuepct: 1, queuelen: 2, queuemax: 128 });
  b.call('SYSCALL_READ', WEB_IO, { fd: 51, size: 100 }, { res: 16, data: text('POST /x HTTP/1.1') }).call('SYSCALL_WRITEV', WEB_IO, { fd: 51, size: 15 }, { res: 15, data: text('HTTP/1.1 404 No') });
  call('ACCEPT', WEB_PID, {}, { fd: 52, tuple: inetTuple('2001:db8::5', 61001, '2001:db8::10', 8088), queuepct: 0 }); call('ACCEPT_5', WEB_PID, {}, { fd: EAGAIN, tuple: undefined, queuepct: 0, queuelen: 0, queuemax: 0 });
  open(WEB_PID, 53, INET6, STREAM); call('BIND', WEB_PID, { fd: 53 }, { res: 0, addr: inetAddress('::', 8089) }); open(WEB_PID, 54, UNIX, STREAM); call('BIND', WEB_PID, { fd: 54 }, { res: 0, addr: unixAddress('/run/web.sock') });
  call('ACCEPT4', WEB_PID, { flags: 0 }, { fd: 55, tuple: unixTuple(0xffff888000000cc1n, 0xffff888000000cc2n, '/run/web.sock'), queuepct: 0 }); call('BIND', WEB_PID, { fd: 99 }, { res: -98, addr: inetAddress('127.0.0.1', 80) });
  // Datagrams: a resolver that never connects, a server that answers, messages with two buffers.
  open(DB, 60, INET, DGRAM, 17); call('SENDTO', DB, { fd: 60, size: 20, tuple: inetTuple('172.17.0.3', 40053, '192.0.2.53', 53) }, { res: 20, data: text('query') }); call('RECVFROM', DB, { fd: 60, size: 512 }, { res: 60, data: text('answer'), tuple: inetTuple('192.0.2.53', 53, '172.17.0.3', 40053) });
  open(DB, 61, INET, DGRAM, 17); call('BIND', DB, { fd: 61 }, { res: 0, addr: inetAddress('0.0.0.0', 5514) });
  call('RECVMSG', DB, { fd: 61 }, { res: 9, size: 9, data: text('<13>hello'), tuple: inetTuple('203.0.113.77', 1024, '172.17.0.3', 5514) }); call('SENDMSG', DB, { fd: 61, size: 3, tuple: inetTuple('172.17.0.3', 5514, '203.0.113.77', 1024) }, { res: 3, data: text('ack') }); call('RECVMSG', DB, { fd: 61 }, { res: EAGAIN, size: 0, data: undefined, tuple: undefined });
  call('SENDTO', GHOST, { fd: 70, size: 2, tuple: inetTuple('192.0.2.10', 1111, '192.0.2.11', 2222) }, { res: 2, data: text('hi') });
  call('SOCKETPAIR', DB, { domain: UNIX, type: STREAM, proto: 0 }, { res: 0, fd1: 62, fd2: 63, source: 0xffff888000000d01n, peer: 0xffff888000000d02n });
  b.call('SYSCALL_WRITE', DB, { fd: 62, size: 2 }, { res: 2, data: text('ab') }).call('SYSCALL_READ', DB, { fd: 63, size: 2 }, { res: 2, data: text('ab') });
}

/** Copies, overwritten numbers, descriptors closed while in use, special files, memory, waits. */
function descriptors(b: CaptureBuilder): void {
  const each = (stem: string, tid: number, enter: Params, exit: Params): CaptureBuilder => b.call(`SYSCALL_${stem}`, tid, enter, exit);
  each('DUP', BASH, { fd: 3 }, { res: 80 }); each('DUP', BASH, { fd: 5 }, { res: 80 }); each('FCNTL', BASH, { fd: 3, cmd: 1 }, { res: 81 }); each('FCNTL', BASH, { fd: 81, cmd: 7 }, { res: 0 }); each('FCNTL', BASH, { fd: 3, cmd: 2 }, { res: EBADF });
  for (const [stem, enter] of [['EVENTFD', { initval: 3, flags: 0 }], ['SIGNALFD', { fd: -1, mask: 5, flags: 0 }], ['TIMERFD_CREATE', { clockid: 1, flags: 0 }], ['INOTIFY_INIT', { flags: 0 }], ['USERFAULTFD', {}]] as const) {
    each(stem, BASH, enter, stem === 'USERFAULTFD' ? { res: 82, flags: 0 } : { res: 82 }); each('READ', BASH, { fd: 82, size: 8 }, { res: 8, data: Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0) }); each('CLOSE', BASH, { fd: 82 }, { res: 0 });
  }
  // A thread closes what another one has just opened anew.
  b.event('SYSCALL_CLOSE_E', { tid: WEB_PID, params: { fd: 3 } }).call('SYSCALL_OPEN', WEB_IO, { name: '/new', flags: RDONLY, mode: 0 }, { fd: 3, name: '/new', flags: RDONLY, mode: 0, dev: 0 }).event('SYSCALL_CLOSE_X', { tid: WEB_PID, params: { res: 0 } }).call('SYSCALL_READ', WEB_IO, { fd: 3, size: 1 }, { res: 0, data: undefined });
  for (const [stem, dir] of [['READ', 4096], ['WRITE', 100], ['PREAD', 4096], ['PWRITE', 4096]] as const) each(stem, BASH, { fd: 18, size: dir, ...(stem.startsWith('P') ? { pos: 2 ** 40 } : {}) }, { res: dir, data: text('Z'.repeat(90)) });
  each('READV', BASH, { fd: 18 }, { res: 3, size: 3, data: text('abc') }); each('PREADV', BASH, { fd: 18, pos: 1 }, { res: 3, size: 3, data: text('abc') }); each('PWRITEV', BASH, { fd: 18, size: 3, pos: 1 }, { res: 3, data: text('abc') });
  each('SENDFILE', BASH, { out_fd: 40, in_fd: 18, offset: 0, size: 100 }, { res: 100, offset: 100 }); each('SPLICE', BASH, { fd_in: 9, fd_out: 18, size: 10, flags: 3 }, { res: 10 }); each('COPY_FILE_RANGE', BASH, { fdin: 3, offin: 0, len: 10 }, { res: 10, fdout: 18, offout: 0 });
  each('POLL', BASH, { fds: fdList([[5, 1], [9, 4]]), timeout: 100 }, { res: 1, fds: fdList([[5, 1]]) }); b.call('SYSCALL_EPOLLWAIT', BASH, { maxevents: 10 }, { res: 0 }, { ns: 5_000_000n }); each('PPOLL', BASH, { fds: fdList([]), timeout: 1, sigmask: 3 }, { res: 0, fds: fdList([]) });
  each('LSEEK', BASH, { fd: 18, offset: -1, whence: 2 }, { res: 99 }); each('IOCTL_3', BASH, { fd: 0, request: 0x5401, argument: 0x7ffe12345678 }, { res: 0 }); each('FSTAT', BASH, { fd: 4 }, { res: 0 });
  each('MMAP', BASH, { addr: 0, length: 4096, prot: 3, flags: 0x22, fd: -1, offset: 0 }, { res: 0x7f0000000000n, vm_size: 13000, vm_rss: 2100, vm_swap: 1 }); each('BRK_4', BASH, { addr: 0 }, { res: 0x55550000n, vm_size: 14000, vm_rss: 2200, vm_swap: 2 }); each('MUNMAP', BASH, { addr: 4096, length: 1 }, { res: -22, vm_size: 14000, vm_rss: 2200, vm_swap: 2 });
  b.call('SYSCALL_FUTEX', BASH, { addr: 0xffffffffffffffffn, op: 0x80, val: 2 }, { res: -110 }, { ns: 60_000_000_000n }).call('SYSCALL_NANOSLEEP', BASH, { interval: 1_000_000_000n }, { res: 0 }, { ns: 1_000_060_000n });
  each('GETRLIMIT', BASH, { resource: 7 }, { res: 0, cur: 2048, max: 4096 }); each('PRLIMIT', BASH, { pid: 0, resource: 7 }, { res: 0, newcur: 512, newmax: 512, oldcur: 1024, oldmax: -1 }); each('SETRLIMIT', WEB_PID, { resource: 7 }, { res: 0, cur: -1, max: -1 });
}

/** Lines to the system log, marks of programs about themselves, page faults, switches, what the kernel module says of itself. */
function signs(b: CaptureBuilder): void {
  for (const message of ['<13>Nov 14 22:13:20 app[101]: started', '<0>panic', '<191>debug', '<999>odd', 'no priority', '<>', '<3>', '<34>\u0001bin']) {
    b.call('SOCKET_SENDTO', BASH, { fd: 10, size: message.length, tuple: unixTuple(0n, 1n, '/dev/log') }, { res: message.length, data: text(message) });
  }
  b.call('SOCKET_SOCKET', DB, { domain: UNIX, type: DGRAM, proto: 0 }, { fd: 64 }).call('SOCKET_CONNECT', DB, { fd: 64, addr: unixAddress('/dev/log') }, { res: 0, tuple: unixTuple(1n, 2n, '/dev/log') }).call('SOCKET_SEND', DB, { fd: 64, size: 9 }, { res: 9, data: text('<28>warn!') }).call('SYSCALL_WRITE', DB, { fd: 64, size: 8 }, { res: 8, data: text('<22>mail') });
  b.call('SYSCALL_OPEN', BASH, { name: '/dev/null', flags: WRONLY, mode: 0 }, { fd: 90, name: '/dev/null', flags: WRONLY, mode: 0, dev: 5 });
  const spans = ['>:5:root:user=häns:', '>:5:root.child:a=1,b=2:', '<:5:root.child:::', '<:5:root::', '>:t:thread:x=y:', '<:t:thread::', '>:p:proc::', '<:p:proc::', '>:::', '[">",7,["json","tag"],[{"k":"v"}]]', '["<",7,["json","tag"],[]]', 'no tracer', '>:9', '<:8:never::'];
  for (const mark of spans) b.call('SYSCALL_WRITE', BASH, { fd: 90, size: mark.length }, { res: mark.length, data: text(mark) }, { ns: 250_000n });
  for (let i = 0; i < 6; i++) b.event('SCHEDSWITCH_6_E', { tid: [BASH, DB, WEB_PID][i % 3] ?? 1, cpu: i % 2, params: { next: [DB, WEB_PID, BASH][i % 3], pgft_maj: i, pgft_min: 100 * i, vm_size: 5000 + i, vm_rss: 600 + i, vm_swap: i } });
  b.event('SYSCALL_READ_E', { tid: BASH, params: { fd: 9, size: 5 } }).event('SCHEDSWITCH_6_E', { tid: BASH, params: { next: 0, pgft_maj: 1, pgft_min: 1, vm_size: 1, vm_rss: 1, vm_swap: 1 } }).event('SYSCALL_READ_X', { tid: BASH, params: { res: 5, data: text('later') } });
  b.event('PAGE_FAULT_E', { tid: BASH, params: { addr: 0x7fffdeadb000n, ip: 0x401000, error: 6 } }).event('DROP_E', { tid: BASH, params: { ratio: 2 } }).event('DROP_X', { tid: BASH, params: { ratio: 2 } }).event('SCAPEVENT_E', { tid: BASH, params: { event_type: 1, event_data: 2n } }).event('CPU_HOTPLUG_E', { tid: 0, params: { cpu: 3, action: 1 } });
  for (const [tid, user] of [[BASH, 10], [BASH, 55], [DB, 200], [WEB_IO, 7]] as const) b.event('PROCINFO_E', { tid, params: { cpu_usr: user, cpu_sys: user * 2 } });
  b.event('NOTIFICATION_E', { tid: -1, params: { id: 'n1', desc: 'something' } }).event('INFRASTRUCTURE_EVENT_E', { tid: -1, params: { source: 's', name: 'n', description: 'd', scope: 'c' } });
}

/** All of it in one file. */
export function life(): Uint8Array {
  const b = containers(front());
  programs(b); families(b); sockets(b); descriptors(b); signs(b);
  b.event('CONTAINER_JSON_2_E', { tid: -1, params: { json: containerJson('dd'.repeat(32), 'late', { type: 6, lookup_state: 2 }) } }).event('CONTAINER_JSON_E', { tid: -1, params: { json: containerJson('0c'.repeat(32), 'bare') } });
  b.event('CONTAINER_E', { tid: -1, params: { id: 'oldest123456', type: 1, name: 'lxc-one', image: 'image' } satisfies Readonly<Record<string, ParamValue>> });
  b.call('SYSCALL_READ', GHOST, { fd: 0, size: 1 }, { res: 0, data: undefined }).call('SYSCALL_OPEN', 520, { name: 'x', flags: RDONLY, mode: 0 }, { fd: 3, name: 'x', flags: RDONLY, mode: 0, dev: 0 });
  // The clock goes back, as it does where events of several processors meet.
  b.now -= 1_000_000n;
  programs(b);
  return b.done();
}

/** What a recording in a cluster holds beside. */
export function cluster(): Uint8Array {
  const b = containers(front());
  for (const json of [...CLUSTER, pod('ADDED'), pod('MODIFIED')]) b.event('K8S_E', { tid: -1, params: { json } });
  programs(b); sockets(b);
  return b.done();
}
