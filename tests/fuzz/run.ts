// Runs the fuzzer in a thread of its own and watches it: an input that never ends is found, too.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { exercise } from './exercise.ts';
import { ReaderFuzzer, type Failure } from './reader.ts';

/** Longest input, bytes; and how long one may take before it counts as endless, ms. */
const ROOM = 1 << 18, ENDLESS_MS = 60_000, LOOK_MS = 500;
const STOP_AFTER = 5;

export interface FuzzReport { readonly rounds: number; readonly events: number; readonly features: number; readonly corpus: number; readonly failures: readonly { readonly input: Uint8Array; readonly message: string }[] }
interface Job { readonly seed: number; readonly ms: number; readonly shared: SharedArrayBuffer }

function work({ seed, ms, shared }: Job): void {
  const head = new Int32Array(shared, 0, 2), room = new Uint8Array(shared, 8);
  const failures: { input: Uint8Array; message: string }[] = [];
  const fuzzer = new ReaderFuzzer(seed, (input) => { room.set(input.subarray(0, ROOM)); Atomics.store(head, 1, Math.min(ROOM, input.length)); Atomics.add(head, 0, 1); });
  const end = performance.now() + ms;
  while (performance.now() < end && failures.length < STOP_AFTER) {
    const failure: Failure | undefined = fuzzer.step();
    if (failure !== undefined) failures.push({ input: failure.input, message: failure.error instanceof Error ? failure.error.stack ?? failure.error.message : String(failure.error) });
  }
  parentPort?.postMessage({ rounds: fuzzer.rounds, events: fuzzer.events, features: fuzzer.met.size, corpus: fuzzer.corpus.length, failures } satisfies FuzzReport);
}

/** Fuzzes for so long. Resolves with what was found; an endless input is one of the failures. */
export function fuzz(seed: number, ms: number): Promise<FuzzReport> {
  const shared = new SharedArrayBuffer(8 + ROOM);
  const head = new Int32Array(shared, 0, 2);
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: { seed, ms, shared } satisfies Job, execArgv: [...process.execArgv, '--import', import.meta.resolve('tsx')] });
  return new Promise((resolve, reject) => {
    let last = -1, since = performance.now();
    const watch = setInterval(() => {
      const now = Atomics.load(head, 0);
      if (now !== last) { last = now; since = performance.now(); return; }
      if (now === 0 || performance.now() - since < ENDLESS_MS) return;
      clearInterval(watch);
      const input = new Uint8Array(shared, 8).slice(0, Atomics.load(head, 1));
      void worker.terminate().then(() => { resolve({ rounds: now, events: 0, features: 0, corpus: 0, failures: [{ input, message: `an input was not read within ${ENDLESS_MS / 1000} s` }] }); });
    }, LOOK_MS);
    worker.once('message', (report: FuzzReport) => { clearInterval(watch); resolve(report); });
    worker.once('error', (error) => { clearInterval(watch); reject(error); });
    worker.once('exit', () => { clearInterval(watch); reject(new Error('the thread of the fuzzer ended without a report')); });
  });
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

if (!isMainThread && workerData !== null && typeof workerData === 'object' && 'shared' in workerData) work(workerData as Job);
else if (isMainThread && process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await command(process.argv.slice(2));
