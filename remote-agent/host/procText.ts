// Reads the texts of /proc: status, stat, fdinfo, socket tables, cgroups, limits. Pure: text in, values out.
import { ipv4Text, ipv6Text, isMapped } from '../engine/base/address.ts';
import type { FdSeed } from '../engine/state/systemState.ts';
import type { GroupInfo, UserInfo } from '../engine/state/model.ts';

export const L4_TCP = 2, L4_UDP = 3, L4_RAW = 5;
const TCP_LISTEN = 10, TCP_ESTABLISHED = 1;
const MAX_TEXT = 4096;

export interface StatusText {
  /** R, S, D, T, Z (has ended, nobody has asked how) and so on. */
  readonly state: string;
  readonly name: string; readonly tgid: number; readonly ppid: number; readonly uid: number; readonly gid: number;
  /** Ids in the innermost namespace of the process. */
  readonly vtid: number; readonly vpid: number; readonly vpgid: number;
  readonly sid: number; readonly vmSizeKb: number; readonly vmRssKb: number; readonly vmSwapKb: number;
}

/** /proc/PID/status; undefined where it is none. */
export function parseStatus(text: string): StatusText | undefined {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  const tgid = fields.get('Tgid');
  if (tgid === undefined) return undefined;
  const first = (key: string, missing = 0): number => Number.parseInt(fields.get(key) ?? '', 10) || missing;
  const last = (key: string, missing: number): number => { const ids = fields.get(key)?.split(/\s+/) ?? []; return Number(ids.at(-1) ?? missing) || missing; };
  // Real, effective, saved and file system id: the effective one counts.
  const effective = (key: string): number => Number(fields.get(key)?.split(/\s+/)[1] ?? 0);
  return {
    state: fields.get('State')?.[0] ?? '', name: unescapeName(fields.get('Name') ?? ''), tgid: Number(tgid), ppid: first('PPid'), uid: effective('Uid'), gid: effective('Gid'),
    vtid: last('NSpid', first('Pid')), vpid: last('NStgid', Number(tgid)), vpgid: last('NSpgid', 0), sid: first('NSsid'),
    vmSizeKb: first('VmSize'), vmRssKb: first('VmRSS'), vmSwapKb: first('VmSwap'),
  };
}

/** The kernel writes control characters of names as octal escapes and doubles backslashes. */
function unescapeName(name: string): string {
  return name.replace(/\\(n|\\|[0-7]{3})/g, (_, code: string) => code === 'n' ? '\n' : code === '\\' ? '\\' : String.fromCharCode(Number.parseInt(code, 8)));
}

export interface StatText { readonly tty: number; readonly pfminor: number; readonly pfmajor: number; /** Clock ticks (1/100 s) since boot. */ readonly startTicks: number }

/** /proc/PID/stat. The name in parentheses may hold parentheses and spaces. */
export function parseStat(text: string): StatText | undefined {
  const end = text.lastIndexOf(')');
  if (end < 0) return undefined;
  const fields = text.slice(end + 2).split(' ');
  const field = (number: number): number => Number(fields[number - 3] ?? 0);
  return { tty: field(7), pfminor: field(10), pfmajor: field(12), startTicks: field(22) };
}

/** Strings separated by NUL: cmdline and environ. */
export function parseStrings(text: string, limit = MAX_TEXT): string[] {
  const cut = text.slice(0, limit);
  const parts = cut.split('\0');
  if (parts.at(-1) === '') parts.pop();
  return parts;
}

/** /proc/PID/cgroup as captures hold it: `controller=path`, joined by NUL. The unified hierarchy is called `unified`. */
export function parseCgroups(text: string): string {
  const entries: string[] = [];
  for (const line of text.split('\n')) {
    const [, controllers, ...path] = line.split(':');
    if (controllers === undefined) continue;
    for (const controller of controllers === '' ? ['unified'] : controllers.split(',')) entries.push(`${controller}=${path.join(':')}`);
  }
  return entries.join('\0');
}

/** Path of the process in the unified hierarchy, and in each v1 hierarchy by controller. */
export function cgroupPaths(text: string): Map<string, string> {
  const paths = new Map<string, string>();
  for (const entry of parseCgroups(text).split('\0')) { const at = entry.lastIndexOf('='); if (at > 0) paths.set(entry.slice(0, at), entry.slice(at + 1)); }
  return paths;
}

