// Fields of class fd that speak of connections: addresses, ports, who serves whom.
import { ipv6Bytes } from '../base/address.ts';
import type { EventContext } from '../event/context.ts';
import { isPairs } from '../event/show.ts';
import type { FdInfo } from '../state/model.ts';
import { group, type Extract, type Field, type FieldValue } from './field.ts';
import { fd, isInet, isServer, showsProtocol } from './fdInfo.ts';
import { serviceName, SERVICE_NAMES } from './services.ts';

const field = group('fd');
const L4_WORDS: readonly (string | undefined)[] = [undefined, undefined, 'tcp', 'udp', 'icmp', 'raw'];
const NO_WORD = '<NA>';
const ZERO_V4 = '0.0.0.0', ZERO_V6 = '::';

const isV6 = (info: FdInfo): boolean => info.kind === 'ipv6' || info.kind === 'ipv6server';
/** An address that was never set is the one of zeros. */
const address = (info: FdInfo, ip: string): string => ip !== '' ? ip : isV6(info) ? ZERO_V6 : ZERO_V4;

/** Client's or server's end; nothing before it is known which is which. */
function clientIp(ctx: EventContext): string | undefined { const i = fd(ctx); return i === undefined || i.role === 'none' || !isInet(i) ? undefined : address(i, i.sip); }
function serverIp(ctx: EventContext): string | undefined { const i = fd(ctx); return i === undefined || i.role === 'none' || !(isInet(i) || isServer(i)) ? undefined : address(i, i.dip); }
/** 0 for descriptors that have a role and no client: listening sockets and unix sockets. */
function clientPort(ctx: EventContext): number | undefined { const i = fd(ctx); return i === undefined || i.role === 'none' ? undefined : isInet(i) ? i.sport : 0; }
function serverPort(ctx: EventContext): number | undefined { const i = fd(ctx); return i === undefined ? undefined : isServer(i) || (isInet(i) && i.role !== 'none') ? i.dport : undefined; }

/** Services of ports; empty where there is a role, or a server, and no connection. */
function clientService(ctx: EventContext): string | undefined { const i = fd(ctx); return i === undefined || i.role === 'none' ? undefined : isInet(i) ? serviceName(i.sport) : ''; }
function serverService(ctx: EventContext): string | undefined { const i = fd(ctx); return i === undefined ? undefined : isServer(i) ? '' : isInet(i) && i.role !== 'none' ? serviceName(i.dport) : undefined; }

let network = '', networkOf = '';
/** The half of an IPv6 address that says which network it is in. */
function networkText(ip: string): string {
  if (ip !== networkOf) { network = String(ipv6Bytes(ip)?.subarray(0, 8)); networkOf = ip; }
  return network;
}

/** Whether an address is this host's own: its container's, or one of an interface (of IPv6: in the network of one, and only outside of containers). */
function isLocal(ctx: EventContext, info: FdInfo, ip: string): boolean {
  const { state } = ctx;
  const id = ctx.info?.containerId ?? '';
  if (isV6(info)) {
    if (id !== '') return false;
    const wanted = networkText(address(info, ip));
    for (const one of (state as { readonly interfaces?: readonly { readonly ip: string; readonly isV6: boolean }[] }).interfaces ?? []) if (one.isV6 && networkText(one.ip) === wanted) return true;
    return false;
  }
  const own = address(info, ip);
  const container = id === '' ? undefined : state.container(id);
  if (container !== undefined) {
    const known = container.ip !== '' && container.ip !== ZERO_V4;
    if (known ? container.ip === own : ofAnyContainer(ctx, own)) return true;
  }
  return state.isLocalAddress?.(own) === true;
}

/** Where a container's address is not known, any container's will do; those of none count as zeros. */
function ofAnyContainer(ctx: EventContext, ip: string): boolean {
  for (const one of ctx.state.containers()) if ((one.ip || ZERO_V4) === ip) return true;
  return false;
}

/** Whether the end that a field asks for is the connection's source; undefined where there is no connection. */
function fromSource(ctx: EventContext, info: FdInfo, local: boolean): boolean | undefined {
  if (!isInet(info) || info.role === 'none') return undefined;
  return isLocal(ctx, info, info.sip) === local;
}
function endIp(local: boolean): (ctx: EventContext) => string | undefined {
  return (ctx) => {
    const info = fd(ctx);
    const source = info === undefined ? undefined : fromSource(ctx, info, local);
    return info === undefined || source === undefined ? undefined : address(info, source ? info.sip : info.dip);
  };
}
function endPort(local: boolean): (ctx: EventContext) => number | undefined {
  return (ctx) => {
    const info = fd(ctx);
    const source = info === undefined ? undefined : fromSource(ctx, info, local);
    return info === undefined || source === undefined ? undefined : source ? info.sport : info.dport;
  };
}

/** Whether the process is the serving end: by the state where the source says who called, by the address of the other end in captures with enter events. */
function servesIt(ctx: EventContext): boolean | undefined {
  const info = fd(ctx);
  if (info === undefined) return undefined;
  if (isServer(info)) return true;
  return isInet(info) && ((info.role === 'server' && !isPairs(ctx.state)) || isLocal(ctx, info, info.dip));
}

