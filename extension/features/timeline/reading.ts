// The reading of a capture as the editor shows it: a notification with progress that can be cancelled, and commands that stop it and go on.
import * as vscode from 'vscode';
import { ResumeReading, StopReading, type Status } from '../../../remote-agent/protocol/messages.ts';
import { UserError, errorText, oneLine } from '../../base/text.ts';
import type { Disposable } from '../../base/emitter.ts';
import type { Ctx } from '../../context.ts';
import type { CaptureSession } from '../../session/captureSession.ts';
import { canReadOn, isReading, readingText } from './readingText.ts';

/** A capture that is read faster than this needs no message. */
const SLOW_MS = 1000;

/** Registers the commands, and says to VS Code which of them make sense for the capture that was looked at last. */
export function registerReading(ctx: Ctx): void {
  const file = (): CaptureSession => {
    const session = ctx.sessions.active;
    if (session === undefined || session.live) throw new UserError('No capture is shown.', 'Open a capture first.');
    return session;
  };
  ctx.command('porthole.stopReading', () => file().request(StopReading));
  ctx.command('porthole.resumeReading', () => file().request(ResumeReading));

  let watched: Disposable | undefined;
  const told = new Map<string, boolean>();
  const tell = (key: string, value: boolean): void => {
    if (told.get(key) === value) return;
    told.set(key, value);
    void vscode.commands.executeCommand('setContext', key, value);
  };
  const show = (): void => {
    const session = ctx.sessions.active;
    const status = session === undefined || session.live ? undefined : session.status;
    tell('porthole.reading', status !== undefined && isReading(status));
    tell('porthole.canReadOn', status !== undefined && canReadOn(status));
  };
  const follow = (): void => {
    watched?.dispose();
    watched = ctx.sessions.active?.onStatus(show);
    show();
  };
  ctx.subscriptions.push(ctx.sessions.onDidChange(follow), { dispose: () => watched?.dispose() });
  follow();
}

/** Shows how far a capture is read whenever that takes a while. `onRead` is told each time when it has been read to its end, or to where it is damaged. */
export function watchReading(session: CaptureSession, name: string, onRead: (status: Status) => void, log: (message: string) => void): Disposable {
  let reading = false, disposed = false;
  let slow: NodeJS.Timeout | undefined;
  /** Ends the notification. */
  let done: (() => void) | undefined;

  const stop = (): void => { session.request(StopReading).catch((error: unknown) => { log(errorText(error)); }); };
  const notify = (): void => {
    void vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: `Reading ${oneLine(name, 60)}`, cancellable: true }, async (progress, token) => {
      let shown = 0;
      const report = (status: Status): void => {
        const { percent, message } = readingText(status);
        progress.report({ message, increment: Math.max(0, percent - shown) });
        shown = Math.max(shown, percent);
      };
      report(session.status);
      const watch = session.onStatus(report);
      const cancelled = token.onCancellationRequested(stop);
      await new Promise<void>(resolve => { done = resolve; });
      watch.dispose();
      cancelled.dispose();
    });
  };
  const end = (): void => {
    clearTimeout(slow);
    done?.();
    done = undefined;
  };
  const take = (status: Status): void => {
    if (disposed || isReading(status) === reading) return;
    reading = !reading;
    if (reading) { slow = setTimeout(notify, SLOW_MS); return; }
    end();
    if (status.reading?.state !== 'stopped') onRead(status);
  };
  const watches = [
    session.onStatus(take),
    // The page says so as well; closing the editor while it reads is no fault.
    session.onLink(link => { if (link.state !== 'connected') { end(); log(link.message); } }),
    session.onClosed(end),
  ];
  if (isReading(session.status)) take(session.status); else if (session.status.reading?.state !== 'stopped') onRead(session.status);
  return { dispose: () => { disposed = true; end(); for (const watch of watches) watch.dispose(); } };
}
