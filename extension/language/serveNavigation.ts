// The language server's answers on the structure of a chisel: definitions, references, rename, outline, folding.
import {
  DocumentHighlightKind, FoldingRangeKind, ResponseError, SymbolKind,
  type Connection, type DocumentSymbol, type FoldingRange, type Location as ServerLocation, type Range, type ServerCapabilities, type TextDocuments,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { CHISEL } from './chiselTypes.ts';
import { definitions, highlights, references, rename, renamable, type Location } from './luaNavigate.ts';
import { folds, outline, type OutlineItem } from './luaOutline.ts';
import type { LuaProject } from './luaText.ts';
import type { Span } from './luaTree.ts';

export const NAVIGATION: ServerCapabilities = {
  definitionProvider: true, referencesProvider: true, documentHighlightProvider: true, documentSymbolProvider: true, foldingRangeProvider: true, renameProvider: { prepareProvider: true },
};

const KINDS: Readonly<Record<OutlineItem['kind'], SymbolKind>> = { callback: SymbolKind.Event, function: SymbolKind.Function, variable: SymbolKind.Variable, field: SymbolKind.Field, head: SymbolKind.Property };

export function rangeOf(document: TextDocument, { start, end }: Span): Range { return { start: document.positionAt(start), end: document.positionAt(end) }; }

export function serveNavigation(connection: Connection, documents: TextDocuments<TextDocument>, project: LuaProject): void {
  const chisel = (uri: string): TextDocument | undefined => { const document = documents.get(uri); return document?.languageId === CHISEL ? document : undefined; };
  /** Places of any file, in lines. */
  const locations = (found: readonly Location[]): ServerLocation[] => found.flatMap(({ uri, start, end }) => {
    const text = project.text(uri);
    return text === undefined ? [] : [{ uri, range: rangeOf(documents.get(uri) ?? TextDocument.create(uri, CHISEL, 0, text), { start, end }) }];
  });

  connection.onDefinition(({ textDocument, position }) => {
    const document = chisel(textDocument.uri);
    return document === undefined ? [] : locations(definitions(document.getText(), document.uri, document.offsetAt(position), project));
  });
  connection.onReferences(({ textDocument, position, context }) => {
    const document = chisel(textDocument.uri);
    return document === undefined ? [] : locations(references(document.getText(), document.uri, document.offsetAt(position), project, context.includeDeclaration));
  });
  connection.onDocumentHighlight(({ textDocument, position }) => {
    const document = chisel(textDocument.uri);
    if (document === undefined) return [];
    return highlights(document.getText(), document.offsetAt(position)).map((use) => ({ range: rangeOf(document, use), kind: use.write ? DocumentHighlightKind.Write : DocumentHighlightKind.Read }));
  });
  connection.onPrepareRename(({ textDocument, position }) => {
    const document = chisel(textDocument.uri);
    if (document === undefined) return null;
    const may = renamable(document.getText(), document.uri, document.offsetAt(position), project);
    if (typeof may === 'string') throw new ResponseError(0, may);
    return { range: rangeOf(document, may), placeholder: may.name };
  });
  connection.onRenameRequest(({ textDocument, position, newName }) => {
    const document = chisel(textDocument.uri);
    if (document === undefined) return null;
    const done = rename(document.getText(), document.uri, document.offsetAt(position), newName, project);
    if (typeof done === 'string') throw new ResponseError(0, done);
    return { changes: { [document.uri]: done.map((at) => ({ range: rangeOf(document, at), newText: newName })) } };
  });
  connection.onDocumentSymbol(({ textDocument }) => {
    const document = chisel(textDocument.uri);
    if (document === undefined) return [];
    const symbol = (item: OutlineItem): DocumentSymbol => ({ name: item.name, detail: item.detail, kind: KINDS[item.kind], range: rangeOf(document, item), selectionRange: rangeOf(document, item.nameSpan), children: item.children.map(symbol) });
    return outline(document.getText()).map(symbol);
  });
  connection.onFoldingRanges(({ textDocument }) => {
    const document = chisel(textDocument.uri);
    if (document === undefined) return [];
    return folds(document.getText()).flatMap((fold): FoldingRange[] => {
      const start = document.positionAt(fold.start).line, last = document.positionAt(fold.end).line;
      // The line that closes code stays in view.
      const end = fold.kind === 'code' ? last - 1 : last;
      return end <= start ? [] : [{ startLine: start, endLine: end, ...(fold.kind === 'code' ? {} : { kind: fold.kind === 'comment' ? FoldingRangeKind.Comment : FoldingRangeKind.Region }) }];
    });
  });
}
