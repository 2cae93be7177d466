// Times as people read them: durations, clock times, and the ticks of an axis from days down to nanoseconds.
import { scaleTime, tickStep, timeFormat } from 'd3';

export const SECOND_NS = 1e9;
/** `clock`: time of day where the reader is. `relative`: since the capture's first moment. */
export type TimeMode = 'clock' | 'relative';
export interface Tick { readonly ns: number; readonly text: string }
export interface Axis {
  /** What all tick texts leave out: the day, or the minute. */
  readonly context: string;
  readonly ticks: readonly Tick[];
}

const UNITS: readonly (readonly [number, string])[] = [[1e9, 's'], [1e6, 'ms'], [1e3, 'µs']];
const formatDay = timeFormat('%a %-d %b %Y');
const formatHour = timeFormat('%H:%M');
const formatSecond = timeFormat('%H:%M:%S');

/** `1.23 ms`, `45 ns`, `2 min 5 s`; three significant digits below a minute. '' for a negative one: not known. */
export function formatDuration(ns: number): string {
  if (!(ns >= 0)) return '';
  if (ns >= 59.95 * SECOND_NS) return formatLong(ns);
  for (const [unitNs, unit] of UNITS) {
    // 999.5 of a smaller unit would print as 1000.
    if (ns >= unitNs * 0.9995) return `${threeDigits(ns / unitNs)} ${unit}`;
  }
  return `${Math.round(ns)} ns`;
}

