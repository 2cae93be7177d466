// Which of a thread's events a stretch of time shows: those recorded in it and calls under way in it.
import { ROW, SEGMENT_ROWS, type EventHistory, type Segment } from './history.ts';
import type { Track } from './track.ts';

const MASK = SEGMENT_ROWS - 1;

/** Indexes `from` to `to` (not included) of a track's rows that overlap a range, give or take entries that `startOf` excludes. */
export interface TrackRange { from: number; to: number }

/** When the event began, ns. */
export function startOf(segment: Segment, i: number): number {
  const ts = segment.ts[i] ?? 0;
  const duration = segment.duration[i] ?? 0;
  return duration > 0 ? ts - duration : ts;
}

export function trackRange(history: EventHistory, track: Track, startNs: number, endNs: number): TrackRange {
  const rows = track.rows;
  const from = firstAtOrAfter(history, track, startNs, 0);
  let to = firstAtOrAfter(history, track, endNs, from);
  for (; to < rows.length; to++) {
    const row = rows.at(to);
    const segment = history.segmentOf(row);
    const i = row & MASK;
    if (startOf(segment, i) > endNs && ((segment.flags[i] ?? 0) & ROW.inside) === 0) break;
  }
  return { from, to };
}

/** First index of the track whose event was recorded at or after a time. */
function firstAtOrAfter(history: EventHistory, track: Track, ns: number, from: number): number {
  const rows = track.rows;
  let low = from, high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const row = rows.at(middle);
    if ((history.segmentOf(row).ts[row & MASK] ?? 0) < ns) low = middle + 1; else high = middle;
  }
  return low;
}
