// What the kernel's iterators say of real processes, beside what /proc says of the same ones: field by field, and what either knows alone by name.
import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { cannotRun } from '../../driver/test/recorder.ts';
import { TimeBase } from '../engine/base/nanos.ts';
import type { LiveThread } from '../engine/state/liveThread.ts';
import type { FdInfo } from '../engine/state/model.ts';
import { SystemState } from '../engine/state/systemState.ts';
import { loadAddon } from './addon.ts';
import { until } from './agentSupport.test.ts';
import { openLive } from './liveSource.ts';
import { ProcScanner, readMachine } from './procScan.ts';
import { takeSnapshot } from './snapshotScan.ts';

const why = cannotRun() ?? (existsSync('/usr/bin/cc') ? undefined : 'KERNEL TEST SKIPPED: there is no C compiler (Debian: gcc)');
const base = new TimeBase(BigInt(Date.now()) * 1_000_000n);
const O_CLOEXEC = 0x1000;

async function taken(by: 'iterators' | 'proc'): Promise<SystemState> {
  const state = new SystemState(base, readMachine());
  const result = await takeSnapshot(state, { scanner: new ProcScanner({ base }), base, open: by === 'proc' ? undefined : () => loadAddon().openSnapshot(), pause: async () => { await new Promise((resolve) => { setImmediate(resolve); }); } });
  assert.equal(result.by, by, JSON.stringify(result));
  state.settle();
  return state;
}

function stateOf(pid: number): string { try { return /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? ''; } catch { return ''; } }
/** By parent. */
function childrenOf(pid: number): number[] { return readdirSync('/proc').map(Number).filter((one) => { try { return one > 0 && Number(readFileSync(`/proc/${one}/stat`, 'utf8').replace(/.*\) /s, '').split(' ')[1]) === pid; } catch { return false; } }); }

