// Children made with CLONE_PARENT, by live records: told of by the creator first, or by themselves.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TimeBase } from '../base/nanos.ts';
import { encodeEvent, type ParamValue } from '../event/encode.ts';
import { EventView } from '../event/eventView.ts';
import { CLONE_CHILD_IN_PIDNS, CLONE_PARENT } from './cloneFlags.ts';
import { SystemState } from './systemState.ts';

const BASE = 1_700_000_000_000_000_000n, FROM_PROBE = 0, FROM_FILE = 0xffff;
const PARENT = 10, CREATOR = 20, CHILD = 30, CLOEXEC = 0x1000;

/** A parent and a child of it that makes another for it; `vtid`: that one's number in its own pid namespace. */
function stage(vtid = CHILD, nr = FROM_PROBE): { state: SystemState; run: (tid: number, symbol: string, params: Readonly<Record<string, ParamValue>>) => void; creatorTells: () => void; childTells: () => void; names: () => unknown } {
  const state = new SystemState(new TimeBase(BASE), { cpus: 1, memoryBytes: 0, maxPid: 0, hostname: '', bootNs: 0n });
  state.pairs = false;
  for (const [tid, ptid, name] of [[PARENT, 1, 'parent'], [CREATOR, PARENT, 'creator']] as const) {
    state.addThread({ tid, pid: tid, ptid, comm: name, exe: name, exepath: `/bin/${name}`, cwd: `/${name}/`, env: [`NAME=${name}`] });
    state.addFd(tid, 3, { kind: 'file', name: `/${name}/file` });
  }
  state.addFd(CREATOR, 4, { kind: 'file', name: '/creator/other' });
  state.addFd(CREATOR, 5, { kind: 'file', name: '/creator/secret', openFlags: CLOEXEC });
  const view = new EventView();
  let clock = 1000;
  const run = (tid: number, symbol: string, params: Readonly<Record<string, ParamValue>>): void => {
    const bytes = encodeEvent(symbol, { ts: BASE + BigInt(clock += 1000), tid, params });
    assert.ok(view.reset(bytes, new DataView(bytes.buffer), 0, 0, nr, bytes.length));
    state.process(view, nr === FROM_FILE ? -1 : clock - 100);
  };
  const flags = CLONE_PARENT | (vtid === CHILD ? 0 : CLONE_CHILD_IN_PIDNS);
  const born = { exe: 'creator', args: [], ptid: PARENT, cwd: '', fdlimit: 1024, comm: 'creator', flags, uid: 0, gid: 0 };
  return {
    state, run,
    creatorTells: () => { run(CREATOR, 'SYSCALL_CLONE_20_X', { ...born, tid: CREATOR, pid: CREATOR, vtid: CREATOR, vpid: CREATOR, res: CHILD }); },
    childTells: () => { run(CHILD, 'SYSCALL_CLONE_20_X', { ...born, tid: CHILD, pid: CHILD, vtid, vpid: vtid, res: 0 }); },
    names: () => [...state.thread(CHILD)?.fds ?? []].map(([fd, info]) => `${fd} ${info.name}`),
  };
}

const CREATORS = ['3 /creator/file', '4 /creator/other', '5 /creator/secret'];

for (const [where, vtid] of [['here', CHILD], ['in a pid namespace', 1]] as const) describe(where, () => {
  for (const [first, order] of [['creator', ['creatorTells', 'childTells']], ['child', ['childTells', 'creatorTells']]] as const) {
    test(`the ${first} tells first`, () => {
      const s = stage(vtid);
      for (const step of order) s[step]();
      const info = s.state.thread(CHILD)?.info;
      assert.deepEqual(s.names(), CREATORS);
      assert.deepEqual([info?.ptid, info?.cwd, info?.exepath, info?.env, info?.vtid], [PARENT, '/creator/', '/bin/creator', ['NAME=creator'], vtid]);
      assert.equal(s.state.thread(PARENT)?.kids, 2, 'the creator and its child');
      assert.equal(s.state.thread(CREATOR)?.kids, 0);
    });
  }

  test('what the child did before its creator told stays done', () => {
    const s = stage(vtid);
    s.childTells();
    assert.deepEqual(s.names(), [], 'nothing rather than the files of its parent');
    s.run(CHILD, 'SYSCALL_CLOSE_X', { res: 0, fd: 4 });
    s.run(CHILD, 'SYSCALL_OPENAT_2_X', { fd: 4, dirfd: -100, name: '/own', flags: 1 });
    s.run(CHILD, 'SYSCALL_CLOSE_X', { res: 0, fd: 3 });
    s.creatorTells();
    assert.deepEqual(s.names(), ['4 /own', '5 /creator/secret']);
  });

  test('a program that the child runs before its creator told does not get what is closed for it', () => {
    const s = stage(vtid);
    s.childTells();
    s.run(CHILD, 'SYSCALL_EXECVE_19_X', { res: 0, exe: '/bin/own', args: [], tid: CHILD, pid: CHILD, ptid: PARENT, comm: 'own', trusted_exepath: '/bin/own', env: ['OWN=1'] });
    s.creatorTells();
    assert.deepEqual(s.names(), CREATORS.slice(0, 2));
    assert.deepEqual([s.state.thread(CHILD)?.info.exepath, s.state.thread(CHILD)?.info.env], ['/bin/own', ['OWN=1']]);
  });
});

test('in a capture the child has what other readers of captures give it', () => {
  const s = stage(CHILD, FROM_FILE);
  s.childTells();
  s.creatorTells();
  assert.deepEqual(s.names(), ['3 /parent/file']);
});
