// State changes by calls on sockets: who talks to whom.
import { i64, param, Param, u32 } from '../event/params.ts';
import type { EventView } from '../event/eventView.ts';
import type { Handler, HandlerTable } from './handlers.ts';
import type { FdRecord } from './infos.ts';
import { create } from './onDescriptor.ts';
import type { LiveThread } from './liveThread.ts';
import type { FdKind } from './model.ts';
import { applyTuple, endsName, guessRoleInPairs, hasEnds, isConnection, isInet, reshape, setEnds, swapEnds } from './sockets.ts';
import type { MutableContext, SystemState } from './systemState.ts';
import { addressText, AF_INET, AF_INET6, AF_NETLINK, AF_UNIX, L4, readAddress, readTuple, tupleName, tupleText } from '../event/tuples.ts';

const P_ADDR = new Param('addr'), P_DOMAIN = new Param('domain'), P_FLAGS = new Param('flags'), P_PROTO = new Param('proto'), P_TUPLE = new Param('tuple'), P_TYPE = new Param('type');

const SOCK_STREAM = 1, SOCK_DGRAM = 2, SOCK_RAW = 3;
const IPPROTO_ICMP = 1, IPPROTO_TCP = 6, IPPROTO_UDP = 17, IPPROTO_RAW = 255;
const EINPROGRESS = 115;
const O_CLOEXEC = 0x1000;

function l4Of(type: number, proto: number): number {
  const base = type & 0xff;
  switch (proto) {
    case IPPROTO_TCP: return base === SOCK_RAW ? L4.raw : L4.tcp;
    case IPPROTO_UDP: return base === SOCK_RAW ? L4.raw : L4.udp;
    case 0: return base === SOCK_STREAM ? L4.tcp : base === SOCK_DGRAM ? L4.udp : L4.unknown;
    case IPPROTO_ICMP: return base === SOCK_RAW ? L4.raw : L4.icmp;
    case IPPROTO_RAW: return L4.raw;
    default: return L4.unknown;
  }
}

function kindOf(domain: number): FdKind | undefined {
  switch (domain) {
    case AF_UNIX: return 'unix';
    case AF_INET: return 'ipv4';
    case AF_INET6: return 'ipv6';
    case AF_NETLINK: return 'netlink';
    default: return undefined;
  }
}

const onSocket: Handler = (state, thread, context, view) => {
  const fd = i64(view, 0, -1);
  const source = P_DOMAIN.in(view) ? view : context.enter;
  if (thread === undefined || fd < 0 || source === undefined) return;
  // Readers of captures with enter events know sockets of other families by their numbers alone.
  const kind = kindOf(P_DOMAIN.int(source)) ?? (context.pairs ? 'unknown' : undefined);
  if (kind === undefined) return;
  const info = create(state, thread, fd, kind);
  if (kind === 'ipv4' || kind === 'ipv6') info.l4 = l4Of(P_TYPE.int(source), P_PROTO.int(source));
  info.openFlags = P_FLAGS.int(view) & O_CLOEXEC;
};

const onSocketpair: Handler = (state, thread, context, view) => {
  if (thread === undefined || i64(view, 0, -1) < 0) return;
  for (const i of [1, 2]) {
    const fd = i64(view, i, -1);
    // Readers of captures with enter events take any number for one.
    if (fd >= 0 || context.pairs) create(state, thread, fd, 'unix');
  }
};

/** Index of the address a bind or connect names. */
const addressParam = (view: EventView): number => P_ADDR.at(view);

const onBind: Handler = (state, thread, context, view) => {
  const old = context.fd as FdRecord | undefined;
  if (thread === undefined || old === undefined || i64(view, 0, -1) < 0) return;
  const i = addressParam(view);
  if (view.size(i) <= 0) return;
  const address = readAddress(view, i);
  const info = state.fdAgain(old);
  info.name = addressText(view, i);
  if ((address.family === AF_INET || address.family === AF_INET6) && address.dport > 0) {
    // Readers of captures with enter events look for the protocol where a connection of the address's family has it.
    if (context.pairs) reshape(info, view.bytes[view.start(i)] === AF_INET6 ? 'ipv6' : 'ipv4');
    info.kind = address.family === AF_INET ? 'ipv4server' : 'ipv6server';
    info.sip = ''; info.sport = 0; info.dip = address.dip; info.dport = address.dport;
    info.role = 'server';
    state.serverPorts.add(address.dport);
  }
  state.place(thread, context.fdNum, info);
};

