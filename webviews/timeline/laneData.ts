// What a viewport's answer says about one lane, unpacked once: columns of spans, or a picture of its density.
import type { DensityLane, SpanLane, ViewportResult } from '../../remote-agent/protocol/messages.ts';
import { KINDS } from '../base/palette.ts';
import { unpackCounts, unpackNumbers } from '../../remote-agent/protocol/packing.ts';
import { bytesOf } from '../base/columns.ts';
import type { Range } from './model.ts';

/** Set in a span's kind where the call failed. */
export const FAILED = 128;
/** The row of a call that is under way. */
export const NO_ROW = 0xffffffff;
const STRIDE = KINDS.length + 1;

export interface SpanData {
  readonly mode: 'spans';
  readonly range: Range;
  readonly count: number;
  readonly startNs: Float64Array;
  readonly durationNs: Float64Array;
  /** Indexes of the calls that have not returned, and of those among them that began before their start. */
  readonly open: ReadonlySet<number>; readonly before: ReadonlySet<number>;
  /** NO_ROW for a call that is no event yet. */
  readonly rows: Float64Array;
  readonly kinds: Uint8Array;
  readonly names: readonly string[];
  readonly nameIndex: Uint16Array;
  readonly depths: Uint8Array;
  /** Deepest depth and 1. */
  readonly rowsHigh: number;
  /** No span of the lane is longer: how far left of a range one must look for spans that reach into it. */
  readonly longestNs: number;
}
export interface DensityData {
  readonly mode: 'density';
  readonly range: Range;
  readonly buckets: number;
  /** `STRIDE` numbers a bucket: by kind, then the failed. */
  readonly counts: Uint32Array;
  /** Most calls in one bucket. */
  readonly peak: number;
  /** Buckets with a failed call. */
  readonly failedBuckets: Uint32Array;
}
export type LaneData = SpanData | DensityData;

export function unpackLane(lane: DensityLane | SpanLane, result: ViewportResult): LaneData {
  const range = { startNs: result.startNs, endNs: result.endNs };
  return lane.mode === 'density' ? unpackDensity(lane, range) : unpackSpans(lane, range, result.names, result.rowBase ?? 0);
}

function unpackDensity(lane: DensityLane, range: Range): DensityData {
  const counts = unpackCounts(bytesOf(lane.counts));
  const buckets = Math.floor(counts.length / STRIDE);
  let peak = 0;
  const failed: number[] = [];
  for (let bucket = 0; bucket < buckets; bucket++) {
    const total = bucketTotal(counts, bucket);
    if (total > peak) peak = total;
    if (counts[bucket * STRIDE + STRIDE - 1]! > 0) failed.push(bucket);
  }
  return { mode: 'density', range, buckets, counts, peak, failedBuckets: Uint32Array.from(failed) };
}

function indexes(packed: Uint8Array | undefined): ReadonlySet<number> { return new Set(packed === undefined ? [] : unpackNumbers(bytesOf(packed))); }
function unpackSpans(lane: SpanLane, range: Range, names: readonly string[], rowBase: number): SpanData {
  const startNs = unpackNumbers(bytesOf(lane.startNs));
  const durationNs = unpackNumbers(bytesOf(lane.durationNs));
  const depths = bytesOf(lane.depths);
  let longestNs = 0, deepest = 0;
  for (let i = 0; i < lane.count; i++) {
    if (durationNs[i]! > longestNs) longestNs = durationNs[i]!;
    if ((depths[i] ?? 0) > deepest) deepest = depths[i]!;
  }
  return {
    mode: 'spans', range, names, startNs, durationNs, depths, longestNs, rowsHigh: deepest + 1, open: indexes(lane.open), before: indexes(lane.before),
    count: Math.min(lane.count, startNs.length),
    rows: unpackNumbers(bytesOf(lane.rows)).map((row) => row === NO_ROW ? row : row + rowBase), kinds: bytesOf(lane.kinds), nameIndex: Uint16Array.from(unpackNumbers(bytesOf(lane.names))),
  };
}

