// How many calls a second of this host the command prints as text, and what is lost: to nowhere, and to a reader that counts what it gets.
import { execFile, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { figure, say, skipped } from './report.ts';
import { buildLoad, has, root, scratch, sleep } from './tools.ts';

const start = promisify(execFile);
const RATE = 1_000_000, LONG_SECONDS = Number(process.env['PORTHOLE_BENCH_SECONDS'] ?? 30), SHORT_SECONDS = 10;
const COMMAND = join(root, 'dist/porthole');
/** Until the probe is there, and until what came last is printed. */
const READY_MS = 2000, REST_MS = 1000;

export async function run(): Promise<void> {
  if (!existsSync(COMMAND)) { skipped('print', 'dist/porthole is not built; npm run build'); return; }
  if (process.getuid?.() !== 0) { skipped('print', 'the probe takes root'); return; }
  const folder = scratch(), load = buildLoad(folder);
  await at('text', folder, load, [], [RATE, LONG_SECONDS]);
  await at('text.1.5', folder, load, [], [1_500_000, SHORT_SECONDS]);
  await at('text.2', folder, load, [], [2_000_000, SHORT_SECONDS]);
  await at('json', folder, load, ['-j'], [RATE, SHORT_SECONDS]);
  await at('counted', folder, load, [], [RATE, SHORT_SECONDS], true);
}

interface Printed { readonly made: number; readonly lost: number; readonly unprinted: number; readonly lines: number; readonly seconds: number; readonly spent: number }

async function at(name: string, folder: string, load: string, args: readonly string[], [rate, seconds]: readonly [number, number], counted = false): Promise<void> {
  const it = await printing(folder, load, args, [String(rate), String(seconds)], counted);
  const missing = it.lost + it.unprinted, percent = missing / Math.max(it.made, missing) * 100;
  const note = `${it.made} calls made, ${it.lost} lost, ${it.unprinted} lines left out`;
  if (counted && it.lines + missing < it.made) say(`print.${name}: ${it.lines} lines and ${missing} losses are fewer than ${it.made} calls`);
  figure({ name: `print.${name}.rate`, value: it.made / it.seconds, unit: 'calls/s', note: counted ? `${note}; ${it.lines} lines counted by wc` : note });
  figure({ name: `print.${name}.lost`, value: percent, unit: '%', note: `losses of all programs of the host over the calls of the load; at most 10 at ${RATE} a second for 30 s${name === 'text' ? '; sysdig, where it captures live, was measured to lose 86' : ''}` });
  figure({ name: `print.${name}.processor`, value: it.spent / it.seconds, unit: 'cores', note: 'of the command' });
}

/** Prints all calls of the host while the load makes its own; what was lost is what the command says itself. */
async function printing(folder: string, load: string, args: readonly string[], rate: readonly string[], counted: boolean): Promise<Printed> {
  const errors = openSync(join(folder, 'said'), 'w');
  // As in a shell: the reader of a pipe is another process.
  const counter = counted ? spawn('wc', ['-l'], { stdio: ['pipe', 'pipe', 'inherit'] }) : undefined;
  let lines = '';
  counter?.stdout.on('data', (text: Buffer) => { lines += text.toString(); });
  const nowhere = openSync('/dev/null', 'w');
  const command = spawn(COMMAND, [...args], { stdio: ['ignore', counter?.stdin ?? nowhere, errors] });
  closeSync(nowhere);
  closeSync(errors);
  counter?.stdin.destroy();
  const ended = new Promise<void>((resolve) => { command.once('exit', () => { resolve(); }); });
  try {
    await sleep(READY_MS);
    if (command.exitCode !== null) throw new Error(`the command ended: ${readFileSync(join(folder, 'said'), 'utf8')}`);
    const before = processor(command.pid ?? 0);
    const [program = load, ...rest] = [...(cpus().length > 1 && has('taskset') ? ['taskset', '-c', String(cpus().length - 1)] : []), load, ...rate];
    const [made = 0, wallNs = 0] = (await start(program, rest)).stdout.trim().split(' ').map(Number);
    const spent = processor(command.pid ?? 0) - before;
    await sleep(REST_MS);
    command.kill('SIGINT');
    await ended;
    if (counter !== undefined && counter.exitCode === null) await new Promise<void>((resolve) => { counter.once('close', () => { resolve(); }); });
    const said = readFileSync(join(folder, 'said'), 'utf8');
    const sum = (pattern: RegExp): number => [...said.matchAll(pattern)].reduce((total, [, n]) => total + Number(n), 0);
    return { made, lost: sum(/^porthole: (\d+) events were lost/gm), unprinted: sum(/^porthole: (\d+) lines were left out/gm), lines: Number(lines), seconds: wallNs / 1e9, spent };
  } finally {
    command.kill('SIGKILL');
    counter?.kill();
  }
}

/** Processor time of a process, s: fields 14 and 15 of /proc/PID/stat (proc(5)), in clock ticks of 10 ms. */
function processor(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
