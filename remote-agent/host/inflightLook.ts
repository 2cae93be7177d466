// What a blocked call waits for, where only the process's memory or its descriptors say it: the set of a poll, an address, a path, a time.
import { intOf, type WaitKind } from '../engine/session/callTable.ts';
import type { Look } from '../engine/session/inflight.ts';
import type { RawCall } from '../engine/session/underway.ts';
import type { ProcessMemory } from './processMemory.ts';
import { readSmall } from './procScan.ts';

/** Descriptors of a set that are told one by one. */
const MAX_SET = 64;
/** Bytes of a path that are worth a read. */
const PATH_BYTES = 256;
const POLLFD_BYTES = 8, TIMESPEC_BYTES = 16, MAX_ADDRESS_BYTES = 112;
const AF_UNIX = 1, AF_INET = 2, AF_INET6 = 10;
const TIMER_ABSTIME = 1;
const PAGE = 4096n;

/** Undefined where nothing can be found out. */
export async function lookInside(root: string, memory: ProcessMemory, pid: number, call: RawCall, kind: WaitKind): Promise<Look | undefined> {
  const { args } = call, arg = (i: number): bigint => args[i] ?? 0n;
  switch (kind) {
    case 'poll': return await pollSet(memory, pid, arg(0), intOf(args[1]));
    case 'select': return await selectSets(memory, pid, intOf(args[0]), [arg(1), arg(2), arg(3)]);
    case 'epoll': return epollSet(root, pid, intOf(args[0]));
    case 'sleep': return await span(memory, pid, arg(0));
    case 'clockSleep': return (intOf(args[1]) & TIMER_ABSTIME) !== 0 ? undefined : await span(memory, pid, arg(2));
    case 'connect': return addressLook(await memory.read(pid, arg(1), Math.min(MAX_ADDRESS_BYTES, intOf(args[2]))));
    case 'path': return await path(memory, pid, arg(0));
    case 'pathAt': return await path(memory, pid, arg(1));
    default: return undefined;
  }
}

/** poll(2): struct pollfd { int fd; short events, revents; }; those below 0 are passed over. */
async function pollSet(memory: ProcessMemory, pid: number, address: bigint, count: number): Promise<Look | undefined> {
  if (count === 0) return { fds: [], fdCount: 0 };
  const bytes = count < 0 ? undefined : await memory.read(pid, address, Math.min(count, MAX_SET) * POLLFD_BYTES);
  if (bytes === undefined) return undefined;
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.length), fds: number[] = [];
  for (let at = 0; at < bytes.length; at += POLLFD_BYTES) { const fd = data.getInt32(at, true); if (fd >= 0) fds.push(fd); }
  return { fds, fdCount: count > MAX_SET ? count : fds.length };
}

/** select(2): a bit for each descriptor, in words of 64. */
async function selectSets(memory: ProcessMemory, pid: number, limit: number, sets: readonly bigint[]): Promise<Look | undefined> {
  const length = Math.ceil(Math.max(0, Math.min(limit, 65536)) / 64) * 8, found = new Set<number>();
  for (const address of sets) {
    if (address === 0n || length === 0) continue;
    const bytes = await memory.read(pid, address, length);
    if (bytes === undefined) return undefined;
    bytes.forEach((byte, i) => { for (let bit = 0; bit < 8; bit++) if ((byte & (1 << bit)) !== 0 && i * 8 + bit < limit) found.add(i * 8 + bit); });
  }
  const fds = [...found].sort((a, b) => a - b);
  return { fds: fds.slice(0, MAX_SET), fdCount: fds.length };
}

/** What an epoll watches: `tfd:` lines of its /proc/PID/fdinfo (Documentation/filesystems/proc.rst). */
function epollSet(root: string, pid: number, fd: number): Look | undefined {
  const text = readSmall(`${root}/${pid}/fdinfo/${fd}`);
  if (text === undefined) return undefined;
  const fds = [...text.matchAll(/^tfd:\s*(\d+)/gm)].map((match) => Number(match[1])).sort((a, b) => a - b);
  return { fds: fds.slice(0, MAX_SET), fdCount: fds.length };
}

/** struct timespec { s64 seconds, nanoseconds; }. */
async function span(memory: ProcessMemory, pid: number, address: bigint): Promise<Look | undefined> {
  const bytes = await memory.read(pid, address, TIMESPEC_BYTES);
  if (bytes === undefined) return undefined;
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return { spanNs: Number(data.getBigInt64(0, true)) * 1e9 + Number(data.getBigInt64(8, true)) };
}

/** struct sockaddr of connect(2). */
export function addressLook(bytes: Uint8Array | undefined): Look | undefined {
  if (bytes === undefined || bytes.length < 2) return undefined;
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.length), family = data.getUint16(0, true);
  if (family === AF_INET && bytes.length >= 8) return { text: `${bytes.subarray(4, 8).join('.')}:${data.getUint16(2)}` };
  if (family === AF_INET6 && bytes.length >= 24) {
    const groups = Array.from({ length: 8 }, (_, i) => data.getUint16(8 + i * 2).toString(16));
    return { text: `[${groups.join(':').replace(/(^|:)0(:0)+(:|$)/, '::')}]:${data.getUint16(2)}` };
  }
  if (family === AF_UNIX) {
    const name = bytes.subarray(2), abstract = name[0] === 0;
    const end = abstract ? name.length : name.indexOf(0);
    return { text: abstract ? `@${decode(name.subarray(1))}` : decode(name.subarray(0, end < 0 ? name.length : end)) };
  }
  return undefined;
}

/** A path, to the end of its page at most: what lies behind it may not be there. */
async function path(memory: ProcessMemory, pid: number, address: bigint): Promise<Look | undefined> {
  const bytes = await memory.read(pid, address, Math.min(PATH_BYTES, Number(PAGE - address % PAGE)));
  if (bytes === undefined) return undefined;
  const end = bytes.indexOf(0);
  return { text: `${decode(bytes.subarray(0, end < 0 ? bytes.length : end))}${end < 0 ? '…' : ''}` };
}

function decode(bytes: Uint8Array): string { return new TextDecoder().decode(bytes); }
