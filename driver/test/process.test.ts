// Kernel test: the life of a process, from its birth in parent and child over the program it runs to its end; the same in a container.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { ENUMS, RECORD_FLAGS } from '../schema/index.ts';
import { places } from './callsScript.ts';
import { cannotRun, Recorder, type Recorded } from './recorder.ts';

const skip = cannotRun() ?? false;
let recorder: Recorder;
const all = skip === false ? places() : [], [place] = all;
before(() => { if (skip === false) { recorder = new Recorder(); recorder.place = place; } });
after(async () => {
  if (skip !== false) return;
  recorder.close();
  for (const one of all) await one?.remove();
  assert.deepEqual(recorder.faults, []);
});

const clone = (name: string): number => ENUMS['clone_flags']?.find(([of]) => of === name)?.[1] ?? assert.fail(name);
const only = (events: readonly Recorded[], what: string): Recorded => { assert.equal(events.length, 1, `${what}: ${String(events.length)} events`); return events[0] ?? assert.fail(); };
const entries = (value: unknown): Map<string, string> => new Map(String(value).split('\0').filter(Boolean).map((entry) => { const at = entry.indexOf('='); return [entry.slice(0, at), entry.slice(at + 1)]; }));
/** The v2 path of where calls are made: a group right below the root, or that of this process, as /proc says it. */
const ownPath = (): string => place !== undefined ? `/${basename(place.path)}` : /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1] ?? assert.fail('no v2 hierarchy');

for (const [call, symbol, flags] of [['fork', 'SYSCALL_FORK_20_X', 0], ['vfork', 'SYSCALL_VFORK_20_X', clone('CLONE_VM') | clone('CLONE_VFORK')], ['clone', 'SYSCALL_CLONE_20_X', clone('CLONE_FS')], ['clone3', 'SYSCALL_CLONE3_X', clone('CLONE_FILES')]] as const) {
  test(`${call} is seen in parent and child, the child's end with its status`, { skip }, async () => {
    const { facts, dir, events } = await recorder.make(call);
    const pid = Number(facts['pid']), child = Number(facts['ret']);
    const born = events.filter((e) => e.def.symbol === symbol && e.params['res'] === child);
    const parent = only(born, 'parent'), inChild = only(recorder.events.filter((e) => e.tid === child && e.def.symbol === symbol), 'child');
    for (const [event, tid, ptid] of [[parent, pid, Number(facts['ppid'])], [inChild, child, pid]] as const) {
      const { res, pgft_maj, pgft_min, vm_size, vm_rss, vm_swap, cgroups, cwd, fdlimit, ...rest } = event.params;
      assert.equal(res, event === parent ? child : 0);
      assert.deepEqual(rest, { exe: recorder.helper, args: `${call}\0${dir}\0`, tid, pid: tid, ptid, comm: 'calls', flags, uid: 0, gid: 0, vtid: tid, vpid: tid, pidns_init_start_ts: 0n });
      assert.equal(cwd, process.cwd());
      assert.ok(Number(fdlimit) > 0 && Number(pgft_min) >= 0n && Number(pgft_maj) >= 0 && Number(vm_size) > 0 && Number(vm_rss) >= 0 && Number(vm_swap) >= 0);
      assert.equal(entries(cgroups).get('unified'), ownPath());
      assert.ok(event.start >= (facts['t0'] ?? 0n) && event.ts <= (facts['t2'] ?? 0n) && event.ts >= event.start);
    }
    assert.equal(inChild.start, parent.start, 'the child returns from its parent’s call');
    const end = only(recorder.events.filter((e) => e.tid === child && e.def.name === 'procexit'), 'end');
    assert.deepEqual(end.params, { status: 5 << 8, ret: 5, sig: 0, core: 0, reaper_tid: 0 });
    assert.equal(Number(facts['status']), 5 << 8);
  });
}

for (const call of ['execve', 'execveat']) {
  test(`${call}: what was asked for, then what runs, with arguments and environment`, { skip }, async () => {
    const { facts, dir } = await recorder.make(call);
    const child = Number(facts['child']), pid = Number(facts['pid']);
    const own = recorder.events.filter((e) => e.tid === child);
    const asked = only(own.filter((e) => e.def.name === call && !e.def.isExit), 'enter');
    assert.equal(asked.flags & RECORD_FLAGS.enter, RECORD_FLAGS.enter);
    if ((asked.flags & RECORD_FLAGS.unreadable) === 0) assert.equal(asked.params['filename'] ?? asked.params['pathname'], '/bin/sh');
    const runs = only(own.filter((e) => e.def.name === call && e.def.isExit), 'exit');
    const p = runs.params;
    assert.equal(p['res'], 0);
    assert.equal(p['exe'], '/bin/sh');
    assert.equal(p['args'], '-c\0exit 7\0');
    assert.equal(p['env'], 'PORTHOLE=test\0SECOND=2\0');
    assert.deepEqual([p['tid'], p['pid'], p['ptid']], [child, child, pid]);
    assert.equal(p['cwd'], dir);
    assert.equal(p['comm'], 'sh');
    assert.equal(entries(p['cgroups']).get('unified'), ownPath());
    const shell = statSync('/bin/sh', { bigint: true });
    assert.equal(p['exe_ino'], shell.ino);
    assert.equal(p['exe_ino_mtime'], shell.mtimeNs);
    assert.equal(p['exe_ino_ctime'], shell.ctimeNs);
    assert.equal(p['trusted_exepath'], execFileSync('readlink', ['-f', '/bin/sh'], { encoding: 'utf8' }).trim());
    assert.equal(p['uid'], 0);
    assert.equal(p['gid'], 0);
    assert.equal(p['flags'], 1, 'root may write the file');
    assert.equal(p['loginuid'], Number(readFileSync('/proc/self/loginuid', 'utf8')));
    assert.equal(p['cap_effective'], BigInt(`0x${/CapEff:\s*(\w+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? ''}`));
    assert.ok(Number(p['pgid']) > 0 && p['vpgid'] === p['pgid']);
    if (call === 'execve') assert.equal(p['filename'], '/bin/sh');
    assert.ok(runs.ts > runs.start && runs.start === asked.start);
    const end = only(own.filter((e) => e.def.name === 'procexit'), 'end');
    assert.deepEqual([end.params['status'], end.params['ret'], end.params['sig']], [7 << 8, 7, 0]);
  });
}

