// Output formats: `*%evt.num %proc.name %20fd.name\n` to lines of text, or of JSON.
//
//   leading *   fields without a value print <NA>; without it an event that lacks one prints no line
//   %name       longest known field name; %name[arg] and %name.arg as in filters
//   %NNname     cut or filled with blanks to NN characters
//   \n \t \e \\  newline, tab, escape, backslash
import type { EventContext } from '../event/context.ts';
import { bindText, bindValue, DEFAULT_OPTIONS, fieldProblem, fieldType, findField, type FieldOptions, type FieldRef } from '../fields/index.ts';
import { epochText } from '../fields/times.ts';

const MISSING = '<NA>';
const MAX_WIDTH = 4096;
/** Control characters but newline and tab. */
// eslint-disable-next-line no-control-regex
const STEERING = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', e: '\x1b', '\\': '\\' };
/** Times that JSON gives as numbers, whatever their text. */
const CLOCKS: ReadonlySet<string> = new Set(['evt.time', 'evt.time.s', 'evt.time.iso8601', 'evt.datetime', 'evt.datetime.s', 'evt.outputtime', 'evt.rawtime']);

/** A piece of a format: text as it stands, or a field. */
export type FormatPart = { readonly literal: string } | { readonly ref: FieldRef; readonly width: number; readonly written: string };

export type CompiledFormat = {
  readonly ok: true;
  readonly parts: readonly FormatPart[];
  /** One line for the event, without a newline at its end; undefined where it has none because a field lacks a value. */
  print(ctx: EventContext): string | undefined;
  /** The same as one JSON object. */
  printJson(ctx: EventContext): string | undefined;
  /** Whether it switches colours, which are to be reset at the end. */
  readonly colours: boolean;
} | { readonly ok: false; readonly message: string; /** Where in the format, 0-based. */ readonly at: number };

interface Failure { readonly message: string; readonly at: number }

/** Reads a format. Never throws. */
export function compileFormat(text: string, options: FieldOptions = DEFAULT_OPTIONS): CompiledFormat {
  const lenient = text.startsWith('*');
  const parts = readParts(text, lenient ? 1 : 0);
  if (!Array.isArray(parts)) return { ok: false, ...(parts as Failure) };
  return { ok: true, parts, print: printer(parts, lenient, options), printJson: jsonPrinter(parts, lenient, options), colours: text.includes('\\e') || text.includes('\x1b') };
}

function readParts(text: string, from: number): FormatPart[] | Failure {
  const parts: FormatPart[] = [];
  let literal = '';
  for (let at = from; at < text.length;) {
    const c = text[at] ?? '';
    if (c === '\\') {
      const meant = ESCAPES[text[at + 1] ?? ''];
      literal += meant ?? c;
      at += meant === undefined ? 1 : 2;
      continue;
    }
    if (c !== '%') { literal += c; at++; continue; }
    const token = readField(text, at);
    if ('message' in token) return token;
    if (literal !== '') { parts.push({ literal }); literal = ''; }
    parts.push(token.part);
    at = token.next;
  }
  if (literal !== '') parts.push({ literal });
  return parts;
}

function readField(text: string, at: number): { readonly part: FormatPart; readonly next: number } | Failure {
  const digits = /^\d{0,9}/.exec(text.slice(at + 1, at + 11))?.[0] ?? '';
  const start = at + 1 + digits.length;
  if (start >= text.length) return { at, message: digits === '' ? 'invalid formatting syntax: formatting cannot end with a %' : 'invalid formatting syntax: formatting cannot end with a number' };
  const rest = text.slice(start);
  const ref = findField(rest);
  if (ref === undefined) return { at, message: `invalid formatting token ${rest}: expected the name of a field after %; porthole -l lists them` };
  if (ref.field.use === 'filter') return { at, message: `${ref.field.name} is filter only and cannot be used as a display field` };
  if (ref.arg === undefined && ref.field.anyOf !== undefined && ref.field.argument === 'optional') return { at, message: `${ref.field.name} needs an index here, e.g. %${ref.field.name}[1]` };
  const problem = fieldProblem(ref);
  if (problem !== undefined) return { at, message: `invalid formatting token ${rest.slice(0, ref.length)}: ${problem}` };
  return { part: { ref, width: Math.min(Number(digits), MAX_WIDTH), written: rest.slice(0, ref.length) }, next: start + ref.length };
}

type Writer = (ctx: EventContext) => string | undefined;

function printer(parts: readonly FormatPart[], lenient: boolean, options: FieldOptions): (ctx: EventContext) => string | undefined {
  const writers = parts.map((part): Writer => {
    if ('literal' in part) { const { literal } = part; return () => literal; }
    const bound = bindText(part.ref, options);
    const text: Writer = options.terminal === true ? (ctx) => bound(ctx)?.replace(STEERING, '.') : bound;
    const { width } = part;
    if (width === 0) return lenient ? (ctx) => text(ctx) ?? MISSING : text;
    return (ctx) => { const t = text(ctx) ?? (lenient ? MISSING : undefined); return t?.slice(0, width).padEnd(width); };
  });
  return (ctx) => {
    let line = '';
    let whole = true;
    // All fields are read even where the line is left out already: some remember what they saw.
    for (const write of writers) {
      const text = write(ctx);
      if (text === undefined) whole = false; else line += text;
    }
    return whole ? line : undefined;
  };
}

function jsonPrinter(parts: readonly FormatPart[], lenient: boolean, options: FieldOptions): (ctx: EventContext) => string | undefined {
  const readers = new Map<string, Writer>();
  for (const part of parts) if (!('literal' in part) && !readers.has(part.written)) readers.set(part.written, jsonValue(part.ref, options));
  const entries = [...readers].sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0).map(([name, read]) => ({ key: `${JSON.stringify(name)}:`, read }));
  return (ctx) => {
    let out = '{';
    let whole = true;
    for (const { key, read } of entries) {
      const value = read(ctx) ?? (lenient ? 'null' : undefined);
      if (value === undefined) whole = false; else out += `${out === '{' ? '' : ','}${key}${value}`;
    }
    return whole ? `${out}}` : undefined;
  };
}

/** JSON of a value: numbers and booleans as such, what is written in hexadecimal or is text as a string. */
function jsonValue(ref: FieldRef, options: FieldOptions): Writer {
  const { field } = ref;
  if (CLOCKS.has(field.name)) return epochText;
  const type = fieldType(ref);
  if (type === 'CHARBUF' || type === 'BYTEBUF' || type === 'IPADDR' || type === 'IPNET' || field.format === 'HEX' || field.format === 'OCT' || field.text !== undefined) {
    const text = bindText(ref, options);
    return (ctx) => { const t = text(ctx); return t === undefined ? undefined : JSON.stringify(t); };
  }
  const value = bindValue(ref);
  return (ctx) => {
    const v = value(ctx);
    return v === undefined ? undefined : typeof v === 'number' || typeof v === 'boolean' ? String(v) : JSON.stringify(String(v));
  };
}
