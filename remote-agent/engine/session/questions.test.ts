// What is asked of an open capture against a plain scan of the same events: counts, pages, matches and places under filters that narrow and widen,
// and every event read again from where it lies.
import assert from 'node:assert/strict';
import test from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { OWN } from '../../../tests/interop/differential/captures.ts';
import { compileFilter } from '../filter/index.ts';
import { ScapReader } from '../scap/reader.ts';
import { writeSample } from '../scap/sample.ts';
import { isInternal } from './classify.ts';
import { bindText, findField } from '../fields/index.ts';
import { FileSession } from './fileSession.ts';
import { OF_DESCRIPTOR } from '../filter/descriptor.ts';
import { OF_KIND } from './filterPlan.ts';
import type { EventHistory, RowContext } from './history.ts';
import { ROW, SEGMENT_ROWS } from './segment.ts';
import { Session, type Steps } from './session.ts';
import type { CaptureBytes } from './storedEvents.ts';

/** Bytes that are handed out as a file's are: a piece at a time, never more than `piece`. */
function slow(bytes: Uint8Array, piece: number): CaptureBytes {
  return { readAt: (position, into) => { const part = bytes.subarray(position, position + Math.min(piece, into.length)); into.set(part); return part.length; } };
}

function open(bytes: Uint8Array, from: CaptureBytes = { whole: bytes, readAt: () => 0 }): Session {
  const file = new FileSession({ file: 'test', agentVersion: '0', compile: compileFilter, bytes: from });
  for (let at = 0; at < bytes.length; at += 100_000) { file.push(bytes.slice(at, at + 100_000)); while (!file.advance(1000)) { /* on */ } }
  file.finish();
  return file.session;
}

/** The same events with their bytes in memory. */
function inMemory(bytes: Uint8Array): Session {
  const reader = new ScapReader();
  const session = new Session({ state: reader.state, info: { hostname: '', kernel: '', cpus: 0, live: false, agentVersion: '0' }, compile: compileFilter, historyBytes: 2 ** 31 });
  reader.push(bytes); reader.finish(); reader.read((ctx) => { session.append(ctx); return true; });
  return session;
}

let sample: Uint8Array | undefined;
/** Three segments of two containers and more. */
function sampleBytes(): Uint8Array {
  if (sample === undefined) {
    const parts: Uint8Array[] = [];
    writeSample((bytes) => { parts.push(bytes.slice()); }, { seconds: 60 });
    sample = new Uint8Array(Buffer.concat(parts));
  }
  return sample;
}

function run<T>(steps: Steps<T>, budget = 500): T {
  for (let n = 0; !steps.advance(budget); n++) assert.ok(n < 100_000, 'a question comes to its end');
  return steps.result();
}

/** Rows of a list by looking at each event. */
function scan(history: EventHistory, filter: string, withEnters: boolean, find = ''): number[] {
  const compiled = compileFilter(filter), sought = compileFilter(find), context = history.newContext(), rows: number[] = [];
  assert.ok(compiled.ok && sought.ok);
  for (let row = history.firstRow; row < history.endRow; row++) {
    const segment = history.segmentOf(row), i = row % SEGMENT_ROWS;
    if (!withEnters && ((segment.flags[i] ?? 0) & ROW.paired) !== 0) continue;
    if (filter === '' && isInternal(segment.what[i] ?? 0)) continue;
    if (history.load(row, context) && compiled.test(context) && sought.test(context)) rows.push(row);
  }
  return rows;
}

/** All that a context says, as text. */
function dump({ view, enter, info, fd, fdNum, num, tsNs, latencyNs }: RowContext): string {
  const params = (v: typeof view): string => `${v.type} ${Array.from({ length: v.nparams }, (_, n) => v.size(n)).join()} ${v.nparams === 0 ? '' : Buffer.from(v.bytes.buffer, v.bytes.byteOffset + v.start(0), v.end(v.nparams - 1) - v.start(0)).toString('latin1')}`;
  const descriptor = fd === undefined ? '' : [fd.kind, fd.name, fd.openFlags, fd.sip, fd.sport, fd.dip, fd.dport, fd.role, fd.ino, fd.dev, fd.l4, fd.connected].join();
  return [view.tid, view.tsLo, view.tsHi, view.cpu, params(view), enter === undefined ? 'none' : params(enter), info?.ref, info?.comm, fdNum, descriptor, num, tsNs, latencyNs].join('|');
}

/** The project's own captures, unpacked. */
function ownCaptures(): [string, Uint8Array][] { return [...OWN].map(([name, make]) => { const made = make(); return [name, made[0] === 0x1f ? new Uint8Array(gunzipSync(made)) : made]; }); }

