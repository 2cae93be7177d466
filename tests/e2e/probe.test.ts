// What is asked of the probe, in the real VS Code with the packaged extension: kernel counters of a real container, the order of calls under way, the capture
// profile, and what is left out under overload. This machine, live, told in steps.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { runContainer, whyNoDocker, type TestContainer } from './docker.ts';
import { processesWith } from './processes.ts';
import { steps } from './steps.ts';
import { whyNoVscode } from './vscodeServer.ts';
import { openWindow, useTheme, type TestWindow } from './window.ts';
import type { Workbench } from './workbench.ts';

const skip = whyNoVscode() ?? whyNoDocker() ?? (process.getuid?.() === 0 ? false : 'the probe needs root');
const CONTAINER = 'porthole-e2e-busy-1';
/** As many calls as a processor makes, and failing ones. */
const BUSY = 'while true; do cat /nowhere 2>/dev/null; dd if=/dev/zero of=/dev/null bs=1 count=200000 2>/dev/null; done';

let window: TestWindow | undefined;
let workbench: Workbench;
let container: TestContainer | undefined;

before(async () => {
  if (skip !== false) return;
  container = runContainer({ name: CONTAINER, command: ['sh', '-c', BUSY] });
  // A ring that such a container fills.
  window = await openWindow({ settings: { 'porthole.ringKilobytes': 64 } });
  ({ workbench } = window);
});
after(async () => {
  container?.remove();
  await window?.close();
});

const step = steps({ skip, async onFailure(name) { await workbench.screenshot(`probe-failed-${name.replace(/\W+/g, '-').slice(0, 50)}`); process.stderr.write(`${workbench.console.slice(-20).join('\n')}\n`); } });
const status = (text: RegExp) => workbench.page.locator('.part.statusbar .statusbar-item', { hasText: text }).first();

step('counts what the container does', async () => {
  await workbench.activity('Porthole');
  await workbench.command('Porthole: Connect to Host');
  await workbench.pick(/This Machine|local/i);
  await workbench.treeItem(/porthole-e2e-busy-1/).waitFor();
  await workbench.command('Porthole: Kernel Counters');
  const row = new RegExp(`^Container ${CONTAINER}, CPU `);
  await workbench.pane('Kernel Counters').getByRole('treeitem', { name: row }).waitFor();
  await workbench.command('Porthole: Sort Kernel Counters by');
  await workbench.pick('Time on processors');
  await workbench.expand(row);
  await workbench.pane('Kernel Counters').getByRole('treeitem', { name: /^read, [\d,]+ calls, \d+ failed, .*, median / }).waitFor();
  await workbench.screenshot('probe-counters-dark');
});

step('copies the counters as CSV', async () => {
  await workbench.command('Porthole: Copy Kernel Counters as CSV');
  const read = (): Promise<string> => workbench.page.evaluate(() => navigator.clipboard.readText());
  for (let i = 0; i < 300 && !(await read()).includes(CONTAINER); i++) await workbench.page.waitForTimeout(100);
  const lines = (await read()).split('\r\n');
  assert.match(lines[0] ?? '', /^containerId,container,call,elapsedNs,calls,errors,bytes,/);
  assert.ok(lines.some((line) => new RegExp(`^[0-9a-f]{12},${CONTAINER},read,\\d+,\\d+,`).test(line)));
});

step('shows calls under way in another order', async () => {
  await workbench.command('Porthole: Sort Calls Under Way');
  await workbench.pick('By call');
  await workbench.command('Porthole: Show Calls Under Way');
  const pane = workbench.pane('Calls Under Way');
  await pane.getByRole('treeitem', { name: /^Call \w+, \d+ waiting, the longest / }).first().waitFor();
  await workbench.command('Porthole: Sort Calls Under Way');
  await workbench.pick('The longest first');
  await pane.getByRole('treeitem', { name: /^(Process|Thread) .*, on the host$/ }).first().waitFor();
  await workbench.screenshot('probe-calls-longest');
});

step('captures failures only, says so in the status bar, and goes back', async () => {
  await workbench.command('Porthole: Capture Profile');
  await workbench.pick('Failures Only');
  await workbench.pick('Capture This from Now On');
  await status(/\/s.*failures only/).waitFor();
  await workbench.screenshot('probe-profile');
  await status(/\/s.*failures only/).click();
  await workbench.pick('Back to the Profile Before');
  await status(/\/s.*failures only/).waitFor({ state: 'detached' });
});

step('captures one container alone, by its name; also after the agent was ended and another one answers', async () => {
  await workbench.command('Porthole: Capture Profile');
  await workbench.pick('Containers…');
  await workbench.pick(CONTAINER);
  await workbench.page.keyboard.press('Enter');
  await workbench.pick('Capture This from Now On');
  const alone = status(new RegExp(`/s.*container ${CONTAINER}`));
  await alone.waitFor();
  const agents = (): number[] => processesWith((argument) => argument.startsWith(`${window?.serverRoot}/`) && argument.endsWith('dist/agent/main.cjs'));
  const [agent] = agents();
  assert.ok(agent !== undefined, 'an agent runs');
  process.kill(agent, 'SIGKILL');
  await workbench.treeItem('Host Local host, reconnecting').waitFor();
  await workbench.treeItem('Host Local host, connected').waitFor();
  assert.ok(!agents().includes(agent));
  await alone.waitFor();
  await workbench.screenshot('probe-profile-kept');
  await alone.click();
  await workbench.pick('Back to the Profile Before');
  await alone.waitFor({ state: 'detached' });
});

step('says in the status bar what is left out under overload, what that came to, and asks for all again', async () => {
  await workbench.command('Porthole: Show What Is Left Out Under Overload');
  await workbench.pick('Leave Out Under Overload');
  await status(/left out since \d\d:\d\d:\d\d: all calls that change/).waitFor();
  await useTheme(workbench, 'Default Light Modern');
  // What the reads come to is counted from the next second on.
  const left = workbench.page.locator('.quick-input-widget .monaco-list-row', { hasText: new RegExp(`${CONTAINER} · (read|write)`) }).first();
  for (let tries = 0; tries < 20 && !await left.isVisible(); tries++) {
    await workbench.page.keyboard.press('Escape');
    await status(/left out since/).click();
    await left.waitFor({ timeout: 2000 }).catch(() => undefined);
  }
  await left.waitFor();
  await workbench.screenshot('probe-overload-light');
  await workbench.pick('Never Leave Anything Out');
  await status(/left out since/).waitFor({ state: 'detached' });
});

step('can be read in a light window too', async () => {
  await workbench.command('Porthole: Kernel Counters');
  await workbench.pane('Kernel Counters').getByRole('treeitem', { name: new RegExp(`^Container ${CONTAINER}, CPU `) }).waitFor();
  await workbench.screenshot('probe-counters-light');
});
