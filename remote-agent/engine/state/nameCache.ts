// Paths that opens name, by the bytes that events hold them in: programs open the same files again and again, and what was made of a path once need not be made anew.
import type { EventView } from '../event/eventView.ts';
import { text } from '../event/params.ts';
import type { FdRecord } from './infos.ts';

const SLOTS = 4096;
/** Longest path that is kept, words of four bytes. */
const WORDS = 32;
const BYTES = WORDS * 4;

/** The newest path of each slot; its text, what it last came to on which base, and the descriptor's info that was made of that. */
export class NameCache {
  /** Bytes of the parameter, and their number; -1: nothing is kept. */
  readonly #words = new Int32Array(SLOTS * WORDS);
  readonly #sizes = new Int32Array(SLOTS).fill(-1);
  readonly #texts: string[] = new Array<string>(SLOTS).fill('');
  readonly #bases: string[] = new Array<string>(SLOTS).fill('');
  readonly #joined: string[] = new Array<string>(SLOTS).fill('');
  readonly #infos: (FdRecord | undefined)[] = new Array<FdRecord | undefined>(SLOTS).fill(undefined);

  /** Where parameter `i` of an event is kept; -1 for one that is missing or too long. */
  find(view: EventView, i: number): number {
    const size = view.size(i);
    if (size <= 0 || size > BYTES) return -1;
    const { bytes, data } = view, start = view.start(i), end = start + size;
    let hash = size, at = start;
    for (; at + 4 <= end; at += 4) { hash = Math.imul(hash ^ data.getInt32(at, true), 0x9e3779b1); hash ^= hash >>> 15; }
    let tail = 0;
    for (; at < end; at++) tail = (tail << 8) | (bytes[at] ?? 0);
    hash = Math.imul(hash ^ tail, 0x9e3779b1);
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    if (!this.#holds(slot, view, start, size, tail)) this.#keep(slot, view, i, tail);
    return slot;
  }

  #holds(slot: number, view: EventView, start: number, size: number, tail: number): boolean {
    if (this.#sizes[slot] !== size) return false;
    const words = this.#words, { data } = view, end = start + size;
    let word = slot * WORDS, at = start;
    for (; at + 4 <= end; at += 4, word++) if (words[word] !== data.getInt32(at, true)) return false;
    return at === end || words[word] === tail;
  }

  #keep(slot: number, view: EventView, i: number, tail: number): void {
    const words = this.#words, { data } = view, start = view.start(i), size = view.size(i), end = start + size;
    let word = slot * WORDS, at = start;
    for (; at + 4 <= end; at += 4, word++) words[word] = data.getInt32(at, true);
    if (at < end) words[word] = tail;
    this.#sizes[slot] = size;
    this.#texts[slot] = this.#bases[slot] = text(view, i);
    this.#joined[slot] = '';
    this.#infos[slot] = undefined;
  }

  /** The text of what is kept there. */
  text(slot: number): string { return this.#texts[slot] ?? ''; }

  /** The path on a base, as `join` makes it (of base and text alone). */
  join(slot: number, base: string, join: (base: string, path: string) => string): string {
    const known = this.#joined[slot] ?? '';
    // '' is kept for nothing at all.
    if (known !== '' && this.#bases[slot] === base) return known;
    const joined = join(base, this.text(slot));
    this.#bases[slot] = base;
    return this.#joined[slot] = joined;
  }

  /** The info that was made last of what is kept there. */
  info(slot: number): FdRecord | undefined { return this.#infos[slot]; }
  note(slot: number, info: FdRecord): void { this.#infos[slot] = info; }
}
