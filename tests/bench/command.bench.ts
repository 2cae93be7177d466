// The whole command beside Debian's sysdig, as a user feels it: same file, same words, same run. On a recording of a busy host, made here.
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, createReadStream, createWriteStream, existsSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { recordBusyHost } from './busyHost.ts';
import { figure, median, say, skipped } from './report.ts';
import { has, root, scratch } from './tools.ts';

const EVENTS = Number(process.env['PORTHOLE_BENCH_EVENTS'] ?? 8_000_000);
/** A recording that is there already; measuring again need not record again. */
const GIVEN = process.env['PORTHOLE_BENCH_CAPTURE'];
const RUNS = 5;
const JSON_FIELDS = '%evt.num %proc.name %evt.type %fd.name';

interface Case { readonly name: string; readonly own: readonly string[]; readonly peer?: readonly string[]; readonly gzip?: boolean; readonly bar: number; readonly note?: string }
const CASES: readonly Case[] = [
  { name: 'command.scan.thread', own: ['proc.name=nosuchprogram'], bar: 2 },
  { name: 'command.scan.type', own: ['evt.type=vmsplice and evt.failed=true'], bar: 2 },
  { name: 'command.scan.descriptor', own: ['fd.name contains nosuchfile'], bar: 2 },
  { name: 'command.scan.result', own: ['evt.rawres=-4000'], bar: 2 },
  { name: 'command.scan.gzip', own: ['proc.name=nosuchprogram'], gzip: true, bar: 1.3 },
  { name: 'command.scan.gzip.descriptor', own: ['fd.name contains nosuchfile'], gzip: true, bar: 1.3 },
  { name: 'command.print', own: [], bar: 8 },
  { name: 'command.json', own: ['-j', '-p', JSON_FIELDS], bar: 8 },
  { name: 'command.processes.errors', own: ['view', 'processes', '--sort', 'errors'], peer: ['-c', 'topprocs_errors'], bar: 2 },
  { name: 'command.processes.file', own: ['view', 'processes', '--sort', 'file'], peer: ['-c', 'topprocs_file'], bar: 2 },
  { name: 'command.processes.net', own: ['view', 'processes', '--sort', 'net'], peer: ['-c', 'topprocs_net'], bar: 2 },
];

export async function run(): Promise<void> {
  const ours = join(root, 'dist', 'porthole');
  if (!existsSync(ours)) { skipped('command', 'dist/porthole is not built; npm run build'); return; }
  startUp(ours);
  if (!has('sysdig')) { skipped('command', 'sysdig is not installed'); return; }
  const folder = scratch();
  const path = GIVEN ?? join(folder, 'busy.scap');
  if (GIVEN === undefined) { say(`recording a busy host until there are ${EVENTS} events; a minute or two`); await recordBusyHost(path, EVENTS); }
  const events = countEvents(path);
  say(`a capture of ${events} events, ${(statSync(path).size / 1e6).toFixed(0)} MB`);
  const zipped = join(folder, 'busy.scap.gz');
  await pipeline(createReadStream(path), createGzip({ level: 6 }), createWriteStream(zipped));
  const version = execFileSync('sysdig', ['--version']).toString().trim().split(' ').at(-1) ?? '';
  for (const { name, own, peer = own, gzip = false, bar, note } of CASES) {
    const file = gzip ? zipped : path;
    // In turns, so that whatever else the machine does falls on both.
    const mine: number[] = [], theirs: number[] = [];
    for (let i = 0; i < RUNS; i++) { theirs.push(seconds('sysdig', ['-r', file, ...peer])); mine.push(seconds(ours, own[0] === 'view' ? [...own, '-r', file] : ['-r', file, ...own])); }
    figure({ name, value: events / median(mine), unit: 'events/s', peer: `sysdig ${version} ${peer.join(' ')}`.trim(), peerValue: events / median(theirs), note: `${note ?? (own.join(' ') || 'every line to /dev/null')}; bar: ${bar}` });
  }
}

function startUp(ours: string): void {
  const time = (args: readonly string[]): number => median(Array.from({ length: 15 }, () => seconds(ours, args))) * 1000;
  figure({ name: 'command.start.version', value: time(['--version']), unit: 'ms', note: 'bar: 150 ms' });
  figure({ name: 'command.start.list', value: time(['-l']), unit: 'ms', note: '-l; bar: 150 ms' });
  figure({ name: 'command.start.node', value: median(Array.from({ length: 15 }, () => seconds(process.execPath, ['-e', '0']))) * 1000, unit: 'ms', note: 'Node alone' });
}

/** Wall time of a whole command, its output thrown away. */
function seconds(program: string, args: readonly string[]): number {
  const sink = openSync('/dev/null', 'w');
  const begun = performance.now();
  const { status, stderr } = spawnSync(program, args, { stdio: ['ignore', sink, 'pipe'] });
  const taken = (performance.now() - begun) / 1000;
  closeSync(sink);
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${String(stderr).slice(0, 200)}`);
  return taken;
}

/** As sysdig counts them. */
function countEvents(path: string): number {
  const text = execFileSync('sysdig', ['-r', path, '-q', '-S']).toString();
  return text.split('\n').reduce((sum, line) => sum + (/^[<>] /.test(line) ? Number(line.split(/\s+/).at(-1)) : 0), 0);
}
