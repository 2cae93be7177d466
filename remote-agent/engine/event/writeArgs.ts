// Writes the parameters of events, all or one of them, as bytes. Events of captures with enter events print as sysdig 0.29 prints them, newer ones as newer tools do.
import { eventById, OLDER_PARAMS, type ParamDef } from '../../../driver/schema/index.ts';
import type { ByteSink } from '../base/sink.ts';
import { CONSTANT } from '../base/sinkPieces.ts';
import { encodeText } from '../base/text.ts';
import type { StateView } from '../state/model.ts';
import { writeDotted, type BufferForm } from './buffers.ts';
import type { EventContext } from './context.ts';
import { firstTold, isTold } from './names.ts';
import { isDecimal, paramForm, writeDescriptor, writeResult, type FormOptions, type ParamForm, type Write } from './writeParams.ts';

/** What printing depends on beside the event. `bufferLimit`: longest text of a buffer, 0: whole. */
export interface ShowOptions {
  readonly bufferForm?: BufferForm;
  readonly bufferLimit?: number;
}

const SPACE = 32;
const GENERIC_EXIT = 1;

/** True where the source holds enter and exit events. */
export function isPairs(state: StateView): boolean { return (state as { pairs?: boolean }).pairs === true; }

/** The declaration of a parameter as it counts for sources with or without enter events. */
function definition(type: number, i: number, pairs: boolean): ParamDef | undefined {
  const def = eventById(type)?.params[i];
  return def !== undefined && pairs ? OLDER_PARAMS.get(`${type}:${i}`) ?? def : def;
}

/** The declaration of a parameter as it counts for this source. */
export function paramDef(ctx: EventContext, i: number): ParamDef | undefined { return definition(ctx.view.type, i, isPairs(ctx.state)); }

/** What is chosen once for all events of a type. */
interface Plan {
  /** How many parameters print at most. */
  readonly count: number;
  /** `name=` of each, from the second on with a space in front. */
  readonly texts: readonly string[];
  /** Bytes of each, as declared; 0: it has no fixed size. */
  readonly sizes: Uint8Array;
  /** The same as handles in CONSTANT, and short ones as numbers (see `shortLabels`) with their lengths. */
  readonly labels: Int32Array;
  readonly pairs: Float64Array;
  readonly lengths: Uint8Array;
  /** What the list of all parameters writes without asking a form, as most are: one of `PLAIN`. */
  readonly plain: Uint8Array;
  /** How each is written in the list of all parameters, how its value is written there, and its forms alone. */
  readonly listed: readonly Write[];
  readonly values: readonly Write[];
  readonly single: readonly ParamForm[];
  /** Readers of the time print an empty path as the value in front of it: 1 for such parameters. */
  readonly repeats: Uint8Array;
}

/** Bytes of labels that go as two numbers. */
const SHORT_LABEL = 16;
/**
 * Ways to write a parameter: by its form, or directly where it is a number of eight or of four bytes, a descriptor, a result, or data as text; by its form, but what it writes depends on the number alone, or it is
 * eight bytes in hexadecimal, or a path of which an absolute one is written as it is.
 */
export const PLAIN = { no: 0, eight: 1, four: 2, descriptor: 3, result: 4, data: 5, value: 6, hex: 7, path: 8 } as const;
const BY_VALUE = /^(FLAGS|ENUMFLAGS|U?INT)(8|16|32)$|^(MODE|SYSCALLID|SIGTYPE|SIGSET)$/;

/** Labels of at most sixteen bytes as two numbers each, which have just these bytes; and how long they are, 0 for longer ones. */
function shortLabels(labels: readonly string[]): { readonly pairs: Float64Array; readonly lengths: Uint8Array } {
  const bytes = new Uint8Array(labels.length * SHORT_LABEL), lengths = new Uint8Array(labels.length);
  labels.forEach((label, n) => {
    const text = encodeText(label);
    if (text.length > SHORT_LABEL) return;
    bytes.set(text, n * SHORT_LABEL);
    lengths[n] = text.length;
  });
  const data = new DataView(bytes.buffer);
  return { pairs: Float64Array.from({ length: labels.length * 2 }, (_, i) => data.getFloat64(i * 8, true)), lengths };
}

