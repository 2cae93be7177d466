// Tests of the capture reader: whole files, old layouts, and what no file should be.
import assert from 'node:assert/strict';
import { cpuUsage } from 'node:process';
import { test } from 'node:test';
import type { EventContext } from '../event/context.ts';
import { encodeEvent } from '../event/encode.ts';
import { eventName } from '../event/names.ts';
import { showArgs } from '../event/show.ts';
import { BlockBuilder } from './blockBuilder.ts';
import { BLOCK } from './blocks.ts';
import { ScapReader } from './reader.ts';
import { writeSample } from './sample.ts';

const TS = 1_700_000_000_000_000_000n;

function sample(seconds: number): Uint8Array {
  const parts: Uint8Array[] = [];
  writeSample((bytes) => { parts.push(bytes.slice()); }, { seconds });
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { whole.set(part, at); at += part.length; }
  return whole;
}

interface Outcome { lines: string[]; reader: ScapReader }
function readAll(file: Uint8Array, chunk = file.length || 1): Outcome {
  const reader = new ScapReader();
  const lines: string[] = [];
  const take = (ctx: EventContext): void => { lines.push(`${ctx.num} ${ctx.tsNs} ${ctx.view.tid} ${ctx.info?.comm ?? ''} ${eventName(ctx.view)} ${ctx.latencyNs} ${ctx.fd?.name ?? ''} ${showArgs(ctx)}`); };
  for (let at = 0; at < file.length; at += chunk) { reader.push(file.subarray(at, at + chunk)); reader.read(take); }
  reader.finish();
  reader.read(take);
  assert.ok(reader.done);
  return { lines, reader };
}

const FILE = sample(2);
const WHOLE = readAll(FILE);

/** Beginnings of all blocks, and the end. */
function boundaries(file: Uint8Array): number[] {
  const data = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const found: number[] = [];
  let at = 0;
  for (; at + 8 <= file.length; at += data.getUint32(at + 4, true)) found.push(at);
  return [...found, at];
}

test('reads a capture with its threads, descriptors, containers and latencies', () => {
  const { reader, lines } = WHOLE;
  assert.deepEqual(reader.diagnostics, []);
  assert.equal(reader.state.machine.hostname, 'sample');
  assert.equal(reader.state.container('a1a1a1a1a1a1')?.name, 'sample-web');
  assert.equal(reader.state.user(33)?.name, 'www-data');
  assert.ok(lines.some((line) => line.includes('client connect 60000 172.20.0.4:40000->172.20.0.2:8080 res=0')), 'a connect with its latency');
  assert.ok(lines.some((line) => line.includes(' openat ') && line.includes('fd=-2(ENOENT)')));
  assert.ok(lines.some((line) => line.includes('report execve')));
});

test('gives the same whatever the chunks', () => {
  for (const chunk of [1, 7, 1000, 65536]) assert.deepEqual(readAll(FILE, chunk).lines, WHOLE.lines);
});

test('pauses where the visitor says so', () => {
  const reader = new ScapReader();
  reader.push(FILE);
  reader.finish();
  let seen = 0;
  while (!reader.done) { const before = seen; reader.read(() => { seen++; return seen % 100 !== 0; }); assert.ok(seen - before <= 100); }
  assert.equal(seen, WHOLE.lines.length);
});

test('a file cut anywhere gives every event before the cut and says where it broke', () => {
  const all = boundaries(FILE);
  const inEvents = all.slice(-40);
  for (const at of [...all.slice(0, 40), ...inEvents]) {
    for (const cut of [at, at + 3, at + 9, at + 20]) {
      if (cut >= FILE.length) continue;
      const { lines, reader } = readAll(FILE.subarray(0, cut));
      assert.deepEqual(lines, WHOLE.lines.slice(0, lines.length));
      const block = all.filter((one) => one <= cut).at(-1) ?? 0;
      if (cut !== block) { assert.equal(reader.diagnostics.length, 1); assert.equal(reader.diagnostics[0]?.position, block); }
      else if (lines.length > 0) assert.deepEqual(reader.diagnostics, []);
    }
  }
});

test('an empty file and other files are refused in words', () => {
  assert.match(readAll(new Uint8Array(0)).reader.diagnostics[0]?.message ?? '', /empty/);
  assert.match(readAll(new TextEncoder().encode('<!doctype html><p>hello')).reader.diagnostics[0]?.message ?? '', /no capture file/);
  const section = boundaries(FILE)[1] ?? 0;
  assert.match(readAll(FILE.subarray(0, section)).reader.diagnostics[0]?.message ?? '', /no events/);
});

