// Printed forms of an event's parameters. Events of captures with enter events print as sysdig 0.29 prints them, newer ones as newer tools do.
import { DYNAMIC, ERRNO, parseParams, SIGNALS, SYSCALL_BY_CODE, type ParamDef } from '../../../driver/schema/index.ts';
import { ipv4Text, ipv6Text } from '../base/address.ts';
import { decodeToNul, printable } from '../base/text.ts';
import type { FdInfo, FdKind, StateView } from '../state/model.ts';
import { AT_FDCWD, joinPath } from '../base/paths.ts';
import { addressText, L4, tupleText } from './tuples.ts';
import { bufferText, type BufferForm } from './buffers.ts';
import type { EventContext } from './context.ts';
import type { EventView } from './eventView.ts';
import { flagNames, valueName } from './flagNames.ts';
import { decimal64, general, hex64 } from './numbers.ts';
import { intAt } from './params.ts';
import { isGeneric } from './names.ts';

export { bufferText, type BufferForm } from './buffers.ts';

/** What printing depends on beside the event. `bufferLimit`: longest text of a buffer, 0: whole. */
export interface ShowOptions {
  readonly bufferForm?: BufferForm;
  readonly bufferLimit?: number;
  /** Only for `showArgs` of captures with enter events. */
  readonly legacyArgs?: boolean;
}
export interface ShownParam {
  readonly name: string;
  readonly value: string;
  /** In words: the descriptor's name, the flags' names, ...; '' where there is nothing to add. */
  readonly resolved: string;
}

const NA = '<NA>';
const NONE_ID = 0xffffffff;
const NS_PER_SECOND = 1e9;
const LETTERS: Readonly<Record<FdKind, string>> = { file: 'f', directory: 'd', ipv4: '4', ipv6: '6', ipv4server: '4', ipv6server: '6', unix: 'u', pipe: 'p', event: 'e', signalfd: 's', eventpoll: 'l', inotify: 'i', timerfd: 't', netlink: 'n', bpf: 'b', userfaultfd: 'u', io_uring: 'r', memfd: 'm', pidfd: 'P', unsupported: 'X' };

/** Parameters that readers up to sysdig 0.29 declare in another way, by event and index. */
const LEGACY: Readonly<Record<string, ParamDef>> = Object.fromEntries(Object.entries({
  '24:1': 'backlog:UINT32:DEC', '62:1': 'flags:FLAGS32:HEX', '126:2': 'flags:FLAGS8:HEX', '136:1': 'flags:FLAGS8:HEX', '138:0': 'flags:FLAGS8:HEX', '161:0': 'res:UINT64:HEX', '163:0': 'res:UINT64:HEX',
  '293:16': 'tty:INT32:DEC', '293:17': 'pgid:PID:DEC', '293:18': 'loginuid:INT32:DEC', '331:16': 'tty:INT32:DEC', '331:17': 'pgid:PID:DEC', '331:18': 'loginuid:INT32:DEC', '295:0': 'res:PID:DEC', '322:0': 'plugin ID:UINT32:DEC', '326:1': 'name:FSRELPATH:NA:dirfd=param1',
}).map(([key, text]) => [key, parseParams(text)[0] as ParamDef]));

/** True where the source holds enter and exit events. */
export function isPairs(state: StateView): boolean { return (state as { pairs?: boolean }).pairs === true; }

/** How a descriptor's kind is written: its letter, and that of its protocol where its role is known. */
export function fdLetters(info: FdInfo): string {
  const letter = LETTERS[info.kind];
  if (letter !== '4' && letter !== '6') return letter;
  const server = info.kind === 'ipv4server' || info.kind === 'ipv6server';
  if (info.l4 === L4.raw) return `${letter}r`;
  if (!server && info.role === 'none') return letter;
  return letter + (info.l4 === L4.tcp ? 't' : info.l4 === L4.udp ? 'u' : info.l4 === L4.icmp ? 'i' : '');
}

