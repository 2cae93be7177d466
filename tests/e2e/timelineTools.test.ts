// Stretches of time in the real VS Code: marked, bookmarked, cut out into a capture of their own, linked to, saved as a picture; and there again when the window is loaded anew.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { steps } from './steps.ts';
import type { TimelinePageObject } from './timelinePage.ts';
import { projectPath, whyNoVscode } from './vscodeServer.ts';
import { makeWorkspace, openWindow, type TestWindow } from './window.ts';
import type { Workbench } from './workbench.ts';

const skip = whyNoVscode() ?? false;
let window: TestWindow | undefined;
let workbench: Workbench;
let timeline: TimelinePageObject;
const workspace = skip === false ? makeWorkspace() : '';
const capture = join(workspace, 'demo.scap'), part = join(workspace, 'part.scap');

before(async () => {
  if (skip !== false) return;
  copyFileSync(projectPath('extension/media/demo.scap'), capture);
  window = await openWindow({ workspace });
  ({ workbench, timeline } = window);
});
after(async () => { await window?.close(); });

const step = steps({
  skip,
  async onFailure(name) {
    await workbench.screenshot(`tools-failed-${name.replace(/\W+/g, '-').slice(0, 50)}`);
    process.stderr.write(`${workbench.console.slice(-20).join('\n')}\n`);
  },
});

/** Waits until something read is as wanted. */
async function until<T>(read: () => Promise<T>, wanted: (value: T) => boolean, what: string, timeoutMs = 60_000): Promise<T> {
  for (const end = Date.now() + timeoutMs; ;) {
    const value = await read();
    if (wanted(value)) return value;
    if (Date.now() > end) throw new Error(`${what}: ${JSON.stringify(value)}`);
    await workbench.page.waitForTimeout(100);
  }
}
const at = (id: string): ReturnType<TimelinePageObject['frame']['getByTestId']> => timeline.frame.getByTestId(id);
const clipboard = (): Promise<string> => workbench.page.evaluate(() => navigator.clipboard.readText());
/** Drags over the axis, in parts of what is in view. */
async function mark(from: number, to: number): Promise<void> {
  const box = (await timeline.canvas.boundingBox())!, { page } = workbench;
  await page.mouse.move(box.x + box.width * from, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * (from + to) / 2, box.y + 24, { steps: 4 });
  await page.mouse.move(box.x + box.width * to, box.y + 24, { steps: 4 });
  await page.mouse.up();
  await timeline.settled();
}

step('marks a time: the list, the count and the strip are about it', async () => {
  await workbench.openFile('demo.scap');
  await workbench.tab('demo.scap').waitFor();
  await workbench.statusItem(/events/).waitFor();
  await timeline.canvas.waitFor();
  await timeline.settled();
  await mark(0.3, 0.6);
  await until(async () => await at('chosen').textContent(), (text) => /: [\d,]+ events/.test(text ?? ''), 'what is marked');
  await workbench.screenshot('tools-marked');
});

step('bookmarks it', async () => {
  await timeline.canvas.focus();
  await workbench.page.keyboard.press('b');
  await at('bookmarks').getByText('Bookmarks 1').waitFor();
});

let link = '';
step('copies a link to it', async () => {
  await at('copy-link').click();
  link = await until(clipboard, (text) => text.includes('://porthole'), 'what was copied');
  const { searchParams, pathname } = new URL(link);
  assert.equal(pathname, '/open');
  assert.equal(searchParams.get('capture'), capture);
  assert.ok(BigInt(searchParams.get('to')!) > BigInt(searchParams.get('from')!));
});

step('cuts it out into a capture of its own', async () => {
  await workbench.saveAs('Save Part as Capture', part, async () => { await at('save-range').click(); });
  await workbench.notificationAction(/Saved .*part\.scap/, 'Open');
  await workbench.tab('part.scap').waitFor();
  await until(async () => await at('chosen').count() > 0 && await at('chosen').isHidden(), Boolean, 'its own timeline');
  const { searchParams } = new URL(link), program = projectPath('dist/porthole');
  const print = (...args: readonly string[]): string => execFileSync(program, ['-p', '%evt.rawtime %evt.cpu %thread.tid %evt.dir %evt.type %proc.name %container.name %evt.info', ...args], { maxBuffer: 1 << 28 }).toString();
  const whole = print('-r', capture, `evt.rawtime>=${searchParams.get('from')} and evt.rawtime<=${searchParams.get('to')}`);
  assert.ok(whole.split('\n').length > 100, `${whole.split('\n').length} events`);
  // The same events, names of processes, containers and descriptors: what they need is in it.
  assert.equal(print('-r', part), whole);
  await workbench.screenshot('tools-part');
});

step('follows the link, out of another tab', async () => {
  await workbench.command('Porthole: Open Link');
  await workbench.answer('Open Link', link);
  await until(async () => (await workbench.tab('demo.scap').getAttribute('aria-selected')), (selected) => selected === 'true', 'the tab of the capture');
  await timeline.settled();
  const { searchParams } = new URL(link);
  const wantedNs = Number(BigInt(searchParams.get('to')!) - BigInt(searchParams.get('from')!));
  const { startNs, endNs } = await timeline.range();
  assert.ok(endNs - startNs >= wantedNs * 0.99 && endNs - startNs <= wantedNs * 1.2, `${endNs - startNs} ns in view, ${wantedNs} asked for`);
});

step('says what is wrong with a link', async () => {
  await workbench.command('Porthole: Open Link');
  await workbench.answer('Open Link', link.replace('demo.scap', 'gone.scap'));
  await workbench.notification(/gone\.scap, which is not on this machine/).waitFor();
  await workbench.notificationAction(/gone\.scap/, 'Show Log');
  await workbench.page.keyboard.press('Control+J');
});

for (const format of ['png', 'svg'] as const) {
  step(`saves the timeline as ${format.toUpperCase()}`, async () => {
    const path = join(workspace, `picture.${format}`);
    await workbench.tab('demo.scap').click();
    await workbench.saveAs('Save Picture', path, async () => {
      await workbench.command('Porthole: Save Timeline as Picture');
      await workbench.pick(format.toUpperCase());
    });
    const bytes = readFileSync(path);
    if (format === 'png') assert.deepEqual([...bytes.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
    else assert.match(bytes.toString(), /^<\?xml[^]*<title>demo\.scap<\/title>[^]*<\/svg>\s*$/);
    assert.ok(bytes.length > 5000, `${bytes.length} bytes`);
  });
}

step('still knows the bookmark when the window is loaded anew', async () => {
  await workbench.reload();
  await workbench.tab('demo.scap').waitFor();
  await workbench.tab('demo.scap').click();
  await workbench.statusItem(/events/).waitFor();
  await at('bookmarks').waitFor();
  await timeline.settled();
  await at('bookmarks').click();
  await timeline.frame.getByRole('button', { name: 'Go to Bookmark 1' }).click();
  await until(async () => await at('chosen').textContent(), (text) => /: [\d,]+ events/.test(text ?? ''), 'what is marked');
});
