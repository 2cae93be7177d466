// Kernel test: what the probe does beside capturing: losses counted exactly, calls under way, what is left out, errors, the end.
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { programsOf, stillLoaded, whyNoIds } from '../../tests/faults/probeFiles.ts';
import { KERNEL_LOSSES, SYSCALLS } from '../schema/index.ts';
import { cannotRun, openProbe, Recorder } from './recorder.ts';

const skip = cannotRun() ?? false;
const numbers = SYSCALLS.map((s) => s[process.arch === 'x64' ? 'x64' : 'arm64']).filter((nr) => nr >= 0);
const nrOf = (name: string): number => SYSCALLS.find((s) => s.name === name)?.[process.arch === 'x64' ? 'x64' : 'arm64'] ?? assert.fail(name);
const code = (error: unknown): unknown => (error as { code?: unknown }).code;

/** The call that a thread waits in, by its name; '' where it waits in none. */
function callOf(tid: number): string {
  let number = NaN;
  try { number = Number.parseInt(readFileSync(`/proc/${String(tid)}/syscall`, 'utf8'), 10); } catch { /* it has not begun, or has ended */ }
  return SYSCALLS.find((s) => s[process.arch === 'x64' ? 'x64' : 'arm64'] === number)?.name ?? '';
}

/** A control group of the test's own, so that nobody else's events count; undefined where there is no v2 hierarchy to make one in. */
function ownCgroup(): { path: string; id: bigint } | undefined {
  const mount = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'].find((path) => existsSync(join(path, 'cgroup.subtree_control')));
  if (mount === undefined) return undefined;
  const path = join(mount, `porthole-test-${String(process.pid)}`);
  try { mkdirSync(path); } catch { return undefined; }
  return { path, id: statSync(path, { bigint: true }).ino };
}

test('what does not fit the ring is counted: delivered + lost = made', { skip }, async (t) => {
  const cgroup = ownCgroup();
  if (cgroup === undefined) { t.skip('KERNEL TEST SKIPPED: no cgroup v2 in which to make a group'); return; }
  const recorder = new Recorder({ ringBytes: 1 << 20 });
  try {
    // Captured: one kind of call, by one process, and that process's end.
    const call = nrOf('getpriority'), made = 200_000 + 1;
    recorder.probe.setUnwantedCalls(numbers.filter((nr) => nr !== call));
    recorder.probe.setCgroups([cgroup.id]);
    await delay(20);
    await recorder.drained();
    recorder.events.length = 0;
    recorder.probe.holdReader(true);
    const before = { losses: recorder.probe.stats().losses, delivered: recorder.delivered };
    execFileSync('sh', ['-c', `echo $$ > ${cgroup.path}/cgroup.procs; exec ${recorder.helper} many ${recorder.folder}`]);
    const lost = recorder.probe.stats().losses.map((count, i) => count - (before.losses[i] ?? 0));
    assert.equal(recorder.delivered, before.delivered, 'the reader was held');
    recorder.probe.holdReader(false);
    await recorder.drained();
    const delivered = recorder.delivered - before.delivered, full = lost[KERNEL_LOSSES.indexOf('ring full')] ?? 0;
    assert.ok(full > 100_000, `${String(full)} lost: the ring was too large`);
    assert.ok(delivered > 5_000, `${String(delivered)} delivered`);
    assert.equal(lost.reduce((sum, count) => sum + count, 0), full, 'no other cause');
    assert.equal(delivered + full, made);
    assert.equal(recorder.events.length, delivered);
    assert.ok(recorder.events.every((e) => e.cgroup === cgroup.id));
  } finally {
    recorder.close();
    rmdirSync(cgroup.path);
  }
});

test('a call under way is listed with its start and arguments', { skip }, async () => {
  const probe = openProbe({});
  const sleeper = spawn('sleep', ['300']);
  try {
    // Before the probe looks, it is asleep: whoever runs another program still would have that under way.
    for (let i = 0; i < 3000 && !/nanosleep|restart_syscall/.test(callOf(sleeper.pid ?? 0)); i++) await delay(10);
    probe.start(() => undefined);
    sleeper.kill('SIGSTOP');
    sleeper.kill('SIGCONT');  // it restarts its sleep: a call that begins under the probe's eyes
    let found;
    for (let i = 0; i < 2000 && found === undefined; i++) { await delay(10); found = probe.inflight().find((call) => call.tid === sleeper.pid); }
    assert.ok(found !== undefined, 'the sleep is not listed');
    assert.ok([nrOf('clock_nanosleep'), nrOf('nanosleep'), nrOf('restart_syscall')].includes(found.nr), `call ${String(found.nr)}`);
    const age = BigInt(Date.now()) * 1_000_000n - found.startNs;
    assert.ok(age > -5_000_000n && age < 60_000_000_000n, `began ${String(age)} ns ago`);
    assert.equal(found.args.length, 6);
    sleeper.kill();
    for (let i = 0; i < 2000 && probe.inflight().some((call) => call.tid === sleeper.pid); i++) await delay(10);
    assert.ok(!probe.inflight().some((call) => call.tid === sleeper.pid), 'still listed after its end');
  } finally {
    sleeper.kill('SIGKILL');
    probe.close();
  }
});

