// What a stretch of the timeline shows at so many pixels: single calls where they can be told apart, else how many of each kind in each bucket.
import { keyOfWhat, nameOfKey } from './classify.ts';
import type { FilterBits } from './filterBits.ts';
import type { EventHistory, LossGap } from './history.ts';
import { LaneTracks } from './lanes.ts';
import { trackRange, type TrackRange } from './range.ts';
import { hasRow, type RowSet } from './rowSet.ts';
import { ROW, type Segment } from './segment.ts';
import { FAILED, FIELDS, type SegmentSummary } from './summary.ts';
import { stands, tallyOf, visitTrack } from './tally.ts';
import type { Track } from './track.ts';
import { NO_ROW, openCallOf, openPasses, type OpenCall } from './underway.ts';

/** Numbers of a bucket: one for each kind, and failed calls. */
export const BUCKET_FIELDS = FIELDS;
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

interface LaneWork { readonly id: string; readonly tracks: readonly Track[]; count: number; diff: Int32Array<ArrayBuffer> | undefined }

export function viewportOf(history: EventHistory, query: ViewportQuery, filter: FilterBits | undefined, nowNs: number): Viewport {
  const { startNs } = query;
  const endNs = Math.max(query.endNs, startNs + 1);
  const buckets = Math.max(1, Math.min(MAX_BUCKETS, Math.floor(query.widthPx)));
  const tracks = new LaneTracks(history, startNs, endNs);
  const work = query.lanes.map((id): LaneWork => ({ id, tracks: tracks.of(id), count: 0, diff: undefined }));
  const found = new Map<Track, InRange>();
  for (const lane of work) for (const track of lane.tracks) lane.count += inRange(history, track, startNs, endNs, filter, found).count;

  const names = new Names();
  const rowBase = history.endRow < NO_ROW ? 0 : history.firstRow;
  const spans = new Map<string, SpanResult>();
  const targets = new Map<Track, Int32Array[]>();
  for (const lane of work) {
    const result = lane.count <= MAX_SPANS ? spansOf(history, lane, startNs, endNs, filter, nowNs, names, buckets, rowBase, found) : undefined;
    if (result !== undefined) { spans.set(lane.id, result); continue; }
    lane.diff = new Int32Array((buckets + 1) * BUCKET_FIELDS);
    for (const track of lane.tracks) { const list = targets.get(track); if (list === undefined) targets.set(track, [lane.diff]); else list.push(lane.diff); }
  }
  const scale = buckets / (endNs - startNs);
  for (const [track, diffs] of targets) addDensity(history, track, diffs, startNs, endNs, scale, buckets, filter, nowNs, found.get(track)?.rows);
  const lanes = work.map((lane) => spans.get(lane.id) ?? { id: lane.id, mode: 'density' as const, counts: prefixSums(lane.diff ?? new Int32Array(0), buckets) });
  return { startNs, endNs, lanes, names: names.list, gaps: history.gaps.filter((gap) => gap.endNs >= startNs && gap.startNs <= endNs), rowBase };
}

/** Rows of a track in the range, and how many of its events pass; a few more without a filter. */
interface InRange { readonly rows: TrackRange; readonly count: number }

function inRange(history: EventHistory, track: Track, startNs: number, endNs: number, filter: FilterBits | undefined, known: Map<Track, InRange>): InRange {
  let found = known.get(track);
  if (found === undefined) {
    const rows = trackRange(history, track, startNs, endNs);
    const count = filter === undefined ? rows.to - rows.from : tallyOf(history, track, startNs, endNs, filter, rows).events;
    known.set(track, found = { rows, count: openCallOf(history, track, endNs) === undefined ? count : count + 1 });
  }
  return found;
}

