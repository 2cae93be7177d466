// Entry of the overview page: asks what it looks at, and builds itself into the body.
import './overview.css';
import { el } from '../base/dom.ts';
import { Host } from '../base/host.ts';
import { OverviewPage } from './page.ts';

async function start(): Promise<void> {
  const host = new Host();
  try {
    window.__overviewTest = new OverviewPage(host, await host.request('page/ready', {}));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    document.body.replaceChildren(el('p', { class: 'ov-fatal', role: 'alert' }, `The overview cannot be shown: ${message}`));
    host.tell({ intent: 'error', message });
  }
}
void start();
