// Which function changes the tables for which event: the one dispatch of the state engine.
import { EVENTS, EVENT_LIMIT } from '../../../driver/schema/index.ts';
import type { EventView } from '../event/eventView.ts';
import { DEMAND } from './demand.ts';
import type { LiveThread } from './liveThread.ts';
import { DESCRIPTOR_HANDLERS } from './onDescriptor.ts';
import { FILE_HANDLERS } from './onFile.ts';
import { META_HANDLERS } from './onMeta.ts';
import { PROCESS_HANDLERS } from './onProcess.ts';
import { SOCKET_HANDLERS } from './onSocket.ts';
import type { MutableContext, SystemState } from './systemState.ts';
import { TRACER_HANDLERS } from './tracerEvents.ts';

/** Changes the state for one event. `thread` is undefined for events of none, and of a thread that must not be made up. */
export type Handler = (state: SystemState, thread: LiveThread | undefined, context: MutableContext, view: EventView) => void;
/** Handlers by `>name` (enter) or `<name` (exit); all versions of an event share one, which finds parameters by name. */
export type HandlerTable = Readonly<Record<string, Handler>>;

/** They change nothing but memory figures. */
const FIGURES: ReadonlySet<string> = new Set(['<brk', '<mmap', '<mmap2', '<munmap', '>switch']);
/** It changes no table, but what its context shows. */
const SHOWS_ONLY = '<getsockopt';
const tables: readonly HandlerTable[] = [TRACER_HANDLERS, PROCESS_HANDLERS, FILE_HANDLERS, SOCKET_HANDLERS, DESCRIPTOR_HANDLERS, META_HANDLERS];

/** Handlers by event type. */
export const HANDLERS: (Handler | undefined)[] = new Array<Handler | undefined>(EVENT_LIMIT).fill(undefined);
/** By event type, bits of `DEMAND`: what its handler changes. */
export const HANDLER_DEMAND = new Uint8Array(EVENT_LIMIT);
for (const def of EVENTS) {
  const key = `${def.isExit ? '<' : '>'}${def.name}`;
  const table = tables.find((one) => Object.hasOwn(one, key));
  if (table === undefined) continue;
  HANDLERS[def.id] = table[key];
  HANDLER_DEMAND[def.id] = key === SHOWS_ONLY ? 0 : FIGURES.has(key) ? DEMAND.calls : table === PROCESS_HANDLERS || table === META_HANDLERS ? DEMAND.threads : DEMAND.descriptors;
}
