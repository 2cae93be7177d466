// Pages of the event list, forward and backward, and all there is to know of one event.
import { SYSCALL_BY_CODE } from '../../../driver/schema/index.ts';
import type { EventContext } from '../event/context.ts';
import { EVENT_KINDS, eventKind, type EventKind } from '../event/kind.ts';
import { eventCategory, eventName, isGeneric, isTrouble } from '../event/names.ts';
import { u32 } from '../event/params.ts';
import { isPairs, showParam } from '../event/show.ts';
import type { FdInfo, StateView, ThreadInfo } from '../state/model.ts';
import { isInternal, resultText } from './classify.ts';
import type { FilterBits } from './filterBits.ts';
import { ROW, SEGMENT_ROWS, type EventHistory, type RowContext } from './history.ts';
import { cmdlineOf, containerLabel } from './lanes.ts';
import { startOf, trackRange } from './range.ts';
import type { DescriptorRow } from './tree.ts';

const MAX_PAGE = 5000;
const MAX_ANCESTORS = 32;
/** Rows that may be out of the order of time at the ends of a range. */
const SLACK = 256;

/** Same shape as the protocol's `EventRowMessage`. */
export interface EventRow {
  readonly row: number; readonly num: number; readonly startNs: number; readonly durationNs: number; readonly cpu: number; readonly tid: number; readonly pid: number;
  readonly comm: string; readonly container: string; readonly containerId: string; readonly name: string; readonly kind: EventKind; readonly failed: boolean; readonly info: string; readonly result: string;
}
export interface EventDetail extends EventRow {
  readonly epochNs: string; readonly category: string; readonly nr: number;
  readonly parameters: readonly { readonly name: string; readonly type: string; readonly value: string }[];
  readonly data?: Uint8Array; readonly fd?: DescriptorRow;
  readonly ancestors: readonly { readonly pid: number; readonly comm: string; readonly cmdline: string }[];
  readonly image: string; readonly user: string; readonly cwd: string; readonly exepath: string;
}
export interface PageQuery { readonly startNs: number; readonly endNs: number; readonly fromRow: number; readonly direction: 'forward' | 'backward'; readonly count: number }
export interface Page { readonly rows: readonly EventRow[]; readonly nextRow: number }

/**
 * Whether an event has a line of its own: the enter event of a call whose exit is stored has none, unless enter events are asked for;
 * what is no doing of a program has none where nothing at all is asked for.
 */
export function isListed(history: EventHistory, row: number, withEnters: boolean, filtered: boolean): boolean {
  const segment = history.segmentOf(row), i = row % SEGMENT_ROWS;
  if (!filtered && isInternal(segment.name[i] ?? 0)) return false;
  return withEnters || ((segment.flags[i] ?? 0) & ROW.paired) === 0;
}

/** Whether a row lies in a range as the timeline draws it: the call began before its end, and ended after its beginning. */
function overlaps(history: EventHistory, row: number, startNs: number, endNs: number): boolean {
  const segment = history.segmentOf(row), i = row % SEGMENT_ROWS;
  return (segment.ts[i] ?? 0) >= startNs && startOf(segment, i) <= endNs;
}

/** Rows behind `high` of calls that were under way at the end of the range: at most one a thread. Sorted. */
function underWayAt(history: EventHistory, high: number, startNs: number, endNs: number): number[] {
  const rows: number[] = [];
  for (const track of history.tracks.values()) {
    const { from, to } = trackRange(history, track, startNs, endNs);
    for (let n = to - 1; n >= from; n--) {
      const row = track.rows.at(n);
      if (row <= high) break;
      if (overlaps(history, row, startNs, endNs)) rows.push(row);
    }
  }
  return rows.sort((a, b) => a - b);
}

/** A search that goes on step by step, so that the caller can breathe and give up in between. */
export class PageSearch {
  readonly #history: EventHistory;
  readonly #query: PageQuery;
  readonly #filter: FilterBits | undefined;
  readonly #withEnters: boolean;
  readonly #found: number[] = [];
  readonly #step: 1 | -1;
  readonly #low: number;
  readonly #high: number;
  /** Rows behind #high that belong to the range. */
  readonly #tail: readonly number[];
  #row: number;

