// Lua 5.1 to JavaScript. V8 compiles the result to machine code, which runs chisels many times faster than Lua's interpreter in WebAssembly.
//
// A program is the chisel with all files that it may `require`. Globals become variables of one scope, as nothing is compiled that could reach them by name
// (`_G`, `setfenv`, `load` and their like: `compile` answers undefined, and Lua's interpreter takes the chisel). Names of Lua never become names of
// JavaScript as they are, texts only as literals: the compiled text reaches nothing but what `runtime.ts` and `library.ts` hand it. Every statement
// stands on the line that it has in Lua, so that the stack of an error tells Lua's lines; every loop and function counts down to a look at the limits.
import luaparse from 'luaparse';
import { Expressions, FunctionScope, globalByName, mark, Unsupported, type LuaNode, type Program } from './compileExpression.ts';
import type { Part } from './format.ts';

export interface CompiledProgram {
  /** Body of a function of `$r` (helpers) and `$lib` (globals of the library by name) that answers the program. */
  readonly text: string;
  /** What the compiled code calls its errors' operands: by number. */
  readonly sites: readonly string[];
  /** Where each chunk's lines begin in `text`, 1-based and in order. */
  readonly chunks: readonly { readonly name: string; readonly line: number }[];
}

/** Globals that the engine looks at. */
export const CALLBACKS = ['on_set_arg', 'on_init', 'on_capture_start', 'on_event', 'on_interval', 'on_capture_end'] as const;
/** What a program that is compiled cannot have. */
const REFUSED = new Set(['_G', '_ENV', 'setfenv', 'getfenv', 'module', 'load', 'loadstring', 'dofile', 'loadfile', 'coroutine', 'debug', 'package', 'jit', 'ffi', 'newproxy', 'collectgarbage']);
/** Functions of the library that are called without looking them up, and answer one value. */
const DIRECT = new Set(['evt.field', 'evt.get_type', 'evt.get_num', 'evt.get_cpuid', 'string.format', 'string.sub', 'string.len', 'string.lower', 'string.upper', 'string.rep', 'string.char', 'math.floor', 'math.ceil', 'math.max', 'math.min', 'math.abs']);

/** Lua text with bytes as characters: what the parser makes of strings is bytes then. */
function parse(source: string): LuaNode {
  const text = source.startsWith('#') ? `--${source}` : source;
  const tree = luaparse.parse(text, { luaVersion: 'LuaJIT', locations: true, ranges: true, comments: false, encodingMode: 'pseudo-latin1' }) as unknown as LuaNode;
  markParentheses(tree, text);
  return tree;
}

/**
 * Marks calls and `...` in parentheses, which stand for one value: the parser leaves parentheses out of its tree. Looked at are those at the end of a list, where
 * it makes a difference: a parenthesis closes behind them that is not the one of the call whose arguments they are.
 */
function markParentheses(tree: LuaNode, text: string): void {
  const look = (node: LuaNode | undefined, own: number): void => {
    if (node?.range === undefined || !(node.type === 'VarargLiteral' || node.type.endsWith('CallExpression'))) return;
    let behind = node.range[1];
    while (/\s/.test(text[behind] ?? '')) behind++;
    if (text[behind] === ')' && behind !== own) node.inParens = true;
  };
  visit(tree, (node) => {
    const { type, range } = node;
    if (type === 'CallExpression' && Array.isArray(node.arguments)) look((node.arguments as LuaNode[]).at(-1), (range?.[1] ?? 0) - 1);
    else if (type === 'ReturnStatement' && Array.isArray(node.arguments)) look((node.arguments as LuaNode[]).at(-1), -1);
    else if (type === 'LocalStatement' || type === 'AssignmentStatement') look(node.init?.at(-1), -1);
    else if (type === 'TableConstructorExpression') { const last = node.fields?.at(-1); if (last?.type === 'TableValue') look(last.value as LuaNode, -1); }
  });
}

