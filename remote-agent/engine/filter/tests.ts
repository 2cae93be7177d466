// What a check does with a value: one function per operator and type. Nothing is allocated when they run.
import { encodeText } from '../base/text.ts';
import type { FieldType, FieldValue } from '../fields/index.ts';
import { isEventName, EVENT_NAMES, nearest, type FieldRef } from '../fields/index.ts';
import { servicePort } from '../fields/services.ts';
import { canonicalAddress, networkTest } from './address.ts';
import type { Check, FilterProblem, FilterValue, Operator } from './ast.ts';
import { globMatcher } from '../base/glob.ts';

export type ValueTest = (value: FieldValue) => boolean;
/** A value that cannot be; caught where the check is compiled. */
export class ValueError extends Error {
  readonly problem: FilterProblem;
  constructor(place: { readonly start: number; readonly end: number }, message: string) {
    super(message);
    this.problem = { start: place.start, end: place.end, message };
  }
}

type Kind = 'text' | 'number' | 'bytes' | 'address' | 'network';
const WORDS: Readonly<Record<Kind, string>> = { text: 'a text', number: 'a number', bytes: 'bytes', address: 'an address', network: 'a network' };
const FITTING: Readonly<Record<Kind, readonly Operator[]>> = {
  text: ['=', '!=', 'contains', 'icontains', 'startswith', 'endswith', 'glob', 'iglob', 'in', 'intersects', 'pmatch', '<', '<=', '>', '>=', 'exists'],
  number: ['=', '!=', '<', '<=', '>', '>=', 'in', 'intersects', 'exists'],
  bytes: ['=', '!=', 'contains', 'startswith', 'endswith', 'in', 'intersects', 'exists'],
  address: ['=', '!=', 'in', 'intersects', 'exists'],
  network: ['=', '!=', 'in', 'intersects', 'exists'],
};

export function kindOfType(type: FieldType): Kind {
  switch (type) {
    case 'CHARBUF': case 'DYN': return 'text';
    case 'BYTEBUF': return 'bytes';
    case 'IPADDR': return 'address';
    case 'IPNET': return 'network';
    default: return 'number';
  }
}

/** Operators that make sense for values of a type. */
export function operatorsFor(type: FieldType): readonly Operator[] { return FITTING[kindOfType(type)]; }

/** The test of a check's operator and values. Throws a ValueError where they do not fit the type. */
export function valueTest(check: Check, type: FieldType): ValueTest {
  const { operator, ref } = check;
  const kind = kindOfType(type);
  if (!FITTING[kind].includes(operator)) throw new ValueError(check.operatorPlace, `"${operator}" does not work on ${ref.field.name}, which is ${WORDS[kind]}: expected one of ${FITTING[kind].join(' ')}`);
  if (operator === 'exists') return (value) => value !== undefined;
  switch (kind) {
    case 'text': return textTest(check);
    case 'number': return numberTest(check, type);
    case 'bytes': return bytesTest(check);
    case 'address': return membership(operator, check.values.map((v) => address(v)));
    case 'network': return networks(check);
  }
}

function first(check: Check): FilterValue { return check.values[0] ?? { ...check.operatorPlace, text: '' }; }

/** Equality with one of some plain values. */
function membership(operator: Operator, wanted: readonly FieldValue[]): ValueTest {
  const [only] = wanted;
  if (operator === '!=') return (value) => value !== undefined && value !== only;
  if (wanted.length === 1) return (value) => value === only;
  const set = new Set(wanted);
  return (value) => value !== undefined && set.has(value);
}

// ---- texts

function textTest(check: Check): ValueTest {
  const { operator, ref } = check;
  if (ref.field.name === 'evt.type' || ref.field.name === 'syscall.type') checkEventNames(check, ref);
  const wanted = first(check).text;
  switch (operator) {
    case '<': return (value) => typeof value === 'string' && value < wanted;
    case '<=': return (value) => typeof value === 'string' && value <= wanted;
    case '>': return (value) => typeof value === 'string' && value > wanted;
    case '>=': return (value) => typeof value === 'string' && value >= wanted;
    case 'contains': return (value) => typeof value === 'string' && value.includes(wanted);
    case 'icontains': return ignoringCase(wanted);
    case 'startswith': return (value) => typeof value === 'string' && value.startsWith(wanted);
    case 'endswith': return (value) => typeof value === 'string' && value.endsWith(wanted);
    case 'glob': { const match = globMatcher(wanted); return (value) => typeof value === 'string' && match(value); }
    case 'iglob': { const match = globMatcher(wanted.toLowerCase()); return (value) => typeof value === 'string' && match(value.toLowerCase()); }
    case 'pmatch': return below(check.values.map((v) => v.text));
    default: return membership(operator, check.values.map((v) => v.text));
  }
}

