// Asks for what changes all the time, such as calls under way, while somebody looks: at most once a second, one question at a time, and not at all while nobody does or nothing can answer.
import { CancellationTokenSource, type CancellationToken } from 'vscode-jsonrpc';
import { ListCalls, type CallsParams, type CallsResult } from '../../../remote-agent/protocol/messages.ts';
import type { Disposable } from '../../base/emitter.ts';
import type { CaptureSession } from '../../session/captureSession.ts';

const EVERY_MS = 1000;
/** An answer that took long is given so many times as long a rest. */
const REST = 3;

export interface WatchOptions<R> {
  readonly session: () => CaptureSession | undefined;
  readonly ask: (session: CaptureSession, token: CancellationToken) => Promise<R>;
  /** An answer or an error came, the session is another one, or its link has changed. */
  readonly onChange: () => void;
  /** Tests make it shorter. */
  readonly everyMs?: number;
}

export class SessionWatch<R> implements Disposable {
  /** The last answer, of `session`; it stays while the link is down. */
  result: R | undefined;
  /** Why there is no newer answer. */
  error: unknown;
  session: CaptureSession | undefined;
  readonly #options: WatchOptions<R>;
  #visible = false;
  #timer: NodeJS.Timeout | undefined;
  #asking: CancellationTokenSource | undefined;
  #again = false;
  #watched: Disposable[] = [];
  #events = -1;

  constructor(options: WatchOptions<R>) { this.#options = options; }

  /** Somebody looks, or nobody does. */
  setVisible(visible: boolean): void {
    if (visible === this.#visible) return;
    this.#visible = visible;
    if (!visible) { this.#rest(); return; }
    this.follow();
    if (this.#asking === undefined) void this.#ask();
  }

  /** Another session may be meant from now on. */
  follow(): void {
    const session = this.#options.session();
    if (session === this.session) return;
    for (const one of this.#watched) one.dispose();
    this.session = session; this.result = undefined; this.error = undefined; this.#events = -1;
    this.#watched = session === undefined ? [] : [
      session.onLink(() => { this.#options.onChange(); if (session.link.state === 'connected') void this.#ask(); }),
      session.onReset(() => { this.result = undefined; void this.#ask(); }),
      // A capture that is read, or read on, has other calls at its end.
      session.onStatus(status => { if (!session.live && status.events !== this.#events) void this.#ask(); }),
    ];
    this.#options.onChange();
    this.askAnew();
  }

  /** The question is another one. */
  askAnew(): void { this.#asking?.cancel(); void this.#ask(); }

  async #ask(): Promise<void> {
    const { session } = this;
    if (!this.#visible || session === undefined || session.link.state !== 'connected') return;
    if (this.#asking !== undefined) { this.#again = true; return; }
    clearTimeout(this.#timer);
    const asking = this.#asking = new CancellationTokenSource();
    this.#events = session.status.events;
    const startMs = performance.now();
    try {
      const result = await this.#options.ask(session, asking.token);
      if (session === this.session && !asking.token.isCancellationRequested) { this.result = result; this.error = undefined; this.#options.onChange(); }
    } catch (error) {
      // While the link is down, its own message says so.
      if (session === this.session && !asking.token.isCancellationRequested && session.link.state === 'connected') { this.error = error; this.#options.onChange(); }
    } finally { asking.dispose(); this.#asking = undefined; }
    if (!this.#visible) return;
    if (this.#again) { this.#again = false; void this.#ask(); return; }
    const tookMs = performance.now() - startMs, everyMs = this.#options.everyMs ?? EVERY_MS;
    if (session.live) this.#timer = setTimeout(() => { void this.#ask(); }, Math.max(everyMs - tookMs, tookMs * REST, 0));
  }

  #rest(): void {
    clearTimeout(this.#timer);
    this.#again = false;
    this.#asking?.cancel();
  }

  dispose(): void {
    this.#visible = false;
    this.#rest();
    for (const one of this.#watched) one.dispose();
  }
}

/** Calls under way. */
export class CallsWatch extends SessionWatch<CallsResult> {
  constructor({ question, ...options }: Omit<WatchOptions<CallsResult>, 'ask'> & { readonly question: () => CallsParams }) {
    super({ ...options, ask: (session, token) => session.request(ListCalls, question(), token) });
  }
}
