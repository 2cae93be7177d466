// Completion, hover and signatures of names: `|` marks the cursor. Each row says what is among the proposals, and with `!` what is not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completeChisel } from './chiselComplete.ts';
import { hoverChisel, signatureChisel } from './chiselHelp.ts';
import type { LuaProject } from './luaText.ts';

const FILES: Readonly<Record<string, string>> = {
  common: '-- Cuts a text at a separator.\nfunction split(text, separator) end\nglobal_table = {}',
  json: 'local M = { version = 1 }\n--[[ Text of a value. ]]\nfunction M.encode(value, indent) end\nlocal function hidden() end\nreturn M',
};
const project: LuaProject = { text: (uri) => FILES[uri], resolve: (name) => FILES[name] === undefined ? undefined : name, near: () => [], modules: () => Object.keys(FILES) };
const cursor = (marked: string): readonly [string, number, string, LuaProject] => [marked.replace('|', ''), marked.indexOf('|'), 'own', project];

const FIELDS = 'local f_type, f_pid\nfunction on_init()\n  f_type = chisel.request_field("evt.type")\n  f_pid = chisel.request_field("proc.pid")\n  return true\nend\n';
const ROWS: readonly (readonly [marked: string, ...labels: string[]])[] = [
  ['local count = 0\nfunction on_event()\n  local cost = 1\n  x = c|\nend\nlocal later', 'count', 'cost', 'chisel', '!later', '!on_event'],
  ['do local inner = 1 end\nx = |', '!inner', 'x', 'print', 'string', 'nil'],
  ['function f(first, ...) return f| end', 'first', 'f'],
  ['for key, value in pairs(t) do print(|', 'key', 'value'],
  ['local function help(a) end\nx = h|', 'help'],
  ['total = 0\nfunction on_event() t|', 'total'],
  ['require "common"\nx = |', 'split', 'global_table'],
  ['local json = require "json"\njson.|', 'encode', 'version', '!hidden', '!M'],
  ['local t = { size = 1 }\nt.name = 2\nprint(t.|)', 'size', 'name', '!print'],
  ['string.|', 'format', 'gsub', '!chisel'],
  ['local s = "x"\ns:|', 'upper', 'match'],
  ['local string = {}\nstring.|', '!format'],
  ['a.b.|', '!format', '!encode'],
  [`${FIELDS}function on_event()\n  local t = evt.field(|`, 'f_type', 'f_pid', '!print', '!chisel'],
  [`${FIELDS}function on_event()\n  if evt.field(f_type) == "|" then end\nend`, 'open', 'execve'],
  [`${FIELDS}function on_event()\n  local t = evt.field(f_type)\n  if t ~= "op|" then end\nend`, 'open'],
  [`${FIELDS}function on_event()\n  if evt.field(f_pid) == "|" then end\nend`, '!open'],
  ['if evt.get_type() == "|"', 'open'],
  ['require "|"', 'common', 'json'],
  ['chisel.exec("|")', 'common'],
  ['chisel.exec("x", "|")', '!common'],
  ['sysdig.set_output_format("|")', 'hex', 'base64'],
  ['category = "|"', 'Net', 'CPU Usage'],
  ['args = { { name = "x", argtype = "|" } }', 'filter', 'int'],
  ['args = { { name = "x", | } }', 'description', 'argtype', 'optional', '!name', '!print'],
  ['args = { { name = "min" } }\nfunction on_set_arg(name, value)\n  if name == "|" then end\nend', 'min'],
  ['local |', '!print'],
  ['function f(|', '!print'],
  ['function |', 'on_init', '!print'],
  ['-- x |', '!print'],
  ['x = "|"', '!print'],
  ['x = 12|', '!print'],
];
for (const [marked, ...labels] of ROWS) {
  test(marked.split('\n').find((l) => l.includes('|')) ?? '', () => {
    const found = new Set(completeChisel(...cursor(marked)).map((p) => p.label));
    for (const label of labels) assert.equal(found.has(label.replace(/^!/, '')), !label.startsWith('!'), `${label} in ${[...found].slice(0, 40).join(', ')}`);
  });
}

test('the nearest name is proposed once', () => {
  const found = completeChisel(...cursor('local n = 1\nfunction f(n) return |n end')).filter((p) => p.label === 'n');
  assert.deepEqual(found.map((p) => p.detail), ['parameter']);
});

const HOVERS: readonly (readonly [marked: string, text: RegExp | undefined])[] = [
  ['string.for|mat("x")', /string\.format\(format, \.\.\.\)/], ['pri|nt(1)', /print\(\.\.\.\)/], ['sys|dig.is_live()', /Where the chisel runs/],
  ['-- Adds.\n-- Really.\nlocal function add(a, b) end\nad|d(1, 2)', /function add\(a, b\)[\s\S]*Adds\.\nReally\./],
  ['-- Not of it.\n\nlocal function add(a) end\nad|d(1)', /^(?![\s\S]*Not of it)/],
  [`${FIELDS}function on_event() print(evt.field(f_t|ype)) end`, /a requested field\n\n\*\*evt\.type\*\*/],
  ['require "common"\nspl|it("x")', /function split\(text, separator\)[\s\S]*Cuts a text[\s\S]*Of common/], ['local json = require "json" json.enc|ode(1)', /M\.encode\(value, indent\)[\s\S]*Text of a value/],
  ['local x| = 1', undefined], ['t.on_ev|ent = 1', undefined], ['local print = 1 pri|nt(1)', undefined],
];
for (const [marked, text] of HOVERS) {
  test(`hover ${marked.split('\n').at(-1) ?? ''}`, () => {
    const found = hoverChisel(...cursor(marked))?.markdown;
    if (text === undefined) assert.equal(found, undefined);
    else assert.match(found ?? '', text);
  });
}

const SIGNATURES: readonly (readonly [marked: string, label: string | undefined, active: number])[] = [
  ['string.rep("x", |', 'string.rep(s, n, separator?)', 1], ['print(1, 2, |', 'print(...)', 0], ['local function add(a, b) end add(1, |)', 'add(a, b)', 1], ['require "common" split("a,b", |', 'split(text, separator)', 1],
  ['chisel.set_filter(f(1, 2)|', 'chisel.set_filter(filter: string)', 0], ['x = { f(1), |', undefined, 0], ['print(1)|', undefined, 0],
];
for (const [marked, label, active] of SIGNATURES) {
  test(`signature ${marked}`, () => {
    const found = signatureChisel(...cursor(marked));
    assert.equal(found?.label, label);
    if (label !== undefined) assert.equal(found?.active, active);
  });
}
