// How the user has arranged the lanes: which stand first among their siblings, which are hidden, which was moved where. Pure.

interface Placed { readonly id: string }
/** So many ids of each sort are remembered. */
const KEPT = 500;

export class Arrangement {
  readonly #pinned = new Set<string>();
  readonly #hidden = new Set<string>();
  /** Place among siblings, of those that were moved and of their siblings then. */
  readonly #places = new Map<string, number>();

  get pinned(): readonly string[] { return [...this.#pinned]; }
  get hidden(): readonly string[] { return [...this.#hidden]; }
  isPinned(id: string): boolean { return this.#pinned.has(id); }

  togglePin(id: string): boolean {
    if (!this.#pinned.delete(id)) this.#pinned.add(id);
    return this.#pinned.has(id);
  }
  hide(id: string): void { this.#hidden.add(id); }
  showAll(): void { this.#hidden.clear(); }
  show(id: string): void { this.#hidden.delete(id); }

  /** Siblings as they are to be shown: without the hidden ones, pinned ones first, then as they were moved, then as they came. */
  apply<T extends Placed>(siblings: readonly T[]): readonly T[] {
    if (this.#pinned.size === 0 && this.#hidden.size === 0 && this.#places.size === 0) return siblings;
    const shown = siblings.filter(({ id }) => !this.#hidden.has(id));
    const rank = ({ id }: Placed): number => (this.#pinned.has(id) ? 0 : 1e9) + (this.#places.get(id) ?? 1e6);
    return shown.map((lane, i) => ({ lane, i, rank: rank(lane) })).sort((a, b) => a.rank - b.rank || a.i - b.i).map(({ lane }) => lane);
  }

  /** Moves one of some siblings by `delta` places; hidden ones do not count, and a pinned one stays among the pinned. */
  move(id: string, delta: number, siblings: readonly string[]): void {
    const shown = this.apply(siblings.map((each) => ({ id: each }))).filter((each) => this.#pinned.has(each.id) === this.#pinned.has(id)).map((each) => each.id);
    const from = shown.indexOf(id), to = Math.max(0, Math.min(shown.length - 1, from + delta));
    if (from < 0 || from === to) return;
    shown.splice(to, 0, ...shown.splice(from, 1));
    shown.forEach((each, i) => this.#places.set(each, i));
  }

  /** What is to be remembered. */
  get kept(): { readonly pinned: readonly string[]; readonly hidden: readonly string[]; readonly places: readonly (readonly [string, number])[] } {
    return { pinned: this.pinned.slice(-KEPT), hidden: this.hidden.slice(-KEPT), places: [...this.#places].slice(-KEPT) };
  }
  /** Takes what was remembered; whatever else it is, is left. */
  restore(kept: unknown): void {
    if (typeof kept !== 'object' || kept === null) return;
    const { pinned, hidden, places } = kept as Record<string, unknown>;
    const ids = (value: unknown): string[] => Array.isArray(value) ? value.filter((id): id is string => typeof id === 'string').slice(0, KEPT) : [];
    for (const id of ids(pinned)) this.#pinned.add(id);
    for (const id of ids(hidden)) this.#hidden.add(id);
    for (const place of Array.isArray(places) ? places.slice(0, KEPT) : []) if (Array.isArray(place) && typeof place[0] === 'string' && typeof place[1] === 'number') this.#places.set(place[0], place[1]);
  }
}
