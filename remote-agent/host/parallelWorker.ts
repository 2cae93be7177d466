// The other threads that print a capture: each reads the whole file and prints the stretches that it takes. Bundled on its own.
import { closeSync, openSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { sharedChunks, type SharedChunks } from './parallelFile.ts';
import { problemsOf } from './captureFacts.ts';
import { StretchPrinter, type PrintOrder } from './parallelStretch.ts';
import { STOPPED, Turns } from './parallelTurns.ts';

/** What a thread is given. */
export interface StretchTask { readonly order: PrintOrder; readonly shared: SharedArrayBuffer; /** Bytes of the file to be read. */ readonly size: number; readonly chunks: SharedChunks; /** Which of the threads it is, from 0. */ readonly thread: number }
/** What it says at its end. */
export interface WorkerReport { readonly ended: boolean; readonly failure: string | undefined; readonly problems: readonly string[] }

const WAIT_MS = 50;

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

parentPort?.postMessage(run(workerData as StretchTask));
