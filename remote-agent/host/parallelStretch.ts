// One thread's part in printing a capture: it goes through all events for the state of the system, and prints the stretches that it takes.
import { ByteSink } from '../engine/base/sink.ts';
import type { EventContext } from '../engine/event/context.ts';
import type { FieldOptions } from '../engine/fields/index.ts';
import { compileFilter } from '../engine/filter/index.ts';
import { compileFormat, type QuickLines } from '../engine/format/index.ts';
import { ScapReader, type LineTaker, type Selection } from '../engine/scap/reader.ts';
import { CONTAINER_TYPES } from './captureFacts.ts';
import { STOPPED, Turns, writeAll } from './parallelTurns.ts';

/** What is to be printed, in a form that goes to other threads. */
export interface PrintOrder {
  /** Path of the capture. */
  readonly file: string;
  readonly format: string;
  readonly options: FieldOptions;
  readonly json: boolean;
  /** '' passes all. */
  readonly filter: string;
  /** Most events that are delivered; Infinity: all. */
  readonly limit: number;
  /** Stop at an event so many seconds after the first one delivered; Infinity: never. */
  readonly seconds: number;
  /** Internal events are printed, too. */
  readonly internal: boolean;
  /** Descriptor that the lines go to. */
  readonly fd: number;
  /** Events in a stretch. */
  readonly stretch: number;
}

const NS_PER_SECOND = 1e9;
const NEWLINE = 10;
/** Bytes that are written at once, where it is the thread's turn. */
const FLUSH_AT = 1 << 16;
/** Longer lines are rare. */
const LINE = 1 << 12;
/** Bytes that wait for their turn at most; the thread waits then as well. */
const QUEUE_LIMIT = 32 << 20;
const WAIT_MS = 50;
/** So many events, a power of two, go by before it is asked again whether somebody stopped everybody. */
const ASK_EVERY = 256;
const NOTHING = new Uint8Array(65536);

interface Finished { readonly stretch: number; readonly sink: ByteSink; readonly shown: number; readonly events: number; readonly ends: boolean }

/** Prints what it takes of one file. Give it all of the file's bytes with `push`, from the beginning again where `restarts` says so, then `end`. */
export class StretchPrinter {
  reader = new ScapReader();
  readonly #order: PrintOrder;
  readonly #turns: Turns;
  readonly #print: (ctx: EventContext, sink: ByteSink) => boolean;
  readonly #quick: QuickLines | undefined;
  readonly #test: (ctx: EventContext) => boolean;
  /** What passes, and the events of stretches of other threads. */
  readonly #mine: Selection;
  readonly #others: Selection;
  readonly #queue: Finished[] = [];
  readonly #spare: ByteSink[] = [];
  /** Where lines are written, unless `#quick` writes them to its own. */
  readonly #own = new ByteSink(FLUSH_AT * 2);
  /** What the stretch under way has filled before; it waits for its turn. */
  #held: ByteSink | undefined;
  #queued = 0;
  #stretch = -1;
  #owned = false;
  #leading = true;
  #shown = 0;
  /** Of the stretch under way. */
  #shownHere = 0;
  #firstNs = NaN;
  #done = false;
  /** What went wrong with writing, for people. */
  failure: string | undefined;
  /** Stretches that this thread wrote. */
  written = 0;
  /** This thread reached a limit in a stretch of its own: it ended the print. */
  ended = false;

  constructor(order: PrintOrder, turns: Turns) {
    const format = compileFormat(order.format, order.options), filter = compileFilter(order.filter);
    if (!format.ok) throw new Error(format.message);
    if (!filter.ok) throw new Error(filter.error.message);
    this.#order = order;
    this.#turns = turns;
    this.#print = order.json ? format.printJsonTo : format.printTo;
    this.#quick = format.quick(order.json);
    this.#test = filter.test;
    const demand = filter.demand | format.demand;
    this.#mine = { demand, types: filter.types, byThread: filter.byThread, results: filter.results, test: order.filter === '' ? undefined : filter.test, lines: order.filter === '' && order.seconds === Infinity ? this.#taker(this.#quick) : undefined, repeatable: true };
    this.#others = { demand, types: NOTHING, repeatable: true };
    this.reader.select({ demand, repeatable: true });
  }

