// The single checks that filters consist of, each asked in the cheapest way that it allows: once a thread, once a kind of event, once a descriptor,
// or for each event with its bytes read again. What the last kind found out is kept.
import { EVENT_LIMIT, eventBySymbol } from '../../../driver/schema/index.ts';
import type { EventContext } from '../event/context.ts';
import type { ThreadInfo } from '../state/model.ts';
import { UNKNOWN_WHAT, typeOfWhat } from './classify.ts';
import type { EventHistory, RowContext } from './history.ts';
import { ALL_ROWS, NO_ROWS, hasRow, isEmpty, isWhole, newRowSet, type RowSet } from './rowSet.ts';
import { SEGMENT_ROWS, SEGMENT_WORDS, type Segment } from './segment.ts';

export type Predicate = (ctx: EventContext) => boolean;

/** What is known beforehand of a test; as `engine/filter` says it. */
export interface TestTraits {
  /** By event type, 0: none of that type passes. */
  readonly types?: Uint8Array | undefined;
  /** The verdict depends on `ctx.info` alone. */
  readonly byThread?: boolean;
  /** It depends on the kind of the event alone: its type, the call that it stands for. */
  readonly byKind?: boolean;
  /** For events whose descriptor is known, it depends on the descriptor, its number and the kind of the event alone. */
  readonly ofDescriptor?: boolean;
  /** The test remembers the event before: it has to see them in order. */
  readonly inOrder?: boolean;
}

/** One check of a filter over the rows of a history. */
export interface RowCheck {
  /** How dear a row is: 0 a look at a column, 1 one now and then, 2 the bytes of the event. */
  readonly cost: 0 | 1 | 2;
  /** Takes the rows that do not pass out of `rows`. Returns how many events were read for it. */
  narrow(segment: Segment, rows: RowSet): number;
  /** Whether rows of this segment were tested already. */
  knows(segment: Segment): boolean;
  /** Bytes of what is kept. */
  readonly bytes: number;
  /** What was found out may be true no more. */
  forget(): void;
  drop(firstRow: number): void;
}

export function makeCheck(history: EventHistory, test: Predicate, traits: TestTraits): RowCheck {
  if (traits.inOrder === true) return new TestedCheck(history, test, traits);
  if (traits.byThread === true) return new ThreadCheck(history, test);
  if (traits.byKind === true) return new KindCheck(history, test);
  return traits.ofDescriptor === true ? new DescriptorCheck(history, test, traits) : new TestedCheck(history, test, traits);
}

const UNASKED = 0, FAILS = 1, PASSES = 2;
/** Threads, as they were, whose verdict is remembered: those numbered below this. */
const MAX_THREADS = 1 << 22;

/** Asked once for each thread as it was. */
class ThreadCheck implements RowCheck {
  readonly cost = 0;
  readonly #test: Predicate;
  readonly #context: RowContext;
  /** By `Segment.infoIds`. */
  #verdicts = new Uint8Array(1024);
  #passing = new Uint8Array(256);

