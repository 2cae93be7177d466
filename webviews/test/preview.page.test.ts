// The preview pane in a real browser: what it makes of output in each form, by mouse, by keyboard, narrow, in every theme; hostile text stays text.
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { FromPreview, PreviewState, RunProgress, ToPreview } from '../protocol/preview.ts';
import type {} from '../preview/page.ts';
import { skip } from './pageSupport.test.ts';

const CHROMIUM = process.env['PORTHOLE_CHROMIUM'] ?? '/usr/bin/chromium';
const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
interface Harness { readonly sent: FromPreview[]; readonly state: unknown; tell(message: ToPreview): void; theme(kind: string): void }

/** Stands in for the editor: keeps what the page says, and passes on what a test tells it. */
const HARNESS = `
import { applyTheme } from '${at('../harness/themes.ts')}';
const sent = [];
let state = JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? undefined;
const api = { postMessage: (m) => { sent.push(m); }, getState: () => state, setState: (s) => { state = s; sessionStorage.setItem('state', JSON.stringify(s)); } };
Object.assign(window, { acquireVsCodeApi: () => api, __harness: { sent, get state() { return state; }, tell: (m) => window.postMessage(m, '*'), theme: applyTheme } });
applyTheme('dark');
`;
const HTML = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'; script-src 'self'"><link rel="stylesheet" href="preview.css"></head><body><script src="harness.js"></script><script src="preview.js"></script></body></html>`;

const STATE: PreviewState = {
  uri: 'file:///x/top.lua', name: 'top', description: 'Counts <b>things</b>', trusted: true, hold: '', source: 'file:a', extent: { kind: 'all' },
  args: [{ name: 'field', description: 'which field', type: 'string', optional: false }, { name: 'least', description: 'at least', type: 'int', optional: true }],
  choice: { session: '', filter: '', values: ['fd.name'], json: false, profile: true },
  sources: [{ id: 'file:a', title: 'a.scap', live: false, seconds: 12.3456 }, { id: 'host:h', title: 'h', live: true, seconds: 5 }],
};
const PROGRESS: RunProgress = { events: 1234567, fraction: 1, elapsedMs: 2345, firstMs: 84, lagMs: 0, missed: 0, state: 'done' };
const TABLE = `Calls       Name\n${'-'.repeat(60)}\n${Array.from({ length: 5000 }, (_, i) => `${String((i * 7919) % 5003).padEnd(12)}name ${i}\n`).join('')}`;

