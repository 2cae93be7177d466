// What stands between toolbar and lanes: search for lanes, the strip of all time, and what was marked or bookmarked in it.
import type { Bookmark, PageCommand } from '../protocol/messages.ts';
import { el } from '../base/dom.ts';
import { CancelledError } from '../base/host.ts';
import type { Host } from '../base/host.ts';
import type { Theme } from '../base/theme.ts';
import { formatDuration } from '../base/time.ts';
import type { Clock, TimeMode } from '../base/time.ts';
import { Bookmarks } from './bookmarks.ts';
import { LaneSearch } from './laneSearch.ts';
import type { Range, TimelineModel } from './model.ts';
import { RangeBar } from './rangeBar.ts';
import { Strip } from './strip.ts';

/** A history that grows is asked for again not sooner than this: the strip is for finding one's way, not for the newest. */
const GROWING_MS = 2000;
/** Wide enough: columns of two pixels. */
const BUCKETS_MAX = 800;

export interface TimeToolsEvents {
  /** The range in view was changed. */
  onMoved(): void;
  /** What is marked changed: the list is about something else. */
  onChosen(): void;
  onSearched(): void;
  onLeaveSearch(): void;
  onSay(text: string): void;
  onError(error: unknown): void;
  filter(): string;
  timeMode(): TimeMode;
  /** What a link to this place is to say besides. */
  selectedRow(): number | undefined;
}

export class TimeTools {
  readonly element: HTMLElement;
  readonly rangeBar: RangeBar;
  readonly bookmarks: Bookmarks;
  readonly search: LaneSearch;
  readonly strip: Strip;
  readonly #host: Host;
  readonly #events: TimeToolsEvents;
  #model: TimelineModel;
  #clock: Clock;
  #abort: AbortController | undefined;
  #askedAtMs = -GROWING_MS;
  #timer: number | undefined;
  #stale = false;
  /** There is more to ask for than what is asked for now. */
  #again = false;

