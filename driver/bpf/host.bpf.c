// Counts by control group what no system call tells of: time on processors and waiting for one, page faults, requests to block devices, TCP
// connections, processes killed for want of memory. No event is made. An object of its own, loaded when somebody asks: some of this happens within
// interrupts, and must not meet what the probe is in the middle of.
#include "host.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

#define MOST_GROUPS 4096
#define MOST_REQUESTS 16384
#define PF_EXITING 0x00000004  // include/linux/sched.h
#define IPPROTO_TCP 6

__u64 groups_lost[4];  // by kind: what was of groups for which there was no room

struct cpu_count { u64 n[HOST_CPU_NUMBERS]; };
struct disk_count { u64 n[HOST_DISK_NUMBERS]; };
struct tcp_count { u64 n[HOST_TCP_NUMBERS]; };
struct memory_count { u64 n[HOST_MEMORY_NUMBERS]; };

// Of the scheduler there is one per CPU, since it is the most frequent, and room is made beforehand: nothing may ask for memory where a processor's
// queue is locked. The loader sets how many.
struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_HASH);
  __uint(max_entries, MOST_GROUPS);
  __type(key, u64);
  __type(value, struct cpu_count);
} cpu_counts SEC(".maps");

#define COUNTS(kind)                            \
  struct {                                      \
    __uint(type, BPF_MAP_TYPE_HASH);            \
    __uint(max_entries, MOST_GROUPS);           \
    __uint(map_flags, BPF_F_NO_PREALLOC);       \
    __type(key, u64);                           \
    __type(value, struct kind##_count);         \
  } kind##_counts SEC(".maps");
COUNTS(disk) COUNTS(tcp) COUNTS(memory)

enum kind { CPU, DISK, TCP, MEMORY };

static const struct { u64 n[HOST_DISK_NUMBERS > HOST_CPU_NUMBERS ? HOST_DISK_NUMBERS : HOST_CPU_NUMBERS]; } none;

#define COUNT_OF(kind, index)                                                     \
  static __always_inline struct kind##_count *kind##_of(u64 group) {              \
    struct kind##_count *count = bpf_map_lookup_elem(&kind##_counts, &group);     \
    if (count) return count;                                                      \
    bpf_map_update_elem(&kind##_counts, &group, &none, BPF_NOEXIST);              \
    count = bpf_map_lookup_elem(&kind##_counts, &group);                          \
    if (!count) __sync_fetch_and_add(&groups_lost[index], 1);                     \
    return count;                                                                 \
  }
COUNT_OF(cpu, CPU) COUNT_OF(disk, DISK) COUNT_OF(tcp, TCP) COUNT_OF(memory, MEMORY)

#define ADD(count, index, value) __sync_fetch_and_add(&(count)->n[index], value)

// Index of a length in a histogram.
static __always_inline u32 bucket_of(u64 ns) {
  u32 bits = 0;
  if (ns >> 32) { bits = 32; ns >>= 32; }
  if (ns >> 16) { bits += 16; ns >>= 16; }
  if (ns >> 8) { bits += 8; ns >>= 8; }
  if (ns >> 4) { bits += 4; ns >>= 4; }
  if (ns >> 2) { bits += 2; ns >>= 2; }
  bits += ns >> 1;
  bits = bits < COUNTER_FIRST_BIT ? 0 : bits - COUNTER_FIRST_BIT;
  if (bits >= COUNTER_BUCKETS) bits = COUNTER_BUCKETS - 1;
  asm volatile("" : "+r"(bits));
  return bits & (COUNTER_BUCKETS - 1);
}

// -- the scheduler

// What the scheduler has counted of a task.
struct task_counts { u64 run, delay, minor, major, voluntary, involuntary; };

// The task that runs here, and its counts when it began to, or when it was last looked at. Of the idle task (0) there are none.
struct running { struct task_counts at; u32 pid; bool looked_at, begun; };

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, u32);
  __type(value, struct running);
} running SEC(".maps");

