// The life of one event (docs/life-of-an-event.md): the kernel's bytes, the state, the filter, the protocol, the row, the pixel.
// One process opens one file with a name of its own; each station of the way is then asked what it knows of that call.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chromium, type Browser, type Page } from 'playwright-core';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';
import type { MessageConnection } from 'vscode-jsonrpc';
import { EVENT_HEADER, RECORD, RING_HEADER_BYTES, eventBySymbol } from '../../driver/schema/index.ts';
import { TimeBase } from '../../remote-agent/engine/base/nanos.ts';
import { forEachRecord } from '../../remote-agent/engine/event/batch.ts';
import { showArgs } from '../../remote-agent/engine/event/show.ts';
import { compileFilter } from '../../remote-agent/engine/filter/index.ts';
import { Session } from '../../remote-agent/engine/session/session.ts';
import { SystemState } from '../../remote-agent/engine/state/systemState.ts';
import { loadAddon } from '../../remote-agent/host/addon.ts';
import { decoder, encoder } from '../../remote-agent/protocol/codec.ts';
import { CountEvents, FindEvent, GetEvent, GetEvents, GetLanes, GetViewport, Initialize, KINDS, PROTOCOL_VERSION, RowAtIndex, SeekTime } from '../../remote-agent/protocol/messages.ts';
import { serveSession } from '../../remote-agent/protocol/server.ts';
import type { PageInit } from '../../webviews/protocol/messages.ts';
import { PALETTES, rgbOf } from '../../webviews/base/palette.ts';
import { startHarness } from '../../webviews/harness/serve.mjs';

const run = promisify(execFile);
const CHROMIUM = '/usr/bin/chromium';
const OPENAT = eventBySymbol('SYSCALL_OPENAT_2_X');
const skip = process.getuid?.() !== 0 ? 'the probe needs root' : !existsSync('/sys/kernel/btf/vmlinux') ? 'this kernel has no BTF' : !existsSync(CHROMIUM) ? 'there is no Chromium' : false;

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'porthole-life-')));
const file = join(folder, `life-${process.pid}-${Date.now()}.txt`);
const base = new TimeBase(BigInt(Date.now()) * 1_000_000n);
const state = new SystemState(base, { cpus: 2, memoryBytes: 0, maxPid: 0, hostname: 'life', bootNs: 0n });
const session = new Session({ state, compile: compileFilter, info: { hostname: 'life', kernel: '', cpus: 2, live: true, agentVersion: 'test' } });
const isOurs = compileFilter(`evt.type=openat and fd.name="${file}" and evt.dir=<`);
assert.ok(isOurs.ok);

/** What was seen of the call on its way. */
const seen: { record?: Uint8Array; before: bigint; after: bigint; latencyNs: number; fdName: string; kind: string; comm: string; tid: number; args: string; row: number } = { before: 0n, after: 0n, latencyNs: -2, fdName: '', kind: '', comm: '', tid: 0, args: '', row: -1 };
let client: MessageConnection, browser: Browser, page: Page;
const wire: Uint8Array[] = [];
const endings: (() => unknown)[] = [];

before(async () => {
  if (skip !== false) return;
  writeFileSync(file, 'one event\n');
  const probe = loadAddon().openProbe({});
  endings.push(() => { probe.close(); });
  probe.start((batch) => {
    forEachRecord(batch, (view, startHi, startLo) => {
      const bytes = batch.slice(view.at - RECORD.event, view.at + view.length);
      const ctx = state.process(view, startHi === 0 && startLo === 0 ? -1 : base.relative(startHi, startLo));
      const row = session.append(ctx);
      if (!isOurs.test(ctx)) return;
      Object.assign(seen, { record: bytes, latencyNs: ctx.latencyNs, fdName: ctx.fd?.name ?? '', kind: ctx.fd?.kind ?? '', comm: ctx.info?.comm ?? '', tid: view.tid, args: showArgs(ctx), row });
    });
  });
  seen.before = BigInt(Date.now()) * 1_000_000n;
  await run('cat', [file]);
  seen.after = BigInt(Date.now() + 1) * 1_000_000n;
  for (let i = 0; seen.row < 0 && i < 2000; i++) await new Promise((done) => setTimeout(done, 20));
  probe.close();
});

after(async () => {
  for (const end of endings.reverse()) await end();
  rmSync(folder, { recursive: true, force: true });
});

