// Makes the bytes of events: for captures that are written, and for tests.
import { ENUMS, EVENT_HEADER, eventBySymbol, RECORD, RING_HEADER_BYTES, type EventDef, type ParamDef } from '../../../driver/schema/index.ts';
import { ipv4Bytes, ipv6Bytes } from '../base/address.ts';
import { encodeText } from '../base/text.ts';

const LARGE_PAYLOAD = 'LARGE_PAYLOAD';
const AF_UNIX = 1, AF_INET = 2, AF_INET6 = 10;

/** A value for a parameter: numbers for fixed sizes, text for strings (a NUL is added), lists of text, or the bytes themselves. */
export type ParamValue = number | bigint | string | readonly string[] | Uint8Array | undefined;

/** Builds one event in a buffer that grows and is used again. */
export class EventBuilder {
  bytes: Uint8Array = new Uint8Array(4096);
  data: DataView = new DataView(this.bytes.buffer);
  #at = 0;
  #param = 0;
  #count = 0;
  #wide = false;
  /** A value did not fit into the format's 16-bit lengths and was cut. */
  cut = false;

  /** Bytes of the finished event. */
  get length(): number { return this.#at; }

  begin(type: number, tsHi: number, tsLo: number, tidHi: number, tidLo: number, nparams: number, wide: boolean): void {
    this.#count = nparams;
    this.#wide = wide;
    this.#param = 0;
    this.cut = false;
    this.#at = 0;
    const head = EVENT_HEADER.lengths + nparams * (wide ? 4 : 2);
    this.#reserve(head);
    const data = this.data;
    data.setUint32(0, tsLo, true);
    data.setUint32(4, tsHi, true);
    data.setUint32(EVENT_HEADER.tid, tidLo, true);
    data.setUint32(EVENT_HEADER.tid + 4, tidHi, true);
    data.setUint16(EVENT_HEADER.type, type, true);
    data.setUint32(EVENT_HEADER.nparams, nparams, true);
    this.#at = head;
  }

  #reserve(more: number): void {
    if (this.#at + more <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.#at + more));
    grown.set(this.bytes.subarray(0, this.#at));
    this.bytes = grown;
    this.data = new DataView(grown.buffer);
  }

  #length(size: number): void {
    const at = EVENT_HEADER.lengths + this.#param * (this.#wide ? 4 : 2);
    if (this.#wide) this.data.setUint32(at, size, true); else this.data.setUint16(at, size, true);
    this.#param++;
  }

  /** The next parameter: a piece of other bytes. */
  copy(from: Uint8Array, start: number, end: number): void {
    let size = end - start;
    if (!this.#wide && size > 0xffff) { size = 0xffff; this.cut = true; }
    this.#reserve(size);
    this.bytes.set(from.subarray(start, start + size), this.#at);
    this.#at += size;
    this.#length(size);
  }

  /** The next parameter: a whole number of 1, 2, 4 or 8 bytes. */
  int(value: number | bigint, size: number): void {
    this.#reserve(size);
    const at = this.#at, data = this.data;
    switch (size) {
      case 1: data.setUint8(at, Number(value) & 0xff); break;
      case 2: data.setUint16(at, Number(value) & 0xffff, true); break;
      case 4: data.setUint32(at, typeof value === 'bigint' ? Number(value & 0xffffffffn) : value >>> 0, true); break;
      case 8: {
        if (typeof value === 'bigint') { data.setBigUint64(at, BigInt.asUintN(64, value), true); break; }
        const low = value % 4294967296;
        const lo = low < 0 ? low + 4294967296 : low;
        data.setUint32(at, lo, true);
        data.setInt32(at + 4, Math.floor((value - lo) / 4294967296), true);
        break;
      }
      default: for (let i = 0; i < size; i++) data.setUint8(at + i, 0);
    }
    this.#at += size;
    this.#length(size);
  }

  /** The next parameter: nothing. */
  empty(): void { this.#length(0); }

  /** Completes the event. */
  end(): void {
    while (this.#param < this.#count) this.empty();
    this.data.setUint32(EVENT_HEADER.length, this.#at, true);
  }

  /** A copy of the event. */
  take(): Uint8Array { return this.bytes.slice(0, this.#at); }
}

const TEXT_TYPES = new Set(['CHARBUF', 'FSPATH', 'FSRELPATH']);

/** Adds a value in the form that a parameter is declared in. */
export function putValue(builder: EventBuilder, def: ParamDef, value: ParamValue): void {
  if (value === undefined) { builder.empty(); return; }
  if (value instanceof Uint8Array) { builder.copy(value, 0, value.length); return; }
  if (typeof value === 'string') {
    const named = def.detail === '' ? undefined : ENUMS[def.detail]?.find(([name]) => name === value);
    if (named !== undefined && def.size > 0) { builder.int(named[1], def.size); return; }
    const bytes = encodeText(TEXT_TYPES.has(def.type) ? `${value}\0` : value);
    builder.copy(bytes, 0, bytes.length);
    return;
  }
  if (typeof value === 'object') {
    const bytes = encodeText(value.map((part) => `${part}\0`).join(''));
    builder.copy(bytes, 0, bytes.length);
    return;
  }
  builder.int(value, def.size > 0 ? def.size : 8);
}

/** What an event is made of. Parameters by name; those left out are empty. `params` may end early with `nparams`. */
export interface EventInput {
  /** Epoch ns. */
  readonly ts: bigint;
  readonly tid: number;
  readonly params?: Readonly<Record<string, ParamValue>>;
  /** How many parameters the event holds; as many as are declared, if left out. */
  readonly nparams?: number;
}

const shared = new EventBuilder();

/** Bytes of one event. `event`: its definition, or its symbol such as `SYSCALL_OPENAT_2_X`. */
export function encodeEvent(event: EventDef | string, input: EventInput): Uint8Array {
  const def = typeof event === 'string' ? eventBySymbol(event) : event;
  const count = input.nparams ?? def.params.length;
  const tid = BigInt.asUintN(64, BigInt(input.tid));
  shared.begin(def.id, Number(input.ts >> 32n), Number(input.ts & 0xffffffffn), Number(tid >> 32n), Number(tid & 0xffffffffn), count, def.flags.has(LARGE_PAYLOAD));
  for (let i = 0; i < count; i++) {
    const param = def.params[i];
    if (param === undefined) shared.empty(); else putValue(shared, param, input.params?.[param.name]);
  }
  shared.end();
  return shared.take();
}

/** What the probe says of an event beside its bytes. */
export interface RecordInput { readonly startNs?: bigint; readonly cgroup?: bigint; readonly flags?: number; readonly cpu?: number; readonly nr?: number }

/** A batch of ring-buffer bytes with these events in it. */
export function encodeBatch(records: readonly (readonly [event: Uint8Array, record?: RecordInput])[]): Uint8Array {
  const sizes = records.map(([event]) => RING_HEADER_BYTES + ((RECORD.event + event.length + 7) & ~7));
  const bytes = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0));
  const data = new DataView(bytes.buffer);
  let at = 0;
  records.forEach(([event, record = {}], i) => {
    data.setUint32(at, RECORD.event + event.length, true);
    const body = at + RING_HEADER_BYTES;
    data.setBigUint64(body + RECORD.start, record.startNs ?? 0n, true);
    data.setBigUint64(body + RECORD.cgroup, record.cgroup ?? 0n, true);
    data.setUint32(body + RECORD.flags, record.flags ?? 0, true);
    data.setUint16(body + RECORD.cpu, record.cpu ?? 0, true);
    data.setUint16(body + RECORD.nr, record.nr ?? 0xffff, true);
    bytes.set(event, body + RECORD.event);
    at += sizes[i] ?? 0;
  });
  return bytes;
}

function address(ip: string): Uint8Array { return (ip.includes(':') ? ipv6Bytes(ip) : ipv4Bytes(ip)) ?? new Uint8Array(4); }

/** A SOCKADDR value of an internet address. */
export function inetAddress(ip: string, port: number): Uint8Array {
  const host = address(ip);
  const bytes = new Uint8Array(3 + host.length);
  bytes[0] = host.length === 4 ? AF_INET : AF_INET6;
  bytes.set(host, 1);
  new DataView(bytes.buffer).setUint16(1 + host.length, port, true);
  return bytes;
}

/** A SOCKADDR value of a unix socket. */
export function unixAddress(path: string): Uint8Array { const text = encodeText(`${path}\0`); const bytes = new Uint8Array(1 + text.length); bytes[0] = AF_UNIX; bytes.set(text, 1); return bytes; }

/** A SOCKTUPLE value of an internet connection, from source to destination. */
export function inetTuple(sip: string, sport: number, dip: string, dport: number): Uint8Array {
  const source = address(sip), destination = address(dip);
  const bytes = new Uint8Array(5 + source.length + destination.length);
  const data = new DataView(bytes.buffer);
  bytes[0] = source.length === 4 ? AF_INET : AF_INET6;
  bytes.set(source, 1);
  data.setUint16(1 + source.length, sport, true);
  bytes.set(destination, 3 + source.length);
  data.setUint16(3 + source.length + destination.length, dport, true);
  return bytes;
}

/** A SOCKTUPLE value of a unix connection. */
export function unixTuple(own: bigint, peer: bigint, path: string): Uint8Array {
  const text = encodeText(`${path}\0`);
  const bytes = new Uint8Array(17 + text.length);
  const data = new DataView(bytes.buffer);
  bytes[0] = AF_UNIX;
  data.setBigUint64(1, own, true);
  data.setBigUint64(9, peer, true);
  bytes.set(text, 17);
  return bytes;
}

/** An FDLIST value. */
export function fdList(entries: readonly (readonly [fd: number, flags: number])[]): Uint8Array {
  const bytes = new Uint8Array(2 + entries.length * 10);
  const data = new DataView(bytes.buffer);
  data.setUint16(0, entries.length, true);
  entries.forEach(([fd, flags], i) => { data.setBigInt64(2 + i * 10, BigInt(fd), true); data.setUint16(10 + i * 10, flags, true); });
  return bytes;
}
