// A stretch of the history: columns of SEGMENT_ROWS events, wide while it grows, compact once it is full.
//
// An event of a full segment takes: time 4 bytes (8 where the segment spans more than four seconds), place of its bytes 2.25, name 2, thread 2,
// descriptor 2, flags and kind 1, order by thread 2 (none for enter events that their exit stands for), and either the distance to its enter event 2
// or, where exits carry all, its duration 4.
import type { FdInfo, ThreadInfo } from '../state/model.ts';
import type { SegmentSummary } from './summary.ts';

/** Events that are kept, searched and dropped together. At most 65,535, so that 16 bits name each entry of a segment's tables. */
export const SEGMENT_ROWS = 8192;
export const SEGMENT_MASK = SEGMENT_ROWS - 1;
/** 32-bit words of a set of a segment's rows. */
export const SEGMENT_WORDS = SEGMENT_ROWS / 32;

/** Bits of `Segment.flags`; above them, from KIND_SHIFT on, the index into EVENT_KINDS. */
export const ROW = {
  failed: 1,
  /** An enter event whose exit is stored too; the exit stands for the call. */
  paired: 2,
  /** Recorded while another call of the thread was under way. */
  inside: 4,
  /** An enter event. */
  enter: 8,
  /** Fields of the event read its enter event too. */
  needsEnter: 16,
} as const;
export const KIND_SHIFT = 5;

/** Durations that 32 bits cannot hold are in `#longer`. */
const UNKNOWN = 0xffffffff, LONGER = 0xfffffffe;
/** Durations that are told one by one at most, where all others follow from the enter events. */
const MAX_TOLD = 256;
/** Events, as a power of two, that share the beginning from which their places are counted in 16 bits. */
const GROUP_BITS = 4, GROUPS = SEGMENT_ROWS >> GROUP_BITS;
/** `Draft.nparams` of events that say it themselves. */
export const NEW_FORM = 0xffff;
const NO_NUMBER = 0xffff;
/** `Draft.before` of a thread's first event of the segment. */
export const NONE_BEFORE = 0xffff;

/** Wide columns of the segment that grows; used again for the next one. */
export class Draft {
  readonly ts = new Float64Array(SEGMENT_ROWS);
  readonly duration = new Float64Array(SEGMENT_ROWS);
  readonly num = new Float64Array(SEGMENT_ROWS);
  /** Where the event's bytes are: in `bytes`, or its block in the capture. */
  readonly offset = new Float64Array(SEGMENT_ROWS);
  readonly enter = new Uint32Array(SEGMENT_ROWS);
  readonly cpu = new Uint16Array(SEGMENT_ROWS);
  readonly nr = new Uint16Array(SEGMENT_ROWS);
  readonly nparams = new Uint16Array(SEGMENT_ROWS);
  /** The event before it of the same thread, in the segment. */
  readonly before = new Uint16Array(SEGMENT_ROWS);
  /** Rows by thread; what `Track` points into. Built when somebody asks. */
  readonly order = new Uint16Array(SEGMENT_ROWS);
  bytes = new Uint8Array(1 << 18);
  data = new DataView(this.bytes.buffer);
  used = 0;

  reserve(length: number): void {
    if (this.used + length <= this.bytes.length) return;
    let size = this.bytes.length * 2;
    while (size < this.used + length) size *= 2;
    const next = new Uint8Array(size);
    next.set(this.bytes.subarray(0, this.used));
    this.bytes = next; this.data = new DataView(next.buffer);
  }
}

type Words = Uint16Array | Uint32Array;

export class Segment {
  /** Row of the first event, a multiple of SEGMENT_ROWS. */
  readonly firstRow: number;
  count = 0;
  /** Earliest and latest time of its events. */
  minNs = Infinity;
  maxNs = -Infinity;
  /** What kind of event each is, see whatOf. */
  readonly what = new Uint16Array(SEGMENT_ROWS);
  /** Index into `infos`. */
  readonly info = new Uint16Array(SEGMENT_ROWS);
  /** Index into `fds` and `fdNums`. */
  readonly fd = new Uint16Array(SEGMENT_ROWS);
  readonly flags = new Uint8Array(SEGMENT_ROWS);
  /** Set of the rows that no exit stands for. */
  readonly unpaired = new Uint32Array(SEGMENT_WORDS).fill(0xffffffff);
  /** Set of the rows that a program did; undefined: all. */
  outward: Uint32Array | undefined;
  /** Rows by thread, see Track. */
  order: Uint16Array;
  /** Where the rows of each thread begin in `order`, once the segment is full. */
  begins: Uint16Array = NO_BEGINS;
  /** Of all its rows; made when somebody asks (summary.ts). */
  summary: SegmentSummary | undefined;
  infos: (ThreadInfo | undefined)[] = [undefined];
  /** A number for each of `infos`, the same in all segments; 0 stands for none. */
  infoIds: number[] | Uint32Array = [0];
  fds: (FdInfo | undefined)[] = [undefined];
  fdNums: number[] | Int32Array = [-1];
  /** Bytes of the events, where they are kept in memory. */
  bytes: Uint8Array;
  data: DataView;
  #draft: Draft | undefined;
  #ts: Float64Array | undefined;
  #ts32: Uint32Array | undefined;
  #baseNs = 0;
  /** Undefined: durations follow from the enter events, but for those in `#longer`. */
  #duration: Uint32Array | undefined;
  #longer: Map<number, number> | undefined;
  #offset: Float64Array | Uint16Array | undefined;
  /** What offsets of a group are counted from; undefined: they are whole. */
  #groups: Float64Array | undefined;
  #num: Float64Array | undefined;
  #firstNum = 0;
  #enter: Words | undefined;
  #cpu: Uint8Array | Uint16Array | undefined;
  #nr: Uint16Array | undefined;
  #nparams: Uint16Array | undefined;

