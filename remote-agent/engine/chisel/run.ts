// A run of a chisel over a source of events: loads it, gathers what it wants of each event into batches, and brings back what it prints.
import type { EventContext } from '../event/context.ts';
import { eventName } from '../event/names.ts';
import { BATCH_EVENTS, BatchBuilder, type ColumnValue } from './batch.ts';
import { columnReader, eventTest, IntervalClock, linePrinter, type EventTest } from './extract.ts';
import { bindArguments, readHead } from './loader.ts';
import { answerRequest } from './tables.ts';
import { encodeLua } from './values.ts';
import type { ChiselProfile } from './profile.ts';
import type { ChiselEnvironment, ChiselFault, ChiselMachine, ChiselReply, ChiselRequest, ChiselWants } from './ports.ts';

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
  /** Where it is given, what takes the chisel's time is measured, and told some times a second. */
  onProfile?(profile: ChiselProfile): void;
  /** Each event is handed over by itself and waited for, so that `event` is the one that the chisel has. */
  readonly stepwise?: boolean;
  /** How much of the source is read, percent; left out: all. */
  progress?(): number | undefined;
  /** Finds the chisel that `chisel.exec` names. */
  resolve?(name: string): Promise<ChiselSource | undefined>;
}

export interface ChiselResult {
  /** Events that were looked at. */
  readonly events: number;
  /** Events that could not be taken because the chisel was too slow. */
  readonly lost: number;
  /** What the tool is to be started again with (`sysdig.run_app`), in order. */
  readonly apps: readonly string[];
  readonly fault?: ChiselFault;
}

const OWN_COLUMNS = 6;
/** A chisel that says this anywhere may ask for tables in the middle of the events. */
const TABLES = /get_(?:thread|container)_table/;
const NOTHING: ChiselWants = { fields: [], filter: '', captureFilter: '', intervalNs: 0, precise: false, snaplen: 0, outputFormat: 'normal' };
const MAX_EXEC = 4;
/** Batches that wait for the machine at most; live events beyond them are lost. */
const MAX_QUEUED = 16;
const BILLION = 1e9;
const FIRST_BATCH = 256;
/** Batches that take less may be larger, those that take more are to be smaller; milliseconds. */
const QUICK_MS = 25, SLOW_MS = 100;

