// What several benchmarks use: the load generator, a probe, programs of the system.
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const here = fileURLToPath(new URL('.', import.meta.url));
export const root: string = join(here, '..', '..');

/** A private folder, gone when the process ends. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'porthole-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Compiles the load generator and gives its path. */
export function buildLoad(folder: string): string {
  const path = join(folder, 'load');
  execFileSync('cc', ['-O2', '-o', path, join(here, 'load.c')]);
  return path;
}

/** Makes `calls` calls as fast as they go; ns a call. */
export async function nsPerCall(load: string, calls: number, prefix: readonly string[] = []): Promise<number> {
  const [program = load, ...args] = [...prefix, load, 'max', String(calls)];
  const { stdout } = await run(program, args, { maxBuffer: 1 << 28 });
  const [made, ns] = stdout.trim().split(' ').map(Number);
  if (made !== calls || ns === undefined) throw new Error(`the load generator made ${made} calls, ${calls} were wanted`);
  return ns / calls;
}

export function has(program: string): boolean { return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0; }
export const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
