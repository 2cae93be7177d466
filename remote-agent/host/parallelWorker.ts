// The other threads that print a capture: each reads the whole file and prints the stretches that it takes. Bundled on its own.
import { closeSync, openSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { sharedChunks, type SharedChunks } from './parallelFile.ts';
import { problemsOf } from './captureFacts.ts';
import { StretchPrinter, type PrintOrder } from './parallelStretch.ts';
import { BATCH, QuickScribe, type SharedQuick } from '../engine/format/index.ts';
import { STOPPED, Turns, writeAll } from './parallelTurns.ts';
import { Batches } from './scribeBatches.ts';

/** What a thread is given. */
export interface StretchTask { readonly kind: 'stretches'; readonly order: PrintOrder; readonly shared: SharedArrayBuffer; /** Bytes of the file to be read. */ readonly size: number; readonly chunks: SharedChunks; /** Which of the threads it is, from 0. */ readonly thread: number }
/** What a thread is given that writes the lines of another one. `fd`: where they go. */
export interface ScribeTask { readonly kind: 'scribe'; readonly quick: SharedQuick; readonly batches: SharedArrayBuffer; readonly fd: number }
export type WorkerTask = StretchTask | ScribeTask;
/** What it says at its end. */
export interface WorkerReport { readonly ended: boolean; readonly failure: string | undefined; readonly problems: readonly string[] }

const WAIT_MS = 50;

/** Writes batches of lines as they are handed over, until somebody stops. */
function scribe({ quick, batches: shared, fd }: ScribeTask): WorkerReport {
  const batches = new Batches(BATCH.count, shared), writer = new QuickScribe(quick);
  let failure: string | undefined;
  const flush = (bytes: Uint8Array): boolean => {
    const wrong = writeAll(fd, bytes, bytes.length);
    if (wrong === undefined) return true;
    if (wrong !== 'EPIPE') failure = wrong;
    batches.stop(wrong === 'EPIPE' ? STOPPED.closed : STOPPED.failed);
    return false;
  };
  for (let batch = 0; batches.stopped === STOPPED.no; batch++) {
    while (batches.handed <= batch && batches.stopped === STOPPED.no) batches.waitHanded(batch, WAIT_MS);
    if (batches.stopped !== STOPPED.no) break;
    if (!writer.write(batch % BATCH.count, batches.lines(batch), flush)) {
      if (batches.stopped === STOPPED.no) { failure = 'a line could not be written'; batches.stop(STOPPED.failed); }
      break;
    }
    batches.wrote(batch);
  }
  return { ended: false, failure, problems: [] };
}

function run({ order, shared, size, chunks, thread }: StretchTask): WorkerReport {
  const turns = new Turns(shared);
  try {
    const printer = new StretchPrinter(order, turns);
    const file = openSync(order.file, 'r');
    try {
      do { for (const chunk of sharedChunks(file, size, chunks, thread)) { printer.push(chunk); if (printer.done || printer.reader.inDoubt) break; } } while (printer.restarts());
    } finally { closeSync(file); }
    if (!printer.done) printer.end();
    while (!printer.flush()) turns.wait(turns.turn, WAIT_MS);
    return { ended: printer.ended, failure: printer.failure, problems: problemsOf(order.file, printer.reader) };
  } catch (error) {
    turns.stop(STOPPED.failed);
    return { ended: false, failure: error instanceof Error ? error.message : String(error), problems: [] };
  }
}

const task = workerData as WorkerTask;
parentPort?.postMessage(task.kind === 'scribe' ? scribe(task) : run(task));
