// A view file written for csysdig: a Lua text that gives `view_info` a table. It is read, not run.
import { isTable, readGlobalTable, type Literal, type LiteralTable } from '../base/luaLiterals.ts';
import { ViewError } from './table.ts';
import type { Aggregation, ViewAction, ViewColumn, ViewDef } from './define.ts';

const AGGREGATIONS: Readonly<Record<string, Aggregation>> = { NONE: 'none', SUM: 'sum', AVG: 'avg', TIME_AVG: 'timeAvg', MIN: 'min', MAX: 'max' };
const KINDS = ['table', 'list', 'spectrogram'] as const;

/** The view of a file; undefined where the text gives no `view_info`. Throws a `ViewError` that says what is wrong with it. */
export function readView(source: string): ViewDef | undefined {
  const info = readGlobalTable(source, 'view_info');
  if (info === undefined) return undefined;
  const read = new Reader(info, 'the view');
  const kind = KINDS.find((each) => each === (read.text('view_type') || read.text('type') || 'table'));
  if (kind === undefined) throw new ViewError(`view_type must be one of ${KINDS.join(', ')}, not ${read.text('view_type')}`);
  const columns = read.tables('columns').map(columnOf);
  const [id, name] = [read.text('id'), read.text('name')];
  if (id === '' || name === '') throw new ViewError(`the view has no ${id === '' ? 'id' : 'name'}`);
  if (columns.length === 0) throw new ViewError(`the view ${id} has no columns`);
  if (columns.filter((column) => column.sorting === true).length > 1) throw new ViewError(`the view ${id} has more than one sorting column`);
  const keys = columns.filter((column) => column.key === 'row').length;
  if (kind === 'list' && keys > 0) throw new ViewError(`the view ${id} is a list, which has no key`);
  return {
    id, name, kind, columns, description: read.text('description'), tips: read.texts('tips'), tags: read.texts('tags'), appliesTo: read.texts('applies_to'), filter: read.text('filter'),
    defaults: read.flag('use_defaults'), root: read.flag('is_root'), drillDown: read.text('drilldown_target'), deeper: read.flag('drilldown_increase_depth'),
    propagate: read.flag('propagate_filter', true), spectrogram: read.text('spectro_type'), actions: read.tables('actions').map(actionOf),
  };
}

function columnOf(table: LiteralTable): ViewColumn {
  const read = new Reader(table, `the column ${String(table.named.get('name') ?? '')}`), width = read.number('colsize');
  const key = read.flag('is_key') ? 'row' : read.flag('is_groupby_key') ? 'group' : undefined;
  if (read.text('field') === '') throw new ViewError(`${read.what} has no field`);
  if (read.text('filterfield') !== '' && key === undefined) throw new ViewError(`${read.what}: filterfield is for keys alone`);
  return {
    name: read.text('name'), field: read.text('field').replace(/[ \t]/g, ''), description: read.text('desc') || read.text('description'),
    aggregation: aggregationOf(read.text('aggregation')), groupAggregation: aggregationOf(read.text('groupby_aggregation')), sorting: read.flag('is_sorting'), childOnly: read.flag('filter_in_child_only'), tags: read.texts('tags'),
    ...width === undefined ? {} : { width }, ...key === undefined ? {} : { key }, ...read.text('filterfield') === '' ? {} : { filterField: read.text('filterfield') },
  };
}

function actionOf(table: LiteralTable): ViewAction {
  const read = new Reader(table, 'an action');
  return { key: read.text('hotkey'), command: read.text('command'), description: read.text('description'), confirm: read.flag('ask_confirmation'), wait: read.flag('wait_finish', true) };
}

function aggregationOf(name: string): Aggregation {
  const found = AGGREGATIONS[name === '' ? 'NONE' : name];
  if (found === undefined) throw new ViewError(`unknown view column aggregation ${name}: expected one of ${Object.keys(AGGREGATIONS).join(', ')}`);
  return found;
}

/** Members of a table by their kind. Those that are missing, or no literals, are empty. */
class Reader {
  readonly #table: LiteralTable;
  readonly what: string;
  constructor(table: LiteralTable, what: string) { this.#table = table; this.what = what; }

  text(name: string): string { return String(this.#of(name, 'string', 'a text') ?? ''); }
  number(name: string): number | undefined { const value = this.#of(name, 'number', 'a number'); return typeof value === 'number' ? value : undefined; }
  flag(name: string, missing = false): boolean { const value = this.#of(name, 'boolean', 'true or false'); return typeof value === 'boolean' ? value : missing; }
  texts(name: string): string[] { return this.#list(name).filter((value) => typeof value === 'string'); }
  tables(name: string): LiteralTable[] { return this.#list(name).filter((value) => value !== undefined && isTable(value)); }

  #list(name: string): readonly Literal[] { const value = this.#of(name, 'object', 'a table'); return value !== undefined && isTable(value) ? value.list : []; }
  #of(name: string, type: string, form: string): Literal {
    const value = this.#table.named.get(name);
    if (value !== undefined && typeof value !== type) throw new ViewError(`${this.what}: ${name} must be ${form}`);
    return value;
  }
}
