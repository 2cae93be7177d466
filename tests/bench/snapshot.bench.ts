// What the first look at a host takes: 500 processes more than there are, with 20,000 descriptors, by the kernel's iterators and by /proc.
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TimeBase } from '../../remote-agent/engine/base/nanos.ts';
import { SystemState } from '../../remote-agent/engine/state/systemState.ts';
import { loadAddon } from '../../remote-agent/host/addon.ts';
import { ProcScanner, readMachine } from '../../remote-agent/host/procScan.ts';
import { takeSnapshot, type SnapshotResult } from '../../remote-agent/host/snapshotScan.ts';
import { figure, median } from './report.ts';
import { scratch } from './tools.ts';

const PROCESSES = 500, FILES = 32, SOCKETS = 8, ROUNDS = 5;
/** Each process opens files and listens at ports of the loopback interface; all end with the first one's input. */
const CROWD = `use IO::Socket::INET; my ($n, $files, $sockets, @names) = @ARGV; my @pids;
for (1..$n) { my $pid = fork; die unless defined $pid; push @pids, $pid; next if $pid;
  my @open; for (1..$files) { open(my $f, '<', $names[$_ % @names]) or die; push @open, $f }
  for (1..$sockets) { push @open, IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1') or die }
  syswrite STDOUT, '.'; sleep 600; exit }
my $l = <STDIN>; kill 9, @pids;`;

export async function run(): Promise<void> {
  const folder = join(scratch(), 'some', 'folder', 'below');
  mkdirSync(folder, { recursive: true });
  const names = Array.from({ length: 8 }, (_, i) => join(folder, `file-${i}`));
  for (const name of names) writeFileSync(name, '');
  const child = spawn('perl', ['-e', CROWD, String(PROCESSES), String(FILES), String(SOCKETS), ...names], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => { child.once('close', () => { resolve(); }); child.once('error', () => { resolve(); }); });
  try {
    let begun = 0;
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (chunk: Buffer) => { begun += chunk.length; if (begun >= PROCESSES) resolve(); });
      void ended.then(() => { reject(new Error('the crowd has ended before its time, or perl is missing')); });
    });
    const times = { iterators: [] as number[], proc: [] as number[] };
    let last: SnapshotResult | undefined;
    for (let round = 0; round < ROUNDS; round++) {
      for (const by of ['iterators', 'proc'] as const) {
        const base = new TimeBase(BigInt(Date.now()) * 1_000_000n), state = new SystemState(base, readMachine()), start = performance.now();
        const result = await takeSnapshot(state, { scanner: new ProcScanner({ base }), base, open: by === 'proc' ? undefined : () => loadAddon().openSnapshot() });
        times[by].push(performance.now() - start);
        if (result.by !== by) throw new Error(`the kernel's iterators cannot be read: ${JSON.stringify(result)}`);
        if (result.fds < PROCESSES * (FILES + SOCKETS)) throw new Error(`only ${result.fds} descriptors were found`);
        last = result;
      }
    }
    const note = `${last?.processes} processes, ${last?.fds} descriptors`;
    figure({ name: 'snapshot.iterators', value: median(times.iterators), unit: 'ms', note: `${note}; loading them included` });
    figure({ name: 'snapshot.proc', value: median(times.proc), unit: 'ms', note });
    figure({ name: 'snapshot.ratio', value: median(times.proc) / median(times.iterators), unit: 'times faster than /proc', note: 'by medians of one run' });
  } finally {
    child.stdin.end();
    await ended;
  }
}
