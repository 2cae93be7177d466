// Find in the event list: the next and the previous event that matches, its place among all matches, and that the search went on at the other end.
import { ERROR_FILTER } from './errors.ts';
import type { FilterErrorData, FindResult } from '../../remote-agent/protocol/messages.ts';
import { button, el, setText } from '../base/dom.ts';
import { CancelledError, HostError } from '../base/host.ts';
import type { Host } from '../base/host.ts';
import { formatCount } from '../base/time.ts';
import { AssistInput } from './assistInput.ts';
import { placeOf } from './place.ts';
import { FIND_HELP, findFilter, isExpression } from './findText.ts';

export interface FindEvents {
  /** The list's filter. */
  filter(): string;
  /** The event behind or before which a search goes on; -1: from the end of the list. `typing`: it begins anew with what is selected or seen first. */
  fromRow(how: 'typing' | 'forward' | 'backward'): number;
  onFound(row: number): void;
  onSay(text: string): void;
  onClose(): void;
  onError(error: unknown): void;
}
/** Words appear when a search takes longer. */
const SLOW_MS = 150;
const EARLIER_MAX = 20;

export class FindBox {
  readonly element: HTMLElement;
  readonly #host: Host;
  readonly #events: FindEvents;
  readonly #assist: AssistInput;
  readonly #result: HTMLElement;
  readonly #buttons: readonly HTMLButtonElement[];
  #earlier: string[] = [];
  /** The event at which typing began: each letter searches from there, not from what the letter before has found. */
  #typingFrom: number | undefined;
  #abort: AbortController | undefined;
  #searching = false;

  constructor(host: Host, events: FindEvents) {
    this.#host = host;
    this.#events = events;
    this.#assist = new AssistInput({
      id: 'find', label: 'Find in the events', placeholder: 'Find: text, or a filter', help: FIND_HELP,
      diagnose: (text) => isExpression(text) ? host.request('filter/diagnose', { text }) : Promise.resolve([]),
      complete: (text, offset, signal) => text === '' || /^[\s(]*(not\s+)?[\w.]*$/.test(text) || isExpression(text) ? host.request('filter/complete', { text, offset }, signal) : Promise.resolve([]),
      earlier: () => this.#earlier,
      onEdited: () => { this.#abort?.abort(); this.#show(''); this.#showButtons(); },
      onUse: (text, how, backward) => {
        if (how === 'typed') { this.#typingFrom ??= events.fromRow('typing'); void this.#search('forward', this.#typingFrom); return; }
        this.#remember(text);
        this.next(backward ? 'backward' : 'forward');
      },
      onEscape: () => this.close(),
    });
    this.#result = el('span', { class: 'ph-find-result', role: 'status', 'aria-live': 'polite', 'data-testid': 'find-result' });
    this.#buttons = [
      button('↑', { 'aria-label': 'Previous match', title: 'Previous match (Shift+F3, Shift+Enter)', 'data-testid': 'find-previous' }, () => this.next('backward')),
      button('↓', { 'aria-label': 'Next match', title: 'Next match (F3, Enter)', 'data-testid': 'find-next' }, () => this.next('forward')),
    ];
    this.element = el('div', { class: 'ph-find', role: 'search', 'aria-label': 'Find in the events' }, this.#assist.element, this.#result, el('span', { class: 'ph-group' }, ...this.#buttons),
      button('×', { class: 'ph-quiet', 'aria-label': 'Close find', title: 'Close (Escape)' }, () => this.close()));
    this.element.hidden = true;
    this.#showButtons();
  }

  get busy(): boolean { return this.#assist.busy || this.#searching; }
  get isOpen(): boolean { return !this.element.hidden; }
  open(): void {
    this.element.hidden = false;
    // Asked for again while somebody types in it: nothing of that is to be overwritten.
    if (document.activeElement === this.#assist.input) return;
    this.#assist.input.focus();
    this.#assist.input.select();
  }
  close(): void {
    if (!this.isOpen) return;
    this.#abort?.abort();
    this.element.hidden = true;
    this.#events.onClose();
  }
  /** What was found belongs to another filter or another file. */
  forget(): void { this.#abort?.abort(); this.#typingFrom = undefined; this.#show(''); }

  /** The next match from where the list is; with nothing to look for, the box opens. */
  next(direction: 'forward' | 'backward'): void {
    if (findFilter(this.#assist.text) === '') { this.open(); return; }
    this.element.hidden = false;
    this.#typingFrom = undefined;
    void this.#search(direction, this.#events.fromRow(direction));
  }

  async #search(direction: 'forward' | 'backward', fromRow: number): Promise<void> {
    this.#abort?.abort();
    const find = findFilter(this.#assist.text);
    this.#showButtons();
    if (find === '') { this.#typingFrom = undefined; this.#show(''); return; }
    const abort = this.#abort = new AbortController();
    const slow = window.setTimeout(() => this.#show('Searching…'), SLOW_MS);
    this.#searching = true;
    try {
      const list = { find, filter: this.#events.filter() };
      const found = await this.#host.request('events/find', { ...list, fromRow, direction, wrap: true }, abort.signal);
      clearTimeout(slow);
      if (found.row < 0) { this.#show('No match', 'none'); return; }
      const show = (place: string): void => this.#show(found.wrapped ? `${place} · went on at the ${direction === 'forward' ? 'start' : 'end'}` : place, found.wrapped ? 'wrapped' : '');
      const place = ({ index, total }: FindResult): string => index > 0 ? `${formatCount(index)} of ${formatCount(total)}` : total > 0 ? `${formatCount(total)} matches` : 'Found';
      show(found.total < 0 ? 'Found, counting…' : place(found));
      this.#events.onFound(found.row);
      if (found.total < 0) show(place(await placeOf(this.#host, list, found.row, abort.signal)));
    } catch (error) {
      if (error instanceof CancelledError) return;
      this.#show('');
      const data = error instanceof HostError && error.code === ERROR_FILTER ? error.data as FilterErrorData : undefined;
      if (data?.which === 'find') {
        const from = this.#assist.text.length - this.#assist.text.trimStart().length;
        this.#assist.showProblems([{ ...data, start: data.start + from, end: data.end + from }]);
      } else this.#events.onError(error);
    } finally {
      clearTimeout(slow);
      if (this.#abort === abort) this.#searching = false;
    }
  }
  #show(text: string, sort: '' | 'none' | 'wrapped' = ''): void {
    setText(this.#result, text);
    this.#result.className = `ph-find-result${sort === '' ? '' : ` ph-find-${sort}`}`;
  }
  #showButtons(): void { for (const each of this.#buttons) each.disabled = this.#assist.text.trim() === ''; }
  #remember(text: string): void {
    const typed = text.trim();
    if (typed !== '') this.#earlier = [typed, ...this.#earlier.filter((each) => each !== typed)].slice(0, EARLIER_MAX);
  }
}
