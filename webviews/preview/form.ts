// What the chisel runs on and with which arguments: a form out of the chisel's own description. What is changed is told after a pause, or with Enter.
import { button, el, setAttributes, setText } from '../base/dom.ts';
import type { Extent, PreviewChoice, PreviewState } from '../protocol/preview.ts';

const PAUSE_MS = 500;
const EXTENTS: readonly { readonly kind: Extent['kind']; readonly label: string; readonly live: 'only' | 'also' | 'never' }[] = [
  { kind: 'live', label: 'Live: from now on', live: 'only' }, { kind: 'all', label: 'All events', live: 'also' }, { kind: 'first', label: 'First events', live: 'also' }, { kind: 'range', label: 'Range of time', live: 'also' },
];

export class Form {
  readonly element: HTMLFormElement;
  readonly #source = el('select', { 'data-testid': 'source' });
  readonly #extent = el('select', { 'data-testid': 'extent' });
  readonly #first = el('input', { type: 'number', min: 1, step: 1, 'aria-label': 'How many events', 'data-testid': 'first' });
  readonly #from = el('input', { type: 'number', min: 0, step: 'any', 'aria-label': 'From, seconds after the first event', 'data-testid': 'from' });
  readonly #to = el('input', { type: 'number', min: 0, step: 'any', 'aria-label': 'To, seconds after the first event', 'data-testid': 'to' });
  readonly #range = el('span', { class: 'pv-range' }, this.#from, '–', this.#to, 's');
  readonly #filter = el('input', { type: 'text', spellcheck: 'false', autocomplete: 'off', placeholder: 'none', 'data-testid': 'filter' });
  readonly #values = el('div', { class: 'pv-values' });
  readonly #onChoose: (choice: PreviewChoice) => void;
  #state: PreviewState | undefined;
  #declared = '';
  #timer: number | undefined;

