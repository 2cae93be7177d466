// Kernel test: programs of 32 and 64 bits that run each other.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { cannotRun, Recorder, type Recorded } from './recorder.ts';

const skip = process.arch !== 'x64' ? 'KERNEL TEST SKIPPED: 32-bit programs are known on x86-64 alone' : cannotRun() ?? false;
let recorder: Recorder;
before(() => { if (skip === false) recorder = new Recorder(); });
after(() => { if (skip === false) { recorder.close(); assert.deepEqual(recorder.faults, []); } });

test('a 32-bit program is run, makes calls, and runs a 64-bit one', { skip }, async (t) => {
  const program = join(recorder.folder, 'calls32');
  try {
    execFileSync('cc', ['-m32', '-O1', '-nostdlib', '-static', '-fno-pie', '-no-pie', '-fno-stack-protector', '-o', program, fileURLToPath(new URL('calls32.c', import.meta.url))], { stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) { t.skip(`KERNEL TEST SKIPPED: no 32-bit program can be made here: ${String(error)}`); return; }
  const { pid, status, error } = spawnSync(program, ['one'], { env: { WIDTH: '32' } });
  if (error !== undefined || status === null) { t.skip(`KERNEL TEST SKIPPED: this kernel runs no 32-bit programs: ${String(error)}`); return; }
  assert.equal(status, 0);
  await recorder.until('its end', () => recorder.events.find((e) => e.def.name === 'procexit' && e.tid === pid));
  const own = recorder.events.filter((e) => e.tid === pid && e.def.isExit);
  const last = (name: string, res: number): Recorded => own.findLast((e) => e.def.name === name && (e.params['res'] ?? e.params['fd']) === res) ?? assert.fail(`no ${name} = ${String(res)} among ${own.map((e) => e.def.name).join(' ')}`);
  const execs = own.filter((e) => e.def.name === 'execve' && e.params['res'] === 0);
  assert.deepEqual(execs.map((e) => [e.params['exe'], e.params['args'], e.params['env'], e.params['filename']]), [[program, 'one\0', 'WIDTH=32\0', program], ['/bin/true', 'from 32\0', 'WIDTH=64\0', '/bin/true']]);
  for (const exec of execs) assert.ok(exec.start > 0n && exec.start <= exec.ts, 'with the start of its call');
  const failed = last('execve', -2);
  assert.deepEqual([failed.params['exe'], failed.params['args'], failed.params['env'], failed.params['filename']], ['/bin/true', 'from 32\0', 'WIDTH=64\0', '/no/such']);
  assert.equal(own.find((e) => e.def.symbol === 'SYSCALL_OPEN_X' && e.params['name'] === '/etc/hostname')?.params['fd'], 3);
  const asked = recorder.events.filter((e) => e.tid === pid && e.def.symbol === 'SYSCALL_EXECVE_19_E').map((e) => e.params['filename']);
  assert.deepEqual(asked.slice(-2), ['/no/such', '/bin/true']);
});
