// Lines of JSON as bytes: one object for an event, its keys sorted by their bytes.
import { ByteSink } from '../base/sink.ts';
import type { EventContext } from '../event/context.ts';
import { fieldType, type FieldOptions, type FieldRef, type FieldType } from '../fields/index.ts';
import type { FormatPart } from './part.ts';
import { constant, inRow, lineOf, type LineWrite, type Piece, type Section } from './text.ts';
import { epochNanosWriter } from './times.ts';
import { bindWriter, holdOf, type FieldWrite } from './writers.ts';

/** Times that JSON gives as numbers, whatever their text. */
const CLOCKS: ReadonlySet<string> = new Set(['evt.time', 'evt.time.s', 'evt.time.iso8601', 'evt.datetime', 'evt.datetime.s', 'evt.outputtime', 'evt.rawtime']);
const TEXTS: ReadonlySet<FieldType> = new Set<FieldType>(['CHARBUF', 'BYTEBUF', 'IPADDR', 'IPNET']);
const QUOTE = 34, BACKSLASH = 92;
const HEX = '0123456789abcdef';

/** True where one of the four bytes of a word cannot stand in a JSON string as it is: below 0x20, a quote, a backslash, or beyond 0x7f. */
function isSpecial(word: number): boolean {
  const quote = word ^ 0x22222222, slash = word ^ 0x5c5c5c5c;
  return (((word - 0x20202020) | word | ((quote - 0x01010101) & ~quote) | ((slash - 0x01010101) & ~slash)) & 0x80808080) !== 0;
}

const SHORT_ESCAPES: Readonly<Record<number, string>> = { 8: '\\b', 9: '\\t', 10: '\\n', 12: '\\f', 13: '\\r', 34: '\\"', 92: '\\\\' };

/** Makes a JSON string of what was written behind `mark`, where its quote stands already. */
export function closeString(sink: ByteSink, mark: number): void {
  const { data, bytes } = sink;
  const end = sink.at;
  let at = mark;
  while (at + 4 <= end && !isSpecial(data.getInt32(at, true))) at += 4;
  for (; at < end; at++) { const byte = bytes[at] ?? 0; if (byte < 0x20 || byte > 0x7e || byte === QUOTE || byte === BACKSLASH) break; }
  if (at < end) escapeRest(sink, at);
  sink.byte(QUOTE);
}

const held = new ByteSink();

/** Escapes what was written from `from` on. Characters beyond ASCII are written by their numbers, with two halves beyond 16 bits. */
function escapeRest(sink: ByteSink, from: number): void {
  held.clear();
  held.copy(sink.bytes, from, sink.at);
  sink.at = from;
  const { bytes, at: end } = held;
  for (let at = 0; at < end;) {
    const byte = bytes[at] ?? 0;
    const short = SHORT_ESCAPES[byte];
    if (short !== undefined) { sink.ascii(short); at++; continue; }
    if (byte >= 0x20 && byte < 0x80) { sink.byte(byte); at++; continue; }
    const length = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : byte < 0xf8 ? 4 : 1;
    const whole = at + length <= end;
    escaped(sink, whole ? codepoint(bytes, at, length) : REPLACEMENT);
    at += whole ? length : 1;
  }
}

const REPLACEMENT = 0xfffd;

/** The character of so many bytes, of which the first says how many it has; the others are taken for what they should be. */
function codepoint(bytes: Uint8Array, at: number, length: number): number {
  const first = bytes[at] ?? 0, second = (bytes[at + 1] ?? 0) & 0x3f, third = (bytes[at + 2] ?? 0) & 0x3f, fourth = (bytes[at + 3] ?? 0) & 0x3f;
  switch (length) {
    case 1: return first < 0x80 ? first : REPLACEMENT;
    case 2: { const code = ((first & 0x1f) << 6) | second; return code < 0x80 ? REPLACEMENT : code; }
    case 3: { const code = ((first & 0x0f) << 12) | (second << 6) | third; return code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? REPLACEMENT : code; }
    default: { const code = ((first & 0x07) << 18) | (second << 12) | (third << 6) | fourth; return code < 0x10000 ? REPLACEMENT : code; }
  }
}

