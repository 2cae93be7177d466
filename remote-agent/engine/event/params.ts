// Values of an event's parameters, read in place. Missing or short values give a default: nothing here throws.
import { eventById, EVENTS, EVENT_LIMIT } from '../../../driver/schema/index.ts';
import { decodeBytes, decodeList, decodeToNul } from '../base/text.ts';
import type { EventView } from './eventView.ts';

const TWO_32 = 4294967296;
const SIGNED = new Set(['INT8', 'INT16', 'INT32', 'INT64', 'ERRNO', 'FD', 'PID', 'FD32', 'PID32']);

/** Eight bytes as a number, exact up to 2^53. Small ones come out as small integers, whichever way the code was compiled: that keeps fields and keys cheap. */
export function signed64(data: DataView, at: number): number {
  const high = data.getInt32(at + 4, true), low = data.getInt32(at, true);
  return high === low >> 31 ? low : high * TWO_32 + (low >>> 0);
}
/** The same without a sign. */
export function unsigned64(data: DataView, at: number): number {
  const high = data.getUint32(at + 4, true), low = data.getUint32(at, true);
  return high === 0 ? low : high * TWO_32 + low;
}

/** Eight bytes without a sign, exact. */
export function whole64(data: DataView, at: number): bigint { return data.getBigUint64(at, true); }

/** Signed 64-bit value as a number (exact up to 2^53); `missing` where the event does not hold it. 32-bit values are taken as they are. */
export function i64(view: EventView, i: number, missing = 0): number {
  const size = view.size(i);
  const at = view.start(i);
  if (size >= 8) return signed64(view.data, at);
  if (size >= 4) return view.data.getInt32(at, true);
  return missing;
}

/** Unsigned 64-bit value as a number (rounded above 2^53). */
export function u64(view: EventView, i: number, missing = 0): number {
  const size = view.size(i);
  const at = view.start(i);
  if (size >= 8) return unsigned64(view.data, at);
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
    case 8: return signed ? signed64(data, at) : unsigned64(data, at);
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

/** Where events hold each parameter: by name, pairs of event type and index. */
const PLACES = new Map<string, number[]>();
for (const def of EVENTS) {
  for (let i = def.params.length - 1; i >= 0; i--) {
    const name = def.params[i]?.name ?? '';
    if (def.index.get(name) !== i) continue;
    const places = PLACES.get(name);
    if (places === undefined) PLACES.set(name, [def.id, i]); else places.push(def.id, i);
  }
}

/** One parameter by name, for code that every event goes through: where each event has it is worked out beforehand. */
export class Param {
  /** Index by event type, -1 where the event has none of the name. */
  readonly #index = new Int8Array(EVENT_LIMIT).fill(-1);
  readonly #signed = new Uint8Array(EVENT_LIMIT);

  constructor(name: string) {
    const places = PLACES.get(name) ?? [];
    for (let k = 0; k < places.length; k += 2) {
      const type = places[k] ?? 0, i = places[k + 1] ?? 0;
      this.#index[type] = i;
      this.#signed[type] = SIGNED.has(eventById(type)?.params[i]?.type ?? '') ? 1 : 0;
    }
  }

  /** Its index, -1 where the event does not hold it. */
  at(view: EventView): number {
    const type = view.type;
    const i = type < EVENT_LIMIT ? this.#index[type] ?? -1 : -1;
    return i < view.nparams ? i : -1;
  }
  /** Whether events of this type have it at all. */
  known(view: EventView): boolean { return view.type < EVENT_LIMIT && (this.#index[view.type] ?? -1) >= 0; }
  in(view: EventView): boolean { return this.at(view) >= 0; }
  size(view: EventView): number { return view.size(this.at(view)); }
  /** As an integer of its own size and sign; `missing` where the event does not hold it. */
  int(view: EventView, missing = 0): number {
    const i = this.at(view);
    return i < 0 ? missing : intAt(view.data, view.start(i), view.size(i), this.#signed[view.type] === 1, missing);
  }
  /** The same, as a bigint where a number is not exact. */
  whole(view: EventView, missing: number | bigint = 0): number | bigint {
    const i = this.at(view);
    if (i < 0) return missing;
    const value = intAt(view.data, view.start(i), view.size(i), this.#signed[view.type] === 1, 0);
    if (Number.isSafeInteger(value)) return view.size(i) === 0 ? missing : value;
    return this.#signed[view.type] === 1 ? view.data.getBigInt64(view.start(i), true) : view.data.getBigUint64(view.start(i), true);
  }
  text(view: EventView): string {
    const i = this.at(view);
    return i < 0 ? '' : text(view, i);
  }
}
