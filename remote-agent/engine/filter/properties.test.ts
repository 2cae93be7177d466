// Properties: what is printed reads as the same filter; no text makes the reader throw.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { findField } from '../fields/index.ts';
import { OPERATORS, type FilterValue, type Node, type Operator } from './ast.ts';
import { completeFilter, compileFilter, diagnoseFilter, hoverFilter, parseFilter, printFilter } from './index.ts';

const nowhere = { start: 0, end: 0 };
const value: fc.Arbitrary<FilterValue> = fc.oneof(fc.string({ maxLength: 12 }), fc.string({ unit: 'binary', maxLength: 6 }), fc.constantFrom('a b', '(', ')', ',', '"', "'", '\\', '\\x41', '\\n', '', 'and', '=x', '\t\n')).map((text) => ({ ...nowhere, text }));
const check = fc.record({ name: fc.constantFrom('proc.name', 'fd.name', 'proc.aname[2]', 'proc.env.HOME', 'evt.arg.name', 'evt.buffer'), operator: fc.constantFrom(...Object.keys(OPERATORS) as Operator[]), values: fc.array(value, { minLength: 1, maxLength: 3 }) }).map(({ name, operator, values }): Node => {
  const ref = findField(name);
  if (ref === undefined) throw new Error(name);
  const { takes } = OPERATORS[operator];
  return { kind: 'check', left: { kind: 'field', ref, ...nowhere }, operator, operatorPlace: nowhere, values: takes === 'nothing' ? [] : takes === 'value' ? values.slice(0, 1) : values, ...nowhere };
});
const { node } = fc.letrec<{ node: Node }>((tie) => ({
  node: fc.oneof({ maxDepth: 4, depthIdentifier: 'filter' }, check, fc.record({ kind: fc.constantFrom('and' as const, 'or' as const), terms: fc.array(tie('node'), { minLength: 2, maxLength: 3 }) }).map(({ kind, terms }): Node => ({ kind, terms, ...nowhere })), tie('node').filter((n) => n.kind !== 'not').map((term): Node => ({ kind: 'not', term, ...nowhere }))),
}));

/** What a filter says, without places; chains of the same kind in one. */
function shape(n: Node): unknown {
  switch (n.kind) {
    case 'check': return n.left.kind === 'field' ? [n.left.ref.field.name, n.left.ref.arg, n.operator, n.values.map((v) => v.text)] : [];
    case 'not': return ['not', shape(n.term)];
    default: return [n.kind, ...n.terms.map(shape)];
  }
}

test('a printed filter reads as itself', () => {
  fc.assert(fc.property(node, (tree) => {
    const text = printFilter(tree);
    const parsed = parseFilter(text);
    assert.equal(parsed.error, undefined, `${text}: ${parsed.error?.message}`);
    assert.deepEqual(parsed.node === undefined ? undefined : shape(parsed.node), shape(tree), text);
    if (parsed.node !== undefined) assert.equal(printFilter(parsed.node), text);
  }), { numRuns: 500 });
});

const scrap = fc.constantFrom('evt.type', 'proc.name', 'fd.net', 'evt.arg[', 'evt.rawtime', 'evt.around[1]', '=', '!=', '<', ' in (', ')', '(', ',', ' and ', ' or ', 'not ', '"', "'", '\\', '\\x', ' ', 'contains', 'pmatch', 'exists', '10.0.0.0/8', '7', 'true', '[', ']', '.', 'évt', '\u0000');
test('nothing throws on any text, and places lie within it', () => {
  fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.array(scrap, { maxLength: 20 }).map((s) => s.join(''))), fc.nat(60), (text, offset) => {
    compileFilter(text);
    for (const problem of diagnoseFilter(text)) {
      assert.ok(problem.start >= 0 && problem.end >= problem.start && problem.end <= text.length, `${JSON.stringify(text)}: ${JSON.stringify(problem)}`);
      assert.ok(problem.message.length > 0);
    }
    for (const item of completeFilter(text, offset)) assert.ok(item.start >= 0 && item.end >= item.start && item.end <= text.length);
    hoverFilter(text, offset);
  }), { numRuns: 3000 });
});