/** Soft limit of open files in /proc/PID/limits; -1 where not known or unlimited. */
export function parseFdLimit(text: string): number {
  const match = /^Max open files\s+(\d+)/m.exec(text);
  return match === null ? -1 : Number(match[1]);
}

/** One socket of a table of /proc/net. */
export type SocketSeed = FdSeed & { readonly ino: number };

function address(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length / 2);
  // Words of 32 bits in the host's order, which is little endian on all that is supported.
  for (let word = 0; word < bytes.length; word += 4) for (let i = 0; i < 4; i++) bytes[word + i] = Number.parseInt(hex.slice((word + 3 - i) * 2, (word + 4 - i) * 2), 16);
  return bytes;
}
function addressText(bytes: Uint8Array): { ip: string; v6: boolean } {
  if (bytes.length === 4) return { ip: ipv4Text(bytes, 0), v6: false };
  return isMapped(bytes, 0) ? { ip: ipv4Text(bytes, 12), v6: false } : { ip: ipv6Text(bytes, 0), v6: true };
}

/** A socket of IPv4 (4 bytes of address) or IPv6 (16) as the kernel knows it. `state`: as include/net/tcp_states.h numbers them. */
export interface InetSocket { readonly ino: number; readonly l4: number; readonly local: Uint8Array; readonly remote: Uint8Array; readonly sport: number; readonly dport: number; readonly state: number }

/** Connected sockets have their own end as source. */
export function seedOfInet({ ino, l4, local: localBytes, remote: remoteBytes, sport, dport, state }: InetSocket): SocketSeed {
  const local = addressText(localBytes), remote = addressText(remoteBytes), any = localBytes.length === 16 && localBytes.every((byte) => byte === 0);
  if (state === TCP_LISTEN || dport === 0) return { kind: local.v6 || any ? 'ipv6server' : 'ipv4server', ino, l4, dip: any ? '::' : local.ip, dport: sport, role: l4 === L4_TCP ? 'server' : 'none' };
  return { kind: local.v6 || remote.v6 ? 'ipv6' : 'ipv4', ino, l4, sip: local.ip, sport, dip: remote.ip, dport, connected: state === TCP_ESTABLISHED };
}

export type InetTable = 'tcp' | 'tcp6' | 'udp' | 'udp6' | 'raw' | 'raw6';

/** /proc/net/{tcp,tcp6,udp,udp6,raw,raw6}. Connected sockets have their own end as source. */
export function parseInetTable(text: string, table: InetTable): SocketSeed[] {
  const l4 = table.startsWith('tcp') ? L4_TCP : table.startsWith('udp') ? L4_UDP : L4_RAW;
  const sockets: SocketSeed[] = [];
  for (const line of text.split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/);
    const ino = Number(fields[9] ?? 0);
    if (fields.length < 10 || !(ino > 0)) continue;
    const [localHex = '', localPort = ''] = (fields[1] ?? '').split(':');
    const [remoteHex = '', remotePort = ''] = (fields[2] ?? '').split(':');
    if (!/^([0-9A-F]{8}|[0-9A-F]{32})$/i.test(localHex)) continue;
    sockets.push(seedOfInet({ ino, l4, local: address(localHex), remote: address(remoteHex), sport: Number.parseInt(localPort, 16), dport: Number.parseInt(remotePort, 16), state: Number.parseInt(fields[3] ?? '0', 16) }));
  }
  return sockets;
}

/** Makes clients the source and servers the destination: who uses a port that is listened on is the server. */
export function settleRoles(sockets: readonly SocketSeed[]): SocketSeed[] {
  const listening = new Set<string>();
  for (const s of sockets) if (s.kind === 'ipv4server' || s.kind === 'ipv6server') listening.add(`${s.l4}:${s.dport}`);
  return sockets.map((s) => {
    if ((s.kind !== 'ipv4' && s.kind !== 'ipv6') || s.sip === undefined) return s;
    if (!listening.has(`${s.l4}:${s.sport}`)) return { ...s, role: 'client' as const };
    return { ...s, role: 'server' as const, sip: s.dip ?? '', sport: s.dport ?? 0, dip: s.sip ?? '', dport: s.sport ?? 0 };
  });
}

