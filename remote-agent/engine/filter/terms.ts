// What stands on either side of an operator: fields, transformers, and values that are several at once.
import { base64Bytes } from './base64.ts';
import { decodeBytes } from '../base/text.ts';
import type { EventContext } from '../event/context.ts';
import { bindValue, fieldProblem, fieldType, type FieldRef, type FieldValue } from '../fields/index.ts';
import { TRANSFORMERS, type CallTerm, type FieldTerm, type Subject, type Term } from './ast.ts';
import { kindOfType, KIND_WORDS, ValueError, type Shape } from './kinds.ts';
import { lowerText, upperText } from './texts.ts';

export type Value = (ctx: EventContext) => FieldValue;
export type Values = (ctx: EventContext) => readonly FieldValue[] | undefined;

const NONE: readonly string[] = [];
/** How a field's text falls into elements, where it is not by commas. */
const LISTS: Readonly<Record<string, Values>> = {
  'proc.args': (ctx) => ctx.info?.args,
};
/** Texts with separators between elements. */
const SEPARATED: Readonly<Record<string, string>> = { 'proc.env': ' ', 'thread.cgroups': ' ', 'fdlist.nums': ',', 'fdlist.names': ',', 'container.mounts': ',' };

/** A reader of the several values of a field that has some (arguments, polled descriptors, ancestors, both ends); undefined for others. */
export function valuesOf(ref: FieldRef): Values | undefined {
  if (ref.arg !== undefined) return undefined;
  const { anyOf, name } = ref.field;
  if (anyOf !== undefined) {
    return (ctx) => {
      const all: FieldValue[] = [];
      anyOf(ctx, (value) => { if (value !== undefined) all.push(value); return false; });
      return all.length === 0 ? undefined : all;
    };
  }
  const list = LISTS[name];
  if (list !== undefined) return list;
  const separator = SEPARATED[name];
  if (separator === undefined) return undefined;
  const value = bindValue(ref);
  return (ctx) => { const text = value(ctx); return typeof text !== 'string' ? undefined : text === '' ? NONE : text.split(separator); };
}

/** All fields that a term reads. */
export function refsOf(term: Term): readonly FieldRef[] {
  switch (term.kind) {
    case 'field': return [term.ref];
    case 'call': return term.args.flatMap(refsOf);
    case 'list': return term.items.flatMap(refsOf);
    case 'text': return [];
  }
}

/** Fields without whose value a term has none. */
export function neededRefs(term: Term): readonly FieldRef[] {
  if (term.kind === 'field') return [term.ref];
  if (term.kind !== 'call') return [];
  switch (term.name) {
    case 'len': { const [arg] = term.args; return arg === undefined || isList(arg) ? [] : neededRefs(arg); }
    case 'join': case 'getopt': return [];
    default: return term.args.flatMap(neededRefs);
  }
}

/** Whether a term is several values at once. */
export function isList(term: Term): boolean {
  switch (term.kind) {
    case 'list': return true;
    case 'call': return term.name === 'getopt' && term.option === undefined;
    case 'field': return valuesOf(term.ref) !== undefined;
    case 'text': return false;
  }
}

/** The shape of what a check looks at. A field that is several values counts as one here: its comparisons say what they make of it. Throws a ValueError for wrong arguments. */
export function shapeOf(subject: Subject): Shape {
  if (subject.kind === 'field') {
    const { field, arg } = subject.ref;
    return { type: fieldType(subject.ref), list: false, either: field.anyOf !== undefined && arg === undefined, name: field.name };
  }
  checkCall(subject);
  return { type: callType(subject), list: isList(subject), name: `${subject.name}()` };
}

function callType(call: CallTerm): Shape['type'] {
  const [arg] = call.args;
  if (call.name === 'len') return 'UINT64';
  return call.name === 'b64' && arg !== undefined && !isList(arg) ? typeOf(arg) : 'CHARBUF';
}

function typeOf(term: Term): Shape['type'] { return term.kind === 'field' ? fieldType(term.ref) : term.kind === 'call' ? callType(term) : 'CHARBUF'; }

/** Throws a ValueError where a field cannot stand in a filter or has a wrong argument. */
export function checkField(term: FieldTerm): void {
  const problem = fieldProblem(term.ref);
  if (problem !== undefined) throw new ValueError(term, problem);
  if (term.ref.field.use === 'print') throw new ValueError(term, `${term.ref.field.name} is for printing only; filters use evt.rawtime, evt.reltime or evt.time`);
}

function checkTerm(term: Term): void {
  if (term.kind === 'call') { checkCall(term); return; }
  if (term.kind === 'list') { for (const item of term.items) { checkTerm(item); requireText(item, 'a list'); } return; }
  if (term.kind !== 'field') return;
  checkField(term);
  if (term.ref.field.name === 'evt.around') throw new ValueError(term, 'evt.around is a check of its own: evt.around[time in ns]=milliseconds');
}

function requireText(term: Term, by: string): void {
  const kind = kindOfType(typeOf(term));
  if (term.kind === 'list' || kind !== 'text') throw new ValueError(term, `${by} takes texts, and this is ${term.kind === 'list' ? 'a list' : KIND_WORDS[kind]}`);
}
function requireList(term: Term, by: string): void {
  if (!isList(term)) throw new ValueError(term, `${by} takes a list here: (a, b), or a field that is one, such as proc.args`);
}

