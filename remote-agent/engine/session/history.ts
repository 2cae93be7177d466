// The bounded memory of a source: events as bytes with columns beside them, oldest dropped first, and rows that are numbered for ever.
import { EVENT_HEADER } from '../../../driver/schema/index.ts';
import type { EventContext } from '../event/context.ts';
import { EventView } from '../event/eventView.ts';
import { eventKind } from '../event/kind.ts';
import { isTrouble } from '../event/names.ts';
import type { FdInfo, StateView, Thread, ThreadInfo } from '../state/model.ts';
import { isEndOfThread, isEnter, nameKey } from './classify.ts';
import { Track } from './track.ts';
import type { OpenCall } from './underway.ts';

/** Events that are dropped together. */
export const SEGMENT_ROWS = 8192;
const MASK = SEGMENT_ROWS - 1;
const NO_FD = 0xffffffff;
const NEW_FORM = 0xffff;
/** Points within one call that are marked as inside it; more are left unmarked. */
const INSIDE_LIMIT = 4096;
const GAP_LIMIT = 4096;
/** A jump that is more likely a damaged event, or one that the capture program made up, than a pause. */
const STRANGE_NS = 24 * 3600e9;
/** So many events in a row that agree on a jump are believed. */
const BELIEVED = 3;

/** Bits of `Segment.flags`. */
export const ROW = {
  failed: 1,
  /** An enter event whose exit is stored too; the exit stands for the call. */
  paired: 2,
  /** Recorded while another call of the thread was under way. */
  inside: 4,
  /** An enter event. */
  enter: 8,
  /** Of no thread. */
  threadless: 16,
  /** Fields of the event read its enter event too. */
  needsEnter: 32,
} as const;

/** A stretch of time in which events were lost. */
export interface LossGap { startNs: number; endNs: number; count: number; readonly cause: string }

/** Columns of SEGMENT_ROWS events and the bytes they point into. */
export class Segment {
  /** Row of the first event. */
  firstRow = 0;
  count = 0;
  readonly ts = new Float64Array(SEGMENT_ROWS);
  readonly duration = new Float64Array(SEGMENT_ROWS);
  readonly num = new Float64Array(SEGMENT_ROWS);
  readonly offset = new Uint32Array(SEGMENT_ROWS);
  readonly tid = new Int32Array(SEGMENT_ROWS);
  readonly info = new Uint32Array(SEGMENT_ROWS);
  readonly fd = new Uint32Array(SEGMENT_ROWS);
  readonly fdNum = new Int32Array(SEGMENT_ROWS);
  /** How many rows back the enter event is; 0: there is none. */
  readonly enter = new Uint32Array(SEGMENT_ROWS);
  /** nameKey of the event. */
  readonly name = new Uint32Array(SEGMENT_ROWS);
  readonly cpu = new Uint16Array(SEGMENT_ROWS);
  readonly nr = new Uint16Array(SEGMENT_ROWS);
  /** Parameters of an event of the old form, whose bytes do not say it. */
  readonly nparams = new Uint16Array(SEGMENT_ROWS);
  readonly kind = new Uint8Array(SEGMENT_ROWS);
  readonly flags = new Uint8Array(SEGMENT_ROWS);
  infos: (ThreadInfo | undefined)[] = [undefined];
  fds: FdInfo[] = [];
  bytes = new Uint8Array(1 << 18);
  data = new DataView(this.bytes.buffer);
  used = 0;

  reset(firstRow: number): void {
    this.firstRow = firstRow; this.count = 0; this.used = 0;
    this.infos = [undefined]; this.fds = [];
  }

  /** Rough size in memory, bytes. */
  get size(): number { return this.bytes.length + SEGMENT_ROWS * 60 + (this.infos.length + this.fds.length) * 160; }

  reserve(length: number): void {
    if (this.used + length <= this.bytes.length) return;
    let size = this.bytes.length * 2;
    while (size < this.used + length) size *= 2;
    this.#resize(size);
  }

  /** Gives back what a full segment does not need. */
  trim(): void { if (this.used < this.bytes.length * 0.75) this.#resize(this.used); }

  #resize(size: number): void {
    const next = new Uint8Array(size);
    next.set(this.bytes.subarray(0, this.used));
    this.bytes = next; this.data = new DataView(next.buffer);
  }
}

