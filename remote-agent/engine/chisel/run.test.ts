// Whole runs in this process: the chisels that come with Porthole over events made here, over a real capture, and beside sysdig's own.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { TimeBase } from '../base/nanos.ts';
import type { EventContext } from '../event/context.ts';
import { encodeEvent, type ParamValue } from '../event/encode.ts';
import { EventView } from '../event/eventView.ts';
import { ScapReader } from '../scap/reader.ts';
import { SystemState } from '../state/systemState.ts';
import { IntervalClock } from './extract.ts';
import { runChiselInProcess } from './inProcess.ts';
import { bindArguments, isChisel, readHead, splitArguments } from './loader.ts';
import type { ChiselResult, ChiselRun } from './run.ts';

const ROOT = new URL('../../../', import.meta.url);
const wasm = readFileSync(new URL('node_modules/wasmoon/dist/glue.wasm', ROOT));
interface Api { Module: new (b: Uint8Array) => object; Instance: new (m: object, i: object) => { exports: Record<string, unknown> } }
const api = (globalThis as unknown as { WebAssembly: Api }).WebAssembly;
const host = { instantiate: (bytes: Uint8Array, imports: object) => new api.Instance(new api.Module(bytes), imports).exports, monotonicMs: () => performance.now(), nowMs: () => Date.now() };
const environment = { live: false, tty: false, columns: -1, rows: -1, filter: '', cpus: 1, memoryBytes: 1, maxPid: 1, hostname: 'h', source: 'x.scap', outputFormat: 'normal', containerData: false };
const SYSDIG = '/usr/share/sysdig/chisels/';
const CAPTURE = new URL('../shared/captures/wordpress-small.scap', ROOT);

const bundled = (name: string): string => readFileSync(new URL(`remote-agent/chisels/${name}.lua`, ROOT), 'utf8');

interface Made { readonly symbol: string; readonly tid: number; readonly startNs: number; readonly ns: number; readonly params: Readonly<Record<string, ParamValue>> }
const BASE = 1_700_000_000_000_000_000n;
/** Gives each made event, with what is known, to `visit`; waits where it answers a promise. */
async function play(events: readonly Made[], visit: (ctx: EventContext) => Promise<void> | undefined): Promise<void> {
  const state = new SystemState(new TimeBase(BASE), { cpus: 2, memoryBytes: 1, maxPid: 1, hostname: 'h', bootNs: BASE });
  state.setUsers([{ uid: 0, gid: 0, name: 'root', home: '/root', shell: '/bin/sh' }]);
  const thread = { exe: '/bin/x', exepath: '/bin/x', args: [], env: [], cwd: '/', uid: 0, gid: 0, loginuid: 0xffffffff, cgroups: '', fdlimit: 1024, sid: 1 };
  state.addThread({ ...thread, tid: 10, pid: 10, ptid: 1, comm: 'bash', tty: 34816 });
  state.addThread({ ...thread, tid: 11, pid: 11, ptid: 10, comm: 'bash', tty: 34816 });
  state.addThread({ ...thread, tid: 12, pid: 12, ptid: 1, comm: 'bash', exe: 'bash', args: ['./script'], tty: 34816 });
  state.addThread({ ...thread, tid: 13, pid: 13, ptid: 12, comm: 'bash', tty: 34816 });
  state.addThread({ ...thread, tid: 20, pid: 20, ptid: 1, comm: 'sh' });
  state.addThread({ ...thread, tid: 21, pid: 21, ptid: 20, comm: 'sh' });
  for (const tid of [10, 20]) { state.addFd(tid, 3, { kind: 'file', name: '/var/a' }); state.addFd(tid, 4, { kind: 'file', name: '/var/b' }); state.addFd(tid, 5, { kind: 'ipv4', name: '1.2.3.4:1->5.6.7.8:9' }); }
  const view = new EventView();
  for (const one of events) {
    const bytes = encodeEvent(one.symbol, { ts: BASE + BigInt(one.startNs + one.ns), tid: one.tid, params: one.params });
    assert.ok(view.reset(bytes, new DataView(bytes.buffer), 0, one.tid % 2, 0xffff, bytes.length));
    await visit(state.process(view, one.startNs));
  }
}
interface Ran { readonly output: string; readonly result: ChiselResult; readonly run: ChiselRun }
async function ran(name: string, source: string, args: readonly string[], feed: (push: (ctx: EventContext) => Promise<void> | undefined, run: ChiselRun) => Promise<void>, more: { live?: boolean } = {}): Promise<Ran> {
  let output = '';
  const file = (n: string): { source: string; modules: Record<string, string> } => ({ source: readFileSync(`${SYSDIG}${n}.lua`, 'utf8'), modules: Object.fromEntries(['common', 'ansiterminal', 'dkjson', 'http'].filter((m) => existsSync(`${SYSDIG}${m}.lua`)).map((m) => [m, readFileSync(`${SYSDIG}${m}.lua`, 'utf8')])) });
  const run = await runChiselInProcess({ name, source, args, wasm, host, environment: { ...environment, live: more.live === true }, modules: existsSync(`${SYSDIG}${name}.lua`) ? file(name).modules : {}, resolve: async (n) => file(n), print: (t) => { output += t; } });
  await feed((ctx) => run.push(ctx), run);
  const result = await run.finish();
  return { output, result, run };
}
async function onMade(name: string, source: string, events: readonly Made[], args: readonly string[] = [], more: { live?: boolean } = {}): Promise<string> {
  const { output, result } = await ran(name, source, args, (push) => play(events, push), more);
  assert.equal(result.fault, undefined, result.fault?.message);
  return output;
}
async function onCapture(name: string, source: string, path: URL, args: readonly string[] = []): Promise<string> {
  let bytes: Uint8Array = readFileSync(path);
  if (bytes[0] === 0x1f) bytes = gunzipSync(bytes);
  const { output, result } = await ran(name, source, args, async (push, run) => {
    const reader = new ScapReader();
    reader.push(bytes);
    reader.finish();
    for (let more = true; more && !run.ended;) {
      more = false;
      let waiting: Promise<void> | undefined;
      reader.read((ctx) => { waiting = push(ctx); if (waiting !== undefined) more = true; return waiting === undefined && !run.ended; });
      await waiting;
    }
  });
  assert.equal(result.fault, undefined, result.fault?.message);
  return output;
}

