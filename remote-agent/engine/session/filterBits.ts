// What a filter says of each event of the history, worked out once an event and kept, so that moving about does not run it again.
import type { EventContext } from '../event/context.ts';
import { SEGMENT_ROWS, type EventHistory, type RowContext } from './history.ts';

const NO = 1, YES = 2;
const KEPT_FILTERS = 6;
/** Asks for what is learned of a container after its first events: its name, image, labels. */
const OF_CONTAINERS = /\bcontainer\./;

export type Predicate = (ctx: EventContext) => boolean;
/** Thrown for a filter that does not compile; `start` and `end` are offsets in its text. */
export class FilterError extends Error {
  readonly start: number;
  readonly end: number;
  constructor(start: number, end: number, message: string) { super(message); this.name = 'FilterError'; this.start = start; this.end = end; }
}
export type Compile = (text: string) => { readonly ok: true; test(ctx: EventContext): boolean } | { readonly ok: false; readonly error: { readonly start: number; readonly end: number; readonly message: string } };

export class FilterBits {
  readonly #history: EventHistory;
  readonly #test: Predicate;
  readonly #context: RowContext;
  /** By segment number; a byte an event: 0 not known yet. */
  readonly #marks = new Map<number, Uint8Array>();

  constructor(history: EventHistory, test: Predicate) {
    this.#history = history;
    this.#test = test;
    this.#context = history.newContext();
  }

  passes(row: number): boolean {
    const number = Math.floor(row / SEGMENT_ROWS);
    let marks = this.#marks.get(number);
    if (marks === undefined) { marks = new Uint8Array(SEGMENT_ROWS); this.#marks.set(number, marks); }
    const i = row % SEGMENT_ROWS;
    const mark = marks[i];
    if (mark !== 0) return mark === YES;
    const passes = this.#history.load(row, this.#context) && this.#test(this.#context);
    marks[i] = passes ? YES : NO;
    return passes;
  }

  /** Works out rows `from` to `to` (not included), at most `budget` new ones. Returns where to go on; `to` when done. */
  advance(from: number, to: number, budget: number): number {
    let row = Math.max(from, this.#history.firstRow);
    let left = budget;
    for (; row < to && left > 0; row++) {
      const marks = this.#marks.get(Math.floor(row / SEGMENT_ROWS));
      if (marks !== undefined && marks[row % SEGMENT_ROWS] !== 0) continue;
      this.passes(row);
      left--;
    }
    return Math.min(Math.max(row, from), Math.max(to, from));
  }

  /** What was worked out may be true no more. */
  forget(): void { this.#marks.clear(); }

  drop(firstRow: number): void {
    for (const number of this.#marks.keys()) if ((number + 1) * SEGMENT_ROWS <= firstRow) this.#marks.delete(number);
  }
}

/** The filters used last. */
export class FilterCache {
  readonly #history: EventHistory;
  readonly #compile: Compile;
  readonly #filters = new Map<string, FilterBits>();

  constructor(history: EventHistory, compile: Compile) { this.#history = history; this.#compile = compile; }

  /** Undefined for the empty filter, which all pass. Throws a FilterError. */
  get(text: string): FilterBits | undefined {
    const trimmed = text.trim();
    if (trimmed === '') return undefined;
    let bits = this.#filters.get(text);
    if (bits === undefined) bits = new FilterBits(this.#history, this.compile(text)); else this.#filters.delete(text);
    this.#filters.set(text, bits);
    if (this.#filters.size > KEPT_FILTERS) for (const oldest of this.#filters.keys()) { this.#filters.delete(oldest); break; }
    return bits;
  }

  compile(text: string): Predicate {
    const compiled = this.#compile(text);
    if (!compiled.ok) throw new FilterError(compiled.error.start, compiled.error.end, compiled.error.message);
    return (ctx) => compiled.test(ctx);
  }

  /** A container has got its name, or another. */
  containersChanged(): void { for (const [text, bits] of this.#filters) if (OF_CONTAINERS.test(text)) bits.forget(); }

  drop(firstRow: number): void { for (const bits of this.#filters.values()) bits.drop(firstRow); }
}
