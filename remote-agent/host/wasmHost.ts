// Node's WebAssembly and clocks, as the engine's Lua wants them.
import type { WasmHost } from '../engine/chisel/wasm.ts';

interface WasmApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: Record<string, unknown> };
}

/** Of a process that does nothing but run a chisel: its time is the chisel's. */
export function processCpuMs(): number { const { user, system } = process.cpuUsage(); return (user + system) / 1000; }

export function nodeWasmHost(): WasmHost {
  const api = (globalThis as unknown as { WebAssembly: WasmApi }).WebAssembly;
  return {
    instantiate: (bytes, imports) => new api.Instance(new api.Module(bytes), imports).exports,
    monotonicMs: () => performance.now(),
    nowMs: () => Date.now(),
    cpuMs: processCpuMs,
  };
}