/** The declaration of a parameter as it counts for this source. */
export function paramDef(ctx: EventContext, i: number): ParamDef | undefined {
  const def = ctx.view.def?.params[i];
  return def !== undefined && isPairs(ctx.state) ? LEGACY[`${ctx.view.type}:${i}`] ?? def : def;
}

/** How many parameters print: in captures with enter events those that readers of the time know. */
export function shownCount(ctx: EventContext): number {
  const def = ctx.view.def;
  if (def === undefined) return 0;
  const count = Math.min(ctx.view.nparams, def.params.length);
  return isPairs(ctx.state) && def.known >= 0 ? Math.min(count, def.known) : count;
}

/** The descriptor of this number in the event's process. */
function lookFd(ctx: EventContext, fd: number): FdInfo | undefined { return fd === ctx.fdNum && ctx.fd !== undefined ? ctx.fd : ctx.thread?.fds.get(fd); }

function cwdOf(ctx: EventContext): string {
  const info = ctx.info;
  if (info === undefined) return './';
  if (ctx.thread === undefined || ctx.thread.isMain) return info.cwd;
  return ctx.state.thread(info.pid)?.info.cwd ?? './';
}

function signedWrap(value: number, size: number): number { return size === 4 ? value | 0 : value; }

/** Whole numbers print as signed ones, whatever they are declared as. */
function integer(view: EventView, at: number, size: number, def: ParamDef): string {
  const data = view.data;
  const unsigned = def.type.startsWith('U') || def.type.startsWith('FLAGS') || def.type.startsWith('ENUM') || def.type === 'SYSCALLID' || def.type === 'SIGTYPE' || def.type === 'PORT';
  switch (def.format) {
    case 'HEX': return size === 8 ? hex64(data, at) : intAt(data, at, size, false).toString(16).toUpperCase();
    case 'OCT': { const value = intAt(data, at, size, false); return value === 0 ? '0' : `0${value.toString(8)}`; }
    case '10_PADDED_DEC': return String(intAt(data, at, size, !unsigned)).padStart(9, '0');
    default:
      if (size === 8) return decimal64(data, at, true);
      return String(signedWrap(intAt(data, at, size, !unsigned), size));
  }
}

function errnoName(value: number): string { return value < 0 ? ERRNO.get(-value) ?? '' : ''; }

function relativeBase(ctx: EventContext, detail: string): string {
  const index = Number(detail.replace('dirfd=param', ''));
  const view = ctx.view;
  if (!Number.isInteger(index) || view.size(index) < 4 || view.def?.params[index]?.type !== 'FD') return cwdOf(ctx);
  const fd = intAt(view.data, view.start(index), view.size(index), true);
  if (fd === AT_FDCWD) return cwdOf(ctx);
  const directory = lookFd(ctx, fd);
  return directory === undefined ? '' : directory.name.endsWith('/') && !isPairs(ctx.state) ? directory.name : `${directory.name}/`;
}

/** A path onto its base; an empty one, where it is there at all, is the base itself. */
function joined(base: string, path: string, size: number): string {
  if (path !== '') return joinPath(base, path);
  return size === 0 ? '' : base.length > 1 && base.endsWith('/') ? base.slice(0, -1) : base;
}

const pad = (value: number | bigint, width: number): string => String(value).padStart(width, '0');

/** A moment as `YYYY-MM-DD HH:MM:SS.nnnnnnnnn`, UTC. */
function moment(data: DataView, at: number): string {
  const ns = (BigInt(data.getUint32(at + 4, true)) << 32n) | BigInt(data.getUint32(at, true));
  const date = new Date(Number(ns / 1_000_000n));
  if (Number.isNaN(date.getTime())) return ns.toString();
  return `${date.getUTCFullYear()}-${pad(date.getUTCMonth() + 1, 2)}-${pad(date.getUTCDate(), 2)} ${pad(date.getUTCHours(), 2)}:${pad(date.getUTCMinutes(), 2)}:${pad(date.getUTCSeconds(), 2)}.${pad(ns % 1_000_000_000n, 9)}`;
}

