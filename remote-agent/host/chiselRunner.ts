// Runs chisels for the agent and the command line: finds them, starts the process that executes the Lua, feeds it events, kills it when it must.
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir, totalmem } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { EventContext } from '../engine/event/context.ts';
import type { MachineInfo } from '../engine/state/model.ts';
import { DEFAULT_LIMITS } from '../engine/chisel/inPlaceMachine.ts';
import { readHead, type ChiselHead } from '../engine/chisel/loader.ts';
import type { LuaLimits } from '../engine/chisel/luaVm.ts';
import type { ChiselProfile } from '../engine/chisel/profile.ts';
import { CallWatch } from '../engine/chisel/watch.ts';
import type { ChiselEnvironment, ChiselFacts, ChiselMachine, ChiselProgram, ChiselReply } from '../engine/chisel/ports.ts';
import { ChiselRun, type ChiselResult, type ChiselSource } from '../engine/chisel/run.ts';
import { decodeJson, encodeFrame, encodeJson, FRAME, FrameReader } from './chiselFrames.ts';
import { agentAsset, agentFolder, BUNDLED, chiselsInside, isSingleExecutable } from './chiselAssets.ts';
import type { ChiselCall } from './chiselProcess.ts';

/** For the process to start, on a busy machine. */
const START_MS = 30_000;
/** A tick of the kernel's accounts. */
const TICK_MS = 10;
const STDERR_LIMIT = 4096;

/** A machine in a process of its own, which runs as nobody when the agent is root. */
export class ProcessMachine implements ChiselMachine {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #reader = new FrameReader();
  readonly #limits: LuaLimits;
  readonly #waiting: ((reply: ChiselReply) => void)[] = [];
  readonly #watch = new CallWatch(every, () => cpuOf(this.pid), (allowed) => { this.#answer(fault('time', `did not return within ${allowed / 1000} s and was killed`)); this.#end('killed'); });
  #allowed = 0;
  /** The answer to the first frame: the process is there. */
  readonly #ready: Promise<ChiselReply>;
  #stderr = '';
  #ended = false;

  constructor(limits: LuaLimits = DEFAULT_LIMITS) {
    this.#limits = limits;
    const { program, args } = chiselProcess(256);
    this.#child = spawn(program, args, { cwd: '/', env: { PORTHOLE_CHISEL_PROCESS: '1' }, stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true });
    this.#child.stdout.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#child.stderr.on('data', (chunk: Buffer) => { if (this.#stderr.length < STDERR_LIMIT) this.#stderr += chunk.toString(); });
    this.#child.stdin.on('error', () => undefined);
    this.#child.on('error', (error) => this.#end(`the chisel's process could not be started: ${error.message}`));
    this.#child.on('close', (code, signal) => this.#end(`the chisel's process ended (${signal ?? `exit ${code}`})${this.#stderr === '' ? '' : `: ${this.#stderr.trim().slice(-400)}`}`));
    this.#ready = this.#ask(encodeFrame(FRAME.wasm, agentAsset('glue.wasm')), START_MS);
  }

