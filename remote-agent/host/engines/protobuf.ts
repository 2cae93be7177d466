// Protocol buffers' wire format, as much as container engines' messages need: varints, bytes, nested messages, maps of texts.
// Facts: https://protobuf.dev/programming-guides/encoding/

const VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5;

/** Field numbers with their values; undefined and '' are left out, as proto3 does. */
export interface Fields { readonly [number: number]: string | number | boolean | Uint8Array | Fields | readonly (string | Fields)[] | undefined }

/** A message's bytes. Numbers are unsigned, to 2^53. */
export function encode(fields: Fields): Buffer {
  const parts: Buffer[] = [];
  for (const [number, value] of Object.entries(fields)) for (const one of Array.isArray(value) ? value as readonly (string | Fields)[] : [value]) encodeField(parts, Number(number), one as string | number | boolean | Uint8Array | Fields | undefined);
  return Buffer.concat(parts);
}

function encodeField(parts: Buffer[], number: number, value: string | number | boolean | Uint8Array | Fields | undefined): void {
  if (value === undefined || value === '' || value === 0 || value === false) return;
  if (typeof value === 'number' || typeof value === 'boolean') { parts.push(varint(number * 8 + VARINT), varint(Number(value))); return; }
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value instanceof Uint8Array ? Buffer.from(value) : encode(value);
  parts.push(varint(number * 8 + BYTES), varint(bytes.length), bytes);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) { bytes.push(rest); return Buffer.from(bytes); }
    bytes.push((rest % 128) + 128);
  }
}

/** A message that came in. Reading never throws: what is missing or damaged is empty. */
export class Message {
  readonly #fields = new Map<number, (number | Buffer)[]>();

  constructor(bytes: Buffer) {
    let at = 0;
    const read = (): number => {
      let value = 0;
      for (let shift = 1; at < bytes.length; shift *= 128) {
        const byte = bytes[at++] ?? 0;
        value += (byte & 127) * shift;
        if (byte < 128) return value;
      }
      at = bytes.length + 1;
      return 0;
    };
    while (at < bytes.length) {
      const tag = read(), wire = tag % 8;
      let value: number | Buffer;
      if (wire === VARINT) value = read();
      else if (wire === BYTES) { const size = read(); value = bytes.subarray(at, at + size); at += size; }
      else if (wire === FIXED64) { value = bytes.subarray(at, at + 8); at += 8; }
      else if (wire === FIXED32) { value = bytes.subarray(at, at + 4); at += 4; }
      else return;
      if (at > bytes.length) return;
      const number = Math.floor(tag / 8), known = this.#fields.get(number);
      if (known === undefined) this.#fields.set(number, [value]); else known.push(value);
    }
  }

  #last(number: number): number | Buffer | undefined { return this.#fields.get(number)?.at(-1); }
  bytes(number: number): Buffer { const value = this.#last(number); return typeof value === 'object' ? value : Buffer.alloc(0); }
  text(number: number): string { return this.bytes(number).toString('utf8'); }
  /** Exact to 2^53; negative numbers come out as what they are modulo 2^64, inexact. */
  number(number: number): number { const value = this.#last(number); return typeof value === 'number' ? value : 0; }
  message(number: number): Message { return new Message(this.bytes(number)); }
  messages(number: number): Message[] { return (this.#fields.get(number) ?? []).filter((value) => typeof value === 'object').map((value) => new Message(value)); }
  texts(number: number): string[] { return (this.#fields.get(number) ?? []).filter((value) => typeof value === 'object').map((value) => value.toString('utf8')); }
  /** A map<string, string>. */
  map(number: number): Record<string, string> { return Object.fromEntries(this.messages(number).map((entry) => [entry.text(1), entry.text(2)])); }
}
