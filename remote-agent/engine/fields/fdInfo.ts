// Which descriptor an event works on, for the fields that speak of it.
import type { EventContext } from '../event/context.ts';
import { isPairs } from '../event/show.ts';
import { NO_TYPE } from '../state/liveThread.ts';
import type { FdInfo, Thread } from '../state/model.ts';
import { TRACER_BEGINS } from '../state/tracerEvents.ts';
import { TRAIT, TRAITS } from '../state/traits.ts';
import { mark } from './raw.ts';

/** Events that work on a descriptor at all: by the table, and by what captures with enter events meant. */
const HAS_FD = mark((e) => e.flags.has('CREATES_FD') || e.flags.has('USES_FD') || e.flags.has('DESTROYS_FD'));
const HAD_FD = mark((e) => e.flags.has('CREATES_FD') || e.flags.has('DESTROYS_FD') || ((TRAITS[e.id] ?? 0) & TRAIT.legacyUsesFd) !== 0);
const RAW = 5;

/** What a live thread knows of its last call; the state's own, which others see as a `Thread`. */
type Caller = Thread & { readonly enterFd?: number; readonly enterType?: number; readonly farFd?: bigint };

/** Whether the event works on a descriptor. */
export function hasFd(ctx: EventContext): boolean { return (isPairs(ctx.state) ? HAD_FD : HAS_FD)[ctx.view.type] === 1; }

/**
 * Number of the descriptor; -1 where it is not known. In captures with enter events an exit whose enter event is missing is taken for the end of the
 * thread's last call, and a thread that made none for one that works on descriptor 0: what readers of the time do.
 */
export function fdNumber(ctx: EventContext): number {
  if (ctx.fdNum !== -1 || !isPairs(ctx.state)) return ctx.fdNum;
  const caller = ctx.thread as Caller | undefined;
  if (caller?.enterFd === undefined) return -1;
  return caller.enterType === NO_TYPE || caller.enterType === TRACER_BEGINS ? 0 : caller.enterFd;
}

/** The same for printing: exact where a number is not. */
export function wholeFdNumber(ctx: EventContext): number | bigint {
  const number = fdNumber(ctx);
  return number <= Number.MAX_SAFE_INTEGER ? number : (ctx.thread as Caller | undefined)?.farFd ?? number;
}

/** The descriptor. */
export function fd(ctx: EventContext): FdInfo | undefined {
  if (!hasFd(ctx)) return undefined;
  if (ctx.fd !== undefined || ctx.thread === undefined || !isPairs(ctx.state)) return ctx.fd;
  const number = fdNumber(ctx);
  return number < 0 ? undefined : ctx.thread.fds.get(number);
}

export function isInet(info: FdInfo): boolean { return info.kind === 'ipv4' || info.kind === 'ipv6'; }
export function isServer(info: FdInfo): boolean { return info.kind === 'ipv4server' || info.kind === 'ipv6server'; }
/** Whether it is a socket whose protocol is to be told: raw ones always, others once it is known who serves. */
export function showsProtocol(info: FdInfo): boolean { return (isInet(info) && (info.role !== 'none' || info.l4 === RAW)) || isServer(info); }
