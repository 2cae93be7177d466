// Containers that a control group's path does not name by itself: by what engines say of paths and processes, by groups within a container's, by supervisors and namespaces.
import { containerOfCgroups } from '../engine/state/containers.ts';
import type { ContainerInfo, Placed, StateView, ThreadInfo } from '../engine/state/model.ts';
import { unifiedPath } from './cgroups.ts';
import { supervised } from './supervisors.ts';

interface Match { readonly id: string; readonly type: string }

const LIMIT = 4096;
const NOWHERE = Symbol('nowhere');

export class Places {
  readonly #state: StateView;
  /** Containers by the path of their control group, where that has no id in it. */
  readonly #paths = new Map<string, Match>();
  /** First processes of containers without a control group of their own. */
  readonly #pids = new Map<number, Match>();
  /** Containers whose threads only their parents tell apart from others. */
  readonly #placeless = new Map<string, Match>();
  /** What command lines have said. */
  readonly #supervisors = new Map<string, ContainerInfo>();
  readonly #cache = new Map<string, Match | typeof NOWHERE>();

  constructor(state: StateView) { this.#state = state; }

  /** The container of a thread whose control groups name none. */
  of(thread: Placed, parent: ThreadInfo | undefined): Match | undefined {
    const cgroups = thread.cgroups ?? '';
    const byPath = this.#byPath(cgroups);
    if (byPath !== undefined) return byPath;
    const above = parent === undefined ? undefined : this.#state.thread(parent.tid)?.info ?? parent;
    if (this.#pids.size > 0) { const told = this.#pids.get(thread.tid ?? -1); if (told !== undefined) { this.#pids.delete(thread.tid ?? -1); return this.#keep(this.#placeless, told.id, told); } }
    if (this.#placeless.size > 0) {
      const inherited = this.#placeless.get(thread.containerId ?? '') ?? this.#placeless.get(above?.containerId ?? '');
      if (inherited !== undefined) return inherited;
    }
    // A child that is where its parent is has come into nothing.
    const nested = thread.vtid !== undefined && thread.vtid !== thread.tid && thread.vtid > 0, path = pathOf(cgroups);
    if (above === undefined || (!nested && path === pathOf(above.cgroups))) return undefined;
    return this.#bySupervisor(above, path, nested);
  }

  #bySupervisor(above: ThreadInfo, path: string, nested: boolean): Match | undefined {
    const found = supervised(above);
    if (found === undefined) return undefined;
    const match = { id: found.info.id, type: found.info.type };
    // In the supervisor's own group: told apart by its namespace of processes alone.
    if (path !== pathOf(found.by.cgroups) && path !== '' && path !== '/') { this.#keep(this.#paths, path, match); this.#cache.clear(); } else if (nested) this.#keep(this.#placeless, match.id, match); else return undefined;
    this.#keep(this.#supervisors, match.id, found.info);
    return match;
  }

  /** What an engine says of a container's control group and first process. True where that tells something new. */
  tell(id: string, type: string, cgroup: string | undefined, pid: number): boolean {
    let news = false;
    // Some say of containers without a group of their own the one that they happen to be in.
    if (cgroup !== undefined && isNamedAfter(cgroup, id) && containerOfCgroups(`unified=${cgroup}`)?.id !== id && this.#paths.get(cgroup)?.id !== id) { this.#keep(this.#paths, cgroup, { id, type }); this.#cache.clear(); news = true; }
    const first = pid > 0 ? this.#state.thread(pid)?.info : undefined;
    if (first !== undefined && first.containerId === '' && this.#pids.get(pid)?.id !== id) { this.#keep(this.#pids, pid, { id, type }); news = true; }
    return news;
  }

  /** Whether control groups by themselves tell of this container: only then are their figures its own. */
  tells(id: string, cgroups: string): boolean { return (containerOfCgroups(cgroups) ?? this.#byPath(cgroups))?.id === id; }

  /** What a supervisor's command line says of a container. */
  supervisor(id: string): ContainerInfo | undefined { return this.#supervisors.get(id); }

  forget(id: string): void {
    this.#supervisors.delete(id);
    this.#placeless.delete(id);
    for (const map of [this.#paths, this.#pids]) for (const [key, match] of map as Map<unknown, Match>) if (match.id === id) (map as Map<unknown, Match>).delete(key);
    this.#cache.clear();
  }

  /** A container may have groups within its own, as systemd makes in it; and groups that an engine has told of. */
  #byPath(cgroups: string): Match | undefined {
    const known = this.#cache.get(cgroups);
    if (known !== undefined) return known === NOWHERE ? undefined : known;
    let found: Match | undefined;
    for (const entry of cgroups.split('\0')) {
      for (let path = entry.slice(entry.lastIndexOf('=') + 1); path.length > 1 && found === undefined; path = path.slice(0, Math.max(0, path.lastIndexOf('/')))) found = this.#paths.get(path) ?? containerOfCgroups(`unified=${path}`);
      if (found !== undefined) break;
    }
    this.#keep(this.#cache, cgroups, found ?? NOWHERE);
    return found;
  }

  #keep<K, V>(map: Map<K, V>, key: K, value: V): V {
    if (map.size >= LIMIT) for (const oldest of map.keys()) { map.delete(oldest); break; }
    map.set(key, value);
    return value;
  }
}

/** Whether a path ends in a container's name, or holds its id. */
function isNamedAfter(path: string, id: string): boolean {
  const name = id.slice(id.indexOf('/') + 1), last = path.slice(path.lastIndexOf('/') + 1);
  return last === name || last.endsWith(`-${name}.scope`) || (/^[0-9a-f]{12}$/.test(id) && path.includes(id));
}

/** The group's path in the unified hierarchy, or in the first one where that is not told. */
function pathOf(cgroups: string): string { return unifiedPath(cgroups) ?? /=([^\0]*)/.exec(cgroups)?.[1] ?? ''; }
