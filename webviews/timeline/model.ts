// What the timeline shows: lanes and which are folded, the range in view, what is selected. Pure: no DOM, no clock, no requests.
import type { EventRowMessage, Lane, Status } from '../../remote-agent/protocol/messages.ts';

import { Arrangement } from './arrangement.ts';

/** Times in ns since the session's base. */
export interface Range { readonly startNs: number; readonly endNs: number }
/** `follow`: the newest part of a live session. `fit`: all of a file, also while it grows. `free`: where the user went. */
export type Mode = 'follow' | 'fit' | 'free';
/** A lane that is not inside a folded one. */
export interface VisibleLane { readonly lane: Lane; readonly depth: number; readonly expandable: boolean; readonly expanded: boolean; readonly position: number; readonly setSize: number }
/** The selected event, as far as the timeline needs it. */
export interface Selection { readonly row: number; readonly startNs: number; readonly durationNs: number; readonly tid: number; readonly pid: number; readonly containerId: string; readonly failed: boolean }

/** Zoom ends where 50 CSS pixels are one microsecond. */
const NS_PER_PX_MIN = 1000 / 50;
/** A capture of more processes than fit on a screen starts with its containers folded. */
const PROCESSES_SHOWN = 24;
export const FOLLOW_DEFAULT_NS = 30e9;

/** Emits nothing: whoever changes it repaints. */
export class TimelineModel {
  widthPx = 800;
  mode: Mode;
  range: Range;
  /** How much a following view shows. */
  followNs = FOLLOW_DEFAULT_NS;
  history: Range;
  selection: Selection | undefined;
  /** A stretch of time that the user has marked; list and tables follow it instead of the view. */
  chosen: Range | undefined;
  /** The lane that the keyboard is on. */
  activeLane = 'h';
  #lanes: readonly Lane[] = [];
  #byId = new Map<string, Lane>();
  #children = new Map<string, Lane[]>();
  /** Lanes that differ from what their level starts with. */
  readonly #toggled = new Set<string>();
  readonly arrangement = new Arrangement();
  #search = '';
  /** Whether containers start open; decided by the first lanes. Live, processes come and go too fast to begin with them. */
  #containersOpen: boolean | undefined;
  #visible: readonly VisibleLane[] = [];
  #live: boolean;

  constructor(live: boolean, status: Pick<Status, 'startNs' | 'endNs'>) {
    this.#live = live;
    this.mode = live ? 'follow' : 'fit';
    this.history = { startNs: status.startNs, endNs: status.endNs };
    this.range = live ? { startNs: status.endNs - this.followNs, endNs: status.endNs } : paddedRange(this.history);
  }

