// One Lua 5.4 state in WebAssembly: runs text chunks, calls one function with strings, answers its calls through one bridge, keeps limits.
import { decodeBytes, decodeToNul, encodeText } from '../base/text.ts';
import { instantiateLua, type LuaExports, type WasmHost } from './wasm.ts';

export interface LuaLimits {
  /** Bytes of the whole WebAssembly memory; Lua reports `not enough memory` beyond it. */
  readonly memoryBytes: number;
  /** Milliseconds of the processor that one call into Lua may take: a callback, or a batch of events. */
  readonly callMs: number;
  /** The same of what nobody waits for, at the beginning and at the end of a run; left out: as much as any call. */
  readonly edgeMs?: number;
}

/** What Lua passes to the host: numbers, text (bytes of it), booleans, nil. */
export type LuaValue = number | string | boolean | undefined;
/** Answers one call from Lua. Text goes back as a string; undefined is nil. */
export type LuaBridge = (operation: string, args: readonly LuaValue[]) => LuaValue;

/** An error of a script, or of a limit. `message` begins with `chunk:line:` where Lua knows it. */
export class LuaError extends Error {
  readonly kind: 'script' | 'time' | 'memory' | 'broken';
  constructor(kind: LuaError['kind'], message: string) { super(message); this.kind = kind; this.name = 'LuaError'; }
}

const LUA_TNIL = 0, LUA_TBOOLEAN = 1, LUA_TNUMBER = 3;
const LUA_OK = 0, LUA_ERRMEM = 4;
const MASK_RET = 2, MASK_LINE = 4, MASK_COUNT = 8;
/** `event` of `lua_Debug`. */
const HOOK_RET = 1, HOOK_LINE = 2;
/** Of `lua_Debug` (lua.h of 5.4, pointers of 4 bytes): bytes, and where the members are. */
const DEBUG_BYTES = 128, SOURCE = 16, CURRENT_LINE = 24, SHORT_SRC = 44, SHORT_SRC_BYTES = 60;
const MAX_LEVELS = 20;
/** Instructions between two looks at the clock. */
const HOOK_EVERY = 10_000;
const TIME_MESSAGE = 'time limit exceeded';

export class LuaVm {
  readonly #lua: LuaExports;
  readonly #host: WasmHost;
  readonly #limits: LuaLimits;
  readonly #state: number;
  readonly #bridge: LuaBridge;
  /** Room for one length that C functions write. */
  readonly #length: number;
  #hook = 0;
  #deadline = Infinity;
  /** Milliseconds that the call under way may take, and the thread's clock when it began. */
  #allowed = 0;
  #cpuAtStart: number | undefined;
  #expired = false;
  #expiredAt = '';
  #expiredTrace = '';
  #broken = false;
  /** The Lua thread that was seen running last, and room for C's `lua_Debug` with the letters of what is asked behind it. */
  #current = 0;
  #debug = 0;
  #refused: readonly string[] = [];
  #scratch = 0;
  #scratchSize = 0;
  #follow: ((chunk: string, line: number, begins: boolean) => boolean) | undefined;
  /** Names of chunks by where Lua keeps them. */
  readonly #chunks = new Map<number, string>();

