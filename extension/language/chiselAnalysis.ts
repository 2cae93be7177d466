// What is wrong with a chisel: Lua syntax, unknown fields, wrong filters and formats, unknown functions, callbacks that return nothing.
import * as luaparse from 'luaparse';
import { API_CALLBACKS, API_FUNCTIONS, apiFunction } from '../../remote-agent/engine/chisel/api.ts';
import { fieldNameProblem } from '../../remote-agent/engine/chisel/extract.ts';
import { readHead } from '../../remote-agent/engine/chisel/loader.ts';
import { nearest } from '../../remote-agent/engine/fields/index.ts';
import { diagnoseFilter } from '../../remote-agent/engine/filter/index.ts';
import { compileFormat } from '../../remote-agent/engine/format/index.ts';
import { callbackProblems, fieldProblems } from './chiselCallbacks.ts';
import { nameProblems } from './chiselNames.ts';
import type { ApiUse, StringSite } from './chiselSites.ts';
import { error, warning, type Problem } from './chiselTypes.ts';
import { luaText, NO_PROJECT, type LuaProject } from './luaText.ts';
import type { LuaToken } from './luaTokens.ts';

/** Problems at most; a text that is something else altogether has thousands. */
const LIMIT = 100;
/** Callbacks that must return a boolean. */
const MUST_RETURN = new Set(['on_init', 'on_set_arg', 'on_capture_start', 'on_interval']);

/** Everything that is wrong with a chisel, in the order of the text. */
export function diagnoseChisel(text: string, uri = '', project: LuaProject = NO_PROJECT): Problem[] {
  const here = luaText(text);
  const { tokens, sites: { strings, uses } } = here;
  const shadowed = localNames(tokens);
  const problems = [
    ...syntax(text, tokens),
    ...strings.flatMap(stringProblems),
    ...uses.filter((use) => !shadowed.has(use.module)).flatMap(useProblems),
    ...headProblems(text, tokens),
    ...nameProblems(here, uri, project),
    ...callbackProblems(here, uri, project),
    ...fieldProblems(here, uri, project),
  ];
  return problems.sort((a, b) => a.start - b.start).slice(0, LIMIT);
}

interface LuaSyntaxError { readonly message: string; readonly index: number }
function isSyntaxError(thrown: unknown): thrown is LuaSyntaxError { return thrown instanceof Error && typeof (thrown as { index?: unknown }).index === 'number'; }

interface LuaNode { readonly type: string; readonly body?: readonly LuaNode[]; readonly identifier?: { readonly type: string; readonly name?: string; readonly range?: readonly [number, number] } | null; readonly range?: readonly [number, number] }

function syntax(text: string, tokens: readonly LuaToken[]): Problem[] {
  try {
    const tree = luaparse.parse(text, { luaVersion: 'LuaJIT', ranges: true, comments: false, encodingMode: 'none' }) as unknown as LuaNode;
    return returnProblems(tree);
  } catch (thrown) {
    if (!isSyntaxError(thrown)) return [];
    const message = thrown.message.replace(/^\[\d+:\d+\] /, '');
    const token = tokens.find((t) => t.kind !== 'comment' && t.end > thrown.index);
    const start = Math.min(token === undefined ? text.trimEnd().length - 1 : Math.max(token.start, Math.min(thrown.index, token.end - 1)), Math.max(0, text.length - 1));
    return [error(Math.max(0, start), token?.end ?? start + 1, `Lua: ${message}`, 'lua-syntax')];
  }
}

/** Callbacks whose last statement is no return. */
function returnProblems(tree: LuaNode): Problem[] {
  const problems: Problem[] = [];
  for (const node of tree.body ?? []) {
    const name = node.identifier?.name;
    if (node.type !== 'FunctionDeclaration' || name === undefined || node.identifier?.range === undefined || !MUST_RETURN.has(name)) continue;
    const last = node.body?.at(-1);
    if (last === undefined || !['ReturnStatement', 'IfStatement', 'DoStatement', 'CallStatement', 'WhileStatement', 'RepeatStatement'].includes(last.type) || last.type === 'CallStatement') {
      problems.push(warning(node.identifier.range[0], node.identifier.range[1], `${name} must end with "return true": without it the chisel is refused`, 'no-return'));
    }
  }
  return problems;
}

