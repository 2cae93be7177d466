// Containers that a control group's path does not name: by engines' words, by groups within a container's own, by supervisors.
import assert from 'node:assert/strict';
import test from 'node:test';
import { TimeBase } from '../engine/base/nanos.ts';
import type { ThreadInfo } from '../engine/state/model.ts';
import { SystemState, type ThreadSeed } from '../engine/state/systemState.ts';
import { Places } from './places.ts';
import { supervisorOf } from './supervisors.ts';

const ID = 'ab'.repeat(32), SHORT = ID.slice(0, 12);

function host(): { state: SystemState; places: Places; add: (seed: Partial<ThreadSeed> & { tid: number }) => ThreadInfo } {
  const state = new SystemState(new TimeBase(0n), { cpus: 1, memoryBytes: 1, maxPid: 1, hostname: '', bootNs: 0n });
  const places = new Places(state);
  state.containerElsewhere = (thread, parent) => places.of(thread, parent);
  const add = (seed: Partial<ThreadSeed> & { tid: number }): ThreadInfo => {
    state.addThread({ pid: seed.tid, cgroups: 'memory=/\0unified=/', ...seed });
    const info = state.thread(seed.tid)?.info;
    assert.ok(info);
    return info;
  };
  return { state, places, add };
}

test('supervisors tell of their containers on their command lines', () => {
  const { add } = host();
  const of = (exepath: string, ...args: string[]): unknown => { const info = supervisorOf(add({ tid: 10, exepath, args })); return info === undefined ? undefined : [info.type, info.id, info.name]; };
  assert.deepEqual(of('/usr/bin/conmon', '--api-version', '1', '-c', ID, '-u', ID, '-n', 'web', '--exit-command', '/usr/bin/podman'), ['podman', SHORT, 'web']);
  assert.deepEqual(of('/usr/libexec/crio/conmon', '-b', '/run', '-c', ID, '-n', 'k8s_web'), ['cri-o', SHORT, 'k8s_web']);
  assert.deepEqual(of('/usr/bin/containerd-shim-runc-v2', '-namespace', 'default', '-id', 'web', '-address', '/run/x'), ['containerd', 'default/web', 'web']);
  assert.deepEqual(of('/usr/bin/containerd-shim-runc-v2', '-namespace', 'moby', '-id', ID), ['docker', SHORT, '']);
  for (const args of [['-c', 'short'], ['-c'], []]) assert.equal(of('/usr/bin/conmon', ...args), undefined);
  assert.equal(of('/usr/bin/containerd-shim-runc-v2', '-id'), undefined);
  assert.equal(of('/bin/sh', '-c', ID), undefined, 'others have such options too');
});

test('a thread below a supervisor is in its container when it is in another group, or in a namespace of its own', () => {
  const { state, add } = host();
  add({ tid: 10, exepath: '/usr/bin/containerd-shim-runc-v2', args: ['-namespace', 'default', '-id', 'web'], cgroups: 'unified=/system.slice/containerd.service' });
  assert.equal(add({ tid: 11, ptid: 10, exepath: '/usr/sbin/runc', cgroups: 'unified=/system.slice/containerd.service' }).containerId, '', 'the runtime itself');
  assert.equal(add({ tid: 12, ptid: 11, cgroups: 'unified=/default/web' }).containerId, 'default/web');
  assert.equal(state.container('default/web')?.type, 'containerd');
  assert.equal(add({ tid: 13, ptid: 1, cgroups: 'unified=/default/web/inner' }).containerId, 'default/web', 'the path is known from now on, and what is below it');
  add({ tid: 20, exepath: '/usr/bin/conmon', args: ['-c', ID, '-n', 'raft', 'podman'] });
  assert.equal(add({ tid: 21, ptid: 20, exepath: '/usr/bin/runc' }).containerId, '');
  assert.equal(add({ tid: 22, ptid: 21, vtid: 1, vpid: 1 }).containerId, SHORT);
  assert.equal(add({ tid: 23, ptid: 22, vtid: 2, vpid: 2 }).containerId, SHORT, 'its children are where it is');
  assert.equal(add({ tid: 24, ptid: 1, vtid: 2, vpid: 2 }).containerId, '', 'a namespace alone is no container');
});

test('what engines say of groups and first processes', () => {
  const { state, places, add } = host();
  assert.equal(places.tell('team/job', 'containerd', '/team/job', 0), true);
  assert.equal(places.tell('team/job', 'containerd', '/team/job', 0), false, 'no news');
  assert.equal(add({ tid: 30, cgroups: 'memory=/team/job\0unified=/team/job' }).containerId, 'team/job');
  assert.equal(places.tells('team/job', 'unified=/team/job'), true);
  // Podman says of a user's container the group that it happens to be in, which is everybody's.
  assert.equal(places.tell(SHORT, 'podman', '/user.slice', 0), false);
  assert.equal(add({ tid: 31, cgroups: 'unified=/user.slice' }).containerId, '');
  assert.equal(places.tell(SHORT, 'podman', '/', 0), false);
  add({ tid: 32 });
  assert.equal(places.tell(SHORT, 'podman', undefined, 32), true);
  assert.deepEqual(places.of(state.thread(32)?.info ?? {}, undefined), { id: SHORT, type: 'podman' });
  assert.equal(places.tells(SHORT, 'memory=/\0unified=/'), false, 'the figures of a shared group are not its own');
  places.forget('team/job');
  assert.equal(add({ tid: 33, cgroups: 'unified=/team/job' }).containerId, '');
});

test('groups within a container\'s own are the container\'s; those of its supervisor are not', () => {
  const { add } = host();
  const container = (cgroups: string): string => add({ tid: 40, cgroups }).containerId;
  assert.equal(container(`unified=/docker/${ID}/init.scope`), SHORT);
  assert.equal(container(`memory=/kubepods/burstable/pod1/${ID}\0unified=/kubepods/burstable/pod1/${ID}/a/b`), SHORT);
  assert.equal(container(`unified=/machine.slice/libpod-${ID}.scope/container/deep`), SHORT);
  assert.equal(container(`unified=/machine.slice/libpod-conmon-${ID}.scope`), '');
  assert.equal(container(`unified=/system.slice/ssh.service`), '');
});
