// What a line of one type of event consists of, as a program for the code that writes lines (quickOps.ts).
import type { ByteSink } from '../base/sink.ts';
import type { EventContext } from '../event/context.ts';
import { argsWriter, isPairs, PLAIN } from '../event/writeArgs.ts';
import { PATH_LIMIT } from '../event/writeParams.ts';
import { hasFd } from '../fields/fdInfo.ts';
import type { FieldOptions } from '../fields/index.ts';
import { WRITES } from '../fields/syslog.ts';
import { OP, OP_BITS, OP_MOST, VALUES } from './quickOps.ts';
import type { QuickMemory } from './quickMemory.ts';
import { inRow, type Piece } from './text.ts';
import { CONNECTS, type FieldWrite, type Hold } from './writers.ts';

/** What has to be known of an event before its program runs: bits. */
export enum NEEDS {
  thread = 1, named = 2,
  /** Descriptors among its arguments; the first one is. */
  argument = 4, first = 8,
  /** It may be a message to the system's log, if its data, the second argument, begins as one; more has to be looked at. */
  log = 16,
  /** What only a context tells. */
  context = 32,
  /** What has to be asked for while the line is written. */
  asking = 64,
  /** A field that the caller writes. */
  field = 128,
}

/** A program. `address` 0: there is none, lines of this type are written in another way. */
export interface QuickProgram {
  readonly address: number;
  readonly needs: number;
  /** By argument: where the table of what was written for its numbers is, and how many bytes such a number has. */
  readonly values: ReadonlyMap<number, ValueTable>;
  /** How each argument is written, and for `OP.value` its table and its bytes: three numbers each. */
  readonly ways: Int32Array;
}
export interface ValueTable { readonly address: number; readonly bytes: number }
export const NO_PROGRAM: QuickProgram = { address: 0, needs: 0, values: new Map(), ways: new Int32Array(0) };

/** Events of such a type have no line: a field lacks a value for all of them. */
export const SILENT: QuickProgram = { ...NO_PROGRAM, address: -1 };

/** Neighbours of a line that depend on the same: what is kept of them is one text. A constant text goes with what stands before it. */
export interface QuickRun { readonly by: Hold | 'text'; readonly piece: Piece; readonly write: FieldWrite; readonly text: string }

export function quickRuns(pieces: readonly Piece[]): QuickRun[] {
  const runs: { readonly by: Hold | 'text'; readonly pieces: Piece[] }[] = [];
  for (const piece of pieces) {
    const last = runs.at(-1), by = piece.text === undefined ? piece.by : 'text';
    const joins = last !== undefined && (by === 'text' ? last.by !== 'event' : by === last.by && by !== 'event');
    if (joins) last.pieces.push(piece); else runs.push({ by, pieces: [piece] });
  }
  return runs.flatMap(({ by, pieces: all }) => {
    const [first] = all;
    return first === undefined ? [] : [{ by, piece: first, write: inRow(all.map(({ write }) => write)), text: all.map(({ text = '' }) => text).join('') }];
  });
}

const GENERIC_EXIT = 1;
/** Data is cut to texts of at least this length, in which its mark fits. */
const SHORTEST_CUT = 3;
const WIDE = 4;
const WAYS: Readonly<Record<number, OP>> = { [PLAIN.eight]: OP.eight, [PLAIN.four]: OP.four, [PLAIN.descriptor]: OP.fd, [PLAIN.result]: OP.result, [PLAIN.data]: OP.data, [PLAIN.value]: OP.value, [PLAIN.hex]: OP.hex, [PLAIN.path]: OP.path };

