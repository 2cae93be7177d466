// Fields of class evt that tell what came of a call: its result, its errors, the bytes that it moved.
import { ERRNO } from '../../../driver/schema/index.ts';
import type { EventContext } from '../event/context.ts';
import { eventCategory, result, resultParam, wholeResult } from '../event/names.ts';
import { showParam } from '../event/show.ts';
import type { FdKind } from '../state/model.ts';
import { quantized } from './evtTime.ts';
import { group, type Field } from './field.ts';
import { ids, mark } from './raw.ts';

const field = group('evt');

const EXITS = mark((e) => e.isExit);
const MOVES_BYTES = mark((e) => e.isExit && e.category.startsWith('IO_'));
const FILE_CALLS = mark((e) => e.isExit && ['open', 'creat', 'openat', 'openat2'].includes(e.name));
const NET_CALLS = mark((e) => e.isExit && ['accept', 'accept4', 'connect'].includes(e.name));
const MEMORY_CALLS = mark((e) => e.category === 'MEMORY');
const [PROCINFO] = ids('PROCINFO_E');

const NET_KINDS: ReadonlySet<FdKind> = new Set<FdKind>(['ipv4', 'ipv6', 'ipv4server', 'ipv6server']);
const FILE_KINDS: ReadonlySet<FdKind> = new Set<FdKind>(['file']);

function resultText(ctx: EventContext): string | undefined {
  const value = result(ctx.view);
  if (value === undefined) return undefined;
  if (value >= 0) return 'SUCCESS';
  // As the parameter prints: what is declared as the id of a process, say, has no names for its errors.
  const shown = showParam(ctx, resultParam(ctx.view));
  return shown.resolved !== '' ? shown.resolved : shown.value;
}

/** 1 for a failed call that is of the kind. */
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

function bytesMoved(ctx: EventContext): number | bigint | undefined {
  if (MOVES_BYTES[ctx.view.type] !== 1 || ctx.fd === undefined) return undefined;
  const value = wholeResult(ctx.view);
  return value === undefined || value < 0 ? undefined : value;
}

/** The same, of one direction and one kind of descriptor. */
function moved(direction: 'IO_READ' | 'IO_WRITE' | undefined, kinds?: ReadonlySet<FdKind>): (ctx: EventContext) => number | bigint | undefined {
  return (ctx) => {
    const bytes = bytesMoved(ctx);
    if (bytes === undefined || (direction !== undefined && eventCategory(ctx.view) !== direction)) return undefined;
    return kinds === undefined || (ctx.fd !== undefined && kinds.has(ctx.fd.kind)) ? bytes : undefined;
  };
}

const COUNT = { format: 'DEC' } as const, TABLE = { format: 'DEC', use: 'table' } as const;

export const RESULT_FIELDS: readonly Field[] = [
  field('evt.buflen', 'UINT64', 'How many bytes were read or written.', bytesMoved, COUNT),
  field('evt.res', 'CHARBUF', 'SUCCESS, or the name of the error, e.g. ENOENT.', resultText, { format: 'DEC', values: () => ['SUCCESS', ...ERRNO.values()] }),
  field('evt.rawres', 'INT64', 'What the call returned, e.g. 3 or -2.', (ctx) => wholeResult(ctx.view), { format: 'DEC' }),
  field('evt.failed', 'BOOL', 'Whether the call failed.', (ctx) => (result(ctx.view) ?? 0) < 0),
  field('evt.count', 'UINT32', 'Always 1, to be summed up.', () => 1, COUNT),
  field('evt.count.error', 'UINT32', '1 for failed calls.', (ctx) => failedAs(ctx, 'any'), COUNT),
  field('evt.count.error.file', 'UINT32', '1 for failed calls on files.', (ctx) => failedAs(ctx, 'file'), COUNT),
  field('evt.count.error.net', 'UINT32', '1 for failed calls on the network.', (ctx) => failedAs(ctx, 'net'), COUNT),
  field('evt.count.error.memory', 'UINT32', '1 for failed calls on memory.', (ctx) => failedAs(ctx, 'memory'), COUNT),
  field('evt.count.error.other', 'UINT32', '1 for failed calls of any other kind.', (ctx) => failedAs(ctx, 'other'), COUNT),
  field('evt.count.exit', 'UINT32', '1 for exit events.', (ctx) => EXITS[ctx.view.type] === 1 ? 1 : undefined, COUNT),
  field('evt.count.procinfo', 'UINT32', '1 for events that tell a process\'s CPU time.', (ctx) => ctx.view.type === PROCINFO && ctx.info !== undefined && ctx.info.tid === ctx.info.pid ? 1 : undefined, TABLE),
  field('evt.count.threadinfo', 'UINT32', '1 for events that tell a thread\'s CPU time.', (ctx) => ctx.view.type === PROCINFO ? 1 : undefined, TABLE),
  field('evt.buflen.in', 'UINT64', 'How many bytes were read.', moved('IO_READ'), TABLE),
  field('evt.buflen.out', 'UINT64', 'How many bytes were written.', moved('IO_WRITE'), TABLE),
  field('evt.buflen.file', 'UINT64', 'How many bytes were read from files or written to them.', moved(undefined, FILE_KINDS), TABLE),
  field('evt.buflen.file.in', 'UINT64', 'How many bytes were read from files.', moved('IO_READ', FILE_KINDS), TABLE),
  field('evt.buflen.file.out', 'UINT64', 'How many bytes were written to files.', moved('IO_WRITE', FILE_KINDS), TABLE),
  field('evt.buflen.net', 'UINT64', 'How many bytes were received or sent.', moved(undefined, NET_KINDS), TABLE),
  field('evt.buflen.net.in', 'UINT64', 'How many bytes were received.', moved('IO_READ', NET_KINDS), TABLE),
  field('evt.buflen.net.out', 'UINT64', 'How many bytes were sent.', moved('IO_WRITE', NET_KINDS), TABLE),
  field('evt.latency.quantized', 'UINT64', 'Column of a picture of latencies, by the logarithm of how long the call took.', (ctx) => EXITS[ctx.view.type] === 1 ? quantized(ctx.latencyNs) : undefined, TABLE),
];
