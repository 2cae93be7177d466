// Reads a filter. One reader for compiling, marking errors and completing.
//
//   filter = [ or ]
//   or     = and { "or" and }
//   and    = not { "and" not }
//   not    = { "not" } primary
//   primary = "(" or ")" | check
//   check  = subject ( "exists" | operator ( value | modifier list | right ) | listOperator ( list | right ) )
//   subject = field | transformer
//   right   = "val" "(" field ")" | transformer
//   operator = "=" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "contains" | "icontains" | "bcontains" | "startswith" | "bstartswith" | "endswith" | "glob" | "iglob" | "regex"
//   listOperator = "in" | "intersects" | "pmatch"
//   modifier = "anyof" | "allof" | "oneof"
//   list   = "(" [ value { "," value } ] ")"
//   field  = longest known name, then [ "[" argument "]" | "." argument ]
//   transformer = name "(" term { "," term } ")" [ "[" option "]" ]
//   term   = field | transformer | value | "(" [ term { "," term } ] ")"
//   value  = quoted with "..." or '...', or any run without blanks and brackets (in lists: and commas)
//
// "and" binds closer than "or". In values \\ \" \xHH stand for a character, in quoted ones also \b \f \n \r \t \/ \'. A text that reads as no filter this way is
// read once more as readers of old took quotes: any quote closes any other.
import { fieldByName, FIELDS, findField, nearest, similarFields, type FieldRef } from '../fields/index.ts';
import { MODIFIERS, OPERATOR_NAMES, OPERATORS, TRANSFORMER_NAMES, TRANSFORMERS, type CallTerm, type Check, type FieldTerm, type FilterProblem, type FilterValue, type Modifier, type Node, type Operator, type Subject, type Term } from './ast.ts';
import { FilterSyntaxError, Scanner } from './scanner.ts';

/** Brackets within brackets at most, so that no text can exhaust the stack. */
const MAX_DEPTH = 100;
/** Longest filter, characters. */
const MAX_LENGTH = 65536;

/** What may stand at the place that was read last: for completing a filter that ends there. */
export type Expected =
  | { readonly what: 'check'; readonly start: number }
  | { readonly what: 'operator'; readonly start: number; readonly left: Subject }
  | { readonly what: 'value'; readonly start: number; readonly left: Subject; readonly operator: Operator; readonly inList: boolean }
  | { readonly what: 'list'; readonly start: number; readonly left: Subject; readonly operator: Operator }
  | { readonly what: 'listEnd'; readonly start: number }
  /** Within the brackets of a transformer, or of val. */
  | { readonly what: 'term'; readonly start: number; readonly within: string }
  | { readonly what: 'termEnd'; readonly start: number; readonly more: boolean }
  | { readonly what: 'connective'; readonly start: number; readonly depth: number };

export interface Parsed {
  /** The filter; undefined where it is empty or wrong. */
  readonly node: Node | undefined;
  /** The first place that breaks the grammar. */
  readonly error: FilterProblem | undefined;
  /** All checks that were read, in order. */
  readonly checks: readonly Check[];
  readonly expected: Expected;
}

/** Reads a filter. Never throws. */
export function parseFilter(text: string): Parsed {
  const parsed = attempt(text, false);
  if (parsed.error === undefined || !text.includes("'") && !text.includes('"')) return parsed;
  const older = attempt(text, true);
  return older.error === undefined ? older : parsed;
}

function attempt(text: string, anyQuote: boolean): Parsed {
  const parser = new Parser(text, anyQuote);
  try {
    const node = parser.filter();
    return { node, error: undefined, checks: parser.checks, expected: parser.expected };
  } catch (error) {
    if (!(error instanceof FilterSyntaxError)) throw error;
    return { node: undefined, error: error.problem, checks: parser.checks, expected: parser.expected };
  }
}

const MODIFIER_NAMES = Object.keys(MODIFIERS) as Modifier[];
const RIGHT_NAMES = ['val', ...TRANSFORMER_NAMES] as const;
const EXPECTED_CHECK = 'expected a field such as proc.name, "not" or "("';

class Parser {
  readonly checks: Check[] = [];
  expected: Expected = { what: 'check', start: 0 };
  readonly #in: Scanner;
  #depth = 0;

