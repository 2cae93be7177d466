// Tables in what a chisel prints: a line of titles, a line of dashes, rows in columns of fixed width. Also those that it prints as JSON, and lists of objects that are alike.
import type { Json } from './jsonDocuments.ts';

export interface Table { readonly columns: readonly Column[]; readonly rows: readonly (readonly string[])[] }
export interface Column { readonly title: string; /** Values are told by their number. */ readonly numeric: boolean }

const RULE = /^\s*-{5,}[-\s]*$/;

/** Reads lines one after another. A table with the titles of one before takes its place: live chisels print the same again and again. */
export class TableReader {
  readonly #tables = new Map<string, { readonly titles: readonly Title[]; rows: string[][] }>();
  #before = '';
  #open: { readonly titles: readonly Title[]; rows: string[][] } | undefined;
  #latest = '';

  /** A line without escapes. */
  line(line: string): void {
    if (RULE.test(line) && this.#before.trim() !== '') {
      const titles = titlesOf(this.#before), key = titles.map((title) => title.text).join('\t');
      // The line of titles was taken for a row.
      if (this.#open !== undefined && this.#open.rows.length > 0) this.#open.rows.pop();
      this.#open = { titles, rows: [] };
      this.#tables.set(key, this.#open);
      this.#latest = key;
    } else if (line.trim() === '') this.#open = undefined;
    else this.#open?.rows.push(cellsOf(line, this.#open.titles));
    this.#before = line;
  }
  clear(): void { this.#tables.clear(); this.#open = undefined; this.#before = this.#latest = ''; }

  get count(): number { return this.#tables.size; }
  /** By its titles. */
  get names(): readonly string[] { return [...this.#tables.keys()]; }
  /** Of those titles; the one that was begun last where there is none. */
  table(name = this.#latest): Table | undefined {
    const found = this.#tables.get(name) ?? this.#tables.get(this.#latest);
    return found === undefined ? undefined : tableOf(found.titles.map((title) => title.text), found.rows);
  }
}

interface Title { readonly text: string; readonly at: number }
function titlesOf(line: string): Title[] {
  const found = [...line.matchAll(/\S+(?: \S+)*/g)].map((match) => ({ text: match[0], at: match.index }));
  // One blank between titles only: each word is one.
  return found.length > 1 ? found : [...line.matchAll(/\S+/g)].map((match) => ({ text: match[0], at: match.index }));
}

/** Cut where the titles begin; where a value reaches into the next column, at the blanks. */
function cellsOf(line: string, titles: readonly Title[]): string[] {
  const fits = titles.every(({ at }, i) => i === 0 || at > line.length || /\s/.test(line[at - 1] ?? ' '));
  if (fits) return titles.map(({ at }, i) => line.slice(i === 0 ? 0 : at, titles[i + 1]?.at ?? line.length).trim());
  const parts = line.trim().split(/\s+/);
  return titles.map((_, i) => i === titles.length - 1 ? parts.slice(i).join(' ') : parts[i] ?? '');
}

export function tableOf(titles: readonly string[], rows: readonly (readonly string[])[]): Table {
  return { columns: titles.map((title, c) => ({ title, numeric: isNumeric(rows, c) })), rows };
}
function isNumeric(rows: readonly (readonly string[])[], column: number): boolean {
  let some = false;
  for (const row of rows.slice(0, 200)) {
    const cell = row[column] ?? '';
    if (cell === '' || cell === 'N/A') continue;
    if (Number.isNaN(amountOf(cell))) return false;
    some = true;
  }
  return some;
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1, '%': 1, B: 1, K: 1024, KB: 1024, KIB: 1024, M: 1024 ** 2, MB: 1024 ** 2, MIB: 1024 ** 2, G: 1024 ** 3, GB: 1024 ** 3, GIB: 1024 ** 3, T: 1024 ** 4, TB: 1024 ** 4, P: 1024 ** 5,
  NS: 1e-9, US: 1e-6, 'µS': 1e-6, MS: 1e-3, S: 1, SEC: 1,
};
/** The number that a cell tells, with its unit: 1.5KB is 1536, 20ms is 0.02; NaN where it is none. */
export function amountOf(cell: string): number {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*([a-zA-Zµ%]*)$/.exec(cell);
  const unit = match === null ? undefined : UNITS[(match[2] ?? '').toUpperCase()];
  return match === null || unit === undefined ? NaN : Number(match[1]) * unit;
}

export interface Order { readonly column: number; readonly down: boolean }
/** Indices of the rows in an order; equal ones as they came. */
export function sorted({ rows, columns }: Table, order: Order | undefined): number[] {
  const indices = rows.map((_, i) => i);
  const column = order === undefined ? undefined : columns[order.column];
  if (order === undefined || column === undefined) return indices;
  const sign = order.down ? -1 : 1;
  if (column.numeric) {
    const amounts = rows.map((row) => amountOf(row[order.column] ?? ''));
    // What is no number is at the end, whichever way.
    return indices.sort((a, b) => { const x = amounts[a] ?? NaN, y = amounts[b] ?? NaN; return Number.isNaN(x) || Number.isNaN(y) ? Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || a - b : sign * (x - y) || a - b; });
  }
  const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
  return indices.sort((a, b) => sign * collator.compare(rows[a]?.[order.column] ?? '', rows[b]?.[order.column] ?? '') || a - b);
}

/** RFC 4180: lines end with CR LF, what holds a comma, a quote or a line's end stands in quotes. */
export function csvOf({ columns, rows }: Table, order: readonly number[]): string {
  const cell = (text: string): string => /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  return [columns.map((column) => column.title), ...order.map((i) => rows[i] ?? [])].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

/** The table that documents make: the form of sysdig's tables, or a list of objects that have their values in the same places; undefined: none. */
export function tableOfJson(documents: readonly Json[]): Table | undefined {
  const last = documents.at(-1);
  if (isRecord(last) && Array.isArray(last['data']) && Array.isArray(last['info'])) {
    const data = last['data'] as readonly Json[];
    const rows = data.filter((row): row is readonly Json[] => Array.isArray(row));
    // The value stands in the third place of the names, whatever the number of keys; in the rows it is the last.
    const infos = (last['info'] as readonly Json[]).filter((info): info is Readonly<Record<string, Json>> => isRecord(info));
    const keys = infos.filter((info) => info['is_key'] !== false), values = infos.filter((info) => info['is_key'] === false);
    const titles = [...keys, ...values].map((info) => textOf(info['desc'] ?? info['name'] ?? ''));
    const width = Math.max(0, ...rows.map((row) => row.length));
    while (titles.length < width) titles.push(`#${titles.length + 1}`);
    return tableOf(titles, rows.map((row) => titles.map((_, i) => textOf(row[i] ?? ''))));
  }
  const list = documents.length === 1 && Array.isArray(last) ? last as readonly Json[] : documents;
  const objects = list.filter((each): each is Readonly<Record<string, Json>> => isRecord(each));
  if (objects.length < 2 || objects.length < list.length) return undefined;
  const titles = [...new Set(objects.slice(0, 200).flatMap((each) => Object.keys(each)))];
  if (titles.length === 0 || titles.length > 60) return undefined;
  return tableOf(titles, objects.map((each) => titles.map((title) => textOf(each[title] ?? ''))));
}
function isRecord(value: Json | undefined): value is Readonly<Record<string, Json>> { return typeof value === 'object' && value !== null && !Array.isArray(value); }
function textOf(value: Json): string { return typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value); }
