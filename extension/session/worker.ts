// Worker thread that reads one capture: inflates it, feeds the engine in slices, and answers the agent protocol over the thread's port. Ended by
// `terminate()`; it holds nothing that would have to be put away.
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { createGunzip } from 'node:zlib';
import { PortMessageReader, PortMessageWriter, createMessageConnection } from 'vscode-jsonrpc/node';
import { compileFilter } from '../../remote-agent/engine/filter/index.ts';
import { FileSession } from '../../remote-agent/engine/session/fileSession.ts';
import { serveSession, type Services } from '../../remote-agent/protocol/server.ts';
import type { CaptureWorkerData } from './fileSession.ts';
import { isChiselThread, serveChiselThread } from './chiselThread.ts';
import { runChiselInWorker } from './workerChisel.ts';

declare const PORTHOLE_VERSION: string | undefined;

const CHUNK_BYTES = 1 << 20;
/** Events read before requests get their turn: about ten milliseconds. */
const SLICE_EVENTS = 10_000;

/** The file as a stream, and how large it is. */
interface Input { readonly stream: Readable; readonly bytes: number; readonly gzip: boolean }

const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b;

async function openInput(data: CaptureWorkerData): Promise<Input> {
  if (data.content !== undefined) {
    const { content } = data;
    const parts = function* (): Generator<Uint8Array> { for (let at = 0; at < content.length; at += CHUNK_BYTES) yield content.subarray(at, at + CHUNK_BYTES); };
    return { stream: Readable.from(parts()), bytes: content.length, gzip: isGzip(content) };
  }
  const { size } = await stat(data.path);
  const file = await open(data.path, 'r');
  const head = new Uint8Array(2);
  try { await file.read(head, 0, 2, 0); } finally { await file.close(); }
  return { stream: createReadStream(data.path, { highWaterMark: CHUNK_BYTES }), bytes: size, gzip: isGzip(head) };
}

const pause = (): Promise<void> => new Promise(resolve => { setImmediate(resolve); });

function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return 'there is no such file.';
  if (code === 'EACCES' || code === 'EPERM') return 'reading it is not permitted.';
  if (code === 'EISDIR') return 'it is a folder.';
  if (code === 'Z_BUF_ERROR') return 'its compressed data end too early.';
  return error instanceof Error ? `${error.message}.`.replace(/\.\.$/, '.') : String(error);
}

async function main(): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('The capture worker has to run in a worker thread.');
  const data = workerData as CaptureWorkerData;
  const version = typeof PORTHOLE_VERSION === 'string' ? PORTHOLE_VERSION : '0';
  const file = new FileSession({ file: data.path, agentVersion: version, compile: compileFilter, historyBytes: data.historyMegabytes * 2 ** 20 });
  const { session } = file;

  const services: Services = {
    every: (ms, run) => { const timer = setInterval(run, ms); return () => clearInterval(timer); },
    pause, runChisel: runChiselInWorker,
    log: (level, message, details) => { console.error(`${level}: ${message} ${details === undefined ? '' : JSON.stringify(details)}`); },
  };
  let serving = false;
  // The greeting states the time of the first event, so that it has to wait for it.
  const serve = (): void => {
    if (serving) return;
    serving = true;
    const connection = createMessageConnection(new PortMessageReader(port), new PortMessageWriter(port));
    serveSession(connection, session, services);
    connection.listen();
  };

  /** There is nothing to read at all. */
  const refuse = (message: string, remedy: string): void => {
    session.addProblem('file', message, remedy);
    session.progress = 1;
    serve();
  };
  let input: Input;
  try { input = await openInput(data); } catch (error) { refuse(`${data.path} cannot be opened: ${reasonOf(error)}`, 'Check the path and who may read the file, then open it again.'); return; }
  if (input.bytes === 0) { refuse(`${data.path} is empty: it has no bytes.`, 'The recording may have been stopped before anything was written; record again, or copy the file again.'); return; }
  try {
    let consumed = 0;
    input.stream.on('data', (chunk: Uint8Array) => { consumed += chunk.length; });
    input.stream.pause();
    const inflated = input.gzip ? input.stream.pipe(createGunzip({ chunkSize: CHUNK_BYTES })) : input.stream;
    input.stream.on('error', error => { if (inflated !== input.stream) inflated.destroy(error); });
    for await (const chunk of inflated) {
      file.push(chunk as Uint8Array);
      while (!file.advance(SLICE_EVENTS)) { session.progress = progressOf(consumed, input.bytes); serve(); await pause(); }
      session.progress = progressOf(consumed, input.bytes);
      if (session.history.rowCount > 0) serve();
    }
    file.finish();
  } catch (error) {
    file.finish(`${data.path} could not be read to its end: ${reasonOf(error)}`);
  }
  serve();
}

/** 1 only when all is read. */
function progressOf(consumed: number, bytes: number): number { return bytes === 0 ? 0.99 : Math.min(0.99, consumed / bytes); }

if (!isMainThread && parentPort !== null && isChiselThread()) serveChiselThread(parentPort);
else if (!isMainThread) void main();
