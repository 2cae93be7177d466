// Views: what they count and how values come together, in small; view files; forms of numbers.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Scene } from '../fields/fieldsSupport.test.ts';
import { cellText, readView, shownColumns, ViewError, VIEWS, ViewTable, type ViewDef } from './index.ts';

const SECOND = 1_000_000_000;
const base: ViewDef = { id: 'x', name: 'X', description: '', kind: 'table', tags: [], appliesTo: [''], defaults: true, columns: [{ name: 'NA', field: 'proc.pid', key: 'row' }] };
const view = (more: Partial<ViewDef>): ViewDef => ({ ...base, ...more });

/** Reads of some bytes by threads, at so many seconds. */
function counted(def: ViewDef, reads: readonly (readonly [tid: number, bytes: number, atSeconds: number, tookNs?: number])[], options = {}): string[] {
  const scene = new Scene(), table = new ViewTable(def, options);
  for (const [tid, bytes, at, tookNs = 100] of reads) table.see(scene.event('SYSCALL_READ_X', { res: bytes, data: new Uint8Array(1), fd: 3, size: 100 }, { tid, atNs: at * SECOND, tookNs }));
  return table.rows().map((row) => shownColumns(table).map((i) => cellText(table, row, i, 0)).join(' '));
}

describe('values within a row', () => {
  const key = { name: 'NA', field: 'thread.tid', key: 'row' } as const;
  const reads = [[100, 100, 1, 5], [100, 300, 2, 9], [100, 200, 3, 1]] as const;
  for (const [aggregation, text] of [['none', '100'], ['sum', '600'], ['avg', '200.00'], ['timeAvg', '300.00'], ['min', '100'], ['max', '300']] as const) {
    test(aggregation, () => { assert.deepEqual(counted(view({ columns: [key, { name: 'BYTES', field: 'evt.rawres', aggregation }] }), reads.map((read) => [...read])), [text]); });
  }
});

test('rows are in order of the column that the view says, texts rising, numbers falling', () => {
  const columns = [{ name: 'NA', field: 'thread.tid', key: 'row' }, { name: 'TID', field: 'thread.tid' }, { name: 'BYTES', field: 'evt.rawres', aggregation: 'sum', sorting: true }] as const;
  assert.deepEqual(counted(view({ columns }), [[100, 1, 1], [101, 7, 1], [100, 2, 1]]).map((line) => line.split(' ')[1]), ['7', '3']);
});

test('a filter counts beside the view\'s own, and what is wrong is said by its place in what was typed', () => {
  const columns = [{ name: 'NA', field: 'evt.type', key: 'row' }, { name: 'N', field: 'evt.count', aggregation: 'sum' }] as const;
  assert.deepEqual(counted(view({ columns, filter: 'evt.type=read' }), [[100, 1, 1], [101, 1, 1]], { filter: 'thread.tid=101' }), ['1']);
  assert.throws(() => new ViewTable(view({ columns }), { filter: 'proc.nmae=x' }), (error) => error instanceof ViewError && error.problem?.start === 0 && /proc\.name/.test(error.message));
  assert.throws(() => new ViewTable(view({ columns: [{ name: 'NA', field: 'no.such', key: 'row' }] })), /unknown field: no\.such/);
  assert.throws(() => new ViewTable(view({ columns: [{ name: 'A', field: 'evt.type' }] })), /no key/);
});

test('every view that comes along can be counted, with columns of containers and without', () => {
  for (const def of VIEWS) for (const tag of ['default', 'containers'] as const) for (const depth of [0, 3]) assert.ok(new ViewTable(def, { tag, depth }).columns.length > 1, def.id);
  assert.equal(new Set(VIEWS.map(({ id }) => id)).size, VIEWS.length);
  for (const { id, drillDown } of VIEWS) assert.ok(drillDown === undefined || VIEWS.some((each) => each.id === drillDown), `${id} leads to ${drillDown ?? ''}`);
});

describe('a view file', () => {
  const file = (columns: string, more = ''): string => `view_info = { id = "mine", name = "Mine", view_type = "table", applies_to = {"", "proc.pid"}, ${more} columns = { ${columns} } }`;
  const KEY = '{ name = "NA", field = "proc.pid", is_key = true }';
  test('is read, not run', () => {
    const read = readView(`-- a comment\n${file(`${KEY}, { name = "N", field = "evt.count", aggregation = "SUM", is_sorting = true, colsize = 8, tags = {"containers"} }`, 'use_defaults = true, filter = "evt.type=" .. "read",')}`);
    assert.deepEqual([read?.id, read?.filter, read?.defaults, read?.appliesTo, read?.columns[1]], ['mine', 'evt.type=read', true, ['', 'proc.pid'], { name: 'N', field: 'evt.count', description: '', aggregation: 'sum', groupAggregation: 'none', sorting: true, childOnly: false, tags: ['containers'], width: 8 }]);
    assert.equal(readView('description = "a chisel"'), undefined);
  });
  for (const [what, text, says] of [
    ['an aggregation', file(`${KEY}, { name = "N", field = "evt.count", aggregation = "MOST" }`), /unknown view column aggregation MOST/],
    ['two sorting columns', file(`${KEY}, { name = "A", field = "evt.count", is_sorting = true }, { name = "B", field = "evt.count", is_sorting = true }`), /more than one sorting column/],
    ['a width', file(`${KEY}, { name = "A", field = "evt.count", colsize = "wide" }`), /column A: colsize must be a number/],
    ['a kind', file(KEY, 'type = "cube",').replace('view_type = "table", ', ''), /view_type must be one of table, list, spectrogram/],
    ['no columns', 'view_info = { id = "a", name = "b" }', /no columns/],
    ['no id', 'view_info = { name = "b", columns = {} }', /no id/],
  ] as const) test(`that is wrong in ${what} says so`, () => { assert.throws(() => readView(text), (error) => error instanceof ViewError && says.test(error.message)); });
});
