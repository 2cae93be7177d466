// Places in captures and on hosts: links that lead to them, bookmarks that name them, and parts of captures written to files of their own.
import * as vscode from 'vscode';
import { execFile, type ChildProcess } from 'node:child_process';
import { rm, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Bookmark, PageIntent } from '../../../webviews/protocol/messages.ts';
import { UserError, plainMessage, shortBytes } from '../../base/text.ts';
import type { Ctx, ShowRequest } from '../../context.ts';
import type { CaptureSession } from '../../session/captureSession.ts';
import { linkQuery, readLink } from './link.ts';

const BOOKMARKS_KEY = 'porthole.bookmarks';
const BOOKMARKS_MAX = 200, CAPTURES_MAX = 100;
type Places = Readonly<Record<string, readonly Bookmark[]>>;

/** What bookmarks and links call a session: its file, or the host's name. */
const nameOf = (session: CaptureSession): string => session.hello.file ?? session.title;

export function bookmarksOf(ctx: Ctx, session: CaptureSession): readonly Bookmark[] {
  return ctx.extension.globalState.get<Places>(BOOKMARKS_KEY, {})[nameOf(session)] ?? [];
}
export function keepBookmarks(ctx: Ctx, session: CaptureSession, bookmarks: unknown): void {
  const kept = (Array.isArray(bookmarks) ? bookmarks : []).filter((each): each is Bookmark => typeof each === 'object' && each !== null && typeof each.name === 'string' && /^\d{1,20}$/.test(String(each.startNs)) && /^\d{1,20}$/.test(String(each.endNs)))
    .map(({ name, startNs, endNs }) => ({ name: name.slice(0, 200), startNs, endNs })).slice(0, BOOKMARKS_MAX);
  const { [nameOf(session)]: _old, ...others } = ctx.extension.globalState.get<Places>(BOOKMARKS_KEY, {});
  const all = [...Object.entries(others).slice(-CAPTURES_MAX), ...(kept.length > 0 ? [[nameOf(session), kept] as const] : [])];
  void ctx.extension.globalState.update(BOOKMARKS_KEY, Object.fromEntries(all));
}

// ---- links

/** A link that opens the editor at a place. Times are epoch ns. */
export function linkTo(ctx: Ctx, session: CaptureSession, place: Extract<PageIntent, { intent: 'copyLink' }>): string {
  const query = linkQuery(session.live ? { host: session.title } : { capture: nameOf(session) }, place);
  return `${vscode.env.uriScheme}://${ctx.extension.extension.id}/open?${query}`;
}

async function follow(ctx: Ctx, uri: vscode.Uri): Promise<void> {
  const target = readLink(uri.path, uri.query);
  const isMeant = (session: CaptureSession): boolean => target.capture === undefined ? session.live && session.title === target.host : session.hello.file === target.capture;
  let session = ctx.sessions.all.find(isMeant);
  if (session === undefined && target.capture !== undefined) {
    if (!await stat(target.capture).then(found => found.isFile(), () => false)) throw new UserError(`The link leads to ${target.capture}, which is not on this machine.`, 'Get the capture from who sent the link, and open it.');
    await vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(target.capture), 'porthole.capture');
    session = await sessionThat(ctx, isMeant);
  }
  if (session === undefined) throw new UserError(target.host === undefined ? `${target.capture ?? ''} was not opened.` : `The link leads to the host ${target.host}, which is not connected.`, target.host === undefined ? 'Open the capture, then follow the link again.' : 'Connect to the host, then follow the link again.');
  const since = (epochNs: bigint): number => Number(epochNs - BigInt(session.hello.baseNs));
  const show: ShowRequest = { ...(target.filter === undefined ? {} : { filter: target.filter }), ...(target.from === undefined || target.to === undefined ? {} : { startNs: since(target.from), endNs: since(target.to) }), ...(target.row === undefined ? {} : { row: target.row }) };
  ctx.showTimeline(session, show);
}

const OPENING_MS = 20_000;
/** A capture that is being opened. */
function sessionThat(ctx: Ctx, isMeant: (session: CaptureSession) => boolean): Promise<CaptureSession | undefined> {
  return new Promise(resolve => {
    const found = (): CaptureSession | undefined => ctx.sessions.all.find(isMeant);
    const end = (session: CaptureSession | undefined): void => { clearTimeout(timer); watch.dispose(); resolve(session); };
    const watch = ctx.sessions.onDidChange(() => { const session = found(); if (session !== undefined) end(session); });
    const timer = setTimeout(() => end(undefined), OPENING_MS);
    const already = found();
    if (already !== undefined) end(already);
  });
}

