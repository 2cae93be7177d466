// What compiled Lua does its work with: operators, tables, calls, errors that say where they happened, and the limits.
import { numeric, shortened, type Part } from './format.ts';
import { ExitError, first, Handle, isFunction, LimitError, LuaTable, many, NONE, numberText, ScriptError, TableWalk, toNumber, toText, typeName, type LuaFunction, type Value, type Values } from './values.ts';

/** A place in Lua's text, innermost first in a list. */
export interface Place { readonly chunk: string; readonly line: number; readonly name: string }

export interface RuntimeHost {
  /** Milliseconds of the processor, for limits. */
  cpuMs(): number;
  /** Bytes that the values take now; undefined: not known. */
  memoryBytes?(): number;
}

/** Name under which V8 tells of compiled code. */
const SOURCE = 'porthole-chisel';
const FRAME = new RegExp(`at (?:(?:new |async )?(?:\\w+\\.)*(\\w+) )?.*${SOURCE}:(\\d+):\\d+`);
/** Loops and calls between two looks at the limits; looks at memory come less often. */
const BUDGET = 5000, MEMORY_EVERY = 8;
/** Longest text; V8's own is not much longer. */
const MAX_TEXT = 1 << 28;
const META = { index: '__index', newindex: '__newindex', call: '__call', eq: '__eq', lt: '__lt', le: '__le', concat: '__concat', len: '__len', unm: '__unm' } as const;

interface ErrorMaker { stackTraceLimit?: number; new (text: string): Error }

/** Walks `ipairs`. */
class ListWalk {
  key: Value = 0;
  value: Value;
  readonly all: readonly Value[] = NONE;
  readonly #table: LuaTable;
  #at = 0;
  constructor(table: LuaTable) { this.#table = table; }
  step(): boolean {
    this.key = ++this.#at;
    this.value = this.#table.get(this.#at);
    return this.value !== undefined;
  }
}
/** Any other `for`. */
class CallWalk {
  key: Value;
  value: Value;
  all: readonly Value[] = NONE;
  readonly #step: LuaFunction;
  readonly #state: Value;
  constructor(step: LuaFunction, state: Value, key: Value) { this.#step = step; this.#state = state; this.key = key; }
  step(): boolean {
    const got = this.#step(this.#state, this.key);
    if (got instanceof Array) { this.all = got as readonly Value[]; this.key = this.all[0]; this.value = this.all[1]; } else { this.key = got as Value; this.value = undefined; }
    return this.key !== undefined;
  }
}
type Walk = TableWalk | ListWalk | CallWalk;

/** Helpers of one program. The names with `$` are those that `compile.ts` uses. */
export class Runtime {
  sites: readonly string[] = [];
  chunks: readonly { readonly name: string; readonly line: number }[] = [];
  readonly loaded = new Map<string, Value>();
  /** Bodies of the files that may be required. */
  files: Readonly<Record<string, LuaFunction>> = {};
  stringLibrary: LuaTable = new LuaTable();
  /** Counts callbacks: each has its own time. */
  callback = 0;
  allowedMs = Infinity;
  memoryLimit = Infinity;
  readonly #host: RuntimeHost;
  #seen = -1;
  #deadline = Infinity;
  #looks = 0;
  readonly next: LuaFunction = (table, key) => table instanceof LuaTable ? table.after(key) : this.expected(1, 'next', 'table', table);
  readonly listStep: LuaFunction = (table, at) => {
    const key = Number(at) + 1, value = table instanceof LuaTable ? table.get(key) : undefined;
    return value === undefined ? undefined : [key, value];
  };

