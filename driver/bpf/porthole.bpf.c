// The probe: what runs at each system call, at the end of a thread and at the delivery of a signal.
// A call is one record, made when it ends; its start and arguments are noted when it begins. Handlers by family are in the headers.
#include "kernel.h"
#include "record.h"
#include "counters.h"
#include "life.h"
#include "process.h"
#include "file.h"
#include "io.h"
#include "net.h"
#include "ipc.h"
#include "system.h"
#include "generic.h"
#include "cgroups.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

#define THREAD_IS_32_BIT 2  // TS_COMPAT
#define NR_OF_NO_CALL 0xffff

#if defined(__TARGET_ARCH_x86)
static __always_inline bool is_32_bit(struct task_struct *task) { return OF(task, thread_info.status) & THREAD_IS_32_BIT; }
static __always_inline u32 nr_of(struct pt_regs *regs) { return regs->orig_ax; }
static __always_inline u64 whole_nr_of(struct pt_regs *regs) { return regs->orig_ax; }  // with what the kernel does not look at
static __always_inline void copy_args(u64 *args, struct pt_regs *regs, bool narrow) {
  if (narrow) { args[0] = (u32)regs->bx; args[1] = (u32)regs->cx; args[2] = (u32)regs->dx; args[3] = (u32)regs->si; args[4] = (u32)regs->di; args[5] = (u32)regs->bp; }
  else { args[0] = regs->di; args[1] = regs->si; args[2] = regs->dx; args[3] = regs->r10; args[4] = regs->r8; args[5] = regs->r9; }
}
#else
static __always_inline bool is_32_bit(struct task_struct *task) { return OF(task, thread_info.flags) & (1ul << 22); }  // TIF_32BIT
static __always_inline u32 nr_of(struct pt_regs *regs) { return regs->syscallno; }
static __always_inline u64 whole_nr_of(struct pt_regs *regs) { return nr_of(regs); }
static __always_inline void copy_args(u64 *args, struct pt_regs *regs, bool narrow) {
  args[0] = regs->orig_x0; args[1] = regs->regs[1]; args[2] = regs->regs[2]; args[3] = regs->regs[3]; args[4] = regs->regs[4]; args[5] = regs->regs[5];
}
#endif

// What is needed of a call in hand; null where the kernel has no memory for it.
static __always_inline struct call *call_of(struct task_struct *task) {
  struct call *call = make_call(task);
  if (RARE(!call)) lost(LOSS_TOO_MANY_CALLS_UNDER_WAY);
  return call;
}

// False where there is no room for a record.
static __always_inline bool begin(struct work *w, struct task_struct *task, u64 group, u16 nr, u64 start, u64 now) {
  if (!has_room(w)) return false;
  w->now = now;
  w->start = start;
  w->group = group;
  w->tid = OF(task, pid);
  w->tgid = OF(task, tgid);
  w->flags = 0;
  w->nr = nr;
  w->cpu = bpf_get_smp_processor_id();
  w->snaplen = config.snaplen;
  return true;
}

// Brings the call of a 32-bit program into the shape of others: its arguments into w->args. Gives its number. No static function, so that it is
// verified by itself.
SEPARATE u32 widen_call(u32 raw) {
  struct work *w = this_work();
  return w ? widen(raw, w->args) : NR_OTHER;
}

static __always_inline u32 nr_of_narrow(struct pt_regs *regs, u32 raw) {
  struct work *w = this_work();
  if (!w) return NR_OTHER;
  copy_args(w->args, regs, true);
  return widen_call(raw);
}

static __always_inline void take_args(struct call *call, struct work *w) { for (int i = 0; i < 6; i++) call->args[i] = w->args[i]; }

// Notes what is found out when a call begins, the time last.
static __always_inline void note(struct call *call, struct task_struct *task, u32 nr, u32 wanted, u32 edition) {
  struct css_set *set = OF(task, cgroups);
  u64 group = group_of_set(set);
  call->nr = nr;
  call->wanted = wanted;
  call->set = (u64)set;
  call->group = group;
  call->place = edition && wanted & (CALL_COUNT | CALL_LEFT_OUT) ? place_of(group, nr) : NO_PLACE;
  call->edition = edition;
  call->start = bpf_ktime_get_boot_ns();
}

// The edition of the profile, to be read before anything else of it.
static __always_inline u32 this_edition(void) { return *(volatile u32 *)&config.edition; }

