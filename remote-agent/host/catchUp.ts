// Between what was read of /proc and the events that came meanwhile: what both tell of is told once, in the order in which it happened.
//
// Events are collected before /proc is read, and taken in after it. A process was read at some moment in between: descriptors that it opened before that
// moment are in what was read, and their events are still to come. Taken as they stand, a child that was forked before would inherit what its parent opened
// after, and a number that has been used again would show its new meaning on old events. So what waiting events will open is taken out first.
import { EVENTS } from '../../driver/schema/index.ts';
import { forEachRecord } from '../engine/event/batch.ts';
import { i64 } from '../engine/event/params.ts';
import type { TimeBase } from '../engine/base/nanos.ts';
import type { SystemState } from '../engine/state/systemState.ts';

/** By event: the parameters that are new descriptors. Of most the result is one; a pair stands in two of its own. */
const OPENED: readonly (readonly number[] | undefined)[] = (() => {
  const opened: (readonly number[])[] = [];
  for (const { id, isExit, flags, params } of EVENTS) {
    if (!isExit || !flags.has('CREATES_FD')) continue;
    const kinds = params.map((param) => param.type === 'FD');
    opened[id] = kinds[0] === true ? [0] : params.flatMap((param, i) => kinds[i] === true && /^fd[12]$/.test(param.name) ? [i] : []);
  }
  return opened;
})();

/** Takes out of the state what these events will open and what was read after them. `readAtNs`: when each process was read, ns since the base. Answers how many descriptors went. */
export function forgetFuture(state: SystemState, base: TimeBase, batches: Iterable<Uint8Array>, readAtNs: ReadonlyMap<number, number>): number {
  let forgotten = 0;
  for (const batch of batches) {
    forEachRecord(batch, (view, startHi, startLo) => {
      const params = OPENED[view.type];
      if (params === undefined) return;
      const thread = state.thread(view.tid);
      // The descriptor is there a little before its call ends, or on a busy machine long before: what counts is when the call began, where that is known.
      if (thread === undefined || ((startHi !== 0 || startLo !== 0) && !(base.relative(startHi, startLo) <= (readAtNs.get(thread.info.pid) ?? -Infinity)))) return;
      for (const i of params) if (i < view.nparams && state.forgetFd(view.tid, i64(view, i, -1))) forgotten++;
    });
  }
  return forgotten;
}

/** Time of a batch's last event, ns since the base; -Infinity where it has none. */
export function lastTimeOf(batch: Uint8Array, base: TimeBase): number {
  let last = -Infinity;
  forEachRecord(batch, (view) => { last = base.relative(view.tsHi, view.tsLo); });
  return last;
}
