// Who is who under Docker: its engine here, whatever the cgroups of this host are, and others that see cgroup v2 alone, or v1 alone.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parseCgroupMounts } from '../../remote-agent/host/cgroups.ts';
import { until } from '../../remote-agent/host/agentSupport.test.ts';
import { whyNoDocker } from '../e2e/docker.ts';
import { dockerBeside, type DockerBeside } from './dockerBeside.ts';
import { IMAGE, run, Stage, whyNot } from './stage.ts';
import { Watch, whyNoProbe } from './watch.ts';

const timeout = 120_000;
/** `PORTHOLE_LONG=1`: a hundred containers, as on a busy host. */
const MANY = process.env['PORTHOLE_LONG'] === '1' ? 100 : 20;
const cannot = whyNoProbe() ?? whyNot({ docker: 'docker.io' });
const mine = `porthole-id-${process.pid}`;

/** The same on each engine. */
function suite(title: string, reason: string | undefined, start: (stage: Stage) => Promise<string>, kept: (docker: (...args: string[]) => string) => void): void {
  describe(title, { skip: reason === undefined ? false : `SKIPPED: ${reason}`, timeout: 4 * timeout }, () => {
    const stage = new Stage();
    let watch: Watch, host = '';
    const docker = (...args: string[]): string => run('docker', ['-H', host, ...args]);
    const start_ = (name: string, options: readonly string[], ...command: string[]): string => docker('run', '-d', '--network', 'none', '--name', `${mine}-${name}`, ...options, IMAGE, ...command);

    before(async () => {
      host = await start(stage);
      docker('load', '-q', '-i', stage.archive());
      stage.defer(() => { kept(docker); });
      watch = await Watch.open({ DOCKER_HOST: host });
      assert.deepEqual(watch.live.session.problems, []);
      await until(() => watch.live.session.problems.length, (n) => n === 0);
    });
    after(async () => {
      await watch?.close();
      if (host !== '') for (const id of docker('ps', '-aq', '--filter', `name=${mine}`).split('\n').filter(Boolean)) docker('rm', '-f', '-v', id);
      await stage.close();
    });

    it('a container of 50 ms is known from its first event to its last, though it is gone before anybody looks', { timeout }, async () => {
      // The event loop waits until the command has ended: neither the engine nor the events are looked at before.
      const name = `${mine}-brief`;
      docker('run', '--rm', '--network', 'none', '--name', name, '--label', 'com.docker.compose.project=brief', '--label', 'com.docker.compose.service=one', IMAGE, 'sh', '-c', 'mkdir /tmp/brief; usleep 50000; mkdir /tmp/last');
      const info = await watch.named(name, (one) => one.status === 'removed');
      assert.ok(info, 'its name came, and that it is gone');
      assert.deepEqual([info.image, info.imageTag, info.type, info.labels['com.docker.compose.project'], info.labels['com.docker.compose.service']], [IMAGE, '1', 'docker', 'brief', 'one']);
      const last = await watch.until((one) => one.path === '/tmp/last');
      assert.deepEqual([...new Set(watch.events((one) => ['/tmp/brief', '/tmp/last'].includes(one.path)).map((one) => one.container))], [info.id]);
      assert.equal(last[0]?.container, info.id);
      assert.deepEqual(watch.strays(info.id), []);
      // The engine's helper makes the root file system from within the container's group, before there is a program of the container's own.
      const [program] = watch.events((one) => one.container === info.id && one.type === 'execve' && one.comm === 'sh'), mounts = watch.events((one) => one.tid === program?.tid && one.type === 'mount');
      assert.ok(mounts.length > 0, 'what was mounted for it is seen');
      assert.deepEqual([...new Set(mounts.map((one) => one.container))], [info.id], 'and is the container\'s own from the first mount on');
      assert.deepEqual(watch.losses, []);
    });

    it(`${MANY} containers that come and go are each known, and nothing of them stays in the tables`, { timeout: 2 * timeout }, async () => {
      for (let n = 0; n < MANY; n++) docker('run', '--rm', '--network', 'none', '--name', `${mine}-many-${n}`, IMAGE, 'mkdir', `/tmp/many-${n}`);
      const ids = new Set<string>();
      for (let n = 0; n < MANY; n++) {
        const info = await watch.named(`${mine}-many-${n}`, (one) => one.status === 'removed');
        assert.ok(info, `container ${n} is known by name, and as gone`);
        ids.add(info.id);
        await watch.until((one) => one.container === info.id && one.comm === 'mkdir' && one.type === 'procexit');
        const programs = watch.events((one) => one.container === info.id && one.comm === 'mkdir' && one.type === 'execve');
        assert.equal(programs.length, 1, `the one program of container ${n}, ${info.id}; lost: ${JSON.stringify(watch.losses)}`);
        assert.deepEqual(watch.strays(info.id), []);
      }
      assert.equal(ids.size, MANY);
      assert.deepEqual(await until(() => [...watch.live.state.threads()].filter((thread) => ids.has(thread.info.containerId)).map((thread) => thread.info.comm), (left) => left.length === 0), [], 'no thread of theirs is left');
      assert.ok(!watch.live.session.tree().some((row) => ids.has(row.id)), 'none is in the tree');
      assert.deepEqual(watch.losses, []);
    });

    it('pause, rename, restart and exec are followed; users and groups are the container\'s own', { timeout }, async () => {
      const id = start_('life', ['--user', '4242:4343'], 'sleep', '3600').slice(0, 12), name = `${mine}-life`;
      assert.equal((await watch.named(name, (one) => one.status === 'running'))?.id, id);
      docker('pause', name);
      assert.ok(await watch.named(name, (one) => one.status === 'paused'));
      docker('unpause', name);
      assert.ok(await watch.named(name, (one) => one.status === 'running'));
      docker('exec', name, 'mkdir', '/tmp/by-exec');
      const [touched] = await watch.until((one) => one.path === '/tmp/by-exec' && one.comm === 'mkdir');
      assert.deepEqual([touched?.container, touched?.user, touched?.group], [id, 'sailor', 'deck']);
      assert.ok(await until(() => watch.events((one) => one.container === id && one.comm === 'mkdir' && one.type === 'procexit'), (list) => list.length > 0, 20));
      docker('rename', name, `${name}-renamed`);
      assert.equal((await watch.named(`${name}-renamed`))?.id, id);
      const pid = (): number => [...watch.live.state.threads()].find((thread) => thread.info.containerId === id && thread.info.comm === 'sleep')?.info.pid ?? 0;
      const first = await until(pid, (n) => n > 0);
      docker('restart', '-t', '0', `${name}-renamed`);
      const second = await until(pid, (n) => n > 0 && n !== first);
      assert.ok(second > 0 && second !== first, 'its new process is in the same container');
      assert.ok(await watch.named(`${name}-renamed`, (one) => one.status === 'running'));
      assert.deepEqual(watch.strays(id), []);
      docker('rm', '-f', `${name}-renamed`);
      assert.ok(await watch.named(`${name}-renamed`, (one) => one.status === 'removed'));
    });

    it('nested paths: as a kubelet makes them, and groups within the container\'s own', { timeout }, async () => {
      const id = start_('nested', ['--cgroup-parent', `/${mine}-kubepods/burstable/pod11112222-3333`], 'sleep', '3600');
      stage.ownCgroups(`${mine}-kubepods`);
      assert.equal((await watch.named(`${mine}-nested`))?.id, id.slice(0, 12));
      const pid = docker('inspect', '-f', '{{.State.Pid}}', id);
      const cgroup = readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n').find((line) => line.startsWith('0::'))?.slice(3) ?? '';
      assert.match(cgroup, /kubepods\/burstable\/pod11112222-3333\/[0-9a-f]{64}$/);
      const { unified } = parseCgroupMounts(readFileSync('/proc/self/mountinfo', 'utf8'));
      const inner = join(unified, cgroup, 'inner.scope');
      mkdirSync(inner);
      writeFileSync(join(inner, 'cgroup.procs'), pid);
      docker('exec', id, 'mkdir', '/tmp/outer');
      const [outer] = await watch.until((one) => one.path === '/tmp/outer' && one.comm === 'mkdir');
      assert.equal(outer?.container, id.slice(0, 12));
      const moved = `${mine}-moved`;
      run('sh', ['-c', `echo $$ > ${inner}/cgroup.procs && mkdir /tmp/${moved} && rmdir /tmp/${moved}`]);
      const [inside] = await watch.until((one) => one.path === `/tmp/${moved}`);
      assert.equal(inside?.container, id.slice(0, 12), 'what runs in a group within the container\'s is in the container');
      docker('rm', '-f', id);
    });
  });
}

