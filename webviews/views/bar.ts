// What stands over the table: the way here, the filter, which events are counted, and what can be done with the table and with the row that is selected.
import { button, el, setAttributes, setText } from '../base/dom.ts';
import type { ViewColumnMessage } from '../../remote-agent/protocol/viewMessages.ts';
import type { ExtentChoice, MarkedRange, ViewEntry } from '../protocol/views.ts';
import type { Path } from './path.ts';

export interface BarActions {
  readonly back: (crumb: number) => void;
  readonly filter: (text: string) => void;
  readonly extent: (choice: ExtentChoice) => void;
  readonly search: (text: string) => void;
  readonly containers: (on: boolean) => void;
  readonly pause: () => void;
  readonly hide: (column: string, hidden: boolean) => void;
  readonly drill: () => void;
  readonly timeline: () => void;
  readonly copyRow: () => void;
  readonly copyFilter: () => void;
  readonly copyTable: () => void;
  readonly save: (form: 'csv' | 'json') => void;
  readonly act: (index: number) => void;
  readonly fold: () => void;
}

export class Bar {
  readonly element: HTMLElement;
  readonly rowElement: HTMLElement;
  readonly #crumbs = el('ol', { class: 'vw-crumbs', 'data-testid': 'crumbs' });
  readonly #filter = el('input', { type: 'text', class: 'vw-filter', placeholder: 'Filter, as proc.name=nginx; Enter applies', 'aria-label': 'Filter of events', spellcheck: 'false', 'data-testid': 'filter' });
  readonly #extent = el('select', { 'aria-label': 'Which events are counted', 'data-testid': 'extent' });
  readonly #search = el('input', { type: 'search', class: 'vw-search', placeholder: 'Search rows', 'aria-label': 'Search rows', 'data-testid': 'search' });
  readonly #containers = el('input', { type: 'checkbox', 'data-testid': 'containers' });
  readonly #containersLabel = el('label', { class: 'vw-check' });
  readonly #pause: HTMLButtonElement;
  readonly #columns = el('details', { class: 'vw-menu', 'data-testid': 'columns' });
  readonly #columnList = el('div', { class: 'vw-menu-items' });
  readonly #rowName = el('span', { class: 'vw-row-name' });
  readonly #drill: HTMLButtonElement;
  readonly #actions = el('select', { 'aria-label': 'Commands of the view for this row, typed into a terminal', 'data-testid': 'actions' });
  readonly #onRow: HTMLElement[];
  readonly #ofTable: HTMLElement[];

