// Documents of JSON as a tree that folds; only the rows in view exist. Keys as in every tree: arrows, Home, End; * unfolds all beside the row at hand.
import { el, setAttributes } from '../base/dom.ts';
import { VirtualList } from '../base/virtualList.ts';
import { summaryOf, treeRows, type Json, type TreeRow } from './jsonDocuments.ts';
import type { Output } from './output.ts';

const ROW_PX = 21;
/** So many documents are unfolded by themselves. */
const OPEN_DOCUMENTS = 3;

export class TreeView {
  readonly element: HTMLElement;
  readonly #content = el('div', { class: 'pv-nodes', role: 'presentation' });
  readonly #list: VirtualList;
  /** What was folded or unfolded by hand, by path. */
  readonly #choices = new Map<string, boolean>();
  #rows: TreeRow[] = [];
  #output: Output | undefined;
  #active = 0;

  constructor() {
    this.element = el('div', { class: 'pv-tree', role: 'tree', tabindex: 0, 'aria-label': 'Output as a tree', 'data-testid': 'tree' }, this.#content);
    this.#list = new VirtualList(this.element, this.#content, { rowPx: ROW_PX, create: () => this.#create(), fill: (element, index) => this.#fill(element, index), onVisible: () => undefined });
    this.element.addEventListener('keydown', (event) => this.#key(event));
  }

  show(output: Output): void {
    this.#output = output;
    const { documents, dropped } = output.json;
    this.#rows = treeRows(documents, (path, depth) => this.#choices.get(path) ?? (depth === 0 ? documents.length <= OPEN_DOCUMENTS : depth === 1 && documents.length === 1), dropped);
    this.#active = Math.min(this.#active, Math.max(0, this.#rows.length - 1));
    this.#list.setCount(this.#rows.length);
    this.#mark();
  }

  #create(): HTMLElement {
    const row = el('div', { class: 'pv-node', role: 'treeitem' }, el('span', { class: 'pv-twisty', 'aria-hidden': 'true' }), el('span', { class: 'pv-name' }), el('span', { class: 'pv-value' }));
    row.addEventListener('click', () => {
      const index = Number(row.dataset['index']);
      this.#active = index;
      if (this.#rows[index] !== undefined && this.#rows[index].size > 0) this.#fold(index, !this.#rows[index].open); else this.#mark();
    });
    return row;
  }
  #fill(element: HTMLElement, index: number): void {
    const row = this.#rows[index];
    if (row === undefined) return;
    const [, name, value] = [...element.children] as HTMLElement[];
    element.style.setProperty('--pv-depth', String(row.depth));
    element.dataset['index'] = String(index);
    setAttributes(element, { id: `pv-node-${index}`, 'aria-level': row.depth + 1, 'aria-setsize': row.of, 'aria-posinset': row.place, 'aria-expanded': row.size > 0 ? String(row.open) : undefined, 'aria-selected': String(index === this.#active) });
    name?.replaceChildren(row.name === '' ? '' : `${row.name}: `);
    value?.replaceChildren(row.size < 0 ? JSON.stringify(row.value) : row.open ? sizeText(row) : summaryOf(row.value));
    if (value !== undefined) value.className = `pv-value pv-${kindOf(row.value)}`;
  }

  #fold(index: number, open: boolean): void {
    const row = this.#rows[index];
    if (row === undefined || row.size <= 0) return;
    this.#choices.set(row.path, open);
    if (this.#output !== undefined) this.show(this.#output);
  }
  #move(to: number): void {
    this.#active = Math.max(0, Math.min(this.#rows.length - 1, to));
    this.#list.reveal(this.#active);
    this.#mark();
  }
  #mark(): void {
    this.#list.paint();
    setAttributes(this.element, { 'aria-activedescendant': this.#rows.length > 0 ? `pv-node-${this.#active}` : undefined });
  }
  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const row = this.#rows[this.#active];
    if (row === undefined) return;
    switch (event.key) {
      case 'ArrowDown': this.#move(this.#active + 1); break;
      case 'ArrowUp': this.#move(this.#active - 1); break;
      case 'Home': this.#move(0); break;
      case 'End': this.#move(Infinity); break;
      case 'PageDown': this.#move(this.#active + this.#list.pageRows); break;
      case 'PageUp': this.#move(this.#active - this.#list.pageRows); break;
      case 'Enter': case ' ': this.#fold(this.#active, !row.open); break;
      case 'ArrowRight': if (row.size > 0 && !row.open) this.#fold(this.#active, true); else if (row.size > 0) this.#move(this.#active + 1); break;
      case 'ArrowLeft': if (row.open) this.#fold(this.#active, false); else this.#move(this.#parent()); break;
      case '*': for (const each of this.#rows) if (each.depth === row.depth && each.size > 0) this.#choices.set(each.path, true); if (this.#output !== undefined) this.show(this.#output); break;
      default: return;
    }
    event.preventDefault();
  }
  #parent(): number {
    const depth = this.#rows[this.#active]?.depth ?? 0;
    for (let i = this.#active - 1; i >= 0; i--) if ((this.#rows[i]?.depth ?? 0) < depth) return i;
    return this.#active;
  }
}

function sizeText({ size, value }: TreeRow): string { return Array.isArray(value) ? `[${size}]` : `{${size}}`; }
function kindOf(value: Json): string { return value === null ? 'null' : typeof value === 'object' ? 'many' : typeof value; }
