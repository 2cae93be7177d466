// Chunks of a file that several threads share: each is given the bytes of the file, in whatever order they go on.
import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { fileChunks, sharedChunks, shareChunks } from './parallelFile.ts';

const folder = mkdtempSync(join(tmpdir(), 'porthole-chunks-'));
after(() => { rmSync(folder, { recursive: true, force: true }); });
const CHUNK = 64, SIZE = 40 * CHUNK + 7;
const path = join(folder, 'file');
const content = Uint8Array.from({ length: SIZE }, (_, i) => (i * 31 + (i >> 6)) & 255);
writeFileSync(path, content);

interface Reader { readonly chunks: Generator<Uint8Array>; at: number; before: { readonly bytes: Uint8Array; readonly from: number } | undefined }

/** Goes on by one chunk; false at the end. Also the chunk before is still as it was. */
function step(reader: Reader): boolean {
  const { value, done } = reader.chunks.next();
  if (done === true) return false;
  assert.deepEqual([...value], [...content.subarray(reader.at, reader.at + value.length)]);
  if (reader.before !== undefined) { const { bytes, from } = reader.before; assert.deepEqual([...bytes], [...content.subarray(from, from + bytes.length)]); }
  reader.before = { bytes: value, from: reader.at };
  reader.at += value.length;
  return true;
}

test('every thread is given every byte, however far apart they are', () => {
  const file = openSync(path, 'r');
  try {
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat({ max: 2 }), fc.integer({ min: 1, max: 30 })), { maxLength: 40 }), (turns) => {
      const shared = shareChunks(3, CHUNK);
      const readers: Reader[] = [0, 1, 2].map((thread) => ({ chunks: sharedChunks(file, SIZE, shared, thread), at: 0, before: undefined }));
      for (const [which, steps] of turns) for (let i = 0; i < steps; i++) { const reader = readers[which]; if (reader !== undefined) step(reader); }
      for (const reader of readers) { while (step(reader)); assert.equal(reader.at, SIZE); }
    }), { numRuns: 200 });
  } finally { closeSync(file); }
});

test('a thread that begins again is given every byte, too, and so are those who go on', () => {
  const file = openSync(path, 'r');
  try {
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat({ max: 1 }), fc.integer({ min: 1, max: 30 }), fc.boolean()), { maxLength: 30 }), (turns) => {
      const shared = shareChunks(2, CHUNK);
      const begin = (thread: number): Reader => ({ chunks: sharedChunks(file, SIZE, shared, thread), at: 0, before: undefined });
      const readers: Reader[] = [begin(0), begin(1)];
      for (const [which, steps, again] of turns) {
        if (again) readers[which] = begin(which);
        for (let i = 0; i < steps; i++) { const reader = readers[which]; if (reader !== undefined) step(reader); }
      }
      for (const reader of readers) { while (step(reader)); assert.equal(reader.at, SIZE); }
    }), { numRuns: 200 });
  } finally { closeSync(file); }
});

test('threads in step are given the very same memory', () => {
  const file = openSync(path, 'r');
  try {
    const shared = shareChunks(2, CHUNK);
    const a = sharedChunks(file, SIZE, shared, 0), b = sharedChunks(file, SIZE, shared, 1);
    let chunks = 0, same = 0;
    for (const one of a) {
      const { value } = b.next() as { value: Uint8Array };
      chunks++;
      if (value.buffer === one.buffer && value.byteOffset === one.byteOffset && value.buffer === shared.bytes) same++;
    }
    assert.equal(same, chunks);
    assert.equal(chunks, Math.ceil(SIZE / CHUNK));
  } finally { closeSync(file); }
});

test('a file that becomes shorter ends where it ends, for all', () => {
  const short = join(folder, 'short');
  writeFileSync(short, content);
  const file = openSync(short, 'r');
  try {
    const shared = shareChunks(2, CHUNK);
    const a = sharedChunks(file, SIZE, shared, 0), b = sharedChunks(file, SIZE, shared, 1);
    a.next(); b.next();
    truncateSync(short, 3 * CHUNK + 5);
    for (const chunks of [a, b]) assert.deepEqual([...chunks].map(({ length }) => length), [CHUNK, CHUNK, 5]);
    assert.deepEqual([...fileChunks(file, SIZE)].map(({ length }) => length), [3 * CHUNK + 5]);
  } finally { closeSync(file); }
});