// A call that begins otherwise than most do: of a 32-bit program, one that runs a program, makes a thread or takes a time, or is the first
// one of its thread.
APART int enter_otherwise(u64 *ctx) {
  struct task_struct *task = this_task();
  struct pt_regs *regs = (struct pt_regs *)ctx[0];
  u32 nr = ctx[1], edition = this_edition();
  bool narrow = is_32_bit(task);
  if (narrow) nr = nr_of_narrow(regs, nr);
  u32 wanted = wanted_of(task, nr);
  if (!wanted) return 0;
  struct call *call = call_of(task);
  struct work *w = this_work();
  if (!call || !w) return 0;
  if (narrow) take_args(call, w);
  else copy_args(call->args, regs, false);
  if (nr == NR_clone3) call->args[5] = 0;  // room for what on_fork finds
  if (nr == NR_ppoll) call->args[5] = timespec_of(call->args[2], narrow && ctx[1] != NR_IA32_PPOLL_TIME64);
  bool runs = nr == NR_execve || nr == NR_execveat;
  note(call, task, nr, wanted, narrow || runs || nr >= NR_OTHER ? 0 : edition);
  if (!runs || !(wanted & CALL_EVENT) || !begin(w, task, call->group, nr, call->start, call->start)) return 0;
  w->narrow = narrow;
  w->flags = FLAG_ENTER;
  for (int i = 0; i < 6; i++) w->args[i] = call->args[i];
  submit_exec_enter(w);
  return 0;
}

SEC("tp_btf/sys_enter") int on_enter(u64 *ctx) {
  if (RARE(!config.enabled)) return 0;
  struct task_struct *task = this_task();
  struct pt_regs *regs = (struct pt_regs *)ctx[0];
  u64 nr = ctx[1];
  u32 edition = this_edition();
  if (RARE(is_32_bit(task)) || RARE(nr >= NR_OTHER)) return enter_otherwise(ctx);
  u32 wanted = wanted_of(task, nr);
  if (!wanted) return 0;
  struct call *call = call_here(regs);
  if (RARE(!call || wanted & CALL_BEGINS)) return enter_otherwise(ctx);
  copy_args(call->args, regs, false);
  note(call, task, nr, wanted, edition);
  return 0;
}

// How many bytes are kept of what goes through a descriptor, where that hangs on its kind.
static __always_inline u32 snaplen_of(u32 wanted, s64 fd) {
  if (wanted & CALL_SOCKET) return config.snaplens[SNAP_SOCKETS];
  if (!(wanted & CALL_DESCRIPTOR)) return config.snaplens[SNAP_OTHERS];
  struct file *file = file_of((s32)fd);
  u16 kind = file ? BPF_CORE_READ(file, f_inode, i_mode) & 0170000 : 0;
  return config.snaplens[kind == 0140000 ? SNAP_SOCKETS : kind == 0100000 ? SNAP_FILES : SNAP_OTHERS];
}

// What programs do most is handled at once: jumping to another program costs as much as all else that such a call needs.
#if defined(__TARGET_ARCH_x86)
#define FREQUENT(CALL) CALL(read) CALL(write) CALL(close) CALL(openat) CALL(open) CALL(newfstatat) CALL(fstat) CALL(lseek) CALL(futex) CALL(epoll_wait) CALL(recvfrom) CALL(sendto)
#else
#define FREQUENT(CALL) CALL(read) CALL(write) CALL(close) CALL(openat) CALL(newfstatat) CALL(fstat) CALL(lseek) CALL(futex) CALL(recvfrom) CALL(sendto)
#endif

#if FREQUENT_AT_ONCE
// Makes the record of a frequent call; 0 where it is none. No static function, so that it is verified by itself, not for each way to it.
__noinline int make_frequent(struct work *w) {
  if (!w) return 0;
  u8 *record = record_of(w);
  if (!record) return 0;
  struct event e;
  u32 type, nparams;
  switch (w->nr) { FREQUENT(CALL_CASE) default: return 0; }
  submit(&e, type, nparams);
  return 1;
}
#endif

// What is noted in the scratch area of a call that has ended and is wanted as an event.
static __always_inline void note_end(struct work *w, u32 wanted, u32 nr, u32 raw, bool narrow, s64 ret) {
  w->handler = nr;
  w->raw = raw;
  w->narrow = narrow;
  w->ret = ret;
  if (RARE(config.rules & RULE_KINDS)) w->snaplen = snaplen_of(wanted, w->args[0]);
}

#define RECORDED (CALL_EVENT | CALL_COUNT | CALL_LEFT_OUT)

// What remains wanted of a call where failures alone are asked for, and where long ones are.
static __always_inline u32 of_result(u32 wanted, s64 ret) {
  bool failed = ret < 0 && ret >= -4095;
  return failed || wanted & CALL_ALWAYS ? wanted : wanted & ~(CALL_EVENT | CALL_LEFT_OUT);
}
static __always_inline u32 of_length(u32 wanted, u64 ns) { return ns >= config.slow_ns || wanted & CALL_ALWAYS ? wanted : wanted & ~(CALL_EVENT | CALL_LEFT_OUT); }

