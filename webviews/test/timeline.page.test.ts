// The timeline page in a real browser, against the harness: what is painted where, and every way of using it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { PALETTES } from '../base/palette.ts';
import type { ThemeKind } from '../base/palette.ts';
import { HOSTILE_NAME, LOSS, MARKS, MARKS_NS } from '../harness/generator.ts';
import { idle, pageUser, rowsCome, skip, tell } from './pageSupport.test.ts';

const LANE = 't:4242';
/** Where the calls of each kind are, with a margin. */
const MARKS_RANGE = { startNs: MARKS_NS - 0.3e6, endNs: MARKS_NS + 2.2e6 };
const FAILED_NS = MARKS_NS + MARKS.length * 200e3;

describe('timeline page', { skip }, () => {
  const { use } = pageUser();
  const range = (page: Page): Promise<{ startNs: number; endNs: number }> => page.evaluate(() => window.__portholeTest!.range());
  /** Colour of the canvas at a time in a lane, `dy` from the top of its marks. */
  const pixel = (page: Page, ns: number, laneId: string, dy: number): Promise<string> => page.evaluate(([at, id, down]) => {
    const hooks = window.__portholeTest!, rect = hooks.laneRect(id)!, canvas = document.querySelector<HTMLCanvasElement>('[data-testid=canvas]')!;
    const ratio = canvas.width / canvas.clientWidth;
    const [r, g, b] = canvas.getContext('2d')!.getImageData(Math.round(hooks.xOfNs(at) * ratio), Math.round((rect.y + down) * ratio), 1, 1).data;
    return `#${[r, g, b].map((channel) => channel!.toString(16).padStart(2, '0')).join('')}`;
  }, [ns, laneId, dy] as const);
  /** Point in the page at a time in a lane. */
  const point = (page: Page, ns: number, laneId: string, dy = 8): Promise<{ x: number; y: number }> => page.evaluate(([at, id, down]) => {
    const box = document.querySelector<HTMLCanvasElement>('[data-testid=canvas]')!.getBoundingClientRect(), rect = window.__portholeTest!.laneRect(id)!;
    return { x: box.x + window.__portholeTest!.xOfNs(at), y: box.y + rect.y + down };
  }, [ns, laneId, dy] as const);
  const toMarks = async (page: Page): Promise<void> => { await tell(page, { event: 'show', ...MARKS_RANGE, lane: LANE }); await page.waitForSelector(`[data-lane-id="${LANE}"]`); await idle(page); };
  const rowAt = (page: Page, ns: number): Promise<number> => page.evaluate((at) => (window as unknown as { __harness: { source: { find(test: (event: { startNs: number; tid: number }) => boolean): { row: number } } } }).__harness.source.find((event) => event.startNs === at && event.tid === 4242).row, ns);

  for (const theme of ['dark', 'light', 'hcDark', 'hcLight'] as const satisfies readonly ThemeKind[]) {
    test(`spans have the colour of their kind, errors are marked, losses hatched: ${theme}`, () => use(`theme=${theme}`, async (page) => {
      const palette = PALETTES[theme];
      await tell(page, { event: 'show', startNs: LOSS.startNs - 2e9, endNs: LOSS.endNs + 2e9 });
      await idle(page);
      const hatch = new Set<string>();
      for (let i = 0; i < 24; i++) hatch.add(await pixel(page, LOSS.startNs + (LOSS.endNs - LOSS.startNs) * (0.2 + i * 0.02), 'p:1101', 8));
      assert.ok(hatch.has(palette.gap), `no ${palette.gap} in ${[...hatch].join(' ')}`);
      assert.ok(hatch.size >= 2, 'a gap is hatched, not filled');
      await toMarks(page);
      for (const [i, [name, kind]] of MARKS.entries()) {
        // Three places: a line of the grid may run through one of them.
        const seen = [];
        for (const share of [84e3, 89e3, 95e3]) seen.push(await pixel(page, MARKS_NS + i * 200e3 + share, LANE, 4));
        assert.ok(seen.filter((colour) => colour === palette.kinds[kind]).length >= 2, `${name}: ${seen.join(' ')} instead of ${palette.kinds[kind]}`);
      }
      // An outline, a bar below and a triangle above.
      assert.equal(await pixel(page, FAILED_NS + 89e3, LANE, 4), palette.kinds.file);
      assert.equal(await pixel(page, FAILED_NS + 50e3, LANE, 16), palette.error);
      const triangle = await page.evaluate((at) => window.__portholeTest!.nsAtX(window.__portholeTest!.xOfNs(at) + 5), FAILED_NS);
      assert.equal(await pixel(page, triangle, LANE, -3), palette.error);
      assert.notEqual(await pixel(page, MARKS_NS + 95e3, LANE, 16), palette.error);
    }));
  }

  test('density shows kinds stacked with errors on top', () => use('theme=dark', async (page) => {
    assert.equal(await page.evaluate(() => window.__portholeTest!.laneMode('h')), 'density');
    const colours = new Set<string>(), marks = new Set<string>();
    for (let i = 0; i < 20; i++) { colours.add(await pixel(page, 20e9 + i * 1e9, 'h', 24)); marks.add(await pixel(page, 20e9 + i * 1e9, 'h', -2)); }
    assert.ok(Object.values(PALETTES.dark.kinds).some((colour) => colours.has(colour)), [...colours].join(' '));
    assert.ok(marks.has(PALETTES.dark.error));
  }));

  test('the wheel zooms where the pointer is, shift pans, dragging pans', () => use('', async (page) => {
    const all = await range(page);
    // A whole pixel: the browser hands out no others, and a part of one would be magnified too.
    const near = await point(page, 40e9, 'h');
    const at = { x: Math.round(near.x), y: Math.round(near.y) };
    const atNs = await page.evaluate((x) => window.__portholeTest!.nsAtX(x - document.querySelector<HTMLCanvasElement>('[data-testid=canvas]')!.getBoundingClientRect().x), at.x);
    await page.mouse.move(at.x, at.y);
    for (let i = 0; i < 5; i++) await page.mouse.wheel(0, -300);
    await idle(page);
    const zoomed = await range(page);
    assert.ok(zoomed.endNs - zoomed.startNs < (all.endNs - all.startNs) / 10);
    assert.ok(zoomed.startNs < atNs && zoomed.endNs > atNs);
    assert.ok(Math.abs((await point(page, atNs, 'h')).x - at.x) < 1, 'what was under the pointer still is');
    await page.keyboard.down('Shift');
    await page.mouse.wheel(0, 200);
    await page.keyboard.up('Shift');
    await idle(page);
    const panned = await range(page);
    assert.ok(panned.startNs > zoomed.startNs && Math.abs(panned.endNs - panned.startNs - (zoomed.endNs - zoomed.startNs)) < 2);
    await page.mouse.down();
    await page.mouse.move(at.x + 150, at.y, { steps: 4 });
    await page.mouse.up();
    const dragged = await range(page);
    assert.ok(dragged.startNs < panned.startNs);
    assert.equal(await page.evaluate(() => window.__portholeTest!.selectedRow()), undefined, 'a drag is no click');
  }));

  test('zoom ends where a microsecond is fifty pixels', () => use('', async (page) => {
    const at = await point(page, MARKS_NS + 50e3, 'h');
    await page.mouse.move(at.x, at.y);
    for (let i = 0; i < 40; i++) await page.mouse.wheel(0, -1000);
    await idle(page);
    const { startNs, endNs } = await range(page);
    const widthPx = await page.evaluate(() => document.querySelector<HTMLCanvasElement>('[data-testid=canvas]')!.clientWidth);
    assert.ok(Math.abs(widthPx / ((endNs - startNs) / 1000) - 50) < 1, `${endNs - startNs} ns on ${widthPx} px`);
  }));

  test('hover names the call, its result, duration and arguments', () => use('', async (page) => {
    await toMarks(page);
    const at = await point(page, FAILED_NS + 60e3, LANE);
    await page.mouse.move(at.x, at.y);
    const tooltip = page.getByTestId('tooltip');
    await page.waitForFunction(() => document.querySelector('[data-testid=tooltip]')!.textContent!.includes('AT_FDCWD'));
    const text = await tooltip.innerText();
    for (const part of ['openat', '100 µs', 'ENOENT', 'AT_FDCWD', '4242']) assert.ok(text.includes(part), `${part} in ${text}`);
    await page.mouse.move(at.x, 5);
    await tooltip.waitFor({ state: 'hidden' });
  }));

  test('a click fills the details and selects the row; a row selects on the timeline', () => use('', async (page) => {
    await toMarks(page);
    const at = await point(page, FAILED_NS + 60e3, LANE);
    await page.mouse.click(at.x, at.y);
    const row = await rowAt(page, FAILED_NS);
    await page.waitForSelector(`[data-testid=details][data-row="${row}"]`);
    assert.equal(await page.getByTestId('result').innerText(), '▲ ENOENT');
    await page.waitForSelector(`[data-testid=events] [data-row="${row}"][aria-selected=true]`);
    // And the reverse, with a call that is scrolled far away in time.
    await tell(page, { event: 'show', startNs: 0, endNs: 120e9 });
    await idle(page);
    await page.getByTestId('filter').fill('thread.tid=4242 and evt.type=kill');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelectorAll('[data-testid=events] .ph-rows [data-row]:not([hidden])').length === 1);
    await tell(page, { event: 'show', startNs: 0, endNs: 120e9 });
    await idle(page);
    await page.locator('[data-testid=events] .ph-rows [data-row]:not([hidden])').click();
    const kill = await rowAt(page, MARKS_NS + 4 * 200e3);
    await page.waitForSelector(`[data-testid=details][data-row="${kill}"]`);
    assert.equal(await page.evaluate(() => window.__portholeTest!.selectedRow()), kill);
    await tell(page, { event: 'show', startNs: 0, endNs: 1e9 });
    await tell(page, { event: 'show', row: kill });
    await page.waitForFunction((ns) => { const { startNs, endNs } = window.__portholeTest!.range(); return startNs < ns && endNs > ns; }, MARKS_NS);
  }));

  test('lanes fold and unfold by mouse and keys', () => use('', async (page) => {
    const shop = page.locator('[data-lane-id="p:1201"]');
    assert.equal(await shop.getAttribute('aria-expanded'), 'false');
    assert.equal(await page.locator('[data-lane-id="t:1205"]').count(), 0);
    await shop.locator('.ph-twisty').click();
    await page.waitForSelector('[data-lane-id="t:1205"]');
    assert.equal(await shop.getAttribute('aria-expanded'), 'true');
    assert.equal(await page.locator('[data-lane-id="t:1205"]').getAttribute('aria-level'), '4');
    await shop.focus();
    await page.keyboard.press('ArrowLeft');
    await page.waitForSelector('[data-lane-id="t:1205"]', { state: 'detached' });
    await page.keyboard.press('ArrowLeft');
    assert.equal(await page.evaluate(() => document.activeElement!.getAttribute('data-lane-id')), 'c:7be0dd128a02');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[data-lane-id="p:1201"]', { state: 'detached' });
    assert.equal(await page.evaluate(() => window.__portholeTest!.laneRect('p:1201')), undefined);
  }));

  test('the filter completes, underlines what is wrong, and filters', () => use('', async (page) => {
    const input = page.getByTestId('filter');
    await input.click();
    await page.keyboard.type('evt.ty');
    await page.waitForSelector('[role=option]');
    assert.equal(await input.getAttribute('aria-expanded'), 'true');
    await page.keyboard.press('ArrowDown');
    const active = await input.getAttribute('aria-activedescendant');
    assert.equal(await page.locator(`#${active}`).getAttribute('aria-selected'), 'true');
    await page.keyboard.press('Enter');
    assert.equal(await input.inputValue(), 'evt.type');
    await page.keyboard.type('=openat and proc.nane=x');
    const wrong = page.getByTestId('filter-wrong');
    await wrong.waitFor();
    assert.equal(await wrong.innerText(), 'proc.nane');
    assert.match(await page.getByTestId('filter-error').innerText(), /unknown field "proc\.nane"/);
    assert.equal(await input.getAttribute('aria-invalid'), 'true');
    const under = await wrong.boundingBox(), field = await input.boundingBox();
    assert.ok(under!.x > field!.x + 100 && under!.y >= field!.y - 4, 'the underline stands under the word');
    await input.fill('evt.type=openat and container.name=shop-web-1');
    await page.waitForFunction(() => document.querySelectorAll('[data-lane-id]').length === 3 && window.__portholeTest!.idle());
    assert.equal(await wrong.count(), 0);
    assert.deepEqual(await page.locator('[data-testid=events] .ph-rows .ph-cell-call').allInnerTexts().then((all) => [...new Set(all)]), ['openat']);
    const intents = await page.evaluate(() => (window as unknown as { __harness: { sent: { intent?: string; filter?: string }[] } }).__harness.sent.filter((message) => message.intent === 'filterChanged').map((message) => message.filter));
    // Who types slowly has used other right filters on the way.
    assert.equal(intents.at(-1), 'evt.type=openat and container.name=shop-web-1');
    assert.equal(intents.filter((filter) => filter === intents.at(-1)).length, 1);
    await input.fill('evt.type=openat and proc.name=nobody');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => /No events in this range pass the filter/.test(document.querySelector('[data-testid=empty]:not([hidden])')?.textContent ?? ''));
  }));

  test('the filter is coloured, says what a word means, and offers what may be meant instead', () => use('', async (page) => {
    const input = page.getByTestId('filter'), layer = page.getByTestId('filter-layer');
    await input.fill('evt.type = openat and proc.name contains "ngi" or evt.latency > 100');
    await page.waitForFunction(() => document.querySelectorAll('[data-testid=filter-layer] .ph-token-property').length === 3);
    const tokens = await layer.locator('span').evaluateAll((all) => all.map((each) => `${each.textContent} ${each.className.replace('ph-token-', '')}`));
    assert.deepEqual(tokens, ['evt.type property', '= operator', 'openat enumMember', 'and keyword', 'proc.name property', 'contains keyword', '"ngi" string', 'or keyword', 'evt.latency property', '> operator', '100 number']);
    assert.equal(await layer.textContent(), await input.inputValue());
    await idle(page);
    const colours = await page.evaluate(() => [...document.querySelectorAll('[data-testid=filter-layer] .ph-token-property, [data-testid=filter-layer] .ph-token-string')].map((each) => getComputedStyle(each).color));
    assert.equal(new Set(colours).size, 2, colours.join('; '));
    assert.equal(await input.evaluate((each) => getComputedStyle(each).color), 'rgba(0, 0, 0, 0)', 'the text is not painted twice');
    // What a word means: under the pointer, or under the cursor by the keyboard.
    const meaning = page.getByTestId('filter-meaning');
    // In one step: the words may be made anew between finding one and asking where it is.
    const word = await page.evaluate(() => { const { x, y, width, height } = document.querySelectorAll('[data-testid=filter-layer] .ph-token-property')[1]!.getBoundingClientRect(); return { x: x + width / 2, y: y + height / 2 }; });
    await page.mouse.move(word.x, word.y);
    await meaning.waitFor();
    assert.match(await meaning.innerText(), /^proc\.name: CHARBUF\nName of the executable/);
    await page.mouse.move(5, 400);
    await meaning.waitFor({ state: 'hidden' });
    await input.press('Home');
    await page.keyboard.press('Control+Shift+Space');
    await meaning.waitFor();
    assert.match(await meaning.innerText(), /^evt\.type: /);
    await page.keyboard.press('Escape');
    await meaning.waitFor({ state: 'hidden' });
    // What may be meant instead.
    await input.fill('proc.nmae = nginx');
    const fix = page.getByTestId('filter-fixes').getByRole('button', { name: 'Change to proc.name' });
    await fix.waitFor();
    await page.keyboard.press('Control+.');
    assert.equal(await input.inputValue(), 'proc.name = nginx');
    await fix.waitFor({ state: 'hidden' });
    await input.fill('proc.nmae = nginx');
    await fix.click();
    assert.equal(await input.inputValue(), 'proc.name = nginx');
    await page.waitForFunction(() => window.__portholeTest!.idle() && document.querySelector('[data-testid=filter]')?.getAttribute('aria-invalid') === 'false');
  }));

  test('completions that are late fit what is typed meanwhile', () => use('latency=700', async (page) => {
    const input = page.getByTestId('filter');
    const options = page.locator('[data-testid=filter-completions] [role=option]');
    const labels = (): Promise<string[]> => options.locator('.ph-option-label').allInnerTexts();
    await input.click();
    await page.keyboard.type('evt.');
    await page.waitForFunction(() => document.querySelectorAll('[data-testid=filter-completions] [role=option]').length > 2);
    // The next answer is on its way: of those that are shown, what fits is left, and takes the place of the whole word.
    await page.keyboard.type('f');
    assert.deepEqual(await labels(), ['evt.failed']);
    await page.keyboard.press('Tab');
    assert.equal(await input.inputValue(), 'evt.failed');
    await input.fill('proc.');
    await page.waitForFunction(() => document.querySelectorAll('[data-testid=filter-completions] [role=option]').length === 2);
    await page.keyboard.press('Control+ ');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await idle(page);
    assert.equal(await options.nth(1).getAttribute('aria-selected'), 'true', 'the answer that came since takes no choice away');
    await page.keyboard.press('Enter');
    assert.equal(await input.inputValue(), 'proc.pid');
    await idle(page);
    await input.fill('evt.type x');
    await page.waitForSelector('[data-testid=filter-completions]', { state: 'hidden' });
  }));

  test('a live view follows, stops when the user looks back, and follows again', () => use('live=1', async (page) => {
    const follow = page.getByTestId('follow');
    assert.equal(await follow.getAttribute('aria-pressed'), 'true');
    const first = await range(page);
    await page.waitForFunction((endNs) => window.__portholeTest!.range().endNs > endNs + 5e8, first.endNs);
    const later = await range(page);
    assert.ok(Math.abs(later.endNs - later.startNs - 30e9) < 1e3);
    const box = (await page.getByTestId('canvas').boundingBox())!;
    await page.mouse.move(box.x + 300, box.y + 100);
    await page.mouse.down();
    await page.mouse.move(box.x + 400, box.y + 100, { steps: 3 });
    await page.mouse.up();
    assert.equal(await follow.getAttribute('aria-pressed'), 'false');
    const stopped = await range(page);
    await page.waitForTimeout(700);
    assert.deepEqual(await range(page), stopped);
    await follow.click();
    assert.equal(await follow.getAttribute('aria-pressed'), 'true');
    await page.waitForFunction((endNs) => window.__portholeTest!.range().endNs > endNs, stopped.endNs);
    await page.locator('[data-testid=events] .ph-rows [data-row]:not([hidden])').nth(2).click();
    assert.equal(await follow.getAttribute('aria-pressed'), 'false', 'a selection stops it too');
  }));

  test('the newest events are asked for one at a time, and nothing is asked while hidden or cut off', () => use('live=1&latency=400', async (page) => {
    await page.waitForFunction(() => (window as unknown as { __harness: { viewports: { asked: number } } }).__harness.viewports.asked >= 4);
    assert.equal(await page.evaluate(() => (window as unknown as { __harness: { viewports: { most: number } } }).__harness.viewports.most), 1);
    await tell(page, { event: 'link', state: 'reconnecting', message: 'The connection was cut.' });
    const banner = page.getByTestId('banner');
    await banner.waitFor();
    assert.match(await banner.innerText(), /The connection was cut\. Showing data as of \d\d:\d\d:\d\d/);
    // What was asked before comes to its end first.
    await idle(page);
    const count = (): Promise<number> => page.evaluate(() => (window as unknown as { __harness: { sent: unknown[] } }).__harness.sent.length);
    const before = await count();
    await page.waitForTimeout(800);
    assert.equal(await count(), before);
    await tell(page, { event: 'link', state: 'connected', message: '' });
    await banner.waitFor({ state: 'hidden' });
  }));

  test('a journey by keyboard alone: lanes, zoom, events, details, copy', () => use('', async (page) => {
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement!.getAttribute('data-testid')), 'filter');
    await page.keyboard.type('thread.tid=4242');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelectorAll('[data-lane-id]').length === 3 && window.__portholeTest!.idle());
    for (let i = 0; i < 12 && await page.evaluate(() => document.activeElement!.getAttribute('role')) !== 'treeitem'; i++) await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement!.getAttribute('data-lane-id')), 'h');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await page.waitForSelector(`[data-lane-id="${LANE}"]`);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement!.getAttribute('data-testid')), 'canvas');
    await idle(page);
    const before = await range(page);
    await page.keyboard.press('n');
    await page.waitForFunction(() => window.__portholeTest!.selectedRow() !== undefined);
    assert.equal(await page.evaluate(() => window.__portholeTest!.selectedRow()), await rowAt(page, MARKS_NS));
    await page.keyboard.press('n');
    await page.waitForFunction((row) => window.__portholeTest!.selectedRow() === row, await rowAt(page, MARKS_NS + 200e3));
    for (const key of ['+', 'w', '+']) await page.keyboard.press(key);
    const zoomed = await range(page);
    assert.ok(zoomed.endNs - zoomed.startNs < (before.endNs - before.startNs) / 2);
    await page.keyboard.press('ArrowRight');
    assert.ok((await range(page)).startNs > zoomed.startNs);
    await page.keyboard.press('d');
    await page.keyboard.press('Home');
    assert.ok((await range(page)).startNs <= 0);
    await page.keyboard.press('0');
    assert.ok((await range(page)).endNs >= 120e9);
    await idle(page);
    for (let i = 0; i < 6 && await page.evaluate(() => document.activeElement!.getAttribute('data-testid')) !== 'events'; i++) await page.keyboard.press('Tab');
    await page.keyboard.press('End');
    const last = await rowAt(page, FAILED_NS);
    await page.waitForSelector(`[data-testid=details][data-row="${last}"]`);
    assert.equal(await page.getByTestId('events').getAttribute('aria-activedescendant'), `ph-event-${last}`);
    await page.getByRole('button', { name: 'Copy JSON' }).focus();
    await page.keyboard.press('Enter');
    const copied = await page.evaluate(() => (window as unknown as { __harness: { sent: { intent?: string; text?: string }[] } }).__harness.sent.find((message) => message.intent === 'copy')!.text!);
    assert.equal((JSON.parse(copied) as { name: string }).name, 'openat');
    await page.keyboard.press('Escape');
  }));

  test('strings of a capture stay text', () => use('', async (page) => {
    await toMarks(page);
    const at = await point(page, FAILED_NS + 60e3, LANE);
    await page.mouse.click(at.x, at.y);
    await page.waitForSelector('[data-testid=details][data-row]');
    await page.mouse.move(at.x + 1, at.y);
    await page.waitForFunction(() => document.querySelector('[data-testid=tooltip]')!.textContent!.includes('onerror'));
    assert.equal(await page.evaluate(() => document.querySelectorAll('img, main b b, main script').length), 0);
    assert.equal(await page.evaluate(() => (window as unknown as { __pwned?: number }).__pwned), undefined);
    assert.ok((await page.locator('[data-lane-id="p:4242"] .ph-lane-label').innerText()).includes('<b>evil</b>'));
    const all = await page.evaluate(() => document.body.innerText);
    assert.ok(all.includes('onerror=window.__pwned=1>\\u202egnp.exe'), 'a turned-round name is written out');
    assert.ok(HOSTILE_NAME.includes('\u202e') && !all.includes('\u202e'));
    // What goes into the filter is quoted, so that it is one value.
    await page.getByRole('button', { name: 'Filter to this' }).click();
    await idle(page);
    assert.ok((await page.getByTestId('filter').inputValue()).endsWith(`fd.name="${HOSTILE_NAME}"`));
    assert.equal(await page.locator('[data-testid=events] .ph-rows [data-row]:not([hidden])').count(), 1);
  }));

  test('the list goes on forward and back as it is scrolled', () => use('', async (page) => {
    const grid = page.getByTestId('events');
    const firstRow = (): Promise<number> => page.evaluate(() => Number([...document.querySelectorAll('[data-testid=events] .ph-rows [data-row]:not([hidden])')].map((row) => row.getAttribute('data-row'))[0]));
    assert.equal(await firstRow(), 0);
    for (let i = 0; i < 8; i++) { await grid.evaluate((element) => { element.scrollTop = element.scrollHeight; }); await idle(page); }
    const deep = await firstRow();
    assert.ok(deep > 800, `at row ${deep}`);
    // Rows follow each other without holes.
    const rows = await page.evaluate(() => [...document.querySelectorAll('[data-testid=events] .ph-rows [data-row]:not([hidden])')].map((row) => Number(row.getAttribute('data-row'))));
    rows.forEach((row, i) => assert.equal(row, rows[0]! + i));
    await tell(page, { event: 'show', row: 40000 });
    await page.waitForSelector('[data-testid=events] [data-row="40000"][aria-selected=true]');
    await idle(page);
    await grid.evaluate((element) => { element.scrollTop = 0; });
    await page.waitForFunction(() => [...document.querySelectorAll('[data-testid=events] .ph-rows [data-row]:not([hidden])')].some((row) => Number(row.getAttribute('data-row')) < 39800) || Boolean(document.querySelector('[data-testid=events]')!.scrollTop = 0));
  }));

  test('a new session replaces the old one', () => use('', async (page) => {
    await toMarks(page);
    const init = await page.evaluate(() => ({ ...(window as unknown as { __harness: { source: { init(filter: string, lane: string): object } } }).__harness.source.init('evt.type=read', 'p:1201'), title: 'after the reconnect' }));
    await tell(page, { event: 'reset', init });
    await page.waitForSelector('[data-lane-id="t:1205"]');
    await idle(page);
    assert.equal(await page.getByTestId('filter').inputValue(), 'evt.type=read');
    assert.ok((await range(page)).endNs >= 120e9);
    assert.match(await page.locator('.ph-lanes-head').innerText(), /after the reconnect/);
  }));

  test('reading a file shows how far it is', () => use('', async (page) => {
    const status = await page.evaluate(() => (window as unknown as { __harness: { source: { status(): object } } }).__harness.source.status());
    await tell(page, { event: 'status', status: { ...status, progress: 0.42 } });
    const bar = page.getByTestId('progress');
    await bar.waitFor();
    assert.equal(await bar.getAttribute('aria-valuenow'), '42');
    assert.match(await page.getByTestId('reading').innerText(), /42 %/);
    await tell(page, { event: 'status', status });
    await bar.waitFor({ state: 'hidden' });
  }));

  for (const width of [320, 3840]) {
    test(`usable ${width} pixels wide`, () => use('live=1', async (page) => {
      await rowsCome(page, 1);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth && document.body.scrollWidth <= window.innerWidth), 'no horizontal scrolling');
      for (const id of ['filter', 'follow', 'canvas', 'events', 'status']) {
        const box = (await page.getByTestId(id).boundingBox())!;
        assert.ok(box.x >= 0 && box.x + box.width <= width + 1 && box.width > 20 && box.height > 10, `${id}: ${JSON.stringify(box)}`);
      }
      if (width > 640) return;
      await page.locator('[data-testid=events] .ph-rows [data-row]:not([hidden])').nth(1).click();
      await page.getByRole('tab', { name: 'Details' }).click();
      await page.waitForSelector('[data-testid=details][data-row]');
      assert.ok(await page.getByTestId('details').isVisible() && !await page.getByTestId('events').isVisible());
    }, { width, height: width === 320 ? 640 : 2000 }));
  }

  test('what is seen is also said', () => use('', async (page) => {
    await toMarks(page);
    const canvas = page.getByTestId('canvas');
    assert.equal(await canvas.getAttribute('role'), 'img');
    assert.match((await canvas.getAttribute('aria-label'))!, /Timeline of demo\.scap, 2\.5 ms from .*: 1\d events, 1 failed, in \d+ lanes/);
    await page.waitForFunction(() => /2\.5 ms/.test(document.querySelector('[data-testid=summary]')!.textContent!));
    assert.equal(await page.getByRole('tree').count(), 1);
    assert.equal(await page.getByRole('grid').getByRole('columnheader').count(), 8);
    assert.match((await page.locator(`[data-lane-id="${LANE}"]`).getAttribute('aria-label'))!, /^thread 4242, 8 events, 1 errors$/);
  }));
});
