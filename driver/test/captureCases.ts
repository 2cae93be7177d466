// Cases of calls.c: each call with what its event must say. Scripts (callsFiles.ts and beside it) hold the calls that need no preparation in C.
import assert from 'node:assert/strict';
import { ENUMS, SYSCALLS } from '../schema/index.ts';
import type { Value } from './recorder.ts';

export type Facts = Readonly<Record<string, bigint>>;
export interface Made { readonly facts: Facts; readonly dir: string }
export type Expected = (made: Made) => Readonly<Record<string, Value | ((value: Value) => boolean)>>;

/** A fact as a number. */
function n(made: Made, name: string): number { const value = made.facts[name]; assert.notEqual(value, undefined, `the helper says nothing of ${name}`); return Number(value); }
/** The value of named flags. */
function flags(table: string, ...names: string[]): number {
  return names.reduce((sum, name) => sum | (ENUMS[table]?.find(([of]) => of === name)?.[1] ?? assert.fail(`no flag ${name}`)), 0);
}
const file = (...names: string[]): number => flags('file_flags', ...names);
export const ret = (made: Made): number => n(made, 'ret');
const opened = (made: Made): Record<string, Value> => ({ dev: n(made, 'dev'), ino: made.facts['ino'] ?? 0n });
const some = (value: Value): boolean => Number(value) > 0;
const memory = { vm_size: some, vm_rss: (v: Value): boolean => Number(v) >= 0, vm_swap: 0 };

// errno values as the kernel gives them
const ENOENT = -2, EBADF = -9, EAGAIN = -11, EFAULT = -14, ENAMETOOLONG = -36, ECONNREFUSED = -111, EINVAL = -22;

export interface Case { readonly call: string; readonly event: string; readonly nr?: string; readonly params: Expected; readonly flags?: number }
const CUT = 2, UNREADABLE = 4;

