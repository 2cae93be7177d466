// Per-thread index of the history: the rows of one thread in the order in which they were recorded.
import type { ThreadInfo } from '../state/model.ts';

/** Growing column of row numbers that can be cut at its front. */
export class RowList {
  /** Doubles: a busy host makes more events than 32 bits count within a day. */
  #rows = new Float64Array(8);
  #first = 0;
  #end = 0;

  get length(): number { return this.#end - this.#first; }
  get bytes(): number { return this.#rows.byteLength; }
  at(i: number): number { return this.#rows[this.#first + i] ?? -1; }

  push(row: number): void {
    if (this.#end === this.#rows.length) this.#make();
    this.#rows[this.#end++] = row;
  }

  #make(): void {
    const length = this.#end - this.#first;
    const next = length * 2 > this.#rows.length ? new Float64Array(this.#rows.length * 2) : this.#rows;
    next.set(this.#rows.subarray(this.#first, this.#end));
    this.#rows = next; this.#first = 0; this.#end = length;
  }

  /** Forgets rows below `row`. */
  dropBelow(row: number): void {
    this.#first += this.lowerBound(row);
    if (this.#first === this.#end) this.#first = this.#end = 0;
  }

  /** Index of the first row that is not below `row`. */
  lowerBound(row: number): number {
    let low = this.#first, high = this.#end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#rows[middle] ?? 0) < row) low = middle + 1; else high = middle;
    }
    return low - this.#first;
  }
}

/** One thread as the timeline sees it. */
export class Track {
  readonly tid: number;
  /** Process and container by the newest event. */
  pid: number;
  containerId = '';
  /** Newest info; undefined where nothing is known of the thread. */
  info: ThreadInfo | undefined;
  /** Calls and other events, without enter events that have an exit. */
  readonly rows = new RowList();
  /** Enter event whose exit has not come; -1: none. */
  pendingRow = -1;
  pendingType = -1;
  /** Where the current segment keeps `info`. */
  infoSegment = -1;
  infoIndex = 0;

  constructor(tid: number) { this.tid = tid; this.pid = tid; }
}
