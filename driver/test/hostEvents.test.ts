// Kernel test: events that are no calls: switches of the scheduler, page faults, kills for want of memory.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CaptureProfile } from '../../remote-agent/addon/porthole.d.ts';
import { ENUMS } from '../schema/index.ts';
import { NO_GROUPS, Workplace } from './hostTools.ts';
import { cannotRun, Recorder, type Recorded } from './recorder.ts';

const skip = cannotRun() ?? false;
const quiet: CaptureProfile = { calls: new Uint8Array(512), threadEnds: false, signals: false, oomKills: false };
const flag = (name: string): number => ENUMS['pf_flags']?.find(([one]) => one === name)?.[1] ?? assert.fail(name);

/** What the probe tells of `work` under a profile. */
async function told(recorder: Recorder, profile: CaptureProfile, work: () => Promise<unknown>): Promise<readonly Recorded[]> {
  return await recorder.again(async () => {
    recorder.probe.setProfile(quiet);
    await recorder.drained();
    recorder.events.length = 0;
    recorder.probe.setProfile({ ...quiet, ...profile });
    assert.deepEqual(recorder.probe.missingEvents(), []);
    await work();
    recorder.probe.setProfile(quiet);
    await recorder.drained();
    assert.deepEqual(recorder.faults, []);
    return [...recorder.events];
  });
}

async function within(t: { skip(why: string): void }, name: string, run: (recorder: Recorder, place: Workplace) => Promise<void>): Promise<void> {
  const place = Workplace.make(name);
  if (place === undefined) { t.skip(NO_GROUPS); return; }
  const recorder = new Recorder();
  try { await run(recorder, place); } finally { recorder.close(); await place.close(); }
}

test('two threads on one processor: the one that goes, the one that comes, and how much memory the first has', { skip }, async (t) => {
  await within(t, 'switch', async (recorder, place) => {
    let pid = 0;
    const events = await told(recorder, { switches: true, groups: [{ id: place.id, wanted: true, below: false }] }, async () => { const done = await place.run(['share', 2, 200e6]); pid = done.facts['pid'] ?? 0; });
    assert.deepEqual([...new Set(events.map((e) => e.def.symbol))], ['SCHEDSWITCH_6_E']);
    // Of the group's own tasks, or to one of them.
    const own = new Set(events.filter((e) => e.cgroup === place.id).map((e) => e.tid));
    assert.ok(own.has(pid));
    for (const e of events) assert.ok(own.has(e.tid) || own.has(Number(e.params['next'])), `${String(e.tid)} -> ${String(e.params['next'])}`);
    const [first = 0, second = 0] = [...own].filter((tid) => tid !== pid && events.filter((e) => e.tid === tid).length > 5);
    assert.ok(events.some((e) => e.tid === first && e.params['next'] === second) && events.some((e) => e.tid === second && e.params['next'] === first), 'they take turns');
    // When it has ended, a thread has no memory any more.
    const [some = assert.fail()] = events.filter((e) => e.tid === first && e.params['vm_size'] !== 0);
    assert.equal(some.start, some.ts);
    // What of it is in memory is counted by processor, and told when it is more than some dozen pages.
    assert.ok(Number(some.params['vm_size']) > 1000 && Number(some.params['vm_rss']) < Number(some.params['vm_size']));
    assert.ok(events.some((e) => e.tid === pid && Number(e.params['pgft_min']) > 0));
    // On one processor, so in the order of their times.
    const times = events.filter((e) => e.tid === first || e.tid === second).map((e) => e.ts);
    assert.deepEqual(times, [...times].sort((a, b) => (a < b ? -1 : 1)));
  });
});

