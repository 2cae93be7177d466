// Runs chisels over a capture from its worker, in a thread beside it, with limits of time and memory, no process, no files: compiled ones on the capture's file (quickThread.ts);
// Lua as WebAssembly on the history where that cannot be, or where it is debugged, or what takes its time is asked for.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import type { CancellationToken } from 'vscode-jsonrpc';
import type { DebugCommand, DebugEvent } from '../../remote-agent/engine/chisel/debug/debugger.ts';
import { fieldsOf, groupsOf } from '../../remote-agent/engine/chisel/debug/eventFields.ts';
import { DEFAULT_LIMITS } from '../../remote-agent/engine/chisel/inPlaceMachine.ts';
import type { ChiselEnvironment, ChiselFault } from '../../remote-agent/engine/chisel/ports.ts';
import { execNames } from '../../remote-agent/engine/chisel/loader.ts';
import { ChiselRun, type ChiselSource } from '../../remote-agent/engine/chisel/run.ts';
import type { CaptureFile } from '../../remote-agent/capture/captureFile.ts';
import type { EventContext } from '../../remote-agent/engine/event/context.ts';
import type { Session } from '../../remote-agent/engine/session/session.ts';
import type { ChiselProfile } from '../../remote-agent/engine/chisel/profile.ts';
import type { ChiselProgressMessage, ChiselResultMessage, DebuggedField, RunChiselParams } from '../../remote-agent/protocol/messages.ts';
import { ThreadMachine } from './chiselThread.ts';
import { QuickThread, type QuickFile, type QuickListener, type QuickResult } from './quickThread.ts';

/** Events handed on before requests get their turn. */
const SLICE_EVENTS = 5000;
/** Between two words on how far a run is; until a capture that is still read is looked at again; until another thread is made ready; that reading gives way to the first rows at most. Milliseconds. */
const TELL_MS = 200, READ_WAIT_MS = 40, SPARE_MS = 400, GIVE_WAY_MS = 400;
/** Rows out of the order of time at the ends of a range. */
const SLACK_ROWS = 256;
/** From this share of the capture on a range is read from the file. */
const RANGE_SHARE = 4;
/** For a compiled chisel to come first, where what takes its time is measured, too; ms. */
const AHEAD_MS = 1000;

let wasm: Uint8Array | undefined;
/** Lua's binary, beside the worker's bundle. */
function luaBinary(): Uint8Array {
  if (wasm === undefined) {
    const path = [join(__dirname, 'glue.wasm'), join(__dirname, 'agent', 'glue.wasm')].find(existsSync);
    if (path === undefined) throw new Error('glue.wasm is missing from this installation: reinstall the extension.');
    wasm = readFileSync(path);
  }
  return wasm;
}

/** Lua files that come with Porthole for any chisel to `require`; read only where it does. */
function sharedModules(source: string): Record<string, string> {
  const folder = join(__dirname, 'chisels');
  if (!/\brequire\b/.test(source) || !existsSync(folder)) return {};
  return Object.fromEntries(readdirSync(folder).filter((file) => /^porthole_.*\.lua$/.test(file)).map((file) => [file.slice(0, -4), readFileSync(join(folder, file), 'utf8')]));
}

/** Threads that wait for the next chisel, so that what it prints comes sooner; they are there from the first run on. */
let spare: ThreadMachine | undefined, quickSpare: QuickThread | undefined;
/** Makes those threads before the first run; that for compiled chisels, which most are, first. */
export function prepareChiselThread(): void {
  if (quickFile === undefined || quickSpare !== undefined) { spare ??= new ThreadMachine(__filename, luaBinary()); return; }
  quickSpare = new QuickThread(__filename);
  giveWay(quickSpare.ready);
  setTimeout(prepareChiselThread, SPARE_MS).unref();
}
function threadMachine(): ThreadMachine {
  const taken = spare ?? new ThreadMachine(__filename, luaBinary());
  spare = undefined;
  setTimeout(prepareChiselThread, SPARE_MS).unref();
  return taken;
}
function quickThread(): QuickThread {
  const taken = quickSpare ?? new QuickThread(__filename);
  quickSpare = undefined;
  setTimeout(prepareChiselThread, SPARE_MS).unref();
  return taken;
}

/** The capture's file, where a thread may read it by itself. */
let quickFile: QuickFile | undefined;
let giveWay = (_what: Promise<unknown>): void => undefined;
/** Says that threads may read the file. `file` gives way to what a chisel needs until its first rows are there. */
export function readsItself(path: string, file: Pick<CaptureFile, 'giveWay'>): void {
  try { quickFile = { path, inode: statSync(path).ino }; } catch { return; /* the session has said why */ }
  giveWay = (what) => { file.giveWay(what, GIVE_WAY_MS); };
}

