// The timeline: one panel for each live session, and the editor of .scap files. Tells the rest how to show something in it.
import * as vscode from 'vscode';
import type { PageCommand } from '../../../webviews/protocol/messages.ts';
import { UserError } from '../../base/text.ts';
import type { Ctx, ShowRequest } from '../../context.ts';
import type { CaptureSession } from '../../session/captureSession.ts';
import { CaptureEditor } from './captureEditor.ts';
import { TimelinePage } from './page.ts';
import { registerPlaces } from './places.ts';
import { registerReading } from './reading.ts';

export const PANEL_TYPE = 'porthole.timeline';
export const EDITOR_TYPE = 'porthole.capture';

export function registerTimeline(ctx: Ctx): void {
  const pages = new Map<string, TimelinePage>();
  /** What an editor that is being opened is to show. */
  const wanted = new Map<string, ShowRequest>();
  const wish = (session: CaptureSession): ShowRequest => { const show = wanted.get(session.id) ?? {}; wanted.delete(session.id); return show; };
  const add = (page: TimelinePage): TimelinePage => {
    const { id } = page.session;
    pages.set(id, page);
    page.panel.onDidDispose(() => { page.dispose(); if (pages.get(id) === page) pages.delete(id); });
    if (page.panel.active) ctx.sessions.setActive(page.session);
    return page;
  };

  ctx.showTimeline = (session: CaptureSession, show: ShowRequest = {}): void => {
    ctx.sessions.setActive(session);
    const open = pages.get(session.id);
    if (open !== undefined) { open.rebind(session); open.show(show); return; }
    if (!session.live && session.hello.file !== undefined) {
      // Its editor is not there, or was closed in this moment.
      wanted.set(session.id, show);
      void vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(session.hello.file), EDITOR_TYPE);
      return;
    }
    const panel = vscode.window.createWebviewPanel(PANEL_TYPE, session.title, vscode.ViewColumn.Active, { enableScripts: true, retainContextWhenHidden: true });
    panel.iconPath = vscode.Uri.joinPath(ctx.extensionUri, 'extension', 'media', 'porthole-tab.svg');
    add(new TimelinePage(ctx, panel, session, show));
  };
  ctx.currentFilter = session => pages.get(session.id)?.filter ?? '';

  const inPage = (what: PageCommand) => (): void => {
    const page = [...pages.values()].find(each => each.panel.active) ?? (ctx.sessions.active === undefined ? undefined : pages.get(ctx.sessions.active.id));
    if (page === undefined) throw new UserError('No timeline is open.', 'Open a capture, or connect to a host and open its timeline.');
    page.do(what);
  };
  ctx.command('porthole.findEvent', inPage('find'));
  ctx.command('porthole.nextMatch', inPage('nextMatch'));
  ctx.command('porthole.previousMatch', inPage('previousMatch'));
  ctx.command('porthole.goToEvent', inPage('goTo'));
  ctx.command('porthole.previousFilter', inPage('previousFilter'));
  registerReading(ctx);
  registerPlaces(ctx);
  ctx.chosenRange = session => pages.get(session.id)?.chosen;
  ctx.command('porthole.saveRange', inPage('saveRange'));
  ctx.command('porthole.addBookmark', inPage('bookmark'));
  ctx.command('porthole.copyLink', inPage('copyLink'));
  ctx.command('porthole.savePicture', async () => {
    const chosen = await vscode.window.showQuickPick([{ label: 'PNG', description: 'pixels, twice as many as on the screen', what: 'savePng' }, { label: 'SVG', description: 'shapes, to be drawn at any size', what: 'saveSvg' }] as const, { title: 'Save Timeline as Picture' });
    if (chosen !== undefined) inPage(chosen.what)();
  });

  ctx.subscriptions.push(
    // A host that was disconnected and is connected again goes on in its old panel.
    ctx.sessions.onDidChange(() => { for (const session of ctx.sessions.all) pages.get(session.id)?.rebind(session); }),
    vscode.window.registerCustomEditorProvider(EDITOR_TYPE, new CaptureEditor(ctx, (panel, session) => add(new TimelinePage(ctx, panel, session, wish(session)))), { webviewOptions: { retainContextWhenHidden: true }, supportsMultipleEditorsPerDocument: false }),
  );
}
