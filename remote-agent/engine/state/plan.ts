// What a reader does with each type of event: as little as the demand allows. One byte a type, so that events nobody wants cost a look at it.
import { EVENTS, EVENT_LIMIT, type EventDef } from '../../../driver/schema/index.ts';
import { DEMAND } from './demand.ts';
import { HANDLERS, HANDLER_DEMAND } from './handlers.ts';
import { TRACER_HANDLERS } from './tracerEvents.ts';
import { FILE_WRITES, TRACER_TYPES } from './tracerLook.ts';
import { TRAIT, TRAITS } from './traits.ts';

/** Ways to take in an event. All but `whole` are `skim`'s; they do what `process` would, as far as it is demanded. (An enum, so that bundling puts the numbers in place.) */
export enum ACTION {
  /** It counts, and nothing else. */
  count = 0,
  /** Its thread is to be known. */
  thread = 1,
  /** And which call it is in. */
  type = 2,
  /** A call begins; `enterFd` on a descriptor; `enterKept` with parameters that the exit needs. */
  enter = 3, enterFd = 4, enterKept = 5, enterFdKept = 6,
  /** A call ends; `exitIo`: reads or writes a descriptor, which may turn out to be a socket that is connected. */
  exit = 7, exitIo = 8,
  /** The scheduler's figures; a call's that returns memory figures. */
  switch = 9, exitMemory = 10,
  /** A call ends that changes nothing if it failed. */
  exitChange = 11,
  /** Ends of calls of which most change nothing, or little: a datagram or message that came or went, close, fcntl. */
  exitMessage = 12, exitClose = 13, exitFcntl = 14,
  /** By `process`. */
  whole = 15,
}
/** Numbers that a type of event may have: length of what they index. */
export const TYPES = 65536;
/** Bit beside the action: somebody wants to see the event. */
export const WANTED = 16;
/** Somebody wants to see the event, and nothing of the state: by `glance`. */
export const SEEN = WANTED | ACTION.count;
/** Bit beside the action: a write whose data is to be looked at, as it may be a mark of a tracer. */
export const LOOK = 32;

const SWITCH = 152;
const ENDS: ReadonlyMap<string, number> = new Map([
  ...['read', 'readv', 'write', 'writev', 'pread', 'preadv', 'pwrite', 'pwritev'].map((name): [string, number] => [name, ACTION.exitIo]),
  ...['brk', 'mmap', 'mmap2', 'munmap'].map((name): [string, number] => [name, ACTION.exitMemory]),
  ...['recvfrom', 'recvmsg', 'recv', 'recvmmsg', 'sendto', 'sendmsg', 'send', 'sendmmsg'].map((name): [string, number] => [name, ACTION.exitMessage]),
  ['close', ACTION.exitClose], ['fcntl', ACTION.exitFcntl],
  // A connect under way has failed, too, but for the time being.
  ['connect', ACTION.whole],
]);

function actionOf(def: EventDef, demand: number, pairs: boolean): number {
  if (demand === 0) return ACTION.count;
  const type = def.id;
  const traits = TRAITS[type] ?? 0;
  const handled = HANDLERS[type] !== undefined && ((HANDLER_DEMAND[type] ?? 0) & demand) !== 0;
  if ((traits & (TRAIT.skip | TRAIT.containerJson)) !== 0) return handled ? ACTION.whole : ACTION.count;
  if (type === SWITCH && handled) return ACTION.switch;
  const isExit = (traits & TRAIT.exit) !== 0;
  if (handled) return isExit ? ENDS.get(def.name) ?? ACTION.exitChange : def.name === 'sendto' ? ACTION.enterFdKept : def.name === 'write' ? ACTION.enterFd : ACTION.whole;
  if ((traits & TRAIT.noPlaceholder) !== 0) return isExit ? ACTION.whole : ACTION.count;
  const moves = (demand & (DEMAND.descriptors | DEMAND.calls)) !== 0;
  if (isExit) return moves || !pairs ? ACTION.exit : ACTION.thread;
  const keeps = (traits & TRAIT.keepEnter) !== 0 && ((demand & DEMAND.calls) !== 0 || ((HANDLER_DEMAND[type + 1] ?? 0) & demand) !== 0);
  const uses = (demand & DEMAND.descriptors) !== 0 && (traits & TRAIT.usesFd) !== 0 && (!pairs || (traits & TRAIT.legacyUsesFd) !== 0);
  return keeps ? (uses ? ACTION.enterFdKept : ACTION.enterKept) : uses ? ACTION.enterFd : moves ? ACTION.enter : ACTION.type;
}

/** Ends of calls that an event of a tracer may take the place of. */
const TRACED: readonly number[] = EVENTS.filter((def) => Object.hasOwn(TRACER_HANDLERS, `${def.isExit ? '<' : ''}${def.name}`)).map((def) => def.id);

/** All types wanted that are not left out by `types`, and nothing said of them. */
function blankPlan(types: Uint8Array | undefined): Uint8Array {
  const plan = new Uint8Array(TYPES).fill(ACTION.whole | WANTED);
  if (types !== undefined) for (let type = 0; type < EVENT_LIMIT; type++) if (types[type] === 0) plan[type] = ACTION.whole;
  return plan;
}

/** The plan for sources of one layout: an action and `WANTED` for each type, 65,536 of them. `looks`: with LOOK beside writes. */
export function makePlan(demand: number, pairs: boolean, types: Uint8Array | undefined, looks = false): Uint8Array {
  // Numbers between those of the table are events all the same: unknown ones.
  const plan = blankPlan(types);
  if ((demand & DEMAND.kinds) !== 0) demand |= DEMAND.descriptors;
  if (demand === 0) plan.fill(SEEN, EVENT_LIMIT);
  for (const def of EVENTS) {
    const action = actionOf(def, demand, pairs);
    plan[def.id] = types?.[def.id] === 0 ? action : wanted(def, action, demand);
  }
  // Who wants tracers has to see what may become one.
  if (pairs && (demand & DEMAND.descriptors) !== 0 && types !== undefined && TRACER_TYPES.some((type) => types[type] !== 0)) for (const type of TRACED) plan[type] = (plan[type] ?? 0) | WANTED;
  if (pairs && looks) for (const type of FILE_WRITES) plan[type] = (plan[type] ?? 0) | LOOK;
  return plan;
}

/** To show an event takes its thread, if anything is demanded at all. Descriptions of containers are always looked into: not all are shown. */
function wanted(def: EventDef, action: number, demand: number): number {
  if (action !== ACTION.count) return action | WANTED;
  if (((TRAITS[def.id] ?? 0) & TRAIT.containerJson) !== 0) return ACTION.whole | WANTED;
  return demand === 0 ? SEEN : ACTION.thread | WANTED;
}

/** As long as the layout of a source is not known, nothing is left out. */
export function learningPlan(types: Uint8Array | undefined, looks = false): Uint8Array {
  const plan = blankPlan(types);
  if (types !== undefined && TRACER_TYPES.some((type) => types[type] !== 0)) for (const type of TRACED) plan[type] = ACTION.whole | WANTED;
  if (looks) for (const type of FILE_WRITES) plan[type] = (plan[type] ?? 0) | LOOK;
  return plan;
}
