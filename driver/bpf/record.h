// Building one record in the scratch area of this CPU, parameter by parameter, and handing it to the ring buffer.
// The layout is that of driver/schema/record.ts; offsets come from event_table.gen.h.
#pragma once
#include "kernel.h"
#include "event_table.gen.h"
#include "profile.h"

#define RECORD_MASK 0x7fff
#define LONGEST_STRING 4096   // PATH_MAX, and the most of arguments, environment, control groups
#define LONGEST_DATA 4096
#define TEXT_SIZE 4096

// A call under way, and after its exit the room for the thread's next one (start == 0).
struct call { u64 start; u64 nr; u64 args[6]; };

// What one CPU works with while it makes a record. Tracepoints run with preemption off, so one per CPU is enough.
struct work {
  u64 now, start, group;
  s64 ret;
  u64 args[6];
  u32 tid, tgid, flags;
  volatile u32 forgotten;
  u16 nr, cpu;
  u32 narrow;                         // the call of a 32-bit program: what its pointers lead to is laid out as such
  u32 snaplen;                        // bytes kept of its buffers
  u32 unread;                         // put down by this CPU since the reader was woken last, bytes
  u8 record[RECORD_MASK + 1 + 8192];  // behind the last masked offset there is room for the longest copy
  u8 text[TEXT_SIZE + 512];           // a path is built here from its end
  u8 name[512];
};

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 8 * 1024 * 1024);
} events SEC(".maps");

// Calls under way, with their threads: found quicker than by id, and gone with them.
struct {
  __uint(type, BPF_MAP_TYPE_TASK_STORAGE);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, int);
  __type(value, struct call);
} calls SEC(".maps");

// One element per CPU; an array because values of per-CPU maps end at 32 KiB. The loader sets the number.
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, u32);
  __type(value, struct work);
} scratch SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, LOSS_CAUSES);
  __type(key, u32);
  __type(value, u64);
} losses SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
  __uint(max_entries, LIMIT_NR);
  __type(key, u32);
  __type(value, u32);
} exits SEC(".maps");

static __always_inline void lost(u32 cause) {
  u64 *count = bpf_map_lookup_elem(&losses, &cause);
  if (count) ++*count;
}

static __always_inline struct work *this_work(void) {
  u32 cpu = bpf_get_smp_processor_id();
  return bpf_map_lookup_elem(&scratch, &cpu);
}

// The event being built: where the next value goes, and its index.
struct event { struct work *w; u64 at; u64 i; };

static __always_inline struct event event_of(struct work *w, u32 nparams) {
  return (struct event){ .w = w, .at = RECORD_EVENT + EVENT_LENGTHS + 2 * nparams, .i = 0 };
}

static __always_inline u8 *room(struct event *e) { return e->w->record + (e->at & RECORD_MASK); }

// Ends the parameter that was just written to room(): `size` bytes.
static __always_inline void done(struct event *e, u32 size) {
  *(u16 *)(e->w->record + RECORD_EVENT + EVENT_LENGTHS + 2 * (e->i & 63)) = size;
  e->at += size;
  e->i++;
}

// A value that the verifier no longer knows: what follows is then checked once, not once for each way of coming here.
static __always_inline u32 forget(struct work *w, u32 value) { w->forgotten = value; return w->forgotten; }

// As done(), for what has no fixed size.
static __always_inline void ended(struct event *e, u32 size) {
  *(u16 *)(e->w->record + RECORD_EVENT + EVENT_LENGTHS + 2 * (e->i & 63)) = size;
  e->at = forget(e->w, e->at + size);
  e->i++;
}

static __always_inline void put64(struct event *e, u64 value) { *(u64 *)room(e) = value; done(e, 8); }
static __always_inline void put32(struct event *e, u32 value) { *(u32 *)room(e) = value; done(e, 4); }
static __always_inline void put16(struct event *e, u16 value) { *(u16 *)room(e) = value; done(e, 2); }
static __always_inline void put8(struct event *e, u8 value) { *room(e) = value; done(e, 1); }
static __always_inline void put_empty(struct event *e) { ended(e, 0); }
static __always_inline void put_ret(struct event *e) { put64(e, e->w->ret); }
// A descriptor, a process id: an int in the call, 8 bytes in the event.
static __always_inline void put_int(struct event *e, u64 arg) { put64(e, (s64)(s32)arg); }
static __always_inline void put_args_int(struct event *e, u32 n) { put_int(e, e->w->args[n]); }

