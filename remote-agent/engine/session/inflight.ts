// What everybody is in the middle of: calls that have begun and not returned, for how long, and what they wait for. Asked for; nothing is kept.
import type { EventContext } from '../event/context.ts';
import { EVENT_KINDS, callKind, type EventKind } from '../event/kind.ts';
import { isPairs } from '../event/writeArgs.ts';
import type { FdInfo, StateView } from '../state/model.ts';
import { callArguments, callByNumber, descriptorOf, type WaitKind } from './callTable.ts';
import { nameOfKey } from './classify.ts';
import { eventRow } from './eventRow.ts';
import type { Predicate } from './filterBits.ts';
import type { EventHistory } from './history.ts';
import { cmdlineOf, containerLabel } from './lanes.ts';
import type { DescriptorRow } from './tree.ts';
import { NO_ROW, RawContext, openCallOf, type RawCall } from './underway.ts';
import { fdWords, waitWords } from './waitWords.ts';

/** Rows of an answer at most, and descriptors of one row. */
export const MAX_CALLS = 1000;
const MAX_DESCRIPTORS = 64;
/** Descriptors of a row that are compared with what the process has open. */
const CHECKED = 4;

export interface CallQuery {
  /** Twelve hex digits, '' for the host's own processes; every container where it is missing. */
  readonly containerId?: string | undefined;
  readonly filter: string;
  /** Only calls that have been waiting at least so long, ns. */
  readonly longerNs: number;
  /** Rows at most, the longest first. */
  readonly count: number;
}
/** Same shape as the protocol's `CallUnderWay`. */
export interface CallRow {
  readonly tid: number; readonly pid: number; readonly comm: string; readonly cmdline: string; readonly container: string; readonly containerId: string;
  readonly name: string; readonly kind: EventKind; readonly nr: number; readonly row: number;
  readonly startNs: number; readonly waitingNs: number; readonly since: 'exact' | 'atLeast' | 'unknown';
  readonly descriptors: readonly DescriptorRow[]; readonly descriptorCount: number;
  readonly on: string; readonly args: readonly string[];
}
export interface CallList { readonly nowNs: number; readonly calls: readonly CallRow[]; readonly total: number; readonly threads: number; readonly hidden: number; readonly onlyReturned: boolean }

/** What is seen in the process itself of what a call waits for. */
export interface Look {
  /** Descriptors of a set, as many as are worth showing, and how many there are. */
  readonly fds?: readonly number[];
  readonly fdCount?: number;
  /** A time span, ns; a path; an address. */
  readonly spanNs?: number;
  readonly text?: string;
}
/** Where calls under way are found, for sources that watch a host. */
export interface CallSource {
  /** `threads`: that were looked at. `hidden`: those among them that may not be. */
  list(): Promise<{ readonly calls: readonly RawCall[]; readonly threads: number; readonly hidden: number }>;
  /** The call that one thread is blocked in now, without the time of its start; undefined where it runs or is gone. */
  now(pid: number, tid: number): RawCall | undefined;
  /** What the process says of what the call waits for; undefined where it cannot be read. */
  look(pid: number, call: RawCall, kind: WaitKind): Promise<Look | undefined>;
  /** What a process has open at a number; sockets without their addresses. */
  descriptor(pid: number, fd: number): DescriptorRow | undefined;
}

/** A call under way, before anything is found out that only those of the answer need. */
interface Waiting { readonly ctx: () => EventContext; readonly tid: number; readonly raw?: RawCall; readonly row: number; readonly startNs: number; readonly waitingNs: number; readonly since: CallRow['since']; readonly name: string; readonly kind: number }

/** Answers from what a live source says is under way now. */
export async function liveCalls(state: StateView, source: CallSource, query: CallQuery, test: Predicate | undefined, nowNs: () => number): Promise<CallList> {
  const { calls, threads, hidden } = await source.list();
  const now = nowNs(), context = new RawContext(state), found: Waiting[] = [];
  for (const raw of calls) {
    const known = !Number.isNaN(raw.startNs);
    const waitingNs = known ? Math.max(0, now - raw.startNs) : raw.idleNs;
    const call = callByNumber(raw.arch, raw.nr), fd = call === undefined ? undefined : firstFd(state, raw, call.name);
    found.push({
      ctx: () => context.set(raw), tid: raw.tid, raw, row: -1, startNs: known ? raw.startNs : -1, waitingNs, since: known ? 'exact' : waitingNs >= 0 ? 'atLeast' : 'unknown',
      name: call?.name ?? `call ${raw.nr}`, kind: call === undefined ? EVENT_KINDS.indexOf('other') : callKind(call.name, call.category, fd),
    });
  }
  const { chosen, total } = choose(state, found, query, test);
  const rows: CallRow[] = [];
  for (const waiting of chosen) {
    const { raw } = waiting, info = state.thread(waiting.tid)?.info;
    if (raw === undefined) continue;
    const { fds, kind } = callArguments(waiting.name);
    const look = kind === undefined || info === undefined ? undefined : await source.look(info.pid, raw, kind);
    const own = fds.map((at) => descriptorOf(raw.args[at])).filter((fd) => fd >= 0);
    const numbers = [...own, ...look?.fds ?? []].slice(0, MAX_DESCRIPTORS);
    const descriptors = numbers.map((fd, i) => {
      const known = rowOf(fd, state.thread(waiting.tid)?.fds.get(fd));
      return believed(known, info !== undefined && (known === undefined || i < CHECKED) ? source.descriptor(info.pid, fd) : undefined) ?? { fd, kind: 'unknown', name: '' };
    });
    rows.push({ ...head(state, waiting), descriptors, descriptorCount: own.length + (look?.fdCount ?? look?.fds?.length ?? 0), on: waitWords(state, waiting.tid, raw, waiting.name, kind, descriptors, look), args: raw.args.map((arg) => `0x${BigInt.asUintN(64, arg).toString(16)}`) });
  }
  return { nowNs: now, calls: rows, total, threads, hidden, onlyReturned: false };
}

