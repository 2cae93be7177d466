// The views that can be shown: those that come along, and view files written for csysdig, which lie among chisels. Files are read as data, never run.
import { readView, VIEW_CATEGORIES, type ViewDef } from '../../../remote-agent/engine/view/index.ts';
import type { ViewEntry } from '../../../webviews/protocol/views.ts';
import { errorText } from '../../base/text.ts';

export interface ViewFile { readonly path: string; readonly text: string }
export interface Catalogue {
  readonly entries: readonly ViewEntry[];
  readonly problems: readonly string[];
  /** Texts of those that come out of files, by id. */
  readonly sources: ReadonlyMap<string, string>;
}

/** View files are called so, as csysdig's are. */
export const VIEW_FILE = /^v_.*\.lua$/i;
/** Spans are no calls; only their tables are shown. */
const SPANS_PICTURE = 'spectro_traces';
const FROM_FILES = 'From Files', CONTAINER_COLUMNS = 'containers';

/** No view of csysdig's: where time in calls goes. */
const FLAME: ViewEntry = { id: 'flame', name: 'Flame Graph', description: 'Where time in calls goes: by container, program, call and descriptor.', category: 'Pictures', kind: 'flame', appliesTo: [], drillDown: '', deeper: false, propagate: true, actions: [], hasContainers: false };

export function catalogueOf(files: readonly ViewFile[]): Catalogue {
  const entries = VIEW_CATEGORIES.flatMap(({ name, views }) => views.filter(({ id }) => id !== SPANS_PICTURE).map((view) => entryOf(view, name)));
  entries.push(FLAME);
  const problems: string[] = [], sources = new Map<string, string>(), known = new Set(entries.map(({ id }) => id));
  for (const { path, text } of files) {
    try {
      const view = readView(text);
      // What has the id of one that comes along (sysdig's own files) is that one.
      if (view === undefined || view.kind === 'spectrogram' || known.has(view.id)) continue;
      known.add(view.id);
      sources.set(view.id, text);
      entries.push(entryOf(view, FROM_FILES));
    } catch (error) { problems.push(`${path}: ${errorText(error)}`); }
  }
  return { entries, problems, sources };
}

function entryOf({ id, name, description, kind, appliesTo, drillDown = '', deeper = false, propagate = true, actions = [], columns }: ViewDef, category: string): ViewEntry {
  return { id, name, description, category, kind, appliesTo, drillDown, deeper, propagate, actions, hasContainers: columns.some(({ tags }) => tags?.includes(CONTAINER_COLUMNS) === true) };
}

/** An action's line with the values of a row in place of its fields, each as one word for a shell. Undefined where a value cannot stand in one: it would act on the terminal. */
export function lineOf(command: string, values: Readonly<Record<string, string>>): string | undefined {
  let safe = true;
  const line = command.replace(/%([a-z][\w.]*(?:\[[^\]]*\])?)/gi, (text, field: string) => {
    const value = values[field];
    if (value === undefined) return text;
    // eslint-disable-next-line no-control-regex
    if (/[\u0000-\u001f\u007f-\u009f]/.test(value)) safe = false;
    return /^[\w./:@%+=,-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
  });
  return safe ? line : undefined;
}
