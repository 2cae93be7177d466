// Mends for what is wrong with a chisel: edits of the text, each with a title that says what it does.
import { readHead } from '../../remote-agent/engine/chisel/loader.ts';
import { FIELDS } from '../../remote-agent/engine/fields/index.ts';
import type { Problem } from './chiselTypes.ts';
import { nearFixes, replace, type Fix, type TextChange } from './nearFixes.ts';
import { handleOf, luaText, type LuaText } from './luaText.ts';
import { LUA_KEYWORDS, type LuaFunction } from './luaTree.ts';

/** What can be done about one problem of a text. */
export function fixesFor(text: string, problem: Problem): Fix[] {
  const here = luaText(text);
  const fixes = [...nearFixes(problem, text), ...(FIXES[problem.code]?.(here, problem) ?? [])];
  return fixes.map((fix, i) => i === 0 ? { ...fix, preferred: true } : fix);
}

const insert = (at: number, text: string): TextChange => ({ start: at, end: at, text });

const FIXES: Readonly<Record<string, (here: LuaText, problem: Problem) => Fix[]>> = {
  'unknown-global': (here, p) => isHandleArgument(here, p) ? requestInto(here, here.text.slice(p.start, p.end), true) : [{ title: `Declare local ${here.text.slice(p.start, p.end)}`, changes: [declare(here, `local ${here.text.slice(p.start, p.end)}`)] }],
  'no-handle': (here, p) => {
    const written = here.text.slice(p.start, p.end);
    return /^\w+$/.test(written) ? requestInto(here, written, false) : requestOf(here, p, here.tokens.find((t) => t.start === p.start)?.string?.value ?? '');
  },
  'no-return': (here, p) => {
    const fn = functionAt(here, p.start);
    return fn === undefined ? [] : [{ title: 'Add "return true"', changes: [beforeEnd(here, fn, 'return true')] }];
  },
  'no-args': (here, p) => [{ title: 'Add "args = {}"', changes: [insert(lineEnd(here.text, endOfHead(here, p.start)), '\nargs = {}')] }],
  'no-set-arg': (here) => {
    const head = readHead(here.text);
    const tab = indentOf(here.text);
    const cases = (head?.args ?? []).map((a, i) => `${tab}${i === 0 ? 'if' : 'elseif'} name == "${a.name}" then\n${tab}${tab}${identifier(a.name)} = ${/^(int|number|uint)/.test(a.type) ? 'tonumber(value)' : 'value'}`).join('\n');
    const names = (head?.args ?? []).map((a) => identifier(a.name)).filter((n) => !here.tree.symbols.some((s) => s.name === n));
    const locals = names.length === 0 ? '' : `local ${names.join(', ')}\n\n`;
    return [{ title: 'Add on_set_arg', changes: [insert(beforeFunctions(here), `${locals}function on_set_arg(name, value)\n${cases}\n${tab}end\n${tab}return true\nend\n\n`)] }];
  },
  'unknown-argument': (here, p) => {
    const name = here.tokens.find((t) => t.start === p.start)?.string?.value ?? '';
    const change = declareArgument(here, name);
    return change === undefined ? [] : [{ title: `Declare the argument ${name}`, changes: [change] }];
  },
  'unused-field': (here, p) => {
    const statement = statementAt(here, p.start);
    const fixes: Fix[] = statement === undefined ? [] : [{ title: 'Remove the request', changes: [statement] }];
    const call = here.tree.calls.find((c) => c.name.start === p.start);
    const argument = call?.arguments[0]?.value;
    if (call !== undefined && argument?.kind === 'string') fixes.unshift({ title: 'Keep what it returns', changes: [insert(call.start, `${newName(here, argument.string.value)} = `)] });
    return fixes;
  },
  'local-callback': (here, p) => {
    const at = here.text.lastIndexOf('local', p.start);
    return at < 0 ? [] : [{ title: 'Remove "local"', changes: [{ start: at, end: at + (/^local\s+/.exec(here.text.slice(at))?.[0].length ?? 0), text: '' }] }];
  },
  'no-interval': (here) => [{ title: 'Set an interval of one second in on_init', changes: [inInit(here, ['chisel.set_interval_s(1)'])] }],
  'argument-count': (here, p) => {
    const call = here.tree.calls.find((c) => c.arguments.at(-1)?.end === p.end && c.arguments.some((a) => a.start === p.start));
    if (call === undefined) return [];
    const before = call.arguments[call.arguments.findIndex((a) => a.start === p.start) - 1];
    return [{ title: 'Remove what is too many', changes: [{ start: before?.end ?? p.start, end: p.end, text: '' }] }];
  },
};

