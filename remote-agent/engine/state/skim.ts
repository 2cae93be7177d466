// What events change that are taken in without a close look, told from their bytes.
import { EVENT_HEADER } from '../../../driver/schema/index.ts';
import type { LiveThread } from './liveThread.ts';
import type { SystemState } from './systemState.ts';

/** Bytes of a `switch` whose parameters all have their usual sizes. */
const SWITCH_BYTES = EVENT_HEADER.lengths + 12 + 36;

/** The figures of a `switch` of the usual shape: lengths 8 8 8 4 4 4. False, and nothing done, for any other. */
export function skimSwitch(state: SystemState, thread: LiveThread, data: DataView, at: number, length: number): boolean {
  if (length !== SWITCH_BYTES || data.getUint32(at + EVENT_HEADER.nparams, true) !== 6) return false;
  const lengths = at + EVENT_HEADER.lengths;
  if (data.getUint32(lengths, true) !== 0x80008 || data.getUint32(lengths + 4, true) !== 0x40008 || data.getUint32(lengths + 8, true) !== 0x40004) return false;
  const major = data.getInt32(lengths + 20, true), minor = data.getInt32(lengths + 28, true);
  if (data.getInt32(lengths + 24, true) !== 0 || data.getInt32(lengths + 32, true) !== 0 || major < 0 || minor < 0) return false;
  thread.pfmajor = major;
  thread.pfminor = minor;
  const main = thread.isMain ? thread : state.table.get(thread.info.pid);
  main?.setMemory(data, lengths + 36);
  return true;
}
