// Buckets fold and are let go of without a number getting lost or moving to another time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BucketAxis, MAX_BUCKETS, SetColumn, SumColumn } from './buckets.ts';

function made(): { axis: BucketAxis; sums: SumColumn; sets: SetColumn; take(ns: number, value: string): void } {
  const axis = new BucketAxis(), sums = new SumColumn(), sets = new SetColumn();
  axis.onFold = (odd) => { sums.fold(odd); sets.fold(odd); };
  axis.onDrop = (n) => { sums.drop(n); sets.drop(n); };
  return { axis, sums, sets, take: (ns, value) => { const bucket = axis.at(ns); sums.add(bucket, 1); sets.add(bucket, value); } };
}

test('whatever the times are, each stretch holds what was recorded in it', () => {
  let seed = 7;
  const random = (): number => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
  for (let round = 0; round < 30; round++) {
    const { axis, sums, sets, take } = made(), times: number[] = [];
    let ns = Math.floor(random() * 1e9);
    for (let i = 0; i < 2000; i++) {
      // Now and then a long pause, now and then a step back within what was seen.
      ns += random() < 0.01 ? random() * 1e9 : random() * 1e5 * (round + 1);
      times.push(Math.floor(ns));
      take(Math.floor(ns), `v${i % 17}`);
    }
    assert.ok(axis.count <= MAX_BUCKETS, `${axis.count} buckets`);
    assert.ok(axis.startNs <= (times[0] ?? 0) && axis.endNs > (times.at(-1) ?? 0));
    for (let tries = 0; tries < 20; tries++) {
      const a = Math.floor(random() * axis.count), b = a + 1 + Math.floor(random() * (axis.count - a));
      const from = axis.startNs + a * axis.widthNs, to = axis.startNs + b * axis.widthNs, inside = times.map((at, i) => ({ at, value: i % 17 })).filter(({ at }) => at >= from && at < to);
      assert.equal(sums.total(a, b), inside.length);
      assert.equal(sets.total(a, b), new Set(inside.map(({ value }) => value)).size);
    }
  }
});

test('what is let go of is gone, the rest stays where it was', () => {
  const { axis, sums, sets, take } = made();
  for (let i = 0; i < 1000; i++) take(i * 1e6, `v${i}`);
  const { endNs } = axis;
  axis.dropBefore(500e6);
  assert.ok(axis.startNs <= 500e6 && axis.startNs + axis.widthNs > 500e6, `${axis.startNs}`);
  assert.equal(axis.endNs, endNs);
  const kept = 1000 - Math.ceil(axis.startNs / 1e6);
  assert.equal(sums.total(0, axis.count), kept);
  assert.equal(sets.total(0, axis.count), kept);
  take(1000e6, 'later');
  assert.equal(sums.total(0, axis.count), kept + 1);
});
