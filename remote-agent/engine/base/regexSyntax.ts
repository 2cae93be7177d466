// Reads regular expressions as RE2 writes them (POSIX egrep, and the parts of Perl's that need no going back) into a small tree.
//
//   alternation = sequence { "|" sequence }
//   sequence    = { atom [ "*" | "+" | "?" | "{" n [ "," [ m ] ] "}" ] [ "?" ] }
//   atom        = character | "." | "^" | "$" | class | "\" escape | "(" [ "?:" | "?P<name>" | "?" flags [ ":" ] ] alternation ")"
//
// What needs memory of what was matched (\1) or looking around ((?=...)) is refused, as RE2 does.

/** Code points from `low` to `high`, both included. */
export type Range = readonly [low: number, high: number];
export type Assertion = 'lineStart' | 'lineEnd' | 'textStart' | 'textEnd' | 'word' | 'noWord';
export type RegexNode =
  | { readonly kind: 'set'; readonly ranges: readonly Range[] }
  | { readonly kind: 'assert'; readonly what: Assertion }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly RegexNode[] }
  | { readonly kind: 'repeat'; readonly part: RegexNode; readonly min: number; readonly max: number };

/** Something wrong with a pattern, at a place in it: 0-based, end exclusive. */
export class RegexError extends Error {
  readonly start: number;
  readonly end: number;
  constructor(start: number, end: number, message: string) { super(message); this.start = start; this.end = end; }
}

export const MAX_CODE = 0x10ffff;
/** Most repetitions that may be asked for, as in RE2. */
const MAX_REPEAT = 1000;
/** Groups within groups at most. */
const MAX_DEPTH = 200;
const FOLD_LIMIT = 2048;

const DIGIT: readonly Range[] = [[48, 57]], SPACE: readonly Range[] = [[9, 10], [12, 13], [32, 32]], WORD: readonly Range[] = [[48, 57], [65, 90], [95, 95], [97, 122]];
const CLASSES: Readonly<Record<string, readonly Range[]>> = {
  alnum: [[48, 57], [65, 90], [97, 122]], alpha: [[65, 90], [97, 122]], ascii: [[0, 127]], blank: [[9, 9], [32, 32]], cntrl: [[0, 31], [127, 127]], digit: DIGIT, graph: [[33, 126]], lower: [[97, 122]], print: [[32, 126]],
  punct: [[33, 47], [58, 64], [91, 96], [123, 126]], space: [[9, 13], [32, 32]], upper: [[65, 90]], word: WORD, xdigit: [[48, 57], [65, 70], [97, 102]],
};
const LETTERS: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };
const PERL: Readonly<Record<string, readonly Range[]>> = { d: DIGIT, s: SPACE, w: WORD };

/** Ranges in order, joined where they touch. */
export function normalize(ranges: readonly Range[]): Range[] {
  const out: [number, number][] = [];
  for (const [low, high] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = out.at(-1);
    if (last !== undefined && low <= last[1] + 1) last[1] = Math.max(last[1], high);
    else out.push([low, high]);
  }
  return out;
}

/** All code points but these. */
export function complement(ranges: readonly Range[]): Range[] {
  const out: Range[] = [];
  let next = 0;
  for (const [low, high] of normalize(ranges)) {
    if (low > next) out.push([next, low - 1]);
    next = high + 1;
  }
  if (next <= MAX_CODE) out.push([next, MAX_CODE]);
  return out;
}

/** With upper and lower case of everything in them. */
export function folded(ranges: readonly Range[]): readonly Range[] {
  const out: Range[] = [...ranges];
  for (const [low, high] of ranges) {
    if (high - low > FOLD_LIMIT) continue;
    for (let code = low; code <= high; code++) {
      const letter = String.fromCodePoint(code);
      for (const other of [letter.toLowerCase(), letter.toUpperCase()]) {
        const folded = other.codePointAt(0) ?? code;
        if (folded !== code && other.length === String.fromCodePoint(folded).length) out.push([folded, folded]);
      }
    }
  }
  return out;
}

interface Flags { ignoreCase: boolean; dotAll: boolean; oneLine: boolean }

/** Reads a pattern. Throws a RegexError. */
export function readRegex(pattern: string, ignoreCase = false): RegexNode { return new Reader(pattern, ignoreCase).whole(); }

class Reader {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  #flags: Flags;

