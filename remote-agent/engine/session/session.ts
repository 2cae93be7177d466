// One source of events and all that is asked of it: the tree, lanes, viewports, pages, details. What a protocol server stands on.
import type { EventContext } from '../event/context.ts';
import type { ContainerInfo, StateView, ThreadInfo } from '../state/model.ts';
import { leaveTracers } from '../state/tracerBook.ts';
import { FilterCache, FilterError, type Compile, type FilterBits } from './filterBits.ts';
import { eventDetail, type EventDetail } from './eventRow.ts';
import { EventHistory } from './history.ts';
import { liveCalls, storedCalls, type CallList, type CallQuery, type CallSource } from './inflight.ts';
import { lanesOf, type LaneInfo } from './lanes.ts';
import { CountSearch, FindSearch, PageSearch, PlaceSearch, type FindQuery, type Found, type PageQuery, type Place, type Steps } from './page.ts';
import { ROW, SEGMENT_MASK } from './segment.ts';
import type { StoredEvents } from './storedEvents.ts';
import { RecentErrors, containerRows, descriptorRows, processRows, type ContainerRow, type DescriptorRow, type ProcessRow, type ResourceFigures } from './tree.ts';
import { describeCall, fdOfCall, type OpenCall } from './underway.ts';
import { viewportOf, type Viewport, type ViewportQuery } from './timeline.ts';

export interface ProblemText { readonly code: string; readonly message: string; readonly remedy: string }
export interface SourceInfo { readonly hostname: string; readonly kernel: string; readonly cpus: number; readonly live: boolean; readonly file?: string; readonly agentVersion: string }
/** Same shape as the protocol's `Reading`. */
export interface ReadingStatus {
  readonly state: 'reading' | 'stopped' | 'complete' | 'damaged';
  readonly fraction: number; readonly events: number; readonly bytesRead: number; readonly bytesTotal: number; readonly more: boolean; readonly message: string;
}
/** Same shape as the protocol's `Asked`. */
export interface AskedStatus {
  readonly spare: boolean; readonly leftOut: readonly string[]; readonly sinceNs: number; readonly containerNames: readonly string[];
  readonly wish: { readonly containers: readonly string[]; readonly calls: readonly string[]; readonly failedOnly: boolean; readonly slowerThanNs: number; readonly snaplen: number; readonly switches: boolean; readonly pageFaults: boolean };
}
export interface SessionStatus {
  readonly events: number; readonly eventsPerSecond: number; readonly losses: readonly { readonly cause: string; readonly count: number }[]; readonly lostPerSecond: number;
  readonly startNs: number; readonly endNs: number; readonly firstRow: number; readonly rowCount: number; readonly historyBytes: number; readonly progress: number; readonly problems: readonly ProblemText[];
  readonly reading?: ReadingStatus;
  readonly asked?: AskedStatus;
}
export interface SessionOptions {
  readonly state: StateView;
  readonly info: SourceInfo;
  /** Compiles filters; `engine/filter` in earnest. */
  readonly compile: Compile;
  /** Bytes of events to keep. */
  readonly historyBytes?: number;
  /** Where events can be read again; without it their bytes are kept in memory. */
  readonly stored?: StoredEvents;
  /** ns since `state.baseNs`; for live sources. Without it the newest event counts as now. */
  readonly now?: () => number;
}

/** Asks for enter events as lines of their own. */
const ENTERS = /\bevt\.dir\b/;
const MAX_PROBLEMS = 50;
/** Threads that are shown though they do nothing. */
const MAX_ALSO = 16;

export type { Steps } from './page.ts';

export class Session {
  readonly state: StateView;
  readonly info: SourceInfo;
  readonly history: EventHistory;
  readonly filters: FilterCache;
  /** Where calls under way are asked for; without it, of sources that are read, they are the enter events whose exits have not come. */
  calls: CallSource | undefined;
  readonly figures = new Map<string, ResourceFigures>();
  /** Told before the tree or the timeline is answered: what is dear to keep up is kept up for those who look. */
  onLook: ((at: 'tree' | 'timeline') => void) | undefined;
  /** 0 to 1. */
  progress = 1;
  /** How far the file is read, for those that are one. */
  reading: ReadingStatus | undefined;
  /** What is asked of the probe, where there is one. */
  asked: AskedStatus | undefined;
  readonly #problems: ProblemText[] = [];
  readonly #losses = new Map<string, number>();
  readonly #errors = new RecentErrors();
  readonly #now: (() => number) | undefined;
  readonly #followers = new Set<(ctx: EventContext) => void>();
  #events = 0;
  /** When rates were worked out last; a live source begins at 0, a file has none before its first tick. */
  #ratedAtNs: number;
  #ratedEvents = 0;
  #ratedLost = 0;
  #eventsPerSecond = 0;
  #lostPerSecond = 0;
  #treeVersion = 0;
  #figuresVersion = 0;

