// The overview page in a real browser, over the demonstration's capture as the editor serves it: tiles, pins, brush, findings, by mouse and keyboard, narrow and wide, in every theme.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { encode } from '@msgpack/msgpack';
import type { CaptureSession } from '../../extension/session/captureSession.ts';
import { GetOverview, type OverviewParams, type OverviewResult } from '../../remote-agent/protocol/messages.ts';
import { METRICS } from '../../remote-agent/engine/overview/metrics.ts';
import { CapturePages, type PageOptions, type PageUse } from './capturePage.test.ts';
import type {} from '../overview/page.ts';
import { skip } from './pageSupport.test.ts';

const PAGE_MESSAGE_BYTES = 65_536;
const tile = (page: Page, id: string): Locator => page.getByTestId(`tile-${id}`);
const finding = (page: Page, text: string): Locator => page.getByTestId('findings').getByRole('button').filter({ hasText: text }).first();
const value = (page: Page, id: string): Promise<string> => tile(page, id).locator('.ov-value').innerText();
const idle = (page: Page): Promise<unknown> => page.waitForFunction(() => window.__overviewTest?.idle === true);
const range = (page: Page): Promise<{ startNs: number; endNs: number }> => page.evaluate(() => window.__overviewTest!.range);
/** Waits until the numbers are of another range than before. */
const rangeChanged = (page: Page, before: { startNs: number; endNs: number }): Promise<unknown> => page.waitForFunction(({ startNs, endNs }) => { const now = window.__overviewTest!.range; return now.startNs !== startNs || now.endNs !== endNs; }, before);
/** Drags over the plot from one part of its width to another. */
async function drag(page: Page, from: number, to: number): Promise<void> {
  const box = await page.getByTestId('plot').boundingBox();
  assert.ok(box !== null);
  await page.mouse.move(box.x + box.width * from, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * to, box.y + 24, { steps: 4 });
  await page.mouse.up();
}

