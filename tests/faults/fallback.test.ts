// The probe's object for kernels from 5.8 on, forced: which object is taken and what is said of it, where its bounds lie, and that nothing of it or of its loader stays.
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { cannotRun, openProbe, Recorder, type Recorded } from '../../driver/test/recorder.ts';
import { RECORD_FLAGS } from '../../driver/schema/index.ts';
import { until } from '../../remote-agent/host/agentSupport.test.ts';
import { checkEvents } from '../../remote-agent/host/doctorProbe.ts';
import { openLive } from '../../remote-agent/host/liveSource.ts';
import { openHostCounters } from '../../driver/test/hostTools.ts';
import { withObject } from './fallback.ts';
import { idsOf, idsOfAll, idsOfKernel, tell, whyNoIds, type Ids } from './probeFiles.ts';

const skip = cannotRun() ?? false;
const skipIds = skip === false && whyNoIds() !== undefined ? `SKIPPED: ${whyNoIds() ?? ''}` : skip;
const isOlder = (): boolean => { const [major = 0, minor = 0] = readFileSync('/proc/sys/kernel/osrelease', 'utf8').split('.').map(Number); return major < 5 || (major === 5 && minor < 17); };

const folder = mkdtempSync(join(tmpdir(), 'porthole-fallback-'));
const running = new Set<ChildProcess>();
after(() => { for (const child of running) child.kill('SIGKILL'); rmSync(folder, { recursive: true, force: true }); });

/** Processes that load the object, by their name (helper/helper.c). */
function loaders(): number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => { try { return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'porthole-loader'; } catch { return false; } });
}
const childrenOf = (pid: number): number[] => readdirSync(`/proc/${pid}/task`).flatMap((tid) => { try { return readFileSync(`/proc/${pid}/task/${tid}/children`, 'utf8').trim().split(' ').filter((id) => id !== '').map(Number); } catch { return []; } });

describe('which object', { skip }, () => {
  const chosen = (object: string): { readonly since: string; readonly why: string } => withObject(object, () => { const probe = openProbe({}); try { return probe.object(); } finally { probe.close(); } });

  test('what suits the kernel, or what is asked for', { skip: isOlder() ? 'SKIPPED: this kernel takes the older one alone' : false }, () => {
    assert.deepEqual(chosen(''), { since: '5.17', why: '' });
    assert.deepEqual(chosen('5.17'), { since: '5.17', why: 'asked for by PORTHOLE_PROBE_OBJECT' });
  });

  // Where the fallback would be taken instead, nothing but the cost shows it.
  test('what counts and tells beside calls is accepted in its newer form', { skip: isOlder() ? 'SKIPPED: this kernel takes the older one alone' : false }, () => withObject('5.17', () => {
    openHostCounters({}).close();
    const probe = openProbe({});
    try { probe.setProfile({ switches: true, pageFaults: true }); } finally { probe.close(); }
  }));

  test('the older one: loaded by a process that is gone, and nothing is left when it is closed', { skip: skipIds }, () => {
    const children = childrenOf(process.pid), fds = readdirSync('/proc/self/fd').length;
    assert.deepEqual(chosen('5.8'), { since: '5.8', why: 'asked for by PORTHOLE_PROBE_OBJECT' });
    assert.deepEqual(childrenOf(process.pid), children);
    assert.equal(readdirSync('/proc/self/fd').length, fds, 'descriptors');
    assert.equal(tell(idsOf(process.pid)), '');
  });

  test('an object that there is not is told, with those that there are', () => {
    assert.throws(() => chosen('4.19'), (error: Error & { code?: unknown }) => error.code === 'EKERNEL' && /PORTHOLE_PROBE_OBJECT is 5\.8, 5\.17 or empty/.test(error.message));
  });

  test('without the right to, either says what it takes', () => {
    const addon = fileURLToPath(new URL('../../dist/agent/porthole.node', import.meta.url));
    const script = `process.setgid(65534); process.setuid(65534); try { require(${JSON.stringify(addon)}).openProbe({}); } catch (e) { console.log(e.code + ' ' + e.message); }`;
    for (const object of ['', '5.8']) {
      const said = execFileSync(process.execPath, ['-e', script], { encoding: 'utf8', env: { ...process.env, PORTHOLE_PROBE_OBJECT: object } });
      assert.match(said, /^EPERM The probe could not load .*root, or CAP_BPF and CAP_PERFMON/s, object);
    }
  });

  test('the doctor and the agent say so', async () => {
    const [{ state, detail } = { state: '', detail: '' }] = await withObject('5.8', () => checkEvents());
    assert.equal(state, 'ok', detail);
    assert.match(detail, /the fallback for kernels from 5\.8 on \(asked for by PORTHOLE_PROBE_OBJECT\)/);
    const opening = withObject('5.8', () => openLive({ ringBytes: 1 << 20, historyBytes: 16 << 20 }));
    const live = await opening;
    try {
      const problem = live.session.problems.find(({ code }) => code === 'fallback');
      assert.match(problem?.message ?? '', /fallback for kernels before 5\.17 \(asked for by PORTHOLE_PROBE_OBJECT\)/);
    } finally { await live.close(); }
  });
});