/** /proc/net/unix: sockets by inode with their path. */
export function parseUnixTable(text: string): SocketSeed[] {
  const sockets: SocketSeed[] = [];
  for (const line of text.split('\n').slice(1)) {
    const match = /^\s*[0-9a-fA-F]+: \S+ \S+ \S+ \S+ \S+\s+(\d+)(?: (.*))?$/.exec(line);
    if (match === null) continue;
    sockets.push({ kind: 'unix', ino: Number(match[1]), name: match[2] ?? '' });
  }
  return sockets;
}

/** What the link of a descriptor says: a path, or a kind with an inode. */
export type FdLink = { readonly kind: 'socket'; readonly ino: number } | FdSeed;

const ANONYMOUS: Readonly<Record<string, FdSeed['kind']>> = {
  eventpoll: 'eventpoll', eventfd: 'event', inotify: 'inotify', timerfd: 'timerfd', signalfd: 'signalfd', io_uring: 'io_uring', pidfd: 'pidfd', userfaultfd: 'userfaultfd',
  'bpf-map': 'bpf', 'bpf-prog': 'bpf', bpf_link: 'bpf', 'bpf-link': 'bpf', btf: 'bpf',
};

export function parseFdLink(link: string): FdLink {
  // What most of them are.
  if (link.startsWith('/') && !link.startsWith('/memfd:')) return { kind: 'file', name: link };
  const special = /^(socket|pipe|pidfd):\[(\d+)\]$/.exec(link);
  if (special !== null) {
    const ino = Number(special[2]);
    return special[1] === 'socket' ? { kind: 'socket', ino } : { kind: special[1] === 'pipe' ? 'pipe' : 'pidfd', ino, name: '' };
  }
  const anonymous = /^anon_inode:\[?([^\]]*)\]?$/.exec(link);
  if (anonymous !== null) { const kind = ANONYMOUS[anonymous[1] ?? '']; return kind === undefined ? { kind: 'unsupported', name: link } : { kind, name: '' }; }
  const memfd = /^\/memfd:(.*?)( \(deleted\))?$/.exec(link);
  if (memfd !== null) return { kind: 'memfd', name: memfd[1] ?? '' };
  return { kind: 'file', name: link };
}

const O_DIRECTORY = 0o200000;
/** Flags of open(2) as the kernel numbers them, and as captures do. */
const OPEN_FLAGS: readonly (readonly [kernel: number, capture: number])[] = [
  [0o100, 1 << 2], [0o2000, 1 << 3], [0o10000, 1 << 4], [0o200, 1 << 5], [0o4000, 1 << 6], [0o4000000, 1 << 7], [0o1000, 1 << 8], [0o40000, 1 << 9], [O_DIRECTORY, 1 << 10], [0o100000, 1 << 11], [0o2000000, 1 << 12],
];

/** What open(2) was told, in captures' numbers, of what the kernel says of an open file. */
export function captureFlags(kernel: number): number {
  let flags = (kernel & 3) === 2 ? 3 : (kernel & 3) + 1;
  for (const [bit, capture] of OPEN_FLAGS) if ((kernel & bit) === bit) flags |= capture;
  return flags;
}

/** /proc/PID/fdinfo/FD: open flags in captures' numbers, and whether it is a directory for sure. */
export function parseFdInfo(text: string): { readonly openFlags: number; readonly directory: boolean } {
  const match = /^flags:\s*([0-7]+)/m.exec(text);
  if (match === null) return { openFlags: 0, directory: false };
  const kernel = Number.parseInt(match[1] ?? '0', 8);
  return { openFlags: captureFlags(kernel), directory: (kernel & O_DIRECTORY) !== 0 };
}

/** /etc/passwd. */
export function parseUsers(text: string): UserInfo[] {
  return text.split('\n').map((line) => line.split(':')).filter((f) => f.length >= 7 && /^\d+$/.test(f[2] ?? '')).map((f) => ({ uid: Number(f[2]), gid: Number(f[3]), name: f[0] ?? '', home: f[5] ?? '', shell: f[6] ?? '' }));
}
/** /etc/group. */
export function parseGroups(text: string): GroupInfo[] {
  return text.split('\n').map((line) => line.split(':')).filter((f) => f.length >= 3 && /^\d+$/.test(f[2] ?? '')).map((f) => ({ gid: Number(f[2]), name: f[0] ?? '' }));
}
