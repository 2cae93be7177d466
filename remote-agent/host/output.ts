// The standard output of the command: gathered into large writes, and quiet when the reader goes away.
import { writeSync } from 'node:fs';
import { isTerminal } from './cliSay.ts';

const FLUSH_AT = 1 << 17;
const STDOUT = 1;
/** How long to wait before a descriptor that takes nothing is tried again, ms. */
const RETRY_MS = 2;

/**
 * Lines on their way to standard output. Those of a capture are written where they are made, which waits for the reader and needs no memory;
 * those of a live source go through a stream (`live`), since the kernel does not wait.
 */
export class Output {
  /** The reader has gone (`| head`): nothing more is wanted. */
  closed = false;
  /** Nothing can be written for another reason, for people. */
  failed: string | undefined;
  readonly terminal = isTerminal(STDOUT);
  /** Each line at once. Of a live source, those that came from the kernel together: whoever reads them makes calls, which are events again, and with a write for each there would be ever more. */
  eager = false;
  #stream: NodeJS.WriteStream | undefined;
  /** Of a capture. */
  #text = '';
  /** Of a live source: what was written in this turn, and its length. */
  #parts: Uint8Array[] = [];
  #partBytes = 0;

  get columns(): number { return this.terminal ? process.stdout.columns ?? -1 : -1; }
  get rows(): number { return this.terminal ? process.stdout.rows ?? -1 : -1; }
  /** Bytes that the reader of a live source has not taken yet. */
  get backlog(): number { return this.#partBytes + (this.#stream?.writableLength ?? 0); }

  /** From now on what is written waits in memory where the reader is slow, and goes out as soon as there is nothing else to do. */
  goLive(): void {
    if (this.#stream !== undefined) return;
    this.flush();
    this.#stream = process.stdout;
    this.#stream.on('error', (error: NodeJS.ErrnoException) => { this.#fail(error); });
  }

  write(text: string): void {
    if (this.closed) return;
    if (this.#stream !== undefined) { this.#take(Buffer.from(text)); return; }
    this.#text += text;
    if (this.eager || this.#text.length >= FLUSH_AT) this.flush();
  }

  /** Bytes as they are, behind all that was written before; they may be used again afterwards. */
  writeBytes(bytes: Uint8Array): void {
    if (this.closed || bytes.length === 0) return;
    if (this.#stream !== undefined) { this.#take(bytes.slice()); return; }
    this.flush();
    this.#writeAll(bytes);
  }

  flush(): void {
    if (this.closed) return;
    if (this.#text !== '') {
      const text = this.#text;
      this.#text = '';
      this.#writeAll(Buffer.from(text));
    }
    if (this.#parts.length === 0) return;
    const parts = this.#parts;
    this.#parts = [];
    this.#partBytes = 0;
    this.#stream?.write(Buffer.concat(parts));
  }

  #take(bytes: Uint8Array): void {
    if (this.#parts.length === 0) setImmediate(() => { this.flush(); });
    this.#parts.push(bytes);
    this.#partBytes += bytes.length;
  }

  /** Writes what is left and waits until it is taken. */
  async end(): Promise<void> {
    this.flush();
    const stream = this.#stream;
    if (stream !== undefined) await new Promise<void>((resolve) => { if (this.closed) resolve(); else stream.write('', () => { resolve(); }); });
  }

  #writeAll(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length && !this.closed;) {
      try {
        at += writeSync(STDOUT, bytes, at);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
        else this.#fail(error as NodeJS.ErrnoException);
      }
    }
  }

  /** Nothing more can be written, for this reason. */
  fail(reason: string): void {
    this.closed = true;
    this.failed = reason;
  }

  #fail(error: NodeJS.ErrnoException): void {
    if (this.closed) return;
    this.closed = true;
    if (error.code !== 'EPIPE') this.failed = `cannot write to standard output: ${error.message}`;
  }
}
