// Scripts: identity, limits, scheduling, signals and time of a process.
import { at, bytes, flags, int, ints, NOWHERE, path, ret, text, words, zeros, type Script } from './callsScript.ts';

const SIGUSR1 = 10, SIGALRM = 14, UNREADABLE = 4;
const ALL_ONES = 0xffffffff, PR_GET_NAME = 16, PR_GET_CHILD_SUBREAPER = 37;
/** A set of signals, 64 bits. */
const set = (...signals: readonly number[]): bigint => signals.reduce((mask, signal) => mask | (1n << BigInt(signal - 1)), 0n);
/** `struct siginfo` of a signal that a program sends (SI_QUEUE), with a value. */
const sent = (signal: number): ReturnType<typeof bytes> => bytes(Buffer.concat([Buffer.from(Int32Array.of(signal, 0, -1, 0, 0, 0, 7).buffer), Buffer.alloc(100)]));

export const PROCESS: readonly Script[] = [
  { what: 'who a process is', rows: [
    ['getpid:me', [], 'ok'], ['getppid', [], 'ok'], ['gettid', [], 'ok'], ['getpgrp', [], 'ok'], ['getpgid', [0], 'ok'], ['getsid', [0], 'ok'],
    ['getpgid', [0x7fffffff], 'ESRCH'],
    ['getuid', [], 0, {}], ['geteuid', [], 0, {}], ['getgid', [], 0, {}], ['getegid', [], 0, {}],
    ['getresuid', [zeros(4), zeros(4), zeros(4)], 'ok', { ruid: 0, euid: 0, suid: 0 }],
    ['getresgid', [zeros(4), zeros(4), zeros(4)], 'ok', { rgid: 0, egid: 0, sgid: 0 }],
    ['getresgid', [NOWHERE, zeros(4), zeros(4)], 'EFAULT', { rgid: ALL_ONES, egid: ALL_ONES, sgid: ALL_ONES }],
    ['getgroups', [0, 0], 'ok'], ['setgroups', [0, 0], 'ok'],
    ['setreuid', [-1, 0], 'ok', { ruid: ALL_ONES, euid: 0 }],
    ['setregid', [0, -1], 'ok', { rgid: 0, egid: ALL_ONES }],
    ['setresuid', [0, -1, 0], 'ok', { ruid: 0, euid: ALL_ONES, suid: 0 }],
    ['setresgid', [-1, 0, -1], 'ok', { rgid: ALL_ONES, egid: 0, sgid: ALL_ONES }],
    ['setfsuid', [0], 'ok'], ['setfsgid', [0], 'ok'],
    ['setpgid', [0x7fffffff, 0], 'ESRCH', { pid: 0x7fffffff, pgid: 0 }],
    ['setsid', [], 'ok', {}],
    ['setsid', [], 'EPERM', {}],
    ['capget', [ints(0x20080522, 0), zeros(24, 'caps')], 'ok'],
    ['capset', [ints(0x20080522, 0), at('caps')], 'ok', { cap_inheritable: 0, cap_permitted: (v) => Number(v) > 0, cap_effective: (v) => Number(v) > 0 }],
    ['capset', [ints(1, 0), at('caps')], 'EINVAL', { cap_inheritable: 0, cap_permitted: (v) => Number(v) > 0, cap_effective: (v) => Number(v) > 0 }],
    ['personality', [ALL_ONES], 'ok'],
    ['uname', [zeros(390)], 'ok'], ['sysinfo', [zeros(112)], 'ok'], ['getrandom', [zeros(8), 8, 1], 8], ['getcpu', [zeros(4), zeros(4), 0], 'ok'], ['sysfs', [3], 'any'],
  ] },
  { what: 'as nobody', as: 'nobody', rows: [
    ['getuid', [], 65534, {}], ['getegid', [], 65534, {}],
    ['setuid', [0], 'EPERM', { uid: 0 }],
    ['setgid', [0], 'EPERM', { gid: 0 }],
    ['setreuid', [0, 0], 'EPERM', { ruid: 0, euid: 0 }],
    ['setresgid', [0, 0, 0], 'EPERM', { rgid: 0, egid: 0, sgid: 0 }],
    ['setgroups', [0, 0], 'EPERM'],
    ['openat', [-100, text('/etc/shadow'), 0, 0], 'EACCES', { dirfd: -100, name: '/etc/shadow', flags: flags('file_flags', 'O_RDONLY'), mode: 0, dev: 0, ino: 0 }],
    ['chown', [text('/etc/hostname'), 0, 0], 'EPERM', { path: '/etc/hostname', uid: 0, gid: 0 }],
    ['kill', [1, SIGUSR1], 'EPERM', { pid: 1, sig: SIGUSR1 }],
    ['chroot', [path()], 'EPERM', (m) => ({ path: m.dir })],
    ['mknod', [path('dev'), 0o020600, 0x103], 'EPERM', (m) => ({ path: `${m.dir}/dev`, mode: 0o020600, dev: 0x103 })],
    ['mknodat', [-100, path('dev'), 0o020600, 0x103], 'EPERM', (m) => ({ dirfd: -100, path: `${m.dir}/dev`, mode: 0o020600, dev: 0x103 })],
    ['setpriority', [0, 0, -10], 'EACCES'],
  ] },
  { what: 'limits and names', rows: [
    ['getrlimit', [7, zeros(16, 'limit')], 'ok', { cur: (v) => Number(v) > 0, max: (v) => Number(v) > 0, resource: 7 }],
    ['setrlimit', [7, at('limit')], 'ok', { cur: (v) => Number(v) > 0, max: (v) => Number(v) > 0, resource: 7 }],
    ['setrlimit', [4, words(0, 0)], 'ok', { cur: 0, max: 0, resource: 4 }],
    ['prlimit64', [0, 4, words(0, 0), zeros(16)], 'ok', { newcur: 0, newmax: 0, oldcur: 0, oldmax: 0, pid: 0, resource: 4 }],
    ['prlimit64', [0x7fffffff, 3, 0, zeros(16)], 'ESRCH', { newcur: -1, newmax: -1, oldcur: -1, oldmax: -1, pid: 0x7fffffff, resource: 3 }],
    ['getrlimit', [77, zeros(16)], 'EINVAL', { cur: -1, max: -1, resource: flags('rlimit_resources', 'RLIMIT_UNKNOWN') }],
    ['getrusage', [0, zeros(144)], 'ok'],
    ['times', [zeros(32)], 'ok'],
    ['prctl', [PR_GET_NAME, zeros(16)], 'ok', { option: PR_GET_NAME, arg2_str: 'callsScript', arg2_int: 0 }],
    ['prctl', [PR_GET_CHILD_SUBREAPER, zeros(4)], 'ok', { option: PR_GET_CHILD_SUBREAPER, arg2_str: '', arg2_int: 0 }],
    ['prctl', [4, 1], 'ok', { option: flags('prctl_options', 'PR_SET_DUMPABLE'), arg2_str: '', arg2_int: 1 }],
    ['prctl', [9999, 5], 'EINVAL', { option: 9999, arg2_str: '', arg2_int: 5 }],
    ['arch_prctl', [0x1003, zeros(8)], 'ok'],
    ['set_tid_address', [zeros(4)], 'ok'],
    ['set_robust_list', [zeros(24), 24], 'ok'],
    ['get_robust_list', [0, zeros(8), zeros(8)], 'ok'],
    ['rseq', [zeros(32), 32, 0, 0], 'any'],
    ['modify_ldt', [0, zeros(16), 16], 'any'], ['set_thread_area', [zeros(16)], 'any'], ['get_thread_area', [zeros(16)], 'any'],
    ['unshare', [0], 'ok', { flags: 0 }],
    ['unshare', [0x400], 'ok', { flags: flags('clone_flags', 'CLONE_FILES') }],
    ['setns', [999, 0x40000000], 'EBADF', { fd: 999, nstype: flags('clone_flags', 'CLONE_NEWNET') }],
    ['wait4', [-1, 0, 1, 0], 'ECHILD'], ['waitid', [0, 0, 0, 1 | 4, 0], 'ECHILD'],
  ] },
  { what: 'scheduling', rows: [
    ['sched_yield', [], 'ok'], ['sched_getscheduler', [0], 'ok'], ['sched_setscheduler', [0, 0, ints(0)], 'ok'],
    ['sched_getparam', [0, zeros(4)], 'ok'], ['sched_setparam', [0, ints(0)], 'ok'],
    ['sched_get_priority_max', [1], 99], ['sched_get_priority_min', [1], 1], ['sched_rr_get_interval', [0, zeros(16)], 'ok'],
    ['sched_getaffinity', [0, 128, zeros(128, 'cpus')], 'ok'], ['sched_setaffinity', [0, 128, at('cpus')], 'ok'],
    ['sched_getattr', [0, zeros(56), 56, 0], 'ok'], ['sched_setattr', [0, ints(48, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), 0], 'ok'],
    ['getpriority', [0, 0], 'ok'], ['setpriority', [0, 0, 1], 'ok'], ['ioprio_get', [1, 0], 'ok'], ['ioprio_set', [1, 0, 0x4004], 'ok'],
  ] },
  { what: 'descriptors of processes', rows: [
    ['getpid:me', [], 'ok'],
    ['pidfd_open:p', [ret('me'), 0o4000], 'ok', (m) => ({ pid: m.pid, flags: flags('pidfd_open_flags', 'PIDFD_NONBLOCK') })],
    ['pidfd_open', [0x7fffffff, 0], 'ESRCH', { pid: 0x7fffffff, flags: 0 }],
    ['pidfd_getfd', [ret('p'), 1, 0], 'ok', (m) => ({ pid_fd: m.ret('p'), target_fd: 1, flags: 0 })],
    ['pidfd_getfd', [ret('p'), 999, 0], 'EBADF', (m) => ({ pid_fd: m.ret('p'), target_fd: 999, flags: 0 })],
    ['pidfd_send_signal', [ret('p'), 0, 0, 0], 'ok'],
    ['kcmp', [ret('me'), ret('me'), 0, 1, 1], 0],
  ] },
  { what: 'signals', rows: [
    ['getpid:me', [], 'ok'],
    ['rt_sigaction', [SIGUSR1, 0, zeros(32), 8], 'ok'],
    ['rt_sigprocmask', [0, words(set(12)), zeros(8), 8], 'ok'],
    ['rt_sigqueueinfo', [ret('me'), 12, sent(12)], 'ok'],
    ['rt_sigpending', [zeros(8), 8], 'ok'],
    ['rt_sigtimedwait', [words(set(12)), zeros(128), words(1, 0), 8], 12],
    ['rt_sigtimedwait', [words(set(12)), zeros(128), words(0, 1000000), 8], 'EAGAIN', undefined, { waitsNs: 1_000_000n }],
    ['rt_tgsigqueueinfo', [ret('me'), ret('me'), SIGUSR1, sent(SIGUSR1)], 'ok', undefined, { also: ['rt_sigreturn'] }],
    ['kill', [ret('me'), SIGUSR1], 'ok', (m) => ({ pid: m.pid, sig: SIGUSR1 }), { also: ['rt_sigreturn'] }],
    ['tkill', [ret('me'), SIGUSR1], 'ok', (m) => ({ tid: m.pid, sig: SIGUSR1 }), { also: ['rt_sigreturn'] }],
    ['tgkill', [ret('me'), 0x7fffffff, 0], 'ESRCH', (m) => ({ pid: m.pid, tid: 0x7fffffff, sig: 0 })],
    ['sigaltstack', [0, zeros(24)], 'ok'],
    ['setitimer', [0, words(0, 0, 0, 20000), zeros(32)], 'ok'],
    ['pause', [], 'EINTR', undefined, { also: ['rt_sigreturn'] }],
    ['setitimer', [0, words(0, 0, 0, 20000), 0], 'ok'],
    ['rt_sigsuspend', [words(0), 8], 'EINTR', undefined, { also: ['rt_sigreturn'] }],
    ['getitimer', [0, zeros(32)], 'ok'], ['alarm', [0], 'ok'],
    ['restart_syscall', [], 'EINTR'],
    ['signalfd', [-1, words(set(SIGUSR1, SIGALRM)), 8], 'ok', { fd: -1, mask: Number(set(SIGUSR1, SIGALRM)), flags: 0 }],
    ['signalfd4:s', [-1, words(set(SIGUSR1)), 8, 0o2004000], 'ok', { flags: flags('file_flags', 'O_CLOEXEC', 'O_NONBLOCK'), fd: -1, mask: Number(set(SIGUSR1)) }],
    ['signalfd4', [999, words(set(SIGUSR1)), 8, 0], 'EBADF', { flags: 0, fd: 999, mask: Number(set(SIGUSR1)) }],
  ] },
  { what: 'time', rows: [
    ['time', [0], 'ok'], ['gettimeofday', [zeros(16), 0], 'ok'], ['clock_gettime', [1, zeros(16)], 'ok'], ['clock_getres', [1, zeros(16)], 'ok'], ['clock_gettime', [77, zeros(16)], 'EINVAL'],
    ['nanosleep', [words(0, 2000000), 0], 'ok', { interval: 2_000_000 }, { waitsNs: 2_000_000n }],
    ['nanosleep', [NOWHERE, 0], 'EFAULT', { interval: 0xffffffffffffffffn }],
    ['clock_nanosleep', [1, 0, words(0, 3000000), 0], 'ok', undefined, { waitsNs: 3_000_000n }],
    ['adjtimex', [zeros(208)], 'ok'], ['clock_adjtime', [0, zeros(208)], 'ok'],
    ['timer_create', [1, ints(0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), zeros(4, 'timer')], 'ok'],
    ['timer_settime', [int('timer'), 0, words(0, 0, 100, 0), 0], 'ok'], ['timer_gettime', [int('timer'), zeros(32)], 'ok'],
    ['timer_getoverrun', [int('timer')], 0], ['timer_delete', [int('timer')], 'ok'],
    ['timerfd_create:t', [1, 0o2000000], 'ok', { clockid: 1, flags: 0 }],
    ['timerfd_settime', [ret('t'), 0, words(0, 0, 100, 0), 0], 'ok'], ['timerfd_gettime', [ret('t'), zeros(32)], 'ok'],
    ['timerfd_create', [99, 0], 'EINVAL', { clockid: 99, flags: 0 }],
  ] },
  { what: 'programs that cannot be run', rows: [
    ['execve', [path('none'), words(text('none'), text('-x'), 0), words(text('a'), 0)], 'ENOENT', (m) => failedExec(m, { filename: `${m.dir}/none` })],
    ['execveat', [-100, path('none'), words(text('none'), text('-x'), 0), words(text('a'), 0), 0], 'ENOENT', (m) => failedExec(m, {})],
    ['execve', [NOWHERE, NOWHERE, NOWHERE], 'EFAULT', (m) => failedExec(m, { exe: '', args: '', env: '', filename: '' }), { flags: UNREADABLE }],
  ] },
];

/** The parameters of an exec that failed are those of the program that goes on; what was asked for stands in exe, args, env and filename. */
function failedExec(m: { readonly pid: number; readonly dir: string }, other: Readonly<Record<string, string>>): Record<string, string | number | ((v: unknown) => boolean)> {
  const any = (): boolean => true;
  const names = ['fdlimit', 'pgft_maj', 'pgft_min', 'vm_size', 'vm_rss', 'vm_swap'], later = ['tty', 'vpgid', 'loginuid', 'flags', 'cap_inheritable', 'cap_permitted', 'cap_effective', 'exe_ino', 'exe_ino_ctime', 'exe_ino_mtime'];
  return {
    exe: 'none', args: '-x\0', tid: m.pid, pid: m.pid, ptid: any, cwd: m.dir, ...Object.fromEntries(names.map((name) => [name, any])), comm: 'callsScript', cgroups: any, env: 'a\0',
    ...Object.fromEntries(later.map((name) => [name, any])), uid: 0, trusted_exepath: (v) => String(v).endsWith('/callsScript'), pgid: any, gid: 0, ...other,
  };
}