/** The destination that a connect names, known even where the call fails. */
function aim(state: SystemState, thread: LiveThread, context: MutableContext, view: EventView, i: number): void {
  const old = context.fd as FdRecord | undefined;
  if (old === undefined || view.size(i) <= 0) return;
  const address = readAddress(view, i);
  if (address.family === AF_INET || address.family === AF_INET6) {
    const kind = address.family === AF_INET ? 'ipv4' : 'ipv6';
    if (old.kind === kind && old.dip === address.dip && old.dport === address.dport) return;
    const info = state.fdAgain(old);
    if (context.pairs && old.kind !== kind) reshape(info, kind); else info.kind = kind;
    info.dip = address.dip; info.dport = address.dport;
    state.place(thread, context.fdNum, info);
  } else if (address.family === AF_UNIX) {
    const name = addressText(view, i);
    if (!context.pairs || old.name === name) return;
    const info = state.fdAgain(old);
    info.name = name;
    state.place(thread, context.fdNum, info);
  }
}

const onConnectEnter: Handler = (state, thread, context, view) => { if (thread !== undefined) aim(state, thread, context, view, addressParam(view)); };

const onConnect: Handler = (state, thread, context, view) => {
  if (thread === undefined || context.fd === undefined) return;
  if (!context.pairs && P_ADDR.in(view)) aim(state, thread, context, view, P_ADDR.at(view));
  const res = i64(view, 0, -1);
  if (res < 0 && res !== -EINPROGRESS) return;
  const i = P_TUPLE.at(view);
  const old = context.fd as FdRecord;
  const next = state.fdAgain(old);
  next.connected = true;
  if (old.role === 'none') next.role = 'client';
  if (!state.place(thread, context.fdNum, next) || view.size(i) <= 0) return;
  const t = readTuple(view, i);
  if (t.family === AF_INET || t.family === AF_INET6) {
    const changed = applyTuple(state, next, t, true);
    if (changed && old.role === 'server' && next.l4 === L4.udp) swapEnds(next);
    next.name = endsName(next);
  } else {
    if (t.family === AF_UNIX) { next.unixSource = t.source; next.unixPeer = t.peer; }
    next.name = tupleText(view, i);
  }
};

const onAccept: Handler = (state, thread, context, view) => {
  const fd = i64(view, 0, -1);
  const i = P_TUPLE.at(view);
  if (thread === undefined || fd < 0) return;
  state.showFd(thread, fd);
  if (view.size(i) <= 0) { context.fdBefore = context.fd; return; }
  const t = readTuple(view, i);
  const inet = t.family === AF_INET || t.family === AF_INET6;
  if (!inet && t.family !== AF_UNIX) return;
  const info = state.newFd(t.family === AF_INET ? 'ipv4' : t.family === AF_INET6 ? 'ipv6' : 'unix');
  info.role = 'server';
  info.connected = true;
  info.openFlags = P_FLAGS.int(view) & O_CLOEXEC;
  if (inet) {
    info.l4 = L4.tcp;
    info.sip = t.sip; info.sport = t.sport; info.dip = t.dip; info.dport = t.dport;
    info.name = tupleName(t.sip, t.sport, t.dip, t.dport, L4.tcp);
  } else {
    info.unixSource = t.source; info.unixPeer = t.peer;
    info.name = tupleText(view, i);
  }
  state.place(thread, fd, info);
};

function sameTuple(kept: Uint8Array | undefined, view: EventView, i: number): boolean {
  const size = view.size(i), at = view.start(i);
  if (kept === undefined || kept.length !== size) return false;
  for (let k = 0; k < size; k++) if (kept[k] !== view.bytes[at + k]) return false;
  return true;
}

