// How a parameter is written, by its declaration: the value, and what it means in words. Chosen once for each declaration, not for each event.
import { DYNAMIC, ERRNO, parseParams, SIGNALS, type ParamDef } from '../../../driver/schema/index.ts';
import { ipv4Text, ipv6Text } from '../base/address.ts';
import { asDirectory, AT_FDCWD, joinPath } from '../base/paths.ts';
import type { ByteSink } from '../base/sink.ts';
import { CONSTANT, PASSING, RefCache, ValueCache } from '../base/sinkPieces.ts';
import { decodeToNul, printable } from '../base/text.ts';
import type { FdInfo, FdKind } from '../state/model.ts';
import { writeBuffer, type BufferForm } from './buffers.ts';
import type { EventContext } from './context.ts';
import { flagNames, valueName } from './flagNames.ts';
import { general } from './numbers.ts';
import { codeName } from './names.ts';
import { intAt } from './params.ts';
import { L4, writeAddress, writeTuple } from './tuples.ts';

/** Writes something of the value of `size` bytes at `at` of the event's bytes. */
export type Write = (sink: ByteSink, ctx: EventContext, at: number, size: number) => void;

/** The forms of one parameter. `words` writes nothing where there is nothing to add: the descriptor's name, the flags' names, ... */
export interface ParamForm {
  readonly value: Write;
  readonly words: Write | undefined;
  /** `value(words)`, or the value alone where there are no words. */
  readonly both: Write;
}

export interface FormOptions {
  /** The source holds enter and exit events and prints as readers of the time printed it. */
  readonly pairs: boolean;
  readonly bufferForm: BufferForm;
  /** Longest text of a buffer, 0: whole. */
  readonly bufferLimit: number;
  /** An empty text is printed as whatever follows it in the event, as readers of the time did. */
  readonly overrun: boolean;
}

const NA = '<NA>';
const NONE_ID = 0xffffffff;
const NS_PER_SECOND = 1e9;
const OPEN = 40, CLOSE = 41, SLASH = 47, SPACE = 32, ZERO = 48;
const LETTERS: Readonly<Record<FdKind, string>> = { file: 'f', directory: 'd', ipv4: '4', ipv6: '6', ipv4server: '4', ipv6server: '6', unix: 'u', pipe: 'p', event: 'e', signalfd: 's', eventpoll: 'l', inotify: 'i', timerfd: 't', netlink: 'n', bpf: 'b', userfaultfd: 'u', io_uring: 'r', memfd: 'm', pidfd: 'P', unsupported: 'X', unknown: 'o' };

/** How a descriptor's kind is written: its letter, and that of its protocol where its role is known. */
export function fdLetters(info: FdInfo): string {
  const letter = LETTERS[info.kind];
  if (letter !== '4' && letter !== '6') return letter;
  const server = info.kind === 'ipv4server' || info.kind === 'ipv6server';
  if (info.l4 === L4.raw) return `${letter}r`;
  if (!server && info.role === 'none') return letter;
  return letter + (info.l4 === L4.tcp ? 't' : info.l4 === L4.udp ? 'u' : info.l4 === L4.icmp ? 'i' : '');
}

/** The descriptor of this number in the event's process. */
function lookFd(ctx: EventContext, fd: number): FdInfo | undefined { return fd === ctx.fdNum && ctx.fd !== undefined ? ctx.fd : ctx.thread?.fds.get(fd); }

/** Value, and words in brackets where there are any. */
function joint(value: Write, words: Write): Write {
  return (sink, ctx, at, size) => {
    value(sink, ctx, at, size);
    const mark = sink.at;
    sink.byte(OPEN);
    words(sink, ctx, at, size);
    if (sink.at === mark + 1) sink.at = mark; else sink.byte(CLOSE);
  };
}
const alone = (value: Write): ParamForm => ({ value, words: undefined, both: value });
const withWords = (value: Write, words: Write): ParamForm => ({ value, words, both: joint(value, words) });

/** A number whose words depend on nothing else: both are kept by the number. */
function numbered(signed: boolean, value: (sink: ByteSink, n: number) => void, words: (n: number) => string): ParamForm {
  const kept = new ValueCache();
  const writeValue: Write = (sink, ctx, at, size) => { value(sink, intAt(ctx.view.data, at, size, signed)); };
  const writeWords: Write = (sink, ctx, at, size) => { sink.utf8(words(intAt(ctx.view.data, at, size, signed))); };
  const make = joint(writeValue, writeWords);
  return {
    value: writeValue, words: writeWords,
    both: (sink, ctx, at, size) => {
      const n = intAt(ctx.view.data, at, size, signed);
      const handle = kept.get(n);
      if (handle !== 0) { sink.piece(PASSING, handle); return; }
      const mark = sink.at;
      make(sink, ctx, at, size);
      kept.keep(n, sink, mark);
    },
  };
}

