// Counts what is submitted to io_uring: no system call tells of it where a thread of the kernel takes requests from the ring, or where one call
// hands over many. An object of its own, loaded when somebody asks: the probe does not depend on it.
#include "kernel.h"
#include "rings.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

#define MOST_RINGS 4096
#define MOST_FDS 1024  // of a ring that was there before: how many descriptors are looked through for it
#define THREAD_GROUP_OF_KERNEL 0x00200000  // PF_KTHREAD: include/linux/sched.h
#define WORKER_OF_RING 0x00000010          // PF_IO_WORKER: since 5.12 threads of the process, before threads of the kernel

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct io_kiocb { u8 opcode; void *ctx; };
#pragma clang attribute pop

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, MOST_RINGS);
  __type(key, struct ring_key);
  __type(value, struct ring_count);
} rings SEC(".maps");

__u64 rings_lost;  // requests of rings for which there was no room

static __always_inline void fill(struct ring_count *count) {
  struct task_struct *task = (struct task_struct *)bpf_get_current_task();
  count->cgroup = bpf_get_current_cgroup_id();
  bpf_probe_read_kernel(count->comm, sizeof count->comm, BPF_CORE_READ(task, group_leader, comm));
}

struct search { u64 ring; struct file **files; s32 found; };

static int find_ring(u32 i, struct search *s) {
  struct file *file = NULL;
  bpf_probe_read_kernel(&file, sizeof file, s->files + i);
  if (!file || (u64)BPF_CORE_READ(file, private_data) != s->ring) return 0;
  s->found = i;
  return 1;
}

// The descriptor of a ring in the current process, -1 where none of the first ones is it.
static __always_inline s32 fd_of_ring(u64 ring) {
  struct task_struct *task = (struct task_struct *)bpf_get_current_task();
  struct fdtable *table = BPF_CORE_READ(task, files, fdt);
  u32 most = BPF_CORE_READ(table, max_fds);
  struct search s = { .ring = ring, .files = BPF_CORE_READ(table, fd), .found = -1 };
  bpf_loop(most < MOST_FDS ? most : MOST_FDS, find_ring, &s, 0);
  return s.found;
}

static struct ring_count none;

// io_uring_create(int fd, void *ctx, u32 sq_entries, u32 cq_entries, u32 flags): a ring that was at this address before is another one.
SEC("raw_tp/io_uring_create") int on_ring_create(struct bpf_raw_tracepoint_args *ctx) {
  struct ring_key key = { .ring = ctx->args[1], .tgid = bpf_get_current_pid_tgid() >> 32 };
  if (bpf_map_update_elem(&rings, &key, &none, BPF_ANY) < 0) return 0;  // its requests will be counted as lost
  struct ring_count *count = bpf_map_lookup_elem(&rings, &key);
  if (!count) return 0;
  count->fd = (s32)ctx->args[0];
  count->entries = ctx->args[2];
  fill(count);
  return 0;
}

// io_uring_submit_req(struct io_kiocb *req), since 6.3
SEC("raw_tp/io_uring_submit_req") int on_ring_submit(struct bpf_raw_tracepoint_args *ctx) {
  struct io_kiocb *request = (struct io_kiocb *)ctx->args[0];
  struct ring_key key = { .ring = (u64)BPF_CORE_READ(request, ctx), .tgid = bpf_get_current_pid_tgid() >> 32 };
  struct ring_count *count = bpf_map_lookup_elem(&rings, &key);
  if (!count) {
    if (bpf_map_update_elem(&rings, &key, &none, BPF_NOEXIST) < 0) { __sync_fetch_and_add(&rings_lost, 1); return 0; }
    count = bpf_map_lookup_elem(&rings, &key);
    if (!count) return 0;
    fill(count);
    count->fd = fd_of_ring(key.ring);
  }
  u32 flags = BPF_CORE_READ((struct task_struct *)bpf_get_current_task(), flags), operation = BPF_CORE_READ(request, opcode);
  __sync_fetch_and_add(&count->submitted, 1);
  if (flags & (THREAD_GROUP_OF_KERNEL | WORKER_OF_RING)) __sync_fetch_and_add(&count->by_kernel, 1);
  __sync_fetch_and_add(&count->operations[operation < RING_OPERATIONS ? operation : RING_OPERATIONS - 1], 1);
  return 0;
}