test('a page fault for each page: where, and what for', { skip: skip === false && process.arch !== 'x64' ? 'KERNEL TEST SKIPPED: this architecture has no tracepoints of page faults' : skip }, async (t) => {
  await within(t, 'faultevent', async (recorder, place) => {
    let address = 0;
    const events = await told(recorder, { pageFaults: true, groups: [{ id: place.id, wanted: true, below: false }] }, async () => { address = (await place.run(['touch', 500])).facts['address'] ?? 0; });
    assert.deepEqual([...new Set(events.map((e) => e.def.symbol))], ['PAGE_FAULT_E']);
    const touched = events.filter((e) => { const at = Number(e.params['addr']); return at >= address && at < address + 500 * 4096; });
    assert.deepEqual(touched.map((e) => (Number(e.params['addr']) - address) / 4096), Array.from({ length: 500 }, (_, i) => i), 'each once, in turn');
    for (const e of touched) assert.equal(e.params['error'], flag('PAGE_NOT_PRESENT') | flag('WRITE_ACCESS') | flag('USER_FAULT'));
    assert.equal(new Set(touched.map((e) => e.params['ip'])).size, 1, 'one instruction');
    assert.ok(events.some((e) => (Number(e.params['error']) & flag('INSTRUCTION_FETCH')) !== 0), 'the program itself has to come');
  });
});

test('a kill for want of memory is an event of the process that is killed, before it ends', { skip }, async (t) => {
  await within(t, 'oomevent', async (recorder, place) => {
    if (place.memory === undefined) { t.skip('KERNEL TEST SKIPPED: no hierarchy of control groups that limits memory'); return; }
    place.limitMemory(16 << 20);
    let pid = 0;
    const profile: CaptureProfile = { oomKills: true, threadEnds: true, groups: [{ id: place.id, wanted: true, below: false }] };
    const events = await told(recorder, profile, async () => { const done = await place.run(['touch', 100_000, 1]); pid = done.pid; assert.equal(done.signal, 'SIGKILL'); });
    assert.deepEqual(events.filter((e) => e.tid === pid).map((e) => e.def.symbol), ['NOTIFICATION_E', 'PROCEXIT_1_E']);
    const kill = events.find((e) => e.def.symbol === 'NOTIFICATION_E') ?? assert.fail();
    assert.equal(kill.cgroup, place.id);
    assert.equal(kill.params['id'], 'oom_kill');
    const [, said, name, more = ''] = /^out of memory: killed process (\d+) \((.*?)\)(.*)$/.exec(String(kill.params['desc'])) ?? assert.fail(String(kill.params['desc']));
    assert.deepEqual([Number(said), name], [pid, 'hostWork']);
    // Before 5.13 the kernel has no formatting for programs: no more is told than who.
    if (recorder.probe.object().since === '5.8') assert.equal(more, '');
    else {
      const [, total, anonymous] = /^, total-vm (\d+) KiB, anon-rss (\d+) KiB, file-rss \d+ KiB, shmem-rss \d+ KiB$/.exec(more) ?? assert.fail(more);
      assert.ok(Number(total) > 400_000 && Number(anonymous) > 8_000 && Number(anonymous) < 17_000, more);
    }
    const elsewhere = await told(recorder, { ...profile, groups: [{ id: 123_456n, wanted: true, below: false }] }, async () => { await place.run(['touch', 100_000, 1]); });
    assert.deepEqual(elsewhere.map((e) => e.def.name), [], 'not where another group is asked for');
  });
});

test('nothing comes of what nobody asked for, and of whom nobody asked for', { skip }, async (t) => {
  await within(t, 'unasked', async (recorder, place) => {
    const work = async (): Promise<void> => { await place.run(['sleep', 5]); await place.run(['touch', 50]); };
    assert.deepEqual(await told(recorder, {}, work), []);
    const groups = [{ id: place.id, wanted: false, below: true }], others = await told(recorder, { switches: true, pageFaults: true, groups, otherGroups: true }, work);
    assert.deepEqual(others.filter((e) => e.cgroup === place.id && e.def.name !== 'switch'), []);
    assert.ok(others.length > 0);
    const some = await told(recorder, { switches: true, pageFaults: true, processes: [4_000_000] }, work);
    assert.deepEqual(some, []);
  });
});