/** A run that somebody debugs: a thread of its own, and the event that it is at. */
class DebuggedRun {
  readonly #asked: NonNullable<RunChiselParams['debug']>;
  readonly #tell: (event: DebugEvent) => void;
  #thread: ThreadMachine | undefined;
  #run: ChiselRun | undefined;

  constructor(asked: NonNullable<RunChiselParams['debug']>, tell: (event: DebugEvent) => void) { this.#asked = asked; this.#tell = tell; }

  machine(): ThreadMachine {
    this.#thread = new ThreadMachine(__filename, luaBinary(), undefined, { stopOnEntry: this.#asked.stopOnEntry, tell: this.#tell });
    for (const command of this.#asked.commands) this.#thread.command(command);
    return this.#thread;
  }
  begin(run: ChiselRun): void { this.#run = run; }
  command(command: DebugCommand): void { this.#thread?.command(command); }
  get event(): EventContext | undefined { return this.#run?.event; }
  close(): void { this.#thread?.close(); }
}
const runs = new Map<string, DebuggedRun>();
/** What is asked of runs that are debugged. */
export const DEBUGGED_RUNS = {
  command: (id: string, command: DebugCommand): void => { runs.get(id)?.command(command); },
  event: (id: string, group: string): readonly DebuggedField[] => { const ctx = runs.get(id)?.event; return ctx === undefined ? [] : group === '' ? groupsOf(ctx) : fieldsOf(ctx, group); },
};

/** The protocol's `chisel/run` over a capture's history, also while the capture is still read. */
export async function runChiselInWorker(params: RunChiselParams, session: Session, print: (text: string) => void, token: CancellationToken, progress: (progress: Omit<ChiselProgressMessage, 'id'>) => void, debugged: (event: DebugEvent) => void = () => undefined): Promise<ChiselResultMessage> {
  const debug = params.debug === undefined ? undefined : new DebuggedRun(params.debug, debugged);
  if (debug !== undefined) runs.set(params.id, debug);
  // One that stands still comes to no end by itself.
  const cancelled = token.onCancellationRequested(() => { debug?.close(); });
  try { return await runOver(params, session, print, token, progress, debug); } finally { cancelled.dispose(); debug?.close(); runs.delete(params.id); }
}

type Progress = (progress: Omit<ChiselProgressMessage, 'id'>) => void;

function environmentOf(params: RunChiselParams, session: Session): ChiselEnvironment {
  const { machine } = session.state;
  return {
    live: false, tty: params.terminal !== undefined, columns: params.terminal?.columns ?? -1, rows: params.terminal?.rows ?? -1, filter: params.filter, cpus: machine.cpus, memoryBytes: machine.memoryBytes || totalmem(), maxPid: machine.maxPid, hostname: machine.hostname,
    source: session.info.file ?? '', outputFormat: params.outputFormat ?? 'normal', containerData: false,
  };
}
function sourceOf({ source, modules }: RunChiselParams): ChiselSource { return { source, modules: { ...sharedModules(source), ...modules } }; }

/** Chisels that it may hand over to: those that came with it, and Porthole's. */
function helpersOf({ source, modules = {} }: RunChiselParams): Record<string, ChiselSource> {
  const found: Record<string, ChiselSource> = {};
  for (const name of execNames(source)) {
    const path = join(__dirname, 'chisels', `${name}.lua`), text = Object.hasOwn(modules, name) ? modules[name] : existsSync(path) ? readFileSync(path, 'utf8') : undefined;
    if (text !== undefined) found[name] = { source: text, modules: { ...sharedModules(text), ...modules } };
  }
  return found;
}

/** Whether the history has all of the file that the run is about, or will have, and the range is no small part of it: that is found sooner in the history. */
function suitsFile({ startNs, endNs, follow }: RunChiselParams, { history, reading }: Session): boolean {
  if (follow || history.firstRow > 0 || (reading?.state !== 'reading' && reading?.state !== 'complete')) return false;
  if (startNs <= history.startNs && (endNs >= history.endNs && (reading.state === 'complete' || endNs === Number.MAX_SAFE_INTEGER))) return true;
  return reading.state === 'complete' && (history.rowAt(endNs) - history.rowAt(startNs)) * RANGE_SHARE > history.rowCount;
}

/** Runs a compiled chisel on the file itself. Undefined: that cannot be, nothing was done. */
async function runOnFile(params: RunChiselParams, session: Session, print: (text: string) => void, token: CancellationToken, told: Pick<QuickListener, 'begun' | 'tell'>): Promise<QuickResult | undefined> {
  if (quickFile === undefined || params.debug !== undefined || !suitsFile(params, session)) return undefined;
  const thread = quickThread(), cancelled = token.onCancellationRequested(() => { thread.cancel(); });
  if (token.isCancellationRequested) thread.cancel();
  let isSeen = (): void => undefined;
  giveWay(new Promise<void>((resolve) => { isSeen = resolve; }));
  try {
    const { name, args, filter, startNs, endNs, maxEvents = Infinity } = params;
    const program = { name, args, scripts: { ...helpersOf(params), [name]: sourceOf(params) }, environment: environmentOf(params, session), limits: DEFAULT_LIMITS };
    const result = await thread.run({ program, file: quickFile, filter, startNs: startNs <= session.history.startNs ? -Number.MAX_SAFE_INTEGER : startNs, endNs: endNs >= session.history.endNs && session.reading?.state === 'complete' ? Number.MAX_SAFE_INTEGER : endNs, maxEvents }, { print: (text) => { isSeen(); print(text); }, ...told });
    return result.unsupported === true ? undefined : result;
  } finally { isSeen(); cancelled.dispose(); }
}

async function runOver(params: RunChiselParams, session: Session, print: (text: string) => void, token: CancellationToken, progress: Progress, debug: DebuggedRun | undefined): Promise<ChiselResultMessage> {
  // What takes its time is measured in the interpreter, whose output nobody sees then: it comes sooner so.
  const profiled = params.profile === true;
  let quickDone = false;
  let isAhead = (): void => undefined;
  const ahead = new Promise<void>((resolve) => { isAhead = resolve; });
  const quick = runOnFile(params, session, print, token, { begun: () => { setTimeout(isAhead, AHEAD_MS); }, tell: (events, fraction) => { if (!profiled) progress({ events, fraction, lagMs: 0, missed: 0 }); } }).finally(() => { quickDone = true; });
  if (profiled) await Promise.race([quick, ahead]);
  const first = profiled && !quickDone ? undefined : await quick;
  if (first !== undefined && (!profiled || first.fault !== undefined)) return resultOf(first, undefined);
  const begun = profiled && (!quickDone || first !== undefined);
  const measured = await runOnHistory(params, session, begun ? () => undefined : print, token, progress, debug);
  const result = begun ? await quick : undefined;
  return result === undefined ? measured : resultOf(result, measured.profile);
}

function resultOf({ events, fault }: { readonly events: number; readonly fault?: ChiselFault }, profile: ChiselProfile | undefined): ChiselResultMessage {
  return { events, ...(profile === undefined ? {} : { profile }), ...(fault === undefined ? {} : { error: { message: fault.message, line: fault.line, traceback: fault.traceback } }) };
}

async function runOnHistory(params: RunChiselParams, session: Session, print: (text: string) => void, token: CancellationToken, progress: Progress, debug: DebuggedRun | undefined): Promise<ChiselResultMessage> {
  let profile: ChiselProfile | undefined;
  const run = await ChiselRun.start({
    name: params.name, ...sourceOf(params), args: params.args, print, machine: debug === undefined ? threadMachine : () => debug.machine(), stepwise: debug !== undefined,
    ...(params.profile === true ? { onProfile: (made: ChiselProfile) => { profile = made; } } : {}),
    environment: environmentOf(params, session), resolve: (name) => { const helpers = helpersOf(params); return Promise.resolve(Object.hasOwn(helpers, name) ? helpers[name] : undefined); },
  });
  debug?.begin(run);
  const { history } = session;
  const context = history.newContext();
  const { startNs, endNs, maxEvents = Infinity } = params;
  const from = Math.max(history.firstRow, history.rowAt(startNs) - SLACK_ROWS);
  // Rows are added behind while the file is read; those behind the range's end are not waited for.
  const reading = (): boolean => session.reading === undefined ? session.progress < 1 : session.reading.state === 'reading';
  let to = 0, told = performance.now();
  const look = (): void => { to = Math.min(history.endRow, history.rowAt(endNs) + SLACK_ROWS); };
  const tell = (row: number): void => {
    told = performance.now();
    const of = to - from, read = reading() && history.endNs <= endNs ? session.progress : 1;
    progress({ events: run.events, fraction: of <= 0 ? read : Math.min(1, (row - from) / of) * read, lagMs: 0, missed: 0, ...(profile === undefined ? {} : { profile }) });
  };
  const wanted = (): boolean => !run.ended && run.events < maxEvents && !token.isCancellationRequested;
  look();
  for (let row = from, n = 0; wanted(); row++) {
    if (row >= to || ++n % SLICE_EVENTS === 0) {
      for (look(); row >= to && reading() && history.endNs <= endNs && wanted(); look()) {
        // What came until now is shown while the rest is waited for.
        await run.flush();
        await new Promise(resolve => { setTimeout(resolve, READ_WAIT_MS); });
      }
      if (row >= to) break;
      await new Promise(resolve => { setImmediate(resolve); });
      if (performance.now() - told > TELL_MS) tell(row);
    }
    if (!history.load(row, context) || context.tsNs < startNs || context.tsNs > endNs) continue;
    const full = run.push(context);
    if (full !== undefined) await full;
  }
  return resultOf(await run.finish(), profile);
}
