// Times: 64-bit nanoseconds since the epoch in captures, plain numbers since a base in the engine (exact for 104 days).

const TWO_32 = 4294967296;

/** The moment that counts as 0. */
export class TimeBase {
  readonly epochNs: bigint;
  readonly #hi: number;
  readonly #lo: number;

  constructor(epochNs: bigint) {
    this.epochNs = epochNs;
    this.#hi = Number(epochNs >> 32n);
    this.#lo = Number(epochNs & 0xffffffffn);
  }

  /** ns since the base of a time given as two unsigned 32-bit halves. No BigInt, so that it is cheap for each event. */
  relative(hi: number, lo: number): number { return (hi - this.#hi) * TWO_32 + (lo - this.#lo); }
  /** Epoch ns of a time since the base. */
  epoch(ns: number): bigint { return this.epochNs + BigInt(Math.round(ns)); }
}

/** How often V8 has to see something before it keeps what it has seen. */
const REHEARSALS = 64;
// Times of the first two seconds are small integers, later ones are not. V8 is to know both before it compiles what asks for times.
for (let i = 0, base = new TimeBase(1n); i < REHEARSALS; i++) base.relative(i & 7, 0xffffffff);
