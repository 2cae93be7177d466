// Who is who under Podman, asked by its own API: root's containers, pods, and a user's, whose containers have no control groups of their own.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { until } from '../../remote-agent/host/agentSupport.test.ts';
import { startPodman, startRootlessPodman, type Podman } from './podman.ts';
import { IMAGE, Stage, whyNot } from './stage.ts';
import { Watch, whyNoProbe } from './watch.ts';

const timeout = 120_000;
const reason = whyNoProbe() ?? whyNot({ podman: 'podman', conmon: 'conmon', runc: 'runc' });
const reasonRootless = reason ?? whyNot({ newuidmap: 'uidmap', useradd: 'passwd', setpriv: 'util-linux' });
const NOT_DOCKER = 'unix:///nowhere/docker.sock';

describe('Podman as root', { skip: reason === undefined ? false : `SKIPPED: ${reason}`, timeout: 4 * timeout }, () => {
  const stage = new Stage();
  let watch: Watch, engine: Podman;
  before(async () => {
    engine = await startPodman(stage);
    watch = await Watch.open({ DOCKER_HOST: NOT_DOCKER, CONTAINER_HOST: `unix://${engine.socket}` });
  });
  after(async () => { await watch?.close(); await stage.close(); });

  it('a container of 50 ms is known from its first event to its last', { timeout }, async () => {
    engine.podman('run', '--rm', '--network', 'none', '--name', 'brief', '--label', 'com.docker.compose.project=sea', '--label', 'com.docker.compose.service=boat', IMAGE, 'sh', '-c', 'mkdir /tmp/p-brief; usleep 50000; mkdir /tmp/p-last');
    const info = await watch.named('brief', (one) => one.status === 'removed');
    assert.ok(info);
    assert.deepEqual([info.image, info.type, info.labels['com.docker.compose.project'], info.labels['com.docker.compose.service']], [IMAGE, 'podman', 'sea', 'boat']);
    await watch.until((one) => one.path === '/tmp/p-last');
    assert.deepEqual(watch.events((one) => one.path === '/tmp/p-brief' || one.path === '/tmp/p-last').map((one) => one.container), [info.id, info.id]);
    assert.deepEqual(watch.strays(info.id), []);
  });

  it('a pod\'s name, a new name, pauses and exec are known; conmon is the host\'s', { timeout }, async () => {
    engine.podman('pod', 'create', '--infra=false', '--share', 'none', '--name', 'fleet');
    const id = engine.podman('run', '-d', '--pod', 'fleet', '--network', 'none', '--name', 'ship', IMAGE, 'sleep', '3600').slice(0, 12);
    const info = await watch.named('ship', (one) => one.status === 'running' && one.pod !== undefined);
    assert.deepEqual([info?.id, info?.pod, info?.image, info?.imageDigest.startsWith('sha256:')], [id, 'fleet', IMAGE, true]);
    engine.podman('exec', 'ship', 'mkdir', '/tmp/p-exec');
    const [made] = await watch.until((one) => one.path === '/tmp/p-exec');
    assert.deepEqual([made?.container, made?.user, made?.group], [id, 'captain', 'crew']);
    engine.podman('pause', 'ship');
    assert.ok(await watch.named('ship', (one) => one.status === 'paused'));
    engine.podman('unpause', 'ship');
    assert.ok(await watch.named('ship', (one) => one.status === 'running'));
    engine.podman('rename', 'ship', 'vessel');
    assert.equal((await watch.named('vessel'))?.id, id);
    const row = await until(() => watch.live.session.tree().find((one) => one.id === id), (one) => one?.processes === 1);
    assert.deepEqual([row?.name, row?.processes, row?.type], ['vessel', 1, 'podman']);
    assert.deepEqual([...watch.live.state.threads()].filter((thread) => thread.info.comm === 'conmon' && thread.info.containerId !== ''), []);
    assert.deepEqual(watch.strays(id), []);
  });

  it('without its service, what runs is still known by its path, and by its name when the service is back', { timeout }, async () => {
    await engine.service.end();
    assert.ok(await until(() => watch.live.session.problems.some((one) => one.code === 'podman'), Boolean), 'that it does not answer is told');
    const id = engine.podman('run', '-d', '--network', 'none', '--name', 'silent', IMAGE, 'sh', '-c', 'mkdir /tmp/p-silent; sleep 3600').slice(0, 12);
    const [made] = await watch.until((one) => one.path === '/tmp/p-silent');
    assert.equal(made?.container, id);
    assert.deepEqual([watch.live.state.container(id)?.type, watch.live.state.container(id)?.fullId.length], ['podman', 64]);
    await engine.again();
    const info = await watch.named('silent', (one) => one.image !== '');
    assert.deepEqual([info?.id, info?.image, info?.status], [id, IMAGE, 'running']);
    assert.ok(!watch.live.session.problems.some((one) => one.code === 'podman'));
  });
});

describe('Podman of a user', { skip: reasonRootless === undefined ? false : `SKIPPED: ${reasonRootless}`, timeout: 4 * timeout }, () => {
  const stage = new Stage();
  let watch: Watch, engine: Podman;
  before(async () => {
    engine = await startRootlessPodman(stage);
    // Nobody names its socket: it is found where users' services listen.
    watch = await Watch.open({ DOCKER_HOST: NOT_DOCKER });
  });
  after(async () => { await watch?.close(); await stage.close(); });

  it('its containers are told apart by namespaces, with the user\'s own name for root', { timeout }, async () => {
    const id = engine.podman('run', '-d', '--network', 'none', '--name', 'dinghy', IMAGE, 'sh', '-c', 'mkdir /tmp/u-first; sleep 3600').slice(0, 12);
    const info = await watch.named('dinghy', (one) => one.status === 'running');
    assert.deepEqual([info?.id, info?.type, info?.image], [id, 'podman', IMAGE]);
    const [made] = await watch.until((one) => one.path === '/tmp/u-first');
    assert.deepEqual([made?.container, made?.user, made?.group], [id, 'captain', 'crew']);
    engine.podman('exec', 'dinghy', 'mkdir', '/tmp/u-exec');
    const [more] = await watch.until((one) => one.path === '/tmp/u-exec');
    assert.equal(more?.container, id);
    engine.podman('rm', '-f', '-t', '0', 'dinghy');
    assert.ok(await watch.named('dinghy', (one) => one.status === 'removed'));
  });

  it('without its service conmon tells of them', { timeout }, async () => {
    await engine.service.end();
    const id = engine.podman('run', '-d', '--network', 'none', '--name', 'raft', IMAGE, 'sh', '-c', 'mkdir /tmp/u-raft; sleep 3600').slice(0, 12);
    const [made] = await watch.until((one) => one.path === '/tmp/u-raft');
    assert.equal(made?.container, id);
    const info = watch.live.state.container(id);
    assert.deepEqual([info?.name, info?.type, info?.image], ['raft', 'podman', '']);
  });
});
