// Between what was read of /proc and the events that came meanwhile: what both tell of is told once, in the order in which it happened.
//
// Events are collected before /proc is read, and taken in after it. A process was read at some moment in between: descriptors that it opened before that
// moment are in what was read, and their events are still to come. Taken as they stand, a child that was forked before would inherit what its parent opened
// after, and a number that has been used again would show its new meaning on old events. So what waiting events will open is taken out first,
// and put back after the last of them where they do not say what it is: copies of descriptors that were closed before anybody read them.
//
// A fork of which the parent's event came too early to be seen is learnt of from the child's own, which may come much later: what the parent has opened since is not the child's.
import { EVENTS } from '../../driver/schema/index.ts';
import { forEachRecord } from '../engine/event/batch.ts';
import { i64, Param } from '../engine/event/params.ts';
import type { TimeBase } from '../engine/base/nanos.ts';
import { CLONE_FILES } from '../engine/state/cloneFlags.ts';
import type { FdRecord } from '../engine/state/infos.ts';
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

/** Calls that return twice, where they have made a process: once in the child, with 0. */
const CLONES: ReadonlySet<number> = new Set(EVENTS.filter(({ isExit, name }) => isExit && /^(clone3?|v?fork)$/.test(name)).map(({ id }) => id));
const RESULT = new Param('res'), PARENT = new Param('ptid'), FLAGS = new Param('flags');

/** What was taken out, and when it is to be looked after. */
interface Forgotten { readonly tid: number; readonly fd: number; readonly info: FdRecord; /** Number of the last event that opens it before it was read. */ at: number }

/** Events that wait, while they are taken in. */
export class CatchUp {
  readonly #state: SystemState;
  readonly #base: TimeBase;
  /** By process and descriptor, and by number of event. */
  readonly #forgotten = new Map<string, Forgotten>();
  readonly #due = new Map<number, Forgotten[]>();
  /** By number of the event that tells of a child: what it cannot have inherited. */
  readonly #notInherited = new Map<number, { readonly tid: number; readonly fds: readonly number[] }>();
  #next = 0;

  constructor(state: SystemState, base: TimeBase) { this.#state = state; this.#base = base; }

  /** Takes out of the state what these events will open and what was read after them. `readAtNs`: when each process was read, ns since the base. Answers how many descriptors went. */
  forgetFuture(batches: Iterable<Uint8Array>, readAtNs: ReadonlyMap<number, number>): number {
    let number = -1;
    /** By process and descriptor, when the call began that opened it last, -Infinity where that is not known; when calls began that made a process, by who made it. */
    const opened = new Map<number, Map<number, number>>(), forks = new Set<string>();
    for (const batch of batches) {
      forEachRecord(batch, (view, startHi, startLo) => {
        number++;
        const began = startHi === 0 && startLo === 0 ? -Infinity : this.#base.relative(startHi, startLo);
        if (CLONES.has(view.type)) {
          if (RESULT.int(view) > 0) forks.add(`${this.#processOf(view.tid)} ${began}`);
          else if (RESULT.int(view) === 0 && (FLAGS.int(view) & CLONE_FILES) === 0) {
            const parent = this.#processOf(PARENT.int(view)), since = opened.get(parent);
            const fds = since === undefined || forks.has(`${parent} ${began}`) ? [] : [...since].filter(([, at]) => at > began || began === -Infinity).map(([fd]) => fd);
            if (fds.length > 0) this.#notInherited.set(number, { tid: view.tid, fds });
          }
        }
        const params = OPENED[view.type];
        if (params === undefined) return;
        const pid = this.#state.thread(view.tid)?.info.pid;
        if (pid !== undefined) {
          let fds = opened.get(pid);
          if (fds === undefined) opened.set(pid, fds = new Map());
          for (const i of params) if (i < view.nparams) fds.set(i64(view, i, -1), began);
        }
        // The descriptor is there a little before its call ends, or on a busy machine long before: what counts is when the call began, where that is known.
        if (pid === undefined || (began !== -Infinity && !(began <= (readAtNs.get(pid) ?? -Infinity)))) return;
        for (const i of params) if (i < view.nparams) this.#forget(pid, view.tid, i64(view, i, -1), number);
      });
    }
    for (const one of this.#forgotten.values()) { const due = this.#due.get(one.at); if (due === undefined) this.#due.set(one.at, [one]); else due.push(one); }
    return this.#forgotten.size;
  }

  #processOf(tid: number): number { return this.#state.thread(tid)?.info.pid ?? tid; }

  #forget(pid: number, tid: number, fd: number, number: number): void {
    const key = `${pid} ${fd}`, before = this.#forgotten.get(key);
    if (before !== undefined) { before.at = number; return; }
    const info = this.#state.forgetFd(tid, fd);
    if (info !== undefined) this.#forgotten.set(key, { tid, fd, info, at: number });
  }

  /** To be called when each of the events has been taken in, in their order. */
  taken(): void {
    const number = this.#next++;
    for (const { tid, fd, info } of this.#due.get(number) ?? []) this.#state.recallFd(tid, fd, info);
    const child = this.#notInherited.get(number);
    for (const fd of child?.fds ?? []) this.#state.forgetFd(child?.tid ?? 0, fd);
  }
}

/** Time of a batch's last event, ns since the base; -Infinity where it has none. */
export function lastTimeOf(batch: Uint8Array, base: TimeBase): number {
  let last = -Infinity;
  forEachRecord(batch, (view) => { last = base.relative(view.tsHi, view.tsLo); });
  return last;
}
