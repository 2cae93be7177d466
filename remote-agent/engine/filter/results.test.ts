// Which results a filter can pass at all, and that readers who go by it pass what those do who ask the filter of each event.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { OWN } from '../../../tests/interop/differential/captures.ts';
import { ScapReader } from '../scap/reader.ts';
import { compileFilter } from './index.ts';

const ANY = undefined, NONE = -Infinity, ALL = Infinity;

test('the results that may pass', () => {
  for (const [text, min, max] of [
    ['evt.rawres=-4000', -4000, -4000], ['evt.rawres<0', NONE, -1], ['evt.rawres<=0', NONE, 0], ['evt.rawres>5', 6, ALL], ['evt.rawres>=5', 5, ALL], ['evt.rawres in (3, -1, 7)', -1, 7], ['evt.failed=true', NONE, -1],
    ['evt.rawres>=5 and evt.rawres<9', 5, 8], ['evt.rawres=5 or evt.rawres=9', 5, 9], ['evt.type=read and evt.failed=true', NONE, -1], ['evt.failed=true and proc.name=cat and not evt.rawres=-2', NONE, -1],
    ['evt.rawres=5 and evt.rawres=9', 9, 5],
  ] as const) {
    const filter = compileFilter(text);
    assert.ok(filter.ok, text);
    assert.deepEqual(filter.results, { min, max }, text);
  }
  for (const text of ['', 'proc.name=cat', 'not evt.rawres=5', 'evt.rawres=5 or proc.name=cat', 'evt.rawres!=5', 'evt.failed=false', 'evt.failed!=true', 'evt.rawres exists', 'evt.res=ENOENT', 'evt.rawres=0x10', 'evt.rawres=99999999999999999']) {
    const filter = compileFilter(text);
    if (filter.ok) assert.equal(filter.results, ANY, text);
  }
});

test('readers that go by results pass the same events', () => {
  const demo = new Uint8Array(gunzipSync(readFileSync(fileURLToPath(new URL('../../../extension/media/demo.scap', import.meta.url)))));
  const passing = (bytes: Uint8Array, text: string, byResult: boolean, more: number): { readonly nums: readonly number[]; readonly fds: readonly string[] } => {
    const filter = compileFilter(text);
    assert.ok(filter.ok, text);
    const reader = new ScapReader(), nums: number[] = [], fds: string[] = [];
    reader.select({ demand: filter.demand | more, types: filter.types, test: filter.test, results: byResult ? filter.results : undefined });
    reader.push(bytes);
    reader.finish();
    reader.read((ctx) => { nums.push(ctx.num); fds.push(`${ctx.info?.comm} ${ctx.fdNum} ${ctx.fd?.name}`); });
    return { nums, fds };
  };
  const filters = ['evt.rawres=-4000', 'evt.rawres=0', 'evt.failed=true', 'evt.rawres>=4096', 'evt.rawres<-1 and evt.rawres>-12', 'evt.type in (read, openat, fcntl, close) and evt.rawres in (1, 3, 832)', 'evt.rawres>0 and fd.type=file'];
  let some = 0;
  for (const [name, bytes] of [['demo', demo] as const, ...[...OWN].map(([title, make]) => [title, make()] as const)]) {
    for (const filter of filters) {
      // Once with what is printed of threads and descriptors, once with nothing that the filter does not ask for.
      for (const more of [compileDemand, 0]) {
        const quick = passing(bytes, filter, true, more);
        assert.deepEqual(quick, passing(bytes, filter, false, more), `${name}: ${filter}`);
        some += quick.nums.length;
      }
    }
  }
  assert.ok(some > 1000, `${some} events pass`);
});

/** What the test looks at beside the filter: threads and descriptors. */
const everything = compileFilter('fd.name exists and proc.name exists');
const compileDemand = everything.ok ? everything.demand : 0;
