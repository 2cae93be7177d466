// Turns a filter that was read into one function of an event.
import type { EventContext } from '../event/context.ts';
import { param } from '../event/params.ts';
import { bindValue, fieldProblem, fieldType, type FieldValue } from '../fields/index.ts';
import type { Check, FilterProblem, Node } from './ast.ts';
import { aroundTest, momentTest, spanTest, valueTest, ValueError, type ValueTest } from './tests.ts';

export type FilterTest = (ctx: EventContext) => boolean;

/** What is wrong with a check's argument, operator or values; undefined: nothing. */
export function checkProblem(check: Check): FilterProblem | undefined {
  try {
    compileCheck(check);
    return undefined;
  } catch (error) {
    if (error instanceof ValueError) return error.problem;
    throw error;
  }
}

/** The test of a filter. Throws a ValueError where a check is wrong. */
export function compileNode(node: Node): FilterTest {
  switch (node.kind) {
    case 'check': return compileCheck(node);
    case 'not': { const test = compileNode(node.term); return (ctx) => !test(ctx); }
    case 'and': return all(node.terms.map(compileNode));
    case 'or': return any(node.terms.map(compileNode));
  }
}

function all(tests: readonly FilterTest[]): FilterTest {
  const [a, b, c] = tests;
  if (a !== undefined && b !== undefined && tests.length === 2) return (ctx) => a(ctx) && b(ctx);
  if (a !== undefined && b !== undefined && c !== undefined && tests.length === 3) return (ctx) => a(ctx) && b(ctx) && c(ctx);
  return (ctx) => { for (const test of tests) if (!test(ctx)) return false; return true; };
}

function any(tests: readonly FilterTest[]): FilterTest {
  const [a, b, c] = tests;
  if (a !== undefined && b !== undefined && tests.length === 2) return (ctx) => a(ctx) || b(ctx);
  if (a !== undefined && b !== undefined && c !== undefined && tests.length === 3) return (ctx) => a(ctx) || b(ctx) || c(ctx);
  return (ctx) => { for (const test of tests) if (test(ctx)) return true; return false; };
}

function compileCheck(check: Check): FilterTest {
  const { ref } = check;
  const { field, arg } = ref;
  const problem = fieldProblem(ref);
  if (problem !== undefined) throw new ValueError(check.field, problem);
  if (field.use === 'print') throw new ValueError(check.field, `${field.name} is for printing only; filters use evt.rawtime, evt.reltime or evt.time`);
  if (field.name === 'evt.around') { const test = aroundTest(check); return (ctx) => test(ctx.tsNs, ctx.state.baseNs); }
  if (field.epoch === true) { const test = momentTest(check); return (ctx) => test(ctx.tsNs, ctx.state.baseNs); }
  const test = valueTest(check, fieldType(ref));
  if (arg === undefined && field.anyOf !== undefined) return compileAnyOf(check, test, field.anyOf);
  if (field.name === 'evt.buffer') return bufferCheck(check);
  const value = bindValue(ref);
  return (ctx) => test(value(ctx));
}

/** Either end of a connection, any ancestor. `!=` of an end means that no end is equal. */
function compileAnyOf(check: Check, test: ValueTest, anyOf: (ctx: EventContext, test: (value: FieldValue) => boolean) => boolean): FilterTest {
  if (check.operator !== '!=' || check.ref.field.group !== 'fd') return (ctx) => anyOf(ctx, test);
  let ends = 0;
  const fails = (value: FieldValue): boolean => { ends++; return !test(value); };
  return (ctx) => {
    ends = 0;
    return !anyOf(ctx, fails) && ends > 0;
  };
}

/** Buffers are looked at where they lie. */
function bufferCheck(check: Check): FilterTest {
  const test = spanTest(check);
  return (ctx) => {
    const i = param(ctx.view, 'data');
    return i >= 0 && test(ctx.view.bytes, ctx.view.start(i), ctx.view.end(i));
  };
}
