// porthole view ID -r FILE [filter]: any of csysdig's tables, or one of a view file, over a whole capture.
import { readFileSync } from 'node:fs';
import { encodeText } from '../engine/base/text.ts';
import { explainProblem } from '../engine/filter/index.ts';
import { cellText, jsonCell, readView, shownColumns, valueOf, ViewError, VIEWS, ViewTable, type TableRow, type ViewDef } from '../engine/view/index.ts';
import { openCapture, type EventInput } from './captureInput.ts';
import { Output } from './output.ts';

export interface TableRequest {
  /** Id of a view, or the path of a view file. */
  readonly id: string;
  readonly file: string;
  readonly filter: string;
  readonly form: 'table' | 'raw' | 'json' | 'csv';
  readonly containers: boolean;
  /** A column by its heading, or its number as csysdig counts (1: the first that is shown). */
  readonly sort: string | undefined;
  readonly ascending: boolean | undefined;
  /** Rows from this one on, counted from 0, and how many at most. */
  readonly from: number;
  readonly limit: number;
  readonly depth: number;
}

const DASHES = '-'.repeat(22);
const NAME_WIDTH = 60;
// eslint-disable-next-line no-control-regex
const STEERING = /[\x00-\x1f\x7f-\x9f]/g;

/** Lists the views: id, name, what it shows. */
export function listViews(): string {
  const width = Math.max(...VIEWS.map(({ id }) => id.length));
  return `${VIEWS.map(({ id, description }) => `${id.padEnd(width)}  ${description}`).join('\n')}\n`;
}

/** Gives the exit code. */
export async function runTableView(request: TableRequest): Promise<number> {
  let table: ViewTable, view: ViewDef, sorting: number | undefined;
  try {
    view = viewOf(request.id);
    if (view.kind === 'spectrogram') return fail(`the view ${view.id} is a picture, not a table`);
    table = new ViewTable(view, { tag: request.containers ? 'containers' : 'default', depth: request.depth, filter: request.filter });
    sorting = request.sort === undefined ? undefined : columnNamed(table, request.sort);
  } catch (error) {
    if (!(error instanceof ViewError)) throw error;
    return fail(error.problem === undefined ? error.message : explainProblem(request.filter, error.problem));
  }
  let input: EventInput;
  try { input = await openCapture(request.file); } catch (error) { return fail(error instanceof Error ? error.message : String(error)); }
  await fillTable(table, input);
  const all = table.rows(sorting, request.ascending), rows = all.slice(request.from, request.from + request.limit);
  const output = new Output();
  // Bytes that are no UTF-8 go out as they came.
  output.writeBytes(encodeText(VIEW_FORMS[request.form](table, rows, view)));
  await output.end();
  const problems = input.problems();
  for (const problem of problems) process.stderr.write(`porthole: ${problem}\n`);
  return problems.length > 0 ? 1 : 0;
}

/** Takes in a whole source, as one sample. */
export async function fillTable(table: ViewTable, input: EventInput): Promise<void> {
  input.select?.({ demand: table.demand });
  await input.run((ctx) => { table.see(ctx); return true; });
  if (input.state !== undefined) table.endSample(input.state);
}

function fail(message: string): number { process.stderr.write(`porthole view: ${message}\n`); return 1; }

function viewOf(id: string): ViewDef {
  const known = VIEWS.find((view) => view.id === id);
  if (known !== undefined) return known;
  if (!/[/.]/.test(id)) throw new ViewError(`there is no view ${id}; porthole view --list names those that there are`);
  let text: string;
  try { text = readFileSync(id, 'utf8'); } catch (error) { throw new ViewError(`the view file cannot be read: ${error instanceof Error ? error.message : String(error)}`); }
  const read = readView(text);
  if (read === undefined) throw new ViewError(`${id} gives no view_info: it is no view file`);
  return read;
}

