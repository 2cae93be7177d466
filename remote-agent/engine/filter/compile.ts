// Turns a filter that was read into one function of an event, and says what the function needs and can pass.
import type { EventContext } from '../event/context.ts';
import { param } from '../event/params.ts';
import { bindValue, fieldType, findField, type FieldRef, type FieldValue } from '../fields/index.ts';
import { demandOf } from '../fields/demand.ts';
import { DEMAND } from '../state/demand.ts';
import type { Check, FieldTerm, FilterProblem, Node, Subject } from './ast.ts';
import { spanTest } from './bytes.ts';
import { kindOfType, KIND_WORDS, requireFitting, ValueError, type Shape } from './kinds.ts';
import { ALL_EITHER, allOf, anyOf, invert, isByType, MAY_FAIL, MAY_PASS, outcomesByPresence, outcomesByType, type Outcomes } from './outcomes.ts';
import { bindList, bindTerm, checkField, isList, neededRefs, refsOf, shapeOf, valuesOf, type Values } from './terms.ts';
import { aroundTest, momentTest, pairTest, valueTest } from './tests.ts';
import type { ValueTest } from './texts.ts';
import { rememberedByInfo, scopeOf, wider, type Scope } from './thread.ts';

export type FilterTest = (ctx: EventContext) => boolean;

/** A part of a filter, made ready. */
export interface Part {
  readonly test: FilterTest;
  readonly outcomes: Outcomes;
  /** Bits of `DEMAND`. */
  readonly demand: number;
  readonly scope: Scope;
  /** Remembers what it saw before: it must see just the events that reach it. */
  readonly remembers: boolean;
}

/** What is wrong with a check's argument, operator or values; undefined: nothing. */
export function checkProblem(check: Check): FilterProblem | undefined {
  try {
    testOf(check);
    return undefined;
  } catch (error) {
    if (error instanceof ValueError) return error.problem;
    throw error;
  }
}

/** Makes a filter ready. Throws a ValueError where a check is wrong. */
export function compileNode(node: Node): Part {
  const part = build(node);
  // Asked once a thread, where that is all that it takes.
  return part.scope === 'info' ? { ...part, test: rememberedByInfo(part.test) } : part;
}

function build(node: Node): Part {
  switch (node.kind) {
    case 'check': return compileCheck(node);
    case 'not': return negated(build(node.term));
    case 'and': case 'or': return grouped(node.kind, node.terms.map(build));
  }
}

function negated(part: Part): Part {
  const { test } = part;
  return { ...part, test: (ctx) => !test(ctx), outcomes: invert(part.outcomes) };
}

function grouped(kind: 'and' | 'or', terms: readonly Part[]): Part {
  const scope = terms.reduce<Scope>((all, term) => wider(all, term.scope), 'info');
  const demand = terms.reduce((all, term) => all | term.demand, 0);
  const remembers = terms.some((term) => term.remembers);
  const combine = kind === 'and' ? all : any;
  if (scope === 'info') return { test: combine(terms.map((t) => t.test)), outcomes: ALL_EITHER, demand, scope, remembers };
  const outcomes = outcomesOf(kind, terms);
  return { test: byType(outcomes, combine(joined(terms, combine))), outcomes, demand, scope, remembers };
}

/** A term that remembers must see what reaches it: the type may only settle the matter with it and the terms in front of it. */
function outcomesOf(kind: 'and' | 'or', terms: readonly Part[]): Outcomes {
  const first = terms.findIndex((term) => term.remembers);
  const settled = (first < 0 ? terms : terms.slice(0, first + 1)).map((term) => term.outcomes);
  if (settled.every((o) => o === ALL_EITHER)) return ALL_EITHER;
  if (settled.length < terms.length) settled.push(ALL_EITHER);
  return kind === 'and' ? allOf(settled) : anyOf(settled);
}

/** The tests of terms; those side by side that speak of the thread alone become one, asked once a thread. */
function joined(terms: readonly Part[], combine: (tests: readonly FilterTest[]) => FilterTest): FilterTest[] {
  const tests: FilterTest[] = [];
  let run: FilterTest[] = [];
  const close = (): void => { if (run.length > 0) tests.push(rememberedByInfo(run.length === 1 ? run[0] as FilterTest : combine(run))); run = []; };
  for (const term of terms) {
    if (term.scope === 'info') { run.push(term.test); continue; }
    close();
    tests.push(term.test);
  }
  close();
  return tests;
}