/** A row of the history as an EventContext; filled anew by `EventHistory.load`. */
class RowContext implements EventContext {
  readonly view = new EventView();
  readonly enterView = new EventView();
  num = 0;
  tsNs = 0;
  latencyNs = 0;
  info: ThreadInfo | undefined = undefined;
  thread: Thread | undefined = undefined;
  fdNum = -1;
  fd: FdInfo | undefined = undefined;
  enter: EventView | undefined = undefined;
  readonly state: StateView;
  constructor(state: StateView) { this.state = state; }
}
export type { RowContext };

export class EventHistory {
  readonly state: StateView;
  /** Bytes that events may take before the oldest are dropped. */
  readonly capacity: number;
  readonly tracks = new Map<number, Track>();
  readonly gaps: LossGap[] = [];
  /** Calls under way by thread, as the source last said. */
  underway: ReadonlyMap<number, OpenCall> = new Map();
  /** Segments in order; the last one grows. */
  readonly segments: Segment[] = [];
  /** Called before rows below `firstRow` are forgotten. */
  onDrop: ((firstRow: number) => void) | undefined;
  #rows = 0;
  #closedBytes = 0;
  #spare: Segment | undefined;
  #current: Segment | undefined;
  #context: RowContext;
  #lastTrack: Track | undefined;
  readonly #fdRefs = new Float64Array(1024).fill(-1);
  readonly #fdIndexes = new Uint32Array(1024);
  #newestNs = 0;
  #strange = 0;

  constructor(state: StateView, capacityBytes = 256 * 1024 * 1024) {
    this.state = state;
    this.capacity = capacityBytes;
    this.#context = new RowContext(state);
  }

