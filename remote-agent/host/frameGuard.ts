// Looks at the frames that come in before the protocol's reader does: garbage ends the connection with a message, instead of being waited for.
import { Transform, type TransformCallback } from 'node:stream';

const MAX_HEADER = 1024;
const MAX_FRAME = 64 * 1024 * 1024;
const START = 'content-';
const END = Buffer.from('\r\n\r\n');

export class FrameGuard extends Transform {
  #header = Buffer.alloc(0);
  #left = 0;

  /** Something of a frame has come, but not all. */
  get inFrame(): boolean { return this.#left > 0 || this.#header.length > 0; }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const problem = this.#check(chunk);
    if (problem === undefined) done(null, chunk); else done(new Error(problem));
  }

  override _flush(done: TransformCallback): void { done(this.inFrame ? new Error('the input ended in the middle of a frame') : null); }

  #check(chunk: Buffer): string | undefined {
    for (let at = 0; at < chunk.length;) {
      if (this.#left > 0) {
        const taken = Math.min(this.#left, chunk.length - at);
        this.#left -= taken; at += taken;
        continue;
      }
      const before = this.#header.length;
      this.#header = Buffer.concat([this.#header, chunk.subarray(at, at + MAX_HEADER)]);
      const start = this.#header.toString('latin1', 0, START.length).toLowerCase();
      if (!START.startsWith(start) && !start.startsWith(START)) return 'what came in is no frame of the protocol: a frame begins with "Content-Length:"';
      const end = this.#header.indexOf(END);
      if (end < 0) {
        if (this.#header.length > MAX_HEADER) return 'what came in is no frame of the protocol: its header does not end';
        return undefined;
      }
      const length = /^content-length: *(\d+)\r?$/im.exec(this.#header.toString('latin1', 0, end + 2))?.[1];
      if (length === undefined) return 'what came in is no frame of the protocol: its header gives no length';
      if (Number(length) > MAX_FRAME) return `a frame of ${length} bytes is larger than the ${MAX_FRAME} that are allowed`;
      at += end + END.length - before;
      this.#left = Number(length);
      this.#header = Buffer.alloc(0);
    }
    return undefined;
  }
}
