// Kernel test: counters by control group and call: exact, with lengths, without any event.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, rmdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { CallCounter, Probe } from '../../remote-agent/addon/porthole.d.ts';
import { addCounters } from '../../remote-agent/host/probeCounters.ts';
import { CALL_BITS, SYSCALLS } from '../schema/index.ts';
import { cannotRun, Recorder } from './recorder.ts';

const skip = cannotRun() ?? false;
const arch = process.arch === 'arm64' ? 'arm64' : 'x64';
const nrOf = (name: string): number => SYSCALLS.find((s) => s.name === name)?.[arch] ?? assert.fail(name);
const every = (bits: number): Uint8Array => new Uint8Array(512).fill(bits);
const { event, count, bytes, leftOut } = CALL_BITS;
const noGroups = 'KERNEL TEST SKIPPED: no cgroup v2 in which to make a group';

function ownGroup(name: string): { path: string; id: bigint } | undefined {
  const mount = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'].find((path) => existsSync(join(path, 'cgroup.subtree_control')));
  if (mount === undefined) return undefined;
  const path = join(mount, `porthole-${name}-${String(process.pid)}`);
  try { mkdirSync(path); } catch { return undefined; }
  return { path, id: statSync(path, { bigint: true }).ino };
}

function counterOf(probe: Probe, group: bigint, call: string): CallCounter | undefined {
  return addCounters(probe.counters()).find((c) => c.cgroup === group && c.nr === nrOf(call) && !c.narrow);
}

test('calls made = calls counted, by group; no event is made of them', { skip }, async (t) => {
  const group = ownGroup('count');
  if (group === undefined) { t.skip(noGroups); return; }
  const recorder = new Recorder();
  try {
    recorder.probe.setProfile({ calls: every(count | bytes), threadEnds: false, signals: false });
    await recorder.drained();
    const before = recorder.delivered;
    execFileSync('sh', ['-c', `echo $$ > ${group.path}/cgroup.procs; exec ${recorder.helper} many ${recorder.folder}`]);
    const many = counterOf(recorder.probe, group.id, 'getpriority') ?? assert.fail('not counted');
    assert.equal(many.calls, 200_000);
    assert.equal(many.errors, 0);
    assert.equal(many.leftOut, 0);
    assert.equal(many.untimed, 0);
    assert.equal(many.lengths.reduce((sum, n) => sum + n, 0), many.calls);
    assert.ok(many.ns > 0);
    // Most of them are quick: below 32 microseconds, however busy the machine is.
    assert.ok(many.lengths.slice(0, 9).reduce((sum, n) => sum + n, 0) > 190_000, String(many.lengths));
    assert.equal(recorder.delivered, before);
    assert.ok(recorder.probe.forgetCounters([group.id]) > 0);
    assert.equal(counterOf(recorder.probe, group.id, 'getpriority'), undefined);
  } finally { recorder.close(); rmdirSync(group.path); }
});

test('calls of thousands of threads at once are counted with their lengths, and listed while they last', { skip }, async (t) => {
  const group = ownGroup('threads'), folder = mkdtempSync(join(tmpdir(), 'porthole-threads-')), program = join(folder, 'threads');
  const recorder = new Recorder(), THREADS = 3000, CALLS = 20;
  try {
    if (group === undefined) { t.skip(noGroups); return; }
    execFileSync('cc', ['-O1', '-pthread', '-o', program, fileURLToPath(new URL('threads.c', import.meta.url))]);
    recorder.probe.setProfile({ calls: every(count | bytes), groups: [{ id: group.id, wanted: true, below: false }], threadEnds: false, signals: false });
    await recorder.drained();
    // Twice: what the first ones had, the second get.
    for (let turn = 1; turn <= 2; turn++) {
      const child = spawn('sh', ['-c', `echo $$ > ${group.path}/cgroup.procs; exec ${program} ${THREADS} ${CALLS}`], { stdio: ['pipe', 'pipe', 'inherit'] });
      const over = once(child, 'exit');
      try {
        assert.match(String((await once(child.stdout, 'data'))[0]), /made/);
        const reading = (): number => recorder.probe.inflight().filter((call) => call.nr === nrOf('read') && call.startNs > 0n && call.args[2] === 1n ).length;
        let found = 0;
        for (let i = 0; i < 2000 && (found = reading()) < THREADS; i++) await delay(10);
        assert.ok(found >= THREADS, `${found} of ${THREADS} threads that read are listed`);
      } finally { child.stdin.end(); await over; }
      const many: CallCounter = counterOf(recorder.probe, group.id, 'getpriority') ?? assert.fail('not counted');
      assert.deepEqual([many.calls, many.errors, many.untimed], [turn * THREADS * CALLS, 0, 0]);
    }
  } finally {
    recorder.close();
    rmSync(folder, { recursive: true });
    if (group !== undefined) rmdirSync(group.path);
  }
});

