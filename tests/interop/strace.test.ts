// Beside `strace -f -T` on the same run of real programs: each thread makes the same calls in the same order with the same results, and no call
// takes longer than strace saw it take: strace stops a thread before the probe notes a call's start, and again after it has noted its end.
//
// What is excused, and why:
// - exit and exit_group do not return, and the probe sends a call when it returns. A call that the end of its thread cuts off leaves the
//   kernel as one to be restarted (or not at all), and strace shows it as unfinished.
// - what a thread does before it runs the program that is compared (strace's own child): strace shows it from that execve on.
// - the return of a birth (clone, fork, vfork) in the child: strace has the child from its first own call on.
// - names: strace calls a few calls as the C library does; NAMES lists them.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { SYSCALLS } from '../../driver/schema/index.ts';
import { places } from '../../driver/test/callsScript.ts';
import { cannotRun, Recorder, type Recorded } from '../../driver/test/recorder.ts';
import { readStrace, type StraceCall, type StraceThread } from './straceLog.ts';

const arch = process.arch === 'x64' ? 'x64' : 'arm64';
const noStrace = spawnSync('strace', ['-V'], { stdio: 'ignore' }).status !== 0 ? 'KERNEL TEST SKIPPED: strace is not installed (apt-get install strace)' : undefined;
const skip = cannotRun() ?? noStrace ?? false;
const folder = mkdtempSync(join(tmpdir(), 'porthole-strace-'));
/** Programs run in a control group of their own, and the probe is asked for it alone: what else the machine does shall not fill the ring. */
const all = skip === false ? places() : [], [place] = all;
let recorder: Recorder;
before(() => {
  if (skip !== false) return;
  recorder = new Recorder({ ringBytes: 128 << 20 });
  if (place !== undefined) recorder.probe.setCgroups([place.id]);
});
after(async () => {
  rmSync(folder, { recursive: true, force: true });
  if (skip !== false) return;
  for (const one of all) await one?.remove();
  recorder.close();
  assert.deepEqual(recorder.faults, []);
});

/** strace's name for a call to that of the kernel's table. */
const NAMES = new Map([['umount', 'umount2']]);
const BIRTHS = new Set(['clone', 'clone3', 'fork', 'vfork']);
/** ERESTARTSYS and its kin, as of a call that a signal has interrupted. */
const RESTARTS = new Set([-512n, -513n, -514n, -516n]);
/** What strace's clock leaves out of a duration, which it prints in whole µs. */
const GRAIN_US = 2;
/** Clocks are read at different moments, and slewed; further apart than this they are two clocks. */
const SAME_CLOCK_US = 50_000;

const numberToName = new Map(SYSCALLS.filter((call) => call[arch] >= 0).map((call) => [call[arch], call.name]));
const nameOf = (event: Recorded): string => numberToName.get(event.nr) ?? `call ${String(event.nr)}`;

/** What a call returned: the first parameter of its event; of one without an event of its own, the one called so. */
function resultOf(event: Recorded): bigint {
  const value = event.def.symbol === 'GENERIC_X' ? event.params['res'] : Object.values(event.params)[0];
  if (typeof value !== 'number' && typeof value !== 'bigint') throw new Error(`${event.def.symbol} has no result`);
  return BigInt.asIntN(64, BigInt(value));
}

interface Traced { readonly threads: ReadonlyMap<number, StraceThread>; readonly events: ReadonlyMap<number, readonly Recorded[]> }

