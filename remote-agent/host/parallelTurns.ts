// What the threads that print one capture share: which stretch of events is whose, whose turn it is to write, and how it all ended.
import { writeSync } from 'node:fs';

const NEXT = 0, TURN = 1, STOP = 2, WORDS = 4;
const SHOWN = 0, EVENTS = 1, FIGURES = 2;
/** How long to wait before a descriptor that takes nothing is tried again, ms. */
const RETRY_MS = 2;

/** Why nothing more is to be written. `ended`: a limit was reached; `closed`: the reader of the lines has gone; `aborted`: somebody asked for it. */
export const STOPPED = { no: 0, ended: 1, closed: 2, failed: 3, aborted: 4 } as const;

const idle = new Int32Array(new SharedArrayBuffer(4));

/**
 * Stretches are numbered from 0 in the order of the file. Every thread comes to each of them in this order; the first one takes it. What it
 * makes of it is written when all stretches before are: whoever has the turn writes.
 */
export class Turns {
  /** To be handed to the other threads. */
  readonly shared: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #figures: Float64Array;

  constructor(shared: SharedArrayBuffer = new SharedArrayBuffer(WORDS * 4 + FIGURES * 8)) {
    this.shared = shared;
    this.#words = new Int32Array(shared, 0, WORDS);
    this.#figures = new Float64Array(shared, WORDS * 4, FIGURES);
  }

  /** Takes the stretch if nobody has it; true if it is the caller's now. */
  take(stretch: number): boolean { return Atomics.compareExchange(this.#words, NEXT, stretch, stretch + 1) === stretch; }

  get turn(): number { return Atomics.load(this.#words, TURN); }
  /** One of `STOPPED`. */
  get stopped(): number { return Atomics.load(this.#words, STOP); }

  /** Ends the turn: the stretch is written, and its events are counted. */
  pass(stretch: number, shown: number, events: number): void {
    this.#figures[SHOWN] = (this.#figures[SHOWN] ?? 0) + shown;
    this.#figures[EVENTS] = events;
    Atomics.store(this.#words, TURN, stretch + 1);
    Atomics.notify(this.#words, TURN);
  }

  /** Stops everybody. Only the first reason counts. */
  stop(reason: number): void {
    Atomics.compareExchange(this.#words, STOP, STOPPED.no, reason);
    Atomics.notify(this.#words, TURN);
  }

  /** Waits until the turn is another than this or everybody stops, at most so long. */
  wait(turn: number, ms: number): void { if (this.stopped === STOPPED.no) Atomics.wait(this.#words, TURN, turn, ms); }

  /** Events delivered in the stretches that are written, and events read up to their end. */
  get shown(): number { return this.#figures[SHOWN] ?? 0; }
  get events(): number { return this.#figures[EVENTS] ?? 0; }
}

/** Writes all of the bytes, waiting for a reader that is slow. Answers what went wrong: `EPIPE`, or a message; undefined: nothing. */
export function writeAll(fd: number, bytes: Uint8Array, end: number): string | undefined {
  for (let at = 0; at < end;) {
    try {
      at += writeSync(fd, bytes, at, end - at);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'EAGAIN') { Atomics.wait(idle, 0, 0, RETRY_MS); continue; }
      return code === 'EPIPE' ? 'EPIPE' : message;
    }
  }
  return undefined;
}
