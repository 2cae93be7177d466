// The table of a view: only the rows in view exist, and of the others only pages that were seen are kept. Sorted by its titles, moved through and drilled into by keys and mouse.
import type { OpenedView, ViewRowMessage, ViewRowsResult } from '../../remote-agent/protocol/viewMessages.ts';
import { button, el, setAttributes, setText } from '../base/dom.ts';
import { visibleText } from '../base/visible.ts';
import { VirtualList } from '../base/virtualList.ts';

const ROW_PX = 23, PAGE = 100;
/** Pages that are kept. */
const MAX_PAGES = 40;
/** A column is at most so wide, in characters; the last one takes what is left. */
const MAX_CHARACTERS = 44;

export interface Order { readonly sort: number; readonly ascending: boolean }
export interface GridActions {
  /** Fetches rows; undefined where they are not wanted any more. */
  readonly fetch: (from: number, count: number) => Promise<ViewRowsResult | undefined>;
  readonly sortBy: (order: Order) => void;
  readonly select: (row: ViewRowMessage | undefined) => void;
  readonly drill: (row: ViewRowMessage) => void;
  /** A key that means nothing to the table. */
  readonly key: (event: KeyboardEvent) => void;
}

export class Grid {
  readonly element: HTMLElement;
  readonly #head = el('div', { class: 'vw-row vw-head', role: 'row', 'aria-rowindex': 1 });
  readonly #rows = el('div', { class: 'vw-rows', role: 'rowgroup' });
  readonly #list: VirtualList;
  readonly #actions: GridActions;
  readonly #pages = new Map<number, readonly ViewRowMessage[]>();
  readonly #asked = new Set<number>();
  #opened: OpenedView | undefined;
  #order: Order = { sort: -1, ascending: false };
  /** Columns that are shown. */
  #columns: number[] = [];
  #widths: number[] = [];
  #active = -1;
  /** Key of the row that is selected; '': none. */
  #key = '';
  /** Pages of other samples or orders are not wanted. */
  #generation = 0;

