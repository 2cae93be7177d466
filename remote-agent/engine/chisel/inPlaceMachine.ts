// Executes a chisel's Lua in this thread. A process or a worker around it makes it killable.
import type { ChiselDebugger } from './debug/debugger.ts';
import { DRIVER } from './driver.ts';
import { withDoubles } from './loader.ts';
import { LuaError, LuaVm, type LuaLimits, type LuaValue } from './luaVm.ts';
import type { ChiselEnvironment, ChiselFacts, ChiselFault, ChiselMachine, ChiselProgram, ChiselReply, ChiselRequest, ChiselWants } from './ports.ts';
import { ProfileCollector } from './profile.ts';
import type { WasmHost } from './wasm.ts';

/** What a chisel asks for must exist: each check answers what is wrong, or undefined. */
export interface ChiselChecks {
  field(name: string): string | undefined;
  filter(text: string): string | undefined;
  formatter(text: string): string | undefined;
}

/** While events come, others wait: a callback has little time. Before and behind them a chisel may work for longer. */
export const DEFAULT_LIMITS: LuaLimits = { memoryBytes: 256 << 20, callMs: 500, edgeMs: 10_000 };
const EDGES: ReadonlySet<string> = new Set(['load', 'start', 'finish']);
/** Output of one crossing beyond this is cut, with a note. */
const OUTPUT_LIMIT = 8 << 20;
/** Fields that one chisel may ask for. */
const FIELD_LIMIT = 512;
/** Time between two words on what takes the time. */
const PROFILE_MS = 300;
const OUTPUT_FORMATS = ['normal', 'json', 'simple', 'hex', 'hexascii', 'ascii', 'base64', 'jsonbase64'];

interface Mutable { fields: string[]; filter: string; captureFilter: string; formatter: string | undefined; intervalNs: number; precise: boolean; exec: { name: string; args: string[] } | undefined; snaplen: number; outputFormat: string }

/** Name of the chunk as Lua's messages print it: last part of a path. */
function chunkName(name: string): string { const base = name.slice(name.lastIndexOf('/') + 1); return base.endsWith('.lua') ? base : `${base}.lua`; }

export class InPlaceMachine implements ChiselMachine {
  readonly #vm: LuaVm;
  readonly #checks: ChiselChecks;
  readonly #limits: LuaLimits;
  readonly #host: WasmHost;
  readonly #inspector: ChiselDebugger | undefined;
  #program: ChiselProgram | undefined;
  #output: string[] = [];
  #outputSize = 0;
  #fault: ChiselFault | undefined;
  #ended = false;
  #changed = false;
  #wants: Mutable = { fields: [], filter: '', captureFilter: '', formatter: undefined, intervalNs: 0, precise: false, exec: undefined, snaplen: 0, outputFormat: 'normal' };
  #end = { seconds: 0, ns: 0, delta: 0 };
  #facts: ChiselFacts | undefined;
  #request: ChiselRequest | undefined;
  #apps: string[] = [];
  #lastTs = 0n;
  /** What the call under way may take; an answer goes on with what was asked in it. */
  #allowedMs = 0;
  #profile: ProfileCollector | undefined;
  #profileTold = 0;
  /** The call under way, or what it goes on with, is of events. */
  #events = false;

  /** `inspector`: who stops the chisel and looks into it; its time has no limits then. */
  constructor(host: WasmHost, wasm: Uint8Array, checks: ChiselChecks, limits: LuaLimits = DEFAULT_LIMITS, inspector?: ChiselDebugger) {
    this.#host = host; this.#checks = checks; this.#limits = inspector === undefined ? limits : { ...limits, callMs: Infinity, edgeMs: Infinity }; this.#inspector = inspector;
    this.#vm = new LuaVm(host, wasm, this.#limits, (operation, args) => this.#answer(operation, args));
    this.#vm.boot(DRIVER, 'porthole');
  }

