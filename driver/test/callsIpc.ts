// Scripts: semaphores, messages, shared memory, futexes, waiting for descriptors, sockets.
import { at, bytes, flags, int, ints, NOWHERE, path, ret, text, words, zeros, type Made, type Script } from './callsScript.ts';

const IPC_CREAT = 0o1000, IPC_EXCL = 0o2000, IPC_RMID = 0, UNREADABLE = 4, CUT = 2;
const LOOPBACK = [127, 0, 0, 1], AF_INET = 2, AF_UNIX = 1, SOCK_STREAM = 1, SOCK_DGRAM = 2, SOL_SOCKET = 1;
/** `struct sembuf`: number, operation, flags. */
const steps = (...list: readonly (readonly [number, number, number])[]): ReturnType<typeof bytes> => bytes(Buffer.from(Int16Array.from(list.flat()).buffer));
const inet = (port: number): ReturnType<typeof bytes> => bytes(Buffer.from([AF_INET, 0, port >> 8, port & 255, ...LOOPBACK, 0, 0, 0, 0, 0, 0, 0, 0]));
const unix = (name: string): ReturnType<typeof bytes> => bytes(Buffer.concat([Buffer.from([AF_UNIX, 0]), Buffer.from(`${name}\0`)]));
const semctl = (cmd: string, more: Record<string, number> = {}) => (m: Made): Record<string, number | bigint> => ({ semid: m.ret('s'), semnum: 0, cmd: flags('semctl_commands', cmd), val: 0, ...more });
/** A port that nobody listens on. */
const CLOSED = 9;

