// Tells from its bytes whether a write may be a tracer's, for readers that do not follow descriptors: only then it matters where it goes.
import { EVENT_HEADER, EVENTS } from '../../../driver/schema/index.ts';
import { MARK, MarkReader, mayBeMark } from './tracerText.ts';

/** Ends of calls whose data is written to a file. */
export const FILE_WRITES: readonly number[] = EVENTS.filter((def) => def.isExit && ['write', 'writev', 'pwrite', 'pwritev'].includes(def.name)).map((def) => def.id);
/** What is shown otherwise where a descriptor is a tracer's: reads and writes, and tracers. */
const TOUCHED: readonly number[] = EVENTS.filter((def) => ['tracer', 'read', 'readv', 'pread', 'preadv', 'write', 'writev', 'pwrite', 'pwritev'].includes(def.name) && (def.isExit || def.name === 'write' || def.name === 'tracer')).map((def) => def.id);
/** Types of the events of tracers. */
export const TRACER_TYPES: readonly number[] = EVENTS.filter((def) => def.name === 'tracer').map((def) => def.id);
const DATA = 1, MAX_PARAMS = 64;
const NOBODY = { tid: 0, pid: 0, ptid: 0 };

/** Whether tracers change anything for somebody who wants events of these types (65,536 entries, 0: not wanted). */
export function mindsTracers(types: Uint8Array | undefined): boolean { return types === undefined || TOUCHED.some((type) => types[type] !== 0); }

/** Whether the data of the write of `available` bytes at `at` is a mark or the beginning of one. */
export function writesMark(bytes: Uint8Array, data: DataView, at: number, available: number): boolean {
  const count = data.getUint32(at + EVENT_HEADER.nparams, true);
  if (count <= DATA || count > MAX_PARAMS) return false;
  const lengths = at + EVENT_HEADER.lengths;
  const start = lengths + 2 * count + data.getUint16(lengths, true), end = start + data.getUint16(lengths + 2, true);
  if (end > at + available || !mayBeMark(bytes, start, end)) return false;
  return new MarkReader().read(bytes.subarray(start, end), NOBODY) !== MARK.wrong;
}