/** Throws a ValueError where a transformer's arguments do not fit. */
function checkCall(call: CallTerm): void {
  for (const arg of call.args) checkTerm(arg);
  const [first, second] = call.args;
  if (first === undefined) return;
  switch (call.name) {
    case 'tolower': case 'toupper': case 'basename': requireText(first, call.name); return;
    case 'concat': for (const arg of call.args) requireText(arg, call.name); return;
    case 'b64': if (first.kind === 'list' || !['text', 'bytes'].includes(kindOfType(typeOf(first)))) requireText(first, call.name); return;
    case 'len': if (!isList(first) && !['text', 'bytes'].includes(kindOfType(typeOf(first)))) throw new ValueError(first, `len takes a text, bytes or a list, and this is ${KIND_WORDS[kindOfType(typeOf(first))]}`); return;
    case 'join': requireText(first, call.name); if (second !== undefined) requireList(second, call.name); return;
    case 'getopt':
      requireList(first, call.name);
      if (second !== undefined && second.kind !== 'text') throw new ValueError(second, `the letters of the options are expected in quotes: ${TRANSFORMERS.getopt.form}`);
      return;
  }
}

/** A reader of a term's one value. */
export function bindTerm(term: Term): Value {
  switch (term.kind) {
    case 'text': { const { text } = term.value; return () => text; }
    case 'list': return () => undefined;
    case 'field': {
      const value = bindValue(term.ref);
      // Times since the base, as the epoch counts them.
      return term.ref.field.epoch === true ? (ctx) => { const ns = value(ctx); return typeof ns === 'number' ? ctx.state.baseNs + BigInt(Math.round(ns)) : ns; } : value;
    }
    case 'call': return bindCall(term);
  }
}

/** A reader of a term's several values; one value is a list of one. */
export function bindList(term: Term): Values {
  if (term.kind === 'list') {
    const items = term.items.map(bindTerm);
    return (ctx) => { const all: FieldValue[] = []; for (const item of items) { const value = item(ctx); if (value !== undefined) all.push(value); } return all; };
  }
  if (term.kind === 'field') { const values = valuesOf(term.ref); if (values !== undefined) return values; }
  if (term.kind === 'call' && term.name === 'getopt' && term.option === undefined) return options(term);
  const one = bindTerm(term);
  return (ctx) => { const value = one(ctx); return value === undefined ? undefined : [value]; };
}

function onText(term: Term | undefined, change: (text: string) => FieldValue): Value {
  if (term === undefined) return () => undefined;
  const value = bindTerm(term);
  return (ctx) => { const text = value(ctx); return typeof text === 'string' ? change(text) : undefined; };
}

function bindCall(call: CallTerm): Value {
  const [first, second] = call.args;
  switch (call.name) {
    case 'tolower': return onText(first, lowerText);
    case 'toupper': return onText(first, upperText);
    case 'basename': return onText(first, (path) => path.slice(path.lastIndexOf('/') + 1));
    case 'b64': return first === undefined ? () => undefined : decoded(bindTerm(first));
    case 'len': return first === undefined ? () => undefined : lengthOf(first);
    case 'concat': { const parts = call.args.map(bindTerm); return (ctx) => { let all = ''; for (const part of parts) { const text = part(ctx); if (typeof text !== 'string') return undefined; all += text; } return all; }; }
    case 'join': {
      if (first === undefined || second === undefined) return () => undefined;
      const separator = bindTerm(first), list = bindList(second);
      return (ctx) => { const text = separator(ctx), all = list(ctx); return typeof text !== 'string' || all === undefined ? undefined : all.join(text); };
    }
    case 'getopt': {
      const all = options(call), wanted = call.option?.text;
      return (ctx) => {
        const found = all(ctx);
        let value: FieldValue;
        if (found !== undefined) for (let i = 0; i < found.length; i += 2) if (found[i] === wanted) value = found[i + 1];
        return value;
      };
    }
  }
}

function decoded(value: Value): Value {
  return (ctx) => {
    const coded = value(ctx);
    if (typeof coded === 'string') { const bytes = base64Bytes(coded); return bytes === undefined ? undefined : decodeBytes(bytes, 0, bytes.length); }
    return coded instanceof Uint8Array ? base64Bytes(decodeBytes(coded, 0, coded.length)) : undefined;
  };
}

function lengthOf(term: Term): Value {
  if (isList(term)) { const list = bindList(term); return (ctx) => list(ctx)?.length ?? 0; }
  const one = bindTerm(term);
  return (ctx) => {
    const value = one(ctx);
    if (typeof value === 'string') { let length = 0; for (const _ of value) length++; return length; }
    return value instanceof Uint8Array ? value.length : undefined;
  };
}

/** The options of a command line, each with its value behind it ('' for one that takes none); '?' with the letter for one that is not known. */
function options(call: CallTerm): Values {
  const [first, second] = call.args;
  if (first === undefined || second?.kind !== 'text') return () => undefined;
  const words = bindList(first);
  const letters = second.value.text;
  return (ctx) => {
    const all = words(ctx);
    if (all === undefined) return undefined;
    const found: string[] = [];
    for (let i = 0; i < all.length; i++) {
      const word = all[i];
      if (typeof word !== 'string' || word === '-' || !word.startsWith('-')) continue;
      if (word === '--') break;
      for (let at = 1; at < word.length; at++) {
        const letter = word[at] ?? '';
        const known = letter === ':' ? -1 : letters.indexOf(letter);
        if (known < 0) { found.push('?', letter); continue; }
        if (letters[known + 1] !== ':') { found.push(letter, ''); continue; }
        const next = at + 1 < word.length ? word.slice(at + 1) : all[++i];
        found.push(letter, typeof next === 'string' ? next : '');
        break;
      }
    }
    return found;
  };
}
