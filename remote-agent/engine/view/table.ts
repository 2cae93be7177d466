// Counts events into the rows of a view: values of its columns by key, brought together as the columns say; then by group, and in order.
//
// The rules are csysdig's, so that the numbers are: at the end of a sample every thread that there is passes through filter and columns as if it had made an event of its own,
// so that those that do nothing are there, too.
import { eventById, type EventDef } from '../../../driver/schema/index.ts';
import { decodeToNul } from '../base/text.ts';
import { encodeEvent } from '../event/encode.ts';
import type { EventContext } from '../event/context.ts';
import { EventView } from '../event/eventView.ts';
import { bindValue, fieldProblem, fieldType, findField, type FieldRef, type FieldType, type FieldValue } from '../fields/index.ts';
import { demandOf } from '../fields/demand.ts';
import { compileFilter, type FilterProblem, type UsableFilter } from '../filter/index.ts';
import type { StateView } from '../state/model.ts';
import { atDepth, columnsOf, fieldAtDepth, type Aggregation, type ColumnTag, type ViewColumn, type ViewDef } from './define.ts';

/** A value in a table: bytes have become text. */
export type Cell = string | number | bigint;
export interface TableColumn { readonly def: ViewColumn; readonly ref: FieldRef; readonly type: FieldType; readonly aggregation: Aggregation; readonly groupAggregation: Aggregation }
/** One row: a cell for each column, and of how many values an average was made. */
export interface TableRow { readonly key: string; readonly cells: readonly Cell[]; readonly counts: readonly number[] }
export interface TableOptions {
  readonly tag?: ColumnTag;
  /** How often a view was drilled into that goes deeper. */
  readonly depth?: number;
  /** What events have to pass beside the view's own filter. */
  readonly filter?: string;
}

/** A view that cannot be shown: what is wrong with it, for people. */
export class ViewError extends Error {
  readonly problem: FilterProblem | undefined;
  constructor(message: string, problem?: FilterProblem) { super(message); this.problem = problem; }
}

interface Growing { readonly key: string; cells: Cell[]; counts: number[] }

/** What stands in a column without a value, where the view has defaults; undefined where its type has none. */
function zeroOf(type: FieldType, format: string): Cell | undefined {
  switch (type) {
    case 'CHARBUF': case 'BYTEBUF': return '';
    case 'BOOL': case 'RELTIME': case 'ABSTIME': case 'DOUBLE': return 0;
    case 'INT16': case 'INT32': case 'INT64': case 'UINT32': case 'UINT64': return format === 'DEC' ? 0 : undefined;
    default: return undefined;
  }
}

function cellOf(value: Exclude<FieldValue, undefined>): Cell {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return value instanceof Uint8Array ? decodeToNul(value, 0, value.length) : value;
}

/** The pseudo event of a thread at the end of a sample: of the type that captures once had for what the watcher itself tells. */
const SAMPLE_TYPE = 197;
const SAMPLE: EventDef = { ...eventById(196), id: SAMPLE_TYPE, symbol: 'SCAPEVENT_X', name: 'sysdigevent', dir: '<', isExit: true, params: [], flags: new Set() } as unknown as EventDef;
const NS_PER_SECOND = 1_000_000_000;

export class ViewTable {
  readonly view: ViewDef;
  readonly columns: readonly TableColumn[];
  /** The first columns, which are keys and not shown. */
  readonly keys: number;
  readonly grouped: boolean;
  /** The column that rows are sorted by at first. */
  readonly sorting: number;
  /** Events that pass; null where the view has none of its own and nothing else is asked. */
  readonly filter: UsableFilter;
  readonly filterText: string;
  /** Bits of `DEMAND`: what contexts must hold. */
  readonly demand: number;
  readonly #readers: readonly ((ctx: EventContext) => FieldValue)[];
  readonly #zeros: readonly (Cell | undefined)[];
  readonly #tids: readonly boolean[];
  #rows = new Map<Cell, Growing>();
  /** Rows of a list so far. */
  #listed = 0;
  #firstNs = NaN;
  #lastNs = NaN;

