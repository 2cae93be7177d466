// Prints a capture by two threads: this one follows the state of the system and says what each line consists of, the other one (scribe.ts) reads the bytes and writes the lines. For lines that can be
// written from the bytes of events and from what is kept of threads and descriptors; for others the threads take turns (parallelPrint.ts).
import { Worker } from 'node:worker_threads';
import type { EventContext } from '../engine/event/context.ts';
import { compileFormat, BATCH, QUICK_CHUNK, QUICK_SLOTS, QuickScribe, type QuickLines } from '../engine/format/index.ts';
import { ScapReader, type LineTaker, type Selection } from '../engine/scap/reader.ts';
import { CONTAINER_TYPES, problemsOf } from './captureFacts.ts';
import { readWhole } from './parallelFile.ts';
import type { PrintOrder } from './parallelStretch.ts';
import { STOPPED, writeAll } from './parallelTurns.ts';
import type { ScribeReport, ScribeTask } from './scribe.ts';
import { Batches, writeBatch } from './scribeBatches.ts';

/** How printing ended; as in parallelPrint.ts. */
export interface ScribeResult { readonly shown: number; readonly events: number; readonly problems: readonly string[]; readonly stopped: number; readonly failed: string | undefined }
export interface ScribeOptions { readonly signal?: AbortSignal | undefined; readonly progress?: ((part: number) => void) | undefined }

const WAIT_MS = 20;
const NEWLINE = 10;
/** Chunks between two looks at signals, and at what the other thread says. */
const BREATHS = 4;
/** So many events, a power of two, go by before it is asked again whether somebody stopped everything. */
const ASK_EVERY = 1024;

/** Lines that are written from bytes, and what they demand of the state. */
export interface Quick { readonly lines: QuickLines; readonly demand: number }

/** Undefined where an order asks for other lines. */
export function quickFor(order: PrintOrder): Quick | undefined {
  if (order.filter !== '' || order.seconds !== Infinity) return undefined;
  const format = compileFormat(order.format, order.options);
  if (!format.ok) return undefined;
  const lines = format.quick(order.json);
  return lines?.isWhole === true ? { lines, demand: format.demand } : undefined;
}

export class ScribePrinter {
  readonly #order: PrintOrder;
  readonly #quick: QuickLines;
  readonly #options: ScribeOptions;
  #batches = new Batches(BATCH.count, QUICK_SLOTS);
  readonly #selection: Selection;
  #reader = new ScapReader();
  #items = 0;
  /** Lines of the batch that is being filled. */
  #lines = 0;
  #leading = true;
  #shown = 0;
  #done = false;
  #failure: string | undefined;
  #standIn: QuickScribe | undefined;
  #broken: string | undefined;

  constructor(order: PrintOrder, { lines, demand }: Quick, options: ScribeOptions) {
    this.#order = order;
    this.#quick = lines;
    this.#options = options;
    this.#selection = { demand, lines: this.#taker(), repeatable: true };
    this.#reader.select({ demand, repeatable: true });
    this.#open();
  }

