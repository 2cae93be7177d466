// Calls of processes: credentials, sessions, limits, namespaces, memory.
#pragma once
#include "flags.h"
#include "narrow.h"
#include "task.h"

CALL(setuid) { put_ret(e); put32(e, w->args[0]); }
CALL(setgid) { put_ret(e); put32(e, w->args[0]); }
CALL(setreuid) { put_ret(e); put32(e, w->args[0]); put32(e, w->args[1]); }
CALL(setregid) { put_ret(e); put32(e, w->args[0]); put32(e, w->args[1]); }
CALL(setresuid) { put_ret(e); put32(e, w->args[0]); put32(e, w->args[1]); put32(e, w->args[2]); }
CALL(setresgid) { put_ret(e); put32(e, w->args[0]); put32(e, w->args[1]); put32(e, w->args[2]); }
CALL(getuid) { put32(e, w->ret); }
CALL(geteuid) { put32(e, w->ret); }
CALL(getgid) { put32(e, w->ret); }
CALL(getegid) { put32(e, w->ret); }
CALL(setsid) { put_ret(e); }
CALL(setpgid) { put_ret(e); put_args_int(e, 0); put_args_int(e, 1); }
CALL(unshare) { put_ret(e); put32(e, clone_flags(w->args[0])); }
CALL(setns) { put_ret(e); put_args_int(e, 0); put32(e, clone_flags(w->args[1])); }
CALL(chroot) { put_ret(e); put_string(e, w->args[0]); }
CALL(capset) {
  struct task_struct *task = current_task();
  put_ret(e);
  put64(e, CAPABILITIES(task, cap_inheritable));
  put64(e, CAPABILITIES(task, cap_permitted));
  put64(e, CAPABILITIES(task, cap_effective));
}
CALL(prctl) {
  u32 option = w->args[0];
  put_ret(e);
  put32(e, option);
  if (option == 15 || option == 16) put_string(e, w->args[1]); else put_empty(e);
  if (option == 37) { s32 value = 0; bpf_probe_read_user(&value, 4, (const void *)w->args[1]); put64(e, value); }
  else if (option == 15 || option == 16) put64(e, 0);
  else put64(e, w->args[1]);
}
static __always_inline u8 resource(u64 number) { return number < 16 ? number : 255; }  // RLIMIT_UNKNOWN
CALL(prlimit64) {
  u64 set[2] = { -1, -1 }, old[2] = { -1, -1 };
  put_ret(e);
  if (w->args[2]) bpf_probe_read_user(set, 16, (const void *)w->args[2]);
  if (w->args[3] && w->ret == 0) bpf_probe_read_user(old, 16, (const void *)w->args[3]);
  put64(e, set[0]); put64(e, set[1]); put64(e, old[0]); put64(e, old[1]);
  put_args_int(e, 0);
  put8(e, resource(w->args[1]));
}
CALL(setrlimit) {
  u64 limit[2] = { -1, -1 };
  put_ret(e);
  read_limits(w, w->args[1], limit);
  put64(e, limit[0]); put64(e, limit[1]);
  put8(e, resource(w->args[0]));
}
static __always_inline void put_three_ids(struct event *e) {
  struct work *w = e->w;
  put_ret(e);
  for (u32 i = 0; i < 3; i++) {
    u32 id = -1;
    if (w->ret == 0) bpf_probe_read_user(&id, 4, (const void *)w->args[i]);
    put32(e, id);
  }
}
CALL(getresuid) { put_three_ids(e); }
CALL(getresgid) { put_three_ids(e); }
CALL(getrlimit) {
  u64 limit[2] = { -1, -1 };
  put_ret(e);
  if (w->ret == 0) read_limits(w, w->args[1], limit);
  put64(e, limit[0]); put64(e, limit[1]);
  put8(e, resource(w->args[0]));
}
CALL(seccomp) { put_ret(e); put64(e, (u32)w->args[0]); put64(e, (u32)w->args[1]); }
CALL(pidfd_getfd) { put_ret(e); put_args_int(e, 0); put_args_int(e, 1); put32(e, w->args[2]); }
CALL(pidfd_open) { put_ret(e); put_args_int(e, 0); put32(e, IF(w->args[1], 04000, 1)); }
// -- memory

CALL(brk) { put_ret(e); put_memory(e); put64(e, w->args[0]); }
CALL(mmap) {
  put_ret(e);
  put_memory(e);
  put64(e, w->args[0]);
  put64(e, w->args[1]);
  put32(e, w->args[2]);
  put32(e, mmap_flags(w->args[3]));
  put_args_int(e, 4);
  put64(e, w->args[5]);
}
CALL(munmap) { put_ret(e); put_memory(e); put64(e, w->args[0]); put64(e, w->args[1]); }
CALL(mprotect) { put_ret(e); put64(e, w->args[0]); put64(e, w->args[1]); put32(e, w->args[2]); }
CALL(mlock) { put_ret(e); put64(e, w->args[0]); put64(e, w->args[1]); }
CALL(munlock) { put_ret(e); put64(e, w->args[0]); put64(e, w->args[1]); }
CALL(mlockall) { put_ret(e); put32(e, w->args[0]); }
CALL(munlockall) { put_ret(e); }
CALL(mlock2) { put_ret(e); put64(e, w->args[0]); put64(e, w->args[1]); put32(e, w->args[2]); }
CALL(memfd_create) { put_ret(e); put_string(e, w->args[0]); put32(e, w->args[1] & 7); }
FAMILY(process)
