// A fuzzer of the reader of captures: changes small captures by chance, keeps what meets something new, and hands over what breaks.
import { NEWER, OWN } from '../interop/differential/captures.ts';
import { exercise } from './exercise.ts';
import { join, mutate, Random, split } from './mutate.ts';

/** Blocks of events in one seed, and the most that its tables may be, bytes: many small inputs find more than a few large ones. */
const EVENTS_EACH = 40, MAX_TABLE = 6_000;
const EVENT_BLOCKS: ReadonlySet<number> = new Set([0x204, 0x208, 0x216, 0x217, 0x221, 0x222, 0x8010abcd]);
const MAX_CORPUS = 600;
/** How often an input is read a second time in small pieces, which must make no difference. */
const PIECES_EVERY = 6, PIECES: readonly number[] = [1, 7, 13, 127, 1009];

/** Small captures with a bit of each of the project's own. */
export function seeds(): Uint8Array[] {
  const made: Uint8Array[] = [];
  for (const make of [...OWN.values(), ...NEWER.values()]) {
    const file = make();
    if (file[0] === 0x1f) continue;
    const blocks = split(file), isEvent = (block: Uint8Array): boolean => EVENT_BLOCKS.has(new DataView(block.buffer, block.byteOffset).getUint32(0, true));
    const tables = blocks.slice(0, blocks.findIndex(isEvent)).filter((block) => block.length < MAX_TABLE), events = blocks.filter(isEvent);
    for (let at = 0; at < events.length; at += EVENTS_EACH) if (at < 10 * EVENTS_EACH || at % (7 * EVENTS_EACH) === 0) made.push(join([...tables.slice(0, 12), ...events.slice(at, at + EVENTS_EACH)]));
  }
  return made;
}

export interface Failure { readonly input: Uint8Array; readonly error: unknown; readonly round: number }

/** One run with one seed: the same inputs in the same order. */
export class ReaderFuzzer {
  readonly corpus: Uint8Array[];
  readonly met = new Set<string>();
  rounds = 0;
  events = 0;
  readonly #random: Random;
  readonly #watch: (input: Uint8Array) => void;
  readonly #seeds: number;

  /** `watch` sees each input before it is tried. */
  constructor(seed: number, watch: (input: Uint8Array) => void = () => undefined, corpus: Uint8Array[] = seeds()) { this.#random = new Random(seed); this.#watch = watch; this.corpus = corpus; this.#seeds = corpus.length; }

  /** Tries the next input: first the seeds as they are, then what is made of them. */
  step(): Failure | undefined {
    const random = this.#random, round = this.rounds++, isSeed = round < this.#seeds;
    const base = this.corpus[isSeed ? round : random.below(this.corpus.length)] ?? new Uint8Array(0);
    const input = isSeed ? base : mutate(base, random.pick(this.corpus) ?? base, random);
    this.#watch(input);
    try {
      const outcome = exercise(input);
      this.events += outcome.events;
      if (round % PIECES_EVERY === 0) {
        const whole = exercise(input, undefined, false), pieces = exercise(input, random.pick(PIECES) ?? 1, false);
        if (pieces.hash !== whole.hash || pieces.events !== whole.events) throw new Error(`in pieces it reads otherwise: ${pieces.events} events and ${pieces.hash}, whole ${whole.events} and ${whole.hash}`);
      }
      let fresh = false;
      for (const feature of outcome.features) if (!this.met.has(feature)) { this.met.add(feature); fresh = true; }
      if (fresh && !isSeed) this.#keep(input);
      return undefined;
    } catch (error) { return { input: input.slice(), error, round }; }
  }

  #keep(input: Uint8Array): void {
    if (this.corpus.length < MAX_CORPUS) this.corpus.push(input.slice()); else this.corpus[this.#seeds + this.#random.below(MAX_CORPUS - this.#seeds)] = input.slice();
  }
}
