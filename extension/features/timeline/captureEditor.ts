// .scap files as documents of the editor: the timeline page over a session that a worker answers. Nothing native, no host.
import * as vscode from 'vscode';
import { basename } from 'node:path';
import type { Problem } from '../../../remote-agent/protocol/messages.ts';
import { UserError, errorText, plainMessage } from '../../base/text.ts';
import type { Ctx } from '../../context.ts';
import type { FileSession } from '../../session/fileSession.ts';
import { messageHtml } from '../../webviewHost/html.ts';
import { holdCapture, type HeldCapture } from '../captures/held.ts';
import type { TimelinePage } from './page.ts';
import { watchReading } from './reading.ts';

/** Ends with a full stop, or what stands for one. */
const sentence = (text: string): string => /[.!?]$/.test(text) ? text : `${text}.`;

class CaptureDocument implements vscode.CustomDocument {
  readonly uri: vscode.Uri;
  readonly #held: HeldCapture;
  #disposed = false;
  constructor(uri: vscode.Uri, held: HeldCapture) {
    this.uri = uri;
    this.#held = held;
    held.opened.catch(() => { /* shown by each editor of the document */ });
  }
  get opened(): Promise<FileSession> { return this.#held.opened; }
  get disposed(): boolean { return this.#disposed; }
  dispose(): void { if (!this.#disposed) this.#held.release(); this.#disposed = true; }
}

export class CaptureEditor implements vscode.CustomReadonlyEditorProvider<CaptureDocument> {
  readonly #ctx: Ctx;
  readonly #addPage: (panel: vscode.WebviewPanel, session: FileSession) => TimelinePage;

  constructor(ctx: Ctx, addPage: (panel: vscode.WebviewPanel, session: FileSession) => TimelinePage) { this.#ctx = ctx; this.#addPage = addPage; }

  openCustomDocument(uri: vscode.Uri): CaptureDocument { return new CaptureDocument(uri, holdCapture(this.#ctx, uri)); }

  async resolveCustomEditor(document: CaptureDocument, panel: vscode.WebviewPanel): Promise<void> {
    const name = basename(document.uri.path);
    let session: FileSession;
    try { session = await document.opened; } catch (error) {
      this.#ctx.log.error(`${document.uri.fsPath}: ${errorText(error)}`);
      panel.webview.html = messageHtml(`${name} cannot be opened`, errorText(error), error instanceof UserError ? error.remedy : 'Check that the file is a capture, then open it again.');
      return;
    }
    if (document.disposed) return;
    const page = this.#addPage(panel, session);
    panel.onDidDispose(() => page.dispose());
    const watch = watchReading(session, name, status => {
      if (status.events === 0) {
        page.dispose();
        const problem: Problem = status.problems[0] ?? { code: 'empty', message: `${document.uri.fsPath} holds no event.`, remedy: 'Record for longer, or check that the recording\'s filter lets something through.' };
        panel.webview.html = messageHtml(`${name} shows nothing`, problem.message, problem.remedy);
      } else if (status.problems.length > 0) {
        // One message for all that is wrong: what was cut has several ways to show.
        const told = [...status.problems.map(problem => problem.message), ...new Set(status.problems.map(problem => problem.remedy))];
        void vscode.window.showWarningMessage(plainMessage(`${name}: ${told.map(sentence).join(' ')}`));
      }
    }, message => { this.#ctx.log.info(`${name}: ${message}`); });
    panel.onDidDispose(() => watch.dispose());
  }
}
