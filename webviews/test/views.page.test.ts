// The page of views in a real browser, over the demonstration's capture as the editor serves it: tables, drilling down and back, order, search, columns, what leads out, by mouse and keyboard, narrow and wide, in every theme.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { catalogueOf, lineOf } from '../../extension/features/views/catalogue.ts';
import { ViewsRouter } from '../../extension/features/views/router.ts';
import { CountEvents } from '../../remote-agent/protocol/messages.ts';
import type { ViewsEvent, ViewsIntent } from '../protocol/views.ts';
import type {} from '../views/page.ts';
import { CapturePages, type PageOptions, type PageUse } from './capturePage.test.ts';
import { skip } from './pageSupport.test.ts';

const PAGE_MESSAGE_BYTES = 65_536;
const FILE = `view_info = { id = "own_names", name = "Names of Mine", description = "Programs by calls.", view_type = "table", applies_to = {"", "container.id"}, drilldown_target = "files",
  columns = { { name = "NA", field = "proc.name", is_key = true }, { name = "CALLS", field = "evt.count", description = "calls", colsize = 8, aggregation = "SUM", is_sorting = true }, { name = "NAME", field = "proc.name", description = "program", colsize = 0, aggregation = "MAX" } } }`;
const catalogue = catalogueOf([{ path: 'v_own.lua', text: FILE }, { path: 'v_wrong.lua', text: 'view_info = {' }]);

let marked: { startNs: number; endNs: number } | undefined;
let biggest = 0;
const router = { last: undefined as ViewsRouter | undefined };
const pages = new CapturePages<ViewsIntent, ViewsRouter>('views', (session, post, onIntent) => router.last = new ViewsRouter({ session, catalogue: () => catalogue, range: () => marked, onIntent, post: (message) => { biggest = Math.max(biggest, JSON.stringify(message).length); post(message); } }));

