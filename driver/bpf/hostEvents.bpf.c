// Events that are no calls: switches of the scheduler, page faults, and kills for want of memory. An object of its own, with a ring of its own: page
// faults happen within the probe's programs too, and must not meet the record that these are making. Attached when somebody asks.
#include "hostKernel.h"
#include "profile.h"
#include "compatText.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

#define NR_OF_NO_CALL 0xffff

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 1024 * 1024);
} host_events SEC(".maps");

__u64 host_lost;  // events for which the ring had no room

static __always_inline u64 id_of(struct cgroup *cgroup) { return BPF_CORE_READ(cgroup, kn, id); }

// As judge() does, of any group, not only the current task's: by its id and where its node lies.
__noinline u32 judge_node(u64 id, u64 node) {
  u32 generation = config.generation, verdict = config.others_wanted;
  u8 *group = bpf_map_lookup_elem(&groups, &id);
  verdict = group ? *group & GROUP_WANTED : verdict_above((struct kernfs_node *)node, verdict);
  verdict = verdict != 0;
  verdicts[id & (VERDICTS - 1)] = id << 16 | (generation & 0x7fff) << 1 | verdict;
  return verdict;
}

static __always_inline bool is_wanted_id(u64 id, struct cgroup *cgroup) {
  u64 known = verdicts[id & (VERDICTS - 1)], expected = id << 16 | (u64)(config.generation << 1);
  if ((known & ~1ull) == expected && id >> 48 == 0) return known & 1;
  return judge_node(id, (u64)BPF_CORE_READ(cgroup, kn));
}

// Whether a task is one of those that were asked for; `task`: the current one, or a pointer that the verifier knows.
static __always_inline bool wants(struct task_struct *task) {
  u32 rules = config.rules, tgid = OF(task, tgid);
  if (is_own(tgid) || ((rules & RULE_PROCESSES) && !is_wanted_process(tgid))) return false;
  return !(rules & RULE_GROUPS) || is_wanted_id(group_of_task(task), cgroup_of_task(task));
}

// The same of any other pointer; NULL: of nobody in particular in this group.
static __always_inline bool wants_other(struct task_struct *task, struct cgroup *cgroup) {
  u32 rules = config.rules, tgid = task ? BPF_CORE_READ(task, tgid) : 0;
  if (task && (is_own(tgid) || ((rules & RULE_PROCESSES) && !is_wanted_process(tgid)))) return false;
  return !(rules & RULE_GROUPS) || is_wanted_id(id_of(cgroup), cgroup);
}

// The headers of a record of `size` bytes whose event has `nparams` parameters.
static __always_inline void head(u8 *r, u64 group, u64 tid, u16 type, u32 nparams, u32 size) {
  u64 now = bpf_ktime_get_boot_ns() + config.epoch_offset;
  *(u64 *)(r + RECORD_START) = now;
  *(u64 *)(r + RECORD_CGROUP) = group;
  *(u32 *)(r + RECORD_FLAGS) = 0;
  *(u16 *)(r + RECORD_CPU) = bpf_get_smp_processor_id();
  *(u16 *)(r + RECORD_NR) = NR_OF_NO_CALL;
  r += RECORD_EVENT;
  *(u64 *)(r + EVENT_TS) = now;
  *(u64 *)(r + EVENT_TID) = tid;
  *(u32 *)(r + EVENT_LENGTH) = size - RECORD_EVENT;
  *(u16 *)(r + EVENT_TYPE) = type;
  *(u32 *)(r + EVENT_NPARAMS) = nparams;
}

static __always_inline u8 *room_for(u32 size) {
  u8 *r = bpf_ringbuf_reserve(&host_events, size, 0);
  if (!r) __sync_fetch_and_add(&host_lost, 1);
  return r;
}

#define VALUES(nparams) (RECORD_EVENT + EVENT_LENGTHS + 2 * (nparams))
#define SWITCH_SIZE (VALUES(PARAMS_switch) + 3 * 8 + 3 * 4)

// sched_switch(bool preempt, struct task_struct *prev, struct task_struct *next, ...): the event is of the task that leaves the processor, which is current
// still. It is wanted for the one that comes, too: how long that one runs is told by the time since.
SEC("tp_btf/sched_switch") int on_switch(u64 *ctx) {
  if (!config.enabled) return 0;
  struct task_struct *next = (struct task_struct *)ctx[2], *task = LEAVING(ctx);
  if (!wants(task) && !wants(next)) return 0;
  u8 *r = room_for(SWITCH_SIZE);
  if (!r) return 0;
  head(r, group_of_task(task), task->pid, EVENT_switch, PARAMS_switch, SWITCH_SIZE);
  u16 *lengths = (u16 *)(r + RECORD_EVENT + EVENT_LENGTHS);
  lengths[0] = lengths[1] = lengths[2] = 8;
  lengths[3] = lengths[4] = lengths[5] = 4;
  u8 *values = r + VALUES(PARAMS_switch);
  *(u64 *)values = next->pid;
  *(u64 *)(values + 8) = task->maj_flt;
  *(u64 *)(values + 16) = task->min_flt;
  struct mm_struct *mm = task->mm;
  *(u32 *)(values + 24) = mm ? OF(mm, total_vm) * PAGE_KIB : 0;
  *(u32 *)(values + 28) = mm ? (pages(mm, 0) + pages(mm, 1) + pages(mm, 3)) * PAGE_KIB : 0;
  *(u32 *)(values + 32) = mm ? pages(mm, 2) * PAGE_KIB : 0;
  bpf_ringbuf_submit(r, BPF_RB_NO_WAKEUP);  // the reader comes by its own clock
  return 0;
}

