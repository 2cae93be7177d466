// What compiled chisels print, one byte a character, gathered as bytes together with lines of events.
import { ByteSink } from '../engine/base/sink.ts';

const FLUSH_AT = 1 << 17;
/** From here on a text is copied by the system. */
const LONG = 32;
const NEWLINE = 10;
/** What `Buffer.write` comes to for this encoding, without the way there. */
const write = (Buffer.prototype as unknown as { readonly latin1Write: (this: Uint8Array, text: string, at: number, length: number) => number }).latin1Write;

export class ChiselText {
  readonly sink = new ByteSink(FLUSH_AT * 2);
  readonly #take: (bytes: Uint8Array) => void;

  /** `take` gets what was gathered, which is valid during the call. */
  constructor(take: (bytes: Uint8Array) => void) { this.#take = take; }

  print(text: string, line = false): void {
    const { sink } = this;
    if (text.length > LONG) {
      sink.reserve(text.length);
      sink.at += write.call(sink.bytes, text, sink.at, text.length);
    } else sink.ascii(text);
    if (line) sink.byte(NEWLINE);
    if (sink.at >= FLUSH_AT) this.flush();
  }
  flush(): void {
    if (this.sink.at === 0) return;
    this.#take(this.sink.view());
    this.sink.clear();
  }
}
