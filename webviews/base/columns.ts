// Typed columns out of the bytes that messages carry.

interface ColumnType<T> { new (buffer: ArrayBufferLike, offset: number, length: number): T; readonly BYTES_PER_ELEMENT: number }

/** Bytes of a message, however the channel to the page delivered them: as a view, as a buffer, or as an object of numbered properties. */
export function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (Array.isArray(value)) return Uint8Array.from(value as number[]);
  if (typeof value !== 'object' || value === null) return new Uint8Array(0);
  const data = (value as { data?: unknown }).data;
  return Uint8Array.from(Array.isArray(data) ? data as number[] : Object.values(value as Record<string, number>));
}

/** A column of little-endian numbers; copies only where the bytes are not aligned. */
export function columnOf<T>(type: ColumnType<T>, value: unknown): T {
  const size = type.BYTES_PER_ELEMENT;
  const bytes = bytesOf(value);
  const aligned = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  return new type(aligned.buffer, aligned.byteOffset, Math.floor(aligned.byteLength / size));
}
