// Imports that Lua's WebAssembly binary (wasmoon's glue.wasm) asks for: memory growth within a limit, time, and nothing of the outside world.

/** What makes an instance out of bytes: given by the host, since WebAssembly is not part of ECMAScript. */
export interface WasmHost {
  instantiate(bytes: Uint8Array, imports: Record<string, Record<string, (...args: never[]) => unknown>>): Record<string, unknown>;
  /** Milliseconds that only grow; for time limits. */
  monotonicMs(): number;
  /** Milliseconds that this thread, or its process, has had of the processor; left out, or undefined: not known. */
  cpuMs?(): number | undefined;
  /** Milliseconds since the epoch; for os.time. */
  nowMs(): number;
}

export interface WasmTable { readonly length: number; get(index: number): ((...args: number[]) => number) | null; set(index: number, value: unknown): void; grow(by: number): number }
export interface WasmMemory { readonly buffer: ArrayBuffer; grow(pages: number): number }

/** The part of the C API that is used here. Pointers and states are numbers. */
export interface LuaExports {
  readonly memory: WasmMemory;
  readonly __indirect_function_table: WasmTable;
  __wasm_call_ctors(): void;
  emscripten_stack_init(): void;
  stackSave(): number;
  stackRestore(at: number): void;
  setThrew(threw: number, value: number): void;
  malloc(size: number): number;
  free(at: number): void;
  luaL_newstate(): number;
  lua_close(state: number): void;
  luaL_requiref(state: number, name: number, open: number, global: number): void;
  luaL_loadbufferx(state: number, text: number, length: number, name: number, mode: number): number;
  luaL_traceback(state: number, of: number, message: number, level: number): void;
  lua_getstack(state: number, level: number, debug: number): number;
  lua_getinfo(state: number, what: number, debug: number): number;
  luaL_where(state: number, level: number): void;
  lua_pcallk(state: number, args: number, results: number, handler: number, context: number, continuation: number): number;
  lua_pushlstring(state: number, text: number, length: number): number;
  lua_pushnumber(state: number, value: number): void;
  lua_pushboolean(state: number, value: number): void;
  lua_pushnil(state: number): void;
  lua_pushvalue(state: number, index: number): void;
  lua_pushcclosure(state: number, fn: number, upvalues: number): void;
  lua_setglobal(state: number, name: number): void;
  lua_settop(state: number, index: number): void;
  lua_gettop(state: number): number;
  lua_type(state: number, index: number): number;
  lua_tolstring(state: number, index: number, length: number): number;
  lua_tonumberx(state: number, index: number, ok: number): number;
  lua_toboolean(state: number, index: number): number;
  lua_concat(state: number, count: number): void;
  lua_error(state: number): number;
  lua_sethook(state: number, fn: number, mask: number, count: number): void;
  luaopen_base(state: number): number;
}

const PAGE = 65536;
const EBADF = 8;
const EPERM = 63;

