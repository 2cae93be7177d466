// The strip above the lanes: all of the history at once, with the part in view as a window that can be dragged, widened and moved by keys.
import type { ViewportResult } from '../../remote-agent/protocol/messages.ts';
import { el } from '../base/dom.ts';
import type { Theme } from '../base/theme.ts';
import { FAILED, paintDensity, unpackLane } from './laneData.ts';
import type { DensityData, LaneData } from './laneData.ts';
import { spanX, xOfNs } from './layout.ts';
import type { Range, TimelineModel } from './model.ts';

export const STRIP_CSS = 30;
/** This close to an edge of the window the pointer moves the edge. */
const EDGE_CSS = 5;
/** A window is drawn no narrower, so that it can be seen and caught. */
const WINDOW_MIN_CSS = 6;
const PAN_SHARE = 0.15;

export interface StripEvents {
  /** The range in view was changed here. */
  onMoved(): void;
  /** A range in words, for those who cannot see it. */
  describe(range: Range): string;
}
/** What is drawn beside the density. */
export interface StripMarks { readonly chosen: Range | undefined; readonly bookmarks: readonly Range[]; readonly stale: boolean }

type Grip = { readonly kind: 'window'; readonly offsetNs: number } | { readonly kind: 'edge'; readonly otherNs: number };

export class Strip {
  readonly element: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  model: TimelineModel;
  marks: StripMarks = { chosen: undefined, bookmarks: [], stale: false };
  readonly #events: StripEvents;
  readonly #context: CanvasRenderingContext2D;
  #theme: Theme;
  #data: LaneData | undefined;
  #picture: HTMLCanvasElement | undefined;
  #widthCss = 0;
  #frame = 0;

