// Help while a filter is written: what may come next, what is wrong, what a word means.
import { EVENT_NAMES, FIELDS, fieldType, type Field } from '../fields/index.ts';
import { PARAM_NAMES } from '../fields/raw.ts';
import { MODIFIERS, OPERATORS, TRANSFORMER_NAMES, TRANSFORMERS, type FilterProblem, type Modifier, type Operator, type Place, type Subject, type Term } from './ast.ts';
import { checkProblem } from './compile.ts';
import { kindOfType, operatorsFor, ValueError, type Shape } from './kinds.ts';
import { parseFilter } from './parser.ts';
import { shapeOf } from './terms.ts';
import { checkDoubt } from './tests.ts';

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
    const problem = checkProblem(check) ?? checkDoubt(check);
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
    case 'check': return [...fields(typed, start, wordEnd(text, at)), ...transformers(typed, start, at), ...openings(typed, start, at)];
    case 'operator': return operators(expected.left, typed, start, wordEnd(text, at));
    case 'value': return [...values(expected.left, expected.operator, typed, start, valueEnd(text, at)), ...expected.inList ? [] : rightSides(expected.left, expected.operator, typed, start, at)];
    case 'list': return [entry('( … )', 'operator', `values for ${expected.operator}, with commas between`, start, at, '('), entry('val( … )', 'keyword', 'the value of another field', start, at, 'val(')].filter((e) => e.insert.startsWith(typed));
    case 'listEnd': return [entry(',', 'operator', 'another value', start, at), entry(')', 'operator', 'end of the list', start, at)];
    case 'term': return [...fields(typed, start, termEnd(text, at)), ...expected.within === 'val' ? [] : transformers(typed, start, at)];
    case 'termEnd': return [...expected.more ? [entry(',', 'operator', 'another argument', start, at)] : [], entry(')', 'operator', 'end of the arguments', start, at)];
    case 'connective': {
      const words = [entry('and', 'keyword', 'both must pass', start, at, 'and '), entry('or', 'keyword', 'one of both must pass', start, at, 'or ')];
      if (expected.depth > 0) words.push(entry(')', 'operator', 'closes the bracket', start, at));
      return words.filter((w) => w.label.startsWith(typed));
    }
  }
}

function entry(label: string, kind: FilterCompletion['kind'], detail: string, start: number, end: number, insert = label): FilterCompletion { return { label, kind, detail, insert, start, end }; }

