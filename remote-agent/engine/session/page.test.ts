// Pages forward and backward against a plain filter over all rows; filters' memory; counts.
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { isInternal } from './classify.ts';
import { CountSearch, PageSearch } from './page.ts';
import { FilterBits, FilterCache, FilterError } from './filterBits.ts';
import { EventHistory } from './history.ts';
import { ROW, SEGMENT_ROWS } from './segment.ts';
import { context, eventBytes, stateOf, threadInfo, viewOf } from './sessionSupport.test.ts';

const info = threadInfo(10, 10, 'cat');
const state = stateOf([info]);

/** Calls of the old kind: an enter and an exit each; some fail. */
function build(plan: readonly { gap: number; failed: boolean; pair: boolean; took?: number }[]): EventHistory {
  const history = new EventHistory(state);
  let ns = 0;
  for (const { gap, failed, pair, took = 1 } of plan) {
    ns += gap;
    const enter = eventBytes('SYSCALL_OPENAT_2_E', ns, 10, [-100, '/x']);
    if (pair) history.append(context(state, enter, ns, 0, info));
    const exit = context(state, eventBytes('SYSCALL_OPENAT_2_X', ns + took, 10, [failed ? -2 : 3, -100, '/x']), ns + took, took, info);
    ns += took;
    history.append(pair ? { ...exit, view: exit.view, enter: viewOf(enter) } : exit);
  }
  return history;
}
/** Whether an event has a line of its own. */
function isListed(history: EventHistory, row: number, withEnters: boolean, filtered: boolean): boolean {
  const segment = history.segmentOf(row), i = row % SEGMENT_ROWS;
  return (filtered || !isInternal(segment.what[i] ?? 0)) && (withEnters || ((segment.flags[i] ?? 0) & ROW.paired) === 0);
}
const failing = (history: EventHistory): FilterBits => new FilterBits(history, (ctx) => ctx.view.def?.isExit === false || ctx.view.data.getInt32(ctx.view.start(0), true) < 0);

test('pages, put together, are what a plain search finds, in both directions', () => {
  const plans = fc.array(fc.record({ gap: fc.nat(5), failed: fc.boolean(), pair: fc.boolean(), took: fc.integer({ min: 1, max: 60 }) }), { maxLength: 80 });
  fc.assert(fc.property(plans, fc.nat(200), fc.nat(300), fc.integer({ min: 1, max: 9 }), fc.boolean(), fc.boolean(), fc.integer({ min: 1, max: 7 }), (plan, startNs, width, count, filtered, withEnters, budget) => {
    const history = build(plan);
    const filter = filtered ? failing(history) : undefined;
    const endNs = startNs + width;
    const expected: number[] = [];
    for (let row = 0; row < history.endRow; row++) {
      const ctx = history.contextAt(row);
      if (ctx !== undefined && ctx.tsNs >= startNs && ctx.tsNs - Math.max(0, ctx.latencyNs) <= endNs && isListed(history, row, withEnters, filtered) && (filter?.passes(row) ?? true)) expected.push(row);
    }
    for (const direction of ['forward', 'backward'] as const) {
      const rows: number[] = [];
      let fromRow = -1, pages = 0;
      do {
        const search = new PageSearch(history, { startNs, endNs, fromRow, direction, count }, { filter, withEnters });
        while (!search.advance(budget)) { /* on */ }
        const page = search.result();
        assert.ok(page.rows.length <= count);
        const part = page.rows.map((r) => r.row);
        if (direction === 'forward') rows.push(...part); else rows.unshift(...part);
        fromRow = page.nextRow;
        assert.ok(++pages < 500, 'pages come to an end');
      } while (fromRow >= 0);
      assert.deepEqual(rows, expected, direction);
    }
    const counting = new CountSearch(history, { startNs, endNs, filter, withEnters });
    while (!counting.advance(budget)) { /* on */ }
    assert.equal(counting.count, expected.length);
  }), { numRuns: 300 });
});

