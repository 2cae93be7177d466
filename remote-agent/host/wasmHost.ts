// Node's WebAssembly and clocks, as the engine's Lua wants them.
import type { WasmHost } from '../engine/chisel/wasm.ts';

interface WasmApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: Record<string, unknown> };
}

/** Also right for worker threads of the editor. */
export function nodeWasmHost(): WasmHost {
  const api = (globalThis as unknown as { WebAssembly: WasmApi }).WebAssembly;
  return {
    instantiate: (bytes, imports) => new api.Instance(new api.Module(bytes), imports).exports,
    monotonicMs: () => performance.now(),
    nowMs: () => Date.now(),
  };
}
