// A thread of its own for a chisel's Lua, so that a capture answers while it runs, and that it can be ended whatever it does. The thread runs
// the same bundle as the capture's worker and is told apart by its data.
import { MessageChannel, receiveMessageOnPort, Worker, workerData, type MessagePort } from 'node:worker_threads';
import { ChiselDebugger, type DebugCommand, type DebugEvent, type DebugLink } from '../../remote-agent/engine/chisel/debug/debugger.ts';
import { ENGINE_CHECKS } from '../../remote-agent/engine/chisel/extract.ts';
import { DEFAULT_LIMITS, InPlaceMachine } from '../../remote-agent/engine/chisel/inPlaceMachine.ts';
import type { LuaLimits } from '../../remote-agent/engine/chisel/luaVm.ts';
import type { ChiselFacts, ChiselMachine, ChiselProgram, ChiselReply } from '../../remote-agent/engine/chisel/ports.ts';
import { CallWatch } from '../../remote-agent/engine/chisel/watch.ts';
import type { WasmHost } from '../../remote-agent/engine/chisel/wasm.ts';
import { threadCpuMs } from './threadTime.ts';

/** What a chisel's thread is given at its start. */
interface ChiselThreadData { readonly chiselThread: true; readonly wasm: Uint8Array; readonly limits: LuaLimits; readonly debug?: DebugData }
/** The way of commands into a thread that stands still: `sent` counts them, for the thread to wait on. */
interface DebugData { readonly port: MessagePort; readonly sent: SharedArrayBuffer; readonly stopOnEntry: boolean }
/** Who debugs a chisel in a thread. */
export interface ThreadDebug { readonly stopOnEntry: boolean; tell(event: DebugEvent): void }
type Call =
  | { readonly call: 'load'; readonly program: ChiselProgram }
  | { readonly call: 'start'; readonly facts?: ChiselFacts }
  | { readonly call: 'batch' | 'answer'; readonly bytes: Uint8Array }
  | { readonly call: 'end'; readonly seconds: number; readonly ns: number; readonly delta: number };

/** For the thread to start, on a busy machine. */
const START_MS = 30_000;
/** For a callback of a chisel that is debugged: somebody looks at it in peace. */
const DEBUG_MS = 7 * 24 * 3_600_000;
const READY: ChiselReply = { output: '', ended: false };

/** The part of WebAssembly that is used; Node's typings leave it to the DOM's. */
interface WasmApi { readonly Module: new (bytes: Uint8Array) => object; readonly Instance: new (module: object, imports: object) => { readonly exports: Record<string, unknown> } }
function wasmHost(): WasmHost {
  const api = (globalThis as unknown as { WebAssembly: WasmApi }).WebAssembly;
  return { instantiate: (bytes, imports) => new api.Instance(new api.Module(bytes), imports).exports, monotonicMs: () => performance.now(), nowMs: () => Date.now(), cpuMs: threadCpuMs };
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
  // Made at once: a thread may wait for its chisel, which is then seen sooner.
  const inspector = data.debug === undefined ? undefined : new ChiselDebugger(debugLink(data.debug), { stopOnEntry: data.debug.stopOnEntry });
  const machine = new InPlaceMachine(wasmHost(), data.wasm, ENGINE_CHECKS, data.limits, inspector);
  const answer = (call: Call): Promise<ChiselReply> => {
    switch (call.call) {
      case 'load': return machine.load(call.program);
      case 'start': return machine.captureStart(call.facts);
      case 'batch': return machine.batch(call.bytes);
      case 'answer': return machine.answer(call.bytes);
      case 'end': return machine.captureEnd(call.seconds, call.ns, call.delta);
    }
  };
  port.postMessage(READY);
  port.on('message', (call: Call) => {
    answer(call).then((reply) => port.postMessage(reply), (error: unknown) => port.postMessage(fault('machine', error instanceof Error ? error.message : String(error))));
  });
}

/** Commands as the thread takes them: out of the port, without its turn of the event loop, which it does not get while Lua waits. */
function debugLink({ port, sent }: DebugData): DebugLink {
  const count = new Int32Array(sent);
  const poll = (): DebugCommand | undefined => (receiveMessageOnPort(port) as { message: DebugCommand } | undefined)?.message;
  return {
    poll, tell: (event) => { port.postMessage(event); },
    next: () => {
      for (;;) {
        const seen = Atomics.load(count, 0), command = poll();
        if (command !== undefined) return command;
        Atomics.wait(count, 0, seen);
      }
    },
  };
}

function every(ms: number, look: () => void): () => void { const timer = setInterval(look, ms); return () => { clearInterval(timer); }; }

