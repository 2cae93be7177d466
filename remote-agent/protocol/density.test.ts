// The packing of densities: round trip, size, hostile bytes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { packCounts, unpackCounts } from './density.ts';

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

test('damaged bytes do not throw, and do not take memory', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => { assert.ok(unpackCounts(bytes).length <= 1 << 20); }));
});
