// An open capture: how long opening takes, what its index weighs, and what questions cost afterwards, beside sysdig's scan for the same.
import { execFileSync, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { bigCapture } from '../interop/differential/captures.ts';
import { figure, median, say } from './report.ts';
import { has, root, scratch } from './tools.ts';

const SIZES = [1_000_000, 5_000_000, 10_000_000];
const ASKED_AT = 5_000_000;
const RUNS = 5;
/** A first question and what narrows it; the last is new and cannot be told from threads alone. */
const QUESTIONS = ['container.name=shop-db-1', 'container.name=shop-db-1 and evt.type=read', 'container.name=shop-db-1 and evt.type=read and evt.failed=true', 'fd.name contains log'];

interface Answer { readonly filter: string; readonly count: number; readonly rows: number; readonly ms: number; readonly againMs: number }
interface Opened { readonly events: number; readonly openMs: number; readonly bytes: number; readonly answers: readonly Answer[]; readonly problems: readonly unknown[] }

export function run(): Promise<void> {
  const folder = scratch();
  for (const size of SIZES) {
    const path = join(folder, `${size}.scap`);
    bigCapture(size, path);
    const runs = Array.from({ length: size === ASKED_AT ? 3 : 1 }, () => opened(path, size === ASKED_AT ? QUESTIONS : []));
    const [first] = runs;
    if (first === undefined) throw new Error('nothing was measured');
    figure({ name: `session.open.${size / 1e6}M`, value: median(runs.map((r) => r.events / r.openMs * 1000)), unit: 'events/s', note: 'read once, all state, index' });
    figure({ name: `session.memory.${size / 1e6}M`, value: median(runs.map((r) => r.bytes / r.events)), unit: 'bytes/event', note: 'index and state after opening; bar: 32 at 10M' });
    if (size === ASKED_AT) for (const [i, filter] of QUESTIONS.entries()) {
      const ms = median(runs.map((r) => r.answers[i]?.ms ?? Number.NaN)), again = median(runs.map((r) => r.answers[i]?.againMs ?? Number.NaN));
      const peer = has('sysdig') ? median(Array.from({ length: RUNS }, () => scan(path, filter))) : undefined;
      figure({ name: `session.question.${i + 1}`, value: 1000 / ms, unit: 'answers/s', ...(peer === undefined ? {} : { peer: 'sysdig scanning for it', peerValue: 1000 / peer }), note: `count and first page of ${first.answers[i]?.count ?? 0}: ${filter}; ${ms.toFixed(1)} ms, asked again ${again.toFixed(2)} ms; bar: 20` });
    }
    rmSync(path);
  }
  return Promise.resolve();
}

function opened(path: string, filters: readonly string[]): Opened {
  const text = execFileSync(process.execPath, ['--expose-gc', '--max-old-space-size=8192', '--import', import.meta.resolve('tsx'), join(root, 'tests/bench/sessionChild.ts'), path, ...filters], { encoding: 'utf8' });
  const result = JSON.parse(text) as Opened;
  if (result.problems.length > 0) say(JSON.stringify(result.problems));
  return result;
}

/** Wall time, ms. */
function scan(path: string, filter: string): number {
  const begun = performance.now();
  spawnSync('sysdig', ['-r', path, '-q', filter], { stdio: 'ignore' });
  return performance.now() - begun;
}
