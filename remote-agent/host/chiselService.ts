// Feeds chisels from a session: the events of a range of its history, or what comes from now on.
import type { CancellationToken } from 'vscode-jsonrpc';
import type { EventContext } from '../engine/event/context.ts';
import type { Session } from '../engine/session/session.ts';
import type { ChiselError, RunChiselParams } from '../protocol/messages.ts';
import { runChisel } from './chiselRunner.ts';
import { pause } from './fileSource.ts';

const SLICE = 5_000;
const FOLLOW_MS = 100;
/** Rows out of the order of time at the ends of a range. */
const SLACK = 256;

type Push = (ctx: EventContext) => Promise<void> | boolean;

/** The `runChisel` of the protocol's services. */
export async function runSessionChisel(params: RunChiselParams, session: Session, print: (text: string) => void, token: CancellationToken): Promise<{ readonly events: number; readonly error?: ChiselError }> {
  const passes = session.filters.compile(params.filter);
  const abort = new AbortController();
  const cancel = token.onCancellationRequested(() => { abort.abort(); });
  const { history } = session;
  const context = history.newContext();
  let lost = 0;

  /** Pushes rows `from` to `to` (not included); false when no more are wanted. */
  const feedRows = async (from: number, to: number, wanted: (ctx: EventContext) => boolean, push: Push): Promise<boolean> => {
    for (let row = from, n = 0; row < to; row++) {
      if (++n % SLICE === 0) await pause();
      if (token.isCancellationRequested) return false;
      if (row < history.firstRow) {
        const next = Math.min(history.firstRow, to);
        lost += next - row;
        row = next;
        if (row === to) break;
      }
      if (!history.load(row, context) || !wanted(context) || !passes(context)) continue;
      const pushed = push(context);
      if (pushed === false) return false;
      if (pushed !== true) await pushed;
    }
    return true;
  };

  const follow = async (push: Push): Promise<void> => {
    let next = history.endRow;
    while (!token.isCancellationRequested) {
      const end = history.endRow;
      if (!await feedRows(next, end, () => true, push)) return;
      next = end;
      await new Promise((resolve) => { setTimeout(resolve, FOLLOW_MS); });
    }
  };
  const range = async (push: Push): Promise<void> => {
    const { startNs, endNs } = params;
    const from = Math.max(history.firstRow, history.rowAt(startNs) - SLACK);
    await feedRows(from, Math.min(history.endRow, history.rowAt(endNs) + SLACK), (ctx) => ctx.tsNs >= startNs && ctx.tsNs <= endNs, push);
  };

  const live = params.follow && session.info.live;
  try {
    const result = await runChisel({ name: params.name, source: params.source, args: params.args, filter: params.filter, live, machine: session.state.machine, capture: session.info.file ?? '', print }, live ? follow : range, abort.signal);
    if (lost > 0) print(`(${lost} events came faster than the chisel took them and were left out)\n`);
    if (result.lost > 0) print(`(${result.lost} events were lost: the chisel was too slow for them)\n`);
    const { events, fault } = result;
    return fault === undefined ? { events } : { events, error: { message: fault.message, line: fault.line, traceback: fault.traceback } };
  } finally { cancel.dispose(); }
}
