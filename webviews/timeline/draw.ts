// Paints the timeline: what layout.ts says, in the colours of the theme, at the resolution of the screen. The only file that touches the canvas.
import type { Gap } from '../../remote-agent/protocol/messages.ts';
import type { Axis } from '../base/time.ts';
import type { Theme } from '../base/theme.ts';
import { FAILED, firstSpanFrom, paintDensity } from './laneData.ts';
import type { DensityData, LaneData, SpanData } from './laneData.ts';
import { AXIS_CSS, lanesInView, marksRect, spanRect, spanX, xOfNs } from './layout.ts';
import type { LaneLayout, PlacedLane, Rect } from './layout.ts';
import type { Range, Selection } from './model.ts';
import type { Surface } from './svgSurface.ts';

/** All that one painting needs. */
export interface Scene {
  readonly range: Range;
  readonly history: Range;
  readonly live: boolean;
  readonly layout: LaneLayout;
  readonly scrollCss: number;
  readonly data: ReadonlyMap<string, LaneData>;
  readonly gaps: readonly Gap[];
  readonly axis: Axis;
  readonly activeLane: string;
  readonly selection: Selection | undefined;
  readonly selectionLane: string | undefined;
  readonly hover: { readonly xCss: number; readonly laneId: string; readonly row: number } | undefined;
  /** A range that is being drawn with the mouse. */
  readonly band: Range | undefined;
  /** The time that is marked. */
  readonly chosen: Range | undefined;
  /** Marks are out of date: the link is down. */
  readonly stale: boolean;
}
/** Triangles of a dense lane stand this far apart: each one calls, a row of them would only shout. */
const TRIANGLE_GAP_CSS = 26;

interface DensityPicture { readonly data: DensityData; readonly canvas: HTMLCanvasElement; readonly peak: number; readonly heightPx: number; readonly theme: Theme }

export class Painter {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: Surface;
  readonly #pictures = new Map<string, DensityPicture>();
  #widthCss = 0;
  #heightCss = 0;
  #ratio = 1;
  #charCss = 0;
  #hatch: CanvasPattern | undefined;
  #theme: Theme;
  readonly #fixedRatio: number | undefined;

  /** Paints on another context than the canvas's own for a picture that is no screen's, of `fixedRatio` pixels to a CSS pixel. */
  constructor(canvas: HTMLCanvasElement, theme: Theme, context: Surface = canvas.getContext('2d', { alpha: false })!, fixedRatio?: number) {
    this.#canvas = canvas;
    this.#context = context;
    this.#theme = theme;
    this.#fixedRatio = fixedRatio;
  }

