// Descriptors of processes that change them all the time while somebody begins to watch: once these hold still, what is known is what /proc says.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { until } from '../../remote-agent/host/agentSupport.test.ts';
import { openLive } from '../../remote-agent/host/liveSource.ts';
import { run, Stage, whyNot } from './stage.ts';
import { allBut, whyNoProbe } from './watch.ts';

const reason = whyNoProbe() ?? whyNot({ cc: 'gcc' });
const WANTED = new Set(['open', 'openat', 'dup', 'dup2', 'dup3', 'close', 'pipe', 'pipe2', 'socketpair', 'clone', 'clone3', 'fork', 'vfork', 'execve', 'chdir']);
const PROCESSES = 40, FIRST = 20, END = 32;

/** Processes of the load, by their folder. */
function members(folder: string): number[] {
  return readdirSync('/proc').map(Number).filter((pid) => { try { return pid > 0 && readlinkSync(`/proc/${pid}/cwd`) === folder && !/\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8')); } catch { return false; } });
}
/** What a descriptor is, in words that both sides have: files by name, all others by kind. */
function inProc(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).map(Number).filter((fd) => fd >= FIRST && fd < END).sort((a, b) => a - b).map((fd) => { const link = readlinkSync(`/proc/${pid}/fd/${fd}`); return `${fd} ${/^(pipe|socket):/.exec(link)?.[1] ?? link}`; });
}

for (const early of [true, false]) test(`descriptors that change while they are read for the first time${early ? ', and not afterwards' : ''}`, { skip: reason === undefined ? false : `SKIPPED: ${reason}`, timeout: 120_000 }, async (t) => {
  const stage = new Stage();
  t.after(() => stage.close());
  const folder = stage.path('load', true), program = stage.path('churn');
  stage.defer(() => { for (const pid of members(folder)) try { process.kill(pid, 'SIGKILL'); } catch { /* It has ended meanwhile. */ } });
  for (let i = 0; i < 8; i++) writeFileSync(`${folder}/f${i}`, '');
  run('cc', ['-O1', '-o', program, fileURLToPath(new URL('churn.c', import.meta.url))]);
  spawn(program, ['start', String(PROCESSES)], { cwd: folder, stdio: 'ignore' });
  await until(() => members(folder).length, (n) => n > PROCESSES / 2, 20);
  const opening = openLive({ ringBytes: 64 << 20, unwantedCalls: allBut(WANTED) });
  // Those that are told to hold still in the middle do nothing afterwards that would hide what was taken in wrongly.
  if (early) writeFileSync(`${folder}/stop`, '');
  const live = await opening;
  t.after(() => live.close());
  assert.ok(live.probe);
  if (!early) writeFileSync(`${folder}/stop`, '');
  const known = (pid: number): string[] => [...live.state.thread(pid)?.fds ?? []].filter(([fd]) => fd >= FIRST && fd < END).sort(([a], [b]) => a - b).map(([fd, info]) => `${fd} ${info.kind === 'file' ? info.name : info.kind === 'pipe' ? 'pipe' : 'socket'}`);
  const differing = (): string[] => members(folder).flatMap((pid) => { let is: string;
    try { is = inProc(pid).join(', '); } catch { return [`${pid}: has ended`]; }
    const said = known(pid).join(', '); return is === said ? [] : [`${pid}: known ${said}; is ${is}`]; });
  const left = await until(differing, (list) => list.length === 0, 50, 20_000);
  assert.deepEqual(live.session.status().losses, []);
  assert.deepEqual(left.slice(0, 5), [], `${left.length} of ${members(folder).length}`);
  assert.ok(members(folder).length > PROCESSES / 2);
});
