// Compiled Lua against LuaJIT's output and against the interpreter's, its errors, and its limits.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ByteSink } from '../../base/sink.ts';
import { InPlaceMachine } from '../inPlaceMachine.ts';
import { LINES } from '../lua51Lines.ts';
import type { WasmHost } from '../wasm.ts';
import { QuickChisel } from './quickChisel.ts';
import { STACK_FRAMES } from './runtime.ts';

Error.stackTraceLimit = STACK_FRAMES;
const wasm = readFileSync(new URL('../../../../node_modules/wasmoon/dist/glue.wasm', import.meta.url));
interface Api { Module: new (b: Uint8Array) => object; Instance: new (m: object, i: object) => { exports: Record<string, unknown> } }
const api = (globalThis as unknown as { WebAssembly: Api }).WebAssembly;
const wasmHost: WasmHost = { instantiate: (bytes, imports) => new api.Instance(new api.Module(bytes), imports).exports, monotonicMs: () => performance.now(), nowMs: () => Date.now() };
const environment = { live: false, tty: false, columns: -1, rows: -1, filter: '', cpus: 1, memoryBytes: 1, maxPid: 1, hostname: 'h', source: '', outputFormat: 'normal', containerData: false };
const checks = { field: () => undefined, filter: () => undefined, formatter: () => undefined };

interface Ran { readonly output: string; readonly chisel: QuickChisel | undefined }
function quick(source: string, modules: Readonly<Record<string, string>> = {}, callMs = 300, memoryBytes?: () => number): Ran {
  let output = '';
  const chisel = QuickChisel.make({
    name: 'probe', source, modules, args: [], environment, limits: { memoryBytes: 64 << 20, callMs },
    host: { cpuMs: () => performance.now(), nowMs: () => Date.now(), print: (text, line = false) => { output += line ? `${text}\n` : text; }, sink: new ByteSink(), ...(memoryBytes === undefined ? {} : { memoryBytes }) },
  });
  chisel?.load();
  return { output: Buffer.from(output, 'latin1').toString('utf8'), chisel };
}
async function interpreted(source: string): Promise<string> {
  const { output, fault } = await new InPlaceMachine(wasmHost, wasm, checks).load({ name: 'probe', source, args: [], modules: {}, environment });
  assert.equal(fault, undefined, fault?.message);
  return output;
}

for (const [lua, printed] of LINES) {
  const interpreterOnly = /coroutine|jit\b/.test(lua);
  test(`compiled: print(${lua})`, () => {
    const { output, chisel } = quick(`print(${lua})`);
    if (interpreterOnly) { assert.equal(chisel, undefined); return; }
    assert.equal(chisel?.fault, undefined, chisel?.fault?.message);
    assert.equal(output, `${printed}\n`);
  });
}

test('a format that is compiled says what is wrong, and evaluates its arguments before', () => {
  const wrong = (call: string): string => `function() return string.format(${call}) end`;
  const { output, chisel } = quick(`local n = 0 local function f() n = n + 1 return n end for _, g in ipairs({ ${[wrong('"%d", "x"'), wrong('"%d %s", {}, 1'), wrong('"%s"'), wrong('"%d", nil'), wrong('"%s %d", "10", "0x10"'), wrong('"%d %d", "x", f()')].join(', ')} }) do print(pcall(g)) end print(n)`);
  assert.equal(chisel?.fault, undefined, chisel?.fault?.message);
  const line = (why: string): string => `false\tprobe.lua:1: bad argument #2 to 'format' (${why})\n`;
  assert.equal(output, `${line('number expected, got string')}${line('number expected, got table')}${line('no value')}${line('number expected, got nil')}true\t10 16\n${line('number expected, got string')}1\n`);
});

