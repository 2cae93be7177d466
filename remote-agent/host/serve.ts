// `porthole serve`: the agent. Speaks the protocol on stdin and stdout until stdin ends; logs are lines of JSON on stderr.
import { createMessageConnection, StreamMessageReader, StreamMessageWriter, type MessageConnection } from 'vscode-jsonrpc/node';
import type { Session } from '../engine/session/session.ts';
import { decoder, encoder } from '../protocol/codec.ts';
import type { StateView } from '../engine/state/model.ts';
import type { ReadAgain } from '../protocol/serveViews.ts';
import { serveSession, type ControlService, type ReadingService, type RecorderService, type Services } from '../protocol/server.ts';
import { runSessionChisel } from './chiselService.ts';
import { openFile, pause } from './fileSource.ts';
import { FrameGuard } from './frameGuard.ts';
import { log } from './log.ts';
import { parseRingSize, RING_LEAST } from './ringSize.ts';
import { VERSION } from './version.ts';

export interface ServeOptions {
  /** Capture to serve; without it, this host live. */
  readonly file?: string;
  /** Memory for events, MiB. */
  readonly historyMb?: number;
  /** Bytes of each buffer to capture; live only. */
  readonly snaplen?: number;
  /** Size of the kernel's ring buffer; live only. Without it: by the machine. */
  readonly ringBytes?: number;
}

/** A source of events and what comes with it. */
interface Source { readonly session: Session; readonly recorder?: RecorderService; readonly reading?: ReadingService; readonly control?: ControlService; readAgain?(read: ReadAgain): Promise<StateView>; close(): void | Promise<void> }

const HELP = `usage: porthole serve [--file FILE] [--history MB] [--snaplen BYTES] [--ring SIZE]

Answers the Porthole extension on stdin and stdout: for this host, live, or for a capture FILE.
  --file FILE    serve the capture FILE (.scap, plain or gzip)
  --history MB   memory for events (256 live; 2048 for files)
  --snaplen BYTES  live: capture so many bytes of each buffer
  --ring SIZE    live: size of the buffer between kernel and agent, KiB or e.g. 32M (by memory and CPUs)
`;

/** Reads the arguments behind `serve`; a text is a message for people. */
export function parseServeArgs(args: readonly string[]): ServeOptions | string {
  const options: { file?: string; historyMb?: number; snaplen?: number; ringBytes?: number } = {};
  for (let i = 0; i < args.length; i++) {
    const [name = '', inline] = (args[i] ?? '').split(/=(.*)/s);
    const value = (): string | undefined => inline ?? args[++i];
    if (name === '--file' || name === '-r') { const file = value(); if (file === undefined) return '--file needs a path'; options.file = file; }
    else if (name === '--history') { const mb = Number(value()); if (!(mb >= 1 && mb <= 65536)) return '--history needs a number of MiB from 1 to 65536'; options.historyMb = mb; }
    else if (name === '--snaplen') { const bytes = Number(value()); if (!(bytes >= 0 && bytes <= 65536)) return '--snaplen needs a number of bytes from 0 to 65536'; options.snaplen = bytes; }
    else if (name === '--ring') { const bytes = parseRingSize(value() ?? ''); if (typeof bytes === 'object') return `--ring ${bytes.wrong}`; if (bytes !== undefined) options.ringBytes = bytes; }
    else return `unknown option ${name}`;
  }
  return options;
}

/** Runs the agent. Settles with the exit code when the client has gone. */
export async function serve(args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) { process.stdout.write(HELP); return 0; }
  const options = parseServeArgs(args);
  if (typeof options === 'string') { process.stderr.write(`porthole serve: ${options}\n${HELP}`); return 2; }
  if (process.stdin.isTTY === true) { process.stderr.write(`porthole serve: this is for programs; there is no terminal to talk to.\n${HELP}`); return 2; }
  keepStdoutForFrames();
  // Logs that nobody reads any more are no reason to end, nor to log about.
  process.stderr.on('error', () => undefined);
  let source: Source;
  try { source = await openSource(options); } catch (error) {
    log('error', error instanceof Error ? error.message : String(error));
    return 1;
  }
  log('info', 'serving', { version: VERSION, pid: process.pid, file: options.file ?? '', problems: source.session.problems.map((p) => p.code) });
  const { code, why } = await untilEnd(source);
  await source.close();
  log(code === 0 ? 'info' : 'error', why, { code });
  return code;
}

