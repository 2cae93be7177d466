// Where a chisel's time goes, as measured in the real Lua: hot lines, calls, modules, long loops; and nothing of it without being asked.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { TimeBase } from '../base/nanos.ts';
import { encodeEvent } from '../event/encode.ts';
import { EventView } from '../event/eventView.ts';
import { SystemState } from '../state/systemState.ts';
import { runChiselInProcess } from './inProcess.ts';
import { FUEL, ProfileCollector, type ChiselProfile } from './profile.ts';

const wasm = readFileSync(new URL('../../../node_modules/wasmoon/dist/glue.wasm', import.meta.url));
interface Api { Module: new (b: Uint8Array) => object; Instance: new (m: object, i: object) => { exports: Record<string, unknown> } }
const api = (globalThis as unknown as { WebAssembly: Api }).WebAssembly;
const host = { instantiate: (bytes: Uint8Array, imports: object) => new api.Instance(new api.Module(bytes), imports).exports, monotonicMs: () => performance.now(), nowMs: () => Date.now() };
const environment = { live: false, tty: false, columns: -1, rows: -1, filter: '', cpus: 1, memoryBytes: 1, maxPid: 1, hostname: 'h', source: 'x.scap', outputFormat: 'normal', containerData: false };
const BASE = 1_700_000_000_000_000_000n;

async function profileOf(source: string, events: number, modules: Record<string, string> = {}, profile = true): Promise<{ readonly last: ChiselProfile | undefined; readonly output: string }> {
  let last: ChiselProfile | undefined, output = '';
  const run = await runChiselInProcess({ name: 'p', source, args: [], wasm, host, limits: { memoryBytes: 64 << 20, callMs: 120_000 }, environment, modules, print: (text) => { output += text; }, ...(profile ? { onProfile: (p) => { last = p; } } : {}) });
  const state = new SystemState(new TimeBase(BASE), { cpus: 2, memoryBytes: 1, maxPid: 1, hostname: 'h', bootNs: BASE });
  const view = new EventView();
  for (let i = 0; i < events; i++) {
    const bytes = encodeEvent('SYSCALL_CLOSE_X', { ts: BASE + BigInt(i * 1e6), tid: 10, params: { res: 0n } });
    assert.ok(view.reset(bytes, new DataView(bytes.buffer), 0, 0, 0xffff, bytes.length));
    await run.push(state.process(view, i * 1e6));
  }
  const { fault } = await run.finish();
  assert.equal(fault, undefined, fault?.message);
  return { last, output };
}
function lineOf(source: string, mark: string): number { return source.split('\n').findIndex((line) => line.includes(mark)) + 1; }

const HOT = `
require "helper"
local n, kept = 0, ""
function on_init() f = chisel.request_field("evt.num") return true end
function on_event()
  n = n + 1 -- cold
  for i = 1, 40 do
    kept = string.rep("x", 500):reverse():upper() -- hot
  end
  helped(n) -- calls
  return true
end
function on_interval() return true end
function on_capture_start() chisel.set_interval_s(1) return true end
function on_capture_end() print(n) return true end
`;
const HELPER = 'function helped(n)\n  local x = n * 2\n  return x\nend\n';

test('the hot line has most of the time, each line its calls, modules their own', async () => {
  const { last, output } = await profileOf(HOT, 6000, { helper: HELPER });
  assert.equal(output, '6000\n');
  assert.ok(last !== undefined);
  const line = (mark: string) => last.lines.find((l) => l.file === 'p.lua' && l.line === lineOf(HOT, mark));
  const hot = line('-- hot'), cold = line('-- cold');
  assert.ok(hot !== undefined && cold !== undefined, JSON.stringify(last.lines));
  assert.equal(last.lines[0], hot);
  assert.ok(hot.share > 0.5, `${hot.share}`);
  assert.ok(cold.share < hot.share / 5, `${cold.share} and ${hot.share}`);
  assert.equal(cold.hits, 6000);
  assert.ok(Math.abs(hot.hits - 240_000) <= 1, `${hot.hits}`);
  assert.ok(last.lines.some((l) => l.file === 'helper.lua' && l.line === 2 && l.hits === 6000));
  // The driver's own lines are those that called it.
  assert.deepEqual([...new Set(last.lines.map((l) => l.file))].sort(), ['helper.lua', 'p.lua']);
  const of = (name: string) => last.callbacks.find((c) => c.name === name);
  assert.equal(of('on_event')?.calls, 6000);
  assert.equal(of('on_capture_end')?.calls, 1);
  assert.equal(of('on_interval')?.calls, 5);
  assert.equal(of('on_init')?.calls, 1);
  // Few are looked at.
  assert.ok(last.sampledCalls > 64 && last.sampledCalls < 600, `${last.sampledCalls}`);
  const sum = last.lines.reduce((all, l) => all + l.share, 0);
  assert.ok(Math.abs(sum - 1) < 0.01, `${sum}`);
});

test('a call of more lines than are followed is timed wholly', async () => {
  const loop = `args = {}\nfunction on_capture_end()\n  local s = 0\n  for i = 1, ${FUEL * 20} do\n    s = s + i % 7\n  end\n  print(s)\n  return true\nend\n`;
  const { last, output } = await profileOf(loop, 1);
  assert.ok(Number(output) > 0);
  const end = last?.callbacks.find((c) => c.name === 'on_capture_end');
  assert.ok(end !== undefined && end.calls === 1 && end.ms > 0);
  assert.ok((last?.lines.filter((l) => l.line === 4 || l.line === 5).reduce((all, l) => all + l.share, 0) ?? 0) > 0.5);
});

test('coroutines and what waits for answers do no harm', async () => {
  const { last, output } = await profileOf('local co\nfunction on_event()\n  co = co or coroutine.wrap(function() while true do\n    coroutine.yield(1)\n  end end)\n  co()\n  sysdig.get_thread_table()\n  return true\nend\nfunction on_capture_end() print("end") return true end\n', 300);
  assert.equal(output, 'end\n');
  assert.equal(last?.callbacks.find((c) => c.name === 'on_event')?.calls, 300);
});

test('without being asked there is no profile', async () => {
  const { last, output } = await profileOf(HOT, 100, { helper: HELPER }, false);
  assert.equal(output, '100\n');
  assert.equal(last, undefined);
});

test('what hooks take themselves is not the lines’', () => {
  let now = 0;
  const collector = new ProfileCollector(() => now);
  collector.begin('on_event');
  collector.line('p.lua', 1, true);
  // The price of a hook, then a line of 5 ms.
  now += 1; collector.line('p.lua', 2, true);
  now += 6; collector.line('p.lua', 3, true);
  now += 1;
  collector.end();
  const { lines, callbacks } = collector.result();
  assert.deepEqual(lines.map((l) => [l.line, l.ms, l.share]), [[2, 5, 1], [1, 0, 0], [3, 0, 0]]);
  assert.deepEqual(callbacks, [{ name: 'on_event', calls: 1, ms: 5 }]);
});
