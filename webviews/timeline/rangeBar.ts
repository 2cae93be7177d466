// About the stretch of time that the user has marked: how long it is, what is in it, and what can be done with it.
import { button, el, setText } from '../base/dom.ts';
import { CancelledError } from '../base/host.ts';
import type { Host } from '../base/host.ts';
import { formatCount, formatDuration } from '../base/time.ts';
import type { Range } from './model.ts';

export interface RangeBarEvents {
  onZoom(): void;
  onBookmark(): void;
  onCopyLink(): void;
  onSave(): void;
  onClear(): void;
}

export class RangeBar {
  readonly element: HTMLElement;
  readonly #host: Host;
  readonly #text = el('span', { class: 'ph-chosen-text', role: 'status', 'data-testid': 'chosen' });
  readonly #save: HTMLButtonElement;
  #abort: AbortController | undefined;
  #busy = false;

  constructor(host: Host, events: RangeBarEvents) {
    this.#host = host;
    this.#save = button('Save as Capture…', { title: 'Write the events of this time to a capture of their own', 'data-testid': 'save-range' }, () => events.onSave());
    this.element = el('div', { class: 'ph-chosen', role: 'group', 'aria-label': 'Marked time' }, this.#text,
      button('Zoom', { title: 'Show just this (Z)', 'data-testid': 'zoom-range' }, () => events.onZoom()), button('Bookmark', { title: 'Keep it with a name (B)', 'data-testid': 'bookmark-range' }, () => events.onBookmark()),
      button('Copy Link', { title: 'A link that opens the editor here', 'data-testid': 'copy-link' }, () => events.onCopyLink()), this.#save, button('×', { class: 'ph-quiet', 'aria-label': 'Mark no time', title: 'Mark nothing (Escape)' }, () => events.onClear()));
    this.element.hidden = true;
  }

  get busy(): boolean { return this.#busy; }
  setCanSave(can: boolean): void { this.#save.hidden = !can; }

  show(chosen: Range | undefined, startText: string, filter: string): void {
    this.#abort?.abort();
    this.#busy = false;
    this.element.hidden = chosen === undefined;
    if (!chosen) return;
    const about = `${formatDuration(chosen.endNs - chosen.startNs)} from ${startText}`;
    setText(this.#text, about);
    void this.#count(about, chosen, filter);
  }
  async #count(about: string, { startNs, endNs }: Range, filter: string): Promise<void> {
    const { signal } = this.#abort = new AbortController();
    this.#busy = true;
    const count = async (also: string): Promise<number> => (await this.#host.request('events/count', { filter: [filter === '' ? '' : also === '' ? filter : `(${filter})`, also].filter((part) => part !== '').join(' and '), startNs, endNs }, signal)).count;
    try {
      const events = await count(''), failed = events === 0 ? 0 : await count('evt.failed=true');
      setText(this.#text, `${about}: ${formatCount(events)} ${events === 1 ? 'event' : 'events'}${failed > 0 ? `, ${formatCount(failed)} failed` : ''}`);
    } catch (error) {
      // The list beside it has the same question and says what is wrong.
      if (!(error instanceof CancelledError)) setText(this.#text, about);
    } finally { if (!signal.aborted) this.#busy = false; }
  }
}
