// The few kinds of work that pictures colour events by.
import type { Category } from '../../../driver/schema/index.ts';
import type { FdInfo, FdKind } from '../state/model.ts';
import type { EventView } from './eventView.ts';
import { eventCategory, eventName, isGeneric } from './names.ts';
import { u32 } from './params.ts';

/** Order of the kinds; the protocol's list is the same. */
export const EVENT_KINDS = ['file', 'network', 'process', 'memory', 'signal', 'wait', 'other'] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

const FILE = 0, NETWORK = 1, PROCESS = 2, MEMORY = 3, SIGNAL = 4, WAIT = 5, OTHER = 6;
const NETWORK_KINDS: ReadonlySet<FdKind> = new Set(['ipv4', 'ipv6', 'ipv4server', 'ipv6server', 'unix', 'netlink']);
const FILE_KINDS: ReadonlySet<FdKind> = new Set(['file', 'directory', 'memfd']);
/** Calls that wait, whatever family the table counts them to. */
const WAITING = new Set(['futex', 'rt_sigtimedwait', 'rt_sigsuspend', 'futex_wait', 'futex_waitv', 'epoll_pwait2', 'io_getevents', 'io_pgetevents']);
const BY_FD = 255, UNSET = 254;
const byType = new Uint8Array(65536).fill(UNSET);
const byCode = new Uint8Array(65536).fill(UNSET);

function classify(name: string, category: Category): number {
  if (WAITING.has(name)) return WAIT;
  switch (category) {
    case 'IO_READ': case 'IO_WRITE': case 'IO_OTHER': return BY_FD;
    case 'FILE': return FILE;
    case 'NET': return NETWORK;
    case 'PROCESS': case 'USER': return PROCESS;
    case 'MEMORY': return MEMORY;
    case 'SIGNAL': return SIGNAL;
    case 'WAIT': case 'SLEEP': return WAIT;
    default: return OTHER;
  }
}

function settle(kind: number, fd: FdInfo | undefined): number {
  if (kind !== BY_FD) return kind;
  if (fd === undefined) return OTHER;
  return NETWORK_KINDS.has(fd.kind) ? NETWORK : FILE_KINDS.has(fd.kind) ? FILE : OTHER;
}

/** The kind of a call that is no event yet, by its name and category. */
export function callKind(name: string, category: Category, fd: FdInfo | undefined): number { return settle(classify(name, category), fd); }

/** Index into EVENT_KINDS; reads and writes count as what their descriptor is. */
export function eventKind(view: EventView, fd: FdInfo | undefined): number {
  // A generic event is what its call is: by the call's code, which is its first parameter.
  const generic = isGeneric(view);
  const table = generic ? byCode : byType, key = generic ? u32(view, 0, 0) & 0xffff : view.type;
  let kind = table[key] ?? OTHER;
  if (kind === UNSET) table[key] = kind = classify(eventName(view), eventCategory(view));
  return settle(kind, fd);
}
