// Views over a capture in the worker: every table is what the command line prints of the file, plain, packed and in memory; rows in pages, in other orders, searched; a range; cancelled.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { CancellationTokenSource } from 'vscode-jsonrpc';
import { VIEW_FORMS, VIEWS, ViewTable, type ViewForm } from '../../remote-agent/engine/view/index.ts';
import { openCapture } from '../../remote-agent/host/captureInput.ts';
import { fillTable } from '../../remote-agent/host/cliViewTable.ts';
import { CloseView, GetViewRow, GetViewRows, GetViewText, OpenView, type OpenViewParams, type OpenedView } from '../../remote-agent/protocol/viewMessages.ts';
import { bundleForTest } from '../test/bundle.ts';
import { FileSession } from './fileSession.ts';

const sample = fileURLToPath(new URL('../media/demo.scap', import.meta.url));
let bundle: Awaited<ReturnType<typeof bundleForTest>>;
let folder = '';
const opened: FileSession[] = [];
before(async () => { bundle = await bundleForTest('extension/session/worker.ts', 'captureWorker.cjs'); folder = mkdtempSync(join(tmpdir(), 'porthole-views-')); });
after(async () => {
  await Promise.all(opened.map((session) => session.dispose()));
  rmSync(bundle.folder, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});
async function open(path: string, content?: Uint8Array): Promise<FileSession> {
  const session = await FileSession.open({ path, title: 'sample', workerPath: bundle.path, client: 'test', historyMegabytes: 1024, log: (text) => { console.error(text); }, ...(content === undefined ? {} : { content }) });
  opened.push(session);
  return session;
}
const plain = (): Buffer => { const bytes = readFileSync(sample); return bytes[0] === 0x1f ? gunzipSync(bytes) : bytes; };
const asked = (view: string, more: Partial<OpenViewParams> = {}): OpenViewParams => ({ handle: 'a', view, filter: '', containers: false, depth: 0, extent: { kind: 'all' }, ...more });
const asIs = { handle: 'a', sort: -1, ascending: false, search: '' };
async function textOf(session: FileSession, form: ViewForm): Promise<string> {
  let text = '';
  for (;;) {
    const part = (await session.request(GetViewText, { ...asIs, form, offset: text.length })).text;
    if (part === '') return text;
    text += part;
  }
}
async function printed(id: string, containers: boolean, filter: string, form: ViewForm): Promise<string> {
  const view = VIEWS.find((each) => each.id === id);
  assert.ok(view);
  const table = new ViewTable(view, { tag: containers ? 'containers' : 'default', filter });
  await fillTable(table, await openCapture(sample));
  return VIEW_FORMS[form](table, table.rows(), view);
}

test('every view of the capture is what the command line prints', async () => {
  const session = await open(sample);
  let withRows = 0;
  for (const { id, kind } of VIEWS) {
    if (kind === 'spectrogram') continue;
    const { sample: { rows } } = await session.request(OpenView, asked(id));
    if (rows > 0) withRows++;
    assert.equal(await textOf(session, 'csv'), await printed(id, false, '', 'csv'), id);
  }
  assert.ok(withRows > 15, `${withRows} views have rows`);
  for (const [id, filter] of [['files', 'container.id!=host'], ['procs', 'proc.name!=sh'], ['connections', '']] as const) {
    await session.request(OpenView, asked(id, { containers: true, filter }));
    for (const form of ['raw', 'json', 'csv'] as const) assert.equal(await textOf(session, form), await printed(id, true, filter, form), `${id} ${form}`);
  }
});

test('packed, while it is still read, and in memory: the same', async () => {
  const path = join(folder, 'packed.scap.gz'), wanted = await printed('files', false, '', 'csv');
  writeFileSync(path, gzipSync(plain()));
  for (const session of [await open(path), await open('/elsewhere/x.scap', new Uint8Array(plain())), await open('/elsewhere/x.scap.gz', new Uint8Array(gzipSync(plain())))]) {
    await session.request(OpenView, asked('files'));
    assert.equal(await textOf(session, 'csv'), wanted);
  }
});

test('rows come in pages, in the order and with the text that is asked for; a row says what means it', async () => {
  const session = await open(sample), view: OpenedView = await session.request(OpenView, asked('files'));
  const ops = view.columns.findIndex(({ name }) => name === 'OPS'), name = view.columns.findIndex((column) => column.name === 'FILENAME');
  assert.deepEqual([view.keyField, view.columns[ops]?.numeric, view.columns[name]?.numeric], ['fd.name', true, false]);
  const page = await session.request(GetViewRows, { ...asIs, sort: name, ascending: true, from: 5, count: 10 });
  assert.equal(page.total, view.sample.rows);
  assert.equal(page.rows.length, 10);
  const all = await session.request(GetViewRows, { ...asIs, sort: name, ascending: true, from: 0, count: 15 });
  assert.deepEqual(all.rows.slice(5), page.rows);
  const names = all.rows.map(({ cells }) => cells[name] ?? '');
  assert.deepEqual(names, [...names].sort((a, b) => a < b ? -1 : a > b ? 1 : 0));
  const found = await session.request(GetViewRows, { ...asIs, search: 'DATA', from: 0, count: 500 });
  assert.ok(found.total > 0 && found.total < page.total);
  assert.ok(found.rows.every(({ cells }) => cells.some((cell) => /data/i.test(cell))));
  const [row] = found.rows;
  assert.ok(row);
  const narrowed = await session.request(OpenView, asked('procs', { handle: 'b', filter: row.filter }));
  assert.ok(narrowed.sample.rows > 0);
  assert.equal((await session.request(GetViewRow, { handle: 'a', key: row.key }))['fd.name'], row.key);
  // What a filter of a file written by csysdig may hold.
  const packed = JSON.stringify((await session.request(GetViewRows, { ...asIs, from: 0, count: 500 })).rows);
  assert.ok(packed.length < 60_000, `${packed.length} characters`);
});

test('a range counts its own events; what is cancelled or closed is gone; what is wrong is said', async () => {
  const session = await open(sample), { endNs } = await session.loaded();
  const whole = await session.request(OpenView, asked('syscalls')), part = await session.request(OpenView, asked('syscalls', { handle: 'b', extent: { kind: 'range', startNs: endNs * 0.2, endNs: endNs * 0.6 } }));
  assert.ok(part.sample.events > 0 && part.sample.events < whole.sample.events);
  assert.ok(Math.abs(part.sample.seconds - Math.max(1, endNs * 0.4 / 1e9)) < 0.2 * whole.sample.seconds);
  await session.request(CloseView, { handle: 'b' });
  await assert.rejects(session.request(GetViewRows, { ...asIs, handle: 'b', from: 0, count: 1 }), (error: { code?: number }) => error.code === 1002);
  const cancel = new CancellationTokenSource();
  const cancelled = session.request(OpenView, asked('procs', { handle: 'c' }), cancel.token);
  cancel.cancel();
  await assert.rejects(cancelled);
  await assert.rejects(session.request(OpenView, asked('nothing')), /no view nothing/);
  await assert.rejects(session.request(OpenView, asked('procs', { filter: 'proc.nam=x' })), (error: { code?: number }) => error.code === 1001);
  await assert.rejects(session.request(OpenView, asked('', { source: 'view_info = { id = "x", name = "X", view_type = "cube" }' })), /view_type must be one of/);
  const own = await session.request(OpenView, asked('', { source: 'view_info = { id = "own", name = "Own", view_type = "table", columns = { { name = "NA", field = "proc.name", is_key = true }, { name = "EVENTS", field = "evt.count", aggregation = "SUM", is_sorting = true }, { name = "NAME", field = "proc.name" } } }' }));
  assert.ok(own.sample.rows > 3);
  assert.deepEqual(own.columns.map(({ name }) => name), ['EVENTS', 'NAME']);
});
