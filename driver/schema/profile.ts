// What the probe can be asked for, and how it counts: the numbers that the kernel side and its user share.

/** What is wanted of a call; bits, by native number. */
export const CALL_BITS = {
  /** A record of each. */
  event: 1,
  /** Counters. */
  count: 2,
  /** A positive result is a number of bytes moved. */
  bytes: 4,
  /** It changes what is known of processes and descriptors: records also of tasks, results and lengths that are not asked for. */
  always: 8,
  /** Records were asked for and are left out under overload: counted as such. */
  leftOut: 16,
  /** The first argument is a descriptor: what it is decides how many bytes of a buffer are kept. */
  descriptor: 32,
  /** On sockets alone. */
  socket: 64,
  /** Set by the loader: more is to be done when it begins than to note its arguments. */
  begins: 128,
} as const;

/** Which parts of the profile hold; bits. */
export const PROFILE_RULES = { groups: 1, processes: 2, failed: 4, slow: 8, kinds: 16, /** Ends of all threads, whatever the records are restricted to. */ endsOfAll: 64, /** Ends of threads as events. */ ends: 128, /** Counters of all tasks, whatever the records are restricted to. */ countAll: 32 } as const;

/** What is said of a control group; bits. Without `below` it holds for the group's own tasks alone. */
export const GROUP_BITS = { wanted: 1, below: 2 } as const;

/** Where control groups are told apart: the one hierarchy of version 2, or one of version 1 where there is no other. */
export const HIERARCHIES = { unified: 0, memory: 1, cpuset: 2 } as const;

/** Kinds of descriptors that may have snap lengths of their own. */
export const SNAP_KINDS = { files: 0, sockets: 1, others: 2 } as const;

/** A counter, as the kernel side keeps it for each CPU: these numbers of 8 bytes in this order, then so many buckets. */
export const COUNTER_FIELDS = ['leftOut', 'errors', 'bytes', 'ns', 'untimed'] as const;

/**
 * Lengths of calls are counted by powers of two: bucket 0 holds those below 2^7 ns, bucket i those from 2^(6+i) to below 2^(7+i), the last all
 * from 2^37 ns (137 s) on.
 */
export const COUNTER_BUCKETS = { count: 32, firstBit: 6 } as const;
