// The context that the state engine fills for each event.
import type { EventContext } from '../event/context.ts';
import { EventView } from '../event/eventView.ts';
import type { LiveThread } from './liveThread.ts';
import type { FdInfo, ThreadInfo } from './model.ts';
import type { SystemState } from './systemState.ts';

/** Why an event is not shown. `front`: it describes a container in front of a later section, and belongs to its tables. `failed`: a container of which not all could be found out; it shows where a filter passes it; so does a write with the beginning of a mark of a tracer. `traced`: a call begins whose end is shown as a tracer. Whoever writes a capture gets these. */
export enum CONCEALED { not = 0, front = 1, failed = 2, traced = 3 }

/** The one context that `process` returns; engine code fills it, everybody else reads it. */
export class MutableContext implements EventContext {
  view: EventView = new EventView();
  num = 0;
  tsNs = NaN;
  latencyNs = NaN;
  info: ThreadInfo | undefined = undefined;
  thread: LiveThread | undefined = undefined;
  fdNum = -1;
  fd: FdInfo | undefined = undefined;
  /** The descriptor as it was before the event changed it. */
  fdBefore: FdInfo | undefined = undefined;
  enter: EventView | undefined = undefined;
  /** What `enter` is, where there is one. */
  readonly enterView = new EventView();
  /** Length of the call that the thread ended last, ns; what readers of old captures print as the latency of a `switch`. */
  lastLatencyNs = NaN;
  /** The source holds enter and exit events, as sysdig up to 0.29 and Falco's libraries before 0.22 wrote them. */
  pairs = false;
  readonly state: SystemState;
  constructor(state: SystemState) { this.state = state; }
}
