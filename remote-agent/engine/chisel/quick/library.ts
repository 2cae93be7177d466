// Lua's standard library for compiled chisels, without what reaches outside.
import { formatTime } from '../wasm.ts';
import { format } from './format.ts';
import { Matcher } from './patterns.ts';
import type { Runtime } from './runtime.ts';
import { ExitError, first, isFunction, LuaTable, many, NONE, parseNumber, ScriptError, toNumber, toText, typeName, type LuaFunction, type Value } from './values.ts';

const NO_FILES = 'chisels may not open files', NO_PROGRAMS = 'chisels may not start programs';
const SPECIAL = /[\^$*+?.([%-]/;

export interface LibraryHost { print(text: string): void; printLine(text: string): void; clockMs(): number; nowMs(): number }

/** Globals by name. */
export function library(rt: Runtime, host: LibraryHost): Record<string, Value> {
  const text = (value: Value, argument: number, name: string): string => toText(value) ?? rt.expected(argument, name, 'string', value);
  const number = (value: Value, argument: number, name: string): number => toNumber(value) ?? rt.expected(argument, name, 'number', value);
  const whole = (value: Value, argument: number, name: string): number => Math.floor(number(value, argument, name));
  const table = (value: Value, argument: number, name: string): LuaTable => value instanceof LuaTable ? value : rt.expected(argument, name, 'table', value);
  const fn = (value: Value, argument: number, name: string): LuaFunction => isFunction(value) ? value : rt.expected(argument, name, 'function', value);
  const tick = (): void => { rt.tick(); };
  const refused = (name: string, why: string): LuaFunction => () => rt.fail(`${name}: ${why}`);

  const write = (...values: Value[]): void => { values.forEach((value, i) => { host.print(text(value, i + 1, 'write')); }); };
  const stream = LuaTable.named({ write: (self, ...values) => { write(...values); return self; }, flush: () => NONE, setvbuf: () => NONE, close: () => NONE });

  const called = (f: Value, args: readonly Value[], failed: (error: unknown) => readonly Value[]): readonly Value[] => {
    try { return [true, ...many(rt.callable(f)(...args))]; } catch (error) { return failed(error); }
  };

  const string = strings(rt, text, whole, tick);
  rt.stringLibrary = string;
  const globals: Record<string, Value> = {
    string, table: tables(rt, table, fn, number), math: maths(number), bit: bits(number),
    os: LuaTable.named({
      exit: () => { throw new ExitError('os.exit'); }, clock: () => host.clockMs() / 1000, difftime: (a, b) => (toNumber(a) ?? 0) - (toNumber(b) ?? 0), getenv: () => undefined,
      time: (when) => timeOf(when, host), date: (pattern, when) => dateOf(toText(pattern) ?? '%c', toNumber(when) ?? Math.floor(host.nowMs() / 1000)),
      execute: refused('os.execute', NO_PROGRAMS), remove: refused('os.remove', NO_FILES), rename: refused('os.rename', NO_FILES), tmpname: refused('os.tmpname', NO_FILES),
    }),
    io: LuaTable.named({
      stdout: stream, stderr: stream, write: (...values) => { write(...values); return stream; }, flush: () => NONE, read: () => undefined, close: () => undefined, type: (value) => value === stream ? 'file' : undefined,
      open: refused('io.open', NO_FILES), popen: refused('io.popen', NO_PROGRAMS), lines: refused('io.lines', NO_FILES),
    }),
    print: (...values) => { host.printLine(values.length === 1 ? rt.text(values[0]) : values.map((value) => rt.text(value)).join('\t')); return NONE; },
    type: (...values) => values.length === 0 ? rt.expected(1, 'type', 'value', undefined) : typeName(values[0]),
    tostring: (value) => rt.text(value),
    tonumber: (value, base) => base === undefined ? toNumber(value) : inBase(text(value, 1, 'tonumber'), whole(base, 2, 'tonumber')),
    pairs: (value) => [rt.next, table(value, 1, 'pairs'), undefined],
    ipairs: (value) => [rt.listStep, table(value, 1, 'ipairs'), 0],
    next: (value, key) => table(value, 1, 'next').after(key),
    rawget: (of, key) => table(of, 1, 'rawget').get(key),
    rawset: (of, key, value) => { table(of, 1, 'rawset').set(key, value); return of; },
    rawequal: (a, b) => a === b, rawlen: (of) => of instanceof LuaTable ? of.length : text(of, 1, 'rawlen').length,
    select: (n, ...values) => {
      if (n === '#') return values.length;
      const at = whole(n, 1, 'select');
      return at < 0 ? values.slice(at) : values.slice(at - 1);
    },
    unpack: (of, from, to) => unpack(table(of, 1, 'unpack'), toNumber(from) ?? 1, toNumber(to)),
    setmetatable: (of, meta) => { table(of, 1, 'setmetatable').meta = meta === undefined ? undefined : table(meta, 2, 'setmetatable'); return of; },
    getmetatable: (of) => of instanceof LuaTable ? of.meta?.text('__metatable') ?? of.meta : typeof of === 'string' ? LuaTable.named({ __index: string }) : undefined,
    error: (value, level) => { throw new ScriptError(typeof value === 'string' && (toNumber(level) ?? 1) > 0 ? rt.here(toNumber(level) ?? 1) + value : value, false); },
    assert: (...values) => {
      if (values[0] === undefined || values[0] === false) throw new ScriptError(values.length > 1 ? values[1] : 'assertion failed!', false);
      return values;
    },
    pcall: (f, ...args) => called(f, args, (error) => [false, rt.caught(error)]),
    xpcall: (f, handler, ...args) => called(f, args, (error) => [false, first(fn(handler, 2, 'xpcall')(rt.caught(error)))]),
    require: (name) => rt.require(name),
    _VERSION: 'Lua 5.1',
  };
  for (const [name, value] of Object.entries(globals)) if (value instanceof LuaTable) rt.loaded.set(name, value);
  // What 5.1 answers without a value is no value: a function of JavaScript's that answers nothing means that.
  return globals;
}

function unpack(of: LuaTable, from: number, to = of.length): Value[] {
  const found: Value[] = [];
  if (to - from > 1e6) throw new ScriptError('too many results to unpack');
  for (let i = from; i <= to; i++) found.push(of.get(i));
  return found;
}

function inBase(text: string, base: number): number | undefined {
  if (base === 10) return parseNumber(text);
  const digits = text.trim().toLowerCase().replace(base === 16 ? /^0x/ : /^/, '');
  let value = 0;
  for (const c of digits) {
    const digit = Number.parseInt(c, 36);
    if (Number.isNaN(digit) || digit >= base) return undefined;
    value = value * base + digit;
  }
  return digits === '' ? undefined : value;
}

type Text = (value: Value, argument: number, name: string) => string;
type Whole = (value: Value, argument: number, name: string) => number;

function strings(rt: Runtime, text: Text, whole: Whole, tick: () => void): LuaTable {
  const start = (value: Value, length: number, argument: number, name: string, otherwise: number): number => {
    const at = value === undefined ? otherwise : whole(value, argument, name);
    return at < 0 ? Math.max(length + at + 1, 0) : at;
  };
  const find = (name: string, plainToo: boolean): LuaFunction => (value, patternValue, from, plain) => {
    const s = text(value, 1, name), pattern = text(patternValue, 2, name);
    const begin = Math.max(start(from, s.length, 3, name, 1), 1) - 1;
    if (begin > s.length) return undefined;
    if (plainToo && ((plain !== undefined && plain !== false) || !SPECIAL.test(pattern))) {
      const at = s.indexOf(pattern, begin);
      return at < 0 ? undefined : [at + 1, at + pattern.length];
    }
    const matcher = new Matcher(s, pattern, tick), anchored = pattern.startsWith('^');
    for (let at = begin; at <= s.length; at++) {
      const end = matcher.run(at, anchored ? 1 : 0);
      if (end >= 0) {
        if (plainToo) return [at + 1, end, ...matcher.captures(at, end, false)];
        return matcher.level <= 1 ? matcher.capture(0, at, end) : matcher.captures(at, end, true);
      }
      if (anchored) break;
    }
    return undefined;
  };
  const gmatch: LuaFunction = (value, patternValue) => {
    const s = text(value, 1, 'gmatch'), pattern = text(patternValue, 2, 'gmatch'), matcher = new Matcher(s, pattern, tick);
    let next = 0;
    return () => {
      for (let at = next; at <= s.length; at++) {
        const end = matcher.run(at, 0);
        if (end < 0) continue;
        next = end === at ? end + 1 : end;
        return matcher.captures(at, end, true);
      }
      next = s.length + 1;
      return undefined;
    };
  };
  const gsub: LuaFunction = (value, patternValue, replacement, most) => {
    const s = text(value, 1, 'gsub'), pattern = text(patternValue, 2, 'gsub'), limit = most === undefined ? Infinity : whole(most, 4, 'gsub');
    const kind = typeof replacement;
    if (kind !== 'string' && kind !== 'number' && kind !== 'function' && !(replacement instanceof LuaTable)) rt.expected(3, 'gsub', 'string/function/table', replacement);
    const matcher = new Matcher(s, pattern, tick), anchored = pattern.startsWith('^');
    const by = kind === 'number' ? toText(replacement) : replacement;
    let made = '', at = 0, n = 0;
    while (n < limit) {
      const end = matcher.run(at, anchored ? 1 : 0);
      if (end >= 0) { n++; made += replaced(matcher, by, s, at, end); }
      if (end >= 0 && end > at) at = end;
      else if (at < s.length) made += s[at++];
      else break;
      if (anchored) break;
    }
    made += s.slice(at);
    rt.checkLength(made.length);
    return [made, n];
  };
  const replaced = (matcher: Matcher, by: Value, s: string, at: number, end: number): string => {
    if (typeof by === 'string') {
      return by.includes('%') ? by.replace(/%([\s\S]?)/g, (_, c: string) => c === '0' ? s.slice(at, end) : c >= '1' && c <= '9' && c !== '' ? toText(matcher.capture(Number(c) - 1, at, end)) ?? '' : c) : by;
    }
    const captures = matcher.captures(at, end, true);
    const value = by instanceof LuaTable ? rt.index(by, captures[0]) : isFunction(by) ? first(by(...captures)) : undefined;
    if (value === undefined || value === false) return s.slice(at, end);
    return toText(value) ?? rt.fail(`invalid replacement value (a ${typeName(value)})`);
  };
  return LuaTable.named({
    find: find('find', true), match: find('match', false), gmatch, gfind: gmatch, gsub,
    format: (pattern, ...values) => format(text(pattern, 1, 'format'), values, (value) => rt.text(value)),
    len: (s) => text(s, 1, 'len').length, lower: (s) => text(s, 1, 'lower').replace(/[A-Z]+/g, (c) => c.toLowerCase()), upper: (s) => text(s, 1, 'upper').replace(/[a-z]+/g, (c) => c.toUpperCase()),
    reverse: (s) => [...text(s, 1, 'reverse')].reverse().join(''),
    rep: (s, n, between) => {
      const one = text(s, 1, 'rep'), count = Math.max(0, whole(n, 2, 'rep')), mid = toText(between) ?? '';
      rt.checkLength((one.length + mid.length) * count);
      return mid === '' ? one.repeat(count) : new Array<string>(count).fill(one).join(mid);
    },
    sub: (value, from, to) => {
      const s = text(value, 1, 'sub');
      return s.slice(Math.max(start(from, s.length, 2, 'sub', 1), 1) - 1, Math.max(0, start(to, s.length, 3, 'sub', -1)));
    },
    byte: (value, from, to) => {
      const s = text(value, 1, 'byte'), a = start(from, s.length, 2, 'byte', 1), b = to === undefined ? a : start(to, s.length, 3, 'byte', 1), found: Value[] = [];
      for (let i = Math.max(a, 1); i <= Math.min(b, s.length); i++) found.push(s.charCodeAt(i - 1));
      return found;
    },
    char: (...codes) => codes.map((code, i) => String.fromCharCode(whole(code, i + 1, 'char') & 255)).join(''),
  });
}

function tables(rt: Runtime, table: (value: Value, argument: number, name: string) => LuaTable, fn: (value: Value, argument: number, name: string) => LuaFunction, number: Whole): LuaTable {
  return LuaTable.named({
    insert: (...args) => {
      const t = table(args[0], 1, 'insert');
      if (args.length === 2) { t.set(t.length + 1, args[1]); return NONE; }
      if (args.length !== 3) rt.fail("wrong number of arguments to 'insert'");
      const at = Math.floor(number(args[1], 2, 'insert')), n = t.length;
      if (at >= 1 && at <= n && args[2] !== undefined) { t.list.splice(at - 1, 0, args[2]); return NONE; }
      for (let i = Math.max(n + 1, at); i > at; i--) t.set(i, t.get(i - 1));
      t.set(at, args[2]);
      return NONE;
    },
    remove: (of, place) => {
      const t = table(of, 1, 'remove'), n = t.length;
      if (place === undefined) { const last = t.get(n); if (n > 0) t.set(n, undefined); return n > 0 ? last : undefined; }
      const at = Math.floor(number(place, 2, 'remove'));
      if (at < 1 || at > n) return undefined;
      const value = t.get(at);
      for (let i = at; i < n; i++) t.set(i, t.get(i + 1));
      t.set(n, undefined);
      return value;
    },
    concat: (of, between, from, to) => {
      const t = table(of, 1, 'concat'), a = toNumber(from) ?? 1, b = toNumber(to) ?? t.length, parts: string[] = [];
      for (let i = a; i <= b; i++) parts.push(toText(t.get(i)) ?? rt.fail(`invalid value (${typeName(t.get(i))}) at index ${i} in table for 'concat'`));
      return parts.join(toText(between) ?? '');
    },
    sort: (of, order) => {
      const t = table(of, 1, 'sort'), before = order === undefined ? undefined : fn(order, 2, 'sort');
      const isBefore = before === undefined ? (a: Value, b: Value): boolean => rt.less(a, b, false) : (a: Value, b: Value): boolean => { const answer = first(before(a, b)); return answer !== undefined && answer !== false; };
      const sorted = [...t.list].sort((a, b) => isBefore(a, b) ? -1 : isBefore(b, a) ? 1 : 0);
      sorted.forEach((value, i) => { t.list[i] = value; });
      return NONE;
    },
    getn: (of) => table(of, 1, 'getn').length,
    maxn: (of) => { let most = 0; const t = table(of, 1, 'maxn'); for (let at = t.after(undefined); at !== undefined; at = t.after(at[0])) if (typeof at[0] === 'number' && at[0] > most) most = at[0]; return most; },
    foreach: (of, f) => { const t = table(of, 1, 'foreach'); for (let at = t.after(undefined); at !== undefined; at = t.after(at[0])) { const r = first(fn(f, 2, 'foreach')(...at)); if (r !== undefined) return r; } return NONE; },
    foreachi: (of, f) => { const t = table(of, 1, 'foreachi'); for (let i = 1; i <= t.length; i++) { const r = first(fn(f, 2, 'foreachi')(i, t.get(i))); if (r !== undefined) return r; } return NONE; },
  });
}

function maths(number: Whole): LuaTable {
  const one = (name: string, work: (x: number) => number): [string, LuaFunction] => [name, (x) => work(number(x, 1, name))];
  const two = (name: string, work: (x: number, y: number) => number): [string, LuaFunction] => [name, (x, y) => work(number(x, 1, name), number(y, 2, name))];
  return LuaTable.named({
    ...Object.fromEntries([
      one('floor', Math.floor), one('ceil', Math.ceil), one('abs', Math.abs), one('sqrt', Math.sqrt), one('exp', Math.exp), one('log10', Math.log10), one('sin', Math.sin), one('cos', Math.cos), one('tan', Math.tan),
      one('asin', Math.asin), one('acos', Math.acos), one('atan', Math.atan), one('sinh', Math.sinh), one('cosh', Math.cosh), one('tanh', Math.tanh), one('deg', (x) => x * 180 / Math.PI), one('rad', (x) => x * Math.PI / 180),
      two('pow', (x, y) => x ** y), two('fmod', (x, y) => x % y), two('mod', (x, y) => x % y), two('atan2', Math.atan2), two('ldexp', (m, e) => m * 2 ** e),
    ]),
    pi: Math.PI, huge: Infinity,
    log: (x, base) => base === undefined ? Math.log(number(x, 1, 'log')) : Math.log(number(x, 1, 'log')) / Math.log(number(base, 2, 'log')),
    max: (...values) => Math.max(...values.map((value, i) => number(value, i + 1, 'max'))), min: (...values) => Math.min(...values.map((value, i) => number(value, i + 1, 'min'))),
    modf: (x) => { const n = number(x, 1, 'modf'), cut = Math.trunc(n); return [cut, Number.isFinite(n) ? n - cut : 0]; },
    frexp: (x) => { const n = number(x, 1, 'frexp'); if (n === 0) return [0, 0]; const e = Math.floor(Math.log2(Math.abs(n))) + 1; return [n / 2 ** e, e]; },
    random: (a, b) => { const r = Math.random(); if (a === undefined) return r; const [low, high] = b === undefined ? [1, Math.floor(number(a, 1, 'random'))] : [Math.floor(number(a, 1, 'random')), Math.floor(number(b, 2, 'random'))]; return low + Math.floor(r * (high - low + 1)); },
    randomseed: () => NONE,
  });
}

function bits(number: Whole): LuaTable {
  const whole = (value: Value, argument = 1): number => { const n = Math.round(number(value, argument, 'bit')); return n - Math.floor(n / 4294967296) * 4294967296 | 0; };
  const all = (work: (a: number, b: number) => number): LuaFunction => (a, ...rest) => rest.reduce<number>((sum, value, i) => work(sum, whole(value, i + 2)) | 0, whole(a));
  const shift = (work: (a: number, n: number) => number): LuaFunction => (a, n) => work(whole(a), whole(n, 2) & 31) | 0;
  return LuaTable.named({
    tobit: (a) => whole(a), bnot: (a) => ~whole(a), band: all((a, b) => a & b), bor: all((a, b) => a | b), bxor: all((a, b) => a ^ b),
    lshift: shift((a, n) => a << n), rshift: shift((a, n) => a >>> n), arshift: shift((a, n) => a >> n), rol: shift((a, n) => a << n | a >>> (32 - n)), ror: shift((a, n) => a >>> n | a << (32 - n)),
    bswap: (value) => { const a = whole(value); return (a >>> 24 | (a >>> 8 & 0xff00) | (a << 8 & 0xff0000) | a << 24) | 0; },
    tohex: (value, length) => {
      const n = toNumber(length) ?? 8, digits = (whole(value) >>> 0).toString(16).padStart(8, '0').slice(8 - Math.min(8, Math.abs(n)));
      return n < 0 ? digits.toUpperCase() : digits;
    },
  });
}

function timeOf(when: Value, host: LibraryHost): Value {
  if (!(when instanceof LuaTable)) return Math.floor(host.nowMs() / 1000);
  const part = (name: string, otherwise: number): number => toNumber(when.text(name)) ?? otherwise;
  return Math.floor(new Date(part('year', 1970), part('month', 1) - 1, part('day', 1), part('hour', 12), part('min', 0), part('sec', 0)).getTime() / 1000);
}
function dateOf(pattern: string, seconds: number): Value {
  const utc = pattern.startsWith('!'), form = utc ? pattern.slice(1) : pattern, date = new Date(seconds * 1000);
  const parts = utc ? [date.getUTCSeconds(), date.getUTCMinutes(), date.getUTCHours(), date.getUTCDate(), date.getUTCMonth(), date.getUTCFullYear(), date.getUTCDay()]
    : [date.getSeconds(), date.getMinutes(), date.getHours(), date.getDate(), date.getMonth(), date.getFullYear(), date.getDay()];
  const [sec = 0, min = 0, hour = 0, day = 0, month = 0, year = 0, wday = 0] = parts;
  const yday = Math.floor((Date.UTC(year, month, day) - Date.UTC(year, 0, 1)) / 86400000);
  if (form.startsWith('*t')) return LuaTable.named({ sec, min, hour, day, month: month + 1, year, wday: wday + 1, yday: yday + 1, isdst: false });
  const tm = [sec, min, hour, day, month, year - 1900, wday, yday, 0];
  return formatTime(form, (member) => tm[member] ?? 0);
}
