// What is wrong with names, calls, callbacks and fields of a chisel, as a table. `«»` marks what a problem underlines.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { diagnoseChisel } from './chiselAnalysis.ts';
import { luaFiles } from './luaFiles.ts';
import { NO_PROJECT, type LuaProject } from './luaText.ts';

const HEAD = 'description = "x" short_description = "y" args = {}\n';
const EVENT = 'function on_event() print(evt.field(f)) return true end';
/** Text after the head, and what the problems say in the order of the text. */
const ROWS: readonly (readonly [name: string, marked: string, ...messages: RegExp[]])[] = [
  ['a global that nothing sets', 'function on_event() print(«coutn») end\ncount = 0', /nothing gives coutn a value.*did you mean count\?/],
  ['a local of another function', 'function on_init() local n = 1 print(n) return true end\nfunction on_event() print(«n») end', /nothing gives n/],
  ['a global that is set later', 'function on_event() print(count) end\nfunction on_init() count = 0 return true end'],
  ['globals of Lua', 'print(_G == nil, tostring(1), bit.band(1, 2), math.huge, string.format("x"), jit.version)'],
  ['names that _G may hold', 'for k, v in pairs(_G) do print(k, v) end print(whatever)'],
  ['a function that Lua has not', 'print(string.«fromat»("%d", 1), table.«lenght»({}))', /did you mean string\.format\?/, /Lua has no table\.lenght/],
  ['a function that the text adds', 'function string.trim(s) return s end print(string.trim("x"))'],
  ['what is required is not there', 'require "elsewhere" print(whatever)'],
  ['too few arguments for the API', 'function on_init() chisel.«set_filter»() return true end', /takes 1 argument \(filter\) and is given none/],
  ['too many', 'function on_init() chisel.set_interval_s(1, «2, 3») return true end', /takes 1 argument \(seconds\) and is given 3/],
  ['none taken', 'function on_event() print(evt.get_num(«1»)) end', /evt\.get_num takes no argument and is given 1/],
  ['a call gives as many as it likes', 'function on_event() print(sysdig.make_ts(evt.get_ts())) end'],
  ['a call that is put in the middle gives one', 'function on_event() print(sysdig.«make_ts»((evt.get_ts()))) end', /2 arguments/],
  ['any number', 'function on_init() chisel.exec("table_generator", "a", "b", "c") return true end'],
  ['too few for Lua', 'print(string.«rep»("x"))', /takes at least 2 arguments/],
  ['too many for a function of the text', 'local function f(a) print(a) end f(1, «2»)', /f takes 1 argument \(a\) and is given 2/],
  ['fewer for a function of the text are nil', 'local function f(a, b) print(a, b) end f(1)'],
  ['a function that is set twice', 'f = function(a) print(a) end if x == nil then f = function(a, b) print(a, b) end end x = f(1, 2)'],
  ['a method', 'local t = {} function t:add(x) print(x) end t:add(1)'],
  ['a callback that is misspelt', 'function «on_evnet»() end', /calls no on_evnet.*did you mean on_event\?/],
  ['a function of that kind which is called', 'function on_events() end on_events()'],
  ['a local callback', 'local function «on_event»() end', /does not see it/],
  ['a callback twice', 'function «on_event»() end\nfunction on_event() end', /defined again below/],
  ['an interval that is not set', 'function «on_interval»() return true end', /no interval is set/],
  ['an interval that is set', 'function on_init() chisel.set_interval_s(1) return true end function on_interval(s, ns, delta) return true end'],
  ['an argument that on_event does not get', 'function on_event(«event») print(event) end', /on_event is called with no argument/],
  ['what never comes after exec', 'function on_init() chisel.exec("x") return true end function «on_event»() end', /on_event is never called.*chisel\.exec/],
  ['exec in one case only', 'function on_init() if sysdig.is_tty() then chisel.exec("x") end return true end function on_event() end'],
  ['on_set_arg without arguments', 'function «on_set_arg»(name, value) print(name, value) return true end', /declares no argument/],
  ['a field that is not read', `local f, g function on_init() f = chisel.request_field("fd.name") «g» = chisel.request_field("fd.num") return true end ${EVENT}`, /fd\.num is asked for and never read/],
  ['a global field that is not read', 'function on_init() «g» = chisel.request_field("fd.num") return true end', /fd\.num/],
  ['a field that is thrown away', 'function on_init() chisel.«request_field»("fd.num") return true end', /returns is needed/],
  ['fields in tables and arguments', 'local all = {} function on_init() all[1] = chisel.request_field("fd.num") all.x = { chisel.request_field("fd.name") } print(all, chisel.request_field("evt.num")) return true end'],
  ['a field that is never asked for', 'local f\nfunction on_event() print(evt.field(«f»)) return true end', /never given a field/],
  ['fields in a loop', 'local all = {} function on_event() for _, f in pairs(all) do print(evt.field(f)) end end'],
];
function check(marked: string, messages: readonly RegExp[], project: LuaProject): void {
  const text = marked.replace(/[«»]/g, '');
  const problems = diagnoseChisel(text, 'file:///a.lua', project);
  let shown = '', at = 0;
  for (const p of problems) { shown += `${text.slice(at, p.start)}«${text.slice(p.start, p.end)}»`; at = p.end; }
  assert.equal(shown + text.slice(at), marked, problems.map((p) => p.message).join('; '));
  assert.equal(problems.length, messages.length);
  messages.forEach((message, i) => assert.match(problems[i]?.message ?? '', message));
}
for (const [name, marked, ...messages] of ROWS) test(name, () => check(HEAD + marked, messages, NO_PROJECT));

test('arguments that are not declared', () => {
  const args = 'description = "x" short_description = "y" args = {{name = "min_ms", description = "z", argtype = "int", optional = true}}\n';
  check(`${args}function on_set_arg(name, value) if name == "min_ms" then print(value) elseif name == «"max_ms"» then print(1) end return true end`, [/declares no argument max_ms/], NO_PROJECT);
});

test('globals of a file that is required', () => {
  const project: LuaProject = { text: () => 'function split(s) return s end handle = 1 print(g_field)', resolve: (name) => name === 'common' ? 'file:///common.lua' : undefined, near: () => [], modules: () => [] };
  check(`${HEAD}require "common" print(split("x"), handle, «splat»)`, [/did you mean split\?/], project);
  check(`${HEAD}require "common" function on_init() g_field = chisel.request_field("fd.name") return true end`, [], project);
});

test('a library is not judged by what others give it', () => check('function parse(x) return other_global(x) end field = chisel.request_field("fd.name")', [], NO_PROJECT));

const STOCK = '/usr/share/sysdig/chisels';
test("sysdig's chisels have no errors", { skip: existsSync(STOCK) ? false : `no chisels in ${STOCK}: install the package sysdig` }, () => {
  const project = luaFiles(() => undefined, [STOCK]);
  const found: string[] = [];
  for (const file of readdirSync(STOCK)) {
    const text = readFileSync(`${STOCK}/${file}`, 'utf8');
    for (const p of diagnoseChisel(text, pathToFileURL(`${STOCK}/${file}`).href, project)) {
      // One filter asks for a parameter that no event has.
      if (p.severity === 'error' && !/no event has a parameter/.test(p.message)) assert.fail(`${file}:${text.slice(0, p.start).split('\n').length}: ${p.message}`);
      found.push(`${file} ${p.code} ${text.slice(p.start, p.end)}`);
    }
  }
  if (process.env['PORTHOLE_SHOW'] !== undefined) process.stderr.write(`${found.join('\n')}\n`);
  assert.ok(found.length > 0, 'they do have slips that warnings tell of');
});
