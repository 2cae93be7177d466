// Lines written by code of their own (WebAssembly, quickMemory.ts): what is known of the event's thread and descriptor is kept as text in its memory, the bytes of
// the event lie there, too, and one call writes the line. What that code cannot write it asks for; where that does not do, the line is written in the ordinary way.
import { ByteSink } from '../base/sink.ts';
import { ERRNO, EVENT_HEADER, EVENT_LIMIT } from '../../../driver/schema/index.ts';
import type { EventContext } from '../event/context.ts';
import { argsWriter, isPairs, type ArgsWriter } from '../event/writeArgs.ts';
import { writeKnownDescriptor } from '../event/writeParams.ts';
import type { FieldOptions } from '../fields/index.ts';
import { syslogInfo } from '../fields/syslog.ts';
import type { LiveThread } from '../state/liveThread.ts';
import type { FdInfo, ThreadInfo } from '../state/model.ts';
import { Kept, KeptNear } from './quickKept.ts';
import { BATCH, LINE_ROOM, LONGEST_TEXTS } from './quickLayout.ts';
import { QuickMemory, type QuickCalls } from './quickMemory.ts';
import type { SharedQuick } from './quickScribe.ts';
import { OP, VALUES } from './quickOps.ts';
import { NEEDS, NO_PROGRAM, quickProgram, quickRuns, type QuickProgram, type QuickRun } from './quickProgram.ts';
import type { LineWrite, Piece } from './text.ts';
import { CONNECTS, namedFd } from './writers.ts';

const SLOTS = 4096, FEW_SLOTS = 256;
/** Instead of the address of a descriptor's text: nothing is known of it. Given up: there is no room for it. */
const NO_INFO = 1, GIVE_UP = 0;
/** Instead of an address: there is no line. */
const NO_LINE = -1;
/** Instead of the index of an argument. */
const NOTHING = -1, TOO_MANY = -2;
/** In front of an event stands its CPU. */
const CPU_BYTES = 2;
/** Longest event that is written so, and longest text of a descriptor, bytes. */
const LONGEST = 1 << 17, LONGEST_FD = 1 << 14;
/** What the texts of a line may fill that are always the same, and its list of arguments beside their values: six descriptors, and numbers. */
const FIXED_TEXTS = 1 << 16, LIST = 6 * LONGEST_FD + 4096;
/** Of the room for a line, what may be filled without asking, and by what is asked for. */
const OWN_PART = LINE_ROOM * 3 / 4, ASKED_PART = LINE_ROOM / 8;
const MAX_PARAMS = 64;
const MAX_ERRNO = 4096;
/** What messages to the system's log begin with, and absolute paths; the number that stands for the working directory. */
const LESS = 60, SLASH = 47, FOLDER = -100;

/** Numbers of calls below have programs of their own. */
const CODES = 1024;
const GENERIC_EXIT = 1;

/** Whether the parameters of an event lie within it. */
function fits(data: DataView, at: number, length: number): boolean {
  const count = data.getUint32(at + EVENT_HEADER.nparams, true), lengths = at + EVENT_HEADER.lengths;
  if (count > MAX_PARAMS) return false;
  let size = EVENT_HEADER.lengths + 2 * count;
  if (size > length) return false;
  for (let i = 0; i < count; i++) size += data.getUint16(lengths + 2 * i, true);
  return size <= length;
}

