// The page of views: a list of them, and the table of one, counted by the agent. A row leads to the view below it, to the timeline, or out of here.
import type { OpenedView, ViewRowMessage, ViewSample } from '../../remote-agent/protocol/viewMessages.ts';
import { Announcer } from '../base/aria.ts';
import { button, el, setText } from '../base/dom.ts';
import { CancelledError, HostError, type Host } from '../base/host.ts';
import { watchTheme } from '../base/theme.ts';
import { formatCount, formatDuration } from '../base/time.ts';
import { visibleText } from '../base/visible.ts';
import type { ExtentChoice, RowsOrder, ViewEntry, ViewStart, ViewsEvent, ViewsInit, ViewsIntent, ViewsRequests } from '../protocol/views.ts';
import { Bar } from './bar.ts';
import { FlamePicture } from './flame.ts';
import { Grid, type Order } from './grid.ts';
import { FIRST_VIEW, readState, type ViewsState } from './pageState.ts';
import { applicable, backTo, depthOf, drilled, filterOf, isPicture, rowFilter, type Path } from './path.ts';
import { SpectrogramPicture } from './spectrogram.ts';
import { ViewList } from './viewList.ts';

declare global { interface Window { __viewsTest?: ViewsPage } }

type Opened = OpenedView & { readonly handle: string };
/** Typing is waited for so long before rows are searched. */
const TYPING_MS = 200, MAX_LABEL = 80;
/** How often the picture of a live host is drawn anew, in view and out of it. */
const RENEW_MS = 1000, HIDDEN_MS = 5000;

export class ViewsPage {
  readonly #host: Host<ViewsRequests, ViewsEvent, ViewsIntent>;
  readonly #list: ViewList;
  readonly #bar: Bar;
  readonly #grid: Grid;
  readonly picture: SpectrogramPicture;
  readonly flame: FlamePicture;
  /** What calls of the picture have passed. */
  #pictured = '';
  #renewing: number | undefined;
  readonly #announcer = new Announcer();
  readonly #title = el('h1', {});
  readonly #about = el('p', { class: 'vw-dim vw-about' });
  readonly #summary = el('span', { class: 'vw-summary', 'data-testid': 'sample' });
  readonly #banner = el('div', { class: 'vw-banner', role: 'alert', 'data-testid': 'banner', hidden: true });
  readonly #progress = el('div', { class: 'vw-progress', hidden: true });
  readonly #part = el('progress', { max: 1, 'aria-label': 'Part of the events that was counted' });
  readonly #partText = el('span', {});
  readonly #none = el('p', { class: 'vw-none', 'data-testid': 'none', hidden: true });
  #init: ViewsInit;
  #state: ViewsState;
  #opened: Opened | undefined;
  #sample: ViewSample | undefined;
  #abort: AbortController | undefined;
  #paused = false;
  #searching: number | undefined;
  #openings = 0;
  /** The view whose rows are in the table. */
  #shown = '';

