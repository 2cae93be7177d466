// The pane that previews one chisel: runs it on what was chosen, again when it is saved and when it was typed in for a moment, and tells the page.
import * as vscode from 'vscode';
import { readHead } from '../../../remote-agent/engine/chisel/loader.ts';
import { PrepareChisel } from '../../../remote-agent/protocol/messages.ts';
import type { FromPreview, PreviewChoice, PreviewState, RunProgress, ToPreview } from '../../../webviews/protocol/preview.ts';
import { errorText } from '../../base/text.ts';
import type { Ctx } from '../../context.ts';
import { diagnoseChisel } from '../../language/chiselAnalysis.ts';
import type { CaptureSession } from '../../session/captureSession.ts';
import { pageFolder, pageHtml } from '../../webviewHost/html.ts';
import { chiselName } from '../chisels/tree.ts';
import { argumentsOf, choiceOf, extentFor } from './choice.ts';
import type { OutputDiff } from './diff.ts';
import type { ProfileGutter } from './gutter.ts';
import { helpersOf, type Helpers } from './helpers.ts';
import { PreviewRun } from './run.ts';

export const PREVIEW_TYPE = 'porthole.preview';
/** Pause in typing after which the chisel runs again. */
const TYPING_MS = 600;
const DEFAULT_COLUMNS = 100;

/** What all panes share. */
export interface PreviewShared {
  readonly ctx: Ctx;
  readonly gutter: ProfileGutter;
  readonly diff: OutputDiff;
  readonly problems: vscode.DiagnosticCollection;
  /** How a chisel was previewed last. */
  recall(uri: vscode.Uri): PreviewChoice;
  remember(uri: vscode.Uri, choice: PreviewChoice): void;
  /** A pane was opened, came to the front, or a run began or ended. */
  changed(): void;
}

export class PreviewPanel implements vscode.Disposable {
  readonly uri: vscode.Uri;
  readonly panel: vscode.WebviewPanel;
  readonly #shared: PreviewShared;
  readonly #owned: vscode.Disposable[] = [];
  #choice: PreviewChoice;
  #run: PreviewRun | undefined;
  #before = '';
  #number = 0;
  #columns = DEFAULT_COLUMNS;
  #ready = false;
  #hold = '';
  #typing: NodeJS.Timeout | undefined;
  #ranSource: string | undefined;
  /** The latest wish to run; those before it have come to nothing. */
  #wish = 0;
  #disposed = false;

