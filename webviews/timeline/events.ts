// The list of events under the timeline: an accessible grid of which only visible rows exist; pages are fetched as it scrolls, both ways.
import type { EventRowMessage, PageResult } from '../../remote-agent/protocol/messages.ts';
import { el, setText } from '../base/dom.ts';
import { CancelledError } from '../base/host.ts';
import type { Host } from '../base/host.ts';
import { formatDuration } from '../base/time.ts';
import type { Clock, TimeMode } from '../base/time.ts';
import { visibleText } from '../base/visible.ts';
import { VirtualList } from '../base/virtualList.ts';
import type { Range } from './model.ts';

export interface EventListEvents {
  /** The user chose a row. */
  onSelect(event: EventRowMessage): void;
  /** The user looks back: a following view is to stop. */
  onLookBack(): void;
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

/** Characters of the arguments that a row holds; the details pane has all. */
const SHOWN_MAX = 1000;

const COLUMNS = [['time', 'Time'], ['duration', 'Duration'], ['container', 'Container'], ['process', 'Process'], ['tid', 'Thread'], ['call', 'Call'], ['arguments', 'Arguments'], ['result', 'Result']] as const;

export class EventList {
  readonly element: HTMLElement;
  readonly #host: Host;
  readonly #events: EventListEvents;
  readonly #list: VirtualList;
  readonly #grid: HTMLElement;
  readonly #empty: HTMLElement;
  #clock: Clock;
  #timeMode: TimeMode = 'clock';
  #rows: EventRowMessage[] = [];
  #filter = '';
  #range: Range = { startNs: 0, endNs: 0 };
  #backRow = -1;
  #forwardRow = -1;
  #selectedRow = -1;
  #generation = 0;
  #abort = new AbortController();
  #loading: 'forward' | 'backward' | 'all' | undefined;