  constructor(text: string, ignoreCase: boolean) { this.#text = text; this.#flags = { ignoreCase, dotAll: false, oneLine: false }; }

  whole(): RegexNode {
    const node = this.#choice();
    if (this.#at < this.#text.length) throw new RegexError(this.#at, this.#at + 1, 'this ")" closes nothing');
    return node;
  }

  #looking(text: string): boolean { return this.#text.startsWith(text, this.#at); }
  #take(text: string): boolean {
    if (!this.#looking(text)) return false;
    this.#at += text.length;
    return true;
  }

  #choice(): RegexNode {
    const parts = [this.#sequence()];
    while (this.#take('|')) parts.push(this.#sequence());
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : { kind: 'choice', parts };
  }

  #sequence(): RegexNode {
    const parts: RegexNode[] = [];
    while (this.#at < this.#text.length && !this.#looking('|') && !this.#looking(')')) {
      const start = this.#at;
      const atom = this.#atom();
      parts.push(atom === undefined ? { kind: 'sequence', parts: [] } : this.#repeats(atom, start));
    }
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : { kind: 'sequence', parts };
  }

  #repeats(atom: RegexNode, start: number): RegexNode {
    let node = atom;
    for (let times = 0; ; times++) {
      const at = this.#at;
      const count = this.#count();
      if (count === undefined) return node;
      if (times > 0) throw new RegexError(start, this.#at, 'a repetition cannot be repeated without brackets around it');
      if (count[0] > MAX_REPEAT || (count[1] !== Infinity && count[1] > MAX_REPEAT)) throw new RegexError(at, this.#at, `at most ${MAX_REPEAT} repetitions can be asked for`);
      if (count[1] < count[0]) throw new RegexError(at, this.#at, 'the higher count comes second: {2,5}');
      this.#take('?');
      node = { kind: 'repeat', part: node, min: count[0], max: count[1] };
    }
  }

  /** `* + ? {n} {n,} {n,m}`; a brace that begins none of these is a character. */
  #count(): readonly [min: number, max: number] | undefined {
    if (this.#take('*')) return [0, Infinity];
    if (this.#take('+')) return [1, Infinity];
    if (this.#take('?')) return [0, 1];
    const braces = /^\{(\d{1,9})(,(\d{0,9}))?\}/.exec(this.#text.slice(this.#at, this.#at + 24));
    if (braces === null) return undefined;
    this.#at += braces[0].length;
    const min = Number(braces[1]);
    return [min, braces[2] === undefined ? min : braces[3] === '' ? Infinity : Number(braces[3])];
  }

  #set(ranges: readonly Range[], negated = false): RegexNode {
    const all = this.#flags.ignoreCase ? folded(ranges) : ranges;
    return { kind: 'set', ranges: negated ? complement(all) : normalize(all) };
  }

  #atom(): RegexNode | undefined {
    const at = this.#at;
    const code = this.#text.codePointAt(at) ?? 0;
    const c = String.fromCodePoint(code);
    this.#at += c.length;
    switch (c) {
      case '*': case '+': case '?': throw new RegexError(at, at + 1, `"${c}" repeats what stands before it, and nothing does; write \\${c} for the character`);
      case '.': return { kind: 'set', ranges: this.#flags.dotAll ? [[0, MAX_CODE]] : complement([[10, 10]]) };
      case '^': return { kind: 'assert', what: this.#flags.oneLine ? 'textStart' : 'lineStart' };
      case '$': return { kind: 'assert', what: this.#flags.oneLine ? 'textEnd' : 'lineEnd' };
      case '(': return this.#group(at);
      case '[': return this.#class(at);
      case '\\': return this.#escape(at);
      default: return this.#set([[code, code]]);
    }
  }

  #group(open: number): RegexNode | undefined {
    if (++this.#depth > MAX_DEPTH) throw new RegexError(open, open + 1, `too many brackets within brackets: at most ${MAX_DEPTH}`);
    const before = { ...this.#flags };
    if (this.#take('?')) {
      const kind = /^(P?<[A-Za-z_]\w*>|[imsU]*(?:-[imsU]+)?[:)])/.exec(this.#text.slice(this.#at))?.[0];
      if (kind === undefined) throw new RegexError(open, this.#at, 'this kind of group is not known: looking ahead or behind would take no bounded time; expected (...), (?:...) or (?i)');
      this.#at += kind.length;
      if (!kind.endsWith('>')) this.#setFlags(kind);
      if (kind.endsWith(')')) { this.#depth--; return undefined; }
    }
    const node = this.#choice();
    if (!this.#take(')')) throw new RegexError(open, open + 1, 'this "(" is not closed');
    this.#flags = before;
    this.#depth--;
    return node;
  }

  #setFlags(letters: string): void {
    let on = true;
    for (const c of letters) {
      if (c === '-') on = false;
      else if (c === 'i') this.#flags.ignoreCase = on;
      else if (c === 's') this.#flags.dotAll = on;
      else if (c === 'm') this.#flags.oneLine = !on;
    }
  }

  #escape(at: number): RegexNode {
    const c = this.#text[this.#at] ?? '';
    switch (c) {
      case 'A': this.#at++; return { kind: 'assert', what: 'textStart' };
      case 'z': this.#at++; return { kind: 'assert', what: 'textEnd' };
      case 'b': this.#at++; return { kind: 'assert', what: 'word' };
      case 'B': this.#at++; return { kind: 'assert', what: 'noWord' };
      default: break;
    }
    const perl = PERL[c.toLowerCase()];
    if (perl !== undefined) { this.#at++; return this.#set(perl, c !== c.toLowerCase()); }
    const code = this.#escapedCode(at);
    return this.#set([[code, code]]);
  }

  /** The character that an escape stands for; the backslash at `at` is passed. */
  #escapedCode(at: number): number {
    const rest = this.#text.slice(this.#at, this.#at + 12);
    const c = rest[0];
    if (c === undefined) throw new RegexError(at, at + 1, 'the pattern ends after a backslash; write \\\\ for the character');
    const hex = /^x(?:\{([0-9a-fA-F]{1,6})\}|([0-9a-fA-F]{2}))/.exec(rest);
    if (hex !== null) {
      const code = parseInt(hex[1] ?? hex[2] ?? '0', 16);
      if (code > MAX_CODE) throw new RegexError(at, at + 1 + hex[0].length, 'there is no such character');
      this.#at += hex[0].length;
      return code;
    }
    const letter = LETTERS[c];
    if (letter !== undefined) { this.#at++; return letter; }
    const octal = /^(0[0-7]{0,2}|[1-7][0-7]{2})/.exec(rest);
    if (octal !== null) { this.#at += octal[0].length; return parseInt(octal[0], 8); }
    if (/[1-9]/.test(c)) throw new RegexError(at, at + 2, 'what a group matched cannot be asked for again: that would take no bounded time');
    if (/[A-Za-z0-9]/.test(c)) throw new RegexError(at, at + 2, `the escape \\${c} is not known; known are \\d \\s \\w \\b, their capitals, \\n \\r \\t \\x41 and \\ before punctuation`);
    const code = this.#text.codePointAt(this.#at) ?? 0;
    this.#at += code > 0xffff ? 2 : 1;
    return code;
  }

  #class(open: number): RegexNode {
    const negated = this.#take('^');
    const ranges: Range[] = [];
    for (let first = true; ; first = false) {
      if (this.#at >= this.#text.length) throw new RegexError(open, open + 1, 'this "[" is not closed');
      if (!first && this.#take(']')) return this.#set(ranges, negated);
      const named = /^\[:(\^?)([a-z]*):\]/.exec(this.#text.slice(this.#at, this.#at + 16));
      if (named !== null) {
        const known = CLASSES[named[2] ?? ''];
        if (known === undefined) throw new RegexError(this.#at, this.#at + named[0].length, `the class ${named[0]} is not known; known are ${Object.keys(CLASSES).map((k) => `[:${k}:]`).join(' ')}`);
        ranges.push(...(named[1] === '^' ? complement(known) : known));
        this.#at += named[0].length;
        continue;
      }
      const perl = this.#looking('\\') ? PERL[(this.#text[this.#at + 1] ?? '').toLowerCase()] : undefined;
      if (perl !== undefined) {
        ranges.push(...(/[A-Z]/.test(this.#text[this.#at + 1] ?? '') ? complement(perl) : perl));
        this.#at += 2;
        continue;
      }
      ranges.push(this.#range());
    }
  }

  #range(): Range {
    const at = this.#at;
    const low = this.#member();
    if (!this.#looking('-') || this.#text[this.#at + 1] === ']' || this.#at + 1 >= this.#text.length) return [low, low];
    this.#at++;
    const high = this.#member();
    if (high < low) throw new RegexError(at, this.#at, 'the range runs backwards: the lower end comes first, as in a-z');
    return [low, high];
  }

  #member(): number {
    const at = this.#at;
    if (this.#take('\\')) return this.#escapedCode(at);
    const code = this.#text.codePointAt(at) ?? 0;
    this.#at += code > 0xffff ? 2 : 1;
    return code;
  }
}
