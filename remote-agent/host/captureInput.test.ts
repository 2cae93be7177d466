// Tests of captures as the command line reads them: plain, gzip, cut, damaged, and only what somebody wants of them.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { constants, gunzipSync, gzipSync } from 'node:zlib';
import { EVENTS } from '../../driver/schema/index.ts';
import type { EventContext } from '../engine/event/context.ts';
import { eventName } from '../engine/event/names.ts';
import { ScapReader, type Selection } from '../engine/scap/reader.ts';
import { writeSample } from '../engine/scap/sample.ts';
import { openCapture, type EventInput } from './captureInput.ts';

const folder = mkdtempSync(join(tmpdir(), 'porthole-input-'));
after(() => { rmSync(folder, { recursive: true }); });

function sample(seconds: number): Buffer {
  const parts: Uint8Array[] = [];
  writeSample((bytes) => { parts.push(bytes.slice()); }, { seconds });
  return Buffer.concat(parts);
}
// Of more than one chunk of either kind.
const FILE = sample(400);
const PACKED = gzipSync(FILE);

const line = (ctx: EventContext): string => `${ctx.num} ${ctx.tsNs} ${ctx.info?.comm ?? ''} ${eventName(ctx.view)} ${ctx.latencyNs} ${ctx.fd?.name ?? ''}`;

function path(name: string, bytes: Uint8Array): string {
  const at = join(folder, name);
  writeFileSync(at, bytes);
  return at;
}

async function read(name: string, bytes: Uint8Array, selection?: Selection): Promise<{ lines: string[]; input: EventInput }> {
  const input = await openCapture(path(name, bytes));
  if (selection !== undefined) input.select?.(selection);
  const lines: string[] = [];
  await input.run((ctx) => { lines.push(line(ctx)); return true; });
  return { lines, input };
}

/** What the engine makes of the bytes as they are. */
function expected(bytes: Uint8Array): string[] {
  const reader = new ScapReader();
  const lines: string[] = [];
  reader.push(bytes);
  reader.finish();
  reader.read((ctx) => { if (reader.state.begun || ctx.view.def?.name !== 'container') lines.push(line(ctx)); });
  return lines;
}
const WHOLE = expected(FILE);

test('plain and packed files of several chunks give the same events', async () => {
  assert.ok(FILE.length > 3 << 20, `the sample has ${FILE.length} bytes`);
  for (const [name, bytes] of [['plain.scap', FILE], ['packed.scap', PACKED]] as const) {
    const { lines, input } = await read(name, bytes);
    assert.deepEqual(input.problems(), []);
    assert.deepEqual(lines, WHOLE);
    assert.equal(input.progress?.(), 1);
  }
});

test('packed files one after the other are read as one', async () => {
  const { lines, input } = await read('twice.scap', Buffer.concat([PACKED, PACKED]));
  assert.deepEqual(input.problems(), []);
  assert.deepEqual(lines, expected(Buffer.concat([FILE, FILE])));
});

test('a cut packed file gives all that is in it, and says that it is cut', async () => {
  for (const cut of [PACKED.length - 4, PACKED.length >> 1]) {
    const part = PACKED.subarray(0, cut);
    const { lines, input } = await read('cut.scap', part);
    assert.deepEqual(lines, expected(gunzipSync(part, { finishFlush: constants.Z_SYNC_FLUSH })));
    assert.match(input.problems().join('\n'), /cut\.scap is damaged: its compressed data end too early, at byte \d+ of the compressed file/);
  }
});

test('a damaged packed file gives what comes before the damage, and says where that is', async () => {
  // Where one piece of the deflated data has ended, a kind of block that does not exist.
  const half = gzipSync(FILE.subarray(0, FILE.length >> 1), { finishFlush: constants.Z_FULL_FLUSH });
  const { lines, input } = await read('damaged.scap', Buffer.concat([half, Buffer.alloc(64, 0xff)]));
  const sound = expected(FILE.subarray(0, FILE.length >> 1));
  assert.deepEqual(lines, sound);
  const told = /damaged\.scap is damaged: invalid block type, at byte (\d+) of the compressed file/.exec(input.problems().join('\n'));
  assert.ok(told !== null && Math.abs(Number(told[1]) - half.length) <= 2, input.problems().join('\n'));
});

test('bytes that changed within packed data end in a diagnostic', async () => {
  const changed = Buffer.from(PACKED);
  changed.fill(0xff, (PACKED.length * 3) >> 2, ((PACKED.length * 3) >> 2) + 64);
  const { lines, input } = await read('changed.scap', changed);
  assert.ok(lines.length > WHOLE.length >> 1 && input.problems().length > 0);
  const sum = Buffer.from(PACKED);
  sum.fill(0, PACKED.length - 8);
  const summed = await read('sum.scap', sum);
  assert.deepEqual(summed.lines, WHOLE);
  assert.match(summed.input.problems().join('\n'), /incorrect data check/);
});

test('waits for promises, and stops when told', async () => {
  const input = await openCapture(path('waits.scap', FILE));
  const lines: string[] = [];
  await input.run((ctx) => {
    lines.push(line(ctx));
    if (lines.length === 500) return false;
    return lines.length % 7 === 0 ? Promise.resolve() : true;
  });
  assert.deepEqual(lines, WHOLE.slice(0, 500));
  const closed = await openCapture(path('closed.scap', FILE));
  let seen = 0;
  await closed.run(() => { if (++seen === 10) closed.stop(); return seen < 10; });
  assert.equal(seen, 10);
});

test('gives only what is selected, by type and by what a test of threads says', async () => {
  const types = new Uint8Array(65536);
  for (const def of EVENTS) if (def.name === 'openat') types[def.id] = 1;
  const some = await read('some.scap', FILE, { types, demand: 7 });
  assert.deepEqual(some.lines, WHOLE.filter((one) => one.split(' ').includes('openat')));
  const mine = await read('mine.scap', PACKED, { demand: 7, byThread: true, test: (ctx) => ctx.info?.comm === 'client' });
  assert.deepEqual(mine.lines, WHOLE.filter((one) => one.split(' ')[2] === 'client'));
  assert.ok(some.lines.length > 10 && mine.lines.length > 10);
});

test('looks first whether anything passes, with a test of its own, and then gives the same', async () => {
  for (const [name, demand, pass] of [['none', 1, () => false], ['late', 1, (ctx: EventContext) => ctx.info?.comm === 'report'], ['first', 0, () => true], ['last', 0, (ctx: EventContext) => ctx.tsNs >= 399_955_231_000]] as const) {
    const input = await openCapture(path(`${name}.scap`, FILE));
    let searched = 0;
    input.select?.({ demand: 7, test: pass }, { demand, test: (ctx) => { searched++; return pass(ctx); } });
    const lines: string[] = [];
    await input.run((ctx) => { lines.push(line(ctx)); return true; });
    const plain = await read(`${name}.plain.scap`, FILE, { demand: 7, test: pass });
    assert.deepEqual(lines, plain.lines, name);
    assert.deepEqual(input.problems(), []);
    assert.equal(input.state?.eventCount, plain.input.state?.eventCount);
    assert.ok(searched > 0 && (name === 'none') === (lines.length === 0), `${name}: ${lines.length} of ${searched}`);
  }
});

test('what cannot be opened is told in words', async () => {
  await assert.rejects(openCapture(join(folder, 'missing.scap')), /can't open file .*missing\.scap: there is no such file/);
  await assert.rejects(openCapture(folder), /it is a directory/);
  const empty = await read('empty.scap', new Uint8Array(0));
  assert.match(empty.input.problems().join('\n'), /empty/);
});
