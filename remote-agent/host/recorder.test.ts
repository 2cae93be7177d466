// Recordings on the host: they leave room on the disk; what killed agents left is removed, what others made look like it is not touched.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { TimeBase } from '../engine/base/nanos.ts';
import { compileFilter } from '../engine/filter/index.ts';
import { Session } from '../engine/session/session.ts';
import { context, eventBytes, threadInfo } from '../engine/session/sessionSupport.test.ts';
import { SystemState } from '../engine/state/systemState.ts';
import { readMachine } from './procScan.ts';
import { Recorder } from './recorder.ts';

/** No process has it. */
const NO_PID = 2 ** 22 + 7;

function setUp(): { state: SystemState; session: Session } {
  const state = new SystemState(new TimeBase(0n), readMachine());
  return { state, session: new Session({ state, compile: compileFilter, info: { hostname: 'h', kernel: 'k', cpus: 1, live: true, agentVersion: '1' } }) };
}

test('a recording ends before it takes the last of the disk, and what was written stays', async (t) => {
  const parent = mkdtempSync(join(tmpdir(), 'porthole-full-'));
  t.after(() => { rmSync(parent, { recursive: true, force: true }); });
  const { state, session } = setUp();
  const append = (ns: number): void => { session.append(context(state, eventBytes('SYSCALL_STAT_X', ns, 10, [0, '/x']), ns, 0, threadInfo(10, 10, 'x'))); };
  for (const [free, active] of [[0, true], [Infinity, false]] as const) {
    const recorder = new Recorder(state, session, undefined, parent, free);
    const { id } = await recorder.start('');
    append(1);
    append(2);
    const [recording] = recorder.list();
    assert.equal(recording?.active, active);
    assert.equal(recording?.events, active ? 2 : 1);
    if (!active) assert.match(recording?.error ?? '', /are free in .* so the recording was stopped/);
    await recorder.stop(id);
    assert.ok((await recorder.read(id, 0, 1000)).length > 100);
    await recorder.close();
  }
});

test('only private folders of our own are swept', async (t) => {
  const parent = mkdtempSync(join(tmpdir(), 'porthole-sweep-'));
  t.after(() => { rmSync(parent, { recursive: true, force: true }); });
  const make = (name: string, mode: number): string => {
    const path = join(parent, `porthole-recordings-${name}`);
    mkdirSync(path);
    writeFileSync(join(path, 'recording-1.scap'), 'x');
    chmodSync(path, mode);
    return path;
  };
  const left = make(`${NO_PID}-left`, 0o700), open = make(`${NO_PID}-open`, 0o777), running = make(`${process.pid}-runs`, 0o700);
  const elsewhere = mkdtempSync(join(parent, 'elsewhere-'));
  symlinkSync(elsewhere, join(parent, `porthole-recordings-${NO_PID}-link`));

  const { state, session } = setUp();
  const recorder = new Recorder(state, session, undefined, parent);
  await recorder.start('');
  await recorder.close();
  assert.deepEqual([left, open, running, elsewhere, join(parent, `porthole-recordings-${NO_PID}-link`)].map(existsSync), [false, true, true, true, true]);
});
