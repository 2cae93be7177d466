// Builds capture files block by block, every version of every block, on its own: what the writer of captures gets wrong, this does not repeat.
import { eventBySymbol, eventById, EVENT_HEADER, type EventDef } from '../../../driver/schema/index.ts';
import { ipv4Bytes, ipv6Bytes } from '../../../remote-agent/engine/base/address.ts';
import { EventBuilder, putValue, type ParamValue } from '../../../remote-agent/engine/event/encode.ts';
import { BlockBuilder } from '../../../remote-agent/engine/scap/blockBuilder.ts';

/** Epoch ns of the first event of every capture made here. */
export const START_NS = 1_700_000_000_000_000_000n;
/** A text, or the very bytes. */
export type Text = string | Uint8Array;
export type Params = Readonly<Record<string, ParamValue>>;

export interface ThreadEntry {
  readonly tid: number; readonly pid?: number; readonly ptid?: number; readonly sid?: number; readonly vpgid?: number;
  readonly comm?: Text; readonly exe?: Text; readonly exepath?: Text; readonly args?: readonly Text[]; readonly cwd?: Text;
  readonly fdlimit?: number | bigint; readonly flags?: number; readonly uid?: number; readonly gid?: number;
  readonly vm?: readonly [sizeKb: number, rssKb: number, swapKb: number]; readonly faults?: readonly [major: number | bigint, minor: number | bigint];
  readonly env?: readonly Text[]; readonly vtid?: number; readonly vpid?: number; readonly cgroups?: readonly Text[]; readonly root?: Text; readonly loginuid?: number;
}
/** A descriptor of a table. `type`: number of the format. Addresses in their usual text. */
export interface FdEntry {
  readonly fd: number; readonly type: number; readonly ino?: number | bigint; readonly name?: Text;
  readonly sip?: string; readonly dip?: string; readonly sport?: number; readonly dport?: number; readonly l4?: number;
  readonly source?: bigint; readonly peer?: bigint; readonly openFlags?: number; readonly dev?: number;
}
export interface InterfaceEntry { readonly name: string; readonly ip: string; readonly netmask: string; readonly broadcast: string; readonly speed?: bigint }
export interface UserEntry { readonly uid: number; readonly gid: number; readonly name: Text; readonly home?: Text; readonly shell?: Text }
export interface GroupEntry { readonly gid: number; readonly name: Text }

export interface EventEntry {
  readonly tid: number;
  /** Epoch ns; the clock of the builder, if left out. */
  readonly ts?: bigint;
  readonly cpu?: number;
  /** Values in order; fewer than the table's make an event of fewer parameters. By name: as many as sysdig 0.29.3 knows. */
  readonly values?: readonly ParamValue[];
  readonly params?: Params;
  /** Dump flags: the event goes into a block that has them. */
  readonly flags?: number;
  /** The layout without the number of parameters. */
  readonly v1?: boolean;
  /** Number of the block, where it is not the usual one. */
  readonly block?: number;
}

const PROCESS_BLOCKS = [0x202, 0x207, 0x209, 0x210, 0x211, 0x212, 0x213, 0x214, 0x215] as const;
const encoder = new TextEncoder();
export const bytesOf = (text: Text): Uint8Array => typeof text === 'string' ? encoder.encode(text) : text;
/** Bytes that are no valid UTF-8 among some that are. */
export const RAW = Uint8Array.of(0x61, 0xff, 0xfe, 0x62, 0xc3, 0x28, 0xe2, 0x82, 0x63);

/** Texts one behind the other, a NUL behind each. */
export function joined(parts: readonly Text[]): Uint8Array { return Uint8Array.from(parts.flatMap((part) => [...bytesOf(part), 0])); }

/** A capture under construction. */
export class CaptureBuilder {
  readonly #out = new BlockBuilder();
  readonly #event = new EventBuilder();
  /** Epoch ns of the next event; each one moves it on. */
  now: bigint = START_NS;
  /** Ns from one event to the next. */
  step = 1000n;
  /** Events so far. */
  count = 0;

