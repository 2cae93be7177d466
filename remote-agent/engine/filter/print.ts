// A filter back as text that reads as the same filter.
import type { FieldArgument } from '../fields/index.ts';
import { OPERATORS, type Check, type FilterValue, type Node } from './ast.ts';

const BARE = /^[A-Za-z0-9_./:@%+*?-]+$/;

function value(v: FilterValue): string {
  if (v.bytes === undefined && BARE.test(v.text)) return v.text;
  if (v.bytes !== undefined) return `"${Array.from(v.bytes, (b) => `\\x${b.toString(16).padStart(2, '0')}`).join('')}"`;
  return `"${v.text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')}"`;
}

function argument(arg: FieldArgument): string {
  if (arg === undefined) return '';
  return typeof arg === 'number' ? `[${arg}]` : /^[A-Za-z0-9_-]+$/.test(arg) && !/^\d/.test(arg) ? `.${arg}` : `[${arg}]`;
}

function check(c: Check): string {
  const left = `${c.ref.field.name}${argument(c.ref.arg)}`;
  const { takes } = OPERATORS[c.operator];
  if (takes === 'nothing') return `${left} ${c.operator}`;
  if (takes === 'list') return `${left} ${c.operator} (${c.values.map(value).join(', ')})`;
  return `${left} ${c.operator} ${c.values.map(value).join('')}`;
}

/** Prints with as few brackets as needed. */
export function printFilter(node: Node): string {
  switch (node.kind) {
    case 'check': return check(node);
    case 'not': return node.term.kind === 'check' ? `not ${check(node.term)}` : `not (${printFilter(node.term)})`;
    case 'and': return node.terms.map((t) => t.kind === 'or' || t.kind === 'and' ? `(${printFilter(t)})` : printFilter(t)).join(' and ');
    case 'or': return node.terms.map((t) => t.kind === 'or' ? `(${printFilter(t)})` : printFilter(t)).join(' or ');
  }
}
