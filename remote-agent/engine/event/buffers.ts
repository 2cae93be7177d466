// Printed forms of buffers: text with dots, or dumps.

/** How buffers print: `text` with a dot for what is no printable ASCII, or one of the dumps. */
export type BufferForm = 'text' | 'hex' | 'hexAscii' | 'ascii' | 'base64';

const ROW = 16;
const isPrint = (byte: number): boolean => byte >= 0x20 && byte <= 0x7e;
const DOTTED: readonly string[] = Array.from({ length: 256 }, (_, byte) => isPrint(byte) ? String.fromCharCode(byte) : '.');
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const hex = (byte: number): string => byte.toString(16).padStart(2, '0');

function dotted(bytes: Uint8Array, limit: number): string {
  const cut = limit > 0 && bytes.length > limit;
  const end = cut ? limit - 3 : bytes.length;
  let text = '';
  for (let i = 0; i < end; i++) text += DOTTED[bytes[i] ?? 0];
  return cut ? `${text}...` : text;
}

function dump(bytes: Uint8Array, ascii: boolean): string {
  let out = '';
  for (let row = 0; row < bytes.length; row += ROW) {
    out += `\n\t0x${row.toString(16).padStart(4, '0')}:`;
    let text = '';
    for (let i = row; i < row + ROW; i += 2) {
      if (i >= bytes.length) { if (ascii) out += '     '; continue; }
      const first = bytes[i] ?? 0, second = bytes[i + 1];
      if (second === undefined) { out += ascii ? ` ${hex(first)}  ` : ` ${hex(first)}`; text += DOTTED[first]; continue; }
      out += ` ${hex(first)}${hex(second)}`;
      text += `${DOTTED[first]}${DOTTED[second]}`;
    }
    if (ascii) out += `  ${text}`;
  }
  return `${out}\n`;
}

function asciiOnly(bytes: Uint8Array): string {
  let out = '\n';
  let before = 0;
  for (const byte of bytes) {
    if (isPrint(byte)) out += String.fromCharCode(byte);
    else if (byte === 13) out += '\n';
    else if (byte === 10 && before !== 13) out += '\n';
    before = byte;
  }
  return out;
}

function base64(bytes: Uint8Array): string {
  let out = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const word = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    out += (ALPHABET[word >> 18] ?? '') + (ALPHABET[(word >> 12) & 63] ?? '') + (left > 1 ? ALPHABET[(word >> 6) & 63] : '=') + (left > 2 ? ALPHABET[word & 63] : '=');
  }
  return out;
}

/** Text of a buffer. `limit`: longest text in characters in the form `text` (longer ones end in `...`); 0: whole. */
export function bufferText(bytes: Uint8Array, form: BufferForm = 'text', limit = 0): string {
  if (bytes.length === 0) return '';
  switch (form) {
    case 'hex': return dump(bytes, false);
    case 'hexAscii': return dump(bytes, true);
    case 'ascii': return asciiOnly(bytes);
    case 'base64': return base64(bytes);
    default: return dotted(bytes, limit);
  }
}
