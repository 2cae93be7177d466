// The list of views beside the table, by category, with a search; arrows move through it, Enter shows one.
import { button, el } from '../base/dom.ts';
import type { ViewEntry } from '../protocol/views.ts';

export class ViewList {
  readonly element: HTMLElement;
  readonly #search = el('input', { type: 'search', class: 'vw-list-search', placeholder: 'Search views', 'aria-label': 'Search views', 'data-testid': 'list-search' });
  readonly #items = el('div', { class: 'vw-list-items' });
  readonly #none = el('p', { class: 'vw-dim', hidden: true }, 'No view is called so.');
  #entries: readonly ViewEntry[] = [];
  #current = '';
  readonly #choose: (id: string) => void;

  constructor(choose: (id: string) => void) {
    this.#choose = choose;
    this.element = el('nav', { class: 'vw-list', 'aria-label': 'Views', 'data-testid': 'list' }, this.#search, this.#items, this.#none);
    this.#search.addEventListener('input', () => { this.#fill(); });
    this.element.addEventListener('keydown', (event) => { this.#press(event); });
  }

  show(entries: readonly ViewEntry[], current: string): void {
    const same = entries.length === this.#entries.length && entries.every((entry, i) => entry === this.#entries[i]);
    this.#entries = entries; this.#current = current;
    if (!same || this.#items.childElementCount === 0) { this.#fill(); return; }
    for (const item of this.#buttons()) item.toggleAttribute('aria-current', false);
    this.#mark();
  }
  focus(): void { this.#search.focus(); this.#search.select(); }

  #fill(): void {
    const wanted = this.#search.value.trim().toLowerCase();
    const found = this.#entries.filter(({ id, name, description }) => wanted === '' || `${id} ${name} ${description}`.toLowerCase().includes(wanted));
    const groups = new Map<string, ViewEntry[]>();
    for (const entry of found) { const group = groups.get(entry.category); if (group === undefined) groups.set(entry.category, [entry]); else group.push(entry); }
    this.#items.replaceChildren(...[...groups].map(([category, entries], i) => el('section', { 'aria-labelledby': `vw-category-${i}` }, el('h2', { id: `vw-category-${i}` }, category),
      ...entries.map(({ id, name, description }) => button(name, { class: 'vw-item', title: description, 'data-view': id }, () => { this.#choose(id); })))));
    this.#none.hidden = found.length > 0;
    this.#mark();
  }
  #mark(): void { for (const item of this.#buttons()) if (item.dataset['view'] === this.#current) { item.setAttribute('aria-current', 'true'); item.scrollIntoView({ block: 'nearest' }); } }
  #buttons(): HTMLElement[] { return [...this.#items.querySelectorAll<HTMLElement>('.vw-item')]; }

  #press(event: KeyboardEvent): void {
    const items = this.#buttons(), at = items.indexOf(document.activeElement as HTMLElement);
    if (event.key === 'ArrowDown') items[Math.min(items.length - 1, at + 1)]?.focus();
    else if (event.key === 'ArrowUp') { if (at <= 0) this.#search.focus(); else items[at - 1]?.focus(); }
    else if (event.key === 'Enter' && at < 0) items[0]?.click();
    else return;
    event.preventDefault();
  }
}
