// What is unusual, as a list: each leads to its moment in the timeline.
import type { OverviewFinding } from '../../remote-agent/protocol/messages.ts';
import { button, el, setText } from '../base/dom.ts';
import { formatCount } from '../base/time.ts';
import { visibleText } from '../base/visible.ts';

/** Shown before somebody asks for more. */
const FEW = 10;
const SIGNS: Readonly<Record<OverviewFinding['severity'], { readonly sign: string; readonly word: string }>> = { bad: { sign: '▲', word: 'Bad' }, warn: { sign: '◆', word: 'Warning' }, note: { sign: '●', word: 'Note' } };

export class FindingList {
  readonly element: HTMLElement;
  readonly #list = el('ul', { class: 'ov-findings', 'data-testid': 'findings' });
  readonly #note = el('p', { class: 'ov-hint' });
  readonly #more: HTMLButtonElement;
  readonly #open: (finding: OverviewFinding) => void;
  #all = false;
  #last = '';
  #show: (() => void) | undefined;

  constructor(open: (finding: OverviewFinding) => void) {
    this.#open = open;
    this.#more = button('', { class: 'ov-more', 'data-testid': 'more-findings' }, () => { this.#all = !this.#all; this.#last = ''; this.#show?.(); });
    this.element = el('section', { class: 'ov-unusual', 'aria-label': 'What is unusual' }, el('h2', {}, 'What is unusual'), this.#list, this.#more, this.#note);
  }

  /** `at`: a time as text. `looking`: not all was looked at yet. */
  show(findings: readonly OverviewFinding[], total: number, untold: number, looking: boolean, at: (ns: number) => string): void {
    this.#show = () => { this.show(findings, total, untold, looking, at); };
    const shown = this.#all ? findings : findings.slice(0, FEW), key = JSON.stringify([shown, this.#all]);
    this.#more.hidden = findings.length <= FEW;
    setText(this.#more, this.#all ? 'Show fewer' : `Show all ${formatCount(findings.length)}`);
    this.#more.setAttribute('aria-expanded', String(this.#all));
    const left = total - findings.length;
    setText(this.#note, findings.length === 0 ? (looking ? 'Nothing so far.' : 'Nothing: no crash, no failing call, no look-up that failed, no slow call.') : left + untold > 0 ? `${formatCount(left + untold)} more are not listed; choose a shorter stretch of time.` : '');
    // Live: whoever reads or has the focus here is not disturbed where nothing has changed.
    if (key === this.#last) return;
    this.#last = key;
    const focused = this.#list.contains(document.activeElement) ? (document.activeElement as HTMLElement).dataset['key'] : undefined;
    this.#list.replaceChildren(...shown.map((finding) => this.#item(finding, at)));
    if (focused !== undefined) for (const each of this.#list.querySelectorAll('button')) if (each.dataset['key'] === focused) each.focus();
  }

  #item(finding: OverviewFinding, at: (ns: number) => string): HTMLElement {
    const { severity, title, container, process, detail, count, tsNs, lastNs } = finding, { sign, word } = SIGNS[severity];
    const who = [container, process].filter((text) => text !== '').map(visibleText).join(' · '), often = count === 1 ? '' : `${formatCount(count)} times`;
    const when = count === 1 || lastNs === tsNs ? at(tsNs) : `${at(tsNs)} – ${at(lastNs)}`;
    const main = button('', { class: 'ov-finding', 'data-key': `${finding.rule} ${finding.containerId} ${process} ${detail}`, 'aria-label': [`${word}: ${title}`, visibleText(detail), who, often, when].filter((text) => text !== '').join(', ') }, () => this.#open(finding));
    main.append(
      el('span', { class: 'ov-sign', 'aria-hidden': 'true' }, sign), el('span', { class: 'ov-what' }, el('b', {}, title), detail === '' ? '' : ' ', el('code', {}, visibleText(detail))), el('span', { class: 'ov-count' }, often),
      el('span', { class: 'ov-who' }, who), el('span', { class: 'ov-when' }, when),
    );
    return el('li', { class: `ov-${severity}` }, main);
  }
}
