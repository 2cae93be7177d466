// What may come next in a chisel: names in scope, the API, Lua's own, what modules give; fields, filters and values within strings.
import { API_CALLBACKS, API_FUNCTIONS, API_GLOBALS, API_MODULES, signature, type ApiFunction } from '../../remote-agent/engine/chisel/api.ts';
import { FIELDS } from '../../remote-agent/engine/fields/index.ts';
import { completeFilter } from '../../remote-agent/engine/filter/index.ts';
import { definedCallbacks } from './chiselAnalysis.ts';
import { documentation, fieldDocumentation, indexOf, MODULE_DOCS, siteAt } from './chiselHelp.ts';
import type { StringSite } from './chiselSites.ts';
import type { Proposal } from './chiselTypes.ts';
import { stringValues } from './chiselValues.ts';
import { LIBRARY, LIBRARY_MODULES, librarySignature } from './luaLibrary.ts';
import { closure, handleOf, isApi, luaText, NO_PROJECT, requirements, type LuaProject, type LuaText } from './luaText.ts';
import type { LuaToken } from './luaTokens.ts';
import { LUA_KEYWORDS, type LuaFunction, type LuaSymbol } from './luaTree.ts';

/** What may stand at `offset`. */
export function completeChisel(text: string, offset: number, uri = '', project: LuaProject = NO_PROJECT): Proposal[] {
  const here = luaText(text);
  const { tokens } = here;
  const site = siteAt(tokens, offset);
  if (site !== undefined && site.kind !== 'handle') return completeString(site, offset);
  const inside = tokens.find((t) => t.start < offset && (offset < t.end || t.open === true && offset <= t.end || (t.kind === 'number' || t.kind === 'comment' && !t.text.startsWith('--[')) && offset <= t.end));
  if (inside?.kind === 'string') return stringValues(here, inside, offset, uri, project);
  if (inside !== undefined && (inside.kind === 'comment' || inside.kind === 'number')) return [];
  const word = tokens.find((t) => t.kind === 'name' && t.start < offset && offset <= t.end);
  const start = word?.start ?? offset, end = word?.end ?? offset;
  const code = tokens.filter((t) => t.kind !== 'comment' && t.end <= start);
  const before = code.at(-1);
  if (before !== undefined && before.kind !== 'string' && (before.text === '.' || before.text === ':')) return members(here, code, before.text, start, end, uri, project);
  // A name that is made up here.
  if (before?.text === 'local' || before?.text === 'goto' || isParameter(here, offset)) return [];
  return topLevel(here, start, end, before, code, uri, project);
}

/** Between the brackets of a function's head, which may not be closed yet. */
function isParameter({ text, tree }: LuaText, offset: number): boolean { return tree.functions.some((f) => f.head.start < offset && (offset < f.head.end || offset === f.head.end && text[offset - 1] !== ')')); }

/** After `a.` or `a:`. */
function members(here: LuaText, code: readonly LuaToken[], point: string, start: number, end: number, uri: string, project: LuaProject): Proposal[] {
  const module = code.at(-2);
  if (module?.kind !== 'name' || LUA_KEYWORDS.includes(module.text)) return [];
  const owner = code.at(-3);
  const nested = owner !== undefined && owner.kind !== 'string' && (owner.text === '.' || owner.text === ':');
  const { tree } = here;
  const base = nested ? undefined : tree.symbols.find((s) => s.uses.some((u) => u.start === module.start));
  const found: Proposal[] = [];
  if (!nested && isApi(base) && point === '.') {
    for (const f of API_FUNCTIONS) if (f.name.startsWith(`${module.text}.`)) found.push(functionProposal(f, module.text, start, end));
    for (const e of LIBRARY) if (e.name.startsWith(`${module.text}.`)) found.push({ label: e.name.slice(module.text.length + 1), kind: e.parameters === undefined ? 'global' : 'function', detail: librarySignature(e), documentation: e.doc, insert: e.name.slice(module.text.length + 1), start, end });
  }
  if (base !== undefined && found.length === 0) {
    const names = new Map<string, LuaFunction | undefined>();
    const collect = (one: LuaText, symbol: LuaSymbol | undefined): void => {
      for (const m of one.tree.members) if (m.path.length === 2 && m.start !== start && (symbol === undefined ? m.defines : m.base === symbol)) names.set(m.path[1] ?? '', m.value?.kind === 'function' ? m.value.fn : names.get(m.path[1] ?? ''));
      for (const value of symbol?.values ?? []) if (value.kind === 'table') for (const f of value.table.fields) if (f.name !== '') names.set(f.name, f.value.kind === 'function' ? f.value.fn : undefined);
    };
    collect(here, base);
    const file = requirements(here, uri, project).find((r) => r.symbol === base)?.uri;
    const other = file === undefined ? undefined : project.text(file);
    if (other !== undefined) {
      const one = luaText(other);
      // What its functions are put into is what it returns.
      for (const symbol of new Set(one.tree.members.filter((m) => m.defines && m.path.length === 2).map((m) => m.base))) collect(one, symbol);
      collect(one, undefined);
    }
    for (const [name, fn] of names) found.push({ label: name, kind: fn === undefined ? 'property' : 'function', detail: fn === undefined ? '' : headOf(name, fn), insert: name, start, end });
  }
  // Methods that every string has.
  if (point === ':' && found.length === 0) for (const e of LIBRARY) if (e.name.startsWith('string.')) found.push({ label: e.name.slice(7), kind: 'function', detail: `${librarySignature(e)}: of strings`, documentation: e.doc, insert: e.name.slice(7), start, end });
  return found;
}

