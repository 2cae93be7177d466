// The blocks in front of the events: machine, interfaces, users, threads and their descriptors.
import { ipv4Text, ipv6Text, isMapped } from '../base/address.ts';
import { asDirectory, joinPath } from '../base/paths.ts';
import { TRACER, TRACER_FILE, type FdFields } from '../state/infos.ts';
import type { FdKind, GroupInfo, InterfaceInfo, MachineInfo, ThreadMore, UserInfo } from '../state/model.ts';
import type { SystemState } from '../state/systemState.ts';
import type { Cursor } from './blocks.ts';

const HOSTNAME_BYTES = 128;
/** Descriptor kinds by the numbers of the format. */
export const FD_KINDS: readonly (FdKind | undefined)[] = [undefined, 'file', 'directory', 'ipv4', 'ipv6', 'ipv4server', 'ipv6server', 'pipe', 'unix', 'event', 'unsupported', 'signalfd', 'eventpoll', 'inotify', 'timerfd', 'netlink', 'file', 'bpf', 'userfaultfd', 'io_uring', 'memfd', 'pidfd'];
const TYPE = { ipv4: 3, ipv6: 4, ipv4server: 5, ipv6server: 6, unix: 8, file2: 16 } as const;
/** Bytes behind `root` up to which an entry has no namespace start and terminal. */
const SHORT_TAIL = 29;

export function readMachine(c: Cursor): MachineInfo {
  const cpus = c.u32(), memoryBytes = c.u64(), maxPid = c.u64();
  const name = c.raw(HOSTNAME_BYTES);
  const bootNs = c.big();
  return { cpus, memoryBytes, maxPid, hostname: name.split('\0')[0] ?? '', bootNs };
}

/** Text that says what is wrong, or undefined. What could be read is in the state in either case. */
type Complaint = string | undefined;

export function readInterfaces(c: Cursor, sized: boolean, state: SystemState): Complaint {
  const list: InterfaceInfo[] = [...state.interfaces];
  let complaint: Complaint;
  while (c.left >= 4 && complaint === undefined) {
    const entry = sized ? c.u32() : 0;
    const end = sized ? c.at + entry : -1;
    const type = c.u16();
    const nameLength = c.u16();
    if (type < 1 || type > 4) { complaint = `interface entry of unknown type ${type}`; break; }
    const isV6 = type === 2 || type === 4;
    const address = (): string => { const at = c.skip(isV6 ? 16 : 4); return at < 0 ? '' : isV6 ? ipv6Text(c.bytes, at) : ipv4Text(c.bytes, at); };
    const ip = address(), netmask = address(), broadcast = address();
    const speed = type <= 2 ? c.big() : 0n;
    const name = c.text(nameLength);
    if (c.short) { complaint = 'an interface entry runs over the end of its block'; break; }
    list.push({ name, ip, netmask, broadcast, isV6, speed });
    if (sized) { if (end < c.at || end > c.end) complaint = `an interface entry of ${entry} bytes does not fit`; else c.at = end; }
  }
  state.setInterfaces(list);
  return complaint;
}

export function readUsers(c: Cursor, sized: boolean, state: SystemState): Complaint {
  const users: UserInfo[] = [...state.users()];
  const groups: GroupInfo[] = [...state.groups()];
  let complaint: Complaint;
  while (c.left >= 4) {
    const start = c.at;
    const entry = sized ? c.u32() : 0;
    const kind = c.u8();
    const user = kind === 0 ? { uid: c.u32(), gid: c.u32(), name: c.str16(), home: c.str16(), shell: c.str16() } : undefined;
    const group = kind === 0 ? undefined : { gid: c.u32(), name: c.str16() };
    if (c.short) { complaint = 'a user entry runs over the end of its block'; break; }
    if (user !== undefined) users.push(user);
    if (group !== undefined) groups.push(group);
    if (!sized) continue;
    if (start + entry < c.at || start + entry > c.end) { complaint = `a user entry of ${entry} bytes does not fit`; break; }
    c.at = start + entry;
  }
  state.setUsers(users);
  state.setGroups(groups);
  return complaint;
}

const strings = (raw: string): string[] => { const parts = raw.split('\0'); if (parts.at(-1) === '') parts.pop(); return parts; };