const decimalOf = (sink: ByteSink, n: number): void => { sink.decimal(n); };
const octalOf = (sink: ByteSink, n: number): void => { sink.octal(n); };

/** Whole numbers print as signed ones, whatever they are declared as. */
function integer(def: ParamDef): Write {
  const unsigned = def.type.startsWith('U') || def.type.startsWith('FLAGS') || def.type.startsWith('ENUM') || def.type === 'SYSCALLID' || def.type === 'SIGTYPE' || def.type === 'PORT';
  switch (def.format) {
    case 'HEX': return (sink, ctx, at, size) => { if (size === 8) sink.hex64(ctx.view.data, at, true); else sink.hex(intAt(ctx.view.data, at, size, false), true); };
    case 'OCT': return (sink, ctx, at, size) => { sink.octal(intAt(ctx.view.data, at, size, false)); };
    case '10_PADDED_DEC': return (sink, ctx, at, size) => { sink.padded(intAt(ctx.view.data, at, size, !unsigned), 9); };
    default: return (sink, ctx, at, size) => {
      const data = ctx.view.data;
      if (size === 8) sink.decimal64(data, at, true);
      else if (size === 4) sink.decimal(data.getInt32(at, true));
      else sink.decimal(intAt(data, at, size, !unsigned));
    };
  }
}

/** Whether it is a whole number of four or eight bytes that prints in decimal digits. */
export function isDecimal(def: ParamDef): boolean {
  return (def.type === 'INT32' || def.type === 'INT64' || def.type === 'UINT32' || def.type === 'UINT64') && (def.format === 'DEC' || def.format === 'ID' || def.format === 'NA');
}

/** The same for values that are there as declared, which nearly all are; `other` writes the rest. */
function plainInteger(def: ParamDef, other: Write): Write {
  if (!isDecimal(def)) return other;
  if (def.size === 8) {
    return (sink, ctx, at, size) => {
      const data = ctx.view.data;
      if (size === 8 && data.getInt32(at + 4, true) === 0) sink.decimal(data.getUint32(at, true)); else other(sink, ctx, at, size);
    };
  }
  return def.size === 4 ? (sink, ctx, at, size) => { if (size === 4) sink.decimal(ctx.view.data.getInt32(at, true)); else other(sink, ctx, at, size); } : other;
}

/** Reads a descriptor's number, a process id or a result where it is a small whole number that is not negative, in eight bytes; else -1. */
function small(data: DataView, at: number, size: number): number { return size === 8 && data.getInt32(at + 4, true) === 0 ? data.getInt32(at, true) : -1; }

/** Texts of descriptors by info and number, of processes by info. */
const fdTexts = new RefCache(), pidTexts = new RefCache();

function whole(sink: ByteSink, ctx: EventContext, at: number, size: number): void {
  if (size === 8) sink.decimal64(ctx.view.data, at, true); else sink.decimal(intAt(ctx.view.data, at, size, true));
}

