// porthole view ID -r FILE [filter]: any of csysdig's tables, or one of a view file, over a whole capture.
import { readFileSync } from 'node:fs';
import { encodeText } from '../engine/base/text.ts';
import { explainProblem } from '../engine/filter/index.ts';
import { readView, shownColumns, VIEW_FORMS, ViewError, VIEWS, ViewTable, type ViewDef, type ViewForm } from '../engine/view/index.ts';
import { openCapture, type EventInput } from './captureInput.ts';
import { Output } from './output.ts';

export interface TableRequest {
  /** Id of a view, or the path of a view file. */
  readonly id: string;
  readonly file: string;
  readonly filter: string;
  readonly form: ViewForm;
  readonly containers: boolean;
  /** A column by its heading, or its number as csysdig counts (1: the first that is shown). */
  readonly sort: string | undefined;
  readonly ascending: boolean | undefined;
  /** Rows from this one on, counted from 0, and how many at most. */
  readonly from: number;
  readonly limit: number;
  readonly depth: number;
}

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
