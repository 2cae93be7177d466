// Lines of text as bytes. What depends on the thread or the type of the event alone is made once and copied, with the text between.
import type { ByteSink } from '../base/sink.ts';
import { CONSTANT, PASSING, RefCache, ValueCache } from '../base/sinkPieces.ts';
import { encodeText } from '../base/text.ts';
import type { EventContext } from '../event/context.ts';
import type { FieldOptions, FieldRef } from '../fields/index.ts';
import type { FormatPart } from './part.ts';
import type { Native } from './quickOps.ts';
import { HEAD_PARTS, headOf, type LineHead } from './head.ts';
import { ALWAYS, bindWriter, holdOf, namedFd, typeKey, type FieldWrite, type Hold } from './writers.ts';

/** Writes a line without a newline at its end; false, and nothing written, where the event has none. */
export type LineWrite = (ctx: EventContext, sink: ByteSink) => boolean;

const MISSING = '<NA>';
const BLANK = 32, DOT = 46;
const C1_LEAD = 0xc2;
const TAB = 9, NEWLINE = 10;

/** A stretch of a line that is written in one go. */
export interface Section { readonly by: Hold; readonly write: FieldWrite }

/** A line's smallest parts: fields, and the text between them. */
export interface Piece extends Section {
  /** Of a text that is always the same: it. */
  readonly text?: string;
  /** What else writes the same. */
  readonly native?: Native | undefined;
}

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
class ByThread {
  readonly #kept = new RefCache();
  readonly #strangers = new ValueCache();
  readonly #write: FieldWrite;

  constructor(write: FieldWrite) { this.#write = write; }

  write(ctx: EventContext, sink: ByteSink): boolean {
    const { info } = ctx;
    const handle = info === undefined ? 0 : this.#kept.get(info);
    if (handle === 0) return this.#make(ctx, sink);
    sink.piece(PASSING, handle);
    return true;
  }

  #make(ctx: EventContext, sink: ByteSink): boolean {
    const { info } = ctx, { tid } = ctx.view;
    if (info === undefined && tid >= 0) {
      const handle = this.#strangers.get(tid);
      if (handle !== 0) { sink.piece(PASSING, handle); return true; }
    }
    const mark = sink.at;
    if (!this.#write(ctx, sink)) return false;
    if (info !== undefined) this.#kept.keep(info, sink, mark); else if (tid >= 0) this.#strangers.keep(tid, sink, mark);
    return true;
  }
}

/** Keeps what is written for a descriptor. */
class ByDescriptor {
  readonly #kept = new RefCache();
  readonly #write: FieldWrite;

