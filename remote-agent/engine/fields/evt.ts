// Fields of class evt: what an event is, its parameters and its result.
import { ERRNO, EVENTS, SYSCALLS, type EventDef } from '../../../driver/schema/index.ts';
import type { EventContext } from '../event/context.ts';
import { eventCategory, eventName, result } from '../event/names.ts';
import { int, param, text, u32 } from '../event/params.ts';
import { bufferText, isPairs, showArgs, shownCount, showParam } from '../event/show.ts';
import { EVT_TIME_FIELDS } from './evtTime.ts';
import { absolutePath } from './paths.ts';
import { group, type Field, type FieldArgument, type FieldOptions, type FieldValue } from './field.ts';
import { ids, mark, PARAM_NAMES, paramFormat, paramType } from './raw.ts';

const field = group('evt');

const EXITS = mark((e) => e.isExit);
const READS = mark((e) => e.flags.has('READS_FROM_FD'));
const WRITES = mark((e) => e.flags.has('WRITES_TO_FD'));
const WAITS = mark((e) => e.flags.has('WAITS'));
const MOVES_BYTES = mark((e) => e.isExit && e.category.startsWith('IO_'));
const NO_CALL = mark((e) => e.flags.has('SKIPPARSERESET') || e.symbol.startsWith('SCHEDSWITCH'));
const FILE_CALLS = mark((e) => e.isExit && ['open', 'creat', 'openat', 'openat2'].includes(e.name));
const NET_CALLS = mark((e) => e.isExit && ['accept', 'accept4', 'connect'].includes(e.name));
const MEMORY_CALLS = mark((e) => e.category === 'MEMORY');
/** Events whose `flags` say how a file is opened. */
const OPENS = ids('SYSCALL_OPEN_X', 'SYSCALL_OPENAT_E', 'SYSCALL_OPENAT_2_X', 'SYSCALL_OPENAT2_X');
const CREATES = ids('SYSCALL_CREAT_X');
const READ_BIT = 1, WRITE_BIT = 2, CREATE_BITS = 4 | 8192, EXEC_MODE = 0o111;

/** All names that evt.type can have, sorted. */
export const EVENT_NAMES: readonly string[] = [...new Set([...EVENTS.filter((e: EventDef) => e.category !== 'INTERNAL' || e.id < 300).map((e) => e.name), ...SYSCALLS.map((s) => s.name)])].filter((n) => n !== 'NA').sort();
/** The same, those that the table describes first. */
const OFFERED_NAMES: readonly string[] = [...new Set([...EVENTS.filter((e) => e.params.length > 0 && e.category !== 'INTERNAL').map((e) => e.name).sort(), ...EVENT_NAMES])].filter((n) => n !== 'NA');
const KNOWN_NAMES: ReadonlySet<string> = new Set(EVENT_NAMES);
/** Whether an event or system call has this name. */
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

/** Index of the parameter that an argument means; -1 where this event has none. */
function paramIndex(ctx: EventContext, arg: FieldArgument): number {
  const i = typeof arg === 'string' ? param(ctx.view, arg) : arg ?? -1;
  return i < shownCount(ctx) ? i : -1;
}

function argText(ctx: EventContext, arg: FieldArgument, options?: FieldOptions): string | undefined {
  const i = paramIndex(ctx, arg);
  if (i < 0) return undefined;
  const shown = showParam(ctx, i, options);
  return shown.resolved !== '' ? shown.resolved : shown.value;
}

function checkParameter(arg: FieldArgument): string | undefined {
  if (typeof arg === 'number') return undefined;
  if (arg === undefined || arg === '') return 'the name or number of a parameter is expected, e.g. evt.arg.name or evt.arg[0]';
  return paramType(arg) === undefined ? `no event has a parameter "${arg}"` : undefined;
}

/** The raw value of a parameter: number, text or bytes. */
function rawArg(ctx: EventContext, arg: FieldArgument): FieldValue {
  const i = paramIndex(ctx, arg);
  if (i < 0 || ctx.view.size(i) === 0) return undefined;
  const def = ctx.view.def?.params[i];
  if (def === undefined) return undefined;
  switch (paramType(def.name)) {
    case 'CHARBUF': return text(ctx.view, i);
    case 'BYTEBUF': return ctx.view.bytes.subarray(ctx.view.start(i), ctx.view.end(i));
    case 'BOOL': return int(ctx.view, i) !== 0;
    default: return int(ctx.view, i);
  }
}

function rawText(ctx: EventContext, arg: FieldArgument, options: FieldOptions): string | undefined {
  const i = paramIndex(ctx, arg);
  if (i < 0 || ctx.view.size(i) === 0) return undefined;
  const value = rawArg(ctx, arg);
  if (typeof value === 'number') return paramFormat(ctx.view.def?.params[i]?.name ?? '') === 'HEX' ? value.toString(16).toUpperCase() : String(value);
  if (value instanceof Uint8Array) return bufferText(value, options.bufferForm, options.bufferLimit);
  return value === undefined ? undefined : String(value);
}

