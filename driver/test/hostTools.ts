// For tests of what the host counts and tells beside calls: a control group of one's own, and a program that works in measured portions.
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type * as Addon from '../../remote-agent/addon/porthole.d.ts';
import { hostTotals, type HostNumbers } from '../../remote-agent/host/probeCountersHost.ts';
import type { HostKind } from '../schema/index.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
export const NO_GROUPS = 'KERNEL TEST SKIPPED: no cgroup v2 in which to make a group';

export function openHostCounters(options: Parameters<typeof Addon.openHostCounters>[0] = {}): Addon.HostCounters {
  return (createRequire(import.meta.url)(join(root, 'dist/agent/porthole.node')) as typeof Addon).openHostCounters(options);
}

export interface Done { readonly code: number | null; readonly signal: string | null; readonly pid: number; readonly facts: Readonly<Record<string, number>> }

/** A control group of version 2, one of version 1 where memory is limited there, and the program built; removed by `close`. */
export class Workplace {
  readonly id: bigint;
  readonly path: string;
  /** In the hierarchy that limits memory; undefined where none does. */
  readonly memory: string | undefined;
  readonly folder = mkdtempSync(join(tmpdir(), 'porthole-host-'));
  readonly helper = join(this.folder, 'hostWork');
  readonly #made: string[] = [];

  /** Undefined where no group can be made. */
  static make(name: string): Workplace | undefined {
    const mount = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'].find((path) => existsSync(join(path, 'cgroup.subtree_control')));
    if (mount === undefined) return undefined;
    const path = join(mount, `porthole-${name}-${String(process.pid)}`);
    try { mkdirSync(path); } catch { return undefined; }
    return new Workplace(path);
  }

  private constructor(path: string) {
    this.path = path;
    this.#made.push(path);
    this.id = statSync(path, { bigint: true }).ino;
    const v1 = '/sys/fs/cgroup/memory';
    if (existsSync(join(path, 'memory.max'))) this.memory = path;
    else if (existsSync(join(v1, 'memory.limit_in_bytes'))) {
      this.memory = join(v1, path.slice(path.lastIndexOf('/') + 1));
      mkdirSync(this.memory);
      this.#made.push(this.memory);
    }
    execFileSync('cc', ['-O1', '-pthread', '-o', this.helper, fileURLToPath(new URL('hostWork.c', import.meta.url))]);
  }

  /** At most so much memory for what runs here; what goes beyond is killed. */
  limitMemory(bytes: number): void {
    if (this.memory === undefined) throw new Error('no hierarchy limits memory');
    writeFileSync(join(this.memory, existsSync(join(this.memory, 'memory.max')) ? 'memory.max' : 'memory.limit_in_bytes'), String(bytes));
  }

  /** Runs the helper in the group, or outside of it; settles when it has ended. `kill` ends it. */
  run(words: readonly (string | number)[], options: { readonly outside?: boolean; readonly kill?: AbortSignal; readonly program?: string } = {}): Promise<Done> {
    const enter = options.outside === true ? '' : [...new Set(this.#made)].map((path) => `echo $$ > ${path}/cgroup.procs; `).join('');
    return new Promise((resolve) => {
      const child = execFile('sh', ['-c', `${enter}exec "$0" "$@"`, options.program ?? this.helper, ...words.map(String)], (error, stdout) => {
        const facts = Object.fromEntries(stdout.trim().split('\n').map((line) => line.split('=')).map(([key = '', value = '']) => [key, Number(value)]));
        resolve({ code: child.exitCode, signal: child.signalCode, pid: child.pid ?? 0, facts });
      });
      options.kill?.addEventListener('abort', () => { child.kill('SIGKILL'); });
    });
  }

  /** What has been counted of the group. */
  counted(counters: Addon.HostCounters, kind: HostKind): HostNumbers | undefined {
    return hostTotals(counters.counts().counts.filter((c) => c.cgroup === this.id), () => 'here').get('here')?.[kind];
  }

  /** Waits until what was counted satisfies `enough`. */
  async until(counters: Addon.HostCounters, kind: HostKind, enough: (numbers: HostNumbers) => boolean): Promise<HostNumbers> {
    let last: HostNumbers | undefined;
    for (const end = performance.now() + 30_000; performance.now() < end; await delay(20)) {
      last = this.counted(counters, kind);
      if (last !== undefined && enough(last)) return last;
    }
    throw new Error(`waited in vain; counted was ${JSON.stringify(last)}`);
  }

  async close(): Promise<void> {
    // A process that has ended may take a moment to leave its group.
    for (const path of this.#made) for (let i = 0; ; i++) { try { rmdirSync(path); break; } catch (error) { if (i > 200) throw error; await delay(20); } }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** How many programs this process has attached. */
export function attached(): number {
  return readdirSync('/proc/self/fdinfo').filter((fd) => { try { return readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8').includes('link_type:\traw_tracepoint'); } catch { return false; } }).length;
}
