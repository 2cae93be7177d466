// The messages of views: a table is counted and kept by the agent under a handle; its rows are asked for as they are seen.
import { NotificationType, RequestType } from 'vscode-jsonrpc';
import type { ViewForm } from '../engine/view/index.ts';

/** What of a session is counted. Times are ns since the base. */
export type ViewExtent =
  /** All of a capture; of a live host, what its history holds. */
  | { readonly kind: 'all' }
  | { readonly kind: 'range'; readonly startNs: number; readonly endNs: number }
  /** A live host: what comes from now on, anew after each interval (a list goes on). */
  | { readonly kind: 'live'; readonly intervalMs: number };

export interface OpenViewParams {
  /** Chosen by the client; names the table in what follows. At most eight are kept for a client, the latest. */
  readonly handle: string;
  /** Id of a view that comes along. */
  readonly view: string;
  /** Text of a view file in its place. It is read, not run. */
  readonly source?: string;
  readonly filter: string;
  /** With the columns of containers. */
  readonly containers: boolean;
  /** How often a view was drilled into that goes deeper. */
  readonly depth: number;
  readonly extent: ViewExtent;
}
export interface ViewColumnMessage { readonly name: string; readonly field: string; readonly description: string; readonly numeric: boolean; /** Characters; 0: what is left. */ readonly width: number }
export interface OpenedView {
  readonly columns: readonly ViewColumnMessage[];
  /** Index into `columns` of the one that rows are sorted by at first; how they are then. A list is in the order of time. */
  readonly sort: number; readonly ascending: boolean;
  /** The view's own filter, at its depth; and all that events had to pass. */
  readonly ownFilter: string; readonly filter: string;
  /** The field that a row is selected by; '' where none is. */
  readonly keyField: string;
  /** A selection narrows the view directly below alone. */
  readonly childOnly: boolean;
  readonly sample: ViewSample;
}
/** What the table holds now. */
export interface ViewSample {
  readonly rows: number;
  /** Events that were looked at, and the time between the first and the last. */
  readonly events: number; readonly seconds: number;
  /** Grows with each sample. */
  readonly number: number;
}
/** Counts the table and answers when it is there (live: at once, still empty). Cancel the request to end it. Fails with `ERRORS.filter` or `ERRORS.view`. */
export const OpenView = new RequestType<OpenViewParams, OpenedView, void>('views/open');
/** How far the counting is, 0 to 1; some times a second. */
export const ViewProgress = new NotificationType<{ readonly handle: string; readonly fraction: number; readonly events: number }>('views/progress');
/** Live: another sample. */
export const ViewSampled = new NotificationType<{ readonly handle: string; readonly sample: ViewSample }>('views/sampled');
export const PauseView = new RequestType<{ readonly handle: string; readonly paused: boolean }, void, void>('views/pause');
export const CloseView = new RequestType<{ readonly handle: string }, void, void>('views/close');

/** Which rows, in which order. */
export interface ViewOrder {
  readonly handle: string;
  /** Index into `OpenedView.columns`; -1: as at first. */
  readonly sort: number; readonly ascending: boolean;
  /** Rows with this text in one of their cells, in whatever case; '': all. */
  readonly search: string;
}
export interface ViewRowMessage {
  readonly key: string;
  /** The filter that means this row; '' where there is none. */
  readonly filter: string;
  /** Text of each column; cut at 400 characters. */
  readonly cells: readonly string[];
}
export interface ViewRowsResult { readonly total: number; readonly sample: number; readonly rows: readonly ViewRowMessage[] }
/** Rows from `from` on, at most `count`, and no more than make 48 KB. Fails with `ERRORS.gone`. */
export const GetViewRows = new RequestType<ViewOrder & { readonly from: number; readonly count: number }, ViewRowsResult, void>('views/rows');
/** Values of the row by field, as text: of all columns, keys too. Fails with `ERRORS.gone`. */
export const GetViewRow = new RequestType<{ readonly handle: string; readonly key: string }, Readonly<Record<string, string>>, void>('views/row');
/** All rows as text, as `porthole view` prints them; in parts of at most 256 K characters: '' at the end. */
export const GetViewText = new RequestType<ViewOrder & { readonly form: ViewForm; readonly offset: number }, { readonly text: string }, void>('views/text');

export interface SpectrogramParams {
  /** Id of a view that is a spectrogram. */
  readonly view: string;
  readonly filter: string;
  /** Calls that ended from the one on and before the other; no more than there is. */
  readonly startNs: number; readonly endNs: number;
  /** At most 400. */
  readonly columns: number;
}
/** A grid of calls: by when they ended, and by how long they took (rows of powers of two, ns: engine/session/spectrogram.ts). */
export interface SpectrogramResult {
  readonly startNs: number; readonly endNs: number; readonly columnNs: number;
  /** Packed counts (packing.ts), column by column, rows from `firstRow` on. */
  readonly counts: Uint8Array;
  readonly columns: number; readonly firstRow: number; readonly rows: number;
  readonly total: number; readonly longestNs: number;
  /** What calls had to pass; with bounds of `evt.latency` it finds those of a part of the grid. */
  readonly filter: string;
}
/** Cancellable. Fails with `ERRORS.filter` or `ERRORS.view`. */
export const GetSpectrogram = new RequestType<SpectrogramParams, SpectrogramResult, void>('views/spectrogram');

export type FlameMeasure = 'ns' | 'count' | 'failed';
export interface FlameParams {
  readonly filter: string;
  /** Calls that ended from the one on and before the other. */
  readonly startNs: number; readonly endNs: number;
  readonly measure: FlameMeasure;
  /** Keys of the node that is the whole picture; []: everything. */
  readonly path: readonly string[];
}
export interface FlameNodeMessage {
  /** 0 for the node at `path`. */
  readonly depth: number;
  readonly key: string;
  /** For people; cut at 160 characters. */
  readonly label: string;
  readonly ns: number; readonly count: number; readonly failed: number;
}
/** Nodes in the order of a walk, the largest child first; what is too small to be seen is left out. */
export interface FlameResult { readonly startNs: number; readonly endNs: number; readonly nodes: readonly FlameNodeMessage[]; /** Nodes that were left out. */ readonly small: number }
/** Cancellable. Fails with `ERRORS.filter`, or `ERRORS.gone` where there is nothing at the path. */
export const GetFlame = new RequestType<FlameParams, FlameResult, void>('views/flame');
