// What an agent sends, looked at before the protocol's reader does: what a login script printed in front of the first frame is dropped, and a
// frame that says it is larger than any can be ends the link, instead of being gathered in memory.
import { Transform, type TransformCallback } from 'node:stream';

const MAX_FRAME = 256 * 1024 * 1024;
const MAX_HEADER = 1024;
/** Bytes in front of the first frame that are let pass. */
const MAX_PRELUDE = 64 * 1024;
const BEGIN = Buffer.from('Content-Length:');
const END = Buffer.from('\r\n\r\n');

export class AgentFrames extends Transform {
  #head = Buffer.alloc(0);
  #left = 0;
  #begun = false;
  #dropped = 0;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    let part = chunk;
    if (!this.#begun) {
      const all = Buffer.concat([this.#head, chunk]);
      const at = all.indexOf(BEGIN);
      const dropped = at >= 0 ? at : Math.max(0, all.length - BEGIN.length);
      this.#dropped += dropped;
      if (this.#dropped > MAX_PRELUDE) { done(new Error('what comes from it is not the protocol')); return; }
      this.#head = all.subarray(dropped);
      if (at < 0) { done(); return; }
      this.#begun = true;
      part = this.#head;
      this.#head = Buffer.alloc(0);
    }
    const problem = this.#check(part);
    if (problem === undefined) done(null, part); else done(new Error(problem));
  }

  #check(part: Buffer): string | undefined {
    for (let at = 0; at < part.length;) {
      if (this.#left > 0) {
        const taken = Math.min(this.#left, part.length - at);
        this.#left -= taken;
        at += taken;
        continue;
      }
      const before = this.#head.length;
      this.#head = Buffer.concat([this.#head, part.subarray(at, at + MAX_HEADER)]);
      const end = this.#head.indexOf(END);
      if (end < 0) {
        if (this.#head.length >= MAX_HEADER) return 'the header of a frame does not end';
        return undefined;
      }
      const length = /^content-length: *(\d{1,15})\r?$/im.exec(this.#head.toString('latin1', 0, end + 2))?.[1];
      if (length === undefined) return 'the header of a frame gives no length';
      if (Number(length) > MAX_FRAME) return `a frame of ${length} bytes is larger than any can be`;
      at += end + END.length - before;
      this.#left = Number(length);
      this.#head = Buffer.alloc(0);
    }
    return undefined;
  }
}
