// Fields of class evt that say when an event was and how long it took.
import { group, type Extract, type Field, type FieldOptions } from './field.ts';
import { ids, mark } from './raw.ts';
import { clockText, dateText, epochNanos, epochSeconds, epochText, pad9, secondsText, sinceBase, sinceMoment, spanText } from './times.ts';
import { divided, remainder } from './values.ts';
import type { EventContext } from '../event/context.ts';

const field = group('evt');
const NS = 1e9;
const INTERNAL = mark((e) => e.category === 'INTERNAL');
/** The scheduler's events in the form that is no call. */
const [SWITCH] = ids('SCHEDSWITCH_6_E');
/** Decades of latency that are told apart, and columns of the picture. */
const MAX_DECADES = 11, COLUMNS = 80;
const WAITS = mark((e) => e.isExit && e.flags.has('WAITS'));

/** ns between enter and exit, 0 where that is not known; undefined for events that are none of the kernel's. Of a switch, in captures with enter events: of the thread's last call. */
function latency(ctx: EventContext): number | undefined {
  const type = ctx.view.type;
  if (INTERNAL[type] === 1 && ctx.info !== undefined) return undefined;
  if (type === SWITCH) return (ctx as { readonly lastLatencyNs?: number }).lastLatencyNs ?? 0;
  return ctx.latencyNs < 0 ? 0 : ctx.latencyNs;
}

type Part = (ns: number | bigint) => number | bigint;
const same: Part = (ns) => ns;
const whole: Part = (ns) => divided(ns, NS);
const rest: Part = (ns) => remainder(ns, NS);

/** ns since the source's first event. */
function relative(ctx: EventContext): number | bigint { return sinceMoment(ctx, ctx.state.firstNs ?? 0); }
function ofLatency(part: Part): Extract { return (ctx) => { const ns = latency(ctx); return ns === undefined ? undefined : part(ns); }; }

/** Differences to the event for which the same use of the field was evaluated before. */
function deltas(): (ctx: EventContext) => number | bigint {
  let previous: number | bigint | undefined;
  return (ctx) => {
    const ns = previous === undefined ? 0 : sinceMoment(ctx, previous);
    previous = sinceBase(ctx);
    return ns;
  };
}
function delta(part: Part): () => Extract {
  return () => { const since = deltas(); return (ctx) => part(since(ctx)); };
}
const zero: Extract = () => 0;

/** Buckets of latency, as pictures of many calls draw them: a column for each step of the logarithm, from 1; undefined for none. */
export function quantized(ns: number): number | undefined {
  if (ns <= 0) return undefined;
  return Math.trunc((Math.min(Math.log10(ns), MAX_DECADES) / MAX_DECADES) * COLUMNS) + 1;
}

function outputTime(options: FieldOptions): (ctx: EventContext) => string {
  const zone = options.zoneSeconds;
  switch (options.timeForm) {
    case 'h': return (ctx) => `${clockText(epochSeconds(ctx) + zone)}.${pad9(epochNanos(ctx))}`;
    case 'a': return (ctx) => `${epochSeconds(ctx)}.${epochNanos(ctx)}`;
    case 'r': return (ctx) => secondsText(relative(ctx));
    case 'd': return (ctx) => secondsText(latency(ctx) ?? 0);
    case 'D': { const since = deltas(); return (ctx) => secondsText(since(ctx)); }
  }
}

