// Generated from driver/schema by `npx tsx driver/codegen/generate.ts`. Do not edit.
#pragma once

// Record layout, bytes
#define RING_HEADER_BYTES 8
#define RECORD_START 0
#define RECORD_CGROUP 8
#define RECORD_FLAGS 16
#define RECORD_CPU 20
#define RECORD_NR 22
#define RECORD_EVENT 24
#define EVENT_TS 0
#define EVENT_TID 8
#define EVENT_LENGTH 16
#define EVENT_TYPE 20
#define EVENT_NPARAMS 22
#define EVENT_LENGTHS 26
#define FLAG_ENTER 1
#define FLAG_DATA_CUT 2
#define FLAG_UNREADABLE 4
#define FLAG_LIST_CUT 8

// The capture profile, and counters
#define CALL_EVENT 1
#define CALL_COUNT 2
#define CALL_BYTES 4
#define CALL_ALWAYS 8
#define CALL_LEFT_OUT 16
#define CALL_DESCRIPTOR 32
#define CALL_SOCKET 64
#define CALL_BEGINS 128
#define RULE_GROUPS 1
#define RULE_PROCESSES 2
#define RULE_FAILED 4
#define RULE_SLOW 8
#define RULE_KINDS 16
#define RULE_ENDS_OF_ALL 64
#define RULE_ENDS 128
#define RULE_COUNT_ALL 32
#define GROUP_WANTED 1
#define GROUP_BELOW 2
#define HIERARCHY_UNIFIED 0
#define HIERARCHY_MEMORY 1
#define HIERARCHY_CPUSET 2
#define SNAP_FILES 0
#define SNAP_SOCKETS 1
#define SNAP_OTHERS 2
#define COUNTER_BUCKETS 32
#define COUNTER_FIRST_BIT 6

// Counters beside those of calls: index of each number, of each histogram’s first, and how many there are
#define HOST_CPU_RUN_NS 0
#define HOST_CPU_WAIT_NS 1
#define HOST_CPU_VOLUNTARY 2
#define HOST_CPU_INVOLUNTARY 3
#define HOST_CPU_MINOR_FAULTS 4
#define HOST_CPU_MAJOR_FAULTS 5
#define HOST_CPU_WAIT_LENGTHS 6
#define HOST_CPU_NUMBERS 38
#define HOST_DISK_READS 0
#define HOST_DISK_READ_BYTES 1
#define HOST_DISK_READ_NS 2
#define HOST_DISK_WRITES 3
#define HOST_DISK_WRITE_BYTES 4
#define HOST_DISK_WRITE_NS 5
#define HOST_DISK_OTHERS 6
#define HOST_DISK_ERRORS 7
#define HOST_DISK_UNTIMED 8
#define HOST_DISK_READ_LENGTHS 9
#define HOST_DISK_WRITE_LENGTHS 41
#define HOST_DISK_NUMBERS 73
#define HOST_TCP_BEGAN 0
#define HOST_TCP_CONNECTED 1
#define HOST_TCP_FAILED 2
#define HOST_TCP_ACCEPTED 3
#define HOST_TCP_CLOSED 4
#define HOST_TCP_RETRANSMITS 5
#define HOST_TCP_SENT_BYTES 6
#define HOST_TCP_RECEIVED_BYTES 7
#define HOST_TCP_NUMBERS 8
#define HOST_MEMORY_OOM_KILLS 0
#define HOST_MEMORY_NUMBERS 1

// What iterators write of what is there at the start
#if defined(__bpf__)
struct snapshot_task { __u64 start; __u64 at; __u64 minor; __u64 major; __u64 dead_minor; __u64 dead_major; __u64 fd_limit; __u32 tid; __u32 pid; __u32 ppid; __u32 vtid; __u32 vpid; __u32 vpgid; __u32 sid; __u32 uid; __u32 gid; __u32 loginuid; __u32 tty; __u32 vm_size; __u32 vm_rss; __u32 vm_swap; __u32 flags; __u32 exit_state; __u32 own_files; __u32 zero; __u8 comm[16]; };
struct snapshot_file { __u64 start; __u64 at; __u64 ino; __u32 tid; __u32 pid; __u32 fd; __u32 flags; __u32 mode; __u32 dev; __u32 is_socket; __u32 text_bytes; __u32 too_long; __u32 zero; };
struct snapshot_socket { __u32 family; __u32 type; __u32 protocol; __u32 state; __u32 net_ns; __u32 local_port; __u32 remote_port; __u32 peer_bytes; __u8 local[16]; __u8 remote[16]; };
#endif

// Causes of loss
#define LOSS_RING_FULL 0
#define LOSS_RECORD_TOO_LARGE 1
#define LOSS_TOO_MANY_CALLS_UNDER_WAY 2
#define LOSS_TOO_MANY_COUNTERS 3
#define LOSS_CAUSES 4

