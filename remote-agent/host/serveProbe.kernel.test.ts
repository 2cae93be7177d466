// What a client asks of a running probe: left out under overload and asked for again, counted, narrowed to some calls. Needs root and a kernel that takes the probe.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test, type TestContext } from 'node:test';
import { CALL_BITS, SYSCALLS } from '../../driver/schema/index.ts';
import { ServiceError } from '../protocol/server.ts';
import { loadAddon, ProbeProblem } from './addon.ts';
import { openLive, type LiveSource } from './liveSource.ts';
import { checkedWish, counted, NO_WISH, wishedProfile } from './serveProbe.ts';
import { containerOfPath } from './serveCounters.ts';
import { STEPS } from './probeOverload.ts';

const skip = whyNot();
function whyNot(): string | false {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'SKIPPED: needs root on Linux';
  try { loadAddon(); return false; } catch (error) { return `SKIPPED: ${error instanceof ProbeProblem ? error.message : String(error)}`; }
}
const timeout = 120_000;
const nrOf = (name: string): number => SYSCALLS.find((s) => s.name === name)?.[process.arch === 'arm64' ? 'arm64' : 'x64'] ?? assert.fail(name);

async function live(t: TestContext, options: { readonly spare?: boolean; readonly ringBytes?: number } = {}): Promise<LiveSource> {
  const source = await openLive({ historyBytes: 16 << 20, ringBytes: 1 << 20, ...options });
  t.after(async () => { await source.close(); });
  assert.ok(source.probe, JSON.stringify(source.session.problems));
  return source;
}
/** A program that makes calls until the test ends. */
function busy(t: TestContext, line: string): void {
  const child = spawn('sh', ['-c', line], { stdio: 'ignore', detached: true });
  t.after(() => { try { process.kill(-(child.pid ?? 0), 'SIGKILL'); } catch { /* it has ended */ } });
}
async function until<T>(look: () => T | undefined | false): Promise<T> {
  for (let i = 0; i < 1000; i++) { const found = look(); if (found !== undefined && found !== false) return found; await new Promise((resolve) => { setTimeout(resolve, 50); }); }
  return assert.fail(`not seen: ${look.toString()}`);
}

test('left out under overload: said since when, by call; widened at once, and not narrowed again with the rule off', { skip, timeout }, async (t) => {
  const source = await live(t, { spare: true, ringBytes: 1 << 16 }), { session, control } = source;
  assert.deepEqual(session.status().asked, { spare: true, leftOut: [], sinceNs: -1, wish: NO_WISH, containerNames: [] });
  busy(t, 'while :; do dd if=/dev/zero of=/dev/null bs=1 count=100000000; done');
  // At the last step, reads and writes themselves are left out.
  await until(() => session.status().asked?.leftOut.length === STEPS.length - 1);
  const asked = session.status().asked;
  assert.equal(asked?.leftOut[0], 'switches of the scheduler, page faults, contents of reads and writes');
  assert.ok(asked.sinceNs >= 0 && asked.sinceNs <= session.nowNs);
  const row = await until(() => control.leftOut().find(({ call }) => call === 'read'));
  assert.ok(row.count > 0 && typeof row.container === 'string');
  await until(() => session.status().losses.find(({ cause }) => cause === 'left out to spare the host'));
  control.setOverload({ spare: false });
  assert.deepEqual(session.status().asked, { spare: false, leftOut: [], sinceNs: -1, wish: NO_WISH, containerNames: [] });
  assert.equal(session.problems.some(({ code }) => code === 'overload'), false);
  const before = session.status().events;
  await until(() => session.status().events > before);
});