/** A name in `evt.field(name)`. */
function isHandleArgument({ tree }: LuaText, p: Problem): boolean { return tree.calls.some((c) => c.path.join('.') === 'evt.field' && c.arguments[0]?.start === p.start && c.arguments[0].end === p.end); }

/** Requests a field into a variable, by the fields that its name may mean. */
function requestInto(here: LuaText, variable: string, declares: boolean): Fix[] {
  return fieldsFor(variable).map((field) => ({ title: `Request ${field} as ${variable}`, changes: [...declares ? [declare(here, `local ${variable}`)] : [], inInit(here, [`${variable} = chisel.request_field("${field}")`])] }));
}
/** Requests the field of a string, and names its handle in the place of the string. */
function requestOf(here: LuaText, p: Problem, field: string): Fix[] {
  const known = here.tree.symbols.find((s) => handleOf(s) === field);
  if (known !== undefined) return [{ title: `Use ${known.name}, which is ${field}`, changes: [replace(p, known.name)] }];
  const name = newName(here, field);
  return [{ title: `Request ${field} in on_init`, changes: [declare(here, `local ${name}`), inInit(here, [`${name} = chisel.request_field("${field}")`]), replace(p, name)] }];
}

/** Fields that a variable's name may stand for, the likeliest first. */
export function fieldsFor(variable: string): string[] {
  const bare = variable.toLowerCase().replace(/^f_?(?=[a-z]{2})|_?field$|_?handle$/g, '').replace(/_/g, '');
  const plain = variable.toLowerCase().replace(/_/g, '');
  const scored = FIELDS.filter((f) => f.use === 'any' && f.argument === 'none').map((f) => {
    const name = f.name.replace(/\./g, ''), last = f.name.split('.').slice(1).join('');
    const score = name === bare || name === plain ? 5 : last === bare || last === plain ? 4 : name.endsWith(bare) ? 3 : last.startsWith(bare) ? 2 : name.includes(bare) ? 1 : 0;
    return { name: f.name, score };
  }).filter((f) => f.score > 0 && bare.length > 1);
  scored.sort((a, b) => b.score - a.score || a.name.length - b.name.length);
  // A name that says which field it is leaves no choice.
  const count = scored[0]?.score === 5 ? 1 : 3;
  return scored.length === 0 ? ['evt.type'] : scored.slice(0, count).map((f) => f.name);
}

function identifier(name: string): string { const made = name.replace(/\W/g, '_').replace(/^(?=\d)/, '_'); return LUA_KEYWORDS.includes(made) ? `${made}_` : made; }
/** A name for a field's handle that is free. */
function newName({ tree }: LuaText, field: string): string {
  const name = `f_${identifier(field).replace(/_+$/, '')}`;
  for (let i = 1; ; i++) { const one = i === 1 ? name : `${name}_${i}`; if (!tree.symbols.some((s) => s.name === one)) return one; }
}

function functionAt({ tree }: LuaText, offset: number): LuaFunction | undefined { return tree.functions.find((f) => f.nameSpan !== undefined && f.nameSpan.start <= offset && offset <= f.nameSpan.end) ?? tree.functions.find((f) => f.start <= offset && offset <= f.end); }
function lineStart(text: string, at: number): number { return text.lastIndexOf('\n', at - 1) + 1; }
function lineEnd(text: string, at: number): number { const end = text.indexOf('\n', at); return end < 0 ? text.length : end; }
/** What one level is indented by in a text. */
function indentOf(text: string): string { return /^([ \t]+)\S/m.exec(text)?.[1] ?? '\t'; }

