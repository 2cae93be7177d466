// How long calls took, over time: a grid of columns of time and rows of powers of two, counted out of the index. No event is read but for what a filter asks.
import type { FilterBits } from './filterBits.ts';
import type { EventHistory } from './history.ts';
import { hasRow } from './rowSet.ts';
import type { Segment } from './segment.ts';

/** Rows: calls of 2^i ns up to, but not, 2^(i+1); the last one (18 minutes) has what took longer, too. */
export const LATENCY_ROWS = 41;
export const rowOfLatency = (ns: number): number => Math.min(LATENCY_ROWS - 1, Math.floor(Math.log2(ns)));
/** Where a row begins, ns. */
export const latencyOfRow = (row: number): number => 2 ** row;

const MAX_COLUMNS = 2000;

export interface SpectrogramQuery {
  /** ns since the base; a call counts where it ended, from `startNs` on and before `endNs`. */
  readonly startNs: number; readonly endNs: number;
  /** At most 2,000. */
  readonly columns: number;
}

export class Spectrogram {
  readonly startNs: number;
  readonly endNs: number;
  readonly columnNs: number;
  readonly columns: number;
  /** Calls, column by column: LATENCY_ROWS numbers each. */
  readonly counts: Uint32Array;
  total = 0;
  longestNs = 0;
  readonly #segments: readonly Segment[];
  readonly #filter: FilterBits | undefined;
  #next = 0;

  /** Begins at once with what the history holds now. */
  constructor(history: EventHistory, { startNs, endNs, columns }: SpectrogramQuery, filter: FilterBits | undefined) {
    this.columns = Math.max(1, Math.min(MAX_COLUMNS, Math.floor(columns) || 1));
    this.startNs = Math.max(startNs, history.startNs);
    this.endNs = Math.max(this.startNs + this.columns, Math.min(endNs, history.endNs + 1));
    this.columnNs = (this.endNs - this.startNs) / this.columns;
    this.counts = new Uint32Array(this.columns * LATENCY_ROWS);
    this.#segments = history.segments.filter((segment) => segment.count > 0 && segment.maxNs >= this.startNs && segment.minNs < this.endNs);
    this.#filter = filter;
  }

  /** Part that was counted, 0 to 1. */
  get fraction(): number { return this.#segments.length === 0 ? 1 : this.#next / this.#segments.length; }

  /** Counts some segments; true when all are. */
  advance(segments: number): boolean {
    for (let left = segments; left > 0 && this.#next < this.#segments.length; left--) this.#count(this.#segments[this.#next++] as Segment);
    return this.#next >= this.#segments.length;
  }

  #count(segment: Segment): void {
    const passing = this.#filter?.passing(segment), { counts, startNs, endNs, columnNs, columns } = this;
    for (let i = 0; i < segment.count; i++) {
      if (passing !== undefined && !hasRow(passing, i)) continue;
      const ns = segment.durationAt(i);
      if (ns <= 0) continue;
      const ts = segment.tsAt(i);
      if (ts < startNs || ts >= endNs) continue;
      const at = Math.min(columns - 1, Math.floor((ts - startNs) / columnNs)) * LATENCY_ROWS + rowOfLatency(ns);
      counts[at] = (counts[at] as number) + 1;
      this.total++;
      if (ns > this.longestNs) this.longestNs = ns;
    }
  }
}
