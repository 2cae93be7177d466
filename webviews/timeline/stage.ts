// The timeline itself: lane labels and canvas side by side in one scroller; turns moves into changes of the model, and hits into choices.
import type { Gap, LanesResult, ViewportResult } from '../../remote-agent/protocol/messages.ts';
import { el, setText } from '../base/dom.ts';
import type { Host } from '../base/host.ts';
import { KINDS } from '../base/palette.ts';
import type { Theme } from '../base/theme.ts';
import type { Clock, TimeMode } from '../base/time.ts';
import { Painter } from './draw.ts';
import type { Scene } from './draw.ts';
import { KEY_HELP, bindKeys, bindPointer } from './interact.ts';
import type { TimelineMoves } from './interact.ts';
import { FAILED, NO_ROW, bucketAt, firstSpanFrom, hitSpan, unpackLane } from './laneData.ts';
import type { LaneData } from './laneData.ts';
import { LaneList } from './laneList.ts';
import { AXIS_CSS, depthAt, laneAt, lanesInView, layoutLanes, marksRect, nsOfX, xOfNs } from './layout.ts';
import type { LaneLayout, PlacedLane } from './layout.ts';
import type { Range, TimelineModel } from './model.ts';
import { makePicture } from './picture.ts';
import { Tooltip } from './tooltip.ts';

export interface StageEvents {
  /** The range in view changed by the user's hand. */
  onMoved(): void;
  /** Other lanes came into view. */
  onLanesShown(): void;
  onFolded(): void;
  onPickRow(row: number): void;
  /** A dense stretch of a lane was clicked. */
  onPickStretch(laneId: string, range: Range): void;
  onNextEvent(laneId: string, direction: 1 | -1): void;
  onToggleFollow(): void;
  onEscape(): void;
  onChoose(range: Range): void;
  onChooseEnd(end: 'start' | 'end'): void;
  onZoomToChosen(): void;
  onBookmark(): void;
  onSearchLanes(): void;
  /** Lanes were pinned, hidden or moved. */
  onArranged(said: string): void;
}
/** Nearest call this close to the pointer counts as hit. */
const REACH_CSS = 4;
const LANES_KEPT = 400;

export class Stage {
  readonly element: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  readonly lanes: LaneList;
  readonly tooltip: Tooltip;
  model: TimelineModel;
  clock: Clock;
  timeMode: TimeMode = 'clock';
  stale = false;
  readonly #events: StageEvents;
  readonly #painter: Painter;
  readonly #scroller: HTMLElement;
  readonly #empty: HTMLElement;
  #theme: Theme;
  #layout: LaneLayout = { placed: [], totalCss: 0 };
  #data = new Map<string, LaneData>();
  #gaps: readonly Gap[] = [];
  #hover: { xCss: number; yCss: number; laneId: string; row: number } | undefined;
  #band: Range | undefined;
  #frame = 0;
  /** How far it was scrolled when it was painted. */
  #paintedCss = 0;
  #lastShown = '';

