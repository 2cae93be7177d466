// What the probe puts into the areas that the reader has mapped (driver/bpf/lane.h): a preamble, and behind it one event in the layout of capture files.
//
// Ring:    u32 length (bit 31 busy, bit 30 discarded: not set by this probe) | u32 0 | record | pad to 8     (the framing of the kernel's own ring buffers: include/uapi/linux/bpf.h, BPF_RINGBUF_*)
// Record:  u64 startNs | u64 cgroup | u32 flags | u16 cpu | u16 nr | event
// Event:   u64 tsNs | u64 tid | u32 length | u16 type | u32 nparams | u16 lengths[nparams] | values    (no padding)
//
// startNs and tsNs are nanoseconds since the epoch; startNs is when the call began (tsNs for what is no call; 0: not known).
// cgroup is the id of the task's cgroup v2 (inode of its directory). nr is the native number of the call, 0xffff for what is no call.

export const RING_HEADER_BYTES = 8;
export const RING_BUSY = 0x80000000;
export const RING_DISCARDED = 0x40000000;

/** Offsets within a record, bytes. */
export const RECORD = { start: 0, cgroup: 8, flags: 16, cpu: 20, nr: 22, event: 24 } as const;

/** Bits of a record's flags. */
export const RECORD_FLAGS = {
  /** The record is an enter event of its own; none is to be made up for the exit that follows. */
  enter: 1,
  /** Buffer data was cut to the snap length. */
  dataCut: 2,
  /** A user pointer could not be read; its parameter is empty. */
  unreadable: 4,
  /** A path, a list of arguments, buffers or descriptors has more parts than the kernel side follows; the first are there, of a path the last. */
  listCut: 8,
} as const;

/** Offsets within an event, bytes. An enum, so that bundling puts the numbers where they are used: every event is read with them. */
export enum EVENT_HEADER { ts = 0, tid = 8, length = 16, type = 20, nparams = 22, lengths = 26 }

/** Why the kernel side could not deliver a record: index into the probe's loss counters. */
export const KERNEL_LOSSES = ['ring full', 'record too large', 'too many calls under way', 'too many counters'] as const;
