// Lines written by code of their own (WebAssembly, quickMemory.ts): what is known of the event's thread and descriptor is kept as text in its memory, the bytes of
// the event lie there, too, and one call writes the line. What that code cannot write it asks for; where that does not do, the line is written in the ordinary way.
import { ERRNO, EVENT_HEADER, EVENT_LIMIT } from '../../../driver/schema/index.ts';
import type { EventContext } from '../event/context.ts';
import { argsWriter, isPairs, type ArgsWriter } from '../event/writeArgs.ts';
import { writeKnownDescriptor } from '../event/writeParams.ts';
import type { FieldOptions } from '../fields/index.ts';
import { syslogInfo } from '../fields/syslog.ts';
import type { FdInfo, Thread, ThreadInfo } from '../state/model.ts';
import { QuickMemory, type QuickCalls } from './quickMemory.ts';
import { VALUES } from './quickOps.ts';
import { NEEDS, NO_PROGRAM, quickProgram, quickRuns, type QuickProgram, type QuickRun } from './quickProgram.ts';
import type { LineWrite, Piece } from './text.ts';
import { namedFd } from './writers.ts';

const SLOTS = 4096;
/** Instead of the address of a descriptor's text: nothing is known of it. Given up: there is no room for it. */
const NO_INFO = 1, GIVE_UP = 0;
/** Longest event that is written so, bytes. */
const LONGEST = 1 << 17;
const MAX_ERRNO = 4096;
/** What messages to the system's log begin with. */
const LESS = 60;

/** Numbers of calls below have programs of their own. */
const CODES = 1024;
const GENERIC_EXIT = 1;

/** Where the program for events of a type is; -1: there is none. */
function keyOf(type: number, data: DataView, at: number, pairs: number): number {
  if (type > GENERIC_EXIT) return type < EVENT_LIMIT ? 2 * type + pairs : -1;
  const count = data.getUint32(at + EVENT_HEADER.nparams, true);
  if (count === 0 || data.getUint16(at + EVENT_HEADER.lengths, true) !== 2) return -1;
  const code = data.getUint16(at + EVENT_HEADER.lengths + 2 * count, true);
  return code < CODES ? 2 * (EVENT_LIMIT + 2 * code + type) + pairs : -1;
}

/** A live thread: with what it calls. */
type Caller = Thread & { readonly enterType: number; readonly enterFd: number };

/** What is kept for objects that never change: a small table in which newer ones take the places of older ones. */
class Kept<T extends { readonly ref: number }> {
  readonly owners: (T | undefined)[] = new Array<T | undefined>(SLOTS).fill(undefined);
  readonly extras = new Int32Array(SLOTS);
  readonly addresses = new Int32Array(SLOTS);

  get(owner: T, extra: number): number {
    const slot = owner.ref & (SLOTS - 1);
    return this.owners[slot] === owner && this.extras[slot] === extra ? this.addresses[slot] ?? 0 : 0;
  }
  set(owner: T, extra: number, address: number): number {
    const slot = owner.ref & (SLOTS - 1);
    this.owners[slot] = owner;
    this.extras[slot] = extra;
    return this.addresses[slot] = address;
  }
  forget(): void { this.owners.fill(undefined); }
}

/** Writes lines of one format. Give it the bytes of captures with `bring` before they are read, and write to its sink alone. */
export class QuickLines implements QuickCalls {
  readonly memory: QuickMemory;
  readonly #runs: readonly QuickRun[];
  readonly #threadRuns: readonly QuickRun[];
  readonly #namedRuns: readonly QuickRun[];
  readonly #plain: LineWrite;
  readonly #options: FieldOptions;
  readonly #args: ArgsWriter;
  /** By type, and by call for the two that stand for any; all twice: in sources with exit events alone, and with enter events. */
  readonly #programs: (QuickProgram | undefined)[] = new Array<QuickProgram | undefined>(2 * (EVENT_LIMIT + 2 * CODES)).fill(undefined);
  readonly #threads = new Kept<ThreadInfo>();
  readonly #named = new Kept<FdInfo>();
  readonly #fds = new Kept<FdInfo>();
  /** The bytes that the last event lay in, and where they are in the memory. */
  #bytes: Uint8Array = new Uint8Array(0);
  #bytesAt = 0;
  /** The event whose line is being written, or its thread alone. */
  #ctx: EventContext | undefined;
  #thread: Caller | undefined;
  #program = NO_PROGRAM;

