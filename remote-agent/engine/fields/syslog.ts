// Fields of class syslog: messages that programs write to the system's log.
import type { EventContext } from '../event/context.ts';
import { param } from '../event/params.ts';
import { result } from '../event/names.ts';
import { decodeToNul } from '../base/text.ts';
import type { FdInfo } from '../state/model.ts';
import { group, type Field } from './field.ts';
import { mark } from './raw.ts';

const field = group('syslog');
/** The socket (or file) that the log is written to. */
const LOG = '/dev/log';
/** By type, 1: what is written to a descriptor, told when it has been written. */
export const WRITES = mark((e) => e.isExit && e.flags.has('WRITES_TO_FD'));

const FACILITIES = ['kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp', 'clock', 'authpriv', 'ftp', 'ntp', 'logaudit', 'logalert', 'cron', 'local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7'] as const;
const SEVERITIES = ['emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info', 'debug'] as const;
/** A message begins with its priority, `<` digits `>`. Characters that the closing bracket is looked for in. */
const MAX_PRIORITY = 16;
const NO_PRIORITY = -1;
const OPEN = 60, CLOSE = 62, ZERO = 48, NINE = 57;

interface Message { readonly facility: number; readonly severity: number; readonly text: string }

/** Where the log is known by its name: not of descriptors that were open before anything was seen. */
export function isLog(ctx: EventContext): boolean { return ctx.fd !== undefined && ctx.fd.name.includes(LOG); }

/** Whether its name was told by an event: one that was open before has none of a connection. */
function isKnown(fd: FdInfo): boolean { return (fd as { readonly inherited?: boolean }).inherited !== true || fd.name.includes('->'); }

/** The message that an event wrote; undefined where it wrote none. */
function message(ctx: EventContext): Message | undefined {
  const { view, fd } = ctx;
  if (WRITES[view.type] !== 1 || fd === undefined || !fd.name.includes(LOG) || !isKnown(fd) || (result(view) ?? -1) < 0) return undefined;
  const i = param(view, 'data');
  if (i < 0) return undefined;
  const { bytes } = view, start = view.start(i), end = view.end(i);
  if (bytes[start] !== OPEN) return undefined;
  const limit = Math.min(end, start + MAX_PRIORITY);
  let at = start + 1, priority = 0;
  for (; at < limit && bytes[at] !== CLOSE; at++) {
    const digit = bytes[at] ?? 0;
    if (digit < ZERO || digit > NINE) return undefined;
    // As a number of 32 bits, like everything that follows.
    priority = (Math.imul(priority, 10) + digit - ZERO) | 0;
  }
  if (at === start + 1 || at >= end || priority === NO_PRIORITY) return undefined;
  return { facility: (priority >> 3) >>> 0, severity: priority & 7, text: decodeToNul(bytes, at + 1, end) };
}

/** `syslog sev=info msg=...`; undefined where the event wrote no message. */
export function syslogInfo(ctx: EventContext): string | undefined {
  if (WRITES[ctx.view.type] !== 1) return undefined;
  const said = message(ctx);
  return said === undefined ? undefined : `syslog sev=${SEVERITIES[said.severity]} msg=${said.text}`;
}

export const SYSLOG_FIELDS: readonly Field[] = [
  field('syslog.facility.str', 'CHARBUF', 'Which part of the system a message to the log comes from, e.g. daemon.', (ctx) => { const m = message(ctx); return m === undefined ? undefined : FACILITIES[m.facility] ?? '<NA>'; }, { values: () => FACILITIES }),
  field('syslog.facility', 'UINT32', 'The same as a number, 0 to 23.', (ctx) => message(ctx)?.facility, { format: 'DEC' }),
  field('syslog.severity.str', 'CHARBUF', 'How grave a message to the log is: emerg, alert, crit, err, warn, notice, info or debug.', (ctx) => { const m = message(ctx); return m === undefined ? undefined : SEVERITIES[m.severity]; }, { values: () => SEVERITIES }),
  field('syslog.severity', 'UINT32', 'The same as a number, from 0 for the gravest to 7.', (ctx) => message(ctx)?.severity, { format: 'DEC' }),
  field('syslog.message', 'CHARBUF', 'The text of a message to the log.', (ctx) => message(ctx)?.text),
];
