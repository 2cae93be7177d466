// Reads the head of a chisel (description, category, arguments) from its text without running it.
import type { ChiselArgument } from './ports.ts';

export interface ChiselHead {
  readonly description: string;
  readonly shortDescription: string;
  readonly category: string;
  readonly hidden: boolean;
  readonly args: readonly ChiselArgument[];
  /** The script declares `args`; without it sysdig refuses to load it. */
  readonly hasArgs: boolean;
  /** 0-based line where the head begins; 0 where there is none. */
  readonly line: number;
}

type Literal = string | number | boolean | undefined | LiteralTable;
interface LiteralTable { readonly named: ReadonlyMap<string, Literal>; readonly list: readonly Literal[] }
interface Token { readonly kind: 'name' | 'string' | 'number' | 'symbol'; readonly text: string; readonly at: number }

const TOKEN = /--\[(=*)\[[\s\S]*?\]\1\]|--[^\n]*|\[(=*)\[([\s\S]*?)\]\2\]|"((?:\\[\s\S]|[^"\\\n])*)"|'((?:\\[\s\S]|[^'\\\n])*)'|([A-Za-z_]\w*)|(0[xX][\da-fA-F]+|\d+\.?\d*(?:[eE][-+]?\d+)?)|\.\.\.?|[=~<>]=|[^\s]/g;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' };

function unescape(text: string): string {
  return text.replace(/\\(\d{1,3}|[\s\S])/g, (_, what: string) => /^\d/.test(what) ? String.fromCharCode(Number(what)) : ESCAPES[what] ?? what);
}

function tokens(source: string): Token[] {
  const found: Token[] = [];
  for (const m of source.matchAll(TOKEN)) {
    const at = m.index;
    if (m[0].startsWith('--')) continue;
    if (m[3] !== undefined) found.push({ kind: 'string', text: m[3].replace(/^\r?\n/, ''), at });
    else if (m[4] !== undefined) found.push({ kind: 'string', text: unescape(m[4]), at });
    else if (m[5] !== undefined) found.push({ kind: 'string', text: unescape(m[5]), at });
    else if (m[6] !== undefined) found.push({ kind: 'name', text: m[6], at });
    else if (m[7] !== undefined) found.push({ kind: 'number', text: m[7], at });
    else found.push({ kind: 'symbol', text: m[0], at });
  }
  return found;
}

/** Reads literals from tokens; what is no literal is undefined. */
class LiteralReader {
  readonly #tokens: readonly Token[];
  #next: number;
  constructor(all: readonly Token[], next: number) { this.#tokens = all; this.#next = next; }

  #is(text: string): boolean { const t = this.#tokens[this.#next]; return t !== undefined && t.kind === 'symbol' && t.text === text; }

  value(depth = 0): Literal {
    const token = this.#tokens[this.#next];
    if (token === undefined) return undefined;
    if (token.kind === 'string') {
      let text = token.text;
      this.#next++;
      while (this.#is('..') && this.#tokens[this.#next + 1]?.kind === 'string') { text += this.#tokens[this.#next + 1]?.text ?? ''; this.#next += 2; }
      return text;
    }
    if (token.kind === 'number') { this.#next++; return Number(token.text); }
    if (token.kind === 'name') { this.#next++; return token.text === 'true' ? true : token.text === 'false' ? false : undefined; }
    if (token.text === '{' && depth < 8) return this.#table(depth);
    this.#next++;
    return undefined;
  }

  #table(depth: number): LiteralTable {
    const named = new Map<string, Literal>(), list: Literal[] = [];
    this.#next++;
    while (this.#next < this.#tokens.length && !this.#is('}')) {
      const token = this.#tokens[this.#next], after = this.#tokens[this.#next + 1];
      if (token?.kind === 'name' && after?.kind === 'symbol' && after.text === '=') { this.#next += 2; named.set(token.text, this.value(depth + 1)); }
      else if (this.#is(',') || this.#is(';')) this.#next++;
      else list.push(this.value(depth + 1));
    }
    this.#next++;
    return { named, list };
  }
}

function text(value: Literal): string { return typeof value === 'string' ? value : ''; }
function isTable(value: Literal): value is LiteralTable { return typeof value === 'object'; }

/** The head of a chisel; undefined where the text is none (a library, a view, any other Lua). */
export function readHead(source: string): ChiselHead | undefined {
  const all = tokens(source.slice(0, 64 << 10));
  const values = new Map<string, Literal>();
  let first = -1;
  for (let i = 0; i + 2 < all.length; i++) {
    const token = all[i], assign = all[i + 1], before = all[i - 1];
    if (token?.kind !== 'name' || assign?.kind !== 'symbol' || assign.text !== '=') continue;
    if (!['description', 'short_description', 'category', 'hidden', 'args'].includes(token.text) || values.has(token.text)) continue;
    if (before?.kind === 'name' && before.text === 'local' || before?.kind === 'symbol' && ['.', '{', ',', ':'].includes(before.text)) continue;
    values.set(token.text, new LiteralReader(all, i + 2).value());
    if (first < 0) first = token.at;
  }
  if (!values.has('description') || !values.has('args') && !values.has('short_description')) return undefined;
  const args = values.get('args');
  return {
    description: text(values.get('description')), shortDescription: text(values.get('short_description')), category: text(values.get('category')),
    hidden: values.get('hidden') === true, hasArgs: isTable(args), line: source.slice(0, Math.max(0, first)).split('\n').length - 1,
    args: isTable(args) ? args.list.filter(isTable).map((a) => ({ name: text(a.named.get('name')), description: text(a.named.get('description')), type: text(a.named.get('argtype')), optional: a.named.get('optional') === true })) : [],
  };
}

/** Whether a Lua text is a chisel: it has a head, or asks for events through the chisel API. */
export function isChisel(source: string): boolean {
  return readHead(source) !== undefined || /\bchisel\s*\.\s*(request_field|set_filter|exec)\b/.test(source);
}

/** Splits the word after a chisel's name into arguments: at single spaces, ' and \` group; undefined where quotes do not match. */
export function splitArguments(word: string): string[] | undefined {
  const parts: string[] = [];
  let part = '', quoted = false, any = false;
  for (const c of word.trim()) {
    if (c === "'" || c === '`') { quoted = !quoted; any = true; }
    else if (c === ' ' && !quoted) { parts.push(part); part = ''; any = true; }
    else { part += c; any = true; }
  }
  if (quoted) return undefined;
  if (any) parts.push(part);
  return parts;
}

/** Names the arguments given; a string says what is wrong with their number. */
export function bindArguments(name: string, head: ChiselHead | undefined, values: readonly string[]): readonly { name: string; value: string }[] | string {
  const declared = head?.args ?? [];
  const required = declared.filter((a) => !a.optional).length, optional = declared.length - required;
  if (values.length < required) return `wrong number of parameters for chisel ${name}, ${required} required, ${values.length} given`;
  if (values.length > declared.length) return `too many parameters for chisel ${name}, ${required} required, ${optional} optional, ${values.length} given`;
  return values.map((value, i) => ({ name: declared[i]?.name ?? '', value }));
}
