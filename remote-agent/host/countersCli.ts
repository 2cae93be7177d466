// `porthole counters [SECONDS]`: calls by control group and call, counted in the kernel: no event is made, nothing is copied.
import { setTimeout as delay } from 'node:timers/promises';
import { CALL_BITS } from '../../driver/schema/index.ts';
import type { CallCounter } from '../addon/porthole.d.ts';
import { containerOfCgroups } from '../engine/state/containers.ts';
import { loadAddon, openProblem, ProbeProblem } from './addon.ts';
import { CgroupResolver } from './cgroups.ts';
import { callBits, callOf } from './probeCalls.ts';
import { addCounters, quantileNs } from './probeCounters.ts';

const USAGE = 'usage: porthole counters [SECONDS]   counts for so many seconds (otherwise 5), then prints a line for each container and call\n';

/** Nanoseconds for people: three digits. */
export function shortTime(ns: number): string {
  if (Number.isNaN(ns)) return '-';
  for (const [unit, size] of [['s', 1e9], ['ms', 1e6], ['us', 1e3]] as const) if (ns >= size) return `${(ns / size).toPrecision(3).replace(/e\+?\d+$/, '')}${unit}`;
  return `${String(Math.round(ns))}ns`;
}

/** The table: most calls first. `nameOf`: what a control group is called. */
export function counterLines(counters: readonly CallCounter[], nameOf: (cgroup: bigint) => string): string {
  const rows = [...counters].sort((a, b) => b.calls - a.calls).map((c) => [
    nameOf(c.cgroup), c.narrow ? `ia32:${String(c.nr)}` : callOf(c.nr)?.name ?? String(c.nr), String(c.calls), String(c.errors), String(c.bytes), shortTime(quantileNs(c.lengths, 0.5)), shortTime(quantileNs(c.lengths, 0.99)),
  ]);
  const table = [['CONTAINER', 'CALL', 'CALLS', 'ERRORS', 'BYTES', 'P50', 'P99'], ...rows];
  const widths = table[0]?.map((_, i) => Math.max(...table.map((row) => row[i]?.length ?? 0))) ?? [];
  return table.map((row) => `${row.map((cell, i) => (i < 2 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ').trimEnd()}\n`).join('');
}

/** Text of a path for a terminal: control characters as ?. */
function plain(text: string): string { return [...text].map((c) => (c < ' ' || (c >= '\x7f' && c <= '\x9f') ? '?' : c)).join(''); }

/** Runs the command; answers its exit code. */
export async function runCounters(words: readonly string[]): Promise<number> {
  const seconds = words[0] === undefined ? 5 : Number(words[0]);
  if (words.length > 1 || !(seconds > 0 && seconds <= 86_400)) { process.stderr.write(USAGE); return words[0] === '--help' ? 0 : 2; }
  const stop = new AbortController();
  const interrupt = (): void => { stop.abort(); };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  try {
    const probe = loadAddon().openProbe({ ringBytes: 65_536 });
    try {
      probe.setProfile({ calls: callBits(() => CALL_BITS.count, CALL_BITS.count), threadEnds: false, signals: false });
      probe.start(() => undefined);
      await delay(seconds * 1000, undefined, { signal: stop.signal }).catch(() => undefined);
      const cgroups = new CgroupResolver();
      process.stdout.write(counterLines(addCounters(probe.counters()), (id) => {
        const path = cgroups.pathOf(Number(id), 0) ?? probe.cgroupPath(Number(id));
        return path === undefined ? `cgroup ${String(id)}` : containerOfCgroups(`unified=${path}`)?.id.slice(0, 12) ?? plain(path === '' ? '/' : path);
      }));
      const lost = probe.stats().losses.reduce((sum, n) => sum + n, 0);
      if (lost > 0) process.stderr.write(`porthole: ${String(lost)} calls were not counted: there were too many pairs of container and call\n`);
    } finally { probe.close(); }
    return 0;
  } catch (error) {
    const problem = error instanceof ProbeProblem ? error : openProblem(error);
    process.stderr.write(`porthole: ${problem.message}\n${problem.remedy}\n`);
    return 1;
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}
