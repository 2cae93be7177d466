// A filter back as text that reads as the same filter.
import { ESCAPED_FROM, ESCAPED_TO, encodeText } from '../base/text.ts';
import type { FieldRef } from '../fields/index.ts';
import { MODIFIERS, OPERATORS, TRANSFORMER_NAMES, type Check, type FilterValue, type Node, type Subject, type Term } from './ast.ts';

const BARE = /^[A-Za-z0-9_./:@%+*?-]+$/;
/** Words that mean something else where a bracket could follow. */
const CALLED: ReadonlySet<string> = new Set([...TRANSFORMER_NAMES, ...Object.keys(MODIFIERS), 'val']);

function isTorn(text: string): boolean {
  for (const c of text) { const code = c.codePointAt(0) ?? 0; if (code >= ESCAPED_FROM && code <= ESCAPED_TO) return true; }
  return false;
}

function quoted(text: string): string {
  if (isTorn(text)) return `"${Array.from(encodeText(text), (b) => `\\x${b.toString(16).padStart(2, '0')}`).join('')}"`;
  return `"${text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')}"`;
}

/** A text as a filter's value, in quotes where it needs them. */
export function valueText(text: string): string { return value({ text, start: 0, end: 0 }); }

function value({ text }: FilterValue): string { return BARE.test(text) && !CALLED.has(text) ? text : quoted(text); }

function fieldText({ field, arg }: FieldRef): string {
  if (arg === undefined) return field.name;
  if (typeof arg === 'number') return `${field.name}[${arg}]`;
  // Numbers in quotes are names.
  if (/^[A-Za-z0-9_-]+$/.test(arg) && !/^\d/.test(arg)) return `${field.name}.${arg}`;
  return /["'\]]/.test(arg) || arg === '' || /^\d{1,9}$/.test(arg) || /[\s()!=<>,]/.test(arg) ? `${field.name}[${arg.includes('"') ? `'${arg}'` : `"${arg}"`}]` : `${field.name}[${arg}]`;
}

function termText(term: Term): string {
  switch (term.kind) {
    case 'field': return fieldText(term.ref);
    case 'text': return quoted(term.value.text);
    case 'list': return `(${term.items.map(termText).join(', ')})`;
    case 'call': return `${term.name}(${term.args.map(termText).join(', ')})${term.option === undefined ? '' : `[${term.option.text}]`}`;
  }
}

function right(subject: Subject): string { return subject.kind === 'field' ? `val(${fieldText(subject.ref)})` : termText(subject); }

function check(c: Check): string {
  const left = `${termText(c.left)} ${c.operator}`;
  const { takes } = OPERATORS[c.operator];
  if (takes === 'nothing') return left;
  if (c.right !== undefined) return `${left} ${right(c.right)}`;
  const list = (): string => `(${c.values.map(value).join(', ')})`;
  if (takes === 'list') return `${left} ${list()}`;
  return c.modifier === undefined ? `${left} ${c.values.map(value).join('')}` : `${left} ${c.modifier} ${list()}`;
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
