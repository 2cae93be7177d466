// The agent live on this host: needs root, a kernel that takes the probe, Docker and busybox.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import test from 'node:test';
import { makeImage, runContainer, whyNoDocker } from '../../tests/e2e/docker.ts';
import { viewportOf } from '../engine/session/timeline.ts';
import { unpackNumbers } from '../protocol/packing.ts';
import { ChiselPrinted, DeleteRecording, GetDescriptors, GetEvent, GetEvents, GetLanes, GetProcesses, GetStatus, GetTree, GetViewport, ReadRecording, RecordingChanged, RunChisel, StartRecording, StopRecording, type ContainerNode, type EventRowMessage } from '../protocol/messages.ts';
import { loadAddon, ProbeProblem } from './addon.ts';
import { startAgent, statusWhen, until, type TestAgent } from './agentSupport.test.ts';
import { openBytes } from './fileSource.ts';
import { openLive } from './liveSource.ts';

function whyNot(): string | false {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'SKIPPED: needs root on Linux';
  try { loadAddon(); } catch (error) { return `SKIPPED: ${error instanceof ProbeProblem ? error.message : String(error)}`; }
  const docker = whyNoDocker();
  return docker === undefined ? false : `SKIPPED: ${docker}`;
}
// What a busy host makes is no part of what is tested: nothing is left out to spare it.
process.env['PORTHOLE_SPARE'] = '0';
const skip = whyNot();
const NEWEST = { startNs: 0, endNs: 1e18, fromRow: -1, direction: 'backward' as const };

/** Each test of this file may take so long on a machine that has no time for it. */
const timeout = 300_000;
/** What passes a filter, as soon as something does. `again` makes it happen once more: of a busy host's events some may be lost. */
async function find(agent: TestAgent, filter: string, again?: () => void): Promise<readonly EventRowMessage[]> {
  let asked = 0;
  return await until(async () => {
    if (asked++ % 20 === 19) again?.();
    return (await agent.connection.sendRequest(GetEvents, { ...NEWEST, filter, count: 50 })).rows;
  }, (rows) => rows.length > 0, 100);
}

