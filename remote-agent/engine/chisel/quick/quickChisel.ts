// A chisel that is compiled, run where the events are read: a field is read when the chisel asks for it, and nothing crosses anywhere.
import type { EventContext } from '../../event/context.ts';
import { eventName } from '../../event/names.ts';
import { compileFilter } from '../../filter/index.ts';
import { compileFormat, type CompiledFormat } from '../../format/index.ts';
import { demandOf } from '../../fields/demand.ts';
import { bindValue, findField } from '../../fields/index.ts';
import { ALL } from '../../state/demand.ts';
import type { ByteSink } from '../../base/sink.ts';
import { columnReader, ENGINE_CHECKS, eventTest, formatOptions, IntervalClock, STANDARD_LINE, type EventTest } from '../extract.ts';
import type { LuaLimits } from '../luaVm.ts';
import type { ChiselEnvironment, ChiselFault } from '../ports.ts';
import { tableOf } from '../tables.ts';
import { bytesToLua, luaToText, textToLua } from './bytes.ts';
import { compile } from './compile.ts';
import { chiselLibrary, type ChiselApi, type QuickWants } from './chiselLibrary.ts';
import { library } from './library.ts';
import { Runtime, type Place } from './runtime.ts';
import { ExitError, first, Handle, isFunction, LimitError, ScriptError, typeName, type LuaFunction, type Value } from './values.ts';

export interface QuickOptions {
  readonly name: string;
  readonly source: string;
  readonly modules: Readonly<Record<string, string>>;
  readonly args: readonly { readonly name: string; readonly value: string }[];
  readonly environment: ChiselEnvironment;
  readonly limits: LuaLimits;
  readonly host: QuickHost;
}
export interface QuickHost {
  cpuMs(): number;
  nowMs(): number;
  memoryBytes?(): number;
  progress?(): number | undefined;
  /** Takes what is printed, one byte a character; `line`: with the end of a line behind it. */
  print(text: string, line?: boolean): void;
  /** Where lines of events go, in order with what is printed. */
  readonly sink: ByteSink;
}

type Callback = 'on_set_arg' | 'on_init' | 'on_capture_start' | 'on_event' | 'on_interval' | 'on_capture_end';
const BILLION = 1e9;
/** What a program that asks for the tables of the state has in it. */
const TABLES = /get_(?:thread|container)_table/;
const NEWLINE = 10;

/** Name of the chunk as messages print it. */
function chunkName(name: string): string { const base = name.slice(name.lastIndexOf('/') + 1); return base.endsWith('.lua') ? base : `${base}.lua`; }

export class QuickChisel implements ChiselApi {
  readonly environment: ChiselEnvironment;
  readonly rt: Runtime;
  readonly host: QuickHost;
  readonly wants: QuickWants = { fields: [], filter: '', captureFilter: '', intervalNs: 0, precise: false, exec: undefined, outputFormat: 'normal' };
  readonly apps: string[] = [];
  started = false;
  ended = false;
  /** An event is at hand: what `evt` tells of. */
  ctx: EventContext | undefined;
  fault: ChiselFault | undefined;
  events = 0;
  readonly #options: QuickOptions;
  readonly #program: Readonly<Record<string, unknown>>;
  readonly #handles = new Map<string, Handle>();
  readonly #readers: ((ctx: EventContext) => Value)[] = [];
  /** Fields of which each reading changes the next. */
  readonly #remembers: boolean[] = [];
  /** Values of the event at hand, and the events that they are of. */
  readonly #values: Value[] = [];
  readonly #of: number[] = [];
  /** It may ask for the tables of the state, at any event and at the end. */
  #asksForTables = false;
  #seq = 0;
  #line: (CompiledFormat & { readonly ok: true }) | undefined;
  #asJson = false;
  #test: EventTest | undefined;
  #captureTest: EventTest | undefined;
  #clock: IntervalClock | undefined;
  #baseNs = -1n;
  #baseSeconds = 0;
  #baseRest = 0;
  #firstNs = -1;
  #lastNs = 0;
  #hasLast = false;

