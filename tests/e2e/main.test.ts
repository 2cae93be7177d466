// The main job, in the real VS Code with the packaged extension, over a real sshd, with the real probe and a real container, told in steps.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import type { Browser } from 'playwright-core';
import type { CodeServer } from '../../.scripts/codeServer.mjs';
import { runContainer, whyNoDocker, type TestContainer } from './docker.ts';
import { commandOf, isRunning } from './processes.ts';
import { startSshd, whyNoSshd, type TestSshd } from './sshd.ts';
import { steps } from './steps.ts';
import { TimelinePageObject } from './timelinePage.ts';
import { startVscode, whyNoVscode } from './vscodeServer.ts';
import { launchBrowser, Workbench } from './workbench.ts';

const skip = whyNoVscode() ?? whyNoDocker() ?? whyNoSshd() ?? false;

const HOST = 'porthole-test';
const CONTAINER = 'porthole-e2e-writer-1';
/** The container writes a file of this name when it is told to, so that nobody else makes this call. */
const FILE = `seen-${randomBytes(6).toString('hex')}`;
/** Waits for a name on a pipe, and writes a file of that name: by itself, without another process. */
const WRITER = 'mkfifo /tmp/names; while true; do read -r name </tmp/names; echo written >"/tmp/$name"; done';

const WRONG_CHISEL = `description = "Files that were opened"
short_description = "Opened files"
category = "Test"
args = {}

function on_init()
    name = chisel.request_field("fd.nme")
    chisel.set_filter("evt.type = openat and fd.name contains seen-")
    return true
end

function on_event()
    print("opened " .. tostring(evt.field(name)))
    return true
end
`;
/** Line of the chisel that names a field that does not exist, and what it should be. */
const WRONG_LINE = 7;
const RIGHT_TEXT = '    name = chisel.request_field("fd.name")';

let server: CodeServer | undefined;
let sshd: TestSshd | undefined;
let browser: Browser | undefined;
let container: TestContainer | undefined;
let workbench: Workbench;
let timeline: TimelinePageObject;
const workspace = mkdtempSync(join(tmpdir(), 'porthole-workspace-'));
const installed = join(homedir(), '.porthole');
const hadAgent = existsSync(installed);

before(async () => {
  if (skip !== false) return;
  mkdirSync(join(workspace, 'chisels'));
  writeFileSync(join(workspace, 'chisels/opened.lua'), WRONG_CHISEL);
  sshd = await startSshd({ host: HOST });
  server = await startVscode({ 'porthole.sshConfigPath': sshd.configPath });
  browser = await launchBrowser();
  workbench = await Workbench.open(browser, server.address(workspace));
  timeline = new TimelinePageObject(workbench);
});

after(async () => {
  await workbench?.close();
  await browser?.close();
  await server?.stop();
  await sshd?.stop();
  container?.remove();
  rmSync(workspace, { recursive: true, force: true });
  if (!hadAgent) rmSync(installed, { recursive: true, force: true });
});

/** Has the container make its call. */
function write(name: string): void {
  container?.exec('sh', '-c', `echo ${name} >/tmp/names`);
}

/** Agents that were started over this test's sshd, out of the home folder to which the extension has copied them; others may run here too. */
const agents = (): number[] => (sshd?.running() ?? []).filter((pid) => commandOf(pid)[0]?.startsWith(`${installed}/`) === true);

const step = steps({
  skip,
  async onFailure(name) {
    await workbench.screenshot(`main-failed-${name.replace(/\W+/g, '-').slice(0, 50)}`);
    process.stderr.write(`${workbench.console.slice(-20).join('\n')}\n`);
  },
});

step('connects over SSH and shows the host', async () => {
  await workbench.activity('Porthole');
  await workbench.command('Porthole: Connect to Host');
  await workbench.pick(HOST);
  await workbench.treeItem(`Host ${HOST}, connected`).waitFor({ timeout: 120_000 });
  await workbench.treeItem('Processes of the host').waitFor();
  assert.equal(agents().length > 0, true, 'the agent runs from the home folder');
});

step('shows a container when it is started, and unfolds it to its process', async () => {
  container = runContainer({ name: CONTAINER, project: 'porthole-e2e', service: 'writer', command: ['sh', '-c', WRITER] });
  await workbench.treeItem(`Container ${CONTAINER}`).waitFor();
  // Until its engine has told of its project it may stand elsewhere in the tree, and folds when it moves.
  await workbench.treeItem(/porthole-e2e, /).waitFor();
  const first = workbench.treeItem('Process docker-init, pid');
  for (let tries = 0; tries < 10 && !await first.isVisible(); tries++) {
    await workbench.expand(`Container ${CONTAINER}`);
    await first.waitFor({ timeout: 12_000 }).catch(() => undefined);
  }
  await workbench.expand('Process docker-init, pid');
  await workbench.treeItem('Process sh, pid').waitFor();
});

