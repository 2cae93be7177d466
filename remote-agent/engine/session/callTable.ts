// Calls by their native number, and what their arguments say of what they wait for: which are descriptors, which name a child, a futex or a time.
import { SYSCALLS, type Syscall } from '../../../driver/schema/index.ts';

/** How a kernel numbers its calls. */
export type Arch = 'x64' | 'arm64' | 'ia32';

const byNumber: Readonly<Record<Arch, Map<number, Syscall>>> = { x64: new Map(), arm64: new Map(), ia32: new Map() };
for (const call of SYSCALLS) for (const arch of ['x64', 'arm64', 'ia32'] as const) if (call[arch] >= 0) byNumber[arch].set(call[arch], call);

export function callByNumber(arch: Arch, nr: number): Syscall | undefined { return byNumber[arch].get(nr); }

/** What a call waits for, where that is not a descriptor: what has to be looked at in the process, or which argument says it. */
export type WaitKind = 'poll' | 'select' | 'epoll' | 'sleep' | 'clockSleep' | 'futex' | 'futexes' | 'child' | 'childOrPidfd' | 'connect' | 'path' | 'pathAt' | 'signal' | 'queue' | 'semaphores';

/** Arguments that are descriptors, by call, the one that is waited on first; `path`: the argument with the path, where that says more. */
interface CallArguments { readonly fds: readonly number[]; readonly kind?: WaitKind }
const NOTHING: CallArguments = { fds: [] };

const table = new Map<string, CallArguments>();
function declare(names: string, args: CallArguments): void { for (const name of names.split(' ')) table.set(name, args); }

// The man pages of section 2 say which argument is which.
declare('read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 close fstat lseek ioctl fcntl flock fsync fdatasync ftruncate fallocate sync_file_range readahead fadvise64 getdents getdents64 fchmod fchown fchdir fstatfs syncfs dup dup2 dup3 fsetxattr fgetxattr flistxattr fremovexattr', { fds: [0] });
declare('bind listen accept accept4 getsockname getpeername setsockopt getsockopt shutdown sendto recvfrom sendmsg recvmsg sendmmsg recvmmsg', { fds: [0] });
declare('connect', { fds: [0], kind: 'connect' });
declare('inotify_add_watch inotify_rm_watch timerfd_settime timerfd_gettime epoll_ctl io_uring_enter io_uring_register vmsplice mq_timedsend mq_timedreceive mq_notify mq_getsetattr setns fanotify_mark finit_module pidfd_send_signal pidfd_getfd process_madvise process_mrelease cachestat quotactl_fd', { fds: [0] });
declare('splice tee', { fds: [0, 2] });
declare('copy_file_range', { fds: [0, 2] });
declare('sendfile', { fds: [1, 0] });
declare('mmap', { fds: [4] });
declare('poll ppoll', { fds: [], kind: 'poll' });
declare('select pselect6', { fds: [], kind: 'select' });
declare('epoll_wait epoll_pwait epoll_pwait2', { fds: [0], kind: 'epoll' });
declare('nanosleep', { fds: [], kind: 'sleep' });
declare('clock_nanosleep', { fds: [], kind: 'clockSleep' });
declare('futex futex_wait', { fds: [], kind: 'futex' });
declare('futex_waitv', { fds: [], kind: 'futexes' });
declare('wait4', { fds: [], kind: 'child' });
declare('waitid', { fds: [], kind: 'childOrPidfd' });
declare('pause rt_sigsuspend rt_sigtimedwait', { fds: [], kind: 'signal' });
declare('msgsnd msgrcv', { fds: [], kind: 'queue' });
declare('semop semtimedop', { fds: [], kind: 'semaphores' });
declare('open creat stat lstat access chmod chown lchown unlink mkdir rmdir truncate readlink rename link symlink chdir chroot statfs umount2 execve mknod', { fds: [], kind: 'path' });
declare('openat openat2 newfstatat statx faccessat faccessat2 fchmodat fchmodat2 fchownat unlinkat mkdirat readlinkat mknodat renameat renameat2 linkat execveat', { fds: [], kind: 'pathAt' });

export function callArguments(name: string): CallArguments { return table.get(name) ?? NOTHING; }

/** The descriptor that the call works on, or waits on, by its registers; -1: none. */
export function fdArgument(name: string, args: readonly bigint[]): number {
  const index = callArguments(name).fds[0];
  return index === undefined ? -1 : descriptorOf(args[index]);
}
/** A register as a descriptor: its lower 32 bits count, with their sign. -1: none. */
export function descriptorOf(register: bigint | undefined): number {
  const fd = register === undefined ? -1 : Number(BigInt.asIntN(32, register));
  return fd < 0 ? -1 : fd;
}
/** A register that the kernel takes for a signed number of 32 bits, such as a process's id. */
export function intOf(register: bigint | undefined): number { return register === undefined ? 0 : Number(BigInt.asIntN(32, register)); }
