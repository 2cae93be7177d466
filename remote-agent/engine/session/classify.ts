// What the history notes of an event beside its bytes: whether it is an enter event, a key for its name, the text of its result.
import { ERRNO, EVENT_LIMIT, EVENTS, SYSCALL_BY_CODE, eventById } from '../../../driver/schema/index.ts';
import type { EventView } from '../event/eventView.ts';
import { isGeneric, result } from '../event/names.ts';
import { u32 } from '../event/params.ts';

/** Name keys from here on are calls without an event of their own, by their code. */
export const GENERIC_KEYS = 65536;

/** 1 for enter events that an exit follows. */
const enters = new Uint8Array(EVENT_LIMIT);
for (const def of EVENTS) if (!def.isExit && def.category !== 'INTERNAL' && eventById(def.id + 1)?.isExit === true) enters[def.id] = 1;

/** 1 for the end of a thread: what it was in the middle of will never return. */
const ends = new Uint8Array(EVENT_LIMIT);
for (const def of EVENTS) if (def.name === 'procexit') { ends[def.id] = 1; enters[def.id] = 0; }

/** 1 for what capture programs tell each other: containers found, figures of processes, losses. */
const internal = new Uint8Array(65536);
for (const def of EVENTS) if (def.category === 'INTERNAL' || def.name === 'container') internal[def.id & ~1] = internal[def.id | 1] = 1;
/** Whether an event (see whatOf) is nothing that a program did; sysdig prints such events only when asked to. */
export function isInternal(what: number): boolean { return internal[what] === 1; }

/** Whether the event is its thread's last one. */
export function isEndOfThread(type: number): boolean { return ends[type] === 1; }
/** Whether it is an enter event that its exit completes. */
export function isEnter(type: number): boolean { return enters[type] === 1; }

/** From here on, `whatOf` stands for calls without an event of their own. */
const GENERIC_WHAT = 0x8000, GENERIC_LIMIT = 0x3fff;
/** Stands for event types and calls that no table knows. */
export const UNKNOWN_WHAT = 0xffff;

/** What the event is, in 16 bits: its type or, for events that stand for any call, the call and whether it is the exit. */
export function whatOf(view: EventView): number {
  const { type } = view;
  if (!isGeneric(view)) return type < GENERIC_WHAT ? type : UNKNOWN_WHAT;
  const code = u32(view, 0, GENERIC_LIMIT);
  return code < GENERIC_LIMIT ? GENERIC_WHAT | code << 1 | type : UNKNOWN_WHAT;
}
/** The event's type; -1 where `what` does not say it. */
export function typeOfWhat(what: number): number { return what < GENERIC_WHAT ? what : what === UNKNOWN_WHAT ? -1 : what & 1; }
/** A small number that stands for the event's name, the same for enter and exit. */
export function keyOfWhat(what: number): number { return what < GENERIC_WHAT ? what & ~1 : GENERIC_KEYS + ((what & 0x7fff) >> 1); }
export function nameOfKey(key: number): string {
  if (key >= GENERIC_KEYS) return SYSCALL_BY_CODE.get(key - GENERIC_KEYS)?.name ?? '<unknown>';
  return (eventById(key) ?? eventById(key + 1))?.name ?? `event-${key}`;
}

/** Return value, or name of the error, as people read it; '' for what returns nothing. */
export function resultText(view: EventView): string {
  const value = result(view);
  if (value === undefined) return '';
  return value < 0 && value >= -4095 ? ERRNO.get(-value) ?? String(value) : String(value);
}
