// A thread that reads a capture's file itself and runs a compiled chisel on it (engine/chisel/quick): a field is read when the chisel asks for it, nothing crosses, and what
// the editor has read of the file so far does not matter. The thread runs the same bundle as the capture's worker and is told apart by its data.
import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs';
import { getHeapStatistics } from 'node:v8';
import { Worker, workerData, type MessagePort } from 'node:worker_threads';
import { createGunzip } from 'node:zlib';
import { ChiselText } from '../../remote-agent/capture/chiselText.ts';
import { decodeBytes } from '../../remote-agent/engine/base/text.ts';
import { makeQuick, selectionOf, type QuickProgram } from '../../remote-agent/engine/chisel/quick/chain.ts';
import type { QuickChisel } from '../../remote-agent/engine/chisel/quick/quickChisel.ts';
import { STACK_FRAMES } from '../../remote-agent/engine/chisel/quick/runtime.ts';
import type { ChiselFault } from '../../remote-agent/engine/chisel/ports.ts';
import { ScapReader } from '../../remote-agent/engine/scap/reader.ts';
import { leaveTracers } from '../../remote-agent/engine/state/tracerBook.ts';
import { threadCpuMs } from './threadTime.ts';

/** A file as it was when the capture was opened. */
export interface QuickFile { readonly path: string; readonly inode: number }
export interface QuickJob {
  readonly program: QuickProgram;
  readonly file: QuickFile;
  readonly filter: string;
  /** Times of the events that count, ns since the capture's base; how many of them. */
  readonly startNs: number; readonly endNs: number; readonly maxEvents: number;
}
export interface QuickResult {
  /** Nothing was done: it takes the interpreter, or the file is not there any more. */
  readonly unsupported?: true;
  readonly events: number;
  readonly fault?: ChiselFault;
}
type Word = 'ready' | 'begun' | { readonly printed: string } | { readonly events: number; readonly fraction: number } | { readonly result: QuickResult };
export interface QuickListener {
  /** The chisel is compiled. */
  begun(): void;
  print(text: string): void;
  /** Events so far, and the share of the file that is behind it; some times a second. */
  tell(events: number, fraction: number): void;
}
interface QuickData { readonly quickThread: true; readonly stop: SharedArrayBuffer }

/** Globals that lead outside. */
const REMOVED = ['process', 'fetch', 'WebSocket', 'EventSource', 'BroadcastChannel'];
const CHUNK = 1 << 20, TELL_MS = 200;
/** Until a thread that is to stop has to have stopped by itself. */
const STOP_MS = 2000;
/** Events out of the order of time behind a range's end. */
const SLACK_NS = 1e9;
/** Of JavaScript, MiB: what a large capture's state takes, and the chisel's own. */
const MEGABYTES = 2048, YOUNG_MEGABYTES = 64;

/** The thread, from outside. Of one run. */
export class QuickThread {
  readonly #worker: Worker;
  readonly #stop = new Int32Array(new SharedArrayBuffer(4));
  /** It waits for its job, or will not come to that. */
  readonly ready: Promise<void>;
  #isReady = (): void => undefined;
  #heard: (word: Word) => void = () => { this.#isReady(); };
  #failed = '';

