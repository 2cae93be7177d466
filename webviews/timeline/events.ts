// The list of events under the timeline: an accessible grid of which only visible rows exist. A stretch of rows is held; it is extended as the list
// scrolls, and fetched anew where somebody leaps to. Of a capture file the list knows every row's place, so that its scroll bar spans all of it.
import type { EventRowMessage, PageResult } from '../../remote-agent/protocol/messages.ts';
import { el, setText } from '../base/dom.ts';
import { CancelledError } from '../base/host.ts';
import type { Host } from '../base/host.ts';
import type { Clock, TimeMode } from '../base/time.ts';
import { VirtualList } from '../base/virtualList.ts';
import { COLUMNS, createRow, fillRow, fillWaiting } from './eventRow.ts';
import { ListCounter } from './listCounter.ts';
import type { ListSize } from './listBar.ts';
import type { Range } from './model.ts';
import { placeOf } from './place.ts';

export interface EventListEvents {
  /** The user chose a row. */
  onSelect(event: EventRowMessage): void;
  /** The user looks back: a following view is to stop. */
  onLookBack(): void;
  /** The number of events, or which of them are in view, changed. */
  onSize(size: ListSize): void;
  /** G was pressed. */
  onGoTo(): void;
  onError(error: unknown): void;
}
/** Where a load starts: at either end of the range, or around an event. */
export type Anchor = 'start' | 'end' | { readonly row: number };

const ROW_CSS = 24;
const PAGE_ROWS = 150;
/** Rows kept; those far from what is seen are dropped and fetched again when needed. */
const KEPT_MAX = 3000;
/** Fetches the next page when fewer rows than this are left. */
const AHEAD_ROWS = 40;
/** While the scroll bar is dragged, rows are fetched where it rests this long. */
const LEAP_AFTER_MS = 60;
/** Before row 0 there is nothing, and -1 would mean the end. */
const NOTHING: PageResult = { rows: [], nextRow: -1 };

export class EventList {
  readonly element: HTMLElement;
  readonly #host: Host;
  readonly #events: EventListEvents;
  readonly #list: VirtualList;
  readonly #grid: HTMLElement;
  readonly #empty: HTMLElement;
  readonly #counter: ListCounter;
  #clock: Clock;
  #timeMode: TimeMode = 'clock';
  /** The rows held, and the place of the first of them in the list: 0 where places are not known. */
  #rows: EventRowMessage[] = [];
  #first = 0;
  /** Places are known: of a file, unless its agent cannot tell them. */
  #indexed = false;
  /** Rows of the list; those held where it is not counted. */
  #total = 0;
  #filter = '';
  #range: Range = { startNs: 0, endNs: 0 };
  #backRow = -1;
  #forwardRow = -1;
  #selectedRow = -1;
  /** Place of the selected event; -1 not known. And the one that keys have gone to since, of which the row is on its way. */
  #selectedIndex = -1;
  #wantedIndex = -1;
  #generation = 0;
  #abort = new AbortController();
  #loading: 'forward' | 'backward' | 'all' | undefined;
  #leapTimer: number | undefined;

  constructor(host: Host, clock: Clock, events: EventListEvents) {
    this.#host = host;
    this.#clock = clock;
    this.#events = events;
    this.#counter = new ListCounter(host, () => this.#counted());
    const head = el('div', { class: 'ph-row ph-row-head', role: 'row' }, ...COLUMNS.map(([key, title]) => el('span', { class: `ph-cell ph-cell-${key}`, role: 'columnheader' }, title)));
    const content = el('div', { role: 'rowgroup', class: 'ph-rows' });
    this.#empty = el('p', { class: 'ph-hint ph-events-empty', 'data-testid': 'events-empty' });
    this.#empty.hidden = true;
    this.#grid = el('div', { class: 'ph-events', role: 'grid', tabindex: 0, 'aria-label': 'Events in view', 'aria-rowcount': '-1', 'aria-multiselectable': 'false', 'data-testid': 'events' }, head, content, this.#empty);
    this.element = this.#grid;
    this.#list = new VirtualList(this.#grid, content, { rowPx: ROW_CSS, create: createRow, fill: (element, index) => this.#fill(element, index), onVisible: (first, last) => this.#onVisible(first, last) });
    content.addEventListener('click', (event) => {
      const row = (event.target as Element).closest('[data-row]');
      if (row) this.#choose(this.#indexOf(Number(row.getAttribute('data-row'))));
    });
    this.#grid.addEventListener('keydown', (event) => this.#key(event));
    this.#grid.addEventListener('wheel', (event) => { if (event.deltaY < 0) this.#events.onLookBack(); }, { passive: true });
  }

