// Numbers over time in a bounded count of buckets of equal width: when there would be too many, each two become one.

/** Buckets that are kept at most. */
export const MAX_BUCKETS = 512;
/** Width of the first buckets, ns: a power of two, as all widths are. */
const FIRST_WIDTH_NS = 1024;

/** Which stretch of time each bucket is. Bucket `n` begins `(first + n) * widthNs` after the source's base. */
export class BucketAxis {
  widthNs = FIRST_WIDTH_NS;
  /** Number of the first bucket, counted from time 0; -1 before anything came. */
  first = -1;
  count = 0;
  /** Told to put together each two columns: `keepFirst` where the first bucket stands alone in its pair. */
  onFold: ((odd: boolean) => void) | undefined;
  onDrop: ((buckets: number) => void) | undefined;

  get startNs(): number { return this.first < 0 ? 0 : this.first * this.widthNs; }
  get endNs(): number { return this.first < 0 ? 0 : (this.first + this.count) * this.widthNs; }

  /** The bucket of a time; makes room for it. Times before the first one count for that. */
  at(ns: number): number {
    let number = Math.floor(Math.max(0, ns) / this.widthNs);
    if (this.first < 0) { this.first = number; this.count = 1; return 0; }
    while (number - this.first >= MAX_BUCKETS) { this.#fold(); number = Math.floor(Math.max(0, ns) / this.widthNs); }
    const n = Math.max(0, number - this.first);
    if (n >= this.count) this.count = n + 1;
    return n;
  }

  /** Lets go of buckets that end before a time. */
  dropBefore(ns: number): void {
    if (this.first < 0) return;
    const drop = Math.min(this.count - 1, Math.floor(Math.max(0, ns) / this.widthNs) - this.first);
    if (drop <= 0) return;
    this.onDrop?.(drop);
    this.first += drop; this.count -= drop;
  }

  #fold(): void {
    const odd = this.first % 2 === 1;
    this.onFold?.(odd);
    this.count = Math.floor((this.count - 1 + (odd ? 1 : 0)) / 2) + 1;
    this.first = Math.floor(this.first / 2);
    this.widthNs *= 2;
  }
}

/** A sum for each bucket. */
export class SumColumn {
  readonly values = new Float64Array(MAX_BUCKETS);
  add(bucket: number, value: number): void { this.values[bucket] = (this.values[bucket] as number) + value; }
  fold(odd: boolean): void {
    const { values } = this, shift = odd ? 1 : 0, folded = new Float64Array(MAX_BUCKETS);
    for (let i = 0; i < MAX_BUCKETS; i++) { const to = (i + shift) >> 1; folded[to] = (folded[to] as number) + (values[i] as number); }
    values.set(folded);
  }
  drop(buckets: number): void { this.values.copyWithin(0, buckets); this.values.fill(0, MAX_BUCKETS - buckets); }
  /** Of buckets `from` to `to` (not included). */
  total(from: number, to: number): number {
    let sum = 0;
    for (let i = from; i < to; i++) sum += this.values[i] as number;
    return sum;
  }
}

/** Different values in all buckets of a column together, at most; those above are not counted, and that is told. */
const MAX_VALUES = 200_000;

/** A set of values for each bucket. */
export class SetColumn {
  #sets: (Set<number | string> | undefined)[] = [];
  #held = 0;
  /** There were more values than could be held: numbers are at least. */
  full = false;
  #last: unknown;
  #lastBucket = -1;

  /** Whether this was asked just before of the same bucket and the same thing, so that its value is there. */
  isLast(bucket: number, of: unknown): boolean {
    if (of === this.#last && bucket === this.#lastBucket) return true;
    this.#last = of; this.#lastBucket = bucket;
    return false;
  }
  add(bucket: number, value: number | string): void {
    const set = this.#sets[bucket] ??= new Set();
    if (set.has(value)) return;
    if (this.#held >= MAX_VALUES) { this.full = true; return; }
    set.add(value);
    this.#held++;
  }
  fold(odd: boolean): void {
    const folded: (Set<number | string> | undefined)[] = [], shift = odd ? 1 : 0;
    this.#sets.forEach((set, i) => {
      const to = (i + shift) >> 1, into = folded[to];
      if (set === undefined) return;
      if (into === undefined) folded[to] = set; else for (const value of set) into.add(value);
    });
    this.#take(folded);
  }
  drop(buckets: number): void { this.#take(this.#sets.slice(buckets)); }
  #take(sets: (Set<number | string> | undefined)[]): void {
    this.#sets = sets;
    this.#lastBucket = -1;
    this.#held = sets.reduce((sum, set) => sum + (set?.size ?? 0), 0);
  }
  /** Different values of buckets `from` to `to` (not included). */
  total(from: number, to: number): number {
    const some = this.#sets.slice(from, to).filter((set) => set !== undefined);
    if (some.length < 2) return some[0]?.size ?? 0;
    const all = new Set<number | string>();
    for (const set of some) for (const value of set) all.add(value);
    return all.size;
  }
}
