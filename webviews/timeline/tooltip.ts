// What is under the pointer: for a call its name, time and, a moment later, its arguments; for a dense stretch its numbers.
import type { EventDetails } from '../../remote-agent/protocol/messages.ts';
import { el } from '../base/dom.ts';
import type { Host } from '../base/host.ts';
import { formatCount, formatDuration } from '../base/time.ts';
import { visibleText } from '../base/visible.ts';
import { NO_ROW, type BucketSummary } from './laneData.ts';

/** A call as the timeline knows it without asking. */
export interface HoveredSpan { readonly row: number; readonly name: string; readonly kind: string; readonly failed: boolean; readonly durationNs: number; /** It has not returned. */ readonly open: boolean; /** It began before, nobody knows when. */ readonly before: boolean; readonly timeText: string; readonly laneText: string }

const ASK_AFTER_MS = 80;
const CACHE_MAX = 300;
const ARGUMENTS_MAX = 400;

export class Tooltip {
  readonly element: HTMLElement;
  readonly #host: Host;
  readonly #cache = new Map<number, EventDetails>();
  #row = -1;
  #timer: number | undefined;
  #abort: AbortController | undefined;

  constructor(host: Host) {
    this.#host = host;
    this.element = el('div', { class: 'ph-tooltip', role: 'tooltip', 'data-testid': 'tooltip' });
    this.element.hidden = true;
  }
  /** Events of before mean nothing any more. */
  reset(): void { this.#cache.clear(); this.hide(); }

  hide(): void {
    this.element.hidden = true;
    this.#row = -1;
    this.#stopAsking();
  }

  showSpan(span: HoveredSpan, xCss: number, yCss: number): void {
    // Calls that are no events yet have one number among them, and nothing more can be asked of them.
    if (span.row === NO_ROW) {
      this.#stopAsking();
      this.#row = span.row;
      this.#renderSpan(span, undefined);
    } else if (span.row !== this.#row) {
      this.#stopAsking();
      this.#row = span.row;
      this.#renderSpan(span, this.#cache.get(span.row));
      if (!this.#cache.has(span.row)) this.#timer = window.setTimeout(() => void this.#ask(span), ASK_AFTER_MS);
    }
    this.#place(xCss, yCss);
  }
  showBucket(bucket: BucketSummary, timeText: string, laneText: string, xCss: number, yCss: number): void {
    this.#stopAsking();
    this.#row = -1;
    const widthText = formatDuration(bucket.range.endNs - bucket.range.startNs);
    const parts = bucket.byKind.map((entry) => el('li', {}, el('span', { class: `ph-swatch ph-kind-${entry.kind}` }), `${entry.kind} ${formatCount(entry.count)}`));
    if (bucket.failed > 0) parts.push(el('li', { class: 'ph-bad' }, `▲ failed ${formatCount(bucket.failed)}`));
    this.element.replaceChildren(el('div', { class: 'ph-muted' }, `${visibleText(laneText)} · ${timeText} · ${widthText}`), el('ul', {}, ...parts));
    this.#place(xCss, yCss);
  }
  showText(text: string, xCss: number, yCss: number): void {
    this.#stopAsking();
    this.#row = -1;
    this.element.replaceChildren(text);
    this.#place(xCss, yCss);
  }

  #renderSpan(span: HoveredSpan, details: EventDetails | undefined): void {
    const duration = span.open ? `${span.before ? 'more than ' : ''}${formatDuration(span.durationNs)}, still under way` : formatDuration(span.durationNs);
    const title = el('div', { class: 'ph-tooltip-title' }, el('span', { class: `ph-swatch ph-kind-${span.kind}` }), el('b', {}, visibleText(span.name)), el('span', { class: 'ph-muted' }, ` ${duration}`));
    const result = details?.result ?? '';
    if (result !== '') title.append(el('span', { class: span.failed ? 'ph-result ph-bad' : 'ph-result' }, visibleText(span.failed ? `▲ ${result}` : `= ${result}`)));
    else if (span.failed) title.append(el('span', { class: 'ph-result ph-bad' }, '▲ failed'));
    const info = visibleText(details?.info.trim() ?? '');
    this.element.replaceChildren(title,
      ...(info === '' ? [] : [el('div', { class: 'ph-tooltip-info' }, info.length > ARGUMENTS_MAX ? `${info.slice(0, ARGUMENTS_MAX)}…` : info)]),
      el('div', { class: 'ph-muted' }, `${span.before ? 'since before ' : ''}${span.timeText} · ${visibleText(span.laneText)}`));
  }

  async #ask(span: HoveredSpan): Promise<void> {
    this.#timer = undefined;
    this.#abort = new AbortController();
    try {
      const details = await this.#host.request('events/details', { row: span.row }, this.#abort.signal);
      if (this.#cache.size >= CACHE_MAX) this.#cache.delete(this.#cache.keys().next().value!);
      this.#cache.set(span.row, details);
      if (this.#row === span.row) this.#renderSpan(span, details);
    } catch { /* The tooltip says what it knows; the details pane says what is wrong. */ }
  }
  #stopAsking(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#abort?.abort();
    this.#abort = undefined;
  }

  /** Beside the pointer, inside the window. */
  #place(xCss: number, yCss: number): void {
    this.element.hidden = false;
    const { offsetWidth, offsetHeight } = this.element;
    const left = xCss + 14 + offsetWidth > window.innerWidth ? Math.max(4, xCss - offsetWidth - 10) : xCss + 14;
    const top = yCss + 18 + offsetHeight > window.innerHeight ? Math.max(4, yCss - offsetHeight - 10) : yCss + 18;
    this.element.style.left = `${left}px`;
    this.element.style.top = `${top}px`;
  }
}