export const IPC: readonly Script[] = [
  { what: 'semaphores', rows: [
    ['semget:s', [0, 2, IPC_CREAT | IPC_EXCL | 0o600], 'ok', { key: 0, nsems: 2, semflg: flags('semget_flags', 'IPC_CREAT', 'IPC_EXCL') | 0o600 }],
    ['semctl', [ret('s'), 0, 16, 5], 'ok', semctl('SETVAL', { val: 5 })],
    ['semctl', [ret('s'), 1, 12, 0], 'ok', semctl('GETVAL', { semnum: 1 })],
    ['semctl', [ret('s'), 0, 2, zeros(104)], 'ok', semctl('IPC_STAT')],
    ['semop', [ret('s'), steps([0, -2, 0x1000]), 1], 'ok', (m) => ({ nsops: 1, sem_num_0: 0, sem_op_0: -2, sem_flg_0: flags('semop_flags', 'SEM_UNDO'), sem_num_1: 0, sem_op_1: 0, sem_flg_1: 0, semid: m.ret('s') })],
    ['semop', [ret('s'), steps([0, 1, 0], [1, -1, 0o4000]), 2], 'EAGAIN', (m) => ({ nsops: 2, sem_num_0: 0, sem_op_0: 1, sem_flg_0: 0, sem_num_1: 1, sem_op_1: -1, sem_flg_1: flags('semop_flags', 'IPC_NOWAIT'), semid: m.ret('s') })],
    ['semop', [ret('s'), NOWHERE, 1], 'EFAULT', (m) => ({ nsops: 1, sem_num_0: 0, sem_op_0: 0, sem_flg_0: 0, sem_num_1: 0, sem_op_1: 0, sem_flg_1: 0, semid: m.ret('s') }), { flags: UNREADABLE }],
    ['semtimedop', [ret('s'), steps([1, -1, 0]), 1, words(0, 2000000)], 'EAGAIN', undefined, { waitsNs: 2_000_000n }],
    ['semctl', [ret('s'), 0, IPC_RMID, 0], 'ok', semctl('IPC_RMID')],
    ['semctl', [ret('s'), 0, 11, 0], 'EINVAL|EIDRM', semctl('GETPID')],
    ['semget', [0x7f00beef, 0, 0], 'ENOENT', { key: 0x7f00beef, nsems: 0, semflg: 0 }],
  ] },
  { what: 'messages and shared memory', rows: [
    ['msgget:q', [0, IPC_CREAT | 0o600], 'ok'], ['msgsnd', [ret('q'), words(1, 0x6f6c6c6568n), 5, 0], 'ok'], ['msgrcv', [ret('q'), zeros(32), 16, 0, 0], 5],
    ['msgctl', [ret('q'), IPC_RMID, 0], 'ok'], ['msgsnd', [ret('q'), words(1, 2), 5, 0], 'EINVAL|EIDRM'],
    ['shmget:m', [0, 4096, IPC_CREAT | 0o600], 'ok'], ['shmat:a', [ret('m'), 0, 0], 'ok'], ['shmctl', [ret('m'), IPC_RMID, 0], 'ok'], ['shmdt', [ret('a')], 'ok'], ['shmdt', [NOWHERE], 'EINVAL'],
    ['mq_open:p', [text('porthole'), 0o102, 0o600, 0], 'ok'], ['mq_unlink', [text('porthole')], 'ok'], ['mq_timedsend', [ret('p'), text('hello'), 5, 1, 0], 'ok'],
    ['mq_timedreceive', [ret('p'), zeros(8192), 8192, 0, 0], 5], ['mq_notify', [ret('p'), 0], 'any'], ['mq_getsetattr', [ret('p'), 0, zeros(64)], 'ok'], ['mq_unlink', [text('porthole')], 'ENOENT'],
  ] },
  { what: 'futexes', rows: [
    ['futex', [ints(3), 128, 4, 0, 0, 0], 'EAGAIN', (m) => ({ addr: m.arg(0), op: flags('futex_operations', 'FUTEX_WAIT', 'FUTEX_PRIVATE_FLAG'), val: 4 })],
    ['futex', [ints(3), 0, 3, words(0, 2000000), 0, 0], 'ETIMEDOUT', (m) => ({ addr: m.arg(0), op: flags('futex_operations', 'FUTEX_WAIT'), val: 3 }), { waitsNs: 2_000_000n }],
    ['futex', [ints(3), 1, 1, 0, 0, 0], 0, (m) => ({ addr: m.arg(0), op: flags('futex_operations', 'FUTEX_WAKE'), val: 1 })],
    ['futex_wake', [ints(3), 1, 1, 2], 'any'], ['futex_wait', [ints(3), 4, 1, 2, 0, 1], 'any'], ['futex_requeue', [zeros(48), 0, 1, 1], 'any'], ['futex_waitv', [zeros(24), 0, 0, 0, 1], 'any'],
  ] },
  { what: 'waiting for descriptors', rows: [
    ['pipe2', [zeros(8, 'p'), 0], 'ok', (m) => ({ fd1: m.int('p'), fd2: m.int('p', 1), ino: (v) => Number(v) > 0, flags: 0 })],
    ['epoll_create:e', [7], 'ok', { size: 7 }],
    ['epoll_create', [0], 'EINVAL', { size: 0 }],
    ['epoll_create1', [0], 'ok', { flags: 0 }],
    ['epoll_ctl', [ret('e'), 1, int('p'), words(1, 0)], 'ok'],
    ['epoll_ctl', [ret('e'), 1, int('p'), words(1, 0)], 'EEXIST'],
    ['epoll_wait', [ret('e'), zeros(48), 4, 2], 0, { maxevents: 4 }, { waitsNs: 1_000_000n }],
    ['epoll_wait', [999, zeros(48), 4, 2], 'EBADF', { maxevents: 4 }],
    ['epoll_pwait', [ret('e'), zeros(48), 4, 0, 0, 8], 0], ['epoll_pwait2', [ret('e'), zeros(48), 4, words(0, 0), 0, 8], 0],
    ['pselect6', [0, 0, 0, 0, words(0, 2000000), 0], 0, undefined, { waitsNs: 2_000_000n }],
    ['select', [0, 0, 0, 0, words(0, 2000)], 0, {}, { waitsNs: 2_000_000n }],
    ['select', [-1, 0, 0, 0, 0], 'EINVAL', {}],
    ['poll', [ints(int('p'), 1), 1, 2], 0, { fds: (v) => Array.isArray(v) && v.length === 0, timeout: 2 }, { waitsNs: 1_000_000n }],
    ['poll', [ints(999, 1), 1, -1], 1, { fds: (v) => JSON.stringify(v) === `[[999,${String(flags('poll_flags', 'POLLNVAL'))}]]`, timeout: -1 }],
    ['ppoll', [ints(int('p', 1), 4), 1, words(1, 5), words(0x200), 8], 1, (m) => ({ fds: (v) => JSON.stringify(v) === `[[${String(m.int('p', 1))},${String(flags('poll_flags', 'POLLOUT'))}]]`, timeout: 1_000_000_005, sigmask: 0x200 })],
    ['eventfd:v', [9], 'ok', { initval: 9, flags: 0 }],
    ['eventfd2', [3, 0o4000], 'ok', { flags: flags('file_flags', 'O_NONBLOCK'), initval: 3 }],
    ['eventfd2', [3, 7777], 'EINVAL', { flags: (v) => Number(v) >= 0, initval: 3 }],
    ['read', [ret('v'), zeros(8), 8], 8, (m) => ({ data: '\t\0\0\0\0\0\0\0', fd: m.ret('v'), size: 8 })],
    ['inotify_init1', [7777], 'EINVAL', { flags: (v) => Number(v) >= 0 }],
  ] },
  { what: 'sockets', rows: [
    ['socket:l', [AF_INET, SOCK_STREAM, 0], 'ok', { domain: AF_INET, type: SOCK_STREAM, proto: 0, flags: 0 }],
    ['bind', [ret('l'), inet(0), 16], 'ok', (m) => ({ addr: 'inet 127.0.0.1:0', fd: m.ret('l') })],
    ['listen', [ret('l'), 3], 'ok', (m) => ({ fd: m.ret('l'), backlog: 3 })],
    ['getsockname', [ret('l'), zeros(16, 'name'), ints(16)], 'ok', (m) => ({ fd: m.ret('l'), addr: (v) => /^inet 127\.0\.0\.1:[1-9]\d*$/.test(String(v)) })],
    ['getpeername', [ret('l'), zeros(16), ints(16)], 'ENOTCONN', (m) => ({ fd: m.ret('l'), addr: '' })],
    ['socket:c', [AF_INET, SOCK_STREAM | 0o2000000, 6], 'ok', { domain: AF_INET, type: SOCK_STREAM | 0o2000000, proto: 6, flags: flags('file_flags', 'O_CLOEXEC') }],
    ['connect', [ret('c'), at('name'), 16], 'ok', (m) => ({ tuple: (v) => /^inet 127\.0\.0\.1:\d+ -> 127\.0\.0\.1:\d+$/.test(String(v)), fd: m.ret('c'), addr: (v) => String(v).startsWith('inet 127.0.0.1:') })],
    ['getpeername', [ret('c'), zeros(16), ints(16)], 'ok', (m) => ({ fd: m.ret('c'), addr: (v) => /^inet 127\.0\.0\.1:[1-9]\d*$/.test(String(v)) })],
    ['accept4:a', [ret('l'), 0, 0, 0], 'ok', { tuple: (v) => String(v).startsWith('inet 127.0.0.1:'), queuepct: 0, queuelen: 0, queuemax: 3, flags: 0 }],
    ['sendmmsg', [ret('c'), words(0, 0, words(text('hello'), 5), 1, 0, 0, 0, 0), 1, 0], 1, (m) => ({ fd: m.ret('c'), size: 5, data: 'hello', tuple: (v) => String(v).startsWith('inet ') })],
    ['recvmmsg', [ret('a'), words(0, 0, words(zeros(16), 16), 1, 0, 0, 0, 0), 1, 0, 0], 1, (m) => ({ fd: m.ret('a'), size: 16, data: 'hello', tuple: (v) => String(v).startsWith('inet '), msgcontrol: '' })],
    ['sendmmsg', [ret('c'), words(0, 0, words(text('one'), 3), 1, 0, 0, 0, 0, 0, 0, words(text('two'), 3), 1, 0, 0, 0, 0), 2, 0], 2, (m) => ({ fd: m.ret('c'), size: 3, data: 'one', tuple: (v) => String(v).startsWith('inet ') }), { flags: CUT }],
    ['recvmsg', [ret('a'), words(0, 0, words(zeros(2), 2, zeros(16), 16), 2, 0, 0, 0), 0], 6, (m) => ({ size: 18, data: 'onetwo', tuple: (v) => String(v).startsWith('inet '), msgcontrol: '', fd: m.ret('a') })],
    ['sendto', [ret('a'), text('x'.repeat(100)), 100, 0, 0, 0], 100, (m) => ({ data: 'x'.repeat(80), fd: m.ret('a'), size: 100, tuple: (v) => String(v).startsWith('inet ') }), { flags: CUT }],
    ['recvfrom', [ret('c'), zeros(128), 128, 0, 0, 0], 100, (m) => ({ data: 'x'.repeat(80), tuple: (v) => String(v).startsWith('inet '), fd: m.ret('c'), size: 128 }), { flags: CUT }],
    ['shutdown', [ret('c'), 2], 'ok', (m) => ({ fd: m.ret('c'), how: 2 })],
    ['shutdown', [999, 1], 'EBADF', { fd: 999, how: 1 }],
    ['getsockopt', [ret('l'), SOL_SOCKET, 3, zeros(4), ints(4)], 'ok', (m) => ({ fd: m.ret('l'), level: 1, optname: flags('sockopt_options', 'SO_TYPE'), val: '2:1', optlen: 4 })],
    ['setsockopt', [ret('l'), 6, 1, ints(1), 4], 'ok', (m) => ({ fd: m.ret('l'), level: flags('sockopt_levels', 'SOL_TCP'), optname: 0, val: '0:1', optlen: 4 })],
    ['setsockopt', [999, SOL_SOCKET, 9, ints(1), 4], 'EBADF', { fd: 999, level: 1, optname: flags('sockopt_options', 'SO_KEEPALIVE'), val: '2:1', optlen: 4 }],
  ] },
  { what: 'sockets that fail', rows: [
    ['socket', [77, SOCK_STREAM, 0], 'EAFNOSUPPORT', { domain: 77, type: SOCK_STREAM, proto: 0, flags: 0 }],
    ['socketpair', [AF_INET, SOCK_STREAM, 0, zeros(8)], 'EOPNOTSUPP', { fd1: -1, fd2: -1, source: 0, peer: 0, domain: AF_INET, type: SOCK_STREAM, proto: 0 }],
    ['bind', [999, inet(80), 16], 'EBADF', { addr: 'inet 127.0.0.1:80', fd: 999 }],
    ['listen', [999, 1], 'EBADF', { fd: 999, backlog: 1 }],
    ['accept', [999, 0, 0], 'EBADF', { tuple: '', queuepct: 0, queuelen: 0, queuemax: 0 }],
    ['accept4', [999, 0, 0, 0o2000000], 'EBADF', { tuple: '', queuepct: 0, queuelen: 0, queuemax: 0, flags: 0o2000000 }],
    ['socket:u', [AF_UNIX, SOCK_STREAM, 0], 'ok', { domain: AF_UNIX, type: SOCK_STREAM, proto: 0, flags: 0 }],
    ['connect', [ret('u'), unix('/no/such\u001b[31m'), 20], 'ENOENT', (m) => ({ tuple: '', fd: m.ret('u'), addr: 'unix /no/such\u001b[31m' })],
    ['connect', [ret('u'), NOWHERE, 20], 'EFAULT', (m) => ({ tuple: '', fd: m.ret('u'), addr: '' }), { flags: UNREADABLE }],
    ['socket:d', [AF_INET, SOCK_DGRAM, 0], 'ok', { domain: AF_INET, type: SOCK_DGRAM, proto: 0, flags: 0 }],
    ['sendto', [ret('d'), text('hello'), 5, 0, inet(CLOSED), 16], 5, (m) => ({ data: 'hello', fd: m.ret('d'), size: 5, tuple: (v) => String(v).endsWith(`-> 127.0.0.1:${String(CLOSED)}`) })],
    ['recvfrom', [ret('d'), zeros(8), 8, 0x40, 0, 0], 'EAGAIN|ECONNREFUSED', (m) => ({ data: '', tuple: '', fd: m.ret('d'), size: 8 })],
    ['sendmsg', [999, words(0, 0, words(text('hi'), 2), 1, 0, 0, 0), 0], 'EBADF', { data: 'hi', fd: 999, size: 2, tuple: '' }],
    ['recvmsg', [999, words(0, 0, words(zeros(4), 4), 1, 0, 0, 0), 0], 'EBADF', { size: 4, data: '', tuple: '', msgcontrol: '', fd: 999 }],
    ['sendmsg', [ret('d'), NOWHERE, 0], 'EFAULT', (m) => ({ data: '', fd: m.ret('d'), size: 0, tuple: (v) => String(v).startsWith('inet ') }), { flags: UNREADABLE }],
    ['getsockopt', [999, SOL_SOCKET, 4, zeros(4), ints(4)], 'EBADF', { fd: 999, level: 1, optname: 4, val: (v) => String(v).startsWith('0:'), optlen: 0 }],
    ['unlink', [path('none')], 'ENOENT', (m) => ({ path: `${m.dir}/none` })],
  ] },
];
