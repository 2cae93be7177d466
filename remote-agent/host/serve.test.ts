// The agent over real stdio, on capture files: answers, errors with codes, and bad clients.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { ResponseError } from 'vscode-jsonrpc';
import { writeSample } from '../engine/scap/sample.ts';
import { unpackCounts, unpackNumbers } from '../protocol/packing.ts';
import { CountEvents, ERRORS, FindEvent, GetDescriptors, GetEvent, GetEvents, GetLanes, GetProcesses, GetStatus, GetTree, GetViewport, Initialize, ResumeReading, RowAtIndex, SeekTime, StartRecording, StopReading, type PageParams } from '../protocol/messages.ts';
import { spawnAgent, startAgent, until, type TestAgent } from './agentSupport.test.ts';
import { parseServeArgs } from './serve.ts';

const CAPTURE = fileURLToPath(new URL('../../../shared/captures/wordpress-small.scap', import.meta.url));
const skip = existsSync(CAPTURE) ? false : `SKIPPED: no capture at ${CAPTURE}`;
const folder = mkdtempSync(join(tmpdir(), 'porthole-test-'));
after(() => { rmSync(folder, { recursive: true }); });
const parts: Uint8Array[] = [];
writeSample((bytes) => { parts.push(bytes.slice()); });
const plain = Buffer.concat(parts);
const SAMPLE = join(folder, 'sample.scap');
writeFileSync(SAMPLE, gzipSync(plain));
const ALL = { startNs: 0, endNs: 1e12 };

async function loaded(file: string): Promise<TestAgent> {
  const agent = startAgent(['--file', file]);
  await agent.hello();
  await until(() => agent.connection.sendRequest(GetStatus), (status) => status.progress === 1);
  return agent;
}

/** All rows that pass, page by page. */
async function walk(agent: TestAgent, range: Pick<PageParams, 'startNs' | 'endNs' | 'filter'>, direction: PageParams['direction']): Promise<number[]> {
  const rows: number[] = [];
  for (let fromRow = -1, n = 0; n === 0 || fromRow >= 0; n++) {
    const page = await agent.connection.sendRequest(GetEvents, { ...range, direction, fromRow, count: 7 });
    const part = page.rows.map((r) => r.row);
    if (direction === 'forward') rows.push(...part); else rows.unshift(...part);
    fromRow = page.nextRow;
  }
  return rows;
}

test('a capture of our own making: containers, lanes, pages both ways, details', async () => {
  const agent = await loaded(SAMPLE);
  const { connection } = agent;
  const status = await connection.sendRequest(GetStatus);
  assert.deepEqual(status.problems, []);
  assert.ok(status.events > 50);
  const { containers } = await connection.sendRequest(GetTree);
  assert.ok(containers.filter((c) => c.id !== '' && c.name !== '' && c.image !== '').length >= 3, JSON.stringify(containers));
  const range = { startNs: status.startNs, endNs: status.endNs, filter: 'evt.failed=true' };
  const { lanes } = await connection.sendRequest(GetLanes, range);
  assert.ok(lanes.length >= 4 && lanes.every((l) => l.events > 0 && l.events === l.errors), JSON.stringify(lanes));
  const forward = await walk(agent, range, 'forward');
  assert.deepEqual(await walk(agent, range, 'backward'), forward);
  assert.equal(forward.length, lanes[0]?.events);
  const details = await connection.sendRequest(GetEvent, { row: forward[0] ?? -1 });
  assert.ok(details.failed && details.containerId !== '' && details.parameters.length > 0);
  assert.equal(await agent.end(), 0);
});

