// What porthole.node offers: the probe in the kernel and the bytes it delivers.

/** Times are nanoseconds since the epoch unless said otherwise. */
export interface ProbeOptions {
  /** Size of the kernel's ring buffer, bytes; rounded up to a power of two. Default 8 MiB. */
  readonly ringBytes?: number;
  /** How many bytes of a buffer that is read or written are kept, at most 4,096. Default 80. */
  readonly snaplen?: number;
  /** Process never traced (as the host numbers it). Default: this one. */
  readonly ownPid?: number;
  /** Up to seven more. */
  readonly otherPids?: readonly number[];
  /** What makes the kernel's boot time into time since the epoch. Default: as the clocks stand now. */
  readonly epochOffsetNs?: bigint;
}

export interface ProbeStats {
  /** Records that the kernel side could not deliver, by the causes of KERNEL_LOSSES (driver/schema/record.ts). */
  readonly losses: number[];
  /** Records, bytes and batches taken from the ring so far. */
  readonly records: number;
  readonly bytes: number;
  readonly batches: number;
  /** Batches on their way to JavaScript; at most 8, then the reader waits. */
  readonly queued: number;
  /** Bytes in the ring that the reader has not taken. */
  readonly waitingBytes: number;
  readonly ringBytes: number;
  /** After `measure()`: time spent in the probe's programs, ns, and how often they ran. */
  readonly kernelNs?: number;
  readonly kernelRuns?: number;
}

/** A call that has begun and not ended. */
export interface InflightCall {
  readonly tid: number;
  /** Native number of the call. */
  readonly nr: number;
  readonly startNs: bigint;
  /** The six registers with which it was called. */
  readonly args: bigint[];
}

/** What is wanted of the kernel side. It is applied there, before anything is copied. */
export interface CaptureProfile {
  /** CALL_BITS (driver/schema/profile.ts) by native number, 512 entries; the last stands for all calls that have none. */
  readonly calls?: Uint8Array;
  /** Restricts records and counters by control group (id of version 2, or of `hierarchy`). `below`: also those below it that are not listed themselves. At most 8,192. */
  readonly groups?: readonly { readonly id: bigint; readonly wanted: boolean; readonly below: boolean }[];
  /** Whether groups are wanted that `groups` says nothing of. Default: no. */
  readonly otherGroups?: boolean;
  /** Restricts records and counters to these processes (as the host numbers them), at most 4,096. */
  readonly processes?: readonly number[];
  /** Records of calls that failed. */
  readonly failedOnly?: boolean;
  /** Records of calls that took at least so long, ns, and of those of which that is not known. */
  readonly slowerThanNs?: number;
  /** Bytes kept of each buffer, at most 4,096. Default 80. */
  readonly snaplen?: number | { readonly files: number; readonly sockets: number; readonly others: number };
  /** Counters of all tasks, whatever the records are restricted to. */
  readonly countAll?: boolean;
  /** Ends of threads as events: of those in scope, or of all. Default: of those in scope. */
  readonly threadEnds?: boolean;
  readonly endsOfAll?: boolean;
  /** Delivered signals as events. Default: yes. */
  readonly signals?: boolean;
  /** Switches of the scheduler as events (`switch`), of whoever leaves a processor or comes to one. Default: no. */
  readonly switches?: boolean;
  /** Page faults as events (`page_fault`), where the kernel tells of them. Default: no. */
  readonly pageFaults?: boolean;
  /** Processes killed for want of memory as events (`notification` whose id is oom_kill). Default: yes. */
  readonly oomKills?: boolean;
  /** Where control groups are told apart. Default: unified. */
  readonly hierarchy?: 'unified' | 'memory' | 'cpuset';
}

/** What tasks of a control group have done with a call, since it is counted. */
export interface CallCounter {
  readonly cgroup: bigint;
  /** Native number; with `narrow` that of 32-bit programs, for calls that no 64-bit program has. */
  readonly nr: number;
  readonly narrow: boolean;
  readonly calls: number;
  readonly errors: number;
  /** Moved by calls that read or write. */
  readonly bytes: number;
  /** Time in calls, all together, ns. */
  readonly ns: number;
  /** Calls whose beginning was not seen: in no bucket. */
  readonly untimed: number;
  /** Calls of which a record was asked for and left out, to spare the host (CALL_BITS.leftOut). */
  readonly leftOut: number;
  /** Calls by how long they took, by powers of two (COUNTER_BUCKETS). */
  readonly lengths: readonly number[];
}

