// From the kernel's encodings of flags to those of captures.
#pragma once
#include "record.h"

#define IF(value, bit, result) ((value) & (bit) ? (result) : 0)

#if defined(__TARGET_ARCH_arm64)
#define KERNEL_O_DIRECTORY 040000
#define KERNEL_O_DIRECT 0200000
#define KERNEL_O_LARGEFILE 0400000
#else
#define KERNEL_O_DIRECT 040000
#define KERNEL_O_LARGEFILE 0100000
#define KERNEL_O_DIRECTORY 0200000
#endif
#define KERNEL_O_CREAT 0100
#define KERNEL_O_TMPFILE 020000000

static __always_inline u32 file_flags(u64 f) {
  u32 access = f & 3;
  u32 r = access == 0 ? SCAP_file_flags_O_RDONLY : access == 1 ? SCAP_file_flags_O_WRONLY : access == 2 ? SCAP_file_flags_O_RDWR : 0;
  r |= IF(f, KERNEL_O_CREAT, SCAP_file_flags_O_CREAT) | IF(f, 0200, SCAP_file_flags_O_EXCL) | IF(f, 01000, SCAP_file_flags_O_TRUNC) | IF(f, 02000, SCAP_file_flags_O_APPEND);
  r |= IF(f, 04000, SCAP_file_flags_O_NONBLOCK) | IF(f, 010000, SCAP_file_flags_O_DSYNC) | IF(f, 04000000, SCAP_file_flags_O_SYNC) | IF(f, 02000000, SCAP_file_flags_O_CLOEXEC);
  r |= IF(f, KERNEL_O_DIRECT, SCAP_file_flags_O_DIRECT) | IF(f, KERNEL_O_LARGEFILE, SCAP_file_flags_O_LARGEFILE) | IF(f, KERNEL_O_DIRECTORY, SCAP_file_flags_O_DIRECTORY) | IF(f, KERNEL_O_TMPFILE, SCAP_file_flags_O_TMPFILE);
  return r;
}

// Flags of calls that make descriptors of other kinds: close-on-exec and non-blocking alone.
static __always_inline u32 descriptor_flags(u64 f) {
  return IF(f, 02000000, SCAP_file_flags_O_CLOEXEC) | IF(f, 04000, SCAP_file_flags_O_NONBLOCK) | IF(f, KERNEL_O_DIRECT, SCAP_file_flags_O_DIRECT);
}

static __always_inline u32 clone_flags(u64 f) {
  u32 r = IF(f, 0x400, SCAP_clone_flags_CLONE_FILES) | IF(f, 0x200, SCAP_clone_flags_CLONE_FS) | IF(f, 0x80000000, SCAP_clone_flags_CLONE_IO);
  r |= IF(f, 0x08000000, SCAP_clone_flags_CLONE_NEWIPC) | IF(f, 0x40000000, SCAP_clone_flags_CLONE_NEWNET) | IF(f, 0x00020000, SCAP_clone_flags_CLONE_NEWNS);
  r |= IF(f, 0x20000000, SCAP_clone_flags_CLONE_NEWPID) | IF(f, 0x04000000, SCAP_clone_flags_CLONE_NEWUTS) | IF(f, 0x10000000, SCAP_clone_flags_CLONE_NEWUSER);
  r |= IF(f, 0x8000, SCAP_clone_flags_CLONE_PARENT) | IF(f, 0x00100000, SCAP_clone_flags_CLONE_PARENT_SETTID) | IF(f, 0x2000, SCAP_clone_flags_CLONE_PTRACE);
  r |= IF(f, 0x800, SCAP_clone_flags_CLONE_SIGHAND) | IF(f, 0x40000, SCAP_clone_flags_CLONE_SYSVSEM) | IF(f, 0x10000, SCAP_clone_flags_CLONE_THREAD);
  r |= IF(f, 0x00800000, SCAP_clone_flags_CLONE_UNTRACED) | IF(f, 0x100, SCAP_clone_flags_CLONE_VM) | IF(f, 0x00200000, SCAP_clone_flags_CLONE_CHILD_CLEARTID);
  r |= IF(f, 0x01000000, SCAP_clone_flags_CLONE_CHILD_SETTID) | IF(f, 0x80000, SCAP_clone_flags_CLONE_SETTLS) | IF(f, 0x4000, SCAP_clone_flags_CLONE_VFORK);
  return r | IF(f, 0x02000000, SCAP_clone_flags_CLONE_NEWCGROUP);
}

