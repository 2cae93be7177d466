// What the kernel side counts beside system calls, by control group: the order of the numbers in its maps, which the C side gets from here too.

/** Kinds of counters, each with programs and a map of its own: only those that somebody asks for are attached. */
export const HOST_KINDS = ['cpu', 'disk', 'tcp', 'memory'] as const;
export type HostKind = (typeof HOST_KINDS)[number];

/**
 * The numbers of each kind. Behind them stand histograms (HOST_HISTOGRAMS), each of COUNTER_BUCKETS.
 *
 * cpu: out of what the scheduler itself keeps of each task (kernel: struct sched_entity, sched_info, task_struct), taken whenever a task leaves a processor.
 * `runNs` on a processor; `waitNs` runnable, but waiting for one; switches of the task's own will (it waits for something) and against it; page faults
 * that needed no disk (minor) and that did (major).
 * disk: requests to block devices that have ended, what they moved, and how long they took from being queued; `others` flush and discard. `untimed`: whose
 * beginning was not seen.
 * tcp: `began` connections of one's own begun, `connected` of these that came about, `failed` that did not; `accepted` connections of others taken in;
 * `closed` of both; `retransmits` segments sent again; bytes of connections that have been closed, as the other end has acknowledged them, and as they came in.
 * memory: processes that the kernel has killed for want of memory.
 */
export const HOST_FIELDS = {
  cpu: ['runNs', 'waitNs', 'voluntary', 'involuntary', 'minorFaults', 'majorFaults'],
  disk: ['reads', 'readBytes', 'readNs', 'writes', 'writeBytes', 'writeNs', 'others', 'errors', 'untimed'],
  tcp: ['began', 'connected', 'failed', 'accepted', 'closed', 'retransmits', 'sentBytes', 'receivedBytes'],
  memory: ['oomKills'],
} as const satisfies Record<HostKind, readonly string[]>;

/** Histograms of times by powers of two (COUNTER_BUCKETS), in this order behind the numbers. */
export const HOST_HISTOGRAMS = { cpu: ['wait'], disk: ['read', 'write'], tcp: [], memory: [] } as const satisfies Record<HostKind, readonly string[]>;

/** The tracepoints that each kind needs; without the optional ones it counts less. Kernel: include/trace/events/{sched,block,sock,tcp,oom}.h. */
export const HOST_TRACEPOINTS = {
  cpu: ['sched_switch'],
  disk: ['block_rq_insert', 'block_rq_issue', 'block_rq_complete'],
  tcp: ['inet_sock_set_state', 'tcp_retransmit_skb', 'tcp_retransmit_synack'],
  memory: ['mark_victim'],
} as const satisfies Record<HostKind, readonly string[]>;
