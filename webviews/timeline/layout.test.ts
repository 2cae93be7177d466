// Places on the canvas, and what lies there: pure numbers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Lane } from '../../remote-agent/protocol/messages.ts';
import { packCounts, packNumbers } from '../../remote-agent/protocol/packing.ts';
import { KINDS } from '../base/palette.ts';
import { bytesOf } from '../base/columns.ts';
import { NO_ROW, bucketAt, hitSpan, paintDensity, unpackLane } from './laneData.ts';
import type { DensityData, SpanData } from './laneData.ts';
import { AXIS_CSS, depthAt, depthBand, laneAt, lanesInView, layoutLanes, marksRect, nsOfX, spanRect, xOfNs } from './layout.ts';
import type { VisibleLane } from './model.ts';

const row = (id: string, level: Lane['level']): VisibleLane => ({ lane: { id, parent: '', level, label: id, detail: '', events: 0, errors: 0 }, depth: 0, expandable: false, expanded: false, position: 1, setSize: 1 });
const layout = layoutLanes([row('h', 'host'), row('p:1', 'process'), row('t:1', 'thread'), row('t:2', 'thread')]);

test('lanes lie under each other without gaps', () => {
  assert.deepEqual(layout.placed.map((place) => [place.topCss, place.heightCss]), [[0, 34], [34, 28], [62, 24], [86, 24]]);
  assert.equal(layout.totalCss, 110);
  assert.equal(laneAt(layout, 61.9)!.lane.id, 'p:1');
  assert.equal(laneAt(layout, 62)!.lane.id, 't:1');
  assert.equal(laneAt(layout, 110), undefined);
  assert.deepEqual(lanesInView(layout, 40, 30).map((place) => place.lane.id), ['p:1', 't:1']);
});
test('x and time are each other\'s inverse', () => {
  const range = { startNs: 1e15, endNs: 1e15 + 20_000 };
  assert.equal(xOfNs(range, 1000, 1e15 + 1000), 50);
  for (const ns of [1e15, 1e15 + 1, 1e15 + 19_999]) assert.ok(Math.abs(nsOfX(range, 1000, xOfNs(range, 1000, ns)) - ns) < 0.5);
});
test('overlapping calls share the height, never below two pixels', () => {
  const marks = marksRect(layout.placed[0]!, 0, 500);
  assert.deepEqual(marks, { x: 0, y: AXIS_CSS + 5, width: 500, height: 27 });
  assert.deepEqual(depthBand(marks, 0, 1), { y: marks.y, height: 27 });
  const bands = [0, 1, 2].map((depth) => depthBand(marks, depth, 3));
  assert.deepEqual(bands.map((band) => band.y), [marks.y, marks.y + 9, marks.y + 18]);
  assert.equal(depthAt(marks, marks.y + 10, 3), 1);
  const thin = depthBand(marks, 200, 255);
  assert.ok(thin.height >= 2 && thin.y + thin.height <= marks.y + marks.height + 0.01);
});

function makeSpans(list: readonly (readonly [number, number, number?])[]): SpanData {
  return unpackLane({
    id: 't:1', mode: 'spans', count: list.length, startNs: packNumbers(Array.from(list, (span) => span[0])), durationNs: packNumbers(Array.from(list, (span) => span[1])), rows: packNumbers(Array.from(list, (_, i) => 100 + i)),
    kinds: Uint8Array.from(list, () => 1), names: packNumbers(Array.from(list, () => 0)), depths: Uint8Array.from(list, (span) => span[2] ?? 0),
  }, { startNs: 0, endNs: 1000, lanes: [], names: ['read'], gaps: [] }) as SpanData;
}
test('a hit finds the span under the pointer, the nearest beside it, the shortest of several', () => {
  const data = makeSpans([[0, 900], [100, 10], [200, 50, 1], [500, 0]]);
  assert.equal(hitSpan(data, 50, 5, undefined), 0);
  assert.equal(hitSpan(data, 105, 5, undefined), 1);
  assert.equal(hitSpan(data, 220, 5, 1), 2);
  assert.equal(hitSpan(data, 220, 5, 0), 0);
  assert.equal(hitSpan(data, 903, 5, undefined), 0);
  assert.equal(hitSpan(data, 950, 5, undefined), -1);
});
test('the shortest call is two pixels wide, the longest ends beside the canvas', () => {
  const data = makeSpans([[100, 0], [200, 1e12]]);
  const rects = [0, 1].map((i) => spanRect(data, i, layout.placed[2]!, 10, { startNs: 0, endNs: 1000 }, 500));
  assert.equal(rects[0]!.width, 2);
  assert.equal(rects[1]!.x + rects[1]!.width, 504);
  assert.equal(rects[0]!.y, AXIS_CSS + 62 - 10 + 5);
});

