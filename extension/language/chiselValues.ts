// Values that a string of a chisel may have: names of modules and chisels, formats of buffers, categories, what a field is compared with.
import { EVENT_NAMES, findField } from '../../remote-agent/engine/fields/index.ts';
import type { Proposal } from './chiselTypes.ts';
import { handleOf, isApi, type LuaProject, type LuaText } from './luaText.ts';
import type { LuaToken } from './luaTokens.ts';
import type { LuaCall } from './luaTree.ts';

/** Categories under which sysdig lists its chisels. */
export const CATEGORIES: readonly string[] = ['Application', 'CPU Usage', 'Errors', 'I/O', 'Logs', 'Misc', 'Net', 'Performance', 'Security', 'System State', 'Tracers'];
/** Types of arguments that sysdig's chisels declare; only `filter` means something to the engine. */
export const ARGUMENT_TYPES: readonly (readonly [type: string, doc: string])[] = [['string', 'any text'], ['int', 'a whole number'], ['filter', 'a filter: taken as a whole from the command line'], ['ipv4', 'an address']];
const BUFFER_FORMATS: readonly (readonly [string, string])[] = [
  ['normal', 'dots for what cannot be printed'], ['json', 'as JSON'], ['simple', 'as normal'], ['hex', 'hexadecimal'], ['hexascii', 'hexadecimal and ASCII'], ['ascii', 'only what can be printed'], ['base64', 'base64'], ['jsonbase64', 'JSON with base64'],
];
const LEVELS: readonly (readonly [string, string])[] = [['debug', ''], ['info', ''], ['warning', ''], ['error', ''], ['critical', '']];
const VALUE_LIMIT = 600;

type Value = readonly [value: string, detail: string];

/** Proposals for a string that is no filter, field or format. They replace all of it. */
export function stringValues(here: LuaText, token: LuaToken, offset: number, uri: string, project: LuaProject): Proposal[] {
  const string = token.string;
  const first = string?.offsets[0], last = string?.offsets.at(-1);
  if (string === undefined || first === undefined || last === undefined || offset < first || offset > last) return [];
  return valuesOf(here, token, uri, project).slice(0, VALUE_LIMIT).map(([value, detail]) => ({ label: value, kind: 'value', detail, insert: value, start: first, end: last }));
}

function valuesOf(here: LuaText, token: LuaToken, uri: string, project: LuaProject): readonly Value[] {
  const call = here.tree.calls.find((c) => c.arguments.some((a) => a.start === token.start));
  const position = call?.arguments.findIndex((a) => a.start === token.start);
  if (call !== undefined && isApi(call.base)) {
    const name = call.path.join('.');
    if (name === 'require' || name === 'chisel.exec' && position === 0) return project.modules(uri).map((module): Value => [module, name === 'require' ? 'a Lua file' : 'a chisel']);
    if (name === 'sysdig.set_output_format') return BUFFER_FORMATS;
    if (name === 'sysdig.log' && position === 1) return LEVELS;
  }
  const code = here.tokens.filter((t) => t.kind !== 'comment');
  const i = code.findIndex((t) => t.start === token.start);
  const before = code[i - 1], key = code[i - 2];
  if (before?.text === '=' && key?.text === 'argtype') return ARGUMENT_TYPES;
  if (before?.text === '=' && key?.text === 'category') return CATEGORIES.map((c): Value => [c, 'a heading of the list']);
  if (before?.text === '==' || before?.text === '~=') return compared(here, key);
  return [];
}

/** What stands left of `==`: the value of a field, or a variable that holds it. */
function compared({ tree }: LuaText, last: LuaToken | undefined): readonly Value[] {
  if (last === undefined) return [];
  const values = (call: LuaCall): readonly Value[] => {
    if (!isApi(call.base)) return [];
    const name = call.path.join('.');
    if (name === 'evt.get_type') return EVENT_NAMES.map((n): Value => [n, 'evt.type']);
    const handle = call.arguments[0]?.value;
    if (name !== 'evt.field' || handle?.kind !== 'name' || handle.path.length !== 1) return [];
    const field = handleOf(handle.symbol);
    const ref = field === undefined ? undefined : findField(field)?.field;
    return ref?.values === undefined ? [] : ref.values().map((v): Value => [v, ref.name]);
  };
  const direct = tree.calls.find((c) => c.end === last.end);
  if (direct !== undefined) return values(direct);
  const symbol = tree.symbols.find((s) => s.uses.some((u) => u.start === last.start));
  if (symbol?.name === 'name' || symbol === undefined) return argumentNames(tree, symbol?.kind === 'parameter');
  for (const value of symbol.values) if (value.kind === 'call') { const found = values(value.call); if (found.length > 0) return found; }
  return [];
}

/** In on_set_arg the name is that of an argument. */
function argumentNames(tree: LuaText['tree'], isParameter: boolean): readonly Value[] {
  const args = tree.globals.get('args')?.values[0];
  if (!isParameter || args?.kind !== 'table') return [];
  return args.table.fields.flatMap((f) => f.value.kind !== 'table' ? [] : f.value.table.fields.flatMap((entry): Value[] => entry.name === 'name' && entry.value.kind === 'string' ? [[entry.value.string.value, 'an argument']] : []));
}
