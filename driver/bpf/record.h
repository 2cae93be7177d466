// Building one record, parameter by parameter, where the reader finds it: in memory that it has mapped.
// The layout is that of driver/schema/record.ts; offsets come from event_table.gen.h.
#pragma once
#include "compatCalls.h"
#include "event_table.gen.h"
#include "lane.h"
#include "profile.h"

#define RECORD_MASK 0x7fff
#define LONGEST_STRING 4096   // PATH_MAX, and the most of arguments, environment, control groups
#define LONGEST_DATA 4096
#define TEXT_SIZE 4096

// What one CPU works with while it makes a record. Tracepoints run with preemption off, so one per CPU is enough. The reader has it mapped for the lane.
struct work {
  struct lane lane;
  u64 now, start, group;
  s64 ret;
  u64 args[6];
  u32 tid, tgid, flags;
  volatile u32 forgotten;
  u16 nr, cpu;
  u32 handler, raw;                   // the call's number for which the record is made, and the one that the program gave
  u32 narrow;                         // the call of a 32-bit program: what its pointers lead to is laid out as such
  u32 snaplen;                        // bytes kept of its buffers
  u8 text[TEXT_SIZE + 512];           // a path is built here from its end
  u8 name[512];
} __attribute__((aligned(LANE_STRIDE)));

_Static_assert(sizeof(struct work) == LANE_STRIDE, "the reader steps from lane to lane");
_Static_assert(AREA_SLACK == RING_HEADER_BYTES + RECORD_MASK + 1 + 8192, "behind the last masked offset there is room for the longest copy");

// All areas. Writing where the reader looks costs a third of going through the kernel's ring buffer: nothing is copied, and no CPU waits for another.
// The loader sets the number.
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(map_flags, BPF_F_MMAPABLE);
  __uint(max_entries, 2);
  __type(key, u32);
  __type(value, struct area);
} areas SEC(".maps");

// Areas that nobody fills or reads. One pool for all: whoever is busy may have it all. The loader puts them in first, then the reader does. The one
// that came last goes first: it may still be in the processor's cache, and a large ring costs no more than a small one until it is needed.
struct {
  __uint(type, BPF_MAP_TYPE_STACK);
  __uint(max_entries, 2);
  __type(value, u32);
} spare SEC(".maps");

// Wakes the reader; what is in it means nothing.
struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 64 * 1024);
} wakes SEC(".maps");

// One element per CPU; an array because values of per-CPU maps end at 32 KiB. The loader sets the number.
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(map_flags, BPF_F_MMAPABLE);
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

// Takes an area for this CPU: 0 where there is none. No static function, so that it is verified by itself.
SEPARATE int take_area(struct work *w) {
  u32 id = 0;
  if (!w || bpf_map_pop_elem(&spare, &id) < 0) return 0;
  struct area *area = bpf_map_lookup_elem(&areas, &id);
  if (!area) return 0;
  area->next = 0;
  area->base = w->lane.written;
  // The reader comes by its own clock. It is woken only after so much that it may be late. Putting something into the kernel's ring also orders
  // what was written before and is written after it, on every processor.
  u64 nothing = 0;
  w->lane.unread += AREA_BYTES;
  bool late = w->lane.unread >= config.wake_bytes;
  if (late) w->lane.unread = 0;
  bpf_ringbuf_output(&wakes, &nothing, sizeof nothing, late ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP);
  if (w->lane.first == 0) PUBLISH(w->lane.first, (u64)id + 1);
  else {
    u32 before = w->lane.area;
    struct area *last = bpf_map_lookup_elem(&areas, &before);
    if (last) PUBLISH(last->next, (u64)id + 1);
  }
  w->lane.area = id;
  w->lane.at = 0;
  w->lane.end = AREA_BYTES;
  return 1;
}

// Whether there is room for a record; counts the record as lost where there is none.
static __always_inline bool has_room(struct work *w) {
  if (!RARE(w->lane.at >= w->lane.end) || take_area(w)) return true;
  lost(LOSS_RING_FULL);
  return false;
}

// Where the record goes that this CPU makes; NULL never, but the verifier cannot know.
static __always_inline u8 *record_of(struct work *w) {
  u32 id = w->lane.area, at = w->lane.at;
  struct area *area = bpf_map_lookup_elem(&areas, &id);
  if (!area) return NULL;
  asm volatile("" : "+r"(at));
  return area->records + (at & (AREA_BYTES - 1)) + RING_HEADER_BYTES;
}

// The event being built: its record, where the next value goes in it, and that value's index.
struct event { struct work *w; u8 *record; u64 at; u64 i; };

static __always_inline struct event event_of(struct work *w, u8 *record, u32 nparams) {
  return (struct event){ .w = w, .record = record, .at = RECORD_EVENT + EVENT_LENGTHS + 2 * nparams, .i = 0 };
}

static __always_inline u8 *room(struct event *e) { return e->record + (e->at & RECORD_MASK); }

// Ends the parameter that was just written to room(): `size` bytes.
static __always_inline void done(struct event *e, u32 size) {
  *(u16 *)(e->record + RECORD_EVENT + EVENT_LENGTHS + 2 * (e->i & 63)) = size;
  e->at += size;
  e->i++;
}

// A value that the verifier no longer knows: what follows is then checked once, not once for each way of coming here.
static __always_inline u32 forget(struct work *w, u32 value) { w->forgotten = value; return w->forgotten; }

// As done(), for what has no fixed size.
static __always_inline void ended(struct event *e, u32 size) {
  *(u16 *)(e->record + RECORD_EVENT + EVENT_LENGTHS + 2 * (e->i & 63)) = size;
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
  if (RARE(n <= 0)) {
    if (n == 0) { *room(e) = 0; n = 1; }  // an empty text: kernels before 6.15 do not count its NUL (mm/maccess.c, strncpy_from_user_nofault)
    else { e->w->flags |= FLAG_UNREADABLE; n = 0; }
  }
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
  if (RARE(size > RECORD_MASK)) { lost(LOSS_RECORD_TOO_LARGE); return; }
  u64 offset = config.epoch_offset;
  u8 *r = e->record;
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
  *(u64 *)(e->record - RING_HEADER_BYTES) = size;
  u32 whole = (size + RING_HEADER_BYTES + 7) & ~7u;
  w->lane.at += whole;
  PUBLISH(w->lane.written, w->lane.written + whole);
}

// A handler of one call's exit: the body puts the parameters in the order of the table.
#define CALL(name) static __always_inline void exit_##name(struct event *e, struct work *w)

// The program of a family of calls (a header's name), reached by the call's number. Its calls are listed in event_table.gen.h.
// (One program each would be simpler, but a light skeleton holds at most 32.)
#define FAMILY(family)                                    \
  SEC("tp_btf/sys_exit") int x_##family(u64 *ctx) {       \
    struct work *w = this_work();                         \
    if (!w) return 0;                                     \
    u8 *record = record_of(w);                            \
    if (!record) return 0;                                \
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
    e = event_of(w, record, PARAMS_##name); \
    exit_##name(&e, w);                  \
    break;
