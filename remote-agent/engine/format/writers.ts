// Writers of fields as bytes: those that lines mostly consist of have one of their own here, any other goes by its text.
import { EVENTS } from '../../../driver/schema/index.ts';
import type { EventContext } from '../event/context.ts';
import { param } from '../event/params.ts';
import { writeBuffer } from '../event/buffers.ts';
import { argsWriter, isPairs, shownCount } from '../event/writeArgs.ts';
import type { ByteSink } from '../base/sink.ts';
import { bindText, bindValue, fieldType, type FieldOptions, type FieldRef, type FieldType } from '../fields/index.ts';
import { argumentIndex } from '../fields/evtArgs.ts';
import { hasFd } from '../fields/fdInfo.ts';
import { syslogInfo } from '../fields/syslog.ts';
import type { FdInfo } from '../state/model.ts';
import { Counter } from './head.ts';
import { clockWriter, epochNanosWriter, outputTimeWriter } from './times.ts';

/** Writes a field's text; false, and nothing written, where the event has no value. */
export type FieldWrite = (ctx: EventContext, sink: ByteSink) => boolean;

/** Fields whose text depends on `ctx.info` alone, which never changes: it is made once for each. */
const OF_THREAD: ReadonlySet<string> = new Set(['proc.name', 'proc.pid', 'proc.exe', 'thread.tid', 'thread.vtid', 'proc.vpid', 'proc.cmdline', 'container.id', 'user.uid']);
/** Fields whose text depends on the event's type alone (on the call, for the events that stand for any). */
const OF_TYPE: ReadonlySet<string> = new Set(['evt.dir', 'evt.type', 'syscall.type', 'evt.is_io', 'evt.is_io_read', 'evt.is_io_write', 'evt.io_dir', 'evt.is_wait', 'evt.count']);

/** Fields that every event has. */
export const ALWAYS: ReadonlySet<string> = new Set(['evt.num', 'evt.cpu', 'evt.args', 'evt.info', 'evt.outputtime', 'evt.time', 'evt.rawtime']);

/** What a text depends on: what it can be kept by. */
export type Hold = 'thread' | 'type' | 'descriptor' | 'event';
export function holdOf(ref: FieldRef): Hold {
  const { name } = ref.field;
  return ref.arg !== undefined ? 'event' : OF_THREAD.has(name) ? 'thread' : OF_TYPE.has(name) ? 'type' : name === 'fd.name' ? 'descriptor' : 'event';
}

const INTEGERS: ReadonlySet<FieldType> = new Set<FieldType>(['INT16', 'INT32', 'INT64', 'UINT32', 'UINT64', 'RELTIME', 'ABSTIME', 'PORT']);
const LIMIT = Number.MAX_SAFE_INTEGER;

/** Writers of their own, by name. A factory for each use: some keep what they made. */
const OWN: Readonly<Record<string, (ref: FieldRef, options: FieldOptions) => FieldWrite | undefined>> = {
  'evt.num': () => { const counter = new Counter(); return (ctx, sink) => { counter.write(ctx.num, sink); return true; }; },
  'evt.cpu': () => (ctx, sink) => { sink.decimal(ctx.view.cpu); return true; },
  'evt.args': (_ref, options) => allArgs(options),
  // What is written to the system's log is told in words.
  'evt.info': (_ref, options) => { const all = allArgs(options); return (ctx, sink) => { const said = syslogInfo(ctx); if (said === undefined) return all(ctx, sink); sink.utf8(said); return true; }; },
  'evt.arg': oneArg,
  'evt.buffer': (_ref, options) => (ctx, sink) => {
    const { view } = ctx;
    const i = param(view, 'data');
    if (i < 0) return false;
    if (view.def?.params[i]?.type !== 'BYTEBUF') { argsWriter(options).value(ctx, i, sink); return true; }
    writeBuffer(sink, view.bytes, view.data, view.start(i), view.size(i), options.bufferForm, options.bufferLimit);
    return true;
  },
  'evt.outputtime': (ref, options) => outputTimeWriter(options, textWriter(bindText(ref, options))),
  'evt.time': (_ref, options) => clockWriter(options.zoneSeconds),
  'evt.rawtime': () => epochNanosWriter(),
};

function allArgs(options: FieldOptions): FieldWrite {
  const writer = argsWriter(options);
  return (ctx, sink) => { writer.all(ctx, sink); return true; };
}

function oneArg(ref: FieldRef, options: FieldOptions): FieldWrite | undefined {
  const { arg } = ref;
  if (arg === undefined) return undefined;
  const writer = argsWriter(options);
  return (ctx, sink) => {
    const i = argumentIndex(ctx, arg);
    if (i < 0) return false;
    writer.best(ctx, i, sink);
    return true;
  };
}

/** By type, 1: the beginning or end of a connect. */
export const CONNECTS = new Uint8Array(65536);
for (const event of EVENTS) if (event.name === 'connect') CONNECTS[event.id] = 1;

/** The descriptor on which alone its name depends, since it never changes; undefined where the event has none or more is to be looked at: what a failed connect names is in the event. */
export function namedFd(ctx: EventContext): FdInfo | undefined { return CONNECTS[ctx.view.type] !== 1 && hasFd(ctx) ? ctx.fd : undefined; }

/** Writes what a reader of text gives. */
export function textWriter(text: (ctx: EventContext) => string | undefined): FieldWrite {
  return (ctx, sink) => {
    const t = text(ctx);
    if (t === undefined) return false;
    sink.utf8(t);
    return true;
  };
}

/** Writes whole numbers without making text of them; what is none as its text. */
function numberWriter(ref: FieldRef, options: FieldOptions): FieldWrite {
  const value = bindValue(ref);
  const other = textWriter(bindText(ref, options));
  const padded = ref.field.format === '10_PADDED_DEC';
  return (ctx, sink) => {
    const n = value(ctx);
    if (n === undefined) return false;
    if (typeof n !== 'number' || !Number.isInteger(n) || n > LIMIT || n < -LIMIT) return other(ctx, sink);
    if (padded) sink.padded(n, 9); else sink.decimal(n);
    return true;
  };
}

/** A writer of the field's text. One for each use: some fields remember what they saw before. */
export function bindWriter(ref: FieldRef, options: FieldOptions): FieldWrite {
  const { field } = ref;
  const own = Object.hasOwn(OWN, field.name) ? OWN[field.name]?.(ref, options) : undefined;
  if (own !== undefined) return own;
  const plain = field.text === undefined && field.textMemory === undefined && field.memory === undefined && (field.format === 'DEC' || field.format === 'ID' || field.format === '10_PADDED_DEC');
  return plain && INTEGERS.has(fieldType(ref)) ? numberWriter(ref, options) : textWriter(bindText(ref, options));
}

/** Key of what texts that depend on the type are kept by; -1: they are not kept. */
export function typeKey(ctx: EventContext): number {
  const { view } = ctx;
  const { type } = view;
  const layout = isPairs(ctx.state) ? 1 : 0;
  if (type > 1) return type * 2 + layout;
  return view.nparams > 0 && view.size(0) === 2 ? 0x20000 + view.data.getUint16(view.start(0), true) * 4 + type * 2 + layout : -1;
}
