// How many events a thread has in a stretch of time: whole segments by what was added up of them, the others row by row.
import type { FilterBits } from './filterBits.ts';
import type { EventHistory } from './history.ts';
import { trackRange, type TrackRange } from './range.ts';
import { hasRow, NO_ROWS, type RowSet } from './rowSet.ts';
import { ROW, type Segment } from './segment.ts';
import { summaryOf, threadAt, type SegmentSummary } from './summary.ts';
import type { Track } from './track.ts';

/** Fewer rows of a thread are looked at one by one sooner than they are found in a summary. */
const FEW = 12;

export interface Tally { events: number; errors: number }

/** What `visitTrack` finds. Rows are those of `Segment.order`, from `first` to `last` (not included). */
export interface TrackVisitor {
  /** A thread's rows of a segment that lies in the range altogether. False: they are to be shown as rows. */
  whole(segment: Segment, thread: number, summary: SegmentSummary): boolean;
  /** Rows of which some may lie outside; `pass`: those that the filter lets through. */
  rows(segment: Segment, first: number, last: number, pass: RowSet | undefined): void;
}

/** Goes through what a track has in a range, and lets through by a filter. `range`: its rows, where they are known. */
export function visitTrack(history: EventHistory, track: Track, startNs: number, endNs: number, filter: FilterBits | undefined, visitor: TrackVisitor, range: TrackRange = trackRange(history, track, startNs, endNs)): void {
  const { from, to } = range;
  if (from < to) history.visitSlices(track, from, to, (segment, first, last, whole) => {
    const pass = filter?.passing(segment);
    if (pass === NO_ROWS) return;
    if (whole && last - first >= FEW && segment.minNs >= startNs && segment.maxNs <= endNs) {
      const summary = filter === undefined ? summaryOf(segment) : filter.summary(segment);
      if (summary === undefined || visitor.whole(segment, threadAt(segment, first), summary)) return;
    }
    visitor.rows(segment, first, last, pass);
  });
}

/** Whether a row stands for something: not an enter event that an exit stands for, nor the one whose exit is to come. */
export function stands(segment: Segment, i: number, pendingRow: number): boolean { return ((segment.flags[i] as number) & ROW.paired) === 0 && segment.firstRow + i !== pendingRow; }

/** Events that overlap the range, without the call that has not returned. */
export function tallyOf(history: EventHistory, track: Track, startNs: number, endNs: number, filter: FilterBits | undefined, range?: TrackRange): Tally {
  const { pendingRow } = track;
  let events = 0, errors = 0;
  const add = (segment: Segment, i: number): void => {
    if (!stands(segment, i, pendingRow)) return;
    events++;
    if (((segment.flags[i] as number) & ROW.failed) !== 0) errors++;
  };
  visitTrack(history, track, startNs, endNs, filter, {
    whole(segment, thread, summary) {
      events += summary.events[thread] as number; errors += summary.errors[thread] as number;
      for (let s = summary.specialAt[thread] as number; s < (summary.specialAt[thread + 1] as number); s++) add(segment, summary.special[s] as number);
      return true;
    },
    rows(segment, first, last, pass) {
      const inside = segment.maxNs <= endNs;
      for (let p = first; p < last; p++) {
        const i = segment.order[p] as number;
        if ((pass === undefined || hasRow(pass, i)) && (inside || segment.startAt(i) <= endNs)) add(segment, i);
      }
    },
  }, range);
  return { events, errors };
}
