// What takes a chisel's time, by callback and by line. Callbacks are timed as they come; of on_event a share of the calls is looked at line by line, and what is
// seen there divides the time of all of them. Nothing of it runs unless a profile was asked for.

export interface CallbackCost { readonly name: string; readonly calls: number; readonly ms: number }
export interface LineCost {
  /** Name of the chunk, as messages print it: `name.lua`. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** How often the line was begun; estimated where not every call was looked at. */
  readonly hits: number;
  readonly ms: number;
  /** Of the time of all callbacks, 0 to 1. */
  readonly share: number;
}
export interface ChiselProfile {
  /** In all callbacks, ms. */
  readonly ms: number;
  readonly callbacks: readonly CallbackCost[];
  /** The costly ones first. */
  readonly lines: readonly LineCost[];
  /** Calls of callbacks that were looked at line by line, and all calls. */
  readonly sampledCalls: number; readonly calls: number;
}

/** Calls of on_event that are all looked at; behind them one of so many is, on average. */
const FIRST_CALLS = 64, EVERY = 97;
/** Lines that one call is followed for at most, so that a long loop in it stays quick: what follows is divided as what was seen. */
export const FUEL = 20_000;
/** Lines that are told at most. */
const MAX_LINES = 2000;

interface Seen { hits: number; ms: number }
interface Callback {
  /** Calls, and the time of those that no line was looked at of. */
  calls: number; plainMs: number; plainCalls: number;
  /** The same of those that were looked at, and how often each line was seen in them. */
  sampledCalls: number; sampledMs: number;
  readonly lines: Map<string, Seen>;
}

/**
 * Gathers what hooks report. A call that is looked at: `begin`, then `line` for each line that begins and `back` where a function returns into one, then `end`. Times are the host's, ms.
 * What a hook itself takes is left out: the clock stops while it works, and what the shortest step takes is the price of getting there and back.
 */
export class ProfileCollector {
  readonly #now: () => number;
  readonly #callbacks = new Map<string, Callback>();
  #current: Callback | undefined;
  #at: Seen | undefined;
  /** What was spent outside the chisel's lines since the last of them. */
  readonly #pending: Seen = { hits: 0, ms: 0 };
  #away = false;
  /** When the chisel had the processor back, ms; NaN: it has not. */
  #since = NaN;
  #began = 0;
  /** Time of the call under way within lines, and steps that were counted in it. */
  #steps = 0;
  #spent = 0;
  #fuel = 0;
  #overheadMs = Infinity;
  /** ms of the batch under way that were told of already. */
  #told = 0;
  #seed = 1;

