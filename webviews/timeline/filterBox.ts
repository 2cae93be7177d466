// The filter above the timeline: applies what is right, after a pause; knows the filters of before, and goes back to them.
import type { FilterProblem } from '../protocol/messages.ts';
import { button } from '../base/dom.ts';
import type { Host } from '../base/host.ts';
import { AssistInput } from './assistInput.ts';

const FILTER_HELP = 'Ctrl+Space: completion; Ctrl+Shift+Space: what the word means; Ctrl+.: what may be meant instead; arrow down in an empty filter: filters used before';
const EARLIER_MAX = 50;
const BACK_MAX = 100;

export interface FilterBoxEvents {
  onApply(filter: string): void;
  /** The filters used before, the latest first. */
  onEarlier(filters: readonly string[]): void;
}

export class FilterBox {
  readonly element: HTMLElement;
  readonly #assist: AssistInput;
  readonly #events: FilterBoxEvents;
  readonly #clear: HTMLButtonElement;
  readonly #back: HTMLButtonElement;
  readonly #earlierButton: HTMLButtonElement;
  #applied = '';
  #earlier: readonly string[] = [];
  /** Filters that were in force, the latest last. */
  readonly #before: string[] = [];
  /** What is typed with pauses in between is one change: it has begun, and Enter or leaving the input ends it. */
  #typing = false;

  constructor(host: Host, events: FilterBoxEvents) {
    this.#events = events;
    this.#clear = button('×', { class: 'ph-input-button', 'aria-label': 'Clear the filter', title: 'Clear the filter' }, () => { this.focus(); this.setText(''); });
    this.#back = button('↶', { class: 'ph-input-button', 'data-testid': 'filter-back' }, () => this.back());
    this.#earlierButton = button('▾', { class: 'ph-input-button', 'aria-label': 'Filters used before', 'aria-haspopup': 'listbox', title: 'Filters used before (arrow down in an empty filter)', 'data-testid': 'filter-earlier' }, () => { this.focus(); this.#assist.showEarlier(); });
    this.#assist = new AssistInput({
      id: 'filter', label: 'Filter events', placeholder: 'Filter, such as  evt.type=openat and fd.name contains /etc',
      diagnose: (text) => host.request('filter/diagnose', { text }), complete: (text, offset, signal) => host.request('filter/complete', { text, offset }, signal),
      colours: (text) => host.request('filter/colours', { text }), hover: (text, offset) => host.request('filter/hover', { text, offset }), help: FILTER_HELP,
      earlier: () => this.#earlier, onEdited: () => this.#showButtons(), onUse: (text, how) => this.#use(text.trim(), how === 'typed'),
    }, this.#back, this.#earlierButton, this.#clear);
    this.#assist.element.classList.add('ph-filter');
    this.#assist.input.addEventListener('blur', () => this.#endTyping());
    // The list of earlier filters would close before it is open.
    this.#earlierButton.addEventListener('pointerdown', (event) => event.preventDefault());
    this.element = this.#assist.element;
    this.#showButtons();
  }

  get text(): string { return this.#assist.text; }
  /** The filter in force. */
  get applied(): string { return this.#applied; }
  get busy(): boolean { return this.#assist.busy; }
  focus(): void { this.#assist.input.focus(); }

  /** Shows a filter and applies it at once if it is right. */
  setText(text: string): void { this.#assist.setText(text); }
  /** Shows a filter that is in force already. */
  restore(text: string, earlier: readonly string[]): void {
    this.#applied = text;
    this.#earlier = earlier;
    this.#before.length = 0;
    this.#assist.restore(text);
    this.#showButtons();
  }
  /** An error that only showed when the filter was used. */
  showProblem(problem: FilterProblem): void { this.#assist.showProblems([problem]); }
  /** Returns to the filter that was in force before. Says whether there was one. */
  back(): boolean {
    this.#endTyping();
    const text = this.#before.pop();
    if (text === undefined) return false;
    this.#applied = text;
    this.#assist.restore(text);
    this.#showButtons();
    this.#events.onApply(text);
    return true;
  }

  #use(filter: string, typed: boolean): void {
    if (filter !== this.#applied) {
      if (!this.#typing && this.#before.push(this.#applied) > BACK_MAX) this.#before.shift();
      this.#applied = filter;
      this.#typing = true;
      this.#events.onApply(filter);
    }
    if (!typed) this.#endTyping();
    this.#showButtons();
  }
  #endTyping(): void {
    if (!this.#typing) return;
    this.#typing = false;
    if (this.#before.at(-1) === this.#applied) this.#before.pop();
    if (this.#applied === '') return;
    this.#earlier = [this.#applied, ...this.#earlier.filter((filter) => filter !== this.#applied)].slice(0, EARLIER_MAX);
    this.#events.onEarlier(this.#earlier);
  }
  #showButtons(): void {
    this.#clear.hidden = this.text === '';
    this.#earlierButton.hidden = this.#earlier.length === 0;
    const before = this.#before.at(-1);
    this.#back.hidden = before === undefined;
    const label = before === '' ? 'Back to no filter' : `Back to the filter before: ${before ?? ''}`;
    this.#back.title = label;
    this.#back.setAttribute('aria-label', label);
  }
}
