// Calls under way, one a thread: found by where the thread's kernel stack lies, and where another thread has that place, with the thread itself (5.12); in the
// other object by the address of the thread in the kernel.
#pragma once
#include "profile.h"

#define NO_PLACE 0xffff

// A call under way, and after its exit the room for the thread's next one (start == 0). What was found out when it began need not be found out again when it ends,
// where nothing has changed: the beginning has time for it while the processor gets ready to read its clock, the end has none.
struct call {
  u64 owner;    // usual object: whose this is; 0: nobody's
  u64 start;
  u32 nr;
  u32 edition;  // of what follows (config.edition); 0: to be found out at the end
  u32 wanted;   // CALL_*
  u32 place;    // of its counter, or NO_PLACE
  u64 set;      // address of the task's css_set: another one, and the task has moved to another control group
  u64 group;
  u64 args[6];
};

#ifndef PORTHOLE_5_8

#define SLOT_BITS 14

struct slot { struct call call; } __attribute__((aligned(128)));

// By a hash of the address of the thread's registers, which lie at the top of its kernel stack: no two threads have the same, and nothing need be asked for it. A slot is
// taken when its thread first makes a call that is wanted, and given back when the thread ends.
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(map_flags, BPF_F_MMAPABLE);
  __uint(max_entries, 1 << SLOT_BITS);
  __type(key, u32);
  __type(value, struct slot);
} slots SEC(".maps");

// For threads whose slot another one has. Gone with the thread.
struct {
  __uint(type, BPF_MAP_TYPE_TASK_STORAGE);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, int);
  __type(value, struct call);
} calls SEC(".maps");

// The registers' address as a number: less the address of what stays where it is.
static __always_inline u64 id_of(struct pt_regs *regs) {
  u64 id = (u64)regs;
  asm volatile("%0 -= %1" : "+r"(id) : "r"(&config));
  return id;
}

static __always_inline struct call *slot_of(u64 id) {
  u32 key = (id >> 12) * 0x9e3779b97f4a7c15ull >> (64 - SLOT_BITS);
  struct slot *slot = bpf_map_lookup_elem(&slots, &key);
  return slot ? &slot->call : NULL;
}

// The call of the current thread, by its registers, where it has its slot; NULL where it has none.
static __always_inline struct call *call_here(struct pt_regs *regs) {
  u64 id = id_of(regs);
  struct call *call = slot_of(id);
  return call && !RARE(call->owner != id) ? call : NULL;
}

// That of one that has none.
static __always_inline struct call *find_elsewhere(struct task_struct *task) { return bpf_task_storage_get(&calls, task, NULL, 0); }

// The call of any thread, NULL where none has been noted; room for one, NULL where there is none.
static __always_inline struct call *find_call(struct task_struct *task) {
  u64 id = id_of((struct pt_regs *)bpf_task_pt_regs(task));
  struct call *call = slot_of(id);
  return call && call->owner == id ? call : find_elsewhere(task);
}

static __always_inline struct call *make_call(struct task_struct *task) {
  u64 id = id_of((struct pt_regs *)bpf_task_pt_regs(task));
  struct call *call = slot_of(id);
  if (call && (call->owner == id || (call->owner == 0 && __sync_val_compare_and_swap(&call->owner, 0, id) == 0))) return call;
  return bpf_task_storage_get(&calls, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
}

// The thread ends.
static __always_inline void drop_call(struct task_struct *task) {
  struct call *call = find_call(task);
  if (!call) return;
  call->start = 0;
  call->owner = 0;
}

#else

#define MOST_THREADS 65536

// Made whole when it is loaded: a program that may run anywhere in the kernel had better not ask for memory. Whoever ends takes its entry with it (drop_call);
// what remains of threads that ended while nobody looked is thrown away by the loader before it looks again. Not by thread id: a thread that runs a program
// gets that of its process within the call.
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, MOST_THREADS);
  __type(key, u64);
  __type(value, struct call);
} calls SEC(".maps");

static __always_inline struct call *find_call(struct task_struct *task) {
  u64 key = (u64)task;
  return bpf_map_lookup_elem(&calls, &key);
}

// Nothing is found at once.
static __always_inline struct call *call_here(struct pt_regs *regs) { return NULL; }
static __always_inline struct call *find_elsewhere(struct task_struct *task) { return find_call(task); }

static __always_inline struct call *make_call(struct task_struct *task) {
  u64 key = (u64)task;
  struct call *call = bpf_map_lookup_elem(&calls, &key);
  if (call) return call;
  struct call none = {};
  bpf_map_update_elem(&calls, &key, &none, BPF_NOEXIST);
  return bpf_map_lookup_elem(&calls, &key);
}

static __always_inline void drop_call(struct task_struct *task) {
  u64 key = (u64)task;
  bpf_map_delete_elem(&calls, &key);
}

#endif
