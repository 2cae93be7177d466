// Base64 to bytes.

const CODES = new Int8Array(128).fill(-1);
for (const [i, c] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].entries()) CODES[c.charCodeAt(0)] = i;

/** Bytes of a base64 text, with or without padding; undefined where it is none. */
export function base64Bytes(text: string): Uint8Array | undefined {
  const end = text.endsWith('==') ? text.length - 2 : text.endsWith('=') ? text.length - 1 : text.length;
  if (end % 4 === 1 || (end !== text.length && text.length % 4 !== 0)) return undefined;
  const out = new Uint8Array(Math.floor((end * 3) / 4));
  let bits = 0, held = 0, to = 0;
  for (let at = 0; at < end; at++) {
    const code = CODES[text.charCodeAt(at)] ?? -1;
    if (code < 0) return undefined;
    bits = ((bits << 6) | code) & 0xffffff;
    held += 6;
    if (held >= 8) { held -= 8; out[to++] = (bits >> held) & 0xff; }
  }
  return out;
}
