// Help while a filter is written: what may come next, what is wrong, what a word means.
import { FIELDS, fieldType, type Field, type FieldRef } from '../fields/index.ts';
import { PARAM_NAMES } from '../fields/raw.ts';
import { EVENT_NAMES } from '../fields/index.ts';
import { OPERATORS, type FilterProblem, type Operator } from './ast.ts';
import { checkProblem } from './compile.ts';
import { parseFilter } from './parser.ts';
import { operatorsFor } from './tests.ts';

/** One proposal: `insert` replaces the text from `start` to `end`. */
export interface FilterCompletion { readonly label: string; readonly kind: 'field' | 'operator' | 'value' | 'keyword'; readonly detail: string; readonly insert: string; readonly start: number; readonly end: number }
/** What a word of a filter means, as plain text. */
export interface FilterHover { readonly start: number; readonly end: number; readonly text: string }

/** Proposals at most. */
const LIMIT = 200, VALUE_LIMIT = 600;

/** Everything that is wrong, in the order of the text. */
export function diagnoseFilter(text: string): FilterProblem[] {
  const parsed = parseFilter(text);
  const problems: FilterProblem[] = [];
  for (const check of parsed.checks) {
    const problem = checkProblem(check);
    if (problem !== undefined) problems.push(problem);
  }
  if (parsed.error !== undefined) problems.push(parsed.error);
  return problems.sort((a, b) => a.start - b.start);
}

/** What may stand at `offset`, given what stands before it. */
export function completeFilter(text: string, offset: number): FilterCompletion[] {
  const at = Math.max(0, Math.min(offset, text.length));
  const { expected } = parseFilter(text.slice(0, at));
  const { start } = expected;
  const typed = text.slice(start, at);
  switch (expected.what) {
    case 'check': return fields(typed, start, wordEnd(text, at));
    case 'operator': return operators(expected.ref, typed, start, wordEnd(text, at));
    case 'value': return values(expected.ref, expected.operator, typed, start, valueEnd(text, at));
    case 'list': return [{ label: '( … )', kind: 'operator', detail: `values for ${expected.operator}, with commas between`, insert: '(', start, end: at }].filter(() => typed === '') as FilterCompletion[];
    case 'listEnd': return [entry(',', 'operator', 'another value', start, at), entry(')', 'operator', 'end of the list', start, at)];
    case 'connective': {
      const words = [entry('and', 'keyword', 'both must pass', start, at, 'and '), entry('or', 'keyword', 'one of both must pass', start, at, 'or ')];
      if (expected.depth > 0) words.push(entry(')', 'operator', 'closes the bracket', start, at));
      return words.filter((w) => w.label.startsWith(typed));
    }
  }
}

function entry(label: string, kind: FilterCompletion['kind'], detail: string, start: number, end: number, insert = label): FilterCompletion { return { label, kind, detail, insert, start, end }; }

function wordEnd(text: string, at: number): number { let end = at; while (end < text.length && /[A-Za-z0-9_.[\]]/.test(text[end] ?? '')) end++; return end; }
function valueEnd(text: string, at: number): number { let end = at; while (end < text.length && !/[\s(),"']/.test(text[end] ?? '')) end++; return end; }

function fields(typed: string, start: number, end: number): FilterCompletion[] {
  const argument = argumentNames(typed, start, end);
  if (argument.length > 0) return argument;
  const lower = typed.toLowerCase();
  const usable = FIELDS.filter((f) => f.use === 'any' || f.use === 'filter');
  const starting = usable.filter((f) => f.name.startsWith(lower));
  const holding = lower === '' ? [] : usable.filter((f) => !f.name.startsWith(lower) && f.name.includes(lower));
  const out = [...starting, ...holding].slice(0, LIMIT).map((f) => entry(f.name, 'field', `${f.type} ${f.doc}`, start, end, insertOf(f)));
  if ('not'.startsWith(lower)) out.push(entry('not', 'keyword', 'passes what does not pass', start, end, 'not '));
  if (lower === '') out.push(entry('(', 'keyword', 'brackets hold together', start, end));
  return out;
}

function insertOf(field: Field): string {
  if (field.argument !== 'required') return field.name;
  return field.name === 'evt.arg' || field.name === 'evt.rawarg' || field.name === 'evt.type.is' || field.name === 'thread.cgroup' ? `${field.name}.` : `${field.name}[`;
}

const ARGUMENTS: readonly (readonly [prefix: string, names: readonly string[], detail: string])[] = [
  ['evt.arg.', PARAM_NAMES, 'parameter, in words where it has some'], ['evt.rawarg.', PARAM_NAMES, 'parameter as a bare value'], ['evt.type.is.', EVENT_NAMES, '1 for events of this type'],
];

/** Names that may follow evt.arg. and its like. */
function argumentNames(typed: string, start: number, end: number): FilterCompletion[] {
  for (const [prefix, names, detail] of ARGUMENTS) {
    if (!typed.startsWith(prefix)) continue;
    const part = typed.slice(prefix.length);
    return names.filter((n) => n.startsWith(part)).slice(0, LIMIT).map((n) => entry(`${prefix}${n}`, 'field', detail, start, end));
  }
  return [];
}

function operators(ref: FieldRef, typed: string, start: number, end: number): FilterCompletion[] {
  return operatorsFor(fieldType(ref)).filter((o) => o.startsWith(typed)).map((o) => entry(o, 'operator', OPERATORS[o].doc, start, end, insertOperator(o)));
}

function insertOperator(operator: Operator): string {
  const { takes } = OPERATORS[operator];
  if (takes === 'list') return `${operator} (`;
  return /[a-z]/.test(operator) ? `${operator} ` : operator;
}

function values(ref: FieldRef, operator: Operator, typed: string, start: number, end: number): FilterCompletion[] {
  const quote = /^["']/.exec(typed)?.[0] ?? '';
  const part = typed.slice(quote.length).toLowerCase();
  const all = fieldType(ref) === 'BOOL' ? ['true', 'false'] : ref.field.values !== undefined && ref.field.name !== 'evt.arg' ? ref.field.values() : [];
  if (operator === 'contains' && all.length > 20 && part === '') return [];
  const starting = all.filter((v) => v.toLowerCase().startsWith(part));
  const holding = part === '' ? [] : all.filter((v) => !v.toLowerCase().startsWith(part) && v.toLowerCase().includes(part));
  return [...starting, ...holding].slice(0, VALUE_LIMIT).map((v) => entry(v, 'value', ref.field.name, start, end, `${quote}${v}${quote}`));
}

/** What the word at `offset` means; undefined where there is nothing to say. */
export function hoverFilter(text: string, offset: number): FilterHover | undefined {
  for (const check of parseFilter(text).checks) {
    const { field, operatorPlace, ref, operator } = check;
    if (offset >= field.start && offset < field.end) return { start: field.start, end: field.end, text: `${ref.field.name}: ${fieldType(ref)}${ref.field.use === 'filter' ? ', in filters only' : ''}\n${ref.field.doc}` };
    if (offset >= operatorPlace.start && offset < operatorPlace.end) return { ...operatorPlace, text: `${operator}: ${OPERATORS[operator].doc}` };
  }
  return undefined;
}
