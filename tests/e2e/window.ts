// What most tests of this folder begin with alike: a fresh server of VS Code with the packaged extension, a browser, one window on a folder of its own.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TimelinePageObject } from './timelinePage.ts';
import { startVscode } from './vscodeServer.ts';
import { launchBrowser, Workbench } from './workbench.ts';

export const THEMES = ['Default Dark Modern', 'Default Light Modern', 'Default High Contrast', 'Default High Contrast Light'] as const;

export interface TestWindow { readonly workspace: string; readonly workbench: Workbench; readonly timeline: TimelinePageObject; readonly serverPid: number; /** Folder of the server, its data and extensions. */ readonly serverRoot: string; close(): Promise<void> }

/** A folder for a window; `close` of the window removes it. */
export function makeWorkspace(): string { return mkdtempSync(join(tmpdir(), 'porthole-workspace-')); }

/** Opens it; what was begun is ended where it cannot be. */
export async function openWindow({ workspace = makeWorkspace(), settings = {}, env = {} }: { readonly workspace?: string; readonly settings?: Readonly<Record<string, unknown>>; readonly env?: Readonly<Record<string, string>> } = {}): Promise<TestWindow> {
  const ends: (() => Promise<void> | void)[] = [() => { rmSync(workspace, { recursive: true, force: true }); }];
  const close = async (): Promise<void> => { for (const end of ends.splice(0).reverse()) await end(); };
  try {
    const server = await startVscode(settings, env);
    ends.push(async () => { await server.stop(); });
    const browser = await launchBrowser();
    ends.push(async () => { await browser.close(); });
    const workbench = await Workbench.open(browser, server.address(workspace));
    ends.push(async () => { await workbench.close(); });
    return { workspace, workbench, timeline: new TimelinePageObject(workbench), serverPid: server.pid, serverRoot: server.root, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Chooses a colour theme by its full name. */
export async function useTheme(workbench: Workbench, theme: (typeof THEMES)[number]): Promise<void> {
  await workbench.command('Preferences: Color Theme');
  await workbench.pick(theme.replace('Default ', ''));
  await workbench.page.waitForTimeout(1000);
}
