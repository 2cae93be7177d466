// What the thread that reads a capture and the one that writes its lines share: batches of lines, how many have been handed over and how many are written.
import { STOPPED } from './parallelTurns.ts';

const HANDED = 0, WRITTEN = 1, STOP = 2, COUNTS = 4;

/** Batches are numbered from 0; number n lies at place n modulo their count, which is free again once it is written. */
export class Batches {
  /** To be given to the other thread. */
  readonly shared: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #places: number;

  constructor(places: number, shared: SharedArrayBuffer = new SharedArrayBuffer(4 * (COUNTS + places))) {
    this.shared = shared;
    this.#places = places;
    this.#words = new Int32Array(shared);
  }

  get handed(): number { return Atomics.load(this.#words, HANDED); }
  get written(): number { return Atomics.load(this.#words, WRITTEN); }
  /** One of `STOPPED`. */
  get stopped(): number { return Atomics.load(this.#words, STOP); }

  /** Hands over the next batch, of so many lines. */
  hand(lines: number): void {
    const batch = this.handed;
    this.#words[COUNTS + batch % this.#places] = lines;
    Atomics.store(this.#words, HANDED, batch + 1);
    Atomics.notify(this.#words, HANDED);
  }
  /** How many lines a batch has that was handed over. */
  lines(batch: number): number { return this.#words[COUNTS + batch % this.#places] ?? 0; }
  /** Says that a batch is written. */
  wrote(batch: number): void {
    Atomics.store(this.#words, WRITTEN, batch + 1);
    Atomics.notify(this.#words, WRITTEN);
  }
  /** Stops both. Only the first reason counts. */
  stop(reason: number): void {
    Atomics.compareExchange(this.#words, STOP, STOPPED.no, reason);
    Atomics.notify(this.#words, HANDED);
    Atomics.notify(this.#words, WRITTEN);
  }

  /** Waits until other than so many batches are handed over, or written, or everything is stopped; at most so long. */
  waitHanded(count: number, ms: number): void { if (this.stopped === STOPPED.no) Atomics.wait(this.#words, HANDED, count, ms); }
  waitWritten(count: number, ms: number): void { if (this.stopped === STOPPED.no) Atomics.wait(this.#words, WRITTEN, count, ms); }
}
