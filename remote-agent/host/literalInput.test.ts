// Tests of captures that are searched for a filter's words first: what comes out, what is counted and what is complained of is the same as without.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { OWN } from '../../tests/interop/differential/captures.ts';
import { compileFilter } from '../engine/filter/index.ts';
import { openCapture, type EventInput } from './captureInput.ts';

const folder = mkdtempSync(join(tmpdir(), 'porthole-literal-'));
after(() => { rmSync(folder, { recursive: true }); });

interface Answer { readonly passing: readonly number[]; readonly events: number | undefined; readonly problems: readonly string[] }

async function ask(path: string, text: string, first: boolean): Promise<Answer> {
  const filter = compileFilter(text), again = compileFilter(text);
  assert.ok(filter.ok && again.ok);
  const input: EventInput = await openCapture(path);
  input.select?.({ demand: filter.demand, types: filter.types, byThread: filter.byThread, byDescriptor: filter.byDescriptor, test: filter.test }, { demand: again.demand, types: again.types, byThread: again.byThread, byDescriptor: again.byDescriptor, test: again.test }, first ? filter.literals : []);
  const passing: number[] = [];
  await input.run((ctx) => { passing.push(ctx.num); return true; });
  return { passing, events: input.state?.eventCount, problems: input.problems() };
}

const FILTERS = ['fd.name contains nosuchfile', 'proc.name=nosuchprogram', 'proc.name=bash', 'fd.name contains passwd or container.name=web', 'fs.path.name endswith .txt', 'user.name=nosuchuser and fd.name contains log', 'proc.cmdline contains nginx', 'fd.ip=99.88.77.66', 'fd.sport=4567 or fd.sport=80', 'evt.args contains nosuchfile', 'evt.arg.name icontains PASSWD', 'not proc.name=nosuchprogram'];

for (const [name, make] of OWN) {
  test(`the same of ${name}`, async () => {
    const bytes = make();
    const gzip = bytes[0] === 0x1f;
    const forms: readonly (readonly [form: string, bytes: Uint8Array])[] = [['whole', bytes], ['cut', bytes.subarray(0, bytes.length - 7)], ...(gzip ? [] : [['packed', new Uint8Array(gzipSync(bytes))] as const])];
    for (const [form, file] of forms) {
      const path = join(folder, `${name}-${form}.scap`);
      writeFileSync(path, file);
      for (const text of FILTERS) assert.deepEqual(await ask(path, text, true), await ask(path, text, false), `${form}: ${text}`);
    }
  });
}

test('nothing that passes is lost in damaged captures', async () => {
  let x = 7;
  const random = (below: number): number => { x = (Math.imul(x, 1664525) + 1013904223) >>> 0; return Math.floor((x / 4294967296) * below); };
  let passed = 0, damaged = 0;
  for (const name of ['life', 'two-sections', 'events-2', 'first-layout']) {
    const whole = OWN.get(name)?.();
    assert.ok(whole !== undefined, name);
    for (let n = 0; n < 10; n++) {
      const bytes = whole.slice();
      for (let flips = 1 + random(3); flips > 0; flips--) bytes[random(bytes.length)] = random(256);
      const path = join(folder, 'damaged.scap');
      writeFileSync(path, bytes);
      for (const text of FILTERS) {
        const searched = await ask(path, text, true), read = await ask(path, text, false);
        assert.deepEqual(searched.passing, read.passing, `${name}, damage ${n}: ${text}`);
        passed += read.passing.length;
        damaged += read.problems.length;
      }
    }
  }
  assert.ok(passed > 0 && damaged > 0, `${passed} events passed, ${damaged} problems were told`);
});

test('all of these filters but the last can be told by their words', () => {
  const told = FILTERS.map((text) => { const filter = compileFilter(text); return filter.ok && filter.literals.length > 0; });
  assert.deepEqual(told, FILTERS.map((_, i) => i < FILTERS.length - 1));
});