  constructor(host: RuntimeHost) { this.#host = host; }

  /** Makes the functions of a compiled text. */
  build(text: string, lib: Readonly<Record<string, Value>>): Readonly<Record<string, unknown>> {
    const make = new Function('$r', '$lib', `${text}\n//# sourceURL=${SOURCE}`) as (r: unknown, lib: unknown) => Readonly<Record<string, unknown>>;
    return make(this.helpers(), lib);
  }

  // ---- errors

  /** Where an error was raised, by its stack. */
  places(error: Error): Place[] {
    const found: Place[] = [];
    for (const text of (error.stack ?? '').split('\n')) {
      const m = FRAME.exec(text);
      if (m === null) continue;
      // The body of a function's text stands behind two lines of its head.
      const line = Number(m[2]) - HEAD_LINES;
      let chunk = this.chunks[0];
      for (const one of this.chunks) if (one.line <= line) chunk = one;
      if (chunk !== undefined) found.push({ chunk: chunk.name, line: line - chunk.line + 1, name: (m[1] ?? '').replace(/^F_/, '') });
    }
    return found;
  }
  /** `chunk:line: ` of the level-th function of Lua's on the stack, 1 the innermost; ''. */
  where(error: Error, level = 1): string {
    const place = this.places(error)[level - 1];
    return place === undefined ? '' : `${place.chunk}:${place.line}: `;
  }
  here(level = 1): string { return this.where(deepError(''), level); }
  traceback(error: Error): string {
    const lines = this.places(error).map(({ chunk, line, name }) => `\t${chunk}:${line}: in ${name === 'main' ? 'main chunk' : name === 'anonymous' || name === '' ? `function <${chunk}>` : `function '${name}'`}`);
    return lines.length === 0 ? '' : `stack traceback:\n${lines.join('\n')}`;
  }
  /** What a script that catches an error gets. Limits and the end of the run are not caught. */
  caught(error: unknown): Value {
    if (error instanceof ScriptError) return error.bare ? this.where(error) + String(error.value) : error.value;
    const plain = this.scriptError(error);
    if (plain === undefined) throw error;
    return this.where(error as Error) + plain;
  }
  /** What V8 raises in place of Lua; undefined: that is no error of a script's. */
  scriptError(error: unknown): string | undefined {
    if (!(error instanceof RangeError)) return undefined;
    if (error.message.includes('call stack')) return 'stack overflow';
    throw new LimitError('memory');
  }
  fail(message: string): never { throw new ScriptError(message); }
  expected(argument: number, name: string, wanted: string, got: Value): never { return this.fail(`bad argument #${argument} to '${name}' (${wanted} expected, got ${got === undefined ? 'no value' : typeName(got)})`); }
  #about(site: number): string { const what = this.sites[site]; return what === undefined ? '' : ` (${what})`; }

  // ---- limits

  /** Looks whether a callback has had its time, or the values too much memory; answers after how many loops and calls to look again. */
  readonly tick = (): number => {
    // Most callbacks are over before the clock is looked at for the first time.
    if (this.#seen !== this.callback) { this.#seen = this.callback; this.#deadline = -1; return BUDGET; }
    const now = this.#host.cpuMs();
    if (this.#deadline < 0) this.#deadline = now + this.allowedMs;
    else if (now > this.#deadline) throw deepLimit('time');
    if (++this.#looks % MEMORY_EVERY === 0 && (this.#host.memoryBytes?.() ?? 0) > this.memoryLimit) throw deepLimit('memory');
    return BUDGET;
  };
  /** The limits, where a text gets so long. */
  checkLength(length: number): void { if (length > MAX_TEXT) throw deepLimit('memory'); }

  // ---- values

  metaOf(value: Value, name: string): Value { return value instanceof LuaTable ? value.meta?.text(name) : undefined; }
  index(table: Value, key: Value, site = -1): Value {
    for (let depth = 0; depth < 100; depth++) {
      if (table instanceof LuaTable) {
        const value = table.get(key);
        if (value !== undefined || table.meta === undefined) return value;
        const handler = table.meta.text(META.index);
        if (handler === undefined) return undefined;
        if (isFunction(handler)) return first(handler(table, key));
        table = handler;
        continue;
      }
      if (typeof table === 'string') return this.stringLibrary.get(key);
      return this.fail(`attempt to index a ${typeName(table)} value${this.#about(site)}`);
    }
    return this.fail("'__index' chain too long; possibly a loop");
  }
  store(table: Value, key: Value, value: Value, site = -1): void {
    for (let depth = 0; depth < 100; depth++) {
      if (!(table instanceof LuaTable)) this.fail(`attempt to index a ${typeName(table)} value${this.#about(site)}`);
      const handler = table.meta === undefined || table.get(key) !== undefined ? undefined : table.meta.text(META.newindex);
      if (handler === undefined) {
        if (key === undefined) this.fail('index is nil');
        if (key !== key) this.fail('index is NaN');
        table.set(key, value);
        return;
      }
      if (isFunction(handler)) { handler(table, key, value); return; }
      table = handler;
    }
    this.fail("'__newindex' chain too long; possibly a loop");
  }
  /** What can be called in place of a value that is no function. */
  callable(value: Value, site = -1): LuaFunction {
    if (isFunction(value)) return value;
    const handler = this.metaOf(value, META.call);
    if (isFunction(handler)) return (...args) => handler(value, ...args);
    return this.fail(`attempt to call a ${typeName(value)} value${this.#about(site)}`);
  }
  arithmetic(event: string, a: Value, b: Value, siteA: number, siteB: number, work: (x: number, y: number) => number): Value {
    const x = toNumber(a), y = toNumber(b);
    if (x !== undefined && y !== undefined) return work(x, y);
    const handler = this.metaOf(a, event) ?? this.metaOf(b, event);
    if (isFunction(handler)) return first(handler(a, b));
    const wrong = x === undefined ? a : b;
    return this.fail(`attempt to perform arithmetic on a ${typeName(wrong)} value${this.#about(x === undefined ? siteA : siteB)}`);
  }
  concat(a: Value, b: Value, siteA: number, siteB: number): Value {
    const x = toText(a), y = toText(b);
    if (x !== undefined && y !== undefined) { this.checkLength(x.length + y.length); return x + y; }
    const handler = this.metaOf(a, META.concat) ?? this.metaOf(b, META.concat);
    if (isFunction(handler)) return first(handler(a, b));
    return this.fail(`attempt to concatenate a ${typeName(x === undefined ? a : b)} value${this.#about(x === undefined ? siteA : siteB)}`);
  }
  less(a: Value, b: Value, orEqual: boolean): boolean {
    if (typeof a === 'number' && typeof b === 'number') return orEqual ? a <= b : a < b;
    if (typeof a === 'string' && typeof b === 'string') return orEqual ? a <= b : a < b;
    const name = orEqual ? META.le : META.lt, handler = this.metaOf(a, name) ?? this.metaOf(b, name);
    if (isFunction(handler)) { const answer = first(handler(a, b)); return answer !== undefined && answer !== false; }
    if (orEqual && (this.metaOf(a, META.lt) ?? this.metaOf(b, META.lt)) !== undefined) return !this.less(b, a, false);
    const [one, other] = [typeName(a), typeName(b)];
    return this.fail(one === other ? `attempt to compare two ${one} values` : `attempt to compare ${one} with ${other}`);
  }
  same(a: Value, b: Value): boolean {
    if (a === b) return true;
    if (!(a instanceof LuaTable) || !(b instanceof LuaTable) || a.meta === undefined || b.meta === undefined) return false;
    const handler = a.meta.text(META.eq);
    if (!isFunction(handler) || handler !== b.meta.text(META.eq)) return false;
    const answer = first(handler(a, b));
    return answer !== undefined && answer !== false;
  }
  length(value: Value, site: number): Value {
    if (typeof value === 'string') return value.length;
    if (value instanceof LuaTable && !(value instanceof Handle)) return value.length;
    return this.fail(`attempt to get length of a ${typeName(value)} value${this.#about(site)}`);
  }
  walk(values: readonly Value[]): Walk {
    const [step, state, key] = values;
    if (step === this.next && state instanceof LuaTable && key === undefined) return new TableWalk(state);
    if (step === this.listStep && state instanceof LuaTable && key === 0) return new ListWalk(state);
    return new CallWalk(this.callable(step), state, key);
  }
  text(value: Value): string {
    switch (typeof value) {
      case 'string': return value;
      case 'number': return numberText(value);
      case 'undefined': return 'nil';
      case 'boolean': return String(value);
      case 'function': return `function: 0x${identity(value)}`;
      default: {
        const handler = this.metaOf(value, '__tostring');
        if (isFunction(handler)) return toText(first(handler(value))) ?? this.fail("'__tostring' must return a string");
        return value instanceof Handle ? `field ${value.name}` : `table: 0x${identity(value)}`;
      }
    }
  }
  require(name: Value): Values {
    const key = toText(name) ?? '';
    const loaded = this.loaded.get(key);
    if (loaded !== undefined) return loaded;
    const body = Object.hasOwn(this.files, key) ? this.files[key] : undefined;
    if (body === undefined) return this.fail(`module '${key}' is not granted: a chisel may only require Lua files that lie beside it`);
    this.loaded.set(key, true);
    const made = first(body(key));
    if (made !== undefined) this.loaded.set(key, made);
    return this.loaded.get(key);
  }

  helpers(): Readonly<Record<string, unknown>> {
    // Of each program its own, so that V8 learns what its operands are.
    const rt = this;
    const number = (event: string, work: (x: number, y: number) => number) => (a: Value, b: Value, siteA: number, siteB: number): Value => rt.arithmetic(event, a, b, siteA, siteB, work);
    const add = number('__add', (x, y) => x + y), sub = number('__sub', (x, y) => x - y), mul = number('__mul', (x, y) => x * y), div = number('__div', (x, y) => x / y);
    const mod = number('__mod', (x, y) => x - Math.floor(x / y) * y), pow = number('__pow', (x, y) => x ** y);
    return {
      $1st: first, $m: many, $E: NONE, $tick: rt.tick,
      $f: (f: Value, site: number): LuaFunction => typeof f === 'function' ? f : rt.callable(f, site),
      $gs: (table: Value, key: string, site: number): Value => {
        if (table instanceof LuaTable) { const value = table.hash?.get(key); if (value !== undefined || table.meta === undefined) return value; }
        return rt.index(table, key, site);
      },
      $idx: (table: Value, key: Value, site: number): Value => {
        if (table instanceof LuaTable) { const value = table.get(key); if (value !== undefined || table.meta === undefined) return value; }
        return rt.index(table, key, site);
      },
      $set: (table: Value, key: Value, value: Value, site: number): void => {
        if (table instanceof LuaTable && table.meta === undefined && key !== undefined && key === key) table.set(key, value); else rt.store(table, key, value, site);
      },
      $method: (self: Value, name: string, site: number, own: number): LuaFunction => rt.callable(rt.index(self, name, site), own),
      $add: (a: Value, b: Value, x: number, y: number): Value => typeof a === 'number' && typeof b === 'number' ? a + b : add(a, b, x, y),
      $sub: (a: Value, b: Value, x: number, y: number): Value => typeof a === 'number' && typeof b === 'number' ? a - b : sub(a, b, x, y),
      $mul: (a: Value, b: Value, x: number, y: number): Value => typeof a === 'number' && typeof b === 'number' ? a * b : mul(a, b, x, y),
      $div: (a: Value, b: Value, x: number, y: number): Value => typeof a === 'number' && typeof b === 'number' ? a / b : div(a, b, x, y),
      $mod: (a: Value, b: Value, x: number, y: number): Value => typeof a === 'number' && typeof b === 'number' ? a - Math.floor(a / b) * b : mod(a, b, x, y),
      $pow: (a: Value, b: Value, x: number, y: number): Value => pow(a, b, x, y),
      $neg: (a: Value, site: number): Value => {
        if (typeof a === 'number') return -a;
        const handler = rt.metaOf(a, META.unm);
        return isFunction(handler) ? first(handler(a)) : sub(0, a, -1, site);
      },
      $cat: (a: Value, b: Value, x: number, y: number): Value => {
        if (typeof a === 'string' && typeof b === 'string' && a.length + b.length < MAX_TEXT) return a + b;
        return rt.concat(a, b, x, y);
      },
      $lt: (a: Value, b: Value): boolean => typeof a === 'number' && typeof b === 'number' ? a < b : rt.less(a, b, false),
      $le: (a: Value, b: Value): boolean => typeof a === 'number' && typeof b === 'number' ? a <= b : rt.less(a, b, true),
      $eq: (a: Value, b: Value): boolean => a === b || rt.same(a, b),
      $len: (a: Value, site: number): Value => typeof a === 'string' ? a.length : rt.length(a, site),
      $T: (list: readonly Value[], pairs: readonly Value[]): LuaTable => LuaTable.of(list, pairs),
      $iter: (values: readonly Value[]): Walk => rt.walk(values),
      $pairs: (table: Value): Walk => new TableWalk(table instanceof LuaTable ? table : rt.expected(1, 'for iterator', 'table', table)),
      $ipairs: (table: Value): Walk => new ListWalk(table instanceof LuaTable ? table : rt.expected(1, 'ipairs', 'table', table)),
      $num: (value: Value, what: string): number => toNumber(value) ?? rt.fail(`'for' ${what} value must be a number`),
      $require: (name: Value): Values => rt.require(name),
      $fixed: (name: string): never => rt.fail(`_G.${name} cannot be given another value`),
      $text: (value: Value): string => typeof value === 'string' ? value : rt.text(value),
      $padded: (value: Value, part: Part): string => shortened(rt.text(value), part),
      $number: numeric,
      $F: undefined,
    };
  }
}

/** Lines that `new Function` puts in front of a body. */
const HEAD_LINES = 2;
const ids = new WeakMap<object, string>();
let lastId = 0x40000000;
function identity(value: object): string {
  let id = ids.get(value);
  if (id === undefined) ids.set(value, id = (lastId += 16).toString(16).padStart(8, '0'));
  return id;
}

/** How many frames of a stack are looked at. */
export const STACK_FRAMES = 60;
function deepError(text: string): Error {
  const maker = Error as unknown as ErrorMaker, before = maker.stackTraceLimit;
  maker.stackTraceLimit = STACK_FRAMES;
  try { return new maker(text); } finally { if (before !== undefined) maker.stackTraceLimit = before; }
}
function deepLimit(kind: 'time' | 'memory'): LimitError { return new LimitError(kind); }
export { ExitError };
