// One conversation with one agent: greeting, requests, notifications, until the stream ends. Knows nothing of reconnecting.
import type { Readable, Writable } from 'node:stream';
import type { Worker } from 'node:worker_threads';
import {
  createMessageConnection, PortMessageReader, PortMessageWriter, StreamMessageReader, StreamMessageWriter,
  type CancellationToken, type MessageConnection, type MessageReader, type MessageWriter, type NotificationType, type RequestType, type RequestType0,
} from 'vscode-jsonrpc/node';
import { decoder, encoder } from '../../remote-agent/protocol/codec.ts';
import { Initialize, PROTOCOL_VERSION, type Hello } from '../../remote-agent/protocol/messages.ts';
import { Emitter, type Disposable } from '../base/emitter.ts';
import { UserError, errorText } from '../base/text.ts';
import { AgentFrames } from './frames.ts';

/** How long an agent may take to answer the greeting: it reads /proc of a busy host first. */
const GREETING_MS = 60_000;
/** How long a closed stream waits for the reason why it closed. */
const REASON_MS = 500;

/** An agent that runs: its streams, and how to end it. */
export interface AgentProcess {
  readonly reader: Readable;
  readonly writer: Writable;
  /** Settles when the agent has ended or the way to it is gone: says why, for people. Never rejects. */
  readonly ended: Promise<string>;
  /** Ends the agent and everything that was opened for it. */
  dispose(): Promise<void>;
}

export class AgentLink {
  readonly #connection: MessageConnection;
  readonly #closed = new Emitter<string>();
  readonly #handlers = new Map<string, Set<(params: unknown) => void>>();
  #open = true;
  hello!: Hello;
  /** The stream ended; the text says why. Fires once. */
  readonly onClosed = this.#closed.event;

  /** `ended`: knows better than the stream why it closed, and a moment later. */
  private constructor(reader: MessageReader, writer: MessageWriter, ended: Promise<string>) {
    this.#connection = createMessageConnection(reader, writer);
    this.#connection.onError(([error]) => this.#end(`The agent's stream broke: ${errorText(error)}`));
    this.#connection.onClose(() => { setTimeout(() => this.#end('The agent closed the stream.'), REASON_MS); });
    void ended.then(reason => this.#end(reason));
  }

  /** Greets an agent on a pair of byte streams. */
  static async overStreams(process: AgentProcess, client: string, prepare?: (link: AgentLink) => void): Promise<AgentLink> {
    const frames = new AgentFrames();
    const link = new AgentLink(new StreamMessageReader(frames, { contentTypeDecoder: decoder }), new StreamMessageWriter(process.writer, { contentTypeEncoder: encoder }), process.ended);
    frames.on('error', error => { process.reader.unpipe(frames); process.reader.resume(); link.#end(`The agent cannot be understood: ${errorText(error)}.`); });
    process.reader.on('error', error => link.#end(`The agent's stream broke: ${errorText(error)}`));
    process.reader.once('close', () => frames.end());
    process.reader.pipe(frames);
    process.writer.on('error', error => link.#end(`The agent cannot be written to: ${errorText(error)}`));
    return await link.#greet(client, prepare);
  }

  /** Greets an agent in a worker thread; messages are cloned, not encoded. */
  static async overWorker(worker: Worker, client: string, prepare?: (link: AgentLink) => void): Promise<AgentLink> {
    const ended = new Promise<string>(resolve => {
      worker.once('error', error => resolve(`The reader of the capture broke: ${errorText(error)}`));
      worker.once('exit', code => resolve(`The reader of the capture ended (${code}).`));
    });
    const link = new AgentLink(new PortMessageReader(worker), new PortMessageWriter(worker), ended);
    return await link.#greet(client, prepare);
  }

  async #greet(client: string, prepare?: (link: AgentLink) => void): Promise<AgentLink> {
    prepare?.(this);
    this.#connection.listen();
    let timer: NodeJS.Timeout | undefined;
    let closed: Disposable | undefined;
    try {
      this.hello = await Promise.race([
        this.#connection.sendRequest(Initialize, { protocolVersion: PROTOCOL_VERSION, client }),
        new Promise<never>((_, reject) => { timer = setTimeout(() => reject(new UserError(`The agent did not answer within ${GREETING_MS / 1000} seconds.`, 'Look at the log for what it said, then connect again.')), GREETING_MS); }),
        new Promise<never>((_, reject) => { closed = this.onClosed(reason => reject(new UserError(reason, 'Look at the log for what the agent said (command "Porthole: Show Log").'))); }),
      ]);
    } catch (error) {
      this.dispose();
      throw error;
    } finally {
      clearTimeout(timer);
      closed?.dispose();
    }
    if (this.hello.protocolVersion !== PROTOCOL_VERSION) {
      this.dispose();
      throw new UserError(`The agent speaks protocol ${this.hello.protocolVersion}, this extension ${PROTOCOL_VERSION}.`, 'Disconnect and connect again to have the agent of this version copied.', true);
    }
    return this;
  }

  get open(): boolean { return this.#open; }

  async request<P, R>(type: RequestType0<R, void> | RequestType<P, R, void>, params: P, token?: CancellationToken): Promise<R> {
    if (params === undefined) return await this.#connection.sendRequest(type as RequestType0<R, void>, token);
    return await this.#connection.sendRequest(type as RequestType<object, R, void>, params as object, token);
  }

  /** Any number of handlers: the connection itself keeps one a method. */
  onNotification<P>(type: NotificationType<P>, handler: (params: P) => void): Disposable {
    let handlers = this.#handlers.get(type.method);
    if (handlers === undefined) {
      const own = new Set<(params: unknown) => void>();
      this.#handlers.set(type.method, own);
      this.#connection.onNotification(type as NotificationType<unknown>, params => { for (const each of [...own]) each(params); });
      handlers = own;
    }
    const own = (params: unknown): void => handler(params as P);
    handlers.add(own);
    return { dispose: () => { handlers.delete(own); } };
  }

  #end(reason: string): void {
    if (!this.#open) return;
    this.#open = false;
    this.#closed.fire(reason);
    // Rejects what still waits for an answer.
    this.#connection.dispose();
  }

  dispose(): void { this.#end('Closed.'); }
}