static __always_inline u32 mmap_flags(u64 f) {
  u32 r = IF(f, 1, SCAP_mmap_flags_MAP_SHARED) | IF(f, 2, SCAP_mmap_flags_MAP_PRIVATE) | IF(f, 0x10, SCAP_mmap_flags_MAP_FIXED) | IF(f, 0x20, SCAP_mmap_flags_MAP_ANONYMOUS);
  r |= IF(f, 0x40, SCAP_mmap_flags_MAP_32BIT) | IF(f, 0x4000, SCAP_mmap_flags_MAP_NORESERVE) | IF(f, 0x8000, SCAP_mmap_flags_MAP_POPULATE) | IF(f, 0x10000, SCAP_mmap_flags_MAP_NONBLOCK);
  r |= IF(f, 0x100, SCAP_mmap_flags_MAP_GROWSDOWN) | IF(f, 0x800, SCAP_mmap_flags_MAP_DENYWRITE) | IF(f, 0x1000, SCAP_mmap_flags_MAP_EXECUTABLE) | IF(f, 0x2000, SCAP_mmap_flags_MAP_LOCKED);
  return r;
}

static __always_inline u32 resolve_flags(u64 f) {
  return IF(f, 1, SCAP_openat2_flags_RESOLVE_NO_XDEV) | IF(f, 2, SCAP_openat2_flags_RESOLVE_NO_MAGICLINKS) | IF(f, 4, SCAP_openat2_flags_RESOLVE_NO_SYMLINKS) |
         IF(f, 8, SCAP_openat2_flags_RESOLVE_BENEATH) | IF(f, 16, SCAP_openat2_flags_RESOLVE_IN_ROOT) | IF(f, 32, SCAP_openat2_flags_RESOLVE_CACHED);
}

static __always_inline u16 poll_flags(u16 f) {
  return (f & 7) | IF(f, 0x2000, SCAP_poll_flags_POLLRDHUP) | IF(f, 8, SCAP_poll_flags_POLLERR) | IF(f, 16, SCAP_poll_flags_POLLHUP) | IF(f, 32, SCAP_poll_flags_POLLNVAL) |
         IF(f, 64, SCAP_poll_flags_POLLRDNORM) | IF(f, 128, SCAP_poll_flags_POLLRDBAND) | IF(f, 256, SCAP_poll_flags_POLLWRNORM) | IF(f, 512, SCAP_poll_flags_POLLWRBAND);
}

static __always_inline u8 fcntl_command(u32 command) {
  switch (command) {
    case 0: return SCAP_fcntl_commands_F_DUPFD;
    case 1: return SCAP_fcntl_commands_F_GETFD;
    case 2: return SCAP_fcntl_commands_F_SETFD;
    case 3: return SCAP_fcntl_commands_F_GETFL;
    case 4: return SCAP_fcntl_commands_F_SETFL;
    case 5: return SCAP_fcntl_commands_F_GETLK;
    case 6: return SCAP_fcntl_commands_F_SETLK;
    case 7: return SCAP_fcntl_commands_F_SETLKW;
    case 8: return SCAP_fcntl_commands_F_SETOWN;
    case 9: return SCAP_fcntl_commands_F_GETOWN;
    case 10: return SCAP_fcntl_commands_F_SETSIG;
    case 11: return SCAP_fcntl_commands_F_GETSIG;
    case 12: return SCAP_fcntl_commands_F_GETLK64;
    case 13: return SCAP_fcntl_commands_F_SETLK64;
    case 14: return SCAP_fcntl_commands_F_SETLKW64;
    case 15: return SCAP_fcntl_commands_F_SETOWN_EX;
    case 16: return SCAP_fcntl_commands_F_GETOWN_EX;
    case 36: return SCAP_fcntl_commands_F_OFD_GETLK;
    case 37: return SCAP_fcntl_commands_F_OFD_SETLK;
    case 38: return SCAP_fcntl_commands_F_OFD_SETLKW;
    case 1024: return SCAP_fcntl_commands_F_SETLEASE;
    case 1025: return SCAP_fcntl_commands_F_GETLEASE;
    case 1026: return SCAP_fcntl_commands_F_NOTIFY;
    case 1029: return SCAP_fcntl_commands_F_CANCELLK;
    case 1030: return SCAP_fcntl_commands_F_DUPFD_CLOEXEC;
    case 1031: return SCAP_fcntl_commands_F_SETPIPE_SZ;
    case 1032: return SCAP_fcntl_commands_F_GETPIPE_SZ;
    default: return SCAP_fcntl_commands_UNKNOWN;
  }
}

