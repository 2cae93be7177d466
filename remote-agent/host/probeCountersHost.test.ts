// What is counted beside calls, as people read it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COUNTER_BUCKETS, HOST_FIELDS, HOST_HISTOGRAMS, type HostKind } from '../../driver/schema/index.ts';
import type { HostCount } from '../addon/porthole.d.ts';
import { hostObject, hostTables, hostTotals, shortBytes } from './probeCountersHost.ts';

/** A counter with these numbers by name, and in its histograms so many at a bucket. */
function counter(cgroup: bigint, kind: HostKind, fields: Readonly<Record<string, number>>, lengths: readonly (readonly [bucket: number, count: number])[] = []): HostCount {
  const numbers = [...HOST_FIELDS[kind].map((name) => fields[name] ?? 0), ...HOST_HISTOGRAMS[kind].flatMap((_, i) => Array.from({ length: COUNTER_BUCKETS.count }, (_unused, bucket) => (lengths[i]?.[0] === bucket ? lengths[i][1] : 0)))];
  return { cgroup, kind, numbers };
}
const nameOf = (cgroup: bigint): string => (cgroup < 10n ? 'web' : 'db');

test('control groups of one container are added up, numbers and histograms', () => {
  const totals = hostTotals([counter(1n, 'cpu', { runNs: 5, voluntary: 2 }, [[3, 2]]), counter(2n, 'cpu', { runNs: 7, involuntary: 1 }, [[3, 1]]), counter(10n, 'tcp', { began: 4 })], nameOf);
  const web = totals.get('web')?.cpu ?? assert.fail();
  assert.deepEqual([web.fields['runNs'], web.fields['voluntary'], web.fields['involuntary'], web.lengths['wait']?.[3]], [12, 2, 1, 3]);
  assert.deepEqual(Object.keys(totals.get('db') ?? {}), ['tcp']);
  assert.deepEqual((hostObject(totals.get('web') ?? {})['cpu'] as { waitLengths: number[] }).waitLengths.length, COUNTER_BUCKETS.count);
});

test('a table for each kind that has something to tell, the heaviest first', () => {
  const text = hostTables(hostTotals([
    counter(1n, 'cpu', { runNs: 5e8, waitNs: 2e6, voluntary: 10, involuntary: 3, minorFaults: 7, majorFaults: 1 }, [[10, 13]]), counter(10n, 'cpu', { runNs: 15e8 }),
    counter(1n, 'disk', { reads: 2, readBytes: 131_072, readNs: 1e6, errors: 1 }, [[12, 2], [0, 0]]), counter(10n, 'tcp', {}), counter(10n, 'memory', { oomKills: 3 }),
  ], nameOf), 2);
  const tables = text.split('\n\n');
  assert.equal(tables.length, 3);
  assert.match(tables[0] ?? '', /^PROCESSORS +CPU% .*\ndb +75\.0 +1\.50s .*\nweb +25\.0 +500ms +2\.00ms +\S+us +\S+us +13 +3 +8 +1$/);
  assert.match(tables[1] ?? '', /^DISK .*\nweb +2 +128K +\S+us +\S+us +0 +0 +- +- +0 +1$/);
  assert.match(tables[2] ?? '', /^MEMORY +OOM KILLS\ndb +3\n$/);
  assert.deepEqual([0, 1023, 1024, 20_000, 5 * 2 ** 20, 3 * 2 ** 40].map(shortBytes), ['0', '1023', '1.00K', '19.5K', '5.00M', '3.00T']);
});