function buffer(ctx: EventContext): Uint8Array | undefined {
  const i = param(ctx.view, 'data');
  return i < 0 ? undefined : ctx.view.bytes.subarray(ctx.view.start(i), ctx.view.end(i));
}

function resultText(ctx: EventContext): string | undefined {
  const value = result(ctx.view);
  if (value === undefined) return undefined;
  return value >= 0 ? 'SUCCESS' : ERRNO.get(-value) ?? String(value);
}

/** 1 for a failed call that `test` accepts. */
function failedAs(ctx: EventContext, wanted: 'any' | 'file' | 'net' | 'memory' | 'other'): number | undefined {
  const value = result(ctx.view);
  if (value === undefined || value >= 0) return undefined;
  if (wanted === 'any') return 1;
  const type = ctx.view.type;
  let kind: 'file' | 'net' | 'memory' | 'other' = 'other';
  switch (ctx.fd?.kind) {
    case 'file': case 'directory': kind = 'file'; break;
    case 'ipv4': case 'ipv6': case 'ipv4server': case 'ipv6server': case 'unix': kind = 'net'; break;
    case undefined: kind = FILE_CALLS[type] === 1 ? 'file' : NET_CALLS[type] === 1 ? 'net' : MEMORY_CALLS[type] === 1 ? 'memory' : 'other'; break;
    default: break;
  }
  return kind === wanted ? 1 : undefined;
}

function bytesMoved(ctx: EventContext): number | undefined {
  if (MOVES_BYTES[ctx.view.type] !== 1 || ctx.fd === undefined) return undefined;
  const value = result(ctx.view);
  return value === undefined || value < 0 ? undefined : value;
}

function opened(ctx: EventContext, bit: number): boolean {
  if (!OPENS.has(ctx.view.type)) return false;
  return (u32(ctx.view, param(ctx.view, 'flags')) & bit) !== 0;
}

function createdExecutable(ctx: EventContext): boolean {
  const view = ctx.view;
  const creates = CREATES.has(view.type) || (OPENS.has(view.type) && (u32(view, param(view, 'flags')) & CREATE_BITS) !== 0);
  return creates && (u32(view, param(view, 'mode')) & EXEC_MODE) !== 0;
}

const LOG = '/dev/log';
function isSyslog(ctx: EventContext): boolean {
  return WRITES[ctx.view.type] === 1 && ctx.fd?.kind === 'unix' && ctx.fd.name.endsWith(LOG);
}

function abspath(which: '' | 'src' | 'dst') { return (ctx: EventContext): string | undefined => absolutePath(ctx, which); }