// Text of user space with its NUL, at most 4,096 bytes.
static __always_inline void put_string(struct event *e, u64 pointer) {
  long n = bpf_probe_read_user_str(room(e), LONGEST_STRING, (const void *)pointer);
  if (n <= 0) { e->w->flags |= FLAG_UNREADABLE; n = 0; }
  ended(e, n & 0x1fff);
}

// The first bytes of a buffer of `size` bytes, as far as the snap length goes.
static __always_inline void put_data(struct event *e, u64 pointer, s64 size) {
  u64 n = size;
  if (size <= 0) { put_empty(e); return; }
  u32 limit = e->w->snaplen;
  if (n > limit) { n = limit; e->w->flags |= FLAG_DATA_CUT; }
  if (n > LONGEST_DATA) n = LONGEST_DATA;
  asm volatile("" : "+r"(n));
  n &= 0x1fff;
  if (bpf_probe_read_user(room(e), n, (const void *)pointer) < 0) { e->w->flags |= FLAG_UNREADABLE; n = 0; }
  ended(e, n);
}

// Completes the headers and hands the record over.
static __always_inline void submit(struct event *e, u16 type, u32 nparams) {
  struct work *w = e->w;
  u32 size = e->at;
  if (size > RECORD_MASK) { lost(LOSS_RECORD_TOO_LARGE); return; }
  u64 offset = config.epoch_offset;
  u8 *r = w->record;
  *(u64 *)(r + RECORD_START) = w->start ? w->start + offset : 0;
  *(u64 *)(r + RECORD_CGROUP) = w->group;
  *(u32 *)(r + RECORD_FLAGS) = w->flags;
  *(u16 *)(r + RECORD_CPU) = w->cpu;
  *(u16 *)(r + RECORD_NR) = w->nr;
  r += RECORD_EVENT;
  *(u64 *)(r + EVENT_TS) = w->now + offset;
  *(u64 *)(r + EVENT_TID) = w->tid;
  *(u32 *)(r + EVENT_LENGTH) = size - RECORD_EVENT;
  *(u16 *)(r + EVENT_TYPE) = type;
  *(u32 *)(r + EVENT_NPARAMS) = nparams;
  // The reader comes by its own clock. It is woken only after so much that it may be late: asking the ring each time how full it is costs more.
  u64 wake = BPF_RB_NO_WAKEUP;
  w->unread += size;
  if (w->unread >= config.wake_bytes) { w->unread = 0; wake = BPF_RB_FORCE_WAKEUP; }
  asm volatile("" : "+r"(size));
  if (bpf_ringbuf_output(&events, w->record, size & RECORD_MASK, wake) < 0) lost(LOSS_RING_FULL);
}

// A handler of one call's exit: the body puts the parameters in the order of the table.
#define CALL(name) static __always_inline void exit_##name(struct event *e, struct work *w)

// The program of a family of calls (a header's name), reached by the call's number. Its calls are listed in event_table.gen.h.
// (One program each would be simpler, but a light skeleton holds at most 32.)
#define FAMILY(family)                                    \
  SEC("tp_btf/sys_exit") int x_##family(u64 *ctx) {       \
    struct work *w = this_work();                         \
    if (!w) return 0;                                     \
    struct event e;                                       \
    u32 type, nparams;                                    \
    switch (w->nr) { CALLS_##family(CALL_CASE) default: return 0; } \
    submit(&e, type, nparams);                            \
    return 0;                                             \
  }
#define CALL_CASE(name)                  \
  case NR_##name:                        \
    type = EVENT_##name;                 \
    nparams = PARAMS_##name;             \
    e = event_of(w, PARAMS_##name);      \
    exit_##name(&e, w);                  \
    break;
