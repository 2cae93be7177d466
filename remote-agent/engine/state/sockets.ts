// Names, roles and tuples of sockets.
import { ipv4Bytes, ipv4Text, ipv6Bytes, ipv6Text, isZeroAddress } from '../base/address.ts';
import type { FdRecord } from './infos.ts';
import type { FdInfo } from './model.ts';
import type { SystemState } from './systemState.ts';
import { AF_INET, AF_INET6, L4, portText, tupleName, type Tuple } from '../event/tuples.ts';

export const isInet = (info: FdInfo): boolean => info.kind === 'ipv4' || info.kind === 'ipv6' || info.kind === 'ipv4server' || info.kind === 'ipv6server';

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

/**
 * A socket that was bound as readers of captures with enter events see it once it sends or receives: their fields for an address and a port lie where
 * those of a connection's source and destination do, so that the port and the protocol are taken for the destination's address.
 */
function asConnection(info: FdRecord): void {
  info.sip = info.dip;
  info.sport = 0;
  const bytes = new Uint8Array(16);
  bytes[0] = info.dport & 255; bytes[1] = info.dport >> 8; bytes[2] = info.l4;
  info.dip = info.kind === 'ipv4server' ? ipv4Text(bytes, 0) : ipv6Text(bytes, 0);
  info.dport = 0;
}

/** Whether the socket has the tuple's ends already, in either order. */
export function hasEnds(info: FdRecord, t: Tuple): boolean {
  if (info.sip === t.sip && info.sport === t.sport && info.dip === t.dip && info.dport === t.dport && (info.kind === 'ipv4' || info.kind === 'ipv6')) return true;
  return info.sip === t.dip && info.sport === t.dport && info.dip === t.sip && info.dport === t.sport;
}

/**
 * Applies a tuple to a new, not yet shown info. True where it changed something. Ends that the socket already has, in either order, stay;
 * a known destination is never replaced.
 */
export function applyTuple(state: SystemState, info: FdRecord, t: Tuple): boolean {
  if (hasEnds(info, t)) return false;
  let changed = false;
  const listening = info.kind === 'ipv4server' || info.kind === 'ipv6server';
  if (listening && state.pairs) asConnection(info);
  else if (listening) { info.dip = ''; info.dport = 0; }
  info.kind = t.family === AF_INET6 ? 'ipv6' : 'ipv4';
  if (info.sip !== t.sip) { info.sip = t.sip; changed = true; }
  if (info.sport !== t.sport) { info.sport = t.sport; changed = true; }
  if (isZeroAddress(info.dip) && info.dip !== t.dip) { info.dip = t.dip; changed = true; }
  if (info.dport === 0 && info.dport !== t.dport) { info.dport = t.dport; changed = true; }
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

/** Text of the socket's present ends. */
export function endsName(info: FdInfo): string { return tupleName(info.sip, info.sport, info.dip, info.dport, info.l4); }