  /** Takes lines that need no context. */
  #taker(quick: QuickLines | undefined): LineTaker | undefined {
    if (quick === undefined) return undefined;
    let mark = 0;
    return {
      named: quick.isNamed,
      take: (type, thread, bytes, data, at, length, num, cpu, number, from) => {
        mark = quick.memory.sink.at;
        return !this.#owned || quick.take(type, thread, bytes, data, at, length, num, cpu, number, from);
      },
      takeBack: () => { quick.memory.sink.at = mark; },
      done: () => {
        if (!this.#owned || quick.isSilent) return this.#counted();
        const { sink } = quick.memory;
        sink.byte(NEWLINE);
        if (sink.at >= FLUSH_AT) this.#spill();
        return this.#counted();
      },
    };
  }

  /** Nothing more will be printed by this thread. */
  get done(): boolean { return this.#done; }
  /** Stretch under way; all before it are somebody's. */
  get stretch(): number { return this.#stretch; }

  /** Reads on with the next bytes of the file, which must stay as they are until the next call. */
  push(chunk: Uint8Array): void { this.reader.push(this.#quick?.bring(chunk) ?? chunk); this.#read(); }

  /** Whether it turned out that more has to be known of what went by: then the file has to be read again. */
  restarts(): boolean {
    if (!this.reader.inDoubt) return false;
    this.reader = this.reader.again();
    return true;
  }

  /** Says that there are no more bytes. */
  end(): void {
    this.reader.finish();
    this.#read();
    if (!this.#done) this.#close(false);
    this.#done = true;
  }

  /** Writes what it is the turn of; true where nothing is left. */
  flush(): boolean {
    for (let first = this.#queue[0]; first !== undefined && this.#turns.stopped === STOPPED.no && this.#turns.turn === first.stretch; first = this.#queue[0]) {
      this.#queue.shift();
      this.#queued -= first.sink.at;
      this.#write(first.sink);
      this.written++;
      // Before the turn is passed: nobody may take it.
      if (first.ends) { this.ended = true; this.#turns.stop(STOPPED.ended); }
      this.#turns.pass(first.stretch, first.shown, first.events);
      this.#spare.push(first.sink);
    }
    return this.#queue.length === 0 || this.#turns.stopped !== STOPPED.no;
  }

  #write(sink: ByteSink): void {
    if (sink.at === 0 || this.#turns.stopped !== STOPPED.no) { sink.clear(); return; }
    const wrong = writeAll(this.#order.fd, sink.bytes, sink.at);
    sink.clear();
    if (wrong === undefined) return;
    if (wrong !== 'EPIPE') this.failure = wrong;
    this.#turns.stop(wrong === 'EPIPE' ? STOPPED.closed : STOPPED.failed);
  }

  /** Reads what there is, from stretch to stretch. */
  #read(): void {
    const { reader } = this, size = this.#order.stretch;
    if (this.#stretch < 0) this.#begin(0);
    while (!this.#done && this.#turns.stopped === STOPPED.no) {
      const end = (this.#stretch + 1) * size;
      reader.read(this.#visit, end);
      if (this.#done) { this.#close(true); return; }
      if (reader.events >= end) {
        this.#close(false);
        this.#begin(this.#stretch + 1);
      } else if (!this.#paused) return;
      this.#paused = false;
    }
    this.#done ||= this.#turns.stopped !== STOPPED.no;
  }
  /** The visitor stopped reading to have another selection. */
  #paused = false;

  #begin(stretch: number): void {
    this.#stretch = stretch;
    this.#shownHere = 0;
    this.#owned = this.#turns.take(stretch);
    this.#select();
  }

  /** Of stretches of others only the state is of interest, and what has to be counted from the beginning. */
  #select(): void {
    if (this.#leading) return;
    const counts = this.#order.limit !== Infinity || (this.#order.seconds !== Infinity && Number.isNaN(this.#firstNs));
    this.reader.select(this.#owned || counts ? this.#mine : this.#others);
  }

  /** Ends the stretch; `ends`: and the whole print. */
  #close(ends: boolean): void {
    if (!this.#owned) return;
    this.#owned = false;
    this.#spill();
    if (this.#sink.at > 0) this.#keep();
    const sink = this.#held ?? this.#spare.pop() ?? new ByteSink(0);
    this.#held = undefined;
    this.#queue.push({ stretch: this.#stretch, sink, shown: this.#shownHere, events: this.reader.events, ends });
    this.#queued += sink.at;
    this.flush();
    this.#hold();
  }

  get #sink(): ByteSink { return this.#quick?.memory.sink ?? this.#own; }
  /** Empties the sink into one that waits. */
  #keep(): void {
    this.#held ??= this.#spare.pop() ?? new ByteSink(FLUSH_AT * 2);
    const { bytes, at } = this.#sink;
    this.#held.copy(bytes, 0, at);
    this.#clear();
  }
  #clear(): void { if (this.#quick === undefined) this.#own.clear(); else this.#quick.memory.clear(); }

  /** Waits while too much waits. Whoever has the turn never does. */
  #hold(): void {
    while (this.#queued > QUEUE_LIMIT && !this.flush()) this.#turns.wait(this.#turns.turn, WAIT_MS);
  }

  readonly #visit = (ctx: EventContext): boolean => {
    if (this.#leading) {
      if (CONTAINER_TYPES.has(ctx.view.type)) return true;
      this.#leading = false;
      this.#paused = true;
      this.#select();
      if (this.#test(ctx)) this.#deliver(ctx);
      return false;
    }
    return this.#deliver(ctx);
  };

  #deliver(ctx: EventContext): boolean {
    const { seconds, internal } = this.#order;
    if (Number.isNaN(this.#firstNs)) this.#firstNs = ctx.tsNs;
    if (seconds !== Infinity && ctx.tsNs - this.#firstNs >= seconds * NS_PER_SECOND) { this.#done = true; return false; }
    if (this.#owned && (internal || ctx.view.def?.category !== 'INTERNAL')) {
      const quick = this.#quick, sink = quick === undefined ? this.#own : quick.memory.sink;
      // Here and not within a line, so that what writes lines need not be compiled anew because a sink grows.
      sink.reserve(LINE);
      if (quick === undefined ? this.#print(ctx, sink) : quick.write(ctx)) sink.byte(NEWLINE);
      if (sink.at >= FLUSH_AT) this.#spill();
    }
    return this.#counted();
  }

  /** Counts an event that was delivered. False where it was the last one. */
  #counted(): boolean {
    this.#shown++;
    this.#shownHere++;
    if (this.#shown >= this.#order.limit) { this.#done = true; return false; }
    return (this.#shown & (ASK_EVERY - 1)) !== 0 || this.#turns.stopped === STOPPED.no;
  }

  /** Writes at once where it is this thread's turn; where it is not, lines gather up to a limit. */
  #spill(): void {
    const sink = this.#sink, turns = this.#turns;
    if (turns.turn === this.#stretch) {
      if (this.#held !== undefined) { this.#write(this.#held); this.#spare.push(this.#held); this.#held = undefined; }
      this.#write(sink);
      this.#clear();
      return;
    }
    this.#keep();
    if ((this.#held?.at ?? 0) + this.#queued <= QUEUE_LIMIT) return;
    while (turns.turn !== this.#stretch && turns.stopped === STOPPED.no) { this.flush(); if (turns.turn !== this.#stretch) turns.wait(turns.turn, WAIT_MS); }
  }
}