function fdWords(sink: ByteSink, ctx: EventContext, at: number, size: number): void {
  const fd = intAt(ctx.view.data, at, size, true);
  if (fd < 0) { sink.ascii(fd === AT_FDCWD ? 'AT_FDCWD' : ERRNO.get(-fd) ?? ''); return; }
  const info = lookFd(ctx, fd);
  if (info !== undefined) infoWords(sink, info);
}
/** `<f>/etc/passwd` */
function infoWords(sink: ByteSink, info: FdInfo): void {
  sink.byte(60);
  sink.ascii(fdLetters(info));
  sink.byte(62);
  sink.printable(info.name);
}
const fdJoint = joint(whole, fdWords);
const FD_FORM: ParamForm = { value: whole, words: fdWords, both: fdJoint };
/** Writes a descriptor in eight bytes, with its words; false, and nothing written, where it is no small whole number. */
export function writeDescriptor(sink: ByteSink, ctx: EventContext, data: DataView, at: number): boolean {
  const fd = data.getInt32(at, true);
  if (fd < 0 || data.getInt32(at + 4, true) !== 0) return false;
  const info = fd === ctx.fdNum && ctx.fd !== undefined ? ctx.fd : ctx.thread?.fds.get(fd);
  if (info === undefined) { sink.decimal(fd); return true; }
  const handle = fdTexts.get(info, fd);
  if (handle !== 0) sink.piece(PASSING, handle); else keepDescriptor(sink, info, fd);
  return true;
}
function keepDescriptor(sink: ByteSink, info: FdInfo, fd: number): void {
  const mark = sink.at;
  writeKnownDescriptor(sink, info, fd);
  fdTexts.keep(info, sink, mark, fd);
}
/** Writes `5(<f>/etc/passwd)`. */
export function writeKnownDescriptor(sink: ByteSink, info: FdInfo, fd: number): void {
  sink.decimal(fd);
  sink.byte(OPEN);
  infoWords(sink, info);
  sink.byte(CLOSE);
}
function quickFd(other: Write): Write { return (sink, ctx, at, size) => { if (size !== 8 || !writeDescriptor(sink, ctx, ctx.view.data, at)) other(sink, ctx, at, size); }; }

function processOf(ctx: EventContext, pid: number) { return pid < 0 ? undefined : ctx.info !== undefined && pid === ctx.info.tid ? ctx.info : ctx.state.thread(pid)?.info; }
function pidWords(sink: ByteSink, ctx: EventContext, at: number, size: number): void {
  const info = processOf(ctx, intAt(ctx.view.data, at, size, true));
  if (info !== undefined) sink.utf8(info.comm);
}
const pidJoint = joint(whole, pidWords);
const PID_FORM: ParamForm = { value: whole, words: pidWords, both: pidJoint };
function quickPid(other: Write): Write {
  return (sink, ctx, at, size) => {
    const pid = small(ctx.view.data, at, size);
    const info = pid < 0 ? undefined : processOf(ctx, pid);
    if (info === undefined) { if (pid < 0) other(sink, ctx, at, size); else sink.decimal(pid); return; }
    const handle = pidTexts.get(info);
    if (handle !== 0) { sink.piece(PASSING, handle); return; }
    const mark = sink.at;
    pidJoint(sink, ctx, at, size);
    pidTexts.keep(info, sink, mark);
  };
}

const MAX_ERRNO = 4096;
const errnoTexts = new Int32Array(MAX_ERRNO);
/** Writes `-11(EAGAIN)` for a small negative number. */
function writeErrno(sink: ByteSink, value: number): void {
  let handle = errnoTexts[-value] ?? 0;
  if (handle === 0) { const name = ERRNO.get(-value); handle = errnoTexts[-value] = CONSTANT.text(name === undefined ? String(value) : `${value}(${name})`); }
  sink.piece(CONSTANT, handle);
}
/** Of a negative number its lower half says which error it is. */
function errnoWords(sink: ByteSink, ctx: EventContext, at: number, size: number): void {
  const { data } = ctx.view;
  if (intAt(data, at, size, true) < 0) sink.ascii(ERRNO.get(-(size === 8 ? data.getInt32(at, true) : intAt(data, at, size, true))) ?? '');
}
const ERRNO_FORM: ParamForm = {
  value: whole,
  words: errnoWords,
  both: joint(whole, errnoWords),
};
/** Writes a result of eight bytes, with its words; false, and nothing written, where it is neither a small whole number nor an error. */
export function writeResult(sink: ByteSink, data: DataView, at: number): boolean {
  const hi = data.getInt32(at + 4, true), lo = data.getInt32(at, true);
  if (hi === 0 && lo >= 0) { sink.decimal(lo); return true; }
  if (hi !== -1 || lo >= 0 || lo <= -MAX_ERRNO) return false;
  writeErrno(sink, lo);
  return true;
}
function quickErrno(other: Write): Write { return (sink, ctx, at, size) => { if (size !== 8 || !writeResult(sink, ctx.view.data, at)) other(sink, ctx, at, size); }; }

/** The short way for parameters that nearly every event has; `other` writes what is not as it mostly is. */
function quick(def: ParamDef, other: Write): Write {
  switch (def.type) {
    case 'FD': return quickFd(other);
    case 'PID': return quickPid(other);
    case 'ERRNO': return quickErrno(other);
    case 'INT32': case 'INT64': case 'UINT32': case 'UINT64': return plainInteger(def, other);
    default: return other;
  }
}

