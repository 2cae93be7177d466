// Socket addresses and tuples of events, decoded in place, and their printed forms.
import { ipv4Text, ipv6Text, isMapped } from '../base/address.ts';
import { ByteSink } from '../base/sink.ts';
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

/** Answers the name of a port's service, of any protocol where none is given; undefined: it has none. */
export type PortNames = (port: number, protocol: 'tcp' | 'udp' | undefined) => string | undefined;
let portNames: PortNames | undefined;

/** From now on texts of tuples, and the names of sockets that are made of them, name services instead of ports; with undefined, never again. For all readers of this process. */
export function namePorts(names: PortNames | undefined): void { portNames = names; }

/** Text of a port, of a socket with this protocol. */
export function portText(port: number, l4: number): string { return portNames?.(port, l4 === L4.udp ? 'udp' : l4 === L4.tcp ? 'tcp' : undefined) ?? String(port); }

/** `a:1->b:2` in the form that names of sockets have; without ports for protocols that have none. */
export function tupleName(sip: string, sport: number, dip: string, dport: number, l4: number): string {
  if (l4 === L4.icmp || l4 === L4.raw) return `${sip}->${dip}`;
  if (l4 !== L4.tcp && l4 !== L4.udp) return '<unknown>';
  return portNames === undefined ? `${sip}:${sport}->${dip}:${dport}` : `${sip}:${portText(sport, l4)}->${dip}:${portText(dport, l4)}`;
}

const COLON = 58, SPACE = 32;

/** Numbers of a byte with a dot behind, a little-endian word each, and how long they are. */
const OCTETS = new Int32Array(256), OCTET_LENGTHS = new Uint8Array(256);
for (let n = 0; n < 256; n++) {
  const text = `${n}.`;
  for (let i = 0; i < text.length; i++) OCTETS[n] = (OCTETS[n] ?? 0) | (text.charCodeAt(i) << (8 * i));
  OCTET_LENGTHS[n] = text.length;
}

/** `a.b.c.d` of four bytes. */
export function writeIpv4(sink: ByteSink, bytes: Uint8Array, at: number): void {
  sink.reserve(16);
  const { data } = sink;
  let to = sink.at;
  for (let i = at; i < at + 4; i++) {
    const byte = bytes[i] ?? 0;
    data.setInt32(to, OCTETS[byte] ?? 0, true);
    to += OCTET_LENGTHS[byte] ?? 0;
  }
  sink.at = to - 1;
}

function writePort(sink: ByteSink, port: number, l4: number): void {
  sink.byte(COLON);
  if (portNames === undefined) sink.decimal(port); else sink.ascii(portText(port, l4));
}
function arrow(sink: ByteSink): void { sink.word(0x3e2d, 2); }

/** Text of a path up to its NUL: as it is, or what prints of it. */
function writePath(sink: ByteSink, bytes: Uint8Array, data: DataView, start: number, end: number, raw: boolean): void {
  if (raw) sink.toNul(bytes, data, start, end); else sink.printableToNul(bytes, data, start, end);
}

/** Writes a socket tuple of `size` bytes. `raw`: paths with what does not print. `l4`: protocol of the event's socket, where it is known. */
export function writeTuple(sink: ByteSink, bytes: Uint8Array, data: DataView, at: number, size: number, raw = false, l4: number = L4.tcp): void {
  if (size < 1) { sink.ascii('NULL'); return; }
  const family = bytes[at] ?? 0;
  if (family === AF_INET) {
    if (size < INET_TUPLE) { sink.ascii('INVALID IPv4'); return; }
    writeIpv4(sink, bytes, at + 1); writePort(sink, data.getUint16(at + 5, true), l4); arrow(sink);
    writeIpv4(sink, bytes, at + 7); writePort(sink, data.getUint16(at + 11, true), l4);
  } else if (family === AF_INET6) {
    if (size < INET6_TUPLE) { sink.ascii('INVALID IPv6'); return; }
    const mapped = isMapped(bytes, at + 1) && isMapped(bytes, at + 19);
    if (mapped) writeIpv4(sink, bytes, at + 13); else sink.ascii(ipv6Text(bytes, at + 1));
    writePort(sink, data.getUint16(at + 17, true), l4); arrow(sink);
    if (mapped) writeIpv4(sink, bytes, at + 31); else sink.ascii(ipv6Text(bytes, at + 19));
    writePort(sink, data.getUint16(at + 35, true), l4);
  } else if (family === AF_UNIX) {
    if (size < UNIX_TUPLE) { sink.ascii('0->0 '); return; }
    sink.hex64(data, at + 1); arrow(sink); sink.hex64(data, at + 9); sink.byte(SPACE);
    writePath(sink, bytes, data, at + 17, at + size, raw);
  } else { sink.ascii('family '); sink.decimal(family); }
}

/** Writes a socket address of `size` bytes, likewise. */
export function writeAddress(sink: ByteSink, bytes: Uint8Array, data: DataView, at: number, size: number, raw = false): void {
  if (size < 1) { sink.ascii('NULL'); return; }
  const family = bytes[at] ?? 0;
  if (family === AF_INET) {
    if (size !== INET_ADDRESS) { sink.ascii('INVALID IPv4'); return; }
    writeIpv4(sink, bytes, at + 1); writePort(sink, data.getUint16(at + 5, true), L4.tcp);
  } else if (family === AF_INET6) {
    if (size !== INET6_ADDRESS) { sink.ascii('INVALID IPv6'); return; }
    sink.ascii(ipv6Text(bytes, at + 1));
    writePort(sink, data.getUint16(at + 17, true), L4.tcp);
  } else if (family === AF_UNIX) writePath(sink, bytes, data, at + 1, at + size, raw);
  else { sink.ascii('family '); sink.decimal(family); }
}

const scratch = new ByteSink();

/** Printed form of a SOCKTUPLE parameter, paths as they are. */
export function tupleText(view: EventView, i: number): string {
  scratch.clear();
  writeTuple(scratch, view.bytes, view.data, view.start(i), view.size(i), true);
  return scratch.text();
}

/** Printed form of a SOCKADDR parameter, likewise. */
export function addressText(view: EventView, i: number): string {
  scratch.clear();
  writeAddress(scratch, view.bytes, view.data, view.start(i), view.size(i), true);
  return scratch.text();
}
