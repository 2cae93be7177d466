// Names that nothing gives a value, and calls with more or fewer arguments than what is called takes.
import { API_CALLBACKS, API_MODULES, apiFunction } from '../../remote-agent/engine/chisel/api.ts';
import { readHead } from '../../remote-agent/engine/chisel/loader.ts';
import { nearest } from '../../remote-agent/engine/fields/index.ts';
import { error, warning, type Problem } from './chiselTypes.ts';
import { LIBRARY, libraryEntry, LUA_GLOBALS } from './luaLibrary.ts';
import { closure, isApi, type LuaProject, type LuaText } from './luaText.ts';
import type { LuaCall } from './luaTree.ts';

/** Whether a text is a whole program, not a library that others complete. */
export function isProgram({ text, tree }: LuaText): boolean { return readHead(text) !== undefined || API_CALLBACKS.some((c) => tree.globals.get(c.name)?.uses.some((u) => u.write)); }

export function nameProblems(here: LuaText, uri: string, project: LuaProject): Problem[] { return [...unknownGlobals(here, uri, project), ...unknownMembers(here), ...here.tree.calls.flatMap((call) => countProblem(call))]; }

function unknownGlobals(here: LuaText, uri: string, project: LuaProject): Problem[] {
  if (!isProgram(here)) return [];
  const { files, complete } = closure(here, uri, project);
  // What a file that is not found defines cannot be known.
  if (!complete) return [];
  const given = new Set<string>();
  for (const { tree } of files.values()) for (const symbol of tree.globals.values()) if (symbol.uses.some((u) => u.write)) given.add(symbol.name);
  // Names that are set in another way: _G.x = 1, setfenv, module(...).
  if (here.tree.globals.has('setfenv') || here.tree.globals.has('_G') || here.tree.globals.has('getfenv')) return [];
  const problems: Problem[] = [];
  for (const symbol of here.tree.globals.values()) {
    if (given.has(symbol.name) || LUA_GLOBALS.has(symbol.name) || API_MODULES.includes(symbol.name)) continue;
    // A test of whether there is such a name is none of its use.
    const locals = here.tree.symbols.filter((s) => s.kind !== 'global').map((s) => s.name);
    const near = nearest(symbol.name, [...given, ...locals, ...LUA_GLOBALS, ...API_MODULES]);
    for (const use of symbol.uses) problems.push(warning(use.start, use.end, `nothing gives ${symbol.name} a value: it is nil${near === undefined ? '' : `; did you mean ${near}?`}`, 'unknown-global'));
  }
  return problems;
}

/** `string.fromat`. */
function unknownMembers({ tree }: LuaText): Problem[] {
  const problems: Problem[] = [];
  for (const member of tree.members) {
    const [module = '', name = ''] = member.path;
    if (member.path.length !== 2 || !isApi(member.base) || !LIBRARY.some((e) => e.name.startsWith(`${module}.`)) || libraryEntry(`${module}.${name}`) !== undefined) continue;
    if (tree.members.some((m) => m.defines && m.path.join('.') === `${module}.${name}`)) continue;
    const near = nearest(name, LIBRARY.filter((e) => e.name.startsWith(`${module}.`)).map((e) => e.name.slice(module.length + 1)));
    problems.push(warning(member.start, member.end, `Lua has no ${module}.${name}${near === undefined ? '' : `; did you mean ${module}.${near}?`}`, 'unknown-function'));
  }
  return problems;
}

interface Takes { readonly name: string; readonly least: number; readonly most: number; readonly list: string; readonly own: boolean }

function takesOf(call: LuaCall): Takes | undefined {
  const name = call.path.join('.');
  if (name === '' || call.method) return undefined;
  if (isApi(call.base)) {
    const parameters = apiFunction(name)?.parameters ?? libraryEntry(name)?.parameters;
    if (parameters === undefined) return undefined;
    const many = parameters.some((p) => p.name === '...');
    return { name, least: parameters.filter((p) => p.optional !== true).length, most: many ? Infinity : parameters.length, list: parameters.map((p) => p.name).join(', '), own: false };
  }
  // A function of the text that is only ever this one.
  const value = call.base?.values[0];
  if (call.path.length !== 1 || call.base?.values.length !== 1 || value?.kind !== 'function' || call.base.uses.filter((u) => u.write).length !== 1) return undefined;
  const { parameters, vararg } = value.fn;
  return { name, least: 0, most: vararg ? Infinity : parameters.length, list: parameters.map((p) => p.name).join(', '), own: true };
}

function countProblem(call: LuaCall): Problem[] {
  const takes = takesOf(call);
  if (takes === undefined || !call.closed && call.arguments.length === 0) return [];
  const given = call.arguments.length;
  const sure = call.many ? given - 1 : given;
  if (sure > takes.most) {
    const first = call.arguments[takes.most], last = call.arguments.at(-1);
    return [warning(first?.start ?? call.open, last?.end ?? call.end, `${takes.name} takes ${numbered(takes.most)}${takes.list === '' ? '' : ` (${takes.list})`} and is given ${given}: what is too many is not used`, 'argument-count')];
  }
  if (!call.many && given < takes.least) return [error(call.name.start, call.name.end, `${takes.name} takes ${takes.most === Infinity || takes.most > takes.least ? 'at least ' : ''}${numbered(takes.least)} (${takes.list}) and is given ${given === 0 ? 'none' : given}`, 'argument-count')];
  return [];
}
function numbered(n: number): string { return n === 0 ? 'no argument' : n === 1 ? '1 argument' : `${n} arguments`; }
