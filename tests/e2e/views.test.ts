// Views in the real VS Code: out of the captures view, from containers down to files, into the timeline, out as a file, over marked time, and found again when the window is loaded anew.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import type { FrameLocator, Locator } from 'playwright-core';
import { steps } from './steps.ts';
import type { TimelinePageObject } from './timelinePage.ts';
import { projectPath, whyNoVscode } from './vscodeServer.ts';
import { makeWorkspace, openWindow, type TestWindow } from './window.ts';
import type { Workbench } from './workbench.ts';

const skip = whyNoVscode() ?? false;
const NAME = 'demo.scap', VIEWS = `Views of ${NAME}`;

let window: TestWindow | undefined;
let workbench: Workbench;
let timeline: TimelinePageObject;
let folder = '';
before(async () => {
  if (skip !== false) return;
  folder = makeWorkspace();
  copyFileSync(projectPath('extension/media/demo.scap'), join(folder, NAME));
  // Not one that somebody may still be writing.
  utimesSync(join(folder, NAME), new Date('2025-01-01'), new Date('2025-01-01'));
  window = await openWindow({ workspace: folder });
  ({ workbench, timeline } = window);
});
after(async () => { await window?.close(); });
const step = steps({
  skip,
  async onFailure(name) {
    await workbench.screenshot(`views-failed-${name.replace(/\W+/g, '-').slice(0, 50)}`);
    process.stderr.write(`${workbench.console.slice(-20).join('\n')}\n`);
  },
});

const page = (): FrameLocator => workbench.webview();
const heading = (name: string): Locator => page().getByRole('heading', { level: 1, name, exact: true });
const row = (text: string | RegExp): Locator => page().locator('.vw-rows .vw-row:visible', { hasText: text }).first();
const timelineTab = (): Locator => workbench.page.locator('.tabs-container .tab', { hasText: NAME }).filter({ hasNotText: 'Views' }).first();

step('a view is picked for a capture', async () => {
  await workbench.activity('Porthole');
  await workbench.pane('Captures').getByRole('treeitem', { name: NAME }).first().waitFor();
  await workbench.itemMenu(new RegExp(NAME.replace('.', '\\.')), 'Show View');
  await workbench.answer('Show View', 'Containers with processor time');
  await workbench.tab(VIEWS).waitFor();
  await heading('Containers').waitFor();
  await row('porthole-demo-web-1').waitFor();
  assert.equal(await timelineTab().count(), 0);
});

step('a container leads to its processes, a process to what it consists of', async () => {
  await row('porthole-demo-worker-1').dblclick();
  await heading('Processes').waitFor();
  await row('job 3').click();
  await page().getByTestId('drill').filter({ hasText: 'Show Threads' }).waitFor();
  await workbench.screenshot('views');
  await page().getByTestId('drill').click();
  await heading('Threads').waitFor();
  await row('job 3').dblclick();
  await heading('Files').waitFor();
  await row('/var/log/job.log').waitFor();
  assert.deepEqual(await page().getByTestId('crumbs').getByRole('button').allInnerTexts(), ['Containers', 'Processes', 'Threads']);
});

step('a table is saved as the command line prints it', async () => {
  await page().getByTestId('crumb-0').click();
  await heading('Containers').waitFor();
  await page().locator('[data-view=syscalls]').click();
  await heading('System Calls').waitFor();
  const target = join(folder, 'calls.csv');
  await workbench.saveAs('Save Table', target, async () => { await page().getByTestId('csv').click(); });
  assert.equal(readFileSync(target, 'utf8'), execFileSync(projectPath('dist/porthole'), ['view', 'syscalls', '-r', join(folder, NAME), '--csv'], { encoding: 'utf8' }));
});

step('a row leads into the timeline', async () => {
  await page().locator('[data-view=errors]').click();
  await heading('Errors').waitFor();
  await row('ENOENT').click();
  await page().getByTestId('timeline').click();
  await timelineTab().waitFor();
  await timeline.filter.waitFor();
  for (const end = Date.now() + 60_000; !/evt\.res=ENOENT/.test(await timeline.filter.inputValue());) { assert.ok(Date.now() < end, await timeline.filter.inputValue()); await workbench.page.waitForTimeout(100); }
  await timeline.settled();
  assert.match(await timeline.frame.getByTestId('list-size').textContent() ?? '', /^\d+ events$/);
});

step('the button of the timeline shows views of the time that is marked', async () => {
  const box = (await timeline.canvas.boundingBox())!, { mouse } = workbench.page;
  await mouse.move(box.x + box.width * 0.2, box.y + 20);
  await mouse.down();
  await mouse.move(box.x + box.width * 0.5, box.y + 24, { steps: 8 });
  await mouse.up();
  await timeline.settled();
  await workbench.page.locator('.editor-actions').getByRole('button', { name: 'Show View' }).click();
  await workbench.answer('Show View', 'System calls by how often');
  await heading('System Calls').waitFor();
  const counted = page().getByTestId('sample');
  await counted.filter({ hasText: 'of 6,181 events' }).waitFor();
  await page().locator('[data-testid=extent] option[value=range]:not([disabled])').waitFor({ state: 'attached' });
  await page().getByTestId('extent').selectOption('range');
  await counted.filter({ hasNotText: 'of 6,181 events' }).waitFor();
  const events = Number((await counted.innerText()).match(/of ([\d,]+) events/)?.[1]?.replace(',', ''));
  assert.ok(events > 0 && events < 6181, String(events));
});