  constructor(actions: GridActions) {
    this.#actions = actions;
    this.element = el('div', { class: 'vw-table', role: 'grid', tabindex: 0, 'aria-label': 'Rows of the view', 'data-testid': 'grid' }, el('div', { class: 'vw-head-group', role: 'rowgroup' }, this.#head), this.#rows);
    this.#list = new VirtualList(this.element, this.#rows, {
      rowPx: ROW_PX,
      create: () => {
        const row = el('div', { class: 'vw-row', role: 'row' }), index = (): number => Number(row.dataset['index']);
        row.addEventListener('click', () => { this.#activate(index()); });
        row.addEventListener('dblclick', () => { this.#activate(index()); this.drill(); });
        return row;
      },
      fill: (element, index) => { this.#fill(element, index); }, onVisible: (first, last) => { this.#need(first, last); },
    });
    this.element.addEventListener('keydown', (event) => { if (event.target === this.element) this.#press(event); });
  }

  get order(): Order { return this.#order; }
  get count(): number { return this.#list.count; }
  get busy(): boolean { return this.#asked.size > 0; }
  get selected(): ViewRowMessage | undefined { return this.#key === '' ? undefined : this.row(this.#active)?.key === this.#key ? this.row(this.#active) : [...this.#pages.values()].flat().find(({ key }) => key === this.#key); }
  row(index: number): ViewRowMessage | undefined { return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE]; }

  /** Shows another table, or the same one with other columns; `key`: the row that is to be selected where it is in sight. */
  show(opened: OpenedView, columns: readonly number[], order: Order, key = ''): void {
    const same = this.#opened === opened;
    this.#opened = opened; this.#columns = [...columns];
    if (!same) { this.#pages.clear(); this.#widths = opened.columns.map(({ name, width }) => Math.min(MAX_CHARACTERS, Math.max(name.length + 3, Math.min(width, 12)))); this.#active = -1; this.#key = key; }
    this.#head.replaceChildren(...columns.map((column, place) => this.#title(column, place)));
    setAttributes(this.element, { 'aria-colcount': columns.length });
    this.#layOut();
    this.sorted(order);
    if (!same) { this.#list.scrollTo(0); this.#actions.select(undefined); }
  }

  /** Shows the order, and rows by it. */
  sorted(order: Order): void {
    this.#order = order;
    [...this.#head.children].forEach((cell, place) => { setAttributes(cell, { 'aria-sort': this.#columns[place] === order.sort ? (order.ascending ? 'ascending' : 'descending') : 'none' }); });
    this.again();
  }

  /** Fetches anew what is seen; what was there stays until that has come. */
  again(): void {
    this.#generation++;
    this.#asked.clear();
    const { first, last } = this.#list.visible, begin = Math.floor(Math.max(0, first) / PAGE), end = Math.floor(Math.max(0, last) / PAGE);
    for (const page of [...this.#pages.keys()]) if (page < begin || page > end) this.#pages.delete(page);
    for (let page = begin; page <= end; page++) this.#ask(page);
  }

  clear(): void { this.#opened = undefined; this.#pages.clear(); this.#asked.clear(); this.#generation++; this.#head.replaceChildren(); this.#list.setCount(0); }

  #need(first: number, last: number): void {
    if (last < first) return;
    for (let page = Math.floor(first / PAGE); page <= Math.floor(last / PAGE); page++) if (!this.#pages.has(page)) this.#ask(page);
  }

  #ask(page: number): void {
    if (this.#opened === undefined || this.#asked.has(page)) return;
    this.#asked.add(page);
    const generation = this.#generation;
    void this.#whole(page * PAGE).then((result) => {
      if (generation !== this.#generation) return;
      this.#asked.delete(page);
      if (result === undefined) return;
      if (this.#pages.size > MAX_PAGES) { const { first } = this.#list.visible, here = Math.floor(first / PAGE); for (const kept of [...this.#pages.keys()]) if (Math.abs(kept - here) > MAX_PAGES / 2) this.#pages.delete(kept); }
      this.#pages.set(page, result.rows);
      const at = result.rows.findIndex(({ key }) => key === this.#key);
      if (this.#key !== '' && at >= 0) this.#active = page * PAGE + at;
      this.#measure(result.rows);
      setAttributes(this.element, { 'aria-rowcount': result.total + 1 });
      if (result.total === this.#list.count) this.#list.paint(); else this.#list.setCount(result.total);
      if (at >= 0) { this.#actions.select(this.selected); this.#mark(); }
    });
  }

  /** A page, also where it comes in parts since its rows are long. */
  async #whole(from: number): Promise<ViewRowsResult | undefined> {
    const rows: ViewRowMessage[] = [];
    for (;;) {
      const part = await this.#actions.fetch(from + rows.length, PAGE - rows.length);
      if (part === undefined) return undefined;
      rows.push(...part.rows);
      if (rows.length >= PAGE || part.rows.length === 0 || from + rows.length >= part.total) return { ...part, rows };
    }
  }

  /** Columns only grow, so that nothing jumps while rows come. */
  #measure(rows: readonly ViewRowMessage[]): void {
    let grown = false;
    for (const { cells } of rows) cells.forEach((cell, i) => { const width = Math.min(MAX_CHARACTERS, cell.length); if (width > (this.#widths[i] ?? 0)) { this.#widths[i] = width; grown = true; } });
    if (grown) this.#layOut();
  }
  #layOut(): void {
    const { length } = this.#columns;
    this.element.style.setProperty('--vw-columns', this.#columns.map((column, place) => { const width = (this.#widths[column] ?? 8) + 2; return place === length - 1 ? `minmax(${width}ch, 1fr)` : `${width}ch`; }).join(' '));
  }

  #title(column: number, place: number): HTMLElement {
    const { name, description, numeric } = this.#opened?.columns[column] ?? { name: '', description: '', numeric: false };
    const sort = (): void => { this.#actions.sortBy({ sort: column, ascending: this.#order.sort === column ? !this.#order.ascending : !numeric }); };
    return el('div', { role: 'columnheader', 'aria-colindex': place + 1, class: `vw-cell${numeric ? ' vw-number' : ''}` }, button(name, { class: 'vw-sort', tabindex: -1, title: `${description === '' ? name : description}\nSort by ${name}` }, sort));
  }

  #fill(element: HTMLElement, index: number): void {
    const row = this.row(index), columns = this.#columns;
    while (element.childElementCount > columns.length) element.lastElementChild?.remove();
    while (element.childElementCount < columns.length) element.append(el('div', { role: 'gridcell' }));
    columns.forEach((column, place) => {
      const cell = element.children[place] as HTMLElement, text = visibleText(row?.cells[column] ?? '');
      setText(cell, text);
      setAttributes(cell, { class: `vw-cell${this.#opened?.columns[column]?.numeric === true ? ' vw-number' : ''}`, 'aria-colindex': place + 1, title: text.length > (this.#widths[column] ?? 0) ? text : undefined });
    });
    element.dataset['index'] = String(index);
    setAttributes(element, { id: `vw-row-${index}`, 'aria-rowindex': index + 2, 'aria-selected': String(this.#key !== '' && row?.key === this.#key), 'aria-busy': row === undefined ? 'true' : undefined });
  }

  #activate(index: number): void {
    if (this.#list.count === 0) return;
    this.#active = Math.max(0, Math.min(this.#list.count - 1, index));
    this.#key = this.row(this.#active)?.key ?? '';
    this.#list.reveal(this.#active);
    this.#mark();
    this.#actions.select(this.selected);
  }
  #mark(): void { setAttributes(this.element, { 'aria-activedescendant': this.#key === '' ? undefined : `vw-row-${this.#active}` }); }

  drill(): void { const row = this.selected; if (row !== undefined) this.#actions.drill(row); }

  #press(event: KeyboardEvent): void {
    const page = this.#list.pageRows;
    const to = { ArrowDown: this.#active + 1, ArrowUp: Math.max(0, this.#active - 1), PageDown: this.#active + page, PageUp: this.#active - page, Home: 0, End: Infinity }[event.key];
    if (event.ctrlKey || event.altKey || event.metaKey) { this.#actions.key(event); return; }
    if (to !== undefined) this.#activate(to);
    else if (event.key === 'Enter') this.drill();
    else if (event.key === '<' || event.key === '>') this.#sortBeside(event.key === '<' ? -1 : 1);
    else if (event.key === 'r' && this.#order.sort >= 0) this.#actions.sortBy({ ...this.#order, ascending: !this.#order.ascending });
    else { this.#actions.key(event); return; }
    event.preventDefault();
  }
  #sortBeside(step: number): void {
    const column = this.#columns[(this.#columns.indexOf(this.#order.sort) + step + this.#columns.length) % this.#columns.length];
    if (column !== undefined) this.#actions.sortBy({ sort: column, ascending: this.#opened?.columns[column]?.numeric !== true });
  }
}
