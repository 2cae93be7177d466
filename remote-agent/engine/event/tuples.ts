// Socket addresses and tuples of events, decoded in place, and their printed forms.
import { ipv4Text, ipv6Text, isMapped } from '../base/address.ts';
import { decodeToNul } from '../base/text.ts';
import type { EventView } from './eventView.ts';

export const AF_UNIX = 1, AF_INET = 2, AF_INET6 = 10, AF_NETLINK = 16;
export const L4 = { unknown: 0, none: 1, tcp: 2, udp: 3, icmp: 4, raw: 5 } as const;
const INET_TUPLE = 13, INET6_TUPLE = 37, UNIX_TUPLE = 17;
const INET_ADDRESS = 7, INET6_ADDRESS = 19;

/** A decoded tuple or address. `family` 0: empty; a mapped IPv6 pair counts as IPv4. */
export interface Tuple { family: number; sip: string; dip: string; sport: number; dport: number; path: string; source: string; peer: string }

function hex64(data: DataView, at: number): string {
  const hi = data.getUint32(at + 4, true), lo = data.getUint32(at, true);
  return hi === 0 ? lo.toString(16) : hi.toString(16) + lo.toString(16).padStart(8, '0');
}

const EMPTY: Tuple = { family: 0, sip: '', dip: '', sport: 0, dport: 0, path: '', source: '0', peer: '0' };

/** Decodes a SOCKTUPLE parameter. Families that are not known, and values of wrong length, give only the family. */
export function readTuple(view: EventView, i: number): Tuple {
  const size = view.size(i);
  if (size < 1) return EMPTY;
  const at = view.start(i), bytes = view.bytes, data = view.data;
  const family = bytes[at] ?? 0;
  if (family === AF_INET && size >= INET_TUPLE) {
    return { ...EMPTY, family, sip: ipv4Text(bytes, at + 1), sport: data.getUint16(at + 5, true), dip: ipv4Text(bytes, at + 7), dport: data.getUint16(at + 11, true) };
  }
  if (family === AF_INET6 && size >= INET6_TUPLE) {
    const sport = data.getUint16(at + 17, true), dport = data.getUint16(at + 35, true);
    if (isMapped(bytes, at + 1) && isMapped(bytes, at + 19)) return { ...EMPTY, family: AF_INET, sip: ipv4Text(bytes, at + 13), sport, dip: ipv4Text(bytes, at + 31), dport };
    return { ...EMPTY, family, sip: ipv6Text(bytes, at + 1), sport, dip: ipv6Text(bytes, at + 19), dport };
  }
  if (family === AF_UNIX && size >= UNIX_TUPLE) return { ...EMPTY, family, source: hex64(data, at + 1), peer: hex64(data, at + 9), path: decodeToNul(bytes, at + 17, at + size) };
  return { ...EMPTY, family };
}

/** Decodes a SOCKADDR parameter: `dip`, `dport` or `path`. */
export function readAddress(view: EventView, i: number): Tuple {
  const size = view.size(i);
  if (size < 1) return EMPTY;
  const at = view.start(i), bytes = view.bytes, data = view.data;
  const family = bytes[at] ?? 0;
  if (family === AF_INET && size >= INET_ADDRESS) return { ...EMPTY, family, dip: ipv4Text(bytes, at + 1), dport: data.getUint16(at + 5, true) };
  if (family === AF_INET6 && size >= INET6_ADDRESS) {
    const dport = data.getUint16(at + 17, true);
    if (isMapped(bytes, at + 1)) return { ...EMPTY, family: AF_INET, dip: ipv4Text(bytes, at + 13), dport };
    return { ...EMPTY, family, dip: ipv6Text(bytes, at + 1), dport };
  }
  if (family === AF_UNIX) return { ...EMPTY, family, path: decodeToNul(bytes, at + 1, at + size) };
  return { ...EMPTY, family };
}

/** `a:1->b:2` in the form that names of sockets have; without ports for protocols that have none. */
export function tupleName(sip: string, sport: number, dip: string, dport: number, l4: number): string {
  if (l4 === L4.icmp || l4 === L4.raw) return `${sip}->${dip}`;
  if (l4 === L4.unknown) return '<unknown>';
  return `${sip}:${sport}->${dip}:${dport}`;
}

/** Printed form of a SOCKTUPLE parameter. */
export function tupleText(view: EventView, i: number): string {
  const size = view.size(i);
  if (size < 1) return 'NULL';
  const t = readTuple(view, i);
  const family = view.bytes[view.start(i)] ?? 0;
  if (family === AF_INET && t.sip === '') return 'INVALID IPv4';
  if (family === AF_INET6 && t.sip === '') return 'INVALID IPv6';
  if (family === AF_INET || family === AF_INET6) return `${t.sip}:${t.sport}->${t.dip}:${t.dport}`;
  if (family === AF_UNIX) return `${t.source}->${t.peer} ${t.path}`;
  return `family ${family}`;
}

/** Printed form of a SOCKADDR parameter. */
export function addressText(view: EventView, i: number): string {
  const size = view.size(i);
  if (size < 1) return 'NULL';
  const at = view.start(i), bytes = view.bytes;
  const family = bytes[at] ?? 0;
  if (family === AF_INET) return size === INET_ADDRESS ? `${ipv4Text(bytes, at + 1)}:${view.data.getUint16(at + 5, true)}` : 'INVALID IPv4';
  if (family === AF_INET6) {
    if (size !== INET6_ADDRESS) return 'INVALID IPv6';
    const ip = isMapped(bytes, at + 1) ? ipv4Text(bytes, at + 13) : ipv6Text(bytes, at + 1);
    return `${ip}:${view.data.getUint16(at + 17, true)}`;
  }
  if (family === AF_UNIX) return decodeToNul(bytes, at + 1, at + size);
  return `family ${family}`;
}
