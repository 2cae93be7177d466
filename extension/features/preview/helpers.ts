// Lua files beside a chisel that it requires or hands over to, as they stand in the editor or on the disk.
import * as vscode from 'vscode';
import { execNames } from '../../../remote-agent/engine/chisel/loader.ts';
import { requiredModules } from './choice.ts';

export interface Helpers {
  readonly modules: Readonly<Record<string, string>>;
  /** Their addresses by the names that messages call them. */
  readonly files: ReadonlyMap<string, vscode.Uri>;
}
const MAX_MODULES = 32, MAX_BYTES = 1 << 20;

/** Those that the text names, and those that they name. What is not there is left to the run to say: it may be one that comes with Porthole. */
export async function helpersOf(chisel: vscode.Uri, source: string): Promise<Helpers> {
  const modules: Record<string, string> = {}, files = new Map<string, vscode.Uri>();
  const wanted = [...requiredModules(source), ...execNames(source)];
  for (let name = wanted.shift(); name !== undefined && files.size < MAX_MODULES; name = wanted.shift()) {
    if (Object.hasOwn(modules, name)) continue;
    const uri = vscode.Uri.joinPath(chisel, '..', `${name}.lua`);
    const text = await textOf(uri);
    if (text === undefined) continue;
    modules[name] = text;
    files.set(`${name}.lua`, uri);
    wanted.push(...requiredModules(text));
  }
  return { modules, files };
}

async function textOf(uri: vscode.Uri): Promise<string | undefined> {
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  if (open !== undefined) return open.getText();
  try {
    const bytes = await vscode.workspace.fs.readFile(uri);
    return bytes.length > MAX_BYTES ? undefined : Buffer.from(bytes).toString('utf8');
  } catch { return undefined; }
}
