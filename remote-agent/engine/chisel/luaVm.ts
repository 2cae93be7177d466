// One Lua 5.4 state in WebAssembly: runs text chunks, calls one function with strings, answers its calls through one bridge, keeps limits.
import { instantiateLua, type LuaExports, type WasmHost } from './wasm.ts';

export interface LuaLimits {
  /** Bytes of the whole WebAssembly memory; Lua reports `not enough memory` beyond it. */
  readonly memoryBytes: number;
  /** Milliseconds that one call into Lua may take. */
  readonly callMs: number;
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
const MASK_COUNT = 8;
/** Instructions between two looks at the clock. */
const HOOK_EVERY = 100_000;
const TIME_MESSAGE = 'time limit exceeded';
const decoder = new TextDecoder();
const encoder = new TextEncoder();

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
  #expired = false;
  #expiredAt = '';
  #expiredTrace = '';
  #broken = false;
  #scratch = 0;
  #scratchSize = 0;

  constructor(host: WasmHost, wasm: Uint8Array, limits: LuaLimits, bridge: LuaBridge) {
    this.#host = host; this.#limits = limits; this.#bridge = bridge;
    this.#lua = instantiateLua(host, wasm, limits.memoryBytes);
    this.#length = this.#lua.malloc(8);
    this.#state = this.#lua.luaL_newstate();
    if (this.#state === 0) throw new LuaError('memory', 'not enough memory to start Lua');
    for (const [name, open] of [['_G', 'luaopen_base'], ['table', 'luaopen_table'], ['string', 'luaopen_string'], ['math', 'luaopen_math'],
      ['coroutine', 'luaopen_coroutine'], ['os', 'luaopen_os'], ['debug', 'luaopen_debug'], ['utf8', 'luaopen_utf8']] as const) this.#openLibrary(name, open);
    this.#lua.lua_pushcclosure(this.#state, this.#addFunction((state) => this.#answer(state), 1, true), 0);
    this.#withText('__host', (at) => this.#lua.lua_setglobal(this.#state, at));
    this.#hook = this.#addFunction((state) => { this.#onHook(state); return 0; }, 2, false);
    this.#lua.lua_sethook(this.#state, this.#hook, MASK_COUNT, HOOK_EVERY);
  }

  /** Bytes of memory that the state takes now. */
  get memoryBytes(): number { return this.#lua.memory.buffer.byteLength; }

  /** Runs a trusted chunk of text; its first result stays on the stack as the function that `call` calls. */
  boot(text: string, name: string): void {
    this.#load(text, name);
    this.#pcall(0, 1);
  }

  /** Calls what `boot` left: `operation` and one string of bytes. Results come through the bridge. */
  call(operation: string, argument: string | Uint8Array = ''): void {
    if (this.#broken) throw new LuaError('broken', 'the Lua state cannot be used any more');
    this.#lua.lua_pushvalue(this.#state, 1);
    this.#push(operation);
    this.#push(argument);
    this.#pcall(2, 0);
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
    const bytes = encoder.encode(text);
    const at = this.#copy(bytes);
    let status = 0;
    this.#withText(`@${name}`, (nameAt) => this.#withText('t', (mode) => { status = this.#lua.luaL_loadbufferx(this.#state, at, bytes.length, nameAt, mode); }));
    if (status !== LUA_OK) throw new LuaError('script', this.#popText());
  }

  #pcall(args: number, results: number): void {
    this.#expired = false;
    this.#deadline = this.#host.monotonicMs() + this.#limits.callMs;
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

  #onHook(state: number): void {
    if (!this.#expired && this.#host.monotonicMs() < this.#deadline) return;
    if (!this.#expired) this.#noteExpiry(state);
    this.#expired = true;
    // From now on every instruction raises, so that a script that catches the error in a loop ends all the same.
    this.#lua.lua_sethook(state, this.#hook, MASK_COUNT, 1);
    if (state !== this.#state) this.#lua.lua_sethook(this.#state, this.#hook, MASK_COUNT, 1);
    this.#lua.luaL_where(state, 0);
    this.#push(`${TIME_MESSAGE} (${this.#limits.callMs} ms)`, state);
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
    return decoder.decode(new Uint8Array(this.#lua.memory.buffer, at, length));
  }

  #popText(): string {
    const value = this.#read(this.#state, -1);
    this.#lua.lua_settop(this.#state, -2);
    return value === undefined ? 'error without a message' : String(value);
  }

  #push(value: string | Uint8Array, state = this.#state): void {
    const bytes = typeof value === 'string' ? encoder.encode(value) : value;
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
    const bytes = encoder.encode(`${text}\0`);
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
  #addFunction(fn: (state: number) => number, params: 1 | 2, result: boolean): number {
    const type = [0x60, params, ...new Array<number>(params).fill(0x7f), ...(result ? [1, 0x7f] : [0])];
    const bytes = Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, type.length + 1, 1, ...type, 2, 7, 1, 1, 0x65, 1, 0x66, 0, 0, 7, 5, 1, 1, 0x66, 0, 0]);
    return this.#addTableEntry(this.#host.instantiate(bytes, { e: { f: fn } })['f']);
  }
}