/** Answers by the type where that settles the matter. */
function byType(outcomes: Outcomes, test: FilterTest): FilterTest {
  if (outcomes === ALL_EITHER) return test;
  return (ctx) => {
    const outcome = outcomes[ctx.view.type];
    return outcome === MAY_FAIL ? false : outcome === MAY_PASS ? true : test(ctx);
  };
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

function compileCheck(check: Check): Part {
  const test = testOf(check);
  const sides: readonly Subject[] = check.right === undefined ? [check.left] : [check.left, check.right];
  const refs = sides.flatMap(refsOf);
  const remembers = refs.some((ref) => ref.field.memory !== undefined);
  const scope = scopeOf(refs);
  const outcomes = remembers || scope !== 'event' ? ALL_EITHER : refs.every(isByType) ? outcomesByType(refs, test) : outcomesByPresence(sides.flatMap(neededRefs));
  // A field that needs no more than the event's own bytes may still speak of its thread: nothing is gained there.
  const demand = refs.reduce((sum, ref) => sum | demandOf(ref), 0) | (scope === 'event' ? 0 : DEMAND.threads);
  return { test: byType(outcomes, test), outcomes, demand, scope, remembers };
}

// ---- one check

function testOf(check: Check): FilterTest {
  const { left, right } = check;
  const shape = shapeOf(left);
  if (left.kind === 'field') {
    checkField(left);
    const own = ownTest(check, left);
    if (own !== undefined) return own;
  }
  requireFitting(check.operator, check.operatorPlace, shape);
  if (right !== undefined) return compareTest(check, left, right, shape);
  if (left.kind === 'field') return fieldTest(check, left.ref);
  const test = valueTest(check, shape.type, undefined);
  if (shape.list) return listTest(check, bindList(left), test);
  const value = bindTerm(left);
  return (ctx) => test(value(ctx));
}

/** Fields with comparisons of their own. */
function ownTest(check: Check, { ref }: FieldTerm): FilterTest | undefined {
  const { field } = ref;
  const { right } = check;
  if (field.name === 'evt.around' && right === undefined) { const test = aroundTest(check, ref); return (ctx) => test(ctx.tsNs, ctx.state.baseNs); }
  if (field.epoch === true && right === undefined) { const test = momentTest(check, ref); return (ctx) => test(ctx.tsNs, ctx.state.baseNs); }
  const address = right === undefined ? ADDRESS_OF_NAME.exec(field.name)?.[1] : undefined;
  if (address !== undefined && ['=', '!=', 'in'].includes(check.operator)) return nameTest(check, ref, address);
  return undefined;
}

/** fd.cip.name and its like: the address that is named. */
const ADDRESS_OF_NAME = /^(fd\.[cslr]ip)\.name$/;
const LOCALHOST = 'localhost';

/** An address whose name is not known has another one than any that is asked for; this host's own are known without asking. */
function nameTest(check: Check, ref: FieldRef, address: string): FilterTest {
  const addressRef = findField(address);
  if (addressRef === undefined) throw new Error(`no field ${address}`);
  const ip = bindValue(addressRef), name = bindValue(ref);
  const wanted = check.values.map((v) => v.text);
  const inverted = check.operator === '!=';
  return (ctx) => {
    const own = ip(ctx);
    if (own === undefined) return false;
    const known = name(ctx);
    const isHere = own === '127.0.0.1' || own === '::1';
    let passed = 0;
    for (const one of wanted) if ((one === known || (isHere && one === LOCALHOST)) !== inverted) passed++;
    return check.modifier === 'allof' ? passed === wanted.length : check.modifier === 'oneof' ? passed === 1 : passed > 0;
  };
}

function fieldTest(check: Check, ref: FieldRef): FilterTest {
  const { field, arg } = ref;
  const test = valueTest(check, fieldType(ref), ref);
  if (check.operator === 'intersects') { const values = valuesOf(ref); if (values !== undefined) return listTest(check, values, test); }
  if (arg === undefined && field.anyOf !== undefined) return anyOfTest(check, test, field.anyOf);
  const { someOf } = field;
  if (someOf !== undefined) {
    const tests = check.operator === 'in' ? check.values.map((value) => valueTest({ ...check, operator: '=', values: [value] }, fieldType(ref), ref)) : [test];
    return (ctx) => tests.some((one) => someOf(ctx, one, arg));
  }
  if (field.name === 'evt.buffer') return bufferTest(check);
  const value = bindValue(ref);
  return (ctx) => test(value(ctx));
}

/** Either end of a connection, any ancestor. `!=` of an end means that no end is equal. */
function anyOfTest(check: Check, test: ValueTest, some: (ctx: EventContext, test: (value: FieldValue) => boolean) => boolean): FilterTest {
  if (check.operator !== '!=' || check.left.kind !== 'field' || check.left.ref.field.group !== 'fd') return (ctx) => some(ctx, test);
  let ends = 0;
  const fails = (value: FieldValue): boolean => { ends++; return !test(value); };
  return (ctx) => {
    ends = 0;
    return !some(ctx, fails) && ends > 0;
  };
}

/** A list against values: `in` wants every element among them, `intersects` one. */
function listTest(check: Check, values: Values, test: ValueTest): FilterTest {
  switch (check.operator) {
    case 'exists': return (ctx) => values(ctx) !== undefined;
    case 'in': return (ctx) => { const all = values(ctx); return all !== undefined && all.length > 0 && all.every(test); };
    default: return (ctx) => values(ctx)?.some(test) === true;
  }
}

/** Buffers are looked at where they lie. */
function bufferTest(check: Check): FilterTest {
  const test = spanTest(check);
  return (ctx) => {
    const i = param(ctx.view, 'data');
    return i >= 0 && test(ctx.view.bytes, ctx.view.start(i), ctx.view.end(i));
  };
}

/** Field against field. */
function compareTest(check: Check, left: Subject, right: Subject, shape: Shape): FilterTest {
  if (right.kind === 'field') checkField(right);
  const other = shapeOf(right);
  const kind = kindOfType(shape.type), otherKind = kindOfType(other.type);
  if (kind !== otherKind) throw new ValueError(right, `${other.name} is ${KIND_WORDS[otherKind]} and cannot be compared with ${shape.name}, which is ${KIND_WORDS[kind]}`);
  if (kind === 'network' || (right.kind === 'field' && right.ref.field.name === 'evt.around')) throw new ValueError(right, `${other.name} has no value that could be compared with: expected a value in its place`);
  const { operator } = check;
  const pass = pairTest(operator, kind);
  const isSet = operator === 'in' || operator === 'intersects' || operator === 'pmatch';
  if (isSet && (isList(right) || isList(left))) {
    const values = operator === 'intersects' || shape.list ? bindList(left) : single(left), wanted = bindList(right);
    return (ctx) => {
      const all = values(ctx), others = wanted(ctx);
      if (all === undefined || others === undefined) return false;
      const listed = (value: FieldValue): boolean => others.some((one) => pass(value, one));
      return operator === 'in' ? all.length > 0 && all.every(listed) : all.some(listed);
    };
  }
  if (other.list || other.either === true) throw new ValueError(right, `${other.name} has several values: ask whether ${shape.name} is one of them, with "in"`);
  const b = bindTerm(right);
  if (left.kind === 'field' && left.ref.arg === undefined && left.ref.field.anyOf !== undefined) {
    const { anyOf: some, group } = left.ref.field;
    if (operator === '!=' && group === 'fd') throw new ValueError(check.operatorPlace, `"!=" of either end is not known here: write not ${shape.name} = ...`);
    return (ctx) => { const wanted = b(ctx); return wanted !== undefined && some(ctx, (value) => pass(value, wanted)); };
  }
  const a = bindTerm(left);
  return (ctx) => pass(a(ctx), b(ctx));
}

function single(term: Subject): Values {
  const value = bindTerm(term);
  return (ctx) => { const one = value(ctx); return one === undefined ? undefined : [one]; };
}
