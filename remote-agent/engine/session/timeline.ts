// What a stretch of the timeline shows at so many pixels: single calls where they can be told apart, else how many of each kind in each bucket.
import { EVENT_KINDS } from '../event/kind.ts';
import { keyOfWhat, nameOfKey } from './classify.ts';
import type { FilterBits } from './filterBits.ts';
import type { EventHistory, LossGap } from './history.ts';
import { placeTracks, tracksOf } from './lanes.ts';
import { trackRange } from './range.ts';
import { ROW } from './segment.ts';
import type { Track } from './track.ts';
import { NO_ROW, openCallOf, openPasses, type OpenCall } from './underway.ts';

/** Numbers of a bucket: one for each kind, and failed calls. */
export const BUCKET_FIELDS = EVENT_KINDS.length + 1;
const FAILED = EVENT_KINDS.length;
const MAX_BUCKETS = 8192;
const MAX_SPANS = 2000;
/** Fifty days. What damaged events make up beyond it is no time that could be told exactly. */
const LONGEST_NS = 2 ** 52;

export interface DensityResult { readonly id: string; readonly mode: 'density'; readonly counts: Uint32Array }
export interface SpanResult {
  readonly id: string; readonly mode: 'spans'; readonly count: number;
  readonly startNs: Float64Array; readonly durationNs: Float64Array; readonly rows: Uint32Array;
  readonly kinds: Uint8Array; readonly names: Uint16Array; readonly depths: Uint8Array;
  /** Indexes of those that have not returned, and of those among them that began before their start. */
  readonly open: readonly number[]; readonly before: readonly number[];
}
export interface Viewport { readonly startNs: number; readonly endNs: number; readonly lanes: readonly (DensityResult | SpanResult)[]; readonly names: readonly string[]; readonly gaps: readonly LossGap[]; /** To be added to `SpanResult.rows`. */ readonly rowBase: number }
export interface ViewportQuery { readonly startNs: number; readonly endNs: number; readonly widthPx: number; readonly lanes: readonly string[] }

interface LaneWork { readonly id: string; readonly tracks: readonly Track[]; count: number; busyNs: number; diff: Int32Array | undefined }

export function viewportOf(history: EventHistory, query: ViewportQuery, filter: FilterBits | undefined, nowNs: number): Viewport {
  const { startNs } = query;
  const endNs = Math.max(query.endNs, startNs + 1);
  const buckets = Math.max(1, Math.min(MAX_BUCKETS, Math.floor(query.widthPx)));
  const placed = placeTracks(history);
  const work = query.lanes.map((id): LaneWork => ({ id, tracks: tracksOf(history, id, placed), count: 0, busyNs: 0, diff: undefined }));
  const counts = new Map<Track, number>();
  for (const lane of work) for (const track of lane.tracks) lane.count += countOf(history, track, startNs, endNs, filter, counts, MAX_SPANS);

  const names = new Names();
  const rowBase = history.endRow < NO_ROW ? 0 : history.firstRow;
  const spans = new Map<string, SpanResult>();
  const targets = new Map<Track, Int32Array[]>();
  for (const lane of work) {
    const result = lane.count <= MAX_SPANS ? spansOf(history, lane, startNs, endNs, filter, nowNs, names, buckets, rowBase) : undefined;
    if (result !== undefined) { spans.set(lane.id, result); continue; }
    lane.diff = new Int32Array((buckets + 1) * BUCKET_FIELDS);
    for (const track of lane.tracks) { const list = targets.get(track); if (list === undefined) targets.set(track, [lane.diff]); else list.push(lane.diff); }
  }
  const scale = buckets / (endNs - startNs);
  for (const [track, diffs] of targets) addDensity(history, track, diffs, startNs, endNs, scale, buckets, filter, nowNs);
  const lanes = work.map((lane) => spans.get(lane.id) ?? { id: lane.id, mode: 'density' as const, counts: prefixSums(lane.diff ?? new Int32Array(0), buckets) });
  return { startNs, endNs, lanes, names: names.list, gaps: history.gaps.filter((gap) => gap.endNs >= startNs && gap.startNs <= endNs), rowBase };
}

/** Events of a track in the range; stops counting soon after `enough` where a filter makes it costly. */
function countOf(history: EventHistory, track: Track, startNs: number, endNs: number, filter: FilterBits | undefined, known: Map<Track, number>, enough: number): number {
  let count = known.get(track);
  if (count !== undefined) return count;
  const { from, to } = trackRange(history, track, startNs, endNs);
  count = 0;
  if (filter === undefined) count = to - from;
  else {
    let passed = 0;
    history.visit(track, from, to, (_segment, _i, row) => !filter.passes(row) || ++passed <= enough);
    count = passed;
  }
  if (openCallOf(history, track, endNs) !== undefined) count++;
  known.set(track, count);
  return count;
}

