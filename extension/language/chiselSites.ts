// Finds the strings of a chisel that mean something: names of fields, filters, formats; and calls of the API.
import { API_MODULES } from '../../remote-agent/engine/chisel/api.ts';
import type { LuaString, LuaToken } from './luaTokens.ts';

/** What a string is for. `handle`: a string where evt.field wants a handle. */
export type SiteKind = 'field' | 'filter' | 'format' | 'handle';
export interface StringSite { readonly kind: SiteKind; readonly token: LuaToken; readonly string: LuaString; /** The string is the whole argument; else it is joined with others and only a part. */ readonly whole: boolean }
/** `chisel.set_filter`: an API function named in the text. */
export interface ApiUse { readonly module: string; readonly name: string; readonly start: number; readonly nameStart: number; readonly end: number; readonly called: boolean }

const KINDS: Readonly<Record<string, SiteKind>> = {
  'chisel.request_field': 'field', 'chisel.set_filter': 'filter', 'sysdig.set_filter': 'filter', 'chisel.set_event_formatter': 'format', 'evt.field': 'handle',
};

export interface Sites { readonly strings: readonly StringSite[]; readonly uses: readonly ApiUse[] }

/** All sites of a scanned text. */
export function findSites(all: readonly LuaToken[]): Sites {
  const tokens = all.filter((t) => t.kind !== 'comment');
  const strings: StringSite[] = [], uses: ApiUse[] = [];
  for (let i = 0; i + 1 < tokens.length; i++) {
    const module = tokens[i], dot = tokens[i + 1], name = tokens[i + 2], before = tokens[i - 1];
    if (module?.kind !== 'name' || !API_MODULES.includes(module.text) || dot?.text !== '.' || name?.kind !== 'name') continue;
    if (before?.text === '.' || before?.text === ':' || name.start !== dot.end) continue;
    const open = tokens[i + 3];
    // `chisel.exec "name"` and `chisel.exec[[name]]` call as well.
    const direct = open?.kind === 'string';
    const called = open?.text === '(' || direct;
    uses.push({ module: module.text, name: name.text, start: module.start, nameStart: name.start, end: name.end, called });
    const kind = KINDS[`${module.text}.${name.text}`];
    const argument = direct ? open : tokens[i + 4];
    if (kind === undefined || !called || argument?.kind !== 'string' || argument.string === undefined) continue;
    const after = tokens[i + 5];
    strings.push({ kind, token: argument, string: argument.string, whole: direct || after === undefined || after.text === ')' || argument.open === true });
  }
  return { strings, uses };
}
