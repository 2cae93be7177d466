// The beginning of the lines that are printed when nobody asked for others: number, time and CPU of the event, written in one go.
import type { FieldOptions } from '../fields/index.ts';
import type { FormatPart } from './part.ts';
import { Second, clockBytes } from './times.ts';
import type { FieldWrite } from './writers.ts';

const HEAD = ['evt.num', ' ', 'evt.outputtime', ' ', 'evt.cpu', ' '];
/** How many parts of a format `headWriter` stands for, but for what follows the blank behind them. */
export const HEAD_PARTS = HEAD.length;
const BLANK = 32;
const ROOM = 64;

/** A writer for the first parts of a format, if they are `%evt.num %evt.outputtime %evt.cpu ` with the time of the clock. */
export function headWriter(parts: readonly FormatPart[], options: FieldOptions): FieldWrite | undefined {
  const matches = HEAD.every((wanted, i) => { const part = parts[i]; return part !== undefined && ('literal' in part ? part.literal === wanted : part.written === wanted && part.width === 0); });
  if (!matches || options.timeForm !== 'h') return undefined;
  const second = new Second();
  const clock = new DataView(new ArrayBuffer(12));
  return (ctx, sink) => {
    if (second.move(ctx)) clockBytes(second.seconds + options.zoneSeconds, clock);
    sink.reserve(ROOM);
    sink.decimal(ctx.num);
    sink.byte(BLANK);
    // `22:13:20.` and what is written over by the digits behind it.
    const { data } = sink, at = sink.at;
    data.setInt32(at, clock.getInt32(0, true), true);
    data.setInt32(at + 4, clock.getInt32(4, true), true);
    data.setInt32(at + 8, clock.getInt32(8, true), true);
    sink.at = at + 9;
    sink.padded9(second.nanos);
    sink.byte(BLANK);
    sink.decimal(ctx.view.cpu);
    sink.byte(BLANK);
    return true;
  };
}