suite('Docker on this host', cannot ?? whyNoDocker(), () => Promise.resolve('unix:///var/run/docker.sock'), (docker) => { docker('image', 'rm', IMAGE); });
const cannotBeside = cannot ?? whyNot({ dockerd: 'docker.io', unshare: 'util-linux', ip: 'iproute2' });
suite('Docker with cgroup v2 alone', cannotBeside, async (stage) => (await dockerBeside(stage, 'v2')).host, () => undefined);

describe('Docker with cgroup v1 alone', { skip: cannotBeside === undefined && existsSync('/sys/fs/cgroup/memory') && existsSync('/sys/fs/cgroup/unified') ? false : `SKIPPED: ${cannotBeside ?? 'this host has no cgroup v1 hierarchies beside v2'}`, timeout: 4 * timeout }, () => {
  const stage = new Stage();
  let watch: Watch, engine: DockerBeside;
  const docker = (...args: string[]): string => run('docker', ['-H', engine.host, ...args]);
  before(async () => {
    engine = await dockerBeside(stage, 'v1');
    docker('load', '-q', '-i', stage.archive());
    watch = await Watch.open({ DOCKER_HOST: engine.host });
  });
  after(async () => {
    await watch?.close();
    if (engine !== undefined) for (const id of docker('ps', '-aq').split('\n').filter(Boolean)) docker('rm', '-f', '-v', id);
    await stage.close();
  });

  it('a container of 50 ms is known from its first program to its last call, in a v2 group that it shares with the host', { timeout }, async () => {
    docker('run', '--rm', '--network', 'none', '--name', 'old', IMAGE, 'sh', '-c', 'mkdir /tmp/v1-first; (mkdir /tmp/v1-child); usleep 50000; mkdir /tmp/v1-last');
    const info = await watch.named('old', (one) => one.status === 'removed');
    assert.ok(info);
    await watch.until((one) => one.path === '/tmp/v1-last');
    assert.deepEqual(watch.events((one) => one.path.startsWith('/tmp/v1-')).map((one) => one.container), [info.id, info.id, info.id]);
    assert.deepEqual(watch.strays(info.id), []);
    assert.deepEqual(watch.events((one) => one.comm === 'dockerd' && one.container !== ''), [], 'the engine itself is the host\'s');
  });

  it('the engine is restarted, and its containers are known again', { timeout }, async () => {
    const stays = docker('run', '-d', '--network', 'none', '--name', 'stays', IMAGE, 'sleep', '3600').slice(0, 12);
    assert.ok(await watch.named('stays', (one) => one.status === 'running'));
    await engine.daemon.end();
    assert.ok(await until(() => watch.live.session.problems.some((one) => one.code === 'docker'), Boolean), 'that it does not answer is told');
    await engine.again();
    // The engine does not keep containers alive over its own end: this one has exited, and starts again.
    assert.equal((await watch.named('stays', (one) => one.status === 'exited'))?.id, stays);
    assert.ok(await until(() => !watch.live.session.problems.some((one) => one.code === 'docker'), Boolean), 'and that it answers again');
    docker('start', 'stays');
    assert.ok(await watch.named('stays', (one) => one.status === 'running'));
    docker('exec', 'stays', 'mkdir', '/tmp/v1-after');
    const [made] = await watch.until((one) => one.path === '/tmp/v1-after');
    assert.equal(made?.container, stays);
  });
});