function cwdOf(ctx: EventContext): string {
  const info = ctx.info;
  if (info === undefined) return './';
  if (ctx.thread === undefined || ctx.thread.isMain) return info.cwd;
  return ctx.state.thread(info.pid)?.info.cwd ?? './';
}

/** What a path is relative to: the directory that another parameter names, or the working directory. */
function baseOf(detail: string, pairs: boolean): (ctx: EventContext) => string {
  const index = Number(detail.replace('dirfd=param', ''));
  if (!Number.isInteger(index)) return cwdOf;
  return (ctx) => {
    const view = ctx.view;
    if (view.size(index) < 4 || view.def?.params[index]?.type !== 'FD') return cwdOf(ctx);
    const fd = intAt(view.data, view.start(index), view.size(index), true);
    if (fd === AT_FDCWD) return cwdOf(ctx);
    const directory = lookFd(ctx, fd);
    if (directory === undefined) return '';
    if (pairs) return directory.name === '' ? '' : `${printable(directory.name)}/`;
    return asDirectory(directory.name);
  };
}

/** A path onto its base; an empty one, where it is there at all, is the base itself. */
function joined(base: string, path: string, size: number): string {
  if (path !== '') return joinPath(base, path);
  return size === 0 ? '' : base.length > 1 && base.endsWith('/') ? base.slice(0, -1) : base;
}

/** Bytes of a path that readers of the time print at most. */
export const PATH_LIMIT = 1023;

function pathForm(base: (ctx: EventContext) => string, pairs: boolean): ParamForm {
  const most = pairs ? PATH_LIMIT : Infinity;
  const value: Write = (sink, ctx, at, size) => { sink.printableToNul(ctx.view.bytes, ctx.view.data, at, at + (size < most ? size : most)); };
  const words: Write = (sink, ctx, at, size) => {
    const bytes = ctx.view.bytes;
    if (size > 0 && bytes[at] === SLASH) return;
    const path = decodeToNul(bytes, at, at + size);
    if (path !== NA && (path !== '' || pairs)) sink.utf8(joined(base(ctx), path, size));
  };
  const both = joint(value, words);
  return { value, words, both: (sink, ctx, at, size) => { if (size > 0 && ctx.view.bytes[at] === SLASH) value(sink, ctx, at, size); else both(sink, ctx, at, size); } };
}

/** Descriptors and what is asked of them. `pairs`: as readers of captures with enter events print the flags. */
function fdList(pairs: boolean, sink: ByteSink, ctx: EventContext, at: number, size: number): void {
  const data = ctx.view.data;
  if (size < 2) return;
  const count = Math.min(data.getUint16(at, true), Math.floor((size - 2) / 10));
  for (let i = 0, entry = at + 2; i < count; i++, entry += 10) {
    const fd = intAt(data, entry, 8, true);
    const info = lookFd(ctx, fd);
    if (i > 0) sink.byte(SPACE);
    // A number of -1 (an entry to be left out) prints as an unsigned one.
    sink.decimal64(data, entry, false);
    sink.byte(58);
    sink.ascii(info === undefined ? '?' : LETTERS[info.kind]);
    // Signed bits, as they print.
    sink.hex(pairs ? data.getInt16(entry + 8, true) >>> 0 : data.getUint16(entry + 8, true));
  }
}

function signalSet(bits: number): string {
  const names: string[] = [];
  for (let bit = 0; bit < 32; bit++) if (((bits >>> bit) & 1) !== 0) { const name = SIGNALS.get(bit + 1); if (name !== undefined) names.push(name); }
  return names.join(' ');
}

const pad = (value: number | bigint, width: number): string => String(value).padStart(width, '0');

/** A moment as `YYYY-MM-DD HH:MM:SS.nnnnnnnnn`, UTC. */
function moment(data: DataView, at: number): string {
  const ns = (BigInt(data.getUint32(at + 4, true)) << 32n) | BigInt(data.getUint32(at, true));
  const date = new Date(Number(ns / 1_000_000n));
  if (Number.isNaN(date.getTime())) return ns.toString();
  return `${date.getUTCFullYear()}-${pad(date.getUTCMonth() + 1, 2)}-${pad(date.getUTCDate(), 2)} ${pad(date.getUTCHours(), 2)}:${pad(date.getUTCMinutes(), 2)}:${pad(date.getUTCSeconds(), 2)}.${pad(ns % 1_000_000_000n, 9)}`;
}