  /** Undefined where this program may not make code. `plain`: writes the same lines. No field of the format may remember events that it saw. */
  static make(pieces: readonly Piece[], plain: LineWrite, options: FieldOptions): QuickLines | undefined {
    try { return new QuickLines(pieces, plain, options); } catch { return undefined; }
  }

  private constructor(pieces: readonly Piece[], plain: LineWrite, options: FieldOptions) {
    this.#runs = quickRuns(pieces);
    this.#threadRuns = this.#runs.filter(({ by }) => by === 'thread');
    this.#namedRuns = this.#runs.filter(({ by }) => by === 'descriptor');
    this.#plain = plain;
    this.#options = options;
    this.#args = argsWriter(options);
    this.memory = new QuickMemory({ argument: (index, at, size, out) => this.argument(index, at, size, out), descriptor: (fd) => this.descriptor(fd), field: (index, out) => this.field(index, out) });
    this.#prepare();
  }

  #prepare(): void {
    const { memory } = this, errors = memory.room(4 * MAX_ERRNO);
    for (const [number, name] of ERRNO) if (number > 0 && number < MAX_ERRNO) memory.data.setUint32(errors + 4 * number, memory.fixed((sink) => { sink.ascii(`-${number}(${name})`); }), true);
    memory.code.prepare(this.#options.zoneSeconds, errors, memory.fixed((sink) => { sink.ascii('-100(AT_FDCWD)'); }));
  }

  /** The same bytes at a place from which lines are written quickly. They stay until the next call but one. */
  bring(chunk: Uint8Array): Uint8Array {
    return this.memory.take(chunk) ?? chunk;
  }