/** Where the program for events of a type is; -1: there is none. */
function keyOf(type: number, data: DataView, at: number, pairs: number): number {
  if (type > GENERIC_EXIT) return type < EVENT_LIMIT ? 2 * type + pairs : -1;
  const count = data.getUint32(at + EVENT_HEADER.nparams, true);
  // With more than the call and its number it tells what it was called with.
  if (count === 0 || count > 2 || data.getUint16(at + EVENT_HEADER.lengths, true) !== 2) return -1;
  const code = data.getUint16(at + EVENT_HEADER.lengths + 2 * count, true);
  return code < CODES ? 2 * (EVENT_LIMIT + 2 * code + type) + pairs : -1;
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
  readonly #threads = new KeptNear<ThreadInfo>(FEW_SLOTS);
  readonly #named = new Kept<FdInfo>(SLOTS);
  readonly #fds = new KeptNear<FdInfo>(FEW_SLOTS);
  /** Longest event that is written so: with more, its line might have no room. */
  readonly #longest: number;
  /** The bytes that the last event lay in, and where they are in the memory. */
  #bytes: Uint8Array = new Uint8Array(0);
  #bytesAt = 0;
  /** The event whose line is being written, or its thread alone. */
  #ctx: EventContext | undefined;
  #thread: LiveThread | undefined;
  #program = NO_PROGRAM;
  /** Where its line begins in the sink. */
  #mark = 0;
  /** Of an event without a context, what is kept of its thread and descriptor; the number of the descriptor that is its first argument, and its text. */
  #kept = 0;
  #name = 0;
  #fdNum = -1;
  #fdText = NO_INFO;
  /** The argument that has to be asked for. */
  #askedAt = 0;
  #askedSize = 0;
  /** By type, what is written for a descriptor of which nothing is known; 0: not known yet. */
  readonly #nameless = new Int32Array(EVENT_LIMIT);
  /** By number of an error, 1: it has a text. */
  readonly #errors = new Uint8Array(MAX_ERRNO);
  /** The event that was taken or handed over last has no line. */
  isSilent = false;
  /** What another thread needs to write lines that were handed over. */
  readonly shared: SharedQuick;
  /** Whether the descriptor is asked for that an event works on. */
  readonly isNamed: boolean;
  /** Whether all of the format can be written from the bytes of most events. */
  readonly isWhole: boolean;

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
    const lists = this.#runs.filter(({ piece }) => piece.native === 'arguments').length, texts = this.#runs.reduce((sum, { text }) => sum + 4 * text.length, 0);
    this.#longest = Math.min(LONGEST, Math.floor((OWN_PART - 2 * LONGEST_TEXTS - FIXED_TEXTS) / Math.max(1, lists)) - LIST);
    if (this.#longest < 4096 || texts > FIXED_TEXTS / 2) throw new Error('lines of this format have no room');
    this.isNamed = this.#namedRuns.length > 0;
    this.isWhole = this.#runs.every(({ by, piece }) => by !== 'event' || piece.native !== undefined);
    this.shared = this.#prepare();
  }

  #prepare(): SharedQuick {
    const { memory } = this, errors = memory.room(4 * MAX_ERRNO);
    for (const [number, name] of ERRNO) {
      if (number <= 0 || number >= MAX_ERRNO) continue;
      memory.data.setUint32(errors + 4 * number, memory.fixed((sink) => { sink.ascii(`-${number}(${name})`); }), true);
      this.#errors[number] = 1;
    }
    const folder = memory.fixed((sink) => { sink.ascii('-100(AT_FDCWD)'); });
    memory.code.prepare(this.#options.zoneSeconds, errors, folder);
    return memory.share(this.#options.zoneSeconds, errors, folder);
  }

  /** The same bytes at a place from which lines are written quickly. They stay until the next call but one. */
  bring(chunk: Uint8Array): Uint8Array {
    return this.memory.take(chunk) ?? chunk;
  }

  /** Writes the event's line to the memory's sink, without a newline at its end; false, and nothing written, where it has none. */
  write(ctx: EventContext): boolean {
    const { memory } = this;
    if (memory.isTight) this.forget();
    const { sink } = memory;
    if (!memory.hasRoom || !this.#lookAt(ctx)) return this.#plain(ctx, sink);
    if (this.isSilent) return false;
    const { view } = ctx, mark = this.#mark = sink.at;
    const end = memory.code.line(this.#program.address, this.#bytesAt + view.at, memory.lines + mark, ctx.num, this.#kept, this.#name, this.#fdNum, this.#fdText, view.cpu);
    if (end !== 0) { sink.at = end - memory.lines; return true; }
    sink.at = mark;
    return this.#plain(ctx, sink);
  }

  /** Finds what there is to be known for the line of an event; false where it is written in the ordinary way. */
  #lookAt(ctx: EventContext): boolean {
    const { view } = ctx;
    this.isSilent = false;
    if ((view.bytes !== this.#bytes && !this.#moves(view.bytes)) || view.length > this.#longest) return false;
    const key = keyOf(view.type, view.data, view.at, isPairs(ctx.state) ? 1 : 0);
    if (key < 0) return false;
    const program = this.#programs[key] ?? this.#make(ctx, key), { address, needs } = program;
    if (address < 0) { this.isSilent = true; return true; }
    if (address === 0 || ((needs & NEEDS.log) !== 0 && syslogInfo(ctx) !== undefined)) return false;
    let thread = 0, named = 0, fdText = NO_INFO;
    if ((needs & NEEDS.thread) !== 0) {
      const { info } = ctx;
      if (info === undefined) return false;
      thread = this.#threads.get(info);
      if (thread === 0) thread = this.#keep(this.#threads, info, this.#threadRuns, ctx);
      if (thread === 0) return false;
    }
    if ((needs & NEEDS.named) !== 0) {
      const fd = namedFd(ctx);
      if (fd !== undefined) {
        named = this.#named.get(fd);
        if (named === 0) named = this.#keep(this.#named, fd, this.#namedRuns, ctx);
      } else if (ctx.fd === undefined && ctx.fdNum >= 0 && CONNECTS[view.type] !== 1 && isPairs(ctx.state)) {
        // A descriptor of which nothing is known: what is written for one is written for all.
        named = this.#nameless[view.type] || this.#keepNameless(ctx, view.type);
        if (named < 0) { this.isSilent = true; return true; }
      }
    }
    if ((needs & NEEDS.argument) !== 0) {
      const number = ctx.fdNum, info = ctx.fd ?? (number >= 0 ? ctx.thread?.fds.get(number) : undefined);
      if (info !== undefined) {
        fdText = this.#fds.get(info, number);
        if (fdText === 0) fdText = this.#keepFd(info, number);
        if (fdText === GIVE_UP) return false;
      }
    }
    if (this.#ctx !== ctx) this.#ctx = ctx;
    if (this.#program !== program) this.#program = program;
    this.#kept = thread;
    this.#name = named;
    this.#fdNum = ctx.fdNum;
    this.#fdText = fdText;
    return true;
  }

  /**
   * Writes the line of an event of which there is no context, as `LineTaker.take` says, of a source with enter events. False, and nothing written, where one is needed.
   */
  take(type: number, thread: LiveThread, bytes: Uint8Array, data: DataView, at: number, length: number, num: number, cpu: number, number: number, from: number): boolean {
    const { memory } = this;
    if (memory.isTight) this.forget();
    if (!memory.hasRoom || !this.#look(type, thread, bytes, data, at, length, number, from) || !fits(data, at, length)) return false;
    if (this.isSilent) return true;
    const { sink } = memory, mark = sink.at;
    this.#ctx = undefined;
    this.#thread = thread;
    const end = memory.code.line(this.#program.address, this.#bytesAt + at, memory.lines + mark, num, this.#kept, this.#name, this.#fdNum, this.#fdText, cpu);
    if (end === 0) { sink.at = mark; return false; }
    sink.at = end - memory.lines;
    return true;
  }

  /**
   * The same, but that another thread is to write the line later: leaves what it needs as line `index` of a batch at `items` (words of 32 bits of the memory). The bytes, and what is
   * kept, have to stay until then.
   */
  hand(items: number, index: number, type: number, thread: LiveThread, bytes: Uint8Array, data: DataView, at: number, length: number, num: number, number: number, from: number): boolean {
    if (this.memory.isTight || !this.#look(type, thread, bytes, data, at, length, number, from)) return false;
    if (this.isSilent) return fits(data, at, length);
    const program = this.#program;
    if ((program.needs & NEEDS.asking) !== 0 || this.#asks(program.ways, bytes, data, at, length) !== NOTHING) return false;
    this.#put(items, index, at, num, 0);
    return true;
  }

  /** The same for an event with its context; what has to be asked for its line is asked now. */
  handOver(items: number, index: number, ctx: EventContext): boolean {
    const { memory } = this, { view: { bytes, data, at, length, cpu } } = ctx;
    if (memory.isTight || !memory.hasRoom || at < CPU_BYTES || !this.#lookAt(ctx)) return false;
    if (this.isSilent) return true;
    const program = this.#program, { needs, ways } = program;
    if (data.getUint16(at - CPU_BYTES, true) !== cpu) return false;
    if ((needs & (NEEDS.field | NEEDS.asking)) !== 0 || ((needs & NEEDS.named) !== 0 && this.#name === 0)) return false;
    const which = this.#asks(ways, bytes, data, at, length);
    if (which === TOO_MANY) return false;
    if ((needs & NEEDS.first) !== 0 && !this.#nameFirst(ctx)) return false;
    let asked = 0;
    if (which !== NOTHING) {
      const { sink, lines } = memory, mark = this.#mark = sink.at, from = lines + mark + 4;
      const end = this.argument(which, this.#bytesAt + this.#askedAt, this.#askedSize, from);
      if (end === GIVE_UP) { sink.at = mark; return false; }
      memory.data.setUint32(asked = lines + mark, end - from, true);
      sink.at = end - lines;
    }
    this.#put(items, index, at, ctx.num, asked);
    return true;
  }

  /** Finds what there is to be known for the line of an event without a context. */
  #look(type: number, thread: LiveThread, bytes: Uint8Array, data: DataView, at: number, length: number, number: number, from: number): boolean {
    if ((bytes !== this.#bytes && !this.#moves(bytes)) || length > this.#longest) return false;
    const program = this.#programs[keyOf(type, data, at, 1)];
    if (program === undefined || program.address === 0) return false;
    this.isSilent = program.address < 0;
    if (this.isSilent) return true;
    const { needs } = program;
    if ((needs & NEEDS.context) !== 0) return false;
    this.#program = program;
    this.#fdNum = -1;
    this.#fdText = NO_INFO;
    if ((needs & NEEDS.thread) !== 0 && (this.#kept = this.#threads.get(thread.info)) === 0) return false;
    if ((needs & (NEEDS.log | NEEDS.first)) !== 0) {
      const value = at + EVENT_HEADER.lengths + 2 * data.getUint32(at + EVENT_HEADER.nparams, true);
      if (value > at + length - 8) return false;
      if ((needs & NEEDS.log) !== 0) {
        const message = value + data.getUint16(at + EVENT_HEADER.lengths, true);
        if (message < at + length && bytes[message] === LESS) return false;
      }
      if ((needs & NEEDS.first) !== 0) {
        const first = this.#fdNum = data.getInt32(value, true);
        const info = first < 0 ? undefined : thread.fds.get(from >= 0 ? from : first);
        if (info !== undefined && (this.#fdText = this.#fds.get(info, first)) === 0 && (this.#fdText = this.#keepFd(info, first)) === GIVE_UP) return false;
      }
    }
    if ((needs & NEEDS.named) !== 0) {
      if (number < 0 || from >= 0 || CONNECTS[type] === 1) return false;
      const info = thread.fds.get(number);
      this.#name = info === undefined ? this.#nameless[type] ?? 0 : this.#named.get(info);
      if (this.#name === 0) return false;
      this.isSilent = this.#name < 0;
    }
    return true;
  }

  /** Leaves line `index` of a batch, `asked` being where the text of its argument stands that was asked for, 0: none. */
  #put(items: number, index: number, at: number, num: number, asked: number): void {
    const { words, numbers } = this.memory, item = (items + BATCH.item * index) >> 2;
    words[item] = this.#program.address;
    words[item + 1] = this.#bytesAt + at;
    numbers[(item >> 1) + 1] = num;
    words[item + 4] = this.#kept;
    words[item + 5] = this.#name;
    words[item + 6] = this.#fdText;
    words[item + 7] = asked;
  }

  /** Goes on to the descriptor that is the first argument. */
  #nameFirst({ view: { data, at }, fdNum, fd, thread }: EventContext): boolean {
    const first = data.getInt32(at + EVENT_HEADER.lengths + 2 * data.getUint32(at + EVENT_HEADER.nparams, true), true);
    if (first < 0 || first === this.#fdNum) return true;
    const info = first === fdNum && fd !== undefined ? fd : thread?.fds.get(first);
    this.#fdNum = first;
    this.#fdText = info === undefined ? NO_INFO : this.#fds.get(info, first) || this.#keepFd(info, first);
    return this.#fdText !== GIVE_UP;
  }

  /** Which argument is not of the size and kind that is written without asking. NOTHING: all are; TOO_MANY: more than one, or some are missing. */
  #asks(ways: Int32Array, bytes: Uint8Array, data: DataView, at: number, length: number): number {
    const count = data.getUint32(at + EVENT_HEADER.nparams, true), end = at + length;
    if (3 * count < ways.length || count > MAX_PARAMS) return TOO_MANY;
    let lengths = at + EVENT_HEADER.lengths, value = lengths + 2 * count, which = NOTHING;
    if (value > end) return TOO_MANY;
    for (let i = 0; i < ways.length; i += 3, lengths += 2) {
      const size = data.getUint16(lengths, true);
      if (value + size > end) return TOO_MANY;
      if (!this.#isPlain(ways, i, bytes, data, value, size)) {
        if (which !== NOTHING) return TOO_MANY;
        which = i / 3;
        this.#askedAt = value;
        this.#askedSize = size;
      }
      value += size;
    }
    // What newer sources have more is not written, but has to be there.
    for (let i = ways.length; i < 3 * count; i += 3, lengths += 2) value += data.getUint16(lengths, true);
    return value > end ? TOO_MANY : which;
  }

  #isPlain(ways: Int32Array, i: number, bytes: Uint8Array, data: DataView, value: number, size: number): boolean {
    switch (ways[i]) {
      case OP.eight: case OP.hex: return size === 8;
      case OP.four: return size === 4;
      case OP.fd: case OP.result: {
        if (size !== 8) return false;
        const low = data.getInt32(value, true), high = data.getInt32(value + 4, true);
        return high === low >> 31 && (low >= 0 || (low > -MAX_ERRNO && this.#errors[-low] === 1) || low === FOLDER);
      }
      case OP.data: return true;
      case OP.path: return size > 0 && bytes[value] === SLASH;
      case OP.value: {
        if (size !== ways[i + 2]) return false;
        const n = size === 1 ? data.getUint8(value) : size === 2 ? data.getUint16(value, true) : data.getInt32(value, true);
        const entry = ((ways[i + 1] ?? 0) >> 2) + 2 * ((n ^ (n >>> 8)) & (VALUES - 1)), { words } = this.memory;
        return words[entry + 1] !== 0 && words[entry] === n;
      }
      default: return false;
    }
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
    return address === 0 ? 0 : table.set(owner, address);
  }
  /** What is written where nothing is known of the descriptor; NO_LINE where that leaves no line. */
  #keepNameless(ctx: EventContext, type: number): number {
    const runs = this.#namedRuns;
    return this.#nameless[type] = this.memory.keep(runs.map(({ write }) => (to) => write(ctx, to))) || (runs.every(({ write }) => write(ctx, new ByteSink())) ? 0 : NO_LINE);
  }
  #keepFd(info: FdInfo, fd: number): number {
    const { passing } = this.memory, mark = passing.at;
    writeKnownDescriptor(passing, info, fd);
    if (this.memory.store.at - mark > LONGEST_FD) return GIVE_UP;
    const address = this.memory.kept();
    return address === 0 ? GIVE_UP : this.#fds.set(info, address, fd);
  }
  /** Forgets what is kept, as there is no room for more: lines that were handed over must be written by then. */
  forget(): void {
    this.memory.forget();
    this.#threads.forget();
    this.#named.forget();
    this.#fds.forget();
    this.#nameless.fill(0);
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
      // What is there stays: another thread may have been told that it is.
      if (memory.data.getUint32(entry + 4, true) === 0) {
        memory.data.setUint32(entry, value, true);
        memory.data.setUint32(entry + 4, memory.fixed((to) => { to.copy(sink.bytes, mark, sink.at); }), true);
      }
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
  /** Where the sink ends now; given up where it had to grow out of the memory, or what was asked for is long. */
  #ended(): number {
    const { sink, lines } = this.memory;
    return this.memory.isHome && sink.at - this.#mark < ASKED_PART ? lines + sink.at : GIVE_UP;
  }
}
