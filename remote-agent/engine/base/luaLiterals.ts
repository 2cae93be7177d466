// Reads what a Lua text says literally, without running it: texts, numbers, tables of them.

export type Literal = string | number | boolean | undefined | LiteralTable;
export interface LiteralTable { readonly named: ReadonlyMap<string, Literal>; readonly list: readonly Literal[] }
export interface LuaToken { readonly kind: 'name' | 'string' | 'number' | 'symbol'; readonly text: string; readonly at: number }

export const LUA_TOKEN = /--\[(=*)\[[\s\S]*?\]\1\]|--[^\n]*|\[(=*)\[([\s\S]*?)\]\2\]|"((?:\\[\s\S]|[^"\\\n])*)"|'((?:\\[\s\S]|[^'\\\n])*)'|([A-Za-z_]\w*)|(0[xX][\da-fA-F]+|\d+\.?\d*(?:[eE][-+]?\d+)?)|\.\.\.?|[=~<>]=|[^\s]/g;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' };

function unescape(text: string): string {
  return text.replace(/\\(\d{1,3}|[\s\S])/g, (_, what: string) => /^\d/.test(what) ? String.fromCharCode(Number(what)) : ESCAPES[what] ?? what);
}

export function luaTokens(source: string): LuaToken[] {
  const found: LuaToken[] = [];
  for (const m of source.matchAll(LUA_TOKEN)) {
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
export class LiteralReader {
  readonly #tokens: readonly LuaToken[];
  #next: number;
  constructor(all: readonly LuaToken[], next: number) { this.#tokens = all; this.#next = next; }

  #is(text: string): boolean { const t = this.#tokens[this.#next]; return t !== undefined && t.kind === 'symbol' && t.text === text; }

  /** What stands behind a `..`: a string, a number, or a name that was given one of them before, as `TOP_NUMBER = 30`. */
  #joined(): string | undefined {
    const token = this.#tokens[this.#next + 1];
    if (!this.#is('..') || token === undefined || token.kind === 'symbol') return undefined;
    if (token.kind !== 'name') return token.text;
    for (let i = 0; i + 2 < this.#next; i++) {
      const [name, assign, value] = this.#tokens.slice(i, i + 3);
      if (name?.kind === 'name' && name.text === token.text && assign?.text === '=' && (value?.kind === 'string' || value?.kind === 'number')) return value.text;
    }
    return undefined;
  }

  value(depth = 0): Literal {
    const token = this.#tokens[this.#next];
    if (token === undefined) return undefined;
    if (token.kind === 'string') {
      let text = token.text;
      this.#next++;
      for (let part = this.#joined(); part !== undefined; part = this.#joined()) { text += part; this.#next += 2; }
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

export function isTable(value: Literal): value is LiteralTable { return typeof value === 'object'; }

/** The table that a global is given, where it is written as a literal. */
export function readGlobalTable(source: string, name: string): LiteralTable | undefined {
  const all = luaTokens(source);
  const at = all.findIndex((token, i) => token.kind === 'name' && token.text === name && all[i + 1]?.text === '=' && !['local', '.', '{', ','].includes(all[i - 1]?.text ?? ''));
  const value = at < 0 ? undefined : new LiteralReader(all, at + 2).value();
  return value !== undefined && isTable(value) ? value : undefined;
}