  /** Of the process; -1 where it could not be started. */
  get pid(): number { return this.#child.pid ?? -1; }

  async load(program: ChiselProgram): Promise<ChiselReply> {
    const ready = await this.#ready;
    return ready.fault === undefined ? this.#ask(encodeJson({ call: 'load', program, limits: this.#limits } satisfies ChiselCall), this.#edge) : ready;
  }
  captureStart(facts?: ChiselFacts): Promise<ChiselReply> { return this.#ask(encodeJson({ call: 'start', ...(facts === undefined ? {} : { facts }) } satisfies ChiselCall), this.#edge); }
  batch(bytes: Uint8Array): Promise<ChiselReply> { return this.#ask(encodeFrame(FRAME.batch, bytes)); }
  answer(bytes: Uint8Array): Promise<ChiselReply> { return this.#ask(encodeFrame(FRAME.answer, bytes), this.#allowed); }
  captureEnd(seconds: number, ns: number, deltaNs: number): Promise<ChiselReply> { return this.#ask(encodeJson({ call: 'end', seconds, ns, delta: deltaNs } satisfies ChiselCall), this.#edge); }
  close(): void { this.#end('the run was ended'); }

  get #edge(): number { return this.#limits.edgeMs ?? this.#limits.callMs; }

  #ask(frame: Uint8Array, allowed = this.#limits.callMs): Promise<ChiselReply> {
    if (this.#ended) return Promise.resolve(fault('machine', 'the chisel has ended'));
    return new Promise((resolveReply) => {
      this.#allowed = allowed;
      if (this.#waiting.length === 0) this.#watch.begin(allowed);
      this.#waiting.push(resolveReply);
      this.#child.stdin.write(frame);
    });
  }

  #receive(chunk: Uint8Array): void {
    try { for (const frame of this.#reader.push(chunk)) this.#answer(decodeJson(frame) as ChiselReply); } catch (error) { this.#end(`the chisel's process sent nonsense: ${String(error)}`); }
  }

  #answer(reply: ChiselReply): void {
    const next = this.#waiting.shift();
    if (next === undefined) return;
    if (this.#waiting.length > 0) this.#watch.begin(this.#allowed); else this.#watch.end();
    next(reply);
  }

  #end(why: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#watch.close();
    while (this.#waiting.length > 0) this.#answer(fault('machine', why));
    this.#child.kill('SIGKILL');
  }
}

function every(ms: number, look: () => void): () => void { const timer = setInterval(look, ms); return () => { clearInterval(timer); }; }

function fault(kind: 'machine' | 'time', message: string): ChiselReply { return { output: '', ended: true, fault: { kind, message, line: 0, traceback: '' } }; }

/** How a process for chisels is started, with so many MiB for its JavaScript. */
export function chiselProcess(megabytes: number): { readonly program: string; readonly args: readonly string[] } {
  const script = ['chiselProcess.cjs', 'chiselProcess.ts'].map((name) => join(agentFolder(), name)).find((path) => existsSync(path));
  const single = isSingleExecutable();
  if (!single && script === undefined) throw new Error('chiselProcess.cjs is missing: build or install the agent again');
  // The file that this executable was started from may be gone: another version of the agent removes it.
  const program = single && process.platform === 'linux' ? '/proc/self/exe' : process.execPath;
  return { program, args: single ? ['chisel-process'] : [`--max-old-space-size=${megabytes}`, ...megabytes > 256 ? ['--max-semi-space-size=32'] : [], '--no-warnings', ...permissionFlags(script ?? ''), script ?? ''] };
}

/** Milliseconds of the processor that a process has had; undefined where the system does not say. */
function cpuOf(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // Behind the name, which is in parentheses: state is the first, utime and stime are the 12th and 13th (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch { return undefined; }
}

/** Node's permission model, where this Node has it: no files but the script, no processes. Under tsx its loader needs more. */
function permissionFlags(script: string): string[] {
  if (script.endsWith('.ts')) return process.execArgv;
  const flag = ['--permission', '--experimental-permission'].find((f) => process.allowedNodeEnvironmentFlags.has(f));
  return flag === undefined ? [] : [flag, `--allow-fs-read=${script}`, '--allow-worker'];
}

// ---- finding chisels

export interface FoundChisel { readonly name: string; readonly path: string; readonly source: string; readonly head: ChiselHead | undefined }

/** Folders that are searched for chisels, in order. */
export function chiselFolders(cwd = process.cwd()): string[] {
  const extra = (process.env['PORTHOLE_CHISEL_DIR'] ?? process.env['SYSDIG_CHISEL_DIR'] ?? '').split(';').filter((d) => d !== '').reverse();
  return [...extra, resolve(cwd, 'chisels'), join(homedir(), '.chisels'), bundledChiselFolder(), '/usr/share/sysdig/chisels'];
}
/** Where the chisels that come with Porthole are. */
export function bundledChiselFolder(): string { return join(agentFolder(), '..', 'chisels'); }

/** The chisel of a name or path; undefined where there is none. */
export function findChisel(name: string, cwd = process.cwd()): FoundChisel | undefined {
  for (const folder of [cwd, ...(name.startsWith('/') ? [] : chiselFolders(cwd))]) {
    const inside = folder === bundledChiselFolder() ? chiselsInside().get(name) : undefined;
    if (inside !== undefined) return { name, path: join(folder, `${name}.lua`), source: inside, head: readHead(inside) };
    for (const path of [resolve(folder, `${name}.lua`), resolve(folder, name)]) {
      try {
        if (!statSync(path).isFile()) continue;
        const source = readFileSync(path, 'utf8');
        return { name, path, source, head: readHead(source) };
      } catch { /* not here */ }
    }
  }
  return undefined;
}

/** Every chisel that can be found, by category and name; the first folder that holds a name wins. Hidden ones and libraries are left out. */
export function listChisels(cwd = process.cwd()): FoundChisel[] {
  const found = new Map<string, FoundChisel>();
  for (const folder of chiselFolders(cwd)) {
    if (folder === bundledChiselFolder()) for (const [name, source] of chiselsInside()) {
      const head = readHead(source);
      if (!found.has(name) && head !== undefined && !head.hidden) found.set(name, { name, path: join(folder, `${name}.lua`), source, head });
    }
    let names: string[];
    try { names = readdirSync(folder); } catch { continue; }
    for (const file of names.filter((n) => n.endsWith('.lua'))) {
      const name = basename(file, '.lua');
      if (found.has(name)) continue;
      try {
        const path = join(folder, file), source = readFileSync(path, 'utf8'), head = readHead(source);
        if (head !== undefined && !head.hidden) found.set(name, { name, path, source, head });
      } catch { /* not readable */ }
    }
  }
  return [...found.values()].sort((a, b) => (a.head?.category ?? '').localeCompare(b.head?.category ?? '') || a.name.localeCompare(b.name));
}

/** Lua files beside a chisel, which it may `require`; read only where it does. */
export function modulesBeside(path: string, source: string): Record<string, string> {
  const modules: Record<string, string> = {};
  if (!/\brequire\b/.test(source)) return modules;
  const folder = dirname(path);
  try {
    for (const file of readdirSync(folder)) {
      if (!file.endsWith('.lua') || file.startsWith('v_')) continue;
      const full = join(folder, file);
      if (statSync(full).size < 1 << 20) modules[basename(file, '.lua')] = readFileSync(full, 'utf8');
    }
  } catch { /* what cannot be read is not granted */ }
  return modules;
}

/** Lua files that come with Porthole for any chisel to `require`, wherever it came from; read only where it does. */
export function sharedModules(source: string): Record<string, string> {
  if (!/\brequire\b/.test(source)) return {};
  const shared = BUNDLED.filter((name) => name.startsWith('porthole_'));
  const inside = chiselsInside();
  return Object.fromEntries(shared.flatMap((name): [string, string][] => {
    const path = join(bundledChiselFolder(), `${name}.lua`), text = inside.get(name) ?? (existsSync(path) ? readFileSync(path, 'utf8') : undefined);
    return text === undefined ? [] : [[name, text]];
  }));
}

// ---- running

export interface RunChiselOptions {
  readonly name: string;
  readonly source: string;
  /** Where the source lies, for `require`; undefined where it came over the protocol. */
  readonly path?: string;
  readonly args: readonly string[];
  readonly filter: string;
  readonly live: boolean;
  readonly machine?: MachineInfo;
  /** Name of the capture, '' live. */
  readonly capture?: string;
  /** Set where the output goes straight to a terminal. */
  readonly terminal?: { readonly columns: number; readonly rows: number };
  readonly json?: boolean;
  readonly containerData?: boolean;
  readonly limits?: LuaLimits;
  /** How times and buffers print, where the command line asks for a form. */
  readonly forms?: Pick<ChiselEnvironment, 'timeForm' | 'zoneSeconds' | 'bufferForm'>;
  /** Lua files for `require`, beside those that lie where `path` says. */
  readonly modules?: Readonly<Record<string, string>>;
  progress?(): number | undefined;
  print(text: string): void;
  /** What takes the chisel's time is measured, and told some times a second. */
  onProfile?(profile: ChiselProfile): void;
  /** Given the run once it is loaded. */
  started?(run: ChiselRun): void;
}

/** What a chisel may know of where it runs. */
export function chiselEnvironment(options: RunChiselOptions): ChiselEnvironment {
  const { machine, terminal } = options;
  return {
    live: options.live, tty: terminal !== undefined, columns: terminal?.columns ?? -1, rows: terminal?.rows ?? -1, filter: options.filter,
    cpus: machine?.cpus ?? 0, memoryBytes: machine?.memoryBytes ?? totalmem(), maxPid: machine?.maxPid ?? 0, hostname: machine?.hostname ?? '',
    source: options.capture ?? '', outputFormat: options.json === true ? 'json' : 'normal', containerData: options.containerData === true, ...options.forms,
  };
}

/** What chisel.exec may name: files are found by their place only for who types it, since the agent may read more than a chisel should. */
const EXEC_NAME = /^[\w-][\w.-]*$/;

/** Loads a chisel; push events into the run, then `finish` it. */
export function startChisel(options: RunChiselOptions): Promise<ChiselRun> {
  return ChiselRun.start({
    name: options.name, source: options.source, args: options.args, environment: chiselEnvironment(options), print: options.print, ...(options.progress === undefined ? {} : { progress: () => options.progress?.() }),
    modules: { ...sharedModules(options.source), ...(options.path === undefined ? {} : modulesBeside(options.path, options.source)), ...options.modules },
    ...(options.onProfile === undefined ? {} : { onProfile: (profile: ChiselProfile) => { options.onProfile?.(profile); } }),
    machine: () => new ProcessMachine(options.limits),
    resolve: async (name): Promise<ChiselSource | undefined> => {
      if (!EXEC_NAME.test(name)) return undefined;
      const found = findChisel(name, options.path === undefined ? process.cwd() : dirname(options.path));
      return found === undefined ? undefined : { source: found.source, modules: { ...sharedModules(found.source), ...modulesBeside(found.path, found.source) } };
    },
  });
}

/** How often a live run hands over what came since. */
const LIVE_FLUSH_MS = 250;

/**
 * Runs a chisel to its end. `feed` pushes events and returns when there are no more (or `push` answered false: none are wanted); a push that
 * answers a promise asks to wait. `signal` ends the run as the end of the events does.
 */
export async function runChisel(options: RunChiselOptions, feed: (push: (ctx: EventContext) => Promise<void> | boolean) => Promise<void>, signal?: AbortSignal): Promise<ChiselResult> {
  const run = await startChisel(options);
  options.started?.(run);
  const timer = options.live ? setInterval(() => void run.flush(), LIVE_FLUSH_MS) : undefined;
  try {
    if (!run.ended && signal?.aborted !== true) await feed((ctx) => run.ended || signal?.aborted === true ? false : run.push(ctx) ?? true);
  } finally { clearInterval(timer); }
  return run.finish();
}