  get busy(): boolean { return this.#loading !== undefined || this.#leapTimer !== undefined || this.#counter.busy; }
  /** It was scrolled, and what is in view is still to be painted, and fetched. */
  get painting(): boolean { return this.#list.painting; }
  get rows(): readonly EventRowMessage[] { return this.#rows; }
  /** Rows before which and behind which a search from "here" begins: the selected one where it is in view, else around what is in view. */
  get firstRowInView(): number { return this.#at(this.#list.visible.first)?.row ?? -1; }
  focus(): void { this.#grid.focus(); }
  setClock(clock: Clock): void { this.#clock = clock; this.#list.paint(); }
  setTimeMode(mode: TimeMode): void { this.#timeMode = mode; this.#list.paint(); }
  /** Another session; `indexed`: it can tell the place of a row. */
  reset(indexed: boolean): void {
    this.#leave();
    this.#loading = undefined;
    this.#indexed = indexed;
    this.#selectedRow = this.#selectedIndex = this.#wantedIndex = -1;
    this.#counter.forget();
    this.#replace([], -1, -1, 0);
  }

  /** Loads anew: another range, another filter, or the end of a live one. */
  async load(range: Range, filter: string, anchor: Anchor): Promise<void> {
    this.#range = range;
    this.#filter = filter;
    if (this.#indexed) this.#counter.count(filter, range);
    await this.#load(anchor);
  }
  async #load(anchor: Anchor): Promise<void> {
    const generation = this.#leave();
    this.#loading = 'all';
    try {
      if (typeof anchor === 'object') { await this.#around(anchor.row, generation, this.#offsetOf(anchor.row)); return; }
      const page = await this.#page(anchor === 'end' ? 'backward' : 'forward', -1);
      if (generation !== this.#generation) return;
      if (anchor === 'start') this.#replace(page.rows, -1, page.nextRow, 0);
      else {
        const last = page.rows[page.rows.length - 1];
        const place = page.nextRow < 0 || !last ? page.rows.length : await this.#placeOf(last.row);
        if (generation !== this.#generation) return;
        this.#replace(page.rows, page.nextRow, -1, Math.max(0, place - page.rows.length));
      }
      if (anchor === 'end') this.#list.scrollToEnd(); else this.#list.scrollTo(0);
    } catch (error) {
      if (!(error instanceof CancelledError)) this.#events.onError(error);
    } finally {
      if (generation === this.#generation) { this.#loading = undefined; this.#list.paint(); }
    }
  }
  /** Gives up on everything under way. */
  #leave(): number {
    clearTimeout(this.#leapTimer);
    this.#leapTimer = undefined;
    this.#abort.abort();
    this.#abort = new AbortController();
    return ++this.#generation;
  }
  /** Loads the rows around an event. Its place is asked for, unless it is known; it stays as far below the top as it was, or comes to the middle. */
  async #around(row: number, generation: number, offsetCss: number | undefined, index?: number): Promise<void> {
    const [before, after, place] = await Promise.all([row > 0 ? this.#page('backward', row - 1) : NOTHING, this.#page('forward', row), index ?? this.#placeOf(row).then((count) => count - 1)]);
    if (generation !== this.#generation) return;
    this.#replace(merge(before.rows, after.rows), before.nextRow, after.nextRow, before.nextRow < 0 ? 0 : Math.max(0, place - before.rows.length));
    const at = this.#indexOf(row);
    if (index !== undefined) {
      // The view stays where it leapt to, unless the place was wrong.
      const { first, last } = this.#list.visible;
      if (at >= 0 && (last < this.#first || first >= this.#first + this.#rows.length)) this.#list.reveal(at, 'middle');
    } else if (at >= 0 && offsetCss !== undefined) this.#list.scrollTo(at * ROW_CSS - offsetCss);
    else if (at >= 0) this.#list.reveal(at, 'middle');
    else this.#list.scrollTo(this.#first * ROW_CSS);
  }
  /** How many events of the list there are up to a row, it included; 0 where that cannot be told, and then places are not used for this list. */
  async #placeOf(row: number): Promise<number> {
    if (!this.#indexed) return 0;
    return (await placeOf(this.#host, { find: '', filter: this.#filter, ...this.#range }, row, this.#abort.signal)).index;
  }

  /** The range grew at its end: what is shown stays, and goes on further. */
  extendRange(range: Range): void {
    this.#range = range;
    const last = this.#rows[this.#rows.length - 1];
    if (last && this.#forwardRow < 0) this.#forwardRow = last.row + 1;
    if (this.#indexed) this.#counter.count(this.#filter, range, true);
  }

  /** Marks an event, and shows it where it is loaded; says whether it is. */
  select(row: number, place: 'nearest' | 'middle' = 'middle'): boolean {
    this.#selectedRow = row;
    const index = this.#indexOf(row);
    this.#selectedIndex = index;
    if (index >= 0) this.#list.reveal(index, place); else this.#list.paint();
    this.#markActive();
    return index >= 0;
  }
  showEmpty(text: string): void {
    this.#empty.hidden = text === '';
    setText(this.#empty, text);
  }

  #page(direction: 'forward' | 'backward', fromRow: number): Promise<PageResult> {
    return this.#host.request('events/page', { filter: this.#filter, startNs: this.#range.startNs, endNs: this.#range.endNs, fromRow, direction, count: PAGE_ROWS }, this.#abort.signal);
  }
  #replace(rows: readonly EventRowMessage[], backRow: number, forwardRow: number, first: number, shift = 0): void {
    this.#rows = [...rows];
    this.#backRow = backRow;
    this.#forwardRow = forwardRow;
    this.#first = this.#indexed ? (backRow < 0 ? 0 : first) : 0;
    const index = this.#indexOf(this.#selectedRow);
    if (index >= 0) this.#selectedIndex = index;
    this.#resize(shift);
  }
  /** The list is as long as was counted, or as what is held where nothing is counted or more turned up. */
  #resize(shift = 0): void {
    const held = this.#first + this.#rows.length;
    // Where the last row is held, the end is known better than by counting.
    const counted = this.#indexed && this.#counter.known && this.#rows.length > 0 ? this.#counter.total : 0;
    this.#total = this.#forwardRow < 0 ? held : Math.max(held, counted);
    this.#grid.setAttribute('aria-rowcount', this.#exact ? String(this.#total + 1) : '-1');
    this.#list.setCount(this.#total, shift);
  }
  get #exact(): boolean { return this.#indexed ? this.#counter.known : this.#backRow < 0 && this.#forwardRow < 0; }
  #counted(): void { this.#resize(); }

  #onVisible(first: number, last: number): void {
    this.#events.onSize({ total: this.#counter.known || !this.#counter.busy ? this.#total : this.#counter.total, fraction: this.#exact ? 1 : this.#counter.busy ? this.#counter.fraction : -1, first: this.#indexed || this.#backRow < 0 ? first : -1, last });
    if (this.#rows.length === 0 || last < first) return;
    const end = this.#first + this.#rows.length;
    if (this.#indexed && (last < this.#first || first >= end)) { if (this.#loading !== 'all') this.#leapTo(first); return; }
    if (this.#loading) return;
    if (this.#forwardRow >= 0 && last >= end - AHEAD_ROWS) void this.#extend('forward');
    else if (this.#backRow >= 0 && first <= this.#first + AHEAD_ROWS) void this.#extend('backward');
  }
  async #extend(direction: 'forward' | 'backward'): Promise<void> {
    const generation = this.#generation;
    this.#loading = direction;
    try {
      const page = await this.#page(direction, direction === 'forward' ? this.#forwardRow : this.#backRow);
      if (generation !== this.#generation) return;
      this.#loading = undefined;
      if (direction === 'forward') {
        const merged = merge(this.#rows, page.rows);
        const dropped = Math.max(0, merged.length - KEPT_MAX);
        const rows = merged.slice(dropped);
        this.#replace(rows, dropped > 0 ? rows[0]!.row - 1 : this.#backRow, page.nextRow, this.#first + dropped, this.#indexed ? 0 : -dropped);
      } else {
        const merged = merge(page.rows, this.#rows);
        const added = merged.length - this.#rows.length;
        const rows = merged.slice(0, KEPT_MAX);
        const first = Math.max(0, this.#first - added);
        // The start is reached: places that were a little wrong are put right, and the view stays with its rows.
        const shift = !this.#indexed ? added : page.nextRow < 0 ? -(this.#first - added) : 0;
        this.#replace(rows, page.nextRow, merged.length > KEPT_MAX ? rows[rows.length - 1]!.row + 1 : this.#forwardRow, first, shift);
      }
    } catch (error) {
      if (generation !== this.#generation) return;
      // Asking again at once would fail again: the ends stay where they are.
      if (direction === 'forward') this.#forwardRow = -1; else this.#backRow = -1;
      if (!(error instanceof CancelledError)) this.#events.onError(error);
    } finally {
      if (generation === this.#generation) this.#loading = undefined;
    }
  }

  // ---- leaps

  /** Fetches rows around a place that nothing is held of, once the scrolling rests there. */
  #leapTo(index: number): void {
    clearTimeout(this.#leapTimer);
    this.#leapTimer = window.setTimeout(() => { this.#leapTimer = undefined; void this.#leap(index); }, LEAP_AFTER_MS);
  }
  async #leap(index: number): Promise<boolean> {
    const generation = this.#leave();
    this.#loading = 'all';
    try {
      const { startNs } = this.#range;
      // Places count from the start of the range, rowAt from that of the list.
      const before = this.#filter === this.#baseOf.filter && startNs === this.#baseOf.startNs ? this.#baseOf.count : (await this.#host.request('events/seek', { filter: this.#filter, ns: startNs }, this.#abort.signal)).index;
      if (generation !== this.#generation) return false;
      this.#baseOf = { filter: this.#filter, startNs, count: before };
      const { row } = await this.#host.request('events/rowAt', { filter: this.#filter, index: before + index }, this.#abort.signal);
      if (generation !== this.#generation) return false;
      if (row < 0) { await this.#load('end'); return false; }
      await this.#around(row, generation, undefined, index);
      return generation === this.#generation;
    } catch (error) {
      if (!(error instanceof CancelledError)) this.#events.onError(error);
      return false;
    } finally {
      if (generation === this.#generation) { this.#loading = undefined; this.#list.paint(); }
    }
  }
  #baseOf: { filter: string; startNs: number; count: number } = { filter: '', startNs: NaN, count: 0 };

  // ---- choosing

  #at(index: number): EventRowMessage | undefined { return this.#rows[index - this.#first]; }
  /** Place of a row that is held, found by halving; -1 for others. */
  #indexOf(row: number): number {
    let low = 0, high = this.#rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#rows[middle]!.row < row) low = middle + 1; else high = middle;
    }
    return this.#rows[low]?.row === row ? this.#first + low : -1;
  }
  /** How far below the top of the view a row is; undefined where it is not in view. */
  #offsetOf(row: number): number | undefined {
    const index = this.#indexOf(row);
    const offsetCss = index * ROW_CSS - this.#list.positionPx;
    return index >= 0 && offsetCss >= 0 && offsetCss < this.#grid.clientHeight - 2 * ROW_CSS ? offsetCss : undefined;
  }
  #choose(index: number): void {
    const event = this.#at(index);
    if (!event) return;
    this.#selectedRow = event.row;
    this.#selectedIndex = index;
    this.#wantedIndex = -1;
    this.#list.reveal(index);
    this.#markActive();
    this.#events.onSelect(event);
  }
  /** Chooses a place of which the row may not be held yet. */
  async #chooseFar(index: number): Promise<void> {
    this.#wantedIndex = index;
    if (this.#at(index) === undefined) {
      this.#list.reveal(index);
      await this.#leap(index);
    }
    // Another key has gone further meanwhile.
    if (this.#wantedIndex !== index) return;
    this.#wantedIndex = -1;
    if (this.#rows.length > 0) this.#choose(Math.max(this.#first, Math.min(this.#first + this.#rows.length - 1, index)));
  }
  async #chooseEnd(end: 'start' | 'end'): Promise<void> {
    if (end === 'start' ? this.#backRow >= 0 : this.#forwardRow >= 0) await this.#load(end);
    this.#choose(end === 'start' ? this.#first : this.#first + this.#rows.length - 1);
  }
  #markActive(): void {
    if (this.#indexOf(this.#selectedRow) >= 0) this.#grid.setAttribute('aria-activedescendant', `ph-event-${this.#selectedRow}`);
    else this.#grid.removeAttribute('aria-activedescendant');
  }
  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'g' || event.key === 'G') { event.preventDefault(); this.#events.onGoTo(); return; }
    if (this.#rows.length === 0) return;
    const at = this.#wantedIndex >= 0 ? this.#wantedIndex : this.#indexed ? this.#selectedIndex : this.#indexOf(this.#selectedRow);
    const last = this.#total - 1;
    const page = Math.max(1, this.#list.pageRows - 1);
    if (event.key === 'Home' || event.key === 'End') { event.preventDefault(); this.#events.onLookBack(); void this.#chooseEnd(event.key === 'Home' ? 'start' : 'end'); return; }
    const target = event.key === 'ArrowDown' ? at + 1 : event.key === 'ArrowUp' ? (at < 0 ? last : at - 1) : event.key === 'PageDown' ? at + page : event.key === 'PageUp' ? at - page : event.key === 'Enter' ? Math.max(0, at) : undefined;
    if (target === undefined) return;
    event.preventDefault();
    const index = Math.max(0, Math.min(last, target));
    if (this.#indexed) void this.#chooseFar(index); else this.#choose(index);
  }

  #fill(element: HTMLElement, index: number): void {
    const event = this.#at(index);
    element.setAttribute('aria-rowindex', String(index + 2));
    if (event) fillRow(element, event, event.row === this.#selectedRow, this.#clock, this.#timeMode);
    else fillWaiting(element);
  }
}

/** Two runs of rows in the history's order, one after the other, without what both have. */
export function merge(before: readonly EventRowMessage[], after: readonly EventRowMessage[]): EventRowMessage[] {
  const lastRow = before.length > 0 ? before[before.length - 1]!.row : -1;
  return [...before, ...after.filter((event) => event.row > lastRow)];
}
