// Lines of text as bytes. What depends on the thread or the type of the event alone is made once and copied, with the text between.
import type { ByteSink } from '../base/sink.ts';
import { CONSTANT, PASSING, RefCache, ValueCache } from '../base/sinkPieces.ts';
import { encodeText } from '../base/text.ts';
import type { EventContext } from '../event/context.ts';
import type { FieldOptions, FieldRef } from '../fields/index.ts';
import type { FormatPart } from './part.ts';
import { HEAD_PARTS, headWriter } from './head.ts';
import { ALWAYS, bindWriter, holdOf, typeKey, type FieldWrite, type Hold } from './writers.ts';

/** Writes a line without a newline at its end; false, and nothing written, where the event has none. */
export type LineWrite = (ctx: EventContext, sink: ByteSink) => boolean;

const MISSING = '<NA>';
const BLANK = 32, DOT = 46;
const C1_LEAD = 0xc2;

/** A stretch of a line that is written in one go. */
export interface Section { readonly by: Hold; readonly write: FieldWrite }

/** Text that stands as it is. */
export function constant(text: string): FieldWrite {
  const bytes = encodeText(text);
  const [only] = bytes;
  if (only !== undefined && bytes.length === 1) return (_ctx, sink) => { sink.byte(only); return true; };
  const handle = CONSTANT.text(text);
  return (_ctx, sink) => { sink.piece(CONSTANT, handle); return true; };
}

/** Several in a row; false where one of them is. All are asked even so: some remember what they saw. */
export function inRow(writes: readonly FieldWrite[]): FieldWrite {
  const [a, b] = writes;
  if (a !== undefined && writes.length === 1) return a;
  if (a !== undefined && b !== undefined && writes.length === 2) return (ctx, sink) => { const first = a(ctx, sink); return b(ctx, sink) && first; };
  return (ctx, sink) => {
    let whole = true;
    for (const write of writes) if (!write(ctx, sink)) whole = false;
    return whole;
  };
}

/**
 * The same for a whole line where nobody remembers: what comes behind a missing value need not be asked. Written out, since a call of which the
 * target is always the same is much cheaper.
 */
function untilMissing(writes: readonly FieldWrite[]): FieldWrite {
  const [a, b, c, d, ...more] = writes;
  if (a === undefined || b === undefined || c === undefined) return inRow(writes);
  if (d === undefined) return (ctx, sink) => a(ctx, sink) && b(ctx, sink) && c(ctx, sink);
  if (more.length === 0) return (ctx, sink) => a(ctx, sink) && b(ctx, sink) && c(ctx, sink) && d(ctx, sink);
  const rest = untilMissing(more);
  return (ctx, sink) => a(ctx, sink) && b(ctx, sink) && c(ctx, sink) && d(ctx, sink) && rest(ctx, sink);
}

/** Keeps what is written for a thread. Only what is whole is kept. */
function keptByThread(write: FieldWrite): FieldWrite {
  const kept = new RefCache();
  const strangers = keptByNumber(write, (ctx) => ctx.view.tid);
  return (ctx, sink) => {
    const { info } = ctx;
    if (info === undefined) return strangers(ctx, sink);
    const handle = kept.get(info);
    if (handle !== 0) { sink.piece(PASSING, handle); return true; }
    const mark = sink.at;
    if (!write(ctx, sink)) return false;
    kept.keep(info, sink, mark);
    return true;
  };
}

/** Keeps what is written by a number that all of it depends on; a negative one is not kept. */
function keptByNumber(write: FieldWrite, key: (ctx: EventContext) => number): FieldWrite {
  const kept = new ValueCache();
  return (ctx, sink) => {
    const n = key(ctx);
    if (n < 0) return write(ctx, sink);
    const handle = kept.get(n);
    if (handle !== 0) { sink.piece(PASSING, handle); return true; }
    const mark = sink.at;
    if (!write(ctx, sink)) return false;
    kept.keep(n, sink, mark);
    return true;
  };
}

/** Joins neighbours that depend on the same, keeps what can be kept, and leaves one writer for the whole line. */
export function lineOf(sections: readonly Section[], remembers: boolean): LineWrite {
  const runs: { readonly by: Hold; readonly writes: FieldWrite[] }[] = [];
  for (const { by, write } of sections) {
    const last = runs.at(-1);
    if (last !== undefined && last.by === by && by !== 'event') last.writes.push(write); else runs.push({ by, writes: [write] });
  }
  const writes = runs.map(({ by, writes: all }) => by === 'thread' ? keptByThread(inRow(all)) : by === 'type' ? keptByNumber(inRow(all), typeKey) : inRow(all));
  const whole = remembers ? inRow(writes) : untilMissing(writes);
  return (ctx, sink) => {
    const mark = sink.at;
    if (whole(ctx, sink)) return true;
    sink.at = mark;
    return false;
  };
}

/** Cuts what was written from `mark` on, or fills it with blanks. */
function fit(sink: ByteSink, mark: number, width: number): void {
  if (sink.at - mark > width) sink.at = mark + width;
  else while (sink.at - mark < width) sink.byte(BLANK);
}

/** Replaces what would steer a terminal, since names and data may be made by whoever is watched: control characters but newline and tab. */
function defuse(sink: ByteSink, mark: number): void {
  const { bytes } = sink;
  let to = mark;
  for (let from = mark; from < sink.at; from++) {
    const byte = bytes[from] ?? 0;
    if (byte < 0x20 ? byte !== 9 && byte !== 10 : byte === 0x7f) bytes[to++] = DOT;
    else if (byte === C1_LEAD && from + 1 < sink.at && (bytes[from + 1] ?? 0) >= 0x80 && (bytes[from + 1] ?? 0) < 0xa0) { bytes[to++] = DOT; from++; }
    else bytes[to++] = byte;
  }
  sink.at = to;
}

function fieldSection(ref: FieldRef, width: number, lenient: boolean, options: FieldOptions): FieldWrite {
  const write = bindWriter(ref, options);
  const safe = options.terminal === true;
  if (width === 0 && !safe) return lenient && !ALWAYS.has(ref.field.name) ? (ctx, sink) => { if (!write(ctx, sink)) sink.ascii(MISSING); return true; } : write;
  return (ctx, sink) => {
    const mark = sink.at;
    const has = write(ctx, sink);
    if (!has) { if (!lenient) return false; sink.ascii(MISSING); }
    if (safe) defuse(sink, mark);
    if (width > 0) fit(sink, mark, width);
    return true;
  };
}

/** The writer of a format's lines of text. */
export function textLine(parts: readonly FormatPart[], lenient: boolean, options: FieldOptions, remembers: boolean): LineWrite {
  // Text between fields goes with the field before it, so that it is kept with it; in front of the first it stands alone.
  const sections: Section[] = [];
  const head = options.terminal === true ? undefined : headWriter(parts, options);
  if (head !== undefined) sections.push({ by: 'event', write: head });
  for (const part of head === undefined ? parts : parts.slice(HEAD_PARTS)) {
    if (!('literal' in part)) { sections.push({ by: holdOf(part.ref), write: fieldSection(part.ref, part.width, lenient, options) }); continue; }
    const write = constant(part.literal);
    const last = sections.at(-1);
    if (last === undefined) sections.push({ by: 'event', write }); else sections[sections.length - 1] = { by: last.by, write: inRow([last.write, write]) };
  }
  return lineOf(sections, remembers);
}
