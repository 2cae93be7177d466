// Kernel test: time on processors, waiting for one, switches and page faults, counted by control group.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { HostNumbers } from '../../remote-agent/host/probeCountersHost.ts';
import { attached, NO_GROUPS, openHostCounters, Workplace } from './hostTools.ts';
import { cannotRun } from './recorder.ts';

const skip = cannotRun() ?? false;
const bpftool = ['/usr/sbin/bpftool', '/usr/bin/bpftool'].find((path) => existsSync(path));
const n = (numbers: HostNumbers | undefined, name: string): number => numbers?.fields[name] ?? assert.fail(`no ${name}`);
const sum = (list: readonly number[] | undefined): number => (list ?? assert.fail('no histogram')).reduce((a, b) => a + b, 0);

test('time on processors is what the process itself is charged with; what others use is not counted', { skip }, async (t) => {
  const place = Workplace.make('cpu');
  if (place === undefined) { t.skip(NO_GROUPS); return; }
  const counters = openHostCounters({ kinds: ['cpu'] });
  try {
    const [inside] = await Promise.all([place.run(['burn', 400e6]), place.run(['burn', 200e6], { outside: true })]);
    assert.equal(inside.code, 0);
    const used = inside.facts['cpu'] ?? 0, before = inside.facts['before'] ?? 0, counted = n(place.counted(counters, 'cpu'), 'runNs');
    // The shell's first moments are outside of the group, the helper's last after it has told its time; what came before the helper (`before`) may be on either side.
    assert.ok(before > 0 && counted > 0.95 * (used - before) && counted < 1.05 * used + 10e6, `${String(counted)} ns are counted, the process says ${String(used)}, ${String(before)} of them before it began`);
  } finally { counters.close(); await place.close(); }
});

test('a task that never leaves its processor is counted while it runs', { skip }, async (t) => {
  const place = Workplace.make('running');
  if (place === undefined) { t.skip(NO_GROUPS); return; }
  const counters = openHostCounters({ kinds: ['cpu'] }), end = new AbortController();
  const running = place.run(['burn', 60e9], { kill: end.signal });
  try {
    const first = n(await place.until(counters, 'cpu', (c) => n(c, 'runNs') > 100e6), 'runNs');
    await place.until(counters, 'cpu', (c) => n(c, 'runNs') > first + 100e6);
  } finally { end.abort(); await running; counters.close(); await place.close(); }
});

test('two threads on one processor: each waits while the other runs', { skip }, async (t) => {
  const place = Workplace.make('wait');
  if (place === undefined) { t.skip(NO_GROUPS); return; }
  const counters = openHostCounters({ kinds: ['cpu'] });
  try {
    const done = await place.run(['share', 2, 300e6]);
    assert.equal(done.code, 0);
    const counted = place.counted(counters, 'cpu'), elapsed = done.facts['elapsed'] ?? 0, waited = n(counted, 'waitNs'), run = n(counted, 'runNs');
    // Somebody runs at every moment of the first 300 ms of both at least, and the other waits; nobody waits longer than both together are there.
    assert.ok(waited > 250e6 && waited < 2 * elapsed + 50e6, `waited ${String(waited)} ns of ${String(elapsed)}`);
    assert.ok(run > 580e6 && run + waited < 2 * elapsed + 100e6, `ran ${String(run)} ns`);
    assert.ok(n(counted, 'involuntary') > 10, 'they are preempted for each other');
    // A wait of each time that a task has run.
    assert.equal(sum(counted?.lengths['wait']), n(counted, 'voluntary') + n(counted, 'involuntary'));
  } finally { counters.close(); await place.close(); }
});

test('who sleeps leaves the processor by its own will', { skip }, async (t) => {
  const place = Workplace.make('sleep');
  if (place === undefined) { t.skip(NO_GROUPS); return; }
  const counters = openHostCounters({ kinds: ['cpu'] });
  try {
    await place.run(['sleep', 100]);
    const counted = n(place.counted(counters, 'cpu'), 'voluntary');
    assert.ok(counted >= 100 && counted < 200, String(counted));
  } finally { counters.close(); await place.close(); }
});

test('what runs after a switch that the kernel did not tell of is counted too', { skip: skip === false && bpftool === undefined ? 'KERNEL TEST SKIPPED: no bpftool' : skip }, async (t) => {
  const place = Workplace.make('untold');
  if (place === undefined) { t.skip(NO_GROUPS); return; }
  const counters = openHostCounters({ kinds: ['cpu'] });
  try {
    const running = place.run(['burn', 600e6]);
    const ended = running.then(() => true), latest = (JSON.parse(execFileSync(bpftool ?? '', ['map', 'list', '-j'], { encoding: 'utf8' })) as { id: number; name?: string }[]).filter(({ name }) => name === 'running').at(-1);
    // As if every processor had last begun with task 1: what the program finds there where a switch from that task was not told of (struct running in driver/bpf/host.bpf.c).
    const value = [...new Array<number>(48).fill(0), 1, 0, 0, 0, 0, 1, 0, 0].map(String);
    let times = 0;
    for (; !await Promise.race([ended, delay(5, false)]); times++) execFileSync(bpftool ?? '', ['map', 'update', 'id', String(latest?.id), 'key', '0', '0', '0', '0', 'value', ...value]);
    const { facts } = await running, used = facts['cpu'] ?? 0, counted = n(place.counted(counters, 'cpu'), 'runNs');
    assert.ok(times > 10, String(times));
    assert.ok(counted > 0.95 * (used - (facts['before'] ?? 0)) && counted < 1.05 * used + 10e6, `${String(counted)} ns are counted, the process says ${String(used)}`);
  } finally { counters.close(); await place.close(); }
});

test('a page fault for each page that is touched first', { skip }, async (t) => {
  const place = Workplace.make('faults');
  if (place === undefined) { t.skip(NO_GROUPS); return; }
  const counters = openHostCounters({ kinds: ['cpu'] });
  try {
    await place.run(['touch', 1]);
    const few = n(place.counted(counters, 'cpu'), 'minorFaults');
    await place.run(['touch', 20_000]);
    const many = n(place.counted(counters, 'cpu'), 'minorFaults') - few;
    assert.ok(many >= 20_000 && many < 21_000 + 2 * few, `${String(many)} faults, and ${String(few)} of a program that touches nothing`);
  } finally { counters.close(); await place.close(); }
});

test('programs of kinds that nobody asked for are not attached', { skip }, () => {
  const before = attached();
  for (const [kinds, programs] of [[['cpu'], 1], [['disk'], 3], [['tcp'], 3], [['memory'], 1], [['cpu', 'memory'], 2]] as const) {
    const counters = openHostCounters({ kinds });
    try { assert.equal(attached() - before + counters.missing().length, programs, kinds.join()); } finally { counters.close(); }
    assert.equal(attached(), before);
  }
  assert.throws(() => openHostCounters({ kinds: ['cpus' as 'cpu'] }), /cpu, disk, tcp, memory, not cpus/);
});
