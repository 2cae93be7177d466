// Bytes of captures to text and back, cheap for the short ASCII strings that nearly all of them are.

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();
const CHARS: readonly string[] = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));
const SHORT = 48;

/** Text of the bytes from `start` to `end` (UTF-8; bytes that are none become U+FFFD). */
export function decodeBytes(bytes: Uint8Array, start: number, end: number): string {
  if (end - start <= SHORT) {
    let text = '';
    for (let i = start; i < end; i++) {
      const byte = bytes[i] ?? 0;
      if (byte > 127) return decoder.decode(bytes.subarray(start, end));
      text += CHARS[byte];
    }
    return text;
  }
  return decoder.decode(bytes.subarray(start, end));
}

/** Text from `start` up to the first NUL, at most to `end`. */
export function decodeToNul(bytes: Uint8Array, start: number, end: number): string {
  let stop = start;
  while (stop < end && bytes[stop] !== 0) stop++;
  return decodeBytes(bytes, start, stop);
}

/** The NUL-terminated strings between `start` and `end`. */
export function decodeList(bytes: Uint8Array, start: number, end: number): string[] {
  const list: string[] = [];
  for (let at = start; at < end;) {
    let stop = at;
    while (stop < end && bytes[stop] !== 0) stop++;
    list.push(decodeBytes(bytes, at, stop));
    at = stop + 1;
  }
  return list;
}

/** UTF-8 bytes of a text. */
export function encodeText(text: string): Uint8Array { return encoder.encode(text); }

/** The text without what does not print (control characters and everything beyond ASCII), as descriptors' names are printed. */
export function printable(text: string): string {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e) return text.replace(/[^\x20-\x7e]/g, '');
  }
  return text;
}