describe('bounds', { skip }, () => {
  let recorder: Recorder;
  before(() => { recorder = withObject('5.8', () => new Recorder()); });
  after(() => { recorder.close(); assert.deepEqual(recorder.faults, []); });

  /** Runs a command; gives its first event that is such a one. */
  async function event(command: readonly string[], options: { readonly cwd?: string }, is: (e: Recorded, pid: number) => boolean): Promise<Recorded> {
    return await recorder.again(async () => {
      recorder.events.length = 0;
      const lost = recorder.lost(), [program = '', ...args] = command;
      const child = execFile(program, args, options, () => undefined);
      await recorder.untilOrLost('the event', lost, () => recorder.events.find((e) => is(e, child.pid ?? 0)));
      return recorder.events.find((e) => is(e, child.pid ?? 0)) ?? assert.fail('lost');
    });
  }
  const isCut = (e: Recorded): boolean => (e.flags & RECORD_FLAGS.listCut) !== 0;

  for (const [parts, cut] of [[50, false], [90, true]] as const) test(`a path of ${parts} parts: ${cut ? 'the last ones, and the record says so' : 'whole'}`, async () => {
    const path = join(folder, ...Array.from({ length: parts - folder.split('/').length + 1 }, (_, i) => `p${i}`));
    mkdirSync(path, { recursive: true });
    const found = await event(['true'], { cwd: path }, (e, pid) => e.def.name === 'execve' && e.tid === pid && e.params['res'] === 0 && 'cwd' in e.params);
    assert.equal(isCut(found), cut);
    if (cut) assert.equal(found.params['cwd'], `/${path.split('/').slice(-64).join('/')}`); else assert.equal(found.params['cwd'], path);
  });

  for (const [count, cut] of [[100, false], [200, true]] as const) test(`${count} arguments of a program that is not there: ${cut ? 'the first, and the record says so' : 'all'}`, async () => {
    const words = Array.from({ length: count }, (_, i) => `w${i}`);
    const found = await event(['/bin/sh', '-c', 'exec /nowhere/program "$@"', 'sh', ...words], {}, (e, pid) => e.def.name === 'execve' && e.tid === pid && Number(e.params['res']) < 0 && String(e.params['args']).startsWith('w0'));
    assert.equal(isCut(found), cut);
    const told = String(found.params['args']).split('\0').filter((word) => word !== '');
    assert.deepEqual(told, words.slice(0, cut ? 128 : count));
  });

  for (const [count, cut] of [[16, false], [20, true]] as const) test(`a vector of ${count} buffers: ${cut ? 'the first 16, and the record says so' : 'all'}`, async () => {
    const script = `const fs = require('fs'); fs.writevSync(fs.openSync('/dev/null', 'w'), Array.from({ length: ${count} }, (_, i) => Buffer.from(String.fromCharCode(97 + i))))`;
    const found = await event([process.execPath, '-e', script], {}, (e, pid) => (e.def.name === 'writev' || e.def.name === 'pwritev') && e.tid === pid && e.params['res'] === count);
    assert.equal(isCut(found), cut);
    assert.equal(found.params['data'], 'abcdefghijklmnop');
  });
});

test('agents killed while they load and after leave nothing, and no loader stays', { skip: skipIds, timeout: 300_000 }, async () => {
  const addon = fileURLToPath(new URL('../../dist/agent/porthole.node', import.meta.url));
  const earlier = idsOfKernel(), moments = [0, 30, 60, 90, 120, 200, 300, 500];
  assert.ok(existsSync(addon));
  for (const ms of moments) {
    const script = `const probe = require(${JSON.stringify(addon)}).openProbe({ ringBytes: 1 << 20 }); probe.start(() => undefined);`;
    const child = spawn(process.execPath, ['-e', script], { stdio: 'ignore', env: { ...process.env, PORTHOLE_PROBE_OBJECT: '5.8' } });
    running.add(child);
    const ended = new Promise<void>((resolve) => { child.once('exit', () => { running.delete(child); resolve(); }); });
    await delay(ms);
    const helpers = childrenOf(child.pid ?? 0).filter((pid) => loaders().includes(pid));
    child.kill('SIGKILL');
    await ended;
    assert.deepEqual(await until(() => helpers.filter((pid) => loaders().includes(pid)), (left) => left.length === 0), []);
  }
  const attached = ({ prog, link }: Ids): Ids => ({ prog, link, map: new Set(), btf: new Set() });
  assert.equal(await until(() => tell(attached(idsOfKernel()), undefined, earlier, idsOfAll()), (text) => text === '', 250), '', 'objects that no process holds');
});
