// What is typed into "Go to…": an event number, a time of day, or a time since the start. Pure.
import type { Clock } from '../base/time.ts';

export type Destination = { readonly kind: 'event'; readonly num: number } | { readonly kind: 'time'; readonly ns: number } | { readonly kind: 'wrong'; readonly start: number; readonly end: number; readonly message: string };

export const GO_TO_HELP = 'An event number such as 12345, a time of day such as 12:10:31.25, or a time since the start such as +31.25, 31.25 s or +1:02.5';
const UNIT_NS: Readonly<Record<string, number>> = { s: 1e9, ms: 1e6, us: 1e3, 'µs': 1e3, ns: 1, min: 60e9, h: 3600e9 };
const DAY_NS = 86400e9;
const HOW = 'Type an event number (12345), a time of day (12:10:31.25), or a time since the start (+31.25).';

/** Where a text leads; `startNs` is the first moment there is: a time of day before it is the next day's. */
export function parseGoTo(text: string, clock: Clock, startNs: number): Destination {
  const typed = text.trim();
  const from = text.length - text.trimStart().length;
  const wrong = (message: string, start = from, end = from + typed.length): Destination => ({ kind: 'wrong', start, end, message });
  if (typed === '') return wrong(HOW, 0, 0);
  const number = /^#?\s*([\d,]+)$/.exec(typed);
  if (number) {
    const num = Number(number[1]!.replaceAll(',', ''));
    return num >= 1 && Number.isSafeInteger(num) ? { kind: 'event', num } : wrong('Events are numbered from 1. ' + HOW);
  }
  const unit = /^\+?\s*(\d+(?:[.,]\d+)?)\s*(s|ms|us|µs|ns|min|h)$/.exec(typed);
  if (unit) return { kind: 'time', ns: Math.round(Number(unit[1]!.replace(',', '.')) * UNIT_NS[unit[2]!]!) };
  const seconds = /^(?:\+\s*(\d+(?:[.,]\d+)?)|(\d+[.,]\d+))$/.exec(typed);
  if (seconds) return { kind: 'time', ns: Math.round(Number((seconds[1] ?? seconds[2]!).replace(',', '.')) * 1e9) };
  const since = /^\+\s*(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)$/.exec(typed);
  if (since) return Number(since[3]) < 60 && (since[1] === undefined || Number(since[2]) < 60) ? { kind: 'time', ns: Math.round((Number(since[1] ?? 0) * 3600 + Number(since[2]) * 60) * 1e9 + Number(since[3]) * 1e9) } : wrong('Minutes and seconds go to 59. ' + HOW);
  const day = /^(\d{1,2}):(\d{2})(?::(\d{2})(\.\d{1,9})?)?$/.exec(typed);
  if (day) {
    const [hours, minutes, wholeSeconds] = [Number(day[1]), Number(day[2]), Number(day[3] ?? 0)];
    if (hours > 23 || minutes > 59 || wholeSeconds > 59) return wrong('A time of day goes from 00:00:00 to 23:59:59. ' + HOW);
    const midnight = clock.date(startNs);
    midnight.setHours(hours, minutes, wholeSeconds, 0);
    const ns = clock.nsOf(midnight) + Math.round(Number(day[4] ?? 0) * 1e9);
    // A second of grace: what is shown rounded down is still the first moment.
    return { kind: 'time', ns: ns < startNs - 1e9 ? ns + DAY_NS : ns };
  }
  const good = /^#?[\d.,:+\s]*/.exec(typed)![0].length;
  return wrong(`This is no event number and no time. ${HOW}`, from + (good < typed.length ? good : 0));
}
