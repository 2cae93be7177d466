// What the soak needs of the machine: control groups and shared memory of its own, the load in them, and what the kernel keeps for a probe.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, readSync, rmdirSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Made } from './ledger.ts';

/** The calls of load.c, in its order. */
export const KINDS = ['getppid', 'read', 'write', 'openat', 'close', 'fstat', 'lseek', 'getpriority'] as const;
const HEAD_BYTES = 128, OWN_BYTES = 256, PARKED = 0, MADE = 8, STOP = 4;

/** Where a control group can be made; undefined where there is no v2 hierarchy. */
export function cgroupMount(): string | undefined { return ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'].find((path) => existsSync(join(path, 'cgroup.procs')) && existsSync(join(path, 'cgroup.subtree_control'))); }

export interface Cgroup { readonly path: string; readonly id: bigint }
export function makeCgroup(name: string): Cgroup {
  const path = join(cgroupMount() ?? '', `porthole-soak-${String(process.pid)}-${name}`);
  mkdirSync(path);
  return { path, id: statSync(path, { bigint: true }).ino };
}
/** Ends all that is within, also what the load has left behind, and removes the group when the last of it is gone. */
export async function removeCgroup({ path }: Cgroup): Promise<void> {
  for (let i = 0; i < 1500 && existsSync(path); i++) {
    try {
      for (const pid of readFileSync(join(path, 'cgroup.procs'), 'utf8').split('\n')) if (pid !== '') process.kill(Number(pid), 'SIGKILL');
      rmdirSync(path);
    } catch { await delay(20); }
  }
}

export function buildLoad(folder: string): string {
  const program = join(folder, 'load');
  execFileSync('cc', ['-O2', '-pthread', '-o', program, fileURLToPath(new URL('load.c', import.meta.url))], { stdio: 'pipe' });
  return program;
}

/** One process of load.c, which makes calls and counts them. */
export class Load {
  readonly child: ChildProcess;
  readonly ready: Promise<void>;
  readonly #threads: number;
  readonly #path: string;
  readonly #bytes: Buffer;
  #file: number | undefined;

  constructor(program: string, folder: string, cgroup: Cgroup, name: string, threads: number, seed: number) {
    this.#threads = threads;
    this.#path = join(folder, `shared-${name}`);
    this.#bytes = Buffer.alloc(HEAD_BYTES + threads * OWN_BYTES);
    // Ctrl-C at a terminal is for whoever watches, who ends this one and clears away what it used.
    this.child = spawn(program, [this.#path, cgroup.path, String(threads), String(seed)], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    this.ready = new Promise((resolve, reject) => {
      this.child.stdout?.once('data', (text: Buffer) => { if (text.toString() === `ready ${HEAD_BYTES} ${OWN_BYTES}\n`) resolve(); else reject(new Error(`load: ${text.toString()}`)); });
      this.child.once('exit', (code, signal) => { reject(new Error(`the load ended with ${String(code ?? signal)}`)); });
    });
    this.ready.catch(() => undefined);
  }

  #read(): Buffer {
    this.#file ??= openSync(this.#path, 'r+');
    readSync(this.#file, this.#bytes, 0, this.#bytes.length, 0);
    return this.#bytes;
  }
  #write(at: number, value: number): void { const word = Buffer.alloc(4); word.writeUInt32LE(value); this.#file ??= openSync(this.#path, 'r+'); writeSync(this.#file, word, 0, 4, at); }

  /** Calls made so far, by kind: those that went well, then those that failed. */
  made(): number[] {
    const bytes = this.#read();
    return [...KINDS, ...KINDS].map((_, kind) => { let sum = 0; for (let t = 0; t < this.#threads; t++) sum += Number(bytes.readBigUInt64LE(HEAD_BYTES + t * OWN_BYTES + MADE + kind * 8)); return sum; });
  }
  gate(closed: boolean): void { this.#write(0, closed ? 1 : 0); }
  get pid(): number { return this.child.pid ?? 0; }
  parked(): boolean {
    const bytes = this.#read();
    for (let t = 0; t < this.#threads; t++) if (bytes.readUInt32LE(HEAD_BYTES + t * OWN_BYTES + PARKED) !== 1) return false;
    return true;
  }
  end(): void { if (this.#file !== undefined) { this.#write(STOP, 1); closeSync(this.#file); this.#file = undefined; } this.child.kill('SIGKILL'); }
}

export function sample(loads: readonly Load[]): Made { return loads.map((load) => load.made()); }

export function fdCount(pid: number | 'self'): number { try { return readdirSync(`/proc/${pid}/fd`).length; } catch { return 0; } }
/** Memory in use, bytes; 0 for a process that has ended. */
export function rssOf(pid: number | 'self'): number { try { return Number(/^VmRSS:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024; } catch { return 0; } }

/** What the kernel keeps in maps and programs that a process holds, bytes by its own account (`memlock` of /proc/PID/fdinfo). What several descriptors name counts once each. */
export function kernelBytesOf(pid: number | 'self'): number {
  let sum = 0;
  try {
    for (const fd of readdirSync(`/proc/${pid}/fdinfo`)) try { sum += Number(/^memlock:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'))?.[1] ?? 0); } catch { /* it was closed */ }
  } catch { /* it has ended */ }
  return sum;
}

/** Ids of all threads of the machine. */
export function threadsOfHost(): Set<number> {
  const found = new Set<number>();
  for (const pid of readdirSync('/proc')) if (/^\d+$/.test(pid)) try { for (const tid of readdirSync(`/proc/${pid}/task`)) found.add(Number(tid)); } catch { /* it has ended */ }
  return found;
}