/** Answers from the enter events of a capture whose exits have not come, as far as it has been read. */
export function storedCalls(history: EventHistory, query: CallQuery, test: Predicate | undefined): CallList {
  const { state } = history, now = history.endNs, found: Waiting[] = [];
  for (const track of history.tracks.values()) {
    const call = openCallOf(history, track, Infinity);
    if (call === undefined) continue;
    const held = call.row !== NO_ROW;
    // Without its event there is nothing to ask a filter about.
    if (!held && test !== undefined) continue;
    found.push({ ctx: () => history.contextAt(call.row) as EventContext, tid: track.tid, row: held ? call.row : -1, startNs: call.startNs, waitingNs: Math.max(0, now - call.startNs), since: 'exact', name: nameOfKey(call.name), kind: call.kind });
  }
  const { chosen, total } = choose(state, found, query, test, (tid) => history.tracks.get(tid)?.info?.containerId);
  const rows = chosen.map((waiting): CallRow => {
    const ctx = waiting.row < 0 ? undefined : history.contextAt(waiting.row);
    const row = ctx === undefined || ctx.fdNum < 0 ? undefined : rowOf(ctx.fdNum, ctx.fd) ?? { fd: ctx.fdNum, kind: 'unknown', name: '' };
    const info = ctx?.info ?? history.tracks.get(waiting.tid)?.info;
    const said = waiting.row < 0 ? '' : eventRow(history, waiting.row)?.info ?? '';
    return { ...head(state, waiting, info), descriptors: row === undefined ? [] : [row], descriptorCount: row === undefined ? 0 : 1, on: row === undefined ? said : fdWords(row), args: said === '' ? [] : [said] };
  });
  return { nowNs: now, calls: rows, total, threads: history.tracks.size, hidden: 0, onlyReturned: !isPairs(state) };
}

/** Those that the question is about, the longest first; those of which nobody knows how long come last. */
function choose(state: StateView, found: readonly Waiting[], query: CallQuery, test: Predicate | undefined, containerOf = (tid: number) => state.thread(tid)?.info.containerId): { chosen: Waiting[]; total: number } {
  const { containerId, longerNs } = query;
  const passing = found.filter((w) => (longerNs <= 0 || w.waitingNs >= longerNs) && (containerId === undefined || containerOf(w.tid) === containerId) && (test === undefined || test(w.ctx())));
  passing.sort((a, b) => b.waitingNs - a.waitingNs || a.tid - b.tid);
  return { chosen: passing.slice(0, Math.max(0, Math.min(MAX_CALLS, Math.floor(query.count)))), total: passing.length };
}

function head(state: StateView, w: Waiting, info = state.thread(w.tid)?.info): Pick<CallRow, 'tid' | 'pid' | 'comm' | 'cmdline' | 'container' | 'containerId' | 'name' | 'kind' | 'nr' | 'row' | 'startNs' | 'waitingNs' | 'since'> {
  const containerId = info?.containerId ?? '';
  return {
    tid: w.tid, pid: info?.pid ?? w.tid, comm: info?.comm ?? '', cmdline: info === undefined ? '' : cmdlineOf(info).slice(0, 400), container: containerLabel(state, containerId), containerId,
    name: w.name, kind: EVENT_KINDS[w.kind] ?? 'other', nr: w.raw?.nr ?? -1, row: w.row, startNs: w.startNs, waitingNs: w.waitingNs, since: w.since,
  };
}

const FILES: ReadonlySet<string> = new Set(['file', 'directory', 'memfd']), SOCKETS: ReadonlySet<string> = new Set(['ipv4', 'ipv6', 'ipv4server', 'ipv6server', 'unix', 'netlink', 'unknown', 'unsupported']);
const family = (kind: string): string => FILES.has(kind) ? 'file' : SOCKETS.has(kind) ? 'socket' : kind;
/** What is known of a descriptor from events, unless the process has something else there: some of its calls may have been lost. */
function believed(known: DescriptorRow | undefined, found: DescriptorRow | undefined): DescriptorRow | undefined {
  if (known === undefined || found === undefined) return known ?? found;
  if (family(known.kind) !== family(found.kind)) return found;
  // Paths are those of the container, or of the host: the one ends with the other.
  return family(known.kind) === 'file' && !found.name.endsWith(known.name) && !known.name.endsWith(found.name) ? found : known;
}

function firstFd(state: StateView, raw: RawCall, name: string): FdInfo | undefined {
  const at = callArguments(name).fds[0], fd = at === undefined ? -1 : descriptorOf(raw.args[at]);
  return fd < 0 ? undefined : state.thread(raw.tid)?.fds.get(fd);
}
function rowOf(fd: number, info: FdInfo | undefined): DescriptorRow | undefined { return info === undefined ? undefined : { fd, kind: info.kind, name: info.name }; }
