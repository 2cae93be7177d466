// The bytes that messages carry, out of whatever the channel to the page made of them.

/** Bytes of a message, however the channel to the page delivered them: as a view, as a buffer, or as an object of numbered properties. */
export function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (Array.isArray(value)) return Uint8Array.from(value as number[]);
  if (typeof value !== 'object' || value === null) return new Uint8Array(0);
  const data = (value as { data?: unknown }).data;
  return Uint8Array.from(Array.isArray(data) ? data as number[] : Object.values(value as Record<string, number>));
}