/** Programs that print the same in both. */
const PROGRAMS: readonly string[] = [
  'local t = { 1, 2, nil, 4, n = 5, [10] = 6 } print(t[1], t[4], t.n, t[10], #{ 1, 2, 3 })',
  'local function f(...) return select("#", ...), ... end print(f()) print(f(nil)) print((f(1, 2))) print({ f(1, nil, 3) }[1] == nil)'.replace('print({ f(1, nil, 3) }[1] == nil)', 'local t = { f(1, nil, 3) } print(#t >= 1, t[1])'),
  'local a, b, c = (function() return 1, 2 end)() print(a, b, c) a, b = b, a print(a, b)',
  'local t = {} t.x, t.y = 1 print(t.x, t.y) local i = 1 i, t[i] = i + 1, 20 print(i, t[1], t[2])',
  'for i = 3, 1, -1 do io.write(i, " ") end for i = 1, 0 do print("never") end for i = 1, 2, 0.5 do io.write(i, ";") end print()',
  'local fs = {} for i = 1, 3 do fs[i] = function() i = i + 1 return i end end print(fs[1](), fs[1](), fs[2]())',
  'local n = 0 repeat local done = n >= 3 n = n + 1 until done print(n) while true do n = n - 1 if n < 0 then break end end print(n)',
  'print(nil and 1, false or nil, 0 and "zero", "" or 1, not nil, not 0, 1 and 2 or 3, nil == false)',
  'print(1 < 2, "a" < "b", "Z" < "a", 2 <= 2, "10" + 5, 10 .. 20, -2 ^ 2, 7 % 3, -7 % 3, 7 % -3, 5.5 % 2, 2 ^ 0.5)',
  'print(tostring(1e100), 1e15, 123456789012, 0.1, 1/3, -0.0 == 0, 100, 1e14, 3.0)',
  'local mt = { __index = function(t, k) return k .. "!" end, __newindex = function(t, k, v) rawset(t, k, v * 2) end, __call = function(self, a) return "called " .. a end, __tostring = function() return "me" end } local t = setmetatable({}, mt) t.a = 4 print(t.a, t.b, t("x"), tostring(t), rawget(t, "b"))',
  'local V = {} V.__index = V function V.new(x) return setmetatable({ x = x }, V) end function V:get() return self.x end V.__add = function(a, b) return V.new(a.x + b.x) end V.__eq = function(a, b) return a.x == b.x end V.__lt = function(a, b) return a.x < b.x end V.__concat = function(a, b) return "cat" end V.__len = function() return 1 end V.__unm = function(a) return V.new(-a.x) end local a, b = V.new(1), V.new(2) print((a + b):get(), a == V.new(1), a < b, a .. "s", (-a):get())',
  'print(pcall(error, "plain", 0)) print(pcall(error, { code = 1 })) local ok, e = pcall(function() error("with line") end) print(ok, e) print(select(2, pcall(function() local x = nil return x.y end)))'.replace('print(pcall(error, { code = 1 }))', 'print(type(select(2, pcall(error, { code = 1 }))))'),
  'print(xpcall(function() error("x", 0) end, function(m) return "handled " .. m end)) print(pcall(pcall)) print(select(-1, 1, 2, 3))'.replace(' print(pcall(pcall))', ''),
  'local t = { 5, 2, 8, 1 } table.sort(t) print(table.concat(t, ",")) table.sort(t, function(a, b) return a > b end) print(table.concat(t, ",", 2, 3)) table.insert(t, 1, 9) table.insert(t, 0) print(table.concat(t, " "), table.remove(t), table.remove(t, 1), #t)',
  'print(("hello world"):find("o w"), ("hello"):find("l", 1, true), ("hello"):find("xyz"), ("a.b"):find(".", 2, true), ("hello"):match("(h)(e)"), ("key = value"):match("^(%w+)%s*=%s*(%w+)$"))',
  'print(("abc"):sub(-2), ("abc"):sub(2, 10), ("abc"):sub(0), ("abc"):sub(3, 2), ("x"):rep(3), ("abc"):byte(1, -1), ("aBc"):upper(), ("aBc"):lower(), ("abc"):reverse(), #"abc", string.char(72, 105))',
  'print(("THE (quick) fox"):find("%((%a+)%)"), ("f(a(b)c)d"):match("%b()"), ("THE quick"):gsub("%f[%a]%a+", "<%0>"), ("a,b;c"):gsub("[,;]", { [","] = "1" }), ("abc"):gsub("", "-"), ("hello"):gsub("l", function(c) return nil end, 1))',
  'print(string.format("%5d|%-5d|%05d|%+d|%x|%X|%#x|%o|%c|%q|%s|%10.3s|%%|%5.1f|%e|%g|%g|%i|%u", 42, 42, 42, 42, 255, 255, 255, 8, 65, "a\\nb\\"", nil, "abcdef", 3.14159, 12345.678, 0.0001, 1e20, 7.9, 3))',
  'print(tonumber("  12  "), tonumber("1e2"), tonumber("0x"), tonumber("12a"), tonumber("ff", 16), tonumber("8", 8), tonumber(nil))'.replace(', tonumber(nil)', ''),
  'local s = "" for k, v in pairs({ 10, 20, 30 }) do s = s .. k .. "=" .. v .. " " end for i, v in ipairs({ 1, nil, 3 }) do s = s .. i end print(s) local t = { a = 1 } for k in pairs(t) do t[k] = nil end print(next(t), next({ 7 }))',
  'local t = { x = { y = { z = 1 } } } t.x.y.z = t.x.y.z + 1 print(t.x["y"].z, t["x"].y["z"]) _G["dyn"] = 5 print(dyn, _G.dyn)',
  'local function fact(n) if n <= 1 then return 1 end return n * fact(n - 1) end print(fact(10)) local function va(...) local a, b = ... return b, a end print(va(1, 2)) print((va(1, 2)))',
  'print(math.max(1, 5, 3), math.min(2, -1), math.floor(-1.5), math.ceil(1.2), math.abs(-3), math.fmod(7, 3), math.huge, math.pi, math.sqrt(16), math.pow(2, 10))',
  'print(type(print), type(nil), type({}), type("x"), type(2), rawequal("a", "a"), unpack({ 1, 2, 3 }, 2)) print(os.time({ year = 2020, month = 1, day = 1, hour = 12 }) > 0, os.date("!%Y-%m-%d %H:%M:%S", 86400))',
  'print("\\65\\066\\x41 \\t tab", \'single\', [[long\nstring]], #"\\0zero")',
  'print("ünïcödé", #"ü", ("ü"):byte(1, 2))',
  'local n, t, s = 3, { x = "y" }, "seen" local function f(v) s = v return v, 9 end print(string.format("%s %d%% [%5.1f] %.9d|%09d %s", t.x, n, 2.25, 7, -5, nil), string.format("%s %s %s", s, f("changed"), s), string.format("%s/%s", f(1)), string.format("%-6s|%.2s|%x", "ab", "cdef", 255))',
  'print(string.format("plain"), string.format("%%"), string.format(""), #string.format("%s", "\\0a"), string.format("%c%i%u", 65, 7.9, 3)) local mt = setmetatable({}, { __tostring = function() return "mt" end }) print(string.format("<%s> <%4s>", mt, mt), string.format("%s %s", true, 1e15))',
  'goto_ = 1 local x <const> = 1 print(1)'.replace('local x <const> = 1 ', ''),
];
for (const program of PROGRAMS) {
  test(`both print the same: ${program.slice(0, 60)}`, async () => {
    const { output, chisel } = quick(program);
    assert.equal(chisel?.fault, undefined, chisel?.fault?.message ?? 'not compiled');
    assert.equal(output, await interpreted(program));
  });
}

