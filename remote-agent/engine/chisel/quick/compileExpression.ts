// Expressions of Lua as expressions of JavaScript; see compile.ts.

import { numeric, plan, type Part } from './format.ts';

/** Parts of a format that is compiled. */
const MAX_PARTS = 40;

/** A node of the parser's tree, as far as it is looked at. */
export interface LuaNode {
  readonly type: string;
  readonly loc?: { readonly start: { readonly line: number } };
  readonly name?: string;
  readonly value?: unknown;
  /** Places of its first character and behind its last. */
  readonly range?: readonly [number, number];
  inParens?: boolean;
  readonly operator?: string;
  readonly indexer?: string;
  readonly isLocal?: boolean;
  readonly identifier?: LuaNode | null;
  readonly base?: LuaNode;
  readonly index?: LuaNode;
  readonly left?: LuaNode;
  readonly right?: LuaNode;
  readonly argument?: LuaNode;
  readonly arguments?: readonly LuaNode[] | LuaNode;
  readonly key?: LuaNode;
  readonly fields?: readonly LuaNode[];
  readonly parameters?: readonly LuaNode[];
  readonly variables?: readonly LuaNode[];
  readonly init?: readonly LuaNode[];
  readonly clauses?: readonly LuaNode[];
  readonly iterators?: readonly LuaNode[];
  readonly body?: unknown;
  readonly condition?: unknown;
  readonly expression?: unknown;
  readonly start?: unknown;
  readonly end?: unknown;
  readonly step?: unknown;
  readonly variable?: unknown;
}

/** The program has something that is not compiled. */
export class Unsupported extends Error {}

/** What an expression of any function may use of the whole program. */
export interface Program {
  readonly assigned: ReadonlySet<string>;
  /** Functions of the library that are what their name says: `string.format`. */
  readonly direct: ReadonlySet<string>;
  readonly used: Set<string>;
  /** Some global is reached by a key. */
  byKey: boolean;
  site(what: string): number;
  global(name: string): string;
  temporary(): string;
  /** Name of a part of a format. */
  part(part: Part): string;
}

/** Local variables of a function and of those around it. */
export class FunctionScope {
  readonly #outer: FunctionScope | undefined;
  readonly #blocks: Map<string, string>[] = [];
  readonly #temporaries: string[] = [];
  /** The function takes more values than it names. */
  varargs: boolean;
  static #count = 0;
  /** Names of those local variables that somebody looks at. */
  static readonly looked = new Set<string>();

