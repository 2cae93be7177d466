// Cgroups of this host: where the hierarchies are mounted, and which cgroup an id of the probe stands for.
import { readdirSync, statSync } from 'node:fs';
import { parseCgroups } from './procText.ts';
import { readSmall } from './procScan.ts';

/** Mount points of the hierarchies. */
export interface CgroupMounts { /** cgroup v2; '' where it is not mounted. */ readonly unified: string; /** By v1 controller. */ readonly v1: ReadonlyMap<string, string> }

/** Reads /proc/self/mountinfo. */
export function parseCgroupMounts(mountinfo: string): CgroupMounts {
  let unified = '';
  const v1 = new Map<string, string>();
  for (const line of mountinfo.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const path = before.split(' ')[4] ?? '';
    const [type, , options = ''] = after.split(' ');
    if (type === 'cgroup2' && unified === '') unified = path;
    if (type === 'cgroup') for (const option of options.split(',')) if (!v1.has(option) && option !== 'rw' && option !== 'ro') v1.set(option, path);
  }
  return { unified, v1 };
}

/** Path in the unified hierarchy out of a thread's cgroups (`subsys=path` entries, NUL between); undefined where they do not say. */
export function unifiedPath(cgroups: string): string | undefined {
  for (const entry of cgroups.split('\0')) if (entry.startsWith(UNIFIED)) return entry.slice(UNIFIED.length);
  return undefined;
}

/** The same cgroups with another path in the unified hierarchy. */
export function withUnified(cgroups: string, path: string): string { return [...cgroups.split('\0').filter((entry) => entry !== '' && !entry.startsWith(UNIFIED)), UNIFIED + path].join('\0'); }

const UNIFIED = 'unified=';
const KNOWN_LIMIT = 20_000;
const WALK_PAUSE_MS = 200;
const MAX_WALK = 20_000;

/** From the id that the probe gives with each record to the path of the cgroup in the unified hierarchy. */
export class CgroupResolver {
  readonly mounts: CgroupMounts;
  /** What the kernel side has noted of cgroups that were made since it is there, gone or not. */
  noted: ((id: number) => string | undefined) | undefined;
  readonly #known = new Map<number, string>();
  #walkedAt = -Infinity;

  constructor(mounts: CgroupMounts = parseCgroupMounts(readSmall('/proc/self/mountinfo') ?? '')) { this.mounts = mounts; }

  /** Path of a cgroup, as one of its threads is there; undefined where nobody knows it any more. */
  pathOf(id: number, tid: number): string | undefined {
    const known = this.#known.get(id) ?? this.#keep(id, this.noted?.(id));
    if (known !== undefined) return known;
    const own = unifiedPath(this.textOf(tid) ?? '');
    // The process may have moved on since the record was made: the id must fit before it is kept.
    if (own !== undefined && this.#inode(own) === id) return this.#keep(id, own);
    if (performance.now() - this.#walkedAt < WALK_PAUSE_MS) return undefined;
    this.#walk();
    this.#walkedAt = performance.now();
    return this.#known.get(id);
  }

  /** Cgroups of a thread as captures hold them, out of /proc. */
  textOf(tid: number): string | undefined {
    const text = readSmall(`/proc/${tid}/cgroup`);
    return text === undefined || text === '' ? undefined : parseCgroups(text);
  }

  #keep(id: number, path: string | undefined): string | undefined {
    if (path === undefined) return undefined;
    if (this.#known.size >= KNOWN_LIMIT) this.#known.clear();
    this.#known.set(id, path);
    return path;
  }

  #inode(path: string): number {
    if (this.mounts.unified === '') return -1;
    try { return statSync(this.mounts.unified + path).ino; } catch { return -1; }
  }

  #walk(): void {
    if (this.mounts.unified === '') return;
    const stack = [''];
    for (let seen = 0; stack.length > 0 && seen < MAX_WALK; seen++) {
      const path = stack.pop() ?? '';
      const ino = this.#inode(path);
      if (ino > 0) this.#keep(ino, path === '' ? '/' : path);
      try { for (const entry of readdirSync(this.mounts.unified + path, { withFileTypes: true })) if (entry.isDirectory()) stack.push(`${path}/${entry.name}`); } catch { /* gone in the meantime */ }
    }
  }
}