function checkEventNames(check: Check, ref: FieldRef): void {
  if (!['=', '!=', 'in', 'intersects'].includes(check.operator)) return;
  for (const value of check.values) {
    if (isEventName(value.text)) continue;
    const near = nearest(value.text, EVENT_NAMES);
    throw new ValueError(value, `unknown event type "${value.text}"${near === undefined ? '' : `: did you mean ${near}?`} ${ref.field.name} takes names of events and system calls; porthole -L lists them`);
  }
}

function lower(code: number): number { return code >= 65 && code <= 90 ? code + 32 : code; }

function ignoringCase(wanted: string): ValueTest {
  const codes = Array.from(wanted, (_, i) => lower(wanted.charCodeAt(i)));
  return (value) => {
    if (typeof value !== 'string') return false;
    const last = value.length - codes.length;
    for (let at = 0; at <= last; at++) {
      let i = 0;
      while (i < codes.length && lower(value.charCodeAt(at + i)) === codes[i]) i++;
      if (i === codes.length) return true;
    }
    return false;
  };
}

/** One of the paths, or below one. */
function below(paths: readonly string[]): ValueTest {
  const roots = paths.map((p) => p.length > 1 && p.endsWith('/') ? p.slice(0, -1) : p).filter((p) => p !== '');
  return (value) => {
    if (typeof value !== 'string') return false;
    for (const root of roots) {
      if (value.startsWith(root) && (value.length === root.length || root === '/' || value.charCodeAt(root.length) === 47)) return true;
    }
    return false;
  };
}

// ---- numbers

const UNSIGNED: Readonly<Partial<Record<FieldType, number>>> = { UINT32: 2 ** 32, UINT64: 2 ** 64, PORT: 2 ** 16 };

/** The number that a value names, exact as a BigInt. */
function integer(value: FilterValue, type: FieldType): bigint {
  const text = value.text.trim();
  if (type === 'BOOL') {
    if (text === 'true') return 1n;
    if (text === 'false') return 0n;
    throw new ValueError(value, `"${value.text}" is neither true nor false`);
  }
  if (/^[+-]?\d{1,20}$/.test(text) || /^0x[0-9a-fA-F]{1,16}$/.test(text)) {
    const number = BigInt(text.startsWith('+') ? text.slice(1) : text);
    const range = UNSIGNED[type];
    return number < 0n && range !== undefined ? number + BigInt(range) : number;
  }
  if (type === 'PORT') {
    const port = servicePort(text);
    if (port !== undefined) return BigInt(port);
    throw new ValueError(value, `"${value.text}" is no port: expected a number or the name of a service such as https`);
  }
  throw new ValueError(value, `"${value.text}" is no number`);
}

function number(value: FilterValue, type: FieldType): number {
  if (type === 'DOUBLE' && /^[+-]?\d+(\.\d+)?$/.test(value.text.trim())) return Number(value.text);
  return Number(integer(value, type));
}

function numberTest(check: Check, type: FieldType): ValueTest {
  const numbers = check.values.map((v) => number(v, type));
  if (type === 'BOOL') return booleanTest(check.operator, numbers.map((n) => n !== 0));
  const wanted = numbers[0] ?? 0;
  switch (check.operator) {
    case '<': return (value) => typeof value === 'number' && value < wanted;
    case '<=': return (value) => typeof value === 'number' && value <= wanted;
    case '>': return (value) => typeof value === 'number' && value > wanted;
    case '>=': return (value) => typeof value === 'number' && value >= wanted;
    default: return membership(check.operator, numbers);
  }
}

function booleanTest(operator: Operator, wanted: readonly boolean[]): ValueTest {
  const [only] = wanted;
  switch (operator) {
    case '<': return (value) => value === false && only === true;
    case '<=': return (value) => value === false || (value === true && only === true);
    case '>': return (value) => value === true && only === false;
    case '>=': return (value) => value === true || (value === false && only === false);
    default: return membership(operator, wanted);
  }
}

