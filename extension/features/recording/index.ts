// Recordings: started and stopped on a connected host, then brought here as a .scap file that can be opened.
import * as vscode from 'vscode';
import { mkdir, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DeleteRecording, ReadRecording, RecordingChanged, StartRecording, StopRecording, type Recording } from '../../../remote-agent/protocol/messages.ts';
import { UserError, plainMessage, shortBytes, shortCount } from '../../base/text.ts';
import type { Ctx } from '../../context.ts';
import type { CaptureSession } from '../../session/captureSession.ts';
import { sessionOfNode } from '../hosts/model.ts';

/** Bytes asked for at once; the protocol's bound. */
const CHUNK_BYTES = 1 << 20;

interface Running { readonly session: CaptureSession; recording: Recording; readonly watch: vscode.Disposable }

export function registerRecording(ctx: Ctx): void {
  const item = vscode.window.createStatusBarItem('porthole.recording', vscode.StatusBarAlignment.Left, 49);
  item.name = 'Porthole: Recording';
  item.command = 'porthole.stopRecording';
  let running: Running | undefined;
  const show = (): void => {
    void vscode.commands.executeCommand('setContext', 'porthole.recording', running !== undefined);
    if (running === undefined) { item.hide(); return; }
    const { events, bytes, error } = running.recording;
    item.text = `$(record) ${shortBytes(bytes)}`;
    item.tooltip = `Recording ${running.session.title}: ${shortCount(events)} events, ${shortBytes(bytes)}.${error === undefined ? '' : `\n${error}`}\nClick to stop.`;
    item.accessibilityInformation = { label: `Porthole is recording, ${shortBytes(bytes)}. Activate to stop.` };
    item.show();
  };
  const forget = (): void => { running?.watch.dispose(); running = undefined; show(); };
  ctx.subscriptions.push(item, { dispose: () => running?.watch.dispose() });

  ctx.command('porthole.startRecording', async value => {
    if (running !== undefined) throw new UserError(`${running.session.title} is being recorded already.`, 'Stop that recording first.');
    const session = sessionOfNode(value) ?? (ctx.sessions.active?.live === true ? ctx.sessions.active : ctx.sessions.all.find(each => each.live));
    if (session === undefined || !session.live) throw new UserError('No host is connected that could be recorded.', 'Connect to a host first.');
    const filter = ctx.currentFilter(session);
    const recording = await session.request(StartRecording, { filter });
    const parts = [
      session.onNotification(RecordingChanged, changed => { if (running !== undefined && changed.id === running.recording.id) { running.recording = changed; show(); } }),
      session.onReset(() => { if (running?.session === session) { forget(); void vscode.window.showWarningMessage(`The recording of ${session.title} ended when the connection was lost.`); } }),
      session.onClosed(() => { if (running?.session === session) forget(); }),
    ];
    running = { session, recording, watch: { dispose: () => { for (const part of parts) part.dispose(); } } };
    show();
    return recording.id;
  });

  ctx.command('porthole.stopRecording', async () => {
    if (running === undefined) throw new UserError('Nothing is being recorded.', 'Start a recording first.');
    const { session, recording } = running;
    let path: string;
    try {
      const stopped = await session.request(StopRecording, { id: recording.id });
      if (stopped.error !== undefined) void vscode.window.showWarningMessage(`The recording of ${session.title} is not whole: ${plainMessage(stopped.error)}`);
      path = await download(ctx, session, stopped);
    } finally { forget(); }
    void vscode.window.showInformationMessage(`Recorded ${plainMessage(path)}`, 'Open').then(async choice => {
      if (choice !== undefined) await vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(path), 'porthole.capture');
    });
    return path;
  });
  show();
}

/** Where recordings go: the workspace when it is a folder here, else the extension's own place. */
export function recordingFolder(ctx: Ctx): string {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  return folder?.scheme === 'file' ? folder.fsPath : join(ctx.extension.globalStorageUri.fsPath, 'recordings');
}

async function download(ctx: Ctx, session: CaptureSession, recording: Recording): Promise<string> {
  const stamp = new Date().toISOString().replace(/[:T]/g, '-').slice(0, 19);
  const path = join(recordingFolder(ctx), `${session.title.replace(/[^A-Za-z0-9.-]+/g, '-').toLowerCase()}-${stamp}.scap`);
  await mkdir(dirname(path), { recursive: true });
  return await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: `Porthole: copying the recording (${shortBytes(recording.bytes)})`, cancellable: true }, async (progress, token) => {
    const file = await open(path, 'wx', 0o600);
    try {
      for (let offset = 0; ;) {
        if (token.isCancellationRequested) throw new UserError('Copying the recording was cancelled.', `It is still on the host: ${recording.path}.`);
        const { data } = await session.request(ReadRecording, { id: recording.id, offset, length: CHUNK_BYTES });
        if (data.length === 0) break;
        offset += data.length;
        await file.appendFile(data);
        if (recording.bytes > 0) progress.report({ increment: (data.length / recording.bytes) * 100 });
      }
      await file.close();
    } catch (error) {
      await file.close().catch(() => undefined);
      await rm(path, { force: true });
      throw error;
    }
    // Only now: until it is here, the host's copy is the only one.
    await session.request(DeleteRecording, { id: recording.id });
    return path;
  });
}