  done(): Uint8Array { return this.#out.done().slice(); }

  section(minor = 2): this {
    const b = this.#out, start = b.begin(0x0a0d0d0a);
    b.u32(0x1a2b3c4d); b.u16(1); b.u16(minor); b.u64(0xffffffffffffffffn);
    b.end(start);
    return this;
  }

  machine(hostname = 'test-host', cpus = 4, block = 0x201): this {
    const b = this.#out, start = b.begin(block), name = bytesOf(hostname);
    b.u32(cpus); b.u64(16n << 30n); b.i64(4194304); b.raw(name); b.zeros(128 - name.length); b.zeros(32);
    b.end(start);
    return this;
  }

  /** `version` 1: no lengths of entries. `slow`: the oldest entries, without speed. */
  interfaces(list: readonly InterfaceEntry[], version: 1 | 2 = 2, block: number = version === 2 ? 0x219 : 0x205, slow = false): this {
    const b = this.#out, start = b.begin(block);
    for (const one of list) {
      const v6 = one.ip.includes(':');
      const entry = version === 2 ? b.entry() : -1;
      const name = bytesOf(one.name);
      b.u16((v6 ? 2 : 1) + (slow ? 2 : 0)); b.u16(name.length);
      for (const ip of [one.ip, one.netmask, one.broadcast]) b.raw(addressOf(ip, v6));
      if (!slow) b.u64(one.speed ?? 1000n);
      b.raw(name);
      if (entry >= 0) b.endEntry(entry, false);
    }
    b.end(start);
    return this;
  }

  users(users: readonly UserEntry[], groups: readonly GroupEntry[], version: 1 | 2 = 2, block: number = version === 2 ? 0x220 : 0x206): this {
    const b = this.#out, start = b.begin(block);
    for (const one of users) {
      const entry = version === 2 ? b.entry() : -1;
      b.u8(0); b.u32(one.uid); b.u32(one.gid); this.#text(one.name); this.#text(one.home ?? ''); this.#text(one.shell ?? '');
      if (entry >= 0) b.endEntry(entry);
    }
    for (const one of groups) {
      const entry = version === 2 ? b.entry() : -1;
      b.u8(1); b.u32(one.gid); this.#text(one.name);
      if (entry >= 0) b.endEntry(entry);
    }
    b.end(start);
    return this;
  }

  /** `version` 1 to 9. `tail`: bytes behind the root of entries of version 9; 0, 4 (login) or 5 (and whether the program is writable). */
  processes(list: readonly ThreadEntry[], version = 9, block: number = PROCESS_BLOCKS[version - 1] ?? 0x215, tail: 0 | 4 | 5 = 5): this {
    const b = this.#out, start = b.begin(block);
    for (const one of list) {
      const entry = version >= 9 ? b.entry() : -1;
      b.i64(one.tid); b.i64(one.pid ?? one.tid); b.i64(one.ptid ?? 1);
      if (version >= 6) b.i64(one.sid ?? one.pid ?? one.tid);
      if (version >= 8) b.i64(one.vpgid ?? one.pid ?? one.tid);
      this.#text(one.comm ?? `p${one.tid}`); this.#text(one.exe ?? `/bin/p${one.tid}`);
      if (version >= 7) this.#text(one.exepath ?? `/usr/bin/p${one.tid}`);
      this.#text(joined(one.args ?? [])); this.#text(one.cwd ?? '/');
      b.u64(BigInt(one.fdlimit ?? 1024)); b.u32(one.flags ?? 0); b.u32(one.uid ?? 0); b.u32(one.gid ?? 0);
      if (version >= 2) { for (const kb of one.vm ?? [1000, 500, 0]) b.u32(kb); for (const count of one.faults ?? [1, 20]) b.u64(BigInt(count)); }
      if (version >= 3) this.#text(joined(one.env ?? []));
      if (version >= 4) { b.i64(one.vtid ?? one.tid); b.i64(one.vpid ?? one.pid ?? one.tid); this.#text(joined(one.cgroups ?? [])); }
      if (version >= 5) this.#text(one.root ?? '/');
      if (version >= 9) {
        if (tail >= 4) b.u32(one.loginuid ?? 0xffffffff);
        if (tail >= 5) b.u8(0);
        b.endEntry(entry);
      }
    }
    b.end(start);
    return this;
  }

  fds(tid: number, list: readonly FdEntry[] = [], version: 1 | 2 = 2, block: number = version === 2 ? 0x218 : 0x203): this {
    const b = this.#out, start = b.begin(block);
    b.i64(tid);
    for (const one of list) {
      const entry = version === 2 ? b.entry() : -1;
      b.i64(one.fd); b.u64(BigInt(one.ino ?? 0)); b.u8(one.type);
      switch (one.type) {
        case 3: case 4: b.raw(addressOf(one.sip, one.type === 4)); b.raw(addressOf(one.dip, one.type === 4)); b.u16(one.sport ?? 0); b.u16(one.dport ?? 0); b.u8(one.l4 ?? 2); break;
        case 5: case 6: b.raw(addressOf(one.sip, one.type === 6)); b.u16(one.sport ?? 0); b.u8(one.l4 ?? 2); break;
        case 8: b.u64(one.source ?? 0n); b.u64(one.peer ?? 0n); this.#text(one.name ?? ''); break;
        case 16: b.u32(one.openFlags ?? 1); this.#text(one.name ?? ''); if (version === 2) b.u32(one.dev ?? 0); break;
        default: this.#text(one.name ?? '');
      }
      if (entry >= 0) b.endEntry(entry);
    }
    b.end(start);
    return this;
  }

  /** One event, named by its symbol or number. What `params` leaves out of fixed size is zero, the rest empty. */
  event(which: string | number | EventDef, input: EventEntry): this {
    const def = typeof which === 'object' ? which : typeof which === 'string' ? eventBySymbol(which) : eventById(which);
    if (def === undefined) throw new Error(`no event ${String(which)}`);
    for (const name of Object.keys(input.params ?? {})) if (!def.index.has(name)) throw new Error(`${def.symbol} has no parameter ${name}`);
    const known = def.known >= 0 ? def.params.slice(0, def.known) : def.params;
    const values = input.values ?? known.map((param) => input.params?.[param.name]);
    const ts = input.ts ?? this.now, tid = BigInt.asUintN(64, BigInt(input.tid));
    this.now = ts + this.step;
    const e = this.#event, large = def.flags.has('LARGE_PAYLOAD');
    e.begin(def.id, Number(ts >> 32n), Number(ts & 0xffffffffn), Number(tid >> 32n), Number(tid & 0xffffffffn), values.length, large);
    values.forEach((value, i) => {
      const param = def.params[i];
      if (value === undefined && param !== undefined && param.size > 0) e.int(0, param.size);
      else if (value === undefined || param === undefined) e.empty();
      else putValue(e, param, value);
    });
    e.end();
    const flagged = input.flags !== undefined;
    const b = this.#out, start = b.begin(input.block ?? (input.v1 === true ? (flagged ? 0x208 : 0x204) : large ? (flagged ? 0x222 : 0x221) : flagged ? 0x217 : 0x216));
    b.u16(input.cpu ?? (input.tid < 0 ? 0 : input.tid % 4));
    if (flagged) b.u32(input.flags ?? 0);
    if (input.v1 === true) {
      const at = b.at;
      b.raw(e.bytes, 0, EVENT_HEADER.nparams);
      b.raw(e.bytes, EVENT_HEADER.lengths, e.length);
      b.data.setUint32(at + EVENT_HEADER.length, e.length - 4, true);
    } else b.raw(e.bytes, 0, e.length);
    b.end(start);
    this.count++;
    return this;
  }

  /** An enter event and, `ns` later, its exit. `stem`: the symbol without its ending. */
  call(stem: string, tid: number, enter: Params, exit: Params, more: { readonly ns?: bigint; readonly v1?: boolean } = {}): this {
    const v1 = more.v1 === true ? { v1: true } : {};
    this.event(`${stem}_E`, { tid, params: enter, ...v1 });
    if (more.ns !== undefined) this.now += more.ns - this.step;
    return this.event(`${stem}_X`, { tid, params: exit, ...v1 });
  }

  /** Any other block. */
  block(type: number, body: Uint8Array): this {
    const b = this.#out, start = b.begin(type);
    b.raw(body);
    b.end(start);
    return this;
  }

  #text(text: Text): void { const bytes = bytesOf(text); this.#out.u16(bytes.length); this.#out.raw(bytes); }
}

function addressOf(ip: string | undefined, v6: boolean): Uint8Array { return (v6 ? ipv6Bytes(ip ?? '::') : ipv4Bytes(ip ?? '0.0.0.0')) ?? new Uint8Array(v6 ? 16 : 4); }
