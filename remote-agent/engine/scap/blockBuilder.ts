// Builds blocks of capture files field by field.
import { encodeText } from '../base/text.ts';

const LARGEST = 0xffffffffffffffffn;
/** A number as a whole one of 64 bits. Rounding may have brought the largest over the edge. */
function wide(value: number): bigint { const whole = Number.isFinite(value) ? BigInt(Math.trunc(value)) : 0n; return whole > LARGEST ? LARGEST : whole; }

/** A growing buffer that holds one block after the other. */
export class BlockBuilder {
  bytes: Uint8Array = new Uint8Array(1 << 16);
  data: DataView = new DataView(this.bytes.buffer);
  at = 0;

  #reserve(more: number): void {
    if (this.at + more <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.at + more));
    grown.set(this.bytes.subarray(0, this.at));
    this.bytes = grown;
    this.data = new DataView(grown.buffer);
  }

  u8(value: number): void { this.#reserve(1); this.data.setUint8(this.at, value & 255); this.at += 1; }
  u16(value: number): void { this.#reserve(2); this.data.setUint16(this.at, value & 0xffff, true); this.at += 2; }
  u32(value: number): void { this.#reserve(4); this.data.setUint32(this.at, value >>> 0, true); this.at += 4; }
  /** A number as 64 bits; -1 becomes all ones. */
  i64(value: number | bigint): void { this.u64(typeof value === 'bigint' ? value : wide(value)); }
  u64(value: bigint): void { this.#reserve(8); this.data.setBigUint64(this.at, BigInt.asUintN(64, value), true); this.at += 8; }
  raw(from: Uint8Array, start = 0, end: number = from.length): void { this.#reserve(end - start); this.bytes.set(from.subarray(start, end), this.at); this.at += end - start; }
  zeros(count: number): void { this.#reserve(count); this.bytes.fill(0, this.at, this.at + count); this.at += count; }
  /** Text with its length before it, cut to `limit` bytes. */
  str16(text: string, limit: number): void {
    let bytes = encodeText(text);
    if (bytes.length > limit) bytes = bytes.subarray(0, limit);
    this.u16(bytes.length);
    this.raw(bytes);
  }

  /** Starts a block; gives what `end` wants. */
  begin(type: number): number { const start = this.at; this.u32(type); this.u32(0); return start; }
  /** Pads the block and writes its length at both ends. */
  end(start: number): void {
    const body = this.at - start - 8;
    this.zeros((4 - (body & 3)) & 3);
    const total = this.at - start + 4;
    this.u32(total);
    this.data.setUint32(start + 4, total, true);
  }

  /** Starts an entry whose length, itself included, stands in front of it. */
  entry(): number { const start = this.at; this.u32(0); return start; }
  endEntry(start: number, countsItself = true): void { this.data.setUint32(start, this.at - start - (countsItself ? 0 : 4), true); }

  /** What was built; valid until `clear`. */
  done(): Uint8Array { return this.bytes.subarray(0, this.at); }
  clear(): void { this.at = 0; }
}
