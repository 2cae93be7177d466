// Views of a capture or a host: csysdig's tables, on a page of their own; which one is picked, or comes with the command.
import * as vscode from 'vscode';
import type { ViewEntry } from '../../../webviews/protocol/views.ts';
import type { Ctx } from '../../context.ts';
import { SessionPages, targetOf } from '../captures/pages.ts';
import { chiselFolders } from '../chisels/folders.ts';
import { asNode, filterOf } from '../hosts/model.ts';
import { catalogueOf, VIEW_FILE, type Catalogue, type ViewFile } from './catalogue.ts';
import { ViewsPanel } from './page.ts';

const MAX_FILES = 200, MAX_BYTES = 256 * 1024;

export function registerViews(ctx: Ctx): void {
  let catalogue: Catalogue = catalogueOf([]);
  const pages = new SessionPages(ctx, { type: 'porthole.views', title: 'Views of', memoryKey: 'porthole.viewsOpened', make: (panel, session) => new ViewsPanel(ctx, panel, session, () => catalogue) });
  const read = async (): Promise<void> => { catalogue = catalogueOf(await viewFiles(ctx)); };
  // A page that comes back with the window may begin before.
  void read();

  ctx.command('porthole.showView', async (value, wanted) => {
    const target = targetOf(ctx, value), node = asNode(value);
    await read();
    const filter = node === undefined ? '' : filterOf(node), id = typeof wanted === 'string' ? wanted : await pick(catalogue.entries);
    if (id === undefined) return;
    (await pages.of(target))?.show({ view: id, filter });
  });
}

async function pick(entries: readonly ViewEntry[]): Promise<string | undefined> {
  const items: (vscode.QuickPickItem & { readonly id?: string })[] = [];
  let category = '';
  for (const entry of entries) {
    if (entry.category !== category) items.push({ label: category = entry.category, kind: vscode.QuickPickItemKind.Separator });
    items.push({ label: entry.name, description: entry.id, detail: entry.description, id: entry.id });
  }
  return (await vscode.window.showQuickPick(items, { title: 'Show View', placeHolder: 'Which table?', matchOnDescription: true, matchOnDetail: true }))?.id;
}

/** View files among the chisels of the user, of the settings, and of a workspace that is trusted. */
async function viewFiles(ctx: Ctx): Promise<ViewFile[]> {
  const own = chiselFolders(ctx.extensionUri).filter(({ origin }) => origin !== 'stock').map(({ uri }) => uri), found: vscode.Uri[] = [];
  for (const folder of own) {
    const names = await vscode.workspace.fs.readDirectory(folder).then(all => all, () => []);
    found.push(...names.filter(([name]) => VIEW_FILE.test(name)).map(([name]) => vscode.Uri.joinPath(folder, name)));
  }
  if (vscode.workspace.isTrusted) found.push(...await vscode.workspace.findFiles('**/v_*.lua', '**/node_modules/**', MAX_FILES));
  const files: ViewFile[] = [];
  for (const uri of found.slice(0, MAX_FILES)) {
    const bytes = await vscode.workspace.fs.readFile(uri).then(all => all, () => undefined);
    if (bytes !== undefined && bytes.length <= MAX_BYTES) files.push({ path: uri.fsPath, text: Buffer.from(bytes).toString('utf8') });
  }
  return files;
}
