// Fields of class evt: what an event is, its parameters and its result.
import { EVENTS, SYSCALLS, type EventDef } from '../../../driver/schema/index.ts';
import type { EventContext } from '../event/context.ts';
import { EVENT_KINDS, eventKind } from '../event/kind.ts';
import { eventCategory, eventName } from '../event/names.ts';
import { param, text, u32 } from '../event/params.ts';
import { isPairs } from '../event/show.ts';
import { ARGUMENT_FIELDS } from './evtArgs.ts';
import { RESULT_FIELDS } from './evtResult.ts';
import { EVT_TIME_FIELDS } from './evtTime.ts';
import { absolutePath } from './paths.ts';
import { group, type Field, type FieldArgument } from './field.ts';
import { ids, mark } from './raw.ts';
import { isLog } from './syslog.ts';

const field = group('evt');

const EXITS = mark((e) => e.isExit);
const READS = mark((e) => e.flags.has('READS_FROM_FD'));
const WRITES = mark((e) => e.flags.has('WRITES_TO_FD'));
const WAITS = mark((e) => e.flags.has('WAITS'));
const NO_CALL = mark((e) => e.flags.has('SKIPPARSERESET') || e.symbol.startsWith('SCHEDSWITCH'));
/** Events whose `flags` say how a file is opened. */
const OPENS = ids('SYSCALL_OPEN_X', 'SYSCALL_OPENAT_E', 'SYSCALL_OPENAT_2_X', 'SYSCALL_OPENAT2_X');
const CREATES = ids('SYSCALL_CREAT_X');
const CREATED_BIT = 0x4000;
const [ASYNC] = ids('ASYNCEVENT_E');
const READ_BIT = 1, WRITE_BIT = 2, CREATE_BITS = 4 | 8192, EXEC_MODE = 0o111;

/** All names that evt.type can have, sorted. */
export const EVENT_NAMES: readonly string[] = [...new Set([...EVENTS.filter((e: EventDef) => e.category !== 'INTERNAL' || e.id < 300).map((e) => e.name), ...SYSCALLS.map((s) => s.name)])].filter((n) => n !== 'NA').sort();
/** The same, those that the table describes first. */
const OFFERED_NAMES: readonly string[] = [...new Set([...EVENTS.filter((e) => e.params.length > 0 && e.category !== 'INTERNAL').map((e) => e.name).sort(), ...EVENT_NAMES])].filter((n) => n !== 'NA');
const KNOWN_NAMES: ReadonlySet<string> = new Set(EVENT_NAMES);
/** Whether an event or system call has this name. */
/** The number of a type of event, as the tables of captures count them. */
function isNumber(arg: FieldArgument): boolean { return typeof arg === 'number' || typeof arg === 'string' && /^\d{1,3}$/.test(arg); }
export function isEventName(name: string): boolean { return KNOWN_NAMES.has(name); }

const WORDS: Readonly<Record<string, string>> = { OTHER: 'other', FILE: 'file', NET: 'net', IPC: 'IPC', MEMORY: 'memory', PROCESS: 'process', SLEEP: 'sleep', SYSTEM: 'system', SIGNAL: 'signal', USER: 'user', TIME: 'time', PROCESSING: 'processing', WAIT: 'wait', SCHEDULER: 'scheduler', INTERNAL: 'internal' };

/** What kind of work the event is; reads and writes by what their descriptor is. */
function category(ctx: EventContext): string {
  const own = eventCategory(ctx.view);
  if (own === 'IO_READ' || own === 'IO_WRITE' || own === 'IO_OTHER') {
    switch (ctx.fd?.kind) {
      case 'file': case 'directory': return 'file';
      case 'ipv4': case 'ipv6': case 'ipv4server': case 'ipv6server': return 'net';
      case 'pipe': case 'unix': case 'event': case 'signalfd': case 'inotify': return 'ipc';
      default: return 'unknown';
    }
  }
  return WORDS[own] ?? 'unknown';
}

function callName(ctx: EventContext): string | undefined { return NO_CALL[ctx.view.type] === 1 ? undefined : eventName(ctx.view, isPairs(ctx.state)); }

function opened(ctx: EventContext, bit: number): boolean {
  if (!OPENS.has(ctx.view.type)) return false;
  return (u32(ctx.view, param(ctx.view, 'flags')) & bit) !== 0;
}

function createdExecutable(ctx: EventContext): boolean {
  const view = ctx.view;
  const creates = CREATES.has(view.type) || (OPENS.has(view.type) && (u32(view, param(view, 'flags')) & CREATE_BITS) !== 0);
  return creates && (u32(view, param(view, 'mode')) & EXEC_MODE) !== 0;
}

/** What an event does with its descriptor, by the table; readers up to sysdig 0.29 do not know it of the exits of sendmmsg and recvmmsg. */
const LATE = ids('SOCKET_SENDMMSG_X', 'SOCKET_RECVMMSG_X');
function reads(ctx: EventContext): boolean { return READS[ctx.view.type] === 1 && !(LATE.has(ctx.view.type) && isPairs(ctx.state)); }
function writes(ctx: EventContext): boolean { return WRITES[ctx.view.type] === 1 && !(LATE.has(ctx.view.type) && isPairs(ctx.state)); }

