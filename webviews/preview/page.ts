// The pane that previews a chisel: what it prints as text, tables and trees, over a form for what it runs on.
import { Announcer } from '../base/aria.ts';
import { button, el, setAttributes, setText } from '../base/dom.ts';
import type { VsCodeApi } from '../base/host.ts';
import type { FromPreview, PreviewState, RunProgress, ToPreview } from '../protocol/preview.ts';
import { Bar, ProfileLine, statusOf } from './bar.ts';
import { Form } from './form.ts';
import { Output } from './output.ts';
import type { Order } from './tables.ts';
import { TableView } from './tableView.ts';
import { TextView } from './textView.ts';
import { TreeView } from './treeView.ts';

declare global { interface Window { /** For tests. */ __previewTest?: PreviewPage } }

type View = 'text' | 'table' | 'tree';
const VIEWS: readonly { readonly view: View; readonly label: string; readonly copies: string; readonly ending: 'txt' | 'csv' | 'json' }[] = [
  { view: 'text', label: 'Text', copies: 'text', ending: 'txt' }, { view: 'table', label: 'Table', copies: 'CSV', ending: 'csv' }, { view: 'tree', label: 'JSON', copies: 'JSON', ending: 'json' },
];
/** What outlives the page. */
interface Kept { readonly uri: string; readonly view?: View; readonly order?: Order; readonly options?: boolean }
const RESIZED_MS = 300;

export class PreviewPage {
  readonly #api: VsCodeApi;
  readonly #bar: Bar;
  readonly #form: Form;
  readonly #options: HTMLDetailsElement;
  readonly #summary = el('summary', { 'data-testid': 'options' });
  readonly #profile = new ProfileLine();
  readonly #text = new TextView();
  readonly #table: TableView;
  readonly #tree = new TreeView();
  readonly #tabs = new Map<View, HTMLButtonElement>();
  readonly #tables = el('select', { class: 'pv-tables', 'aria-label': 'Which table', hidden: true });
  readonly #json: HTMLButtonElement;
  readonly #times: HTMLButtonElement;
  readonly #copy: HTMLButtonElement;
  readonly #save: HTMLButtonElement;
  readonly #note = el('p', { class: 'pv-note', hidden: true, 'data-testid': 'note' });
  readonly #views = el('div', { class: 'pv-views' });
  readonly #announcer = new Announcer();
  #state: PreviewState | undefined;
  #progress: RunProgress | undefined;
  /** What is shown; it stays until the next run has something. */
  #output = new Output(false);
  #run = 0;
  #shownRun = 0;
  /** Events of the short run whose output is shown; 0: it is the run's own. */
  #quick = 0;
  #runJson = false;
  /** Chosen by hand; undefined: what suits the output. */
  #chosen: View | undefined;
  #uri = '';
  #frame = 0;

