// The overview in the real VS Code: out of the captures view, from a finding and a tile into the timeline and back, and found again when the window is loaded anew.
import assert from 'node:assert/strict';
import { copyFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { after, before } from 'node:test';
import type { FrameLocator, Locator } from 'playwright-core';
import { steps } from './steps.ts';
import type { TimelinePageObject } from './timelinePage.ts';
import { projectPath, whyNoVscode } from './vscodeServer.ts';
import { makeWorkspace, openWindow, type TestWindow } from './window.ts';
import type { Workbench } from './workbench.ts';

const skip = whyNoVscode() ?? false;
const NAME = 'demo.scap', OVERVIEW = `Overview of ${NAME}`;

let window: TestWindow | undefined;
let workbench: Workbench;
let timeline: TimelinePageObject;
before(async () => {
  if (skip !== false) return;
  const workspace = makeWorkspace();
  copyFileSync(projectPath('extension/media/demo.scap'), join(workspace, NAME));
  // Not one that somebody may still be writing.
  utimesSync(join(workspace, NAME), new Date('2025-01-01'), new Date('2025-01-01'));
  window = await openWindow({ workspace });
  ({ workbench, timeline } = window);
});
after(async () => { await window?.close(); });
const step = steps({
  skip,
  async onFailure(name) {
    await workbench.screenshot(`overview-failed-${name.replace(/\W+/g, '-').slice(0, 50)}`);
    process.stderr.write(`${workbench.console.slice(-20).join('\n')}\n`);
  },
});

const page = (): FrameLocator => workbench.webview();
const tile = (id: string): Locator => page().getByTestId(`tile-${id}`);
const calls = (): Locator => tile('calls').getByText('3,076', { exact: true });
const timelineTab = (): Locator => workbench.page.locator('.tabs-container .tab', { hasText: NAME }).filter({ hasNotText: 'Overview' }).first();
/** Waits until the timeline has a filter that matches. */
async function filtered(pattern: RegExp): Promise<string> {
  for (const end = Date.now() + 120_000; ;) {
    const filter = await timeline.filter.inputValue();
    if (pattern.test(filter)) return filter;
    if (Date.now() > end) throw new Error(`the filter is "${filter}"`);
    await workbench.page.waitForTimeout(100);
  }
}

step('opens out of the captures view, without a timeline', async () => {
  await workbench.activity('Porthole');
  await workbench.pane('Captures').getByRole('treeitem', { name: NAME }).first().waitFor();
  await workbench.itemAction(new RegExp(NAME.replace('.', '\\.')), 'Show Overview');
  await workbench.tab(OVERVIEW).waitFor();
  await calls().waitFor();
  await page().getByTestId('findings').getByText('warehouse: no answer').waitFor();
  assert.equal(await timelineTab().count(), 0);
  await workbench.screenshot('overview');
});

step('a finding leads to its moment', async () => {
  await page().getByTestId('findings').getByRole('button', { name: /Crashed, SIGSEGV/ }).click();
  await timelineTab().waitFor();
  await timeline.filter.waitFor();
  const filter = await filtered(/evt\.type=signaldeliver/);
  assert.match(filter, /container\.id=\w{12} and proc\.name=job and evt\.arg\.sig=SIGSEGV$/);
  await timeline.settled();
  await timeline.frame.locator('[data-testid=events] [aria-selected=true]', { hasText: 'sig=11' }).waitFor();
  const { startNs, endNs } = await timeline.range();
  assert.ok(endNs - startNs < 2e9, `${endNs - startNs} ns`);
  await workbench.screenshot('overview-finding');
});

step('the button of the timeline shows the overview; a tile filters the timeline', async () => {
  await workbench.page.locator('.editor-actions').getByRole('button', { name: 'Show Overview' }).click();
  await calls().waitFor();
  await tile('httpErrors').click();
  await timeline.filter.waitFor();
  await filtered(/^evt\.is_io_write=true/);
  await timeline.settled();
  assert.equal(await timeline.frame.getByTestId('list-size').textContent(), '3 events');
});

step('closing the timeline leaves the overview at work', async () => {
  await timelineTab().locator('.codicon-close').click();
  await timelineTab().waitFor({ state: 'detached' });
  await calls().waitFor();
  await page().getByTestId('pin-netIn').click();
  await page().locator('.ov-plot .ov-row.ov-cat-network path[d^=M]').waitFor();
});

step('is found again, with what is pinned, when the window is loaded anew', async () => {
  await workbench.reload();
  await workbench.tab(OVERVIEW).waitFor();
  await workbench.tab(OVERVIEW).click();
  await calls().waitFor();
  await page().locator('.ov-chart-labels', { hasText: 'Received' }).waitFor();
  await page().locator('.ov-plot .ov-row.ov-cat-network path[d^=M]').waitFor();
});