for (const apart of [false, true]) describe(`processes ${apart ? 'in namespaces and control groups of their own' : 'of the host'}`, { skip: why ?? false, timeout: 60_000 }, () => {
  let folder = '', child: ChildProcessByStdio<Writable, Readable, null>, pid = 0, group = '', iterated: SystemState, read: SystemState;
  const told = new Map<string, number>();
  const number = (name: string): number => told.get(name) ?? assert.fail(`the program did not tell of ${name}`);

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'porthole-snapshot-'));
    const program = join(folder, 'work'), place = join(folder, 'place');
    mkdirSync(place);
    execFileSync('cc', ['-O1', '-pthread', '-o', program, fileURLToPath(new URL('test/snapshotWork.c', import.meta.url))]);
    if (apart) {
      // As a container engine does it: in the v2 hierarchy, wherever that is mounted.
      const v2 = readFileSync('/proc/mounts', 'utf8').split('\n').map((line) => line.split(' ')).find(([, , type]) => type === 'cgroup2')?.[1];
      if (v2 !== undefined) { group = join(v2, `porthole-snapshot-${process.pid}`, 'docker', 'ab'.repeat(32)); mkdirSync(group, { recursive: true }); }
    }
    const start = group === '' ? '' : `echo $$ > '${group}/cgroup.procs' && `;
    child = spawn('sh', ['-c', `${start}exec "$0" "$@"`, program, ...(apart ? ['apart'] : ['first word', 'two\nlines'])], { cwd: place, stdio: ['pipe', 'pipe', 'inherit'], env: { PATH: process.env['PATH'], MARK: 'of the test' } });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => { text += chunk.toString(); });
    assert.match(await until(() => text, (all) => all.includes('ready'), 20, 20_000), /ready/);
    for (const line of text.split('\n')) { const [name = '', value] = line.split(' '); if (value !== undefined) told.set(name, Number(value)); }
    pid = apart ? childrenOf(child.pid ?? 0)[0] ?? 0 : child.pid ?? 0;
    assert.ok(pid > 0);
    // The first thread of one of them ends.
    await until(() => childrenOf(pid).filter((one) => stateOf(one) === 'Z').length, (n) => n === 2, 20);
    iterated = await taken('iterators');
    read = await taken('proc');
  });
  after(() => {
    const all = pid > 0 ? [...childrenOf(pid), pid] : [];
    child.stdin.end();
    child.kill('SIGKILL');
    for (const one of all) try { process.kill(one, 'SIGKILL'); } catch { /* it has ended */ }
    // Paths in it are longer than calls take.
    execFileSync('rm', ['-rf', folder]);
    const upwards = group === '' ? [] : [group, join(group, '..'), join(group, '../..')];
    const remove = async (): Promise<void> => { for (const path of upwards) await until(() => { try { rmdirSync(path); return true; } catch { return !existsSync(path); } }, Boolean, 20); };
    return remove();
  });

  const thread = (state: SystemState, tid: number): LiveThread => state.thread(tid) ?? assert.fail(`thread ${tid} is not known`);
  const fdOf = (name: string, state = iterated): FdInfo | undefined => thread(state, pid).fds.get(number(name));

  test('processes and threads are the same, with all that is told of each', () => {
    const ids = (state: SystemState): number[] => [...state.threads()].filter(({ info }) => info.pid === pid || info.ptid === pid).map(({ info }) => info.tid).sort((a, b) => a - b);
    assert.deepEqual(ids(iterated), ids(read));
    assert.ok(ids(read).length >= 7, ids(read).join(' '));
    const facts = ({ info, ...more }: LiveThread): Record<string, unknown> => ({
      tid: info.tid, pid: info.pid, ptid: info.ptid, vtid: info.vtid, vpid: info.vpid, vpgid: info.vpgid, sid: info.sid, comm: info.comm, exe: info.exe, exepath: info.exepath, args: info.args, env: info.env, cwd: info.cwd, root: info.root,
      cgroups: info.cgroups, containerId: info.containerId, uid: info.uid, gid: info.gid, loginuid: info.loginuid, tty: info.tty, fdlimit: info.fdlimit, pfmajor: more.pfmajor, vmSizeKb: more.vmSizeKb, parent: info.parent?.tid,
      // /proc knows it by hundredths of a second, and the wall's clock has been read twice.
      ...(info.cloneNs === -1 ? {} : { began: Math.abs(info.cloneNs - thread(read, info.tid).info.cloneNs) < 1e8 }),
    });
    for (const tid of ids(read)) if (thread(read, tid).info.comm !== 'headless') assert.deepEqual(facts(thread(iterated, tid)), facts(thread(read, tid)));
    const { info, pfminor } = thread(iterated, pid);
    assert.ok(info.env.includes('MARK=of the test') && info.cwd === `${folder}/place/`);
    if (!apart) assert.deepEqual(info.args, ['first word', 'two\nlines']);
    assert.ok(Number(pfminor) > 0 && Math.abs(Number(pfminor) - Number(thread(read, pid).pfminor)) < 100, `${pfminor} page faults`);
    assert.ok(Math.abs(thread(iterated, pid).vmRssKb - thread(read, pid).vmRssKb) <= 4096);
    const names = ids(iterated).map((tid) => thread(iterated, tid).info.comm);
    for (const name of ['plain\nthread', 'own files', 'a user', 'sharing', 'headless']) assert.ok(names.includes(name), `${name} is not among ${names.join(', ')}`);
    const user = ids(iterated).map((tid) => thread(iterated, tid).info).find((one) => one.comm === 'a user');
    assert.deepEqual([user?.uid, user?.gid, user?.vpgid === user?.vpid], [1234, 1235, true]);
    if (apart) assert.deepEqual([info.vpid, info.vtid, info.sid], [1, 1, pid]);
    if (group !== '') assert.equal(info.containerId, 'ab'.repeat(6));
  });

  test('one that has ended and waits to be asked after is no process, one whose first thread has ended is', () => {
    const ended = childrenOf(pid).filter((one) => stateOf(one) === 'Z'), known = ended.filter((one) => iterated.thread(one) !== undefined);
    assert.deepEqual([ended.length, known.length], [2, 1]);
    const first = thread(iterated, known[0] ?? 0);
    assert.equal(first.info.comm, 'headless');
    // What it runs, and where, is asked of the thread that goes on: of the first /proc has nothing.
    const { info } = first, whole = thread(iterated, pid).info;
    assert.deepEqual([info.exe, info.exepath, info.cwd, info.root, info.env, info.cgroups], [whole.exe, whole.exepath, whole.cwd, whole.root, whole.env, whole.cgroups]);
    assert.ok(first.vmSizeKb > 0);
    assert.ok(first.fds.size >= 20, `${first.fds.size} descriptors`);
  });

  test('descriptors are the same, but for what iterators know better', () => {
    const shape = (info: FdInfo | undefined): unknown => info === undefined ? undefined : { kind: info.kind, name: info.name, l4: info.l4, sip: info.sip, sport: info.sport, dip: info.dip, dport: info.dport, role: info.role, connected: info.connected };
    // Neither bound nor connected, or without a name of its own: /proc lists no such socket, or no name of it that is whole. And it tells directories by how they were opened.
    // What the namespaces' processes have of the host, the ends of this test, is of another network than theirs.
    const better = new Set([...(apart ? [0, 1, 2] : []), ...['directory', 'pathOfDirectory', 'unbound', 'unboundUdp', 'unixClient', 'unixListening', 'abstractListening', 'netlink', 'deep'].map(number)]);
    const { fds } = thread(iterated, pid), known = thread(read, pid).fds;
    assert.deepEqual([...known].map(([fd]) => fd).filter((fd) => !fds.has(fd)), [], 'all that /proc has');
    assert.deepEqual([...fds].map(([fd]) => fd).filter((fd) => !known.has(fd)), [number('deep')], 'a path that is too long for a link of /proc');
    for (const [fd, info] of fds) if (!better.has(fd)) assert.deepEqual([fd, shape(info)], [fd, shape(known.get(fd))]);
    for (const [fd, info] of fds) if (info.kind === 'file' && !better.has(fd)) assert.deepEqual([fd, info.openFlags], [fd, known.get(fd)?.openFlags]);
  });

  test('files: by name, kind, flags, device and inode', () => {
    const place = `${folder}/place`;
    const seen = (name: string): readonly unknown[] => { const info = fdOf(name); return [info?.kind, info?.name]; };
    assert.deepEqual(seen('read'), ['file', `${place}/plain`]);
    assert.deepEqual(seen('deleted'), ['file', `${place}/deleted (deleted)`]);
    assert.deepEqual(seen('hostile'), ['file', `${place}/evil\n\x1b[31m\ufffd name`]);
    assert.deepEqual(seen('device'), ['file', '/dev/null']);
    assert.deepEqual(seen('fifo'), ['file', `${place}/fifo`]);
    for (const name of ['directory', 'directoryAsked', 'pathOfDirectory']) assert.deepEqual(seen(name), ['directory', place], name);
    assert.deepEqual(seen('pathOfFile'), ['file', `${place}/plain`]);
    assert.deepEqual(seen('deep'), ['file', '']);
    assert.deepEqual(['pipeOut', 'pipeIn', 'far', 'event', 'memory', 'epoll', 'timer', 'signal', 'inotify', 'pidfd'].map((name) => fdOf(name)?.kind), ['pipe', 'pipe', 'pipe', 'event', 'memfd', 'eventpoll', 'timerfd', 'signalfd', 'inotify', 'pidfd']);
    assert.equal(fdOf('memory')?.name, 'some memory');
    assert.equal(fdOf('pipeOut')?.ino, Number(/\d+/.exec(readlinkSync(`/proc/${pid}/fd/${number('pipeOut')}`))?.[0]));
    const real = statSync(`${place}/plain`);
    assert.deepEqual([fdOf('read')?.ino, fdOf('read')?.dev], [real.ino, real.dev]);
    // An exec closes these: of what is no file /proc was never asked.
    assert.deepEqual(['pipeOut', 'far', 'memory', 'epoll', 'event', 'tcpClient', 'tcpListening'].map((name) => ((fdOf(name)?.openFlags ?? 0) & O_CLOEXEC) !== 0), [true, false, true, true, false, true, false]);
  });

  test('sockets: ends, roles, and names, in whatever network they are', () => {
    const ends = (name: string): readonly unknown[] => { const info = fdOf(name); return [info?.kind, info?.name, info?.role]; };
    const port = number('tcpPort'), six = number('tcp6Port'), any = number('anyPort'), udp = number('udpPort');
    assert.deepEqual(ends('tcpListening'), ['ipv4server', `127.0.0.1:${port}`, 'server']);
    const client = fdOf('tcpClient')?.sport ?? 0;
    assert.ok(client > 0);
    assert.deepEqual(ends('tcpClient'), ['ipv4', `127.0.0.1:${client}->127.0.0.1:${port}`, 'client']);
    assert.deepEqual(ends('tcpAccepted'), ['ipv4', `127.0.0.1:${client}->127.0.0.1:${port}`, 'server']);
    assert.deepEqual(ends('tcp6Listening'), ['ipv6server', `::1:${six}`, 'server']);
    assert.deepEqual([fdOf('tcp6Accepted')?.kind, fdOf('tcp6Accepted')?.dip, fdOf('tcp6Accepted')?.dport, fdOf('tcp6Accepted')?.role], ['ipv6', '::1', six, 'server']);
    assert.deepEqual(ends('anyListening'), ['ipv6server', `:::${any}`, 'server']);
    assert.deepEqual([fdOf('mappedClient')?.kind, fdOf('mappedClient')?.dip, fdOf('mappedClient')?.dport], ['ipv4', '127.0.0.1', any]);
    assert.deepEqual(ends('unbound'), ['ipv4', '', 'none']);
    assert.deepEqual(ends('unboundUdp'), ['ipv6', '', 'none']);
    assert.deepEqual([fdOf('udpBound')?.kind, fdOf('udpBound')?.dport, fdOf('udpConnected')?.kind, fdOf('udpConnected')?.dport], ['ipv4server', udp, 'ipv4', udp]);
    assert.deepEqual(['raw', 'netlink', 'packet'].map((name) => fdOf(name)?.kind), ['ipv4server', 'netlink', 'unsupported']);
    assert.deepEqual(ends('unixListening').slice(0, 2), ['unix', 'socket\nof mine']);
    // It has no address: the other end's says what it is connected to.
    assert.deepEqual(ends('unixClient').slice(0, 2), ['unix', 'socket\nof mine']);
    assert.deepEqual(ends('abstractListening').slice(0, 2), ['unix', '@abstract']);
    assert.deepEqual(ends('pairOne').slice(0, 2), ['unix', '']);
  });

  test('threads and processes that share descriptors, and a thread that has its own', () => {
    const all = [...iterated.threads()].filter(({ info }) => info.pid === pid || info.ptid === pid), of = (comm: string): LiveThread => all.find(({ info }) => info.comm === comm) ?? assert.fail(comm);
    const main = thread(iterated, pid), own = of('own files');
    assert.equal(of('plain\nthread').fds, main.fds);
    assert.notEqual(own.fds, main.fds);
    assert.equal(own.fds.get(number('ownFile'))?.name, `${folder}/place/own`);
    assert.notEqual(main.fds.get(number('ownFile'))?.name, `${folder}/place/own`);
    assert.equal(own.fds.get(number('tcpListening'))?.name, main.fds.get(number('tcpListening'))?.name);
    assert.deepEqual([...of('sharing').fds].map(([fd, info]) => [fd, info.name]), [...main.fds].map(([fd, info]) => [fd, info.name]));
  });
});

