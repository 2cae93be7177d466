// What counts as unusual, one declaration each: the filter finds the events, and what is found is told by container, program and the detail that makes the difference.
import { SIGNALS } from '../../../driver/schema/index.ts';
import type { EventContext } from '../event/context.ts';
import { bindValue, fieldByName, findField } from '../fields/index.ts';
import { FAILED, HTTP_ERRORS, NOT_CONNECTED, PRIVILEGED, SENSITIVE_FILES, SHELLS, SYSTEM_PLACES } from './metrics.ts';

export type Severity = 'bad' | 'warn' | 'note';

/** What an event is told as: texts of fields, in the words of people; `filter` finds its like. */
export interface Detail { readonly text: string; readonly filter: string }

export interface Rule {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly filter: string;
  /** Names of fields whose texts tell one thing found from another, in the order in which they are shown. */
  readonly by: readonly string[];
  /** Instead of `by`, where no field says it; undefined: the event is nothing unusual after all. */
  readonly look?: (ctx: EventContext) => Detail | undefined;
  /** So many events have to be there before it is told. */
  readonly least?: number;
  readonly failedOnly?: true;
}

const IN_CONTAINER = 'container.id!=host';
const SLOW_NS = 100_000_000;

export const RULES: readonly Rule[] = [
  { id: 'crash', title: 'Crashed', severity: 'bad', filter: 'evt.type=signaldeliver and evt.arg.sig in (SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSYS)', by: ['evt.arg.sig'] },
  { id: 'oom', title: 'Killed for want of memory', severity: 'bad', filter: 'evt.type=notification and evt.arg.id=oom_kill', by: [] },
  { id: 'exit', title: 'Ended with an error', severity: 'warn', filter: 'evt.type=procexit and evt.rawarg.status!=0', by: [], look: exitStatus },
  { id: 'begun', title: 'Container started anew', severity: 'warn', filter: `evt.type in (execve, execveat) and evt.dir=< and evt.rawres=0 and proc.vpid=1 and ${IN_CONTAINER}`, by: ['proc.exepath'] },
  { id: 'refused', title: 'Connection failed', severity: 'bad', filter: NOT_CONNECTED, by: ['evt.res', 'fd.name'] },
  { id: 'http', title: 'HTTP error', severity: 'warn', filter: HTTP_ERRORS, by: [], look: httpStatus },
  {
    id: 'slow', title: 'Slow call', severity: 'warn', by: ['evt.type', 'fd.name'],
    filter: `evt.dir=< and (evt.type in (open, openat, openat2, creat, unlink, unlinkat, rename, fsync, fdatasync, connect, execve) or evt.is_io=true) and (evt.type=connect or not fd.type in (ipv4, ipv6, unix, pipe, event, timerfd, signalfd, inotify, eventpoll)) and evt.latency>=${SLOW_NS} and fd.type in (file, directory, ipv4, ipv6)`,
  },
  { id: 'systemWrite', title: 'Writes to a system place', severity: 'warn', filter: `evt.is_open_write=true and ${SYSTEM_PLACES} and ${IN_CONTAINER}`, by: ['fd.name'] },
  { id: 'sensitive', title: 'Opened a sensitive file', severity: 'warn', filter: `evt.type in (open, openat, openat2, creat) and evt.dir=< and ${SENSITIVE_FILES}`, by: ['fd.name'] },
  { id: 'shell', title: 'Shell in a container', severity: 'note', filter: `evt.type in (execve, execveat) and evt.dir=< and evt.rawres=0 and ${SHELLS} and ${IN_CONTAINER}`, by: ['proc.cmdline'] },
  { id: 'privileged', title: 'Privileged call', severity: 'note', filter: PRIVILEGED, by: ['evt.type'] },
  { id: 'listen', title: 'Began to listen', severity: 'note', filter: 'evt.type=listen and evt.dir=< and evt.failed=false', by: ['fd.name'] },
  { id: 'failing', title: 'Failing calls', severity: 'note', filter: FAILED, by: ['evt.type', 'evt.res'], failedOnly: true },
];

const DATA = fieldByName('evt.buffer');
const STATUS = findField('evt.rawarg.status'), readStatus = STATUS === undefined ? undefined : bindValue(STATUS);
/** Characters of an answer's first line that are shown. */
const MAX_STATUS = 40;

/** The bytes that the call read or wrote, as far as they were captured. */
export function dataOf(ctx: EventContext): Uint8Array | undefined {
  const data = DATA?.extract(ctx, undefined);
  return data instanceof Uint8Array ? data : undefined;
}

/** How a thread ended, out of its wait status. */
function exitStatus(ctx: EventContext): Detail | undefined {
  const status = Number(readStatus?.(ctx) ?? 0), signal = status & 127;
  return status === 0 ? undefined : { text: signal === 0 ? `exit code ${status >> 8 & 255}` : SIGNALS.get(signal) ?? `signal ${signal}`, filter: `evt.rawarg.status=${status}` };
}

/** The status of an HTTP/1 answer: `404 Not Found`. */
function httpStatus(ctx: EventContext): Detail | undefined {
  const data = dataOf(ctx);
  if (data === undefined || data.length < 12) return undefined;
  let line = '';
  for (let i = 9; i < data.length && line.length < MAX_STATUS; i++) {
    const c = data[i] as number;
    if (c < 32 || c > 126) break;
    line += String.fromCharCode(c);
  }
  const code = line.slice(0, 3);
  return /^[45]\d\d$/.test(code) ? { text: line, filter: `(evt.buffer startswith "HTTP/1.1 ${code}" or evt.buffer startswith "HTTP/1.0 ${code}")` } : undefined;
}