// Event and number of parameters
#define EVENT_openat 307
#define PARAMS_openat 7
#define EVENT_openat2 327
#define PARAMS_openat2 8
#define EVENT_open_by_handle_at 337
#define PARAMS_open_by_handle_at 6
#define EVENT_newfstatat 419
#define PARAMS_newfstatat 4
#define EVENT_fstat 71
#define PARAMS_fstat 2
#define EVENT_unlinkat 303
#define PARAMS_unlinkat 4
#define EVENT_renameat 177
#define PARAMS_renameat 5
#define EVENT_renameat2 319
#define PARAMS_renameat2 6
#define EVENT_mkdirat 305
#define PARAMS_mkdirat 4
#define EVENT_linkat 311
#define PARAMS_linkat 6
#define EVENT_symlinkat 181
#define PARAMS_symlinkat 4
#define EVENT_fchmodat 313
#define PARAMS_fchmodat 4
#define EVENT_fchmod 317
#define PARAMS_fchmod 3
#define EVENT_fchown 383
#define PARAMS_fchown 4
#define EVENT_fchownat 385
#define PARAMS_fchownat 6
#define EVENT_chdir 95
#define PARAMS_chdir 2
#define EVENT_fchdir 97
#define PARAMS_fchdir 2
#define EVENT_getcwd 93
#define PARAMS_getcwd 2
#define EVENT_mount 257
#define PARAMS_mount 5
#define EVENT_umount2 391
#define PARAMS_umount2 3
#define EVENT_getdents64 239
#define PARAMS_getdents64 2
#define EVENT_flock 243
#define PARAMS_flock 3
#define EVENT_mknodat 417
#define PARAMS_mknodat 5
#define EVENT_userfaultfd 321
#define PARAMS_userfaultfd 2
#define EVENT_open 3
#define PARAMS_open 6
#define EVENT_creat 59
#define PARAMS_creat 6
#define EVENT_stat 67
#define PARAMS_stat 2
#define EVENT_lstat 69
#define PARAMS_lstat 2
#define EVENT_access 265
#define PARAMS_access 3
#define EVENT_unlink 301
#define PARAMS_unlink 2
#define EVENT_rename 175
#define PARAMS_rename 3
#define EVENT_mkdir 277
#define PARAMS_mkdir 3
#define EVENT_rmdir 279
#define PARAMS_rmdir 2
#define EVENT_link 309
#define PARAMS_link 3
#define EVENT_symlink 179
#define PARAMS_symlink 3
#define EVENT_chmod 315
#define PARAMS_chmod 3
#define EVENT_chown 379
#define PARAMS_chown 4
#define EVENT_lchown 381
#define PARAMS_lchown 4
#define EVENT_mknod 415
#define PARAMS_mknod 4
#define EVENT_getdents 237
#define PARAMS_getdents 2
#define EVENT_read 7
#define PARAMS_read 4
#define EVENT_write 9
#define PARAMS_write 4
#define EVENT_pread64 113
#define PARAMS_pread64 5
#define EVENT_pwrite64 115
#define PARAMS_pwrite64 5
#define EVENT_readv 117
#define PARAMS_readv 4
#define EVENT_preadv 121
#define PARAMS_preadv 5
#define EVENT_writev 119
#define PARAMS_writev 4
#define EVENT_pwritev 123
#define PARAMS_pwritev 5
#define EVENT_close 5
#define PARAMS_close 2
#define EVENT_close_range 451
#define PARAMS_close_range 4
#define EVENT_lseek 87
#define PARAMS_lseek 4
#define EVENT_ioctl 171
#define PARAMS_ioctl 4
#define EVENT_fcntl 151
#define PARAMS_fcntl 4
#define EVENT_dup 367
#define PARAMS_dup 2
#define EVENT_dup3 365
#define PARAMS_dup3 4
#define EVENT_sendfile 189
#define PARAMS_sendfile 5
#define EVENT_splice 167
#define PARAMS_splice 5
#define EVENT_copy_file_range 333
#define PARAMS_copy_file_range 6
#define EVENT_dup2 363
#define PARAMS_dup2 3
#define EVENT_pipe2 393
#define PARAMS_pipe2 5
#define EVENT_eventfd2 397
#define PARAMS_eventfd2 3
#define EVENT_signalfd4 399
#define PARAMS_signalfd4 4
#define EVENT_epoll_create1 377
#define PARAMS_epoll_create1 2
#define EVENT_timerfd_create 137
#define PARAMS_timerfd_create 3
#define EVENT_inotify_init1 395
#define PARAMS_inotify_init1 2
#define EVENT_futex 65
#define PARAMS_futex 4
#define EVENT_kill 129
#define PARAMS_kill 3
#define EVENT_tkill 131
#define PARAMS_tkill 3
#define EVENT_tgkill 133
#define PARAMS_tgkill 4
#define EVENT_nanosleep 135
#define PARAMS_nanosleep 2
#define EVENT_ppoll 255
#define PARAMS_ppoll 4
#define EVENT_pipe 61
#define PARAMS_pipe 4
#define EVENT_eventfd 63
#define PARAMS_eventfd 3
#define EVENT_epoll_create 375
#define PARAMS_epoll_create 2
#define EVENT_inotify_init 139
#define PARAMS_inotify_init 2
#define EVENT_poll 81
#define PARAMS_poll 3
#define EVENT_select 83
#define PARAMS_select 1
#define EVENT_epoll_wait 79
#define PARAMS_epoll_wait 2
#define EVENT_semop 251
#define PARAMS_semop 9
#define EVENT_semget 263
#define PARAMS_semget 4
#define EVENT_semctl 253
#define PARAMS_semctl 5
#define EVENT_io_uring_setup 339
#define PARAMS_io_uring_setup 8
#define EVENT_io_uring_enter 341
#define PARAMS_io_uring_enter 6
#define EVENT_io_uring_register 343
#define PARAMS_io_uring_register 5
#define EVENT_signalfd 127
#define PARAMS_signalfd 4
#define EVENT_clone 223
#define PARAMS_clone 21
#define EVENT_clone3 335
#define PARAMS_clone3 21
#define EVENT_fork 225
#define PARAMS_fork 21
#define EVENT_vfork 227
#define PARAMS_vfork 21
#define EVENT_execve 293
#define PARAMS_execve 31
#define EVENT_execveat 331
#define PARAMS_execveat 30
#define EVENT_socket 19
#define PARAMS_socket 5
#define EVENT_bind 21
#define PARAMS_bind 3
#define EVENT_connect 23
#define PARAMS_connect 4
#define EVENT_listen 25
#define PARAMS_listen 3
#define EVENT_getsockname 39
#define PARAMS_getsockname 3
#define EVENT_getpeername 41
#define PARAMS_getpeername 3
#define EVENT_shutdown 37
#define PARAMS_shutdown 3
#define EVENT_accept 247
#define PARAMS_accept 5
#define EVENT_accept4 389
#define PARAMS_accept4 6
#define EVENT_socketpair 43
#define PARAMS_socketpair 8
#define EVENT_sendto 31
#define PARAMS_sendto 5
#define EVENT_recvfrom 35
#define PARAMS_recvfrom 5
#define EVENT_sendmsg 49
#define PARAMS_sendmsg 5
#define EVENT_recvmsg 53
#define PARAMS_recvmsg 6
#define EVENT_sendmmsg 51
#define PARAMS_sendmmsg 5
#define EVENT_recvmmsg 55
#define PARAMS_recvmmsg 6
#define EVENT_setsockopt 45
#define PARAMS_setsockopt 6
#define EVENT_getsockopt 47
#define PARAMS_getsockopt 6
#define EVENT_setuid 199
#define PARAMS_setuid 2
#define EVENT_setgid 201
#define PARAMS_setgid 2
#define EVENT_setreuid 427
#define PARAMS_setreuid 3
#define EVENT_setregid 429
#define PARAMS_setregid 3
#define EVENT_setresuid 193
#define PARAMS_setresuid 4
#define EVENT_setresgid 195
#define PARAMS_setresgid 4
#define EVENT_getuid 203
#define PARAMS_getuid 1
#define EVENT_geteuid 205
#define PARAMS_geteuid 1
#define EVENT_getgid 207
#define PARAMS_getgid 1
#define EVENT_getegid 209
#define PARAMS_getegid 1
#define EVENT_setsid 275
#define PARAMS_setsid 1
#define EVENT_setpgid 295
#define PARAMS_setpgid 3
#define EVENT_unshare 285
#define PARAMS_unshare 2
#define EVENT_setns 241
#define PARAMS_setns 3
#define EVENT_chroot 267
#define PARAMS_chroot 2
#define EVENT_capset 353
#define PARAMS_capset 4
#define EVENT_prctl 401
#define PARAMS_prctl 4
#define EVENT_prlimit64 145
#define PARAMS_prlimit64 7
#define EVENT_setrlimit 143
#define PARAMS_setrlimit 4
#define EVENT_getresuid 211
#define PARAMS_getresuid 4
#define EVENT_getresgid 213
#define PARAMS_getresgid 4
#define EVENT_getrlimit 141
#define PARAMS_getrlimit 4
#define EVENT_seccomp 299
#define PARAMS_seccomp 3
#define EVENT_pidfd_getfd 407
#define PARAMS_pidfd_getfd 4
#define EVENT_pidfd_open 409
#define PARAMS_pidfd_open 3
#define EVENT_brk 159
#define PARAMS_brk 5
#define EVENT_mmap 161
#define PARAMS_mmap 10
#define EVENT_munmap 165
#define PARAMS_munmap 6
#define EVENT_mprotect 329
#define PARAMS_mprotect 4
#define EVENT_mlock 345
#define PARAMS_mlock 3
#define EVENT_munlock 347
#define PARAMS_munlock 3
#define EVENT_mlockall 349
#define PARAMS_mlockall 2
#define EVENT_munlockall 351
#define PARAMS_munlockall 1
#define EVENT_mlock2 371
#define PARAMS_mlock2 4
#define EVENT_memfd_create 405
#define PARAMS_memfd_create 3
#define EVENT_ptrace 169
#define PARAMS_ptrace 5
#define EVENT_process_vm_readv 421
#define PARAMS_process_vm_readv 3
#define EVENT_process_vm_writev 423
#define PARAMS_process_vm_writev 3
#define EVENT_init_module 411
#define PARAMS_init_module 4
#define EVENT_finit_module 413
#define PARAMS_finit_module 4
#define EVENT_delete_module 425
#define PARAMS_delete_module 3
#define EVENT_bpf 369
#define PARAMS_bpf 2
#define EVENT_quotactl 191
#define PARAMS_quotactl 18
#define EVENT_keyctl 453
#define PARAMS_keyctl 6
#define EVENT_fsconfig 373
#define PARAMS_fsconfig 7
#define EVENT_generic 1
#define PARAMS_generic 9
#define EVENT_execve_enter 292
#define PARAMS_execve_enter 1
#define EVENT_execveat_enter 330
#define PARAMS_execveat_enter 3
#define EVENT_procexit 186
#define PARAMS_procexit 5
#define EVENT_signaldeliver 232
#define PARAMS_signaldeliver 3
#define EVENT_switch 152
#define PARAMS_switch 6
#define EVENT_page_fault 290
#define PARAMS_page_fault 3
#define EVENT_notification 280
#define PARAMS_notification 2