  /** Throws a `ViewError` where the view or the filter is wrong. */
  constructor(view: ViewDef, { tag = 'default', depth = 0, filter = '' }: TableOptions = {}) {
    this.view = view;
    // What somebody typed is looked at by itself: places are those of that text.
    const asked = compileFilter(filter);
    if (!asked.ok) throw new ViewError(asked.error.message, asked.error);
    const own = atDepth(view.filter ?? '', depth);
    this.filterText = [filter, own].filter((text) => text.trim() !== '').map((text, _i, all) => all.length > 1 ? `(${text})` : text).join(' and ');
    const compiled = compileFilter(this.filterText);
    if (!compiled.ok) throw new ViewError(`the filter of the view ${view.id} is wrong: ${compiled.error.message}`, compiled.error);
    this.filter = compiled;
    this.columns = columnsOf(view, tag).map((def) => {
      const text = fieldAtDepth(def.field, depth).replace(/\s/g, ''), ref = findField(text);
      if (ref === undefined || ref.length !== text.length) throw new ViewError(`the view ${view.id} has a column of an unknown field: ${def.field}`);
      const problem = fieldProblem(ref);
      if (problem !== undefined) throw new ViewError(`the view ${view.id} has a column that cannot be: ${problem}`);
      return { def, ref, type: fieldType(ref), aggregation: def.aggregation ?? 'none', groupAggregation: def.groupAggregation ?? 'none' };
    });
    this.grouped = this.columns[1]?.def.key === 'group';
    this.keys = this.columns.filter(({ def }) => def.key !== undefined).length;
    if (view.kind !== 'list' && this.columns[0]?.def.key !== 'row') throw new ViewError(`the view ${view.id} has no key: one column needs key`);
    const sorting = this.columns.findIndex(({ def }) => def.sorting === true);
    this.sorting = sorting >= 0 ? sorting : Math.min(this.keys, this.columns.length - 1);
    this.#readers = this.columns.map(({ ref }) => bindValue(ref));
    this.#tids = this.columns.map(({ ref }) => ref.field.name === 'thread.tid');
    // A key may be an empty text, but no number that is not there.
    this.#zeros = this.columns.map(({ type, ref, def }) => view.defaults === true && (def.key === undefined || type === 'CHARBUF') ? zeroOf(type, ref.field.format) : undefined);
    this.demand = this.columns.reduce((all, { ref }) => all | demandOf(ref), compiled.demand);
  }

