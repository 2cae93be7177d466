// The process that runs one chisel's Lua: gives up its rights, then answers frames on its standard input until that ends.
import { Worker } from 'node:worker_threads';
import { ENGINE_CHECKS } from '../engine/chisel/extract.ts';
import { InPlaceMachine } from '../engine/chisel/inPlaceMachine.ts';
import type { LuaLimits } from '../engine/chisel/luaVm.ts';
import type { ChiselFacts, ChiselProgram, ChiselReply } from '../engine/chisel/ports.ts';
import { decodeJson, encodeJson, FRAME, FrameReader, type Frame } from './chiselFrames.ts';
import { nodeWasmHost } from './wasmHost.ts';

/** What the agent asks, one after another; batches come as frames of their own. */
export type ChiselCall =
  | { readonly call: 'load'; readonly program: ChiselProgram; readonly limits: LuaLimits }
  | { readonly call: 'start'; readonly facts?: ChiselFacts }
  | { readonly call: 'end'; readonly seconds: number; readonly ns: number; readonly delta: number };

/** nobody, on every Linux. */
const NOBODY = 65534;

/** Gives up root for good: with it go all capabilities. What is loaded until now is the agent's own code. */
function dropRights(): void {
  if (process.getuid?.() !== 0) return;
  process.setgroups?.([]);
  process.setgid?.(NOBODY);
  process.setuid?.(NOBODY);
  if (process.getuid?.() === 0) throw new Error('could not give up root');
}

/**
 * Ends this process when its parent is gone, also while Lua keeps the main thread busy. A thread of its own looks, since nothing else can
 * be told of a parent that was killed.
 */
function watchParent(): void {
  const code = `const parent = ${process.ppid}; setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL'); }, 500);`;
  new Worker(code, { eval: true, env: {}, resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2 } }).unref();
}

/** Serves frames until the input ends. */
export function runChiselProcess(): void {
  // Ctrl-C reaches the whole terminal: the parent ends the run, and this process then ends with its input.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  dropRights();
  watchParent();
  const reader = new FrameReader();
  let wasm: Uint8Array | undefined;
  let machine: InPlaceMachine | undefined;
  let queue: Promise<void> = Promise.resolve();

  const answer = async (frame: Frame): Promise<ChiselReply> => {
    if (frame.kind === FRAME.wasm) { wasm = frame.bytes.slice(); return { output: '', ended: false }; }
    if (frame.kind === FRAME.batch || frame.kind === FRAME.answer) {
      if (machine === undefined) throw new Error('a batch before a chisel');
      return frame.kind === FRAME.batch ? machine.batch(frame.bytes) : machine.answer(frame.bytes);
    }
    const call = decodeJson(frame) as ChiselCall;
    if (call.call === 'load') {
      if (wasm === undefined) throw new Error('no Lua');
      machine = new InPlaceMachine(nodeWasmHost(), wasm, ENGINE_CHECKS, call.limits);
      return machine.load(call.program);
    }
    if (machine === undefined) throw new Error('no chisel is loaded');
    return call.call === 'start' ? machine.captureStart(call.facts) : machine.captureEnd(call.seconds, call.ns, call.delta);
  };
  const serve = async (frame: Frame): Promise<void> => {
    let reply: ChiselReply;
    try { reply = await answer(frame); } catch (error) {
      reply = { output: '', ended: true, fault: { kind: 'machine', message: error instanceof Error ? error.message : String(error), line: 0, traceback: '' } };
    }
    process.stdout.write(encodeJson(reply));
  };
  process.stdin.on('data', (chunk: Buffer) => {
    for (const frame of reader.push(chunk)) queue = queue.then(() => serve(frame));
  });
  process.stdin.on('end', () => process.exit(0));
  process.stdout.on('error', () => process.exit(0));
}

/** The other work of such a process: to read a capture itself. */
async function readCapture(): Promise<void> {
  const { runReading } = await import('./chiselReading.ts');
  await runReading(() => { dropRights(); watchParent(); });
  process.exit(0);
}

if (process.env['PORTHOLE_CHISEL_PROCESS'] === '1') runChiselProcess();
if (process.env['PORTHOLE_CHISEL_PROCESS'] === 'reading') readCapture().catch((error: unknown) => { process.stderr.write(`${error instanceof Error ? error.stack ?? error.message : String(error)}\n`); process.exit(1); });
