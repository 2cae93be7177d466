// What the agent needs for a crowded host while nobody looks: memory with a thousand containers and twenty thousand threads in its tables, its share of a processor,
// and the time until the first event of a cold start.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { startBuilt, BUILT_AGENT, type BuiltAgent } from '../builtAgent.ts';
import { GetEvents, GetStatus, GetTree } from '../../remote-agent/protocol/messages.ts';
import { figure, median, say, skipped } from './report.ts';
import { root, scratch, sleep } from './tools.ts';

const CONTAINERS = 1000, THREADS_EACH = 20, SETTLE_MS = 12_000, IDLE_MS = 5000, LOOKS = 6, STARTS = 9;
/** Clock ticks a second in /proc/PID/stat (USER_HZ). */
const TICKS = 100;

export async function run(): Promise<void> {
  if (!existsSync(BUILT_AGENT)) { skipped('tables', 'dist/agent is not built; npm run build'); return; }
  if (process.getuid?.() !== 0) { skipped('tables', 'making control groups takes root'); return; }
  const folder = scratch();
  await starts(folder);
  await crowded(folder);
}

async function starts(folder: string): Promise<void> {
  const times: number[] = [], whole: number[] = [];
  for (let i = 0; i < STARTS; i++) {
    const started = performance.now();
    execFileSync(join(root, 'dist/porthole'), ['-n', '1'], { stdio: 'ignore' });
    whole.push(performance.now() - started);
    const begun = performance.now(), agent = startBuilt(folder, []);
    try {
      await firstEvent(agent);
      times.push(performance.now() - begun);
    } finally { await end(agent); }
  }
  figure({ name: 'tables.command', value: median(whole), unit: 'ms', note: `porthole -n 1, from its start to its end: probe loaded, an event printed, all put away; median of ${STARTS}; at most 500` });
  figure({ name: 'tables.firstEvent', value: median(times), unit: 'ms', note: `from starting the agent to its first event in the client, median of ${STARTS}; at most 500` });
}

async function firstEvent(agent: BuiltAgent): Promise<void> {
  await agent.hello;
  for (;;) {
    const { rows } = await agent.connection.sendRequest(GetEvents, { filter: '', startNs: 0, endNs: Number.MAX_SAFE_INTEGER, fromRow: -1, direction: 'forward', count: 1 });
    if (rows.length > 0) return;
    await sleep(2);
  }
}

async function crowded(folder: string): Promise<void> {
  const hierarchy = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup', '/sys/fs/cgroup/pids'].find((path) => existsSync(join(path, 'cgroup.procs')));
  if (hierarchy === undefined) { skipped('tables', 'no hierarchy of control groups is mounted'); return; }
  const top = join(hierarchy, `porthole-bench-${process.pid}`), groups = join(top, 'docker');
  mkdirSync(groups, { recursive: true });
  const crowd = await gather(folder, groups);
  try {
    const agent = startBuilt(folder, []);
    try {
      const begun = performance.now();
      await firstEvent(agent);
      const startMs = performance.now() - begun;
      const { containers } = await agent.connection.sendRequest(GetTree);
      const seen = containers.filter(({ id }) => id !== '').length;
      // The tree was asked for, and figures are kept up for a while after that.
      await sleep(SETTLE_MS);
      const idle = await quietest(agent), { rssMb, sharedMb } = memory(agent.pid);
      const note = `${CONTAINERS} control groups (${seen} containers seen), ${CONTAINERS * THREADS_EACH} threads`;
      figure({ name: 'tables.memory', value: rssMb, unit: 'MB', note: `resident, ${sharedMb.toFixed(0)} of it files and shared memory; ${note}; at most 200` });
      figure({ name: 'tables.idle', value: idle.percent, unit: '% of a core', note: `nothing open; the quietest of ${LOOKS} times ${IDLE_MS / 1000} s, others made ${Math.round(idle.events)} events/s in it; ${note}; at most 1` });
      figure({ name: 'tables.start', value: startMs, unit: 'ms', note: `to the first event; ${note}` });
    } finally { await end(agent); }
  } finally {
    crowd.stdin?.end();
    await new Promise<void>((resolve) => { if (crowd.exitCode !== null || crowd.signalCode !== null) resolve(); else crowd.once('exit', () => { resolve(); }); });
    for (const name of readdirSync(groups, { withFileTypes: true })) if (name.isDirectory()) await remove(join(groups, name.name));
    await remove(groups);
    await remove(top);
  }
}

/** Share of a processor while nothing is asked, in the time in which the rest of the host did least. Events there are a second. */
async function quietest(agent: BuiltAgent): Promise<{ readonly percent: number; readonly events: number }> {
  let best = { percent: Number.NaN, events: Infinity };
  const look = async (): Promise<{ events: number; ticks: number; at: number }> => ({ events: (await agent.connection.sendRequest(GetStatus)).events, ticks: ticks(agent.pid), at: performance.now() });
  for (let i = 0; i < LOOKS; i++) {
    const before = await look();
    await sleep(IDLE_MS);
    const after = await look(), seconds = (after.at - before.at) / 1000, events = (after.events - before.events) / seconds;
    if (events < best.events) best = { percent: (after.ticks - before.ticks) / TICKS / seconds * 100, events };
    say(`${((after.ticks - before.ticks) / TICKS / seconds * 100).toFixed(2)} % of a core, ${Math.round(events)} events/s`);
  }
  return best;
}

async function gather(folder: string, groups: string): Promise<ChildProcess> {
  const program = join(folder, 'crowd');
  execFileSync('cc', ['-O2', '-pthread', '-o', program, join(root, 'tests/bench/crowd.c')]);
  const crowd = spawn(program, [groups, String(CONTAINERS), String(THREADS_EACH)], { stdio: ['pipe', 'pipe', 'inherit'] });
  await new Promise<void>((resolve, reject) => { crowd.stdout.once('data', () => { resolve(); }); crowd.once('exit', () => { reject(new Error('the crowd could not be made')); }); });
  say(`${CONTAINERS} control groups with ${THREADS_EACH} threads each`);
  return crowd;
}

/** Processes that were killed leave their groups a moment later. */
async function remove(group: string): Promise<void> {
  for (let i = 0; ; i++) {
    try { rmdirSync(group); return; } catch (error) { if (i > 100) throw error; }
    await sleep(20);
  }
}

async function end(agent: BuiltAgent): Promise<void> {
  agent.connection.dispose();
  agent.child.stdin?.end();
  await agent.ended;
}

/** Processor time of a process, in clock ticks: fields 14 and 15 of /proc/PID/stat (proc(5)). */
function ticks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

function memory(pid: number): { readonly rssMb: number; readonly sharedMb: number } {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kb = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  return { rssMb: kb('VmRSS') / 1024, sharedMb: (kb('RssFile') + kb('RssShmem')) / 1024 };
}
