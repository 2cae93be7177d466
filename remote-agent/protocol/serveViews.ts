// The tables that a client looks at: counted over a capture, over what is held of a live host, or anew each interval.
import { ResponseError, type CancellationToken, type MessageConnection } from 'vscode-jsonrpc';
import type { EventContext } from '../engine/event/context.ts';
import { FilterError } from '../engine/session/filterBits.ts';
import type { Session } from '../engine/session/session.ts';
import type { StateView } from '../engine/state/model.ts';
import { valueText } from '../engine/filter/print.ts';
import { atDepth, cellText, fieldAtDepth, readView, shownColumns, VIEW_FORMS, ViewError, VIEWS, ViewTable, type TableRow, type ViewDef, type ViewForm } from '../engine/view/index.ts';
import { ERRORS } from './messages.ts';
import { answerFlame } from './serveFlame.ts';
import { answerSpectrogram } from './serveSpectrogram.ts';
import { CloseView, GetFlame, GetSpectrogram, GetViewRow, GetViewRows, GetViewText, OpenView, PauseView, ViewProgress, ViewSampled, type OpenedView, type OpenViewParams, type ViewOrder, type ViewRowMessage, type ViewSample } from './viewMessages.ts';

/** Reads a capture once more, from its beginning. */
export interface ReadAgain {
  /** Bits of `DEMAND`. */
  readonly demand: number;
  /** False: no more events are wanted. */
  readonly visit: (ctx: EventContext) => boolean;
  readonly cancelled: () => boolean;
  readonly progress: (fraction: number) => void;
}
export interface ViewServices {
  every(ms: number, run: () => void): () => void;
  pause(): Promise<void>;
  /** The state as it is then; undefined where there is no file. */
  readAgain?(read: ReadAgain): Promise<StateView>;
}

const MAX_KEPT = 8, MAX_LISTED = 10_000;
const MAX_CELL = 400, MAX_KEY = 4000, MAX_PAGE = 500, PAGE_CHARACTERS = 24_000, PART = 1 << 18;
const SLICE = 4000, TELL_MS = 200;
/** Events out of the order of time at the ends of a range: rows of the history, and ns of a file. */
const SLACK_ROWS = 256, SLACK_NS = 1e9;
const LEAST_INTERVAL_MS = 250, MOST_INTERVAL_MS = 3_600_000;
const REQUEST_CANCELLED = -32800;

/** A table, and what was asked of it last. */
class Kept {
  readonly handle: string;
  readonly view: ViewDef;
  readonly depth: number;
  /** The one that is looked at. */
  table: ViewTable;
  /** Live: the one that counts; of a list the same. */
  counting: ViewTable;
  events = 0;
  counted = 0;
  number = 0;
  paused = false;
  stop: () => void = () => undefined;
  #asked = '';
  #rows: readonly TableRow[] = [];
  #textOf = '';
  #text = '';

  constructor(handle: string, view: ViewDef, depth: number, make: () => ViewTable) {
    this.handle = handle; this.view = view; this.depth = depth;
    this.table = make();
    this.counting = view.kind === 'list' ? this.table : make();
  }

  get sample(): ViewSample { return { rows: this.rows({ handle: this.handle, sort: -1, ascending: false, search: '' }).length, events: this.events, seconds: this.table.seconds, number: this.number }; }

