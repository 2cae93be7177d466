// The memory in which lines are written, and the code that writes them there (WebAssembly): where everything lies, texts that are kept, places for bytes of captures.
import { ByteSink } from '../base/sink.ts';
import { LINES_CODE } from './quickCode.gen.ts';

/** What the code asks back (see remote-agent/lines/lines.as.ts). */
export interface QuickCalls {
  argument(index: number, at: number, size: number, out: number): number;
  descriptor(fd: number): number;
  field(index: number, out: number): number;
}

/** What the code offers. */
export interface QuickCode {
  prepare(zoneSeconds: number, errorTexts: number, folderText: number): void;
  /** Writes lines, each with a newline behind, from number `from` to `count` of those at `items`, while they end below `limit`. How many of all are done; `LINES_END` then holds where they end. */
  lines(items: number, from: number, count: number, out: number, limit: number): number;
  line(program: number, event: number, out: number, num: number, thread: number, named: number, fdNum: number, fdText: number, cpu: number): number;
}

const PAGE = 65536;
/** Bytes that may be read or written behind a text. */
const SLACK = 64;
/** Addresses. In front of the first one the code has what is its own. */
const FIXED = 4096, PASSING = 2 << 20, CHUNKS = 10 << 20, CHUNK_ROOM = (1 << 18) + SLACK, SLOTS = 16, LINES = 15 << 20, BATCHES = 20 << 20, OUT = 28 << 20, END = 32 << 20;

/** Places for chunks, and the longest chunk that has one. */
export const QUICK_SLOTS = SLOTS;
export const QUICK_CHUNK = CHUNK_ROOM - SLACK;
/** Bytes that one line may fill. */
export const LINE_ROOM = 1 << 20;

/** Work for another thread: lines to be written, in order. So many of them a batch, and so many batches; each line takes so many bytes, and behind them there is room for texts. */
export const BATCH = { lines: 8192, count: 4, item: 40, bytes: 2 << 20 } as const;
/** The longest texts that are kept, and the room for them that a line begins with. */
const LONGEST_TEXTS = 1 << 16, TIGHT = 1 << 20;

/** Where `lines` leaves the address at which what it wrote ends: 0 where a line could not be written. */
const LINES_END = 64;

let compiled: WebAssembly.Module | undefined;

/** Memory and code as they go to another thread. */
export interface SharedQuick {
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  /** What the code is to be prepared with. */
  readonly zoneSeconds: number;
  readonly errorTexts: number;
  readonly folderText: number;
}

export class QuickMemory {
  readonly bytes: Uint8Array;
  readonly data: DataView;
  readonly words: Int32Array;
  readonly numbers: Float64Array;
  readonly code: QuickCode;
  /** Where lines are written. Its bytes begin at `lines`. */
  sink: ByteSink;
  lines = LINES;
  /** Whether there is no room for many more texts: `forget` makes some, between two lines. */
  isTight = false;
  #room: Uint8Array;
  readonly #texts: Uint8Array;
  /** Where texts that are kept are written. */
  store: ByteSink;
  #fixed = FIXED;
  #passing = PASSING;
  #turn = 0;
  readonly #scratch = new ByteSink();

  readonly #memory: WebAssembly.Memory;
  readonly #module: WebAssembly.Module;

  /** Throws where this program may not make code. */
  constructor(calls: QuickCalls) {
    this.#module = compiled ??= new WebAssembly.Module(decodeBase64(LINES_CODE));
    const memory = this.#memory = new WebAssembly.Memory({ initial: END / PAGE, maximum: END / PAGE, shared: true });
    this.bytes = new Uint8Array(memory.buffer);
    this.data = new DataView(memory.buffer);
    this.words = new Int32Array(memory.buffer);
    this.numbers = new Float64Array(memory.buffer);
    this.code = new WebAssembly.Instance(this.#module, { env: { memory }, caller: { ...calls } }).exports as unknown as QuickCode;
    this.#room = this.bytes.subarray(LINES, BATCHES - SLACK);
    this.sink = this.#makeHome();
    this.#texts = this.bytes.subarray(PASSING, CHUNKS);
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
  slot(n: number): Uint8Array { const at = CHUNKS + n * CHUNK_ROOM; return this.bytes.subarray(at, at + QUICK_CHUNK); }

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
  items(batch: number): number { return BATCHES + batch * BATCH.bytes; }
  texts(batch: number): Uint8Array { const at = this.items(batch) + BATCH.lines * BATCH.item; return this.bytes.subarray(at, this.items(batch) + BATCH.bytes - SLACK); }

  /** Room for so many bytes that stay. 0: there is none left. */
  room(bytes: number): number {
    const at = this.#fixed, end = (at + bytes + SLACK + 3) & ~3;
    if (end > PASSING) return 0;
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
      store.at = to + 4 - PASSING;
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
    this.store.at = this.#passing + 4 - PASSING;
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
    const end = store.at + PASSING;
    if (store.bytes !== this.#texts || end - this.#passing > LONGEST_TEXTS) { this.store = new ByteSink(0, this.#texts); return 0; }
    this.data.setUint32(from, end - from - 4, true);
    return (end + 3) & ~3;
  }
  #pass(to: number): void {
    this.#passing = to;
    if (to > CHUNKS - TIGHT) this.isTight = true;
  }

  /** Forgets the texts that do not stay: their addresses are void. */
  forget(): void { this.#passing = PASSING; this.isTight = false; }
}

/** Writes batches of lines in the memory of another thread. */
export class QuickScribe {
  readonly #code: QuickCode;
  readonly #bytes: Uint8Array;
  readonly #data: DataView;

  constructor({ memory, module, zoneSeconds, errorTexts, folderText }: SharedQuick) {
    const never = (): number => 0;
    this.#bytes = new Uint8Array(memory.buffer);
    this.#data = new DataView(memory.buffer);
    this.#code = new WebAssembly.Instance(module, { env: { memory }, caller: { argument: never, descriptor: never, field: never } }).exports as unknown as QuickCode;
    this.#code.prepare(zoneSeconds, errorTexts, folderText);
  }

  /** Writes `count` lines of a batch; `flush` gets them, some at a time, and says whether to go on. False where it does not, or a line cannot be written. */
  write(batch: number, count: number, flush: (bytes: Uint8Array) => boolean): boolean {
    const items = BATCHES + batch * BATCH.bytes;
    for (let done = 0; done < count;) {
      done = this.#code.lines(items, done, count, OUT, END - 2 * LINE_ROOM);
      const end = this.#data.getUint32(LINES_END, true);
      if (end === 0 || !flush(this.#bytes.subarray(OUT, end))) return false;
    }
    return true;
  }
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
