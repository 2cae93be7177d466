// Cgroups of this host: where the hierarchies are mounted, which cgroup an id of the probe stands for, CPU and memory of a cgroup.
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

const KNOWN_LIMIT = 20_000;
const WALK_PAUSE_MS = 200;
const MAX_WALK = 20_000;

/** From the id that the probe gives with each record to the cgroups of the process, as captures hold them. */
export class CgroupResolver {
  readonly mounts: CgroupMounts;
  readonly #known = new Map<number, string>();
  #walkedAt = 0;

  constructor(mounts: CgroupMounts = parseCgroupMounts(readSmall('/proc/self/mountinfo') ?? '')) { this.mounts = mounts; }

  /** Cgroups text; undefined where neither the process nor the cgroup is there any more. */
  resolve(id: number, tid: number): string | undefined {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const own = readSmall(`/proc/${tid}/cgroup`);
    if (own !== undefined && own !== '') {
      const text = parseCgroups(own);
      // The process may have moved on since the record was made: the id must fit before it is kept.
      if (this.#inode(unifiedPath(text)) === id) { this.#keep(id, text); return text; }
    }
    if (performance.now() - this.#walkedAt < WALK_PAUSE_MS) return undefined;
    this.#walk();
    this.#walkedAt = performance.now();
    return this.#known.get(id);
  }

  #keep(id: number, text: string): void {
    if (this.#known.size >= KNOWN_LIMIT) this.#known.clear();
    this.#known.set(id, text);
  }

  #inode(path: string | undefined): number {
    if (path === undefined || this.mounts.unified === '') return -1;
    try { return statSync(this.mounts.unified + path).ino; } catch { return -1; }
  }

  #walk(): void {
    if (this.mounts.unified === '') return;
    const stack = [''];
    for (let seen = 0; stack.length > 0 && seen < MAX_WALK; seen++) {
      const path = stack.pop() ?? '';
      const ino = this.#inode(path);
      if (ino > 0 && !this.#known.has(ino)) this.#keep(ino, `unified=${path === '' ? '/' : path}`);
      try { for (const entry of readdirSync(this.mounts.unified + path, { withFileTypes: true })) if (entry.isDirectory()) stack.push(`${path}/${entry.name}`); } catch { /* gone in the meantime */ }
    }
  }
}

function unifiedPath(text: string): string | undefined {
  for (const entry of text.split('\0')) if (entry.startsWith('unified=')) return entry.slice('unified='.length);
  return undefined;
}