  constructor(host: Host, model: TimelineModel, clock: Clock, theme: Theme, events: TimeToolsEvents) {
    this.#host = host;
    this.#model = model;
    this.#clock = clock;
    this.#events = events;
    this.strip = new Strip(model, theme, { onMoved: () => events.onMoved(), describe: (range) => this.#describe(range) });
    this.search = new LaneSearch({
      onSearch: (text) => { this.#model.search = text; events.onSearched(); return this.#model.found; }, onChoose: (id) => { this.#model.activeLane = id; events.onSearched(); }, onLeave: () => events.onLeaveSearch(),
    });
    this.rangeBar = new RangeBar(host, {
      onZoom: () => this.zoomToChosen(), onBookmark: () => this.bookmark(), onCopyLink: () => this.copyLink(), onClear: () => this.choose(undefined),
      onSave: () => this.saveRange(),
    });
    this.bookmarks = new Bookmarks(clock, {
      onGoTo: (range) => { this.choose(range); this.#show(range); }, onChanged: (bookmarks) => { host.tell({ intent: 'bookmarks', bookmarks }); this.invalidate(); }, onSay: (text) => events.onSay(text),
    });
    document.addEventListener('visibilitychange', () => { if (!document.hidden) this.historyGrew(); });
    this.element = el('div', { class: 'ph-over-lanes' }, el('div', { class: 'ph-over-left' }, this.search.element), this.strip.element);
  }

  get busy(): boolean { return this.#abort !== undefined || this.strip.painting || this.rangeBar.busy; }
  setTheme(theme: Theme): void { this.strip.setTheme(theme); }

  /** Another session. */
  start(model: TimelineModel, clock: Clock, bookmarks: readonly Bookmark[], canSave: boolean): void {
    this.#model = model;
    this.#clock = clock;
    this.strip.model = model;
    this.search.clear();
    this.rangeBar.setCanSave(canSave);
    this.bookmarks.setTimes(model.history, this.#events.timeMode());
    this.bookmarks.restore(bookmarks, clock);
    this.#showChosen();
    this.reset();
  }
  /** The filter is another one: nothing that is drawn holds any more. */
  reset(): void {
    this.#abort?.abort();
    this.#abort = undefined;
    this.strip.clear();
    this.#askedAtMs = -GROWING_MS;
    this.#showChosen();
    this.historyGrew();
  }
  setStale(stale: boolean): void {
    const again = this.#stale && !stale;
    this.#stale = stale;
    if (again) this.historyGrew(); else this.invalidate();
  }
  /** The view moved, or a mark did: only drawn anew. */
  invalidate(): void {
    this.bookmarks.setTimes(this.#model.history, this.#events.timeMode());
    this.strip.marks = { chosen: this.#model.chosen, bookmarks: this.bookmarks.marked, stale: this.#stale };
    this.strip.invalidate();
  }
  /** There is more of it than before. */
  historyGrew(): void {
    this.invalidate();
    if (this.#timer !== undefined || !this.strip.shown) { if (!this.strip.shown) this.#timer ??= window.setTimeout(() => { this.#timer = undefined; if (this.strip.shown) void this.#load(); }, 200); return; }
    const waitMs = Math.max(0, this.#askedAtMs + GROWING_MS - performance.now());
    this.#timer = window.setTimeout(() => { this.#timer = undefined; void this.#load(); }, waitMs);
  }
  /** One question at a time: on a slow link the next one would end the last before its answer is here. */
  async #load(): Promise<void> {
    if (this.#abort !== undefined) { this.#again = true; return; }
    // Nobody would answer; once somebody does, or looks, it is asked for.
    if (this.#stale || document.hidden) return;
    const { signal } = this.#abort = new AbortController();
    this.#again = false;
    this.#askedAtMs = performance.now();
    const { startNs, endNs } = this.#model.history;
    try {
      this.strip.take(await this.#host.request('timeline/viewport', { startNs, endNs: Math.max(endNs, startNs + 1e6), widthPx: Math.max(1, Math.min(BUCKETS_MAX, Math.round(this.strip.widthCss / 2))), lanes: ['h'], filter: this.#events.filter() }, signal));
    } catch (error) { if (!(error instanceof CancelledError)) this.#events.onError(error); }
    if (signal.aborted) return;
    this.#abort = undefined;
    if (this.#again) this.historyGrew();
  }

  // ---- marking

  choose(range: Range | undefined): void {
    const { history } = this.#model;
    const startNs = Math.round(Math.max(history.startNs, range?.startNs ?? 0)), endNs = Math.round(Math.min(Math.max(history.endNs, startNs), range?.endNs ?? 0));
    this.#model.chosen = range && endNs > startNs ? { startNs, endNs } : undefined;
    if (range && !this.#model.chosen) this.#events.onSay('There is nothing at that time.');
    this.#showChosen();
    this.invalidate();
    this.#host.tell(this.#model.chosen ? { intent: 'rangeChosen', ...this.#model.chosen } : { intent: 'rangeChosen' });
    this.#events.onChosen();
  }
  /** Makes the marked time begin or end at the selected event, or where the view does. */
  chooseEnd(end: 'start' | 'end'): void {
    const { chosen, range, selection } = this.#model;
    const atNs = selection ? end === 'start' ? selection.startNs : selection.startNs + Math.max(1, selection.durationNs) : end === 'start' ? range.startNs : range.endNs;
    const other = end === 'start' ? chosen?.endNs ?? range.endNs : chosen?.startNs ?? range.startNs;
    this.choose(end === 'start' ? { startNs: atNs, endNs: other > atNs ? other : Math.max(atNs + 1, range.endNs) } : { startNs: other < atNs ? other : Math.min(atNs - 1, range.startNs), endNs: atNs });
    if (this.#model.chosen) this.#events.onSay(`Marked: ${this.#describe(this.#model.chosen)}.`);
  }
  zoomToChosen(): void { if (this.#model.chosen) { this.#show(this.#model.chosen); this.#events.onSay('Zoomed to the marked time.'); } }
  bookmark(): void {
    const name = this.bookmarks.add(this.#model.chosen ?? this.#model.range);
    this.#events.onSay(`${name} was made.`);
  }
  /** Wants a capture of the time that is marked, or else in view. */
  saveRange(): void {
    const { startNs, endNs } = this.#model.listRange;
    this.#host.tell({ intent: 'saveRange', startNs, endNs, filter: this.#events.filter() });
  }
  /** A command of the editor: whether it is about time. */
  do(what: PageCommand): boolean {
    switch (what) {
      case 'saveRange': this.saveRange(); return true;
      case 'bookmark': this.bookmark(); return true;
      case 'copyLink': this.copyLink(); return true;
      default: return false;
    }
  }
  copyLink(): void {
    const { startNs, endNs } = this.#model.listRange, row = this.#events.selectedRow();
    this.#host.tell({ intent: 'copyLink', startNs: this.#clock.epochOf(startNs), endNs: this.#clock.epochOf(endNs), filter: this.#events.filter(), ...(row === undefined ? {} : { row }) });
    this.#events.onSay('The link was copied.');
  }
  #show(range: Range): void {
    const marginNs = (range.endNs - range.startNs) * 0.02;
    this.#model.setRange(range.startNs - marginNs, range.endNs + marginNs);
    this.#events.onMoved();
  }
  #showChosen(): void {
    const { chosen } = this.#model;
    this.rangeBar.show(chosen, chosen ? this.#clock.format(chosen.startNs, this.#events.timeMode(), 6) : '', this.#events.filter());
  }
  #describe({ startNs, endNs }: Range): string { return `${formatDuration(endNs - startNs)} from ${this.#clock.format(startNs, this.#events.timeMode(), 3)}`; }
}

