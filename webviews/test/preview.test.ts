// What the preview makes of what a chisel prints: colours, tables, JSON, bounds.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clearedAt, piecesOf, withoutEscapes } from '../preview/ansi.ts';
import { JsonDocuments, summaryOf, treeRows } from '../preview/jsonDocuments.ts';
import { MAX_LINES, Output } from '../preview/output.ts';
import { amountOf, csvOf, sorted } from '../preview/tables.ts';

test('colours and looks of a terminal, over the ends of lines', () => {
  const { pieces, look } = piecesOf('a\x1b[31;1mred\x1b[22m thin\x1b[38;5;208mown\x1b[48;2;1;2;300m.\x1b[K\x1b]0;title\x07\x1b[96m!');
  assert.deepEqual(pieces, [
    { text: 'a', look: {} }, { text: 'red', look: { fg: 1, bold: true } }, { text: ' thin', look: { fg: 1 } }, { text: 'own', look: { fg: '#ff8700' } }, { text: '.', look: { fg: '#ff8700', bg: '#0102ff' } }, { text: '!', look: { fg: 14, bg: '#0102ff' } },
  ]);
  assert.deepEqual(piecesOf('more\x1b[m', look), { pieces: [{ text: 'more', look }], look: {} });
  assert.equal(withoutEscapes('\x1b[1;31mx\x1b[0m'), 'x');
  assert.equal(clearedAt('old\x1b[2J\x1b[1;1Hnew'), 13);
  assert.equal(clearedAt('none'), -1);
});

const TABLE = `CPU%                Process             PID
--------------------------------------------------------------------------------
0.50%               bash                12
12.00%              a name with blanks  7
1.25%               x                   100
`;
test('a table of fixed columns, sorted by its numbers', () => {
  const output = new Output(false);
  // In pieces, as it comes.
  for (let at = 0; at < TABLE.length; at += 7) output.push(TABLE.slice(at, at + 7));
  const table = output.table();
  assert.deepEqual(table?.columns, [{ title: 'CPU%', numeric: true }, { title: 'Process', numeric: false }, { title: 'PID', numeric: true }]);
  assert.deepEqual(table.rows[1], ['12.00%', 'a name with blanks', '7']);
  assert.deepEqual(sorted(table, { column: 0, down: true }), [1, 2, 0]);
  assert.deepEqual(sorted(table, { column: 1, down: false }), [1, 0, 2]);
  assert.deepEqual(sorted(table, undefined), [0, 1, 2]);
  assert.equal(csvOf(table, [2, 1]), 'CPU%,Process,PID\r\n1.25%,x,100\r\n12.00%,a name with blanks,7\r\n');
});

test('the same table again takes its place, another stands beside it', () => {
  const output = new Output(false);
  output.push(`${TABLE}\nTitle               Other\n----------\na                   b,"c"\n\n${TABLE.replace('bash', 'zsh ')}`);
  assert.equal(output.tables.count, 2);
  assert.equal(output.table()?.rows[0]?.[1], 'zsh');
  assert.equal(csvOf(output.table('Title\tOther')!, [0]), 'Title,Other\r\na,"b,""c"""\r\n');
  output.push('\x1b[2J\x1b[1;1Hfresh\n');
  assert.deepEqual(output.lines, ['fresh']);
  assert.equal(output.table(), undefined);
});

test('a value that reaches into the next column, a table right behind another, no table', () => {
  const output = new Output(false);
  output.push('Bytes   Name\n------------\n123456789 long\n7       x\nTime  Who\n-----------\n1s    me\n');
  assert.deepEqual(output.table('Bytes\tName')?.rows, [['123456789', 'long'], ['7', 'x']]);
  assert.deepEqual(output.table()?.rows, [['1s', 'me']]);
  const none = new Output(false);
  none.push('a line\n\n-----------\nanother\n');
  assert.equal(none.table(), undefined);
});

test('amounts with units', () => {
  for (const [text, amount] of [['1.50KB', 1536], ['20ms', 0.02], ['7', 7], ['3.5%', 3.5], ['2G', 2 ** 31], ['1e3', 1000], ['-4', -4]] as const) assert.equal(amountOf(text), amount);
  for (const text of ['', 'x', '1.2.3.4', '5 apples', 'N/A']) assert.ok(Number.isNaN(amountOf(text)), text);
});

test('documents of JSON, in pieces and with text between', () => {
  const text = 'note\n{"a":[1,{"b":"}\\""}],\n "c":null}\n[1,2]{"broken":}\n{"d":1}';
  for (const size of [1, 3, 1000]) {
    const found = new JsonDocuments();
    for (let at = 0; at < text.length; at += size) found.push(text.slice(at, at + size));
    assert.deepEqual(found.documents, [{ a: [1, { b: '}"' }], c: null }, [1, 2], { d: 1 }]);
  }
});

test('a tree folds and unfolds', () => {
  const rows = treeRows([{ a: [1, 2], 'b/c': 'x' }], (path) => path === '/0' || path === '/0/a');
  assert.deepEqual(rows.map((row) => [row.path, row.depth, row.name, row.size, row.open]), [['/0', 0, '', 2, true], ['/0/a', 1, 'a', 2, true], ['/0/a/0', 2, '0', -1, false], ['/0/a/1', 2, '1', -1, false], ['/0/b~1c', 1, 'b/c', -1, false]]);
  assert.equal(summaryOf({ a: [1], b: 'x', c: {} }), '{a: […], b: "x", c: {…}}');
  assert.ok(summaryOf(Array.from({ length: 100 }, (_, i) => i)).length < 90);
});

test('tables out of JSON: the form of tables, and objects that are alike', () => {
  const output = new Output(true);
  output.push('{"data":[["bash","12",0.5],["x","7",12]],"info":[{"name":"proc.name","desc":"Process","is_key":true},{"name":"proc.pid","desc":"PID","is_key":true},{"name":"time","desc":"CPU","is_key":false}],"ts":"1"}');
  assert.deepEqual(output.table()?.columns.map((column) => column.title), ['Process', 'PID', 'CPU']);
  assert.deepEqual(output.table()?.rows, [['bash', '12', '0.5'], ['x', '7', '12']]);
  const lines = new Output(true);
  lines.push('{"n":1,"name":"a"}\n{"n":2,"deep":{"x":1}}\n');
  assert.deepEqual(lines.table()?.columns.map((column) => column.title), ['n', 'name', 'deep']);
  assert.deepEqual(lines.table()?.rows[1], ['2', '', '{"x":1}']);
});

test('lines are bounded, and say how many are gone', () => {
  const output = new Output(false);
  output.push('\x1b[31m');
  output.push(Array.from({ length: MAX_LINES + 5 }, (_, i) => `${i}\n`).join(''));
  assert.equal(output.dropped, MAX_LINES / 10);
  assert.equal(output.line(0), `${MAX_LINES / 10}`);
  assert.deepEqual(output.looks.get(output.dropped), { fg: 1 });
  output.push('x'.repeat(100_000));
  assert.ok(output.line(output.count - 1).length <= 20_000);
});