test('the process that reads is not traced; a pause collects nothing', { skip }, async () => {
  const recorder = new Recorder();
  try {
    readFileSync('/etc/hostname');
    await recorder.make('open');
    assert.ok(!recorder.events.some((e) => e.params['pid'] === process.pid || e.tid === process.pid));
    recorder.probe.pause();
    await delay(20);
    await recorder.drained();
    const before = recorder.delivered;
    execFileSync(recorder.helper, ['getuid', recorder.folder]);
    await recorder.drained();
    assert.equal(recorder.delivered, before);
    recorder.probe.resume();
    const { events } = await recorder.make('getuid');
    assert.ok(events.some((e) => e.def.name === 'getuid'));
  } finally {
    recorder.close();
  }
});

test('the snap length decides how much data is kept, up to 4,096 bytes', { skip }, async () => {
  const recorder = new Recorder({ snaplen: 7 });
  try {
    const data = async (): Promise<unknown> => (await recorder.make('write-big')).events.find((e) => e.def.name === 'write' && e.params['size'] === 200)?.params['data'];
    assert.equal(await data(), 'B'.repeat(7));
    recorder.probe.setSnaplen(150);
    assert.equal(await data(), 'B'.repeat(150));
    recorder.probe.setSnaplen(100_000);
    assert.equal(await data(), 'B'.repeat(200));
    recorder.probe.setSnaplen(0);
    assert.equal(await data(), '');
  } finally {
    recorder.close();
  }
});

test('only the control groups that are asked for', { skip }, async () => {
  const recorder = new Recorder();
  try {
    recorder.probe.setCgroups([123456789n]);
    await delay(20);
    await recorder.drained();
    const before = recorder.delivered;
    execFileSync(recorder.helper, ['getuid', recorder.folder]);
    await recorder.drained();
    assert.equal(recorder.delivered, before);
    recorder.probe.setCgroups(null);
    assert.ok((await recorder.make('getuid')).events.length > 0);
  } finally {
    recorder.close();
  }
});

test('a kernel without type information is told apart', { skip }, () => {
  process.env['PORTHOLE_BTF_PATH'] = '/nonexistent/btf';
  try { assert.throws(() => openProbe({}), (error) => code(error) === 'ENOBTF' && /CONFIG_DEBUG_INFO_BTF/.test(String(error))); } finally { delete process.env['PORTHOLE_BTF_PATH']; }
});

test('without permission the error says what is needed', { skip }, async () => {
  const addon = new URL('../../dist/agent/porthole.node', import.meta.url).pathname;
  const script = `process.setgid(65534); process.setuid(65534); try { require(${JSON.stringify(addon)}).openProbe({}); } catch (e) { console.log(e.code + ' ' + e.message); }`;
  // The addon is read before the privileges go, as its folder may be closed to others.
  const output = await new Promise<string>((resolve, reject) => { execFile(process.execPath, ['-e', `require(${JSON.stringify(addon)}); ${script}`], (error, stdout) => { if (error) reject(error); else resolve(stdout); }); });
  assert.match(output, /^EPERM .*needs root/);
});

const noTool = whyNoIds();
test('nothing stays in the kernel when the process is killed', { skip: skip === false && noTool !== undefined ? `KERNEL TEST SKIPPED: ${noTool}` : skip }, async () => {
  const addon = new URL('../../dist/agent/porthole.node', import.meta.url).pathname;
  const child = spawn(process.execPath, ['-e', `const p = require(${JSON.stringify(addon)}).openProbe({}); p.start(() => {}); console.log('on'); setInterval(() => {}, 1000)`]);
  await new Promise((resolve) => { child.stdout.once('data', resolve); });
  // Its own programs, by their ids: those of others come and go.
  const programs = programsOf(child.pid ?? 0);
  assert.ok(programs.length > 0);
  assert.deepEqual(stillLoaded(programs), programs);
  child.kill('SIGKILL');
  for (let i = 0; i < 1500 && stillLoaded(programs).length > 0; i++) await delay(20);
  assert.deepEqual(stillLoaded(programs), []);
});

/** Runs a script with `probe` open in a process of its own; gives its output and exit code. */
async function alone(script: string): Promise<{ output: string; code: number | null }> {
  const addon = new URL('../../dist/agent/porthole.node', import.meta.url).pathname;
  const child = spawn(process.execPath, ['-e', `const probe = require(${JSON.stringify(addon)}).openProbe({}); ${script}`], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (data: Buffer) => { output += data.toString(); });
  child.stderr.on('data', (data: Buffer) => { output += data.toString(); });
  const kill = setTimeout(() => { child.kill('SIGKILL'); }, 120_000);
  const code = await new Promise<number | null>((resolve) => { child.once('close', resolve); });
  clearTimeout(kill);
  return { output, code };
}

test('a consumer that is too slow does not starve the rest of its process', { skip }, async () => {
  const { output, code } = await alone(`let n = 0; probe.start(() => { n++; const end = Date.now() + 50; while (Date.now() < end); });
    let ticks = 0; const t = setInterval(() => { if (++ticks >= 10 && n > 0) { clearInterval(t); console.log('ticked'); probe.close(); } }, 20);`);
  assert.match(output, /^ticked$/m);
  assert.equal(code, 0);
});

test('an exception of the consumer is an uncaught one; closing within a batch is safe', { skip }, async () => {
  const thrown = await alone('probe.start(() => { throw new Error("boom"); });');
  assert.match(thrown.output, /Error: boom/);
  assert.notEqual(thrown.code, 0);
  const closed = await alone('let n = 0; probe.start(() => { if (++n === 3) { probe.close(); console.log("closed"); } });');
  assert.deepEqual(closed, { output: 'closed\n', code: 0 });
});

test('a closed probe says so, and closes twice', { skip }, () => {
  const probe = openProbe({});
  probe.close();
  probe.close();
  assert.throws(() => probe.stats(), (error) => code(error) === 'ESTATE');
});
