// What a view is: a table (or list, or spectrogram) that events are counted into, by the rules of csysdig's views.

/** How values of a column come together within a row, and rows within a group. `timeAvg`: a sum that is shown per second. */
export type Aggregation = 'none' | 'sum' | 'avg' | 'timeAvg' | 'min' | 'max';

export interface ViewColumn {
  /** Its heading; `NA` for keys, which are not shown. */
  readonly name: string;
  readonly description?: string;
  /** A field, with its argument; `%depth` stands for the depth of the view. */
  readonly field: string;
  /** Field that a drill-down filters by in place of `field`. Keys only. */
  readonly filterField?: string;
  /** Characters on a terminal with the blank behind it; 0: the rest of the line. Without it by the type. */
  readonly width?: number;
  /** `row`: rows are told apart by it. `group`: rows are merged by it in the end. */
  readonly key?: 'row' | 'group';
  /** Rows are sorted by it at first. */
  readonly sorting?: boolean;
  readonly aggregation?: Aggregation;
  readonly groupAggregation?: Aggregation;
  /** A drill-down filters by it in the view directly below alone. */
  readonly childOnly?: boolean;
  /** Kept where one of these is in force (`default`, or `containers`); without them always. */
  readonly tags?: readonly string[];
}

export interface ViewAction {
  /** The key that a terminal has for it. */
  readonly key: string;
  /** A line for a shell; `%field` stands for the value of the row. */
  readonly command: string;
  readonly description?: string;
  /** Whoever asks for it is asked first. */
  readonly confirm?: boolean;
  /** What it prints is to be read before anything goes on; true where it is left out. */
  readonly wait?: boolean;
}

export interface ViewDef {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly tips?: readonly string[];
  readonly kind: 'table' | 'list' | 'spectrogram';
  readonly tags: readonly string[];
  /** Fields of a selection that the view can be narrowed to; '' stands for none. */
  readonly appliesTo: readonly string[];
  readonly filter?: string;
  /** A column without a value shows its type's zero; without this its row is left out. */
  readonly defaults?: boolean;
  /** The view may stand at the beginning. */
  readonly root?: boolean;
  /** The view that a row opens. */
  readonly drillDown?: string;
  /** Drilling down makes the depth one more. */
  readonly deeper?: boolean;
  /** Views below keep this one's filter; true where it is left out. */
  readonly propagate?: boolean;
  /** The spectrogram that belongs to it. */
  readonly spectrogram?: string;
  readonly columns: readonly ViewColumn[];
  readonly actions?: readonly ViewAction[];
}

export type ColumnTag = 'default' | 'containers';

/** Columns that are in force, keys first, and where they came from. */
export function columnsOf(view: ViewDef, tag: ColumnTag): ViewColumn[] {
  const kept = view.columns.filter(({ tags }) => tags === undefined || tags.length === 0 || tags.includes(tag));
  const row = kept.filter(({ key }) => key === 'row'), group = kept.filter(({ key }) => key === 'group');
  return [...row, ...group, ...kept.filter(({ key }) => key === undefined)];
}

/** `%depth`, `%depth+1` and `%depth-1` in a filter. */
export function atDepth(text: string, depth: number): string {
  return text.replace(/%depth([+-]1)?/g, (_all, step: string | undefined) => String(depth + (step === undefined ? 0 : Number(step))));
}
/** The same in a column's field, where views have always meant one less by `+1`. */
export function fieldAtDepth(text: string, depth: number): string {
  return text.replace(/%depth([+-]1)?/g, (_all, step: string | undefined) => String(depth - (step === undefined ? 0 : 1)));
}
