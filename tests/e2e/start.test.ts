// `npm start` as a user types it: ends with VS Code showing live events of the demonstration, and Ctrl-C takes all of it away.
import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { after, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { whyNoDocker } from './docker.ts';
import { processesWith } from './processes.ts';
import { TimelinePageObject } from './timelinePage.ts';
import { projectPath, whyNoVscode } from './vscodeServer.ts';
import { launchBrowser, Workbench } from './workbench.ts';

const skip = whyNoVscode() ?? whyNoDocker() ?? (process.getuid?.() === 0 ? false : 'the probe needs root');
const SERVICES = ['app', 'cache', 'client', 'web', 'worker'];

let start: ChildProcess | undefined;
let output = '';
let browser: Browser | undefined;

after(async () => {
  await browser?.close();
  if (start !== undefined && start.exitCode === null) await end(start);
});

/** Asks it to end, as Ctrl-C does. */
async function end(child: ChildProcess): Promise<number | null> {
  const ended = new Promise<number | null>((done) => child.once('exit', done));
  child.kill('SIGINT');
  return ended;
}

/** Waits until `npm start` has printed something. */
function printed(pattern: RegExp, timeoutMs: number): Promise<RegExpExecArray> {
  return new Promise((done, failed) => {
    const late = setTimeout(() => { clearInterval(look); failed(new Error(`npm start did not print ${String(pattern)}:\n${output}`)); }, timeoutMs);
    const look = setInterval(() => {
      const match = pattern.exec(output);
      if (match === null && start?.exitCode === null) return;
      clearInterval(look);
      clearTimeout(late);
      if (match === null) failed(new Error(`npm start ended with ${String(start?.exitCode)}:\n${output}`));
      else done(match);
    }, 200);
  });
}

const containers = (): string[] => spawnSync('docker', ['ps', '-a', '--format', '{{.Names}}', '--filter', 'label=com.docker.compose.project=porthole-demo'], { encoding: 'utf8' }).stdout.split('\n').filter(Boolean).sort();

test('npm start shows live events of the demonstration in VS Code, and leaves nothing behind', { skip, timeout: 900_000 }, async (t) => {
  const env = { ...process.env };
  // In a browser, also where this machine has a screen and a VS Code of its own.
  for (const name of ['DISPLAY', 'WAYLAND_DISPLAY', 'NODE_TEST_CONTEXT', 'NODE_OPTIONS']) delete env[name];
  start = spawn(process.execPath, [projectPath('.scripts/start.mjs')], { cwd: projectPath(), env, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [start.stdout, start.stderr]) stream?.on('data', (chunk: Buffer) => { output += chunk.toString(); });
  const [, address = ''] = await printed(/(http:\/\/127\.0\.0\.1:\S+)/, 600_000);
  assert.doesNotMatch(output, /cannot be loaded|no containers/);
  assert.deepEqual(containers(), SERVICES.map((name) => `porthole-demo-${name}-1`));

  browser = await launchBrowser();
  const workbench = await Workbench.open(browser, address);
  await t.test('the tree shows the containers of the demonstration', async () => {
    await workbench.activity('Porthole');
    await workbench.expand('Host Local host');
    await workbench.expand('Compose project porthole-demo');
    for (const name of SERVICES) await workbench.treeItem(`Container porthole-demo-${name}-1`).waitFor();
  });
  await t.test('the timeline shows their calls as they come', async () => {
    await workbench.itemMenu('Container porthole-demo-app-1', 'Open Timeline');
    const timeline = new TimelinePageObject(workbench);
    await timeline.lanes.getByText('porthole-demo-app-1').first().waitFor();
    // Long enough for a picture with something to see.
    await timeline.setFilter('container.name startswith porthole-demo');
    await workbench.page.waitForTimeout(12_000);
    await timeline.setFilter('container.name = porthole-demo-app-1 and fd.name contains discounts');
    await timeline.rows('discounts.conf').first().waitFor();
    await timeline.frame.getByTestId('follow').click();
    await timeline.settled();
    await timeline.rows('discounts.conf').first().click();
    await timeline.details.getByText('ENOENT').first().waitFor();
    await timeline.setFilter('container.name startswith porthole-demo');
    await timeline.settled();
    await workbench.screenshot('start');
  });
  await workbench.close();

  assert.equal(await end(start), 0, output);
  assert.deepEqual(containers(), []);
  const left = (): number[] => processesWith((argument) => argument.includes('.cache/run/vscode'));
  for (const end = Date.now() + 30_000; left().length > 0 && Date.now() < end;) await new Promise((done) => { setTimeout(done, 100); });
  assert.deepEqual(left(), [], 'no process of VS Code and no agent is left');
});
