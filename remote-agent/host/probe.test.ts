// Counters as people read them, what is asked of the probe for a call, and what is left out under overload.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CALL_BITS, SYSCALLS } from '../../driver/schema/index.ts';
import type { CallCounter } from '../addon/porthole.d.ts';
import { counterLines } from './countersCli.ts';
import { callBits } from './probeCalls.ts';
import { addCounters, countersSince, quantileNs } from './probeCounters.ts';
import { shortTime } from './probeCountersHost.ts';
import { narrowed, OverloadRule, STEPS } from './probeOverload.ts';

const nrOf = (name: string): number => SYSCALLS.find((s) => s.name === name)?.[process.arch === 'arm64' ? 'arm64' : 'x64'] ?? assert.fail(name);
const lengths = (at: Readonly<Record<number, number>>): number[] => Array.from({ length: 32 }, (_, i) => at[i] ?? 0);
const counter = (calls: number, more: Partial<CallCounter> = {}): CallCounter => ({ cgroup: 7n, nr: nrOf('read'), narrow: false, calls, errors: 1, bytes: 100, ns: 5000, untimed: 0, leftOut: 0, lengths: lengths({ 3: calls }), ...more });

test('parts of a counter are added, and what came since is the difference', () => {
  assert.deepEqual(addCounters([counter(2), counter(3, { cgroup: 8n }), counter(4)]).map((c) => [c.cgroup, c.calls, c.lengths[3], c.bytes]), [[7n, 6, 6, 200], [8n, 3, 3, 100]]);
  assert.deepEqual(countersSince([counter(9), counter(1, { nr: nrOf('write') })], [counter(4)]).map((c) => c.calls), [5, 1]);
  assert.deepEqual(countersSince([counter(4)], [counter(4)]), []);
  assert.equal(countersSince([counter(3)], [counter(9)])[0]?.calls, 3, 'begun anew');
});

test('quantiles lie in the bucket that holds them', () => {
  const some = lengths({ 0: 50, 4: 49, 20: 1 });
  assert.ok(quantileNs(some, 0.5) <= 128);
  assert.ok(quantileNs(some, 0.9) > 1024 && quantileNs(some, 0.9) <= 2048);
  assert.ok(quantileNs(some, 1) > 2 ** 26 && quantileNs(some, 1) <= 2 ** 27);
  assert.ok(Number.isNaN(quantileNs(lengths({}), 0.5)));
});

test('a line for each container and call, most calls first', () => {
  const text = counterLines([counter(2, { nr: nrOf('write') }), counter(1000)], (id) => `box${String(id)}`);
  assert.match(text, /^CONTAINER +CALL +CALLS +ERRORS +BYTES +P50 +P99\nbox7 +read +1000 +1 +100 +\S+ns +\S+\nbox7 +write +2 /);
  assert.deepEqual([shortTime(999), shortTime(1500), shortTime(2.5e6), shortTime(3e9), shortTime(Number.NaN)], ['999ns', '1.50us', '2.50ms', '3.00s', '-']);
});

test('calls that move bytes are counted with them', () => {
  const bits = callBits((call) => (call.name === 'read' || call.name === 'chdir' ? CALL_BITS.count : 0), 0);
  assert.equal(bits[nrOf('read')], CALL_BITS.count | CALL_BITS.bytes | CALL_BITS.descriptor);
  assert.equal(bits[nrOf('chdir')], CALL_BITS.count);
  assert.equal(bits[nrOf('write')], 0);
});

test('overload: a step after three seconds of it, none for a burst; back after calm, later each time it comes again too early', () => {
  const rule = new OverloadRule();
  assert.equal(rule.second(0, 0.05), false);
  for (let i = 0; i < 5; i++) assert.deepEqual([rule.second(5, 0.2), rule.second(0, 0.9), rule.second(0, 0.3)], [false, false, false], 'a burst');
  const overloaded = (): readonly boolean[] => [rule.second(5, 0.2), rule.second(0, 0.7), rule.second(1, 1)];
  assert.deepEqual([...overloaded(), ...overloaded()], [false, false, true, false, false, true]);
  assert.equal(rule.step, 2);
  assert.match(rule.leftOut, /contents of reads and writes; waiting/);
  const calmUntilBack = (): number => { for (let i = 1; i < 1000; i++) if (rule.second(0, 0)) return i; return assert.fail(); };
  assert.equal(calmUntilBack(), 10);
  assert.equal(rule.step, 1);
  assert.equal(rule.second(1, 0), true, 'at once again');
  assert.equal(calmUntilBack(), 20);
  for (let i = 0; i < 20; i++) rule.second(1, 1);
  assert.equal(rule.step, STEPS.length - 1, 'no further than the last');
});

test('what is left out is counted; what changes names and descriptors stays; what nobody asked for stays out', () => {
  const calls = new Uint8Array(512).fill(CALL_BITS.event);
  calls[nrOf('lseek')] = 0;
  const at = (step: number, name: string): number => narrowed({ calls, snaplen: 80 }, step).calls?.[nrOf(name)] ?? -1;
  assert.equal(narrowed({ calls, snaplen: 80 }, 0).snaplen, 80);
  assert.equal(narrowed({ calls, snaplen: 80 }, 1).snaplen, 0);
  const busy = { switches: true, pageFaults: true, oomKills: true }, spared = narrowed(busy, 1);
  assert.deepEqual([spared.switches, spared.pageFaults, spared.oomKills], [false, false, true], 'events of the host go first, but for those that are rare');
  assert.equal(narrowed(busy, 0).switches, true);
  assert.equal(at(1, 'futex'), CALL_BITS.event);
  assert.equal(at(2, 'futex'), CALL_BITS.leftOut);
  assert.equal(at(3, 'lseek'), 0);
  assert.equal(at(3, 'read'), CALL_BITS.event);
  assert.equal(at(4, 'read'), CALL_BITS.leftOut);
  for (const name of ['openat', 'close', 'clone', 'execve', 'dup', 'chdir', 'connect']) assert.equal(at(4, name), CALL_BITS.event, name);
});
