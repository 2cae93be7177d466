// Docker's engine for real: what is there, what comes and goes, and an engine that does not answer.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { runContainer, whyNoDocker } from '../../../tests/e2e/docker.ts';
import type { ContainerInfo } from '../../engine/state/model.ts';
import { until } from '../agentSupport.test.ts';
import { CgroupResolver } from '../cgroups.ts';
import { DockerClient } from './docker.ts';
import { dockerSocket } from './sockets.ts';
import { EngineWatcher } from './watcher.ts';
import { readSmall } from '../procScan.ts';
import { parseCgroups } from '../procText.ts';
import { HostResources, ResourceReader } from '../resources.ts';

const reason = whyNoDocker();
const skip = reason === undefined ? false : `SKIPPED: ${reason}`;

test('containers are listed, followed and looked up', { skip, timeout: 180_000 }, async (t) => {
  const before = runContainer({ name: `d-before-${process.pid}`, project: 'd-shop', service: 'one' });
  t.after(() => { before.remove(); });
  const known = new Map<string, ContainerInfo>();
  const removed: string[] = [];
  const states: (string | undefined)[] = [];
  const watcher = new EngineWatcher(new DockerClient(dockerSocket()), { onContainer: ({ info }) => { known.set(info.id, info); }, onRemoved: (id) => { removed.push(id); }, onState: (error) => { states.push(error); } });
  t.after(() => { watcher.stop(); });
  await watcher.start();
  assert.deepEqual(states, [undefined]);
  const first = known.get(before.id.slice(0, 12));
  assert.deepEqual([first?.name, first?.image, first?.type, first?.status, first?.labels['com.docker.compose.service'], first?.fullId], [before.name, 'porthole-test-busybox', 'docker', 'running', 'one', before.id]);

  const later = runContainer({ name: `d-later-${process.pid}` });
  t.after(() => { later.remove(); });
  const id = later.id.slice(0, 12);
  await until(() => known.get(id)?.status, (status) => status === 'running', 20);
  assert.equal(known.get(id)?.name, later.name);
  later.remove();
  await until(() => removed.includes(id), Boolean);
  assert.ok(removed.includes(id));
  known.delete(first?.id ?? '');
  assert.equal(await watcher.lookup(before.id.slice(0, 12), true), true);
  assert.ok((known.get(before.id.slice(0, 12))?.createdSeconds ?? 0) > 1.6e9);
  assert.equal(await watcher.lookup('0123456789ab'), false);
});

test('CPU and memory of a container come out of its cgroup', { skip, timeout: 180_000 }, async (t) => {
  const busy = runContainer({ name: `d-busy-${process.pid}`, command: ['sh', '-c', 'while :; do :; done'] });
  t.after(() => { busy.remove(); });
  const pids = readSmall(`/proc/self/status`) ?? '';
  assert.notEqual(pids, '');
  const { execFileSync } = await import('node:child_process');
  const pid = execFileSync('docker', ['inspect', '-f', '{{.State.Pid}}', busy.name], { encoding: 'utf8' }).trim();
  const cgroups = parseCgroups(readSmall(`/proc/${pid}/cgroup`) ?? '');
  const resolver = new CgroupResolver();
  const reader = new ResourceReader(resolver.mounts);
  // What it used is counted between two looks, which on a busy machine lie further apart than the clock is told.
  const first = performance.now();
  reader.read('x', cgroups, 0);
  const begun = performance.now();
  await new Promise((resolve) => { setTimeout(resolve, 1000); });
  const tookMs = performance.now() - begun;
  const figures = reader.read('x', cgroups, tookMs);
  const mostPercent = 110 * (performance.now() - first) / tookMs;
  assert.ok(figures.cpuPercent > 1 && figures.cpuPercent <= mostPercent, `${figures.cpuPercent} % of ${mostPercent} %`);
  assert.ok(figures.memoryBytes > 10_000 && figures.memoryBytes < 50e6, `${figures.memoryBytes} bytes`);
  const host = new HostResources();
  assert.equal(host.read().cpuPercent, -1);
  assert.ok(host.read().memoryLimitBytes > 1e8);
});

test('an engine that does not answer is said so, and asked again', { timeout: 180_000 }, async (t) => {
  const states: (string | undefined)[] = [];
  const watcher = new EngineWatcher(new DockerClient('/nowhere/docker.sock'), { onContainer: () => undefined, onRemoved: () => undefined, onState: (error) => { states.push(error); } });
  t.after(() => { watcher.stop(); });
  await watcher.start();
  assert.match(states[0] ?? '', /ENOENT/);
  await watcher.lookup('0123456789ab');
  const again = setInterval(() => undefined, 100);
  t.after(() => { clearInterval(again); });
  await until(() => states.length, (n) => n >= 2);
  assert.ok(states.length >= 2);
});

test('what was removed while the engine was away, or while it was being asked about, does not stay', { timeout: 180_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'porthole-engine-'));
  const [stays, goes, brief] = ['a', 'b', 'c'].map((c) => c.repeat(64)) as [string, string, string];
  let list = [stays, goes];
  let events: ServerResponse | undefined;
  let answerBrief: (() => void) | undefined;
  const inspected = (id: string): string => JSON.stringify({ Id: id, Name: `/${id.slice(0, 3)}`, Image: '', Created: '', Config: { Image: 'x', Labels: {} }, HostConfig: {}, NetworkSettings: {}, State: { Status: 'running' }, Mounts: [] });
  const engine = createServer((request, response) => {
    const path = request.url ?? '';
    if (path.startsWith('/events')) { events = response; response.writeHead(200); response.flushHeaders(); return; }
    if (path.startsWith('/containers/json')) { response.end(JSON.stringify(list.map((id) => ({ Id: id, Names: ['/x'], Image: 'x', ImageID: '', Labels: {}, Mounts: [], State: 'exited', Created: 1 })))); return; }
    const id = /[abc]{12,64}/.exec(path)?.[0] ?? '';
    if (id[0] === 'c') answerBrief = () => { response.end(inspected(brief)); }; else response.end(inspected(id));
  });
  await new Promise<void>((resolve) => { engine.listen(join(folder, 's'), resolve); });
  const known = new Set<string>(), states: (string | undefined)[] = [];
  const watcher = new EngineWatcher(new DockerClient(join(folder, 's')), { onContainer: ({ info }) => { known.add(info.id[0] ?? ''); }, onRemoved: (id) => { known.delete(id[0] ?? ''); }, onState: (error) => { states.push(error); } });
  t.after(() => { watcher.stop(); engine.closeAllConnections(); engine.close(); rmSync(folder, { recursive: true, force: true }); });
  await watcher.start();
  assert.deepEqual([...known], ['a', 'b']);
  events?.write(`${JSON.stringify({ Action: 'start', Actor: { ID: brief } })}\n`);
  await until(() => answerBrief, (answer) => answer !== undefined, 10);
  events?.write(`${JSON.stringify({ Action: 'destroy', Actor: { ID: brief } })}\n`);
  await new Promise((resolve) => { setTimeout(resolve, 50); });
  answerBrief?.();
  await new Promise((resolve) => { setTimeout(resolve, 50); });
  assert.deepEqual([...known], ['a', 'b']);
  list = [stays];
  events?.destroy();
  await until(() => states.length, (n) => n >= 3, 20);
  assert.deepEqual([...known], ['a']);
});
