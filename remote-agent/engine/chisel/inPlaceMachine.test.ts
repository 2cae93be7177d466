// The Lua side without any event source: API, 5.1 ways, what is taken away, limits, errors with their line.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { API_FUNCTIONS } from './api.ts';
import { BatchBuilder, type ColumnValue } from './batch.ts';
import { InPlaceMachine } from './inPlaceMachine.ts';
import type { ChiselProgram, ChiselReply } from './ports.ts';
import type { WasmHost } from './wasm.ts';

const wasm = readFileSync(new URL('../../../node_modules/wasmoon/dist/glue.wasm', import.meta.url));
interface Api { Module: new (b: Uint8Array) => object; Instance: new (m: object, i: object) => { exports: Record<string, unknown> } }
const api = (globalThis as unknown as { WebAssembly: Api }).WebAssembly;
const host: WasmHost = { instantiate: (bytes, imports) => new api.Instance(new api.Module(bytes), imports).exports, monotonicMs: () => performance.now(), nowMs: () => Date.now() };
const environment = { live: false, tty: false, columns: -1, rows: -1, filter: 'evt.type=open', cpus: 4, memoryBytes: 2 ** 33, maxPid: 32768, hostname: 'box', source: 'a.scap', outputFormat: 'normal', containerData: false };
const checks = { field: (name: string) => name.startsWith('no.') ? `chisel requesting nonexistent field ${name}` : undefined, filter: (t: string) => t.includes('??') ? 'wrong filter' : undefined, formatter: () => undefined };
/** What ends by itself has all the time that a busy machine needs; what does not is ended after `SHORT_MS`. */
const LONG_MS = 60_000, SHORT_MS = 300;

async function load(source: string, more: Partial<ChiselProgram> = {}, callMs = LONG_MS): Promise<{ reply: ChiselReply; machine: InPlaceMachine }> {
  const made = new InPlaceMachine(host, wasm, checks, { memoryBytes: 64 << 20, callMs });
  return { machine: made, reply: await made.load({ name: 'probe', source, args: [], modules: {}, environment, ...more }) };
}
/** What a chunk of Lua prints. */
async function printed(source: string, more: Partial<ChiselProgram> = {}): Promise<string> {
  const { reply } = await load(source, more);
  assert.equal(reply.fault, undefined, reply.fault?.message);
  return reply.output;
}
function batch(rows: readonly (readonly ColumnValue[])[], ticks: readonly (readonly [number, number, number, number])[] = []): Uint8Array {
  const builder = new BatchBuilder(rows[0]?.length ?? 6);
  rows.forEach((row, i) => {
    for (const [at, s, ns, delta] of ticks) if (at === i) builder.tick(s, ns, delta);
    row.forEach((value, c) => builder.set(c, value));
    builder.next();
  });
  for (const [at, s, ns, delta] of ticks) if (at >= rows.length) builder.tick(s, ns, delta);
  return builder.take();
}

test('every function of the API is there, and no other', async () => {
  const text = await printed('for _, m in ipairs({"chisel","evt","sysdig"}) do for k in pairs(_G[m]) do print(m .. "." .. k) end end');
  assert.deepEqual(text.trim().split('\n').sort(), API_FUNCTIONS.map((f) => f.name).sort());
});

test('what chisels may not do says so, with its line', async () => {
  for (const call of ['sysdig.udp_setpeername("127.0.0.1", "1")', 'sysdig.udp_send("x")', 'os.execute("id")', 'os.remove("/etc/passwd")', 'os.rename("a", "b")', 'os.tmpname()', 'io.open("/etc/passwd")', 'io.popen("id")', 'io.lines("/etc/passwd")']) {
    const { reply } = await load(`\n${call}`);
    assert.match(reply.fault?.message ?? '', /^probe\.lua:2: [\w.]+: chisels (?:have no network|may not (?:open files|start programs))$/, call);
    assert.equal(reply.fault?.line, 2);
  }
});

test('Lua 5.1: numbers print without .0, old names are there', async () => {
  assert.equal(await printed('print(10/2, 1e9, 2^53, 3 .. "", 1.5, 7 % 2.5)'), '5\t1000000000\t9.007199254741e+15\t3\t1.5\t2\n');
  assert.equal(await printed('print(string.format("%d %5.1f %u %x %s|%-5d|", 3.7, 2, 4.2, 255.9, 5.0, 2.9))'), '3   2.0 4 ff 5|2    |\n');
  assert.equal(await printed('print(unpack({1,2,3})) print(table.getn({1,2}), math.pow(2, 10), math.mod(7, 3), table.maxn({[7]=1}))'), '1\t2\t3\n2\t1024\t1\t7\n');
  assert.equal(await printed('local f = loadstring("return 40 + 2") print(f()) print(("x"):rep(3.0), bit.band(255, 15), bit.lshift(1, 4))'), '42\nxxx\t15\t16\n');
  assert.equal(await printed('local function f() return x end setfenv(f, {x = "own"}) x = "global" print(f(), x)'), 'own\tglobal\n');
  assert.equal(await printed('io.write("a", 1, "b\\n") io.stdout:write("c"):write("d\\n")'), 'a1b\ncd\n');
  assert.match(await printed('print(os.date("%Y-%m-%d", 86400), type(os.time()), type(os.clock()))'), /^1970-01-0[12]\tnumber\tnumber\n$/);
});

