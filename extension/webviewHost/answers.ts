// The plumbing of every page: requests with ids, one reply each, given up when the page says so or begins anew; intents go where they belong. Knows no webview.
import { CancellationTokenSource, ResponseError, type CancellationToken } from 'vscode-jsonrpc';
import type { ToPage } from '../../webviews/protocol/messages.ts';
import { UserError, errorText } from '../base/text.ts';

export interface AnswersOptions<I> {
  /** The request with which a page begins: whatever was asked before it, nobody waits for. */
  readonly first: string;
  readonly post: (message: ToPage) => void;
  readonly result: (method: string, params: unknown, token: CancellationToken) => Promise<unknown>;
  readonly onIntent: (intent: I) => void;
  /** `first` was answered. */
  readonly onFirst?: () => void;
}

export class Answers<I extends { readonly intent: string }> {
  readonly #options: AnswersOptions<I>;
  readonly #running = new Map<number, CancellationTokenSource>();

  constructor(options: AnswersOptions<I>) { this.#options = options; }

  /** Takes in a message of the page; what is none is ignored. */
  receive(message: unknown): void {
    if (typeof message !== 'object' || message === null) return;
    if ('intent' in message) { this.#options.onIntent(message as I); return; }
    if ('cancel' in message) { this.#running.get(Number(message.cancel))?.cancel(); return; }
    if ('method' in message && typeof message.method === 'string' && 'id' in message && typeof message.id === 'number') void this.#answer(message.id, message.method, 'params' in message ? message.params : undefined);
  }

  async #answer(id: number, method: string, params: unknown): Promise<void> {
    // A page that was hidden begins anew, with the same ids.
    const first = method === this.#options.first;
    if (first) this.giveUp();
    const source = new CancellationTokenSource();
    this.#running.set(id, source);
    let reply: ToPage;
    try { reply = { id, result: ownedBytes(await this.#options.result(method, params, source.token)) }; } catch (error) { reply = { id, error: errorReply(error) }; }
    source.dispose();
    if (this.#running.get(id) !== source) return;
    this.#running.delete(id);
    this.#options.post(reply);
    if (first) this.#options.onFirst?.();
  }

  /** Cancels what is being answered; no reply goes out any more. */
  giveUp(): void {
    for (const source of this.#running.values()) source.cancel();
    this.#running.clear();
  }
}

function errorReply(error: unknown): { message: string; code?: number; data?: unknown } {
  if (error instanceof ResponseError) return { message: error.message, code: error.code, ...(error.data === undefined ? {} : { data: error.data as unknown }) };
  return { message: error instanceof UserError ? `${error.message} ${error.remedy}` : errorText(error) };
}

/** The same value with byte columns of its own: a `Buffer` would be posted as JSON, and a view would take the whole message's buffer along. */
export function ownedBytes(value: unknown): unknown {
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (Array.isArray(value)) return value.length > 0 && typeof value[0] !== 'object' ? value : value.map(ownedBytes);
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) copy[key] = ownedBytes(inner);
  return copy;
}
