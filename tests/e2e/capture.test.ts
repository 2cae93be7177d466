// A capture of two million events in the real VS Code, as a user goes about it: opened, cancelled, opened again, filtered, paged through, searched.
import assert from 'node:assert/strict';
import { statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { bigCapture } from '../interop/differential/captures.ts';
import { commandOf, descendantsOf } from './processes.ts';
import { slowDown } from './slowDown.ts';
import { steps } from './steps.ts';
import type { TimelinePageObject } from './timelinePage.ts';
import { whyNoVscode } from './vscodeServer.ts';
import { makeWorkspace, openWindow, type TestWindow } from './window.ts';
import type { Workbench } from './workbench.ts';

const skip = whyNoVscode() ?? false;
const EVENTS = 2_000_000;
const NAME = 'busy.scap';

let window: TestWindow | undefined;
let workbench: Workbench;
let timeline: TimelinePageObject;
const workspace = skip === false ? makeWorkspace() : '';

before(async () => {
  if (skip !== false) return;
  bigCapture(EVENTS, join(workspace, NAME));
  // Not one that somebody may still be writing.
  utimesSync(join(workspace, NAME), new Date('2025-01-01'), new Date('2025-01-01'));
  assert.ok(statSync(join(workspace, NAME)).size > 50e6, 'a capture that takes a while to read');
  window = await openWindow({ workspace });
  ({ workbench, timeline } = window);
});

after(async () => {
  await fast();
  await window?.close();
});

const step = steps({
  skip,
  async onFailure(name) {
    await workbench.screenshot(`capture-failed-${name.replace(/\W+/g, '-').slice(0, 50)}`);
    process.stderr.write(`${workbench.console.slice(-20).join('\n')}\n`);
  },
});

/** Opens the capture out of Porthole's view, as a click does, with little time for the extension. */
async function open(): Promise<void> {
  await workbench.activity('Porthole');
  const capture = workbench.pane('Captures').getByRole('treeitem', { name: NAME }).first();
  await capture.waitFor();
  await fast();
  fast = slower();
  await capture.click();
  await workbench.tab(NAME).waitFor();
}
/** Two million events are read in about a second: on a slower machine, which this one is made to be, there is time to watch and to cancel. */
function slower(): () => Promise<void> {
  const host = descendantsOf(window?.serverPid ?? 0).find((pid) => commandOf(pid).some((argument) => argument.includes('--type=extensionHost')));
  assert.ok(host, "VS Code's extension host runs");
  return slowDown(host, 6, 60);
}
let fast = async (): Promise<void> => undefined;
const keys = async (...all: readonly string[]): Promise<void> => { for (const key of all) await workbench.page.keyboard.press(key); };
const number = (text: string): number => Number(text.replaceAll(',', ''));
/** Selects what is in an input, with the mouse: on Control+A VS Code does so too, some time later, and letters typed before that would be overwritten. */
const selectAll = (id: string): Promise<void> => timeline.frame.getByTestId(id).click({ clickCount: 3 });
/** Waits until a part of the page says something that matches. */
async function says(id: string, pattern: RegExp, timeoutMs = 60_000): Promise<RegExpExecArray> {
  const part = timeline.frame.getByTestId(id);
  for (const end = Date.now() + timeoutMs; ;) {
    const text = await part.textContent({ timeout: timeoutMs }) ?? '';
    const match = pattern.exec(text);
    if (match !== null && await part.isVisible()) return match;
    if (Date.now() > end) throw new Error(`"${id}" says "${text}" instead of ${String(pattern)}`);
    await workbench.page.waitForTimeout(50);
  }
}
const placesInView = async (): Promise<number[]> => (await timeline.rows().evaluateAll((rows) => rows.map((row) => Number(row.getAttribute('aria-rowindex')) - 1))).sort((a, b) => a - b);
const selectedRow = async (): Promise<number> => Number(await timeline.frame.locator('[data-testid=events] [aria-selected=true]').first().getAttribute('data-row'));

let stoppedAt = 0;
step('shows how far the capture is read, and its events meanwhile', async () => {
  await open();
  await says('reading', /^Reading: \d+ %, [\d,]+ events so far/);
  await timeline.rows().first().waitFor();
  await workbench.screenshot('capture-reading');
});

step('stops reading when told to, and says where', async () => {
  await timeline.frame.getByTestId('stop-reading').click();
  const [, percent = '', events = ''] = await says('reading', /^Stopped at (\d+) %: ([\d,]+) events\./);
  stoppedAt = number(events);
  assert.ok(stoppedAt > 0 && stoppedAt < EVENTS, `${events} events`);
  assert.ok(Number(percent) > 0 && Number(percent) < 100, `${percent} %`);
  await workbench.statusItem(/stopped at \d+ %/).waitFor();
  await timeline.settled();
  await workbench.screenshot('capture-stopped');
  await workbench.page.waitForTimeout(1500);
  assert.equal(number((await says('reading', /: ([\d,]+) events/))[1] ?? ''), stoppedAt, 'nothing more is read');
});

step('what was read can be filtered and paged through', async () => {
  await timeline.setFilter('evt.failed=true');
  await timeline.settled();
  const [, failed = ''] = await says('list-size', /^([\d,]+) events?$/);
  assert.ok(number(failed) > 0 && number(failed) < stoppedAt / 2, failed);
  await timeline.setFilter('');
  await timeline.settled();
});

step('goes on where it stopped, by a command, and is cancelled again in the notification', async () => {
  await workbench.command('Porthole: Read On');
  const [, events = ''] = await says('reading', /^Reading: \d+ %, ([\d,]+) events so far/);
  assert.ok(number(events) >= stoppedAt);
  await workbench.notificationAction(/Reading busy\.scap/, 'Cancel');
  const [, again = ''] = await says('reading', /^Stopped at \d+ %: ([\d,]+) events\./);
  assert.ok(number(again) > stoppedAt && number(again) < EVENTS, again);
});

step('opened again, it is read from the start to its end', async () => {
  await workbench.tab(NAME).locator('.codicon-close').click();
  await workbench.tab(NAME).waitFor({ state: 'detached' });
  await open();
  const [, percent = ''] = await says('reading', /^Reading: (\d+) %/);
  assert.ok(Number(percent) < 100);
  await fast();
  await timeline.frame.getByTestId('reading').waitFor({ state: 'hidden', timeout: 150_000 });
  await workbench.statusItem(/2\.00 M events/).waitFor();
  await timeline.settled();
  await workbench.screenshot('capture-complete');
});

step('underlines what is wrong in a filter, and says it', async () => {
  await timeline.filter.click();
  await workbench.page.keyboard.type('evt.type=openat and proc.nmae=nginx');
  const wrong = timeline.frame.getByTestId('filter-wrong');
  await wrong.waitFor();
  assert.equal(await wrong.textContent(), 'proc.nmae');
  assert.match(await timeline.frame.getByTestId('filter-error').textContent() ?? '', /proc\.nmae/);
  assert.equal(await timeline.filter.getAttribute('aria-invalid'), 'true');
  const at = await wrong.boundingBox(), field = await timeline.filter.boundingBox();
  assert.ok(at !== null && field !== null && at.x > field.x + 100 && at.y >= field.y - 2 && at.y < field.y + field.height, 'the mark stands under the word');
  // The words have the editor's colours, say what they mean under the pointer, and a slip is mended with a key.
  assert.deepEqual(await timeline.frame.getByTestId('filter-layer').locator('.ph-token-property').allTextContents(), ['evt.type']);
  const word = await timeline.frame.getByTestId('filter-layer').locator('.ph-token-property').boundingBox();
  assert.ok(word !== null);
  await workbench.page.mouse.move(word.x + word.width / 2, word.y + word.height / 2);
  await timeline.frame.getByTestId('filter-meaning').getByText(/^evt\.type: /).waitFor();
  await workbench.screenshot('capture-wrong-filter');
  await keys('Control+.');
  assert.equal(await timeline.filter.inputValue(), 'evt.type=openat and proc.name=nginx');
});

step('completes a filter with the keyboard alone', async () => {
  await selectAll('filter');
  await workbench.page.keyboard.type('evt.fai');
  const options = timeline.frame.locator('[data-testid=filter-completions] [role=option]');
  await options.first().waitFor();
  await keys('ArrowDown');
  await workbench.screenshot('capture-completion');
  await keys('Enter');
  assert.equal(await timeline.filter.inputValue(), 'evt.failed');
  await options.filter({ hasText: '=' }).first().waitFor();
  await workbench.page.keyboard.type('=t');
  await options.filter({ hasText: 'true' }).first().waitFor();
  await keys('Tab', 'Enter');
  assert.equal(await timeline.filter.inputValue(), 'evt.failed=true');
  await timeline.settled();
  const [, failed = ''] = await says('list-size', /^([\d,]+) events?$/);
  assert.ok(number(failed) > 100 && number(failed) < EVENTS / 2, failed);
  const results = await timeline.rows().locator('.ph-cell-result').allTextContents();
  assert.ok(results.length > 5 && results.every((result) => /E[A-Z0-9]+$/.test(result)), results.join(' '));
});

step('goes back to the filter before', async () => {
  for (const before of ['evt.type=openat and proc.name=nginx', '']) {
    await workbench.command('Porthole: Back to Filter Before');
    await timeline.settled();
    assert.equal(await timeline.filter.inputValue(), before);
  }
});

let total = 0;
step('pages to the end and back with the keyboard', async () => {
  await timeline.frame.getByTestId('events').focus();
  const [, size = ''] = await says('list-size', /^([\d,]+) events$/);
  total = number(size);
  // Enter events that an exit follows have no line of their own.
  assert.ok(total > EVENTS / 3 && total <= EVENTS, size);
  await keys('End');
  await timeline.settled();
  assert.equal((await placesInView()).at(-1), total);
  await says('list-place', /100 %$/);
  await keys('PageUp', 'PageUp');
  await timeline.settled();
  const view = await placesInView();
  assert.ok((view.at(-1) ?? 0) < total && (view[0] ?? 0) > total - 200, `${view[0]} to ${view.at(-1)} of ${total}`);
  await workbench.screenshot('capture-end');
});

step('leaps with the scroll bar, and goes on by small steps from there', async () => {
  const grid = timeline.frame.getByTestId('events');
  await grid.evaluate((element) => { element.scrollTop = element.scrollHeight / 2; });
  await timeline.settled();
  const view = await placesInView();
  assert.ok(Math.abs((view[0] ?? 0) - total / 2) < total * 0.01, `${view[0]} of ${total}`);
  view.forEach((place, i) => assert.equal(place, (view[0] ?? 0) + i, 'no holes'));
  await grid.hover();
  await workbench.page.mouse.wheel(0, 240);
  // The wheel scrolls smoothly, and nobody says when it is done.
  for (const end = Date.now() + 60_000; ((await placesInView())[0] ?? 0) - (view[0] ?? 0) < 9 && Date.now() < end;) await workbench.page.waitForTimeout(100);
  await timeline.settled();
  const scrolled = await placesInView();
  assert.ok((scrolled[0] ?? 0) - (view[0] ?? 0) >= 9 && (scrolled[0] ?? 0) - (view[0] ?? 0) <= 11, `ten rows further: from ${view[0]} to ${scrolled[0]}`);
});

step('goes to an event number and to a time', async () => {
  await keys('Control+g');
  await timeline.frame.getByTestId('goto').waitFor();
  await workbench.page.keyboard.type('1234567');
  await keys('Enter');
  await timeline.field('event').getByText(/#1234[56]\d\d/).waitFor();
  await timeline.settled();
  await workbench.screenshot('capture-goto');
  await selectAll('goto');
  await workbench.page.keyboard.type('+0.5');
  await keys('Enter');
  await timeline.settled();
  const { startNs, endNs } = await timeline.range();
  assert.ok(startNs <= 0.6e9 && endNs >= 0.4e9);
  assert.ok(await selectedRow() < 1_234_567);
  await keys('Escape');
});

step('jumps to the next match and to the previous one', async () => {
  await keys('Home');
  await timeline.settled();
  await keys('Control+f');
  const find = timeline.frame.getByTestId('find');
  await find.waitFor();
  await workbench.page.keyboard.type('evt.failed=true and evt.typ=openat');
  // While it is typed, other parts are wrong.
  await says('find-wrong', /^evt\.typ$/);
  await selectAll('find');
  await workbench.page.keyboard.type('evt.failed=true');
  const [, count = ''] = await says('find-result', /^1 of ([\d,]+)$/);
  await timeline.settled();
  const first = await selectedRow();
  await keys('F3');
  await says('find-result', /^2 of /);
  await timeline.settled();
  const second = await selectedRow();
  assert.ok(second > first, `${second} after ${first}`);
  await timeline.field('event').waitFor();
  await workbench.screenshot('capture-find');
  await keys('Shift+F3');
  await says('find-result', /^1 of /);
  await timeline.settled();
  assert.equal(await selectedRow(), first);
  await keys('Shift+F3');
  assert.equal((await says('find-result', /^([\d,]+) of [\d,]+ · went on at the end$/))[1], count);
  await timeline.settled();
  assert.ok(await selectedRow() > second);
  await keys('F3');
  await says('find-result', /^1 of [\d,]+ · went on at the start$/);
});
