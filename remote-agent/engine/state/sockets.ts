// Names, roles and tuples of sockets.
import { ipv4Bytes, ipv4Text, ipv6Bytes, ipv6Text, isZeroAddress } from '../base/address.ts';
import type { FdRecord } from './infos.ts';
import type { FdInfo, FdKind } from './model.ts';
import type { SystemState } from './systemState.ts';
import { AF_INET, AF_INET6, L4, portText, tupleName, type Tuple } from '../event/tuples.ts';

export const isInet = (info: FdInfo): boolean => info.kind === 'ipv4' || info.kind === 'ipv6' || info.kind === 'ipv4server' || info.kind === 'ipv6server';

/** A socket that readers of captures with enter events take for connected once it moved something. */
export const isConnection = (info: FdInfo): boolean => info.kind === 'ipv4' || info.kind === 'ipv6';

/** Name of a socket that a scan or a snapshot tells of by its addresses; '' for other descriptors. */
export function nameOfSocket(info: FdInfo): string {
  if (info.kind === 'ipv4' || info.kind === 'ipv6') return info.sip === '' && info.dip === '' ? '' : `${info.sip}:${portText(info.sport, info.l4)}->${info.dip}:${portText(info.dport, info.l4)}`;
  if (info.kind === 'ipv4server' || info.kind === 'ipv6server') return `${info.dip}:${portText(info.dport, info.l4)}`;
  return '';
}

/** First bytes of two addresses under a mask. */
function sameNet(a: Uint8Array, b: Uint8Array, mask: Uint8Array): boolean {
  for (let i = 0; i < mask.length; i++) if (((a[i] ?? 0) & (mask[i] ?? 0)) !== ((b[i] ?? 0) & (mask[i] ?? 0))) return false;
  return true;
}

const PREFIX_64 = Uint8Array.from({ length: 8 }, () => 255);
const LOOPBACK = new Set(['127.0.0.1', '::1']);

/** The address that a zero one stands for: an interface's, chosen by the other end. */
export function guessAddress(state: SystemState, ip: string, other: string): string {
  if (!isZeroAddress(ip)) return ip;
  const isV6 = ip.includes(':') || other.includes(':');
  const bytes = isV6 ? ipv6Bytes : ipv4Bytes;
  const own = state.interfaces.filter((one) => one.isV6 === isV6);
  if (own.some((one) => one.ip === other)) return other;
  const target = bytes(other);
  for (const one of own) {
    const address = bytes(one.ip), mask = isV6 ? PREFIX_64 : bytes(one.netmask);
    if (target !== undefined && address !== undefined && mask !== undefined && sameNet(address, target, mask)) return one.ip;
  }
  return own.find((one) => !LOOPBACK.has(one.ip))?.ip ?? ip;
}

/** After a snapshot: which sockets serve, by the ports that are listened on; and guesses for missing addresses. */
export function settleSockets(state: SystemState): void {
  const seen = new Set<FdInfo>();
  for (const thread of state.threads()) for (const info of thread.fds.values()) if (info.kind === 'ipv4server' || info.kind === 'ipv6server') state.serverPorts.add(info.dport);
  for (const thread of state.threads()) {
    for (const info of thread.fds.values()) {
      if (seen.has(info) || !info.inherited) continue;
      seen.add(info);
      if (info.kind === 'unix' && info.role === 'none') info.role = info.name === '' ? 'client' : 'server';
      if ((info.kind !== 'ipv4' && info.kind !== 'ipv6') || info.role !== 'none' || (info.sip === '' && info.dip === '')) continue;
      if (info.kind === 'ipv6') { if (info.l4 === L4.tcp) info.connected = true; continue; }
      // Readers of captures take in the threads before they know the interfaces.
      if (!state.pairs) guessEnds(state, info);
      if (info.l4 === L4.tcp) info.connected = true;
      if (state.serverPorts.has(info.sport)) { swapEnds(info); info.role = 'server'; } else info.role = 'client';
      info.name = nameOfSocket(info);
    }
  }
}

