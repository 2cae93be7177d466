// Recordings' folder: what killed agents left is removed, what others made look like it is not touched.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { TimeBase } from '../engine/base/nanos.ts';
import { compileFilter } from '../engine/filter/index.ts';
import { Session } from '../engine/session/session.ts';
import { SystemState } from '../engine/state/systemState.ts';
import { readMachine } from './procScan.ts';
import { Recorder } from './recorder.ts';

/** No process has it. */
const NO_PID = 2 ** 22 + 7;

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

  const state = new SystemState(new TimeBase(0n), readMachine());
  const session = new Session({ state, compile: compileFilter, info: { hostname: 'h', kernel: 'k', cpus: 1, live: true, agentVersion: '1' } });
  const recorder = new Recorder(state, session, undefined, parent);
  await recorder.start('');
  await recorder.close();
  assert.deepEqual([left, open, running, elsewhere, join(parent, `porthole-recordings-${NO_PID}-link`)].map(existsSync), [false, true, true, true, true]);
});
