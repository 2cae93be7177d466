// Definitions, references, rename, outline and folding. `|` marks the cursor, `«»` the places that are found.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { definitions, highlights, references, rename, renamable } from './luaNavigate.ts';
import { folds, outline } from './luaOutline.ts';
import { luaText, NO_PROJECT, type LuaProject } from './luaText.ts';

type Files = Readonly<Record<string, string>>;
const unmark = (text: string): string => text.replace(/[«»|]/g, '');
function projectOf(files: Files): LuaProject {
  return {
    text: (uri) => files[uri] === undefined ? undefined : unmark(files[uri]),
    resolve: (name) => files[`${name}.lua`] === undefined ? undefined : `${name}.lua`,
    near: () => Object.keys(files),
    modules: () => Object.keys(files).map((n) => n.replace('.lua', '')),
  };
}
interface Place { readonly uri?: string; readonly start: number; readonly end: number }
/** A text with places marked. */
function mark(text: string, places: readonly Place[]): string {
  let out = '', at = 0;
  for (const p of [...places].sort((a, b) => a.start - b.start)) { out += `${text.slice(at, p.start)}«${text.slice(p.start, p.end)}»`; at = p.end; }
  return out + text.slice(at);
}
/** Asks at the cursor, which one of the files has, and checks that exactly the marked places of all of them are found. */
function check(files: Files, ask: typeof definitions): void {
  const [uri, marked] = Object.entries(files).find(([, text]) => text.includes('|')) ?? ['', ''];
  const offset = marked.replace(/[«»]/g, '').indexOf('|');
  const found = ask(unmark(marked), uri, offset, projectOf(files));
  for (const [name, text] of Object.entries(files)) assert.equal(mark(unmark(text), found.filter((p) => p.uri === name)), text.replace('|', ''), name);
}
const ROWS: readonly (readonly [name: string, ask: typeof definitions, files: Files])[] = [
  ['a local', definitions, { 'a.lua': 'local «n» = 1\nprint(n|)' }],
  ['the inner of two', definitions, { 'a.lua': 'local n = 1\ndo local «n» = n print(|n) end' }],
  ['the outer in what the inner is given', definitions, { 'a.lua': 'local «n» = 1\ndo local n = n| end' }],
  ['a parameter', definitions, { 'a.lua': 'function f(a, «b») return |b end local b' }],
  ['a variable of a loop', definitions, { 'a.lua': 'for «k», v in pairs(t) do x(k|) end' }],
  ['a local in the condition of repeat', definitions, { 'a.lua': 'repeat local «done» = f() until |done' }],
  ['a local function within itself', definitions, { 'a.lua': 'local function «f»() return f|() end' }],
  ['a local is not seen before its value is', definitions, { 'a.lua': 'local f = function() return f|() end' }],
  ['a global function before its text', definitions, { 'a.lua': 'function on_event() help|() end\nfunction «help»() end' }],
  ['a global', definitions, { 'a.lua': 'function on_init() «count» = 0 end function on_event() count = count| + 1 end' }],
  ['a file that is required', definitions, { 'a.lua': 'require "com|mon"', 'common.lua': '«»x = 1' }],
  ['a global of a file that is required', definitions, { 'a.lua': 'require "common"\nprint(|split("a"))', 'common.lua': 'function «split»(s) end' }],
  ['a global behind two files', definitions, { 'a.lua': 'require "b"\nprint(|split("a"))', 'b.lua': 'require("c")', 'c.lua': 'function «split»(s) end' }],
  ['files that require each other', definitions, { 'a.lua': 'require "b"\nprint(|split)', 'b.lua': 'require "a"' }],
  ['a function of a module', definitions, { 'a.lua': 'local json = require "json"\njson.enc|ode({})', 'json.lua': 'local M = {}\nfunction M.«encode»(t) end\nreturn M' }],
  ['a function of a module that is a table', definitions, { 'a.lua': 'local json = require "json"\njson.enc|ode({})', 'json.lua': 'return_ = { «encode» = function() end }' }],
  ['a field of a table', definitions, { 'a.lua': 'local t = { «size» = 1 }\nprint(t.|size)' }],
  ['a method', definitions, { 'a.lua': 'T = {}\nfunction T:«add»(x) end\nT:ad|d(1)' }],
  ['nothing for the API', definitions, { 'a.lua': 'chisel.set_fil|ter("x")' }],
  ['nothing in a string', definitions, { 'a.lua': 'local a b = "a|"' }],
  ['a text that is half written', definitions, { 'a.lua': 'local «f_name»\nfunction on_event()\n  local x = evt.field(f_name|\nend' }],
  ['a member that is half written', definitions, { 'a.lua': 'local «n» = 1\nfunction on_event()\n  foo.\n  n| = 2\nend' }],
  ['a function after one that is not closed', definitions, { 'a.lua': 'local «n»\nfunction a()\n  if x then\nend\nfunction b() return n| end' }],
  ['uses of a local', references, { 'a.lua': 'local «n|» = 1\n«n» = «n» + 1\ndo local n end print(t.n, {n = «n»})' }],
  ['uses of a global in all files', references, { 'a.lua': 'require "common"\nx = «spl|it»("a")', 'b.lua': 'require "common" y = «split»', 'common.lua': 'function «split»() end', 'other.lua': 'split = 1' }],
  ['from the file that defines it', references, { 'common.lua': 'function «sp|lit»() end', 'a.lua': 'require "common" y = «split»', 'other.lua': 'split = 1' }],
  ['uses of a member', references, { 'a.lua': 'local t = { «n» = 1 }\nt.«n» = t.«|n» + u.n' }],
  ['uses of a function of a module', references, { 'json.lua': 'local M = {}\nfunction M.«enc|ode»() end\nreturn M', 'a.lua': 'local j = require("json")\nj.«encode»() k.encode()' }],
];
for (const [name, ask, files] of ROWS) test(`${ask.name}: ${name}`, () => check(files, ask));

