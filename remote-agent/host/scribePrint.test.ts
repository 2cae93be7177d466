// Lines that one thread writes by what another one says, while the room for texts runs out at moments of all kinds: nothing that a line still needs is forgotten.
import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { DEFAULT_OPTIONS } from '../engine/fields/index.ts';
import { PLAIN } from '../engine/format/lines.ts';
import { scribeStarter } from './parallelPrint.ts';
import type { PrintOrder } from './parallelStretch.ts';
import { quickFor, ScribePrinter } from './scribePrint.ts';

const folder = mkdtempSync(join(tmpdir(), 'porthole-scribe-')), file = join(folder, 'demo.scap');
writeFileSync(file, gunzipSync(readFileSync(fileURLToPath(new URL('../../extension/media/demo.scap', import.meta.url)))));
after(() => { rmSync(folder, { recursive: true, force: true }); });

/** The lines; room runs out `often` times in 100, right behind what may have kept a text. How often it was forgotten, too. */
async function print(often: number): Promise<{ readonly text: string; readonly forgotten: number }> {
  const path = join(folder, 'out'), out = openSync(path, 'w'), input = openSync(file, 'r');
  try {
    const order: PrintOrder = { file, format: PLAIN, options: DEFAULT_OPTIONS, json: false, filter: '', limit: Infinity, seconds: Infinity, internal: false, fd: out, stretch: 1 };
    const quick = quickFor(order), start = scribeStarter();
    assert.ok(quick !== undefined && start !== undefined);
    const { lines } = quick, handOver = lines.handOver.bind(lines), hand = lines.hand.bind(lines), forget = lines.forget.bind(lines);
    let seed = 20261123, forgotten = 0;
    const runOut = (): void => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      if (seed / 2 ** 32 * 100 < often) lines.memory.isTight = true;
    };
    lines.handOver = (...event) => { const done = handOver(...event); runOut(); return done; };
    lines.hand = (...event) => { const done = hand(...event); runOut(); return done; };
    lines.forget = () => { forgotten++; forget(); };
    const { failed, problems } = await new ScribePrinter(order, quick, {}).print(input, statSync(file).size, start);
    assert.deepEqual({ failed, problems }, { failed: undefined, problems: [] });
    return { text: readFileSync(path, 'latin1'), forgotten };
  } finally {
    closeSync(out);
    closeSync(input);
  }
}

test('texts are forgotten only when all lines are written that have them', async () => {
  const { text, forgotten } = await print(0);
  assert.ok(text.length > 100_000 && forgotten === 0);
  for (const often of [1, 30, 100]) {
    const some = await print(often);
    assert.ok(some.forgotten > 10 && some.text === text, `${often} of 100: forgotten ${some.forgotten} times`);
  }
});
