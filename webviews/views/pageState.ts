// What the page of views remembers over being closed: where it is, and how tables are shown.
import type { ExtentChoice } from '../protocol/views.ts';
import type { Crumb, Path } from './path.ts';

export interface ViewsState {
  /** Id of the session, so that the editor finds it again when its window is loaded anew. */
  readonly session: string;
  readonly path: Path;
  /** Key of the row that is selected; ''. */
  readonly key: string;
  readonly extent: ExtentChoice;
  readonly containers: boolean;
  readonly search: string;
  /** Sorted by: name of the column, by id of the view. */
  readonly orders: Readonly<Record<string, { readonly column: string; readonly ascending: boolean }>>;
  /** Names of columns that are left out, by id of the view. */
  readonly hidden: Readonly<Record<string, readonly string[]>>;
  /** The list of views is folded away. */
  readonly folded: boolean;
}

export const FIRST_VIEW = 'procs';
const MAX_CRUMBS = 32;
type Stored = Readonly<Record<string, unknown>>;
const objectOf = (value: unknown): Stored => typeof value === 'object' && value !== null ? value as Stored : {};
const textOf = (value: unknown): string => typeof value === 'string' ? value : '';

/** A state out of whatever was stored, with what it starts with for the rest. */
export function readState(stored: unknown): ViewsState {
  const state = objectOf(stored), path = objectOf(state['path']), crumbs = Array.isArray(path['crumbs']) ? path['crumbs'] as unknown[] : [], extent = state['extent'];
  return {
    session: textOf(state['session']), key: textOf(state['key']), search: textOf(state['search']), containers: state['containers'] === true, folded: state['folded'] === true,
    extent: extent === 'range' || extent === 'live' ? extent : 'all',
    path: { view: textOf(path['view']) || FIRST_VIEW, filter: textOf(path['filter']), crumbs: crumbs.slice(0, MAX_CRUMBS).map(crumbOf) },
    orders: Object.fromEntries(Object.entries(objectOf(state['orders'])).map(([id, order]) => [id, { column: textOf(objectOf(order)['column']), ascending: objectOf(order)['ascending'] === true }])),
    hidden: Object.fromEntries(Object.entries(objectOf(state['hidden'])).map(([id, names]) => [id, Array.isArray(names) ? names.filter((name): name is string => typeof name === 'string') : []])),
  };
}

function crumbOf(stored: unknown): Crumb {
  const crumb = objectOf(stored);
  return { view: textOf(crumb['view']), ownFilter: textOf(crumb['ownFilter']), deeper: crumb['deeper'] === true, selection: textOf(crumb['selection']), field: textOf(crumb['field']), label: textOf(crumb['label']), childOnly: crumb['childOnly'] === true, key: textOf(crumb['key']) };
}
