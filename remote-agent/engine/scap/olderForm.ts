// Which form of an event readers up to sysdig 0.29 understand: table-driven, from the event table and the list of calls.
import { eventById, EVENTS, eventBySymbol, SYSCALLS, SYSCALL_BY_CODE, type EventDef, type ParamDef } from '../../../driver/schema/index.ts';
import type { EventView } from '../event/eventView.ts';
import { u32 } from '../event/params.ts';

const GENERIC = 'GENERIC';
const FIRST_LATE_TYPE = 336;

/** Where the value of a parameter comes from: the index among the source's parameters, or nothing (-1). */
export interface Slot { readonly def: ParamDef; readonly from: number; readonly missing: number }
/** How an event of one type is written. `code`: the call's, for events that stand for any call; 0 else. */
export interface OlderForm { readonly type: number; readonly slots: readonly Slot[]; readonly code: number }
export interface OlderForms {
  /** The event itself. */
  readonly own: OlderForm;
  /** For an exit: the enter event that is made up from its parameters. */
  readonly enter: OlderForm | undefined;
}

/** Parameters that go by another name in the enter event. */
const ALIASES: Readonly<Record<string, readonly string[]>> = { fd: ['oldfd'], filename: ['trusted_exepath'], res_or_fd: ['fd'] };
const MISSING: Readonly<Record<string, number>> = { FD: -1, PID: -1, UID: 0xffffffff, GID: 0xffffffff };

function slotOf(def: ParamDef, source: EventDef): Slot {
  let from = source.index.get(def.name) ?? -1;
  for (const alias of ALIASES[def.name] ?? []) if (from < 0) from = source.index.get(alias) ?? -1;
  return { def, from, missing: MISSING[def.type] ?? 0 };
}

function formOf(target: EventDef, source: EventDef, code = 0): OlderForm {
  const known = target.known >= 0 ? target.params.slice(0, target.known) : target.params;
  return { type: target.id, slots: known.map((def) => slotOf(def, source)), code };
}

const stemOf = (def: EventDef): string => def.symbol.slice(0, -2);
const callByStem = new Map(SYSCALLS.filter((call) => call.event !== GENERIC).map((call) => [call.event, call]));
const exists = (symbol: string): EventDef | undefined => EVENTS.find((e) => e.symbol === symbol);

function makeForms(def: EventDef): OlderForms | undefined {
  const suffix = def.isExit ? '_X' : '_E';
  let stem = stemOf(def);
  let code = 0;
  if (def.id >= FIRST_LATE_TYPE || def.known < 0) {
    const call = callByStem.get(stem);
    const older = stem === 'SYSCALL_UMOUNT_1' ? 'SYSCALL_UMOUNT' : call?.oldEvent ?? '';
    if (older === '') return undefined;
    stem = older;
    code = older === GENERIC ? call?.code ?? 0 : 0;
  }
  const target = exists(`${stem}${suffix}`);
  if (target === undefined) return undefined;
  const enterDef = def.isExit ? exists(`${stem}_E`) : undefined;
  return { own: formOf(target, def, code), enter: enterDef === undefined ? undefined : formOf(enterDef, def, code) };
}

const forms: (OlderForms | null | undefined)[] = [];

/** How this event is written; undefined where the older readers have nothing like it. */
export function olderForms(view: EventView): OlderForms | undefined {
  const def = view.def ?? eventById(view.type);
  if (def === undefined) return undefined;
  if (stemOf(def) === GENERIC) {
    const code = u32(view, 0, 0);
    if ((SYSCALL_BY_CODE.get(code)?.oldEvent ?? '') === '') return undefined;
  }
  let found = forms[def.id];
  if (found === undefined) forms[def.id] = found = makeForms(def) ?? null;
  return found ?? undefined;
}

/** Type of the event that tells of a container as JSON. */
export const CONTAINER_TYPE = eventBySymbol('CONTAINER_JSON_2_E').id;
