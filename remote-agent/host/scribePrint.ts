// Prints a capture by two threads: this one follows the state of the system and says what each line consists of, the other one writes the lines. For lines that can be
// written from the bytes of events and from what is kept of threads and descriptors; for others the threads take turns (parallelPrint.ts).
import { read } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { EventContext } from '../engine/event/context.ts';
import { compileFilter } from '../engine/filter/index.ts';
import { compileFormat, BATCH, QUICK_CHUNK, QUICK_SLOTS, type QuickLines } from '../engine/format/index.ts';
import { ScapReader, type LineTaker, type Selection } from '../engine/scap/reader.ts';
import { CONTAINER_TYPES, problemsOf } from './captureFacts.ts';
import type { PrintOrder } from './parallelStretch.ts';
import { STOPPED, writeAll } from './parallelTurns.ts';
import type { ScribeTask, WorkerReport } from './parallelWorker.ts';
import { Batches } from './scribeBatches.ts';

/** How printing ended; as in parallelPrint.ts. */
export interface ScribeResult { readonly shown: number; readonly events: number; readonly problems: readonly string[]; readonly stopped: number; readonly failed: string | undefined }
export interface ScribeOptions { readonly signal?: AbortSignal | undefined; readonly progress?: ((part: number) => void) | undefined }

const WAIT_MS = 20;
/** Chunks that are read ahead. */
const AHEAD = 6;
const NEWLINE = 10;
/** So many events, a power of two, go by before it is asked again whether somebody stopped everything. */
const ASK_EVERY = 1024;

/** Lines that are written from bytes; undefined where an order asks for others. */
export function quickFor(order: PrintOrder): QuickLines | undefined {
  if (order.filter !== '' || order.seconds !== Infinity) return undefined;
  const format = compileFormat(order.format, order.options);
  const quick = format.ok ? format.quick(order.json) : undefined;
  return quick?.isWhole === true ? quick : undefined;
}

export class ScribePrinter {
  readonly #order: PrintOrder;
  readonly #quick: QuickLines;
  readonly #options: ScribeOptions;
  readonly #batches = new Batches(BATCH.count);
  readonly #selection: Selection;
  #reader = new ScapReader();
  #items = 0;
  /** Lines of the batch that is being filled. */
  #lines = 0;
  #leading = true;
  #shown = 0;
  #done = false;
  #failure: string | undefined;
  #broken: string | undefined;

  constructor(order: PrintOrder, quick: QuickLines, options: ScribeOptions) {
    this.#order = order;
    this.#quick = quick;
    this.#options = options;
    const format = compileFormat(order.format, order.options), filter = compileFilter('');
    if (!format.ok || !filter.ok) throw new Error('the format is not known');
    const demand = filter.demand | format.demand;
    this.#selection = { demand, lines: this.#taker(), repeatable: true };
    this.#reader.select({ demand, repeatable: true });
    this.#open();
  }