/** Exchanges source and destination. Only for infos that nobody has seen yet. */
export function swapEnds(info: FdRecord): void {
  const { sip, sport } = info;
  info.sip = info.dip; info.sport = info.dport;
  info.dip = sip; info.dport = sport;
}

const SHAPE_BYTES = 37;
/** Where readers of captures with enter events keep the ends of a socket, by its kind: source, destination, their ports, the protocol; -1: nowhere. */
const SHAPES: Readonly<Partial<Record<FdKind, readonly [sip: number, dip: number, sport: number, dport: number, l4: number]>>> = { ipv4: [0, 4, 8, 10, 12], ipv6: [0, 16, 32, 34, 36], ipv4server: [-1, 0, -1, 4, 6], ipv6server: [-1, 0, -1, 16, 18] };

/**
 * Changes the kind of a socket as readers of captures with enter events do it: they keep the ends of all kinds in one place, each kind in its own
 * order, and look at what was there before through the new kind.
 */
export function reshape(info: FdRecord, kind: FdKind): void {
  const from = SHAPES[info.kind], to = SHAPES[kind];
  const bytes = new Uint8Array(SHAPE_BYTES + 16), data = new DataView(bytes.buffer);
  if (from !== undefined) {
    const put = (at: number, ip: string): void => { const value = ip.includes(':') ? ipv6Bytes(ip) : ipv4Bytes(ip); if (at >= 0 && value !== undefined) bytes.set(value, at); };
    put(from[0], info.sip); put(from[1], info.dip);
    if (from[2] >= 0) data.setUint16(from[2], info.sport, true);
    data.setUint16(from[3], info.dport, true);
    data.setUint8(from[4], info.l4);
  } else if (info.kind === 'unix') {
    data.setBigUint64(0, BigInt(`0x${info.unixSource}`), true);
    data.setBigUint64(8, BigInt(`0x${info.unixPeer}`), true);
  }
  info.kind = kind;
  if (to === undefined) { info.sip = info.dip = ''; info.sport = info.dport = info.l4 = 0; return; }
  const text = (at: number): string => at < 0 ? '' : kind === 'ipv6' || kind === 'ipv6server' ? ipv6Text(bytes, at) : ipv4Text(bytes, at);
  info.sip = text(to[0]); info.dip = text(to[1]);
  info.sport = to[2] < 0 ? 0 : data.getUint16(to[2], true);
  info.dport = data.getUint16(to[3], true);
  info.l4 = data.getUint8(to[4]);
}

/** Whether the socket has the tuple's ends already, in either order. */
export function hasEnds(info: FdRecord, t: Tuple): boolean {
  if (info.sip === t.sip && info.sport === t.sport && info.dip === t.dip && info.dport === t.dport && (info.kind === 'ipv4' || info.kind === 'ipv6')) return true;
  return info.sip === t.dip && info.sport === t.dport && info.dip === t.sip && info.dport === t.sport;
}

/**
 * Applies a tuple to a new, not yet shown info. True where it changed something. Ends that the socket already has, in either order, stay;
 * a known destination is never replaced. `connects`: by a connect, of which readers of captures with enter events make no guesses.
 */
export function applyTuple(state: SystemState, info: FdRecord, t: Tuple, connects = false): boolean {
  if (hasEnds(info, t)) return false;
  let changed = false;
  const listening = info.kind === 'ipv4server' || info.kind === 'ipv6server';
  const kind = t.family === AF_INET6 ? 'ipv6' : 'ipv4';
  if (state.pairs) {
    const { l4 } = info;
    if (info.kind !== kind) reshape(info, kind);
    if (listening) info.l4 = l4;
    const zero = kind === 'ipv6' ? '::' : '0.0.0.0';
    if (info.sip === '') info.sip = zero;
    if (info.dip === '') info.dip = zero;
  } else if (listening) { info.dip = ''; info.dport = 0; }
  info.kind = kind;
  if (info.sip !== t.sip) { info.sip = t.sip; changed = true; }
  if (info.sport !== t.sport) { info.sport = t.sport; changed = true; }
  if (isZeroAddress(info.dip) && info.dip !== t.dip) { info.dip = t.dip; changed = true; }
  if (info.dport === 0 && info.dport !== t.dport) { info.dport = t.dport; changed = true; }
  if (connects && state.pairs) return changed;
  if (info.l4 === L4.unknown) info.l4 = L4.udp;
  guessEnds(state, info);
  return changed;
}