step('how long calls took is a picture; dragging over it lists the calls', async () => {
  await page().getByTestId('extent').selectOption('all');
  await page().locator('[data-view=spectro_all]').click();
  await heading('Spectrogram-All').waitFor();
  const spectrum = page().getByTestId('spectrum');
  await page().getByTestId('read').filter({ hasText: '3,013 calls' }).waitFor();
  await workbench.screenshot('spectrogram');
  // The upper part: calls of a tenth of a second and more.
  const box = (await spectrum.boundingBox())!, { mouse } = workbench.page;
  await mouse.move(box.x + 80, box.y + 10);
  await mouse.down();
  await mouse.move(box.x + box.width - 20, box.y + 60, { steps: 6 });
  await mouse.up();
  await timeline.filter.waitFor();
  for (const end = Date.now() + 60_000; !/^evt\.latency>=\d+ and evt\.latency<\d+$/.test(await timeline.filter.inputValue());) { assert.ok(Date.now() < end, await timeline.filter.inputValue()); await workbench.page.waitForTimeout(100); }
  await timeline.settled();
  assert.match(await timeline.frame.getByTestId('list-size').textContent() ?? '', /^\d+ events$/);
  await workbench.tab(VIEWS).click();
  await heading('Spectrogram-All').waitFor();
});

step('where time goes is a flame graph; a node of it leads to its calls', async () => {
  await page().locator('[data-view=flame]').click();
  await heading('Flame Graph').waitFor();
  const node = (name: RegExp): Locator => page().getByRole('treeitem', { name }).first();
  await node(/^porthole-demo-worker-1, container/).dblclick();
  await node(/^porthole-demo-worker-1, container.*100 % of the picture$/).waitFor();
  await workbench.screenshot('flame');
  await node(/^job, program/).click();
  await page().getByTestId('flame-timeline').click();
  await timeline.filter.waitFor();
  for (const end = Date.now() + 60_000; !/ and container\.id=\w{12} and proc\.name=job$/.test(await timeline.filter.inputValue());) { assert.ok(Date.now() < end, await timeline.filter.inputValue()); await workbench.page.waitForTimeout(100); }
  await timeline.settled();
  assert.match(await timeline.frame.getByTestId('list-size').textContent() ?? '', /^\d+ events$/);
  await workbench.tab(VIEWS).click();
  await heading('Flame Graph').waitFor();
});

step('is found again where it was when the window is loaded anew', async () => {
  await page().getByTestId('extent').selectOption('all');
  await page().locator('[data-view=containers]').click();
  await heading('Containers').waitFor();
  await row('porthole-demo-app-1').dblclick();
  await heading('Processes').waitFor();
  await row(/app/).waitFor();
  await workbench.reload();
  await workbench.tab(VIEWS).waitFor();
  await workbench.tab(VIEWS).click();
  await heading('Processes').waitFor();
  await page().getByTestId('crumb-0').filter({ hasText: 'Containers' }).waitFor();
  await row(/app/).waitFor();
});

const LIVE = 'a live host is counted each second, kept while paused, and a command for a row is typed, not run';
if (process.getuid?.() !== 0) void test(LIVE, { skip: 'the probe needs root' });
else step(LIVE, async () => {
  const name = `views-${process.pid}`.slice(0, 15), program = join(folder, `bin-${name}`, name);
  mkdirSync(dirname(program));
  symlinkSync('/bin/sh', program);
  const child = spawn(program, ['-c', 'while read word < /etc/hostname; do sleep 0.05; done'], { stdio: 'ignore' });
  try {
    await workbench.command('Porthole: Connect to Host');
    await workbench.pick(/This Machine|local/i);
    await workbench.treeItem(/Processes of the host/).waitFor();
    await workbench.itemMenu(/Local host/, 'Show View');
    await workbench.answer('Show View', 'Processes with processor time');
    await workbench.tab(/Views of (?!demo)/).waitFor();
    await page().getByTestId('search').fill(name);
    await row(name).waitFor();
    const counted = page().getByTestId('sample'), before = await counted.innerText();
    await counted.filter({ hasNotText: before }).waitFor();
    await page().getByTestId('pause').click();
    await page().getByTestId('pause').filter({ hasText: 'Go On' }).waitFor();
    const kept = await counted.innerText();
    await row(name).click();
    await page().getByTestId('actions').selectOption({ label: 'kill %proc.pid' });
    // What stands in a terminal is painted; its name is the line.
    await workbench.page.locator('.part.panel', { hasText: `kill ${String(child.pid)}` }).waitFor();
    await workbench.screenshot('views-live');
    assert.equal(child.exitCode, null, 'it lives');
    assert.equal(child.signalCode, null, 'it lives');
    assert.equal(await counted.innerText(), kept);
  } finally { child.kill('SIGKILL'); }
});
