// What surrounds the timeline: toolbar, banner of the link, status line with the legend.
import type { Kind, Status } from '../../remote-agent/protocol/messages.ts';
import { button, el, setText } from '../base/dom.ts';
import { KINDS } from '../base/palette.ts';
import { formatCount, formatDuration } from '../base/time.ts';
import type { TimeMode } from '../base/time.ts';
import { readLegend } from './legendFilter.ts';

export interface ChromeEvents {
  onFollow(): void;
  onWindow(followNs: number): void;
  onZoom(factor: number): void;
  onFit(): void;
  onTimeMode(mode: TimeMode): void;
  /** A part of the legend was pressed. */
  onLegend(what: Kind | 'failed'): void;
}
export type LinkState = 'connected' | 'reconnecting' | 'lost';
const WINDOWS: readonly (readonly [number, string])[] = [[5e9, '5 s'], [30e9, '30 s'], [120e9, '2 min'], [600e9, '10 min']];

export class Chrome {
  readonly toolbar: HTMLElement;
  /** Buttons of the toolbar, to which others add theirs. */
  readonly tools: HTMLElement;
  readonly banner: HTMLElement;
  readonly status: HTMLElement;
  readonly #legend: ReadonlyMap<Kind | 'failed', HTMLButtonElement>;
  readonly #follow: HTMLButtonElement;
  readonly #window: HTMLSelectElement;
  readonly #time: HTMLButtonElement;
  readonly #rangeText = el('span', { class: 'ph-status-range', 'data-testid': 'range' });
  readonly #countText = el('span', {});
  readonly #rateText = el('span', {});
  readonly #lossText = el('span', { class: 'ph-status-losses', 'data-testid': 'losses' });
  readonly #bannerText = el('span', {});
  /** The problem that the user has read and closed. */
  #closedProblem = '';
  #timeMode: TimeMode = 'clock';

  constructor(filter: HTMLElement, events: ChromeEvents) {
    this.#follow = button('Follow', { class: 'ph-toggle', 'data-testid': 'follow', 'aria-pressed': 'false', title: 'Keep showing the newest events (F)' }, () => events.onFollow());
    this.#window = el('select', { 'aria-label': 'How much to follow', title: 'How much to follow' }, ...WINDOWS.map(([ns, text]) => el('option', { value: ns }, `Last ${text}`)));
    this.#window.addEventListener('change', () => events.onWindow(Number(this.#window.value)));
    this.#time = button('Clock', { class: 'ph-toggle', title: 'Show times of day, or times since the start', 'data-testid': 'time-mode' }, () => events.onTimeMode(this.#timeMode === 'clock' ? 'relative' : 'clock'));
    this.toolbar = el('header', { class: 'ph-toolbar', role: 'toolbar', 'aria-label': 'Timeline' }, filter, this.tools = el('div', { class: 'ph-tools' }, this.#follow, this.#window, el('span', { class: 'ph-group' },
      button('−', { 'aria-label': 'Zoom out', title: 'Zoom out (− or S)' }, () => events.onZoom(2)),
      button('+', { 'aria-label': 'Zoom in', title: 'Zoom in (+ or W)' }, () => events.onZoom(0.5)),
      button('All', { title: 'Show everything (0)', 'data-testid': 'fit' }, () => events.onFit())), this.#time));
    this.banner = el('div', { class: 'ph-banner', role: 'status', 'data-testid': 'banner' }, this.#bannerText, button('×', { 'aria-label': 'Close this message', title: 'Close' }, () => { this.#closedProblem = this.#bannerText.textContent ?? ''; this.banner.hidden = true; }));
    this.banner.hidden = true;
    const part = (what: Kind | 'failed', mark: HTMLElement, title: string): HTMLButtonElement => {
      const made = button('', { title, 'aria-pressed': 'false', 'data-testid': `legend-${what}` }, () => events.onLegend(what));
      made.append(mark, what);
      return made;
    };
    this.#legend = new Map<Kind | 'failed', HTMLButtonElement>([...KINDS.map((kind) => [kind, part(kind, el('span', { class: `ph-swatch ph-kind-${kind}` }), `Show calls of this kind alone, or with those chosen already`)] as const), ['failed', part('failed', el('span', { class: 'ph-bad', 'aria-hidden': 'true' }, '▲'), 'Show failed calls alone')]]);
    const legend = el('ul', { class: 'ph-legend', 'aria-label': 'Colours of calls; press one to show its calls alone' }, ...[...this.#legend.values()].map((each) => el('li', {}, each)), el('li', {}, el('span', { class: 'ph-swatch ph-lost' }), 'lost'));
    this.status = el('footer', { class: 'ph-status', 'data-testid': 'status' }, el('span', { class: 'ph-status-texts' }, this.#rangeText, this.#countText, this.#rateText, this.#lossText), legend);
  }

  setLive(live: boolean): void { this.#follow.hidden = this.#window.hidden = !live; }
  setFollowing(following: boolean, followNs: number): void {
    this.#follow.setAttribute('aria-pressed', String(following));
    this.#window.value = String(followNs);
  }
  /** Shows which parts of the legend the filter asks for. */
  setFilter(filter: string): void {
    const { kinds, failed } = readLegend(filter);
    for (const [what, part] of this.#legend) part.setAttribute('aria-pressed', String(what === 'failed' ? failed : kinds.has(what)));
  }
  setTimeMode(mode: TimeMode): void {
    this.#timeMode = mode;
    setText(this.#time, mode === 'clock' ? 'Clock' : 'Relative');
    this.#time.setAttribute('aria-label', mode === 'clock' ? 'Times of day; press for times since the start' : 'Times since the start; press for times of day');
  }
  setRange(rangeText: string, spanNs: number): void { setText(this.#rangeText, `${rangeText} (${formatDuration(spanNs)})`); }
  /** Events in view that pass the filter. */
  setCount(events: number, errors: number): void { setText(this.#countText, `${formatCount(events)} ${events === 1 ? 'event' : 'events'}${errors > 0 ? `, ${formatCount(errors)} failed` : ''}`); }

  setStatus(status: Status, live: boolean): void {
    setText(this.#rateText, live ? `${formatCount(status.eventsPerSecond)} events/s` : '');
    const lost = status.losses.reduce((sum, loss) => sum + loss.count, 0);
    setText(this.#lossText, lost > 0 ? `${formatCount(lost)} lost` : 'nothing lost');
    this.#lossText.classList.toggle('ph-some', lost > 0);
    this.#lossText.title = status.losses.filter((loss) => loss.count > 0).map((loss) => `${loss.cause}: ${formatCount(loss.count)}`).join('\n');
  }

  /** The link's state, or else the first problem of the session. */
  setBanner(link: LinkState, text: string, problem: string): void {
    this.banner.hidden = link === 'connected' && (problem === '' || problem === this.#closedProblem);
    this.banner.className = `ph-banner ph-banner-${link === 'connected' ? 'problem' : link}`;
    setText(this.#bannerText, link === 'connected' ? problem : text);
  }
}
