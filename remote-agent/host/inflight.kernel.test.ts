// Calls under way on the real kernel: each kind of wait, told by /proc and by the probe, with what it waits on.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { TimeBase } from '../engine/base/nanos.ts';
import { compileFilter } from '../engine/filter/index.ts';
import { callByNumber } from '../engine/session/callTable.ts';
import type { CallList, CallRow } from '../engine/session/inflight.ts';
import { Session } from '../engine/session/session.ts';
import { SystemState } from '../engine/state/systemState.ts';
import { loadAddon, ProbeProblem } from './addon.ts';
import { pause } from './fileSource.ts';
import { HostCalls, OWN_ARCH, parseSched, parseSyscall } from './inflight.ts';
import { openLive } from './liveSource.ts';
import { ProcessMemory } from './processMemory.ts';
import { ProcScanner } from './procScan.ts';

const skip = whyNot();
function whyNot(): string | false {
  if (process.platform !== 'linux') return 'SKIPPED: not Linux';
  if (process.getuid?.() !== 0) return 'SKIPPED: needs root';
  if (!existsSync('/proc/self/syscall')) return 'SKIPPED: this kernel has no /proc/PID/syscall';
  try { execFileSync('cc', ['--version'], { stdio: 'ignore' }); } catch { return 'SKIPPED: no C compiler (Debian: gcc)'; }
  return false;
}
function whyNoProbe(): string | false {
  if (skip !== false) return skip;
  try { loadAddon(); return false; } catch (error) { return `SKIPPED: ${error instanceof ProbeProblem ? error.message : String(error)}`; }
}
const timeout = 300_000;

let folder = '', helper = '';
const children = new Set<ChildProcess>();
before(() => {
  if (skip !== false) return;
  folder = mkdtempSync(join(tmpdir(), 'porthole-blocked-'));
  helper = join(folder, 'blocked');
  execFileSync('cc', ['-O1', '-pthread', '-o', helper, fileURLToPath(new URL('./test/blocked.c', import.meta.url))]);
});
after(() => {
  for (const child of children) child.kill('SIGKILL');
  if (folder !== '') rmSync(folder, { recursive: true, force: true });
});

function blocked(name: string, argument = ''): number {
  const child = spawn(helper, [name, argument], { stdio: ['ignore', 'ignore', 'inherit'] });
  children.add(child);
  assert.ok(child.pid !== undefined);
  return child.pid;
}
async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => { server.close(resolve); });
  return String(port);
}

interface Host { readonly session: Session; readonly scanner: ProcScanner; readonly state: SystemState }
/** A session that knows some processes and has no probe. */
function withoutProbe(): Host {
  const base = new TimeBase(BigInt(Date.now()) * 1_000_000n), state = new SystemState(base, { cpus: 1, memoryBytes: 0, maxPid: 0, hostname: 'h', bootNs: 0n });
  const session = new Session({ state, compile: compileFilter, info: { hostname: 'h', kernel: '', cpus: 1, live: true, agentVersion: '' }, now: () => (Date.now() - Number(base.epochNs / 1_000_000n)) * 1e6 });
  session.calls = new HostCalls({ state, probe: () => undefined, pause });
  return { session, state, scanner: new ProcScanner({ base }) };
}
const ALL = { filter: '', longerNs: 0, count: 1000 };
const ofPid = (list: CallList, pid: number): CallRow | undefined => list.calls.find((call) => call.pid === pid);
/** Waits for a condition; the bound only ends a hang. */
async function until<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (let i = 0; i < 3000; i++) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
  return assert.fail(`waited in vain: ${what}`);
}

/** What blocks, the call that it is in, the descriptor that it was called with, and what it waits on. */
const WAITS: readonly (readonly [what: string, call: string, fd: number | undefined, on: RegExp])[] = [
  ['read', 'read', 40, /^pipe/],
  ['accept', 'accept', 42, /^listening socket 127\.0\.0\.1:\d+$/],
  ['recv', 'recvfrom', 43, /^socket 127\.0\.0\.1:\d+->127\.0\.0\.1:\d+$/],
  ['connect', 'connect', undefined, /^socket to \/.*backlog$/],
  ['poll', 'poll', 40, /^2 descriptors: 40 pipe.*, 41 pipe/],
  ['ppoll', 'ppoll', 40, /^pipe/],
  ['select', 'pselect6', 40, /^pipe/],
  ['epoll', 'epoll_wait', 44, /^epoll of 2: \d+ eventfd, 40 pipe|^epoll of 2: 40 pipe, \d+ eventfd|^epoll of 2: .*pipe.*eventfd/],
  ['futex', 'futex', undefined, /^futex 0x[0-9a-f]+$/],
  ['child', 'wait4', undefined, /^child \d+ \(offspring\)$/],
  ['waitid', 'waitid', undefined, /^any child$/],
  ['sleep', 'clock_nanosleep', undefined, /^4321\.5 s to pass$/],
  ['open', 'openat', undefined, /fifo$/],
  ['flock', 'flock', 45, /lock$/],
  ['pause', 'pause', undefined, /^a signal$/],
  ['queue', 'msgrcv', undefined, /^message queue \d+$/],
  ['absent', 'poll', undefined, /^nothing but its time to run out$/],
];

