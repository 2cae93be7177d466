// Kernel test: TCP connections counted by the control group of their sockets.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostNumbers } from '../../remote-agent/host/probeCountersHost.ts';
import { NO_GROUPS, openHostCounters, Workplace } from './hostTools.ts';
import { cannotRun } from './recorder.ts';

const skip = cannotRun() ?? false;
const n = (numbers: HostNumbers | undefined, name: string): number => numbers?.fields[name] ?? assert.fail(`no ${name}`);

test('connections begun, refused, taken in and closed, with their bytes', { skip }, async (t) => {
  const place = Workplace.make('tcp');
  if (place === undefined) { t.skip(NO_GROUPS); return; }
  const counters = openHostCounters({ kinds: ['tcp'] });
  try {
    const done = await Promise.all([place.run(['talk', 20, 1000]), place.run(['talk', 7, 1000], { outside: true })]);
    assert.deepEqual(done.map(({ code }) => code), [0, 0]);
    const counted = await place.until(counters, 'tcp', (c) => n(c, 'closed') >= 40);
    assert.deepEqual(['began', 'connected', 'failed', 'accepted', 'closed', 'retransmits'].map((name) => [name, n(counted, name)]), [['began', 21], ['connected', 20], ['failed', 1], ['accepted', 20], ['closed', 40], ['retransmits', 0]]);
    // The kernel counts the beginning and the end of what is sent as a byte each.
    for (const bytes of ['sentBytes', 'receivedBytes']) assert.ok(n(counted, bytes) >= 20 * 1500 && n(counted, bytes) <= 20 * 1504, `${bytes} ${String(n(counted, bytes))}`);
  } finally { counters.close(); await place.close(); }
});

test('what nobody acknowledges is sent again, and counted', { skip }, async (t) => {
  const place = Workplace.make('retransmit');
  if (place === undefined) { t.skip(NO_GROUPS); return; }
  const counters = openHostCounters({ kinds: ['tcp'] }), end = new AbortController();
  const running = place.run(['knock', 8], { kill: end.signal });
  try {
    const counted = await place.until(counters, 'tcp', (c) => n(c, 'retransmits') >= 1);
    assert.equal(n(counted, 'began'), 8);
    assert.ok(n(counted, 'connected') < 8);
  } finally { end.abort(); await running; counters.close(); await place.close(); }
});
