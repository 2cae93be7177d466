// What a filter asks of the results of calls: so that a reader passes over ends of calls by their result alone.
import type { Check, Node } from './ast.ts';

/** Results that may pass, both ends included. A call that gives another one does not, whatever else it is. */
export interface ResultRange { readonly min: number; readonly max: number }

const ANY: ResultRange = { min: -Infinity, max: Infinity };
const WHOLE = /^-?\d{1,15}$/;

/** Undefined: any result may pass. */
export function resultsOf(node: Node): ResultRange | undefined {
  const range = rangeOf(node);
  return range.min === -Infinity && range.max === Infinity ? undefined : range;
}

function rangeOf(node: Node): ResultRange {
  if (node.kind === 'check') return ofCheck(node);
  // What a call that is not so gives may be anything.
  if (node.kind === 'not') return ANY;
  const ranges = node.terms.map(rangeOf);
  return node.kind === 'and'
    ? { min: Math.max(...ranges.map(({ min }) => min)), max: Math.min(...ranges.map(({ max }) => max)) }
    : { min: Math.min(...ranges.map(({ min }) => min)), max: Math.max(...ranges.map(({ max }) => max)) };
}

function ofCheck({ left, operator, modifier, values, right }: Check): ResultRange {
  if (left.kind !== 'field' || left.ref.arg !== undefined || right !== undefined || modifier !== undefined) return ANY;
  const { name } = left.ref.field;
  if (name === 'evt.failed') return operator === '=' && values.length === 1 && values[0]?.text === 'true' ? { min: -Infinity, max: -1 } : ANY;
  if (name !== 'evt.rawres' || values.length === 0 || !values.every(({ text }) => WHOLE.test(text))) return ANY;
  const numbers = values.map(({ text }) => Number(text)), [first = 0] = numbers;
  switch (operator) {
    case '=': case 'in': return { min: Math.min(...numbers), max: Math.max(...numbers) };
    case '<': return { min: -Infinity, max: first - 1 };
    case '<=': return { min: -Infinity, max: first };
    case '>': return { min: first + 1, max: Infinity };
    case '>=': return { min: first, max: Infinity };
    default: return ANY;
  }
}