  constructor(host: WasmHost, wasm: Uint8Array, limits: LuaLimits, bridge: LuaBridge) {
    this.#host = host; this.#limits = limits; this.#bridge = bridge;
    this.#lua = instantiateLua(host, wasm, limits.memoryBytes, () => { this.#noteRefusal(); });
    this.#length = this.#lua.malloc(8);
    const debug = this.#lua.malloc(DEBUG_BYTES + 4);
    new Uint8Array(this.#lua.memory.buffer).set([0x53, 0x6c, 0], debug + DEBUG_BYTES); // "Sl"
    this.#debug = debug;
    this.#state = this.#lua.luaL_newstate();
    if (this.#state === 0) throw new LuaError('memory', 'not enough memory to start Lua');
    for (const [name, open] of [['_G', 'luaopen_base'], ['table', 'luaopen_table'], ['string', 'luaopen_string'], ['math', 'luaopen_math'],
      ['coroutine', 'luaopen_coroutine'], ['os', 'luaopen_os'], ['debug', 'luaopen_debug'], ['utf8', 'luaopen_utf8']] as const) this.#openLibrary(name, open);
    this.#lua.lua_pushcclosure(this.#state, this.#addFunction((state) => this.#answer(state), 1, true), 0);
    this.#withText('__host', (at) => this.#lua.lua_setglobal(this.#state, at));
    this.#hook = this.#addFunction((state, debug) => { this.#onHook(state, debug); return 0; }, 2, false);
    this.#lua.lua_sethook(this.#state, this.#hook, MASK_COUNT, HOOK_EVERY);
  }

  /** Bytes of memory that the state takes now. */
  get memoryBytes(): number { return this.#lua.memory.buffer.byteLength; }

  /** Runs a trusted chunk of text; its first result stays on the stack as the function that `call` calls. */
  boot(text: string, name: string): void {
    this.#load(text, name);
    this.#pcall(0, 1);
  }

  /** Calls what `boot` left: `operation` and one string of bytes, within `allowedMs`. Results come through the bridge. */
  call(operation: string, argument: string | Uint8Array = '', allowedMs = this.#limits.callMs): void {
    if (this.#broken) throw new LuaError('broken', 'the Lua state cannot be used any more');
    this.#lua.lua_pushvalue(this.#state, 1);
    this.#push(operation);
    this.#push(argument);
    this.#pcall(2, 0, allowedMs);
  }

  close(): void { this.#broken = true; }

  #openLibrary(name: string, open: string): void {
    const fn = (this.#lua as unknown as Record<string, (state: number) => number>)[open];
    if (fn === undefined) throw new Error(`this build of Lua has no ${open}`);
    const index = this.#addTableEntry(fn);
    this.#withText(name, (at) => this.#lua.luaL_requiref(this.#state, at, index, 1));
    this.#lua.lua_settop(this.#state, -2);
  }

  #load(text: string, name: string): void {
    const bytes = encodeText(text);
    const at = this.#copy(bytes);
    let status = 0;
    this.#withText(`@${name}`, (nameAt) => this.#withText('t', (mode) => { status = this.#lua.luaL_loadbufferx(this.#state, at, bytes.length, nameAt, mode); }));
    if (status !== LUA_OK) throw new LuaError('script', this.#popText());
  }

  #pcall(args: number, results: number, allowedMs = this.#limits.edgeMs ?? this.#limits.callMs): void {
    this.#expired = false;
    this.#allowed = allowedMs;
    this.#deadline = this.#host.monotonicMs() + allowedMs;
    this.#cpuAtStart = undefined;
    let status: number;
    try { status = this.#lua.lua_pcallk(this.#state, args, results, 0, 0, 0); } catch (error) {
      this.#broken = true;
      throw new LuaError('broken', `Lua failed: ${error instanceof Error ? error.message : String(error)}`);
    } finally { this.#deadline = Infinity; }
    if (this.#expired) this.#lua.lua_sethook(this.#state, this.#hook, MASK_COUNT, HOOK_EVERY);
    if (status === LUA_OK) return;
    const message = this.#popText();
    throw new LuaError(this.#expired ? 'time' : status === LUA_ERRMEM || message.endsWith('not enough memory') ? 'memory' : 'script', message);
  }

  /** Where the last call was, `chunk:line:`, when it ran out of time; ''. */
  get expiredAt(): string { return this.#expiredAt; }
  get expiredTrace(): string { return this.#expiredTrace; }
  /** The call that is under way ran out of time. */
  get expired(): boolean { return this.#expired; }
  /** Milliseconds that the last call was allowed. */
  get allowedMs(): number { return this.#allowed; }
  /** The same of where memory was refused last. */
  get refusedAt(): string { return this.#refused[0] ?? ''; }
  get refusedTrace(): string { return this.#refused.length === 0 ? '' : ['stack traceback:', ...this.#refused.map((at) => `\t${at}`)].join('\n'); }

  /** Where Lua is, read without a byte of memory, as there is none. */
  #noteRefusal(): void {
    if (this.#current === 0 || this.#debug === 0) return;
    this.#refused = [];
    const lines: string[] = [];
    for (let level = 0; level < MAX_LEVELS && this.#lua.lua_getstack(this.#current, level, this.#debug) !== 0; level++) {
      if (this.#lua.lua_getinfo(this.#current, this.#debug + DEBUG_BYTES, this.#debug) === 0) break;
      const memory = this.#lua.memory.buffer, line = new Int32Array(memory, this.#debug + CURRENT_LINE, 1)[0] ?? -1;
      if (line > 0) lines.push(`${decodeToNul(new Uint8Array(memory), this.#debug + SHORT_SRC, this.#debug + SHORT_SRC + SHORT_SRC_BYTES)}:${line}: `);
    }
    this.#refused = lines.filter((at) => !at.startsWith('porthole:'));
  }

  /**
   * Whether the call has had its time. Where the thread's own clock can be read, that one counts: a busy machine is not the chisel's fault. It is read only
   * from the first hook of a call on, and again when the time on the wall has passed.
   */
  #timeIsUp(): boolean {
    const now = this.#host.monotonicMs();
    if (this.#cpuAtStart === undefined) this.#cpuAtStart = this.#host.cpuMs?.() ?? NaN;
    if (now < this.#deadline) return false;
    const used = (this.#host.cpuMs?.() ?? NaN) - this.#cpuAtStart;
    if (Number.isNaN(used) || used >= this.#allowed) return true;
    this.#deadline = now + (this.#allowed - used);
    return false;
  }

  /**
   * Tells of each line that begins or goes on in the Lua thread that has just called its host, until it answers false or this is called with nothing: `chunk` as messages name it.
   * Costs nothing while nobody listens.
   */
  followLines(follow: ((chunk: string, line: number, begins: boolean) => boolean) | undefined): void {
    this.#follow = follow;
    if (this.#current !== 0) this.#lua.lua_sethook(this.#current, this.#hook, follow === undefined ? MASK_COUNT : MASK_COUNT | MASK_LINE | MASK_RET, HOOK_EVERY);
  }

  #onLine(state: number, debug: number, event: number): void {
    const follow = this.#follow;
    // A coroutine that was made while somebody listened.
    if (follow === undefined) { this.followLines(undefined); return; }
    if (event === HOOK_RET && this.#lua.lua_getstack(state, 1, this.#debug) === 0) return;
    // Of a return: where it goes on.
    const at = event === HOOK_RET ? this.#debug : debug;
    if (this.#lua.lua_getinfo(state, this.#debug + DEBUG_BYTES, at) === 0) return;
    const words = new Int32Array(this.#lua.memory.buffer, at, CURRENT_LINE / 4 + 1), line = words[CURRENT_LINE / 4] ?? -1, source = words[SOURCE / 4] ?? 0;
    if (line <= 0) return;
    let chunk = this.#chunks.get(source);
    if (chunk === undefined) this.#chunks.set(source, chunk = decodeToNul(new Uint8Array(this.#lua.memory.buffer), at + SHORT_SRC, at + SHORT_SRC + SHORT_SRC_BYTES));
    if (!follow(chunk, line, event === HOOK_LINE)) this.followLines(undefined);
  }

  #onHook(state: number, debug: number): void {
    this.#current = state;
    const event = new Int32Array(this.#lua.memory.buffer, debug, 1)[0] ?? 0;
    if (event === HOOK_LINE || event === HOOK_RET) { this.#onLine(state, debug, event); return; }
    if (!this.#expired && !this.#timeIsUp()) return;
    if (!this.#expired) this.#noteExpiry(state);
    this.#expired = true;
    // From now on every instruction raises, so that a script that catches the error in a loop ends all the same.
    this.#lua.lua_sethook(state, this.#hook, MASK_COUNT, 1);
    if (state !== this.#state) this.#lua.lua_sethook(this.#state, this.#hook, MASK_COUNT, 1);
    this.#lua.luaL_where(state, 0);
    this.#push(`${TIME_MESSAGE} (${this.#allowed} ms)`, state);
    this.#lua.lua_concat(state, 2);
    this.#lua.lua_error(state);
  }

  #noteExpiry(state: number): void {
    this.#lua.luaL_where(state, 0);
    this.#expiredAt = String(this.#read(state, -1) ?? '');
    this.#lua.luaL_traceback(state, state, 0, 0);
    this.#expiredTrace = String(this.#read(state, -1) ?? '');
    this.#lua.lua_settop(state, -3);
  }

  #answer(state: number): number {
    this.#current = state;
    const count = this.#lua.lua_gettop(state);
    const args: LuaValue[] = [];
    for (let i = 2; i <= count; i++) args.push(this.#read(state, i));
    const result = this.#bridge(String(this.#read(state, 1)), args);
    if (result === undefined) this.#lua.lua_pushnil(state);
    else if (typeof result === 'number') this.#lua.lua_pushnumber(state, result);
    else if (typeof result === 'boolean') this.#lua.lua_pushboolean(state, result ? 1 : 0);
    else this.#push(result, state);
    return 1;
  }

  #read(state: number, index: number): LuaValue {
    const type = this.#lua.lua_type(state, index);
    if (type === LUA_TNIL) return undefined;
    if (type === LUA_TBOOLEAN) return this.#lua.lua_toboolean(state, index) !== 0;
    if (type === LUA_TNUMBER) return this.#lua.lua_tonumberx(state, index, 0);
    const at = this.#lua.lua_tolstring(state, index, this.#length);
    if (at === 0) return undefined;
    const length = new Uint32Array(this.#lua.memory.buffer, this.#length, 1)[0] ?? 0;
    return decodeBytes(new Uint8Array(this.#lua.memory.buffer), at, at + length);
  }

  #popText(): string {
    const value = this.#read(this.#state, -1);
    this.#lua.lua_settop(this.#state, -2);
    return value === undefined ? 'error without a message' : String(value);
  }

  #push(value: string | Uint8Array, state = this.#state): void {
    const bytes = typeof value === 'string' ? encodeText(value) : value;
    this.#lua.lua_pushlstring(state, this.#copy(bytes), bytes.length);
  }

  /** Copies bytes into the module's memory; valid until the next copy. */
  #copy(bytes: Uint8Array): number {
    if (bytes.length > this.#scratchSize) {
      this.#lua.free(this.#scratch);
      this.#scratch = this.#lua.malloc(bytes.length * 2 + 64);
      this.#scratchSize = this.#scratch === 0 ? 0 : bytes.length * 2 + 64;
      if (this.#scratch === 0) throw new LuaError('memory', 'not enough memory');
    }
    new Uint8Array(this.#lua.memory.buffer).set(bytes, this.#scratch);
    return this.#scratch;
  }

  #withText(text: string, use: (at: number) => void): void {
    const bytes = encodeText(`${text}\0`);
    const at = this.#lua.malloc(bytes.length);
    new Uint8Array(this.#lua.memory.buffer).set(bytes, at);
    try { use(at); } finally { this.#lua.free(at); }
  }

  #addTableEntry(fn: unknown): number {
    const table = this.#lua.__indirect_function_table;
    const index = table.grow(1);
    table.set(index, fn);
    return index;
  }

  /** Makes a JavaScript function of `params` ints callable from C: WebAssembly tables hold WebAssembly functions, so a module of one import wraps it. */
  #addFunction(fn: (state: number, debug: number) => number, params: 1 | 2, result: boolean): number {
    const type = [0x60, params, ...new Array<number>(params).fill(0x7f), ...(result ? [1, 0x7f] : [0])];
    const bytes = Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, type.length + 1, 1, ...type, 2, 7, 1, 1, 0x65, 1, 0x66, 0, 0, 7, 5, 1, 1, 0x66, 0, 0]);
    return this.#addTableEntry(this.#host.instantiate(bytes, { e: { f: fn } })['f']);
  }
}
