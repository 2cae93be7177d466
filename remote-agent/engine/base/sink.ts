// Text as bytes: what lines are built in. One growing array that is written over and over, so that printing leaves nothing to be collected.
import { decodeBytes, encodeText } from './text.ts';
import type { PieceStore } from './sinkPieces.ts';

const TWO_32 = 4294967296;
/** Largest high half of 64 bits that a number holds exactly. */
const SAFE = 0x1fffff;
const BILLION = 1e9;
/** Bytes beyond the end that a writer may touch: copies go by whole words. */
const SLACK = 16;
/** From this length on the array's own copying is faster than words. */
const LONG = 256;
const ZERO = 48, MINUS = 45;

/** Digits of 0 to 9999 with zeros in front, a little-endian word each. */
export const FOUR_DIGITS = new Int32Array(10000);
for (let n = 0; n < 10000; n++) FOUR_DIGITS[n] = 0x30303030 + Math.floor(n / 1000) + ((Math.floor(n / 100) % 10) << 8) + ((Math.floor(n / 10) % 10) << 16) + ((n % 10) << 24);

/** Digits of 0 to 999 as they are written: left-aligned without zeros in front, and with. A word each, little-endian. */
const SHORT = new Int32Array(1000), PADDED = new Int32Array(1000);
for (let n = 0; n < 1000; n++) {
  const digits = String(n).split('').map((d) => d.charCodeAt(0));
  const three = String(n).padStart(3, '0').split('').map((d) => d.charCodeAt(0));
  digits.forEach((digit, i) => { SHORT[n] = (SHORT[n] ?? 0) | (digit << (8 * i)); });
  three.forEach((digit, i) => { PADDED[n] = (PADDED[n] ?? 0) | (digit << (8 * i)); });
}
const LOWER = '0123456789abcdef', UPPER = '0123456789ABCDEF';
const HEX_LOWER = Uint8Array.from(LOWER, (c) => c.charCodeAt(0)), HEX_UPPER = Uint8Array.from(UPPER, (c) => c.charCodeAt(0));

/** True where the four bytes of a word are all printable ASCII (0x20 to 0x7e): no byte below, none above, none of them 0x7f. */
export function isPrintableWord(word: number): boolean { return (((word - 0x20202020) | (word + 0x01010101) | word) & 0x80808080) === 0; }
/** True where one of the four bytes of a word is 0. */
export function hasZeroByte(word: number): boolean { return ((word - 0x01010101) & ~word & 0x80808080) !== 0; }

/** A growing array of bytes with writers for what lines are made of. Everything is appended at `at`. */
export class ByteSink {
  bytes: Uint8Array;
  data: DataView;
  /** Bytes written so far. Setting it back takes away what was written behind. */
  at = 0;
  #limit: number;

  /** `given`: an array to begin with, instead of one for `size` bytes. */
  constructor(size = 1 << 12, given: Uint8Array = new Uint8Array(size + SLACK)) {
    this.bytes = given;
    this.data = new DataView(given.buffer, given.byteOffset, given.length);
    this.#limit = given.length - SLACK;
  }

