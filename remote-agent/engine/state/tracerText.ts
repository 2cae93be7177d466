// Reads the marks that programs write to /dev/null to say where a piece of their work begins and ends: `>:17:page.query:user=7:` and its end `<:17:page.query::`, or
// the same as JSON: `[">", 17, ["page", "query"], [{"user": "7"}]]`. Read to the letter as sysdig 0.29 reads them, oddities included: captures are judged by it.

/** What became of a text: a mark; the beginning of one, which the next writes may complete; none. */
export enum MARK { whole = 0, partial = 1, wrong = 2 }

/** Whose marks they are: what the ids `t`, `p` and `pp` stand for. */
export interface Marker { readonly tid: number; readonly pid: number; readonly ptid: number }

const END = 0, NEWLINE = 10, SPACE = 32, QUOTE = 34, COMMA = 44, MINUS = 45, DOT = 46, ZERO = 48, NINE = 57, COLON = 58, LESS = 60, EQUALS = 61, MORE = 62;
const OPEN = 91, BACKSLASH = 92, CLOSE = 93, LETTER_G = 103, LETTER_P = 112, LETTER_T = 116, OPEN_BRACE = 123, CLOSE_BRACE = 125;
const NOTHING = new Uint8Array(0);

/** One reader of marks; what it read last is in its fields. Texts are bytes as they were written, without the backslashes of the short form. */
export class MarkReader {
  /** A piece of work begins. */
  begins = false;
  /** 64 bits with sign. A text that says none keeps the one before. */
  id = 0n;
  tags: Uint8Array[] = [];
  names: Uint8Array[] = [];
  values: Uint8Array[] = [];
  /** Bytes of the first tag of the last text that had one. */
  firstTag = 0;
  /** Bytes of all tags that were read. */
  tagBytes = 0;
  #text: Uint8Array = NOTHING;
  #at = 0;
  /** Bytes that were skipped last. */
  #gap = 0;

  /** Reads a text, up to its first NUL. Answers one of MARK. */
  read(text: Uint8Array, who: Marker): MARK {
    const end = text.indexOf(0);
    this.#text = end < 0 ? text : text.subarray(0, end);
    this.#at = 0;
    this.tags = []; this.names = []; this.values = [];
    this.tagBytes = 0;
    if (text.length === 0) return MARK.wrong;
    const first = this.#text[0];
    return first === MORE || first === LESS ? this.#short(first === MORE, who) : this.#json(who);
  }

  #here(): number { return this.#text[this.#at] ?? END; }
  /** What a text is that goes on in another way than it should. */
  #otherwise(): MARK { return this.#here() === END ? MARK.partial : MARK.wrong; }

