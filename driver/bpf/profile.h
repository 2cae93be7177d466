// The capture profile: what somebody has asked for. Applied before anything is copied; read by every call, so what most of them ask lies together.
#pragma once
#include "compat.h"
#include "event_table.gen.h"

#define LIMIT_NR 512
#define MAX_GROUPS 8192
#define MAX_PROCESSES 4096
#define VERDICTS 1024  // control groups whose verdict is remembered; a power of two

// What the loader writes, at any time.
struct {
  // What each call asks, in one line of the processor's cache.
  __u32 enabled;
  __u32 rules;            // RULE_*
  __u32 edition;          // of all that is found out when a call begins; never 0. Another one before and after anything changes that it hangs on
  __u32 hierarchy;        // HIERARCHY_*: where groups are told apart
  __u64 epoch_offset;     // what makes boot time into time since the epoch, ns
  __u64 own_bits;         // bits of their last six bits: where that of a thread group is not set, it is not in the list
  __u32 own[8];           // thread groups never traced; 0 ends the list
  __u32 snaplen;          // bytes kept of each buffer
  __u32 generation;       // of the verdicts; 15 bits
  __u8 calls[LIMIT_NR];   // CALL_* by native number; NR_OTHER: all that the table has no number for
  __u64 since;            // boot time, ns: what is noted of calls that began before may be of calls whose end nobody has seen
  __u64 slow_ns;          // RULE_SLOW: calls that took less are left out
  __u32 snaplens[3];      // RULE_KINDS: the same by SNAP_*
  __u32 wake_bytes;       // wake the reader when one CPU has put down so much; below that it comes by its own clock
  __u32 others_wanted;    // verdict on groups that are not in the map
  __u64 process_bits[64]; // RULE_PROCESSES: where the bit of an id's hash is not set, the process is not in the map
} config __attribute__((aligned(64)));

// Verdicts on control groups, by id: id << 16 | generation << 1 | wanted. Written whole, so that no CPU sees half of one.
__u64 verdicts[VERDICTS];

// Control groups by id: GROUP_*. Ids of version 2, or of the hierarchy that is asked for.
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, MAX_GROUPS);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, u64);
  __type(value, u8);
} groups SEC(".maps");

// Processes that are wanted, by their id.
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, MAX_PROCESSES);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, u32);
  __type(value, u8);
} processes SEC(".maps");

static __always_inline bool is_own(u32 tgid) {
  if (!RARE(config.own_bits >> (tgid & 63) & 1)) return false;
#pragma clang loop unroll(disable)
  for (u32 i = 0; i < 8; i++) {
    u64 own = config.own[i];
    if (own == 0) return false;
    if (RARE(own == tgid)) return true;
  }
  return false;
}

// The task's group where there is no hierarchy but those of version 1.
static __always_inline struct cgroup *cgroup_in_v1(struct css_set *set) {
  u32 index = 0;
  if (config.hierarchy == HIERARCHY_MEMORY && bpf_core_enum_value_exists(enum cgroup_subsys_id, memory_cgrp_id)) index = bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id);
  else if (bpf_core_enum_value_exists(enum cgroup_subsys_id, cpuset_cgrp_id)) index = bpf_core_enum_value(enum cgroup_subsys_id, cpuset_cgrp_id);
  struct cgroup_subsys_state *state = NULL;
  bpf_probe_read_kernel(&state, sizeof state, (u8 *)set + __builtin_preserve_field_info(((struct css_set *)0)->subsys, BPF_FIELD_BYTE_OFFSET) + (index & 15) * 8);
  return BPF_CORE_READ(state, cgroup);
}

static __always_inline struct cgroup *cgroup_of_task(struct task_struct *task) { return config.hierarchy == HIERARCHY_UNIFIED ? BPF_CORE_READ(task, cgroups, dfl_cgrp) : cgroup_in_v1(BPF_CORE_READ(task, cgroups)); }

// The id of the control group of those who share such a set, by following the kernel's pointers: cheaper than asking a helper, which goes the same way.
static __always_inline u64 group_of_set(struct css_set *set) {
  if (RARE(config.hierarchy != HIERARCHY_UNIFIED)) return BPF_CORE_READ(cgroup_in_v1(set), kn, id);
  return OF(set, dfl_cgrp, kn, id);
}

