// Where things lie. Pure numbers in two spaces:
//   time: ns since the session's base;  css: pixels of the canvas, y from its top, the axis first, lanes scrolled by `scrollCss`.
// A third, device pixels, is known to draw.ts alone.
import type { LaneLevel } from '../../remote-agent/protocol/messages.ts';
import type { Range, VisibleLane } from './model.ts';
import { spanEndNs, type SpanData } from './laneData.ts';

/** Height of the axis above the lanes. */
export const AXIS_CSS = 44;
export const LANE_CSS: Readonly<Record<LaneLevel, number>> = { host: 34, container: 34, process: 28, thread: 24 };
/** Free space above and below the marks of a lane; errors are marked in the upper one. */
export const LANE_TOP_CSS = 5;
export const LANE_BOTTOM_CSS = 2;
/** No mark is narrower, so that the shortest call is seen. */
export const SPAN_MIN_CSS = 2;

export interface Rect { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
/** A visible lane and where it lies in the scrolled content, 0 being the first lane's top. */
export interface PlacedLane extends VisibleLane { readonly topCss: number; readonly heightCss: number }
export interface LaneLayout { readonly placed: readonly PlacedLane[]; readonly totalCss: number }

export function layoutLanes(visible: readonly VisibleLane[]): LaneLayout {
  let topCss = 0;
  const placed = visible.map((row) => {
    const heightCss = LANE_CSS[row.lane.level];
    const place: PlacedLane = { ...row, topCss, heightCss };
    topCss += heightCss;
    return place;
  });
  return { placed, totalCss: topCss };
}

/** Lanes that a view of a height shows. */
export function lanesInView(layout: LaneLayout, scrollCss: number, viewCss: number): readonly PlacedLane[] {
  const first = indexAt(layout, scrollCss);
  const result: PlacedLane[] = [];
  for (let i = first; i < layout.placed.length; i++) {
    const lane = layout.placed[i]!;
    if (lane.topCss >= scrollCss + viewCss) break;
    result.push(lane);
  }
  return result;
}
/** The lane at a y of the content. */
export function laneAt(layout: LaneLayout, contentCss: number): PlacedLane | undefined {
  if (contentCss < 0 || contentCss >= layout.totalCss) return undefined;
  return layout.placed[indexAt(layout, contentCss)];
}
function indexAt(layout: LaneLayout, contentCss: number): number {
  let low = 0, high = layout.placed.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (layout.placed[middle]!.topCss <= contentCss) low = middle; else high = middle - 1;
  }
  return Math.max(0, low);
}

export function xOfNs(range: Range, widthCss: number, ns: number): number { return (ns - range.startNs) / (range.endNs - range.startNs) * widthCss; }
export function nsOfX(range: Range, widthCss: number, xCss: number): number { return range.startNs + xCss / widthCss * (range.endNs - range.startNs); }

/** The part of a lane that its marks lie in, on the canvas. */
export function marksRect(lane: PlacedLane, scrollCss: number, widthCss: number): Rect {
  return { x: 0, y: AXIS_CSS + lane.topCss - scrollCss + LANE_TOP_CSS, width: widthCss, height: lane.heightCss - LANE_TOP_CSS - LANE_BOTTOM_CSS };
}

/** Top and height of a span in its lane's marks: overlapping calls share the height, down to 2 pixels each. */
export function depthBand(marks: Rect, depth: number, rowsHigh: number): { readonly y: number; readonly height: number } {
  const rows = Math.max(1, Math.min(rowsHigh, Math.floor(marks.height / 2)));
  const heightCss = marks.height / rows;
  const row = Math.min(depth, rows - 1);
  const gapCss = rows > 1 && heightCss >= 4 ? 1 : 0;
  return { y: marks.y + row * heightCss, height: heightCss - gapCss };
}
/** The depth at a y; undefined where bands are too thin to aim at. */
export function depthAt(marks: Rect, yCss: number, rowsHigh: number): number | undefined {
  const rows = Math.max(1, Math.min(rowsHigh, Math.floor(marks.height / 2)));
  if (marks.height / rows < 5) return undefined;
  return Math.max(0, Math.min(rows - 1, Math.floor((yCss - marks.y) / (marks.height / rows))));
}

/** Left edge and width of a stretch of time, cut at the canvas, never narrower than SPAN_MIN_CSS. */
export function spanX(range: Range, widthCss: number, startNs: number, endNs: number): { readonly x: number; readonly width: number } {
  const from = Math.max(-4, xOfNs(range, widthCss, startNs));
  const to = Math.min(widthCss + 4, xOfNs(range, widthCss, endNs));
  return { x: from, width: Math.max(SPAN_MIN_CSS, to - from) };
}

/** Where a span of a lane lies on the canvas. */
export function spanRect(data: SpanData, index: number, lane: PlacedLane, scrollCss: number, range: Range, widthCss: number): Rect {
  const { x, width } = spanX(range, widthCss, data.startNs[index]!, spanEndNs(data, index));
  const band = depthBand(marksRect(lane, scrollCss, widthCss), data.depths[index] ?? 0, data.rowsHigh);
  return { x, width, y: band.y, height: band.height };
}

/** A range that is wider by `share` on both sides: what to fetch so that a pan finds something already there. */
export function widened(range: Range, share: number): Range {
  const moreNs = (range.endNs - range.startNs) * share;
  return { startNs: range.startNs - moreNs, endNs: range.endNs + moreNs };
}
