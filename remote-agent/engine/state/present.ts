// Ordinary events of known threads, shown without a close look: what `skim` takes in, together with the context that somebody wants to see.
import type { EventView } from '../event/eventView.ts';
import { END, ENDS } from './ends.ts';
import { HANDLERS } from './handlers.ts';
import type { FdRecord } from './infos.ts';
import type { LiveThread } from './liveThread.ts';
import type { MutableContext } from './mutableContext.ts';
import { ACTION } from './plan.ts';
import { skim } from './skim.ts';
import { EXACT, type SystemState } from './systemState.ts';

/** By action: such an event may be shown so; it begins something, or ends it. */
enum PART { none = 0, begin = 1, beginOnFd = 2, end = 3 }
const PARTS = new Uint8Array(16);
for (const action of [ACTION.thread, ACTION.type, ACTION.enter, ACTION.enterKept]) PARTS[action] = PART.begin;
for (const action of [ACTION.enterFd, ACTION.enterFdKept]) PARTS[action] = PART.beginOnFd;
for (const action of [ACTION.exit, ACTION.exitIo, ACTION.exitMemory, ACTION.exitClose]) PARTS[action] = PART.end;

/**
 * Takes in an event and shows it as `SystemState.process` would, by what its type's plan says of one that somebody wants. The source holds enter and exit
 * events; `view` is at the event, which is whole. Undefined, and nothing done, where `process` has to.
 */
export function present(state: SystemState, action: number, type: number, thread: LiveThread, view: EventView): MutableContext | undefined {
  const part = PARTS[action] ?? PART.none;
  if (part === PART.none) return undefined;
  const { context } = state, { data, at } = view;
  const ts = state.base.relative(data.getUint32(at + 4, true), data.getUint32(at, true));
  const lastNs = thread.latencyNs;
  let latencyNs = 0, number = -1, kept = false, fd: FdRecord | undefined = undefined;
  if (part === PART.end) {
    const how = ENDS[type] ?? END.own;
    if ((how & END.own) !== 0 || ts > EXACT) return undefined;
    latencyNs = Number.isNaN(thread.enterNs) ? -1 : ts - thread.enterNs;
    if (thread.enterType === type - 1) {
      if ((how & END.onFd) !== 0) number = thread.enterFd;
      kept = (how & END.kept) !== 0;
    }
    if (number >= 0) fd = thread.fds.get(number);
  }
  if (!skim(state, action, type, thread, view.bytes, data, at, view.length)) return undefined;
  if (part === PART.beginOnFd) {
    number = thread.enterFd;
    if (number >= 0) fd = thread.fds.get(number);
  }
  context.num = state.eventCount;
  context.tsNs = ts;
  context.latencyNs = latencyNs;
  context.lastLatencyNs = lastNs;
  context.fdNum = number;
  context.pairs = true;
  // What stays as it is is not written again: the collector of garbage is told of every object that is.
  if (context.view !== view) context.view = view;
  if (context.thread !== thread) context.thread = thread;
  if (context.info !== thread.info) context.info = thread.info;
  if (context.fd !== fd) context.fd = fd;
  if (context.fdBefore !== fd) context.fdBefore = fd;
  const enter = kept && thread.enter(type - 1, context.enterView, view.cpu, view.nr) ? context.enterView : undefined;
  if (context.enter !== enter) context.enter = enter;
  if (part === PART.beginOnFd) HANDLERS[type]?.(state, thread, context, view);
  return context;
}
