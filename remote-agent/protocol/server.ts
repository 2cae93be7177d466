// Answers the protocol's requests out of a session. Knows neither Node nor where events come from: stdio, a worker and a test are the same to it.
import { CancellationToken, ErrorCodes, ResponseError, type Disposable, type MessageConnection } from 'vscode-jsonrpc';
import { FilterError } from '../engine/session/filterBits.ts';
import type { Session, Steps } from '../engine/session/session.ts';
import { StoredBytesError } from '../engine/session/storedEvents.ts';
import type { SpanResult, Viewport } from '../engine/session/timeline.ts';
import { packCounts, packNumbers } from './packing.ts';
import { answerOverview } from './serveOverview.ts';
import {
  ChiselDebugged, ChiselPrinted, ChiselProgress, CountEvents, CountProgress, DebugChisel, DeleteRecording, ERRORS, FindEvent, GetCounters, GetDebuggedEvent, GetDescriptors, GetEvent, GetEvents, GetLanes, GetLeftOut, GetOverview, GetProcesses, GetStatus, GetTree, GetViewport, Initialize, KINDS, ListCalls, ListRecordings, PROTOCOL_VERSION, PrepareChisel, ReadRecording,
  RecordingChanged, ResumeReading, RowAtIndex, RunChisel, SeekTime, SetCaptureWish, SetOverload, StartRecording, StatusChanged, StopReading, StopRecording, TreeChanged, type CallsResult, type CaptureWish, type ChiselProgressMessage, type ChiselResultMessage, type CountersResult, type DebuggedField, type FilterErrorData, type Hello, type LanesResult, type LeftOutRow, type PageResult, type Recording, type RunChiselParams, type Status, type TreeResult, type ViewportResult,
} from './messages.ts';
import { serveViews, type ViewServices } from './serveViews.ts';
import type { DebugCommand, DebugEvent } from '../engine/chisel/debug/debugger.ts';
import { EVENT_KINDS } from '../engine/event/kind.ts';

/** What only the host can do. */
export interface Services extends ViewServices {
  /** Calls `run` every so many milliseconds until the function that this returns is called. */
  every(ms: number, run: () => void): () => void;
  /** Lets everything else that waits have its turn. */
  pause(): Promise<void>;
  /** Makes ready what the next chisel needs. */
  prepareChisel?(): void;
  /** Runs a chisel over the session's history, or over what follows; rejects only for faults of the host. */
  runChisel?(params: RunChiselParams, session: Session, print: (text: string) => void, token: CancellationToken, progress: (progress: Omit<ChiselProgressMessage, 'id'>) => void, debugged: (event: DebugEvent) => void): Promise<ChiselResultMessage>;
  /** What is asked of runs that are debugged; undefined where nothing can be. */
  readonly debug?: { command(id: string, command: DebugCommand): void; event(id: string, group: string): readonly DebuggedField[] };
  readonly recorder?: RecorderService;
  readonly reading?: ReadingService;
  readonly control?: ControlService;
  /** Something worth a line of the log. */
  log?(level: 'info' | 'error', message: string, data?: Readonly<Record<string, unknown>>): void;
}

/** What is asked of the probe. Each function may throw a ServiceError. */
export interface ControlService {
  leftOut(): readonly LeftOutRow[];
  setOverload(change: { readonly spare?: boolean; readonly widen?: boolean }): void;
  setWish(wish: CaptureWish): void;
  counters(anew: boolean): CountersResult;
}

/** The reading of a capture file. Each function may throw a ServiceError. */
export interface ReadingService {
  /** Settles when nothing more is read. */
  stop(): Promise<void>;
  /** Settles when it is known whether there is more to read. */
  resume(): Promise<void>;
}

/** Recordings; each function may throw a RecorderError. */
export interface RecorderService {
  start(filter: string): Promise<Recording>;
  stop(id: string): Promise<Recording>;
  list(): readonly Recording[];
  read(id: string, offset: number, length: number): Promise<Uint8Array>;
  delete(id: string): Promise<void>;
  onChanged(tell: (recording: Recording) => void): () => void;
}
/** A failure whose message is for people. */
export class ServiceError extends Error {
  readonly code: number;
  constructor(code: number, message: string) { super(message); this.name = 'ServiceError'; this.code = code; }
}

const NEVER = CancellationToken.None;
const REQUEST_CANCELLED = -32800;
/** Events looked at before others get their turn: ten milliseconds or so. */
const BUDGET = 8_000;
/** Slices of a count between two words of how far it is: some tenths of a second. */
const WORD_SLICES = 32;
const MAX_LANES = 2000;
/** Characters of a chisel's output that the client has not taken yet at most; more is counted and left out. */
const OUTPUT_BACKLOG = 4 << 20;