  get #wantedRatio(): number { return this.#fixedRatio ?? (window.devicePixelRatio || 1); }
  get widthCss(): number { return this.#widthCss; }
  get heightCss(): number { return this.#heightCss; }

  setTheme(theme: Theme): void { this.#theme = theme; this.#hatch = undefined; this.#charCss = 0; }

  resize(widthCss: number, heightCss: number): void {
    this.#ratio = this.#wantedRatio;
    this.#widthCss = widthCss;
    this.#heightCss = heightCss;
    this.#canvas.style.width = `${widthCss}px`;
    this.#canvas.style.height = `${heightCss}px`;
    this.#canvas.width = Math.round(widthCss * this.#ratio);
    this.#canvas.height = Math.round(heightCss * this.#ratio);
    this.#hatch = undefined;
  }

  draw(scene: Scene): void {
    if (this.#widthCss <= 0 || this.#heightCss <= 0) return;
    if (this.#wantedRatio !== this.#ratio) this.resize(this.#widthCss, this.#heightCss);
    const c = this.#context;
    c.setTransform(this.#ratio, 0, 0, this.#ratio, 0, 0);
    c.fillStyle = this.#theme.background;
    c.fillRect(0, 0, this.#widthCss, this.#heightCss);
    const lanes = lanesInView(scene.layout, scene.scrollCss, this.#heightCss - AXIS_CSS);
    c.save();
    c.beginPath();
    c.rect(0, AXIS_CSS, this.#widthCss, this.#heightCss - AXIS_CSS);
    c.clip();
    this.#drawGround(scene, lanes);
    c.globalAlpha = scene.stale ? 0.55 : 1;
    for (const lane of lanes) {
      const data = scene.data.get(lane.lane.id);
      if (data?.mode === 'density') this.#drawDensity(scene, lane, data);
      else if (data) this.#drawSpans(scene, lane, data);
    }
    c.globalAlpha = 1;
    this.#drawGaps(scene);
    this.#drawChosen(scene);
    this.#drawSelection(scene, lanes);
    this.#drawHover(scene);
    c.restore();
    this.#drawAxis(scene);
    this.#dropPictures(scene);
  }

  #drawGround(scene: Scene, lanes: readonly PlacedLane[]): void {
    const c = this.#context, theme = this.#theme;
    // Before the first and after the last moment there is nothing to know.
    c.fillStyle = theme.outside;
    const startX = xOfNs(scene.range, this.#widthCss, scene.history.startNs);
    const endX = xOfNs(scene.range, this.#widthCss, scene.history.endNs);
    if (startX > 0) c.fillRect(0, AXIS_CSS, Math.min(startX, this.#widthCss), this.#heightCss);
    if (endX < this.#widthCss) c.fillRect(Math.max(0, endX), AXIS_CSS, this.#widthCss, this.#heightCss);
    c.fillStyle = theme.line;
    c.globalAlpha = theme.gridAlpha;
    for (const tick of scene.axis.ticks) c.fillRect(Math.round(xOfNs(scene.range, this.#widthCss, tick.ns)), AXIS_CSS, 1 / this.#ratio, this.#heightCss);
    c.globalAlpha = 1;
    for (const lane of lanes) {
      const y = AXIS_CSS + lane.topCss - scene.scrollCss;
      if (lane.lane.id === scene.activeLane) {
        c.fillStyle = theme.rowActive;
        c.fillRect(0, y, this.#widthCss, lane.heightCss);
      }
      c.fillStyle = theme.line;
      c.fillRect(0, y + lane.heightCss - 1, this.#widthCss, 1);
    }
  }

  // ---- density

  #drawDensity(scene: Scene, lane: PlacedLane, data: DensityData): void {
    const marks = marksRect(lane, scene.scrollCss, this.#widthCss);
    const picture = this.#pictureOf(lane.lane.id, data, Math.max(1, Math.round(marks.height * this.#ratio)));
    const c = this.#context;
    const x = xOfNs(scene.range, this.#widthCss, data.range.startNs);
    const width = xOfNs(scene.range, this.#widthCss, data.range.endNs) - x;
    c.imageSmoothingEnabled = false;
    c.drawImage(picture.canvas, x, marks.y, width, marks.height);
    // Errors: a bar along the top and a triangle where it begins: shape as well as colour.
    c.fillStyle = this.#theme.palette.error;
    const bucketCss = width / data.buckets;
    let lastTriangleX = -Infinity, lastBucket = -2;
    for (const bucket of data.failedBuckets) {
      const bucketX = x + bucket * bucketCss;
      const goesOn = bucket === lastBucket + 1;
      lastBucket = bucket;
      if (bucketX > this.#widthCss || bucketX + bucketCss < 0) continue;
      c.fillRect(bucketX, marks.y - 4, Math.max(1, bucketCss), 3);
      const centreX = bucketX + bucketCss / 2;
      if (goesOn || centreX - lastTriangleX < TRIANGLE_GAP_CSS) continue;
      lastTriangleX = centreX;
      this.#triangle(centreX, marks.y - 4, 4);
    }
  }

  #pictureOf(id: string, data: DensityData, heightPx: number): DensityPicture {
    const old = this.#pictures.get(id);
    if (old && old.data === data && old.heightPx === heightPx && old.theme === this.#theme) return old;
    // The scale sinks slowly, so that bars of a following view do not jump when the highest one leaves.
    const peak = Math.max(data.peak, old ? old.peak * 0.9 : 0);
    const canvas = old?.canvas ?? document.createElement('canvas');
    canvas.width = Math.max(1, data.buckets);
    canvas.height = heightPx;
    if (data.buckets > 0) {
      const pixels = paintDensity(data, heightPx, peak, this.#theme.kindPixels);
      canvas.getContext('2d')!.putImageData(new ImageData(new Uint8ClampedArray(pixels.buffer as ArrayBuffer), data.buckets, heightPx), 0, 0);
    }
    const picture = { data, canvas, peak, heightPx, theme: this.#theme };
    this.#pictures.set(id, picture);
    return picture;
  }
  #dropPictures(scene: Scene): void {
    if (this.#pictures.size <= scene.data.size + 50) return;
    for (const id of this.#pictures.keys()) if (scene.data.get(id)?.mode !== 'density') this.#pictures.delete(id);
  }

  // ---- spans

  #drawSpans(scene: Scene, lane: PlacedLane, data: SpanData): void {
    const c = this.#context, theme = this.#theme;
    c.font = `11px ${theme.mono}`;
    c.textBaseline = 'middle';
    c.textAlign = 'left';
    if (this.#charCss === 0) this.#charCss = Math.max(4, c.measureText('mmmmmmmmmm').width / 10);
    const { range } = scene;
    const from = firstSpanFrom(data, range.startNs - data.longestNs - (range.endNs - range.startNs) * 0.01);
    for (let i = from; i < data.count && data.startNs[i]! <= range.endNs; i++) {
      const kindAndFlag = data.kinds[i]!;
      const rect = spanRect(data, i, lane, scene.scrollCss, range, this.#widthCss);
      if (rect.x + rect.width < 0) continue;
      const kind = kindAndFlag & (FAILED - 1);
      c.fillStyle = theme.kindColours[kind] ?? theme.dim;
      // A hair of background between neighbours, where there is room for it.
      const widthCss = rect.width > 6 ? rect.width - 0.5 : rect.width;
      c.fillRect(rect.x, rect.y, widthCss, rect.height);
      if (data.open.has(i)) this.#drawOpenEnd(rect);
      if (rect.width > 22 && rect.height >= 11) this.#drawName(data.names[data.nameIndex[i]!] ?? '', rect, theme.kindInks[kind] ?? theme.background);
      if ((kindAndFlag & FAILED) !== 0) this.#drawFailed(rect, widthCss);
    }
  }
  #drawName(name: string, rect: Rect, ink: string): void {
    const c = this.#context;
    const fromX = Math.max(0, rect.x) + 4;
    const roomCss = Math.min(this.#widthCss, rect.x + rect.width) - fromX - 3;
    const fits = Math.floor(roomCss / this.#charCss);
    if (fits < 2) return;
    c.fillStyle = ink;
    c.fillText(name.length <= fits ? name : `${name.slice(0, fits - 1)}…`, fromX, rect.y + rect.height / 2 + 0.5);
  }
  #drawFailed(rect: Rect, widthCss: number): void {
    const c = this.#context;
    c.fillStyle = this.#theme.palette.error;
    c.fillRect(rect.x, rect.y + rect.height - 2, widthCss, 2);
    if (widthCss >= 6 && rect.height >= 8) {
      c.strokeStyle = this.#theme.palette.error;
      c.lineWidth = 2;
      c.strokeRect(rect.x + 1, rect.y + 1, widthCss - 2, rect.height - 2);
    }
    this.#triangle(rect.x + Math.min(widthCss / 2, 5), rect.y - 4, 4);
  }
  /** A call that has not returned: its end is frayed. */
  #drawOpenEnd(rect: Rect): void {
    const c = this.#context;
    c.fillStyle = this.#theme.background;
    const endX = Math.min(this.#widthCss, rect.x + rect.width);
    for (let i = 0; i < 4; i++) if (endX - 3 - i * 4 > rect.x) c.fillRect(endX - 3 - i * 4, rect.y, 1.5, rect.height);
  }
  #triangle(xCss: number, topCss: number, sizeCss: number): void {
    const c = this.#context;
    c.beginPath();
    c.moveTo(xCss - sizeCss, topCss);
    c.lineTo(xCss + sizeCss, topCss);
    c.lineTo(xCss, topCss + sizeCss * 1.5);
    c.closePath();
    c.fill();
  }

  // ---- over the lanes

  #drawGaps(scene: Scene): void {
    const c = this.#context;
    for (const gap of scene.gaps) {
      if (gap.endNs < scene.range.startNs || gap.startNs > scene.range.endNs) continue;
      const { x, width: exact } = spanX(scene.range, this.#widthCss, gap.startNs, gap.endNs);
      const width = Math.max(4, exact);
      c.fillStyle = this.#hatchPattern();
      c.fillRect(x, AXIS_CSS, width, this.#heightCss);
      c.fillStyle = this.#theme.palette.gap;
      c.fillRect(x, AXIS_CSS, 1, this.#heightCss);
      c.fillRect(x + width - 1, AXIS_CSS, 1, this.#heightCss);
    }
  }
  #hatchPattern(): CanvasPattern {
    if (this.#hatch) return this.#hatch;
    const size = 8 * Math.max(1, Math.round(this.#ratio));
    const tile = document.createElement('canvas');
    tile.width = tile.height = size;
    const t = tile.getContext('2d')!;
    t.strokeStyle = this.#theme.palette.gap;
    t.lineWidth = size / 5;
    t.beginPath();
    for (const shift of [-size, 0, size]) { t.moveTo(shift, size); t.lineTo(shift + size, 0); }
    t.stroke();
    const pattern = this.#context.createPattern(tile, 'repeat')!;
    if (this.#ratio !== 1) pattern.setTransform(new DOMMatrix().scale(1 / this.#ratio));
    this.#hatch = pattern;
    return pattern;
  }

  #drawSelection(scene: Scene, lanes: readonly PlacedLane[]): void {
    const selected = scene.selection;
    if (!selected) return;
    const c = this.#context, theme = this.#theme;
    const { x, width } = spanX(scene.range, this.#widthCss, selected.startNs, selected.startNs + Math.max(0, selected.durationNs));
    if (x > this.#widthCss || x + width < 0) return;
    const lane = lanes.find((candidate) => candidate.lane.id === scene.selectionLane);
    c.fillStyle = theme.accent;
    c.globalAlpha = 0.5;
    c.fillRect(Math.round(x + Math.min(width, 2) / 2), AXIS_CSS, 1, this.#heightCss);
    c.globalAlpha = 1;
    if (!lane) return;
    const data = scene.data.get(lane.lane.id);
    const index = data?.mode === 'spans' ? data.rows.indexOf(selected.row) : -1;
    const marks = marksRect(lane, scene.scrollCss, this.#widthCss);
    const rect = data?.mode === 'spans' && index >= 0 ? spanRect(data, index, lane, scene.scrollCss, scene.range, this.#widthCss) : { x, width, y: marks.y, height: marks.height };
    // Two lines, light and dark, are seen on every colour.
    c.lineWidth = 4;
    c.strokeStyle = theme.background;
    c.strokeRect(rect.x - 1.5, rect.y - 1.5, rect.width + 3, rect.height + 3);
    c.lineWidth = 2;
    c.strokeStyle = theme.foreground;
    c.strokeRect(rect.x - 1.5, rect.y - 1.5, rect.width + 3, rect.height + 3);
  }

  /** What is not marked is dimmed, and the marked time has edges: seen without colours, too. */
  #drawChosen(scene: Scene): void {
    if (!scene.chosen) return;
    const c = this.#context, theme = this.#theme;
    const from = Math.max(0, Math.min(this.#widthCss, xOfNs(scene.range, this.#widthCss, scene.chosen.startNs))), to = Math.max(0, Math.min(this.#widthCss, xOfNs(scene.range, this.#widthCss, scene.chosen.endNs)));
    c.fillStyle = theme.background;
    c.globalAlpha = 0.45;
    c.fillRect(0, AXIS_CSS, from, this.#heightCss);
    c.fillRect(to, AXIS_CSS, this.#widthCss, this.#heightCss);
    c.globalAlpha = 1;
    c.fillStyle = theme.accent;
    for (const x of [from, to]) if (x > 0 && x < this.#widthCss) c.fillRect(Math.round(x) - 1, AXIS_CSS, 2, this.#heightCss);
  }

  #drawHover(scene: Scene): void {
    const c = this.#context, theme = this.#theme;
    if (scene.band) {
      const { x, width } = spanX(scene.range, this.#widthCss, scene.band.startNs, scene.band.endNs);
      c.fillStyle = theme.accent;
      c.globalAlpha = 0.25;
      c.fillRect(x, AXIS_CSS, width, this.#heightCss);
      c.globalAlpha = 1;
      c.fillRect(x, AXIS_CSS, 1, this.#heightCss);
      c.fillRect(x + width - 1, AXIS_CSS, 1, this.#heightCss);
    } else if (scene.hover) {
      c.fillStyle = theme.dim;
      c.globalAlpha = 0.5;
      c.fillRect(Math.round(scene.hover.xCss), AXIS_CSS, 1 / this.#ratio, this.#heightCss);
      c.globalAlpha = 1;
    }
  }

  #drawAxis(scene: Scene): void {
    const c = this.#context, theme = this.#theme;
    c.textBaseline = 'middle';
    c.textAlign = 'left';
    c.font = `11px ${theme.font}`;
    c.fillStyle = theme.dim;
    c.fillText(scene.axis.context, 6, 12);
    c.font = `12px ${theme.font}`;
    for (const tick of scene.axis.ticks) {
      const x = Math.round(xOfNs(scene.range, this.#widthCss, tick.ns));
      c.fillStyle = theme.dim;
      c.fillRect(x, AXIS_CSS - 18, 1 / this.#ratio, 17);
      c.fillStyle = theme.foreground;
      c.fillText(tick.text, x + 5, AXIS_CSS - 12);
    }
    c.fillStyle = theme.line;
    c.fillRect(0, AXIS_CSS - 1, this.#widthCss, 1);
    if (scene.chosen) {
      const { x, width } = spanX(scene.range, this.#widthCss, scene.chosen.startNs, scene.chosen.endNs);
      c.fillStyle = theme.accent;
      c.fillRect(x, AXIS_CSS - 4, width, 4);
    }
    if (scene.live) {
      const x = xOfNs(scene.range, this.#widthCss, scene.history.endNs);
      if (x <= this.#widthCss + 1) { c.fillStyle = theme.accent; c.fillRect(Math.min(this.#widthCss - 2, x), 0, 2, AXIS_CSS); }
    }
    // Losses are named on the axis, above their gap.
    c.font = `10px ${theme.font}`;
    for (const gap of scene.gaps) {
      if (gap.endNs < scene.range.startNs || gap.startNs > scene.range.endNs) continue;
      const { x, width } = spanX(scene.range, this.#widthCss, gap.startNs, gap.endNs);
      const text = `${gap.count.toLocaleString('en-US')} lost`;
      c.fillStyle = theme.palette.gap;
      c.fillRect(x, AXIS_CSS - 4, Math.max(4, width), 3);
      const textX = Math.max(2, Math.min(this.#widthCss - c.measureText(text).width - 4, x));
      if (textX > 150) c.fillText(text, textX, 12);
    }
  }
}
