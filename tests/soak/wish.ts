// The profile of the soak: what is asked of the probe at a moment, as the probe is told it and as the books have to count it.
import { CALL_BITS, COUNTER_BUCKETS } from '../../driver/schema/index.ts';
import type { CallCounter, CaptureProfile } from '../../remote-agent/addon/porthole.d.ts';
import type { Chance } from '../seed.ts';
import type { Wanted } from './ledger.ts';

const SNAPLENS = [0, 1, 80, 80, 200, 4096];
/** Lengths of calls from which on they are asked for, by the buckets that they begin: 1, 2 and 4 µs. */
const SLOW_BUCKETS = [4, 5, 6];
const CALLS = 512;

/**
 * What a choice is made among: kinds of calls by native number; control groups and processes of the loads, in the same order. `others`: calls that the loads do not make, wanted always; where the
 * whole host is in scope, such calls are under way when threads end.
 */
export interface Field { readonly numbers: readonly number[]; readonly others: readonly number[]; readonly groups: readonly bigint[]; readonly pids: readonly number[] }

export class Wish {
  readonly #field: Field;
  /** By kind: records, records that are left out and counted as such, counters alone, nothing. */
  #asked: ('event' | 'leftOut' | 'none')[];
  #counted: boolean[];
  #groups: readonly number[] | undefined = [0, 1];
  #processes: readonly number[] | undefined;
  #failedOnly = false;
  /** Bucket of counters that the shortest wanted call falls into; 0: all are wanted. */
  #slow = 0;
  #snaplen = 80;
  paused = false;

  constructor(field: Field) {
    this.#field = field;
    this.#asked = field.numbers.map(() => 'event');
    this.#counted = field.numbers.map(() => true);
  }

  /** Whether others of the host are in scope: their losses cannot be told from those of the loads. */
  get foreign(): boolean { return this.#groups === undefined && this.#processes === undefined; }
  get slow(): number { return this.#slow; }

  #inScope(load: number): boolean { return !this.paused && (this.#groups === undefined || this.#groups.includes(load)) && (this.#processes === undefined || this.#processes.includes(load)); }

  /** By load: kinds of calls that went well, then the same that failed. */
  #table(passes: (kind: number, failed: boolean) => boolean): Wanted {
    const { numbers, groups } = this.#field;
    return groups.map((_, load) => [false, true].flatMap((failed) => numbers.map((_nr, kind) => this.#inScope(load) && passes(kind, failed))));
  }
  /** Calls that are to be delivered, or counted as left out. */
  get wanted(): Wanted { return this.#table((kind, failed) => this.#asked[kind] !== 'none' && (failed || !this.#failedOnly)); }
  get counted(): Wanted { return this.#table((kind) => this.#counted[kind] === true); }
  /** Kinds of which records are asked for, left out or not. */
  get kinds(): readonly boolean[] { return this.#asked.map((asked) => asked !== 'none'); }

  get profile(): CaptureProfile {
    const { numbers, others, groups, pids } = this.#field, calls = new Uint8Array(CALLS);
    for (const nr of others) calls[nr] = CALL_BITS.event;
    numbers.forEach((nr, kind) => { const asked = this.#asked[kind]; calls[nr] = (asked === 'event' ? CALL_BITS.event : asked === 'leftOut' ? CALL_BITS.leftOut : 0) | (this.#counted[kind] === true ? CALL_BITS.count : 0); });
    return {
      calls, snaplen: this.#snaplen, failedOnly: this.#failedOnly,
      ...(this.#groups === undefined ? {} : { groups: this.#groups.map((load) => ({ id: groups[load] ?? 0n, wanted: true, below: true })) }),
      ...(this.#processes === undefined ? {} : { processes: this.#processes.map((load) => pids[load] ?? 0) }),
      ...(this.#slow === 0 ? {} : { slowerThanNs: 2 ** (COUNTER_BUCKETS.firstBit + this.#slow) }),
    };
  }

  /** Between two books, while nobody calls: whether long calls alone are wanted. All that is asked for is counted then, as the counters say how many were long enough. */
  chooseLength(random: Chance): string {
    this.#slow = random.next() < 0.25 ? random.pick(SLOW_BUCKETS) : 0;
    if (this.#slow === 0) return 'all lengths';
    this.#failedOnly = false;
    this.#chooseKinds(random);
    return `from bucket ${String(this.#slow)} on`;
  }

  #chooseKinds(random: Chance): void {
    this.#asked = this.#asked.map(() => { const n = random.next(); return n < 0.55 ? 'event' : n < 0.75 ? 'leftOut' : 'none'; });
    // One at least is left out, so that no run is without.
    if (!this.#asked.includes('leftOut')) this.#asked[random.below(this.#asked.length)] = 'leftOut';
    // What is left out is told by its counter.
    this.#counted = this.#asked.map((asked) => asked === 'leftOut' || this.#slow > 0 || random.next() < 0.5);
  }

  /** Something else by chance, or 0: other kinds of calls; says what, in a word. Where long calls alone are wanted, which kinds those are stays. */
  change(random: Chance, what = random.below(7)): string {
    switch (what) {
      case 0: case 1: if (this.#slow > 0) return 'same'; this.#chooseKinds(random); return 'kinds';
      case 2: case 3: this.#groups = random.pick([[0], [1], [0, 1], [0, 1], undefined, undefined]); return 'groups';
      case 4: this.#processes = random.pick([[0], [1], [0, 1], undefined, undefined, undefined]); return 'processes';
      case 5: if (this.#slow > 0) return 'same'; this.#failedOnly = !this.#failedOnly; return 'failures';
      default: this.#snaplen = random.pick(SNAPLENS); return 'snaplen';
    }
  }

  /** Sums of the kernel's counters of the loads. `long`: calls of the asked kinds that are long enough, or of unknown length. */
  counts(counters: readonly CallCounter[]): { readonly calls: number; readonly leftOut: number; readonly long: number } {
    const { numbers, groups } = this.#field;
    let calls = 0, leftOut = 0, long = 0;
    for (const one of counters) {
      const kind = one.narrow ? -1 : numbers.indexOf(one.nr);
      if (kind < 0 || !groups.includes(one.cgroup)) continue;
      calls += one.calls;
      leftOut += one.leftOut;
      if (this.#asked[kind] !== 'none') long += one.untimed + one.lengths.slice(this.#slow).reduce((sum, n) => sum + n, 0);
    }
    return { calls, leftOut, long };
  }
}