test('damaged bytes end in a diagnostic or in nothing, never in an exception or a hang', () => {
  let seed = 12345;
  const random = (limit: number): number => { seed = (Math.imul(seed, 1103515245) + 12345) >>> 0; return Math.floor(seed / 4294967296 * limit); };
  const small = FILE.subarray(0, boundaries(FILE).find((at) => at > 12000) ?? FILE.length);
  for (let round = 0; round < 1500; round++) {
    const damaged = small.slice();
    const hits = 1 + random(4);
    for (let i = 0; i < hits; i++) { const at = random(damaged.length); damaged[at] = random(3) === 0 ? 0xff : (damaged[at] ?? 0) ^ (1 << random(8)); }
    readAll(damaged);
  }
  for (let round = 0; round < 200; round++) readAll(Uint8Array.from({ length: 600 }, (_, i) => i < 28 ? FILE[i] ?? 0 : random(256)));
});

test('lengths that cannot be are not believed', () => {
  const at = boundaries(FILE).at(-2) ?? 0;
  for (const length of [0, 4, 11, 70000, 0x7fffffff, 0xffffffff]) {
    const damaged = FILE.slice();
    new DataView(damaged.buffer).setUint32(at + 4, length, true);
    const { lines, reader } = readAll(damaged);
    assert.deepEqual(lines, WHOLE.lines.slice(0, -1));
    assert.equal(reader.diagnostics[0]?.position, at);
  }
});

function file(blocks: (b: BlockBuilder) => void): Uint8Array {
  const b = new BlockBuilder();
  const section = b.begin(BLOCK.section);
  b.u32(0x1a2b3c4d); b.u16(1); b.u16(0); b.u64(0xffffffffffffffffn);
  b.end(section);
  blocks(b);
  return b.done().slice();
}

test('reads events of the first layout, which hold no count of their parameters', () => {
  const event = encodeEvent('SYSCALL_CHDIR_X', { ts: TS, tid: 5, params: { res: 0, path: '/tmp' } });
  const old = new Uint8Array(event.length - 4);
  old.set(event.subarray(0, 22));
  old.set(event.subarray(26), 22);
  new DataView(old.buffer).setUint32(16, old.length, true);
  const bytes = file((b) => { for (const type of [BLOCK.event1, 0x8010abcd]) { const block = b.begin(type); b.u16(3); b.raw(old); b.end(block); } });
  const { lines, reader } = readAll(bytes);
  assert.deepEqual(reader.diagnostics, []);
  assert.deepEqual(lines, ['1 0 5 <NA> chdir -1  res=0 path=/tmp ', '2 0 5 <NA> chdir -1  res=0 path=/tmp ']);
});

test('events of unknown types come through, and events for the state alone do not', () => {
  const unknown = encodeEvent('SYSCALL_CLOSE_X', { ts: TS, tid: 5, params: { res: 0, fd: 1 } });
  new DataView(unknown.buffer).setUint16(20, 999, true);
  const hidden = encodeEvent('SYSCALL_CHDIR_X', { ts: TS, tid: 5, params: { res: 0, path: '/hidden' } });
  const bytes = file((b) => {
    let block = b.begin(BLOCK.event2); b.u16(0); b.raw(unknown); b.end(block);
    block = b.begin(BLOCK.eventFlags2); b.u16(0); b.u32(1); b.raw(hidden); b.end(block);
    block = b.begin(0x7777); b.u32(0); b.end(block);
    block = b.begin(BLOCK.event2); b.u16(0); b.raw(hidden); b.end(block);
  });
  const { lines, reader } = readAll(bytes);
  assert.equal(lines.length, 2);
  assert.match(lines[0] ?? '', /^1 0 5 .*event-999/);
  assert.match(lines[1] ?? '', /^3 0 5 .*chdir/);
  assert.equal(reader.state.thread(5)?.info.cwd, '/hidden/');
  assert.equal(reader.diagnostics.length, 1);
});

test('a second section begins with fresh tables, and numbers go on', () => {
  const twice = new Uint8Array(FILE.length * 2);
  twice.set(FILE);
  twice.set(FILE, FILE.length);
  const { lines, reader } = readAll(twice);
  assert.deepEqual(reader.diagnostics, []);
  // Containers described in front of a later section belong to its tables.
  const front = WHOLE.lines.findIndex((line) => !/\bcontainer\b/.test(line));
  assert.ok(front > 0);
  assert.equal(lines.length, WHOLE.lines.length * 2 - front);
  assert.equal(lines.at(-1), (WHOLE.lines.at(-1) ?? '').replace(/^\d+/, String(lines.length)));
});

