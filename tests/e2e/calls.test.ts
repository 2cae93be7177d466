// What everybody is blocked on, in the real VS Code with the packaged extension: this machine, live, with the real probe; told in steps.
import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before } from 'node:test';
import { steps } from './steps.ts';
import type { TimelinePageObject } from './timelinePage.ts';
import { whyNoVscode } from './vscodeServer.ts';
import { makeWorkspace, openWindow, THEMES, useTheme, type TestWindow } from './window.ts';
import type { Workbench } from './workbench.ts';

const skip = whyNoVscode() ?? (process.getuid?.() === 0 ? false : 'the probe needs root');
/** Nobody else has programs of these names. */
const BEFORE = `before-${process.pid}`.slice(0, 15), READER = `reader-${process.pid}`.slice(0, 15);

let window: TestWindow | undefined;
let workbench: Workbench;
let timeline: TimelinePageObject;
const workspace = skip === false ? makeWorkspace() : '';
const programs: ChildProcess[] = [];

/** A shell under a name of its own that waits for a word from a pipe. */
function waiting(name: string): ChildProcess {
  const fifo = join(workspace, name);
  execFileSync('mkfifo', [fifo]);
  const program = join(workspace, `bin-${name}`, name);
  mkdirSync(dirname(program));
  symlinkSync('/bin/sh', program);
  const child = spawn(program, ['-c', 'exec 3<>"$0"; read word <&3', fifo], { stdio: 'ignore' });
  programs.push(child);
  return child;
}
async function blocked(child: ChildProcess): Promise<void> {
  for (let i = 0; i < 3000; i++) {
    if (readFileSync(`/proc/${child.pid ?? 0}/syscall`, 'utf8').startsWith('0 0x0 ')) return;
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
  assert.fail('the program does not wait');
}

before(async () => {
  if (skip !== false) return;
  await blocked(waiting(BEFORE));
  window = await openWindow({ workspace });
  ({ workbench, timeline } = window);
});
after(async () => {
  for (const program of programs) program.kill('SIGKILL');
  await window?.close();
});

async function narrow(filter: string): Promise<void> {
  await workbench.command('Porthole: Filter Calls Under Way');
  await workbench.answer('Each call is seen as its enter event', filter);
}

const step = steps({ skip, async onFailure(name) { await workbench.screenshot(`calls-failed-${name.replace(/\W+/g, '-').slice(0, 50)}`); process.stderr.write(`${workbench.console.slice(-20).join('\n')}\n`); } });

step('says what the view is for while nothing is open', async () => {
  await workbench.activity('Porthole');
  await workbench.command('Porthole: Show Calls Under Way');
  await workbench.pane('Calls Under Way').getByText('See what every thread is blocked on right now').waitFor();
  await workbench.screenshot('calls-nothing-open');
});

step('connects to this machine and shows a call that began before', async () => {
  await workbench.command('Porthole: Connect to Host');
  await workbench.pick(/This Machine|local/i);
  // On a busy host the list is longer than the view.
  await workbench.pane('Calls Under Way').getByRole('treeitem', { name: /^Container Processes of the host, \d+ waiting/ }).waitFor();
  await narrow(`proc.name=${BEFORE}`);
  const item = workbench.treeItem(new RegExp(`Process ${BEFORE}, pid \\d+, waiting for more than \\d+ .* in read `));
  await item.waitFor();
  await workbench.screenshot('calls');
});

step('a wait shows when it has lasted for long enough, and goes when it ends', async () => {
  const reader = waiting(READER);
  await blocked(reader);
  await narrow(`proc.pid in (${programs[0]?.pid}, ${reader.pid})`);
  await workbench.treeItem(new RegExp(`pid ${reader.pid}, waiting for \\d+ s in read`)).waitFor();
  await workbench.screenshot('calls-two');
  reader.kill('SIGKILL');
  await workbench.treeItem(new RegExp(`pid ${reader.pid},`)).waitFor({ state: 'detached' });
});

step('goes to the lane of a thread that has done nothing since', async () => {
  await workbench.itemMenu(new RegExp(`Process ${BEFORE}`), 'Go to Its Lane');
  await timeline.canvas.waitFor();
  await timeline.lanes.getByText(BEFORE).first().waitFor();
  await workbench.screenshot('calls-lane');
});

step('filters the timeline to the thread: its call is there, with an open end', async () => {
  await workbench.itemMenu(new RegExp(`Process ${BEFORE}`), 'Filter Timeline to This');
  const lane = `t:${programs[0]?.pid ?? 0}`;
  for (let i = 0; i < 600 && await timeline.laneMode(lane) !== 'spans'; i++) await workbench.page.waitForTimeout(100);
  assert.equal(await timeline.laneMode(lane), 'spans');
  // What follows the host moves under the pointer.
  const told = timeline.tooltip.getByText(/more than .* still under way/);
  for (let i = 0; i < 120 && !await told.isVisible(); i++) {
    const { startNs, endNs } = await timeline.range();
    await timeline.pointAt(lane, startNs + (endNs - startNs) * (0.4 + (i % 10) / 50));
    await workbench.page.waitForTimeout(50);
  }
  await told.waitFor();
  await timeline.tooltip.getByText('read').first().waitFor();
  await workbench.screenshot('calls-timeline');
});

step('copies a line', async () => {
  await workbench.itemMenu(new RegExp(`Process ${BEFORE}`), 'Copy');
  for (let i = 0; i < 600 && !(await workbench.page.evaluate(() => navigator.clipboard.readText())).includes(BEFORE); i++) await workbench.page.waitForTimeout(100);
  assert.match(await workbench.page.evaluate(() => navigator.clipboard.readText()), new RegExp(`^> \\S.*\\thost\\t${BEFORE} \\(\\d+\\)\\t\\d+\\tread\\t/`));
});

step('can be read in every theme', async () => {
  for (const theme of THEMES) {
    await useTheme(workbench, theme);
    await workbench.screenshot(`calls-${theme.replaceAll(' ', '-').toLowerCase()}`);
  }
});

step('says that what is shown is from before when the host is gone', async () => {
  await workbench.command('Porthole: Disconnect from Host');
  await workbench.pane('Calls Under Way').getByText('See what every thread is blocked on right now').waitFor();
});