/** Adds a track's calls to difference arrays: one up where a call begins, one down behind its end. */
function addDensity(history: EventHistory, track: Track, diffs: readonly Int32Array[], startNs: number, endNs: number, scale: number, buckets: number, filter: FilterBits | undefined, nowNs: number): void {
  const { from, to } = trackRange(history, track, startNs, endNs);
  history.visit(track, from, to, (segment, i, row) => {
    if (filter !== undefined && !filter.passes(row)) return;
    const begin = segment.startAt(i);
    if (begin > endNs) return;
    add(diffs, begin, segment.tsAt(i), segment.kindAt(i), ((segment.flags[i] ?? 0) & ROW.failed) !== 0, startNs, scale, buckets);
  });
  const open = openCallOf(history, track, endNs);
  if (open !== undefined && openPasses(history, open, filter)) add(diffs, open.startNs, nowNs, open.kind, false, startNs, scale, buckets);
}

function add(diffs: readonly Int32Array[], begin: number, end: number, kind: number, failed: boolean, startNs: number, scale: number, buckets: number): void {
  const first = bucketOf(begin, startNs, scale, buckets) * BUCKET_FIELDS;
  const behind = (bucketOf(end, startNs, scale, buckets) + 1) * BUCKET_FIELDS;
  for (let d = 0; d < diffs.length; d++) {
    const diff = diffs[d] as Int32Array;
    diff[first + kind] = (diff[first + kind] as number) + 1;
    diff[behind + kind] = (diff[behind + kind] as number) - 1;
    if (failed) {
      diff[first + FAILED] = (diff[first + FAILED] as number) + 1;
      diff[behind + FAILED] = (diff[behind + FAILED] as number) - 1;
    }
  }
}

/** Bucket of a time, kept within the range. */
export function bucketOf(ns: number, startNs: number, scale: number, buckets: number): number {
  const bucket = Math.floor((ns - startNs) * scale);
  return bucket < 0 ? 0 : bucket >= buckets ? buckets - 1 : bucket;
}

function prefixSums(diff: Int32Array, buckets: number): Uint32Array {
  const counts = new Uint32Array(buckets * BUCKET_FIELDS);
  for (let i = 0; i < counts.length; i++) counts[i] = (diff[i] ?? 0) + (i >= BUCKET_FIELDS ? counts[i - BUCKET_FIELDS] ?? 0 : 0);
  return counts;
}

class Names {
  readonly list: string[] = [];
  readonly #index = new Map<number, number>();
  of(key: number): number {
    let index = this.#index.get(key);
    if (index === undefined) { index = this.list.length; this.list.push(nameOfKey(key)); this.#index.set(key, index); }
    return index;
  }
}

interface Span { start: number; duration: number; row: number; kind: number; name: number; open: OpenCall | undefined }

/** Single calls of a lane; undefined where most would be narrower than can be told apart. */
function spansOf(history: EventHistory, lane: LaneWork, startNs: number, endNs: number, filter: FilterBits | undefined, nowNs: number, names: Names, buckets: number, rowBase: number): SpanResult | undefined {
  const spans: Span[] = [];
  let seenNs = 0;
  const take = (start: number, end: number, row: number, kind: number, name: number, open?: OpenCall): void => {
    if (start > endNs || end < startNs) return;
    seenNs += Math.min(end, endNs) - Math.max(start, startNs);
    spans.push({ start: Math.max(start, -LONGEST_NS), duration: Math.min(end - start, LONGEST_NS), row, kind, name, open });
  };
  for (const track of lane.tracks) {
    const { from, to } = trackRange(history, track, startNs, endNs);
    history.visit(track, from, to, (segment, i, row) => {
      if (filter !== undefined && !filter.passes(row)) return;
      take(segment.startAt(i), segment.tsAt(i), row, segment.kindAt(i) + (((segment.flags[i] ?? 0) & ROW.failed) !== 0 ? 128 : 0), keyOfWhat(segment.what[i] ?? 0));
    });
    const open = openCallOf(history, track, endNs);
    if (open !== undefined && openPasses(history, open, filter)) take(open.startNs, Math.max(nowNs, open.startNs), open.row, open.kind, open.name, open);
  }
  const nsPerPx = (endNs - startNs) / buckets;
  if (spans.length * 2 > buckets && seenNs / spans.length < nsPerPx) return undefined;
  spans.sort((a, b) => a.start - b.start || b.duration - a.duration || a.row - b.row);
  const count = spans.length, open: number[] = [], before: number[] = [];
  const result: SpanResult = { id: lane.id, mode: 'spans', count, startNs: new Float64Array(count), durationNs: new Float64Array(count), rows: new Uint32Array(count), kinds: new Uint8Array(count), names: new Uint16Array(count), depths: new Uint8Array(count), open, before };
  /** When each depth is free again. */
  const free: number[] = [];
  for (let i = 0; i < count; i++) {
    const span = spans[i] as Span;
    let depth = 0;
    while (depth < free.length && depth < 255 && (free[depth] as number) > span.start) depth++;
    free[depth] = span.start + span.duration;
    result.startNs[i] = span.start; result.durationNs[i] = span.duration; result.rows[i] = span.row === NO_ROW ? NO_ROW : span.row - rowBase;
    result.kinds[i] = span.kind; result.names[i] = names.of(span.name); result.depths[i] = depth;
    if (span.open !== undefined) open.push(i);
    if (span.open?.before === true) before.push(i);
  }
  return result;
}
