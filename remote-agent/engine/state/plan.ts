// What a reader does with each type of event: as little as the demand allows. One byte a type, so that events nobody wants cost a look at it.
import { EVENTS } from '../../../driver/schema/index.ts';
import { DEMAND } from './demand.ts';
import { HANDLERS, HANDLER_DEMAND } from './handlers.ts';
import { TRAIT, TRAITS } from './traits.ts';

/** Ways to take in an event. All but `whole` are `SystemState.skim`'s; they do what `process` would, as far as it is demanded. */
export const ACTION = {
  /** It counts, and nothing else. */
  count: 0,
  /** Its thread is to be known. */
  thread: 1,
  /** A call begins; `enterFd` on a descriptor; `enterKept` with parameters that the exit needs. */
  enter: 2, enterFd: 3, enterKept: 4, enterFdKept: 5,
  /** A call ends; `exitIo`: reads or writes a descriptor, which may turn out to be a socket that is connected. */
  exit: 6, exitIo: 7,
  /** The scheduler's figures. */
  switch: 8,
  /** By `process`. */
  whole: 15,
} as const;
/** Bit beside the action: somebody wants to see the event. */
export const WANTED = 16;

const TYPES = 65536;
const SWITCH = 152;
const IO = new Set(['read', 'readv', 'write', 'writev']);

function actionOf(type: number, demand: number, pairs: boolean): number {
  if (demand === 0) return ACTION.count;
  const traits = TRAITS[type] ?? 0;
  const def = EVENTS.find((one) => one.id === type);
  if (def === undefined) return ACTION.count;
  const handled = HANDLERS[type] !== undefined && ((HANDLER_DEMAND[type] ?? 0) & demand) !== 0;
  if ((traits & (TRAIT.skip | TRAIT.containerJson)) !== 0) return handled ? ACTION.whole : ACTION.count;
  if (type === SWITCH && handled) return ACTION.switch;
  const isExit = (traits & TRAIT.exit) !== 0;
  if (handled) return isExit && IO.has(def.name) ? ACTION.exitIo : ACTION.whole;
  if ((traits & TRAIT.noPlaceholder) !== 0) return isExit ? ACTION.whole : ACTION.count;
  if (isExit) return ACTION.exit;
  const keeps = (traits & TRAIT.keepEnter) !== 0 && ((demand & DEMAND.calls) !== 0 || ((HANDLER_DEMAND[type + 1] ?? 0) & demand) !== 0);
  const uses = (demand & DEMAND.descriptors) !== 0 && (traits & TRAIT.usesFd) !== 0 && (!pairs || (traits & TRAIT.legacyUsesFd) !== 0);
  return keeps ? (uses ? ACTION.enterFdKept : ACTION.enterKept) : uses ? ACTION.enterFd : ACTION.enter;
}

/** The plan for sources of one layout: an action and `WANTED` for each of 65,536 types. */
export function makePlan(demand: number, pairs: boolean, types: Uint8Array | undefined): Uint8Array {
  const plan = new Uint8Array(TYPES);
  for (const def of EVENTS) plan[def.id] = actionOf(def.id, demand, pairs);
  if (types === undefined) for (let type = 0; type < TYPES; type++) plan[type] = (plan[type] ?? 0) | WANTED;
  else for (let type = 0; type < TYPES; type++) if (types[type] !== 0) plan[type] = (plan[type] ?? 0) | WANTED;
  return plan;
}

/** As long as the layout of a source is not known, nothing is left out. */
export function learningPlan(types: Uint8Array | undefined): Uint8Array {
  const plan = new Uint8Array(TYPES);
  for (let type = 0; type < TYPES; type++) plan[type] = types?.[type] === 0 ? ACTION.whole : ACTION.whole | WANTED;
  return plan;
}
