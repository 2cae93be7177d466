// The cells of a view as text, as csysdig writes them: sizes with a letter, times with their unit, averages with two digits.
import { spanText } from '../fields/times.ts';
import { average, type Cell, type TableColumn, type TableRow, type ViewTable } from './table.ts';

/** Characters of a number where nothing else says how wide it is to be. */
const NUMBER_WIDTH = 10;
const UNITS = ['', 'K', 'M', 'G', 'T', 'P'] as const;

/** With so many digits behind the point; what lies in the very middle of two goes to the even one, as C has it. */
function fixed(value: number, digits: number): string {
  // All digits that the number has: only then is the middle the middle.
  const exact = value.toFixed(60), behind = exact.slice(exact.indexOf('.') + 1 + digits), before = exact.slice(0, exact.length - behind.length);
  if (!/^50*$/.test(behind) || (Number(before.replace('.', '').at(-1)) % 2) !== 0) return value.toFixed(digits);
  return before.replace(/\.$/, '');
}

/** A number with the largest unit of 1,024 that it exceeds, padded on the left; `digits` behind the point. */
function scaled(value: number, digits: number, width: number): string {
  let unit = 0, rest = value;
  while (unit < UNITS.length - 1 && rest > 1024) { rest /= 1024; unit++; }
  const text = fixed(rest, digits);
  return `${text.padStart(unit === 0 ? width : width - 1)}${UNITS[unit] ?? ''}`;
}

const WHOLE: ReadonlySet<string> = new Set(['INT16', 'INT32', 'INT64', 'UINT32', 'UINT64']);

/** What a cell comes to: averages divided; sums over time, where `seconds` is given, too. */
export function valueOf(table: ViewTable, row: TableRow, i: number, seconds?: number): Cell {
  const cell = row.cells[i] ?? '', column = table.columns[i];
  if (typeof cell === 'string' || column === undefined) return cell;
  if (table.isAverage(i)) return average(cell, row.counts[i] ?? 0);
  return seconds !== undefined && column.aggregation === 'timeAvg' && seconds > 1 ? Number(cell) / seconds : cell;
}

/** Text of a cell, `width` characters wide where it is a number. */
export function cellText(table: ViewTable, row: TableRow, i: number, width = NUMBER_WIDTH): string {
  const column = table.columns[i], cell = row.cells[i] ?? '';
  if (column === undefined || typeof cell === 'string') return String(cell);
  const { type, ref } = column, value = valueOf(table, row, i, table.seconds);
  if (typeof value === 'string') return value;
  if (type === 'RELTIME' || type === 'ABSTIME') return spanText(Math.trunc(Number(value))).padStart(width);
  if (type === 'DOUBLE') return fixed(Number(value), 2).padStart(width);
  if (type === 'BOOL') return value === 0 ? 'false' : 'true';
  if (!WHOLE.has(type)) return String(value);
  if (divided(table, column, row.counts[i] ?? 0)) return scaled(Number(value), 2, width);
  return ref.field.format === 'ID' ? String(value).padStart(width) : scaled(Number(value), 0, width);
}

/** Whether a whole number was divided, and shows what is behind the point. */
function divided(table: ViewTable, column: TableColumn, count: number): boolean {
  if (column.aggregation === 'timeAvg') return table.seconds > 1;
  return column.aggregation === 'avg' && count > 1;
}

/** Columns that are shown: all but the keys. */
export function shownColumns(table: ViewTable): number[] { return table.columns.map((_column, i) => i).filter((i) => i >= table.keys); }

/** What a cell is in JSON, as csysdig gives it: sums as they are, numbers with a point averaged, times as text. */
export function jsonCell(table: ViewTable, row: TableRow, i: number): string | number {
  const cell = row.cells[i] ?? '', type = table.columns[i]?.type;
  if (typeof cell === 'string') return cell;
  if (type === 'RELTIME' || type === 'ABSTIME') return cellText(table, row, i);
  return Number(type === 'DOUBLE' ? valueOf(table, row, i) : cell);
}
