// What a filter consists of after reading. Every part knows its place in the text: `start` to `end`, 0-based, end exclusive.
import type { FieldRef } from '../fields/index.ts';

export interface Place { readonly start: number; readonly end: number }

/** Something wrong at a place, in words for people. `warning`: the filter can be used, but hardly says what was meant. */
export interface FilterProblem extends Place { readonly message: string; readonly warning?: true }

/** A value as written, escapes resolved; bytes that are no UTF-8 (written as \x80 and above) as `decodeBytes` puts them. */
export interface FilterValue extends Place { readonly text: string }

export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'contains' | 'icontains' | 'bcontains' | 'startswith' | 'bstartswith' | 'endswith' | 'glob' | 'iglob' | 'regex' | 'in' | 'intersects' | 'pmatch' | 'exists';
/** How many values of a list must satisfy the operator before it. */
export type Modifier = 'oneof' | 'anyof' | 'allof';
export type Transformer = 'tolower' | 'toupper' | 'b64' | 'basename' | 'len' | 'join' | 'concat' | 'getopt';

/** What a check looks at: a field, or what a transformer makes of other things. */
export interface FieldTerm extends Place { readonly kind: 'field'; readonly ref: FieldRef }
export interface CallTerm extends Place {
  readonly kind: 'call';
  readonly name: Transformer;
  readonly namePlace: Place;
  readonly args: readonly Term[];
  /** getopt(...)[c]: which option. */
  readonly option?: FilterValue;
}
export interface TextTerm extends Place { readonly kind: 'text'; readonly value: FilterValue }
export interface ListTerm extends Place { readonly kind: 'list'; readonly items: readonly Term[] }
export type Term = FieldTerm | CallTerm | TextTerm | ListTerm;
/** What may stand on either side of an operator. */
export type Subject = FieldTerm | CallTerm;

export interface Check extends Place {
  readonly kind: 'check';
  readonly left: Subject;
  readonly operator: Operator;
  readonly operatorPlace: Place;
  readonly modifier?: Modifier;
  /** One value, those of a list, or none (exists; where `right` stands). */
  readonly values: readonly FilterValue[];
  /** `val(field)` or a transformer in place of values. */
  readonly right?: Subject;
}
export interface Group extends Place { readonly kind: 'and' | 'or'; readonly terms: readonly Node[] }
export interface Not extends Place { readonly kind: 'not'; readonly term: Node }
export type Node = Check | Group | Not;

/** What one says of each operator: a line for people, and whether it takes a list or nothing. */
export const OPERATORS: Readonly<Record<Operator, { readonly doc: string; readonly takes: 'value' | 'list' | 'nothing' }>> = {
  '=': { doc: 'is equal', takes: 'value' },
  '!=': { doc: 'is there and differs', takes: 'value' },
  '<': { doc: 'is less', takes: 'value' },
  '<=': { doc: 'is less or equal', takes: 'value' },
  '>': { doc: 'is greater', takes: 'value' },
  '>=': { doc: 'is greater or equal', takes: 'value' },
  contains: { doc: 'holds this text', takes: 'value' },
  icontains: { doc: 'holds this text, in upper or lower case', takes: 'value' },
  bcontains: { doc: 'holds these bytes, written as hexadecimal digits', takes: 'value' },
  startswith: { doc: 'begins with this text', takes: 'value' },
  bstartswith: { doc: 'begins with these bytes, written as hexadecimal digits', takes: 'value' },
  endswith: { doc: 'ends with this text', takes: 'value' },
  glob: { doc: 'matches a pattern with * ? [a-z]', takes: 'value' },
  iglob: { doc: 'matches a pattern, in upper or lower case', takes: 'value' },
  regex: { doc: 'matches a regular expression, from its first to its last character', takes: 'value' },
  in: { doc: 'is one of a list: in (a, b)', takes: 'list' },
  intersects: { doc: 'is one of a list, or has an element that is: intersects (a, b)', takes: 'list' },
  pmatch: { doc: 'is one of these paths or lies below one: pmatch (/etc, /usr)', takes: 'list' },
  exists: { doc: 'has a value at all', takes: 'nothing' },
};
export const OPERATOR_NAMES = Object.keys(OPERATORS) as Operator[];

export const MODIFIERS: Readonly<Record<Modifier, string>> = { anyof: 'at least one of the listed values does', allof: 'all of the listed values do', oneof: 'exactly one of the listed values does' };

/** What one says of each transformer, with the arguments that it takes. */
export const TRANSFORMERS: Readonly<Record<Transformer, { readonly doc: string; readonly form: string; readonly min: number; readonly max: number }>> = {
  tolower: { doc: 'the text in lower case', form: 'tolower(text)', min: 1, max: 1 },
  toupper: { doc: 'the text in upper case', form: 'toupper(text)', min: 1, max: 1 },
  b64: { doc: 'what the text says in base64', form: 'b64(text)', min: 1, max: 1 },
  basename: { doc: 'what follows the last / of a path', form: 'basename(path)', min: 1, max: 1 },
  len: { doc: 'characters of a text, bytes of a buffer, elements of a list', form: 'len(value)', min: 1, max: 1 },
  join: { doc: 'the elements of a list with a text between', form: 'join(",", list)', min: 2, max: 2 },
  concat: { doc: 'texts one behind the other', form: 'concat(a, b, ...)', min: 2, max: 64 },
  getopt: { doc: 'the options of a command line with their values; with [c] the value of one', form: 'getopt(list, "ab:")[b]', min: 2, max: 2 },
};
export const TRANSFORMER_NAMES = Object.keys(TRANSFORMERS) as Transformer[];
