// Output formats: `*%evt.num %proc.name %20fd.name\n` to lines of text, or of JSON.
//
//   leading *   fields without a value print <NA>; without it an event that lacks one prints no line
//   %name       longest known field name; %name[arg] and %name.arg as in filters
//   %NNname     cut or filled with blanks to NN bytes
//   \n \t \e \\  newline, tab, escape, backslash
import type { EventContext } from '../event/context.ts';
import { ByteSink } from '../base/sink.ts';
import { demandOf } from '../fields/demand.ts';
import { DEFAULT_OPTIONS, fieldProblem, findField, type FieldOptions, type FieldRef } from '../fields/index.ts';
import { jsonLine, jsonPieces } from './json.ts';
import type { FormatPart } from './part.ts';
import { QuickLines } from './quickLines.ts';
import { textLine, textPieces, type LineWrite } from './text.ts';

export type { FormatPart } from './part.ts';
export type { QuickLines } from './quickLines.ts';
export { BATCH, QUICK_CHUNK, QUICK_SLOTS } from './quickLayout.ts';
export { QuickScribe, type SharedQuick } from './quickScribe.ts';

const MAX_WIDTH = 4096;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', e: '\x1b', '\\': '\\' };
export type CompiledFormat = {
  readonly ok: true;
  readonly parts: readonly FormatPart[];
  /** Writes one line for the event, without a newline at its end; false, and nothing written, where it has none because a field lacks a value. */
  printTo(ctx: EventContext, sink: ByteSink): boolean;
  /** The same as one JSON object. */
  printJsonTo(ctx: EventContext, sink: ByteSink): boolean;
  /** What writes the same lines (of JSON, if asked so) more quickly; undefined where there is nothing that does. */
  quick(json: boolean): QuickLines | undefined;
  /** The line as text; undefined where there is none. */
  print(ctx: EventContext): string | undefined;
  printJson(ctx: EventContext): string | undefined;
  /** Parts of the state that the fields read: bits of `DEMAND`. */
  readonly demand: number;
  /** A field remembers events that it saw before, so that every event must be printed by the same format and in order. */
  readonly remembers: boolean;
  /** Whether it switches colours, which are to be reset at the end. */
  readonly colours: boolean;
} | { readonly ok: false; readonly message: string; /** Where in the format, 0-based. */ readonly at: number };

interface Failure { readonly message: string; readonly at: number }

/** Reads a format. Never throws. */
export function compileFormat(text: string, options: FieldOptions = DEFAULT_OPTIONS): CompiledFormat {
  const lenient = text.startsWith('*');
  const parts = readParts(text, lenient ? 1 : 0);
  if (!Array.isArray(parts)) return { ok: false, ...(parts as Failure) };
  const fields = parts.flatMap((part) => 'literal' in part ? [] : [part.ref]);
  const remembering = fields.some((ref) => remembers(ref, options));
  // Each kind of lines is made when it is asked for first.
  let lines: LineWrite | undefined, objects: LineWrite | undefined;
  const textTo = (): LineWrite => lines ??= textLine(parts, lenient, options, remembering);
  const jsonTo = (): LineWrite => objects ??= jsonLine(parts, lenient, options, remembering);
  return {
    ok: true, parts, get printTo() { return textTo(); }, get printJsonTo() { return jsonTo(); }, 
    quick: (json) => remembering ? undefined : QuickLines.make((json ? jsonPieces : textPieces)(parts, lenient, options), json ? jsonTo() : textTo(), options),
    print: asText(textTo), printJson: asText(jsonTo),
    demand: fields.reduce((all, ref) => all | demandOf(ref, options), 0),
    remembers: remembering,
    colours: text.includes('\\e') || text.includes('\x1b'),
  };
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

/** Whether what the field gives depends on the events that it was asked for before. */
function remembers(ref: FieldRef, options: FieldOptions): boolean {
  const { field } = ref;
  return field.memory !== undefined || (field.textMemory !== undefined && (field.name !== 'evt.outputtime' || options.timeForm === 'D'));
}

const scratch = new ByteSink();
function asText(write: () => LineWrite): (ctx: EventContext) => string | undefined {
  return (ctx) => {
    scratch.clear();
    return write()(ctx, scratch) ? scratch.text() : undefined;
  };
}
