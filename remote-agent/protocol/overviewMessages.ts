// Messages of the overview: metrics over time, and what is unusual. What the metrics are, both sides know from `engine/overview/metrics.ts`.
import { RequestType } from 'vscode-jsonrpc';

export interface OverviewParams {
  /** The range that is asked for; widened to whole buckets. A live host's may begin before its history does. */
  readonly startNs: number;
  readonly endNs: number;
  /** At most so many points of each series, 1 to 512. */
  readonly points: number;
  /** Ids of metrics; missing: all. */
  readonly metrics?: readonly string[];
  /** How many things that are unusual are wanted, at most 200. */
  readonly findings: number;
}
/** A metric over the range. */
export interface OverviewSeries {
  readonly id: string;
  /** Of the whole range; of a metric that counts different values not the sum of the points. */
  readonly total: number;
  /** There were more different values than could be held. */
  readonly atLeast: boolean;
  /** Packed numbers (packing.ts), one a point. */
  readonly values: Uint8Array;
}
export interface OverviewFinding {
  readonly rule: string; readonly title: string; readonly severity: 'bad' | 'warn' | 'note';
  readonly containerId: string; readonly container: string; readonly process: string;
  /** What tells it from others of its rule, for people; ''. */
  readonly detail: string;
  readonly count: number;
  /** When its first event of the range was, and its row; when the last one was. */
  readonly tsNs: number; readonly row: number; readonly lastNs: number;
  /** Finds its events. */
  readonly filter: string;
}
export interface OverviewResult {
  /** What of the history was looked at, 0 to 1. Below 1 numbers are of that part: ask again. */
  readonly fraction: number;
  /** Events that a live history had dropped before they were looked at. */
  readonly missed: number;
  /** Extent of what was looked at. */
  readonly fromNs: number; readonly toNs: number;
  /** What the numbers are of: an event counts where it was recorded, from `startNs` on and before `endNs`. */
  readonly startNs: number; readonly endNs: number;
  readonly pointNs: number;
  /** In the order of the metrics. */
  readonly series: readonly OverviewSeries[];
  /** The worst first. */
  readonly findings: readonly OverviewFinding[];
  /** How many there are in the range, and how many events found no room among them. */
  readonly totalFindings: number; readonly untold: number;
}
/** Goes over the history where it stopped the last time, for some tenths of a second at most, and answers with what is known then. Cancellable: what was looked at is not lost. */
export const GetOverview = new RequestType<OverviewParams, OverviewResult, void>('overview/get');
