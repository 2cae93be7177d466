// A live host that goes wrong under a user who watches it: lost events, a killed agent, a cut connection, a host that is down for a while.
// Each is said where he looks, what is shown is marked as old, and it goes on by itself.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import type { Browser } from 'playwright-core';
import type { CodeServer } from '../../.scripts/codeServer.mjs';
import { PALETTES, rgbOf } from '../../webviews/base/palette.ts';
import { programsOf, stillLoaded, whyNoIds } from '../faults/probeFiles.ts';
import { commandOf, isRunning } from './processes.ts';
import { startSshd, whyNoSshd, type TestSshd } from './sshd.ts';
import { steps } from './steps.ts';
import { TimelinePageObject } from './timelinePage.ts';
import { projectPath, startVscode, whyNoVscode } from './vscodeServer.ts';
import { launchBrowser, Workbench } from './workbench.ts';

const skip = whyNoVscode() ?? whyNoSshd() ?? whyNoIds() ?? false;

const HOST = 'porthole-faults';
const BURST_CALLS = 300_000;
/** Height of the time axis of the timeline, CSS pixels; losses are marked at its lower edge. */
const AXIS_CSS = 44;

let server: CodeServer | undefined;
let sshd: TestSshd | undefined;
let browser: Browser | undefined;
let workbench: Workbench;
let timeline: TimelinePageObject;
const workspace = mkdtempSync(join(tmpdir(), 'porthole-workspace-'));
const load = join(workspace, 'load');
const installed = join(homedir(), '.porthole');
const hadAgent = existsSync(installed);

before(async () => {
  if (skip !== false) return;
  execFileSync('cc', ['-O2', '-o', load, projectPath('tests/bench/load.c')]);
  sshd = await startSshd({ host: HOST });
  // The smallest ring there is, so that a burst overflows it.
  server = await startVscode({ 'porthole.sshConfigPath': sshd.configPath, 'porthole.ringKilobytes': 64 });
  browser = await launchBrowser();
  workbench = await Workbench.open(browser, server.address(workspace));
  timeline = new TimelinePageObject(workbench);
});

after(async () => {
  await workbench?.close();
  await browser?.close();
  await server?.stop();
  await sshd?.stop();
  rmSync(workspace, { recursive: true, force: true });
  if (!hadAgent) rmSync(installed, { recursive: true, force: true });
});

/** Agents that were started over this test's sshd; others may run here too. */
const agents = (): number[] => (sshd?.running() ?? []).filter((pid) => commandOf(pid)[0]?.startsWith(`${installed}/`) === true);
const step = steps({ skip, onFailure: (name) => workbench.screenshot(`fault-failed-${name.replace(/\W+/g, '-').slice(0, 50)}`) });
const wait = (ms: number): Promise<void> => workbench.page.waitForTimeout(ms);

async function until(what: string, condition: () => boolean | Promise<boolean>, ms = 120_000): Promise<void> {
  for (const end = Date.now() + ms; !await condition(); await wait(100)) assert.ok(Date.now() < end, `waited in vain: ${what}`);
}

/**
 * What a user sees while the host is out of reach: the tree, the status bar and the page all say it, and that what is shown is old; `also`: what else
 * the page says meanwhile. All of it is looked for at once: it may be back in a moment, and words change with each attempt.
 */
async function saysOutOfReach(name: string, ...also: readonly RegExp[]): Promise<void> {
  await Promise.all([
    ...[/has been out of reach since \d\d:\d\d:\d\d; what is shown is from before/, ...also].map((text) => timeline.banner.getByText(text).waitFor()),
    workbench.treeItem(`Host ${HOST}, reconnecting`).waitFor(),
    workbench.statusItem(new RegExp(`${HOST}: reconnecting`)).waitFor(),
  ]);
  await workbench.screenshot(name);
}

/** Connected again, and a call made now arrives in the page. */
async function goesOn(): Promise<void> {
  await workbench.treeItem(`Host ${HOST}, connected`).waitFor();
  await timeline.banner.waitFor({ state: 'hidden' });
  await workbench.statusItem(/\/s/).waitFor();
  const file = join(workspace, `again-${randomBytes(6).toString('hex')}`);
  writeFileSync(file, '');
  await timeline.setFilter(`fd.name = ${file}`);
  await until(`${file} in the list`, async () => { execFileSync('cat', [file]); return await timeline.rows(file).count() > 0; });
  await timeline.setFilter('');
}

step('connects', async () => {
  await workbench.activity('Porthole');
  await workbench.command('Porthole: Connect to Host');
  await workbench.pick(HOST);
  await workbench.treeItem(`Host ${HOST}, connected`).waitFor({ timeout: 120_000 });
  await workbench.itemMenu(`Host ${HOST}, connected`, 'Open Timeline');
  await timeline.canvas.waitFor();
  await goesOn();
});