function plainWay(def: ParamDef, options: FormOptions): number {
  if (isDecimal(def)) return def.size === 8 ? PLAIN.eight : PLAIN.four;
  if (def.type === 'FD') return PLAIN.descriptor;
  if (def.type === 'ERRNO') return PLAIN.result;
  if (BY_VALUE.test(def.type)) return PLAIN.value;
  if (def.type === 'UINT64' && def.format === 'HEX' && def.size === 8) return PLAIN.hex;
  if ((def.type === 'FSPATH' || def.type === 'FSRELPATH') && options.pairs) return PLAIN.path;
  return def.type === 'BYTEBUF' && options.bufferForm === 'text' && options.pairs ? PLAIN.data : PLAIN.no;
}

/** Writes parameters with one set of options. */
export class ArgsWriter {
  readonly #form: BufferForm;
  readonly #limit: number;
  readonly #newer: (Plan | undefined)[] = [];
  readonly #older: (Plan | undefined)[] = [];

  constructor(options: ShowOptions = {}) {
    this.#form = options.bufferForm ?? 'text';
    this.#limit = options.bufferLimit ?? 0;
  }

  #plan(type: number, pairs: boolean): Plan {
    const plans = pairs ? this.#older : this.#newer;
    return plans[type] ?? (plans[type] = this.#make(type, pairs));
  }

  #make(type: number, pairs: boolean): Plan {
    const def = eventById(type);
    const all = def?.params.length ?? 0;
    const defs = Array.from({ length: all }, (_, i) => definition(type, i, pairs) as ParamDef);
    const labels = defs.map((one, i) => `${i === 0 ? '' : ' '}${one.name}=`);
    const options = { pairs, bufferForm: this.#form, bufferLimit: this.#limit };
    const listed = defs.map((one) => paramForm(one, { ...options, overrun: pairs }));
    return {
      count: pairs && def !== undefined && def.known >= 0 ? Math.min(all, def.known) : all,
      texts: labels,
      sizes: Uint8Array.from(defs, (one) => one.size),
      labels: Int32Array.from(labels, (label) => CONSTANT.text(label)),
      ...shortLabels(labels),
      plain: Uint8Array.from(defs, (one) => plainWay(one, { ...options, overrun: pairs })),
      listed: listed.map((form) => form.both),
      values: listed.map((form) => form.value),
      single: listed,
      repeats: Uint8Array.from(def?.params ?? [], (one) => pairs && one.type === 'FSRELPATH' ? 1 : 0),
    };
  }

