// The box that looks for lanes: while there is text in it, only lanes that it means are shown, with what they are in.
import { el, setText } from '../base/dom.ts';

export interface LaneSearchEvents {
  /** Shows the lanes that a text means, and gives their ids; '' shows all. */
  onSearch(text: string): readonly string[];
  onChoose(id: string): void;
  /** The keyboard goes to the lanes. */
  onLeave(): void;
}

export class LaneSearch {
  readonly element: HTMLElement;
  readonly #events: LaneSearchEvents;
  readonly #input = el('input', { type: 'search', class: 'ph-lane-search', placeholder: 'Search lanes', title: 'Name, detail, or the number of a process or thread (/). Enter goes from one to the next, Escape shows all again.', 'aria-label': 'Search lanes', 'data-testid': 'lane-search', spellcheck: false });
  readonly #note = el('span', { class: 'ph-sr', role: 'status' });
  #found: readonly string[] = [];
  #at = -1;

  constructor(events: LaneSearchEvents) {
    this.#events = events;
    this.element = el('div', { class: 'ph-lane-searching' }, this.#input, this.#note);
    this.#input.addEventListener('input', () => this.#search());
    this.#input.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') { const was = this.#input.value; this.clear(); if (was === '') events.onLeave(); event.stopPropagation(); event.preventDefault(); }
      else if (event.key === 'Enter') { this.#next(event.shiftKey ? -1 : 1); event.preventDefault(); }
      else if (event.key === 'ArrowDown') { if (this.#at < 0) this.#next(1); events.onLeave(); event.preventDefault(); }
    });
  }

  focus(): void { this.#input.focus(); this.#input.select(); }
  clear(): void { if (this.#input.value !== '') { this.#input.value = ''; this.#search(); } }

  #search(): void {
    const text = this.#input.value.trim();
    this.#found = this.#events.onSearch(text);
    this.#at = -1;
    this.#input.classList.toggle('ph-nothing', text !== '' && this.#found.length === 0);
    setText(this.#note, text === '' ? '' : this.#found.length === 0 ? 'No lane is called so.' : `${this.#found.length} ${this.#found.length === 1 ? 'lane' : 'lanes'}`);
  }
  #next(step: number): void {
    if (this.#found.length === 0) return;
    this.#at = this.#at < 0 ? (step > 0 ? 0 : this.#found.length - 1) : (this.#at + step + this.#found.length) % this.#found.length;
    this.#events.onChoose(this.#found[this.#at]!);
  }
}
