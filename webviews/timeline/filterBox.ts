// The filter: an input with completion (ARIA combobox) and the errors underlined where they are; applies what is right, after a pause.
import type { FilterCompletion, FilterProblem } from '../protocol/messages.ts';
import { button, el, setText } from '../base/dom.ts';
import { CancelledError } from '../base/host.ts';
import type { Host } from '../base/host.ts';

const ASK_AFTER_MS = 120;
const APPLY_AFTER_MS = 450;
const SHOWN_MAX = 50;

export class FilterBox {
  readonly element: HTMLElement;
  readonly input: HTMLInputElement;
  readonly #host: Host;
  readonly #onApply: (filter: string) => void;
  readonly #under: HTMLElement;
  readonly #popup: HTMLElement;
  readonly #error: HTMLElement;
  readonly #clear: HTMLButtonElement;
  #problems: readonly FilterProblem[] = [];
  #options: readonly FilterCompletion[] = [];
  #active = -1;
  #applied = '';
  #abort: AbortController | undefined;
  #askTimer: number | undefined;
  #applyTimer: number | undefined;

  constructor(host: Host, onApply: (filter: string) => void) {
    this.#host = host;
    this.#onApply = onApply;
    this.#under = el('div', { class: 'ph-filter-under', 'aria-hidden': 'true' });
    this.input = el('input', {
      class: 'ph-filter-input', type: 'text', role: 'combobox', 'data-testid': 'filter', 'aria-label': 'Filter events', 'aria-autocomplete': 'list',
      'aria-expanded': 'false', 'aria-controls': 'ph-filter-options', 'aria-describedby': 'ph-filter-error', spellcheck: 'false', autocomplete: 'off', autocapitalize: 'off',
      placeholder: 'Filter, such as  evt.type=openat and fd.name contains /etc',
    });
    this.#clear = button('×', { class: 'ph-filter-clear', 'aria-label': 'Clear the filter', title: 'Clear the filter' }, () => { this.setText(''); this.input.focus(); });
    this.#popup = el('ul', { class: 'ph-popup', role: 'listbox', id: 'ph-filter-options', 'aria-label': 'Completions', 'data-testid': 'completions' });
    this.#error = el('div', { class: 'ph-filter-error', id: 'ph-filter-error', role: 'alert', 'data-testid': 'filter-error' });
    this.#popup.hidden = this.#error.hidden = this.#clear.hidden = true;
    this.element = el('div', { class: 'ph-filter' }, el('div', { class: 'ph-filter-field' }, this.#under, this.input, this.#clear), el('div', { class: 'ph-filter-drop' }, this.#error, this.#popup));
    this.#bind();
  }

  get text(): string { return this.input.value; }
  /** The filter in force. */
  get applied(): string { return this.#applied; }
  get busy(): boolean { return this.#askTimer !== undefined || this.#applyTimer !== undefined; }

  /** Shows a filter and applies it at once if it is right. */
  setText(text: string): void {
    this.input.value = text;
    this.#closePopup();
    void this.#applyNow();
  }
  /** Shows a filter that is in force already. */
  restore(text: string): void { this.input.value = text; this.#applied = text; this.#setProblems([]); }
  /** An error that only showed when the filter was used. */
  showProblem(problem: FilterProblem): void { this.#setProblems([problem]); }

  #bind(): void {
    this.input.addEventListener('input', () => this.#edited());
    this.input.addEventListener('scroll', () => { this.#under.scrollLeft = this.input.scrollLeft; });
    this.input.addEventListener('keydown', (event) => this.#key(event));
    this.input.addEventListener('keyup', () => this.#showError());
    this.input.addEventListener('click', () => this.#showError());
    this.input.addEventListener('blur', () => this.#closePopup());
    // A press on an option must not take the focus from the input.
    this.#popup.addEventListener('pointerdown', (event) => event.preventDefault());
    this.#popup.addEventListener('click', (event) => {
      const option = (event.target as Element).closest('[role=option]');
      if (option) this.#accept(Number(option.getAttribute('data-index')));
    });
  }

  #edited(): void {
    this.#setProblems([]);
    clearTimeout(this.#askTimer);
    clearTimeout(this.#applyTimer);
    this.#applyTimer = undefined;
    if (this.text.trim() === '') { this.#askTimer = undefined; this.#closePopup(); void this.#applyNow(); return; }
    this.#askTimer = window.setTimeout(() => { this.#askTimer = undefined; void this.#ask(); }, ASK_AFTER_MS);
  }

  async #ask(): Promise<void> {
    const text = this.text;
    const [problems] = await Promise.all([this.#diagnose(text), this.#complete()]);
    if (problems === undefined || text !== this.text) return;
    this.#setProblems(problems);
    if (problems.length === 0) this.#applyTimer = window.setTimeout(() => { this.#applyTimer = undefined; this.#apply(text); }, APPLY_AFTER_MS);
  }
  async #diagnose(text: string): Promise<readonly FilterProblem[] | undefined> {
    try { return text.trim() === '' ? [] : await this.#host.request('filter/diagnose', { text }); }
    catch { return undefined; }
  }
  async #complete(): Promise<void> {
    this.#abort?.abort();
    this.#abort = new AbortController();
    const text = this.text;
    try {
      const options = await this.#host.request('filter/complete', { text, offset: this.input.selectionStart ?? text.length }, this.#abort.signal);
      if (text !== this.text || document.activeElement !== this.input) return;
      // What is already there completely needs no completion.
      this.#options = options.filter((option) => option.insert !== text.slice(option.start, option.end)).slice(0, SHOWN_MAX);
      this.#showPopup();
    } catch (error) { if (!(error instanceof CancelledError)) this.#closePopup(); }
  }

  async #applyNow(): Promise<void> {
    clearTimeout(this.#applyTimer);
    this.#applyTimer = undefined;
    const text = this.text;
    this.#clear.hidden = text === '';
    const problems = await this.#diagnose(text);
    if (text !== this.text || problems === undefined) return;
    this.#setProblems(problems);
    if (problems.length === 0) this.#apply(text);
  }
  #apply(text: string): void {
    const filter = text.trim();
    if (filter === this.#applied) return;
    this.#applied = filter;
    this.#onApply(filter);
  }

  // ---- problems

  #setProblems(problems: readonly FilterProblem[]): void {
    this.#problems = problems;
    this.#clear.hidden = this.text === '';
    const text = this.text;
    const parts: (Node | string)[] = [];
    let at = 0;
    for (const problem of problems) {
      const start = Math.max(at, Math.min(problem.start, text.length));
      const end = Math.max(start, Math.min(problem.end, text.length));
      // An error at the end of the text has nothing to stand under: one space is underlined.
      parts.push(text.slice(at, start), el('span', { class: 'ph-wrong', 'data-testid': 'filter-wrong' }, end > start ? text.slice(start, end) : '\u00a0\u00a0'));
      at = end;
    }
    this.#under.replaceChildren(...parts, text.slice(at));
    this.#under.scrollLeft = this.input.scrollLeft;
    this.input.setAttribute('aria-invalid', String(problems.length > 0));
    this.#showError();
  }
  /** Says the problem under the cursor, or the first one. */
  #showError(): void {
    const caret = this.input.selectionStart ?? 0;
    const problem = this.#problems.find((each) => each.start <= caret && caret <= each.end) ?? this.#problems[0];
    this.#error.hidden = problem === undefined;
    setText(this.#error, problem?.message ?? '');
  }

  // ---- completion

  #showPopup(): void {
    this.#active = -1;
    this.#popup.replaceChildren(...this.#options.map((option, index) => el('li', { role: 'option', id: `ph-option-${index}`, 'data-index': index, 'aria-selected': 'false' },
      el('span', { class: `ph-option-kind ph-option-${option.kind}`, title: option.kind }, option.kind.slice(0, 1)), el('span', { class: 'ph-option-label' }, option.label), el('span', { class: 'ph-option-detail' }, option.detail))));
    this.#popup.hidden = this.#options.length === 0;
    this.input.setAttribute('aria-expanded', String(!this.#popup.hidden));
    this.input.removeAttribute('aria-activedescendant');
  }
  #closePopup(): void {
    this.#abort?.abort();
    this.#options = [];
    this.#showPopup();
  }
  #setActive(index: number): void {
    this.#popup.querySelector('[aria-selected=true]')?.setAttribute('aria-selected', 'false');
    this.#active = index;
    const option = this.#popup.children[index];
    if (!option) { this.input.removeAttribute('aria-activedescendant'); return; }
    option.setAttribute('aria-selected', 'true');
    option.scrollIntoView({ block: 'nearest' });
    this.input.setAttribute('aria-activedescendant', option.id);
  }
  #accept(index: number): void {
    const option = this.#options[index];
    if (!option) return;
    const text = this.text;
    this.input.value = text.slice(0, option.start) + option.insert + text.slice(option.end);
    const caret = option.start + option.insert.length;
    this.input.setSelectionRange(caret, caret);
    this.#closePopup();
    this.#edited();
  }

  #key(event: KeyboardEvent): void {
    const open = !this.#popup.hidden;
    const count = this.#options.length;
    if (event.key === 'ArrowDown' && open) this.#setActive((this.#active + 1) % count);
    else if (event.key === 'ArrowUp' && open) this.#setActive(this.#active <= 0 ? count - 1 : this.#active - 1);
    else if (event.key === 'ArrowDown' || (event.key === ' ' && event.ctrlKey)) void this.#complete();
    else if (event.key === 'Tab' && open && !event.shiftKey) this.#accept(Math.max(0, this.#active));
    else if (event.key === 'Enter') {
      if (open && this.#active >= 0) this.#accept(this.#active);
      else { this.#closePopup(); void this.#applyNow(); }
    } else if (event.key === 'Escape' && open) this.#closePopup();
    else return;
    event.preventDefault();
  }
}
