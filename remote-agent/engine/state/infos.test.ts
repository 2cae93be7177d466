// Descriptors by number, and infos that are shared.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FdTable, InfoMaker, type FdRecord } from './infos.ts';

test('a table of descriptors is what a map of them is, whatever the numbers', () => {
  const infos = new InfoMaker(), some = Array.from({ length: 4 }, () => infos.fd('file'));
  const number = fc.oneof(fc.nat({ max: 5 }), fc.constantFrom(-1, -100, 1023, 1024, 65536, 2 ** 31 - 1, -(2 ** 31), 2 ** 53, NaN));
  const sorted = (entries: Iterable<[number, FdRecord]>): string[] => [...entries].map(([fd, { ref }]) => `${fd} ${ref}`).sort();
  fc.assert(fc.property(fc.array(fc.tuple(number, fc.integer({ min: -2, max: 3 }))), (steps) => {
    let table = new FdTable();
    const map = new Map<number, FdRecord>();
    for (const [fd, what] of steps) {
      const info = some[what];
      if (info !== undefined) { table.set(fd, info); map.set(fd, info); } else if (what === -1) { table.delete(fd); map.delete(fd); } else { const old = table; table = old.copy(); old.set(fd, infos.fd('pipe')); }
      assert.equal(table.size, map.size);
      assert.equal(table.get(fd), map.get(fd));
      assert.equal(table.has(fd), map.has(fd));
    }
    assert.deepEqual(sorted(table), sorted(map));
    assert.deepEqual([...table.keys()].sort(), [...map.keys()].sort());
    assert.equal([...table.values()].length, map.size);
  }));
});

test('of files of which nothing but their flags is known, one stands for all, and no more are kept than there is room for', () => {
  const infos = new InfoMaker(), first = infos.file('file', 1);
  assert.equal(first.openFlags, 1);
  assert.equal(infos.file('file', 1), first);
  for (let flags = 2; flags < 5000; flags++) assert.equal(infos.file('file', flags).openFlags, flags);
  assert.notEqual(infos.file('file', 1), first);
});