function abspath(which: '' | 'src' | 'dst') { return (ctx: EventContext): string | undefined => absolutePath(ctx, which); }

export const EVT_FIELDS: readonly Field[] = [
  field('evt.num', 'UINT64', 'Number of the event, from 1.', (ctx) => ctx.num, { format: 'ID' }),
  ...EVT_TIME_FIELDS,
  field('evt.dir', 'CHARBUF', '> for enter events, < for exit events.', (ctx) => EXITS[ctx.view.type] === 1 ? '<' : '>', { format: 'DIR', values: () => ['>', '<'] }),
  field('evt.type', 'CHARBUF', 'Name of the event or system call, e.g. open.', (ctx) => eventName(ctx.view, isPairs(ctx.state)), { values: () => OFFERED_NAMES }),
  field('evt.type.is', 'UINT32', '1 for events of a type, 0 for others, by its name or number, e.g. evt.type.is.open.', (ctx, arg) => (isNumber(arg) ? ctx.view.type === Number(arg) : eventName(ctx.view, isPairs(ctx.state)) === arg) ? 1 : 0, {
    format: 'NA', argument: 'required', checkArgument: (arg) => isNumber(arg) || typeof arg === 'string' && KNOWN_NAMES.has(arg) ? undefined : 'the name of an event is expected, e.g. evt.type.is.open',
  }),
  field('syscall.type', 'CHARBUF', 'Name of the system call; nothing for events that are none (switch, signals).', callName, { values: () => OFFERED_NAMES }),
  field('evt.category', 'CHARBUF', 'Kind of work: file, net, ipc, memory, process, signal, wait, sleep, user, time, ...', category, { values: () => ['file', 'net', 'ipc', 'IPC', 'memory', 'process', 'sleep', 'system', 'signal', 'user', 'time', 'wait', 'scheduler', 'processing', 'internal', 'other', 'unknown'] }),
  field('evt.kind', 'CHARBUF', 'Kind of work as the timeline colours it: file, network, process, memory, signal, wait, other; reads and writes by what their descriptor is.', (ctx) => EVENT_KINDS[eventKind(ctx.view, ctx.fd)], { values: () => EVENT_KINDS, since: 'porthole' }),
  field('evt.cpu', 'INT16', 'Number of the CPU.', (ctx) => ctx.view.cpu, { format: 'ID' }),
  ...ARGUMENT_FIELDS,
  ...RESULT_FIELDS,
  field('evt.is_io', 'BOOL', 'Whether the event reads or writes a descriptor.', (ctx) => reads(ctx) || writes(ctx)),
  field('evt.is_io_read', 'BOOL', 'Whether the event reads a descriptor.', reads),
  field('evt.is_io_write', 'BOOL', 'Whether the event writes a descriptor.', writes),
  field('evt.io_dir', 'CHARBUF', 'read or write, for events that do.', (ctx) => writes(ctx) ? 'write' : reads(ctx) ? 'read' : undefined, { values: () => ['read', 'write'] }),
  field('evt.is_wait', 'BOOL', 'Whether the call waits, as poll and nanosleep do.', (ctx) => WAITS[ctx.view.type] === 1),
  field('evt.is_syslog', 'BOOL', 'Whether the event writes to /dev/log.', (ctx) => WRITES[ctx.view.type] === 1 && isLog(ctx)),
  field('evt.abspath', 'CHARBUF', 'Absolute path that a call with a directory descriptor works on (renameat, unlinkat, ...); evt.abspath.src and .dst for calls with two.', abspath('')),
  field('evt.abspath.src', 'CHARBUF', 'Absolute path of the source, for calls with two paths.', abspath('src')),
  field('evt.abspath.dst', 'CHARBUF', 'Absolute path of the destination, for calls with two paths.', abspath('dst')),
  field('evt.pluginname', 'CHARBUF', 'Name of the plugin that made the event.', () => undefined),
  field('evt.plugininfo', 'CHARBUF', 'What the plugin that made the event says of it.', () => undefined),
  field('evt.source', 'CHARBUF', 'Where the event comes from: syscall.', () => 'syscall', { since: '0.11' }),
  field('evt.is_async', 'BOOL', 'Whether the event came beside the calls, as descriptions of containers do.', (ctx) => ctx.view.type === ASYNC, { since: '0.11' }),
  field('evt.asynctype', 'CHARBUF', 'Name of an event that came beside the calls, e.g. container.', (ctx) => ctx.view.type === ASYNC ? text(ctx.view, param(ctx.view, 'name')) : undefined, { since: '0.11' }),
  field('evt.hostname', 'CHARBUF', 'Name of the host that the events are of.', (ctx) => ctx.state.machine.hostname === '' ? undefined : ctx.state.machine.hostname, { since: '0.12' }),
  field('evt.is_open_read', 'BOOL', 'Whether a file was opened for reading.', (ctx) => opened(ctx, READ_BIT)),
  field('evt.is_open_write', 'BOOL', 'Whether a file was opened for writing.', (ctx) => opened(ctx, WRITE_BIT)),
  field('evt.is_open_exec', 'BOOL', 'Whether an executable file was created.', createdExecutable),
  field('evt.is_open_create', 'BOOL', 'Whether opening a file created it.', (ctx) => CREATES.has(ctx.view.type) || opened(ctx, CREATED_BIT), { since: '0.13' }),
];

