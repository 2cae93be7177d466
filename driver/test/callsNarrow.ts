// Scripts of a 32-bit program on x86-64: the same events as of 64-bit programs, whatever the width of what pointers lead to.
import { flags, ints, NOWHERE, path, ret, text, words, zeros, type Made, type Script } from './callsScript.ts';

const UNREADABLE = 4, ALL_ONES = 0xffffffff, AF_INET = 2, SOCK_STREAM = 1, IPC_CREAT = 0o1000;
const opened = (m: Made): Record<string, number | string | ((v: unknown) => boolean)> => ({ name: `${m.dir}/f`, flags: flags('file_flags', 'O_RDWR', 'O_CREAT', 'O_F_CREATED'), mode: 0o640, dev: (v) => Number(v) > 0, ino: (v) => Number(v) > 0 });
const some = (v: unknown): boolean => Number(v) > 0;
const memory = { vm_size: some, vm_rss: (v: unknown): boolean => Number(v) >= 0, vm_swap: 0 };
const inet = (v: unknown): boolean => String(v).startsWith('inet 127.0.0.1:');
/** `struct sockaddr_in` of 127.0.0.1 with any port. */
const loopback = ints(AF_INET, 0x0100007f, 0, 0);
const PRIVATE_ANONYMOUS = 0x22;

