// One overview page in one webview, bound to a session: carries messages, and has the timeline show what was clicked.
import * as vscode from 'vscode';
import type { FromPage, PageIntent } from '../../../webviews/protocol/messages.ts';
import type { Ctx } from '../../context.ts';
import type { CaptureSession } from '../../session/captureSession.ts';
import { pageFolder, pageHtml } from '../../webviewHost/html.ts';
import { PageRouter } from '../../webviewHost/router.ts';
import { FILTER_ASSIST } from '../timeline/assist.ts';

export class OverviewPanel implements vscode.Disposable {
  readonly panel: vscode.WebviewPanel;
  readonly #ctx: Ctx;
  readonly #owned: vscode.Disposable[] = [];
  #session: CaptureSession;
  #router: PageRouter;

  constructor(ctx: Ctx, panel: vscode.WebviewPanel, session: CaptureSession) {
    this.#ctx = ctx;
    this.panel = panel;
    this.#session = session;
    this.#router = this.#route(session);
    panel.webview.options = { enableScripts: true, localResourceRoots: [pageFolder(ctx.extensionUri)] };
    panel.iconPath = vscode.Uri.joinPath(ctx.extensionUri, 'extension', 'media', 'porthole-tab.svg');
    this.#owned.push(
      panel.webview.onDidReceiveMessage((message: FromPage) => { this.#router.receive(message); }),
    );
    this.#load();
  }

  get session(): CaptureSession { return this.#session; }

  #load(): void { this.panel.webview.html = pageHtml(this.panel.webview, this.#ctx.extensionUri, 'overview', this.panel.title); }
  #route(session: CaptureSession): PageRouter {
    return new PageRouter({ session, assist: FILTER_ASSIST, initial: () => ({ filter: '', lane: '', filterHistory: [], bookmarks: [], canSaveRange: false }), onIntent: intent => { this.#take(intent); }, post: message => { void this.panel.webview.postMessage(message); } });
  }

  #take(intent: PageIntent): void {
    switch (intent.intent) {
      case 'showTimeline': { const { intent: _, ...show } = intent; this.#ctx.showTimeline(this.#session, show); break; }
      case 'copy': void vscode.env.clipboard.writeText(String(intent.text)); break;
      case 'error': this.#ctx.log.error(`overview page: ${String(intent.message)}`); break;
      // What only a timeline says.
      case 'filterChanged': case 'filterHistory': case 'rangeChosen': case 'bookmarks': case 'copyLink': case 'saveRange': case 'savePicture': break;
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
    // A fresh page; what is pinned, it remembers itself.
    if (wasReady) this.#load();
  }

  dispose(): void {
    this.#router.dispose();
    for (const item of this.#owned) item.dispose();
  }
}