describe('where no engine answers', { skip: cannot ?? whyNoDocker() ?? false, timeout }, () => {
  it('a container shows by what its control group tells, and that nothing more is known', async () => {
    const stage = new Stage();
    let watch: Watch | undefined;
    try {
      run('docker', ['load', '-q', '-i', stage.archive()]);
      stage.defer(() => { run('docker', ['image', 'rm', IMAGE]); });
      watch = await Watch.open({ DOCKER_HOST: 'unix:///nowhere/docker.sock' });
      assert.deepEqual(watch.live.session.problems.map((one) => one.code), ['docker']);
      assert.match(watch.live.session.problems[0]?.message ?? '', /\/nowhere\/docker\.sock/);
      const id = run('docker', ['run', '-d', '--network', 'none', '--name', `${mine}-untold`, IMAGE, 'sleep', '3600']).slice(0, 12);
      stage.defer(() => { run('docker', ['rm', '-f', id]); });
      const row = await until(() => watch?.live.session.tree().find((one) => one.id === id), (one) => one !== undefined);
      assert.deepEqual([row?.name, row?.type, row?.image, row?.status, row?.processes], [id, 'docker', '', 'unknown', 1], `lost: ${JSON.stringify(watch.losses)}`);
      run('docker', ['rm', '-f', id]);
      assert.equal(await until(() => watch?.live.session.tree().find((one) => one.id === id), (one) => one === undefined), undefined);
    } finally { await watch?.close(); await stage.close(); }
  });
});
