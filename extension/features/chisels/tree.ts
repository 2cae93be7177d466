// The chisels view: those of the workspace, the user's, Porthole's and sysdig's, by category.
import * as vscode from 'vscode';
import { isChisel, readHead } from '../../../remote-agent/engine/chisel/loader.ts';
import { about, categoryOf, matches, ORIGINS, shelves, type Category, type Listed, type Shelf } from './catalog.ts';
import { chiselFolders, userFolder } from './folders.ts';

const PATTERN = '**/*.lua';
const MAX_FILES = 500;
const MAX_BYTES = 1 << 20;

export interface ChiselNode extends Listed { readonly kind: 'chisel'; readonly uri: vscode.Uri }
interface ShelfNode { readonly kind: 'shelf'; readonly shelf: Shelf<ChiselNode> }
interface CategoryNode { readonly kind: 'category'; readonly shelf: Shelf<ChiselNode>; readonly category: Category<ChiselNode> }
type Node = ShelfNode | CategoryNode | ChiselNode;

/** Name of the chisel in a file. */
export function chiselName(uri: vscode.Uri): string { return (uri.path.split('/').at(-1) ?? '').replace(/(\.chisel)?\.lua$/, ''); }

export class ChiselsTree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #extensionUri: vscode.Uri;
  readonly #watching: vscode.Disposable[] = [];
  #search = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(extensionUri: vscode.Uri) {
    this.#extensionUri = extensionUri;
    this.#watch(PATTERN);
    this.#watch(new vscode.RelativePattern(userFolder(), '*.lua'));
    this.#watching.push(vscode.workspace.onDidChangeConfiguration((change) => { if (change.affectsConfiguration('porthole.chisels')) this.refresh(); }));
  }

  #watch(pattern: vscode.GlobPattern): void {
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    this.#watching.push(watcher, watcher.onDidCreate(() => this.refresh()), watcher.onDidChange(() => this.refresh()), watcher.onDidDelete(() => this.refresh()));
  }

  /** Words that all shown chisels hold; '' shows all. */
  get search(): string { return this.#search; }
  set search(search: string) { this.#search = search.trim(); this.#changed.fire(undefined); }

  refresh(): void { this.#timer ??= setTimeout(() => { this.#timer = undefined; this.#changed.fire(undefined); }, 200); }
  dispose(): void { clearTimeout(this.#timer); for (const w of this.#watching) w.dispose(); this.#changed.dispose(); }

  async getChildren(node?: Node): Promise<Node[]> {
    if (node === undefined) return shelves((await this.all()).filter((c) => matches(c, this.#search))).map((shelf) => ({ kind: 'shelf', shelf }));
    if (node.kind === 'shelf') return node.shelf.categories.map((category) => ({ kind: 'category', shelf: node.shelf, category }));
    return node.kind === 'category' ? [...node.category.chisels] : [];
  }

  /** Every chisel that there is to run, hidden ones left out. */
  async all(): Promise<ChiselNode[]> {
    const own = await vscode.workspace.findFiles(PATTERN, '**/{node_modules,dist}/**', MAX_FILES);
    const folders = chiselFolders(this.#extensionUri);
    const inFolders = await Promise.all(folders.map(async ({ uri, origin }) => Promise.all((await luaFilesOf(uri)).map((file) => readNode(file, origin)))));
    const inWorkspace = await Promise.all(own.map((file) => readNode(file, 'workspace')));
    const seen = new Set<string>();
    // A folder of the workspace may be one of the user's as well.
    return [...inFolders.flat(), ...inWorkspace].filter((n): n is ChiselNode => {
      if (n === undefined || seen.has(n.uri.toString())) return false;
      seen.add(n.uri.toString());
      return true;
    });
  }

  getTreeItem(node: Node): vscode.TreeItem {
    const state = this.#search === '' ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.Expanded;
    if (node.kind === 'shelf') {
      const { origin, title, categories } = node.shelf;
      const item = new vscode.TreeItem(title, origin === 'sysdig' ? state : vscode.TreeItemCollapsibleState.Expanded);
      const count = categories.reduce((n, c) => n + c.chisels.length, 0);
      item.id = `shelf:${origin}:${this.#search}`;
      item.description = String(count);
      item.tooltip = { workspace: 'Chisels of the folders that are open', user: 'Chisels in ~/.chisels and in the folders of the setting porthole.chisels.folders', stock: 'Chisels that come with Porthole', sysdig: 'Chisels of the installed sysdig' }[origin];
      item.accessibilityInformation = { label: `${title}: ${count} chisels` };
      return item;
    }
    if (node.kind === 'category') {
      const item = new vscode.TreeItem(node.category.title, node.shelf.origin === 'sysdig' ? state : vscode.TreeItemCollapsibleState.Expanded);
      item.id = `category:${node.shelf.origin}:${node.category.title}:${this.#search}`;
      item.accessibilityInformation = { label: `${node.category.title}: ${node.category.chisels.length} chisels` };
      return item;
    }
    const item = new vscode.TreeItem(node.name);
    // An item keeps its parent, whose id tells of the search.
    item.id = `chisel:${this.#search}:${node.uri.toString()}`;
    item.resourceUri = node.uri;
    item.description = node.head?.shortDescription ?? '';
    item.tooltip = new vscode.MarkdownString().appendText(about(node));
    item.iconPath = new vscode.ThemeIcon('tools');
    item.contextValue = `chisel.${node.origin}`;
    item.command = { command: 'porthole.openChisel', title: 'Open Chisel', arguments: [node] };
    item.accessibilityInformation = { label: `Chisel ${node.name}: ${node.head?.shortDescription ?? ''}`, role: 'treeitem' };
    return item;
  }
}

async function luaFilesOf(folder: vscode.Uri): Promise<vscode.Uri[]> {
  try { return (await vscode.workspace.fs.readDirectory(folder)).filter(([name, type]) => name.endsWith('.lua') && (type & vscode.FileType.Directory) === 0).slice(0, MAX_FILES).map(([name]) => vscode.Uri.joinPath(folder, name)); } catch { return []; }
}

async function readNode(uri: vscode.Uri, origin: Listed['origin']): Promise<ChiselNode | undefined> {
  try {
    const bytes = await vscode.workspace.fs.readFile(uri);
    if (bytes.length > MAX_BYTES) return undefined;
    const source = new TextDecoder().decode(bytes);
    const head = readHead(source);
    // Folders of chisels hold libraries and views, too; only what describes itself is a chisel there.
    if (head?.hidden === true || head === undefined && (origin !== 'workspace' || !isChisel(source))) return undefined;
    return { kind: 'chisel', uri, name: chiselName(uri), head, origin, folder: vscode.workspace.asRelativePath(vscode.Uri.joinPath(uri, '..')) };
  } catch { return undefined; }
}

/** Lets somebody choose a chisel by any word that is told of it. */
export async function pickFrom(all: readonly ChiselNode[], title: string): Promise<ChiselNode | undefined> {
  const items: (vscode.QuickPickItem & { readonly node?: ChiselNode })[] = [];
  for (const shelf of shelves(all)) {
    items.push({ label: shelf.title, kind: vscode.QuickPickItemKind.Separator });
    for (const { title: category, chisels } of shelf.categories) for (const node of chisels) items.push({ label: node.name, description: node.head?.shortDescription ?? '', detail: `${category}${node.head === undefined ? '' : ` · ${node.head.description.replace(/\s+/g, ' ').slice(0, 200)}`}`, node });
  }
  return (await vscode.window.showQuickPick(items, { title, placeHolder: 'A name, or a word of what it does', matchOnDescription: true, matchOnDetail: true }))?.node;
}

export function originOf(node: ChiselNode): string { return `${ORIGINS[node.origin]}, ${categoryOf(node)}`; }
