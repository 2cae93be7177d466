// Files that -w writes: their names, and what becomes of them where there is no room.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { ScapReader } from '../engine/scap/reader.ts';
import { writeSample } from '../engine/scap/sample.ts';
import { CaptureOutput } from './cliWrite.ts';
import { CaptureFile } from './cliWriteFile.ts';
import { FileNames, strftime, type RotationOptions } from './cliWriteNames.ts';

function folder(t: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), 'porthole-write-'));
  t.after(() => { rmSync(made, { recursive: true, force: true }); });
  return made;
}

function names(options: Omit<RotationOptions, 'live'>, count: number, live = false): string[] {
  const files = new FileNames({ ...options, live });
  return Array.from({ length: count }, (_, i) => { const { path, remove } = files.next(1_700_000_000 + i); return remove === undefined ? path : `${path} without ${remove}`; });
}

test('names count, wrap, and tell the time, as sysdig\'s do', () => {
  assert.deepEqual(names({ path: 'a' }, 1), ['a']);
  assert.deepEqual(names({ path: 'a', files: 3 }, 1), ['a']);
  assert.deepEqual(names({ path: 'a', megabytes: 1 }, 3), ['a0', 'a1', 'a2']);
  assert.deepEqual(names({ path: 'a', megabytes: 1, files: 12 }, 13).slice(-3), ['a10', 'a11', 'a00']);
  assert.deepEqual(names({ path: 'a', events: 5, files: 2 }, 3), ['a0', 'a1', 'a0']);
  assert.deepEqual(names({ path: 'a', seconds: 1, megabytes: 1 }, 3), ['a00', 'a11', 'a22']);
  assert.deepEqual(names({ path: '%s', seconds: 1 }, 3), ['first_dump.scap', '1700000001', '1700000002']);
  assert.deepEqual(names({ path: '%s', seconds: 1, files: 2 }, 6), ['first_dump.scap', '1700000001', '1700000002', '1700000003 without 1700000001', '1700000004 without 1700000002', '1700000005 without 1700000003']);
  assert.deepEqual(names({ path: '%s', seconds: 1, events: 9 }, 3), ['first_dump.scap', '%s0', '%s1']);
  assert.deepEqual(names({ path: '%s', seconds: 1 }, 2, true), ['1700000000', '1700000001']);
});

test('times read as the C library writes them', (t) => {
  if (spawnSync('date', ['-d', '@0', '+%s']).status !== 0) { t.skip('there is no date command that prints any time'); return; }
  // Every conversion that the command and this share, through turns of years, weeks and days.
  const conversions = 'aAbBcCdDeFgGhHIjklmMpPrRsSTuUVwWxXyYz';
  const format = [...conversions].map((letter) => `${letter}=%${letter}`).join('|');
  for (const day of ['2023-11-14 22:13:20', '2024-02-29 00:00:00', '2024-12-30 12:00:00', '2026-01-01 23:59:59', '2027-01-03 01:02:03', '2020-12-31 11:59:59', '2021-01-04 06:00:00']) {
    const seconds = Math.floor(new Date(day.replace(' ', 'T')).getTime() / 1000);
    const said = spawnSync('date', ['-d', `@${seconds}`, `+${format}`], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } }).stdout.trimEnd();
    assert.equal(strftime(format, new Date(seconds * 1000)), said);
  }
  assert.equal(strftime('%% %Q %', new Date(0)), '% %Q %');
});

/** Reads the sample and writes it anew. */
async function copy(options: Partial<ConstructorParameters<typeof CaptureOutput>[0]> & { readonly path: string }): Promise<CaptureOutput> {
  const reader = new ScapReader();
  const output = new CaptureOutput({ compress: false, live: false, state: () => reader.state, ...options });
  reader.recorder = output;
  writeSample((bytes) => { reader.push(bytes.slice()); reader.read((ctx) => { output.write(ctx, true); return output.failed === undefined; }); }, { seconds: 20 });
  reader.finish();
  reader.read((ctx) => { output.write(ctx, true); });
  await output.end();
  return output;
}

test('a file without room is said to be so', { skip: existsSync('/dev/full') ? false : 'there is no /dev/full' }, async () => {
  for (const compress of [false, true]) {
    const output = await copy({ path: '/dev/full', compress });
    assert.match(output.failed ?? '', /^can't write \/dev\/full: /);
  }
});

test('a disk that runs full keeps every whole block that was written', async (t) => {
  const room = mkdtempSync(join(tmpdir(), 'porthole-room-'));
  t.after(() => { spawnSync('umount', [room], { stdio: 'ignore' }); rmSync(room, { recursive: true, force: true }); });
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=400k', 'tmpfs', room]).status !== 0) { t.skip('no small disk can be mounted here: that takes root'); return; }
  const path = join(room, 'out.scap');
  const output = await copy({ path });
  assert.match(output.failed ?? '', /^can't write /);
  assert.ok(statSync(path).size > 350_000, 'the room was used');
  const reader = new ScapReader();
  let events = 0;
  reader.push(new Uint8Array(readFileSync(path)));
  reader.finish();
  reader.read(() => { events++; });
  assert.deepEqual(reader.diagnostics, []);
  assert.ok(events > 1000);
});

test('a file is readable by its owner alone, replaced, and the same compressed', async (t) => {
  const where = folder(t), path = join(where, 'a.scap'), packed = join(where, 'b.scap');
  const { written } = await copy({ path });
  assert.ok(written > 1000);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  writeFileSync(packed, 'x'.repeat(1e7));
  await copy({ path: packed, compress: true });
  assert.deepEqual(gunzipSync(readFileSync(packed)), readFileSync(path));
  await assert.rejects(() => copy({ path: join(where, 'no', 'folder') }), /^Error: can't open .*folder/);
});

test('standard output that nobody reads any more ends it quietly', async () => {
  const code = `const { CaptureFile } = await import(${JSON.stringify(new URL('./cliWriteFile.ts', import.meta.url).href)}); const file = new CaptureFile('-', false, false); const block = new Uint8Array(65536); while (!file.closed && file.failed === undefined) file.write(block); process.stderr.write(String(file.failed)); process.exit(file.closed ? 7 : 8);`;
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), '--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.once('data', () => { child.stdout.destroy(); });
  const status = await new Promise<number | null>((resolve) => { child.once('close', resolve); });
  assert.equal(status, 7);
  assert.equal(new CaptureFile('/dev/null', false, false).closed, false);
});
