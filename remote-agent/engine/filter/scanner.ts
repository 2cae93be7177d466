// The characters of a filter: blanks, names, operators, values. Nothing here knows fields.
import { decodeBytes, encodeText } from '../base/text.ts';
import type { FilterProblem, FilterValue, Operator } from './ast.ts';

/** Thrown inside the reader of filters, and caught by it. */
export class FilterSyntaxError extends Error {
  readonly problem: FilterProblem;
  constructor(start: number, end: number, message: string) {
    super(message);
    this.problem = { start, end: Math.max(end, start), message };
  }
}

// Longest first, so that none hides another.
const SYMBOLS: readonly Operator[] = ['!=', '<=', '>=', '=', '<', '>'];
const WORDS: readonly Operator[] = ['bstartswith', 'startswith', 'intersects', 'icontains', 'bcontains', 'contains', 'endswith', 'pmatch', 'exists', 'iglob', 'regex', 'glob', 'in'];
/** What a backslash in quotes may stand before, beside `\\ \" \xHH`. */
const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', '/': '/', "'": "'" };

export function isBlank(c: string | undefined): boolean { return c === ' ' || c === '\t' || c === '\n' || c === '\r'; }
/** Characters that end a field's name. */
function endsName(c: string | undefined): boolean { return c === undefined || isBlank(c) || c === '(' || c === ')' || c === '!' || c === '=' || c === '<' || c === '>'; }
function isNameCharacter(c: string | undefined): boolean { return c !== undefined && /[A-Za-z0-9_.]/.test(c); }

/** A place in a text that moves forward. */
export class Scanner {
  readonly text: string;
  at = 0;
  /** Quotes as readers of old took them: any quote closes any other, and only `\\ \" \xHH` are escapes. */
  readonly #anyQuote: boolean;
  constructor(text: string, anyQuote = false) { this.text = text; this.#anyQuote = anyQuote; }

  get ended(): boolean { return this.at >= this.text.length; }
  get next(): string | undefined { return this.text[this.at]; }

  skipBlanks(): void { while (isBlank(this.text[this.at])) this.at++; }

  /** Passes `c`, if it comes next. */
  take(c: string): boolean {
    if (this.text[this.at] !== c) return false;
    this.at++;
    return true;
  }

  /** Where the keyword ends, if it comes next; blanks between its letters do not matter. -1: it does not. */
  keywordEnd(word: string): number {
    let at = this.at;
    for (const letter of word) {
      while (isBlank(this.text[at])) at++;
      if (this.text[at] !== letter) return -1;
      at++;
    }
    return at;
  }

  /** Passes one of `words` where a bracket follows it, up to that bracket. */
  called<T extends string>(words: readonly T[]): T | undefined {
    for (const word of words) {
      if (!this.text.startsWith(word, this.at)) continue;
      let at = this.at + word.length;
      while (isBlank(this.text[at])) at++;
      if (this.text[at] !== '(') continue;
      this.at = at;
      return word;
    }
    return undefined;
  }

  nameGoesOnAt(at: number): boolean { return isNameCharacter(this.text[at]); }

  /** End of the name at `from`; what stands in brackets belongs to it. */
  nameEnd(from: number): number {
    let at = from;
    while (!endsName(this.text[at])) {
      if (this.text[at] === '[') {
        const close = this.text.indexOf(']', at);
        if (close > 0) { at = close + 1; continue; }
      }
      at++;
    }
    return at;
  }

  /** Passes an operator; undefined where none comes next. */
  operator(): Operator | undefined {
    if (this.text.startsWith('==', this.at)) { this.at += 2; return '='; }
    for (const list of [SYMBOLS, WORDS]) {
      for (const operator of list) if (this.text.startsWith(operator, this.at)) { this.at += operator.length; return operator; }
    }
    return undefined;
  }

  /** Passes a value. Bare ones end at a blank or bracket, in lists also at a comma; quoted ones at their quote. */
  value(inList: boolean): FilterValue {
    const start = this.at;
    const quote = this.next;
    if (quote === '"' || quote === "'") return this.#quoted(quote, start);
    const out = new ValueText();
    while (!this.ended) {
      const c = this.next;
      if (isBlank(c) || c === '(' || c === ')' || (inList && c === ',')) break;
      this.#character(out, undefined);
    }
    return out.finish(start, this.at);
  }

  #quoted(quote: string, start: number): FilterValue {
    const closing = this.#anyQuote ? this.#firstQuote(start + 1) : this.#closes(quote, start + 1) ? quote : undefined;
    if (closing === undefined) throw new FilterSyntaxError(start, this.text.length, `the quote that opens here is not closed: expected ${quote} at the end of the value`);
    this.at++;
    const out = new ValueText();
    while (this.next !== closing) this.#character(out, quote);
    this.at++;
    return out.finish(start, this.at);
  }

  #firstQuote(from: number): string | undefined {
    for (let at = from; at < this.text.length; at++) {
      const c = this.text[at];
      if (c === '\\') at++;
      else if (c === '"' || c === "'") return c;
    }
    return undefined;
  }

  #closes(quote: string, from: number): boolean {
    for (let at = from; at < this.text.length; at++) {
      if (this.text[at] === '\\') { at++; continue; }
      if (this.text[at] === quote) return true;
    }
    return false;
  }

  /** Takes over one character, or what an escape stands for. */
  #character(out: ValueText, quote: string | undefined): void {
    const c = this.text[this.at] ?? '';
    if (c !== '\\') { this.at++; out.add(c); return; }
    const next = this.text[this.at + 1];
    if (next === '\\' || next === '"') { this.at += 2; out.add(next); return; }
    if (next === 'x') {
      const digits = this.text.slice(this.at + 2, this.at + 4);
      if (!/^[0-9a-fA-F]{2}$/.test(digits)) throw new FilterSyntaxError(this.at, this.at + 2 + digits.length, 'expected two hexadecimal digits after \\x, e.g. \\x0a');
      this.at += 4;
      out.addByte(parseInt(digits, 16));
      return;
    }
    const meant = quote === undefined || next === undefined || this.#anyQuote ? undefined : ESCAPES[next];
    if (meant !== undefined) { this.at += 2; out.add(meant); return; }
    this.at++;
    // Readers of old passed over a backslash at the very end.
    if (next === undefined) return;
    // Any other escape stays as it is written, for patterns.
    out.add('\\');
    if (!(quote === undefined && (isBlank(next) || next === '(' || next === ')'))) { this.at++; out.add(next); }
  }
}

/** Collects a value: as text, and as bytes once a byte beyond ASCII is named. */
class ValueText {
  #text = '';
  #bytes: number[] | undefined;

  add(c: string): void {
    if (this.#bytes === undefined) this.#text += c;
    else for (const byte of encodeText(c)) this.#bytes.push(byte);
  }

  addByte(byte: number): void {
    if (byte < 128) { this.add(String.fromCharCode(byte)); return; }
    this.#bytes ??= [...encodeText(this.#text)];
    this.#bytes.push(byte);
  }

  finish(start: number, end: number): FilterValue {
    const bytes = this.#bytes;
    return { start, end, text: bytes === undefined ? this.#text : decodeBytes(Uint8Array.from(bytes), 0, bytes.length) };
  }
}
