// The size of the ring: by the machine, and as somebody asks for it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { machineForRing, parseRingSize, RING_LEAST, RING_MOST, ringBytesFor } from './ringSize.ts';

const MIB = 1 << 20, GIB = 1 << 30;

test('by processors, as far as the memory allows', () => {
  const table: readonly (readonly [cpus: number, memoryBytes: number, mib: number])[] = [
    [1, 8 * GIB, 4], [2, 24 * GIB, 8], [3, 8 * GIB, 8], [4, 8 * GIB, 16], [16, 64 * GIB, 64], [128, 512 * GIB, 64],
    [2, 2 * GIB, 8], [2, GIB, 4], [4, GIB, 4], [2, 512 * MIB, 2], [2, 256 * MIB, 1], [2, 64 * MIB, 1], [64, 4 * GIB, 16],
  ];
  for (const [cpus, memoryBytes, mib] of table) assert.equal(ringBytesFor({ cpus, memoryBytes }) / MIB, mib, `${cpus} CPUs, ${memoryBytes / MIB} MiB`);
});

test('always a power of two within bounds, never less for more of anything', () => {
  for (let cpus = 0; cpus < 300; cpus++) {
    let last = 0;
    for (let memoryBytes = 0; memoryBytes < 64 * GIB; memoryBytes = memoryBytes * 1.7 + MIB) {
      const bytes = ringBytesFor({ cpus, memoryBytes });
      assert.equal(Math.log2(bytes) % 1, 0);
      assert.ok(bytes >= RING_LEAST && bytes <= RING_MOST && bytes >= last, `${cpus} ${memoryBytes}: ${bytes}`);
      assert.ok(bytes <= Math.max(RING_LEAST, memoryBytes / 256));
      last = bytes;
    }
  }
  for (const odd of [NaN, -1, Infinity]) assert.ok(ringBytesFor({ cpus: odd, memoryBytes: GIB }) >= RING_LEAST);
});

test('sizes as people write them', () => {
  assert.deepEqual(['1', '64', '64K', '64k', '100KiB', '1m', '16M', '16MB', '0.5 G', '1G', '1048576'].map(parseRingSize), [65536, 65536, 65536, 65536, 102400, MIB, 16 * MIB, 16 * MIB, GIB / 2, GIB, GIB]);
  for (const own of ['auto', 'AUTO', '0']) assert.equal(parseRingSize(own), undefined);
  for (const wrong of ['', '-1', '0.0', '2G', 'x', '1e12', '12T', '0x100', '16 M B', '1048577']) assert.equal(typeof parseRingSize(wrong), 'object', wrong);
});

test('this machine', () => {
  const { memoryBytes, cpus } = machineForRing();
  assert.ok(cpus >= 1 && memoryBytes > 64 * MIB);
});
