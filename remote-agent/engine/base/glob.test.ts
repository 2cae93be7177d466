// Patterns beside what fnmatch(3) of the C library says of them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { globMatcher } from './glob.ts';

for (const [pattern, passing, failing] of [
  ['', [''], ['a']], ['*', ['', 'a', '/a/b', '.a'], []], ['?', ['a', '/', '.'], ['', 'ab']], ['a*b', ['ab', 'axxb', 'a/b'], ['a', 'abc', 'ba']], ['*a*', ['a', 'bab'], ['b', '']], ['[a-c]x', ['ax', 'cx'], ['dx', 'x', 'ax ']], ['[!a-c]', ['d', '/', ']'], ['a', '']], ['[^a]', ['b', '^'], ['a']], ['[]]', [']'], ['[', '']], ['[!]a]', ['b', '['], [']', 'a']], ['[a-]', ['a', '-'], ['b']],
  ['[--/]', ['-', '.', '/'], ['0']], ['[b-a]', [], ['a', 'b', 'b-a']], ['[a\\]b]', ['a', ']', 'b'], ['\\']], ['[[:alpha:]]', ['a', 'Z'], ['1', '[']], ['[[:digit:]x]', ['7', 'x'], ['a']], ['[![:digit:]]', ['a'], ['7']], ['[[:foo:]]', [], ['f', ':', '[', ']']], ['[![:foo:]]', [], ['!', '!]']], ['[[.a.]-c]', ['a', 'b', 'c'], ['d', '-']], ['[[=a=]]', ['a'], ['=', 'b']],
  ['[a', ['[a'], ['a']], ['[', ['['], ['']], ['[!', ['[!'], ['a']], ['\\*', ['*'], ['a', '\\*']], ['\\a', ['a'], ['\\a']], ['a\\', [], ['a', 'a\\']], ['*\\', [], ['\\', 'a\\']], ['**', ['', 'ab'], []], ['a?*', ['ab', 'abc'], ['a']],
] as const) test(`glob ${pattern}`, () => {
  const match = globMatcher(pattern);
  for (const text of passing) assert.ok(match(text), `${JSON.stringify(text)} is not matched`);
  for (const text of failing) assert.ok(!match(text), `${JSON.stringify(text)} is matched`);
});
