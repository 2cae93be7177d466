// Block types of capture files, and a reader of their fields that cannot run over the end.
import { EVENT_HEADER } from '../../../driver/schema/index.ts';
import { decodeBytes } from '../base/text.ts';
import { signed64, unsigned64 } from '../event/params.ts';

/** Number of an event's block, and the bytes that it has before and around it: type, length, processor; the length again. */
export const EVENT_BLOCK = 0x216, BEFORE_EVENT = 10, AROUND_EVENT = 14;
export const SMALLEST_EVENT_BLOCK = AROUND_EVENT + EVENT_HEADER.lengths;

export const BLOCK = {
  section: 0x0a0d0d0a, machine: 0x201, machineOld: 0x8002abcd, processes: [0x202, 0x207, 0x209, 0x210, 0x211, 0x212, 0x213, 0x214, 0x215], fds1: 0x203, fds2: 0x218,
  event1: 0x204, eventFlags1: 0x208, event2: EVENT_BLOCK, eventFlags2: 0x217, eventLarge: 0x221, eventFlagsLarge: 0x222, interfaces1: 0x205, interfaces2: 0x219, users1: 0x206, users2: 0x220,
} as const;

/** Numbers that the very first files used, by the present ones. */
export const OLD_NUMBERS: ReadonlyMap<number, number> = new Map([
  [0x8002abcd, 0x201], [0x8000abcd, 0x202], [0x8013abcd, 0x207], [0x8014abcd, 0x209], [0x8001abcd, 0x203], [0x8010abcd, 0x204], [0x8011abcd, 0x205], [0x8012abcd, 0x206],
]);

export const SECTION_MAGIC = 0x1a2b3c4d;
/** The same, written by a machine of the other byte order. */
export const SWAPPED_MAGIC = 0x4d3c2b1a;
/** Bytes of a block beside its body: type, length, and the length again behind it. */
export const BLOCK_OVERHEAD = 12;
/** Flag of events that only change the state and are not shown. */
export const STATE_ONLY = 1;
/** Flag of writes that are marks of tracers. */
export const TRACER_MARK = 2;
/** Longest body of an ordinary event block. */
export const MAX_EVENT_BODY = 65536;
/** Longest block that is believed at all. */
export const MAX_BLOCK = 128 * 1024 * 1024;

const MAX_EXACT = BigInt(Number.MAX_SAFE_INTEGER);

/** Reads little-endian fields one after the other. Over the end it gives zeros and says so in `short`. */
export class Cursor {
  readonly bytes: Uint8Array;
  readonly data: DataView;
  at: number;
  readonly end: number;
  short = false;

  constructor(bytes: Uint8Array, data: DataView, at: number, end: number) { this.bytes = bytes; this.data = data; this.at = at; this.end = end; }
  get left(): number { return this.end - this.at; }
  #take(size: number): number {
    const at = this.at;
    if (size < 0 || at + size > this.end) { this.short = true; this.at = this.end; return -1; }
    this.at = at + size;
    return at;
  }
  u8(): number { const at = this.#take(1); return at < 0 ? 0 : this.data.getUint8(at); }
  u16(): number { const at = this.#take(2); return at < 0 ? 0 : this.data.getUint16(at, true); }
  u32(): number { const at = this.#take(4); return at < 0 ? 0 : this.data.getUint32(at, true); }
  i32(): number { const at = this.#take(4); return at < 0 ? 0 : this.data.getInt32(at, true); }
  /** As numbers: exact up to 2^53. */
  i64(): number { const at = this.#take(8); return at < 0 ? 0 : signed64(this.data, at); }
  u64(): number { const at = this.#take(8); return at < 0 ? 0 : unsigned64(this.data, at); }
  /** As a number where that is exact, else as a bigint. */
  whole(): number | bigint { const value = this.big(); return value <= MAX_EXACT ? Number(value) : value; }
  /** Signed, as a number where that is exact. */
  signed(): number | bigint { const value = BigInt.asIntN(64, this.big()); return value <= MAX_EXACT && value >= -MAX_EXACT ? Number(value) : value; }
  big(): bigint { const at = this.#take(8); return at < 0 ? 0n : (BigInt(this.data.getUint32(at + 4, true)) << 32n) | BigInt(this.data.getUint32(at, true)); }
  hex64(): string { return this.big().toString(16); }
  /** Start of `size` bytes, or -1. */
  skip(size: number): number { return this.#take(size); }
  /** Text with its length before it; NULs at the end are left off. */
  str16(): string { return this.text(this.u16()); }
  text(size: number): string {
    const at = this.#take(size);
    if (at < 0) return '';
    let end = at + size;
    while (end > at && this.bytes[end - 1] === 0) end--;
    return decodeBytes(this.bytes, at, end);
  }
  /** Text with its NULs. */
  raw(size: number): string { const at = this.#take(size); return at < 0 ? '' : decodeBytes(this.bytes, at, at + size); }
}

/** Types of events that describe containers; those in front of all others belong to the tables of the file. */
export const CONTAINER_TYPES: ReadonlySet<number> = new Set([228, 272, 324]);