  /**
   * All parameters as `name=value(in words) `, each with a space behind it. Events that stand for any call have none in captures; live ones
   * tell result and raw arguments, and the number of a call that has no name.
   */
  all(ctx: EventContext, sink: ByteSink): void {
    const view = ctx.view, type = view.type, held = view.nparams;
    if (type <= GENERIC_EXIT) { if (isTold(view)) this.#anyCall(ctx, sink); return; }
    if (held === 0) return;
    const plan = this.#plan(type, isPairs(ctx.state));
    const count = held < plan.count ? held : plan.count;
    const { pairs, lengths, plain } = plan, { data } = view;
    let at = view.start(0);
    for (let i = 0; i < count; i++) {
      const end = view.end(i), size = end - at;
      const length = lengths[i] ?? 0;
      if (length !== 0) sink.pair(pairs, i + i, length); else sink.piece(CONSTANT, plan.labels[i] ?? 0);
      const way = plain[i] ?? PLAIN.no;
      if (way === PLAIN.eight && size === 8 && data.getInt32(at + 4, true) === 0) sink.decimal(data.getUint32(at, true));
      else if (way === PLAIN.four && size === 4) sink.decimal(data.getInt32(at, true));
      else if (way === PLAIN.descriptor && size === 8 && writeDescriptor(sink, ctx, data, at)) { /* written */ }
      else if (way === PLAIN.result && size === 8 && writeResult(sink, data, at)) { /* written */ }
      else if (way === PLAIN.data) writeDotted(sink, view.bytes, data, at, size, this.#limit);
      else write(ctx, sink, plan, i, at, size);
      at = end;
    }
    if (count > 0) sink.byte(SPACE);
  }

  #anyCall(ctx: EventContext, sink: ByteSink): void {
    const view = ctx.view, plan = this.#plan(view.type, isPairs(ctx.state));
    for (let i = firstTold(view); i < view.nparams && i < plan.count; i++) {
      sink.ascii(`${view.def?.params[i]?.name ?? ''}=`);
      plan.listed[i]?.(sink, ctx, view.start(i), view.size(i));
      sink.byte(SPACE);
    }
  }

  /** How the list of all parameters of an event of this type is written, for those who write it themselves. */
  layout(type: number, pairs: boolean): { readonly labels: readonly string[]; readonly plain: Uint8Array; readonly sizes: Uint8Array; readonly limit: number } {
    const { count, texts, plain, sizes } = this.#plan(type, pairs);
    return { labels: texts.slice(0, count), plain, sizes, limit: this.#limit };
  }

  /** Writes parameter `i`, `size` bytes at `at`, as it stands in the list of all. */
  one(ctx: EventContext, sink: ByteSink, i: number, at: number, size: number): void { write(ctx, sink, this.#plan(ctx.view.type, isPairs(ctx.state)), i, at, size); }

  /** How parameter `i` is written alone; undefined where the event does not hold it. */
  #alone(ctx: EventContext, i: number): ParamForm | undefined { return i < 0 || i >= ctx.view.nparams ? undefined : this.#plan(ctx.view.type, isPairs(ctx.state)).single[i]; }

  /** The value of parameter `i`; `<NA>` where the event does not hold it. */
  value(ctx: EventContext, i: number, sink: ByteSink): void {
    const form = this.#alone(ctx, i);
    if (form === undefined) sink.ascii('<NA>'); else form.value(sink, ctx, ctx.view.start(i), ctx.view.size(i));
  }

  /** Parameter `i` in words; nothing where there is nothing to add to its value. */
  words(ctx: EventContext, i: number, sink: ByteSink): void { this.#alone(ctx, i)?.words?.(sink, ctx, ctx.view.start(i), ctx.view.size(i)); }

  /** In words where there are some, else the value. */
  best(ctx: EventContext, i: number, sink: ByteSink): void {
    const mark = sink.at;
    this.words(ctx, i, sink);
    if (sink.at === mark) this.value(ctx, i, sink);
  }
}

function write(ctx: EventContext, sink: ByteSink, plan: Plan, i: number, at: number, size: number): void {
  if (plan.repeats[i] === 1 && size === 0) before(ctx, sink, plan, i); else plan.listed[i]?.(sink, ctx, at, size);
}

function before(ctx: EventContext, sink: ByteSink, plan: Plan, i: number): void {
  let j = i - 1;
  while (j >= 0 && plan.repeats[j] === 1 && ctx.view.size(j) === 0) j--;
  if (j >= 0) plan.values[j]?.(sink, ctx, ctx.view.start(j), ctx.view.size(j));
}

const PLAIN_OPTIONS: ShowOptions = {};
const writers = new Map<string, ArgsWriter>();
/** What was asked for last: mostly the same again. */
let lastOptions: ShowOptions | undefined, lastWriter: ArgsWriter | undefined;

/** The writer for these options; one and the same for equal ones. */
export function argsWriter(options: ShowOptions = PLAIN_OPTIONS): ArgsWriter {
  if (options === lastOptions && lastWriter !== undefined) return lastWriter;
  const key = `${options.bufferForm ?? 'text'} ${options.bufferLimit ?? 0}`;
  let writer = writers.get(key);
  if (writer === undefined) writers.set(key, writer = new ArgsWriter(options));
  lastOptions = options; lastWriter = writer;
  return writer;
}

/** How many parameters print: in captures with enter events those that readers of the time know. */
export function shownCount(ctx: EventContext): number {
  const def = ctx.view.def;
  if (def === undefined) return 0;
  const count = Math.min(ctx.view.nparams, def.params.length);
  return isPairs(ctx.state) && def.known >= 0 ? Math.min(count, def.known) : count;
}
