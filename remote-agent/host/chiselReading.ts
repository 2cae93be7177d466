// A process that reads a capture itself and runs compiled chisels on it, one after the other at each event: no event crosses into another process. It has
// the capture as an open descriptor, what it is to do on its standard input, and gives up its rights before it looks at either's content.
import { readFileSync, writeSync } from 'node:fs';
import { getHeapStatistics } from 'node:v8';
import { ChiselText } from '../capture/chiselText.ts';
import { decodeBytes, encodeText } from '../engine/base/text.ts';
import type { EventContext } from '../engine/event/context.ts';
import type { LuaLimits } from '../engine/chisel/luaVm.ts';
import type { ChiselEnvironment, ChiselFault } from '../engine/chisel/ports.ts';
import type { ChiselSource } from '../engine/chisel/run.ts';
import { makeQuick, selectionOf, type MadeChisel } from '../engine/chisel/quick/chain.ts';
import type { QuickChisel, QuickHost } from '../engine/chisel/quick/quickChisel.ts';
import { STACK_FRAMES } from '../engine/chisel/quick/runtime.ts';
import { openCapture, type EventInput } from './captureInput.ts';
import { forTerminal } from './chiselTerminal.ts';
import { Output } from './output.ts';
import { processCpuMs } from './wasmHost.ts';

/** Descriptors of this process: what came of it is written to the first, the capture is the second. */
export const RESULT_FD = 3, CAPTURE_FD = 4;
const NS_PER_SECOND = 1e9;

export interface ReadingJob {
  /** The capture's name, for messages. */
  readonly file: string;
  readonly filter: string;
  readonly limit: number | undefined;
  readonly seconds: number | undefined;
  readonly chisels: readonly { readonly name: string; readonly args: readonly string[] }[];
  /** The chisels, and those that they may hand over to, by name. */
  readonly scripts: Readonly<Record<string, ChiselSource>>;
  readonly environment: ChiselEnvironment;
  readonly limits: LuaLimits;
}
export interface ReadingResult {
  /** Nothing was done: one of the chisels has something that only the interpreter does. */
  readonly unsupported?: true;
  readonly shown: number;
  readonly eventCount: number;
  readonly chisels: readonly { readonly name: string; readonly args: readonly string[]; readonly fault?: ChiselFault; readonly apps: readonly string[] }[];
  readonly problems: readonly string[];
  readonly closed: boolean;
  readonly failed?: string;
}

/** The whole work of the process. */
export async function runReading(dropRights: () => void): Promise<void> {
  const job = JSON.parse(readFileSync(0, 'utf8')) as ReadingJob;
  dropRights();
  Error.stackTraceLimit = STACK_FRAMES;
  const reading = new Reading(job);
  const result = await reading.run();
  const bytes = encodeText(JSON.stringify(result));
  for (let at = 0; at < bytes.length;) at += writeSync(RESULT_FD, bytes, at);
}

class Reading {
  readonly #job: ReadingJob;
  readonly #output = new Output();
  readonly #text = new ChiselText((bytes) => { this.#output.writeBytes(this.#output.terminal ? encodeText(forTerminal(decodeBytes(bytes, 0, bytes.length))) : bytes); });
  readonly #made: MadeChisel[] = [];
  #input: EventInput | undefined;
  #stopped = false;
  #shown = 0;

  constructor(job: ReadingJob) { this.#job = job; }

  async run(): Promise<ReadingResult> {
    const { chisels, scripts, environment, limits, filter, limit, seconds } = this.#job;
    const host: QuickHost = { cpuMs: processCpuMs, nowMs: () => Date.now(), memoryBytes: () => getHeapStatistics().used_heap_size, progress: () => this.#input?.progress?.(), print: (text, line) => { this.#text.print(text, line); }, sink: this.#text.sink };
    for (const { name, args } of chisels) {
      const made = makeQuick({ name, args, scripts, environment, limits }, host);
      if (made === undefined) return { unsupported: true, shown: 0, eventCount: 0, chisels: [], problems: [], closed: false };
      this.#made.push(made);
    }
    const input = await openCapture(this.#job.file, CAPTURE_FD);
    this.#input = input;
    const stop = (): void => { this.#stopped = true; input.stop(); };
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
    const runs = this.#made.flatMap(({ chisel }) => chisel ?? []);
    let last: { readonly firstNs: number; readonly lastNs: number } | undefined;
    if (runs.length === this.#made.length && !runs.some((run) => run.ended)) {
      const { selection, pushed } = selectionOf(filter, runs, limit !== undefined || seconds !== undefined);
      input.select?.(selection);
      await this.#read(input, runs, pushed);
      // Events that the reader left out count for the times of the whole.
      const { lastNs } = input;
      if (pushed && lastNs !== undefined && input.state !== undefined) last = { firstNs: input.state.firstNs, lastNs };
    }
    for (const run of runs) run.finish(last);
    this.#text.flush();
    return {
      shown: this.#shown, eventCount: input.state?.eventCount ?? 0, problems: input.problems(), closed: this.#output.closed, ...(this.#output.failed === undefined ? {} : { failed: this.#output.failed }),
      chisels: this.#made.map(({ name, args, chisel, fault }) => {
        const wrong = fault ?? chisel?.fault;
        return { name, args, apps: chisel?.apps ?? [], ...(wrong === undefined ? {} : { fault: wrong }) };
      }),
    };
  }

  async #read(input: EventInput, runs: readonly QuickChisel[], pushed: boolean): Promise<void> {
    const limit = this.#job.limit ?? Infinity, lengthNs = (this.#job.seconds ?? Infinity) * NS_PER_SECOND, output = this.#output;
    const [only] = runs.length === 1 ? runs : [];
    let firstNs = NaN;
    const over = (): boolean => this.#stopped || output.closed || runs.some((run) => run.ended && run.fault === undefined) || runs.every((run) => run.ended);
    const one = (ctx: EventContext, run: QuickChisel): boolean => { run.event(ctx); return !run.ended && !output.closed; };
    const visit = (ctx: EventContext): boolean => {
      if (firstNs !== firstNs) firstNs = ctx.tsNs;
      if (ctx.tsNs - firstNs >= lengthNs) return false;
      this.#shown++;
      if (only !== undefined) { if (!one(ctx, only)) return false; } else {
        for (const run of runs) run.event(ctx);
        if (over()) return false;
      }
      return this.#shown < limit;
    };
    await input.run(visit);
    if (pushed) this.#shown = input.state?.eventCount ?? this.#shown;
  }
}