  rows({ sort, ascending, search }: ViewOrder): readonly TableRow[] {
    const { table } = this, asked = `${this.number} ${sort} ${String(ascending)} ${search}`;
    if (asked === this.#asked) return this.#rows;
    const shown = shownColumns(table), column = shown[sort], wanted = search.toLowerCase();
    let rows = column === undefined ? table.rows() : table.rows(column, ascending);
    // A list has the order of time; whoever asks for another gets that.
    if (table.view.kind === 'list' && column !== undefined) rows = [...rows].sort((a, b) => (ascending ? 1 : -1) * compare(a.cells[column] ?? '', b.cells[column] ?? ''));
    if (wanted !== '') rows = rows.filter((row) => shown.some((i) => cellText(table, row, i, 0).toLowerCase().includes(wanted)));
    this.#asked = asked; this.#rows = rows;
    return rows;
  }

  /** All rows as text; it is asked for in parts. */
  text(form: ViewForm, order: ViewOrder): string {
    const asked = `${this.number} ${form} ${JSON.stringify(order)}`;
    if (asked !== this.#textOf) { this.#text = VIEW_FORMS[form](this.table, this.rows(order), this.view); this.#textOf = asked; }
    return this.#text;
  }

  /** The interval is over: what was counted is shown, and counting begins anew. */
  turn(state: StateView): void {
    const done = this.counting;
    if (done !== this.table) { done.endSample(state); this.counting = this.table; this.counting.empty(); this.table = done; } else done.keepLast(MAX_LISTED);
    this.events = this.counted;
    if (this.view.kind !== 'list') this.counted = 0;
    this.number++;
  }
}
function compare(a: string | number | bigint, b: string | number | bigint): number { return a < b ? -1 : a > b ? 1 : 0; }

/** Answers what is asked of views on this connection. Gives the function that lets go of them. */
export function serveViews(connection: MessageConnection, session: Session, services: ViewServices, failure: (error: unknown) => ResponseError<unknown>): () => void {
  const kept = new Map<string, Kept>();
  const guarded = <P, R>(answer: (params: P, token: CancellationToken) => R | Promise<R>) => async (params: P, token: CancellationToken): Promise<R> => {
    try { return await answer(params, token); } catch (error) { throw error instanceof ViewError ? viewFailure(error) : failure(error); }
  };
  const find = ({ handle }: { readonly handle: string }): Kept => {
    const found = kept.get(String(handle));
    if (found === undefined) throw new ResponseError(ERRORS.gone, 'The table is no longer kept. Open the view again.');
    return found;
  };
  const close = (handle: string): void => { kept.get(handle)?.stop(); kept.delete(handle); };

  connection.onRequest(OpenView, guarded(async (params: OpenViewParams, token): Promise<OpenedView> => {
    const view = viewOf(params), options = { tag: params.containers === true ? 'containers' as const : 'default' as const, depth: params.depth, filter: params.filter };
    const made = new Kept(String(params.handle), view, params.depth, () => new ViewTable(view, options));
    close(made.handle);
    if (params.extent.kind === 'live' && session.info.live) made.stop = follow(made, session, params.extent.intervalMs, services, connection);
    else await count(made, session, params, services, token, connection);
    for (const [handle] of [...kept].slice(0, Math.max(0, kept.size - MAX_KEPT + 1))) close(handle);
    kept.set(made.handle, made);
    return openedOf(made, params);
  }));
  connection.onRequest(GetSpectrogram, guarded(async (params, token) => {
    const answer = await answerSpectrogram(session, params, token, services.pause);
    if (answer === undefined) throw new ResponseError(REQUEST_CANCELLED, 'The request was cancelled.');
    return answer;
  }));
  connection.onRequest(GetFlame, guarded(async (params, token) => {
    const answer = await answerFlame(session, params, token, services.pause);
    if (answer === undefined) throw new ResponseError(REQUEST_CANCELLED, 'The request was cancelled.');
    return answer;
  }));
  connection.onRequest(PauseView, guarded((p): void => { find(p).paused = p.paused === true; }));
  connection.onRequest(CloseView, guarded((p): void => { close(String(p.handle)); }));
  connection.onRequest(GetViewRows, guarded((p) => {
    const one = find(p), rows = one.rows(orderOf(p)), page: ViewRowMessage[] = [], end = Math.min(rows.length, p.from + Math.min(p.count, MAX_PAGE));
    for (let i = Math.max(0, p.from), size = 0; i < end && size < PAGE_CHARACTERS; i++) {
      const message = rowMessage(one.table, rows[i] as TableRow, one.depth);
      size += message.cells.reduce((all, cell) => all + cell.length + 3, message.key.length + message.filter.length + 40);
      page.push(message);
    }
    return { total: rows.length, sample: one.number, rows: page };
  }));
  connection.onRequest(GetViewRow, guarded((p) => {
    const { table } = find(p), row = table.rows().find(({ key }) => key === p.key);
    if (row === undefined) throw new ResponseError(ERRORS.gone, 'The row is no longer in the table.');
    return Object.fromEntries(table.columns.map(({ def }, i) => [def.field, String(row.cells[i] ?? '')]));
  }));
  connection.onRequest(GetViewText, guarded((p) => {
    const one = find(p), form = Object.hasOwn(VIEW_FORMS, p.form) ? p.form : 'csv';
    return { text: one.text(form, orderOf(p)).slice(p.offset, p.offset + PART) };
  }));
  return () => { for (const handle of [...kept.keys()]) close(handle); };
}

function viewFailure({ message, problem }: ViewError): ResponseError<unknown> {
  return problem === undefined ? new ResponseError(ERRORS.view, message) : new ResponseError(ERRORS.filter, message, { start: problem.start, end: problem.end, message: problem.message });
}
function orderOf({ handle, sort, ascending, search }: ViewOrder): ViewOrder { return { handle: String(handle), sort: Number(sort), ascending: ascending === true, search: String(search) }; }

function viewOf({ view, source }: OpenViewParams): ViewDef {
  const found = source === undefined ? VIEWS.find(({ id }) => id === view) : readView(source);
  if (found === undefined) throw new ViewError(source === undefined ? `There is no view ${view}.` : 'The file gives no view_info: it is no view file.');
  if (found.kind === 'spectrogram') throw new ViewError(`The view ${found.name} is a picture, not a table.`);
  return found;
}

function openedOf(made: Kept, { depth }: OpenViewParams): OpenedView {
  const { table, view } = made, shown = shownColumns(table), key = keyOf(table);
  return {
    columns: shown.map((i) => {
      const { def, type } = table.columns[i] as ViewTable['columns'][number];
      return { name: def.name, field: def.field, description: def.description ?? '', numeric: type !== 'CHARBUF' && type !== 'BYTEBUF', width: def.width ?? -1 };
    }),
    sort: view.kind === 'list' ? -1 : shown.indexOf(table.sorting), ascending: table.rising(table.sorting),
    ownFilter: atDepth(view.filter ?? '', depth), filter: table.filterText, keyField: key === undefined ? '' : key.filterField ?? key.field, childOnly: key?.childOnly === true, sample: made.sample,
  };
}

/** The column that rows are selected by. */
function keyOf({ view, columns, grouped }: ViewTable): ViewTable['columns'][number]['def'] | undefined { return view.kind === 'list' ? undefined : columns[grouped ? 1 : 0]?.def; }

function rowMessage(table: ViewTable, row: TableRow, depth: number): ViewRowMessage {
  const key = keyOf(table), cell = row.cells[table.grouped ? 1 : 0];
  return {
    key: row.key.slice(0, MAX_KEY), filter: key === undefined || cell === undefined ? '' : `${fieldAtDepth(key.filterField ?? key.field, depth)}=${valueText(String(cell))}`,
    cells: shownColumns(table).map((i) => { const text = cellText(table, row, i, 0); return text.length > MAX_CELL ? `${text.slice(0, MAX_CELL)}…` : text; }),
  };
}

/** Counts once: the file again, or the rows of the history. */
async function count(made: Kept, session: Session, { handle, extent }: OpenViewParams, services: ViewServices, token: CancellationToken, connection: MessageConnection): Promise<void> {
  const { table } = made, { startNs, endNs } = extent.kind === 'range' ? extent : { startNs: -Infinity, endNs: Infinity };
  let told = Date.now(), over = false;
  const tell = (fraction: number): void => { const now = Date.now(); if (now - told < TELL_MS) return; told = now; connection.sendNotification(ViewProgress, { handle, fraction, events: made.events }).catch(() => undefined); };
  const visit = (ctx: EventContext): boolean => {
    if (ctx.tsNs >= startNs && ctx.tsNs <= endNs) { made.events++; table.see(ctx); } else if (ctx.tsNs > endNs + SLACK_NS) over = true;
    return !over;
  };
  const state = services.readAgain === undefined ? await overHistory(session, startNs, endNs, visit, services, token, tell) : await services.readAgain({ demand: table.demand, visit, cancelled: () => token.isCancellationRequested, progress: tell });
  if (token.isCancellationRequested) throw new ResponseError(REQUEST_CANCELLED, 'The request was cancelled.');
  table.endSample(state);
  made.number = 1;
}

async function overHistory({ history, state }: Session, startNs: number, endNs: number, visit: (ctx: EventContext) => boolean, services: ViewServices, token: CancellationToken, tell: (fraction: number) => void): Promise<StateView> {
  const context = history.newContext(), first = history.rowAt(startNs) - SLACK_ROWS, end = Math.min(history.endRow, history.rowAt(endNs) + SLACK_ROWS), begin = Math.max(history.firstRow, first);
  for (let row = begin; row < end && !token.isCancellationRequested; row++) {
    if ((row - begin) % SLICE === SLICE - 1) { tell((row - begin) / (end - begin)); await services.pause(); }
    // What was dropped meanwhile is gone.
    if (row < history.firstRow) { row = history.firstRow - 1; continue; }
    if (history.load(row, context) && !visit(context)) break;
  }
  return state;
}

/** Counts what comes, and tells of it each interval. */
function follow(made: Kept, session: Session, intervalMs: number, services: ViewServices, connection: MessageConnection): () => void {
  const ms = Math.min(MOST_INTERVAL_MS, Math.max(LEAST_INTERVAL_MS, Number(intervalMs) || 1000));
  let waiting = false;
  const leave = session.follow((ctx) => { if (!made.paused) { made.counted++; made.counting.see(ctx); } });
  const end = services.every(ms, () => {
    // A client that takes nothing is told nothing more; what it looks at then is the latest.
    if (made.paused) return;
    made.turn(session.state);
    if (waiting) return;
    waiting = true;
    const done = (): void => { waiting = false; };
    connection.sendNotification(ViewSampled, { handle: made.handle, sample: made.sample }).then(done, done);
  });
  return () => { leave(); end(); };
}
