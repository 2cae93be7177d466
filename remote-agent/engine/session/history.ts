// The bounded memory of a source: columns of what happened, with the events' bytes or the place where they can be read again. Oldest dropped
// first; rows are numbered for ever.
import { EVENT_HEADER } from '../../../driver/schema/index.ts';
import type { EventContext } from '../event/context.ts';
import { EventView } from '../event/eventView.ts';
import { eventKind } from '../event/kind.ts';
import { isTrouble } from '../event/names.ts';
import type { FdInfo, StateView, Thread, ThreadInfo } from '../state/model.ts';
import { isEndOfThread, isEnter, isInternal, keyOfWhat, typeOfWhat, whatOf } from './classify.ts';
import { InfoPool } from './infoPool.ts';
import { Draft, KIND_SHIFT, NEW_FORM, NONE_BEFORE, ROW, SEGMENT_MASK as MASK, SEGMENT_ROWS, Segment } from './segment.ts';
import { StoredBytesError, type StoredEvents } from './storedEvents.ts';
import { Track } from './track.ts';
import { NO_ROW, type OpenCall } from './underway.ts';

/** Points within one call that are marked as inside it; more are left unmarked. */
const INSIDE_LIMIT = 4096;
const GAP_LIMIT = 4096;
/** A jump that is more likely a damaged event, or one that the capture program made up, than a pause. */
const STRANGE_NS = 24 * 3600e9;
/** So many events in a row that agree on a jump are believed. */
const BELIEVED = 3;
/** Descriptors of a segment that are found at once, as a power of two. */
const FD_SLOT_BITS = 11, FD_SLOTS = 1 << FD_SLOT_BITS;

/** A stretch of time in which events were lost. */
export interface LossGap { startNs: number; endNs: number; count: number; readonly cause: string }

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

export interface HistoryOptions {
  /** Bytes that events may take before the oldest are dropped. */
  readonly capacityBytes?: number;
  /** Where the events' bytes can be read again; without it, they are kept in memory. */
  readonly stored?: StoredEvents;
}

export class EventHistory {
  readonly state: StateView;
  readonly capacity: number;
  readonly stored: StoredEvents | undefined;
  readonly tracks = new Map<number, Track>();
  readonly gaps: LossGap[] = [];
  /** Calls under way by thread, as the source last said. */
  underway: ReadonlyMap<number, OpenCall> = new Map();
  /** When it said so, ns; -1: it does not. Whatever began before and is not among them has returned, though its end may have been lost. */
  underwayAtNs = -1;
  /** Segments in order; the last one grows. */
  readonly segments: Segment[] = [];
  /** Called before rows below `firstRow` are forgotten. */
  onDrop: ((firstRow: number) => void) | undefined;
  #rows = 0;
  #closedBytes = 0;
  #current: Segment | undefined;
  readonly #draft = new Draft();
  /** Threads of the growing segment. */
  #active: Track[] = [];
  /** Rows of the growing segment that `order` covers. */
  #ordered = 0;
  readonly #pool = new InfoPool();
  readonly #context: RowContext;
  #lastTrack: Track | undefined;
  readonly #fdRefs = new Float64Array(FD_SLOTS).fill(-1);
  readonly #fdNumbers = new Float64Array(FD_SLOTS);
  readonly #fdIndexes = new Uint16Array(FD_SLOTS);
  #infoIds = 0;
  /** Threads that are shown though none of their events is held. */
  #idle: readonly Track[] = [];
  #newestNs = 0;
  #strange = 0;

  constructor(state: StateView, options: HistoryOptions = {}) {
    this.state = state;
    this.capacity = options.capacityBytes ?? 256 * 1024 * 1024;
    this.stored = options.stored;
    this.#context = new RowContext(state);
  }

