// Callbacks that the engine never calls, fields that are asked for and never read, arguments that are not declared.
import { API_CALLBACKS } from '../../remote-agent/engine/chisel/api.ts';
import { readHead } from '../../remote-agent/engine/chisel/loader.ts';
import { nearest } from '../../remote-agent/engine/fields/index.ts';
import { isProgram } from './chiselNames.ts';
import { warning, type Problem } from './chiselTypes.ts';
import type { LuaToken } from './luaTokens.ts';
import { closure, isApi, requestedField, type LuaProject, type LuaText } from './luaText.ts';
import type { LuaFunction, LuaSymbol, LuaTree, Span } from './luaTree.ts';

const NAMES = API_CALLBACKS.map((c) => c.name);
/** Called on what is there before or after events, not by them. */
const BY_EVENTS = ['on_capture_start', 'on_event', 'on_interval', 'on_capture_end'];
const INTERVALS = ['chisel.set_interval_s', 'chisel.set_interval_ns', 'chisel.set_precise_interval_ns'];
/** Callbacks of other versions of the engine: not called, and nobody's mistake. */
const OTHER_CALLBACKS = new Set(['on_end_of_sample']);

export function callbackProblems(here: LuaText, uri: string, project: LuaProject): Problem[] {
  if (!isProgram(here)) return [];
  const { tree, text } = here;
  const files = [...closure(here, uri, project).files.values()];
  const problems: Problem[] = [];
  const named = tree.functions.filter((f): f is LuaFunction & { nameSpan: Span } => f.nameSpan !== undefined && f.name !== '');
  for (const fn of named) {
    const { start, end } = fn.nameSpan;
    const { name } = fn;
    if (!NAMES.includes(name)) {
      const near = /^on_?[a-z_]+$/i.test(name) && fn.parent === undefined && !OTHER_CALLBACKS.has(name) ? nearest(name, NAMES) : undefined;
      if (near !== undefined && !isNamed(files, name)) problems.push(warning(start, end, `the engine calls no ${name}, and nothing here does; did you mean ${near}?`, 'unknown-callback'));
      continue;
    }
    if (fn.isLocal) { problems.push(warning(start, end, `${name} is local: the engine does not see it and never calls it`, 'local-callback')); continue; }
    const later = named.find((f) => f.name === name && f.start > fn.start && !f.isLocal && f.parent === undefined);
    if (later !== undefined && fn.parent === undefined) problems.push(warning(start, end, `${name} is defined again below: this one is never called`, 'unreachable'));
    const takes = API_CALLBACKS.find((c) => c.name === name)?.parameters.length ?? 0;
    const extra = fn.parameters[takes]?.uses[0];
    if (extra !== undefined) problems.push(warning(extra.start, fn.parameters.at(-1)?.uses[0]?.end ?? extra.end, `${name} is called with ${takes === 0 ? 'no argument' : `${takes} arguments`}: this one is always nil`, 'argument-count'));
  }
  const defined = (name: string): (LuaFunction & { nameSpan: Span }) | undefined => named.find((f) => f.name === name && !f.isLocal && f.parent === undefined);
  const interval = defined('on_interval');
  if (interval !== undefined && !files.some((f) => f.tree.calls.some((c) => INTERVALS.includes(c.path.join('.'))))) problems.push(warning(interval.nameSpan.start, interval.nameSpan.end, 'on_interval is never called: no interval is set. Call chisel.set_interval_s in on_init', 'no-interval'));
  const setArgument = defined('on_set_arg');
  const head = readHead(text);
  if (setArgument !== undefined && head !== undefined && head.hasArgs && head.args.length === 0 && emptyArguments(tree)) problems.push(warning(setArgument.nameSpan.start, setArgument.nameSpan.end, 'on_set_arg is never called: args declares no argument', 'unreachable'));
  problems.push(...afterExec(here, defined));
  if (setArgument !== undefined && head?.hasArgs === true) problems.push(...undeclared(here, setArgument, head.args.map((a) => a.name)));
  return problems;
}

/** `args = {}`, and nothing adds to it. */
function emptyArguments(tree: LuaTree): boolean {
  const symbol = tree.globals.get('args');
  return symbol !== undefined && symbol.uses.length === 1 && symbol.values.length === 1 && symbol.values[0]?.kind === 'table' && symbol.values[0].table.fields.length === 0;
}

function isNamed(files: readonly LuaText[], name: string): boolean { return files.some(({ tree }) => tree.globals.get(name)?.uses.some((u) => !u.write) === true || tree.symbols.some((s) => s.kind !== 'global' && s.name === name && s.uses.some((u) => !u.write))); }

