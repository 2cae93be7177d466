// Regular expressions: what they match, beside JavaScript's own; that no pattern takes long; what is said of wrong ones.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { regexMatcher, RegexError } from './regex.ts';

describe('what patterns match', () => {
  for (const [pattern, passing, failing] of [
    ['abc', ['abc'], ['ab', 'abcd', 'xabc', '']], ['', [''], ['a']], ['a|bc|', ['a', 'bc', ''], ['abc', 'b']], ['a*b+c?', ['b', 'aabbc'], ['a', 'bcc']], ['(ab)+', ['ab', 'abab'], ['', 'aba']], ['a{3}', ['aaa'], ['aa', 'aaaa']], ['a{2,}', ['aa', 'aaaaa'], ['a']], ['a{1,3}', ['a', 'aaa'], ['', 'aaaa']],
    ['a{0}', [''], ['a']], ['a{,3}', ['a{,3}'], ['a']], ['{', ['{'], ['']], ['.*', ['', 'abc'], ['a\nb']], ['(?s).*', ['a\nb'], []], ['[a-c]+', ['abc'], ['abd', '']], ['[^a-c]', ['d', '\n'], ['a', 'dd']], ['[]a]+', [']a'], ['b']], ['[a\\]]+', ['a]'], ['\\']], ['[-a]+', ['-a'], ['b']], ['[a-]+', ['-a'], ['b']], ['[[:alpha:]]+', ['aZ'], ['a1', '']],
    ['[[:^digit:]x]+', ['ab'], ['1']], ['\\d+\\.\\d', ['12.5'], ['12x5']], ['\\w\\W\\s\\S', ['a- b'], ['aa b']], ['[\\d.]+', ['1.2'], ['a']], ['\\x41\\x{e9}\\n\\t', ['Aé\n\t'], ['Aé']], ['\\101', ['A'], ['\\101']], ['/usr/(s?bin|lib)/.*', ['/usr/bin/ls', '/usr/lib/'], ['/usr/share/x']], ['(?i)AbC', ['abc', 'ABC'], ['abd']], ['(?i:a)b', ['Ab', 'ab'], ['aB']], ['(?i)[a-c]é', ['BÉ'], ['dé']],
    ['(?:a|b)c', ['ac', 'bc'], ['c']], ['(?P<x>a)b', ['ab'], ['a']], ['a*?b', ['aab'], ['a']], ['^abc$', ['abc'], ['xabc']], ['a^b', [], ['ab', 'a\nb']], ['a\\n^b', ['a\nb'], ['ab']], ['a$\\nb', ['a\nb'], ['ab']], ['\\Aabc\\z', ['abc'], ['abcd']], ['a\\b.*', ['a b', 'a'], ['ab']], ['a\\Bb', ['ab'], ['a b']], ['.', ['é', '😀'], ['ab', '']], ['[😀-😂]', ['😁'], ['x']], ['é+', ['éé'], ['e']], ['\\.\\*\\\\', ['.*\\'], ['..']], ['(a*)*', ['', 'aaa'], ['b']], ['(a|b|)*c', ['abc', 'c'], ['abd']], ['(()|a)+', ['', 'aa'], ['b']],
  ] as const) test(pattern, () => {
    const match = regexMatcher(pattern);
    for (const text of passing) assert.ok(match(text), `${JSON.stringify(text)} is not matched`);
    for (const text of failing) assert.ok(!match(text), `${JSON.stringify(text)} is matched`);
  });
});

describe('what is said of wrong patterns', () => {
  for (const [pattern, at, message] of [
    ['a(b', [1, 2], /not closed/], ['a)b', [1, 2], /closes nothing/], ['[ab', [0, 1], /not closed/], ['*a', [0, 1], /repeats what stands before/], ['a|*', [2, 3], /repeats what/], ['a**', [0, 3], /repeated without brackets/], ['a\\', [1, 2], /ends after a backslash/], ['(a)\\1', [3, 5], /asked for again/], ['a(?=b)', [1, 3], /looking ahead/], ['(?<!a)b', [0, 2], /looking ahead/],
    ['\\q', [0, 2], /not known/], ['a{2,1}', [1, 6], /higher count/], ['a{2000}', [1, 7], /at most 1000/], ['[z-a]', [1, 4], /backwards/], ['[[:nix:]]', [1, 8], /class \[:nix:\] is not known/], ['(.{1000}){1000}', [0, 15], /too large/], ['((((()){1000}){1000}){1000}){1000}', [0, 34], /too large/], ['('.repeat(1000), [200, 201], /too many brackets/],
  ] as const) test(pattern.slice(0, 40), () => {
    assert.throws(() => regexMatcher(pattern), (error) => {
      assert.ok(error instanceof RegexError);
      assert.match(error.message, message);
      assert.deepEqual([error.start, error.end], at);
      return true;
    });
  });
});

// What both this and JavaScript read the same way.
const atom = fc.constantFrom('a', 'b', 'c', '.', '[ab]', '[^a]', '\\d', '\\w', 'x', '\\n', ' ', '\\b', '^', '$');
const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
  pattern: fc.oneof({ maxDepth: 4, depthIdentifier: 'regex' }, atom,
    fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => a + b), fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => `(${a}|${b})`),
    fc.tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '{2}', '{1,3}', '{0,}')).map(([a, many]) => `(?:${a})${many}`)),
}));
test('random patterns match what JavaScript\'s own match', () => {
  fc.assert(fc.property(pattern, fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'x', '1', ' ', '\n', 'é'), maxLength: 8 }), { minLength: 1, maxLength: 8 }), (source, texts) => {
    const judge = new RegExp(`^(?:${source})$`, 'mu');
    const match = regexMatcher(source);
    // JavaScript's "m" lets the outer anchors stop at lines: the whole text has to be the match.
    for (const text of texts) if (!text.includes('\n')) assert.equal(match(text), judge.exec(text)?.[0] === text || new RegExp(`^(?:${source})$`, 'u').test(text), `${source} on ${JSON.stringify(text)}`);
  }), { numRuns: 2000 });
});

test('no text makes it throw anything but its own error, and answers do not hang on what was asked before', () => {
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...'ab(){}[]|*+?\\^$.-,:=!<>P12x'), maxLength: 24 }), fc.array(fc.string({ maxLength: 6 }), { maxLength: 6 }), (source, texts) => {
    try {
      const match = regexMatcher(source);
      for (const text of texts) match(text);
      for (const text of texts) assert.equal(match(text), regexMatcher(source)(text));
    } catch (error) { assert.ok(error instanceof RegexError, String(error)); }
  }), { numRuns: 3000 });
});

test('patterns that other engines drown in', () => {
  for (const [source, text, expected] of [
    ['(a*)*b', 'a'.repeat(5000), false], ['(a|aa)+b', 'a'.repeat(5000), false], ['(x+x+)+y', 'x'.repeat(5000), false], ['.*.*.*.*=.*', 'x'.repeat(5000), false], ['(a?){500}a{500}', 'a'.repeat(500), true], ['([a-z]+.?)+[0-9]', 'abc'.repeat(1500), false],
    ['(.*a.{12})+', 'ab'.repeat(2000), false], ['(.*a.{13})+', 'ab'.repeat(2000), true],
  ] as const) assert.equal(regexMatcher(source)(text), expected, source);
});
