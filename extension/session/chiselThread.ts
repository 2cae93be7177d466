// A thread of its own for a chisel's Lua, so that a capture answers while it runs, and that it can be ended whatever it does. The thread runs
// the same bundle as the capture's worker and is told apart by its data.
import { Worker, workerData, type MessagePort } from 'node:worker_threads';
import { ENGINE_CHECKS } from '../../remote-agent/engine/chisel/extract.ts';
import { DEFAULT_LIMITS, InPlaceMachine } from '../../remote-agent/engine/chisel/inPlaceMachine.ts';
import type { LuaLimits } from '../../remote-agent/engine/chisel/luaVm.ts';
import type { ChiselMachine, ChiselProgram, ChiselReply } from '../../remote-agent/engine/chisel/ports.ts';
import type { WasmHost } from '../../remote-agent/engine/chisel/wasm.ts';

/** What a chisel's thread is given at its start. */
interface ChiselThreadData { readonly chiselThread: true; readonly wasm: Uint8Array; readonly limits: LuaLimits }
type Call =
  | { readonly call: 'load'; readonly program: ChiselProgram }
  | { readonly call: 'start' }
  | { readonly call: 'batch'; readonly bytes: Uint8Array }
  | { readonly call: 'end'; readonly seconds: number; readonly ns: number; readonly delta: number };

/** Beyond the Lua limit, for what Lua cannot interrupt itself. */
const GRACE_MS = 2000;
/** For the thread to start, on a busy machine. */
const START_MS = 30_000;
const READY: ChiselReply = { output: '', ended: false };

/** The part of WebAssembly that is used; Node's typings leave it to the DOM's. */
interface WasmApi { readonly Module: new (bytes: Uint8Array) => object; readonly Instance: new (module: object, imports: object) => { readonly exports: Record<string, unknown> } }
function wasmHost(): WasmHost {
  const api = (globalThis as unknown as { WebAssembly: WasmApi }).WebAssembly;
  return { instantiate: (bytes, imports) => new api.Instance(new api.Module(bytes), imports).exports, monotonicMs: () => performance.now(), nowMs: () => Date.now() };
}

function threadData(): ChiselThreadData | undefined {
  const data = workerData as Partial<ChiselThreadData> | null;
  return data?.chiselThread === true ? data as ChiselThreadData : undefined;
}
/** Whether this thread was started for a chisel. */
export function isChiselThread(): boolean { return threadData() !== undefined; }

/** Serves calls until the thread is ended. */
export function serveChiselThread(port: MessagePort): void {
  const data = threadData();
  if (data === undefined) throw new Error('This thread was not started for a chisel.');
  let machine: InPlaceMachine | undefined;
  const answer = (call: Call): Promise<ChiselReply> => {
    machine ??= new InPlaceMachine(wasmHost(), data.wasm, ENGINE_CHECKS, data.limits);
    switch (call.call) {
      case 'load': return machine.load(call.program);
      case 'start': return machine.captureStart();
      case 'batch': return machine.batch(call.bytes);
      case 'end': return machine.captureEnd(call.seconds, call.ns, call.delta);
    }
  };
  port.postMessage(READY);
  port.on('message', (call: Call) => {
    answer(call).then((reply) => port.postMessage(reply), (error: unknown) => port.postMessage(fault('machine', error instanceof Error ? error.message : String(error))));
  });
}

function fault(kind: 'machine' | 'time', message: string): ChiselReply { return { output: '', ended: true, fault: { kind, message, line: 0, traceback: '' } }; }

/** The machine in its thread. */
export class ThreadMachine implements ChiselMachine {
  readonly #worker: Worker;
  readonly #limits: LuaLimits;
  readonly #waiting: { resolve(reply: ChiselReply): void; timer: NodeJS.Timeout }[] = [];
  readonly #ready: Promise<ChiselReply>;
  #ended = false;

  constructor(bundle: string, wasm: Uint8Array, limits: LuaLimits = DEFAULT_LIMITS) {
    this.#limits = limits;
    this.#worker = new Worker(bundle, { workerData: { chiselThread: true, wasm, limits } satisfies ChiselThreadData, env: {}, name: 'porthole chisel', resourceLimits: { maxOldGenerationSizeMb: 256 } });
    this.#worker.on('message', (reply: ChiselReply) => this.#answer(reply));
    this.#worker.on('error', (error) => this.#end(`the chisel's thread failed: ${error.message}`));
    this.#worker.on('exit', () => this.#end("the chisel's thread ended"));
    this.#ready = this.#wait(START_MS);
  }

  async load(program: ChiselProgram): Promise<ChiselReply> {
    const ready = await this.#ready;
    return ready.fault === undefined ? this.#ask({ call: 'load', program }) : ready;
  }
  captureStart(): Promise<ChiselReply> { return this.#ask({ call: 'start' }); }
  batch(bytes: Uint8Array): Promise<ChiselReply> { return this.#ask({ call: 'batch', bytes }); }
  captureEnd(seconds: number, ns: number, deltaNs: number): Promise<ChiselReply> { return this.#ask({ call: 'end', seconds, ns, delta: deltaNs }); }
  close(): void { this.#end('the run was ended'); }

  #ask(call: Call): Promise<ChiselReply> {
    if (this.#ended) return Promise.resolve(fault('machine', 'the chisel has ended'));
    const reply = this.#wait(this.#limits.callMs + GRACE_MS);
    this.#worker.postMessage(call);
    return reply;
  }
  #wait(limit: number): Promise<ChiselReply> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => { this.#answer(fault('time', `did not return within ${limit / 1000} s and was stopped`)); this.#end('stopped'); }, limit);
      this.#waiting.push({ resolve, timer });
    });
  }
  #answer(reply: ChiselReply): void {
    const next = this.#waiting.shift();
    if (next === undefined) return;
    clearTimeout(next.timer);
    next.resolve(reply);
  }
  #end(why: string): void {
    if (this.#ended) return;
    this.#ended = true;
    while (this.#waiting.length > 0) this.#answer(fault('machine', why));
    void this.#worker.terminate();
  }
}
