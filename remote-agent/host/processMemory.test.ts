// Another process's memory: what is there is read, what may never come holds nobody up.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ProcessMemory } from './processMemory.ts';

const skip = process.platform === 'linux' ? false : 'SKIPPED: not Linux';
const PRESENT = 1n << 63n;

/** A /proc of one process whose first page alone is in memory. */
function procWith(make: (mem: string) => void): { readonly root: string; readonly mem: string; remove(): void } {
  const root = mkdtempSync(join(tmpdir(), 'porthole-memory-')), folder = join(root, '7');
  mkdirSync(folder);
  writeFileSync(join(folder, 'pagemap'), new Uint8Array(BigUint64Array.of(PRESENT, 0n, PRESENT).buffer));
  make(join(folder, 'mem'));
  return { root, mem: join(folder, 'mem'), remove: () => { rmSync(root, { recursive: true }); } };
}

test('pages that are there are read, one request after the other; others are not touched', { skip }, async () => {
  const proc = procWith((mem) => { writeFileSync(mem, Buffer.from('-'.repeat(100) + 'here' + '-'.repeat(20_000))); });
  const memory = new ProcessMemory(proc.root);
  const [first, second, absent, across, gone] = await Promise.all([memory.read(7, 100n, 4), memory.read(7, 101n, 3), memory.read(7, 4200n, 4), memory.read(7, 4094n, 8), memory.read(8, 100n, 4)]);
  assert.deepEqual([first, second].map((bytes) => Buffer.from(bytes ?? []).toString()), ['here', 'ere']);
  assert.deepEqual([absent, across, gone], [undefined, undefined, undefined]);
  for (const [address, length] of [[0n, 4], [-8n, 4], [1n << 60n, 4], [100n, 0], [100n, -1]] as const) assert.equal(await memory.read(7, address, length), undefined);
  proc.remove();
});

test('a read that does not come back is given up, and nothing more is read until it does', { skip }, async () => {
  // Opening a pipe that nobody writes to takes for ever.
  const proc = procWith((mem) => { execFileSync('mkfifo', [mem]); });
  const memory = new ProcessMemory(proc.root);
  assert.deepEqual(await Promise.all([memory.read(7, 100n, 4), memory.read(7, 100n, 4), memory.read(7, 100n, 4)]), [undefined, undefined, undefined]);
  closeSync(openSync(proc.mem, 'r+'));
  proc.remove();
});
