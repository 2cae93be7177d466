// Captures that the command line writes: plain or gzip, readable by their owner alone.
import { closeSync, openSync, writeSync } from 'node:fs';
import { createGzip, type Gzip } from 'node:zlib';
import type { EventContext } from '../engine/event/context.ts';
import { ScapWriter } from '../engine/scap/writer.ts';
import type { SystemState } from '../engine/state/systemState.ts';
import { reasonOf } from './fileSource.ts';

/** Bytes that wait to be compressed at most, before the source has to wait. */
const GZIP_BACKLOG = 32 << 20;
const OWNER_ONLY = 0o600;

/** A capture under way. The state of the system goes to its front with the first event. */
export class CaptureOutput {
  /** Why no more can be written. */
  failed: string | undefined;
  readonly #fd: number;
  readonly #writer: ScapWriter;
  readonly #gzip: Gzip | undefined;
  #done: Promise<void> = Promise.resolve();
  #begun = false;

  constructor(path: string, compress: boolean, state: SystemState) {
    try { this.#fd = openSync(path, 'w', OWNER_ONLY); } catch (error) { throw new Error(`can't open ${path}: ${reasonOf(error)}`); }
    if (compress) {
      const gzip = createGzip();
      gzip.on('data', (chunk: Buffer) => { this.#write(chunk); });
      this.#done = new Promise((resolve) => { gzip.on('end', resolve); });
      this.#gzip = gzip;
    }
    this.#writer = new ScapWriter(state, (bytes) => { if (this.#gzip === undefined) this.#write(bytes); else this.#gzip.write(bytes.slice()); });
  }

  /** Events that the file's format cannot hold. */
  get skipped(): number { return this.#writer.skipped; }
  /** More should not be written for the moment. */
  get busy(): boolean { return (this.#gzip?.writableLength ?? 0) > GZIP_BACKLOG; }

  write(ctx: EventContext): void {
    if (!this.#begun) { this.#begun = true; this.#writer.begin(); }
    this.#writer.write(ctx);
  }

  async end(): Promise<void> {
    if (!this.#begun) { this.#begun = true; this.#writer.begin(); }
    this.#writer.end();
    this.#gzip?.end();
    await this.#done;
    closeSync(this.#fd);
  }

  #write(bytes: Uint8Array): void {
    try {
      for (let at = 0; at < bytes.length && this.failed === undefined;) at += writeSync(this.#fd, bytes, at);
    } catch (error) { this.failed = reasonOf(error); }
  }
}
