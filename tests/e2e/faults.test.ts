// What keeps a user from what he wants to see: passwords, host keys, missing rights, a kernel without types, files that are no captures.
// Each leads to words that say what happened and what to do, and nothing hangs. What goes wrong later, on a live host: faultsLink.test.ts.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import type { CodeServer } from '../../.scripts/codeServer.mjs';
import { writeSample } from '../../remote-agent/engine/scap/sample.ts';
import { processesWith } from './processes.ts';
import { startSshd, whyNoSshd, type TestSshd } from './sshd.ts';
import { steps } from './steps.ts';
import { addUser, hasSudo, whyNoUser, type ThrowAwayUser } from './throwAwayUser.ts';
import { TimelinePageObject } from './timelinePage.ts';
import { startVscode, whyNoVscode } from './vscodeServer.ts';
import { launchBrowser, Workbench } from './workbench.ts';

const skip = whyNoVscode() ?? whyNoSshd() ?? false;

/** Hosts by what is wrong with them. */
const PASSWORD = 'has-no-key', POWERLESS = 'has-no-rights', UNKNOWN = 'never-seen', CHANGED = 'has-other-key';

let server: CodeServer | undefined;
let sshd: TestSshd | undefined;
let user: ThrowAwayUser | undefined;
let browser: Browser | undefined;
let workbench: Workbench;
let timeline: TimelinePageObject;
const workspace = mkdtempSync(join(tmpdir(), 'porthole-workspace-'));
const unknownHosts = join(workspace, 'unknown_hosts'), changedHosts = join(workspace, 'changed_hosts');
const installed = join(homedir(), '.porthole');
const hadAgent = existsSync(installed);

before(async () => {
  if (skip !== false) return;
  sshd = await startSshd();
  if (whyNoUser() === undefined) user = addUser();
  // In the place of the host's key, that of another.
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', join(workspace, 'other')]);
  writeFileSync(changedHosts, `[127.0.0.1]:${sshd.port} ${readFileSync(join(workspace, 'other.pub'), 'utf8')}`);
  const { port, keyPath, knownHostsPath } = sshd;
  const me = userInfo().username, them = user?.name ?? 'nobody';
  const host = (alias: string, name: string, known: string, key: string): string[] => [`Host ${alias}`, '  HostName 127.0.0.1', `  Port ${port}`, `  User ${name}`, `  UserKnownHostsFile ${known}`, `  IdentityFile ${key}`, '  IdentitiesOnly yes'];
  const config = join(workspace, 'ssh_config');
  writeFileSync(config, [...host(PASSWORD, them, knownHostsPath, 'none'), ...host(POWERLESS, them, knownHostsPath, keyPath), ...host(UNKNOWN, me, unknownHosts, keyPath), ...host(CHANGED, me, changedHosts, keyPath), ''].join('\n'));
  writeCaptures();
  // This machine itself, without SSH, is the host whose kernel has no types.
  server = await startVscode({ 'porthole.sshConfigPath': config }, { PORTHOLE_BTF_PATH: '/nowhere/vmlinux' });
  browser = await launchBrowser();
  workbench = await Workbench.open(browser, server.address(workspace));
  timeline = new TimelinePageObject(workbench);
  await workbench.activity('Porthole');
});

function writeCaptures(): void {
  const parts: Uint8Array[] = [];
  writeSample((bytes) => { parts.push(bytes.slice()); });
  const whole = Buffer.concat(parts), packed = gzipSync(whole);
  writeFileSync(join(workspace, 'empty.scap'), '');
  writeFileSync(join(workspace, 'letter.scap'), 'Dear reader,\nthis is no capture.\n'.repeat(50));
  writeFileSync(join(workspace, 'cut-plain.scap'), whole.subarray(0, whole.length - 1003));
  writeFileSync(join(workspace, 'cut-packed.scap'), packed.subarray(0, packed.length >> 1));
}

after(async () => {
  await workbench?.close();
  await browser?.close();
  await server?.stop();
  await sshd?.stop();
  user?.remove();
  rmSync(workspace, { recursive: true, force: true });
  if (!hadAgent) rmSync(installed, { recursive: true, force: true });
});

const onFailure = (name: string): Promise<void> => workbench.screenshot(`fault-failed-${name.replace(/\W+/g, '-').slice(0, 50)}`);
const fault = steps({ skip, independent: true, onFailure });
const faultOfUser = steps({ skip: skip !== false ? skip : whyNoUser() ?? false, independent: true, onFailure });

/** Agents out of the user's home folder. */
const agents = (): number[] => processesWith((argument) => user !== undefined && argument.startsWith(`${user.home}/.porthole/`));

async function connect(host: string): Promise<void> {
  await workbench.command('Notifications: Clear All Notifications');
  await workbench.command('Porthole: Connect to Host');
  await workbench.pick(host);
}

