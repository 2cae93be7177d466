// Containers that only their processes tell of: there while they run, gone after, back when they start again.
import assert from 'node:assert/strict';
import test from 'node:test';
import { TimeBase } from '../engine/base/nanos.ts';
import { compileFilter } from '../engine/filter/index.ts';
import { Session } from '../engine/session/session.ts';
import { SystemState } from '../engine/state/systemState.ts';
import { LiveContainers } from './liveContainers.ts';
import { readMachine } from './procScan.ts';

/** No process has them. */
const FIRST_PID = 2 ** 22 + 1;

test('a container that no engine tells of ends with its processes, and few of those that ended are kept', { skip: process.platform === 'linux' ? false : 'SKIPPED: needs /proc' }, () => {
  const state = new SystemState(new TimeBase(0n), readMachine());
  const session = new Session({ state, compile: compileFilter, info: { hostname: 'h', kernel: 'k', cpus: 1, live: true, agentVersion: '1' } });
  const containers = new LiveContainers(state, session, () => undefined);
  containers.stop();
  const idOf = (n: number): string => n.toString(16).padStart(64, '0');
  const start = (n: number): void => { state.addThread({ tid: FIRST_PID + n, pid: FIRST_PID + n, comm: 'x', cgroups: `unified=/machine/libpod-${idOf(n)}.scope` }); };
  const look = (): { id: string; status: string }[] => { containers.follow(performance.now()); return session.tree().filter((c) => c.id !== '').map(({ id, status }) => ({ id, status })); };
  const id = idOf(7).slice(0, 12);
  start(7);
  assert.deepEqual(look(), [{ id, status: 'unknown' }]);
  state.removeThread(FIRST_PID + 7);
  assert.deepEqual(look(), []);
  assert.equal(state.container(id)?.status, 'removed');
  start(7);
  assert.deepEqual(look(), [{ id, status: 'unknown' }]);
  state.removeThread(FIRST_PID + 7);
  for (let n = 100; n < 1300; n++) state.setContainer({ ...state.container(id)!, id: `x${n}`, status: 'unknown' });
  look();
  assert.equal([...state.containers()].length, 1000);
});
