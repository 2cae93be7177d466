// Named stretches of time: kept by the editor for this capture or host, in times of the clock, so that they outlive the session.
import type { Bookmark } from '../protocol/messages.ts';
import { button, el, setText } from '../base/dom.ts';
import type { Clock, TimeMode } from '../base/time.ts';
import { formatDuration } from '../base/time.ts';
import type { Range } from './model.ts';

export const BOOKMARKS_MAX = 200;
export const BOOKMARK_NAME_MAX = 120;
/** A bookmark in the times of the session. */
export interface Marked extends Range { readonly name: string; readonly index: number }
export interface BookmarkEvents {
  onGoTo(range: Range): void;
  onChanged(bookmarks: readonly Bookmark[]): void;
  onSay(text: string): void;
}

export class Bookmarks {
  /** A menu for the toolbar. */
  readonly element: HTMLDetailsElement;
  readonly #summary = el('summary', { title: 'Stretches of time with names (B makes one)', 'data-testid': 'bookmarks' });
  readonly #list = el('ul', { class: 'ph-bookmark-list', 'aria-label': 'Bookmarks' });
  readonly #events: BookmarkEvents;
  #all: readonly Bookmark[] = [];
  #clock: Clock;
  #history: Range = { startNs: 0, endNs: 0 };
  #timeMode: TimeMode = 'clock';

  constructor(clock: Clock, events: BookmarkEvents) {
    this.#clock = clock;
    this.#events = events;
    this.element = el('details', { class: 'ph-bookmarks', hidden: true }, this.#summary, this.#list);
    this.element.addEventListener('toggle', () => { if (this.element.open) this.#draw(); });
    this.element.addEventListener('keydown', (event) => { if (event.key === 'Escape' && this.element.open) { this.element.open = false; this.#summary.focus(); event.stopPropagation(); } });
    document.addEventListener('pointerdown', (event) => { if (this.element.open && event.target instanceof Node && !this.element.contains(event.target)) this.element.open = false; });
  }

  restore(bookmarks: readonly Bookmark[], clock: Clock): void { this.#all = bookmarks; this.#clock = clock; this.#changed(false); }
  setTimes(history: Range, timeMode: TimeMode): void { this.#history = history; this.#timeMode = timeMode; }
  /** Those of the session's history. */
  get marked(): readonly Marked[] {
    return this.#all.map(({ name, startNs, endNs }, index) => ({ name, index, startNs: this.#clock.nsOfEpoch(startNs), endNs: this.#clock.nsOfEpoch(endNs) }))
      .filter((mark) => mark.endNs >= this.#history.startNs && mark.startNs <= this.#history.endNs).sort((a, b) => a.startNs - b.startNs);
  }

  /** Keeps a stretch of time; gives its name. */
  add(range: Range, name = ''): string {
    let number = this.#all.length + 1;
    while (this.#all.some((each) => each.name === `Bookmark ${number}`)) number++;
    const called = name.trim().slice(0, BOOKMARK_NAME_MAX) || `Bookmark ${number}`;
    this.#all = [...this.#all, { name: called, startNs: this.#clock.epochOf(range.startNs), endNs: this.#clock.epochOf(range.endNs) }].slice(-BOOKMARKS_MAX);
    this.#changed(true);
    return called;
  }
  #rename(index: number, name: string): void {
    const text = name.trim().slice(0, BOOKMARK_NAME_MAX);
    if (text === '' || this.#all[index]?.name === text) return;
    this.#all = this.#all.map((each, i) => i === index ? { ...each, name: text } : each);
    this.#changed(true);
  }
  #remove(index: number): void {
    const gone = this.#all[index];
    this.#all = this.#all.filter((_, i) => i !== index);
    this.#changed(true);
    if (gone) this.#events.onSay(`Bookmark ${gone.name} was removed.`);
    if (this.#all.length === 0) this.element.open = false;
    else this.#list.querySelector<HTMLElement>('button')?.focus();
  }
  #changed(tell: boolean): void {
    this.element.hidden = this.#all.length === 0;
    setText(this.#summary, `Bookmarks ${this.#all.length}`);
    if (this.element.open) this.#draw();
    if (tell) this.#events.onChanged(this.#all);
  }

  #draw(): void {
    const { marked } = this;
    const elsewhere = this.#all.length - marked.length;
    this.#list.replaceChildren(...marked.map((mark) => {
      const name = el('input', { type: 'text', value: mark.name, maxlength: BOOKMARK_NAME_MAX, 'aria-label': `Name of the bookmark at ${this.#clock.format(mark.startNs, this.#timeMode, 3)}` });
      name.addEventListener('change', () => this.#rename(mark.index, name.value));
      name.addEventListener('keydown', (event) => { event.stopPropagation(); if (event.key === 'Enter') name.blur(); if (event.key === 'Escape') { name.value = mark.name; name.blur(); } });
      return el('li', {}, name,
        button(`${this.#clock.format(mark.startNs, this.#timeMode, 3)}, ${formatDuration(mark.endNs - mark.startNs)}`, { title: 'Go there', 'aria-label': `Go to ${mark.name}` }, () => { this.element.open = false; this.#events.onGoTo(mark); }),
        button('×', { class: 'ph-quiet', title: 'Remove', 'aria-label': `Remove the bookmark ${mark.name}` }, () => this.#remove(mark.index)));
    }), ...(elsewhere > 0 ? [el('li', { class: 'ph-bookmark-gone' }, `${elsewhere} of times that this history does not hold`)] : []));
  }
}
