// How fast captures are read, filtered and printed: a file of two million events, made here, by this program and by Debian's sysdig in the same run.
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { compileFilter } from '../../remote-agent/engine/filter/index.ts';
import { ScapReader } from '../../remote-agent/engine/scap/reader.ts';
import { writeSample } from '../../remote-agent/engine/scap/sample.ts';
import { figure, median, say, skipped } from './report.ts';
import { has, root, scratch } from './tools.ts';

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

  const ours = join(root, 'dist', 'porthole');
  if (!existsSync(ours)) { skipped('command', 'dist/porthole is not built; npm run build'); return; }
  if (!has('sysdig')) { skipped('peer.sysdig', 'sysdig is not installed'); return; }
  const command = (program: string, args: readonly string[]): number => {
    const seconds: number[] = [];
    for (let i = 0; i < RUNS; i++) {
      const sink = openSync('/dev/null', 'w');
      const begun = performance.now();
      const { status, stderr } = spawnSync(program, ['-r', path, ...args], { stdio: ['ignore', sink, 'pipe'] });
      seconds.push((performance.now() - begun) / 1000);
      closeSync(sink);
      if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${String(stderr).slice(0, 200)}`);
    }
    return median(seconds);
  };
  for (const [name, args] of [['command.scan', ['-q']], ...FILTERS.map((f) => ['command.filter', [f]] as const), ['command.print', []]] as const) {
    const peer = command('sysdig', args), own = command(ours, args);
    figure({ name, value: events / own, unit: 'events/s', peer: `sysdig ${execFileSync('sysdig', ['--version']).toString().trim().split(' ').at(-1) ?? ''}`, peerValue: events / peer, note: args.join(' ') });
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
