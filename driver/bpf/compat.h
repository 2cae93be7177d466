// What differs between the two objects that are compiled from most of these sources: one for kernels from 5.17 on, and with -DPORTHOLE_5_8 one for those before
// it, from 5.8 on. Nothing but this header, compatCalls.h and compatText.h asks which of them is being compiled.
//
// Beside helpers and maps of 5.8 the older one may hold (tests/faults/floor.test.ts looks): no function of any kind in a program that jumps to others
// (SEPARATE), no global function that takes a pointer (5.12), no callback (5.13), no atomic operation that gives back a value (5.12).
#pragma once
#include "kernel.h"

// Lets the reader see a value, and before it all that was written so far. Processors of other kinds than x86 must be told to keep the order; before they could
// be (5.12) the reader waits for as long as any of them keeps something to itself (reader.cc, kSettle).
#if defined(__TARGET_ARCH_x86) || defined(PORTHOLE_5_8)
#define PUBLISH(place, value) ({ asm volatile("" ::: "memory"); *(volatile typeof(place) *)&(place) = (value); })
#else
#define PUBLISH(place, value) __sync_lock_test_and_set(&(place), (value))
#endif

// What hardly ever holds: the code for it is put out of the way, so that what most calls go through lies together in few lines of the processor's cache.
// After a call that does much in the kernel they have to be fetched anew, which costs more than going through them.
#define RARE(condition) __builtin_expect(!!(condition), 0)

#ifndef PORTHOLE_5_8

// A bound for each object.
#define BOUND(since_5_17, since_5_8) (since_5_17)

// Calls `function(i, context)` for i below `turns` and `bound`, until it returns 1. Checked once by the verifier (bpf_loop: 5.17).
#define LOOP(turns, bound, function, context) ({ u64 turns_ = (turns); bpf_loop(turns_ < (bound) ? turns_ : (bound), function, context, 0); })

// A global function: verified by itself, not for each way to it.
#define SEPARATE __noinline
// What is a global function in the other object alone: its loops then count once. It takes numbers only, as its verifier asks (pointers: 5.12).
#define SEPARATE_IN_5_8 static __always_inline
// A function for what is done seldom: what is done each time then lies together, and needs a small stack.
#define APART static __noinline

// The current task; what is asked of it, and of other tasks that a tracepoint hands over, is read directly: the verifier knows the type (5.11).
static __always_inline struct task_struct *this_task(void) { return bpf_get_current_task_btf(); }
#define OF_2(a, b) (a)->b
#define OF_3(a, b, c) (a)->b->c
#define OF_4(a, b, c, d) (a)->b->c->d
#define OF_5(a, b, c, d, e) (a)->b->c->d->e
#define OF_N(a, b, c, d, e, N, ...) N
// OF(task, cgroups, dfl_cgrp): what follows these pointers from the task.
#define OF(...) OF_N(__VA_ARGS__, OF_5, OF_4, OF_3, OF_2)(__VA_ARGS__)

// Whether frequent calls are handled in the program of all calls.
#define FREQUENT_AT_ONCE 1

// The task that leaves the processor, in a program for sched_switch: it is current still.
#define LEAVING(ctx) ((void)(ctx), this_task())

// Whether the current task may not have page faults dealt with.
#define FAULTS_DISABLED(task) (OF(task, pagefault_disabled) != 0)

#else

#define BOUND(since_5_17, since_5_8) (since_5_8)

// The verifier walks every turn, so bounds are small.
#define LOOP(turns, bound, function, context) ({                       \
  u64 turns_ = (turns);                                               \
  _Pragma("clang loop unroll(disable)")                               \
  for (u32 i_ = 0; i_ < (bound); i_++) if (i_ >= turns_ || function(i_, context)) break; \
})

// A program that jumps to others (bpf_tail_call) may not have functions: before 5.10 on x86-64, before 6.0 on arm64 (kernel/bpf/verifier.c, allow_tail_call_in_subprogs).
#define SEPARATE static __always_inline
#define SEPARATE_IN_5_8 __noinline
#define APART static __always_inline

static __always_inline struct task_struct *this_task(void) { return (struct task_struct *)bpf_get_current_task(); }
#define OF(...) BPF_CORE_READ(__VA_ARGS__)

// They would need functions of their own.
#define FREQUENT_AT_ONCE 0

// The tracepoint's argument: a pointer that the verifier knows.
#define LEAVING(ctx) ((struct task_struct *)(ctx)[1])

// The helper that reads disables them itself meanwhile (kernel: copy_from_kernel_nofault in mm/maccess.c).
#define FAULTS_DISABLED(task) (OF(task, pagefault_disabled) > 1)

#endif