test('counted while asked for: calls of the host, and time on processors; anew from nothing', { skip, timeout }, async (t) => {
  const { control } = await live(t);
  control.counters(false);
  busy(t, 'while :; do dd if=/dev/zero of=/dev/null bs=1 count=1000; done');
  const found = await until(() => { const now = control.counters(false); return now.calls.some(({ call, calls }) => call === 'read' && calls > 1000) && now.containers.some(({ runNs }) => runNs > 1e7) && now; });
  const read = found.calls.filter(({ call }) => call === 'read').sort((a, b) => b.calls - a.calls)[0];
  assert.ok(read !== undefined && read.bytes > 0 && read.p50Ns > 0 && read.p99Ns >= read.p50Ns && read.ns > 0);
  assert.equal(new Set(found.calls.map(({ containerId, call }) => `${containerId} ${call}`)).size, found.calls.length, 'one row for each container and call');
  assert.ok(found.containers.some(({ minorFaults, switches }) => minorFaults > 0 && switches > 0));
  assert.ok(found.elapsedNs > 0 && found.totalCalls >= found.calls.length);
  assert.deepEqual(control.counters(true).calls.filter(({ call }) => call === 'dup3'), []);
  assert.ok(control.counters(false).elapsedNs < found.elapsedNs + 60e9);
});

test('only some calls, and back to all', { skip, timeout }, async (t) => {
  const { control, session } = await live(t);
  control.setWish({ ...NO_WISH, calls: ['getdents64'], snaplen: 0 });
  assert.deepEqual(session.status().asked?.wish.calls, ['getdents64']);
  // What was in the ring before is still taken in.
  await new Promise((resolve) => { setTimeout(resolve, 500); });
  const from = session.history.firstRow + session.history.rowCount;
  busy(t, 'while :; do ls /; dd if=/dev/zero of=/dev/null bs=1 count=50; sleep 0.1; done');
  const names = (): Set<string> => {
    const page = session.page({ startNs: 0, endNs: 1e18, fromRow: from, direction: 'forward', count: 5000 }, 'evt.type in (getdents64, write, nanosleep)');
    while (!page.advance(10_000));
    return new Set(page.result().rows.map(({ name }) => name));
  };
  await until(() => names().has('getdents64'));
  assert.deepEqual([...names()], ['getdents64']);
  control.setWish(NO_WISH);
  await until(() => names().has('write'));
});

test('what comes over the wire is checked', () => {
  const refused = (change: object): RegExp | undefined => { try { checkedWish({ ...NO_WISH, ...change }); return undefined; } catch (error) { assert.ok(error instanceof ServiceError); return new RegExp(error.message.slice(0, 20)); } };
  for (const change of [{ calls: ['no such'] }, { calls: 'read' }, { containers: [''] }, { containers: [7] }, { snaplen: 5000 }, { snaplen: 1.5 }, { slowerThanNs: -1 }, { slowerThanNs: Number.NaN }]) assert.ok(refused(change), JSON.stringify(change));
  assert.deepEqual(checkedWish({ ...NO_WISH, calls: ['read', 'read'], containers: ['0123456789ab'] }), { ...NO_WISH, calls: ['read'], containers: ['0123456789ab'] });
});

test('a wish as a profile: what names things comes always; counting changes nothing of what is recorded', () => {
  assert.deepEqual(wishedProfile(NO_WISH), {});
  const { calls, failedOnly } = wishedProfile({ ...NO_WISH, calls: ['read'], failedOnly: true });
  const at = (name: string): number => (calls?.[nrOf(name)] ?? 0) & (CALL_BITS.event | CALL_BITS.always);
  assert.deepEqual([at('read'), at('write'), at('futex'), at('execve'), at('close')], [CALL_BITS.event, 0, 0, CALL_BITS.event | CALL_BITS.always, CALL_BITS.event | CALL_BITS.always]);
  assert.equal(failedOnly, true);
  const both = counted({ calls: calls ?? assert.fail() }).calls;
  assert.deepEqual([(both?.[nrOf('futex')] ?? 0) & 3, (both?.[nrOf('read')] ?? 0) & 3], [CALL_BITS.count, CALL_BITS.event | CALL_BITS.count]);
  assert.equal((counted({}).calls?.[nrOf('read')] ?? 0) & 3, 3);
});

test('a control group below a container\'s is the container\'s', () => {
  const id = 'a'.repeat(64);
  assert.deepEqual([`/system.slice/docker-${id}.scope/init/x`, '/system.slice/ssh.service', ''].map(containerOfPath), ['a'.repeat(12), '', '']);
});