// By the low bits of a task's id: its counts when it was last charged, and whose they are. What it waits for a processor, before another takes it from
// that one's queue, is in no other place to be told from what it had waited before. And a switch need not be told of: on some virtual machines certain
// tasks (the idle one, those of the first process) leave without the tracepoint (docs/probe.md); what ran after them is counted all the same.
#define CHARGED_SLOTS 32768
struct charged { struct task_counts at; u64 pid; };
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, CHARGED_SLOTS);
  __type(key, u32);
  __type(value, struct charged);
} charged SEC(".maps");

static __always_inline u64 delay_of(struct task_struct___host *task) { return bpf_core_field_exists(task->sched_info) ? OF(task, sched_info.run_delay) : 0; }

static __always_inline void read_counts(struct task_counts *at, struct task_struct *task) {
  struct task_struct___host *host = (void *)task;
  at->run = OF(host, se.sum_exec_runtime);
  at->delay = delay_of(host);
  at->minor = OF(task, min_flt);
  at->major = OF(task, maj_flt);
  at->voluntary = OF(host, nvcsw);
  at->involuntary = OF(host, nivcsw);
}

static __always_inline void begin(struct running *r, struct task_struct *task) {
  r->pid = OF(task, pid);
  r->begun = true;
  r->looked_at = false;
  if (r->pid) read_counts(&r->at, task);
}

// Adds what has come since the task was last charged, or else since `begin`, to the counters of its group.
static __always_inline void charge(struct running *r, struct task_struct *task, u32 pid, u32 *slot) {
  struct task_struct___host *host = (void *)task;
  struct cpu_count *count = cpu_of(group_of_current(task));
  if (!count) return;
  struct task_counts now, before = r->at;
  bool seen = r->pid == pid;
  read_counts(&now, task);
  *slot = pid & (CHARGED_SLOTS - 1);
  struct charged *known = bpf_map_lookup_elem(&charged, slot);
  if (known) {
    // An earlier task of this id may have left its counts.
    bool own = known->pid == pid && known->at.run <= now.run && known->at.delay <= now.delay && known->at.minor <= now.minor && known->at.major <= now.major
      && known->at.voluntary <= now.voluntary && known->at.involuntary <= now.involuntary;
    if (own) { before = known->at; seen = true; }
    known->pid = OF(task, flags) & PF_EXITING ? 0 : pid;
    known->at = now;
  }
  if (!seen) {
    // Seen for the first time, and not when it began: of the time since, the scheduler has a note (kernel: set_next_entity in kernel/sched/fair.c).
    before = now;
    if (r->begun && OF(host, se.prev_sum_exec_runtime) < now.run) before.run = OF(host, se.prev_sum_exec_runtime);
  }
  u64 wait = now.delay - before.delay;
  count->n[HOST_CPU_RUN_NS] += now.run - before.run;
  count->n[HOST_CPU_WAIT_NS] += wait;
  count->n[HOST_CPU_VOLUNTARY] += now.voluntary - before.voluntary;
  count->n[HOST_CPU_INVOLUNTARY] += now.involuntary - before.involuntary;
  count->n[HOST_CPU_MINOR_FAULTS] += now.minor - before.minor;
  count->n[HOST_CPU_MAJOR_FAULTS] += now.major - before.major;
  if (seen && !(r->pid == pid && r->looked_at)) count->n[HOST_CPU_WAIT_LENGTHS + bucket_of(wait)]++;
}

// sched_switch(bool preempt, struct task_struct *prev, struct task_struct *next, ...): prev is the current task still, and its switch is counted already
// (kernel: __schedule in kernel/sched/core.c).
SEC("tp_btf/sched_switch") int on_switch(u64 *ctx) {
  struct task_struct *next = (struct task_struct *)ctx[2], *task = LEAVING(ctx);
  u32 key = 0, pid = task->pid;
  struct running *r = bpf_map_lookup_elem(&running, &key);
  if (!r) return 0;
  if (pid && r->begun) charge(r, task, pid, &key);
  begin(r, next);
  return 0;
}

// Run by the loader on every processor before it reads, so that what tasks do that run for long is in the counters. Attached to nothing.
SEC("raw_tp/sched_switch") int on_look(void *ctx) {
  struct task_struct *task = this_task();
  u32 key = 0;
  struct running *r = bpf_map_lookup_elem(&running, &key);
  u32 pid = OF(task, pid);
  if (!r || !pid || !r->begun) return 0;
  charge(r, task, pid, &key);
  begin(r, task);
  r->looked_at = true;
  return 0;
}

