// Fields of class fd: the descriptor that an event works on.
import { printable } from '../base/text.ts';
import type { EventContext } from '../event/context.ts';
import { result } from '../event/names.ts';
import { isPairs, showParam } from '../event/show.ts';
import type { FdInfo, FdKind } from '../state/model.ts';
import { TRAIT, TRAITS } from '../state/traits.ts';
import { group, type Field, type FieldValue } from './field.ts';
import { joined } from './paths.ts';
import { ids, mark } from './raw.ts';
import { serviceName, SERVICE_NAMES } from './services.ts';

const field = group('fd');

/** Events that work on a descriptor at all: by the table, and by what captures with enter events meant. */
const HAS_FD = mark((e) => e.flags.has('CREATES_FD') || e.flags.has('USES_FD') || e.flags.has('DESTROYS_FD'));
const HAD_FD = mark((e) => e.flags.has('CREATES_FD') || e.flags.has('DESTROYS_FD') || ((TRAITS[e.id] ?? 0) & TRAIT.legacyUsesFd) !== 0);
const EXITS = mark((e) => e.isExit);
const AT_CALLS = mark((e) => e.isExit && (e.name === 'openat' || e.name === 'openat2'));
/** Exits whose parameter 1 names what the descriptor would have been. */
const NAMED = ids('SYSCALL_OPEN_X', 'SYSCALL_CREAT_X', 'SOCKET_ACCEPT_X', 'SOCKET_ACCEPT_5_X', 'SOCKET_ACCEPT4_X', 'SOCKET_ACCEPT4_5_X', 'SOCKET_ACCEPT4_6_X', 'SOCKET_CONNECT_X');

const [CONNECT] = ids('SOCKET_CONNECT_X');

export const KIND_WORDS: Readonly<Partial<Record<FdKind, string>>> = {
  file: 'file', directory: 'directory', ipv4: 'ipv4', ipv6: 'ipv6', ipv4server: 'ipv4', ipv6server: 'ipv6', unix: 'unix', pipe: 'pipe', event: 'event', signalfd: 'signalfd', eventpoll: 'eventpoll',
  inotify: 'inotify', timerfd: 'timerfd', netlink: 'netlink', bpf: 'bpf', userfaultfd: 'userfaultfd', io_uring: 'io_uring', memfd: 'memfd', pidfd: 'pidfd',
};
const KIND_LETTERS: Readonly<Record<FdKind, string>> = {
  file: 'f', directory: 'd', ipv4: '4', ipv6: '6', ipv4server: '4', ipv6server: '6', unix: 'u', pipe: 'p', event: 'e', signalfd: 's', eventpoll: 'l', inotify: 'i', timerfd: 't', netlink: 'n', bpf: 'b',
  userfaultfd: 'u', io_uring: 'r', memfd: 'm', pidfd: 'P', unsupported: 'X',
};
const MADE: Readonly<Record<string, string>> = {
  open: 'f', openat: 'f', openat2: 'f', creat: 'f', socket: '4', accept: '4', accept4: '4', connect: '4', pipe: 'p', eventfd: 'e', signalfd: 's', timerfd_create: 't', inotify_init: 'i', epoll_create: 'l',
};
const L4_WORDS: readonly (string | undefined)[] = [undefined, undefined, 'tcp', 'udp', 'icmp', 'raw'];

function hasFd(ctx: EventContext): boolean { return (isPairs(ctx.state) ? HAD_FD : HAS_FD)[ctx.view.type] === 1; }
const RAW = 5;
function fd(ctx: EventContext): FdInfo | undefined { return HAS_FD[ctx.view.type] === 1 ? ctx.fd : undefined; }
function isInet(info: FdInfo): boolean { return info.kind === 'ipv4' || info.kind === 'ipv6'; }
function isServer(info: FdInfo): boolean { return info.kind === 'ipv4server' || info.kind === 'ipv6server'; }

/** The name, or what the event itself says of a descriptor that did not come to be. */
function name(ctx: EventContext): string | undefined {
  const type = ctx.view.type;
  const refused = type === CONNECT && isPairs(ctx.state) && (result(ctx.view) ?? 0) < 0;
  if (ctx.fd !== undefined && !refused) return HAS_FD[type] === 1 ? printable(ctx.fd.name) : undefined;
  if (EXITS[type] !== 1 || ctx.info === undefined || !hasFd(ctx)) return undefined;
  if (AT_CALLS[type] === 1) return joined(ctx, { dirfd: 'dirfd', path: 'name' }) ?? '';
  if (!NAMED.has(type) || ctx.view.nparams < 2) return '';
  const shown = showParam(ctx, 1);
  return printable(shown.resolved !== '' ? shown.resolved : shown.value);
}

function directory(ctx: EventContext): string | undefined {
  const info = fd(ctx);
  if (info?.kind === 'directory') return printable(info.name);
  if (info !== undefined && info.kind !== 'file') return undefined;
  const text = name(ctx);
  if (text === undefined) return undefined;
  const slash = text.lastIndexOf('/');
  return slash <= 0 ? '/' : text.slice(0, slash);
}