  constructor(bundle: string) {
    this.#worker = new Worker(bundle, { workerData: { quickThread: true, stop: this.#stop.buffer as SharedArrayBuffer } satisfies QuickData, env: {}, execArgv: [], name: 'porthole quick chisel', resourceLimits: { maxOldGenerationSizeMb: MEGABYTES, maxYoungGenerationSizeMb: YOUNG_MEGABYTES } });
    this.ready = new Promise((resolve) => { this.#isReady = resolve; });
    this.#worker.on('message', (word: Word) => { this.#heard(word); });
    this.#worker.on('error', (error) => { this.#fail((error as { code?: unknown }).code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'used more memory than there is for it and was stopped' : `the chisel's thread failed: ${error.message}`); });
    this.#worker.on('exit', () => { this.#fail("the chisel's thread ended"); });
    this.#worker.unref();
  }

  /** Runs it to its end, or until `cancel` was called; never rejects. */
  run(job: QuickJob, listener: QuickListener): Promise<QuickResult> {
    this.#worker.ref();
    return new Promise((resolve) => {
      let events = 0;
      const end = (result: QuickResult): void => { this.#heard = () => undefined; void this.#worker.terminate(); resolve(result); };
      this.#heard = (word) => {
        if (word === 'ready') this.#isReady();
        else if (word === 'begun') listener.begun();
        else if ('printed' in word) listener.print(word.printed);
        else if ('result' in word) end(word.result);
        else { ({ events } = word); listener.tell(word.events, word.fraction); }
      };
      this.#fail = (why) => { end({ events, fault: { kind: 'machine', message: why, line: 0, traceback: '' } }); };
      if (this.#failed !== '') this.#fail(this.#failed);
      this.#worker.postMessage(job);
    });
  }
  #fail = (why: string): void => { this.#failed = why; this.#isReady(); };

  /** Ends a run as the end of the events does; whatever it does, soon. */
  cancel(): void {
    Atomics.store(this.#stop, 0, 1);
    setTimeout(() => { this.#fail('the chisel did not end when it was stopped'); }, STOP_MS).unref();
  }
}

function threadData(): QuickData | undefined {
  const data = workerData as Partial<QuickData> | null;
  return data?.quickThread === true ? data as QuickData : undefined;
}
/** Whether this thread was started for a compiled chisel. */
export function isQuickThread(): boolean { return threadData() !== undefined; }

/** Waits for the one job of this thread. */
export function serveQuickThread(port: MessagePort): void {
  const data = threadData();
  if (data === undefined) throw new Error('This thread was not started for a chisel.');
  const stop = new Int32Array(data.stop);
  port.once('message', (job: QuickJob) => { void work(job, (word) => { port.postMessage(word); }, () => Atomics.load(stop, 0) !== 0); });
  port.postMessage('ready' satisfies Word);
}

async function work(job: QuickJob, say: (word: Word) => void, stopped: () => boolean): Promise<void> {
  Error.stackTraceLimit = STACK_FRAMES;
  // What is compiled reaches nothing of Node's as it is; here it would find nothing either.
  for (const name of REMOVED) Reflect.deleteProperty(globalThis, name);
  const text = new ChiselText((bytes) => { say({ printed: decodeBytes(bytes, 0, bytes.length) }); });
  const file = new FileChunks(job.file);
  try {
    const made = file.ok ? makeQuick(job.program, {
      cpuMs: () => threadCpuMs() ?? performance.now(), nowMs: () => Date.now(), memoryBytes: () => getHeapStatistics().used_heap_size, print: (printed, line) => { text.print(printed, line); }, sink: text.sink,
    }) : undefined;
    if (made === undefined) { say({ result: { unsupported: true, events: 0 } }); return; }
    say('begun');
    const { chisel, fault } = made;
    const events = chisel === undefined ? 0 : await read(job, chisel, file, text, say, stopped);
    const wrong = fault ?? chisel?.fault;
    say({ result: { events, ...(wrong === undefined ? {} : { fault: wrong }) } });
  } catch (error) {
    say({ result: { events: 0, fault: { kind: 'machine', message: error instanceof Error ? error.message : String(error), line: 0, traceback: '' } } });
  } finally { file.close(); }
}

/** Gives the chisel its events. Answers how many there were. */
async function read({ filter, startNs, endNs, maxEvents }: QuickJob, chisel: QuickChisel, file: FileChunks, text: ChiselText, say: (word: Word) => void, stopped: () => boolean): Promise<number> {
  const reader = new ScapReader(), within = startNs > -Number.MAX_SAFE_INTEGER || endNs < Number.MAX_SAFE_INTEGER, counts = within || maxEvents < Infinity;
  // The editor shows what is written to /dev/null as what it is.
  leaveTracers(reader.state);
  const { selection, pushed } = selectionOf(filter, [chisel], counts);
  reader.select(selection);
  let over = chisel.ended || maxEvents <= 0, told = performance.now();
  const events = (): number => pushed ? reader.events : chisel.events;
  const visit = (ctx: Parameters<QuickChisel['event']>[0]): boolean => {
    if (within && !(ctx.tsNs >= startNs && ctx.tsNs <= endNs)) { if (ctx.tsNs > endNs + SLACK_NS) over = true; return !over; }
    chisel.event(ctx);
    if (chisel.ended || chisel.events >= maxEvents) over = true;
    return !over;
  };
  const take = (chunk: Uint8Array): void => {
    reader.push(chunk);
    reader.read(visit);
    // What came until now is seen before the rest is read.
    text.flush();
    if (performance.now() - told < TELL_MS) return;
    told = performance.now();
    say({ events: events(), fraction: file.fraction });
  };
  if (!over) for await (const chunk of file.chunks()) { take(chunk); if (over || reader.done || stopped()) break; }
  reader.finish();
  if (!over && !stopped()) reader.read(visit);
  const { lastNs } = reader;
  chisel.finish(pushed && lastNs !== undefined ? { firstNs: reader.state.firstNs, lastNs } : undefined);
  text.flush();
  return events();
}

/** The bytes of a capture, inflated where they are packed. Packed ones that are damaged end there. */
class FileChunks {
  #fd: number;
  readonly #path: string;
  readonly #size: number = 0;
  /** It is the file that was opened. */
  readonly ok: boolean = false;
  #done = 0;

  constructor({ path, inode }: QuickFile) {
    this.#path = path;
    try { this.#fd = openSync(path, 'r'); } catch { this.#fd = -1; return; }
    const found = fstatSync(this.#fd);
    this.#size = found.size;
    this.ok = found.isFile() && found.ino === inode;
  }
  get fraction(): number { return this.#size === 0 ? 1 : Math.min(1, this.#done / this.#size); }

  /** Each stays as it is until the next but one. */
  async *chunks(): AsyncGenerator<Uint8Array, void> {
    const head = new Uint8Array(2);
    if (readSync(this.#fd, head, 0, 2, 0) === 2 && head[0] === 0x1f && head[1] === 0x8b) { yield* this.#inflated(); return; }
    const buffers = [new Uint8Array(CHUNK), new Uint8Array(CHUNK), new Uint8Array(CHUNK)];
    for (let turn = 0; ; turn++) {
      const buffer = buffers[turn % buffers.length] as Uint8Array, got = readSync(this.#fd, buffer, 0, CHUNK, this.#done);
      if (got <= 0) return;
      this.#done += got;
      yield buffer.subarray(0, got);
    }
  }
  async *#inflated(): AsyncGenerator<Uint8Array, void> {
    const packed = createReadStream(this.#path, { fd: this.#fd, start: 0 }), gunzip = createGunzip({ chunkSize: CHUNK });
    // The stream closes it.
    this.#fd = -1;
    packed.on('data', (bytes) => { this.#done += bytes.length; });
    packed.on('error', (error) => { gunzip.destroy(error); });
    packed.pipe(gunzip);
    try { for await (const chunk of gunzip) yield chunk as Uint8Array; } catch { /* what came before is given */ } finally { packed.destroy(); gunzip.destroy(); }
  }
  close(): void { if (this.#fd >= 0) closeSync(this.#fd); }
}
