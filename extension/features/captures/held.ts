// Capture files that are open: one session for each, however many editors and pages look at it; it ends with the last of them.
import * as vscode from 'vscode';
import { basename } from 'node:path';
import type { Ctx } from '../../context.ts';
import { FileSession } from '../../session/fileSession.ts';
import { agentSettings } from '../../settings.ts';

/** A file's history may take more than a live one: all of it should be there. MiB. */
const MIN_FILE_HISTORY = 1024;

export interface HeldCapture {
  readonly opened: Promise<FileSession>;
  /** To be called once; the last one ends the session. */
  release(): void;
}
interface Held { readonly opened: Promise<FileSession>; holders: number }

const held = new Map<string, Held>();

/** The session of a file: the one that is open, or a new one. */
export function holdCapture(ctx: Ctx, uri: vscode.Uri): HeldCapture {
  const key = uri.toString();
  let of = held.get(key);
  if (of === undefined) {
    const opened = open(ctx, uri), made: Held = { opened, holders: 0 };
    const forget = (): void => { if (held.get(key) === made) held.delete(key); };
    // What cannot be opened, or has broken, is tried anew the next time.
    opened.then(session => { session.onLink(link => { if (link.state !== 'connected') forget(); }); }, forget);
    held.set(key, of = made);
  }
  const mine = of;
  mine.holders++;
  return {
    opened: mine.opened,
    release() {
      if (--mine.holders > 0) return;
      if (held.get(key) === mine) held.delete(key);
      void mine.opened.then(session => session.dispose(), () => undefined);
    },
  };
}

async function open({ extensionUri, extension, log, sessions }: Ctx, uri: vscode.Uri): Promise<FileSession> {
  const version = String((extension.extension.packageJSON as { version?: unknown }).version ?? '0');
  const session = await FileSession.open({
    path: uri.fsPath, title: basename(uri.path), workerPath: vscode.Uri.joinPath(extensionUri, 'dist', 'captureWorker.cjs').fsPath, client: `porthole-vscode ${version}`,
    historyMegabytes: Math.max(MIN_FILE_HISTORY, agentSettings().historyMegabytes), log: message => log.info(message),
    ...(uri.scheme === 'file' ? {} : { content: await vscode.workspace.fs.readFile(uri) }),
  });
  sessions.add(session);
  return session;
}
