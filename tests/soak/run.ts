// npm run soak [-- MINUTES [SEED]]: the soak for as long as is said (30 minutes). Ends with 1 where something was wrong; the seed repeats the run's choices.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seedOf } from '../seed.ts';
import { whyNoSoak } from './need.ts';
import { soak } from './soak.ts';

const minutes = Number(process.argv[2] ?? 30);
const why = whyNoSoak();
if (!(minutes > 0)) { process.stderr.write('usage: npm run soak -- [MINUTES [SEED]]\n'); process.exitCode = 2; }
else if (why !== undefined) { process.stderr.write(`The soak cannot run here: ${why}\n`); process.exitCode = 1; }
else {
  const seed = seedOf({ PORTHOLE_SEED: process.argv[3] ?? process.env['PORTHOLE_SEED'] });
  const folder = mkdtempSync(join(tmpdir(), 'porthole-soak-'));
  process.stdout.write(`${minutes} minutes, PORTHOLE_SEED=${seed}\n`);
  // Ended from outside, by one or several signals: what it started and made goes with it.
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => { stop.abort(); });
  try {
    const result = await soak({ seconds: Math.round(minutes * 60), seed, folder, signal: stop.signal, say: (line) => { process.stdout.write(`${line}\n`); } });
    process.stdout.write(`${JSON.stringify(result)}\n`);
    for (const failure of result.failures) process.stderr.write(`FAILED: ${failure}\n`);
    if (result.failures.length > 0) process.exitCode = 1;
  } catch (error) {
    // Ctrl-C is for everybody at the terminal: what the run watches may have ended first.
    if (!stop.signal.aborted) throw error;
    process.exitCode = 1;
  } finally {
    if (stop.signal.aborted) process.stdout.write('ended before its time\n');
    rmSync(folder, { recursive: true, force: true });
  }
}
