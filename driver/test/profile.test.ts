// Kernel test: the capture profile is applied in the kernel: control groups and those below, processes, calls, failures, lengths, snap lengths by kind.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CaptureProfile } from '../../remote-agent/addon/porthole.d.ts';
import { CALL_BITS, SYSCALLS } from '../schema/index.ts';
import { cannotRun, Recorder, type Recorded } from './recorder.ts';

const skip = cannotRun() ?? false;
const arch = process.arch === 'arm64' ? 'arm64' : 'x64';
const nrOf = (name: string): number => SYSCALLS.find((s) => s.name === name)?.[arch] ?? assert.fail(name);
const calls = (wanted: Readonly<Record<string, number>>): Uint8Array => { const bits = new Uint8Array(512); for (const [name, value] of Object.entries(wanted)) bits[nrOf(name)] = value; return bits; };
const { event, always, descriptor } = CALL_BITS;

/** Makes control groups of the test's own: `porthole-NAME` and below it `inner`. */
function ownGroups(name: string): { outer: string; inner: string; idOf(path: string): bigint; remove(): void } | undefined {
  const mount = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'].find((path) => existsSync(join(path, 'cgroup.subtree_control')));
  if (mount === undefined) return undefined;
  const outer = join(mount, `porthole-${name}-${String(process.pid)}`), inner = join(outer, 'inner');
  try { mkdirSync(outer); mkdirSync(inner); } catch { return undefined; }
  return { outer, inner, idOf: (path) => statSync(path, { bigint: true }).ino, remove: () => { rmdirSync(inner); rmdirSync(outer); } };
}

/** Runs a shell script in a control group; gives its process id, which `exec` keeps. */
function runIn(group: string, script: string): number {
  const output = execFileSync('sh', ['-c', `echo $$ > ${group}/cgroup.procs; echo $$; ${script}`], { encoding: 'utf8' });
  return Number(output.split('\n')[0]);
}

const noGroups = 'KERNEL TEST SKIPPED: no cgroup v2 in which to make a group';

/** What the probe delivers of `work` under a profile. The control group keeps others of the host out, who may be busy. */
async function under(recorder: Recorder, profile: CaptureProfile, work: () => void): Promise<readonly Recorded[]> {
  recorder.probe.setProfile(profile);
  await recorder.drained();
  recorder.events.length = 0;
  work();
  await recorder.drained();
  return [...recorder.events];
}

test('control groups: one alone, those below it, all but one; a verdict holds until the profile changes', { skip }, async (t) => {
  const groups = ownGroups('below');
  if (groups === undefined) { t.skip(noGroups); return; }
  const recorder = new Recorder();
  try {
    const { outer, inner, idOf } = groups;
    const only = calls({ chdir: event });
    const seen = async (profile: CaptureProfile): Promise<string[]> => {
      const events = await under(recorder, { calls: only, threadEnds: false, signals: false, ...profile }, () => { runIn(outer, 'cd /'); runIn(inner, 'cd /'); });
      return events.filter((e) => e.def.name === 'chdir').map((e) => (e.cgroup === idOf(outer) ? 'outer' : e.cgroup === idOf(inner) ? 'inner' : 'else')).filter((where) => where !== 'else');
    };
    assert.deepEqual(await seen({ groups: [{ id: idOf(outer), wanted: true, below: false }] }), ['outer']);
    assert.deepEqual(await seen({ groups: [{ id: idOf(outer), wanted: true, below: true }] }), ['outer', 'inner']);
    assert.deepEqual(await seen({ groups: [{ id: idOf(inner), wanted: true, below: false }] }), ['inner']);
    assert.deepEqual(await seen({ groups: [{ id: idOf(outer), wanted: true, below: true }, { id: idOf(inner), wanted: false, below: false }] }), ['outer']);
    assert.deepEqual(await seen({ groups: [{ id: idOf(outer), wanted: false, below: false }], otherGroups: true }), ['inner']);
    assert.deepEqual(await seen({ groups: [{ id: 1n << 40n, wanted: true, below: true }] }), []);
    assert.deepEqual(await seen({}), ['outer', 'inner']);
    assert.deepEqual(recorder.faults, []);
  } finally { recorder.close(); groups.remove(); }
});