/**
 * Compiles a chisel. `name`: of its chunk in messages; `module` answers the text of a file it may require, undefined where there is none. Texts hold one byte a
 * character. Undefined: it has something that only the interpreter does, or does not parse.
 */
export function compile(name: string, source: string, module: (name: string) => string | undefined, known: ReadonlySet<string>): CompiledProgram | undefined {
  try {
    const trees = new Map<string, LuaNode>();
    const wanted: string[] = [];
    const read = (key: string, text: string): void => {
      const tree = parse(text);
      trees.set(key, tree);
      visit(tree, (node) => {
        if (node.type === 'GotoStatement' || node.type === 'LabelStatement') throw new Unsupported(node.type);
        const asked = requiredName(node);
        if (asked !== undefined) wanted.push(asked);
      });
    };
    read('', source);
    for (let next = wanted.shift(); next !== undefined; next = wanted.shift()) {
      const text = trees.has(next) || known.has(next) ? undefined : module(next);
      if (text !== undefined) read(next, text);
    }
    return new Compiler(trees, name, known).program();
  } catch (error) {
    if (error instanceof Unsupported || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The name in `require "name"`. */
function requiredName(node: LuaNode): string | undefined {
  if (node.base?.type !== 'Identifier' || node.base.name !== 'require') return undefined;
  const argument = node.type === 'StringCallExpression' ? node.argument : node.type === 'CallExpression' && Array.isArray(node.arguments) ? node.arguments[0] : undefined;
  if (argument?.type !== 'StringLiteral') throw new Unsupported('require of what is no literal');
  return String(argument.value);
}

function visit(node: LuaNode, look: (node: LuaNode) => void): void {
  look(node);
  for (const value of Object.values(node) as unknown[]) {
    for (const child of Array.isArray(value) ? value as unknown[] : [value]) if (typeof child === 'object' && child !== null && 'type' in child) visit(child as LuaNode, look);
  }
}

class Compiler implements Program {
  readonly sites: string[] = [];
  readonly globals = new Set<string>(CALLBACKS);
  /** Globals that the program gives a value. */
  readonly assigned = new Set<string>(CALLBACKS);
  readonly direct: ReadonlySet<string>;
  readonly used = new Set<string>();
  temporaries = 0;
  readonly #trees: ReadonlyMap<string, LuaNode>;
  readonly #name: string;
  readonly #known: ReadonlySet<string>;

  constructor(trees: ReadonlyMap<string, LuaNode>, name: string, known: ReadonlySet<string>) {
    this.#trees = trees; this.#name = name; this.#known = known;
    const members = new Set<string>(), names = new Set<string>();
    const assigns = (target: LuaNode | null | undefined): void => {
      if (target?.type === 'Identifier') names.add(target.name ?? '');
      const global = globalByName(target ?? undefined);
      if (global !== undefined) names.add(global);
      if (target?.type === 'MemberExpression') members.add(target.identifier?.name ?? '');
    };
    for (const tree of trees.values()) visit(tree, (node) => {
      if (node.type === 'AssignmentStatement') node.variables?.forEach(assigns);
      if (node.type === 'FunctionDeclaration' && node.isLocal !== true) assigns(node.identifier);
      if (node.type === 'NumericLiteral' && typeof node.value !== 'number') throw new Unsupported('a number of another kind');
    });
    names.delete('');
    for (const name of names) this.assigned.add(name);
    this.direct = new Set([...DIRECT].filter((whole) => { const [library = '', member = ''] = whole.split('.'); return !names.has(library) && !members.has(member); }));
  }

  byKey = false;
  site(what: string): number { return this.sites.push(what) - 1; }
  global(name: string): string {
    if (REFUSED.has(name)) throw new Unsupported(name);
    this.globals.add(name);
    return `G_${name}`;
  }
  temporary(): string { return `$${++this.temporaries}`; }
  readonly #parts = new Map<string, string>();
  part(part: Part): string {
    const text = JSON.stringify({ ...part, before: '' }), name = this.#parts.get(text) ?? `$p${this.#parts.size}`;
    this.#parts.set(text, name);
    return name;
  }

  program(): CompiledProgram {
    const bodies: { name: string; text: string }[] = [];
    for (const [key, tree] of this.#trees) {
      const scope = new FunctionScope(undefined, true);
      const body = new Statements(this, scope).block(tree.body as LuaNode[]);
      bodies.push({ name: key === '' ? this.#name : `${key}.lua`, text: `${JSON.stringify(key)}:function main(...$v){${scope.declared()}$c();${body}return $E;}` });
    }
    const values = [...this.globals].map((name) => `${this.assigned.has(name) ? 'let' : 'const'} G_${name}=${this.#known.has(name) ? `$lib[${JSON.stringify(name)}]` : 'undefined'};`).join('');
    const quick = [...this.used].map((name) => { const [library = '', member = ''] = name.split('.'); return `const D_${library}_${member}=$lib.${library}.text(${JSON.stringify(member)});`; }).join('');
    const head = '"use strict";const {$1st,$m,$f,$nf,$gs,$idx,$set,$method,$add,$sub,$mul,$div,$mod,$pow,$neg,$cat,$lt,$le,$eq,$len,$T,$F,$iter,$pairs,$ipairs,$num,$E,$require,$tick,$fixed,$text,$padded,$number}=$r,$touch=$lib.evt.text("touch_");let $n=1000;const $c=()=>{if(--$n<0)$n=$tick();};';
    const parts = [...this.#parts].map(([text, name]) => `const ${name}=${text};`).join('');
    let text = `${head}${values}${quick}${parts}const $chunks={`, line = 1;
    const chunks: { name: string; line: number }[] = [];
    for (const body of bodies) {
      text += '\n'; line++;
      chunks.push({ name: body.name, line });
      const laid = layOut(body.text);
      text += `${laid.text},`; line += laid.lines;
    }
    // What `_G[key]` reaches: the globals that the program names anywhere.
    const names = [...this.globals];
    const byKey = this.byKey ? `const $gg=k=>{switch(k){${names.map((name) => `case ${JSON.stringify(name)}:return G_${name};`).join('')}}},$sg=(k,v)=>{switch(k){${names.filter((name) => this.assigned.has(name)).map((name) => `case ${JSON.stringify(name)}:G_${name}=v;break;`).join('')}default:if($lib[k]!==undefined)$fixed(k);}};` : '';
    return { text: `${text}};${byKey}return {chunks:$chunks,${CALLBACKS.map((name) => `${name}:()=>G_${name}`).join(',')}};`, sites: this.sites, chunks };
  }
}

/** Puts what follows a mark on the line that the mark says, as far as that has not gone by. */
function layOut(text: string): { readonly text: string; readonly lines: number } {
  let line = 1;
  const laid = text.replace(/\u0002(\w+);D_evt_field\(/g, (_, name: string) => FunctionScope.looked.has(name) ? 'D_evt_field(' : '$touch(').replace(/\u0001(\d+);/g, (_, wanted: string) => {
    const more = Math.max(0, Number(wanted) - line);
    line += more;
    return '\n'.repeat(more);
  });
  return { text: laid, lines: line - 1 };
}

/** Statements of one function. */
class Statements extends Expressions {
  block(body: readonly LuaNode[]): string {
    this.scope.enter();
    const text = body.map((node) => `${mark(node)}${this.#statement(node)}`).join('');
    this.scope.leave();
    return text;
  }

  functionText(node: LuaNode, name: string): string {
    const scope = new FunctionScope(this.scope, false);
    scope.enter();
    const inner = new Statements(this.program, scope);
    const parameters = (node.parameters ?? []).map((parameter) => {
      if (parameter.type === 'VarargLiteral') { scope.varargs = true; return '...$v'; }
      return scope.declare(parameter.name ?? '');
    });
    if (node.identifier?.type === 'MemberExpression' && node.identifier.indexer === ':') parameters.unshift(scope.declare('self'));
    const body = inner.block(node.body as LuaNode[]);
    scope.leave();
    return `function F_${name.replace(/\W/g, '_')}(${parameters.join(',')}){${scope.declared()}if(--$n<0)$n=$tick();${body}return $E;}`;
  }

  #statement(node: LuaNode): string {
    switch (node.type) {
      case 'LocalStatement': return this.#local(node);
      case 'AssignmentStatement': return this.#assignment(node);
      case 'CallStatement': return `${this.call(node.expression as LuaNode)};`;
      case 'ReturnStatement': return `return (${this.returned(node.arguments as LuaNode[])});`;
      case 'BreakStatement': return 'break;';
      case 'DoStatement': return `{${this.block(node.body as LuaNode[])}}`;
      case 'WhileStatement': return `while(${this.test(node.condition as LuaNode)}){if(--$n<0)$n=$tick();${this.block(node.body as LuaNode[])}}`;
      case 'RepeatStatement': return this.#repeat(node);
      case 'IfStatement': return this.#if(node);
      case 'ForNumericStatement': return this.#count(node);
      case 'ForGenericStatement': return this.#each(node);
      case 'FunctionDeclaration': return this.#function(node);
      default: throw new Unsupported(node.type);
    }
  }

  #local(node: LuaNode): string {
    const init = node.init ?? [], variables = node.variables ?? [];
    if (variables.length === 1 && init.length <= 1) {
      const value = init[0] === undefined ? 'undefined' : this.single(init[0]), name = this.scope.declare(variables[0]?.name ?? '');
      // A field whose value nobody looks at is not read.
      return `let ${name}=${value.startsWith('D_evt_field(') ? `\u0002${name};${value}` : value};`;
    }
    const values = this.#values(init, variables.length);
    return values.before + variables.map((variable, i) => `let ${this.scope.declare(variable.name ?? '')}=${values.of[i] ?? 'undefined'};`).join('');
  }

  /** Expressions for so many values, evaluated before any of them is given to anybody. */
  #values(init: readonly LuaNode[], count: number): { before: string; of: string[] } {
    const of: string[] = [];
    let before = '';
    init.forEach((node, i) => {
      const name = this.scope.temporary(this.program);
      if (i === init.length - 1 && this.isMany(node) && count > init.length) {
        before += `${name}=$m(${this.expression(node)});`;
        for (let k = i; k < count; k++) of.push(`${name}[${k - i}]`);
      } else { before += `${name}=${this.single(node)};`; of.push(name); }
    });
    return { before, of };
  }

  #assignment(node: LuaNode): string {
    const variables = node.variables ?? [], init = node.init ?? [];
    const [target] = variables;
    if (variables.length === 1 && init.length === 1 && target !== undefined) return this.#store(target, this.single(init[0] as LuaNode));
    // Tables and keys on the left are known before anything is stored.
    let before = '';
    const targets = variables.map((variable) => {
      if (variable.type === 'Identifier' || this.globalOf(variable) !== undefined) return variable;
      const base = this.scope.temporary(this.program), key = this.scope.temporary(this.program);
      before += `${base}=${this.single(variable.base as LuaNode)};${key}=${this.keyOf(variable)};`;
      return { base, key, site: this.siteOf(variable.base as LuaNode) };
    });
    const values = this.#values(init, variables.length);
    return before + values.before + targets.map((one, i) => {
      const value = values.of[i] ?? 'undefined';
      return 'type' in one ? this.#store(one, value) : `$set(${one.base},${one.key},${value},${one.site});`;
    }).join('');
  }

  #store(target: LuaNode, value: string): string {
    if (target.type === 'Identifier') return `${this.name(target.name ?? '')}=${value};`;
    const global = this.globalOf(target);
    if (global !== undefined) return global.name === undefined ? `$sg(${this.globalKey(target)},${value});` : `${this.program.global(global.name)}=${value};`;
    return `$set(${this.single(target.base as LuaNode)},${this.keyOf(target)},${value},${this.siteOf(target.base as LuaNode)});`;
  }

  #repeat(node: LuaNode): string {
    // The condition sees what the body declares.
    this.scope.enter();
    const body = (node.body as LuaNode[]).map((one) => `${mark(one)}${this.#statement(one)}`).join('');
    const test = this.test(node.condition as LuaNode);
    this.scope.leave();
    return `for(;;){if(--$n<0)$n=$tick();${body}if(${test})break;}`;
  }

  #if(node: LuaNode): string {
    return (node.clauses ?? []).map((clause) => {
      const body = (): string => `{${this.block(clause.body as LuaNode[])}}`;
      if (clause.type === 'ElseClause') return `else${body()}`;
      return `${clause.type === 'ElseifClause' ? 'else ' : ''}if(${this.test(clause.condition as LuaNode)})${body()}`;
    }).join('');
  }

  #count(node: LuaNode): string {
    const bound = (value: LuaNode, what: string): string => value.type === 'NumericLiteral' ? this.single(value) : `$num(${this.single(value)},${JSON.stringify(what)})`;
    const i = this.program.temporary(), limit = this.program.temporary(), step = this.program.temporary();
    const from = bound(node.start as LuaNode, 'initial'), to = bound(node.end as LuaNode, 'limit'), by = node.step === null || node.step === undefined ? undefined : bound(node.step as LuaNode, 'step');
    this.scope.enter();
    const variable = this.scope.declare((node.variable as LuaNode).name ?? '');
    const body = this.block(node.body as LuaNode[]);
    this.scope.leave();
    const head = by === undefined ? `let ${i}=${from},${limit}=${to};${i}<=${limit};${i}++` : `let ${i}=${from},${limit}=${to},${step}=${by};${step}>0?${i}<=${limit}:${i}>=${limit};${i}+=${step}`;
    return `for(${head}){if(--$n<0)$n=$tick();let ${variable}=${i};${body}}`;
  }

  #each(node: LuaNode): string {
    const iterators = node.iterators ?? [], [only] = iterators, it = this.program.temporary();
    const name = only?.type === 'CallExpression' && only.base?.type === 'Identifier' && iterators.length === 1 ? only.base.name ?? '' : '';
    const args = only?.arguments;
    const plain = (name === 'pairs' || name === 'ipairs') && !this.program.assigned.has(name) && !this.scope.has(name) && Array.isArray(args) && args.length === 1 && !this.isMany(args[0] as LuaNode);
    const start = plain ? `$${name}(${this.single((args as LuaNode[])[0] as LuaNode)},${this.siteOf((args as LuaNode[])[0] as LuaNode)})` : `$iter(${this.list(iterators)})`;
    this.scope.enter();
    const variables = (node.variables ?? []).map((variable, i) => `let ${this.scope.declare(variable.name ?? '')}=${i === 0 ? `${it}.key` : i === 1 ? `${it}.value` : `${it}.all[${i}]`};`).join('');
    const body = this.block(node.body as LuaNode[]);
    this.scope.leave();
    return `for(const ${it}=${start};${it}.step();){if(--$n<0)$n=$tick();${variables}${body}}`;
  }

  #function(node: LuaNode): string {
    const target = node.identifier;
    if (node.isLocal === true) {
      const name = this.scope.declare(target?.name ?? '');
      return `let ${name}=undefined;${name}=${this.functionText(node, target?.name ?? '')};`;
    }
    if (target === null || target === undefined) throw new Unsupported('a function without a name');
    const name = target.type === 'Identifier' ? target.name ?? '' : target.identifier?.name ?? '';
    return this.#store(target, this.functionText(node, name));
  }
}
