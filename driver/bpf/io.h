// Calls on descriptors: reading, writing, duplicating, controlling.
#pragma once
#include "flags.h"
#include "narrow.h"
#include "task.h"

// -- vectors of buffers

#define MOST_BUFFERS BOUND(1024, 16)  // of a vector; IOV_MAX is 1,024

struct gather { struct event *e; u64 vector; u64 total; u64 left; u32 used; };

static int gather_one(u32 i, struct gather *g) {
  struct user_iovec v = {};
  struct event *e = g->e;
  if (!read_iovec(e->w, g->vector, i, &v)) { e->w->flags |= FLAG_UNREADABLE; return 1; }
  g->total += v.len;
  u64 n = v.len < g->left ? v.len : g->left;
  if (n == 0) return 0;
  asm volatile("" : "+r"(n));
  n &= 0x1fff;
  if (bpf_probe_read_user(e->record + ((e->at + g->used) & RECORD_MASK), n, (const void *)v.base) < 0) { e->w->flags |= FLAG_UNREADABLE; g->left = 0; return 0; }
  g->left = forget(e->w, g->left - n);
  g->used = forget(e->w, g->used + n);
  return 0;
}

// Copies the first bytes of what a vector holds behind the event's values (the parameter is not ended): at most `size` bytes, all where
// it is negative. `total` becomes the size of the whole vector.
static __always_inline u32 gather(struct event *e, u64 vector, u64 count, s64 size, u64 *total) {
  u32 limit = e->w->snaplen < LONGEST_DATA ? e->w->snaplen : LONGEST_DATA;
  struct gather g = { .e = e, .vector = vector, .left = size >= 0 && size < limit ? size : limit };
  LOOP(count, MOST_BUFFERS, gather_one, &g);
  *total = g.total;
  if ((size >= 0 ? size : g.total) > g.used) e->w->flags |= FLAG_DATA_CUT;
  if (count > MOST_BUFFERS) e->w->flags |= FLAG_LIST_CUT;
  u32 used = g.used;
  asm volatile("" : "+r"(used));
  return used & 0x1fff;
}

// The data first, then descriptor and size: writev, pwritev.
static __always_inline void put_written_vector(struct event *e) {
  struct work *w = e->w;
  u64 total = 0;
  put_ret(e);
  ended(e, gather(e, w->args[1], w->args[2], w->ret >= 0 ? w->ret : -1, &total));
  put_args_int(e, 0);
  put32(e, total);
}

struct sum { struct work *w; u64 vector; u64 total; };
static int sum_one(u32 i, struct sum *s) {
  struct user_iovec v = {};
  if (!read_iovec(s->w, s->vector, i, &v)) return 1;
  s->total += v.len;
  return 0;
}
static __always_inline u64 size_of_vector(struct work *w, u64 vector, u64 count) {
  struct sum s = { .w = w, .vector = vector };
  LOOP(count, MOST_BUFFERS, sum_one, &s);
  if (count > MOST_BUFFERS) w->flags |= FLAG_LIST_CUT;
  return s.total;
}

// Size, data, descriptor: readv, preadv.
static __always_inline void put_read_vector(struct event *e) {
  struct work *w = e->w;
  u64 total = 0;
  put_ret(e);
  put32(e, size_of_vector(w, w->args[1], w->args[2]));
  ended(e, w->ret > 0 ? gather(e, w->args[1], w->args[2], w->ret, &total) : 0);
  put_args_int(e, 0);
}

CALL(read) { put_ret(e); put_data(e, w->args[1], w->ret); put_args_int(e, 0); put32(e, w->args[2]); }
CALL(write) { put_ret(e); put_data(e, w->args[1], w->ret >= 0 ? w->ret : (s64)w->args[2]); put_args_int(e, 0); put32(e, w->args[2]); }
CALL(pread64) { put_ret(e); put_data(e, w->args[1], w->ret); put_args_int(e, 0); put32(e, w->args[2]); put64(e, w->args[3]); }
CALL(pwrite64) { put_ret(e); put_data(e, w->args[1], w->ret >= 0 ? w->ret : (s64)w->args[2]); put_args_int(e, 0); put32(e, w->args[2]); put64(e, w->args[3]); }
CALL(readv) { put_read_vector(e); }
CALL(preadv) { put_read_vector(e); put64(e, w->args[3]); }
CALL(writev) { put_written_vector(e); }
CALL(pwritev) { put_written_vector(e); put64(e, w->args[3]); }
CALL(close) { put_ret(e); put_args_int(e, 0); }
CALL(close_range) { put_ret(e); put32(e, w->args[0]); put32(e, w->args[1]); put32(e, w->args[2] & 6); }
CALL(lseek) { put_ret(e); put_args_int(e, 0); put64(e, w->args[1]); put8(e, w->args[2]); }
CALL(ioctl) { put_ret(e); put_args_int(e, 0); put64(e, w->args[1]); put64(e, w->args[2]); }
CALL(fcntl) { put_ret(e); put_args_int(e, 0); put8(e, fcntl_command(w->args[1])); put64(e, w->args[2]); }
CALL(dup) { put_ret(e); put_args_int(e, 0); }
CALL(dup3) { put_ret(e); put_args_int(e, 0); put_args_int(e, 1); put32(e, descriptor_flags(w->args[2])); }
// An offset in memory as it was before the call, which has moved it by what it returned; 0 where there is none.
static __always_inline u64 offset_before(struct work *w, u64 pointer, bool narrow) {
  u64 offset = 0;
  if (!pointer || bpf_probe_read_user(&offset, narrow ? 4 : 8, (const void *)pointer) < 0) return 0;
  return w->ret > 0 ? offset - w->ret : offset;
}

CALL(sendfile) {
  put_ret(e);
  put64(e, offset_before(w, w->args[2], w->narrow));
  put_args_int(e, 0);
  put_args_int(e, 1);
  put64(e, w->args[3]);
}
CALL(splice) { put_ret(e); put_args_int(e, 0); put_args_int(e, 2); put64(e, w->args[4]); put32(e, w->args[5] & 15); }
CALL(copy_file_range) {
  put_ret(e);
  put_args_int(e, 2);
  put64(e, offset_before(w, w->args[3], false));
  put_args_int(e, 0);
  put64(e, offset_before(w, w->args[1], false));
  put64(e, w->args[4]);
}
#if defined(__TARGET_ARCH_x86)
CALL(dup2) { put_ret(e); put_args_int(e, 0); put_args_int(e, 1); }
#endif
FAMILY(io)
