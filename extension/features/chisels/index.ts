// Chisels in the editor: the view, the lines over a head, the commands that open, make, run and stop them.
import * as vscode from 'vscode';
import { readHead, type ChiselHead } from '../../../remote-agent/engine/chisel/loader.ts';
import { CancelledError, UserError } from '../../base/text.ts';
import type { Ctx } from '../../context.ts';
import { diagnoseChisel } from '../../language/chiselAnalysis.ts';
import { CHISEL_LANGUAGE } from '../../language/client.ts';
import type { CaptureSession } from '../../session/captureSession.ts';
import { ChiselLenses } from './lens.ts';
import { OutputDocuments } from './output.ts';
import { ChiselRuns, type RunRequest } from './runs.ts';
import { asNode, filterOf, sessionOfNode, textOf } from '../hosts/model.ts';
import { installChisels } from './install.ts';
import { newChisel } from './newChisel.ts';
import { chiselName, ChiselsTree, pickFrom } from './tree.ts';
import { pickContainer } from './where.ts';

type Mode = 'run' | 'history' | 'arguments';

export function registerChisels(ctx: Ctx): void {
  const tree = new ChiselsTree(ctx.extensionUri);
  const documents = new OutputDocuments();
  const runs = new ChiselRuns(ctx, documents);
  const lenses = new ChiselLenses(ctx, runs);
  const view = vscode.window.createTreeView('porthole.chisels', { treeDataProvider: tree, showCollapseAll: true });
  ctx.subscriptions.push(
    tree, documents, runs, lenses, statusItem(runs),
    view,
    vscode.languages.registerCodeLensProvider({ language: CHISEL_LANGUAGE }, lenses),
    vscode.workspace.onDidChangeTextDocument(({ document }) => runs.forgetProblems(document.uri)),
    vscode.workspace.onDidSaveTextDocument((document) => { void runAgain(ctx, runs, documents, document); }),
  );

  const run = async (value: unknown, mode: Mode, on?: { readonly session: CaptureSession; readonly within: RunRequest['within'] }): Promise<void> => {
    if (!vscode.workspace.isTrusted) throw new UserError('Chisels are not run in a workspace that is not trusted.', 'Look at its scripts, then trust the workspace (command "Workspaces: Manage Workspace Trust").');
    const uri = uriOf(value) ?? await pickChisel(tree, on?.within === undefined ? 'Chisel' : `Run which chisel on ${on.within.label}?`);
    const document = await vscode.workspace.openTextDocument(uri);
    const source = document.getText();
    const session = on?.session ?? await pickSession(ctx);
    const args = await askArguments(readHead(source), mode === 'arguments', runs.latest(uri)?.args ?? []);
    await runs.start({ uri, name: chiselName(uri), source, args, session, follow: session.live && mode !== 'history', ...(on?.within === undefined ? {} : { within: on.within }) });
  };
  ctx.command('porthole.runChisel', (value) => run(value, 'run'));
  ctx.command('porthole.runChiselOverHistory', (value) => run(value, 'history'));
  ctx.command('porthole.runChiselWithArguments', (value) => run(value, 'arguments'));
  // From a chisel: on the container that is chosen in the Hosts view, or that is asked for.
  ctx.command('porthole.runChiselOn', async (value) => {
    const chosen = ctx.chosen();
    const uri = uriOf(value) ?? await pickChisel(tree, 'Run which chisel on a container?');
    if (chosen !== undefined) return run(uri, 'run', { session: chosen.session, within: { filter: chosen.filter, label: chosen.label } });
    const node = await pickContainer(ctx, await pickSession(ctx));
    return run(uri, 'run', { session: node.session, within: { filter: filterOf(node), label: textOf(node).label } });
  });
  // From a container or process in the Hosts view.
  ctx.command('porthole.runChiselHere', async (value) => {
    const node = asNode(value), session = sessionOfNode(value);
    const chosen = node === undefined || session === undefined || filterOf(node) === '' ? ctx.chosen() : { session, filter: filterOf(node), label: textOf(node).label };
    if (chosen === undefined) throw new UserError('Nothing is chosen to run a chisel on.', 'Select a container or process in the Hosts view first.');
    await run(undefined, 'run', { session: chosen.session, within: { filter: chosen.filter, label: chosen.label } });
  });
  ctx.command('porthole.stopChisel', async (value) => {
    const uri = uriOf(value);
    if (uri !== undefined) return runs.stop(uri);
    for (const request of runs.running) await runs.stop(request.uri);
  });
  ctx.command('porthole.openChisel', async (value) => {
    const uri = uriOf(value) ?? await pickChisel(tree);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
  });
  ctx.command('porthole.newChisel', async () => { await newChisel(); tree.refresh(); });
  ctx.command('porthole.installChisels', async (value) => { await installChisels(value); tree.refresh(); });
  const search = async (words: string): Promise<void> => {
    tree.search = words;
    view.message = tree.search === '' ? '' : (await tree.getChildren()).length === 0 ? `No chisel with "${tree.search}".` : `Only chisels with "${tree.search}".`;
    await vscode.commands.executeCommand('setContext', 'porthole.chiselSearch', tree.search !== '');
  };
  ctx.command('porthole.searchChisels', async () => {
    const words = await vscode.window.showInputBox({ title: 'Search Chisels', prompt: 'Words of the name, category, description or arguments; empty shows all', value: tree.search });
    if (words === undefined) throw new CancelledError();
    await search(words);
  });
  ctx.command('porthole.showAllChisels', () => search(''));
  ctx.command('porthole.refreshChisels', () => tree.refresh());
}