/** Moments since the epoch, for values that are ns since a base: the base is not known before the first event. */
export function momentTest(check: Check): (ns: number, baseNs: bigint) => boolean {
  if (!FITTING.number.includes(check.operator)) throw new ValueError(check.operatorPlace, `"${check.operator}" does not work on ${check.ref.field.name}, which is a number: expected one of ${FITTING.number.join(' ')}`);
  const moments = check.values.map((v) => integer(v, 'UINT64'));
  let base = -1n;
  let relative: number[] = [];
  const { operator } = check;
  return (ns, baseNs) => {
    if (baseNs !== base) { base = baseNs; relative = moments.map((m) => Number(m - baseNs)); }
    const wanted = relative[0] ?? 0;
    switch (operator) {
      case 'exists': return true;
      case '!=': return ns !== wanted;
      case '<': return ns < wanted;
      case '<=': return ns <= wanted;
      case '>': return ns > wanted;
      case '>=': return ns >= wanted;
      default: return relative.includes(ns);
    }
  };
}

/** Events within some ms of a moment (`evt.around[T]=D`). */
export function aroundTest(check: Check): (ns: number, baseNs: bigint) => boolean {
  if (check.operator !== '=') throw new ValueError(check.operatorPlace, 'evt.around only takes "=": evt.around[time in ns]=milliseconds');
  const moment = BigInt(String(check.ref.arg));
  const reach = Number(integer(first(check), 'UINT64')) * 1e6;
  return (ns, baseNs) => Math.abs(ns - Number(moment - baseNs)) <= reach;
}

// ---- bytes

export function bytesOf(value: FilterValue): Uint8Array { return value.bytes ?? encodeText(value.text); }

/** Where `wanted` stands between `start` and `end`; -1: nowhere. */
function find(bytes: Uint8Array, start: number, end: number, wanted: Uint8Array): number {
  if (wanted.length === 0) return start;
  const head = wanted[0] ?? 0;
  const last = end - wanted.length;
  for (let at = bytes.indexOf(head, start); at >= 0 && at <= last; at = bytes.indexOf(head, at + 1)) if (same(bytes, at, wanted)) return at;
  return -1;
}

function same(bytes: Uint8Array, at: number, wanted: Uint8Array): boolean {
  for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false;
  return true;
}

/** A test of the bytes from `start` to `end`, in place. */
export function spanTest(check: Check): (bytes: Uint8Array, start: number, end: number) => boolean {
  const all = check.values.map(bytesOf);
  const wanted = all[0] ?? new Uint8Array(0);
  const equal = (bytes: Uint8Array, start: number, end: number, one: Uint8Array): boolean => end - start === one.length && same(bytes, start, one);
  switch (check.operator) {
    case 'contains': return (bytes, start, end) => find(bytes, start, end, wanted) >= 0;
    case 'startswith': return (bytes, start, end) => end - start >= wanted.length && same(bytes, start, wanted);
    case 'endswith': return (bytes, start, end) => end - start >= wanted.length && same(bytes, end - wanted.length, wanted);
    case '!=': return (bytes, start, end) => !equal(bytes, start, end, wanted);
    case 'exists': return () => true;
    default: return (bytes, start, end) => { for (const one of all) if (equal(bytes, start, end, one)) return true; return false; };
  }
}

function bytesTest(check: Check): ValueTest {
  const test = spanTest(check);
  return (value) => value instanceof Uint8Array && test(value, 0, value.length);
}

// ---- addresses

function address(value: FilterValue): string {
  const text = canonicalAddress(value.text);
  if (text === undefined) throw new ValueError(value, `"${value.text}" is no address: expected one such as 10.0.0.1 or fe80::1`);
  return text;
}

function networks(check: Check): ValueTest {
  const tests = check.values.map((v) => {
    const test = networkTest(v.text);
    if (typeof test === 'string') throw new ValueError(v, test);
    return test;
  });
  const inside = (value: string): boolean => { for (const test of tests) if (test(value)) return true; return false; };
  return check.operator === '!=' ? (value) => typeof value === 'string' && !inside(value) : (value) => typeof value === 'string' && inside(value);
}
