// The words of programs that write lines (remote-agent/lines/lines.as.ts): the lowest byte says what comes next, the other three hold a number.

/** What a word of a program says. The number with it is in brackets. */
export enum OP {
  /** Text that is always the same (its length); the next word is its address. */
  text = 1,
  /** Text that is kept for the event's thread, or for its descriptor (which of them). */
  thread = 2, descriptor = 3,
  /** The event's number; its time of day; its time as nanoseconds since 1970; its CPU. */
  number = 4, clock = 5, epoch = 6, cpu = 7,
  /** What the caller writes (which field). */
  field = 8,
  /** Arguments follow, in their order (how many an event must hold). */
  arguments = 9,
  /** An argument: a whole number of eight or four bytes, a descriptor, a result, data as text (longest text, 0: whole), and what the caller writes. */
  eight = 10, four = 11, fd = 12, result = 13, data = 14, other = 15,
  /** An argument of which the number alone says what is written (its bytes); the next word is the address of a table of what was written before. */
  value = 16,
  /** Eight bytes in hexadecimal; a path that is written as it is if it is absolute (bytes of it that print at most). */
  hex = 17, path = 18,
  end = 19,
}

/** How a word holds its number. */
export const OP_BITS = 8;
/** Largest number that a word holds. */
export const OP_MOST = (1 << 24) - 1;

/** Of the table of an argument: its entries, each the number and the address of its text, 0: none. The place of a number is `(n ^ n >>> 8) & (VALUES - 1)`. */
export const VALUES = 64;

/** Part of a line that code of its own writes, if it can. */
export type Native = 'number' | 'clock' | 'epoch' | 'cpu' | 'arguments';
