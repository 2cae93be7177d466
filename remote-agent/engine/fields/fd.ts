// Fields of class fd: the descriptor that an event works on.
import { printable } from '../base/text.ts';
import type { EventContext } from '../event/context.ts';
import { result } from '../event/names.ts';
import { param, text } from '../event/params.ts';
import { isPairs, showParam } from '../event/show.ts';
import type { FdInfo, FdKind } from '../state/model.ts';
import { fd, hasFd, wholeFdNumber } from './fdInfo.ts';
import { NET_FIELDS } from './fdNet.ts';
import { group, type Field, type FieldArgument } from './field.ts';
import { joined } from './paths.ts';
import { ids, mark } from './raw.ts';

const field = group('fd');

const CREATES = mark((e) => e.flags.has('CREATES_FD'));
const EXITS = mark((e) => e.isExit);
const AT_CALLS = mark((e) => e.isExit && (e.name === 'openat' || e.name === 'openat2'));
/** Exits whose parameter 1 names what the descriptor would have been. */
const NAMED = ids('SYSCALL_OPEN_X', 'SYSCALL_CREAT_X', 'SOCKET_ACCEPT_X', 'SOCKET_ACCEPT_5_X', 'SOCKET_ACCEPT4_X', 'SOCKET_ACCEPT4_5_X', 'SOCKET_ACCEPT4_6_X', 'SOCKET_CONNECT_X');
/** Exits that name a file as it was asked for. */
const ASKED = mark((e) => e.isExit && ['open', 'openat', 'openat2', 'creat', 'open_by_handle_at'].includes(e.name));

const [CONNECT] = ids('SOCKET_CONNECT_X');

export const KIND_WORDS: Readonly<Partial<Record<FdKind, string>>> = {
  file: 'file', directory: 'directory', ipv4: 'ipv4', ipv6: 'ipv6', ipv4server: 'ipv4', ipv6server: 'ipv6', unix: 'unix', pipe: 'pipe', event: 'event', signalfd: 'signalfd', eventpoll: 'eventpoll',
  inotify: 'inotify', timerfd: 'timerfd', netlink: 'netlink', bpf: 'bpf', userfaultfd: 'userfaultfd', io_uring: 'io_uring', memfd: 'memfd', pidfd: 'pidfd',
};
const KIND_LETTERS: Readonly<Record<FdKind, string>> = {
  file: 'f', directory: 'd', ipv4: '4', ipv6: '6', ipv4server: '4', ipv6server: '6', unix: 'u', pipe: 'p', event: 'e', signalfd: 's', eventpoll: 'l', inotify: 'i', timerfd: 't', netlink: 'n', bpf: 'b',
  userfaultfd: 'u', io_uring: 'r', memfd: 'm', pidfd: 'P', unsupported: 'X', unknown: 'o',
};
const MADE: Readonly<Record<string, string>> = {
  open: 'f', openat: 'f', openat2: 'f', creat: 'f', socket: '4', accept: '4', accept4: '4', connect: '4', pipe: 'p', eventfd: 'e', signalfd: 's', timerfd_create: 't', inotify_init: 'i', epoll_create: 'l',
};

/** The name, or what the event itself says of a descriptor that did not come to be. */
function name(ctx: EventContext): string | undefined {
  const type = ctx.view.type;
  const refused = type === CONNECT && isPairs(ctx.state) && (result(ctx.view) ?? 0) < 0;
  const info = fd(ctx);
  if (info !== undefined && !refused) return printable(info.name);
  if (EXITS[type] !== 1 || ctx.info === undefined || !hasFd(ctx)) return undefined;
  if (AT_CALLS[type] === 1) return joined(ctx, { dirfd: 'dirfd', path: 'name' });
  if (!NAMED.has(type) || ctx.view.nparams < 2) return '';
  const shown = showParam(ctx, 1);
  return printable(shown.resolved !== '' ? shown.resolved : shown.value);
}

function directory(ctx: EventContext): string | undefined {
  const info = fd(ctx);
  if (info?.kind === 'directory') return printable(info.name);
  if (info !== undefined && info.kind !== 'file') return undefined;
  const whole = name(ctx);
  if (whole === undefined) return undefined;
  const slash = whole.lastIndexOf('/');
  return slash > 0 && slash === whole.length - 1 ? whole : slash <= 0 ? '/' : whole.slice(0, slash);
}

function fileName(ctx: EventContext): string | undefined {
  const info = fd(ctx);
  if (info?.kind !== 'file') return undefined;
  const whole = printable(info.name);
  const slash = whole.lastIndexOf('/');
  return slash < 0 ? '/' : slash === whole.length - 1 ? whole : whole.slice(slash + 1);
}

/** Letter of the descriptor's kind; of an event whose descriptor is not known, of the kind that it makes. */
function letter(ctx: EventContext): string | undefined {
  const info = fd(ctx);
  if (info !== undefined) return KIND_LETTERS[info.kind];
  if (!hasFd(ctx) || ctx.info === undefined) return undefined;
  const call = ctx.view.def?.name ?? '';
  return call === 'connect' && isPairs(ctx.state) ? 'o' : MADE[call] ?? 'o';
}

