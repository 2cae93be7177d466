// The differential suite: `sysdig` and `porthole` run with the same words on the same capture; standard output and exit code have to be equal to the byte.
// A file of cases calls `differential` for each command line and `toldDifferences` at its end. Needs Debian's sysdig 0.29; without it every test is skipped and says so.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { portholeScript } from './harnessCommand.ts';
import { KNOWN, type KnownDifference, type Side } from './harnessKnown.ts';

export type { KnownDifference, Side } from './harnessKnown.ts';
export { KNOWN } from './harnessKnown.ts';

const SYSDIG = '/usr/bin/sysdig';
const TIMEOUT_MS = 120_000;
/** Comparisons that run at the same time. */
const AT_ONCE = 2;
const SHOWN = 400;

/** Why nothing can be compared here; undefined where it can. */
export const missingSysdig: string | undefined = (() => {
  const found = spawnSync(SYSDIG, ['--version'], { encoding: 'utf8' });
  if (found.status !== 0) return 'sysdig is not installed (apt-get install sysdig)';
  return found.stdout.startsWith('sysdig version 0.29.') ? undefined : `the judge is sysdig 0.29, here is ${found.stdout.trim()}`;
})();

/** What one of the two did. */
export interface Run { readonly code: number; readonly stdout: Buffer; readonly stderr: string; /** The folder it ran in: its own, new and empty. */ readonly folder: string }

export interface Comparison {
  /** Path of the capture: both get `-r PATH` in front of their arguments. '' where the arguments say themselves what is read. */
  readonly capture: string;
  readonly args: readonly string[];
  /** What sysdig gets instead of `args`. */
  readonly sysdigArgs?: readonly string[];
  /** Differences that this case shows, beside those of KNOWN that apply by themselves. */
  readonly differences?: readonly KnownDifference[];
  /** Bytes of both standard inputs. */
  readonly input?: Buffer;
  /** Standard error has to be equal too. */
  readonly stderr?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** More to compare, e.g. files that were written. */
  readonly also?: (runs: { readonly sysdig: Run; readonly porthole: Run }) => void | Promise<void>;
}

let scratch: string | undefined;
function scratchFolder(): string {
  if (scratch === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'porthole-differential-'));
    scratch = made;
    process.once('exit', () => { rmSync(made, { recursive: true, force: true }); });
  }
  return scratch;
}

/** The same for both, and nothing of the user's that changes what they print. */
function environment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(SYSDIG|PORTHOLE|NODE)_|^(COLUMNS|LINES|POSIXLY_CORRECT)$/.test(name));
  return { ...Object.fromEntries(kept), TZ: 'UTC', LC_ALL: 'C.UTF-8', HOME: scratchFolder(), ...extra };
}

let runs = 0;
/** Runs a program to its end with its standard output in a file, as large captures print more than a pipe should hold. */
async function execute(program: string, args: readonly string[], { input, env }: Pick<Comparison, 'input' | 'env'> = {}): Promise<Run> {
  const folder = join(scratchFolder(), `run${++runs}`);
  const out = `${folder}.out`;
  mkdirSync(folder);
  const fd = openSync(out, 'w');
  try {
    const child = spawn(program, args, { cwd: folder, env: environment(env), stdio: [input === undefined ? 'ignore' : 'pipe', fd, 'pipe'], timeout: TIMEOUT_MS, killSignal: 'SIGKILL' });
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => { stderr += text; });
    child.stdin?.on('error', () => undefined).end(input);
    const code = await new Promise<number>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (status, signal) => { if (signal === 'SIGKILL') reject(new Error(`${program} ${args.join(' ')} did not end within ${TIMEOUT_MS / 1000} s`)); else resolve(status ?? -1); });
    });
    return { code, stdout: readFileSync(out), stderr, folder };
  } finally { closeSync(fd); rmSync(out, { force: true }); }
}

/** Runs porthole as the comparisons do. */
export async function runPorthole(args: readonly string[], options: Pick<Comparison, 'input' | 'env'> = {}): Promise<Run> { return execute(process.execPath, [await portholeScript(), ...args], options); }
/** Runs sysdig as the comparisons do. */
export function runSysdig(args: readonly string[], options: Pick<Comparison, 'input' | 'env'> = {}): Promise<Run> { return execute(SYSDIG, args, options); }

const occurred = new Map<string, number>();
let compared = 0;

function note(difference: KnownDifference): void { occurred.set(difference.name, (occurred.get(difference.name) ?? 0) + 1); }

const quoted = (text: string | undefined): string => text === undefined ? '(no such line)' : JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);

