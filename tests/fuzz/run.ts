// Runs the fuzzer in a process of its own and watches it: an input that never ends, or ends the process, is found, too.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exercise } from './exercise.ts';
import { ReaderFuzzer } from './reader.ts';

/** How long an input may take before it counts as endless, and how often that is looked at, ms. */
const ENDLESS_MS = 60_000, LOOK_MS = 500;
const STOP_AFTER = 5;
const CHILD = '--child', INPUT = 'input.scap', REPORT = 'report.json';

export interface FuzzFailure { readonly input: Uint8Array; readonly message: string }
export interface FuzzReport { readonly rounds: number; readonly events: number; readonly features: number; readonly corpus: number; readonly failures: readonly FuzzFailure[] }

/** What the process does: the input that is being tried lies in a file, for whoever asks what it died of. */
function work(folder: string, seed: number, ms: number): void {
  const failures: { input: string; message: string }[] = [];
  const fuzzer = new ReaderFuzzer(seed, (input) => { writeFileSync(join(folder, INPUT), input); });
  const start = process.cpuUsage();
  while (process.cpuUsage(start).user < ms * 1000 && failures.length < STOP_AFTER) {
    const failure = fuzzer.step();
    if (failure !== undefined) failures.push({ input: Buffer.from(failure.input).toString('base64'), message: failure.error instanceof Error ? failure.error.stack ?? failure.error.message : String(failure.error) });
  }
  writeFileSync(join(folder, REPORT), JSON.stringify({ rounds: fuzzer.rounds, events: fuzzer.events, features: fuzzer.met.size, corpus: fuzzer.corpus.length, failures }));
}

/** Fuzzes for so long, by the clock of the processor: a busy machine tries as many inputs. Resolves with what was found. */
export async function fuzz(seed: number, ms: number): Promise<FuzzReport> {
  const folder = mkdtempSync(join(tmpdir(), 'porthole-fuzzer-'));
  try {
    const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), fileURLToPath(import.meta.url), CHILD, folder, String(seed), String(ms)], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '', endless = false;
    child.stderr.setEncoding('utf8').on('data', (text: string) => { said = (said + text).slice(-4000); });
    const input = join(folder, INPUT);
    const watch = setInterval(() => { if (existsSync(input) && Date.now() - statSync(input).mtimeMs > ENDLESS_MS) { endless = true; child.kill('SIGKILL'); } }, LOOK_MS);
    await new Promise<void>((resolve, reject) => { child.once('error', reject); child.once('close', () => { resolve(); }); });
    clearInterval(watch);
    if (existsSync(join(folder, REPORT))) {
      const report = JSON.parse(readFileSync(join(folder, REPORT), 'utf8')) as Omit<FuzzReport, 'failures'> & { readonly failures: readonly { readonly input: string; readonly message: string }[] };
      return { ...report, failures: report.failures.map((failure) => ({ message: failure.message, input: new Uint8Array(Buffer.from(failure.input, 'base64')) })) };
    }
    const message = endless ? `an input was not read within ${ENDLESS_MS / 1000} s` : `an input ended the process\n${said}`;
    return { rounds: 0, events: 0, features: 0, corpus: 0, failures: [{ message, input: existsSync(input) ? new Uint8Array(readFileSync(input)) : new Uint8Array(0) }] };
  } finally { rmSync(folder, { recursive: true, force: true }); }
}

/** `run.ts MINUTES [SEED]`, or `run.ts --repeat FILE`: what `npm run fuzz` does. Answers the exit code. */
async function command(args: readonly string[]): Promise<number> {
  const say = (text: string): void => { process.stdout.write(`${text}\n`); };
  if (args[0] === '--repeat') {
    const outcome = exercise(new Uint8Array(readFileSync(args[1] ?? '')));
    say(`${args[1]}: ${outcome.events} events, nothing wrong`);
    return 0;
  }
  const minutes = Number(args[0] ?? '1'), seed = Number(args[1] ?? Math.floor(Date.now() / 1000) % 1_000_000);
  if (!(minutes > 0) || !Number.isInteger(seed)) { say('npm run fuzz -- [MINUTES [SEED]], or npm run fuzz -- --repeat FILE'); return 1; }
  say(`fuzzing the reader of captures for ${minutes} min with seed ${seed}`);
  const report = await fuzz(seed, minutes * 60_000);
  say(`${report.rounds} inputs, ${report.events} events, ${report.features} features met, ${report.corpus} inputs kept`);
  if (report.failures.length === 0) return 0;
  const folder = join(fileURLToPath(new URL('../..', import.meta.url)), '.build', 'fuzz');
  mkdirSync(folder, { recursive: true });
  report.failures.forEach(({ input, message }, i) => {
    const path = join(folder, `failure-${seed}-${i + 1}.scap`);
    writeFileSync(path, input);
    say(`\nFAILED  ${message}\n        npm run fuzz -- --repeat ${path}`);
  });
  return 1;
}

const [, script, first, ...rest] = process.argv;
if (script === fileURLToPath(import.meta.url)) {
  if (first === CHILD) work(rest[0] ?? '.', Number(rest[1]), Number(rest[2]));
  else process.exitCode = await command(process.argv.slice(2));
}
