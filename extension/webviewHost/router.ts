// What a page asks, answered: by the session it belongs to, or here where no event is needed. Knows no webview: it is handed a way to post.
import { CancellationTokenSource, ResponseError, type CancellationToken, type RequestType } from 'vscode-jsonrpc';
import { CountEvents, CountProgress, FindEvent, GetEvent, GetEvents, GetLanes, GetOverview, GetViewport, ResumeReading, RowAtIndex, SeekTime, StopReading } from '../../remote-agent/protocol/messages.ts';
import type { FilterColour, FilterCompletion, FilterHoverText, FilterProblem, FromPage, PageEvent, PageInit, PageIntent, PageRequestName, ToPage } from '../../webviews/protocol/messages.ts';
import { Disposables, type Disposable } from '../base/emitter.ts';
import { UserError, errorText } from '../base/text.ts';
import type { CaptureSession, LinkState } from '../session/captureSession.ts';

/** Filters are understood here: no way to the agent for each key. */
export interface FilterAssist {
  complete(text: string, offset: number): readonly FilterCompletion[];
  diagnose(text: string): readonly FilterProblem[];
  colours(text: string): readonly FilterColour[];
  hover(text: string, offset: number): FilterHoverText | undefined;
}

export interface RouterOptions {
  readonly session: CaptureSession;
  readonly post: (message: ToPage) => void;
  /** What a new page starts with. */
  readonly initial: () => Pick<PageInit, 'filter' | 'lane' | 'filterHistory' | 'bookmarks' | 'canSaveRange'>;
  readonly assist: FilterAssist;
  readonly onIntent: (intent: PageIntent) => void;
  /** The page was given what it starts with: what it is told from now on, it hears. */
  readonly onReady?: () => void;
}

/** Requests that go on to the session as they are. */
const FORWARDED = {
  'timeline/lanes': GetLanes, 'timeline/viewport': GetViewport, 'events/page': GetEvents, 'events/details': GetEvent, 'events/count': CountEvents, 'events/find': FindEvent, 'events/seek': SeekTime, 'events/rowAt': RowAtIndex, 'overview/get': GetOverview,
} as const;

export class PageRouter implements Disposable {
  readonly #options: RouterOptions;
  readonly #running = new Map<number, CancellationTokenSource>();
  readonly #owned = new Disposables();
  #ready = false;

  constructor(options: RouterOptions) {
    this.#options = options;
    const { session } = options;
    this.#owned.add(session.onStatus(status => { this.tell({ event: 'status', status }); }));
    this.#owned.add(session.onLink(link => { this.tell(linkEvent(link)); }));
    this.#owned.add(session.onNotification(CountProgress, progress => { this.tell({ event: 'counting', ...progress }); }));
    this.#owned.add(session.onReset(() => { this.tell({ event: 'reset', init: this.#init() }); }));
  }

  /** The page has said that it listens. */
  get ready(): boolean { return this.#ready; }

  /** Tells the page something; before it listens, there is nobody to tell. */
  tell(event: PageEvent): void { if (this.#ready) this.#options.post(event); }

  #init(): PageInit {
    const { session } = this.#options;
    return { title: session.title, session: session.id, hello: session.hello, status: session.status, ...this.#options.initial() };
  }

  /** Takes in a message of the page; what is none is ignored. */
  receive(message: FromPage): void {
    if (typeof message !== 'object' || message === null) return;
    if ('intent' in message) { this.#options.onIntent(message); return; }
    if ('cancel' in message) { this.#running.get(message.cancel)?.cancel(); return; }
    if ('method' in message && typeof message.id === 'number') void this.#answer(message.id, message.method, message.params);
  }

  async #answer(id: number, method: PageRequestName, params: unknown): Promise<void> {
    // A page that was hidden begins anew, with the same ids: nobody waits for the answers of before.
    if (method === 'page/ready') this.#giveUp();
    const source = new CancellationTokenSource();
    this.#running.set(id, source);
    let reply: ToPage;
    try { reply = { id, result: ownedBytes(await this.#result(method, params, source.token)) }; } catch (error) { reply = { id, error: errorReply(error) }; }
    source.dispose();
    if (this.#running.get(id) !== source) return;
    this.#running.delete(id);
    this.#options.post(reply);
    if (method !== 'page/ready') return;
    if (this.#options.session.link.state !== 'connected') this.tell(linkEvent(this.#options.session.link));
    this.#options.onReady?.();
  }

  async #result(method: PageRequestName, params: unknown, token: CancellationToken): Promise<unknown> {
    switch (method) {
      case 'page/ready': this.#ready = true; return this.#init();
      case 'filter/complete': { const { text, offset } = params as { text: string; offset: number }; return this.#options.assist.complete(String(text), Number(offset)); }
      case 'filter/diagnose': { const { text } = params as { text: string }; return this.#options.assist.diagnose(String(text)); }
      case 'filter/colours': { const { text } = params as { text: string }; return this.#options.assist.colours(String(text)); }
      case 'filter/hover': { const { text, offset } = params as { text: string; offset: number }; return this.#options.assist.hover(String(text), Number(offset)); }
      case 'capture/stop': return await this.#options.session.request(StopReading, undefined, token);
      case 'capture/resume': return await this.#options.session.request(ResumeReading, undefined, token);
      case 'timeline/lanes': case 'timeline/viewport': case 'events/page': case 'events/details': case 'events/count': case 'events/find': case 'events/seek': case 'events/rowAt': case 'overview/get':
        return await this.#options.session.request(FORWARDED[method] as RequestType<unknown, unknown, void>, params, token);
      default: throw new Error(`There is no request "${String(method satisfies never)}".`);
    }
  }

  #giveUp(): void {
    for (const source of this.#running.values()) source.cancel();
    this.#running.clear();
  }

  dispose(): void {
    this.#giveUp();
    this.#owned.dispose();
  }
}

function linkEvent(link: LinkState): PageEvent {
  const state = link.state === 'connected' ? 'connected' : link.state === 'lost' || link.state === 'closed' ? 'lost' : 'reconnecting';
  return { event: 'link', state, message: link.message };
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
