// The compact forms of what pictures are made of: a lane's density, and the columns of its spans.
//
// A varint is LEB128: seven bits a byte, lowest first, bit 7 set where more follow; whole numbers up to 2^53.
// Density:  varint buckets | varint columns | for each column, bucket by bucket: varint (count << 1), or varint (zeros << 1 | 1) for a run of
//           empty ones. Most buckets of most kinds are empty, so a picture of a thousand pixels is a few kilobytes.
// Numbers:  varint length | for each number its difference to the one before, as varint (d << 1), or (-d << 1 | 1) for a negative one.

/** Writes varints into a buffer that grows. */
class Packer {
  #bytes: Uint8Array;
  #at = 0;
  constructor(size: number) { this.#bytes = new Uint8Array(size); }
  put(value: number): void {
    if (this.#at + 10 > this.#bytes.length) { const grown = new Uint8Array(this.#bytes.length * 2 + 10); grown.set(this.#bytes); this.#bytes = grown; }
    const bytes = this.#bytes;
    let rest = Number.isFinite(value) ? value : 0, at = this.#at;
    // Division, not shifts: these are numbers of more than 32 bits.
    while (rest >= 128) { bytes[at++] = (rest % 128) | 128; rest = Math.floor(rest / 128); }
    bytes[at++] = rest;
    this.#at = at;
  }
  take(): Uint8Array { return this.#bytes.slice(0, this.#at); }
}

/** Reads varints; zeros behind the end of the bytes. */
class Unpacker {
  readonly #bytes: Uint8Array;
  #at = 0;
  constructor(bytes: Uint8Array) { this.#bytes = bytes; }
  get ended(): boolean { return this.#at >= this.#bytes.length; }
  get left(): number { return this.#bytes.length - this.#at; }
  take(): number {
    let value = 0;
    for (let scale = 1; this.#at < this.#bytes.length && scale < 2 ** 56; scale *= 128) {
      const byte = this.#bytes[this.#at++] ?? 0;
      value += (byte & 127) * scale;
      if (byte < 128) break;
    }
    return value;
  }
}

/** Packs whole numbers; those that are near the one before them take the fewest bytes. */
export function packNumbers(values: ArrayLike<number>): Uint8Array {
  const packer = new Packer(values.length * 3 + 10);
  packer.put(values.length);
  let before = 0;
  for (let i = 0; i < values.length; i++) {
    const value = Math.round(values[i] ?? 0), difference = value - before;
    packer.put(difference >= 0 ? difference * 2 : -difference * 2 + 1);
    before = value;
  }
  return packer.take();
}

/** The numbers of packed bytes. Damaged bytes give as many as they hold. */
export function unpackNumbers(bytes: Uint8Array): Float64Array {
  const unpacker = new Unpacker(bytes);
  const length = Math.min(unpacker.take(), unpacker.left);
  const values = new Float64Array(length);
  let before = 0;
  for (let i = 0; i < length; i++) {
    const word = unpacker.take();
    before += word % 2 === 1 ? -(word - 1) / 2 : word / 2;
    values[i] = before;
  }
  return values;
}

/** Packs `counts`, `columns` numbers a bucket. */
export function packCounts(counts: Uint32Array, columns: number): Uint8Array {
  const buckets = Math.floor(counts.length / columns);
  const packer = new Packer(64 + buckets);
  packer.put(buckets);
  packer.put(columns);
  for (let column = 0; column < columns; column++) {
    let zeros = 0;
    for (let bucket = 0; bucket < buckets; bucket++) {
      const count = counts[bucket * columns + column] ?? 0;
      if (count === 0) { zeros++; continue; }
      if (zeros > 0) { packer.put(zeros * 2 + 1); zeros = 0; }
      packer.put(count * 2);
    }
    if (zeros > 0) packer.put(zeros * 2 + 1);
  }
  return packer.take();
}

const MAX_CELLS = 1 << 20;

/** The counts of packed bytes, bucket by bucket. Damaged bytes give what could be read, zeros for the rest. */
export function unpackCounts(bytes: Uint8Array): Uint32Array {
  const unpacker = new Unpacker(bytes);
  const buckets = unpacker.take(), columns = unpacker.take();
  if (buckets < 1 || columns < 1 || buckets * columns > MAX_CELLS) return new Uint32Array(0);
  const counts = new Uint32Array(buckets * columns);
  for (let column = 0; column < columns; column++) {
    for (let bucket = 0; bucket < buckets && !unpacker.ended;) {
      const word = unpacker.take();
      if (word % 2 === 1) bucket += (word - 1) / 2;
      else counts[bucket++ * columns + column] = word / 2;
    }
  }
  return counts;
}
