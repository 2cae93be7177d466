// CPU and memory of containers out of their cgroups' files, version 1 or 2.
import { totalmem } from 'node:os';
import type { ResourceFigures } from '../engine/session/tree.ts';
import type { CgroupMounts } from './cgroups.ts';
import { readSmall } from './procScan.ts';

/** A v1 limit that stands for none. */
const NO_LIMIT = 2 ** 60;

interface Sample { readonly usedNs: number; readonly atMs: number }

export class ResourceReader {
  readonly #mounts: CgroupMounts;
  readonly #samples = new Map<string, Sample>();
  constructor(mounts: CgroupMounts) { this.#mounts = mounts; }

  /** Figures of a container by the cgroups of one of its processes (`controller=path`, NUL between). The first reading knows no CPU yet. */
  read(containerId: string, cgroups: string, nowMs: number): ResourceFigures {
    const paths = new Map<string, string>();
    for (const entry of cgroups.split('\0')) { const at = entry.indexOf('=/'); if (at > 0) paths.set(entry.slice(0, at), entry.slice(at + 1)); }
    const usedNs = this.#cpuNs(paths);
    const before = this.#samples.get(containerId);
    const cpuPercent = usedNs < 0 || before === undefined || nowMs <= before.atMs ? -1 : Math.max(0, (usedNs - before.usedNs) / ((nowMs - before.atMs) * 1e4));
    if (usedNs >= 0) this.#samples.set(containerId, { usedNs, atMs: nowMs });
    return { cpuPercent: Math.round(cpuPercent * 10) / 10, ...this.#memory(paths) };
  }

  forget(containerId: string): void { this.#samples.delete(containerId); }

  #file(controller: string, paths: ReadonlyMap<string, string>, name: string): string | undefined {
    const mount = controller === 'unified' ? this.#mounts.unified : this.#mounts.v1.get(controller);
    const path = paths.get(controller) ?? paths.get('unified');
    return mount === undefined || mount === '' || path === undefined ? undefined : readSmall(`${mount}${path}/${name}`);
  }

  #cpuNs(paths: ReadonlyMap<string, string>): number {
    const v1 = this.#file('cpuacct', paths, 'cpuacct.usage');
    if (v1 !== undefined) return Number(v1);
    const usec = /^usage_usec (\d+)/m.exec(this.#file('unified', paths, 'cpu.stat') ?? '')?.[1];
    return usec === undefined ? -1 : Number(usec) * 1000;
  }

  #memory(paths: ReadonlyMap<string, string>): { memoryBytes: number; memoryLimitBytes: number } {
    const used = this.#file('memory', paths, 'memory.usage_in_bytes');
    if (used !== undefined) {
      const cache = /^total_inactive_file (\d+)/m.exec(this.#file('memory', paths, 'memory.stat') ?? '')?.[1];
      const limit = Number(this.#file('memory', paths, 'memory.limit_in_bytes') ?? 0);
      return { memoryBytes: Math.max(0, Number(used) - Number(cache ?? 0)), memoryLimitBytes: limit >= NO_LIMIT ? totalmem() : limit };
    }
    const current = this.#file('unified', paths, 'memory.current');
    if (current === undefined) return { memoryBytes: 0, memoryLimitBytes: 0 };
    const cache = /^inactive_file (\d+)/m.exec(this.#file('unified', paths, 'memory.stat') ?? '')?.[1];
    const limit = (this.#file('unified', paths, 'memory.max') ?? 'max').trim();
    return { memoryBytes: Math.max(0, Number(current) - Number(cache ?? 0)), memoryLimitBytes: limit === 'max' ? totalmem() : Number(limit) };
  }
}

/** CPU and memory of the whole host. */
export class HostResources {
  #busy = -1;
  #total = 0;

  read(): ResourceFigures {
    const stat = readSmall('/proc/stat') ?? '';
    const fields = /^cpu +(.*)$/m.exec(stat)?.[1]?.split(' ').map(Number) ?? [];
    const cpus = stat.match(/^cpu\d+ /gm)?.length ?? 1;
    const total = fields.slice(0, 8).reduce((a, b) => a + b, 0);
    const busy = total - (fields[3] ?? 0) - (fields[4] ?? 0);
    const known = this.#busy >= 0 && total > this.#total;
    const cpuPercent = known ? Math.round(((busy - this.#busy) / (total - this.#total)) * cpus * 1000) / 10 : -1;
    this.#busy = busy; this.#total = total;
    const memory = readSmall('/proc/meminfo') ?? '';
    const kb = (name: string): number => Number(new RegExp(`^${name}: +(\\d+)`, 'm').exec(memory)?.[1] ?? 0);
    return { cpuPercent, memoryBytes: (kb('MemTotal') - kb('MemAvailable')) * 1024, memoryLimitBytes: kb('MemTotal') * 1024 };
  }
}