/** Saving a chisel runs it again, in the way it was run last, while its output is open. */
async function runAgain(ctx: Ctx, runs: ChiselRuns, documents: OutputDocuments, document: vscode.TextDocument): Promise<void> {
  const before = runs.latest(document.uri);
  if (before === undefined || !documents.isOpen(documents.uri(before.name)) || !ctx.sessions.all.includes(before.session)) return;
  if (!vscode.workspace.isTrusted || vscode.workspace.getConfiguration('porthole').get<boolean>('chisels.runOnSave') === false) return;
  const source = document.getText();
  // What is half written keeps the output of before.
  if (diagnoseChisel(source).some((problem) => problem.severity === 'error')) return;
  try { await runs.start({ ...before, source }); } catch (error) { ctx.log.error(`The chisel ${before.name} could not be run again: ${String(error)}`); }
}

/** A chisel that runs is seen, and can be ended, in the status bar. */
function statusItem(runs: ChiselRuns): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('porthole.chisels', vscode.StatusBarAlignment.Left, 48);
  item.name = 'Porthole: Chisels';
  item.command = 'porthole.stopChisel';
  const changed = runs.onDidChange(() => {
    const names = runs.running.map((r) => r.name);
    if (names.length === 0) { item.hide(); return; }
    item.text = `$(sync~spin) ${names.join(', ')}`;
    item.tooltip = `Running: ${runs.running.map((r) => `${r.name} on ${r.session.title}`).join(', ')}.\nClick to stop.`;
    item.accessibilityInformation = { label: `Chisels running: ${names.join(', ')}. Activate to stop.` };
    item.show();
  });
  return vscode.Disposable.from(item, changed);
}

/** The file of what a command is given; of the editor in front where it is given nothing. */
function uriOf(value: unknown): vscode.Uri | undefined {
  if (value instanceof vscode.Uri) return value;
  if (typeof value === 'object' && value !== null && 'uri' in value && value.uri instanceof vscode.Uri) return value.uri;
  const active = vscode.window.activeTextEditor?.document;
  return value === undefined && active?.languageId === CHISEL_LANGUAGE ? active.uri : undefined;
}

async function pickChisel(tree: ChiselsTree, title = 'Chisel'): Promise<vscode.Uri> {
  const picked = await pickFrom(await tree.all(), title);
  if (picked === undefined) throw new CancelledError();
  return picked.uri;
}

/** The session that the user looked at last; asked for only where there are several and none is active. */
async function pickSession(ctx: Ctx): Promise<CaptureSession> {
  const { active, all } = ctx.sessions;
  if (active !== undefined) return active;
  if (all.length === 0) throw new UserError('There is nothing to run a chisel on.', 'Connect to a host, or open a .scap file.');
  const picked = await vscode.window.showQuickPick(all.map((session) => ({ label: session.title, session })), { title: 'Run the chisel on' });
  if (picked === undefined) throw new CancelledError();
  return picked.session;
}

/** Asks for what the chisel needs; for what it may do without only when `all`. */
async function askArguments(head: ChiselHead | undefined, all: boolean, before: readonly string[]): Promise<string[]> {
  const values: string[] = [];
  for (const [i, argument] of (head?.args ?? []).entries()) {
    if (argument.optional && !all) break;
    const value = await vscode.window.showInputBox({
      title: `${argument.name}${argument.optional ? ' (optional)' : ''}`, prompt: argument.description, value: before[i] ?? '', ignoreFocusOut: true,
      ...(argument.optional ? { placeHolder: 'Empty: none, nor any of the arguments after it' } : {}),
    });
    if (value === undefined) throw new CancelledError();
    if (value === '' && argument.optional) break;
    values.push(value);
  }
  return values;
}
