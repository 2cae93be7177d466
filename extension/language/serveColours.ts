// The language server's semantic tokens.
import type { Connection, ServerCapabilities, TextDocuments } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { CHISEL } from './chiselTypes.ts';
import { chiselColours, COLOUR_MODIFIERS, COLOUR_TYPES, colourNumbers, filterFileColours } from './luaColours.ts';

export const COLOURS: ServerCapabilities = { semanticTokensProvider: { legend: { tokenTypes: [...COLOUR_TYPES], tokenModifiers: [...COLOUR_MODIFIERS] }, full: true } };

export function serveColours(connection: Connection, documents: TextDocuments<TextDocument>): void {
  connection.languages.semanticTokens.on(({ textDocument }) => {
    const document = documents.get(textDocument.uri);
    if (document === undefined) return { data: [] };
    const text = document.getText();
    return { data: colourNumbers(text, document.languageId === CHISEL ? chiselColours(text) : filterFileColours(text)) };
  });
}
