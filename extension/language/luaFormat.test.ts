// Formatting: texts before and after; what chisels mean stays what it was.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { changeOf, formatLua, whyNoFormatter, type FormatStyle } from './luaFormat.ts';
import { scanLua } from './luaTokens.ts';
import type { Span } from './luaTree.ts';

const skip = whyNoFormatter() ?? false;
const TABS: FormatStyle = { tabs: true, width: 4 }, SPACES: FormatStyle = { tabs: false, width: 2 };
function formatted(text: string, style: FormatStyle, part?: Span): string {
  const change = formatLua(text, style, part);
  return change === undefined ? text : text.slice(0, change.start) + change.text + text.slice(change.end);
}

const ROWS: readonly (readonly [name: string, before: string, style: FormatStyle, after: string])[] = [
  ['blanks and indentation', 'function  on_init( )\nlocal x={a=1,b = 2}\n      return true\nend', TABS, 'function on_init()\n\tlocal x = { a = 1, b = 2 }\n\treturn true\nend\n'],
  ['by spaces', 'if x then\nreturn\nend\n', SPACES, 'if x then\n  return\nend\n'],
  ['comments stay', '-- ä\nx  = 1 -- why\n--[[ more ]]\n', TABS, '-- ä\nx = 1 -- why\n--[[ more ]]\n'],
  ['require stays as it is written', 'require "common"\nlocal f = require("http")\n', TABS, 'require "common"\nlocal f = require("http")\n'],
  ['line ends stay', 'x =1\r\ny= 2\r\n', TABS, 'x = 1\r\ny = 2\r\n'],
];
for (const [name, before, style, after] of ROWS) test(name, { skip }, () => assert.equal(formatted(before, style), after));

test('a part alone', { skip }, () => {
  const text = 'local a  =  "ä€😀"\nlocal b  =  2\nlocal c  =  3\n';
  assert.equal(formatted(text, TABS, { start: text.indexOf('local b'), end: text.indexOf('\nlocal c') }), text.replace('b  =  2', 'b = 2'));
});

test('what is no Lua is refused', { skip }, () => assert.throws(() => formatLua('x = = 1', TABS)));
test('a text that is in order is left alone', { skip }, () => assert.equal(formatLua('x = 1\n', TABS), undefined));

const STOCK = '/usr/share/sysdig/chisels';
test("sysdig's chisels and Porthole's keep their words, and are in order afterwards", { skip }, () => {
  const own = new URL('../../remote-agent/chisels/', import.meta.url).pathname;
  const files = [own, STOCK].filter((f) => existsSync(f)).flatMap((f) => readdirSync(f).filter((n) => n.endsWith('.lua')).map((n) => `${f}/${n}`));
  const words = (text: string): string => scanLua(text).filter((t) => t.kind !== 'comment' && !/^[,;()]$/.test(t.text)).map((t) => t.kind === 'string' ? t.string?.value ?? '' : t.kind === 'number' ? String(Number(t.text)) : t.text).join(' ');
  assert.ok(files.length >= 3);
  for (const file of files) {
    const before = readFileSync(file, 'utf8');
    const after = formatted(before, TABS);
    assert.ok(words(after) === words(before), `${file} has its words`);
    assert.equal(formatLua(after, TABS), undefined, `${file} is in order`);
  }
});

test('the least change', () => {
  assert.deepEqual(changeOf('abc', 'abc'), undefined);
  assert.deepEqual(changeOf('abc', 'aXc'), { start: 1, end: 2, text: 'X' });
  assert.deepEqual(changeOf('aa', 'aaa'), { start: 2, end: 2, text: 'a' });
  assert.deepEqual(changeOf('a😀b', 'a😁b'), { start: 1, end: 3, text: '😁' });
});