#define FAULT_SIZE (VALUES(PARAMS_page_fault) + 2 * 8 + 4)

// Bits of the processor's error code (kernel: enum x86_pf_error_code in arch/x86/include/asm/trap_pf.h) as captures have them.
static __always_inline u32 fault_flags(u64 error) {
  return (error & 1 ? SCAP_pf_flags_PROTECTION_VIOLATION : SCAP_pf_flags_PAGE_NOT_PRESENT) | (error & 2 ? SCAP_pf_flags_WRITE_ACCESS : SCAP_pf_flags_READ_ACCESS)
      | (error & 4 ? SCAP_pf_flags_USER_FAULT : SCAP_pf_flags_SUPERVISOR_FAULT) | (error & 8 ? SCAP_pf_flags_RESERVED_PAGE : 0) | (error & 16 ? SCAP_pf_flags_INSTRUCTION_FETCH : 0);
}

// page_fault_user, page_fault_kernel(unsigned long address, struct pt_regs *, unsigned long error): x86 (arch/x86/include/asm/trace/exceptions.h), before the
// fault is dealt with. Where faults are disabled none is: somebody looks whether a page is there, the probe's own programs too.
SEC("raw_tp/page_fault_user") int on_page_fault(struct bpf_raw_tracepoint_args *ctx) {
  if (!config.enabled) return 0;
  struct task_struct *task = this_task();
  struct task_struct___host *host = (void *)task;
  if (FAULTS_DISABLED(host) || !wants(task)) return 0;
  u64 ip = 0;
  struct pt_regs___host *regs = (struct pt_regs___host *)ctx->args[1];
#if defined(__TARGET_ARCH_x86)
  ip = BPF_CORE_READ(regs, ip);
#else
  ip = BPF_CORE_READ(regs, pc);
#endif
  u8 *r = room_for(FAULT_SIZE);
  if (!r) return 0;
  head(r, group_of_task(task), OF(task, pid), EVENT_page_fault, PARAMS_page_fault, FAULT_SIZE);
  u16 *lengths = (u16 *)(r + RECORD_EVENT + EVENT_LENGTHS);
  lengths[0] = lengths[1] = 8;
  lengths[2] = 4;
  u8 *values = r + VALUES(PARAMS_page_fault);
  *(u64 *)values = ctx->args[0];
  *(u64 *)(values + 8) = ip;
  *(u32 *)(values + 16) = fault_flags(ctx->args[2]);
  bpf_ringbuf_submit(r, BPF_RB_NO_WAKEUP);  // the reader comes by its own clock
  return 0;
}

// -- kills for want of memory: events of the process that is killed

// Not static: the light skeleton knows no places of static constants.
const char OOM_ID[] = "oom_kill";
#define OOM_RECORD 512

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __uint(key_size, 4);
  __uint(value_size, OOM_RECORD);
} oom_scratch SEC(".maps");

// mark_victim(struct task_struct *, uid_t), before 6.9 mark_victim(int pid): then no more is known than who.
SEC("raw_tp/mark_victim") int on_oom(struct bpf_raw_tracepoint_args *ctx) {
  if (!config.enabled) return 0;
  u64 victim = ctx->args[0];
  struct task_struct *task = victim >> 32 ? (struct task_struct *)victim : NULL;
  struct cgroup *cgroup = cgroup_of_task(task ? task : (struct task_struct *)bpf_get_current_task());
  if (!wants_other(task, cgroup)) return 0;
  u32 zero = 0, tid = task ? BPF_CORE_READ(task, pid) : victim;
  u8 *r = bpf_map_lookup_elem(&oom_scratch, &zero);
  if (!r) return 0;
  u8 *values = r + VALUES(PARAMS_notification);
  __builtin_memcpy(values, OOM_ID, sizeof OOM_ID);
  u32 n = text_of_victim(values + sizeof OOM_ID, tid, task);
  if (n == 0) return 0;
  u32 size = VALUES(PARAMS_notification) + sizeof OOM_ID + n;
  head(r, id_of(cgroup), tid, EVENT_notification, PARAMS_notification, size);
  u16 *lengths = (u16 *)(r + RECORD_EVENT + EVENT_LENGTHS);
  lengths[0] = sizeof OOM_ID;
  lengths[1] = n;
  asm volatile("" : "+r"(size));
  if (bpf_ringbuf_output(&host_events, r, size & (OOM_RECORD - 1), BPF_RB_NO_WAKEUP) < 0) __sync_fetch_and_add(&host_lost, 1);
  return 0;
}