test('a container that starts shows with name and image, and what happens in it is found', { skip, timeout }, async (t) => {
  makeImage();
  const agent = startAgent([]);
  t.after(() => { agent.child.kill('SIGKILL'); });
  const { connection } = agent;
  const hello = await agent.hello();
  assert.deepEqual(hello.problems, []);
  assert.equal(hello.live, true);
  const mine = (await connection.sendRequest(GetProcesses, { containerId: '' })).find((p) => p.pid === process.pid);
  assert.ok(mine, 'the process of this test was there before the agent and is in the tree');
  assert.ok((await connection.sendRequest(GetDescriptors, { pid: process.pid })).some((d) => d.kind === 'pipe'));

  await statusWhen(connection, (s) => s.eventsPerSecond > 0);

  const name = `d-agent-test-${process.pid}`;
  const container = runContainer({ name, project: 'd-project', service: 'd-service' });
  t.after(() => { container.remove(); });
  const shown = (list: readonly ContainerNode[]): ContainerNode | undefined => list.find((c) => c.id === container.id.slice(0, 12));
  const node = shown(await until(async () => (await connection.sendRequest(GetTree)).containers, (list) => shown(list)?.name === name && (shown(list)?.processes ?? 0) > 0, 20));
  assert.deepEqual([node?.name, node?.image, node?.status, node?.project, node?.service], [name, 'porthole-test-busybox', 'running', 'd-project', 'd-service']);

  const file = `/tmp/porthole-unique-${process.pid}`;
  const act = (): void => { container.exec('sh', '-c', `echo hello > ${file}; cat ${file} /nowhere; true`); };
  act();
  const rows = await find(agent, `fd.name=${file} and evt.type in (open, openat) and proc.name=cat`, act);
  const read = rows.find((r) => r.comm === 'cat');
  assert.ok(read, `opens found: ${rows.map((r) => `${r.comm} ${r.info}`).join('; ')}`);
  assert.deepEqual([read.container, read.containerId, read.kind, read.failed], [name, container.id.slice(0, 12), 'file', false]);
  assert.ok(read.durationNs > 0 && Number(read.result) >= 0 && read.info.includes(file));
  const details = await connection.sendRequest(GetEvent, { row: read.row });
  assert.equal(details.image, 'porthole-test-busybox');
  assert.equal(details.ancestors[0]?.cmdline, `cat ${file} /nowhere`);
  assert.ok(Math.abs(Number(BigInt(details.epochNs) / 1_000_000n) - Date.now()) < 60_000, 'the time is the wall clock\'s');
  const [failed] = await find(agent, `container.name=${name} and evt.failed=true and evt.args contains /nowhere`, act);
  assert.equal(failed?.result, 'ENOENT');
  const [hi] = await find(agent, `container.name=${name} and evt.type=write and fd.name=${file}`, act);
  assert.ok(hi?.info.includes('hello'), hi?.info);

  const status = await connection.sendRequest(GetStatus);
  const range = { startNs: Math.max(0, read.startNs - 1e9), endNs: status.endNs, filter: '' };
  const { lanes } = await connection.sendRequest(GetLanes, range);
  const lane = lanes.find((l) => l.id === `c:${container.id.slice(0, 12)}`);
  assert.ok(lane !== undefined && lane.label === name && lane.events > 0 && lane.errors > 0);
  const viewport = await connection.sendRequest(GetViewport, { ...range, startNs: read.startNs - 1e6, endNs: read.startNs + 1e6, widthPx: 500, lanes: [`t:${read.tid}`] });
  assert.ok(viewport.lanes[0]?.mode === 'spans' && viewport.names.includes(read.name));

  const sleeper = (await connection.sendRequest(GetProcesses, { containerId: container.id.slice(0, 12) })).find((p) => p.comm === 'sleep');
  assert.ok(sleeper, 'the container\'s own process');
  const open = await until(async () => {
    const { endNs } = await connection.sendRequest(GetStatus);
    const answer = await connection.sendRequest(GetViewport, { startNs: endNs - 1e8, endNs, filter: '', widthPx: 500, lanes: [`t:${sleeper.pid}`] });
    const [spans] = answer.lanes;
    return spans?.mode === 'spans' && spans.count === 1 ? { name: answer.names[unpackNumbers(spans.names)[0] ?? -1], row: unpackNumbers(spans.rows)[0] } : undefined;
  }, (found) => found !== undefined);
  assert.match(open?.name ?? '', /nanosleep/, 'a call that has not returned is drawn');
  assert.equal(open?.row, 0xffffffff);

  container.remove();
  const gone = await until(async () => shown((await connection.sendRequest(GetTree)).containers), (c) => c === undefined || c.status !== 'running');
  assert.ok(gone === undefined || gone.status !== 'running', `still ${gone?.status}`);
  assert.equal(await agent.end(), 0);
});

