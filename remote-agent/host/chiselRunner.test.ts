// The process around a chisel: its user, its limits, that it is killed and gone; finding chisels; whole runs with events made here.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ChiselProgram } from '../engine/chisel/ports.ts';
import { BatchBuilder } from '../engine/chisel/batch.ts';
import { encodeFrame, encodeJson, decodeJson, FRAME, FrameReader } from './chiselFrames.ts';
import { BUNDLED } from './chiselAssets.ts';
import { bundledChiselFolder, findChisel, listChisels, modulesBeside, ProcessMachine, runChisel } from './chiselRunner.ts';
import { forTerminal } from './chiselTerminal.ts';

const environment = { live: false, tty: false, columns: -1, rows: -1, filter: '', cpus: 1, memoryBytes: 1, maxPid: 1, hostname: 'h', source: '', outputFormat: 'normal', containerData: false };
/** What does not end by itself is ended after `SHORT_MS`; what does has all the time that a busy machine needs. */
const SHORT_MS = 1000, LONG_MS = 60_000, memoryBytes = 64 << 20;
function program(source: string): ChiselProgram { return { name: 'probe', source, args: [], modules: {}, environment }; }
function status(pid: number, name: string): string { return new RegExp(`^${name}:[ \\t]*(.*)$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? ''; }
async function goneNow(pid: number): Promise<boolean> { return !existsSync(`/proc/${pid}`) || /^Z/.test(status(pid, 'State')); }
async function gone(pid: number): Promise<boolean> {
  for (let i = 0; i < 1500; i++) {
    if (await goneNow(pid)) return true;
    await new Promise((r) => { setTimeout(r, 20); });
  }
  return false;
}
async function withMachine(use: (machine: ProcessMachine) => Promise<void>, callMs = LONG_MS): Promise<void> {
  const machine = new ProcessMachine({ memoryBytes, callMs });
  try { await use(machine); } finally { machine.close(); }
  assert.ok(await gone(machine.pid), 'the process is gone');
}

test('frames survive any cutting', () => {
  const frames = [encodeJson({ a: 1 }), encodeFrame(FRAME.batch, new Uint8Array(0)), encodeFrame(FRAME.wasm, new Uint8Array(70_000).fill(7)), encodeJson('x')];
  const all = Buffer.concat(frames);
  for (const step of [1, 3, 7, 5000, all.length]) {
    const reader = new FrameReader();
    const got = [];
    for (let at = 0; at < all.length; at += step) got.push(...reader.push(all.subarray(at, at + step)));
    assert.deepEqual(got.map((f) => [f.kind, f.bytes.length]), [[0, 7], [1, 0], [2, 70_000], [0, 3]], `step ${step}`);
    const [first] = got;
    assert.ok(first !== undefined);
    assert.deepEqual(decodeJson(first), { a: 1 });
  }
  assert.throws(() => new FrameReader().push(Uint8Array.of(255, 255, 255, 255, 0)), /is no frame/);
});

test('a chisel runs as nobody, without capabilities, in / and without an environment', { skip: process.platform !== 'linux' || process.getuid?.() !== 0 ? 'SKIPPED: needs Linux and root' : false }, async () => {
  await withMachine(async (machine) => {
    const reply = await machine.load(program('print("hello")'));
    assert.equal(reply.output, 'hello\n');
    assert.match(status(machine.pid, 'Uid'), /^65534\s+65534\s+65534\s+65534$/);
    assert.match(status(machine.pid, 'Gid'), /^65534\s+65534\s+65534\s+65534$/);
    assert.equal(status(machine.pid, 'Groups').trim(), '');
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb']) assert.match(status(machine.pid, set), /^0+$/, set);
    assert.equal(execFileSync('readlink', [`/proc/${machine.pid}/cwd`], { encoding: 'utf8' }).trim(), '/');
    assert.equal(readFileSync(`/proc/${machine.pid}/environ`, 'utf8').replaceAll('\0', '\n').trim(), 'PORTHOLE_CHISEL_PROCESS=1');
  });
});

test('an endless loop is ended by Lua and reported with its line', async () => {
  await withMachine(async (machine) => {
    const reply = await machine.load(program('x = 1\nfunction on_init()\n  while true do x = x + 1 end\nend'));
    assert.equal(reply.fault?.kind, 'time');
    assert.equal(reply.fault?.line, 3);
  }, SHORT_MS);
});

test('what Lua cannot interrupt is killed from outside', async () => {
  await withMachine(async (machine) => {
    const reply = await machine.load(program('local s = ("a"):rep(5000)\nprint(s:find((".-"):rep(20) .. "b"))'));
    assert.equal(reply.fault?.kind, 'time');
    assert.match(reply.fault?.message ?? '', /was killed/);
    assert.ok(await gone(machine.pid));
  }, SHORT_MS);
});

test('memory is bounded; the agent goes on', async () => {
  await withMachine(async (machine) => {
    const reply = await machine.load(program('local t = {}\nfor i = 1, 1e9 do t[i] = ("x"):rep(1000000) .. i end'));
    assert.equal(reply.fault?.kind, 'memory');
  });
});

test('a process that dies is an error of the run, not of the agent', async () => {
  await withMachine(async (machine) => {
    await machine.load(program('function on_event() return true end'));
    process.kill(machine.pid, 'SIGKILL');
    const reply = await machine.batch(new BatchBuilder(6).take());
    assert.equal(reply.fault?.kind, 'machine');
    assert.match(reply.fault?.message ?? '', /ended \(SIGKILL\)/);
  });
});

test('Ctrl-C in the terminal leaves the end to the agent; a killed agent takes its chisel along', async () => {
  await withMachine(async (machine) => {
    await machine.load(program('function on_capture_end() print("end") end'));
    process.kill(machine.pid, 'SIGINT');
    process.kill(machine.pid, 'SIGTERM');
    assert.equal((await machine.captureEnd(1, 2, 3)).output, 'end\n');
  });
  const script = `import { ProcessMachine } from ${JSON.stringify(new URL('chiselRunner.ts', import.meta.url).href)};
    const machine = new ProcessMachine({ memoryBytes: 67108864, callMs: 60000 });
    console.log(machine.pid);
    machine.load({ name: 'p', source: 'local s = ("a"):rep(5000) s:find((".-"):rep(20) .. "b")', args: [], modules: {}, environment: ${JSON.stringify(environment)} });`;
  const folder = mkdtempSync(join(tmpdir(), 'porthole-agent-'));
  writeFileSync(join(folder, 'agent.mts'), script);
  const agent = spawn(process.execPath, [...process.execArgv.filter((a) => !a.startsWith('--test')), join(folder, 'agent.mts')], { stdio: ['ignore', 'pipe', 'inherit'] });
  const pid = Number(await new Promise<string>((resolve) => { agent.stdout.once('data', (d: Buffer) => resolve(d.toString())); }));
  assert.ok(pid > 1);
  await new Promise((r) => { setTimeout(r, 1500); });
  assert.ok(!await goneNow(pid), 'it is busy');
  agent.kill('SIGKILL');
  assert.ok(await gone(pid), 'the chisel is gone with its agent');
  rmSync(folder, { recursive: true });
});

test('chisels are found by name, by path and by folder; libraries and hidden ones are not listed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'porthole-chisels-'));
  try {
    mkdirSync(join(folder, 'chisels'));
    const head = (more: string): string => `description = "d"\nshort_description = "s"\ncategory = "A"\nargs = {}\n${more}`;
    writeFileSync(join(folder, 'chisels', 'own.lua'), head('require "helper"'));
    writeFileSync(join(folder, 'chisels', 'helper.lua'), 'return {}');
    writeFileSync(join(folder, 'chisels', 'secret.lua'), head('hidden = true'));
    assert.equal(findChisel('own', folder)?.path, join(folder, 'chisels', 'own.lua'));
    assert.equal(findChisel(join(folder, 'chisels', 'own.lua'))?.head?.category, 'A');
    assert.equal(findChisel('nothing-like-it', folder), undefined);
    const names = listChisels(folder).map((c) => c.name);
    assert.ok(names.includes('own') && names.includes('topfiles_bytes') && !names.includes('helper') && !names.includes('secret'), names.join(' '));
    const own = findChisel('own', folder);
    assert.deepEqual(Object.keys(modulesBeside(own?.path ?? '', own?.source ?? '')).sort(), ['helper', 'own', 'secret']);
    assert.deepEqual(modulesBeside(own?.path ?? '', 'print(1)'), {});
  } finally { rmSync(folder, { recursive: true }); }
});

test('the bundled chisels have whole heads', () => {
  assert.deepEqual(readdirSync(bundledChiselFolder()).map((f) => f.replace('.lua', '')).sort(), [...BUNDLED].sort());
  for (const name of BUNDLED.filter((n) => !n.startsWith('porthole_'))) {
    const head = findChisel(join(bundledChiselFolder(), name))?.head;
    assert.ok(head !== undefined && head.hasArgs && head.description.length > 80 && head.shortDescription.length > 10 && head.category !== '', name);
    for (const a of head.args) assert.ok(a.name !== '' && a.description !== '' && a.type !== '', `${name} ${a.name}`);
  }
});

test('a chisel names another by its name, not by a path that only the agent may read', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'porthole-exec-'));
  try {
    writeFileSync(join(folder, 'other.lua'), 'description="o" short_description="o" category="x" args={}\nprint("reached")');
    const source = (name: string): string => `description="c" short_description="c" category="x" args={}\nchisel.exec(${JSON.stringify(name)})`;
    const run = async (name: string): Promise<{ out: string; fault: string }> => {
      let out = '';
      const { fault } = await runChisel({ name: 'caller', source: source(name), path: join(folder, 'caller.lua'), args: [], filter: '', live: false, print: (text) => { out += text; } }, () => Promise.resolve());
      return { out, fault: fault?.message ?? '' };
    };
    assert.deepEqual(await run('other'), { out: 'reached\n', fault: '' });
    for (const name of [join(folder, 'other'), '../other', '/etc/passwd']) assert.match((await run(name)).fault, /cannot find the chisel/, name);
  } finally { rmSync(folder, { recursive: true, force: true }); }
});

test('what a chisel prints to a terminal may colour it, and no more', () => {
  assert.equal(forTerminal('\x1b[31mred\x1b[0m\x1b[2J\x1b[1;1H\r\n\ta'), '\x1b[31mred\x1b[0m\x1b[2J\x1b[1;1H\r\n\ta');
  assert.equal(forTerminal('\x1b]0;title\x07 \x1b[6n \x1bP+q\x1b\\ \x9b5i\x00'), '.]0;title. .[6n .P+q.\\ .5i.');
});
