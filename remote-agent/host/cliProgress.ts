// How far a capture is read, on standard error: as -P prints it, or for a person who waits at a terminal.
import { writeSync } from 'node:fs';
import { isTerminal } from './cliSay.ts';

const STDERR = 2;
/** -P tells where the place in the file has moved by more than so many percent. */
const LEAST_PERCENT = 0.1;
/** How often -P looks at it. */
const ASKED_MS = 40;
/** Before a waiting person is told, and between two times. */
const PATIENCE_MS = 1000;
const AGAIN_MS = 200;

function put(text: string): void { try { writeSync(STDERR, text); } catch { /* nobody reads it */ } }

export interface Progress {
  /** How often `at` is to be called; undefined: never. */
  readonly everyMs: number | undefined;
  /** Tells how much is read: 0..1, undefined where it is not known, and so many events. */
  at(fraction: number | undefined, events: number): void;
  /** Called at the end of each file. */
  end(fraction: number | undefined): void;
}

/** The progress that these options ask for. `stdoutTerminal`: lines are printed on a terminal, which is not to be disturbed. */
export function progressFor(asked: boolean, name: string, stdoutTerminal: boolean): Progress {
  if (asked) return new AskedProgress();
  if (!stdoutTerminal && isTerminal(STDERR)) return new WaitingProgress(name);
  return { everyMs: undefined, at: () => undefined, end: () => undefined };
}

/** Every so often the percentage over the one before, and the last one with a newline. */
class AskedProgress implements Progress {
  readonly everyMs = ASKED_MS;
  #last = 0;
  #text = '';

  at(fraction: number | undefined): void {
    const percent = (fraction ?? 0) * 100;
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
  #startMs = performance.now();
  readonly everyMs = AGAIN_MS;
  #shown = false;

  constructor(name: string) { this.#name = name; }

  at(done: number | undefined, events: number): void {
    const now = performance.now();
    if (now - this.#startMs < PATIENCE_MS) return;
    const left = done === undefined || done < 0.01 ? '' : `, ${((now - this.#startMs) / 1000 * (1 - done) / done).toFixed(0)} s left`;
    put(`\r\x1b[K${this.#name}: ${done === undefined ? `${events} events` : `${(done * 100).toFixed(0)} %`}${left}`);
    this.#shown = true;
  }

  end(): void {
    if (this.#shown) put('\r\x1b[K');
    this.#shown = false;
    this.#startMs = performance.now();
  }
}
