// A view as a user has it: all of it, whatever reads it, and nothing more where that goes away.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Scene } from '../engine/fields/fieldsSupport.test.ts';
import { ScapWriter } from '../engine/scap/writer.ts';

const COMMAND = ['--import', import.meta.resolve('tsx'), fileURLToPath(new URL('./main.ts', import.meta.url))];
/** More than a pipe takes at once. */
const PROCESSES = 5000;
let folder = '';
let capture = '';

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'porthole-view-'));
  capture = join(folder, 'many.scap');
  const scene = new Scene();
  const parts: Uint8Array[] = [];
  const writer = new ScapWriter(scene.state, (bytes) => { parts.push(bytes.slice()); });
  writer.begin();
  for (let i = 0; i < PROCESSES; i++) writer.write(scene.event('SYSCALL_READ_X', { res: 5, data: new Uint8Array(5), fd: 3, size: 100 }, { tid: 10_000 + i, atNs: 1_000_000_000 + i * 1000, tookNs: 100 }));
  writer.end();
  writeFileSync(capture, Buffer.concat(parts));
});
after(() => { rmSync(folder, { recursive: true, force: true }); });

test('a pipe gets every row', () => {
  const { status, stdout } = spawnSync('sh', ['-c', '"$0" "$@" | { sleep 1; cat; }', process.execPath, ...COMMAND, 'view', 'processes', '-r', capture], { encoding: 'utf8', maxBuffer: 1 << 26 });
  assert.equal(status, 0);
  assert.equal(stdout.trimEnd().split('\n').length, PROCESSES + 1);
});

test('a reader that goes away ends it quietly', async () => {
  const child = spawn('sh', ['-c', '"$0" "$@" | head -1', process.execPath, ...COMMAND, 'view', 'processes', '-r', capture]);
  let out = '', err = '';
  child.stdout.on('data', (bytes: Buffer) => { out += bytes.toString(); });
  child.stderr.on('data', (bytes: Buffer) => { err += bytes.toString(); });
  await new Promise((resolve) => { child.on('close', resolve); });
  assert.match(out, /^ +CALLS [^\n]*\n$/);
  assert.equal(err, '');
});
