// Captures that are cut, flipped and fed in odd pieces: what comes out is the beginning of what the whole file gives, and the reader says where it ended.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { EventContext } from '../../remote-agent/engine/event/context.ts';
import { ScapReader } from '../../remote-agent/engine/scap/reader.ts';
import { NEWER, OWN } from '../interop/differential/captures.ts';
import { front } from '../interop/differential/capturesWorld.ts';
import { Random, split } from './mutate.ts';

const DEMO = join(fileURLToPath(new URL('../..', import.meta.url)), 'extension', 'media', 'demo.scap');
const BLOCK_CUTS = 60, BYTE_CUTS = 60, FLIPS = 60;
/** Pieces that no block is as long as. */
const PIECES = [1, 2, 3, 7, 13, 31, 101, 997, 4099, 65_537];
/** Files of more bytes are not fed byte by byte: that is the same again. */
const SMALL = 60_000;
const SEED = 7;
/** Between the numbers of the table, and of none of its events. */
const UNUSED_TYPE = 431;

function plain(bytes: Uint8Array): Uint8Array { return bytes[0] === 0x1f ? new Uint8Array(gunzipSync(bytes)) : bytes; }
const FILES: readonly (readonly [name: string, bytes: Uint8Array])[] = [...[...OWN, ...NEWER].map(([name, make]) => [name, plain(make())] as const), ['demo', plain(new Uint8Array(readFileSync(DEMO)))]];

/** What is told of an event, in one line. */
function line({ num, tsNs, view, latencyNs, info, fd, fdNum }: EventContext): string { return `${num} ${tsNs} ${view.tid} ${view.type} ${view.nparams} ${latencyNs} ${info?.comm ?? ''} ${info?.cwd ?? ''} ${fdNum} ${fd?.name ?? ''}`; }

function read(bytes: Uint8Array, piece: number = Math.max(1, bytes.length)): { readonly lines: string[]; readonly reader: ScapReader } {
  const reader = new ScapReader(), lines: string[] = [];
  const take = (ctx: EventContext): void => { lines.push(line(ctx)); };
  for (let at = 0; at < bytes.length; at += piece) { reader.push(bytes.subarray(at, at + piece)); reader.read(take); }
  reader.finish();
  reader.read(take);
  assert.ok(reader.done);
  assert.ok(reader.diagnostics.every(({ position }) => position >= 0 && position <= bytes.length));
  return { lines, reader };
}

/** Some of a list, evenly, with its first and last. */
function some<T>(list: readonly T[], count: number): T[] { return list.length <= count ? [...list] : Array.from({ length: count }, (_, i) => list[Math.round(i * (list.length - 1) / (count - 1))] as T); }

for (const [name, bytes] of FILES) {
  const whole = read(bytes);
  const ends: number[] = [];
  split(bytes).reduce((at, block) => { ends.push(at + block.length); return at + block.length; }, 0);

  test(`${name}: cut behind a block, or inside one`, () => {
    assert.deepEqual(whole.reader.diagnostics, []);
    const random = new Random(SEED);
    const cuts = [...some(ends, BLOCK_CUTS), ...Array.from({ length: BYTE_CUTS }, () => random.below(bytes.length)), 0, 1, 7, 8, 11, 12];
    let before = 0;
    for (const cut of cuts.sort((a, b) => a - b)) {
      const { lines, reader } = read(bytes.subarray(0, cut));
      assert.deepEqual(lines, whole.lines.slice(0, lines.length), `cut at ${cut}`);
      assert.ok(lines.length >= before, `cut at ${cut}: fewer events than of a shorter file`);
      before = lines.length;
      const last = ends.filter((end) => end <= cut).at(-1) ?? 0;
      // A cut in the middle of a block is told, with the place where the block began.
      if (cut !== last) { assert.equal(reader.diagnostics.at(-1)?.position, last, `cut at ${cut}`); assert.equal(reader.diagnostics.length, 1); }
      else if (lines.length > 0) assert.deepEqual(reader.diagnostics, []);
    }
    assert.equal(before, whole.lines.length);
  });

  test(`${name}: in pieces of odd sizes`, () => {
    for (const piece of PIECES) {
      if (piece < 10 && bytes.length > SMALL) continue;
      const { lines, reader } = read(bytes, piece);
      assert.deepEqual(lines, whole.lines, `pieces of ${piece}`);
      assert.deepEqual(reader.diagnostics, whole.reader.diagnostics);
    }
  });

  test(`${name}: with a bit flipped, all before it stays`, () => {
    const random = new Random(SEED);
    const intact = new Map<number, number>();
    for (let i = 0; i < FLIPS; i++) {
      const at = random.below(bytes.length), damaged = bytes.slice();
      damaged[at] = (damaged[at] ?? 0) ^ (1 << random.below(8));
      const { lines } = read(damaged);
      const block = ends.filter((end) => end <= at).at(-1) ?? 0;
      let safe = intact.get(block);
      if (safe === undefined) intact.set(block, safe = read(bytes.subarray(0, block)).lines.length);
      assert.deepEqual(lines.slice(0, safe), whole.lines.slice(0, safe), `bit at ${at}`);
    }
  });
}

test('events of types that the table leaves out are given out like any other, in blocks of either kind', () => {
  // Found by the fuzzer: the reader's quick way passed them over.
  const seen = [undefined, 0].map((flags) => {
    const b = front();
    for (let i = 0; i < 3; i++) b.call('SYSCALL_READ', 101, { fd: 3, size: 1 }, { res: 0 });
    const from = b.done().length;
    b.event('SYSCALL_READ_X', { tid: 101, values: [0], ...(flags === undefined ? {} : { flags }) }).call('SYSCALL_READ', 101, { fd: 3, size: 1 }, { res: 0 });
    const file = b.done();
    new DataView(file.buffer).setUint16(from + (flags === undefined ? 10 : 14) + 20, UNUSED_TYPE, true);
    return read(file).lines.map((one) => one.split(' ').slice(0, 4).join(' '));
  });
  assert.deepEqual(seen[0], seen[1]);
  assert.equal(seen[0]?.filter((one) => one.endsWith(` ${UNUSED_TYPE}`)).length, 1);
});
