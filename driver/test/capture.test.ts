// Kernel test: for each supported call a program makes it, and every parameter of its event is what was asked for and answered.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SYSCALLS } from '../schema/index.ts';
import { places } from './callsScript.ts';
import { CASES, code, ret, type Expected } from './captureCases.ts';
import { cannotRun, Recorder, type Recorded } from './recorder.ts';

const skip = cannotRun() ?? false;
let recorder: Recorder;
before(() => { if (skip === false) recorder = new Recorder(); });
after(() => { if (skip === false) { recorder.close(); assert.deepEqual(recorder.faults, []); } });

/** Every parameter of the event is as expected, and none is left out. */
function checkParams(event: Recorded, expected: ReturnType<Expected>): void {
  assert.deepEqual(Object.keys(event.params), Object.keys(expected), 'names and order of the parameters');
  for (const [name, value] of Object.entries(event.params)) {
    const want = expected[name];
    if (typeof want === 'function') assert.ok(want(value), `${name} is ${String(value)}`);
    else assert.deepEqual(value, want, name);
  }
}

const all = skip === false ? places() : [undefined];
after(async () => { for (const place of all) await place?.remove(); });

for (const place of all) {
  for (const { call, event: symbol, params, flags: recordFlags = 0 } of CASES) {
    test(`${call} is captured with every parameter ${place?.where ?? 'here'}`, { skip }, async () => {
      const command = place === undefined ? [recorder.helper] : ['/bin/sh', '-c', `echo $$ > ${place.path}/cgroup.procs; exec "$0" "$@"`, recorder.helper];
      if (place !== undefined) recorder.probe.setCgroups([place.id]);
      const made = await recorder.make(call, command).finally(() => { recorder.probe.setCgroups(null); });
      const t0 = made.facts['t0'] ?? 0n, t1 = made.facts['t1'] ?? 0n;
      const found = made.events.filter((e) => e.def.symbol === symbol && e.start >= t0 && e.ts <= t1);
      assert.equal(found.length, 1, `${symbol} between ${String(t0)} and ${String(t1)}; there were: ${made.events.map((e) => e.def.symbol).join(' ')}`);
      const [event] = found;
      assert.ok(event !== undefined);
      checkParams(event, params(made));
      assert.ok(event.ts >= event.start, 'a call does not end before it begins');
      if (['ppoll', 'nanosleep'].includes(call)) assert.ok(event.ts - event.start >= 20_000_000n, 'it waited 20 ms');
      assert.equal(event.flags, recordFlags);
      if (place !== undefined) assert.equal(event.cgroup, place.id);
      const name = call.replace(/-.*/, '').replace('connect6', 'connect').replace('sendto6', 'sendto');
      assert.equal(event.nr, SYSCALLS.find((s) => s.name === name)?.[process.arch === 'x64' ? 'x64' : 'arm64']);
    });
  }
}

test('a call of a 32-bit program is named by its own number', { skip: skip || process.arch !== 'x64' }, async () => {
  const made = await recorder.make('ia32');
  const event = made.events.find((e) => e.start >= (made.facts['t0'] ?? 0n) && e.ts <= (made.facts['t1'] ?? 0n));
  assert.ok(event !== undefined);
  assert.deepEqual(event.params, { ID: code('getpriority'), nativeID: 96, res: ret(made), a0: 0n, a1: 0n });
});

test('a delivered signal says who sent it', { skip }, async () => {
  const { facts, events } = await recorder.make('kill');
  const pid = Number(facts['pid']);
  const delivered = events.find((e) => e.def.symbol === 'SIGNALDELIVER_E');
  assert.ok(delivered !== undefined);
  assert.deepEqual(delivered.params, { spid: pid, dpid: pid, sig: 10 });
  assert.equal(delivered.nr, 0xffff);
});
