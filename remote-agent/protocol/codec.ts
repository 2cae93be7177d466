// The encoding of protocol messages: MessagePack inside vscode-jsonrpc's Content-Length frames, so that binary columns cost their bytes and no more.
import { decode, encode } from '@msgpack/msgpack';
import type { ContentTypeDecoder, ContentTypeEncoder, Message } from 'vscode-jsonrpc';

export const encoder: ContentTypeEncoder = { name: 'application/msgpack', encode: (message: Message) => Promise.resolve(encode(message, { ignoreUndefined: true })) };
export const decoder: ContentTypeDecoder = { name: 'application/msgpack', decode: (buffer: Uint8Array) => Promise.resolve(decode(buffer) as Message) };
