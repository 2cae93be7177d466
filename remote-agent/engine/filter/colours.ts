// What each part of a filter is, for colours: fields, operators, values. By the names that editors have for tokens.
import type { Place } from './ast.ts';
import { parseFilter } from './parser.ts';

export interface FilterColour extends Place { readonly type: 'function' | 'property' | 'operator' | 'keyword' | 'string' | 'number' | 'enumMember'; readonly modifiers: readonly ('readonly' | 'defaultLibrary')[] }

/** In the order of the text, none over another. */
export function filterColours(text: string): FilterColour[] {
  const found: FilterColour[] = [];
  const add = (start: number, end: number, type: FilterColour['type'], ...modifiers: FilterColour['modifiers'][number][]): void => { if (end > start) found.push({ start, end, type, modifiers }); };
  type Check = ReturnType<typeof parseFilter>['checks'][number];
  const term = (t: Check['left'] | NonNullable<Check['right']> | { readonly kind: 'text' | 'list' }): void => {
    if (t.kind === 'field') add(t.start, t.end, 'property', 'readonly');
    else if (t.kind === 'call') { add(t.namePlace.start, t.namePlace.end, 'function', 'defaultLibrary'); for (const a of t.args) term(a); }
  };
  const { checks } = parseFilter(text);
  for (const check of checks) {
    const { left, operator, operatorPlace, values, right, modifier } = check;
    term(left);
    add(operatorPlace.start, operatorPlace.end, /[a-z]/.test(operator) ? 'keyword' : 'operator');
    if (modifier !== undefined) { const at = text.indexOf(modifier, operatorPlace.end); add(at, at + modifier.length, 'keyword'); }
    const known = left.kind === 'field' ? left.ref.field.values?.() : undefined;
    if (right !== undefined) term(right);
    else for (const v of values) add(v.start, v.end, /^-?\d+(\.\d+)?(ns|us|ms|s|m|h)?$/.test(v.text) ? 'number' : known?.includes(v.text) === true ? 'enumMember' : 'string');
  }
  // What stands between the checks.
  let at = 0;
  const places = [...found].sort((a, b) => a.start - b.start);
  for (const next of [...places, { start: text.length, end: text.length }]) {
    for (const m of text.slice(at, next.start).matchAll(/(?<![\w.])(and|or|not)(?![\w.])/g)) add(at + m.index, at + m.index + m[0].length, 'keyword');
    at = Math.max(at, next.end);
  }
  return inOrder(found);
}

/** In the order of the text; of two over each other the one that begins first, or is longer. */
export function inOrder<T extends Place>(all: T[]): T[] {
  let end = 0;
  return all.sort((a, b) => a.start - b.start || b.end - a.end).filter((c) => { if (c.start < end || c.end <= c.start) return false; end = c.end; return true; });
}
