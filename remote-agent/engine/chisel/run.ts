// A run of a chisel over a source of events: loads it, gathers what it wants of each event into batches, and brings back what it prints.
import type { EventContext } from '../event/context.ts';
import { eventName } from '../event/names.ts';
import { BatchBuilder, type ColumnValue } from './batch.ts';
import { columnReader, eventTest, IntervalClock, linePrinter, type EventTest } from './extract.ts';
import { bindArguments, readHead } from './loader.ts';
import type { ChiselEnvironment, ChiselFault, ChiselMachine, ChiselReply, ChiselWants } from './ports.ts';

export interface ChiselSource { readonly source: string; readonly modules: Readonly<Record<string, string>> }

export interface ChiselRunOptions {
  readonly name: string;
  readonly source: string;
  readonly modules?: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  readonly environment: ChiselEnvironment;
  /** Makes the machine that executes the Lua; a second one where the chisel hands over to another (chisel.exec). */
  machine(): ChiselMachine;
  print(text: string): void;
  /** Finds the chisel that `chisel.exec` names. */
  resolve?(name: string): Promise<ChiselSource | undefined>;
}

export interface ChiselResult {
  /** Events that were looked at. */
  readonly events: number;
  /** Events that could not be taken because the chisel was too slow. */
  readonly lost: number;
  readonly fault?: ChiselFault;
}

const OWN_COLUMNS = 6;
const NOTHING: ChiselWants = { fields: [], filter: '', captureFilter: '', intervalNs: 0, precise: false, snaplen: 0, outputFormat: 'normal' };
const MAX_EXEC = 4;
/** Batches that wait for the machine at most; live events beyond them are lost. */
const MAX_QUEUED = 16;
const BILLION = 1e9;

export class ChiselRun {
  readonly #options: ChiselRunOptions;
  #machine: ChiselMachine | undefined;
  #wants = NOTHING;
  #readers: readonly ((ctx: EventContext) => ColumnValue)[] = [];
  #builder = new BatchBuilder(OWN_COLUMNS);
  #environmentTest: EventTest | undefined;
  #captureTest: EventTest | undefined;
  #test: EventTest | undefined;
  #line: ((ctx: EventContext) => string | undefined) | undefined;
  #clock: IntervalClock | undefined;
  #started: Promise<void> | undefined;
  #inFlight: Promise<void> | undefined;
  readonly #queued: Uint8Array[] = [];
  readonly #waiters: (() => void)[] = [];
  #fault: ChiselFault | undefined;
  #ended = false;
  #events = 0;
  #lost = 0;
  #baseNs = -1n;
  #baseSeconds = 0;
  #baseRest = 0;
  #firstNs = -1;
  #lastNs = 0;
  #finished: Promise<ChiselResult> | undefined;

