// Counts by process against the same counted from fields, event by event.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { bindValue, findField, type FieldValue } from '../fields/index.ts';
import type { EventContext } from '../event/context.ts';
import { ScapReader, type Tally } from '../scap/reader.ts';
import { ALL } from '../state/demand.ts';
import { ByProcess } from './byProcess.ts';
import { gunzipSync } from 'node:zlib';

const file = readFileSync(new URL('../../../extension/media/demo.scap', import.meta.url));
const capture = file[0] === 0x1f ? gunzipSync(file) : file;

function read(visit: (ctx: EventContext) => void, types?: Uint8Array, tally?: Tally): void {
  const reader = new ScapReader();
  if (types !== undefined) reader.select({ types, demand: ALL, tally });
  reader.push(capture);
  reader.read(visit);
  reader.finish();
  reader.read(visit);
}

function field(name: string): (ctx: EventContext) => FieldValue {
  const ref = findField(name);
  assert.ok(ref !== undefined);
  return bindValue(ref);
}

test('calls, errors and bytes of each process are what the fields say', () => {
  const pid = field('proc.pid'), comm = field('proc.name'), call = field('syscall.type'), dir = field('evt.dir'), failed = field('evt.failed'), result = field('evt.rawres'), kind = field('fd.type'), moved = field('evt.is_io'), category = field('evt.category');
  const naive = new Map<string, { calls: number; errors: number; file: number; net: number; other: number }>();
  read((ctx) => {
    if (dir(ctx) !== '<' || call(ctx) === undefined || ctx.info === undefined || category(ctx) === 'internal' || category(ctx) === 'scheduler' || category(ctx) === 'processing') return;
    const key = `${String(pid(ctx))} ${String(comm(ctx))}`;
    const row = naive.get(key) ?? { calls: 0, errors: 0, file: 0, net: 0, other: 0 };
    naive.set(key, row);
    row.calls++;
    if (failed(ctx) === true) { row.errors++; return; }
    if (moved(ctx) !== true || kind(ctx) === undefined) return;
    const bytes = Number(result(ctx) ?? 0);
    if (kind(ctx) === 'file' || kind(ctx) === 'directory') row.file += bytes; else if (kind(ctx) === 'ipv4' || kind(ctx) === 'ipv6' || kind(ctx) === 'unix') row.net += bytes; else row.other += bytes;
  });
  const table = new ByProcess();
  read((ctx) => { table.see(ctx); }, ByProcess.types);
  const rows = table.rows('calls');
  assert.ok(rows.length > 5, `${rows.length} processes`);
  assert.deepEqual(new Map(rows.map((r) => [`${r.pid} ${r.comm}`, { calls: r.calls, errors: r.errors, file: r.fileBytes, net: r.netBytes, other: r.otherBytes }] as const).sort()), new Map([...naive].sort()));
  const tallied = new ByProcess();
  read((ctx) => { tallied.see(ctx); }, ByProcess.types, tallied);
  assert.deepEqual(tallied.rows('calls'), rows);
  const errors = table.rows('errors').map((r) => r.errors);
  assert.deepEqual(errors, [...errors].sort((a, b) => b - a));
});
