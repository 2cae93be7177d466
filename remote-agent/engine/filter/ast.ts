// What a filter consists of after reading. Every part knows its place in the text: `start` to `end`, 0-based, end exclusive.
import type { FieldRef } from '../fields/index.ts';

export interface Place { readonly start: number; readonly end: number }

/** Something wrong at a place, in words for people. */
export interface FilterProblem extends Place { readonly message: string }

export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'contains' | 'icontains' | 'startswith' | 'endswith' | 'glob' | 'iglob' | 'in' | 'intersects' | 'pmatch' | 'exists';

/** A value as written, escapes resolved. */
export interface FilterValue extends Place {
  readonly text: string;
  /** Where the text is no UTF-8 (written with \x80 and above): its bytes. */
  readonly bytes?: Uint8Array;
}

export interface Check extends Place {
  readonly kind: 'check';
  readonly ref: FieldRef;
  readonly field: Place;
  readonly operator: Operator;
  readonly operatorPlace: Place;
  /** One value, those of a list, or none (exists). */
  readonly values: readonly FilterValue[];
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
  startswith: { doc: 'begins with this text', takes: 'value' },
  endswith: { doc: 'ends with this text', takes: 'value' },
  glob: { doc: 'matches a pattern with * ? [a-z]', takes: 'value' },
  iglob: { doc: 'matches a pattern, in upper or lower case', takes: 'value' },
  in: { doc: 'is one of a list: in (a, b)', takes: 'list' },
  intersects: { doc: 'is one of a list: intersects (a, b)', takes: 'list' },
  pmatch: { doc: 'is one of these paths or lies below one: pmatch (/etc, /usr)', takes: 'list' },
  exists: { doc: 'has a value at all', takes: 'nothing' },
};
