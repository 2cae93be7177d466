// Fields of class fdlist (the descriptors that poll and ppoll wait for) and class util.
import type { EventContext } from '../event/context.ts';
import { param } from '../event/params.ts';
import type { FdInfo } from '../state/model.ts';
import { group, type Field } from './field.ts';
import { mark } from './raw.ts';

const list = group('fdlist');
const util = group('util');
const POLLS = mark((e) => e.index.has('fds'));
const ENTRY_BYTES = 10;

/** Text of each polled descriptor with commas between; undefined for events of other calls. */
function join(ctx: EventContext, text: (fd: number, info: FdInfo | undefined) => string | undefined): string | undefined {
  const view = ctx.view;
  if (POLLS[view.type] !== 1) return undefined;
  const i = param(view, 'fds');
  if (i < 0 || view.size(i) < 2) return undefined;
  const count = view.data.getUint16(view.start(i), true);
  let out = '';
  for (let n = 0, at = view.start(i) + 2; n < count && at + ENTRY_BYTES <= view.end(i); n++, at += ENTRY_BYTES) {
    const fd = view.data.getInt32(at, true);
    const one = text(fd, ctx.thread?.fds.get(fd));
    if (one !== undefined) out += out === '' ? one : `,${one}`;
  }
  return out === '' ? undefined : out;
}
const connected = (info: FdInfo | undefined): boolean => info !== undefined && (info.kind === 'ipv4' || info.kind === 'ipv6');
const listening = (info: FdInfo | undefined): boolean => info !== undefined && (info.kind === 'ipv4server' || info.kind === 'ipv6server');

export const LIST_FIELDS: readonly Field[] = [
  list('fdlist.nums', 'CHARBUF', 'Numbers of the descriptors that a poll waits for, with commas between.', (ctx) => join(ctx, (fd) => String(fd))),
  list('fdlist.names', 'CHARBUF', 'Names of the descriptors that a poll waits for, with commas between.', (ctx) => join(ctx, (_fd, info) => info === undefined || info.name === '' ? '<NA>' : info.name)),
  list('fdlist.cips', 'CHARBUF', 'Addresses of the clients of the sockets that a poll waits for.', (ctx) => join(ctx, (_fd, info) => connected(info) ? info?.sip : undefined)),
  list('fdlist.sips', 'CHARBUF', 'Addresses of the servers of the sockets that a poll waits for.', (ctx) => join(ctx, (_fd, info) => connected(info) || listening(info) ? info?.dip : undefined)),
  list('fdlist.cports', 'CHARBUF', 'Ports of the clients of the sockets that a poll waits for.', (ctx) => join(ctx, (_fd, info) => connected(info) ? String(info?.sport) : undefined), { format: 'DEC' }),
  list('fdlist.sports', 'CHARBUF', 'Ports of the servers of the sockets that a poll waits for.', (ctx) => join(ctx, (_fd, info) => connected(info) ? String(info?.dport) : undefined), { format: 'DEC' }),
  util('util.cnt', 'UINT64', 'Grows by one with each use.', () => 1, { format: 'ID', memory: () => { let n = 0; return () => ++n; } }),
];
