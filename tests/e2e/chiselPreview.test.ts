// The live preview of chisels in the real VS Code: a new chisel from its form, written with completion, seen again on each save; tables, JSON, arguments, comparison, errors; on a capture and live.
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import type { FrameLocator, Locator } from 'playwright-core';
import { steps } from './steps.ts';
import { projectPath, whyNoVscode } from './vscodeServer.ts';
import { makeWorkspace, openWindow, useTheme, THEMES, type TestWindow } from './window.ts';
import type { Workbench } from './workbench.ts';

const skip = whyNoVscode() ?? false;
const NAME = 'calls_by_process';
/** A table at the end, or each second; with arguments of both kinds. */
const TOP = `description = "Counts the calls of each process"
short_description = "Calls by process"
category = "CPU"
args = {
	{ name = "least", description = "least number of calls that a process is shown with", argtype = "int", optional = false },
	{ name = "title", description = "title of the names", argtype = "string", optional = true },
}

require "helper"
local counts, least, title = {}, 1, "Process"

function on_set_arg(name, value)
	if name == "least" then least = tonumber(value) else title = value end
	return true
end
function on_init()
	f_name = chisel.request_field("proc.name")
	chisel.set_filter("evt.dir=<")
	return true
end
function on_capture_start()
	if sysdig.is_live() then chisel.set_interval_s(1) end
	return true
end
function on_event()
	local name = evt.field(f_name)
	if name ~= nil then counts[name] = (counts[name] or 0) + 1 end
	return true
end
local function show()
	if sysdig.get_output_format() == "json" then
		print(json_of(counts))
		return
	end
	print(string.format("%-12s%s", "Calls", title))
	print(string.rep("-", 60))
	for name, count in pairs(counts) do
		if count >= least then print(string.format("%-12d%s", count, name)) end
	end
	print("")
end
function on_interval()
	show()
	counts = {}
	return true
end
function on_capture_end()
	if not sysdig.is_live() then show() end
	return true
end
`;
const HELPER = `function json_of(counts)
	local parts = {}
	for name, count in pairs(counts) do parts[#parts + 1] = string.format('{"name":"%s","calls":{"total":%d}}', name, count) end
	return '{"processes":[' .. table.concat(parts, ",") .. "]}"
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
  writeFileSync(join(workspace, 'chisels/helper.lua'), HELPER);
  writeFileSync(join(workspace, 'chisels/top_calls.lua'), TOP);
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
    await workbench.screenshot(`preview-failed-${name.replace(/\W+/g, '-').slice(0, 50)}`);
    process.stderr.write(`${workbench.console.slice(-20).join('\n')}\n`);
  },
});

const press = async (...keys: readonly string[]): Promise<void> => { for (const key of keys) await workbench.page.keyboard.press(key); };
const pane = (): FrameLocator => workbench.webview();
const line = (text: string | RegExp): Locator => pane().locator('.pv-line:visible', { hasText: text }).first();
const status = (text: RegExp): Locator => pane().getByTestId('status').filter({ hasText: text });
const rows = (): Locator => pane().getByTestId('table').locator('.pv-rows [role=row]:visible');
const cells = async (column: number): Promise<string[]> => (await rows().evaluateAll((all, c) => all.map((row) => [Number((row as unknown as { dataset: { index: string } }).dataset.index), (row as unknown as { children: { textContent: string }[] }).children[c]?.textContent ?? ''] as const), column)).sort((a, b) => a[0] - b[0]).map(([, text]) => text);
const question = async (title: string): Promise<void> => { await workbench.page.locator('.quick-input-widget', { hasText: `New Chisel: ${title}` }).waitFor(); };
const suggestion = (name: string): Locator => workbench.page.locator('.suggest-widget.visible .monaco-list-row', { hasText: name }).first();
/** Waits until what is read is as wanted; not for long after it could be. */
async function until<T>(read: () => Promise<T>, wanted: (value: T) => boolean, what: string): Promise<T> {
  for (const end = Date.now() + 120_000; ;) {
    const value = await read();
    if (wanted(value)) return value;
    if (Date.now() > end) throw new Error(`${what}: ${JSON.stringify(value)}`);
    await workbench.page.waitForTimeout(100);
  }
}
/** The line of a chisel, counted from 1, that has the words as it lies on the disk. */
function lineWith(words: string, path: string): number {
  const at = readFileSync(path, 'utf8').split('\n').findIndex((each) => each.includes(words));
  assert.notEqual(at, -1, `${words} is not in ${path}`);
  return at + 1;
}
/** Replaces a line of the chisel in front, and sees that it is there: keys go astray while something else of the window takes the focus. */
async function replaceLine(line: number, text: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    await workbench.goToLine(line);
    await press('End', 'Shift+Home', 'Shift+Home');
    await workbench.type(text);
    try {
      return await workbench.editor.locator('.view-line', { hasText: text.trim() }).first().waitFor({ timeout: 10_000 });
    } catch (error) {
      if (tries >= 3) throw error;
    }
  }
}
/** Saves, and sees the words in the file. */
async function save(path: string, words: string): Promise<void> {
  for (const end = Date.now() + 60_000; !readFileSync(path, 'utf8').includes(words);) {
    if (Date.now() > end) throw new Error(`${path} was not saved with ${words}`);
    await workbench.save();
    // Not again at once: a second save that is late would write what is typed after this.
    for (const again = Date.now() + 5000; Date.now() < again && !readFileSync(path, 'utf8').includes(words);) await workbench.page.waitForTimeout(50);
  }
}

step('makes a chisel from the form, and previews it beside its editor', async () => {
  await workbench.openFile('demo.scap');
  await workbench.tab('demo.scap').waitFor();
  await workbench.command('Porthole: New Chisel');
  await question('Name');
  await press('Control+A');
  await workbench.type(NAME);
  await press('Enter');
  await question('Kind');
  await workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: 'A line for each event' }).click();
  for (const title of ['What it shows', 'Category', 'Fields', 'Filter', 'Arguments', 'Place']) { await question(title); await press('Enter'); }
  await workbench.tab(`${NAME}.lua`).waitFor();
  // Over its head, and in the editor's title.
  await workbench.page.locator('.codelens-decoration a', { hasText: 'Preview' }).first().click();
  await workbench.tab(`Preview ${NAME}`).waitFor();
  await status(/^Done: [\d,]+ events, .*first output after/).waitFor();
  await pane().locator('.pv-line:visible').first().waitFor();
  await workbench.screenshot('preview-text');
});

step('shows what it prints again after typing with completion, and on save', async () => {
  const path = join(workspace, 'chisels', `${NAME}.lua`);
  assert.ok(existsSync(path));
  await workbench.goToLine(readFileSync(path, 'utf8').split('\n').findIndex((each) => each.includes('function on_event')) + 1);
  await press('End', 'Enter');
  await workbench.page.keyboard.type('print("typed " .. tostring(evt.get_ty', { delay: 30 });
  await suggestion('get_type').waitFor();
  await press('Tab');
  await until(() => workbench.editor.locator('.view-line', { hasText: 'evt.get_type' }).first().innerText(), (text) => text.includes('get_type'), 'the completion');
  // Completion may have put the parentheses.
  if (!/get_type\(\)/.test(await workbench.editor.locator('.view-line', { hasText: 'evt.get_type' }).first().innerText())) await workbench.type('()');
  await press('End');
  const written = (await workbench.editor.locator('.view-line', { hasText: 'evt.get_type' }).first().innerText()).replaceAll('\u00a0', ' ');
  await workbench.type('))'.slice(0, 2 - Math.max(0, (written.match(/\)/g)?.length ?? 0) - 1)));
  await line(/^typed \w+/).waitFor();
  await workbench.screenshot('preview-typed');
  await workbench.goToLine(readFileSync(path, 'utf8').split('\n').findIndex((each) => each.includes('function on_event')) + 2);
  await press('End', 'Shift+Home');
  await workbench.type('print("saved")');
  await workbench.save();
  await line(/^saved$/).waitFor();
});

step('compares with the run before', async () => {
  await pane().getByTestId('compare').click();
  await workbench.tab(`${NAME}: output before`).waitFor();
  await workbench.page.locator('.monaco-diff-editor').getByText(/^typed\s\w+/).first().waitFor();
  await workbench.page.locator('.monaco-diff-editor').getByText(/^saved$/).first().waitFor();
  await workbench.screenshot('preview-diff');
  await workbench.page.keyboard.press('Control+W');
  await workbench.tab(`${NAME}: output before`).waitFor({ state: 'hidden' });
});

step('asks for what a chisel needs in a form, and shows its table, sorted by its titles', async () => {
  // In the column of the chisels: a file opens where the focus was last, and that is the preview's when the comparison was closed quickly.
  await workbench.tab(`${NAME}.lua`).click();
  await workbench.editor.click();
  await workbench.page.locator('.editor-instance .monaco-editor.focused').first().waitFor();
  await workbench.openFile('top_calls.lua');
  await workbench.command('Porthole: Preview Chisel');
  await workbench.tab('Preview top_calls').waitFor();
  await pane().getByTestId('notice').filter({ hasText: 'least is needed' }).waitFor();
  await pane().getByRole('button', { name: 'Arguments' }).click();
  const least = pane().getByTestId('value-least');
  await least.waitFor();
  assert.equal(await least.getAttribute('aria-invalid'), 'true');
  await least.fill('many');
  await pane().getByTestId('notice').filter({ hasText: 'least is to be a number' }).waitFor();
  await least.fill('5');
  await rows().first().waitFor();
  await workbench.screenshot('preview-table');
  const calls = (await cells(0)).map(Number);
  assert.ok(calls.length > 3 && calls.every((each) => each >= 5), calls.join(' '));
  // A number: the largest first, then the smallest, then as it was printed.
  const title = pane().getByRole('columnheader', { name: 'Calls' });
  await title.getByRole('button').click();
  assert.equal(await title.getAttribute('aria-sort'), 'descending');
  assert.deepEqual((await cells(0)).map(Number), [...calls].sort((a, b) => b - a).slice(0, (await cells(0)).length));
  await title.getByRole('button').press('Enter');
  assert.equal(await title.getAttribute('aria-sort'), 'ascending');
  await pane().getByTestId('table').focus();
  await press('ArrowDown', 'ArrowDown');
  await pane().locator('.pv-rows [role=row][aria-selected=true][aria-rowindex="3"]').waitFor();
  await pane().getByTestId('value-title').fill('Who');
  await pane().getByRole('columnheader', { name: 'Who' }).waitFor();
  await pane().getByTestId('copy').click();
  await until(() => workbench.page.evaluate(() => navigator.clipboard.readText()), (text) => text.startsWith('Calls,Who\r\n'), 'what was copied');
});

step('takes a part of the capture, and a filter', async () => {
  await pane().getByTestId('extent').selectOption('first');
  await pane().getByTestId('first').fill('1000');
  await status(/^Done: 1,000 events/).waitFor();
  await pane().getByTestId('filter').fill('proc.name=httpd');
  await until(() => cells(1), (names) => names.length === 1 && names[0] === 'httpd', 'the names');
  await pane().getByTestId('filter').fill('proc.nme=httpd');
  await pane().getByTestId('error').filter({ hasText: 'proc.nme' }).waitFor();
  await pane().getByTestId('filter').fill('');
  await pane().getByTestId('extent').selectOption('range');
  await pane().getByTestId('to').fill('0.5');
  await status(/^Done: [\d,]+ events/).waitFor();
  await pane().getByTestId('extent').selectOption('all');
  await status(/^Done: 6,186 events/).waitFor();
});

step('shows JSON as a tree that folds', async () => {
  await pane().getByTestId('json').click();
  const tree = pane().getByTestId('tree');
  await tree.getByRole('treeitem', { name: /processes/ }).first().waitFor();
  await tree.focus();
  await press('Home', 'ArrowDown', 'ArrowRight', 'ArrowDown', 'ArrowRight');
  await tree.locator('[role=treeitem][aria-level="4"]').first().waitFor();
  await workbench.screenshot('preview-json');
  await press('ArrowLeft', 'ArrowLeft', 'ArrowLeft');
  await tree.locator('[role=treeitem][aria-level="3"]').first().waitFor({ state: 'hidden' });
  await pane().getByTestId('json').click();
  await rows().first().waitFor();
});

step('shows what takes the time, beside the lines', async () => {
  const path = join(workspace, 'chisels/top_calls.lua');
  await pane().getByTestId('options').click();
  await replaceLine(lineWith('local name = evt.field', path), '\tlocal name = string.rep(evt.field(f_name) or "", 400):sub(1, 8) -- slow');
  await save(path, '-- slow');
  await pane().getByTestId('profile').getByText('on_event').waitFor();
  const behind = (): Promise<string> => workbench.editor.locator('.view-line', { hasText: '-- slow' }).first().locator('span').evaluateAll((all) => all.map((each) => (globalThis as unknown as { getComputedStyle(e: unknown, p: string): { content: string } }).getComputedStyle(each, '::after').content).join(' '));
  await until(behind, (text) => /\d %\s·\s[\d.]+\s(?:ms|s)\s·\s3\.08\sk×/.test(text), 'what stands behind the line');
  await workbench.screenshot('preview-profile');
  await pane().getByTestId('times').click();
  await pane().getByTestId('profile').waitFor({ state: 'hidden' });
  await pane().getByTestId('times').click();
  await pane().getByTestId('profile').waitFor();
});

step('tells of an error with its line, in the pane and in the editor', async () => {
  const path = join(workspace, 'chisels/top_calls.lua');
  const line = lineWith('-- slow', path);
  await replaceLine(line, '\tlocal name = nothing.at_all');
  await save(path, 'nothing.at_all');
  const error = pane().getByTestId('error');
  await error.filter({ hasText: /nothing/ }).waitFor();
  await workbench.screenshot('preview-error');
  await error.getByRole('button', { name: /top_calls\.lua:\d+/ }).first().click();
  await workbench.page.locator('.editor-instance .monaco-editor.focused').first().waitFor();
  await workbench.editor.locator('.squiggly-error').first().waitFor();
  // What does not parse is not run, and says why.
  await replaceLine(line, '\tlocal name = = 1');
  await pane().getByTestId('notice').filter({ hasText: 'Not run as it stands. Line' }).waitFor();
  await press('Control+Z');
  await replaceLine(line, '\tlocal name = evt.field(f_name)');
  await save(path, '\tlocal name = evt.field(f_name)\n');
  await rows().first().waitFor();
  await error.waitFor({ state: 'hidden' });
});

step('runs live on this machine, and says how far it is behind', async () => {
  if (process.getuid?.() !== 0) { process.stderr.write('not root: the live preview was not tried\n'); return; }
  await workbench.activity('Porthole');
  await workbench.command('Porthole: Connect to Host');
  await workbench.pick(/This Machine|local/i);
  await workbench.statusItem(/events?\/s|\/s/).waitFor();
  await workbench.tab('Preview top_calls').click();
  await pane().getByTestId('options').click();
  const source = pane().getByTestId('source');
  const host = await until(() => source.locator('option').allInnerTexts(), (all) => all.some((each) => each.endsWith('(live)')), 'the sources');
  // What was looked at last is meant; chosen by name it stays.
  await source.selectOption({ label: host.find((each) => each.endsWith('(live)')) ?? '' });
  await status(/^Live: [\d,]+ events/).waitFor();
  await rows().first().waitFor();
  await pane().getByTestId('lag').filter({ hasText: /^lag [\d.]+ m?s, / }).waitFor();
  await workbench.screenshot('preview-live');
  await pane().getByTestId('run').click();
  await status(/^Stopped: [\d,]+ events/).waitFor();
  await source.selectOption({ label: 'demo.scap' });
  await status(/^Done: 6,186 events/).waitFor();
  await pane().getByTestId('options').click();
});

for (const theme of THEMES) {
  step(`can be read: ${theme}`, async () => {
    await useTheme(workbench, theme);
    await rows().first().waitFor();
    await workbench.screenshot(`preview-${theme.replace(/\W+/g, '-').toLowerCase()}`);
  });
}

step('is there again when the window is loaded anew, as it was left', async () => {
  const title = (): Locator => pane().getByRole('columnheader', { name: 'Calls' });
  await title().waitFor();
  await workbench.reload();
  await workbench.tab('Preview top_calls').waitFor();
  await workbench.tab('top_calls.lua').click();
  // The capture is read again when its tab is in front for the first time.
  await workbench.openFile('demo.scap');
  await workbench.statusItem(/events/).waitFor();
  await workbench.openFile('top_calls.lua');
  // The group that is active after loading, where a file opens, may be either; the pane may be behind it.
  await workbench.tab('Preview top_calls').click();
  await rows().first().waitFor();
  await status(/^Done: 6,186 events/).waitFor();
  await title().waitFor();
  assert.equal(await pane().getByTestId('value-least').inputValue(), '5');
  await workbench.screenshot('preview-reloaded');
});
