// Processes that are made with CLONE_PARENT, live: they have their creator's descriptors and their parent's number.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Param } from '../../remote-agent/engine/event/params.ts';
import { until } from '../../remote-agent/host/agentSupport.test.ts';
import { openLive } from '../../remote-agent/host/liveSource.ts';
import { run, Stage, whyNot } from './stage.ts';
import { allBut, whyNoProbe } from './watch.ts';

const reason = whyNoProbe() ?? whyNot({ cc: 'gcc' });
const DATA = new Param('data'), POS = new Param('pos');
const WANTED = new Set(['chdir', 'open', 'openat', 'dup2', 'close', 'pread64', 'clone', 'clone3', 'fork', 'vfork', 'execve']);
const ROUNDS = 100;

test('children that are made for the parent of who makes them', { skip: reason === undefined ? false : `SKIPPED: ${reason}`, timeout: 120_000 }, async (t) => {
  const stage = new Stage();
  t.after(() => stage.close());
  const folder = stage.path('load', true), program = stage.path('siblings');
  for (const name of ['a', 'b']) writeFileSync(`${folder}/${name}`, name + name);
  run('cc', ['-O1', '-o', program, fileURLToPath(new URL('siblings.c', import.meta.url))]);
  let reads: { readonly ptid: number; readonly pos: number; readonly name: string; readonly data: string }[] = [];
  const live = await openLive({
    ringBytes: 64 << 20, unwantedCalls: allBut(WANTED),
    onEvent: (ctx) => {
      if (ctx.view.def?.name === 'pread' && POS.int(ctx.view) <= 1 && ctx.info?.cwd === `${folder}/`) reads.push({ ptid: ctx.info.ptid, pos: POS.int(ctx.view), name: ctx.fd?.name ?? '', data: DATA.text(ctx.view) });
    },
  });
  t.after(() => live.close());
  assert.ok(live.probe);
  for (const place of [[], ['inside']]) {
    reads = [];
    const parent = spawn(program, [String(ROUNDS), ...place], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
    stage.defer(() => { parent.kill('SIGKILL'); });
    assert.deepEqual(await once(parent, 'exit'), [0, null]);
    await until(() => reads.length, (n) => n >= 2 * ROUNDS, 20);
    assert.deepEqual(live.session.status().losses, []);
    assert.equal(reads.length, 2 * ROUNDS);
    assert.deepEqual([...new Set(reads.map((one) => one.data))], ['b']);
    assert.deepEqual([...new Set(reads.map((one) => one.ptid))], [parent.pid], 'the parent');
    // Before the maker has told, nothing is known rather than something wrong.
    assert.deepEqual([...new Set(reads.filter((one) => one.pos === 0 && one.name !== '').map((one) => one.name))].filter((name) => name !== `${folder}/b`), []);
    assert.deepEqual([...new Set(reads.filter((one) => one.pos === 1).map((one) => one.name))], [`${folder}/b`]);
    t.diagnostic(`${place[0] ?? 'outside'}: ${reads.filter((one) => one.name === '').length} of ${ROUNDS} first reads before the maker told`);
  }
});