  constructor(history: EventHistory, test: Predicate) { this.#test = test; this.#context = history.newContext(); }

  get bytes(): number { return this.#verdicts.length; }

  narrow(segment: Segment, rows: RowSet): number {
    const { infos, infoIds } = segment;
    if (this.#passing.length < infos.length) this.#passing = new Uint8Array(infos.length * 2);
    const passing = this.#passing;
    let some = 0;
    for (let n = 0; n < infos.length; n++) {
      const verdict = this.#verdicts[infoIds[n] as number] ?? UNASKED;
      some += passing[n] = ((verdict === UNASKED ? this.#ask(infos[n], infoIds[n] as number) : verdict) >> 1);
    }
    if (some < infos.length) if (some === 0) rows.fill(0); else narrowByTable(segment.info, passing, rows);
    return 0;
  }

  #ask(info: ThreadInfo | undefined, id: number): number {
    this.#context.info = info;
    const verdict = this.#test(this.#context) ? PASSES : FAILS;
    if (id >= MAX_THREADS) return verdict;
    if (id >= this.#verdicts.length) { const grown = new Uint8Array(Math.min(MAX_THREADS, id * 2)); grown.set(this.#verdicts); this.#verdicts = grown; }
    return this.#verdicts[id] = verdict;
  }

  knows(): boolean { return true; }
  forget(): void { this.#verdicts.fill(UNASKED); }
  drop(): void { this.#context.info = undefined; }
}

/** Keeps the rows whose entry of the table is 1. */
function narrowByTable(column: Uint16Array, table: Uint8Array, rows: RowSet): void {
  for (let w = 0, i = 0; w < SEGMENT_WORDS; w++, i += 32) {
    const word = rows[w] as number;
    if (word === 0) continue;
    let kept = 0;
    for (let b = 0; b < 32; b++) kept |= (table[column[i + b] as number] as number) << b;
    rows[w] = word & kept;
  }
}

/** Asked once for each kind of event. */
class KindCheck implements RowCheck {
  readonly cost = 0;
  readonly bytes = 65536;
  readonly #history: EventHistory;
  readonly #test: Predicate;
  readonly #context: RowContext;
  readonly #verdicts = new Uint8Array(65536);

  constructor(history: EventHistory, test: Predicate) { this.#history = history; this.#test = test; this.#context = history.newContext(); }

  narrow(segment: Segment, rows: RowSet): number {
    const { what } = segment, verdicts = this.#verdicts;
    let read = 0;
    for (let w = 0, i = 0; w < SEGMENT_WORDS; w++, i += 32) {
      const word = rows[w] as number;
      if (word === 0) continue;
      let kept = 0;
      for (let left = word; left !== 0; left &= left - 1) {
        const bit = 31 - Math.clz32(left & -left), kind = what[i + bit] as number;
        let verdict = verdicts[kind] as number;
        if (verdict === UNASKED) {
          verdict = this.#history.load(segment.firstRow + i + bit, this.#context) && this.#test(this.#context) ? PASSES : FAILS;
          read++;
          if (kind !== UNKNOWN_WHAT) verdicts[kind] = verdict;
        }
        kept |= (verdict >> 1) << bit;
      }
      rows[w] = kept;
    }
    return read;
  }

  knows(): boolean { return true; }
  forget(): void { this.#verdicts.fill(UNASKED); }
  drop(): void { /* kinds stay */ }
}

/** The rows of a segment that were tested, and those that passed. */
interface Verdicts { known: RowSet; pass: RowSet }

/** Asked for each event; the answers are kept. */
class TestedCheck implements RowCheck {
  readonly cost: 1 | 2 = 2;
  protected readonly history: EventHistory;
  protected readonly test: Predicate;
  protected readonly context: RowContext;
  readonly #types: Uint8Array | undefined;
  readonly #inOrder: boolean;
  readonly #verdicts = new Map<number, Verdicts>();
  #bytes = 0;

  constructor(history: EventHistory, test: Predicate, traits: TestTraits) {
    this.history = history; this.test = test; this.context = history.newContext();
    this.#types = traits.types; this.#inOrder = traits.inOrder === true;
  }

  get bytes(): number { return this.#bytes; }

  narrow(segment: Segment, rows: RowSet): number {
    let verdicts = this.#verdicts.get(segment.number);
    if (verdicts?.known === ALL_ROWS) { and(rows, verdicts.pass); return 0; }
    if (verdicts === undefined) { this.#verdicts.set(segment.number, verdicts = { known: newRowSet(), pass: newRowSet() }); this.#bytes += SEGMENT_WORDS * 8; }
    const read = this.#inOrder ? this.#walk(segment, verdicts) : this.#look(segment, verdicts, rows);
    and(rows, verdicts.pass);
    this.#pack(segment, verdicts);
    return read;
  }

  /** Tests the rows that are not known yet. */
  #look(segment: Segment, { known, pass }: Verdicts, rows: RowSet): number {
    const { what } = segment, types = this.#types;
    let read = 0;
    for (let w = 0, i = 0; w < SEGMENT_WORDS; w++, i += 32) {
      const wanted = (rows[w] as number) & ~(known[w] as number);
      if (wanted === 0) continue;
      let passed = 0;
      for (let left = wanted; left !== 0; left &= left - 1) {
        const bit = 31 - Math.clz32(left & -left);
        if (types !== undefined && types[typeOfWhat(what[i + bit] as number)] === 0) continue;
        const verdict = this.verdict(segment, i + bit);
        if (verdict >= 0) { passed |= verdict << bit; continue; }
        read++;
        if (this.history.load(segment.firstRow + i + bit, this.context) && this.test(this.context)) passed |= 1 << bit;
      }
      known[w] = (known[w] as number) | wanted;
      pass[w] = (pass[w] as number) | passed;
    }
    this.segmentDone();
    return read;
  }

  /** Tests all rows of the segment one after the other, the last one before them first. */
  #walk(segment: Segment, { known, pass }: Verdicts): number {
    let read = 0, i = 0;
    while (i < segment.count && hasRow(known, i)) i++;
    if (i < segment.count && this.history.load(segment.firstRow + i - 1, this.context)) this.test(this.context);
    for (; i < segment.count; i++) {
      read++;
      const w = i >>> 5, bit = 1 << (i & 31);
      known[w] = (known[w] as number) | bit;
      if (this.history.load(segment.firstRow + i, this.context) && this.test(this.context)) pass[w] = (pass[w] as number) | bit;
    }
    return read;
  }

  /** 1 or 0 where it is known without reading the event; -1 where not. */
  protected verdict(_segment: Segment, _i: number): number { return -1; }
  protected segmentDone(): void { /* nothing is kept for a segment */ }

  /** A full segment that is known needs no set of known rows, and no set at all where all rows fare alike. */
  #pack(segment: Segment, verdicts: Verdicts): void {
    if (segment.count < SEGMENT_ROWS || !isWhole(verdicts.known)) return;
    verdicts.known = ALL_ROWS;
    this.#bytes -= SEGMENT_WORDS * 4;
    if (isEmpty(verdicts.pass)) verdicts.pass = NO_ROWS; else if (isWhole(verdicts.pass)) verdicts.pass = ALL_ROWS; else return;
    this.#bytes -= SEGMENT_WORDS * 4;
  }

  knows(segment: Segment): boolean { return this.#verdicts.has(segment.number); }
  forget(): void { this.#verdicts.clear(); this.#bytes = 0; }
  drop(firstRow: number): void {
    for (const [number, { known, pass }] of this.#verdicts) {
      if ((number + 1) * SEGMENT_ROWS > firstRow) continue;
      this.#verdicts.delete(number);
      this.#bytes -= (known === ALL_ROWS ? 0 : known.byteLength) + (pass === ALL_ROWS || pass === NO_ROWS ? 0 : pass.byteLength);
    }
  }
}

/** Events that say of a descriptor what the descriptor itself does not. */
const CONNECT = eventBySymbol('SOCKET_CONNECT_X').id;

/** Asked once for each descriptor that a kind of event works on; events without a known descriptor are read. */
class DescriptorCheck extends TestedCheck {
  override readonly cost = 1;
  /** By kind of event and index of the descriptor in the segment. */
  readonly #pairs = new Map<number, number>();

  protected override verdict(segment: Segment, i: number): number {
    const fd = segment.fd[i] as number, what = segment.what[i] as number;
    if (segment.fds[fd] === undefined || what === CONNECT || what >= EVENT_LIMIT) return -1;
    const key = what * 65536 + fd;
    let verdict = this.#pairs.get(key);
    if (verdict === undefined) {
      verdict = this.history.load(segment.firstRow + i, this.context) && this.test(this.context) ? 1 : 0;
      this.#pairs.set(key, verdict);
    }
    return verdict;
  }
  protected override segmentDone(): void { this.#pairs.clear(); }
}

function and(rows: RowSet, other: RowSet): void {
  if (other === ALL_ROWS) return;
  if (other === NO_ROWS) { rows.fill(0); return; }
  for (let w = 0; w < SEGMENT_WORDS; w++) rows[w] = (rows[w] as number) & (other[w] as number);
}
