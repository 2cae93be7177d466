// How many calls a second come from the kernel into the engine's state for a long time, and what is lost where more are made.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { figure } from './report.ts';
import { buildLoad, scratch } from './tools.ts';
import { EVERYTHING, standAside, watching } from './watch.ts';

const start = promisify(execFile);
const LONG_SECONDS = Number(process.env['PORTHOLE_BENCH_SECONDS'] ?? 30), SHORT_SECONDS = 5;
const LONG_RATE = 1_000_000, RATES = [500_000, 1_000_000, 1_500_000, 2_000_000];
const MOST_CALLS = 10_000_000;

export async function run(): Promise<void> {
  const load = buildLoad(scratch()), cpu = standAside();
  await at('long', load, [String(LONG_RATE), String(LONG_SECONDS)], cpu);
  for (const rate of RATES) await at(String(rate / 1e6), load, [String(rate), String(SHORT_SECONDS)], cpu);
  await at('max', load, ['max', String(MOST_CALLS)], cpu);
}

/** Makes the calls and tells how many came a second, and what share of all was lost. */
async function at(name: string, load: string, args: readonly string[], cpu: number): Promise<void> {
  const { result, events, lost } = await watching(EVERYTHING, async () => {
    const [program = load, ...rest] = [...(cpu < 0 ? [] : ['taskset', '-c', String(cpu)]), load, ...args];
    const [calls = 0, wallNs = 0] = (await start(program, rest)).stdout.trim().split(' ').map(Number);
    return { calls, wallNs };
  });
  figure({ name: `sustain.${name}.rate`, value: result.calls / (result.wallNs / 1e9), unit: 'calls/s', note: `load ${args.join(' ')}; ${result.calls} calls made` });
  figure({ name: `sustain.${name}.lost`, value: (lost / Math.max(1, events + lost)) * 100, unit: '%', note: `${lost} records of ${events + lost}, those of others of the host among them` });
}