function fdList(ctx: EventContext, at: number, size: number): string {
  const data = ctx.view.data;
  if (size < 2) return '';
  const count = Math.min(data.getUint16(at, true), Math.floor((size - 2) / 10));
  let out = '';
  for (let i = 0, entry = at + 2; i < count; i++, entry += 10) {
    const fd = intAt(data, entry, 8, true);
    const info = lookFd(ctx, fd);
    // A number of -1 (an entry to be left out) prints as an unsigned one.
    out += `${i > 0 ? ' ' : ''}${fd < 0 ? decimal64(data, entry, false) : fd}:${info === undefined ? '?' : LETTERS[info.kind]}${data.getUint16(entry + 8, true).toString(16)}`;
  }
  return out;
}

function signalSet(bits: number): string {
  const names: string[] = [];
  for (let bit = 0; bit < 32; bit++) if (((bits >>> bit) & 1) !== 0) { const name = SIGNALS.get(bit + 1); if (name !== undefined) names.push(name); }
  return names.join(' ');
}

const plain = (name: string, value: string, resolved = ''): ShownParam => ({ name, value, resolved });

/** One value of `size` bytes at `at` by its declaration. */
function show(ctx: EventContext, i: number, def: ParamDef, at: number, size: number, options: ShowOptions, dynamic: boolean): ShownParam {
  const view = ctx.view, data = view.data, name = def.name;
  const pairs = isPairs(ctx.state);
  if (size === 0 && !dynamic && !pairs) {
    switch (def.type) {
      case 'BYTEBUF': case 'SOCKTUPLE': case 'FDLIST': case 'CHARBUFARRAY': case 'CHARBUF_PAIR_ARRAY': case 'DYN': return plain(name, 'NULL');
      default: return plain(name, NA);
    }
  }
  const wanted = def.size;
  if (wanted > 0 && size < wanted && !(size === 4 && wanted === 8)) return plain(name, size === 0 ? (pairs ? '0' : NA) : NA);
  switch (def.type) {
    case 'INT8': case 'INT16': case 'INT32': case 'INT64': case 'UINT8': case 'UINT16': case 'UINT32': case 'UINT64': case 'PORT': case 'L4PROTO': case 'SOCKFAMILY':
      return plain(name, integer(view, at, size, def));
    case 'FD': case 'FD32': {
      const fd = intAt(data, at, size, true);
      if (fd < 0) return plain(name, String(fd), fd === AT_FDCWD ? 'AT_FDCWD' : errnoName(fd));
      const info = lookFd(ctx, fd);
      return plain(name, String(fd), info === undefined ? '' : `<${fdLetters(info)}>${printable(info.name)}`);
    }
    case 'PID': case 'PID32': {
      const pid = intAt(data, at, size, true);
      return plain(name, String(pid), pid < 0 ? '' : ctx.info !== undefined && pid === ctx.info.tid ? ctx.info.comm : ctx.state.thread(pid)?.info.comm ?? '');
    }
    case 'ERRNO': { const value = intAt(data, at, size, true); return plain(name, size === 8 ? decimal64(data, at, true) : String(value), errnoName(value)); }
    // Readers of the time print an empty text as whatever bytes follow it; what they print is the reference.
    case 'CHARBUF': return plain(name, decodeToNul(view.bytes, at, size === 0 && options.legacyArgs === true ? view.at + view.length : at + size));
    case 'FSPATH': {
      const path = decodeToNul(view.bytes, at, at + size);
      return plain(name, printable(path), path.startsWith('/') || path === NA || (path === '' && !pairs) ? '' : joined(cwdOf(ctx), path, size));
    }
    case 'FSRELPATH': {
      const path = decodeToNul(view.bytes, at, at + size);
      return plain(name, printable(path), path.startsWith('/') || path === NA || (path === '' && !pairs) ? '' : joined(relativeBase(ctx, def.detail), path, size));
    }
    case 'BYTEBUF': return plain(name, bufferText(view.bytes.subarray(at, at + size), options.bufferForm ?? 'text', options.bufferLimit ?? 0));
    case 'SOCKADDR': return plain(name, printable(addressText(view, i)));
    case 'SOCKTUPLE': return plain(name, printable(tupleText(view, i)));
    case 'FDLIST': return plain(name, fdList(ctx, at, size));
    case 'SYSCALLID': { const code = intAt(data, at, size, false); return plain(name, String(code), SYSCALL_BY_CODE.get(code)?.name ?? ''); }
    case 'SIGTYPE': { const signal = intAt(data, at, size, false); return plain(name, String(signal), SIGNALS.get(signal) ?? ''); }
    case 'RELTIME': {
      const all = data.getUint32(at, true) === NONE_ID && data.getUint32(at + 4, true) === NONE_ID;
      return all ? plain(name, 'none') : plain(name, decimal64(data, at, false), `${general(intAt(data, at, size, false) / NS_PER_SECOND)}s`);
    }
    case 'ABSTIME': return plain(name, moment(data, at));
    case 'FLAGS8': case 'FLAGS16': case 'FLAGS32': {
      const value = intAt(data, at, size, false);
      return plain(name, String(value), flagNames(def.detail, value, pairs));
    }
    case 'ENUMFLAGS8': case 'ENUMFLAGS16': case 'ENUMFLAGS32': {
      const value = intAt(data, at, size, false);
      return plain(name, String(value), pairs || value === 0 ? flagNames(def.detail, value, true) : valueName(def.detail, value));
    }
    case 'MODE': { const value = intAt(data, at, size, false); return plain(name, value === 0 ? '0' : `0${value.toString(8)}`, flagNames(def.detail, value, pairs)); }
    case 'UID': case 'GID': {
      const id = intAt(data, at, size, false);
      if (id === NONE_ID) return plain(name, '-1', '<NONE>');
      const owner = def.type === 'UID' ? ctx.state.user(id) : ctx.state.group(id);
      return plain(name, String(id), owner === undefined ? (pairs ? NA : '') : printable(owner.name));
    }
    case 'SIGSET': return plain(name, signalSet(data.getUint32(at, true)));
    case 'IPV4ADDR': return plain(name, ipv4Text(view.bytes, at));
    case 'IPV6ADDR': return plain(name, ipv6Text(view.bytes, at));
    case 'DYN': {
      const table = DYNAMIC[/^dyn=([a-z_]+)/.exec(def.detail)?.[1] ?? ''];
      const choice = size < 1 || table === undefined ? undefined : table[data.getUint8(at)];
      if (choice === undefined) return plain(name, 'INVALID DYNAMIC PARAMETER');
      const [inner] = parseParams(`${name}:${choice}`);
      return inner === undefined ? plain(name, NA) : show(ctx, i, { ...inner, format: def.format }, at + 1, size - 1, options, true);
    }
    default: return plain(name, '(n.a.)');
  }
}

