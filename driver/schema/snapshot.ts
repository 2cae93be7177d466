// What the iterators of driver/bpf/snapshot.bpf.c write: one record a thread, one a descriptor. The C structures are generated from here.

/** Types of fields, with their sizes in bytes. Fields lie one behind the other in the order of the table; those of 8 bytes first, so that nothing is padded. */
const SIZES = { u64: 8, u32: 4, bytes16: 16 } as const;
export type SnapshotType = keyof typeof SIZES;

/**
 * A thread. `start`, `at`: when it began and when it was read, ns since boot, suspension included. Faults: of the thread; `deadMinor`, `deadMajor` those of threads of its process that have ended. `fdLimit`: RLIMIT_NOFILE, soft. `ppid`, `pid`, `tid`, `sid`:
 * as the host counts; `v…`: as the innermost namespace does, 0 where it cannot. Memory in KiB. `flags`: PF_… of include/linux/sched.h. `exitState`: EXIT_… of the same, 0 while it runs.
 * `ownFiles`: 1 where it has descriptors of its own while its process's first thread has others.
 */
export const SNAPSHOT_TASK = {
  start: 'u64', at: 'u64', minor: 'u64', major: 'u64', deadMinor: 'u64', deadMajor: 'u64', fdLimit: 'u64',
  tid: 'u32', pid: 'u32', ppid: 'u32', vtid: 'u32', vpid: 'u32', vpgid: 'u32', sid: 'u32', uid: 'u32', gid: 'u32', loginuid: 'u32', tty: 'u32', vmSize: 'u32', vmRss: 'u32', vmSwap: 'u32',
  flags: 'u32', exitState: 'u32', ownFiles: 'u32', zero: 'u32', comm: 'bytes16',
} as const satisfies Record<string, SnapshotType>;

/**
 * A descriptor, with `textBytes` bytes of text behind it (NUL and padding to 8 not counted): what /proc/PID/fd/FD leads to; of a UNIX socket its own address. `start`: of the thread `tid`,
 * whose table it is in. `flags`: f_flags as the kernel numbers them, with O_CLOEXEC where an exec closes it. `dev`: as stat() gives it. `isSocket`: 1 where a SNAPSHOT_SOCKET lies between this
 * and the text. `tooLong`: 1 where the path is longer than the kernel writes paths.
 */
export const SNAPSHOT_FILE = {
  start: 'u64', at: 'u64', ino: 'u64', tid: 'u32', pid: 'u32', fd: 'u32', flags: 'u32', mode: 'u32', dev: 'u32', isSocket: 'u32', textBytes: 'u32', tooLong: 'u32', zero: 'u32',
} as const satisfies Record<string, SnapshotType>;

/**
 * What a socket is beside: numbers as socket(2) takes them, the state as of TCP (include/net/tcp_states.h), its own network namespace, ports. Addresses of IPv4 lie in the first 4 bytes.
 * `peerBytes`: of the text the last ones, the address that the other end of a UNIX socket has.
 */
export const SNAPSHOT_SOCKET = {
  family: 'u32', type: 'u32', protocol: 'u32', state: 'u32', netNs: 'u32', localPort: 'u32', remotePort: 'u32', peerBytes: 'u32', local: 'bytes16', remote: 'bytes16',
} as const satisfies Record<string, SnapshotType>;

type Layout<T> = { readonly [K in keyof T]: number } & { readonly size: number };
/** Offsets of fields, and the size of all. */
function layout<T extends Record<string, SnapshotType>>(fields: T): Layout<T> {
  let size = 0;
  const offsets: Record<string, number> = {};
  for (const [name, type] of Object.entries(fields)) { offsets[name] = size; size += SIZES[type]; }
  return { ...offsets, size } as Layout<T>;
}
export const SNAPSHOT_TASK_AT = layout(SNAPSHOT_TASK);
export const SNAPSHOT_FILE_AT = layout(SNAPSHOT_FILE);
export const SNAPSHOT_SOCKET_AT = layout(SNAPSHOT_SOCKET);