// Captures’ encodings of flags
#define SCAP_file_flags_O_LARGEFILE 2048
#define SCAP_file_flags_O_DIRECTORY 1024
#define SCAP_file_flags_O_DIRECT 512
#define SCAP_file_flags_O_TRUNC 256
#define SCAP_file_flags_O_SYNC 128
#define SCAP_file_flags_O_NONBLOCK 64
#define SCAP_file_flags_O_EXCL 32
#define SCAP_file_flags_O_DSYNC 16
#define SCAP_file_flags_O_APPEND 8
#define SCAP_file_flags_O_CREAT 4
#define SCAP_file_flags_O_RDWR 3
#define SCAP_file_flags_O_WRONLY 2
#define SCAP_file_flags_O_RDONLY 1
#define SCAP_file_flags_O_CLOEXEC 4096
#define SCAP_file_flags_O_NONE 0
#define SCAP_file_flags_O_TMPFILE 8192
#define SCAP_file_flags_O_F_CREATED 16384
#define SCAP_file_flags_FD_UPPER_LAYER 32768
#define SCAP_file_flags_FD_LOWER_LAYER 65536
#define SCAP_clone_flags_CLONE_FILES 1
#define SCAP_clone_flags_CLONE_FS 2
#define SCAP_clone_flags_CLONE_IO 4
#define SCAP_clone_flags_CLONE_NEWIPC 8
#define SCAP_clone_flags_CLONE_NEWNET 16
#define SCAP_clone_flags_CLONE_NEWNS 32
#define SCAP_clone_flags_CLONE_NEWPID 64
#define SCAP_clone_flags_CLONE_NEWUTS 128
#define SCAP_clone_flags_CLONE_PARENT 256
#define SCAP_clone_flags_CLONE_PARENT_SETTID 512
#define SCAP_clone_flags_CLONE_PTRACE 1024
#define SCAP_clone_flags_CLONE_SIGHAND 2048
#define SCAP_clone_flags_CLONE_SYSVSEM 4096
#define SCAP_clone_flags_CLONE_THREAD 8192
#define SCAP_clone_flags_CLONE_UNTRACED 16384
#define SCAP_clone_flags_CLONE_VM 32768
#define SCAP_clone_flags_CLONE_INVERTED 65536
#define SCAP_clone_flags_NAME_CHANGED 131072
#define SCAP_clone_flags_CLOSED 262144
#define SCAP_clone_flags_CLONE_NEWUSER 1048576
#define SCAP_clone_flags_CLONE_CHILD_CLEARTID 8388608
#define SCAP_clone_flags_CLONE_CHILD_SETTID 16777216
#define SCAP_clone_flags_CLONE_SETTLS 33554432
#define SCAP_clone_flags_CLONE_STOPPED 67108864
#define SCAP_clone_flags_CLONE_VFORK 134217728
#define SCAP_clone_flags_CLONE_NEWCGROUP 268435456
#define SCAP_clone_flags_CLONE_CHILD_IN_PIDNS 536870912
#define SCAP_mmap_flags_MAP_SHARED 1
#define SCAP_mmap_flags_MAP_PRIVATE 2
#define SCAP_mmap_flags_MAP_FIXED 4
#define SCAP_mmap_flags_MAP_ANONYMOUS 8
#define SCAP_mmap_flags_MAP_32BIT 16
#define SCAP_mmap_flags_MAP_RENAME 32
#define SCAP_mmap_flags_MAP_NORESERVE 64
#define SCAP_mmap_flags_MAP_POPULATE 128
#define SCAP_mmap_flags_MAP_NONBLOCK 256
#define SCAP_mmap_flags_MAP_GROWSDOWN 512
#define SCAP_mmap_flags_MAP_DENYWRITE 1024
#define SCAP_mmap_flags_MAP_EXECUTABLE 2048
#define SCAP_mmap_flags_MAP_INHERIT 4096
#define SCAP_mmap_flags_MAP_FILE 8192
#define SCAP_mmap_flags_MAP_LOCKED 16384
#define SCAP_fcntl_commands_F_GETPIPE_SZ 29
#define SCAP_fcntl_commands_F_SETPIPE_SZ 28
#define SCAP_fcntl_commands_F_NOTIFY 27
#define SCAP_fcntl_commands_F_DUPFD_CLOEXEC 26
#define SCAP_fcntl_commands_F_CANCELLK 25
#define SCAP_fcntl_commands_F_GETLEASE 24
#define SCAP_fcntl_commands_F_SETLEASE 23
#define SCAP_fcntl_commands_F_GETOWN_EX 22
#define SCAP_fcntl_commands_F_SETOWN_EX 21
#define SCAP_fcntl_commands_F_SETLKW64 19
#define SCAP_fcntl_commands_F_SETLK64 18
#define SCAP_fcntl_commands_F_GETLK64 17
#define SCAP_fcntl_commands_F_GETSIG 15
#define SCAP_fcntl_commands_F_SETSIG 13
#define SCAP_fcntl_commands_F_GETOWN 12
#define SCAP_fcntl_commands_F_SETOWN 10
#define SCAP_fcntl_commands_F_SETLKW 9
#define SCAP_fcntl_commands_F_SETLK 8
#define SCAP_fcntl_commands_F_GETLK 6
#define SCAP_fcntl_commands_F_SETFL 5
#define SCAP_fcntl_commands_F_GETFL 4
#define SCAP_fcntl_commands_F_SETFD 3
#define SCAP_fcntl_commands_F_GETFD 2
#define SCAP_fcntl_commands_F_DUPFD 1
#define SCAP_fcntl_commands_F_OFD_GETLK 30
#define SCAP_fcntl_commands_F_OFD_SETLK 31
#define SCAP_fcntl_commands_F_OFD_SETLKW 32
#define SCAP_fcntl_commands_UNKNOWN 0
#define SCAP_openat2_flags_RESOLVE_BENEATH 1
#define SCAP_openat2_flags_RESOLVE_IN_ROOT 2
#define SCAP_openat2_flags_RESOLVE_NO_MAGICLINKS 4
#define SCAP_openat2_flags_RESOLVE_NO_SYMLINKS 8
#define SCAP_openat2_flags_RESOLVE_NO_XDEV 16
#define SCAP_openat2_flags_RESOLVE_CACHED 32
#define SCAP_execve_flags_EXE_WRITABLE 1
#define SCAP_execve_flags_EXE_UPPER_LAYER 2
#define SCAP_execve_flags_EXE_FROM_MEMFD 4
#define SCAP_execve_flags_EXE_LOWER_LAYER 8
#define SCAP_execveat_flags_AT_EMPTY_PATH 1
#define SCAP_execveat_flags_AT_SYMLINK_NOFOLLOW 2
#define SCAP_creat_flags_FD_UPPER_LAYER_CREAT 1
#define SCAP_creat_flags_FD_LOWER_LAYER_CREAT 2
#define SCAP_fchownat_flags_AT_SYMLINK_NOFOLLOW 1024
#define SCAP_fchownat_flags_AT_EMPTY_PATH 4096
#define SCAP_epoll_create1_flags_EPOLL_CLOEXEC 1
#define SCAP_poll_flags_POLLIN 1
#define SCAP_poll_flags_POLLPRI 2
#define SCAP_poll_flags_POLLOUT 4
#define SCAP_poll_flags_POLLRDHUP 8
#define SCAP_poll_flags_POLLERR 16
#define SCAP_poll_flags_POLLHUP 32
#define SCAP_poll_flags_POLLNVAL 64
#define SCAP_poll_flags_POLLRDNORM 128
#define SCAP_poll_flags_POLLRDBAND 256
#define SCAP_poll_flags_POLLWRNORM 512
#define SCAP_poll_flags_POLLWRBAND 1024
#define SCAP_semop_flags_IPC_NOWAIT 1
#define SCAP_semop_flags_SEM_UNDO 2
#define SCAP_semget_flags_IPC_EXCL 16384
#define SCAP_semget_flags_IPC_CREAT 8192
#define SCAP_semctl_commands_IPC_STAT 1
#define SCAP_semctl_commands_IPC_SET 2
#define SCAP_semctl_commands_IPC_RMID 4
#define SCAP_semctl_commands_IPC_INFO 8
#define SCAP_semctl_commands_SEM_INFO 16
#define SCAP_semctl_commands_SEM_STAT 32
#define SCAP_semctl_commands_GETALL 64
#define SCAP_semctl_commands_GETNCNT 128
#define SCAP_semctl_commands_GETPID 256
#define SCAP_semctl_commands_GETVAL 512
#define SCAP_semctl_commands_GETZCNT 1024
#define SCAP_semctl_commands_SETALL 2048
#define SCAP_semctl_commands_SETVAL 4096
#define SCAP_io_uring_setup_flags_IORING_SETUP_IOPOLL 1
#define SCAP_io_uring_setup_flags_IORING_SETUP_SQPOLL 2
#define SCAP_io_uring_setup_flags_IORING_SQ_NEED_WAKEUP 4
#define SCAP_io_uring_setup_flags_IORING_SETUP_SQ_AFF 8
#define SCAP_io_uring_setup_flags_IORING_SETUP_CQSIZE 16
#define SCAP_io_uring_setup_flags_IORING_SETUP_CLAMP 32
#define SCAP_io_uring_setup_flags_IORING_SETUP_ATTACH_RW 64
#define SCAP_io_uring_setup_flags_IORING_SETUP_R_DISABLED 128
#define SCAP_ptrace_requests_PTRACE_SINGLEBLOCK 38
#define SCAP_ptrace_requests_PTRACE_SYSEMU_SINGLESTEP 37
#define SCAP_ptrace_requests_PTRACE_SYSEMU 36
#define SCAP_ptrace_requests_PTRACE_ARCH_PRCTL 35
#define SCAP_ptrace_requests_PTRACE_SET_THREAD_AREA 34
#define SCAP_ptrace_requests_PTRACE_GET_THREAD_AREA 33
#define SCAP_ptrace_requests_PTRACE_OLDSETOPTIONS 32
#define SCAP_ptrace_requests_PTRACE_SETFPXREGS 31
#define SCAP_ptrace_requests_PTRACE_GETFPXREGS 30
#define SCAP_ptrace_requests_PTRACE_SETFPREGS 29
#define SCAP_ptrace_requests_PTRACE_GETFPREGS 28
#define SCAP_ptrace_requests_PTRACE_SETREGS 27
#define SCAP_ptrace_requests_PTRACE_GETREGS 26
#define SCAP_ptrace_requests_PTRACE_SETSIGMASK 25
#define SCAP_ptrace_requests_PTRACE_GETSIGMASK 24
#define SCAP_ptrace_requests_PTRACE_PEEKSIGINFO 23
#define SCAP_ptrace_requests_PTRACE_LISTEN 22
#define SCAP_ptrace_requests_PTRACE_INTERRUPT 21
#define SCAP_ptrace_requests_PTRACE_SEIZE 20
#define SCAP_ptrace_requests_PTRACE_SETREGSET 19
#define SCAP_ptrace_requests_PTRACE_GETREGSET 18
#define SCAP_ptrace_requests_PTRACE_SETSIGINFO 17
#define SCAP_ptrace_requests_PTRACE_GETSIGINFO 16
#define SCAP_ptrace_requests_PTRACE_GETEVENTMSG 15
#define SCAP_ptrace_requests_PTRACE_SETOPTIONS 14
#define SCAP_ptrace_requests_PTRACE_SYSCALL 13
#define SCAP_ptrace_requests_PTRACE_DETACH 12
#define SCAP_ptrace_requests_PTRACE_ATTACH 11
#define SCAP_ptrace_requests_PTRACE_SINGLESTEP 10
#define SCAP_ptrace_requests_PTRACE_KILL 9
#define SCAP_ptrace_requests_PTRACE_CONT 8
#define SCAP_ptrace_requests_PTRACE_POKEUSR 7
#define SCAP_ptrace_requests_PTRACE_POKEDATA 6
#define SCAP_ptrace_requests_PTRACE_POKETEXT 5
#define SCAP_ptrace_requests_PTRACE_PEEKUSR 4
#define SCAP_ptrace_requests_PTRACE_PEEKDATA 3
#define SCAP_ptrace_requests_PTRACE_PEEKTEXT 2
#define SCAP_ptrace_requests_PTRACE_TRACEME 1
#define SCAP_ptrace_requests_PTRACE_UNKNOWN 0
#define SCAP_quotactl_cmds_Q_QUOTAON 1
#define SCAP_quotactl_cmds_Q_QUOTAOFF 2
#define SCAP_quotactl_cmds_Q_GETFMT 4
#define SCAP_quotactl_cmds_Q_GETINFO 8
#define SCAP_quotactl_cmds_Q_SETINFO 16
#define SCAP_quotactl_cmds_Q_GETQUOTA 32
#define SCAP_quotactl_cmds_Q_SETQUOTA 64
#define SCAP_quotactl_cmds_Q_SYNC 128
#define SCAP_quotactl_cmds_Q_XQUOTAON 256
#define SCAP_quotactl_cmds_Q_XQUOTAOFF 512
#define SCAP_quotactl_cmds_Q_XGETQUOTA 1024
#define SCAP_quotactl_cmds_Q_XSETQLIM 2048
#define SCAP_quotactl_cmds_Q_XGETQSTAT 4096
#define SCAP_quotactl_cmds_Q_XQUOTARM 8192
#define SCAP_quotactl_cmds_Q_XQUOTASYNC 16384
#define SCAP_quotactl_quota_fmts_QFMT_NOT_USED 1
#define SCAP_quotactl_quota_fmts_QFMT_VFS_OLD 2
#define SCAP_quotactl_quota_fmts_QFMT_VFS_V0 4
#define SCAP_quotactl_quota_fmts_QFMT_VFS_V1 8
#define SCAP_quotactl_dqi_flags_DQF_NONE 1
#define SCAP_quotactl_dqi_flags_V1_DQF_RSQUASH 2
#define SCAP_quotactl_types_USRQUOTA 1
#define SCAP_quotactl_types_GRPQUOTA 2
#define SCAP_delete_module_flags_O_NONBLOCK 2
#define SCAP_delete_module_flags_O_TRUNC 1
#define SCAP_pf_flags_PROTECTION_VIOLATION 1
#define SCAP_pf_flags_PAGE_NOT_PRESENT 2
#define SCAP_pf_flags_WRITE_ACCESS 4
#define SCAP_pf_flags_READ_ACCESS 8
#define SCAP_pf_flags_USER_FAULT 16
#define SCAP_pf_flags_SUPERVISOR_FAULT 32
#define SCAP_pf_flags_RESERVED_PAGE 64
#define SCAP_pf_flags_INSTRUCTION_FETCH 128

