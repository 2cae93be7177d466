// Printers that share the stretches of one capture, in every order in which threads might come to them: the bytes are those of one printer alone.
import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { DEFAULT_OPTIONS } from '../engine/fields/index.ts';
import { PLAIN } from '../engine/format/lines.ts';
import { problemsOf } from './captureFacts.ts';
import { StretchPrinter, type PrintOrder } from './parallelStretch.ts';
import { STOPPED, Turns } from './parallelTurns.ts';

const DEMO = gunzipSync(readFileSync(fileURLToPath(new URL('../../extension/media/demo.scap', import.meta.url)))).subarray(0, 900_000);
const folder = mkdtempSync(join(tmpdir(), 'porthole-stretch-'));
after(() => { rmSync(folder, { recursive: true, force: true }); });

/** Lets `count` printers read the file, the next of them chosen by `next`; answers what they wrote and which of them wrote something. */
function printed(change: Partial<PrintOrder>, count: number, chunk: number, next: () => number): { readonly text: string; readonly shown: number; readonly problems: readonly string[]; readonly stretches: readonly number[] } {
  const out = join(folder, 'out');
  const fd = openSync(out, 'w');
  try {
    const order: PrintOrder = { file: 'demo', format: PLAIN, options: DEFAULT_OPTIONS, json: false, filter: '', limit: Infinity, seconds: Infinity, internal: false, fd, stretch: 700, ...change };
    const turns = new Turns();
    const printers = Array.from({ length: count }, () => ({ printer: new StretchPrinter(order, turns), at: 0 }));
    const left = new Set(printers);
    while (left.size > 0) {
      const one = [...left][next() % left.size];
      if (one === undefined) break;
      if (one.at < DEMO.length) { one.printer.push(DEMO.subarray(one.at, one.at + chunk)); one.at += chunk; } else one.printer.end();
      if (one.printer.done) left.delete(one);
    }
    // Whoever has the turn writes; at most each of them once for each stretch.
    for (let rounds = 0; printers.filter(({ printer }) => !printer.flush()).length > 0; rounds++) assert.ok(rounds < 10_000, 'a stretch is nobody\'s');
    const ender = printers.find(({ printer }) => printer.ended) ?? printers[0];
    assert.ok(turns.stopped === STOPPED.no || turns.stopped === STOPPED.ended);
    return { text: readFileSync(out, 'latin1'), shown: turns.shown, problems: ender === undefined ? [] : problemsOf('demo', ender.printer.reader), stretches: printers.map(({ printer }) => printer.written) };
  } finally { closeSync(fd); }
}

for (const [title, change] of Object.entries<Partial<PrintOrder>>({
  'every event': {}, 'a filter': { filter: 'evt.type in (read, write)' }, 'a limit': { limit: 2500 }, 'a limit under a filter': { limit: 250, filter: 'evt.type=read' }, 'a time': { seconds: 8, stretch: 50 }, 'a time under a filter': { seconds: 9, filter: 'evt.dir=<', stretch: 50 },
  JSON: { json: true, format: '*%evt.num %proc.name %fd.name' },
})) test(title, () => {
  const alone = printed(change, 1, 1 << 16, () => 0);
  assert.ok(alone.text.length > 1000);
  let shared = 0;
  fc.assert(fc.property(fc.integer({ min: 2, max: 4 }), fc.integer({ min: 20_000, max: 90_000 }), fc.infiniteStream(fc.nat({ max: 11 })), (count, chunk, choices) => {
    const together = printed(change, count, chunk, () => choices.next().value);
    assert.ok(together.text === alone.text);
    assert.deepEqual({ shown: together.shown, problems: together.problems }, { shown: alone.shown, problems: alone.problems });
    if (together.stretches.filter((n) => n > 0).length > 1) shared++;
  }), { numRuns: 25 });
  assert.ok(shared > 0, 'more than one printer had a part in it');
});
