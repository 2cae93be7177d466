// What a filter leaves out in the kernel: nothing that could pass, and nothing that changes what is asked for.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CALL_BITS, SYSCALLS } from '../../driver/schema/index.ts';
import { compileFilter } from '../engine/filter/index.ts';
import { ALL, DEMAND } from '../engine/state/demand.ts';
import { profileOf, type LiveProfile } from './probeFilter.ts';

const nrOf = (name: string): number => SYSCALLS.find((s) => s.name === name)?.[process.arch === 'arm64' ? 'arm64' : 'x64'] ?? assert.fail(name);
function of(text: string, demand: number = ALL): LiveProfile | undefined { const filter = compileFilter(text); return filter.ok ? profileOf(text, filter, demand) : assert.fail(text); }
const bits = (profile: LiveProfile | undefined, name: string): number => (profile?.calls?.[nrOf(name)] ?? assert.fail()) & (CALL_BITS.event | CALL_BITS.always);
const { event, always } = CALL_BITS;

test('calls that do not pass are left out, but not those that change what is asked for', () => {
  const profile = of('evt.type in (openat, nanosleep)');
  assert.deepEqual(['openat', 'close', 'clone', 'execve', 'nanosleep', 'futex', 'poll'].map((name) => bits(profile, name)), [event | always, event | always, event | always, event | always, event, 0, 0]);
  assert.equal(bits(profile, 'getppid'), event, 'an event without a kind of its own may be called anything');
  assert.equal(profile?.signals, false);
  assert.equal(profile?.endsOfAll, true);
  const narrow = of('evt.type=nanosleep', DEMAND.threads);
  assert.deepEqual(['openat', 'clone', 'nanosleep', 'read'].map((name) => bits(narrow, name)), [0, event | always, event, 0]);
});

test('failures and processes, where they hold for every event that passes', () => {
  assert.equal(of('evt.failed=true')?.failedOnly, true);
  assert.equal(of('evt.failed=true and evt.type=openat')?.failedOnly, true);
  for (const text of ['evt.failed=false', 'evt.failed!=true', 'evt.failed=true or evt.type=openat', 'not evt.failed=true']) assert.equal(of(text)?.failedOnly, undefined, text);
  assert.deepEqual(of('proc.pid=12 and evt.type=futex')?.processes, [12]);
  assert.deepEqual(of('proc.pid in (12, 13)')?.processes, [12, 13]);
  for (const text of ['proc.pid=12 or proc.pid=13', 'proc.pid!=12', 'proc.pid>12', 'not proc.pid=12', 'proc.ppid=12']) assert.equal(of(text)?.processes, undefined, text);
});

test('how long calls took, where every event that passes has to', () => {
  assert.equal(of('evt.latency>1000000')?.slowerThanNs, 1_000_000);
  assert.equal(of('evt.type=read and evt.latency>=5')?.slowerThanNs, 5);
  assert.equal(of('evt.latency>5 and evt.latency>7')?.slowerThanNs, 7);
  for (const text of ['evt.latency<5', 'evt.latency=5', 'not evt.latency>5', 'evt.latency>5 or evt.failed=true', 'evt.latency>5 and evt.type=switch', 'evt.latency>-1']) assert.equal(of(text)?.slowerThanNs, undefined, text);
});

test('switches and page faults come where the filter names them; OOM kills unless it wants others', () => {
  const asked = (text: string): readonly unknown[] => { const profile = of(text); return [profile?.switches, profile?.pageFaults, profile?.oomKills]; };
  assert.deepEqual(asked('evt.type=switch'), [true, undefined, false]);
  assert.deepEqual(asked('evt.type in (switch, page_fault)'), [true, true, false]);
  assert.deepEqual(asked('proc.name=x and (evt.type=page_fault or evt.failed=true)'), [undefined, true, true]);
  assert.deepEqual(asked('thread.exectime>1000'), [true, undefined, true]);
  assert.deepEqual(asked('evt.type!=switch'), [undefined, undefined, true]);
  assert.deepEqual(asked('evt.type=notification'), [undefined, undefined, true]);
  assert.deepEqual(asked('evt.type=openat'), [undefined, undefined, false]);
  assert.deepEqual(of('evt.type=switch and evt.num<100'), { switches: true }, 'everything else comes as well');
});

test('containers, where every event that passes is in one of them', () => {
  const wish = (text: string): readonly (readonly string[])[] | undefined => { const found = of(text)?.containers; return found === undefined ? undefined : [[...found.ids], [...found.names]]; };
  assert.deepEqual(wish('container.id=0123456789ab'), [['0123456789ab'], []]);
  assert.deepEqual(wish('evt.type=read and container.name in (web, db)'), [[], ['web', 'db']]);
  for (const text of ['container.id=host', 'container.name in (host, web)', 'container.name!=web', 'not container.name=web', 'container.name contains web', 'container.name=web or evt.failed=true', 'container.image=web']) assert.equal(wish(text), undefined, text);
});

test('nothing is left out for a filter that hangs on other events', () => {
  for (const text of ['', 'evt.num<100', 'evt.type=openat and evt.num<100', 'evt.deltatime>1000']) assert.equal(of(text), undefined, text);
});