#if defined(__TARGET_ARCH_x86) || defined(__x86_64__)
#define NR_openat 257
#define NR_openat2 437
#define NR_open_by_handle_at 304
#define NR_newfstatat 262
#define NR_fstat 5
#define NR_unlinkat 263
#define NR_renameat 264
#define NR_renameat2 316
#define NR_mkdirat 258
#define NR_linkat 265
#define NR_symlinkat 266
#define NR_fchmodat 268
#define NR_fchmod 91
#define NR_fchown 93
#define NR_fchownat 260
#define NR_chdir 80
#define NR_fchdir 81
#define NR_getcwd 79
#define NR_mount 165
#define NR_umount2 166
#define NR_getdents64 217
#define NR_flock 73
#define NR_mknodat 259
#define NR_userfaultfd 323
#define NR_open 2
#define NR_creat 85
#define NR_stat 4
#define NR_lstat 6
#define NR_access 21
#define NR_unlink 87
#define NR_rename 82
#define NR_mkdir 83
#define NR_rmdir 84
#define NR_link 86
#define NR_symlink 88
#define NR_chmod 90
#define NR_chown 92
#define NR_lchown 94
#define NR_mknod 133
#define NR_getdents 78
#define NR_read 0
#define NR_write 1
#define NR_pread64 17
#define NR_pwrite64 18
#define NR_readv 19
#define NR_preadv 295
#define NR_writev 20
#define NR_pwritev 296
#define NR_close 3
#define NR_close_range 436
#define NR_lseek 8
#define NR_ioctl 16
#define NR_fcntl 72
#define NR_dup 32
#define NR_dup3 292
#define NR_sendfile 40
#define NR_splice 275
#define NR_copy_file_range 326
#define NR_dup2 33
#define NR_pipe2 293
#define NR_eventfd2 290
#define NR_signalfd4 289
#define NR_epoll_create1 291
#define NR_timerfd_create 283
#define NR_inotify_init1 294
#define NR_futex 202
#define NR_kill 62
#define NR_tkill 200
#define NR_tgkill 234
#define NR_nanosleep 35
#define NR_ppoll 271
#define NR_pipe 22
#define NR_eventfd 284
#define NR_epoll_create 213
#define NR_inotify_init 253
#define NR_poll 7
#define NR_select 23
#define NR_epoll_wait 232
#define NR_semop 65
#define NR_semget 64
#define NR_semctl 66
#define NR_io_uring_setup 425
#define NR_io_uring_enter 426
#define NR_io_uring_register 427
#define NR_signalfd 282
#define NR_clone 56
#define NR_clone3 435
#define NR_fork 57
#define NR_vfork 58
#define NR_execve 59
#define NR_execveat 322
#define NR_socket 41
#define NR_bind 49
#define NR_connect 42
#define NR_listen 50
#define NR_getsockname 51
#define NR_getpeername 52
#define NR_shutdown 48
#define NR_accept 43
#define NR_accept4 288
#define NR_socketpair 53
#define NR_sendto 44
#define NR_recvfrom 45
#define NR_sendmsg 46
#define NR_recvmsg 47
#define NR_sendmmsg 307
#define NR_recvmmsg 299
#define NR_setsockopt 54
#define NR_getsockopt 55
#define NR_setuid 105
#define NR_setgid 106
#define NR_setreuid 113
#define NR_setregid 114
#define NR_setresuid 117
#define NR_setresgid 119
#define NR_getuid 102
#define NR_geteuid 107
#define NR_getgid 104
#define NR_getegid 108
#define NR_setsid 112
#define NR_setpgid 109
#define NR_unshare 272
#define NR_setns 308
#define NR_chroot 161
#define NR_capset 126
#define NR_prctl 157
#define NR_prlimit64 302
#define NR_setrlimit 160
#define NR_getresuid 118
#define NR_getresgid 120
#define NR_getrlimit 97
#define NR_seccomp 317
#define NR_pidfd_getfd 438
#define NR_pidfd_open 434
#define NR_brk 12
#define NR_mmap 9
#define NR_munmap 11
#define NR_mprotect 10
#define NR_mlock 149
#define NR_munlock 150
#define NR_mlockall 151
#define NR_munlockall 152
#define NR_mlock2 325
#define NR_memfd_create 319
#define NR_ptrace 101
#define NR_process_vm_readv 310
#define NR_process_vm_writev 311
#define NR_init_module 175
#define NR_finit_module 313
#define NR_delete_module 176
#define NR_bpf 321
#define NR_quotactl 179
#define NR_keyctl 250
#define NR_fsconfig 431
// The calls that each family of handlers serves
#define CALLS_file(CALL) CALL(openat) CALL(openat2) CALL(open_by_handle_at) CALL(newfstatat) CALL(fstat) CALL(unlinkat) CALL(renameat) CALL(renameat2) CALL(mkdirat) CALL(linkat) CALL(symlinkat) CALL(fchmodat) CALL(fchmod) CALL(fchown) CALL(fchownat) CALL(chdir) CALL(fchdir) CALL(getcwd) CALL(mount) CALL(umount2) CALL(getdents64) CALL(flock) CALL(mknodat) CALL(userfaultfd) CALL(open) CALL(creat) CALL(stat) CALL(lstat) CALL(access) CALL(unlink) CALL(rename) CALL(mkdir) CALL(rmdir) CALL(link) CALL(symlink) CALL(chmod) CALL(chown) CALL(lchown) CALL(mknod) CALL(getdents)
#define CALLS_io(CALL) CALL(read) CALL(write) CALL(pread64) CALL(pwrite64) CALL(readv) CALL(preadv) CALL(writev) CALL(pwritev) CALL(close) CALL(close_range) CALL(lseek) CALL(ioctl) CALL(fcntl) CALL(dup) CALL(dup3) CALL(sendfile) CALL(splice) CALL(copy_file_range) CALL(dup2)
#define CALLS_ipc(CALL) CALL(pipe2) CALL(eventfd2) CALL(signalfd4) CALL(epoll_create1) CALL(timerfd_create) CALL(inotify_init1) CALL(futex) CALL(kill) CALL(tkill) CALL(tgkill) CALL(nanosleep) CALL(ppoll) CALL(pipe) CALL(eventfd) CALL(epoll_create) CALL(inotify_init) CALL(poll) CALL(select) CALL(epoll_wait) CALL(semop) CALL(semget) CALL(semctl) CALL(io_uring_setup) CALL(io_uring_enter) CALL(io_uring_register) CALL(signalfd)
#define CALLS_life(CALL) CALL(clone) CALL(clone3) CALL(fork) CALL(vfork) CALL(execve) CALL(execveat)
#define CALLS_net(CALL) CALL(socket) CALL(bind) CALL(connect) CALL(listen) CALL(getsockname) CALL(getpeername) CALL(shutdown) CALL(accept) CALL(accept4) CALL(socketpair) CALL(sendto) CALL(recvfrom) CALL(sendmsg) CALL(recvmsg) CALL(sendmmsg) CALL(recvmmsg) CALL(setsockopt) CALL(getsockopt)
#define CALLS_process(CALL) CALL(setuid) CALL(setgid) CALL(setreuid) CALL(setregid) CALL(setresuid) CALL(setresgid) CALL(getuid) CALL(geteuid) CALL(getgid) CALL(getegid) CALL(setsid) CALL(setpgid) CALL(unshare) CALL(setns) CALL(chroot) CALL(capset) CALL(prctl) CALL(prlimit64) CALL(setrlimit) CALL(getresuid) CALL(getresgid) CALL(getrlimit) CALL(seccomp) CALL(pidfd_getfd) CALL(pidfd_open) CALL(brk) CALL(mmap) CALL(munmap) CALL(mprotect) CALL(mlock) CALL(munlock) CALL(mlockall) CALL(munlockall) CALL(mlock2) CALL(memfd_create)
#define CALLS_system(CALL) CALL(ptrace) CALL(process_vm_readv) CALL(process_vm_writev) CALL(init_module) CALL(finit_module) CALL(delete_module) CALL(bpf) CALL(quotactl) CALL(keyctl) CALL(fsconfig)