function isEndless(data: DataView, at: number): boolean { return data.getUint32(at, true) === NONE_ID && data.getUint32(at + 4, true) === NONE_ID; }

function spanForm(): ParamForm {
  const kept = new ValueCache();
  const value: Write = (sink, ctx, at) => { if (isEndless(ctx.view.data, at)) sink.ascii('none'); else sink.decimal64(ctx.view.data, at, false); };
  const words: Write = (sink, ctx, at, size) => { if (!isEndless(ctx.view.data, at)) { sink.ascii(general(intAt(ctx.view.data, at, size, false) / NS_PER_SECOND)); sink.byte(115); } };
  const make = joint(value, words);
  return {
    value, words,
    both: (sink, ctx, at, size) => {
      const ns = intAt(ctx.view.data, at, size, false);
      const handle = kept.get(ns);
      if (handle !== 0) { sink.piece(PASSING, handle); return; }
      const mark = sink.at;
      make(sink, ctx, at, size);
      if (ns <= Number.MAX_SAFE_INTEGER) kept.keep(ns, sink, mark);
    },
  };
}

function ownerForm(user: boolean, pairs: boolean): ParamForm {
  return withWords(
    (sink, ctx, at, size) => { const id = intAt(ctx.view.data, at, size, false); sink.decimal(id === NONE_ID ? -1 : id); },
    (sink, ctx, at, size) => {
      const id = intAt(ctx.view.data, at, size, false);
      if (id === NONE_ID) { sink.ascii('<NONE>'); return; }
      const owner = user ? ctx.state.user(id, ctx.info?.containerId) : ctx.state.group(id, ctx.info?.containerId);
      sink.ascii(owner === undefined ? (pairs ? NA : '') : printable(owner.name));
    });
}

/** A value whose first byte says which type it has. */
function dynamicForm(def: ParamDef, options: FormOptions): ParamForm {
  const table = DYNAMIC[/^dyn=([a-z_]+)/.exec(def.detail)?.[1] ?? ''] ?? [];
  const forms = table.map((text) => {
    const [inner] = parseParams(`${def.name}:${text}`);
    return inner === undefined ? undefined : sizedForm({ ...inner, format: def.format }, options, true);
  });
  const pick = (ctx: EventContext, at: number, size: number): ParamForm | undefined => size < 1 ? undefined : forms[ctx.view.data.getUint8(at)];
  return {
    value: (sink, ctx, at, size) => { const form = pick(ctx, at, size); if (form === undefined) sink.ascii('INVALID DYNAMIC PARAMETER'); else form.value(sink, ctx, at + 1, size - 1); },
    words: (sink, ctx, at, size) => { pick(ctx, at, size)?.words?.(sink, ctx, at + 1, size - 1); },
    both: (sink, ctx, at, size) => { const form = pick(ctx, at, size); if (form === undefined) sink.ascii('INVALID DYNAMIC PARAMETER'); else form.both(sink, ctx, at + 1, size - 1); },
  };
}