  private constructor(options: QuickOptions, rt: Runtime, program: Readonly<Record<string, unknown>>) {
    this.#options = options; this.environment = options.environment; this.host = options.host; this.rt = rt; this.#program = program;
  }

  /** Undefined: the chisel has something that only the interpreter does. */
  static make(options: QuickOptions): QuickChisel | undefined {
    const { host, limits, modules } = options;
    const rt = new Runtime(host);
    const box: { chisel?: QuickChisel } = {};
    const api = (): QuickChisel => { if (box.chisel === undefined) throw new Error('the chisel is not there yet'); return box.chisel; };
    const lib = library(rt, { print: (text) => { api().print(text); }, printLine: (text) => { api().print(text, true); }, clockMs: () => host.cpuMs(), nowMs: () => host.nowMs() });
    Object.assign(lib, chiselLibrary(rt, api));
    const compiled = compile(chunkName(options.name), textToLua(options.source), (name) => Object.hasOwn(modules, name) ? textToLua(modules[name] ?? '') : undefined, new Set(Object.keys(lib)));
    if (compiled === undefined) return undefined;
    rt.sites = compiled.sites; rt.chunks = compiled.chunks;
    rt.memoryLimit = limits.memoryBytes + (host.memoryBytes?.() ?? 0);
    const program = rt.build(compiled.text, lib);
    rt.files = program['chunks'] as Readonly<Record<string, LuaFunction>>;
    box.chisel = new QuickChisel(options, rt, program);
    box.chisel.#asksForTables = TABLES.test(compiled.text);
    return box.chisel;
  }

  // ---- printing

