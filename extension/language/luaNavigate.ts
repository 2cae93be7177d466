// Where a name comes from, where it is used, and what it may be called instead; across the files that require each other.
import { API_CALLBACKS, API_GLOBALS } from '../../remote-agent/engine/chisel/api.ts';
import { closure, isApi, luaText, nameAt, requirements, requiredName, type LuaProject, type LuaText } from './luaText.ts';
import { LUA_KEYWORDS, type LuaMember, type LuaSymbol, type LuaTree, type Span } from './luaTree.ts';

export interface Location extends Span { readonly uri: string }
export interface Use extends Span { readonly write: boolean }

/** Where what stands at `offset` is defined. */
export function definitions(text: string, uri: string, offset: number, project: LuaProject): Location[] {
  const here = luaText(text);
  for (const call of here.tree.calls) {
    const named = requiredName(call);
    if (named === undefined || offset < named.start || offset > named.end) continue;
    const file = project.resolve(named.name, uri);
    return file === undefined ? [] : [{ uri: file, start: 0, end: 0 }];
  }
  const found = nameAt(here.tree, offset);
  if (found === undefined) return [];
  if ('member' in found) return memberDefinitions(here, uri, found.member, project);
  const { symbol } = found;
  if (symbol.kind !== 'global') return symbol.uses.filter((u) => u.declares).map(({ start, end }) => ({ uri, start, end }));
  const own = globalDefinitions(here.tree, symbol.name).map((at) => ({ uri, ...at }));
  if (own.length > 0) return own;
  for (const [file, other] of closure(here, uri, project).files) {
    const others = globalDefinitions(other.tree, symbol.name);
    if (others.length > 0) return others.map((at) => ({ uri: file, ...at }));
  }
  return [];
}

/** Where a global is given a value: functions if there are any, else the first place. */
function globalDefinitions(tree: LuaTree, name: string): Span[] {
  const symbol = tree.globals.get(name);
  if (symbol === undefined) return [];
  const named = tree.functions.filter((f) => f.name === name && !f.isLocal && f.nameSpan !== undefined).map((f) => f.nameSpan as Span);
  const writes = symbol.uses.filter((u) => u.write);
  const places = named.length > 0 ? named : writes.slice(0, 1);
  return places.map(({ start, end }) => ({ start, end }));
}

function memberDefinitions(here: LuaText, uri: string, member: LuaMember, project: LuaProject): Location[] {
  const own = definedMembers(here.tree, member.base, member.path);
  if (own.length > 0) return own.map((at) => ({ uri, ...at }));
  const file = moduleOf(here, uri, member.base, project);
  const other = file === undefined ? undefined : project.text(file);
  return file === undefined || other === undefined ? [] : exported(luaText(other).tree, member.path.at(-1) ?? '').map((at) => ({ uri: file, ...at }));
}

/** Places in a text where `base.path` is set. */
function definedMembers(tree: LuaTree, base: LuaSymbol, path: readonly string[]): Span[] {
  const key = path.join('.');
  const found: Span[] = tree.members.filter((m) => m.defines && m.base === base && m.path.join('.') === key).map(({ start, end }) => ({ start, end }));
  if (path.length === 2) for (const value of base.values) if (value.kind === 'table') for (const field of value.table.fields) if (field.name === path[1]) found.push(field.span);
  return found;
}

/** The file whose result a name holds. */
function moduleOf(here: LuaText, uri: string, base: LuaSymbol, project: LuaProject): string | undefined {
  return requirements(here, uri, project).find((r) => r.symbol === base)?.uri;
}

/** Places in a module where a name of its result is set, as far as a look at the text tells. */
function exported(tree: LuaTree, name: string): Span[] {
  const members = tree.members.filter((m) => m.defines && m.path.length === 2 && m.path[1] === name).map(({ start, end }) => ({ start, end }));
  if (members.length > 0) return members;
  return tree.symbols.flatMap((s) => s.values.flatMap((v) => v.kind === 'table' ? v.table.fields.filter((f) => f.name === name).map((f) => f.span) : []));
}