function threeDigits(value: number): string {
  const digits = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  const text = value.toFixed(digits);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function formatLong(ns: number): string {
  const seconds = Math.round(ns / SECOND_NS);
  const parts: string[] = [];
  let rest = seconds;
  for (const [size, unit] of [[86400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']] as const) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${unit}`);
  }
  return parts.slice(0, 2).join(' ');
}

/** `12,345`. */
export function formatCount(count: number): string { return Math.round(count).toLocaleString('en-US'); }

/** `1.2 MiB`. */
export function formatBytes(bytes: number): string {
  let value = bytes, unit = 'B';
  for (const next of ['KiB', 'MiB', 'GiB', 'TiB']) {
    if (value < 1024) break;
    value /= 1024;
    unit = next;
  }
  return `${unit === 'B' ? value : value.toFixed(value < 10 ? 1 : 0)} ${unit}`;
}

/** Knows when 0 was, so that times since the base can be shown as times of day. */
export class Clock {
  readonly #baseSecond: number;
  readonly #baseFractionNs: number;

  /** `baseNs`: epoch ns as text. */
  constructor(baseNs: string) {
    const base = BigInt(/^\d+$/.test(baseNs) ? baseNs : '0');
    this.#baseSecond = Number(base / 1000000000n);
    this.#baseFractionNs = Number(base % 1000000000n);
  }

  #split(ns: number): { second: number; fractionNs: number } {
    const totalNs = Math.round(ns) + this.#baseFractionNs;
    const seconds = Math.floor(totalNs / SECOND_NS);
    return { second: this.#baseSecond + seconds, fractionNs: totalNs - seconds * SECOND_NS };
  }
  date(ns: number): Date {
    const { second, fractionNs } = this.#split(ns);
    return new Date(second * 1000 + Math.floor(fractionNs / 1e6));
  }
  /** A time since the base as epoch ns, for what outlives the session. */
  epochOf(ns: number): string { return String(BigInt(this.#baseSecond) * 1000000000n + BigInt(this.#baseFractionNs) + BigInt(Math.round(ns))); }
  /** The time since the base of an epoch ns; NaN where it is none. */
  nsOfEpoch(epochNs: string): number { return /^\d{1,20}$/.test(epochNs) ? Number(BigInt(epochNs) - BigInt(this.#baseSecond) * 1000000000n - BigInt(this.#baseFractionNs)) : Number.NaN; }
  /** ns since the base of a moment. */
  nsOf(date: Date): number { return (date.getTime() / 1000 - this.#baseSecond) * SECOND_NS - this.#baseFractionNs; }

  /** `12:10:31.250340120` or `+31.250340120`; `digits` of the fraction. */
  format(ns: number, mode: TimeMode, digits = 9): string {
    if (mode === 'relative') return formatRelative(ns, digits);
    const { second, fractionNs } = this.#split(ns);
    const text = formatSecond(new Date(second * 1000));
    return digits === 0 ? text : `${text}.${String(fractionNs).padStart(9, '0').slice(0, digits)}`;
  }
  /** Day and time, for titles. */
  formatFull(ns: number): string { return `${formatDay(this.date(ns))} ${this.format(ns, 'clock', 9)}`; }

  /** Ticks for a range over a width, not closer than about `gapPx`. */
  axis(startNs: number, endNs: number, widthPx: number, mode: TimeMode, gapPx = 120): Axis {
    const spanNs = endNs - startNs;
    if (!(spanNs > 0) || widthPx <= 0) return { context: '', ticks: [] };
    const count = Math.max(1, Math.floor(widthPx / gapPx));
    let stepNs = tickStep(0, spanNs, count);
    // d3 takes the nearest step, which may be much finer than what was asked for.
    for (let fewer = count; spanNs / stepNs > count * 1.2 && fewer > 1;) stepNs = tickStep(0, spanNs, fewer = Math.floor(fewer * 0.7));
    return mode === 'clock' ? this.#clockAxis(startNs, endNs, count, stepNs) : relativeAxis(startNs, endNs, stepNs);
  }

  #clockAxis(startNs: number, endNs: number, count: number, stepNs: number): Axis {
    const start = this.date(startNs);
    if (stepNs < SECOND_NS) {
      // Steps of 1, 2, 5 times a power of ten divide the second: count from the whole second before the range.
      const second = this.#split(startNs);
      const wholeNs = startNs - second.fractionNs;
      const ticks = steps(startNs, endNs, stepNs, wholeNs).map((ns) => ({ ns, text: this.#fraction(ns, stepNs) }));
      return { context: `${formatDay(start)}  ${formatSecond(start)}`, ticks };
    }
    const scale = scaleTime().domain([start, this.date(endNs)]);
    let dates = scale.ticks(count);
    for (let fewer = count; dates.length > count * 1.2 + 1 && fewer > 1;) dates = scale.ticks(fewer = Math.floor(fewer * 0.7));
    const gapMs = dates.length > 1 ? dates[1]!.getTime() - dates[0]!.getTime() : 1000;
    const day = timeFormat('%-d %b');
    // Midnight names its day, so that two noons are not one.
    const format = (date: Date): string => gapMs >= 80000000 || date.getHours() + date.getMinutes() + date.getSeconds() === 0 ? day(date) : (gapMs >= 60000 ? formatHour : formatSecond)(date);
    const ticks = dates.map((date) => ({ ns: this.nsOf(date), text: format(date) })).filter((tick) => tick.ns >= startNs && tick.ns <= endNs);
    return { context: formatDay(start), ticks };
  }
  /** Second and as many groups of three digits as the step needs: `31.250 340`. */
  #fraction(ns: number, stepNs: number): string {
    const { second, fractionNs } = this.#split(ns);
    const digits = stepNs >= 1e6 ? 3 : stepNs >= 1e3 ? 6 : 9;
    const groups = String(fractionNs).padStart(9, '0').slice(0, digits).match(/.../g) ?? [];
    return `${String(new Date(second * 1000).getSeconds()).padStart(2, '0')}.${groups.join('\u2009')}`;
  }
}

function steps(startNs: number, endNs: number, stepNs: number, originNs: number): number[] {
  const first = Math.ceil((startNs - originNs) / stepNs);
  const last = Math.floor((endNs - originNs) / stepNs);
  const result: number[] = [];
  for (let i = first; i <= last && result.length < 1000; i++) result.push(Math.round(originNs + i * stepNs));
  return result;
}

const RELATIVE_STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400];

function relativeAxis(startNs: number, endNs: number, stepNs: number): Axis {
  let step = stepNs;
  if (stepNs >= SECOND_NS) step = (RELATIVE_STEPS_S.find((seconds) => seconds * SECOND_NS >= stepNs * 0.8) ?? Math.ceil(stepNs / 86400e9) * 86400) * SECOND_NS;
  const digits = step >= SECOND_NS ? 0 : step >= 1e6 ? 3 : step >= 1e3 ? 6 : 9;
  return { context: 'since the start', ticks: steps(startNs, endNs, step, 0).map((ns) => ({ ns, text: formatRelative(ns, digits) })) };
}

function formatRelative(ns: number, digits: number): string {
  const totalNs = Math.abs(Math.round(ns));
  const seconds = Math.floor(totalNs / SECOND_NS);
  const fraction = digits === 0 ? '' : `.${String(totalNs - seconds * SECOND_NS).padStart(9, '0').slice(0, digits)}`;
  const sign = ns < 0 ? '−' : '+';
  if (seconds < 60) return `${sign}${seconds}${fraction}${digits === 0 ? ' s' : ''}`;
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600), minutes = Math.floor(seconds / 60) % 60;
  return `${sign}${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(seconds % 60)}${fraction}`;
}