function wordEnd(text: string, at: number): number { let end = at; while (end < text.length && /[A-Za-z0-9_.[\]]/.test(text[end] ?? '')) end++; return end; }
function termEnd(text: string, at: number): number { let end = at; while (end < text.length && /[A-Za-z0-9_.[\]]/.test(text[end] ?? '')) end++; return end; }
function valueEnd(text: string, at: number): number { let end = at; while (end < text.length && !/[\s(),"']/.test(text[end] ?? '')) end++; return end; }

function fields(typed: string, start: number, end: number): FilterCompletion[] {
  const argument = argumentNames(typed, start, end);
  if (argument.length > 0) return argument;
  const lower = typed.toLowerCase();
  const usable = FIELDS.filter((f) => f.use === 'any' || f.use === 'filter');
  const starting = usable.filter((f) => f.name.startsWith(lower));
  const holding = lower === '' ? [] : usable.filter((f) => !f.name.startsWith(lower) && f.name.includes(lower));
  return [...starting, ...holding].slice(0, LIMIT).map((f) => entry(f.name, 'field', `${f.type} ${f.doc}`, start, end, insertOf(f)));
}

/** What may begin a check beside a field. */
function openings(typed: string, start: number, end: number): FilterCompletion[] {
  const out = 'not'.startsWith(typed.toLowerCase()) ? [entry('not', 'keyword', 'passes what does not pass', start, end, 'not ')] : [];
  if (typed === '') out.push(entry('(', 'keyword', 'brackets hold together', start, end));
  return out;
}

function transformers(typed: string, start: number, end: number): FilterCompletion[] {
  return TRANSFORMER_NAMES.filter((name) => name.startsWith(typed.toLowerCase())).map((name) => entry(TRANSFORMERS[name].form, 'keyword', TRANSFORMERS[name].doc, start, end, `${name}(`));
}

/** What may stand right of an operator beside a value. */
function rightSides(left: Subject, operator: Operator, typed: string, start: number, end: number): FilterCompletion[] {
  if (/^["']/.test(typed)) return [];
  const shape = shapeIfAny(left);
  const kind = shape === undefined ? 'text' : kindOfType(shape.type);
  const out = (Object.keys(MODIFIERS) as Modifier[]).map((name) => entry(`${name} ( … )`, 'keyword', `${operator} ${name}: ${MODIFIERS[name]}`, start, end, `${name} (`));
  if (kind !== 'network') out.push(entry('val( … )', 'keyword', 'the value of another field', start, end, 'val('));
  for (const name of TRANSFORMER_NAMES) if ((name === 'len' ? 'number' : 'text') === kind) out.push(entry(TRANSFORMERS[name].form, 'keyword', TRANSFORMERS[name].doc, start, end, `${name}(`));
  return out.filter((e) => e.insert.startsWith(typed.toLowerCase()));
}

function shapeIfAny(subject: Subject): Shape | undefined {
  try {
    return shapeOf(subject);
  } catch (error) {
    if (error instanceof ValueError) return undefined;
    throw error;
  }
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

function operators(left: Subject, typed: string, start: number, end: number): FilterCompletion[] {
  const shape = shapeIfAny(left);
  if (shape === undefined) return [];
  return operatorsFor(shape).filter((o) => o.startsWith(typed)).map((o) => entry(o, 'operator', OPERATORS[o].doc, start, end, insertOperator(o)));
}

function insertOperator(operator: Operator): string {
  const { takes } = OPERATORS[operator];
  if (takes === 'list') return `${operator} (`;
  return /[a-z]/.test(operator) ? `${operator} ` : operator;
}

function values(left: Subject, operator: Operator, typed: string, start: number, end: number): FilterCompletion[] {
  if (left.kind !== 'field') return [];
  const { ref } = left;
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
  for (const { left, right, modifier, operator, operatorPlace } of parseFilter(text).checks) {
    const term = hoverTerm(left, offset) ?? (right === undefined ? undefined : hoverTerm(right, offset));
    if (term !== undefined) return term;
    if (isIn(operatorPlace, offset)) return { ...operatorPlace, text: `${operator}: ${OPERATORS[operator].doc}` };
    if (modifier === undefined) continue;
    const start = text.indexOf(modifier, operatorPlace.end);
    const place = { start, end: start + modifier.length };
    if (isIn(place, offset)) return { ...place, text: `${modifier}: ${MODIFIERS[modifier]}` };
  }
  return undefined;
}

function isIn({ start, end }: Place, offset: number): boolean { return offset >= start && offset < end; }

function hoverTerm(term: Term, offset: number): FilterHover | undefined {
  if (!isIn(term, offset)) return undefined;
  switch (term.kind) {
    case 'field': return { start: term.start, end: term.end, text: `${term.ref.field.name}: ${fieldType(term.ref)}${term.ref.field.use === 'filter' ? ', in filters only' : ''}\n${term.ref.field.doc}` };
    case 'call': return isIn(term.namePlace, offset) ? { ...term.namePlace, text: `${TRANSFORMERS[term.name].form}: ${TRANSFORMERS[term.name].doc}` } : first(term.args, offset);
    case 'list': return first(term.items, offset);
    case 'text': return undefined;
  }
}

function first(terms: readonly Term[], offset: number): FilterHover | undefined {
  for (const term of terms) { const found = hoverTerm(term, offset); if (found !== undefined) return found; }
  return undefined;
}