  #tag(text: Uint8Array): void {
    if (this.tags.length === 0) this.firstTag = text.length;
    this.tags.push(text);
    this.tagBytes += text.length;
  }

  /** Takes the letter that stands for an id, if there is one. */
  #letter(who: Marker): boolean {
    switch (this.#here()) {
      case LETTER_T: this.id = BigInt(who.tid); this.#at++; return true;
      case LETTER_P: this.#at++; this.id = BigInt(who.pid); if (this.#here() === LETTER_P) { this.#at++; this.id = BigInt(who.ptid); } return true;
      case LETTER_G: this.id = 0n; this.#at++; return true;
      default: return false;
    }
  }

  #number(): bigint {
    const negative = this.#here() === MINUS;
    if (negative) this.#at++;
    let value = 0n;
    while (this.#here() >= ZERO && this.#here() <= NINE) { value = BigInt.asUintN(64, value * 10n + BigInt(this.#here() - ZERO)); this.#at++; }
    return BigInt.asIntN(64, negative ? -value : value);
  }

  // ---- the short form

  /** Up to one of `ends`; a backslash takes the next character as it is. Undefined where one of `wrong` comes first. */
  #piece(ends: readonly number[], wrong: readonly number[]): Uint8Array | undefined {
    const out: number[] = [];
    for (let c = this.#here(); c !== END && !ends.includes(c); c = this.#here()) {
      if (c === BACKSLASH) {
        this.#at++;
        c = this.#here();
        if (c === END) break;
      } else if (wrong.includes(c)) return undefined;
      out.push(c);
      this.#at++;
    }
    return Uint8Array.from(out);
  }

  #short(begins: boolean, who: Marker): MARK {
    this.begins = begins;
    this.#at = 1;
    if (this.#here() !== COLON) return this.#otherwise();
    this.#at++;
    // Neither ids nor tags may begin with a zero: more seems to be missing.
    if (this.#here() === ZERO) return MARK.partial;
    if (this.#letter(who)) this.#at++;
    else if (this.#here() === COLON) { this.id = 0n; this.#at++; } else {
      const id = this.#number();
      if (this.#here() !== COLON) return this.#otherwise();
      this.id = id;
      this.#at++;
    }
    if (this.#here() === ZERO) return MARK.partial;
    while (this.#here() !== COLON || this.tags.length > 0) {
      const tag = this.#piece([DOT, COLON], [MORE, LESS, EQUALS, NEWLINE]);
      if (tag === undefined) return MARK.wrong;
      this.#tag(tag);
      if (this.#here() === END) return MARK.partial;
      if (this.#here() === COLON) break;
      this.#at++;
    }
    this.#at++;
    if (this.#here() === END) return MARK.partial;
    return this.#here() === COLON ? MARK.whole : this.#shortArguments();
  }

  #shortArguments(): MARK {
    for (;;) {
      const name = this.#piece([EQUALS], [MORE, LESS, NEWLINE]);
      if (name === undefined) return MARK.wrong;
      this.names.push(name);
      if (this.#here() === END) return name.at(-1) === COLON ? MARK.wrong : MARK.partial;
      this.#at++;
      this.values.push(this.#piece([COMMA, COLON, EQUALS], []) ?? NOTHING);
      if (this.#here() === COLON) return MARK.whole;
      if (this.#here() === END) return MARK.partial;
      this.#at++;
    }
  }

  // ---- JSON

  /** Skips these characters; how often each occurred. Stops before a closing bracket once it has seen an opening one. */
  #skip(characters: readonly number[]): ReadonlyMap<number, number> {
    const seen = new Map<number, number>();
    const from = this.#at;
    for (let c = this.#here(); c !== END && characters.includes(c); c = this.#here()) {
      if (c === CLOSE && seen.has(OPEN)) break;
      seen.set(c, (seen.get(c) ?? 0) + 1);
      this.#at++;
    }
    this.#gap = this.#at - from;
    return seen;
  }

  /** Between values: blanks and at least so many commas. */
  #comma(least: number): MARK {
    const seen = this.#skip([SPACE, COMMA]);
    if (this.#here() === END) return MARK.partial;
    return (seen.get(COMMA) ?? 0) < least ? MARK.wrong : MARK.whole;
  }

  /** Blanks and exactly one of a character. */
  #one(character: number): MARK {
    const seen = this.#skip([SPACE, character]);
    if (this.#here() === END) return MARK.partial;
    return seen.get(character) === 1 ? MARK.whole : MARK.wrong;
  }

  /** A text in quotes, between which it is left as it is. Undefined where there is none, or it does not end; see `#otherwise`. */
  #quoted(): Uint8Array | undefined {
    if (this.#here() !== QUOTE) return undefined;
    const from = ++this.#at;
    while (this.#here() !== END && (this.#here() !== QUOTE || this.#text[this.#at - 1] === BACKSLASH)) this.#at++;
    if (this.#here() === END) return undefined;
    return this.#text.subarray(from, this.#at++);
  }

  #json(who: Marker): MARK {
    this.#skip([SPACE]);
    if (this.#here() !== OPEN) return MARK.wrong;
    this.#at++;
    const type = this.#quoted();
    if (type === undefined) return this.#otherwise();
    this.begins = type[0] === MORE;
    let outcome = this.#comma(1);
    if (outcome !== MARK.whole) return outcome;
    outcome = this.#jsonId(who);
    if (outcome !== MARK.whole) return outcome;
    outcome = this.#one(OPEN);
    if (outcome !== MARK.whole) return outcome;
    outcome = this.#jsonTags();
    if (outcome !== MARK.whole) return outcome;
    const between = this.#skip([SPACE, COMMA, OPEN, CLOSE, OPEN_BRACE, CLOSE_BRACE]);
    if (this.#here() === END) return MARK.partial;
    if (between.get(COMMA) !== 1 || between.get(OPEN) !== 1 || (between.get(OPEN_BRACE) !== 1 && this.#here() !== CLOSE)) return MARK.wrong;
    outcome = this.#jsonArguments();
    if (outcome !== MARK.whole) return outcome;
    this.#skip([SPACE]);
    return this.#here() === CLOSE ? MARK.whole : this.#otherwise();
  }

  #jsonId(who: Marker): MARK {
    if (this.#here() === QUOTE) {
      this.#at++;
      if (this.#here() === COLON) { this.id = 0n; this.#at++; } else if (this.#letter(who)) this.#at++;
      // What cannot be told is passed by as far as the gap in front of it was wide, and keeps the id before.
      else this.#at += this.#gap;
      return this.#comma(1);
    }
    const id = this.#number();
    const delimiter = this.#here();
    if (delimiter !== COMMA && delimiter !== SPACE) return this.#otherwise();
    this.id = id;
    this.#at++;
    if (delimiter === SPACE) return this.#comma(1);
    this.#skip([SPACE]);
    return MARK.whole;
  }

  /** The tags, up to their closing bracket; or none, then past it. */
  #jsonTags(): MARK {
    const first = this.#perhapsQuoted();
    if (first === undefined) return MARK.partial;
    if (first === false) return MARK.whole;
    this.#tag(first);
    for (;;) {
      const outcome = this.#comma(0);
      if (outcome !== MARK.whole) return outcome;
      if (this.#here() === CLOSE) return MARK.whole;
      const tag = this.#quoted();
      if (tag === undefined) return this.#otherwise();
      this.#tag(tag);
    }
  }

  /** A text in quotes; false where something else stands there, which is passed by; undefined where the text ends. */
  #perhapsQuoted(): Uint8Array | false | undefined {
    if (this.#here() === END) return undefined;
    if (this.#here() === QUOTE) return this.#quoted();
    this.#at++;
    return false;
  }

  #jsonArguments(): MARK {
    const first = this.#perhapsQuoted();
    if (first === undefined) return MARK.partial;
    if (first === false) return MARK.whole;
    for (let name = first; ;) {
      this.names.push(name);
      let outcome = this.#one(COLON);
      if (outcome !== MARK.whole) return outcome;
      const value = this.#quoted();
      if (value === undefined) return this.#otherwise();
      this.values.push(value);
      const seen = this.#skip([SPACE, COMMA, OPEN_BRACE, CLOSE_BRACE]);
      if (this.#here() === END) return MARK.partial;
      const commas = seen.get(COMMA), opened = seen.get(OPEN_BRACE), closed = seen.get(CLOSE_BRACE);
      outcome = (commas === 1 && (opened === 1 || closed === 1)) || (closed === 1 && this.#here() === CLOSE) ? MARK.whole : MARK.wrong;
      if (outcome !== MARK.whole) return outcome;
      if (this.#here() === CLOSE) { this.#at++; return MARK.whole; }
      const next = this.#quoted();
      if (next === undefined) return this.#otherwise();
      name = next;
    }
  }
}

/** Whether the data of a write may be a mark or the beginning of one, without reading it all. */
export function mayBeMark(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  const first = bytes[at];
  if (first === MORE || first === LESS) return at + 1 >= end || bytes[at + 1] === COLON || bytes[at + 1] === END;
  while (at < end && bytes[at] === SPACE) at++;
  if (at >= end || bytes[at] !== OPEN) return false;
  return at + 1 >= end || bytes[at + 1] === QUOTE || bytes[at + 1] === END;
}
