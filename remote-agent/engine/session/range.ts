// Which of a thread's events a stretch of time shows: those recorded in it and calls under way in it.
import type { EventHistory } from './history.ts';
import { ROW, SEGMENT_MASK } from './segment.ts';
import type { Track } from './track.ts';

/** Indexes `from` to `to` (not included) of a track's rows that overlap a range, give or take entries that `Segment.startAt` excludes. */
export interface TrackRange { from: number; to: number }

const NOTHING: TrackRange = { from: 0, to: 0 };

export function trackRange(history: EventHistory, track: Track, startNs: number, endNs: number): TrackRange {
  history.settle();
  // Most threads of a long history live for a moment.
  if (track.lastNs < startNs || track.firstNs > endNs) return NOTHING;
  if (track.firstNs >= startNs && track.lastNs <= endNs) return { from: 0, to: track.rows.length };
  const from = history.firstOfTrackAt(track, startNs, 0);
  const first = history.firstOfTrackAt(track, endNs, from), { length } = track.rows;
  let to = first;
  for (; to < length; to++) {
    const row = history.rowOf(track, to), segment = history.segmentOf(row), i = row & SEGMENT_MASK;
    if (segment.startAt(i) > endNs && ((segment.flags[i] ?? 0) & ROW.inside) === 0) break;
  }
  return { from, to };
}
