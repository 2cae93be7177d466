// How many arguments each system call takes; six where nothing is said (the kernel's registers hold no more).

/** Calls by the number of their arguments, 0 to 5 (kernel: the arguments of SYSCALL_DEFINEn, as events/syscalls/…/format of tracefs lists them). */
const BY_COUNT: readonly string[] = [
  // 0
  `restart_syscall getpid pause sync getppid getpgrp setsid vhangup munlockall sched_yield getuid getgid geteuid getegid gettid inotify_init sgetmask
   rt_sigreturn fork vfork idle sigreturn uretprobe uprobe rseq_slice_yield`,
  // 1
  `exit close unlink chdir time alarm rmdir dup pipe times brk acct umask chroot uselib uname swapoff sysinfo fsync adjtimex getpgid fchdir personality
   getsid fdatasync mlockall sched_getscheduler sched_get_priority_max sched_get_priority_min setuid setgid setfsuid setfsgid set_thread_area
   get_thread_area io_destroy exit_group epoll_create set_tid_address timer_getoverrun timer_delete mq_unlink unshare eventfd epoll_create1 inotify_init1
   syncfs shmdt ssetmask sigpending olduname nice stime userfaultfd memfd_secret pkey_free get_kernel_syms _sysctl iopl oldolduname umount`,
  // 2
  `creat link chmod stat fstat utime access kill rename mkdir setpgid ustat dup2 sethostname setrlimit getrusage gettimeofday settimeofday symlink lstat
   swapon munmap truncate ftruncate fchmod getpriority statfs fstatfs getitimer setdomainname flock mlock munlock sched_setparam sched_getparam
   sched_rr_get_interval nanosleep rt_sigpending rt_sigsuspend getcwd capget capset getrlimit setreuid setregid getgroups setgroups pivot_root
   removexattr lremovexattr fremovexattr tkill io_setup timer_gettime clock_settime clock_gettime clock_getres utimes mq_notify ioprio_get
   inotify_rm_watch set_robust_list timerfd_create timerfd_gettime eventfd2 pipe2 fanotify_init clock_adjtime setns listen shutdown msgget bdflush
   socketcall signal arch_prctl sigaltstack umount2 clone3 io_uring_setup fsopen memfd_create pidfd_open pkey_alloc landlock_restrict_self
   process_mrelease create_module oldstat oldlstat oldfstat vm86`,
  // 3
  `read write open mknod lseek ioctl fcntl readlink setpriority syslog setitimer mprotect sysfs getdents msync readv writev sched_setscheduler poll
   rt_sigqueueinfo lchown fchown setresuid getresuid setresgid getresgid chown mincore madvise listxattr llistxattr flistxattr sched_setaffinity
   sched_getaffinity io_submit io_cancel timer_create tgkill mq_getsetattr ioprio_set inotify_add_watch mkdirat futimesat unlinkat symlinkat fchmodat
   faccessat get_robust_list getcpu signalfd dup3 getdents64 socket bind connect accept getsockname getpeername sendmsg recvmsg semop semget msgctl
   shmget shmctl statfs64 fstatfs64 sigprocmask waitpid shmat bpf seccomp getrandom execve open_by_handle_at mlock2 fspick fsmount open_tree ioperm
   pidfd_getfd landlock_create_ruleset sched_setattr lookup_dcookie modify_ldt set_mempolicy readahead nfsservctl membarrier close_range sigaction
   readdir sigsuspend map_shadow_stack lsm_list_modules mseal`,
  // 4
  `ptrace reboot wait4 quotactl rt_sigaction rt_sigprocmask rt_sigtimedwait sendfile getxattr lgetxattr fgetxattr epoll_ctl epoll_wait timer_settime
   clock_nanosleep mq_open kexec_load request_key openat mknodat renameat readlinkat tee vmsplice utimensat timerfd_settime signalfd4 rt_tgsigqueueinfo
   prlimit64 socketpair sendmmsg accept4 semctl msgsnd sendfile64 pread64 pwrite64 fallocate newfstatat fadvise64 openat2 io_uring_register
   pidfd_send_signal pkey_mprotect quotactl_fd landlock_add_rule migrate_pages epoll_ctl_old set_mempolicy_home_node semtimedop epoll_wait_old rseq
   sched_getattr faccessat2 sync_file_range cachestat fchmodat2 futex_wake futex_requeue listmount statmount lsm_get_self_attr lsm_set_self_attr
   removexattrat listns`,
  // 5
  `mount select mremap prctl setxattr lsetxattr fsetxattr io_getevents remap_file_pages mq_timedsend mq_timedreceive waitid add_key keyctl fchownat
   linkat ppoll preadv pwritev perf_event_open setsockopt getsockopt recvmmsg msgrcv _llseek renameat2 execveat clone fsconfig move_mount mount_setattr
   kexec_file_load kcmp statx futex_waitv getpmsg name_to_handle_at query_module get_mempolicy process_madvise fanotify_mark listxattrat open_tree_attr
   file_getattr file_setattr`,
];

export const MOST_ARGS = 6;

/** Call to the number of its arguments. */
export const ARG_COUNTS: ReadonlyMap<string, number> = new Map(BY_COUNT.flatMap((names, count) => names.split(/\s+/).map((name) => [name, count] as const)));