test('a thread that runs a program takes its process’s place, with the start of its call', { skip }, async () => {
  const { facts } = await recorder.make('thread-exec');
  const child = Number(facts['child']);
  const runs = only(recorder.events.filter((e) => e.tid === child && e.def.symbol === 'SYSCALL_EXECVE_19_X'), 'execve');
  assert.equal(runs.params['res'], 0);
  const asked = only(recorder.events.filter((e) => e.def.symbol === 'SYSCALL_EXECVE_19_E' && e.start === runs.start), 'enter');
  assert.notEqual(asked.tid, child, 'another thread asked');
  assert.ok(runs.start > 0n && runs.start <= runs.ts);
});

test('an execve that fails keeps what was asked for', { skip }, async () => {
  const { dir, events } = await recorder.make('execve-missing');
  const failed = only(events.filter((e) => e.def.symbol === 'SYSCALL_EXECVE_19_X' && e.params['res'] === -2), 'failed execve');
  assert.equal(failed.params['exe'], '/bin/sh');
  assert.equal(failed.params['args'], '-c\0exit 7\0');
  assert.equal(failed.params['env'], 'PORTHOLE=test\0SECOND=2\0');
  assert.equal(failed.params['filename'], `${dir}/missing`);
});

test('a killed process ends by its signal', { skip }, async () => {
  const { facts } = await recorder.make('exit-signal');
  const own = recorder.events.filter((e) => e.tid === Number(facts['child']));
  assert.deepEqual(only(own.filter((e) => e.def.name === 'procexit'), 'end').params, { status: 9, ret: 0, sig: 9, core: 0, reaper_tid: 0 });
  assert.equal(only(own.filter((e) => e.def.name === 'signaldeliver'), 'signal').params['sig'], 9);
});

function docker(...args: string[]): string { return execFileSync('docker', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim(); }
function noDocker(): string | undefined {
  try { docker('version'); return undefined; } catch { return 'CONTAINER TEST SKIPPED: no Docker engine answers'; }
}

test('a call in a container carries its control group', { skip: skip === false ? noDocker() ?? false : skip }, async () => {
  const image = 'porthole-kernel-test';
  execFileSync('sh', ['-c', `tar -c -C '${recorder.folder}' calls | docker import - ${image}`]);
  // The helper waits for nothing: started by name inside, with /tmp as its directory.
  const id = docker('create', '--name', `a-porthole-${String(process.pid)}`, '--network', 'none', '--tmpfs', '/tmp', image, '/calls', 'openat', '/tmp');
  try {
    recorder.events.length = 0;
    docker('start', '-a', id);
    const call = await recorder.until('the call in the container', () => recorder.events.find((e) => e.def.symbol === 'SYSCALL_OPENAT_2_X' && e.params['name'] === '/tmp/new'));
    const runs = await recorder.until('the program in the container', () => recorder.events.find((e) => e.def.symbol === 'SYSCALL_EXECVE_19_X' && e.tid === call.tid));
    assert.ok(runs.ts < call.ts);
    const paths = entries(runs.params['cgroups']);
    assert.match(id, /^[0-9a-f]{64}$/);
    for (const subsys of ['unified', 'cpuset', 'memory']) assert.ok(paths.get(subsys)?.endsWith(id), `${subsys} is ${String(paths.get(subsys))}`);
    assert.equal(call.cgroup, runs.cgroup);
    assert.notEqual(call.cgroup, 1n);
    assert.equal(runs.params['exe'], '/calls');
    assert.equal(runs.params['cwd'], '/');
    assert.equal(runs.params['trusted_exepath'], '/calls', 'the path as seen inside');
    const facts = docker('logs', id);
    assert.match(facts, /^pid=1$/m, 'inside it is process 1');
    assert.notEqual(call.tid, 1);
    // Its birth carries the id inside as well.
    const born = recorder.events.filter((e) => e.tid === call.tid && e.params['vpid'] === 1);
    assert.ok(born.length > 0, 'no birth with the id inside');
    const v2 = '/sys/fs/cgroup/unified';
    if (existsSync(v2)) assert.ok(paths.get('unified')?.startsWith('/'), 'a path from the root of the hierarchy');
  } finally {
    docker('rm', '-f', id);
    docker('rmi', image);
  }
});

test('the id of a control group is the inode of its directory', { skip }, async () => {
  const { events } = await recorder.make('close');
  const mount = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'].find((path) => existsSync(join(path, 'cgroup.procs')));
  if (mount === undefined) return;
  assert.equal(events.at(-1)?.cgroup, statSync(join(mount, ownPath()), { bigint: true }).ino);
});
