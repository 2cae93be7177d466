// Calls of pipes, futexes, signals, waiting and sleeping, and the makers of descriptors for them.
#pragma once
#include "flags.h"
#include "io.h"
#include "narrow.h"
#include "task.h"

static __always_inline void put_two_fds(struct event *e, u64 pointer) {
  s32 fds[2] = { -1, -1 };
  if (e->w->ret >= 0 && bpf_probe_read_user(fds, sizeof fds, (const void *)pointer) < 0) e->w->flags |= FLAG_UNREADABLE;
  put64(e, fds[0]);
  put64(e, fds[1]);
}

static __always_inline void put_pipe(struct event *e) {
  struct work *w = e->w;
  s32 fd = -1;
  put_ret(e);
  put_two_fds(e, w->args[0]);
  if (w->ret >= 0) bpf_probe_read_user(&fd, sizeof fd, (const void *)w->args[0]);
  struct file *file = file_of(fd);
  put64(e, file ? BPF_CORE_READ(file, f_inode, i_ino) : 0);
}

#define MOST_POLLED BOUND(400, 64)

struct polled { struct event *e; u64 fds; u32 count; };

static int put_polled(u32 i, struct polled *p) {
  struct user_pollfd fd = {};
  struct event *e = p->e;
  if (bpf_probe_read_user(&fd, sizeof fd, (const void *)(p->fds + i * sizeof fd)) < 0) { e->w->flags |= FLAG_UNREADABLE; return 1; }
  if (fd.revents == 0) return 0;
  u8 *to = e->record + ((e->at + 2 + p->count * 10) & RECORD_MASK);
  *(s64 *)to = fd.fd;
  *(u16 *)(to + 8) = poll_flags(fd.revents);
  p->count = forget(e->w, p->count + 1);
  return 0;
}

// The descriptors on which something happened.
static __always_inline void put_polled_fds(struct event *e, u64 fds, u64 count) {
  struct polled p = { .e = e, .fds = fds };
  if (e->w->ret > 0) {
    LOOP(count, MOST_POLLED, put_polled, &p);
    if (count > MOST_POLLED && p.count < e->w->ret) e->w->flags |= FLAG_LIST_CUT;
  }
  u32 n = p.count;
  asm volatile("" : "+r"(n));
  n &= 0x1ff;
  *(u16 *)room(e) = n;
  ended(e, 2 + n * 10);
}

CALL(pipe2) { put_pipe(e); put32(e, descriptor_flags(w->args[1])); }
CALL(eventfd2) { put_ret(e); put16(e, descriptor_flags(w->args[1])); put64(e, (u32)w->args[0]); }
CALL(signalfd4) {
  u32 mask = 0;
  put_ret(e);
  put16(e, descriptor_flags(w->args[3]));
  put_args_int(e, 0);
  bpf_probe_read_user(&mask, 4, (const void *)w->args[1]);
  put32(e, mask);
}
CALL(epoll_create1) { put_ret(e); put32(e, IF(w->args[0], 02000000, SCAP_epoll_create1_flags_EPOLL_CLOEXEC)); }
CALL(timerfd_create) { put_ret(e); put8(e, w->args[0]); put8(e, 0); }
CALL(inotify_init1) { put_ret(e); put16(e, descriptor_flags(w->args[0])); }
CALL(futex) { put_ret(e); put64(e, w->args[0]); put16(e, w->args[1]); put64(e, (u32)w->args[2]); }
CALL(kill) { put_ret(e); put_args_int(e, 0); put8(e, w->args[1]); }
CALL(tkill) { put_ret(e); put_args_int(e, 0); put8(e, w->args[1]); }
CALL(tgkill) { put_ret(e); put_args_int(e, 0); put_args_int(e, 1); put8(e, w->args[2]); }
CALL(nanosleep) { put_ret(e); put64(e, timespec_of(w->args[0], w->narrow)); }
CALL(ppoll) {
  u32 mask = 0;
  put_ret(e);
  put_polled_fds(e, w->args[0], w->args[1]);
  put64(e, w->start ? w->args[5] : timespec_of(w->args[2], w->narrow));  // the kernel leaves there what was not waited (see on_enter)
  if (w->args[3]) bpf_probe_read_user(&mask, 4, (const void *)w->args[3]);
  put32(e, mask);
}
#if defined(__TARGET_ARCH_x86)
CALL(pipe) { put_pipe(e); }
CALL(eventfd) { put_ret(e); put64(e, (u32)w->args[0]); put32(e, 0); }
CALL(epoll_create) { put_ret(e); put32(e, w->args[0]); }
CALL(inotify_init) { put_ret(e); put8(e, 0); }
CALL(poll) { put_ret(e); put_polled_fds(e, w->args[0], w->args[1]); put64(e, (s64)(s32)w->args[2]); }
CALL(select) { put_ret(e); }
CALL(epoll_wait) { put_ret(e); put_args_int(e, 2); }
#endif

