// Documents that show what chisels print: read only, one for each chisel, beside its editor, updated while it runs.
import * as vscode from 'vscode';

export const OUTPUT_SCHEME = 'porthole-output';
/** Time between two updates of a document, ms. */
const UPDATE_MS = 150;

interface Shown { text(): string; timer: NodeJS.Timeout | undefined }

export class OutputDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #shown = new Map<string, Shown>();
  readonly #registrations: vscode.Disposable[];

  constructor() {
    this.#registrations = [
      vscode.workspace.registerTextDocumentContentProvider(OUTPUT_SCHEME, this), this.#changed,
      vscode.workspace.onDidCloseTextDocument((document) => { if (document.uri.scheme === OUTPUT_SCHEME) this.#forget(document.uri.toString()); }),
      vscode.workspace.onDidChangeTextDocument(({ document }) => { if (document.uri.scheme === OUTPUT_SCHEME) followEnd(document); }),
    ];
  }

  /** The document of a chisel of this name. */
  uri(name: string): vscode.Uri { return vscode.Uri.from({ scheme: OUTPUT_SCHEME, path: `/Porthole output: ${name}` }); }

  provideTextDocumentContent(uri: vscode.Uri): string { return this.#shown.get(uri.toString())?.text() ?? 'The run that this showed is over. Run the chisel again.\n'; }

  /** Shows a text, beside the editor at hand, without taking the focus. */
  async show(uri: vscode.Uri, text: () => string): Promise<void> {
    const key = uri.toString();
    this.#shown.set(key, { text, timer: undefined });
    this.#changed.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    const visible = vscode.window.visibleTextEditors.some((editor) => editor.document.uri.toString() === key);
    if (!visible) await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true, preview: false });
  }

  /** The text of a document is another now. */
  update(uri: vscode.Uri): void {
    const shown = this.#shown.get(uri.toString());
    if (shown === undefined || shown.timer !== undefined) return;
    shown.timer = setTimeout(() => { shown.timer = undefined; this.#changed.fire(uri); }, UPDATE_MS);
  }

  /** Whether somebody can see the document. */
  isOpen(uri: vscode.Uri): boolean { return vscode.workspace.textDocuments.some((d) => d.uri.toString() === uri.toString() && !d.isClosed); }

  #forget(key: string): void { clearTimeout(this.#shown.get(key)?.timer); this.#shown.delete(key); }
  dispose(): void { for (const key of [...this.#shown.keys()]) this.#forget(key); for (const r of this.#registrations) r.dispose(); }
}

/** Keeps the end in view where it was in view before the text grew. */
function followEnd(document: vscode.TextDocument): void {
  for (const editor of vscode.window.visibleTextEditors) {
    if (editor.document !== document) continue;
    const last = document.lineCount - 1;
    const seen = editor.visibleRanges.at(-1)?.end.line ?? 0;
    const top = editor.visibleRanges[0]?.start.line ?? 0;
    if (top > 0 && seen >= last - 80) editor.revealRange(new vscode.Range(last, 0, last, 0));
  }
}
