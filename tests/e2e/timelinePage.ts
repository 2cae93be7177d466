// The timeline as a test uses it: its parts by their test ids, and where things are on the canvas by the hooks that the page offers to tests.
import type { FrameLocator, Locator } from 'playwright-core';
import type { PortholeTest } from '../../webviews/timeline/testHooks.ts';
import type { Workbench } from './workbench.ts';

interface Hooked { readonly __portholeTest: PortholeTest }

export class TimelinePageObject {
  readonly #workbench: Workbench;

  constructor(workbench: Workbench) { this.#workbench = workbench; }

  get frame(): FrameLocator { return this.#workbench.webview(); }
  get filter(): Locator { return this.frame.getByTestId('filter'); }
  get details(): Locator { return this.frame.getByTestId('details'); }
  get lanes(): Locator { return this.frame.getByTestId('lanes'); }
  get canvas(): Locator { return this.frame.getByTestId('canvas'); }
  /** Above the lanes: the state of the link, or what is wrong. */
  get banner(): Locator { return this.frame.getByTestId('banner'); }
  get tooltip(): Locator { return this.frame.getByTestId('tooltip'); }

  /** Rows of the event list, without its head. */
  rows(text?: string | RegExp): Locator {
    const rows = this.frame.getByTestId('events').locator('[role=row][data-row]:visible');
    return text === undefined ? rows : rows.filter({ hasText: text });
  }

  /** The value of a field in the details pane: an argument, or one of the pane's own. */
  field(name: string): Locator { return this.details.locator(`dd[data-field="${name}"] .ph-value`).first(); }

  // What runs in the page is written out each time: its content security policy lets no text become code.

  idle(): Promise<boolean> {
    return this.canvas.evaluate(() => (globalThis as unknown as Hooked).__portholeTest.idle());
  }
  /** Losses as they are drawn. */
  gaps(): Promise<readonly { startNs: number; endNs: number; count: number; cause: string }[]> {
    return this.canvas.evaluate(() => [...(globalThis as unknown as Hooked).__portholeTest.gaps()]);
  }
  /** What is in view, ns since the session's base. */
  range(): Promise<{ startNs: number; endNs: number }> {
    return this.canvas.evaluate(() => (globalThis as unknown as Hooked).__portholeTest.range());
  }
  xOfNs(ns: number): Promise<number> {
    return this.canvas.evaluate((_canvas, at) => (globalThis as unknown as Hooked).__portholeTest.xOfNs(at), ns);
  }
  laneMode(lane: string): Promise<'density' | 'spans' | undefined> {
    return this.canvas.evaluate((_canvas, id) => (globalThis as unknown as Hooked).__portholeTest.laneMode(id), lane);
  }
  laneRect(lane: string): Promise<{ x: number; y: number; width: number; height: number } | undefined> {
    return this.canvas.evaluate((_canvas, id) => (globalThis as unknown as Hooked).__portholeTest.laneRect(id), lane);
  }

  /** Waits until the page has nothing left to do, twice a moment apart: what was pressed may be on its way to it. */
  async settled(): Promise<void> {
    const end = Date.now() + 120_000;
    for (let quiet = 0; quiet < 2; await this.#workbench.page.waitForTimeout(100)) {
      quiet = await this.idle() ? quiet + 1 : 0;
      if (Date.now() > end) throw new Error('The timeline does not come to rest.');
    }
  }

  /** Sets a right filter as a user does, and waits until it is in force; what it leaves comes later. */
  async setFilter(text: string): Promise<void> {
    await this.filter.fill(text);
    await this.filter.press('Enter');
    for (const end = Date.now() + 60_000; await this.canvas.evaluate(() => (globalThis as unknown as Hooked).__portholeTest.filter()) !== text;) {
      if (Date.now() > end) throw new Error(`The filter is not used: ${text}`);
      await this.#workbench.page.waitForTimeout(50);
    }
  }

  /** Zooms in with the wheel at a time until no more than `spanNs` is in view. */
  async zoomTo(ns: number, spanNs: number): Promise<void> {
    const box = await this.canvas.boundingBox();
    if (box === null) throw new Error('The canvas is not shown.');
    for (let turns = 0; turns < 80; turns++) {
      const { startNs, endNs } = await this.range();
      if (endNs - startNs <= spanNs) return;
      const x = await this.xOfNs(ns);
      await this.#workbench.page.mouse.move(box.x + Math.min(Math.max(x, 1), box.width - 1), box.y + box.height / 2);
      await this.#workbench.page.mouse.wheel(0, -500);
      await this.#workbench.page.waitForTimeout(40);
    }
    throw new Error('The wheel does not zoom.');
  }

  /** Moves the pointer to a time in a lane and returns the position on the page. */
  async pointAt(lane: string, ns: number): Promise<{ x: number; y: number }> {
    const box = await this.canvas.boundingBox();
    const rect = await this.laneRect(lane);
    if (box === null || rect === undefined) throw new Error(`The lane ${lane} is not in view.`);
    const at = { x: box.x + await this.xOfNs(ns), y: box.y + rect.y + rect.height / 2 };
    await this.#workbench.page.mouse.move(at.x - 1, at.y);
    await this.#workbench.page.mouse.move(at.x, at.y);
    return at;
  }
}