function makeDensity(buckets: readonly (readonly number[])[]): DensityData {
  const counts = Uint32Array.from(buckets.flatMap((bucket) => [...KINDS.map((_, k) => bucket[k] ?? 0), bucket[7] ?? 0]));
  return unpackLane({ id: 'h', mode: 'density', counts: packCounts(counts, KINDS.length + 1) }, { startNs: 0, endNs: buckets.length * 10, lanes: [], names: [], gaps: [] }) as DensityData;
}
test('density is stacked by kind from the bottom, by the square root of the number', () => {
  const data = makeDensity([[2, 2], [], [100], [0, 0, 0, 0, 0, 0, 1, 1]]);
  assert.equal(data.peak, 100);
  assert.deepEqual([...data.failedBuckets], [3]);
  const pixels = paintDensity(data, 10, data.peak, Uint32Array.from([1, 2, 3, 4, 5, 6, 7]));
  const columnOfBucket = (bucket: number): number[] => Array.from({ length: 10 }, (_, y) => pixels[(9 - y) * 4 + bucket]!);
  assert.deepEqual(columnOfBucket(0), [1, 2, 0, 0, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual(columnOfBucket(1), new Array(10).fill(0));
  assert.deepEqual(columnOfBucket(2), new Array(10).fill(1));
  // One call beside a hundred is still two pixels.
  assert.deepEqual(columnOfBucket(3).slice(0, 3), [7, 7, 0]);
});
test('a bucket says what it holds', () => {
  const data = makeDensity([[3, 1, 0, 0, 0, 0, 0, 2], []]);
  assert.deepEqual(bucketAt(data, 5), { range: { startNs: 0, endNs: 10 }, total: 4, failed: 2, byKind: [{ kind: 'file', count: 3 }, { kind: 'network', count: 1 }] });
  assert.equal(bucketAt(data, 15)!.total, 0);
  assert.equal(bucketAt(data, 25), undefined);
});
test('bytes are taken from views, buffers, arrays and numbered objects', () => {
  const plain = Uint8Array.of(1, 200, 3);
  for (const value of [plain, plain.slice().buffer, [...plain], { ...plain }, { type: 'Buffer', data: [...plain] }]) assert.deepEqual([...bytesOf(value)], [1, 200, 3]);
  assert.equal(bytesOf(undefined).length, 0);
  assert.equal(bytesOf('text').length, 0);
});

test('rows beyond 32 bits are told from a base; calls under way have none', () => {
  const lane = {
    id: 't:1', mode: 'spans' as const, count: 2, startNs: packNumbers(Array.of(1, 2)), durationNs: packNumbers(Array.of(1, 1)), rows: packNumbers(Array.of(7, NO_ROW)), open: packNumbers(Array.of(1)),
    kinds: Uint8Array.of(0, 0), names: packNumbers(Array.of(0, 0)), depths: Uint8Array.of(0, 0),
  };
  const result = { startNs: 0, endNs: 10, lanes: [lane], names: ['x'], gaps: [], rowBase: 2 ** 33 };
  const data = unpackLane(lane, result);
  assert.ok(data.mode === 'spans');
  assert.deepEqual([[...data.rows], [...data.open]], [[2 ** 33 + 7, NO_ROW], [1]]);
});
