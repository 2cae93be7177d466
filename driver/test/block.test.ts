// Kernel test: requests to block devices and kills for want of memory, counted by control group.
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { HostNumbers } from '../../remote-agent/host/probeCountersHost.ts';
import { NO_GROUPS, openHostCounters, Workplace } from './hostTools.ts';
import { cannotRun } from './recorder.ts';

const skip = cannotRun() ?? false;
const n = (numbers: HostNumbers | undefined, name: string): number => numbers?.fields[name] ?? assert.fail(`no ${name}`);
const sum = (list: readonly number[] | undefined): number => (list ?? assert.fail('no histogram')).reduce((a, b) => a + b, 0);

test('reads and writes past the page cache: requests, bytes and how long each took', { skip }, async (t) => {
  const place = Workplace.make('disk');
  if (place === undefined) { t.skip(NO_GROUPS); return; }
  const counters = openHostCounters({ kinds: ['disk'] });
  try {
    // Anonymous devices (major 0) are file systems without one: overlays, tmpfs.
    if (Number(BigInt(statSync(place.folder, { bigint: true }).dev) >> 8n) === 0) { t.skip(`KERNEL TEST SKIPPED: ${place.folder} is not on a block device (set TMPDIR to a folder that is)`); return; }
    const began = process.hrtime.bigint(), blocks = 40, size = 65_536;
    const done = await place.run(['direct', blocks, size, join(place.folder, 'file')]);
    const took = Number(process.hrtime.bigint() - began);
    assert.equal(done.code, 0);
    if (done.facts['refused'] === 1) { t.skip(`KERNEL TEST SKIPPED: the file system of ${place.folder} takes no O_DIRECT`); return; }
    if (counters.missing().includes('block_rq_complete')) { t.skip('KERNEL TEST SKIPPED: no tracepoint block_rq_complete'); return; }
    const counted = place.counted(counters, 'disk');
    for (const [count, bytes, ns, lengths] of [['reads', 'readBytes', 'readNs', 'read'], ['writes', 'writeBytes', 'writeNs', 'write']] as const) {
      assert.ok(n(counted, count) >= blocks && n(counted, count) < 2 * blocks, `${count}: ${String(n(counted, count))}`);
      // Beside its data the file has blocks of its own, and the program itself is read.
      assert.ok(n(counted, bytes) >= blocks * size && n(counted, bytes) < 2 * blocks * size + (4 << 20), `${bytes}: ${String(n(counted, bytes))}`);
      assert.ok(n(counted, ns) > 0 && n(counted, ns) < 4 * took, `${ns}: ${String(n(counted, ns))} of ${String(took)}`);
      assert.equal(sum(counted?.lengths[lengths]), n(counted, count), 'each has a length');
    }
    assert.equal(n(counted, 'errors'), 0);
    assert.equal(n(counted, 'untimed'), 0);
  } finally { counters.close(); await place.close(); }
});

test('a process that the kernel kills for want of memory', { skip }, async (t) => {
  const place = Workplace.make('oom');
  if (place === undefined) { t.skip(NO_GROUPS); return; }
  const counters = openHostCounters({ kinds: ['memory'] });
  try {
    if (place.memory === undefined) { t.skip('KERNEL TEST SKIPPED: no hierarchy of control groups that limits memory'); return; }
    place.limitMemory(16 << 20);
    assert.equal(place.counted(counters, 'memory'), undefined);
    const done = await place.run(['touch', 100_000, 1]);
    assert.equal(done.signal, 'SIGKILL');
    assert.equal(n(place.counted(counters, 'memory'), 'oomKills'), 1);
  } finally { counters.close(); await place.close(); }
});
