// A chisel in this thread: for the editor's worker, where no process can be started. Whoever can ends the worker when it hangs.
import type { LuaLimits } from './luaVm.ts';
import { ENGINE_CHECKS } from './extract.ts';
import { InPlaceMachine } from './inPlaceMachine.ts';
import { ChiselRun, type ChiselRunOptions } from './run.ts';
import type { WasmHost } from './wasm.ts';

export type InProcessOptions = Omit<ChiselRunOptions, 'machine'> & { readonly wasm: Uint8Array; readonly host: WasmHost; readonly limits?: LuaLimits };

/** Loads a chisel; push events into the run, then `finish` it. Needs nothing but the bytes of Lua's WebAssembly binary. */
export function runChiselInProcess(options: InProcessOptions): Promise<ChiselRun> {
  return ChiselRun.start({ ...options, machine: () => new InPlaceMachine(options.host, options.wasm, ENGINE_CHECKS, options.limits) });
}
