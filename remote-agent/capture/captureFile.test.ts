// Captures on a disk: read, stopped, resumed, growing, changed, packed; what is kept of packed ones, and that nothing of it is left behind.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync, renameSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { writeSample } from '../engine/scap/sample.ts';
import type { Session, Steps } from '../engine/session/session.ts';
import { ERRORS } from '../protocol/messages.ts';
import { openCaptureBytes, openCaptureFile, type CaptureFile, type CaptureOptions } from './captureFile.ts';
import { Spill } from './spill.ts';

const folder = mkdtempSync(join(tmpdir(), 'porthole-capture-test-')), room = join(folder, 'room');
after(() => { rmSync(folder, { recursive: true, force: true }); });
const made: Uint8Array[] = [];
writeSample((bytes) => { made.push(bytes.slice()); }, { seconds: 300 });
const whole = Buffer.concat(made), packed = gzipSync(whole, { level: 1 });
const OPTIONS: CaptureOptions = { agentVersion: 'test' };
let names = 0;
/** A file of its own; `old`: nobody has written to it for long. */
function fileOf(bytes: Uint8Array, old = true): string {
  const path = join(folder, `${++names}.scap`);
  writeFileSync(path, bytes);
  if (old) utimesSync(path, 1000, 1000);
  return path;
}
function run<T>(steps: Steps<T>): T { while (!steps.advance(1000)) { /* on */ } return steps.result(); }
function count(session: Session, filter: string): number { return run(session.count(session.history.startNs, session.history.endNs, filter)); }
async function until(what: () => boolean): Promise<void> {
  for (let n = 0; n < 6000 && !what(); n++) await new Promise((resolve) => { setTimeout(resolve, 10); });
  assert.ok(what(), `not true after five seconds: ${what.toString()}`);
}
const opened: CaptureFile[] = [];
after(() => { for (const file of opened) file.close(); });
async function open(path: string, options: CaptureOptions = OPTIONS): Promise<CaptureFile> {
  const file = await openCaptureFile(path, options);
  opened.push(file);
  return file;
}
const reference = openCaptureBytes('memory', whole, OPTIONS);
/** What is told of every thousandth event. */
function details(session: Session): unknown[] { return Array.from({ length: Math.floor(session.history.endRow / 1000) }, (_, n) => session.details(n * 1000)); }

test('plain and packed, from a disk and from memory: the same events, told the same', async () => {
  await reference.done;
  const { session } = reference;
  assert.ok(session.history.endRow > 100_000 && session.problems.length === 0);
  for (const file of [await open(fileOf(whole)), await open(fileOf(packed)), openCaptureBytes('packed', packed, OPTIONS)]) {
    await file.done;
    assert.deepEqual(file.session.problems, []);
    const { reading } = file.session.status();
    assert.deepEqual([reading?.state, reading?.fraction, reading?.events, reading?.more], ['complete', 1, session.history.endRow, false]);
    assert.equal(reading?.bytesRead, reading?.bytesTotal);
    assert.equal(count(file.session, 'evt.args contains item'), count(session, 'evt.args contains item'));
    assert.deepEqual(details(file.session), details(session));
    file.close();
  }
});

test('reading stops, answers for what it has, and goes on to the same end', async () => {
  for (const bytes of [whole, packed]) {
    const file = await open(fileOf(bytes)), { session } = file;
    await file.ready;
    assert.equal(session.status().reading?.state, 'reading');
    await file.reading.stop();
    const stopped = session.status(), events = session.history.endRow;
    assert.equal(stopped.reading?.state, 'stopped');
    assert.ok(stopped.progress < 1 && events > 0 && events < reference.session.history.endRow, `${events} events`);
    assert.match(stopped.reading?.message ?? '', new RegExp(`stopped after ${events} events, \\d+ % of the file`));
    assert.ok(count(session, 'proc.name=db') > 0);
    await new Promise((resolve) => { setTimeout(resolve, 30); });
    assert.equal(session.history.endRow, events, 'nothing is read meanwhile');
    await file.reading.stop();
    await file.reading.resume();
    await until(() => session.status().reading?.state === 'complete');
    assert.equal(session.history.endRow, reference.session.history.endRow);
    assert.equal(count(session, 'proc.name=db'), count(reference.session, 'proc.name=db'));
    file.close();
  }
});

test('a capture that ends early says where, and goes on when the rest has come', async () => {
  const cut = whole.length - 100_003, path = fileOf(whole.subarray(0, cut)), file = await open(path), { session } = file;
  await file.done;
  const { reading } = session.status();
  assert.equal(reading?.state, 'damaged');
  assert.ok(reading.more && session.progress === 1);
  assert.match(reading.message, /^At byte \d+ of the capture: the file ends in the middle of a block.*before it can be shown: \d+ events\.$/);
  assert.equal(session.problems.length, 1);
  appendFileSync(path, whole.subarray(cut));
  await file.reading.resume();
  await until(() => session.status().reading?.state === 'complete');
  assert.deepEqual(session.problems, []);
  assert.equal(session.history.endRow, reference.session.history.endRow);
  assert.deepEqual(details(session), details(reference.session));
});

