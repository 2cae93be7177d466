// Walks a batch of ring-buffer bytes as the probe's side hands them over. Layout: driver/schema/record.ts.
import { RECORD, RING_BUSY, RING_DISCARDED, RING_HEADER_BYTES } from '../../../driver/schema/index.ts';
import { EventView } from './eventView.ts';

export type RecordVisitor = (view: EventView, startHi: number, startLo: number, flags: number, cgroupHi: number, cgroupLo: number) => void;

export interface BatchResult {
  /** Records given to the visitor. */
  records: number;
  /** What was wrong, one text each; more than a few are only counted. */
  diagnostics: string[];
}

const MAX_DIAGNOSTICS = 8;
const shared = new EventView();

/**
 * Calls `visit` for each whole record; the view is one and the same for all and valid only during the call.
 * Discarded records are skipped; a busy one ends the walk, since its bytes are not there yet.
 */
export function forEachRecord(batch: Uint8Array, visit: RecordVisitor, view: EventView = shared): BatchResult {
  const result: BatchResult = { records: 0, diagnostics: [] };
  const data = new DataView(batch.buffer, batch.byteOffset, batch.byteLength);
  const complain = (message: string): void => { if (result.diagnostics.length < MAX_DIAGNOSTICS) result.diagnostics.push(message); };
  let at = 0;
  while (at + RING_HEADER_BYTES <= batch.length) {
    const header = data.getUint32(at, true);
    if ((header & RING_BUSY) !== 0) { complain(`record at byte ${at} is still being written: the rest of the batch (${batch.length - at} bytes) was left out`); break; }
    const size = header & ~(RING_BUSY | RING_DISCARDED);
    const body = at + RING_HEADER_BYTES;
    if (body + size > batch.length) { complain(`record at byte ${at} says ${size} bytes, but the batch ends after ${batch.length - body}`); break; }
    if ((header & RING_DISCARDED) === 0) {
      if (size < RECORD.event) complain(`record at byte ${at} is too short (${size} bytes)`);
      else if (view.reset(batch, data, body + RECORD.event, data.getUint16(body + RECORD.cpu, true), data.getUint16(body + RECORD.nr, true), size - RECORD.event)) {
        result.records++;
        visit(view, data.getUint32(body + RECORD.start + 4, true), data.getUint32(body + RECORD.start, true), data.getUint32(body + RECORD.flags, true), data.getUint32(body + RECORD.cgroup + 4, true), data.getUint32(body + RECORD.cgroup, true));
      } else complain(`record at byte ${at} holds no consistent event`);
    }
    at = body + ((size + 7) & ~7);
  }
  if (at < batch.length && at + RING_HEADER_BYTES > batch.length) complain(`${batch.length - at} bytes are left over at the end of the batch`);
  return result;
}
