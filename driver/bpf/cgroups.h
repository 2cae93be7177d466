// Paths of control groups by their ids, noted as they are made: a container that has ended before anybody asks has left no other trace of them.
#pragma once
#include "kernel.h"

#define CGROUP_PATH_BYTES 512

// By v2 id. The oldest go when there are too many: by then whoever reads the records has asked.
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 2048);
  __uint(key_size, 8);
  __uint(value_size, CGROUP_PATH_BYTES);
} cgroup_paths SEC(".maps");

__u8 no_cgroup_path[CGROUP_PATH_BYTES];

// Tracepoint cgroup_mkdir(struct cgroup *, const char *path): include/trace/events/cgroup.h. Before the first task can be in it.
SEC("tp_btf/cgroup_mkdir") int on_cgroup(u64 *ctx) {
  struct cgroup *cgroup = (struct cgroup *)ctx[0];
  if (BPF_CORE_READ(cgroup, root, hierarchy_id) != 0) return 0;  // of version 1
  u64 id = BPF_CORE_READ(cgroup, kn, id);
  if (bpf_map_update_elem(&cgroup_paths, &id, no_cgroup_path, BPF_ANY) < 0) return 0;
  u8 *path = bpf_map_lookup_elem(&cgroup_paths, &id);
  if (!path) return 0;
  long n = bpf_probe_read_kernel_str(path, CGROUP_PATH_BYTES, (const void *)ctx[1]);
  if (n < 0 || n >= CGROUP_PATH_BYTES) path[0] = 0;  // a part of a path is none
  return 0;
}
