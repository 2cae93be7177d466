// The chisels view: those that come with Porthole, and those of the workspace.
import * as vscode from 'vscode';
import { isChisel, readHead, type ChiselHead } from '../../../remote-agent/engine/chisel/loader.ts';

const PATTERN = '**/*.lua';
const MAX_FILES = 500;
const MAX_BYTES = 1 << 20;

export interface ChiselNode { readonly kind: 'chisel'; readonly uri: vscode.Uri; readonly name: string; readonly head: ChiselHead | undefined; readonly bundled: boolean }
interface GroupNode { readonly kind: 'group'; readonly label: string; readonly bundled: boolean }
type Node = GroupNode | ChiselNode;

const GROUPS: readonly GroupNode[] = [{ kind: 'group', label: 'Workspace', bundled: false }, { kind: 'group', label: 'Porthole', bundled: true }];

/** Name of the chisel in a file. */
export function chiselName(uri: vscode.Uri): string { return (uri.path.split('/').at(-1) ?? '').replace(/(\.chisel)?\.lua$/, ''); }

export class ChiselsTree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #extensionUri: vscode.Uri;
  readonly #watcher = vscode.workspace.createFileSystemWatcher(PATTERN);
  #timer: NodeJS.Timeout | undefined;

  constructor(extensionUri: vscode.Uri) {
    this.#extensionUri = extensionUri;
    this.#watcher.onDidCreate(() => this.refresh());
    this.#watcher.onDidChange(() => this.refresh());
    this.#watcher.onDidDelete(() => this.refresh());
  }

  refresh(): void { this.#timer ??= setTimeout(() => { this.#timer = undefined; this.#changed.fire(undefined); }, 200); }
  dispose(): void { clearTimeout(this.#timer); this.#watcher.dispose(); this.#changed.dispose(); }

  async getChildren(node?: Node): Promise<Node[]> {
    if (node === undefined) {
      const counts = await Promise.all(GROUPS.map((g) => this.#chisels(g.bundled)));
      return GROUPS.filter((_, i) => (counts[i]?.length ?? 0) > 0);
    }
    return node.kind === 'group' ? this.#chisels(node.bundled) : [];
  }

  /** Every chisel that the view shows. */
  async all(): Promise<ChiselNode[]> { return [...await this.#chisels(false), ...await this.#chisels(true)]; }

  getTreeItem(node: Node): vscode.TreeItem {
    if (node.kind === 'group') {
      const item = new vscode.TreeItem(node.label, vscode.TreeItemCollapsibleState.Expanded);
      item.id = `group:${node.label}`;
      return item;
    }
    const item = new vscode.TreeItem(node.name);
    item.id = node.uri.toString();
    item.resourceUri = node.uri;
    item.description = node.head?.shortDescription ?? '';
    const about = new vscode.MarkdownString();
    about.appendText(node.head?.description ?? 'A Lua script that uses the chisel API.');
    for (const a of node.head?.args ?? []) about.appendText(`\n${a.name}${a.optional ? ' (optional)' : ''}: ${a.description}`);
    item.tooltip = about;
    item.iconPath = new vscode.ThemeIcon('tools');
    item.contextValue = node.bundled ? 'chisel.bundled' : 'chisel.workspace';
    item.command = { command: 'porthole.openChisel', title: 'Open Chisel', arguments: [node] };
    item.accessibilityInformation = { label: `Chisel ${node.name}: ${node.head?.shortDescription ?? ''}`, role: 'treeitem' };
    return item;
  }

  async #chisels(bundled: boolean): Promise<ChiselNode[]> {
    const uris = bundled ? await this.#bundled() : await vscode.workspace.findFiles(PATTERN, '**/{node_modules,dist}/**', MAX_FILES);
    const nodes = await Promise.all(uris.map((uri) => readNode(uri, bundled)));
    return nodes.filter((n): n is ChiselNode => n !== undefined).sort((a, b) => a.name.localeCompare(b.name));
  }

  async #bundled(): Promise<vscode.Uri[]> {
    for (const folder of [['dist', 'chisels'], ['remote-agent', 'chisels']]) {
      const uri = vscode.Uri.joinPath(this.#extensionUri, ...folder);
      try { return (await vscode.workspace.fs.readDirectory(uri)).filter(([name]) => name.endsWith('.lua')).map(([name]) => vscode.Uri.joinPath(uri, name)); } catch { /* try the next */ }
    }
    return [];
  }
}

async function readNode(uri: vscode.Uri, bundled: boolean): Promise<ChiselNode | undefined> {
  try {
    const bytes = await vscode.workspace.fs.readFile(uri);
    if (bytes.length > MAX_BYTES) return undefined;
    const source = new TextDecoder().decode(bytes);
    const head = readHead(source);
    if (head?.hidden === true || !isChisel(source)) return undefined;
    return { kind: 'chisel', uri, name: chiselName(uri), head, bundled };
  } catch { return undefined; }
}
