// Installing chisels out of a folder or a .zip into the user's folder. What is there already is replaced only where somebody says so.
import * as vscode from 'vscode';
import { readHead } from '../../../remote-agent/engine/chisel/loader.ts';
import { CancelledError, UserError } from '../../base/text.ts';
import { userFolder } from './folders.ts';
import { isSafe, MAX_ALL, MAX_ENTRIES, MAX_FILE, unzipLua, ZipError, type Unpacked } from './zip.ts';

/** Depth of folders that are looked into. */
const DEPTH = 3;

/** Asks what to install, installs it, and says what was done. */
export async function installChisels(value: unknown): Promise<void> {
  const source = value instanceof vscode.Uri ? value : await chooseSource();
  const files = await filesOf(source);
  if (files.length === 0) throw new UserError(`There are no .lua files in ${source.fsPath}.`, 'Choose a folder or .zip that holds chisels.');
  const folder = userFolder();
  const known = new Set<string>();
  for (const file of files) if (await exists(vscode.Uri.joinPath(folder, file.path))) known.add(file.path);
  const chisels = files.filter((f) => readHead(new TextDecoder().decode(f.bytes)) !== undefined).map((f) => f.path.replace(/\.lua$/, ''));
  const detail = [`${chisels.length === 0 ? 'None of them is a chisel.' : `Chisels: ${short(chisels)}.`}`, files.length > chisels.length ? `Other Lua files: ${files.length - chisels.length}.` : '', known.size > 0 ? `There already: ${short([...known])}.` : '', 'A chisel runs without files, programs and network; look at what it does all the same.'].filter((l) => l !== '').join('\n');
  const buttons = known.size === 0 ? ['Install'] : known.size === files.length ? ['Replace'] : ['Replace', 'Install New Ones Only'];
  const answer = await vscode.window.showInformationMessage(`Install ${files.length} files into ${folder.fsPath}?`, { modal: true, detail }, ...buttons);
  if (answer === undefined) throw new CancelledError();
  let written = 0;
  try {
    for (const file of files) {
      if (known.has(file.path) && answer !== 'Replace') continue;
      const target = vscode.Uri.joinPath(folder, file.path);
      await vscode.workspace.fs.createDirectory(vscode.Uri.joinPath(target, '..'));
      await vscode.workspace.fs.writeFile(target, file.bytes);
      written++;
    }
  } catch (error) {
    throw new UserError(`Only ${written} of ${files.length} files could be written to ${folder.fsPath}: ${error instanceof Error ? error.message : String(error)}`, 'See to it that the folder can be written.');
  }
  void vscode.window.showInformationMessage(`Installed ${written} file${written === 1 ? '' : 's'} into ${folder.fsPath}.`);
}

async function chooseSource(): Promise<vscode.Uri> {
  const what = await vscode.window.showQuickPick([{ label: 'From a Folder…', folder: true }, { label: 'From a .zip File…', folder: false }], { title: 'Install Chisels' });
  if (what === undefined) throw new CancelledError();
  const picked = await vscode.window.showOpenDialog({ title: 'Install Chisels', canSelectMany: false, canSelectFolders: what.folder, canSelectFiles: !what.folder, openLabel: 'Install', ...(what.folder ? {} : { filters: { 'Archives': ['zip'] } }) });
  const uri = picked?.[0];
  if (uri === undefined) throw new CancelledError();
  return uri;
}

async function filesOf(source: vscode.Uri): Promise<readonly Unpacked[]> {
  let stat: vscode.FileStat;
  try { stat = await vscode.workspace.fs.stat(source); } catch (error) { throw new UserError(`${source.fsPath} cannot be read: ${error instanceof Error ? error.message : String(error)}`, 'Choose another.'); }
  if ((stat.type & vscode.FileType.Directory) !== 0) return inFolder(source);
  if (stat.size > 4 * MAX_ALL) throw new UserError(`${source.fsPath} is too large for an archive of chisels.`, `At most ${4 * MAX_ALL >> 20} MiB are read.`);
  try { return unzipLua(await vscode.workspace.fs.readFile(source)); } catch (error) {
    if (error instanceof ZipError) throw new UserError(`${source.fsPath} cannot be installed. ${error.message}`, 'Unpack it by hand, look at it, and install the folder.');
    throw error;
  }
}

async function inFolder(source: vscode.Uri): Promise<readonly Unpacked[]> {
  const found: Unpacked[] = [];
  let all = 0;
  const visit = async (folder: vscode.Uri, prefix: string, depth: number): Promise<void> => {
    for (const [name, type] of await vscode.workspace.fs.readDirectory(folder)) {
      const path = `${prefix}${name}`, uri = vscode.Uri.joinPath(folder, name);
      if (found.length >= MAX_ENTRIES || name.startsWith('.') || !isSafe(path)) continue;
      if ((type & vscode.FileType.Directory) !== 0) { if (depth < DEPTH && name !== 'node_modules' && (type & vscode.FileType.SymbolicLink) === 0) await visit(uri, `${path}/`, depth + 1); continue; }
      if (!name.endsWith('.lua')) continue;
      const { size } = await vscode.workspace.fs.stat(uri);
      all += size;
      if (size > MAX_FILE || all > MAX_ALL) throw new UserError(`${uri.fsPath} is too large: chisels are at most ${MAX_FILE >> 20} MiB each, ${MAX_ALL >> 20} MiB together.`, 'Leave it out.');
      found.push({ path, bytes: await vscode.workspace.fs.readFile(uri) });
    }
  };
  await visit(source, '', 0);
  return found;
}

async function exists(uri: vscode.Uri): Promise<boolean> { try { await vscode.workspace.fs.stat(uri); return true; } catch { return false; } }
function short(names: readonly string[]): string { return names.length <= 12 ? names.join(', ') : `${names.slice(0, 12).join(', ')} and ${names.length - 12} more`; }