  private constructor(options: ChiselRunOptions) { this.#options = options; }

  /** Loads the chisel: runs its text, on_set_arg and on_init. A run that failed to load is `ended`; `finish` tells why. */
  static async start(options: ChiselRunOptions): Promise<ChiselRun> {
    const run = new ChiselRun(options);
    await run.#load();
    return run;
  }

  /** No more events are wanted: an error, or the chisel ended the capture. */
  get ended(): boolean { return this.#ended; }
  /** Bytes of each buffer that the chisel asked for; 0: it did not. */
  get snaplen(): number { return this.#wants.snaplen; }

  async #load(): Promise<void> {
    const { environment } = this.#options;
    this.#environmentTest = eventTest(environment.filter);
    let name = this.#options.name, args = this.#options.args;
    let found: ChiselSource = { source: this.#options.source, modules: this.#options.modules ?? {} };
    for (let depth = 0; ; depth++) {
      const head = readHead(found.source);
      const bound = bindArguments(name, head, args);
      if (typeof bound === 'string') { this.#fail({ kind: 'arguments', message: bound, line: 0, traceback: '' }); return; }
      this.#machine = this.#options.machine();
      this.#wants = NOTHING;
      await this.#take(this.#machine.load({ name, source: found.source, modules: found.modules, args: bound, environment }));
      const { exec } = this.#wants;
      if (exec === undefined || this.#ended) return;
      this.#machine.close();
      const next = depth >= MAX_EXEC ? undefined : await this.#options.resolve?.(exec.name);
      if (next === undefined) { this.#fail({ kind: 'script', message: `${name}: chisel.exec cannot find the chisel ${exec.name}`, line: 0, traceback: '' }); return; }
      found = next; name = exec.name; args = exec.args;
    }
  }

  /**
   * Takes one event and reads all it needs of it before it returns. A promise: a batch is full; wait before the next event, or go on and
   * have events counted as lost (live sources).
   */
  push(ctx: EventContext): Promise<void> | undefined {
    if (this.#ended) return undefined;
    if (this.#builder.full) {
      const room = this.#submit();
      if (this.#builder.full) { this.#lost++; return room; }
    }
    if (this.#environmentTest?.(ctx) === false) return undefined;
    if (this.#captureTest?.(ctx) === false) return undefined;
    this.#events++;
    if (this.#baseNs !== ctx.state.baseNs) this.#setBase(ctx.state.baseNs);
    const ts = ctx.tsNs;
    if (this.#firstNs < 0) this.#firstNs = ts;
    this.#lastNs = ts;
    this.#clock?.pass(ts, (at, delta) => this.#builder.tick(this.#seconds(at), this.#rest(at), delta));
    if (this.#test?.(ctx) !== false) this.#row(ctx, ts);
    return this.#builder.full ? this.#submit() : undefined;
  }

  #row(ctx: EventContext, ts: number): void {
    const builder = this.#builder;
    builder.set(0, ctx.num);
    builder.set(1, this.#seconds(ts));
    builder.set(2, this.#rest(ts));
    builder.set(3, eventName(ctx.view));
    builder.set(4, ctx.view.cpu);
    builder.set(5, this.#line?.(ctx));
    for (let i = 0; i < this.#readers.length; i++) builder.set(OWN_COLUMNS + i, this.#readers[i]?.(ctx));
    builder.next();
  }

  /** Hands over what is gathered, and waits until the chisel has seen it. Live sources call it a few times a second. */
  async flush(): Promise<void> {
    await this.#submit();
    while (this.#inFlight !== undefined) await this.#inFlight;
  }

  /** Ends the run: the last events, on_capture_end, and away. */
  finish(): Promise<ChiselResult> { return this.#finished ??= this.#finish(); }

  /** Ends the run at once. */
  cancel(): void { this.#ended = true; this.#machine?.close(); this.#machine = undefined; }

  async #finish(): Promise<ChiselResult> {
    if (!this.#ended) await this.flush();
    await this.#inFlight;
    const machine = this.#machine;
    if (machine !== undefined && this.#fault === undefined) {
      await this.#start();
      if (this.#fault === undefined) await this.#take(machine.captureEnd(this.#seconds(this.#lastNs), this.#rest(this.#lastNs), this.#firstNs < 0 ? 0 : this.#lastNs - this.#firstNs), true);
    }
    this.#ended = true;
    machine?.close();
    return { events: this.#events, lost: this.#lost, ...(this.#fault === undefined ? {} : { fault: this.#fault }) };
  }

  /** on_capture_start, once, before the first batch. */
  #start(): Promise<void> {
    return this.#started ??= this.#machine === undefined ? Promise.resolve() : this.#take(this.#machine.captureStart());
  }

  /** Passes on what is gathered. Resolves when no batch waits: whoever waits for it has one batch under way and one that is being gathered. */
  async #submit(): Promise<void> {
    if (!this.#builder.empty && this.#queued.length < MAX_QUEUED) this.#queued.push(this.#builder.take());
    if (this.#queued.length === 0) return;
    const first = this.#inFlight === undefined;
    this.#inFlight ??= this.#work();
    if (!first) while (this.#queued.length > 0 && this.#inFlight !== undefined) await new Promise<void>((resolve) => { this.#waiters.push(resolve); });
  }

  async #work(): Promise<void> {
    try {
      await this.#start();
      for (let bytes = this.#queued.shift(); bytes !== undefined; bytes = this.#queued.shift()) {
        this.#wake();
        if (!this.#ended && this.#machine !== undefined) await this.#take(this.#machine.batch(bytes));
      }
    } finally { this.#inFlight = undefined; this.#wake(); }
  }
  #wake(): void { for (const resolve of this.#waiters.splice(0)) resolve(); }

  async #take(reply: Promise<ChiselReply>, last = false): Promise<void> {
    let got: ChiselReply;
    try { got = await reply; } catch (error) { this.#fail({ kind: 'machine', message: error instanceof Error ? error.message : String(error), line: 0, traceback: '' }); return; }
    if (got.output !== '') this.#options.print(got.output);
    if (got.fault !== undefined) { this.#fail(got.fault); return; }
    if (got.ended && !last) this.#ended = true;
    if (got.wants !== undefined) this.#adopt(got.wants);
  }

  #fail(fault: ChiselFault): void { this.#fault ??= fault; this.#ended = true; }

  #adopt(wants: ChiselWants): void {
    const before = this.#wants;
    this.#wants = wants;
    if (wants.filter !== before.filter) this.#test = eventTest(wants.filter);
    if (wants.captureFilter !== before.captureFilter) this.#captureTest = eventTest(wants.captureFilter);
    if (wants.formatter !== before.formatter || wants.outputFormat !== before.outputFormat) this.#line = linePrinter(wants.formatter, wants.outputFormat);
    if (wants.intervalNs !== before.intervalNs || wants.precise !== before.precise) this.#clock = undefined;
    if (this.#baseNs >= 0n) this.#makeClock();
    const reader = (name: string): ((ctx: EventContext) => ColumnValue) => columnReader(name, wants.outputFormat);
    if (wants.outputFormat !== before.outputFormat) this.#readers = wants.fields.map(reader);
    else this.#readers = [...this.#readers.slice(0, before.fields.length), ...wants.fields.slice(before.fields.length).map(reader)];
    if (wants.fields.length === before.fields.length) return;
    // What was gathered before the chisel asked for more goes without it.
    this.#builder = this.#builder.empty ? new BatchBuilder(OWN_COLUMNS + wants.fields.length) : this.#builder.widened(wants.fields.length + OWN_COLUMNS);
  }

  #makeClock(): void { if (this.#clock === undefined && this.#wants.intervalNs > 0) this.#clock = new IntervalClock(this.#wants.intervalNs, this.#wants.precise, this.#baseNs); }

  #setBase(baseNs: bigint): void {
    this.#baseNs = baseNs;
    this.#baseSeconds = Number(baseNs / 1000000000n);
    this.#baseRest = Number(baseNs % 1000000000n);
    this.#clock = undefined;
    this.#makeClock();
  }
  #seconds(ns: number): number { return this.#baseSeconds + Math.floor((this.#baseRest + ns) / BILLION); }
  #rest(ns: number): number { const all = this.#baseRest + ns; return all - Math.floor(all / BILLION) * BILLION; }
}