static __always_inline void take_noted(struct work *w, const struct call *call) { for (int i = 0; i < 6; i++) w->args[i] = call->args[i]; }

// A call whose beginning was not noted, or of which it has all to be found out anew. 1 where its record is to be made.
APART int exit_otherwise(u64 *ctx) {
  struct task_struct *task = this_task();
  struct pt_regs *regs = (struct pt_regs *)ctx[0];
  s64 ret = ctx[1];
  u32 raw = nr_of(regs), nr = raw;
  bool narrow = is_32_bit(task);
  struct call *call = call_here(regs);
  if (RARE((s32)raw == -1)) {  // the number is gone: a handler of a signal has returned, or who traces the thread has stopped the call
    if (!call) call = find_elsewhere(task);
    if (!call || !call->start) return 0;
    nr = raw = call->nr;
    if (nr == NR_OTHER) raw = NR_IA32_SIGRETURN; else narrow = false;
  } else if (RARE(narrow)) nr = nr_of_narrow(regs, raw);
  u32 wanted = wanted_of(task, nr);
  if (!wanted) return 0;
  if (RARE(config.rules & RULE_FAILED)) wanted = of_result(wanted, ret);
  u64 now = wanted & RECORDED ? bpf_ktime_get_boot_ns() : 0;  // none where nothing is made of it
  if (!call) call = find_elsewhere(task);
  // A program that has been started returns from execve, in the width that is its own, whichever call started it.
  if (call && ret == 0 && RARE(call->nr == NR_execve || call->nr == NR_execveat) && call->start && (nr == NR_execve || raw == call->nr)) nr = call->nr;
  // Not so for a new thread's first return, and for a call whose beginning nobody has seen.
  bool begun = call && call->nr == nr && call->start > config.since;
  u64 start = begun ? call->start : 0;
  if (call) call->start = 0;
  if (!(wanted & RECORDED)) return 0;
  if (RARE(config.rules & RULE_SLOW) && start) wanted = of_length(wanted, now - start);
  u64 group = group_of_task(task);
  if (wanted & (CALL_COUNT | CALL_LEFT_OUT)) count_call(group, nr < NR_OTHER ? nr : narrow ? (raw & 0x7fff) | COUNT_NARROW : raw & 0x7fff, wanted, ret, start ? now - start : (u64)-1);
  if (!(wanted & CALL_EVENT)) return 0;
  struct work *w = this_work();
  if (!w || !begin(w, task, group, nr, start, now)) return 0;
  if (start) take_noted(w, call);
  else if (!narrow) copy_args(w->args, regs, false);  // of others they are there
  note_end(w, wanted, nr, raw, narrow, ret);
  return 1;
}

// Whether what was found out when the call began still holds.
static __always_inline bool holds(struct call *call, struct task_struct *task, struct pt_regs *regs) {
  return call->edition == config.edition && call->start && call->nr == whole_nr_of(regs) && call->set == (u64)OF(task, cgroups);
}

// Without a place of its own a call is counted apart.
static __always_inline void count_noted(struct call *call, struct count *count, u32 wanted, s64 ret, u64 ns) {
  if (!RARE(!count)) add_to(count, wanted, ret, ns);
  else count_call(call->group, call->nr, wanted, ret, ns);
}

SEC("tp_btf/sys_exit") int on_exit(u64 *ctx) {
  if (RARE(!config.enabled)) return 0;
  struct task_struct *task = this_task();
  struct pt_regs *regs = (struct pt_regs *)ctx[0];
  struct call *call = call_here(regs);
  struct work *w;
  if (call && !RARE(!holds(call, task, regs))) {
    s64 ret = ctx[1];
    u32 wanted = call->wanted;
    if (RARE(config.rules & RULE_FAILED)) {
      wanted = of_result(wanted, ret);
      if (!(wanted & RECORDED)) { call->start = 0; return 0; }
    }
    struct count *count = bpf_map_lookup_elem(&places, &call->place);
    u64 now = bpf_ktime_get_boot_ns(), start = call->start;
    call->start = 0;
    if (RARE(config.rules & RULE_SLOW)) wanted = of_length(wanted, now - start);
    if (wanted & (CALL_COUNT | CALL_LEFT_OUT)) count_noted(call, count, wanted, ret, now - start);
    if (!(wanted & CALL_EVENT)) return 0;
    w = this_work();
    if (!w || !begin(w, task, call->group, call->nr, start, now)) return 0;
    take_noted(w, call);
    note_end(w, wanted, call->nr, call->nr, false, ret);
  } else {
    // Most that are looked at here are not wanted.
    s32 nr = nr_of(regs);
    if (nr != -1 && !is_32_bit(task) && !wanted_of(task, (u32)nr)) return 0;
    if (!exit_otherwise(ctx)) return 0;
    w = this_work();
    if (!w) return 0;
  }
#if FREQUENT_AT_ONCE
  if (make_frequent(w)) return 0;
#endif
  if (w->handler < LIMIT_NR) bpf_tail_call(ctx, &exits, w->handler);
  return submit_generic(w);
}

