// The page's end of the channel to the extension: requests with ids and cancellation, events, intents, state that outlives the page.
import type { PageEvent, PageIntent, PageRequests, ToPage } from '../protocol/messages.ts';

/** What VS Code gives to a page. */
export interface VsCodeApi { postMessage(message: unknown): void; getState(): unknown; setState(state: unknown): void }
declare function acquireVsCodeApi(): VsCodeApi;

/** An error that the other side answered with. */
export class HostError extends Error {
  readonly code: number;
  readonly data: unknown;
  constructor(message: string, code: number, data: unknown) { super(message); this.code = code; this.data = data; }
}
/** The request was given up by the page itself. */
export class CancelledError extends Error { constructor() { super('cancelled'); } }

interface Waiting { resolve(value: unknown): void; reject(error: Error): void }

/** Requests of a page: parameters and result by name. */
type Requests<R> = { [K in keyof R]: { params: unknown; result: unknown } };

/** One channel; a page makes exactly one. The types are of the page's protocol: what it asks, is told, and tells. */
export class Host<R extends Requests<R> = PageRequests, E extends { readonly event: string } = PageEvent, I extends { readonly intent: string } = PageIntent> {
  readonly #api: VsCodeApi;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners: ((event: E) => void)[] = [];
  #lastId = 0;

  constructor(api: VsCodeApi = acquireVsCodeApi()) {
    this.#api = api;
    window.addEventListener('message', (event) => this.#receive(event.data));
  }

  /** Requests that have no answer yet. */
  get pending(): number { return this.#waiting.size; }

  /** Asks, and rejects with `HostError` where the other side says no, `CancelledError` where `signal` gives up. */
  request<K extends keyof R & string>(method: K, params: R[K]['params'], signal?: AbortSignal): Promise<R[K]['result']> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) { reject(new CancelledError()); return; }
      const id = ++this.#lastId;
      this.#waiting.set(id, { resolve: (value) => resolve(value as R[K]['result']), reject });
      signal?.addEventListener('abort', () => this.#cancel(id), { once: true });
      this.#post({ id, method, params });
    });
  }

  tell(intent: I): void { this.#post(intent); }
  onEvent(listener: (event: E) => void): void { this.#listeners.push(listener); }
  /** Gives up on everything asked so far: the session that was asked is gone. */
  cancelAll(): void { for (const id of [...this.#waiting.keys()]) this.#cancel(id); }

  get state(): unknown { return this.#api.getState(); }
  set state(value: unknown) { this.#api.setState(value); }

  #post(message: { readonly id: number; readonly method: string; readonly params: unknown } | { readonly cancel: number } | I): void { this.#api.postMessage(message); }

  #cancel(id: number): void {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    this.#waiting.delete(id);
    this.#post({ cancel: id });
    waiting.reject(new CancelledError());
  }

  #receive(data: unknown): void {
    if (typeof data !== 'object' || data === null) return;
    const message = data as E | Exclude<ToPage, PageEvent>;
    if ('event' in message) {
      for (const listener of this.#listeners) listener(message);
      return;
    }
    if (!('id' in message)) return;
    const waiting = this.#waiting.get(message.id);
    if (!waiting) return;
    this.#waiting.delete(message.id);
    if ('error' in message) waiting.reject(new HostError(message.error.message, message.error.code ?? 0, message.error.data));
    else waiting.resolve(message.result);
  }
}
