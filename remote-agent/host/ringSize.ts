// How large the buffer between kernel and agent is made where nobody says: by the machine's memory and processors.
import { cpus, totalmem } from 'node:os';

const KIB = 1024, MIB = 1024 * KIB;
/** What one processor may put down while the reader is kept from its work: at half a million calls a second of about 100 bytes, some 80 ms. */
const BYTES_A_CPU = 4 * MIB;
/** At most so large a part of the memory: the kernel keeps all of it in memory, whether used or not. */
const MEMORY_PART = 1 / 256;
/** A machine of 16 processors has the most: the reader is one thread, and what it cannot take at all no buffer holds. */
export const RING_LEAST = MIB, RING_MOST = 64 * MIB;
/** What may be asked for; less becomes the least. */
export const RING_ASKED_LEAST = 64 * KIB, RING_ASKED_MOST = 1024 * MIB;

/** Bytes of the ring, a power of two. Not less than one MiB, even on the smallest machine. */
export function ringBytesFor(machine: { readonly memoryBytes: number; readonly cpus: number }): number {
  const wanted = Math.max(1, Math.floor(machine.cpus) || 1) * BYTES_A_CPU;
  const affordable = Math.max(0, machine.memoryBytes || 0) * MEMORY_PART;
  return powerOfTwoUpTo(Math.min(RING_MOST, Math.max(RING_LEAST, Math.min(wanted, affordable))));
}

/** The largest power of two that is not more; 1 for less than that and for what is no number. */
function powerOfTwoUpTo(value: number): number { return value >= 1 ? 2 ** Math.floor(Math.log2(value)) : 1; }

/**
 * Reads a size as people write it: a number of KiB, or with a unit (`64K`, `16M`, `1G`, also `MiB` or `MB`, all powers of 1024). `auto` and `0`: by the machine.
 * Gives bytes; undefined for `auto`; a text says what is wrong, without a full stop.
 */
export function parseRingSize(text: string): number | undefined | { readonly wrong: string } {
  if (/^(auto|0)$/i.test(text)) return undefined;
  const match = /^(\d+(?:\.\d+)?)\s*(?:([kmg])(?:i?b)?)?$/i.exec(text);
  const bytes = match === null ? NaN : Math.round(Number(match[1]) * { k: KIB, m: MIB, g: 1024 * MIB }[(match[2] ?? 'k').toLowerCase() as 'k' | 'm' | 'g']);
  return bytes > 0 && bytes <= RING_ASKED_MOST ? Math.max(RING_ASKED_LEAST, bytes) : { wrong: 'needs a number of KiB up to 1048576, a size like 16M, or auto' };
}

/** The machine's processors, all of which make events, and its memory, or as much as a control group leaves the agent. */
export function machineForRing(): { memoryBytes: number; cpus: number } {
  const bound = (process as { constrainedMemory?: () => number | undefined }).constrainedMemory?.() ?? 0;
  const total = totalmem();
  return { memoryBytes: bound > 0 && bound < total ? bound : total, cpus: cpus().length || 1 };
}
