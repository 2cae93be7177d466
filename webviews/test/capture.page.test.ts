// A capture in the page: reading with progress, cancelling, reading on; the filter's history; finding, paging and going to events.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { idle, pageUser, rowsCome, rowsOf, skip, tell } from './pageSupport.test.ts';

interface Hooks { sent: { intent?: string; filters?: string[]; method?: string }[]; source: { status(): { events: number }; readUntil: number } }
/** From now on the capture is read to its end. */
const readOn = (page: Page): Promise<void> => page.evaluate(() => { (window as unknown as { __harness: Hooks }).__harness.source.readUntil = 1; });
const selected = (page: Page): Promise<number | undefined> => page.evaluate(() => window.__portholeTest!.selectedRow());
const focused = (page: Page): Promise<string | null> => page.evaluate(() => document.activeElement!.getAttribute('data-testid'));
const text = (page: Page, id: string): Promise<string> => page.getByTestId(id).innerText();
const eventCount = (page: Page): Promise<number> => page.evaluate(() => (window as unknown as { __harness: Hooks }).__harness.source.status().events);
const countOf = (label: string): number => Number(/([\d,]+) events?/.exec(label)![1]!.replaceAll(',', ''));
/** Waits for the result of a search to say something that matches. */
const found = async (page: Page, pattern: RegExp): Promise<RegExpExecArray> => {
  await page.waitForFunction((source) => new RegExp(source).test(document.querySelector('[data-testid=find-result]')!.textContent!), pattern.source);
  await idle(page);
  return pattern.exec(await text(page, 'find-result'))!;
};

