// Columns give back what went in, whatever a segment holds: close and far times, durations of every kind, places beyond 32 bits; sets of rows count right.
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { ALL_ROWS, countBelow, countRows, hasRow, newRowSet, nextRow, nthRow, previousRow, setBelow } from './rowSet.ts';
import { Draft, SEGMENT_ROWS, Segment } from './segment.ts';

/** Small numbers that repeat for the same seed. */
function numbers(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => { state = (Math.imul(state, 1664525) + 1013904223) >>> 0; return Math.floor(state / 4294967296 * limit); };
}

interface Kind { readonly gap: number; readonly wild: number; readonly far: number; readonly pairs: boolean }

function fill(seed: number, { gap, wild, far, pairs }: Kind): { segment: Segment; expected: number[][] } {
  const random = numbers(seed), draft = new Draft(), segment = new Segment(SEGMENT_ROWS * 3, draft), expected: number[][] = [];
  let ns = 5e12, place = 1e11;
  for (let i = 0; i < SEGMENT_ROWS; i++) {
    ns += random(gap); place += 30 + random(far);
    const enter = pairs && i % 2 === 1 ? 1 : far > 100 && random(50) === 0 ? random(100_000) : 0;
    const odd = wild > 0 && random(wild) === 0;
    const duration = odd ? [-1, 2 ** 40, 0xffffffff, 0xfffffffe, 0.5, -7][random(6)] ?? 0 : enter === 1 ? ns - (draft.ts[i - 1] ?? 0) : 0;
    draft.ts[i] = ns; draft.duration[i] = duration; draft.offset[i] = place; draft.enter[i] = enter; draft.num[i] = odd ? i * 3 : i + 17;
    draft.cpu[i] = random(400); draft.nr[i] = odd ? 7 : 0xffff; draft.nparams[i] = 0xffff;
    segment.minNs = Math.min(segment.minNs, ns); segment.maxNs = Math.max(segment.maxNs, ns);
    expected.push([ns, duration, place, enter, draft.num[i] ?? 0]);
  }
  segment.count = SEGMENT_ROWS;
  return { segment, expected };
}

test('a segment says the same before and after it is packed', () => {
  const kinds: readonly Kind[] = [{ gap: 1000, wild: 0, far: 100, pairs: true }, { gap: 1e9, wild: 0, far: 100, pairs: true }, { gap: 1000, wild: 3000, far: 100, pairs: true }, { gap: 1000, wild: 5, far: 100, pairs: false }, { gap: 1e9, wild: 5, far: 1e6, pairs: true }, { gap: 2, wild: 0, far: 1, pairs: false }];
  for (const [n, kind] of kinds.entries()) {
    const { segment, expected } = fill(n + 1, kind);
    const told = (): number[][] => expected.map((_, i) => [segment.tsAt(i), segment.durationAt(i), segment.offsetAt(i), segment.enterAt(i), segment.numAt(i)]);
    assert.deepEqual(told(), expected, JSON.stringify(kind));
    segment.seal(0, [], n % 2 === 0);
    assert.ok(segment.full);
    assert.deepEqual(told(), expected, JSON.stringify(kind));
  }
});

test('an ordinary segment of a capture takes less than 20 bytes an event', () => {
  const { segment } = fill(1, { gap: 1000, wild: 0, far: 100, pairs: true });
  segment.seal(SEGMENT_ROWS / 2, [0], false);
  assert.ok(segment.size / SEGMENT_ROWS < 20, `${segment.size / SEGMENT_ROWS} bytes`);
});

test('sets of rows count, find and cut as lists of numbers do', () => {
  fc.assert(fc.property(fc.uniqueArray(fc.nat(SEGMENT_ROWS - 1), { maxLength: 300 }), fc.nat(SEGMENT_ROWS), (rows, at) => {
    const set = newRowSet(), sorted = [...rows].sort((a, b) => a - b);
    for (const row of rows) set[row >>> 5] = (set[row >>> 5] ?? 0) | 1 << (row & 31);
    assert.equal(countRows(set), rows.length);
    assert.equal(countBelow(set, at), rows.filter((row) => row < at).length);
    assert.equal(nextRow(set, at), sorted.find((row) => row >= at) ?? -1);
    if (at < SEGMENT_ROWS) { assert.equal(previousRow(set, at), sorted.findLast((row) => row <= at) ?? -1); assert.equal(hasRow(set, at), rows.includes(at)); }
    assert.equal(nthRow(set, at), sorted[at] ?? -1);
    for (let n = 0; n < Math.min(20, rows.length); n++) assert.equal(nthRow(set, n), sorted[n]);
    setBelow(set, at);
    assert.equal(countRows(set), at);
    assert.equal(nextRow(set, at), -1);
  }));
  assert.equal(countRows(ALL_ROWS), SEGMENT_ROWS);
});