async function openSource(options: ServeOptions): Promise<Source> {
  const history = options.historyMb === undefined ? {} : { historyBytes: options.historyMb * 1024 * 1024 };
  if (options.file !== undefined) {
    const file = await openFile(options.file, history);
    await file.ready;
    return file;
  }
  // A ring smaller than any that is chosen by itself overflows with every burst, which says nothing of the host.
  const spare = process.env['PORTHOLE_SPARE'] !== '0' && (options.ringBytes ?? RING_LEAST) >= RING_LEAST;
  return await (await import('./liveSource.ts')).openLive({ ...history, spare, ...(options.snaplen === undefined ? {} : { snaplen: options.snaplen }), ...(options.ringBytes === undefined ? {} : { ringBytes: options.ringBytes }), log });
}

/** Serves one client. Settles when stdin or stdout has ended, a signal came, or something cannot go on. */
function untilEnd(source: Source): Promise<{ code: number; why: string }> {
  return new Promise((resolve) => {
    const guard = new FrameGuard();
    const connection = connect(guard);
    const serving = serveSession(connection, source.session, servicesOf(source));
    let ended = false;
    const end = (code: number, why: string): void => {
      if (ended) return;
      ended = true;
      serving.dispose();
      process.stdin.unpipe(guard);
      process.stdin.pause();
      resolve({ code, why });
    };
    guard.on('error', (error) => { end(1, `The client sent what cannot be read, so the agent ends: ${error.message}.`); });
    guard.on('end', () => { end(0, 'The client has gone.'); });
    process.stdin.on('error', (error) => { end(1, `Reading from the client failed: ${error.message}.`); });
    process.stdout.on('error', (error) => { end(0, `The client has gone: ${error.message}.`); });
    connection.onError(([error]) => { end(1, `The client sent what cannot be read, so the agent ends: ${error.message}.`); });
    connection.onClose(() => { end(0, 'The client has gone.'); });
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => { end(0, `The agent was told to end (${signal}).`); });
    process.on('uncaughtException', (error) => {
      if (ended) process.exit(1);
      log('error', 'fault', { error: error.message, stack: error.stack });
      end(1, 'The agent ends because of a fault of its own; the record before says which.');
    });
    process.on('unhandledRejection', (error) => { log('error', 'unhandled', { error: String(error), stack: error instanceof Error ? error.stack : '' }); });
    connection.listen();
    process.stdin.pipe(guard);
  });
}

function connect(input: FrameGuard): MessageConnection {
  const reader = new StreamMessageReader(input, { contentTypeDecoder: decoder });
  const writer = new StreamMessageWriter(process.stdout, { contentTypeEncoder: encoder });
  return createMessageConnection(reader, writer, { error: (m) => { log('error', m); }, warn: (m) => { log('error', m); }, info: (m) => { log('info', m); }, log: (m) => { log('info', m); } });
}

/** Timers, chisels, recordings and the reading of a file for the protocol's server. */
export function servicesOf(source: { readonly recorder?: RecorderService; readonly reading?: ReadingService; readonly control?: ControlService; readAgain?(read: ReadAgain): Promise<StateView> }): Services {
  return {
    every: (ms, run) => { const timer = setInterval(run, ms); return () => { clearInterval(timer); }; },
    pause,
    runChisel: runSessionChisel,
    ...(source.recorder === undefined ? {} : { recorder: source.recorder }),
    ...(source.reading === undefined ? {} : { reading: source.reading }),
    ...(source.control === undefined ? {} : { control: source.control }),
    ...(source.readAgain === undefined ? {} : { readAgain: (read: ReadAgain) => (source.readAgain as NonNullable<typeof source.readAgain>)(read) }),
    log,
  };
}

/** Whatever a library prints must not get between the frames. */
function keepStdoutForFrames(): void {
  for (const name of ['log', 'info', 'debug', 'warn', 'error', 'trace', 'dir'] as const) console[name] = (...args: unknown[]) => { log('info', 'console', { text: args.map(String).join(' ') }); };
}
