// What a check does with a value: one function per operator and type, made once. Nothing is allocated when they run.
import { regexMatcher, RegexError } from '../base/regex.ts';
import { globMatcher } from '../base/glob.ts';
import { EVENT_NAMES, isEventName, nearest, type FieldRef, type FieldType, type FieldValue } from '../fields/index.ts';
import { canonicalAddress, littleEndian, networkTest } from './address.ts';
import type { Check, FilterProblem, FilterValue, Modifier, Operator } from './ast.ts';
import { oneSpanTest } from './bytes.ts';
import { kindOfType, ValueError, type Kind } from './kinds.ts';
import { compareTwo, integer, numberSetTest, numberTest } from './numbers.ts';
import { belowTest, compareTexts, cText, lowerText, textTest, type ValueTest } from './texts.ts';

/** The test of a check's operator and values on a value of `type`. Throws a ValueError where they cannot be. */
export function valueTest(check: Check, type: FieldType, ref: FieldRef | undefined): ValueTest {
  const { operator, modifier, values } = check;
  if (operator === 'exists') return (value) => value !== undefined;
  if (ref?.field.name === 'evt.type') checkEventNames(check, ref);
  const kind = kindOfType(type);
  if (operator === 'pmatch') return belowTest(values.map((v) => v.text));
  if (operator === 'in' || operator === 'intersects') return anyOfValues(values, kind, type, ref);
  return together(values.map((value) => oneTest(operator, value, kind, type, ref)), modifier);
}

function oneTest(operator: Operator, value: FilterValue, kind: Kind, type: FieldType, ref: FieldRef | undefined): ValueTest {
  switch (kind) {
    case 'text': return textTest(operator, value);
    case 'number': return numberTest(operator, value, type, ref);
    case 'bytes': { const test = oneSpanTest(operator, value); return (bytes) => bytes instanceof Uint8Array && test(bytes, 0, bytes.length); }
    case 'address': return addressTest(operator, value);
    case 'network': { const inside = network(value); return operator === '!=' ? (address) => typeof address === 'string' && !inside(address) : (address) => typeof address === 'string' && inside(address); }
  }
}

/** One of a list. */
function anyOfValues(values: readonly FilterValue[], kind: Kind, type: FieldType, ref: FieldRef | undefined): ValueTest {
  const [only] = values;
  if (only !== undefined && values.length === 1) return oneTest('=', only, kind, type, ref);
  switch (kind) {
    case 'text': { const wanted: ReadonlySet<unknown> = new Set(values.map((v) => cText(v.text))); return (value) => wanted.has(value); }
    case 'number': return numberSetTest(values, type, ref);
    case 'address': { const wanted: ReadonlySet<unknown> = new Set(values.map(address)); return (value) => wanted.has(value); }
    default: return together(values.map((value) => oneTest('=', value, kind, type, ref)), 'anyof');
  }
}

/** As many of the tests as the modifier says. */
function together(tests: readonly ValueTest[], modifier: Modifier | undefined): ValueTest {
  const [only] = tests;
  if (only !== undefined && tests.length === 1) return only;
  switch (modifier) {
    case 'allof': return (value) => { for (const test of tests) if (!test(value)) return false; return true; };
    case 'oneof': return (value) => { let passed = 0; for (const test of tests) if (test(value)) passed++; return passed === 1; };
    default: return (value) => { for (const test of tests) if (test(value)) return true; return false; };
  }
}

// ---- names of events

/** What an event of a call that the table does not name is called. */
const NO_NAME = '<unknown>';

/** Values that no event can have as its name. */
function wrongEventName(check: Check): { readonly value: FilterValue; readonly message: string } | undefined {
  if (!['=', '!=', 'in', 'intersects'].includes(check.operator) || check.left.kind !== 'field') return undefined;
  for (const value of check.values) {
    if (isEventName(value.text) || value.text === NO_NAME) continue;
    const near = nearest(value.text, EVENT_NAMES);
    return { value, message: `unknown event type "${value.text}"${near === undefined ? '' : `: did you mean ${near}?`} ${check.left.ref.field.name} takes names of events and system calls; porthole -L lists them` };
  }
  return undefined;
}

function checkEventNames(check: Check, ref: FieldRef): void {
  const wrong = check.left.kind === 'field' && check.left.ref === ref ? wrongEventName(check) : undefined;
  if (wrong !== undefined) throw new ValueError(wrong.value, wrong.message);
}

/** What a check that works hardly can mean; undefined: nothing. */
export function checkDoubt(check: Check): FilterProblem | undefined {
  const { left, operator, values } = check;
  const [value] = values;
  if (left.kind === 'field' && left.ref.field.name === 'syscall.type') {
    const wrong = wrongEventName(check);
    if (wrong !== undefined) return { start: wrong.value.start, end: wrong.value.end, message: wrong.message, warning: true };
  }
  if (value !== undefined && value.start === value.end) return { start: check.operatorPlace.start, end: check.operatorPlace.end, message: `expected a value after ${left.kind === 'field' ? left.ref.field.name : left.name} ${operator}; a text that is empty is written ""`, warning: true };
  return undefined;
}

// ---- addresses

function address(value: FilterValue): string {
  const text = canonicalAddress(value.text);
  if (text === undefined) throw new ValueError(value, `"${value.text}" is no address: expected one such as 10.0.0.1 or fe80::1`);
  return text;
}

function network(value: FilterValue): (address: string) => boolean {
  const test = networkTest(value.text);
  if (typeof test === 'string') throw new ValueError(value, test);
  return test;
}