  constructor(history: EventHistory, query: PageQuery, filter: FilterBits | undefined, withEnters: boolean) {
    this.#history = history; this.#query = query; this.#filter = filter; this.#withEnters = withEnters;
    this.#step = query.direction === 'backward' ? -1 : 1;
    this.#low = Math.max(history.firstRow, history.rowAt(query.startNs) - SLACK);
    this.#high = Math.min(history.endRow, history.rowAt(query.endNs) + SLACK) - 1;
    this.#tail = underWayAt(history, this.#high, query.startNs, query.endNs);
    const last = this.#tail.at(-1) ?? this.#high;
    const from = query.fromRow < 0 ? (this.#step > 0 ? this.#low : last) : query.fromRow;
    this.#row = this.#step > 0 ? this.#after(Math.max(from, this.#low)) : this.#before(Math.min(from, last));
  }

  /** The first row from `row` on that is to be looked at. */
  #after(row: number): number { return row <= this.#high ? row : this.#tail.find((one) => one >= row) ?? Infinity; }
  #before(row: number): number { return row <= this.#high ? row : lastAtMost(this.#tail, row) ?? this.#high; }

  /** Looks at up to `budget` more rows. True when the page is complete. */
  advance(budget: number): boolean {
    const { startNs, endNs } = this.#query;
    const wanted = Math.max(1, Math.min(MAX_PAGE, Math.floor(this.#query.count)));
    // The history may have dropped what comes next since the last step.
    if (this.#step > 0 && this.#row < this.#history.firstRow) this.#row = this.#after(this.#history.firstRow);
    for (let n = 0; n < budget; n++) {
      if (this.#found.length >= wanted || this.#ended()) return true;
      const row = this.#row;
      this.#row = this.#step > 0 ? this.#after(row + 1) : this.#before(row - 1);
      if (!overlaps(this.#history, row, startNs, endNs) || !isListed(this.#history, row, this.#withEnters, this.#filter !== undefined)) continue;
      if (this.#filter === undefined || this.#filter.passes(row)) this.#found.push(row);
    }
    return this.#found.length >= wanted || this.#ended();
  }

  #ended(): boolean { return this.#row >= this.#history.endRow || this.#row < Math.max(this.#low, this.#history.firstRow); }

  result(): Page {
    const rows = this.#found.map((row) => eventRow(this.#history, row)).filter((row) => row !== undefined);
    if (this.#step < 0) rows.reverse();
    return { rows, nextRow: this.#ended() ? -1 : this.#row };
  }
}

function lastAtMost(sorted: readonly number[], limit: number): number | undefined {
  let found: number | undefined;
  for (const one of sorted) if (one <= limit) found = one;
  return found;
}

/** Counts the events of a range step by step. */
export class CountSearch {
  count = 0;
  readonly #history: EventHistory;
  readonly #filter: FilterBits | undefined;
  readonly #withEnters: boolean;
  readonly #startNs: number;
  readonly #endNs: number;
  #row: number;
  readonly #high: number;
  readonly #tail: readonly number[];

  constructor(history: EventHistory, startNs: number, endNs: number, filter: FilterBits | undefined, withEnters: boolean) {
    this.#history = history; this.#filter = filter; this.#withEnters = withEnters; this.#startNs = startNs; this.#endNs = endNs;
    this.#row = history.rowAt(startNs) - SLACK;
    this.#high = Math.min(history.endRow, history.rowAt(endNs) + SLACK);
    this.#tail = underWayAt(history, this.#high - 1, startNs, endNs);
    for (const row of this.#tail) this.#look(row);
  }

  advance(budget: number): boolean {
    this.#row = Math.max(this.#row, this.#history.firstRow);
    const end = Math.min(this.#high, this.#row + budget);
    for (; this.#row < end; this.#row++) this.#look(this.#row);
    return this.#row >= this.#high;
  }

  #look(row: number): void {
    if (overlaps(this.#history, row, this.#startNs, this.#endNs) && isListed(this.#history, row, this.#withEnters, this.#filter !== undefined) && (this.#filter === undefined || this.#filter.passes(row))) this.count++;
  }
}

const enterContexts = new WeakMap<EventHistory, RowContext>();

/** The enter event of an exit, where it says what the exit does not. */
function enterOf(history: EventHistory, row: number): EventContext | undefined {
  const enterRow = history.enterRowOf(row);
  if (enterRow < 0) return undefined;
  let context = enterContexts.get(history);
  if (context === undefined) { context = history.newContext(); enterContexts.set(history, context); }
  return history.load(enterRow, context) ? context : undefined;
}

interface Shown { readonly name: string; readonly type: string; readonly value: string }

/** Parameters of a call in the order enter, exit, each once: the exit's word counts. */
function shownParams(history: EventHistory, row: number, ctx: EventContext): Shown[] {
  const shown: Shown[] = [];
  const own = ctx.view.def;
  const enter = enterOf(history, row);
  if (enter !== undefined) collect(enter, (name) => (own?.index.get(name) ?? Infinity) >= ctx.view.nparams, shown);
  collect(ctx, () => true, shown);
  return shown;
}

function collect(ctx: EventContext, wanted: (name: string) => boolean, shown: Shown[]): void {
  const params = ctx.view.def?.params ?? [];
  for (let i = 0; i < ctx.view.nparams; i++) {
    const def = params[i];
    if (def === undefined || !wanted(def.name)) continue;
    const { name, value, resolved } = showParam(ctx, i);
    shown.push({ name, type: def.type, value: resolved === '' ? value : `${value}(${resolved})` });
  }
}

/** One line of the event list; undefined for rows that are not held. */
export function eventRow(history: EventHistory, row: number): EventRow | undefined {
  const ctx = history.contextAt(row);
  return ctx === undefined ? undefined : rowOf(history, row, ctx, undefined);
}

function rowOf(history: EventHistory, row: number, ctx: EventContext, known: readonly Shown[] | undefined): EventRow {
  const { view, info } = ctx;
  const containerId = info?.containerId ?? '';
  const duration = Math.max(0, ctx.latencyNs);
  const shown = known ?? (isGeneric(view) ? [] : shownParams(history, row, ctx));
  return {
    row, num: ctx.num, startNs: ctx.tsNs - duration, durationNs: duration, cpu: view.cpu, tid: view.tid, pid: info?.pid ?? view.tid,
    comm: info?.comm ?? '', container: containerLabel(ctx.state, containerId), containerId, name: eventName(view, isPairs(ctx.state)), kind: EVENT_KINDS[eventKind(view, ctx.fd)] ?? 'other',
    failed: isTrouble(view), info: isGeneric(view) ? '' : shown.map((p) => `${p.name}=${p.value}`).join(' '), result: resultText(view),
  };
}

/** All there is to know of an event; undefined for rows that are not held. */
export function eventDetail(history: EventHistory, row: number): EventDetail | undefined {
  const ctx = history.contextAt(row);
  if (ctx === undefined) return undefined;
  const { state, view, info } = ctx;
  const parameters = shownParams(history, row, ctx);
  const data = view.def?.index.get('data');
  const call = isGeneric(view) ? SYSCALL_BY_CODE.get(u32(view, 0, -1)) : undefined;
  return {
    ...rowOf(history, row, ctx, parameters),
    epochNs: String(state.baseNs + BigInt(Math.round(ctx.tsNs - Math.max(0, ctx.latencyNs)))), category: eventCategory(view).toLowerCase().replace('_', ' '), nr: view.nr === 0xffff ? call?.x64 ?? -1 : view.nr,
    parameters,
    ...(data !== undefined && view.size(data) > 0 && view.def?.params[data]?.type === 'BYTEBUF' ? { data: view.bytes.slice(view.start(data), view.end(data)) } : {}),
    ...(ctx.fd === undefined ? {} : { fd: descriptorOf(ctx.fdNum, ctx.fd) }),
    ancestors: info === undefined ? [] : ancestorsOf(state, info),
    image: info === undefined ? '' : state.container(info.containerId)?.image ?? '',
    user: info === undefined ? '' : state.user(info.uid)?.name ?? (info.uid === 0xffffffff ? '' : String(info.uid)), cwd: info?.cwd ?? '', exepath: info?.exepath ?? '',
  };
}

function descriptorOf(fd: number, info: FdInfo): DescriptorRow { return { fd, kind: info.kind, name: info.name }; }

function ancestorsOf(state: StateView, info: ThreadInfo): { pid: number; comm: string; cmdline: string }[] {
  const list: { pid: number; comm: string; cmdline: string }[] = [];
  const main = info.tid === info.pid ? info : state.thread(info.pid)?.info ?? info;
  for (let at: ThreadInfo | undefined = main; at !== undefined && list.length < MAX_ANCESTORS; at = at.parent) list.push({ pid: at.pid, comm: at.comm, cmdline: cmdlineOf(at) });
  return list;
}
