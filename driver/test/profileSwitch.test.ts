// Kernel test: what the profile before and the profile after both want is neither lost nor counted twice while one takes the other's place.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { CaptureProfile } from '../../remote-agent/addon/porthole.d.ts';
import { addCounters } from '../../remote-agent/host/probeCounters.ts';
import { CALL_BITS, SYSCALLS } from '../schema/index.ts';
import { cannotRun, Recorder } from './recorder.ts';

const skip = cannotRun() ?? false;
const NR = SYSCALLS.find((s) => s.name === 'getpriority')?.[process.arch === 'arm64' ? 'arm64' : 'x64'] ?? assert.fail();
const THREADS = 2, CALLS = 1_500_000;

test('a call that both profiles want is counted once, however often they are exchanged', { skip }, async (t) => {
  const mount = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'].find((path) => existsSync(join(path, 'cgroup.subtree_control')));
  if (mount === undefined) { t.skip('KERNEL TEST SKIPPED: no cgroup v2 in which to make a group'); return; }
  const group = join(mount, `porthole-switch-${String(process.pid)}`);
  mkdirSync(group);
  const recorder = new Recorder();
  try {
    const id = statSync(group, { bigint: true }).ino, program = join(recorder.folder, 'threads');
    execFileSync('cc', ['-O1', '-pthread', '-o', program, fileURLToPath(new URL('threads.c', import.meta.url))]);
    const calls = new Uint8Array(512);
    calls[NR] = CALL_BITS.count;
    const all: CaptureProfile = { calls, threadEnds: false, signals: false };
    recorder.probe.setProfile(all);
    const child = spawn('sh', ['-c', `echo $$ > ${group}/cgroup.procs; exec ${program} ${THREADS} ${CALLS}`], { stdio: ['pipe', 'pipe', 'inherit'] });
    const over = once(child, 'exit'), pid = child.pid ?? assert.fail();
    // Each is told apart by another means: nothing, its group, its process, a group that is left out, and several of these.
    const profiles: readonly CaptureProfile[] = [
      all,
      { ...all, groups: [{ id, wanted: true, below: false }] },
      { ...all, processes: [pid] },
      { ...all, groups: [{ id: 1n << 40n, wanted: false, below: true }], otherGroups: true },
      { ...all, groups: [{ id, wanted: true, below: true }, { id: 1n << 41n, wanted: true, below: true }], processes: [pid, 4_000_000] },
      { ...all, groups: [{ id: 1n << 40n, wanted: true, below: true }], countAll: true },
      { ...all, processes: [4_000_000, pid, 4_000_001] },
    ];
    let made = false, turns = 0;
    child.stdout.once('data', () => { made = true; });
    for (; !made; turns++) {
      // Each follows each of the others at some time.
      recorder.probe.setProfile(profiles[(turns * (1 + Math.floor(turns / profiles.length) % (profiles.length - 1))) % profiles.length] ?? all);
      await new Promise((resolve) => { setImmediate(resolve); });
    }
    const counted = addCounters(recorder.probe.counters()).find((c) => c.cgroup === id && c.nr === NR && !c.narrow)?.calls ?? 0;
    child.stdin.end();
    await over;
    t.diagnostic(`${String(turns)} changes of profile`);
    assert.ok(turns > 2 * profiles.length, `only ${String(turns)} changes`);
    assert.equal(counted, THREADS * CALLS, `${String(THREADS * CALLS - counted)} of ${String(THREADS * CALLS)} calls are missing after ${String(turns)} changes`);
  } finally { recorder.close(); rmdirSync(group); }
});
