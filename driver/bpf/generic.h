// Calls without an event of their own: code, number, result and as many raw arguments as the call takes.
#pragma once
#include "narrow.h"

static __always_inline int submit_generic(struct work *w) {
  u32 raw = w->raw, own = raw, nr = w->nr, code = 0, count = 6;
  asm volatile("" : "+r"(own), "+r"(nr));  // or the masks are optimized away, and the verifier sees no bounds
  own &= LIMIT_NR - 1;
  nr &= LIMIT_NR - 1;
#if defined(__TARGET_ARCH_x86)
  if (w->narrow) {
    bool unpacked = (raw == NR_IA32_SOCKETCALL || raw == NR_IA32_IPC) && nr != NR_OTHER;
    if (raw < LIMIT_NR && !unpacked) { code = code_of_call_ia32[own]; count = args_of_call_ia32[own]; }
    else if (unpacked) { code = code_of_call[nr]; count = args_of_call[nr]; }
  } else
#endif
  if (raw < LIMIT_NR && !w->narrow) { code = code_of_call[own]; count = args_of_call[own]; }
  if (count > 6) count = 6;
  // Values begin behind as many lengths as there are parameters; what is written beyond is overwritten or left behind.
  u8 *record = record_of(w);
  if (!record) return 0;
  u8 *lengths = record + RECORD_EVENT + EVENT_LENGTHS;
  u32 at = RECORD_EVENT + EVENT_LENGTHS + 2 * (3 + count);
  *(u16 *)lengths = 2;
  *(u16 *)(lengths + 2) = 2;
  for (int i = 0; i < 7; i++) *(u16 *)(lengths + 4 + 2 * i) = 8;
  u8 *values = record + (at & 0x7f);
  *(u16 *)values = code;
  *(u16 *)(values + 2) = raw;
  *(u64 *)(values + 4) = w->ret;
  for (int i = 0; i < 6; i++) *(u64 *)(values + 12 + 8 * i) = w->args[i];
  struct event e = { .w = w, .record = record, .at = at + 12 + 8 * count, .i = 3 + count };
  submit(&e, EVENT_generic, 3 + count);
  return 0;
}