function addressTest(operator: Operator, value: FilterValue): ValueTest {
  const wanted = address(value);
  switch (operator) {
    case '=': return (text) => text === wanted;
    case '!=': return (text) => typeof text === 'string' && text !== wanted;
    default: {
      // As sysdig orders them: by the number that the four bytes are on a little-endian machine.
      const number = littleEndian(wanted);
      if (number === undefined) throw new ValueError(value, `IPv6 addresses have no order for "${operator}": expected one of = != in`);
      return (text) => typeof text === 'string' && compareTwo(operator, littleEndian(text), number);
    }
  }
}

// ---- moments

const MOMENT_OPERATORS: readonly Operator[] = ['=', '!=', '<', '<=', '>', '>=', 'in', 'intersects', 'exists'];

/** Moments since the epoch, for values that are ns since a base: the base is not known before the first event. */
export function momentTest(check: Check, ref: FieldRef): (ns: number, baseNs: bigint) => boolean {
  const { operator, modifier } = check;
  if (!MOMENT_OPERATORS.includes(operator)) throw new ValueError(check.operatorPlace, `"${operator}" does not work on ${ref.field.name}, which is a number: expected one of ${MOMENT_OPERATORS.join(' ')}`);
  if (operator === 'exists') return () => true;
  const moments = check.values.map((v) => integer(v, 'UINT64'));
  const compared: Operator = operator === 'in' || operator === 'intersects' ? '=' : operator;
  let base = -1n;
  let relative: number[] = [];
  return (ns, baseNs) => {
    if (baseNs !== base) { base = baseNs; relative = moments.map((m) => Number(m - baseNs)); }
    let passed = 0;
    for (const moment of relative) if (compareMoment(compared, ns, moment)) passed++;
    return modifier === 'allof' ? passed === relative.length : modifier === 'oneof' ? passed === 1 : passed > 0;
  };
}

function compareMoment(operator: Operator, ns: number, moment: number): boolean {
  switch (operator) {
    case '!=': return ns !== moment;
    case '<': return ns < moment;
    case '<=': return ns <= moment;
    case '>': return ns > moment;
    case '>=': return ns >= moment;
    default: return ns === moment;
  }
}

/** Events within some ms of a moment (`evt.around[T]=D`). */
export function aroundTest(check: Check, ref: FieldRef): (ns: number, baseNs: bigint) => boolean {
  const [value] = check.values;
  if (check.operator !== '=' || value === undefined || check.modifier !== undefined) throw new ValueError(check.operatorPlace, 'evt.around only takes "=": evt.around[time in ns]=milliseconds');
  const moment = BigInt.asUintN(64, BigInt(String(ref.arg)));
  const reach = Number(integer(value, 'UINT64')) * 1e6;
  return (ns, baseNs) => Math.abs(ns - Number(moment - baseNs)) <= reach;
}

// ---- two values that events bring along

/** Patterns kept by a comparison whose pattern comes with the events. */
const KEPT_PATTERNS = 64;

/** The test of two values of the same kind. Networks have no two. */
export function pairTest(operator: Operator, kind: Kind): (a: FieldValue, b: FieldValue) => boolean {
  if (kind === 'number') return (a, b) => compareTwo(operator === 'in' || operator === 'intersects' ? '=' : operator, a, b);
  if (kind === 'bytes') return (a, b) => a instanceof Uint8Array && b instanceof Uint8Array && bytesPass(operator, a, b);
  if (operator === 'glob' || operator === 'iglob' || operator === 'regex') return patternTest(operator);
  return (a, b) => typeof a === 'string' && typeof b === 'string' && textsPass(operator, a, b);
}

function textsPass(operator: Operator, a: string, b: string): boolean {
  switch (operator) {
    case '=': case 'in': case 'intersects': return a === b;
    case '!=': return a !== b;
    case '<': return compareTexts(a, b) < 0;
    case '<=': return compareTexts(a, b) <= 0;
    case '>': return compareTexts(a, b) > 0;
    case '>=': return compareTexts(a, b) >= 0;
    case 'contains': return a.includes(b);
    case 'icontains': return lowerText(a).includes(lowerText(b));
    case 'startswith': return a.startsWith(b);
    case 'endswith': return a.endsWith(b);
    case 'pmatch': return belowTest([b])(a);
    default: return false;
  }
}

function bytesPass(operator: Operator, a: Uint8Array, b: Uint8Array): boolean {
  const at = (from: number): boolean => { for (let i = 0; i < b.length; i++) if (a[from + i] !== b[i]) return false; return true; };
  switch (operator) {
    case '=': case 'in': case 'intersects': return a.length === b.length && at(0);
    case '!=': return a.length !== b.length || !at(0);
    case 'startswith': return a.length >= b.length && at(0);
    case 'endswith': return a.length >= b.length && at(a.length - b.length);
    case 'contains': for (let from = 0; from + b.length <= a.length; from++) if (at(from)) return true; return false;
    default: return false;
  }
}

/** Patterns that events bring along are made ready once each; a wrong one matches nothing. */
function patternTest(operator: 'glob' | 'iglob' | 'regex'): (a: FieldValue, b: FieldValue) => boolean {
  const kept = new Map<string, (text: string) => boolean>();
  return (a, b) => {
    if (typeof a !== 'string' || typeof b !== 'string') return false;
    let match = kept.get(b);
    if (match === undefined) {
      if (kept.size >= KEPT_PATTERNS) kept.clear();
      kept.set(b, match = operator === 'regex' ? regexOrNothing(b) : globMatcher(operator === 'iglob' ? lowerText(b) : b));
    }
    return match(operator === 'iglob' ? lowerText(a) : a);
  };
}

function regexOrNothing(pattern: string): (text: string) => boolean {
  try {
    return regexMatcher(pattern);
  } catch (error) {
    if (error instanceof RegexError) return () => false;
    throw error;
  }
}
