// Ten seconds of the demonstration, recorded by `porthole -w`: Debian's sysdig must list the same calls by the same threads with the same results,
// and run its chisels on the file.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { demoDown, demoUp } from '../../.scripts/demo.mjs';
import { canCapture, examine } from '../../remote-agent/host/doctor.ts';

const SECONDS = 10;
const AGENT = fileURLToPath(new URL('../../dist/porthole', import.meta.url));
const CAT = 'cat /etc/passwd /missing-on-purpose';

const reasons = (await examine()).filter((finding) => finding.state === 'missing');
const skip = !canCapture(await examine()) ? `the probe cannot be loaded here: ${reasons.map((r) => r.detail).join('; ')}`
  : spawnSync('docker', ['info'], { stdio: 'ignore' }).status !== 0 ? 'no Docker engine answers'
  : spawnSync('sysdig', ['--version'], { stdio: 'ignore' }).status !== 0 ? 'sysdig is not installed'
  : !existsSync(AGENT) ? 'dist/porthole is not built' : false;

describe('a recording of the demonstration', { skip, timeout: 400_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'porthole-interop-'));
  const file = join(folder, 'out.scap');
  let said = '';

  before(async () => {
    demoUp();
    const recorder = spawn(AGENT, ['-w', file], { stdio: ['ignore', 'ignore', 'pipe'] });
    recorder.stderr.on('data', (chunk: Buffer) => { said += chunk.toString(); });
    const ended = new Promise<number | null>((done) => recorder.once('exit', done));
    for (let i = 0; i < 600 && !(existsSync(file) && statSync(file).size > 0); i++) await sleep(100);
    await sleep(1000);
    spawnSync('docker', ['exec', 'porthole-demo-web-1', 'sh', '-c', CAT]);
    await sleep(SECONDS * 1000);
    recorder.kill('SIGINT');
    assert.equal(await ended, 0, said);
  });
  after(() => {
    demoDown({ keepImages: true });
    rmSync(folder, { recursive: true, force: true });
  });

  const lines = (program: string, ...args: string[]): string[] => {
    const { stdout, stderr, status } = spawnSync(program, ['-r', file, ...args], { encoding: 'utf8', maxBuffer: 1 << 30 });
    assert.equal(status, 0, `${program}: ${stderr}`);
    if (program === 'sysdig') assert.equal(stderr, '', 'sysdig has nothing to complain about');
    return stdout.trimEnd().split('\n');
  };

  test('sysdig lists the same calls by the same threads with the same results', () => {
    const format = ['-p', '*%evt.num %evt.rawtime %thread.tid %evt.dir %evt.type %evt.rawres'];
    const ours = lines(AGENT, ...format), theirs = lines('sysdig', ...format);
    assert.ok(theirs.length > 5000, `only ${theirs.length} events in ten seconds`);
    assert.equal(ours.length, theirs.length);
    const different = theirs.filter((line, i) => line !== ours[i]);
    assert.deepEqual(different.slice(0, 5), []);
  });

  test('it knows the containers and what they did', () => {
    const names = new Set(lines('sysdig', '-p', '%container.name', 'evt.type=accept or evt.type=execve or evt.type=read'));
    for (const service of ['web', 'app', 'cache', 'client']) assert.ok(names.has(`porthole-demo-${service}-1`), `${service} is not among ${[...names].join(' ')}`);
    const inWeb = 'container.name=porthole-demo-web-1 and proc.exe=cat';
    const size = execFileSync('docker', ['exec', 'porthole-demo-web-1', 'cat', '/etc/passwd']).length;
    const opened = lines('sysdig', '-d', '-p', '%evt.res %evt.arg.name', `${inWeb} and evt.dir=< and evt.type in (open, openat)`);
    assert.ok(opened.includes('SUCCESS /etc/passwd'), opened.join('; '));
    assert.ok(opened.includes('ENOENT /missing-on-purpose'), opened.join('; '));
    // busybox sends the file instead of reading it.
    const moved = lines('sysdig', '-d', '-p', '%evt.type %evt.rawres', `${inWeb} and evt.dir=< and evt.type in (read, sendfile)`);
    assert.ok(moved.some((line) => line.endsWith(` ${size}`)), `${size} bytes were read: ${moved.join('; ')}`);
  });

  test('calls keep how long they took', () => {
    const slow = lines('sysdig', '-p', '%evt.latency', 'container.name startswith porthole-demo and evt.type in (nanosleep, clock_nanosleep, poll, accept, wait4, select) and evt.latency > 100000000');
    assert.ok(slow.length > 3, 'there are calls that took a tenth of a second');
    assert.ok(slow.every((line) => Number(line) < 60e9));
  });

  test('a chisel of sysdig runs on it', () => {
    const out = lines('sysdig', '-c', 'topprocs_file');
    assert.match(out[0] ?? '', /Bytes\s+Process\s+PID/);
    assert.ok(out.length > 3, out.join('\n'));
  });
});

function sleep(ms: number): Promise<void> { return new Promise((done) => setTimeout(done, ms)); }