  /** Prints the open file of so many bytes. `start` makes the other thread. */
  async print(file: number, size: number, start: (task: ScribeTask) => Worker): Promise<ScribeResult> {
    let damage: string | undefined;
    for (let again = true; again; again = this.#restarts()) {
      const worker = start({ quick: this.#quick.shared, batches: this.#batches.shared, fd: this.#order.fd, file, size });
      worker.on('message', ({ failure }: ScribeReport) => { this.#failure ??= failure; });
      worker.on('error', (error) => { this.#broken = error.message; this.#batches.stop(STOPPED.failed); });
      const exited = new Promise<void>((resolve) => { worker.on('exit', () => { resolve(); }); });
      try {
        await this.#read(file, size);
      } catch (error) { damage = `${this.#order.file} is cut or damaged: ${error instanceof Error ? error.message : String(error)}`; }
      if (!this.#done && !this.#reader.inDoubt) { this.#reader.finish(); this.#go(); }
      this.#flush();
      this.#batches.call();
      while (this.#batches.stopped === STOPPED.no && this.#batches.written < this.#batches.handed) {
        const { bell } = this.#batches;
        if (this.#batches.written < this.#batches.handed) this.#batches.wait(bell, WAIT_MS);
        await this.#breath();
      }
      this.#batches.stop(STOPPED.ended);
      await exited;
    }
    const { stopped } = this.#batches;
    const problems = problemsOf(this.#order.file, this.#reader);
    if (damage !== undefined) problems.push(damage);
    return { shown: this.#shown, events: this.#reader.events, problems, stopped: stopped === STOPPED.ended ? STOPPED.no : stopped, failed: stopped === STOPPED.failed ? this.#failure ?? this.#broken ?? 'a thread broke down' : undefined };
  }

  #restarts(): boolean {
    if (!this.#reader.inDoubt || this.#batches.stopped !== STOPPED.ended) return false;
    this.#reader = this.#reader.again();
    this.#batches = new Batches(BATCH.count, QUICK_SLOTS);
    this.#open();
    return true;
  }

  /** Goes through the file from its beginning. Throws where it cannot be read. */
  async #read(file: number, size: number): Promise<void> {
    const { memory } = this.#quick;
    for (let chunk = 0; chunk * QUICK_CHUNK < size; chunk++) {
      const at = chunk * QUICK_CHUNK, wanted = Math.min(QUICK_CHUNK, size - at), slot = memory.slot(chunk % QUICK_SLOTS);
      if (!await this.#arrives(chunk, () => readWhole(file, slot, wanted, at))) return;
      let got = this.#batches.bytes(chunk);
      if (got < 0) got = readWhole(file, slot, wanted, at);
      this.#reader.push(slot.subarray(0, got));
      this.#go();
      if (this.#done || this.#reader.inDoubt) return;
      this.#batches.pass(this.#batches.handed + (this.#lines > 0 ? 1 : 0));
      this.#options.progress?.((at + got) / size);
      if (chunk % BREATHS === 0) await this.#breath();
      // The file has become shorter.
      if (got < wanted) return;
    }
  }

  /** Waits until a chunk is read, or reads it, if the other thread has not begun to; false where everything is stopped before. */
  async #arrives(chunk: number, read: () => number): Promise<boolean> {
    for (let flushed = false; !this.#batches.isRead(chunk) && this.#batches.stopped === STOPPED.no; flushed = true) {
      const { bell } = this.#batches;
      // The place for it may be taken by lines that have not been handed over.
      if (flushed && this.#lines > 0) this.#flush();
      if (this.#batches.isFree(chunk) && this.#batches.claim(chunk)) this.#batches.has(chunk, read());
      else if (!this.#batches.isRead(chunk)) { this.#batches.wait(bell, WAIT_MS); await this.#breath(); }
    }
    this.#done ||= this.#batches.stopped !== STOPPED.no;
    return !this.#done;
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
    this.#keepRoom();
    if (this.#quick.handOver(this.#items, this.#lines, ctx)) {
      if (!this.#quick.isSilent) this.#added();
      return this.#counted();
    }
    // What it has kept meanwhile may have been the last that had room.
    this.#keepRoom();
    const { sink } = memory, mark = sink.at;
    if (this.#quick.write(ctx)) {
      if (memory.isHome) this.#put(memory.lines + mark, sink.at - mark);
      else this.#writeHere(sink.bytes.slice(mark, sink.at));
    }
    return this.#counted();
  }

  /** Sees to it that there is room for texts: those that are forgotten must not be in lines that are still to be written. */
  #keepRoom(): void {
    if (!this.#quick.memory.isTight) return;
    this.#flush();
    this.#drain(this.#batches.handed);
    this.#quick.forget();
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
      named: quick.isNamed,
      take: (type, thread, bytes, data, at, length, num, _cpu, number, from) => quick.hand(this.#items, this.#lines, type, thread, bytes, data, at, length, num, number, from),
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
  /** Waits until so many batches are written. As long as the other thread has not begun, this one writes. */
  #drain(count: number): void {
    if (this.#batches.written < count && this.#batches.standIn()) {
      this.#standIn ??= new QuickScribe(this.#quick.shared);
      for (let batch = this.#batches.written; batch < this.#batches.handed && this.#batches.stopped === STOPPED.no; batch++) this.#failure ??= writeBatch(this.#standIn, this.#batches, batch, this.#order.fd);
      this.#batches.endStandIn();
    }
    if (this.#batches.written < count) this.#batches.call();
    for (let { bell } = this.#batches; this.#batches.written < count && this.#batches.stopped === STOPPED.no; { bell } = this.#batches) this.#batches.wait(bell, WAIT_MS);
  }
}
