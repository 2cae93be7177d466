// The tree: containers by their labels, processes, descriptors, and errors of the last ten seconds.
import assert from 'node:assert/strict';
import test from 'node:test';
import { TimeBase } from '../base/nanos.ts';
import { bareContainer } from '../state/containers.ts';
import { SystemState } from '../state/systemState.ts';
import { RecentErrors, containerRows, descriptorRows, processRows } from './tree.ts';

function machine(): SystemState {
  const state = new SystemState(new TimeBase(0n), { cpus: 1, memoryBytes: 0, maxPid: 1, hostname: 'box', bootNs: 0n });
  state.setUsers([{ uid: 33, gid: 33, name: 'www', home: '', shell: '' }]);
  state.setContainer({ ...bareContainer('aaaaaaaaaaaa', 'docker'), name: 'shop-web-1', image: 'web:1', status: 'running', labels: { 'com.docker.compose.project': 'shop', 'com.docker.compose.service': 'web' } });
  state.setContainer({ ...bareContainer('bbbbbbbbbbbb', 'docker'), name: 'old', status: 'removed' });
  state.setContainer({ ...bareContainer('cccccccccccc', 'docker'), name: 'done', status: 'exited' });
  state.addThread({ tid: 1, pid: 1, ptid: 0, comm: 'init', args: [], uid: 0 });
  state.addThread({ tid: 10, pid: 10, ptid: 1, comm: 'nginx', args: ['-g', 'x'], uid: 33, vpid: 1, containerId: 'aaaaaaaaaaaa' });
  state.addThread({ tid: 11, pid: 10, ptid: 1, comm: 'nginx', args: [], uid: 33, flags: 1, containerId: 'aaaaaaaaaaaa' });
  state.addFd(10, 3, { kind: 'file', name: '/etc/passwd' });
  state.addFd(10, 1, { kind: 'pipe', name: '' });
  state.settle();
  return state;
}

test('containers with labels, figures and errors; the host first; removed ones gone', () => {
  const errors = new RecentErrors();
  for (const second of [1, 2, 2, 11]) errors.add('aaaaaaaaaaaa', second * 1e9 + 5);
  const figures = new Map([['aaaaaaaaaaaa', { cpuPercent: 12.5, memoryBytes: 100, memoryLimitBytes: 200 }]]);
  const rows = containerRows(machine(), figures, errors, 11.5e9);
  assert.deepEqual(rows.map((r) => [r.id, r.name, r.status, r.project, r.service, r.processes, r.recentErrors, r.cpuPercent]), [
    ['', 'host', 'running', '', '', 1, 0, -1],
    ['cccccccccccc', 'done', 'exited', '', '', 0, 0, -1],
    ['aaaaaaaaaaaa', 'shop-web-1', 'running', 'shop', 'web', 1, 3, 12.5],
  ]);
  assert.equal(errors.of('aaaaaaaaaaaa', 60e9), 0);
});

test('pods, namespaces, whole ids and labels go with their container; labels are bounded', () => {
  const state = machine(), labels = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`label${String(i).padStart(2, '0')}`, 'x'.repeat(5000)]));
  state.setContainer({ ...bareContainer('dddddddddddd', 'cri-o'), fullId: 'd'.repeat(64), name: 'api', status: 'running', pod: 'api-0', namespace: 'shop', labels });
  const rows = containerRows(state, new Map(), new RecentErrors(), 0), api = rows.find((row) => row.name === 'api'), done = rows.find((row) => row.name === 'done');
  assert.deepEqual([api?.pod, api?.namespace, api?.fullId], ['api-0', 'shop', 'd'.repeat(64)]);
  assert.deepEqual([Object.keys(api?.labels ?? {}).length, api?.labels?.['label00']?.length], [16, 200]);
  assert.deepEqual([done?.pod, done?.namespace, done?.labels], [undefined, undefined, undefined]);
});

test('processes of a container and descriptors of a process', () => {
  const state = machine();
  assert.deepEqual(processRows(state, 'aaaaaaaaaaaa'), [{ pid: 10, ppid: 1, vpid: 1, comm: 'nginx', cmdline: 'nginx -g x', user: 'www', threads: 2, openFds: 2 }]);
  assert.deepEqual(descriptorRows(state, 10), [{ fd: 1, kind: 'pipe', name: '' }, { fd: 3, kind: 'file', name: '/etc/passwd' }]);
  assert.equal(descriptorRows(state, 99), undefined);
});
