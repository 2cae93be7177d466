// Printed forms of buffers: text with dots, or dumps.
import { ByteSink, isPrintableWord } from '../base/sink.ts';

/** How buffers print: `text` with a dot for what is no printable ASCII, or one of the dumps. */
export type BufferForm = 'text' | 'hex' | 'hexAscii' | 'ascii' | 'base64';

const ROW = 16;
const SPACE = 0x20, LAST = 0x7e, DOT = 46, NEWLINE = 10, RETURN = 13;
const isPrint = (byte: number): boolean => byte >= SPACE && byte <= LAST;
const DOTTED = Uint8Array.from({ length: 256 }, (_, byte) => isPrint(byte) ? byte : DOT);
const ALPHABET = Uint8Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', (c) => c.charCodeAt(0));
const PAD = 61;

/** Writes a buffer as text, with dots for what does not print. `limit`: longest text (a longer one ends in `...`); 0: whole. */
export function writeDotted(sink: ByteSink, bytes: Uint8Array, data: DataView, start: number, size: number, limit: number): void {
  const cut = limit > 0 && size > limit;
  const end = start + (cut ? limit - 3 : size);
  sink.reserve(end - start);
  const out = sink.bytes, words = sink.data;
  let from = start, to = sink.at;
  for (; from + 4 <= end; from += 4, to += 4) {
    const word = data.getInt32(from, true);
    const shown = isPrintableWord(word) ? word : dottedWord(word);
    words.setInt32(to, shown, true);
  }
  for (; from < end; from++, to++) out[to] = DOTTED[bytes[from] ?? 0] ?? DOT;
  sink.at = to;
  if (cut) sink.ascii('...');
}

function dottedWord(word: number): number { return (DOTTED[word & 255] ?? DOT) | ((DOTTED[(word >>> 8) & 255] ?? DOT) << 8) | ((DOTTED[(word >>> 16) & 255] ?? DOT) << 16) | ((DOTTED[word >>> 24] ?? DOT) << 24); }

function hex2(sink: ByteSink, byte: number): void { if (byte < 16) sink.byte(48); sink.hex(byte); }

function dump(sink: ByteSink, bytes: Uint8Array, start: number, size: number, ascii: boolean): void {
  for (let row = 0; row < size; row += ROW) {
    sink.ascii('\n\t0x');
    for (let bound = 0x1000; bound > 1 && row < bound; bound /= 16) sink.byte(48);
    sink.hex(row);
    sink.byte(58);
    const left = Math.min(ROW, size - row);
    for (let i = 0; i < ROW; i += 2) {
      if (i >= left) { if (ascii) sink.ascii('     '); continue; }
      sink.byte(SPACE);
      hex2(sink, bytes[start + row + i] ?? 0);
      // A last byte without a second one leaves the column two characters narrower, as readers of the time print it.
      if (i + 1 < left) hex2(sink, bytes[start + row + i + 1] ?? 0);
    }
    if (!ascii) continue;
    sink.ascii('  ');
    for (let i = 0; i < left; i++) sink.byte(DOTTED[bytes[start + row + i] ?? 0] ?? DOT);
  }
  sink.byte(NEWLINE);
}

function asciiOnly(sink: ByteSink, bytes: Uint8Array, start: number, size: number): void {
  sink.byte(NEWLINE);
  // A line's end that the buffer begins with is left out, as if it belonged to what came before.
  let before = RETURN;
  for (let i = start; i < start + size; i++) {
    const byte = bytes[i] ?? 0;
    if (isPrint(byte)) sink.byte(byte);
    else if (byte === RETURN || (byte === NEWLINE && before !== RETURN)) sink.byte(NEWLINE);
    before = byte;
  }
}

function base64(sink: ByteSink, bytes: Uint8Array, start: number, size: number): void {
  for (let i = 0; i < size; i += 3) {
    const left = size - i, at = start + i;
    const word = ((bytes[at] ?? 0) << 16) | (left > 1 ? (bytes[at + 1] ?? 0) << 8 : 0) | (left > 2 ? bytes[at + 2] ?? 0 : 0);
    sink.byte(ALPHABET[word >> 18] ?? 0);
    sink.byte(ALPHABET[(word >> 12) & 63] ?? 0);
    sink.byte(left > 1 ? ALPHABET[(word >> 6) & 63] ?? 0 : PAD);
    sink.byte(left > 2 ? ALPHABET[word & 63] ?? 0 : PAD);
  }
}

/** Writes `size` bytes at `start`. `limit`: longest text in characters in the form `text` (longer ones end in `...`); 0: whole. */
export function writeBuffer(sink: ByteSink, bytes: Uint8Array, data: DataView, start: number, size: number, form: BufferForm, limit: number): void {
  if (size <= 0) return;
  switch (form) {
    case 'hex': dump(sink, bytes, start, size, false); break;
    case 'hexAscii': dump(sink, bytes, start, size, true); break;
    case 'ascii': asciiOnly(sink, bytes, start, size); break;
    case 'base64': base64(sink, bytes, start, size); break;
    default: writeDotted(sink, bytes, data, start, size, limit);
  }
}

const scratch = new ByteSink();

/** Text of a buffer, as `writeBuffer` writes it. */
export function bufferText(bytes: Uint8Array, form: BufferForm = 'text', limit = 0): string {
  scratch.clear();
  writeBuffer(scratch, bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0, bytes.length, form, limit);
  return scratch.text();
}

/** V8 is to have seen buffers that are cut and bytes that do not print before it compiles what writes lines (see base/sink.ts). */
const REHEARSALS = 24;
for (let i = 0, bytes = Uint8Array.of(65, 66, 67, 68, 1, 66, 255, 68, 69, 70); i < REHEARSALS; i++) {
  scratch.clear();
  writeDotted(scratch, bytes, new DataView(bytes.buffer), 0, bytes.length, i & 1 ? 9 : 0);
}