  constructor(model: TimelineModel, clock: Clock, theme: Theme, host: Host, events: StageEvents) {
    this.model = model;
    this.clock = clock;
    this.#theme = theme;
    this.#events = events;
    this.canvas = el('canvas', { class: 'ph-canvas', role: 'img', tabindex: 0, 'aria-describedby': 'ph-keys', 'data-testid': 'canvas' });
    this.lanes = new LaneList({ onToggle: (id) => { this.model.toggle(id); this.#folded(); }, onActivate: (id) => this.#activate(id), onPin: (id) => this.#pin(id), onHide: (id) => this.#hide(id), onShowHidden: () => this.#showHidden() });
    this.tooltip = new Tooltip(host);
    this.#scroller = el('div', { class: 'ph-scroller' }, this.lanes.element, this.canvas);
    this.#empty = el('p', { class: 'ph-empty', 'data-testid': 'empty' });
    this.#empty.hidden = true;
    this.element = el('section', { class: 'ph-timeline', 'aria-label': 'Timeline' }, this.#scroller, this.#empty, el('p', { class: 'ph-sr', id: 'ph-keys' }, KEY_HELP));
    this.#painter = new Painter(this.canvas, theme);
    const moves = this.#moves();
    bindPointer(this.canvas, moves);
    bindKeys(this.canvas, 'canvas', moves, () => this.#painter.widthCss);
    bindKeys(this.lanes.element, 'tree', moves, () => this.#painter.widthCss);
    this.#scroller.addEventListener('scroll', () => { this.invalidate(); this.#checkShown(); }, { passive: true });
    const observer = new ResizeObserver(() => this.resize());
    observer.observe(this.#scroller);
    observer.observe(this.lanes.element);
  }

  get widthCss(): number { return this.#painter.widthCss; }
  get layout(): LaneLayout { return this.#layout; }
  get scrollCss(): number { return this.#scroller.scrollTop; }
  /** No marks have come yet. */
  get isEmpty(): boolean { return this.#data.size === 0; }
  get painting(): boolean { return this.#frame !== 0 || this.#scroller.scrollTop !== this.#paintedCss; }
  get gaps(): readonly Gap[] { return this.#gaps; }
  data(laneId: string): LaneData | undefined { return this.#data.get(laneId); }

  setTheme(theme: Theme): void { this.#theme = theme; this.#painter.setTheme(theme); this.invalidate(); }
  setEmpty(text: string): void { this.#empty.hidden = text === ''; setText(this.#empty, text); }
  /** Forgets all marks: they belong to another filter or session. */
  clear(): void { this.#data.clear(); this.#gaps = []; this.tooltip.reset(); this.invalidate(); }

  resize(): void {
    const widthCss = Math.max(0, this.#scroller.clientWidth - this.lanes.element.offsetWidth);
    const heightCss = this.#scroller.clientHeight;
    if (widthCss === this.#painter.widthCss && heightCss === this.#painter.heightCss) return;
    const wider = widthCss !== this.#painter.widthCss;
    this.#painter.resize(widthCss, heightCss);
    this.model.widthPx = widthCss;
    // At once, not in the next frame: a canvas that was resized is empty.
    this.paint();
    if (wider) this.#events.onMoved(); else this.#checkShown();
  }

  takeLanes(result: LanesResult): void {
    const top = (): number | undefined => this.#layout.placed.find((each) => each.lane.id === this.model.activeLane)?.topCss;
    const before = top();
    this.model.setLanes(result.lanes);
    this.#layOut();
    // Lanes that come and go above the one that somebody looks at do not move it.
    const after = top(), inView = before !== undefined && before >= this.scrollCss && before < this.scrollCss + this.#painter.heightCss;
    if (inView && after !== undefined && after !== before) this.#scroller.scrollTop += after - before;
  }
  takeViewport(result: ViewportResult): void {
    for (const lane of result.lanes) this.#data.set(lane.id, unpackLane(lane, result));
    const answered = new Set(result.lanes.map((lane) => lane.id));
    const asked = new Set(this.shownLaneIds());
    for (const [id, data] of this.#data) {
      const gone = data.range.endNs < result.startNs || data.range.startNs > result.endNs;
      if (!answered.has(id) && (gone || asked.has(id) || this.#data.size > LANES_KEPT)) this.#data.delete(id);
    }
    this.#gaps = result.gaps;
    this.invalidate();
  }
  /** Lanes in view, and a few around them. */
  shownLaneIds(): readonly string[] {
    return lanesInView(this.#layout, Math.max(0, this.scrollCss - 60), this.#painter.heightCss + 120).map((place) => place.lane.id);
  }

  revealLane(id: string): void {
    const place = this.#layout.placed.find((each) => each.lane.id === id);
    if (!place) return;
    const viewCss = this.#painter.heightCss - AXIS_CSS;
    if (place.topCss < this.scrollCss) this.#scroller.scrollTop = place.topCss;
    else if (place.topCss + place.heightCss > this.scrollCss + viewCss) this.#scroller.scrollTop = place.topCss + place.heightCss - viewCss;
    this.invalidate();
  }
  /** Brings the selected event into view, in time and in lanes. */
  revealSelection(marginShare?: number): void {
    const { selection } = this.model;
    if (!selection) return;
    const before = this.model.range;
    this.model.reveal(selection.startNs, selection.durationNs, marginShare);
    const lane = this.model.selectionLane();
    if (lane !== undefined) this.revealLane(lane);
    if (before !== this.model.range) this.#events.onMoved();
    this.invalidate();
  }
  /** The next or previous span of a lane, as far as it is fetched: its row. */
  neighbour(laneId: string, direction: 1 | -1): number | undefined {
    const data = this.#data.get(laneId);
    if (data?.mode !== 'spans' || data.count === 0) return undefined;
    const { selection, range } = this.model;
    const at = selection ? data.rows.indexOf(selection.row) : -1;
    const next = at >= 0 ? at + direction : direction > 0 ? firstSpanFrom(data, range.startNs) : firstSpanFrom(data, range.endNs) - 1;
    const row = data.rows[next];
    return row === NO_ROW ? undefined : row;
  }

  invalidate(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => { this.#frame = 0; this.paint(); });
  }
  paint(): void {
    const { model } = this;
    this.#paintedCss = this.scrollCss;
    this.lanes.update(this.#layout, model.activeLane, this.scrollCss, this.#painter.heightCss, model.arrangement);
    this.#painter.draw(this.#scene());
  }
  #scene(): Scene {
    const { model } = this;
    return {
      range: model.range, history: model.history, live: model.live, layout: this.#layout, scrollCss: this.scrollCss, data: this.#data, gaps: this.#gaps,
      axis: this.clock.axis(model.range.startNs, model.range.endNs, this.#painter.widthCss, this.timeMode), activeLane: model.activeLane,
      selection: model.selection, selectionLane: model.selectionLane(), hover: this.#hover, band: this.#band, chosen: model.chosen, stale: this.stale,
    };
  }

  /** What is in view as a picture of its own, without what only the pointer shows. */
  picture(format: 'png' | 'svg', title: string): Promise<Uint8Array | string> {
    return makePicture(format, { ...this.#scene(), hover: undefined, band: undefined }, { title, theme: this.#theme, widthCss: this.#painter.widthCss, heightCss: Math.min(this.#painter.heightCss, AXIS_CSS + this.#layout.totalCss), labelsCss: this.lanes.element.offsetWidth });
  }

  #layOut(): void {
    this.#layout = layoutLanes(this.model.visibleLanes);
    this.lanes.element.style.height = `${AXIS_CSS + this.#layout.totalCss}px`;
    this.#checkShown();
    this.invalidate();
  }
  #checkShown(): void {
    const shown = this.shownLaneIds().join(' ');
    if (shown === this.#lastShown) return;
    this.#lastShown = shown;
    this.#events.onLanesShown();
  }
  #folded(): void { this.#layOut(); this.#events.onFolded(); }
  #activate(id: string): void {
    if (this.model.activeLane === id) return;
    this.model.activeLane = id;
    this.invalidate();
  }
  /** Folding changed from outside. */
  relayout(): void { this.#layOut(); }

  #laneAt(yCss: number): PlacedLane | undefined { return yCss < AXIS_CSS ? undefined : laneAt(this.#layout, yCss - AXIS_CSS + this.scrollCss); }
  /** The call under a point: its row, and its index in the lane's data. */
  #hit(xCss: number, yCss: number): { place: PlacedLane; data: LaneData; index: number } | undefined {
    const place = this.#laneAt(yCss);
    const data = place && this.#data.get(place.lane.id);
    if (!place || !data) return undefined;
    if (data.mode === 'density') return { place, data, index: -1 };
    const { range } = this.model;
    const reachNs = (range.endNs - range.startNs) / this.#painter.widthCss * REACH_CSS;
    const depth = depthAt(marksRect(place, this.scrollCss, this.#painter.widthCss), yCss, data.rowsHigh);
    return { place, data, index: hitSpan(data, this.#nsAt(xCss), reachNs, data.rowsHigh > 1 ? depth : undefined) };
  }
  #nsAt(xCss: number): number { return nsOfX(this.model.range, Math.max(1, this.#painter.widthCss), xCss); }

  #moved(): void {
    this.tooltip.hide();
    this.#hover = undefined;
    this.invalidate();
    this.#events.onMoved();
  }

  #moves(): TimelineMoves {
    return {
      nsAt: (xCss) => this.#nsAt(xCss),
      zoom: (factor) => { this.model.zoomAt(this.model.zoomCentreNs, factor); this.#moved(); },
      zoomAt: (xCss, factor) => { this.model.zoomAt(this.#nsAt(xCss), factor); this.#moved(); },
      pan: (dxCss) => { this.model.panBy(dxCss / Math.max(1, this.#painter.widthCss) * this.model.spanNs); this.#moved(); },
      scroll: (dyCss) => { this.#scroller.scrollTop += dyCss; },
      setRange: (range) => { this.model.setRange(range.startNs, range.endNs); this.#moved(); },
      setBand: (band) => { this.#band = band; this.invalidate(); },
      hover: (at) => this.#hoverAt(at),
      click: (xCss, yCss) => this.#click(xCss, yCss),
      doubleClick: (xCss) => { this.model.zoomAt(this.#nsAt(xCss), 0.25); this.#moved(); },
      goToStart: () => { this.model.goToStart(); this.#moved(); },
      goToEnd: () => { this.model.goToEnd(); this.#moved(); },
      moveLane: (delta) => {
        this.model.moveActive(delta);
        this.revealLane(this.model.activeLane);
        this.paint();
        if (document.activeElement !== this.canvas) this.lanes.focus(this.model.activeLane);
      },
      expandLane: (how) => this.#expand(how),
      nextEvent: (direction) => this.#events.onNextEvent(this.model.activeLane, direction),
      fit: () => { this.model.fit(); this.#moved(); },
      toggleFollow: () => this.#events.onToggleFollow(),
      escape: () => { this.tooltip.hide(); this.#events.onEscape(); },
      choose: (range) => this.#events.onChoose(range),
      chooseEnd: (end) => this.#events.onChooseEnd(end),
      zoomToChosen: () => this.#events.onZoomToChosen(),
      bookmark: () => this.#events.onBookmark(),
      pinLane: () => this.#pin(this.model.activeLane),
      hideLane: () => this.#hide(this.model.activeLane),
      shiftLane: (delta) => { this.model.moveLane(this.model.activeLane, delta); this.#arranged(`${this.#nameOf(this.model.activeLane)} was moved.`); },
      searchLanes: () => this.#events.onSearchLanes(),
    };
  }
  #nameOf(id: string): string { return this.model.lane(id)?.label ?? 'The lane'; }
  #pin(id: string): void {
    let pinned = false;
    this.model.arrange((arrangement) => { pinned = arrangement.togglePin(id); });
    this.#arranged(`${this.#nameOf(id)} was ${pinned ? 'pinned' : 'let go'}.`);
  }
  #hide(id: string): void {
    if (this.model.visibleLanes.length <= 1 || this.model.lane(id)?.level === 'host') return;
    const at = this.model.visibleLanes.findIndex(({ lane }) => lane.id === id), name = this.#nameOf(id);
    this.model.arrange((arrangement) => arrangement.hide(id));
    // The keyboard stays near.
    this.model.activeLane = this.model.visibleLanes[Math.max(0, Math.min(at, this.model.visibleLanes.length - 1))]?.lane.id ?? 'h';
    this.#arranged(`${name} is hidden.`);
  }
  #showHidden(): void {
    this.model.arrange((arrangement) => arrangement.showAll());
    this.#arranged('All lanes are shown.');
    this.lanes.focus(this.model.activeLane);
  }
  #arranged(said: string): void {
    this.#layOut();
    this.revealLane(this.model.activeLane);
    this.paint();
    this.#events.onArranged(said);
  }
  #expand(how: 'toggle' | 'open' | 'close'): void {
    const { model } = this;
    const id = model.activeLane;
    const open = model.isExpanded(id) && model.hasChildren(id);
    // As trees do: right on an open one goes inside, left on a folded one goes out.
    if (how === 'open' && open) { this.#activate(model.visibleLanes[model.visibleLanes.findIndex((row) => row.lane.id === id) + 1]?.lane.id ?? id); this.paint(); this.lanes.focus(model.activeLane); return; }
    if (how === 'close' && !open) { const parent = model.lane(id)?.parent; if (parent) { this.#activate(parent); this.revealLane(parent); this.paint(); this.lanes.focus(parent); } return; }
    if (!model.hasChildren(id)) return;
    model.setExpanded(id, how === 'toggle' ? !open : how === 'open');
    this.#folded();
  }

  #hoverAt(at: { readonly xCss: number; readonly yCss: number } | undefined): void {
    if (!at || at.yCss < 0) { this.#hover = undefined; this.tooltip.hide(); this.invalidate(); return; }
    const { xCss, yCss } = at;
    const hit = this.#hit(xCss, yCss);
    const box = this.canvas.getBoundingClientRect();
    const pageX = box.left + xCss, pageY = box.top + yCss;
    const ns = this.#nsAt(xCss);
    const gap = this.#gaps.find((each) => ns >= each.startNs && ns <= each.endNs);
    let row = -1;
    if (hit && hit.data.mode === 'spans' && hit.index >= 0) {
      const { data, index } = hit;
      row = data.rows[index]!;
      const kindAndFlag = data.kinds[index]!;
      this.tooltip.showSpan({
        row, name: data.names[data.nameIndex[index]!] ?? '', kind: KINDS[kindAndFlag & (FAILED - 1)] ?? 'other', failed: (kindAndFlag & FAILED) !== 0,
        durationNs: data.durationNs[index]!, open: data.open.has(index), before: data.before.has(index), timeText: this.clock.format(data.startNs[index]!, this.timeMode, 9), laneText: hit.place.lane.label,
      }, pageX, pageY);
    } else if (gap) this.tooltip.showText(`${gap.count.toLocaleString('en-US')} events were lost here: ${gap.cause}`, pageX, pageY);
    else {
      const bucket = hit?.data.mode === 'density' ? bucketAt(hit.data, ns) : undefined;
      if (bucket && bucket.total > 0) this.tooltip.showBucket(bucket, this.clock.format(bucket.range.startNs, this.timeMode, 6), hit!.place.lane.label, pageX, pageY);
      else this.tooltip.hide();
    }
    this.canvas.classList.toggle('ph-over', row >= 0);
    this.#hover = { xCss, yCss, laneId: hit?.place.lane.id ?? '', row };
    this.invalidate();
  }
  #click(xCss: number, yCss: number): void {
    const hit = this.#hit(xCss, yCss);
    const place = this.#laneAt(yCss);
    if (place) this.#activate(place.lane.id);
    if (!hit) return;
    if (hit.data.mode === 'spans') { const row = hit.data.rows[hit.index] ?? NO_ROW; if (row !== NO_ROW) this.#events.onPickRow(row); return; }
    const bucket = bucketAt(hit.data, this.#nsAt(xCss));
    if (bucket && bucket.total > 0) this.#events.onPickStretch(hit.place.lane.id, bucket.range);
  }

  // ---- for tests

  xOfNs(ns: number): number { return xOfNs(this.model.range, this.#painter.widthCss, ns); }
  nsAtX(xCss: number): number { return this.#nsAt(xCss); }
  laneRect(id: string): { x: number; y: number; width: number; height: number } | undefined {
    const place = this.#layout.placed.find((each) => each.lane.id === id);
    return place && marksRect(place, this.scrollCss, this.#painter.widthCss);
  }
  get theme(): Theme { return this.#theme; }
}