test('a capture that is being written is complete so far', async () => {
  for (const bytes of [whole, packed]) {
    let at = bytes.length - 50_001;
    const path = fileOf(bytes.subarray(0, at), false), file = await open(path), { session } = file;
    await file.ready;
    // Somebody adds to it while its end is looked at.
    const adding = setInterval(() => { appendFileSync(path, bytes.subarray(at, at + 7)); at += 7; }, 40);
    await file.done;
    clearInterval(adding);
    const { reading } = session.status();
    assert.deepEqual([reading?.state, reading?.more], ['complete', true], JSON.stringify(reading));
    assert.match(reading?.message ?? '', /still being written: .* \d+ events/);
    assert.deepEqual(session.problems, []);
    appendFileSync(path, bytes.subarray(at));
    await file.reading.resume();
    await until(() => session.status().reading?.state !== 'reading');
    assert.equal(session.history.endRow, reference.session.history.endRow, JSON.stringify(session.status().reading));
    file.close();
  }
});

test('damaged in the middle: what lies before it stays', async () => {
  const broken = Buffer.from(whole);
  broken.fill(0xff, 2_000_000, 2_000_100);
  const plain = await open(fileOf(broken));
  const torn = Buffer.from(packed);
  torn.fill(0xaa, 500_000, 500_400);
  const gz = await open(fileOf(torn)), cut = await open(fileOf(packed.subarray(0, packed.length >> 1)));
  for (const file of [plain, gz, cut]) {
    await file.done;
    const { reading } = file.session.status();
    assert.equal(reading?.state, 'damaged', JSON.stringify(reading));
    assert.ok(file.session.history.endRow > 1000 && file.session.problems.length > 0);
    assert.match(reading.message, /before it can be shown/);
    assert.ok(file.session.details(file.session.history.endRow - 1) !== undefined);
  }
});

test('a file that was cut or exchanged is told; its index stays', async () => {
  const path = fileOf(whole), file = await open(path), { session } = file;
  await file.done;
  const before = count(session, 'proc.name=db'), last = session.history.endRow - 1;
  truncateSync(path, 400_000);
  assert.throws(() => session.details(last), { name: 'StoredBytesError', kind: 'changed' });
  assert.equal(count(session, 'proc.name=db'), before);
  await assert.rejects(file.reading.resume(), { code: ERRORS.fileChanged });

  const other = fileOf(whole), second = await open(other);
  await second.done;
  renameSync(fileOf(Buffer.from('something else')), other);
  assert.ok(second.session.details(last) !== undefined, 'the file that was opened is still there');
  await assert.rejects(second.reading.resume(), { code: ERRORS.fileChanged, message: /Another file has taken the place/ });
});

test('what is unpacked has no name on the disk, and none after a crash', async () => {
  const { mkdirSync } = await import('node:fs');
  mkdirSync(room);
  const file = await open(fileOf(packed), { ...OPTIONS, spill: { folder: room } });
  await file.done;
  assert.deepEqual(file.session.problems, []);
  if (process.platform !== 'win32') assert.deepEqual(readdirSync(room), []);
  assert.deepEqual(details(file.session), details(reference.session));
  file.close();
  const script = `import { Spill } from ${JSON.stringify(fileURLToPath(new URL('./spill.ts', import.meta.url)))}; const spill = new Spill({ folder: ${JSON.stringify(room)} }); spill.append(new Uint8Array(1e6)); process.kill(process.pid, 'SIGKILL');`;
  const killed = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], { encoding: 'utf8', cwd: fileURLToPath(new URL('../..', import.meta.url)) });
  assert.equal(killed.signal, 'SIGKILL', killed.stderr);
  if (process.platform !== 'win32') assert.deepEqual(readdirSync(room), []);
});

test('without room on the disk the unpacked bytes stay in memory, to a limit', async () => {
  const noRoom = { ...OPTIONS, spill: { leaveFree: Number.MAX_SAFE_INTEGER } };
  const file = await open(fileOf(packed), noRoom);
  await file.done;
  assert.match(file.session.problems[0]?.message ?? '', /kept in memory: less than \d+ MiB are free/);
  assert.equal(file.session.status().reading?.state, 'complete');
  assert.deepEqual(details(file.session), details(reference.session));
  const nowhere = await open(fileOf(packed), { ...OPTIONS, spill: { folder: join(folder, 'there is none'), memoryLimit: 3 << 20 } });
  await nowhere.done;
  const { reading } = nowhere.session.status();
  assert.equal(reading?.state, 'damaged');
  assert.match(reading.message, /no room: there is no such file, and memory for them ends at 3 MiB/);
  assert.ok(nowhere.session.history.endRow > 1000 && nowhere.session.details(nowhere.session.history.endRow - 1) !== undefined);
});

test('bytes come back from the disk and from memory, across the border', () => {
  const spill = new Spill({ folder, leaveFree: 0 }), into = new Uint8Array(10);
  spill.append(Uint8Array.of(1, 2, 3));
  spill.append(Uint8Array.of(4, 5));
  assert.equal(spill.readAt(1, into), 4);
  assert.deepEqual([...into.subarray(0, 4)], [2, 3, 4, 5]);
  assert.equal(spill.readAt(5, into), 0);
  spill.close();
  const inMemory = new Spill({ folder: join(folder, 'nowhere') });
  for (const part of [[1, 2, 3], [4], [5, 6]]) inMemory.append(Uint8Array.from(part));
  const read: number[] = [];
  for (let at = 0; at < 6;) { const got = inMemory.readAt(at, into.subarray(0, 2)); assert.ok(got > 0); read.push(...into.subarray(0, got)); at += got; }
  assert.deepEqual(read, [1, 2, 3, 4, 5, 6]);
  assert.equal(inMemory.readAt(6, into), 0);
});

test('what is no capture to open is refused with the reason', async () => {
  await assert.rejects(openCaptureFile(join(folder, 'missing.scap'), OPTIONS), /cannot be opened: there is no such file/);
  await assert.rejects(openCaptureFile(folder, OPTIONS), /cannot be opened: it is a folder/);
});
