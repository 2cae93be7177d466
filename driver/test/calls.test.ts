// Kernel test: every call that can be made here, from tables, outside and in a control group like a container's; and that none is forgotten.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { SYSCALLS } from '../schema/index.ts';
import { madeCalls, NOT_MADE, SCRIPTS } from './callsAll.ts';
import { places, Scripts } from './callsScript.ts';
import { cannotRun, Recorder } from './recorder.ts';

const skip = cannotRun() ?? false;

let recorder: Recorder, scripts: Scripts;
const all = skip === false ? places() : [undefined];
before(() => { if (skip === false) { recorder = new Recorder(); scripts = new Scripts(recorder); } });
after(async () => {
  if (skip !== false) return;
  recorder.close();
  scripts.close();
  for (const place of all) await place?.remove();
  assert.deepEqual(recorder.faults, []);
});

for (const place of all) {
  for (const script of SCRIPTS) test(`${place?.where ?? 'here'}: ${script.what}`, { skip }, async () => { await scripts.check(script, place); });
}

test('every call of the table is made by a test, or it is said why not', () => {
  const made = madeCalls();
  assert.ok(made.size >= 250, `${String(made.size)} calls`);
  const forgotten = SYSCALLS.filter((call) => call.x64 >= 0 && !made.has(call.name) && !NOT_MADE.has(call.name)).map((call) => call.name);
  assert.deepEqual(forgotten, []);
});

/** Tracepoints of calls whose function has another name than the call (kernel: SYSCALL_DEFINEn in fs/stat.c, kernel/sys.c, fs/read_write.c, fs/namespace.c). */
const RENAMED = new Map([['newstat', 'stat'], ['newlstat', 'lstat'], ['newfstat', 'fstat'], ['newuname', 'uname'], ['sendfile64', 'sendfile'], ['umount', 'umount2']]);

test('every call of this kernel is in the table, with as many arguments as it takes', (t) => {
  let formats = '';
  try {
    formats = execFileSync('unshare', ['-m', 'sh', '-c', 'mount -t tracefs none /sys/kernel/tracing 2>/dev/null; cd /sys/kernel/tracing/events/syscalls && grep -c field: sys_enter_*/format'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch { t.skip('KERNEL TEST SKIPPED: this kernel lists no calls in tracefs, or tracefs cannot be mounted'); return; }
  const lines = formats.trim().split('\n');
  assert.ok(lines.length > 250, formats);
  for (const line of lines) {
    const [, name = '', fields = ''] = /^sys_enter_(\w+)\/format:(\d+)$/.exec(line) ?? assert.fail(line);
    const call = SYSCALLS.find((s) => s.name === (RENAMED.get(name) ?? name));
    assert.ok(call !== undefined && (process.arch !== 'x64' || call.x64 >= 0), `${name} is not in the table`);
    assert.equal(call.args, Number(fields) - 5, `arguments of ${name}`);  // four fields are common to all, one is the number
  }
});