test('a flood of threads that nobody announced is taken in good time', () => {
  const bytes = file((b) => {
    for (let tid = 1; tid <= 60_000; tid++) { const block = b.begin(BLOCK.event2); b.u16(0); b.raw(encodeEvent('SYSCALL_CHDIR_X', { ts: TS, tid, params: { res: 0, path: '/x' } })); b.end(block); }
  });
  const start = cpuUsage();
  const reader = new ScapReader();
  reader.push(bytes);
  reader.finish();
  reader.read(() => undefined);
  assert.equal(reader.state.threadCount, 60_000);
  assert.ok(cpuUsage(start).user < 10e6);
});

test('a capture of the other byte order is refused by name, though its lengths are none', () => {
  const swapped = Uint8Array.from([0x0a, 0x0d, 0x0d, 0x0a, 0, 0, 0, 28, 0x1a, 0x2b, 0x3c, 0x4d, 0, 1, 0, 0]);
  const { reader, lines } = readAll(Uint8Array.from([...swapped, ...new Uint8Array(100)]));
  assert.deepEqual(lines, []);
  assert.match(reader.diagnostics[0]?.message ?? '', /other byte order/);
});

test('options of sections, and what stands behind events in their blocks, are passed over', () => {
  const event = encodeEvent('SYSCALL_CHDIR_X', { ts: TS, tid: 5, params: { res: 0, path: '/tmp' } });
  const b = new BlockBuilder();
  const section = b.begin(BLOCK.section);
  b.u32(0x1a2b3c4d); b.u16(1); b.u16(2); b.u64(0xffffffffffffffffn);
  b.u16(1); b.u16(8); b.raw(new TextEncoder().encode('a remark')); b.u32(0);
  b.end(section);
  for (let i = 0; i < 2; i++) { const block = b.begin(BLOCK.event2); b.u16(0); b.raw(event); b.u16(1); b.u16(4); b.raw(new TextEncoder().encode('note')); b.u32(0); b.end(block); }
  const { lines, reader } = readAll(b.done().slice());
  assert.deepEqual(reader.diagnostics, []);
  assert.equal(lines.length, 2);
});

test('an event whose parameters do not fit is left out, told and counted, whether somebody wants it or not', () => {
  const sound = encodeEvent('SYSCALL_CHDIR_X', { ts: TS, tid: 5, params: { res: 0, path: '/tmp' } });
  const broken = sound.slice();
  new DataView(broken.buffer).setUint16(28, 60_000, true);
  const beyond = sound.slice();
  new DataView(beyond.buffer).setUint32(16, 60_000, true);
  const bytes = file((b) => { for (const event of [sound, broken, beyond, sound]) { const block = b.begin(BLOCK.event2); b.u16(0); b.raw(event); b.end(block); } });
  const { lines, reader } = readAll(bytes);
  assert.deepEqual(lines.map((line) => line.split(' ')[0]), ['1', '3']);
  assert.equal(reader.diagnostics.length, 2);
  const skipping = new ScapReader();
  skipping.select({ types: new Uint8Array(65536), demand: 0 });
  skipping.push(bytes);
  skipping.finish();
  skipping.read(() => { assert.fail('nobody wants an event'); });
  assert.equal(skipping.events, reader.events);
  assert.ok(skipping.diagnostics.length >= 1, 'a length that cannot be is told all the same');
});

test('a block that spans many chunks is put together, and one that says too much takes no more memory than is there', () => {
  const long = encodeEvent('CONTAINER_JSON_2_E', { ts: TS, tid: -1, params: { json: `{"container":{"id":"abc","name":"${'n'.repeat(200_000)}"}}` } });
  const bytes = file((b) => {
    let block = b.begin(BLOCK.eventLarge); b.u16(0); b.raw(long); b.end(block);
    block = b.begin(BLOCK.event2); b.u16(0); b.raw(encodeEvent('SYSCALL_CHDIR_X', { ts: TS, tid: 5, params: { res: 0, path: '/tmp' } })); b.end(block);
  });
  for (const chunk of [1000, 65_536, bytes.length]) {
    const { lines, reader } = readAll(bytes, chunk);
    assert.deepEqual(reader.diagnostics, []);
    assert.equal(lines.length, 2);
    assert.equal(reader.state.container('abc')?.name.length, 200_000);
  }
  const cut = bytes.slice(0, 5000);
  new DataView(cut.buffer).setUint32(28 + 4, 100_000_000, true);
  const { reader } = readAll(cut, 100);
  assert.match(reader.diagnostics[0]?.message ?? '', /100000000 bytes were expected, 4972 are there/);
});