  constructor(write: FieldWrite) { this.#write = write; }

  write(ctx: EventContext, sink: ByteSink): boolean {
    const fd = namedFd(ctx);
    if (fd === undefined) return this.#write(ctx, sink);
    const handle = this.#kept.get(fd);
    if (handle !== 0) { sink.piece(PASSING, handle); return true; }
    const mark = sink.at;
    if (!this.#write(ctx, sink)) return false;
    this.#kept.keep(fd, sink, mark);
    return true;
  }
}

/** Keys of types that have a place of their own. */
const TYPES = 2048;

/** Keeps what is written by the event's type; what depends on more is not kept. */
class ByType {
  readonly #kept = new Int32Array(TYPES);
  #generation = PASSING.generation;
  readonly #others = new ValueCache();
  readonly #write: FieldWrite;

  constructor(write: FieldWrite) { this.#write = write; }

  write(ctx: EventContext, sink: ByteSink): boolean {
    const key = typeKey(ctx);
    const handle = key >= 0 && key < TYPES && this.#generation === PASSING.generation ? this.#kept[key] ?? 0 : 0;
    if (handle === 0) return this.#make(ctx, sink, key);
    sink.piece(PASSING, handle);
    return true;
  }

  #make(ctx: EventContext, sink: ByteSink, key: number): boolean {
    const known = key >= TYPES ? this.#others.get(key) : 0;
    if (known !== 0) { sink.piece(PASSING, known); return true; }
    const mark = sink.at;
    if (!this.#write(ctx, sink)) return false;
    if (key >= TYPES) { this.#others.keep(key, sink, mark); return true; }
    if (key < 0) return true;
    const handle = PASSING.keep(sink, mark);
    if (this.#generation !== PASSING.generation) { this.#kept.fill(0); this.#generation = PASSING.generation; }
    this.#kept[key] = handle;
    return true;
  }
}

/** A stretch of a line as it is run: joined with its neighbours that depend on the same. */
interface Run { readonly by: Hold; readonly write: FieldWrite }

function runsOf(sections: readonly Section[]): Run[] {
  const runs: { readonly by: Hold; readonly writes: FieldWrite[] }[] = [];
  for (const { by, write } of sections) {
    const last = runs.at(-1);
    if (last !== undefined && last.by === by && by !== 'event') last.writes.push(write); else runs.push({ by, writes: [write] });
  }
  return runs.map(({ by, writes }) => ({ by, write: inRow(writes) }));
}

function keeping({ by, write }: Run): FieldWrite {
  if (by === 'event') return write;
  // A closure each: one for all would call whatever it is given.
  if (by === 'thread') { const kept = new ByThread(write); return (ctx, sink) => kept.write(ctx, sink); }
  if (by === 'type') { const kept = new ByType(write); return (ctx, sink) => kept.write(ctx, sink); }
  const kept = new ByDescriptor(write);
  return (ctx, sink) => kept.write(ctx, sink);
}

/** Joins neighbours that depend on the same, keeps what can be kept, and leaves one writer for the whole line. */
export function lineOf(sections: readonly Section[], remembers: boolean): LineWrite {
  const writes = runsOf(sections).map(keeping);
  const whole = remembers ? inRow(writes) : untilMissing(writes);
  return (ctx, sink) => {
    const mark = sink.at;
    if (whole(ctx, sink)) return true;
    sink.at = mark;
    return false;
  };
}

/** The same for a head, then what depends on the thread, on the type, and on the event, as in the lines that are printed unless others are asked for. Undefined where they are others. */
function plainLine(head: LineHead, sections: readonly Section[]): LineWrite | undefined {
  const [a, b, c, ...more] = runsOf(sections);
  if (a?.by !== 'thread' || b?.by !== 'type' || c?.by !== 'event' || more.length > 0) return undefined;
  const thread = new ByThread(a.write), type = new ByType(b.write), event = c.write;
  return (ctx, sink) => {
    const mark = sink.at;
    head.write(ctx, sink);
    if (thread.write(ctx, sink) && type.write(ctx, sink) && event(ctx, sink)) return true;
    sink.at = mark;
    return false;
  };
}

/** Cuts what was written from `mark` on, or fills it with blanks. */
function fit(sink: ByteSink, mark: number, width: number): void {
  if (sink.at - mark > width) sink.at = mark + width;
  else while (sink.at - mark < width) sink.byte(BLANK);
}

/** Replaces what would steer a terminal, or look like a line of another event, since names and data may be made by whoever is watched: control characters but tab, and newline where `lines`. */
function defuse(sink: ByteSink, mark: number, lines: boolean): void {
  const { bytes } = sink;
  let to = mark;
  for (let from = mark; from < sink.at; from++) {
    const byte = bytes[from] ?? 0;
    if (byte < 0x20 ? byte !== TAB && !(lines && byte === NEWLINE) : byte === 0x7f) bytes[to++] = DOT;
    else if (byte === C1_LEAD && from + 1 < sink.at && (bytes[from + 1] ?? 0) >= 0x80 && (bytes[from + 1] ?? 0) < 0xa0) { bytes[to++] = DOT; from++; }
    else bytes[to++] = byte;
  }
  sink.at = to;
}

function fieldSection(ref: FieldRef, width: number, lenient: boolean, options: FieldOptions): FieldWrite {
  const write = bindWriter(ref, options);
  const safe = options.terminal === true;
  // Contents of buffers have their line ends where they were asked for.
  const lines = options.bufferForm !== 'text';
  if (width === 0 && !safe) return lenient && !ALWAYS.has(ref.field.name) ? (ctx, sink) => { if (!write(ctx, sink)) sink.ascii(MISSING); return true; } : write;
  return (ctx, sink) => {
    const mark = sink.at;
    const has = write(ctx, sink);
    if (!has) { if (!lenient) return false; sink.ascii(MISSING); }
    if (safe) defuse(sink, mark, lines);
    if (width > 0) fit(sink, mark, width);
    return true;
  };
}

/** What a format's lines of text consist of. */
export function textPieces(parts: readonly FormatPart[], lenient: boolean, options: FieldOptions): Piece[] {
  return parts.map((part) => 'literal' in part ? { by: 'event', write: constant(part.literal), text: part.literal }
    : { by: holdOf(part.ref), write: fieldSection(part.ref, part.width, lenient, options), native: part.width === 0 && part.ref.arg === undefined && options.terminal !== true ? nativeText(part.ref, options) : undefined });
}

function nativeText({ field }: FieldRef, options: FieldOptions): Native | undefined {
  switch (field.name) {
    case 'evt.num': return 'number';
    case 'evt.cpu': return 'cpu';
    case 'evt.time': return 'clock';
    case 'evt.outputtime': return options.timeForm === 'h' ? 'clock' : undefined;
    case 'evt.rawtime': return 'epoch';
    case 'evt.args': case 'evt.info': return 'arguments';
    default: return undefined;
  }
}

/** The writer of a format's lines of text. */
export function textLine(parts: readonly FormatPart[], lenient: boolean, options: FieldOptions, remembers: boolean): LineWrite {
  // Text between fields goes with the field before it, so that it is kept with it; in front of the first it stands alone.
  const sections: Section[] = [];
  const head = options.terminal === true ? undefined : headOf(parts, options);
  for (const part of head === undefined ? parts : parts.slice(HEAD_PARTS)) {
    if (!('literal' in part)) { sections.push({ by: holdOf(part.ref), write: fieldSection(part.ref, part.width, lenient, options) }); continue; }
    const write = constant(part.literal);
    const last = sections.at(-1);
    if (last === undefined) sections.push({ by: 'event', write }); else sections[sections.length - 1] = { by: last.by, write: inRow([last.write, write]) };
  }
  if (head === undefined) return lineOf(sections, remembers);
  return (remembers ? undefined : plainLine(head, sections)) ?? lineOf([{ by: 'event', write: (ctx, sink) => { head.write(ctx, sink); return true; } }, ...sections], remembers);
}