  /** Writes the event's line to the memory's sink, without a newline at its end; false, and nothing written, where it has none. */
  write(ctx: EventContext): boolean {
    const { view } = ctx, { memory } = this, { sink } = memory;
    if ((view.bytes !== this.#bytes && !this.#moves(view.bytes)) || view.length > LONGEST || !memory.hasRoom) return this.#plain(ctx, sink);
    if (memory.isTight) this.#forget();
    const key = keyOf(view.type, view.data, view.at, isPairs(ctx.state) ? 1 : 0);
    if (key < 0) return this.#plain(ctx, sink);
    const program = this.#programs[key] ?? this.#make(ctx, key), { address, needs } = program;
    if (address === 0 || ((needs & NEEDS.log) !== 0 && syslogInfo(ctx) !== undefined)) return this.#plain(ctx, sink);
    let thread = 0, named = 0, fdText = NO_INFO;
    if ((needs & NEEDS.thread) !== 0) {
      const { info } = ctx;
      if (info === undefined) return this.#plain(ctx, sink);
      thread = this.#threads.get(info, 0);
      if (thread === 0) thread = this.#keep(this.#threads, info, this.#threadRuns, ctx);
      if (thread === 0) return this.#plain(ctx, sink);
    }
    if ((needs & NEEDS.named) !== 0) {
      const fd = namedFd(ctx);
      if (fd !== undefined) {
        named = this.#named.get(fd, 0);
        if (named === 0) named = this.#keep(this.#named, fd, this.#namedRuns, ctx);
      }
    }
    if ((needs & NEEDS.argument) !== 0) {
      const number = ctx.fdNum, info = ctx.fd ?? (number >= 0 ? ctx.thread?.fds.get(number) : undefined);
      if (info !== undefined) {
        fdText = this.#fds.get(info, number);
        if (fdText === 0) fdText = this.#keepFd(info, number);
        if (fdText === GIVE_UP) return this.#plain(ctx, sink);
      }
    }
    const mark = sink.at;
    if (this.#ctx !== ctx) this.#ctx = ctx;
    if (this.#program !== program) this.#program = program;
    const end = memory.code.line(address, this.#bytesAt + view.at, memory.lines + mark, ctx.num, thread, named, ctx.fdNum, fdText, view.cpu);
    if (end !== 0) { sink.at = end - memory.lines; return true; }
    sink.at = mark;
    return this.#plain(ctx, sink);
  }

  /**
   * Writes the line of an event of which there is no context, as `LineTaker.take` says, of a source with enter events. False, and nothing written, where one is needed.
   */
  take(type: number, thread: Caller, bytes: Uint8Array, data: DataView, at: number, length: number, num: number, cpu: number, from: number): boolean {
    const { memory } = this;
    if ((bytes !== this.#bytes && !this.#moves(bytes)) || length > LONGEST || !memory.hasRoom) return false;
    if (memory.isTight) this.#forget();
    const program = this.#programs[keyOf(type, data, at, 1)];
    if (program === undefined || program.address === 0 || (program.needs & NEEDS.context) !== 0) return false;
    const { needs } = program;
    const value = at + EVENT_HEADER.lengths + 2 * data.getUint32(at + EVENT_HEADER.nparams, true);
    if ((needs & NEEDS.log) !== 0 && (value > at + length - 9 || bytes[value + data.getUint16(at + EVENT_HEADER.lengths, true)] === LESS)) return false;
    let kept = 0, named = 0, number = -1, fdText = NO_INFO;
    if ((needs & NEEDS.thread) !== 0 && (kept = this.#threads.get(thread.info, 0)) === 0) return false;
    if ((needs & NEEDS.first) !== 0) {
      if (value > at + length - 4) return false;
      number = data.getInt32(value, true);
      const info = number < 0 ? undefined : thread.fds.get(from >= 0 ? from : number);
      if (info !== undefined && (fdText = this.#fds.get(info, number)) === 0 && (fdText = this.#keepFd(info, number)) === GIVE_UP) return false;
    }
    if ((needs & NEEDS.named) !== 0) return false;
    const { sink } = memory, mark = sink.at;
    this.#ctx = undefined;
    this.#thread = thread;
    const end = memory.code.line(program.address, this.#bytesAt + at, memory.lines + mark, num, kept, named, number, fdText, cpu);
    if (end === 0) { sink.at = mark; return false; }
    sink.at = end - memory.lines;
    return true;
  }

  /** Goes on to other bytes; false where they do not lie in the memory. */
  #moves(bytes: Uint8Array): boolean {
    if (bytes.buffer !== this.memory.bytes.buffer) return false;
    this.#bytes = bytes;
    this.#bytesAt = bytes.byteOffset;
    return true;
  }

  #make(ctx: EventContext, key: number): QuickProgram {
    const program = quickProgram(this.#runs, ctx, this.#options, this.memory);
    return this.#programs[key] = program;
  }

  #keep<T extends { readonly ref: number }>(table: Kept<T>, owner: T, runs: readonly QuickRun[], ctx: EventContext): number {
    const address = this.memory.keep(runs.map(({ write }) => (sink) => write(ctx, sink)));
    return address === 0 ? 0 : table.set(owner, 0, address);
  }
  #keepFd(info: FdInfo, fd: number): number {
    writeKnownDescriptor(this.memory.passing, info, fd);
    const address = this.memory.kept();
    return address === 0 ? GIVE_UP : this.#fds.set(info, fd, address);
  }
  #forget(): void {
    this.memory.forget();
    this.#threads.forget();
    this.#named.forget();
    this.#fds.forget();
  }

  // ---- what the code asks for

  argument(index: number, at: number, size: number, out: number): number {
    const { memory } = this, { sink } = memory, ctx = this.#ctx;
    if (ctx === undefined) return GIVE_UP;
    const mark = sink.at = out - memory.lines;
    this.#args.one(ctx, sink, index, at - this.#bytesAt, size);
    const end = this.#ended(), table = this.#program.values.get(index);
    if (table !== undefined && table.bytes === size && end !== GIVE_UP) {
      const value = size === 1 ? memory.data.getUint8(at) : size === 2 ? memory.data.getUint16(at, true) : memory.data.getUint32(at, true);
      const entry = table.address + 8 * ((value ^ (value >>> 8)) & (VALUES - 1));
      memory.data.setUint32(entry, value, true);
      memory.data.setUint32(entry + 4, memory.fixed((to) => { to.copy(sink.bytes, mark, sink.at); }), true);
    }
    return end;
  }
  descriptor(fd: number): number {
    const info = (this.#ctx === undefined ? this.#thread : this.#ctx.thread)?.fds.get(fd);
    if (info === undefined) return NO_INFO;
    const known = this.#fds.get(info, fd);
    return known !== 0 ? known : this.#keepFd(info, fd);
  }
  field(index: number, out: number): number {
    const { sink } = this.memory, ctx = this.#ctx;
    if (ctx === undefined) return GIVE_UP;
    sink.at = out - this.memory.lines;
    return this.#runs[index]?.write(ctx, sink) === true ? this.#ended() : GIVE_UP;
  }
  /** Where the sink ends now; given up where it had to grow out of the memory. */
  #ended(): number {
    const { sink, lines } = this.memory;
    return this.memory.isHome ? lines + sink.at : GIVE_UP;
  }
}