/** Serves a connection until it ends. Dispose of the result to stop earlier. */
export function serveSession(connection: MessageConnection, session: Session, services: Services): Disposable {
  const stops: (() => void)[] = [];
  const guarded = <P, R>(answer: (params: P, token: CancellationToken) => Promise<R> | R) => async (params: P, token: CancellationToken): Promise<R> => {
    try { return await answer(params, token); } catch (error) { throw toResponse(error, services); }
  };
  const simple = <R>(answer: () => R | Promise<R>) => async (): Promise<R> => guarded(answer)(undefined, NEVER);
  const run = async <T>(steps: Steps<T>, token: CancellationToken, onSlice?: () => void): Promise<T> => {
    while (!steps.advance(BUDGET)) {
      onSlice?.();
      await services.pause();
      if (token.isCancellationRequested) throw new ResponseError(REQUEST_CANCELLED, 'The request was cancelled.');
    }
    return steps.result();
  };

  connection.onRequest(Initialize, guarded(async (params) => {
    if (params.protocolVersion !== PROTOCOL_VERSION) throw new ResponseError(ERRORS.protocol, `This agent speaks protocol version ${PROTOCOL_VERSION}, the client version ${params.protocolVersion}. Install the same version of Porthole on both sides.`);
    // The greeting says when 0 was: of a file, that is known with its first event.
    while (!session.info.live && session.progress < 1 && session.history.rowCount === 0) await services.pause();
    return helloOf(session);
  }));
  connection.onRequest(GetStatus, simple((): Status => session.status()));
  connection.onRequest(GetTree, simple((): TreeResult => ({ hostname: session.info.hostname, containers: session.tree() })));
  connection.onRequest(GetProcesses, guarded((p) => session.processes(text(p.containerId))));
  connection.onRequest(GetDescriptors, guarded((p) => {
    const rows = session.descriptors(number(p.pid));
    if (rows === undefined) throw new ResponseError(ERRORS.gone, `Process ${p.pid} is no longer there.`);
    return rows;
  }));
  connection.onRequest(ListCalls, guarded(async (p): Promise<CallsResult> => await session.callsUnderWay({
    containerId: p.containerId === undefined ? undefined : text(p.containerId), filter: text(p.filter), longerNs: number(p.longerNs), count: number(p.count),
  })));
  connection.onRequest(GetLanes, guarded(async (p, token): Promise<LanesResult> => ({ lanes: await run(session.lanes(number(p.startNs), number(p.endNs), text(p.filter), p.also === undefined ? [] : list(p.also)), token) })));
  connection.onRequest(GetViewport, guarded(async (p, token) => {
    const query = { startNs: number(p.startNs), endNs: number(p.endNs), widthPx: number(p.widthPx), lanes: list(p.lanes).slice(0, MAX_LANES) };
    return viewportMessage(await run(session.viewport(query, text(p.filter)), token));
  }));
  connection.onRequest(GetOverview, guarded(async (p, token) => await answerOverview(session, {
    startNs: number(p.startNs), endNs: number(p.endNs), points: number(p.points), findings: number(p.findings), ...(p.metrics === undefined ? {} : { metrics: list(p.metrics) }),
  }, token, () => services.pause())));
  connection.onRequest(GetEvents, guarded(async (p, token): Promise<PageResult> => {
    const query = { startNs: number(p.startNs), endNs: number(p.endNs), fromRow: number(p.fromRow), direction: p.direction === 'backward' ? 'backward' as const : 'forward' as const, count: number(p.count) };
    return await run(session.page(query, text(p.filter)), token);
  }));
  connection.onRequest(GetEvent, guarded((p) => {
    const details = session.details(number(p.row));
    if (details === undefined) throw new ResponseError(ERRORS.gone, `Event ${p.row} is no longer in the history.`);
    return details;
  }));
  connection.onRequest(CountEvents, guarded(async (p, token) => {
    const { progressId } = p, search = session.count(number(p.startNs), number(p.endNs), text(p.filter));
    let slices = 0, waiting = false;
    const word = (): void => {
      if (typeof progressId !== 'string' || waiting || ++slices % WORD_SLICES !== 0) return;
      waiting = true;
      const done = (): void => { waiting = false; };
      connection.sendNotification(CountProgress, { progressId, ...search.progress }).then(done, done);
    };
    return { count: await run(search, token, word) };
  }));
  connection.onRequest(FindEvent, guarded(async (p, token) => {
    const query = { fromRow: number(p.fromRow), direction: p.direction === 'backward' ? 'backward' as const : 'forward' as const, wrap: p.wrap === true, startNs: maybe(p.startNs), endNs: maybe(p.endNs) };
    return await run(session.find(query, text(p.find), text(p.filter)), token);
  }));
  connection.onRequest(SeekTime, guarded(async (p, token) => await run(session.place({ ns: number(p.ns) }, text(p.filter)), token)));
  connection.onRequest(RowAtIndex, guarded(async (p, token) => ({ row: (await run(session.place({ index: number(p.index) }, text(p.filter)), token)).row })));
  const reading = (): ReadingService => {
    if (services.reading === undefined) throw new ResponseError(ERRORS.notFile, 'Only the reading of a capture file can be stopped; this agent shows a host live.');
    return services.reading;
  };
  connection.onRequest(StopReading, simple(async (): Promise<Status> => { await reading().stop(); return session.status(); }));
  connection.onRequest(ResumeReading, simple(async (): Promise<Status> => { await reading().resume(); return session.status(); }));
  const control = (): ControlService => {
    if (services.control === undefined) throw new ResponseError(ERRORS.notLive, 'Only a live host has a probe that can be asked; a capture file holds what it holds.');
    return services.control;
  };
  connection.onRequest(GetLeftOut, simple(() => control().leftOut()));
  connection.onRequest(SetOverload, guarded((p): Status => {
    control().setOverload({ ...(typeof p.spare === 'boolean' ? { spare: p.spare } : {}), ...(p.widen === true ? { widen: true } : {}) });
    return session.status();
  }));
  connection.onRequest(SetCaptureWish, guarded((p): Status => { control().setWish(p); return session.status(); }));
  connection.onRequest(GetCounters, guarded((p): CountersResult => control().counters(p.anew === true)));
  connection.onRequest(PrepareChisel, simple(() => { services.prepareChisel?.(); }));
  connection.onRequest(RunChisel, guarded(async (p, token) => {
    if (services.runChisel === undefined) throw new ResponseError(ERRORS.chisel, 'This agent cannot run chisels.');
    if (p.filter !== '') session.filters.compile(text(p.filter));
    return await services.runChisel(p, session, chiselPrinter(connection, p.id), token, (progress) => { if (p.progress === true) connection.sendNotification(ChiselProgress, { id: p.id, ...progress }).catch(() => undefined); },
      (event) => { connection.sendNotification(ChiselDebugged, { id: p.id, event }).catch(() => undefined); });
  }));
  const debug = (): NonNullable<Services['debug']> => {
    if (services.debug === undefined) throw new ResponseError(ERRORS.chisel, 'A chisel can be debugged on a capture only.');
    return services.debug;
  };
  connection.onRequest(DebugChisel, guarded((p): void => { debug().command(p.id, p.command); }));
  connection.onRequest(GetDebuggedEvent, guarded((p): readonly DebuggedField[] => debug().event(p.id, text(p.group))));

  serveRecordings(connection, session, services, guarded, simple, stops);
  serveNotifications(connection, session, services, stops);
  stops.push(serveViews(connection, session, services, (error) => toResponse(error, services)));
  let disposed = false;
  const dispose = (): void => { if (!disposed) { disposed = true; for (const stop of stops) stop(); } };
  connection.onClose(dispose);
  return { dispose };
}

