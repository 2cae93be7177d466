// The engine's part of panning and zooming a timeline: at ten million events beside the same at a hundred thousand.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { bigCapture } from '../interop/differential/captures.ts';
import { figure, median } from './report.ts';
import { root, scratch } from './tools.ts';

const SMALL = 100_000, LARGE = 10_000_000;
const FILTERS = { all: '', filtered: 'evt.type in (read, write)' } as const;

interface Looked { readonly events: number; readonly firstMs: number; readonly ms: readonly number[] }

const percentile = (ms: readonly number[], share: number): number => [...ms].sort((a, b) => a - b)[Math.floor(ms.length * share)] ?? Number.NaN;

export function run(): Promise<void> {
  const folder = scratch(), given = process.env['PORTHOLE_BENCH_CAPTURE'];
  const paths = { small: join(folder, 'small.scap'), large: given ?? join(folder, 'large.scap') };
  bigCapture(SMALL, paths.small);
  if (given === undefined) bigCapture(LARGE, paths.large);
  for (const [name, filter] of Object.entries(FILTERS)) {
    const small = look(paths.small, filter), large = look(paths.large, filter);
    figure({ name: `timeline.${name}.median`, value: median(large.ms), unit: 'ms', peer: `${String(small.events)} events`, peerValue: median(small.ms), note: `lanes and viewport, ${String(large.ms.length)} steps over ${String(large.events)} events` });
    figure({ name: `timeline.${name}.p95`, value: percentile(large.ms, 0.95), unit: 'ms', peer: `${String(small.events)} events`, peerValue: percentile(small.ms, 0.95), note: 'bar: below 16 ms' });
    figure({ name: `timeline.${name}.first`, value: large.firstMs, unit: 'ms', note: 'the first look at everything' });
  }
  rmSync(paths.small);
  if (given === undefined) rmSync(paths.large);
  return Promise.resolve();
}

function look(path: string, filter: string): Looked {
  return JSON.parse(execFileSync(process.execPath, ['--max-old-space-size=8192', '--import', import.meta.resolve('tsx'), join(root, 'tests/bench/timelineChild.ts'), path, filter], { encoding: 'utf8' })) as Looked;
}
