// The chart of pinned metrics over one axis of time: one row each, with a scale of its own. A stretch of it is chosen by dragging, or by keys.
import type { Metric } from '../../remote-agent/engine/overview/metrics.ts';
import { el, setAttributes, setText } from '../base/dom.ts';
import type { Clock, TimeMode } from '../base/time.ts';
import { describe, formatTotal, formatValue, outline, peakOf, type Series } from './model.ts';

const SVG = 'http://www.w3.org/2000/svg';
const ROW = 56, AXIS = 22;
/** A shorter drag is a click. */
const DRAG_PX = 4;

export interface Stretch { readonly startNs: number; readonly endNs: number }
export interface ChartEvents { /** undefined: all of it again. */ brush(stretch: Stretch | undefined): void; open(stretch: Stretch): void; unpin(metric: Metric): void }
export interface ChartData extends Stretch { readonly pointNs: number; readonly rows: readonly { readonly metric: Metric; readonly series: Series }[] }

function svg<K extends keyof SVGElementTagNameMap>(tag: K, attributes: Readonly<Record<string, string | number>>): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, tag);
  setAttributes(element, attributes);
  return element;
}

export class Chart {
  readonly element: HTMLElement;
  readonly #labels = el('ul', { class: 'ov-chart-labels' });
  readonly #plot = el('div', { class: 'ov-plot', tabindex: 0, role: 'slider', 'aria-valuemin': 0, 'data-testid': 'plot' });
  readonly #picture = svg('svg', { 'aria-hidden': 'true' });
  readonly #read = el('p', { class: 'ov-read', 'data-testid': 'reading' });
  readonly #events: ChartEvents;
  #data: ChartData = { startNs: 0, endNs: 0, pointNs: 1, rows: [] };
  #clock: Clock;
  #mode: TimeMode = 'clock';
  #brush: Stretch | undefined;
  #drag: { fromNs: number; toNs: number; px: number } | undefined;
  /** The point under the pointer or chosen by keys; -1: none. */
  #cursor = -1;
  #anchor = -1;

