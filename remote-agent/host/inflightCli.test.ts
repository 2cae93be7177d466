// porthole inflight as a user has it: a capture whose last call never returned, wrong words, and what names may not do to a terminal.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Scene } from '../engine/fields/fieldsSupport.test.ts';
import { ScapWriter } from '../engine/scap/writer.ts';
import { waitingText } from './inflightCli.ts';

const COMMAND = ['--import', import.meta.resolve('tsx'), fileURLToPath(new URL('./main.ts', import.meta.url)), 'inflight'];
const TID = 10_000;
let folder = '', capture = '', whole = '';

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'porthole-inflight-'));
  const scene = new Scene(), parts: Uint8Array[] = [];
  const writer = new ScapWriter(scene.state, (bytes) => { parts.push(bytes.slice()); });
  writer.begin();
  for (let i = 0; i < 3; i++) writer.write(scene.event('SYSCALL_READ_X', { res: 5, data: new Uint8Array(5), fd: 3, size: 100 }, { tid: TID + i, atNs: 1_000_000_000 + i * 5_000_000, tookNs: 2_000_000 }));
  writer.end();
  const bytes = Buffer.concat(parts);
  // Each block ends with its length: the last one is the end of the last call.
  writeFileSync(whole = join(folder, 'whole.scap'), bytes);
  writeFileSync(capture = join(folder, 'cut.scap'), bytes.subarray(0, bytes.length - bytes.readUInt32LE(bytes.length - 4)));
});
after(() => { rmSync(folder, { recursive: true, force: true }); });

function run(...words: string[]): { status: number | null; stdout: string; stderr: string } { return spawnSync(process.execPath, [...COMMAND, ...words], { encoding: 'utf8' }); }

test('a call that never returned is in the table and in JSON; one that returned is not', () => {
  const { status, stdout, stderr } = run('-r', capture);
  assert.deepEqual([status, stderr], [0, '']);
  const [head, ...rows] = stdout.trimEnd().split('\n');
  assert.match(head ?? '', /^ *WAITING +SINCE +CONTAINER +PROCESS +THREAD +CALL +FD +ON$/);
  assert.equal(rows.length, 1, stdout);
  assert.match(rows[0] ?? '', /read +3/);
  const json = JSON.parse(run('-r', capture, '-j').stdout) as { total: number; calls: { tid: number; name: string; since: string; event: number; descriptors: { fd: number }[] }[] };
  assert.deepEqual([json.total, json.calls.map((c) => [c.tid, c.name, c.since, c.descriptors[0]?.fd])], [1, [[TID + 2, 'read', 'exact', 3]]]);
  assert.equal(run('-r', whole).stdout.trimEnd().split('\n').length, 1);
});

test('filter, time and number narrow it; what is left out is told', () => {
  const rows = (...words: string[]): number => run('-r', capture, ...words).stdout.trimEnd().split('\n').length - 1;
  assert.deepEqual([rows('evt.type=read'), rows('evt.type=write'), rows(`thread.tid=${TID}`), rows('--longer', '60000')], [1, 0, 0, 0]);
});

test('wrong words say what is wrong and end with 1', () => {
  for (const [words, said] of [[['--longer', 'x'], /--longer takes a number/], [['-n', '0'], /-n takes a number of rows/], [['--nothing'], /nothing/], [['-r', capture, 'proc.nmae=x'], /filter error at position 1/], [['-r', join(folder, 'none')], /none/]] as const) {
    const { status, stdout, stderr } = run(...words);
    assert.deepEqual([status, stdout], [1, ''], words.join(' '));
    assert.match(stderr, said);
  }
  assert.match(run('--help').stdout, /porthole inflight \[-r FILE\]/);
});

test('times are read at a glance', () => {
  const text = (seconds: number, since: 'exact' | 'atLeast' | 'unknown' = 'exact'): string => waitingText({ waitingNs: seconds * 1e9, since });
  assert.deepEqual([text(0.0123456), text(12.3456), text(125), text(3 * 3600 + 62), text(12.3456, 'atLeast'), text(7200, 'atLeast'), text(-1, 'unknown')], ['12.346 ms', '12.346 s', '2:05', '3:01:02', '> 12.3 s', '> 2:00:00', '?']);
});
