// What goes wrong between the editor and a host, and with files: each leads to words that say what to do, and nothing hangs.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import type { Browser } from 'playwright-core';
import type { CodeServer } from '../../.scripts/codeServer.mjs';
import { processesWith } from './processes.ts';
import { startSshd, whyNoSshd, type TestSshd } from './sshd.ts';
import { steps } from './steps.ts';
import { startVscode, whyNoVscode } from './vscodeServer.ts';
import { launchBrowser, Workbench } from './workbench.ts';

const skip = whyNoVscode() ?? whyNoSshd() ?? false;

/** Hosts by what is wrong with them. */
const PASSWORD = 'has-no-key', UNKNOWN = 'never-seen', CHANGED = 'has-other-key', GOOD = 'goes-away';

const sshds: TestSshd[] = [];
let server: CodeServer | undefined;
let browser: Browser | undefined;
let workbench: Workbench;
const workspace = mkdtempSync(join(tmpdir(), 'porthole-workspace-'));
const installed = join(homedir(), '.porthole');
const hadAgent = existsSync(installed);

before(async () => {
  if (skip !== false) return;
  const password = await startSshd({ host: PASSWORD, withKey: false });
  const unknown = await startSshd({ host: UNKNOWN, known: false });
  const changed = await startSshd({ host: CHANGED });
  const good = await startSshd({ host: GOOD });
  sshds.push(password, unknown, changed, good);
  // Its place in known_hosts holds the key of another.
  const [, kind = '', key = ''] = readFileSync(good.knownHostsPath, 'utf8').split(' ');
  writeFileSync(changed.knownHostsPath, `[127.0.0.1]:${changed.port} ${kind} ${key}\n`);
  const config = join(workspace, 'ssh_config');
  writeFileSync(config, sshds.map(({ configPath }) => readFileSync(configPath, 'utf8')).join('\n'));
  writeFileSync(join(workspace, 'empty.scap'), '');
  server = await startVscode({ 'porthole.sshConfigPath': config });
  browser = await launchBrowser();
  workbench = await Workbench.open(browser, server.address(workspace));
  await workbench.activity('Porthole');
});

after(async () => {
  await workbench?.close();
  await browser?.close();
  await server?.stop();
  for (const sshd of sshds) await sshd.stop();
  rmSync(workspace, { recursive: true, force: true });
  if (!hadAgent) rmSync(installed, { recursive: true, force: true });
});

const fault = steps({ skip, independent: true, onFailure: (name) => workbench.screenshot(`faults-failed-${name.replace(/\W+/g, '-').slice(0, 50)}`) });

async function connect(host: string): Promise<void> {
  await workbench.command('Porthole: Connect to Host');
  await workbench.pick(host);
}

const agents = (): number[] => processesWith((argument) => argument.startsWith(`${installed}/`) && argument.endsWith('/porthole'));

fault('a wrong password is asked for again, and then leads to a message that names the ways in', async () => {
  await connect(PASSWORD);
  for (let attempt = 0; attempt < 3; attempt++) {
    await workbench.answer(attempt === 0 ? /Password of/ : /not accepted.*Password of/, `wrong-${attempt}`);
  }
  await workbench.notification(/did not let .* in.*password/i).waitFor();
  await workbench.command('Notifications: Clear All Notifications');
});

fault('an unknown host is asked about, and not connected to when it is not accepted', async () => {
  await connect(UNKNOWN);
  const dialog = workbench.page.locator('.monaco-dialog-box');
  await dialog.getByText(/not known yet/).waitFor();
  assert.match(await dialog.textContent() ?? '', /SHA256:/);
  await workbench.dialogAction('Cancel');
  await dialog.waitFor({ state: 'detached' });
  assert.equal(readFileSync(sshds[1]?.knownHostsPath ?? '', 'utf8'), '');
});

fault('a host whose key has changed is refused, and the message says how to mend it', async () => {
  await connect(CHANGED);
  await workbench.notification(/has changed.*refused/).waitFor();
  await workbench.notification(/ssh-keygen -f/).waitFor();
  await workbench.command('Notifications: Clear All Notifications');
});

fault('an agent that is killed is started again', async () => {
  await connect(GOOD);
  await workbench.treeItem(`Host ${GOOD}, connected`).waitFor({ timeout: 120_000 });
  const before = agents();
  assert.ok(before.length > 0, 'an agent runs');
  for (const pid of before) process.kill(pid, 'SIGKILL');
  await workbench.treeItem(`Host ${GOOD}, reconnecting`).waitFor({ timeout: 20_000 });
  await workbench.treeItem(`Host ${GOOD}, connected`).waitFor({ timeout: 60_000 });
  assert.ok(agents().some((pid) => !before.includes(pid)), 'another agent runs');
});

fault('a cut connection is made again', async () => {
  await sshds[3]?.cut();
  await workbench.treeItem(`Host ${GOOD}, reconnecting`).waitFor({ timeout: 20_000 });
  await workbench.treeItem(`Host ${GOOD}, connected`).waitFor({ timeout: 60_000 });
  await workbench.itemAction(`Host ${GOOD}, connected`, 'Disconnect from Host');
  await workbench.treeItem(`Host ${GOOD}, not connected`).waitFor();
  for (const end = Date.now() + 10_000; agents().length > 0 && Date.now() < end;) await workbench.page.waitForTimeout(200);
  assert.deepEqual(agents(), [], 'no agent is left');
});

fault('an empty capture says that it is empty, and what may have happened', async () => {
  await workbench.openFile('empty.scap');
  await workbench.webview().getByText(/is empty/).first().waitFor();
});