/** Both ends, as far as there are two. */
function anyIp(ctx: EventContext, test: (value: FieldValue) => boolean): boolean {
  const info = fd(ctx);
  if (info === undefined) return false;
  if (isServer(info)) return test(address(info, info.dip));
  return isInet(info) && (test(address(info, info.sip)) || test(address(info, info.dip)));
}
function anyPort(ctx: EventContext, test: (value: FieldValue) => boolean): boolean {
  const info = fd(ctx);
  if (info === undefined) return false;
  if (isServer(info)) return test(info.dport);
  return isInet(info) && (test(info.sport) || test(info.dport));
}

/** Protocol of a socket; of other descriptors the word that stands for no protocol. */
function l4(ctx: EventContext): string | undefined { const i = fd(ctx); return i === undefined ? undefined : (showsProtocol(i) ? L4_WORDS[i.l4] : undefined) ?? NO_WORD; }

function family(ctx: EventContext): string | undefined {
  const i = fd(ctx);
  return i === undefined ? undefined : isInet(i) || isServer(i) ? 'ip' : i.kind === 'unix' ? 'unix' : undefined;
}

/** The name that an address has in DNS, where whoever runs the engine looks it up. */
function named(ip: (ctx: EventContext) => string | undefined): Extract {
  return (ctx) => { const own = ip(ctx); return own === undefined ? undefined : ctx.state.addressName?.(own); };
}

const service = (port: number | undefined): string | undefined => port === undefined ? undefined : serviceName(port);
const nothing = (): undefined => undefined;
const localIp = endIp(true), remoteIp = endIp(false), localPort = endPort(true), remotePort = endPort(false);
const PORT = { format: 'DEC' } as const;
const SERVICES = { values: () => SERVICE_NAMES } as const;

export const NET_FIELDS: readonly Field[] = [
  field('fd.ip', 'IPADDR', 'Address of either end of a connection.', nothing, { use: 'filter', anyOf: anyIp }),
  field('fd.cip', 'IPADDR', 'Address of the client.', clientIp),
  field('fd.sip', 'IPADDR', 'Address of the server.', serverIp),
  field('fd.lip', 'IPADDR', 'Address of the end on this host.', localIp),
  field('fd.rip', 'IPADDR', 'Address of the other host.', remoteIp),
  field('fd.port', 'PORT', 'Port of either end of a connection.', nothing, { ...PORT, use: 'filter', anyOf: anyPort, ...SERVICES }),
  field('fd.cport', 'PORT', 'Port of the client.', clientPort, PORT),
  field('fd.sport', 'PORT', 'Port of the server.', serverPort, { ...PORT, ...SERVICES }),
  field('fd.lport', 'PORT', 'Port of the end on this host.', localPort, PORT),
  field('fd.rport', 'PORT', 'Port of the other host.', remotePort, PORT),
  field('fd.l4proto', 'CHARBUF', 'Protocol of a socket: tcp, udp, icmp or raw.', l4, { values: () => ['tcp', 'udp', 'icmp', 'raw'] }),
  field('fd.sockfamily', 'CHARBUF', 'Family of a socket: ip or unix.', family, { values: () => ['ip', 'unix'] }),
  field('fd.is_server', 'BOOL', 'Whether the process is the serving end.', servesIt),
  field('fd.proto', 'PORT', 'Port of either end, by number or name of the service.', nothing, { use: 'filter', anyOf: anyPort, ...SERVICES }),
  field('fd.cproto', 'CHARBUF', 'Service that the client\'s port stands for.', clientService),
  field('fd.sproto', 'CHARBUF', 'Service that the server\'s port stands for.', serverService, SERVICES),
  field('fd.lproto', 'CHARBUF', 'Service that this host\'s port stands for.', (ctx) => service(localPort(ctx))),
  field('fd.rproto', 'CHARBUF', 'Service that the other host\'s port stands for.', (ctx) => service(remotePort(ctx))),
  field('fd.net', 'IPNET', 'Network that either end is in: fd.net=10.0.0.0/8.', nothing, { use: 'filter', anyOf: anyIp }),
  field('fd.cnet', 'IPNET', 'Network that the client is in.', clientIp, { use: 'filter' }),
  field('fd.snet', 'IPNET', 'Network that the server is in.', serverIp, { use: 'filter' }),
  field('fd.lnet', 'IPNET', 'Network that this host\'s end is in.', localIp, { use: 'filter' }),
  field('fd.rnet', 'IPNET', 'Network that the other host is in.', remoteIp, { use: 'filter' }),
  field('fd.connected', 'BOOL', 'Whether a socket is connected.', (ctx) => fd(ctx)?.connected),
  field('fd.cip.name', 'CHARBUF', 'Name of the client\'s address in DNS.', named(clientIp)),
  field('fd.sip.name', 'CHARBUF', 'Name of the server\'s address in DNS.', named(serverIp)),
  field('fd.lip.name', 'CHARBUF', 'Name in DNS of the address of this host\'s end.', named(localIp)),
  field('fd.rip.name', 'CHARBUF', 'Name in DNS of the other host\'s address.', named(remoteIp)),
];
