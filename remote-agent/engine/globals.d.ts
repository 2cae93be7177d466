// The only ambient names that the engine may use beyond ECMAScript itself.
declare class TextDecoder { constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean }); decode(input?: Uint8Array): string }
declare class TextEncoder { encode(input?: string): Uint8Array; encodeInto(source: string, destination: Uint8Array): { read: number; written: number } }
declare namespace WebAssembly {
  class Module { constructor(bytes: Uint8Array) }
  class Memory { constructor(descriptor: { initial: number; maximum: number; shared: boolean }); readonly buffer: SharedArrayBuffer }
  class Instance { constructor(module: Module, imports: Record<string, Record<string, unknown>>); readonly exports: Record<string, unknown> }
}
