// Texts that come again and again, kept as bytes: names of threads, descriptors and flags are made once and copied from then on.
import { ByteSink } from './sink.ts';

/** Bytes that texts of one store fill at most before it begins anew. */
const CAPACITY = 8 << 20;
const HEAD = 4;

/**
 * Texts one behind the other: their length in bytes, the bytes, and zeros up to a multiple of eight, so that a copy may go by eight bytes
 * at a time as floating-point numbers. Those hold every pattern but that of signalling NaNs, which copying may change: a text that has such
 * a pattern (none of valid UTF-8 does) is stored with a negative length and copied byte by byte.
 */
export class PieceStore {
  bytes: Uint8Array = new Uint8Array(1 << 16);
  data: DataView = new DataView(this.bytes.buffer);
  #end = 8;
  readonly #limit: number;
  /** Grows when the store begins anew: handles got before are then void. */
  generation = 0;

  /** `limit`: bytes at which everything is forgotten; for texts whose number has no bound. */
  constructor(limit = CAPACITY) { this.#limit = limit; }

  /** Keeps what `sink` holds from `from` on; its handle, never 0. */
  keep(sink: ByteSink, from = 0): number {
    const n = sink.at - from;
    const room = (HEAD + n + 15) & ~7;
    if (this.#end + room > this.#limit && this.#end > 8) { this.#end = 8; this.generation++; }
    if (this.#end + room > this.bytes.length) {
      const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.#end + room));
      grown.set(this.bytes);
      this.bytes = grown;
      this.data = new DataView(grown.buffer);
    }
    const handle = this.#end;
    const { data } = this, source = sink.data, to = handle + HEAD;
    // By whole words: what is copied beyond the end of the text is zeroed after, and `sink` has room behind what it holds.
    for (let i = 0; i < n; i += 4) data.setInt32(to + i, source.getInt32(from + i, true), true);
    // Eight to fifteen bytes.
    data.setFloat64(to + n, 0, true);
    data.setFloat64(handle + room - 8, 0, true);
    let wild = false;
    for (let i = 6; i < n + 2; i += 8) if ((data.getUint16(to + i, true) & 0x7ff0) === 0x7ff0) wild = true;
    data.setInt32(handle, wild ? -n : n, true);
    this.#end += room;
    return handle;
  }

  /** Keeps a text. */
  text(text: string): number {
    scratch.clear();
    scratch.utf8(text);
    return this.keep(scratch);
  }
}
const scratch = new ByteSink(256);

/** Texts that come from tables of the program: labels, names of types. Never forgotten. */
export const CONSTANT = new PieceStore(Infinity);
/** Texts that come from captures. */
export const PASSING = new PieceStore();

const SLOTS = 4096, VALUES = 256;

/** One text for each of many objects that never change and carry a number: a small table in which newer ones take the places of older ones. */
export class RefCache {
  readonly #owners: (object | undefined)[] = new Array<object | undefined>(SLOTS).fill(undefined);
  readonly #extras = new Int32Array(SLOTS);
  readonly #handles = new Int32Array(SLOTS);
  #generation = PASSING.generation;

  /** Handle in PASSING of the object's text, 0: none is known. `extra`: a number of 32 bits that the text also depends on. */
  get(owner: { readonly ref: number }, extra = 0): number {
    if (this.#generation !== PASSING.generation) this.#forget();
    const slot = owner.ref & (SLOTS - 1);
    return this.#owners[slot] === owner && this.#extras[slot] === extra ? this.#handles[slot] ?? 0 : 0;
  }

  /** Keeps what the sink holds from `from` on as the object's text. */
  keep(owner: { readonly ref: number }, sink: ByteSink, from: number, extra = 0): void {
    const handle = PASSING.keep(sink, from);
    if (this.#generation !== PASSING.generation) this.#forget();
    const slot = owner.ref & (SLOTS - 1);
    this.#owners[slot] = owner;
    this.#extras[slot] = extra;
    this.#handles[slot] = handle;
  }

  #forget(): void { this.#owners.fill(undefined); this.#handles.fill(0); this.#generation = PASSING.generation; }
}

/** One text for each of the numbers that came last. */
export class ValueCache {
  readonly #values = new Float64Array(VALUES);
  readonly #handles = new Int32Array(VALUES);
  #generation = PASSING.generation;

  get(value: number): number {
    if (this.#generation !== PASSING.generation) this.#forget();
    const slot = (value ^ (value >>> 8)) & (VALUES - 1);
    return this.#values[slot] === value ? this.#handles[slot] ?? 0 : 0;
  }

  keep(value: number, sink: ByteSink, from: number): void {
    const handle = PASSING.keep(sink, from);
    if (this.#generation !== PASSING.generation) this.#forget();
    const slot = (value ^ (value >>> 8)) & (VALUES - 1);
    this.#values[slot] = value;
    this.#handles[slot] = handle;
  }

  #forget(): void { this.#handles.fill(0); this.#generation = PASSING.generation; }
}

const REHEARSALS = 24;

/** Goes once through what happens seldom, for the reason that the sink does: stores that grow and begin anew, and tables that forget. */
function rehearse(): void {
  const sink = new ByteSink(1);
  sink.copy(new Uint8Array(300));
  const store = new PieceStore(1 << 17), owner = { ref: 1 };
  const owners = new RefCache(), values = new ValueCache();
  for (let i = 0; i < REHEARSALS; i++) {
    sink.at = 20;
    const short = store.keep(sink);
    sink.piece(store, short);
    sink.at = 300;
    sink.piece(store, store.keep(sink));
    sink.at = 20;
    PASSING.generation++;
    owners.get(owner, i);
    owners.keep(owner, sink, 0, i);
    owners.get(owner, i);
    values.get(i);
    PASSING.generation++;
    values.keep(i, sink, 0);
    values.get(2 ** 40);
    PASSING.generation++;
    owners.keep(owner, sink, 0, i);
  }
  // Past what the store takes.
  const big = new ByteSink();
  big.copy(new Uint8Array(1 << 15));
  for (let i = 0; i < 8; i++) store.keep(big);
}
rehearse();
