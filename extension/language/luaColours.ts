// What each name of a chisel or filter is, for colours that a grammar cannot know: parameters, locals, the API; fields, operators and values of filters.
import { API_CALLBACKS, API_MODULES, apiFunction } from '../../remote-agent/engine/chisel/api.ts';
import { findField } from '../../remote-agent/engine/fields/index.ts';
import { filterColours, inOrder } from '../../remote-agent/engine/filter/index.ts';
import type { StringSite } from './chiselSites.ts';
import { filterOf } from './filterText.ts';
import { libraryEntry, LIBRARY_MODULES } from './luaLibrary.ts';
import { isApi, luaText } from './luaText.ts';

/** Types and modifiers, by the names of the protocol; their order is the legend. */
export const COLOUR_TYPES = ['namespace', 'function', 'method', 'event', 'parameter', 'variable', 'property', 'operator', 'keyword', 'string', 'number', 'enumMember'] as const;
export const COLOUR_MODIFIERS = ['declaration', 'readonly', 'defaultLibrary', 'modification'] as const;
export type ColourType = (typeof COLOUR_TYPES)[number];
export type ColourModifier = (typeof COLOUR_MODIFIERS)[number];
export interface Colour { readonly start: number; readonly end: number; readonly type: ColourType; readonly modifiers: readonly ColourModifier[] }

/** In the order of the text, none over another. */
export function chiselColours(text: string): Colour[] {
  const { tree, sites } = luaText(text);
  const found: Colour[] = [];
  for (const symbol of tree.symbols) {
    const isFunction = symbol.values.some((v) => v.kind === 'function');
    const callback = symbol.kind === 'global' && API_CALLBACKS.some((c) => c.name === symbol.name);
    const api = isApi(symbol);
    const module = api && (API_MODULES.includes(symbol.name) || LIBRARY_MODULES.includes(symbol.name));
    const library = api && (module || libraryEntry(symbol.name) !== undefined);
    const type: ColourType = callback ? 'event' : module ? 'namespace' : symbol.kind === 'parameter' ? 'parameter' : isFunction || library ? 'function' : 'variable';
    for (const use of symbol.uses) {
      const modifiers: ColourModifier[] = [];
      if (use.declares || callback && use.write) modifiers.push('declaration');
      else if (use.write) modifiers.push('modification');
      if (library) modifiers.push('defaultLibrary');
      found.push({ start: use.start, end: use.end, type, modifiers });
    }
  }
  for (const member of tree.members) {
    const full = member.path.join('.');
    const library = isApi(member.base) && (apiFunction(full) !== undefined || libraryEntry(full)?.parameters !== undefined);
    const called = tree.calls.find((c) => c.name.start === member.start);
    const type: ColourType = called?.method === true ? 'method' : library || called !== undefined || member.value?.kind === 'function' ? 'function' : 'property';
    found.push({ start: member.start, end: member.end, type, modifiers: [...library ? ['defaultLibrary' as const] : [], ...member.defines ? ['declaration' as const] : []] });
  }
  for (const site of sites.strings) found.push(...stringColours(site));
  return inOrder(found);
}

function stringColours({ kind, string: { value, offsets }, token }: StringSite): Colour[] {
  const place = (i: number): number => offsets[Math.max(0, Math.min(i, offsets.length - 1))] ?? token.start;
  const moved = (c: Colour): Colour => ({ ...c, start: place(c.start), end: place(c.end) });
  if (kind === 'filter') return filterColours(value).map(moved);
  if (kind === 'field') {
    const ref = findField(value);
    return ref === undefined || ref.length !== value.length ? [] : [moved({ start: 0, end: value.length, type: 'property', modifiers: ['readonly'] })];
  }
  if (kind !== 'format') return [];
  const found: Colour[] = [];
  for (const m of value.matchAll(/%(\d*)(?=[a-z])/g)) {
    const from = m.index + m[0].length;
    const ref = findField(value.slice(from));
    if (ref === undefined) continue;
    if (m[1] !== '') found.push(moved({ start: m.index + 1, end: from, type: 'number', modifiers: [] }));
    found.push(moved({ start: from, end: from + ref.length, type: 'property', modifiers: ['readonly'] }));
  }
  return found;
}

export function filterFileColours(text: string): Colour[] { return filterColours(filterOf(text)); }

/** As the protocol wants it: five numbers each, places relative to the one before; what spans lines is cut into its lines. */
export function colourNumbers(text: string, colours: readonly Colour[]): number[] {
  const data: number[] = [];
  let line = 0, lineStart = 0, beforeLine = 0, beforeColumn = 0;
  for (const colour of colours) {
    for (let start = colour.start; start < colour.end;) {
      for (let next = text.indexOf('\n', lineStart); next >= 0 && next < start; next = text.indexOf('\n', lineStart)) { line++; lineStart = next + 1; }
      const lineEnd = text.indexOf('\n', start);
      const end = lineEnd < 0 ? colour.end : Math.min(colour.end, lineEnd);
      if (end > start) {
        data.push(line - beforeLine, line === beforeLine ? start - lineStart - beforeColumn : start - lineStart, end - start, COLOUR_TYPES.indexOf(colour.type), colour.modifiers.reduce((bits, m) => bits | 1 << COLOUR_MODIFIERS.indexOf(m), 0));
        beforeLine = line;
        beforeColumn = start - lineStart;
      }
      start = end + 1;
    }
  }
  return data;
}
