// A session over an agent on some host: reconnects with growing pauses when the way to it is lost, and says since when what is shown is stale.
import type { CancellationToken, NotificationType, RequestType, RequestType0 } from 'vscode-jsonrpc';
import { StatusChanged, type Hello, type Status } from '../../remote-agent/protocol/messages.ts';
import { Emitter, type Disposable } from '../base/emitter.ts';
import { CancelledError, UserError, clockText, errorText } from '../base/text.ts';
import { AgentLink, type AgentProcess } from './agentLink.ts';
import { CONNECTED, NO_STATUS, type CaptureSession, type LinkState } from './captureSession.ts';
import { Notifications } from './notifications.ts';

/** Pauses between attempts: 1 s, 2 s, 4 s ... 30 s. */
export function backoffMs(attempt: number): number { return Math.min(30_000, 1000 * 2 ** Math.min(attempt, 10)); }

/** A live agent speaks each second. One that says nothing for so long, ms, does not run any more, or the way to it is blocked. */
const SILENCE_MS = 30_000;
const SILENCE_CHECKS = 6;

/** Starts an agent. `again`: not the first time, nobody asked for it just now. */
export type AgentStarter = (again: boolean, signal: AbortSignal) => Promise<AgentProcess>;

export interface LiveSessionOptions {
  readonly id: string;
  readonly title: string;
  readonly client: string;
  readonly start: AgentStarter;
  readonly log: (message: string) => void;
  /** Tests make it shorter. */
  readonly pauseMs?: (attempt: number) => number;
  readonly silenceMs?: number;
}

export class LiveSession implements CaptureSession {
  readonly id: string;
  readonly title: string;
  readonly live = true;
  readonly #options: LiveSessionOptions;
  readonly #notifications = new Notifications();
  readonly #statusEvents = new Emitter<Status>();
  readonly #linkEvents = new Emitter<LinkState>();
  readonly #resetEvents = new Emitter<Hello>();
  readonly #closedEvents = new Emitter<void>();
  readonly onStatus = this.#statusEvents.event;
  readonly onLink = this.#linkEvents.event;
  readonly onReset = this.#resetEvents.event;
  readonly onClosed = this.#closedEvents.event;
  readonly #abort = new AbortController();
  #process: AgentProcess | undefined;
  #agent: AgentLink | undefined;
  #hello: Hello | undefined;
  #status: Status = NO_STATUS;
  #link: LinkState = { state: 'connecting', message: 'Connecting…', staleSinceMs: 0 };
  #wake: (() => void) | undefined;
  #retry: Promise<void> | undefined;
  #silence: NodeJS.Timeout | undefined;

