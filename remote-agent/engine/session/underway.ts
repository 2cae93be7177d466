// Calls that have begun and not returned: enter events whose exit is still to come, and what a live source's probe says is under way.
import { SYSCALLS, eventBySymbol, type Syscall } from '../../../driver/schema/index.ts';
import { EVENT_KINDS, callKind } from '../event/kind.ts';
import type { FdInfo } from '../state/model.ts';
import { GENERIC_KEYS, keyOfWhat } from './classify.ts';
import type { FilterBits } from './filterBits.ts';
import type { EventHistory } from './history.ts';
import { SEGMENT_MASK } from './segment.ts';
import type { Track } from './track.ts';

/** Stands for a call that is no event yet. */
export const NO_ROW = 0xffffffff;

/** A call under way; drawn from its start to now. */
export interface OpenCall { readonly startNs: number; /** Of its enter event, or NO_ROW. */ readonly row: number; /** Index into EVENT_KINDS. */ readonly kind: number; /** See nameOfKey. */ readonly name: number }

/** The call that a track's thread is in, if it began by `endNs`. */
export function openCallOf(history: EventHistory, track: Track, endNs: number): OpenCall | undefined {
  const row = track.pendingRow;
  if (row >= 0 && history.has(row)) {
    const segment = history.segmentOf(row), i = row & SEGMENT_MASK;
    const startNs = segment.tsAt(i);
    return startNs > endNs ? undefined : { startNs, row, kind: segment.kindAt(i), name: keyOfWhat(segment.what[i] ?? 0) };
  }
  const call = history.underway.get(track.tid);
  if (call === undefined || call.startNs > endNs) return undefined;
  // Asked for a while ago: where the thread has done something since, the call has returned.
  return history.has(track.lastRow) && history.tsOf(track.lastRow) > call.startNs ? undefined : call;
}

/** Whether a call under way passes; one that is no event yet passes only the empty filter. */
export function openPasses(call: OpenCall, filter: FilterBits | undefined): boolean { return filter === undefined || (call.row !== NO_ROW && filter.passes(call.row)); }

const byNumber = { x64: new Map<number, Syscall>(), arm64: new Map<number, Syscall>() };
for (const call of SYSCALLS) {
  if (call.x64 >= 0) byNumber.x64.set(call.x64, call);
  if (call.arm64 >= 0) byNumber.arm64.set(call.arm64, call);
}

/** Describes a call by its native number; `fd` is the descriptor that its first argument names, where it names one. */
export function describeCall(arch: 'x64' | 'arm64', nr: number, startNs: number, fd: FdInfo | undefined): OpenCall {
  const call = byNumber[arch].get(nr);
  if (call === undefined) return { startNs, row: NO_ROW, kind: EVENT_KINDS.indexOf('other'), name: GENERIC_KEYS };
  return { startNs, row: NO_ROW, kind: callKind(call.name, call.category, fd), name: call.event === 'GENERIC' ? GENERIC_KEYS + call.code : eventBySymbol(`${call.event}_X`).id & ~1 };
}
