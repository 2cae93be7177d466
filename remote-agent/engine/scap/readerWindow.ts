// The bytes that a reader has before it: the chunk it was given, in place, and for a block that straddles two chunks a copy of that block alone.
import { BLOCK_OVERHEAD, MAX_BLOCK } from './blocks.ts';

const HEAD = 8;
const EMPTY = new Uint8Array(0);

export class ReaderWindow {
  bytes: Uint8Array = EMPTY;
  data: DataView = new DataView(EMPTY.buffer);
  /** Where reading goes on in `bytes`. */
  at = 0;
  end = 0;
  /** Position in the file of byte 0 of `bytes`. */
  origin = 0;
  #carry: Uint8Array = EMPTY;
  /** What of the newest chunk lies behind the block that is carried over. */
  #rest: Uint8Array | undefined;

  /** Bytes of the file before `at`. */
  get position(): number { return this.origin + this.at; }
  /** Bytes not read yet. */
  get left(): number { return this.end - this.at + (this.#rest?.length ?? 0); }

  /** Takes in the next bytes of the file. They are not copied, and must stay as they are until the next push. */
  push(chunk: Uint8Array): void {
    const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length);
    const left = this.end - this.at;
    if (this.#rest === undefined && left === 0) { this.#use(bytes, this.position, 0, bytes.length); return; }
    const whole = this.#rest === undefined ? this.#blockLength(left, bytes) : 0;
    // Somebody paused within a chunk and pushes the next one all the same.
    if (whole <= left) { this.#joinAll(bytes); return; }
    const taken = Math.min(bytes.length, whole - left);
    this.#append(left, bytes.subarray(0, taken));
    if (taken < bytes.length) this.#rest = bytes.subarray(taken);
  }

  /** Goes on to what lies behind the block that was carried over. False where nothing does. */
  advance(): boolean {
    const rest = this.#rest;
    if (rest === undefined || this.at < this.end) return false;
    this.#rest = undefined;
    this.#use(rest, this.position, 0, rest.length);
    return true;
  }

  #use(bytes: Uint8Array, origin: number, at: number, end: number): void {
    this.bytes = bytes;
    this.data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.origin = origin; this.at = at; this.end = end;
  }

  /** Length of the block whose first `left` bytes are here and whose others begin `next`; of its header where that is nonsense or not whole. */
  #blockLength(left: number, next: Uint8Array): number {
    if (left + next.length < HEAD) return HEAD;
    let length = 0;
    for (let i = HEAD - 1; i >= HEAD / 2; i--) length = length * 256 + ((i < left ? this.bytes[this.at + i] : next[i - left]) ?? 0);
    return length < BLOCK_OVERHEAD || length > MAX_BLOCK ? Math.max(HEAD, left + 1) : length;
  }

  /** Adds to the copy of the block that straddles. It grows with what is there, not with what the block says of itself. */
  #append(left: number, bytes: Uint8Array): void {
    const origin = this.position;
    const size = left + bytes.length;
    if (this.bytes !== this.#carry || this.at + size > this.#carry.length) {
      const source = this.bytes.subarray(this.at, this.end);
      if (size > this.#carry.length) this.#carry = new Uint8Array(Math.max(4096, size * 2));
      this.#carry.set(source);
      this.#carry.set(bytes, left);
      this.#use(this.#carry, origin, 0, size);
      return;
    }
    this.#carry.set(bytes, this.end);
    this.end += bytes.length;
  }

  #joinAll(bytes: Uint8Array): void {
    const before = this.bytes.subarray(this.at, this.end), rest = this.#rest ?? EMPTY;
    const all = new Uint8Array(before.length + rest.length + bytes.length);
    all.set(before);
    all.set(rest, before.length);
    all.set(bytes, before.length + rest.length);
    this.#rest = undefined;
    this.#use(all, this.position, 0, all.length);
  }
}
