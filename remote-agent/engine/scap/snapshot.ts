// The front of a capture file: machine, interfaces, users, threads and descriptors as they are when recording begins.
import { ipv4Bytes, ipv6Bytes } from '../base/address.ts';
import { encodeText } from '../base/text.ts';
import type { FdRecord } from '../state/infos.ts';
import type { LiveThread } from '../state/liveThread.ts';
import type { FdKind } from '../state/model.ts';
import type { SystemState } from '../state/systemState.ts';
import type { BlockBuilder } from './blockBuilder.ts';
import { BLOCK, SECTION_MAGIC } from './blocks.ts';

const HOSTNAME_BYTES = 128;
const NAME_LIMIT = 1023, TEXT_LIMIT = 1024, LIST_LIMIT = 4096, CREDENTIAL_LIMIT = 255;
const PROCESSES_V9 = 0x215;
const MINOR = 2;
/** Numbers of descriptor kinds for readers up to sysdig 0.29, which refuse the newer ones: those are unsupported to them. */
const NUMBERS: Readonly<Record<FdKind, number>> = { file: 16, directory: 2, ipv4: 3, ipv6: 4, ipv4server: 5, ipv6server: 6, pipe: 7, unix: 8, event: 9, unsupported: 10, signalfd: 11, eventpoll: 12, inotify: 13, timerfd: 14, netlink: 15, unknown: 10, bpf: 10, userfaultfd: 10, io_uring: 10, memfd: 10, pidfd: 10 };

/** And for readers that know them. */
const NEWER_NUMBERS: Readonly<Partial<Record<FdKind, number>>> = { bpf: 17, userfaultfd: 18, io_uring: 19, memfd: 20, pidfd: 21 };
const UNKNOWN_TIME = 0n;

export interface SnapshotOptions {
  /** Which threads are listed; all, if left out. */
  readonly keeps?: (thread: LiveThread) => boolean;
  /** For readers up to sysdig 0.29: what they do not know is left out, or told in their words. */
  readonly older: boolean;
}

/** Writes everything that stands in front of the events. */
export function writeSnapshot(b: BlockBuilder, state: SystemState, { keeps = () => true, older }: SnapshotOptions): void {
  const section = b.begin(BLOCK.section);
  b.u32(SECTION_MAGIC); b.u16(1); b.u16(MINOR); b.u64(0xffffffffffffffffn);
  b.end(section);
  const machine = b.begin(BLOCK.machine);
  b.u32(state.machine.cpus); b.i64(state.machine.memoryBytes); b.i64(state.machine.maxPid);
  const hostname = encodeText(state.machine.hostname).subarray(0, HOSTNAME_BYTES - 1);
  b.raw(hostname); b.zeros(HOSTNAME_BYTES - hostname.length);
  b.u64(state.machine.bootNs); b.zeros(24);
  b.end(machine);
  writeInterfaces(b, state);
  writeUsers(b, state);
  const threads = [...state.threads()].filter((thread) => !thread.placeholder && keeps(thread));
  const list = b.begin(PROCESSES_V9);
  for (const thread of threads) writeThread(b, thread, older);
  b.end(list);
  for (const thread of threads) writeFds(b, thread, state.serverPorts, older);
}

function address(ip: string, isV6: boolean): Uint8Array { return (isV6 ? ipv6Bytes(ip) : ipv4Bytes(ip)) ?? new Uint8Array(isV6 ? 16 : 4); }

function writeInterfaces(b: BlockBuilder, state: SystemState): void {
  const block = b.begin(BLOCK.interfaces2);
  for (const one of state.interfaces) {
    const entry = b.entry();
    const name = encodeText(one.name).subarray(0, NAME_LIMIT);
    b.u16(one.isV6 ? 2 : 1); b.u16(name.length);
    b.raw(address(one.ip, one.isV6)); b.raw(address(one.netmask, one.isV6)); b.raw(address(one.broadcast, one.isV6));
    b.u64(one.speed); b.raw(name);
    b.endEntry(entry, false);
  }
  b.end(block);
}

function writeUsers(b: BlockBuilder, state: SystemState): void {
  const block = b.begin(BLOCK.users2);
  for (const user of state.users()) {
    const entry = b.entry();
    b.u8(0); b.u32(user.uid); b.u32(user.gid); b.str16(user.name, CREDENTIAL_LIMIT); b.str16(user.home, CREDENTIAL_LIMIT); b.str16(user.shell, CREDENTIAL_LIMIT);
    b.endEntry(entry);
  }
  for (const group of state.groups()) {
    const entry = b.entry();
    b.u8(1); b.u32(group.gid); b.str16(group.name, CREDENTIAL_LIMIT);
    b.endEntry(entry);
  }
  b.end(block);
}