  constructor(actions: BarActions) {
    this.#pause = button('Pause', { 'data-testid': 'pause', 'aria-pressed': 'false', title: 'Keep what is shown (P)' }, actions.pause);
    this.#drill = button('Show Below', { 'data-testid': 'drill', class: 'vw-primary', title: 'What the row consists of (Enter)' }, actions.drill);
    this.#containersLabel.append(this.#containers, 'Columns of containers');
    this.#columns.append(el('summary', {}, 'Columns'), this.#columnList);
    this.#filter.addEventListener('keydown', (event) => { if (event.key === 'Enter') actions.filter(this.#filter.value); });
    this.#filter.addEventListener('change', () => { actions.filter(this.#filter.value); });
    this.#extent.addEventListener('change', () => { actions.extent(this.#extent.value as ExtentChoice); });
    this.#search.addEventListener('input', () => { actions.search(this.#search.value); });
    this.#containers.addEventListener('change', () => { actions.containers(this.#containers.checked); });
    this.#columnList.addEventListener('change', (event) => { const box = event.target as HTMLInputElement; actions.hide(box.value, !box.checked); });
    this.#columns.addEventListener('keydown', (event) => { if (event.key === 'Escape') { this.#columns.open = false; this.#columns.querySelector('summary')?.focus(); event.stopPropagation(); } });
    this.#actions.addEventListener('change', () => { const index = Number(this.#actions.value); this.#actions.value = ''; if (index >= 0) actions.act(index); });
    this.#onRow = [this.#drill, button('Timeline', { 'data-testid': 'timeline', title: 'The events of this row in the timeline (T)' }, actions.timeline), button('Copy Row', { 'data-testid': 'copy-row' }, actions.copyRow), button('Copy as Filter', { 'data-testid': 'copy-filter' }, actions.copyFilter), this.#actions];
    const out = [button('Copy', { 'data-testid': 'copy-table', title: 'Copy the table as text' }, actions.copyTable), button('CSV…', { 'data-testid': 'csv' }, () => { actions.save('csv'); }), button('JSON…', { 'data-testid': 'json' }, () => { actions.save('json'); })];
    this.#ofTable = [this.#search, this.#columns, ...out];
    this.element = el('div', { class: 'vw-bar' },
      el('nav', { class: 'vw-way', 'aria-label': 'Way to this view' }, button('Views', { class: 'vw-fold', 'data-testid': 'fold', title: 'Show or hide the list of views' }, actions.fold), this.#crumbs),
      el('div', { class: 'vw-tools', role: 'toolbar', 'aria-label': 'Table' }, this.#filter, this.#extent, this.#search, this.#containersLabel, this.#columns, this.#pause, ...out));
    this.rowElement = el('div', { class: 'vw-on-row', role: 'toolbar', 'aria-label': 'Selected row' }, this.#rowName, ...this.#onRow);
    this.#back = actions.back;
  }
  readonly #back: (crumb: number) => void;

  focusFilter(): void { this.#filter.focus(); this.#filter.select(); }
  focusSearch(): void { this.#search.focus(); this.#search.select(); }

  showPath({ crumbs, filter }: Path, nameOf: (view: string) => string, view: string, search: string): void {
    this.#crumbs.replaceChildren(...crumbs.map((crumb, i) => el('li', {}, button(nameOf(crumb.view), { 'data-testid': `crumb-${i}`, title: 'Back to it (Backspace)' }, () => { this.#back(i); }), el('span', { class: 'vw-picked' }, crumb.label))), el('li', {}, el('span', { 'aria-current': 'page' }, nameOf(view))));
    if (document.activeElement !== this.#filter || this.#filter.value === '') this.#filter.value = filter;
    if (document.activeElement !== this.#search) this.#search.value = search;
  }
  setFilterProblem(problem: boolean): void { setAttributes(this.#filter, { 'aria-invalid': problem ? 'true' : undefined }); }

  /** What is for tables alone is there, or not; searching for pictures with names, too. */
  showTable(on: boolean, names: boolean): void { for (const each of this.#ofTable) each.hidden = !on; this.#search.hidden = !on && !names; this.rowElement.hidden = !on; }
  showExtent(choice: ExtentChoice, live: boolean, range: MarkedRange | undefined): void {
    const option = (value: ExtentChoice, text: string, disabled = false): HTMLOptionElement => el('option', { value, disabled }, text);
    this.#extent.replaceChildren(...live ? [option('live', 'Each second')] : [], option('all', live ? 'All that is kept' : 'Whole capture'), option('range', range === undefined ? 'Marked time (none)' : `Marked: ${range.text}`, range === undefined && choice !== 'range'));
    this.#extent.value = choice;
  }
  showContainers(shown: boolean, on: boolean): void { this.#containersLabel.hidden = !shown; this.#containers.checked = on; }
  showPause(shown: boolean, paused: boolean): void { this.#pause.hidden = !shown; setText(this.#pause, paused ? 'Go On' : 'Pause'); setAttributes(this.#pause, { 'aria-pressed': String(paused) }); }
  showColumns(columns: readonly ViewColumnMessage[], hidden: readonly string[]): void {
    this.#columnList.replaceChildren(...columns.map(({ name, description }) => el('label', { class: 'vw-check', title: description }, el('input', { type: 'checkbox', value: name, checked: !hidden.includes(name), 'data-testid': `column-${name}` }), name)));
  }
  /** What can be done with the row of this name; '': none is selected. */
  showRow(name: string, below: string, filterable: boolean, entry: ViewEntry | undefined, live: boolean): void {
    setText(this.#rowName, name === '' ? 'Select a row to see what it consists of.' : name);
    for (const each of this.#onRow) each.hidden = name === '' || !filterable;
    this.#drill.hidden = below === '' || name === '';
    setText(this.#drill, `Show ${below}`);
    this.#onRow[2]!.hidden = name === '';
    const actions = entry?.actions ?? [];
    this.#actions.hidden = !live || name === '' || actions.length === 0;
    this.#actions.replaceChildren(el('option', { value: '' }, 'Type into a terminal…'), ...actions.map(({ command, description }, i) => el('option', { value: i }, description ?? command)));
  }
}
