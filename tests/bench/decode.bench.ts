// How fast the engine alone reads and filters: a file of two million events, made here. The whole command beside sysdig is in command.bench.ts.
import { closeSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { compileFilter } from '../../remote-agent/engine/filter/index.ts';
import { ScapReader } from '../../remote-agent/engine/scap/reader.ts';
import { writeSample } from '../../remote-agent/engine/scap/sample.ts';
import { figure, median, say } from './report.ts';
import { scratch } from './tools.ts';

const EVENTS = 2_000_000;
const RUNS = 5;
const FILTERS = ['evt.type=openat', 'proc.name=web and evt.failed=true', 'fd.name contains item or container.name startswith sample-d'];

export async function run(): Promise<void> {
  const path = join(scratch(), 'bench.scap');
  const events = make(path);
  say(`a capture of ${events} events, ${(statSync(path).size / 1e6).toFixed(0)} MB`);

  const scan = (test?: (ctx: Parameters<Parameters<ScapReader['read']>[0]>[0]) => boolean): { seconds: number; passed: number } => {
    const reader = new ScapReader();
    const file = openSync(path, 'r');
    const chunk = new Uint8Array(1 << 20);
    let passed = 0;
    const begun = performance.now();
    for (let n = readSync(file, chunk); n > 0; n = readSync(file, chunk)) {
      reader.push(chunk.subarray(0, n));
      reader.read(test === undefined ? () => { passed++; } : (ctx) => { if (test(ctx)) passed++; });
    }
    reader.finish();
    reader.read(() => undefined);
    closeSync(file);
    return { seconds: (performance.now() - begun) / 1000, passed };
  };
  const times = (test?: Parameters<typeof scan>[0]): number => median(Array.from({ length: RUNS }, () => scan(test).seconds));
  const bare = times();
  figure({ name: 'engine.decode', value: events / bare, unit: 'events/s', note: 'read the file, decode, keep the state; one thread' });
  for (const text of FILTERS) {
    const filter = compileFilter(text);
    if (!filter.ok) throw new Error(filter.error.message);
    const seconds = times((ctx) => filter.test(ctx));
    figure({ name: 'engine.filter', value: events / seconds, unit: 'events/s', ratio: seconds / bare, peer: 'decode alone', note: text });
  }
}

/** Writes a capture of at least EVENTS events and says how many it holds. */
function make(path: string): number {
  const file = openSync(path, 'w');
  try {
    const perSecond = writeSample(() => undefined, { seconds: 20 }) / 20;
    return writeSample((bytes) => { writeSync(file, bytes); }, { seconds: Math.ceil(EVENTS / perSecond) + 1 });
  } finally { closeSync(file); }
}
