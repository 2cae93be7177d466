// The order of the chisels view: by whose they are, below that by category as `sysdig -cl` lists them, below that by name.
import type { ChiselHead } from '../../../remote-agent/engine/chisel/loader.ts';
import type { Origin } from './folders.ts';

export interface Listed { readonly name: string; readonly origin: Origin; readonly head: ChiselHead | undefined; /** Folder of the file, for those of the user and of the workspace. */ readonly folder: string }
export interface Category<C extends Listed> { readonly title: string; readonly chisels: readonly C[] }
export interface Shelf<C extends Listed> { readonly origin: Origin; readonly title: string; readonly categories: readonly Category<C>[] }

export const ORIGINS: Readonly<Record<Origin, string>> = { workspace: 'Workspace', user: 'User', stock: 'Porthole', sysdig: 'sysdig' };
/** A script without a head uses the API all the same. */
export const NO_CATEGORY = 'Other';

/** What is there, nothing empty. */
export function shelves<C extends Listed>(all: readonly C[]): Shelf<C>[] {
  return (Object.keys(ORIGINS) as Origin[]).flatMap((origin) => {
    const own = all.filter((c) => c.origin === origin);
    if (own.length === 0) return [];
    const titles = [...new Set(own.map(categoryOf))].sort((a, b) => a === NO_CATEGORY ? 1 : b === NO_CATEGORY ? -1 : a < b ? -1 : 1);
    return [{ origin, title: ORIGINS[origin], categories: titles.map((title) => ({ title, chisels: own.filter((c) => categoryOf(c) === title).sort((a, b) => a.name < b.name ? -1 : 1) })) }];
  });
}

export function categoryOf(c: Listed): string { return c.head === undefined || c.head.category.trim() === '' ? NO_CATEGORY : c.head.category.trim(); }

/** What is told of a chisel: its description and its arguments, as plain text. */
export function about(c: Listed): string {
  const lines = [c.head === undefined ? 'A Lua script that uses the chisel API.' : c.head.description || c.head.shortDescription];
  for (const a of c.head?.args ?? []) lines.push(`${a.name}${a.type === '' ? '' : ` [${a.type}]`}${a.optional ? ', optional' : ''}: ${a.description}`);
  return lines.join('\n\n');
}

/** Whether all words of a search stand in its name, category, descriptions or arguments. */
export function matches(c: Listed, search: string): boolean {
  const text = [c.name, categoryOf(c), c.head?.shortDescription ?? '', c.head?.description ?? '', ...(c.head?.args ?? []).flatMap((a) => [a.name, a.description])].join(' ').toLowerCase();
  return search.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}
