// One timeline page in one webview, bound to a session: carries messages, remembers its filter, takes what it is told to show.
import * as vscode from 'vscode';
import type { FromPage, PageCommand, PageIntent } from '../../../webviews/protocol/messages.ts';
import type { Ctx, ShowRequest } from '../../context.ts';
import type { CaptureSession } from '../../session/captureSession.ts';
import { pageFolder, pageHtml } from '../../webviewHost/html.ts';
import { PageRouter } from '../../webviewHost/router.ts';
import { FILTER_ASSIST } from './assist.ts';
import { bookmarksOf, keepBookmarks, linkTo, savePicture, saveRange } from './places.ts';
import { report } from '../../base/report.ts';

/** Where the filters that were used are remembered, for all captures and hosts. */
const FILTERS_KEY = 'porthole.filterHistory';
const FILTERS_MAX = 50;

export class TimelinePage implements vscode.Disposable {
  readonly panel: vscode.WebviewPanel;
  #session: CaptureSession;
  #router: PageRouter;
  #filter: string;
  #lane: string;
  #chosen: { readonly startNs: number; readonly endNs: number } | undefined;
  readonly #rangeEvents = new vscode.EventEmitter<{ readonly startNs: number; readonly endNs: number } | undefined>();
  /** The time that is marked in it changed. */
  readonly onDidChooseRange = this.#rangeEvents.event;
  /** Shown once the page listens. */
  #pending: ShowRequest | undefined;
  readonly #ctx: Ctx;
  readonly #owned: vscode.Disposable[] = [];

  constructor(ctx: Ctx, panel: vscode.WebviewPanel, session: CaptureSession, show: ShowRequest) {
    this.#ctx = ctx;
    this.panel = panel;
    this.#session = session;
    this.#filter = show.filter ?? '';
    this.#lane = show.lane ?? '';
    if (show.row !== undefined || show.startNs !== undefined) this.#pending = show;
    this.#router = this.#route(session);
    panel.webview.options = { enableScripts: true, localResourceRoots: [pageFolder(ctx.extensionUri)] };
    this.#owned.push(
      panel.webview.onDidReceiveMessage((message: FromPage) => { this.#router.receive(message); }),
      panel.onDidChangeViewState(() => { if (panel.active) ctx.sessions.setActive(this.#session); }),
    );
    panel.webview.html = pageHtml(panel.webview, ctx.extensionUri, 'timeline', session.title);
  }

  get session(): CaptureSession { return this.#session; }
  get filter(): string { return this.#filter; }
  /** The time that is marked, ns since the session's base; undefined: none. */
  get chosen(): { readonly startNs: number; readonly endNs: number } | undefined { return this.#chosen; }

  #route(session: CaptureSession): PageRouter {
    return new PageRouter({
      session, assist: FILTER_ASSIST, initial: () => ({ filter: this.#filter, lane: this.#lane, filterHistory: this.#ctx.extension.globalState.get<readonly string[]>(FILTERS_KEY, []), bookmarks: bookmarksOf(this.#ctx, session), canSaveRange: session.hello.file !== undefined }), onIntent: intent => { this.#take(intent); },
      onReady: () => { if (this.#pending !== undefined) { this.#tell(this.#pending); this.#pending = undefined; } },
      post: message => { void this.panel.webview.postMessage(message); },
    });
  }

  #take(intent: PageIntent): void {
    switch (intent.intent) {
      case 'filterChanged': this.#filter = String(intent.filter); break;
      case 'filterHistory': void this.#ctx.extension.globalState.update(FILTERS_KEY, intent.filters.filter(filter => typeof filter === 'string').slice(0, FILTERS_MAX)); break;
      case 'showTimeline': { const { intent: _, ...show } = intent; this.#ctx.showTimeline(this.#session, show); break; }
      case 'copy': void vscode.env.clipboard.writeText(String(intent.text)); break;
      case 'rangeChosen': this.#chosen = typeof intent.startNs === 'number' && typeof intent.endNs === 'number' ? { startNs: intent.startNs, endNs: intent.endNs } : undefined; this.#rangeEvents.fire(this.#chosen); break;
      case 'bookmarks': keepBookmarks(this.#ctx, this.#session, intent.bookmarks); break;
      case 'copyLink': void vscode.env.clipboard.writeText(linkTo(this.#ctx, this.#session, intent)); break;
      case 'saveRange': this.#report('saveRange', saveRange(this.#ctx, this.#session, { startNs: Number(intent.startNs), endNs: Number(intent.endNs), filter: String(intent.filter) })); break;
      case 'savePicture': this.#report('savePicture', savePicture(this.#session, intent)); break;
      case 'error': this.#ctx.log.error(`timeline page: ${String(intent.message)}`); break;
      default: intent satisfies never;
    }
  }

  /** Another session of the same host answers from now on. */
  rebind(session: CaptureSession): void {
    if (session === this.#session) return;
    const wasReady = this.#router.ready;
    this.#router.dispose();
    this.#session = session;
    this.#router = this.#route(session);
    // A fresh page: simpler to trust than one that forgets what it knew.
    if (wasReady) this.panel.webview.html = pageHtml(this.panel.webview, this.#ctx.extensionUri, 'timeline', session.title);
  }

  show(request: ShowRequest): void {
    if (request.filter !== undefined) this.#filter = request.filter;
    if (request.lane !== undefined) this.#lane = request.lane;
    this.panel.reveal(undefined, false);
    if (this.#router.ready && this.#pending === undefined) this.#tell(request);
    else this.#pending = { ...this.#pending, ...request };
  }

  /** Has the page do what a command of the editor says. */
  do(what: PageCommand): void {
    this.panel.reveal(undefined, false);
    this.#router.tell({ event: 'do', what });
  }

  #report(what: string, work: Promise<unknown>): void { work.catch((error: unknown) => { report(this.#ctx.log, `porthole.${what}`, error); }); }
  #tell(request: ShowRequest): void { if (Object.keys(request).length > 0) this.#router.tell({ event: 'show', ...request }); }

  dispose(): void {
    this.#router.dispose();
    for (const item of this.#owned) item.dispose();
  }
}
