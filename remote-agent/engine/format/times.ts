// Writers of times as bytes: the clock's text is kept for the second that it is of.
import { FOUR_DIGITS, type ByteSink } from '../base/sink.ts';
import type { EventContext } from '../event/context.ts';
import type { FieldOptions } from '../fields/index.ts';
import { clockText, epochSeconds } from '../fields/times.ts';
import type { StateView } from '../state/model.ts';
import type { FieldWrite } from './writers.ts';

const NS = 1e9;
const EXACT = Number.MAX_SAFE_INTEGER;
const TEN_THOUSAND = 10000;
const DOT = 46;

/** The second that an event lies in, of which the beginning of the text is kept. */
export class Second {
  /** Nanoseconds of the last event beyond its second. */
  nanos = 0;
  seconds = NaN;
  #state: StateView | undefined;
  /** Where the second begins, ns since the base. */
  #start = NaN;

  /** Whether the event's time is exact as a number. */
  get exact(): boolean { return !Number.isNaN(this.#start); }

  /** Moves to the event's second; true where it is another than before. */
  move(ctx: EventContext): boolean {
    const since = ctx.tsNs - this.#start;
    if (this.#state === ctx.state && since >= 0 && since < NS) { this.nanos = since; return false; }
    this.#state = ctx.state;
    if (ctx.tsNs > EXACT || ctx.tsNs < -EXACT) {
      // So far from the base that a number is not exact: from the event's own 64 bits.
      const ns = (BigInt(ctx.view.tsHi) << 32n) | BigInt(ctx.view.tsLo);
      this.seconds = Number(ns / 1000000000n);
      this.nanos = Number(ns % 1000000000n);
      this.#start = NaN;
      return true;
    }
    this.seconds = epochSeconds(ctx);
    const base = Number(ctx.state.baseNs % 1000000000n);
    this.#start = Math.floor((base + ctx.tsNs) / NS) * NS - base;
    this.nanos = ctx.tsNs - this.#start;
    return true;
  }
}

/** Writes `22:13:20.000001000`. What is written is kept but for the last four digits: events mostly follow one another within 10 us. */
export class Clock {
  readonly #zoneSeconds: number;
  readonly #second = new Second();
  /** Where the ten microseconds begin, ns since the base of `state`; NaN: nothing is kept. */
  #start = NaN;
  #state: StateView | undefined;
  /** `22:13:20.00000` as the bytes of two numbers. */
  readonly #bytes = new DataView(new ArrayBuffer(16));
  #head = 0;
  #tail = 0;

  constructor(zoneSeconds: number) { this.#zoneSeconds = zoneSeconds; }

  write(ctx: EventContext, sink: ByteSink): void {
    const rest = ctx.tsNs - this.#start;
    if (!(rest >= 0 && rest < TEN_THOUSAND) || this.#state !== ctx.state) { this.#other(ctx, sink); return; }
    sink.reserve(24);
    const { data, at } = sink;
    data.setFloat64(at, this.#head, true);
    data.setFloat64(at + 8, this.#tail, true);
    data.setInt32(at + 14, FOUR_DIGITS[rest | 0] ?? 0, true);
    sink.at = at + 18;
  }

  #other(ctx: EventContext, sink: ByteSink): void {
    const second = this.#second, bytes = this.#bytes, mark = sink.at;
    if (second.move(ctx)) {
      const text = `${clockText(second.seconds + this.#zoneSeconds)}.`;
      for (let i = 0; i < text.length; i++) bytes.setUint8(i, text.charCodeAt(i));
    }
    sink.reserve(24);
    const { data } = sink;
    data.setFloat64(mark, bytes.getFloat64(0, true), true);
    data.setInt8(mark + 8, bytes.getInt8(8));
    sink.at = mark + 9;
    sink.padded9(second.nanos);
    this.#state = ctx.state;
    this.#start = second.exact ? ctx.tsNs - second.nanos % TEN_THOUSAND : NaN;
    this.#head = data.getFloat64(mark, true);
    // Its last two bytes are two of the four digits, which are written over.
    this.#tail = data.getFloat64(mark + 8, true);
  }
}

/** Writes the clock's time. */
export function clockWriter(zoneSeconds: number): FieldWrite {
  const clock = new Clock(zoneSeconds);
  return (ctx, sink) => { clock.write(ctx, sink); return true; };
}

/** Writes `1700000000000001000`. */
export function epochNanosWriter(): FieldWrite {
  const second = new Second();
  return (ctx, sink) => {
    second.move(ctx);
    if (second.seconds === 0) sink.decimal(second.nanos);
    else { sink.decimal(second.seconds); sink.padded9(second.nanos); }
    return true;
  };
}

/** Writes `12.000345678` of a span of ns. */
function writeSpan(sink: ByteSink, ns: number): void {
  const seconds = Math.floor(ns / NS);
  sink.decimal(seconds);
  sink.byte(DOT);
  sink.padded9(ns - seconds * NS);
}

/** Writes the time in the form that `-t` chooses. `other` writes what has no short way: differences, and moments in front of the first event. */
export function outputTimeWriter(options: FieldOptions, other: FieldWrite): FieldWrite {
  switch (options.timeForm) {
    case 'h': return clockWriter(options.zoneSeconds);
    case 'a': {
      const second = new Second();
      return (ctx, sink) => {
        second.move(ctx);
        sink.decimal(second.seconds);
        sink.byte(DOT);
        sink.decimal(second.nanos);
        return true;
      };
    }
    case 'r': return (ctx, sink) => {
      const ns = ctx.tsNs - (ctx.state.firstNs ?? 0);
      if (ns < 0 || ns > EXACT) return other(ctx, sink);
      writeSpan(sink, ns);
      return true;
    };
    default: return other;
  }
}
