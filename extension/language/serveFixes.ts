// The language server's quick fixes.
import { CodeActionKind, type CodeAction, type Connection, type Diagnostic, type ServerCapabilities, type TextDocuments } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { fixesFor } from './chiselFixes.ts';
import { CHISEL, type Problem } from './chiselTypes.ts';
import { nearFixes } from './nearFixes.ts';
import { rangeOf } from './serveNavigation.ts';

export const FIXES: ServerCapabilities = { codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] } };

export function serveFixes(connection: Connection, documents: TextDocuments<TextDocument>): void {
  connection.onCodeAction(({ textDocument, context }) => {
    const document = documents.get(textDocument.uri);
    if (document === undefined) return [];
    const text = document.getText();
    return context.diagnostics.filter((d) => d.source === 'porthole').flatMap((diagnostic): CodeAction[] => {
      const problem = problemOf(document, diagnostic);
      const fixes = document.languageId === CHISEL ? fixesFor(text, problem) : nearFixes(problem, text);
      return fixes.map((fix, i) => ({
        title: fix.title, kind: CodeActionKind.QuickFix, diagnostics: [diagnostic], isPreferred: i === 0,
        edit: { changes: { [document.uri]: fix.changes.map((c) => ({ range: rangeOf(document, c), newText: c.text })) } },
      }));
    });
  });
}

/** What was said of a text that may have changed since: places are taken as they are, so that a fix is made of the text at hand. */
function problemOf(document: TextDocument, d: Diagnostic): Problem {
  return { start: document.offsetAt(d.range.start), end: document.offsetAt(d.range.end), message: typeof d.message === 'string' ? d.message : d.message.value, code: String(d.code ?? ''), severity: 'warning' };
}