export interface Probe {
  /** Starts collecting. `onBatch` gets whole records in the ring's framing (driver/schema/record.ts); the bytes are valid only until it returns. Keeps the process alive until `close`. */
  start(onBatch: (batch: Uint8Array) => void): void;
  stats(): ProbeStats;
  inflight(): InflightCall[];
  /** The kernel side collects nothing until `resume`; what is in the ring is still delivered. */
  pause(): void;
  resume(): void;
  /** True: leaves everything in the ring (which then overflows), until called with false. For tests. */
  holdReader(on: boolean): void;
  setSnaplen(bytes: number): void;
  setEpochOffset(ns: bigint): void;
  /** What is captured and counted from now on. Whatever the profile does not say is captured. */
  setProfile(profile: CaptureProfile): void;
  /** The profile in force, but for these calls (native numbers); replaces the list given before. */
  setUnwantedCalls(nrs: readonly number[]): void;
  /** The profile in force, but restricted to these cgroups (v2 ids) and those below them; null: all. */
  setCgroups(ids: readonly bigint[] | null): void;
  /** All counters, as they stand. */
  counters(): CallCounter[];
  /** Removes the counters of these control groups, or all; says how many there were. */
  forgetCounters(cgroups?: readonly bigint[]): number;
  /** Which of `switches`, `pageFaults`, `oomKills` the profile asks for and this kernel does not tell of. */
  missingEvents(): ('switches' | 'pageFaults' | 'oomKills')[];
  /** Path of a control group (by its v2 id) that was made since the probe is there, even if it is gone by now; undefined where it is not known. */
  cgroupPath(id: number): string | undefined;
  /** Has the kernel keep the run times that `stats` then reports (a small cost to every eBPF program of the host). */
  measure(): void;
  /**
   * Which of the probe's two objects was loaded: the one for kernels from 5.17 on, or the fallback for those from 5.8 on. `why`: what made it so where it
   * is not the first, or was asked for by PORTHOLE_PROBE_OBJECT (`5.8`, `5.17`); else empty.
   */
  object(): { readonly since: '5.8' | '5.17'; readonly why: string };
  /** Detaches the probe and frees all. Also happens by itself when the process ends, however it ends. */
  close(): void;
}

/**
 * Loads the probe into the kernel. Throws an Error whose `code` is ENOBTF (no type information; path overridden by PORTHOLE_BTF_PATH),
 * EPERM, ENOSYS (no eBPF), or EKERNEL (refused; the message ends with the kernel's log).
 */
export function openProbe(options: ProbeOptions): Probe;

/** What was submitted to one ring of io_uring since `openRings`, or since the ring was made. */
export interface RingCount {
  readonly pid: number;
  /** The ring's descriptor in the process; -1 where it was not found. */
  readonly fd: number;
  /** Room for requests, as given when the ring was made; 0 where that was before. */
  readonly entries: number;
  readonly submitted: number;
  /** Of these, the ones that a thread of the kernel took from the ring, without a system call. */
  readonly byKernel: number;
  /** v2 id of the control group that submitted first. */
  readonly cgroup: bigint;
  /** The process's name. */
  readonly comm: Uint8Array;
  /** Requests by opcode; the last counts all beyond. */
  readonly operations: number[];
}

export interface Rings {
  /** All rings seen so far, and how many requests were of rings for which there was no room. */
  counts(): { readonly rings: RingCount[]; readonly lost: number };
  close(): void;
}

/** Begins to count what is submitted to io_uring. Throws an Error whose `code` is ENOENT (this kernel does not tell of it), EPERM or EKERNEL. */
export function openRings(): Rings;

/** What the tasks of one control group have done beside system calls, since the counters were opened. */
export interface HostCount {
  /** v2 id, or that of `hierarchy`. */
  readonly cgroup: bigint;
  readonly kind: 'cpu' | 'disk' | 'tcp' | 'memory';
  /** In the order of HOST_FIELDS, then the buckets of HOST_HISTOGRAMS (driver/schema/host.ts). */
  readonly numbers: readonly number[];
}

export interface HostCounters {
  /** As things stand now, what runs on the processors included; and how much was of groups for which there was no room. */
  counts(): { readonly counts: HostCount[]; readonly lost: number };
  /** Tracepoints that this kernel does not have: what they would tell is missing. */
  missing(): string[];
  /** Has the kernel keep the run times that `runTime` then reports (a small cost to every eBPF program of the host). */
  measure(): void;
  runTime(): { readonly ns: number; readonly runs: number };
  close(): void;
}

/**
 * Begins to count what no system call tells of. `kinds`: all by default; programs of others are not attached. Throws an Error whose `code` is EPERM or
 * EKERNEL.
 */
export function openHostCounters(options?: { readonly kinds?: readonly HostCount['kind'][]; readonly hierarchy?: 'unified' | 'memory' | 'cpuset' }): HostCounters;

/** Iterators of the kernel over what is there now; records: driver/schema/snapshot.ts. */
export interface Snapshot {
  /** The next records of threads, up to 256 KiB of them; undefined when there are no more. The last one may be cut: its rest begins the next chunk. */
  tasks(): Uint8Array | undefined;
  /** The same of descriptors. */
  files(): Uint8Array | undefined;
  /** What is added to times since boot to get those since the epoch, ns. */
  bootEpoch(): bigint;
  /** Detaches the iterators and frees all. */
  close(): void;
}

/** Loads and attaches the iterators. Throws an Error whose `code` is EPERM, or EKERNEL where the kernel does not have them or refuses them. */
export function openSnapshot(): Snapshot;
