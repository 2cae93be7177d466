// Lua's patterns over strings of one byte a character. Every step counts, so that a pattern that explodes ends at the limit of time.
import { LimitError, ScriptError, type Value } from './values.ts';

const L = { percent: 37, open: 40, close: 41, star: 42, plus: 43, minus: 45, dot: 46, question: 63, bracket: 91, closing: 93, caret: 94, dollar: 36 } as const;
const POSITION = -2, UNCLOSED = -1;
const MAX_CAPTURES = 32, MAX_DEPTH = 6000;
/** Steps between two looks at the limits. */
const STEPS = 20_000;

function isClass(c: number, letter: number): boolean {
  switch (letter | 32) {
    case 97: return (c >= 65 && c <= 90) || (c >= 97 && c <= 122);
    case 100: return c >= 48 && c <= 57;
    case 108: return c >= 97 && c <= 122;
    case 117: return c >= 65 && c <= 90;
    case 115: return c === 32 || (c >= 9 && c <= 13);
    case 119: return (c >= 48 && c <= 57) || (c >= 65 && c <= 90) || (c >= 97 && c <= 122);
    case 120: return (c >= 48 && c <= 57) || (c >= 65 && c <= 70) || (c >= 97 && c <= 102);
    case 112: return (c >= 33 && c <= 47) || (c >= 58 && c <= 64) || (c >= 91 && c <= 96) || (c >= 123 && c <= 126);
    case 99: return c < 32 || c === 127;
    case 103: return c > 32 && c < 127;
    case 122: return c === 0;
    default: return letter === c;
  }
}
const LETTERS = new Set([97, 100, 108, 117, 115, 119, 120, 112, 99, 103, 122]);
function single(c: number, letter: number): boolean {
  if (!LETTERS.has(letter | 32)) return letter === c;
  const found = isClass(c, letter);
  return (letter & 32) === 0 ? !found : found;
}

/** One pattern against one text. */
export class Matcher {
  readonly #text: string;
  readonly #pattern: string;
  readonly #tick: () => void;
  readonly #starts: number[] = [];
  readonly #lengths: number[] = [];
  level = 0;
  #depth = 0;
  #steps = 0;