test('each kind of wait is told with what it waits on, though nobody saw it begin', { skip, timeout }, async () => {
  const { session, state, scanner } = withoutProbe();
  const pids = new Map<string, number>();
  for (const [what] of WAITS) {
    const argument = what === 'connect' ? join(folder, 'backlog') : what === 'open' ? join(folder, 'fifo') : what === 'flock' ? join(folder, 'lock') : what === 'accept' || what === 'recv' ? await freePort() : '';
    pids.set(what, blocked(what, argument));
  }
  for (const [what, call, fd, on] of WAITS) {
    const pid = pids.get(what) ?? 0;
    const row = await until(`${what} to block in ${call}`, async () => {
      // What it has open, and whom it has begotten, changes until it blocks.
      state.removeThread(pid);
      scanner.refresh();
      scanner.process(pid, state);
      if (what === 'child') for (const child of execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' }).split('\n').filter(Boolean)) scanner.process(Number(child), state);
      const found = ofPid(await session.callsUnderWay({ ...ALL, filter: `proc.pid=${pid}` }), pid);
      return found?.name === call && on.test(found.on) ? found : undefined;
    }).catch(async (error: unknown) => { throw new Error(`${what}: ${String(error)}; it is told as ${JSON.stringify((await session.callsUnderWay(ALL)).calls.filter((c) => c.pid === pid))}`); });
    if (what !== 'connect') assert.equal(row.descriptors[0]?.fd, fd, what);
    assert.deepEqual([row.tid, row.startNs], [pid, -1], what);
    assert.ok(row.since === 'atLeast' ? row.waitingNs >= 0 : row.since === 'unknown' && row.waitingNs === -1, what);
    assert.equal(row.args.length, 6);
  }
});

test('a thread that goes from one call to another is not told to be in the first', { skip, timeout }, async () => {
  const { session, state, scanner } = withoutProbe();
  const child = spawn(helper, ['steps'], { stdio: ['pipe', 'ignore', 'inherit'] }), pid = child.pid ?? 0;
  children.add(child);
  for (const call of ['read', 'poll', 'read', 'poll']) {
    const row = await until(call, async () => { state.removeThread(pid); scanner.process(pid, state); const found = ofPid(await session.callsUnderWay(ALL), pid); return found?.name === call ? found : undefined; });
    for (let i = 0; i < 3; i++) assert.equal(ofPid(await session.callsUnderWay(ALL), pid)?.name, call, 'and goes on being told');
    assert.ok((ofPid(await session.callsUnderWay(ALL), pid)?.waitingNs ?? -1) >= row.waitingNs, 'for longer and longer');
    child.stdin?.write('x');
  }
});

test('who runs is not listed; threads are, each for itself; nor is the agent', { skip, timeout }, async () => {
  const { session, state, scanner } = withoutProbe();
  const running = blocked('run'), threads = blocked('thread');
  scanner.process(process.pid, state);
  scanner.process(running, state);
  const list = await until('both threads to wait', async () => {
    scanner.process(threads, state);
    const found = await session.callsUnderWay(ALL);
    return found.calls.filter((call) => call.pid === threads).length === 2 && found.calls.some((call) => call.comm === 'inner' && call.name === 'read') ? found : undefined;
  });
  assert.ok(!list.calls.some((call) => call.pid === running || call.pid === process.pid), JSON.stringify(list.calls.map((c) => [c.comm, c.name])));
  const inner = list.calls.find((call) => call.comm === 'inner');
  assert.deepEqual([inner?.pid, inner?.tid === threads, inner?.descriptors[0]], [threads, false, { fd: 40, kind: 'pipe', name: '' }]);
  assert.equal(list.hidden, 0);
});

/** A 32-bit program that waits for a signal; undefined where such programs cannot be made or run. */
function narrowProgram(): string | undefined {
  const program = join(folder, 'narrow'), source = 'void _start(void) { for (;;) __asm__ volatile("int $0x80" : : "a"(29)); }';
  try { execFileSync('cc', ['-m32', '-nostdlib', '-static', '-fno-pic', '-fno-stack-protector', '-o', program, '-x', 'c', '-'], { input: source, stdio: ['pipe', 'ignore', 'ignore'] }); } catch { return undefined; }
  return spawnSync(program, { timeout: 200, killSignal: 'SIGKILL' }).signal === 'SIGKILL' ? program : undefined;
}

test('calls of a 32-bit program have their own numbers', { skip, timeout }, async (t) => {
  const program = narrowProgram();
  if (program === undefined) { t.skip('SKIPPED: no 32-bit program can be made or run here'); return; }
  const { session, state, scanner } = withoutProbe();
  const child = spawn(program, { stdio: 'ignore' });
  children.add(child);
  const pid = child.pid ?? 0;
  const row = await until('the pause', async () => { state.removeThread(pid); scanner.process(pid, state); return ofPid(await session.callsUnderWay(ALL), pid); });
  assert.deepEqual([row.name, row.nr, row.on], ['pause', 29, 'a signal']);
});

test('a thread that is gone, and memory that is not there, are no errors', { skip, timeout }, async () => {
  const { session, state, scanner } = withoutProbe();
  const pid = blocked('pause');
  await until('the pause', () => existsSync(`/proc/${pid}/syscall`) && scanner.process(pid, state) !== undefined ? true : undefined);
  for (const child of children) if (child.pid === pid) { child.kill('SIGKILL'); await new Promise((resolve) => { child.once('exit', resolve); }); }
  const list = await session.callsUnderWay(ALL);
  assert.deepEqual([list.calls, list.hidden, list.threads], [[], 0, 1]);
  const memory = new ProcessMemory();
  assert.equal(await memory.read(process.pid, 4096n, 8), undefined);
  assert.equal(await memory.read(pid, 0x7fff00000000n, 8), undefined);
  assert.equal(await memory.read(process.pid, -1n, 8), undefined);
});

test('the probe tells since when; a call that began before it is told as such', { skip: whyNoProbe(), timeout }, async () => {
  const before_ = blocked('sleep');
  await until('the sleep before', () => { const call = parseSyscall(readFileSync(`/proc/${before_}/syscall`, 'utf8')); return call !== 'none' && callByNumber(OWN_ARCH, call.nr)?.name === 'clock_nanosleep' ? true : undefined; });
  const live = await openLive({ historyBytes: 1 << 24 });
  try {
    assert.deepEqual(live.session.problems.filter((p) => p.code === 'probe'), []);
    const older = await until('the sleep that began before', async () => { const row = ofPid(await live.session.callsUnderWay(ALL), before_); return row?.name === 'clock_nanosleep' ? row : undefined; });
    assert.notEqual(older.since, 'exact');
    const started = live.session.nowNs, after_ = blocked('poll');
    const row = await until('the poll', async () => { const found = ofPid(await live.session.callsUnderWay({ ...ALL, filter: `proc.pid=${after_}` }), after_); return found?.name === 'poll' ? found : undefined; });
    assert.equal(row.since, 'exact');
    assert.ok(row.startNs > started - 1e8 && row.startNs < live.session.nowNs, `${row.startNs} after ${started}`);
    assert.deepEqual(row.descriptors.map((d) => [d.fd, d.kind]), [[40, 'pipe'], [41, 'pipe']]);
    // It goes on: the start stays, the wait grows.
    const later = await until('the wait to grow', async () => { const found = ofPid(await live.session.callsUnderWay({ ...ALL, longerNs: row.waitingNs + 1e7 }), after_); return found; });
    assert.equal(later.startNs, row.startNs);
    for (const child of children) if (child.pid === after_) child.kill('SIGKILL');
    await until('its end', async () => ofPid(await live.session.callsUnderWay(ALL), after_) === undefined ? true : undefined);
  } finally { await live.close(); }
});

test('the command tells of this host, and as JSON', { skip: whyNoProbe(), timeout }, async () => {
  const pid = blocked('poll');
  const rows = (...words: string[]): string => execFileSync(process.execPath, ['--import', import.meta.resolve('tsx'), fileURLToPath(new URL('./main.ts', import.meta.url)), 'inflight', ...words, `proc.pid=${pid}`], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const text = await until('the poll in the table', () => { const said = rows(); return said.includes('poll') ? said : undefined; });
  assert.match(text, new RegExp(`host +blocked \\(${pid}\\) +poll +2 descriptors: 40 pipe, 41 pipe`));
  const { calls } = JSON.parse(rows('-j')) as { calls: { pid: number; name: string; descriptors: { fd: number }[] }[] };
  assert.deepEqual(calls.map((call) => [call.pid, call.name, call.descriptors.map(({ fd }) => fd)]), [[pid, 'poll', [40, 41]]]);
});

test('what /proc says is read, and what is no call is told from one', () => {
  assert.deepEqual(parseSyscall('0 0x3 0x7f1 0x20000 0x0 0xffffffff 0x0 0x7fffb0f2a928 0x7f102f0582ad\n'), { nr: 0, args: [3n, 0x7f1n, 0x20000n, 0n, 0xffffffffn, 0n] });
  for (const text of ['running\n', '-1 0x7ffe 0x7f10\n', '', '0 0x0 0x0 0x0 0x0 0x0 0x0 0x0 0x0\n', 'x 1 2 3 4 5 6 7 8']) assert.equal(parseSyscall(text), 'none', text);
  assert.deepEqual(parseSched('sleep (1, #threads: 1)\n---\nse.exec_start                                :      35029027.812937\nnr_switches                                  :                    7\n'), { ranMs: 35029027.812937 });
  assert.ok(Number.isNaN(parseSched('').ranMs));
  assert.ok(Number.isNaN(parseSched('se.exec_start : 0.000000\n').ranMs), 'has not run yet');
});
