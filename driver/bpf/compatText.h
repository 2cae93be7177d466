// What a kill for want of memory is told by: with the kernel's own formatting where tracing programs have it (bpf_snprintf: 5.13), else by hand, and shorter.
#pragma once
#include "compat.h"
#include "pages.h"

#define MOST_TEXT 200

#ifndef PORTHOLE_5_8

// Not static: the light skeleton knows no places of static constants.
const char OOM_TEXT[] = "out of memory: killed process %d (%s), total-vm %llu KiB, anon-rss %llu KiB, file-rss %llu KiB, shmem-rss %llu KiB";
const char OOM_TEXT_SHORT[] = "out of memory: killed process %d";

// Writes the text with the zero behind it, of at most MOST_TEXT bytes; how many those are. `task`: NULL where it is not at hand.
static __always_inline u32 text_of_victim(u8 *to, u32 tid, struct task_struct *task) {
  struct mm_struct *mm = task ? BPF_CORE_READ(task, mm) : NULL;
  u64 facts[] = { tid, task ? (u64)&task->comm : 0, mm ? BPF_CORE_READ(mm, total_vm) * PAGE_KIB : 0, mm ? pages(mm, 1) * PAGE_KIB : 0, mm ? pages(mm, 0) * PAGE_KIB : 0, mm ? pages(mm, 3) * PAGE_KIB : 0 };
  long n = mm ? bpf_snprintf((char *)to, MOST_TEXT, OOM_TEXT, facts, sizeof facts) : bpf_snprintf((char *)to, MOST_TEXT, OOM_TEXT_SHORT, facts, 8);
  return n <= 0 ? 0 : n > MOST_TEXT ? MOST_TEXT : n;
}

#else

const char OOM_TEXT_BEGIN[] = "out of memory: killed process ";
#define PID_DIGITS 7  // ids of threads are below 4,194,304 (PID_MAX_LIMIT, include/linux/threads.h)

static __always_inline u32 text_of_victim(u8 *to, u32 tid, struct task_struct *task) {
  __builtin_memcpy(to, OOM_TEXT_BEGIN, sizeof OOM_TEXT_BEGIN - 1);
  u8 *at = to + sizeof OOM_TEXT_BEGIN - 1;
  u32 divisor = 1000000, digits = 0;
#pragma clang loop unroll(full)
  for (int i = 0; i < PID_DIGITS; i++, divisor /= 10) {
    u32 digit = tid / divisor % 10;
    if (digit || digits || divisor == 1) at[digits++ & 7] = '0' + digit;
  }
  at += digits & 7;
  at[0] = 0;
  if (!task) return sizeof OOM_TEXT_BEGIN - 1 + digits + 1;
  at[0] = ' ';
  at[1] = '(';
  u64 n = bpf_probe_read_kernel_str(at + 2, sizeof task->comm, &task->comm);
  u32 letters = (u32)n - 1 & 15;  // without the zero
  asm volatile("" : "+r"(letters));
  at[2 + (letters & 15)] = ')';
  at[3 + (letters & 15)] = 0;
  return sizeof OOM_TEXT_BEGIN - 1 + digits + 3 + (letters & 15) + 1;
}

#endif