function fileName(ctx: EventContext): string | undefined {
  const info = fd(ctx);
  if (info?.kind !== 'file') return undefined;
  const text = printable(info.name);
  return text === '/' ? '/' : text.slice(text.lastIndexOf('/') + 1);
}

/** Letter of the descriptor's kind; of an event whose descriptor is not known, of the kind that it makes. */
function letter(ctx: EventContext): string | undefined {
  const info = fd(ctx);
  if (info !== undefined) return KIND_LETTERS[info.kind];
  return hasFd(ctx) && ctx.info !== undefined ? MADE[ctx.view.def?.name ?? ''] ?? 'o' : undefined;
}

type End = { readonly ip: string | undefined; readonly port: number | undefined };
const NO_END: End = { ip: undefined, port: undefined };

/** Client's or server's end; nothing before it is known which is which. */
function clientIp(ctx: EventContext): string | undefined { const i = fd(ctx); return i !== undefined && isInet(i) && i.role !== 'none' ? i.sip || undefined : undefined; }
function clientPort(ctx: EventContext): number | undefined { const i = fd(ctx); return i !== undefined && isInet(i) && i.role !== 'none' ? i.sport : undefined; }
function serverIp(ctx: EventContext): string | undefined { const i = fd(ctx); return i === undefined ? undefined : isServer(i) || (isInet(i) && i.role !== 'none') ? i.dip || undefined : undefined; }
function serverPort(ctx: EventContext): number | undefined { const i = fd(ctx); return i === undefined ? undefined : isServer(i) || (isInet(i) && i.role !== 'none') ? i.dport : undefined; }

function isLocal(ctx: EventContext, ip: string): boolean {
  if (ctx.state.isLocalAddress?.(ip) === true) return true;
  const id = ctx.info?.containerId;
  return id !== undefined && id !== '' && ip !== '' && ctx.state.container(id)?.ip === ip;
}

/** This host's end, or the other one. */
function end(ctx: EventContext, which: 'local' | 'remote'): End {
  const info = fd(ctx);
  if (info === undefined || !isInet(info) || (info.sip === '' && info.dip === '') || info.role === 'none') return NO_END;
  const sourceIsOurs = isLocal(ctx, info.sip);
  return sourceIsOurs === (which === 'local') ? { ip: info.sip, port: info.sport } : { ip: info.dip, port: info.dport };
}

function servesIt(ctx: EventContext): boolean | undefined {
  const info = fd(ctx);
  if (info === undefined) return undefined;
  return isServer(info) || (isInet(info) && (info.role === 'server' || (info.kind === 'ipv4' && info.dip === '') || isLocal(ctx, info.dip)));
}

/** Both ends, as far as there are two. */
function anyIp(ctx: EventContext, test: (value: FieldValue) => boolean): boolean {
  const info = fd(ctx);
  if (info === undefined) return false;
  if (isServer(info)) return test(info.dip);
  return isInet(info) && (test(info.sip) || test(info.dip));
}
function anyPort(ctx: EventContext, test: (value: FieldValue) => boolean): boolean {
  const info = fd(ctx);
  if (info === undefined) return false;
  if (isServer(info)) return test(info.dport);
  return isInet(info) && (test(info.sport) || test(info.dport));
}

function l4(ctx: EventContext): string | undefined {
  const info = fd(ctx);
  if (info === undefined || !(isInet(info) || isServer(info)) || (info.role === 'none' && info.l4 !== RAW && !isServer(info))) return undefined;
  return L4_WORDS[info.l4];
}

const major = (dev: number): number => Math.floor(dev / 1048576) & 0xfff;
const minor = (dev: number): number => dev & 0xfffff;
const service = (port: number | undefined): string | undefined => port === undefined ? undefined : serviceName(port);
const nothing = (): undefined => undefined;
const PORT = { format: 'DEC' } as const;
const SERVICES = { values: () => SERVICE_NAMES } as const;