  /** What a callback printed so far. */
  #printed = 0;
  #printing = -1;
  print(text: string, line = false): void {
    if (this.#printing !== this.rt.callback) { this.#printing = this.rt.callback; this.#printed = 0; }
    if (this.#printed > OUTPUT_LIMIT) return;
    this.#printed += text.length + 1;
    this.host.print(text, line);
    if (this.#printed > OUTPUT_LIMIT) this.host.print('\n... (output cut: more than 8 MiB at once)\n');
  }

  // ---- callbacks

  #callback(name: Callback): LuaFunction | undefined { const found = (this.#program[name] as () => Value)(); return isFunction(found) ? found : undefined; }

  /** Runs a piece of Lua; undefined, and the fault noted, where it raised. */
  #run(work: () => Value, allowedMs: number): { readonly value: Value } | undefined {
    this.rt.callback++;
    this.rt.allowedMs = allowedMs;
    try { return { value: work() }; } catch (error) { this.#failed(error, allowedMs); return undefined; }
  }
  #failed(error: unknown, allowedMs: number): void {
    this.ended = true;
    if (error instanceof ExitError) return;
    const { rt } = this;
    const places = error instanceof Error ? rt.places(error) : [];
    const at = places[0] === undefined ? '' : `${places[0].chunk}:${places[0].line}: `;
    let message: string, kind: ChiselFault['kind'] = 'script';
    let limit = error instanceof LimitError ? error.kind : undefined;
    let plain: string | undefined;
    if (limit === undefined && !(error instanceof ScriptError)) try { plain = rt.scriptError(error); } catch { limit = 'memory'; }
    if (limit === 'time') { kind = 'time'; message = `${at}did not return within ${allowedMs / 1000} s and was stopped`; }
    else if (limit === 'memory') { kind = 'memory'; message = `${at}used more than its ${this.#options.limits.memoryBytes >> 20} MiB of memory and was stopped`; }
    else if (error instanceof ScriptError) message = error.bare ? at + String(error.value) : typeof error.value === 'string' ? error.value : `(error object is a ${typeName(error.value)} value)`;
    else if (plain !== undefined) message = at + plain;
    else { kind = 'machine'; message = at + String(error instanceof Error ? error.stack : error); }
    this.#note({ kind, message: luaToText(message), line: this.#lineOf(message, places), traceback: error instanceof Error ? luaToText(rt.traceback(error)) : '' });
  }
  #lineOf(message: string, places: readonly Place[]): number {
    const own = chunkName(this.#options.name), at = message.indexOf(`${own}:`);
    return at >= 0 ? Number.parseInt(message.slice(at + own.length + 1), 10) || 0 : places.find(({ chunk }) => chunk === own)?.line ?? 0;
  }
  #note(fault: ChiselFault): void { this.fault ??= fault; this.ended = true; }
  #refuse(message: string): void { this.#note({ kind: 'script', message, line: 0, traceback: '' }); }
  #boolean(got: { readonly value: Value } | undefined, wrong: string, refused: string): boolean {
    if (got === undefined) return false;
    if (typeof got.value !== 'boolean') this.#refuse(wrong); else if (!got.value) this.#refuse(refused); else return true;
    return false;
  }

  /** Runs the chisel's text, on_set_arg and on_init. False: it ended, or is to be replaced by `wants.exec`. */
  load(): boolean {
    const { name, args } = this.#options, edge = this.#edgeMs;
    if (this.#run(() => first((this.rt.files[''] as LuaFunction)()), edge) === undefined) return false;
    const setArg = this.#callback('on_set_arg');
    if (args.length > 0 && setArg === undefined) { this.#refuse(`chisel ${name} misses a set_arg() function.`); return false; }
    for (const arg of args) if (!this.#boolean(this.#run(() => first((setArg as LuaFunction)(textToLua(arg.name), textToLua(arg.value))), edge), `${name} chisel error: wrong set_arg() return value.`, `set_arg() for chisel ${name} failed.`)) return false;
    const init = this.#callback('on_init');
    if (init === undefined) return true;
    const got = this.#run(() => first(init()), edge);
    if (got === undefined || this.wants.exec !== undefined) return false;
    return this.#boolean(got, `${name} chisel error: wrong init() return value.`, `init() for chisel ${name} failed.`);
  }
  get #edgeMs(): number { return this.#options.limits.edgeMs ?? this.#options.limits.callMs; }

  /** on_capture_start; the state of the source is that of its first event. */
  start(ctx: EventContext | undefined): void {
    if (this.started) return;
    this.started = true;
    this.#state = ctx?.state;
    if (ctx !== undefined) this.#setBase(ctx.state.baseNs);
    const callback = this.#callback('on_capture_start'), { name } = this.#options;
    if (callback !== undefined) this.#boolean(this.#run(() => first(callback()), this.#edgeMs), `${name} chisel error: wrong on_capture_start() return value. Boolean expected.`, `init() for chisel ${name} failed.`);
  }
  #state: EventContext['state'] | undefined;

  /** One event that passes the filter of the run. */
  event(ctx: EventContext): void {
    if (this.ended) return;
    if (!this.started) { this.ctx = undefined; this.start(ctx); if (this.ended) return; }
    if (this.#captureTest?.(ctx) === false) return;
    this.events++;
    if (this.#baseNs !== ctx.state.baseNs) this.#setBase(ctx.state.baseNs);
    const ts = ctx.tsNs;
    if (this.#firstNs < 0) this.#firstNs = ts;
    this.#lastNs = ts;
    this.ctx = ctx;
    this.#state = ctx.state;
    this.#seq++;
    if (this.#clock !== undefined) { this.#clock.pass(ts, this.#tick); if (this.ended) return; }
    if (this.#test?.(ctx) === false) return;
    const onEvent = (this.#program['on_event'] as () => Value)() as LuaFunction | undefined;
    let keep: Value = true;
    if (onEvent !== undefined) {
      this.rt.callback++;
      this.rt.allowedMs = this.#options.limits.callMs;
      try { keep = first(onEvent()); } catch (error) { this.#failed(error, this.#options.limits.callMs); return; }
      if (this.ended) return;
    }
    if (this.#line !== undefined && keep !== undefined && keep !== false) this.#printLine(ctx);
  }
  #printLine(ctx: EventContext): void {
    const { sink } = this.host;
    if (this.#asJson ? this.#line?.printJsonTo(ctx, sink) === true : this.#line?.printTo(ctx, sink) === true) sink.byte(NEWLINE);
    this.host.print('');
  }
  readonly #tick = (atNs: number, deltaNs: number): void => {
    const callback = this.#callback('on_interval');
    if (callback === undefined || this.ended) return;
    const got = this.#run(() => first(callback(this.#seconds(atNs), this.#rest(atNs), deltaNs)), this.#options.limits.callMs);
    if (got === undefined || (got.value !== undefined && got.value !== false)) return;
    this.#refuse(`execution terminated by the ${this.#options.name} chisel`);
  };

  /** on_capture_end. `lastNs`: time of the last event of the run, where not all of them came here. */
  finish(times?: { readonly firstNs: number; readonly lastNs: number }): void {
    if (this.fault !== undefined) return;
    if (!this.started) this.start(this.ctx);
    if (this.fault !== undefined || (this.ended && this.#exited)) return;
    if (times !== undefined && !this.ended) { this.#firstNs = times.firstNs; this.#lastNs = times.lastNs; }
    this.#hasLast = true;
    this.ctx = undefined;
    const callback = this.#callback('on_capture_end');
    if (callback !== undefined) this.#run(() => first(callback(this.#seconds(this.#lastNs), this.#rest(this.#lastNs), this.#firstNs < 0 ? 0 : this.#lastNs - this.#firstNs)), this.#edgeMs);
  }
  get #exited(): boolean { return this.ended && this.fault === undefined && !this.wantsEnd; }
  /** `sysdig.end_capture` was called. */
  wantsEnd = false;

  // ---- what the chisel asks for

  handle(name: string): Handle {
    const there = this.#handles.get(name);
    if (there !== undefined) return there;
    const text = luaToText(name), wrong = ENGINE_CHECKS.field(text);
    if (wrong !== undefined) return this.rt.fail(wrong);
    const made = new Handle(name, this.#readers.length);
    this.#handles.set(name, made);
    this.#readers.push(this.#reader(text));
    this.#values.push(undefined); this.#of.push(-1);
    const ref = findField(text);
    this.#remembers.push(ref?.field.memory !== undefined || ref?.field.textMemory !== undefined);
    this.wants.fields.push(text);
    return made;
  }
  /** Reads a field as Lua's value. */
  #reader(name: string): (ctx: EventContext) => Value {
    const ref = findField(name);
    if (ref !== undefined && (ref.field.name === 'evt.rawarg' || ref.field.type !== 'CHARBUF' && ref.field.type !== 'BYTEBUF')) {
      const read = bindValue(ref), { epoch } = ref.field, rest = columnReader(name, this.wants.outputFormat, this.environment);
      const raw = ref.field.name === 'evt.rawarg';
      return (ctx) => {
        const value = read(ctx);
        if (typeof value === 'number') return epoch === true ? Number(ctx.state.baseNs) + value : value;
        if (typeof value === 'boolean' || value === undefined) return value;
        if (typeof value === 'string') return textToLua(value);
        if (raw && value instanceof Uint8Array) return bytesToLua(value);
        const other = rest(ctx);
        return typeof other === 'string' ? textToLua(other) : typeof other === 'object' ? bytesToLua(other) : other;
      };
    }
    const read = columnReader(name, this.wants.outputFormat, this.environment);
    let text = '', lua = '';
    return (ctx) => {
      const value = read(ctx);
      if (typeof value === 'string') {
        if (value !== text) { text = value; lua = textToLua(value); }
        return lua;
      }
      return typeof value === 'object' ? bytesToLua(value) : value;
    };
  }
  /** What `evt.field` does where nobody looks at the value. */
  touch(handle: Value): undefined {
    if (handle === undefined || (handle instanceof Handle && !this.#remembers[handle.place])) return undefined;
    this.field(handle);
    return undefined;
  }
  field(handle: Value): Value {
    if (handle === undefined) return undefined;
    if (!(handle instanceof Handle)) return this.rt.fail('evt.field: the argument is no field: pass what chisel.request_field returned');
    const { place } = handle;
    if (this.#of[place] === this.#seq) return this.#values[place];
    const { ctx } = this;
    if (ctx === undefined) return undefined;
    this.#of[place] = this.#seq;
    return this.#values[place] = this.#readers[place]?.(ctx);
  }
  setFilter(text: string): void { this.wants.filter = text; this.#test = eventTest(text); }
  setCaptureFilter(text: string): void { this.wants.captureFilter = text; this.#captureTest = eventTest(text); }
  setFormatter(text: string): void {
    this.wants.formatter = text === 'default' ? '' : text;
    this.#makeLine();
  }
  setOutputFormat(name: string): void {
    if (this.wants.outputFormat !== 'normal') return;
    this.wants.outputFormat = name;
    this.wants.fields.forEach((field, i) => { this.#readers[i] = this.#reader(field); });
    this.#makeLine();
  }
  #makeLine(): void {
    const { formatter, outputFormat } = this.wants;
    if (formatter === undefined) return;
    const made = compileFormat(formatter === '' ? STANDARD_LINE : formatter, formatOptions(outputFormat, this.environment));
    this.#line = made.ok ? made : undefined;
    this.#asJson = this.environment.outputFormat === 'json';
  }
  setInterval(ns: number, precise: boolean): void { this.wants.intervalNs = Math.max(0, ns); this.wants.precise = precise; this.#clock = undefined; this.#makeClock(); }
  #makeClock(): void { if (this.#clock === undefined && this.wants.intervalNs > 0 && this.#baseNs >= 0n) this.#clock = new IntervalClock(this.wants.intervalNs, this.wants.precise, this.#baseNs); }

  /** Bits of the state that its fields, filters and lines read. */
  get demand(): number {
    let all = this.#asksForTables ? ALL : 0;
    for (const name of this.wants.fields) { const ref = findField(name); all |= ref === undefined ? ALL : demandOf(ref); }
    for (const text of [this.wants.filter, this.wants.captureFilter]) if (text.trim() !== '') { const made = compileFilter(text); all |= made.ok ? made.demand : 0; }
    return all | (this.#line?.demand ?? 0);
  }

  /** Events count that its filter turns down, for its intervals, or another filter is in force beside. */
  get looksAtAll(): boolean { return this.wants.intervalNs > 0 || this.wants.captureFilter.trim() !== '' || this.wants.filter.trim() === ''; }
  /** What comes has passed the filter already. */
  filterIsDone(): void { this.#test = undefined; }

  // ---- what it may know

  eventType(): Value { return this.ctx === undefined ? undefined : eventName(this.ctx.view); }
  eventSeconds(): number | undefined { return this.ctx === undefined ? undefined : this.#seconds(this.ctx.tsNs); }
  eventRest(): number | undefined { return this.ctx === undefined ? undefined : this.#rest(this.ctx.tsNs); }
  threads(filter: string, fds: boolean, barebone: boolean): Value { return tableOf({ what: 'threads', filter, fds, barebone }, this.#state, this.#lastNs); }
  containers(): Value { return tableOf({ what: 'containers', filter: '', fds: false, barebone: false }, this.#state, this.#lastNs); }
  get machine(): { readonly cpus: number; readonly memoryBytes: number; readonly maxPid: number; readonly hostname: string } { const state = this.#state; return state !== undefined && state.machine.cpus > 0 ? state.machine : this.environment; }
  get firstTs(): string { const state = this.#state; return state === undefined ? '0' : String(state.baseNs + BigInt(Math.floor(state.firstNs ?? this.#firstNs))); }
  get lastTs(): string { return this.ctx === undefined && !this.#hasLast ? '0' : String(BigInt(this.#seconds(this.#lastNs)) * 1000000000n + BigInt(Math.floor(this.#rest(this.#lastNs)))); }

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

/** Of one callback; the same as of a crossing into the interpreter. */
const OUTPUT_LIMIT = 8 << 20;