  constructor(clock: Clock, events: ChartEvents) {
    this.#clock = clock;
    this.#events = events;
    this.#plot.append(this.#picture);
    this.element = el('section', { class: 'ov-chart', 'aria-label': 'Pinned metrics over time' }, this.#labels, this.#plot, this.#read);
    this.#plot.addEventListener('pointerdown', (event) => { if (event.button === 0) { this.#plot.setPointerCapture(event.pointerId); const ns = this.#nsAt(event); this.#drag = { fromNs: ns, toNs: ns, px: event.clientX }; } });
    this.#plot.addEventListener('pointermove', (event) => this.#move(event));
    this.#plot.addEventListener('pointerup', (event) => this.#drop(event));
    this.#plot.addEventListener('pointercancel', () => { this.#drag = undefined; this.draw(); });
    this.#plot.addEventListener('pointerleave', () => { if (document.activeElement !== this.#plot) { this.#cursor = -1; this.draw(); } });
    this.#plot.addEventListener('dblclick', () => { if (this.#brush !== undefined) this.#events.open(this.#brush); });
    this.#plot.addEventListener('keydown', (event) => this.#key(event));
    this.#plot.addEventListener('blur', () => { this.#cursor = -1; this.draw(); });
    new ResizeObserver(() => this.draw()).observe(this.#plot);
  }

  setClock(clock: Clock, mode: TimeMode): void { this.#clock = clock; this.#mode = mode; this.draw(); }
  show(data: ChartData, brush: Stretch | undefined): void { this.#data = data; this.#brush = brush; this.draw(); }
  get points(): number { return Math.max(0, ...this.#data.rows.map(({ series }) => series.values.length)); }
  /** Where a time is, CSS pixels from the plot's left edge; for tests. */
  xOfNs(ns: number): number { return this.#x(ns, this.#plot.clientWidth); }

  #x(ns: number, width: number): number { const { startNs, endNs } = this.#data; return endNs <= startNs ? 0 : (ns - startNs) / (endNs - startNs) * width; }
  #nsAt(event: PointerEvent): number {
    const { left, width } = this.#plot.getBoundingClientRect(), { startNs, endNs } = this.#data;
    return startNs + Math.min(1, Math.max(0, (event.clientX - left) / Math.max(1, width))) * (endNs - startNs);
  }
  #pointAt(ns: number): number { return Math.min(this.points - 1, Math.max(0, Math.floor((ns - this.#data.startNs) / this.#data.pointNs))); }
  #stretchOf(a: number, b: number): Stretch {
    const { startNs, endNs, pointNs } = this.#data, from = Math.min(a, b), to = Math.max(a, b) + 1;
    return { startNs: startNs + from * pointNs, endNs: Math.min(endNs, startNs + to * pointNs) };
  }

  #move(event: PointerEvent): void {
    const ns = this.#nsAt(event);
    if (this.#drag !== undefined) this.#drag.toNs = ns;
    this.#cursor = this.#pointAt(ns);
    this.draw();
  }
  #drop(event: PointerEvent): void {
    const drag = this.#drag;
    this.#drag = undefined;
    if (drag === undefined) return;
    if (Math.abs(event.clientX - drag.px) < DRAG_PX) { if (this.#brush !== undefined) this.#events.brush(undefined); return; }
    this.#events.brush(this.#stretchOf(this.#pointAt(drag.fromNs), this.#pointAt(this.#nsAt(event))));
  }
  #key(event: KeyboardEvent): void {
    const { points } = this, to = { ArrowLeft: this.#cursor - 1, ArrowRight: this.#cursor + 1, PageUp: this.#cursor - 10, PageDown: this.#cursor + 10, Home: 0, End: points - 1 }[event.key];
    if (to !== undefined && points > 0) {
      const before = this.#cursor;
      this.#cursor = Math.min(points - 1, Math.max(0, to));
      if (event.shiftKey) {
        if (this.#anchor < 0) this.#anchor = Math.max(0, before);
        this.#events.brush(this.#stretchOf(this.#anchor, this.#cursor));
      } else this.#anchor = -1;
      this.draw();
    } else if (event.key === 'Enter' && points > 0) this.#events.open(this.#brush ?? (this.#cursor < 0 ? this.#data : this.#stretchOf(this.#cursor, this.#cursor)));
    else if (event.key === 'Escape') { this.#anchor = -1; this.#events.brush(undefined); } else return;
    event.preventDefault();
  }

  draw(): void {
    const { rows, startNs, endNs, pointNs } = this.#data, width = Math.max(1, this.#plot.clientWidth), height = rows.length * ROW + AXIS;
    setAttributes(this.#picture, { viewBox: `0 0 ${width} ${height}`, width, height });
    const parts: SVGElement[] = [];
    const axis = this.#clock.axis(startNs, endNs, width, this.#mode, 90);
    for (const { ns, text } of axis.ticks) {
      const x = this.#x(ns, width);
      parts.push(svg('line', { class: 'ov-grid', x1: x, x2: x, y1: 0, y2: height - AXIS + 4 }));
      const label = svg('text', { class: 'ov-tick', x: Math.min(x, width - 4), y: height - 5, 'text-anchor': x < 24 ? 'start' : x > width - 30 ? 'end' : 'middle' });
      label.textContent = text;
      parts.push(label);
    }
    rows.forEach(({ metric, series }, row) => {
      const group = svg('g', { class: `ov-row ov-cat-${metric.category}${metric.bad === true ? ' ov-bad' : ''}`, transform: `translate(0 ${row * ROW + 6})` });
      group.append(svg('path', { d: outline(series.values, width, ROW - 8) }), svg('line', { class: 'ov-base', x1: 0, x2: width, y1: ROW - 7.5, y2: ROW - 7.5 }));
      parts.push(group);
    });
    const brush = this.#drag === undefined || Math.abs(this.#x(this.#drag.toNs, width) - this.#x(this.#drag.fromNs, width)) < DRAG_PX ? this.#brush : this.#stretchOf(this.#pointAt(this.#drag.fromNs), this.#pointAt(this.#drag.toNs));
    if (brush !== undefined) {
      const from = Math.max(0, this.#x(brush.startNs, width)), to = Math.min(width, this.#x(brush.endNs, width));
      parts.push(svg('rect', { class: 'ov-outside', x: 0, y: 0, width: Math.max(0, from), height: height - AXIS }), svg('rect', { class: 'ov-outside', x: to, y: 0, width: Math.max(0, width - to), height: height - AXIS }), svg('rect', { class: 'ov-brush', x: from + 0.5, y: 0.5, width: Math.max(1, to - from - 1), height: height - AXIS - 1 }));
    }
    if (this.#cursor >= 0 && this.#cursor < this.points) { const x = this.#x(startNs + (this.#cursor + 0.5) * pointNs, width); parts.push(svg('line', { class: 'ov-cursor', x1: x, x2: x, y1: 0, y2: height - AXIS })); }
    this.#picture.replaceChildren(...parts);
    this.#write();
  }

  /** Labels, and what is under the cursor, in words. */
  #write(): void {
    const { rows, startNs, endNs, pointNs } = this.#data, at = (point: number): string => this.#time(startNs + point * pointNs);
    const wanted = rows.map(({ metric }) => metric.id).join(' ');
    if (this.#labels.dataset['of'] !== wanted) {
      this.#labels.dataset['of'] = wanted;
      this.#labels.replaceChildren(...rows.map(({ metric }) => {
        const off = el('button', { type: 'button', class: 'ov-unpin', 'aria-label': `Take ${metric.name} off the chart`, title: 'Take off the chart' }, '×');
        off.addEventListener('click', () => this.#events.unpin(metric));
        return el('li', { class: `ov-cat-${metric.category}${metric.bad === true ? ' ov-bad' : ''}` }, el('span', { class: 'ov-key', 'aria-hidden': 'true' }), el('span', { class: 'ov-label' }, metric.name), el('span', { class: 'ov-scale' }), off);
      }));
    }
    rows.forEach(({ metric, series }, row) => {
      const peak = peakOf(series.values), label = this.#labels.children[row]?.querySelector('.ov-scale');
      if (label) setText(label, peak < 0 ? 'none' : `${formatTotal(metric, series)}, at most ${formatValue(metric, series.values[peak] as number)}`);
    });
    const point = this.#cursor, read = point < 0 || point >= this.points ? '' : `${at(point)}: ${rows.map(({ metric, series }) => `${metric.name} ${formatValue(metric, series.values[point] ?? 0)}`).join(', ')}`;
    const chosen = this.#brush === undefined ? '' : `Chosen: ${this.#time(this.#brush.startNs)} to ${this.#time(this.#brush.endNs)}. `;
    setText(this.#read, read !== '' ? read : rows.length === 0 ? 'Pin a tile to see it here.' : `${chosen}Drag over the chart to choose a stretch of time; arrow keys go along, Shift and arrow keys choose.`);
    setAttributes(this.#plot, {
      'aria-valuemax': Math.max(0, this.points - 1), 'aria-valuenow': Math.max(0, point), 'aria-valuetext': `${chosen}${read !== '' ? read : `${this.#time(startNs)} to ${this.#time(endNs)}`}`,
      'aria-label': `Chart. ${rows.map(({ metric, series }) => describe(metric, series, at)).join('. ')}. Enter shows it in the timeline, Escape takes back what was chosen.`,
    });
  }
  #time(ns: number): string { const span = this.#data.endNs - this.#data.startNs; return this.#clock.format(ns, this.#mode, span >= 60e9 ? 0 : span >= 60e6 ? 3 : 6); }
}
