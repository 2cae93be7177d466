// Prints a capture file as lines, on as many threads as pay: each goes through the whole file for the state of the system and prints every second stretch of events.
import { closeSync, existsSync, fstatSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { FIELDS, type FieldOptions } from '../engine/fields/index.ts';
import { compileFormat } from '../engine/format/index.ts';
import { reasonOf } from './fileSource.ts';
import { fileChunks, inflatedChunks, isGzip, sharedChunks, shareChunks, type SharedChunks } from './parallelFile.ts';
import { problemsOf } from './captureFacts.ts';
import { StretchPrinter, type PrintOrder } from './parallelStretch.ts';
import { STOPPED, Turns } from './parallelTurns.ts';
import type { StretchTask, WorkerReport } from './parallelWorker.ts';
import type { ScribeTask } from './scribe.ts';
import { quickFor, ScribePrinter } from './scribePrint.ts';

/** What to print and where. Format and filter are known to be right; the file is a regular one, and nobody else writes to `fd` meanwhile. */
export interface PrintRequest extends Omit<PrintOrder, 'stretch'> {
  readonly signal?: AbortSignal | undefined;
  /** Hears now and then which part of the file has been read, 0 to 1. */
  readonly progress?: ((part: number) => void) | undefined;
  /** Threads and events in a stretch, where not what pays is wanted. */
  readonly threads?: number | undefined;
  readonly stretch?: number | undefined;
}

export interface PrintResult {
  /** Events that passed the filter, those that print no line included. */
  readonly shown: number;
  /** Events of the file up to the end of the print. */
  readonly events: number;
  /** What was wrong with the file, for people. */
  readonly problems: readonly string[];
  /** The reader of the lines has gone. */
  readonly closed: boolean;
  /** Why nothing more could be written, for people. */
  readonly failed: string | undefined;
  /** Threads that printed. */
  readonly threads: number;
}

const STRETCH = 8192;
/** Files below are printed before another thread has begun. */
const WORTH_BYTES = 16 << 20;
/** So are fewer lines. */
const WORTH_LINES = 200_000;
const MOST_THREADS = 2;
const WAIT_MS = 20;
/** Programs of other threads: their bundles, and their sources. */
const SCRIPTS = { stretches: ['printWorker.cjs', 'parallelWorker.ts'], scribe: ['scribe.cjs', 'scribe.ts'] } as const;

/** Prints the file. Rejects with a message for people where it cannot be opened. */
export async function printCapture(request: PrintRequest): Promise<PrintResult> {
  let file: number;
  try {
    file = openSync(request.file, 'r');
  } catch (error) { throw new Error(`can't open file ${request.file}: ${reasonOf(error)}`); }
  try {
    const stat = fstatSync(file);
    if (stat.isDirectory()) throw new Error(`can't open file ${request.file}: it is a directory`);
    return await new Print(request, file, stat.size).run();
  } finally { closeSync(file); }
}

/** How many threads pay. What remembers events that it saw has to see them all. */
function threadsFor(request: PrintRequest, size: number): number {
  const format = compileFormat(request.format, request.options);
  if (!format.ok || format.remembers || FIELDS.some((field) => field.memory !== undefined && request.filter.includes(field.name))) return 1;
  if (request.threads !== undefined) return request.threads;
  return size < WORTH_BYTES || request.limit < WORTH_LINES ? 1 : Math.min(MOST_THREADS, availableParallelism());
}

class Print {
  readonly #request: PrintRequest;
  readonly #file: number;
  readonly #size: number;
  readonly #turns = new Turns();
  readonly #helpers: Helper[] = [];
  #damage: string | undefined;
  /** Where there are other threads: what they share of the file. This one is number 0. */
  #chunks: SharedChunks | undefined;

  constructor(request: PrintRequest, file: number, size: number) { this.#request = request; this.#file = file; this.#size = size; }

  async run(): Promise<PrintResult> {
    const { file, format, options, json, filter, limit, seconds, internal, fd, stretch = STRETCH } = this.#request;
    const order: PrintOrder = { file, format, options, json, filter, limit, seconds, internal, fd, stretch };
    const gzip = isGzip(this.#file);
    // Of a gzip file one thread makes lines while another inflates.
    const threads = gzip ? 1 : threadsFor(this.#request, this.#size);
    if (threads > 1) {
      const result = this.#request.stretch === undefined ? await this.#byScribe(order) : undefined;
      if (result !== undefined) return result;
      this.#chunks = shareChunks(threads);
    }
    for (let i = 1; i < threads; i++) this.#startHelper(order, i);
    const printer = new StretchPrinter(order, this.#turns);
    await this.#read(printer, gzip);
    await this.#drain(printer);
    return this.#result(printer);
  }

  /** By another thread that writes what this one says; undefined where that does not do. */
  async #byScribe(order: PrintOrder): Promise<PrintResult | undefined> {
    const quick = quickFor(order), start = quick === undefined ? undefined : scribeStarter();
    if (quick === undefined || start === undefined) return undefined;
    const printer = new ScribePrinter(order, quick, this.#request);
    const { stopped, failed, ...result } = await printer.print(this.#file, this.#size, start);
    return { ...result, closed: stopped === STOPPED.closed, failed, threads: 2 };
  }

  #startHelper(order: PrintOrder, thread: number): void {
    if (this.#chunks === undefined) return;
    const helper = Helper.start({ order, shared: this.#turns.shared, size: this.#size, chunks: this.#chunks, thread });
    if (helper !== undefined) this.#helpers.push(helper);
  }

  async #read(printer: StretchPrinter, gzip: boolean): Promise<void> {
    const { signal, progress, file } = this.#request;
    try {
      do {
        let read = 0;
        for await (const chunk of gzip ? inflatedChunks(file) : this.#chunks === undefined ? fileChunks(this.#file, this.#size) : sharedChunks(this.#file, this.#size, this.#chunks, 0)) {
          printer.push(chunk);
          if (printer.done) return;
          if (printer.reader.inDoubt) break;
          if (!gzip) progress?.((read += chunk.length) / this.#size);
          // Signals and what the other threads say come in between.
          await breath();
          if (signal?.aborted === true) { this.#turns.stop(STOPPED.aborted); return; }
          this.#checkHelpers();
        }
      } while (printer.restarts());
    } catch (error) { this.#damage = `${file} is cut or damaged: ${reasonOf(error)}`; }
    if (!printer.done) printer.end();
  }

  /** Waits until all is written that is to be. */
  async #drain(printer: StretchPrinter): Promise<void> {
    const turns = this.#turns;
    for (;;) {
      const empty = printer.flush();
      if (turns.stopped !== STOPPED.no || (empty && turns.turn > printer.stretch)) return;
      turns.wait(turns.turn, WAIT_MS);
      await breath();
      if (this.#request.signal?.aborted === true) turns.stop(STOPPED.aborted);
      this.#checkHelpers();
    }
  }

  /** A thread that broke down leaves stretches that nobody prints. */
  #checkHelpers(): void { for (const { broken } of this.#helpers) if (broken !== undefined) { this.#turns.stop(STOPPED.failed); return; } }

  async #result(printer: StretchPrinter): Promise<PrintResult> {
    const turns = this.#turns, { stopped } = turns;
    let problems = problemsOf(this.#request.file, printer.reader);
    let failed = printer.failure;
    const own = printer.ended || printer.failure !== undefined || stopped === STOPPED.no || stopped === STOPPED.aborted || stopped === STOPPED.closed;
    for (const helper of this.#helpers) {
      const report = own ? undefined : await helper.report();
      if (report?.ended === true) problems = [...report.problems];
      failed ??= report?.failure;
      helper.stop();
    }
    if (this.#damage !== undefined && stopped === STOPPED.no) problems.push(this.#damage);
    return { shown: turns.shown, events: turns.events, problems, closed: stopped === STOPPED.closed, failed: stopped === STOPPED.failed ? failed ?? 'a thread broke down' : undefined, threads: this.#helpers.length + 1 };
  }
}

function breath(): Promise<void> { return new Promise((resolve) => { setImmediate(resolve); }); }

/** Another thread. */
class Helper {
  /** What it broke down with. */
  broken: string | undefined;
  readonly #worker: Worker;
  readonly #report: Promise<WorkerReport | undefined>;

  /** Undefined where this program cannot make threads: its script is not there. */
  static start(task: StretchTask): Helper | undefined {
    try {
      const script = workerScript('stretches');
      return script === undefined ? undefined : new Helper(new Worker(script.code, { eval: script.eval, workerData: task }));
    } catch { return undefined; }
  }

  private constructor(worker: Worker) {
    this.#worker = worker;
    this.#report = new Promise((resolve) => {
      worker.on('message', (report: WorkerReport) => { resolve(report); });
      worker.on('error', (error) => { this.broken = error.message; resolve({ ended: false, failure: error.message, problems: [] }); });
      worker.on('exit', () => { resolve(undefined); });
    });
    worker.unref();
  }

  report(): Promise<WorkerReport | undefined> { this.#worker.ref(); return this.#report; }
  stop(): void { void this.#worker.terminate(); }
}

/** What starts the thread that writes lines; undefined where its program is missing. */
export function scribeStarter(): ((task: ScribeTask) => Worker) | undefined {
  const script = workerScript('scribe');
  return script === undefined ? undefined : (task) => new Worker(script.code, { eval: script.eval, workerData: task });
}

interface Script { readonly code: string; readonly eval: boolean }

/** The program of the other threads: inside the single executable, beside the bundle, or its source. */
function workerScript(what: keyof typeof SCRIPTS): Script | undefined {
  const [bundle, source] = SCRIPTS[what];
  const folder = typeof __dirname === 'string' ? __dirname : dirname(fileURLToPath(import.meta.url));
  try {
    const sea = createRequire(join(folder, 'x.js'))('node:sea') as { isSea(): boolean; getAsset(name: string, encoding: string): string };
    if (sea.isSea()) return { code: sea.getAsset(bundle, 'utf8'), eval: true };
  } catch { /* no single executable, or packaged without the script */ }
  if (existsSync(join(folder, bundle))) return { code: join(folder, bundle), eval: false };
  // Run from its sources, a thread has to be told how to read them: threads do not inherit it.
  if (existsSync(join(folder, source))) {
    const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx/esm/api')).href.replace(/\.cjs$/, '.mjs');
    return { code: `import(${JSON.stringify(loader)}).then(({ register }) => { register(); return import(${JSON.stringify(new URL(`./${source}`, import.meta.url).href)}); });`, eval: true };
  }
  return undefined;
}
