// The probe: what runs at each system call, at the end of a thread and at the delivery of a signal.
// A call is one record, made when it ends; its start and arguments are noted when it begins. Handlers by family are in the headers.
#include "kernel.h"
#include "record.h"
#include "birth.h"
#include "exec.h"
#include "process.h"
#include "file.h"
#include "io.h"
#include "net.h"
#include "ipc.h"
#include "memory.h"
#include "system.h"
#include "generic.h"
#include "cgroups.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

#define THREAD_IS_32_BIT 2  // TS_COMPAT
#define NR_OF_NO_CALL 0xffff

#if defined(__TARGET_ARCH_x86)
static __always_inline bool is_32_bit(void) { return bpf_get_current_task_btf()->thread_info.status & THREAD_IS_32_BIT; }
static __always_inline u32 nr_of(struct pt_regs *regs) { return regs->orig_ax; }
static __always_inline void copy_args(u64 *args, struct pt_regs *regs, bool narrow) {
  if (narrow) { args[0] = (u32)regs->bx; args[1] = (u32)regs->cx; args[2] = (u32)regs->dx; args[3] = (u32)regs->si; args[4] = (u32)regs->di; args[5] = (u32)regs->bp; }
  else { args[0] = regs->di; args[1] = regs->si; args[2] = regs->dx; args[3] = regs->r10; args[4] = regs->r8; args[5] = regs->r9; }
}
#else
static __always_inline bool is_32_bit(void) { return bpf_get_current_task_btf()->thread_info.flags & (1ul << 22); }  // TIF_32BIT
static __always_inline u32 nr_of(struct pt_regs *regs) { return regs->syscallno; }
static __always_inline void copy_args(u64 *args, struct pt_regs *regs, bool narrow) {
  args[0] = regs->orig_x0; args[1] = regs->regs[1]; args[2] = regs->regs[2]; args[3] = regs->regs[3]; args[4] = regs->regs[4]; args[5] = regs->regs[5];
}
#endif

static __always_inline void begin(struct work *w, u64 ids, u16 nr, u64 start) {
  w->now = bpf_ktime_get_boot_ns();
  w->start = start;
  w->tid = ids;
  w->tgid = ids >> 32;
  w->flags = 0;
  w->nr = nr;
  w->cpu = bpf_get_smp_processor_id();
}

SEC("tp_btf/sys_enter") int on_enter(u64 *ctx) {
  if (!config.enabled) return 0;
  u64 ids = bpf_get_current_pid_tgid();
  u32 tid = ids, nr = ctx[1];
  bool narrow = is_32_bit();
  u64 widened[6];
  if (narrow) {
    copy_args(widened, (struct pt_regs *)ctx[0], true);
    nr = widen(ctx[1], widened);
  }
  if (is_own(ids >> 32) || (nr < LIMIT_NR && config.unwanted[nr & (LIMIT_NR - 1)]) || !is_wanted_cgroup()) return 0;
  struct call *call = bpf_map_lookup_elem(&calls, &tid);
  if (!call) {
    struct call empty = {};
    if (bpf_map_update_elem(&calls, &tid, &empty, BPF_NOEXIST) < 0) { lost(LOSS_TOO_MANY_CALLS_UNDER_WAY); return 0; }
    call = bpf_map_lookup_elem(&calls, &tid);
    if (!call) return 0;
  }
  if (narrow) for (int i = 0; i < 6; i++) call->args[i] = widened[i];
  else copy_args(call->args, (struct pt_regs *)ctx[0], false);
  if (nr == NR_clone3) call->args[5] = 0;  // room for what on_fork finds
  if (nr == NR_ppoll) call->args[5] = timespec_of(call->args[2], narrow && ctx[1] != NR_IA32_PPOLL_TIME64);
  call->nr = nr;
  call->start = bpf_ktime_get_boot_ns();
  if (nr == NR_execve || nr == NR_execveat) {
    struct work *w = this_work();
    if (!w) return 0;
    begin(w, ids, nr, call->start);
    w->flags = FLAG_ENTER;
    for (int i = 0; i < 6; i++) w->args[i] = call->args[i];
    bpf_tail_call(ctx, &enters, nr == NR_execve ? 0 : 1);
  }
  return 0;
}

SEC("tp_btf/sys_exit") int on_exit(u64 *ctx) {
  if (!config.enabled) return 0;
  u64 ids = bpf_get_current_pid_tgid();
  if (is_own(ids >> 32)) return 0;
  struct pt_regs *regs = (struct pt_regs *)ctx[0];
  u32 tid = ids, raw = nr_of(regs), nr = raw;
  bool narrow = is_32_bit();
  u64 widened[6];
  if (narrow) {
    copy_args(widened, regs, true);
    nr = widen(raw, widened);
  }
  struct call *call = bpf_map_lookup_elem(&calls, &tid);
  if ((s32)raw == -1) {  // the number is gone: a handler of a signal has returned, or who traces the thread has stopped the call
    if (!call || !call->start) return 0;
    nr = raw = call->nr;
    if (nr == NR_OTHER) raw = NR_IA32_SIGRETURN; else narrow = false;
  }
  if ((nr < LIMIT_NR && config.unwanted[nr & (LIMIT_NR - 1)]) || !is_wanted_cgroup()) return 0;
  struct work *w = this_work();
  if (!w) return 0;
  // A program that has been started returns from execve, in the width that is its own, whichever call started it.
  if (call && call->start && (s64)ctx[1] == 0 && (call->nr == NR_execve || call->nr == NR_execveat) && (nr == NR_execve || raw == call->nr)) nr = call->nr;
  if (call && call->start && call->nr == nr) {
    begin(w, ids, nr, call->start);
    for (int i = 0; i < 6; i++) w->args[i] = call->args[i];
    call->start = 0;
  } else {  // a new thread's first return, or a call that began before the probe
    begin(w, ids, nr, 0);
    if (narrow) for (int i = 0; i < 6; i++) w->args[i] = widened[i];
    else copy_args(w->args, regs, false);
  }
  w->narrow = narrow;
  w->ret = ctx[1];
  if (nr < LIMIT_NR) bpf_tail_call(ctx, &exits, nr);
  submit_generic(w, raw);
  return 0;
}

