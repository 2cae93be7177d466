// The details pane: everything about the selected event, as text nodes, and buttons that copy it or turn it into a filter.
import type { EventDetails } from '../../remote-agent/protocol/messages.ts';
import { bytesOf } from '../base/columns.ts';
import { button, el } from '../base/dom.ts';
import { formatBytes, formatDuration } from '../base/time.ts';
import { visibleText } from '../base/visible.ts';
import type { Clock } from '../base/time.ts';
import { argumentCondition, condition, filterOf, hexDump, jsonOf, plainText, textOf } from './eventText.ts';

export interface DetailsEvents {
  onCopy(text: string, what: string): void;
  /** Adds a condition to the filter. */
  onFilter(condition: string): void;
}

export class DetailsPane {
  readonly element: HTMLElement;
  readonly #events: DetailsEvents;
  #clock: Clock;
  #showsHex = false;

  constructor(events: DetailsEvents, clock: Clock) {
    this.#events = events;
    this.#clock = clock;
    this.element = el('section', { class: 'ph-details', 'aria-label': 'Details of the selected event', 'data-testid': 'details', tabindex: 0 });
    this.showNothing();
  }
  setClock(clock: Clock): void { this.#clock = clock; }

  showNothing(): void {
    this.element.removeAttribute('data-row');
    this.element.replaceChildren(el('p', { class: 'ph-hint' }, 'Select a call on the timeline or in the list: its arguments, result, thread and data are shown here.'));
  }
  showLoading(row: number): void {
    if (this.element.getAttribute('data-row') === String(row)) return;
    this.element.removeAttribute('data-row');
    this.element.replaceChildren(el('p', { class: 'ph-hint' }, 'Loading…'));
  }
  showError(message: string): void {
    this.element.removeAttribute('data-row');
    this.element.replaceChildren(el('p', { class: 'ph-hint ph-bad' }, message));
  }

  show(event: EventDetails): void {
    const scrolledCss = this.element.getAttribute('data-row') === String(event.row) ? this.element.scrollTop : 0;
    this.element.setAttribute('data-row', String(event.row));
    const who: readonly Row[] = [
        ['process', event.comm, condition('proc.name', event.comm), ''], ['pid', String(event.pid), condition('proc.pid', event.pid), ''], ['thread', String(event.tid), condition('thread.tid', event.tid), ''],
        ['executable', event.exepath, event.exepath === '' ? '' : condition('proc.exepath', event.exepath), ''], ['directory', event.cwd, '', ''], ['user', event.user, event.user === '' ? '' : condition('user.name', event.user), ''],
        ['container', event.container === '' ? 'host' : event.container, event.container === '' ? '' : condition('container.name', event.container), event.containerId], ['image', event.image, event.image === '' ? '' : condition('container.image', event.image), ''],
    ];
    this.element.replaceChildren(
      this.#head(event),
      section('Arguments', event.parameters.length === 0 ? el('p', { class: 'ph-hint' }, 'None.') : this.#table(event.parameters.map((each) => [each.name, each.value, argumentCondition(each), each.type]))),
      section('When', this.#table([
        ['time', this.#clock.formatFull(event.startNs), '', ''], ['epoch', `${event.epochNs} ns`, '', ''], ['duration', event.durationNs > 0 ? formatDuration(event.durationNs) : 'not known', '', event.durationNs >= 1000 ? `${event.durationNs} ns` : ''],
        ['event', `#${event.num}`, '', ''], ['cpu', String(event.cpu), condition('evt.cpu', event.cpu), ''],
      ])),
      section('Who', this.#table(who.filter((row) => row[1] !== ''))),
    );
    if (event.fd) this.element.append(section('Descriptor', this.#table([
      ['number', String(event.fd.fd), condition('fd.num', event.fd.fd), ''], ['kind', event.fd.kind, '', ''], ['name', event.fd.name, event.fd.name === '' ? '' : condition('fd.name', event.fd.name), ''],
    ])));
    if (event.data) this.element.append(this.#data(bytesOf(event.data)));
    if (event.ancestors.length > 0) {
      this.element.append(section('Ancestors', el('ol', { class: 'ph-ancestors' }, ...event.ancestors.map((each) => el('li', {}, el('b', {}, visibleText(each.comm)), ` ${each.pid} `, el('code', {}, visibleText(each.cmdline)))))));
    }
    this.element.scrollTop = scrolledCss;
  }

  #head(event: EventDetails): HTMLElement {
    const { onCopy, onFilter } = this.#events;
    const title = el('h2', {}, el('span', { class: `ph-swatch ph-kind-${event.kind}`, title: event.kind }), el('span', { class: 'ph-call' }, visibleText(event.name)), el('span', { class: 'ph-muted' }, ` ${event.kind}${event.category !== '' && event.category !== event.kind ? ` · ${event.category}` : ''}`));
    const outcome = el('div', { class: 'ph-outcome' });
    if (event.result !== '') outcome.append(el('span', { class: event.failed ? 'ph-result ph-bad' : 'ph-result', 'data-testid': 'result' }, visibleText(event.failed ? `▲ ${event.result}` : event.result)));
    if (event.durationNs > 0) outcome.append(el('span', { class: 'ph-muted' }, `in ${formatDuration(event.durationNs)}`));
    return el('header', {}, el('div', { class: 'ph-details-title' }, title, outcome), el('div', { class: 'ph-actions' },
      button('Filter to this', { title: 'Show only calls like this one' }, () => onFilter(filterOf(event))),
      button('Copy filter', {}, () => onCopy(filterOf(event), 'filter')),
      button('Copy text', {}, () => onCopy(textOf(event, this.#clock), 'text')),
      button('Copy JSON', {}, () => onCopy(jsonOf(event), 'JSON')),
    ));
  }

  #table(rows: readonly Row[]): HTMLElement {
    return el('dl', { class: 'ph-fields' }, ...rows.flatMap(([name, value, filter, note]) => {
      const cell = el('dd', { 'data-field': name }, el('span', { class: 'ph-value' }, visibleText(value)));
      if (note !== '') cell.append(el('span', { class: 'ph-note' }, ` ${visibleText(note)}`));
      if (filter !== '') cell.append(button('+', { class: 'ph-add', title: `Add to the filter: ${visibleText(filter)}`, 'aria-label': `Add to the filter: ${visibleText(filter)}` }, () => this.#events.onFilter(filter)));
      return [el('dt', {}, name), cell];
    }));
  }

  #data(bytes: Uint8Array): HTMLElement {
    const view = el('pre', { class: 'ph-data', tabindex: 0, 'data-testid': 'data' });
    const toggle = button('', { class: 'ph-link' }, () => { this.#showsHex = !this.#showsHex; render(); });
    const render = (): void => {
      view.textContent = this.#showsHex ? hexDump(bytes) : plainText(bytes);
      toggle.textContent = this.#showsHex ? 'Show as text' : 'Show as hex';
    };
    render();
    const result = section(`Data, ${formatBytes(bytes.length)} captured`, view);
    result.querySelector('h3')!.append(toggle);
    return result;
  }
}

/** Name, value, condition for the filter or '', note or ''. */
type Row = readonly [string, string, string, string];

function section(title: string, content: Node): HTMLElement { return el('section', {}, el('h3', {}, title), content); }