/** Adds a track's calls to difference arrays: one up where a call begins, one down behind its end. */
function addDensity(history: EventHistory, track: Track, diffs: readonly Int32Array[], startNs: number, endNs: number, scale: number, buckets: number, filter: FilterBits | undefined, nowNs: number, range: TrackRange | undefined): void {
  const { pendingRow } = track;
  const addRow = (segment: Segment, i: number): void => {
    if (!stands(segment, i, pendingRow)) return;
    const begin = segment.startAt(i);
    if (begin <= endNs) add(diffs, begin, segment.tsAt(i), segment.kindAt(i), ((segment.flags[i] as number) & ROW.failed) !== 0, startNs, scale, buckets);
  };
  visitTrack(history, track, startNs, endNs, filter, {
    whole(segment, thread, summary) {
      if (!addSummary(segment, thread, summary, diffs, startNs, scale, buckets)) return false;
      for (let s = summary.specialAt[thread] as number; s < (summary.specialAt[thread + 1] as number); s++) addRow(segment, summary.special[s] as number);
      return true;
    },
    rows(segment, first, last, pass) {
      for (let p = first; p < last; p++) {
        const i = segment.order[p] as number;
        if (pass === undefined || hasRow(pass, i)) addRow(segment, i);
      }
    },
  }, range);
  const open = openCallOf(history, track, endNs);
  if (open !== undefined && openPasses(history, open, filter)) add(diffs, open.startNs, nowNs, open.kind, false, startNs, scale, buckets);
}

/** Adds what a segment holds of a thread; false where buckets are too narrow for that. A bin is no wider than a bucket and stands for its middle: nothing is more than half a bucket off. */
function addSummary(segment: Segment, thread: number, summary: SegmentSummary, diffs: readonly Int32Array[], startNs: number, scale: number, buckets: number): boolean {
  const spanNs = segment.maxNs - segment.minNs + 1, level = summary.level(spanNs, 1 / scale);
  if (level === undefined) return false;
  const { bin, field, starts, ends } = level, to = level.at[thread + 1] as number, binNs = spanNs / level.bins, fromNs = segment.minNs + binNs / 2;
  for (let e = level.at[thread] as number; e < to; e++) {
    const at = bucketOf(fromNs + (bin[e] as number) * binNs, startNs, scale, buckets) * BUCKET_FIELDS + (field[e] as number), up = starts[e] as number, down = ends[e] as number;
    for (let d = 0; d < diffs.length; d++) {
      const diff = diffs[d] as Int32Array;
      diff[at] = (diff[at] as number) + up;
      diff[at + BUCKET_FIELDS] = (diff[at + BUCKET_FIELDS] as number) - down;
    }
  }
  return true;
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

/** Makes counts of differences, in place. */
function prefixSums(diff: Int32Array<ArrayBuffer>, buckets: number): Uint32Array {
  const length = buckets * BUCKET_FIELDS;
  for (let i = BUCKET_FIELDS; i < length; i++) diff[i] = (diff[i] as number) + (diff[i - BUCKET_FIELDS] as number);
  return new Uint32Array(diff.buffer, 0, length);
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
function spansOf(history: EventHistory, lane: LaneWork, startNs: number, endNs: number, filter: FilterBits | undefined, nowNs: number, names: Names, buckets: number, rowBase: number, found: ReadonlyMap<Track, InRange>): SpanResult | undefined {
  const spans: Span[] = [];
  let seenNs = 0;
  const take = (start: number, end: number, row: number, kind: number, name: number, open?: OpenCall): void => {
    if (start > endNs || end < startNs) return;
    seenNs += Math.min(end, endNs) - Math.max(start, startNs);
    spans.push({ start: Math.max(start, -LONGEST_NS), duration: Math.min(end - start, LONGEST_NS), row, kind, name, open });
  };
  for (const track of lane.tracks) {
    const takeRows = (segment: Segment, first: number, last: number, pass: RowSet | undefined): void => {
      for (let p = first; p < last; p++) {
        const i = segment.order[p] as number;
        if ((pass !== undefined && !hasRow(pass, i)) || !stands(segment, i, track.pendingRow)) continue;
        take(segment.startAt(i), segment.tsAt(i), segment.firstRow + i, segment.kindAt(i) + (((segment.flags[i] as number) & ROW.failed) !== 0 ? 128 : 0), keyOfWhat(segment.what[i] as number));
      }
    };
    visitTrack(history, track, startNs, endNs, filter, {
      // Where hardly anything passes, there is nothing in most segments.
      whole: (_segment, thread, summary) => summary.events[thread] === 0 && summary.specialAt[thread] === summary.specialAt[thread + 1],
      rows: takeRows,
    }, found.get(track)?.rows);
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
