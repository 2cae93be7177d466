// Kernel test: which layer of an overlay a file lies in, and programs that run from memory alone.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { flags, places } from './callsScript.ts';
import { cannotRun, Recorder, type Recorded } from './recorder.ts';

const skip = cannotRun() ?? false;
const folder = mkdtempSync(join(tmpdir(), 'porthole-layers-'));
let recorder: Recorder;
const all = skip === false ? places() : [], [place] = all;
before(() => { if (skip === false) { recorder = new Recorder(); recorder.place = place; } });
after(async () => {
  rmSync(folder, { recursive: true, force: true });
  if (skip !== false) return;
  recorder.close();
  for (const one of all) await one?.remove();
  assert.deepEqual(recorder.faults, []);
});

/** Runs a script of the shell to its end; gives the events of all its processes. */
function run(script: string): Promise<{ readonly status: number | null; readonly events: readonly Recorded[] }> {
  if (place !== undefined) recorder.probe.setCgroups([place.id]);
  return recorder.again(async () => {
    recorder.events.length = 0;
    const before = recorder.lost();
    const { pid, status } = spawnSync('sh', ['-c', `${place === undefined ? '' : `echo $$ > ${place.path}/cgroup.procs; `}exec unshare -m sh -c "$0"`, script], { stdio: 'ignore' });
    await recorder.untilOrLost('its end', before, () => recorder.events.find((e) => e.def.name === 'procexit' && e.tid === pid));
    return { status, events: [...recorder.events] };
  }).finally(() => { recorder.probe.setCgroups(null); });
}

const LAYERS = flags('file_flags', 'FD_UPPER_LAYER', 'FD_LOWER_LAYER');

test('a file of an overlay is told with its layer', { skip }, async (t) => {
  for (const name of ['lower', 'upper', 'work', 'merged']) mkdirSync(join(folder, name));
  for (const name of ['image', 'changed']) writeFileSync(join(folder, 'lower', name), 'as it was\n');
  execFileSync('cp', ['/bin/true', join(folder, 'lower', 'program')]);
  const mount = `cd ${folder} && mount -t tmpfs none upper && mkdir upper/u upper/w && mount -t overlay none -o lowerdir=lower,upperdir=upper/u,workdir=upper/w merged`;
  const { status, events } = await run(`${mount} || exit 77; cat merged/image; echo new >> merged/changed; cat merged/changed; echo x > merged/made; merged/program; cp merged/program merged/copied; merged/copied; cat lower/image`);
  if (status === 77) { t.skip('KERNEL TEST SKIPPED: no overlay can be mounted here'); return; }
  assert.equal(status, 0);
  const layer = (name: string): number[] => events.filter((e) => e.def.symbol === 'SYSCALL_OPENAT_2_X' && e.params['name'] === name && Number(e.params['fd']) >= 0).map((e) => Number(e.params['flags']) & LAYERS);
  const upper = flags('file_flags', 'FD_UPPER_LAYER'), lower = flags('file_flags', 'FD_LOWER_LAYER');
  assert.deepEqual(layer('merged/image'), [lower]);
  assert.deepEqual(layer('merged/changed'), [upper, upper], 'written to, it has been copied up');
  assert.deepEqual(layer('merged/made'), [upper]);
  assert.deepEqual(layer('lower/image'), [0], 'not of the overlay');
  const program = (name: string): number => Number(events.find((e) => e.def.name === 'execve' && e.def.isExit && e.params['exe'] === name && e.params['res'] === 0)?.params['flags']) & ~flags('execve_flags', 'EXE_WRITABLE');
  assert.equal(program('merged/program'), flags('execve_flags', 'EXE_LOWER_LAYER'));
  assert.equal(program('merged/copied'), flags('execve_flags', 'EXE_UPPER_LAYER'));
});

test('a program that is a file in memory is told as such', { skip }, async () => {
  const { facts } = await recorder.make('memfd-exec');
  const runs = recorder.events.filter((e) => e.tid === Number(facts['child']) && e.def.name === 'execveat' && e.def.isExit && e.params['res'] === 0);
  assert.equal(runs.length, 1);
  assert.equal(Number(runs[0]?.params['flags']) & ~flags('execve_flags', 'EXE_WRITABLE'), flags('execve_flags', 'EXE_FROM_MEMFD'));
});