/** What is asked in the box at the top. */
const question = (text: RegExp): Promise<void> => workbench.page.locator('.quick-input-widget:visible', { hasText: text }).waitFor();
async function answer(asked: RegExp, text: string): Promise<void> {
  await question(asked);
  const box = workbench.page.locator('.quick-input-widget .quick-input-box input');
  await box.fill(text);
  await workbench.page.keyboard.press('Enter');
  // The next question looks the same: it is there when what was typed is gone.
  for (const end = Date.now() + 60_000; await box.isVisible() && await box.inputValue() === text && Date.now() < end;) await workbench.page.waitForTimeout(50);
}

/** Nothing is being done and nothing is complained of: the user has changed his mind, and knows it. */
async function endsQuietly(host: string): Promise<void> {
  await workbench.treeItem(`Host ${host}, not connected`).waitFor();
  // The progress that was shown goes after a moment; a complaint would stay longer.
  const toasts = workbench.page.locator('.notifications-toasts .notification-list-item');
  for (const end = Date.now() + 30_000; await toasts.count() > 0 && Date.now() < end;) await workbench.page.waitForTimeout(100);
  assert.deepEqual(await toasts.allTextContents(), []);
}

/** A failure is said in a notification, and stays in the tree when that is gone. */
async function saysFailure(host: string, text: RegExp, picture: string): Promise<void> {
  await workbench.notification(text).waitFor();
  await workbench.treeItem(`Host ${host}, could not connect`).waitFor();
  await workbench.treeItem(text).waitFor();
  await workbench.screenshot(picture);
}

faultOfUser('a wrong password: it says so and asks again; Escape ends it quietly', async () => {
  await connect(PASSWORD);
  await answer(new RegExp(`Password of ${user?.name} on ${PASSWORD}`), 'wrong');
  await question(/That password was not accepted\..*Password of/);
  await workbench.screenshot('fault-password-wrong');
  await workbench.page.keyboard.press('Escape');
  await endsQuietly(PASSWORD);
});

faultOfUser('three wrong passwords: refused, with what was tried and what the host accepts', async () => {
  await connect(PASSWORD);
  await answer(/Password of/, 'wrong 1');
  for (const wrong of ['wrong 2', 'wrong 3']) await answer(/not accepted/, wrong);
  await saysFailure(PASSWORD, /did not let .* in\. Tried: the password\. It accepts: .*password.*Connect again with the right password or key/, 'fault-password-refused');
});

faultOfUser('a user who may not become root: it says what is missing and how to get it', async () => {
  await connect(POWERLESS);
  if (hasSudo()) {
    await question(/Password of .* for sudo: the agent needs root/);
    await workbench.screenshot('fault-sudo-asks');
    await answer(/for sudo/, 'wrong');
    await answer(/not accepted.*for sudo/, user?.password ?? '');
    await saysFailure(POWERLESS, /may not use sudo on has-no-rights; the agent needs root to load its probe.*visudo.*connect as root/, 'fault-no-rights');
  } else {
    await saysFailure(POWERLESS, /has no sudo, and .* is not root; the agent needs root.*Install sudo there, or connect as root/, 'fault-no-rights');
  }
  assert.deepEqual(agents(), [], 'no agent runs');
});

/** As `ssh-keygen -l` prints it. */
function fingerprintIn(knownHosts: string): string {
  const key = readFileSync(knownHosts, 'utf8').split(' ')[2] ?? '';
  return `SHA256:${createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64').replace(/=+$/, '')}`;
}

fault('an unknown host: asked about with its fingerprint; not accepted, it is not connected to', async () => {
  await connect(UNKNOWN);
  const dialog = workbench.page.locator('.monaco-dialog-box');
  await dialog.getByText(/not known yet/).waitFor();
  const text = await dialog.textContent() ?? '';
  assert.ok(text.includes(fingerprintIn(sshd?.knownHostsPath ?? '')), text);
  await workbench.screenshot('fault-unknown-host');
  await workbench.dialogAction('Cancel');
  await endsQuietly(UNKNOWN);
  assert.equal(existsSync(unknownHosts), false, 'nothing is noted');
});

fault('an unknown host that is accepted is connected to, and known from then on', async () => {
  await connect(UNKNOWN);
  await workbench.dialogAction('Connect and Remember');
  await workbench.treeItem(`Host ${UNKNOWN}, connected`).waitFor({ timeout: 120_000 });
  assert.equal(fingerprintIn(unknownHosts), fingerprintIn(sshd?.knownHostsPath ?? ''));
  await workbench.itemAction(`Host ${UNKNOWN}, connected`, 'Disconnect from Host');
  await workbench.treeItem(`Host ${UNKNOWN}, not connected`).waitFor();
});

