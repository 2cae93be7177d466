// Lua's values in JavaScript, for chisels that are compiled (compile.ts). nil is undefined; a string holds one byte in each character; several values are an array.

export type Value = undefined | boolean | number | string | LuaTable | LuaFunction;
/** What a function answers: a value, or several (or none) as an array. No single value is ever an array. */
export type Values = Value | readonly Value[];
export type LuaFunction = (...args: Value[]) => Values;

/** No values. */
export const NONE: readonly Value[] = Object.freeze([]);
export function first(values: Values): Value { return values instanceof Array ? values[0] as Value : values as Value; }
export function many(values: Values): readonly Value[] { return values instanceof Array ? values as readonly Value[] : [values as Value]; }
export function isFunction(value: Value): value is LuaFunction { return typeof value === 'function'; }
export function typeName(value: Value): string {
  switch (typeof value) {
    case 'undefined': return 'nil';
    case 'object': return value instanceof Handle ? 'userdata' : 'table';
    default: return typeof value;
  }
}

/** An error that a script raises and may catch. `bare`: its text has yet to be told where it happened. */
export class ScriptError extends Error {
  readonly value: Value;
  readonly bare: boolean;
  constructor(value: Value, bare = true) { super(typeof value === 'string' ? value : `(error object is a ${typeName(value)} value)`); this.value = value; this.bare = bare && typeof value === 'string'; }
}
/** A limit was exceeded; no script catches it. */
export class LimitError extends Error {
  readonly kind: 'time' | 'memory';
  constructor(kind: 'time' | 'memory') { super(kind); this.kind = kind; }
}
/** `os.exit`. */
export class ExitError extends Error {}

/** A table: 1 to n in an array, everything else in a map, whose order `pairs` follows. */
export class LuaTable {
  /** Without an empty place at its end. */
  readonly list: Value[] = [];
  hash: Map<Value, Value> | undefined;
  meta: LuaTable | undefined;
  /** Where `next` was last. */
  #walk: TableWalk | undefined;

  static of(list: readonly Value[], pairs: readonly Value[]): LuaTable {
    const made = new LuaTable();
    for (let i = 0; i < pairs.length; i += 2) made.set(pairs[i], pairs[i + 1]);
    for (let i = 0; i < list.length; i++) if (list[i] !== undefined) made.set(i + 1, list[i]);
    return made;
  }
  static named(entries: Readonly<Record<string, Value>>): LuaTable {
    const made = new LuaTable();
    for (const [key, value] of Object.entries(entries)) made.set(key, value);
    return made;
  }

  get(key: Value): Value {
    if (typeof key === 'number' && key >= 1 && key <= this.list.length && key === Math.floor(key)) return this.list[key - 1];
    return this.hash?.get(key);
  }
  text(key: string): Value { return this.hash?.get(key); }

  set(key: Value, value: Value): void {
    if (typeof key === 'number' && key >= 1 && key <= this.list.length + 1 && key === Math.floor(key)) { this.#place(key, value); return; }
    if (value === undefined) { this.hash?.delete(key); return; }
    (this.hash ??= new Map<Value, Value>()).set(key, value);
  }
  #place(at: number, value: Value): void {
    const { list, hash } = this;
    if (at <= list.length) {
      list[at - 1] = value;
      if (value === undefined && at === list.length) while (list.length > 0 && list[list.length - 1] === undefined) list.pop();
      return;
    }
    if (value === undefined) { hash?.delete(at); return; }
    list.push(value);
    if (hash === undefined || hash.size === 0) return;
    hash.delete(at);
    for (let next = list.length + 1; hash.size > 0; next++) {
      const moved = hash.get(next);
      if (moved === undefined) return;
      hash.delete(next);
      list.push(moved);
    }
  }

  get length(): number { return this.list.length; }

