// Starts the process that reads a capture and runs compiled chisels on it (chiselReading.ts).
import { spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync } from 'node:fs';
import { DEFAULT_LIMITS } from '../engine/chisel/inPlaceMachine.ts';
import type { ChiselSource } from '../engine/chisel/run.ts';
import { execNames, readHead } from '../engine/chisel/loader.ts';
import { chiselEnvironment, chiselProcess, findChisel, modulesBeside, sharedModules } from './chiselRunner.ts';
import type { ReadingJob, ReadingResult } from './chiselReading.ts';
import { splitArguments, type ChiselOutcome } from './cliChisel.ts';
import type { Run } from './cliRun.ts';
import { RunError } from './cliSay.ts';

/** JavaScript memory of the process: what a large capture's state takes, and the chisels' own. */
const MEGABYTES = 2048;
const STDERR_LIMIT = 4096;

/** What came of it; undefined where the capture has to be read here, as something is asked that only this process does. */
export async function readByChisels({ line, output, signal }: Run, file: string): Promise<{ readonly shown: number; readonly chisels: readonly ChiselOutcome[]; readonly problems: readonly string[] } | undefined> {
  if (file === '-' || line.portNames || !line.users || line.progress) return undefined;
  const scripts: Record<string, ChiselSource> = {};
  const add = (name: string): void => {
    if (Object.hasOwn(scripts, name)) return;
    const found = findChisel(name);
    if (found === undefined) return;
    scripts[name] = { source: found.source, modules: { ...sharedModules(found.source), ...modulesBeside(found.path, found.source) } };
    for (const next of execNames(found.source)) add(next);
  };
  for (const { name } of line.chisels) add(name);
  if (line.chisels.some(({ name }) => !Object.hasOwn(scripts, name) || readHead(scripts[name]?.source ?? '') === undefined)) return undefined;
  let fd: number;
  try { fd = openSync(file, 'r'); } catch { return undefined; }
  try {
    if (!fstatSync(fd).isFile()) return undefined;
    const environment = chiselEnvironment({
      name: '', source: '', args: [], filter: line.filter, live: false, capture: file, json: line.json, containerData: line.containers, print: () => undefined,
      forms: { timeForm: line.timeForm, zoneSeconds: -new Date().getTimezoneOffset() * 60, bufferForm: line.bufferForm },
      ...(output.terminal ? { terminal: { columns: output.columns, rows: output.rows } } : {}),
    });
    const job: ReadingJob = {
      file, filter: line.filter, limit: Number.isFinite(line.limit) ? line.limit : undefined, seconds: Number.isFinite(line.seconds) ? line.seconds : undefined,
      chisels: line.chisels.map(({ name, args }) => ({ name, args: splitArguments(args) })), scripts, environment, limits: DEFAULT_LIMITS,
    };
    output.flush();
    const result = await start(job, fd, signal);
    if (result.unsupported === true) return undefined;
    if (result.closed) output.closed = true;
    if (result.failed !== undefined) output.fail(result.failed);
    return result;
  } finally { closeSync(fd); }
}

async function start(job: ReadingJob, fd: number, signal: AbortSignal): Promise<ReadingResult> {
  const { program, args } = chiselProcess(MEGABYTES), { TZ } = process.env;
  const child = spawn(program, args, { cwd: '/', env: { PORTHOLE_CHISEL_PROCESS: 'reading', ...(TZ === undefined ? {} : { TZ }) }, stdio: ['pipe', 'inherit', 'pipe', 'pipe', fd], windowsHide: true });
  const stop = (): void => { child.kill('SIGTERM'); };
  signal.addEventListener('abort', stop, { once: true });
  let stderr = '', answer = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => { if (stderr.length < STDERR_LIMIT) stderr += text; });
  const [, , , results] = child.stdio;
  if (results !== null && results !== undefined && 'setEncoding' in results) results.setEncoding('utf8').on('data', (text: string) => { answer += text; });
  child.stdin?.on('error', () => undefined).end(JSON.stringify(job));
  try {
    const how = await new Promise<string>((resolve) => {
      child.on('error', (error) => { resolve(`could not be started: ${error.message}`); });
      child.on('close', (code, killer) => { resolve(code === 0 ? '' : `ended (${killer ?? `exit ${code}`})`); });
    });
    if (how !== '' || answer === '') throw new RunError(`the process of the chisel ${how}${stderr === '' ? '' : `: ${stderr.trim().slice(-400)}`}`);
    return JSON.parse(answer) as ReadingResult;
  } finally { signal.removeEventListener('abort', stop); }
}