  constructor(options: LiveSessionOptions) { this.#options = options; this.id = options.id; this.title = options.title; }

  get hello(): Hello { if (this.#hello === undefined) throw new Error(`${this.title} is not connected yet.`); return this.#hello; }
  get status(): Status { return this.#status; }
  get link(): LinkState { return this.#link; }

  /** The first connection; rejects when it cannot be made. `signal` gives it up. */
  async open(signal?: AbortSignal): Promise<void> {
    const stop = (): void => this.#abort.abort();
    signal?.addEventListener('abort', stop);
    try { await this.#connect(false); } finally { signal?.removeEventListener('abort', stop); }
    this.#setLink(CONNECTED);
  }

  async #connect(again: boolean): Promise<void> {
    const process = await this.#options.start(again, this.#abort.signal);
    if (this.#abort.signal.aborted) { await process.dispose(); throw new CancelledError(); }
    this.#process = process;
    let quiet = 0;
    try {
      this.#agent = await AgentLink.overStreams(process, this.#options.client, link => {
        this.#notifications.attach(link);
        link.onNotification(StatusChanged, status => { quiet = 0; this.#status = status; this.#statusEvents.fire(status); });
      });
    } catch (error) {
      this.#process = undefined;
      await process.dispose();
      throw error;
    }
    if (this.#abort.signal.aborted || !this.#agent.open) {
      this.#agent.dispose();
      this.#agent = this.#process = undefined;
      await process.dispose();
      throw this.#abort.signal.aborted ? new CancelledError() : new UserError('The agent ended right after its greeting.', 'Look at the log for what it said.');
    }
    this.#hello = this.#agent.hello;
    // Until the first one comes: nothing is being read, as a file would be.
    this.#status = { ...NO_STATUS, progress: 1, problems: this.#hello.problems };
    const agent = this.#agent;
    agent.onClosed(reason => { if (this.#agent === agent) void this.#lost(reason); });
    const silenceMs = this.#options.silenceMs ?? SILENCE_MS;
    clearInterval(this.#silence);
    // Counted in steps: after this machine has slept, what arrived meanwhile gets its turn first.
    this.#silence = setInterval(() => {
      if (++quiet > SILENCE_CHECKS && this.#agent === agent) void this.#lost(`The agent has said nothing for ${Math.round(silenceMs / 1000)} s.`);
    }, silenceMs / SILENCE_CHECKS);
  }

  async #lost(reason: string): Promise<void> {
    clearInterval(this.#silence);
    const silent = this.#agent;
    this.#agent = undefined;
    // Rejects what waits for an answer, where the stream itself has not ended.
    silent?.dispose();
    const process = this.#process;
    this.#process = undefined;
    if (this.#abort.signal.aborted) return;
    const sinceMs = Date.now();
    this.#options.log(`${this.title}: link lost: ${reason}`);
    this.#setLink({ state: 'reconnecting', message: this.#staleText(sinceMs, reason, 'Reconnecting…'), staleSinceMs: sinceMs });
    await process?.dispose();
    let last = reason;
    for (let attempt = 0; !this.#abort.signal.aborted; attempt++) {
      const pauseMs = (this.#options.pauseMs ?? backoffMs)(attempt);
      this.#setLink({ state: 'reconnecting', message: this.#staleText(sinceMs, last, `Next attempt in ${Math.max(1, Math.round(pauseMs / 1000))} s.`), staleSinceMs: sinceMs });
      await this.#pause(pauseMs);
      if (this.#abort.signal.aborted) return;
      this.#setLink({ state: 'reconnecting', message: this.#staleText(sinceMs, last, 'Reconnecting…'), staleSinceMs: sinceMs });
      try {
        await this.#connect(true);
        this.#options.log(`${this.title}: connected again after ${Math.round((Date.now() - sinceMs) / 1000)} s`);
        this.#setLink(CONNECTED);
        this.#resetEvents.fire(this.hello);
        return;
      } catch (error) {
        last = errorText(error);
        this.#options.log(`${this.title}: attempt ${attempt + 1} to reconnect: ${last}`);
        if (error instanceof CancelledError || (error instanceof UserError && error.final)) {
          if (this.#abort.signal.aborted) return;
          const remedy = error instanceof UserError ? error.remedy : 'Connect again when you are ready.';
          this.#setLink({ state: 'lost', message: this.#staleText(sinceMs, last, remedy), staleSinceMs: sinceMs });
          return;
        }
      }
    }
  }

  #staleText(sinceMs: number, reason: string, next: string): string { return `${this.title} has been out of reach since ${clockText(sinceMs)}; what is shown is from before. ${reason} ${next}`; }

  /** Tries at once instead of waiting for the pause to end, and again after `lost`. */
  async reconnectNow(): Promise<void> {
    if (this.#wake !== undefined) { this.#wake(); return; }
    if (this.#link.state !== 'lost') return;
    // Whoever asks again meanwhile waits for the same attempt: a second one would leave an agent that nobody ends.
    this.#retry ??= this.#connectAgain(this.#link.staleSinceMs).finally(() => { this.#retry = undefined; });
    await this.#retry;
  }

  async #connectAgain(since: number): Promise<void> {
    await this.#connect(true);
    this.#options.log(`${this.title}: connected again after ${Math.round((Date.now() - since) / 1000)} s`);
    this.#setLink(CONNECTED);
    this.#resetEvents.fire(this.hello);
  }

  #pause(ms: number): Promise<void> {
    return new Promise(resolve => {
      const done = (): void => { clearTimeout(timer); this.#wake = undefined; resolve(); };
      const timer = setTimeout(done, ms);
      this.#wake = done;
    });
  }

  #setLink(link: LinkState): void { this.#link = link; this.#linkEvents.fire(link); }

  request<R>(type: RequestType0<R, void>, params?: undefined, token?: CancellationToken): Promise<R>;
  request<P, R>(type: RequestType<P, R, void>, params: P, token?: CancellationToken): Promise<R>;
  async request<P, R>(type: RequestType0<R, void> | RequestType<P, R, void>, params: P, token?: CancellationToken): Promise<R> {
    if (this.#agent === undefined) throw new UserError(this.#link.message || `${this.title} is not connected.`, 'Wait until it is connected again, or connect anew.');
    return await this.#agent.request(type, params, token);
  }

  onNotification<P>(type: NotificationType<P>, handler: (params: P) => void): Disposable { return this.#notifications.add(type, handler); }

  async dispose(): Promise<void> {
    if (this.#link.state === 'closed') return;
    this.#abort.abort();
    clearInterval(this.#silence);
    this.#wake?.();
    this.#setLink({ state: 'closed', message: `Disconnected from ${this.title}. Connect again to go on.`, staleSinceMs: Date.now() });
    const agent = this.#agent;
    const process = this.#process;
    this.#agent = undefined;
    this.#process = undefined;
    agent?.dispose();
    await process?.dispose();
    this.#closedEvents.fire();
  }
}