/** The name before the event, for those that change it. */
function nameChanged(ctx: EventContext): boolean | undefined {
  const now = fd(ctx);
  if (now === undefined) return undefined;
  const before = (ctx as { readonly fdBefore?: FdInfo | undefined }).fdBefore;
  // A descriptor that the event names, beside the one that it works on, has not changed.
  if (before === undefined && CREATES[ctx.view.type] !== 1) return false;
  return before !== now && now.name !== (before?.name ?? '') && ctx.fd === now;
}

/** Kinds of what the process has open, each once; of one descriptor with its number. */
function kinds(ctx: EventContext, arg: FieldArgument): string | undefined {
  const fds = ctx.thread?.fds;
  if (fds === undefined) return undefined;
  if (typeof arg === 'number') { const one = fds.get(arg); return one === undefined ? undefined : KIND_WORDS[one.kind]; }
  const words = new Set<string>();
  for (const one of fds.values()) { const word = KIND_WORDS[one.kind]; if (word !== undefined) words.add(word); }
  return words.size === 0 ? undefined : [...words].join(',');
}

/** Layers of a container's file system, by the flags that the open event carries. */
function layer(bit: number): (ctx: EventContext) => boolean | undefined {
  return (ctx) => { const info = fd(ctx); return info === undefined ? undefined : (info.openFlags & bit) !== 0; };
}
/** What a descriptor of no kind that has a word is called. */
const NO_WORD = '<NA>';
const UPPER_LAYER = 0x8000, LOWER_LAYER = 0x10000;

/** Parts of a device's number, as the kernel packs them into 32 bits. */
const major = (dev: number): number => (dev >>> 8) & 0xfff;
const minor = (dev: number): number => (dev & 0xff) | ((dev >>> 12) & 0xfff00);
const DEC = { format: 'DEC' } as const;

export const FD_FIELDS: readonly Field[] = [
  field('fd.num', 'INT64', 'Number of the descriptor.', (ctx) => ctx.info !== undefined && hasFd(ctx) ? wholeFdNumber(ctx) : undefined, { format: 'ID' }),
  field('fd.type', 'CHARBUF', 'What the descriptor is: file, directory, ipv4, ipv6, unix, pipe, ...', (ctx) => { const i = fd(ctx); return i === undefined ? undefined : KIND_WORDS[i.kind] ?? NO_WORD; }, { values: () => [...new Set(Object.values(KIND_WORDS))] }),
  field('fd.typechar', 'CHARBUF', 'The same as one letter: f file, d directory, 4 and 6 sockets, u unix socket, p pipe, ...', letter, { values: () => [...new Set(Object.values(KIND_LETTERS))] }),
  field('fd.name', 'CHARBUF', 'Path of a file, or addresses and ports of a connection, e.g. 10.0.0.1:4000->10.0.0.2:80.', name),
  field('fd.directory', 'CHARBUF', 'Directory of a file.', directory),
  field('fd.filename', 'CHARBUF', 'Name of a file without its directory.', fileName),
  ...NET_FIELDS,
  field('fd.uid', 'CHARBUF', 'Unique name of a descriptor: id of the thread and number of the descriptor in one.', (ctx) => !hasFd(ctx) || ctx.info === undefined ? undefined : `${ctx.info.tid}${wholeFdNumber(ctx)}`),
  field('fd.containername', 'CHARBUF', 'Container id, a colon, and the name of the descriptor.', (ctx) => { const n = name(ctx); return ctx.info === undefined || n === undefined ? undefined : `${ctx.info.containerId}:${n}`; }),
  field('fd.containerdirectory', 'CHARBUF', 'Container id, a colon, and the directory of a file.', (ctx) => { const d = directory(ctx); return ctx.info === undefined || d === undefined ? undefined : `${ctx.info.containerId}:${d}`; }),
  field('fd.name_changed', 'BOOL', 'Whether the event gave the descriptor another name, as connect does.', nameChanged),
  field('fd.dev', 'INT32', 'Device that holds the file, in hexadecimal.', (ctx) => fd(ctx)?.dev, { format: 'HEX' }),
  field('fd.dev.major', 'INT32', 'Major number of the device that holds the file.', (ctx) => { const i = fd(ctx); return i === undefined ? undefined : major(i.dev); }, DEC),
  field('fd.dev.minor', 'INT32', 'Minor number of the device that holds the file.', (ctx) => { const i = fd(ctx); return i === undefined ? undefined : minor(i.dev); }, DEC),
  field('fd.ino', 'INT64', 'Number of the file\'s inode.', (ctx) => fd(ctx)?.ino, { ...DEC, since: '0.7' }),
  field('fd.nameraw', 'CHARBUF', 'Path of a file as the call named it, before it is made absolute.', (ctx) => { const view = ctx.view; const i = param(view, 'name'); return ASKED[view.type] !== 1 || i < 0 ? undefined : text(view, i); }, { since: '0.9' }),
  field('fd.types', 'CHARBUF', 'Kinds of all that the process has open, each once, with commas between; fd.types[N] of descriptor N.', kinds, { ...DEC, argument: 'optional', since: '0.12' }),
  field('fd.is_upper_layer', 'BOOL', 'Whether the file is in the upper layer of an overlay: written since the container began.', layer(UPPER_LAYER), { since: '0.18' }),
  field('fd.is_lower_layer', 'BOOL', 'Whether the file is in a lower layer of an overlay: part of the image.', layer(LOWER_LAYER), { since: '0.18' }),
];