/** The form of a value that is there and long enough. */
function formOf(def: ParamDef, options: FormOptions): ParamForm {
  const { pairs } = options;
  switch (def.type) {
    case 'INT8': case 'INT16': case 'INT32': case 'INT64': case 'UINT8': case 'UINT16': case 'UINT32': case 'UINT64': case 'PORT': case 'L4PROTO': case 'SOCKFAMILY': return alone(integer(def));
    case 'FD': case 'FD32': return FD_FORM;
    case 'PID': case 'PID32': return PID_FORM;
    case 'ERRNO': return ERRNO_FORM;
    case 'CHARBUF': return alone(options.overrun
      // Readers of the time print an empty text as whatever bytes follow it; what they print is the reference.
      ? (sink, ctx, at, size) => { sink.toNul(ctx.view.bytes, ctx.view.data, at, size === 0 ? ctx.view.at + ctx.view.length : at + size); }
      : (sink, ctx, at, size) => { sink.toNul(ctx.view.bytes, ctx.view.data, at, at + size); });
    case 'FSPATH': return pathForm(cwdOf, pairs);
    case 'FSRELPATH': return pathForm(baseOf(def.detail, pairs), pairs);
    case 'BYTEBUF': { const { bufferForm, bufferLimit } = options; return alone((sink, ctx, at, size) => { writeBuffer(sink, ctx.view.bytes, ctx.view.data, at, size, bufferForm, bufferLimit); }); }
    case 'SOCKADDR': return alone((sink, ctx, at, size) => { writeAddress(sink, ctx.view.bytes, ctx.view.data, at, size); });
    case 'SOCKTUPLE': return alone((sink, ctx, at, size) => { writeTuple(sink, ctx.view.bytes, ctx.view.data, at, size, false, ctx.fd?.role === 'none' ? L4.unknown : ctx.fd?.l4); });
    case 'FDLIST': return alone((sink, ctx, at, size) => { fdList(pairs, sink, ctx, at, size); });
    case 'SYSCALLID': return numbered(false, decimalOf, (code) => codeName(code, pairs) ?? (pairs && code === 0 ? '<unknown>' : ''));
    case 'SIGTYPE': return numbered(false, decimalOf, (signal) => SIGNALS.get(signal) ?? '');
    case 'RELTIME': return spanForm();
    case 'ABSTIME': return alone((sink, ctx, at) => { sink.ascii(moment(ctx.view.data, at)); });
    case 'FLAGS8': case 'FLAGS16': case 'FLAGS32': return numbered(false, decimalOf, (value) => flagNames(def.detail, value, pairs));
    case 'ENUMFLAGS8': case 'ENUMFLAGS16': case 'ENUMFLAGS32': return numbered(false, decimalOf, (value) => pairs || value === 0 ? flagNames(def.detail, value, true) : valueName(def.detail, value));
    case 'MODE': return numbered(false, octalOf, (value) => flagNames(def.detail, value, pairs));
    case 'UID': return ownerForm(true, pairs);
    case 'GID': return ownerForm(false, pairs);
    case 'SIGSET': return alone(numbered(false, (sink, bits) => { sink.ascii(signalSet(bits)); }, () => '').both);
    case 'IPV4ADDR': return alone((sink, ctx, at) => { sink.ascii(ipv4Text(ctx.view.bytes, at)); });
    case 'IPV6ADDR': return alone((sink, ctx, at) => { sink.ascii(ipv6Text(ctx.view.bytes, at)); });
    case 'DYN': return dynamicForm(def, options);
    // Of tracers, whose texts are there as they print.
    case 'CHARBUFARRAY': case 'CHARBUF_PAIR_ARRAY': if (pairs) return alone((sink, ctx, at, size) => { sink.toNul(ctx.view.bytes, ctx.view.data, at, at + size); }); return alone((sink) => { sink.ascii('(n.a.)'); });
    default: return alone((sink) => { sink.ascii('(n.a.)'); });
  }
}

/** The same, with what prints of values that are missing or too short. */
function sizedForm(def: ParamDef, options: FormOptions, inner: boolean): ParamForm {
  const form = formOf(def, options);
  const wanted = def.size;
  if (wanted > 0) {
    const fits = (size: number): boolean => size >= wanted || (size === 4 && wanted === 8);
    const short: Write = (sink, _ctx, _at, size) => { if (size === 0 && options.pairs) sink.byte(ZERO); else sink.ascii(NA); };
    const { value, words, both } = form;
    return {
      value: (sink, ctx, at, size) => { if (fits(size)) value(sink, ctx, at, size); else short(sink, ctx, at, size); },
      words: words === undefined ? undefined : (sink, ctx, at, size) => { if (fits(size)) words(sink, ctx, at, size); },
      both: quick(def, (sink, ctx, at, size) => { if (fits(size)) both(sink, ctx, at, size); else short(sink, ctx, at, size); }),
    };
  }
  if (options.pairs || inner) return form;
  const empty = def.type === 'BYTEBUF' || def.type === 'SOCKTUPLE' || def.type === 'FDLIST' || def.type === 'CHARBUFARRAY' || def.type === 'CHARBUF_PAIR_ARRAY' || def.type === 'DYN' ? 'NULL' : NA;
  const { value, words, both } = form;
  return {
    value: (sink, ctx, at, size) => { if (size > 0) value(sink, ctx, at, size); else sink.ascii(empty); },
    words: words === undefined ? undefined : (sink, ctx, at, size) => { if (size > 0) words(sink, ctx, at, size); },
    both: (sink, ctx, at, size) => { if (size > 0) both(sink, ctx, at, size); else sink.ascii(empty); },
  };
}

/** How a parameter of this declaration is written. Never throws, whatever the bytes are. */
export function paramForm(def: ParamDef, options: FormOptions): ParamForm { return sizedForm(def, options, false); }
