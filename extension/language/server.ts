// The language server of chisels and filters: a thin edge between the protocol and the pure functions beside it.
import {
  CompletionItemKind, createConnection, DiagnosticSeverity, DiagnosticTag, InsertTextFormat, MarkupKind, ProposedFeatures, TextDocuments, TextDocumentSyncKind, TextEdit,
  type CompletionItem, type Diagnostic,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { diagnoseChisel } from './chiselAnalysis.ts';
import { completeChisel } from './chiselComplete.ts';
import { hoverChisel, signatureChisel } from './chiselHelp.ts';
import { CHISEL, type LanguageOptions, type Problem, type Proposal } from './chiselTypes.ts';
import { completeFilterFile, diagnoseFilterFile, hoverFilterFile } from './filterText.ts';
import { luaFiles } from './luaFiles.ts';
import { COLOURS, serveColours } from './serveColours.ts';
import { FIXES, serveFixes } from './serveFixes.ts';
import { FORMAT, serveFormat } from './serveFormat.ts';
import { NAVIGATION, serveNavigation } from './serveNavigation.ts';

/** Time after the last key before a text is checked, ms. */
const QUIET_MS = 150;

const connection = createConnection(ProposedFeatures.all);
const documents = new TextDocuments(TextDocument);
const timers = new Map<string, NodeJS.Timeout>();
/** Folders that chisels are looked for in, as the client says. */
const folders: string[] = [];
const project = luaFiles((uri) => documents.get(uri)?.getText(), folders);

const KINDS: Readonly<Record<Proposal['kind'], CompletionItemKind>> = {
  field: CompletionItemKind.Field, function: CompletionItemKind.Function, callback: CompletionItemKind.Event, module: CompletionItemKind.Module,
  value: CompletionItemKind.Value, operator: CompletionItemKind.Operator, keyword: CompletionItemKind.Keyword, global: CompletionItemKind.Variable, variable: CompletionItemKind.Variable, property: CompletionItemKind.Property,
};

function diagnostic(document: TextDocument, p: Problem): Diagnostic {
  return { range: { start: document.positionAt(p.start), end: document.positionAt(p.end) }, message: p.message, code: p.code, source: 'porthole', severity: p.severity === 'error' ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning, ...(p.unused === true ? { tags: [DiagnosticTag.Unnecessary] } : {}) };
}

function check(document: TextDocument): void {
  const text = document.getText();
  const problems = document.languageId === CHISEL ? diagnoseChisel(text, document.uri, project) : diagnoseFilterFile(text);
  void connection.sendDiagnostics({ uri: document.uri, version: document.version, diagnostics: problems.map((p) => diagnostic(document, p)) });
}

function item(document: TextDocument, p: Proposal, order: number): CompletionItem {
  return {
    label: p.label, kind: KINDS[p.kind], detail: p.detail, sortText: String(order).padStart(5, '0'), filterText: p.label,
    textEdit: TextEdit.replace({ start: document.positionAt(p.start), end: document.positionAt(p.end) }, p.insert),
    ...(p.documentation === undefined ? {} : { documentation: { kind: MarkupKind.Markdown, value: p.documentation } }),
    ...(p.snippet === true ? { insertTextFormat: InsertTextFormat.Snippet } : {}),
  };
}

connection.onInitialize(({ initializationOptions }) => {
  folders.push(...(initializationOptions as LanguageOptions | undefined)?.chiselFolders ?? []);
  return { capabilities: {
    ...NAVIGATION, ...FIXES, ...COLOURS, ...FORMAT,
    textDocumentSync: TextDocumentSyncKind.Incremental,
    completionProvider: { triggerCharacters: ['.', '"', "'", '%', '=', ' ', '('] },
    hoverProvider: true,
    signatureHelpProvider: { triggerCharacters: ['(', ','] },
  } };
});
serveNavigation(connection, documents, project);
serveFixes(connection, documents);
serveColours(connection, documents);
serveFormat(connection, documents);

connection.onCompletion(({ textDocument, position }) => {
  const document = documents.get(textDocument.uri);
  if (document === undefined) return [];
  const text = document.getText(), offset = document.offsetAt(position);
  const proposals = document.languageId === CHISEL ? completeChisel(text, offset, document.uri, project) : completeFilterFile(text, offset);
  return proposals.map((p, i) => item(document, p, i));
});

connection.onHover(({ textDocument, position }) => {
  const document = documents.get(textDocument.uri);
  if (document === undefined) return null;
  const text = document.getText(), offset = document.offsetAt(position);
  const found = document.languageId === CHISEL ? hoverChisel(text, offset, document.uri, project) : hoverFilterFile(text, offset);
  return found === undefined ? null : { contents: { kind: MarkupKind.Markdown, value: found.markdown }, range: { start: document.positionAt(found.start), end: document.positionAt(found.end) } };
});

connection.onSignatureHelp(({ textDocument, position }) => {
  const document = documents.get(textDocument.uri);
  const found = document?.languageId === CHISEL ? signatureChisel(document.getText(), document.offsetAt(position), document.uri, project) : undefined;
  if (found === undefined) return null;
  return { activeSignature: 0, activeParameter: found.active, signatures: [{ label: found.label, documentation: found.documentation, parameters: found.parameters.map((p) => ({ label: p.label, documentation: p.documentation })) }] };
});

documents.onDidChangeContent(({ document }) => {
  clearTimeout(timers.get(document.uri));
  timers.set(document.uri, setTimeout(() => { timers.delete(document.uri); check(document); }, QUIET_MS));
});
documents.onDidClose(({ document }) => {
  clearTimeout(timers.get(document.uri));
  timers.delete(document.uri);
  void connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
});
documents.listen(connection);
connection.listen();