  constructor(host: Host, clock: Clock, events: EventListEvents) {
    this.#host = host;
    this.#clock = clock;
    this.#events = events;
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

  get busy(): boolean { return this.#loading !== undefined; }
  get rows(): readonly EventRowMessage[] { return this.#rows; }
  setClock(clock: Clock): void { this.#clock = clock; this.#list.paint(); }
  setTimeMode(mode: TimeMode): void { this.#timeMode = mode; this.#list.paint(); }

  /** Loads anew: another range, another filter, or the end of a live one. */
  async load(range: Range, filter: string, anchor: Anchor): Promise<void> {
    this.#abort.abort();
    this.#abort = new AbortController();
    const generation = ++this.#generation;
    this.#range = range;
    this.#filter = filter;
    this.#loading = 'all';
    let offsetCss: number | undefined;
    try {
      if (typeof anchor === 'object') {
        // Before row 0 there is nothing, and -1 would mean the end.
        const nothing: PageResult = { rows: [], nextRow: -1 };
        const [before, after] = await Promise.all([anchor.row > 0 ? this.#page('backward', anchor.row - 1) : nothing, this.#page('forward', anchor.row)]);
        if (generation !== this.#generation) return;
        offsetCss = this.#offsetOf(anchor.row);
        this.#replace(merge(before.rows, after.rows), before.nextRow, after.nextRow);
      } else {
        const page = await this.#page(anchor === 'end' ? 'backward' : 'forward', -1);
        if (generation === this.#generation) this.#replace(page.rows, anchor === 'end' ? page.nextRow : -1, anchor === 'end' ? -1 : page.nextRow);
      }
      if (generation !== this.#generation) return;
      const at = typeof anchor === 'object' ? this.#indexOf(anchor.row) : -1;
      // A row that was in view stays where the eye is.
      if (at >= 0 && offsetCss !== undefined) { this.#grid.scrollTop = at * ROW_CSS - offsetCss; this.#list.paint(); }
      else if (at >= 0) this.#list.reveal(at, 'middle');
      else if (anchor === 'end') this.#list.scrollToEnd();
      else { this.#grid.scrollTop = 0; this.#list.paint(); }
    } catch (error) {
      if (!(error instanceof CancelledError)) this.#events.onError(error);
    } finally {
      if (generation === this.#generation) this.#loading = undefined;
    }
  }

  /** The range grew at its end: what is shown stays, and goes on further. */
  extendRange(range: Range): void {
    this.#range = range;
    const last = this.#rows[this.#rows.length - 1];
    if (last && this.#forwardRow < 0) this.#forwardRow = last.row + 1;
  }

  /** Marks an event, and shows it where it is loaded; says whether it is. */
  select(row: number, place: 'nearest' | 'middle' = 'middle'): boolean {
    this.#selectedRow = row;
    const index = this.#indexOf(row);
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
  #replace(rows: readonly EventRowMessage[], backRow: number, forwardRow: number): void {
    this.#rows = [...rows];
    this.#backRow = backRow;
    this.#forwardRow = forwardRow;
    this.#list.setCount(this.#rows.length);
  }

  #onVisible(first: number, last: number): void {
    if (this.#loading || this.#rows.length === 0) return;
    if (this.#forwardRow >= 0 && last >= this.#rows.length - AHEAD_ROWS) void this.#extend('forward');
    else if (this.#backRow >= 0 && first <= AHEAD_ROWS) void this.#extend('backward');
  }
  async #extend(direction: 'forward' | 'backward'): Promise<void> {
    const generation = this.#generation;
    this.#loading = direction;
    try {
      const page = await this.#page(direction, direction === 'forward' ? this.#forwardRow : this.#backRow);
      if (generation !== this.#generation) return;
      const before = this.#rows.length;
      if (direction === 'forward') {
        const merged = merge(this.#rows, page.rows);
        const dropped = Math.max(0, merged.length - KEPT_MAX);
        this.#rows = merged.slice(dropped);
        this.#forwardRow = page.nextRow;
        if (dropped > 0) this.#backRow = this.#rows[0]!.row - 1;
        this.#loading = undefined;
        this.#list.setCount(this.#rows.length, -dropped);
      } else {
        const merged = merge(page.rows, this.#rows);
        const added = merged.length - before;
        this.#rows = merged.slice(0, KEPT_MAX);
        this.#backRow = page.nextRow;
        if (merged.length > KEPT_MAX) this.#forwardRow = this.#rows[this.#rows.length - 1]!.row + 1;
        this.#loading = undefined;
        this.#list.setCount(this.#rows.length, added);
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

  // Rows grow, so the index is found by halving.
  #indexOf(row: number): number {
    let low = 0, high = this.#rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#rows[middle]!.row < row) low = middle + 1; else high = middle;
    }
    return this.#rows[low]?.row === row ? low : -1;
  }
  /** How far below the top of the view a row is; undefined where it is not in view. */
  #offsetOf(row: number): number | undefined {
    const index = this.#indexOf(row);
    const offsetCss = index * ROW_CSS - this.#grid.scrollTop;
    return index >= 0 && offsetCss >= 0 && offsetCss < this.#grid.clientHeight - 2 * ROW_CSS ? offsetCss : undefined;
  }
  #choose(index: number): void {
    const event = this.#rows[index];
    if (!event) return;
    this.#selectedRow = event.row;
    this.#list.reveal(index);
    this.#markActive();
    this.#events.onSelect(event);
  }
  #markActive(): void {
    if (this.#indexOf(this.#selectedRow) >= 0) this.#grid.setAttribute('aria-activedescendant', `ph-event-${this.#selectedRow}`);
    else this.#grid.removeAttribute('aria-activedescendant');
  }
  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || this.#rows.length === 0) return;
    const at = this.#indexOf(this.#selectedRow);
    const last = this.#rows.length - 1;
    const page = this.#list.pageRows - 1;
    const target = event.key === 'ArrowDown' ? at + 1 : event.key === 'ArrowUp' ? (at < 0 ? last : at - 1) : event.key === 'PageDown' ? at + page : event.key === 'PageUp' ? at - page
      : event.key === 'Home' ? 0 : event.key === 'End' ? last : event.key === 'Enter' ? Math.max(0, at) : undefined;
    if (target === undefined) return;
    event.preventDefault();
    this.#choose(Math.max(0, Math.min(last, target)));
  }

  #fill(element: HTMLElement, index: number): void {
    const event = this.#rows[index]!;
    const selected = event.row === this.#selectedRow;
    element.id = `ph-event-${event.row}`;
    element.setAttribute('data-row', String(event.row));
    element.setAttribute('aria-rowindex', String(index + 2));
    element.setAttribute('aria-selected', String(selected));
    element.classList.toggle('ph-failed', event.failed);
    const cells = element.children;
    const texts = [this.#clock.format(event.startNs, this.#timeMode, 6), event.durationNs > 0 ? formatDuration(event.durationNs) : '', event.container === '' ? 'host' : event.container, event.comm, String(event.tid), event.name, event.info.slice(0, SHOWN_MAX), event.failed ? `▲ ${event.result}` : event.result];
    texts.forEach((text, i) => setText(cells[i]!, visibleText(text)));
    const call = cells[5] as HTMLElement;
    call.className = `ph-cell ph-cell-call ph-kind-${event.kind}`;
    (cells[6] as HTMLElement).title = visibleText(event.info.slice(0, SHOWN_MAX));
  }
}

function createRow(): HTMLElement {
  return el('div', { class: 'ph-row', role: 'row' }, ...COLUMNS.map(([key]) => el('span', { class: `ph-cell ph-cell-${key}`, role: 'gridcell' })));
}

/** Two runs of rows in the history's order, one after the other, without what both have. */
export function merge(before: readonly EventRowMessage[], after: readonly EventRowMessage[]): EventRowMessage[] {
  const lastRow = before.length > 0 ? before[before.length - 1]!.row : -1;
  return [...before, ...after.filter((event) => event.row > lastRow)];
}