#elif defined(__TARGET_ARCH_arm64) || defined(__aarch64__)
#define NR_openat 56
#define NR_openat2 437
#define NR_open_by_handle_at 265
#define NR_newfstatat 79
#define NR_fstat 80
#define NR_unlinkat 35
#define NR_renameat 38
#define NR_renameat2 276
#define NR_mkdirat 34
#define NR_linkat 37
#define NR_symlinkat 36
#define NR_fchmodat 53
#define NR_fchmod 52
#define NR_fchown 55
#define NR_fchownat 54
#define NR_chdir 49
#define NR_fchdir 50
#define NR_getcwd 17
#define NR_mount 40
#define NR_umount2 39
#define NR_getdents64 61
#define NR_flock 32
#define NR_mknodat 33
#define NR_userfaultfd 282
#define NR_read 63
#define NR_write 64
#define NR_pread64 67
#define NR_pwrite64 68
#define NR_readv 65
#define NR_preadv 69
#define NR_writev 66
#define NR_pwritev 70
#define NR_close 57
#define NR_close_range 436
#define NR_lseek 62
#define NR_ioctl 29
#define NR_fcntl 25
#define NR_dup 23
#define NR_dup3 24
#define NR_sendfile 71
#define NR_splice 76
#define NR_copy_file_range 285
#define NR_pipe2 59
#define NR_eventfd2 19
#define NR_signalfd4 74
#define NR_epoll_create1 20
#define NR_timerfd_create 85
#define NR_inotify_init1 26
#define NR_futex 98
#define NR_kill 129
#define NR_tkill 130
#define NR_tgkill 131
#define NR_nanosleep 101
#define NR_ppoll 73
#define NR_semop 193
#define NR_semget 190
#define NR_semctl 191
#define NR_io_uring_setup 425
#define NR_io_uring_enter 426
#define NR_io_uring_register 427
#define NR_clone 220
#define NR_clone3 435
#define NR_execve 221
#define NR_execveat 281
#define NR_socket 198
#define NR_bind 200
#define NR_connect 203
#define NR_listen 201
#define NR_getsockname 204
#define NR_getpeername 205
#define NR_shutdown 210
#define NR_accept 202
#define NR_accept4 242
#define NR_socketpair 199
#define NR_sendto 206
#define NR_recvfrom 207
#define NR_sendmsg 211
#define NR_recvmsg 212
#define NR_sendmmsg 269
#define NR_recvmmsg 243
#define NR_setsockopt 208
#define NR_getsockopt 209
#define NR_setuid 146
#define NR_setgid 144
#define NR_setreuid 145
#define NR_setregid 143
#define NR_setresuid 147
#define NR_setresgid 149
#define NR_getuid 174
#define NR_geteuid 175
#define NR_getgid 176
#define NR_getegid 177
#define NR_setsid 157
#define NR_setpgid 154
#define NR_unshare 97
#define NR_setns 268
#define NR_chroot 51
#define NR_capset 91
#define NR_prctl 167
#define NR_prlimit64 261
#define NR_setrlimit 164
#define NR_getresuid 148
#define NR_getresgid 150
#define NR_getrlimit 163
#define NR_seccomp 277
#define NR_pidfd_getfd 438
#define NR_pidfd_open 434
#define NR_brk 214
#define NR_mmap 222
#define NR_munmap 215
#define NR_mprotect 226
#define NR_mlock 228
#define NR_munlock 229
#define NR_mlockall 230
#define NR_munlockall 231
#define NR_mlock2 284
#define NR_memfd_create 279
#define NR_ptrace 117
#define NR_process_vm_readv 270
#define NR_process_vm_writev 271
#define NR_init_module 105
#define NR_finit_module 273
#define NR_delete_module 106
#define NR_bpf 280
#define NR_quotactl 60
#define NR_keyctl 219
#define NR_fsconfig 431
// The calls that each family of handlers serves
#define CALLS_file(CALL) CALL(openat) CALL(openat2) CALL(open_by_handle_at) CALL(newfstatat) CALL(fstat) CALL(unlinkat) CALL(renameat) CALL(renameat2) CALL(mkdirat) CALL(linkat) CALL(symlinkat) CALL(fchmodat) CALL(fchmod) CALL(fchown) CALL(fchownat) CALL(chdir) CALL(fchdir) CALL(getcwd) CALL(mount) CALL(umount2) CALL(getdents64) CALL(flock) CALL(mknodat) CALL(userfaultfd)
#define CALLS_io(CALL) CALL(read) CALL(write) CALL(pread64) CALL(pwrite64) CALL(readv) CALL(preadv) CALL(writev) CALL(pwritev) CALL(close) CALL(close_range) CALL(lseek) CALL(ioctl) CALL(fcntl) CALL(dup) CALL(dup3) CALL(sendfile) CALL(splice) CALL(copy_file_range)
#define CALLS_ipc(CALL) CALL(pipe2) CALL(eventfd2) CALL(signalfd4) CALL(epoll_create1) CALL(timerfd_create) CALL(inotify_init1) CALL(futex) CALL(kill) CALL(tkill) CALL(tgkill) CALL(nanosleep) CALL(ppoll) CALL(semop) CALL(semget) CALL(semctl) CALL(io_uring_setup) CALL(io_uring_enter) CALL(io_uring_register)
#define CALLS_life(CALL) CALL(clone) CALL(clone3) CALL(execve) CALL(execveat)
#define CALLS_net(CALL) CALL(socket) CALL(bind) CALL(connect) CALL(listen) CALL(getsockname) CALL(getpeername) CALL(shutdown) CALL(accept) CALL(accept4) CALL(socketpair) CALL(sendto) CALL(recvfrom) CALL(sendmsg) CALL(recvmsg) CALL(sendmmsg) CALL(recvmmsg) CALL(setsockopt) CALL(getsockopt)
#define CALLS_process(CALL) CALL(setuid) CALL(setgid) CALL(setreuid) CALL(setregid) CALL(setresuid) CALL(setresgid) CALL(getuid) CALL(geteuid) CALL(getgid) CALL(getegid) CALL(setsid) CALL(setpgid) CALL(unshare) CALL(setns) CALL(chroot) CALL(capset) CALL(prctl) CALL(prlimit64) CALL(setrlimit) CALL(getresuid) CALL(getresgid) CALL(getrlimit) CALL(seccomp) CALL(pidfd_getfd) CALL(pidfd_open) CALL(brk) CALL(mmap) CALL(munmap) CALL(mprotect) CALL(mlock) CALL(munlock) CALL(mlockall) CALL(munlockall) CALL(mlock2) CALL(memfd_create)
#define CALLS_system(CALL) CALL(ptrace) CALL(process_vm_readv) CALL(process_vm_writev) CALL(init_module) CALL(finit_module) CALL(delete_module) CALL(bpf) CALL(quotactl) CALL(keyctl) CALL(fsconfig)
#endif
#define FAMILIES(FAMILY) FAMILY(file) FAMILY(io) FAMILY(ipc) FAMILY(life) FAMILY(net) FAMILY(process) FAMILY(system)

