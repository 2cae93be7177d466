// The outline of a chisel and what of it can be folded.
import { API_CALLBACKS, API_GLOBALS } from '../../remote-agent/engine/chisel/api.ts';
import { handleOf, luaText } from './luaText.ts';
import type { LuaFunction, Span } from './luaTree.ts';

export interface OutlineItem extends Span { readonly name: string; readonly detail: string; readonly kind: 'callback' | 'function' | 'variable' | 'field' | 'head'; readonly nameSpan: Span; readonly children: OutlineItem[] }
export interface Fold extends Span { readonly kind: 'region' | 'comment' | 'code' }

/** Callbacks, functions within functions, what the head says, variables of the file; fields that are asked for say which. */
export function outline(text: string): OutlineItem[] {
  const { tree } = luaText(text);
  const top: OutlineItem[] = [];
  const items = new Map<LuaFunction, OutlineItem>();
  for (const fn of tree.functions) {
    // A function without a name is what its variable is called.
    const holder = fn.name !== '' ? undefined : tree.symbols.find((s) => s.values.some((v) => v.kind === 'function' && v.fn === fn));
    const name = fn.name !== '' ? fn.name : holder?.name ?? '';
    if (name === '') continue;
    const first = holder?.uses.find((u) => u.write);
    const nameSpan = fn.nameSpan ?? (first === undefined ? undefined : { start: first.start, end: first.end }) ?? { start: fn.start, end: fn.start };
    const callback = fn.parent === undefined && !fn.isLocal && API_CALLBACKS.some((c) => c.name === name);
    const item: OutlineItem = { name, detail: `(${[...fn.parameters.map((p) => p.name), ...fn.vararg ? ['...'] : []].join(', ')})`, kind: callback ? 'callback' : 'function', nameSpan, start: Math.min(fn.start, nameSpan.start), end: fn.end, children: [] };
    items.set(fn, item);
    let parent = fn.parent;
    while (parent !== undefined && !items.has(parent)) parent = parent.parent;
    (parent === undefined ? top : items.get(parent)?.children ?? top).push(item);
  }
  for (const symbol of tree.symbols) {
    if (symbol.values.some((v) => v.kind === 'function')) continue;
    const use = symbol.uses.find((u) => u.declares) ?? symbol.uses.find((u) => u.write);
    if (use === undefined || symbol.kind === 'parameter') continue;
    const field = handleOf(symbol);
    if (use.within !== undefined && (field === undefined || symbol.kind !== 'global')) continue;
    const nameSpan = { start: use.start, end: use.end };
    const value = symbol.values[0];
    const head = symbol.kind === 'global' && API_GLOBALS.some((g) => g.name === symbol.name);
    const detail = field ?? (head && value?.kind === 'string' ? value.string.value.slice(0, 80) : '');
    top.push({ name: symbol.name, detail, kind: field !== undefined ? 'field' : head ? 'head' : 'variable', nameSpan, ...nameSpan, children: [] });
  }
  const sort = (list: OutlineItem[]): void => { list.sort((a, b) => a.start - b.start); for (const item of list) sort(item.children); };
  sort(top);
  return top;
}

/** What spans several lines: functions, blocks, tables, comments, and what stands between region and endregion. */
export function folds(text: string): Fold[] {
  const { tree, tokens } = luaText(text);
  const found: Fold[] = tree.blocks.filter((b) => text.slice(b.start, b.end).includes('\n')).map(({ start, end }) => ({ start, end, kind: 'code' }));
  const regions: number[] = [];
  let run: { start: number; end: number } | undefined;
  const flush = (): void => { if (run !== undefined && text.slice(run.start, run.end).includes('\n')) found.push({ ...run, kind: 'comment' }); run = undefined; };
  for (const token of tokens) {
    if (token.kind !== 'comment') { flush(); continue; }
    const region = /^--\s*#?(end)?region\b/.exec(token.text);
    if (region !== null) {
      flush();
      if (region[1] === undefined) regions.push(token.start);
      else { const start = regions.pop(); if (start !== undefined) found.push({ start, end: token.end, kind: 'region' }); }
      continue;
    }
    // Lines of comments one under the other are one.
    if (run !== undefined && /^[ \t]*\r?\n[ \t]*$/.test(text.slice(run.end, token.start))) run.end = token.end;
    else { flush(); run = { start: token.start, end: token.end }; }
  }
  flush();
  return found.sort((a, b) => a.start - b.start || b.end - a.end);
}
