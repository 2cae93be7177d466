// A text with its tokens, structure and meaningful strings, made once for all questions about it.
import { findSites, type Sites } from './chiselSites.ts';
import { scanLua, type LuaToken } from './luaTokens.ts';
import { parseLua, type LuaCall, type LuaMember, type LuaSymbol, type LuaTree, type LuaUse, type LuaValue } from './luaTree.ts';

export interface LuaText { readonly text: string; readonly tokens: readonly LuaToken[]; readonly tree: LuaTree; readonly sites: Sites }

/** Texts that are kept: the one that is written and those that it requires. */
const KEPT = 32;
const known = new Map<string, LuaText>();

export function luaText(text: string): LuaText {
  const before = known.get(text);
  if (before !== undefined) { known.delete(text); known.set(text, before); return before; }
  const tokens = scanLua(text);
  const made: LuaText = { text, tokens, tree: parseLua(tokens, text.length), sites: findSites(tokens) };
  known.set(text, made);
  for (const old of known.keys()) { if (known.size <= KEPT) break; known.delete(old); }
  return made;
}

/** Other texts that a chisel is written with. Files go by their URI. */
export interface LuaProject {
  text(uri: string): string | undefined;
  /** The file that `require(name)` loads in `from`; undefined where there is none. */
  resolve(name: string, from: string): string | undefined;
  /** Lua files beside it, itself included. */
  near(uri: string): readonly string[];
  /** Names that `require` and `chisel.exec` know in `from`. */
  modules(from: string): readonly string[];
}
export const NO_PROJECT: LuaProject = { text: () => undefined, resolve: () => undefined, near: () => [], modules: () => [] };

export interface Required { readonly name: string; readonly start: number; readonly end: number; readonly uri: string | undefined; readonly symbol: LuaSymbol | undefined }

/** The name that a call of `require` gives. */
export function requiredName(call: LuaCall): { name: string; start: number; end: number } | undefined {
  const argument = call.arguments[0];
  return call.path.length === 1 && call.path[0] === 'require' && call.base?.kind === 'global' && argument?.value.kind === 'string' ? { name: argument.value.string.value, start: argument.start, end: argument.end } : undefined;
}

/** What a text requires itself. */
export function requirements({ tree }: LuaText, uri: string, project: LuaProject): Required[] {
  const found: Required[] = [];
  for (const call of tree.calls) {
    const named = requiredName(call);
    if (named === undefined) continue;
    const symbol = tree.symbols.find((s) => s.values.some((v) => v.kind === 'call' && v.call === call));
    found.push({ ...named, uri: project.resolve(named.name, uri), symbol });
  }
  return found;
}

/** All files that a file requires, itself first, and whether all of them could be found. */
export function closure(text: LuaText, uri: string, project: LuaProject): { readonly files: ReadonlyMap<string, LuaText>; readonly complete: boolean } {
  const files = new Map<string, LuaText>([[uri, text]]);
  let complete = true;
  const visit = (one: LuaText, from: string): void => {
    for (const required of requirements(one, from, project)) {
      const other = required.uri === undefined ? undefined : project.text(required.uri);
      if (required.uri === undefined || other === undefined) { complete = false; continue; }
      if (files.has(required.uri) || files.size > 100) continue;
      const made = luaText(other);
      files.set(required.uri, made);
      visit(made, required.uri);
    }
  };
  visit(text, uri);
  return { files, complete };
}

/** The name at an offset: a symbol and its use, or a member. The end counts as within. */
export function nameAt(tree: LuaTree, offset: number): { readonly symbol: LuaSymbol; readonly use: LuaUse } | { readonly member: LuaMember } | undefined {
  for (const symbol of tree.symbols) for (const use of symbol.uses) if (use.start <= offset && offset <= use.end) return { symbol, use };
  const member = tree.members.find((m) => m.start <= offset && offset <= m.end);
  return member === undefined ? undefined : { member };
}

/** Whether `name` stands for the API's module: a global that the text never sets. */
export function isApi(symbol: LuaSymbol | undefined): boolean { return symbol?.kind === 'global' && !symbol.uses.some((u) => u.write); }

/** Whether a value is what `chisel.request_field` returned; the name of the field where it is seen. */
export function requestedField(value: LuaValue): { readonly field: string | undefined; readonly call: LuaCall } | undefined {
  if (value.kind !== 'call' || value.call.path.join('.') !== 'chisel.request_field' || !isApi(value.call.base)) return undefined;
  const argument = value.call.arguments[0]?.value;
  return { field: argument?.kind === 'string' ? argument.string.value : undefined, call: value.call };
}
/** The field for which a name stands. */
export function handleOf(symbol: LuaSymbol): string | undefined {
  for (const value of symbol.values) { const requested = requestedField(value); if (requested?.field !== undefined) return requested.field; }
  return undefined;
}