/** Runs a program under strace with the probe open, `meanwhile` beside it; gives both views by thread. */
async function trace(name: string, command: readonly string[], meanwhile?: (said: Promise<string>) => Promise<void>): Promise<Traced> {
  const prefix = join(folder, `${name}.log`), dir = join(folder, name);
  mkdirSync(dir);
  recorder.events.length = 0;
  const losses = recorder.probe.stats().losses;
  const enter = place === undefined ? [] : ['/bin/sh', '-c', `echo $$ > ${place.path}/cgroup.procs; exec "$0" "$@"`];
  const [program = '', ...words] = [...enter, 'strace', '-ff', '-T', '-ttt', '-s', '0', '-o', prefix, ...command];
  const child = spawn(program, words, { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: dir, LC_ALL: 'C' } });
  let output = '', said: (text: string) => void;
  const first = new Promise<string>((resolve) => { said = resolve; });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => { output += data.toString(); said(data.toString()); });
  const ended = new Promise<number | null>((resolve) => { child.once('close', resolve); });
  const hung = setTimeout(() => { child.kill('SIGKILL'); }, 180_000);
  try {
    if (meanwhile !== undefined) await meanwhile(Promise.race([first, ended.then(() => { throw new Error(`${name} has ended: ${output}`); })]));
    const status = await ended;
    assert.ok(status === 0 || meanwhile !== undefined, `${name}: ${String(status)}: ${output}`);
  } finally { clearTimeout(hung); child.kill('SIGKILL'); }
  const threads = readStrace(prefix);
  await recorder.until('the ends of all threads', () => ([...threads.keys()].every((tid) => recorder.events.some((e) => e.tid === tid && e.def.name === 'procexit')) ? true : undefined));
  assert.deepEqual(recorder.probe.stats().losses, losses, 'the ring was too small for this comparison');
  const events = new Map<number, Recorded[]>([...threads.keys()].map((tid) => [tid, []]));
  for (const event of recorder.events) if (event.def.isExit && event.nr !== 0xffff) events.get(event.tid)?.push(event);
  return { threads, events };
}

/** What the probe has of a thread, from the same call on as strace. */
function comparable(events: readonly Recorded[], calls: readonly StraceCall[], isFirst: boolean): readonly Recorded[] {
  const [born] = events;
  if (!isFirst) return born !== undefined && BIRTHS.has(nameOf(born)) && resultOf(born) === 0n ? events.slice(1) : events;
  assert.equal(calls[0]?.name, 'execve');
  const start = events.findIndex((e) => nameOf(e) === 'execve' && resultOf(e) === 0n);
  assert.ok(start >= 0, 'no execve of the program');
  return events.slice(start);
}

/** Compares both views; gives the number of calls. */
function compare({ threads, events }: Traced): number {
  const first = Math.min(...[...threads].map(([, { calls }]) => calls[0]?.startUs ?? Infinity));
  let compared = 0;
  for (const [tid, { calls, unfinished }] of threads) {
    const own = comparable(events.get(tid) ?? [], calls, calls[0]?.startUs === first);
    calls.forEach((call, i) => {
      const event = own[i], about = `thread ${String(tid)}, call ${String(i)}: strace has ${call.line.slice(0, 300)}`;
      assert.ok(event !== undefined, `${about}; the probe has no more`);
      assert.equal(nameOf(event), NAMES.get(call.name) ?? call.name, about);
      assert.equal(resultOf(event), BigInt.asIntN(64, call.result), about);
      assert.ok(event.start > 0n && event.ts >= event.start, about);
      const tookUs = Number(event.ts - event.start) / 1000;
      assert.ok(tookUs <= call.durationUs + GRAIN_US, `${about}; the probe says ${String(tookUs)} µs`);
      const startUs = Number(event.start / 1000n);
      assert.ok(Math.abs(startUs - call.startUs) < SAME_CLOCK_US + call.durationUs, `${about}; the probe says it began at ${String(startUs)} µs`);
      compared++;
    });
    const [cut, ...rest] = own.slice(calls.length);
    if (cut !== undefined) assert.ok(nameOf(cut) === unfinished && RESTARTS.has(resultOf(cut)), `thread ${String(tid)}: strace has no ${nameOf(cut)} = ${String(resultOf(cut))} at its end`);
    assert.deepEqual(rest.map(nameOf), [], `thread ${String(tid)}: strace has no such calls`);
  }
  return compared;
}

