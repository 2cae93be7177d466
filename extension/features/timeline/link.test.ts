// Links to a place on the timeline: made, and read back, from anything that may be typed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { UserError } from '../../base/text.ts';
import { linkQuery, readLink } from './link.ts';

test('what a link says is what is read from it', () => {
  const place = { startNs: '1763812800123456789', endNs: '1763812801123456789', filter: 'fd.name contains "a&b=c #ü"' };
  assert.deepEqual(readLink('/open', linkQuery({ capture: '/tmp/a b/c#1.scap' }, { ...place, row: 7 })), { capture: '/tmp/a b/c#1.scap', from: 1763812800123456789n, to: 1763812801123456789n, filter: place.filter, row: 7 });
  assert.deepEqual(readLink('/open', linkQuery({ host: 'web 1' }, { ...place, filter: '', row: 7 })), { host: 'web 1', from: 1763812800123456789n, to: 1763812801123456789n });
  fc.assert(fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }), fc.string({ unit: 'grapheme', maxLength: 200 }), fc.bigInt({ min: 0n, max: 10n ** 19n }), (host, filter, at) => {
    const read = readLink('/open', linkQuery({ host }, { startNs: String(at), endNs: String(at + 1n), filter }));
    assert.deepEqual(read, { host, from: at, to: at + 1n, ...(filter === '' ? {} : { filter }) });
  }), { seed: 7 });
});

test('a link that anybody can have made leads to nothing but a capture or a host', () => {
  const wrong: readonly (readonly [path: string, query: string, says: RegExp])[] = [
    ['/run', 'capture=/a.scap', /asks for \/run/], ['/open', '', /neither a capture nor a host/], ['/open', 'capture=/a.scap&host=b', /or both/],
    ['/open', 'capture=a.scap', /not the path/], ['/open', 'capture=../../a.scap', /not the path/], ['/open', 'capture=/etc/passwd', /not the path/],
    ['/open', 'capture=//server/share/a.scap', /not the path/], ['/open', 'capture=%5C%5Cserver%5Cshare%5Ca.scap', /not the path/],
    ['/open', 'capture=/a.scap&from=now', /time "now"/], ['/open', 'capture=/a.scap&from=-1', /time "-1"/], ['/open', 'capture=/a.scap&row=1e9', /event number/],
    ['/open', `capture=/a.scap&filter=${'x'.repeat(5000)}`, /too long/],
  ];
  for (const [path, query, says] of wrong) assert.throws(() => readLink(path, query), (error) => error instanceof UserError && says.test(error.message), `${path}?${query.slice(0, 60)}`);
  fc.assert(fc.property(fc.string(), fc.string(), (path, query) => { try { readLink(path, query); } catch (error) { assert.ok(error instanceof UserError); } }), { seed: 7 });
});