export const CASES: readonly Case[] = [
  // files
  { call: 'open', event: 'SYSCALL_OPEN_X', params: (m) => ({ fd: ret(m), name: `${m.dir}/new`, flags: file('O_RDWR', 'O_CREAT', 'O_EXCL', 'O_CLOEXEC', 'O_F_CREATED'), mode: 0o640, ...opened(m) }) },
  { call: 'openat', event: 'SYSCALL_OPENAT_2_X', params: (m) => ({ fd: ret(m), dirfd: -100, name: `${m.dir}/new`, flags: file('O_WRONLY', 'O_CREAT', 'O_TRUNC', 'O_APPEND', 'O_F_CREATED'), mode: 0o600, ...opened(m) }) },
  { call: 'openat-relative', event: 'SYSCALL_OPENAT_2_X', params: (m) => ({ fd: ret(m), dirfd: n(m, 'dirfd'), name: 'there', flags: file('O_RDONLY'), mode: 0, ...opened(m) }) },
  { call: 'openat-missing', event: 'SYSCALL_OPENAT_2_X', params: (m) => ({ fd: ENOENT, dirfd: -100, name: `${m.dir}/missing`, flags: file('O_RDONLY'), mode: 0, dev: 0, ino: 0n }) },
  { call: 'openat-unreadable', event: 'SYSCALL_OPENAT_2_X', flags: UNREADABLE, params: () => ({ fd: EFAULT, dirfd: -100, name: '', flags: file('O_RDONLY'), mode: 0, dev: 0, ino: 0n }) },
  { call: 'openat-long', event: 'SYSCALL_OPENAT_2_X', params: (m) => ({ fd: (v) => v === ENOENT || v === ENAMETOOLONG, dirfd: -100, name: (v) => typeof v === 'string' && v.length === 4095 && v.startsWith(m.dir) && v.endsWith('z'), flags: file('O_RDONLY'), mode: 0, dev: 0, ino: 0n }) },
  { call: 'openat2', event: 'SYSCALL_OPENAT2_X', params: (m) => ({ fd: ret(m), dirfd: -100, name: `${m.dir}/new`, flags: file('O_RDWR', 'O_CREAT', 'O_F_CREATED'), mode: 0o604, resolve: flags('openat2_flags', 'RESOLVE_NO_MAGICLINKS', 'RESOLVE_NO_XDEV'), ...opened(m) }) },
  { call: 'creat', event: 'SYSCALL_CREAT_X', params: (m) => ({ fd: ret(m), name: `${m.dir}/new`, mode: 0o611, ...opened(m), creat_flags: 0 }) },
  { call: 'close', event: 'SYSCALL_CLOSE_X', params: (m) => ({ res: 0, fd: n(m, 'fd') }) },
  { call: 'close-bad', event: 'SYSCALL_CLOSE_X', params: () => ({ res: EBADF, fd: 777 }) },
  { call: 'stat', event: 'SYSCALL_STAT_X', params: (m) => ({ res: 0, path: `${m.dir}/f` }) },
  { call: 'lstat', event: 'SYSCALL_LSTAT_X', params: (m) => ({ res: 0, path: `${m.dir}/f` }) },
  { call: 'fstat', event: 'SYSCALL_FSTAT_X', params: (m) => ({ res: 0, fd: n(m, 'fd') }) },
  { call: 'newfstatat', event: 'SYSCALL_NEWFSTATAT_X', params: (m) => ({ res: 0, dirfd: -100, path: `${m.dir}/f`, flags: flags('newfstatat_flags', 'AT_SYMLINK_NOFOLLOW') }) },
  { call: 'access', event: 'SYSCALL_ACCESS_X', params: (m) => ({ res: ret(m), name: `${m.dir}/f`, mode: flags('access_flags', 'R_OK', 'X_OK') }) },
  { call: 'faccessat', event: 'GENERIC_X', params: () => ({ ID: code('faccessat'), nativeID: 269, res: 0, a0: BigInt.asUintN(64, -100n), a1: (v) => typeof v === 'bigint' && v > 0n, a2: 4n }) },
  { call: 'unlink', event: 'SYSCALL_UNLINK_2_X', params: (m) => ({ res: 0, path: `${m.dir}/f` }) },
  { call: 'unlinkat', event: 'SYSCALL_UNLINKAT_2_X', params: (m) => ({ res: 0, dirfd: -100, name: `${m.dir}/d`, flags: flags('unlinkat_flags', 'AT_REMOVEDIR') }) },
  { call: 'rename', event: 'SYSCALL_RENAME_X', params: (m) => ({ res: 0, oldpath: `${m.dir}/f`, newpath: `${m.dir}/g` }) },
  { call: 'renameat', event: 'SYSCALL_RENAMEAT_X', params: (m) => ({ res: 0, olddirfd: -100, oldpath: `${m.dir}/f`, newdirfd: -100, newpath: `${m.dir}/g` }) },
  { call: 'renameat2', event: 'SYSCALL_RENAMEAT2_X', params: (m) => ({ res: 0, olddirfd: -100, oldpath: `${m.dir}/f`, newdirfd: -100, newpath: `${m.dir}/g`, flags: flags('renameat2_flags', 'RENAME_NOREPLACE') }) },
  { call: 'mkdir', event: 'SYSCALL_MKDIR_2_X', params: (m) => ({ res: 0, path: `${m.dir}/new`, mode: 0o750 }) },
  { call: 'mkdirat', event: 'SYSCALL_MKDIRAT_X', params: (m) => ({ res: 0, dirfd: -100, path: `${m.dir}/new`, mode: 0o705 }) },
  { call: 'rmdir', event: 'SYSCALL_RMDIR_2_X', params: (m) => ({ res: 0, path: `${m.dir}/d` }) },
  { call: 'link', event: 'SYSCALL_LINK_2_X', params: (m) => ({ res: 0, oldpath: `${m.dir}/f`, newpath: `${m.dir}/g` }) },
  { call: 'linkat', event: 'SYSCALL_LINKAT_2_X', params: (m) => ({ res: 0, olddir: -100, oldpath: `${m.dir}/f`, newdir: -100, newpath: `${m.dir}/g`, flags: flags('linkat_flags', 'AT_SYMLINK_FOLLOW') }) },
  { call: 'symlink', event: 'SYSCALL_SYMLINK_X', params: (m) => ({ res: 0, target: 'to nowhere', linkpath: `${m.dir}/new` }) },
  { call: 'symlinkat', event: 'SYSCALL_SYMLINKAT_X', params: (m) => ({ res: 0, target: 'to nowhere', linkdirfd: -100, linkpath: `${m.dir}/new` }) },
  { call: 'chmod', event: 'SYSCALL_CHMOD_X', params: (m) => ({ res: 0, filename: `${m.dir}/f`, mode: 0o4755 }) },
  { call: 'fchmod', event: 'SYSCALL_FCHMOD_X', params: (m) => ({ res: 0, fd: n(m, 'fd'), mode: 0o600 }) },
  { call: 'fchmodat', event: 'SYSCALL_FCHMODAT_X', params: (m) => ({ res: 0, dirfd: -100, filename: `${m.dir}/f`, mode: 0o622 }) },
  { call: 'chown', event: 'SYSCALL_CHOWN_X', params: (m) => ({ res: 0, path: `${m.dir}/f`, uid: 12, gid: 34 }) },
  { call: 'chdir', event: 'SYSCALL_CHDIR_X', params: (m) => ({ res: 0, path: m.dir }) },
  { call: 'fchdir', event: 'SYSCALL_FCHDIR_X', params: (m) => ({ res: 0, fd: n(m, 'fd') }) },
  { call: 'getcwd', event: 'SYSCALL_GETCWD_X', params: (m) => ({ res: ret(m), path: m.dir }) },
  { call: 'mknod', event: 'SYSCALL_MKNOD_X', params: (m) => ({ res: 0, path: `${m.dir}/new`, mode: 0o10620, dev: 0 }) },
  { call: 'mknodat', event: 'SYSCALL_MKNODAT_X', params: (m) => ({ res: 0, dirfd: -100, path: `${m.dir}/new`, mode: 0o10602, dev: 0 }) },
  // reading and writing
  { call: 'read', event: 'SYSCALL_READ_X', params: (m) => ({ res: 11, data: 'hello world', fd: n(m, 'fd'), size: 60 }) },
  { call: 'read-bad', event: 'SYSCALL_READ_X', params: () => ({ res: EBADF, data: '', fd: 777, size: 60 }) },
  { call: 'readv', event: 'SYSCALL_READV_X', params: (m) => ({ res: 11, size: 64, data: 'hello world', fd: n(m, 'fd') }) },
  { call: 'pread64', event: 'SYSCALL_PREAD_X', params: (m) => ({ res: 5, data: 'world', fd: n(m, 'fd'), size: 5, pos: 6n }) },
  { call: 'preadv', event: 'SYSCALL_PREADV_X', params: (m) => ({ res: 9, size: 64, data: 'llo world', fd: n(m, 'fd'), pos: 2n }) },
  { call: 'write', event: 'SYSCALL_WRITE_X', params: (m) => ({ res: 5, data: 'hello', fd: n(m, 'fd'), size: 5 }) },
  { call: 'write-big', event: 'SYSCALL_WRITE_X', flags: CUT, params: (m) => ({ res: 200, data: 'B'.repeat(80), fd: n(m, 'fd'), size: 200 }) },
  { call: 'write-unreadable', event: 'SYSCALL_WRITE_X', flags: UNREADABLE, params: (m) => ({ res: EFAULT, data: '', fd: n(m, 'fd'), size: 30 }) },
  { call: 'writev', event: 'SYSCALL_WRITEV_X', params: (m) => ({ res: 11, data: 'hello world', fd: n(m, 'fd'), size: 11 }) },
  { call: 'pwrite64', event: 'SYSCALL_PWRITE_X', params: (m) => ({ res: 5, data: 'hello', fd: n(m, 'fd'), size: 5, pos: 3n }) },
  { call: 'pwritev', event: 'SYSCALL_PWRITEV_X', params: (m) => ({ res: 11, data: 'hello world', fd: n(m, 'fd'), size: 11, pos: 4n }) },
  { call: 'lseek', event: 'SYSCALL_LSEEK_X', params: (m) => ({ res: 7, fd: n(m, 'fd'), offset: BigInt.asUintN(64, -3n), whence: 2 }) },
  { call: 'ioctl', event: 'SYSCALL_IOCTL_3_X', params: (m) => ({ res: 0, fd: n(m, 'fd'), request: 0x541bn, argument: m.facts['arg'] ?? 0n }) },
  { call: 'fcntl', event: 'SYSCALL_FCNTL_X', params: (m) => ({ res: 100, fd: n(m, 'fd'), cmd: flags('fcntl_commands', 'F_DUPFD_CLOEXEC'), arg: 100n }) },
  { call: 'dup', event: 'SYSCALL_DUP_1_X', params: (m) => ({ res: ret(m), oldfd: n(m, 'fd') }) },
  { call: 'dup2', event: 'SYSCALL_DUP2_X', params: (m) => ({ res: 55, oldfd: n(m, 'fd'), newfd: 55 }) },
  { call: 'dup3', event: 'SYSCALL_DUP3_X', params: (m) => ({ res: 56, oldfd: n(m, 'fd'), newfd: 56, flags: file('O_CLOEXEC') }) },
  { call: 'pipe', event: 'SYSCALL_PIPE_X', params: (m) => ({ res: 0, fd1: n(m, 'fd1'), fd2: n(m, 'fd2'), ino: m.facts['ino'] ?? 0n }) },
  { call: 'pipe2', event: 'SYSCALL_PIPE2_X', params: (m) => ({ res: 0, fd1: n(m, 'fd1'), fd2: n(m, 'fd2'), ino: m.facts['ino'] ?? 0n, flags: file('O_CLOEXEC', 'O_NONBLOCK') }) },
  { call: 'eventfd2', event: 'SYSCALL_EVENTFD2_X', params: (m) => ({ res: ret(m), flags: file('O_CLOEXEC'), initval: 5n }) },
  { call: 'epoll_create1', event: 'SYSCALL_EPOLL_CREATE1_X', params: (m) => ({ res: ret(m), flags: flags('epoll_create1_flags', 'EPOLL_CLOEXEC') }) },
  { call: 'timerfd_create', event: 'SYSCALL_TIMERFD_CREATE_X', params: (m) => ({ res: ret(m), clockid: 1, flags: 0 }) },
  { call: 'inotify_init1', event: 'SYSCALL_INOTIFY_INIT1_X', params: (m) => ({ res: ret(m), flags: file('O_NONBLOCK') }) },
  { call: 'memfd_create', event: 'SYSCALL_MEMFD_CREATE_X', params: (m) => ({ fd: ret(m), name: 'porthole', flags: flags('memfd_create_flags', 'MFD_CLOEXEC') }) },
  // sockets
  { call: 'socket', event: 'SOCKET_SOCKET_X', params: (m) => ({ fd: ret(m), domain: 10, type: 1 | 0o2000000, proto: 6, flags: file('O_CLOEXEC') }) },
  { call: 'socketpair', event: 'SOCKET_SOCKETPAIR_X', params: (m) => ({ res: 0, fd1: n(m, 'fd1'), fd2: n(m, 'fd2'), source: (v) => v !== 0n, peer: (v) => v !== 0n, domain: 1, type: 1, proto: 0 }) },
  { call: 'bind', event: 'SOCKET_BIND_X', params: (m) => ({ res: 0, addr: 'inet 127.0.0.5:0', fd: n(m, 'fd') }) },
  { call: 'bind-unix', event: 'SOCKET_BIND_X', params: (m) => ({ res: 0, addr: `unix ${m.dir}/s`, fd: n(m, 'fd') }) },
  { call: 'bind-abstract', event: 'SOCKET_BIND_X', params: (m) => ({ res: 0, addr: 'unix @porthole', fd: n(m, 'fd') }) },
  { call: 'listen', event: 'SOCKET_LISTEN_X', params: (m) => ({ res: 0, fd: n(m, 'fd'), backlog: 9 }) },
  { call: 'connect', event: 'SOCKET_CONNECT_X', params: (m) => ({ res: 0, tuple: outbound(m), fd: n(m, 'fd'), addr: `inet 127.0.0.1:${String(n(m, 'server_port'))}` }) },
  { call: 'connect6', event: 'SOCKET_CONNECT_X', params: (m) => ({ res: 0, tuple: outbound6(m), fd: n(m, 'fd'), addr: `inet6 ${LOOPBACK6}:${String(n(m, 'server_port'))}` }) },
  { call: 'connect-refused', event: 'SOCKET_CONNECT_X', params: (m) => ({ res: ECONNREFUSED, tuple: '', fd: n(m, 'fd'), addr: `inet 127.0.0.1:${String(n(m, 'server_port'))}` }) },
  { call: 'connect-unix', event: 'SOCKET_CONNECT_X', params: (m) => ({ res: 0, tuple: `unix ${m.dir}/s`, fd: n(m, 'fd'), addr: `unix ${m.dir}/s` }) },
  { call: 'accept', event: 'SOCKET_ACCEPT_5_X', params: (m) => ({ fd: ret(m), tuple: outbound(m), queuepct: 14, queuelen: 1, queuemax: 7 }) },
  { call: 'accept4', event: 'SOCKET_ACCEPT4_6_X', params: (m) => ({ fd: ret(m), tuple: outbound(m), queuepct: 14, queuelen: 1, queuemax: 7, flags: 0o2000000 }) },
  { call: 'shutdown', event: 'SOCKET_SHUTDOWN_X', params: (m) => ({ res: 0, fd: n(m, 'fd'), how: 1 }) },
  { call: 'sendto', event: 'SOCKET_SENDTO_X', params: (m) => ({ res: 5, data: 'hello', fd: n(m, 'fd'), size: 5, tuple: outbound(m) }) },
  { call: 'sendto6', event: 'SOCKET_SENDTO_X', params: (m) => ({ res: 5, data: 'hello', fd: n(m, 'fd'), size: 5, tuple: outbound6(m) }) },
  { call: 'sendto-udp', event: 'SOCKET_SENDTO_X', params: (m) => ({ res: 5, data: 'hello', fd: n(m, 'fd'), size: 5, tuple: outbound(m) }) },
  { call: 'recvfrom', event: 'SOCKET_RECVFROM_X', params: (m) => ({ res: 6, data: 'answer', tuple: inbound(m), fd: n(m, 'fd'), size: 60 }) },
  { call: 'recvfrom-udp', event: 'SOCKET_RECVFROM_X', params: (m) => ({ res: 5, data: 'hello', tuple: outbound(m), fd: n(m, 'fd'), size: 60 }) },
  { call: 'sendmsg', event: 'SOCKET_SENDMSG_X', params: (m) => ({ res: 11, data: 'hello world', fd: n(m, 'fd'), size: 11, tuple: outbound(m) }) },
  { call: 'recvmsg', event: 'SOCKET_RECVMSG_X', params: (m) => ({ res: 6, size: 44, data: 'answer', tuple: inbound(m), msgcontrol: '', fd: n(m, 'fd') }) },
  { call: 'setsockopt', event: 'SOCKET_SETSOCKOPT_X', params: (m) => ({ res: 0, fd: n(m, 'fd'), level: 1, optname: 2, val: '2:1', optlen: 4 }) },
  { call: 'setsockopt-time', event: 'SOCKET_SETSOCKOPT_X', params: (m) => ({ res: 0, fd: n(m, 'fd'), level: 1, optname: 20, val: '4:2500000000', optlen: 16 }) },
  { call: 'getsockopt', event: 'SOCKET_GETSOCKOPT_X', params: (m) => ({ res: 0, fd: n(m, 'fd'), level: 1, optname: 4, val: `1:${String(-n(m, 'code'))}`, optlen: 4 }) },
  // signals, waiting, memory, identity
  { call: 'kill', event: 'SYSCALL_KILL_X', params: (m) => ({ res: 0, pid: n(m, 'pid'), sig: 10 }) },
  { call: 'tkill', event: 'SYSCALL_TKILL_X', params: (m) => ({ res: 0, tid: n(m, 'pid'), sig: 0 }) },
  { call: 'tgkill', event: 'SYSCALL_TGKILL_X', params: (m) => ({ res: 0, pid: n(m, 'pid'), tid: n(m, 'pid'), sig: 0 }) },
  { call: 'futex', event: 'SYSCALL_FUTEX_X', params: (m) => ({ res: EAGAIN, addr: m.facts['addr'] ?? 0n, op: flags('futex_operations', 'FUTEX_WAIT', 'FUTEX_PRIVATE_FLAG'), val: 4n }) },
  { call: 'poll', event: 'SYSCALL_POLL_X', params: (m) => ({ res: 1, fds: (v) => JSON.stringify(v) === JSON.stringify([[n(m, 'fd'), 1]]), timeout: 50 }) },
  { call: 'ppoll', event: 'SYSCALL_PPOLL_X', params: () => ({ res: 0, fds: (v) => Array.isArray(v) && v.length === 0, timeout: 20_000_000n, sigmask: 0 }) },
  { call: 'select', event: 'SYSCALL_SELECT_X', params: () => ({ res: 0 }) },
  { call: 'epoll_wait', event: 'SYSCALL_EPOLLWAIT_X', params: () => ({ res: 0, maxevents: 4 }) },
  { call: 'ptrace', event: 'SYSCALL_PTRACE_X', params: (m) => ({ res: 0, addr: `0:${String(n(m, 'addr'))}`, data: `0:${String(0x1122334455)}`, request: flags('ptrace_requests', 'PTRACE_PEEKDATA'), pid: n(m, 'child') }) },
  { call: 'ptrace-cont', event: 'SYSCALL_PTRACE_X', params: (m) => ({ res: 0, addr: '0:0', data: '1:\t', request: flags('ptrace_requests', 'PTRACE_CONT'), pid: n(m, 'child') }) },
  { call: 'nanosleep', event: 'SYSCALL_NANOSLEEP_X', params: () => ({ res: 0, interval: 20_000_000n }) },
  { call: 'mmap', event: 'SYSCALL_MMAP_X', params: (m) => ({ res: ret(m), ...memory, addr: 0n, length: 8192n, prot: 3, flags: flags('mmap_flags', 'MAP_PRIVATE', 'MAP_ANONYMOUS', 'MAP_NORESERVE'), fd: -1, offset: 0n }) },
  { call: 'munmap', event: 'SYSCALL_MUNMAP_X', params: (m) => ({ res: 0, ...memory, addr: m.facts['addr'] ?? 0n, length: 8192n }) },
  { call: 'mprotect', event: 'SYSCALL_MPROTECT_X', params: (m) => ({ res: 0, addr: m.facts['addr'] ?? 0n, length: 4096n, prot: 5 }) },
  { call: 'brk', event: 'SYSCALL_BRK_4_X', params: (m) => ({ res: m.facts['ret'] ?? 0n, ...memory, addr: m.facts['addr'] ?? 0n }) },
  { call: 'setuid', event: 'SYSCALL_SETUID_X', params: () => ({ res: 0, uid: 0 }) },
  { call: 'setgid', event: 'SYSCALL_SETGID_X', params: () => ({ res: 0, gid: 0 }) },
  { call: 'setresuid', event: 'SYSCALL_SETRESUID_X', params: () => ({ res: 0, ruid: 0, euid: 0xffffffff, suid: 0 }) },
  { call: 'setresgid', event: 'SYSCALL_SETRESGID_X', params: () => ({ res: 0, rgid: 0, egid: 0, sgid: 0xffffffff }) },
  { call: 'getuid', event: 'SYSCALL_GETUID_X', params: () => ({ uid: 0 }) },
  { call: 'getresuid', event: 'SYSCALL_GETRESUID_X', params: () => ({ res: 0, ruid: 0, euid: 0, suid: 0 }) },
  { call: 'getrlimit', event: 'SYSCALL_GETRLIMIT_X', params: (m) => ({ res: 0, cur: n(m, 'cur'), max: n(m, 'max'), resource: 7 }) },
  { call: 'setsid', event: 'SYSCALL_SETSID_X', params: (m) => ({ res: n(m, 'pid') }) },
  { call: 'setpgid', event: 'SYSCALL_SETPGID_X', params: () => ({ res: 0, pid: 0, pgid: 0 }) },
  { call: 'prctl', event: 'SYSCALL_PRCTL_X', params: () => ({ res: 0, option: 15, arg2_str: 'renamed', arg2_int: 0 }) },
  { call: 'getpriority', event: 'GENERIC_X', params: (m) => ({ ID: code('getpriority'), nativeID: 140, res: ret(m), a0: 0n, a1: 0n }) },
  { call: 'sched_getparam-bad', event: 'GENERIC_X', params: () => ({ ID: code('sched_getparam'), nativeID: 143, res: EINVAL, a0: BigInt.asUintN(64, -1n), a1: 0n }) },
];

const LOOPBACK6 = '00000000000000000000000000000001';
function ends(m: Made, address: string, from: string, to: string): string { return `${address}:${String(n(m, from))} -> ${address.split(' ').at(-1) ?? ''}:${String(n(m, to))}`; }
function outbound(m: Made): string { return ends(m, 'inet 127.0.0.1', 'client_port', 'server_port'); }
function inbound(m: Made): string { return ends(m, 'inet 127.0.0.1', 'server_port', 'client_port'); }
function outbound6(m: Made): string { return ends(m, `inet6 ${LOOPBACK6}`, 'client_port', 'server_port'); }
export function code(name: string): number { return SYSCALLS.find((s) => s.name === name)?.code ?? -1; }
