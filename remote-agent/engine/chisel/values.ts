// Tables on their way into Lua, as bytes: one tag byte, then the value. The driver reads them with `string.unpack`.
//   0 nil; 1 f64; 2 u32 length and bytes; 3 true; 4 false; 5 table: u32 entries, then key and value of each. All little endian.
import { encodeText } from '../base/text.ts';

/** What becomes a value of Lua. A map is a table by its keys, a list one by 1, 2, 3, ... */
export type LuaData = number | string | boolean | undefined | readonly LuaData[] | ReadonlyMap<number | string, LuaData>;

class Writer {
  #bytes = new Uint8Array(4096);
  #data = new DataView(this.#bytes.buffer);
  #at = 0;

  #room(more: number): void {
    if (this.#at + more <= this.#bytes.length) return;
    const bytes = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + more));
    bytes.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = bytes; this.#data = new DataView(bytes.buffer);
  }
  #tag(tag: number, more: number): void { this.#room(1 + more); this.#data.setUint8(this.#at, tag); this.#at += 1; }
  #u32(value: number): void { this.#data.setUint32(this.#at, value, true); this.#at += 4; }

  value(value: LuaData): void {
    if (value === undefined) this.#tag(0, 0);
    else if (typeof value === 'boolean') this.#tag(value ? 3 : 4, 0);
    else if (typeof value === 'number') { this.#tag(1, 8); this.#data.setFloat64(this.#at, value, true); this.#at += 8; }
    else if (typeof value === 'string') {
      const bytes = encodeText(value);
      this.#tag(2, 4 + bytes.length); this.#u32(bytes.length);
      this.#bytes.set(bytes, this.#at); this.#at += bytes.length;
    } else if (Array.isArray(value)) {
      const list = value as readonly LuaData[];
      this.#tag(5, 4); this.#u32(list.length);
      list.forEach((one, i) => { this.value(i + 1); this.value(one); });
    } else {
      const map = value as ReadonlyMap<number | string, LuaData>;
      this.#tag(5, 4); this.#u32(map.size);
      for (const [key, one] of map) { this.value(key); this.value(one); }
    }
  }
  take(): Uint8Array { return this.#bytes.slice(0, this.#at); }
}

export function encodeLua(value: LuaData): Uint8Array { const out = new Writer(); out.value(value); return out.take(); }

/** A table by names; what is undefined is left out. */
export function named(entries: Readonly<Record<string, LuaData>>): ReadonlyMap<string, LuaData> { return new Map(Object.entries(entries).filter(([, value]) => value !== undefined)); }
