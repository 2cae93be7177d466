// The HTML that carries a page: nothing inline, nothing from elsewhere, scripts by nonce only.
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** Makes text safe as HTML content and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, sign => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[sign] ?? '');
}

/** Folder that a page may load from. */
export function pageFolder(extensionUri: vscode.Uri): vscode.Uri { return vscode.Uri.joinPath(extensionUri, 'dist', 'webviews'); }

/** A page of dist/webviews: `name`.js and `name`.css. */
export function pageHtml(webview: vscode.Webview, extensionUri: vscode.Uri, name: string, title: string): string {
  const nonce = randomBytes(18).toString('base64');
  const file = (extension: string): string => escapeHtml(webview.asWebviewUri(vscode.Uri.joinPath(pageFolder(extensionUri), `${name}.${extension}`)).toString());
  const policy = `default-src 'none'; img-src ${webview.cspSource} data:; font-src ${webview.cspSource}; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="${file('css')}">
</head>
<body>
<div id="root"></div>
<script nonce="${nonce}" src="${file('js')}"></script>
</body>
</html>`;
}

/** A page that only says something: what happened, and what to do. */
export function messageHtml(title: string, message: string, remedy: string): string {
  const nonce = randomBytes(18).toString('base64');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'">
<title>${escapeHtml(title)}</title>
<style nonce="${nonce}">
body { max-width: 46em; margin: 4em auto; padding: 0 2em; font: var(--vscode-font-size) var(--vscode-font-family); color: var(--vscode-foreground); line-height: 1.5; overflow-wrap: anywhere; }
h1 { font-size: 1.4em; font-weight: 600; }
.remedy { color: var(--vscode-descriptionForeground); }
</style>
</head>
<body>
<main role="alert" id="message">
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(message)}</p>
<p class="remedy">${escapeHtml(remedy)}</p>
</main>
</body>
</html>`;
}