test('a recording holds what passes its filter, in a private file that is gone afterwards', { skip, timeout }, async (t) => {
  const agent = startAgent([]);
  t.after(() => { agent.child.kill('SIGKILL'); });
  const { connection } = agent;
  await agent.hello();
  await assert.rejects(connection.sendRequest(StartRecording, { filter: 'nonsense' }), { code: 1001 });
  const recording = await connection.sendRequest(StartRecording, { filter: 'fd.name contains porthole-recorded' });
  assert.equal(statSync(recording.path).mode & 0o777, 0o600);
  assert.equal(statSync(dirname(recording.path)).mode & 0o777, 0o700);
  // A recording tells of itself each second: a second after the first of five, of most of them.
  let told = 0;
  connection.onNotification(RecordingChanged, ({ id, events }) => { if (id === recording.id) told = events; });
  await until(() => { spawnSync('sh', ['-c', `echo x > /tmp/porthole-recorded-${process.pid}; rm /tmp/porthole-recorded-${process.pid}`]); return told; }, (events) => events >= 10, 100);
  const stopped = await connection.sendRequest(StopRecording, { id: recording.id });
  assert.ok(stopped.events >= 5 && !stopped.active && stopped.error === undefined);
  const parts: Uint8Array[] = [];
  for (let offset = 0; ;) {
    const { data } = await connection.sendRequest(ReadRecording, { id: recording.id, offset, length: 100_000 });
    if (data.length === 0) break;
    parts.push(new Uint8Array(data)); offset += data.length;
  }
  const bytes = Buffer.concat(parts);
  assert.equal(bytes.length, stopped.bytes);
  const source = openBytes('recorded', bytes);
  await source.done;
  assert.deepEqual(source.session.problems, []);
  const search = source.session.page({ ...NEWEST, count: 100 }, 'fd.name contains porthole-recorded and evt.dir=<');
  while (!search.advance(1000)) { /* on */ }
  assert.ok(search.result().rows.length >= 5);
  await connection.sendRequest(DeleteRecording, { id: recording.id });
  assert.equal(existsSync(recording.path), false);
  assert.equal(await agent.end(), 0);
  assert.equal(existsSync(dirname(recording.path)), false);
});

test('a chisel runs over the history and follows what comes', { skip, timeout }, async (t) => {
  const agent = startAgent([]);
  t.after(() => { agent.child.kill('SIGKILL'); });
  const { connection } = agent;
  await agent.hello();
  const printed = new Map<string, string>();
  connection.onNotification(ChiselPrinted, ({ id, text }) => { printed.set(id, (printed.get(id) ?? '') + text); });
  const source = `description = "names"; short_description = "n"; category = "test"; args = {}
    function on_init() f = chisel.request_field("fd.name"); chisel.set_filter("fd.name contains porthole-chisel and evt.type in (open, openat)"); return true end
    function on_event() print("opened " .. tostring(evt.field(f))); return true end`;
  const touch = (): void => { spawnSync('sh', ['-c', `: > /tmp/porthole-chisel-${process.pid}; rm /tmp/porthole-chisel-${process.pid}`]); };
  touch();
  await find(agent, 'fd.name contains porthole-chisel and evt.type in (open, openat)', touch);
  const base = { name: 'names', source, args: [], filter: '', startNs: 0, endNs: 1e18 };
  const over = await connection.sendRequest(RunChisel, { ...base, id: 'over', follow: false });
  assert.equal(over.error, undefined);
  assert.match(printed.get('over') ?? '', new RegExp(`opened /tmp/porthole-chisel-${process.pid}`));
  const { CancellationTokenSource } = await import('vscode-jsonrpc');
  const cancel = new CancellationTokenSource();
  const following = connection.sendRequest(RunChisel, { ...base, id: 'follow', follow: true }, cancel.token);
  await until(() => { touch(); return printed.get('follow') ?? ''; }, (text) => text.includes('opened'), 300);
  assert.match(printed.get('follow') ?? '', /opened \/tmp\/porthole-chisel/);
  cancel.cancel();
  await following.catch(() => undefined);
  const broken = await connection.sendRequest(RunChisel, { ...base, id: 'broken', follow: false, source: 'function on_init( return' });
  assert.ok((broken.error?.message ?? '') !== '');
  assert.equal(await agent.end(), 0);
});

test('what the ring could not hold is counted and shown as a gap', { skip, timeout }, async (t) => {
  const live = await openLive({ ringBytes: 65_536, historyBytes: 32 * 1024 * 1024 });
  t.after(() => live.close());
  const { session, probe } = live;
  assert.ok(probe);
  probe.holdReader(true);
  for (let i = 0; i < 500 && probe.stats().losses.every((n) => n === 0); i++) spawnSync('sh', ['-c', 'for i in 1 2 3 4 5 6 7 8 9; do : > /dev/null; done; cat /proc/self/status > /dev/null']);
  await until(() => session.status().losses, (losses) => losses.length > 0, 100);
  probe.holdReader(false);
  const [loss] = session.status().losses;
  assert.ok(loss !== undefined && loss.cause === 'ring full' && loss.count > 0, JSON.stringify(session.status().losses));
  const { gaps } = viewportOf(session.history, { startNs: 0, endNs: session.nowNs, widthPx: 100, lanes: ['h'] }, undefined, session.nowNs);
  assert.ok(gaps.length > 0 && gaps.every((gap) => gap.count > 0 && gap.endNs > gap.startNs));
  const before = session.status().events;
  await until(() => { spawnSync('true'); return session.status().events; }, (events) => events > before);
  assert.ok(session.status().events > before, 'events come again');
});