// A new thread returns from its parent's call: it gets the call's start and arguments. Those of clone3 are read now, while nobody can
// have changed them, and kept as a sixth argument.
SEC("tp_btf/sched_process_fork") int on_fork(u64 *ctx) {
  if (!config.enabled) return 0;
  struct task_struct *child_task = (struct task_struct *)ctx[1];
  u32 parent = bpf_get_current_pid_tgid(), child = child_task->pid;
  struct call *call = bpf_map_lookup_elem(&calls, &parent);
  if (!call || !call->start) return 0;
  if (call->nr == NR_clone3) {
    struct user_clone_args args = {};
    if (bpf_probe_read_user(&args, sizeof args, (const void *)call->args[0]) == 0) call->args[5] = args.flags | CLONE3_FLAGS_READ;
  }
  struct call copy = *call;
  if (bpf_map_update_elem(&calls, &child, &copy, BPF_ANY) < 0) lost(LOSS_TOO_MANY_CALLS_UNDER_WAY);
  return 0;
}

// A thread that runs another program takes its group's id: so does its call.
SEC("tp_btf/sched_process_exec") int on_exec(u64 *ctx) {
  u32 old = ctx[1], tid = bpf_get_current_pid_tgid();
  if (old == tid) return 0;
  struct call *from = bpf_map_lookup_elem(&calls, &old);
  if (!from) return 0;
  struct call copy = *from;
  bpf_map_update_elem(&calls, &tid, &copy, BPF_ANY);
  bpf_map_delete_elem(&calls, &old);
  return 0;
}

struct search { struct task_struct *task; struct pid_namespace *inside; u64 found; };

static int find_reaper(u32 i, struct search *s) {
  struct task_struct *task = s->task, *parent = BPF_CORE_READ(task, real_parent);
  if (!parent || parent == task || pid_namespace_of(parent) != s->inside) return 1;
  s->task = parent;
  struct signal_struct *signal = BPF_CORE_READ(parent, signal);
  if (!BPF_CORE_READ_BITFIELD_PROBED(signal, is_child_subreaper)) return 0;
  s->found = BPF_CORE_READ(parent, pid);
  return 1;
}

// Who inherits the children of a process that ends; 0 where it has none.
static __always_inline u64 reaper_of(struct task_struct *task) {
  struct list_head *children = BPF_CORE_READ(task, children.next);
  if (children == (void *)((u8 *)task + __builtin_preserve_field_info(((struct task_struct *)0)->children, BPF_FIELD_BYTE_OFFSET))) return 0;
  struct pid_namespace *inside = pid_namespace_of(task);
  struct search s = { .task = BPF_CORE_READ(task, group_leader), .inside = inside };
  bpf_loop(64, find_reaper, &s, 0);
  return s.found ? s.found : BPF_CORE_READ(inside, child_reaper, pid);
}

SEC("tp_btf/sched_process_exit") int on_thread_end(u64 *ctx) {
  u64 ids = bpf_get_current_pid_tgid();
  u32 tid = ids;
  bpf_map_delete_elem(&calls, &tid);
  if (!config.enabled || is_own(ids >> 32) || !is_wanted_cgroup()) return 0;
  struct work *w = this_work();
  if (!w) return 0;
  begin(w, ids, NR_OF_NO_CALL, 0);
  w->start = w->now;
  struct task_struct *task = current_task();
  u32 code = BPF_CORE_READ(task, exit_code);
  struct event e = event_of(w, PARAMS_procexit);
  put64(&e, (s64)(s32)code);
  put64(&e, (code >> 8) & 0xff);
  put8(&e, code & 0x7f);
  put8(&e, (code & 0x80) != 0);
  put64(&e, reaper_of(task));
  submit(&e, EVENT_procexit, PARAMS_procexit);
  return 0;
}

SEC("tp_btf/signal_deliver") int on_signal(u64 *ctx) {
  if (!config.enabled) return 0;
  u64 ids = bpf_get_current_pid_tgid();
  if (is_own(ids >> 32) || !is_wanted_cgroup()) return 0;
  struct work *w = this_work();
  if (!w) return 0;
  begin(w, ids, NR_OF_NO_CALL, 0);
  w->start = w->now;
  // struct siginfo of user space: si_signo, si_errno, si_code, and at 16 the sender's id for signals that somebody sent
  s32 info[5] = {};
  if (ctx[1]) bpf_probe_read_kernel(info, sizeof info, (const void *)ctx[1]);
  s32 code = info[2];
  bool sent = code == 0 || code == -1 || code == -6 || ((s32)ctx[0] == 17 && code > 0 && code < 0x80);  // SI_USER, SI_QUEUE, SI_TKILL, a child's
  struct event e = event_of(w, PARAMS_signaldeliver);
  put64(&e, sent ? (s64)info[4] : 0);
  put64(&e, w->tid);
  put8(&e, (u32)ctx[0]);
  submit(&e, EVENT_signaldeliver, PARAMS_signaldeliver);
  return 0;
}