  constructor(host: Host<ViewsRequests, ViewsEvent, ViewsIntent>, init: ViewsInit) {
    this.#host = host;
    this.#init = init;
    this.#state = readState(host.state);
    this.#list = new ViewList((id) => { this.#goTo({ ...this.#state.path, view: id }); });
    this.#bar = new Bar({
      back: (i) => { this.#back(i); }, filter: (text) => { this.#setFilter(text); }, extent: (extent) => { this.#save({ extent }); void this.#open(); }, search: (text) => { this.#search(text); },
      containers: (containers) => { this.#save({ containers }); void this.#open(); }, pause: () => { this.#pause(); }, hide: (column, hidden) => { this.#hide(column, hidden); }, drill: () => { this.#grid.drill(); },
      timeline: () => { this.#timeline(); }, copyRow: () => { this.#copyRow(); }, copyFilter: () => { this.#copyFilter(); }, copyTable: () => { const order = this.#order; if (order !== undefined) { host.tell({ intent: 'copyTable', order }); this.#announcer.say('The table was copied.', 0); } },
      save: (form) => { const order = this.#order; if (order !== undefined) host.tell({ intent: 'export', order, form, name: this.#state.path.view }); },
      act: (action) => { const row = this.#grid.selected; if (row !== undefined && this.#opened !== undefined) host.tell({ intent: 'action', view: this.#state.path.view, action, handle: this.#opened.handle, key: row.key }); },
      fold: () => { this.#save({ folded: !this.#state.folded }); this.#showFolded(); },
    });
    this.#grid = new Grid({
      fetch: async (from, count) => { const order = this.#order; try { return order === undefined ? undefined : await host.request('views/rows', { ...order, from, count }); } catch (error) { if (!(error instanceof CancelledError)) this.#fail(error); return undefined; } },
      sortBy: (order) => { this.#sortBy(order); }, select: (row) => { this.#selected(row); }, drill: (row) => { this.#drill(row); }, key: (event) => { this.#key(event); },
    });
    this.picture = new SpectrogramPicture({
      open: (startNs, endNs, from, to) => { const bounds = `evt.latency>=${from}${to === Infinity ? '' : ` and evt.latency<${to}`}`; host.tell({ intent: 'timeline', filter: this.#with(bounds), extent: this.#state.extent, startNs, endNs }); },
      say: (text) => { this.#announcer.say(text, 100); }, key: (event) => { this.#key(event); },
    });
    this.flame = new FlamePicture({
      again: () => { void this.#open(); }, timeline: (filter) => { host.tell({ intent: 'timeline', filter: this.#with(filter), extent: this.#state.extent }); },
      copy: (filter) => { host.tell({ intent: 'copy', text: this.#with(filter) }); this.#announcer.say('The filter was copied.', 0); }, key: (event) => { this.#key(event); },
    });
    this.#progress.append(this.#part, this.#partText, button('Cancel', { 'data-testid': 'cancel' }, () => { this.#cancel(); }));
    document.body.replaceChildren(el('main', { class: 'vw-page' }, this.#list.element,
      el('div', { class: 'vw-main' }, el('header', { class: 'vw-head-line' }, this.#title, this.#summary), this.#about, this.#bar.element, this.#banner, this.#progress, this.#none, this.#grid.element, this.picture.element, this.flame.element, this.#bar.rowElement), this.#announcer.element));
    watchTheme(({ kind }) => { this.picture.setTheme(kind); });
    host.onEvent((event) => { this.#onEvent(event); });
    // Another time may have been marked meanwhile.
    window.addEventListener('focus', () => { void this.#newRange(); });
    document.addEventListener('visibilitychange', () => { if (!document.hidden) void this.#newRange(); });
    this.#begin(init);
  }

  /** What was asked for is there, and painted; for tests. */
  get idle(): boolean { return this.#host.pending === 0 && !this.#grid.busy && this.#searching === undefined; }
  /** Counts tables that were opened; for tests. */
  get openings(): number { return this.#openings; }

  #save(change: Partial<ViewsState>): void { this.#state = { ...this.#state, ...change }; this.#host.state = this.#state; }
  #entry(id = this.#state.path.view): ViewEntry | undefined { return this.#init.catalogue.find((entry) => entry.id === id); }
  /** A part of the picture, and what all of it has passed. */
  #with(filter: string): string { return this.#pictured === '' ? filter : filter === '' ? this.#pictured : `(${this.#pictured}) and ${filter}`; }
  get #order(): RowsOrder | undefined { return this.#opened === undefined ? undefined : { handle: this.#opened.handle, ...this.#grid.order, search: this.#state.search }; }

  #begin(init: ViewsInit): void {
    this.#init = init;
    if (this.#state.session !== init.session) this.#save({ session: init.session, path: { view: FIRST_VIEW, filter: '', crumbs: [] }, key: '', search: '', extent: init.live ? 'live' : 'all' });
    if (this.#state.extent === 'live' && !init.live) this.#save({ extent: 'all' });
    if (this.#entry() === undefined) this.#save({ path: { view: FIRST_VIEW, filter: this.#state.path.filter, crumbs: [] } });
    this.#showFolded();
    if (init.start !== undefined) this.#start(init.start); else void this.#open();
  }
  #start({ view, filter }: ViewStart): void { this.#goTo({ view: this.#entry(view) === undefined ? FIRST_VIEW : view, filter, crumbs: [] }); }

  #onEvent(event: ViewsEvent): void {
    switch (event.event) {
      case 'progress': this.#part.value = event.fraction; setText(this.#partText, `${formatCount(event.events)} events were counted, ${Math.floor(event.fraction * 100)} % of the time`); break;
      case 'sampled': if (event.handle === this.#opened?.handle && !this.#paused) { this.#sample = event.sample; this.#showSample(); this.#grid.again(); } break;
      case 'show': this.#start(event.start); break;
      case 'again': this.#host.cancelAll(); this.#opened = undefined; this.#begin(event.init); break;
      case 'link': this.#say(event.message); break;
    }
  }

  // ---- which table

  #goTo(path: Path, key = ''): void { this.#save({ path, key, search: '' }); this.flame.path = []; this.flame.search(''); void this.#open(); }
  #setFilter(text: string): void { const filter = text.trim(); if (filter !== this.#state.path.filter) this.#goTo({ ...this.#state.path, filter }); }
  #back(index = this.#state.path.crumbs.length - 1): void {
    const crumb = this.#state.path.crumbs[index];
    if (crumb !== undefined) this.#goTo(backTo(this.#state.path, index), crumb.key);
  }
  #drill(row: ViewRowMessage): void {
    const path = this.#opened === undefined ? undefined : drilled(this.#init.catalogue, this.#state.path, this.#opened, { key: row.key, filter: row.filter, label: this.#nameOf(row) });
    if (path === undefined) { this.#announcer.say('No view shows more of this row.', 0); return; }
    this.#goTo(path);
  }

  async #open(): Promise<void> {
    this.#abort?.abort();
    clearTimeout(this.#renewing);
    const kind = this.#entry()?.kind ?? 'table';
    this.#grid.element.hidden = isPicture(kind); this.picture.element.hidden = kind !== 'spectrogram'; this.flame.element.hidden = kind !== 'flame';
    this.#bar.showTable(!isPicture(kind), kind === 'flame');
    if (isPicture(kind)) { await this.#draw(kind); return; }
    const abort = this.#abort = new AbortController(), { path, extent, containers, key } = this.#state, entry = this.#entry();
    // Rows of another view would pass for this one's.
    if (this.#shown !== path.view) { this.#opened = undefined; this.#grid.clear(); this.#none.hidden = true; }
    this.#shown = path.view;
    this.#showPath();
    this.#part.removeAttribute('value');
    setText(this.#partText, 'Counting…');
    const late = window.setTimeout(() => { this.#progress.hidden = false; }, 300);
    this.#grid.element.setAttribute('aria-busy', 'true');
    try {
      const opened = await this.#host.request('views/open', { view: path.view, filter: filterOf(path), containers: containers && entry?.hasContainers === true, depth: depthOf(path), extent }, abort.signal);
      if (abort.signal.aborted) return;
      this.#opened = opened; this.#sample = opened.sample; this.#paused = false;
      this.#say(this.#init.problems.join(' '));
      this.#bar.setFilterProblem(false);
      this.#bar.showColumns(opened.columns, this.#state.hidden[path.view] ?? []);
      this.#grid.show(opened, this.#columns(opened), this.#orderOf(opened), key);
      this.#showSample();
      this.#openings++;
      if (extent !== 'live') this.#announcer.say(`${entry?.name ?? path.view}: ${formatCount(opened.sample.rows)} rows.`, 500);
    } catch (error) {
      if (error instanceof CancelledError) return;
      this.#opened = undefined;
      this.#grid.clear();
      this.#fail(error);
    } finally {
      clearTimeout(late);
      if (this.#abort === abort) { this.#progress.hidden = true; this.#grid.element.removeAttribute('aria-busy'); this.#showPause(); }
    }
  }
  /** Has a picture drawn, of a live host each second anew. */
  async #draw(kind: ViewEntry['kind']): Promise<void> {
    const abort = this.#abort = new AbortController(), { path, extent } = this.#state;
    this.#opened = undefined; this.#shown = path.view; this.#none.hidden = true;
    this.#showPath();
    this.#part.removeAttribute('value');
    setText(this.#partText, 'Counting…');
    const late = window.setTimeout(() => { this.#progress.hidden = false; }, 300), draw = kind === 'flame' ? this.#flameOnce : this.#spectrogramOnce;
    try {
      for (let first = true; !abort.signal.aborted; first = false) {
        const text = await draw(abort.signal);
        if (abort.signal.aborted) return;
        if (first) { clearTimeout(late); this.#progress.hidden = true; this.#say(this.#init.problems.join(' ')); this.#bar.setFilterProblem(false); this.#openings++; }
        setText(this.#summary, `${text}, ${this.#init.title}`);
        if (extent !== 'live') return;
        await new Promise<void>((resolve) => { this.#renewing = window.setTimeout(resolve, document.hidden ? HIDDEN_MS : RENEW_MS); });
      }
    } catch (error) {
      if (!(error instanceof CancelledError)) this.#fail(error);
    } finally {
      clearTimeout(late);
      if (this.#abort === abort) this.#progress.hidden = true;
    }
  }
  readonly #spectrogramOnce = async (signal: AbortSignal): Promise<string> => {
    const { path, extent } = this.#state, result = await this.#host.request('views/spectrogram', { view: path.view, filter: filterOf(path), extent, columns: this.picture.columns }, signal);
    if (!signal.aborted) { this.#pictured = result.filter; this.picture.show(result); }
    return `${formatCount(result.total)} calls in ${formatDuration(result.endNs - result.startNs)}`;
  };
  readonly #flameOnce = async (signal: AbortSignal): Promise<string> => {
    const { path, extent } = this.#state, filter = filterOf({ ...path, filter: path.filter === '' || this.flame.filter === '' ? path.filter + this.flame.filter : `(${path.filter}) and ${this.flame.filter}` }), result = await this.#host.request('views/flame', { filter, extent, measure: this.flame.measure, path: this.flame.path }, signal), whole = result.nodes[0];
    if (!signal.aborted) { this.#pictured = filter; this.flame.show(result); }
    return `${formatDuration(whole?.ns ?? 0)} in ${formatCount(whole?.count ?? 0)} calls within ${formatDuration(result.endNs - result.startNs)}`;
  };
  #cancel(): void { this.#abort?.abort(); this.#abort = undefined; this.#progress.hidden = true; this.#grid.element.removeAttribute('aria-busy'); this.#say('Counting was cancelled. Choose a view to count again.'); }

  async #newRange(): Promise<void> {
    const before = this.#init.range;
    try {
      const range = await this.#host.request('views/range', {}) ?? undefined, same = range?.startNs === before?.startNs && range?.endNs === before?.endNs;
      const { range: _, ...rest } = this.#init;
      this.#init = range === undefined ? rest : { ...rest, range };
      this.#showExtent();
      if (!same && this.#state.extent === 'range' && range !== undefined) void this.#open();
    } catch { /* the link is told of by itself */ }
  }

  // ---- how it is shown

  #columns(opened: OpenedView): number[] {
    const hidden = this.#state.hidden[this.#state.path.view] ?? [], shown = opened.columns.flatMap(({ name }, i) => hidden.includes(name) ? [] : [i]);
    return shown.length === 0 ? [0] : shown;
  }
  #orderOf(opened: OpenedView): Order {
    const kept = this.#state.orders[this.#state.path.view], sort = opened.columns.findIndex(({ name }) => name === kept?.column);
    return sort >= 0 && kept !== undefined ? { sort, ascending: kept.ascending } : { sort: opened.sort, ascending: opened.ascending };
  }
  #hide(column: string, hidden: boolean): void {
    const { view } = this.#state.path, names = (this.#state.hidden[view] ?? []).filter((name) => name !== column);
    this.#save({ hidden: { ...this.#state.hidden, [view]: hidden ? [...names, column] : names } });
    if (this.#opened !== undefined) this.#grid.show(this.#opened, this.#columns(this.#opened), this.#grid.order);
  }
  #sortBy(order: Order): void {
    const column = this.#opened?.columns[order.sort];
    if (column === undefined) return;
    this.#save({ orders: { ...this.#state.orders, [this.#state.path.view]: { column: column.name, ascending: order.ascending } } });
    this.#grid.sorted(order);
    this.#announcer.say(`Sorted by ${column.name}, ${order.ascending ? 'ascending' : 'descending'}.`, 0);
  }
  #search(search: string): void {
    clearTimeout(this.#searching);
    this.#searching = window.setTimeout(() => { this.#searching = undefined; this.#save({ search }); this.flame.search(search); this.#grid.again(); }, TYPING_MS);
  }
  #pause(): void {
    if (this.#opened === undefined || this.#state.extent !== 'live') return;
    this.#paused = !this.#paused;
    this.#showPause();
    void this.#host.request('views/pause', { handle: this.#opened.handle, paused: this.#paused }).catch((error: unknown) => { this.#fail(error); });
  }

  #showFolded(): void { this.#list.element.classList.toggle('vw-folded', this.#state.folded); }
  #showPause(): void { this.#bar.showPause(this.#state.extent === 'live' && !isPicture(this.#entry()?.kind ?? 'table'), this.#paused); }
  #showExtent(): void { this.#bar.showExtent(this.#state.extent, this.#init.live, this.#init.range); }
  #showPath(): void {
    const { path, search } = this.#state, entry = this.#entry();
    setText(this.#title, entry?.name ?? path.view);
    setText(this.#about, entry?.description ?? '');
    this.#list.show(applicable(this.#init.catalogue, path), path.view);
    this.#bar.showPath(path, (id) => this.#entry(id)?.name ?? id, path.view, search);
    this.#bar.showContainers(entry?.hasContainers === true, this.#state.containers);
    this.#showExtent();
    this.#showPause();
    this.#selected(undefined);
  }
  #showSample(): void {
    const sample = this.#sample;
    if (sample === undefined) return;
    this.#none.hidden = sample.rows > 0;
    setText(this.#none, this.#state.extent === 'live' ? 'Nothing of this kind happened in the last second.' : this.#state.path.crumbs.length > 0 ? 'Nothing of this kind happened in what was chosen. Backspace goes back.' : 'Nothing of this kind happened.');
    setText(this.#summary, `${formatCount(sample.rows)} rows of ${formatCount(sample.events)} events${sample.seconds > 0 ? ` in ${formatDuration(sample.seconds * 1e9)}` : ''}, ${this.#init.title}`);
  }
  #selected(row: ViewRowMessage | undefined): void {
    this.#state = { ...this.#state, key: row?.key ?? '' };
    this.#host.state = this.#state;
    const opened = this.#opened, below = row === undefined || opened === undefined ? undefined : drilled(this.#init.catalogue, this.#state.path, opened, { key: row.key, filter: row.filter, label: '' });
    this.#bar.showRow(row === undefined ? '' : this.#nameOf(row), below === undefined ? '' : this.#entry(below.view)?.name ?? '', row !== undefined && row.filter !== '', this.#entry(), this.#init.live);
  }
  /** The row as people call it: the last of its texts that says something. */
  #nameOf(row: ViewRowMessage): string {
    const text = visibleText([...row.cells].reverse().find((cell) => cell.trim() !== '') ?? row.key);
    return text.length > MAX_LABEL ? `${text.slice(0, MAX_LABEL)}…` : text;
  }
  #say(text: string): void { this.#banner.hidden = text === ''; setText(this.#banner, text); }
  #fail(error: unknown): void {
    this.#say(error instanceof Error ? error.message : String(error));
    this.#bar.setFilterProblem(error instanceof HostError && typeof error.data === 'object' && error.data !== null && 'start' in error.data);
  }

  // ---- the row that is selected

  #key(event: KeyboardEvent): void {
    const row = this.#grid.selected;
    if ((event.ctrlKey || event.metaKey) && event.key === 'c' && row !== undefined) this.#copyRow();
    else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (event.key === 'Backspace' || event.key === 'Escape') this.#back();
    else if (event.key === '/') this.#bar.focusSearch();
    else if (event.key === 'f') this.#bar.focusFilter();
    else if (event.key === 'v') { this.#save({ folded: false }); this.#showFolded(); this.#list.focus(); }
    else if (event.key === 'p') this.#pause();
    else if (event.key === 't' && row !== undefined) this.#timeline();
    else return;
    event.preventDefault();
  }
  #timeline(): void {
    const row = this.#grid.selected;
    if (row === undefined || this.#opened === undefined) return;
    this.#host.tell({ intent: 'timeline', filter: rowFilter(this.#state.path, this.#opened, row.filter), extent: this.#state.extent });
  }
  #copyRow(): void { const row = this.#grid.selected; if (row !== undefined && this.#opened !== undefined) { this.#host.tell({ intent: 'copy', text: this.#columns(this.#opened).map((i) => row.cells[i] ?? '').join('\t') }); this.#announcer.say('The row was copied.', 0); } }
  #copyFilter(): void { const row = this.#grid.selected; if (row !== undefined && this.#opened !== undefined) { this.#host.tell({ intent: 'copy', text: rowFilter(this.#state.path, this.#opened, row.filter) }); this.#announcer.say('The filter was copied.', 0); } }
}
