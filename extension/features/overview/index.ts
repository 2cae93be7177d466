// The overview of a capture or a host: one page each, found again when the window is loaded anew.
import * as vscode from 'vscode';
import { basename } from 'node:path';
import { UserError, errorText, oneLine } from '../../base/text.ts';
import type { Ctx } from '../../context.ts';
import type { CaptureSession } from '../../session/captureSession.ts';
import { messageHtml } from '../../webviewHost/html.ts';
import { holdCapture } from '../captures/held.ts';
import { asNode, sessionOfNode } from '../hosts/model.ts';
import { OverviewPanel } from './page.ts';

export const OVERVIEW_TYPE = 'porthole.overview';
/** Which session each page is of, by the page's title: what a page keeps of itself may not have been written when the window was left. */
const OPENED_KEY = 'porthole.overviewsOpened';
const MAX_OPENED = 30;
const FILE = 'file:';

/** A page that is open; without `page` as long as there is no session for it. */
interface Open { readonly panel: vscode.WebviewPanel; page: OverviewPanel | undefined }

export function registerOverview(ctx: Ctx): void {
  /** By id of the session. */
  const open = new Map<string, Open>();
  const memory = ctx.extension.workspaceState;
  const titleOf = (name: string): string => `Overview of ${oneLine(name, 60)}`;

  const begin = (id: string, panel: vscode.WebviewPanel): Open => {
    const each: Open = { panel, page: undefined };
    open.set(id, each);
    void memory.update(OPENED_KEY, Object.fromEntries([[panel.title, id], ...Object.entries(memory.get<Record<string, string>>(OPENED_KEY, {})).filter(([title]) => title !== panel.title)].slice(0, MAX_OPENED)));
    panel.onDidDispose(() => { each.page?.dispose(); if (open.get(id) === each) open.delete(id); });
    return each;
  };
  const show = (each: Open, session: CaptureSession): void => {
    each.page = new OverviewPanel(ctx, each.panel, session);
    if (each.panel.active) ctx.sessions.setActive(session);
  };

  /** The page keeps the file's session open, whether there is a timeline of it or not. */
  const ofFile = async (uri: vscode.Uri, panel: vscode.WebviewPanel): Promise<void> => {
    const name = basename(uri.path), held = holdCapture(ctx, uri), each = begin(`${FILE}${uri.fsPath}`, panel);
    let closed = false;
    panel.onDidDispose(() => { closed = true; held.release(); });
    panel.webview.html = messageHtml(name, 'Opening…', '');
    try {
      const session = await held.opened;
      if (!closed) show(each, session);
    } catch (error) {
      ctx.log.error(`${uri.fsPath}: ${errorText(error)}`);
      if (!closed) panel.webview.html = messageHtml(`${name} cannot be opened`, errorText(error), error instanceof UserError ? error.remedy : 'Check that the file is a capture, then open it again.');
    }
  };
  const ofHost = (id: string, panel: vscode.WebviewPanel): void => {
    const each = begin(id, panel), session = ctx.sessions.find(id);
    if (session !== undefined) { show(each, session); return; }
    panel.webview.html = messageHtml('Not connected', `${id.replace(/^host:/, '')} is not connected.`, 'Connect to it in the Hosts view, and its overview is shown here.');
  };
  const make = (title: string): vscode.WebviewPanel => vscode.window.createWebviewPanel(OVERVIEW_TYPE, titleOf(title), vscode.ViewColumn.Active, { enableScripts: true, retainContextWhenHidden: true });

  ctx.command('porthole.showOverview', async value => {
    const uri = uriOf(value), session = uri === undefined ? sessionOfNode(asNode(value)) ?? ctx.sessions.active : undefined;
    const file = uri ?? (session?.hello.file === undefined ? undefined : vscode.Uri.file(session.hello.file));
    if (file === undefined && session === undefined) throw new UserError('Nothing is open to look at.', 'Connect to a host, or open a .scap file.');
    const there = open.get(file === undefined ? session?.id ?? '' : `${FILE}${file.fsPath}`);
    if (there !== undefined) there.panel.reveal(undefined, false);
    else if (file !== undefined) await ofFile(file, make(basename(file.path)));
    else if (session !== undefined) ofHost(session.id, make(session.title));
  });

  ctx.subscriptions.push(
    // A host that was disconnected and is connected again goes on in its old page.
    ctx.sessions.onDidChange(() => {
      for (const session of ctx.sessions.all) {
        const each = session.live ? open.get(session.id) : undefined;
        if (each === undefined) continue;
        if (each.page === undefined) show(each, session); else each.page.rebind(session);
      }
    }),
    vscode.window.registerWebviewPanelSerializer(OVERVIEW_TYPE, {
      deserializeWebviewPanel: async (panel: vscode.WebviewPanel, state: unknown): Promise<void> => {
        const id = typeof state === 'object' && state !== null && 'session' in state && typeof state.session === 'string' && state.session !== '' ? state.session : memory.get<Record<string, string>>(OPENED_KEY, {})[panel.title];
        if (id === undefined || open.has(id)) { panel.dispose(); return; }
        if (id.startsWith(FILE)) await ofFile(vscode.Uri.file(id.slice(FILE.length)), panel); else ofHost(id, panel);
      },
    }),
  );
}

/** The file that a command was given: by the captures view, an editor's title or the explorer. */
function uriOf(value: unknown): vscode.Uri | undefined {
  if (value instanceof vscode.Uri) return value.scheme === 'webview-panel' ? undefined : value;
  return typeof value === 'object' && value !== null && 'uri' in value && value.uri instanceof vscode.Uri ? value.uri : undefined;
}