static __always_inline u64 group_of_task(struct task_struct *task) { return group_of_set(OF(task, cgroups)); }

// What the nearest group above says of those below it; `otherwise` where none does.
static __always_inline u32 verdict_above(struct kernfs_node *node, u32 otherwise) {
  for (int i = 0; i < 24; i++) {
    struct kernfs_node *parent;
    if (bpf_core_field_exists(node->__parent)) parent = BPF_CORE_READ(node, __parent);
    else parent = BPF_CORE_READ((struct kernfs_node___before_615 *)node, parent);
    if (!parent) return otherwise;
    u64 id = BPF_CORE_READ(parent, id);
    u8 *group = bpf_map_lookup_elem(&groups, &id);
    if (group && (*group & GROUP_BELOW)) return *group & GROUP_WANTED;
    node = parent;
  }
  return otherwise;
}

// Whether a group is wanted: what the map says of it, or of the nearest above it that speaks for those below. Remembers the answer. No static
// function, so that it is verified by itself, not for each way to it.
SEPARATE u32 judge(u64 id) {
  u32 generation = config.generation;
  u32 verdict = config.others_wanted;
  u8 *group = bpf_map_lookup_elem(&groups, &id);
  if (group) verdict = *group & GROUP_WANTED;
  else verdict = verdict_above(BPF_CORE_READ(cgroup_of_task((struct task_struct *)bpf_get_current_task()), kn), verdict);
  verdict = verdict != 0;
  verdicts[id & (VERDICTS - 1)] = id << 16 | (generation & 0x7fff) << 1 | verdict;
  return verdict;
}

static __always_inline bool is_wanted_group(u64 id) {
  u64 known = verdicts[id & (VERDICTS - 1)], expected = id << 16 | (u64)(config.generation << 1);
  if (RARE((known & ~1ull) != expected || id >> 48 != 0)) return judge(id);
  return known & 1;
}

static __always_inline bool is_wanted_process(u32 tgid) {
  u32 hash = tgid * 2654435761u >> 20;  // 12 bits
  if (!(config.process_bits[(hash >> 6) & 63] >> (hash & 63) & 1)) return false;
  return bpf_map_lookup_elem(&processes, &tgid) != NULL;
}

// The rules, read once for all that is decided by them: they may change at any time, and half of one profile with half of another is neither.
static __always_inline u32 rules_now(void) { return *(volatile u32 *)&config.rules; }

// Whether the task is one of those that were asked for.
static __always_inline bool is_in_scope(struct task_struct *task, u32 rules) {
  if (RARE(rules & RULE_PROCESSES) && !is_wanted_process(OF(task, tgid))) return false;
  if ((rules & RULE_GROUPS) && !is_wanted_group(group_of_task(task))) return false;
  return true;
}

// What is wanted where not everything is wanted of everybody.
static __always_inline u32 wanted_in_scope(struct task_struct *task, u32 bits, u32 rules) {
  if (is_in_scope(task, rules)) return bits;
  // What changes names and descriptors is wanted of everybody; counters may be.
  if (!(bits & CALL_ALWAYS)) bits &= ~(CALL_EVENT | CALL_LEFT_OUT);
  if (!(rules & RULE_COUNT_ALL)) bits &= ~(CALL_COUNT | CALL_LEFT_OUT);
  return bits & (CALL_EVENT | CALL_COUNT | CALL_LEFT_OUT) ? bits : 0;
}

// What is wanted of a call by this task: CALL_* bits.
static __always_inline u32 wanted_of(struct task_struct *task, u64 nr) {
  if (RARE(nr >= LIMIT_NR)) nr = NR_OTHER;
  asm volatile("" : "+r"(nr));
  u32 bits = config.calls[nr & (LIMIT_NR - 1)], rules;
  if (!bits || is_own(OF(task, tgid))) return 0;
  rules = rules_now();
  return RARE(rules & (RULE_GROUPS | RULE_PROCESSES)) ? wanted_in_scope(task, bits, rules) : bits;
}
