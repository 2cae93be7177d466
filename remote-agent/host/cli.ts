// The command line: events of a capture or of this host, through a filter, as lines, JSON, a new capture, or a chisel's output.
import type { EventContext } from '../engine/event/context.ts';
import { eventName } from '../engine/event/names.ts';
import { DEFAULT_OPTIONS, type FieldOptions } from '../engine/fields/index.ts';
import { compileFilter, explainProblem } from '../engine/filter/index.ts';
import { compileFormat, type CompiledFormat } from '../engine/format/index.ts';
import { COLOURED, PLAIN } from '../engine/format/lines.ts';
import { UsageError } from './args.ts';
import { openCapture, type EventInput } from './captureInput.ts';
import { chiselWordCount, runChisels } from './cliChisel.ts';
import { chiselInfo, chiselList, eventList, fieldList } from './listing.ts';
import { helpText, readCommandLine, type CommandLine } from './options.ts';
import { Output } from './output.ts';
import { VERSION } from './version.ts';

const NS_PER_SECOND = 1e9;
const SUMMARY_LINES = 100;
/** Characters that wait for a slow reader of live events at most; lines beyond are counted and left out. */
const BACKLOG_LIMIT = 64 << 20;

export function say(message: string): void { process.stderr.write(`${message}\n`); }

/** Runs the command with these words; answers its exit code. */
export async function runCli(argv: readonly string[]): Promise<number> {
  let line: CommandLine;
  try {
    line = readCommandLine(argv, chiselWordCount);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    say(`porthole: ${error.message}\nporthole --help lists the options.`);
    return 1;
  }
  const output = new Output(process.stdout, line.unbuffered);
  try {
    return await act(line, output);
  } catch (error) {
    output.flush();
    say(error instanceof Error ? error.message : String(error));
    return 1;
  } finally { await output.end(); }
}

async function act(line: CommandLine, output: Output): Promise<number> {
  switch (line.action) {
    case 'help': output.write(helpText()); return 0;
    case 'version': output.write(`porthole version ${VERSION}\n`); return 0;
    case 'listFields': output.write(fieldList(false)); return 0;
    case 'listFieldTypes': output.write(fieldList(true)); return 0;
    case 'listEvents': output.write(eventList()); return 0;
    case 'listChisels': output.write(chiselList()); return 0;
    case 'chiselInfo': {
      const text = chiselInfo(line.chiselInfo);
      if (text === undefined) { say(`chisel ${line.chiselInfo} not found - use -cl to list them.`); return 1; }
      output.write(text);
      return 0;
    }
    case 'showFormat': output.write(`${formatOf(line, output)}\n`); return 0;
    case 'run': return run(line, output);
  }
}

function formatOf(line: CommandLine, output: Output): string { return line.format ?? (output.terminal && !line.json ? COLOURED : PLAIN); }

/** How fields print, by the options. The local time zone is that of now, for all events. */
function fieldOptions(line: CommandLine, terminal: boolean): FieldOptions {
  return { ...DEFAULT_OPTIONS, timeForm: line.timeForm, zoneSeconds: -new Date().getTimezoneOffset() * 60, bufferForm: line.bufferForm, terminal, bufferLimit: line.verbose || line.json ? 0 : DEFAULT_OPTIONS.bufferLimit };
}

