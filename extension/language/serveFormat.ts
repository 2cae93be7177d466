// The language server's formatting.
import { TextEdit, type Connection, type FormattingOptions, type ServerCapabilities, type TextDocuments } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { CHISEL } from './chiselTypes.ts';
import { formatLua, whyNoFormatter } from './luaFormat.ts';
import type { Span } from './luaTree.ts';
import { rangeOf } from './serveNavigation.ts';

export const FORMAT: ServerCapabilities = { documentFormattingProvider: true, documentRangeFormattingProvider: true };

export function serveFormat(connection: Connection, documents: TextDocuments<TextDocument>): void {
  const edits = (document: TextDocument | undefined, options: FormattingOptions, part?: Span): TextEdit[] => {
    if (document?.languageId !== CHISEL) return [];
    const missing = whyNoFormatter();
    if (missing !== undefined) { connection.console.error(missing); return []; }
    try {
      const change = formatLua(document.getText(), { tabs: !options.insertSpaces, width: options.tabSize }, part);
      return change === undefined ? [] : [TextEdit.replace(rangeOf(document, change), change.text)];
    } catch (error) {
      // What is half written stays as it is; where it is wrong is marked already.
      connection.console.info(`Not formatted: ${error instanceof Error ? error.message : String(error)}`);
      return [];
    }
  };
  connection.onDocumentFormatting(({ textDocument, options }) => edits(documents.get(textDocument.uri), options));
  connection.onDocumentRangeFormatting(({ textDocument, options, range }) => {
    const document = documents.get(textDocument.uri);
    return document === undefined ? [] : edits(document, options, { start: document.offsetAt(range.start), end: document.offsetAt(range.end) });
  });
}
