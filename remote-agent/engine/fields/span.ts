// Fields of classes span and evtin: pieces of work that programs mark by writing to /dev/null, and events that fall into them. See state/tracerBook.ts.
import { EVENTS } from '../../../driver/schema/index.ts';
import { decodeBytes } from '../base/text.ts';
import type { EventContext } from '../event/context.ts';
import type { ThreadInfo } from '../state/model.ts';
import { tracersOf, type Span, type Teller } from '../state/tracerBook.ts';
import { group, type Extract, type Field, type FieldArgument, type FieldValue } from './field.ts';
import { ids } from './raw.ts';
import { clockText, epochNanos, epochSeconds, pad9, spanText } from './times.ts';
import { narrow } from './values.ts';

const span = group('span');
const evtin = group('evtin');
const BEGINS = ids('TRACER_E'), ENDS = ids('TRACER_X');
/** Spans so long are in the last column of a picture that has none. */
const LONGEST_NS = 10n ** 11n;

const text = (bytes: Uint8Array | undefined): string | undefined => bytes === undefined ? undefined : decodeBytes(bytes, 0, bytes.length);
const dotted = (tags: readonly Uint8Array[]): string => tags.map(text).join('.');
const pairs = (one: Span, between: string): string => one.names.map((name, i) => `${text(name)}${between}${text(one.values[i]) ?? ''}`).join(',');

/** The one that an index picks; a negative one counts from the end. */
function at<T>(list: readonly T[], index: number): T | undefined { return list[index < 0 ? list.length + index : index]; }
const isIndex = (arg: FieldArgument): boolean => typeof arg === 'number' || (arg !== undefined && /^-?\d{1,9}$/.test(arg));

/** Who told of the mark that the event is; undefined for other events. */
function tellerOf(ctx: EventContext): Teller | undefined {
  const { type } = ctx.view;
  return ctx.thread === undefined || !(BEGINS.has(type) || ENDS.has(type)) ? undefined : tracersOf(ctx.state)?.teller(ctx.thread);
}
/** What is asked of the span's begin, by which its end is known: nothing where it was not seen. */
function known(value: (begin: Span, teller: Teller, ctx: EventContext, arg: FieldArgument) => FieldValue): Extract {
  return (ctx, arg) => { const teller = tellerOf(ctx); return teller?.begin === undefined ? undefined : value(teller.begin, teller, ctx, arg); };
}
function told(value: (teller: Teller, ctx: EventContext, arg: FieldArgument) => FieldValue): Extract {
  return (ctx, arg) => { const teller = tellerOf(ctx); return teller === undefined ? undefined : value(teller, ctx, arg); };
}
const ends = (ctx: EventContext): boolean => ENDS.has(ctx.view.type);

/** Ns from begin to end, on the end. */
function duration(begin: Span, teller: Teller, ctx: EventContext): bigint | undefined {
  if (!ends(ctx)) return undefined;
  const ns = teller.end.ns - begin.ns;
  return ns < 0n ? 0n : ns;
}
function durationValue(begin: Span, teller: Teller, ctx: EventContext): number | bigint | undefined { const ns = duration(begin, teller, ctx); return ns === undefined ? undefined : narrow(ns); }

/** One argument, by its place or its name. */
function argument(one: Span, arg: FieldArgument): string | undefined {
  if (arg === undefined) return undefined;
  if (isIndex(arg)) return text(at(one.values, Number(arg)));
  const i = one.names.findIndex((name) => text(name) === arg);
  return i < 0 ? undefined : text(one.values[i]);
}
const own = (begin: Span, teller: Teller, ctx: EventContext): Span => ends(ctx) ? teller.end : begin;
/** A text that could not be read shows as much of what is said of it as the first tag before was long. */
function tags(teller: Teller): string { const [first] = teller.tags; return teller.isWrong && first !== undefined ? decodeBytes(first, 0, Math.min(first.length, teller.reader.firstTag)) : dotted(teller.tags); }

const INDEX = { argument: 'required', checkArgument: (arg: FieldArgument) => isIndex(arg) ? undefined : 'a number is expected in brackets, from 0, or from the end as -1, -2, ...: span.tag[0]' } as const;
const NAMED = { argument: 'required', checkArgument: (arg: FieldArgument) => arg !== undefined && arg !== '' ? undefined : 'the name or the number of an argument is expected, e.g. span.arg.user or span.arg[0]' } as const;
const TABLE = { use: 'table' } as const, COUNT = { format: 'DEC', use: 'table' } as const;

