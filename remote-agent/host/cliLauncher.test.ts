// The command as it is installed: a launcher that uses what V8 made of the bundle when that fits, and does without when not.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Script } from 'node:vm';
import { buildCommand } from '../../.scripts/build.mjs';

let folder = '';
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'porthole-launcher-'));
  await buildCommand(folder);
});
after(() => { rmSync(folder, { recursive: true, force: true }); });

const bundle = (): string => join(folder, 'agent', 'main.cjs');
function version(command = join(folder, 'porthole')): void {
  const { status, stdout, stderr } = spawnSync(command, ['--version'], { encoding: 'utf8', cwd: tmpdir() });
  assert.deepEqual([status, stderr], [0, '']);
  assert.match(stdout, /^porthole version \S+\n$/);
}
/** What the launcher finds beside the bundle, as it checks it. */
function accepted(): boolean {
  const { compile, stored } = createRequire(import.meta.url)(join(folder, 'porthole.cjs')) as { compile(file: string, cache: Buffer | undefined): Script; stored(file: string): Buffer | undefined };
  const cache = stored(bundle());
  return cache !== undefined && compile(bundle(), cache).cachedDataRejected === false;
}

describe('the launcher', () => {
  before(() => { writeFileSync(join(folder, 'porthole.cjs'), readFileSync(join(folder, 'porthole'))); });
  test('what was made for this bundle is used', () => {
    assert.ok(statSync(`${bundle()}.cache`).size > 10_000);
    assert.ok(accepted());
    version();
  });
  test('through a symbolic link', () => {
    const link = join(folder, 'link');
    symlinkSync(join(folder, 'porthole'), link);
    version(link);
  });
  test('damaged, it is not used', () => {
    const path = `${bundle()}.cache`;
    const whole = readFileSync(path);
    const damaged = Buffer.from(whole);
    damaged.fill(7, 16, 64);
    writeFileSync(path, damaged);
    assert.ok(!accepted());
    version();
    writeFileSync(path, 'x');
    version();
    writeFileSync(path, whole);
    assert.ok(accepted());
  });
  test('of another bundle, it is not used', () => {
    utimesSync(bundle(), new Date(), new Date(Date.now() + 5000));
    assert.ok(!accepted());
    version();
  });
  test('missing, it is not missed', () => {
    rmSync(`${bundle()}.cache`);
    version();
  });
});