/** A socket that sent or received: its ends, its role and its name. `i`: the tuple among the parameters of `source`. */
function transfer(state: SystemState, thread: LiveThread, context: MutableContext, source: EventView, i: number, incoming: boolean): void {
  const old = context.fd as FdRecord | undefined;
  if (old === undefined) return;
  const needsTuple = source.size(i) > 0 && (old.name === '' || !(context.pairs ? isConnection(old) : isInet(old)) || old.l4 !== L4.tcp) && !sameTuple(old.tuple, source, i) && !sameTuple(old.idleTuple, source, i);
  const connects = !old.connected && (context.pairs ? isConnection(old) : isInet(old));
  if (!needsTuple && !connects) return;
  const t = needsTuple ? readTuple(source, i) : undefined;
  // What is only remembered may be changed in place.
  if (t !== undefined && !connects && context.pairs && (t.family === AF_INET || t.family === AF_INET6) && hasEnds(old, t)) { old.idleTuple = source.bytes.slice(source.start(i), source.end(i)); return; }
  const next = state.fdAgain(old);
  if (connects) next.connected = true;
  if (!state.place(thread, context.fdNum, next) || t === undefined) return;
  next.tuple = source.bytes.slice(source.start(i), source.end(i));
  if (t.family === AF_INET || t.family === AF_INET6) {
    if (!context.pairs) setEnds(state, next, t, incoming, thread.info.containerId);
    else {
      if (!applyTuple(state, next, t)) return;
      if (next.role === 'none') next.role = guessRoleInPairs(next, thread.fds, incoming);
      if (incoming ? next.role === 'client' : next.role === 'server') swapEnds(next);
    }
    next.name = endsName(next);
  } else {
    if (t.family === AF_UNIX) { next.kind = 'unix'; next.unixSource = t.source; next.unixPeer = t.peer; }
    next.name = tupleText(source, i);
  }
}

const onReceive: Handler = (state, thread, context, view) => {
  if (thread === undefined || i64(view, 0, -1) < 0) return;
  transfer(state, thread, context, view, P_TUPLE.at(view), true);
};

const onSend: Handler = (state, thread, context, view) => {
  if (thread === undefined || i64(view, 0, -1) < 0) return;
  const own = P_TUPLE.at(view);
  if (own >= 0) transfer(state, thread, context, view, own, false);
  else if (context.enter !== undefined) transfer(state, thread, context, context.enter, P_TUPLE.at(context.enter), false);
};

/** A sendto that names an address on a descriptor nobody announced: it must be a UDP socket. */
const onSendtoEnter: Handler = (state, thread, context, view) => {
  const i = P_TUPLE.at(view);
  if (thread === undefined || context.fd !== undefined || context.fdNum < 0 || view.size(i) <= 0) return;
  const family = view.bytes[view.start(i)] ?? 0;
  if (family !== AF_INET && family !== AF_INET6) return;
  const info = state.newFd(family === AF_INET ? 'ipv4' : 'ipv6');
  info.l4 = L4.udp;
  state.place(thread, context.fdNum, info);
};

const onTransfer: Handler = (state, thread, context, view) => {
  const old = context.fd as FdRecord | undefined;
  if (thread === undefined || old === undefined || old.connected || !(context.pairs ? isConnection(old) : isInet(old)) || i64(view, 0, -1) < 0) return;
  const info = state.fdAgain(old);
  info.connected = true;
  state.place(thread, context.fdNum, info);
};

const onGetsockopt: Handler = (state, thread, _context, view) => {
  if (thread === undefined || u32(view, 1, 0xffffffff) === 0xffffffff) return;
  state.showFd(thread, i64(view, 1, -1));
};

export const SOCKET_HANDLERS: HandlerTable = {
  '<socket': onSocket, '<socketpair': onSocketpair, '<bind': onBind, '>connect': onConnectEnter, '<connect': onConnect, '<accept': onAccept, '<accept4': onAccept,
  '<recvfrom': onReceive, '<recvmsg': onReceive, '<recv': onReceive, '<recvmmsg': onReceive, '>sendto': onSendtoEnter, '<sendto': onSend, '<sendmsg': onSend, '<send': onSend, '<sendmmsg': onSend,
  '<read': onTransfer, '<readv': onTransfer, '<write': onTransfer, '<writev': onTransfer, '<getsockopt': onGetsockopt,
};
