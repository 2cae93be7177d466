// Who is who under containerd, asked by its own API, and under its Kubernetes interface (CRI) with pods that the test makes as a kubelet does.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { until } from '../../remote-agent/host/agentSupport.test.ts';
import { GrpcChannel } from '../../remote-agent/host/engines/grpc.ts';
import { IMAGE, run, Stage, whyNot } from './stage.ts';
import { Watch, whyNoProbe } from './watch.ts';

const timeout = 120_000;
const reason = whyNoProbe() ?? whyNot({ containerd: 'containerd', ctr: 'containerd', runc: 'runc' });
const NODE = 2;

function configuration(stage: Stage, socket: string): string {
  return `version = 2
root = "${stage.path('root')}"
state = "${stage.path('state')}"
[grpc]
  address = "${socket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${IMAGE}"
  disable_apparmor = true
  disable_hugetlb_controller = true
  disable_tcp_service = true
  restrict_oom_score_adj = true
`;
}

describe('containerd', { skip: reason === undefined ? false : `SKIPPED: ${reason}`, timeout: 4 * timeout }, () => {
  const stage = new Stage(), pods = `/porthole-id-${process.pid}-kubepods`, names = `porthole-id-${process.pid}`;
  let watch: Watch, cri: GrpcChannel, socket = '';
  const ctr = (...args: string[]): string => run('ctr', ['-a', socket, '-n', names, ...args]);
  const asked = (method: string, request: Parameters<GrpcChannel['call']>[1]): ReturnType<GrpcChannel['call']> => cri.call(`/runtime.v1.RuntimeService/${method}`, request);

  before(async () => {
    socket = stage.path('containerd.sock');
    const file = stage.write('config.toml', configuration(stage, socket));
    await stage.daemon('containerd', 'containerd', ['--config', file], () => existsSync(socket));
    stage.ownCgroups(names);
    stage.ownCgroups(pods.slice(1));
    ctr('images', 'import', stage.archive());
    run('ctr', ['-a', socket, '-n', 'k8s.io', 'images', 'import', stage.archive()]);
    cri = new GrpcChannel(socket);
    watch = await Watch.open({ DOCKER_HOST: 'unix:///nowhere/docker.sock', CONTAINERD_ADDRESS: socket, CONTAINER_RUNTIME_ENDPOINT: `unix://${socket}` });
  });
  after(async () => { await watch?.close(); await stage.close(); cri?.close(); });

  it('a container that has a name and no id is known from its first event to its last', { timeout }, async () => {
    ctr('run', '--rm', '--label', 'ours=yes', IMAGE, 'brief', 'sh', '-c', 'mkdir /c-brief; usleep 50000; mkdir /c-last');
    const info = await watch.named('brief', (one) => one.status === 'removed');
    assert.ok(info);
    assert.deepEqual([info.id, info.type, info.image, info.namespace], [`${names}/brief`, 'containerd', IMAGE, names]);
    await watch.until((one) => one.path === '/c-last');
    assert.deepEqual(watch.events((one) => one.path === '/c-brief' || one.path === '/c-last').map((one) => one.container), [info.id, info.id]);
    assert.deepEqual(watch.strays(info.id), []);
  });

  it('state, labels and exec are followed', { timeout }, async () => {
    ctr('run', '-d', '--label', 'ours=yes', IMAGE, 'lasting', 'sleep', '3600');
    stage.defer(() => { try { ctr('task', 'kill', '-s', '9', 'lasting'); } catch { /* it has ended */ } });
    const info = await watch.named('lasting', (one) => one.status === 'running');
    assert.deepEqual([info?.id, info?.labels['ours'], info?.imageDigest.startsWith('sha256:')], [`${names}/lasting`, 'yes', true]);
    ctr('task', 'exec', '--exec-id', 'more', 'lasting', 'mkdir', '/c-exec');
    const [made] = await watch.until((one) => one.path === '/c-exec');
    assert.deepEqual([made?.container, made?.user], [`${names}/lasting`, 'captain']);
    ctr('task', 'pause', 'lasting');
    assert.ok(await watch.named('lasting', (one) => one.status === 'paused'));
    ctr('task', 'resume', 'lasting');
    assert.ok(await watch.named('lasting', (one) => one.status === 'running'));
    const row = watch.live.session.tree().find((one) => one.id === `${names}/lasting`);
    assert.deepEqual([row?.processes, row?.type], [1, 'containerd']);
    ctr('task', 'kill', '-s', '9', 'lasting');
    assert.ok(await watch.named('lasting', (one) => one.status === 'exited'));
    await until(() => { try { ctr('task', 'rm', 'lasting'); } catch { /* not yet */ } try { ctr('container', 'rm', 'lasting'); return true; } catch { return false; } }, Boolean);
    assert.ok(await watch.named('lasting', (one) => one.status === 'removed'));
  });

  it('a container of a pod is known with its pod and namespace', { timeout }, async () => {
    const pod = { 1: { 1: 'harbour', 2: 'aaaa-bbbb', 3: 'coast' }, 6: [{ 1: 'app', 2: 'quay' }], 8: { 1: `${pods}/burstable/podaaaa-bbbb`, 2: { 1: { 1: NODE } } } };
    const podId = (await asked('RunPodSandbox', { 1: pod })).text(1);
    stage.defer(async () => { await asked('StopPodSandbox', { 1: podId }); await asked('RemovePodSandbox', { 1: podId }); });
    const id = (await asked('CreateContainer', { 1: podId, 2: { 1: { 1: 'crane' }, 2: { 1: IMAGE }, 3: ['sh', '-c', 'mkdir /k-first; sleep 3600'] }, 3: pod })).text(1);
    await asked('StartContainer', { 1: id });
    const [made] = await watch.until((one) => one.path === '/k-first');
    assert.equal(made?.container, id.slice(0, 12));
    const info = await watch.named('crane', (one) => one.status === 'running');
    assert.deepEqual([info?.id, info?.fullId, info?.type, info?.image, info?.pod, info?.namespace, info?.sandboxId, info?.sandboxLabels?.['app']], [id.slice(0, 12), id, 'containerd', IMAGE, 'harbour', 'coast', podId, 'quay']);
    assert.equal(info?.labels['io.kubernetes.pod.name'], 'harbour');
    assert.equal((await watch.named('harbour (pod)', (one) => one.status === 'running'))?.id, podId.slice(0, 12));
    assert.deepEqual(watch.strays(id.slice(0, 12)), []);
  });
});