const MS = 1_000_000;
const io = (tid: number, symbol: string, fd: number, res: number, startNs: number, ns = 1000): Made => ({ symbol, tid, startNs, ns, params: { fd, res, size: Math.max(0, res) } });

test('topfiles_rw adds what was really moved, of files alone', async () => {
  const events = [io(10, 'SYSCALL_READ_X', 3, 1000, 0), io(10, 'SYSCALL_READ_X', 3, 536, 2000), io(20, 'SYSCALL_WRITE_X', 3, 10, 4000), io(10, 'SYSCALL_WRITE_X', 4, 3, 6000), io(10, 'SYSCALL_READ_X', 3, -11, 8000), io(10, 'SYSCALL_WRITE_X', 5, 9999, 9000)];
  const lines = (await onMade('topfiles_rw', bundled('topfiles_rw'), events)).split('\n');
  assert.deepEqual(lines.slice(2), ['1.51KB      1.50KB      10B         3       /var/a', '3B          0B          3B          1       /var/b', '']);
  const one = (await onMade('topfiles_rw', bundled('topfiles_rw'), events, ['1'])).trim().split('\n');
  assert.equal(one.length, 3);
  const { result, output } = await ran('topfiles_rw', bundled('topfiles_rw'), ['none'], async () => undefined);
  assert.match(output, /must be a number above 0, not 'none'/);
  assert.match(result.fault?.message ?? '', /set_arg\(\) for chisel topfiles_rw failed/);
});

test('topprocs_cpu_estimate counts the time between calls, and short calls', async () => {
  // bash: 3 ms of its own between calls, and 0.5 ms in a short call; a wait of 50 ms counts nothing.
  const events = [io(10, 'SYSCALL_READ_X', 3, 1, 0, 0), io(10, 'SYSCALL_READ_X', 3, 1, 3 * MS, MS / 2), io(10, 'SYSCALL_READ_X', 3, 1, 3 * MS + MS / 2, 50 * MS), io(20, 'SYSCALL_READ_X', 3, 1, 99 * MS, 0), io(20, 'SYSCALL_READ_X', 3, 1, 100 * MS, 0)];
  const lines = (await onMade('topprocs_cpu_estimate', bundled('topprocs_cpu_estimate'), events)).split('\n');
  assert.deepEqual(lines.slice(2), ['3.50%     3.500ms     bash                10', '1.00%     1.000ms     sh                  20', '']);
});

