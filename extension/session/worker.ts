// Worker thread that reads one capture and answers the agent protocol over the thread's port. Ended by `terminate()`; it holds nothing that would
// have to be put away: what it keeps on the disk has no name.
import { isMainThread, parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { PortMessageReader, PortMessageWriter, createMessageConnection } from 'vscode-jsonrpc/node';
import { openCaptureBytes, openCaptureFile, pause, type CaptureFile, type CaptureOptions } from '../../remote-agent/capture/captureFile.ts';
import { serveSession, type Services } from '../../remote-agent/protocol/server.ts';
import type { CaptureWorkerData } from './fileSession.ts';
import { isChiselThread, serveChiselThread } from './chiselThread.ts';
import { isQuickThread, serveQuickThread } from './quickThread.ts';
import { DEBUGGED_RUNS, prepareChiselThread, readsItself, runChiselInWorker } from './workerChisel.ts';

declare const PORTHOLE_VERSION: string | undefined;

async function openInput({ path, content, historyMegabytes }: CaptureWorkerData): Promise<CaptureFile> {
  const options: CaptureOptions = { agentVersion: typeof PORTHOLE_VERSION === 'string' ? PORTHOLE_VERSION : '0', historyBytes: historyMegabytes * 2 ** 20 };
  if (content !== undefined) return openCaptureBytes(path, content, options);
  try { return await openCaptureFile(path, options); } catch (error) {
    // Nothing that could be read: the session says why.
    const nothing = openCaptureBytes(path, new Uint8Array(0), options);
    await nothing.done;
    nothing.session.removeProblems('file');
    nothing.session.addProblem('file', error instanceof Error ? `${error.message}.` : String(error), 'Check the path and who may read the file, then open it again.');
    return nothing;
  }
}

async function main(port: MessagePort): Promise<void> {
  const data = workerData as CaptureWorkerData, file = await openInput(data);
  // What is not on a disk cannot be read by a chisel's thread.
  if (data.content === undefined) readsItself(data.path, file);
  const services: Services = {
    every: (ms, run) => { const timer = setInterval(run, ms); return () => clearInterval(timer); },
    pause, runChisel: runChiselInWorker, prepareChisel: prepareChiselThread, debug: DEBUGGED_RUNS, reading: file.reading, readAgain: (read) => file.readAgain(read),
    log: (level, message, details) => { console.error(`${level}: ${message} ${details === undefined ? '' : JSON.stringify(details)}`); },
  };
  // The greeting states the time of the first event, so that it has to wait for it.
  await file.ready;
  const connection = createMessageConnection(new PortMessageReader(port), new PortMessageWriter(port));
  serveSession(connection, file.session, services);
  connection.listen();
}

if (!isMainThread && parentPort !== null && isChiselThread()) serveChiselThread(parentPort);
else if (!isMainThread && parentPort !== null && isQuickThread()) serveQuickThread(parentPort);
else if (!isMainThread && parentPort !== null) void main(parentPort);
