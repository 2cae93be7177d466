// Pages of sessions that are no editors of a file: one for each capture or host and sort of page, found again when the window is loaded anew.
import * as vscode from 'vscode';
import { basename } from 'node:path';
import { UserError, errorText, oneLine } from '../../base/text.ts';
import type { Ctx } from '../../context.ts';
import type { CaptureSession } from '../../session/captureSession.ts';
import { messageHtml } from '../../webviewHost/html.ts';
import { asNode, sessionOfNode } from '../hosts/model.ts';
import { holdCapture } from './held.ts';

const MAX_OPENED = 30;
const FILE = 'file:';

export interface SessionPage extends vscode.Disposable {
  /** Another session of the same host answers from now on. */
  rebind(session: CaptureSession): void;
}
export interface SessionPageKind<P extends SessionPage> {
  /** Type of the webview. */
  readonly type: string;
  /** What the tab is called, in front of the session's name. */
  readonly title: string;
  /** Where it is remembered which session each page is of: what a page keeps of itself may not have been written when the window was left. */
  readonly memoryKey: string;
  readonly make: (panel: vscode.WebviewPanel, session: CaptureSession) => P;
}

/** A page that is open; without `page` as long as there is no session for it. */
interface Open<P> { readonly panel: vscode.WebviewPanel; page: P | undefined; session: CaptureSession | undefined }

export class SessionPages<P extends SessionPage> {
  readonly #ctx: Ctx;
  readonly #kind: SessionPageKind<P>;
  /** By id of the session. */
  readonly #open = new Map<string, Open<P>>();

  constructor(ctx: Ctx, kind: SessionPageKind<P>) {
    this.#ctx = ctx;
    this.#kind = kind;
    ctx.subscriptions.push(
      // A host that was disconnected and is connected again goes on in its old page.
      ctx.sessions.onDidChange(() => {
        for (const session of ctx.sessions.all) {
          const each = session.live ? this.#open.get(session.id) : undefined;
          if (each === undefined) continue;
          if (each.page === undefined) this.#show(each, session); else { each.session = session; each.page.rebind(session); }
        }
      }),
      vscode.window.registerWebviewPanelSerializer(kind.type, {
        deserializeWebviewPanel: async (panel: vscode.WebviewPanel, state: unknown): Promise<void> => {
          const id = typeof state === 'object' && state !== null && 'session' in state && typeof state.session === 'string' && state.session !== '' ? state.session : this.#remembered[panel.title];
          if (id === undefined || this.#open.has(id)) { panel.dispose(); return; }
          if (id.startsWith(FILE)) await this.#ofFile(vscode.Uri.file(id.slice(FILE.length)), panel); else this.#ofHost(id, panel);
        },
      }),
    );
  }

  /** The page of a session or a file, opened or brought to the front; undefined where there is no session for it (the page says so). */
  async of(target: vscode.Uri | CaptureSession): Promise<P | undefined> {
    const file = target instanceof vscode.Uri ? target : target.hello.file === undefined ? undefined : vscode.Uri.file(target.hello.file);
    const there = this.#open.get(file === undefined ? (target as CaptureSession).id : `${FILE}${file.fsPath}`);
    if (there !== undefined) { there.panel.reveal(undefined, false); return there.page; }
    if (file !== undefined) return (await this.#ofFile(file, this.#panel(basename(file.path)))).page;
    const session = target as CaptureSession;
    return this.#ofHost(session.id, this.#panel(session.title)).page;
  }

  get #remembered(): Record<string, string> { return this.#ctx.extension.workspaceState.get<Record<string, string>>(this.#kind.memoryKey, {}); }
  #panel(name: string): vscode.WebviewPanel {
    return vscode.window.createWebviewPanel(this.#kind.type, `${this.#kind.title} ${oneLine(name, 60)}`, vscode.ViewColumn.Active, { enableScripts: true, retainContextWhenHidden: true });
  }
  #begin(id: string, panel: vscode.WebviewPanel): Open<P> {
    const each: Open<P> = { panel, page: undefined, session: undefined };
    this.#open.set(id, each);
    void this.#ctx.extension.workspaceState.update(this.#kind.memoryKey, Object.fromEntries([[panel.title, id], ...Object.entries(this.#remembered).filter(([title]) => title !== panel.title)].slice(0, MAX_OPENED)));
    panel.onDidChangeViewState(() => { if (panel.active && each.session !== undefined) this.#ctx.sessions.setActive(each.session); });
    panel.onDidDispose(() => { each.page?.dispose(); if (this.#open.get(id) === each) this.#open.delete(id); });
    return each;
  }
  #show(each: Open<P>, session: CaptureSession): void {
    each.session = session;
    each.page = this.#kind.make(each.panel, session);
    if (each.panel.active) this.#ctx.sessions.setActive(session);
  }

  /** The page keeps the file's session open, whether there is a timeline of it or not. */
  async #ofFile(uri: vscode.Uri, panel: vscode.WebviewPanel): Promise<Open<P>> {
    const name = basename(uri.path), held = holdCapture(this.#ctx, uri), each = this.#begin(`${FILE}${uri.fsPath}`, panel);
    let closed = false;
    panel.onDidDispose(() => { closed = true; held.release(); });
    panel.webview.html = messageHtml(name, 'Opening…', '');
    try {
      const session = await held.opened;
      if (!closed) this.#show(each, session);
    } catch (error) {
      this.#ctx.log.error(`${uri.fsPath}: ${errorText(error)}`);
      if (!closed) panel.webview.html = messageHtml(`${name} cannot be opened`, errorText(error), error instanceof UserError ? error.remedy : 'Check that the file is a capture, then open it again.');
    }
    return each;
  }
  #ofHost(id: string, panel: vscode.WebviewPanel): Open<P> {
    const each = this.#begin(id, panel), session = this.#ctx.sessions.find(id);
    if (session !== undefined) { this.#show(each, session); return each; }
    panel.webview.html = messageHtml('Not connected', `${id.replace(/^host:/, '')} is not connected.`, 'Connect to it in the Hosts view, and this page goes on.');
    return each;
  }
}

/** What a command that shows something of a session was given or means: a file, a node of the hosts view, or what is looked at. Throws where there is nothing. */
export function targetOf(ctx: Ctx, value: unknown): vscode.Uri | CaptureSession {
  const target = uriOf(value) ?? sessionOfNode(asNode(value)) ?? ctx.sessions.active;
  if (target === undefined) throw new UserError('Nothing is open to look at.', 'Connect to a host, or open a .scap file.');
  return target;
}
/** The file that a command was given: by the captures view, an editor's title or the explorer. */
function uriOf(value: unknown): vscode.Uri | undefined {
  if (value instanceof vscode.Uri) return value.scheme === 'webview-panel' ? undefined : value;
  return typeof value === 'object' && value !== null && 'uri' in value && value.uri instanceof vscode.Uri ? value.uri : undefined;
}
