// The agent when it is killed, when its ring is too small, and where the kernel has no type information: nothing stays behind, and it says so.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startAgent, statusWhen, until } from '../../remote-agent/host/agentSupport.test.ts';
import { GetDescriptors, GetProcesses, GetStatus, GetTree, GetViewport, type Problem, type Status } from '../../remote-agent/protocol/messages.ts';
import { parseServeArgs } from '../../remote-agent/host/serve.ts';
import { programsOf, stillLoaded, whyNoIds } from './probeFiles.ts';

const skip = process.getuid?.() !== 0 ? 'SKIPPED: the probe needs root' : !existsSync('/sys/kernel/btf/vmlinux') ? 'SKIPPED: this kernel has no BTF' : false;
const noTool = whyNoIds();
const folder = mkdtempSync(join(tmpdir(), 'porthole-faults-'));
after(() => { rmSync(folder, { recursive: true, force: true }); });

/** A machine may well have no engine; that is another story. */
const besideDocker = (problems: readonly Problem[]): readonly Problem[] => problems.filter(({ code }) => code !== 'docker');

test('an agent that is killed leaves nothing in the kernel', { skip: skip !== false ? skip : noTool === undefined ? false : `SKIPPED: ${noTool}`, timeout: 240_000 }, async () => {
  const agent = startAgent([]);
  assert.deepEqual(besideDocker((await agent.hello()).problems), []);
  const programs = programsOf(agent.child.pid ?? 0);
  assert.ok(programs.length > 0, 'the agent holds programs');
  assert.deepEqual(stillLoaded(programs), programs, 'and the kernel has them');
  agent.child.kill('SIGKILL');
  assert.equal(await agent.exit, 'SIGKILL');
  assert.deepEqual(await until(() => stillLoaded(programs), (left) => left.length === 0), []);
  agent.connection.dispose();
});

/** Made of tests/bench/load.c: makes reads as fast as it can. */
function loadProgram(): string | undefined {
  const path = join(folder, 'load');
  try { execFileSync('cc', ['-O2', '-o', path, fileURLToPath(new URL('../bench/load.c', import.meta.url))], { stdio: 'pipe' }); return path; } catch { return undefined; }
}

const CALLS = 300_000;
const sumOf = (parts: readonly { count: number }[]): number => parts.reduce((sum, { count }) => sum + count, 0);

test('--ring: a small ring overflows under a burst; the losses are counted by cause and lie in a gap', { skip, timeout: 240_000 }, async (t) => {
  const load = loadProgram();
  if (load === undefined) { t.skip('SKIPPED: there is no C compiler'); return; }
  const agent = startAgent(['--ring', '64']);
  await agent.hello();
  const before = await agent.connection.sendRequest(GetStatus);
  const losing = statusWhen(agent.connection, (status) => status.lostPerSecond > 0);
  execFileSync(load, ['max', String(CALLS)]);
  assert.ok((await losing).losses.length > 0);
  // Losses are asked of the kernel each second; whatever else runs on this machine may go on losing.
  const counted = (now: Status): number => now.events - before.events + sumOf(now.losses);
  const status = await until(() => agent.connection.sendRequest(GetStatus), (now) => counted(now) >= CALLS, 250);
  const lost = sumOf(status.losses);
  assert.ok(lost > 1000, `${lost} events lost`);
  assert.ok(status.losses.every(({ cause, count }) => cause !== '' && count >= 0), JSON.stringify(status.losses));
  // Calls that were counted and calls that were lost: none has vanished unseen.
  assert.ok(counted(status) >= CALLS, `${status.events - before.events} events and ${lost} lost of ${CALLS} calls`);
  const { gaps } = await agent.connection.sendRequest(GetViewport, { startNs: 0, endNs: status.endNs, filter: '', widthPx: 100, lanes: ['h'] });
  const later = sumOf((await agent.connection.sendRequest(GetStatus)).losses);
  assert.ok(sumOf(gaps) >= lost && sumOf(gaps) <= later, `${lost} <= ${sumOf(gaps)} in gaps <= ${later}`);
  assert.ok(gaps.every((gap) => gap.endNs > gap.startNs));
  assert.equal(await agent.end(), 0);
});

test('--ring takes a number of KiB, a size, or auto', () => {
  assert.deepEqual(['64', '16M', 'auto', '0'].map((size) => parseServeArgs(['--ring', size])), [{ ringBytes: 65536 }, { ringBytes: 16 << 20 }, {}, {}]);
  for (const wrong of ['-64', '2G', 'x', '1e12', '']) assert.match(String(parseServeArgs(['--ring', wrong])), /--ring needs a number of KiB/);
});

test('without BTF: the problem and its remedy are told, and the tree is there all the same', { skip: process.getuid?.() === 0 ? false : 'SKIPPED: needs root', timeout: 240_000 }, async () => {
  const agent = startAgent([], { PORTHOLE_BTF_PATH: '/nowhere/vmlinux' });
  const hello = await agent.hello();
  assert.deepEqual(besideDocker(hello.problems).map(({ code }) => code), ['btf']);
  const [problem] = besideDocker(hello.problems);
  assert.match(problem?.message ?? '', /There are no live events\. This kernel offers no type information: \/nowhere\/vmlinux is not there\..*CONFIG_DEBUG_INFO_BTF=y/);
  assert.match(problem?.remedy ?? '', /Kernels of current distributions are built so/);
  const { containers } = await agent.connection.sendRequest(GetTree);
  assert.ok(containers.some(({ id, processes }) => id === '' && processes > 0));
  const processes = await agent.connection.sendRequest(GetProcesses, { containerId: '' });
  assert.ok(processes.some(({ pid }) => pid === process.pid), 'processes from /proc');
  assert.ok((await agent.connection.sendRequest(GetDescriptors, { pid: process.pid })).length > 2, 'and their descriptors');
  // No event tells of processes that begin and end now; the tree follows all the same.
  const child = spawn('sleep', ['60']);
  const seen = async (): Promise<boolean> => (await agent.connection.sendRequest(GetProcesses, { containerId: '' })).some(({ pid, comm }) => pid === child.pid && comm === 'sleep');
  assert.equal(await until(seen, (is) => is), true, 'a new process');
  child.kill();
  assert.equal(await until(seen, (is) => !is), false, 'and its end');
  assert.equal(await agent.end(), 0);
});
