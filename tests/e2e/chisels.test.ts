// Writing chisels in the real VS Code: a new one from the form, completion, problems and their quick fixes, formatting, running it on a capture; the view with its search, a filter file.
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import type { Locator } from 'playwright-core';
import { steps } from './steps.ts';
import { projectPath, whyNoVscode } from './vscodeServer.ts';
import { makeWorkspace, openWindow, type TestWindow } from './window.ts';
import type { Workbench } from './workbench.ts';

const skip = whyNoVscode() ?? false;
const NAME = 'seen_files';
const HELPER = '-- What a name ends with.\nfunction ending(name)\n\treturn name:match("[^/]*$")\nend\n';
/** With a call of a helper, and with a field that is read and not asked for. */
const BROKEN = `description = "Shows files"
short_description = "Files"
category = "I/O"
args = {}

require "helper"

function on_init()
	chisel.set_filter("evt.type=open")
	return true
end

function on_event()
	print(ending(evt.field(f_fd_name) or ""))
	return true
end
`;

let window: TestWindow | undefined;
let workbench: Workbench;
let workspace = '', home = '';
before(async () => {
  if (skip !== false) return;
  workspace = makeWorkspace();
  home = mkdtempSync(join(tmpdir(), 'porthole-home-'));
  mkdirSync(join(workspace, 'chisels'));
  mkdirSync(join(home, '.chisels'));
  writeFileSync(join(workspace, 'chisels/helper.lua'), HELPER);
  writeFileSync(join(workspace, 'chisels/broken.lua'), BROKEN);
  writeFileSync(join(workspace, 'opens.filter'), '# What is opened\nevt.type=open and\n  fd.nmae contains etc\n');
  writeFileSync(join(home, '.chisels/mine.lua'), 'description = "Counts what I look for"\nshort_description = "Mine"\ncategory = "Security"\nargs = {}\n');
  copyFileSync(projectPath('extension/media/demo.scap'), join(workspace, 'demo.scap'));
  window = await openWindow({ workspace, env: { HOME: home } });
  ({ workbench } = window);
});
after(async () => {
  await window?.close();
  if (home !== '') rmSync(home, { recursive: true, force: true });
});

const step = steps({
  skip,
  async onFailure(name) {
    await workbench.screenshot(`chisels-failed-${name.replace(/\W+/g, '-').slice(0, 50)}`);
    process.stderr.write(`${workbench.console.slice(-20).join('\n')}\n`);
  },
});

const press = async (...keys: readonly string[]): Promise<void> => { for (const key of keys) await workbench.page.keyboard.press(key); };
const chisels = (): Locator => workbench.pane('Chisels');
const item = (name: string | RegExp): Locator => chisels().getByRole('treeitem', { name });
const suggestion = (name: string): Locator => workbench.page.locator('.suggest-widget.visible .monaco-list-row', { hasText: name }).first();
const squiggles = (): Locator => workbench.editor.locator('.squiggly-error, .squiggly-warning');
const read = (path: string): string => readFileSync(join(workspace, path), 'utf8');
const saved = async (path: string, what: (text: string) => boolean): Promise<void> => {
  for (const end = Date.now() + 60_000; !existsSync(join(workspace, path)) || !what(read(path));) {
    if (Date.now() > end) throw new Error(`${path} holds: ${existsSync(join(workspace, path)) ? read(path) : 'nothing'}`);
    await workbench.page.waitForTimeout(100);
  }
};
/** The question of the form that is shown now, by its title. */
const question = async (title: string): Promise<void> => { await workbench.page.locator('.quick-input-widget', { hasText: `New Chisel: ${title}` }).waitFor(); };