test('highlights tell reading from writing', () => {
  assert.deepEqual(highlights('local n = 1 print(n)', 6).map((u) => u.write), [true, false]);
});

const RENAMES: readonly (readonly [marked: string, name: string, result: string | RegExp])[] = [
  ['local |n = 1 print(n, t.n)', 'm', 'local m = 1 print(m, t.n)'],
  ['function f(a|) return a end', 'b', 'function f(b) return b end'],
  ['local f_na|me function on_init() f_name = chisel.request_field("fd.name") end', 'name', 'local name function on_init() name = chisel.request_field("fd.name") end'],
  ['count| = 0 function on_event() count = count + 1 end', 'n', 'n = 0 function on_event() n = n + 1 end'],
  ['local |n local m print(n, m)', 'm', /taken/],
  ['local |n function f(m) return n + m end', 'm', /taken/],
  ['local n| print(m)', 'm', /taken/],
  ['local |n = 1', 'end', /word of Lua/],
  ['local |n = 1', '1x', /no name/],
  ['function on_ev|ent() end', 'x', /engine finds it/],
  ['pri|nt(1)', 'x', /not defined in this file/],
  ['t.na|me = 1', 'x', /fields of tables/],
  ['x = "a|b"', 'x', /no name here/],
];
for (const [marked, name, result] of RENAMES) {
  test(`rename ${marked} to ${name}`, () => {
    const text = marked.replace('|', '');
    const done = rename(text, 'a.lua', marked.indexOf('|'), name, NO_PROJECT);
    if (result instanceof RegExp) { assert.match(String(done), result); return; }
    assert.ok(typeof done !== 'string', String(done));
    assert.equal([...done].sort((a, b) => b.start - a.start).reduce((t, p) => t.slice(0, p.start) + name + t.slice(p.end), text), result);
  });
}
test('a global that another file uses is not renamed', () => {
  const files = { 'common.lua': 'function split() end', 'a.lua': 'require "common" y = split' };
  assert.match(String(renamable(files['common.lua'], 'common.lua', 10, projectOf(files))), /a\.lua uses/);
});

test('outline', () => {
  const text = 'description = "Shows x"\nargs = {}\nlocal f_name\nlocal counts = {}\nlocal function help(a, ...)\n  local function inner() end\nend\nlocal cut = function(s) end\nfunction on_init()\n  f_name = chisel.request_field("fd.name")\n  g_type = chisel.request_field("evt.type")\n  local x = 1\nend\nfunction T.add(x) end\n';
  const show = (items: ReturnType<typeof outline>, indent = ''): string[] => items.flatMap((i) => [`${indent}${i.kind} ${i.name} ${i.detail}`.trimEnd(), ...show(i.children, `${indent}  `)]);
  assert.deepEqual(show(outline(text)), [
    'head description Shows x', 'head args', 'field f_name fd.name', 'variable counts', 'function help (a, ...)', '  function inner ()', 'function cut (s)', 'callback on_init ()', 'field g_type evt.type', 'function T.add (x)',
  ]);
  for (const item of outline(text)) assert.ok(item.start <= item.nameSpan.start && item.nameSpan.end <= item.end, item.name);
});

test('folding', () => {
  const lines = (text: string): string[] => folds(text).map((f) => `${f.kind} ${text.slice(0, f.start).split('\n').length}-${text.slice(0, f.end).split('\n').length}`);
  assert.deepEqual(lines('function f()\n  if a then\n    b()\n  elseif c then\n    d()\n  else\n    e()\n  end\nend'), ['code 1-9', 'code 2-4', 'code 4-6', 'code 6-8']);
  assert.deepEqual(lines('x = {\n  1,\n  { a = 2 },\n}\nwhile a do b() end'), ['code 1-4']);
  assert.deepEqual(lines('-- a\n-- b\n\n-- c\n--[[ d\n e ]]\n-- region x\ny = 1\n-- endregion'), ['comment 1-2', 'comment 4-6', 'region 7-9']);
});

test('any text has a structure', () => {
  const stock = '/usr/share/sysdig/chisels';
  const own = new URL('../../remote-agent/chisels/', import.meta.url);
  const texts = [...readdirSync(own).map((f) => readFileSync(new URL(f, own), 'utf8')), ...(existsSync(stock) ? readdirSync(stock).map((f) => readFileSync(`${stock}/${f}`, 'utf8')) : [])];
  for (const text of texts) {
    for (let i = 0; i < text.length; i += Math.max(53, Math.floor(text.length / 40))) {
      const { tree } = luaText(text.slice(0, i));
      for (const symbol of tree.symbols) for (const use of symbol.uses) assert.equal(text.slice(use.start, use.end), symbol.name);
      outline(text.slice(0, i));
      folds(text.slice(0, i));
    }
  }
  for (const deep of ['('.repeat(5000), '{'.repeat(5000), 'if x then '.repeat(3000), 'function '.repeat(3000), 'a.'.repeat(5000), '- '.repeat(5000), 'f'.repeat(3000), 'x = function() '.repeat(2000)]) assert.ok(luaText(deep).tree);
});