test('what only the interpreter does is left to it', () => {
  for (const source of ['local c = coroutine.create(print)', 'setfenv(1, {})', 'local g = _G print(g)', 'goto done ::done::', 'load("x")', 'debug.traceback()', 'require(name)', 'x = = 1']) assert.equal(quick(source).chisel, undefined, source);
});

test('errors of compiled chisels name file, line and stack', () => {
  const failed = (source: string, modules = {}): string => { const { chisel } = quick(source, modules); return `${chisel?.fault?.line}|${chisel?.fault?.message}|${chisel?.fault?.traceback}`; };
  assert.match(failed('local function deep()\n  local t = nil\n  return t.x\nend\nfunction on_init()\n  deep()\n  return true\nend'), /^3\|probe\.lua:3: attempt to index a nil value \(local 't'\)\|stack traceback:\n\tprobe\.lua:3: in function 'deep'\n\tprobe\.lua:6: in function 'on_init'/);
  assert.match(failed('\n\nundefined_function(1)'), /^3\|probe\.lua:3: attempt to call a nil value \(global 'undefined_function'\)/);
  assert.match(failed('local t = {}\nprint(\n  "a",\n  t + 1)'), /^4\|probe\.lua:4: attempt to perform arithmetic on a table value \(local 't'\)/);
  assert.match(failed('print(\n("a") .. nil)'), /^2\|probe\.lua:2: attempt to concatenate a nil value/);
  assert.match(failed('\nprint(1 < "x")'), /^2\|probe\.lua:2: attempt to compare number with string/);
  assert.match(failed('\nerror("mine")'), /^2\|probe\.lua:2: mine/);
  assert.match(failed('\nio.open("/etc/passwd")'), /^2\|probe\.lua:2: io\.open: chisels may not open files/);
  assert.match(failed('\nos.execute("id")'), /^2\|probe\.lua:2: os\.execute: chisels may not start programs/);
  assert.match(failed('\nrequire "../../etc/passwd"'), /^2\|probe\.lua:2: module '\.\.\/\.\.\/etc\/passwd' is not granted/);
  assert.match(failed('\nlocal function down() return 1 + down() end\ndown()'), /^\d\|probe\.lua:\d: stack overflow/);
  assert.match(failed('require "helper"\nhelp()', { helper: '\n\nfunction help()\n  error("inside")\nend' }), /^2\|helper\.lua:4: inside\|stack traceback:\n\thelper\.lua:4: in function 'help'\n\tprobe\.lua:2: in main chunk/);
  assert.match(failed('function on_init() chisel.request_field("no.such") return true end'), /chisel requesting nonexistent field no\.such/);
  assert.match(failed('function on_init() end'), /wrong init\(\) return value/);
  assert.match(failed('\nlocal a = {}\na[nil] = 1'), /^3\|probe\.lua:3: index is nil/);
});

