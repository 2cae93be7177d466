// Runs the events of captures or of this host through a filter, to lines, JSON, a new capture, or chisels.
import { statSync } from 'node:fs';
import type { CaptureProfile } from '../addon/porthole.d.ts';
import { namePorts } from '../engine/event/tuples.ts';
import { DEFAULT_OPTIONS, type FieldOptions } from '../engine/fields/index.ts';
import { compileFilter, explainProblem, type Literal, type UsableFilter } from '../engine/filter/index.ts';
import { compileFormat, type CompiledFormat } from '../engine/format/index.ts';
import { COLOURED, PLAIN } from '../engine/format/lines.ts';
import type { Selection } from '../engine/scap/reader.ts';
import { ALL } from '../engine/state/demand.ts';
import { openCapture, type EventInput } from './captureInput.ts';
import { runLines } from './cliLines.ts';
import { progressFor, type Progress } from './cliProgress.ts';
import { RunError, say } from './cliSay.ts';
import { Summary } from './cliSummary.ts';
import { impossible, type CommandLine } from './optionsRead.ts';
import type { Output } from './output.ts';

/** Captures below are printed before another thread has begun. */
const LARGE_BYTES = 2 << 20;
/** For a timer that is not to come. */
const NEVER_MS = 0x7fffffff;
const RESET = '\x1b[00m';

export type UsableFormat = CompiledFormat & { readonly ok: true };

