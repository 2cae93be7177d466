// The captures view: recordings and .scap files of the workspace, to open, reveal and delete.
import * as vscode from 'vscode';
import { join } from 'node:path';
import { shortBytes } from '../../base/text.ts';
import type { Ctx } from '../../context.ts';

const PATTERN = '**/*.{scap,scap.gz}';
/** More would not be looked through in a list. */
const MAX_FILES = 500;

interface Capture { readonly uri: vscode.Uri; readonly bytes: number; readonly changedMs: number }

class CapturesTree implements vscode.TreeDataProvider<Capture> {
  readonly #recordings: vscode.Uri;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  #timer: NodeJS.Timeout | undefined;
  constructor(recordings: vscode.Uri) { this.#recordings = recordings; }

  refresh(): void { this.#timer ??= setTimeout(() => { this.#timer = undefined; this.#changed.fire(undefined); }, 200); }

  async getChildren(): Promise<Capture[]> {
    const found = await vscode.workspace.findFiles(PATTERN, '**/node_modules/**', MAX_FILES);
    const uris = new Map(found.map(uri => [uri.toString(), uri]));
    try {
      for (const [name] of await vscode.workspace.fs.readDirectory(this.#recordings)) if (/\.scap(\.gz)?$/.test(name)) { const uri = vscode.Uri.joinPath(this.#recordings, name); uris.set(uri.toString(), uri); }
    } catch { /* nothing was recorded outside of a workspace yet */ }
    const captures = await Promise.all([...uris.values()].map(async uri => {
      try { const stat = await vscode.workspace.fs.stat(uri); return { uri, bytes: stat.size, changedMs: stat.mtime }; } catch { return { uri, bytes: 0, changedMs: 0 }; }
    }));
    return captures.sort((a, b) => b.changedMs - a.changedMs);
  }

  getTreeItem(capture: Capture): vscode.TreeItem {
    const item = new vscode.TreeItem(capture.uri);
    const name = capture.uri.path.split('/').at(-1) ?? '';
    const folder = vscode.workspace.asRelativePath(capture.uri).split('/').slice(0, -1).join('/');
    item.id = capture.uri.toString();
    item.description = [shortBytes(capture.bytes), folder.startsWith('/') ? '' : folder].filter(text => text !== '').join(' · ');
    item.tooltip = `${capture.uri.fsPath}\n${shortBytes(capture.bytes)}, ${new Date(capture.changedMs).toLocaleString()}`;
    item.iconPath = new vscode.ThemeIcon('file-binary');
    item.contextValue = 'capture';
    item.command = { command: 'porthole.openCapture', title: 'Open Capture', arguments: [capture] };
    item.accessibilityInformation = { label: `Capture ${name}, ${shortBytes(capture.bytes)}`, role: 'treeitem' };
    return item;
  }
}

export async function registerCaptures(ctx: Ctx): Promise<void> {
  const recordings = vscode.Uri.file(join(ctx.extension.globalStorageUri.fsPath, 'recordings'));
  await vscode.workspace.fs.createDirectory(recordings);
  const tree = new CapturesTree(recordings);
  const watchers = [vscode.workspace.createFileSystemWatcher(PATTERN), vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(recordings, '*.scap'))];
  for (const watcher of watchers) ctx.subscriptions.push(watcher, watcher.onDidCreate(() => tree.refresh()), watcher.onDidChange(() => tree.refresh()), watcher.onDidDelete(() => tree.refresh()));
  ctx.subscriptions.push(vscode.window.createTreeView('porthole.captures', { treeDataProvider: tree }), vscode.workspace.onDidChangeWorkspaceFolders(() => tree.refresh()), ctx.hosts.onDidChange(name => { if (name === '') tree.refresh(); }));

  ctx.command('porthole.openCapture', async value => {
    const uri = uriOf(value) ?? (await vscode.window.showOpenDialog({ title: 'Open Capture', canSelectMany: false, filters: { 'Captures': ['scap', 'gz'], 'All files': ['*'] } }))?.[0];
    if (uri !== undefined) await vscode.commands.executeCommand('vscode.openWith', uri, 'porthole.capture');
  });
  ctx.command('porthole.revealCapture', async value => { const uri = uriOf(value); if (uri !== undefined) await vscode.commands.executeCommand('revealInExplorer', uri); });
  ctx.command('porthole.deleteCapture', async value => {
    const uri = uriOf(value);
    if (uri === undefined) return;
    const name = uri.path.split('/').at(-1) ?? '';
    const answer = await vscode.window.showWarningMessage(`Delete the capture ${name}?`, { modal: true, detail: uri.fsPath }, 'Delete');
    if (answer !== 'Delete') return;
    try { await vscode.workspace.fs.delete(uri, { useTrash: true }); } catch { await vscode.workspace.fs.delete(uri, { useTrash: false }); }
    tree.refresh();
  });
}

function uriOf(value: unknown): vscode.Uri | undefined {
  if (value instanceof vscode.Uri) return value;
  if (typeof value === 'string') return vscode.Uri.file(value);
  return typeof value === 'object' && value !== null && 'uri' in value && value.uri instanceof vscode.Uri ? value.uri : undefined;
}