describe('which way is taken', { skip: why ?? false, timeout: 60_000 }, () => {
  const variables = ['PORTHOLE_SNAPSHOT', 'PORTHOLE_PROBE_OBJECT'];
  /** What a live source's log says of its first look. */
  async function told(env: Readonly<Record<string, string>>): Promise<Readonly<Record<string, unknown>>> {
    const was = variables.map((name) => process.env[name]);
    for (const name of variables) { const value = env[name]; if (value === undefined) delete process.env[name]; else process.env[name] = value; }
    const said: Readonly<Record<string, unknown>>[] = [];
    try {
      const live = await openLive({ log: (_, message, data) => { if (message === 'scanned') said.push(data ?? {}); } });
      assert.ok(live.probe);
      assert.equal(live.state.thread(process.pid)?.info.comm, readFileSync('/proc/self/comm', 'utf8').trim());
      assert.ok((live.state.thread(process.ppid)?.fds.size ?? 0) > 0);
      await live.close();
    } finally { variables.forEach((name, i) => { const value = was[i]; if (value === undefined) delete process.env[name]; else process.env[name] = value; }); }
    return said[0] ?? {};
  }
  test('iterators where the kernel has them', async () => { assert.equal((await told({}))['by'], 'iterators'); });
  test('/proc where it is asked for, or the probe is the fallback for kernels that have none', async () => {
    const asked = await told({ PORTHOLE_SNAPSHOT: 'proc' }), older = await told({ PORTHOLE_PROBE_OBJECT: '5.8' });
    assert.deepEqual([asked['by'], asked['why']], ['proc', 'asked for by PORTHOLE_SNAPSHOT']);
    assert.equal(older['by'], 'proc');
    assert.match(String(older['why']), /fallback/);
  });
  test('/proc where the kernel refuses the iterators, or ends them in the middle', async () => {
    const scanner = (): ProcScanner => new ProcScanner({ base });
    for (const open of [() => { throw new Error('not today'); }, () => ({ ...nothing, tasks: () => { throw new Error('not today'); } })]) {
      const state = new SystemState(base, readMachine()), result = await takeSnapshot(state, { scanner: scanner(), base, open });
      assert.deepEqual([result.by, result.by === 'proc' ? result.why : ''], ['proc', 'not today']);
      assert.ok((state.thread(process.pid)?.fds.size ?? 0) > 0);
    }
    // Nobody is missing whom an iterator does not show.
    const state = new SystemState(base, readMachine()), result = await takeSnapshot(state, { scanner: scanner(), base, open: () => nothing });
    assert.equal(result.by, 'iterators');
    assert.ok((state.thread(process.pid)?.fds.size ?? 0) > 0);
  });
  const nothing = { tasks: () => undefined, files: () => undefined, bootEpoch: () => 0n, close: () => undefined };
});

