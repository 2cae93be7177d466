// What a full segment holds, added up by thread, time and kind of call: so that a picture of ten million events costs what its pixels cost. Made when somebody first looks.
import { EVENT_KINDS } from '../event/kind.ts';
import { hasRow, type RowSet } from './rowSet.ts';
import { ROW, type Segment } from './segment.ts';

/** Numbers of a moment: one for each kind of call, and failed calls. */
export const FIELDS = EVENT_KINDS.length + 1;
export const FAILED = EVENT_KINDS.length;
/** Bins of time that a segment is divided into, the finest first. */
const LEVELS = [64, 16, 4, 1] as const;
const BINS = LEVELS[0];

/** Calls that begin and end in bins of time, by thread and kind. */
export interface Level {
  readonly bins: number;
  /** Index of a thread's first entry; one more number at the end. */
  readonly at: Uint32Array;
  /** Of each entry: its bin, its field, how many calls begin in the bin and how many end. */
  readonly bin: Uint8Array; readonly field: Uint8Array; readonly starts: Uint16Array; readonly ends: Uint16Array;
}

const starts = new Uint16Array(BINS * FIELDS), ends = new Uint16Array(BINS * FIELDS);

/** Makes a level, thread by thread. */
class LevelMaker {
  readonly #bins: number;
  readonly #at: Uint32Array;
  #codes = new Uint16Array(1024);
  #starts = new Uint16Array(1024);
  #ends = new Uint16Array(1024);
  #used = 0;
  #first = 0;
  #threads = 0;
  constructor(bins: number, threads: number) { this.#bins = bins; this.#at = new Uint32Array(threads + 1); }

  add(bin: number, field: number, begun: number, ended: number): void {
    const code = bin * FIELDS + field;
    if (starts[code] === 0 && ends[code] === 0) {
      if (this.#used === this.#codes.length) this.#grow();
      this.#codes[this.#used++] = code;
    }
    starts[code] = (starts[code] as number) + begun; ends[code] = (ends[code] as number) + ended;
  }
  #grow(): void {
    const grown = (column: Uint16Array): Uint16Array<ArrayBuffer> => { const next = new Uint16Array(column.length * 2); next.set(column); return next; };
    this.#codes = grown(this.#codes); this.#starts = grown(this.#starts); this.#ends = grown(this.#ends);
  }
  /** What comes now is of the next thread. */
  endThread(): void {
    for (let e = this.#first; e < this.#used; e++) {
      const code = this.#codes[e] as number;
      this.#starts[e] = starts[code] as number; this.#ends[e] = ends[code] as number;
      starts[code] = 0; ends[code] = 0;
    }
    this.#first = this.#used;
    this.#at[++this.#threads] = this.#used;
  }
  done(): Level {
    const count = this.#used, bin = new Uint8Array(count), field = new Uint8Array(count);
    for (let e = 0; e < count; e++) { const code = this.#codes[e] as number; bin[e] = code / FIELDS; field[e] = code % FIELDS; }
    return { bins: this.#bins, at: this.#at, bin, field, starts: this.#starts.slice(0, count), ends: this.#ends.slice(0, count) };
  }
}

function coarser(fine: Level, bins: number): Level {
  const threads = fine.at.length - 1, maker = new LevelMaker(bins, threads), shift = Math.log2(fine.bins / bins);
  for (let t = 0; t < threads; t++) {
    for (let e = fine.at[t] as number; e < (fine.at[t + 1] as number); e++) maker.add((fine.bin[e] as number) >> shift, fine.field[e] as number, fine.starts[e] as number, fine.ends[e] as number);
    maker.endThread();
  }
  return maker.done();
}

export class SegmentSummary {
  /** Events and failed ones of each thread, but for its special rows. */
  readonly events: Uint16Array;
  readonly errors: Uint16Array;
  /** Where a thread's rows begin among `special`; one more number at the end. */
  readonly specialAt: Uint16Array;
  /** Rows that have to be looked at one by one: calls that began before the segment's first event, and enter events whose exit may still come. */
  readonly special: Uint16Array;
  readonly #levels: (Level | undefined)[];

  /** Of a full segment. `passing`: rows that count; all without it. */
  constructor(segment: Segment, passing?: RowSet) {
    const { begins, order, flags } = segment, threads = begins.length, { minNs } = segment, scale = BINS / (segment.maxNs - minNs + 1);
    this.events = new Uint16Array(threads); this.errors = new Uint16Array(threads); this.specialAt = new Uint16Array(threads + 1);
    const special: number[] = [], maker = new LevelMaker(BINS, threads);
    for (let t = 0; t < threads; t++) {
      const end = t + 1 < threads ? begins[t + 1] as number : order.length;
      let events = 0, errors = 0;
      for (let p = begins[t] as number; p < end; p++) {
        const i = order[p] as number;
        if (passing !== undefined && !hasRow(passing, i)) continue;
        const bits = flags[i] as number, start = segment.startAt(i);
        if ((bits & (ROW.enter | ROW.paired)) !== 0 || start < minNs) { special.push(i); continue; }
        const first = (start - minNs) * scale | 0, last = (segment.tsAt(i) - minNs) * scale | 0, kind = segment.kindAt(i);
        maker.add(first, kind, 1, 0);
        maker.add(last, kind, 0, 1);
        events++;
        if ((bits & ROW.failed) === 0) continue;
        maker.add(first, FAILED, 1, 0);
        maker.add(last, FAILED, 0, 1);
        errors++;
      }
      maker.endThread();
      this.events[t] = events; this.errors[t] = errors; this.specialAt[t + 1] = special.length;
    }
    this.special = Uint16Array.from(special);
    this.#levels = [maker.done()];
  }

  /** Rough size in memory, bytes. */
  get bytes(): number {
    let bytes = this.events.byteLength * 3 + this.special.byteLength + 400;
    for (const level of this.#levels) if (level !== undefined) bytes += level.at.byteLength + level.bin.length * 6 + 600;
    return bytes;
  }

  /** The coarsest level whose bins are no wider than `widthNs`; undefined where they all are. `spanNs`: of the segment. */
  level(spanNs: number, widthNs: number): Level | undefined {
    let n = LEVELS.length - 1;
    while (n >= 0 && spanNs > widthNs * (LEVELS[n] as number)) n--;
    return n < 0 ? undefined : this.#level(n);
  }
  #level(n: number): Level {
    return this.#levels[n] ??= coarser(this.#level(n - 1), LEVELS[n] as number);
  }
}

/** Whose rows a position in `Segment.order` begins: an index into `Segment.begins`. */
export function threadAt({ begins }: Segment, position: number): number {
  let low = 0, high = begins.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((begins[middle] as number) <= position) low = middle; else high = middle - 1;
  }
  return low;
}

/** What a whole segment holds for no filter. */
export function summaryOf(segment: Segment): SegmentSummary { return segment.summary ??= new SegmentSummary(segment); }
