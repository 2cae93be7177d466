// The overview of a source: every metric over time, and what is unusual. One pass over the history that goes on where it stopped, so that a capture that is being read and
// a live host cost the same as one that is there whole; nothing is done before somebody asks.
import type { EventContext } from '../event/context.ts';
import { bindValue, findField, type FieldValue } from '../fields/index.ts';
import { SEGMENT_ROWS } from '../session/segment.ts';
import type { Session } from '../session/session.ts';
import { BucketAxis, SetColumn, SumColumn } from './buckets.ts';
import { FindingBook, type Findings } from './findings.ts';
import { METRICS, type Metric } from './metrics.ts';
import { Routes, type Taker } from './routes.ts';

/** Rows of a segment that are looked at in one go. */
const SLICE = 2048;
const MAX_POINTS = 512;

export interface OverviewQuery {
  /** The range that is asked for; it is widened to whole buckets. */
  readonly startNs: number;
  readonly endNs: number;
  /** At most so many points of each series, 1 to 512. */
  readonly points: number;
  /** Ids of the metrics; undefined: all. */
  readonly metrics?: readonly string[] | undefined;
}
/** A metric over a range. `values`: one number a point; those of a metric that counts different values do not add up to `total`. */
export interface MetricSeries { readonly id: string; readonly total: number; /** There were more different values than could be held. */ readonly atLeast: boolean; readonly values: readonly number[] }
export interface OverviewAnswer {
  /** What of the history was looked at, 0 to 1. */
  readonly fraction: number;
  /** Events that a live history had dropped before they were looked at. */
  readonly missed: number;
  /** Extent of all that was looked at. */
  readonly fromNs: number;
  readonly toNs: number;
  /** The range that the numbers are of: an event counts where it was recorded, at `startNs` or later and before `endNs`. */
  readonly startNs: number;
  readonly endNs: number;
  readonly pointNs: number;
  readonly series: readonly MetricSeries[];
}

interface Column { fold(odd: boolean): void; drop(buckets: number): void; total(from: number, to: number): number }
interface Counter { readonly metric: Metric; readonly column: Column; readonly taker: Taker }

export class Overview {
  readonly #session: Session;
  readonly #axis = new BucketAxis();
  readonly #counters: readonly Counter[];
  readonly #found: FindingBook;
  readonly #routes: Routes;
  #row = 0;
  #missed = 0;

  constructor(session: Session) {
    this.#session = session;
    this.#counters = METRICS.map((metric) => this.#counter(metric));
    this.#found = new FindingBook(this.#axis);
    this.#axis.onFold = (odd) => { for (const { column } of this.#counters) column.fold(odd); this.#found.fold(odd); };
    this.#axis.onDrop = (buckets) => { for (const { column } of this.#counters) column.drop(buckets); this.#found.drop(buckets); this.#routes.forgetBuckets(); };
    this.#routes = new Routes(session.history, [...this.#counters.map(({ taker }) => taker), ...this.#found.takers]);
  }

