// A session over a capture file, read by the engine in a worker thread: no host, no agent program, no native code.
import { Worker } from 'node:worker_threads';
import type { CancellationToken, NotificationType, RequestType, RequestType0 } from 'vscode-jsonrpc';
import { GetStatus, StatusChanged, type Hello, type Status } from '../../remote-agent/protocol/messages.ts';
import { Emitter, type Disposable } from '../base/emitter.ts';
import { UserError } from '../base/text.ts';
import { AgentLink } from './agentLink.ts';
import { CONNECTED, NO_STATUS, type CaptureSession, type LinkState } from './captureSession.ts';
import { Notifications } from './notifications.ts';

/** What the worker is given at its start. */
export interface CaptureWorkerData {
  /** Where the file is; what `Hello.file` says. */
  readonly path: string;
  /** The file's content, where it is not on a disk that the worker could read. */
  readonly content?: Uint8Array;
  /** Bound of the history, MiB. */
  readonly historyMegabytes: number;
}

export interface FileSessionOptions extends CaptureWorkerData {
  readonly title: string;
  /** Path of the worker's bundle. */
  readonly workerPath: string;
  readonly client: string;
  readonly log: (message: string) => void;
}

export class FileSession implements CaptureSession {
  readonly id: string;
  readonly title: string;
  readonly live = false;
  readonly #worker: Worker;
  readonly #notifications = new Notifications();
  readonly #statusEvents = new Emitter<Status>();
  readonly #linkEvents = new Emitter<LinkState>();
  readonly #resetEvents = new Emitter<Hello>();
  readonly #closedEvents = new Emitter<void>();
  readonly onStatus = this.#statusEvents.event;
  readonly onLink = this.#linkEvents.event;
  readonly onReset = this.#resetEvents.event;
  readonly onClosed = this.#closedEvents.event;
  #agent: AgentLink | undefined;
  #hello: Hello | undefined;
  #status: Status = NO_STATUS;
  #link: LinkState = { state: 'connecting', message: 'Opening…', staleSinceMs: 0 };

  private constructor(options: FileSessionOptions) {
    this.id = `file:${options.path}`;
    this.title = options.title;
    const data: CaptureWorkerData = { path: options.path, historyMegabytes: options.historyMegabytes, ...(options.content === undefined ? {} : { content: options.content }) };
    this.#worker = new Worker(options.workerPath, { workerData: data, execArgv: [], stdout: true, stderr: true, name: 'porthole capture' });
    this.#worker.stderr.on('data', (chunk: Buffer) => options.log(`${this.title}: ${chunk.toString('utf8').trimEnd()}`));
    this.#worker.stdout.on('data', (chunk: Buffer) => options.log(`${this.title}: ${chunk.toString('utf8').trimEnd()}`));
    // An 'error' without a listener would end the extension host; the link reports it.
    this.#worker.on('error', error => options.log(`${this.title}: ${error.stack ?? error.message}`));
  }

  /** Starts the worker and waits for its greeting; reading goes on while requests are answered (see `status.progress`). */
  static async open(options: FileSessionOptions): Promise<FileSession> {
    const session = new FileSession(options);
    try {
      session.#agent = await AgentLink.overWorker(session.#worker, options.client, link => {
        session.#notifications.attach(link);
        link.onNotification(StatusChanged, status => { session.#status = status; session.#statusEvents.fire(status); });
      });
    } catch (error) {
      await session.#worker.terminate();
      throw error;
    }
    session.#hello = session.#agent.hello;
    session.#agent.onClosed(reason => {
      if (session.#link.state === 'closed') return;
      session.#link = { state: 'lost', message: `${session.title} is no longer read. ${reason} Close it and open it again; the log says more.`, staleSinceMs: Date.now() };
      session.#linkEvents.fire(session.#link);
    });
    session.#link = CONNECTED;
    if (session.#status === NO_STATUS) session.#status = await session.request(GetStatus);
    return session;
  }

  /** Resolves when the whole file has been read, or reading was stopped. */
  async loaded(): Promise<Status> {
    if (isRead(this.#status)) return this.#status;
    return await new Promise((resolve, reject) => {
      const listeners: Disposable[] = [];
      const end = (): void => { for (const listener of listeners) listener.dispose(); };
      listeners.push(
        this.onStatus(status => { if (isRead(status)) { end(); resolve(status); } }),
        this.onLink(link => { if (link.state !== 'connected') { end(); reject(new UserError(link.message, 'Open the capture again.')); } }),
        this.onClosed(() => { end(); reject(new UserError(`${this.title} was closed.`, 'Open the capture again.')); }),
      );
    });
  }

  get hello(): Hello { if (this.#hello === undefined) throw new Error(`${this.title} is not open yet.`); return this.#hello; }
  get status(): Status { return this.#status; }
  get link(): LinkState { return this.#link; }

  request<R>(type: RequestType0<R, void>, params?: undefined, token?: CancellationToken): Promise<R>;
  request<P, R>(type: RequestType<P, R, void>, params: P, token?: CancellationToken): Promise<R>;
  async request<P, R>(type: RequestType0<R, void> | RequestType<P, R, void>, params: P, token?: CancellationToken): Promise<R> {
    if (this.#agent === undefined || !this.#agent.open) throw new UserError(this.#link.message || `${this.title} is not open.`, 'Close it and open it again.');
    return await this.#agent.request(type, params, token);
  }

  onNotification<P>(type: NotificationType<P>, handler: (params: P) => void): Disposable { return this.#notifications.add(type, handler); }

  async dispose(): Promise<void> {
    if (this.#link.state === 'closed') return;
    this.#link = { state: 'closed', message: `${this.title} was closed.`, staleSinceMs: Date.now() };
    this.#agent?.dispose();
    await this.#worker.terminate();
    this.#linkEvents.fire(this.#link);
    this.#closedEvents.fire();
  }
}

function isRead({ reading, progress }: Status): boolean { return reading === undefined ? progress >= 1 : reading.state !== 'reading'; }
