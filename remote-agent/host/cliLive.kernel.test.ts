// The command line live: real calls of this test, printed and recorded. Needs root and a kernel that takes the probe; says so otherwise.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { canCapture, examine } from './doctor.ts';

const COMMAND = ['--import', import.meta.resolve('tsx'), fileURLToPath(new URL('./main.ts', import.meta.url))];
const findings = await examine();
const missing = canCapture(findings) ? false : findings.filter((f) => f.state === 'missing').map((f) => `${f.name}: ${f.detail}`).join('; ');
const folder = mkdtempSync(join(tmpdir(), 'porthole-live-'));
after(() => { rmSync(folder, { recursive: true, force: true }); });

/** Runs the command, opens `marked` again and again until `enough` says so, then interrupts it. */
async function live(args: readonly string[], marked: string, enough: (out: string) => boolean): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [...COMMAND, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '', err = '';
  child.stdout.on('data', (chunk: Buffer) => { out += chunk.toString(); });
  child.stderr.on('data', (chunk: Buffer) => { err += chunk.toString(); });
  const closed = new Promise<number | null>((resolve) => { child.on('close', (code) => { resolve(code); }); });
  const poke = setInterval(() => {
    closeSync(openSync(marked, 'a'));
    if (enough(out)) child.kill('SIGINT');
  }, 100);
  const limit = setTimeout(() => { child.kill('SIGKILL'); }, 30_000);
  const code = await closed;
  clearInterval(poke);
  clearTimeout(limit);
  return { code, out, err };
}

describe('live', { skip: missing }, () => {
  test('a call of this process is printed with descriptor, result and length; Ctrl-C ends with 0', async () => {
    const marked = join(folder, 'printed-here');
    const { code, out, err } = await live(['--unbuffered', '-p', '%proc.pid %evt.type %evt.res %fd.name %evt.latency', `evt.type=openat and fd.name=${marked}`], marked, (text) => text.split('\n').length > 3);
    assert.equal(code, 0, err);
    const [first = ''] = out.split('\n');
    assert.match(first, new RegExp(`^${process.pid} openat SUCCESS ${marked} [1-9]\\d*$`));
  });

  test('a number of events ends it', async () => {
    const marked = join(folder, 'counted-here');
    const { code, out } = await live(['-n', '2', '-p', '%evt.type', `evt.type=openat and fd.name=${marked}`], marked, () => false);
    assert.deepEqual([code, out], [0, 'openat\nopenat\n']);
  });

  test('a recording reads as what happened, with Porthole and with sysdig', async (t) => {
    const marked = join(folder, 'recorded-here');
    const file = join(folder, 'live.scap');
    // The file grows once the first events have come; then for a while.
    let began = Infinity;
    const { code, err } = await live(['-w', file], marked, () => {
      if (began === Infinity && existsSync(file) && statSync(file).size > 0) began = Date.now();
      return Date.now() - began > 2500;
    });
    assert.equal(code, 0, err);
    const args = ['-r', file, '-p', '%proc.pid %evt.dir %evt.type %fd.name', 'evt.type=openat', 'and', 'evt.dir=<', 'and', `fd.name=${marked}`];
    const ours = spawnSync(process.execPath, [...COMMAND, ...args], { encoding: 'utf8' });
    assert.equal(ours.status, 0, ours.stderr);
    assert.ok(ours.stdout.split('\n').length > 3, 'the calls are in the file');
    assert.ok(ours.stdout.startsWith(`${process.pid} < openat ${marked}\n`));
    const theirs = spawnSync('sysdig', ['-d', ...args], { encoding: 'utf8' });
    if (theirs.error !== undefined) { t.diagnostic('sysdig is not installed: not compared'); return; }
    assert.equal(theirs.stdout, ours.stdout);
  });
});
