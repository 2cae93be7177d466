// Comparisons of texts. What the kernel's strings are to sysdig: bytes up to a NUL, compared byte by byte, upper and lower case of ASCII alone.
import { globMatcher } from '../base/glob.ts';
import { regexMatcher, RegexError } from '../base/regex.ts';
import { ESCAPED_FROM, ESCAPED_TO, encodeText } from '../base/text.ts';
import type { FieldValue } from '../fields/index.ts';
import type { FilterValue, Operator } from './ast.ts';
import { find, sameAt } from './bytes.ts';
import { ValueError } from './kinds.ts';

export type ValueTest = (value: FieldValue) => boolean;

/** A text up to its NUL. */
export function cText(text: string): string {
  const nul = text.indexOf('\0');
  return nul < 0 ? text : text.slice(0, nul);
}

function lower(code: number): number { return code >= 65 && code <= 90 ? code + 32 : code; }
/** ASCII letters in lower case, nothing else changed. */
export function lowerText(text: string): string { return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()); }
export function upperText(text: string): string { return text.replace(/[a-z]+/g, (letters) => letters.toUpperCase()); }

/** Less than 0, 0, or more: order of the texts' bytes. */
export function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const one = a.charCodeAt(i), other = b.charCodeAt(i);
    if (one === other) continue;
    // Beyond here the order of JavaScript's characters is not that of their bytes.
    return one < 0xd800 && other < 0xd800 ? one - other : compareBytes(encodeText(a.slice(i > 0 ? i - 1 : 0)), encodeText(b.slice(i > 0 ? i - 1 : 0)));
  }
  return a.length - b.length;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return (a[i] ?? 0) - (b[i] ?? 0);
  return a.length - b.length;
}

/** Holds bytes that are no UTF-8 by themselves, and may yet be a part of some. */
function isTorn(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= ESCAPED_FROM && code <= ESCAPED_TO && !(i > 0 && text.charCodeAt(i - 1) >= 0xd800 && text.charCodeAt(i - 1) < 0xdc00)) return true;
  }
  return false;
}

/** A pattern's matcher, or the problem at its place within the value. */
function regexOf(value: FilterValue): (text: string) => boolean {
  try {
    return regexMatcher(value.text);
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
    throw new ValueError(placeWithin(value, error.start, error.end), `wrong regular expression: ${error.message}`);
  }
}

/** The place of a part of a value, where no escape shifts it; else the whole value. */
function placeWithin(value: FilterValue, start: number, end: number): { readonly start: number; readonly end: number } {
  const quotes = value.end - value.start - value.text.length;
  if (quotes !== 0 && quotes !== 2) return value;
  const from = value.start + quotes / 2;
  return { start: Math.min(from + start, value.end), end: Math.min(from + end, value.end) };
}

/** The test of one wanted text, by operator. */
export function textTest(operator: Operator, value: FilterValue): ValueTest {
  const wanted = cText(value.text);
  switch (operator) {
    case '=': return (text) => text === wanted;
    case '!=': return (text) => typeof text === 'string' && text !== wanted;
    case '<': return (text) => typeof text === 'string' && compareTexts(text, wanted) < 0;
    case '<=': return (text) => typeof text === 'string' && compareTexts(text, wanted) <= 0;
    case '>': return (text) => typeof text === 'string' && compareTexts(text, wanted) > 0;
    case '>=': return (text) => typeof text === 'string' && compareTexts(text, wanted) >= 0;
    case 'contains': case 'startswith': case 'endswith': return isTorn(wanted) ? tornTest(operator, encodeText(wanted)) : partTest(operator, wanted);
    case 'icontains': return ignoringCase(wanted);
    case 'glob': { const match = globMatcher(wanted); return (text) => typeof text === 'string' && match(text); }
    case 'iglob': { const match = globMatcher(lowerText(wanted)); return (text) => typeof text === 'string' && match(lowerText(text)); }
    case 'regex': { const match = regexOf(value); return (text) => typeof text === 'string' && match(text); }
    default: throw new Error(`no test of texts: ${operator}`);
  }
}

function partTest(operator: 'contains' | 'startswith' | 'endswith', wanted: string): ValueTest {
  switch (operator) {
    case 'contains': return (text) => typeof text === 'string' && text.includes(wanted);
    case 'startswith': return (text) => typeof text === 'string' && text.startsWith(wanted);
    case 'endswith': return (text) => typeof text === 'string' && text.endsWith(wanted);
  }
}

/** For parts of characters: by bytes. */
function tornTest(operator: 'contains' | 'startswith' | 'endswith', wanted: Uint8Array): ValueTest {
  return (text) => {
    if (typeof text !== 'string') return false;
    const bytes = encodeText(text);
    switch (operator) {
      case 'contains': return find(bytes, 0, bytes.length, wanted) >= 0;
      case 'startswith': return bytes.length >= wanted.length && sameAt(bytes, 0, wanted);
      case 'endswith': return bytes.length >= wanted.length && sameAt(bytes, bytes.length - wanted.length, wanted);
    }
  };
}

function ignoringCase(wanted: string): ValueTest {
  const codes = Array.from({ length: wanted.length }, (_, i) => lower(wanted.charCodeAt(i)));
  const [head] = codes;
  return (text) => {
    if (typeof text !== 'string') return false;
    if (head === undefined) return true;
    const last = text.length - codes.length;
    for (let at = 0; at <= last; at++) {
      if (lower(text.charCodeAt(at)) !== head) continue;
      let i = 1;
      while (i < codes.length && lower(text.charCodeAt(at + i)) === codes[i]) i++;
      if (i === codes.length) return true;
    }
    return false;
  };
}

/** The parts of a path between its slashes; empty ones do not count. */
function partsOf(path: string): string[] { return path.split('/').filter((part) => part !== ''); }

/** One of the paths, or below one: compared part by part, however many slashes stand between, at the front or at the end. */
export function belowTest(paths: readonly string[]): ValueTest {
  const roots = paths.map((path) => partsOf(cText(path)));
  if (roots.some((root) => root.length === 0)) return (value) => typeof value === 'string';
  // What is compared to a plain path needs no taking apart: each root as it stands between slashes.
  const plain = roots.map((root) => root.join('/'));
  return (value) => {
    if (typeof value !== 'string') return false;
    let start = 0;
    while (value.charCodeAt(start) === 47) start++;
    const normal = value.includes('//', start) ? partsOf(value).join('/') : value;
    if (normal !== value) start = 0;
    for (const root of plain) {
      const end = start + root.length;
      if (normal.startsWith(root, start) && (normal.length === end || normal.charCodeAt(end) === 47)) return true;
    }
    return false;
  };
}
