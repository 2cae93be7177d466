// The bytes of a capture, inflated where they are gzip. Reading, and inflating, goes on in threads of the system while what came before is worked on.
import { close, fstatSync, openSync, read } from 'node:fs';
import { promisify } from 'node:util';
import { createGunzip, type Gunzip } from 'node:zlib';
import { reasonOf } from '../capture/reasons.ts';

const CHUNK = 1 << 20;
/** Packed bytes that are inflated at a time. */
const PACKED_CHUNK = 1 << 18;
/** The same where damage is known to be near, one after the other: zlib gives nothing of what it makes of a piece that is damaged. */
const CAREFUL_CHUNKS: readonly number[] = [1 << 12, 1 << 6, 1];
const INFLATED_CHUNK = 1 << 20, INFLATED_AHEAD = 1 << 22;
const NOTHING = new Uint8Array(0);

export interface ByteSource {
  /** The next bytes; none at the end. They stay as they are until the next call but one. Rejects where what comes next cannot be had. */
  next(): Promise<Uint8Array>;
  /** How much is read, 0 to 1; undefined where the size is not known. */
  progress(): number | undefined;
  close(): void;
  /** It can be opened and read again, at little cost. */
  readonly again: boolean;
}

/** Opens a file, or standard input for `-`. `fd`: a regular file that is open already, and stays so. Rejects with an error of the system, or one in words. */
export async function openBytes(path: string, fd?: number): Promise<ByteSource> {
  const again = fd !== undefined || path !== '-' ? (): ByteSource => new FileSource(fd ?? path) : undefined;
  const raw = again?.() ?? new StreamSource();
  try {
    let head: Uint8Array = (await raw.next()).slice();
    while (head.length > 0 && head.length < 2) {
      const more = await raw.next();
      if (more.length === 0) break;
      head = Buffer.concat([head, more]);
    }
    const whole = new Headed(head, raw);
    return head[0] === 0x1f && head[1] === 0x8b ? new GzipSource(whole, again) : whole;
  } catch (error) {
    raw.close();
    throw error;
  }
}

const readFd = promisify(read);

/** A file: one buffer is read into while the one before is worked on, and a third may still be held on to. */
class FileSource implements ByteSource {
  readonly #fd: number;
  readonly #size: number;
  readonly again: boolean;
  readonly #buffers = [new Uint8Array(CHUNK), new Uint8Array(CHUNK), new Uint8Array(CHUNK)];
  #turn = 0;
  #done = 0;
  #ahead: Promise<Uint8Array> | undefined;
  #busy = false;
  #closed = false;
  /** The descriptor is somebody else's, with a position that is not used. */
  readonly #lent: boolean;
  #position = 0;