  /** Takes in an event; of those that the filter does not let pass only the time. */
  see(ctx: EventContext): void {
    if (Number.isNaN(this.#firstNs)) this.#firstNs = ctx.tsNs;
    this.#lastNs = ctx.tsNs;
    if (this.filter.test(ctx)) this.#count(ctx);
  }

  /** Whether the event was turned into values or left out; also of the pseudo events. */
  #count(ctx: EventContext): void {
    const { columns } = this, cells: Cell[] = [], counts: number[] = [];
    for (let i = 0; i < columns.length; i++) {
      // Who is not known has no number of a thread here, and what has no key no row.
      const value = ctx.info === undefined && this.#tids[i] === true ? undefined : this.#readers[i]?.(ctx), zero = value === undefined ? this.#zeros[i] : undefined;
      if (value === undefined && zero === undefined) return;
      cells.push(value === undefined ? zero ?? 0 : cellOf(value));
      counts.push(value === undefined ? 0 : 1);
    }
    if (this.view.kind === 'list') { const number = ++this.#listed; this.#rows.set(number, { key: String(number), cells, counts }); return; }
    const key = cells[0] ?? '';
    const row = this.#rows.get(key);
    if (row === undefined) this.#rows.set(key, { key: String(key), cells, counts });
    else merge(row, cells, counts, columns.map(({ aggregation }) => aggregation), 1);
  }

  /** Every thread that there is passes as if it had made an event. To be called at the end of a sample, before `rows`. */
  endSample(state: StateView): void {
    if (this.view.kind === 'list' || Number.isNaN(this.#lastNs)) return;
    const view = new EventView(), bytes = encodeEvent('SYSCALL_CLOSE_X', { ts: 0n, tid: 0, params: {} });
    if (!view.reset(bytes, new DataView(bytes.buffer), 0, 0, 0xffff, bytes.length)) return;
    // No reader of parameters finds one: the type has none.
    view.type = SAMPLE_TYPE;
    view.nparams = 0;
    view.def = SAMPLE;
    const tsNs = Math.floor(this.#lastNs / NS_PER_SECOND) * NS_PER_SECOND - 1;
    for (const thread of state.threads()) {
      const ctx: EventContext = { view, num: 0, tsNs, latencyNs: 0, info: thread.info, thread, fdNum: -1, fd: undefined, enter: undefined, state };
      if (this.filter.test(ctx)) this.#count(ctx);
    }
  }

  /** Seconds that `timeAvg` columns are shown by; 1 where the sample was no longer. */
  get seconds(): number { return Math.max(1, (this.#lastNs - this.#firstNs) / NS_PER_SECOND || 1); }

  /** The rows of this sample, merged by group, in the order of a column. The table goes on counting unless it is emptied. */
  rows(sorting = this.sorting, ascending?: boolean): TableRow[] {
    let rows: Growing[] = [...this.#rows.values()];
    if (this.grouped) {
      const groups = new Map<Cell, Growing>(), merged = new Set<Growing>(), how = this.columns.map(({ groupAggregation }) => groupAggregation);
      for (const row of rows) {
        const key = row.cells[1] ?? '', known = groups.get(key);
        if (known === undefined) { groups.set(key, { key: String(key), cells: [...row.cells], counts: [...row.counts] }); continue; }
        // Averages are made before they are added.
        if (!merged.has(known)) { merged.add(known); known.cells = this.#averages(known); known.counts = known.counts.map(() => 1); }
        merge(known, this.#averages(row), row.counts.map(() => 1), how, 0);
      }
      rows = [...groups.values()];
    }
    if (this.view.kind === 'list') return rows;
    const at = sorting, up = ascending ?? this.rising(at);
    const value = (row: Growing): Cell => { const cell = row.cells[at] ?? 0; return this.isAverage(at) && typeof cell !== 'string' ? average(cell, row.counts[at] ?? 0) : cell; };
    return rows.map((row) => ({ row, by: value(row) })).sort((a, b) => (up ? 1 : -1) * compare(a.by, b.by)).map(({ row }) => row);
  }
  #averages({ cells, counts }: Growing): Cell[] { return cells.map((cell, i) => this.isAverage(i) && typeof cell !== 'string' ? average(cell, counts[i] ?? 0) : cell); }

  /** Texts are sorted from their beginning at first, numbers from the largest. */
  rising(column: number): boolean { const type = this.columns[column]?.type; return type === 'CHARBUF' || type === 'BYTEBUF'; }
  /** Cells of this column are sums that are still to be divided by `counts`. */
  isAverage(column: number): boolean { return this.columns[column]?.aggregation === 'avg'; }

  /** Of a list that goes on: forgets all rows but the latest. */
  keepLast(most: number): void {
    for (const key of this.#rows.keys()) { if (this.#rows.size <= most) return; this.#rows.delete(key); }
  }

  /** Begins the next sample. */
  empty(): void { this.#rows = new Map(); this.#listed = 0; this.#firstNs = NaN; }
}

/** Of a sum and the number of its values. */
export function average(sum: number | bigint, count: number): number { return count > 1 ? Number(sum) / count : Number(sum); }

function compare(a: Cell, b: Cell): number { return a < b ? -1 : a > b ? 1 : 0; }

function merge(row: Growing, cells: readonly Cell[], counts: readonly number[], how: readonly Aggregation[], first: number): void {
  for (let i = first; i < cells.length; i++) {
    const old = row.cells[i] ?? 0, cell = cells[i] ?? 0, count = counts[i] ?? 0;
    switch (how[i]) {
      case 'sum': case 'timeAvg': if (typeof cell !== 'string' && typeof old !== 'string') row.cells[i] = add(old, cell); break;
      case 'avg': if (typeof cell !== 'string' && typeof old !== 'string') { row.cells[i] = add(old, cell); row.counts[i] = (row.counts[i] ?? 0) + count; } break;
      case 'min': if (row.counts[i] === 0 && count > 0 || count > 0 && cell < old) { row.cells[i] = cell; row.counts[i] = 1; } break;
      case 'max': if (typeof cell === 'string' || typeof old === 'string' || cell > old) row.cells[i] = cell; break;
      default:
    }
  }
}

function add(a: number | bigint, b: number | bigint): number | bigint {
  return typeof a === 'number' && typeof b === 'number' ? a + b : BigInt(a) + BigInt(b);
}
