// Text of the engine (UTF-16, bytes that are no UTF-8 as lone surrogates) to Lua's strings of one byte a character, and back.
import { decodeBytes, encodeText } from '../../base/text.ts';

// eslint-disable-next-line no-control-regex
const OTHER = /[^\x00-\x7f]/;
const PIECE = 8192, SHORT = 24;
/** Node's own way, where this is Node: many times faster for long ones. */
interface Latin1 { from(buffer: ArrayBufferLike, at: number, length: number): { toString(encoding: 'latin1'): string } }
const native = (globalThis as { readonly Buffer?: Latin1 }).Buffer;

export function bytesToLua(bytes: Uint8Array): string {
  if (bytes.length >= SHORT && native !== undefined) return native.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  if (bytes.length < SHORT) { let text = ''; for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i] ?? 0); return text; }
  if (bytes.length <= PIECE) return String.fromCharCode.apply(null, bytes as unknown as number[]);
  let text = '';
  for (let at = 0; at < bytes.length; at += PIECE) text += String.fromCharCode.apply(null, bytes.subarray(at, at + PIECE) as unknown as number[]);
  return text;
}
export function textToLua(text: string): string {
  const { length } = text;
  if (length > 2 * SHORT) return OTHER.test(text) ? bytesToLua(encodeText(text)) : text;
  for (let i = 0; i < length; i++) if (text.charCodeAt(i) > 127) return bytesToLua(encodeText(text));
  return text;
}
export function luaToBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
export function luaToText(text: string): string { return OTHER.test(text) ? decodeBytes(luaToBytes(text), 0, text.length) : text; }