export class ChiselRun {
  readonly #options: ChiselRunOptions;
  #machine: ChiselMachine | undefined;
  #wants = NOTHING;
  #readers: readonly ((ctx: EventContext) => ColumnValue)[] = [];
  #builder = new BatchBuilder(OWN_COLUMNS);
  /** Events of the next batches: few until it is known how long the chisel takes for them, as a batch may take no longer than a callback. */
  #batchEvents = FIRST_BATCH;
  #environmentTest: EventTest | undefined;
  #captureTest: EventTest | undefined;
  #test: EventTest | undefined;
  #line: ((ctx: EventContext) => string | undefined) | undefined;
  #clock: IntervalClock | undefined;
  #started: Promise<void> | undefined;
  #inFlight: Promise<void> | undefined;
  readonly #queued: Uint8Array[] = [];
  /** The last event that was looked at; of what it says only the state is sure to be true later. */
  #ctx: EventContext | undefined;
  /** The chisel asks for tables, which have to be those of the event at hand: each event is handed over by itself. */
  #stepwise = false;
  readonly #apps: string[] = [];
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
  /** It ended by an error. */
  get failed(): boolean { return this.#fault !== undefined; }
  /** Events that were taken so far. */
  get events(): number { return this.#events; }
  /** Time of the last of them, ns since the base; -1: none yet. */
  get lastNs(): number { return this.#firstNs < 0 ? -1 : this.#lastNs; }
  /** The last event that was looked at: with `stepwise` the one that the chisel has. */
  get event(): EventContext | undefined { return this.#ctx; }
  /** Events that came too fast for the chisel. */
  get lost(): number { return this.#lost; }
  /** Bytes of each buffer that the chisel asked for; 0: it did not. */
  get snaplen(): number { return this.#wants.snaplen; }

  async #load(): Promise<void> {
    const { environment } = this.#options;
    this.#environmentTest = eventTest(environment.filter);
    let name = this.#options.name, args = this.#options.args;
    let found: ChiselSource = { source: this.#options.source, modules: this.#options.modules ?? {} };
    for (let depth = 0; ; depth++) {
      this.#stepwise = this.#options.stepwise === true || TABLES.test(found.source);
      const head = readHead(found.source);
      const bound = bindArguments(name, head, args);
      if (typeof bound === 'string') { this.#fail({ kind: 'arguments', message: bound, line: 0, traceback: '' }); return; }
      this.#machine = this.#options.machine();
      this.#wants = NOTHING;
      await this.#take(this.#machine.load({ name, source: found.source, modules: found.modules, args: bound, environment, ...(this.#options.onProfile === undefined ? {} : { profile: true }) }));
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
    this.#ctx = ctx;
    const passes = this.#test?.(ctx) !== false;
    let ticked = false;
    this.#clock?.pass(ts, (at, delta) => { ticked = true; this.#builder.tick(this.#seconds(at), this.#rest(at), delta, !passes); });
    // on_interval may look at the event that ended the interval, also where on_event does not get it.
    if (!passes && !ticked) return undefined;
    this.#row(ctx, ts);
    if (this.#stepwise) return this.flush();
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
    return { events: this.#events, lost: this.#lost, apps: this.#apps, ...(this.#fault === undefined ? {} : { fault: this.#fault }) };
  }

  /** on_capture_start, once, before the first batch. */
  #start(): Promise<void> {
    if (this.#started !== undefined || this.#machine === undefined) return this.#started ?? Promise.resolve();
    const state = this.#ctx?.state;
    const firstTs = state === undefined ? '0' : String(state.baseNs + BigInt(Math.floor(state.firstNs ?? this.#firstNs)));
    const { environment } = this.#options;
    const { cpus, memoryBytes, maxPid, hostname } = state !== undefined && state.machine.cpus > 0 ? state.machine : environment;
    return this.#started = this.#take(this.#machine.captureStart({ cpus, memoryBytes, maxPid, hostname, firstTs }));
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
        if (this.#ended || this.#machine === undefined) continue;
        const began = Date.now();
        await this.#take(this.#machine.batch(bytes));
        const took = Date.now() - began;
        if (took < QUICK_MS) this.#batchEvents = Math.min(BATCH_EVENTS, this.#batchEvents * 2);
        else if (took > SLOW_MS) this.#batchEvents = Math.max(1, Math.floor(this.#batchEvents * QUICK_MS / took));
        this.#builder.limit = this.#batchEvents;
      }
    } finally { this.#inFlight = undefined; this.#wake(); }
  }
  #wake(): void { for (const resolve of this.#waiters.splice(0)) resolve(); }

  async #take(reply: Promise<ChiselReply>, last = false): Promise<void> {
    for (let next: Promise<ChiselReply> | undefined = reply; next !== undefined;) {
      let got: ChiselReply;
      try { got = await next; } catch (error) { this.#fail({ kind: 'machine', message: error instanceof Error ? error.message : String(error), line: 0, traceback: '' }); return; }
      next = undefined;
      if (got.output !== '') this.#options.print(got.output);
      if (got.profile !== undefined) this.#options.onProfile?.(got.profile);
      if (got.apps !== undefined) this.#apps.push(...got.apps);
      if (got.fault !== undefined) { this.#fail(got.fault); return; }
      if (got.ended && !last) this.#ended = true;
      if (got.wants !== undefined) this.#adopt(got.wants);
      if (got.request !== undefined) next = this.#machine?.answer(this.#answer(got.request));
    }
  }

  #answer(request: ChiselRequest): Uint8Array {
    if (request.what === 'progress') return encodeLua(this.#options.progress?.() ?? 100);
    this.#stepwise = true;
    return answerRequest(request, this.#ctx?.state, this.#lastNs);
  }

  #fail(fault: ChiselFault): void { this.#fault ??= fault; this.#ended = true; }

  #adopt(wants: ChiselWants): void {
    const before = this.#wants;
    this.#wants = wants;
    if (wants.filter !== before.filter) this.#test = eventTest(wants.filter);
    if (wants.captureFilter !== before.captureFilter) this.#captureTest = eventTest(wants.captureFilter);
    if (wants.formatter !== before.formatter || wants.outputFormat !== before.outputFormat) this.#line = linePrinter(wants.formatter, wants.outputFormat, this.#options.environment);
    if (wants.intervalNs !== before.intervalNs || wants.precise !== before.precise) this.#clock = undefined;
    if (this.#baseNs >= 0n) this.#makeClock();
    const reader = (name: string): ((ctx: EventContext) => ColumnValue) => columnReader(name, wants.outputFormat, this.#options.environment);
    if (wants.outputFormat !== before.outputFormat) this.#readers = wants.fields.map(reader);
    else this.#readers = [...this.#readers.slice(0, before.fields.length), ...wants.fields.slice(before.fields.length).map(reader)];
    if (wants.fields.length === before.fields.length) return;
    // What was gathered before the chisel asked for more goes without it.
    this.#builder = this.#builder.empty ? new BatchBuilder(OWN_COLUMNS + wants.fields.length) : this.#builder.widened(wants.fields.length + OWN_COLUMNS);
    this.#builder.limit = this.#batchEvents;
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
