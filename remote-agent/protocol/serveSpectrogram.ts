// Answers what is asked of spectrograms out of a session.
import type { CancellationToken } from 'vscode-jsonrpc';
import { LATENCY_ROWS, Spectrogram } from '../engine/session/spectrogram.ts';
import type { Session } from '../engine/session/session.ts';
import { ViewError, VIEWS } from '../engine/view/index.ts';
import { packCounts } from './packing.ts';
import type { SpectrogramParams, SpectrogramResult } from './viewMessages.ts';

const MAX_COLUMNS = 400;
/** Segments of 8,192 events that are counted before others get their turn. */
const SLICE = 8;
/** Calls are rows of their exits here: those of entries have no length. */
const EXITS = /^evt\.dir=<( and )?/;

/** `pause` lets everything else that waits have its turn. Undefined where it was cancelled. */
export async function answerSpectrogram(session: Session, { view, filter, startNs, endNs, columns }: SpectrogramParams, token: CancellationToken, pause: () => Promise<void>): Promise<SpectrogramResult | undefined> {
  const found = VIEWS.find(({ id, kind }) => id === view && kind === 'spectrogram');
  if (found === undefined) throw new ViewError(`The view ${String(view)} is no spectrogram.`);
  const own = (found.filter ?? '').replace(EXITS, ''), asked = String(filter).trim(), both = own === '' || asked === '' ? own + asked : `(${asked}) and ${own}`;
  const grid = new Spectrogram(session.history, { startNs: Number(startNs), endNs: Number(endNs), columns: Math.min(MAX_COLUMNS, Number(columns)) }, session.filters.get(both));
  while (!grid.advance(SLICE)) { await pause(); if (token.isCancellationRequested) return undefined; }
  const { firstRow, rows, counts } = trimmed(grid.counts);
  return { startNs: grid.startNs, endNs: grid.endNs, columnNs: grid.columnNs, counts: rows === 0 ? new Uint8Array(0) : packCounts(counts, rows), columns: grid.columns, firstRow, rows, total: grid.total, longestNs: grid.longestNs, filter: both };
}

/** Without rows in which nothing is, below and above. */
function trimmed(all: Uint32Array): { readonly firstRow: number; readonly rows: number; readonly counts: Uint32Array } {
  let low = LATENCY_ROWS, high = -1;
  all.forEach((count, at) => { if (count > 0) { const row = at % LATENCY_ROWS; low = Math.min(low, row); high = Math.max(high, row); } });
  if (high < 0) return { firstRow: 0, rows: 0, counts: new Uint32Array(0) };
  const rows = high - low + 1, columns = all.length / LATENCY_ROWS, counts = new Uint32Array(columns * rows);
  for (let column = 0; column < columns; column++) for (let row = 0; row < rows; row++) counts[column * rows + row] = all[column * LATENCY_ROWS + low + row] as number;
  return { firstRow: low, rows, counts };
}
