// The way through views: what was chosen in each, what is to be counted in the last, and where a row leads, by csysdig's rules. Pure.
import type { OpenedView } from '../../remote-agent/protocol/viewMessages.ts';
import type { ViewEntry } from '../protocol/views.ts';

/** A view that was left through one of its rows. */
export interface Crumb {
  readonly view: string;
  /** Its own filter, where those below keep it. */
  readonly ownFilter: string;
  readonly deeper: boolean;
  /** The filter that means the row, the field in it, and what the row is called. */
  readonly selection: string; readonly field: string; readonly label: string;
  /** It narrows the view directly below alone. */
  readonly childOnly: boolean;
  /** Key of the row, to find it again. */
  readonly key: string;
}
export interface Path {
  readonly view: string;
  /** Typed, or what the page was opened for. */
  readonly filter: string;
  readonly crumbs: readonly Crumb[];
}

const parts = (texts: readonly string[]): string => {
  const some = texts.map((text) => text.trim()).filter((text) => text !== '');
  return some.map((text) => some.length > 1 && /\bor\b/i.test(text) ? `(${text})` : text).join(' and ');
};

/** What events have to pass beside the view's own filter. */
export function filterOf({ filter, crumbs }: Path): string {
  return parts([filter, ...crumbs.flatMap(({ ownFilter, selection, childOnly }, i) => [ownFilter, childOnly && i < crumbs.length - 1 ? '' : selection])]);
}
/** What events of a row have to pass. */
export function rowFilter(path: Path, opened: Pick<OpenedView, 'ownFilter'>, selection: string): string { return parts([filterOf(path), opened.ownFilter, selection]); }

export function depthOf({ crumbs }: Path): number { return crumbs.filter(({ deeper }) => deeper).length; }

export function isPicture(kind: ViewEntry['kind']): boolean { return kind === 'spectrogram' || kind === 'flame'; }
/** Views that what is selected can be seen in; those of nothing where nothing is. How long calls took can be seen of everything. */
export function applicable(catalogue: readonly ViewEntry[], { crumbs }: Path): ViewEntry[] {
  const field = crumbs.at(-1)?.field ?? '';
  return catalogue.filter(({ appliesTo, kind }) => isPicture(kind) || appliesTo.length === 0 ? field === '' : appliesTo.includes(field));
}

/** The path behind a row; undefined where no view shows more of it. */
export function drilled(catalogue: readonly ViewEntry[], path: Path, opened: Pick<OpenedView, 'ownFilter' | 'keyField' | 'childOnly'>, row: { readonly key: string; readonly filter: string; readonly label: string }): Path | undefined {
  const view = catalogue.find(({ id }) => id === path.view);
  if (view === undefined || row.filter === '') return undefined;
  const crumb: Crumb = { view: view.id, ownFilter: view.propagate ? opened.ownFilter : '', deeper: view.deeper, selection: row.filter, field: opened.keyField, label: row.label, childOnly: opened.childOnly, key: row.key };
  const below: Path = { view: view.drillDown, filter: path.filter, crumbs: [...path.crumbs, crumb] };
  const known = catalogue.find(({ id }) => id === view.drillDown), next = known ?? applicable(catalogue, below).find(({ kind }) => !isPicture(kind));
  return next === undefined ? undefined : { ...below, view: next.id };
}

/** Back to the view of a crumb. */
export function backTo({ filter, crumbs, view }: Path, index: number): Path {
  const crumb = crumbs[index];
  return crumb === undefined ? { view, filter, crumbs } : { view: crumb.view, filter, crumbs: crumbs.slice(0, index) };
}