  constructor(text: string, anyQuote: boolean) { this.#in = new Scanner(text, anyQuote); }

  filter(): Node | undefined {
    const s = this.#in;
    if (s.text.length > MAX_LENGTH) throw new FilterSyntaxError(MAX_LENGTH, s.text.length, `the filter is too long: at most ${MAX_LENGTH} characters are read`);
    s.skipBlanks();
    this.expected = { what: 'check', start: s.at };
    if (s.ended) return undefined;
    const node = this.#or();
    if (!s.ended) {
      if (s.next === ')') throw new FilterSyntaxError(s.at, s.at + 1, 'this ")" closes nothing: no "(" is open here');
      throw this.#unexpected('expected "and", "or" or the end of the filter');
    }
    return node;
  }

  #or(): Node { return this.#chain('or', () => this.#chain('and', () => this.#not())); }

  #chain(kind: 'and' | 'or', term: () => Node): Node {
    const s = this.#in;
    const terms = [term()];
    for (;;) {
      const touched = s.at;
      s.skipBlanks();
      if (!s.ended || s.at > touched || s.text[s.at - 1] === ')') this.expected = { what: 'connective', start: s.at, depth: this.#depth };
      const end = s.keywordEnd(kind);
      if (end < 0) break;
      s.at = end;
      terms.push(term());
    }
    const [first] = terms;
    if (first !== undefined && terms.length === 1) return first;
    return { kind, terms, start: first?.start ?? 0, end: terms.at(-1)?.end ?? 0 };
  }

  #not(): Node {
    const s = this.#in;
    let start = -1;
    let negations = 0;
    for (;;) {
      s.skipBlanks();
      this.expected = { what: 'check', start: s.at };
      const end = s.keywordEnd('not');
      if (end < 0) break;
      const glued = s.nameGoesOnAt(end);
      if (glued && findField(s.text.slice(end)) === undefined && !s.text.startsWith('not', end)) break;
      if (start < 0) start = s.at;
      negations++;
      s.at = end;
    }
    const term = this.#primary();
    if (negations % 2 === 0) return term;
    return { kind: 'not', term, start, end: term.end };
  }

