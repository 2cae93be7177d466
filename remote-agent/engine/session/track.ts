// Per-thread index of the history: where each segment keeps the rows of one thread.
import type { ThreadInfo } from '../state/model.ts';
import type { OpenCall } from './underway.ts';

/** Numbers of a slice: its segment, where it begins in the segment's `order`, and how many rows the thread has up to its end. */
const STRIDE = 3;

/** The rows of one thread, in order, as slices of the segments' `order` columns. Counted from 0 at the oldest that is held. */
export class TrackRows {
  #slices = new Uint32Array(0);
  #first = 0;
  #end = 0;
  /** Rows before the first slice; wraps at 32 bits, as the ends of the slices do. */
  #before = 0;
  #tailSegment = -1;
  #tailBegin = 0;
  #tailCount = 0;

  get length(): number { return this.to(this.slices - 1); }
  get slices(): number { return this.#end - this.#first + (this.#tailCount > 0 ? 1 : 0); }
  get bytes(): number { return this.#slices.byteLength; }

  /** Number of the segment of slice `k`. */
  segment(k: number): number { return this.#isTail(k) ? this.#tailSegment : this.#slices[(this.#first + k) * STRIDE] ?? 0; }
  /** Where it begins in the segment's `order`. */
  begin(k: number): number { return this.#isTail(k) ? this.#tailBegin : this.#slices[(this.#first + k) * STRIDE + 1] ?? 0; }
  /** Index of the first row of slice `k`. */
  from(k: number): number { return this.to(k - 1); }
  /** Index behind its last one. */
  to(k: number): number {
    if (k < 0) return 0;
    const last = Math.min(this.#first + k, this.#end - 1);
    const kept = last < this.#first ? 0 : ((this.#slices[last * STRIDE + 2] ?? 0) - this.#before) >>> 0;
    return this.#isTail(k) ? kept + this.#tailCount : kept;
  }
  #isTail(k: number): boolean { return this.#first + k >= this.#end; }

  /** The slice that holds row number `n`, which must be there. */
  sliceOf(n: number): number {
    let low = 0, high = this.slices - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.to(middle) <= n) low = middle + 1; else high = middle;
    }
    return low;
  }

  /** Says what the growing segment holds. */
  setTail(segment: number, begin: number, count: number): void { this.#tailSegment = segment; this.#tailBegin = begin; this.#tailCount = count; }

  /** Adds a slice of a segment that is full. */
  add(segment: number, begin: number, count: number): void {
    this.#tailCount = 0;
    if (count === 0) return;
    if ((this.#end + 1) * STRIDE > this.#slices.length) this.#make();
    const at = this.#end * STRIDE;
    this.#slices[at] = segment; this.#slices[at + 1] = begin;
    this.#slices[at + 2] = (this.#end > this.#first ? this.#slices[at - 1] ?? 0 : this.#before) + count;
    this.#end++;
  }

  #make(): void {
    const kept = this.#slices.subarray(this.#first * STRIDE, this.#end * STRIDE);
    const next = kept.length * 2 > this.#slices.length || this.#slices.length === 0 ? new Uint32Array(Math.max(2 * STRIDE, Math.ceil(this.#end - this.#first) * STRIDE * 2)) : this.#slices;
    next.set(kept);
    this.#slices = next; this.#end -= this.#first; this.#first = 0;
  }

  /** Forgets segments below `segment`. */
  dropBelow(segment: number): void {
    while (this.#first < this.#end && (this.#slices[this.#first * STRIDE] ?? 0) < segment) {
      this.#before = this.#slices[this.#first * STRIDE + 2] ?? 0;
      this.#first++;
    }
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
  /** Its events, without enter events that an exit stands for. An enter event whose exit is still to come is among them. */
  readonly rows = new TrackRows();
  /** Its newest event. */
  lastRow = -1;
  /** No event of it began before, or ended after, ns. */
  firstNs = Infinity;
  lastNs = -Infinity;
  /** Enter event whose exit has not come; -1: none. */
  pendingRow = -1;
  pendingType = -1;
  /** The call whose enter event the history has dropped while it went on. */
  dropped: OpenCall | undefined = undefined;
  /** See `Segment.infoIds`. */
  infoId = 0;
  /** Where the growing segment keeps `info`. */
  infoSegment = -1;
  infoIndex = 0;
  /** Events in the growing segment, if `countSegment` is its number. */
  countSegment = -1;
  count = 0;

  constructor(tid: number) { this.tid = tid; this.pid = tid; }
}
