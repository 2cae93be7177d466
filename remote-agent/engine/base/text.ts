// Bytes of captures to text and back, cheap for the short ASCII strings that nearly all of them are.

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();
const CHARS: readonly string[] = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));
const SHORT = 64;

/**
 * Bytes that are no UTF-8 (names in captures may hold any) become lone surrogates, 0x80 to 0xff as U+DC80 to U+DCFF: no text has those, so
 * that a sink can write the very bytes again.
 */
export const ESCAPED_FROM = 0xdc80, ESCAPED_TO = 0xdcff;
const REPLACEMENT = '\ufffd';

/** Node's own way for bytes below 0x80, where this is Node: from some twenty bytes on several times faster. */
type Slice = (this: Uint8Array, start: number, end: number) => string;
const slice = (globalThis as { readonly Buffer?: { readonly prototype: { readonly latin1Slice?: Slice } } }).Buffer?.prototype.latin1Slice;
const SLICED = 20, SCANNED = 1024;

function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  let all = 0;
  for (let i = start; i < end; i++) all |= bytes[i] ?? 0;
  return all < 0x80;
}

function decodeAny(bytes: Uint8Array, start: number, end: number): string {
  if (slice !== undefined && end - start <= SCANNED && isAscii(bytes, start, end)) return slice.call(bytes, start, end);
  return decodeOther(bytes, start, end);
}
function decodeOther(bytes: Uint8Array, start: number, end: number): string {
  const text = decoder.decode(bytes.subarray(start, end));
  return text.includes(REPLACEMENT) ? decodeLossless(bytes, start, end) : text;
}

/** Bytes of the UTF-8 sequence at `at`; 0 where there is none. */
function sequenceLength(bytes: Uint8Array, at: number, end: number): number {
  const lead = bytes[at] ?? 0;
  const length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (at + length > end) return 0;
  for (let i = 1; i < length; i++) if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0;
  const second = bytes[at + 1] ?? 0;
  // Longer than need be, surrogates, and what lies beyond the last character.
  if ((lead === 0xe0 && second < 0xa0) || (lead === 0xed && second > 0x9f) || (lead === 0xf0 && second < 0x90) || (lead === 0xf4 && second > 0x8f)) return 0;
  return length;
}

function decodeLossless(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  let from = start;
  for (let at = start; at < end;) {
    const length = sequenceLength(bytes, at, end);
    if (length > 0) { at += length; continue; }
    if (at > from) text += decoder.decode(bytes.subarray(from, at));
    text += String.fromCharCode(ESCAPED_FROM + (bytes[at] ?? 0) - 0x80);
    from = ++at;
  }
  return from < end ? text + decoder.decode(bytes.subarray(from, end)) : text;
}

/** Texts met lately, by a hash of their bytes: names and paths come again and again, and a text that is there already costs no memory. */
const RECENT = 4096;
const texts: string[] = new Array<string>(RECENT).fill('');

/** Text of the bytes from `start` to `end`: UTF-8, and losslessly what is none. */
export function decodeBytes(bytes: Uint8Array, start: number, end: number): string {
  const length = end - start;
  if (length > SHORT) return decodeAny(bytes, start, end);
  let hash = length, all = 0;
  for (let i = start; i < end; i++) { const byte = bytes[i] ?? 0; all |= byte; hash = Math.imul(hash ^ byte, 0x01000193); }
  if (all > 127) return decodeOther(bytes, start, end);
  const slot = (hash ^ (hash >>> 15)) & (RECENT - 1);
  const known = texts[slot] ?? '';
  if (known.length === length) {
    let i = 0;
    while (i < length && known.charCodeAt(i) === bytes[start + i]) i++;
    if (i === length) return known;
  }
  if (slice !== undefined && length >= SLICED) return texts[slot] = slice.call(bytes, start, end);
  let text = '';
  let at = start;
  for (; at + 8 <= end; at += 8) text += String.fromCharCode(bytes[at] ?? 0, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0, bytes[at + 3] ?? 0, bytes[at + 4] ?? 0, bytes[at + 5] ?? 0, bytes[at + 6] ?? 0, bytes[at + 7] ?? 0);
  for (; at < end; at++) text += CHARS[bytes[at] ?? 0];
  texts[slot] = text;
  return text;
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

/** UTF-8 bytes of a text; what stands for bytes that are no UTF-8 becomes those again. */
export function encodeText(text: string): Uint8Array { return ESCAPED.test(text) ? encodeLossless(text) : encoder.encode(text); }
/** Matches the second halves of surrogate pairs, too. */
const ESCAPED = /[\udc80-\udcff]/;

function encodeLossless(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 3);
  let at = 0, from = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0xd800 && code < 0xdc00) { const next = text.charCodeAt(i + 1); if (next >= 0xdc00 && next < 0xe000) i++; continue; }
    if (code < ESCAPED_FROM || code > ESCAPED_TO) continue;
    at += encoder.encodeInto(text.slice(from, i), bytes.subarray(at)).written;
    bytes[at++] = code - ESCAPED_FROM + 0x80;
    from = i + 1;
  }
  at += encoder.encodeInto(text.slice(from), bytes.subarray(at)).written;
  return bytes.subarray(0, at);
}

/** The text without what does not print (control characters and everything beyond ASCII), as descriptors' names are printed. */
export function printable(text: string): string {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e) return text.replace(/[^\x20-\x7e]/g, '');
  }
  return text;
}