/** One run of the command: what holds for all of its files. */
export interface Run {
  readonly line: CommandLine;
  readonly output: Output;
  readonly filter: UsableFilter;
  readonly format: UsableFormat;
  readonly summary: Summary | undefined;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

/** Says to the source what is wanted of it; false where it gives everything all the same. */
export function selectEvents(input: EventInput, selection: Selection, search?: Selection, literals?: readonly Literal[]): boolean {
  input.select?.(selection, search, literals);
  return input.select !== undefined;
}

/** The format in force. */
export function formatText(line: CommandLine, terminal: boolean): string { return line.format ?? (terminal ? COLOURED : PLAIN); }

/** How fields print, by the options. The local time zone is that of now, for all events. */
function fieldOptions(line: CommandLine, terminal: boolean): FieldOptions {
  return {
    ...DEFAULT_OPTIONS, timeForm: line.timeForm, zoneSeconds: -new Date().getTimezoneOffset() * 60, bufferForm: line.bufferForm, terminal,
    bufferLimit: line.verbose || line.json || line.chisels.length > 0 ? 0 : DEFAULT_OPTIONS.bufferLimit,
  };
}

/** Runs the command line over its files or this host; answers the exit code. */
export async function run(line: CommandLine, output: Output): Promise<number> {
  const live = line.files.length === 0;
  const text = formatText(line, output.terminal);
  // A format that switches colours is answered by a reset wherever reading ends, once more where it ends by an error.
  const colours = text.includes('\\e') || text.includes('\x1b') || (output.terminal && line.ready);
  const summary = line.summary ? new Summary() : undefined;
  const stop = new AbortController();
  const interrupt = (): void => { stop.abort(); };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  let code = 0;
  const progress = progressFor(line.progress, line.files[0] ?? '', output.terminal && !line.quiet);
  try {
    const { filter, format } = compile(line, text, output.terminal);
    const why = impossible(line);
    if (why !== undefined) throw new RunError(why, false);
    if (line.portNames) namePorts((await import('./cliServices.ts')).portNames());
    if (live) output.goLive();
    output.eager = line.unbuffered || (line.json && live);
    const whole: Run = { line, output, filter, format, summary, signal: stop.signal, progress };
    for (const file of live ? [undefined] : line.files) {
      if (stop.signal.aborted || output.closed) break;
      await runFile(whole, file, colours);
    }
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    output.flush();
    say(error.message);
    if (colours && error.reading) output.write(RESET);
    if (line.progress && error.reading) progress.end(undefined);
    code = 1;
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
  if (summary !== undefined) output.write(summary.text());
  output.flush();
  return code;
}

function compile(line: CommandLine, text: string, terminal: boolean): { filter: UsableFilter; format: UsableFormat } {
  if (text === '') throw new RunError('empty formatting token: -p takes a format, e.g. -p "%proc.name %evt.type"');
  const format = compileFormat(text, fieldOptions(line, terminal));
  if (!format.ok) throw new RunError(format.message);
  return { filter: usableFilter(line.filter), format };
}

function usableFilter(text: string): UsableFilter {
  if (text !== '' && text.trim() === '') throw new RunError('filter error at position 1: the filter is nothing but blanks: leave it out');
  const filter = compileFilter(text);
  if (!filter.ok) throw new RunError(explainProblem(text, filter.error));
  return filter;
}

/** What the filter lets the kernel leave out; undefined where it is nothing, or somebody wants events that do not pass. */
async function profile(whole: Run): Promise<CaptureProfile | undefined> {
  const { line } = whole, own = await profileOfFilter(whole);
  if (line.also.length === 0 && line.chisels.length === 0) return own;
  const { findChisel } = await import('./chiselRunner.ts');
  const asked = (await import('./probeFilterAsked.ts')).askedOf(line.also, line.chisels.flatMap(({ name }) => findChisel(name)?.source ?? []));
  return own === undefined && Object.keys(asked).length === 0 ? undefined : { ...own, ...asked };
}

async function profileOfFilter({ line, filter, format }: Run): Promise<CaptureProfile | undefined> {
  if (line.filter === '' || line.displayFilter || line.fat || line.timeForm === 'D') return undefined;
  const lines = line.chisels.length === 0 && line.writeFile === undefined;
  return (await import('./probeFilter.ts')).profileOf(line.filter, filter, lines ? filter.demand | format.demand : ALL);
}

async function open(whole: Run, file: string | undefined): Promise<EventInput> {
  const { line } = whole;
  if (file !== undefined) return openCapture(file).catch((error: unknown) => { throw new RunError(error instanceof Error ? error.message : String(error)); });
  for (const { row, shown } of line.liveOnly) if (row.said !== undefined) say(`porthole: ${shown}: ${row.said}`);
  return (await import('./cliLive.ts')).openHost({ snaplen: line.snaplen, ringBytes: line.ringBytes, suppressed: line.suppressed, profile: await profile(whole) });
}

/** One source to its end. A filter that remembers begins anew with each; the format's fields remember all of them. */
async function runFile(whole: Run, file: string | undefined, colours: boolean): Promise<void> {
  const { line, output, signal, progress } = whole;
  const startCpu = process.cpuUsage();
  if (file !== undefined && isForTwo(whole, file)) { await printLarge(whole, file, colours, startCpu); return; }
  const input = await open(whole, file);
  const stop = (): void => { input.stop(); };
  signal.addEventListener('abort', stop, { once: true });
  let shown = 0;
  const timer = setInterval(() => { progress.at(input.progress?.(), input.state?.eventCount ?? 0); }, progress.everyMs ?? NEVER_MS);
  try {
    const anew: Run = { ...whole, filter: usableFilter(line.filter) };
    if (line.chisels.length > 0) shown = await (await import('./cliChisel.ts')).runChisels(anew, input, file);
    else shown = await runLines(anew, input, file);
  } finally {
    clearInterval(timer);
    signal.removeEventListener('abort', stop);
    input.stop();
  }
  if (colours) output.write(RESET);
  output.flush();
  progress.end(input.progress?.());
  const problems = input.problems();
  if (problems.length > 0) throw new RunError(problems.map((problem) => `porthole: ${problem}`).join('\n'));
  const losses = input.losses().filter(({ count }) => count > 0);
  for (const { cause, count } of losses) say(`porthole: ${count} events were lost: ${cause}`);
  if (line.verbose) totals(shown, startCpu, file === undefined ? input.state?.eventCount ?? 0 : 0, losses.reduce((sum, l) => sum + l.count, 0), 'suppressed' in input && typeof input.suppressed === 'number' ? input.suppressed : 0);
}

/** Whether lines of this file are made by two threads: where nothing is asked that only one pass in one thread can answer, and it pays. With a filter it rarely does: each thread reads the whole file. */
function isForTwo({ line, format, output }: Run, file: string): boolean {
  if (file === '-' || line.filter !== '' || line.quiet || line.summary || line.chisels.length > 0 || !line.users || line.portNames || output.eager) return false;
  if (line.files.length > 1 && format.remembers) return false;
  try {
    const found = statSync(file);
    return found.isFile() && found.size >= LARGE_BYTES;
  } catch { return false; }
}

async function printLarge({ line, output, signal, progress }: Run, file: string, colours: boolean, startCpu: NodeJS.CpuUsage): Promise<void> {
  output.flush();
  const { printCapture } = await import('./parallelPrint.ts');
  let read = 0;
  const timer = setInterval(() => { progress.at(read, 0); }, progress.everyMs ?? NEVER_MS);
  const result = await printCapture({
    file, format: formatText(line, output.terminal), options: fieldOptions(line, output.terminal), json: line.json, filter: line.filter, limit: line.limit, seconds: line.seconds, internal: line.debug, fd: 1, signal,
    progress: (part) => { read = part; },
  }).catch((error: unknown) => { throw new RunError(error instanceof Error ? error.message : String(error)); }).finally(() => { clearInterval(timer); });
  if (result.closed) { output.closed = true; return; }
  if (result.failed !== undefined) { output.fail(result.failed); return; }
  if (colours) output.write(RESET);
  output.flush();
  progress.end(line.limit === Infinity ? 1 : read);
  if (result.problems.length > 0) throw new RunError(result.problems.map((problem) => `porthole: ${problem}`).join('\n'));
  if (line.verbose) totals(result.shown, startCpu, 0, 0, 0);
}

/** What -v says at the end of each source. The time is that of the processor. */
function totals(shown: number, startCpu: NodeJS.CpuUsage, events: number, drops: number, suppressed: number): void {
  const used = process.cpuUsage(startCpu);
  const seconds = (used.user + used.system) / 1e6;
  say(`Driver Events:${events}\nDriver Drops:${drops}\nSuppressed by Comm:${suppressed}\nElapsed time: ${seconds.toFixed(3)}, Captured Events: ${shown}, ${(shown / Math.max(seconds, 1e-6)).toFixed(2)} eps`);
}