  /** `tick` throws where the time is over. */
  constructor(text: string, pattern: string, tick: () => void) { this.#text = text; this.#pattern = pattern; this.#tick = tick; }

  /** Where a match that begins at `at` ends, by the pattern from `from` on; -1: there is none. */
  run(at: number, from: number): number {
    this.level = 0; this.#depth = 0;
    try { return this.#match(at, from); } catch (error) {
      // Raised again here: of a deep search the stack has no room to tell who asked for it.
      if (error instanceof ScriptError) throw new ScriptError(error.value);
      if (error instanceof LimitError) throw new LimitError(error.kind);
      throw error;
    }
  }
  /** The captures of the last match; without any, the match itself where `whole`. */
  captures(start: number, end: number, whole: boolean): Value[] {
    const count = this.level === 0 && whole ? 1 : this.level, found: Value[] = new Array<Value>(count);
    for (let i = 0; i < count; i++) found[i] = this.capture(i, start, end);
    return found;
  }
  capture(i: number, start: number, end: number): Value {
    if (i >= this.level) {
      if (i !== 0) throw new ScriptError('invalid capture index');
      return this.#text.slice(start, end);
    }
    const length = this.#lengths[i] ?? UNCLOSED, at = this.#starts[i] ?? 0;
    if (length === UNCLOSED) throw new ScriptError('unfinished capture');
    return length === POSITION ? at + 1 : this.#text.slice(at, at + length);
  }

  #count(): void { if (++this.#steps >= STEPS) { this.#steps = 0; this.#tick(); } }

  #match(at: number, from: number): number {
    if (++this.#depth > MAX_DEPTH) throw new ScriptError('pattern too complex');
    try {
      const pattern = this.#pattern, text = this.#text;
      for (;;) {
        this.#count();
        if (from >= pattern.length) return at;
        const letter = pattern.charCodeAt(from);
        if (letter === L.open) return pattern.charCodeAt(from + 1) === L.close ? this.#open(at, from + 2, POSITION) : this.#open(at, from + 1, UNCLOSED);
        if (letter === L.close) return this.#close(at, from + 1);
        if (letter === L.dollar && from + 1 === pattern.length) return at === text.length ? at : -1;
        if (letter === L.percent) {
          const next = pattern.charCodeAt(from + 1);
          if (next === 98) { at = this.#balance(at, from + 2); if (at < 0) return -1; from += 4; continue; }
          if (next === 102) {
            from += 2;
            if (pattern.charCodeAt(from) !== L.bracket) throw new ScriptError("missing '[' after '%f' in pattern");
            const end = this.#classEnd(from), before = at === 0 ? 0 : text.charCodeAt(at - 1), here = at < text.length ? text.charCodeAt(at) : 0;
            if (this.#inSet(before, from, end - 1) || !this.#inSet(here, from, end - 1)) return -1;
            from = end;
            continue;
          }
          if (next >= 48 && next <= 57) { at = this.#back(at, next); if (at < 0) return -1; from += 2; continue; }
        }
        const end = this.#classEnd(from), suffix = pattern.charCodeAt(end);
        if (suffix === L.question) {
          if (at < text.length && this.#one(at, from, end)) { const found = this.#match(at + 1, end + 1); if (found >= 0) return found; }
          from = end + 1;
          continue;
        }
        if (suffix === L.star) return this.#greedy(at, from, end, 0);
        if (suffix === L.plus) return this.#greedy(at, from, end, 1);
        if (suffix === L.minus) return this.#lazy(at, from, end);
        if (at >= text.length || !this.#one(at, from, end)) return -1;
        at++;
        from = end;
      }
    } finally { this.#depth--; }
  }

  #classEnd(from: number): number {
    const pattern = this.#pattern, letter = pattern.charCodeAt(from++);
    if (letter === L.percent) {
      if (from >= pattern.length) throw new ScriptError("malformed pattern (ends with '%')");
      return from + 1;
    }
    if (letter !== L.bracket) return from;
    if (pattern.charCodeAt(from) === L.caret) from++;
    do {
      if (from >= pattern.length) throw new ScriptError("malformed pattern (missing ']')");
      if (pattern.charCodeAt(from++) === L.percent) from++;
    } while (pattern.charCodeAt(from) !== L.closing);
    return from + 1;
  }

  #one(at: number, from: number, end: number): boolean {
    const c = this.#text.charCodeAt(at), letter = this.#pattern.charCodeAt(from);
    switch (letter) {
      case L.dot: return true;
      case L.percent: return single(c, this.#pattern.charCodeAt(from + 1));
      case L.bracket: return this.#inSet(c, from, end - 1);
      default: return letter === c;
    }
  }

  /** `from` at the bracket, `end` at the closing one. */
  #inSet(c: number, from: number, end: number): boolean {
    const pattern = this.#pattern;
    let wanted = true;
    if (pattern.charCodeAt(from + 1) === L.caret) { wanted = false; from++; }
    while (++from < end) {
      const letter = pattern.charCodeAt(from);
      if (letter === L.percent) { if (single(c, pattern.charCodeAt(++from))) return wanted; }
      else if (pattern.charCodeAt(from + 1) === L.minus && from + 2 < end) {
        if (letter <= c && c <= pattern.charCodeAt(from + 2)) return wanted;
        from += 2;
      } else if (letter === c) return wanted;
    }
    return !wanted;
  }

  #greedy(at: number, from: number, end: number, least: number): number {
    const { length } = this.#text;
    let count = 0;
    while (at + count < length && this.#one(at + count, from, end)) { count++; this.#count(); }
    // Nothing behind it: the longest is the match.
    if (end + 1 >= this.#pattern.length) return count >= least ? at + count : -1;
    for (; count >= least; count--) {
      const found = this.#match(at + count, end + 1);
      if (found >= 0) return found;
    }
    return -1;
  }
  #lazy(at: number, from: number, end: number): number {
    for (;;) {
      const found = this.#match(at, end + 1);
      if (found >= 0) return found;
      if (at >= this.#text.length || !this.#one(at, from, end)) return -1;
      at++;
    }
  }
  #open(at: number, from: number, what: number): number {
    if (this.level >= MAX_CAPTURES) throw new ScriptError('too many captures');
    this.#starts[this.level] = at; this.#lengths[this.level] = what;
    this.level++;
    const found = this.#match(at, from);
    if (found < 0) this.level--;
    return found;
  }
  #close(at: number, from: number): number {
    let open = this.level - 1;
    while (open >= 0 && this.#lengths[open] !== UNCLOSED) open--;
    if (open < 0) throw new ScriptError('invalid pattern capture');
    this.#lengths[open] = at - (this.#starts[open] ?? 0);
    const found = this.#match(at, from);
    if (found < 0) this.#lengths[open] = UNCLOSED;
    return found;
  }
  #balance(at: number, from: number): number {
    const pattern = this.#pattern, text = this.#text;
    if (from + 1 >= pattern.length) throw new ScriptError("missing arguments to '%b'");
    const open = pattern.charCodeAt(from), close = pattern.charCodeAt(from + 1);
    if (text.charCodeAt(at) !== open) return -1;
    let depth = 1;
    for (let i = at + 1; i < text.length; i++) {
      this.#count();
      const c = text.charCodeAt(i);
      if (c === close) { if (--depth === 0) return i + 1; } else if (c === open) depth++;
    }
    return -1;
  }
  #back(at: number, digit: number): number {
    const i = digit - 49, length = this.#lengths[i] ?? UNCLOSED;
    if (i < 0 || i >= this.level || length === UNCLOSED) throw new ScriptError('invalid capture index');
    const start = this.#starts[i] ?? 0;
    return this.#text.startsWith(this.#text.slice(start, start + length), at) ? at + length : -1;
  }
}
