// The compact form of a lane's density: most buckets of most kinds are empty, so a picture of a thousand pixels is a few kilobytes.
//
// Packed:  varint buckets | varint columns | for each column, bucket by bucket: varint (count << 1), or varint (zeros << 1 | 1) for a run of empty ones
// A varint is LEB128: seven bits a byte, lowest first, bit 7 set where more follow.

/** Packs `counts`, `columns` numbers a bucket. */
export function packCounts(counts: Uint32Array, columns: number): Uint8Array {
  const buckets = Math.floor(counts.length / columns);
  let bytes = new Uint8Array(64 + counts.length), at = 0;
  const put = (value: number): void => {
    if (at + 10 > bytes.length) { const grown = new Uint8Array(bytes.length * 2); grown.set(bytes); bytes = grown; }
    // Division, not shifts: a doubled 32-bit count needs 33 bits.
    let rest = value;
    while (rest >= 128) { bytes[at++] = (rest % 128) | 128; rest = Math.floor(rest / 128); }
    bytes[at++] = rest;
  };
  put(buckets);
  put(columns);
  for (let column = 0; column < columns; column++) {
    let zeros = 0;
    for (let bucket = 0; bucket < buckets; bucket++) {
      const count = counts[bucket * columns + column] ?? 0;
      if (count === 0) { zeros++; continue; }
      if (zeros > 0) { put(zeros * 2 + 1); zeros = 0; }
      put(count * 2);
    }
    if (zeros > 0) put(zeros * 2 + 1);
  }
  return bytes.slice(0, at);
}

const MAX_CELLS = 1 << 20;

/** The counts of packed bytes, bucket by bucket. Damaged bytes give what could be read, zeros for the rest. */
export function unpackCounts(bytes: Uint8Array): Uint32Array {
  let at = 0;
  const take = (): number => {
    let value = 0;
    for (let scale = 1; at < bytes.length && scale < 2 ** 42; scale *= 128) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 127) * scale;
      if (byte < 128) break;
    }
    return value;
  };
  const buckets = take(), columns = take();
  if (buckets * columns > MAX_CELLS) return new Uint32Array(0);
  const counts = new Uint32Array(buckets * columns);
  for (let column = 0; column < columns; column++) {
    for (let bucket = 0; bucket < buckets && at < bytes.length;) {
      const word = take();
      if (word % 2 === 1) bucket += (word - 1) / 2;
      else counts[bucket++ * columns + column] = word / 2;
    }
  }
  return counts;
}