const gapColours = Object.values(PALETTES).map(({ gap }) => rgbOf(gap).join());
/** Pixels of the colour of losses on the edge of the time axis between two moments. */
async function lostPixels(startNs: number, endNs: number): Promise<number> {
  const from = await timeline.xOfNs(startNs), to = await timeline.xOfNs(endNs);
  const pixels = await timeline.canvas.evaluate((canvas: HTMLCanvasElement, { from, to, y }) => {
    const ratio = canvas.width / canvas.clientWidth;
    const x = Math.max(0, Math.floor(from * ratio)), right = Math.min(canvas.width, Math.ceil(to * ratio));
    return right <= x ? [] : [...canvas.getContext('2d')!.getImageData(x, Math.round(y * ratio), right - x, 1).data];
  }, { from, to, y: AXIS_CSS - 3 });
  let found = 0;
  for (let i = 0; i < pixels.length; i += 4) if (gapColours.includes(pixels.slice(i, i + 3).join())) found++;
  return found;
}

step('events that the ring could not hold are counted in the status bar and drawn as a gap', async () => {
  const sumOf = async (): Promise<number> => (await timeline.gaps()).reduce((sum, { count }) => sum + count, 0);
  const before = await sumOf();
  execFileSync(load, ['max', String(BURST_CALLS)]);
  await workbench.statusItem(/lost/).waitFor();
  await until('a gap on the timeline', async () => await sumOf() > before + 1000);
  await timeline.frame.getByTestId('losses').filter({ hasText: /\d.* lost/ }).waitFor();
  const largest = (await timeline.gaps()).reduce((a, b) => (b.count > a.count ? b : a));
  assert.ok(largest.endNs > largest.startNs && largest.cause !== '', JSON.stringify(largest));
  await until('pixels of a gap', async () => await lostPixels(largest.startNs, largest.endNs) > 0);
  await workbench.statusItem(/lost/).hover();
  await workbench.page.locator('.monaco-hover:visible', { hasText: 'Events lost:' }).first().waitFor();
  await workbench.screenshot('fault-ring-full');
});

step('an agent that is killed leaves nothing in the kernel, and is started again', async () => {
  const killed = agents();
  const programs = killed.flatMap(programsOf);
  assert.ok(programs.length > 0 && stillLoaded(programs).length === programs.length, 'the agent has programs in the kernel');
  for (const pid of killed) process.kill(pid, 'SIGKILL');
  await saysOutOfReach('fault-agent-killed', /was ended by a signal/);
  await until('the programs to be gone', () => stillLoaded(programs).length === 0);
  await goesOn();
  assert.ok(agents().every((pid) => !killed.includes(pid)), 'another agent runs');
});

step('a connection that is cut is made again, and the agent at its end has ended', async () => {
  const old = agents();
  const programs = old.flatMap(programsOf);
  await sshd?.cut();
  await saysOutOfReach('fault-connection-cut');
  await until('the old agent to end', () => !old.some(isRunning));
  await until('its programs to be gone', () => stillLoaded(programs).length === 0);
  await goesOn();
});

step('a connection that has fallen silent, as behind a pulled cable, is given up and made again', async () => {
  const old = agents();
  const speakAgain = sshd?.silence();
  try {
    await saysOutOfReach('fault-connection-silent', /out of reach since .*(has said nothing for 30 s|does not answer any more)/);
    await goesOn();
  } finally { speakAgain?.(); }
  await until('the old agent to end', () => !old.some(isRunning));
});

step('an agent that runs no further is given up, and another is started', async () => {
  const old = agents();
  for (const pid of old) process.kill(pid, 'SIGSTOP');
  try {
    await timeline.banner.getByText(/out of reach since .*has said nothing for 30 s/).waitFor();
    await workbench.screenshot('fault-agent-frozen');
    await goesOn();
  } finally { for (const pid of old) process.kill(pid, 'SIGCONT'); }
  await until('the old agent to end', () => !old.some(isRunning));
});

step('a host that is down is tried again with growing pauses, until it is back', async () => {
  await sshd?.halt();
  await saysOutOfReach('fault-host-down', ...[2, 4].map((seconds) => new RegExp(`nothing listens on that port.*Next attempt in ${seconds} s`)));
  await workbench.screenshot('fault-host-still-down');
  // The page can still be used: what it asks is refused, not left open.
  await timeline.setFilter('evt.failed = true');
  await timeline.settled();
  await timeline.setFilter('');
  await sshd?.resume();
  await goesOn();
});

step('disconnecting from a host that is down ends the attempts at once', async () => {
  const last = agents();
  await sshd?.halt();
  await saysOutOfReach('fault-before-disconnect');
  await workbench.command('Porthole: Disconnect from Host');
  await workbench.treeItem(`Host ${HOST}, not connected`).waitFor();
  await workbench.screenshot('fault-disconnected');
  await until('the agent to end', () => !last.some(isRunning));
});
