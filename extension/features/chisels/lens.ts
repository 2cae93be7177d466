// The lines over a chisel's head: run it on what is open, stop it.
import * as vscode from 'vscode';
import { readHead } from '../../../remote-agent/engine/chisel/loader.ts';
import type { Ctx } from '../../context.ts';
import type { ChiselRuns } from './runs.ts';

export class ChiselLenses implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #ctx: Ctx;
  readonly #runs: ChiselRuns;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.#changed.event;
  readonly #watching: readonly { dispose(): unknown }[];

  constructor(ctx: Ctx, runs: ChiselRuns) {
    this.#ctx = ctx; this.#runs = runs;
    this.#watching = [ctx.sessions.onDidChange(() => this.#changed.fire()), runs.onDidChange(() => this.#changed.fire())];
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const head = readHead(document.getText());
    const line = Math.min(head?.line ?? 0, document.lineCount - 1);
    const range = new vscode.Range(line, 0, line, 0);
    const lens = (title: string, command: string, ...args: unknown[]): vscode.CodeLens => new vscode.CodeLens(range, { title, command, arguments: [document.uri, ...args] });
    const preview = lens('$(open-preview) Preview', 'porthole.previewChisel');
    if (this.#runs.isRunning(document.uri)) return [lens('$(debug-stop) Stop', 'porthole.stopChisel'), preview];
    const session = this.#ctx.sessions.active;
    const lenses = [session === undefined ? lens('$(play) Run…', 'porthole.runChisel') : lens(`$(play) Run on ${session.title}`, 'porthole.runChisel'), lens('$(debug-alt) Debug', 'porthole.debugChisel'), preview];
    if (session?.live === true) lenses.push(lens('Run over its history', 'porthole.runChiselOverHistory'));
    if ((head?.args.length ?? 0) > 0) lenses.push(lens('Run with arguments…', 'porthole.runChiselWithArguments'));
    return lenses;
  }

  dispose(): void { for (const w of this.#watching) w.dispose(); this.#changed.dispose(); }
}