/** Every place where what stands at `offset` is named. */
export function references(text: string, uri: string, offset: number, project: LuaProject, withDeclaration = true): Location[] {
  const here = luaText(text);
  const found = nameAt(here.tree, offset);
  if (found === undefined) return [];
  const places: Location[] = [];
  if ('member' in found) {
    const { member } = found;
    const home = moduleOf(here, uri, member.base, project);
    const name = member.path.at(-1) ?? '';
    for (const at of usesOfMember(here.tree, member.base, member.path)) places.push({ uri, ...at });
    const file = home ?? (exported(here.tree, name).length > 0 && member.path.length === 2 ? uri : undefined);
    if (file !== undefined) {
      const other = file === uri ? undefined : project.text(file);
      if (other !== undefined) for (const at of [...exported(luaText(other).tree, name)]) places.push({ uri: file, ...at });
      for (const [near, one] of connected(here, uri, project)) {
        if (near === uri) continue;
        for (const required of requirements(one, near, project)) {
          if (required.uri !== file || required.symbol === undefined) continue;
          for (const at of usesOfMember(one.tree, required.symbol, [required.symbol.name, name])) places.push({ uri: near, ...at });
        }
      }
    }
  } else if (found.symbol.kind === 'global') {
    // Who shares the global is told by the file that defines it: others beside this one may require that.
    const home = definitions(text, uri, offset, project)[0]?.uri ?? uri;
    const homeText = home === uri ? text : project.text(home);
    const files = new Map([...connected(here, uri, project), ...homeText === undefined ? [] : connected(luaText(homeText), home, project)]);
    for (const [file, one] of files) for (const use of one.tree.globals.get(found.symbol.name)?.uses ?? []) places.push({ uri: file, start: use.start, end: use.end });
  } else for (const use of found.symbol.uses) places.push({ uri, start: use.start, end: use.end });
  const seen = new Set<string>();
  const declared = withDeclaration ? new Set<string>() : new Set(definitions(text, uri, offset, project).map((d) => `${d.uri}:${d.start}`));
  return places.filter((p) => { const key = `${p.uri}:${p.start}`; if (seen.has(key) || declared.has(key)) return false; seen.add(key); return true; });
}

function usesOfMember(tree: LuaTree, base: LuaSymbol, path: readonly string[]): Span[] {
  const key = path.join('.');
  return [...definedMembers(tree, base, path), ...tree.members.filter((m) => m.base === base && m.path.join('.') === key)].map(({ start, end }) => ({ start, end })).sort((a, b) => a.start - b.start);
}

/** The files that share globals with a file: what it requires, and what beside it requires it. */
function connected(here: LuaText, uri: string, project: LuaProject): ReadonlyMap<string, LuaText> {
  const files = new Map(closure(here, uri, project).files);
  for (const near of project.near(uri)) {
    if (files.has(near)) continue;
    const text = project.text(near);
    if (text === undefined || !text.includes('require')) continue;
    const one = luaText(text);
    if ([...closure(one, near, project).files.keys()].includes(uri)) files.set(near, one);
  }
  return files;
}

/** The uses in one text of what stands at `offset`, for marking them. */
export function highlights(text: string, offset: number): Use[] {
  const { tree } = luaText(text);
  const found = nameAt(tree, offset);
  if (found === undefined) return [];
  if ('member' in found) return usesOfMember(tree, found.member.base, found.member.path).map((at) => ({ ...at, write: false }));
  return found.symbol.uses.map(({ start, end, write }) => ({ start, end, write }));
}

/** The name that a rename at `offset` would change; a string says why it cannot be. */
export function renamable(text: string, uri: string, offset: number, project: LuaProject): (Span & { readonly name: string }) | string {
  const here = luaText(text);
  const found = nameAt(here.tree, offset);
  if (found === undefined) return 'There is no name here that can be changed.';
  if ('member' in found) return 'Only variables are renamed, not the fields of tables: who else uses them cannot be seen.';
  const { symbol, use } = found;
  if (symbol.implicit) return 'self is the name that Lua gives it.';
  if (symbol.kind === 'global') {
    if (API_CALLBACKS.some((c) => c.name === symbol.name) || API_GLOBALS.some((g) => g.name === symbol.name)) return `${symbol.name} is the name by which the engine finds it.`;
    if (isApi(symbol)) return `${symbol.name} is not defined in this file.`;
    for (const [file, one] of connected(here, uri, project)) if (file !== uri && one.tree.globals.has(symbol.name)) return `${symbol.name} is a global that ${file.split('/').at(-1) ?? file} uses as well.`;
  }
  return { start: use.start, end: use.end, name: symbol.name };
}

/** The places to change for a new name; a string says why it cannot be. */
export function rename(text: string, uri: string, offset: number, name: string, project: LuaProject): Span[] | string {
  const may = renamable(text, uri, offset, project);
  if (typeof may === 'string') return may;
  if (!/^[A-Za-z_]\w*$/.test(name)) return `"${name}" is no name: letters, digits and _, not beginning with a digit.`;
  if (LUA_KEYWORDS.includes(name)) return `${name} is a word of Lua.`;
  const { tree } = luaText(text);
  const found = nameAt(tree, offset);
  if (found === undefined || 'member' in found) return 'There is no name here that can be changed.';
  const { symbol } = found;
  if (name === symbol.name) return [];
  for (const other of tree.symbols) {
    if (other.name !== name || other === symbol) continue;
    const hides = other.uses.some((u) => within(u, symbol.scope)) && symbol.kind !== 'global';
    const hidden = symbol.uses.some((u) => within(u, other.scope));
    if (hides || hidden) return `${name} is taken: it would no longer be clear which of the two is meant.`;
  }
  return symbol.uses.map(({ start, end }) => ({ start, end }));
}
function within(at: Span, scope: Span): boolean { return at.start >= scope.start && at.end <= scope.end; }