  #counter(metric: Metric): Counter {
    const { filter, value } = metric, common = { filter, ...(metric.failedOnly === true ? { failedOnly: true } : {}) };
    if (value.kind === 'count') {
      const column = new SumColumn();
      return { metric, column, taker: { ...common, reads: 'nothing', take: (bucket) => { column.add(bucket, 1); } } };
    }
    const ref = findField(value.field);
    if (ref === undefined) throw new Error(`there is no field ${value.field}`);
    const read = bindValue(ref);
    if (value.kind === 'sum') {
      const column = new SumColumn();
      return { metric, column, taker: { ...common, reads: 'bytes', take: (bucket, ctx) => { const number = Number(read(ctx) ?? 0); if (number > 0) column.add(bucket, number); } } };
    }
    const column = new SetColumn();
    return { metric, column, taker: { ...common, ...(value.field.startsWith('fd.') ? { reads: 'bytes', take: ofDescriptor(column, read) } : { reads: 'thread', take: (bucket, ctx) => { addTo(column, bucket, read(ctx)); } }) } };
  }

  /** Looks at about `budget` more events of the history. True where there are no more for now. */
  advance(budget: number): boolean {
    const { history } = this.#session;
    if (this.#row < history.firstRow) { this.#missed += history.firstRow - this.#row; this.#row = history.firstRow; }
    if (this.#axis.first < 0 && history.rowCount > 0) this.#axis.at(history.startNs);
    for (let left = budget; left > 0 && this.#row < history.endRow;) {
      const segment = history.segmentOf(this.#row), from = this.#row - segment.firstRow, to = Math.min(segment.count, from + SLICE);
      this.#routes.run(segment, from, to, this.#axis);
      left -= to - from;
      this.#row = segment.firstRow + to;
      if (to < SEGMENT_ROWS && to === segment.count && this.#row < history.endRow) break;
    }
    if (this.#row < history.endRow) return false;
    this.#axis.at(history.endNs);
    if (this.#session.info.live || this.#session.progress >= 1) this.#found.settle(this.#session.endNs);
    if (this.#session.info.live) this.#axis.dropBefore(history.startNs);
    return true;
  }

  /** Numbers of a range, of what was looked at so far. */
  query({ startNs, endNs, points, metrics }: OverviewQuery): OverviewAnswer {
    const { history } = this.#session, axis = this.#axis, wanted = metrics === undefined ? undefined : new Set(metrics);
    const { from, to } = this.#buckets(startNs, endNs);
    const step = Math.max(1, Math.ceil((to - from) / Math.max(1, Math.min(MAX_POINTS, Math.floor(points)))));
    const series = this.#counters.flatMap(({ metric, column }): MetricSeries[] => {
      if (wanted !== undefined && !wanted.has(metric.id)) return [];
      const values: number[] = [];
      for (let at = from; at < to; at += step) values.push(column.total(at, Math.min(to, at + step)));
      return [{ id: metric.id, total: column.total(from, to), atLeast: column instanceof SetColumn && column.full, values }];
    });
    const rows = history.endRow - history.firstRow;
    return {
      fraction: rows === 0 ? 1 : Math.min(1, Math.max(0, this.#row - history.firstRow) / rows), missed: this.#missed, fromNs: axis.startNs, toNs: axis.endNs,
      startNs: axis.startNs + from * axis.widthNs, endNs: axis.startNs + to * axis.widthNs, pointNs: step * axis.widthNs, series,
    };
  }

  findings(startNs: number, endNs: number, limit: number): Findings {
    const { from, to } = this.#buckets(startNs, endNs);
    return this.#found.list(this.#session.state, from, to, limit);
  }

  /** The buckets that a range touches; all where it touches none. */
  #buckets(startNs: number, endNs: number): { from: number; to: number } {
    const { widthNs, first, count } = this.#axis;
    if (count === 0) return { from: 0, to: 0 };
    const from = Math.max(0, Math.floor(startNs / widthNs) - first), to = Math.min(count, Math.ceil(endNs / widthNs) - first);
    return to > from ? { from, to } : { from: 0, to: count };
  }
}

function addTo(column: SetColumn, bucket: number, value: FieldValue): void { if (typeof value === 'string' || typeof value === 'number') column.add(bucket, value); }

/** Many calls are on the descriptor of the one before. */
function ofDescriptor(column: SetColumn, read: (ctx: EventContext) => FieldValue): Taker['take'] {
  return (bucket, ctx) => { if (ctx.fd === undefined || !column.isLast(bucket, ctx.fd)) addTo(column, bucket, read(ctx)); };
}

const overviews = new WeakMap<Session, Overview>();
/** The overview of a session; it begins when it is first asked for. */
export function overviewOf(session: Session): Overview {
  let overview = overviews.get(session);
  if (overview === undefined) overviews.set(session, overview = new Overview(session));
  return overview;
}
