// The structure of a Lua text, also of one that is half written: names with their scopes and uses, functions, calls, tables, blocks.
import type { LuaString, LuaToken } from './luaTokens.ts';

export interface Span { readonly start: number; readonly end: number }
/** One place where a name stands. */
export interface LuaUse extends Span { write: boolean; readonly declares: boolean; /** The function around it; undefined: the file itself. */ readonly within: LuaFunction | undefined }
/** A name in its scope. Globals are one symbol each for the whole text. */
export interface LuaSymbol {
  readonly name: string;
  readonly kind: 'local' | 'parameter' | 'global';
  readonly uses: LuaUse[];
  /** Where a local can be named; of globals the whole text. */
  readonly scope: { start: number; end: number };
  /** What it was given where that is seen: all of it, in the order of the text. */
  readonly values: LuaValue[];
  /** `self` of a method: declared nowhere in the text. */
  readonly implicit: boolean;
}
export type LuaValue =
  | { readonly kind: 'function'; readonly fn: LuaFunction }
  | { readonly kind: 'call'; readonly call: LuaCall }
  | { readonly kind: 'table'; readonly table: LuaTable }
  | { readonly kind: 'string'; readonly string: LuaString; readonly token: LuaToken }
  | { readonly kind: 'name'; readonly symbol: LuaSymbol; readonly path: readonly string[] }
  | { readonly kind: 'other' };
export interface LuaFunction extends Span {
  /** As written: `a.b:c`; '' where it has none. */
  readonly name: string;
  readonly nameSpan: Span | undefined;
  readonly parameters: readonly LuaSymbol[];
  readonly vararg: boolean;
  readonly isLocal: boolean;
  readonly parent: LuaFunction | undefined;
  /** Where its parameters stand, brackets included. */
  readonly head: Span;
}
export interface LuaTable extends Span { readonly fields: readonly LuaField[] }
export interface LuaField { readonly name: string; readonly span: Span; readonly value: LuaValue }
export interface LuaCall extends Span {
  /** `['chisel', 'set_filter']`; empty where what is called is no plain path of names. */
  readonly path: readonly string[];
  readonly base: LuaSymbol | undefined;
  readonly callee: Span;
  /** Of the last name of the path. */
  readonly name: Span;
  readonly method: boolean;
  /** Where the arguments begin: the bracket, the string, the table. */
  readonly open: number;
  readonly closed: boolean;
  readonly arguments: readonly (Span & { readonly value: LuaValue })[];
  /** The last argument may stand for any number of values. */
  readonly many: boolean;
  readonly within: LuaFunction | undefined;
}
/** A name after a point or colon. */
export interface LuaMember extends Span { readonly base: LuaSymbol; /** From the base to this name, both included. */ readonly path: readonly string[]; defines: boolean; value: LuaValue | undefined }
export interface LuaBlock extends Span { readonly kind: 'function' | 'table' | 'block' }
export interface LuaTree {
  readonly tokens: readonly LuaToken[];
  readonly symbols: readonly LuaSymbol[];
  readonly globals: ReadonlyMap<string, LuaSymbol>;
  readonly functions: readonly LuaFunction[];
  readonly calls: readonly LuaCall[];
  readonly members: readonly LuaMember[];
  readonly blocks: readonly LuaBlock[];
}

export const LUA_KEYWORDS: readonly string[] = ['and', 'break', 'do', 'else', 'elseif', 'end', 'false', 'for', 'function', 'goto', 'if', 'in', 'local', 'nil', 'not', 'or', 'repeat', 'return', 'then', 'true', 'until', 'while'];
const KEYWORDS = new Set(LUA_KEYWORDS);
const BLOCK_ENDS = new Set(['end', 'else', 'elseif', 'until']);
const BINARY = new Set(['+', '-', '*', '/', '%', '^', '..', '<', '>', '<=', '>=', '==', '~=', 'and', 'or']);
const STATEMENTS = new Set(['local', 'function', 'if', 'while', 'for', 'repeat', 'return', 'do', 'break', 'goto']);
const OTHER: LuaValue = { kind: 'other' };
/** Nesting of expressions and blocks at most: what is deeper is skipped. */
const DEPTH = 150;