export const SPAN_FIELDS: readonly Field[] = [
  span('span.id', 'INT64', 'Id of the span, by which its begin and its end belong together.', told(({ reader }) => narrow(reader.id)), { format: 'ID' }),
  span('span.time', 'CHARBUF', 'Local time of the mark, with nanoseconds.', known((_begin, _teller, ctx) => `${clockText(epochSeconds(ctx))}.${pad9(epochNanos(ctx))}`), {
    text: (ctx, _arg, o) => tellerOf(ctx)?.begin === undefined ? undefined : `${clockText(epochSeconds(ctx) + o.zoneSeconds)}.${pad9(epochNanos(ctx))}`,
  }),
  span('span.ntags', 'UINT32', 'Number of the span\'s tags.', told((teller) => teller.tags.length), { format: 'DEC' }),
  span('span.nargs', 'UINT32', 'Number of arguments at the span\'s begin.', known((begin) => begin.values.length), { format: 'DEC' }),
  span('span.tags', 'CHARBUF', 'All tags of the span with dots between.', told(tags)),
  span('span.tag', 'CHARBUF', 'One tag of the span: span.tag[0] the first, span.tag[-1] the last.', told((teller, _ctx, arg) => text(at(teller.tags, Number(arg)))), INDEX),
  span('span.args', 'CHARBUF', 'All arguments of the mark, as name=value with commas between.', known((begin, teller, ctx) => pairs(own(begin, teller, ctx), '='))),
  span('span.arg', 'CHARBUF', 'One argument of the mark, by name or number: span.arg.user, span.arg[0].', known((begin, teller, ctx, arg) => argument(own(begin, teller, ctx), arg)), NAMED),
  span('span.enterargs', 'CHARBUF', 'All arguments at the span\'s begin, as name=value with commas between.', known((begin) => pairs(begin, '='))),
  span('span.enterarg', 'CHARBUF', 'One argument at the span\'s begin, by name or number.', known((begin, _teller, _ctx, arg) => argument(begin, arg)), NAMED),
  span('span.duration', 'RELTIME', 'How long the span took, in ns; on its end.', known(durationValue), { format: 'DEC' }),
  span('span.duration.quantized', 'UINT64', 'The logarithm of the time that the span took, for pictures.', known((begin, teller, ctx) => { const ns = duration(begin, teller, ctx); return ns === undefined || ns === 0n ? undefined : ns < LONGEST_NS ? 1 : 0; }), COUNT),
  span('span.duration.human', 'CHARBUF', 'How long the span took, with a unit: 1.26us, 10ms.', known((begin, teller, ctx) => { const ns = duration(begin, teller, ctx); return ns === undefined ? undefined : spanText(Number(ns)); })),
  span('span.duration.fortag', 'RELTIME', 'How long the span took, if so many tags are in front of its last one: span.duration.fortag[0].', known((begin, teller, ctx, arg) => teller.tags.length - 1 === Number(arg) ? durationValue(begin, teller, ctx) : undefined), { ...COUNT, ...INDEX }),
  span('span.count', 'UINT64', '1 for ends of spans, 0 for begins.', told((_teller, ctx) => ends(ctx) ? 1 : 0), COUNT),
  span('span.count.fortag', 'UINT64', '1 for ends of spans with so many tags in front of the last one, else 0.', told((teller, ctx, arg) => ends(ctx) && teller.tags.length - 1 === Number(arg) ? 1 : 0), { ...COUNT, ...INDEX }),
  span('span.childcount.fortag', 'UINT64', '1 for ends of spans with more tags in front of the last one, else 0.', told((teller, ctx, arg) => ends(ctx) && teller.tags.length > Number(arg) + 1 ? 1 : 0), { ...COUNT, ...INDEX }),
  span('span.idtag', 'CHARBUF', 'Id and one tag of the span in one.', known((_begin, teller, _ctx, arg) => `${teller.reader.id}${text(at(teller.tags, Number(arg))) ?? ''}`), { ...TABLE, ...INDEX }),
  span('span.rawtime', 'CHARBUF', 'Time of the span\'s begin in ns since the epoch.', known((begin) => String(begin.ns)), TABLE),
  span('span.rawparenttime', 'CHARBUF', 'Time of the begin of the span that this one is part of, in ns since the epoch.', known((_begin, teller, ctx) => { const ns = tracersOf(ctx.state)?.parentOf(teller)?.ns; return ns === undefined ? undefined : String(ns); }), TABLE),
];