  constructor(options: SessionOptions) {
    this.state = options.state;
    // Its events are read again from their own bytes, which do not say what a write was taken for.
    leaveTracers(options.state);
    this.info = options.info;
    this.history = new EventHistory(options.state, { ...(options.historyBytes === undefined ? {} : { capacityBytes: options.historyBytes }), ...(options.stored === undefined ? {} : { stored: options.stored }) });
    this.filters = new FilterCache(this.history, options.compile);
    this.history.onDrop = (firstRow) => { this.filters.drop(firstRow); };
    this.#now = options.now;
    this.#ratedAtNs = options.now === undefined ? Number.NaN : 0;
  }

  /** Takes an event in; `position` is for `SessionOptions.stored`. Returns its row. */
  append(ctx: EventContext, position = 0): number {
    const row = this.history.append(ctx, position);
    this.#events++;
    if (((this.history.segmentOf(row).flags[row & SEGMENT_MASK] ?? 0) & ROW.failed) !== 0) this.#errors.add(ctx.info?.containerId ?? '', ctx.tsNs);
    if (this.#followers.size > 0) for (const follow of this.#followers) follow(ctx);
    return row;
  }

  /** Hands every event to `take` from now on, until the function that this returns is called. */
  follow(take: (ctx: EventContext) => void): () => void {
    this.#followers.add(take);
    return () => { this.#followers.delete(take); };
  }

  /** ns since the base. */
  get nowNs(): number { return this.#now?.() ?? this.history.endNs; }
  get endNs(): number { return Math.max(this.history.endNs, this.#now?.() ?? 0); }
  get problems(): readonly ProblemText[] { return this.#problems; }

  addProblem(code: string, message: string, remedy: string): void {
    if (this.#problems.length < MAX_PROBLEMS && !this.#problems.some((p) => p.code === code && p.message === message)) this.#problems.push({ code, message, remedy });
  }
  removeProblems(code: string): void {
    for (let i = this.#problems.length - 1; i >= 0; i--) if (this.#problems[i]?.code === code) this.#problems.splice(i, 1);
  }

  /** Counts lost events; with times, they show as a gap. */
  lose(cause: string, count: number, startNs = -1, endNs = -1): void {
    if (count <= 0) return;
    this.#losses.set(cause, (this.#losses.get(cause) ?? 0) + count);
    if (endNs >= 0) this.history.addGap(Math.max(0, startNs), endNs, count, cause);
  }

  /** Says that containers came, went or changed. */
  containersChanged(): void { this.#treeVersion++; this.filters.containersChanged(); }
  figuresChanged(): void { this.#figuresVersion++; }
  /** Grow when the set of containers, or any figure, changes. */
  get treeVersion(): number { return this.#treeVersion; }
  get figuresVersion(): number { return this.#figuresVersion; }
  /** Lets go of what is counted for a container that will not come back. */
  forgetContainer(id: string): void { this.#errors.forget(id); this.figures.delete(id); }
  container(id: string): ContainerInfo | undefined { return this.state.container(id); }

  /** Works out rates; once a second, with the time. */
  tick(nowNs: number): void {
    const seconds = (nowNs - this.#ratedAtNs) / 1e9;
    if (seconds < 0.2) return;
    const lost = [...this.#losses.values()].reduce((a, b) => a + b, 0);
    this.#eventsPerSecond = Number.isNaN(seconds) ? 0 : Math.round((this.#events - this.#ratedEvents) / seconds);
    this.#lostPerSecond = Number.isNaN(seconds) ? 0 : Math.round((lost - this.#ratedLost) / seconds);
    this.#ratedAtNs = nowNs; this.#ratedEvents = this.#events; this.#ratedLost = lost;
  }

  status(): SessionStatus {
    const { history } = this;
    return {
      events: this.#events, eventsPerSecond: this.#eventsPerSecond, losses: [...this.#losses].map(([cause, count]) => ({ cause, count })), lostPerSecond: this.#lostPerSecond,
      startNs: history.startNs, endNs: this.endNs, firstRow: history.firstRow, rowCount: history.rowCount, historyBytes: history.bytes, progress: this.progress, problems: this.#problems,
      ...(this.reading === undefined ? {} : { reading: { ...this.reading } }), ...(this.asked === undefined ? {} : { asked: this.asked }),
    };
  }

  // ---- the tree

  tree(): ContainerRow[] { this.onLook?.('tree'); return containerRows(this.state, this.figures, this.#errors, this.nowNs); }
  processes(containerId: string): ProcessRow[] { return processRows(this.state, containerId); }
  descriptors(pid: number): DescriptorRow[] | undefined { return descriptorRows(this.state, pid); }

  /** Calls that have not returned. Throws a FilterError for a filter that does not compile. */
  async callsUnderWay(query: CallQuery): Promise<CallList> {
    const test = query.filter.trim() === '' ? undefined : this.filters.compile(query.filter);
    return this.calls === undefined ? storedCalls(this.history, query, test) : await liveCalls(this.state, this.calls, query, test, () => this.nowNs);
  }

  // ---- the timeline. Each throws a FilterError for a filter that does not compile.

  /** `also`: lanes of threads that are shown though they do nothing, for the calls that they have been in since before anybody watched. */
  lanes(startNs: number, endNs: number, filter: string, also: readonly string[] = []): Steps<LaneInfo[]> {
    const bits = this.filters.get(filter);
    this.onLook?.('timeline');
    this.history.showIdle(also.slice(0, MAX_ALSO).flatMap((lane) => this.#idle(lane)));
    return this.#prepared(bits, startNs, endNs, () => lanesOf(this.history, this.state, startNs, endNs, bits));
  }

  #idle(lane: string): { info: ThreadInfo; call: OpenCall }[] {
    const info = /^t:\d+$/.test(lane) ? this.state.thread(Number(lane.slice(2)))?.info : undefined, raw = info === undefined ? undefined : this.calls?.now(info.pid, info.tid);
    return info === undefined || raw === undefined ? [] : [{ info, call: { ...describeCall({ ...raw, startNs: this.nowNs - Math.max(0, raw.idleNs) }, fdOfCall(this.state, raw).fd), before: true } }];
  }

  viewport(query: ViewportQuery, filter: string): Steps<Viewport> {
    const bits = this.filters.get(filter);
    this.onLook?.('timeline');
    return this.#prepared(bits, query.startNs, query.endNs, () => viewportOf(this.history, query, bits, this.endNs));
  }

  // ---- events

  page(query: PageQuery, filter: string): PageSearch { return new PageSearch(this.history, query, this.#list(filter)); }

  count(startNs: number, endNs: number, filter: string): CountSearch { return new CountSearch(this.history, { ...this.#list(filter), startNs, endNs }); }

  /** The next or previous event of the list of `filter` that passes `find` too. A FilterError says in `which` whose it is. */
  find(query: FindQuery & { readonly startNs?: number | undefined; readonly endNs?: number | undefined }, find: string, filter: string): Steps<Found> {
    const named = <T>(which: 'find' | 'filter', get: () => T): T => { try { return get(); } catch (error) { if (error instanceof FilterError) error.which = which; throw error; } };
    const list = named('filter', () => this.#list(filter)), bits = named('find', () => this.filters.get(find));
    return new FindSearch(this.history, query, { ...list, find: bits, startNs: query.startNs, endNs: query.endNs });
  }

  /** The list's first event recorded at or after a time, or its event number `index`. */
  place(at: { readonly ns: number } | { readonly index: number }, filter: string): Steps<Place> { return new PlaceSearch(this.history, this.#list(filter), at); }

  #list(filter: string): { readonly filter: FilterBits | undefined; readonly withEnters: boolean } { return { filter: this.filters.get(filter), withEnters: ENTERS.test(filter) }; }

  details(row: number): EventDetail | undefined { return eventDetail(this.history, row); }

  /** Runs the filter over the range first, as many rows a step as the caller allows. */
  #prepared<T>(bits: FilterBits | undefined, startNs: number, endNs: number, result: () => T): Steps<T> {
    let row = this.history.rowAt(startNs);
    const to = this.history.rowAt(endNs);
    return {
      advance: (budget) => {
        if (bits === undefined) return true;
        row = bits.advance(row, to, budget);
        return row >= to;
      },
      result,
    };
  }
}