test('nothing is left in the kernel when the agent is killed', { skip, timeout }, async (t) => {
  if (spawnSync('bpftool', ['version']).status !== 0) { t.skip('SKIPPED: no bpftool'); return; }
  const agent = startAgent([]);
  t.after(() => { agent.child.kill('SIGKILL'); });
  await agent.hello();
  /** Ids of the programs and maps that the agent holds. */
  const held = (kind: string): number[] => readdirSync(`/proc/${agent.child.pid}/fdinfo`).flatMap((fd) => {
    let text = '';
    try { text = readFileSync(`/proc/${agent.child.pid}/fdinfo/${fd}`, 'utf8'); } catch { /* closed meanwhile */ }
    const id = new RegExp(`^${kind}_id:\\s*(\\d+)`, 'm').exec(text)?.[1];
    return id === undefined ? [] : [Number(id)];
  });
  const there = (kind: 'prog' | 'map', ids: readonly number[]): number[] => (JSON.parse(execFileSync('bpftool', ['--json', kind, 'list'], { encoding: 'utf8' })) as { id: number }[]).map((one) => one.id).filter((id) => ids.includes(id));
  const programs = held('prog'), maps = held('map');
  assert.ok(programs.length > 0 && maps.length > 0, `${programs.length} programs, ${maps.length} maps`);
  assert.deepEqual(there('prog', programs).length, new Set(programs).size);
  agent.child.kill('SIGKILL');
  assert.equal(await agent.exit, 'SIGKILL');
  assert.deepEqual(await until(() => there('prog', programs), (list) => list.length === 0), []);
});

test('without the kernel\'s types the agent still serves, and says why there are no events', { skip, timeout }, async (t) => {
  const agent = startAgent([], { PORTHOLE_BTF_PATH: '/nowhere/vmlinux', DOCKER_HOST: 'unix:///nowhere/docker.sock' });
  t.after(() => { agent.child.kill('SIGKILL'); });
  const hello = await agent.hello();
  assert.deepEqual(hello.problems.map((p) => p.code).sort(), ['btf', 'docker']);
  assert.ok(hello.problems.every((p) => p.remedy !== ''));
  const status = await agent.connection.sendRequest(GetStatus);
  assert.equal(status.events, 0);
  assert.ok((await agent.connection.sendRequest(GetProcesses, { containerId: '' })).some((p) => p.pid === process.pid));
  await agent.connection.sendRequest(GetLanes, { startNs: 0, endNs: 1e18, filter: '' });
  assert.equal(await agent.end(), 0);
});

test('without root the agent still serves the tree', { skip, timeout }, async (t) => {
  const agent = startAgentAsNobody();
  if (agent === undefined) { t.skip('SKIPPED: no setpriv'); return; }
  t.after(() => { agent.child.kill('SIGKILL'); });
  const hello = await agent.hello();
  assert.ok(hello.problems.some((p) => p.code === 'permission' && /sudo|root/.test(p.remedy)), JSON.stringify(hello.problems));
  assert.ok((await agent.connection.sendRequest(GetProcesses, { containerId: '' })).length > 0);
  assert.equal(await agent.end(), 0);
});

function startAgentAsNobody(): TestAgent | undefined {
  if (spawnSync('setpriv', ['--version']).status !== 0) return undefined;
  return startAgent([], { HOME: '/tmp', TSX_DISABLE_CACHE: '1' }, ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']);
}
