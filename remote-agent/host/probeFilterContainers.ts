// From containers that a filter names to control groups that the kernel side can leave out. What is new is wanted until somebody has looked at it, so that
// nothing of a container is lost that starts in between; what is known to be of others is left out.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { CaptureProfile } from '../addon/porthole.d.ts';
import { containerOfCgroups } from '../engine/state/containers.ts';
import { CgroupResolver } from './cgroups.ts';
import { readSmall } from './procScan.ts';

/** Containers by id (as container.id has it) or by name: one of them suffices. */
export interface ContainerWish { readonly ids: ReadonlySet<string>; readonly names: ReadonlySet<string> }

/** As many as the kernel side takes; where there are more, all come. */
const MOST_GROUPS = 8192;
/** The tree is looked at again after so long even where its size is the same, ms. */
const LOOK_MS = 5000;

interface Known { readonly id: bigint; readonly container: string | undefined }

export class ContainerScope {
  readonly #wish: ContainerWish;
  /** The name of a container; undefined where it is not known (yet). */
  readonly #nameOf: (id: string) => string | undefined;
  readonly #mount: string;
  #known: readonly Known[] | undefined;
  #size = '';
  #lookedAt = -Infinity;
  #key = '';
  #groups: CaptureProfile['groups'];

  /** `mount`: of the hierarchy of version 2; '' where there is none, and then all come. */
  constructor(wish: ContainerWish, nameOf: (id: string) => string | undefined, mount: string = new CgroupResolver().mounts.unified) { this.#wish = wish; this.#nameOf = nameOf; this.#mount = mount; }

  /** What the profile says of control groups. */
  get profile(): CaptureProfile { return this.#groups === undefined ? {} : { groups: this.#groups, otherGroups: true }; }

  /** Looks what there is now. True where `profile` has changed. */
  refresh(): boolean {
    const size = this.#mount === '' ? '' : readSmall(join(this.#mount, 'cgroup.stat')) ?? '', now = performance.now();
    if (this.#known === undefined || size !== this.#size || size === '' || now - this.#lookedAt > LOOK_MS) {
      this.#known = this.#mount === '' ? [] : this.#look();
      this.#size = size;
      this.#lookedAt = now;
    }
    const unwanted = this.#unwanted(this.#known ?? []), key = unwanted.map(({ id }) => id).join();
    if (key === this.#key) return false;
    this.#key = key;
    // Each speaks for its own tasks alone, so that what is made below it is new.
    this.#groups = unwanted.length === 0 || unwanted.length > MOST_GROUPS ? undefined : unwanted.map(({ id }) => ({ id, wanted: false, below: false }));
    return true;
  }

  #unwanted(known: readonly Known[]): readonly Known[] {
    const isWanted = (container: string): boolean | undefined => {
      if (this.#wish.ids.has(container)) return true;
      if (this.#wish.names.size === 0) return false;
      const name = this.#nameOf(container);
      return name === undefined || name === '' ? undefined : this.#wish.names.has(name);
    };
    const wanted = new Set<string>();
    for (const { container } of known) if (container !== undefined && isWanted(container) === true) wanted.add(container);
    // Some containers have no group of their own (rootless ones): as long as one that is asked for has not been found, it may be there where the host's tasks are.
    const foundAll = wanted.size >= this.#wish.ids.size + this.#wish.names.size;
    return known.filter(({ container }) => (container === undefined ? foundAll : isWanted(container) === false));
  }

  /** All groups there are; none where there are too many. */
  #look(): readonly Known[] {
    const found: Known[] = [], stack: { readonly path: string; readonly above: string | undefined }[] = [{ path: '', above: undefined }];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      try {
        const { path } = next, place = join(this.#mount, path);
        // What a container makes below its own group is its own, too.
        const container = containerOfCgroups(`unified=${path}`)?.id ?? next.above;
        found.push({ id: statSync(place, { bigint: true }).ino, container });
        if (found.length > MOST_GROUPS) return [];
        for (const entry of readdirSync(place, { withFileTypes: true })) if (entry.isDirectory()) stack.push({ path: `${path}/${entry.name}`, above: container });
      } catch { /* gone in the meantime */ }
    }
    return found;
  }
}
