// After a snapshot: who is whose child, and how many threads each process has.
import type { LiveThread } from './liveThread.ts';
import type { SystemState } from './systemState.ts';

/** Counts threads and children, and gives every info its parent, from the root of the tree down. */
export function settleThreads(state: SystemState): void {
  for (const thread of state.threads()) thread.kids = 0;
  for (const thread of state.threads()) {
    if (thread.isMain) thread.childCount = state.members(thread.info.pid).size;
    const parent = thread.isMain ? state.thread(thread.info.ptid) : undefined;
    if (parent !== undefined) parent.kids++;
  }
  const done = new Set<number>();
  for (const thread of state.threads()) {
    const chain: LiveThread[] = [];
    for (let at: LiveThread | undefined = thread; at !== undefined && !done.has(at.info.tid); at = state.thread(at.info.ptid)) { done.add(at.info.tid); chain.push(at); }
    for (const one of chain.reverse()) {
      const parent = state.thread(one.info.ptid);
      if (parent !== undefined && parent !== one && one.info.parent !== parent.info) state.changeThread(one, {}, true);
    }
  }
}
