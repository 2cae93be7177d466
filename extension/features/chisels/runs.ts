// Runs of chisels: one at a time for each chisel, output into its document, errors onto their line, ended by a stop or a new run.
import * as vscode from 'vscode';
import { ChiselPrinted, RunChisel } from '../../../remote-agent/protocol/messages.ts';
import { errorText, shortCount } from '../../base/text.ts';
import type { Ctx } from '../../context.ts';
import type { CaptureSession } from '../../session/captureSession.ts';
import { CHISEL_LANGUAGE } from '../../language/client.ts';
import { OutputText } from './outputText.ts';
import type { OutputDocuments } from './output.ts';

export interface RunRequest {
  readonly uri: vscode.Uri; readonly name: string; readonly source: string;
  readonly args: readonly string[];
  readonly session: CaptureSession;
  /** Go on with events as they come. */
  readonly follow: boolean;
  /** Part of the session that it runs on, in place of what the timeline shows. */
  readonly within?: { readonly filter: string; readonly label: string };
}

interface Run { readonly request: RunRequest; readonly cancel: vscode.CancellationTokenSource; readonly done: Promise<void> }

export class ChiselRuns implements vscode.Disposable {
  readonly #ctx: Ctx;
  readonly #documents: OutputDocuments;
  readonly #running = new Map<string, Run>();
  readonly #latest = new Map<string, RunRequest>();
  readonly #changed = new vscode.EventEmitter<void>();
  /** A run began or ended. */
  readonly onDidChange = this.#changed.event;
  readonly #problems = vscode.languages.createDiagnosticCollection('porthole-runs');
  #next = 1;

  constructor(ctx: Ctx, documents: OutputDocuments) { this.#ctx = ctx; this.#documents = documents; }

  get running(): readonly RunRequest[] { return [...this.#running.values()].map((run) => run.request); }
  isRunning(uri: vscode.Uri): boolean { return this.#running.has(uri.toString()); }
  /** How a chisel was run last. */
  latest(uri: vscode.Uri): RunRequest | undefined { return this.#latest.get(uri.toString()); }

  /** Runs a chisel to its end. */
  async start(request: RunRequest): Promise<void> {
    const key = request.uri.toString();
    // Again and again: another start may have waited for the same end.
    while (this.#running.has(key)) await this.stop(request.uri);
    const cancel = new vscode.CancellationTokenSource();
    const done = this.#run(request, cancel).finally(() => {
      if (this.#running.get(key)?.cancel === cancel) this.#running.delete(key);
      cancel.dispose();
      this.#changed.fire();
    });
    this.#running.set(key, { request, cancel, done });
    this.#latest.set(key, request);
    this.#changed.fire();
    await done;
  }

  /** Ends the run of a chisel, if there is one. */
  async stop(uri: vscode.Uri): Promise<void> {
    const run = this.#running.get(uri.toString());
    if (run === undefined) return;
    run.cancel.cancel();
    await run.done.catch(() => undefined);
  }

  /** What a run said of a chisel's text is void once the text is another. */
  forgetProblems(uri: vscode.Uri): void { if (this.#problems.has(uri)) this.#problems.delete(uri); }

  async #run(request: RunRequest, cancel: vscode.CancellationTokenSource): Promise<void> {
    const { session, name } = request;
    const filter = request.within?.filter ?? this.#ctx.currentFilter(session);
    const output = new OutputText({ name, args: request.args, session: request.within === undefined ? session.title : `${request.within.label} of ${session.title}`, filter, follow: request.follow });
    const document = this.#documents.uri(name);
    const id = `run-${this.#next++}`;
    this.forgetProblems(request.uri);
    const listening = session.onNotification(ChiselPrinted, (printed) => { if (printed.id === id) { output.add(printed.text); this.#documents.update(document); } });
    const closed = session.onClosed(() => cancel.cancel());
    try {
      await this.#documents.show(document, () => output.text);
      await wholeCapture(session, cancel.token);
      const result = await session.request(RunChisel, {
        id, name, source: request.source, args: request.args, filter, follow: request.follow,
        startNs: -Number.MAX_SAFE_INTEGER, endNs: Number.MAX_SAFE_INTEGER,
      }, cancel.token);
      output.end({ events: result.events, error: result.error, cancelled: cancel.token.isCancellationRequested });
      if (result.error !== undefined) this.#mark(request, result.error);
      this.#ctx.log.info(`chisel ${name} on ${session.title}: ${shortCount(result.events)} events${result.error === undefined ? '' : `, ${result.error.message}`}`);
    } catch (error) {
      output.end(cancel.token.isCancellationRequested ? { events: 0, cancelled: true } : { events: 0, cancelled: false, error: { message: errorText(error), line: 0, traceback: '' } });
    } finally {
      listening.dispose();
      closed.dispose();
      this.#documents.update(document);
    }
  }

  #mark(request: RunRequest, error: { readonly message: string; readonly line: number; readonly traceback: string }): void {
    const document = vscode.workspace.textDocuments.find((d) => d.uri.toString() === request.uri.toString());
    const line = Math.max(0, Math.min(error.line - 1, (document?.lineCount ?? error.line) - 1));
    const text = document?.lineAt(line).text ?? '';
    const range = new vscode.Range(line, text.length - text.trimStart().length, line, Math.max(1, text.trimEnd().length));
    const problem = new vscode.Diagnostic(range, error.message.replace(/^[^\s:]+\.lua:\d+: /, ''), vscode.DiagnosticSeverity.Error);
    problem.source = CHISEL_LANGUAGE;
    this.#problems.set(request.uri, [problem]);
  }

  dispose(): void {
    for (const run of this.#running.values()) run.cancel.cancel();
    this.#problems.dispose();
    this.#changed.dispose();
  }
}

/** Waits until a capture file is read to its end. */
async function wholeCapture(session: CaptureSession, token: vscode.CancellationToken): Promise<void> {
  if (session.live || session.status.progress >= 1) return;
  await new Promise<void>((resolve) => {
    const end = (): void => { for (const s of subscriptions) s.dispose(); resolve(); };
    const subscriptions = [session.onStatus((status) => { if (status.progress >= 1) end(); }), session.onClosed(end), token.onCancellationRequested(end)];
    if (session.status.progress >= 1) end();
  });
}
