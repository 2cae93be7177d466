// Where everything lies in the memory in which lines are written (quickMemory.ts). Addresses and sizes in bytes.

const PAGE = 65536;
/** Bytes that may be read or written behind a text. */
export const SLACK = 64;

/** Places for bytes of a capture, and the longest chunk that has one. */
export const QUICK_SLOTS = 32, QUICK_CHUNK = 1 << 18;
/** Work for another thread: lines to be written, in order. So many of them a batch, and so many batches; each line takes so many bytes, and behind them there is room for texts. */
export const BATCH = { lines: 8192, count: 8, item: 32, bytes: 2 << 20 } as const;
/** Bytes that one line may fill; those that texts kept for one thread or descriptor may, and those that are to be left for such texts when a line begins. */
export const LINE_ROOM = 1 << 20, LONGEST_TEXTS = 1 << 16, TIGHT = 1 << 20;

/** In front of `fixed` the code has what is its own; at `linesEnd` it says where what it wrote ends. `fixed`: what stays; `passing`: texts that are kept until there are too many. */
export const AT = { linesEnd: 64, fixed: 4096, passing: 2 << 20, chunks: 10 << 20, lines: 19 << 20, batches: 24 << 20, out: 40 << 20, end: 44 << 20 } as const;
export const MEMORY_PAGES = AT.end / PAGE;

/** Place number `n` for bytes of a capture, 0 to QUICK_SLOTS - 1. */
export function slotOf(bytes: Uint8Array, n: number): Uint8Array {
  const at = AT.chunks + n * (QUICK_CHUNK + SLACK);
  return bytes.subarray(at, at + QUICK_CHUNK);
}
/** Where the lines of a batch stand. */
export function itemsOf(batch: number): number { return AT.batches + batch * BATCH.bytes; }