test('a package manager: the same calls, results and order', { skip }, async (t) => {
  if (spawnSync('dpkg-deb', ['--version'], { stdio: 'ignore' }).status !== 0) { t.skip('KERNEL TEST SKIPPED: dpkg-deb is missing'); return; }
  const tree = join(folder, 'tree');
  mkdirSync(join(tree, 'DEBIAN'), { recursive: true });
  mkdirSync(join(tree, 'usr/share/porthole'), { recursive: true });
  writeFileSync(join(tree, 'DEBIAN/control'), 'Package: porthole-test\nVersion: 1\nArchitecture: all\nMaintainer: nobody <nobody@example.org>\nDescription: nothing\n');
  for (let i = 0; i < 40; i++) writeFileSync(join(tree, `usr/share/porthole/file ${String(i)}`), 'x'.repeat(i * 100));
  chmodSync(join(tree, 'DEBIAN'), 0o755);
  assert.ok(compare(await trace('build', ['dpkg-deb', '--root-owner-group', '-Zgzip', '-b', tree, join(folder, 'test.deb')])) > 500);
  assert.ok(compare(await trace('unpack', ['dpkg-deb', '-x', join(folder, 'test.deb'), join(folder, 'unpacked')])) > 300);
});

test('a compiler: the same calls, results and order', { skip }, async () => {
  const source = join(folder, 'hello.c');
  writeFileSync(source, '#include <stdio.h>\n#include <stdlib.h>\nint main(void) { puts("hello"); return EXIT_SUCCESS; }\n');
  assert.ok(compare(await trace('compiler', ['cc', '-O1', '-o', join(folder, 'hello'), source])) > 500);
});

test('a shell script: the same calls, results and order', { skip }, async () => {
  const script = join(folder, 'script.sh');
  writeFileSync(script, `set -u
for i in 1 2 3 4 5; do echo "$i" > "file $i"; done
cat file* | sort -r | head -3 | while read -r line; do echo "$line"; done
ls -l . /no/such/place 2>/dev/null | wc -l
(exit 3) || true
trap 'echo caught' USR1; (sleep 0.05; kill -USR1 $$) & wait; wait
mkfifo pipe; (echo through > pipe) & cat pipe; wait
test -x /bin/sh && mv "file 1" renamed && ln -s renamed link && rm -f file* link; kill -9 $$ & wait
`);
  assert.ok(compare(await trace('script', ['/bin/sh', script], () => Promise.resolve())) > 500);
});

/** Asks for a page; gives its status. */
function ask(port: number, path: string): Promise<number> {
  return new Promise((resolve, reject) => { get({ port, path, host: '127.0.0.1', agent: false }, (response) => { response.resume(); response.once('end', () => { resolve(response.statusCode ?? 0); }); }).once('error', reject); });
}

test('a web server under load: the same calls, results and order', { skip }, async () => {
  const server = `const fs = require('fs'); fs.writeFileSync('page', 'x'.repeat(5000));
    const s = require('http').createServer((q, r) => { if (q.url === '/stop') { r.end(() => process.exit(0)); return; } fs.readFile(q.url === '/' ? 'page' : '.' + q.url, (e, d) => { r.statusCode = e ? 404 : 200; r.end(d); }); });
    s.listen(0, '127.0.0.1', () => console.log('port ' + s.address().port));`;
  const traced = await trace('server', [process.execPath, '-e', server], async (said) => {
    const port = Number(/port (\d+)/.exec(await said)?.[1]);
    for (let round = 0; round < 10; round++) assert.deepEqual([...new Set(await Promise.all(Array.from({ length: 12 }, (_, i) => ask(port, i === 11 ? '/none' : '/'))))].sort(), [200, 404]);
    await ask(port, '/stop');
  });
  assert.ok(traced.threads.size > 4, 'a server of several threads');
  assert.ok(compare(traced) > 2000);
});