  constructor(firstRow: number, draft: Draft) {
    this.firstRow = firstRow;
    this.#draft = draft; this.#ts = draft.ts; this.order = draft.order;
    this.bytes = draft.bytes; this.data = draft.data;
    draft.used = 0;
  }

  get number(): number { return this.firstRow / SEGMENT_ROWS; }
  get full(): boolean { return this.#draft === undefined; }

  tsAt(i: number): number {
    const ts = this.#ts32;
    return ts !== undefined ? this.#baseNs + (ts[i] as number) : this.#ts?.[i] ?? 0;
  }
  /** Length of the call, ns; 0 for what is none, -1 where not known. */
  durationAt(i: number): number {
    if (this.#draft !== undefined) return this.#draft.duration[i] ?? 0;
    if (this.#duration === undefined) return this.#derived(i);
    const duration = this.#duration[i] as number;
    return duration < LONGER ? duration : duration === UNKNOWN ? -1 : this.#longer?.get(i) ?? 0;
  }
  #derived(i: number): number {
    const back = this.enterAt(i);
    if (back > 0 && back <= i) return this.tsAt(i) - this.tsAt(i - back);
    return this.#longer?.get(i) ?? 0;
  }
  /** When the event began, ns. */
  startAt(i: number): number {
    const duration = this.durationAt(i), ts = this.tsAt(i);
    return duration > 0 ? ts - duration : ts;
  }
  kindAt(i: number): number { return (this.flags[i] ?? 0) >> KIND_SHIFT; }
  /** Number of the event in its source. */
  numAt(i: number): number { return this.#draft !== undefined ? this.#draft.num[i] ?? 0 : this.#num !== undefined ? this.#num[i] ?? 0 : this.#firstNum + i; }
  offsetAt(i: number): number { return this.#draft !== undefined ? this.#draft.offset[i] ?? 0 : (this.#groups?.[i >> GROUP_BITS] ?? 0) + (this.#offset?.[i] ?? 0); }
  /** How many rows back the enter event is; 0: there is none. */
  enterAt(i: number): number { return (this.#draft !== undefined ? this.#draft.enter[i] : this.#enter?.[i]) ?? 0; }
  cpuAt(i: number): number { return (this.#draft !== undefined ? this.#draft.cpu[i] : this.#cpu?.[i]) ?? 0; }
  nrAt(i: number): number { return (this.#draft !== undefined ? this.#draft.nr[i] : this.#nr?.[i]) ?? NO_NUMBER; }
  nparamsAt(i: number): number { return (this.#draft !== undefined ? this.#draft.nparams[i] : this.#nparams?.[i]) ?? NEW_FORM; }

  /** Rough size in memory, bytes. */
  get size(): number {
    if (this.#draft !== undefined) return this.#draft.bytes.length + SEGMENT_ROWS * 55 + (this.infos.length + this.fds.length) * 20;
    const columns = [this.bytes, this.what, this.info, this.fd, this.flags, this.unpaired, this.outward, this.order, this.begins, this.#ts, this.#ts32, this.#duration, this.#offset, this.#groups, this.#num, this.#enter, this.#cpu, this.#nr, this.#nparams];
    return columns.reduce((sum, column) => sum + (column?.byteLength ?? 0), 0) + this.infos.length * 12 + this.fds.length * 12 + (this.#longer?.size ?? 0) * 40 + 2000;
  }

  /** The row is nothing that a program did. */
  setInward(i: number): void {
    this.outward ??= new Uint32Array(SEGMENT_WORDS).fill(0xffffffff);
    const word = i >>> 5;
    this.outward[word] = (this.outward[word] as number) & ~(1 << (i & 31));
  }
  setPaired(i: number): void {
    this.flags[i] = (this.flags[i] as number) | ROW.paired;
    const word = i >>> 5;
    this.unpaired[word] = (this.unpaired[word] as number) & ~(1 << (i & 31));
  }

  /** Packs the columns of a segment that is full. `order`: how many entries of the draft's are in use; `begins`: where each thread's begin. `inMemory`: the events' bytes are in the draft. */
  seal(order: number, begins: readonly number[], inMemory: boolean): void {
    const draft = this.#draft;
    if (draft === undefined) return;
    this.#sealTimes(draft);
    if (!this.#followDurations(draft)) this.#sealDurations(draft);
    this.#sealPlaces(draft, inMemory);
    this.order = draft.order.slice(0, order);
    this.begins = Uint16Array.from(begins);
    const { num } = draft;
    this.#firstNum = num[0] ?? 0;
    for (let i = 1; i < SEGMENT_ROWS; i++) if (num[i] !== this.#firstNum + i) { this.#num = num.slice(); break; }
    const furthest = largest(draft.enter);
    this.#enter = furthest === 0 ? undefined : furthest < 65536 ? new Uint16Array(draft.enter) : draft.enter.slice();
    this.infos = this.infos.slice();
    this.infoIds = Uint32Array.from(this.infoIds);
    this.fds = this.fds.slice();
    if ((this.fdNums as number[]).every((n) => n === (n | 0))) this.fdNums = Int32Array.from(this.fdNums);
    this.#draft = undefined;
  }

  #sealTimes(draft: Draft): void {
    const base = this.minNs, { ts } = draft;
    this.#baseNs = base;
    if (this.maxNs - base < 2 ** 32) {
      const narrow = new Uint32Array(SEGMENT_ROWS);
      let i = 0;
      for (; i < SEGMENT_ROWS; i++) { const delta = (ts[i] as number) - base; narrow[i] = delta; if (narrow[i] !== delta) break; }
      if (i === SEGMENT_ROWS) { this.#ts32 = narrow; this.#ts = undefined; return; }
    }
    this.#ts = ts.slice();
  }

  /** Whether durations are the time since the enter event, with few others. */
  #followDurations({ enter, duration, ts }: Draft): boolean {
    const told = new Map<number, number>();
    for (let i = 0; i < SEGMENT_ROWS; i++) {
      const back = enter[i] as number, ns = duration[i] as number;
      if (back > 0 && back <= i) { if ((ts[i] as number) - (ts[i - back] as number) !== ns) return false; continue; }
      if (ns === 0) continue;
      if (told.size === MAX_TOLD) return false;
      told.set(i, ns);
    }
    if (told.size > 0) this.#longer = told;
    return true;
  }

  #sealDurations(draft: Draft): void {
    const narrow = new Uint32Array(SEGMENT_ROWS), { duration } = draft;
    for (let i = 0; i < SEGMENT_ROWS; i++) {
      const ns = duration[i] as number;
      narrow[i] = ns;
      if (ns < LONGER && narrow[i] === ns) continue;
      if (ns === -1) { narrow[i] = UNKNOWN; continue; }
      narrow[i] = LONGER;
      (this.#longer ??= new Map()).set(i, ns);
    }
    this.#duration = narrow;
  }

  #sealPlaces(draft: Draft, inMemory: boolean): void {
    const { offset } = draft, groups = new Float64Array(GROUPS), narrow = new Uint16Array(SEGMENT_ROWS);
    let fits = true;
    for (let i = 0; i < SEGMENT_ROWS && fits; i++) {
      const at = offset[i] as number, group = i >> GROUP_BITS;
      if ((i & ((1 << GROUP_BITS) - 1)) === 0) groups[group] = at;
      const delta = at - (groups[group] as number);
      narrow[i] = delta;
      fits = narrow[i] === delta;
    }
    if (fits) { this.#groups = groups; this.#offset = narrow; } else this.#offset = offset.slice();
    if (!inMemory) { this.bytes = NOTHING; this.data = NO_DATA; return; }
    this.bytes = draft.bytes.slice(0, draft.used);
    this.data = new DataView(this.bytes.buffer);
    this.#cpu = largest(draft.cpu) < 256 ? new Uint8Array(draft.cpu) : draft.cpu.slice();
    if (!isAll(draft.nr, NO_NUMBER)) this.#nr = draft.nr.slice();
    if (!isAll(draft.nparams, NEW_FORM)) this.#nparams = draft.nparams.slice();
  }
}

const NO_BEGINS = new Uint16Array(0);
const NOTHING = new Uint8Array(0);
const NO_DATA = new DataView(NOTHING.buffer);

function isAll(column: Uint16Array, value: number): boolean {
  for (let i = 0; i < column.length; i++) if (column[i] !== value) return false;
  return true;
}

function largest(column: Uint16Array | Uint32Array): number {
  let most = 0;
  for (let i = 0; i < column.length; i++) if ((column[i] as number) > most) most = column[i] as number;
  return most;
}
