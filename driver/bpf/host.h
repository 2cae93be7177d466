// To which control group a thing belongs, for objects that need no profile.
#pragma once
#include "compat.h"
#include "hostKernel.h"
#include "event_table.gen.h"

// Where groups are told apart (HIERARCHY_*); the loader writes it before it loads.
__u32 hierarchy;

// The task's group. The pointer need not be one that the verifier knows.
static __always_inline struct cgroup *cgroup_of(struct task_struct *task) {
  struct css_set *set = BPF_CORE_READ(task, cgroups);
  if (hierarchy == HIERARCHY_UNIFIED) return BPF_CORE_READ(set, dfl_cgrp);
  u32 index = 0;
  if (hierarchy == HIERARCHY_MEMORY && bpf_core_enum_value_exists(enum cgroup_subsys_id, memory_cgrp_id)) index = bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id);
  else if (bpf_core_enum_value_exists(enum cgroup_subsys_id, cpuset_cgrp_id)) index = bpf_core_enum_value(enum cgroup_subsys_id, cpuset_cgrp_id);
  struct cgroup_subsys_state *state = NULL;
  bpf_probe_read_kernel(&state, sizeof state, (u8 *)set + __builtin_preserve_field_info(((struct css_set *)0)->subsys, BPF_FIELD_BYTE_OFFSET) + (index & 15) * 8);
  return BPF_CORE_READ(state, cgroup);
}

static __always_inline u64 id_of(struct cgroup *cgroup) { return BPF_CORE_READ(cgroup, kn, id); }

// The id of the current task's group.
static __always_inline u64 group_of_current(struct task_struct *task) { return hierarchy == HIERARCHY_UNIFIED ? OF(task, cgroups, dfl_cgrp, kn, id) : id_of(cgroup_of(task)); }
