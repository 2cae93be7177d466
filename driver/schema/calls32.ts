// Calls of 32-bit programs on a 64-bit kernel (i386 on x86-64): which call of 64-bit programs does the same, and so names and carries them.
import { SYSCALLS, SYSCALL_BY_NAME } from './syscalls.ts';

/** A call that i386 alone has: its number, the call that does the same, and how many arguments it takes where that differs. */
type Variant = readonly [nr: number, call: string, args?: number];

/** Wider ids, offsets and times under a name of their own (kernel: arch/x86/entry/syscalls/syscall_32.tbl). */
const VARIANTS: readonly Variant[] = [
  [7, 'wait4', 3], [22, 'umount2', 1], [142, 'select'], [191, 'getrlimit'], [192, 'mmap'], [193, 'truncate', 3], [194, 'ftruncate', 3], [195, 'stat'], [196, 'lstat'], [197, 'fstat'],
  [198, 'lchown'], [199, 'getuid'], [200, 'getgid'], [201, 'geteuid'], [202, 'getegid'], [203, 'setreuid'], [204, 'setregid'], [205, 'getgroups'], [206, 'setgroups'],
  [207, 'fchown'], [208, 'setresuid'], [209, 'getresuid'], [210, 'setresgid'], [211, 'getresgid'], [212, 'chown'], [213, 'setuid'], [214, 'setgid'], [215, 'setfsuid'],
  [216, 'setfsgid'], [221, 'fcntl'], [239, 'sendfile'], [268, 'statfs', 3], [269, 'fstatfs', 3], [272, 'fadvise64', 6], [300, 'newfstatat'],
  [403, 'clock_gettime'], [404, 'clock_settime'], [405, 'clock_adjtime'], [406, 'clock_getres'], [407, 'clock_nanosleep'], [408, 'timer_gettime'], [409, 'timer_settime'],
  [410, 'timerfd_gettime'], [411, 'timerfd_settime'], [412, 'utimensat'], [413, 'pselect6'], [414, 'ppoll'], [416, 'io_pgetevents'], [417, 'recvmmsg'], [418, 'mq_timedsend'],
  [419, 'mq_timedreceive'], [420, 'semtimedop'], [421, 'rt_sigtimedwait'], [422, 'futex'], [423, 'sched_rr_get_interval'],
];

/** The same name, but results of another width: getresuid and getresgid of 16 bits. They go without an event of their own. */
const OTHERS: readonly number[] = [165, 171];

/** Calls that stand for others: which one, is their first argument. Index: that argument; kernel: net/socket.c and ipc/syscall.c. */
export const SOCKETCALLS: readonly string[] = ['', 'socket', 'bind', 'connect', 'listen', 'accept', 'getsockname', 'getpeername', 'socketpair', 'sendto', 'recvfrom', 'sendto', 'recvfrom', 'shutdown', 'setsockopt', 'getsockopt', 'sendmsg', 'recvmsg', 'accept4', 'recvmmsg', 'sendmmsg'];
export const IPCCALLS: readonly string[] = ['', 'semop', 'semget', 'semctl', 'semtimedop', '', '', '', '', '', '', 'msgsnd', 'msgrcv', 'msgget', 'msgctl', '', '', '', '', '', '', 'shmat', 'shmdt', 'shmget', 'shmctl'];

/** One call of i386: its code in captures (0: none), the number of the same call in 64-bit programs (-1: they have none), and how many arguments it takes. */
export interface Call32 { readonly code: number; readonly x64: number; readonly args: number }

function makeCalls(): Map<number, Call32> {
  const calls = new Map<number, Call32>();
  for (const { code, x64, ia32, args } of SYSCALLS) if (ia32 >= 0) calls.set(ia32, { code, x64: OTHERS.includes(ia32) ? -1 : x64, args });
  for (const [nr, name, args] of VARIANTS) {
    const same = SYSCALL_BY_NAME.get(name);
    if (same === undefined || same.x64 < 0) throw new Error(`calls of 32-bit programs: ${name} is no call of 64-bit programs`);
    const own = calls.get(nr);
    calls.set(nr, { code: own?.code ?? same.code, x64: same.x64, args: args ?? same.args });
  }
  return calls;
}

/** By the number in 32-bit programs. */
export const CALLS_32: ReadonlyMap<number, Call32> = makeCalls();
