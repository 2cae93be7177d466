// More of the kernel's structures, for what is counted and told beside system calls.
#pragma once
#include "kernel.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

// -- the scheduler
struct sched_entity { u64 sum_exec_runtime, prev_sum_exec_runtime; };
struct sched_info { u64 run_delay; };
struct task_struct___host { struct sched_entity se; struct sched_info sched_info; unsigned long nvcsw, nivcsw; int pagefault_disabled; };

// -- where a page fault happened
#if defined(__TARGET_ARCH_x86)
struct pt_regs___host { unsigned long ip; };
#else
struct pt_regs___host { u64 pc; };
#endif

// -- block devices
struct blkcg { struct cgroup_subsys_state css; };
struct blkcg_gq { struct blkcg *blkcg; };
struct bio { struct blkcg_gq *bi_blkg; };
struct request { u32 cmd_flags; u32 __data_len; struct bio *bio; u64 start_time_ns; };

// -- sockets
struct sock_cgroup_data { struct cgroup *cgroup; };
struct sock___host { u16 sk_protocol; struct sock_cgroup_data sk_cgrp_data; };
struct sock_cgroup_data___before_515 { u64 val; };
struct sock___before_515 { struct sock_cgroup_data___before_515 sk_cgrp_data; };
struct request_sock { struct sock *rsk_listener; };
struct tcp_sock { u64 bytes_received, bytes_acked; };

#pragma clang attribute pop