export const EVT_FIELDS: readonly Field[] = [
  field('evt.num', 'UINT64', 'Number of the event, from 1.', (ctx) => ctx.num, { format: 'ID' }),
  ...EVT_TIME_FIELDS,
  field('evt.dir', 'CHARBUF', '> for enter events, < for exit events.', (ctx) => EXITS[ctx.view.type] === 1 ? '<' : '>', { format: 'DIR', values: () => ['>', '<'] }),
  field('evt.type', 'CHARBUF', 'Name of the event or system call, e.g. open.', (ctx) => eventName(ctx.view, isPairs(ctx.state)), { values: () => OFFERED_NAMES }),
  field('evt.type.is', 'UINT32', '1 for events of a type, 0 for others, e.g. evt.type.is.open.', (ctx, arg) => eventName(ctx.view, isPairs(ctx.state)) === arg ? 1 : 0, {
    format: 'NA', argument: 'required', checkArgument: (arg) => typeof arg === 'string' && KNOWN_NAMES.has(arg) ? undefined : 'the name of an event is expected, e.g. evt.type.is.open',
  }),
  field('syscall.type', 'CHARBUF', 'Name of the system call; nothing for events that are none (switch, signals).', callName, { values: () => OFFERED_NAMES }),
  field('evt.category', 'CHARBUF', 'Kind of work: file, net, ipc, memory, process, signal, wait, sleep, user, time, ...', category, { values: () => ['file', 'net', 'ipc', 'IPC', 'memory', 'process', 'sleep', 'system', 'signal', 'user', 'time', 'wait', 'scheduler', 'processing', 'internal', 'other', 'unknown'] }),
  field('evt.cpu', 'INT16', 'Number of the CPU.', (ctx) => ctx.view.cpu, { format: 'ID' }),
  field('evt.args', 'CHARBUF', 'All parameters, as name=value one after the other.', (ctx) => showArgs(ctx), { text: (ctx, _arg, o) => showArgs(ctx, o) }),
  field('evt.arg', 'CHARBUF', 'One parameter by name or number, in words where it has some: evt.arg.fd, evt.arg[0].', (ctx, arg) => argText(ctx, arg), { argument: 'required', text: argText, checkArgument: checkParameter, values: () => PARAM_NAMES }),
  field('evt.rawarg', 'DYN', 'One parameter by name, as a bare value.', rawArg, { argument: 'required', text: rawText, checkArgument: (arg) => typeof arg === 'number' ? 'the name of a parameter is expected, e.g. evt.rawarg.fd' : checkParameter(arg), typeFor: (arg) => paramType(String(arg)) ?? 'CHARBUF' }),
  field('evt.info', 'CHARBUF', 'What is worth printing of the event: its parameters.', (ctx) => showArgs(ctx), { text: (ctx, _arg, o) => showArgs(ctx, o) }),
  field('evt.buffer', 'BYTEBUF', 'The data that was read or written, as far as it was captured.', buffer, { text: (ctx, _arg, o) => { const b = buffer(ctx); return b === undefined ? undefined : bufferText(b, o.bufferForm, o.bufferLimit); } }),
  field('evt.buflen', 'UINT64', 'How many bytes were read or written.', bytesMoved, { format: 'DEC' }),
  field('evt.res', 'CHARBUF', 'SUCCESS, or the name of the error, e.g. ENOENT.', resultText, { format: 'DEC', values: () => ['SUCCESS', ...ERRNO.values()] }),
  field('evt.rawres', 'INT64', 'What the call returned, e.g. 3 or -2.', (ctx) => result(ctx.view), { format: 'DEC' }),
  field('evt.failed', 'BOOL', 'Whether the call failed.', (ctx) => (result(ctx.view) ?? 0) < 0),
  field('evt.is_io', 'BOOL', 'Whether the event reads or writes a descriptor.', (ctx) => READS[ctx.view.type] === 1 || WRITES[ctx.view.type] === 1),
  field('evt.is_io_read', 'BOOL', 'Whether the event reads a descriptor.', (ctx) => READS[ctx.view.type] === 1),
  field('evt.is_io_write', 'BOOL', 'Whether the event writes a descriptor.', (ctx) => WRITES[ctx.view.type] === 1),
  field('evt.io_dir', 'CHARBUF', 'read or write, for events that do.', (ctx) => WRITES[ctx.view.type] === 1 ? 'write' : READS[ctx.view.type] === 1 ? 'read' : undefined, { values: () => ['read', 'write'] }),
  field('evt.is_wait', 'BOOL', 'Whether the call waits, as poll and nanosleep do.', (ctx) => WAITS[ctx.view.type] === 1),
  field('evt.is_syslog', 'BOOL', 'Whether the event writes to /dev/log.', isSyslog),
  field('evt.count', 'UINT32', 'Always 1, to be summed up.', () => 1, { format: 'DEC' }),
  field('evt.count.error', 'UINT32', '1 for failed calls.', (ctx) => failedAs(ctx, 'any'), { format: 'DEC' }),
  field('evt.count.error.file', 'UINT32', '1 for failed calls on files.', (ctx) => failedAs(ctx, 'file'), { format: 'DEC' }),
  field('evt.count.error.net', 'UINT32', '1 for failed calls on the network.', (ctx) => failedAs(ctx, 'net'), { format: 'DEC' }),
  field('evt.count.error.memory', 'UINT32', '1 for failed calls on memory.', (ctx) => failedAs(ctx, 'memory'), { format: 'DEC' }),
  field('evt.count.error.other', 'UINT32', '1 for failed calls of any other kind.', (ctx) => failedAs(ctx, 'other'), { format: 'DEC' }),
  field('evt.count.exit', 'UINT32', '1 for exit events.', (ctx) => EXITS[ctx.view.type] === 1 ? 1 : undefined, { format: 'DEC' }),
  field('evt.abspath', 'CHARBUF', 'Absolute path that a call with a directory descriptor works on (renameat, unlinkat, ...); evt.abspath.src and .dst for calls with two.', abspath('')),
  field('evt.abspath.src', 'CHARBUF', 'Absolute path of the source, for calls with two paths.', abspath('src')),
  field('evt.abspath.dst', 'CHARBUF', 'Absolute path of the destination, for calls with two paths.', abspath('dst')),
  field('evt.is_open_read', 'BOOL', 'Whether a file was opened for reading.', (ctx) => opened(ctx, READ_BIT)),
  field('evt.is_open_write', 'BOOL', 'Whether a file was opened for writing.', (ctx) => opened(ctx, WRITE_BIT)),
  field('evt.is_open_exec', 'BOOL', 'Whether an executable file was created.', createdExecutable),
];