describe('this host', { skip: why ?? false, timeout: 60_000 }, () => {
  test('nothing of the iterators stays in the kernel, and they can be had again and again', async () => {
    const ids = (): string => readdirSync('/proc/self/fd').flatMap((fd) => { try { const link = readlinkSync(`/proc/self/fd/${fd}`); return /bpf/.test(link) ? [link] : []; } catch { return []; } }).join(' ');
    const before = ids();
    for (let i = 0; i < 5; i++) { const snapshot = loadAddon().openSnapshot(); assert.notEqual(ids(), before); assert.ok((snapshot.tasks()?.length ?? 0) > 0); snapshot.files(); snapshot.close(); snapshot.close(); }
    assert.equal(ids(), before);
    const snapshot = loadAddon().openSnapshot();
    snapshot.close();
    assert.throws(() => snapshot.tasks(), /closed/);
    await taken('iterators');
    assert.equal(ids(), before);
  });

  test('a thousand descriptors of long names come whole, whatever the reader cuts', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'porthole-snapshot-'));
    t.after(() => { rmSync(folder, { recursive: true, force: true }); });
    const deep = join(folder, ...Array.from({ length: 8 }, (_, i) => String(i).repeat(200)));
    mkdirSync(deep, { recursive: true });
    writeFileSync(join(deep, 'file'), '');
    const child = spawn('sh', ['-c', 'exec perl -e \'for (1..1000) { open(my $f, "<", $ARGV[0]) or die; push @f, $f } $| = 1; print "ready"; sleep 600\' "$0"', join(deep, 'file')], { stdio: ['ignore', 'pipe', 'inherit'] });
    t.after(() => { child.kill('SIGKILL'); });
    await new Promise<void>((resolve, reject) => { child.stdout.once('data', () => { resolve(); }); child.once('close', () => { reject(new Error('perl has ended')); }); });
    const { fds } = (await taken('iterators')).thread(child.pid ?? 0) ?? assert.fail('not known');
    const named = [...fds.values()].filter((info) => info.name === join(deep, 'file'));
    assert.equal(named.length, 1000);
  });
});
