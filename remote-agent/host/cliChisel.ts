// Chisels on the command line: which words belong to them, and running them over a source of events.
import type { EventContext } from '../engine/event/context.ts';
import { compileFilter } from '../engine/filter/index.ts';
import type { EventInput } from './captureInput.ts';
import { findChisel, runChisel } from './chiselRunner.ts';
import type { CommandLine } from './options.ts';
import type { Output } from './output.ts';

/** How many of the words after a chisel's name are its arguments: one or none. */
export function chiselWordCount(name: string, rest: readonly string[]): number {
  const head = findChisel(name)?.head;
  const [next] = rest;
  if (head === undefined || head.args.length === 0 || next === undefined) return 0;
  if (head.args.some((a) => !a.optional)) return 1;
  if (head.args.length === 1 && head.args[0]?.type === 'filter') return 1;
  return next.startsWith('-') || compileFilter(next).ok ? 0 : 1;
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

/** Runs the chisels of the command line, one after the other where there are several over files. Answers the exit code. */
export async function runChisels(line: CommandLine, input: EventInput, file: string, output: Output, signal: AbortSignal): Promise<number> {
  const [chisel, ...more] = line.chisels;
  if (chisel === undefined) return 0;
  if (more.length > 0) throw new Error('one chisel at a time: run porthole again for the others');
  const found = findChisel(chisel.name);
  if (found === undefined) throw new Error(`can't open file ${chisel.name}: there is no chisel of this name; porthole -cl lists them`);
  const filter = compileFilter(line.filter);
  const test = filter.ok ? filter.test : (): boolean => false;
  let shown = 0;
  let firstNs = NaN;
  const result = await runChisel({
    name: chisel.name, source: found.source, path: found.path, args: splitArguments(chisel.args), filter: line.filter, live: file === '', capture: file, ...(input.machine === undefined ? {} : { machine: input.machine }), json: line.json, containerData: line.containers,
    ...(output.terminal ? { terminal: { columns: output.columns, rows: output.rows } } : {}),
    print: (text) => { output.write(output.terminal ? forTerminal(text) : text); if (file === '') output.flush(); },
  }, (push) => input.run((ctx: EventContext) => {
    if (signal.aborted || output.closed) return false;
    if (!test(ctx)) return true;
    if (Number.isNaN(firstNs)) firstNs = ctx.tsNs;
    if (ctx.tsNs - firstNs >= line.seconds * 1e9) return false;
    const answer = push(ctx);
    if (answer === false || ++shown >= line.limit) return false;
    return answer;
  }), signal);
  output.flush();
  if (result.lost > 0) process.stderr.write(`porthole: ${result.lost} events were lost: the chisel was too slow for them\n`);
  if (result.fault === undefined) return 0;
  throw new Error(`${chisel.name}${result.fault.line > 0 ? `:${result.fault.line}` : ''}: ${result.fault.message}`);
}
