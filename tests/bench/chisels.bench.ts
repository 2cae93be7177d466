// Chisels of Debian's package, by the whole command and by sysdig: same file, same chisel, wall time with the start, output thrown away.
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordBusyHost } from './busyHost.ts';
import { figure, median, say, skipped } from './report.ts';
import { has, root, scratch } from './tools.ts';

const EVENTS = Number(process.env['PORTHOLE_BENCH_EVENTS'] ?? 5_000_000);
/** A recording that is there already. */
const GIVEN = process.env['PORTHOLE_BENCH_CAPTURE'];
const RUNS = Number(process.env['PORTHOLE_BENCH_RUNS'] ?? 5);
/** The package's, so that both run the same text. */
const FOLDER = '/usr/share/sysdig/chisels';
/** Wall time over sysdig's. */
const BAR = 0.8, FIELDS_BAR = 1;
const CHISELS: readonly (readonly string[])[] = [['topprocs_cpu'], ['topfiles_bytes'], ['topscalls_time'], ['bottlenecks'], ['echo_fds'], ['httplog'], ['fileslower', '0']];
/** A chisel that reads six fields of every event. */
const SIX_FIELDS = `description = "six fields of every event" short_description = "six fields" category = "bench" args = {}
local fields, seen = {}, 0
function on_init()
	for i, name in ipairs({ "evt.type", "proc.name", "fd.name", "evt.rawres", "thread.tid", "evt.cpu" }) do fields[i] = chisel.request_field(name) end
	return true
end
function on_event()
	for i = 1, #fields do
		if evt.field(fields[i]) ~= nil then seen = seen + 1 end
	end
	return true
end
function on_capture_end() print(seen) end
`;

export async function run(): Promise<void> {
  const ours = join(root, 'dist', 'porthole');
  if (!existsSync(ours)) { skipped('chisels', 'dist/porthole is not built; npm run build'); return; }
  if (!has('sysdig') || !existsSync(FOLDER)) { skipped('chisels', 'sysdig and its chisels are not installed'); return; }
  const folder = scratch();
  const path = GIVEN ?? join(folder, 'busy.scap');
  if (GIVEN === undefined) { say(`recording a busy host until there are ${EVENTS} events; a minute or two`); await recordBusyHost(path, EVENTS); }
  const six = join(folder, 'six_fields.lua');
  writeFileSync(six, SIX_FIELDS);
  const version = execFileSync('sysdig', ['--version']).toString().trim().split(' ').at(-1) ?? '';
  say(`a capture of ${(statSync(path).size / 1e6).toFixed(0)} MB`);
  for (const [name = '', ...args] of [...CHISELS, [six]]) {
    const mine: number[] = [], theirs: number[] = [];
    for (let i = 0; i < RUNS; i++) { theirs.push(seconds('sysdig', ['-r', path, '-c', name, ...args])); mine.push(seconds(ours, ['-r', path, '-c', name, ...args])); }
    const isSix = name === six;
    figure({ name: `chisels.${isSix ? 'six_fields' : name}`, value: median(mine), unit: 's', peer: `sysdig ${version}`, peerValue: median(theirs), note: `bar: at most ${isSix ? FIELDS_BAR : BAR} of sysdig's` });
  }
}

/** Wall time of a whole command. */
function seconds(program: string, args: readonly string[]): number {
  const sink = openSync('/dev/null', 'w');
  const begun = performance.now();
  const { status, stderr } = spawnSync(program, args, { stdio: ['ignore', sink, 'pipe'], env: { ...process.env, SYSDIG_CHISEL_DIR: FOLDER } });
  const taken = (performance.now() - begun) / 1000;
  closeSync(sink);
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${String(stderr).slice(0, 200)}`);
  return taken;
}