// -- block devices

// A request under way: since when, whose, and by what it is told from an earlier one at the same address.
struct request_note { u64 start, group, life; };

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, MOST_REQUESTS);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, u64);
  __type(value, struct request_note);
} requests SEC(".maps");

// Whose a request is: of the task that hands it over; where that is a thread of the kernel, which writes back what others have changed, of the group
// whose pages they are, as far as the hierarchy of version 2 knows it.
static __always_inline u64 group_of_request(struct request *request) {
  struct task_struct *task = this_task();
  u64 own = group_of_current(task);
  if (OF(task, mm) || hierarchy != HIERARCHY_UNIFIED) return own;
  struct bio *bio = BPF_CORE_READ(request, bio);
  if (!bio || !bpf_core_field_exists(bio->bi_blkg)) return own;
  struct cgroup *cgroup = BPF_CORE_READ(bio, bi_blkg, blkcg, css.cgroup);
  return cgroup && BPF_CORE_READ(cgroup, root, hierarchy_id) == 0 ? id_of(cgroup) : own;
}

static __always_inline void note_request(struct request *request, bool anew) {
  u64 key = (u64)request, life = BPF_CORE_READ(request, start_time_ns);
  struct request_note *known = anew ? NULL : bpf_map_lookup_elem(&requests, &key);
  if (known && known->life == life) return;
  struct request_note note = { .start = bpf_ktime_get_ns(), .group = group_of_request(request), .life = life };
  bpf_map_update_elem(&requests, &key, &note, BPF_ANY);
}

// block_rq_insert(struct request *), block_rq_issue(struct request *): since 5.11. Into a scheduler's queue; handed to the device, perhaps again.
SEC("raw_tp/block_rq_insert") int on_request_insert(struct bpf_raw_tracepoint_args *ctx) { note_request((struct request *)ctx->args[0], true); return 0; }
SEC("raw_tp/block_rq_issue") int on_request_issue(struct bpf_raw_tracepoint_args *ctx) { note_request((struct request *)ctx->args[0], false); return 0; }
// Before 5.11: (struct request_queue *, struct request *). To a tracepoint with one argument they cannot be attached.
SEC("raw_tp/block_rq_insert") int on_request_insert_queued(struct bpf_raw_tracepoint_args *ctx) { note_request((struct request *)ctx->args[1], true); return 0; }
SEC("raw_tp/block_rq_issue") int on_request_issue_queued(struct bpf_raw_tracepoint_args *ctx) { note_request((struct request *)ctx->args[1], false); return 0; }

// block_rq_complete(struct request *, error, unsigned int bytes): the request may end in parts; the last one ends it.
SEC("raw_tp/block_rq_complete") int on_request_complete(struct bpf_raw_tracepoint_args *ctx) {
  struct request *request = (struct request *)ctx->args[0];
  u64 key = (u64)request;
  u32 bytes = ctx->args[2], operation = BPF_CORE_READ(request, cmd_flags) & 0xff;
  bool whole = bytes >= BPF_CORE_READ(request, __data_len), failed = (u32)ctx->args[1] != 0;
  struct request_note *note = bpf_map_lookup_elem(&requests, &key);
  if (note && note->life != BPF_CORE_READ(request, start_time_ns)) note = NULL;
  struct disk_count *count = disk_of(note ? note->group : group_of_request(request));
  if (count) {
    u64 ns = note ? bpf_ktime_get_ns() - note->start : 0;
    if (failed) ADD(count, HOST_DISK_ERRORS, 1);
    if (operation > 1) { if (whole) ADD(count, HOST_DISK_OTHERS, 1); }
    else {
      bool write = operation == 1;
      if (!failed) ADD(count, write ? HOST_DISK_WRITE_BYTES : HOST_DISK_READ_BYTES, bytes);
      if (whole) {
        ADD(count, write ? HOST_DISK_WRITES : HOST_DISK_READS, 1);
        if (note) {
          ADD(count, write ? HOST_DISK_WRITE_NS : HOST_DISK_READ_NS, ns);
          ADD(count, (write ? HOST_DISK_WRITE_LENGTHS : HOST_DISK_READ_LENGTHS) + bucket_of(ns), 1);
        } else ADD(count, HOST_DISK_UNTIMED, 1);
      }
    }
  }
  if (whole) bpf_map_delete_elem(&requests, &key);
  return 0;
}

