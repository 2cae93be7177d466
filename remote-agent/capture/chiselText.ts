// What compiled chisels print, one byte a character, gathered as bytes together with lines of events.
import { ByteSink } from '../engine/base/sink.ts';

const FLUSH_AT = 1 << 17;
/** From here on a text is copied by the system. */
const LONG = 64;

export class ChiselText {
  readonly sink = new ByteSink(FLUSH_AT * 2);
  readonly #take: (bytes: Uint8Array) => void;
  /** The sink's bytes. */
  #buffer: Buffer = Buffer.alloc(0);

  /** `take` gets what was gathered, which is valid during the call. */
  constructor(take: (bytes: Uint8Array) => void) { this.#take = take; }

  print(text: string): void {
    const { sink } = this;
    if (text.length > LONG) {
      sink.reserve(text.length);
      if (this.#buffer.buffer !== sink.bytes.buffer) this.#buffer = Buffer.from(sink.bytes.buffer, sink.bytes.byteOffset, sink.bytes.length);
      sink.at += this.#buffer.write(text, sink.at, 'latin1');
    } else sink.ascii(text);
    if (sink.at >= FLUSH_AT) this.flush();
  }
  flush(): void {
    if (this.sink.at === 0) return;
    this.#take(this.sink.view());
    this.sink.clear();
  }
}