  get live(): boolean { return this.#live; }
  get following(): boolean { return this.mode === 'follow'; }
  get visibleLanes(): readonly VisibleLane[] { return this.#visible; }
  get lanes(): readonly Lane[] { return this.#lanes; }
  lane(id: string): Lane | undefined { return this.#byId.get(id); }
  /** Ids that stand otherwise than their level starts: to be restored with `restoreFolding`. */
  get folding(): readonly string[] { return [...this.#toggled]; }
  restoreFolding(ids: readonly string[]): void { for (const id of ids) this.#toggled.add(id); this.#updateVisible(); }

  // ---- lanes

  /** Takes new lanes, children after parents. The active lane and the selected event's lanes stay even if they have no event in the range now. */
  setLanes(lanes: readonly Lane[]): void {
    const kept = this.#withKept(lanes);
    if (lanes.length > 0) this.#containersOpen ??= !this.#live && lanes.filter((lane) => lane.level === 'process').length <= PROCESSES_SHOWN;
    this.#lanes = kept;
    this.#byId = new Map(kept.map((lane) => [lane.id, lane]));
    this.#children = new Map();
    for (const lane of kept) {
      if (lane.parent === '') continue;
      const siblings = this.#children.get(lane.parent);
      if (siblings) siblings.push(lane); else this.#children.set(lane.parent, [lane]);
    }
    this.#updateVisible();
  }

  #withKept(lanes: readonly Lane[]): readonly Lane[] {
    const present = new Set(lanes.map((lane) => lane.id));
    const missing: Lane[] = [];
    const wanted = [this.activeLane, ...this.selectionLanes().slice(0, 1)];
    for (const wantedId of wanted) {
      const chain: Lane[] = [];
      for (let id = wantedId; id !== '' && !present.has(id);) {
        const lane = this.#byId.get(id);
        if (!lane) break;
        chain.unshift({ ...lane, events: 0, errors: 0 });
        present.add(id);
        id = lane.parent;
      }
      missing.push(...chain);
    }
    if (missing.length === 0) return lanes;
    const result = [...lanes];
    for (const lane of missing) {
      // After the last descendant of its parent, so that children still follow their parent.
      let at = result.findIndex((other) => other.id === lane.parent);
      const inside = new Set([lane.parent]);
      for (at += 1; at < result.length && inside.has(result[at]!.parent); at++) inside.add(result[at]!.id);
      result.splice(at, 0, lane);
    }
    return result;
  }

  isExpanded(id: string): boolean {
    const lane = this.#byId.get(id);
    if (!lane) return false;
    const startsOpen = lane.level === 'host' || (lane.level === 'container' && this.#containersOpen === true);
    return startsOpen !== this.#toggled.has(id);
  }
  setExpanded(id: string, expanded: boolean): void {
    if (!this.#byId.has(id) || this.isExpanded(id) === expanded) return;
    if (!this.#toggled.delete(id)) this.#toggled.add(id);
    // The keyboard never stays on a lane that is hidden.
    if (!expanded && this.#isInside(this.activeLane, id)) this.activeLane = id;
    this.#updateVisible();
  }
  toggle(id: string): void { if (this.hasChildren(id)) this.setExpanded(id, !this.isExpanded(id)); }
  hasChildren(id: string): boolean { return (this.#children.get(id)?.length ?? 0) > 0; }
  /** Unfolds whatever hides a lane. */
  uncover(id: string): void {
    for (let parent = this.#byId.get(id)?.parent ?? ''; parent !== ''; parent = this.#byId.get(parent)?.parent ?? '') this.setExpanded(parent, true);
  }
  #isInside(id: string, ancestor: string): boolean {
    for (let at: string | undefined = id; at; at = this.#byId.get(at)?.parent) if (at === ancestor) return true;
    return false;
  }

  /** Lanes whose name, detail or number has a text in it are shown, with what they are in; '' shows all. */
  get search(): string { return this.#search; }
  set search(text: string) { this.#search = text; this.#updateVisible(); }
  /** Lanes that the search means, in their order. */
  get found(): readonly string[] { return this.#search === '' ? [] : this.#visible.filter(({ lane }) => isMeant(lane, this.#search.toLowerCase())).map(({ lane }) => lane.id); }

  /** Does something to the arrangement of the lanes. */
  arrange(change: (arrangement: Arrangement) => void): void { change(this.arrangement); this.#updateVisible(); }
  /** Moves a lane among its siblings. */
  moveLane(id: string, delta: number): void {
    const lane = this.#byId.get(id);
    if (!lane) return;
    this.arrange((arrangement) => arrangement.move(id, delta, this.#siblingsOf(lane.parent).map((each) => each.id)));
  }
  #siblingsOf(parent: string): readonly Lane[] { return this.#byId.has(parent) ? this.#children.get(parent) ?? [] : this.#lanes.filter((lane) => !this.#byId.has(lane.parent)); }

  /** Lanes that are shown while something is searched: those that are meant, and what they are in. */
  #meant(): ReadonlySet<string> | undefined {
    if (this.#search === '') return undefined;
    const wanted = this.#search.toLowerCase(), meant = new Set<string>();
    for (const lane of this.#lanes) if (isMeant(lane, wanted)) for (let id: string | undefined = lane.id; id && !meant.has(id); id = this.#byId.get(id)?.parent) meant.add(id);
    return meant;
  }

  #updateVisible(): void {
    const visible: VisibleLane[] = [];
    const meant = this.#meant();
    const visit = (unordered: readonly Lane[], depth: number): void => {
      const siblings = this.arrangement.apply(unordered.filter((lane) => meant === undefined || meant.has(lane.id)));
      siblings.forEach((lane, i) => {
        const expandable = this.hasChildren(lane.id);
        const expanded = expandable && (this.isExpanded(lane.id) || meant !== undefined && this.#children.get(lane.id)!.some((child) => meant.has(child.id)));
        visible.push({ lane, depth, expandable, expanded, position: i + 1, setSize: siblings.length });
        if (expanded) visit(this.#children.get(lane.id)!, depth + 1);
      });
    };
    visit(this.#siblingsOf(''), 0);
    this.#visible = visible;
    if (!visible.some((row) => row.lane.id === this.activeLane)) this.activeLane = visible[0]?.lane.id ?? 'h';
  }

  /** Moves the keyboard by `delta` lanes. */
  moveActive(delta: number): void {
    const at = this.#visible.findIndex((row) => row.lane.id === this.activeLane);
    const next = this.#visible[Math.max(0, Math.min(this.#visible.length - 1, at + delta))];
    if (next) this.activeLane = next.lane.id;
  }

  /** Lanes that the selected event is in, from the thread up. */
  selectionLanes(): readonly string[] {
    const selected = this.selection;
    return selected ? [`t:${selected.tid}`, `p:${selected.pid}`, `c:${selected.containerId}`, 'h'] : [];
  }
  /** The innermost visible lane of the selected event. */
  selectionLane(): string | undefined {
    const shown = new Set(this.#visible.map((row) => row.lane.id));
    return this.selectionLanes().find((id) => shown.has(id));
  }

  // ---- the range

  get minSpanNs(): number { return Math.max(1000, this.widthPx * NS_PER_PX_MIN); }
  /** What lists and tables are about: the chosen stretch, or what is in view. */
  get listRange(): Range { return this.chosen ?? this.range; }
  get maxSpanNs(): number { return Math.max(1e6, (this.history.endNs - this.history.startNs) * 1.5, this.live ? 60e9 : 0); }
  get spanNs(): number { return this.range.endNs - this.range.startNs; }

  /** Goes where the user wants; stops following. */
  setRange(startNs: number, endNs: number): void {
    this.mode = 'free';
    this.#place(startNs, endNs - startNs);
  }
  /** Zooms by `factor` (below 1: in); the time at `anchorNs` stays where it is. */
  zoomAt(anchorNs: number, factor: number): void {
    const oldNs = this.spanNs;
    const spanNs = this.#clampSpan(oldNs * factor);
    this.setRange(anchorNs - (anchorNs - this.range.startNs) * (spanNs / oldNs), anchorNs - (anchorNs - this.range.startNs) * (spanNs / oldNs) + spanNs);
  }
  /** What keys and buttons zoom at: the selected event where it is in view, else the middle. */
  get zoomCentreNs(): number {
    const { selection, range } = this;
    const at = selection === undefined ? Number.NaN : selection.startNs + selection.durationNs / 2;
    return at >= range.startNs && at <= range.endNs ? at : (range.startNs + range.endNs) / 2;
  }
  panBy(deltaNs: number): void { this.setRange(this.range.startNs + deltaNs, this.range.endNs + deltaNs); }
  /** All of the history. */
  fit(): void {
    this.mode = this.#live ? 'free' : 'fit';
    const all = paddedRange(this.history);
    this.#place(all.startNs, all.endNs - all.startNs);
  }
  /** As much as is in view, from the history's first moment. */
  goToStart(): void { this.setRange(this.history.startNs - this.spanNs * 0.02, this.history.startNs + this.spanNs * 0.98); }
  goToEnd(): void {
    if (this.#live) this.follow();
    else this.setRange(this.history.endNs - this.spanNs * 0.98, this.history.endNs + this.spanNs * 0.02);
  }
  /** Follows again, with the span in view where that is one to follow with. */
  follow(followNs?: number): void {
    if (!this.#live) return;
    this.mode = 'follow';
    if (followNs !== undefined) this.followNs = followNs;
    this.followTo(this.history.endNs);
  }
  /** The newest moment moved on. */
  followTo(endNs: number): void {
    this.history = { startNs: this.history.startNs, endNs: Math.max(this.history.endNs, endNs) };
    if (this.mode === 'follow') this.range = { startNs: endNs - this.followNs, endNs };
  }
  stopFollowing(): void { if (this.mode === 'follow') this.mode = 'free'; }

  setStatus(status: Pick<Status, 'startNs' | 'endNs'>): void {
    this.history = { startNs: status.startNs, endNs: status.endNs };
    if (this.mode === 'fit') this.fit();
  }

  /** Brings a stretch of time into view: does nothing where some of it is seen, keeps the zoom where it fits. Seen means not at the very edge, unless the margin is 0. */
  reveal(startNs: number, durationNs: number, marginShare = 0.002): void {
    const spanNs = this.spanNs, lengthNs = Math.max(0, durationNs);
    const marginNs = spanNs * marginShare;
    if (startNs <= this.range.endNs - marginNs && startNs + lengthNs >= this.range.startNs + marginNs) return;
    const newSpanNs = Math.max(spanNs, Math.min(lengthNs * 1.5, this.maxSpanNs));
    const start = startNs - (newSpanNs - Math.min(lengthNs, newSpanNs)) / 2;
    this.setRange(start, start + newSpanNs);
  }

  #clampSpan(spanNs: number): number { return Math.max(this.minSpanNs, Math.min(this.maxSpanNs, spanNs)); }
  /** A tenth of the view at least shows history, so that nobody gets lost in the void. */
  #place(startNs: number, wantedSpanNs: number): void {
    const spanNs = this.#clampSpan(wantedSpanNs);
    const marginNs = spanNs * 0.1;
    const start = Math.max(this.history.startNs - spanNs + marginNs, Math.min(this.history.endNs - marginNs, startNs));
    this.range = { startNs: start, endNs: start + spanNs };
  }
}

function isMeant(lane: Lane, wanted: string): boolean {
  return lane.label.toLowerCase().includes(wanted) || lane.detail.toLowerCase().includes(wanted) || lane.id.slice(2).toLowerCase().startsWith(wanted);
}

function paddedRange(history: Range): Range {
  const spanNs = Math.max(1e6, history.endNs - history.startNs);
  return { startNs: history.startNs - spanNs * 0.01, endNs: history.startNs + spanNs * 1.01 };
}

/** The part of an event that a selection keeps. */
export function selectionOf(event: EventRowMessage): Selection {
  return { row: event.row, startNs: event.startNs, durationNs: event.durationNs, tid: event.tid, pid: event.pid, containerId: event.containerId, failed: event.failed };
}