test('nothing reaches outside', async () => {
  const gone = ['dofile', 'loadfile', 'package.loadlib', 'package.loaders', 'package.searchers', 'io.input', 'io.output', 'ffi', 'debug.sethook', 'debug.getregistry', 'debug.getupvalue', 'debug.setmetatable', 'string.dump', '__host'];
  assert.equal(await printed(`for _, name in ipairs({${gone.map((n) => `"${n}"`).join(',')}}) do local v = _G for part in name:gmatch("[^.]+") do v = v and v[part] end if v ~= nil then print(name) end end`), '');
  const bytecode = await load('local f, e = load("\\27Lua") print(f, e) assert(loadstring("\\27Lua"))');
  assert.match(bytecode.reply.output, /attempt to load a binary chunk/);
  assert.match((await load('require "socket"')).reply.fault?.message ?? '', /module 'socket' is not granted/);
  assert.match((await load('require "../../etc/passwd"')).reply.fault?.message ?? '', /not granted/);
  assert.equal(await printed('local m = require "helper" print(m.answer, require("helper") == m)', { modules: { helper: 'return { answer = 42 }' } }), '42\ttrue\n');
});

test('an endless loop ends at the limit, with its line, also where it hides behind pcall', async () => {
  for (const body of ['while true do end', 'while true do pcall(function() while true do end end) end', 'local c = coroutine.wrap(function() while true do end end)\nwhile true do pcall(c) end', 'while true do pcall(error) end']) {
    const { reply } = await load(`print("before")\nfunction on_init()\n${body}\nend`, {}, SHORT_MS);
    assert.equal(reply.fault?.kind, 'time', `${body}: ${reply.fault?.message}`);
    assert.ok((reply.fault?.line ?? 0) >= 3, `${body}: line ${reply.fault?.line}, ${reply.fault?.message}`);
    assert.match(reply.fault?.message ?? '', /did not return within 0\.3 s/);
    assert.equal(reply.output, 'before\n');
  }
});

test('too much memory ends the run, not the process', async () => {
  for (const body of ['local t = {} for i = 1, 1e9 do t[i] = ("x"):rep(100000) .. i end', 'local s = ("x"):rep(1e9)']) {
    const { reply } = await load(`function on_init()\n${body}\nend`);
    assert.equal(reply.fault?.kind, 'memory');
    assert.match(reply.fault?.message ?? '', /more than its 64 MiB/);
  }
});

test('errors name line and traceback', async () => {
  const syntax = await load('local x = 1\nlocal y = = 2\n');
  assert.deepEqual([syntax.reply.fault?.line, syntax.reply.fault?.message], [2, "probe.lua:2: unexpected symbol near '='"]);
  const run = await load('local function deep()\n  local t = nil\n  return t.x\nend\nfunction on_init()\n  deep()\n  return true\nend');
  assert.equal(run.reply.fault?.line, 3);
  assert.match(run.reply.fault?.message ?? '', /attempt to index a nil value/);
  assert.match(run.reply.fault?.traceback ?? '', /probe\.lua:6: in function 'on_init'|probe\.lua:6:/);
  assert.doesNotMatch(run.reply.fault?.traceback ?? '', /porthole/);
  assert.match((await load('function on_init() chisel.request_field("no.such") return true end')).reply.fault?.message ?? '', /probe\.lua:1: chisel requesting nonexistent field no\.such/);
  assert.match((await load('function on_init() chisel.set_filter("??") return true end')).reply.fault?.message ?? '', /wrong filter/);
  assert.match((await load('function on_init() end')).reply.fault?.message ?? '', /wrong init\(\) return value/);
  assert.match((await load('function on_init() return false end')).reply.fault?.message ?? '', /init\(\) for chisel probe failed/);
  assert.match((await load('', { args: [{ name: 'a', value: '1' }] })).reply.fault?.message ?? '', /misses a set_arg\(\) function/);
});