/** Before the `end` of a function, on a line of its own. */
function beforeEnd({ text }: LuaText, fn: LuaFunction, statement: string): TextChange {
  const at = fn.end - 3;
  const start = lineStart(text, at);
  const blank = text.slice(start, at).trim() === '';
  return blank ? insert(start, `${text.slice(start, at)}${indentOf(text)}${statement}\n`) : insert(at, `${statement} `);
}

/** Where a function may begin: before the first one, and before the comment over it. */
function beforeFunctions({ text, tree }: LuaText): number {
  const first = tree.functions.find((f) => f.parent === undefined && f.nameSpan !== undefined);
  if (first === undefined) return text.length;
  let at = lineStart(text, first.start);
  while (at > 0) {
    const before = lineStart(text, at - 1);
    if (!/^\s*--/.test(text.slice(before, at))) break;
    at = before;
  }
  return at;
}
/** A declaration before all functions. */
function declare(here: LuaText, statement: string): TextChange {
  const at = beforeFunctions(here);
  const gap = at === 0 || here.text.slice(0, at).endsWith('\n') ? '' : '\n';
  return insert(at, `${gap}${statement}\n\n`);
}
/** Statements at the beginning of on_init, which is made where there is none. */
function inInit(here: LuaText, statements: readonly string[]): TextChange {
  const init = here.tree.functions.find((f) => f.name === 'on_init' && !f.isLocal);
  const tab = indentOf(here.text);
  if (init !== undefined) return insert(init.head.end, statements.map((s) => `\n${tab}${s}`).join(''));
  const at = beforeFunctions(here);
  return insert(at, `function on_init()\n${statements.map((s) => `${tab}${s}\n`).join('')}${tab}return true\nend\n\n`);
}

/** The end of what a head says, behind the place of one of its names. */
function endOfHead({ tree }: LuaText, at: number): number {
  const ends = ['description', 'short_description', 'category', 'hidden'].flatMap((name) => tree.globals.get(name)?.uses.filter((u) => u.write).map((u) => {
    const value = tree.tokens.filter((t) => t.start > u.end && t.kind === 'string')[0];
    return value?.end ?? u.end;
  }) ?? []);
  return Math.max(at, ...ends);
}

/** An entry of args for one more argument. */
function declareArgument({ text, tree }: LuaText, name: string): TextChange | undefined {
  const value = tree.globals.get('args')?.values[0];
  if (value?.kind !== 'table') return undefined;
  const tab = indentOf(text);
  const entry = `{ name = "${name}", description = "", argtype = "string", optional = true }`;
  const { table } = value;
  const last = table.fields.at(-1);
  if (last === undefined) return replace(table, `{\n${tab}${entry},\n}`);
  // Behind the last entry; what separates the two is there already, or is put there.
  const comma = /^\s*[,;]/.exec(text.slice(last.span.end))?.[0].length ?? 0;
  const lines = text.slice(table.start, table.end).includes('\n');
  return insert(last.span.end + comma, `${comma === 0 ? ',' : ''}${lines ? `\n${tab}` : ' '}${entry}`);
}

/** `f = chisel.request_field("x")`, with its line where it has one of its own. */
function statementAt({ text, tree }: LuaText, at: number): TextChange | undefined {
  const call = tree.calls.find((c) => c.path.join('.') === 'chisel.request_field' && (c.name.start === at || c.start > at && /^\w+\s*=\s*$/.test(text.slice(at, c.start))));
  if (call === undefined) return undefined;
  const start = Math.min(at, call.start);
  const before = lineStart(text, start), after = lineEnd(text, call.end);
  const alone = text.slice(before, start).trim() === '' && /^[\s;]*(--.*)?$/.test(text.slice(call.end, after));
  return alone ? { start: before, end: Math.min(text.length, after + 1), text: '' } : { start, end: call.end, text: '' };
}
