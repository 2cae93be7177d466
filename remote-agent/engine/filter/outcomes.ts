// What a filter can say of an event by its type alone: so that a reader passes over events without looking at them.
import { EVENTS, type EventDef } from '../../../driver/schema/index.ts';
import type { EventContext } from '../event/context.ts';
import { encodeEvent } from '../event/encode.ts';
import { EventView } from '../event/eventView.ts';
import { isGeneric } from '../event/names.ts';
import type { FieldRef } from '../fields/index.ts';
import type { StateView } from '../state/model.ts';
import { TRAIT, TRAITS } from '../state/traits.ts';

/** One byte an event type that the table describes: bit 1 it may pass, bit 2 it may fail. Types beyond may do either. Never changed once made. */
export type Outcomes = Uint8Array;
export const MAY_PASS = 1, MAY_FAIL = 2;
const EITHER = 3;
const TYPES = EVENTS.reduce((most, def) => Math.max(most, def.id + 1), 0);
export const EVERY_TYPE = 65536;

export const ALL_EITHER: Outcomes = new Uint8Array(TYPES).fill(EITHER);

export function invert(outcomes: Outcomes): Outcomes { return outcomes === ALL_EITHER ? ALL_EITHER : outcomes.map((o) => ((o & MAY_PASS) << 1) | (o >> 1)); }

/** Of a conjunction: passes where all may, fails where one may. */
export function allOf(terms: readonly Outcomes[]): Outcomes {
  const out = new Uint8Array(TYPES).fill(MAY_PASS);
  for (const term of terms) for (let type = 0; type < TYPES; type++) out[type] = ((out[type] ?? 0) & (term[type] ?? 0) & MAY_PASS) | (((out[type] ?? 0) | (term[type] ?? 0)) & MAY_FAIL);
  return out;
}
export function anyOf(terms: readonly Outcomes[]): Outcomes { return invert(allOf(terms.map(invert))); }

/** Of a filter, as readers use it: 0 where no event of the type passes; undefined where every type may. */
export function passingTypes(outcomes: Outcomes): Uint8Array | undefined {
  if (outcomes === ALL_EITHER) return undefined;
  const passing = outcomes.map((o) => o & MAY_PASS);
  if (!passing.includes(0)) return undefined;
  const types = new Uint8Array(EVERY_TYPE).fill(MAY_PASS);
  types.set(passing);
  return types;
}

// ---- fields that the type alone decides

/** Fields whose value hangs on the type, and, where one is given, those types of which it does not. */
const BY_TYPE: ReadonlyMap<string, ((def: EventDef) => boolean) | undefined> = new Map([
  ...['evt.dir', 'evt.type', 'evt.type.is', 'syscall.type', 'evt.is_io', 'evt.is_io_read', 'evt.is_io_write', 'evt.io_dir', 'evt.is_wait', 'evt.count', 'evt.count.exit'].map((name): [string, undefined] => [name, undefined]),
  // Reads and writes are of the kind of their descriptor.
  ['evt.category', (def: EventDef) => def.category.startsWith('IO_')],
]);

export function isByType(ref: FieldRef): boolean { return BY_TYPE.has(ref.field.name); }

interface Sample { readonly def: EventDef; readonly generic: boolean; readonly contexts: readonly EventContext[] }
let samples: Sample[] | undefined;

/** An event of each type, without parameters, of nobody: in a capture with enter events and in one without. */
function allSamples(): readonly Sample[] {
  return samples ??= EVENTS.map((def) => {
    const bytes = encodeEvent(def.symbol, { ts: 0n, tid: 1, params: {} });
    const view = new EventView();
    const whole = view.reset(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0, 0, 0xffff, bytes.length);
    return { def, generic: !whole || isGeneric(view), contexts: [contextOf(view, false), contextOf(view, true)] };
  });
}

function contextOf(view: EventView, pairs: boolean): EventContext {
  const nothing = (): undefined => undefined;
  const state = { pairs, thread: nothing, container: nothing, user: nothing, group: nothing, threads: () => [].values(), containers: () => [].values(), baseNs: 0n, machine: { cpus: 0, memoryBytes: 0, maxPid: 0, hostname: '', bootNs: 0n } } satisfies StateView & { pairs: boolean };
  return { view, num: 1, tsNs: 0, latencyNs: -1, info: undefined, thread: undefined, fdNum: -1, fd: undefined, enter: undefined, state };
}

/** Outcomes of a test of fields that the type decides. */
export function outcomesByType(refs: readonly FieldRef[], test: (ctx: EventContext) => boolean): Outcomes {
  const out = new Uint8Array(TYPES).fill(EITHER);
  const undecided = refs.map((ref) => BY_TYPE.get(ref.field.name)).filter((f) => f !== undefined);
  for (const { def, generic, contexts } of allSamples()) {
    if (generic || undecided.some((holds) => holds(def))) continue;
    let outcome = 0;
    for (const ctx of contexts) outcome |= test(ctx) ? MAY_PASS : MAY_FAIL;
    out[def.id] = outcome;
  }
  return out;
}

// ---- fields that events of a type do not have at all

function hasParam(name: string): (def: EventDef) => boolean { return (def) => def.index.has(name); }
const RETURNS = (def: EventDef): boolean => def.isExit;
const WORKS_ON_FD = (def: EventDef): boolean => def.flags.has('CREATES_FD') || def.flags.has('USES_FD') || def.flags.has('DESTROYS_FD') || ((TRAITS[def.id] ?? 0) & TRAIT.legacyUsesFd) !== 0;

/** Which types may have a value of the field; undefined: any. */
function possible(ref: FieldRef): ((def: EventDef) => boolean) | undefined {
  const { field, arg } = ref;
  // All that the process has open is there at every event.
  if (field.group === 'fd') return field.name === 'fd.types' ? undefined : WORKS_ON_FD;
  if (field.group === 'fdlist') return hasParam('fds');
  switch (field.name) {
    case 'evt.arg': case 'evt.rawarg': return typeof arg === 'string' ? hasParam(arg) : undefined;
    case 'evt.buffer': return hasParam('data');
    case 'evt.res': case 'evt.rawres': return RETURNS;
    default: return undefined;
  }
}

/** Outcomes of a check that fails where one of the fields has no value. */
export function outcomesByPresence(refs: readonly FieldRef[]): Outcomes {
  const tests = refs.map(possible).filter((f) => f !== undefined);
  if (tests.length === 0) return ALL_EITHER;
  const out = new Uint8Array(TYPES).fill(EITHER);
  for (const { def, generic } of allSamples()) if (!generic && tests.some((test) => !test(def))) out[def.id] = MAY_FAIL;
  return out;
}
