// Semantic tokens: what each name is, as lists of `text type modifiers`.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chiselColours, COLOUR_TYPES, colourNumbers, filterFileColours, type Colour } from './luaColours.ts';

const show = (text: string, colours: readonly Colour[]): string[] => colours.map((c) => [text.slice(c.start, c.end), c.type, ...c.modifiers].join(' '));
const ROWS: readonly (readonly [text: string, ...colours: string[]])[] = [
  ['local n = 1 n = n', 'n variable declaration', 'n variable modification', 'n variable'],
  ['function f(a) return a end', 'f function modification', 'a parameter declaration', 'a parameter'],
  ['function on_event() end', 'on_event event declaration'],
  ['x = evt.get_num()', 'x variable modification', 'evt namespace defaultLibrary', 'get_num function defaultLibrary'],
  ['local evt = {} evt.get_num()', 'evt variable declaration', 'evt variable', 'get_num function'],
  ['print(string.len(a.b))', 'print function defaultLibrary', 'string namespace defaultLibrary', 'len function defaultLibrary', 'a variable', 'b property'],
  ['t:add(1)', 't variable', 'add method'],
  ['function T.f() end T.x = 1', 'T variable', 'f function declaration', 'T variable', 'x property declaration'],
  ['chisel.request_field("evt.arg[0]")', 'chisel namespace defaultLibrary', 'request_field function defaultLibrary', 'evt.arg[0] property readonly'],
  ['chisel.request_field("no.such")', 'chisel namespace defaultLibrary', 'request_field function defaultLibrary'],
  ['chisel.set_event_formatter("%20proc.name: %evt.num")', 'chisel namespace defaultLibrary', 'set_event_formatter function defaultLibrary', '20 number', 'proc.name property readonly', 'evt.num property readonly'],
  ['chisel.set_filter("not evt.type in (open, x) and \\"fd.num\\" = 3")', 'chisel namespace defaultLibrary', 'set_filter function defaultLibrary', 'not keyword', 'evt.type property readonly', 'in keyword', 'open enumMember', 'x string', 'and keyword'],
];
for (const [text, ...colours] of ROWS) test(text, () => assert.deepEqual(show(text, chiselColours(text)), colours));

test('filter files', () => {
  const text = '# what root and others open\nevt.type = open and\n  (user.uid = 0 or proc.name contains "and") and not fd.num exists';
  assert.deepEqual(show(text, filterFileColours(text)), [
    'evt.type property readonly', '= operator', 'open enumMember', 'and keyword', 'user.uid property readonly', '= operator', '0 number', 'or keyword', 'proc.name property readonly', 'contains keyword', '"and" string', 'and keyword', 'not keyword', 'fd.num property readonly', 'exists keyword',
  ]);
});

test('numbers of the protocol', () => {
  const text = 'local a\n\n  b = a';
  const v = COLOUR_TYPES.indexOf('variable');
  assert.deepEqual(colourNumbers(text, chiselColours(text)), [0, 6, 1, v, 1, 2, 2, 1, v, 8, 0, 4, 1, v, 0]);
  assert.deepEqual(colourNumbers('ab\ncd', [{ start: 1, end: 5, type: 'string', modifiers: [] }]), [0, 1, 1, COLOUR_TYPES.indexOf('string'), 0, 1, 0, 2, COLOUR_TYPES.indexOf('string'), 0]);
});