test('the kernel sends its bytes', { skip }, () => {
  const record = seen.record;
  assert.ok(record, 'the probe delivered a record of the call');
  const data = new DataView(record.buffer, record.byteOffset, record.byteLength);
  const start = data.getBigUint64(RECORD.start, true), end = data.getBigUint64(RECORD.event + EVENT_HEADER.ts, true);
  // The kernel's clock and that of this process are the same, but the one is read to the tick and slewed: half a second is far inside.
  assert.ok(start > seen.before - 500_000_000n && end < seen.after + 500_000_000n && start < end, `${seen.before} < ${start} < ${end} < ${seen.after}`);
  assert.equal(data.getUint16(RECORD.nr, true), 257);
  assert.equal(data.getUint16(RECORD.event + EVENT_HEADER.type, true), OPENAT.id);
  assert.equal(data.getUint32(RECORD.event + EVENT_HEADER.nparams, true), OPENAT.params.length);
  assert.equal(data.getUint32(RECORD.event + EVENT_HEADER.length, true), record.length - RECORD.event);
  const text = Buffer.from(record).toString('latin1');
  assert.ok(text.includes(`${file}\0`), 'the path is in the bytes, with its NUL');
  assert.ok(RING_HEADER_BYTES === 8);
});

test('the state knows the thread, the descriptor and the time it took', { skip }, () => {
  assert.equal(seen.fdName, file);
  assert.equal(seen.kind, 'file');
  assert.equal(seen.comm, 'cat');
  assert.ok(seen.latencyNs > 0 && seen.latencyNs < 60e9, `${seen.latencyNs} ns`);
  assert.match(seen.args, /^fd=3\(<f>.*name=.*life-.*flags=\S*O_RDONLY/);
});

test('filters let it through, and only it', { skip }, () => {
  for (const [text, expected] of [[`fd.name contains life-${process.pid}`, true], ['proc.name=cat and evt.failed=false', true], ['evt.type in (open, openat) and evt.latency > 0', true], ['proc.name=dog', false], ['not fd.type=file', false]] as const) {
    const filter = compileFilter(text);
    assert.ok(filter.ok, text);
    const ctx = session.history.contextAt(seen.row);
    assert.ok(ctx);
    assert.equal(filter.test(ctx), expected, text);
  }
});

test('the protocol carries it as a row, in binary frames', { skip }, async () => {
  const up = new PassThrough(), down = new PassThrough();
  down.on('data', (chunk: Uint8Array) => { wire.push(chunk); });
  const options = { contentTypeEncoder: encoder, contentTypeDecoder: decoder };
  const server = createMessageConnection(new StreamMessageReader(up, options), new StreamMessageWriter(down, options));
  client = createMessageConnection(new StreamMessageReader(down, options), new StreamMessageWriter(up, options));
  const served = serveSession(server, session, { every: () => () => undefined, pause: () => new Promise((done) => { setImmediate(done); }) });
  server.listen();
  client.listen();
  endings.push(() => { served.dispose(); client.dispose(); server.dispose(); });
  await client.sendRequest(Initialize, { protocolVersion: PROTOCOL_VERSION, client: 'life' });
  const result = await client.sendRequest(GetEvents, { filter: `evt.type=openat and fd.name="${file}"`, startNs: 0, endNs: Number.MAX_SAFE_INTEGER, fromRow: -1, direction: 'forward', count: 10 });
  assert.equal(result.rows.length, 1);
  const row = result.rows[0];
  assert.ok(row);
  assert.equal(row.row, seen.row);
  assert.deepEqual([row.name, row.comm, row.tid, row.kind, row.failed], ['openat', 'cat', seen.tid, 'file', false]);
  assert.equal(row.durationNs, seen.latencyNs);
  const details = await client.sendRequest(GetEvent, { row: seen.row });
  assert.equal(details.parameters.find((p) => p.name === 'name')?.value.includes(file), true);
  const frame = Buffer.concat(wire).toString('latin1');
  assert.match(frame, /^Content-Length: \d+\r\n/);
  // MessagePack: no quotes, no braces of JSON
  assert.ok(!frame.includes('"jsonrpc"') && frame.includes('jsonrpc'), 'frames are MessagePack');
});

test('it becomes a pixel of its lane, and the row beside it', { skip, timeout: 90_000 }, async () => {
  const harness = await startHarness();
  endings.push(() => harness.close());
  browser = await chromium.launch({ executablePath: CHROMIUM, headless: true, args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
  endings.push(() => browser.close());
  page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
  const status = session.status();
  // The page's host is the real protocol: what the page asks goes through the connection above, and nothing is made up.
  await page.exposeFunction('__ask', async (method: string, params: never) => {
    if (method === 'page/ready') return { title: 'life', session: 'host:life', hello: await client.sendRequest(Initialize, { protocolVersion: PROTOCOL_VERSION, client: 'life' }), status, filter: '', lane: `t:${seen.tid}`, filterHistory: [], bookmarks: [], canSaveRange: false } satisfies PageInit;
    const types = { 'timeline/lanes': GetLanes, 'timeline/viewport': GetViewport, 'events/page': GetEvents, 'events/details': GetEvent, 'events/count': CountEvents, 'events/find': FindEvent, 'events/seek': SeekTime, 'events/rowAt': RowAtIndex } as const;
    const type = types[method as keyof typeof types];
    if (type === undefined) return [];
    const result: unknown = await client.sendRequest(type.method, params);
    return JSON.parse(JSON.stringify(result, (_key, value: unknown) => value instanceof Uint8Array ? { bytes: [...value] } : value)) as unknown;
  });
  await page.addInitScript({ path: fileURLToPath(new URL('bridge.js', import.meta.url)) });
  await page.route('**/harness.js', (route) => route.fulfill({ contentType: 'text/javascript', body: "document.documentElement.classList.add('vscode-dark'); document.body.classList.add('vscode-dark');" }));
  await page.goto(harness.url);
  await page.waitForFunction(() => window.__portholeTest?.idle() === true);
  const details = await client.sendRequest(GetEvent, { row: seen.row });
  const margin = Math.max(details.durationNs, 2000);
  const range = { startNs: details.startNs - margin, endNs: details.startNs + details.durationNs + margin };
  await page.evaluate((show) => { window.postMessage({ event: 'show', ...show }, '*'); }, { lane: `t:${seen.tid}`, row: seen.row, ...range });
  // What it was told comes to it later than this; then it asks, and paints.
  await page.waitForFunction(({ lane, startNs, endNs }) => {
    const hooks = window.__portholeTest, range = hooks?.range();
    return hooks !== undefined && range !== undefined && range.endNs - range.startNs < (endNs - startNs) * 2 + 100_000 && range.startNs < endNs && range.endNs > startNs && hooks.selectedRow() !== undefined && hooks.laneMode(lane) === 'spans' && hooks.idle();
  }, { lane: `t:${seen.tid}`, ...range });
  const place = await page.evaluate(({ lane, ns }) => {
    const hooks = window.__portholeTest;
    const rect = hooks?.laneRect(lane);
    const canvas = document.querySelector('[data-testid="canvas"]')?.getBoundingClientRect();
    return hooks === undefined || rect === undefined || canvas === undefined ? undefined : { x: hooks.xOfNs(ns), y: rect.y + rect.height / 2, left: canvas.left, top: canvas.top };
  }, { lane: `t:${seen.tid}`, ns: details.startNs + details.durationNs * 0.93 });
  assert.ok(place, 'the lane of the thread is shown');
  await page.mouse.move(2, 2);
  const shot = await page.screenshot({ clip: { x: place.left + place.x, y: place.top + place.y, width: 1, height: 1 } });
  const pixel = await page.evaluate(async (png) => {
    const image = await createImageBitmap(new Blob([Uint8Array.from(atob(png), (c) => c.charCodeAt(0))]));
    const context = new OffscreenCanvas(1, 1).getContext('2d');
    context?.drawImage(image, 0, 0);
    return [...(context?.getImageData(0, 0, 1, 1).data ?? [])].slice(0, 3);
  }, shot.toString('base64'));
  const colour = rgbOf(PALETTES.dark.kinds.file);
  assert.ok(pixel, 'the picture was read');
  assert.ok(pixel.every((value, i) => Math.abs(value - (colour[i] ?? -99)) < 24), `the pixel is ${pixel}, the colour of ${KINDS[0]} is ${colour}`);
  await page.locator(`[data-testid="details"]`, { hasText: file }).waitFor();
});