export const FD_FIELDS: readonly Field[] = [
  field('fd.num', 'INT64', 'Number of the descriptor.', (ctx) => ctx.info !== undefined && hasFd(ctx) ? ctx.fdNum : undefined, { format: 'ID' }),
  field('fd.type', 'CHARBUF', 'What the descriptor is: file, directory, ipv4, ipv6, unix, pipe, ...', (ctx) => { const i = fd(ctx); return i === undefined ? undefined : KIND_WORDS[i.kind]; }, { values: () => [...new Set(Object.values(KIND_WORDS))] }),
  field('fd.typechar', 'CHARBUF', 'The same as one letter: f file, d directory, 4 and 6 sockets, u unix socket, p pipe, ...', letter, { values: () => [...new Set(Object.values(KIND_LETTERS))] }),
  field('fd.name', 'CHARBUF', 'Path of a file, or addresses and ports of a connection, e.g. 10.0.0.1:4000->10.0.0.2:80.', name),
  field('fd.directory', 'CHARBUF', 'Directory of a file.', directory),
  field('fd.filename', 'CHARBUF', 'Name of a file without its directory.', fileName),
  field('fd.ip', 'IPADDR', 'Address of either end of a connection.', nothing, { use: 'filter', anyOf: anyIp }),
  field('fd.cip', 'IPADDR', 'Address of the client.', clientIp),
  field('fd.sip', 'IPADDR', 'Address of the server.', serverIp),
  field('fd.lip', 'IPADDR', 'Address of the end on this host.', (ctx) => end(ctx, 'local').ip),
  field('fd.rip', 'IPADDR', 'Address of the other host.', (ctx) => end(ctx, 'remote').ip),
  field('fd.port', 'PORT', 'Port of either end of a connection.', nothing, { ...PORT, use: 'filter', anyOf: anyPort, ...SERVICES }),
  field('fd.cport', 'PORT', 'Port of the client.', clientPort, PORT),
  field('fd.sport', 'PORT', 'Port of the server.', serverPort, { ...PORT, ...SERVICES }),
  field('fd.lport', 'PORT', 'Port of the end on this host.', (ctx) => end(ctx, 'local').port, PORT),
  field('fd.rport', 'PORT', 'Port of the other host.', (ctx) => end(ctx, 'remote').port, PORT),
  field('fd.l4proto', 'CHARBUF', 'Protocol of a socket: tcp, udp, icmp or raw.', l4, { values: () => ['tcp', 'udp', 'icmp', 'raw'] }),
  field('fd.sockfamily', 'CHARBUF', 'Family of a socket: ip or unix.', (ctx) => { const i = fd(ctx); return i === undefined ? undefined : isInet(i) || isServer(i) ? 'ip' : i.kind === 'unix' ? 'unix' : undefined; }, { values: () => ['ip', 'unix'] }),
  field('fd.is_server', 'BOOL', 'Whether the process is the serving end.', servesIt),
  field('fd.uid', 'CHARBUF', 'Unique name of a descriptor: id of the thread and number of the descriptor in one.', (ctx) => !hasFd(ctx) || ctx.info === undefined ? undefined : `${ctx.info.tid}${ctx.fdNum}`),
  field('fd.containername', 'CHARBUF', 'Container id, a colon, and the name of the descriptor.', (ctx) => { const n = name(ctx); return ctx.info === undefined || n === undefined ? undefined : `${ctx.info.containerId}:${n}`; }),
  field('fd.containerdirectory', 'CHARBUF', 'Container id, a colon, and the directory of a file.', (ctx) => { const d = directory(ctx); return ctx.info === undefined || d === undefined ? undefined : `${ctx.info.containerId}:${d}`; }),
  field('fd.proto', 'PORT', 'Port of either end, by number or name of the service.', nothing, { use: 'filter', anyOf: anyPort, ...SERVICES }),
  field('fd.cproto', 'CHARBUF', 'Service that the client\'s port stands for.', (ctx) => service(clientPort(ctx))),
  field('fd.sproto', 'CHARBUF', 'Service that the server\'s port stands for.', (ctx) => service(serverPort(ctx)), SERVICES),
  field('fd.lproto', 'CHARBUF', 'Service that this host\'s port stands for.', (ctx) => service(end(ctx, 'local').port)),
  field('fd.rproto', 'CHARBUF', 'Service that the other host\'s port stands for.', (ctx) => service(end(ctx, 'remote').port)),
  field('fd.net', 'IPNET', 'Network that either end is in: fd.net=10.0.0.0/8.', nothing, { use: 'filter', anyOf: anyIp }),
  field('fd.cnet', 'IPNET', 'Network that the client is in.', clientIp, { use: 'filter' }),
  field('fd.snet', 'IPNET', 'Network that the server is in.', serverIp, { use: 'filter' }),
  field('fd.lnet', 'IPNET', 'Network that this host\'s end is in.', (ctx) => end(ctx, 'local').ip, { use: 'filter' }),
  field('fd.rnet', 'IPNET', 'Network that the other host is in.', (ctx) => end(ctx, 'remote').ip, { use: 'filter' }),
  field('fd.connected', 'BOOL', 'Whether a socket is connected.', (ctx) => fd(ctx)?.connected),
  field('fd.dev', 'INT32', 'Device that holds the file, in hexadecimal.', (ctx) => fd(ctx)?.dev, { format: 'HEX' }),
  field('fd.dev.major', 'INT32', 'Major number of the device that holds the file.', (ctx) => { const i = fd(ctx); return i === undefined ? undefined : major(i.dev); }, { format: 'DEC' }),
  field('fd.dev.minor', 'INT32', 'Minor number of the device that holds the file.', (ctx) => { const i = fd(ctx); return i === undefined ? undefined : minor(i.dev); }, { format: 'DEC' }),
  field('fd.ino', 'INT64', 'Number of the file\'s inode.', (ctx) => fd(ctx)?.ino, { format: 'DEC' }),
];