test('a capture is searched, sought and read on through the protocol', async () => {
  const agent = await loaded(SAMPLE);
  const { connection } = agent;
  const { startNs, endNs, reading } = await connection.sendRequest(GetStatus);
  assert.deepEqual([reading?.state, reading?.fraction, reading?.bytesRead], ['complete', 1, reading?.bytesTotal]);
  const filter = 'proc.name=db', { count } = await connection.sendRequest(CountEvents, { filter, startNs, endNs });
  const rows = await walk(agent, { startNs, endNs, filter }, 'forward'), failed = await walk(agent, { startNs, endNs, filter: `${filter} and evt.is_io=true` }, 'forward');
  assert.ok(failed.length > 3 && rows.length === count);
  const query = { find: 'evt.is_io=true', filter, direction: 'forward' as const, wrap: true };
  let fromRow = -1;
  for (const [n, row] of failed.entries()) {
    assert.deepEqual(await connection.sendRequest(FindEvent, { ...query, fromRow }), { row, wrapped: false, index: n + 1, total: failed.length });
    fromRow = row;
  }
  assert.deepEqual(await connection.sendRequest(FindEvent, { ...query, fromRow }), { row: failed[0], wrapped: true, index: 1, total: failed.length });
  assert.equal((await connection.sendRequest(FindEvent, { ...query, fromRow, wrap: false })).row, -1);
  for (const which of ['find', 'filter'] as const) await assert.rejects(connection.sendRequest(FindEvent, { ...query, fromRow, [which]: 'proc.nam=x' }), (error: ResponseError<{ which: string }>) => error.code === ERRORS.filter && error.data?.which === which);
  const middle = rows[rows.length >> 1] ?? -1;
  assert.deepEqual(await connection.sendRequest(RowAtIndex, { filter, index: rows.length >> 1 }), { row: middle });
  assert.deepEqual(await connection.sendRequest(RowAtIndex, { filter, index: rows.length }), { row: -1 });
  const { startNs: began, durationNs } = await connection.sendRequest(GetEvent, { row: middle }), sought = await connection.sendRequest(SeekTime, { filter, ns: began + durationNs });
  assert.ok(sought.row >= 0 && sought.row <= middle && rows[sought.index] === sought.row);
  assert.equal((await connection.sendRequest(StopReading)).reading?.state, 'complete', 'stopping what has ended changes nothing');
  assert.equal((await connection.sendRequest(ResumeReading)).reading?.events, reading?.events);
  assert.equal(await agent.end(), 0);
});

test('a real capture: tree, lanes, viewport, pages both ways, details, counts', { skip }, async () => {
  const agent = await loaded(CAPTURE);
  const { connection } = agent;
  const hello = await agent.hello();
  assert.equal(hello.live, false);
  assert.equal(hello.file, CAPTURE);
  assert.match(hello.baseNs, /^\d{19}$/);
  const status = await connection.sendRequest(GetStatus);
  assert.ok(status.events > 30_000 && status.endNs > status.startNs);

  const tree = await connection.sendRequest(GetTree);
  const shop = tree.containers.filter((c) => c.project === 'shop');
  assert.ok(shop.length >= 10, `${shop.length} containers of the project`);
  assert.ok(shop.some((c) => c.name === 'shop-db-1' && c.image === 'shop-db' && c.service === 'db' && c.processes > 0));
  const db = shop.find((c) => c.service === 'db');
  const [process] = await connection.sendRequest(GetProcesses, { containerId: db?.id ?? '' });
  assert.equal(process?.comm, 'mariadbd');
  assert.ok((await connection.sendRequest(GetDescriptors, { pid: process?.pid ?? -1 })).length > 0);

  const range = { startNs: status.startNs, endNs: status.endNs, filter: '' };
  const { lanes } = await connection.sendRequest(GetLanes, range);
  const ids = lanes.filter((l) => l.level !== 'thread').slice(0, 15).map((l) => l.id);
  const viewport = await connection.sendRequest(GetViewport, { ...range, widthPx: 800, lanes: ids });
  assert.deepEqual(viewport.lanes.map((l) => l.id), ids);
  const host = viewport.lanes[0];
  assert.ok(host?.mode === 'density' && unpackCounts(host.counts).length === 800 * 8);
  const spans = viewport.lanes.find((l) => l.mode === 'spans');
  assert.ok(spans?.mode === 'spans' && spans.count > 0 && unpackNumbers(spans.startNs).length === spans.count);

  const filter = 'evt.failed=true and container.name=shop-wordpress-2';
  const { count } = await connection.sendRequest(CountEvents, { ...range, filter });
  assert.ok(count > 10);
  const forward = await walk(agent, { ...range, filter }, 'forward');
  assert.equal(forward.length, count);
  assert.deepEqual(await walk(agent, { ...range, filter }, 'backward'), forward);
  const details = await connection.sendRequest(GetEvent, { row: forward[0] ?? -1 });
  assert.equal(details.container, 'shop-wordpress-2');
  assert.equal(details.failed, true);
  assert.ok(details.parameters.length > 0 && details.ancestors.length > 1 && /^E[A-Z]+$/.test(details.result));

  await assert.rejects(connection.sendRequest(GetEvents, { ...ALL, filter: 'evt.tpye=open', direction: 'forward', fromRow: -1, count: 1 }), (error: ResponseError<{ start: number; end: number; message: string }>) => {
    assert.equal(error.code, ERRORS.filter);
    assert.deepEqual([error.data?.start, error.data?.end], [0, 8]);
    return true;
  });
  await assert.rejects(connection.sendRequest(GetEvent, { row: 1e9 }), { code: ERRORS.gone });
  await assert.rejects(connection.sendRequest(StartRecording, { filter: '' }), { code: ERRORS.notLive });
  await assert.rejects(connection.sendRequest(Initialize, { protocolVersion: 99, client: 'test' }), { code: ERRORS.protocol });
  await assert.rejects(connection.sendRequest('events/page', { filter: 7 }), { code: -32602 });
  assert.equal(await agent.end(), 0);
});