  #primary(): Node {
    const s = this.#in;
    s.skipBlanks();
    if (s.next !== '(') return this.#check();
    const open = s.at;
    this.#deeper(open);
    s.at++;
    const node = this.#or();
    s.skipBlanks();
    if (!s.take(')')) {
      if (s.ended) throw new FilterSyntaxError(open, open + 1, 'this "(" is not closed: expected ")" at the end');
      throw this.#unexpected('expected "and", "or" or ")"');
    }
    this.#depth--;
    return node;
  }

  #deeper(open: number): void {
    if (++this.#depth > MAX_DEPTH) throw new FilterSyntaxError(open, open + 1, `too many brackets within brackets: at most ${MAX_DEPTH}`);
  }

  #check(): Check {
    const s = this.#in;
    const start = s.at;
    this.expected = { what: 'check', start };
    const transformer = s.called(TRANSFORMER_NAMES);
    const left: Subject = transformer === undefined ? this.#field(EXPECTED_CHECK, unknownField) : this.#call(transformer, start);
    const touched = s.at;
    s.skipBlanks();
    // A name that the text ends with may go on: it is still the field that is being written.
    if (!s.ended || s.at > touched || left.kind === 'call') this.expected = { what: 'operator', start: s.at, left };
    const operatorStart = s.at;
    const operator = s.operator();
    if (operator === undefined) throw this.#noOperator(left);
    const operatorPlace = { start: operatorStart, end: s.at };
    const check: Check = { kind: 'check', left, operator, operatorPlace, ...this.#right(left, operator), start, end: s.at };
    this.checks.push(check);
    return check;
  }

  #field(expected: string, explain: (name: string) => string): FieldTerm {
    const s = this.#in;
    const start = s.at;
    if (s.ended) throw new FilterSyntaxError(start, start, `the filter ends too early: ${expected}`);
    const end = s.nameEnd(start);
    const name = s.text.slice(start, end);
    if (name === '') throw this.#unexpected(expected);
    const ref = findField(name);
    if (ref === undefined || ref.length !== name.length) throw new FilterSyntaxError(start, end, explain(name));
    s.at = end;
    // Readers of old took -1 for no index.
    return { kind: 'field', ref: ref.arg === '-1' && ref.field.anyOf !== undefined ? { ...ref, arg: undefined } : ref, start, end };
  }

  /** What stands right of the operator: nothing, a value, a list, `val(field)` or a transformer. */
  #right(left: Subject, operator: Operator): Pick<Check, 'values' | 'modifier' | 'right'> {
    const s = this.#in;
    const { takes } = OPERATORS[operator];
    if (takes === 'nothing') return { values: [] };
    const touched = s.at;
    s.skipBlanks();
    if (!s.ended || s.at > touched || !/[a-z]/.test(operator)) this.expected = takes === 'list' ? { what: 'list', start: s.at, left, operator } : { what: 'value', start: s.at, left, operator, inList: false };
    const start = s.at;
    const called = s.called(RIGHT_NAMES);
    if (called !== undefined) return { values: [], right: called === 'val' ? this.#val(start) : this.#call(called, start) };
    if (takes === 'list') return { values: this.#list(left, operator, operator) };
    const modifier = s.called(MODIFIER_NAMES);
    if (modifier !== undefined) return { modifier, values: this.#list(left, operator, modifier) };
    // A filter may end with an empty value.
    if (s.ended || s.next === ')') return { values: [{ start, end: start, text: '' }] };
    if (s.next === '(') throw this.#unexpected(`expected a value after ${this.#said(left)} ${operator}; one that holds brackets needs quotes`);
    return { values: [s.value(false)] };
  }

  #said(left: Subject): string { return left.kind === 'field' ? left.ref.field.name : left.name; }

  #list(left: Subject, operator: Operator, before: string): FilterValue[] {
    const s = this.#in;
    const open = s.at;
    if (!s.take('(')) throw this.#unexpected(`expected "(" after ${before}: ${this.#said(left)} ${before} (a, b)`, /^[A-Za-z_]\w*$/);
    const values: FilterValue[] = [];
    s.skipBlanks();
    this.expected = { what: 'value', start: s.at, left, operator, inList: true };
    if (s.take(')')) return [{ start: open, end: s.at, text: '' }];
    for (;;) {
      s.skipBlanks();
      this.expected = { what: 'value', start: s.at, left, operator, inList: true };
      if (s.ended) throw new FilterSyntaxError(open, open + 1, 'this list is not closed: expected ")" at the end');
      if (s.next === '(') throw this.#unexpected('expected a value; one that holds brackets needs quotes');
      values.push(s.value(true));
      const touched = s.at;
      s.skipBlanks();
      if (!s.ended || s.at > touched) this.expected = { what: 'listEnd', start: s.at };
      if (s.take(')')) return values;
      if (!s.take(',')) {
        if (s.ended) throw new FilterSyntaxError(open, open + 1, 'this list is not closed: expected ")" at the end');
        throw this.#unexpected('expected "," or ")" after a value of a list');
      }
    }
  }

  /** `val(field)`; the name is passed. */
  #val(start: number): FieldTerm {
    const s = this.#in;
    s.take('(');
    s.skipBlanks();
    this.expected = { what: 'term', start: s.at, within: 'val' };
    const { ref } = this.#field('expected a field, as in val(proc.pname)', unknownField);
    const touched = s.at;
    s.skipBlanks();
    if (!s.ended || s.at > touched) this.expected = { what: 'termEnd', start: s.at, more: false };
    if (!s.take(')')) throw this.#unexpected('expected ")" after the field of val');
    return { kind: 'field', ref, start, end: s.at };
  }

  /** A transformer whose name begins at `start` and is passed. */
  #call(name: CallTerm['name'], start: number): CallTerm {
    const s = this.#in;
    const namePlace = { start, end: start + name.length };
    const open = s.at;
    const { min, max, form } = TRANSFORMERS[name];
    const args = this.#terms(name, open);
    if (args.length < min || args.length > max) throw new FilterSyntaxError(start, s.at, `${name} takes ${min === max ? min : `at least ${min}`} ${max === 1 ? 'argument' : 'arguments'}, not ${args.length}: ${form}`);
    let option: FilterValue | undefined;
    if (name === 'getopt' && s.next === '[') {
      const close = s.text.indexOf(']', s.at);
      const letter = close < 0 ? '' : s.text.slice(s.at + 1, close);
      if (letter.length !== 1) throw new FilterSyntaxError(s.at, close < 0 ? s.at + 1 : close + 1, `expected the letter of an option in the brackets: ${form}`);
      option = { start: s.at + 1, end: close, text: letter };
      s.at = close + 1;
    }
    return { kind: 'call', name, namePlace, args, ...(option === undefined ? {} : { option }), start, end: s.at };
  }

  /** Terms in brackets with commas between; the opening one comes next. */
  #terms(within: string, open: number): Term[] {
    const s = this.#in;
    this.#deeper(open);
    s.take('(');
    const terms: Term[] = [];
    s.skipBlanks();
    this.expected = { what: 'term', start: s.at, within };
    if (!s.take(')')) {
      for (;;) {
        s.skipBlanks();
        this.expected = { what: 'term', start: s.at, within };
        terms.push(this.#term(within, open));
        const touched = s.at;
        s.skipBlanks();
        if (!s.ended || s.at > touched) this.expected = { what: 'termEnd', start: s.at, more: true };
        if (s.take(')')) break;
        if (s.ended) throw new FilterSyntaxError(open, open + 1, `this "(" is not closed: expected ")" at the end of ${within}`);
        if (!s.take(',')) throw this.#unexpected(`expected "," or ")" in the brackets of ${within}`);
      }
    }
    this.#depth--;
    return terms;
  }

  #term(within: string, open: number): Term {
    const s = this.#in;
    const start = s.at;
    const { next } = s;
    if (next === undefined) throw new FilterSyntaxError(open, open + 1, `this "(" is not closed: expected ")" at the end of ${within}`);
    if (next === '(') return { kind: 'list', items: this.#terms('a list', start), start, end: s.at };
    if (next === '"' || next === "'" || /[0-9+-]/.test(next)) return { kind: 'text', value: s.value(true), start, end: s.at };
    const name = s.called(TRANSFORMER_NAMES);
    if (name !== undefined) return this.#call(name, start);
    const end = s.text.slice(start).search(/[\s(),]/);
    const word = end < 0 ? s.text.slice(start) : s.text.slice(start, start + end);
    const ref = findField(word);
    if (ref !== undefined && ref.length === word.length) { s.at = start + word.length; return { kind: 'field', ref, start, end: s.at }; }
    return this.#field(`expected a field, a transformer or a text in quotes in the brackets of ${within}`, (found) => `${unknownField(found)}; a text needs quotes here`);
  }

  #noOperator(left: Subject): FilterSyntaxError {
    const s = this.#in;
    const list = OPERATOR_NAMES.join(' ');
    if (s.ended) return new FilterSyntaxError(s.at, s.at, `the filter ends too early: expected an operator after ${this.#said(left)}: ${list}`);
    const end = Math.max(s.nameEnd(s.at), s.at + 1);
    const word = s.text.slice(s.at, end);
    const near = nearest(word, OPERATOR_NAMES);
    return new FilterSyntaxError(s.at, end, `unknown operator "${word}"${near === undefined ? '' : `: did you mean "${near}"?`} Expected one of: ${list}`);
  }

  /** `macro`: what the name of a list of rule files would look like here. */
  #unexpected(expected: string, macro?: RegExp): FilterSyntaxError {
    const s = this.#in;
    if (s.ended) return new FilterSyntaxError(s.at, s.at, `the filter ends too early: ${expected}`);
    const end = Math.max(s.nameEnd(s.at), s.at + 1);
    const found = s.text.slice(s.at, end);
    const hint = /^(AND|OR|NOT)$/.test(found) ? `; "${found.toLowerCase()}" is written in lower case` : found === '&&' ? '; write "and"' : found === '||' ? '; write "or"' : macro?.test(found) === true ? '; lists of rule files are not known here' : '';
    return new FilterSyntaxError(s.at, end, `${expected}, not "${found}"${hint}`);
  }
}