  /** One more than the newest row. */
  get endRow(): number { return this.#rows; }
  get firstRow(): number { return this.segments[0]?.firstRow ?? 0; }
  get rowCount(): number { return this.#rows - this.firstRow; }
  /** Time of the oldest event held, ns. */
  get startNs(): number { return this.segments[0]?.ts[0] ?? 0; }
  /** Time of the newest event, ns. */
  get endNs(): number { return this.#newestNs; }
  /** Memory that the events take, bytes. */
  get bytes(): number { return this.#closedBytes + (this.#current?.size ?? 0); }

  has(row: number): boolean { return row >= this.firstRow && row < this.#rows; }
  /** The segment that holds a row, which must be held. */
  segmentOf(row: number): Segment {
    const segment = this.segments[Math.floor((row - this.firstRow) / SEGMENT_ROWS)];
    if (segment === undefined) throw new Error(`row ${row} is not in the history`);
    return segment;
  }
  tsOf(row: number): number { return this.segmentOf(row).ts[row & MASK] ?? 0; }
  durationOf(row: number): number { return this.segmentOf(row).duration[row & MASK] ?? 0; }

  /** Stores an event. Returns its row. */
  append(ctx: EventContext): number {
    const row = this.#rows;
    const i = row & MASK;
    const segment = i === 0 || this.#current === undefined ? this.#open(row) : this.#current;
    const view = ctx.view;
    const { length, type } = view;
    segment.reserve(length);
    copy(view.bytes, view.at, segment.bytes, segment.used, length);
    const tid = view.tid;
    let flags = isTrouble(view) ? ROW.failed : 0;
    const ts = this.#plausible(ctx.tsNs, view);
    segment.ts[i] = ts; segment.duration[i] = ctx.latencyNs; segment.num[i] = ctx.num;
    segment.offset[i] = segment.used; segment.tid[i] = tid; segment.fdNum[i] = ctx.fdNum;
    segment.name[i] = nameKey(view);
    segment.cpu[i] = view.cpu; segment.nr[i] = view.nr; segment.kind[i] = eventKind(view, ctx.fd); segment.enter[i] = 0;
    segment.nparams[i] = view.start(0) - view.at - view.nparams * view.lengthWidth === EVENT_HEADER.nparams ? view.nparams : NEW_FORM;
    segment.fd[i] = ctx.fd === undefined ? NO_FD : this.#fdIndex(segment, ctx.fd);
    segment.used += length;
    segment.count = i + 1;
    this.#rows = row + 1;
    if (ts > this.#newestNs || row === 0) this.#newestNs = ts;
    if (tid < 0) {
      segment.info[i] = 0; segment.flags[i] = flags | ROW.threadless;
      return row;
    }
    const track = this.#track(tid);
    if (ctx.info !== track.info && ctx.info !== undefined) { track.info = ctx.info; track.pid = ctx.info.pid; track.containerId = ctx.info.containerId; track.infoSegment = -1; }
    segment.info[i] = ctx.info === undefined ? 0 : infoIndex(segment, track, ctx.info);
    if (isEnter(type)) {
      if (track.pendingRow >= 0 && track.pendingRow >= this.firstRow) track.rows.push(track.pendingRow);
      track.pendingRow = row; track.pendingType = type;
      flags |= ROW.enter;
    } else {
      if ((type & 1) === 1 && track.pendingRow >= 0) flags |= this.#pair(track, segment, i, row, ctx);
      if (isEndOfThread(type) && track.pendingRow >= 0) { if (track.pendingRow >= this.firstRow) track.rows.push(track.pendingRow); track.pendingRow = -1; }
      if (ctx.latencyNs > 0) this.#markInside(track, ctx.tsNs - ctx.latencyNs);
      track.rows.push(row);
    }
    segment.flags[i] = flags;
    return row;
  }

  /** The time of an event, or of its neighbours where its own cannot be: one wild time would leave the rest of the timeline in a single pixel. */
  #plausible(ns: number, view: EventView): number {
    if (Math.abs(ns - this.#newestNs) < STRANGE_NS) { this.#strange = 0; return ns; }
    if (view.def?.category === 'INTERNAL' || ++this.#strange < BELIEVED) return this.#newestNs;
    this.#strange = 0;
    return this.#newestNs = ns;
  }

  /** Ties an exit to the enter event that waits for it. */
  #pair(track: Track, segment: Segment, i: number, row: number, ctx: EventContext): number {
    const pending = track.pendingRow;
    track.pendingRow = -1;
    if (pending < this.firstRow) return 0;
    if (track.pendingType !== ctx.view.type - 1 && ctx.enter === undefined) { track.rows.push(pending); return 0; }
    const held = this.segmentOf(pending);
    held.flags[pending & MASK] = (held.flags[pending & MASK] ?? 0) | ROW.paired;
    segment.enter[i] = row - pending;
    return ctx.enter !== undefined && ctx.enter.type === track.pendingType ? ROW.needsEnter : 0;
  }

  /** Marks what a call that just ended has enclosed, so that range scans know when to stop. */
  #markInside(track: Track, startNs: number): void {
    const rows = track.rows;
    for (let i = rows.length - 1, n = 0; i >= 0 && n < INSIDE_LIMIT; i--, n++) {
      const row = rows.at(i);
      if (row < this.firstRow) return;
      const segment = this.segmentOf(row);
      const at = row & MASK;
      if ((segment.ts[at] ?? 0) <= startNs) return;
      segment.flags[at] = (segment.flags[at] ?? 0) | ROW.inside;
    }
  }

  #track(tid: number): Track {
    if (this.#lastTrack?.tid === tid) return this.#lastTrack;
    let track = this.tracks.get(tid);
    if (track === undefined) { track = new Track(tid); this.tracks.set(tid, track); }
    this.#lastTrack = track;
    return track;
  }

  #fdIndex(segment: Segment, fd: FdInfo): number {
    const slot = fd.ref & 1023;
    if (this.#fdRefs[slot] === fd.ref) return this.#fdIndexes[slot] ?? 0;
    const index = segment.fds.length;
    segment.fds.push(fd);
    this.#fdRefs[slot] = fd.ref; this.#fdIndexes[slot] = index;
    return index;
  }

  #open(row: number): Segment {
    const last = this.#current;
    if (last !== undefined) { last.trim(); this.#closedBytes += last.size; }
    this.#fdRefs.fill(-1);
    while (this.segments.length > 1 && this.#closedBytes > this.capacity) this.#dropOldest();
    const segment = this.#spare ?? new Segment();
    this.#spare = undefined;
    segment.reset(row);
    this.segments.push(segment);
    this.#current = segment;
    return segment;
  }

  #dropOldest(): void {
    const dropped = this.segments.shift();
    if (dropped === undefined) return;
    this.#closedBytes -= dropped.size;
    dropped.infos = [undefined]; dropped.fds = [];
    this.#spare = dropped;
    const first = this.firstRow;
    for (const [tid, track] of this.tracks) {
      track.rows.dropBelow(first);
      if (track.pendingRow < first) track.pendingRow = -1;
      if (track.rows.length === 0 && track.pendingRow < 0 && !this.underway.has(tid)) { this.tracks.delete(tid); if (this.#lastTrack === track) this.#lastTrack = undefined; }
    }
    const start = this.startNs;
    let gaps = 0;
    while (gaps < this.gaps.length && (this.gaps[gaps]?.endNs ?? 0) < start) gaps++;
    if (gaps > 0) this.gaps.splice(0, gaps);
    this.onDrop?.(first);
  }

  /** Notes that `count` events were lost between two times. */
  addGap(startNs: number, endNs: number, count: number, cause: string): void {
    const last = this.gaps.at(-1);
    if (last !== undefined && last.cause === cause && startNs <= last.endNs + 1e6) { last.endNs = Math.max(last.endNs, endNs); last.count += count; return; }
    if (this.gaps.length >= GAP_LIMIT) this.gaps.shift();
    this.gaps.push({ startNs, endNs, count, cause });
  }

  /** The event of a row, in one context that the next call reuses. Undefined for rows that are no longer, or not yet, held. */
  contextAt(row: number): EventContext | undefined { return this.load(row, this.#context) ? this.#context : undefined; }

  /** A context of the caller's own for `load`. */
  newContext(): RowContext { return new RowContext(this.state); }

  load(row: number, into: RowContext): boolean {
    if (!this.has(row)) return false;
    const segment = this.segmentOf(row);
    const i = row & MASK;
    if (!reset(into.view, segment, i)) return false;
    into.num = segment.num[i] ?? 0;
    into.tsNs = segment.ts[i] ?? 0;
    into.latencyNs = segment.duration[i] ?? 0;
    into.info = segment.infos[segment.info[i] ?? 0];
    into.fdNum = segment.fdNum[i] ?? -1;
    const fd = segment.fd[i] ?? NO_FD;
    into.fd = fd === NO_FD ? undefined : segment.fds[fd];
    into.enter = undefined;
    const back = segment.enter[i] ?? 0;
    if (((segment.flags[i] ?? 0) & ROW.needsEnter) !== 0 && this.has(row - back) && reset(into.enterView, this.segmentOf(row - back), (row - back) & MASK)) into.enter = into.enterView;
    return true;
  }

  /** Row of the enter event of an exit; -1 where there is none, or no longer. */
  enterRowOf(row: number): number {
    const back = this.segmentOf(row).enter[row & MASK] ?? 0;
    return back > 0 && this.has(row - back) ? row - back : -1;
  }

  /** First row recorded at or after a time; `endRow` where there is none. Exact as far as rows are in order of time. */
  rowAt(ns: number): number {
    let low = this.firstRow, high = this.#rows;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.tsOf(middle) < ns) low = middle + 1; else high = middle;
    }
    return low;
  }
}

function infoIndex(segment: Segment, track: Track, info: ThreadInfo): number {
  if (track.infoSegment === segment.firstRow && segment.infos[track.infoIndex] === info) return track.infoIndex;
  track.infoSegment = segment.firstRow;
  track.infoIndex = segment.infos.length;
  segment.infos.push(info);
  return track.infoIndex;
}

function reset(view: EventView, segment: Segment, i: number): boolean {
  const at = segment.offset[i] ?? 0;
  const nparams = segment.nparams[i] ?? NEW_FORM;
  return view.reset(segment.bytes, segment.data, at, segment.cpu[i] ?? 0, segment.nr[i] ?? 0xffff, segment.data.getUint32(at + EVENT_HEADER.length, true), nparams === NEW_FORM ? -1 : nparams);
}

/** Copies without making a view object: events are short. */
function copy(from: Uint8Array, start: number, to: Uint8Array, at: number, length: number): void {
  if (length > 256) { to.set(from.subarray(start, start + length), at); return; }
  for (let i = 0; i < length; i++) to[at + i] = from[start + i] as number;
}