const idle = (page: Page): Promise<unknown> => page.waitForFunction(() => window.__viewsTest?.idle === true && window.__viewsTest.openings > 0);
const openings = (page: Page): Promise<number> => page.evaluate(() => window.__viewsTest!.openings);
/** Does something that opens a table, and waits until it is there. */
async function opening(page: Page, act: () => Promise<unknown>): Promise<void> {
  const before = await openings(page);
  await act();
  await page.waitForFunction((count) => window.__viewsTest!.openings > count && window.__viewsTest!.idle, before);
}
/** The latest thing that the page has asked of the editor, which comes a moment after what made it. */
async function asked(intents: readonly ViewsIntent[], wanted: (intent: ViewsIntent) => boolean): Promise<ViewsIntent> {
  for (const end = Date.now() + 30_000; ;) {
    const last = intents.at(-1);
    if (last !== undefined && wanted(last)) return last;
    assert.ok(Date.now() < end, `not asked for; ${JSON.stringify(last)}`);
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
}
const rows = (page: Page): Locator => page.locator('.vw-rows .vw-row:visible');
const texts = (page: Page): Promise<string[][]> => rows(page).evaluateAll((all) => all.sort((a, b) => Number((a as HTMLElement).dataset['index']) - Number((b as HTMLElement).dataset['index'])).map((row) => [...row.children].map((cell) => (cell.textContent ?? '').trim())));
const heads = (page: Page): Promise<string[]> => page.getByRole('columnheader').allInnerTexts();
const title = (page: Page): Promise<string> => page.locator('h1').innerText();
const view = (page: Page, id: string): Promise<void> => opening(page, () => page.locator(`[data-view=${id}]`).click());

describe('views page', { skip }, () => {
  before(() => pages.start());
  after(() => pages.stop());
  async function use(options: PageOptions, body: (page: Page, more: PageUse<ViewsIntent, ViewsEvent>) => Promise<void>): Promise<void> {
    const more = await pages.open(options);
    try {
      await idle(more.page);
      await body(more.page, more);
      assert.deepEqual(more.problems, [], 'errors in the page');
    } finally { await more.close(); }
  }

  test('containers lead to their processes, threads and files, and back to the row that was left', () => use({}, async (page) => {
    assert.equal(await title(page), 'Processes');
    await view(page, 'containers');
    assert.deepEqual((await texts(page)).map((cells) => cells.at(-1)).sort(), ['porthole-demo-app-1', 'porthole-demo-cache-1', 'porthole-demo-client-1', 'porthole-demo-web-1', 'porthole-demo-worker-1']);
    await opening(page, () => rows(page).filter({ hasText: 'demo-app-1' }).dblclick());
    assert.equal(await title(page), 'Processes');
    assert.equal(await page.getByTestId('crumb-0').innerText(), 'Containers');
    assert.ok((await texts(page)).every((cells) => /app/.test(cells.at(-1) ?? '')), 'processes of that container alone');
    await rows(page).filter({ hasText: /32083/ }).click();
    await opening(page, () => page.getByTestId('drill').click());
    assert.equal(await title(page), 'Threads');
    assert.ok((await texts(page)).every((cells) => cells[0] === '32083'), 'threads of that process alone');
    await page.getByRole('grid').focus();
    await page.keyboard.press('Home');
    await opening(page, () => page.keyboard.press('Enter'));
    assert.equal(await title(page), 'Files');
    await opening(page, () => page.keyboard.press('Backspace'));
    await opening(page, () => page.getByTestId('crumb-0').click());
    assert.equal(await title(page), 'Containers');
    assert.equal(await page.locator('.vw-row[aria-selected=true] .vw-cell').last().innerText(), 'porthole-demo-app-1');
  }));

  test('rows are sorted by titles and keys, searched, and columns left out', () => use({}, async (page) => {
    await view(page, 'files');
    const column = async (name: string): Promise<number[]> => { const at = (await heads(page)).findIndex((head) => head.startsWith(name)); return (await texts(page)).map((cells) => Number(cells[at]?.replace(/[^\d.]/g, ''))); };
    await page.getByRole('columnheader', { name: 'BYTES OUT' }).getByRole('button').click();
    await page.waitForFunction(() => document.querySelector('[aria-sort=descending]')?.textContent === 'BYTES OUT');
    await page.getByRole('columnheader', { name: 'OPS' }).getByRole('button').click();
    await page.waitForFunction(() => document.querySelector('[aria-sort=descending]')?.textContent === 'OPS');
    await idle(page);
    const most = await column('OPS');
    assert.ok(most.length > 5 && most[0]! > 100, String(most));
    assert.deepEqual(most, [...most].sort((a, b) => b - a));
    await page.getByRole('grid').focus();
    await page.keyboard.press('r');
    await page.waitForFunction(() => document.querySelector('[aria-sort=ascending]')?.textContent === 'OPS');
    await idle(page);
    const least = await column('OPS');
    assert.ok(least[0]! < most[0]!);
    assert.deepEqual(least, [...least].sort((a, b) => a - b));
    await page.keyboard.press('/');
    await page.keyboard.type('passwd');
    await page.waitForFunction(() => { const seen = [...document.querySelectorAll<HTMLElement>('.vw-rows .vw-row')].filter((row) => row.checkVisibility()); return seen.length > 0 && seen.every((row) => row.textContent?.includes('passwd')); });
    await idle(page);
    await page.getByTestId('columns').locator('summary').click();
    await page.getByTestId('column-OPENS').uncheck();
    await page.waitForFunction(() => ![...document.querySelectorAll('[role=columnheader]')].some((head) => head.textContent?.startsWith('OPENS')));
    await idle(page);
    assert.ok((await texts(page)).every((cells) => cells.length === 5));
  }));

  test('what is taken out is the table of the command line', () => use({}, async (page, { intents }) => {
    await view(page, 'syscalls');
    await page.getByTestId('csv').click();
    const said = await asked(intents, ({ intent }) => intent === 'export');
    assert.ok(said.intent === 'export');
    const csv = await router.last!.text('csv', said.order), lines = csv.trim().split('\n');
    assert.equal(said.name, 'syscalls');
    assert.equal(lines.length - 1, Number((await page.getByTestId('sample').innerText()).match(/^[\d,]+/)?.[0].replace(',', '')));
    assert.match(lines[1] ?? '', /,\w+\r?$/);
    await rows(page).first().click();
    await page.getByTestId('timeline').click();
    await page.getByTestId('copy-filter').click();
    await page.getByTestId('copy-row').click();
    await asked(intents, (last) => last.intent === 'copy' && last.text.includes('\t'));
    const first = (await texts(page))[0]!, call = first.at(-1)!, [, timeline, filter, row] = intents;
    assert.deepEqual(timeline, { intent: 'timeline', filter: `syscall.type exists and evt.type=${call}`, extent: 'all' });
    assert.deepEqual(filter, { intent: 'copy', text: `syscall.type exists and evt.type=${call}` });
    assert.deepEqual(row?.intent === 'copy' ? row.text.split('\t').map((cell) => cell.trim()) : [], first);
  }));

  test('filters narrow what is counted; wrong ones say where', () => use({}, async (page) => {
    const filter = page.getByTestId('filter');
    await opening(page, async () => { await filter.fill('container.name contains worker'); await filter.press('Enter'); });
    assert.ok((await texts(page)).length > 0 && (await texts(page)).every((cells) => !/httpd/.test(cells.join(' '))));
    await filter.fill('proc.nonsense=1');
    await filter.press('Enter');
    await page.getByTestId('banner').filter({ hasText: 'proc.nonsense' }).waitFor();
    assert.equal(await filter.getAttribute('aria-invalid'), 'true');
    await opening(page, async () => { await filter.fill(''); await filter.press('Enter'); });
    await page.getByTestId('banner').getByText(/v_wrong\.lua/).waitFor();
    assert.equal(await filter.getAttribute('aria-invalid'), null);
  }));

  test('the time that is marked in the timeline is counted alone', () => use({}, async (page) => {
    const whole = await page.getByTestId('sample').innerText(), { startNs, endNs } = (await pages.session()).status;
    assert.ok(await page.getByTestId('extent').locator('option[value=range]').isDisabled());
    marked = { startNs, endNs: startNs + (endNs - startNs) / 4 };
    try {
      await page.evaluate(() => { window.dispatchEvent(new Event('focus')); });
      await page.locator('[data-testid=extent] option[value=range]:not([disabled])').waitFor({ state: 'attached' });
      await opening(page, () => page.getByTestId('extent').selectOption('range'));
      const events = (text: string): number => Number(text.match(/of ([\d,]+) events/)?.[1]?.replaceAll(',', ''));
      const part = events(await page.getByTestId('sample').innerText());
      assert.ok(part > 0 && part < events(whole) / 2, `${part} of ${whole}`);
    } finally { marked = undefined; }
  }));

  test('a view file is listed and shown; what is none is told', () => use({}, async (page) => {
    await page.getByTestId('banner').getByText(/v_wrong\.lua/).waitFor();
    await page.getByTestId('list-search').fill('mine');
    await opening(page, () => page.keyboard.press('Enter'));
    assert.equal(await title(page), 'Names of Mine');
    const found = await texts(page);
    assert.ok(found.length > 3 && /^[\d.]+K?$/.test(found[0]?.[0] ?? ''), JSON.stringify(found[0]));
  }));

  test('how long calls took is a picture; a part of it leads to its calls, by mouse and by keyboard', () => use({}, async (page, { intents }) => {
    await view(page, 'spectro_all');
    const spectrum = page.getByTestId('spectrum');
    assert.match(await spectrum.getAttribute('aria-label') ?? '', /^[\d,]+ calls over 14\.5 s, the longest took 5 s; most took 512 ns to 1\.02 µs\. Arrows/);
    const total = await page.evaluate(() => window.__viewsTest!.picture.total);
    assert.ok(total > 2000 && total < 6181, String(total));
    // The brightest cell is as many calls as its filter finds.
    const { column, row, count } = await page.evaluate(() => window.__viewsTest!.picture.brightest), at = await page.evaluate(([c, r]) => window.__viewsTest!.picture.pointOf(c!, r!), [column, row]);
    await page.mouse.move(at.x, at.y);
    await page.getByTestId('read').filter({ hasText: `${count.toLocaleString('en-US')} calls took` }).waitFor();
    await page.mouse.down();
    await page.mouse.up();
    const said = await asked(intents, ({ intent }) => intent === 'timeline');
    assert.ok(said.intent === 'timeline' && said.startNs !== undefined && said.endNs! > said.startNs);
    assert.equal(said.filter, `evt.latency>=${2 ** row} and evt.latency<${2 ** (row + 1)}`);
    // A rectangle by keys is one by the mouse.
    await spectrum.focus();
    for (const key of ['Escape', 'ArrowRight', 'Shift+ArrowRight', 'Shift+ArrowUp', 'Enter']) await page.keyboard.press(key);
    await asked(intents, (wide) => wide !== said && wide.intent === 'timeline' && wide.filter.endsWith(`evt.latency<${2 ** (row + 2)}`));
    await page.getByTestId('summary').filter({ hasText: 'calls took' }).waitFor({ state: 'attached' });
    await page.getByTestId('numbers').locator('summary').click();
    const numbers = (await page.getByTestId('numbers').locator('tbody td:nth-child(2)').allInnerTexts()).map((text) => Number(text.replaceAll(',', ''))), session = await pages.session();
    assert.equal(numbers.reduce((sum, number) => sum + number, 0), total);
    // Each row is as many calls as its filter finds in the whole capture.
    const found: number[] = [];
    for (let i = 40; i >= 0; i--) { const { count: calls } = await session.request(CountEvents, { startNs: 0, endNs: Number.MAX_SAFE_INTEGER, filter: `evt.latency>=${2 ** i} and evt.latency<${2 ** (i + 1)}` }); if (calls > 0) found.push(calls); }
    assert.deepEqual(numbers, found);
    await view(page, 'spectro_file');
    const files = await page.evaluate(() => window.__viewsTest!.picture.total);
    assert.ok(files > 0 && files < total);
  }));

  test('where time goes is a flame graph; a node is found, made the whole and shown', () => use({}, async (page, { intents }) => {
    await view(page, 'flame');
    // Waiting, which would fill the picture, is left out at first.
    assert.doesNotMatch((await page.getByRole('treeitem').allInnerTexts()).join(' '), /rt_sigtimedwait|wait4/);
    await opening(page, () => page.getByTestId('measure').selectOption('ns'));
    const tree = page.getByRole('tree'), node = (name: string | RegExp): Locator => tree.getByRole('treeitem', { name }).first(), read = page.getByTestId('flame-read');
    assert.match(await node('Everything').getAttribute('aria-label') ?? '', /^Everything: .+ in 3,013 calls, \d+ failed; 100 % of the picture$/);
    // As wide as its part, within what it is in.
    const parts = await tree.getByRole('treeitem').evaluateAll((all) => all.map((each) => ({ left: parseFloat((each as HTMLElement).style.left), width: parseFloat((each as HTMLElement).style.width), level: Number(each.getAttribute('aria-level')) })));
    const first = parts.filter(({ level }) => level === 2);
    assert.equal(first.length, 5);
    assert.ok(Math.abs(first.reduce((sum, { width }) => sum + width, 0) - 100) < 1);
    for (const { left, width, level } of parts) if (level > 1) assert.ok(parts.some((up) => up.level === level - 1 && up.left <= left + 0.01 && up.left + up.width >= left + width - 0.01), 'within another');
    await opening(page, () => page.getByTestId('measure').selectOption('count'));
    await node(/^porthole-demo-worker-1, container/).click();
    await read.filter({ hasText: 'porthole-demo-worker-1, container' }).waitFor();
    await opening(page, () => page.keyboard.press('Enter'));
    assert.match(await node(/^porthole-demo-worker-1, container/).getAttribute('aria-label') ?? '', /100 % of the picture$/);
    assert.equal(await page.getByTestId('flame-way').locator('strong').innerText(), 'porthole-demo-worker-1');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('t');
    const said = await asked(intents, ({ intent }) => intent === 'timeline'), of = await page.locator('[role=treeitem][aria-selected=true]').getAttribute('aria-label') ?? '';
    assert.ok(said.intent === 'timeline');
    assert.match(said.filter, /^container\.id=\w{12} and proc\.name=\w+ and evt\.type=\w+$/);
    // It is of as many calls as its filter finds.
    const { count } = await (await pages.session()).request(CountEvents, { startNs: 0, endNs: Number.MAX_SAFE_INTEGER, filter: `${said.filter} and evt.latency>0` });
    assert.match(of, new RegExp(` in ${count.toLocaleString('en-US')} calls`));
    await page.getByTestId('search').fill('cat');
    await read.filter({ hasText: /^\d+ found: [\d.]+ % of the picture$/ }).waitFor();
    await opening(page, () => page.getByTestId('flame-all').click());
    assert.equal(await tree.getByRole('treeitem', { level: 2 }).count(), 5);
  }));

  test('comes back as it was left', () => use({}, async (page) => {
    await view(page, 'containers');
    await opening(page, () => rows(page).filter({ hasText: 'demo-web-1' }).dblclick());
    await page.getByRole('columnheader', { name: 'PID', exact: true }).getByRole('button').click();
    await idle(page);
    const left = await texts(page);
    await page.reload();
    await idle(page);
    assert.equal(await title(page), 'Processes');
    assert.equal(await page.getByTestId('crumb-0').innerText(), 'Containers');
    assert.deepEqual(await texts(page), left);
  }));

  test('another agent, a lost link and another wish of the editor', () => use({}, async (page, { tell }) => {
    tell({ event: 'link', message: 'The link is gone.' });
    await page.getByTestId('banner').getByText('The link is gone.').waitFor();
    tell({ event: 'link', message: '' });
    await page.getByTestId('banner').waitFor({ state: 'hidden' });
    await opening(page, () => { tell({ event: 'show', start: { view: 'errors', filter: 'container.name contains worker' } }); return Promise.resolve(); });
    assert.equal(await title(page), 'Errors');
    assert.equal(await page.getByTestId('filter').inputValue(), 'container.name contains worker');
  }));

  test('what crosses to the page is small', () => { assert.ok(biggest > 1000 && biggest <= PAGE_MESSAGE_BYTES, `${biggest} bytes`); });

  for (const theme of ['dark', 'light', 'hcDark', 'hcLight'] as const) {
    for (const [width, height] of [[320, 800], [1300, 800], [3840, 2000]] as const) {
      test(`fits ${width} pixels: ${theme}`, () => use({ theme, size: { width, height }, reducedMotion: true }, async (page) => {
        await view(page, 'containers');
        await rows(page).first().click();
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth && document.documentElement.scrollHeight <= innerHeight), 'nothing beside it');
        const outside = await page.locator('.vw-main button:visible:not(.vw-sort), select:visible, input:visible').evaluateAll((all) => all.filter((each) => { const { left, right } = each.getBoundingClientRect(); return left < 0 || right > innerWidth + 0.5; }).map((each) => each.outerHTML));
        assert.deepEqual(outside, []);
        assert.ok((await rows(page).count()) >= 3, 'rows are in sight');
        const contrast = await page.evaluate(() => {
          const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!;
          const light = (colour: string, behind: string): number => { canvas.fillStyle = behind; canvas.fillRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); const [r = 0, g = 0, b = 0] = [...canvas.getImageData(0, 0, 1, 1).data].map((c) => { const v = c / 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
          const body = getComputedStyle(document.body).backgroundColor;
          return [...document.querySelectorAll('.vw-rows .vw-cell, .vw-head .vw-sort, .vw-summary, .vw-item, h1')].filter((each) => each.checkVisibility() && each.textContent !== '').map((each) => { const selected = each.closest('[aria-selected=true], [aria-current]'), back = selected === null ? body : getComputedStyle(selected).backgroundColor, a = light(getComputedStyle(each).color, body), b = light(back, body); return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05); }).reduce((least, one) => Math.min(least, one), 99);
        });
        assert.ok(contrast >= 4.5, String(contrast));
        const picture = process.env['PORTHOLE_PICTURES'];
        if (picture !== undefined) await page.screenshot({ path: `${picture}/views-${width}-${theme}.png` });
        // Of the picture: where most calls are stands out from where none is, and nothing is beside the page.
        await view(page, 'spectro_all');
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth && document.documentElement.scrollHeight <= innerHeight), 'nothing beside the picture');
        const apart = await page.evaluate(() => {
          const canvas = document.querySelector('canvas')!, paint = canvas.getContext('2d')!, box = canvas.getBoundingClientRect(), { column, row } = window.__viewsTest!.picture.brightest, { x, y } = window.__viewsTest!.picture.pointOf(column, row);
          const light = ([r = 0, g = 0, b = 0]: ArrayLike<number> & Iterable<number>): number => { const [lr = 0, lg = 0, lb = 0] = [r, g, b].map((c) => { const v = c / 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * lr + 0.7152 * lg + 0.0722 * lb; };
          const most = light(paint.getImageData(Math.round((x - box.left) * devicePixelRatio), Math.round((y - box.top) * devicePixelRatio), 1, 1).data), probe = document.createElement('canvas').getContext('2d')!;
          probe.fillStyle = getComputedStyle(document.body).backgroundColor; probe.fillRect(0, 0, 1, 1);
          const none = light(probe.getImageData(0, 0, 1, 1).data);
          return (Math.max(most, none) + 0.05) / (Math.min(most, none) + 0.05);
        });
        assert.ok(apart >= 7, String(apart));
        await view(page, 'flame');
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth && document.documentElement.scrollHeight <= innerHeight), 'nothing beside the flame graph');
        const names = await page.getByRole('treeitem').evaluateAll((all) => {
          const paint = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!, body = getComputedStyle(document.body).backgroundColor;
          const light = (colour: string): number => { paint.fillStyle = body; paint.fillRect(0, 0, 1, 1); paint.fillStyle = colour; paint.fillRect(0, 0, 1, 1); const [r = 0, g = 0, b = 0] = [...paint.getImageData(0, 0, 1, 1).data].map((c) => { const v = c / 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
          return Math.min(...all.map((each) => { const style = getComputedStyle(each), a = light(style.color), b = light(style.backgroundColor); return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05); }));
        });
        assert.ok(names >= 4.5, String(names));
        if (picture !== undefined) await page.screenshot({ path: `${picture}/flame-${width}-${theme}.png` });
        if (picture !== undefined) await page.screenshot({ path: `${picture}/spectrum-${width}-${theme}.png` });
      }));
    }
  }
});

test('values stand in a command as one word each; what would act on a terminal is refused', () => {
  assert.equal(lineOf('kill -9 %proc.pid', { 'proc.pid': '12' }), 'kill -9 12');
  assert.equal(lineOf('less %fd.name', { 'fd.name': "/a b/$(id)'x" }), "less '/a b/$(id)'\\''x'");
  assert.equal(lineOf('less %fd.name', { 'fd.name': '/a\nrm -rf /' }), undefined);
  assert.equal(lineOf('less %fd.name', { 'fd.name': '/a\u001b[2J' }), undefined);
  assert.equal(lineOf('less %fd.other', { 'fd.name': '/a' }), 'less %fd.other');
});