/** Instantiates the binary with a memory that never grows beyond `memoryBytes`; `refused` is told where it would have to. */
export function instantiateLua(host: WasmHost, bytes: Uint8Array, memoryBytes: number, refused: () => void = () => undefined): LuaExports {
  const box: { lua?: LuaExports } = {};
  const lua = (): LuaExports => { if (box.lua === undefined) throw new Error('Lua is not ready'); return box.lua; };
  const words = (): Int32Array => new Int32Array(lua().memory.buffer);
  const denied = (): number => -EPERM;
  const noFile = (): number => EBADF;
  /** Fills C's `struct tm` (nine ints, offset, zone). */
  const writeTm = (at: number, date: Date, utc: boolean): void => {
    const i = at >> 2;
    const year = utc ? date.getUTCFullYear() : date.getFullYear();
    const month = utc ? date.getUTCMonth() : date.getMonth();
    const day = utc ? date.getUTCDate() : date.getDate();
    const yday = Math.floor((Date.UTC(year, month, day) - Date.UTC(year, 0, 1)) / 86400000);
    words().set([utc ? date.getUTCSeconds() : date.getSeconds(), utc ? date.getUTCMinutes() : date.getMinutes(), utc ? date.getUTCHours() : date.getHours(),
      day, month, year - 1900, utc ? date.getUTCDay() : date.getDay(), yday, 0, utc ? 0 : -date.getTimezoneOffset() * 60, 0], i);
  };
  const env = {
    abort: (): never => { throw new Error('Lua stopped: abort'); },
    exit: (): never => { throw new Error('Lua stopped: exit'); },
    /** A protected C call: errors of Lua arrive as a thrown number (longjmp). */
    invoke_vii: (fn: number, a: number, b: number): void => {
      const saved = lua().stackSave();
      try { lua().__indirect_function_table.get(fn)?.(a, b); } catch (error) {
        if (typeof error !== 'number') throw error;
        lua().stackRestore(saved);
        lua().setThrew(1, 0);
      }
    },
    _emscripten_throw_longjmp: (): never => { throw Infinity; },
    emscripten_resize_heap: (wanted: number): number => {
      const size = wanted >>> 0, memory = lua().memory, now = memory.buffer.byteLength;
      if (size > memoryBytes) { refused(); return 0; }
      const target = Math.min(memoryBytes, Math.max(size, Math.floor(now * 1.5)));
      try { memory.grow(Math.ceil((target - now) / PAGE)); return 1; } catch { return 0; }
    },
    emscripten_date_now: (): number => host.nowMs(),
    _emscripten_get_now_is_monotonic: (): number => 1,
    _localtime_js: (seconds: bigint, at: number): void => writeTm(at, new Date(Number(seconds) * 1000), false),
    _gmtime_js: (seconds: bigint, at: number): void => writeTm(at, new Date(Number(seconds) * 1000), true),
    _mktime_js: (at: number): bigint => {
      const w = words(), i = at >> 2, n = (k: number): number => w[i + k] ?? 0;
      const date = new Date(n(5) + 1900, n(4), n(3), n(2), n(1), n(0));
      writeTm(at, date, false);
      return BigInt(Math.floor(date.getTime() / 1000));
    },
    strftime: (to: number, room: number, format: number, tm: number): number => {
      const heap = new Uint8Array(lua().memory.buffer), w = words(), i = tm >> 2;
      let end = format;
      while (heap[end] !== 0) end++;
      const text = new TextEncoder().encode(formatTime(new TextDecoder().decode(heap.slice(format, end)), (k) => w[i + k] ?? 0));
      if (text.length + 1 > room) return 0;
      heap.set(text, to);
      heap[to + text.length] = 0;
      return text.length;
    },
    _tzset_js: (): void => undefined,
    system: denied, __syscall_openat: denied, __syscall_fcntl64: denied, __syscall_ioctl: denied, __syscall_dup3: denied,
    __syscall_unlinkat: denied, __syscall_rmdir: denied, __syscall_renameat: denied, __syscall_readlinkat: denied,
  };
  const wasi = {
    fd_write: noFile, fd_read: noFile, fd_close: noFile, fd_seek: noFile,
    environ_sizes_get: (count: number, size: number): number => { words().set([0], count >> 2); words().set([0], size >> 2); return 0; },
    environ_get: (): number => 0,
  };
  const made = host.instantiate(bytes, { env, wasi_snapshot_preview1: wasi }) as unknown as LuaExports;
  box.lua = made;
  made.emscripten_stack_init();
  made.__wasm_call_ctors();
  printNumbersAsLua51(made);
  return made;
}

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];

/** C's strftime in the C locale; `tm` gives the members of `struct tm` by their place. */
export function formatTime(format: string, tm: (member: number) => number): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const hour12 = (tm(2) + 11) % 12 + 1;
  const year = tm(5) + 1900;
  const one = (letter: string): string => {
    switch (letter) {
      case 'Y': return String(year);
      case 'y': return two(year % 100);
      case 'm': return two(tm(4) + 1);
      case 'd': return two(tm(3));
      case 'H': return two(tm(2));
      case 'I': return two(hour12);
      case 'M': return two(tm(1));
      case 'S': return two(tm(0));
      case 'p': return tm(2) < 12 ? 'AM' : 'PM';
      case 'A': return DAYS[tm(6)] ?? '';
      case 'a': return (DAYS[tm(6)] ?? '').slice(0, 3);
      case 'B': return MONTHS[tm(4)] ?? '';
      case 'b': case 'h': return (MONTHS[tm(4)] ?? '').slice(0, 3);
      case 'j': return String(tm(7) + 1).padStart(3, '0');
      case 'w': return String(tm(6));
      case 'c': return `${one('a')} ${one('b')} ${String(tm(3)).padStart(2, ' ')} ${one('X')} ${year}`;
      case 'x': case 'D': return `${one('m')}/${one('d')}/${one('y')}`;
      case 'X': case 'T': return `${one('H')}:${one('M')}:${one('S')}`;
      case 'R': return `${one('H')}:${one('M')}`;
      case 'F': return `${year}-${one('m')}-${one('d')}`;
      case 'Z': return '';
      case 'n': return '\n';
      case 't': return '\t';
      case '%': return '%';
      default: return `%${letter}`;
    }
  };
  return format.replace(/%(.)/gs, (_, letter: string) => one(letter));
}

/**
 * Chisels are written for Lua 5.1, where 10/2 prints `5`; 5.4 prints `5.0`. It adds the `.0` where the number's text has no other
 * characters than `-0123456789`; with that set emptied, numbers print as of old, also when joined with `..`.
 */
function printNumbersAsLua51(lua: LuaExports): void {
  const heap = new Uint8Array(lua.memory.buffer);
  const set = new TextEncoder().encode('\0-0123456789\0');
  for (let at = heap.indexOf(set[1] ?? 0); at > 0; at = heap.indexOf(set[1] ?? 0, at + 1)) {
    if (set.every((byte, i) => heap[at - 1 + i] === byte)) { heap[at] = 0; return; }
  }
}