  /** Prints the open file of so many bytes. `start` makes the other thread. */
  async print(file: number, size: number, start: (task: ScribeTask) => Worker): Promise<ScribeResult> {
    const worker = start({ kind: 'scribe', quick: this.#quick.shared, batches: this.#batches.shared, fd: this.#order.fd });
    worker.on('message', ({ failure }: WorkerReport) => { this.#failure ??= failure; });
    worker.on('error', (error) => { this.#broken = error.message; this.#batches.stop(STOPPED.failed); });
    const exited = new Promise<void>((resolve) => { worker.on('exit', () => { resolve(); }); });
    let damage: string | undefined;
    try {
      do await this.#read(file, size); while (this.#restarts());
    } catch (error) { damage = `${this.#order.file} is cut or damaged: ${error instanceof Error ? error.message : String(error)}`; }
    if (!this.#done) { this.#reader.finish(); this.#go(); }
    this.#flush();
    while (this.#batches.stopped === STOPPED.no && this.#batches.written < this.#batches.handed) {
      this.#batches.waitWritten(this.#batches.written, WAIT_MS);
      await this.#breath();
    }
    this.#batches.stop(STOPPED.ended);
    await exited;
    const { stopped } = this.#batches;
    const problems = problemsOf(this.#order.file, this.#reader);
    if (damage !== undefined) problems.push(damage);
    return { shown: this.#shown, events: this.#reader.events, problems, stopped: stopped === STOPPED.ended ? STOPPED.no : stopped, failed: stopped === STOPPED.failed ? this.#failure ?? this.#broken ?? 'a thread broke down' : undefined };
  }

  #restarts(): boolean {
    if (!this.#reader.inDoubt) return false;
    this.#reader = this.#reader.again();
    return true;
  }

  /** Reads the file from its beginning, a chunk ahead. */
  async #read(file: number, size: number): Promise<void> {
    const { progress } = this.#options, { memory } = this.#quick;
    /** Of each place, the batch up to which its bytes have to stay. */
    const users = new Array<number>(QUICK_SLOTS).fill(0);
    const fetch = async (at: number): Promise<Uint8Array> => {
      const slot = Math.floor(at / QUICK_CHUNK) % QUICK_SLOTS;
      if (this.#batches.handed < (users[slot] ?? 0)) this.#flush();
      this.#drain(Math.min(users[slot] ?? 0, this.#batches.handed));
      const bytes = memory.slot(slot), wanted = Math.min(QUICK_CHUNK, size - at);
      let got = 0;
      for (let n = -1; got < wanted && n !== 0; got += n) n = await readInto(file, bytes.subarray(got, wanted), at + got);
      return bytes.subarray(0, got);
    };
    const coming: Promise<Uint8Array>[] = [];
    let asked = 0;
    const ask = (): void => {
      for (; coming.length < AHEAD && asked < size; asked += QUICK_CHUNK) {
        const chunk = fetch(asked);
        // Whoever stops early leaves it alone.
        chunk.catch(() => undefined);
        coming.push(chunk);
      }
    };
    try {
      for (let at = 0; at < size;) {
        ask();
        const chunk = await coming.shift();
        if (chunk === undefined || chunk.length === 0) return;
        this.#reader.push(chunk);
        this.#go();
        users[Math.floor(at / QUICK_CHUNK) % QUICK_SLOTS] = this.#batches.handed + 1;
        if (this.#done || this.#reader.inDoubt) return;
        at += chunk.length;
        progress?.(at / size);
        await this.#breath();
        if (this.#batches.stopped !== STOPPED.no) { this.#done = true; return; }
        // The file has become shorter.
        if (at % QUICK_CHUNK !== 0) return;
      }
    } finally { await Promise.allSettled(coming); }
  }

  /** Signals and what the other thread says come in between. */
  async #breath(): Promise<void> {
    await new Promise((resolve) => { setImmediate(resolve); });
    if (this.#options.signal?.aborted === true) this.#batches.stop(STOPPED.aborted);
  }

  #go(): void {
    for (let paused = true; paused && !this.#done;) {
      this.#paused = false;
      this.#reader.read(this.#visit);
      paused = this.#paused;
    }
    this.#done ||= this.#batches.stopped !== STOPPED.no;
  }
  /** Reading stopped to go on otherwise. */
  #paused = false;

  readonly #visit = (ctx: EventContext): boolean => {
    if (this.#leading) {
      if (CONTAINER_TYPES.has(ctx.view.type)) return true;
      this.#leading = false;
      this.#paused = true;
      this.#reader.select(this.#selection);
      return this.#deliver(ctx) && false;
    }
    return this.#deliver(ctx);
  };

  /** A line that takes more than the event's bytes: it is written here, and handed over as text. */
  #deliver(ctx: EventContext): boolean {
    if (!this.#order.internal && ctx.view.def?.category === 'INTERNAL') return this.#counted();
    const { memory } = this.#quick;
    if (!memory.hasRoom) this.#flush();
    if (memory.isTight) {
      this.#flush();
      this.#drain(this.#batches.handed);
      this.#quick.forget();
    }
    const { sink } = memory, mark = sink.at;
    if (this.#quick.write(ctx)) {
      if (memory.isHome) this.#put(memory.lines + mark, sink.at - mark);
      else this.#writeHere(sink.bytes.slice(mark, sink.at));
    }
    return this.#counted();
  }

  #put(at: number, length: number): void {
    const { words } = this.#quick.memory, item = (this.#items + BATCH.item * this.#lines) >> 2;
    words[item] = 0;
    words[item + 1] = at;
    words[item + 2] = length;
    this.#added();
  }

  #added(): void { if (++this.#lines >= BATCH.lines) this.#flush(); }

  /** A line that has no room in the memory: all before it are written, then it. */
  #writeHere(text: Uint8Array): void {
    this.#flush();
    this.#drain(this.#batches.handed);
    if (this.#batches.stopped !== STOPPED.no) return;
    const line = new Uint8Array(text.length + 1);
    line.set(text);
    line[line.length - 1] = NEWLINE;
    const wrong = writeAll(this.#order.fd, line, line.length);
    if (wrong === undefined) return;
    if (wrong !== 'EPIPE') this.#failure = wrong;
    this.#batches.stop(wrong === 'EPIPE' ? STOPPED.closed : STOPPED.failed);
  }

  #taker(): LineTaker {
    const quick = this.#quick;
    return {
      take: (type, thread, bytes, data, at, length, num, cpu, number, from) => quick.hand(this.#items, this.#lines, type, thread, bytes, data, at, length, num, cpu, number, from),
      takeBack: () => undefined,
      done: () => { if (!quick.isSilent) this.#added(); return this.#counted(); },
    };
  }

  /** Counts an event that was delivered. False where it was the last one. */
  #counted(): boolean {
    this.#shown++;
    if (this.#shown >= this.#order.limit) { this.#done = true; return false; }
    return (this.#shown & (ASK_EVERY - 1)) !== 0 || this.#batches.stopped === STOPPED.no;
  }

  /** Hands over what there is, and begins another batch. */
  #flush(): void {
    if (this.#lines === 0) { this.#quick.memory.clear(); return; }
    this.#batches.hand(this.#lines);
    this.#lines = 0;
    this.#open();
  }
  #open(): void {
    const { handed } = this.#batches, place = handed % BATCH.count;
    this.#drain(handed - BATCH.count + 1);
    this.#items = this.#quick.memory.items(place);
    this.#quick.memory.writeTo(this.#quick.memory.texts(place));
  }
  /** Waits until so many batches are written. */
  #drain(count: number): void {
    for (let { written } = this.#batches; written < count && this.#batches.stopped === STOPPED.no; { written } = this.#batches) this.#batches.waitWritten(written, WAIT_MS);
  }
}

function readInto(file: number, bytes: Uint8Array, position: number): Promise<number> {
  return new Promise((resolve, reject) => { read(file, bytes, 0, bytes.length, position, (error, n) => { if (error === null) resolve(n); else reject(error); }); });
}
