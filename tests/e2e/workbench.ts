// VS Code's window as a test uses it: what a user sees and does, by name. Selectors are of VS Code 1.100 and live only here.
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { chromium, type Browser, type FrameLocator, type Locator, type Page } from 'playwright-core';
import { CHROMIUM, projectPath } from './vscodeServer.ts';

/** Nothing takes so long that comes at all, however busy the machine. */
const WAIT_MS = 120_000;
/** No sandbox: tests may run as root. No GPU and no background traffic: machines without either. */
const CHROMIUM_ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--force-device-scale-factor=1'];

export const launchBrowser = (): Promise<Browser> => chromium.launch({ executablePath: CHROMIUM, headless: true, args: CHROMIUM_ARGS });

/** One window of VS Code. */
export class Workbench {
  /** What the page has said on its console, the last of it; for the report of a failed test. */
  readonly console: string[] = [];
  readonly page: Page;
  /** The command that was run last, and what its questions were answered with. */
  private asking: { readonly title: string; readonly picked: (string | RegExp)[] } | undefined;

  private constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(WAIT_MS);
    page.on('console', (message) => this.note(`${message.type()}: ${message.text()}`));
    // VS Code asks before it is left while something is going on.
    page.on('dialog', (dialog) => { void dialog.accept().catch(() => undefined); });
    page.on('pageerror', (error) => this.note(`error: ${error.message}`));
  }

  private note(line: string): void {
    if (this.console.push(line) > 500) this.console.shift();
  }

  static async open(browser: Browser, address: string): Promise<Workbench> {
    const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const workbench = new Workbench(await context.newPage());
    await workbench.page.goto(address, { waitUntil: 'domcontentloaded' });
    await workbench.page.locator('.monaco-workbench .part.activitybar .action-item').first().waitFor();
    return workbench;
  }

  /** Leaves VS Code before the window closes: else the server keeps its extension host for minutes, in case the user comes back. */
  async close(): Promise<void> {
    await this.page.goto('about:blank', { timeout: 10_000 }).catch(() => undefined);
    await this.page.waitForTimeout(500);
    await this.page.context().close();
  }

  /** Writes a picture to .build/screenshots, or to a path of the project. */
  async screenshot(name: string): Promise<void> {
    const path = projectPath(name.includes('/') ? name : `.build/screenshots/${name}.png`);
    mkdirSync(dirname(path), { recursive: true });
    await this.page.screenshot({ path, animations: 'disabled' });
  }

  // ---- side bar

  /** Shows a view container of the activity bar. */
  async activity(title: string): Promise<void> {
    const tab = this.page.locator('.part.activitybar').getByRole('tab', { name: title });
    await tab.waitFor();
    if (await tab.getAttribute('aria-expanded') !== 'true') await tab.click();
    await this.page.locator('.part.sidebar .composite.title', { hasText: new RegExp(title, 'i') }).waitFor();
  }

  /** A view of the side bar, by its name. */
  pane(name: string): Locator {
    return this.page.locator('.part.sidebar .pane', { has: this.page.locator('.pane-header', { hasText: new RegExp(name, 'i') }) });
  }

  /** An item of a tree in the side bar whose label contains the text. */
  treeItem(label: string | RegExp): Locator {
    return this.page.locator('.part.sidebar').getByRole('treeitem', { name: label }).first();
  }

  /** Unfolds an item of a tree, unless it is unfolded. */
  async expand(label: string | RegExp): Promise<void> {
    const item = this.treeItem(label);
    await item.waitFor();
    for (let tries = 0; await item.getAttribute('aria-expanded') === 'false'; tries++) {
      if (tries > 5) throw new Error(`The item ${String(label)} does not unfold.`);
      await item.locator('.monaco-tl-twistie').click();
      await this.page.waitForTimeout(400);
    }
  }

  /** Presses a button that a tree item shows while the pointer is on it. */
  async itemAction(label: string | RegExp, action: string): Promise<void> {
    const item = this.treeItem(label);
    await item.hover();
    await item.getByRole('button', { name: action }).first().click();
  }

  /** Chooses an entry of a tree item's context menu. */
  async itemMenu(label: string | RegExp, entry: string): Promise<void> {
    await this.treeItem(label).click({ button: 'right' });
    const row = this.page.locator('.context-view .monaco-menu .action-item', { hasText: entry }).first();
    await row.waitFor();
    // A menu takes no click for a moment after it has opened, so that the click that opened it chooses nothing; on a busy machine the moment is longer.
    for (let tries = 0; tries < 5 && await row.isVisible(); tries++) {
      await this.page.waitForTimeout(300);
      await row.click({ timeout: 5000 }).catch(() => undefined);
      await row.waitFor({ state: 'hidden', timeout: 3000 }).catch(() => undefined);
    }
    await row.waitFor({ state: 'hidden' });
  }

  /** Loads the window anew, by VS Code's own command: it writes down first what is open, and how; a page that is merely loaded again may lose what was not yet written. */
  async reload(): Promise<void> {
    // What serves the files of webviews is of the window before: VS Code without a host name for each would not find them.
    await this.page.evaluate(async () => {
      const { serviceWorker } = (globalThis as unknown as { navigator: { serviceWorker: { getRegistrations(): Promise<readonly { unregister(): Promise<boolean> }[]> } } }).navigator;
      for (const each of await serviceWorker.getRegistrations()) await each.unregister();
    });
    const anew = this.page.waitForEvent('domcontentloaded');
    await this.command('Developer: Reload Window');
    await anew;
  }

  // ---- command palette and quick input

  private get quickInput(): Locator {
    return this.page.locator('.quick-input-widget');
  }

  private get quickInputBox(): Locator {
    return this.quickInput.locator('.quick-input-box input');
  }

  private async openQuickInput(key: string): Promise<void> {
    for (let tries = 0; ; tries++) {
      await this.page.keyboard.press(key);
      try {
        return await this.quickInputBox.waitFor({ state: 'visible', timeout: 10_000 });
      } catch (error) {
        if (tries >= 4) throw error;
      }
    }
  }

  /** Runs a command by its title. Does not wait for what the command asks. */
  async command(title: string): Promise<void> {
    this.asking = { title, picked: [] };
    await this.run(title);
  }

  private async run(title: string): Promise<void> {
    await this.chooseIn('F1', `>${title}`, title);
  }

  /** Opens the quick input by a key, types, and clicks the row with a text. The list goes when it loses the focus, as it does to an editor that is just being made: asked again then. */
  private async chooseIn(key: string, typed: string, text: string): Promise<void> {
    const row = this.quickInput.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
    for (let tries = 0; ; tries++) {
      try {
        await this.openQuickInput(key);
        await this.quickInputBox.fill(typed, { timeout: 5000 });
        await row.waitFor({ timeout: 20_000 });
        return await row.click({ timeout: 5000 });
      } catch (error) {
        if (tries >= 6) throw error;
      }
    }
  }

  /**
   * Answers a question of the quick input: picks the row with the text. A question goes away when the keyboard's focus leaves it, which something that the window
   * does late may cause: the command is then run again, and what was answered before is answered again, as a user would.
   */
  async pick(text: string | RegExp): Promise<void> {
    const row = (of: string | RegExp): Locator => this.quickInput.locator('.quick-input-list .monaco-list-row', { hasText: of }).first();
    const { asking } = this;
    for (let tries = 0; ; tries++) {
      try {
        await row(text).waitFor({ timeout: 20_000 });
        await row(text).click({ timeout: 10_000 });
        break;
      } catch (error) {
        if (asking === undefined || tries >= 3 || await this.quickInput.isVisible()) {
          if (tries >= 5) throw error;
          continue;
        }
        await this.run(asking.title);
        for (const before of asking.picked) await row(before).click();
      }
    }
    asking?.picked.push(text);
  }

  /** Answers a question of the quick input: types the text. Waits for the question's words first. */
  async answer(question: string | RegExp, text: string): Promise<void> {
    await this.quickInput.filter({ hasText: question }).waitFor();
    await this.quickInputBox.fill(text);
    await this.quickInputBox.press('Enter');
    await this.quickInput.waitFor({ state: 'hidden' });
  }

  /** Saves by VS Code's own dialog for files of a server: a path, and a button. It looks into folders while one types, so the path is given until it is taken. `ask`: has the dialog come. */
  async saveAs(title: string, path: string, ask: () => Promise<void>): Promise<void> {
    const dialog = this.page.locator('.quick-input-widget', { hasText: title });
    for (let tries = 0; !existsSync(path); tries++) {
      if (tries === 5) throw new Error(`${path} is not saved`);
      if (!await dialog.isVisible()) await ask();
      await dialog.waitFor();
      await dialog.locator('.quick-input-box input').fill(path);
      await this.page.waitForTimeout(500);
      await dialog.getByRole('button', { name: /Save|OK/ }).first().click();
      for (const end = Date.now() + 15_000; !existsSync(path) && Date.now() < end;) await this.page.waitForTimeout(100);
    }
  }

  /** Opens a file of the workspace by its name. */
  async openFile(name: string): Promise<void> {
    await this.chooseIn('Control+P', name, name);
    await this.tab(name).waitFor();
  }

  // ---- editors

  /** The tab of an editor. */
  tab(name: string | RegExp): Locator {
    return this.page.locator('.tabs-container .tab', { hasText: name }).first();
  }

  /** The text editor that is shown. */
  get editor(): Locator {
    return this.page.locator('.editor-instance .monaco-editor').first();
  }

  /** Puts the cursor at the start of a line, counted from 1, of the text editor that is shown. */
  async goToLine(line: number): Promise<void> {
    for (let tries = 0; ; tries++) {
      await this.editor.click();
      await this.openQuickInput('Control+G');
      try {
        // By the box, not by the keyboard: another part of the window may have the focus by now.
        await this.quickInputBox.fill(`:${line}`, { timeout: 5000 });
        await this.quickInputBox.press('Enter', { timeout: 5000 });
        await this.quickInput.waitFor({ state: 'hidden', timeout: 10_000 });
        break;
      } catch (error) {
        if (tries >= 4) throw error;
      }
    }
    // The editor gets the keys back a moment later.
    await this.page.locator('.editor-instance .monaco-editor.focused').first().waitFor();
    await this.page.keyboard.press('Home');
  }

  /** Types into whatever has the focus, without what an editor would add by itself. */
  async type(text: string): Promise<void> {
    await this.page.keyboard.insertText(text);
  }

  async save(): Promise<void> {
    await this.page.keyboard.press('Control+S');
  }

  // ---- webviews, panel, notifications, status bar

  /** The document of a webview that is shown: within VS Code's outer frame is an inner one with the extension's page. */
  webview(marker?: string): FrameLocator {
    const outer = this.page.locator('iframe.webview.ready:visible');
    return (marker === undefined ? outer.last() : outer.and(this.page.locator(marker)).first()).contentFrame().locator('iframe#active-frame').contentFrame();
  }

  /** A notification that shows, whose text matches. */
  notification(text: string | RegExp): Locator {
    return this.page.locator('.notifications-toasts .notification-list-item', { hasText: text }).first();
  }

  /** Presses a button of a notification. */
  async notificationAction(text: string | RegExp, action: string): Promise<void> {
    const notification = this.notification(text);
    await notification.waitFor();
    await notification.hover();
    await notification.getByRole('button', { name: action }).first().click();
  }

  /** Presses a button of a modal dialog. */
  async dialogAction(action: string): Promise<void> {
    await this.page.locator('.monaco-dialog-box').getByRole('button', { name: action }).first().click();
  }

  /** An entry of the status bar whose text matches. */
  statusItem(text: string | RegExp): Locator {
    return this.page.locator('.part.statusbar .statusbar-item', { hasText: text }).first();
  }

  /** The entry of the status bar that says that something is being recorded. */
  get recording(): Locator {
    return this.page.locator('.part.statusbar').getByRole('button', { name: /is recording/ }).first();
  }

  /** The lower panel: terminal, output, problems. */
  get panel(): Locator {
    return this.page.locator('.part.panel');
  }
}