static __always_inline u16 semctl_command(u32 command) {
  switch (command) {
    case 0: return SCAP_semctl_commands_IPC_RMID;
    case 1: return SCAP_semctl_commands_IPC_SET;
    case 2: return SCAP_semctl_commands_IPC_STAT;
    case 3: return SCAP_semctl_commands_IPC_INFO;
    case 11: return SCAP_semctl_commands_GETPID;
    case 12: return SCAP_semctl_commands_GETVAL;
    case 13: return SCAP_semctl_commands_GETALL;
    case 14: return SCAP_semctl_commands_GETNCNT;
    case 15: return SCAP_semctl_commands_GETZCNT;
    case 16: return SCAP_semctl_commands_SETVAL;
    case 17: return SCAP_semctl_commands_SETALL;
    case 18: return SCAP_semctl_commands_SEM_STAT;
    case 19: return SCAP_semctl_commands_SEM_INFO;
    default: return 0;
  }
}

static __always_inline u32 ring_flags(u32 f) {
  return (f & 3) | IF(f, 4, SCAP_io_uring_setup_flags_IORING_SETUP_SQ_AFF) | IF(f, 8, SCAP_io_uring_setup_flags_IORING_SETUP_CQSIZE) | IF(f, 16, SCAP_io_uring_setup_flags_IORING_SETUP_CLAMP) |
         IF(f, 32, SCAP_io_uring_setup_flags_IORING_SETUP_ATTACH_RW) | IF(f, 64, SCAP_io_uring_setup_flags_IORING_SETUP_R_DISABLED);
}

// Requests from 0x4200 on are the same everywhere; of those below, the ones from 12 on differ between architectures.
static __always_inline u16 ptrace_request(u32 request) {
  if (request <= 9) return request + 1;
  if (request >= 0x4200 && request <= 0x420b) return request - 0x4200 + SCAP_ptrace_requests_PTRACE_SETOPTIONS;
  switch (request) {
    case 16: return SCAP_ptrace_requests_PTRACE_ATTACH;
    case 17: return SCAP_ptrace_requests_PTRACE_DETACH;
    case 24: return SCAP_ptrace_requests_PTRACE_SYSCALL;
    case 31: return SCAP_ptrace_requests_PTRACE_SYSEMU;
    case 32: return SCAP_ptrace_requests_PTRACE_SYSEMU_SINGLESTEP;
#if defined(__TARGET_ARCH_x86)
    case 12: return SCAP_ptrace_requests_PTRACE_GETREGS;
    case 13: return SCAP_ptrace_requests_PTRACE_SETREGS;
    case 14: return SCAP_ptrace_requests_PTRACE_GETFPREGS;
    case 15: return SCAP_ptrace_requests_PTRACE_SETFPREGS;
    case 18: return SCAP_ptrace_requests_PTRACE_GETFPXREGS;
    case 19: return SCAP_ptrace_requests_PTRACE_SETFPXREGS;
    case 21: return SCAP_ptrace_requests_PTRACE_OLDSETOPTIONS;
    case 25: return SCAP_ptrace_requests_PTRACE_GET_THREAD_AREA;
    case 26: return SCAP_ptrace_requests_PTRACE_SET_THREAD_AREA;
    case 30: return SCAP_ptrace_requests_PTRACE_ARCH_PRCTL;
    case 33: return SCAP_ptrace_requests_PTRACE_SINGLEBLOCK;
#endif
    default: return SCAP_ptrace_requests_PTRACE_UNKNOWN;
  }
}

static __always_inline u16 quota_command(u32 command) {
  if (command >= 0x800001 && command <= 0x800008) {
    switch (command & 15) {
      case 1: return SCAP_quotactl_cmds_Q_SYNC;
      case 2: return SCAP_quotactl_cmds_Q_QUOTAON;
      case 3: return SCAP_quotactl_cmds_Q_QUOTAOFF;
      case 4: return SCAP_quotactl_cmds_Q_GETFMT;
      case 5: return SCAP_quotactl_cmds_Q_GETINFO;
      case 6: return SCAP_quotactl_cmds_Q_SETINFO;
      case 7: return SCAP_quotactl_cmds_Q_GETQUOTA;
      default: return SCAP_quotactl_cmds_Q_SETQUOTA;
    }
  }
  // XFS counts from ('X' << 8) + 1
  return command >= 0x5801 && command <= 0x5807 ? SCAP_quotactl_cmds_Q_XQUOTAON << (command - 0x5801) : 0;
}

static __always_inline u8 quota_format(u32 format) {
  return format == 1 ? SCAP_quotactl_quota_fmts_QFMT_VFS_OLD : format == 2 ? SCAP_quotactl_quota_fmts_QFMT_VFS_V0 : format == 4 ? SCAP_quotactl_quota_fmts_QFMT_VFS_V1 : SCAP_quotactl_quota_fmts_QFMT_NOT_USED;
}
