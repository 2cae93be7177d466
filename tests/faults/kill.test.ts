// The agent is killed at any moment of its life, again and again: nothing of its probe stays in the kernel, and the next one works.
// PORTHOLE_KILLS=100 makes the long form, PORTHOLE_SEED repeats the moments of another run.
import assert from 'node:assert/strict';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../../remote-agent/host/agentSupport.test.ts';
import { GetCounters, GetStatus, SetCaptureWish, type Status } from '../../remote-agent/protocol/messages.ts';
import { BUILT_AGENT, startBuilt, type BuiltAgent } from '../builtAgent.ts';
import { chance, seedOf } from '../seed.ts';
import { idsOf, idsOfAll, idsOfKernel, tell, whyNoIds, type Ids } from './probeFiles.ts';

const noIds = whyNoIds();
const skip = process.getuid?.() !== 0 ? 'SKIPPED: the probe needs root' : !existsSync('/sys/kernel/btf/vmlinux') ? 'SKIPPED: this kernel has no BTF'
  : !existsSync(BUILT_AGENT) ? 'SKIPPED: dist/agent is not built (npm run build)' : noIds !== undefined ? `SKIPPED: ${noIds}` : false;
const KILLS = Number(process.env['PORTHOLE_KILLS'] ?? 10);
/** Until an agent of this machine has said hello it takes some hundred ms; moments lie before, while and after it loads its probe. */
const LONGEST_MS = 1200;

const folder = mkdtempSync(join(tmpdir(), 'porthole-kill-'));
const running = new Set<ChildProcess>();
after(() => { for (const child of running) child.kill('SIGKILL'); rmSync(folder, { recursive: true, force: true }); });

interface Agent extends BuiltAgent { status(): Promise<Status> }
function start(): Agent {
  const agent = startBuilt(folder, ['--history', '16']);
  running.add(agent.child);
  agent.child.once('exit', () => { running.delete(agent.child); });
  return { ...agent, status: () => agent.connection.sendRequest(GetStatus) };
}

/** Has it load all that it may: what counts in the kernel, and what makes events that are no calls; and asks for less of the rest. */
async function busy({ hello, connection }: Agent): Promise<void> {
  await hello;
  await Promise.all([
    connection.sendRequest(GetCounters, {}),
    connection.sendRequest(SetCaptureWish, { containers: ['000000000000'], calls: ['openat', 'execve'], failedOnly: true, slowerThanNs: 1000, snaplen: 200, switches: true, pageFaults: true }),
  ]);
}

/** It works: no problem with the probe, and events come. */
async function works(agent: Agent): Promise<void> {
  assert.deepEqual((await agent.hello).problems.filter(({ code }) => code !== 'docker').map(({ message }) => message), []);
  const { events } = await agent.status();
  execFile('true', () => undefined);
  assert.ok(await until(() => agent.status(), (status) => status.events > events).then((status) => status.events > events), 'no event came');
}

/** Nothing of these is in the kernel any more. */
async function gone(held: Ids): Promise<void> { assert.equal(await until(() => tell(held, idsOfKernel()), (left) => left === ''), ''); }

test(`${String(KILLS)} agents killed at random moments leave nothing, and the next one works`, { skip, timeout: 60_000 + KILLS * 30_000 }, async (t) => {
  const random = chance(seedOf());
  t.diagnostic(`PORTHOLE_SEED=${random.seed}`);
  const before = idsOfKernel();
  const moments = { 'before the probe': 0, 'while loading': 0, 'with the probe attached': 0, 'with counters and a profile': 0 };
  for (let i = 0; i < KILLS; i++) {
    const agent = start();
    let all = false;
    if (random.next() < 0.5) busy(agent).then(() => { all = true; }, () => undefined);
    const load = random.next() < 0.5 ? spawn('sh', ['-c', 'while :; do /bin/true; done'], { stdio: 'ignore' }) : undefined;
    await delay(random.next() * LONGEST_MS);
    // On a busy machine few would come so far by then; every fifth is waited for.
    if (i % 5 === 4) { await busy(agent); all = true; }
    // Half of them stand still first, so that what they hold at that very moment can be read.
    const still = random.next() < 0.5;
    let held: Ids | undefined;
    if (still) { agent.child.kill('SIGSTOP'); await until(() => isStopped(agent.pid), (is) => is); held = idsOf(agent.pid); }
    agent.child.kill('SIGKILL');
    assert.equal(await agent.ended, 'SIGKILL');
    load?.kill('SIGKILL');
    if (held === undefined) continue;
    moments[held.map.size === 0 ? 'before the probe' : held.link.size === 0 ? 'while loading' : all ? 'with counters and a profile' : 'with the probe attached']++;
    await gone(held);
  }
  t.diagnostic(Object.entries(moments).map(([moment, count]) => `${moment}: ${count}`).join(', '));
  // Those that were killed on the run: whatever is attached, new and held by nobody belonged to one of them (or to others that are just ending: they get their time).
  const attached = ({ prog, link }: Ids): Ids => ({ prog, link, map: new Set(), btf: new Set() });
  const left = await until(() => tell(attached(idsOfKernel()), undefined, before, idsOfAll()), (text) => text === '', 250);
  assert.equal(left, '', 'objects that no process holds');
  assert.deepEqual(readdirSync(folder), [], 'files left behind');
  const last = start();
  await works(last);
  const held = idsOf(last.pid);
  last.child.stdin?.end();
  assert.equal(await last.ended, '0');
  await gone(held);
});

for (const signal of ['SIGSEGV', 'SIGABRT', 'SIGQUIT', 'SIGTERM', 'SIGHUP'] as const) {
  test(`an agent that ends by ${signal} leaves nothing`, { skip, timeout: 120_000 }, async () => {
    const agent = start();
    await works(agent);
    const held = idsOf(agent.pid);
    assert.ok(held.prog.size > 0 && held.map.size > 0 && held.link.size > 0, tell(held));
    assert.equal(tell(held, idsOfKernel()), tell(held));
    agent.child.kill(signal);
    assert.equal(await agent.ended, signal === 'SIGTERM' || signal === 'SIGHUP' ? '0' : signal);
    await gone(held);
  });
}

/** All its threads stand still (proc(5), state T). */
function isStopped(pid: number): boolean {
  try { return readdirSync(`/proc/${pid}/task`).every((tid) => existsSync(`/proc/${pid}/task/${tid}/stat`) && / T /.test(stat(pid, tid))); } catch { return true; }
}
function stat(pid: number, tid: string): string { return readFileSync(`/proc/${pid}/task/${tid}/stat`, 'utf8').replace(/^.*\)/s, ''); }
