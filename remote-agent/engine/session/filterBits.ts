// What a filter says of each event of the history, as sets of rows, worked out a segment at a time and kept. Filters that share a check share what
// was found out for it: one that narrows another reads only events that the other lets through.
import { parseFilter, printFilter } from '../filter/index.ts';
import { makeCheck, type Predicate, type RowCheck, type TestTraits } from './checks.ts';
import { SharedChecks } from './filterPlan.ts';
import type { EventHistory } from './history.ts';
import { ALL_ROWS, NO_ROWS, hasRow, isEmpty, isWhole, newRowSet, setBelow, type RowSet } from './rowSet.ts';
import { SEGMENT_MASK, SEGMENT_ROWS, SEGMENT_WORDS, type Segment } from './segment.ts';
import { SegmentSummary, summaryOf } from './summary.ts';

export type { Predicate } from './checks.ts';

const KEPT_FILTERS = 8;
/** Bytes that the verdicts of all filters may take. */
const VERDICT_BYTES = 32 << 20;
/** What going over a segment costs beside the events that are read, in events. */
const SEGMENT_COST = 64;
/** Asks for what is learned of a container after its first events: its name, image, labels. */
const OF_CONTAINERS = /\b(container|k8s|mesos|marathon)\.|\bfd\.container/;

/** Thrown for a filter that does not compile; `start` and `end` are offsets in its text. */
export class FilterError extends Error {
  readonly start: number;
  readonly end: number;
  /** Of a search: whether it is what is looked for, or the list's filter. */
  which: 'find' | 'filter' | undefined;
  constructor(start: number, end: number, message: string) { super(message); this.name = 'FilterError'; this.start = start; this.end = end; }
}
export type Compile = (text: string) => { readonly ok: true; test: Predicate } & TestTraits | { readonly ok: false; readonly error: { readonly start: number; readonly end: number; readonly message: string } };

export class FilterBits {
  readonly #history: EventHistory;
  readonly #check: RowCheck;
  /** The whole filter, for what is no row; undefined for one that has to see all events in order. */
  readonly test: Predicate | undefined;
  readonly #known = new Map<number, RowSet>();
  readonly #pass = new Map<number, RowSet>();
  /** Of segments of which some rows pass and others do not. */
  readonly #summaries = new Map<number, SegmentSummary>();
  /** The segment asked for last. */
  #number = -1;
  #lastKnown: RowSet = NO_ROWS;
  #lastPass: RowSet = NO_ROWS;

  constructor(history: EventHistory, check: RowCheck | Predicate, test?: Predicate) {
    this.#history = history;
    this.test = typeof check === 'function' ? check : test;
    this.#check = typeof check === 'function' ? makeCheck(history, check, {}) : check;
  }

