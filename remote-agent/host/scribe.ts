// The thread that reads the bytes of a capture and writes its lines, as another one says what they consist of (scribePrint.ts). Bundled on its own, and small: the other one waits for it.
import { parentPort, workerData } from 'node:worker_threads';
import { BATCH, QUICK_CHUNK, QUICK_SLOTS } from '../engine/format/quickLayout.ts';
import { QuickScribe, type SharedQuick } from '../engine/format/quickScribe.ts';
import { readWhole } from './parallelFile.ts';
import { STOPPED } from './parallelTurns.ts';
import { Batches, writeBatch } from './scribeBatches.ts';

/** What it says at its end: what went wrong with writing, for people. */
export interface ScribeReport { readonly failure: string | undefined }

/** What such a thread is given. `fd`: where the lines go; `file`, `size`: the file to be read, which stays open until this thread has ended, and how many bytes of it. */
export interface ScribeTask { readonly quick: SharedQuick; readonly batches: SharedArrayBuffer; readonly fd: number; readonly file: number; readonly size: number }

const WAIT_MS = 100;
/** Chunks that are read ahead: what has been read is still in the processor's caches when it is gone through. */
const AHEAD = 12;

/** Works until somebody stops; answers what went wrong with writing. */
function scribe({ quick, batches: shared, fd, file, size }: ScribeTask): string | undefined {
  const batches = new Batches(BATCH.count, QUICK_SLOTS, shared), chunks = Math.ceil(size / QUICK_CHUNK);
  try {
    const writer = new QuickScribe(quick);
    let failure: string | undefined;
    batches.begin(WAIT_MS);
    for (let batch = batches.written; batches.stopped === STOPPED.no;) {
      const { bell } = batches;
      // Reading goes first: who goes through the capture may wait for it.
      const chunk = batches.claimed;
      if (chunk < chunks && chunk - batches.passed < AHEAD && batches.isFree(chunk) && batches.claim(chunk)) {
        let got = -1;
        try { got = readWhole(file, writer.slot(chunk % QUICK_SLOTS), Math.min(QUICK_CHUNK, size - chunk * QUICK_CHUNK), chunk * QUICK_CHUNK); } catch { /* the other one finds out why */ }
        batches.has(chunk, got);
      } else if (batch < batches.handed) {
        failure = writeBatch(writer, batches, batch++, fd);
      } else batches.wait(bell, WAIT_MS);
    }
    return failure;
  } catch (error) {
    // Who waits for this thread hears of nothing else meanwhile.
    batches.stop(STOPPED.failed);
    return error instanceof Error ? error.message : String(error);
  }
}

parentPort?.postMessage({ failure: scribe(workerData as ScribeTask) } satisfies ScribeReport);
