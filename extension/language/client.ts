// Starts the language server and decides which Lua files are chisels.
import * as vscode from 'vscode';
import { LanguageClient, TransportKind, type LanguageClientOptions, type ServerOptions } from 'vscode-languageclient/node';
import { isChisel } from '../../remote-agent/engine/chisel/loader.ts';
import type { Ctx } from '../context.ts';
import { chiselFolders } from '../features/chisels/folders.ts';
import { CHISEL, type LanguageOptions } from './chiselTypes.ts';

export const CHISEL_LANGUAGE = CHISEL;
export const FILTER_LANGUAGE = 'porthole-filter';
/** Languages that a file of Lua may have before it is recognised. */
const LUA_LANGUAGES = new Set(['lua', 'plaintext']);

/** Registers the languages of chisels and filters; the server starts with the first such document. */
export function registerLanguage(ctx: Ctx): void {
  ctx.subscriptions.push(vscode.workspace.onDidOpenTextDocument((document) => recogniseChisel(document)));
  for (const document of vscode.workspace.textDocuments) recogniseChisel(document);
  const start = (): void => { starting.dispose(); startServer(ctx); };
  const wanted = (document: vscode.TextDocument): boolean => document.languageId === CHISEL_LANGUAGE || document.languageId === FILTER_LANGUAGE;
  const starting = vscode.workspace.onDidOpenTextDocument((document) => { if (wanted(document)) start(); });
  ctx.subscriptions.push(starting);
  if (vscode.workspace.textDocuments.some(wanted)) start();
}

/** A Lua file with a chisel's head, wherever it lies, becomes a chisel. */
function recogniseChisel(document: vscode.TextDocument): void {
  if (!LUA_LANGUAGES.has(document.languageId) || !document.fileName.endsWith('.lua') || !isChisel(document.getText())) return;
  void vscode.languages.setTextDocumentLanguage(document, CHISEL_LANGUAGE);
}

function startServer(ctx: Ctx): void {
  const module = vscode.Uri.joinPath(ctx.extensionUri, 'dist', 'languageServer.cjs').fsPath;
  const server: ServerOptions = { run: { module, transport: TransportKind.ipc }, debug: { module, transport: TransportKind.ipc, options: { execArgv: ['--nolazy', '--inspect=6011'] } } };
  const initializationOptions: LanguageOptions = { chiselFolders: chiselFolders(ctx.extensionUri).map((folder) => folder.uri.fsPath) };
  const options: LanguageClientOptions = { documentSelector: [{ language: CHISEL_LANGUAGE }, { language: FILTER_LANGUAGE }], outputChannelName: 'Porthole Languages', initializationOptions };
  const client = new LanguageClient('porthole.languages', 'Porthole Languages', server, options);
  ctx.subscriptions.push({ dispose: () => { void client.dispose(); } });
  client.start().catch((error: unknown) => ctx.log.error(`The language server of chisels could not be started: ${error instanceof Error ? error.message : String(error)}`));
}
