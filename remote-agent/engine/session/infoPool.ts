// Descriptors that say the same are one: a path that is opened a million times is kept once.
import type { FdInfo } from '../state/model.ts';

/** Names that are remembered at most, twice; what is forgotten is merely kept once more when it comes again. */
const NAMES = 1 << 16;
/** Descriptors of one name that are compared. */
const DEPTH = 4;

type Plain = string | number | boolean | undefined;
/** Everything about a descriptor but its identity, and what only the state needs to take the next event in. */
const BOOKKEEPING: ReadonlySet<string> = new Set(['ref', 'uses', 'tuple', 'inherited']);

export class InfoPool {
  #recent = new Map<string, FdInfo[]>();
  #older = new Map<string, FdInfo[]>();
  /** What is compared, by how descriptors of this state are made. */
  #keys: readonly string[] | undefined;

  /** A descriptor that says the same as this one: this one where it is the first. */
  fd(info: FdInfo): FdInfo {
    const key = info.name === '' ? `${info.kind} ${info.ino}` : info.name;
    let known = this.#recent.get(key);
    if (known === undefined) {
      known = this.#older.get(key) ?? [];
      if (this.#recent.size >= NAMES) { this.#older = this.#recent; this.#recent = new Map(); }
      this.#recent.set(key, known);
    }
    for (const one of known) if (one === info || this.#same(one, info)) return one;
    if (known.length >= DEPTH) known.shift();
    known.push(info);
    return info;
  }

  #same(a: FdInfo, b: FdInfo): boolean {
    if (a.openFlags !== b.openFlags || a.ino !== b.ino || a.dev !== b.dev || a.kind !== b.kind || a.sport !== b.sport || a.dport !== b.dport || a.role !== b.role || a.connected !== b.connected) return false;
    this.#keys ??= Object.keys(a).filter((key) => !BOOKKEEPING.has(key));
    for (const key of this.#keys) if ((a as unknown as Record<string, Plain>)[key] !== (b as unknown as Record<string, Plain>)[key]) return false;
    return true;
  }
}
