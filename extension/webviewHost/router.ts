// What a page asks, answered: by the session it belongs to, or here where no event is needed. Knows no webview: it is handed a way to post.
import type { CancellationToken, RequestType } from 'vscode-jsonrpc';
import { CountEvents, CountProgress, FindEvent, GetEvent, GetEvents, GetLanes, GetOverview, GetViewport, ResumeReading, RowAtIndex, SeekTime, StopReading } from '../../remote-agent/protocol/messages.ts';
import type { FilterColour, FilterCompletion, FilterHoverText, FilterProblem, FromPage, PageEvent, PageInit, PageIntent, PageRequestName, ToPage } from '../../webviews/protocol/messages.ts';
import { Disposables, type Disposable } from '../base/emitter.ts';
import type { CaptureSession, LinkState } from '../session/captureSession.ts';
import { Answers } from './answers.ts';

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
  readonly #answers: Answers<PageIntent>;
  readonly #owned = new Disposables();
  #ready = false;

  constructor(options: RouterOptions) {
    this.#options = options;
    const { session, post, onIntent } = options;
    this.#answers = new Answers({ first: 'page/ready', post, onIntent, result: (method, params, token) => this.#result(method, params, token), onFirst: () => { this.#begun(); } });
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
  receive(message: FromPage): void { this.#answers.receive(message); }

  #begun(): void {
    if (this.#options.session.link.state !== 'connected') this.tell(linkEvent(this.#options.session.link));
    this.#options.onReady?.();
  }

  async #result(name: string, params: unknown, token: CancellationToken): Promise<unknown> {
    const method = name as PageRequestName;
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

  dispose(): void {
    this.#answers.giveUp();
    this.#owned.dispose();
  }
}

export function linkEvent(link: LinkState): Extract<PageEvent, { event: 'link' }> {
  const state = link.state === 'connected' ? 'connected' : link.state === 'lost' || link.state === 'closed' ? 'lost' : 'reconnecting';
  return { event: 'link', state, message: link.message };
}