describe('a capture in the page', { skip }, () => {
  const { use } = pageUser();

  test('reading shows progress, grows, is cancelled by keyboard, and goes on', () => use('reading=1&step=400&until=0.3', async (page) => {
    const bar = page.getByTestId('progress');
    await bar.waitFor();
    await page.waitForFunction(() => Number(document.querySelector('[data-testid=progress]')!.getAttribute('aria-valuenow')) >= 14);
    // What is read can be used meanwhile: the list and the timeline grow.
    await page.waitForFunction(() => document.querySelectorAll('[data-testid=events] .ph-rows [data-row]:not([hidden])').length > 3 && document.querySelectorAll('[data-lane-id]').length > 3);
    assert.match(await text(page, 'reading'), /^Reading: \d+ %, [\d,]+ events so far, .*MiB of 80 MiB$/);
    await page.getByTestId('stop-reading').focus();
    await readOn(page);
    await page.keyboard.press('Enter');
    await page.getByTestId('resume-reading').waitFor();
    const stopped = await text(page, 'reading');
    assert.match(stopped, /^Stopped at \d+ %: [\d,]+ events\./);
    assert.equal(await focused(page), 'resume-reading', 'the keyboard stays where it was');
    await page.waitForFunction(() => /Reading was stopped at \d+ %/.test(document.querySelector('[data-testid=summary]')!.textContent!));
    await idle(page);
    const count = countOf(stopped);
    assert.equal(count, await eventCount(page));
    assert.equal(countOf(await text(page, 'list-size')), count);
    await page.waitForTimeout(1000);
    assert.equal(await text(page, 'reading'), stopped, 'nothing is read any more');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelector('[data-testid=reading]')!.textContent!.startsWith('Reading:'));
    await bar.waitFor({ state: 'hidden' });
    await page.waitForFunction(() => /The capture is read: [\d,]+ events/.test(document.querySelector('[data-testid=summary]')!.textContent!));
    await idle(page);
    assert.equal(countOf(await text(page, 'list-size')), await eventCount(page));
    assert.ok(await eventCount(page) > count);
  }));

  // Also where rows come late: growth that was told before them must not load the list again from its start.
  for (const latencyMs of [2, 150, 250, 350]) test(`who reads the list while the file is read is not disturbed: answers after ${latencyMs} ms`, () => use(`reading=1&step=200&until=0.1&latency=${latencyMs}`, async (page) => {
    await rowsCome(page, 3);
    const grid = page.getByTestId('events');
    // As long as little is read, there is nothing to scroll to.
    await page.waitForFunction(() => { const list = document.querySelector('[data-testid=events]')!; return list.scrollHeight > 3700 + list.clientHeight; });
    await grid.evaluate((element) => { element.scrollTop = 3600; });
    await page.waitForFunction(() => Number(document.querySelector('[data-testid=events] .ph-rows [data-row]:not([hidden])')?.getAttribute('data-row')) === 150);
    await readOn(page);
    for (let i = 0; i < 6; i++) {
      await page.waitForTimeout(200);
      assert.equal((await rowsOf(page))[0], 150);
    }
  }));

  test('the list pages to its end and back, and is as long as the capture', () => use('', async (page) => {
    const total = await eventCount(page);
    assert.equal(countOf(await text(page, 'list-size')), total);
    const grid = page.getByTestId('events');
    assert.equal(await grid.getAttribute('aria-rowcount'), String(total + 1));
    await grid.focus();
    await page.keyboard.press('End');
    await page.waitForFunction((row) => window.__portholeTest!.selectedRow() === row, total - 1);
    await idle(page);
    assert.match(await text(page, 'list-place'), /100 %$/);
    assert.equal((await rowsOf(page)).at(-1), total - 1);
    await page.keyboard.press('PageUp');
    await page.keyboard.press('PageUp');
    await idle(page);
    const paged = (await selected(page))!;
    assert.ok(paged < total - 10 && paged > total - 80, `${paged} of ${total}`);
    // To the middle with the scroll bar: rows come, without holes, and their place is right.
    await grid.evaluate((element) => { element.scrollTop = element.scrollHeight / 2; });
    await idle(page);
    const rows = await rowsOf(page);
    assert.ok(rows.length > 4 && Math.abs(rows[0]! - total / 2) < 50, `${rows[0]} of ${total}`);
    rows.forEach((row, i) => assert.equal(row, rows[0]! + i));
    assert.equal(await page.locator('[data-testid=events] .ph-rows [data-row]:not([hidden])').first().getAttribute('aria-rowindex'), String(rows[0]! + 2));
    await page.keyboard.press('Home');
    await page.waitForFunction(() => window.__portholeTest!.selectedRow() === 0);
    await idle(page);
    for (let i = 0; i < 30; i++) await page.keyboard.press('PageDown');
    await idle(page);
    const view = await rowsOf(page);
    assert.ok(view.includes((await selected(page))!), 'what the keyboard is on is in view');
    assert.ok((await selected(page))! >= 30 * (view.length - 3));
  }));

  test('a range, a filter: places count within the list', () => use('', async (page) => {
    await tell(page, { event: 'show', startNs: 30e9, endNs: 60e9, filter: 'proc.name=nginx' });
    await idle(page);
    const total = countOf(await text(page, 'list-size'));
    assert.ok(total > 500 && total < await eventCount(page) / 4, String(total));
    const grid = page.getByTestId('events');
    await grid.evaluate((element) => { element.scrollTop = element.scrollHeight / 2; });
    await idle(page);
    const middle = await rowsOf(page);
    await grid.focus();
    await page.keyboard.press('End');
    await idle(page);
    assert.match(await text(page, 'list-place'), new RegExp(`–${total.toLocaleString('en-US')}, 100 %$`));
    assert.ok((await rowsOf(page)).at(-1)! > middle.at(-1)!);
    assert.equal(await page.locator('[data-testid=events] .ph-rows [data-row]:not([hidden])').last().getAttribute('aria-rowindex'), String(total + 1));
  }));

  test('find by keyboard: matches in order, wraps with a word, and shows each on the timeline', () => use('', async (page) => {
    await page.keyboard.press('Control+f');
    assert.equal(await focused(page), 'find');
    await page.keyboard.type('evt.type=kill and evt.failed=true');
    const [, , total] = await found(page, /^(1) of ([\d,]+)$/);
    const first = (await selected(page))!;
    assert.equal(await focused(page), 'find', 'typing goes on');
    assert.ok((await rowsOf(page)).includes(first), 'it is scrolled into view');
    await page.keyboard.press('Enter');
    await found(page, /^2 of /);
    const second = (await selected(page))!;
    assert.ok(second > first);
    await page.keyboard.press('F3');
    await found(page, /^3 of /);
    await page.keyboard.press('Shift+F3');
    await found(page, /^2 of /);
    assert.equal(await selected(page), second);
    await page.keyboard.press('Shift+Enter');
    await found(page, /^1 of /);
    await page.keyboard.press('Shift+F3');
    const wrapped = await found(page, /^([\d,]+) of ([\d,]+) · went on at the end$/);
    assert.equal(wrapped[1], total);
    await page.keyboard.press('F3');
    await found(page, /^1 of [\d,]+ · went on at the start$/);
    // Out of what the timeline shows: it moves there.
    await tell(page, { event: 'show', startNs: 100e9, endNs: 101e9 });
    await idle(page);
    await page.keyboard.press('F3');
    await found(page, /^2 of /);
    await page.waitForFunction(() => window.__portholeTest!.range().endNs < 100e9);
    assert.ok((await rowsOf(page)).includes(second));
    // Many matches: where among them comes after the match itself.
    await page.getByTestId('find').fill('evt.type=futex');
    const many = await found(page, /^([\d,]+) of ([\d,]+)$/);
    assert.ok(Number(many[2]!.replace(',', '')) > 2000);
    await page.keyboard.press('Escape');
    assert.equal(await page.getByTestId('find').isVisible(), false);
    assert.equal(await focused(page), 'events');
  }));

  test('plain text is found in whatever a row shows; nothing found is said; what is wrong is underlined', () => use('', async (page) => {
    await page.getByTestId('open-find').click();
    const input = page.getByTestId('find');
    await input.fill('ONERROR');
    await found(page, /^1 of 1$/);
    assert.match(await page.locator('[data-testid=events] [aria-selected=true]').innerText(), /onerror/);
    await input.fill('nowhere to be found');
    await found(page, /^No match$/);
    await input.fill('evt.type=openat and proc.nane=x');
    const wrong = page.getByTestId('find-wrong');
    await wrong.waitFor();
    assert.equal(await wrong.innerText(), 'proc.nane');
    assert.match(await text(page, 'find-error'), /unknown field "proc\.nane"/);
    assert.equal(await input.getAttribute('aria-invalid'), 'true');
    // Completion, here as well.
    await input.fill('');
    await page.keyboard.type('evt.ty');
    await page.waitForSelector('[data-testid=find-completions] [role=option]');
    assert.equal(await page.getByTestId('find-error').isVisible(), false, 'what is being typed is not wrong yet');
    await page.keyboard.press('Tab');
    assert.equal(await input.inputValue(), 'evt.type');
    // Behind a whole field come its operators.
    await page.locator('[data-testid=find-completions] [role=option]', { hasText: 'contains' }).waitFor();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    assert.equal(await input.inputValue(), 'evt.type contains ');
    await page.keyboard.press('Control+z');
    assert.equal(await input.inputValue(), 'evt.type', 'what completion did is undone like typing');
    await page.keyboard.type('x');
    await page.getByTestId('find-wrong').waitFor();
  }));

  test('go to a number, a time of day, a time since the start; errors say what to type', () => use('', async (page) => {
    await page.getByTestId('events').focus();
    await page.keyboard.press('g');
    assert.equal(await focused(page), 'goto');
    await page.keyboard.type('12345');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => window.__portholeTest!.selectedRow() === 12344);
    await idle(page);
    assert.ok((await rowsOf(page)).includes(12344));
    const input = page.getByTestId('goto');
    assert.equal(await text(page, 'goto-note'), '');
    // A number that the filter hides: the next one, and a word of it.
    await tell(page, { event: 'show', filter: 'evt.type=kill' });
    await idle(page);
    await input.fill('12345');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => /^number 12,345 has no line here; the next is 1\d,\d+$/.test(document.querySelector('[data-testid=goto-note]')!.textContent!));
    await tell(page, { event: 'show', filter: '' });
    await idle(page);
    await input.fill('+60');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => window.__portholeTest!.selectedRow()! > 12345);
    await idle(page);
    const time = await page.locator('[data-testid=events] [aria-selected=true] .ph-cell-time').innerText();
    await tell(page, { event: 'show', row: 3 });
    await idle(page);
    await input.fill(time);
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => window.__portholeTest!.selectedRow()! > 12345);
    await input.fill('12:7x');
    await page.keyboard.press('Enter');
    await page.getByTestId('goto-wrong').waitFor();
    assert.equal(await text(page, 'goto-wrong'), 'x');
    assert.match(await text(page, 'goto-error'), /Type an event number/);
    await input.fill('+5000');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => /The last event is at .*; it is shown/.test(document.querySelector('[data-testid=goto-error]')!.textContent!));
    assert.equal(await selected(page), await eventCount(page) - 1);
    await page.keyboard.press('Escape');
    assert.equal(await focused(page), 'events');
  }));

  test('earlier filters are offered where there is none, the one before comes back, and Ctrl+Z undoes what completion and × did', () => use('', async (page) => {
    const input = page.getByTestId('filter');
    await input.focus();
    await page.keyboard.press('ArrowDown');
    const options = page.locator('[data-testid=filter-completions] [role=option]');
    assert.deepEqual(await options.locator('.ph-option-label').allInnerTexts(), ['evt.type=openat', 'proc.name=nginx and evt.failed=true']);
    assert.equal(await options.first().getAttribute('aria-selected'), 'true');
    await page.keyboard.press('Enter');
    assert.equal(await input.inputValue(), 'evt.type=openat');
    await idle(page);
    const back = page.getByTestId('filter-back');
    assert.equal(await back.getAttribute('aria-label'), 'Back to no filter');
    await input.fill('evt.type=openat and evt.failed=true');
    await page.keyboard.press('Enter');
    await idle(page);
    assert.equal(await back.getAttribute('aria-label'), 'Back to the filter before: evt.type=openat');
    const intents = await page.evaluate(() => (window as unknown as { __harness: Hooks }).__harness.sent.filter((message) => message.intent === 'filterHistory').at(-1)!.filters!);
    assert.deepEqual(intents, ['evt.type=openat and evt.failed=true', 'evt.type=openat', 'proc.name=nginx and evt.failed=true']);
    await back.click();
    await idle(page);
    assert.equal(await input.inputValue(), 'evt.type=openat');
    assert.deepEqual([...new Set(await page.locator('[data-testid=events] .ph-rows .ph-cell-call').allInnerTexts())], ['openat']);
    await tell(page, { event: 'do', what: 'previousFilter' });
    await idle(page);
    assert.equal(await input.inputValue(), '');
    assert.equal(await back.isVisible(), false);
    // The browser's own undo.
    await input.click();
    await page.keyboard.type('proc.name=nginx');
    await idle(page);
    await page.getByRole('button', { name: 'Clear the filter' }).click();
    assert.equal(await input.inputValue(), '');
    await page.keyboard.press('Control+z');
    assert.equal(await input.inputValue(), 'proc.name=nginx');
  }));

  for (const theme of ['dark', 'light', 'hcDark', 'hcLight']) {
    test(`320 pixels wide, everything stays in reach: ${theme}`, () => use(`reading=1&until=0.5&theme=${theme}`, async (page) => {
      await page.getByTestId('stop-reading').click();
      await page.getByTestId('resume-reading').waitFor();
      await page.getByTestId('open-find').click();
      await page.keyboard.type('openat');
      await found(page, / of /);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth && document.body.scrollWidth <= window.innerWidth), 'no horizontal scrolling');
      for (const id of ['resume-reading', 'reading', 'find', 'find-next', 'find-result', 'list-size', 'events']) {
        const box = (await page.getByTestId(id).boundingBox())!;
        assert.ok(box.x >= 0 && box.x + box.width <= 321 && box.width > 10 && box.height > 10, `${id}: ${JSON.stringify(box)}`);
      }
      assert.ok((await rowsOf(page)).length >= 2, 'rows are left to be seen');
    }, { width: 320, height: 640 }));
  }
});
