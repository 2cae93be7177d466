// The bytes of a capture file for those who print it: in place for plain files, inflated by other threads for gzip.
import { createReadStream, readSync } from 'node:fs';
import { createGunzip } from 'node:zlib';

/** Two of them and the lines made of them fit into a core's cache. */
const CHUNK = 1 << 18;

/** The bytes of an open plain file up to `size`. A chunk stays as it is until the next but one. */
export function* fileChunks(file: number, size: number): Generator<Uint8Array> {
  const buffers = [new Uint8Array(CHUNK), new Uint8Array(CHUNK)] as const;
  for (let at = 0, i = 0; at < size; i ^= 1) {
    const buffer = i === 0 ? buffers[0] : buffers[1];
    const n = readSync(file, buffer, 0, Math.min(CHUNK, size - at), at);
    if (n === 0) return;
    at += n;
    yield buffer.subarray(0, n);
  }
}

/** Whether the file begins as gzip does. */
export function isGzip(file: number): boolean {
  const head = new Uint8Array(2);
  return readSync(file, head, 0, 2, 0) === 2 && head[0] === 0x1f && head[1] === 0x8b;
}

/** The inflated bytes of a gzip file. Inflating goes on beside while a chunk is looked at. Throws where the file is damaged, after what came before the damage. */
export async function* inflatedChunks(path: string): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: CHUNK });
  const source = createReadStream(path, { highWaterMark: CHUNK });
  source.on('error', (error) => { gunzip.destroy(error); });
  source.pipe(gunzip);
  try { yield* gunzip as AsyncIterable<Uint8Array>; } finally { source.destroy(); }
}
