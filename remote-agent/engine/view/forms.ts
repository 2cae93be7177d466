// The rows of a view as text: a table for a terminal, what csysdig prints with --raw and -j, CSV with plain numbers.
import type { ViewDef } from './define.ts';
import { cellText, jsonCell, shownColumns, valueOf } from './present.ts';
import type { TableRow, ViewTable } from './table.ts';

export type ViewForm = 'table' | 'raw' | 'json' | 'csv';

const DASHES = '-'.repeat(22);
const NAME_WIDTH = 60;
// eslint-disable-next-line no-control-regex
const STEERING = /[\x00-\x1f\x7f-\x9f]/g;

/** The text of rows in each form. */
export const VIEW_FORMS: Readonly<Record<ViewForm, (table: ViewTable, rows: readonly TableRow[], view: ViewDef) => string>> = { table: asTable, raw: asRaw, json: asJson, csv: asCsv };

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