test('cut, damaged and empty captures open with a problem that says what to do', async () => {
  const packed = gzipSync(plain);
  const cases: [string, Uint8Array, boolean][] = [['cut.scap', packed.subarray(0, packed.length >> 1), true], ['cut-plain.scap', plain.subarray(0, plain.length - 1003), true], ['empty.scap', new Uint8Array(0), false], ['text.scap', Buffer.from('this is a letter, not a capture\n'), false]];
  for (const [name, bytes, some] of cases) {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    const agent = await loaded(path);
    const status = await agent.connection.sendRequest(GetStatus);
    assert.ok(status.problems.length > 0 && status.problems.every((p) => p.message !== '' && p.remedy !== ''), name);
    assert.equal(status.events > 10, some, `${name}: ${status.events} events`);
    await agent.connection.sendRequest(GetLanes, { ...ALL, filter: '' });
    assert.equal(await agent.end(), 0, name);
  }
});

test('a capture that is not there ends the agent with a message', async () => {
  const agent = startAgent(['--file', '/nowhere/x.scap']);
  assert.equal(await agent.exit, 1);
  assert.match(agent.stderr(), /\/nowhere\/x\.scap cannot be opened: there is no such file/);
  agent.connection.dispose();
});

test('garbage, half a frame and huge frames end the agent with a message, not a hang', async () => {
  const end = async (input: string, close: boolean): Promise<[number | null, string]> => {
    const child = spawnAgent(['--file', SAMPLE]);
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => { stderr += chunk.toString(); });
    child.stdin.on('error', () => undefined);
    child.stdin.write(input);
    if (close) child.stdin.end();
    const code = await new Promise<number | null>((resolve) => { child.on('close', resolve); });
    return [code, stderr];
  };
  for (const [input, close, message] of [['GET / HTTP/1.1\r\n\r\n', false, /no frame of the protocol/], ['Content-Length: 50\r\n\r\nabc', true, /middle of a frame/], ['Content-Length: 99999999999\r\n\r\n', false, /larger than/], ['Content-Length: 3\r\n\r\n\xff\xff\xff', false, /cannot be read|./]] as const) {
    const [code, stderr] = await end(input, close);
    assert.equal(code, 1, input);
    assert.match(stderr, message);
    for (const line of stderr.trim().split('\n')) assert.doesNotThrow(() => JSON.parse(line) as unknown, `a line of the log is not JSON: ${line}`);
  }
});

test('arguments', () => {
  assert.deepEqual(parseServeArgs(['--file', 'a.scap', '--history=64']), { file: 'a.scap', historyMb: 64 });
  assert.equal(typeof parseServeArgs(['--nonsense']), 'string');
  assert.equal(typeof parseServeArgs(['--history', 'x']), 'string');
});
