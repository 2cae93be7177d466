// Captures that the command line writes: plain or gzip, readable by their owner alone.
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { createGzip, type Gzip } from 'node:zlib';
import type { EventContext } from '../engine/event/context.ts';
import { ScapWriter } from '../engine/scap/writer.ts';
import type { SystemState } from '../engine/state/systemState.ts';
import { reasonOf } from './fileSource.ts';

/** Bytes that wait to be compressed at most, before the source has to wait. */
const GZIP_BACKLOG = 32 << 20;
const OWNER_ONLY = 0o600;

/** A capture under way. The state of the system as it is at the first event goes to its front. */
export class CaptureOutput {
  /** Why no more can be written. */
  failed: string | undefined;
  readonly #path: string;
  readonly #fd: number;
  readonly #state: () => SystemState | undefined;
  readonly #gzip: Gzip | undefined;
  #writer: ScapWriter | undefined;
  #done: Promise<void> = Promise.resolve();

  constructor(path: string, compress: boolean, state: () => SystemState | undefined) {
    this.#state = state;
    this.#path = path;
    try { this.#fd = openSync(path, 'w', OWNER_ONLY); } catch (error) { throw new Error(`can't open ${path}: ${reasonOf(error)}`); }
    if (compress) {
      const gzip = createGzip();
      gzip.on('data', (chunk: Buffer) => { this.#write(chunk); });
      this.#done = new Promise((resolve) => { gzip.on('end', resolve); });
      this.#gzip = gzip;
    }
  }

  /** Events that the file's format cannot hold. */
  get skipped(): number { return this.#writer?.skipped ?? 0; }
  /** More should not be written for the moment. */
  get busy(): boolean { return (this.#gzip?.writableLength ?? 0) > GZIP_BACKLOG; }
  /** Settles when more may be written. */
  ready(): Promise<void> { return new Promise((resolve) => { if (this.#gzip === undefined) resolve(); else this.#gzip.once('drain', resolve); }); }

  write(ctx: EventContext): void { this.#begin()?.write(ctx); }

  /** Completes the file; one for which there was no source at all is removed. */
  async end(): Promise<void> {
    if (this.#begin() === undefined) { closeSync(this.#fd); rmSync(this.#path, { force: true }); return; }
    this.#writer?.end();
    this.#gzip?.end();
    await this.#done;
    closeSync(this.#fd);
  }

  #begin(): ScapWriter | undefined {
    if (this.#writer !== undefined) return this.#writer;
    const state = this.#state();
    if (state === undefined) return undefined;
    this.#writer = new ScapWriter(state, (bytes) => { if (this.#gzip === undefined) this.#write(bytes); else this.#gzip.write(bytes.slice()); });
    this.#writer.begin();
    return this.#writer;
  }

  #write(bytes: Uint8Array): void {
    try {
      for (let at = 0; at < bytes.length && this.failed === undefined;) at += writeSync(this.#fd, bytes, at);
    } catch (error) { this.failed = reasonOf(error); }
  }
}