/** Whether the event falls to a span by who made it. */
type Falls = (one: Span, info: ThreadInfo, ctx: EventContext) => boolean;
const ofThread: Falls = (one, info) => one.tid === info.tid;
const ofKnownThread: Falls = (one, info, ctx) => one.tid === info.tid && ctx.thread !== undefined;
const ofChildren: Falls = (one, info, ctx) => ctx.state.thread(one.tid)?.info.pid === info.ptid;
const ofAll: Falls = () => true;

/** The newest open span that the event falls to and that has a value; threads that told of no mark are in none, and marks are in none themselves. */
function inside(falls: Falls, value: (one: Span, arg: FieldArgument) => FieldValue): Extract {
  return (ctx, arg) => {
    const { info, thread } = ctx, book = tracersOf(ctx.state);
    if (book === undefined || info === undefined || thread === undefined || BEGINS.has(ctx.view.type) || ENDS.has(ctx.view.type) || book.teller(thread) === undefined) return undefined;
    for (const one of book.open) { const own = falls(one, info, ctx) ? value(one, arg) : undefined; if (own !== undefined) return own; }
    return undefined;
  };
}

type Some = NonNullable<Field['someOf']>;
/** For filters, any open span counts: on a begin all but its own, which forbids what it has itself; on an end its own, too. */
function anySpan(falls: Falls, value: (one: Span, arg: FieldArgument) => FieldValue): Some {
  return (ctx, test, arg) => {
    const { info, thread } = ctx, book = tracersOf(ctx.state);
    if (book === undefined || info === undefined) return false;
    const begin = thread === undefined ? undefined : book.teller(thread)?.begin;
    const passes = (one: Span): boolean => { const own = falls(one, info, ctx) ? value(one, arg) : undefined; return own !== undefined && test(own); };
    for (const one of book.open) if (passes(one)) return !(BEGINS.has(ctx.view.type) && one === begin);
    return ENDS.has(ctx.view.type) && begin !== undefined && passes(begin);
  };
}

const PARAMETERS: ReadonlySet<string> = new Set(EVENTS.flatMap((def) => def.params.map((param) => param.name)));
/** By name, readers of the time take names of events' parameters alone, and then the last tag or argument. */
const place = (arg: FieldArgument): number => isIndex(arg) ? Number(arg) : -1;
const PLACE = { argument: 'required', checkArgument: (arg: FieldArgument) => isIndex(arg) || PARAMETERS.has(String(arg)) ? undefined : 'a number is expected in brackets, from 0, or from the end as -1, -2, ...: evtin.span.tag[0]' } as const;

const VALUES: readonly (readonly [name: string, type: 'INT64' | 'UINT32' | 'CHARBUF', what: string, value: (one: Span, arg: FieldArgument) => FieldValue, rest: Partial<Pick<Field, 'format' | 'argument' | 'checkArgument'>>])[] = [
  ['id', 'INT64', 'Id', (one) => narrow(one.id), { format: 'ID' }], ['ntags', 'UINT32', 'Number of tags', (one) => one.tags.length, { format: 'DEC' }], ['nargs', 'UINT32', 'Number of arguments', (one) => one.values.length, { format: 'DEC' }],
  ['tags', 'CHARBUF', 'All tags, with dots between,', (one) => dotted(one.tags), {}], ['tag', 'CHARBUF', 'One tag, by number,', (one, arg) => text(at(one.tags, place(arg))), PLACE],
  ['args', 'CHARBUF', 'All arguments, as name:value with commas between,', (one) => pairs(one, ':'), {}], ['arg', 'CHARBUF', 'One argument, by number,', (one, arg) => text(at(one.values, place(arg))), PLACE],
];

export const EVTIN_FIELDS: readonly Field[] = ([
  ['', ofThread, 'of a span that is open in the event\'s thread'], ['p.', ofKnownThread, 'of a span that is open in the event\'s thread'], ['s.', ofChildren, 'of a span that is open in the parent of the event\'s process'], ['m.', ofAll, 'of a span that is open anywhere on the machine'],
] as const).flatMap(([scope, falls, words]) => VALUES.map(([name, type, what, value, rest]) => evtin(`evtin.span.${scope}${name}`, type, `${what} ${words}.`, inside(falls, value), { ...rest, someOf: anySpan(falls, value) })));