  constructor(onChoose: (choice: PreviewChoice) => void, onTimelineFilter: () => void) {
    this.#onChoose = onChoose;
    const field = (label: string, id: string, control: HTMLElement, ...more: HTMLElement[]): HTMLElement => { control.id = id; return el('div', { class: 'pv-field' }, el('label', { for: id }, label), el('div', { class: 'pv-controls' }, control, ...more)); };
    this.element = el('form', { class: 'pv-form', 'aria-label': 'What the chisel runs on' },
      field('On', 'pv-source', this.#source), field('Events', 'pv-extent', this.#extent, this.#first, this.#range),
      field('Filter', 'pv-filter', this.#filter, button('As timeline', { class: 'pv-small', title: 'Take the filter that the timeline shows' }, onTimelineFilter)), this.#values);
    this.element.addEventListener('submit', (event) => { event.preventDefault(); this.#tell(); });
    this.element.addEventListener('change', () => { this.#showExtent(); this.#tell(); });
    this.element.addEventListener('input', (event) => { if (event.target instanceof HTMLInputElement) this.#later(); });
  }

  /** Shows the choice, but does not touch what somebody is typing in. */
  show(state: PreviewState): void {
    this.#state = state;
    const { choice, sources, source, extent, args } = state;
    const live = sources.find((each) => each.id === source)?.live === true;
    fill(this.#source, sources.map((each) => [each.id, `${each.title}${each.live ? ' (live)' : ''}`]), source, 'Nothing is open');
    this.#source.disabled = sources.length === 0;
    fill(this.#extent, EXTENTS.filter((each) => each.live !== 'only' || live).map((each) => [each.kind, each.label]), extent.kind);
    const seconds = sources.find((each) => each.id === source)?.seconds ?? 0;
    set(this.#first, String(extent.kind === 'first' ? extent.events : 10_000));
    set(this.#from, String(extent.kind === 'range' ? extent.fromS : 0));
    set(this.#to, String(extent.kind === 'range' ? extent.toS : Math.max(0.001, Math.ceil(seconds * 1000) / 1000)));
    set(this.#filter, choice.filter);
    this.#showExtent();
    const declared = JSON.stringify(args);
    if (declared !== this.#declared) { this.#declared = declared; this.#make(state); }
    this.#inputs().forEach((input, i) => set(input, choice.values[i] ?? ''));
    this.#check();
  }
  focus(): void { (this.#inputs()[0] ?? this.#filter).focus(); }

  #make({ args }: PreviewState): void {
    this.#values.replaceChildren(...args.map((argument, i) => {
      const id = `pv-value-${i}`, numeric = /^(?:int|integer|number)$/i.test(argument.type);
      const input = el('input', { id, type: 'text', spellcheck: 'false', autocomplete: 'off', inputmode: numeric ? 'decimal' : undefined, 'data-testid': `value-${argument.name}`, required: !argument.optional, placeholder: argument.optional ? 'optional' : argument.type || 'text', 'aria-describedby': `${id}-about` });
      return el('div', { class: 'pv-field' }, el('label', { for: id }, argument.name, ...(argument.optional ? [] : [el('span', { class: 'pv-needed', title: 'needed' }, '*')])),
        el('div', { class: 'pv-controls' }, input), el('div', { class: 'pv-about', id: `${id}-about` }, `${argument.description}${argument.type === '' ? '' : ` [${argument.type}]`}`));
    }));
  }
  #inputs(): HTMLInputElement[] { return [...this.#values.querySelectorAll('input')]; }
  #check(): void {
    this.#inputs().forEach((input, i) => {
      const argument = this.#state?.args[i];
      const wrong = argument !== undefined && (input.value === '' ? !argument.optional : /^(?:int|integer|number)$/i.test(argument.type) && (input.value.trim() === '' || !Number.isFinite(Number(input.value))));
      setAttributes(input, { 'aria-invalid': wrong ? 'true' : undefined });
    });
  }
  #showExtent(): void {
    this.#first.hidden = this.#extent.value !== 'first';
    this.#range.hidden = this.#extent.value !== 'range';
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.#check();
    this.#timer = window.setTimeout(() => this.#tell(), PAUSE_MS);
  }
  #tell(): void {
    clearTimeout(this.#timer);
    const state = this.#state;
    if (state === undefined) return;
    const { choice } = state;
    const session = this.#source.value === state.source ? choice.session : this.#source.value;
    const extent = this.#extentNow();
    const live = state.sources.find((each) => each.id === state.source)?.live === true;
    // What goes without saying is not kept: on another session something else does.
    const usual = extent?.kind === (live ? 'live' : 'all');
    const asBefore = extent === undefined || JSON.stringify(extent) === JSON.stringify(state.extent);
    this.#onChoose({
      session, filter: this.#filter.value, values: this.#inputs().map((input) => input.value), json: choice.json, profile: choice.profile,
      // Another session has its own.
      ...(session !== choice.session || usual ? {} : asBefore ? (choice.extent === undefined ? {} : { extent: choice.extent }) : { extent }),
    });
  }
  #extentNow(): Extent | undefined {
    const kind = this.#extent.value;
    if (kind === 'first') { const events = Number(this.#first.value); return events >= 1 ? { kind, events: Math.floor(events) } : undefined; }
    if (kind === 'range') { const fromS = Number(this.#from.value), toS = Number(this.#to.value); return this.#to.value !== '' && toS >= fromS ? { kind, fromS, toS } : undefined; }
    return kind === 'live' || kind === 'all' ? { kind } : undefined;
  }
}

function set(input: HTMLInputElement, value: string): void { if (document.activeElement !== input && input.value !== value) input.value = value; }
function fill(select: HTMLSelectElement, options: readonly (readonly [value: string, label: string])[], value: string, none = ''): void {
  const wanted = options.length === 0 ? [['', none] as const] : options;
  if (select.length !== wanted.length || wanted.some(([v, label], i) => select.options[i]?.value !== v || select.options[i].text !== label)) select.replaceChildren(...wanted.map(([v, label]) => { const option = el('option', { value: v }); setText(option, label); return option; }));
  if (select.value !== value) select.value = value;
}
