// npm run bench [name…]: every benchmark, or those named. Figures of one run can be compared with each other; those of two machines cannot.
import { say, skipped } from './report.ts';

const BENCHMARKS: Record<string, () => Promise<{ run(): Promise<void> }>> = {
  limits: () => import('./limits.bench.ts'),
  command: () => import('./command.bench.ts'),
  chisels: () => import('./chisels.bench.ts'),
  session: () => import('./session.bench.ts'),
  timeline: () => import('./timeline.bench.ts'),
  decode: () => import('./decode.bench.ts'),
  probe: () => import('./probe.bench.ts'),
  host: () => import('./host.bench.ts'),
  link: () => import('./link.bench.ts'),
  workload: () => import('./workload.bench.ts'),
  sustain: () => import('./sustain.bench.ts'),
  requests: () => import('./requests.bench.ts'),
  print: () => import('./print.bench.ts'),
  tables: () => import('./tables.bench.ts'),
  snapshot: () => import('./snapshot.bench.ts'),
};

// Whatever ends it, temporary folders are removed (an 'exit' listener does it).
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => { process.exit(1); });

const wanted = process.argv.slice(2);
for (const [name, load] of Object.entries(BENCHMARKS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  say(name);
  try { await (await load()).run(); } catch (error) { skipped(name, error instanceof Error ? error.message : String(error)); process.exitCode = 1; }
}
