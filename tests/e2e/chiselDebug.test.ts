// Debugging a chisel in the real VS Code, on a capture: a breakpoint, what is seen where it stops, steps, the debug console, a condition, a text that is told, an error.
import assert from 'node:assert/strict';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before } from 'node:test';
import type { Locator } from 'playwright-core';
import { steps } from './steps.ts';
import { projectPath, whyNoVscode } from './vscodeServer.ts';
import { makeWorkspace, openWindow, useTheme, type TestWindow } from './window.ts';
import type { Workbench } from './workbench.ts';

const skip = whyNoVscode() ?? false;
const CHISEL = `description = "Counts calls of programs"
short_description = "Counts"
category = "Test"
args = {}
local seen = {}
local total = 0

local function count(name)
	local before = seen[name] or 0
	seen[name] = before + 1
	return seen[name]
end

function on_init()
	f_name = chisel.request_field("proc.name")
	chisel.set_filter("evt.type=openat")
	return true
end

function on_event()
	local name = evt.field(f_name)
	local times = count(name)
	total = total + times
	return true
end

function on_capture_end()
	print("total " .. total)
	return true
end
`;
const IN_EVENT = 22, AFTER_COUNT = 23;

let window: TestWindow | undefined;
let workbench: Workbench;
before(async () => {
  if (skip !== false) return;
  const workspace = makeWorkspace();
  writeFileSync(join(workspace, 'counted.lua'), CHISEL);
  writeFileSync(join(workspace, 'broken.lua'), CHISEL.replace('total = total + times', 'total = total + missing.times'));
  copyFileSync(projectPath('extension/media/demo.scap'), join(workspace, 'demo.scap'));
  window = await openWindow({ workspace });
  ({ workbench } = window);
});
after(async () => { await window?.close(); });

const step = steps({
  skip,
  async onFailure(name) {
    await workbench.screenshot(`debug-failed-${name.replace(/\W+/g, '-').slice(0, 50)}`);
    process.stderr.write(`${workbench.console.slice(-20).join('\n')}\n`);
  },
});

const variables = (): Locator => workbench.page.locator('.debug-variables');
const variable = (name: string | RegExp): Locator => variables().locator('.monaco-list-row').filter({ has: workbench.page.locator('.name', { hasText: name }) }).first();
const scope = (name: string): Locator => variables().locator('.monaco-list-row .scope', { hasText: name }).first();
const stackTop = (): Locator => workbench.page.locator('.debug-call-stack .stack-frame').first();
const toolbar = (name: string): Locator => workbench.page.locator('.debug-toolbar').getByRole('button', { name }).first();
const consoleText = (): Locator => workbench.page.locator('.repl');
const standsAt = async (line: number): Promise<void> => { await stackTop().locator('.line-number', { hasText: `${line}:` }).waitFor(); };

/** Sets the cursor on a line of the chisel in front. */
async function goToLine(line: number): Promise<void> {
  await workbench.command('View: Focus Active Editor Group');
  await workbench.page.keyboard.press('Control+Home');
  for (let i = 1; i < line; i++) await workbench.page.keyboard.press('ArrowDown');
}
/** Gives the line of the cursor a breakpoint of a kind, and writes what it asks for. */
async function special(command: string, text: string): Promise<void> {
  await workbench.command(command);
  // It takes the keyboard a moment after it has opened.
  const box = workbench.page.locator('.breakpoint-widget .monaco-editor.focused').first();
  await box.waitFor();
  await workbench.page.keyboard.type(text);
  await workbench.page.keyboard.press('Enter');
  await workbench.page.locator('.breakpoint-widget').waitFor({ state: 'detached' });
}

step('stops on a line, with locals and all fields of the event', async () => {
  await workbench.openFile('demo.scap');
  await workbench.statusItem(/events/).waitFor();
  await workbench.openFile('counted.lua');
  await goToLine(IN_EVENT);
  await workbench.page.keyboard.press('F9');
  await workbench.page.locator('.codicon-debug-breakpoint').first().waitFor();
  await workbench.command('Porthole: Debug Chisel');
  await standsAt(IN_EVENT);
  await variable('name').waitFor();
  assert.match(await stackTop().innerText(), /^on_event/);
  assert.match(await variable('name').innerText(), /"[\w.-]+"/);
  await scope('Event').click();
  await variable('evt').click();
  await variable('evt.num').waitFor();
  assert.match(await variable('evt.num').innerText(), /evt\.num\s*=\s*\d+/);
  await workbench.screenshot('debug-stopped');
});

step('steps into a function and out of it, and sees what changed', async () => {
  await toolbar('Step Into').click();
  await standsAt(9);
  await toolbar('Step Over').click();
  await standsAt(10);
  await toolbar('Step Out').click();
  await workbench.page.waitForFunction(() => !/^1?[01]:|^9:/.test(document.querySelector('.debug-call-stack .stack-frame .line-number')?.textContent ?? ''));
  await workbench.screenshot('debug-steps');
});

step('answers in the debug console, also an assignment', async () => {
  await workbench.command('View: Toggle Debug Console');
  const input = consoleText().locator('.repl-input-wrapper .monaco-editor').first();
  await input.click();
  for (const text of ['name .. "!"', 'total = 1000', 'evt.get_type()']) { await workbench.page.keyboard.type(text); await workbench.page.keyboard.press('Enter'); }
  await consoleText().getByText(/^"[\w.-]+!"$/).first().waitFor();
  await consoleText().getByText('"openat"').first().waitFor();
  await workbench.screenshot('debug-console');
});

step('goes on to the end without the breakpoint, and prints', async () => {
  await workbench.command('Remove All Breakpoints');
  await toolbar('Continue').click();
  await consoleText().getByText(/total \d{4,}/).first().waitFor();
  await workbench.page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
});

step('stops where a condition holds, and tells a text without stopping', async () => {
  await goToLine(AFTER_COUNT);
  await special('Debug: Add Conditional Breakpoint', 'times == 2');
  await workbench.command('Porthole: Debug Chisel');
  await standsAt(AFTER_COUNT);
  assert.match(await variable('times').innerText(), /2/);
  await workbench.command('Remove All Breakpoints');
  await goToLine(AFTER_COUNT);
  await special('Debug: Add Logpoint', 'seen {name} {times} times');
  await toolbar('Continue').click();
  await consoleText().getByText(/seen [\w.-]+ \d+ times/).first().waitFor();
  await workbench.screenshot('debug-told');
  await workbench.page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
  await workbench.command('Remove All Breakpoints');
});

step('stops where an error is raised, and says it', async () => {
  await workbench.openFile('broken.lua');
  await workbench.command('Porthole: Debug Chisel');
  await standsAt(AFTER_COUNT);
  await workbench.page.locator('.exception-widget', { hasText: /attempt to index a nil value/ }).waitFor();
  await variable('times').waitFor();
  await useTheme(workbench, 'Default Light Modern');
  await workbench.screenshot('debug-error-light');
  await toolbar('Stop').click();
  await workbench.page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
});