function unknownField(name: string): string {
  const bare = /^[^[]*/.exec(name)?.[0] ?? name;
  const known = fieldByName(bare);
  if (known !== undefined && known.argument === 'none') return `${bare} takes no argument`;
  if (!bare.includes('.') && /^(AND|OR|NOT)$/.test(bare)) return `"${bare.toLowerCase()}" is written in lower case`;
  if ((TRANSFORMER_NAMES as readonly string[]).includes(bare)) return `${bare} takes its arguments in brackets: ${TRANSFORMERS[bare as CallTerm['name']].form}`;
  const [first, second] = similarFields(bare);
  if (first !== undefined) return `unknown field "${name}": did you mean ${first}${second === undefined ? '' : ` or ${second}`}?`;
  const transformer = bare.includes('.') ? undefined : nearest(bare, TRANSFORMER_NAMES);
  if (transformer !== undefined) return `unknown field "${name}": did you mean ${TRANSFORMERS[transformer as CallTerm['name']].form}?`;
  if (/^[A-Za-z_]\w*$/.test(bare)) return `unknown field "${name}": macros of rule files are not known here; ${EXPECTED_CHECK}`;
  const groupOf = bare.split('.')[0] ?? '';
  const siblings = FIELDS.filter((f) => f.name.startsWith(`${groupOf}.`));
  return siblings.length > 0 && bare.includes('.') ? `unknown field "${name}": ${groupOf}.* has ${siblings.slice(0, 6).map((f) => f.name).join(', ')}, ...` : `unknown field "${name}": expected a field such as proc.name, evt.type, fd.name or container.name`;
}
