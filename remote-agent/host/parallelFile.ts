// The bytes of a capture file for those who print it: in place for plain files, read once for all threads; inflated by other threads for gzip.
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

/** Chunks that are kept for threads that are behind. */
const SLOTS = 16;
/** How long to wait for another thread that is reading a chunk, before it is read once more, ms. */
const READING_MS = 2;

/** What threads that go through the same file share: the chunks that one of them has read and others have not looked at yet. */
export interface SharedChunks {
  readonly bytes: SharedArrayBuffer;
  /** Of each slot what it holds (see `holding`) and the length of it; then of each thread the first chunk that it may still look at. */
  readonly words: SharedArrayBuffer;
  readonly chunk: number;
}

export function shareChunks(threads: number, chunk = CHUNK): SharedChunks {
  return { bytes: new SharedArrayBuffer(SLOTS * chunk), words: new SharedArrayBuffer(4 * (2 * SLOTS + threads)), chunk };
}

/** What a slot's word says: which chunk is in it, or is being read into it. 0: none. */
const holding = (chunk: number, isRead: boolean): number => 2 * chunk + (isRead ? 2 : 1);

/**
 * The same bytes as `fileChunks` gives, for one of several threads. Whoever comes first to a chunk reads it for all; it is written over when nobody
 * will look at it any more. A thread that is too far behind or ahead reads for itself, and so nobody ever waits long for another.
 */
export function* sharedChunks(file: number, size: number, shared: SharedChunks, thread: number): Generator<Uint8Array> {
  const { chunk } = shared, words = new Int32Array(shared.words), threads = words.length - 2 * SLOTS;
  let own: readonly [Uint8Array, Uint8Array] | undefined;
  for (let k = 0; k * chunk < size; k++) {
    // The one before is still looked at.
    Atomics.store(words, 2 * SLOTS + thread, Math.max(0, k - 1));
    const wanted = Math.min(chunk, size - k * chunk), slot = k % SLOTS;
    let got = -1;
    if (Atomics.load(words, slot) === holding(k, false)) Atomics.wait(words, slot, holding(k, false), READING_MS);
    const held = Atomics.load(words, slot);
    let bytes: Uint8Array = new Uint8Array(shared.bytes, slot * chunk, chunk);
    if (held === holding(k, true)) got = words[SLOTS + slot] ?? 0;
    else if (held < holding(k, false) && held % 2 === 0 && take(words, threads, slot, held, holding(k, false))) {
      words[SLOTS + slot] = got = readWhole(file, bytes, wanted, k * chunk);
      Atomics.store(words, slot, holding(k, true));
      Atomics.notify(words, slot);
    } else {
      own ??= [new Uint8Array(chunk), new Uint8Array(chunk)];
      bytes = k % 2 === 0 ? own[0] : own[1];
      got = readWhole(file, bytes, wanted, k * chunk);
    }
    if (got > 0) yield bytes.subarray(0, got);
    // The file has become shorter.
    if (got < wanted) return;
  }
}

/**
 * Takes a slot that nobody will look at again. It is looked for them once it is taken: a thread that goes back to the beginning says so before it looks
 * at the slot, and so one of the two sees the other.
 */
function take(words: Int32Array, threads: number, slot: number, held: number, wanted: number): boolean {
  const chunk = held / 2 - 1;
  if (!isFree(words, threads, chunk) || Atomics.compareExchange(words, slot, held, wanted) !== held) return false;
  if (isFree(words, threads, chunk)) return true;
  Atomics.store(words, slot, held);
  Atomics.notify(words, slot);
  return false;
}

/** Whether no thread will look at this chunk again. */
function isFree(words: Int32Array, threads: number, chunk: number): boolean {
  for (let i = 0; i < threads; i++) if (Atomics.load(words, 2 * SLOTS + i) <= chunk) return false;
  return true;
}

/** Reads so many bytes of the file, fewer where it ends before; how many they are. */
export function readWhole(file: number, bytes: Uint8Array, wanted: number, from: number): number {
  let got = 0;
  for (let n = -1; got < wanted && n !== 0; got += n) n = readSync(file, bytes, got, wanted - got, from + got);
  return got;
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