  /** Makes room for `n` more bytes. */
  reserve(n: number): void { if (this.at + n > this.#limit) this.#grow(n); }

  #grow(n: number): void {
    const size = Math.max(this.#limit * 2, this.at + n + SLACK);
    const bytes = new Uint8Array(size + SLACK);
    bytes.set(this.bytes.subarray(0, this.at));
    this.bytes = bytes;
    this.data = new DataView(bytes.buffer);
    this.#limit = size;
  }

  clear(): void { this.at = 0; }
  /** What was written, valid until the next change. */
  view(from = 0): Uint8Array { return this.bytes.subarray(from, this.at); }
  /** The same as text, losslessly (see base/text.ts). */
  text(from = 0): string { return decodeBytes(this.bytes, from, this.at); }

  byte(value: number): void {
    if (this.at >= this.#limit) this.#grow(1);
    this.bytes[this.at++] = value;
  }

  /** Up to four bytes at once: the `n` lowest of a little-endian word. */
  word(word: number, n: number): void {
    if (this.at + 4 > this.#limit) this.#grow(4);
    this.data.setInt32(this.at, word, true);
    this.at += n;
  }

  /** Up to sixteen bytes at once: the `n` first of two numbers of `source`, whose bytes are ASCII and zeros. */
  pair(source: Float64Array, from: number, n: number): void {
    if (this.at + 16 > this.#limit) this.#grow(16);
    const { data, at } = this;
    data.setFloat64(at, source[from] ?? 0, true);
    data.setFloat64(at + 8, source[from + 1] ?? 0, true);
    this.at = at + n;
  }

  /** Text of which every character is ASCII. */
  ascii(text: string): void {
    const n = text.length;
    if (this.at + n > this.#limit) this.#grow(n);
    const bytes = this.bytes;
    let at = this.at;
    for (let i = 0; i < n; i++) bytes[at++] = text.charCodeAt(i);
    this.at = at;
  }

  /** Any text. Bytes that stood for no character come out as the bytes that they were. */
  utf8(text: string): void {
    const n = text.length;
    if (this.at + n > this.#limit) this.#grow(n);
    const bytes = this.bytes;
    let at = this.at;
    for (let i = 0; i < n; i++) {
      const code = text.charCodeAt(i);
      if (code > 127) { this.copy(encodeText(text)); return; }
      bytes[at++] = code;
    }
    this.at = at;
  }

  /** Text without what is not printable ASCII. */
  printable(text: string): void {
    const n = text.length;
    if (this.at + n > this.#limit) this.#grow(n);
    const bytes = this.bytes;
    let at = this.at;
    for (let i = 0; i < n; i++) {
      const code = text.charCodeAt(i);
      if (code >= 0x20 && code <= 0x7e) bytes[at++] = code;
    }
    this.at = at;
  }

  /** Bytes of another array. */
  copy(source: Uint8Array, from = 0, to: number = source.length): void {
    const n = to - from;
    if (n <= 0) return;
    if (this.at + n > this.#limit) this.#grow(n);
    if (n < 48) { const bytes = this.bytes; for (let i = 0, at = this.at; i < n; i++) bytes[at + i] = source[from + i] ?? 0; }
    else this.bytes.set(source.subarray(from, to), this.at);
    this.at += n;
  }

  /** A text that a store keeps. */
  piece(store: PieceStore, handle: number): void {
    const source = store.data;
    const n = source.getInt32(handle, true);
    if (n < 0 || n >= LONG) { this.#longPiece(store, handle + 4, n); return; }
    if (this.at + n + 8 > this.#limit) this.#grow(n + 8);
    const data = this.data, to = this.at, from = handle + 4;
    // Eight bytes at a time as one number: only the store knows that they are none that a number would change (see there).
    for (let i = 0; i < n; i += 8) data.setFloat64(to + i, source.getFloat64(from + i, true), true);
    this.at = to + n;
  }

  #longPiece(store: PieceStore, from: number, n: number): void { this.copy(store.bytes, from, from + Math.abs(n)); }

  /** A whole number as decimal digits; exact up to 2^53 either way. Three digits go at once; what is negative, or a billion or more, takes a further call. */
  decimal(value: number): void {
    const n = value | 0;
    if (n !== value || n < 0 || n >= BILLION) { this.#unusual(value); return; }
    if (this.at + 16 > this.#limit) this.#grow(16);
    const { data } = this;
    let at = this.at;
    if (n < 1000) {
      data.setInt32(at, SHORT[n] ?? 0, true);
      this.at = at + (n < 10 ? 1 : n < 100 ? 2 : 3);
      return;
    }
    const thousands = (n / 1000) | 0;
    let head = thousands;
    if (thousands >= 1000) head = (thousands / 1000) | 0;
    data.setInt32(at, SHORT[head] ?? 0, true);
    at += head < 10 ? 1 : head < 100 ? 2 : 3;
    if (thousands >= 1000) {
      data.setInt32(at, PADDED[thousands - head * 1000] ?? 0, true);
      at += 3;
    }
    data.setInt32(at, PADDED[n - thousands * 1000] ?? 0, true);
    this.at = at + 3;
  }

  /** Negative, a billion or more, or no whole number. */
  #unusual(value: number): void {
    if (value < 0) { this.byte(MINUS); this.decimal(-value); return; }
    if (!(value < 1e21) || !Number.isInteger(value)) { this.ascii(String(value)); return; }
    if (value < BILLION) { this.decimal(value); return; }
    const head = Math.floor(value / BILLION);
    this.decimal(head);
    this.padded9(value - head * BILLION);
  }

  /** A whole number from 0 to 999,999,999 as nine digits. */
  padded9(value: number): void {
    if (this.at + 12 > this.#limit) this.#grow(12);
    const millions = (value / 1e6) | 0, rest = value - millions * 1e6, thousands = (rest / 1000) | 0;
    const data = this.data, at = this.at;
    data.setInt32(at, PADDED[millions] ?? 0, true);
    data.setInt32(at + 3, PADDED[thousands] ?? 0, true);
    data.setInt32(at + 6, PADDED[rest - thousands * 1000] ?? 0, true);
    this.at = at + 9;
  }

  /** A whole number with zeros in front, at least `width` digits. */
  padded(value: number, width: number): void {
    if (value < 0) { this.byte(MINUS); this.padded(-value, width - 1); return; }
    for (let i = width, bound = 10 ** (width - 1); i > 1 && value < bound; i--, bound /= 10) this.byte(ZERO);
    this.decimal(value);
  }

  /** Eight bytes as a decimal number. */
  decimal64(data: DataView, at: number, signed: boolean): void {
    const lo = data.getUint32(at, true);
    const hi = signed ? data.getInt32(at + 4, true) : data.getUint32(at + 4, true);
    if (hi <= SAFE && hi >= -SAFE) this.decimal(hi * TWO_32 + lo);
    else this.ascii(((BigInt(hi) << 32n) | BigInt(lo)).toString());
  }

  /** An unsigned whole number below 2^53 in hexadecimal, without prefix. */
  hex(value: number, upper = false): void {
    const digits = upper ? HEX_UPPER : HEX_LOWER;
    if (value >= TWO_32) { const hi = Math.floor(value / TWO_32); this.hex(hi, upper); this.#hex8(value - hi * TWO_32, digits); return; }
    if (this.at + 8 > this.#limit) this.#grow(8);
    const n = value >>> 0;
    let shift = 28 - (Math.clz32(n | 1) & ~3);
    for (; shift >= 0; shift -= 4) this.bytes[this.at++] = digits[(n >>> shift) & 15] ?? 0;
  }

  #hex8(value: number, digits: Uint8Array): void {
    if (this.at + 8 > this.#limit) this.#grow(8);
    for (let shift = 28; shift >= 0; shift -= 4) this.bytes[this.at++] = digits[(value >>> shift) & 15] ?? 0;
  }

  /** Eight bytes in hexadecimal, without prefix. */
  hex64(data: DataView, at: number, upper = false): void {
    const hi = data.getUint32(at + 4, true), lo = data.getUint32(at, true);
    if (hi === 0) { this.hex(lo, upper); return; }
    this.hex(hi, upper);
    this.#hex8(lo, upper ? HEX_UPPER : HEX_LOWER);
  }

  /** An unsigned whole number in octal with a 0 in front; 0 alone stays 0. */
  octal(value: number): void {
    if (value === 0) { this.byte(ZERO); return; }
    this.byte(ZERO);
    this.ascii(value.toString(8));
  }

  /** Text of bytes up to a NUL, as they are; at most to `end`. */
  toNul(bytes: Uint8Array, data: DataView, start: number, end: number): void {
    this.reserve(end - start);
    const own = this.data;
    let from = start, to = this.at;
    for (; from + 4 <= end; from += 4, to += 4) {
      const word = data.getInt32(from, true);
      if (hasZeroByte(word)) break;
      own.setInt32(to, word, true);
    }
    for (; from < end; from++) {
      const byte = bytes[from] ?? 0;
      if (byte === 0) break;
      this.bytes[to++] = byte;
    }
    this.at = to;
  }

  /** The same without what is not printable ASCII: how names of descriptors and paths are printed. */
  printableToNul(bytes: Uint8Array, data: DataView, start: number, end: number): void {
    this.reserve(end - start);
    const own = this.data;
    let from = start, to = this.at;
    for (;;) {
      for (; from + 4 <= end; from += 4, to += 4) {
        const word = data.getInt32(from, true);
        if (!isPrintableWord(word)) break;
        own.setInt32(to, word, true);
      }
      if (from >= end) break;
      const byte = bytes[from++] ?? 0;
      if (byte === 0) break;
      if (byte >= 0x20 && byte <= 0x7e) this.bytes[to++] = byte;
    }
    this.at = to;
  }
}

/** How often V8 has to see something before it keeps what it has seen. */
const REHEARSALS = 24;

/**
 * Goes once through what happens seldom: V8 compiles what it has seen, and throws it away at the first thing that it has not. A sink that grows in
 * the middle of a line, or the first large number, would cost that for all that writes lines.
 */
function rehearse(): void {
  const data = new DataView(new ArrayBuffer(24));
  data.setInt32(0, 0x41424344);
  for (let i = 0; i < REHEARSALS; i++) {
    const sink = new ByteSink(1);
    for (const n of [0, 12, 123, 1234, 12345, 123456, 1234567, 12345678, 123456789, 1234567890, 2 ** 40, -1, -1234567890]) sink.decimal(n);
    sink.padded9(i);
    sink.padded9(987654321);
    sink.utf8('abc');
    sink.printable('a\x01c');
    sink.ascii('abc');
    sink.word(0x41, 1);
    sink.hex(i);
    sink.hex(0xfedcba98);
    sink.hex64(data, 0);
    sink.decimal64(data, 0, true);
    sink.toNul(sink.bytes, data, 0, 8);
    sink.printableToNul(sink.bytes, data, 0, 8);
    sink.reserve(1 << 7);
  }
}
rehearse();
