// Questions about the event list: a page of it, how many events it has, the next match, the row at a time or a position. Each goes on step by
// step, so that the caller can breathe and give up in between.
import { EventList, type ListQuery } from './eventList.ts';
import { eventRow, type EventRow } from './eventRow.ts';
import type { EventHistory } from './history.ts';
import { countBelow, countRows, nextRow, nthRow, previousRow } from './rowSet.ts';
import { SEGMENT_MASK, SEGMENT_ROWS } from './segment.ts';

const MAX_PAGE = 5000;
/** What going on for the position of a match, once it is found, may cost, in events: a few tenths of a second. */
const POSITION_COST = 500_000;

/** `fromRow`: the first row to look at; -1: the first (forward) or last (backward) of the range. */
export interface PageQuery { readonly startNs: number; readonly endNs: number; readonly fromRow: number; readonly direction: 'forward' | 'backward'; readonly count: number }
export interface Page { readonly rows: readonly EventRow[]; readonly nextRow: number }

/** Something that takes several steps. `advance` looks at about `budget` events; true: `result` is there. */
export interface Steps<T> { advance(budget: number): boolean; result(): T }
/** A count, and how much of the range it covers. */
export interface Counting { readonly count: number; readonly fraction: number }

export class PageSearch implements Steps<Page> {
  readonly #list: EventList;
  readonly #wanted: number;
  readonly #step: 1 | -1;
  readonly #found: number[] = [];
  /** Where to go on; Infinity or -1 at the end. */
  #row: number;

  constructor(history: EventHistory, query: PageQuery, list: ListQuery) {
    this.#list = new EventList(history, { ...list, startNs: query.startNs, endNs: query.endNs });
    this.#wanted = Math.max(1, Math.min(MAX_PAGE, Math.floor(query.count)));
    this.#step = query.direction === 'backward' ? -1 : 1;
    this.#row = this.#step > 0 ? this.#list.after(Math.max(0, query.fromRow)) : this.#list.before(query.fromRow < 0 ? Infinity : query.fromRow);
  }