/** Sends what a chisel prints, as fast as the client takes it. */
function chiselPrinter(connection: MessageConnection, id: string): (text: string) => void {
  let waiting = 0, leftOut = 0;
  const send = (text: string): void => {
    waiting += text.length;
    connection.sendNotification(ChiselPrinted, { id, text }).then(() => {
      waiting -= text.length;
      if (leftOut === 0 || waiting > 0) return;
      const count = leftOut;
      leftOut = 0;
      send(`\n... (${count} characters were left out: the chisel prints more than the connection carries)\n`);
    }, () => undefined);
  };
  return (text) => { if (leftOut > 0 || waiting > OUTPUT_BACKLOG) leftOut += text.length; else send(text); };
}

type Guard = <P, R>(answer: (params: P, token: CancellationToken) => Promise<R> | R) => (params: P, token: CancellationToken) => Promise<R>;

function serveRecordings(connection: MessageConnection, session: Session, services: Services, guarded: Guard, simple: <R>(answer: () => R | Promise<R>) => () => Promise<R>, stops: (() => void)[]): void {
  const recorder = (): RecorderService => {
    if (services.recorder === undefined) throw new ResponseError(ERRORS.notLive, 'Only a live host can be recorded; a capture file is a recording already.');
    return services.recorder;
  };
  connection.onRequest(StartRecording, guarded(async (p) => {
    session.filters.compile(text(p.filter));
    return await recorder().start(p.filter);
  }));
  connection.onRequest(StopRecording, guarded((p) => recorder().stop(text(p.id))));
  connection.onRequest(ListRecordings, simple(() => services.recorder?.list() ?? []));
  connection.onRequest(ReadRecording, guarded(async (p) => ({ data: await recorder().read(text(p.id), number(p.offset), number(p.length)) })));
  connection.onRequest(DeleteRecording, guarded(async (p) => { await recorder().delete(text(p.id)); }));
  if (services.recorder !== undefined) stops.push(services.recorder.onChanged((recording) => { void connection.sendNotification(RecordingChanged, recording); }));
}

