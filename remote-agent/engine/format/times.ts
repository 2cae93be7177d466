// Writers of times as bytes: the clock's text is kept for the second that it is of.
import type { ByteSink } from '../base/sink.ts';
import type { EventContext } from '../event/context.ts';
import type { FieldOptions } from '../fields/index.ts';
import { clockText, epochSeconds } from '../fields/times.ts';
import type { StateView } from '../state/model.ts';
import type { FieldWrite } from './writers.ts';

const NS = 1e9;
const EXACT = Number.MAX_SAFE_INTEGER;
const DOT = 46;

/** The second that an event lies in, of which the beginning of the text is kept. */
export class Second {
  /** Nanoseconds of the last event beyond its second. */
  nanos = 0;
  seconds = NaN;
  #state: StateView | undefined;
  /** Where the second begins, ns since the base. */
  #start = NaN;

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

/** Puts `22:13:20.` into the first nine bytes of `out`. */
export function clockBytes(seconds: number, out: DataView): void {
  const text = `${clockText(seconds)}.`;
  for (let i = 0; i < text.length; i++) out.setUint8(i, text.charCodeAt(i));
}

/** Writes `22:13:20.000001000`. */
export function clockWriter(zoneSeconds: number): FieldWrite {
  const second = new Second();
  let text = '';
  return (ctx, sink) => {
    if (second.move(ctx)) text = `${clockText(second.seconds + zoneSeconds)}.`;
    sink.ascii(text);
    sink.padded9(second.nanos);
    return true;
  };
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