export const EVT_TIME_FIELDS: readonly Field[] = [
  field('evt.time', 'CHARBUF', 'Local time of the event, with nanoseconds.', (ctx) => `${clockText(epochSeconds(ctx))}.${pad9(epochNanos(ctx))}`, { text: (ctx, _arg, o) => `${clockText(epochSeconds(ctx) + o.zoneSeconds)}.${pad9(epochNanos(ctx))}` }),
  field('evt.time.s', 'CHARBUF', 'Local time of the event, in whole seconds.', (ctx) => clockText(epochSeconds(ctx)), { text: (ctx, _arg, o) => clockText(epochSeconds(ctx) + o.zoneSeconds) }),
  field('evt.time.iso8601', 'CHARBUF', 'Date and time of the event in UTC, as ISO 8601 writes it, with nanoseconds.', (ctx) => { const s = epochSeconds(ctx); return `${dateText(s)}T${clockText(s)}.${pad9(epochNanos(ctx))}+0000`; }),
  field('evt.datetime', 'CHARBUF', 'Local date and time of the event, with nanoseconds.', (ctx) => { const s = epochSeconds(ctx); return `${dateText(s)} ${clockText(s)}.${pad9(epochNanos(ctx))}`; }, { text: (ctx, _arg, o) => { const s = epochSeconds(ctx) + o.zoneSeconds; return `${dateText(s)} ${clockText(s)}.${pad9(epochNanos(ctx))}`; } }),
  field('evt.datetime.s', 'CHARBUF', 'Local date and time of the event, in whole seconds.', (ctx) => { const s = epochSeconds(ctx); return `${dateText(s)} ${clockText(s)}`; }, { text: (ctx, _arg, o) => { const s = epochSeconds(ctx) + o.zoneSeconds; return `${dateText(s)} ${clockText(s)}`; } }),
  field('evt.rawtime', 'ABSTIME', 'Time of the event in ns since the epoch.', sinceBase, { format: 'DEC', epoch: true, text: epochText }),
  field('evt.rawtime.s', 'ABSTIME', 'Whole seconds of the event\'s time since the epoch.', epochSeconds, { format: 'DEC' }),
  field('evt.rawtime.ns', 'ABSTIME', 'Nanoseconds of the event\'s time beyond the whole second.', epochNanos, { format: '10_PADDED_DEC' }),
  field('evt.reltime', 'RELTIME', 'Time since the first event, in ns.', relative, { format: '10_PADDED_DEC' }),
  field('evt.reltime.s', 'RELTIME', 'Whole seconds since the first event.', (ctx) => whole(relative(ctx)), { format: 'DEC' }),
  field('evt.reltime.ns', 'RELTIME', 'Time since the first event beyond the whole second, in ns.', (ctx) => rest(relative(ctx)), { format: '10_PADDED_DEC' }),
  field('evt.latency', 'RELTIME', 'How long the call took, in ns; 0 on enter events.', latency, { format: 'DEC' }),
  field('evt.latency.s', 'RELTIME', 'How long the call took, whole seconds.', ofLatency(whole), { format: 'DEC' }),
  field('evt.latency.ns', 'RELTIME', 'How long the call took beyond the whole second, in ns.', ofLatency(rest), { format: '10_PADDED_DEC' }),
  field('evt.latency.human', 'CHARBUF', 'How long the call took, with a unit: 1.26us, 10ms.', (ctx) => { const ns = latency(ctx); return ns === undefined ? undefined : spanText(ns); }),
  field('evt.deltatime', 'RELTIME', 'Time since the event before, in ns.', zero, { format: 'DEC', memory: delta(same) }),
  field('evt.deltatime.s', 'RELTIME', 'Time since the event before, whole seconds.', zero, { format: 'DEC', memory: delta(whole) }),
  field('evt.deltatime.ns', 'RELTIME', 'Time since the event before beyond the whole second, in ns.', zero, { format: '10_PADDED_DEC', memory: delta(rest) }),
  field('evt.outputtime', 'CHARBUF', 'Time of the event in the form that -t chooses.', (ctx) => `${clockText(epochSeconds(ctx))}.${pad9(epochNanos(ctx))}`, { use: 'print', textMemory: outputTime }),
  field('evt.wait_latency', 'RELTIME', 'How long a call that waits (poll, select, nanosleep, futex) took, in ns; on its exit.', (ctx) => WAITS[ctx.view.type] === 1 ? latency(ctx) : undefined, { format: 'DEC' }),
  field('evt.around', 'UINT64', 'Events around a moment: evt.around[T]=D passes what lies at most D ms from the time T (ns since the epoch, as evt.rawtime prints it).', () => undefined, {
    format: 'DEC', use: 'filter', argument: 'required',
    checkArgument: (arg) => arg === undefined || !/^\d+$/.test(String(arg)) ? 'a time in ns since the epoch is expected in the brackets, e.g. evt.around[1404996934793590564]=1000' : undefined,
  }),
];