/** Printed form of parameter `i`; the value `<NA>` where the event does not hold it. */
export function showParam(ctx: EventContext, i: number, options: ShowOptions = {}): ShownParam {
  const def = paramDef(ctx, i);
  if (def === undefined || i >= ctx.view.nparams) return { name: def?.name ?? `param${i}`, value: NA, resolved: '' };
  return show(ctx, i, def, ctx.view.start(i), ctx.view.size(i), options, false);
}

/** All parameters as `name=value(in words) `, each with a space behind it; '' for events that stand for any call. */
export function showArgs(ctx: EventContext, options: ShowOptions = {}): string {
  if (isGeneric(ctx.view)) return '';
  let out = '';
  const count = shownCount(ctx);
  const legacy = isPairs(ctx.state);
  const how = legacy ? { ...options, legacyArgs: true } : options;
  let before = '';
  for (let i = 0; i < count; i++) {
    const shown = showParam(ctx, i, how);
    const { name, resolved } = shown;
    // Readers of the time print an empty path as the value in front of it.
    const value = legacy && ctx.view.size(i) === 0 && ctx.view.def?.params[i]?.type === 'FSRELPATH' ? before : shown.value;
    before = value;
    out += resolved === '' ? `${name}=${value} ` : `${name}=${value}(${resolved}) `;
  }
  return out;
}