describe('preview page', { skip }, () => {
  let browser: Browser, server: Server, url = '';
  before(async () => {
    const options = { bundle: true, write: false, format: 'iife', platform: 'browser', target: 'es2022', logLevel: 'error' } as const;
    const { outputFiles } = await build({ ...options, entryPoints: { preview: at('../preview/index.ts') }, outdir: '/' });
    const harness = await build({ ...options, stdin: { contents: HARNESS, resolveDir: at('.'), loader: 'js' } });
    const files = new Map(outputFiles.map((file) => [file.path.replace(/^.*[\\/]/, '/'), file.text]));
    files.set('/harness.js', harness.outputFiles[0]?.text ?? '').set('/', HTML);
    server = createServer((request, response) => {
      const path = new URL(request.url ?? '/', 'http://localhost').pathname, body = files.get(path);
      response.writeHead(body === undefined ? 404 : 200, { 'content-type': `${path.endsWith('.js') ? 'text/javascript' : path.endsWith('.css') ? 'text/css' : 'text/html'}; charset=utf-8` });
      response.end(body);
    });
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`;
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  });
  after(async () => { await browser?.close(); server?.closeAllConnections(); await new Promise((resolve) => { server?.close(resolve); }); });

  async function use(body: (page: Page) => Promise<void>, size = { width: 620, height: 760 }): Promise<void> {
    const page = await browser.newPage({ viewport: size, locale: 'en-US' });
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => { if (message.type() === 'error' && !message.text().includes('404')) problems.push(message.text()); });
    await page.goto(url);
    await page.waitForFunction(() => window.__previewTest !== undefined);
    try { await body(page); assert.deepEqual(problems, [], 'errors in the page'); } finally { await page.close(); }
  }
  const tell = async (page: Page, ...messages: readonly ToPreview[]): Promise<void> => {
    await page.evaluate((all) => new Promise<void>((heard) => {
      const harness = (window as unknown as { __harness: Harness }).__harness, last = `heard ${performance.now()}`, listening = new AbortController();
      window.addEventListener('message', ({ data }) => { if (data === last) { listening.abort(); heard(); } }, { signal: listening.signal });
      for (const each of all) harness.tell(each);
      window.postMessage(last, '*');
    }), messages);
    await page.waitForFunction(() => window.__previewTest!.idle);
  };
  const sent = (page: Page): Promise<FromPreview[]> => page.evaluate(() => (window as unknown as { __harness: Harness }).__harness.sent);
  const begin = (run: number, json = false): ToPreview => ({ event: 'begin', run, label: 'top on a', json, fresh: run === 1 });
  const output = (run: number, text: string, quick = 0): ToPreview => ({ event: 'output', run, text, quick });
  const progress = (run: number, change: Partial<RunProgress> = {}): ToPreview => ({ event: 'progress', run, progress: { ...PROGRESS, ...change } });
  const cells = (page: Page, column: number): Promise<string[]> => page.evaluate((c) => [...document.querySelectorAll<HTMLElement>('.pv-rows [role=row]:not([hidden])')].sort((a, b) => Number(a.dataset['index']) - Number(b.dataset['index'])).map((row) => row.children[c]?.textContent ?? ''), column);

  test('says that it is there, what runs, and how far it is', () => use(async (page) => {
    assert.deepEqual((await sent(page)).map((message) => message.intent), ['ready']);
    await tell(page, { event: 'state', state: STATE }, begin(1), progress(1, { state: 'running', fraction: 0.425, events: 1000 }));
    assert.equal(await page.getByTestId('status').innerText(), 'Running: 1,000 events, 2.35 s, 42 %, first output after 84 ms');
    assert.equal(await page.getByRole('progressbar').getAttribute('aria-valuenow'), '43');
    assert.equal(await page.getByTestId('options').innerText(), 'On a.scap, all events, field=fd.name');
    await page.getByTestId('run').click();
    assert.equal((await sent(page)).at(-1)?.intent, 'stop');
    await tell(page, progress(1));
    assert.equal(await page.getByTestId('run').innerText(), 'Run');
    await page.getByTestId('run').click();
    assert.equal((await sent(page)).at(-1)?.intent, 'run');
    assert.equal(await page.getByTestId('note').innerText(), 'It has printed nothing.');
    await tell(page, progress(1, { fraction: -1, state: 'running', lagMs: 1500, missed: 12 }));
    assert.equal(await page.getByTestId('lag').innerText(), 'lag 1.50 s, 12 events missed');
  }));

  test('text with its colours; hostile text is text', () => use(async (page) => {
    await tell(page, { event: 'state', state: STATE }, begin(1), output(1, '\x1b[31mred\x1b[0m plain\n<img src=x onerror="window.__pwned=1">\n\x1b[1;38;2;1;2;3mown'), progress(1));
    assert.deepEqual(await page.locator('.pv-line:visible').allInnerTexts(), ['red plain', '<img src=x onerror="window.__pwned=1">', 'own']);
    assert.equal(await page.locator('.pv-line span', { hasText: 'red' }).evaluate((element) => getComputedStyle(element).color), 'rgb(205, 49, 49)');
    assert.equal(await page.locator('.pv-line span', { hasText: 'own' }).evaluate((element) => getComputedStyle(element).color), 'rgb(1, 2, 3)');
    assert.equal(await page.evaluate(() => (window as unknown as { __pwned?: number }).__pwned), undefined);
    assert.equal(await page.locator('img, b').count(), 0);
    await page.getByTestId('copy').click();
    assert.deepEqual((await sent(page)).at(-1), { intent: 'copy', text: 'red plain\n<img src=x onerror="window.__pwned=1">\nown', what: 'text' });
  }));

  test('a long table: only what is seen exists, sorted by keys, copied in its order', () => use(async (page) => {
    await tell(page, { event: 'state', state: STATE }, begin(1), output(1, TABLE), progress(1));
    const table = page.getByTestId('table');
    assert.equal(await table.getAttribute('aria-rowcount'), '5001');
    assert.ok(await page.locator('.pv-rows [role=row]').count() < 60);
    const calls = page.getByRole('columnheader', { name: 'Calls' });
    assert.equal(await calls.getAttribute('aria-sort'), 'none');
    await calls.getByRole('button').press('Enter');
    assert.equal(await calls.getAttribute('aria-sort'), 'descending');
    assert.equal((await cells(page, 0))[0], '5002');
    await calls.getByRole('button').press('Space');
    assert.equal((await cells(page, 0))[0], '0');
    await table.focus();
    await page.keyboard.press('End');
    await page.waitForFunction(() => document.querySelector('.pv-rows [aria-selected=true]')?.getAttribute('aria-rowindex') === '5001');
    assert.equal((await cells(page, 0)).at(-1), '5002');
    await page.getByTestId('copy').click();
    const copied = (await sent(page)).at(-1);
    assert.ok(copied?.intent === 'copy' && copied.text.startsWith('Calls,Name\r\n0,name 0\r\n'));
    // The same titles again: the order stays, rows are the new ones'.
    await tell(page, begin(2), output(2, `Calls       Name\n-----------\n5           b\n3           a\n`), progress(2));
    assert.deepEqual(await cells(page, 0), ['3', '5']);
    assert.equal(await calls.getAttribute('aria-sort'), 'ascending');
  }));

  test('what was shown stays until the next run prints; a short run is shown meanwhile', () => use(async (page) => {
    await tell(page, { event: 'state', state: STATE }, begin(1), output(1, 'before\n'), progress(1), begin(2), progress(2, { state: 'running', fraction: 0 }));
    assert.deepEqual(await page.locator('.pv-line:visible').allInnerTexts(), ['before']);
    await tell(page, output(2, 'quick\n', 20_000), progress(2, { state: 'running', fraction: 0.1 }));
    assert.deepEqual(await page.locator('.pv-line:visible').allInnerTexts(), ['quick']);
    assert.match(await page.getByTestId('status').innerText(), /; shown: of the first 20,000 events$/);
    // What comes late of a run that was ended is nobody's.
    await tell(page, output(1, 'late\n'), output(2, 'whole\n'), progress(2));
    assert.deepEqual(await page.locator('.pv-line:visible').allInnerTexts(), ['whole']);
    await tell(page, begin(3), progress(3));
    assert.equal(await page.getByTestId('note').innerText(), 'It has printed nothing.');
  }));

  test('JSON as a tree by keys', () => use(async (page) => {
    await tell(page, { event: 'state', state: { ...STATE, choice: { ...STATE.choice, json: true } } }, begin(1, true), output(1, '{"list":[1,{"deep":"<i>"}],"ok":true}\n'), progress(1));
    const tree = page.getByRole('tree');
    await tree.focus();
    await page.keyboard.press('ArrowDown');
    await page.waitForFunction(() => document.querySelector('[role=treeitem][aria-selected=true]')?.textContent === 'list: [2]');
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight', 'ArrowRight']) await page.keyboard.press(key);
    await page.waitForFunction(() => document.querySelector('[role=treeitem][aria-selected=true]')?.textContent === 'deep: "<i>"');
    assert.equal(await page.locator('[role=treeitem][aria-selected=true]').getAttribute('aria-level'), '4');
    for (const key of ['ArrowLeft', 'ArrowLeft', 'Home', 'ArrowLeft']) await page.keyboard.press(key);
    await page.waitForFunction(() => document.querySelectorAll('[role=treeitem]:not([hidden])').length === 1);
    await page.getByTestId('save').click();
    assert.deepEqual((await sent(page)).at(-1), { intent: 'save', text: '{\n  "list": [\n    1,\n    {\n      "deep": "<i>"\n    }\n  ],\n  "ok": true\n}\n', ending: 'json' });
    await page.getByTestId('json').click();
    const chosen = (await sent(page)).at(-1);
    assert.ok(chosen?.intent === 'choose' && !chosen.choice.json);
  }));

  test('the form is the chisel’s own description', () => use(async (page) => {
    await tell(page, { event: 'state', state: STATE });
    await page.getByTestId('options').click();
    const least = page.getByLabel('least');
    assert.equal(await least.getAttribute('aria-describedby'), 'pv-value-1-about');
    assert.equal(await page.locator('#pv-value-1-about').innerText(), 'at least [int]');
    await least.fill('x');
    assert.equal(await least.getAttribute('aria-invalid'), 'true');
    await least.fill('7');
    assert.equal(await least.getAttribute('aria-invalid'), null);
    await least.press('Enter');
    const last = async () => { const all = await sent(page); const found = all.findLast((message) => message.intent === 'choose'); return found?.intent === 'choose' ? found.choice : undefined; };
    assert.deepEqual(await last(), { ...STATE.choice, values: ['fd.name', '7'] });
    await page.getByTestId('extent').selectOption('first');
    await page.getByTestId('first').fill('500');
    await page.getByTestId('first').press('Enter');
    assert.deepEqual((await last())?.extent, { kind: 'first', events: 500 });
    assert.equal(await page.getByTestId('extent').locator('option').count(), 3, 'a capture is not live');
    await page.getByTestId('source').selectOption('host:h');
    assert.deepEqual({ session: (await last())?.session, extent: (await last())?.extent }, { session: 'host:h', extent: undefined });
  }));

  test('errors with links, what is missing, what is not trusted', () => use(async (page) => {
    await tell(page, { event: 'state', state: STATE }, begin(1), progress(1, { state: 'failed', error: { message: 'top.lua:12: attempt to index a nil value', file: 'top.lua', line: 12, traceback: 'stack traceback:\n\thelper.lua:3: in function' } }));
    assert.equal(await page.getByRole('alert').locator('.pv-error-text').innerText(), 'top.lua:12: attempt to index a nil value');
    await page.getByRole('button', { name: 'top.lua:12' }).click();
    assert.deepEqual((await sent(page)).at(-1), { intent: 'goTo', file: 'top.lua', line: 12 });
    await page.getByText('Stack', { exact: true }).click();
    await page.getByRole('button', { name: 'helper.lua:3' }).click();
    assert.deepEqual((await sent(page)).at(-1), { intent: 'goTo', file: 'helper.lua', line: 3 });
    await tell(page, { event: 'state', state: { ...STATE, hold: 'field is needed.' } });
    await page.getByRole('button', { name: 'Arguments' }).click();
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'pv-value-0');
    await tell(page, { event: 'state', state: { ...STATE, trusted: false } });
    await page.getByRole('button', { name: 'Trust…' }).click();
    assert.equal((await sent(page)).at(-1)?.intent, 'trust');
    await tell(page, { event: 'state', state: { ...STATE, source: '', sources: [] } });
    assert.ok(await page.getByTestId('run').isDisabled() || await page.getByTestId('run').innerText() === 'Run');
    await page.getByRole('button', { name: 'Open Capture…' }).click();
    assert.equal((await sent(page)).at(-1)?.intent, 'open');
  }));

  test('is found again as it was left', () => use(async (page) => {
    await tell(page, { event: 'state', state: STATE }, begin(1), output(1, TABLE), progress(1));
    await page.getByRole('columnheader', { name: 'Name' }).getByRole('button').click();
    await page.getByTestId('tab-table').press('ArrowLeft');
    assert.equal(await page.getByTestId('tab-text').getAttribute('aria-selected'), 'true');
    await page.getByTestId('options').click();
    // That a form was opened is heard of a task later; a user's hand is slower than that.
    await page.waitForFunction(() => ((window as unknown as { __harness: Harness }).__harness.state as { options?: boolean } | undefined)?.options === true);
    await page.reload();
    await page.waitForFunction(() => window.__previewTest !== undefined);
    await tell(page, { event: 'state', state: STATE }, begin(1), output(1, TABLE), progress(1));
    assert.equal(await page.getByTestId('tab-text').getAttribute('aria-selected'), 'true');
    assert.ok(await page.getByTestId('source').isVisible());
    await page.getByTestId('tab-table').click();
    assert.equal(await page.getByRole('columnheader', { name: 'Name' }).getAttribute('aria-sort'), 'ascending');
  }));

  for (const theme of ['dark', 'light', 'hcDark', 'hcLight'] as const) {
    test(`fits 320 pixels, nothing beside it: ${theme}`, () => use(async (page) => {
      await page.evaluate((kind) => (window as unknown as { __harness: Harness }).__harness.theme(kind), theme);
      const profile = { ms: 12, calls: 5, sampledCalls: 5, callbacks: [{ name: 'on_event', calls: 1_000_000, ms: 1234 }, { name: 'on_capture_end', calls: 1, ms: 1 }], lines: [] };
      await tell(page, { event: 'state', state: { ...STATE, description: 'A long description of what it shows, in more than one line' } }, begin(1), output(1, TABLE), progress(1, { profile }));
      await page.getByTestId('options').click();
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 320));
      for (const id of ['run', 'json', 'times', 'copy', 'save', 'compare', 'source']) {
        const box = await page.getByTestId(id).boundingBox();
        assert.ok(box !== null && box.x >= 0 && box.x + box.width <= 320, `${id} is outside`);
      }
      const picture = process.env['PORTHOLE_PICTURES'];
      if (picture !== undefined) await page.screenshot({ path: `${picture}/preview-320-${theme}.png` });
    }, { width: 320, height: 700 }));
  }
});
