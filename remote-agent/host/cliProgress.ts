// How far a capture is read, on standard error: as -P prints it, or for a person who waits at a terminal.
import { writeSync } from 'node:fs';
import { isatty } from 'node:tty';

const STDERR = 2;
/** -P looks at the place in the file every so many events, and prints where it has moved by more than so many percent. */
const EVERY_EVENTS = 10_000;
const LEAST_PERCENT = 0.1;
/** Before a waiting person is told, and between two times. */
const PATIENCE_MS = 1000;
const AGAIN_MS = 200;

function put(text: string): void { try { writeSync(STDERR, text); } catch { /* nobody reads it */ } }

export interface Progress {
  /** Called now and then while events are read. `fraction` answers 0..1, undefined where it is not known. */
  at(num: number, fraction: () => number | undefined): void;
  /** Called at the end of each file. */
  end(fraction: number | undefined): void;
}

/** The progress that these options ask for. `stdoutTerminal`: lines are printed on a terminal, which is not to be disturbed. */
export function progressFor(asked: boolean, name: string, stdoutTerminal: boolean): Progress {
  if (asked) return new AskedProgress();
  if (!stdoutTerminal && isatty(STDERR)) return new WaitingProgress(name);
  return { at: () => undefined, end: () => undefined };
}

/** Every so often the percentage over the one before, and the last one with a newline. */
class AskedProgress implements Progress {
  #next = EVERY_EVENTS;
  #last = 0;
  #text = '';

  at(num: number, fraction: () => number | undefined): void {
    if (num < this.#next) return;
    this.#next = num - num % EVERY_EVENTS + EVERY_EVENTS;
    const percent = (fraction() ?? 0) * 100;
    if (percent - this.#last <= LEAST_PERCENT) return;
    this.#last = percent;
    const text = percent.toFixed(2);
    put(`\r${' '.repeat(this.#text.length)}\r${text}`);
    this.#text = text;
  }

  end(fraction: number | undefined): void {
    const blank = ' '.repeat(this.#text.length);
    put(`\r${blank}\r${blank}\r${((fraction ?? 1) * 100).toFixed(2)}\n`);
    this.#text = '';
  }
}

/** A line of its own that comes after a second and goes away at the end. */
class WaitingProgress implements Progress {
  readonly #name: string;
  readonly #startMs = performance.now();
  #nextMs = this.#startMs + PATIENCE_MS;
  #shown = false;
  #calls = 0;

  constructor(name: string) { this.#name = name; }

  at(num: number, fraction: () => number | undefined): void {
    // Looking at the clock for each event would cost more than most events.
    if ((++this.#calls & 255) !== 0 && num !== 0) return;
    const now = performance.now();
    if (now < this.#nextMs) return;
    this.#nextMs = now + AGAIN_MS;
    const done = fraction();
    const left = done === undefined || done < 0.01 ? '' : `, ${((now - this.#startMs) / 1000 * (1 - done) / done).toFixed(0)} s left`;
    put(`\r\x1b[K${this.#name}: ${done === undefined ? `${num} events` : `${(done * 100).toFixed(0)} %`}${left}`);
    this.#shown = true;
  }

  end(): void {
    if (this.#shown) put('\r\x1b[K');
    this.#shown = false;
  }
}
