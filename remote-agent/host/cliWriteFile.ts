// One file that is written piece by piece, plain or gzip. Whatever happens, it ends where a block of the capture ends.
import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { gzip, gzipSync } from 'node:zlib';
import { reasonOf } from '../capture/reasons.ts';

const OWNER_ONLY = 0o600;
const STDOUT = 1;
/** Bytes that are compressed as one gzip member. */
const MEMBER_BYTES = 1 << 20;
/** Members that are being compressed at once at most, before the source has to wait. */
const MAX_WAITING = 8;
const RETRY_MS = 2;

function codeOf(error: unknown): string { return (error as { code?: unknown } | undefined)?.code as string | undefined ?? ''; }

/** Where the bytes of one capture go. Members of gzip follow each other; readers take them for one. */
export class CaptureFile {
  /** Why no more can be written. */
  failed: string | undefined;
  /** The reader of standard output has gone away. */
  closed = false;
  /** Bytes in the file. */
  size = 0;
  readonly #fd: number;
  readonly #regular: boolean;
  readonly #compress: boolean;
  readonly #sync: boolean;
  #parts: Uint8Array[] = [];
  #partBytes = 0;
  #waiting = 0;
  #chain: Promise<void> = Promise.resolve();

  /** Opens the file, and empties it. `sync`: pieces are compressed at once, so that `size` is true at any time. Throws with the reason. */
  constructor(path: string, compress: boolean, sync: boolean) {
    this.#compress = compress;
    this.#sync = sync;
    this.#fd = path === '-' ? STDOUT : openSync(path, 'w', OWNER_ONLY);
    this.#regular = path !== '-' && fstatSync(this.#fd).isFile();
  }

  get busy(): boolean { return this.#waiting >= MAX_WAITING; }
  /** Settles when what waits was compressed. */
  ready(): Promise<void> { return this.#chain; }

  /** Takes whole blocks; they are copied where they have to wait. */
  write(blocks: Uint8Array): void {
    if (this.failed !== undefined || this.closed) return;
    if (!this.#compress) { this.#put(blocks, true); return; }
    this.#parts.push(blocks.slice());
    this.#partBytes += blocks.length;
    if (this.#partBytes >= MEMBER_BYTES || this.#sync) this.#member();
  }

  /** Completes the file. */
  async end(): Promise<void> {
    if (this.#partBytes > 0) this.#member();
    await this.#chain;
    this.close();
  }

  /** Completes a file that nothing waits for. */
  close(): void {
    if (this.#sync && this.#partBytes > 0) this.#member();
    if (this.#fd === STDOUT) return;
    try { closeSync(this.#fd); } catch (error) { this.failed ??= reasonOf(error); }
  }

  #member(): void {
    const plain = Buffer.concat(this.#parts, this.#partBytes);
    this.#parts = [];
    this.#partBytes = 0;
    if (this.#sync) { this.#put(gzipSync(plain), false); return; }
    this.#waiting++;
    const packed = new Promise<Uint8Array | undefined>((resolve) => { gzip(plain, (error, bytes) => { if (error !== null) this.failed ??= reasonOf(error); resolve(error === null ? bytes : undefined); }); });
    this.#chain = this.#chain.then(async () => { const bytes = await packed; this.#waiting--; if (bytes !== undefined) this.#put(bytes, false); });
  }

  #put(bytes: Uint8Array, plain: boolean): void {
    if (this.failed !== undefined || this.closed) return;
    let at = 0;
    try {
      while (at < bytes.length) {
        try { at += writeSync(this.#fd, bytes, at); } catch (error) {
          if (codeOf(error) !== 'EAGAIN') throw error;
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
        }
      }
      this.size += bytes.length;
    } catch (error) {
      if (codeOf(error) === 'EPIPE') { this.closed = true; return; }
      this.failed = reasonOf(error);
      this.size += plain ? wholeBlocks(bytes, at) : 0;
      if (this.#regular) try { ftruncateSync(this.#fd, this.size); } catch { /* the file stays as it is */ }
    }
  }
}

/** Bytes of those blocks that lie wholly in front of `limit`. */
function wholeBlocks(bytes: Uint8Array, limit: number): number {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  for (;;) {
    const next = at + 8 <= bytes.length ? at + data.getUint32(at + 4, true) : Infinity;
    if (next > limit || next <= at) return at;
    at = next;
  }
}