function headOf(name: string, fn: LuaFunction): string { return `${name}(${[...fn.parameters.map((p) => p.name), ...fn.vararg ? ['...'] : []].join(', ')})`; }

function functionProposal(f: ApiFunction, module: string, start: number, end: number): Proposal {
  const name = f.name.slice(module.length + 1);
  const quoted = f.parameters[0]?.type === 'string' && f.parameters.length > 0;
  return { label: name, kind: 'function', detail: signature(f), documentation: documentation(f), insert: f.parameters.length === 0 ? `${name}()` : quoted ? `${name}("$1")$0` : `${name}($1)$0`, snippet: f.parameters.length > 0, start, end };
}

function topLevel(here: LuaText, start: number, end: number, before: LuaToken | undefined, code: readonly LuaToken[], uri: string, project: LuaProject): Proposal[] {
  const { text, tree } = here;
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const blank = text.slice(lineStart, start).trim() === '';
  const afterFunction = before?.text === 'function';
  const found: Proposal[] = [];
  const defined = definedCallbacks(text);
  for (const c of API_CALLBACKS) {
    if (defined.has(c.name) || !blank && !afterFunction) continue;
    found.push({ label: c.name, kind: 'callback', detail: signature(c), documentation: documentation(c), insert: afterFunction ? c.snippet.replace(/^function /, '') : c.snippet, snippet: true, start, end });
  }
  if (afterFunction) return found;
  const key = argumentKeys(here, start, end);
  if (key !== undefined) return key;
  // The handle of a field is what evt.field wants.
  const wantsHandle = code.at(-1)?.text === '(' && code.at(-2)?.text === 'field' && code.at(-4)?.text === 'evt';
  const names = scopeNames(here, start, uri, project).filter((p) => !wantsHandle || p.handle);
  found.push(...names.map(({ proposal }) => ({ ...proposal, start, end })));
  if (wantsHandle && names.length > 0) return found;
  for (const name of API_MODULES) found.push({ label: name, kind: 'module', detail: MODULE_DOCS[name] ?? '', insert: name, start, end });
  if (blank) for (const g of API_GLOBALS) if (!new RegExp(`^${g.name}\\s*=`, 'm').test(text)) found.push({ label: g.name, kind: 'global', detail: `${g.type}: ${g.doc}`, insert: g.type === 'string' ? `${g.name} = "$1"$0` : g.type === 'table' ? `${g.name} = {$1}$0` : `${g.name} = `, snippet: g.type !== 'boolean', start, end });
  const own = new Set(found.map((p) => p.label));
  for (const e of LIBRARY) if (!e.name.includes('.') && !own.has(e.name)) found.push({ label: e.name, kind: e.parameters === undefined ? 'global' : 'function', detail: librarySignature(e), documentation: e.doc, insert: e.name, start, end });
  for (const name of LIBRARY_MODULES) if (!own.has(name)) found.push({ label: name, kind: 'module', detail: 'a library of Lua', insert: name, start, end });
  for (const word of LUA_KEYWORDS) if (tree.tokens.length === 0 || !own.has(word)) found.push({ label: word, kind: 'keyword', detail: '', insert: word, start, end });
  return found;
}