/** What follows chisel.exec in on_init is of another chisel. */
function afterExec({ tree }: LuaText, defined: (name: string) => (LuaFunction & { nameSpan: Span }) | undefined): Problem[] {
  const init = defined('on_init');
  const exec = tree.calls.find((c) => c.path.join('.') === 'chisel.exec' && isApi(c.base) && c.within === init);
  if (init === undefined || exec === undefined || tree.blocks.some((b) => b.kind === 'block' && b.start > init.start && b.end < init.end && b.start < exec.start && b.end > exec.end)) return [];
  return BY_EVENTS.flatMap((name) => { const fn = defined(name); return fn === undefined ? [] : [warning(fn.nameSpan.start, fn.nameSpan.end, `${name} is never called: on_init ends this chisel with chisel.exec`, 'unreachable')]; });
}

/** Names with which on_set_arg compares, and that args does not declare. */
function undeclared({ tokens }: LuaText, fn: LuaFunction, declared: readonly string[]): Problem[] {
  const parameter = fn.parameters[0]?.name;
  const code = tokens.filter((t) => t.kind !== 'comment' && t.start >= fn.head.end && t.end <= fn.end);
  const problems: Problem[] = [];
  for (let i = 1; i + 1 < code.length; i++) {
    if (code[i]?.text !== '==') continue;
    const sides = [code[i - 1], code[i + 1]];
    const value = sides.find((t) => t?.kind === 'string')?.string?.value;
    const at = sides.find((t): t is LuaToken => t?.kind === 'string');
    if (value === undefined || at === undefined || !sides.some((t) => t?.kind === 'name' && t.text === parameter) || declared.includes(value)) continue;
    problems.push(warning(at.start, at.end, `args declares no argument ${value}: this is never true`, 'unknown-argument'));
  }
  return problems;
}

const TAKERS = new Set(['=', ',', '(', '[', '{', 'return', '..', 'and', 'or', 'not', '==', '~=', 'if', 'elseif', 'while', 'until', 'in']);

/** Fields that are asked for and not read. */
export function fieldProblems(here: LuaText, uri: string, project: LuaProject): Problem[] {
  const { tree, tokens } = here;
  const program = isProgram(here);
  const others = [...closure(here, uri, project).files].filter(([file]) => file !== uri).map(([, one]) => one);
  const problems: Problem[] = [];
  const code = tokens.filter((t) => t.kind !== 'comment');
  for (const symbol of tree.symbols) {
    const requested = symbol.values.map(requestedField).find((r) => r !== undefined);
    if (requested === undefined || symbol.uses.some((u) => !u.write)) continue;
    // A library's globals are for those who require it.
    if (symbol.kind === 'global' && (!program || others.some((o) => o.tree.globals.has(symbol.name)))) continue;
    const use = symbol.uses.filter((u) => u.end <= requested.call.start).at(-1) ?? symbol.uses[0];
    if (use !== undefined) problems.push({ ...warning(use.start, use.end, `${requested.field ?? 'the field'} is asked for and never read: evt.field(${symbol.name})`, 'unused-field'), unused: true });
  }
  for (const call of tree.calls) {
    if (call.path.join('.') !== 'chisel.request_field' || !isApi(call.base)) continue;
    const before = code.filter((t) => t.end <= call.start).at(-1);
    if (before === undefined || !TAKERS.has(before.text)) problems.push(warning(call.name.start, call.name.end, 'what chisel.request_field returns is needed to read the field: f = chisel.request_field(…)', 'unused-field'));
  }
  problems.push(...neverGiven(tree, code));
  return problems;
}

/** evt.field(x) where x is declared and never set. */
function neverGiven(tree: LuaTree, code: readonly LuaToken[]): Problem[] {
  const problems: Problem[] = [];
  for (const call of tree.calls) {
    const [argument] = call.arguments;
    if (call.path.join('.') !== 'evt.field' || !isApi(call.base) || argument?.value.kind !== 'name' || argument.value.path.length !== 1) continue;
    const { symbol } = argument.value;
    if (symbol.kind === 'local' && symbol.values.length === 0 && symbol.uses.filter((u) => u.write).length === 1 && isPlainLocal(symbol, code)) problems.push(warning(argument.start, argument.end, `${symbol.name} is never given a field: ${symbol.name} = chisel.request_field(…) in on_init`, 'no-handle'));
  }
  return problems;
}

/** `local a, b`, no variable of a loop. */
function isPlainLocal(symbol: LuaSymbol, code: readonly LuaToken[]): boolean {
  let i = code.findIndex((t) => t.start === symbol.uses[0]?.start) - 1;
  while (code[i]?.text === ',' || code[i]?.kind === 'name' && code[i]?.text !== 'local' && code[i]?.text !== 'for') i--;
  return code[i]?.text === 'local';
}
