// Lines that several threads print beside those of one: the same bytes, whatever the stretches are, also of files that are cut, damaged or zipped.
import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { tracers } from '../../tests/interop/differential/capturesTracers.ts';
import { DEFAULT_OPTIONS } from '../engine/fields/index.ts';
import { PLAIN } from '../engine/format/lines.ts';
import { printCapture, type PrintRequest, type PrintResult } from './parallelPrint.ts';

/** A capture with gzip around it. */
const ZIPPED = fileURLToPath(new URL('../../extension/media/demo.scap', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'porthole-print-'));
const DEMO = join(folder, 'demo.scap');
writeFileSync(DEMO, gunzipSync(readFileSync(ZIPPED)));
after(() => { rmSync(folder, { recursive: true, force: true }); });

async function print(change: Partial<PrintRequest>): Promise<{ readonly text: string; readonly result: PrintResult }> {
  const out = join(folder, 'out');
  const fd = openSync(out, 'w');
  try {
    const result = await printCapture({ file: DEMO, format: PLAIN, options: DEFAULT_OPTIONS, json: false, filter: '', limit: Infinity, seconds: Infinity, internal: false, fd, threads: 1, ...change });
    return { text: readFileSync(out, 'latin1'), result };
  } finally { closeSync(fd); }
}

/** One thread, then several with stretches of several lengths, and one that writes what another one says. */
async function same(change: Partial<PrintRequest>): Promise<{ readonly text: string; readonly result: PrintResult }> {
  const one = await print(change);
  for (const [threads, stretch] of [[2, 64], [3, 1000], [2, 5], [2, undefined]] as const) {
    const { text, result } = await print({ ...change, threads, stretch });
    assert.ok(text === one.text, `${threads} threads, ${stretch ?? 'no'} events a stretch: ${firstDifference(text, one.text)}`);
    assert.deepEqual({ shown: result.shown, problems: result.problems, closed: result.closed, failed: result.failed }, { shown: one.result.shown, problems: one.result.problems, closed: false, failed: undefined });
  }
  return one;
}
function firstDifference(a: string, b: string): string {
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  return `byte ${i} of ${a.length} and ${b.length}: ${JSON.stringify(a.slice(i, i + 80))} for ${JSON.stringify(b.slice(i, i + 80))}`;
}

describe('several threads print what one prints', () => {
  for (const [title, change] of Object.entries<Partial<PrintRequest>>({
    'every event': {}, JSON: { json: true, format: '%evt.num %proc.name %evt.type %fd.name' }, 'a filter': { filter: 'evt.type in (read, write) and evt.dir=<' }, 'no event': { filter: 'proc.name=nobody-is-called-so' },
    'a limit': { limit: 777 }, 'a limit under a filter': { limit: 300, filter: 'evt.type=read' }, 'a limit beyond the end': { limit: 1e9 }, 'a time': { seconds: 2 }, 'a time under a filter': { seconds: 3, filter: 'proc.name=bash or fd.type=ipv4' },
    'whole buffers': { options: { ...DEFAULT_OPTIONS, bufferForm: 'hexAscii', bufferLimit: 0 } }, 'lines with missing fields left out': { format: '%evt.num %fd.name' }, 'internal events': { internal: true },
  })) test(title, async () => {
    const { text, result } = await same(change);
    assert.equal(text === '', title === 'no event');
    if (change.limit !== undefined && change.limit < 1e6) assert.equal(result.shown, change.limit);
  });

  test('what has to be read again because of tracers is, by all of them', async () => {
    const file = join(folder, 'tracers.scap');
    writeFileSync(file, tracers());
    const { text } = await same({ file, format: '*%evt.num %evt.type %evt.args', filter: 'evt.type in (tracer, write)' });
    assert.match(text, / tracer id=17 tags=page\.query args=/);
    // Nothing is asked of descriptors here.
    for (const change of [{ format: '%evt.num %evt.type' }, { format: '%evt.num %proc.name', filter: 'evt.type=tracer' }]) assert.match((await same({ file, ...change })).text, /^\d+ (tracer|teller)$/m);
  });

  test('threads are really there', async () => { assert.equal((await print({ threads: 3, stretch: 64 })).result.threads, 3); assert.equal((await print({ threads: 3 })).result.threads, 2); });

  test('what remembers is printed by one', async () => {
    for (const change of [{ format: '*%evt.deltatime' }, { filter: 'evt.deltatime>1000' }, { options: { ...DEFAULT_OPTIONS, timeForm: 'D' as const } }]) assert.equal((await print({ ...change, threads: 2 })).result.threads, 1);
  });
});

describe('files that are not whole', () => {
  const whole = readFileSync(DEMO);
  const make = (name: string, bytes: Uint8Array): string => { const path = join(folder, name); writeFileSync(path, bytes); return path; };

  test('cut in the middle', async () => {
    const { text, result } = await same({ file: make('cut.scap', whole.subarray(0, Math.floor(whole.length * 0.6))) });
    assert.equal(result.problems.length, 1);
    assert.ok((await print({})).text.startsWith(text));
  });
  test('damaged in the middle', async () => {
    const bytes = Uint8Array.from(whole);
    bytes.fill(0xff, Math.floor(bytes.length / 2), Math.floor(bytes.length / 2) + 64);
    assert.ok((await same({ file: make('damaged.scap', bytes) })).result.problems.length > 0);
  });
  test('a limit in front of the damage keeps quiet about it', async () => {
    const { result } = await same({ file: make('late.scap', whole.subarray(0, whole.length - 7)), limit: 100 });
    assert.deepEqual(result.problems, []);
  });
  test('empty, and no capture', async () => {
    assert.match((await same({ file: make('empty.scap', new Uint8Array(0)) })).result.problems.join(), /empty/);
    assert.match((await same({ file: make('text.scap', new TextEncoder().encode('no capture at all')) })).result.problems.join(), /no capture/);
  });
  test('gzip, whole and cut', async () => {
    const zipped = readFileSync(ZIPPED);
    const plain = await print({});
    const { text, result } = await print({ file: ZIPPED, threads: 2 });
    assert.ok(text === plain.text);
    assert.deepEqual(result.problems, []);
    const cut = await print({ file: make('cut.scap.gz', zipped.subarray(0, zipped.length >> 1)) });
    assert.ok(plain.text.startsWith(cut.text) && cut.text !== '');
    assert.match(cut.result.problems.join(), /cut or damaged/);
  });
  test('not there', async () => {
    await assert.rejects(print({ file: join(folder, 'none.scap') }), /can't open file .*none\.scap/);
    await assert.rejects(print({ file: folder }), /it is a directory/);
  });
});

describe('the end that somebody else sets', () => {
  test('a signal', async () => {
    const stop = new AbortController();
    stop.abort();
    for (const stretch of [64, undefined]) {
      const { text, result } = await print({ signal: stop.signal, threads: 2, stretch });
      assert.equal(result.failed, undefined);
      assert.ok((await print({})).text.startsWith(text));
    }
  });
  test('a descriptor that cannot be written', async () => {
    const fd = openSync(DEMO, 'r');
    try {
      for (const change of [{ threads: 1 }, { threads: 2, stretch: 64 }, { threads: 2 }]) assert.match((await print({ fd, ...change })).result.failed ?? '', /EBADF/);
    } finally { closeSync(fd); }
  });
});
