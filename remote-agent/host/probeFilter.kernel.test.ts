// Filters that the kernel applies, live: containers by the control group, and events that come when a filter names them. Needs root and a kernel that takes the probe.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { canCapture, examine } from './doctor.ts';
import { parseCgroupMounts } from './cgroups.ts';
import { openLive, type LiveSource } from './liveSource.ts';
import { ALL } from '../engine/state/demand.ts';
import { compileFilter } from '../engine/filter/index.ts';
import { profileOf } from './probeFilter.ts';
import { readSmall } from './procScan.ts';

const COMMAND = ['--import', import.meta.resolve('tsx'), fileURLToPath(new URL('./main.ts', import.meta.url))];
const findings = await examine();
const missing = canCapture(findings) ? false : findings.filter((f) => f.state === 'missing').map((f) => `${f.name}: ${f.detail}`).join('; ');
const folder = mkdtempSync(join(tmpdir(), 'porthole-named-'));
after(() => { rmSync(folder, { recursive: true, force: true }); });

/** Lines of a capture, as one of the two programs prints them. */
function lines(program: string, args: readonly string[]): string[] {
  const run = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28, env: { ...process.env, TZ: 'UTC' } });
  assert.equal(run.status, 0, `${program}: ${run.stderr}`);
  return run.stdout.split('\n');
}

/** A control group where Docker would put a container of this id; undefined where none can be made. */
function containerGroup(id: string): { readonly path: string; remove(): void } | undefined {
  const mount = parseCgroupMounts(readSmall('/proc/self/mountinfo') ?? '').unified;
  if (mount === '') return undefined;
  const parent = join(mount, `porthole-${String(process.pid)}`), path = join(parent, id);
  try { mkdirSync(path, { recursive: true }); } catch { return undefined; }
  return { path, remove: () => { rmdirSync(path); try { rmdirSync(parent); } catch { /* another is in it */ } } };
}

/** Makes a call that changes nothing (`times`), in a control group or here, again and again until `enough`. */
async function until(group: string | undefined, enough: () => boolean): Promise<void> {
  for (const end = performance.now() + 30_000; !enough(); await delay(50)) {
    if (performance.now() > end) throw new Error('waited in vain');
    await new Promise((resolve) => { spawn('sh', ['-c', `${group === undefined ? '' : `echo $$ > ${group}/cgroup.procs; `}times; times`], { stdio: 'ignore' }).on('close', resolve); });
  }
}

describe('filters in the kernel', { skip: missing }, () => {
  test('switches and page faults that a filter names are recorded, and read the same with sysdig', async (t) => {
    const file = join(folder, 'named.scap');
    const args = ['-r', file, '-p', '%evt.num %evt.time %evt.cpu %thread.tid %evt.dir %evt.type %evt.args'];
    const SWITCH = / > switch next=\d+\S* pgft_maj=\d+ pgft_min=\d+ vm_size=\d+ vm_rss=\d+ vm_swap=\d+/, FAULT = / > page_fault addr=[0-9A-F]+ ip=[0-9A-F]+ error=\d+\(PAGE_NOT_PRESENT\|/;
    let ours: string[] = [];
    // On a busy machine it takes a while until the file has begun.
    for (const seconds of [2, 5, 15]) {
      const run = spawnSync(process.execPath, [...COMMAND, '-w', file, '-M', String(seconds), 'evt.type in (switch, page_fault)'], { encoding: 'utf8', timeout: 60_000 });
      assert.equal(run.status, 0, run.stderr);
      const read = spawnSync(process.execPath, [...COMMAND, ...args], { encoding: 'utf8', maxBuffer: 1 << 28, env: { ...process.env, TZ: 'UTC' } });
      ours = read.stdout.split('\n');
      if (ours.some((line) => SWITCH.test(line)) && (process.arch !== 'x64' || ours.some((line) => FAULT.test(line)))) break;
      if (seconds === 15) assert.fail(`not both are there: ${ours.slice(0, 5).join('\n')}`);
    }
    if (!existsSync('/usr/bin/sysdig')) { t.diagnostic('sysdig is not installed: not compared'); return; }
    assert.deepEqual(lines('sysdig', args), ours);
    assert.deepEqual(lines('sysdig', ['-r', file, '-p', '%thread.tid %thread.exectime', 'evt.type=switch']), lines(process.execPath, [...COMMAND, '-r', file, '-p', '%thread.tid %thread.exectime', 'evt.type=switch']));
  });

  test('as many events as are asked for are in the recording: the first ones too, which came while /proc was read', () => {
    const file = join(folder, 'first.scap'), run = spawnSync(process.execPath, [...COMMAND, '-w', file, '-n', '300', 'evt.type=switch'], { encoding: 'utf8', timeout: 60_000 });
    assert.equal(run.status, 0, run.stderr);
    assert.equal(lines(process.execPath, [...COMMAND, '-r', file, '-p', '%evt.type']).filter((line) => line === 'switch').length, 300);
  });

  test('of a container that a filter names: its calls come, those of another and of the host do not; a new one is seen from its first call', async (t) => {
    const web = 'a'.repeat(64), db = 'b'.repeat(64), groups = [containerGroup(web), containerGroup(db)];
    const [inWeb, inDb] = groups;
    if (inWeb === undefined || inDb === undefined) { t.skip('KERNEL TEST SKIPPED: no cgroup v2 in which to make a group'); return; }
    const text = `evt.type=times and container.id=${web.slice(0, 12)}`, filter = compileFilter(text);
    assert.ok(filter.ok);
    const profile = profileOf(text, filter, ALL) ?? assert.fail();
    const seen = new Map<string, number>();
    let source: LiveSource | undefined;
    try {
      source = await openLive({ profile, onEvent: (ctx) => { if (ctx.view.def?.name === 'syscall' && ctx.view.nr === TIMES) { const at = ctx.info?.containerId ?? '?'; seen.set(at, (seen.get(at) ?? 0) + 1); } } });
      const of = (id: string): number => seen.get(id.slice(0, 12)) ?? 0;
      await until(inWeb.path, () => of(web) > 2);
      await until(inDb.path, () => true);
      await until(undefined, () => true);
      await until(inWeb.path, () => of(web) > 6);
      assert.deepEqual([...seen.keys()], [web.slice(0, 12)]);
      // A container that is started anew has another control group, which nobody has looked at when its first call comes.
      inWeb.remove();
      const again = containerGroup(web) ?? assert.fail();
      try {
        const before = of(web);
        await until(again.path, () => true);
        await until(again.path, () => of(web) >= before + 4);
      } finally { again.remove(); }
    } finally {
      await source?.close();
      for (const group of groups) { try { group?.remove(); } catch { /* gone already */ } }
    }
  });
});

/** times(2), by architecture (kernel: arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h). */
const TIMES = process.arch === 'arm64' ? 153 : 100;