test('what is asked once for a kind of event or a descriptor is true of each of its events', () => {
  for (const [name, bytes] of ownCaptures()) {
    const session = open(bytes), { history } = session, context = history.newContext();
    for (const field of [...OF_KIND, ...OF_DESCRIPTOR]) {
      const written = field === 'evt.type.is' ? 'evt.type.is.open' : field, ref = findField(written);
      assert.ok(ref, field);
      const text = bindText(ref), values = new Set<string>();
      for (let row = 0; row < history.endRow && values.size < 6; row += 7) { const value = history.load(row, context) ? text(context) : undefined; if (value !== undefined && /^[\w./:>-]+$/.test(value)) values.add(value); }
      for (const filter of [`${written} exists`, ...[...values].map((value) => `${written}="${value}"`), ...[...values].map((value) => `not ${written} != "${value}"`)]) {
        if (!compileFilter(filter).ok) continue;
        assert.equal(run(session.count(-1e18, 1e18, `evt.dir exists and ${filter}`)), scan(history, filter, true).length, `${name}: ${filter}`);
      }
    }
  }
});

test('every event of every layout is read again as it was', () => {
  const all: [string, Uint8Array][] = [...ownCaptures(), ['sample', sampleBytes()]];
  for (const [name, bytes] of all) {
    const kept = inMemory(bytes).history, indexed = [open(bytes).history, open(bytes, slow(bytes, 777)).history];
    assert.ok(kept.endRow > 0, name);
    const a = kept.newContext();
    for (const history of indexed) {
      assert.equal(history.endRow, kept.endRow, name);
      const b = history.newContext();
      for (let row = 0; row < kept.endRow; row++) {
        if (!kept.load(row, a) || !history.load(row, b) || dump(b) !== dump(a)) assert.equal(dump(b), dump(a), `${name}, row ${row}`);
      }
    }
  }
});

const CHECKS = [
  'container.name=sample-web', 'container.id!=host', 'proc.name=db', 'proc.name in (web, client)', 'user.name=www-data', 'thread.tid<1002',
  'evt.type=read', 'evt.type in (write, openat, connect)', 'evt.dir=<', 'syscall.type=close', 'evt.is_io=true', 'evt.io_dir=read',
  'fd.type=file', 'fd.name contains item', 'fd.sport=5432', 'fd.num<6', 'fd.name exists', 'fd.directory=/var/www', 'fd.l4proto=tcp', 'fd.cip=172.20.0.4',
  'evt.rawres<0', 'evt.failed=true', 'evt.args contains GET', 'evt.latency>100000', 'evt.num<9000', 'evt.buffer contains HTTP', 'evt.cpu=1',
];
const check = fc.constantFrom(...CHECKS);
const filters = fc.letrec((tie) => ({
  filter: fc.oneof({ depthSize: 'small', withCrossShrink: true }, check, tie('not'), tie('and'), tie('or')),
  not: tie('filter').map((f) => `not (${String(f)})`),
  and: fc.tuple(tie('filter'), tie('filter')).map(([a, b]) => `(${String(a)}) and (${String(b)})`),
  or: fc.tuple(tie('filter'), tie('filter')).map(([a, b]) => `(${String(a)}) or (${String(b)})`),
})).filter as fc.Arbitrary<string>;

test('counts, pages, matches and places are those of a plain scan, however filters follow each other', () => {
  const session = open(sampleBytes()), { history } = session, end = history.endNs;
  assert.ok(history.segments.length >= 3 && history.segments.slice(0, -1).every((segment) => segment.full));
  fc.assert(fc.property(fc.array(filters, { minLength: 1, maxLength: 3 }), fc.option(check, { nil: '' }), fc.nat(history.endRow - 1), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 20_000 }), (parts, find, from, count, budget) => {
    // Each filter narrows the one before it.
    for (let n = 1; n <= parts.length; n++) {
      const filter = parts.slice(0, n).map((part) => `(${part})`).join(' and '), enters = filter.includes('evt.dir'), rows = scan(history, filter, enters);
      assert.equal(run(session.count(0, end, filter), budget), rows.length, filter);
      const forward = run(session.page({ startNs: 0, endNs: end, fromRow: from, direction: 'forward', count }, filter), budget);
      assert.deepEqual(forward.rows.map(({ row }) => row), rows.filter((row) => row >= from).slice(0, count), filter);
      const backward = run(session.page({ startNs: 0, endNs: end, fromRow: from, direction: 'backward', count }, filter), budget);
      assert.deepEqual(backward.rows.map(({ row }) => row), rows.filter((row) => row <= from).slice(-count), filter);
      const matches = find === '' ? rows : scan(history, filter, enters, find);
      for (const [direction, wanted] of [['forward', matches.find((row) => row > from) ?? matches[0] ?? -1], ['backward', matches.findLast((row) => row < from) ?? matches.at(-1) ?? -1]] as const) {
        const found = run(session.find({ fromRow: from, direction, wrap: true }, find, filter), budget);
        const wrapped = !(direction === 'forward' ? matches.some((row) => row > from) : matches.some((row) => row < from));
        assert.deepEqual(found, { row: wanted, wrapped, index: matches.indexOf(wanted) + 1, total: matches.length }, `${filter}, ${find}`);
      }
      const ns = history.tsOf(from), place = run(session.place({ ns }, filter), budget), at = rows.find((row) => history.tsOf(row) >= ns) ?? -1;
      assert.deepEqual(place, { row: at, index: at < 0 ? rows.length : rows.indexOf(at) }, filter);
      assert.equal(run(session.place({ index: from % (rows.length + 1) }, filter), budget).row, rows[from % (rows.length + 1)] ?? -1, filter);
    }
  }), { numRuns: 30 });
});