/** Names that the text and what it requires give, the nearest first. */
function scopeNames(here: LuaText, at: number, uri: string, project: LuaProject): { readonly proposal: Omit<Proposal, 'start' | 'end'>; readonly handle: boolean }[] {
  const found = new Map<string, { proposal: Omit<Proposal, 'start' | 'end'>; handle: boolean }>();
  const add = (symbol: LuaSymbol, from: string): void => {
    if (found.has(symbol.name)) return;
    const field = handleOf(symbol);
    const value = symbol.values.find((v) => v.kind === 'function');
    const detail = field ?? (value?.kind === 'function' ? headOf(symbol.name, value.fn) : symbol.kind === 'parameter' ? 'parameter' : symbol.kind === 'local' ? 'local' : 'global');
    found.set(symbol.name, { handle: field !== undefined, proposal: { label: symbol.name, kind: value?.kind === 'function' ? 'function' : field !== undefined ? 'field' : 'variable', detail: `${detail}${from}`, ...(field === undefined ? {} : fieldDocumentation(field)), insert: symbol.name } });
  };
  const locals = here.tree.symbols.filter((s) => s.kind !== 'global' && s.scope.start <= at && at <= s.scope.end && !s.uses.some((u) => u.declares && u.start === at));
  for (const symbol of locals.sort((a, b) => b.scope.start - a.scope.start)) add(symbol, '');
  for (const [file, one] of closure(here, uri, project).files) {
    for (const symbol of one.tree.globals.values()) {
      if (!symbol.uses.some((u) => u.write && (file !== uri || u.start !== at)) || API_GLOBALS.some((g) => g.name === symbol.name) || API_CALLBACKS.some((c) => c.name === symbol.name)) continue;
      add(symbol, file === uri ? '' : `, of ${file.split('/').at(-1) ?? ''}`);
    }
  }
  return [...found.values()];
}

/** Within an entry of args. */
function argumentKeys({ text, tree }: LuaText, start: number, end: number): Proposal[] | undefined {
  const args = tree.globals.get('args')?.values[0];
  if (args?.kind !== 'table' || start <= args.table.start || start >= args.table.end) return undefined;
  const entry = args.table.fields.find((f) => f.value.kind === 'table' && f.value.table.start < start && (start < f.value.table.end || text[f.value.table.end - 1] !== '}'));
  if (entry?.value.kind !== 'table' || !/[{,;]\s*$/.test(text.slice(args.table.start, start))) return undefined;
  const { fields } = entry.value.table;
  const keys: readonly (readonly [string, string, string])[] = [['name', 'by which on_set_arg gets it', 'name = "$1"'], ['description', 'what it is for', 'description = "$1"'], ['argtype', 'string, int, filter, ipv4, …', 'argtype = "$1"'], ['optional', 'the chisel runs without it, too', 'optional = true']];
  return keys.filter(([name]) => !fields.some((f) => f.name === name && f.span.start !== start)).map(([name, detail, insert]) => ({ label: name, kind: 'property', detail, insert, snippet: true, start, end }));
}

function completeString(site: StringSite, offset: number): Proposal[] {
  const { value, offsets } = site.string;
  const at = indexOf(site, offset);
  const place = (i: number): number => offsets[Math.max(0, Math.min(i, offsets.length - 1))] ?? offset;
  if (site.kind === 'filter') {
    return completeFilter(value, at).map((c) => ({ label: c.label, kind: c.kind, detail: c.detail, insert: c.insert.replace(/[\\"]/g, '\\$&'), start: place(c.start), end: place(c.end), ...(c.kind === 'field' ? fieldDocumentation(c.label) : {}) }));
  }
  if (site.kind === 'format') {
    const percent = value.lastIndexOf('%', at - 1);
    if (percent < 0 || !/^%\d*[\w.]*$/.test(value.slice(percent, at))) return [];
    const from = percent + 1 + (/^\d*/.exec(value.slice(percent + 1))?.[0].length ?? 0);
    return fieldProposals(place(from), place(at), 'print');
  }
  return fieldProposals(place(0), place(value.length), 'print');
}

function fieldProposals(start: number, end: number, use: 'print'): Proposal[] {
  return FIELDS.filter((f) => f.use === 'any' || f.use === use).map((f) => ({
    label: f.name, kind: 'field', detail: `${f.type} ${f.doc}`, ...fieldDocumentation(f.name), insert: f.argument === 'required' ? `${f.name}${f.name === 'evt.arg' || f.name === 'evt.rawarg' ? '.' : '[0]'}` : f.name, start, end,
  }));
}
