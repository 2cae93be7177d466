// The memory in which lines are written, and the code that writes them there (WebAssembly): where everything lies, texts that are kept, places for bytes of captures.
import { ByteSink } from '../base/sink.ts';
import { LINES_CODE } from './quickCode.gen.ts';
import { AT, BATCH, itemsOf, LINE_ROOM, LONGEST_TEXTS, MEMORY_PAGES, QUICK_CHUNK, SLACK, slotOf, TIGHT } from './quickLayout.ts';
import type { QuickCode, SharedQuick } from './quickScribe.ts';

/** What the code asks back (see remote-agent/lines/lines.as.ts). */
export interface QuickCalls {
  argument(index: number, at: number, size: number, out: number): number;
  descriptor(fd: number): number;
  field(index: number, out: number): number;
}

let compiled: WebAssembly.Module | undefined;

export class QuickMemory {
  readonly bytes: Uint8Array;
  readonly data: DataView;
  readonly words: Int32Array;
  readonly numbers: Float64Array;
  readonly code: QuickCode;
  /** Where lines are written. Its bytes begin at `lines`. */
  sink: ByteSink;
  lines: number = AT.lines;
  /** Whether there is no room for many more texts: `forget` makes some, between two lines. */
  isTight = false;
  #room: Uint8Array;
  readonly #texts: Uint8Array;
  /** Where texts that are kept are written. */
  store: ByteSink;
  #fixed: number = AT.fixed;
  #passing: number = AT.passing;
  #turn = 0;
  readonly #scratch = new ByteSink();

  readonly #memory: WebAssembly.Memory;
  readonly #module: WebAssembly.Module;

  /** Throws where this program may not make code. */
  constructor(calls: QuickCalls) {
    this.#module = compiled ??= new WebAssembly.Module(decodeBase64(LINES_CODE));
    const memory = this.#memory = new WebAssembly.Memory({ initial: MEMORY_PAGES, maximum: MEMORY_PAGES, shared: true });
    this.bytes = new Uint8Array(memory.buffer);
    this.data = new DataView(memory.buffer);
    this.words = new Int32Array(memory.buffer);
    this.numbers = new Float64Array(memory.buffer);
    this.code = new WebAssembly.Instance(this.#module, { env: { memory }, caller: { ...calls } }).exports as unknown as QuickCode;
    this.#room = this.bytes.subarray(AT.lines, AT.batches - SLACK);
    this.sink = this.#makeHome();
    this.#texts = this.bytes.subarray(AT.passing, AT.chunks);
    this.store = new ByteSink(0, this.#texts);
  }

  /** From here on lines are written to this part of the memory. */
  writeTo(part: Uint8Array): void {
    this.#room = part;
    this.lines = part.byteOffset;
    this.sink = this.#makeHome();
  }
  #makeHome(): ByteSink { return new ByteSink(0, this.#room); }
  /** Whether the sink has not had to grow out of this memory. */
  get isHome(): boolean { return this.sink.bytes === this.#room; }
  /** Whether a line of any length has room in the sink. */
  get hasRoom(): boolean { return this.sink.at < this.#room.length - LINE_ROOM && this.isHome; }
  /** Empties the sink. One that had to grow out of this memory comes home. */
  clear(): void {
    if (!this.isHome) this.sink = this.#makeHome();
    this.sink.clear();
  }

  /** A place for bytes of a capture, number 0 to QUICK_SLOTS - 1. */
  slot(n: number): Uint8Array { return slotOf(this.bytes, n); }

  /** Copies bytes to a place where they stay until the next call but one; undefined where they are too many. */
  take(chunk: Uint8Array): Uint8Array | undefined {
    if (chunk.length > QUICK_CHUNK) return undefined;
    const slot = this.slot(this.#turn ^= 1);
    slot.set(chunk);
    return slot.subarray(0, chunk.length);
  }

  /** What another thread needs to write lines out of this memory. */
  share(zoneSeconds: number, errorTexts: number, folderText: number): SharedQuick { return { memory: this.#memory, module: this.#module, zoneSeconds, errorTexts, folderText }; }

  /** Where the lines of a batch stand, and the room for texts behind them. */
  items(batch: number): number { return itemsOf(batch); }
  texts(batch: number): Uint8Array { const at = this.items(batch) + BATCH.lines * BATCH.item; return this.bytes.subarray(at, this.items(batch) + BATCH.bytes - SLACK); }

  /** Room for so many bytes that stay. 0: there is none left. */
  room(bytes: number): number {
    const at = this.#fixed, end = (at + bytes + SLACK + 3) & ~3;
    if (end > AT.passing) return 0;
    this.#fixed = end;
    return at;
  }

  /** Keeps what is written as a text that stays: its address (behind it stand its length in four bytes, and the text); 0: there is no room. */
  fixed(write: (sink: ByteSink) => void): number {
    const sink = this.#scratch;
    sink.clear();
    write(sink);
    const at = this.room(4 + sink.at);
    if (at === 0) return 0;
    this.data.setUint32(at, sink.at, true);
    this.bytes.set(sink.view(), at + 4);
    return at;
  }

  /**
   * Keeps several texts until they are forgotten: where a table of the distances to them stands, each with its length in front. 0: one of them is missing, or there is
   * no room.
   */
  keep(writes: readonly ((sink: ByteSink) => boolean)[]): number {
    const at = this.#passing, { data, store } = this;
    let to = at + 4 * writes.length;
    for (let i = 0; i < writes.length; i++) {
      store.at = to + 4 - AT.passing;
      if (writes[i]?.(store) !== true) return 0;
      data.setUint32(at + 4 * i, to - at, true);
      to = this.#end(to);
      if (to === 0) return 0;
    }
    this.#pass(to);
    return at;
  }

  /** Where one text is to be written that is kept until they are forgotten; `kept` says where it is. */
  get passing(): ByteSink {
    this.store.at = this.#passing + 4 - AT.passing;
    return this.store;
  }
  /** Keeps what was written there: where its length stands, and behind it the text. 0: there is no room. */
  kept(): number {
    const at = this.#passing, to = this.#end(at);
    if (to === 0) return 0;
    this.#pass(to);
    return at;
  }

  /** Puts the length of a text in front of it, at `from`; where the next one begins; 0: it was too long. */
  #end(from: number): number {
    const { store } = this;
    const end = store.at + AT.passing;
    if (store.bytes !== this.#texts || end - this.#passing > LONGEST_TEXTS) { this.store = new ByteSink(0, this.#texts); return 0; }
    this.data.setUint32(from, end - from - 4, true);
    return (end + 3) & ~3;
  }
  #pass(to: number): void {
    this.#passing = to;
    if (to > AT.chunks - TIGHT) this.isTight = true;
  }

  /** Forgets the texts that do not stay: their addresses are void. */
  forget(): void { this.#passing = AT.passing; this.isTight = false; }
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
function decodeBase64(text: string): Uint8Array {
  const bytes = new Uint8Array(Math.floor(text.length * 3 / 4));
  let at = 0, word = 0, bits = 0;
  for (const letter of text) {
    const value = LETTERS.indexOf(letter);
    if (value < 0) break;
    word = (word << 6) | value;
    bits += 6;
    if (bits >= 8) { bits -= 8; bytes[at++] = (word >> bits) & 255; }
  }
  return bytes.subarray(0, at);
}