  constructor(api: VsCodeApi) {
    this.#api = api;
    const kept = keptOf(api.getState());
    this.#uri = kept.uri;
    this.#chosen = kept.view;
    this.#bar = new Bar({
      run: () => this.#tell({ intent: 'run' }), stop: () => this.#tell({ intent: 'stop' }), trust: () => this.#tell({ intent: 'trust' }), open: () => this.#tell({ intent: 'open' }), connect: () => this.#tell({ intent: 'connect' }),
      goTo: (file, line) => this.#tell({ intent: 'goTo', file, line }), options: () => { this.#options.open = true; this.#form.focus(); },
    });
    this.#form = new Form((choice) => this.#tell({ intent: 'choose', choice }), () => this.#tell({ intent: 'timelineFilter' }));
    this.#options = el('details', { class: 'pv-options', open: kept.options === true }, this.#summary, this.#form.element);
    this.#options.addEventListener('toggle', () => this.#keep());
    this.#table = new TableView(() => this.#keep());
    this.#table.order = kept.order;
    const tabs = VIEWS.map(({ view, label }) => {
      const tab = button(label, { role: 'tab', id: `pv-tab-${view}`, 'aria-controls': `pv-view-${view}`, 'data-testid': `tab-${view}` }, () => this.#choose(view));
      this.#tabs.set(view, tab);
      return tab;
    });
    const tablist = el('div', { class: 'pv-tabs', role: 'tablist', 'aria-label': 'How the output is shown' }, ...tabs);
    tablist.addEventListener('keydown', (event) => this.#tabKey(event));
    this.#json = button('-j', { class: 'pv-toggle', 'aria-pressed': false, title: 'Have the chisel print JSON, as the command line\'s -j does', 'aria-label': 'Print JSON', 'data-testid': 'json' }, () => this.#change({ json: this.#state?.choice.json !== true }));
    this.#times = button('Times', { class: 'pv-toggle', 'aria-pressed': false, title: 'Measure what takes the time, and show it beside the lines of the chisel', 'data-testid': 'times' }, () => this.#change({ profile: this.#state?.choice.profile !== true }));
    this.#copy = button('Copy', { 'data-testid': 'copy' }, () => { const { copies } = this.#shown(); this.#tell({ intent: 'copy', text: this.#textOf(), what: copies }); this.#announcer.say(`Copied as ${copies}`, 50); });
    this.#save = button('Save…', { 'data-testid': 'save' }, () => this.#tell({ intent: 'save', text: this.#textOf(), ending: this.#shown().ending }));
    const compare = button('Compare', { title: 'Compare with what the run before printed', 'data-testid': 'compare' }, () => this.#tell({ intent: 'diff' }));
    this.#tables.addEventListener('change', () => this.#draw());
    for (const [view, element] of [['text', this.#text.element], ['table', this.#table.element], ['tree', this.#tree.element]] as const) {
      this.#views.append(el('div', { class: 'pv-view', id: `pv-view-${view}`, role: 'tabpanel', 'aria-labelledby': `pv-tab-${view}` }, element));
    }
    document.body.replaceChildren(el('main', { class: 'pv-page' }, this.#bar.element, this.#options,
      el('div', { class: 'pv-toolbar', role: 'toolbar', 'aria-label': 'Output' }, tablist, this.#tables, el('span', { class: 'pv-tools' }, this.#json, this.#times, this.#copy, this.#save, compare)),
      this.#profile.element, this.#note, this.#views, this.#announcer.element));
    window.addEventListener('message', ({ data }) => { if (typeof data === 'object' && data !== null && 'event' in data) this.#hear(data as ToPreview); });
    this.#watchWidth();
    this.#draw();
    this.#tell({ intent: 'ready', columns: this.#columns() });
  }

  /** Nothing is left to be drawn. */
  get idle(): boolean { return this.#frame === 0; }
  get progress(): RunProgress | undefined { return this.#progress; }

  #hear(message: ToPreview): void {
    switch (message.event) {
      case 'state': this.#setState(message.state); break;
      case 'begin':
        this.#run = message.run; this.#runJson = message.json; this.#quick = 0;
        if (message.fresh) { this.#output = new Output(message.json); this.#shownRun = message.run; }
        this.#progress = { events: 0, fraction: 0, elapsedMs: 0, firstMs: -1, lagMs: 0, missed: 0, state: 'running' };
        break;
      case 'output':
        if (message.run !== this.#run) return;
        // The first of a run takes the place of the run's before, and of its short run's.
        if (this.#shownRun !== message.run || this.#quick !== message.quick) { this.#output = new Output(this.#runJson); this.#shownRun = message.run; this.#quick = message.quick; }
        this.#output.push(message.text);
        break;
      case 'progress':
        if (message.run !== this.#run) return;
        this.#setProgress(message.progress);
        break;
      default: message satisfies never;
    }
    this.#drawSoon();
  }

  #setState(state: PreviewState): void {
    this.#state = state;
    if (this.#uri !== state.uri) { this.#uri = state.uri; this.#keep(); }
    this.#bar.showState(state);
    this.#form.show(state);
    setText(this.#summary, summaryOf(state));
    setAttributes(this.#json, { 'aria-pressed': String(state.choice.json) });
    setAttributes(this.#times, { 'aria-pressed': String(state.choice.profile) });
    if (!state.choice.profile) this.#profile.show(undefined);
  }
  #setProgress(progress: RunProgress): void {
    const ended = this.#progress?.state === 'running' && progress.state !== 'running';
    this.#progress = progress;
    // A run that has printed nothing has its place, too; where it failed, what was seen before is of more use.
    if ((progress.state === 'done' || progress.state === 'stopped') && (this.#shownRun !== this.#run || this.#quick > 0)) { this.#output = new Output(this.#runJson); this.#shownRun = this.#run; this.#quick = 0; }
    if (ended) this.#announcer.say(`${statusOf(progress, 0)}${progress.error === undefined ? '' : `. ${progress.error.message}`}`);
  }

  #drawSoon(): void { if (this.#frame === 0) this.#frame = requestAnimationFrame(() => { this.#frame = 0; this.#draw(); }); }
  #draw(): void {
    const output = this.#output, { view } = this.#shown();
    if (this.#progress !== undefined) {
      this.#bar.showProgress(this.#progress, this.#quick);
      if (this.#progress.profile !== undefined && this.#state?.choice.profile === true) this.#profile.show(this.#progress.profile);
    }
    document.body.classList.toggle('pv-stale', this.#shownRun !== this.#run);
    for (const [each, tab] of this.#tabs) {
      const on = each === view;
      setAttributes(tab, { 'aria-selected': String(on), tabindex: on ? 0 : -1 });
      tab.hidden = each === 'tree' && output.json.documents.length === 0 || each === 'table' && !this.#hasTable();
      const panel = document.getElementById(`pv-view-${each}`);
      if (panel !== null) panel.hidden = !on;
    }
    this.#drawTables(view);
    setAttributes(this.#copy, { 'aria-label': `Copy as ${this.#shown().copies}`, title: `Copy as ${this.#shown().copies}` });
    setAttributes(this.#save, { 'aria-label': `Save as ${this.#shown().ending}`, title: `Save as .${this.#shown().ending}` });
    if (view === 'text') this.#text.show(output, this.#progress?.fraction === -1);
    else if (view === 'tree') this.#tree.show(output);
    else { const table = output.table(this.#tables.value); if (table !== undefined) this.#table.show(table); }
    const note = this.#noteText(view);
    this.#note.hidden = note === '';
    setText(this.#note, note);
  }
  #drawTables(view: View): void {
    const { names } = this.#output.tables;
    this.#tables.hidden = view !== 'table' || names.length < 2;
    if (names.length < 2) { this.#tables.replaceChildren(); return; }
    if (names.length === this.#tables.length && names.every((name, i) => this.#tables.options[i]?.value === name)) return;
    const { value } = this.#tables;
    this.#tables.replaceChildren(...names.map((name) => el('option', { value: name }, name.replaceAll('\t', ' · ').slice(0, 60))));
    this.#tables.value = names.includes(value) ? value : names.at(-1) ?? '';
  }
  #noteText(view: View): string {
    const { dropped } = view === 'tree' ? this.#output.json : this.#output;
    if (dropped > 0) return `${dropped.toLocaleString('en')} older ${view === 'tree' ? 'documents' : 'lines'} are not shown.`;
    if (!this.#output.empty || this.#progress === undefined) return '';
    return this.#progress.state === 'running' ? (this.#progress.fraction < 0 ? 'Waiting for the first output…' : 'Nothing printed yet; many chisels print at the end…') : this.#progress.state === 'failed' ? '' : 'It has printed nothing.';
  }

  #hasTable(): boolean { return this.#output.tables.count > 0 || this.#output.json.documents.length > 0 && this.#output.table() !== undefined; }
  /** The view that is shown: the chosen one where the output has it, else what suits. */
  #shown(): (typeof VIEWS)[number] {
    const has = (view: View): boolean => view === 'text' || (view === 'table' ? this.#hasTable() : this.#output.json.documents.length > 0);
    const view = this.#chosen !== undefined && has(this.#chosen) ? this.#chosen : has('tree') ? 'tree' : has('table') ? 'table' : 'text';
    return VIEWS.find((each) => each.view === view) ?? VIEWS[0]!;
  }
  #textOf(): string {
    const { view } = this.#shown();
    if (view === 'table') return this.#table.csv;
    const { documents } = this.#output.json;
    return view === 'tree' ? `${JSON.stringify(documents.length === 1 ? documents[0] : documents, undefined, 2)}\n` : this.#output.plain;
  }

  #choose(view: View): void { this.#chosen = view; this.#keep(); this.#draw(); }
  #tabKey(event: KeyboardEvent): void {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const views = VIEWS.map((each) => each.view).filter((view) => this.#tabs.get(view)?.hidden === false);
    const next = views[(views.indexOf(this.#shown().view) + step + views.length) % views.length] ?? 'text';
    this.#choose(next);
    this.#tabs.get(next)?.focus();
  }
  #change(change: Partial<PreviewState['choice']>): void { if (this.#state !== undefined) this.#tell({ intent: 'choose', choice: { ...this.#state.choice, ...change } }); }

  #columns(): number {
    const ruler = el('span', { class: 'pv-line pv-ruler' }, '0'.repeat(50));
    document.body.append(ruler);
    const width = ruler.getBoundingClientRect().width / 50;
    ruler.remove();
    return width > 0 ? Math.floor((document.body.clientWidth - 24) / width) : 100;
  }
  #watchWidth(): void {
    let timer: number | undefined, last = this.#columns();
    new ResizeObserver(() => {
      clearTimeout(timer);
      timer = window.setTimeout(() => { const columns = this.#columns(); if (columns !== last && columns > 0) { last = columns; this.#tell({ intent: 'columns', columns }); } }, RESIZED_MS);
    }).observe(document.body);
  }
  #keep(): void {
    const { order } = this.#table;
    this.#api.setState({ uri: this.#uri, options: this.#options.open, ...(this.#chosen === undefined ? {} : { view: this.#chosen }), ...(order === undefined ? {} : { order }) } satisfies Kept);
  }
  #tell(message: FromPreview): void { this.#api.postMessage(message); }
}

function summaryOf({ sources, source, extent, choice, args }: PreviewState): string {
  const title = sources.find((each) => each.id === source)?.title ?? 'nothing';
  const events = { all: 'all events', first: `first ${extent.kind === 'first' ? extent.events.toLocaleString('en') : ''} events`, range: extent.kind === 'range' ? `${extent.fromS} to ${extent.toS} s` : '', live: 'live' }[extent.kind];
  const given = args.map((argument, i) => [argument.name, choice.values[i] ?? ''] as const).filter(([, value]) => value !== '').map(([name, value]) => `${name}=${value}`);
  return [`On ${title}`, events, ...(choice.filter === '' ? [] : [`filter ${choice.filter}`]), ...given].join(', ');
}

function keptOf(value: unknown): Kept {
  if (typeof value !== 'object' || value === null) return { uri: '' };
  const { uri, view, order, options } = value as { [K in keyof Kept]?: unknown };
  const { column, down } = (typeof order === 'object' && order !== null ? order : {}) as { column?: unknown; down?: unknown };
  return {
    uri: typeof uri === 'string' ? uri : '', options: options === true,
    ...(view === 'text' || view === 'table' || view === 'tree' ? { view } : {}), ...(typeof column === 'number' && typeof down === 'boolean' ? { order: { column, down } } : {}),
  };
}
