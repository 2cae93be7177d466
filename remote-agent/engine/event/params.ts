// Values of an event's parameters, read in place. Missing or short values give a default: nothing here throws.
import { EVENTS, EVENT_LIMIT } from '../../../driver/schema/index.ts';
import { decodeBytes, decodeList, decodeToNul } from '../base/text.ts';
import type { EventView } from './eventView.ts';

const TWO_32 = 4294967296;
const SIGNED = new Set(['INT8', 'INT16', 'INT32', 'INT64', 'ERRNO', 'FD', 'PID', 'FD32', 'PID32']);

/** Signed 64-bit value as a number (exact up to 2^53); `missing` where the event does not hold it. 32-bit values are taken as they are. */
export function i64(view: EventView, i: number, missing = 0): number {
  const size = view.size(i);
  const at = view.start(i);
  if (size >= 8) return view.data.getInt32(at + 4, true) * TWO_32 + view.data.getUint32(at, true);
  if (size >= 4) return view.data.getInt32(at, true);
  return missing;
}

/** Unsigned 64-bit value as a number (rounded above 2^53). */
export function u64(view: EventView, i: number, missing = 0): number {
  const size = view.size(i);
  const at = view.start(i);
  if (size >= 8) return view.data.getUint32(at + 4, true) * TWO_32 + view.data.getUint32(at, true);
  if (size >= 4) return view.data.getUint32(at, true);
  return missing;
}

/** Unsigned value of 4, 2 or 1 bytes. */
export function u32(view: EventView, i: number, missing = 0): number {
  const size = view.size(i);
  const at = view.start(i);
  if (size >= 4) return view.data.getUint32(at, true);
  if (size >= 2) return view.data.getUint16(at, true);
  return size === 1 ? view.data.getUint8(at) : missing;
}

/** Any fixed-size integer by its own size and the sign of its declared type. */
export function int(view: EventView, i: number, missing = 0): number {
  return intAt(view.data, view.start(i), view.size(i), SIGNED.has(view.def?.params[i]?.type ?? ''), missing);
}

/** An integer of `size` bytes. */
export function intAt(data: DataView, at: number, size: number, signed: boolean, missing = 0): number {
  switch (size) {
    case 1: return signed ? data.getInt8(at) : data.getUint8(at);
    case 2: return signed ? data.getInt16(at, true) : data.getUint16(at, true);
    case 4: return signed ? data.getInt32(at, true) : data.getUint32(at, true);
    case 8: return (signed ? data.getInt32(at + 4, true) : data.getUint32(at + 4, true)) * TWO_32 + data.getUint32(at, true);
    default: return missing;
  }
}

/** Text up to its NUL; '' where there is none. */
export function text(view: EventView, i: number): string {
  const size = view.size(i);
  return size <= 0 ? '' : decodeToNul(view.bytes, view.start(i), view.end(i));
}

/** NUL-terminated strings of a list parameter (args, env). */
export function list(view: EventView, i: number): string[] { return view.size(i) <= 0 ? [] : decodeList(view.bytes, view.start(i), view.end(i)); }

/** All bytes as text, NULs included (cgroups). */
export function blob(view: EventView, i: number): string { return view.size(i) <= 0 ? '' : decodeBytes(view.bytes, view.start(i), view.end(i)); }

/** Index of a parameter by name, -1 where the event does not hold it. */
export function param(view: EventView, name: string): number {
  const i = view.def?.index.get(name) ?? -1;
  return i < view.nparams ? i : -1;
}

/** Integer parameter by name. */
export function named(view: EventView, name: string, missing = 0): number {
  const i = param(view, name);
  return i < 0 ? missing : int(view, i, missing);
}

/** Text parameter by name. */
export function namedText(view: EventView, name: string): string {
  const i = param(view, name);
  return i < 0 ? '' : text(view, i);
}

/** One parameter by name, for code that every event goes through: where each event has it is worked out beforehand. */
export class Param {
  /** Index by event type, -1 where the event has none of the name. */
  readonly #index = new Int8Array(EVENT_LIMIT).fill(-1);
  readonly #signed = new Uint8Array(EVENT_LIMIT);

  constructor(name: string) {
    for (const def of EVENTS) {
      const i = def.index.get(name);
      if (i === undefined) continue;
      this.#index[def.id] = i;
      this.#signed[def.id] = SIGNED.has(def.params[i]?.type ?? '') ? 1 : 0;
    }
  }

  /** Its index, -1 where the event does not hold it. */
  at(view: EventView): number {
    const type = view.type;
    const i = type < EVENT_LIMIT ? this.#index[type] ?? -1 : -1;
    return i < view.nparams ? i : -1;
  }
  in(view: EventView): boolean { return this.at(view) >= 0; }
  size(view: EventView): number { return view.size(this.at(view)); }
  /** As an integer of its own size and sign; `missing` where the event does not hold it. */
  int(view: EventView, missing = 0): number {
    const i = this.at(view);
    return i < 0 ? missing : intAt(view.data, view.start(i), view.size(i), this.#signed[view.type] === 1, missing);
  }
  text(view: EventView): string {
    const i = this.at(view);
    return i < 0 ? '' : text(view, i);
  }
}
