// Names, roles and tuples of sockets.
import { ipv4Bytes, isZeroAddress } from '../base/address.ts';
import type { FdRecord } from './infos.ts';
import type { LiveThread } from './liveThread.ts';
import type { FdInfo } from './model.ts';
import type { SystemState } from './systemState.ts';
import { AF_INET, AF_INET6, L4, tupleName, type Tuple } from './tuples.ts';

export const isInet = (info: FdInfo): boolean => info.kind === 'ipv4' || info.kind === 'ipv6' || info.kind === 'ipv4server' || info.kind === 'ipv6server';

/** Name of a socket that a scan or a snapshot tells of by its addresses; '' for other descriptors. */
export function nameOfSocket(info: FdInfo): string {
  if (info.kind === 'ipv4' || info.kind === 'ipv6') return info.sip === '' && info.dip === '' ? '' : `${info.sip}:${info.sport}->${info.dip}:${info.dport}`;
  if (info.kind === 'ipv4server' || info.kind === 'ipv6server') return `${info.dip}:${info.dport}`;
  return '';
}

function v4Number(text: string): number {
  const bytes = ipv4Bytes(text);
  return bytes === undefined ? 0 : new DataView(bytes.buffer).getUint32(0);
}

/** The address that a zero one stands for: an interface's, chosen by the other end. */
export function guessAddress(state: SystemState, ip: string, other: string): string {
  if (!isZeroAddress(ip) || ip.includes(':')) return ip;
  const v4 = state.interfaces.filter((one) => !one.isV6);
  if (v4.some((one) => one.ip === other)) return other;
  const target = v4Number(other);
  for (const one of v4) if (((v4Number(one.ip) & v4Number(one.netmask)) >>> 0) === ((target & v4Number(one.netmask)) >>> 0)) return one.ip;
  return v4.find((one) => one.ip !== '127.0.0.1')?.ip ?? '0.0.0.0';
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
      if (info.kind === 'ipv6') continue;
      info.sip = guessAddress(state, info.sip, info.dip);
      info.dip = guessAddress(state, info.dip, info.sip);
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
 * Applies a tuple to a new, not yet shown info. True where it changed something. Ends that the socket already has, in either order, stay;
 * a known destination is never replaced.
 */
export function applyTuple(state: SystemState, info: FdRecord, t: Tuple): boolean {
  if (info.sip === t.sip && info.sport === t.sport && info.dip === t.dip && info.dport === t.dport && (info.kind === 'ipv4' || info.kind === 'ipv6')) return false;
  if (info.sip === t.dip && info.sport === t.dport && info.dip === t.sip && info.dport === t.sport) return false;
  let changed = false;
  const listening = info.kind === 'ipv4server' || info.kind === 'ipv6server';
  if (listening) { info.dip = ''; info.dport = 0; }
  info.kind = t.family === AF_INET6 ? 'ipv6' : 'ipv4';
  if (info.sip !== t.sip) { info.sip = t.sip; changed = true; }
  if (info.sport !== t.sport) { info.sport = t.sport; changed = true; }
  if (isZeroAddress(info.dip) && info.dip !== t.dip) { info.dip = t.dip; changed = true; }
  if (info.dport === 0 && info.dport !== t.dport) { info.dport = t.dport; changed = true; }
  if (info.l4 === L4.unknown) info.l4 = L4.udp;
  if (t.family === AF_INET) {
    if (isZeroAddress(info.sip)) info.sip = guessAddress(state, info.sip, info.dip);
    if (isZeroAddress(info.dip)) info.dip = guessAddress(state, info.dip, info.sip);
  }
  return changed;
}

/** Client or server, told from what else the process has open on these ports. */
export function guessRole(thread: LiveThread, info: FdRecord, incoming: boolean): 'client' | 'server' {
  let bound = false, usesSource = false;
  for (const other of thread.fds.values()) {
    if ((other.kind === 'ipv4' || other.kind === 'ipv4server' || other.kind === 'ipv6' || other.kind === 'ipv6server')) {
      if (other.dport === info.dport && other !== info) bound = true;
      if (other.sport === info.sport && other !== info && other.sport !== 0) usesSource = true;
    }
  }
  if (!bound) return 'client';
  return usesSource ? (incoming ? 'server' : 'client') : 'server';
}

/** Text of the socket's present ends. */
export function endsName(info: FdInfo): string { return tupleName(info.sip, info.sport, info.dip, info.dport, info.l4); }
