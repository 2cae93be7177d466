// Where engines are looked for: real sockets, and what the environment says.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { changeOf } from './docker.ts';
import { cgroupOf } from './containerd.ts';
import { lines } from './json.ts';
import { changeOf as podmanChange } from './podman.ts';
import { dockerSocket, findSockets } from './sockets.ts';

test('a socket that the environment names is looked for even where it is not there', () => {
  const found = findSockets({ DOCKER_HOST: 'unix:///nowhere/docker.sock', CONTAINERD_ADDRESS: '/nowhere/containerd.sock', CONTAINER_RUNTIME_ENDPOINT: 'unix:///nowhere/crio.sock', CONTAINER_HOST: 'ssh://elsewhere/podman.sock' }).filter(({ path }) => path.startsWith('/nowhere'));
  assert.deepEqual(found, [{ kind: 'docker', path: '/nowhere/docker.sock', named: true }, { kind: 'containerd', path: '/nowhere/containerd.sock', named: true }, { kind: 'cri', path: '/nowhere/crio.sock', named: true }]);
  assert.equal(dockerSocket({ DOCKER_HOST: 'unix:///nowhere/docker.sock' }), '/nowhere/docker.sock');
  assert.equal(dockerSocket({ DOCKER_HOST: 'tcp://1.2.3.4:2375' }), '/var/run/docker.sock');
});

test('Podman under Docker\'s name is Podman', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'porthole-sockets-'));
  t.after(() => { rmSync(folder, { recursive: true, force: true }); });
  mkdirSync(join(folder, 'podman'));
  const server = createServer();
  await new Promise<void>((resolve) => { server.listen(join(folder, 'podman/podman.sock'), resolve); });
  t.after(() => { server.close(); });
  symlinkSync('podman/podman.sock', join(folder, 'docker.sock'));
  assert.deepEqual(findSockets({ DOCKER_HOST: `unix://${folder}/docker.sock`, CONTAINER_HOST: `unix://${folder}/podman/podman.sock` }).filter(({ path }) => path.startsWith(folder)), [{ kind: 'podman', path: join(folder, 'docker.sock'), named: true }]);
});

test('what messages say, and those that say nothing', () => {
  const id = 'ab'.repeat(32);
  const told = changeOf({ Type: 'container', Action: 'start', Actor: { ID: id, Attributes: { name: 'web', image: 'shop:1', 'com.docker.compose.project': 'shop' } }, time: 17 });
  assert.ok(told?.type === 'changed' && told.told !== undefined);
  assert.deepEqual([told.told.info.id, told.told.info.name, told.told.info.image, told.told.info.status, told.told.info.labels], [id.slice(0, 12), 'web', 'shop:1', 'running', { 'com.docker.compose.project': 'shop' }]);
  assert.deepEqual(changeOf({ Action: 'destroy', Actor: { ID: id } }), { type: 'removed', id });
  assert.equal(changeOf({ Action: 'exec_create: sh', Actor: { ID: id } }), undefined);
  assert.equal(changeOf({ Action: 'start', Actor: { ID: '../../etc' } }), undefined);
  assert.equal(changeOf({}), undefined);
  assert.deepEqual(podmanChange({ Action: 'remove', Actor: { ID: id } }), { type: 'removed', id });
  assert.equal(podmanChange({ Action: 'exec', Actor: { ID: id } }), undefined);
});

test('groups of runtimes, and lines that come in pieces', () => {
  assert.deepEqual(['/default/web', 'kubepods-burstable-pod1.slice:cri-containerd:ab', 'system.slice:nerdctl:web', 'nonsense', ''].map(cgroupOf), ['/default/web', '/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice/cri-containerd-ab.scope', '/system.slice/nerdctl-web.scope', undefined, undefined]);
  const got: string[] = [], take = lines((line) => { got.push(line); });
  const bytes = Buffer.from('{"a":"ü"}\n\n{"b":1}\n{"unfinished"');
  for (const byte of bytes) take(Buffer.of(byte));
  assert.deepEqual(got, ['{"a":"ü"}', '{"b":1}']);
  for (let i = 0; i < 20; i++) take(Buffer.alloc(1 << 17, 120));
  take(Buffer.from('\n{"c":2}\n'));
  assert.equal(got.at(-1), '{"c":2}', 'a line that does not end is given up');
});
