// Runs a chisel of remote-agent/chisels on events that a test makes.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { runChiselInProcess } from '../../remote-agent/engine/chisel/inProcess.ts';
import type { ChiselRun } from '../../remote-agent/engine/chisel/run.ts';
import type { EventContext } from '../../remote-agent/engine/event/context.ts';

const ROOT = new URL('../../', import.meta.url), FOLDER = new URL('remote-agent/chisels/', ROOT);
const wasm = readFileSync(new URL('node_modules/wasmoon/dist/glue.wasm', ROOT));
interface Api { Module: new (b: Uint8Array) => object; Instance: new (m: object, i: object) => { exports: Record<string, unknown> } }
const api = (globalThis as unknown as { WebAssembly: Api }).WebAssembly;
const host = { instantiate: (bytes: Uint8Array, imports: object) => new api.Instance(new api.Module(bytes), imports).exports, monotonicMs: () => performance.now(), nowMs: () => Date.now() };
const modules = Object.fromEntries(readdirSync(FOLDER).filter((file) => file.startsWith('porthole_')).map((file) => [file.slice(0, -4), readFileSync(new URL(file, FOLDER), 'utf8')]));

/** What the chisel prints of the events that `feed` pushes; fails where the chisel does. */
export async function ran(name: string, args: readonly string[], feed: (push: (ctx: EventContext) => Promise<void> | undefined, run: ChiselRun) => Promise<void>, json = false): Promise<string> {
  let output = '';
  const environment = { live: false, tty: false, columns: -1, rows: -1, filter: '', cpus: 1, memoryBytes: 1, maxPid: 1, hostname: 'h', source: '', outputFormat: json ? 'json' : 'normal', containerData: false };
  const run = await runChiselInProcess({ name, source: readFileSync(new URL(`${name}.lua`, FOLDER), 'utf8'), args, wasm, host, environment, modules, print: (text) => { output += text; } });
  await feed((ctx) => run.push(ctx), run);
  const { fault } = await run.finish();
  assert.equal(fault?.message, undefined, fault?.traceback);
  return output;
}