const terminated = (texts: readonly string[]): string => texts.map((text) => `${text}\0`).join('');

function writeThread(b: BlockBuilder, thread: LiveThread, older: boolean): void {
  const { info } = thread;
  const entry = b.entry();
  b.i64(info.tid); b.i64(info.pid); b.i64(info.ptid); b.i64(info.sid); b.i64(info.vpgid);
  b.str16(info.comm, TEXT_LIMIT); b.str16(info.exe, TEXT_LIMIT); b.str16(info.exepath, TEXT_LIMIT); b.str16(terminated(info.args), LIST_LIMIT); b.str16(info.cwd, TEXT_LIMIT);
  b.i64(info.fdlimit); b.u32(info.flags); b.u32(info.uid); b.u32(info.gid);
  b.u32(thread.vmSizeKb); b.u32(thread.vmRssKb); b.u32(thread.vmSwapKb); b.u64(BigInt(thread.pfmajor)); b.u64(BigInt(thread.pfminor));
  b.str16(terminated(info.env), LIST_LIMIT); b.i64(info.vtid); b.i64(info.vpid);
  b.str16(info.cgroups === '' || info.cgroups.endsWith('\0') ? info.cgroups : `${info.cgroups}\0`, LIST_LIMIT); b.str16(info.root, TEXT_LIMIT);
  const { more } = info;
  const newest = !older && more?.pidnsStartNs !== undefined;
  if (newest) { b.u64(more.pidnsStartNs ?? UNKNOWN_TIME); b.u32(info.tty); }
  b.u32(info.loginuid); b.u8(Number(more?.exeWritable ?? false));
  if (!older && more?.capInheritable !== undefined) for (const bits of [more.capInheritable, more.capPermitted, more.capEffective]) b.u64(bits ?? 0n);
  if (newest && more.exeUpperLayer !== undefined) {
    b.u8(Number(more.exeUpperLayer)); b.u64(more.exeIno ?? 0n); b.u64(more.exeCtimeNs ?? UNKNOWN_TIME); b.u64(more.exeMtimeNs ?? UNKNOWN_TIME);
    if (more.exeFromMemfd !== undefined) b.u8(Number(more.exeFromMemfd));
    if (more.exeLowerLayer !== undefined) b.u8(Number(more.exeLowerLayer));
    if (more.pgid !== undefined) b.i64(more.pgid);
  }
  b.endEntry(entry);
}

function writeFds(b: BlockBuilder, thread: LiveThread, serverPorts: ReadonlySet<number>, older: boolean): void {
  const block = b.begin(BLOCK.fds2);
  b.i64(thread.info.tid);
  // Threads that share their process's descriptors have none of their own.
  if (thread.isMain || (thread.info.flags & 1) === 0) for (const [fd, info] of thread.fds) if (info.kind !== 'unknown') writeFd(b, fd, info, serverPorts, older);
  b.end(block);
}

function writeFd(b: BlockBuilder, fd: number, info: FdRecord, serverPorts: ReadonlySet<number>, older: boolean): void {
  const entry = b.entry();
  b.i64(fd); b.i64(info.ino); b.u8((older ? undefined : NEWER_NUMBERS[info.kind]) ?? NUMBERS[info.kind]);
  switch (info.kind) {
    case 'ipv4': case 'ipv6': {
      const isV6 = info.kind === 'ipv6';
      // A snapshot lists the socket's own end first; readers find out by the listening ports which end serves, and turn it round.
      const turned = info.role === 'server' && serverPorts.has(info.dport);
      b.raw(address(turned ? info.dip : info.sip, isV6)); b.raw(address(turned ? info.sip : info.dip, isV6)); b.u16(turned ? info.dport : info.sport); b.u16(turned ? info.sport : info.dport); b.u8(info.l4);
      break;
    }
    case 'ipv4server': case 'ipv6server': b.raw(address(info.dip, info.kind === 'ipv6server')); b.u16(info.dport); b.u8(info.l4); break;
    case 'unix': b.u64(BigInt(`0x${info.unixSource || '0'}`)); b.u64(BigInt(`0x${info.unixPeer || '0'}`)); b.str16(info.name, NAME_LIMIT); break;
    case 'file': b.u32(info.openFlags); b.str16(info.name, NAME_LIMIT); b.u32(info.dev); break;
    default: b.str16(info.name, NAME_LIMIT);
  }
  b.endEntry(entry);
}
