// What the scripts share: paths, running commands, finding what is installed, saying what is done. Node's own modules only.
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's top folder. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
export const DIST = join(ROOT, 'dist');
/** What is fetched once and kept between runs; `rm -r` it freely. */
export const CACHE = join(ROOT, '.cache');
export const IS_ROOT = process.getuid?.() === 0;

/** A path inside the project. */
export const at = (...parts) => join(ROOT, ...parts);

export const manifest = () => JSON.parse(readFileSync(at('package.json'), 'utf8'));

const started = Date.now();
/** Says what is being done, with the seconds since the script began. */
export function say(text) {
  const seconds = ((Date.now() - started) / 1000).toFixed(1).padStart(5);
  console.log(`${seconds}s  ${text}`);
}

/** Runs a library's function without what it prints. */
export async function quietly(work) {
  const { log, info, warn } = console;
  console.log = console.info = console.warn = () => {};
  try {
    return await work();
  } finally {
    Object.assign(console, { log, info, warn });
  }
}

/** Something that the user has to mend; its message says what and how. */
export class UserError extends Error {}

/** Runs a script's main function; a UserError ends it with its message alone. */
export async function main(run) {
  try {
    await run();
  } catch (error) {
    console.error(error instanceof UserError ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}

/** Path of a command, or undefined. Looks in the sbin folders too, where users' paths do not lead. */
export function which(command) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin', '/usr/local/sbin'];
  for (const folder of folders) {
    const path = join(folder, command);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch { /* not in this folder */ }
  }
  return undefined;
}

/** Runs a command to its end and returns what it printed; throws with its output when it fails. */
export function run(command, args, options = {}) {
  const done = spawnSync(command, args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'pipe'], ...options });
  if (done.error) throw new Error(`${command} could not be started: ${done.error.message}`);
  if (done.status !== 0) {
    const output = `${done.stdout ?? ''}${done.stderr ?? ''}`.trim().split('\n').slice(-40).join('\n');
    throw new Error(`${command} ${args.join(' ')} ended with ${done.status ?? done.signal}:\n${output}`);
  }
  return done.stdout ?? '';
}

/** Runs a command and only tells whether it succeeded, and what it printed. */
export function attempt(command, args, options = {}) {
  const done = spawnSync(command, args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'pipe'], ...options });
  return { ok: done.status === 0, stdout: done.stdout ?? '', stderr: done.stderr ?? String(done.error ?? '') };
}

/** Runs a command with its output on the terminal; resolves with its exit code. */
export function show(command, args, options = {}) {
  return new Promise((done, failed) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: 'inherit', ...options });
    child.once('error', failed);
    child.once('exit', (code, signal) => done(code ?? (signal ? 128 : 1)));
  });
}

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Waits until `test` answers something true, and returns it; throws `what` after the time. */
export async function until(test, what, timeoutMs = 30_000, everyMs = 100) {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const answer = await test();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`Waited ${timeoutMs / 1000} s in vain until ${what}.`);
    await sleep(everyMs);
  }
}

/** Whether a process with this id exists. */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** The kernel's start time of a process, which with its id names it for good; undefined when it is gone. */
export function startTimeOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/** Ends one process: SIGTERM, and SIGKILL when it is still there after `graceMs`. */
export async function endProcess(pid, graceMs = 5000) {
  if (!isAlive(pid)) return;
  try { process.kill(pid, 'SIGTERM'); } catch { return; }
  const end = Date.now() + graceMs;
  while (isAlive(pid) && Date.now() < end) await sleep(50);
  if (isAlive(pid)) try { process.kill(pid, 'SIGKILL'); } catch { /* gone meanwhile */ }
}

/** Makes a folder with all above it and returns its path. */
export function folder(path) {
  mkdirSync(path, { recursive: true });
  return path;
}

/** Whether `target` is missing or older than any of `sources`. */
export function isStale(target, sources) {
  if (!existsSync(target)) return true;
  const made = statSync(target).mtimeMs;
  return sources.some((source) => existsSync(source) && statSync(source).mtimeMs > made);
}
