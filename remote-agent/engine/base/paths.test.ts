// Tests of joining paths and of telling containers from cgroups.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containerFromJson, containerOfCgroups, containerToJson, bareContainer } from '../state/containers.ts';
import { joinPath } from './paths.ts';

test('joins and normalises', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['/home/u/', '../a/./b//c', '/home/a/b/c'], ['/home/u/', '/etc//passwd', '/etc/passwd'], ['/', '../../x', '/x'], ['/a/', '.', '/a'], ['/a/', '..', '/'],
    ['/a/', 'b/', '/a/b'], ['/a/', '', ''], ['', '/', '/'], ['/a/', '.hidden/..x', '/a/.hidden/..x'], ['/', 'a\u0001b', '/a.b'], ['/', 'ü', '/..'], ['/a/', '/..', '/'],
  ];
  for (const [base, path, want] of cases) assert.equal(joinPath(base, path), want, `${base} + ${path}`);
  assert.equal(joinPath('/', 'x'.repeat(2000)), '/PATH_TOO_LONG');
});

test('finds containers of all engines in cgroups', () => {
  const id = '0123456789abcdef'.repeat(4), short = '0123456789ab';
  const cases: readonly (readonly [string, string | undefined, string?])[] = [
    [`cpu=/docker/${id}\0memory=/docker/${id}\0`, short, 'docker'], [`=/system.slice/docker-${id}.scope\0`, short, 'docker'], [`/system.slice/docker-${id}.scope`, short, 'docker'],
    [`=/machine.slice/libpod-${id}.scope/container\0`, short, 'podman'], [`=/kubepods.slice/kubepods-pod1.slice/cri-containerd-${id}.scope\0`, short, 'containerd'],
    [`=/kubepods/besteffort/pod1/${id}\0`, short, 'docker'], [`=/kubepods.slice/crio-${id}.scope\0`, short, 'cri-o'], ['=/lxc/web/x\0', 'web', 'lxc'],
    [`=/user.slice/user-0.slice\0`, undefined], [`=/docker/${id}x\0`, undefined], [`=/docker/${id.slice(1)}\0`, undefined], ['', undefined],
  ];
  for (const [cgroups, want, type] of cases) {
    const found = containerOfCgroups(cgroups);
    assert.equal(found?.id, want, cgroups);
    if (type !== undefined) assert.equal(found?.type, type, cgroups);
  }
});

test('container events go both ways, and nonsense is refused', () => {
  const info = { ...bareContainer('abc', 'podman'), name: 'n', image: 'i:1', labels: { a: 'b' }, mounts: [{ source: '/s', destination: '/d', mode: '', rw: true, propagation: '' }], ip: '10.0.0.2' };
  const back = containerFromJson(containerToJson(info)) ?? {};
  assert.deepEqual(Object.fromEntries(Object.entries(back).filter(([, value]) => value !== undefined)), info);
  for (const text of ['', '{', '[]', 'null', '{"container":{}}', '{"container":{"id":5}}']) assert.equal(containerFromJson(text), undefined);
});
