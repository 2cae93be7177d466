// What being watched costs everyday work: reading many small files, and starting many programs. Rounds go through all modes in turns; what is told is the median of the differences within them,
// and how far rounds differ. In each mode the work is done twice: what is touched for the first time after the probe has been loaded is told apart from what lasts.
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { figure, median, say, skipped } from './report.ts';
import { has, scratch } from './tools.ts';
import { COUNTERS, EVERYTHING, standAside, watching } from './watch.ts';

const start = promisify(execFile);
const ROUNDS = Number(process.env['PORTHOLE_BENCH_ROUNDS'] ?? 9);
const FILES = 20_000, STARTS = 1500, FILE_BYTES = 200;
/** Tracers that stop what they watch take too long for every round. */
const PEER_ROUNDS = 2;
interface Work { readonly name: string; readonly script: string; readonly most: number }

export async function run(): Promise<void> {
  const folder = scratch(), files = join(folder, 'files');
  mkdirSync(files);
  for (let i = 0; i < FILES; i++) writeFileSync(join(files, String(i)), 'x'.repeat(FILE_BYTES));
  const works: readonly Work[] = [
    { name: 'cat', script: `cd '${files}' && cat * > /dev/null`, most: 0.25 },
    { name: 'forkExec', script: `i=0; while [ $i -lt ${STARTS} ]; do /bin/true; i=$((i+1)); done`, most: 0.08 },
  ];
  const cpu = standAside(), only = process.env['PORTHOLE_BENCH_WORK'];
  for (const work of works) if (only === undefined || only === work.name) await measure(work, cpu);
}

/** What a script took, seconds: by the clock, and of processors, from which others who had them meanwhile are left out. */
interface Taken { readonly clock: number; readonly own: number }

/** Runs a script in a shell on the processor `cpu`. */
async function taken(script: string, cpu: number, prefix: readonly string[] = []): Promise<Taken> {
  const [program = 'bash', ...args] = [...(cpu < 0 ? [] : ['taskset', '-c', String(cpu)]), ...prefix, 'bash', '-c', `TIMEFORMAT='%R %U %S'; time { ${script}; }`];
  const { stderr } = await start(program, args, { env: { ...process.env, LC_ALL: 'C' } });
  const [clock, user, system] = (stderr.trim().split('\n').find((line) => /^[\d.]+ [\d.]+ [\d.]+$/.test(line)) ?? '').split(' ').map(Number);
  if (clock === undefined || user === undefined || system === undefined) throw new Error(`the shell did not tell what it took: ${stderr}`);
  return { clock, own: user + system };
}

/** The first time after whatever was loaded, and the second. */
interface Twice { readonly first: Taken; readonly second: Taken }

async function measure({ name, script, most }: Work, cpu: number): Promise<void> {
  const bare: Twice[] = [], counted: Twice[] = [], captured: Twice[] = [];
  let events = 0, lost = 0;
  const twice = async (): Promise<Twice> => { const first = await taken(script, cpu); return { first, second: await taken(script, cpu) }; };
  await taken(script, cpu);
  for (let round = 0; round < ROUNDS; round++) {
    // Who comes first changes, so that what changes over a round falls on each in turn.
    const turns = [
      async () => { bare.push(await twice()); },
      async () => { counted.push((await watching(COUNTERS, twice)).result); },
      async () => { const it = await watching(EVERYTHING, twice); captured.push(it.result); events += it.events; lost += it.lost; },
    ];
    for (let i = 0; i < turns.length; i++) await turns[(i + round) % turns.length]?.();
  }
  const range = (values: readonly number[], digits: number): string => `${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)}`;
  const slower = (times: readonly Twice[], which: keyof Twice, by: keyof Taken): readonly number[] => times.map((time, i) => (time[which][by] / (bare[i]?.[which][by] ?? Number.NaN) - 1) * 100);
  const told = (mode: string, times: readonly Twice[], note = ''): void => {
    for (const by of ['clock', 'own'] as const) {
      const all = slower(times, 'second', by), value = median(all), bar = by === 'clock' && mode === 'captured' ? `; at most ${most * 100}: ${value <= most * 100 ? 'kept' : 'NOT KEPT'}` : '';
      figure({ name: `workload.${name}.${mode}${by === 'own' ? '.own' : ''}`, value, unit: by === 'own' ? '% more processor time' : '% slower', note: `rounds from ${range(all, 1)}; the first time after loading ${median(slower(times, 'first', by)).toFixed(1)}${bar}${note}` });
    }
  };
  const clocks = bare.map(({ second }) => second.clock);
  figure({ name: `workload.${name}.bare`, value: median(clocks), unit: 's', note: `rounds from ${range(clocks, 3)}` });
  told('counters', counted);
  told('captured', captured, `; ${Math.round(events / ROUNDS / 2)} events each time, those of all others of the host among them; ${lost} lost in all`);
  if (process.env['PORTHOLE_BENCH_PEERS'] === '0') return;
  for (const [peer, program, prefix] of [['strace', 'strace', ['strace', '-f', '-qq', '-o', '/dev/null']], ['perfTrace', 'perf', ['perf', 'trace', '-o', '/dev/null', '--']]] as const) {
    if (!has(program)) { skipped(`peer.${peer}`, `${program} is not installed`); continue; }
    try {
      const times: number[] = [];
      for (let i = 0; i < PEER_ROUNDS; i++) times.push((await taken(script, cpu, peer === 'perfTrace' ? IN_TRACEFS(prefix) : prefix)).clock);
      figure({ name: `workload.${name}.${peer}`, value: (median(times) / median(clocks) - 1) * 100, unit: '% slower' });
    } catch (error) { say(String(error)); skipped(`peer.${peer}`, 'it failed'); }
  }
}

const IN_TRACEFS = (prefix: readonly string[]): readonly string[] => ['unshare', '--mount', 'sh', '-c', 'mount -t tracefs none /sys/kernel/tracing; mount -t debugfs none /sys/kernel/debug 2> /dev/null; exec "$0" "$@"', ...prefix];
