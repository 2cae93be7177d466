// Runs chisels over a capture from its worker: Lua as WebAssembly in a thread beside it, with limits of time and memory, no process, no files.
import { existsSync, readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import type { CancellationToken } from 'vscode-jsonrpc';
import { ChiselRun } from '../../remote-agent/engine/chisel/run.ts';
import type { Session } from '../../remote-agent/engine/session/session.ts';
import type { ChiselError, RunChiselParams } from '../../remote-agent/protocol/messages.ts';
import { ThreadMachine } from './chiselThread.ts';

/** Events handed on before requests get their turn. */
const SLICE_EVENTS = 5000;
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

/** The protocol's `chisel/run` over a capture's history. */
export async function runChiselInWorker(params: RunChiselParams, session: Session, print: (text: string) => void, token: CancellationToken): Promise<{ readonly events: number; readonly error?: ChiselError }> {
  const { machine } = session.state;
  const run = await ChiselRun.start({
    name: params.name, source: params.source, args: params.args, print, machine: () => new ThreadMachine(__filename, luaBinary()),
    environment: {
      live: false, tty: false, columns: -1, rows: -1, filter: params.filter, cpus: machine.cpus, memoryBytes: machine.memoryBytes || totalmem(), maxPid: machine.maxPid, hostname: machine.hostname,
      source: session.info.file ?? '', outputFormat: 'normal', containerData: false,
    },
  });
  const { history } = session;
  const context = history.newContext();
  const { startNs, endNs } = params;
  const from = Math.max(history.firstRow, history.rowAt(startNs) - SLACK_ROWS), to = Math.min(history.endRow, history.rowAt(endNs) + SLACK_ROWS);
  for (let row = from, n = 0; row < to && !run.ended; row++) {
    if (++n % SLICE_EVENTS === 0) {
      await new Promise(resolve => { setImmediate(resolve); });
      if (token.isCancellationRequested) break;
    }
    if (!history.load(row, context) || context.tsNs < startNs || context.tsNs > endNs) continue;
    const full = run.push(context);
    if (full !== undefined) await full;
  }
  const { events, fault } = await run.finish();
  return fault === undefined ? { events } : { events, error: { message: fault.message, line: fault.line, traceback: fault.traceback } };
}
