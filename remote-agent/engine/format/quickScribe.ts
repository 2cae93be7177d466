// Batches of lines written in the memory of another thread (quickMemory.ts), which says what they consist of.
import { AT, itemsOf, LINE_ROOM, slotOf } from './quickLayout.ts';

/** What the code offers. */
export interface QuickCode {
  prepare(zoneSeconds: number, errorTexts: number, folderText: number): void;
  /** Writes lines, each with a newline behind, from number `from` to `count` of those at `items`, while they end below `limit`. How many of all are done; `LINES_END` then holds where they end. */
  lines(items: number, from: number, count: number, out: number, limit: number): number;
  line(program: number, event: number, out: number, num: number, thread: number, named: number, fdNum: number, fdText: number, cpu: number): number;
}

/** Memory and code as they go to another thread. */
export interface SharedQuick {
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  /** What the code is to be prepared with. */
  readonly zoneSeconds: number;
  readonly errorTexts: number;
  readonly folderText: number;
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

  /** A place for bytes of a capture, as in QuickMemory. */
  slot(n: number): Uint8Array { return slotOf(this.#bytes, n); }

  /** Writes `count` lines of a batch; `flush` gets them, some at a time, and says whether to go on. False where it does not, or a line cannot be written. */
  write(batch: number, count: number, flush: (bytes: Uint8Array) => boolean): boolean {
    const items = itemsOf(batch);
    for (let done = 0; done < count;) {
      done = this.#code.lines(items, done, count, AT.out, AT.end - 2 * LINE_ROOM);
      const end = this.#data.getUint32(AT.linesEnd, true);
      if (end === 0 || !flush(this.#bytes.subarray(AT.out, end))) return false;
    }
    return true;
  }
}
