// What is taken as a filter and what as plain text, and that plain text becomes a filter that the engine takes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { diagnoseFilter } from '../../remote-agent/engine/filter/index.ts';
import { findFilter, isExpression } from './findText.ts';

test('a field, alone or with an operator, begins an expression; file names and words do not', () => {
  for (const text of ['evt.type=openat', 'evt.', ' ( not proc.name = x', 'fd.nme=x', 'foo.bar = 3', 'foo.bar contains x', 'not evt.failed=true', 'tolower(proc.name) = x', 'evt.arg.path startswith /etc']) assert.ok(isExpression(text), text);
  for (const text of ['nginx.conf', 'openat', '/etc/passwd', 'notes', 'not found', 'index.html exists somewhere'.replace(' exists', ','), '172.18.0.5:80', '"evt.type=x"', 'a=b', '']) assert.ok(!isExpression(text), text);
});

test('an expression is left as it is; quotes make it plain text', () => {
  assert.equal(findFilter('  evt.type=openat '), 'evt.type=openat');
  assert.equal(findFilter('   '), '');
  assert.match(findFilter('"evt.type=openat"'), /^proc\.name icontains "?evt\.type=openat"? or /);
  assert.match(findFilter('GET /'), /evt\.args icontains "GET \/"/);
});

test('whatever plain text is typed, the filter compiles', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', minLength: 1 }), (text) => {
    fc.pre(text.trim() !== '' && !isExpression(text));
    assert.deepEqual(diagnoseFilter(findFilter(text)), [], findFilter(text));
  }), { numRuns: 500 });
});
