// Counts the records of the ring by control group and call, without looking at their events.
import { RECORD, RECORD_FLAGS, RING_BUSY, RING_DISCARDED, RING_HEADER_BYTES } from '../../driver/schema/index.ts';

/** A call of the load takes microseconds, and a busy machine may make it wait; one that took longer than this has another call's start. */
const LONGEST_NS = 20e9;

export class Tally {
  /** Of the groups and kinds that were asked for. */
  delivered = 0;
  /** All records. */
  records = 0;
  /** Records whose start cannot be theirs. */
  wrongStarts = 0;
  /** Records that are not whole, or lie outside of their batch. */
  broken = 0;
  readonly #groups: readonly number[];
  readonly #wanted = new Uint8Array(65536);

  constructor(groups: readonly bigint[], numbers: readonly number[]) {
    this.#groups = groups.map(Number);
    for (const nr of numbers) this.#wanted[nr] = 1;
  }

  take(batch: Uint8Array): void {
    const data = new DataView(batch.buffer, batch.byteOffset, batch.byteLength);
    let at = 0;
    while (at + RING_HEADER_BYTES <= batch.length) {
      const head = data.getUint32(at, true), size = head & ~(RING_BUSY | RING_DISCARDED);
      const record = at + RING_HEADER_BYTES;
      if ((head & RING_BUSY) !== 0 || record + size > batch.length || size < RECORD.event) { this.broken++; return; }
      at = record + ((size + 7) & ~7);
      if ((head & RING_DISCARDED) !== 0) continue;
      this.records++;
      if (this.#wanted[data.getUint16(record + RECORD.nr, true)] === 0 || (data.getUint32(record + RECORD.flags, true) & RECORD_FLAGS.enter) !== 0) continue;
      if (!this.#groups.includes(number64(data, record + RECORD.cgroup))) continue;
      this.delivered++;
      const start = number64(data, record + RECORD.start);
      if (start !== 0 && number64(data, record + RECORD.event) - start > LONGEST_NS) this.wrongStarts++;
    }
  }
}

/** Exact for ids of control groups; of times, to some hundred nanoseconds. */
function number64(data: DataView, at: number): number { return data.getUint32(at + 4, true) * 4294967296 + data.getUint32(at, true); }
