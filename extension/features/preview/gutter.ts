// What takes a chisel's time, beside its lines: how hot as a mark in the gutter, share, time and how often behind the line.
import * as vscode from 'vscode';
import type { ChiselProfile, LineCost } from '../../../remote-agent/engine/chisel/profile.ts';
import { shortCount } from '../../base/text.ts';

/** From which share of the time on a line is so hot; colours of heat that stand out from light and dark. */
const HEATS: readonly { readonly from: number; readonly colour: string; readonly bars: number }[] = [
  { from: 0.25, colour: '#e5484d', bars: 4 }, { from: 0.1, colour: '#e8740c', bars: 3 }, { from: 0.03, colour: '#c79200', bars: 2 }, { from: 0.005, colour: '#6f9a3e', bars: 1 },
];

/** Bars, more of them the hotter: told apart without colours. */
function icon(colour: string, bars: number): vscode.Uri {
  const parts = [0, 1, 2, 3].map((i) => `<rect x="${1 + i * 3.7}" y="${11 - i * 3}" width="2.7" height="${4 + i * 3}" fill="${colour}" opacity="${i < bars ? 1 : 0.22}"/>`).join('');
  return vscode.Uri.parse(`data:image/svg+xml;utf8,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16">${parts}</svg>`)}`);
}

export function costText({ ms, share, hits }: LineCost): string {
  return `${(share * 100).toFixed(share >= 0.1 ? 0 : 1)} % · ${msText(ms)} · ${shortCount(hits)}×`;
}
export function msText(ms: number): string { return ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : ms >= 1 ? `${ms.toFixed(ms >= 100 ? 0 : 1)} ms` : `${(ms * 1000).toFixed(0)} µs`; }

export class ProfileGutter implements vscode.Disposable {
  readonly #types = HEATS.map(({ colour, bars }) => vscode.window.createTextEditorDecorationType({
    gutterIconPath: icon(colour, bars), gutterIconSize: 'contain', overviewRulerColor: colour, overviewRulerLane: vscode.OverviewRulerLane.Left,
    after: { margin: '0 0 0 3em', color: new vscode.ThemeColor('editorCodeLens.foreground'), fontStyle: 'normal' },
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
  }));
  /** Lines of each file by its address. */
  readonly #shown = new Map<string, readonly LineCost[]>();
  readonly #watching: vscode.Disposable[];

  constructor() {
    this.#watching = [
      vscode.window.onDidChangeVisibleTextEditors(() => this.#draw()),
      // Lines move: what was measured is of the text before.
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (this.#shown.has(document.uri.toString()) && contentChanges.some((change) => change.range.start.line !== change.range.end.line || change.text.includes('\n'))) this.clear(document.uri);
      }),
    ];
  }

  /** Shows what a run has cost: `files` are the addresses of the chunks by their names. */
  show(profile: ChiselProfile, files: ReadonlyMap<string, vscode.Uri>): void {
    for (const [name, uri] of files) this.#shown.set(uri.toString(), profile.lines.filter((line) => line.file === name));
    this.#draw();
  }
  clear(uri: vscode.Uri): void { if (this.#shown.delete(uri.toString())) this.#draw(); }

  #draw(): void {
    for (const editor of vscode.window.visibleTextEditors) {
      const { document } = editor, lines = this.#shown.get(document.uri.toString()) ?? [];
      HEATS.forEach(({ from }, i) => {
        const below = HEATS[i - 1]?.from ?? Infinity, type = this.#types[i];
        if (type === undefined) return;
        editor.setDecorations(type, lines.filter((cost) => cost.share >= from && cost.share < below && cost.line <= document.lineCount).map((cost) => ({
          range: document.lineAt(cost.line - 1).range,
          renderOptions: { after: { contentText: costText(cost) } },
          hoverMessage: `${(cost.share * 100).toFixed(1)} % of the time of the chisel's callbacks: ${msText(cost.ms)}, begun ${cost.hits.toLocaleString('en')} times, ${msText(cost.ms / Math.max(1, cost.hits))} each.`,
        })));
      });
    }
  }

  dispose(): void { for (const each of [...this.#watching, ...this.#types]) each.dispose(); }
}