// -- semaphores

struct semaphore_step { u16 number; s16 op; s16 flags; };

static __always_inline void put_step(struct event *e, struct semaphore_step *step) {
  put16(e, step->number);
  put16(e, step->op);
  put16(e, IF(step->flags, 04000, SCAP_semop_flags_IPC_NOWAIT) | IF(step->flags, 0x1000, SCAP_semop_flags_SEM_UNDO));
}
// The first two steps; zeros for those that there are not.
CALL(semop) {
  struct semaphore_step steps[2] = {};
  u32 count = w->args[2];
  put_ret(e);
  put32(e, count);
  if (count > 0 && bpf_probe_read_user(&steps[0], 6, (const void *)w->args[1]) < 0) w->flags |= FLAG_UNREADABLE;
  if (count > 1) bpf_probe_read_user(&steps[1], 6, (const void *)(w->args[1] + 6));
  put_step(e, &steps[0]);
  put_step(e, &steps[1]);
  put32(e, w->args[0]);
}
// The permissions stay where they are, below the flags.
CALL(semget) {
  put_ret(e);
  put32(e, w->args[0]);
  put32(e, w->args[1]);
  put32(e, (w->args[2] & 0777) | IF(w->args[2], 01000, SCAP_semget_flags_IPC_CREAT) | IF(w->args[2], 02000, SCAP_semget_flags_IPC_EXCL));
}
CALL(semctl) {
  u32 command = w->args[2] & ~0x100u;  // without IPC_64, which says how wide the answer is
  put_ret(e);
  put32(e, w->args[0]);
  put32(e, w->args[1]);
  put16(e, semctl_command(command));
  put32(e, command == 16 ? w->args[3] : 0);  // SETVAL
}

// -- io_uring

struct user_ring_params { u32 sq_entries, cq_entries, flags, sq_thread_cpu, sq_thread_idle, features; };

CALL(io_uring_setup) {
  struct user_ring_params p = {};
  if (bpf_probe_read_user(&p, sizeof p, (const void *)w->args[1]) < 0) w->flags |= FLAG_UNREADABLE;
  put_ret(e);
  put32(e, w->args[0]);
  put32(e, p.sq_entries);
  put32(e, p.cq_entries);
  put32(e, ring_flags(p.flags));
  put32(e, p.sq_thread_cpu);
  put32(e, p.sq_thread_idle);
  put32(e, p.features & 0x7ff);
}
CALL(io_uring_enter) {
  u64 signals = w->args[4];
  u32 mask = 0;
  put_ret(e);
  put_args_int(e, 0);
  put32(e, w->args[1]);
  put32(e, w->args[2]);
  put32(e, w->args[3] & 15);
  if (signals && (w->args[3] & 8) && bpf_probe_read_user(&signals, 8, (const void *)signals) < 0) signals = 0;  // EXT_ARG: a structure that begins with the pointer
  if (signals) bpf_probe_read_user(&mask, 4, (const void *)signals);
  put32(e, mask);
}
CALL(io_uring_register) { put_ret(e); put_args_int(e, 0); put16(e, w->args[1]); put64(e, w->args[2]); put32(e, w->args[3]); }
#if defined(__TARGET_ARCH_x86)
CALL(signalfd) {
  u32 mask = 0;
  put_ret(e);
  put_args_int(e, 0);
  bpf_probe_read_user(&mask, 4, (const void *)w->args[1]);
  put32(e, mask);
  put8(e, 0);
}
#endif
FAMILY(ipc)
