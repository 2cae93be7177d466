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
  /** Native numbers of calls that are not to be captured; replaces the list given before. */
  setUnwantedCalls(nrs: readonly number[]): void;
  /** Captures only tasks in these cgroups (v2 ids); null: all. */
  setCgroups(ids: readonly bigint[] | null): void;
  /** Path of a control group (by its v2 id) that was made since the probe is there, even if it is gone by now; undefined where it is not known. */
  cgroupPath(id: number): string | undefined;
  /** Has the kernel keep the run times that `stats` then reports (a small cost to every eBPF program of the host). */
  measure(): void;
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
