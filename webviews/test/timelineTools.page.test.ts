// What stands over the lanes, in a real browser: the strip of all time, the marked time, bookmarks, search and arrangement of lanes, the legend that filters, pictures.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { PALETTES } from '../base/palette.ts';
import type { ThemeKind } from '../base/palette.ts';
import { idle, pageUser, rowsCome, skip, tell } from './pageSupport.test.ts';
import type { HarnessHooks } from './pageSupport.test.ts';

type Hooks = { readonly __harness: HarnessHooks };
const BASE_NS = 1763812800123456789n;

describe('timeline tools', { skip }, () => {
  const { use } = pageUser();
  const range = (page: Page): Promise<{ startNs: number; endNs: number }> => page.evaluate(() => window.__portholeTest!.range());
  const chosen = (page: Page): Promise<{ startNs: number; endNs: number } | undefined> => page.evaluate(() => window.__portholeTest!.chosen());
  const filter = (page: Page): Promise<string> => page.evaluate(() => window.__portholeTest!.filter());
  /** What the page has told of a kind, the latest last. */
  const told = (page: Page, intent: string): Promise<Readonly<Record<string, unknown>>[]> => page.evaluate((name) => (window as unknown as Hooks).__harness.sent.filter((message) => message.intent === name).map((message) => ({ ...message })) as unknown as Record<string, unknown>[], intent);
  const lanes = (page: Page): Promise<string[]> => page.evaluate(() => [...document.querySelectorAll<HTMLElement>('[data-lane-id]')].sort((a, b) => parseFloat(a.style.top) - parseFloat(b.style.top)).map((each) => each.dataset['laneId']!));
  /** Drags over the axis from one time to another. */
  const mark = async (page: Page, fromNs: number, toNs: number): Promise<void> => {
    const [box, from, to] = [(await page.getByTestId('canvas').boundingBox())!, await page.evaluate((ns) => window.__portholeTest!.xOfNs(ns), fromNs), await page.evaluate((ns) => window.__portholeTest!.xOfNs(ns), toNs)];
    await page.mouse.move(box.x + from, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + (from + to) / 2, box.y + 24, { steps: 3 });
    await page.mouse.move(box.x + to, box.y + 24, { steps: 3 });
    await page.mouse.up();
    await idle(page);
  };
  const near = (actual: number, expected: number, by: number): void => assert.ok(Math.abs(actual - expected) <= by, `${actual} instead of about ${expected}`);
  const focusCanvas = (page: Page): Promise<void> => page.getByTestId('canvas').focus();

  test('a drag on the axis marks a time; list, bar and strip are about it until Escape', () => use('', async (page) => {
    await mark(page, 20e9, 50e9);
    const marked = (await chosen(page))!;
    near(marked.startNs, 20e9, 0.3e9);
    near(marked.endNs, 50e9, 0.3e9);
    assert.deepEqual((await told(page, 'rangeChosen')).at(-1), { intent: 'rangeChosen', ...marked });
    const text = page.getByTestId('chosen');
    await page.waitForFunction(() => /events, [\d,]+ failed$/.test(document.querySelector('[data-testid=chosen]')!.textContent!));
    // The numbers are the harness's own, counted in another way.
    const [, events, failed] = /: ([\d,]+) events, ([\d,]+) failed$/.exec(await text.innerText())!.map((part) => Number(part.replaceAll(',', '')));
    const counted = await page.evaluate(({ startNs, endNs }) => {
      const { source } = (window as unknown as { __harness: { source: { answer(method: string, params: object): { count: number } } } }).__harness;
      return [source.answer('events/count', { filter: '', startNs, endNs }).count, source.answer('events/count', { filter: 'evt.failed=true', startNs, endNs }).count];
    }, marked);
    assert.deepEqual([events, failed], counted);
    const listed = async (): Promise<string> => (await page.locator('[data-testid=events] .ph-rows [data-row]:not([hidden])').first().innerText()).split('\n')[0]!;
    await rowsCome(page, 3);
    const first = await listed();
    // The list stays, wherever the view goes.
    await focusCanvas(page);
    await page.keyboard.press('w');
    await page.keyboard.press('End');
    await idle(page);
    assert.equal(await listed(), first);
    await page.keyboard.press('z');
    await idle(page);
    near((await range(page)).startNs, marked.startNs, 2e9);
    near((await range(page)).endNs, marked.endNs, 2e9);
    await page.keyboard.press('Escape');
    assert.equal(await chosen(page), undefined);
    assert.deepEqual((await told(page, 'rangeChosen')).at(-1), { intent: 'rangeChosen' });
    await text.waitFor({ state: 'hidden' });
  }));

  test('brackets mark the time by keyboard, and what a filter leaves of it is counted anew', () => use('', async (page) => {
    await focusCanvas(page);
    await page.keyboard.press('w');
    await idle(page);
    const inView = await range(page);
    await page.keyboard.press('[');
    const marked = (await chosen(page))!;
    assert.deepEqual(marked, { startNs: Math.max(0, inView.startNs), endNs: inView.endNs });
    await page.keyboard.press('w');
    await idle(page);
    await page.keyboard.press(']');
    assert.equal((await chosen(page))!.endNs, (await range(page)).endNs);
    await page.waitForFunction(() => /: [\d,]+ events/.test(document.querySelector('[data-testid=chosen]')!.textContent!));
    const before = await page.getByTestId('chosen').innerText();
    await page.getByTestId('legend-memory').click();
    await page.waitForFunction((old) => /: [\d,]+ events?/.test(document.querySelector('[data-testid=chosen]')!.textContent!) && document.querySelector('[data-testid=chosen]')!.textContent !== old, before);
  }));

  test('the strip shows all of it: its window is moved, widened, and moved by keys', () => use('', async (page) => {
    const strip = page.getByTestId('strip'), box = (await strip.boundingBox())!;
    await tell(page, { event: 'show', startNs: 30e9, endNs: 60e9 });
    await idle(page);
    assert.equal(await strip.getAttribute('role'), 'slider');
    assert.match((await strip.getAttribute('aria-valuetext'))!, /^30 s from /);
    const xOf = (ns: number): number => box.x + ns / 120e9 * box.width;
    const drag = async (fromNs: number, toNs: number): Promise<void> => {
      await page.mouse.move(xOf(fromNs), box.y + 12);
      await page.mouse.down();
      await page.mouse.move(xOf(toNs), box.y + 12, { steps: 4 });
      await page.mouse.up();
      await idle(page);
    };
    await drag(45e9, 75e9);
    near((await range(page)).startNs, 60e9, 0.6e9);
    near((await range(page)).endNs, 90e9, 0.6e9);
    await drag(90e9, 105e9);
    near((await range(page)).startNs, 60e9, 0.6e9);
    near((await range(page)).endNs, 105e9, 0.8e9);
    // Outside of the window: it comes there.
    await page.mouse.click(xOf(20e9), box.y + 12);
    await idle(page);
    near(((await range(page)).startNs + (await range(page)).endNs) / 2, 22.5e9, 4e9);
    const before = await range(page);
    await strip.focus();
    await page.keyboard.press('ArrowRight');
    await idle(page);
    assert.ok((await range(page)).startNs > before.startNs);
    await page.keyboard.press('0');
    await idle(page);
    assert.ok((await range(page)).startNs <= 0 && (await range(page)).endNs >= 119e9);
  }));

  for (const theme of ['dark', 'light', 'hcDark', 'hcLight'] as const satisfies readonly ThemeKind[]) {
    test(`the strip has calls in it, and shows what is marked: ${theme}`, () => use(`theme=${theme}`, async (page) => {
      /** Colours of a row of the strip, `y` from its top, from one time to another. */
      const colours = (y: number, fromNs: number, toNs: number): Promise<string[]> => page.evaluate(([at, from, to]) => {
        const canvas = document.querySelector<HTMLCanvasElement>('[data-testid=strip]')!, ratio = canvas.width / canvas.clientWidth;
        const start = Math.round(canvas.width * from / 120e9), width = Math.max(1, Math.round(canvas.width * (to - from) / 120e9));
        const { data } = canvas.getContext('2d')!.getImageData(start, Math.round(at * ratio), width, 1);
        const seen = new Set<string>();
        for (let i = 0; i < data.length; i += 4) seen.add(`#${[...data.slice(i, i + 3)].map((channel) => channel.toString(16).padStart(2, '0')).join('')}`);
        return [...seen];
      }, [y, fromNs, toNs] as const);
      const until = async (is: () => Promise<boolean>, what: string): Promise<void> => { for (const end = Date.now() + 20_000; !await is();) { assert.ok(Date.now() < end, what); await page.waitForTimeout(50); } };
      const kinds = Object.values(PALETTES[theme].kinds);
      await until(async () => (await colours(20, 5e9, 100e9)).filter((each) => kinds.includes(each)).length >= 2, 'calls in the colours of their kinds');
      await mark(page, 30e9, 60e9);
      await until(async () => { const [inside, outside] = [await colours(27, 40e9, 41e9), await colours(27, 90e9, 91e9)]; return inside.length === 1 && !outside.includes(inside[0]!); }, 'the marked time has a line of its own');
    }));
  }

  test('bookmarks are made, named, gone to and removed; their times are the clock\'s', () => use('', async (page) => {
    await mark(page, 20e9, 50e9);
    const marked = (await chosen(page))!;
    await focusCanvas(page);
    await page.keyboard.press('b');
    const kept = (await told(page, 'bookmarks')).at(-1)!['bookmarks'] as readonly { name: string; startNs: string; endNs: string }[];
    assert.deepEqual(kept, [{ name: 'Bookmark 1', startNs: String(BASE_NS + BigInt(Math.round(marked.startNs))), endNs: String(BASE_NS + BigInt(Math.round(marked.endNs))) }]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('0');
    await idle(page);
    await page.getByTestId('bookmarks').click();
    const name = page.getByRole('textbox', { name: /^Name of the bookmark/ });
    await name.fill('the slow page');
    await name.press('Enter');
    assert.equal(((await told(page, 'bookmarks')).at(-1)!['bookmarks'] as readonly { name: string }[])[0]!.name, 'the slow page');
    await page.getByRole('button', { name: 'Go to the slow page' }).click();
    await idle(page);
    assert.deepEqual(await chosen(page), marked);
    near((await range(page)).startNs, marked.startNs, 2e9);
    await page.getByTestId('bookmarks').click();
    await page.getByRole('button', { name: 'Remove the bookmark the slow page' }).click();
    await page.getByTestId('bookmarks').waitFor({ state: 'hidden' });
    assert.deepEqual((await told(page, 'bookmarks')).at(-1)!['bookmarks'], []);
  }));

  test('bookmarks of before are there; those of other times are said', () => use('', async (page) => {
    const init = await page.evaluate(() => (window as unknown as Hooks).__harness.source.init('', ''));
    const at = (ns: bigint): string => String(BASE_NS + ns);
    await tell(page, { event: 'reset', init: { ...init, bookmarks: [{ name: 'crash', startNs: at(40_000_000_000n), endNs: at(41_000_000_000n) }, { name: 'last week', startNs: '1000', endNs: '2000' }] } });
    await idle(page);
    await page.getByTestId('bookmarks').click();
    await page.getByRole('button', { name: 'Go to crash' }).waitFor();
    assert.match(await page.getByRole('list', { name: 'Bookmarks' }).innerText(), /1 of times that this history does not hold/);
  }));

  test('a link, and a capture of the marked time, are asked for with what they need', () => use('filter=proc.name%3Dnginx', async (page) => {
    await mark(page, 20e9, 50e9);
    const marked = (await chosen(page))!;
    await page.getByTestId('copy-link').click();
    assert.deepEqual((await told(page, 'copyLink')).at(-1), { intent: 'copyLink', startNs: String(BASE_NS + BigInt(Math.round(marked.startNs))), endNs: String(BASE_NS + BigInt(Math.round(marked.endNs))), filter: 'proc.name=nginx' });
    await page.getByTestId('save-range').click();
    assert.deepEqual((await told(page, 'saveRange')).at(-1), { intent: 'saveRange', ...marked, filter: 'proc.name=nginx' });
    // The editor's command without a marked time means what is in view.
    await focusCanvas(page);
    await page.keyboard.press('Escape');
    await tell(page, { event: 'do', what: 'saveRange' });
    const { startNs, endNs } = await range(page);
    await page.waitForFunction(() => (window as unknown as Hooks).__harness.sent.filter((message) => message.intent === 'saveRange').length === 2);
    assert.deepEqual((await told(page, 'saveRange')).at(-1), { intent: 'saveRange', startNs, endNs, filter: 'proc.name=nginx' });
  }));

  test('lanes are searched by name and number, and all are there again after', () => use('', async (page) => {
    const all = await lanes(page);
    await focusCanvas(page);
    await page.keyboard.press('/');
    assert.equal(await page.evaluate(() => document.activeElement!.getAttribute('data-testid')), 'lane-search');
    await page.keyboard.type('redis');
    await page.waitForSelector('[data-lane-id="p:1110"]', { state: 'detached' });
    assert.deepEqual((await lanes(page)).filter((id) => id.startsWith('p:')), ['p:1301']);
    assert.ok((await lanes(page)).includes('h'), 'what it is in is shown, too');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[data-lane-id="p:1301"].ph-active');
    await page.getByTestId('lane-search').fill('nothing is called so');
    await page.waitForSelector('.ph-lane-search.ph-nothing');
    await page.keyboard.press('Escape');
    await page.waitForFunction((count) => document.querySelectorAll('[data-lane-id]').length === count, all.length);
    await page.keyboard.type('4242');
    await page.waitForSelector('[data-lane-id="t:4242"]');
    await page.keyboard.press('ArrowDown');
    assert.equal(await page.evaluate(() => document.activeElement!.getAttribute('role')), 'treeitem');
  }));

  test('lanes are pinned, hidden, moved, and stay so', () => use('', async (page) => {
    const containers = async (): Promise<string[]> => (await lanes(page)).filter((id) => id.startsWith('c:'));
    const all = await containers();
    const last = all.at(-1)!;
    await page.locator(`[data-lane-id="${last}"]`).click();
    await page.locator(`[data-lane-id="${last}"]`).focus();
    await page.keyboard.press('t');
    assert.deepEqual(await containers(), [last, ...all.slice(0, -1)]);
    assert.match((await page.locator(`[data-lane-id="${last}"]`).getAttribute('aria-label'))!, /, pinned$/);
    assert.equal(await page.evaluate(() => document.activeElement!.getAttribute('data-lane-id')), last, 'the keyboard goes with it');
    const second = (await containers())[1]!, third = (await containers())[2]!;
    await page.locator(`[data-lane-id="${third}"]`).focus();
    await page.keyboard.press('Alt+ArrowUp');
    assert.deepEqual((await containers()).slice(0, 3), [last, third, second]);
    await page.locator(`[data-lane-id="${second}"]`).focus();
    await page.keyboard.press('h');
    assert.ok(!(await containers()).includes(second));
    const hidden = page.getByTestId('show-hidden');
    assert.match((await hidden.getAttribute('aria-label'))!, /^1 lane is hidden/);
    const kept = await page.evaluate(() => (window as unknown as { __harness: { state(): { arrangement: unknown } } }).__harness.state().arrangement);
    assert.match(JSON.stringify(kept), new RegExp(second.replaceAll('.', '\\.')));
    await hidden.click();
    assert.deepEqual((await containers()).slice(0, 3), [last, third, second]);
    await hidden.waitFor({ state: 'hidden' });
  }));

  test('the legend filters, and shows what the filter says', () => use('', async (page) => {
    const pressed = (what: string): Promise<string | null> => page.getByTestId(`legend-${what}`).getAttribute('aria-pressed');
    await page.getByTestId('legend-file').click();
    await page.waitForFunction(() => window.__portholeTest!.filter() === 'evt.kind=file');
    await idle(page);
    assert.equal(await pressed('file'), 'true');
    await page.getByTestId('legend-network').focus();
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => window.__portholeTest!.filter() === 'evt.kind in (file, network)');
    await page.getByTestId('legend-failed').click();
    await page.waitForFunction(() => window.__portholeTest!.filter() === 'evt.kind in (file, network) and evt.failed=true');
    await idle(page);
    assert.deepEqual([await pressed('file'), await pressed('network'), await pressed('wait'), await pressed('failed')], ['true', 'true', 'false', 'true']);
    for (const what of ['file', 'network', 'failed']) { await page.getByTestId(`legend-${what}`).click(); await idle(page); }
    assert.equal(await filter(page), '');
    await page.getByTestId('filter').fill('evt.kind=wait');
    await page.getByTestId('filter').press('Enter');
    await page.waitForFunction(() => document.querySelector('[data-testid=legend-wait]')!.getAttribute('aria-pressed') === 'true');
  }));

  test('what is in view is saved as PNG and as SVG, with the names of the lanes', () => use('', async (page) => {
    await tell(page, { event: 'do', what: 'savePng' });
    await tell(page, { event: 'do', what: 'saveSvg' });
    await page.waitForFunction(() => (window as unknown as Hooks).__harness.sent.filter((message) => message.intent === 'savePicture').length === 2);
    const { png, svg, view } = await page.evaluate(() => {
      const pictures = (window as unknown as Hooks).__harness.sent.filter((message) => message.intent === 'savePicture') as unknown as { format: string; data: Uint8Array | string }[];
      const text = pictures.find(({ format }) => format === 'svg')!.data as string, parsed = new DOMParser().parseFromString(text, 'image/svg+xml');
      const bytes = pictures.find(({ format }) => format === 'png')!.data as Uint8Array;
      const canvas = document.querySelector<HTMLCanvasElement>('[data-testid=canvas]')!, tree = document.querySelector<HTMLElement>('.ph-lanes')!;
      return {
        png: { head: [...bytes.slice(0, 8)], width: new DataView(bytes.buffer, bytes.byteOffset).getUint32(16) },
        svg: { wrong: parsed.querySelector('parsererror')?.textContent ?? '', title: parsed.querySelector('title')!.textContent, texts: [...parsed.querySelectorAll('text')].map((each) => each.textContent), images: parsed.querySelectorAll('image').length, width: Number(parsed.documentElement.getAttribute('width')) },
        view: canvas.clientWidth + tree.offsetWidth,
      };
    });
    assert.deepEqual(png.head, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    assert.equal(png.width, view * 2);
    assert.equal(svg.wrong, '');
    assert.equal(svg.width, view);
    assert.equal(svg.title, 'demo.scap');
    assert.ok(svg.texts.some((text) => text.startsWith('shop-web-1')) && svg.texts.some((text) => text.startsWith('redis-server 1301')), svg.texts.join('|'));
    assert.ok(svg.images > 3, 'density of the lanes');
  }));

  test('in a narrow page the tools are there and nothing is cut off', () => use('', async (page) => {
    await focusCanvas(page);
    await page.keyboard.press('[');
    for (const id of ['strip', 'lane-search', 'chosen', 'zoom-range', 'copy-link', 'legend-file']) {
      const box = (await page.getByTestId(id).boundingBox())!;
      assert.ok(box.x >= 0 && box.x + box.width <= 321 && box.width > 10, `${id}: ${JSON.stringify(box)}`);
    }
  }, { width: 320, height: 700 }));
});
