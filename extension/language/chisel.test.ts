// Diagnostics, completion, hover and signatures of chisels and filter files. `|` marks the cursor, `«»` what a problem underlines.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { diagnoseChisel } from './chiselAnalysis.ts';
import { completeChisel } from './chiselComplete.ts';
import { hoverChisel, signatureChisel } from './chiselHelp.ts';
import { completeFilterFile, diagnoseFilterFile, hoverFilterFile } from './filterText.ts';
import { scanLua } from './luaTokens.ts';

/** What a piece of a chisel cannot but lack: tests of their own tell of it. */
const PIECES = new Set(['unused-field', 'unknown-global']);
/** Checks that a piece of a chisel has exactly the marked problems, whose messages match. */
function check(marked: string, ...messages: RegExp[]): void {
  const text = marked.replace(/[«»]/g, '');
  const shown: string[] = [];
  let at = 0;
  const problems = diagnoseChisel(text).filter((p) => !PIECES.has(p.code));
  for (const p of problems) { shown.push(text.slice(at, p.start), '«', text.slice(p.start, p.end), '»'); at = p.end; }
  assert.equal(shown.join('') + text.slice(at), marked, problems.map((p) => p.message).join('; '));
  messages.forEach((message, i) => assert.match(problems[i]?.message ?? '', message));
}
function cursor(marked: string): [string, number] { return [marked.replace('|', ''), marked.indexOf('|')]; }
function labels(marked: string): string[] { return completeChisel(...cursor(marked)).map((p) => p.label); }
/** The text after a proposal is taken. */
function taken(marked: string, label: string): string {
  const [text, at] = cursor(marked);
  const p = completeChisel(text, at).find((one) => one.label === label);
  assert.ok(p !== undefined, `${label} is proposed`);
  return text.slice(0, p.start) + p.insert + text.slice(p.end);
}
const init = (body: string): string => `function on_init()\n  ${body}\n  return true\nend\n`;

test('Lua syntax errors are at their place', () => {
  check('local x = 1\nlocal y = «=» 2\n', /unexpected symbol|expected/);
  check('x = "ä€😀" -- ü\n');
  check('x = "ä€😀" y = «=» 1');
});

test('an unfinished block is an error at the end', () => {
  const problems = diagnoseChisel('if true then\n  print(1)\n');
  assert.equal(problems.length, 1);
  assert.match(problems[0]?.message ?? '', /end/);
});

test('fields', () => {
  check(init('f = chisel.request_field("fd.name")\n  g = chisel.request_field("evt.arg[0]") h = chisel.request_field("evt.rawarg.res")'));
  check(init('f = chisel.request_field("«fd.nam»")'), /there is no field fd\.nam.*fd\.name/);
  check(init('f = chisel.request_field("«evt.arg»")'), /parameter/);
  check(init("f = chisel.request_field '«proc.nmae»'"), /did you mean proc\.name/);
  check('function on_event()\n  local n = evt.field(«"fd.name"»)\n  return true\nend\n', /chisel\.request_field\("fd\.name"\)/);
});

test('filters are marked at the character', () => {
  check(init('chisel.set_filter("evt.type=open and fd.name contains /etc")'));
  check(init('chisel.set_filter("evt.type=open and «fd.nme» = x")'), /fd\.nme/);
  check(init('chisel.set_filter("evt.type=open and " .. more)'));
  check(init('chisel.set_filter([[evt.type = open and\n  «proc.nam»=cat]])'), /proc\.nam/);
  check(init('chisel.set_filter("proc.name=\\"a b\\" and «fd.nme»=1")'), /fd\.nme/);
});

test('formats', () => {
  check(init('chisel.set_event_formatter("%evt.num %20proc.name")'));
  const [problem] = diagnoseChisel(init('chisel.set_event_formatter("%evt.num %proc.nmae")'));
  assert.equal(problem?.code, 'wrong-format');
});

test('functions of the API', () => {
  check(init('f = chisel.«request_feild»("fd.name")'), /did you mean chisel\.request_field/);
  check('print(«sysdig.udp_send»("x"))', /not supported by this version/);
  check('local evt = {}\nprint(evt.anything)\n');
  check('print(my.evt.anything, other.chisel.foo)\n');
});

test('callbacks and head', () => {
  check('function «on_init»()\n  x = 1\nend\n', /return true/);
  check('«description» = "x"\nshort_description = "y"\n', /args = \{\}/);
  check('description = "x"\n«args» = { { name = "a", description = "b", argtype = "int" } }\n', /on_set_arg/);
  check('description = "x"\n«args» = { { name = "a", description = "b", argtype = "int" } }\nlocal t = require "t"\nfunction on_init()\n  return t.begin()\nend\n', /on_set_arg/);
  assert.deepEqual(diagnoseChisel('description = "x"\nargs = { { name = "a", description = "b", argtype = "int" } }\nrequire("t").define({})\n'), [], 'callbacks of a file that is required');
});