export function registerPlaces(ctx: Ctx): void {
  ctx.command('porthole.openLink', async value => {
    // The link may be copied from another window: the question waits.
    const link = typeof value === 'string' ? value : await vscode.window.showInputBox({ title: 'Open Link', prompt: 'A link that was copied from a timeline', ignoreFocusOut: true });
    if (link === undefined || link.trim() === '') return;
    let uri: vscode.Uri;
    try { uri = vscode.Uri.parse(link.trim(), true); } catch { throw new UserError('That is no link.', 'Copy a link from a timeline: mark a time there, and press Copy Link.'); }
    await follow(ctx, uri);
  });
  ctx.subscriptions.push(vscode.window.registerUriHandler({ handleUri: uri => { void vscode.commands.executeCommand('porthole.openLink', uri.toString()); } }));
}

// ---- parts of captures

/** Runs the command's own engine, which needs nothing of a host to rewrite a file. */
function porthole(ctx: Ctx, words: readonly string[], onChild: (child: ChildProcess) => void): Promise<void> {
  const main = vscode.Uri.joinPath(ctx.extensionUri, 'dist', 'agent', 'main.cjs').fsPath;
  return new Promise((resolve, reject) => {
    onChild(execFile(process.execPath, [main, ...words], { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' }, maxBuffer: 1 << 20 }, (error, _out, said) => {
      if (error) reject(new Error(said.trim() === '' ? error.message : said.trim())); else resolve();
    }));
  });
}

/** Writes the events of a stretch of time to a capture of its own, with the state that they need. */
export async function saveRange(ctx: Ctx, session: CaptureSession, { startNs, endNs, filter }: { readonly startNs: number; readonly endNs: number; readonly filter: string }): Promise<string | undefined> {
  const { file, baseNs } = session.hello;
  if (file === undefined) throw new UserError('Parts of a live host are saved by recording it.', 'Start a recording.');
  const beside = vscode.Uri.file(file.replace(/\.scap(\.gz)?$/i, '') + '-part.scap');
  const to = await vscode.window.showSaveDialog({ title: 'Save Part as Capture', defaultUri: beside, filters: { Captures: ['scap'] } });
  if (to === undefined) return undefined;
  if (to.fsPath === file) throw new UserError('A capture cannot be written over itself.', 'Choose another name.');
  const at = (ns: number): string => String(BigInt(baseNs) + BigInt(Math.round(ns)));
  const time = `evt.rawtime>=${at(startNs)} and evt.rawtime<=${at(endNs)}`;
  try {
    await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: `Porthole: writing ${basename(to.fsPath)}`, cancellable: true }, async (_progress, token) => {
      let child: ChildProcess | undefined;
      const cancelling = token.onCancellationRequested(() => child?.kill());
      try { await porthole(ctx, ['-r', file, '-F', '-w', to.fsPath, filter === '' ? time : `(${filter}) and ${time}`], running => { child = running; }); } finally { cancelling.dispose(); }
    });
  } catch (error) {
    await rm(to.fsPath, { force: true });
    if (error instanceof Error && 'killed' in error) return undefined;
    throw new UserError(`The part was not saved to ${to.fsPath}: ${error instanceof Error ? error.message : String(error)}`, 'Choose a folder that can be written to and has room, and try again.');
  }
  const { size } = await stat(to.fsPath);
  void vscode.window.showInformationMessage(`Saved ${plainMessage(to.fsPath)} (${shortBytes(size)}).`, 'Open').then(async choice => { if (choice !== undefined) await vscode.commands.executeCommand('vscode.openWith', to, 'porthole.capture'); });
  return to.fsPath;
}

/** Saves a picture that a page has made. */
export async function savePicture(session: CaptureSession, { format, data }: Extract<PageIntent, { intent: 'savePicture' }>): Promise<void> {
  const to = await vscode.window.showSaveDialog({ title: 'Save Picture', defaultUri: vscode.Uri.file(`${nameOf(session).replace(/\.scap(\.gz)?$/i, '')}.${format}`), filters: format === 'png' ? { 'PNG picture': ['png'] } : { 'SVG picture': ['svg'] } });
  if (to !== undefined) await vscode.workspace.fs.writeFile(to, typeof data === 'string' ? new TextEncoder().encode(data) : new Uint8Array(data));
}