/** Guesses the end that has no address, the source first: not where the socket would then speak to itself. */
function guessEnds(state: SystemState, info: FdRecord): void {
  if (isZeroAddress(info.sip)) {
    const guess = guessAddress(state, info.sip, info.dip);
    if (guess !== info.dip || info.sport !== info.dport) info.sip = guess;
  } else if (isZeroAddress(info.dip)) {
    const guess = guessAddress(state, info.dip, info.sip);
    if (guess !== info.sip || info.sport !== info.dport) info.dip = guess;
  }
}

const WELL_KNOWN = 1024;

/** Client or server, told from the first thing that was seen of a socket. `t`: from the sender to the receiver. */
export function guessRole(info: FdInfo, t: Tuple, incoming: boolean): 'client' | 'server' {
  if (info.kind === 'ipv4server' || info.kind === 'ipv6server') return 'server';
  if (!incoming) return 'client';
  return t.sport < WELL_KNOWN && t.sport !== 0 && t.dport >= WELL_KNOWN ? 'client' : 'server';
}

/** Gives a datagram socket the ends of what it just sent or received, the client's first. Only for infos that nobody has seen yet. */
export function setEnds(state: SystemState, info: FdRecord, t: Tuple, incoming: boolean, containerId: string): void {
  if (info.role === 'none') info.role = guessRole(info, t, incoming);
  info.kind = t.family === AF_INET6 ? 'ipv6' : 'ipv4';
  if (info.l4 === L4.unknown) info.l4 = L4.udp;
  info.sip = t.sip; info.sport = t.sport; info.dip = t.dip; info.dport = t.dport;
  if ((info.role === 'client') === incoming) swapEnds(info);
  if (containerId === '') { guessEnds(state, info); return; }
  // A container has addresses of its own, not the host's.
  const ip = state.container(containerId)?.ip ?? '';
  if (ip === '' || ip.includes(':') !== (info.kind === 'ipv6')) return;
  if (isZeroAddress(info.sip)) info.sip = ip;
  if (isZeroAddress(info.dip)) info.dip = ip;
}

/**
 * Client or server as readers of captures with enter events guess it, of a socket with new ends: who owns the destination's port serves, unless the
 * source's is its own, too; then who begins with reading does. They look at IPv4 alone, and at the ends of IPv6 as if they were.
 */
export function guessRoleInPairs(info: FdRecord, fds: ReadonlyMap<number, FdInfo>, incoming: boolean): 'client' | 'server' {
  if (info.kind === 'ipv4') return incoming ? 'server' : 'client';
  const bytes = ipv6Bytes(info.sip) ?? new Uint8Array(16);
  const sport = (bytes[8] ?? 0) | ((bytes[9] ?? 0) << 8), dport = (bytes[10] ?? 0) | ((bytes[11] ?? 0) << 8);
  let bound = false, uses = false;
  for (const one of fds.values()) {
    if ((one.kind === 'ipv4' || one.kind === 'ipv4server') && one.dport === dport) bound = true;
    if (one.kind === 'ipv4' && one.sport === sport) uses = true;
  }
  return !bound ? 'client' : !uses ? 'server' : incoming ? 'server' : 'client';
}

/** Text of the socket's present ends. */
export function endsName(info: FdInfo): string { return tupleName(info.sip, info.sport, info.dip, info.dport, info.l4); }
