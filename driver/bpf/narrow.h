// Calls of 32-bit programs: brought into the shape that calls of 64-bit programs have, so that one set of handlers serves both.
// What a pointer leads to keeps its own layout: handlers ask `w->narrow`, mostly through the readers below.
#pragma once
#include "record.h"

#define NR_IA32_SOCKETCALL 102
#define NR_IA32_IPC 117
#define NR_IA32_SIGRETURN 119
#define NR_IA32_PPOLL_TIME64 414

#if defined(__TARGET_ARCH_x86)

// An id of 16 bits; all ones mean "leave it" in either width.
static __always_inline u64 wide_id(u64 id) { id &= 0xffff; return id == 0xffff ? 0xffffffff : id; }

// socketcall(which, arguments in memory): becomes the call that it stands for.
static __always_inline u32 unpack_socketcall(u64 *args) {
  u32 which = args[0], words[6] = {};
  if (which > 31) return NR_OTHER;
  asm volatile("" : "+r"(which));
  which &= 31;
  u32 nr = call_of_socketcall[which];
  // Few arguments may lie at the very end of what is readable.
  if (bpf_probe_read_user(words, 24, (const void *)args[1]) < 0) bpf_probe_read_user(words, 12, (const void *)args[1]);
  if (nr == NR_OTHER) return nr;
  for (int i = 0; i < 6; i++) args[i] = words[i];
  if (which == 9 || which == 10) args[4] = args[5] = 0;  // send and recv: sendto and recvfrom without an address
  return nr;
}

// ipc(which and version, first, second, third, pointer, fifth)
static __always_inline u32 unpack_ipc(u64 *args) {
  u32 which = args[0], value = 0;
  u64 first = args[1], second = args[2], third = args[3], pointer = args[4], fifth = args[5];
  if (which > 31) return NR_OTHER;
  asm volatile("" : "+r"(which));
  which &= 31;
  u32 nr = call_of_ipc[which];
  if (nr == NR_OTHER) return nr;
  args[0] = first; args[1] = second; args[2] = third; args[3] = args[4] = args[5] = 0;
  switch (which) {
    case 1: case 4: args[1] = pointer; args[2] = second; args[3] = fifth; break;  // semop, semtimedop
    case 3: bpf_probe_read_user(&value, 4, (const void *)pointer); args[3] = value; break;  // semctl
    case 11: case 12: args[1] = pointer; args[2] = second; args[3] = third; break;  // msgsnd, msgrcv
    case 14: case 24: args[2] = pointer; break;  // msgctl, shmctl
    case 21: args[1] = pointer; args[2] = second; break;  // shmat
    case 22: args[0] = pointer; args[1] = 0; args[2] = 0; break;  // shmdt
  }
  return nr;
}

// The number under which 64-bit programs make this call, NR_OTHER where they have none; puts the arguments into that call's order and width.
// Numbers: the kernel's arch/x86/entry/syscalls/syscall_32.tbl.
static __always_inline u32 widen(u32 raw, u64 *args) {
  u32 index = raw, words[6] = {};
  asm volatile("" : "+r"(index));
  index &= LIMIT_NR - 1;
  u32 nr = raw < LIMIT_NR ? call_of_ia32[index] : NR_OTHER;
  switch (raw) {
    case NR_IA32_SOCKETCALL: return unpack_socketcall(args);
    case NR_IA32_IPC: return unpack_ipc(args);
    case 164: case 170: args[2] = wide_id(args[2]);  // setresuid, setresgid of 16 bits; setreuid and setregid; setuid and setgid
    case 70: case 71: args[1] = wide_id(args[1]);
    case 23: case 46: args[0] = wide_id(args[0]); break;
    case 16: case 95: case 182: args[1] = wide_id(args[1]); args[2] = wide_id(args[2]); break;  // lchown, fchown, chown
    case 19: args[1] = (s64)(s32)args[1]; break;  // lseek
    case 22: args[1] = 0; break;  // umount without flags
    case 90:  // mmap with its arguments in memory
      if (bpf_probe_read_user(words, 24, (const void *)args[0]) == 0) for (int i = 0; i < 6; i++) args[i] = words[i];
      break;
    case 192: args[5] <<= 12; break;  // mmap2 counts pages
    case 180: case 181: case 333: case 334: args[3] |= args[4] << 32; args[4] = 0; break;  // pread64, pwrite64, preadv, pwritev
  }
  return nr;
}

#else

static __always_inline u32 widen(u32 raw, u64 *args) { return NR_OTHER; }

#endif

// -- what lies in the memory of either kind of program

static __always_inline bool read_iovec(struct work *w, u64 vector, u32 i, struct user_iovec *v) {
  if (!w->narrow) return bpf_probe_read_user(v, sizeof *v, (const void *)(vector + i * sizeof *v)) == 0;
  u32 words[2] = {};
  if (bpf_probe_read_user(words, sizeof words, (const void *)(vector + i * sizeof words)) < 0) return false;
  v->base = words[0];
  v->len = words[1];
  return true;
}

// A message's header; with its length behind it where `many` is set (sendmmsg, recvmmsg).
static __always_inline void read_msghdr(struct work *w, u64 pointer, struct user_mmsghdr *m, bool many) {
  long failed;
  if (!w->narrow) failed = many ? bpf_probe_read_user(m, sizeof *m, (const void *)pointer) : bpf_probe_read_user(&m->hdr, sizeof m->hdr, (const void *)pointer);
  else {
    u32 words[8] = {};
    failed = bpf_probe_read_user(words, many ? 32 : 28, (const void *)pointer);
    m->hdr.name = words[0]; m->hdr.namelen = words[1]; m->hdr.iov = words[2]; m->hdr.iovlen = words[3];
    m->hdr.control = words[4]; m->hdr.controllen = words[5]; m->hdr.flags = words[6];
    m->len = words[7];
  }
  if (failed < 0) w->flags |= FLAG_UNREADABLE;
}

// Two numbers of the program's word size, all ones being "no limit"; untouched where they cannot be read.
static __always_inline void read_limits(struct work *w, u64 pointer, u64 *limits) {
  u32 words[2] = {};
  if (!w->narrow) bpf_probe_read_user(limits, 16, (const void *)pointer);
  else if (bpf_probe_read_user(words, sizeof words, (const void *)pointer) == 0) for (int i = 0; i < 2; i++) limits[i] = words[i] == 0xffffffff ? (u64)-1 : words[i];
}

// A pointer or other word of the program; 0 where it cannot be read.
static __always_inline u64 read_word(struct work *w, u64 pointer) {
  u64 word = 0;
  if (w->narrow) bpf_probe_read_user(&word, 4, (const void *)pointer);
  else bpf_probe_read_user(&word, 8, (const void *)pointer);
  return word;
}

// Nanoseconds of a timespec; all ones: none.
static __always_inline u64 timespec_of(u64 pointer, bool narrow) {
  struct user_timespec t = {};
  s32 words[2] = {};
  if (!pointer) return -1;
  if (narrow) {
    if (bpf_probe_read_user(words, sizeof words, (const void *)pointer) < 0) return -1;
    return (s64)words[0] * 1000000000 + words[1];
  }
  if (bpf_probe_read_user(&t, sizeof t, (const void *)pointer) < 0) return -1;
  return t.sec * 1000000000 + t.nsec;
}
