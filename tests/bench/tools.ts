// What several benchmarks use: the load generator, a probe, programs of the system.
import { execFile, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
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

/** What one call of the load generator took, ns: by the clock, and of the thread's own time, from which others who had the processor meanwhile are left out. */
export interface CallTime { readonly wall: number; readonly cpu: number }

/** Makes `calls` calls of the mix in one thread that stays on `cpu` (load.c). `calls` is a multiple of 5. Rejects where they failed or were others. */
export async function timeOfMix(load: string, calls: number, cpu: number, prefix: readonly string[] = []): Promise<CallTime> {
  const [program = load, ...args] = [...prefix, load, 'mix', String(calls), String(cpu)];
  const { stdout } = await run(program, args, { maxBuffer: 1 << 28 });
  const [made, wall, used] = (stdout.trim().split('\n').find((line) => /^\d+ \d+ \d+$/.test(line)) ?? '').split(' ').map(Number);
  if (made !== calls || wall === undefined || used === undefined) throw new Error(`the load generator made ${String(made)} calls, ${calls} were wanted`);
  return { wall: wall / calls, cpu: used / calls };
}

/** The floor: two programs on the tracepoints of system calls that do nothing. Compiles them; throws where the machine cannot. */
export function buildFloor(folder: string): string {
  const object = join(folder, 'floor.o'), path = join(folder, 'floor');
  const triplet = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  execFileSync('clang', ['-g', '-O2', '-target', 'bpf', '-idirafter', `/usr/include/${triplet}`, '-c', join(here, 'floor.bpf.c'), '-o', object]);
  writeFileSync(join(folder, 'floor.lskel.h'), execFileSync('bpftool', ['gen', 'skeleton', '-L', object, 'name', 'floor_bpf'], { env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` }, maxBuffer: 1 << 26 }));
  execFileSync('cc', ['-O2', '-I', folder, '-o', path, join(here, 'floor.c')]);
  return path;
}

/** A program that answers each line on its standard input with one on its standard output. */
class Answering {
  private readonly child;
  private readonly lines: AsyncIterator<string>;
  constructor(private readonly path: string, args: readonly string[]) {
    this.child = spawn(path, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.child.on('error', () => undefined);
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }
  async ask(line: string): Promise<string> {
    this.child.stdin.write(line);
    const answer = await this.lines.next();
    if (answer.done === true) throw new Error(`${this.path} ended instead of an answer`);
    return answer.value;
  }
  async end(): Promise<void> {
    const ended = new Promise<void>((resolve) => { this.child.once('close', () => { resolve(); }); });
    this.child.stdin.end();
    if (this.child.exitCode === null) await ended;
  }
}

/** The program of `buildFloor`, whose two empty programs are attached and detached as wished. */
export class Floor extends Answering {
  constructor(path: string) { super(path, []); }
  async set(on: boolean): Promise<void> { await this.ask(on ? '1' : '0'); }
}

/** One thread that stays on `cpu` and makes the mix (load.c) whenever asked. */
export class Mix extends Answering {
  constructor(load: string, cpu: number) { super(load, ['ask', String(cpu)]); }
  /** `calls` is a multiple of 50. */
  async time(calls: number): Promise<CallTime> {
    const [made, wall = Number.NaN, used = Number.NaN] = (await this.ask(`${String(calls)}\n`)).split(' ').map(Number);
    if (made !== calls) throw new Error(`the load generator made ${String(made)} calls, ${calls} were wanted`);
    return { wall: wall / calls, cpu: used / calls };
  }
}

export function has(program: string): boolean { return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0; }
export const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
