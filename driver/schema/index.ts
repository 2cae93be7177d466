// The event table as a whole, with look-ups by id, symbol and name.
import { FILE_EVENTS } from './file.ts';
import { IO_EVENTS } from './io.ts';
import { IPC_EVENTS } from './ipc.ts';
import { MEMORY_EVENTS } from './memory.ts';
import { META_EVENTS } from './meta.ts';
import { NET_EVENTS } from './net.ts';
import { PROCESS_EVENTS } from './process.ts';
import { parseParams, type Category, type EventDef } from './types.ts';

export * from './types.ts';
export { MOST_ARGS } from './argCounts.ts';
export { DYNAMIC } from './dynamic.ts';
export { ERRNO, SIGNALS } from './errno.ts';
export { ENUMS, type Named } from './flags.ts';
export { OLDER_CHANGES, OLDER_LISTED, OLDER_PARAMS } from './older.ts';
export * from './record.ts';
export { RING_OPERATIONS } from './rings.ts';
export * from './host.ts';
export * from './profile.ts';
export * from './snapshot.ts';
export { CALLS_32, IPCCALLS, SOCKETCALLS, type Call32 } from './calls32.ts';
export { SYSCALLS, SYSCALL_BY_CODE, SYSCALL_BY_NAME, type Syscall } from './syscalls.ts';

/** All events, sorted by id. */
export const EVENTS: readonly EventDef[] = [FILE_EVENTS, IO_EVENTS, IPC_EVENTS, MEMORY_EVENTS, META_EVENTS, NET_EVENTS, PROCESS_EVENTS].flat()
  .map((row): EventDef => {
    const params = parseParams(row.params);
    return { id: row.id, symbol: row.symbol, name: row.name, isExit: row.dir === '<', category: row.category as Category, flags: new Set(row.flags.split(' ').filter(Boolean)), known: row.known, params, index: new Map(params.map((p, i) => [p.name, i])) };
  })
  .sort((a, b) => a.id - b.id);

/** One more than the largest event id. */
export const EVENT_LIMIT: number = (EVENTS.at(-1)?.id ?? 0) + 1;

const byId: (EventDef | undefined)[] = new Array<EventDef | undefined>(EVENT_LIMIT).fill(undefined);
for (const event of EVENTS) byId[event.id] = event;
const bySymbol = new Map(EVENTS.map((e) => [e.symbol, e]));

/** The event of this id; undefined for ids that no version of the format has used yet. */
export function eventById(id: number): EventDef | undefined { return byId[id]; }

/** The event of this symbol, e.g. `SYSCALL_OPENAT_2_X`. Throws: a wrong symbol is a bug. */
export function eventBySymbol(symbol: string): EventDef {
  const event = bySymbol.get(symbol);
  if (event === undefined) throw new Error(`event table: no event ${symbol}`);
  return event;
}
