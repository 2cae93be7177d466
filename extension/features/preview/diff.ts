// What two runs printed, side by side in the editor's own comparison.
import * as vscode from 'vscode';
import { UserError } from '../../base/text.ts';

const SCHEME = 'porthole-preview';

export class OutputDiff implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #texts = new Map<string, string>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #registrations = [
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, this), this.#changed,
    vscode.workspace.onDidCloseTextDocument((document) => { if (document.uri.scheme === SCHEME) this.#texts.delete(document.uri.toString()); }),
  ];

  provideTextDocumentContent(uri: vscode.Uri): string { return this.#texts.get(uri.toString()) ?? ''; }

  async show(name: string, before: string, now: string): Promise<void> {
    if (before === '') throw new UserError(`There is no output of ${name} to compare with yet.`, 'Run it twice: change something and save it.');
    const [left, right] = ['before', 'now'].map((which) => vscode.Uri.from({ scheme: SCHEME, path: `/${name} ${which}.txt` }));
    if (left === undefined || right === undefined) return;
    this.#texts.set(left.toString(), before);
    this.#texts.set(right.toString(), now);
    this.#changed.fire(left);
    this.#changed.fire(right);
    await vscode.commands.executeCommand('vscode.diff', left, right, `${name}: output before ↔ now`, { preview: true });
  }

  dispose(): void { for (const each of this.#registrations) each.dispose(); }
}