test('the chisels that come with Porthole have no problems', () => {
  const folder = new URL('../../remote-agent/chisels/', import.meta.url);
  const files = readdirSync(folder).filter((f) => f.endsWith('.lua'));
  assert.ok(files.length >= 3);
  for (const file of files) assert.deepEqual(diagnoseChisel(readFileSync(new URL(file, folder), 'utf8')), [], file);
});

test('any text is analysed without an exception', () => {
  const text = readFileSync(new URL('../../remote-agent/chisels/spy_users.lua', import.meta.url), 'utf8');
  for (let i = 0; i < text.length; i += 37) { diagnoseChisel(text.slice(0, i)); completeChisel(text, i); hoverChisel(text, i); signatureChisel(text, i); }
  for (const odd of ['', '"', '--[[', '[==[', '\\', 'x = "ä€😀" y = = 1', 'chisel.', 'chisel.request_field("', '\0', '#!/usr/bin/lua\nx=1']) { diagnoseChisel(odd); completeChisel(odd, odd.length); hoverChisel(odd, 0); }
});

test('completion: functions of modules, fields in strings, filters in strings', () => {
  assert.ok(labels('chisel.|').includes('request_field'));
  assert.deepEqual(labels('evt.|').sort(), ['field', 'get_cpuid', 'get_num', 'get_ts', 'get_type']);
  assert.equal(taken('x = evt.get_n|', 'get_num'), 'x = evt.get_num()');
  assert.equal(taken('f = chisel.request_field("fd.na|")', 'fd.name'), 'f = chisel.request_field("fd.name")');
  assert.equal(taken('f = chisel.request_field("|', 'proc.name'), 'f = chisel.request_field("proc.name');
  assert.ok(labels('chisel.set_filter("evt.type=open and fd.|")').includes('fd.name'));
  assert.ok(labels('chisel.set_filter("evt.type = op|")').includes('open'));
  assert.equal(taken('chisel.set_filter("evt.type=open and fd.na|")', 'fd.name'), 'chisel.set_filter("evt.type=open and fd.name")');
  assert.ok(labels('chisel.set_event_formatter("%evt.num %pro|")').includes('proc.name'));
  assert.deepEqual(labels('-- chisel.|'), []);
  assert.deepEqual(labels('x = "chisel.|"'), []);
  assert.ok(labels('on_|').includes('on_event'));
  assert.ok(!labels('function on_event()\nend\non_|').includes('on_event'));
  assert.match(taken('function on_e|', 'on_event'), /^function on_event\(\)/);
});

test('hover and signatures', () => {
  assert.match(hoverChisel(...cursor('chisel.set_fil|ter("x")'))?.markdown ?? '', /Only events that pass/);
  assert.match(hoverChisel(...cursor('chisel.request_field("fd.na|me")'))?.markdown ?? '', /\*\*fd\.name\*\*/);
  assert.match(hoverChisel(...cursor('chisel.set_filter("proc.na|me=cat")'))?.markdown ?? '', /name/i);
  assert.match(hoverChisel(...cursor('function on_in|terval() end'))?.markdown ?? '', /end of each interval/);
  assert.equal(hoverChisel(...cursor('local x| = 1')), undefined);
  const help = signatureChisel(...cursor('sysdig.make_ts(a, |'));
  assert.deepEqual([help?.label, help?.active], ['sysdig.make_ts(seconds: number, ns: number) -> string', 1]);
  assert.equal(signatureChisel(...cursor('unknown(|')), undefined);
});

test('filter files', () => {
  assert.deepEqual(diagnoseFilterFile('# what root opens\nevt.type = open\nand user.uid = 0\n'), []);
  const text = '# x\nevt.type = open\n  and fd.nme = y';
  const [p] = diagnoseFilterFile(text);
  assert.equal(text.slice(p?.start, p?.end), 'fd.nme');
  assert.ok(completeFilterFile(...cursor('evt.type = open\nand fd.na|')).some((c) => c.label === 'fd.name'));
  assert.match(hoverFilterFile(...cursor('# x\nfd.na|me = y'))?.markdown ?? '', /name/i);
});

test('strings know the place of each character', () => {
  const [token] = scanLua(String.raw`"a\n\065\"b"`);
  assert.equal(token?.string?.value, 'a\nA"b');
  assert.deepEqual(token?.string?.offsets, [1, 2, 4, 8, 10, 11]);
});