function serveNotifications(connection: MessageConnection, session: Session, services: Services, stops: (() => void)[]): void {
  let tree = session.treeVersion, figures = session.figuresVersion, quiet = false, told = '';
  // A client that takes nothing, because it sleeps, is not written to further: the next word tells all that the ones left out would have.
  // Each kind waits for its own: both come due at the same moment, and the one must not silence the other.
  const oneAtATime = (send: () => Promise<void> | undefined): () => void => {
    let waiting = false;
    const done = (): void => { waiting = false; };
    return () => {
      if (waiting) return;
      const sent = send();
      if (sent === undefined) return;
      waiting = true;
      sent.then(done, done);
    };
  };
  // A file of a million events is read in a second: somebody wants to see it come.
  stops.push(services.every(session.info.live ? 1000 : 250, oneAtATime(() => {
    // Rates are those of the time since the status that was sent last.
    session.tick(session.nowNs);
    const idle = !session.info.live && (session.reading === undefined ? session.progress >= 1 : session.reading.state !== 'reading');
    // Between two looks reading may have gone on and come to another end.
    const seen = `${session.reading?.state ?? ''} ${session.reading?.events ?? 0}`, again = idle && quiet && seen === told;
    quiet = idle; told = seen;
    return again ? undefined : connection.sendNotification(StatusChanged, session.status());
  })));
  stops.push(services.every(500, oneAtATime(() => {
    if (session.treeVersion === tree && session.figuresVersion === figures) return undefined;
    const containersChanged = session.treeVersion !== tree;
    tree = session.treeVersion; figures = session.figuresVersion;
    return connection.sendNotification(TreeChanged, { containersChanged });
  })));
}

/** What a client is greeted with. */
export function helloOf(session: Session): Hello {
  const { info } = session;
  return {
    protocolVersion: PROTOCOL_VERSION, agentVersion: info.agentVersion, hostname: info.hostname, kernel: info.kernel, cpus: info.cpus, live: info.live,
    ...(info.file === undefined ? {} : { file: info.file }), baseNs: String(session.state.baseNs), problems: session.problems,
  };
}

function viewportMessage(viewport: Viewport): ViewportResult {
  return { ...viewport, lanes: viewport.lanes.map((lane) => lane.mode === 'density' ? { ...lane, counts: packCounts(lane.counts, KINDS.length + 1) } : spanMessage(lane)) };
}
function spanMessage(lane: SpanResult): Extract<ViewportResult['lanes'][number], { mode: 'spans' }> {
  const { open, before, ...columns } = lane;
  return { ...columns, ...(open.length === 0 ? {} : { open: packNumbers(open) }), ...(before.length === 0 ? {} : { before: packNumbers(before) }), startNs: packNumbers(lane.startNs), durationNs: packNumbers(lane.durationNs), rows: packNumbers(lane.rows), names: packNumbers(lane.names) };
}

function toResponse(error: unknown, services: Services): ResponseError<FilterErrorData | void> {
  if (error instanceof ResponseError) return error as ResponseError<void>;
  if (error instanceof FilterError) return new ResponseError(ERRORS.filter, error.message, { start: error.start, end: error.end, message: error.message, ...(error.which === undefined ? {} : { which: error.which }) });
  if (error instanceof StoredBytesError) return new ResponseError(error.kind === 'changed' ? ERRORS.fileChanged : ERRORS.io, error.message);
  if (error instanceof ServiceError) return new ResponseError(error.code, error.message);
  const message = error instanceof Error ? error.message : String(error);
  services.log?.('error', 'a request failed', { message, stack: error instanceof Error ? error.stack ?? '' : '' });
  return new ResponseError(ErrorCodes.InternalError, `The agent could not answer: ${message}`);
}

function invalid(what: string): ResponseError<void> { return new ResponseError(ErrorCodes.InvalidParams, `A parameter of the request is not ${what}.`); }
function number(value: unknown): number { if (typeof value !== 'number' || Number.isNaN(value)) throw invalid('a number'); return value; }
function maybe(value: unknown): number | undefined { return value === undefined ? undefined : number(value); }
function text(value: unknown): string { if (typeof value !== 'string') throw invalid('a text'); return value; }
function list(value: unknown): readonly string[] { if (!Array.isArray(value)) throw invalid('a list'); return value.map(text); }

/** The protocol's kinds are the engine's, in the same order: a compile error here says that they have drifted apart. */
type Same<A, B> = A extends B ? (B extends A ? true : never) : never;
const sameKinds: Same<typeof KINDS, typeof EVENT_KINDS> = true;
void sameKinds;