  /** `now`: ms of a clock that only grows. */
  constructor(now: () => number) { this.#now = now; }

  /** A call begins that is to be followed. */
  begin(name: string): void {
    const callback = this.#of(name);
    callback.calls++; callback.sampledCalls++;
    this.#current = callback;
    this.#at = undefined;
    this.#fuel = FUEL;
    this.#steps = this.#spent = 0;
    this.#began = this.#since = this.#now();
  }
  /** A line begins, or goes on; false: no more are to be told of in this call. */
  line(file: string, line: number, begins: boolean): boolean {
    const now = this.#now(), { lines } = this.#current ?? NOBODY;
    this.#charge(now);
    if (this.#at !== undefined) this.#at.ms += this.#pending.ms;
    this.#spent += this.#pending.ms;
    this.#pending.ms = 0; this.#away = false;
    const key = `${line} ${file}`;
    let seen = lines.get(key);
    if (seen === undefined) { seen = { hits: 0, ms: 0 }; lines.set(key, seen); }
    if (begins) seen.hits++;
    this.#at = seen;
    const more = --this.#fuel > 0;
    this.#since = more ? this.#now() : NaN;
    if (!more) this.#at = undefined;
    return more;
  }
  /** A step that is part of the line at hand. */
  step(): void {
    const at = this.#at;
    // From the second on, it is known to be the line's only once that goes on: else it is what comes behind the callback.
    if (this.#away) this.#at = this.#pending;
    this.#charge(this.#now());
    this.#at = at; this.#away = true;
    if (at !== undefined) this.#since = this.#now();
  }
  /** Lua waits for somebody else; `resume` when it goes on. */
  pause(): void { if (this.#current !== undefined) this.#charge(this.#now()); this.#since = NaN; }
  resume(): void { if (this.#current !== undefined && this.#at !== undefined) this.#since = this.#now(); }
  /** The call that was followed is over. Answers how many calls are to be passed over before the next. */
  end(): number {
    const callback = this.#current;
    if (callback === undefined) return 0;
    const now = this.#now();
    if (!this.#away) this.#charge(now);
    this.#pending.ms = 0; this.#away = false;
    // Whole where lines were too many to follow: then without the price of following.
    callback.sampledMs += this.#fuel > 0 ? this.#spent : Math.max(this.#spent, now - this.#began - this.#steps * this.#overhead * 2);
    this.#told += now - this.#began;
    this.#current = undefined; this.#at = undefined; this.#since = NaN;
    if (callback.sampledCalls < FIRST_CALLS) return 0;
    // Not at even steps, which what happens may have as well.
    this.#seed = (Math.imul(this.#seed, 1103515245) + 12345) & 0x7fffffff;
    return 1 + this.#seed % (2 * EVERY);
  }
  /** A callback that was not looked at ran so often in so many ms. Calls that were looked at are taken out of the time. */
  crossing(name: string, calls: number, ms: number): void {
    const callback = this.#of(name);
    callback.plainMs += Math.max(0, ms - this.#told);
    callback.plainCalls += calls; callback.calls += calls;
    this.#told = 0;
  }
  /** What was followed in a crossing that is no batch's was told in it wholly. */
  settle(): void { this.pause(); this.#told = 0; }

  /** How many calls of a callback were looked at. */
  sampled(name: string): number { return this.#callbacks.get(name)?.sampledCalls ?? 0; }

  result(): ChiselProfile {
    const callbacks: CallbackCost[] = [], lines = new Map<string, { file: string; line: number; hits: number; ms: number }>();
    let calls = 0, sampledCalls = 0, ms = 0;
    for (const [name, c] of this.#callbacks) {
      if (c.calls === 0) continue;
      // Where many calls were not looked at, their time is the measure: nothing was in their way.
      const perCall = c.plainCalls > c.sampledCalls ? c.plainMs / c.plainCalls : c.sampledMs / Math.max(1, c.sampledCalls);
      const whole = c.plainCalls > c.sampledCalls ? c.plainMs + perCall * c.sampledCalls : c.plainMs + c.sampledMs;
      callbacks.push({ name, calls: c.calls, ms: whole });
      calls += c.calls; sampledCalls += c.sampledCalls; ms += whole;
      let sum = 0;
      for (const seen of c.lines.values()) sum += seen.ms;
      for (const [key, seen] of c.lines) {
        const space = key.indexOf(' '), into = lines.get(key) ?? { file: key.slice(space + 1), line: Number(key.slice(0, space)), hits: 0, ms: 0 };
        into.hits += seen.hits * c.calls / Math.max(1, c.sampledCalls);
        into.ms += sum === 0 ? 0 : seen.ms / sum * whole;
        lines.set(key, into);
      }
    }
    const all = [...lines.values()].sort((a, b) => b.ms - a.ms || a.line - b.line).slice(0, MAX_LINES);
    return { ms, callbacks: callbacks.sort((a, b) => b.ms - a.ms), calls, sampledCalls, lines: all.map((l) => ({ ...l, hits: Math.round(l.hits), share: ms === 0 ? 0 : l.ms / ms })) };
  }

  get #overhead(): number { return Number.isFinite(this.#overheadMs) ? this.#overheadMs : 0; }
  #charge(now: number): void {
    if (Number.isNaN(this.#since)) return;
    const took = now - this.#since;
    this.#since = NaN;
    if (took < this.#overheadMs && took > 0) this.#overheadMs = took;
    const own = Math.max(0, took - this.#overhead);
    this.#steps++;
    if (this.#at !== this.#pending) this.#spent += own;
    if (this.#at !== undefined) this.#at.ms += own;
  }
  #of(name: string): Callback {
    let callback = this.#callbacks.get(name);
    if (callback === undefined) { callback = { calls: 0, plainMs: 0, plainCalls: 0, sampledCalls: 0, sampledMs: 0, lines: new Map() }; this.#callbacks.set(name, callback); }
    return callback;
  }
}
const NOBODY: Pick<Callback, 'lines'> = { lines: new Map() };
