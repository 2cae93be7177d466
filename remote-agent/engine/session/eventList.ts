// The event list: the rows of a range that a filter lets through and that have a line of their own, as sets of rows a segment at a time.
import type { FilterBits } from './filterBits.ts';
import type { EventHistory } from './history.ts';
import { trackRange } from './range.ts';
import { newRowSet, setBelow, type RowSet } from './rowSet.ts';
import { SEGMENT_MASK, SEGMENT_ROWS, SEGMENT_WORDS, type Segment } from './segment.ts';

/** Rows that may be out of the order of time at the ends of a range. */
const SLACK = 256;

export interface ListQuery {
  /** ns; without them, the whole history. */
  readonly startNs?: number | undefined;
  readonly endNs?: number | undefined;
  readonly filter: FilterBits | undefined;
  /** Enter events of stored exits have lines too. */
  readonly withEnters: boolean;
  /** Only these of the list's events. */
  readonly find?: FilterBits | undefined;
}

/**
 * The enter event of a call whose exit is stored has no line, unless enter events are asked for; what is no doing of a program has none where
 * nothing at all is asked for.
 */
export class EventList {
  readonly history: EventHistory;
  readonly #query: ListQuery;
  readonly #startNs: number;
  readonly #endNs: number;
  /** First row of the first segment that belongs to the range, and the row behind its last segment. */
  readonly #low: number;
  readonly #high: number;
  /** Rows behind #high of calls that were under way at the end of the range: at most one a thread. Sorted. */
  readonly #tail: readonly number[];
  readonly #rows = newRowSet();

  constructor(history: EventHistory, query: ListQuery) {
    this.history = history; this.#query = query;
    this.#startNs = query.startNs ?? -Infinity; this.#endNs = query.endNs ?? Infinity;
    const first = query.startNs === undefined ? history.firstRow : Math.max(history.firstRow, history.rowAt(query.startNs) - SLACK);
    const end = query.endNs === undefined ? Infinity : history.rowAt(query.endNs) + SLACK;
    this.#low = first - (first & SEGMENT_MASK);
    this.#high = Math.ceil(end / SEGMENT_ROWS) * SEGMENT_ROWS;
    this.#tail = this.#high >= history.endRow ? [] : underWayAt(history, this.#high, this.#startNs, this.#endNs);
  }

  /** The first row at or behind `row` that may belong to the list; Infinity: none. Rows of one segment may lie between it and the first that does. */
  after(row: number): number {
    if (row < this.#low) row = this.#low;
    if (row < this.history.firstRow) row = this.history.firstRow;
    if (row >= this.#high) row = this.#tail.find((one) => one >= row) ?? Infinity;
    return row < this.history.endRow ? row : Infinity;
  }
  /** The last one at or before `row`; -1: none. */
  before(row: number): number {
    if (row >= this.history.endRow) row = this.history.endRow - 1;
    if (row >= this.#high) {
      let found = this.#high - 1;
      for (const one of this.#tail) if (one <= row) found = one;
      row = found;
    }
    return row >= Math.max(this.#low, this.history.firstRow) ? row : -1;
  }

  /** The list's rows of a segment; valid until the next call. What it cost, in events, is in `cost`. */
  cost = 0;
  rowsOf(segment: Segment): RowSet {
    const rows = this.#rows, { filter, find, withEnters } = this.#query;
    this.cost = 4;
    setBelow(rows, segment.count);
    if (!withEnters) and(rows, segment.unpaired);
    if (filter === undefined && segment.outward !== undefined) and(rows, segment.outward);
    if (segment.firstRow >= this.#high) this.#onlyTail(segment, rows);
    else if (segment.minNs < this.#startNs || segment.maxNs > this.#endNs) this.#onlyRange(segment, rows);
    if (filter !== undefined) this.cost += filter.narrow(segment, rows);
    if (find !== undefined) this.cost += find.narrow(segment, rows);
    return rows;
  }

  #onlyTail(segment: Segment, rows: RowSet): void {
    const wanted = newRowSet();
    for (const row of this.#tail) {
      const i = row - segment.firstRow;
      if (i >= 0 && i < SEGMENT_ROWS) wanted[i >>> 5] = (wanted[i >>> 5] as number) | 1 << (i & 31);
    }
    and(rows, wanted);
  }

  /** Whether a row lies in a range is seen as the timeline draws it: the call began before its end, and ended after its beginning. */
  #onlyRange(segment: Segment, rows: RowSet): void {
    if (segment.maxNs < this.#startNs) { rows.fill(0); return; }
    for (let w = 0; w < SEGMENT_WORDS; w++) {
      let kept = 0;
      for (let left = rows[w] as number; left !== 0; left &= left - 1) {
        const bit = 31 - Math.clz32(left & -left), i = w * 32 + bit;
        if (segment.tsAt(i) >= this.#startNs && segment.startAt(i) <= this.#endNs) kept |= 1 << bit;
      }
      rows[w] = kept;
    }
  }
}

function and(rows: RowSet, other: RowSet): void { for (let w = 0; w < SEGMENT_WORDS; w++) rows[w] = (rows[w] as number) & (other[w] as number); }

function underWayAt(history: EventHistory, high: number, startNs: number, endNs: number): number[] {
  const rows: number[] = [];
  for (const track of history.tracks.values()) {
    const { from, to } = trackRange(history, track, startNs, endNs);
    for (let n = to - 1; n >= from; n--) {
      const row = history.rowOf(track, n);
      if (row < high) break;
      const segment = history.segmentOf(row), i = row & SEGMENT_MASK;
      if (segment.tsAt(i) >= startNs && segment.startAt(i) <= endNs) rows.push(row);
    }
  }
  return rows.sort((a, b) => a - b);
}

