// Who stands around a thread: its process's main thread, its parents. Live events ask the tables as they are now; events of the past
// the infos that they were recorded with.
import type { EventContext } from '../event/context.ts';
import type { Thread, ThreadInfo } from '../state/model.ts';

/** Longest chain of parents that is walked; a circle ends here. */
const MAX_DEPTH = 256;

/** The main thread that captures' readers remember for a thread, while it lives; see `LiveThread.main`. */
function remembered(ctx: EventContext): Thread | undefined {
  const kept = (ctx.thread as (Thread & { readonly main?: Thread | undefined }) | undefined)?.main;
  return kept !== undefined && ctx.state.thread(kept.info.tid) === kept ? kept : undefined;
}

/** The main thread's info: its own for a main thread. */
export function mainInfo(ctx: EventContext): ThreadInfo | undefined {
  const info = ctx.info;
  const kept = remembered(ctx);
  if (kept !== undefined) return kept.info;
  if (info === undefined || info.tid === info.pid) return info;
  return ctx.state.thread(info.pid)?.info ?? info;
}

/** The main thread itself, for live events. */
export function mainThread(ctx: EventContext): Thread | undefined {
  const thread = remembered(ctx) ?? ctx.thread;
  if (thread === undefined || thread.isMain || thread.info.tid === thread.info.pid) return thread;
  return ctx.state.thread(thread.info.pid) ?? thread;
}

/** The parent: the thread that has its id now, or, for events of the past, the one that was known then. */
export function parentOf(ctx: EventContext, info: ThreadInfo): ThreadInfo | undefined {
  if (ctx.thread === undefined) return info.parent;
  return info.ptid < 0 ? undefined : ctx.state.thread(info.ptid)?.info;
}

/** Name and arguments. */
export function commandLine(info: ThreadInfo): string { return info.args.length === 0 ? info.comm : `${info.comm} ${info.args.join(' ')}`; }

/** The n-th parent, from the main thread; 0 is the process itself. */
export function ancestor(ctx: EventContext, n: number): ThreadInfo | undefined {
  if (!Number.isInteger(n) || n < 0 || n > MAX_DEPTH) return undefined;
  let info = mainInfo(ctx);
  for (let i = 0; i < n && info !== undefined; i++) info = parentOf(ctx, info);
  return info;
}

/** Walks the parents of the process, nearest first, until `test` passes. */
export function someAncestor(ctx: EventContext, test: (info: ThreadInfo) => boolean): boolean {
  let info = mainInfo(ctx);
  for (let i = 0; i < MAX_DEPTH && info !== undefined; i++) {
    info = parentOf(ctx, info);
    if (info !== undefined && test(info)) return true;
  }
  return false;
}

/** The main thread, then its parents, until `visit` returns false. */
export function walkUp(ctx: EventContext, visit: (info: ThreadInfo) => boolean): void {
  let info = mainInfo(ctx);
  for (let i = 0; i < MAX_DEPTH && info !== undefined; i++) {
    if (!visit(info)) return;
    info = parentOf(ctx, info);
  }
}
