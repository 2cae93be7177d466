// gRPC over a unix socket: calls with one answer, and calls whose answers go on. Facts: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
//
// Node's own HTTP/2 does nearly all of it. The gRPC packages of npm would add more than a megabyte to an executable that is copied to hosts, files to
// find at run time, and their start-up time to every start, for four services of which Porthole reads a few fields each.
import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { encode, Message, type Fields } from './protobuf.ts';

const HEADER = 5;
const CALL_MS = 10_000;
/** Larger messages are refused, as gRPC's own clients do at a quarter of it. */
const MAX_MESSAGE = 16 << 20;
const STATUS_NOT_FOUND = 5, STATUS_UNIMPLEMENTED = 12;

/** The engine's own answer that a call failed. */
export class GrpcError extends Error {
  readonly status: number;
  constructor(status: number, message: string) { super(message); this.name = 'GrpcError'; this.status = status; }
  get notFound(): boolean { return this.status === STATUS_NOT_FOUND; }
  get unimplemented(): boolean { return this.status === STATUS_UNIMPLEMENTED; }
}

export class GrpcChannel {
  readonly #socket: string;
  #session: ClientHttp2Session | undefined;
  #closed = false;

  constructor(socket: string) { this.#socket = socket; }

  /** The answer to one message. `metadata`: headers of the service. */
  async call(method: string, request: Fields, metadata: Readonly<Record<string, string>> = {}): Promise<Message> {
    let answer: Message | undefined;
    await new Promise<void>((resolve, reject) => {
      const stop = this.#open(method, request, metadata, (message) => { answer = message; }, (error) => { clearTimeout(late); if (error === undefined) resolve(); else reject(error); });
      const late = setTimeout(() => { stop(); reject(new Error(`no answer within ${CALL_MS / 1000} s`)); }, CALL_MS);
    });
    if (answer === undefined) throw new GrpcError(0, 'an empty answer');
    return answer;
  }

  /** Answers that go on. `onEnd` comes once, without an error where the server ended them, and not after the function that this returns was called: it ends them. */
  stream(method: string, request: Fields, metadata: Readonly<Record<string, string>>, onMessage: (message: Message) => void, onEnd: (error: Error | undefined) => void): () => void {
    return this.#open(method, request, metadata, onMessage, onEnd);
  }

  close(): void {
    this.#closed = true;
    this.#session?.destroy();
    this.#session = undefined;
  }

  #connect(): ClientHttp2Session {
    if (this.#session !== undefined && !this.#session.closed && !this.#session.destroyed) return this.#session;
    const session = connect('http://localhost', { createConnection: () => connectSocket(this.#socket) });
    // Streams tell of it too.
    session.on('error', () => undefined);
    session.on('close', () => { if (this.#session === session) this.#session = undefined; });
    session.unref();
    return this.#session = session;
  }

  #open(method: string, request: Fields, metadata: Readonly<Record<string, string>>, onMessage: (message: Message) => void, onEnd: (error: Error | undefined) => void): () => void {
    let ended = false;
    const end = (error: Error | undefined): void => { if (!ended) { ended = true; onEnd(error); } };
    if (this.#closed) { queueMicrotask(() => { end(new Error('closed')); }); return () => undefined; }
    const session = this.#connect();
    // A refused connection shows at the session alone.
    const failed = (error: Error): void => { end(error); };
    session.once('error', failed);
    let stream: ClientHttp2Stream;
    try {
      stream = session.request({ [constants.HTTP2_HEADER_METHOD]: 'POST', [constants.HTTP2_HEADER_PATH]: method, 'content-type': 'application/grpc', te: 'trailers', ...metadata });
    } catch (error) { queueMicrotask(() => { end(error as Error); }); return () => undefined; }
    const body = encode(request), head = Buffer.alloc(HEADER);
    head.writeUInt32BE(body.length, 1);
    stream.end(Buffer.concat([head, body]));
    let status: GrpcError | undefined, rest: Buffer = Buffer.alloc(0);
    const statusOf = (headers: Readonly<Record<string, unknown>>): void => { const code = headers['grpc-status']; if (code !== undefined && Number(code) !== 0) status = new GrpcError(Number(code), textOf(headers['grpc-message']) || `gRPC status ${Number(code)}`); };
    stream.on('response', (headers) => { if (headers[':status'] !== 200) status = new GrpcError(STATUS_UNIMPLEMENTED, `HTTP status ${headers[':status'] ?? 0}`); statusOf(headers); });
    stream.on('trailers', (headers) => { statusOf(headers); });
    stream.on('data', (chunk: Buffer) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      while (rest.length >= HEADER) {
        const size = rest.readUInt32BE(1);
        if (size > MAX_MESSAGE || rest[0] !== 0) { stream.destroy(new Error(`a message of ${size} bytes that cannot be taken`)); return; }
        if (rest.length < HEADER + size) return;
        const message = rest.subarray(HEADER, HEADER + size);
        rest = rest.subarray(HEADER + size);
        if (!ended) onMessage(new Message(Buffer.from(message)));
      }
    });
    stream.on('error', (error: Error) => { end(status ?? error); });
    stream.on('close', () => { session.off('error', failed); end(status ?? (stream.rstCode === constants.NGHTTP2_NO_ERROR ? undefined : new Error('the engine ended the connection'))); });
    return () => { ended = true; stream.close(constants.NGHTTP2_CANCEL); };
  }
}

function textOf(value: unknown): string { try { return decodeURIComponent(String(value ?? '')); } catch { return String(value); } }
