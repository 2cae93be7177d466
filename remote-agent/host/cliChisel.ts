// Chisels on the command line: which words belong to them, and running them over a source of events.
import type { EventContext } from '../engine/event/context.ts';
import { compileFilter } from '../engine/filter/index.ts';
import type { EventInput } from './captureInput.ts';
import type { ChiselFault } from '../engine/chisel/ports.ts';
import type { ChiselRun } from '../engine/chisel/run.ts';
import { encodeText } from '../engine/base/text.ts';
import { UsageError } from './args.ts';
import { findChisel, startChisel } from './chiselRunner.ts';
import { forTerminal } from './chiselTerminal.ts';
import type { Run } from './cliRun.ts';
import { RunError, say } from './cliSay.ts';
import type { Output } from './output.ts';

/** How often a live run hands over what came since. */
const LIVE_FLUSH_MS = 250;

/** How many of the words behind a chisel's name are its arguments: one or none. Throws UsageError where there is no such chisel, or it lacks its arguments. */
export function chiselWordCount(name: string, rest: readonly string[]): number {
  const found = findChisel(name);
  if (found === undefined) throw new UsageError(`can't open file ${name}: there is no chisel of this name; porthole -cl lists them`, 1, true);
  const { head } = found;
  const [next] = rest;
  if (head === undefined || head.args.length === 0) return 0;
  const required = head.args.some((a) => !a.optional);
  if (next === undefined && required) throw new UsageError(`missing arguments for chisel ${name}: porthole -i ${name} lists them`, 1, true);
  if (next === undefined) return 0;
  if (required) return 1;
  if (next.startsWith('-')) return 0;
  if (head.args.length === 1 && head.args[0]?.type === 'filter') return 1;
  // All that is left may be the filter.
  return compileFilter(rest.join(' ')).ok ? 0 : 1;
}

/** Splits a chisel's word into its arguments: at blanks, quotes ' and ` hold together. */
export function splitArguments(text: string): string[] {
  const trimmed = text.trim();
  if (trimmed === '') return [];
  const out: string[] = [];
  let one = '';
  let quoted = false;
  for (const c of trimmed) {
    if (c === "'" || c === '`') { quoted = !quoted; continue; }
    if (c === ' ' && !quoted) { out.push(one); one = ''; continue; }
    one += c;
  }
  out.push(one);
  return out;
}

/** Runs the chisels of the command line on each event, in their order. Answers how many events were delivered. */
export async function runChisels(whole: Run, input: EventInput, file: string | undefined): Promise<number> {
  const { line, output, filter, signal } = whole;
  const live = file === undefined;
  if (!live) {
    const done = await (await import('./chiselReader.ts')).readByChisels(whole, file);
    if (done !== undefined) {
      const shown = await settle(done, output, file);
      if (done.problems.length > 0) throw new RunError(done.problems.map((problem) => `porthole: ${problem}`).join('\n'));
      return shown;
    }
  }
  const runs: { readonly name: string; readonly run: ChiselRun; readonly args: readonly string[] }[] = [];
  for (const { name, args } of line.chisels) {
    const found = findChisel(name);
    if (found === undefined) throw new RunError(`can't open file ${name}`);
    const run = await startChisel({
      name, source: found.source, path: found.path, args: splitArguments(args), filter: line.filter, live, capture: file ?? '', ...(input.machine === undefined ? {} : { machine: input.machine }), json: line.json, containerData: line.containers,
      forms: { timeForm: line.timeForm, zoneSeconds: -new Date().getTimezoneOffset() * 60, bufferForm: line.bufferForm }, progress: () => input.progress?.(),
      ...(output.terminal ? { terminal: { columns: output.columns, rows: output.rows } } : {}),
      print: (text) => { output.writeBytes(encodeText(output.terminal ? forTerminal(text) : text)); if (live) output.flush(); },
    });
    runs.push({ name, run, args: splitArguments(args) });
  }
  const timer = live ? setInterval(() => { for (const { run } of runs) void run.flush(); }, LIVE_FLUSH_MS) : undefined;
  const ended = (): boolean => signal.aborted || output.closed || runs.some(({ run }) => run.ended && !run.failed) || runs.every(({ run }) => run.ended);
  let shown = 0;
  let firstNs = NaN;
  try {
    // One that does not even begin ends them all; one that fails later does not end the capture for the others.
    if (!ended() && !runs.some(({ run }) => run.failed)) await input.run((ctx: EventContext) => {
      if (ended()) return false;
      if (!filter.test(ctx)) return true;
      if (Number.isNaN(firstNs)) firstNs = ctx.tsNs;
      if (ctx.tsNs - firstNs >= line.seconds * 1e9) return false;
      let wait: Promise<unknown> | undefined;
      for (const { run } of runs) {
        const full = run.push(ctx);
        if (full !== undefined) wait = wait === undefined ? full : Promise.all([wait, full]);
      }
      if (++shown >= line.limit) return false;
      // What a chisel that ended is shown of the state is what was true at its last event.
      return wait === undefined ? true : wait.then(() => !ended());
    });
  } finally { clearInterval(timer); }
  const chisels: ChiselOutcome[] = [];
  for (const { name, run, args } of runs) {
    const result = await run.finish();
    output.flush();
    if (result.lost > 0) say(`porthole: ${result.lost} events were lost: the chisel ${name} was too slow for them`);
    chisels.push({ name, args, ...result });
  }
  return settle({ shown, chisels }, output, file);
}

/** How one chisel of a run ended. */
export interface ChiselOutcome { readonly name: string; readonly args: readonly string[]; readonly fault?: ChiselFault; readonly apps: readonly string[] }

/** Tells what went wrong, or starts what the chisels asked for; answers how many events were delivered. */
async function settle({ shown, chisels }: { readonly shown: number; readonly chisels: readonly ChiselOutcome[] }, output: Output, file: string | undefined): Promise<number> {
  const faults = chisels.flatMap(({ name, fault }) => fault === undefined ? [] : [`${name}${fault.line > 0 ? `:${fault.line}` : ''}: ${fault.message}${fault.traceback === '' ? '' : `\n${fault.traceback}`}`]);
  if (faults.length > 0) throw new RunError(faults.join('\n'));
  for (const { name, args, apps } of chisels) for (const text of apps) await startAgain(name, text, args, file, output);
  return shown;
}

/** What a chisel wants the command to do once more. */
async function startAgain(name: string, text: string, args: readonly string[], file: string | undefined, output: Output): Promise<void> {
  const line = (await import('./chiselApp.ts')).appLine(text, file, args);
  if (typeof line === 'string') throw new RunError(`${name}: sysdig.run_app: ${line}`);
  output.flush();
  if (await (await import('./cliRun.ts')).run(line, output) !== 0) throw new RunError(`${name}: what it started with sysdig.run_app failed`);
}