step('lists chisels by whose they are and by category, and searches them', async () => {
  await workbench.activity('Porthole');
  await workbench.page.locator('.pane-header', { hasText: /chisels/i }).waitFor();
  // The view is folded away by the user's wish only.
  if (await workbench.page.locator('.pane-header', { hasText: /chisels/i }).getAttribute('aria-expanded') === 'false') await workbench.page.locator('.pane-header', { hasText: /chisels/i }).click();
  await item(/^User: 1 chisels/).waitFor();
  await item(/^Security: 1 chisels/).first().waitFor();
  await item(/^Chisel mine: Mine/).waitFor();
  // With the room that a user gives it.
  await workbench.page.locator('.pane-header', { hasText: /^Hosts/i }).click();
  await workbench.page.locator('.pane-header', { hasText: /^Captures/i }).click();
  await workbench.page.waitForTimeout(1000);
  await workbench.screenshot('chisels-view');
  await workbench.command('Porthole: Search Chisels');
  await workbench.answer('Search Chisels', 'look for');
  await chisels().getByText('Only chisels with "look for".').waitFor();
  await item(/^Workspace/).waitFor({ state: 'detached' });
  await item(/^Chisel mine: Mine/).waitFor();
  await workbench.command('Porthole: Show All Chisels');
  await item(/^Workspace/).waitFor();
});

step('makes a chisel from the form', async () => {
  await workbench.command('Porthole: New Chisel');
  await question('Name');
  await press('Control+A');
  await workbench.type(NAME);
  await press('Enter');
  await question('Kind');
  await workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: 'A line for each event' }).click();
  await question('What it shows');
  await workbench.type('Files that are seen');
  await press('Enter');
  await question('Category');
  await workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: 'I/O' }).click();
  await question('Fields');
  await workbench.screenshot('chisels-form');
  await press('Enter');
  await question('Filter');
  await press('Control+A');
  await workbench.type('evt.type=opne');
  await workbench.page.locator('.quick-input-message', { hasText: 'did you mean open' }).waitFor();
  await press('Control+A');
  await workbench.type('evt.dir=<');
  await press('Enter');
  await question('Arguments');
  await press('Enter');
  await question('Place');
  await press('Enter');
  await workbench.tab(`${NAME}.lua`).waitFor();
  assert.match(read(`chisels/${NAME}.lua`), /short_description = "Files that are seen"[\s\S]*category = "I\/O"[\s\S]*chisel\.set_filter\("evt\.dir=<"\)/);
  await squiggles().first().waitFor({ state: 'detached' });
});

step('completes fields, filters and names', async () => {
  // The line of the filter: its string is written anew.
  const line = read(`chisels/${NAME}.lua`).split('\n').findIndex((l) => l.includes('set_filter')) + 1;
  await workbench.goToLine(line);
  await press('Shift+End');
  await workbench.page.keyboard.type('chisel.set_filter("evt.ty', { delay: 30 });
  await suggestion('evt.type').waitFor();
  await workbench.screenshot('chisels-completion');
  await press('Tab');
  await workbench.page.keyboard.type('=execv', { delay: 30 });
  await suggestion('execve').waitFor();
  await press('Escape', 'End', 'Shift+Home');
  await workbench.type('chisel.set_filter("evt.dir=<")');
  await press('End', 'Enter');
  await workbench.page.keyboard.type('f_', { delay: 30 });
  await suggestion('f_proc_name').waitFor();
  await press('Escape', 'Control+Shift+K');
  await workbench.save();
});

step('runs it on a capture', async () => {
  await workbench.openFile('demo.scap');
  await workbench.tab('demo.scap').waitFor();
  await workbench.openFile(`${NAME}.lua`);
  await workbench.page.locator('.codelens-decoration a', { hasText: /Run on demo\.scap/ }).first().click();
  await workbench.page.locator('.view-line', { hasText: /^cache\s+poll/ }).first().waitFor();
  await workbench.screenshot('chisels-run');
});

