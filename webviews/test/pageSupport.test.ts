// The timeline page in a real browser, answered by the harness: what the tests of the page share.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before } from 'node:test';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import type { FromPage, PageEvent, PageInit } from '../protocol/messages.ts';
import type { FakeSource } from '../harness/source.ts';
import { startHarness } from '../harness/serve.mjs';

const CHROMIUM = process.env['PORTHOLE_CHROMIUM'] ?? '/usr/bin/chromium';
/** Why pages cannot be tested here, or false. */
export const skip: string | false = existsSync(CHROMIUM) ? false : `no browser at ${CHROMIUM}: install Debian's chromium, or set PORTHOLE_CHROMIUM`;

/** To look for tests that pass by luck: answers to the page come so many ms late where a test does not say otherwise, and its processor is so many times as slow. */
const LATENCY_MS = process.env['PORTHOLE_PAGE_LATENCY'], SLOWER = Number(process.env['PORTHOLE_PAGE_SLOWER'] ?? 1);

/** What the harness offers to tests in the page. */
export interface HarnessHooks { readonly sent: (FromPage & { readonly intent?: string; readonly filter?: string; readonly method?: string })[]; readonly source: FakeSource & { init(filter: string, lane: string): PageInit }; tell(event: PageEvent): void }
/** Rows of the event list that are on the page, by their places. */
export const rowsOf = (page: Page): Promise<number[]> => page.evaluate(() => [...document.querySelectorAll('[data-testid=events] .ph-rows [data-row]:not([hidden])')].map((row) => Number(row.getAttribute('data-row'))));
/** Waits for more rows than so many. */
export const rowsCome = async (page: Page, moreThan: number): Promise<void> => { await page.waitForFunction((count) => document.querySelectorAll('[data-testid=events] .ph-rows [data-row]:not([hidden])').length > count, moreThan); };
export interface Size { readonly width: number; readonly height: number }
export interface PageUser {
  /** Opens the page, runs the body, and fails where the page has complained on its console. */
  use(query: string, body: (page: Page) => Promise<void>, size?: Size): Promise<void>;
}

/** To be called in a `describe`: one browser and one harness for all of its tests. */
export function pageUser(): PageUser {
  let browser: Browser;
  let harness: { readonly url: string; close(): Promise<unknown> };
  const problems: string[] = [];
  before(async () => {
    harness = await startHarness();
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  });
  after(async () => { await browser?.close(); await harness?.close(); });

  const open = async (query: string, size: Size): Promise<Page> => {
    const page = await browser.newPage({ viewport: size, timezoneId: 'UTC', locale: 'en-US' });
    problems.length = 0;
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => { if (message.type() === 'error' && !message.text().includes('favicon') && !message.text().includes('404')) problems.push(message.text()); });
    if (SLOWER > 1) await (await page.context().newCDPSession(page)).send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
    await page.goto(`${harness.url}?${query}${LATENCY_MS !== undefined && !query.includes('latency=') ? `&latency=${LATENCY_MS}` : ''}`);
    await page.waitForFunction(() => window.__portholeTest !== undefined);
    if (!/live=1|reading=1/.test(query)) await idle(page);
    return page;
  };
  return {
    async use(query, body, size = { width: 1200, height: 800 }) {
      const page = await open(query, size);
      try { await body(page); assert.deepEqual(problems, [], 'errors in the page'); } finally { await page.close(); }
    },
  };
}

/** Twice idle, a moment apart. (A named function inside would need a helper of the transpiler, which the page has not.) */
export async function idle(page: Page): Promise<void> {
  for (let quiet = 0; quiet < 2; quiet++) {
    await page.waitForFunction(() => window.__portholeTest!.idle());
    await page.waitForTimeout(50);
    if (!await page.evaluate(() => window.__portholeTest!.idle())) quiet = -1;
  }
}
/** Tells the page something, as the editor does, and waits until it has heard it: messages come in their order. */
export async function tell(page: Page, event: object): Promise<void> {
  await page.evaluate((each) => new Promise<void>((heard) => {
    const last = `heard ${performance.now()}`, listening = new AbortController();
    window.addEventListener('message', ({ data }) => { if (data === last) { listening.abort(); heard(); } }, { signal: listening.signal });
    (window as unknown as { __harness: { tell(event: object): void } }).__harness.tell(each);
    window.postMessage(last, '*');
  }), event);
}
