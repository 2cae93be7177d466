// Entry of the timeline page: asks what it looks at, and builds itself into the body.
import './timeline.css';
import { el } from '../base/dom.ts';
import { Host } from '../base/host.ts';
import { TimelinePage } from './page.ts';
import { installTestHooks } from './testHooks.ts';

async function start(): Promise<void> {
  const host = new Host();
  try {
    const page = new TimelinePage(host, await host.request('page/ready', {}));
    installTestHooks(page);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    document.body.replaceChildren(el('p', { class: 'ph-fatal', role: 'alert' }, `The timeline cannot be shown: ${message}`));
    host.tell({ intent: 'error', message });
  }
}
void start();