test('errors, bytes and long calls', { skip }, (t) => {
  const group = ownGroup('bytes');
  if (group === undefined) { t.skip(noGroups); return; }
  const recorder = new Recorder();
  try {
    recorder.probe.setProfile({ calls: every(count | bytes), groups: [{ id: group.id, wanted: true, below: false }], threadEnds: false, signals: false });
    execFileSync('sh', ['-c', `echo $$ > ${group.path}/cgroup.procs; cd /nonexistent; cd /; cd /nowhere; exec dd if=/dev/zero of=/dev/null bs=1000 count=50; `], { stdio: 'ignore' });
    const [first, slept] = [counterOf(recorder.probe, group.id, 'chdir') ?? assert.fail(), counterOf(recorder.probe, group.id, 'write') ?? assert.fail()];
    assert.deepEqual([first.calls, first.errors, first.bytes], [3, 2, 0]);
    assert.ok(slept.bytes >= 50_000 && slept.calls >= 50);
    execFileSync('sh', ['-c', `echo $$ > ${group.path}/cgroup.procs; exec sleep 0.1`]);
    const sleep = counterOf(recorder.probe, group.id, 'clock_nanosleep') ?? counterOf(recorder.probe, group.id, 'nanosleep') ?? assert.fail();
    assert.equal(sleep.calls, 1);
    // 0.1 s lies between 2^26 and 2^27 ns: bucket 20 or, on a busy machine, one above.
    assert.ok(sleep.lengths.findIndex((n) => n > 0) >= 20, String(sleep.lengths));
    assert.equal(recorder.probe.counters().some((c) => c.cgroup !== group.id), false, 'others of the host were not asked for');
  } finally { recorder.close(); rmdirSync(group.path); }
});

test('what is left out is counted as such; records of the rest come', { skip }, async (t) => {
  const group = ownGroup('left');
  if (group === undefined) { t.skip(noGroups); return; }
  const recorder = new Recorder();
  try {
    const calls = every(0);
    calls[nrOf('chdir')] = event;
    calls[nrOf('umask')] = leftOut;
    recorder.probe.setProfile({ calls, groups: [{ id: group.id, wanted: true, below: false }], threadEnds: false, signals: false });
    await recorder.drained();
    recorder.events.length = 0;
    execFileSync('sh', ['-c', `echo $$ > ${group.path}/cgroup.procs; cd /; umask 22; umask 27; umask 22`]);
    await recorder.drained();
    assert.deepEqual(recorder.events.map((e) => e.def.name), ['chdir']);
    const umask = counterOf(recorder.probe, group.id, 'umask') ?? assert.fail();
    assert.ok(umask.leftOut >= 3);
    assert.equal(umask.leftOut, umask.calls);
    assert.equal(counterOf(recorder.probe, group.id, 'chdir'), undefined);
  } finally { recorder.close(); rmdirSync(group.path); }
});

test('counters of everybody beside the records of one group', { skip }, async (t) => {
  const group = ownGroup('both'), other = ownGroup('other');
  if (group === undefined || other === undefined) { t.skip(noGroups); return; }
  const recorder = new Recorder();
  try {
    const calls = every(0);
    calls[nrOf('chdir')] = event | count;
    recorder.probe.setProfile({ calls, countAll: true, groups: [{ id: group.id, wanted: true, below: false }], threadEnds: false, signals: false });
    await recorder.drained();
    recorder.events.length = 0;
    for (const { path } of [group, other]) execFileSync('sh', ['-c', `echo $$ > ${path}/cgroup.procs; cd /`]);
    await recorder.drained();
    assert.deepEqual(recorder.events.map((e) => e.cgroup), [group.id]);
    for (const { id } of [group, other]) assert.equal(counterOf(recorder.probe, id, 'chdir')?.calls, 1);
  } finally { recorder.close(); rmdirSync(group.path); rmdirSync(other.path); }
});

test('counters of more groups than have places of their own', { skip }, (t) => {
  const group = ownGroup('places');
  if (group === undefined) { t.skip(noGroups); return; }
  const recorder = new Recorder();
  const made: { path: string; id: bigint }[] = [];
  try {
    recorder.probe.setProfile({ calls: every(count), threadEnds: false, signals: false });
    for (let i = 0; i < 60; i++) { const path = join(group.path, String(i)); mkdirSync(path); made.push({ path, id: statSync(path, { bigint: true }).ino }); }
    // Each shell makes some twenty kinds of calls: more pairs than there are places.
    execFileSync('sh', ['-c', made.map(({ path }) => `(echo $(exec sh -c 'echo $PPID') > ${path}/cgroup.procs; cd /; cd /; cd /; /bin/true)`).join('\n')]);
    const seen = addCounters(recorder.probe.counters());
    for (const { id } of made) assert.equal(seen.find((c) => c.cgroup === id && c.nr === nrOf('chdir'))?.calls, 3);
    assert.equal(recorder.probe.stats().losses.reduce((sum, n) => sum + n, 0), 0);
  } finally { recorder.close(); for (const { path } of made) rmdirSync(path); rmdirSync(group.path); }
});