// A new thread returns from its parent's call: it gets the call's start and arguments. Those of clone3 are read now, while nobody can
// have changed them, and kept as a sixth argument.
SEC("tp_btf/sched_process_fork") int on_fork(u64 *ctx) {
  if (!config.enabled) return 0;
  struct task_struct *child = (struct task_struct *)ctx[1];
  struct call *call = find_call(this_task());
  if (!call || !call->start) return 0;
  if (call->nr == NR_clone3) {
    struct user_clone_args args = {};
    if (bpf_probe_read_user(&args, sizeof args, (const void *)call->args[0]) == 0) call->args[5] = args.flags | CLONE3_FLAGS_READ;
  }
  struct call *copy = call_of(child);
  if (!copy) return 0;
  copy->nr = call->nr;
  copy->edition = 0;
  for (int i = 0; i < 6; i++) copy->args[i] = call->args[i];
  copy->start = call->start;
  return 0;
}

// Lists calls under way when it is read, a row for each.
struct row { u64 tid, start, nr, args[6]; };

SEC("iter/task") int list_calls(struct bpf_iter__task *ctx) {
  struct task_struct *task = ctx->task;
  if (!task) return 0;
  struct call *call = find_call(task);
  if (!call || !call->start || call->start <= config.since) return 0;
  struct row row = { .tid = OF(task, pid), .start = call->start, .nr = call->nr };
  for (int i = 0; i < 6; i++) row.args[i] = call->args[i];
  bpf_seq_write(ctx->meta->seq, &row, sizeof row);
  return 0;
}

// Who inherits the children of a process that ends; 0 where it has none.
static __always_inline u64 reaper_of(struct task_struct *task) {
  struct list_head *children = BPF_CORE_READ(task, children.next);
  if (children == (void *)((u8 *)task + __builtin_preserve_field_info(((struct task_struct *)0)->children, BPF_FIELD_BYTE_OFFSET))) return 0;
  struct pid_namespace *inside = pid_namespace_of(task);
  task = BPF_CORE_READ(task, group_leader);
  for (int i = 0; i < 32; i++) {
    struct task_struct *parent = BPF_CORE_READ(task, real_parent);
    if (!parent || parent == task || pid_namespace_of(parent) != inside) break;
    task = parent;
    struct signal_struct *signal = BPF_CORE_READ(parent, signal);
    if (BPF_CORE_READ_BITFIELD_PROBED(signal, is_child_subreaper)) return BPF_CORE_READ(parent, pid);
  }
  return BPF_CORE_READ(inside, child_reaper, pid);
}

SEC("tp_btf/sched_process_exit") int on_thread_end(u64 *ctx) {
  struct task_struct *task = this_task();
  drop_call(task);
  u32 rules = rules_now();
  if (!config.enabled || !(rules & RULE_ENDS) || is_own(OF(task, tgid)) || (!(rules & RULE_ENDS_OF_ALL) && !is_in_scope(task, rules))) return 0;
  struct work *w = this_work();
  if (!w) return 0;
  u64 now = bpf_ktime_get_boot_ns();
  if (!begin(w, task, group_of_task(task), NR_OF_NO_CALL, now, now)) return 0;
  u8 *record = record_of(w);
  if (!record) return 0;
  u32 code = BPF_CORE_READ(task, exit_code);
  struct event e = event_of(w, record, PARAMS_procexit);
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
  struct task_struct *task = this_task();
  if (is_own(OF(task, tgid)) || !is_in_scope(task, rules_now())) return 0;
  struct work *w = this_work();
  if (!w) return 0;
  u64 now = bpf_ktime_get_boot_ns();
  if (!begin(w, task, group_of_task(task), NR_OF_NO_CALL, now, now)) return 0;
  u8 *record = record_of(w);
  if (!record) return 0;
  // struct siginfo of user space: si_signo, si_errno, si_code, and at 16 the sender's id for signals that somebody sent
  s32 info[5] = {};
  if (ctx[1]) bpf_probe_read_kernel(info, sizeof info, (const void *)ctx[1]);
  s32 code = info[2];
  bool sent = code == 0 || code == -1 || code == -6 || ((s32)ctx[0] == 17 && code > 0 && code < 0x80);  // SI_USER, SI_QUEUE, SI_TKILL, a child's
  struct event e = event_of(w, record, PARAMS_signaldeliver);
  put64(&e, sent ? (s64)info[4] : 0);
  put64(&e, w->tid);
  put8(&e, (u32)ctx[0]);
  submit(&e, EVENT_signaldeliver, PARAMS_signaldeliver);
  return 0;
}
