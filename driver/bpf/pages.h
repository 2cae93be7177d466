// How much memory a process holds.
#pragma once
#include "kernel.h"

static __always_inline u64 pages(struct mm_struct *mm, u32 kind) {
  s64 n = 0;
  if (bpf_core_field_exists(mm->rss_stat[0].count)) n = kind == 0 ? BPF_CORE_READ(mm, rss_stat[0].count) : kind == 1 ? BPF_CORE_READ(mm, rss_stat[1].count) : kind == 2 ? BPF_CORE_READ(mm, rss_stat[2].count) : BPF_CORE_READ(mm, rss_stat[3].count);
  else {
    struct mm_struct___before_62 *old = (void *)mm;
    bpf_probe_read_kernel(&n, sizeof n, (u8 *)old + __builtin_preserve_field_info(((struct mm_struct___before_62 *)0)->rss_stat, BPF_FIELD_BYTE_OFFSET) + kind * 8);
  }
  return n > 0 ? n : 0;
}

#define PAGE_KIB 4
