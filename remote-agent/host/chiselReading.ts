// A process that reads a capture itself and runs compiled chisels on it, one after the other at each event: no event crosses into another process. It has
// the capture as an open descriptor, what it is to do on its standard input, and gives up its rights before it looks at either's content.
import { readFileSync, writeSync } from 'node:fs';
import { getHeapStatistics } from 'node:v8';
import { ByteSink } from '../engine/base/sink.ts';
import { decodeBytes, encodeText } from '../engine/base/text.ts';
import type { EventContext } from '../engine/event/context.ts';
import { compileFilter } from '../engine/filter/index.ts';
import { bindArguments, readHead } from '../engine/chisel/loader.ts';
import type { LuaLimits } from '../engine/chisel/luaVm.ts';
import type { ChiselEnvironment, ChiselFault } from '../engine/chisel/ports.ts';
import type { ChiselSource } from '../engine/chisel/run.ts';
import { QuickChisel } from '../engine/chisel/quick/quickChisel.ts';
import { STACK_FRAMES } from '../engine/chisel/quick/runtime.ts';
import { openCapture, type EventInput } from './captureInput.ts';
import { forTerminal } from './chiselTerminal.ts';
import { Output } from './output.ts';
import { processCpuMs } from './wasmHost.ts';

/** Descriptors of this process: what came of it is written to the first, the capture is the second. */
export const RESULT_FD = 3, CAPTURE_FD = 4;
const FLUSH_AT = 1 << 17, MAX_EXEC = 4, NS_PER_SECOND = 1e9;

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

interface Made { readonly name: string; readonly args: readonly string[]; readonly chisel?: QuickChisel; readonly fault?: ChiselFault }

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
  readonly #sink = new ByteSink(FLUSH_AT * 2);
  readonly #output = new Output();
  readonly #made: Made[] = [];
  #input: EventInput | undefined;
  /** The sink's bytes. */
  #buffer: Buffer = Buffer.alloc(0);
  #stopped = false;
  #shown = 0;

  constructor(job: ReadingJob) { this.#job = job; }

  async run(): Promise<ReadingResult> {
    const { chisels } = this.#job;
    for (const { name, args } of chisels) {
      const made = this.#make(name, args);
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
      const pushed = this.#select(input, runs);
      await this.#read(input, runs, pushed);
      // Events that the reader left out count for the times of the whole.
      const { lastNs } = input;
      if (pushed && lastNs !== undefined && input.state !== undefined) last = { firstNs: input.state.firstNs, lastNs };
    }
    for (const run of runs) run.finish(last);
    this.#flush();
    return {
      shown: this.#shown, eventCount: input.state?.eventCount ?? 0, problems: input.problems(), closed: this.#output.closed, ...(this.#output.failed === undefined ? {} : { failed: this.#output.failed }),
      chisels: this.#made.map(({ name, args, chisel, fault }) => {
        const wrong = fault ?? chisel?.fault;
        return { name, args, apps: chisel?.apps ?? [], ...(wrong === undefined ? {} : { fault: wrong }) };
      }),
    };
  }

  /** Compiles and loads a chisel, and those that it hands over to. Undefined: it cannot be compiled. */
  #make(name: string, args: readonly string[]): Made | undefined {
    const { scripts, environment, limits } = this.#job;
    let now = name, given = args;
    for (let depth = 0; depth <= MAX_EXEC; depth++) {
      const script = Object.hasOwn(scripts, now) ? scripts[now] : undefined;
      if (script === undefined) return undefined;
      const bound = bindArguments(now, readHead(script.source), given);
      if (typeof bound === 'string') return { name, args, fault: { kind: 'arguments', message: bound, line: 0, traceback: '' } };
      const chisel = QuickChisel.make({
        name: now, source: script.source, modules: script.modules, args: bound, environment, limits,
        host: { cpuMs: processCpuMs, nowMs: () => Date.now(), memoryBytes: () => getHeapStatistics().used_heap_size, progress: () => this.#input?.progress?.(), print: (text) => { this.#print(text); }, sink: this.#sink },
      });
      if (chisel === undefined) return undefined;
      chisel.load();
      const { exec } = chisel.wants;
      if (exec === undefined || chisel.fault !== undefined) return { name, args, chisel };
      now = exec.name; given = exec.args;
    }
    return undefined;
  }

  #print(text: string): void {
    const sink = this.#sink;
    if (text.length > 64) {
      sink.reserve(text.length);
      if (this.#buffer.buffer !== sink.bytes.buffer) this.#buffer = Buffer.from(sink.bytes.buffer, sink.bytes.byteOffset, sink.bytes.length);
      sink.at += this.#buffer.write(text, sink.at, 'latin1');
    } else sink.ascii(text);
    if (sink.at >= FLUSH_AT) this.#flush();
  }
  #flush(): void {
    const sink = this.#sink, bytes = sink.view();
    this.#output.writeBytes(this.#output.terminal ? encodeText(forTerminal(decodeBytes(bytes, 0, bytes.length))) : bytes);
    sink.clear();
  }

  /** Says to the reader what is wanted. True: it leaves out what the chisel's own filter turns down, too. */
  #select(input: EventInput, runs: readonly QuickChisel[]): boolean {
    const { filter, limit, seconds } = this.#job, [only] = runs;
    const own = only !== undefined && runs.length === 1 && filter.trim() === '' && limit === undefined && seconds === undefined && !only.looksAtAll ? only.wants.filter : '';
    const made = compileFilter(own === '' ? filter : own);
    const demand = runs.reduce((all, run) => all | run.demand, made.ok ? made.demand : 0);
    if (!made.ok || (filter.trim() === '' && own === '')) { input.select?.({ demand }); return false; }
    input.select?.({ demand, types: made.types, byThread: made.byThread, byDescriptor: made.byDescriptor, results: made.results, test: made.test, conceals: true });
    if (own !== '') only?.filterIsDone();
    return own !== '';
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
