// Events as lines, as JSON, or into a new capture.
import { statSync } from 'node:fs';
import type { EventContext } from '../engine/event/context.ts';
import { compileFilter } from '../engine/filter/index.ts';
import { ByteSink } from '../engine/base/sink.ts';
import type { Selection } from '../engine/scap/reader.ts';
import type { SystemState } from '../engine/state/systemState.ts';
import type { EventInput } from './captureInput.ts';
import type { CaptureOutput } from './cliWrite.ts';
import { selectEvents, type Run } from './cliRun.ts';
import { RunError, say } from './cliSay.ts';
import type { CommandLine } from './optionsRead.ts';

const NS_PER_SECOND = 1e9;
/** Characters that wait for a slow reader of live events at most; lines beyond are counted and left out. */
const BACKLOG_LIMIT = 64 << 20;
/** Bytes of lines that are gathered before they are written. */
const GATHERED = 1 << 17;
const NEWLINE = 10;

/** The filter once more, with a memory of its own, for a source that can tell at less cost whether anything passes. */
function searchFor(line: CommandLine): Selection | undefined {
  if (line.filter === '' || line.portNames) return undefined;
  const again = compileFilter(line.filter);
  return again.ok ? { demand: again.demand, types: again.types, byThread: again.byThread, byDescriptor: again.byDescriptor, results: again.results, test: again.test } : undefined;
}

/** Runs one source through; answers how many events were delivered. `file` undefined: this host. */
export async function runLines(run: Run, input: EventInput, file: string | undefined): Promise<number> {
  const { line, output, filter, format, summary, signal } = run;
  const live = file === undefined;
  const writer = await openWriter(run, input, file);
  // The source leaves out what does not pass, where it can and nobody has to see the rest.
  const hides = line.displayFilter && line.filter !== '';
  const sifted = writer === undefined && !hides && line.users && selectEvents(input, { demand: filter.demand | (line.quiet ? 0 : format.demand), types: filter.types, byThread: filter.byThread, byDescriptor: filter.byDescriptor, results: filter.results, test: line.filter === '' ? undefined : filter.test }, searchFor(line), line.portNames ? [] : filter.literals);
  const print = line.json ? format.printJsonTo : format.printTo;
  const lines = new ByteSink(GATHERED);
  let due = false;
  const flush = (): void => { due = false; output.writeBytes(lines.view()); lines.clear(); };
  // Of a live source, those that came from the kernel together go out together, as soon as there is nothing else to do.
  const soon = (): void => { if (!due) { due = true; setImmediate(flush); } };
  let shown = 0, unprinted = 0;
  let firstNs = NaN;
  try {
    await input.run((ctx) => {
      if (signal.aborted || output.closed) return false;
      if (!line.users) dropUsers(input.state);
      const passes = hides || sifted || filter.test(ctx);
      if (passes) {
        if (Number.isNaN(firstNs)) firstNs = ctx.tsNs;
        // The event that ends it is written all the same.
        if (ctx.tsNs - firstNs >= line.seconds * NS_PER_SECOND) { writer?.write(ctx, true); return false; }
      }
      writer?.write(ctx, passes);
      if (!passes) return writer === undefined || live || !writer.busy ? true : writer.ready();
      shown++;
      summary?.count(ctx);
      if (!line.quiet && (line.debug || isShown(ctx))) {
        // A line comes before the filter that may hide it: fields that remember have to see every event.
        const from = lines.at;
        if (print(ctx, lines) && (!hides || filter.test(ctx))) {
          lines.byte(NEWLINE);
          if (live && output.backlog > BACKLOG_LIMIT) { unprinted++; lines.at = from; }
          if (lines.at >= GATHERED || (output.eager && !live)) flush(); else if (live) soon();
        } else lines.at = from;
      }
      if (shown >= line.limit || writer?.failed !== undefined || writer?.closed === true) return false;
      return writer === undefined || live || !writer.busy ? true : writer.ready();
    });
  } finally {
    flush();
    await writer?.end();
  }
  if (unprinted > 0) { output.flush(); say(`porthole: ${unprinted} lines were left out because their reader was too slow; a filter makes fewer`); }
  if (writer?.failed !== undefined) throw new RunError(writer.failed);
  if (writer?.closed === true) output.closed = true;
  if (writer !== undefined && writer.skipped > 0) say(`porthole: ${writer.skipped} events were left out of ${line.writeFile}: the format that sysdig 0.29 reads has none like them`);
  return shown;
}

function isShown(ctx: EventContext): boolean { return ctx.view.def?.category !== 'INTERNAL'; }

/** Forgets users and groups (-E), whose ids stay. */
function dropUsers(state: SystemState | undefined): void {
  if (state?.users().next().done === false) state.setUsers([]);
  if (state?.groups().next().done === false) state.setGroups([]);
}

/** The capture that -w asks for. */
async function openWriter({ line, filter }: Run, input: EventInput, file: string | undefined): Promise<CaptureOutput | undefined> {
  if (line.writeFile === undefined) return undefined;
  const live = file === undefined;
  if (!live && isSameFile(file, line.writeFile)) throw new RunError(`${line.writeFile} is the capture that is read: writing to it would destroy it. Choose another name for -w`);
  const { CaptureOutput } = await import('./cliWrite.ts');
  try {
    const output = new CaptureOutput({
      path: line.writeFile, compress: line.compress, megabytes: line.megabytes, seconds: line.rotateSeconds, events: line.rotateEvents, files: line.maxFiles, fat: line.fat, live, users: line.users, whole: line.filter === '' || line.displayFilter, state: () => input.state,
      ...(line.filterProcesses ? { keeps: filter.test } : {}),
    });
    if (!live) input.recorder = output;
    return output;
  } catch (error) { throw new RunError(error instanceof Error ? error.message : String(error)); }
}

/** Whether both names lead to one regular file. */
function isSameFile(a: string, b: string): boolean {
  try {
    const one = statSync(a), other = statSync(b);
    return one.isFile() && one.ino === other.ino && one.dev === other.dev;
  } catch { return false; }
}