describe('overview page', { skip }, () => {
  const pages = new CapturePages('overview');
  before(() => pages.start());
  after(() => pages.stop());
  async function use(options: PageOptions, body: (page: Page, more: PageUse) => Promise<void>): Promise<void> {
    const more = await pages.open(options);
    try {
      await idle(more.page);
      await body(more.page, more);
      assert.deepEqual(more.problems, [], 'errors in the page');
    } finally { await more.close(); }
  }
  /** What the capture's agent says of it. */
  const told = async (params: Partial<OverviewParams> = {}): Promise<OverviewResult> => (await pages.session()).request(GetOverview, { startNs: 0, endNs: Number.MAX_SAFE_INTEGER, points: 80, findings: 100, ...params });

  test('tiles show the numbers of the whole capture, each with its course and a way into the timeline', () => use({}, async (page, { intents }) => {
    const { series } = await told(), total = (id: string): number => series.find((each) => each.id === id)!.total;
    assert.equal(await value(page, 'calls'), total('calls').toLocaleString('en-US'));
    assert.equal(await value(page, 'failed'), String(total('failed')));
    assert.match(await value(page, 'fileRead'), /^[\d.]+ KiB$/);
    // What is nothing is not in the way, and can be asked for.
    const zeros = series.filter((each) => each.total === 0).length;
    assert.equal(await page.locator('.ov-tile:visible').count(), METRICS.length - zeros);
    await page.getByTestId('zeros').click();
    assert.equal(await page.locator('.ov-tile:visible').count(), METRICS.length);
    assert.match(await tile(page, 'failed').getAttribute('aria-label') ?? '', /^Failed calls over time: 126 in all, most at \d\d:\d\d:\d\d\.\d+ with \d+; in \d+ of \d+ stretches of time\. Show in the timeline$/);
    assert.ok((await tile(page, 'failed').locator('path').getAttribute('d') ?? '').length > 50, 'a course is drawn');
    await tile(page, 'httpErrors').click();
    const { startNs, endNs } = await range(page);
    assert.deepEqual(intents, [{ intent: 'showTimeline', filter: METRICS.find(({ id }) => id === 'httpErrors')!.filter, startNs, endNs }]);
  }));

  test('what is unusual leads to its moment, by mouse and by keyboard', () => use({}, async (page, { intents }) => {
    const { findings } = await told(), crash = findings.find(({ rule }) => rule === 'crash')!, lookup = findings.find(({ rule }) => rule === 'dns')!;
    await finding(page, 'Crashed').click();
    await finding(page, 'Name look-up failed').focus();
    await page.keyboard.press('Enter');
    for (const [i, { filter, row, tsNs }] of [crash, lookup].entries()) {
      const said = intents[i] as { intent: string; filter: string; row: number; startNs: number; endNs: number };
      assert.deepEqual({ intent: said.intent, filter: said.filter, row: said.row }, { intent: 'showTimeline', filter, row });
      assert.ok(said.startNs <= tsNs && said.endNs > tsNs && said.endNs - said.startNs < 2e9, JSON.stringify(said));
    }
    assert.match(await finding(page, 'Crashed').getAttribute('aria-label') ?? '', /^Bad: Crashed, SIGSEGV, porthole-demo-worker-1 · job, \d\d:\d\d:\d\d/);
    const few = await page.getByTestId('findings').getByRole('button').count();
    await page.getByTestId('more-findings').click();
    assert.equal(await page.getByTestId('findings').getByRole('button').count(), findings.length);
    assert.ok(few < findings.length);
  }));

  test('a stretch is chosen by dragging: tiles and list are of it', () => use({}, async (page, { intents }) => {
    const whole = await range(page), calls = await value(page, 'calls');
    await drag(page, 0.1, 0.3);
    await rangeChanged(page, whole);
    const part = await range(page), span = whole.endNs - whole.startNs;
    assert.ok(part.startNs <= whole.startNs + span * 0.11 && part.startNs > whole.startNs && part.endNs >= whole.startNs + span * 0.29 && part.endNs < whole.startNs + span * 0.4, JSON.stringify({ whole, part }));
    const { series, findings } = await told(part);
    assert.equal(await value(page, 'calls'), series.find(({ id }) => id === 'calls')!.total.toLocaleString('en-US'));
    assert.notEqual(await value(page, 'calls'), calls);
    assert.equal(await finding(page, 'HTTP error').count(), findings.some(({ rule }) => rule === 'http') ? 1 : 0);
    assert.equal(findings.some(({ rule }) => rule === 'http'), false, 'the 404s were later');
    await tile(page, 'calls').click();
    assert.deepEqual(intents.at(-1), { intent: 'showTimeline', filter: METRICS.find(({ id }) => id === 'calls')!.filter, ...part });
    await page.getByTestId('timeline').click();
    assert.deepEqual(intents.at(-1), { intent: 'showTimeline', ...part });
    await page.getByTestId('whole').click();
    await rangeChanged(page, part);
    assert.deepEqual(await range(page), whole);
  }));

  test('a stretch is chosen by keys, shown in the timeline, and taken back', () => use({}, async (page, { intents }) => {
    const whole = await range(page);
    await page.getByTestId('plot').focus();
    await page.keyboard.press('End');
    assert.match(await page.getByTestId('reading').innerText(), /^\d\d:\d\d:\d\d\.\d+: Calls \d+, Failed calls \d+$/);
    for (let i = 0; i < 5; i++) await page.keyboard.press('Shift+ArrowLeft');
    await rangeChanged(page, whole);
    await idle(page);
    const part = await range(page);
    assert.ok(part.startNs > whole.startNs + (whole.endNs - whole.startNs) * 0.9);
    assert.match(await page.getByTestId('plot').getAttribute('aria-valuetext') ?? '', /^Chosen: /);
    await page.keyboard.press('Enter');
    const said = intents.at(-1) as { intent: string; startNs: number };
    assert.ok(said.intent === 'showTimeline' && said.startNs > whole.startNs);
    await page.keyboard.press('Escape');
    await rangeChanged(page, part);
    assert.deepEqual(await range(page), whole);
  }));

  test('pins put metrics on one chart, and are found again', () => use({}, async (page) => {
    const shown = (...names: readonly string[]): Promise<unknown> => page.waitForFunction((wanted) => [...document.querySelectorAll('.ov-chart-labels .ov-label')].map((each) => each.textContent).join() === wanted, names.join());
    await shown('Calls', 'Failed calls');
    await page.getByTestId('pin-netIn').click();
    await page.getByTestId('pin-calls').click();
    await shown('Failed calls', 'Received');
    assert.equal(await page.getByTestId('pin-netIn').getAttribute('aria-pressed'), 'true');
    await page.waitForFunction(() => document.querySelectorAll('.ov-plot .ov-row').length === 2);
    assert.ok((await page.locator('.ov-plot .ov-row.ov-cat-network path').getAttribute('d') ?? '').length > 50);
    const whole = await range(page);
    await drag(page, 0.5, 0.7);
    await rangeChanged(page, whole);
    const part = await range(page);
    await page.reload();
    await page.waitForFunction(() => window.__overviewTest !== undefined);
    await idle(page);
    await shown('Failed calls', 'Received');
    assert.deepEqual(await range(page), part);
    await page.getByRole('button', { name: 'Take Received off the chart' }).click();
    await shown('Failed calls');
  }));

  test('a pass that takes long shows how far it is, and is stopped and gone on with', async () => {
    let part = 0.3, held = true;
    const slow = (session: CaptureSession): CaptureSession => new Proxy(session, {
      get(of, name) {
        if (name === 'request') return async (type: { method: string }, params: unknown, token: unknown): Promise<unknown> => {
          const result = await (of.request as (...all: unknown[]) => Promise<object>).call(of, type, params, token);
          if (type.method === 'overview/get') { if (!held) part = Math.min(1, part + 0.35); return { ...result, fraction: part }; }
          return result;
        };
        const member: unknown = Reflect.get(of, name, of);
        return typeof member === 'function' ? (member as (...all: unknown[]) => unknown).bind(of) : member;
      },
    });
    const { page, problems, close } = await pages.open({ wrap: slow });
    try {
      await page.getByTestId('progress').filter({ hasText: '30 % of the events were looked at' }).waitFor();
      await page.getByTestId('stop').click();
      await page.getByTestId('progress').filter({ hasText: 'Stopped: 30 %' }).waitFor();
      held = false;
      assert.equal(await page.getByTestId('stop').innerText(), 'Go on');
      await page.getByTestId('stop').click();
      await page.getByTestId('progress').waitFor({ state: 'hidden' });
      await idle(page);
      assert.deepEqual(problems, []);
    } finally { await close(); }
  });

  test('the end of reading is looked at, though no event came with it', async () => {
    const session = await pages.session();
    let reading = true, asked = 0;
    const early = new Proxy(session, {
      get(of, name) {
        if (name === 'status') return reading ? { ...of.status, progress: 0.99 } : of.status;
        if (name === 'request') return (...all: unknown[]) => { asked++; return (of.request as (...all: unknown[]) => unknown).apply(of, all); };
        const member: unknown = Reflect.get(of, name, of);
        return typeof member === 'function' ? (member as (...all: unknown[]) => unknown).bind(of) : member;
      },
    });
    const { page, problems, tell, close } = await pages.open({ wrap: () => early });
    try {
      await page.getByTestId('progress').filter({ hasText: '99 % of the events were looked at' }).waitFor();
      const before = asked;
      reading = false;
      tell({ event: 'status', status: session.status });
      await page.getByTestId('progress').waitFor({ state: 'hidden' });
      await idle(page);
      assert.ok(asked > before, 'asked once more');
      assert.deepEqual(problems, []);
    } finally { await close(); }
  });

  test('a lost link is told, and gone when it is back', () => use({}, async (page, { tell }) => {
    tell({ event: 'link', state: 'reconnecting', message: 'The link is gone since 12:00.' });
    await page.getByTestId('banner').getByText('The link is gone since 12:00.').waitFor();
    tell({ event: 'link', state: 'connected', message: '' });
    await page.getByTestId('banner').waitFor({ state: 'hidden' });
  }));

  test('what crosses to the page is small', async () => {
    for (const params of [{ points: 80, findings: 100 }, { points: 240, findings: 0, metrics: ['calls', 'failed', 'netIn', 'netOut', 'files', 'slow1'] }]) {
      const size = encode(await told(params)).length;
      assert.ok(size <= PAGE_MESSAGE_BYTES, `${size} bytes`);
    }
  });

  for (const theme of ['dark', 'light', 'hcDark', 'hcLight'] as const) {
    for (const [width, height] of [[320, 800], [1300, 800], [3840, 2000]] as const) {
      test(`fits ${width} pixels: ${theme}`, () => use({ theme, size: { width, height }, reducedMotion: true }, async (page) => {
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing beside it');
        const outside = await page.locator('button:visible, .ov-value:visible').evaluateAll((all) => all.filter((each) => { const { left, right } = each.getBoundingClientRect(); return left < 0 || right > innerWidth + 0.5; }).length);
        assert.equal(outside, 0);
        assert.equal(await page.locator('.ov-value').evaluateAll((all) => all.filter((each) => each.checkVisibility() && each.scrollWidth > each.clientWidth).length), 0, 'numbers are whole');
        // Text and marks stand out from what is behind them.
        const contrast = await page.evaluate(() => {
          const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!;
          const light = (colour: string): number => { canvas.fillStyle = getComputedStyle(document.body).backgroundColor; canvas.fillRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); const [r = 0, g = 0, b = 0] = [...canvas.getImageData(0, 0, 1, 1).data].map((c) => { const v = c / 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
          const back = light(getComputedStyle(document.body).backgroundColor), of = (selector: string, property: 'color' | 'stroke'): number => Math.min(...[...document.querySelectorAll(selector)].filter((each) => each.checkVisibility()).map((each) => { const front = light(getComputedStyle(each)[property]); return (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05); }));
          return { text: of('.ov-value, .ov-name, .ov-what, .ov-who, .ov-when', 'color'), lines: of('.ov-spark path[d^=M], .ov-row path', 'stroke') };
        });
        assert.ok(contrast.text >= 4.5 && contrast.lines >= 3, JSON.stringify(contrast));
        const picture = process.env['PORTHOLE_PICTURES'];
        if (picture !== undefined) await page.screenshot({ path: `${picture}/overview-${width}-${theme}.png`, fullPage: true });
      }));
    }
  }
});
