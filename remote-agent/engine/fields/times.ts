// Moments and spans as text. Everything is handed in: the base of times and the local offset; no clock is read.
import type { EventContext } from '../event/context.ts';
import { divided, narrow, remainder, unsigned64 } from './values.ts';

const NS = 1e9;
/** Distance from the base, ns, up to which a number is exact; beyond it (104 days) the event's own bytes are asked. */
const EXACT = 9007199254740991;

let baseKey = -1n;
let baseSeconds = 0;
let baseNanos = 0;

function useBase(baseNs: bigint): void {
  if (baseNs === baseKey) return;
  baseKey = baseNs;
  baseSeconds = Number(baseNs / 1000000000n);
  baseNanos = Number(baseNs % 1000000000n);
}

function isFar(ctx: EventContext): boolean { return ctx.tsNs > EXACT || ctx.tsNs < -EXACT; }
/** Epoch ns as the event says it. */
function exact(ctx: EventContext): bigint { return (BigInt(ctx.view.tsHi) << 32n) | BigInt(ctx.view.tsLo); }

/** Whole seconds since the epoch of an event's time. */
export function epochSeconds(ctx: EventContext): number {
  if (isFar(ctx)) return Number(exact(ctx) / 1000000000n);
  useBase(ctx.state.baseNs);
  return baseSeconds + Math.floor((baseNanos + ctx.tsNs) / NS);
}

/** ns beyond the whole second, 0 to 999,999,999. */
export function epochNanos(ctx: EventContext): number {
  if (isFar(ctx)) return Number(exact(ctx) % 1000000000n);
  useBase(ctx.state.baseNs);
  const sum = baseNanos + ctx.tsNs;
  return sum - Math.floor(sum / NS) * NS;
}

/** ns since the state's base. */
export function sinceBase(ctx: EventContext): number | bigint { return isFar(ctx) ? narrow(exact(ctx) - ctx.state.baseNs) : ctx.tsNs; }

/** ns from an earlier moment (since the base) to the event, as an unsigned number of 64 bits: what lies before that moment is nearly 2^64 away from it. */
export function sinceMoment(ctx: EventContext, ns: number | bigint): number | bigint {
  const now = sinceBase(ctx);
  if (typeof now === 'number' && typeof ns === 'number') { const span = now - ns; if (span <= EXACT && span >= -EXACT) return unsigned64(span); }
  return narrow(BigInt.asUintN(64, BigInt(now) - BigInt(ns)));
}

export function pad9(n: number): string { return String(n).padStart(9, '0'); }
function pad2(n: number): string { return n < 10 ? `0${n}` : String(n); }

/** `1700000000000001000`: exact, though it does not fit a number. */
export function epochText(ctx: EventContext): string {
  const seconds = epochSeconds(ctx);
  return seconds === 0 ? String(epochNanos(ctx)) : `${seconds}${pad9(epochNanos(ctx))}`;
}

let dayKey = -1;
let dayText = '';

/** `2023-11-14` of a number of seconds since the epoch. Remembers the last day. */
export function dateText(seconds: number): string {
  const day = Math.floor(seconds / 86400);
  if (day !== dayKey) {
    dayKey = day;
    const date = new Date(day * 86400000);
    dayText = Number.isNaN(date.getTime()) ? '0000-00-00' : date.toISOString().slice(0, 10);
  }
  return dayText;
}

/** `22:13:20` */
export function clockText(seconds: number): string {
  const s = ((seconds % 86400) + 86400) % 86400;
  return `${pad2(Math.floor(s / 3600))}:${pad2(Math.floor(s / 60) % 60)}:${pad2(s % 60)}`;
}

/** A span of ns with a unit, cut rather than rounded: `1.26us`, `18us`, `1.00s`, `2:5`, `01:00:00`. */
export function spanText(ns: number): string {
  if (ns >= 3600 * NS) {
    const s = Math.floor(ns / NS);
    return `${pad2(Math.floor(s / 3600))}:${pad2(Math.floor(s / 60) % 60)}:${pad2(s % 60)}`;
  }
  if (ns >= 60 * NS) return `${Math.floor(ns / (60 * NS))}:${Math.floor(ns / NS) % 60}`;
  if (ns >= NS) return `${Math.floor(ns / NS)}.${pad2(Math.floor((ns % NS) / 1e7))}s`;
  if (ns >= 1e7) return `${Math.floor(ns / 1e6)}ms`;
  if (ns >= 1e6) return `${Math.floor(ns / 1e6)}.${pad2(Math.floor((ns % 1e6) / 1e4))}ms`;
  if (ns >= 1e4) return `${Math.floor(ns / 1e3)}us`;
  if (ns >= 1e3) return `${Math.floor(ns / 1e3)}.${pad2(Math.floor((ns % 1e3) / 10))}us`;
  return `${ns}ns`;
}

/** `12.000345678` of a span of ns. */
export function secondsText(ns: number | bigint): string { return `${divided(ns, NS)}.${pad9(remainder(ns, NS))}`; }