function fault(kind: 'machine' | 'time', message: string): ChiselReply { return { output: '', ended: true, fault: { kind, message, line: 0, traceback: '' } }; }

/** The machine in its thread. */
export class ThreadMachine implements ChiselMachine {
  readonly #worker: Worker;
  readonly #limits: LuaLimits;
  readonly #debug: { readonly port: MessagePort; readonly sent: Int32Array } | undefined;
  readonly #waiting: ((reply: ChiselReply) => void)[] = [];
  /** The time that the thread has had cannot be seen from here: looks are counted. */
  readonly #watch = new CallWatch(every, () => undefined, (allowed) => { this.#answer(fault('time', `did not return within ${allowed / 1000} s and was stopped`)); this.#end('stopped'); });
  #allowed = 0;
  readonly #ready: Promise<ChiselReply>;
  #ended = false;

  constructor(bundle: string, wasm: Uint8Array, asked: LuaLimits = DEFAULT_LIMITS, debug?: ThreadDebug) {
    // Who stands still needs no time of the processor, but a long one on the wall.
    const limits = debug === undefined ? asked : { ...asked, callMs: DEBUG_MS, edgeMs: DEBUG_MS };
    this.#limits = limits;
    let debugData: DebugData | undefined;
    if (debug !== undefined) {
      const { port1, port2 } = new MessageChannel(), sent = new SharedArrayBuffer(4);
      port1.on('message', (event: DebugEvent) => { debug.tell(event); });
      port1.unref();
      this.#debug = { port: port1, sent: new Int32Array(sent) };
      debugData = { port: port2, sent, stopOnEntry: debug.stopOnEntry };
    }
    this.#worker = new Worker(bundle, { workerData: { chiselThread: true, wasm, limits, ...(debugData === undefined ? {} : { debug: debugData }) } satisfies ChiselThreadData, ...(debugData === undefined ? {} : { transferList: [debugData.port] }), env: {}, name: 'porthole chisel', resourceLimits: { maxOldGenerationSizeMb: 256 } });
    this.#worker.on('message', (reply: ChiselReply) => this.#answer(reply));
    this.#worker.on('error', (error) => this.#end(`the chisel's thread failed: ${error.message}`));
    this.#worker.on('exit', () => this.#end("the chisel's thread ended"));
    this.#ready = this.#wait(START_MS);
  }

  async load(program: ChiselProgram): Promise<ChiselReply> {
    const ready = await this.#ready;
    return ready.fault === undefined ? this.#ask({ call: 'load', program }, this.#edge) : ready;
  }
  captureStart(facts?: ChiselFacts): Promise<ChiselReply> { return this.#ask({ call: 'start', ...(facts === undefined ? {} : { facts }) }, this.#edge); }
  batch(bytes: Uint8Array): Promise<ChiselReply> { return this.#ask({ call: 'batch', bytes }); }
  answer(bytes: Uint8Array): Promise<ChiselReply> { return this.#ask({ call: 'answer', bytes }, this.#allowed); }
  captureEnd(seconds: number, ns: number, deltaNs: number): Promise<ChiselReply> { return this.#ask({ call: 'end', seconds, ns, delta: deltaNs }, this.#edge); }
  close(): void { this.#end('the run was ended'); }
  /** Passes a command on to a chisel that is debugged, also while it stands still. */
  command(command: DebugCommand): void {
    if (this.#debug === undefined || this.#ended) return;
    this.#debug.port.postMessage(command);
    Atomics.add(this.#debug.sent, 0, 1);
    Atomics.notify(this.#debug.sent, 0);
  }

  get #edge(): number { return this.#limits.edgeMs ?? this.#limits.callMs; }

  #ask(call: Call, allowed = this.#limits.callMs): Promise<ChiselReply> {
    if (this.#ended) return Promise.resolve(fault('machine', 'the chisel has ended'));
    const reply = this.#wait(allowed);
    this.#worker.postMessage(call);
    return reply;
  }
  #wait(allowed: number): Promise<ChiselReply> {
    return new Promise((resolve) => {
      this.#allowed = allowed;
      if (this.#waiting.length === 0) this.#watch.begin(allowed);
      this.#waiting.push(resolve);
    });
  }
  #answer(reply: ChiselReply): void {
    const next = this.#waiting.shift();
    if (next === undefined) return;
    if (this.#waiting.length > 0) this.#watch.begin(this.#allowed); else this.#watch.end();
    next(reply);
  }
  #end(why: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#watch.close();
    this.#debug?.port.close();
    while (this.#waiting.length > 0) this.#answer(fault('machine', why));
    void this.#worker.terminate();
  }
}
