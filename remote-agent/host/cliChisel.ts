// Chisels on the command line: which words belong to them, and running them over a source of events.
import type { EventContext } from '../engine/event/context.ts';
import { compileFilter } from '../engine/filter/index.ts';
import type { EventInput } from './captureInput.ts';
import type { ChiselRun } from '../engine/chisel/run.ts';
import { UsageError } from './args.ts';
import { findChisel, startChisel } from './chiselRunner.ts';
import type { Run } from './cliRun.ts';
import { RunError, say } from './cliSay.ts';

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

/** Colours, clearing and moving within the screen may pass; whatever else steers a terminal may come out of what is watched. */
// eslint-disable-next-line no-control-regex
const STEERING = /\x1b\[(?:[0-9;]*[A-DGHJKfm]|\?25[hl])|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g;

/** What a chisel prints, for a terminal. */
export function forTerminal(text: string): string { return text.replace(STEERING, (found) => found.length > 1 ? found : '.'); }

/** Runs the chisels of the command line on each event, in their order. Answers how many events were delivered. */
export async function runChisels(whole: Run, input: EventInput, file: string | undefined): Promise<number> {
  const { line, output, filter, signal } = whole;
  const live = file === undefined;
  const runs: { readonly name: string; readonly run: ChiselRun }[] = [];
  for (const { name, args } of line.chisels) {
    const found = findChisel(name);
    if (found === undefined) throw new RunError(`can't open file ${name}`);
    const run = await startChisel({
      name, source: found.source, path: found.path, args: splitArguments(args), filter: line.filter, live, capture: file ?? '', ...(input.machine === undefined ? {} : { machine: input.machine }), json: line.json, containerData: line.containers,
      ...(output.terminal ? { terminal: { columns: output.columns, rows: output.rows } } : {}),
      print: (text) => { output.write(output.terminal ? forTerminal(text) : text); if (live) output.flush(); },
    });
    runs.push({ name, run });
  }
  const timer = live ? setInterval(() => { for (const { run } of runs) void run.flush(); }, LIVE_FLUSH_MS) : undefined;
  const ended = (): boolean => signal.aborted || output.closed || runs.some(({ run }) => run.ended);
  let shown = 0;
  let firstNs = NaN;
  try {
    if (!ended()) await input.run((ctx: EventContext) => {
      if (ended()) return false;
      if (!filter.test(ctx)) return true;
      if (Number.isNaN(firstNs)) firstNs = ctx.tsNs;
      if (ctx.tsNs - firstNs >= line.seconds * 1e9) return false;
      let wait: Promise<unknown> | undefined;
      for (const { run } of runs) {
        const full = run.push(ctx);
        if (full !== undefined) wait = wait === undefined ? full : Promise.all([wait, full]);
      }
      return ++shown >= line.limit ? false : wait ?? true;
    });
  } finally { clearInterval(timer); }
  for (const { name, run } of runs) {
    const result = await run.finish();
    output.flush();
    if (result.lost > 0) say(`porthole: ${result.lost} events were lost: the chisel ${name} was too slow for them`);
    if (result.fault === undefined) continue;
    for (const other of runs) other.run.cancel();
    throw new RunError(`${name}${result.fault.line > 0 ? `:${result.fault.line}` : ''}: ${result.fault.message}`);
  }
  return shown;
}
