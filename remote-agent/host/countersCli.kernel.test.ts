// `porthole counters` on this host: what a container does, in tables and as JSON. Needs root and a kernel that takes the probe; says so otherwise.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseCgroupMounts } from './cgroups.ts';
import { canCapture, examine } from './doctor.ts';
import { readSmall } from './procScan.ts';

const COMMAND = ['--import', import.meta.resolve('tsx'), fileURLToPath(new URL('./main.ts', import.meta.url)), 'counters'];
const findings = await examine();
const missing = canCapture(findings) ? false : findings.filter((f) => f.state === 'missing').map((f) => `${f.name}: ${f.detail}`).join('; ');

function run(args: readonly string[]): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }> {
  const child = spawn(process.execPath, [...COMMAND, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '', err = '';
  child.stdout.on('data', (chunk: Buffer) => { out += chunk.toString(); });
  child.stderr.on('data', (chunk: Buffer) => { err += chunk.toString(); });
  return new Promise((resolve) => { child.on('close', (code) => { resolve({ code, out, err }); }); });
}

test('what cannot be asked for is said, with how to ask', async () => {
  const help = await run(['--help']);
  assert.deepEqual([help.code, help.err], [0, '']);
  assert.match(help.out, /^porthole counters \[-j\] \[--only KINDS\] \[SECONDS\]\n/);
  for (const [args, said] of [[['--only', 'cpus'], /--only takes some of calls, cpu, disk, tcp, memory, not cpus/], [['0'], /how many seconds/], [['1', '2'], /how many seconds/], [['--nosuch'], /nosuch/]] as const) {
    const wrong = await run(args);
    assert.equal(wrong.code, 2, args.join(' '));
    assert.match(wrong.err, said);
    assert.match(wrong.err, /SECONDS/);
  }
});

describe('counting', { skip: missing }, () => {
  test('a container by its id: time on processors, switches, faults and calls; only what is asked for', async (t) => {
    const mount = parseCgroupMounts(readSmall('/proc/self/mountinfo') ?? '').unified, parent = join(mount, `porthole-counters-${String(process.pid)}`), group = join(parent, 'e'.repeat(64));
    try { if (mount === '') throw new Error('not mounted'); mkdirSync(group, { recursive: true }); } catch { t.skip('KERNEL TEST SKIPPED: no cgroup v2 in which to make a group'); return; }
    const worker = spawn('sh', ['-c', `echo $$ > ${group}/cgroup.procs; while :; do cd /; /bin/true; done`], { stdio: 'ignore' });
    try {
      const { code, out, err } = await run(['-j', '--only', 'cpu,calls', '2']);
      assert.equal(code, 0, err);
      const { containers, seconds } = JSON.parse(out) as { seconds: number; containers: { name: string; container?: string; cgroups: { path: string }[]; cpu?: Record<string, number>; disk?: unknown; calls?: { call: string; calls: number }[] }[] };
      const one = containers.find((c) => c.container === 'e'.repeat(12)) ?? assert.fail(out);
      assert.equal(one.name, 'e'.repeat(12));
      assert.ok(one.cgroups[0]?.path.endsWith('e'.repeat(64)));
      assert.ok(seconds >= 2);
      for (const number of ['runNs', 'voluntary', 'minorFaults']) assert.ok((one.cpu?.[number] ?? 0) > 0, number);
      assert.ok((one.calls?.find((c) => c.call === 'chdir')?.calls ?? 0) > 0);
      assert.equal(one.disk, undefined);
      const table = await run(['--only', 'cpu', '1']);
      assert.equal(table.code, 0, table.err);
      assert.match(table.out, new RegExp(`^PROCESSORS +CPU% .*\\n(?:.*\\n)*${'e'.repeat(12)} +[\\d.]+ `));
      assert.ok(!table.out.includes('CONTAINER'), 'no calls');
    } finally {
      const ended = new Promise((resolve) => { worker.once('close', resolve); });
      worker.kill('SIGKILL');
      await ended;
      for (const path of [group, parent]) for (let i = 0; ; i++) { try { rmdirSync(path); break; } catch (error) { if (i > 200) throw error; await delay(20); } }
    }
  });
});