  /** What `next` answers behind a key; undefined: the end. */
  after(key: Value): readonly Value[] | undefined {
    let walk = this.#walk;
    if (key === undefined) this.#walk = walk = new TableWalk(this);
    else if (walk === undefined || walk.key !== key) {
      this.#walk = walk = new TableWalk(this);
      while (walk.key !== key) if (!walk.step()) { this.#walk = undefined; return undefined; }
    }
    if (walk.step()) return [walk.key, walk.value];
    this.#walk = undefined;
    return undefined;
  }
}

/** What `chisel.request_field` answers. */
export class Handle extends LuaTable {
  readonly name: string;
  /** Place among the fields that were asked for. */
  readonly place: number;
  constructor(name: string, place: number) { super(); this.name = name; this.place = place; }
}

/** Goes through a table; entries may be changed and taken away meanwhile. */
export class TableWalk {
  key: Value;
  value: Value;
  readonly all: readonly Value[] = NONE;
  readonly #table: LuaTable;
  #at = 0;
  #rest: IterableIterator<[Value, Value]> | undefined;
  constructor(table: LuaTable) { this.#table = table; }
  step(): boolean {
    const { list } = this.#table;
    while (this.#at < list.length) {
      const value = list[this.#at++];
      if (value === undefined) continue;
      this.key = this.#at; this.value = value;
      return true;
    }
    this.#at = Infinity;
    this.#rest ??= (this.#table.hash ?? new Map<Value, Value>()).entries();
    const entry = this.#rest.next();
    if (entry.done === true) return false;
    [this.key, this.value] = entry.value;
    return true;
  }
}

/** `%.14g`, as Lua prints numbers. */
export function numberText(n: number): string {
  if (Number.isInteger(n) && Math.abs(n) < 1e14) return Object.is(n, -0) ? '-0' : String(n);
  if (Number.isNaN(n)) return 'nan';
  if (!Number.isFinite(n)) return n > 0 ? 'inf' : '-inf';
  return general(n, 14, false);
}

/** C's `%.{precision}g`; `keep`: zeros at the end stay. */
export function general(n: number, precision: number, keep: boolean): string {
  const digits = Math.max(1, precision);
  const scientific = n.toExponential(digits - 1);
  const mark = scientific.indexOf('e'), exponent = Number(scientific.slice(mark + 1));
  if (exponent < -4 || exponent >= digits) return `${trim(scientific.slice(0, mark), keep)}e${exponentText(exponent)}`;
  return trim(n.toFixed(Math.max(0, digits - 1 - exponent)), keep);
}
function trim(text: string, keep: boolean): string { return keep || !text.includes('.') ? text : text.replace(/\.?0+$/, ''); }
export function exponentText(exponent: number): string { return `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`; }

const NUMBER = /^[ \t\n\v\f\r]*([-+]?)(?:0[xX]([\da-fA-F]*)(?:\.([\da-fA-F]*))?(?:[pP]([-+]?\d+))?|(\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?))[ \t\n\v\f\r]*$/;
/** The number that a text says; undefined: none. */
export function parseNumber(text: string): number | undefined {
  const m = NUMBER.exec(text);
  if (m === null) return undefined;
  const sign = m[1] === '-' ? -1 : 1;
  if (m[5] !== undefined) return sign * Number(m[5]);
  const whole = m[2] ?? '', rest = m[3] ?? '';
  if (whole === '' && rest === '') return undefined;
  let value = 0;
  for (const digit of whole + rest) value = value * 16 + Number.parseInt(digit, 16);
  return sign * value * 2 ** (Number(m[4] ?? 0) - 4 * rest.length);
}
export function toNumber(value: Value): number | undefined { return typeof value === 'number' ? value : typeof value === 'string' ? parseNumber(value) : undefined; }
/** Of what may be joined to a text: a string or a number. */
export function toText(value: Value): string | undefined { return typeof value === 'string' ? value : typeof value === 'number' ? numberText(value) : undefined; }