  async load(program: ChiselProgram): Promise<ChiselReply> {
    this.#program = program;
    if (program.profile === true) this.#profile = new ProfileCollector(() => this.#host.monotonicMs());
    return this.#call('load', program.name);
  }
  async captureStart(facts?: ChiselFacts): Promise<ChiselReply> {
    this.#facts = facts ?? this.#factsOfEnvironment();
    return this.#call('start', this.#program?.name ?? '');
  }
  async answer(bytes: Uint8Array): Promise<ChiselReply> { return this.#events ? this.#timed('answer', bytes, 0) : this.#call('answer', bytes); }
  async batch(bytes: Uint8Array): Promise<ChiselReply> {
    this.#noteTimes(bytes);
    this.#events = true;
    return this.#timed('batch', bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true));
  }
  /** Calls for `rows` events; where a profile is made, their time is on_event's. */
  #timed(operation: string, bytes: Uint8Array, rows: number): ChiselReply {
    const profile = this.#profile;
    if (profile === undefined) return this.#call(operation, bytes);
    const looked = profile.sampled('on_event'), began = this.#host.monotonicMs();
    const reply = this.#call(operation, bytes);
    profile.crossing('on_event', Math.max(0, rows - profile.sampled('on_event') + looked), this.#host.monotonicMs() - began);
    return reply;
  }
  async captureEnd(seconds: number, ns: number, deltaNs: number): Promise<ChiselReply> {
    this.#events = false;
    this.#end = { seconds, ns, delta: deltaNs };
    this.#lastTs = BigInt(seconds) * 1000000000n + BigInt(ns);
    return this.#call('finish', '');
  }
  close(): void { this.#vm.close(); }

  #call(operation: string, argument: string | Uint8Array): ChiselReply {
    if (operation !== 'answer') this.#allowedMs = EDGES.has(operation) ? this.#limits.edgeMs ?? this.#limits.callMs : this.#limits.callMs;
    this.#profile?.resume();
    try { this.#vm.call(operation, argument, this.#allowedMs); } catch (error) {
      if (!(error instanceof LuaError)) throw error;
      this.#fault ??= this.#faultOf(error);
      if (error.kind !== 'broken') try { this.#vm.call('flush'); } catch { /* what it printed last is lost */ }
    }
    if (this.#events) this.#profile?.pause(); else this.#profile?.settle();
    const wants: ChiselWants | undefined = this.#changed ? { ...this.#wants, fields: [...this.#wants.fields] } as ChiselWants : undefined;
    const reply: ChiselReply = {
      output: this.#output.join(''), ended: this.#ended,
      ...(this.#fault === undefined ? {} : { fault: this.#fault }), ...(wants === undefined ? {} : { wants }),
      ...(this.#request === undefined || this.#fault !== undefined ? {} : { request: this.#request }), ...(this.#apps.length === 0 ? {} : { apps: this.#apps }), ...this.#profileNow(operation === 'finish' || this.#fault !== undefined),
    };
    this.#request = undefined; this.#apps = [];
    this.#output = []; this.#outputSize = 0; this.#changed = false;
    return reply;
  }

  /** The profile, where there is one and it was not told a moment ago. */
  #profileNow(last: boolean): Pick<ChiselReply, 'profile'> {
    if (this.#profile === undefined) return {};
    const now = this.#host.monotonicMs();
    if (!last && now - this.#profileTold < PROFILE_MS) return {};
    this.#profileTold = now;
    return { profile: this.#profile.result() };
  }

  #faultOf(error: LuaError): ChiselFault {
    if (error.kind === 'time') return this.#script('time', `${this.#vm.expiredAt} did not return within ${this.#vm.allowedMs / 1000} s and was stopped`, this.#vm.expiredTrace);
    if (error.kind === 'memory') return this.#script('memory', `${this.#vm.refusedAt}used more than its ${this.#limits.memoryBytes >> 20} MiB of memory and was stopped`, this.#vm.refusedTrace);
    return this.#script(error.kind === 'script' ? 'script' : 'machine', error.message, '');
  }

  /** Where nobody says more of the source than was known before it was opened. */
  #factsOfEnvironment(): ChiselFacts {
    const { cpus = 0, memoryBytes = 0, maxPid = 0, hostname = '' } = this.#program?.environment ?? {};
    return { cpus, memoryBytes, maxPid, hostname, firstTs: '0' };
  }

  #script(kind: ChiselFault['kind'], message: string, traceback: string): ChiselFault {
    const chunk = chunkName(this.#program?.name ?? '');
    // An error within the driver is one of the line that called it.
    const caller = /^porthole:\d+: /.test(message) ? traceback.split('\n').map((l) => l.trim()).find((l) => l.startsWith(`${chunk}:`)) : undefined;
    if (caller !== undefined) message = message.replace(/^porthole:\d+: /, `${/^[^:]*:\d+:/.exec(caller)?.[0] ?? ''} `).replace(/to '(?:s|g)(?=(?:format|repeat|find|sub)')/, "to '");
    const at = message.indexOf(`${chunk}:`);
    const line = at < 0 ? 0 : Number.parseInt(message.slice(at + chunk.length + 1), 10) || 0;
    // The driver's own frames say nothing to who wrote the chisel.
    const own = traceback.split('\n').filter((l) => !l.includes('porthole:') && !/\[C\]: in (\?|function 'x?pcall'$)/.test(l)).join('\n').trim();
    return { kind, message: message.replace('  ', ' ').trim(), line, traceback: own === 'stack traceback:' ? '' : own };
  }

  /** The last time of a batch, for sysdig.get_lastevent_ts. */
  #noteTimes(bytes: Uint8Array): void {
    const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const rows = data.getUint32(0, true);
    if (rows === 0) return;
    let at = 12 + data.getUint32(4, true) * 28;
    const skip = (): void => { at += 8 + data.getUint32(at + 4, true); };
    skip();
    const seconds = at + 8; skip();
    const ns = at + 8;
    const time = (row: number): bigint => BigInt(data.getFloat64(seconds + row * 8, true)) * 1000000000n + BigInt(data.getFloat64(ns + row * 8, true));
    this.#lastTs = time(rows - 1);
  }

  #print(text: string): void {
    if (this.#outputSize > OUTPUT_LIMIT) return;
    this.#outputSize += text.length;
    this.#output.push(text);
    if (this.#outputSize > OUTPUT_LIMIT) this.#output.push('\n... (output cut: more than 8 MiB at once)\n');
  }

  #answer(operation: string, args: readonly LuaValue[]): LuaValue {
    const text = (i: number): string => String(args[i] ?? '');
    const number = (i: number): number => Number(args[i] ?? 0);
    const program = this.#program;
    const environment: ChiselEnvironment | undefined = program?.environment;
    switch (operation) {
      case 'print': this.#print(text(0)); return undefined;
      case 'fault': this.#fault ??= this.#vm.expired ? this.#faultOf(new LuaError('time', text(0))) : text(0).endsWith('not enough memory') ? this.#faultOf(new LuaError('memory', text(0))) : this.#script('script', text(0), text(1)); return undefined;
      case 'refused': this.#fault ??= { kind: 'script', message: text(0), line: 0, traceback: '' }; return undefined;
      case 'ended': this.#ended = true; return undefined;
      case 'program': return withDoubles(program?.source ?? '');
      case 'chunk': return chunkName(program?.name ?? '');
      case 'name': return program?.name ?? '';
      case 'module': return Object.hasOwn(program?.modules ?? {}, text(0)) ? withDoubles(program?.modules[text(0)] ?? '') : undefined;
      case 'argumentCount': return program?.args.length ?? 0;
      case 'argumentName': return program?.args[number(0) - 1]?.name;
      case 'argumentValue': return program?.args[number(0) - 1]?.value;
      case 'field': return this.#want(this.#wants.fields.length >= FIELD_LIMIT ? 'too many fields requested' : this.#checks.field(text(0)), (w) => w.fields.push(text(0)));
      case 'filter': return this.#want(this.#checks.filter(text(0)), (w) => { w.filter = text(0); });
      case 'captureFilter': return this.#want(this.#checks.filter(text(0)), (w) => { w.captureFilter = text(0); });
      case 'formatter': return this.#want(this.#checks.formatter(text(0)), (w) => { w.formatter = text(0) === 'default' ? '' : text(0); });
      case 'interval': return this.#want(undefined, (w) => { w.intervalNs = Math.max(0, number(0)); w.precise = args[1] === true; });
      case 'snaplen': return this.#want(undefined, (w) => { w.snaplen = number(0); });
      case 'outputFormat': return this.#want(OUTPUT_FORMATS.includes(text(0)) ? undefined : `invalid set_output_format value in chisel ${program?.name ?? ''}`, (w) => { if (w.outputFormat === 'normal') w.outputFormat = text(0); });
      case 'exec': return this.#want(undefined, (w) => { w.exec = { name: text(0), args: args.slice(1).map(String) }; });
      case 'execs': return this.#wants.exec !== undefined;
      case 'clock': return (this.#host.cpuMs?.() ?? this.#host.monotonicMs()) / 1000;
      case 'profiles': return this.#profile !== undefined;
      case 'profileBegin': this.#followLines(text(0)); return undefined;
      case 'profileEnd': this.#vm.followLines(undefined); return this.#profile?.end() ?? 0;
      case 'live': return environment?.live ?? false;
      case 'tty': return environment?.tty ?? false;
      case 'columns': return environment?.columns ?? -1;
      case 'rows': return environment?.rows ?? -1;
      case 'getFilter': return environment?.filter ?? '';
      case 'cpus': return this.#facts?.cpus;
      case 'memory': return this.#facts?.memoryBytes ?? 0;
      case 'maxPid': return this.#facts?.maxPid ?? 0;
      case 'hostname': return this.#facts?.hostname ?? '';
      case 'ask': this.#request = { what: text(0) as ChiselRequest['what'], filter: text(1), fds: args[2] === true, barebone: args[3] === true }; return this.#checks.filter(text(1));
      case 'app': this.#apps.push(text(0)); return undefined;
      case 'getOutputFormat': return environment?.outputFormat ?? 'normal';
      case 'source': return environment?.source ?? '';
      case 'containerData': return environment?.containerData ?? false;
      case 'firstTs': return this.#facts?.firstTs ?? '0';
      case 'lastTs': return String(this.#lastTs);
      case 'addTs': return wholeText(text(0), text(1), (a, b) => a * 1000000000n + b);
      case 'sumTs': return wholeText(text(0), text(1), (a, b) => a + b);
      case 'differenceTs': return wholeText(text(0), text(1), (a, b) => a - b);
      case 'endSeconds': return this.#end.seconds;
      case 'endNs': return this.#end.ns;
      case 'endDelta': return this.#end.delta;
      case 'log': this.#print(`[${text(1)}] ${text(0)}\n`); return undefined;
      default: return this.#inspector?.answer(operation, args);
    }
  }

  #followLines(name: string): void {
    const profile = this.#profile;
    if (profile === undefined) return;
    profile.begin(name);
    // What the driver does for a line is that line's.
    this.#vm.followLines((chunk, line, begins) => { if (chunk !== 'porthole') return profile.line(chunk, line, begins); profile.step(); return true; });
  }

  /** Changes what is wanted unless something is wrong with it; answers what. */
  #want(problem: string | undefined, change: (wants: Mutable) => void): string | undefined {
    if (problem !== undefined) return problem;
    change(this.#wants);
    this.#changed = true;
    return undefined;
  }
}

function wholeText(a: string, b: string, combine: (a: bigint, b: bigint) => bigint): string {
  try { return String(combine(BigInt(a), BigInt(b))); } catch { return '0'; }
}
