// A line of text with help: completion (ARIA combobox), earlier texts, colours, what a word means, and what is wrong underlined exactly where it is, with what may be
// meant instead. The filter, the find box and "Go to…" are made of it.
import type { FilterColour, FilterCompletion, FilterFix, FilterHoverText, FilterProblem } from '../protocol/messages.ts';
import { button, el, setText } from '../base/dom.ts';
import { CancelledError } from '../base/host.ts';
import { AssistLayer } from './assistLayer.ts';

export type Option = Omit<FilterCompletion, 'kind'> & { readonly kind: FilterCompletion['kind'] | 'earlier' };
/** `typed`: after a pause. `entered`: with Enter, or by choosing an earlier text. `set`: from outside. */
export type How = 'typed' | 'entered' | 'set';

export interface AssistOptions {
  /** Of elements, and of parts for tests: `filter`, `find`. */
  readonly id: string;
  readonly label: string;
  readonly placeholder: string;
  readonly help?: string;
  /** What is wrong with a text; in its order. */
  diagnose(text: string): Promise<readonly FilterProblem[]>;
  complete?(text: string, offset: number, signal: AbortSignal): Promise<readonly FilterCompletion[]>;
  colours?(text: string): Promise<readonly FilterColour[]>;
  /** What the word at a place means. */
  hover?(text: string, offset: number): Promise<FilterHoverText | undefined>;
  /** Texts used before, the latest first: offered where there is no text. */
  earlier?(): readonly string[];
  /** The text changed; nothing is known of it yet. */
  onEdited?(): void;
  /** The text is right and to be used. */
  onUse(text: string, how: How, backward: boolean): void;
  /** Escape, and no list was open to be closed by it. */
  onEscape?(): void;
}

const ASK_AFTER_MS = 120;
const USE_AFTER_MS = 450;
const SHOWN_MAX = 50;
const HOVER_AFTER_MS = 350;

export class AssistInput {
  /** Input, with room for buttons behind it, and below it what drops down. */
  readonly element: HTMLElement;
  readonly input: HTMLInputElement;
  readonly #options: AssistOptions;
  readonly #layer: AssistLayer;
  readonly #popup: HTMLElement;
  readonly #error: HTMLElement;
  readonly #fixes: HTMLElement;
  readonly #meaning: HTMLElement;
  #problems: readonly FilterProblem[] = [];
  #later: readonly FilterProblem[] = [];
  #shown: readonly Option[] = [];
  /** The text that they were made for. */
  #shownFor = '';
  #active = -1;
  /** The text whose colours are known, or asked for. */
  #coloured = '';
  #abort: AbortController | undefined;
  #askTimer: number | undefined;
  #useTimer: number | undefined;
  #hoverTimer: number | undefined;
  /** Counts what is asked of the word under the pointer or the cursor; an older answer says nothing any more. */
  #asked = 0;

