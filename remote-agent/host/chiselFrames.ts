// Frames between the agent and the process that runs a chisel: u32 length, one byte for the kind, then JSON or raw bytes.

export const FRAME = { json: 0, batch: 1, wasm: 2, answer: 3 } as const;
export interface Frame { readonly kind: number; readonly bytes: Uint8Array }
/** A frame beyond this is no frame of ours. */
const MAX_FRAME = 256 << 20;

export function encodeFrame(kind: number, bytes: Uint8Array): Uint8Array {
  const frame = new Uint8Array(5 + bytes.length);
  new DataView(frame.buffer).setUint32(0, bytes.length, true);
  frame[4] = kind;
  frame.set(bytes, 5);
  return frame;
}
export function encodeJson(value: unknown): Uint8Array { return encodeFrame(FRAME.json, new TextEncoder().encode(JSON.stringify(value))); }
export function decodeJson(frame: Frame): unknown { return JSON.parse(new TextDecoder().decode(frame.bytes)); }

/** Puts chunks of a stream together to frames. */
export class FrameReader {
  #chunks: Uint8Array[] = [];
  #size = 0;
  /** Bytes of the first frame as far as known: its head, then all of it. */
  #needed = 5;

  /** Adds a chunk; answers the frames that are complete. Throws on what cannot be a frame. */
  push(chunk: Uint8Array): Frame[] {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    const frames: Frame[] = [];
    if (this.#size < this.#needed) return frames;
    const all = this.#join();
    const data = new DataView(all.buffer, all.byteOffset, all.length);
    let at = 0;
    for (;;) {
      this.#needed = 5;
      if (all.length - at < 5) break;
      const length = data.getUint32(at, true);
      if (length > MAX_FRAME) throw new Error(`a frame of ${length} bytes is no frame of a chisel's`);
      this.#needed = 5 + length;
      if (all.length - at < this.#needed) break;
      frames.push({ kind: all[at + 4] ?? 0, bytes: all.subarray(at + 5, at + 5 + length) });
      at += this.#needed;
    }
    this.#chunks = at === all.length ? [] : [all.subarray(at)];
    this.#size = all.length - at;
    return frames;
  }

  #join(): Uint8Array {
    const first = this.#chunks[0];
    if (first !== undefined && this.#chunks.length === 1) return first;
    const joined = new Uint8Array(this.#size);
    let at = 0;
    for (const chunk of this.#chunks) { joined.set(chunk, at); at += chunk.length; }
    return joined;
  }
}