/** One list of threads. `version` 1 to 9. */
export function readProcesses(c: Cursor, version: number, state: SystemState): Complaint {
  while (c.left >= 4) {
    const start = c.at;
    const entry = version >= 9 ? c.u32() : 0;
    const end = version >= 9 ? start + entry : c.end;
    if (version >= 9 && (entry < 4 || end > c.end)) return `a thread entry of ${entry} bytes does not fit`;
    const tid = c.i64(), pid = c.i64(), ptid = c.i64();
    const sid = version >= 6 ? c.i64() : -1;
    const vpgid = version >= 8 ? c.i64() : -1;
    const comm = c.str16(), exe = c.str16();
    const exepath = version >= 7 ? c.str16() : '';
    const args = strings(c.raw(c.u16()));
    const cwd = asDirectory(joinPath('', c.str16()));
    const fdlimit = c.signed();
    const flags = c.u32(), uid = c.u32(), gid = c.u32();
    const figures: { vmSizeKb: number; vmRssKb: number; vmSwapKb: number; pfmajor: number | bigint; pfminor: number | bigint } = { vmSizeKb: 0, vmRssKb: 0, vmSwapKb: 0, pfmajor: 0, pfminor: 0 };
    if (version >= 2) { figures.vmSizeKb = c.u32(); figures.vmRssKb = c.u32(); figures.vmSwapKb = c.u32(); figures.pfmajor = c.whole(); figures.pfminor = c.whole(); }
    const env = version >= 3 ? strings(c.raw(c.u16())) : [];
    const vtid = version >= 4 ? c.i64() : -1, vpid = version >= 4 ? c.i64() : -1;
    const cgroups = version >= 4 ? c.raw(c.u16()) : '';
    const root = version >= 5 ? c.str16() : '';
    if (c.short || c.at > end) return 'a thread entry runs over its end';
    let tty = 0, loginuid = 0xffffffff;
    let more: ThreadMore | undefined;
    if (version >= 9) {
      const tail = end - c.at;
      const start = tail > SHORT_TAIL ? c.big() : undefined;
      if (start !== undefined) tty = c.u32();
      if (end - c.at >= 4) loginuid = c.u32();
      more = readMore(c, end, start);
      c.at = end;
    }
    state.addThread({ tid, pid, ptid, sid, vpgid, comm, exe, exepath, args, cwd, fdlimit, flags, uid, gid, env, vtid, vpid, cgroups, root, tty, loginuid, ...(more === undefined ? {} : { more }), ...figures });
  }
  return undefined;
}

/** What the end of an entry holds, as far as it goes. */
function readMore(c: Cursor, end: number, pidnsStartNs: bigint | undefined): ThreadMore | undefined {
  const flag = (): boolean | undefined => end - c.at >= 1 ? c.u8() !== 0 : undefined;
  const whole = (): bigint | undefined => end - c.at >= 8 ? c.big() : undefined;
  const exeWritable = flag();
  if (exeWritable === undefined && pidnsStartNs === undefined) return undefined;
  const capInheritable = whole(), capPermitted = whole(), capEffective = whole();
  const exeUpperLayer = flag();
  const exeIno = whole(), exeCtimeNs = whole(), exeMtimeNs = whole();
  const exeFromMemfd = flag(), exeLowerLayer = flag();
  const pgid = whole();
  return { exeWritable, capInheritable, capPermitted, capEffective, exeUpperLayer, exeIno, exeCtimeNs, exeMtimeNs, exeFromMemfd, exeLowerLayer, pidnsStartNs, pgid: pgid === undefined ? undefined : Number(BigInt.asIntN(64, pgid)) };
}

/** Descriptors of one thread. */
export function readFds(c: Cursor, sized: boolean, state: SystemState): Complaint {
  const tid = c.i64();
  while (c.left >= (sized ? 4 : 17)) {
    const start = c.at;
    const entry = sized ? c.u32() : 0;
    const end = sized ? start + entry : c.end;
    if (sized && (entry < 21 || end > c.end)) return `a descriptor entry of ${entry} bytes does not fit`;
    const fd = c.i64(), ino = c.u64(), type = c.u8();
    let fields: FdFields;
    if (type === TYPE.ipv4 || type === TYPE.ipv6) {
      const width = type === TYPE.ipv4 ? 4 : 16;
      const source = c.skip(width), destination = c.skip(width);
      const sport = c.u16(), dport = c.u16(), l4 = c.u8();
      if (c.short) return 'a descriptor entry runs over its end';
      const v4 = type === TYPE.ipv4 || (isMapped(c.bytes, source) && isMapped(c.bytes, destination));
      const shift = type === TYPE.ipv4 ? 0 : 12;
      fields = { kind: v4 ? 'ipv4' : 'ipv6', sip: v4 ? ipv4Text(c.bytes, source + shift) : ipv6Text(c.bytes, source), dip: v4 ? ipv4Text(c.bytes, destination + shift) : ipv6Text(c.bytes, destination), sport, dport, l4, ino };
    } else if (type === TYPE.ipv4server || type === TYPE.ipv6server) {
      const at = c.skip(type === TYPE.ipv4server ? 4 : 16);
      const dport = c.u16(), l4 = c.u8();
      if (c.short) return 'a descriptor entry runs over its end';
      fields = { kind: type === TYPE.ipv4server ? 'ipv4server' : 'ipv6server', dip: type === TYPE.ipv4server ? ipv4Text(c.bytes, at) : ipv6Text(c.bytes, at), dport, l4, ino };
    } else if (type === TYPE.unix) {
      fields = { kind: 'unix', unixSource: c.hex64(), unixPeer: c.hex64(), name: c.str16(), ino };
    } else if (type === TYPE.file2) {
      fields = { kind: 'file', openFlags: c.u32(), name: c.str16(), ino };
      if (sized && end - c.at >= 4) fields = { ...fields, dev: c.u32() };
    } else {
      const kind = FD_KINDS[type];
      if (kind === undefined) { if (!sized) return `descriptor of unknown type ${type}`; c.at = end; fields = { kind: 'unsupported', name: `unknown-type:[${type}]`, ino }; } else fields = { kind, name: c.str16(), ino };
    }
    if (c.short || c.at > end) return 'a descriptor entry runs over its end';
    if (fields.name === TRACER_FILE && fields.kind !== 'unix') fields = { ...fields, tracer: TRACER.maybe };
    state.addFd(tid, fd, fields);
    if (sized) c.at = end;
  }
  return undefined;
}