step('marks what is wrong, and mends it by a quick fix', async () => {
  await workbench.openFile('broken.lua');
  await squiggles().first().waitFor();
  const line = BROKEN.split('\n').findIndex((l) => l.includes('f_fd_name')) + 1;
  await workbench.goToLine(line);
  // To the next problem, which shows what it says.
  await press('F8');
  await workbench.page.locator('.zone-widget, .marker-widget', { hasText: 'nothing gives f_fd_name a value' }).first().waitFor();
  await workbench.screenshot('chisels-problem');
  await press('Escape', 'Control+.');
  const fix = workbench.page.locator('.action-widget .monaco-list-row', { hasText: 'Request fd.name as f_fd_name' }).first();
  await fix.waitFor();
  await workbench.screenshot('chisels-quick-fix');
  // The first is chosen already; the menu moves while it is drawn, so that it is taken with a key.
  await press('Enter');
  await squiggles().first().waitFor({ state: 'detached' });
  await workbench.save();
  await saved('chisels/broken.lua', (text) => text.includes('local f_fd_name\n') && text.includes('\tf_fd_name = chisel.request_field("fd.name")\n'));
});

step('goes to a definition in another file, and formats', async () => {
  const line = read('chisels/broken.lua').split('\n').findIndex((l) => l.includes('ending(')) + 1;
  await workbench.goToLine(line);
  // Onto the name: print(ending(...)).
  await press('Control+ArrowRight', 'Control+ArrowRight', 'F12');
  await workbench.tab('helper.lua').waitFor();
  await workbench.openFile('broken.lua');
  await workbench.goToLine(read('chisels/broken.lua').split('\n').length);
  await workbench.type('function   on_capture_end( )\nprint( 1 )\nend\n');
  await workbench.command('Format Document');
  await workbench.editor.locator('.view-line', { hasText: 'function on_capture_end()' }).waitFor();
  await workbench.save();
  await saved('chisels/broken.lua', (text) => text.endsWith('function on_capture_end()\n\tprint(1)\nend\n'));
});

step('marks and mends a filter file', async () => {
  await workbench.openFile('opens.filter');
  await squiggles().first().waitFor();
  await workbench.goToLine(3);
  await press('ArrowRight', 'ArrowRight', 'ArrowRight', 'Control+.');
  await workbench.page.locator('.action-widget .monaco-list-row', { hasText: 'Change to fd.name' }).first().waitFor();
  await press('Enter');
  await squiggles().first().waitFor({ state: 'detached' });
  await workbench.screenshot('chisels-filter');
  await workbench.save();
  await saved('opens.filter', (text) => text.includes('  fd.name contains etc'));
});

step('installs chisels out of a folder', async () => {
  mkdirSync(join(home, 'more'));
  writeFileSync(join(home, 'more/extra.lua'), 'description = "One more"\nshort_description = "Extra"\ncategory = "Net"\nargs = {}\n');
  const question = workbench.page.locator('.monaco-dialog-box', { hasText: 'Chisels: extra.' });
  // VS Code's own dialog for files of a server: a path, and a button. It may still show another folder when the button is pressed: then once more.
  for (let tries = 0; tries < 5 && !await question.isVisible(); tries++) {
    await workbench.command('Porthole: Install Chisels');
    await workbench.pick('From a Folder');
    const dialog = workbench.page.locator('.quick-input-widget', { hasText: 'Install Chisels' });
    await dialog.locator('.quick-input-box input').fill(join(home, 'more/'));
    // It has looked into the folder, and offers the way out of it.
    await dialog.locator('.monaco-list-row', { hasText: '..' }).first().waitFor();
    await workbench.page.waitForTimeout(500);
    await dialog.getByRole('button', { name: 'Install' }).click();
    await question.waitFor({ timeout: 15_000 }).catch(async () => { await press('Escape', 'Escape'); });
  }
  await question.waitFor();
  await workbench.screenshot('chisels-install');
  await workbench.dialogAction('Install');
  await item(/^Chisel extra: Extra/).waitFor();
  assert.match(readFileSync(join(home, '.chisels/extra.lua'), 'utf8'), /One more/);
});
