// Entry of the preview page.
import './preview.css';
import { el } from '../base/dom.ts';
import type { VsCodeApi } from '../base/host.ts';
import type { FromPreview } from '../protocol/preview.ts';
import { PreviewPage } from './page.ts';

declare function acquireVsCodeApi(): VsCodeApi;

const api = acquireVsCodeApi();
try { window.__previewTest = new PreviewPage(api); } catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  document.body.replaceChildren(el('p', { class: 'pv-fatal', role: 'alert' }, `The preview cannot be shown: ${message}`));
  api.postMessage({ intent: 'error', message } satisfies FromPreview);
}
