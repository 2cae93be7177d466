// Reads the head of a chisel (description, category, arguments) from its text without running it.
import { isTable, LiteralReader, LUA_TOKEN, luaTokens, type Literal } from '../base/luaLiterals.ts';
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

function text(value: Literal): string { return typeof value === 'string' ? value : ''; }

/** The head of a chisel; undefined where the text is none (a library, a view, any other Lua). */
export function readHead(source: string): ChiselHead | undefined {
  const all = luaTokens(source.slice(0, 64 << 10));
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

const LARGE_INTEGER = /^(?:\d{5,}|0[xX][\da-fA-F]{5,})$/;
/**
 * The text for Lua 5.4 with large whole numbers written as doubles, which all numbers are for chisels: as integers they would turn over at 2^63 and print
 * more digits. Lines stay where they are.
 */
export function withDoubles(source: string): string {
  return source.replace(LUA_TOKEN, (token: string, ...groups: unknown[]) => groups[6] !== undefined && LARGE_INTEGER.test(token) ? `${token}.0` : token);
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

/** Chisels that a chisel hands over to, by the names that stand in its text. */
export function execNames(source: string): string[] { return [...new Set([...source.matchAll(EXEC)].map(([, , name = '']) => name))]; }
const EXEC = /\bchisel\s*\.\s*exec\s*\(\s*(["'])([\w.-]+)\1/g;
