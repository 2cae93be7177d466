// The beginning of the lines that are printed when nobody asked for others: number, time and CPU of the event, written in one go.
import { FOUR_DIGITS, type ByteSink } from '../base/sink.ts';
import type { EventContext } from '../event/context.ts';
import type { FieldOptions } from '../fields/index.ts';
import type { FormatPart } from './part.ts';
import { Clock } from './times.ts';

const HEAD = ['evt.num', ' ', 'evt.outputtime', ' ', 'evt.cpu', ' '];
/** How many parts of a format `headOf` stands for, but for what follows the blank behind them. */
export const HEAD_PARTS = HEAD.length;
const BLANK = 32;
const BLANKS = 0x20202020;
/** Bytes of a head: a number of 16 digits at most, 18 of a time, and what may be touched behind. */
const ROOM = 64;
const TEN_THOUSAND = 10000;
/** Numbers below have at most eight digits in front of the last four. */
const LONGEST = 1e12;

/** Numbers of events, which mostly follow one another: all digits but the last four are kept. */
export class Counter {
  /** Whole ten thousands, NaN: none are kept. */
  #base = NaN;
  /** Their digits as the bytes of a number, and how many there are. */
  readonly #digits = new DataView(new ArrayBuffer(8));
  #kept = 0;
  #length = 0;

  write(num: number, sink: ByteSink): void {
    const rest = num - this.#base;
    if (!(rest >= 0 && rest < TEN_THOUSAND)) { this.#other(num, sink); return; }
    sink.reserve(12);
    const { data, at } = sink;
    const end = at + this.#length;
    data.setFloat64(at, this.#kept, true);
    data.setInt32(end, FOUR_DIGITS[rest | 0] ?? 0, true);
    sink.at = end + 4;
  }

  #other(num: number, sink: ByteSink): void {
    sink.decimal(num);
    this.#base = NaN;
    if (!(num >= TEN_THOUSAND && num < LONGEST)) return;
    const text = String(Math.floor(num / TEN_THOUSAND));
    this.#digits.setFloat64(0, 0);
    for (let i = 0; i < text.length; i++) this.#digits.setUint8(i, text.charCodeAt(i));
    this.#kept = this.#digits.getFloat64(0, true);
    this.#length = text.length;
    this.#base = Number(text) * TEN_THOUSAND;
  }
}

/** Writes `%evt.num %evt.outputtime %evt.cpu ` with the time of the clock. */
export class LineHead {
  readonly #counter = new Counter();
  readonly #clock: Clock;

  constructor(zoneSeconds: number) { this.#clock = new Clock(zoneSeconds); }

  write(ctx: EventContext, sink: ByteSink): void {
    sink.reserve(ROOM);
    this.#counter.write(ctx.num, sink);
    sink.byte(BLANK);
    this.#clock.write(ctx, sink);
    const { cpu } = ctx.view;
    if (cpu < 10) { sink.word(BLANKS + ((cpu + 16) << 8), 3); return; }
    sink.byte(BLANK);
    sink.decimal(cpu);
    sink.byte(BLANK);
  }
}

/** What writes the first parts of a format, if they are `%evt.num %evt.outputtime %evt.cpu ` with the time of the clock. */
export function headOf(parts: readonly FormatPart[], options: FieldOptions): LineHead | undefined {
  const matches = HEAD.every((wanted, i) => { const part = parts[i]; return part !== undefined && ('literal' in part ? part.literal === wanted : part.written === wanted && part.width === 0); });
  return matches && options.timeForm === 'h' ? new LineHead(options.zoneSeconds) : undefined;
}
