// One page of views in one webview, bound to a session: carries messages, saves and copies tables, and leads to timelines and terminals.
import * as vscode from 'vscode';
import { basename, dirname } from 'node:path';
import type { FromPage } from '../../../webviews/protocol/messages.ts';
import type { ViewStart, ViewsIntent } from '../../../webviews/protocol/views.ts';
import { errorText, oneLine } from '../../base/text.ts';
import type { Ctx } from '../../context.ts';
import type { CaptureSession } from '../../session/captureSession.ts';
import { pageFolder, pageHtml } from '../../webviewHost/html.ts';
import type { SessionPage } from '../captures/pages.ts';
import { RemoteTerminal } from '../containers/remoteTerminal.ts';
import type { Catalogue } from './catalogue.ts';
import { ViewsRouter } from './router.ts';

export class ViewsPanel implements SessionPage {
  readonly #ctx: Ctx;
  readonly #panel: vscode.WebviewPanel;
  readonly #catalogue: () => Catalogue;
  readonly #owned: vscode.Disposable[] = [];
  #session: CaptureSession;
  #router: ViewsRouter;

  constructor(ctx: Ctx, panel: vscode.WebviewPanel, session: CaptureSession, catalogue: () => Catalogue) {
    this.#ctx = ctx; this.#panel = panel; this.#session = session; this.#catalogue = catalogue;
    this.#router = this.#route();
    panel.webview.options = { enableScripts: true, localResourceRoots: [pageFolder(ctx.extensionUri)] };
    panel.iconPath = vscode.Uri.joinPath(ctx.extensionUri, 'extension', 'media', 'porthole-tab.svg');
    this.#owned.push(panel.webview.onDidReceiveMessage((message: FromPage) => { this.#router.receive(message); }));
    this.#load();
  }

  show(start: ViewStart): void { this.#router.show(start); }

  #load(): void { this.#panel.webview.html = pageHtml(this.#panel.webview, this.#ctx.extensionUri, 'views', this.#panel.title); }
  #route(): ViewsRouter {
    const session = this.#session;
    return new ViewsRouter({ session, catalogue: this.#catalogue, range: () => this.#ctx.chosenRange(session), onIntent: intent => { void this.#take(intent).catch((error: unknown) => this.#failed(error)); }, post: message => { void this.#panel.webview.postMessage(message); } });
  }
  #failed(error: unknown): void {
    const remedy = error instanceof Error && 'remedy' in error ? ` ${String(error.remedy)}` : '';
    this.#ctx.log.error(`views: ${errorText(error)}`);
    void vscode.window.showErrorMessage(`${errorText(error)}${remedy}`);
  }

  async #take(intent: ViewsIntent): Promise<void> {
    switch (intent.intent) {
      case 'copy': await vscode.env.clipboard.writeText(String(intent.text)); break;
      case 'copyTable': await vscode.env.clipboard.writeText(await this.#router.text('table', intent.order)); break;
      case 'export': await this.#export(intent); break;
      case 'timeline': { const { startNs, endNs } = intent, range = typeof startNs === 'number' && typeof endNs === 'number' ? { startNs, endNs } : intent.extent === 'range' ? this.#ctx.chosenRange(this.#session) : undefined; this.#ctx.showTimeline(this.#session, { filter: String(intent.filter), ...range }); break; }
      case 'action': await this.#offer(intent); break;
      case 'error': this.#ctx.log.error(`views page: ${String(intent.message)}`); break;
      default: intent satisfies never;
    }
  }

  async #export({ order, form, name }: Extract<ViewsIntent, { intent: 'export' }>): Promise<void> {
    const { file } = this.#session.hello, folder = file === undefined ? vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(process.cwd()) : vscode.Uri.file(dirname(file));
    const plain = `${file === undefined ? this.#session.title : basename(file).replace(/\.scap(\.gz)?$/i, '')}-${String(name)}`.replace(/[^\w.-]+/g, '-'), kind = form === 'json' ? 'json' : 'csv';
    const target = await vscode.window.showSaveDialog({ title: 'Save Table', defaultUri: vscode.Uri.joinPath(folder, `${plain}.${kind}`), filters: kind === 'csv' ? { 'Comma-separated values': ['csv'] } : { JSON: ['json'] } });
    if (target === undefined) return;
    await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: `Saving ${basename(target.path)}…` }, async () => { await vscode.workspace.fs.writeFile(target, Buffer.from(await this.#router.text(kind, order), 'utf8')); });
    void vscode.window.setStatusBarMessage(`Saved ${basename(target.path)}`, 5000);
  }

  /** Types the line of an action into a shell on the host. Whoever reads it presses Enter, or does not. */
  async #offer(intent: Extract<ViewsIntent, { intent: 'action' }>): Promise<void> {
    if (!this.#session.live) return;
    const line = await this.#router.line(intent), ssh = this.#ctx.hosts.sshOf(this.#session), name = oneLine(line, 40), iconPath = new vscode.ThemeIcon('terminal');
    const terminal = ssh === undefined ? vscode.window.createTerminal({ name, iconPath, isTransient: true }) : vscode.window.createTerminal({ name, iconPath, isTransient: true, pty: new RemoteTerminal(ssh, 'exec "${SHELL:-/bin/sh}"', line) });
    terminal.show();
    if (ssh === undefined) terminal.sendText(line, false);
  }

  rebind(session: CaptureSession): void {
    if (session === this.#session) return;
    const wasReady = this.#router.ready;
    this.#router.dispose();
    this.#session = session;
    this.#router = this.#route();
    // A fresh page; where it was, it remembers itself.
    if (wasReady) this.#load();
  }

  dispose(): void {
    this.#router.dispose();
    for (const item of this.#owned) item.dispose();
  }
}
