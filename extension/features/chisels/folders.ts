// Folders that hold chisels beside the workspace: the user's own, those of the settings, Porthole's, and sysdig's where it is installed.
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';

/** Whose chisels they are. */
export type Origin = 'workspace' | 'user' | 'stock' | 'sysdig';
export interface ChiselFolder { readonly uri: vscode.Uri; readonly origin: Origin }

/** Where sysdig's package puts its chisels. */
const SYSDIG_FOLDER = '/usr/share/sysdig/chisels';

/** The folder of chisels of whoever uses the editor; new and installed ones go there. */
export function userFolder(): vscode.Uri { return vscode.Uri.file(join(homedir(), '.chisels')); }

/** Absolute paths of the setting; `~` is the home folder. What is relative or empty is left out. */
export function foldersOf(setting: readonly unknown[] | undefined, home: string): string[] {
  return (setting ?? []).filter((entry): entry is string => typeof entry === 'string').map((entry) => entry.trim()).map((entry) => entry === '~' || entry.startsWith('~/') ? join(home, entry.slice(1)) : entry).filter((entry) => isAbsolute(entry));
}

/** All of them, in the order in which a name is looked for: the user's first, so that they can replace what is delivered. */
export function chiselFolders(extensionUri: vscode.Uri): ChiselFolder[] {
  const set = foldersOf(vscode.workspace.getConfiguration('porthole').get<unknown[]>('chisels.folders'), homedir());
  const stock = ['dist/chisels', 'remote-agent/chisels'].map((path) => vscode.Uri.joinPath(extensionUri, path)).find((uri) => existsSync(uri.fsPath));
  const all: ChiselFolder[] = [{ uri: userFolder(), origin: 'user' }, ...set.map((path): ChiselFolder => ({ uri: vscode.Uri.file(path), origin: 'user' }))];
  if (stock !== undefined) all.push({ uri: stock, origin: 'stock' });
  all.push({ uri: vscode.Uri.file(SYSDIG_FOLDER), origin: 'sysdig' });
  return all;
}