test('arguments come before on_init; the environment is told', async () => {
  assert.equal(await printed('function on_set_arg(n, v) print(n, v, type(v)) return true end function on_init() print("init") return true end', { args: [{ name: 'top', value: '5' }, { name: 'key', value: 'a b' }] }), 'top\t5\tstring\nkey\ta b\tstring\ninit\n');
  const { machine: made } = await load('function on_capture_start() local m = sysdig.get_machine_info() print(sysdig.is_live(), sysdig.is_tty(), sysdig.get_filter(), m.num_cpus, m.hostname, sysdig.get_terminal_info().width, sysdig.get_evtsource_name(), sysdig.get_output_format()) return true end');
  assert.equal((await made.captureStart()).output, 'false\tfalse\tevt.type=open\t4\tbox\t-1\ta.scap\tnormal\n');
  assert.match((await load('sysdig.get_machine_info()')).reply.fault?.message ?? '', /probe.lua:1: sysdig.get_machine_info: nothing is known before on_capture_start/);
  assert.equal(await printed('print(sysdig.make_ts(1700000000, 5), sysdig.add_ts("1700000000000000001", "2"), sysdig.subtract_ts("1700000000000000001", "1700000000000000000"))'), '1700000000000000005\t1700000000000000003\t1\n');
});

test('os.exit ends the run, not the process', async () => {
  const { reply, machine: made } = await load('function on_init() print("bye") os.exit(1) end function on_capture_end() print("never") end');
  assert.deepEqual([reply.output, reply.fault, reply.ended], ['bye\n', undefined, true]);
  assert.equal((await made.captureEnd(0, 0, 0)).output, '');
});

test('a batch: fields of every type, formatter lines, ticks in their place, end of the capture', async () => {
  const source = `
    local a, b, c, d
    function on_init()
      a = chisel.request_field("a") b = chisel.request_field("b") c = chisel.request_field("c") d = chisel.request_field("d")
      assert(chisel.request_field("a") == a)
      chisel.set_event_formatter("%evt.num") chisel.set_filter("x") chisel.set_interval_s(2)
      return true
    end
    function on_event()
      local s, ns = evt.get_ts()
      print(evt.get_num(), s, ns, evt.get_type(), evt.get_cpuid(), evt.field(a), evt.field(b), evt.field(c), evt.field(d))
      if evt.get_num() == 3 then sysdig.end_capture() end
      return evt.get_num() == 2
    end
    function on_interval(s, ns, delta) print("tick", s, ns, delta) return true end
    function on_capture_end(s, ns, delta) print("end", s, ns, delta) end`;
  const { machine: made, reply } = await load(source);
  assert.deepEqual(reply.wants, { fields: ['a', 'b', 'c', 'd'], filter: 'x', captureFilter: '', formatter: '%evt.num', intervalNs: 2e9, precise: false, exec: undefined, snaplen: 0, outputFormat: 'normal' });
  const got = await made.batch(batch([
    [1, 1700000000, 5, 'open', 0, 'one', 1, undefined, true, 'text'],
    [2, 1700000001, 0, 'read', 1, 'two', undefined, 'ä\0b', undefined, 12.5],
    [3, 1700000004, 999999999, 'open', 0, undefined, -7, 'x', false, undefined],
    [4, 1700000004, 999999999, 'open', 0, undefined, -7, Uint8Array.of(255, 0, 10), false, undefined],
  ], [[2, 1700000004, 9, 123]]));
  assert.equal(got.output, '1\t1700000000\t5\topen\t0\t1\tnil\ttrue\ttext\n2\t1700000001\t0\tread\t1\tnil\tä\0b\tnil\t12.5\ntwo\ntick\t1700000004\t9\t123\n3\t1700000004\t999999999\topen\t0\t-7\tx\tfalse\tnil\n');
  assert.equal(got.ended, true);
  assert.equal((await made.captureEnd(1700000004, 9, 5e9)).output, 'end\t1700000004\t9\t5000000000\n');
});

test('on_interval that does not return true ends the run', async () => {
  const { machine: made } = await load('function on_interval() return false end');
  const got = await made.batch(batch([[1, 1, 0, 'open', 0, undefined]], [[0, 1, 0, 0]]));
  assert.equal(got.fault?.message, 'execution terminated by the probe chisel');
});

test('thousands of events cross at once', async () => {
  const { machine: made } = await load('local f local n, bytes = 0, 0 function on_init() f = chisel.request_field("x") return true end function on_event() n = n + 1 bytes = bytes + evt.field(f) end function on_capture_end() print(n, bytes) end');
  const rows = Array.from({ length: 4096 }, (_, i): ColumnValue[] => [i, 1, i, i % 2 ? 'read' : 'write', 0, undefined, i]);
  const bytes = batch(rows);
  for (let i = 0; i < 50; i++) await made.batch(bytes);
  assert.equal((await made.captureEnd(0, 0, 0)).output, `${50 * 4096}\t${50 * 4096 * 4095 / 2}\n`);
});
