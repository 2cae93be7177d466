// What an archive is checked and unpacked with.
import { inflateRawSync as inflate } from 'node:zlib';

/** At most `size` bytes; undefined where there are more, or the data is damaged. */
export function inflateRawSync(bytes: Uint8Array, size: number): Uint8Array | undefined {
  try { return inflate(bytes, { maxOutputLength: Math.max(1, size) }); } catch { return undefined; }
}

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => { let c = n; for (let k = 0; k < 8; k++) c = (c & 1) !== 0 ? 0xedb88320 ^ c >>> 1 : c >>> 1; return c; });
/** The check sum of zip and gzip, unsigned. */
export function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) c = (TABLE[(c ^ byte) & 0xff] ?? 0) ^ c >>> 8;
  return (c ^ 0xffffffff) >>> 0;
}
