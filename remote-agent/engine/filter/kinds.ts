// How values compare, by the type of what is looked at, and what is wrong with checks that do not fit.
import type { FieldType } from '../fields/index.ts';
import type { FilterProblem, Operator, Place } from './ast.ts';

/** Something about a check that cannot be; caught where the check is compiled. */
export class ValueError extends Error {
  readonly problem: FilterProblem;
  constructor(place: Place, message: string) {
    super(message);
    this.problem = { start: place.start, end: place.end, message };
  }
}

export type Kind = 'text' | 'number' | 'bytes' | 'address' | 'network';
export const KIND_WORDS: Readonly<Record<Kind, string>> = { text: 'a text', number: 'a number', bytes: 'bytes', address: 'an address', network: 'a network' };
const FITTING: Readonly<Record<Kind, readonly Operator[]>> = {
  text: ['=', '!=', 'contains', 'icontains', 'startswith', 'endswith', 'glob', 'iglob', 'regex', 'in', 'intersects', 'pmatch', '<', '<=', '>', '>=', 'exists'],
  number: ['=', '!=', '<', '<=', '>', '>=', 'in', 'intersects', 'exists'],
  bytes: ['=', '!=', 'contains', 'bcontains', 'startswith', 'bstartswith', 'endswith', 'in', 'intersects', 'exists'],
  address: ['=', '!=', '<', '<=', '>', '>=', 'in', 'intersects', 'exists'],
  network: ['=', '!=', 'in', 'intersects', 'exists'],
};
/** For a check of a whole list of values at once. */
const FITTING_LIST: readonly Operator[] = ['in', 'intersects', 'exists'];

export function kindOfType(type: FieldType): Kind {
  switch (type) {
    case 'CHARBUF': case 'DYN': return 'text';
    case 'BYTEBUF': return 'bytes';
    case 'IPADDR': return 'address';
    case 'IPNET': return 'network';
    default: return 'number';
  }
}

/** What one looks at: its type, whether it is several values at once, and whether it is one of several (either end of a connection). */
export interface Shape { readonly type: FieldType; readonly list: boolean; readonly either?: boolean; readonly name: string }

/** Operators that make sense for values of a type. */
export function operatorsFor(shape: Shape): readonly Operator[] {
  const kind = kindOfType(shape.type);
  // Addresses of either end have no order.
  return shape.list ? FITTING_LIST : FITTING[kind === 'address' && shape.either === true ? 'network' : kind];
}

/** Throws a ValueError where an operator does not fit. */
export function requireFitting(operator: Operator, place: Place, shape: Shape): void {
  const fitting = operatorsFor(shape);
  if (!fitting.includes(operator)) throw new ValueError(place, `"${operator}" does not work on ${shape.name}, which is ${shape.list ? 'a list' : KIND_WORDS[kindOfType(shape.type)]}: expected one of ${fitting.join(' ')}`);
}