async function run(line: CommandLine, output: Output): Promise<number> {
  const filter = compileFilter(line.filter);
  if (!filter.ok) { say(explainProblem(line.filter, filter.error)); return 1; }
  const format = compileFormat(formatOf(line, output), fieldOptions(line, output.terminal));
  if (!format.ok) { say(format.message); return 1; }
  const stop = new AbortController();
  const interrupt = (): void => { stop.abort(); };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  let code = 0;
  const totals = { events: 0, shown: 0, startMs: Date.now() };
  try {
    for (const file of line.files.length === 0 ? [undefined] : line.files) {
      if (stop.signal.aborted || output.closed) break;
      const input = file === undefined ? (await import('./cliLive.ts')).openHost({ snaplen: line.snaplen }) : await openCapture(file);
      const one = await runInput(line, input, file ?? '', format, output, stop.signal, totals);
      code = Math.max(code, one);
    }
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
  if (format.colours && !line.quiet && line.chisels.length === 0) output.write('\x1b[00m');
  output.flush();
  if (line.verbose) {
    const seconds = (Date.now() - totals.startMs) / 1000;
    say(`Elapsed time: ${seconds.toFixed(3)}, Captured Events: ${totals.shown}, ${(totals.shown / Math.max(seconds, 0.001)).toFixed(2)} eps`);
  }
  return code;
}

interface Totals { events: number; shown: number }

async function runInput(line: CommandLine, input: EventInput, file: string, format: CompiledFormat & { ok: true }, output: Output, signal: AbortSignal, totals: Totals): Promise<number> {
  const stop = (): void => { input.stop(); };
  signal.addEventListener('abort', stop, { once: true });
  let code = 0;
  try {
    if (line.chisels.length > 0) code = await runChisels(line, input, file, output, signal);
    else await runLines(line, input, file === '', format, output, signal, totals);
  } finally {
    signal.removeEventListener('abort', stop);
    input.stop();
  }
  output.flush();
  const problems = input.problems();
  for (const problem of problems) say(`porthole: ${problem}`);
  for (const { cause, count } of input.losses()) if (count > 0) say(`porthole: ${count} events were lost: ${cause}`);
  if (line.verbose) say(`Driver Events:${input.state?.eventCount ?? 0}\nDriver Drops:${input.losses().reduce((sum, l) => sum + l.count, 0)}\nSuppressed by Comm:0`);
  return problems.length > 0 ? 1 : code;
}

async function runLines(line: CommandLine, input: EventInput, live: boolean, format: CompiledFormat & { ok: true }, output: Output, signal: AbortSignal, totals: Totals): Promise<void> {
  const filter = compileFilter(line.filter);
  if (!filter.ok) return;
  const { test } = filter;
  const print = line.json ? format.printJson : format.print;
  const writer = line.writeFile === undefined ? undefined : new (await import('./cliWrite.ts')).CaptureOutput(line.writeFile, line.compress, () => input.state);
  const counts = line.summary ? new Map<string, number>() : undefined;
  let shown = 0, unprinted = 0;
  let firstNs = NaN;
  try {
    await input.run((ctx) => {
      if (signal.aborted || output.closed) return false;
      const passes = test(ctx);
      if (writer !== undefined && (passes || line.displayFilter)) writer.write(ctx);
      if (!passes) return writer === undefined || live || !writer.busy ? true : writer.ready();
      if (Number.isNaN(firstNs)) firstNs = ctx.tsNs;
      if (ctx.tsNs - firstNs >= line.seconds * NS_PER_SECOND) return false;
      shown++;
      if (counts !== undefined) count(counts, ctx);
      if (!line.quiet && (line.debug || ctx.view.def?.category !== 'INTERNAL')) {
        const text = print(ctx);
        if (text !== undefined) { if (live && output.backlog > BACKLOG_LIMIT) unprinted++; else output.write(`${text}\n`); }
      }
      return shown < line.limit && writer?.failed === undefined;
    });
  } finally { await writer?.end(); }
  totals.shown += shown;
  if (counts !== undefined) output.write(summary(counts));
  if (unprinted > 0) { output.flush(); say(`porthole: ${unprinted} lines were left out because their reader was too slow; a filter makes fewer`); }
  if (writer?.failed !== undefined) throw new Error(`can't write ${line.writeFile}: ${writer.failed}`);
  if (writer !== undefined && writer.skipped > 0) say(`porthole: ${writer.skipped} events were left out of ${line.writeFile}: the format that sysdig 0.29 reads has none like them`);
}

function count(counts: Map<string, number>, ctx: EventContext): void {
  const name = `${ctx.view.def?.isExit === true ? '<' : '>'} ${eventName(ctx.view)}`;
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function summary(counts: ReadonlyMap<string, number>): string {
  const rule = '-'.repeat(22);
  const lines = [...counts].sort(([, a], [, b]) => b - a).slice(0, SUMMARY_LINES).map(([name, n]) => `${name.slice(0, 2)}${name.slice(2, 16).padEnd(14)}${n}`);
  return `${[rule, 'Event           #Calls', rule, ...lines].join('\n')}\n`;
}
