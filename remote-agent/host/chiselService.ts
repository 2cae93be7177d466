// Feeds chisels from a session: the events of a range of its history, or what comes from now on.
import type { CancellationToken } from 'vscode-jsonrpc';
import type { EventContext } from '../engine/event/context.ts';
import type { Session } from '../engine/session/session.ts';
import type { ChiselProgressMessage, ChiselResultMessage, RunChiselParams } from '../protocol/messages.ts';
import type { ChiselProfile } from '../engine/chisel/profile.ts';
import type { ChiselRun } from '../engine/chisel/run.ts';
import { runChisel } from './chiselRunner.ts';
import { pause } from './fileSource.ts';

const SLICE = 5_000;
const FOLLOW_MS = 100;
/** Between two words on how far a run is, ms. */
const TELL_MS = 250;
/** Rows out of the order of time at the ends of a range. */
const SLACK = 256;

type Push = (ctx: EventContext) => Promise<void> | boolean;

/** The `runChisel` of the protocol's services. */
export async function runSessionChisel(params: RunChiselParams, session: Session, print: (text: string) => void, token: CancellationToken, progress: (progress: Omit<ChiselProgressMessage, 'id'>) => void = () => undefined): Promise<ChiselResultMessage> {
  const passes = session.filters.compile(params.filter);
  const abort = new AbortController();
  const cancel = token.onCancellationRequested(() => { abort.abort(); });
  const { history } = session;
  const context = history.newContext();
  let lost = 0, fraction = 0, at = -1, run: ChiselRun | undefined, profile: ChiselProfile | undefined;
  const { maxEvents = Infinity } = params;
  const live = params.follow && session.info.live;
  const tell = (): void => {
    if (run === undefined) return;
    // Behind is what has come and was not looked at yet; that nothing comes is no lag.
    const behind = at < history.firstRow || at + 1 >= history.endRow ? 0 : Math.max(0, history.endNs - history.tsOf(at)) / 1e6;
    progress({ events: run.events, fraction: live ? -1 : fraction, lagMs: live ? behind : 0, missed: lost + run.lost, ...(profile === undefined ? {} : { profile }) });
  };

  /** Pushes rows `from` to `to` (not included); false when no more are wanted. */
  const feedRows = async (from: number, to: number, wanted: (ctx: EventContext) => boolean, push: Push): Promise<boolean> => {
    for (let row = from, n = 0; row < to; row++) {
      if (++n % SLICE === 0) await pause();
      if (token.isCancellationRequested || (run?.events ?? 0) >= maxEvents) return false;
      fraction = (row - from) / (to - from); at = row;
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

  const telling = setInterval(tell, TELL_MS);
  try {
    const result = await runChisel({ name: params.name, source: params.source, args: params.args, filter: params.filter, live, machine: session.state.machine, capture: session.info.file ?? '', print, json: params.outputFormat === 'json', ...(params.terminal === undefined ? {} : { terminal: params.terminal }),
      modules: params.modules ?? {}, started: (made) => { run = made; }, ...(params.profile === true ? { onProfile: (made: ChiselProfile) => { profile = made; } } : {}),
    }, live ? follow : range, abort.signal);
    if (lost > 0) print(`(${lost} events came faster than the chisel took them and were left out)\n`);
    if (result.lost > 0) print(`(${result.lost} events were lost: the chisel was too slow for them)\n`);
    const { events, fault } = result, missed = lost + result.lost;
    return { events, missed, ...(profile === undefined ? {} : { profile }), ...(fault === undefined ? {} : { error: { message: fault.message, line: fault.line, traceback: fault.traceback } }) };
  } finally { clearInterval(telling); cancel.dispose(); }
}
