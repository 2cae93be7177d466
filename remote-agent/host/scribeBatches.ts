// What the thread that goes through a capture and the one that reads its bytes and writes its lines share: chunks that are read, batches of lines that are handed over and
// written. Each side says what it has done, rings, and waits for what the other one says.
import { BATCH } from '../engine/format/quickLayout.ts';
import type { QuickScribe } from '../engine/format/quickScribe.ts';
import { STOPPED, writeAll } from './parallelTurns.ts';

const HANDED = 0, WRITTEN = 1, STOP = 2, BELL = 3, CLAIMED = 4, PASSED = 5, WRITER = 6, FIXED = 7;
/** So many batches are worth a call; half of those that there is room for. */
const RING_EVERY = BATCH.count / 2;
/** Who writes: nobody yet, the thread that is there for it, or for as long as that has not begun the one that goes through the capture. */
const NOBODY = 0, SCRIBE = 1, STANDIN = 2;

/**
 * Batches and chunks are numbered from 0. Number n lies at place n modulo the count of places: a batch's is free again once it is written, a chunk's once the reader of the
 * capture has passed it and the batches are written that have lines from it.
 */
export class Batches {
  /** To be given to the other thread. */
  readonly shared: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #batches: number;
  readonly #slots: number;
  readonly #lines: number;
  readonly #users: number;
  readonly #bytes: number;
  readonly #states: number;

  constructor(batches: number, slots: number, shared?: SharedArrayBuffer) {
    this.#batches = batches;
    this.#slots = slots;
    this.#lines = FIXED;
    this.#users = this.#lines + batches;
    this.#bytes = this.#users + slots;
    this.#states = this.#bytes + slots;
    this.shared = shared ?? new SharedArrayBuffer(4 * (this.#states + slots));
    this.#words = new Int32Array(this.shared);
  }

  get handed(): number { return Atomics.load(this.#words, HANDED); }
  get written(): number { return Atomics.load(this.#words, WRITTEN); }
  /** Chunks that are read or being read. */
  get claimed(): number { return Atomics.load(this.#words, CLAIMED); }
  /** Chunks that have been gone through. */
  get passed(): number { return Atomics.load(this.#words, PASSED); }
  isRead(chunk: number): boolean { return Atomics.load(this.#words, this.#states + chunk % this.#slots) === chunk + 1; }
  /** One of `STOPPED`. */
  get stopped(): number { return Atomics.load(this.#words, STOP); }

  // ---- said by whoever goes through the capture

  /** Hands over the next batch, of so many lines. Waking the other thread takes as long as some hundred lines, so that it is done for several batches at once: who waits for what he has handed over calls. */
  hand(lines: number): void {
    const batch = this.handed;
    this.#words[this.#lines + batch % this.#batches] = lines;
    Atomics.store(this.#words, HANDED, batch + 1);
    if ((batch + 1) % RING_EVERY === 0) this.#ring();
  }
  /** Wakes the other thread. */
  call(): void { this.#ring(); }
  /** The next chunk has been gone through; lines from it are in batches below `batches`. Not worth ringing for: a batch is soon handed over, and who waits for bytes reads them himself. */
  pass(batches: number): void {
    const chunk = Atomics.load(this.#words, PASSED);
    this.#words[this.#users + chunk % this.#slots] = batches;
    Atomics.store(this.#words, PASSED, chunk + 1);
  }
  /** Bytes of a chunk that is read; -1: it could not be. */
  bytes(chunk: number): number { return this.#words[this.#bytes + chunk % this.#slots] ?? 0; }

  /** Begins to write in place of the other thread; false where that has begun. To be ended soon. */
  standIn(): boolean { return Atomics.compareExchange(this.#words, WRITER, NOBODY, STANDIN) === NOBODY; }
  endStandIn(): void { this.#say(WRITER, NOBODY); }

  // ---- said by the other one

  /** Begins to write; waits as long as somebody stands in. */
  begin(ms: number): void {
    for (let { bell } = this; this.stopped === STOPPED.no && Atomics.compareExchange(this.#words, WRITER, NOBODY, SCRIBE) === STANDIN; { bell } = this) this.wait(bell, ms);
  }

  /** How many lines a batch has that was handed over. */
  lines(batch: number): number { return this.#words[this.#lines + batch % this.#batches] ?? 0; }
  wrote(batch: number): void { this.#say(WRITTEN, batch + 1); }

  // ---- both

  /** Whether the place of this chunk, the next one to be read, is free. */
  isFree(chunk: number): boolean {
    const before = chunk - this.#slots;
    return before < 0 || (Atomics.load(this.#words, PASSED) > before && this.written >= (this.#words[this.#users + chunk % this.#slots] ?? 0));
  }
  /** Takes it upon itself to read the next chunk, this one; false where the other one has done so. */
  claim(chunk: number): boolean { return Atomics.compareExchange(this.#words, CLAIMED, chunk, chunk + 1) === chunk; }
  /** A chunk is read: so many bytes; -1: it could not be. */
  has(chunk: number, bytes: number): void {
    this.#words[this.#bytes + chunk % this.#slots] = bytes;
    this.#say(this.#states + chunk % this.#slots, chunk + 1);
  }
  /** Stops both. Only the first reason counts. */
  stop(reason: number): void {
    Atomics.compareExchange(this.#words, STOP, STOPPED.no, reason);
    this.#ring();
  }
  /** What `wait` is to be given: taken before it is looked whether there is anything to do. */
  get bell(): number { return Atomics.load(this.#words, BELL); }
  /** Waits until somebody has rung since, at most so long. */
  wait(bell: number, ms: number): void { if (this.stopped === STOPPED.no) Atomics.wait(this.#words, BELL, bell, ms); }

  #say(word: number, value: number): void {
    Atomics.store(this.#words, word, value);
    this.#ring();
  }
  #ring(): void {
    Atomics.add(this.#words, BELL, 1);
    Atomics.notify(this.#words, BELL);
  }
}

/** Writes a batch that was handed over. What went wrong, for people; then everything is stopped. */
export function writeBatch(writer: QuickScribe, batches: Batches, batch: number, fd: number): string | undefined {
  let wrong: string | undefined;
  const whole = writer.write(batch % BATCH.count, batches.lines(batch), (bytes) => (wrong = writeAll(fd, bytes, bytes.length)) === undefined);
  if (whole) { batches.wrote(batch); return undefined; }
  batches.stop(wrong === 'EPIPE' ? STOPPED.closed : STOPPED.failed);
  return wrong === 'EPIPE' ? undefined : wrong ?? 'a line could not be written';
}