test('what changes names and descriptors comes from everybody; ends of threads where they are asked for', { skip }, async (t) => {
  const groups = ownGroups('always');
  if (groups === undefined) { t.skip(noGroups); return; }
  const recorder = new Recorder();
  try {
    const profile: CaptureProfile = { calls: calls({ chdir: event | always, getcwd: event, umask: event }), groups: [{ id: 123_456_789n, wanted: true, below: true }], signals: false };
    let pid = 0;
    const work = (): void => { pid = runIn(groups.outer, 'cd /tmp; umask 22'); };
    const names = (events: readonly Recorded[]): string[] => events.filter((e) => e.tid === pid).map((e) => e.def.name);
    assert.deepEqual(names(await under(recorder, profile, work)), ['chdir']);
    assert.deepEqual(names(await under(recorder, { ...profile, endsOfAll: true }, work)), ['chdir', 'procexit']);
  } finally { recorder.close(); groups.remove(); }
});

test('processes: those that are listed and no others', { skip }, async () => {
  const recorder = new Recorder();
  try {
    // The shell says its number and waits for a line, by which time the profile holds.
    const started = [0, 1].map(() => spawn('sh', ['-c', 'echo ready; read go; cd /; cd /tmp'], { stdio: ['pipe', 'pipe', 'ignore'] }));
    await Promise.all(started.map((child) => new Promise((resolve) => { child.stdout.once('data', resolve); })));
    const pid = started[0]?.pid ?? assert.fail();
    recorder.probe.setProfile({ calls: calls({ chdir: event }), processes: [pid, 4_000_000], threadEnds: false, signals: false });
    await recorder.drained();
    recorder.events.length = 0;
    for (const child of started) child.stdin.end('\n');
    await Promise.all(started.map((child) => new Promise((resolve) => { child.once('close', resolve); })));
    await recorder.drained();
    assert.deepEqual(recorder.events.map((e) => [e.tid, e.def.name]), [[pid, 'chdir'], [pid, 'chdir']]);
  } finally { recorder.close(); }
});

test('failures alone; calls that took long alone; both', { skip }, async (t) => {
  const groups = ownGroups('failed');
  if (groups === undefined) { t.skip(noGroups); return; }
  const recorder = new Recorder();
  try {
    let pid = 0;
    const work = (): void => { pid = runIn(groups.outer, 'cd /; cd /nonexistent 2>/dev/null; exec sleep 0.05'); };
    const some: CaptureProfile = { calls: calls({ chdir: event, clock_nanosleep: event, nanosleep: event, close: event | always }), groups: [{ id: groups.idOf(groups.outer), wanted: true, below: false }], threadEnds: false, signals: false };
    const kinds = async (profile: CaptureProfile): Promise<string[]> => [...new Set((await under(recorder, { ...some, ...profile }, work)).filter((e) => e.tid === pid).map((e) => `${e.def.name === 'close' || e.def.name === 'chdir' ? e.def.name : 'sleep'}${Number(e.params['res'] ?? 0) < 0 ? ' failed' : ''}`))].sort();
    assert.deepEqual(await kinds({}), ['chdir', 'chdir failed', 'close', 'sleep']);
    assert.deepEqual(await kinds({ failedOnly: true }), ['chdir failed', 'close']);
    assert.deepEqual(await kinds({ slowerThanNs: 40_000_000 }), ['close', 'sleep']);
    assert.deepEqual(await kinds({ slowerThanNs: 40_000_000, failedOnly: true }), ['close']);
  } finally { recorder.close(); groups.remove(); }
});

