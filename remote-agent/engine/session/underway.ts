// Calls that have begun and not returned: enter events whose exit is still to come, and what a live source says is under way.
import { eventBySymbol, type Syscall } from '../../../driver/schema/index.ts';
import { EventBuilder } from '../event/encode.ts';
import type { EventContext } from '../event/context.ts';
import { EventView } from '../event/eventView.ts';
import { EVENT_KINDS, callKind } from '../event/kind.ts';
import type { FdInfo, StateView, Thread, ThreadInfo } from '../state/model.ts';
import { callByNumber, fdArgument, type Arch } from './callTable.ts';
import { GENERIC_KEYS, keyOfWhat } from './classify.ts';
import type { FilterBits } from './filterBits.ts';
import type { EventHistory } from './history.ts';
import { SEGMENT_MASK } from './segment.ts';
import type { Track } from './track.ts';

/** Stands for a call that is no event yet. */
export const NO_ROW = 0xffffffff;

/** A call under way as its source tells of it. */
export interface RawCall {
  readonly tid: number;
  readonly arch: Arch;
  /** Native number of the call. */
  readonly nr: number;
  /** ns since the state's base; NaN where it began before anybody watched. */
  readonly startNs: number;
  /** For those: the thread has not run for so long, ns; -1 where that is not known either. */
  readonly idleNs: number;
  /** The six registers with which it was called. */
  readonly args: readonly bigint[];
}

/** A call under way; drawn from its start to now. */
export interface OpenCall { readonly startNs: number; /** Of its enter event, or NO_ROW. */ readonly row: number; /** Index into EVENT_KINDS. */ readonly kind: number; /** See nameOfKey. */ readonly name: number; /** Where it is no event yet. */ readonly raw?: RawCall; /** It began before `startNs`, nobody knows when. */ readonly before?: boolean }

/** The call that a track's thread is in, if it began by `endNs`. */
export function openCallOf(history: EventHistory, track: Track, endNs: number): OpenCall | undefined {
  const row = track.pendingRow;
  if (row >= 0 && history.has(row)) {
    const segment = history.segmentOf(row), i = row & SEGMENT_MASK;
    const startNs = segment.tsAt(i);
    if (startNs > endNs || (startNs < history.underwayAtNs && !history.underway.has(track.tid))) return undefined;
    return { startNs, row, kind: segment.kindAt(i), name: keyOfWhat(segment.what[i] ?? 0) };
  }
  const call = track.dropped ?? history.underway.get(track.tid);
  if (call === undefined || call.startNs > endNs) return undefined;
  // Asked for a while ago: where the thread has done something since, the call has returned. A signal may have come in the midst of one that was dropped.
  return call !== track.dropped && history.has(track.lastRow) && history.tsOf(track.lastRow) > call.startNs ? undefined : call;
}

/** Whether a call under way passes; one that is no event yet is looked at as the enter event that it would have. */
export function openPasses(history: EventHistory, call: OpenCall, filter: FilterBits | undefined): boolean {
  if (filter === undefined) return true;
  if (call.row !== NO_ROW) return filter.passes(call.row);
  return call.raw !== undefined && filter.test !== undefined && filter.test(contextOf(history.state).set(call.raw));
}

const contexts = new WeakMap<StateView, RawContext>();
function contextOf(state: StateView): RawContext {
  let context = contexts.get(state);
  if (context === undefined) contexts.set(state, context = new RawContext(state));
  return context;
}

/** Describes a call that is no event yet; `fd` is the descriptor that it works on, where it names one. */
export function describeCall(raw: RawCall, fd: FdInfo | undefined): OpenCall {
  const call = callByNumber(raw.arch, raw.nr), { startNs } = raw;
  if (call === undefined) return { startNs, row: NO_ROW, kind: EVENT_KINDS.indexOf('other'), name: GENERIC_KEYS, raw };
  return { startNs, row: NO_ROW, kind: callKind(call.name, call.category, fd), name: call.event === 'GENERIC' ? GENERIC_KEYS + call.code : eventBySymbol(`${call.event}_X`).id & ~1, raw };
}

/** The descriptor that a call under way works on, as the state knows it. */
export function fdOfCall(state: StateView, raw: RawCall): { readonly fdNum: number; readonly fd: FdInfo | undefined } {
  const call = callByNumber(raw.arch, raw.nr);
  const fdNum = call === undefined ? -1 : fdArgument(call.name, raw.args);
  return { fdNum, fd: fdNum < 0 ? undefined : state.thread(raw.tid)?.fds.get(fdNum) };
}

/** The calls under way of a live source, by thread, for the timeline. */
export function openCalls(state: StateView, calls: Iterable<RawCall>): Map<number, OpenCall> {
  const open = new Map<number, OpenCall>();
  for (const raw of calls) open.set(raw.tid, describeCall(raw, fdOfCall(state, raw).fd));
  return open;
}

/** A call under way as filters see it: its enter event, with the descriptor and nothing else of its arguments, its thread, and what its descriptor stands for. */
export class RawContext implements EventContext {
  readonly view = new EventView();
  readonly num = 0;
  tsNs = 0;
  readonly latencyNs = 0;
  info: ThreadInfo | undefined = undefined;
  thread: Thread | undefined = undefined;
  fdNum = -1;
  fd: FdInfo | undefined = undefined;
  readonly enter = undefined;
  readonly state: StateView;
  readonly #builder = new EventBuilder();

  constructor(state: StateView) { this.state = state; }

  set(raw: RawCall): this {
    const { state } = this, call = callByNumber(raw.arch, raw.nr);
    this.thread = state.thread(raw.tid);
    this.info = this.thread?.info;
    const { fdNum, fd } = fdOfCall(state, raw);
    this.fdNum = fdNum; this.fd = fd;
    this.tsNs = Number.isNaN(raw.startNs) ? 0 : raw.startNs;
    this.#encode(call, raw);
    return this;
  }

  #encode(call: Syscall | undefined, raw: RawCall): void {
    const builder = this.#builder, def = eventBySymbol(call === undefined ? 'GENERIC_E' : `${call.event}_E`);
    const generic = call === undefined || call.event === 'GENERIC', withFd = !generic && def.params[0]?.name === 'fd' && this.fdNum >= 0;
    builder.begin(def.id, 0, 0, 0, raw.tid, generic ? 2 : withFd ? 1 : 0, false);
    if (generic) { builder.int(call?.code ?? 0, 2); builder.int(raw.nr, 2); } else if (withFd) builder.int(this.fdNum, 8);
    builder.end();
    const { bytes, data } = builder;
    this.view.reset(bytes, data, 0, 0, raw.nr, bytes.length);
  }
}
