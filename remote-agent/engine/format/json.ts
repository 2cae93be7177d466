// Lines of JSON as bytes: one object for an event, its keys sorted by their bytes.
import type { ByteSink } from '../base/sink.ts';
import type { EventContext } from '../event/context.ts';
import { fieldType, type FieldOptions, type FieldRef, type FieldType } from '../fields/index.ts';
import type { FormatPart } from './part.ts';
import { constant, inRow, lineOf, type LineWrite, type Section } from './text.ts';
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

function escapeRest(sink: ByteSink, from: number): void {
  const text = sink.text(from);
  sink.at = from;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const short = SHORT_ESCAPES[code];
    if (short !== undefined) sink.ascii(short);
    else if (code < 0x20) sink.ascii(`\\u00${HEX[code >> 4]}${HEX[code & 15]}`);
    else sink.utf8(character);
  }
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

/** The writer of a format's lines of JSON. The text between the fields is left out, and a field that comes twice is printed once. */
export function jsonLine(parts: readonly FormatPart[], lenient: boolean, options: FieldOptions): LineWrite {
  // Buffers are whole, however long they are.
  const whole = { ...options, bufferLimit: 0 };
  const fields = new Map<string, FieldRef>();
  for (const part of parts) if (!('literal' in part) && !fields.has(part.written)) fields.set(part.written, part.ref);
  const sorted = [...fields].sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
  if (sorted.length === 0) return lineOf([{ by: 'event', write: constant('{}') }]);
  const sections = sorted.map(([name, ref], i): Section => {
    const value = valueWriter(ref, whole);
    const asked = ref.field.memory === undefined ? value : twice(value);
    const nothing = constant('null');
    const write: FieldWrite = lenient ? (ctx, sink) => asked(ctx, sink) || nothing(ctx, sink) : asked;
    const row = [constant(`${i === 0 ? '{' : ','}${JSON.stringify(name)}:`), write];
    if (i === sorted.length - 1) row.push(constant('}'));
    return { by: CLOCKS.has(ref.field.name) ? 'event' : holdOf(ref), write: inRow(row) };
  });
  return lineOf(sections);
}
