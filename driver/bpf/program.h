// What the events of a process's life share: the program with its arguments and environment, and who runs it.
#pragma once
#include "flags.h"
#include "narrow.h"
#include "task.h"

// -- arguments and environment

#define MOST_STRINGS BOUND(512, 128)

struct vector { struct work *w; u8 *record; u64 record_at, at; u32 used; u32 ended; };

// Follows a vector of pointers to strings (argv, envp) of a program that was not started.
static int copy_string(u32 i, struct vector *v) {
  u64 pointer;
  struct work *w = v->w;
  if (v->used >= LONGEST_STRING) return 1;
  pointer = read_word(w, v->at);
  if (pointer == 0) { v->ended = 1; return 1; }
  u32 used = v->used;
  asm volatile("" : "+r"(used));
  used &= 0xfff;
  long n = bpf_probe_read_user_str(v->record + ((v->record_at + used) & RECORD_MASK), LONGEST_STRING, (const void *)pointer);
  if (n <= 0) { w->flags |= FLAG_UNREADABLE; v->ended = 1; return 1; }
  v->used = used + n;
  if (v->used > LONGEST_STRING) v->used = LONGEST_STRING;
  v->at += w->narrow ? 4 : 8;
  return 0;
}

// Puts the strings at `at` of the record; gives their size.
SEPARATE_IN_5_8 u32 copy_strings(u64 at, u64 vector) {
  struct work *w = this_work();
  if (!w) return 0;
  u8 *record = record_of(w);
  if (!record) return 0;
  struct vector v = { .w = w, .record = record, .record_at = at, .at = vector };
  LOOP(MOST_STRINGS, MOST_STRINGS, copy_string, &v);
  if (!v.ended) w->flags |= FLAG_LIST_CUT;
  u32 n = v.used;
  asm volatile("" : "+r"(n));
  return n & 0x1fff;
}

// exe: the first argument; args: the others, each with its NUL.
static __always_inline void put_exe_and_args(struct event *e, struct mm_struct *mm) {
  u64 start = mm ? BPF_CORE_READ(mm, arg_start) : 0, end = mm ? BPF_CORE_READ(mm, arg_end) : 0;
  if (end <= start) { put_empty(e); put_empty(e); return; }
  long first = bpf_probe_read_user_str(room(e), LONGEST_STRING, (const void *)start);
  if (first <= 0) { e->w->flags |= FLAG_UNREADABLE; put_empty(e); put_empty(e); return; }
  ended(e, first & 0x1fff);
  start += first;
  u64 n = end > start ? end - start : 0;
  if (n > LONGEST_STRING) n = LONGEST_STRING;
  asm volatile("" : "+r"(n));
  n &= 0x1fff;
  if (n == 0) { put_empty(e); return; }
  u8 *to = room(e);
  if (bpf_probe_read_user(to, n, (const void *)start) < 0) { e->w->flags |= FLAG_UNREADABLE; n = 0; }
  else if (n == LONGEST_STRING) to[LONGEST_STRING - 1] = 0;
  ended(e, n);
}

static __always_inline void put_env(struct event *e, struct mm_struct *mm) {
  u64 start = mm ? BPF_CORE_READ(mm, env_start) : 0, end = mm ? BPF_CORE_READ(mm, env_end) : 0;
  u64 n = end > start ? end - start : 0;
  if (n > LONGEST_STRING) n = LONGEST_STRING;
  asm volatile("" : "+r"(n));
  n &= 0x1fff;
  if (n == 0) { put_empty(e); return; }
  u8 *to = room(e);
  if (bpf_probe_read_user(to, n, (const void *)start) < 0) { e->w->flags |= FLAG_UNREADABLE; n = 0; }
  else if (n == LONGEST_STRING) to[LONGEST_STRING - 1] = 0;
  ended(e, n);
}

// tid, pid, ptid, cwd, fdlimit, page faults, memory, comm, cgroups: the middle of every event of a process's life.
static __always_inline void put_identity(struct event *e, struct task_struct *task) {
  put64(e, e->w->tid);
  put64(e, e->w->tgid);
  put64(e, BPF_CORE_READ(task, real_parent, pid));
  put_cwd(e);
  put64(e, BPF_CORE_READ(task, signal, rlim[7].rlim_cur));
  put64(e, BPF_CORE_READ(task, maj_flt));
  put64(e, BPF_CORE_READ(task, min_flt));
  put_memory(e);
  long n = bpf_probe_read_kernel_str(room(e), 16, &task->comm);
  ended(e, n > 0 ? n & 31 : 0);
  put_cgroups(e);
}
