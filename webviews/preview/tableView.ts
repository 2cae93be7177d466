// A table that is sorted by its titles; only the rows in view exist. Arrows move through the rows, Enter or Space on a title sorts by it.
import { button, el, setAttributes, setText } from '../base/dom.ts';
import { VirtualList } from '../base/virtualList.ts';
import { csvOf, sorted, type Order, type Table } from './tables.ts';

const ROW_PX = 23;
/** A column is at most so wide, in characters; the last one takes what is left. */
const MAX_CHARACTERS = 44;

export class TableView {
  readonly element: HTMLElement;
  readonly #head = el('div', { class: 'pv-row pv-head', role: 'row', 'aria-rowindex': 1 });
  readonly #rows = el('div', { class: 'pv-rows', role: 'rowgroup' });
  readonly #list: VirtualList;
  readonly #onSort: (order: Order | undefined) => void;
  #table: Table | undefined;
  #order: Order | undefined;
  #indices: number[] = [];
  #titles = '';
  #active = -1;

  constructor(onSort: (order: Order | undefined) => void) {
    this.#onSort = onSort;
    this.element = el('div', { class: 'pv-table', role: 'grid', tabindex: 0, 'aria-label': 'Output as a table', 'data-testid': 'table' }, el('div', { class: 'pv-head-group', role: 'rowgroup' }, this.#head), this.#rows);
    this.#list = new VirtualList(this.element, this.#rows, {
      rowPx: ROW_PX,
      create: () => { const row = el('div', { class: 'pv-row', role: 'row' }); row.addEventListener('click', () => { this.#activate(Number(row.dataset['index'])); }); return row; },
      fill: (element, index) => this.#fill(element, index), onVisible: () => undefined,
    });
    this.element.addEventListener('keydown', (event) => { if (event.target === this.element) this.#key(event); });
  }

  get order(): Order | undefined { return this.#order; }
  set order(order: Order | undefined) { this.#order = order; }
  get csv(): string { return this.#table === undefined ? '' : csvOf(this.#table, this.#indices); }
  get count(): number { return this.#indices.length; }

  show(table: Table): void {
    const titles = table.columns.map((column) => column.title).join('\t');
    const other = titles !== this.#titles;
    if (other && this.#titles !== '') this.#order = undefined;
    this.#titles = titles;
    this.#table = table;
    this.#indices = sorted(table, this.#order);
    if (other) this.#active = -1;
    this.#layOut(table, other);
    setAttributes(this.element, { 'aria-rowcount': table.rows.length + 1, 'aria-colcount': table.columns.length });
    this.#list.setCount(this.#indices.length);
    if (other) this.#list.scrollTo(0);
  }

  #layOut(table: Table, other: boolean): void {
    const { columns, rows } = table;
    const widths = columns.map((column, c) => {
      let width = column.title.length + 3;
      for (let i = 0; i < Math.min(rows.length, 300); i++) width = Math.max(width, rows[i]?.[c]?.length ?? 0);
      return Math.min(MAX_CHARACTERS, width) + 2;
    });
    this.element.style.setProperty('--pv-columns', widths.map((width, c) => c === widths.length - 1 ? `minmax(${width}ch, 1fr)` : `${width}ch`).join(' '));
    if (other || this.#head.childElementCount !== columns.length) this.#head.replaceChildren(...columns.map((column, c) => this.#title(column.title, column.numeric, c)));
    for (const [c, cell] of [...this.#head.children].entries()) {
      const on = this.#order?.column === c;
      setAttributes(cell, { 'aria-sort': on ? (this.#order?.down === true ? 'descending' : 'ascending') : 'none', class: `pv-cell${columns[c]?.numeric === true ? ' pv-number' : ''}` });
    }
  }
  #title(title: string, numeric: boolean, column: number): HTMLElement {
    // The largest numbers are of interest first; a third press leaves the order of the chisel.
    const sort = (): void => {
      const first = numeric;
      this.#order = this.#order?.column !== column ? { column, down: first } : this.#order.down === first ? { column, down: !first } : undefined;
      this.#onSort(this.#order);
      if (this.#table !== undefined) this.show(this.#table);
    };
    return el('div', { role: 'columnheader', 'aria-colindex': column + 1 }, button(title, { class: 'pv-sort', title: `Sort by ${title}` }, sort));
  }

  #fill(element: HTMLElement, index: number): void {
    const table = this.#table, row = table?.rows[this.#indices[index] ?? -1] ?? [];
    const columns = table?.columns ?? [];
    while (element.childElementCount > columns.length) element.lastElementChild?.remove();
    while (element.childElementCount < columns.length) element.append(el('div', { role: 'gridcell', class: 'pv-cell' }));
    columns.forEach((column, c) => {
      const cell = element.children[c] as HTMLElement, text = row[c] ?? '';
      setText(cell, text);
      cell.classList.toggle('pv-number', column.numeric);
      if (text.length > MAX_CHARACTERS) cell.title = text; else cell.removeAttribute('title');
    });
    element.dataset['index'] = String(index);
    setAttributes(element, { id: `pv-row-${index}`, 'aria-rowindex': index + 2, 'aria-selected': String(index === this.#active) });
  }

  #activate(index: number): void {
    this.#active = Math.max(0, Math.min(this.#indices.length - 1, index));
    this.#list.reveal(this.#active);
    setAttributes(this.element, { 'aria-activedescendant': `pv-row-${this.#active}` });
  }
  #key(event: KeyboardEvent): void {
    const page = this.#list.pageRows;
    const to = { ArrowDown: this.#active + 1, ArrowUp: Math.max(0, this.#active - 1), PageDown: this.#active + page, PageUp: this.#active - page, Home: 0, End: Infinity }[event.key];
    if (to === undefined || this.#indices.length === 0 || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    this.#activate(to);
  }
}
