// Sets of a segment's rows, a bit a row.
import { SEGMENT_ROWS, SEGMENT_WORDS } from './segment.ts';

export type RowSet = Uint32Array;

export const ALL_ROWS: RowSet = new Uint32Array(SEGMENT_WORDS).fill(0xffffffff);
export const NO_ROWS: RowSet = new Uint32Array(SEGMENT_WORDS);

export function newRowSet(): RowSet { return new Uint32Array(SEGMENT_WORDS); }

/** Bits of a word. */
export function bitsOf(word: number): number {
  let n = word - ((word >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return (((n + (n >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

export function countRows(set: RowSet): number {
  let count = 0;
  for (let w = 0; w < SEGMENT_WORDS; w++) { const word = set[w] as number; if (word !== 0) count += bitsOf(word); }
  return count;
}
/** Rows below `i`. */
export function countBelow(set: RowSet, i: number): number {
  let count = 0;
  for (let w = 0; w < i >>> 5; w++) count += bitsOf(set[w] as number);
  return (i & 31) === 0 ? count : count + bitsOf((set[i >>> 5] as number) & ((1 << (i & 31)) - 1));
}
export function hasRow(set: RowSet, i: number): boolean { return ((set[i >>> 5] as number) >>> (i & 31) & 1) === 1; }
export function isEmpty(set: RowSet): boolean { for (let w = 0; w < SEGMENT_WORDS; w++) if (set[w] !== 0) return false; return true; }
export function isWhole(set: RowSet): boolean { for (let w = 0; w < SEGMENT_WORDS; w++) if (set[w] !== 0xffffffff) return false; return true; }

/** First row from `i` on; -1: none. */
export function nextRow(set: RowSet, i: number): number {
  if (i >= SEGMENT_ROWS) return -1;
  let w = i >>> 5, word = (set[w] as number) & (0xffffffff << (i & 31));
  while (word === 0) { if (++w === SEGMENT_WORDS) return -1; word = set[w] as number; }
  return w * 32 + (31 - Math.clz32(word & -word));
}
/** Last row up to `i`; -1: none. */
export function previousRow(set: RowSet, i: number): number {
  if (i < 0) return -1;
  let w = i >>> 5, word = (set[w] as number) & (0xffffffff >>> (31 - (i & 31)));
  while (word === 0) { if (--w < 0) return -1; word = set[w] as number; }
  return w * 32 + (31 - Math.clz32(word));
}
/** Row number `n` of the set, from 0; -1: it has fewer. */
export function nthRow(set: RowSet, n: number): number {
  for (let w = 0; w < SEGMENT_WORDS; w++) {
    let word = set[w] as number;
    const count = bitsOf(word);
    if (n >= count) { n -= count; continue; }
    for (; n > 0; n--) word &= word - 1;
    return w * 32 + (31 - Math.clz32(word & -word));
  }
  return -1;
}
/** Makes `into` the set of the rows below `count`. */
export function setBelow(into: RowSet, count: number): void {
  const whole = count >>> 5;
  into.fill(0xffffffff, 0, whole);
  into.fill(0, whole);
  if ((count & 31) !== 0) into[whole] = (1 << (count & 31)) - 1;
}