test('typed_commands lists what is typed on a terminal, and not what services start', async () => {
  const exec = (tid: number, ptid: number, tty: number, exe: string, args: string[], at: number): Made => ({ symbol: 'SYSCALL_EXECVE_19_X', tid, startNs: at, ns: 1000, params: { res: 0, exe, args, tid, pid: tid, ptid, cwd: '/', comm: exe, tty, loginuid: -1, env: [], cgroups: [], uid: 0 } });
  const events = [exec(11, 10, 34816, 'ls', ['-l', '/etc'], 0), exec(21, 20, 0, 'sleep', ['5'], 1000), exec(13, 12, 34816, 'mkdir', ['x'], 1500), { ...exec(11, 10, 34816, 'nope', [], 2000), params: { res: -2 } }];
  const output = await onMade('typed_commands', bundled('typed_commands'), events);
  assert.match(output, /^\d\d:\d\d:\d\d root@host ls -l \/etc {2}\[\/\]\n$/);
  assert.equal(await onMade('typed_commands', bundled('typed_commands'), events, ['somebody']), '');
});

const HEAD = 'description = "d" short_description = "s" category = "c" args = {}\n';
test('intervals, formatter lines, filters and the end, in the order of events', async () => {
  const source = `${HEAD}function on_init() chisel.set_filter("proc.name=bash") chisel.set_event_formatter("%evt.num %proc.name %evt.type") chisel.set_interval_s(1) return true end
    function on_event() return evt.get_type() == "read" end
    function on_interval(s, ns, d) print("tick", s, ns, d) return true end
    function on_capture_end(s, ns, d) print("end", s, ns, d) end`;
  const events = [io(10, 'SYSCALL_READ_X', 3, 1, 0), io(20, 'SYSCALL_READ_X', 3, 1, 1_500 * MS), io(10, 'SYSCALL_WRITE_X', 3, 1, 1_600 * MS), io(10, 'SYSCALL_READ_X', 3, 1, 3_000 * MS)];
  assert.equal(await onMade('t', source, events), '1 bash read\ntick\t1700000001\t500001000\t0\ntick\t1700000003\t1000\t1500000000\n4 bash read\nend\t1700000003\t1000\t3000000000\n');
});

test('end_capture stops, on_capture_end still runs; an error of on_event names its line', async () => {
  const events = Array.from({ length: 10_000 }, (_, i) => io(10, 'SYSCALL_READ_X', 3, 1, i * 1000));
  const ended = await ran('t', `${HEAD}local n = 0 function on_event() n = n + 1 if n == 5 then sysdig.end_capture() end return true end function on_capture_end() print("seen " .. n) end`, [], (push) => play(events, push));
  assert.equal(ended.output, 'seen 5\n');
  const failed = await ran('t', `${HEAD}function on_event()\n  local x = nil\n  return x.y\nend`, [], (push) => play(events, push));
  assert.deepEqual([failed.result.fault?.kind, failed.result.fault?.line], ['script', 4]);
  assert.ok(failed.result.events < 10_000);
});

test('a slow chisel loses events that nobody waits for, and they are counted', async () => {
  const events = Array.from({ length: 20_000 }, (_, i) => io(10, 'SYSCALL_READ_X', 3, 1, i * 1000));
  const { result } = await ran('t', `${HEAD}function on_event() return true end`, [], (push) => play(events, (ctx) => { void push(ctx); return undefined; }));
  assert.equal(result.events + result.lost, 20_000);
  const patient = await ran('t', `${HEAD}local n = 0 function on_event() n = n + 1 end function on_capture_end() print(n) end`, [], (push) => play(events, push));
  assert.deepEqual([patient.output, patient.result.lost], ['20000\n', 0]);
});

test('interval clocks', () => {
  const fired: (readonly [number, number])[] = [];
  const clock = new IntervalClock(10_000, false, 1_700_000_000_000_000_000n);
  for (let t = 1000; t <= 40_000; t += 1000) clock.pass(t, (at, delta) => fired.push([at, delta]));
  assert.deepEqual(fired, [[10_000, 0], [20_000, 10_000], [30_000, 10_000], [40_000, 10_000]]);
  const precise: (readonly [number, number])[] = [];
  const exact = new IntervalClock(100, true, 0n);
  for (const t of [5, 50, 330]) exact.pass(t, (at, delta) => precise.push([at, delta]));
  assert.deepEqual(precise, [[5, 100], [105, 100], [205, 100]]);
});

test('heads are read without running the script', () => {
  const head = readHead('-- about\n--[[ description = "no" ]]\ndescription = "a " ..\n "b"; short_description = \'it\\\'s\'\ncategory = [[X]]\nhidden = true\nargs = { { name = "n", description = "d", argtype = "int", optional = true }, { name = "m" } }\nlocal description = 1');
  assert.deepEqual(head, { description: 'a b', shortDescription: "it's", category: 'X', hidden: true, hasArgs: true, line: 2, args: [{ name: 'n', description: 'd', type: 'int', optional: true }, { name: 'm', description: '', type: '', optional: false }] });
  assert.equal(readHead('view_info = { name = "x", description = "y" }'), undefined);
  assert.ok(!isChisel('local M = {} return M') && isChisel('f = chisel.request_field("x")'));
});

