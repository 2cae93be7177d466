// The packaged extension installs into VS Code, shows its views, and says so in words a newcomer understands.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { join } from 'node:path';
import { whyNoVscode } from './vscodeServer.ts';
import { openWindow, type TestWindow } from './window.ts';
import type { Workbench } from './workbench.ts';

const skip = whyNoVscode() ?? false;
let window: TestWindow | undefined;
let workbench: Workbench;

before(async () => {
  if (skip !== false) return;
  window = await openWindow();
  ({ workbench } = window);
});

after(async () => {
  await window?.close();
});

test('the activity bar leads to the views Hosts, Captures and Chisels', { skip }, async () => {
  await workbench.activity('Porthole');
  for (const name of ['Hosts', 'Captures', 'Chisels']) await workbench.pane(name).waitFor();
  await workbench.pane('Hosts').getByRole('treeitem').or(workbench.pane('Hosts').getByRole('button', { name: 'Connect' })).first().waitFor();
  await workbench.screenshot('activation');
});

test('the command palette offers to connect, and the question names this machine', { skip }, async () => {
  await workbench.command('Porthole: Connect to Host');
  const rows = workbench.page.locator('.quick-input-list .monaco-list-row');
  await rows.first().waitFor();
  assert.match((await rows.allTextContents()).join('\n'), /local|this machine/i);
  await workbench.page.keyboard.press('Escape');
});
