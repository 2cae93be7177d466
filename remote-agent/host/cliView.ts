// porthole view ID -r FILE [filter]: a table over a whole capture, worked out by the engine instead of a script. `processes` counts in a way of its own, the quickest.
import { parseArgs } from 'node:util';
import type { Selection } from '../engine/scap/reader.ts';
import { ByProcess, type Measure, type ProcessRow } from '../engine/view/byProcess.ts';
import { openCapture, type EventInput } from './captureInput.ts';
import { Output } from './output.ts';

const MEASURES: Readonly<Record<string, Measure>> = { calls: 'calls', errors: 'errors', file: 'fileBytes', net: 'netBytes', other: 'otherBytes' };
const COLUMNS: readonly (readonly [title: string, width: number, key: Measure | 'pid'])[] = [['CALLS', 12, 'calls'], ['ERRORS', 10, 'errors'], ['FILE BYTES', 16, 'fileBytes'], ['NET BYTES', 16, 'netBytes'], ['OTHER BYTES', 16, 'otherBytes'], ['PID', 9, 'pid']];
/** Control characters of names, which must not steer a terminal. */
// eslint-disable-next-line no-control-regex
const STEERING = /[\x00-\x1f\x7f-\x9f]/g;
const USAGE = `porthole view ID -r FILE [--sort COLUMN] [--ascending] [-n ROWS] [--from ROW] [-p c] [--raw | -j | --csv] [filter]
A table of a capture. ID: one of those that porthole view --list names, or the path of a view file written for csysdig.
-p c adds the columns of containers; --raw and -j print what csysdig does with these options; --csv plain numbers.
porthole view processes -r FILE [--sort calls|errors|file|net|other] [-n ROWS] [-j] [filter]
Calls, failed calls and bytes of each process of a capture, counted in the quickest way.`;

const OPTIONS = {
  readfile: { type: 'string', short: 'r' }, sort: { type: 'string' }, sortingcol: { type: 'string' }, ascending: { type: 'boolean' }, rows: { type: 'string', short: 'n' }, from: { type: 'string' }, depth: { type: 'string' },
  print: { type: 'string', short: 'p' }, raw: { type: 'boolean' }, json: { type: 'boolean', short: 'j' }, csv: { type: 'boolean' }, list: { type: 'boolean' }, help: { type: 'boolean', short: 'h' },
} as const;

export async function runView(argv: readonly string[]): Promise<number> {
  let parsed;
  try {
    parsed = parseArgs({ args: [...argv], allowPositionals: true, options: OPTIONS });
  } catch (error) { return wrong(error instanceof Error ? error.message : String(error)); }
  const { values, positionals: [id, ...words] } = parsed;
  if (values.help === true) { process.stdout.write(`${USAGE}\n`); return 0; }
  if (values.list === true) { process.stdout.write((await import('./cliViewTable.ts')).listViews()); return 0; }
  if (id === undefined) return wrong('which view?');
  const limit = values.rows === undefined ? Infinity : Number(values.rows);
  if (!(limit > 0)) return wrong(`-n takes a number of rows, not ${values.rows ?? ''}`);
  if (values.readfile === undefined) return wrong('-r FILE is missing');
  if (id !== 'processes') {
    const from = Number(values.from ?? 0), depth = Number(values.depth ?? 0);
    if (!Number.isSafeInteger(from) || from < 0 || !Number.isSafeInteger(depth) || depth < 0) return wrong('--from and --depth take whole numbers');
    const { runTableView } = await import('./cliViewTable.ts');
    return runTableView({
      id, file: values.readfile, filter: words.join(' '), form: values.raw === true ? 'raw' : values.json === true ? 'json' : values.csv === true ? 'csv' : 'table', containers: /^c/.test(values.print ?? ''),
      sort: values.sort ?? values.sortingcol, ascending: values.ascending, from, limit, depth,
    });
  }
  const by = MEASURES[values.sort ?? 'calls'];
  if (by === undefined) return wrong(`--sort takes ${Object.keys(MEASURES).join(', ')}, not ${values.sort ?? ''}`);
  const text = words.join(' ');
  let asked: Pick<Selection, 'test' | 'byThread' | 'demand'> = { demand: 0 };
  if (words.length > 0) {
    // Filters bring all fields along, and those who count everything need not wait for them.
    const { compileFilter, explainProblem } = await import('../engine/filter/index.ts');
    const filter = compileFilter(text);
    if (!filter.ok) { process.stderr.write(`${explainProblem(text, filter.error)}\n`); return 1; }
    asked = filter;
  }
  const table = new ByProcess();
  let input: EventInput;
  try { input = await openCapture(values.readfile); } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
  input.select?.({ types: ByProcess.types, demand: ByProcess.demand | asked.demand, ...(words.length === 0 ? { tally: table } : { test: asked.test, byThread: asked.byThread }) });
  await input.run((ctx) => { table.see(ctx); return true; });
  const rows = table.rows(by).slice(0, limit);
  const name = (row: ProcessRow): string => input.state?.container(row.containerId)?.name ?? row.containerId;
  const output = new Output();
  output.write(values.json === true ? `${JSON.stringify(rows.map((row) => ({ ...row, container: name(row) })))}\n` : lines(rows, name));
  await output.end();
  const problems = input.problems();
  for (const problem of problems) process.stderr.write(`porthole: ${problem}\n`);
  return problems.length > 0 ? 1 : 0;
}

function lines(rows: readonly ProcessRow[], container: (row: ProcessRow) => string): string {
  const head = `${COLUMNS.map(([title, width]) => title.padStart(width)).join('')}  PROCESS (CONTAINER)`;
  return [head, ...rows.map((row) => `${COLUMNS.map(([, width, key]) => String(row[key]).padStart(width)).join('')}  ${`${row.comm}${row.containerId === '' ? '' : ` (${container(row)})`}`.replace(STEERING, '.')}`), ''].join('\n');
}

function wrong(message: string): number {
  process.stderr.write(`porthole view: ${message}\n${USAGE}\n`);
  return 1;
}