test('matches without wrapping end at the end; nothing found is said', () => {
  const session = open(sampleBytes());
  const rows = scan(session.history, 'proc.name=db', false), last = rows.at(-1) ?? -1;
  assert.deepEqual(run(session.find({ fromRow: last, direction: 'forward', wrap: false }, 'proc.name=db', '')), { row: -1, wrapped: false, index: 0, total: 0 });
  assert.equal(run(session.find({ fromRow: -1, direction: 'backward', wrap: false }, 'proc.name=db', '')).row, last);
  assert.equal(run(session.find({ fromRow: 5, direction: 'forward', wrap: true }, 'proc.name=nobody', '')).row, -1);
  assert.throws(() => session.find({ fromRow: 0, direction: 'forward', wrap: true }, 'proc.nam=x', ''), { name: 'FilterError', which: 'find' });
  assert.throws(() => session.find({ fromRow: 0, direction: 'forward', wrap: true }, '', 'proc.nam=x'), { name: 'FilterError', which: 'filter' });
});

test('a filter that narrows another reads only what the other lets through; one asked again reads nothing', () => {
  const bytes = sampleBytes();
  let asked = 0;
  const counting: CaptureBytes = { readAt: () => 0, whole: bytes };
  const file = new FileSession({
    file: 'test', agentVersion: '0', bytes: counting,
    compile: (text) => { const compiled = compileFilter(text); return compiled.ok ? { ...compiled, test: (ctx) => { asked++; return compiled.test(ctx); } } : compiled; },
  });
  file.push(bytes); file.finish();
  const { session } = file, end = session.history.endNs;
  const costOf = (filter: string): number => { asked = 0; run(session.count(0, end, filter)); return asked; };
  const all = costOf('evt.rawres<0'), passing = scan(session.history, 'evt.rawres<0', true).length;
  assert.ok(all > session.history.endRow / 3, `${all} events`);
  assert.equal(costOf('evt.rawres < 0'), 0, 'the same filter in other words');
  const narrowed = costOf('evt.args contains item and evt.rawres<0');
  assert.ok(narrowed > 0 && narrowed <= passing, `${narrowed} of ${passing}`);
  assert.equal(costOf('evt.rawres<0 and evt.args contains item'), 0, 'in another order');
  assert.ok(costOf('container.name=sample-web') < 200, 'threads are asked, not events');
  assert.ok(costOf('evt.type=read') < 200, 'kinds of events are asked');
  assert.ok(costOf('evt.type=read and container.name=sample-web and evt.rawres<0') === 0, 'put together of what is known');
});

test('a capture that is no longer what was indexed says so, and goes on counting', () => {
  const bytes = sampleBytes().slice(), from = slow(bytes, 1 << 20), session = open(bytes, from), end = session.history.endNs;
  const before = run(session.count(0, end, 'proc.name=db'));
  bytes.fill(0, 100_000, 3_000_000);
  assert.throws(() => run(session.page({ startNs: 0, endNs: end, fromRow: 5000, direction: 'forward', count: 10 }, '')), { name: 'StoredBytesError', kind: 'changed' });
  assert.equal(run(session.count(0, end, 'proc.name=db')), before);
  const short = open(sampleBytes(), slow(sampleBytes().subarray(0, 200_000), 1 << 20));
  assert.throws(() => short.history.contextAt(short.history.endRow - 1), { name: 'StoredBytesError', kind: 'changed' });
  assert.ok(short.history.contextAt(10) !== undefined);
});
