// The live preview of chisels: a pane beside the editor for each, found again when the window is loaded anew.
import * as vscode from 'vscode';
import { UserError, errorText, plainMessage } from '../../base/text.ts';
import type { Ctx } from '../../context.ts';
import { CHISEL_LANGUAGE } from '../../language/client.ts';
import { chiselName } from '../chisels/tree.ts';
import { choiceOf } from './choice.ts';
import { OutputDiff } from './diff.ts';
import { ProfileGutter } from './gutter.ts';
import { PREVIEW_TYPE, PreviewPanel, type PreviewShared } from './panel.ts';

/** Where it is remembered how chisels were previewed, and of how many. */
const CHOICES_KEY = 'porthole.previewChoices';
const MAX_CHOICES = 100;
/** Chisels whose panes were opened last: what a page keeps of itself may not have been written when the window was left. */
const OPENED_KEY = 'porthole.previewsOpened';
const MAX_OPENED = 30;

export function registerPreview(ctx: Ctx): void {
  const panes = new Map<string, PreviewPanel>();
  const memory = ctx.extension.workspaceState;
  const changed = (): void => {
    const front = [...panes.values()].find((pane) => pane.panel.active);
    void vscode.commands.executeCommand('setContext', 'porthole.previewRunning', front?.running === true);
  };
  const shared: PreviewShared = {
    ctx, gutter: new ProfileGutter(), diff: new OutputDiff(), problems: vscode.languages.createDiagnosticCollection('porthole-preview'),
    recall: (uri) => choiceOf(memory.get<Record<string, unknown>>(CHOICES_KEY, {})[uri.toString()]),
    remember: (uri, choice) => {
      const { [uri.toString()]: _, ...others } = memory.get<Record<string, unknown>>(CHOICES_KEY, {});
      void memory.update(CHOICES_KEY, Object.fromEntries([...Object.entries(others).slice(1 - MAX_CHOICES), [uri.toString(), choice]]));
    },
    changed,
  };
  ctx.subscriptions.push(shared.gutter, shared.diff, shared.problems, { dispose: () => { for (const pane of panes.values()) pane.dispose(); } });

  const add = (uri: vscode.Uri, panel: vscode.WebviewPanel): void => {
    const key = uri.toString(), pane = new PreviewPanel(shared, uri, panel);
    panes.set(key, pane);
    void memory.update(OPENED_KEY, [key, ...memory.get<string[]>(OPENED_KEY, []).filter((each) => each !== key)].slice(0, MAX_OPENED));
    panel.onDidDispose(() => { pane.dispose(); if (panes.get(key) === pane) panes.delete(key); changed(); });
  };
  const titleOf = (uri: vscode.Uri): string => `Preview ${chiselName(uri)}`;

  ctx.command('porthole.previewChisel', (value) => {
    const uri = uriOf(value);
    if (uri === undefined) throw new UserError('No chisel is open to preview.', 'Open one from the Chisels view, or make a new one.');
    const open = panes.get(uri.toString());
    if (open !== undefined) { open.panel.reveal(undefined, true); return; }
    const panel = vscode.window.createWebviewPanel(PREVIEW_TYPE, titleOf(uri), { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true }, { enableScripts: true, retainContextWhenHidden: true });
    add(uri, panel);
  });
  /** The pane in front, that of the chisel in front, or the only one. */
  const pane = (value: unknown): PreviewPanel => {
    const uri = uriOf(value);
    const found = [...panes.values()].find((each) => each.panel.active) ?? (uri === undefined ? undefined : panes.get(uri.toString())) ?? (panes.size === 1 ? [...panes.values()][0] : undefined);
    if (found === undefined) throw new UserError('No preview is open.', 'Open a chisel, then use "Porthole: Preview Chisel".');
    return found;
  };
  ctx.command('porthole.previewAgain', (value) => pane(value).run());
  ctx.command('porthole.stopPreview', (value) => { pane(value).stop(); });
  ctx.command('porthole.comparePreview', (value) => pane(value).showDiff());
  ctx.command('porthole.togglePreviewProfile', (value) => { const each = pane(value); each.choose({ ...each.choice, profile: !each.choice.profile }); });

  ctx.subscriptions.push(vscode.window.registerWebviewPanelSerializer(PREVIEW_TYPE, {
    deserializeWebviewPanel: async (panel: vscode.WebviewPanel, state: unknown): Promise<void> => {
      const address = typeof state === 'object' && state !== null && 'uri' in state && typeof state.uri === 'string' && state.uri !== '' ? state.uri : memory.get<string[]>(OPENED_KEY, []).find((each) => titleOf(vscode.Uri.parse(each)) === panel.title) ?? '';
      const uri = address === '' ? undefined : vscode.Uri.parse(address);
      if (uri === undefined || panes.has(uri.toString())) { panel.dispose(); return; }
      try { await vscode.workspace.openTextDocument(uri); } catch (error) { ctx.log.info(plainMessage(`The preview of ${address} is not opened again: ${errorText(error)}`)); panel.dispose(); return; }
      panel.title = titleOf(uri);
      add(uri, panel);
    },
  }));
}

/** The file of what a command is given; of the editor in front where it is given nothing. */
function uriOf(value: unknown): vscode.Uri | undefined {
  if (value instanceof vscode.Uri) return value;
  if (typeof value === 'object' && value !== null && 'uri' in value && value.uri instanceof vscode.Uri) return value.uri;
  const active = vscode.window.activeTextEditor?.document;
  return active?.languageId === CHISEL_LANGUAGE ? active.uri : undefined;
}
