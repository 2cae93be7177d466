// What an event is called, and whether the call failed.
import { SYSCALL_BY_CODE, type Category } from '../../../driver/schema/index.ts';
import type { EventView } from './eventView.ts';
import { i64, u32 } from './params.ts';

const GENERIC_ENTER = 0, GENERIC_EXIT = 1;
/** Results below 0 and above the negative of this are the numbers of errors. */
export const FIRST_UNKNOWN_ERRNO = 4096;

/** True for the events that stand for any call without parameters of its own in the table. */
export function isGeneric(view: EventView): boolean { return view.type === GENERIC_ENTER || view.type === GENERIC_EXIT; }

/** Whether an event that stands for any call says more than which call it is: live ones do. */
export function isTold(view: EventView): boolean { return view.type === GENERIC_EXIT && view.nparams > 2; }

/** From which parameter on such an event is shown: the result, or the number where the call has no name. */
export function firstTold(view: EventView): number { return SYSCALL_BY_CODE.has(u32(view, 0, -1)) ? 2 : 1; }

/** Names that readers up to sysdig 0.29 give to calls that were renamed since. */
const LEGACY_NAMES: ReadonlyMap<number, string> = new Map([
  [283, 'newselect'], [292, 'llseek'], [298, 'sigreturn'], [305, 'setuid'], [306, 'getuid'], [307, 'setgid'], [308, 'geteuid'], [309, 'getgid'],
  [310, 'setresuid'], [311, 'setresgid'], [312, 'getresuid'], [313, 'getresgid'],
]);

/** Name of a call by its code; undefined for codes of none. `legacy`: as readers up to sysdig 0.29 name it. */
export function codeName(code: number, legacy: boolean): string | undefined { return (legacy ? LEGACY_NAMES.get(code) : undefined) ?? SYSCALL_BY_CODE.get(code)?.name; }

/** Name of the event (`evt.type`): of the call itself for generic events. `legacy`: as in captures that hold enter and exit events. */
export function eventName(view: EventView, legacy = false): string {
  if (isGeneric(view)) {
    return codeName(u32(view, 0, -1), legacy) ?? '<unknown>';
  }
  return view.def?.name ?? `event-${view.type}`;
}

/** Category of the event, of the call itself for generic events. */
export function eventCategory(view: EventView): Category {
  if (isGeneric(view)) return SYSCALL_BY_CODE.get(u32(view, 0, -1))?.category ?? 'OTHER';
  return view.def?.category ?? 'UNKNOWN';
}

/** Index of the parameter that says what the call returned; -1 where the event has none. */
const RESULTS: Int8Array = new Int8Array(65536).fill(-2);
export function resultParam(view: EventView): number {
  const type = view.type;
  if (type === GENERIC_EXIT) return view.nparams > 2 ? 2 : -1;
  let index = RESULTS[type] ?? -1;
  if (index === -2) {
    const def = view.def;
    index = def === undefined || !def.isExit ? -1 : def.index.get('res') ?? (def.flags.has('CREATES_FD') ? def.index.get('fd') ?? -1 : -1);
    RESULTS[type] = index;
  }
  return index < view.nparams ? index : -1;
}

/** errno of a failed call; 0 for one that worked, for enter events and where the event does not say. */
export function failure(view: EventView): number {
  const i = resultParam(view);
  if (i < 0 || view.size(i) < 4) return 0;
  const value = i64(view, i);
  return value < 0 && value > -FIRST_UNKNOWN_ERRNO ? -value : 0;
}

/** "Nothing there yet", "under way", and the kernel's own restarts: how calls that do not wait are meant to end, not what anybody looks for as an error. */
const EXPECTED = new Set([11 /* EAGAIN */, 115 /* EINPROGRESS */, 512, 513, 514, 516 /* ERESTART… */]);
const ETIMEDOUT = 110;

/** Whether pictures mark the call as failed: `evt.failed` without the errors by which a call says "later", and without a wait that ran out. */
export function isTrouble(view: EventView): boolean {
  const errno = failure(view);
  return errno !== 0 && !EXPECTED.has(errno) && !(errno === ETIMEDOUT && (view.def?.name === 'futex' || view.def?.category === 'WAIT'));
}

/** What the call returned, whole; undefined where the event does not say. */
export function wholeResult(view: EventView): number | bigint | undefined {
  const value = result(view);
  if (value === undefined || Number.isSafeInteger(value)) return value;
  const at = view.start(resultParam(view));
  return (BigInt(view.data.getInt32(at + 4, true)) << 32n) | BigInt(view.data.getUint32(at, true));
}

/** What the call returned, as a number; undefined where the event does not say. */
export function result(view: EventView): number | undefined {
  const i = resultParam(view);
  return i < 0 || view.size(i) < 4 ? undefined : i64(view, i);
}