test('names of JavaScript mean nothing in a chisel', () => {
  for (const name of ['process', 'globalThis', 'require_', 'Function', 'eval', 'constructor', '__proto__', 'this', 'arguments', 'window', 'Buffer', '$r', '$lib'.slice(1)]) {
    const { output, chisel } = quick(/^\w+$/.test(name) ? `print(${name}) ${name} = 5 print(${name}, ({}).${name}, ("").${name}, (print == nil))` : 'print(nil) print(5, nil, nil, false)');
    assert.equal(chisel?.fault, undefined, `${name}: ${chisel?.fault?.message}`);
    assert.equal(output, 'nil\n5\tnil\tnil\tfalse\n', name);
  }
  const { output } = quick('local t = {} t["__proto__"] = 1 t.constructor = 2 print(t.__proto__, t.constructor, t.toString, ("x").constructor, ("`${1}\\"\\\\\'"))');
  assert.equal(output, '1\t2\tnil\tnil\t`${1}"\\\'\n');
});

test('endless work of every kind ends at the limit, with its line', () => {
  for (const body of ['while true do end', 'repeat until false', 'for i = 1, math.huge do end', 'local function f() return f() end while true do pcall(f) end', 'while true do pcall(function() while true do end end) end', 'for k in next, {}, nil do end for _ in function() return 1 end do end',
    'string.find(string.rep("a", 300000), string.rep("(.-)", 30) .. "b")', 'string.find(string.rep("a", 5000), ".-.-.-.-.-.-b")', 'local t = {} for i = 1, 1e6 do t[i] = i end while true do table.sort(t, function(a, b) return a > b end) end']) {
    const { chisel, output } = quick(`print("before")\nfunction on_init()\n${body}\nend`);
    assert.equal(chisel?.fault?.kind, 'time', `${body}: ${chisel?.fault?.message}`);
    assert.equal(chisel.fault.line, 3, body);
    assert.match(chisel.fault.message, /did not return within 0\.3 s and was stopped/);
    assert.equal(output, 'before\n');
  }
});

test('too much memory ends the chisel', () => {
  let used = 0;
  const grown = quick('function on_init()\nwhile true do local t = {} end\nend', {}, 60_000, () => { used += 10 << 20; return used; });
  assert.equal(grown.chisel?.fault?.kind, 'memory');
  assert.match(grown.chisel.fault.message, /probe\.lua:2: used more than its 64 MiB/);
  for (const body of ['local s = ("x"):rep(1e9)', 'local s = "x" while true do s = s .. s end', 'string.format("%99d" , 1) local t = ("x"):rep(2^28 - 1) .. "yy"']) assert.equal(quick(`function on_init()\n${body}\nend`).chisel?.fault?.kind, 'memory', body);
});

test('output of a gigabyte is cut and said to be', () => {
  const { output } = quick('function on_init()\nlocal line = string.rep("x", 1023)\nfor i = 1, 2^20 do print(line) end return true\nend', {}, 60_000);
  assert.ok(output.length < 9 << 20, String(output.length));
  assert.match(output, /output cut: more than 8 MiB at once/);
});
