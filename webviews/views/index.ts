// Entry of the page of views: asks what it looks at, and builds itself into the body.
import './views.css';
import { el } from '../base/dom.ts';
import { Host } from '../base/host.ts';
import type { ViewsEvent, ViewsIntent, ViewsRequests } from '../protocol/views.ts';
import { ViewsPage } from './page.ts';

async function start(): Promise<void> {
  const host = new Host<ViewsRequests, ViewsEvent, ViewsIntent>();
  try {
    window.__viewsTest = new ViewsPage(host, await host.request('views/ready', {}));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    document.body.replaceChildren(el('p', { class: 'vw-fatal', role: 'alert' }, `The views cannot be shown: ${message}`));
    host.tell({ intent: 'error', message });
  }
}
void start();