#define NR_OTHER 511
#if defined(__bpf__)
// By native number: code of a call in captures (0: none), number of its arguments
#if defined(__TARGET_ARCH_x86)
static const volatile __u16 code_of_call[512] = {
  3, 4, 5, 6, 14, 20, 50, 105, 15, 55, 75, 56, 32, 107, 108, 298,
  34, 294, 295, 87, 88, 23, 30, 84, 99, 104, 86, 138, 139, 267, 297, 268,
  29, 40, 21, 103, 66, 19, 65, 16, 116, 241, 243, 245, 249, 250, 254, 256,
  251, 242, 244, 246, 247, 248, 252, 253, 327, 303, 304, 324, 2, 69, 25, 67,
  260, 259, 261, 266, 264, 262, 263, 265, 35, 85, 72, 90, 57, 58, 83, 113,
  10, 80, 26, 27, 28, 7, 8, 9, 49, 51, 13, 59, 132, 127, 118, 37,
  47, 117, 46, 71, 31, 18, 119, 64, 120, 133, 134, 121, 122, 36, 41, 42,
  43, 123, 124, 125, 126, 128, 129, 130, 131, 79, 135, 136, 89, 114, 115, 109,
  110, 111, 112, 317, 22, 12, 52, 82, 39, 62, 63, 81, 60, 61, 95, 96,
  97, 98, 100, 101, 102, 91, 92, 93, 94, 68, 366, 137, 385, 106, 296, 74,
  45, 38, 24, 33, 48, 17, 323, 53, 70, 54, 44, 73, 391, 344, 381, 76,
  77, 372, 386, 78, 378, 375, 0, 0, 0, 0, 140, 373, 141, 142, 143, 144,
  145, 146, 147, 148, 149, 150, 151, 152, 153, 11, 154, 155, 156, 157, 159, 160,
  161, 162, 163, 158, 365, 165, 364, 379, 168, 240, 169, 1, 371, 319, 170, 171,
  172, 173, 174, 175, 176, 177, 178, 164, 167, 166, 179, 180, 0, 363, 368, 387,
  181, 182, 183, 184, 185, 186, 187, 188, 189, 190, 191, 192, 193, 194, 195, 196,
  357, 197, 198, 199, 200, 201, 300, 202, 203, 204, 205, 206, 207, 208, 209, 210,
  211, 212, 213, 214, 215, 388, 216, 358, 219, 218, 220, 221, 222, 299, 223, 224,
  258, 225, 226, 227, 228, 229, 230, 231, 232, 233, 234, 257, 235, 393, 236, 376,
  329, 237, 238, 255, 239, 217, 301, 302, 361, 314, 362, 383, 320, 316, 318, 342,
  345, 315, 325, 321, 390, 333, 326, 359, 360, 350, 349, 351, 367, 369, 380, 443,
  452, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 348, 330, 331, 332, 339, 340, 338, 335,
  337, 336, 347, 328, 392, 322, 346, 384, 389, 356, 341, 353, 352, 355, 354, 343,
  377, 374, 370, 412, 413, 414, 417, 419, 418, 438, 437, 439, 440, 441, 442, 447,
  446, 445, 444, 448, 449, 450, 451, 453, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
};
static const volatile __u8 args_of_call[512] = {
  3, 3, 3, 1, 2, 2, 2, 3, 3, 6, 3, 2, 1, 4, 4, 0,
  3, 4, 4, 3, 3, 2, 1, 5, 0, 5, 3, 3, 3, 3, 3, 3,
  1, 2, 0, 2, 2, 1, 3, 0, 4, 3, 3, 3, 6, 6, 3, 3,
  2, 3, 2, 3, 3, 4, 5, 5, 5, 0, 0, 3, 1, 4, 2, 1,
  3, 3, 4, 1, 2, 4, 5, 3, 3, 2, 1, 1, 2, 2, 3, 2,
  1, 1, 2, 2, 1, 2, 2, 1, 2, 3, 2, 2, 3, 3, 3, 1,
  2, 2, 2, 1, 1, 4, 0, 3, 0, 1, 1, 0, 0, 2, 0, 0,
  0, 2, 2, 2, 2, 3, 3, 3, 3, 1, 1, 1, 1, 2, 2, 2,
  4, 3, 2, 2, 2, 3, 1, 1, 2, 2, 2, 3, 2, 3, 2, 2,
  3, 1, 1, 1, 2, 2, 2, 1, 0, 0, 3, 2, 1, 5, 2, 1,
  2, 1, 0, 1, 2, 5, 2, 2, 1, 4, 2, 2, 1, 3, 2, 6,
  6, 1, 5, 4, 3, 5, 6, 6, 6, 6, 0, 3, 5, 5, 5, 4,
  4, 4, 3, 3, 3, 2, 2, 2, 2, 1, 6, 3, 3, 1, 2, 1,
  5, 3, 3, 1, 3, 1, 4, 4, 5, 3, 1, 0, 4, 4, 3, 4,
  2, 1, 1, 2, 2, 2, 4, 1, 4, 4, 3, 2, 6, 6, 3, 5,
  4, 1, 5, 5, 2, 3, 4, 5, 5, 4, 5, 3, 2, 0, 3, 2,
  4, 4, 3, 4, 5, 3, 4, 3, 4, 5, 3, 4, 3, 3, 6, 5,
  1, 2, 3, 6, 4, 4, 4, 6, 4, 6, 3, 2, 1, 4, 4, 2,
  4, 4, 2, 1, 3, 2, 1, 5, 5, 4, 5, 5, 2, 5, 4, 5,
  3, 2, 1, 4, 2, 3, 6, 6, 5, 6, 3, 4, 5, 3, 3, 2,
  5, 3, 5, 1, 3, 3, 6, 6, 6, 4, 2, 1, 5, 6, 4, 0,
  0, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6,
  6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6,
  6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6,
  6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6,
  6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6,
  6, 6, 6, 6, 6, 6, 6, 6, 4, 2, 6, 4, 3, 5, 2, 5,
  3, 3, 2, 2, 3, 4, 3, 4, 5, 6, 5, 4, 3, 4, 2, 1,
  2, 5, 4, 4, 4, 3, 4, 6, 4, 4, 4, 4, 4, 3, 3, 6,
  6, 5, 4, 5, 5, 5, 4, 0, 6, 6, 6, 6, 6, 6, 6, 6,
  6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6,
  6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6,
};
// the same for 32-bit programs, and the numbers that 64-bit programs use
static const volatile __u16 code_of_call_ia32[512] = {
  1, 2, 303, 3, 4, 5, 6, 293, 7, 8, 9, 324, 10, 11, 12, 13,
  118, 0, 420, 15, 16, 17, 288, 133, 119, 291, 18, 19, 426, 21, 22, 0,
  0, 23, 290, 0, 24, 25, 26, 27, 28, 29, 30, 31, 0, 32, 134, 120,
  289, 121, 122, 33, 323, 0, 34, 35, 0, 36, 0, 434, 37, 38, 39, 40,
  41, 42, 43, 403, 284, 285, 123, 124, 407, 286, 44, 45, 117, 46, 47, 48,
  125, 126, 84, 49, 423, 51, 52, 53, 54, 405, 55, 56, 57, 58, 59, 127,
  60, 61, 0, 62, 63, 344, 277, 64, 65, 66, 14, 50, 20, 287, 391, 68,
  408, 0, 69, 70, 71, 276, 72, 410, 327, 73, 67, 366, 74, 75, 275, 381,
  76, 77, 372, 78, 79, 80, 274, 81, 82, 0, 135, 136, 292, 83, 283, 85,
  86, 87, 88, 89, 90, 385, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100,
  101, 102, 103, 104, 128, 129, 433, 386, 105, 378, 130, 131, 106, 298, 107, 108,
  109, 110, 111, 112, 294, 295, 132, 113, 114, 115, 317, 116, 375, 0, 304, 273,
  282, 57, 58, 278, 279, 280, 118, 306, 309, 308, 334, 123, 124, 125, 126, 127,
  310, 312, 311, 313, 132, 305, 307, 135, 136, 137, 138, 139, 240, 281, 0, 0,
  140, 373, 141, 142, 143, 144, 145, 146, 147, 148, 149, 150, 151, 152, 153, 272,
  154, 155, 156, 157, 158, 159, 160, 161, 162, 163, 319, 0, 164, 365, 165, 166,
  167, 168, 169, 170, 171, 172, 173, 174, 175, 176, 177, 178, 269, 270, 179, 180,
  319, 0, 363, 387, 368, 181, 182, 183, 184, 185, 186, 187, 188, 0, 189, 190,
  191, 192, 193, 194, 195, 196, 357, 197, 198, 199, 200, 201, 271, 202, 203, 204,
  205, 206, 207, 208, 209, 210, 211, 212, 213, 214, 388, 215, 216, 358, 217, 218,
  219, 220, 221, 222, 299, 223, 224, 225, 226, 227, 228, 229, 230, 231, 232, 233,
  234, 257, 235, 393, 236, 376, 329, 237, 238, 255, 239, 301, 302, 361, 314, 362,
  383, 320, 316, 318, 342, 315, 325, 241, 248, 242, 243, 244, 258, 253, 252, 246,
  247, 249, 254, 250, 256, 251, 321, 390, 333, 326, 359, 360, 350, 349, 351, 367,
  296, 369, 380, 0, 0, 0, 0, 0, 0, 260, 261, 267, 268, 297, 266, 264,
  262, 263, 265, 176, 175, 237, 177, 178, 172, 171, 224, 223, 219, 209, 210, 0,
  369, 257, 183, 184, 371, 110, 154, 102, 348, 330, 331, 332, 339, 340, 338, 335,
  337, 336, 347, 328, 392, 322, 346, 384, 389, 356, 341, 353, 352, 355, 354, 343,
  377, 374, 370, 412, 413, 414, 417, 419, 418, 438, 437, 439, 440, 441, 442, 447,
  446, 445, 444, 448, 449, 450, 451, 453, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
};
static const volatile __u8 args_of_call_ia32[512] = {
  0, 1, 0, 3, 3, 3, 1, 3, 2, 2, 1, 3, 1, 1, 3, 2,
  3, 6, 2, 3, 0, 5, 1, 1, 0, 1, 4, 1, 2, 0, 2, 6,
  6, 2, 1, 6, 0, 2, 2, 2, 1, 1, 1, 1, 6, 1, 1, 0,
  2, 0, 0, 1, 2, 6, 3, 3, 6, 2, 6, 1, 1, 1, 2, 2,
  0, 0, 0, 3, 0, 1, 2, 2, 3, 1, 2, 2, 2, 2, 2, 2,
  2, 2, 5, 2, 2, 3, 1, 2, 4, 3, 6, 2, 2, 2, 2, 3,
  2, 3, 6, 2, 2, 3, 2, 3, 3, 2, 2, 2, 2, 1, 1, 0,
  0, 6, 4, 1, 1, 6, 1, 0, 5, 2, 1, 3, 1, 3, 3, 2,
  6, 6, 1, 4, 1, 1, 2, 3, 1, 6, 1, 1, 5, 3, 5, 2,
  3, 3, 3, 1, 1, 1, 2, 2, 1, 0, 2, 2, 3, 1, 0, 1,
  1, 2, 2, 5, 3, 3, 2, 5, 3, 3, 3, 3, 5, 0, 4, 4,
  2, 4, 3, 2, 4, 4, 3, 2, 2, 2, 2, 4, 5, 6, 0, 2,
  6, 3, 3, 2, 2, 2, 3, 0, 0, 0, 0, 2, 2, 2, 2, 3,
  3, 3, 3, 3, 3, 1, 1, 1, 1, 2, 3, 3, 3, 3, 6, 6,
  0, 3, 5, 5, 5, 4, 4, 4, 3, 3, 3, 2, 2, 2, 2, 4,
  6, 3, 3, 1, 1, 2, 1, 5, 3, 3, 4, 6, 1, 3, 1, 4,
  4, 5, 1, 3, 4, 2, 1, 1, 2, 2, 2, 4, 3, 3, 3, 2,
  6, 6, 6, 5, 3, 4, 1, 5, 5, 2, 3, 4, 5, 6, 5, 4,
  5, 3, 2, 0, 3, 2, 4, 4, 3, 4, 5, 3, 4, 3, 4, 5,
  3, 4, 3, 3, 6, 5, 1, 2, 3, 6, 4, 4, 4, 6, 3, 6,
  4, 3, 2, 1, 4, 4, 2, 4, 2, 1, 3, 2, 1, 5, 5, 4,
  5, 5, 2, 5, 4, 5, 3, 2, 1, 4, 2, 6, 6, 5, 6, 3,
  4, 5, 3, 3, 2, 3, 5, 3, 4, 3, 3, 2, 4, 5, 5, 3,
  3, 6, 3, 6, 3, 2, 1, 3, 3, 6, 6, 6, 4, 2, 1, 5,
  2, 6, 4, 6, 6, 6, 6, 6, 6, 3, 4, 3, 3, 3, 1, 2,
  4, 5, 3, 2, 2, 2, 2, 4, 2, 4, 2, 4, 4, 6, 5, 6,
  6, 5, 5, 5, 4, 4, 6, 2, 4, 2, 6, 4, 3, 5, 2, 5,
  3, 3, 2, 2, 3, 4, 3, 4, 5, 6, 5, 4, 3, 4, 2, 1,
  2, 5, 4, 4, 4, 3, 4, 6, 4, 4, 4, 4, 4, 3, 3, 6,
  6, 5, 4, 5, 5, 5, 4, 0, 6, 6, 6, 6, 6, 6, 6, 6,
  6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6,
  6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6,
};
static const volatile __u16 call_of_ia32[512] = {
  219, 60, 57, 0, 1, 2, 3, 61, 85, 86, 87, 59, 80, 201, 133, 90,
  94, 511, 511, 8, 39, 165, 166, 105, 102, 511, 101, 37, 511, 34, 132, 511,
  511, 21, 511, 511, 162, 62, 82, 83, 84, 32, 22, 100, 511, 12, 106, 104,
  511, 107, 108, 163, 166, 511, 16, 72, 511, 109, 511, 511, 95, 161, 136, 33,
  110, 111, 112, 511, 511, 511, 113, 114, 511, 511, 170, 160, 97, 98, 96, 164,
  115, 116, 23, 88, 511, 89, 134, 167, 169, 511, 9, 11, 76, 77, 91, 93,
  140, 141, 511, 137, 138, 173, 511, 103, 38, 36, 4, 6, 5, 511, 172, 153,
  511, 511, 61, 168, 99, 511, 74, 511, 56, 171, 63, 154, 159, 10, 511, 174,
  175, 176, 177, 179, 121, 81, 511, 139, 135, 511, 122, 123, 511, 78, 23, 73,
  26, 19, 20, 124, 75, 156, 149, 150, 151, 152, 142, 143, 144, 145, 24, 146,
  147, 148, 35, 25, 117, 511, 511, 178, 7, 180, 119, 511, 157, 15, 13, 14,
  127, 128, 129, 130, 17, 18, 92, 79, 125, 126, 131, 40, 181, 511, 58, 97,
  9, 76, 77, 4, 6, 5, 94, 102, 104, 107, 108, 113, 114, 115, 116, 93,
  117, 118, 119, 120, 92, 105, 106, 122, 123, 155, 27, 28, 217, 72, 511, 511,
  186, 187, 188, 189, 190, 191, 192, 193, 194, 195, 196, 197, 198, 199, 200, 40,
  202, 203, 204, 205, 211, 206, 207, 208, 209, 210, 221, 511, 231, 212, 213, 233,
  232, 216, 218, 222, 223, 224, 225, 226, 227, 228, 229, 230, 137, 138, 234, 235,
  221, 511, 237, 239, 238, 240, 241, 242, 243, 244, 245, 246, 247, 511, 248, 249,
  250, 251, 252, 253, 254, 255, 256, 257, 258, 259, 260, 261, 262, 263, 264, 265,
  266, 267, 268, 269, 270, 271, 272, 273, 274, 275, 277, 276, 278, 279, 309, 281,
  280, 282, 283, 284, 285, 286, 287, 289, 290, 291, 292, 293, 294, 295, 296, 297,
  298, 299, 300, 301, 302, 303, 304, 305, 306, 307, 308, 310, 311, 312, 313, 314,
  315, 316, 317, 318, 319, 321, 322, 41, 53, 49, 42, 50, 288, 55, 54, 51,
  52, 44, 46, 45, 47, 48, 323, 324, 325, 326, 327, 328, 329, 330, 331, 332,
  158, 333, 334, 511, 511, 511, 511, 511, 511, 64, 66, 29, 31, 30, 67, 68,
  69, 70, 71, 228, 227, 305, 229, 230, 224, 223, 287, 286, 280, 270, 271, 511,
  333, 299, 242, 243, 220, 128, 202, 148, 424, 425, 426, 427, 428, 429, 430, 431,
  432, 433, 434, 435, 436, 437, 438, 439, 440, 441, 442, 443, 444, 445, 446, 447,
  448, 449, 450, 451, 452, 453, 454, 455, 456, 457, 458, 459, 460, 461, 462, 463,
  464, 465, 466, 467, 468, 469, 470, 471, 511, 511, 511, 511, 511, 511, 511, 511,
  511, 511, 511, 511, 511, 511, 511, 511, 511, 511, 511, 511, 511, 511, 511, 511,
  511, 511, 511, 511, 511, 511, 511, 511, 511, 511, 511, 511, 511, 511, 511, 511,
};
static const volatile __u16 call_of_socketcall[32] = {
  511, 41, 49, 42, 50, 43, 51, 52, 53, 44, 45, 44, 45, 48, 54, 55,
  46, 47, 288, 299, 307, 511, 511, 511, 511, 511, 511, 511, 511, 511, 511, 511,
};
static const volatile __u16 call_of_ipc[32] = {
  511, 65, 64, 66, 220, 511, 511, 511, 511, 511, 511, 69, 70, 68, 71, 511,
  511, 511, 511, 511, 511, 30, 67, 29, 31, 511, 511, 511, 511, 511, 511, 511,
};
#else
static const volatile __u16 code_of_call[512] = {
  159, 160, 162, 163, 161, 141, 142, 143, 144, 145, 146, 147, 148, 149, 150, 151,
  152, 113, 365, 226, 227, 166, 218, 29, 228, 35, 230, 195, 196, 34, 192, 193,
  85, 199, 198, 202, 205, 204, 203, 323, 17, 137, 378, 62, 63, 57, 58, 299,
  208, 10, 80, 38, 59, 207, 200, 127, 197, 6, 68, 229, 78, 240, 15, 3,
  4, 87, 88, 294, 295, 231, 232, 116, 209, 210, 225, 216, 214, 215, 206, 300,
  20, 24, 72, 90, 388, 221, 223, 224, 219, 33, 114, 115, 82, 2, 164, 188,
  169, 211, 154, 212, 213, 103, 66, 65, 187, 76, 77, 170, 172, 173, 171, 174,
  175, 176, 177, 178, 64, 18, 95, 97, 98, 96, 155, 156, 99, 100, 101, 102,
  1, 25, 153, 179, 317, 112, 107, 108, 109, 110, 111, 298, 61, 60, 54, 124,
  134, 123, 133, 128, 129, 130, 131, 135, 136, 31, 36, 79, 89, 43, 125, 126,
  67, 44, 73, 117, 45, 46, 37, 106, 217, 47, 48, 74, 16, 41, 119, 121,
  120, 122, 140, 71, 181, 182, 183, 184, 185, 186, 264, 265, 263, 262, 260, 261,
  371, 259, 267, 268, 297, 266, 241, 248, 242, 244, 245, 243, 246, 247, 249, 250,
  252, 253, 251, 254, 256, 373, 32, 56, 104, 189, 190, 191, 327, 324, 55, 319,
  53, 70, 75, 86, 91, 92, 93, 94, 138, 139, 168, 363, 387, 368, 357, 358,
  233, 234, 258, 257, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 69, 236, 235, 393, 376, 329, 237, 238, 239, 255, 301, 302,
  361, 314, 362, 383, 320, 316, 318, 342, 315, 325, 321, 390, 333, 326, 359, 360,
  350, 349, 351, 367, 369, 380, 345, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 348, 330, 331, 332, 339, 340, 338, 335,
  337, 336, 347, 328, 392, 322, 346, 384, 389, 356, 341, 353, 352, 355, 354, 343,
  377, 374, 370, 412, 413, 414, 417, 419, 418, 438, 437, 439, 440, 441, 442, 447,
  446, 445, 444, 448, 449, 450, 451, 453, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
};
static const volatile __u8 args_of_call[512] = {
  2, 1, 3, 3, 5, 5, 5, 5, 4, 4, 4, 3, 3, 3, 2, 2,
  2, 2, 3, 2, 1, 4, 6, 1, 3, 3, 1, 3, 2, 3, 3, 2,
  2, 4, 3, 3, 3, 5, 4, 2, 5, 2, 3, 2, 2, 2, 2, 4,
  3, 1, 1, 1, 2, 3, 5, 3, 4, 1, 0, 2, 4, 3, 3, 3,
  3, 3, 3, 4, 4, 5, 5, 4, 6, 5, 4, 4, 6, 4, 4, 4,
  2, 0, 1, 1, 4, 2, 4, 2, 4, 1, 2, 2, 1, 1, 1, 5,
  1, 1, 6, 2, 3, 2, 2, 3, 4, 6, 6, 3, 2, 1, 4, 1,
  2, 2, 2, 4, 3, 4, 2, 3, 1, 2, 3, 3, 0, 1, 1, 2,
  0, 2, 2, 3, 2, 2, 4, 4, 2, 4, 3, 0, 3, 2, 4, 2,
  1, 2, 1, 3, 3, 3, 3, 1, 1, 1, 2, 1, 1, 0, 2, 2,
  1, 2, 2, 2, 2, 2, 1, 5, 3, 2, 2, 1, 0, 0, 0, 0,
  0, 0, 0, 1, 4, 1, 5, 5, 2, 3, 2, 3, 5, 4, 3, 4,
  4, 3, 3, 3, 3, 1, 3, 4, 3, 2, 3, 3, 3, 3, 6, 6,
  5, 5, 2, 3, 3, 3, 1, 2, 5, 5, 4, 5, 5, 3, 6, 4,
  2, 1, 3, 3, 2, 2, 1, 0, 3, 3, 5, 6, 5, 3, 4, 6,
  4, 5, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6,
  6, 6, 6, 6, 4, 4, 2, 5, 5, 3, 2, 1, 2, 4, 6, 6,
  5, 6, 3, 4, 5, 3, 3, 2, 3, 5, 1, 3, 3, 6, 6, 6,
  4, 2, 1, 5, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 6,
  6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6,
  6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6,
  6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6,
  6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6,
  6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6,
  6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6,
  6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6,
  6, 6, 6, 6, 6, 6, 6, 6, 4, 2, 6, 4, 3, 5, 2, 5,
  3, 3, 2, 2, 3, 4, 3, 4, 5, 6, 5, 4, 3, 4, 2, 1,
  2, 5, 4, 4, 4, 3, 4, 6, 4, 4, 4, 4, 4, 3, 3, 6,
  6, 5, 4, 5, 5, 5, 4, 0, 6, 6, 6, 6, 6, 6, 6, 6,
  6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6,
  6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6,
};
#endif
#endif
