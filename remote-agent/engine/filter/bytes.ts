// Comparisons of bytes, in place.
import { encodeText } from '../base/text.ts';
import type { Check, FilterValue, Operator } from './ast.ts';
import { ValueError } from './kinds.ts';

/** A test of the bytes from `start` to `end`. */
export type SpanTest = (bytes: Uint8Array, start: number, end: number) => boolean;

export function sameAt(bytes: Uint8Array, at: number, wanted: Uint8Array): boolean {
  for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false;
  return true;
}

/** How often a byte stands in data, roughly: 0 seldom. */
function commonness(byte: number): number {
  if (byte === 0 || byte === 32) return 3;
  if (byte >= 97 && byte <= 122) return 2;
  return (byte >= 48 && byte <= 57) || byte === 10 || byte === 13 || byte === 46 || byte === 47 ? 1 : 0;
}

/** Which byte of `wanted` to look for first. */
function rarest(wanted: Uint8Array): number {
  let best = 0;
  for (let i = 1; i < wanted.length; i++) if (commonness(wanted[i] ?? 0) < commonness(wanted[best] ?? 0)) best = i;
  return best;
}

/** Spans up to here are searched byte by byte: handing them out to be searched costs more. */
const SHORT = 192;

/** Where `wanted` stands between `start` and `end`; -1: nowhere. `key`: index in it of the byte to look for. */
export function find(bytes: Uint8Array, start: number, end: number, wanted: Uint8Array, key = 0): number {
  if (wanted.length === 0) return start;
  const byte = wanted[key] ?? 0;
  const first = start + key, last = end - wanted.length + key;
  if (last - first < SHORT) {
    for (let at = first; at <= last; at++) if (bytes[at] === byte && sameAt(bytes, at - key, wanted)) return at - key;
    return -1;
  }
  // `indexOf` knows no end: it gets the span alone.
  const span = bytes.subarray(first, last + 1);
  for (let at = span.indexOf(byte); at >= 0; at = span.indexOf(byte, at + 1)) if (sameAt(bytes, start + at, wanted)) return start + at;
  return -1;
}

function hexBytes(value: FilterValue): Uint8Array {
  if (!/^([0-9a-fA-F]{2})+$/.test(value.text)) throw new ValueError(value, `"${value.text}" are no hexadecimal digits: expected two for each byte, e.g. 474554`);
  return Uint8Array.from(value.text.match(/../g) ?? [], (digits) => parseInt(digits, 16));
}

/** The test of one value, by operator. Throws a ValueError. */
export function oneSpanTest(operator: Operator, value: FilterValue): SpanTest {
  const wanted = operator === 'bcontains' || operator === 'bstartswith' ? hexBytes(value) : encodeText(value.text);
  switch (operator) {
    case 'contains': case 'bcontains': { const key = rarest(wanted); return (bytes, start, end) => end - start >= wanted.length && find(bytes, start, end, wanted, key) >= 0; }
    case 'startswith': case 'bstartswith': return (bytes, start, end) => end - start >= wanted.length && sameAt(bytes, start, wanted);
    case 'endswith': return (bytes, start, end) => end - start >= wanted.length && sameAt(bytes, end - wanted.length, wanted);
    case '!=': return (bytes, start, end) => end - start !== wanted.length || !sameAt(bytes, start, wanted);
    case '=': return (bytes, start, end) => end - start === wanted.length && sameAt(bytes, start, wanted);
    default: throw new Error(`no test of bytes: ${operator}`);
  }
}

/** The test of a check's values. */
export function spanTest(check: Check): SpanTest {
  const { operator, modifier, values } = check;
  if (operator === 'exists') return () => true;
  const tests = values.map((value) => oneSpanTest(operator === 'in' || operator === 'intersects' ? '=' : operator, value));
  const [only] = tests;
  if (only !== undefined && tests.length === 1) return only;
  switch (modifier) {
    case 'allof': return (bytes, start, end) => { for (const test of tests) if (!test(bytes, start, end)) return false; return true; };
    case 'oneof': return (bytes, start, end) => { let passed = 0; for (const test of tests) if (test(bytes, start, end)) passed++; return passed === 1; };
    default: return (bytes, start, end) => { for (const test of tests) if (test(bytes, start, end)) return true; return false; };
  }
}
