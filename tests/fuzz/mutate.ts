// Changes captures by chance, but with an eye for their structure: blocks, lengths, counts, types, values.
import { EVENT_HEADER, EVENT_LIMIT, eventById } from '../../driver/schema/index.ts';

/** Numbers by chance, the same for the same seed. */
export class Random {
  #state: number;
  constructor(seed: number) { this.#state = (seed | 0) || 0x9e3779b9; }
  /** 32 bits. */
  bits(): number { let x = this.#state; x ^= x << 13; x ^= x >>> 17; x ^= x << 5; this.#state = x; return x >>> 0; }
  /** From 0 to below `limit`. */
  below(limit: number): number { return limit <= 1 ? 0 : this.bits() % limit; }
  pick<T>(list: readonly T[]): T | undefined { return list[this.below(list.length)]; }
}

const EDGES: readonly number[] = [0, 1, 2, 3, 4, 7, 8, 11, 12, 16, 22, 26, 31, 32, 63, 64, 100, 127, 128, 255, 256, 1023, 1024, 4095, 4096, 4097, 32767, 32768, 65535, 65536, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];
const BLOCK_TYPES: readonly number[] = [0x0a0d0d0a, 0x201, 0x202, 0x203, 0x204, 0x205, 0x206, 0x207, 0x208, 0x209, 0x210, 0x211, 0x212, 0x213, 0x214, 0x215, 0x216, 0x217, 0x218, 0x219, 0x220, 0x221, 0x222, 0x8000abcd, 0x8010abcd, 0x7777, 0];
const EVENT_TYPES: ReadonlySet<number> = new Set([0x204, 0x208, 0x216, 0x217, 0x221, 0x222, 0x8010abcd]);
const FLAGGED: ReadonlySet<number> = new Set([0x208, 0x217, 0x222]);
const FIRST: ReadonlySet<number> = new Set([0x204, 0x208, 0x8010abcd]);
const MAX_INPUT = 200_000;

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const typeOf = (block: Uint8Array): number => block.length >= 4 ? view(block).getUint32(0, true) : 0;

/** Blocks of a file; bytes behind the last whole one are one more. */
export function split(file: Uint8Array): Uint8Array[] {
  const data = view(file), blocks: Uint8Array[] = [];
  let at = 0;
  while (at + 12 <= file.length) {
    const total = data.getUint32(at + 4, true);
    if (total < 12 || at + total > file.length) break;
    blocks.push(file.slice(at, at + total));
    at += total;
  }
  if (at < file.length) blocks.push(file.slice(at));
  return blocks;
}
export function join(blocks: readonly Uint8Array[]): Uint8Array { return new Uint8Array(Buffer.concat(blocks)); }

/** A body as a block of its type, padded, with right lengths. */
function wrap(type: number, body: Uint8Array): Uint8Array {
  const total = 12 + ((body.length + 3) & ~3);
  const block = new Uint8Array(total), data = view(block);
  data.setUint32(0, type, true); data.setUint32(4, total, true); data.setUint32(total - 4, total, true);
  block.set(body, 8);
  return block;
}

type Mutation = (blocks: Uint8Array[], random: Random, other: readonly Uint8Array[]) => void;

function at(blocks: readonly Uint8Array[], random: Random, events: boolean): number {
  for (let i = 0; i < 20; i++) { const found = random.below(blocks.length); if (!events || EVENT_TYPES.has(typeOf(blocks[found] ?? new Uint8Array(0)))) return found; }
  return random.below(blocks.length);
}

/** Writes a number of some width at some place. */
function poke(bytes: Uint8Array, place: number, width: number, value: number): void {
  const data = view(bytes);
  if (place < 0 || place + width > bytes.length) return;
  if (width === 1) data.setUint8(place, value); else if (width === 2) data.setUint16(place, value, true); else if (width === 4) data.setUint32(place, value, true); else { data.setUint32(place, value, true); data.setInt32(place + 4, value >= 0x80000000 ? -1 : 0, true); }
}

const MUTATIONS: readonly Mutation[] = [
  // Single bits and bytes anywhere.
  (blocks, random) => { const block = blocks[at(blocks, random, false)]; if (block !== undefined && block.length > 0) { const place = random.below(block.length); block[place] = (block[place] ?? 0) ^ (1 << random.below(8)); } },
  (blocks, random) => { const block = blocks[at(blocks, random, true)]; if (block !== undefined) for (let n = random.below(6); n >= 0; n--) poke(block, 8 + random.below(block.length - 8), [1, 2, 4, 8][random.below(4)] ?? 1, random.below(2) === 0 ? random.bits() : random.pick(EDGES) ?? 0); },
  (blocks, random) => { const block = blocks[at(blocks, random, false)]; if (block !== undefined) poke(block, 8 + random.below(block.length - 8), [1, 2, 4, 8][random.below(4)] ?? 1, random.pick(EDGES) ?? 0); },
  // Whole blocks: gone, twice, elsewhere, of another file, of another type.
  (blocks, random) => { blocks.splice(random.below(blocks.length), 1 + random.below(3)); },
  (blocks, random) => { const from = random.below(blocks.length), block = blocks[from]; if (block !== undefined) blocks.splice(random.below(blocks.length + 1), 0, ...Array.from({ length: 1 + random.below(4) }, () => block.slice())); },
  (blocks, random) => { const [block] = blocks.splice(random.below(blocks.length), 1); if (block !== undefined) blocks.splice(random.below(blocks.length + 1), 0, block); },
  (blocks, random, other) => { const from = random.below(other.length); blocks.splice(random.below(blocks.length + 1), 0, ...other.slice(from, from + 1 + random.below(8)).map((block) => block.slice())); },
  (blocks, random) => { const block = blocks[at(blocks, random, false)]; if (block !== undefined) poke(block, 0, 4, random.pick(BLOCK_TYPES) ?? 0); },
  // Lengths at both ends, and a cut.
  (blocks, random) => { const block = blocks[at(blocks, random, false)]; if (block !== undefined) { const length = random.below(2) === 0 ? block.length + 4 * (random.below(9) - 4) : random.pick(EDGES) ?? 0; poke(block, 4, 4, length); if (random.below(2) === 0) poke(block, block.length - 4, 4, length); } },
  (blocks, random) => { const keep = random.below(blocks.length), block = blocks[keep]; blocks.length = keep; if (block !== undefined) blocks.push(block.slice(0, random.below(block.length + 1))); },
  // Fields of an event's header.
  (blocks, random) => {
    const block = blocks[at(blocks, random, true)];
    if (block === undefined) return;
    const head = FLAGGED.has(typeOf(block)) ? 14 : 10;
    switch (random.below(6)) {
      case 0: poke(block, head + EVENT_HEADER.type, 2, random.below(EVENT_LIMIT + 8)); break;
      case 1: poke(block, head + EVENT_HEADER.nparams, 4, random.below(40)); break;
      case 2: poke(block, head + EVENT_HEADER.length, 4, Math.max(0, block.length - head - random.below(40))); break;
      case 3: poke(block, head + EVENT_HEADER.tid, 4, random.below(3) === 0 ? random.bits() : 100 + random.below(1400)); break;
      case 4: poke(block, head + EVENT_HEADER.ts, 8, random.bits()); break;
      default: poke(block, head + EVENT_HEADER.lengths + 2 * random.below(24), 2, random.below(3) === 0 ? random.pick(EDGES) ?? 0 : random.below(40));
    }
  },
  // An event with other values, told apart rightly.
  (blocks, random) => { const i = at(blocks, random, true), block = blocks[i]; if (block !== undefined) { const made = anew(block, random); if (made !== undefined) blocks[i] = made; } },
  // Bytes put in or taken out, with the block's length set right.
  (blocks, random) => {
    const i = at(blocks, random, false), block = blocks[i];
    if (block === undefined || block.length < 13) return;
    const body = block.subarray(8, block.length - 4), place = random.below(body.length + 1);
    const fill = Uint8Array.from({ length: random.below(40) }, () => random.bits());
    blocks[i] = wrap(typeOf(block), random.below(2) === 0 ? new Uint8Array(Buffer.concat([body.subarray(0, place), fill, body.subarray(place)])) : new Uint8Array(Buffer.concat([body.subarray(0, place), body.subarray(Math.min(body.length, place + fill.length))])));
  },
];

/** The same event, or another of its parameters' count, with values of chance. */
function anew(block: Uint8Array, random: Random): Uint8Array | undefined {
  const type = typeOf(block), flagged = FLAGGED.has(type), head = flagged ? 14 : 10;
  if (FIRST.has(type) || block.length < head + EVENT_HEADER.lengths + 4) return undefined;
  const data = view(block);
  const id = random.below(4) === 0 ? random.below(EVENT_LIMIT) : data.getUint16(head + EVENT_HEADER.type, true);
  const def = eventById(id), wide = def?.flags.has('LARGE_PAYLOAD') === true;
  const count = random.below(5) === 0 ? random.below(36) : def?.params.length ?? random.below(8);
  const values = Array.from({ length: count }, (_, i) => {
    const size = def?.params[i]?.size ?? -1;
    const length = random.below(8) === 0 ? random.below(12) : size > 0 ? size : random.pick([0, 1, 5, 13, 37, 19, 80, 300]) ?? 0;
    const kind = random.below(4);
    return Uint8Array.from({ length }, (__, n) => kind === 0 ? (n === 0 ? random.below(16) : 0) : kind === 1 ? 0xff : kind === 2 ? random.bits() : 32 + random.below(95));
  });
  const lengths = new Uint8Array(count * (wide ? 4 : 2));
  values.forEach((value, i) => { poke(lengths, i * (wide ? 4 : 2), wide ? 4 : 2, value.length); });
  const event = new Uint8Array(Buffer.concat([block.subarray(head, head + EVENT_HEADER.lengths), lengths, ...values]));
  poke(event, EVENT_HEADER.length, 4, event.length); poke(event, EVENT_HEADER.type, 2, id); poke(event, EVENT_HEADER.nparams, 4, count);
  return wrap(wide ? (flagged ? 0x222 : 0x221) : flagged ? 0x217 : 0x216, new Uint8Array(Buffer.concat([block.subarray(8, head), event])));
}

/** Another input, made out of one or two. */
export function mutate(file: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  const blocks = split(file), others = split(other);
  for (let n = 1 + random.below(5); n > 0 && blocks.length > 0; n--) MUTATIONS[random.below(MUTATIONS.length)]?.(blocks, random, others);
  return join(blocks).subarray(0, MAX_INPUT);
}