  constructor(options: AssistOptions, ...buttons: readonly HTMLElement[]) {
    this.#options = options;
    const { id } = options;
    this.#layer = new AssistLayer(id);
    this.input = el('input', {
      class: 'ph-input', type: 'text', role: 'combobox', 'data-testid': id, 'aria-label': options.label, 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': `ph-${id}-options`,
      'aria-describedby': `ph-${id}-error ph-${id}-meaning`, spellcheck: 'false', autocomplete: 'off', autocapitalize: 'off', placeholder: options.placeholder, title: options.help,
    });
    this.#popup = el('ul', { class: 'ph-popup', role: 'listbox', id: `ph-${id}-options`, 'aria-label': 'Completions', 'data-testid': `${id}-completions` });
    this.#error = el('div', { class: 'ph-input-error', id: `ph-${id}-error`, role: 'alert', 'data-testid': `${id}-error` });
    this.#fixes = el('div', { class: 'ph-input-fixes', role: 'group', 'aria-label': 'What may be meant', 'data-testid': `${id}-fixes` });
    this.#meaning = el('div', { class: 'ph-input-meaning', id: `ph-${id}-meaning`, role: 'status', 'data-testid': `${id}-meaning` });
    this.#popup.hidden = this.#error.hidden = this.#fixes.hidden = this.#meaning.hidden = true;
    const line = el('div', { class: options.colours === undefined ? 'ph-input-line' : 'ph-input-line ph-coloured' }, this.input, this.#layer.element);
    this.element = el('div', { class: 'ph-assist' }, el('div', { class: 'ph-input-field' }, line, ...buttons), el('div', { class: 'ph-input-drop' }, this.#error, this.#fixes, this.#meaning, this.#popup));
    this.#bind();
  }

  get text(): string { return this.input.value; }
  get busy(): boolean { return this.#askTimer !== undefined || this.#useTimer !== undefined; }
  get wrong(): boolean { return this.#problems.length > 0; }

  /** Puts a text in and uses it at once if it is right. The browser's own undo brings back the one before. */
  setText(text: string, how: How = 'set'): void {
    this.#replace(0, this.text.length, text);
    this.#stopTimers();
    this.#closePopup();
    void this.#useNow(how, false);
  }
  /** Puts a text in that is in use already. */
  restore(text: string): void { this.#stopTimers(); this.input.value = text; this.#closePopup(); this.showProblems([]); }
  /** Looks at the text again: what surrounds it has changed. */
  recheck(): void {
    const { text } = this;
    // What is wrong with a text says nothing of the one that was typed since.
    void this.#diagnose(text).then((problems) => { if (problems !== undefined && text === this.text) this.showProblems(problems); });
  }
  /** Opens the list of earlier texts, unless there is none. */
  showEarlier(): void {
    const texts = this.#options.earlier?.() ?? [];
    this.#shown = texts.filter((text) => text !== this.text).slice(0, SHOWN_MAX).map((text) => ({ label: text, kind: 'earlier', detail: '', insert: text, start: 0, end: this.text.length }));
    this.#showPopup('Earlier');
  }

  #bind(): void {
    this.input.addEventListener('input', () => this.#edited());
    this.input.addEventListener('scroll', () => { this.#layer.element.scrollLeft = this.input.scrollLeft; });
    this.input.addEventListener('pointermove', (event) => this.#pointerMoved(event));
    this.input.addEventListener('pointerleave', () => this.#endMeaning());
    this.input.addEventListener('keydown', (event) => this.#key(event));
    this.input.addEventListener('keyup', () => this.#showError());
    this.input.addEventListener('click', () => this.#showError());
    this.input.addEventListener('blur', () => { this.#closePopup(); this.#endMeaning(); });
    // A press on an option must not take the focus from the input.
    for (const list of [this.#popup, this.#fixes]) list.addEventListener('pointerdown', (event) => event.preventDefault());
    this.#popup.addEventListener('click', (event) => {
      const option = (event.target as Element).closest('[role=option]');
      if (option) this.#accept(Number(option.getAttribute('data-index')));
    });
  }

  #stopTimers(): void {
    clearTimeout(this.#askTimer);
    clearTimeout(this.#useTimer);
    this.#askTimer = this.#useTimer = undefined;
  }
  #edited(): void {
    this.#endMeaning();
    this.showProblems([]);
    this.#stopTimers();
    this.#narrow();
    this.#options.onEdited?.();
    if (this.text.trim() === '') { this.#closePopup(); void this.#useNow('typed', false); return; }
    this.#askTimer = window.setTimeout(() => { this.#askTimer = undefined; void this.#ask(); }, ASK_AFTER_MS);
  }
  async #ask(): Promise<void> {
    const text = this.text;
    const [problems] = await Promise.all([this.#diagnose(text), this.#complete()]);
    if (problems === undefined || text !== this.text) return;
    // A word that is being typed, and that there are proposals for, is not wrong yet.
    const caret = this.input.selectionStart ?? 0;
    const later = this.#popup.hidden ? [] : problems.filter(({ start, end }) => start <= caret && caret <= end);
    this.showProblems(problems.filter((problem) => !later.includes(problem)), later);
    if (problems.length === 0) this.#useTimer = window.setTimeout(() => { this.#useTimer = undefined; this.#options.onUse(text, 'typed', false); }, USE_AFTER_MS);
  }
  async #diagnose(text: string): Promise<readonly FilterProblem[] | undefined> {
    try { return text.trim() === '' ? [] : await this.#options.diagnose(text); }
    catch { return undefined; }
  }
  async #complete(): Promise<void> {
    this.#abort?.abort();
    const { complete } = this.#options;
    if (!complete) return;
    this.#abort = new AbortController();
    const text = this.text;
    try {
      const caret = this.input.selectionStart ?? text.length, { signal } = this.#abort;
      const options = await complete(text, caret, signal);
      // What is already there completely needs no completion; behind a whole field, what may follow it is offered.
      const there = (option: Option): boolean => option.insert === text.slice(option.start, option.end);
      let shown = options.filter((option) => !there(option));
      if (shown.length === 0 && options.some((option) => option.kind === 'field' && option.end === caret && there(option))) {
        shown = (await complete(`${text.slice(0, caret)} ${text.slice(caret)}`, caret + 1, signal)).map((option) => ({ ...option, insert: /^\w/.test(option.insert) ? ` ${option.insert}` : option.insert, start: caret, end: Math.max(caret, option.end - 1) }));
      }
      if (text !== this.text || document.activeElement !== this.input) return;
      this.#show(shown.slice(0, SHOWN_MAX));
    } catch (error) { if (!(error instanceof CancelledError)) this.#closePopup(); }
  }
  async #useNow(how: How, backward: boolean): Promise<void> {
    this.#stopTimers();
    const text = this.text;
    const problems = await this.#diagnose(text);
    if (text !== this.text || problems === undefined) return;
    this.showProblems(problems);
    if (problems.length === 0) this.#options.onUse(text, how, backward);
  }

  // ---- problems

  /** Underlines what is wrong, and says it. `later`: what is to be said once the proposals are closed. */
  showProblems(problems: readonly FilterProblem[], later: readonly FilterProblem[] = []): void {
    this.#problems = problems;
    this.#later = later;
    this.#layer.setText(this.text, problems);
    this.#layer.element.scrollLeft = this.input.scrollLeft;
    void this.#colour();
    this.input.setAttribute('aria-invalid', String(problems.length > 0));
    this.#showError();
  }
  /** Says the problem under the cursor, or the first one. */
  #showError(): void {
    const caret = this.input.selectionStart ?? 0;
    const problem = this.#problems.find((each) => each.start <= caret && caret <= each.end) ?? this.#problems[0];
    this.#error.hidden = problem === undefined;
    setText(this.#error, problem?.message ?? '');
    const fixes = problem?.fixes ?? [];
    this.#fixes.hidden = fixes.length === 0;
    this.#fixes.replaceChildren(...fixes.map((fix, i) => button(fix.title, { title: i === 0 ? `${fix.title} (Ctrl+.)` : fix.title }, () => this.#fix(fix))));
  }
  #fix({ start, end, text }: FilterFix): void {
    this.input.focus();
    this.#replace(start, end, text);
    this.#closePopup();
    // With Ctrl+. or a press the text has been read already: it is used at once.
    void this.#useNow('set', false);
  }

  // ---- colours and meanings

  async #colour(): Promise<void> {
    const { colours } = this.#options, { text } = this;
    if (colours === undefined || text === this.#coloured) return;
    this.#coloured = text;
    try {
      const found = text.trim() === '' ? [] : await colours(text);
      if (text === this.text) this.#layer.setColours(found);
    } catch { /* the text has no colours, then */ }
  }
  #pointerMoved({ clientX }: PointerEvent): void {
    clearTimeout(this.#hoverTimer);
    if (this.#options.hover === undefined) return;
    this.#hoverTimer = window.setTimeout(() => {
      const at = this.#layer.offsetAt(clientX);
      if (at === undefined) this.#endMeaning(); else void this.#showMeaning(at);
    }, HOVER_AFTER_MS);
  }
  async #showMeaning(at: number): Promise<void> {
    const { text } = this, asked = ++this.#asked;
    const found = await this.#options.hover?.(text, at).catch(() => undefined);
    if (asked !== this.#asked || text !== this.text) return;
    this.#meaning.hidden = found === undefined;
    setText(this.#meaning, found?.text ?? '');
  }
  #endMeaning(): void {
    clearTimeout(this.#hoverTimer);
    this.#asked++;
    this.#meaning.hidden = true;
  }

  // ---- completion

  #showPopup(title: 'Completions' | 'Earlier'): void {
    this.#active = -1;
    this.#shownFor = this.text;
    this.#popup.setAttribute('aria-label', title === 'Earlier' ? 'Used before' : title);
    this.#popup.replaceChildren(...this.#shown.map((option, index) => el('li', { role: 'option', id: `ph-${this.#options.id}-option-${index}`, 'data-index': index, 'aria-selected': 'false' },
      el('span', { class: `ph-option-kind ph-option-${option.kind}`, title: option.kind }, option.kind === 'earlier' ? '↺' : option.kind.slice(0, 1)), el('span', { class: 'ph-option-label' }, option.label), el('span', { class: 'ph-option-detail' }, option.detail))));
    this.#popup.hidden = this.#shown.length === 0;
    this.#popup.scrollTop = 0;
    this.input.setAttribute('aria-expanded', String(!this.#popup.hidden));
    this.input.removeAttribute('aria-activedescendant');
  }
  #closePopup(): void {
    this.#abort?.abort();
    this.#shown = [];
    this.#showPopup('Completions');
    if (this.#later.length > 0) this.showProblems([...this.#problems, ...this.#later].sort((a, b) => a.start - b.start));
  }
  /** Shows other completions; the one that somebody has gone to stays the one, if it is among them. */
  #show(options: readonly Option[]): void {
    const at = options.findIndex(({ label }) => label === this.#shown[this.#active]?.label);
    this.#shown = options;
    this.#showPopup('Completions');
    if (at >= 0) this.#setActive(at);
  }
  /** Somebody types on while new completions are on their way: of the old ones those stay that begin with what stands there now. */
  #narrow(): void {
    if (this.#popup.hidden) return;
    const { text } = this, old = this.#shownFor, grown = text.length - old.length;
    const fits = ({ start, end, insert }: Option): boolean => {
      const typed = text.slice(start, end + grown);
      return end + grown >= start && text.slice(0, start) === old.slice(0, start) && text.slice(end + grown) === old.slice(end) && insert.startsWith(typed) && insert !== typed;
    };
    const left = this.#shown.filter(fits);
    if (left.length === 0 || left[0]?.kind === 'earlier') { this.#closePopup(); return; }
    this.#show(left.map((option) => ({ ...option, end: option.end + grown })));
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
    const option = this.#shown[index];
    if (!option) return;
    if (option.kind === 'earlier') { this.setText(option.insert, 'entered'); return; }
    this.#later = [];
    this.#replace(option.start, option.end, option.insert);
    this.#closePopup();
    this.#edited();
  }
  /** Replaces a part of the text as typing would: what Ctrl+Z knows of. */
  #replace(start: number, end: number, text: string): void {
    const { input } = this;
    if (document.activeElement === input && (start !== end || text !== '')) {
      input.setSelectionRange(start, end);
      if (document.execCommand(text === '' ? 'delete' : 'insertText', false, text)) return;
    }
    input.setRangeText(text, start, end, 'end');
  }

  #key(event: KeyboardEvent): void {
    const open = !this.#popup.hidden;
    const count = this.#shown.length;
    if (event.key === 'ArrowDown' && open) this.#setActive((this.#active + 1) % count);
    else if (event.key === 'ArrowUp' && open) this.#setActive(this.#active <= 0 ? count - 1 : this.#active - 1);
    else if (event.key === ' ' && event.ctrlKey && event.shiftKey) { const at = this.input.selectionStart ?? 0; void this.#showMeaning(Math.max(0, at === this.text.length || /\s/.test(this.text[at] ?? '') ? at - 1 : at)); }
    else if (event.key === ' ' && event.ctrlKey) void this.#complete();
    else if (event.key === '.' && (event.ctrlKey || event.metaKey)) this.#fixes.querySelector('button')?.click();
    else if (event.key === 'Escape' && !this.#meaning.hidden) { this.#endMeaning(); event.stopPropagation(); }
    else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && this.text === '' && this.#options.earlier) { this.showEarlier(); if (this.#shown.length > 0) this.#setActive(0); else void this.#complete(); }
    else if (event.key === 'ArrowDown') void this.#complete();
    else if (event.key === 'Tab' && open && !event.shiftKey) this.#accept(Math.max(0, this.#active));
    else if (event.key === 'Enter') {
      if (open && this.#active >= 0) this.#accept(this.#active);
      else { this.#closePopup(); void this.#useNow('entered', event.shiftKey); }
    } else if (event.key === 'Escape' && open) { this.#closePopup(); event.stopPropagation(); }
    else if (event.key === 'Escape' && this.#options.onEscape) { this.#options.onEscape(); event.stopPropagation(); }
    else return;
    event.preventDefault();
  }
}
