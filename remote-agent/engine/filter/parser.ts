// Reads a filter. One reader for compiling, marking errors and completing.
//
//   filter = [ or ]
//   or     = and { "or" and }
//   and    = not { "and" not }
//   not    = { "not" } primary
//   primary = "(" or ")" | check
//   check  = field ( "exists" | operator value | listOperator "(" [ value { "," value } ] ")" )
//   operator = "=" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "contains" | "icontains" | "startswith" | "endswith" | "glob" | "iglob"
//   listOperator = "in" | "intersects" | "pmatch"
//   field  = longest known name, then [ "[" argument "]" | "." argument ]
//   value  = quoted with "..." or '...', or any run without blanks and brackets (in lists: and commas)
//
// "and" binds closer than "or". In values \\ \" \xHH stand for a character, in quoted ones also \n \r \t.
import { fieldByName, FIELDS, findField, nearest, similarFields, type FieldRef } from '../fields/index.ts';
import { OPERATORS, type Check, type FilterProblem, type FilterValue, type Node, type Operator } from './ast.ts';
import { FilterSyntaxError, Scanner } from './scanner.ts';

/** Brackets within brackets at most, so that no text can exhaust the stack. */
const MAX_DEPTH = 100;
/** Longest filter, characters. */
const MAX_LENGTH = 65536;

/** What may stand at the place that was read last: for completing a filter that ends there. */
export type Expected =
  | { readonly what: 'check'; readonly start: number }
  | { readonly what: 'operator'; readonly start: number; readonly ref: FieldRef }
  | { readonly what: 'value'; readonly start: number; readonly ref: FieldRef; readonly operator: Operator }
  | { readonly what: 'list'; readonly start: number; readonly ref: FieldRef; readonly operator: Operator }
  | { readonly what: 'listEnd'; readonly start: number }
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
  const parser = new Parser(text);
  try {
    const node = parser.filter();
    return { node, error: undefined, checks: parser.checks, expected: parser.expected };
  } catch (error) {
    if (!(error instanceof FilterSyntaxError)) throw error;
    return { node: undefined, error: error.problem, checks: parser.checks, expected: parser.expected };
  }
}

class Parser {
  readonly checks: Check[] = [];
  expected: Expected = { what: 'check', start: 0 };
  readonly #in: Scanner;
  #depth = 0;

  constructor(text: string) { this.#in = new Scanner(text); }

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
    if (++this.#depth > MAX_DEPTH) throw new FilterSyntaxError(open, open + 1, `too many brackets within brackets: at most ${MAX_DEPTH}`);
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

  #check(): Check {
    const s = this.#in;
    const start = s.at;
    this.expected = { what: 'check', start };
    const ref = this.#field();
    const field = { start, end: s.at };
    const touched = s.at;
    s.skipBlanks();
    // A name that the text ends with may go on: it is still the field that is being written.
    if (!s.ended || s.at > touched) this.expected = { what: 'operator', start: s.at, ref };
    const operatorStart = s.at;
    const operator = s.operator();
    if (operator === undefined) throw this.#noOperator(ref);
    const operatorPlace = { start: operatorStart, end: s.at };
    const values = this.#values(ref, operator);
    const check: Check = { kind: 'check', ref, field, operator, operatorPlace, values, start, end: s.at };
    this.checks.push(check);
    return check;
  }

  #field(): FieldRef {
    const s = this.#in;
    const start = s.at;
    if (s.ended) throw new FilterSyntaxError(start, start, 'the filter ends too early: expected a field such as proc.name, "not" or "("');
    const end = s.nameEnd(start);
    const name = s.text.slice(start, end);
    if (name === '') throw this.#unexpected('expected a field such as proc.name, "not" or "("');
    const ref = findField(name);
    if (ref === undefined || ref.length !== name.length) throw new FilterSyntaxError(start, end, unknownField(name));
    s.at = end;
    return ref;
  }

  #values(ref: FieldRef, operator: Operator): FilterValue[] {
    const s = this.#in;
    const { takes } = OPERATORS[operator];
    if (takes === 'nothing') return [];
    const touched = s.at;
    s.skipBlanks();
    if (!s.ended || s.at > touched || !/[a-z]/.test(operator)) this.expected = { what: takes, start: s.at, ref, operator };
    if (takes === 'list') return this.#list(ref, operator);
    if (s.ended) throw new FilterSyntaxError(s.at, s.at, `the filter ends too early: expected a value after ${ref.field.name} ${operator}`);
    if (s.next === '(' || s.next === ')') throw this.#unexpected(`expected a value after ${ref.field.name} ${operator}; one that holds brackets needs quotes`);
    return [s.value(false)];
  }

  #list(ref: FieldRef, operator: Operator): FilterValue[] {
    const s = this.#in;
    const open = s.at;
    if (!s.take('(')) throw this.#unexpected(`expected "(" after ${operator}: ${ref.field.name} ${operator} (a, b)`);
    const values: FilterValue[] = [];
    s.skipBlanks();
    this.expected = { what: 'value', start: s.at, ref, operator };
    if (s.take(')')) return [{ start: open, end: s.at, text: '' }];
    for (;;) {
      s.skipBlanks();
      this.expected = { what: 'value', start: s.at, ref, operator };
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

  #noOperator(ref: FieldRef): FilterSyntaxError {
    const s = this.#in;
    const list = Object.keys(OPERATORS).join(' ');
    if (s.ended) return new FilterSyntaxError(s.at, s.at, `the filter ends too early: expected an operator after ${ref.field.name}: ${list}`);
    const end = Math.max(s.nameEnd(s.at), s.at + 1);
    const word = s.text.slice(s.at, end);
    const near = nearest(word, Object.keys(OPERATORS));
    return new FilterSyntaxError(s.at, end, `unknown operator "${word}"${near === undefined ? '' : `: did you mean "${near}"?`} Expected one of: ${list}`);
  }

  #unexpected(expected: string): FilterSyntaxError {
    const s = this.#in;
    if (s.ended) return new FilterSyntaxError(s.at, s.at, `the filter ends too early: ${expected}`);
    const end = Math.max(s.nameEnd(s.at), s.at + 1);
    const found = s.text.slice(s.at, end);
    const hint = /^(AND|OR|NOT)$/.test(found) ? `; "${found.toLowerCase()}" is written in lower case` : found === '&&' ? '; write "and"' : found === '||' ? '; write "or"' : '';
    return new FilterSyntaxError(s.at, end, `${expected}, not "${found}"${hint}`);
  }
}

function unknownField(name: string): string {
  const bare = /^[^[]*/.exec(name)?.[0] ?? name;
  const known = fieldByName(bare);
  if (known !== undefined && known.argument === 'none') return `${bare} takes no argument`;
  if (!bare.includes('.') && /^(AND|OR|NOT)$/.test(bare)) return `"${bare.toLowerCase()}" is written in lower case`;
  const [first, second] = similarFields(bare);
  if (first !== undefined) return `unknown field "${name}": did you mean ${first}${second === undefined ? '' : ` or ${second}`}?`;
  const groupOf = bare.split('.')[0] ?? '';
  const siblings = FIELDS.filter((f) => f.name.startsWith(`${groupOf}.`));
  return siblings.length > 0 && bare.includes('.') ? `unknown field "${name}": ${groupOf}.* has ${siblings.slice(0, 6).map((f) => f.name).join(', ')}, ...` : `unknown field "${name}": expected a field such as proc.name, evt.type, fd.name or container.name`;
}
