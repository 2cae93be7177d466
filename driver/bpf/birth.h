// clone, clone3, fork, vfork: seen as they return in the parent and in the child.
#pragma once
#include "program.h"

#define CLONE3_FLAGS_READ (1ull << 63)  // in the sixth argument, beside the flags (see on_fork)

static __noinline int put_birth(struct event *e, u64 flags) {
  struct work *w = e->w;
  struct task_struct *task = current_task();
  struct mm_struct *mm = BPF_CORE_READ(task, mm);
  if (w->ret == 0 && w->start == 0) w->start = BPF_CORE_READ(task, start_boottime);
  put_ret(e);
  put_exe_and_args(e, mm);
  put_identity(e, task);
  struct pid_namespace *inside = w->ret == 0 ? pid_namespace_of(task) : BPF_CORE_READ(task, nsproxy, pid_ns_for_children);
  u32 level = BPF_CORE_READ(inside, level);
  put32(e, clone_flags(flags) | (level > 0 ? SCAP_clone_flags_CLONE_CHILD_IN_PIDNS : 0));
  put32(e, BPF_CORE_READ(task, cred, euid.val));
  put32(e, BPF_CORE_READ(task, cred, egid.val));
  put64(e, pid_inside(task));
  put64(e, pid_inside(BPF_CORE_READ(task, group_leader)));
  put64(e, level > 0 ? BPF_CORE_READ(inside, child_reaper, start_boottime) : 0);
  return 0;
}

CALL(clone) { put_birth(e, w->args[0]); }
CALL(clone3) {
  struct user_clone_args args = {};
  if (w->args[5] & CLONE3_FLAGS_READ) args.flags = w->args[5] & ~CLONE3_FLAGS_READ;
  else if (bpf_probe_read_user(&args, sizeof args, (const void *)w->args[0]) < 0) w->flags |= FLAG_UNREADABLE;
  put_birth(e, args.flags);
}
#if defined(__TARGET_ARCH_x86)
CALL(fork) { put_birth(e, 0); }
CALL(vfork) { put_birth(e, 0x4100); }
#endif
FAMILY(birth)