test('a snap length for each kind of descriptor', { skip }, async (t) => {
  const groups = ownGroups('snap');
  if (groups === undefined) { t.skip(noGroups); return; }
  const recorder = new Recorder();
  try {
    const file = join(recorder.folder, 'written');
    const events = await under(recorder, {
      calls: calls({ write: event | descriptor }), groups: [{ id: groups.idOf(groups.outer), wanted: true, below: false }], snaplen: { files: 5, sockets: 3, others: 2 }, threadEnds: false, signals: false,
    }, () => { runIn(groups.outer, `printf 'to a file' > ${file}; printf 'to socket'; printf 'in a pipe' | cat > /dev/null`); });
    // Node gives its children sockets to write to.
    assert.deepEqual(events.filter((e) => e.params['size'] === 9).map((e) => e.params['data']), ['to a ', 'to ', 'in', 'in']);
  } finally { recorder.close(); groups.remove(); }
});

test('the start of a call is not that of an earlier one, whose end fell into a time when less was asked for', { skip }, async () => {
  const recorder = new Recorder();
  try {
    const child = spawn('cat', [], { stdio: ['pipe', 'pipe', 'ignore'] });
    const say = async (text: string): Promise<void> => { const heard = new Promise((resolve) => { child.stdout.once('data', resolve); }); child.stdin.write(text); await heard; };
    const reads: CaptureProfile = { calls: calls({ read: event }), processes: [child.pid ?? 0], threadEnds: false, signals: false };
    recorder.probe.setProfile(reads);
    await say('one\n');  // from now on it waits in a read that was seen to begin
    await recorder.until('the first read', () => recorder.events.find((e) => e.params['data'] === 'one\n'));
    recorder.probe.setProfile({ ...reads, calls: calls({}) });
    await say('two\n');  // that read ends unseen, and another begins
    recorder.probe.setProfile(reads);
    await say('three\n');
    const third = await recorder.until('the third read', () => recorder.events.find((e) => e.params['data'] === 'three\n'));
    assert.equal(third.start, 0n, 'its start is not known');
    await say('four\n');
    const fourth = await recorder.until('the fourth read', () => recorder.events.find((e) => e.params['data'] === 'four\n'));
    assert.ok(fourth.start > 0n && fourth.start < fourth.ts);
    child.stdin.end();
  } finally { recorder.close(); }
});

/** How many programs this process has attached. */
function attached(): number {
  return readdirSync('/proc/self/fdinfo').filter((fd) => { try { return readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8').includes('link_type:\traw_tracepoint'); } catch { return false; } }).length;
}

test('programs that nobody needs are not attached', { skip }, () => {
  const recorder = new Recorder();
  try {
    const under = (profile: CaptureProfile): number => { recorder.probe.setProfile(profile); return attached(); };
    const all = under({}), least = under({ calls: calls({}), threadEnds: false, signals: false });
    assert.equal(least, 2, 'that control groups are made is always noted, and OOM kills are events');
    assert.equal(under({ signals: false }), all - 1);
    // Beginnings and ends of calls, new threads, ends of threads: whoever follows calls needs all four.
    assert.equal(under({ calls: calls({ read: event }), threadEnds: false, signals: false }), least + 4);
    assert.equal(under({ calls: calls({}), signals: false }), least + 1);
    assert.equal(under({ switches: true, pageFaults: true }), all + 3 - (recorder.probe.missingEvents().includes('pageFaults') ? 2 : 0));
    assert.equal(under({ oomKills: false }), all - 1);
    recorder.probe.pause();
    assert.equal(attached(), least - 1);
    recorder.probe.resume();
    assert.equal(under({}), all);
  } finally { recorder.close(); }
});

test('a profile that is none is refused with what was wrong', { skip }, () => {
  const recorder = new Recorder();
  try {
    assert.throws(() => { recorder.probe.setProfile({ calls: new Uint8Array(3) }); }, /512/);
    assert.throws(() => { recorder.probe.setProfile({ groups: Array.from({ length: 9000 }, (_, i) => ({ id: BigInt(i + 1) << 20n, wanted: true, below: false })) }); }, /too many control groups/);
    recorder.probe.setProfile({});
  } finally { recorder.close(); }
});