interface Scope { readonly parent: Scope | undefined; readonly names: Map<string, LuaSymbol>; readonly made: LuaSymbol[] }
/** An expression: what it is worth, and whether it may be assigned to. */
interface Expression extends Span { readonly value: LuaValue; readonly use?: LuaUse; readonly symbol?: LuaSymbol; readonly member?: LuaMember; readonly many: boolean }

/** The structure of scanned tokens; never throws. */
export function parseLua(tokens: readonly LuaToken[], length: number): LuaTree { return new Parser(tokens, length).tree(); }

class Parser {
  readonly #all: readonly LuaToken[];
  readonly #tokens: readonly LuaToken[];
  readonly #length: number;
  readonly #symbols: LuaSymbol[] = [];
  readonly #globals = new Map<string, LuaSymbol>();
  readonly #functions: LuaFunction[] = [];
  readonly #calls: LuaCall[] = [];
  readonly #members: LuaMember[] = [];
  readonly #blocks: LuaBlock[] = [];
  #scope: Scope = { parent: undefined, names: new Map(), made: [] };
  #within: LuaFunction | undefined;
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly LuaToken[], length: number) {
    this.#all = tokens;
    this.#tokens = tokens.filter((t) => t.kind !== 'comment');
    this.#length = length;
  }

  tree(): LuaTree {
    while (this.#next < this.#tokens.length) {
      this.#block();
      // An end too many.
      this.#next++;
    }
    for (const symbol of this.#scope.made) symbol.scope.end = this.#length;
    return { tokens: this.#all, symbols: this.#symbols, globals: this.#globals, functions: this.#functions, calls: this.#calls, members: this.#members, blocks: this.#blocks };
  }

  // ---- tokens

  get #token(): LuaToken | undefined { return this.#tokens[this.#next]; }
  get #before(): number { return this.#tokens[this.#next - 1]?.end ?? 0; }
  #is(text: string): boolean { const t = this.#token; return t !== undefined && t.kind !== 'string' && t.text === text; }
  #take(text: string): boolean { if (!this.#is(text)) return false; this.#next++; return true; }
  #name(): LuaToken | undefined {
    const t = this.#token;
    if (t === undefined || t.kind !== 'name' || KEYWORDS.has(t.text)) return undefined;
    this.#next++;
    return t;
  }

  // ---- names

  #open(): void { this.#scope = { parent: this.#scope, names: new Map(), made: [] }; }
  #close(end: number): void { for (const symbol of this.#scope.made) symbol.scope.end = end; this.#scope = this.#scope.parent ?? this.#scope; }
  #declare(token: LuaToken | undefined, name: string, kind: 'local' | 'parameter', from: number): LuaSymbol {
    const symbol: LuaSymbol = { name, kind, uses: token === undefined ? [] : [{ start: token.start, end: token.end, write: true, declares: true, within: this.#within }], scope: { start: from, end: this.#length }, values: [], implicit: token === undefined };
    this.#symbols.push(symbol);
    this.#scope.names.set(name, symbol);
    this.#scope.made.push(symbol);
    return symbol;
  }
  #find(name: string): LuaSymbol {
    for (let scope: Scope | undefined = this.#scope; scope !== undefined; scope = scope.parent) { const found = scope.names.get(name); if (found !== undefined) return found; }
    let global = this.#globals.get(name);
    if (global === undefined) {
      global = { name, kind: 'global', uses: [], scope: { start: 0, end: this.#length }, values: [], implicit: false };
      this.#globals.set(name, global);
      this.#symbols.push(global);
    }
    return global;
  }
  #use(token: LuaToken, write: boolean): { symbol: LuaSymbol; use: LuaUse } {
    const symbol = this.#find(token.text);
    const use: LuaUse = { start: token.start, end: token.end, write, declares: false, within: this.#within };
    symbol.uses.push(use);
    return { symbol, use };
  }

  // ---- statements

  #block(): void {
    if (++this.#depth > DEPTH) { this.#depth--; this.#next = this.#tokens.length; return; }
    while (this.#token !== undefined && !(this.#token.kind === 'name' && BLOCK_ENDS.has(this.#token.text))) {
      const at = this.#next;
      this.#statement();
      if (this.#next === at) this.#next++;
    }
    this.#depth--;
  }
  /** A block with a scope of its own, up to the word that ends it. */
  #scoped(): void { this.#open(); this.#block(); this.#close(this.#token?.start ?? this.#length); }
  #folded(start: number, kind: LuaBlock['kind'] = 'block'): void { this.#blocks.push({ start, end: this.#before, kind }); }

  #statement(): void {
    const token = this.#token;
    if (token === undefined) return;
    if (token.kind !== 'name') { this.#expressionStatement(); return; }
    switch (token.text) {
      case 'local': this.#next++; this.#local(token); return;
      case 'function': this.#next++; this.#functionStatement(token); return;
      case 'if': this.#next++; this.#if(token); return;
      case 'while': this.#next++; this.#expression(); this.#take('do'); this.#scoped(); this.#take('end'); this.#folded(token.start); return;
      case 'do': this.#next++; this.#scoped(); this.#take('end'); this.#folded(token.start); return;
      case 'for': this.#next++; this.#for(token); return;
      case 'repeat':
        this.#next++;
        this.#open();
        this.#block();
        // The condition sees the locals of the block.
        if (this.#take('until')) this.#expression();
        this.#close(this.#before);
        this.#folded(token.start);
        return;
      case 'return':
        this.#next++;
        if (this.#token !== undefined && !BLOCK_ENDS.has(this.#token.text) && !this.#is(';')) this.#expressions();
        return;
      case 'break': this.#next++; return;
      case 'goto': this.#next++; this.#name(); return;
      default: this.#expressionStatement();
    }
  }

  #local(start: LuaToken): void {
    if (this.#take('function')) {
      const name = this.#name();
      const symbol = name === undefined ? undefined : this.#declare(name, name.text, 'local', name.start);
      const fn = this.#function(start.start, name?.text ?? '', name, true, false);
      symbol?.values.push({ kind: 'function', fn });
      return;
    }
    const names: LuaToken[] = [];
    do { const name = this.#name(); if (name === undefined) break; names.push(name); } while (this.#take(','));
    const values = this.#take('=') ? this.#expressions() : [];
    const from = this.#before;
    names.forEach((name, i) => { const symbol = this.#declare(name, name.text, 'local', from); const value = values[i]; if (value !== undefined) symbol.values.push(value.value); });
  }

  #functionStatement(start: LuaToken): void {
    const first = this.#name();
    if (first === undefined) { this.#function(start.start, '', undefined, false, false); return; }
    const { symbol, use } = this.#use(first, true);
    let name = first.text, method = false, last = first, member: LuaMember | undefined;
    const path = [first.text];
    while (this.#is('.') || this.#is(':')) {
      method = this.#is(':');
      this.#next++;
      const part = this.#name();
      if (part === undefined) break;
      use.write = false;
      path.push(part.text);
      member = { start: part.start, end: part.end, base: symbol, path: [...path], defines: false, value: undefined };
      this.#members.push(member);
      name += `${method ? ':' : '.'}${part.text}`;
      last = part;
    }
    const fn = this.#function(start.start, name, { start: first.start, end: last.end }, false, method);
    if (member === undefined) symbol.values.push({ kind: 'function', fn });
    else { member.defines = true; member.value = { kind: 'function', fn }; }
  }

  /** Parameters and body; the word `function` and the name are read. */
  #function(start: number, name: string, nameSpan: Span | undefined, isLocal: boolean, method: boolean): LuaFunction {
    const outer = this.#within;
    const parameters: LuaSymbol[] = [];
    const fn = { start, end: start, name, nameSpan, parameters, vararg: false, isLocal, parent: outer, head: { start: this.#token?.start ?? this.#length, end: 0 } };
    this.#functions.push(fn);
    this.#within = fn;
    this.#open();
    if (method) this.#declare(undefined, 'self', 'parameter', this.#before);
    if (this.#take('(')) {
      while (this.#token !== undefined && !this.#is(')')) {
        if (this.#take('...')) fn.vararg = true;
        else {
          const parameter = this.#name();
          if (parameter === undefined) break;
          parameters.push(this.#declare(parameter, parameter.text, 'parameter', parameter.start));
        }
        if (!this.#take(',')) break;
      }
      this.#take(')');
    }
    fn.head.end = this.#before;
    this.#block();
    this.#close(this.#token?.start ?? this.#length);
    this.#take('end');
    fn.end = this.#before;
    this.#within = outer;
    this.#folded(start, 'function');
    return fn;
  }

  #if(start: LuaToken): void {
    let from = start.start;
    this.#expression();
    this.#take('then');
    this.#scoped();
    while (this.#is('elseif') || this.#is('else')) {
      this.#blocks.push({ start: from, end: this.#token?.start ?? this.#length, kind: 'block' });
      from = this.#token?.start ?? this.#length;
      const again = this.#is('elseif');
      this.#next++;
      if (again) { this.#expression(); this.#take('then'); }
      this.#scoped();
    }
    this.#take('end');
    this.#folded(from);
  }

  #for(start: LuaToken): void {
    const names: LuaToken[] = [];
    do { const name = this.#name(); if (name === undefined) break; names.push(name); } while (this.#take(','));
    if (this.#take('=') || this.#take('in')) this.#expressions();
    this.#take('do');
    this.#open();
    for (const name of names) this.#declare(name, name.text, 'local', this.#before);
    this.#block();
    this.#close(this.#token?.start ?? this.#length);
    this.#take('end');
    this.#folded(start.start);
  }

  #expressionStatement(): void {
    if (this.#take('::')) { this.#name(); this.#take('::'); return; }
    const at = this.#next;
    const targets = [this.#expression()];
    if (this.#next === at) return;
    while (this.#take(',')) targets.push(this.#expression());
    if (!this.#take('=')) return;
    for (const { use } of targets) if (use !== undefined) use.write = true;
    for (const { member } of targets) if (member !== undefined) member.defines = true;
    const values = this.#expressions();
    targets.forEach(({ use, symbol, member }, i) => {
      const value = values[i]?.value;
      if (use !== undefined) symbol?.values.push(value ?? OTHER);
      else if (member !== undefined) member.value = value;
    });
  }

  // ---- expressions

  #expressions(): Expression[] {
    const all = [this.#expression()];
    while (this.#take(',')) all.push(this.#expression());
    return all;
  }

  #expression(): Expression {
    const start = this.#token?.start ?? this.#length;
    const nothing: Expression = { start, end: start, value: OTHER, many: false };
    if (++this.#depth > DEPTH) { this.#depth--; this.#next++; return nothing; }
    let only: Expression | undefined, count = 0;
    do {
      while (this.#take('not') || this.#take('-') || this.#take('#')) count++;
      only = this.#primary();
      count++;
    } while (this.#binary());
    this.#depth--;
    return count === 1 && only !== undefined ? only : { start, end: Math.max(start, this.#before), value: OTHER, many: false };
  }

  #binary(): boolean {
    const token = this.#token;
    if (token === undefined || token.kind === 'string' || !BINARY.has(token.text)) return false;
    this.#next++;
    return true;
  }

  #primary(): Expression {
    const token = this.#token;
    const start = token?.start ?? this.#length;
    if (token === undefined) return { start, end: start, value: OTHER, many: false };
    if (token.kind === 'string') { this.#next++; return { start, end: token.end, value: token.string === undefined ? OTHER : { kind: 'string', string: token.string, token }, many: false }; }
    if (token.kind === 'number') { this.#next++; return { start, end: token.end, value: OTHER, many: false }; }
    if (token.text === '{') { const table = this.#table(); return { start, end: table.end, value: { kind: 'table', table }, many: false }; }
    if (token.text === 'function') {
      this.#next++;
      const fn = this.#function(start, '', undefined, false, false);
      return { start, end: fn.end, value: { kind: 'function', fn }, many: false };
    }
    if (token.text === 'nil' || token.text === 'true' || token.text === 'false' || token.text === '...') { this.#next++; return { start, end: token.end, value: OTHER, many: token.text === '...' }; }
    if (token.text === '(') {
      this.#next++;
      this.#expression();
      this.#take(')');
      return this.#suffixes({ start, end: this.#before, value: OTHER, many: false }, undefined, [], { start, end: this.#before });
    }
    if (token.kind !== 'name' || KEYWORDS.has(token.text)) return { start, end: start, value: OTHER, many: false };
    this.#next++;
    const { symbol, use } = this.#use(token, false);
    return this.#suffixes({ start, end: token.end, value: { kind: 'name', symbol, path: [token.text] }, use, symbol, many: false }, symbol, [token.text], token);
  }

  #suffixes(first: Expression, base: LuaSymbol | undefined, firstPath: readonly string[], firstName: Span): Expression {
    let found = first, path = firstPath, name = firstName, method = false;
    for (;;) {
      const token = this.#token;
      if (token === undefined) return found;
      if (token.kind !== 'string' && (token.text === '.' || token.text === ':')) {
        this.#next++;
        const part = this.#token;
        // What stands on the next line belongs to a point that is just being written only if it cannot be a statement of its own.
        if (part?.kind !== 'name' || KEYWORDS.has(part.text) && STATEMENTS.has(part.text) || this.#startsStatement(token, part)) return { start: found.start, end: token.end, value: OTHER, many: false };
        this.#next++;
        method = token.text === ':';
        name = part;
        path = path.length === 0 ? [] : [...path, part.text];
        let member: LuaMember | undefined;
        if (base !== undefined && path.length > 0) { member = { start: part.start, end: part.end, base, path, defines: false, value: undefined }; this.#members.push(member); }
        found = { start: found.start, end: part.end, value: base !== undefined && path.length > 0 ? { kind: 'name', symbol: base, path } : OTHER, many: false, ...(member === undefined ? {} : { member }) };
      } else if (token.text === '[' && token.kind !== 'string') {
        this.#next++;
        this.#expression();
        this.#take(']');
        path = [];
        found = { start: found.start, end: this.#before, value: OTHER, many: false };
      } else if (token.kind === 'string' || token.text === '(' || token.text === '{') {
        const call = this.#call(found, base, path, name, method);
        found = { start: found.start, end: call.end, value: { kind: 'call', call }, many: true };
        path = [];
        method = false;
      } else return found;
    }
  }

  #startsStatement(point: LuaToken, part: LuaToken): boolean {
    const after = this.#tokens[this.#next + 1];
    const between = this.#all.some((t) => t.kind === 'comment' && t.start >= point.end && t.end <= part.start) || part.start > point.end;
    return between && after !== undefined && (after.text === '=' || after.text === '.' || after.text === '(');
  }

  #call(callee: Expression, base: LuaSymbol | undefined, path: readonly string[], name: Span, method: boolean): LuaCall {
    const token = this.#token;
    const open = token?.start ?? this.#length;
    const given: Expression[] = [];
    let closed = true;
    const within = this.#within;
    if (token?.kind === 'string') { this.#next++; given.push({ start: open, end: token.end, value: token.string === undefined ? OTHER : { kind: 'string', string: token.string, token }, many: false }); }
    else if (token?.text === '{') { const table = this.#table(); given.push({ start: open, end: table.end, value: { kind: 'table', table }, many: false }); }
    else {
      this.#next++;
      if (!this.#is(')')) given.push(...this.#expressions());
      closed = this.#take(')');
    }
    const call: LuaCall = { start: callee.start, end: this.#before, path, base, callee: { start: callee.start, end: callee.end }, name, method, open, closed, arguments: given, many: given.at(-1)?.many === true, within };
    this.#calls.push(call);
    return call;
  }

  #table(): LuaTable {
    const start = this.#token?.start ?? this.#length;
    const fields: LuaField[] = [];
    this.#next++;
    while (this.#token !== undefined && !this.#is('}')) {
      const at = this.#next, token = this.#token, after = this.#tokens[this.#next + 1];
      if (token.kind === 'name' && !KEYWORDS.has(token.text) && after?.text === '=' && after.kind === 'symbol') {
        this.#next += 2;
        fields.push({ name: token.text, span: { start: token.start, end: token.end }, value: this.#expression().value });
      } else if (token.text === '[' && token.kind === 'symbol') {
        this.#next++;
        this.#expression();
        this.#take(']');
        if (this.#take('=')) this.#expression();
      } else if (token.kind === 'name' && STATEMENTS.has(token.text) && token.text !== 'function') break;
      else { const value = this.#expression(); fields.push({ name: '', span: value, value: value.value }); }
      if (this.#take(',') || this.#take(';')) continue;
      // No comma: one is forgotten, or the table is not closed and what follows is a statement.
      if (this.#next === at || this.#token !== undefined && KEYWORDS.has(this.#token.text)) break;
    }
    this.#take('}');
    this.#folded(start, 'table');
    return { start, end: this.#before, fields };
  }
}
