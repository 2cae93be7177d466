// Ways of Lua 5.1 and LuaJIT that 5.4 has not: what LuaJIT printed for the same lines under sysdig.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { InPlaceMachine } from './inPlaceMachine.ts';
import { withDoubles } from './loader.ts';
import { LINES } from './lua51Lines.ts';
import type { WasmHost } from './wasm.ts';

const wasm = readFileSync(new URL('../../../node_modules/wasmoon/dist/glue.wasm', import.meta.url));
interface Api { Module: new (b: Uint8Array) => object; Instance: new (m: object, i: object) => { exports: Record<string, unknown> } }
const api = (globalThis as unknown as { WebAssembly: Api }).WebAssembly;
const host: WasmHost = { instantiate: (bytes, imports) => new api.Instance(new api.Module(bytes), imports).exports, monotonicMs: () => performance.now(), nowMs: () => Date.now() };
const environment = { live: false, tty: false, columns: -1, rows: -1, filter: '', cpus: 1, memoryBytes: 1, maxPid: 1, hostname: 'h', source: '', outputFormat: 'normal', containerData: false };

for (const [lua, printed] of LINES) {
  test(`print(${lua})`, async () => {
    const machine = new InPlaceMachine(host, wasm, { field: () => undefined, filter: () => undefined, formatter: () => undefined });
    const { output, fault } = await machine.load({ name: 'probe', source: `print(${lua})`, args: [], modules: {}, environment });
    assert.equal(fault, undefined, fault?.message);
    assert.equal(output, `${printed}\n`);
  });
}

test('large whole numbers become doubles, and nothing else changes', () => {
  assert.equal(withDoubles('x = 10000 + 1e9 + 0xffffff - 12345.5 y12345 = "99999" -- 99999\nz = [[88888]] .. 9999'), 'x = 10000.0 + 1e9 + 0xffffff.0 - 12345.5 y12345 = "99999" -- 99999\nz = [[88888]] .. 9999');
});

test('module and package.seeall', async () => {
  const machine = new InPlaceMachine(host, wasm, { field: () => undefined, filter: () => undefined, formatter: () => undefined });
  const { output, fault } = await machine.load({ name: 'probe', source: 'require "helper" print(helper.twice(4), twice)', args: [], modules: { helper: 'module("helper", package.seeall)\nfunction twice(n) return tostring(n * 2) end' }, environment });
  assert.equal(fault, undefined, fault?.message);
  assert.equal(output, '8\tnil\n');
});