/** Makes the program for events like this one: of its type, in a source of its kind. */
export function quickProgram(runs: readonly QuickRun[], ctx: EventContext, options: FieldOptions, memory: QuickMemory): QuickProgram {
  if (ctx.view.lengthWidth === WIDE) return NO_PROGRAM;
  const words = new Words(memory);
  const values = new Map<number, ValueTable>(), ways: number[] = [];
  let needs = 0, threads = 0, names = 0;
  for (const [i, { by, piece, write, text }] of runs.entries()) {
    if (by === 'text') words.text((sink) => { sink.utf8(text); return true; });
    else if (by === 'type' || (by === 'descriptor' && !hasFd(ctx) && CONNECTS[ctx.view.type] !== 1)) words.text((sink) => write(ctx, sink));
    else if (by === 'thread') { words.op(OP.thread, threads++); needs |= NEEDS.thread; }
    else if (by === 'descriptor') { words.op(OP.descriptor, names++); words.word(i); needs |= NEEDS.named; }
    else if (piece.native === undefined) { words.op(OP.field, i); needs |= NEEDS.context | NEEDS.field; }
    else if (piece.native === 'arguments') needs |= list(words, ctx, options, memory, values, ways);
    else words.op(OP[piece.native]);
  }
  words.op(OP.end);
  if (words.isMissing) return SILENT;
  const address = words.finish();
  return address === 0 ? NO_PROGRAM : { address, needs, values, ways: Int32Array.from(ways) };
}

/** The list of all arguments. */
function list(words: Words, ctx: EventContext, options: FieldOptions, memory: QuickMemory, values: Map<number, ValueTable>, ways: number[]): number {
  const { type } = ctx.view;
  if (type <= GENERIC_EXIT) return 0;
  const { labels, plain, sizes, limit } = argsWriter(options).layout(type, isPairs(ctx.state));
  let needs = WRITES[type] !== 1 ? 0 : plain[1] === PLAIN.data ? NEEDS.log : NEEDS.log | NEEDS.context;
  if (labels.length === 0) return needs;
  words.op(OP.arguments, labels.length);
  labels.forEach((label, i) => {
    words.text((sink) => { sink.utf8(label); return true; });
    let way = WAYS[plain[i] ?? PLAIN.no] ?? OP.other;
    if (way === OP.data && limit !== 0 && (limit < SHORTEST_CUT || limit > OP_MOST)) way = OP.other;
    if (way === OP.fd) needs |= i === 0 ? NEEDS.argument | NEEDS.first : NEEDS.argument | NEEDS.asking;
    const size = sizes[i] ?? 0, table = way === OP.value && (size === 1 || size === 2 || size === 4) ? memory.room(8 * VALUES) : 0;
    if (way === OP.value && table === 0) way = OP.other;
    if (way === OP.other) needs |= NEEDS.context;
    words.op(way, way === OP.data ? limit : way === OP.value ? size : way === OP.path ? PATH_LIMIT : 0);
    ways.push(way, table, size);
    if (table === 0) return;
    words.word(table);
    values.set(i, { address: table, bytes: size });
  });
  words.text((sink) => { sink.utf8(' '); return true; });
  return needs;
}

/** Gathers words. Texts that follow one another become one. */
class Words {
  readonly #memory: QuickMemory;
  readonly #words: number[] = [];
  #texts: ((sink: ByteSink) => boolean)[] = [];
  #broken = false;
  /** A text lacks a value. */
  isMissing = false;

  constructor(memory: QuickMemory) { this.#memory = memory; }

  text(write: (sink: ByteSink) => boolean): void { this.#texts.push(write); }
  op(op: OP, number = 0): void {
    this.#flush();
    this.#words.push((number << OP_BITS) | op);
  }
  word(value: number): void { this.#words.push(value); }

  #flush(): void {
    const texts = this.#texts;
    if (texts.length === 0) return;
    this.#texts = [];
    let whole = true;
    const at = this.#memory.fixed((sink) => { for (const write of texts) whole = write(sink) && whole; });
    if (!whole) this.isMissing = true;
    if (at === 0 || !whole) { this.#broken = true; return; }
    this.#words.push((this.#memory.data.getUint32(at, true) << OP_BITS) | OP.text, at + 4);
  }

  /** Address of the program; 0: an event of this type has no line, or there is no room. */
  finish(): number {
    if (this.#broken) return 0;
    const { data } = this.#memory, at = this.#memory.room(4 * this.#words.length);
    if (at !== 0) this.#words.forEach((word, i) => { data.setInt32(at + 4 * i, word, true); });
    return at;
  }
}