/** All calls of a bucket. */
export function bucketTotal(counts: Uint32Array, bucket: number): number {
  let total = 0;
  for (let k = 0, at = bucket * STRIDE; k < KINDS.length; k++) total += counts[at + k]!;
  return total;
}
/** What one bucket holds. */
export interface BucketSummary { readonly range: Range; readonly total: number; readonly failed: number; readonly byKind: readonly { readonly kind: (typeof KINDS)[number]; readonly count: number }[] }

export function bucketAt(data: DensityData, ns: number): BucketSummary | undefined {
  const { startNs, endNs } = data.range;
  const widthNs = (endNs - startNs) / data.buckets;
  const bucket = Math.floor((ns - startNs) / widthNs);
  if (bucket < 0 || bucket >= data.buckets) return undefined;
  const at = bucket * STRIDE;
  const byKind = KINDS.map((kind, k) => ({ kind, count: data.counts[at + k]! })).filter((entry) => entry.count > 0).sort((a, b) => b.count - a.count);
  return { range: { startNs: startNs + bucket * widthNs, endNs: startNs + (bucket + 1) * widthNs }, total: bucketTotal(data.counts, bucket), failed: data.counts[at + STRIDE - 1]!, byKind };
}

/**
 * Density as pixels, one column a bucket, `heightPx` device pixels high: calls by kind stacked from the bottom in the order of KINDS.
 * Heights follow the square root of the number, so that one call beside ten thousand is still seen.
 */
export function paintDensity(data: DensityData, heightPx: number, peak: number, kindPixels: Uint32Array): Uint32Array {
  const { buckets, counts } = data;
  const pixels = new Uint32Array(buckets * heightPx);
  if (peak === 0) return pixels;
  for (let bucket = 0; bucket < buckets; bucket++) {
    const total = bucketTotal(counts, bucket);
    if (total === 0) continue;
    const barPx = Math.max(2, Math.round(Math.sqrt(Math.min(1, total / peak)) * heightPx));
    let sum = 0, fromPx = 0;
    for (let k = 0; k < KINDS.length; k++) {
      const count = counts[bucket * STRIDE + k]!;
      if (count === 0) continue;
      sum += count;
      const toPx = Math.round(sum / total * barPx);
      for (let y = fromPx; y < toPx; y++) pixels[(heightPx - 1 - y) * buckets + bucket] = kindPixels[k]!;
      fromPx = toPx;
    }
  }
  return pixels;
}

/** First span that starts at or after a time. */
export function firstSpanFrom(data: SpanData, ns: number): number {
  let low = 0, high = data.count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (data.startNs[middle]! < ns) low = middle + 1; else high = middle;
  }
  return low;
}

/** When a span ends; for one that is under way: when it was asked for. */
export function spanEndNs(data: SpanData, index: number): number { return data.startNs[index]! + data.durationNs[index]!; }

/** The span at a time and depth, or the nearest one within `reachNs`; the shortest where several lie there, as it is the hardest to hit. */
export function hitSpan(data: SpanData, ns: number, reachNs: number, depth: number | undefined): number {
  let best = -1, bestDistance = Infinity, bestLength = Infinity;
  for (let i = firstSpanFrom(data, ns - data.longestNs - reachNs); i < data.count && data.startNs[i]! <= ns + reachNs; i++) {
    if (depth !== undefined && data.depths[i] !== depth) continue;
    const start = data.startNs[i]!, end = spanEndNs(data, i);
    const distance = ns < start ? start - ns : ns > end ? ns - end : 0;
    if (distance > reachNs) continue;
    const length = end - start;
    if (distance < bestDistance || (distance === bestDistance && length < bestLength)) { best = i; bestDistance = distance; bestLength = length; }
  }
  return best;
}
