// Folders that killed processes left are removed; those of living ones, and what only looks like one, stay.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeOwnFolder } from './ownFolder.ts';

test('what a dead process left is removed, and nothing else', { skip: process.platform === 'win32' }, (t) => {
  const parent = mkdtempSync(join(tmpdir(), 'porthole-own-'));
  t.after(() => { rmSync(parent, { recursive: true, force: true }); });
  const { pid: dead } = spawnSync('true');
  const make = (name: string, mode = 0o700): string => { const path = join(parent, name); mkdirSync(path); chmodSync(path, mode); writeFileSync(join(path, 'file'), 'x'); return path; };
  const left = make(`thing-${dead}-abc`), open = make(`thing-${dead}-open`, 0o755), alive = make(`thing-${process.ppid}-abc`), other = make(`other-${dead}-abc`), odd = make('thing-x-abc');
  const elsewhere = make('elsewhere'), link = join(parent, `thing-${dead}-link`);
  symlinkSync(elsewhere, link);
  const own = makeOwnFolder(parent, 'thing-');
  assert.equal(existsSync(left), false);
  for (const path of [open, alive, other, odd, link, join(elsewhere, 'file')]) assert.ok(existsSync(path), path);
  assert.ok(own.startsWith(join(parent, `thing-${process.pid}-`)) && (statSync(own).mode & 0o777) === 0o700);
});
test('where none can be made, it says so', () => { assert.throws(() => makeOwnFolder('/nowhere/at/all', 'thing-'), /ENOENT/); });