  constructor(outer: FunctionScope | undefined, varargs: boolean) { this.#outer = outer; this.varargs = varargs; }
  enter(): void { this.#blocks.push(new Map()); }
  leave(): void { this.#blocks.pop(); }
  declare(name: string): string {
    const made = `L${++FunctionScope.#count}_${name}`;
    this.#blocks.at(-1)?.set(name, made);
    return made;
  }
  find(name: string): string | undefined {
    for (let i = this.#blocks.length - 1; i >= 0; i--) { const found = this.#blocks[i]?.get(name); if (found !== undefined) { FunctionScope.looked.add(found); return found; } }
    return this.#outer?.find(name);
  }
  has(name: string): boolean { return this.find(name) !== undefined; }
  temporary(program: Program): string { const name = program.temporary(); this.#temporaries.push(name); return name; }
  declared(): string { return this.#temporaries.length === 0 ? '' : `let ${this.#temporaries.join(',')};`; }
}

/** Has what follows stand on the node's line. */
export function mark(node: LuaNode): string { return node.loc === undefined ? '' : `\u0001${node.loc.start.line};`; }

const ARITHMETIC: Readonly<Record<string, string>> = { '+': '$add', '-': '$sub', '*': '$mul', '/': '$div', '%': '$mod', '^': '$pow', '..': '$cat' };
const COMPARISONS = new Set(['<', '<=', '>', '>=', '==', '~=']);
/** Equal to such a one is only what is the same. */
const PLAIN = new Set(['StringLiteral', 'NumericLiteral', 'BooleanLiteral', 'NilLiteral']);

/** Of `_G.name`: the name. Of `_G[key]`: ''. */
export function globalByName(node: LuaNode | undefined): string | undefined {
  if (node?.base?.type !== 'Identifier' || node.base.name !== '_G') return undefined;
  if (node.type === 'MemberExpression') return node.identifier?.name;
  if (node.type !== 'IndexExpression') return undefined;
  return node.index?.type === 'StringLiteral' && /^[A-Za-z_]\w*$/.test(String(node.index.value)) ? String(node.index.value) : '';
}

export abstract class Expressions {
  readonly program: Program;
  readonly scope: FunctionScope;
  constructor(program: Program, scope: FunctionScope) { this.program = program; this.scope = scope; }

  abstract functionText(node: LuaNode, name: string): string;

  name(name: string): string { return this.scope.find(name) ?? this.program.global(name); }

  /** A global that is reached through `_G`: by its name, or, without, by a key. */
  globalOf(node: LuaNode): { readonly name?: string } | undefined {
    const name = this.scope.has('_G') ? undefined : globalByName(node);
    return name === undefined ? undefined : name === '' ? {} : { name };
  }
  globalKey(node: LuaNode): string { this.program.byKey = true; return this.single(node.index as LuaNode); }

  /** Whether it may be several values. */
  isMany(node: LuaNode): boolean { return node.inParens !== true && (node.type === 'VarargLiteral' || (node.type.endsWith('CallExpression') && !this.#isDirect(node))); }

  /** Exactly one value. */
  single(node: LuaNode): string {
    if (node.type === 'VarargLiteral') return `${this.expression(node)}[0]`;
    return node.type.endsWith('CallExpression') && !this.#isDirect(node) ? `$1st(${this.expression(node)})` : this.expression(node);
  }

  /** All values of a list, as an array. */
  list(nodes: readonly LuaNode[]): string { return `[${this.listItems(nodes)}]`; }
  listItems(nodes: readonly LuaNode[]): string {
    return nodes.map((node, i) => {
      if (i < nodes.length - 1 || !this.isMany(node)) return this.single(node);
      return node.type === 'VarargLiteral' ? `...${this.expression(node)}` : `...$m(${this.expression(node)})`;
    }).join(',');
  }
  returned(nodes: readonly LuaNode[]): string {
    const [only] = nodes;
    if (only === undefined) return '$E';
    if (nodes.length > 1) return this.list(nodes);
    return this.isMany(only) ? this.expression(only) : this.single(only);
  }

  /** What an error calls it; -1: nothing. */
  siteOf(node: LuaNode): number {
    switch (node.type) {
      case 'Identifier': return this.program.site(`${this.scope.has(node.name ?? '') ? 'local' : 'global'} '${node.name}'`);
      case 'MemberExpression': return this.program.site(`${node.indexer === ':' ? 'method' : 'field'} '${node.identifier?.name}'`);
      case 'IndexExpression': return node.index?.type === 'StringLiteral' ? this.program.site(`field '${String(node.index.value)}'`) : -1;
      default: return -1;
    }
  }
  keyOf(node: LuaNode): string { return node.type === 'MemberExpression' ? JSON.stringify(node.identifier?.name) : this.single(node.index as LuaNode); }

  /** One value, or several where the node may be that. */
  expression(node: LuaNode): string {
    const global = this.globalOf(node);
    if (global !== undefined) return global.name === undefined ? `$gg(${this.globalKey(node)})` : this.program.global(global.name);
    switch (node.type) {
      case 'Identifier': return this.name(node.name ?? '');
      case 'NumericLiteral': return Number.isFinite(node.value) ? String(node.value) : 'Infinity';
      case 'StringLiteral': return JSON.stringify(node.value);
      case 'BooleanLiteral': return String(node.value);
      case 'NilLiteral': return 'undefined';
      case 'VarargLiteral': return '$v';
      case 'FunctionDeclaration': return `(${this.functionText(node, 'anonymous')})`;
      case 'TableConstructorExpression': return this.#table(node);
      case 'BinaryExpression': return this.#binary(node);
      case 'LogicalExpression': return this.#logical(node);
      case 'UnaryExpression': return this.#unary(node);
      case 'MemberExpression': return `${mark(node)}$gs(${this.single(node.base as LuaNode)},${JSON.stringify(node.identifier?.name)},${this.siteOf(node.base as LuaNode)})`;
      case 'IndexExpression': return `${mark(node)}${node.index?.type === 'StringLiteral' ? '$gs' : '$idx'}(${this.single(node.base as LuaNode)},${this.single(node.index as LuaNode)},${this.siteOf(node.base as LuaNode)})`;
      case 'CallExpression': case 'StringCallExpression': case 'TableCallExpression': return this.call(node);
      default: throw new Unsupported(node.type);
    }
  }

  /** A condition of JavaScript. */
  test(node: LuaNode): string {
    if (node.type === 'LogicalExpression') return `(${this.test(node.left as LuaNode)}${node.operator === 'and' ? '&&' : '||'}${this.test(node.right as LuaNode)})`;
    if (node.type === 'UnaryExpression' && node.operator === 'not') return `!${this.test(node.argument as LuaNode)}`;
    if (node.type === 'BinaryExpression' && COMPARISONS.has(node.operator ?? '')) return this.#binary(node);
    if (node.type === 'BooleanLiteral') return String(node.value);
    if (node.type === 'Identifier') { const name = this.name(node.name ?? ''); return `(${name}!==undefined&&${name}!==false)`; }
    const kept = this.scope.temporary(this.program);
    return `((${kept}=${this.single(node)})!==undefined&&${kept}!==false)`;
  }

  #logical(node: LuaNode): string {
    const kept = this.scope.temporary(this.program);
    const right = this.single(node.right as LuaNode);
    const test = `(${kept}=${this.single(node.left as LuaNode)})===undefined||${kept}===false`;
    return node.operator === 'and' ? `(${test}?${kept}:${right})` : `(${test}?${right}:${kept})`;
  }

  #binary(node: LuaNode): string {
    const left = node.left as LuaNode, right = node.right as LuaNode, operator = node.operator ?? '';
    const a = this.single(left), b = this.single(right);
    const helper = ARITHMETIC[operator];
    if (helper !== undefined) return `${mark(right)}${helper}(${a},${b},${this.#operandSites(left, right)})`;
    if (operator === '==' || operator === '~=') {
      if (PLAIN.has(left.type) || PLAIN.has(right.type)) return `(${a}${operator === '==' ? '===' : '!=='}${b})`;
      return `${operator === '==' ? '' : '!'}$eq(${a},${b})`;
    }
    switch (operator) {
      case '<': return `${mark(right)}$lt(${a},${b})`;
      case '<=': return `${mark(right)}$le(${a},${b})`;
      // The operands are evaluated in their order all the same.
      case '>': { const kept = this.scope.temporary(this.program); return `(${kept}=${a},${mark(right)}$lt(${b},${kept}))`; }
      case '>=': { const kept = this.scope.temporary(this.program); return `(${kept}=${a},${mark(right)}$le(${b},${kept}))`; }
      default: throw new Unsupported(operator);
    }
  }
  #operandSites(left: LuaNode, right: LuaNode): string { return `${PLAIN.has(left.type) ? -1 : this.siteOf(left)},${PLAIN.has(right.type) ? -1 : this.siteOf(right)}`; }

  #unary(node: LuaNode): string {
    const argument = node.argument as LuaNode;
    switch (node.operator) {
      case 'not': return `!${this.test(argument)}`;
      case '-': return argument.type === 'NumericLiteral' ? `(-${this.single(argument)})` : `${mark(node)}$neg(${this.single(argument)},${this.siteOf(argument)})`;
      case '#': return `${mark(node)}$len(${this.single(argument)},${this.siteOf(argument)})`;
      default: throw new Unsupported(node.operator ?? '');
    }
  }

  #table(node: LuaNode): string {
    const list: LuaNode[] = [], pairs: string[] = [];
    for (const field of node.fields ?? []) {
      if (field.type === 'TableValue') list.push(field.value as LuaNode);
      else pairs.push(field.type === 'TableKeyString' ? JSON.stringify(field.key?.name) : this.single(field.key as LuaNode), this.single(field.value as LuaNode));
    }
    return `$T([${this.listItems(list)}],[${pairs.join(',')}])`;
  }

  /** `string.format` and its like, called as what it is. */
  #directName(node: LuaNode): string | undefined {
    const { base } = node;
    if (node.type !== 'CallExpression' || base?.type !== 'MemberExpression' || base.indexer !== '.' || base.base?.type !== 'Identifier' || this.scope.has(base.base.name ?? '')) return undefined;
    const whole = `${base.base.name}.${base.identifier?.name}`;
    return this.program.direct.has(whole) ? whole : undefined;
  }
  #isDirect(node: LuaNode): boolean { return this.#directName(node) !== undefined; }

  /** `string.format` of a literal, as a sum of texts. The arguments are evaluated before any is looked at. Undefined: it is left to the library. */
  #format(args: readonly LuaNode[]): string | undefined {
    const [pattern, ...given] = args;
    if (pattern?.type !== 'StringLiteral') return undefined;
    let parts: readonly Part[];
    try { parts = plan(String(pattern.value)); } catch { return undefined; }
    if (parts.filter(({ kind }) => kind !== '' && kind !== '%').length !== given.length || parts.length > MAX_PARTS || parts.some(({ kind }) => kind === 'q')) return undefined;
    if (given.some((node, i) => node.type === 'VarargLiteral' || (i === given.length - 1 && this.isMany(node)))) return undefined;
    const simple = given.every((node) => PLAIN.has(node.type) || (node.type === 'Identifier' && this.globalOf(node) === undefined) || this.#directName(node) === 'evt.field');
    let before = '';
    const values = given.map((node) => {
      const value = this.single(node);
      if (simple || PLAIN.has(node.type)) return value;
      const kept = this.scope.temporary(this.program);
      before += `${kept}=${value},`;
      return kept;
    });
    let next = 0;
    const texts = parts.flatMap((part) => {
      const before = part.before === '' ? [] : [JSON.stringify(part.before)];
      if (part.kind === '') return before;
      if (part.kind === '%') return [...before, '"%"'];
      const value = values[next] ?? '', node = given[next++];
      if (part.kind === 's' && part.width === 0 && part.precision < 0) return [...before, `$text(${value})`];
      if (part.kind === 's') return [...before, `$padded(${value},${this.program.part(part)})`];
      if (node?.type === 'NumericLiteral' && typeof node.value === 'number' && Number.isFinite(node.value)) return [...before, JSON.stringify(numeric(node.value, part, next + 1))];
      return [...before, `$number(${value},${this.program.part(part)},${next + 1})`];
    });
    return `(${before}""+${texts.length === 0 ? '""' : texts.join('+')})`;
  }

  call(node: LuaNode): string {
    const base = node.base as LuaNode;
    const args = node.type === 'CallExpression' ? node.arguments as readonly LuaNode[] : [(node.type === 'StringCallExpression' ? node.argument : Array.isArray(node.arguments) ? node.arguments[0] : node.arguments) as LuaNode];
    const direct = this.#directName(node);
    if (direct !== undefined) {
      const formatted = direct === 'string.format' ? this.#format(args) : undefined;
      if (formatted !== undefined) return formatted;
      this.program.used.add(direct);
      return `D_${direct.replace('.', '_')}(${this.listItems(args)})`;
    }
    if (base.type === 'Identifier' && base.name === 'require' && !this.scope.has('require')) return `${mark(node)}$require(${this.listItems(args)})`;
    if (base.type === 'MemberExpression' && base.indexer === ':') {
      const self = this.scope.temporary(this.program);
      return `(${self}=${this.single(base.base as LuaNode)},${mark(node)}$method(${self},${JSON.stringify(base.identifier?.name)},${this.siteOf(base.base as LuaNode)},${this.siteOf(base)}))(${[self, ...args.length === 0 ? [] : [this.listItems(args)]].join(',')})`;
    }
    return `${mark(node)}$f(${this.single(base)},${this.siteOf(base)})(${this.listItems(args)})`;
  }
}