let callNs = 0;
let lane = '';
step('opens the timeline of the process and finds the call that the container makes', async () => {
  await workbench.itemMenu('Process sh, pid', 'Open Timeline');
  await timeline.canvas.waitFor();
  await timeline.lanes.getByText(CONTAINER).first().waitFor();
  await timeline.setFilter(`evt.type in (open, openat) and fd.name contains ${FILE}`);
  // Once, and again only if it went past: a view that follows the host shows the last half minute.
  for (let tries = 0; ; tries++) {
    write(FILE);
    try { await timeline.rows(FILE).first().waitFor({ timeout: 25_000 }); break; } catch (error) { if (tries === 3) throw error; }
  }
  await timeline.rows(FILE).first().click();
  await timeline.details.getByText(FILE).first().waitFor();
  lane = `t:${await timeline.field('thread').textContent() ?? ''}`;
});

step('zooms with the wheel down to the single call', async () => {
  const mode = timeline.frame.getByTestId('time-mode');
  if (await mode.textContent() !== 'Relative') await mode.click();
  const time = await timeline.rows(FILE).first().locator('[role=gridcell]').first().textContent() ?? '';
  callNs = nsOf(time);
  await timeline.zoomTo(callNs, 2_000_000);
  await timeline.rows(FILE).first().waitFor();
  await timeline.zoomTo(callNs, 200_000);
  await timeline.settled();
  assert.equal(await timeline.laneMode(lane), 'spans', `lane ${lane} at ${time}`);
  const place = await timeline.pointAt(lane, callNs + 2000);
  await timeline.tooltip.getByText('openat').first().waitFor();
  await workbench.screenshot('call');
  await workbench.page.mouse.click(place.x, place.y);
});

/** Nanoseconds of "+1:02.345678", as the list shows times since the start. */
function nsOf(text: string): number {
  const match = /^\+(?:(\d+):)?(?:(\d+):)?(\d+(?:\.\d+)?)/.exec(text.trim());
  assert.ok(match, `a time since the start: ${text}`);
  const [hours, minutes] = match[2] === undefined ? ['0', match[1] ?? '0'] : [match[1] ?? '0', match[2]];
  return (Number(hours) * 3600 + Number(minutes) * 60 + Number(match[3])) * 1e9;
}

step('reads the arguments and the result of the call in the details', async () => {
  const path = `/tmp/${FILE}`;
  await timeline.details.getByText(path).first().waitFor();
  const text = await timeline.details.textContent() ?? '';
  assert.match(text, /open/);
  assert.match(text, /O_CREAT/);
  assert.match(await timeline.frame.getByTestId('result').textContent() ?? '', /\d+/);
  assert.equal(await timeline.field('container').textContent(), CONTAINER);
  assert.equal(await timeline.field('process').textContent(), 'sh');
});

step('marks the error of a chisel, and takes the mark away when it is mended', async () => {
  await workbench.openFile('opened.lua');
  const squiggles = workbench.editor.locator('.squiggly-error, .squiggly-warning');
  await squiggles.first().waitFor();
  await workbench.screenshot('chisel-error');
  await workbench.goToLine(WRONG_LINE);
  await workbench.page.keyboard.press('Shift+End');
  await workbench.type(RIGHT_TEXT.trimStart());
  await workbench.save();
  await squiggles.first().waitFor({ state: 'detached' });
});

step('runs the chisel on the live host and reads its output', async () => {
  await workbench.editor.locator('.codelens-decoration a', { hasText: /Run/ }).first().click();
  const printed = workbench.page.locator('.view-line', { hasText: `opened /tmp/${FILE}-` }).first();
  // It takes a while until the chisel runs over there: what is done meanwhile it may not see.
  for (let i = 0; i < 60 && !await printed.isVisible(); i++) {
    write(`${FILE}-${i}`);
    await workbench.page.waitForTimeout(1000);
  }
  await printed.waitFor();
  await workbench.screenshot('chisel-output');
});

step('records, stops, and opens the recording', async () => {
  await workbench.command('Porthole: Start Recording');
  await workbench.recording.waitFor();
  for (let i = 0; i < 4; i++) {
    write(`${FILE}-recorded`);
    await workbench.page.waitForTimeout(750);
  }
  await workbench.command('Porthole: Stop Recording');
  const capture = workbench.pane('Captures').getByRole('treeitem', { name: /\.scap/ }).first();
  await capture.waitFor();
  // The view is drawn anew while the file grows, and takes no click meanwhile.
  await workbench.notification(/Recorded/).waitFor();
  await capture.click();
  await workbench.tab(/\.scap/).waitFor();
  await timeline.canvas.waitFor();
  await timeline.setFilter(`fd.name contains ${FILE}-recorded`);
  await timeline.rows(`${FILE}-recorded`).first().waitFor();
  await workbench.screenshot('recording');
});

step('disconnects, and nothing is left running', async () => {
  const ours = agents();
  await workbench.command('Porthole: Disconnect from Host');
  await workbench.treeItem(`Host ${HOST}, not connected`).waitFor();
  for (const end = Date.now() + 60_000; ours.some(isRunning) && Date.now() < end;) await workbench.page.waitForTimeout(200);
  assert.deepEqual([...ours.filter(isRunning), ...agents()], [], 'no agent is left');
});