function columnNamed(table: ViewTable, sort: string): number {
  const shown = shownColumns(table);
  const found = /^\d+$/.test(sort) ? shown[Number(sort) - 1] : shown.find((i) => table.columns[i]?.def.name.toLowerCase() === sort.toLowerCase());
  if (found === undefined) throw new ViewError(`the view ${table.view.id} has no column ${sort}; its columns are ${shown.map((i) => table.columns[i]?.def.name).join(', ')}`);
  return found;
}

/** The text of rows in each form. */
export const VIEW_FORMS: Readonly<Record<TableRequest['form'], (table: ViewTable, rows: readonly TableRow[], view: ViewDef) => string>> = { table: asTable, raw: asRaw, json: asJson, csv: asCsv };

function asTable(table: ViewTable, rows: readonly TableRow[]): string {
  const shown = shownColumns(table);
  const cells = rows.map((row) => shown.map((i) => cellText(table, row, i, 0).replace(STEERING, '.')));
  const isText = shown.map((i) => rows.some((row) => typeof row.cells[i] === 'string'));
  const heads = shown.map((i) => table.columns[i]?.def.name ?? ''), last = shown.length - 1;
  const widths = heads.map((head, k) => Math.max(head.length, ...cells.map((line) => Math.min(line[k]?.length ?? 0, NAME_WIDTH))));
  const line = (texts: readonly string[]): string => texts.map((text, k) => k === last && isText[k] === true ? text : isText[k] === true ? text.slice(0, widths[k]).padEnd(widths[k] ?? 0) : text.padStart(widths[k] ?? 0)).join('  ').trimEnd();
  return `${[line(heads), ...cells.map(line)].join('\n')}\n`;
}

function asRaw(table: ViewTable, rows: readonly TableRow[]): string {
  const shown = shownColumns(table);
  return `${DASHES}\n${rows.map((row) => `${shown.map((i) => `${cellText(table, row, i)} `).join('')}\n`).join('')}${DASHES}\n`;
}

function asJson(table: ViewTable, rows: readonly TableRow[], view: ViewDef): string {
  const shown = shownColumns(table);
  const lines = rows.map((row) => JSON.stringify({ d: shown.map((i) => jsonCell(table, row, i)), k: row.key }).replace(/\\ud[c-d][89a-f][0-9a-f]/g, (lone) => String.fromCharCode(parseInt(lone.slice(2), 16))));
  const legend = shown.map((i) => table.columns[i]).map((column) => ({ format: column?.ref.field.format === 'NA' ? 'NA' : column?.ref.field.format ?? 'NA', name: column?.def.name ?? '', size: column?.def.width ?? -1, type: column?.type ?? '' }));
  const key = table.columns.find(({ def }) => def.key === (table.grouped ? 'group' : 'row'));
  const info = { appliesTo: view.appliesTo, canDrillDown: view.kind !== 'list', ...view.kind === 'list' || key === undefined ? {} : { drillDownKeyField: key.def.filterField ?? key.def.field }, legend, sortingCol: table.sorting };
  return `{"slices": [\n{"progress": 0},\n{"progress": 100, "data": [\n${lines.join(',\n')}],\n"count": ${rows.length}, "info": ${JSON.stringify(info)}}\n]}\n`;
}

function asCsv(table: ViewTable, rows: readonly TableRow[]): string {
  const shown = shownColumns(table), quote = (text: string): string => /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  return [shown.map((i) => table.columns[i]?.def.name ?? ''), ...rows.map((row) => shown.map((i) => { const { type } = table.columns[i] ?? {}; const cell = row.cells[i] ?? ''; return typeof cell === 'string' || type === 'BOOL' ? cellText(table, row, i, 0) : String(jsonNumber(table, row, i)); }))]
    .map((line) => `${line.map(quote).join(',')}\r\n`).join('');
}
/** Plain numbers: averages and sums over time divided, times in ns. */
function jsonNumber(table: ViewTable, row: TableRow, i: number): number { return Number(valueOf(table, row, i, table.seconds)); }
