// The packing of densities and columns: round trip, size, hostile bytes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { packCounts, packNumbers, unpackCounts, unpackNumbers } from './packing.ts';

test('what is packed comes out again', () => {
  const cell = fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.nat(300), fc.integer({ min: 0, max: 0xffffffff }));
  fc.assert(fc.property(fc.array(cell, { maxLength: 400 }), (cells) => {
    const counts = Uint32Array.from(cells.slice(0, cells.length - cells.length % 8));
    assert.deepEqual(unpackCounts(packCounts(counts, 8)), counts);
  }));
});

test('empty buckets cost almost nothing', () => {
  const counts = new Uint32Array(8000);
  counts[4000] = 7;
  assert.ok(packCounts(counts, 8).length < 40, String(packCounts(counts, 8).length));
});

test('columns of whole numbers come out again', () => {
  fc.assert(fc.property(fc.array(fc.oneof(fc.integer(), fc.integer({ min: -(2 ** 51), max: 2 ** 51 }), fc.constant(0xffffffff)), { maxLength: 300 }), (values) => {
    assert.deepEqual([...unpackNumbers(packNumbers(values))], values.map((value) => value + 0));
  }));
  const times = Float64Array.from({ length: 1000 }, (_, i) => 3e13 + i * 12_345_678);
  assert.ok(packNumbers(times).length < 4200, 'a call every twelve milliseconds takes four bytes');
});

test('damaged bytes do not throw, and do not take memory', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => { assert.ok(unpackCounts(bytes).length <= 1 << 20); assert.ok(unpackNumbers(bytes).length <= bytes.length); }));
});

test('columns without buckets, and numbers that are none, come to an end', () => {
  const huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
  assert.equal(unpackCounts(Uint8Array.of(0, ...huge)).length, 0);
  assert.equal(unpackCounts(Uint8Array.of(...huge, 0)).length, 0);
  assert.equal(unpackNumbers(packNumbers([1, Infinity, Number.NaN, 2])).length, 4);
});