fault('a host whose key has changed: refused with both fingerprints and how to mend it', async () => {
  await connect(CHANGED);
  await saysFailure(CHANGED, /has changed, so the connection was refused.*ssh-keygen -f/, 'fault-changed-key');
  const text = await workbench.notification(/has changed/).textContent() ?? '';
  for (const hosts of [changedHosts, sshd?.knownHostsPath ?? '']) assert.ok(text.includes(fingerprintIn(hosts)), `${fingerprintIn(hosts)} in ${text}`);
});

fault('a kernel without types: the problem and its remedy stand in the tree and on the page; processes are shown all the same', async () => {
  await connect('Local host');
  await workbench.treeItem('Host Local host, connected').waitFor();
  await workbench.treeItem(/no live events.*no type information.*CONFIG_DEBUG_INFO_BTF=y/).waitFor();
  await workbench.statusItem(/Local host: no live events/).waitFor();
  await workbench.expand('Processes of the host');
  // They may lie below what is in view, where containers run.
  const process = workbench.treeItem(/^Process .*, pid \d+/);
  for (let turns = 0; turns < 20 && !await process.isVisible(); turns++) {
    await workbench.pane('Hosts').locator('.monaco-list').hover();
    await workbench.page.mouse.wheel(0, 100);
    await workbench.page.waitForTimeout(200);
  }
  await process.waitFor();
  await workbench.page.mouse.wheel(0, -5000);
  await workbench.itemMenu('Host Local host, connected', 'Open Timeline');
  await timeline.banner.getByText(/no live events.*no type information.*CONFIG_DEBUG_INFO_BTF=y.*open a capture file/).waitFor();
  await timeline.frame.getByText('No events come from this host').first().waitFor();
  await workbench.screenshot('fault-no-btf');
  await workbench.itemAction('Host Local host, connected', 'Disconnect from Host');
  await workbench.treeItem('Host Local host, not connected').waitFor();
});

fault('the agent of this machine itself, killed, is started again', async () => {
  const local = (): number[] => processesWith((argument) => argument.startsWith(`${server?.root}/`) && argument.endsWith('dist/agent/main.cjs'));
  await connect('Local host');
  await workbench.treeItem('Host Local host, connected').waitFor();
  const killed = local();
  assert.equal(killed.length, 1, 'one agent runs');
  for (const pid of killed) process.kill(pid, 'SIGKILL');
  // Both at once: it is back in a moment.
  await Promise.all([workbench.treeItem('Host Local host, reconnecting').waitFor(), timeline.banner.getByText(/Local host has been out of reach since .*The agent on this machine was ended by a signal/).waitFor()]);
  assert.equal(await timeline.frame.getByText('Reading the capture').count(), 0, 'a live host is no file that is read');
  await workbench.screenshot('fault-local-agent-killed');
  await workbench.treeItem('Host Local host, connected').waitFor();
  assert.ok(local().length === 1 && !killed.some((pid) => local().includes(pid)), 'another agent runs');
  await workbench.itemAction('Host Local host, connected', 'Disconnect from Host');
  await workbench.treeItem('Host Local host, not connected').waitFor();
  for (const end = Date.now() + 60_000; local().length > 0 && Date.now() < end;) await workbench.page.waitForTimeout(100);
  assert.deepEqual(local(), [], 'no agent is left');
});

/** Opens a file that shows nothing but a message. */
async function saysInstead(name: string, title: RegExp, message: RegExp, picture: string): Promise<void> {
  await workbench.openFile(name);
  const alert = workbench.webview().getByRole('alert');
  await alert.getByText(title).waitFor();
  assert.match(await alert.textContent() ?? '', message);
  await workbench.screenshot(picture);
}

fault('an empty file says that it is empty, and what may have happened', () =>
  saysInstead('empty.scap', /empty\.scap shows nothing/, /is empty: it has no bytes\.\s*The recording may have been stopped.*record again, or copy the file again/, 'fault-empty-file'));

fault('a file that is no capture says so, and what to check', () =>
  saysInstead('letter.scap', /letter\.scap shows nothing/, /This is no capture file: it begins with .*\s+Nothing of it can be shown\. Check that it is a capture/, 'fault-no-capture'));

for (const name of ['cut-plain.scap', 'cut-packed.scap']) {
  fault(`${name} shows the events that are left, and says that it is cut`, async () => {
    await workbench.command('Notifications: Clear All Notifications');
    await workbench.openFile(name);
    await timeline.rows().first().waitFor();
    await workbench.notification(new RegExp(`${name}: .*What could be read is shown\\. Copy or record the capture again`)).waitFor();
    assert.equal(await workbench.page.locator('.notifications-toasts .notification-list-item', { hasText: name }).count(), 1, 'one message for all that is wrong');
    await timeline.banner.getByText(/What could be read is shown/).waitFor();
    await workbench.screenshot(`fault-${name.replace('.scap', '')}`);
  });
}