  constructor(model: TimelineModel, theme: Theme, events: StripEvents) {
    this.model = model;
    this.#theme = theme;
    this.#events = events;
    this.canvas = el('canvas', { class: 'ph-strip-canvas', role: 'slider', tabindex: 0, 'aria-label': 'Part of the history that is in view', 'aria-orientation': 'horizontal', 'aria-valuemin': 0, 'aria-valuemax': 100, title: 'All of the history. Drag the window to move it, its edges to widen it; click to go somewhere.', 'data-testid': 'strip' });
    this.#context = this.canvas.getContext('2d', { alpha: false })!;
    this.element = el('div', { class: 'ph-strip' }, this.canvas);
    new ResizeObserver(() => this.#resize()).observe(this.element);
    this.#bindPointer();
    this.canvas.addEventListener('keydown', (event) => this.#key(event));
  }

  get painting(): boolean { return this.#frame !== 0; }
  get widthCss(): number { return this.#widthCss; }
  /** Shown at all: a low window has no room for it. */
  get shown(): boolean { return this.#widthCss > 0; }

  setTheme(theme: Theme): void { this.#theme = theme; this.#picture = undefined; this.invalidate(); }
  clear(): void { this.#data = undefined; this.#picture = undefined; this.invalidate(); }
  take(result: ViewportResult): void {
    const lane = result.lanes.find(({ id }) => id === 'h');
    this.#data = lane && unpackLane(lane, result);
    this.#picture = undefined;
    this.invalidate();
  }
  invalidate(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => { this.#frame = 0; this.#paint(); });
  }

  // ---- where things are: the history fills the strip

  get #span(): Range {
    const { history } = this.model;
    return { startNs: history.startNs, endNs: Math.max(history.endNs, history.startNs + 1e6) };
  }
  #xOf(ns: number): number { return xOfNs(this.#span, this.#widthCss, ns); }
  #nsOf(xCss: number): number { const { startNs, endNs } = this.#span; return startNs + xCss / Math.max(1, this.#widthCss) * (endNs - startNs); }
  #window(): { readonly x: number; readonly width: number } {
    const { range } = this.model;
    const from = Math.max(0, Math.min(this.#widthCss, this.#xOf(range.startNs))), to = Math.max(0, Math.min(this.#widthCss, this.#xOf(range.endNs)));
    const width = Math.max(WINDOW_MIN_CSS, to - from);
    return { x: Math.max(0, Math.min(this.#widthCss - width, (from + to - width) / 2)), width };
  }

  // ---- painting

  #resize(): void {
    const widthCss = this.element.clientWidth, ratio = window.devicePixelRatio || 1;
    if (widthCss === this.#widthCss) return;
    this.#widthCss = widthCss;
    this.canvas.width = Math.round(widthCss * ratio);
    this.canvas.height = Math.round(STRIP_CSS * ratio);
    this.#paint();
  }
  #paint(): void {
    if (this.#widthCss <= 0) return;
    const c = this.#context, theme = this.#theme, ratio = this.canvas.width / this.#widthCss, span = this.#span, width = this.#widthCss;
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    c.fillStyle = theme.background;
    c.fillRect(0, 0, width, STRIP_CSS);
    c.globalAlpha = this.marks.stale ? 0.55 : 1;
    if (this.#data?.mode === 'density') this.#paintDensity(this.#data);
    else if (this.#data) {
      const { count, startNs, durationNs, kinds } = this.#data;
      for (let i = 0; i < count; i++) {
        const { x, width: long } = spanX(span, width, startNs[i]!, startNs[i]! + durationNs[i]!);
        c.fillStyle = (kinds[i]! & FAILED) !== 0 ? theme.palette.error : theme.kindColours[kinds[i]! & (FAILED - 1)] ?? theme.dim;
        c.fillRect(x, STRIP_CSS / 2, long, STRIP_CSS / 2);
      }
    }
    c.globalAlpha = 1;
    const { x, width: wide } = this.#window();
    // What is out of view is dimmed; an outline says it in high contrast, too.
    c.fillStyle = theme.background;
    c.globalAlpha = 0.55;
    c.fillRect(0, 0, x, STRIP_CSS);
    c.fillRect(x + wide, 0, width, STRIP_CSS);
    c.globalAlpha = 1;
    for (const mark of this.marks.bookmarks) {
      const at = spanX(span, width, mark.startNs, mark.endNs);
      c.fillStyle = theme.foreground;
      c.fillRect(at.x, 0, at.width, 3);
      c.fillRect(at.x, 0, 1, 9);
    }
    if (this.marks.chosen) {
      const at = spanX(span, width, this.marks.chosen.startNs, this.marks.chosen.endNs);
      c.fillStyle = theme.accent;
      c.fillRect(at.x, STRIP_CSS - 4, at.width, 4);
    }
    c.strokeStyle = theme.accent;
    c.lineWidth = 1.5;
    c.strokeRect(x + 0.75, 0.75, Math.max(1, wide - 1.5), STRIP_CSS - 1.5);
    c.fillStyle = theme.accent;
    if (wide > 16) for (const edge of [x + 1, x + wide - 3]) c.fillRect(edge, STRIP_CSS / 2 - 5, 2, 10);
    this.#say();
  }
  #paintDensity(data: DensityData): void {
    const c = this.#context;
    if (!this.#picture) {
      const heightPx = this.canvas.height;
      this.#picture = document.createElement('canvas');
      this.#picture.width = Math.max(1, data.buckets);
      this.#picture.height = heightPx;
      if (data.buckets > 0) this.#picture.getContext('2d')!.putImageData(new ImageData(new Uint8ClampedArray(paintDensity(data, heightPx, data.peak, this.#theme.kindPixels).buffer as ArrayBuffer), data.buckets, heightPx), 0, 0);
    }
    const x = this.#xOf(data.range.startNs), end = this.#xOf(data.range.endNs);
    c.imageSmoothingEnabled = false;
    c.drawImage(this.#picture, x, 4, end - x, STRIP_CSS - 4);
    c.fillStyle = this.#theme.palette.error;
    const bucketCss = (end - x) / Math.max(1, data.buckets);
    for (const bucket of data.failedBuckets) c.fillRect(x + bucket * bucketCss, 1, Math.max(1, bucketCss), 2);
  }
  #say(): void {
    const { range } = this.model, { startNs, endNs } = this.#span;
    const percent = Math.round(((range.startNs + range.endNs) / 2 - startNs) / (endNs - startNs) * 100);
    this.canvas.setAttribute('aria-valuenow', String(Math.max(0, Math.min(100, percent))));
    this.canvas.setAttribute('aria-valuetext', this.#events.describe(range));
  }

  // ---- moving

  #moved(): void { this.invalidate(); this.#events.onMoved(); }
  #bindPointer(): void {
    const { canvas } = this;
    let grip: Grip | undefined;
    const gripAt = (xCss: number): Grip => {
      const { range } = this.model, { x, width } = this.#window(), ns = this.#nsOf(xCss);
      if (width > 3 * EDGE_CSS && Math.abs(xCss - x) <= EDGE_CSS) return { kind: 'edge', otherNs: range.endNs };
      if (width > 3 * EDGE_CSS && Math.abs(xCss - x - width) <= EDGE_CSS) return { kind: 'edge', otherNs: range.startNs };
      if (xCss >= x && xCss <= x + width) return { kind: 'window', offsetNs: ns - range.startNs };
      this.model.setRange(ns - this.model.spanNs / 2, ns + this.model.spanNs / 2);
      this.#moved();
      return { kind: 'window', offsetNs: ns - this.model.range.startNs };
    };
    canvas.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      grip = gripAt(event.offsetX);
    });
    canvas.addEventListener('pointermove', (event) => {
      if (!grip) {
        const { x, width } = this.#window(), near = width > 3 * EDGE_CSS && Math.min(Math.abs(event.offsetX - x), Math.abs(event.offsetX - x - width)) <= EDGE_CSS;
        canvas.style.cursor = near ? 'ew-resize' : event.offsetX >= x && event.offsetX <= x + width ? 'grab' : 'pointer';
        return;
      }
      const ns = this.#nsOf(event.offsetX);
      if (grip.kind === 'window') this.model.setRange(ns - grip.offsetNs, ns - grip.offsetNs + this.model.spanNs);
      else this.model.setRange(Math.min(ns, grip.otherNs), Math.max(ns, grip.otherNs));
      this.#moved();
    });
    const end = (): void => { grip = undefined; };
    canvas.addEventListener('pointerup', end);
    canvas.addEventListener('pointercancel', end);
    canvas.addEventListener('wheel', (event) => {
      event.preventDefault();
      this.model.zoomAt(this.#nsOf(event.offsetX), Math.exp(Math.max(-1, Math.min(1, event.deltaY * 0.002))));
      this.#moved();
    }, { passive: false });
  }
  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { model } = this;
    switch (event.key) {
      case 'ArrowLeft': case 'ArrowDown': model.panBy(-model.spanNs * PAN_SHARE); break;
      case 'ArrowRight': case 'ArrowUp': model.panBy(model.spanNs * PAN_SHARE); break;
      case 'PageUp': model.panBy(model.spanNs); break;
      case 'PageDown': model.panBy(-model.spanNs); break;
      case 'Home': model.goToStart(); break;
      case 'End': model.goToEnd(); break;
      case '+': case '=': model.zoomAt(model.zoomCentreNs, 0.7); break;
      case '-': case '_': model.zoomAt(model.zoomCentreNs, 1 / 0.7); break;
      case '0': model.fit(); break;
      default: return;
    }
    event.preventDefault();
    this.#moved();
  }
}