  constructor(path: string | number) {
    this.#lent = typeof path === 'number';
    this.#fd = typeof path === 'number' ? path : openSync(path, 'r');
    const found = fstatSync(this.#fd);
    if (found.isDirectory()) { this.#finish(); throw new Error('it is a directory'); }
    this.#size = found.isFile() ? found.size : 0;
    this.again = found.isFile();
  }

  async next(): Promise<Uint8Array> {
    const bytes = await (this.#ahead ?? this.#read());
    this.#done += bytes.length;
    this.#ahead = bytes.length === 0 || this.#closed ? undefined : this.#read();
    // An error is met when its turn has come.
    this.#ahead?.catch(() => undefined);
    return bytes;
  }

  async #read(): Promise<Uint8Array> {
    if (this.#closed) return NOTHING;
    const buffer = this.#buffers[this.#turn++ % this.#buffers.length] ?? NOTHING;
    this.#busy = true;
    try {
      const { bytesRead } = await readFd(this.#fd, buffer, 0, buffer.length, this.#lent ? this.#position : null);
      this.#position += bytesRead;
      return buffer.subarray(0, bytesRead);
    } finally {
      this.#busy = false;
      if (this.#closed) this.#finish();
    }
  }

  progress(): number | undefined { return this.#size === 0 ? undefined : Math.min(1, this.#done / this.#size); }
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (!this.#busy) this.#finish();
  }
  #finish(): void { if (!this.#lent) close(this.#fd, () => undefined); }
}

/** Standard input. */
class StreamSource implements ByteSource {
  readonly again = false;
  readonly #chunks = process.stdin[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  async next(): Promise<Uint8Array> {
    for (;;) {
      const next = await this.#chunks.next();
      if (next.done === true) return NOTHING;
      if (next.value.length > 0) return next.value;
    }
  }
  progress(): undefined { return undefined; }
  close(): void { process.stdin.destroy(); }
}

/** A source whose first bytes were looked at already. */
class Headed implements ByteSource {
  #head: Uint8Array | undefined;
  readonly #rest: ByteSource;
  constructor(head: Uint8Array, rest: ByteSource) { this.#head = head; this.#rest = rest; }
  get again(): boolean { return this.#rest.again; }
  async next(): Promise<Uint8Array> {
    const head = this.#head;
    this.#head = undefined;
    return head ?? await this.#rest.next();
  }
  progress(): number | undefined { return this.#rest.progress(); }
  close(): void { this.#rest.close(); }
}

/** Gzip, of one member or several. Where a file is damaged all bytes before come first, then an error that says where. Of standard input some of them. */
class GzipSource implements ByteSource {
  readonly #again: (() => ByteSource) | undefined;
  #packed: ByteSource;
  #gunzip: Gunzip;
  #chunks: AsyncIterator<Uint8Array>;
  /** Inflated bytes given so far. */
  #given = 0;
  /** Packed bytes in front of the damage that was met. */
  #sound = 0;
  /** How often damage was met: what lies before it is being read again, more and more carefully. */
  #met = 0;
  /** Inflated bytes that were given before. */
  #skip = 0;
  #closed = false;

  constructor(packed: ByteSource, again: (() => ByteSource) | undefined) {
    this.#packed = packed;
    this.#again = again;
    this.#gunzip = this.#start(PACKED_CHUNK);
    this.#chunks = this.#gunzip[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  }

  /** Begins to inflate; `piece`: packed bytes at a time behind the sound ones. */
  #start(piece: number): Gunzip {
    const gunzip = createGunzip({ chunkSize: INFLATED_CHUNK, readableHighWaterMark: INFLATED_AHEAD } as Parameters<typeof createGunzip>[0]);
    const packed = this.#packed, sound = this.#sound;
    let fed = 0;
    // The zlib stream holds on to what it was given until it asks for more.
    const feed = async (): Promise<void> => {
      for (;;) {
        const bytes = await packed.next();
        if (bytes.length === 0 || this.#closed) break;
        for (let at = 0; at < bytes.length && !gunzip.destroyed;) {
          const part = bytes.subarray(at, at + (fed < sound ? Math.min(PACKED_CHUNK, sound - fed) : piece));
          at += part.length;
          fed += part.length;
          await new Promise<void>((resolve, reject) => { gunzip.write(part, (error) => { if (error == null) resolve(); else reject(error); }); });
        }
      }
      gunzip.end();
    };
    feed().catch((error: unknown) => { if (!gunzip.destroyed) gunzip.destroy(error instanceof Error ? error : new Error(String(error))); });
    return gunzip;
  }

  async next(): Promise<Uint8Array> {
    for (;;) {
      const chunk = await this.#inflate();
      if (chunk.length === 0) return chunk;
      const skip = Math.max(0, this.#skip);
      this.#skip -= Math.min(this.#skip, chunk.length);
      if (skip >= chunk.length) continue;
      this.#given += chunk.length - skip;
      return skip === 0 ? chunk : chunk.subarray(skip);
    }
  }

  async #inflate(): Promise<Uint8Array> {
    try {
      const next = await this.#chunks.next();
      return next.done === true ? NOTHING : next.value;
    } catch (error) {
      if (this.#closed) return NOTHING;
      const piece = CAREFUL_CHUNKS[this.#met++];
      this.#sound = this.#gunzip.bytesWritten;
      if (piece === undefined || this.#again === undefined || (error as { code?: unknown }).code === 'Z_BUF_ERROR') throw new Error(`${reasonOf(error)}, at byte ${this.#sound} of the compressed file`);
      this.#packed.close();
      this.#packed = this.#again();
      this.#skip = this.#given;
      this.#gunzip = this.#start(piece);
      this.#chunks = this.#gunzip[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
      return this.#inflate();
    }
  }

  /** Inflating again what lies before the first match costs less than full state for all that lies there. */
  get again(): boolean { return this.#packed.again; }
  progress(): number | undefined { return this.#packed.progress(); }
  close(): void {
    this.#closed = true;
    this.#gunzip.destroy();
    this.#packed.close();
  }
}