  /** One more than the newest row. */
  get endRow(): number { return this.#rows; }
  get firstRow(): number { return this.segments[0]?.firstRow ?? 0; }
  get rowCount(): number { return this.#rows - this.firstRow; }
  /** Time of the oldest event held, ns. */
  get startNs(): number { return this.segments[0]?.tsAt(0) ?? 0; }
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
  tsOf(row: number): number { return this.segmentOf(row).tsAt(row & MASK); }

  /** Stores an event. `position`: where its block is, for a history whose events are read again. Returns its row. */
  append(ctx: EventContext, position = 0): number {
    const row = this.#rows;
    const i = row & MASK;
    const segment = i === 0 || this.#current === undefined ? this.#open(row) : this.#current;
    const draft = this.#draft;
    const view = ctx.view;
    const what = whatOf(view);
    let flags = eventKind(view, ctx.fd) << KIND_SHIFT;
    if (isTrouble(view)) flags |= ROW.failed;
    const ts = this.#plausible(ctx.tsNs, view);
    if (ts < segment.minNs) segment.minNs = ts;
    if (ts > segment.maxNs) segment.maxNs = ts;
    draft.ts[i] = ts; draft.duration[i] = ctx.latencyNs; draft.num[i] = ctx.num; draft.enter[i] = 0;
    segment.what[i] = what;
    if (this.stored === undefined) this.#keep(draft, segment, i, view); else draft.offset[i] = position;
    segment.fd[i] = ctx.fd === undefined && ctx.fdNum === -1 ? 0 : this.#fdIndex(segment, ctx.fd, ctx.fdNum);
    if (isInternal(what)) segment.setInward(i);
    segment.count = i + 1;
    this.#rows = row + 1;
    if (ts > this.#newestNs || row === 0) this.#newestNs = ts;
    const tid = view.tid;
    if (tid < 0) {
      segment.flags[i] = flags;
      return row;
    }
    const track = this.#track(tid);
    const number = row / SEGMENT_ROWS | 0;
    if (track.countSegment === number) { track.count++; draft.before[i] = track.lastRow & MASK; } else { track.countSegment = number; track.count = 1; this.#active.push(track); draft.before[i] = NONE_BEFORE; }
    track.lastRow = row;
    if (ts > track.lastNs) track.lastNs = ts;
    const start = ctx.latencyNs > 0 ? ts - ctx.latencyNs : ts;
    if (start < track.firstNs) track.firstNs = start;
    if (ctx.info !== track.info && ctx.info !== undefined) { track.info = ctx.info; track.pid = ctx.info.pid; track.containerId = ctx.info.containerId; track.infoSegment = -1; track.infoId = ++this.#infoIds; }
    segment.info[i] = ctx.info === undefined ? 0 : infoIndex(segment, track, ctx.info);
    const { type } = view;
    if (isEnter(type)) {
      track.pendingRow = row; track.pendingType = type; track.dropped = undefined;
      flags |= ROW.enter;
    } else {
      if ((type & 1) === 1 && track.pendingRow >= 0) flags |= this.#pair(track, i, row, ctx);
      const over = isEndOfThread(type);
      if (over) track.pendingRow = -1;
      if (track.dropped !== undefined && ((type & 1) === 1 || over)) track.dropped = undefined;
      segment.flags[i] = flags;
      if (ctx.latencyNs > 0) this.#markInside(track, ctx.tsNs - ctx.latencyNs);
      return row;
    }
    segment.flags[i] = flags;
    return row;
  }

  /** Keeps the bytes of an event. */
  #keep(draft: Draft, segment: Segment, i: number, view: EventView): void {
    const { length } = view;
    draft.reserve(length);
    if (draft.bytes !== segment.bytes) { segment.bytes = draft.bytes; segment.data = draft.data; }
    copy(view.bytes, view.at, draft.bytes, draft.used, length);
    draft.offset[i] = draft.used; draft.cpu[i] = view.cpu; draft.nr[i] = view.nr;
    draft.nparams[i] = view.start(0) - view.at - view.nparams * view.lengthWidth === EVENT_HEADER.nparams ? view.nparams : NEW_FORM;
    draft.used += length;
  }

  /** The time of an event, or of its neighbours where its own cannot be: one wild time would leave the rest of the timeline in a single pixel. */
  #plausible(ns: number, view: EventView): number {
    if (Math.abs(ns - this.#newestNs) < STRANGE_NS) { this.#strange = 0; return ns; }
    if (view.def?.category === 'INTERNAL' || ++this.#strange < BELIEVED) return this.#newestNs;
    this.#strange = 0;
    return this.#newestNs = ns;
  }

  /** Ties an exit to the enter event that waits for it. */
  #pair(track: Track, i: number, row: number, ctx: EventContext): number {
    const pending = track.pendingRow;
    track.pendingRow = -1;
    if (pending < this.firstRow) return 0;
    if (track.pendingType !== ctx.view.type - 1 && ctx.enter === undefined) return 0;
    this.segmentOf(pending).setPaired(pending & MASK);
    this.#draft.enter[i] = row - pending;
    return ctx.enter !== undefined && ctx.enter.type === track.pendingType ? ROW.needsEnter : 0;
  }

  /** Marks what a call that just ended has enclosed, so that range scans know when to stop. */
  #markInside(track: Track, startNs: number): void {
    const { before, ts } = this.#draft;
    const segment = this.#current;
    if (segment === undefined) return;
    let n = 0;
    for (let i = before[track.lastRow & MASK] as number; i !== NONE_BEFORE; i = before[i] as number) {
      if ((ts[i] as number) <= startNs || ++n > INSIDE_LIMIT) return;
      segment.flags[i] = (segment.flags[i] as number) | ROW.inside;
    }
    const rows = track.rows;
    for (let k = rows.slices - 1; k >= 0; k--) {
      if (rows.segment(k) >= segment.number) continue;
      const held = this.#segmentNumber(rows.segment(k));
      if (held === undefined) return;
      for (let at = rows.begin(k) + rows.to(k) - rows.from(k) - 1; at >= rows.begin(k); at--) {
        const i = held.order[at] as number;
        if (held.tsAt(i) <= startNs || ++n > INSIDE_LIMIT) return;
        held.flags[i] = (held.flags[i] as number) | ROW.inside;
      }
    }
  }

  #track(tid: number): Track {
    if (this.#lastTrack?.tid === tid) return this.#lastTrack;
    let track = this.tracks.get(tid);
    if (track === undefined) { track = new Track(tid); this.tracks.set(tid, track); }
    this.#lastTrack = track;
    return track;
  }

  #fdIndex(segment: Segment, fd: FdInfo | undefined, number: number): number {
    const ref = fd === undefined ? 0 : fd.ref, slot = slotOf(ref, number);
    if (this.#fdRefs[slot] === ref && this.#fdNumbers[slot] === number) return this.#fdIndexes[slot] ?? 0;
    const kept = fd === undefined ? undefined : this.#pool.fd(fd), again = slotOf(kept?.ref ?? 0, number);
    // Another that says the same may have been here before.
    const known = kept !== undefined && this.#fdRefs[again] === kept.ref && this.#fdNumbers[again] === number;
    const index = known ? this.#fdIndexes[again] ?? 0 : segment.fds.length;
    if (!known) {
      segment.fds.push(kept);
      (segment.fdNums as number[]).push(number);
      this.#fdRefs[again] = kept?.ref ?? 0; this.#fdNumbers[again] = number; this.#fdIndexes[again] = index;
    }
    this.#fdRefs[slot] = ref; this.#fdNumbers[slot] = number; this.#fdIndexes[slot] = index;
    return index;
  }

  #open(row: number): Segment {
    const last = this.#current;
    if (last !== undefined) this.#seal(last);
    this.#fdRefs.fill(-1);
    while (this.segments.length > 1 && this.#closedBytes > this.capacity) this.#dropOldest();
    const segment = new Segment(row, this.#draft);
    this.segments.push(segment);
    this.#current = segment;
    this.#ordered = 0;
    return segment;
  }

  #seal(segment: Segment): void {
    const begins: number[] = [];
    const length = this.#order(segment, (track, begin, count) => { track.rows.add(segment.number, begin, count); if (count > 0) begins.push(begin); });
    segment.seal(length, begins, this.stored === undefined);
    this.#closedBytes += segment.size;
    this.#active = [];
  }

  /** Sorts the rows of the growing segment by thread, without enter events that an exit stands for. Returns how many there are. */
  #order(segment: Segment, note: (track: Track, begin: number, count: number) => void): number {
    const { before, order } = this.#draft;
    let begin = 0;
    for (const track of this.#active) {
      let end = begin + track.count;
      for (let i = track.lastRow & MASK; i !== NONE_BEFORE; i = before[i] as number) if (((segment.flags[i] as number) & ROW.paired) === 0) order[--end] = i;
      // What was left out has left room in front.
      const count = begin + track.count - end;
      order.copyWithin(begin, end, end + count);
      note(track, begin, count);
      begin += count;
    }
    return begin;
  }

  /** Brings `Track.rows` up to date. To be called before they are read. */
  settle(): void {
    const segment = this.#current;
    if (segment === undefined || this.#ordered === segment.count) return;
    this.#order(segment, (track, begin, count) => { track.rows.setTail(segment.number, begin, count); });
    this.#ordered = segment.count;
  }

  #dropOldest(): void {
    const dropped = this.segments.shift();
    if (dropped === undefined) return;
    this.#closedBytes -= dropped.size;
    const first = this.firstRow, segment = first / SEGMENT_ROWS;
    for (const [tid, track] of this.tracks) {
      track.rows.dropBelow(segment);
      if (track.pendingRow >= 0 && track.pendingRow < first) {
        const i = track.pendingRow & MASK;
        // It goes on all the same.
        track.dropped = { startNs: dropped.tsAt(i), row: NO_ROW, kind: dropped.kindAt(i), name: keyOfWhat(dropped.what[i] as number) };
        track.pendingRow = -1;
      }
      if (track.lastRow < first && track.dropped === undefined && !this.underway.has(tid)) { this.tracks.delete(tid); if (this.#lastTrack === track) this.#lastTrack = undefined; }
    }
    const start = this.startNs;
    let gaps = 0;
    while (gaps < this.gaps.length && (this.gaps[gaps]?.endNs ?? 0) < start) gaps++;
    if (gaps > 0) this.gaps.splice(0, gaps);
    this.onDrop?.(first);
  }

  /** Has threads shown of which no event is held, each in the middle of a call; those that were shown so before are shown no more. */
  showIdle(threads: readonly { readonly info: ThreadInfo; readonly call: OpenCall }[]): void {
    for (const track of this.#idle) {
      track.dropped = undefined;
      if (track.lastRow < this.firstRow && !this.underway.has(track.tid)) { this.tracks.delete(track.tid); if (this.#lastTrack === track) this.#lastTrack = undefined; }
    }
    this.#idle = threads.flatMap(({ info, call }) => {
      const track = this.#track(info.tid);
      if (track.lastRow >= this.firstRow && track.lastRow >= 0) return [];
      if (track.info === undefined) { track.info = info; track.pid = info.pid; track.containerId = info.containerId; track.infoId = ++this.#infoIds; }
      track.dropped ??= call;
      return [track];
    });
  }

  #segmentNumber(number: number): Segment | undefined { return this.segments[number - (this.segments[0]?.number ?? 0)]; }

  /** Row number `n` of a track. */
  rowOf(track: Track, n: number): number {
    const { rows } = track;
    const k = rows.sliceOf(n), segment = this.#segmentNumber(rows.segment(k));
    return segment === undefined ? -1 : segment.firstRow + (segment.order[rows.begin(k) + n - rows.from(k)] ?? 0);
  }

  /** Shows rows number `from` to `to` (not included) of a track, but for enter events that an exit stands for or is still to come; until `visit` says false. */
  visit(track: Track, from: number, to: number, visit: (segment: Segment, i: number, row: number) => boolean | void): void {
    const { pendingRow } = track;
    this.visitSlices(track, from, to, (segment, first, last) => {
      for (let p = first; p < last; p++) {
        const i = segment.order[p] as number, row = segment.firstRow + i;
        if (((segment.flags[i] as number) & ROW.paired) !== 0 || row === pendingRow) continue;
        if (visit(segment, i, row) === false) return false;
      }
      return true;
    });
  }

  /** Goes through rows `from` to `to` (not included) of a track by segments, oldest first, until `visit` returns false. They are `first` to `last` of the segment's `order`; `whole`: all that it
   *  has of the thread, and it is full. Enter events that an exit stands for, and the one whose exit is to come, may be among them. */
  visitSlices(track: Track, from: number, to: number, visit: (segment: Segment, first: number, last: number, whole: boolean) => boolean | void): void {
    const { rows } = track;
    for (let n = from, k = n < to ? rows.sliceOf(n) : 0; n < to; k++) {
      const segment = this.#segmentNumber(rows.segment(k)), begin = rows.from(k), behind = rows.to(k), end = Math.min(to, behind);
      if (segment === undefined || end <= n) return;
      const shift = rows.begin(k) - begin;
      if (visit(segment, shift + n, shift + end, segment.full && n === begin && end === behind) === false) return;
      n = end;
    }
  }

  /** Index of the first row of a track, from `from` on, that was recorded at or after a time. */
  firstOfTrackAt(track: Track, ns: number, from: number): number {
    const { rows } = track;
    let low = 0, high = rows.slices;
    while (low < high) {
      const middle = (low + high) >>> 1, segment = this.#segmentNumber(rows.segment(middle));
      // Mostly the segment's own times say it.
      const before = segment === undefined || segment.maxNs < ns || (segment.minNs < ns && segment.tsAt(segment.order[rows.begin(middle) + rows.to(middle) - rows.from(middle) - 1] ?? 0) < ns);
      if (before) low = middle + 1; else high = middle;
    }
    if (low === rows.slices) return Math.max(from, rows.length);
    const segment = this.#segmentNumber(rows.segment(low)), shift = rows.begin(low) - rows.from(low);
    let first = rows.from(low), last = rows.to(low);
    while (first < last) {
      const middle = (first + last) >>> 1;
      if ((segment?.tsAt(segment.order[shift + middle] ?? 0) ?? 0) < ns) first = middle + 1; else last = middle;
    }
    return Math.max(from, first);
  }

  /** Notes that `count` events were lost between two times. */
  addGap(startNs: number, endNs: number, count: number, cause: string): void {
    const last = this.gaps.at(-1);
    if (last !== undefined && last.cause === cause && startNs <= last.endNs + 1e6) { last.endNs = Math.max(last.endNs, endNs); last.count += count; return; }
    if (this.gaps.length >= GAP_LIMIT) this.gaps.shift();
    this.gaps.push({ startNs, endNs, count, cause });
  }

  /** The event of a row, in one context that the next call reuses. Undefined for rows that are no longer, or not yet, held. Throws as `load` does. */
  contextAt(row: number): EventContext | undefined { return this.load(row, this.#context) ? this.#context : undefined; }

  /** A context of the caller's own for `load`. */
  newContext(): RowContext { return new RowContext(this.state); }

  /** Fills a context with the event of a row; false for rows that are not held. Throws a StoredBytesError where a capture's bytes cannot be read again. */
  load(row: number, into: RowContext): boolean {
    if (!this.has(row)) return false;
    const segment = this.segmentOf(row);
    const i = row & MASK;
    if (!this.#view(into.view, segment, i)) return false;
    into.num = segment.numAt(i);
    into.tsNs = segment.tsAt(i);
    into.latencyNs = segment.durationAt(i);
    into.info = segment.infos[segment.info[i] as number];
    const fd = segment.fd[i] as number;
    into.fdNum = segment.fdNums[fd] ?? -1;
    into.fd = segment.fds[fd];
    into.enter = undefined;
    if (((segment.flags[i] as number) & ROW.needsEnter) !== 0) {
      const enterRow = row - segment.enterAt(i);
      if (this.has(enterRow) && this.#view(into.enterView, this.segmentOf(enterRow), enterRow & MASK)) into.enter = into.enterView;
    }
    return true;
  }

  #view(view: EventView, segment: Segment, i: number): boolean {
    const at = segment.offsetAt(i);
    if (this.stored !== undefined) {
      const type = typeOfWhat(segment.what[i] as number);
      if (this.stored.read(at, view) && (type < 0 || view.type === type)) return true;
      throw new StoredBytesError('The capture was changed after it had been opened: at the place of an event there is something else now. Open it again.', 'changed');
    }
    const nparams = segment.nparamsAt(i);
    return view.reset(segment.bytes, segment.data, at, segment.cpuAt(i), segment.nrAt(i), segment.data.getUint32(at + EVENT_HEADER.length, true), nparams === NEW_FORM ? -1 : nparams);
  }

  /** Row of the enter event of an exit; -1 where there is none, or no longer. */
  enterRowOf(row: number): number {
    const back = this.segmentOf(row).enterAt(row & MASK);
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

function slotOf(ref: number, number: number): number { return (Math.imul(ref, 0x9e3779b1) ^ Math.imul(number, 0x85ebca6b)) >>> (32 - FD_SLOT_BITS); }

function infoIndex(segment: Segment, track: Track, info: ThreadInfo): number {
  if (track.infoSegment === segment.firstRow && segment.infos[track.infoIndex] === info) return track.infoIndex;
  track.infoSegment = segment.firstRow;
  track.infoIndex = segment.infos.length;
  segment.infos.push(info);
  (segment.infoIds as number[]).push(track.infoId);
  return track.infoIndex;
}

/** Copies without making a view object: events are short. */
function copy(from: Uint8Array, start: number, to: Uint8Array, at: number, length: number): void {
  if (length > 256) { to.set(from.subarray(start, start + length), at); return; }
  for (let i = 0; i < length; i++) to[at + i] = from[start + i] as number;
}
