// The encoding of protocol messages: MessagePack inside vscode-jsonrpc's Content-Length frames, so that binary columns cost their bytes and no more.
import { decode, encode } from '@msgpack/msgpack';
import type { ContentTypeDecoder, ContentTypeEncoder, Message } from 'vscode-jsonrpc';

export const encoder: ContentTypeEncoder = { name: 'application/msgpack', encode: (message: Message) => Promise.resolve(encode(message, { ignoreUndefined: true })) };
export const decoder: ContentTypeDecoder = { name: 'application/msgpack', decode: (buffer: Uint8Array) => Promise.resolve(decode(buffer) as Message) };

/** The bytes of a column, ready to be sent. */
export function columnBytes(column: Float64Array | Uint32Array | Uint16Array): Uint8Array { return new Uint8Array(column.buffer, column.byteOffset, column.byteLength); }

/** A column out of received bytes; copies where they are not aligned. */
export function column<T>(type: { new (buffer: ArrayBufferLike, offset: number, length: number): T; readonly BYTES_PER_ELEMENT: number }, bytes: Uint8Array): T {
  const size = type.BYTES_PER_ELEMENT;
  const aligned = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  return new type(aligned.buffer, aligned.byteOffset, Math.floor(aligned.byteLength / size));
}