/** Compares line by line what is not equal to the byte; throws with the first line that no known difference excuses. */
function compareLines(ours: Buffer, theirs: Buffer, excuses: readonly KnownDifference[], title: string): void {
  const whole = (text: string, side: Side): string => excuses.reduce((now, d) => d.output === undefined ? now : d.output(now, side), text);
  // One character for each byte: what is no UTF-8 is compared too.
  const [before, beforeTheirs] = [ours.toString('latin1'), theirs.toString('latin1')];
  const [a, b] = [whole(before, 'porthole'), whole(beforeTheirs, 'sysdig')];
  for (const d of excuses) if (d.output !== undefined && (d.output(before, 'porthole') !== before || d.output(beforeTheirs, 'sysdig') !== beforeTheirs)) note(d);
  if (a === b) return;
  const mine = a.split('\n'), judge = b.split('\n');
  const byLine = excuses.filter((d) => d.line !== undefined);
  for (let i = 0; i < Math.max(mine.length, judge.length); i++) {
    if (mine[i] === judge[i]) continue;
    let [x, y] = [mine[i], judge[i]];
    for (const d of byLine) {
      if (x === undefined || y === undefined || x === y || d.line === undefined) continue;
      const [nx, ny] = [d.line(x, 'porthole', y), d.line(y, 'sysdig', x)];
      if (nx !== x || ny !== y) note(d);
      [x, y] = [nx, ny];
    }
    if (x === y) continue;
    const readable = (text: string | undefined): string => quoted(text === undefined ? undefined : Buffer.from(text, 'latin1').toString('utf8'));
    assert.fail(`${title}\n  line ${i + 1} of ${judge.length} (porthole: ${mine.length})\n  sysdig:   ${readable(judge[i])}\n  porthole: ${readable(mine[i])}`);
  }
}

/** Runs both and throws where they differ. */
export async function compare(title: string, comparison: Comparison): Promise<void> {
  const { capture, args, sysdigArgs = args, differences = [], also } = comparison;
  const read = capture === '' ? [] : ['-r', capture];
  const theirs = await runSysdig([...read, ...sysdigArgs], comparison);
  const ours = await runPorthole([...read, ...args], comparison);
  try {
    const excuses = [...differences, ...KNOWN.filter((d) => !differences.includes(d) && d.applies?.([...read, ...args], capture) === true)];
    const words = `${title}: porthole ${[...read, ...args].map((word) => JSON.stringify(word)).join(' ')}`;
    if (!ours.stdout.equals(theirs.stdout)) compareLines(ours.stdout, theirs.stdout, excuses, words);
    if (ours.code !== theirs.code) {
      const excuse = excuses.find((d) => d.code?.(ours.code, theirs.code) === true);
      assert.ok(excuse !== undefined, `${words}\n  exit code of sysdig: ${theirs.code}, of porthole: ${ours.code}\n  sysdig said:   ${quoted(theirs.stderr)}\n  porthole said: ${quoted(ours.stderr)}`);
      note(excuse);
    }
    if (comparison.stderr === true) assert.equal(ours.stderr, theirs.stderr, `${words}: standard error`);
    await also?.({ sysdig: theirs, porthole: ours });
    compared++;
  } finally { for (const run of [ours, theirs]) rmSync(run.folder, { recursive: true, force: true }); }
}

interface Case { readonly title: string; readonly comparison: Comparison; running: Promise<void> | undefined }
const cases: Case[] = [];

function begin(one: Case | undefined): Promise<void> {
  if (one === undefined) return Promise.resolve();
  one.running ??= compare(one.title, one.comparison);
  // Whoever awaits it gets the error; the run that was started ahead must not end the process before.
  one.running.catch(() => undefined);
  return one.running;
}

/** Registers a test that compares one command line. While it runs, the next one is under way too. */
export function differential(title: string, comparison: Comparison): void {
  const index = cases.length;
  cases.push({ title, comparison, running: undefined });
  test(title, { skip: missingSysdig ?? false }, async () => {
    for (let ahead = 1; ahead < AT_ONCE; ahead++) void begin(cases[index + ahead])?.catch(() => undefined);
    await begin(cases[index]);
  });
}

/**
 * Registers the test that keeps the list of differences honest: prints those that occurred among this file's cases, and fails where one of `names`, which this
 * file is there to show, did not. Called last in a file of cases.
 */
export function toldDifferences(names: readonly string[]): void {
  test('the differences that are told are there', { skip: missingSysdig ?? false }, (t) => {
    for (const [name, count] of [...occurred].sort()) t.diagnostic(`${name}: ${count} lines or runs: ${KNOWN.find((d) => d.name === name)?.reason ?? 'not in KNOWN'}`);
    assert.deepEqual([...occurred.keys()].filter((name) => !KNOWN.some((d) => d.name === name)), [], 'every difference is in the list');
    if (compared < cases.length) return; // Something failed or was left out: what did not occur says nothing.
    assert.deepEqual(names.filter((name) => !occurred.has(name)), [], 'differences that do not occur any more: take them out of the list');
  });
}

/** Names differences that no test can count on: memory of sysdig's that was never set may hold anything, and some captures are not everybody's. */
export function chanceDifferences(names: readonly string[]): void {
  test('the differences that may be there are in the list', () => { assert.deepEqual(names.filter((name) => !KNOWN.some((d) => d.name === name)), []); });
}