/** Writes a character by its number. */
function escaped(sink: ByteSink, code: number): void {
  if (code >= 0x10000) { escaped(sink, 0xd800 + (((code - 0x10000) >> 10) & 0x3ff)); escaped(sink, 0xdc00 + ((code - 0x10000) & 0x3ff)); return; }
  sink.ascii('\\u');
  for (let shift = 12; shift >= 0; shift -= 4) sink.byte(HEX.charCodeAt((code >> shift) & 15));
}

/** A field's value as JSON: numbers and booleans as such, what is written in hexadecimal or is text as a string. False where there is none. */
function valueWriter(ref: FieldRef, options: FieldOptions): FieldWrite {
  const { field } = ref;
  if (CLOCKS.has(field.name)) return epochNanosWriter();
  const type = fieldType(ref);
  if (TEXTS.has(type) || field.format === 'HEX' || field.format === 'OCT' || field.text !== undefined) {
    const write = bindWriter(ref, options);
    return (ctx, sink) => {
      sink.byte(QUOTE);
      const mark = sink.at;
      if (!write(ctx, sink)) { sink.at = mark - 1; return false; }
      closeString(sink, mark);
      return true;
    };
  }
  return bindWriter(field.format === '10_PADDED_DEC' ? { ...ref, field: { ...field, format: 'DEC' } } : ref, options);
}

/** Fields that remember are asked twice for each line, as readers of the time do: what the second time gives is printed. */
function twice(write: FieldWrite): FieldWrite {
  return (ctx: EventContext, sink: ByteSink) => {
    const mark = sink.at;
    write(ctx, sink);
    sink.at = mark;
    return write(ctx, sink);
  };
}

/** The fields of a format's lines of JSON, in their order. The text between the fields is left out, and a field that comes twice is printed once. */
function fieldsOf(parts: readonly FormatPart[], lenient: boolean, options: FieldOptions): (Piece & { readonly name: string })[] {
  // Buffers are whole, however long they are.
  const whole = { ...options, bufferLimit: 0 };
  const fields = new Map<string, FieldRef>();
  for (const part of parts) if (!('literal' in part) && !fields.has(part.written)) fields.set(part.written, part.ref);
  const sorted = [...fields].sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
  return sorted.map(([name, ref]) => {
    const value = valueWriter(ref, whole), { field } = ref;
    const asked = field.memory === undefined ? value : twice(value);
    const nothing = constant('null');
    const isClock = CLOCKS.has(field.name);
    return {
      name, by: isClock ? 'event' : holdOf(ref), write: lenient ? (ctx, sink) => asked(ctx, sink) || nothing(ctx, sink) : asked,
      native: isClock ? 'epoch' : field.name === 'evt.num' ? 'number' : field.name === 'evt.cpu' ? 'cpu' : undefined,
    };
  });
}

/** What stands in front of a field. */
const keyOf = (name: string, i: number): string => `${i === 0 ? '{' : ','}${JSON.stringify(name)}:`;

/** What a format's lines of JSON consist of. */
export function jsonPieces(parts: readonly FormatPart[], lenient: boolean, options: FieldOptions): Piece[] {
  const text = (one: string): Piece => ({ by: 'event', write: constant(one), text: one });
  return [...fieldsOf(parts, lenient, options).flatMap((field, i) => [text(keyOf(field.name, i)), field]), text('}')];
}

/** The writer of a format's lines of JSON. */
export function jsonLine(parts: readonly FormatPart[], lenient: boolean, options: FieldOptions, remembers: boolean): LineWrite {
  const fields = fieldsOf(parts, lenient, options);
  if (fields.length === 0) return lineOf([{ by: 'event', write: constant('{}') }], false);
  const sections = fields.map(({ name, by, write }, i): Section => {
    const row = [constant(keyOf(name, i)), write];
    if (i === fields.length - 1) row.push(constant('}'));
    return { by, write: inRow(row) };
  });
  return lineOf(sections, remembers);
}
