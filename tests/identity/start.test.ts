// What is there when somebody begins to watch, on a host where processes fork, open and end meanwhile: nothing is missing, nothing is there twice, nothing has a wrong name.
import assert from 'node:assert/strict';
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Param } from '../../remote-agent/engine/event/params.ts';
import { until } from '../../remote-agent/host/agentSupport.test.ts';
import { openLive } from '../../remote-agent/host/liveSource.ts';
import { run, Stage, whyNot } from './stage.ts';
import { allBut, whyNoProbe } from './watch.ts';

const reason = whyNoProbe() ?? whyNot({ cc: 'gcc' });
const DATA = new Param('data');
/** What the load is made of (start.c), and little else on the host makes. */
const WANTED = new Set(['openat2', 'pread64', 'clone', 'clone3', 'fork', 'vfork', 'execve', 'execveat', 'prctl']);
const MEMBERS = 100, SHUFFLERS = 3, ENOUGH = 500;

type Load = ChildProcessByStdio<null, Readable, null>;

/** State and parent of a process by its own account; undefined where it is gone. */
function stat(pid: number): { readonly state: string; readonly parent: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8'), [state = '', parent = ''] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state, parent: Number(parent) };
  } catch { return undefined; }
}

test('a host that is busy while it is looked at for the first time', { skip: reason === undefined ? false : `SKIPPED: ${reason}`, timeout: 120_000 }, async (t) => {
  const stage = new Stage();
  t.after(() => stage.close());
  const folder = stage.path('load', true), program = stage.path('start');
  for (const name of ['a', 'b']) writeFileSync(`${folder}/${name}`, name);
  run('cc', ['-O1', '-o', program, fileURLToPath(new URL('start.c', import.meta.url))]);
  const start = (...args: string[]): Load => {
    const child = spawn(program, args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
    stage.defer(() => { child.kill('SIGKILL'); });
    return child;
  };
  for (let i = 0; i < SHUFFLERS; i++) start();
  const crowd = start('crowd');
  let told = '';
  crowd.stdout.on('data', (chunk: Buffer) => { told += chunk.toString(); });
  await until(() => told.length, (n) => n > 0, 1);

  const wrong: { readonly data: string; readonly name: string; readonly tid: number; readonly at: number }[] = [];
  let right = 0, bare = 0;
  const live = await openLive({
    ringBytes: 64 << 20, unwantedCalls: allBut(WANTED),
    onEvent: (ctx) => {
      if (ctx.view.def?.name !== 'pread' || ctx.info?.cwd !== `${folder}/`) return;
      const data = DATA.text(ctx.view), name = ctx.fd?.name ?? '';
      if (name === `${folder}/${data}`) right++; else if (name === '') bare++; else wrong.push({ data, name, tid: ctx.info.tid, at: right + bare });
    },
  });
  t.after(() => live.close());
  assert.ok(live.probe);
  const found = live.state.threadCount;
  assert.ok(await until(() => right, (n) => n > ENOUGH, 20) > ENOUGH, `only ${right} reads, ${bare} of unknown files, ${wrong.length} of wrong ones`);
  assert.ok(await until(() => told.includes('done'), Boolean, 20));
  const members = told.split('\n').map(Number).filter((pid) => pid > 0);
  const of = (pid: number): string => { const info = live.state.thread(pid)?.info; return info === undefined ? 'missing' : `${info.comm} of ${info.ptid === crowd.pid ? 'the crowd' : info.ptid}`; };
  await until(() => members.every((pid) => of(pid) === 'member of the crowd'), Boolean, 20, 10_000);
  assert.deepEqual(live.session.status().losses, []);
  assert.deepEqual(wrong, [], `names of other files, beside ${right} right ones`);
  // A file that was opened before, and closed while it was looked at, is not known; of each process at most the few reads of one round.
  assert.ok(bare <= 8 * SHUFFLERS, `${bare} reads of files that are not known, beside ${right}`);
  assert.ok(found > 10);
  assert.equal(members.length, MEMBERS);
  assert.deepEqual([...new Set(members.map(of))], ['member of the crowd']);
  // Those that have ended and that nobody has asked after are no processes.
  const kept = (): number[] => [...live.state.threads()].filter((thread) => thread.info.ptid === crowd.pid).map((thread) => thread.info.pid).sort((x, y) => x - y);
  const running = readdirSync('/proc').map(Number).filter((pid) => { const one = pid > 0 ? stat(pid) : undefined; return one !== undefined && one.parent === crowd.pid && one.state !== 'Z'; }).sort((x, y) => x - y);
  assert.deepEqual(await until(kept, (pids) => pids.length === running.length, 20, 10_000), running);
  assert.equal(running.length, MEMBERS);
});
