// Runs chisels over a capture from its worker: Lua as WebAssembly in a thread beside it, with limits of time and memory, no process, no files.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import type { CancellationToken } from 'vscode-jsonrpc';
import type { DebugCommand, DebugEvent } from '../../remote-agent/engine/chisel/debug/debugger.ts';
import { fieldsOf, groupsOf } from '../../remote-agent/engine/chisel/debug/eventFields.ts';
import { ChiselRun } from '../../remote-agent/engine/chisel/run.ts';
import type { EventContext } from '../../remote-agent/engine/event/context.ts';
import type { MachineInfo } from '../../remote-agent/engine/state/model.ts';
import type { Session } from '../../remote-agent/engine/session/session.ts';
import type { ChiselProfile } from '../../remote-agent/engine/chisel/profile.ts';
import type { ChiselProgressMessage, ChiselResultMessage, DebuggedField, RunChiselParams } from '../../remote-agent/protocol/messages.ts';
import { ThreadMachine } from './chiselThread.ts';

/** Events handed on before requests get their turn. */
const SLICE_EVENTS = 5000;
/** Between two words on how far a run is; until a capture that is still read is looked at again; until another thread is made ready. Milliseconds. */
const TELL_MS = 200, READ_WAIT_MS = 40, SPARE_MS = 400;
/** Rows out of the order of time at the ends of a range. */
const SLACK_ROWS = 256;

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

/** A thread that waits for the next chisel, so that what it prints comes sooner; there is one from the first run on. */
let spare: ThreadMachine | undefined;
/** Makes that thread before the first run. */
export function prepareChiselThread(): void { spare ??= new ThreadMachine(__filename, luaBinary()); }
function threadMachine(): ThreadMachine {
  const taken = spare ?? new ThreadMachine(__filename, luaBinary());
  spare = undefined;
  setTimeout(prepareChiselThread, SPARE_MS).unref();
  return taken;
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
  const { machine } = session.state;
  const debug = params.debug === undefined ? undefined : new DebuggedRun(params.debug, debugged);
  if (debug !== undefined) runs.set(params.id, debug);
  // One that stands still comes to no end by itself.
  const cancelled = token.onCancellationRequested(() => { debug?.close(); });
  try { return await runOver(params, session, print, token, progress, machine, debug); } finally { cancelled.dispose(); debug?.close(); runs.delete(params.id); }
}

async function runOver(params: RunChiselParams, session: Session, print: (text: string) => void, token: CancellationToken, progress: (progress: Omit<ChiselProgressMessage, 'id'>) => void, machine: MachineInfo, debug: DebuggedRun | undefined): Promise<ChiselResultMessage> {
  let profile: ChiselProfile | undefined;
  const run = await ChiselRun.start({
    name: params.name, source: params.source, args: params.args, print, modules: { ...sharedModules(params.source), ...params.modules }, machine: debug === undefined ? threadMachine : () => debug.machine(), stepwise: debug !== undefined,
    ...(params.profile === true ? { onProfile: (made: ChiselProfile) => { profile = made; } } : {}),
    environment: {
      live: false, tty: params.terminal !== undefined, columns: params.terminal?.columns ?? -1, rows: params.terminal?.rows ?? -1, filter: params.filter, cpus: machine.cpus, memoryBytes: machine.memoryBytes || totalmem(), maxPid: machine.maxPid, hostname: machine.hostname,
      source: session.info.file ?? '', outputFormat: params.outputFormat ?? 'normal', containerData: false,
    },
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
  const { events, fault } = await run.finish();
  return { events, ...(profile === undefined ? {} : { profile }), ...(fault === undefined ? {} : { error: { message: fault.message, line: fault.line, traceback: fault.traceback } }) };
}
