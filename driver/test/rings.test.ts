// Kernel test: what is submitted to io_uring is counted by ring and process, also where no system call tells of it.
import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type * as Addon from '../../remote-agent/addon/porthole.d.ts';
import { RING_OPERATIONS } from '../schema/index.ts';
import { cannotRun } from './recorder.ts';

const skip = cannotRun() ?? false;
const folder = mkdtempSync(join(tmpdir(), 'porthole-rings-')), helper = join(folder, 'rings');
const running = new Set<ChildProcessWithoutNullStreams>();
before(() => { if (skip === false) execFileSync('cc', ['-O1', '-Wall', '-o', helper, fileURLToPath(new URL('rings.c', import.meta.url))]); });
after(() => { for (const child of running) child.kill('SIGKILL'); rmSync(folder, { recursive: true, force: true }); });

/** How many programs a process has attached: descriptors of what holds them (kernel: bpf_raw_tp_link, bpf_link). */
function attachedBy(pid: number): number {
  try { return readdirSync(`/proc/${String(pid)}/fd`).filter((fd) => { try { return /bpf[-_](link|raw)/.test(readlinkSync(`/proc/${String(pid)}/fd/${fd}`)); } catch { return false; } }).length; } catch { return 0; }
}

function openRings(t: TestContext): Addon.Rings | undefined {
  const addon = createRequire(import.meta.url)(fileURLToPath(new URL('../../dist/agent/porthole.node', import.meta.url))) as typeof Addon;
  try { return addon.openRings(); } catch (error) {
    if ((error as { code?: unknown }).code !== 'ENOENT') throw error;
    t.skip(`KERNEL TEST SKIPPED: ${String(error)}`);
    return undefined;
  }
}

/** Starts the helper; gives its process and ring, once all its requests have ended. Undefined where this host has no io_uring. */
async function submit(t: TestContext, ...args: readonly string[]): Promise<{ pid: number; fd: number; child: ChildProcessWithoutNullStreams } | undefined> {
  const child = spawn(helper, args);
  running.add(child);
  const said = await new Promise<string>((resolve) => { let text = ''; child.stdout.on('data', (data: Buffer) => { text += data.toString(); if (text.includes('\n')) resolve(text); }); child.once('exit', (code) => { resolve(`ended ${String(code)}`); }); });
  if (said === 'ended 77') { t.skip('KERNEL TEST SKIPPED: io_uring is switched off here (sysctl kernel.io_uring_disabled)'); return undefined; }
  const [pid, fd] = said.trim().split(' ').map(Number);
  assert.ok(pid !== undefined && fd !== undefined && Number.isInteger(pid), said);
  return { pid, fd, child };
}

for (const [how, args] of [['by a system call', ['300']], ['by a thread of the kernel', ['200', 'sqpoll']]] as const) {
  test(`requests submitted ${how} are counted`, { skip }, async (t) => {
    const rings = openRings(t);
    if (rings === undefined) return;
    try {
      const made = await submit(t, ...args);
      if (made === undefined) return;
      const { rings: all, lost } = rings.counts();
      const own = all.filter((ring) => ring.pid === made.pid), requests = Number(args[0]);
      assert.equal(own.length, 1);
      const [ring] = own;
      assert.ok(ring !== undefined);
      assert.equal(lost, 0);
      assert.equal(ring.submitted, requests);
      assert.equal(ring.byKernel, args.length > 1 ? requests : 0);
      assert.equal(ring.operations[RING_OPERATIONS.indexOf('nop')], requests);
      assert.equal(ring.operations.reduce((sum, count) => sum + count, 0), requests);
      assert.deepEqual([ring.fd, ring.entries, Buffer.from(ring.comm).toString()], [made.fd, 8, 'rings']);
      assert.ok(ring.cgroup > 0n);
      made.child.kill('SIGKILL');
    } finally { rings.close(); }
  });
}

test('a ring that was there before is found among the descriptors', { skip }, async (t) => {
  const made = await submit(t, '3', 'late');
  if (made === undefined) return;
  const rings = openRings(t);
  if (rings === undefined) return;
  try {
    const submitted = new Promise((resolve) => { made.child.stdout.once('data', resolve); });
    made.child.stdin.write('x');
    await submitted;
    const ring = rings.counts().rings.find((one) => one.pid === made.pid);
    assert.deepEqual([ring?.fd, ring?.entries, ring?.submitted], [made.fd, 0, 3]);
  } finally { rings.close(); made.child.kill('SIGKILL'); }
});

test('porthole rings prints them', { skip }, async (t) => {
  const main = fileURLToPath(new URL('../../remote-agent/host/main.ts', import.meta.url));
  const command = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), main, 'rings', '-j', '600']);
  running.add(command);
  let output = '', errors = '';
  command.stdout.on('data', (data: Buffer) => { output += data.toString(); });
  command.stderr.on('data', (data: Buffer) => { errors += data.toString(); });
  const ended = new Promise<number | null>((resolve) => { command.once('close', resolve); });
  // It counts once it holds its programs and what attaches them.
  const probe = openRings(t);
  if (probe === undefined) { command.kill('SIGKILL'); return; }
  probe.close();
  for (let i = 0; i < 3000 && attachedBy(command.pid ?? 0) < 2 && command.exitCode === null; i++) await new Promise((resolve) => { setTimeout(resolve, 10); });
  const made = await submit(t, '40');
  if (made === undefined) return;
  command.kill('SIGINT');
  assert.equal(await ended, 0, errors);
  const told = JSON.parse(output) as { lost: number; rings: { pid: number; fd: number; submitted: number; operations: Record<string, number> }[] };
  const ring = told.rings.find((one) => one.pid === made.pid);
  assert.deepEqual([ring?.fd, ring?.submitted, ring?.operations], [made.fd, 40, { nop: 40 }]);
});