// -- TCP

enum { ESTABLISHED = 1, SYN_SENT, SYN_RECV, CLOSE = 7, LISTEN = 10, NEW_SYN_RECV = 12 };  // include/net/tcp_states.h

// The group in which a socket was made; of one that was accepted, that of the socket that listens. What happens to a socket happens in whatever task
// a packet comes along.
static __always_inline struct tcp_count *count_of_socket(struct sock *sock) {
  struct sock___host *host = (void *)sock;
  if (!sock || BPF_CORE_READ(host, sk_protocol) != IPPROTO_TCP) return NULL;
  struct cgroup *cgroup = NULL;
  if (bpf_core_field_exists(host->sk_cgrp_data.cgroup)) cgroup = BPF_CORE_READ(host, sk_cgrp_data.cgroup);
  else {
    // Its low bits say that the field holds something else.
    struct sock___before_515 *older = (void *)sock;
    u64 value = BPF_CORE_READ(older, sk_cgrp_data.val);
    if (!(value & 3)) cgroup = (struct cgroup *)value;
  }
  return tcp_of(cgroup ? id_of(cgroup) : 0);
}

// inet_sock_set_state(const struct sock *, int old, int new)
SEC("raw_tp/inet_sock_set_state") int on_tcp_state(struct bpf_raw_tracepoint_args *ctx) {
  struct sock *sock = (struct sock *)ctx->args[0];
  u32 old = ctx->args[1], new = ctx->args[2];
  bool ends = new == CLOSE && old != LISTEN && old != SYN_RECV && old != NEW_SYN_RECV && old != CLOSE;
  if (new != SYN_SENT && new != ESTABLISHED && !ends) return 0;
  struct tcp_count *count = count_of_socket(sock);
  if (!count) return 0;
  if (new == SYN_SENT) ADD(count, HOST_TCP_BEGAN, 1);
  else if (new == ESTABLISHED) { if (old == SYN_SENT) ADD(count, HOST_TCP_CONNECTED, 1); else ADD(count, HOST_TCP_ACCEPTED, 1); }
  else if (old == SYN_SENT) ADD(count, HOST_TCP_FAILED, 1);
  else {
    struct tcp_sock *tcp = (void *)sock;
    u64 acked = BPF_CORE_READ(tcp, bytes_acked), received = BPF_CORE_READ(tcp, bytes_received);
    ADD(count, HOST_TCP_CLOSED, 1);
    ADD(count, HOST_TCP_SENT_BYTES, acked);
    ADD(count, HOST_TCP_RECEIVED_BYTES, received);
  }
  return 0;
}

// tcp_retransmit_skb(const struct sock *, ...), tcp_retransmit_synack(const struct sock *listener, ...)
static __always_inline int count_retransmit(struct sock *sock) {
  struct tcp_count *count = count_of_socket(sock);
  if (count) ADD(count, HOST_TCP_RETRANSMITS, 1);
  return 0;
}
SEC("raw_tp/tcp_retransmit_skb") int on_tcp_retransmit(struct bpf_raw_tracepoint_args *ctx) { return count_retransmit((struct sock *)ctx->args[0]); }
SEC("raw_tp/tcp_retransmit_synack") int on_tcp_retransmit_synack(struct bpf_raw_tracepoint_args *ctx) { return count_retransmit((struct sock *)ctx->args[0]); }

// -- memory

// mark_victim(struct task_struct *, uid_t), before 6.9 mark_victim(int pid): then the task is not at hand, and whose want of memory it was counts.
SEC("raw_tp/mark_victim") int on_oom(struct bpf_raw_tracepoint_args *ctx) {
  u64 victim = ctx->args[0];
  struct task_struct *task = victim >> 32 ? (struct task_struct *)victim : (struct task_struct *)bpf_get_current_task();
  struct memory_count *count = memory_of(id_of(cgroup_of(task)));
  if (count) ADD(count, HOST_MEMORY_OOM_KILLS, 1);
  return 0;
}