  /** Bytes of what is kept, but for checks that other filters share. */
  get bytes(): number {
    let sets = 0;
    for (const set of this.#known.values()) if (set !== ALL_ROWS) sets++;
    for (const set of this.#pass.values()) if (set !== ALL_ROWS && set !== NO_ROWS) sets++;
    let bytes = sets * SEGMENT_WORDS * 4;
    for (const summary of this.#summaries.values()) bytes += summary.bytes;
    return bytes;
  }

  passes(row: number): boolean {
    const i = row & SEGMENT_MASK, number = Math.floor(row / SEGMENT_ROWS);
    if (number !== this.#number || !hasRow(this.#lastKnown, i)) {
      if (!this.#history.has(row)) return false;
      this.#find(this.#history.segmentOf(row), ALL_ROWS);
    }
    return hasRow(this.#lastPass, i);
  }

  /** The rows of a segment that pass. */
  passing(segment: Segment): RowSet {
    this.#find(segment, ALL_ROWS);
    return this.#lastPass;
  }

  /** What passes of a full segment, added up; undefined where nothing does. */
  summary(segment: Segment): SegmentSummary | undefined {
    const pass = this.passing(segment);
    if (pass === NO_ROWS) return undefined;
    if (pass === ALL_ROWS) return summaryOf(segment);
    let summary = this.#summaries.get(segment.number);
    if (summary === undefined) this.#summaries.set(segment.number, summary = new SegmentSummary(segment, pass));
    return summary;
  }

  /** Takes the rows that do not pass out of `rows`. Returns what that cost, in events. */
  narrow(segment: Segment, rows: RowSet): number {
    // What costs little is found out for all rows at once.
    const cost = this.#find(segment, this.#check.cost === 0 ? ALL_ROWS : rows), pass = this.#lastPass;
    if (pass === NO_ROWS) { rows.fill(0); return cost; }
    for (let w = 0; w < SEGMENT_WORDS; w++) rows[w] = (rows[w] as number) & (pass[w] as number);
    return cost;
  }

  /** Whether nothing is left to find out of a segment. */
  knows(segment: Segment): boolean { return this.#known.get(segment.number) === ALL_ROWS; }

  /** Works out the segments of rows `from` to `to` (not included), until that has cost `budget` events. Returns where to go on; `to` when done. */
  advance(from: number, to: number, budget: number): number {
    let row = Math.max(from, this.#history.firstRow);
    for (let left = budget; row < to && left > 0;) {
      if (!this.#history.has(row)) return to;
      const segment = this.#history.segmentOf(row);
      left -= this.#find(segment, ALL_ROWS);
      row = segment.firstRow + SEGMENT_ROWS;
    }
    return Math.min(Math.max(row, from), Math.max(to, from));
  }

  /** Finds out about rows of a segment and leaves its sets in #lastKnown and #lastPass. */
  #find(segment: Segment, rows: RowSet): number {
    const { number } = segment;
    let known = this.#known.get(number) ?? NO_ROWS, pass = this.#pass.get(number) ?? NO_ROWS;
    let cost = 1;
    if (known === NO_ROWS && rows === ALL_ROWS && segment.count === SEGMENT_ROWS) {
      const passing = takeSet();
      passing.fill(0xffffffff);
      cost += SEGMENT_COST + this.#check.narrow(segment, passing);
      known = ALL_ROWS;
      pass = isEmpty(passing) ? NO_ROWS : isWhole(passing) ? ALL_ROWS : passing;
      if (pass !== passing) giveSet(passing);
      this.#known.set(number, known);
      this.#pass.set(number, pass);
    } else if (known !== ALL_ROWS) {
      const wanted = takeSet();
      setBelow(wanted, segment.count);
      let any = 0;
      for (let w = 0; w < SEGMENT_WORDS; w++) any |= wanted[w] = (wanted[w] as number) & (rows[w] as number) & ~(known[w] as number);
      if (any !== 0) {
        if (known === NO_ROWS) known = newRowSet();
        for (let w = 0; w < SEGMENT_WORDS; w++) known[w] = (known[w] as number) | (wanted[w] as number);
        cost += SEGMENT_COST + this.#check.narrow(segment, wanted);
        if (pass === NO_ROWS) pass = newRowSet();
        for (let w = 0; w < SEGMENT_WORDS; w++) pass[w] = (pass[w] as number) | (wanted[w] as number);
        if (isEmpty(pass)) pass = NO_ROWS;
        if (segment.count === SEGMENT_ROWS && isWhole(known)) { known = ALL_ROWS; if (isWhole(pass)) pass = ALL_ROWS; }
        this.#known.set(number, known);
        this.#pass.set(number, pass);
      }
      giveSet(wanted);
    }
    this.#number = number; this.#lastKnown = known; this.#lastPass = pass;
    return cost;
  }

  /** What was worked out may be true no more. */
  forget(): void { this.#known.clear(); this.#pass.clear(); this.#summaries.clear(); this.#number = -1; this.#check.forget(); }

  drop(firstRow: number): void {
    for (const number of this.#known.keys()) if ((number + 1) * SEGMENT_ROWS <= firstRow) { this.#known.delete(number); this.#pass.delete(number); }
    for (const number of this.#summaries.keys()) if ((number + 1) * SEGMENT_ROWS <= firstRow) this.#summaries.delete(number);
    this.#number = -1;
    this.#check.drop(firstRow);
  }
}

const spare: RowSet[] = [];
/** A set to work with; of any content. */
export function takeSet(): RowSet { return spare.pop() ?? newRowSet(); }
export function giveSet(set: RowSet): void { if (spare.length < 64) spare.push(set); }

/** The filters used last, and the checks that they consist of. */
export class FilterCache {
  readonly #history: EventHistory;
  readonly #compile: Compile;
  /** By canonical text. */
  readonly #filters = new Map<string, FilterBits>();
  readonly #checks: SharedChecks;

  constructor(history: EventHistory, compile: Compile) {
    this.#history = history; this.#compile = compile;
    this.#checks = new SharedChecks(history, (text) => this.#compiled(text));
  }

  /** Undefined for the empty filter, which all pass. Throws a FilterError. */
  get(text: string): FilterBits | undefined {
    if (text.trim() === '') return undefined;
    const { node } = parseFilter(text);
    const key = node === undefined ? text : printFilter(node);
    let bits = this.#filters.get(key);
    if (bits === undefined) {
      const whole = this.#compiled(text);
      bits = new FilterBits(this.#history, node === undefined ? makeCheck(this.#history, whole.test, whole) : this.#checks.plan(node), whole.inOrder === true ? undefined : (ctx) => whole.test(ctx));
    } else this.#filters.delete(key);
    this.#filters.set(key, bits);
    this.#bound();
    return bits;
  }

  #compiled(text: string): { readonly test: Predicate } & TestTraits {
    const compiled = this.#compile(text);
    if (!compiled.ok) throw new FilterError(compiled.error.start, compiled.error.end, compiled.error.message);
    return compiled;
  }

  /** A test of its own, e.g. for events that follow. Throws a FilterError. */
  compile(text: string): Predicate {
    const { test } = this.#compiled(text);
    return (ctx) => test(ctx);
  }

  /** Lets go of what was not asked for for the longest time. */
  #bound(): void {
    let bytes = this.#checks.bytes;
    for (const bits of this.#filters.values()) bytes += bits.bytes;
    for (const [key, bits] of this.#filters) {
      if (this.#filters.size <= 1 || (this.#filters.size <= KEPT_FILTERS && bytes <= VERDICT_BYTES)) break;
      bytes -= bits.bytes;
      this.#filters.delete(key);
    }
    this.#checks.bound(VERDICT_BYTES / 2);
  }

  /** A container has got its name, or another. */
  containersChanged(): void {
    for (const [text, bits] of this.#filters) if (OF_CONTAINERS.test(text)) bits.forget();
    this.#checks.forget(OF_CONTAINERS);
  }

  drop(firstRow: number): void { for (const bits of this.#filters.values()) bits.drop(firstRow); this.#checks.drop(firstRow); }
}