function stringProblems(site: StringSite): Problem[] {
  const { value, offsets } = site.string;
  const place = (i: number): number => offsets[Math.max(0, Math.min(i, offsets.length - 1))] ?? site.token.start;
  if (site.kind === 'handle') return [error(site.token.start, site.token.end, `evt.field wants what chisel.request_field("${value}") returned in on_init, not a name`, 'no-handle')];
  if (!site.whole) return [];
  if (site.kind === 'field') {
    const message = fieldNameProblem(value);
    if (message === undefined) return [];
    const [start, end] = value === '' ? [site.token.start, site.token.end] : [place(0), place(value.length)];
    return [error(start, end, message.replace('chisel requesting nonexistent field', 'there is no field'), 'unknown-field')];
  }
  if (site.kind === 'filter') return diagnoseFilter(value).map((p) => error(place(p.start), Math.max(place(p.end), place(p.start) + 1), p.message, 'wrong-filter'));
  if (value === '' || value === 'default') return [];
  const made = compileFormat(value);
  return made.ok ? [] : [error(place(made.at), Math.max(place(made.at) + 1, wordEnd(value, made.at, place)), made.message, 'wrong-format')];
}

function wordEnd(value: string, at: number, place: (i: number) => number): number {
  let end = at + 1;
  while (end < value.length && /[\w.[\]]/.test(value[end] ?? '')) end++;
  return place(end);
}

function useProblems(use: ApiUse): Problem[] {
  const full = `${use.module}.${use.name}`;
  const known = apiFunction(full);
  if (known !== undefined) return known.supported ? [] : [warning(use.start, use.end, `${full} is not supported by this version of Porthole: calling it raises an error`, 'not-supported')];
  const near = nearest(use.name, API_FUNCTIONS.filter((f) => f.name.startsWith(`${use.module}.`)).map((f) => f.name.slice(use.module.length + 1)));
  return [error(use.nameStart, use.end, `there is no function ${full}${near === undefined ? '' : `; did you mean ${use.module}.${near}?`}`, 'unknown-function')];
}

/** Names of API modules that the script has locals of. */
function localNames(tokens: readonly LuaToken[]): ReadonlySet<string> {
  const found = new Set<string>();
  tokens.forEach((token, i) => { if (token.text === 'local' && tokens[i + 1]?.kind === 'name') found.add(tokens[i + 1]?.text ?? ''); });
  return found;
}

function headProblems(text: string, tokens: readonly LuaToken[]): Problem[] {
  const head = readHead(text);
  const problems: Problem[] = [];
  const description = tokens.find((t) => t.kind === 'name' && t.text === 'description');
  if (head !== undefined && !head.hasArgs && description !== undefined) problems.push(warning(description.start, description.end, 'the table args is missing: write "args = {}" for a chisel without arguments', 'no-args'));
  // A chisel without a callback of its own has them from a file that it requires, that of its arguments too.
  const elsewhere = definedCallbacks(text).size === 0 && tokens.some((t) => t.kind === 'name' && t.text === 'require');
  if (head !== undefined && head.args.length > 0 && !elsewhere && !/\bon_set_arg\b/.test(text)) {
    const args = tokens.find((t) => t.kind === 'name' && t.text === 'args');
    if (args !== undefined) problems.push(warning(args.start, args.end, 'a chisel with arguments needs a function on_set_arg(name, value)', 'no-set-arg'));
  }
  return problems;
}

/** The callbacks that a text defines. */
export function definedCallbacks(text: string): ReadonlySet<string> {
  return new Set(API_CALLBACKS.map((c) => c.name).filter((name) => new RegExp(`\\bfunction\\s+${name}\\b|\\b${name}\\s*=`).test(text)));
}