export const NARROW: readonly Script[] = [
  { what: '32-bit: files', narrow: true, rows: [
    ['open:f', [path('f'), 0o102, 0o640], 'ok', opened],
    ['write', [ret('f'), text('hello world'), 11], 11, (m) => ({ data: 'hello world', fd: m.ret('f'), size: 11 })],
    ['lseek', [ret('f'), -5, 2], 6, (m) => ({ fd: m.ret('f'), offset: BigInt.asUintN(64, -5n), whence: 2 })],
    ['_llseek', [ret('f'), 0, 1, zeros(8), 0], 'ok'],
    ['read', [ret('f'), zeros(16), 16], 10, (m) => ({ data: 'ello world', fd: m.ret('f'), size: 16 })],
    ['pread64', [ret('f'), zeros(8), 4, 6, 0], 4, (m) => ({ data: 'worl', fd: m.ret('f'), size: 4, pos: 6 })],
    ['pwrite64', [ret('f'), text('xy'), 2, 3, 1], 'any', (m) => ({ data: 'xy', fd: m.ret('f'), size: 2, pos: (1n << 32n) + 3n })],
    ['readv', [999, words(zeros(4), 4, zeros(8), 8), 2], 'EBADF', { size: 12, data: '', fd: 999 }],
    ['writev', [ret('f'), words(text('hello '), 6, text('you'), 3), 2], 9, (m) => ({ data: 'hello you', fd: m.ret('f'), size: 9 })],
    ['preadv', [ret('f'), words(zeros(4), 4, zeros(4), 4), 2, 1, 0], 8, (m) => ({ size: 8, data: 'ello wor', fd: m.ret('f'), pos: 1 })],
    ['stat64', [path('f'), zeros(96)], 'ok', (m) => ({ path: `${m.dir}/f` })],
    ['fstat64', [ret('f'), zeros(96)], 'ok', (m) => ({ fd: m.ret('f') })],
    ['fcntl64', [ret('f'), 3, 0], 'ok', (m) => ({ fd: m.ret('f'), cmd: flags('fcntl_commands', 'F_GETFL'), arg: 0 })],
    ['fcntl64', [ret('f'), 12, zeros(24)], 'any', (m) => ({ fd: m.ret('f'), cmd: flags('fcntl_commands', 'F_GETLK64'), arg: m.arg(2) })],
    ['sendfile', [999, ret('f'), words(3), 5], 'EBADF', (m) => ({ offset: 3, out_fd: 999, in_fd: m.ret('f'), size: 5 })],
    ['chown', [path('f'), 0xffff, 34], 'ok', (m) => ({ path: `${m.dir}/f`, uid: ALL_ONES, gid: 34 })],
    ['chown32', [path('f'), -1, 35], 'ok', (m) => ({ path: `${m.dir}/f`, uid: ALL_ONES, gid: 35 })],
    ['rename', [path('f'), path('g')], 'ok', (m) => ({ oldpath: `${m.dir}/f`, newpath: `${m.dir}/g` })],
    ['unlink', [path('none')], 'ENOENT', (m) => ({ path: `${m.dir}/none` })],
    ['mkdir', [NOWHERE, 0o700], 'EFAULT', { path: '', mode: 0o700 }, { flags: UNREADABLE }],
    ['umount', [path('none')], 'ENOENT', (m) => ({ name: `${m.dir}/none`, flags: 0 })],
    ['statfs64', [path('g'), 84, zeros(84)], 'ok'],
    ['truncate64', [path('g'), 7, 0], 'ok'],
    ['close', [ret('f')], 'ok', (m) => ({ fd: m.ret('f') })],
    ['close', [-1], 'EBADF', { fd: -1 }],
  ] },
  { what: '32-bit: sockets, one call each', narrow: true, rows: [
    ['socket:s', [AF_INET, SOCK_STREAM, 0], 'ok', { domain: AF_INET, type: SOCK_STREAM, proto: 0, flags: 0 }],
    ['bind', [ret('s'), loopback, 16], 'ok', (m) => ({ addr: 'inet 127.0.0.1:0', fd: m.ret('s') })],
    ['listen', [ret('s'), 2], 'ok', (m) => ({ fd: m.ret('s'), backlog: 2 })],
    ['getsockname', [ret('s'), zeros(16, 'name'), ints(16)], 'ok', (m) => ({ fd: m.ret('s'), addr: inet })],
    ['socketpair', [1, SOCK_STREAM, 0, zeros(8, 'pair')], 'ok', (m) => ({ fd1: m.int('pair'), fd2: m.int('pair', 1), source: some, peer: some, domain: 1, type: SOCK_STREAM, proto: 0 })],
    ['sendmsg', [{ token: '@pair.0' }, words(0, 0, words(text('hello '), 6, text('you'), 3), 2, 0, 0, 0), 0], 9, (m) => ({ data: 'hello you', fd: m.int('pair'), size: 9, tuple: (v) => String(v).startsWith('unix') })],
    ['recvmsg', [{ token: '@pair.1' }, words(0, 0, words(zeros(4), 4, zeros(16), 16), 2, 0, 0, 0), 0], 9, (m) => ({ size: 20, data: 'hello you', tuple: (v) => String(v).startsWith('unix'), msgcontrol: '', fd: m.int('pair', 1) })],
    ['sendmmsg', [{ token: '@pair.0' }, words(0, 0, words(text('again'), 5), 1, 0, 0, 0, 0), 1, 0], 1, (m) => ({ fd: m.int('pair'), size: 5, data: 'again', tuple: (v) => String(v).startsWith('unix') })],
    ['setsockopt', [ret('s'), 1, 9, ints(1), 4], 'ok', (m) => ({ fd: m.ret('s'), level: 1, optname: flags('sockopt_options', 'SO_KEEPALIVE'), val: '2:1', optlen: 4 })],
  ] },
  { what: '32-bit: sockets through socketcall', narrow: true, rows: [
    ['socketcall:s', [1, words(AF_INET, SOCK_STREAM, 0)], 'ok', { domain: AF_INET, type: SOCK_STREAM, proto: 0, flags: 0 }],
    ['socketcall', [2, words(ret('s'), loopback, 16)], 'ok', (m) => ({ addr: 'inet 127.0.0.1:0', fd: m.ret('s') })],
    ['socketcall', [4, words(ret('s'), 5)], 'ok', (m) => ({ fd: m.ret('s'), backlog: 5 })],
    ['socketcall', [6, words(ret('s'), zeros(16, 'name'), ints(16))], 'ok', (m) => ({ fd: m.ret('s'), addr: inet })],
    ['socketcall:c', [1, words(AF_INET, SOCK_STREAM, 0)], 'ok', { domain: AF_INET, type: SOCK_STREAM, proto: 0, flags: 0 }],
    ['socketcall', [3, words(ret('c'), { token: '&name' }, 16)], 'ok', (m) => ({ tuple: inet, fd: m.ret('c'), addr: inet })],
    ['socketcall:a', [5, words(ret('s'), 0, 0)], 'ok', { tuple: inet, queuepct: 0, queuelen: 0, queuemax: 5 }],
    ['socketcall', [9, words(ret('c'), text('hello'), 5, 0)], 5, (m) => ({ data: 'hello', fd: m.ret('c'), size: 5, tuple: inet })],
    ['socketcall', [10, words(ret('a'), zeros(8), 8, 0)], 5, (m) => ({ data: 'hello', tuple: inet, fd: m.ret('a'), size: 8 })],
    ['socketcall', [15, words(ret('s'), 1, 3, zeros(4), ints(4))], 'ok', (m) => ({ fd: m.ret('s'), level: 1, optname: flags('sockopt_options', 'SO_TYPE'), val: '2:1', optlen: 4 })],
    ['socketcall', [13, words(ret('c'), 2)], 'ok', (m) => ({ fd: m.ret('c'), how: 2 })],
    ['socketcall', [77, words(0)], 'EINVAL'],
    ['socketcall', [1, NOWHERE], 'EFAULT', { domain: 0, type: 0, proto: 0, flags: 0 }],
  ] },
  { what: '32-bit: memory, time and identity', narrow: true, rows: [
    ['mmap2:m', [0, 8192, 3, PRIVATE_ANONYMOUS, -1, 0], 'ok', { res: some, ...memory, addr: 0, length: 8192, prot: 3, flags: flags('mmap_flags', 'MAP_PRIVATE', 'MAP_ANONYMOUS'), fd: -1, offset: 0 }],
    ['mmap', [words(0, 4096, 1, PRIVATE_ANONYMOUS, -1, 0)], 'ok', { res: some, ...memory, addr: 0, length: 4096, prot: 1, flags: flags('mmap_flags', 'MAP_PRIVATE', 'MAP_ANONYMOUS'), fd: -1, offset: 0 }],
    ['mmap2', [0, 4096, 1, 2, 999, 3], 'EBADF', { ...memory, addr: 0, length: 4096, prot: 1, flags: flags('mmap_flags', 'MAP_PRIVATE'), fd: 999, offset: 3 * 4096 }],
    ['munmap', [ret('m'), 8192], 'ok', (m) => ({ ...memory, addr: m.ret('m'), length: 8192 })],
    ['nanosleep', [words(0, 2000000), 0], 'ok', { interval: 2_000_000 }, { waitsNs: 2_000_000n }],
    ['ppoll', [0, 0, words(0, 3000000), 0, 8], 0, { fds: (v) => Array.isArray(v) && v.length === 0, timeout: 3_000_000, sigmask: 0 }, { waitsNs: 3_000_000n }],
    ['ppoll_time64', [0, 0, ints(0, 0, 4000000, 0), 0, 8], 0, { fds: (v) => Array.isArray(v) && v.length === 0, timeout: 4_000_000, sigmask: 0 }, { waitsNs: 4_000_000n }],
    ['getrlimit', [7, zeros(8)], 'ok', { cur: some, max: some, resource: 7 }],
    ['prlimit64', [0, 4, 0, zeros(16)], 'ok', { newcur: -1, newmax: -1, oldcur: (v) => typeof v === 'number', oldmax: (v) => typeof v === 'number', pid: 0, resource: 4 }],
    ['getuid', [], 0, {}], ['getuid32', [], 0, {}],
    ['setresuid16', [0xffff, 0, 0xffff], 'ok', { ruid: ALL_ONES, euid: 0, suid: ALL_ONES }],
    ['setuid32', [0], 'ok', { uid: 0 }],
    ['getresuid16', [zeros(2), zeros(2), zeros(2)], 'ok'],
    ['getpid', [], 'ok'], ['clock_gettime64', [1, zeros(16)], 'ok'], ['time', [0], 'ok'], ['waitpid', [-1, 0, 1], 'ECHILD'],
    ['process_vm_readv', [0x7fffffff, words(zeros(4), 4), 1, words(zeros(4), 4), 1, 0], 'ESRCH', { pid: 0x7fffffff, data: '' }],
    ['execve', [path('none'), words(text('none'), text('-x'), 0), words(text('a'), 0)], 'ENOENT', (m) => ({
      ...Object.fromEntries(['exe', 'args', 'tid', 'pid', 'ptid', 'cwd', 'fdlimit', 'pgft_maj', 'pgft_min', 'vm_size', 'vm_rss', 'vm_swap', 'comm', 'cgroups', 'env', 'tty', 'vpgid', 'loginuid', 'flags', 'cap_inheritable', 'cap_permitted', 'cap_effective', 'exe_ino', 'exe_ino_ctime', 'exe_ino_mtime', 'uid', 'trusted_exepath', 'pgid', 'gid'].map((name) => [name, () => true])),
      exe: 'none', args: '-x\0', env: 'a\0', filename: `${m.dir}/none`,
    })],
  ] },
  { what: '32-bit: semaphores through ipc', narrow: true, rows: [
    ['ipc:s', [2, 0, 1, IPC_CREAT | 0o600, 0, 0], 'ok', { key: 0, nsems: 1, semflg: flags('semget_flags', 'IPC_CREAT') | 0o600 }],
    ['ipc', [3, ret('s'), 0, 16, words(5), 0], 'ok', (m) => ({ semid: m.ret('s'), semnum: 0, cmd: flags('semctl_commands', 'SETVAL'), val: 5 })],
    ['ipc', [1, ret('s'), 1, 0, ints(0x00010000, 0), 0], 'ok', (m) => ({ nsops: 1, sem_num_0: 0, sem_op_0: 1, sem_flg_0: 0, sem_num_1: 0, sem_op_1: 0, sem_flg_1: 0, semid: m.ret('s') })],
    ['ipc', [3, ret('s'), 0, 0, words(0), 0], 'ok', (m) => ({ semid: m.ret('s'), semnum: 0, cmd: flags('semctl_commands', 'IPC_RMID'), val: 0 })],
    ['ipc', [99, 0, 0, 0, 0, 0], 'ENOSYS'],
  ] },
];