  advance(budget: number): boolean {
    const list = this.#list, { history } = list;
    for (let left = budget; left > 0 && !this.#complete();) {
      // The history may have dropped what comes next since the last step.
      if (!history.has(this.#row)) { this.#row = this.#step > 0 ? list.after(this.#row) : -1; continue; }
      const segment = history.segmentOf(this.#row), rows = list.rowsOf(segment);
      left -= list.cost;
      this.#row = this.#step > 0 ? this.#forward(rows, segment.firstRow) : this.#backward(rows, segment.firstRow);
    }
    return this.#complete();
  }

  #forward(rows: Uint32Array, first: number): number {
    for (let i = nextRow(rows, this.#row & SEGMENT_MASK); i >= 0; i = nextRow(rows, i + 1)) {
      this.#found.push(first + i);
      if (this.#found.length === this.#wanted) return this.#list.after(first + i + 1);
    }
    return this.#list.after(first + SEGMENT_ROWS);
  }
  #backward(rows: Uint32Array, first: number): number {
    for (let i = previousRow(rows, this.#row & SEGMENT_MASK); i >= 0; i = previousRow(rows, i - 1)) {
      this.#found.push(first + i);
      if (this.#found.length === this.#wanted) return this.#list.before(first + i - 1);
    }
    return this.#list.before(first - 1);
  }

  #complete(): boolean { return this.#found.length >= this.#wanted || this.#ended(); }
  #ended(): boolean { return this.#row === Infinity || this.#row < 0; }

  result(): Page {
    const { history } = this.#list;
    const rows = this.#found.map((row) => eventRow(history, row)).filter((row) => row !== undefined);
    if (this.#step < 0) rows.reverse();
    return { rows, nextRow: this.#ended() ? -1 : this.#row };
  }
}

export class CountSearch implements Steps<number> {
  count = 0;
  readonly #list: EventList;
  readonly #firstRow: number;
  #row: number;

  constructor(history: EventHistory, list: ListQuery) {
    this.#list = new EventList(history, list);
    this.#row = this.#firstRow = this.#list.after(0);
  }

  advance(budget: number): boolean {
    const list = this.#list, { history } = list;
    for (let left = budget; left > 0 && this.#row < Infinity;) {
      if (history.has(this.#row)) {
        const segment = history.segmentOf(this.#row);
        this.count += countRows(list.rowsOf(segment));
        left -= list.cost;
        this.#row = segment.firstRow + SEGMENT_ROWS;
      }
      this.#row = list.after(this.#row);
    }
    return this.#row === Infinity;
  }

  get progress(): Counting {
    const { history } = this.#list;
    return { count: this.count, fraction: this.#row === Infinity ? 1 : (this.#row - this.#firstRow) / Math.max(1, history.endRow - this.#firstRow) };
  }
  result(): number { return this.count; }
}

export interface FindQuery { readonly fromRow: number; readonly direction: 'forward' | 'backward'; readonly wrap: boolean }
/** `row` -1: nothing found. `index` from 1, 0: not known; `total` -1: not known. */
export interface Found { readonly row: number; readonly wrapped: boolean; readonly index: number; readonly total: number }

/** The next or previous row of a list, and where among all of them it is. */
export class FindSearch implements Steps<Found> {
  readonly #list: EventList;
  readonly #fromRow: number;
  readonly #step: 1 | -1;
  readonly #wrap: boolean;
  #wrapped = false;
  #row: number;
  #found = -1;
  /** Where the counting of all matches is; -1: it has not begun. */
  #counted = -1;
  #before = 0;
  #total = 0;
  #patience = POSITION_COST;

  constructor(history: EventHistory, query: FindQuery, list: ListQuery) {
    this.#list = new EventList(history, list);
    this.#step = query.direction === 'backward' ? -1 : 1;
    this.#wrap = query.wrap && query.fromRow >= 0;
    this.#fromRow = query.fromRow;
    this.#row = this.#start();
  }

  /** The first row to look at; at the other end once it has wrapped. */
  #start(): number {
    const anew = this.#wrapped || this.#fromRow < 0;
    return this.#step > 0 ? this.#list.after(anew ? 0 : this.#fromRow + 1) : this.#list.before(anew ? Infinity : this.#fromRow - 1);
  }

  advance(budget: number): boolean {
    let left = budget;
    while (left > 0 && this.#counted < 0) left -= this.#look();
    while (left > 0 && this.#counted < Infinity && this.#patience > 0) left -= this.#count();
    return this.#counted === Infinity || (this.#counted >= 0 && this.#patience <= 0);
  }

  /** Looks into the next segment for a match. */
  #look(): number {
    const list = this.#list, { history } = list;
    const ended = this.#row === Infinity || this.#row < 0;
    if (ended || !history.has(this.#row)) {
      if (!ended && this.#step > 0) this.#row = list.after(this.#row);
      else if (this.#wrap && !this.#wrapped) { this.#wrapped = true; this.#row = this.#start(); } else this.#counted = Infinity;
      return 1;
    }
    const segment = history.segmentOf(this.#row), rows = list.rowsOf(segment), i = this.#row & SEGMENT_MASK;
    const at = this.#step > 0 ? nextRow(rows, i) : previousRow(rows, i);
    if (at >= 0) { this.#found = segment.firstRow + at; this.#counted = list.after(0); }
    else this.#row = this.#step > 0 ? list.after(segment.firstRow + SEGMENT_ROWS) : list.before(segment.firstRow - 1);
    return list.cost;
  }

  /** Counts the matches of the next segment. */
  #count(): number {
    const list = this.#list, { history } = list;
    let cost = 1;
    if (history.has(this.#counted)) {
      const segment = history.segmentOf(this.#counted), rows = list.rowsOf(segment), size = countRows(rows);
      this.#total += size;
      if (segment.firstRow + SEGMENT_ROWS <= this.#found) this.#before += size;
      else if (segment.firstRow <= this.#found) this.#before += countBelow(rows, this.#found - segment.firstRow);
      cost = list.cost;
      this.#counted = segment.firstRow + SEGMENT_ROWS;
    }
    this.#counted = list.after(this.#counted);
    this.#patience -= cost;
    return cost;
  }

  result(): Found {
    if (this.#found < 0) return { row: -1, wrapped: this.#wrapped, index: 0, total: 0 };
    const all = this.#counted === Infinity;
    return { row: this.#found, wrapped: this.#wrapped, index: all ? this.#before + 1 : 0, total: all ? this.#total : -1 };
  }
}

/** `index`: how many rows of the list lie before it. */
export interface Place { readonly row: number; readonly index: number }

/** The first row of a list recorded at or after a time, or, without one, its row number `index`. */
export class PlaceSearch implements Steps<Place> {
  readonly #list: EventList;
  readonly #ns: number | undefined;
  readonly #wanted: number;
  #row: number;
  #before = 0;
  #found = -1;

  constructor(history: EventHistory, list: ListQuery, at: { readonly ns: number } | { readonly index: number }) {
    this.#list = new EventList(history, list);
    this.#ns = 'ns' in at ? at.ns : undefined;
    this.#wanted = 'index' in at ? Math.max(0, Math.floor(at.index)) : 0;
    this.#row = this.#list.after(0);
  }

  advance(budget: number): boolean {
    const list = this.#list, { history } = list;
    for (let left = budget; left > 0 && this.#found < 0 && this.#row < Infinity;) {
      if (history.has(this.#row)) {
        const segment = history.segmentOf(this.#row), rows = list.rowsOf(segment), size = countRows(rows);
        left -= list.cost;
        let i = -1;
        if (this.#ns === undefined) { if (this.#wanted - this.#before < size) i = nthRow(rows, this.#wanted - this.#before); }
        else if (segment.maxNs >= this.#ns) for (i = nextRow(rows, 0); i >= 0 && segment.tsAt(i) < this.#ns;) i = nextRow(rows, i + 1);
        if (i >= 0) { this.#found = segment.firstRow + i; this.#before += countBelow(rows, i); break; }
        this.#before += size;
        this.#row = segment.firstRow + SEGMENT_ROWS;
      }
      this.#row = list.after(this.#row);
    }
    return this.#found >= 0 || this.#row === Infinity;
  }

  result(): Place { return { row: this.#found, index: this.#before }; }
}