test('a call that ends long after the range is in its pages all the same', () => {
  const other = threadInfo(11, 11, 'busy');
  const both = stateOf([info, other]);
  const history = new EventHistory(both);
  const exit = (tid: number, end: number, took: number): void => { history.append(context(both, eventBytes('SYSCALL_OPENAT_2_X', end, tid, [3, -100, '/x']), end, took, tid === 10 ? info : other)); };
  for (let i = 0; i < 2000; i++) exit(11, 10 * i + 5, 2);
  exit(10, 20_000, 19_900);
  const last = history.endRow - 1;
  for (const direction of ['forward', 'backward'] as const) {
    const rows: number[] = [];
    for (let fromRow = -1, first = true; first || fromRow >= 0; first = false) {
      const search = new PageSearch(history, { startNs: 1000, endNs: 1100, fromRow, direction, count: 3 }, { filter: undefined, withEnters: false });
      while (!search.advance(50)) { /* on */ }
      const page = search.result();
      if (direction === 'forward') rows.push(...page.rows.map((r) => r.row)); else rows.unshift(...page.rows.map((r) => r.row));
      fromRow = page.nextRow;
    }
    assert.deepEqual(rows, [100, 101, 102, 103, 104, 105, 106, 107, 108, 109, last], direction);
  }
  const counting = new CountSearch(history, { startNs: 1000, endNs: 1100, filter: undefined, withEnters: false });
  while (!counting.advance(50)) { /* on */ }
  assert.equal(counting.count, 11);
});

test('a search goes on where the history begins when it has dropped rows meanwhile', () => {
  const history = new EventHistory(state, { capacityBytes: 1 });
  const append = (count: number): void => { for (let i = 0; i < count; i++) { const ns = history.endRow; history.append(context(state, eventBytes('SYSCALL_STAT_X', ns, 10, [0, '/f']), ns, 0, info)); } };
  append(SEGMENT_ROWS + 300);
  const search = new PageSearch(history, { startNs: 0, endNs: 1e9, fromRow: -1, direction: 'forward', count: 3 }, { filter: new FilterBits(history, (ctx) => ctx.tsNs > SEGMENT_ROWS), withEnters: false });
  assert.equal(search.advance(10), false);
  append(SEGMENT_ROWS);
  assert.equal(history.firstRow, SEGMENT_ROWS);
  while (!search.advance(10)) { /* on */ }
  const page = search.result();
  assert.deepEqual([page.rows.map((r) => r.row), page.nextRow], [[1, 2, 3].map((n) => SEGMENT_ROWS + n), SEGMENT_ROWS + 4]);
});

test('what is no doing of a program is listed only when something is asked for', () => {
  const history = new EventHistory(state);
  history.append(context(state, eventBytes('PROCINFO_E', 1, 10, [0, 0]), 1, 0, info));
  history.append(context(state, eventBytes('SYSCALL_OPENAT_2_X', 2, 10, [3, -100, '/x']), 2, 1, info));
  const rows = (filter?: FilterBits): number[] => {
    const search = new PageSearch(history, { startNs: 0, endNs: 10, fromRow: -1, direction: 'forward', count: 10 }, { filter, withEnters: false });
    while (!search.advance(50)) { /* on */ }
    return search.result().rows.map((r) => r.row);
  };
  assert.deepEqual(rows(), [1]);
  assert.deepEqual(rows(new FilterBits(history, () => true)), [0, 1]);
});

test('a filter is asked once an event, however often pages and viewports come', () => {
  const history = build(Array.from({ length: 500 }, () => ({ gap: 1, failed: false, pair: false })));
  let asked = 0;
  const bits = new FilterBits(history, () => { asked++; return true; });
  for (let n = 0; n < 3; n++) for (let at = 0; at < 500;) at = bits.advance(at, 500, 100);
  for (let row = 0; row < 500; row++) assert.equal(bits.passes(row), true);
  assert.equal(asked, 500);
});

test('what a filter said of containers is asked again when one has got its name', () => {
  const history = build([{ gap: 1, failed: false, pair: false }]);
  let name = '';
  let asked = 0;
  const cache = new FilterCache(history, () => ({ ok: true, test: () => { asked++; return name === 'web'; } }));
  const bits = cache.get('container.name=web'), other = cache.get('proc.name=web');
  assert.deepEqual([bits?.passes(0), other?.passes(0)], [false, false]);
  name = 'web';
  assert.equal(bits?.passes(0), false);
  cache.containersChanged();
  assert.deepEqual([bits?.passes(0), other?.passes(0), asked], [true, false, 3]);
});

test('wrong filters throw with their place, known ones are kept, dropped rows are forgotten', () => {
  const history = build([{ gap: 1, failed: false, pair: false }]);
  let compiled = 0;
  const cache = new FilterCache(history, (text) => { compiled++; return text === 'bad' ? { ok: false, error: { start: 1, end: 3, message: 'no' } } : { ok: true, test: () => true }; });
  assert.equal(cache.get('  '), undefined);
  assert.throws(() => cache.get('bad'), (error: FilterError) => error.start === 1 && error.end === 3 && error.message === 'no');
  const first = cache.get('a');
  assert.equal(cache.get('a'), first);
  assert.equal(compiled, 2);
  for (const text of ['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']) cache.get(text);
  assert.notEqual(cache.get('a'), first, 'the one that was not used for longest goes');
  cache.drop(SEGMENT_ROWS);
});