test('arguments are split and bound as sysdig does', () => {
  assert.deepEqual(splitArguments(" a 'b c' `d e` f "), ['a', 'b c', 'd e', 'f']);
  assert.deepEqual(splitArguments('a  b'), ['a', '', 'b']);
  assert.deepEqual(splitArguments(''), []);
  assert.equal(splitArguments("a 'b"), undefined);
  const head = readHead(`${HEAD.replace('{}', '{ { name = "a" }, { name = "b", optional = true } }')}`);
  assert.equal(bindArguments('c', head, []), 'wrong number of parameters for chisel c, 1 required, 0 given');
  assert.equal(bindArguments('c', head, ['1', '2', '3']), 'too many parameters for chisel c, 1 required, 1 optional, 3 given');
  assert.deepEqual(bindArguments('c', head, ['1']), [{ name: 'a', value: '1' }]);
});

const noCapture = existsSync(CAPTURE) ? false : 'SKIPPED: the capture ../shared/captures/wordpress-small.scap is not here';
const noSysdig = noCapture !== false ? noCapture : existsSync(`${SYSDIG}topfiles_bytes.lua`) && spawnSync('sysdig', ['--version']).status === 0 ? false : 'SKIPPED: sysdig is not installed';

test('topfiles_rw finds the bytes that sysdig finds', { skip: noSysdig }, async () => {
  const path = CAPTURE.pathname;
  const theirs = JSON.parse(execFileSync('sysdig', ['-r', path, '-j', '-c', 'topfiles_bytes'], { encoding: 'utf8' })) as { data: [string, number][] };
  const form = (n: number): string => n < 1024 ? `${n}B` : `${(n / 1024).toFixed(2)}KB`;
  const ours = (await onCapture('mine', bundled('topfiles_rw'), CAPTURE)).trim().split('\n').slice(2).map((l) => [l.slice(44), l.slice(0, 12).trim()]);
  assert.deepEqual(ours, theirs.data.map(([name, bytes]) => [name, form(bytes)]));
});

test('typed_commands finds the commands that sysdig finds', { skip: noSysdig }, async () => {
  const theirs = execFileSync('sysdig', ['-r', CAPTURE.pathname, '-c', 'spy_users', '0 disable_color'], { encoding: 'utf8' }).split('\n').map((l) => /\) (.*)$/.exec(l)?.[1]).filter((l) => l !== undefined);
  const ours = (await onCapture('mine', bundled('typed_commands'), CAPTURE)).trim().split('\n').map((l) => /^\S+ \S+ +(.*) {2}\[/.exec(l)?.[1]);
  assert.ok(theirs.length > 0);
  assert.deepEqual(ours, theirs);
});

/** Chisels of sysdig itself that run unchanged, with their arguments. */
const THEIRS: readonly (readonly [name: string, ...args: string[]])[] = [
  ['topfiles_bytes'], ['topprocs_file'], ['topprocs_net'], ['topprocs_errors'], ['topports_server'], ['topconns'], ['topscalls'], ['topcontainers_file'], ['fdcount_by', 'proc.name'], ['fdbytes_by', 'fd.sport'], ['iobytes'],
  ['fileslower', '1'], ['scallslower', '20'], ['netlower', '10'], ['spy_users', '0', 'disable_color'], ['echo_fds', 'disable_color'], ['stderr', 'disable_color'], ['proc_exec_time', 'disable_color'], ['httplog'], ['list_login_shells'],
];
for (const [name, ...args] of THEIRS) {
  test(`sysdig's own ${name} prints what it prints under sysdig`, { skip: noSysdig }, async () => {
    const theirs = execFileSync('sysdig', ['-r', CAPTURE.pathname, '-c', name, ...(args.length > 0 ? [args.join(' ')] : [])], { encoding: 'utf8', maxBuffer: 1 << 28 });
    const ours = await onCapture(name, readFileSync(`${SYSDIG}${name}.lua`, 'utf8'), CAPTURE, args);
    // Rows of equal value come in no defined order. To sysdig a thread switch has the latency of the call around it,
    // and it knows a descriptor of a call that began before the capture.
    const lines = (text: string): string[] => text.replace(/\x1b\[[0-9;]*[A-Za-z]/g, '').split('\n').map((l) => l.trimEnd()).filter((l) => l !== '' && !l.endsWith(' switch') && !l.endsWith('(docker)')).sort();
    assert.deepEqual(lines(ours), lines(theirs));
  });
}