  constructor(shared: PreviewShared, uri: vscode.Uri, panel: vscode.WebviewPanel) {
    this.#shared = shared; this.uri = uri; this.panel = panel;
    this.#choice = shared.recall(uri);
    const { ctx } = shared;
    panel.webview.options = { enableScripts: true, localResourceRoots: [pageFolder(ctx.extensionUri)] };
    panel.iconPath = vscode.Uri.joinPath(ctx.extensionUri, 'extension', 'media', 'porthole-tab.svg');
    this.#owned.push(
      panel.webview.onDidReceiveMessage((message: FromPreview) => { this.#take(message); }),
      panel.onDidChangeViewState(() => shared.changed()),
      vscode.workspace.onDidSaveTextDocument((document) => { if (this.#isOurs(document)) void this.run(); }),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => { if (contentChanges.length > 0 && document.uri.toString() === this.uri.toString()) this.#typed(); }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => { void this.run(); }),
      ctx.sessions.onDidChange(() => { this.#sessionsChanged(); }),
    );
    // While the page loads.
    void this.#session()?.request(PrepareChisel).catch(() => undefined);
    panel.webview.html = pageHtml(panel.webview, ctx.extensionUri, 'preview', panel.title);
  }

  get running(): boolean { return this.#run?.running === true; }
  get name(): string { return chiselName(this.uri); }

  /** The session that is meant; undefined: there is none. */
  #session(): CaptureSession | undefined {
    const { sessions } = this.#shared.ctx;
    return sessions.find(this.#choice.session) ?? sessions.active ?? sessions.all.at(-1);
  }

  /** Saving a helper of the chisel is saving the chisel. */
  #isOurs(document: vscode.TextDocument): boolean {
    return document.uri.toString() === this.uri.toString() || (this.#helpers?.files.has(document.uri.path.split('/').at(-1) ?? '') === true && [...this.#helpers.files.values()].some((uri) => uri.toString() === document.uri.toString()));
  }
  #helpers: Helpers | undefined;

  #typed(): void {
    this.#shared.problems.delete(this.uri);
    clearTimeout(this.#typing);
    if (vscode.workspace.getConfiguration('porthole').get<boolean>('preview.runOnType') === false) return;
    this.#typing = setTimeout(() => { void this.run(true); }, TYPING_MS);
  }

  #sessionsChanged(): void {
    const session = this.#session();
    if (session !== undefined && this.#run?.request.session !== session && (this.#choice.session === '' || this.#choice.session === session.id)) void this.run();
    else this.#tellState();
  }

  /** Runs the chisel as it stands; the run before is ended. `typed`: only where its text is another than the one that ran. */
  async run(typed = false): Promise<void> {
    clearTimeout(this.#typing);
    const wish = ++this.#wish;
    let document: vscode.TextDocument;
    try { document = await vscode.workspace.openTextDocument(this.uri); } catch (error) { this.#stay(`${this.name} cannot be read: ${errorText(error)}`); return; }
    const source = document.getText();
    if (typed && source === this.#ranSource) return;
    const helpers = await helpersOf(this.uri, source);
    if (wish !== this.#wish || this.#disposed) return;
    this.#helpers = helpers;
    const hold = this.#reasonNotTo(source);
    const session = this.#session();
    if (hold !== '' || session === undefined || !this.#ready) { this.#stay(hold); return; }
    this.#hold = '';
    this.#begin(session, source, helpers);
  }

  /** Why the chisel is not run as it stands; ''. */
  #reasonNotTo(source: string): string {
    if (!vscode.workspace.isTrusted) return 'Chisels are not run in a workspace that is not trusted.';
    const problem = diagnoseChisel(source).find((each) => each.severity === 'error');
    if (problem !== undefined) return `Line ${source.slice(0, problem.start).split('\n').length}: ${problem.message}`;
    return argumentsOf(readHead(source)?.args ?? [], this.#choice.values).problem;
  }

  /** What was shown stays; the reason is told. */
  #stay(hold: string): void { this.#hold = hold; this.#tellState(); }

  #begin(session: CaptureSession, source: string, helpers: Helpers): void {
    const { gutter, problems } = this.#shared;
    const before = this.#run;
    before?.abandon();
    if (before !== undefined && !before.output.empty) this.#before = before.output.plain;
    this.#ranSource = source;
    const { choice, extent } = { choice: this.#choice, extent: extentFor(this.#choice.extent, session.live) };
    const number = ++this.#number;
    const args = argumentsOf(readHead(source)?.args ?? [], choice.values).values;
    problems.delete(this.uri);
    this.#tellState(source);
    this.#post({ event: 'begin', run: number, label: `${this.name} on ${session.title}`, json: choice.json, fresh: before === undefined || before.request.session !== session || before.request.json !== choice.json });
    const files = new Map([[`${this.name}.lua`, this.uri], ...helpers.files]);
    this.#run = new PreviewRun({ name: this.name, source, modules: helpers.modules, args, session, extent, filter: choice.filter.trim(), json: choice.json, profile: choice.profile, columns: this.#columns }, {
      output: (text, quick) => { if (number === this.#number) this.#post({ event: 'output', run: number, text, quick }); },
      progress: (progress) => {
        if (number !== this.#number) return;
        if (progress.profile !== undefined && choice.profile) gutter.show(progress.profile, files);
        if (progress.error !== undefined) this.#mark(progress, files);
        this.#post({ event: 'progress', run: number, progress });
      },
    });
    if (!choice.profile) for (const uri of files.values()) gutter.clear(uri);
    this.#shared.changed();
    void this.#run.done.then(() => { if (!this.#disposed) this.#shared.changed(); });
  }

  #mark({ error }: RunProgress, files: ReadonlyMap<string, vscode.Uri>): void {
    const uri = error === undefined ? undefined : files.get(error.file);
    if (error === undefined || uri === undefined) return;
    const document = vscode.workspace.textDocuments.find((each) => each.uri.toString() === uri.toString());
    const line = Math.max(0, Math.min(error.line - 1, (document?.lineCount ?? error.line) - 1));
    const text = document?.lineAt(line).text ?? '';
    const problem = new vscode.Diagnostic(new vscode.Range(line, text.length - text.trimStart().length, line, Math.max(1, text.trimEnd().length)), error.message.replace(/^[^\s:]+\.lua:\d+: /, ''), vscode.DiagnosticSeverity.Error);
    problem.source = 'chisel preview';
    this.#shared.problems.set(uri, [problem]);
  }

  stop(): void { ++this.#wish; clearTimeout(this.#typing); this.#run?.stop(); }

  /** Compares what the last run printed with what the run before did. */
  async showDiff(): Promise<void> {
    const now = this.#run?.output.plain ?? '';
    await this.#shared.diff.show(this.name, this.#before, now);
  }

  /** Changes how it is previewed, and runs it so. */
  choose(choice: PreviewChoice): void {
    if (JSON.stringify(choice) === JSON.stringify(this.#choice)) return;
    this.#choice = choice;
    this.#shared.remember(this.uri, choice);
    if (!choice.profile) this.#shared.gutter.clear(this.uri);
    void this.run();
  }
  get choice(): PreviewChoice { return this.#choice; }

  #take(message: FromPreview): void {
    if (typeof message !== 'object' || message === null) return;
    const { ctx } = this.#shared;
    switch (message.intent) {
      case 'ready': this.#setColumns(message.columns); this.#pageIsThere(); break;
      case 'columns': this.#setColumns(message.columns); break;
      case 'choose': this.choose(choiceOf(message.choice)); break;
      case 'run': void this.run(); break;
      case 'stop': this.stop(); break;
      case 'diff': void this.showDiff(); break;
      case 'trust': void vscode.commands.executeCommand('workbench.trust.manage'); break;
      case 'open': void vscode.commands.executeCommand('porthole.openCapture'); break;
      case 'connect': void vscode.commands.executeCommand('porthole.connect'); break;
      case 'timelineFilter': { const session = this.#session(); if (session !== undefined) this.choose({ ...this.#choice, filter: ctx.currentFilter(session) }); break; }
      case 'copy': void vscode.env.clipboard.writeText(String(message.text)).then(() => vscode.window.setStatusBarMessage(`Copied ${String(message.what)}`, 3000)); break;
      case 'save': void this.#save(String(message.text), message.ending); break;
      case 'goTo': void this.#goTo(String(message.file), Number(message.line)); break;
      case 'error': ctx.log.error(`preview page: ${String(message.message)}`); break;
      default: message satisfies never;
    }
  }
  #setColumns(columns: unknown): void { if (typeof columns === 'number' && Number.isFinite(columns)) this.#columns = Math.max(20, Math.min(1000, Math.floor(columns))); }

  /** The page begins, or begins anew: what there is is told once more. */
  #pageIsThere(): void {
    const first = !this.#ready;
    this.#ready = true;
    this.#tellState();
    const run = this.#run;
    if (first || run === undefined) { void this.run(); return; }
    this.#post({ event: 'begin', run: this.#number, label: `${this.name} on ${run.request.session.title}`, json: run.request.json, fresh: true });
    if (!run.output.empty) this.#post({ event: 'output', run: this.#number, text: run.output.text, quick: 0 });
    this.#post({ event: 'progress', run: this.#number, progress: run.progress });
  }

  async #goTo(file: string, line: number): Promise<void> {
    const uri = file === `${this.name}.lua` ? this.uri : this.#helpers?.files.get(file);
    if (uri === undefined) return;
    const at = new vscode.Position(Math.max(0, line - 1), 0);
    const open = vscode.window.visibleTextEditors.find((editor) => editor.document.uri.toString() === uri.toString());
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { viewColumn: open?.viewColumn ?? vscode.ViewColumn.One, selection: new vscode.Range(at, at) });
  }

  async #save(text: string, ending: 'txt' | 'csv' | 'json'): Promise<void> {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.joinPath(this.uri, '..');
    const target = await vscode.window.showSaveDialog({ title: 'Save Output', defaultUri: vscode.Uri.joinPath(folder, `${this.name}.${ending}`), filters: { [ending === 'txt' ? 'Text' : ending.toUpperCase()]: [ending] } });
    if (target === undefined) return;
    try { await vscode.workspace.fs.writeFile(target, Buffer.from(text, 'utf8')); } catch (error) { void vscode.window.showErrorMessage(`The output could not be saved: ${errorText(error)} Choose another place.`); }
  }

  #tellState(source = this.#ranSource ?? vscode.workspace.textDocuments.find((d) => d.uri.toString() === this.uri.toString())?.getText() ?? ''): void {
    const head = readHead(source), session = this.#session();
    const state: PreviewState = {
      uri: this.uri.toString(), name: this.name, description: head?.shortDescription || head?.description || '', args: head?.args ?? [], choice: this.#choice,
      sources: this.#shared.ctx.sessions.all.map((each) => ({ id: each.id, title: each.title, live: each.live, seconds: Math.max(0, each.status.endNs - each.status.startNs) / 1e9 })),
      source: session?.id ?? '', extent: extentFor(this.#choice.extent, session?.live === true), trusted: vscode.workspace.isTrusted, hold: this.#hold,
    };
    this.#post({ event: 'state', state });
  }
  #post(message: ToPreview): void { if (this.#ready && !this.#disposed) void this.panel.webview.postMessage(message); }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#typing);
    this.#run?.abandon();
    this.#shared.gutter.clear(this.uri);
    this.#shared.problems.delete(this.uri);
    for (const each of this.#owned) each.dispose();
  }
}
