// Fetches what the timeline shows: one question on its way at a time, the newest state asked for next, stale answers thrown away.
import type { LanesResult, ViewportResult } from '../../remote-agent/protocol/messages.ts';
import { CancelledError } from '../base/host.ts';
import type { Host } from '../base/host.ts';
import type { Range } from './model.ts';

/** What to ask for, read at the moment of asking. */
export interface ViewQuery {
  readonly range: Range;
  /** Range to fetch marks for; may be wider than what is in view. */
  readonly fetchRange: Range;
  readonly widthPx: number;
  readonly lanes: readonly string[];
  readonly filter: string;
  /** Lanes of threads that are shown though they do nothing. */
  readonly also: readonly string[];
}
export interface LoaderSink {
  onLanes(result: LanesResult, query: ViewQuery): void;
  onViewport(result: ViewportResult, query: ViewQuery): void;
  onError(error: unknown): void;
  /** Nothing is on its way and nothing is to be asked. */
  onIdle(): void;
}

/** An answer that takes longer than this is given up when something newer is wanted. */
const PATIENCE_MS = 250;

export class Loader {
  readonly #host: Host;
  readonly #query: () => ViewQuery;
  readonly #sink: LoaderSink;
  #wantsLanes = false;
  #wantsViewport = false;
  #abort: AbortController | undefined;
  #askedAtMs = 0;
  #pumping = false;
  #epoch = 0;
  #doneAtMs = 0;
  #tookMs = 0;

  constructor(host: Host, query: () => ViewQuery, sink: LoaderSink) {
    this.#host = host;
    this.#query = query;
    this.#sink = sink;
  }

  get busy(): boolean { return this.#pumping || this.#wantsLanes || this.#wantsViewport; }

  /** The last answer took so long that another one would fill the link: a view that refreshes itself leaves it three quarters of the time. */
  get shouldRest(): boolean { return performance.now() - this.#doneAtMs < this.#tookMs * 3; }

  /** Something changed: marks are to be fetched, and lanes too unless only the scroll position changed. */
  invalidate(what: 'viewport' | 'all'): void {
    this.#wantsViewport = true;
    if (what === 'all') this.#wantsLanes = true;
    if (this.#pumping) {
      if (performance.now() - this.#askedAtMs > PATIENCE_MS) this.#abort?.abort();
      return;
    }
    void this.#pump();
  }
  /** Forgets what was asked: another session, or another filter, makes every answer wrong. */
  reset(): void {
    this.#epoch++;
    this.#abort?.abort();
  }

  async #pump(): Promise<void> {
    this.#pumping = true;
    while (this.#wantsLanes || this.#wantsViewport) {
      // Marks of the lanes that are known come first: they are what a zoom or a pan waits for.
      const viewportFirst = this.#wantsViewport && this.#query().lanes.length > 0;
      try {
        if (viewportFirst) await this.#askViewport();
        else if (this.#wantsLanes) await this.#askLanes();
        else this.#wantsViewport = false;
      } catch (error) {
        if (!(error instanceof CancelledError)) this.#sink.onError(error);
      }
    }
    this.#pumping = false;
    this.#sink.onIdle();
  }
  async #askViewport(): Promise<void> {
    this.#wantsViewport = false;
    const query = this.#query(), epoch = this.#epoch;
    const { startNs, endNs } = query.fetchRange;
    const result = await this.#host.request('timeline/viewport', { startNs, endNs, widthPx: query.widthPx, lanes: query.lanes, filter: query.filter }, this.#signal());
    this.#doneAtMs = performance.now();
    this.#tookMs = this.#doneAtMs - this.#askedAtMs;
    if (epoch === this.#epoch) this.#sink.onViewport(result, query);
  }
  async #askLanes(): Promise<void> {
    this.#wantsLanes = false;
    const query = this.#query(), epoch = this.#epoch;
    const result = await this.#host.request('timeline/lanes', { startNs: query.range.startNs, endNs: query.range.endNs, filter: query.filter, ...(query.also.length === 0 ? {} : { also: query.also }) }, this.#signal());
    if (epoch === this.#epoch) this.#sink.onLanes(result, query);
  }
  #signal(): AbortSignal {
    this.#abort = new AbortController();
    this.#askedAtMs = performance.now();
    return this.#abort.signal;
  }
}
