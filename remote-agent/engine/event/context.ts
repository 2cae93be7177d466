// One event together with what is known about it: what fields read, filters test and formats print. Reused from event to event.
import type { FdInfo, StateView, Thread, ThreadInfo } from '../state/model.ts';
import type { EventView } from './eventView.ts';

export interface EventContext {
  /** The event's bytes; points elsewhere after the next event. */
  readonly view: EventView;
  /** Number from 1, counting every event of the source. */
  num: number;
  /** When the event was recorded, ns since `state.baseNs`: for an exit, the end of the call. */
  tsNs: number;
  /** Length of the call in ns; 0 for enter events and what is no call; -1 where not known (an exit without its enter). */
  latencyNs: number;
  /** The thread as it was at this event; undefined for events of none. */
  info: ThreadInfo | undefined;
  /** The live thread, where the event is the newest (not when an event of the history is looked at again). */
  thread: Thread | undefined;
  /** Descriptor that the event works on; -1: none. */
  fdNum: number;
  fd: FdInfo | undefined;
  /** Parameters of the enter event that an exit of an old capture needs; undefined where the exit carries all itself. */
  readonly enter: EventView | undefined;
  readonly state: StateView;
}
